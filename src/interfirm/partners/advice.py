"""The words of a recommendation, each computed from a term and its weight."""

from __future__ import annotations

from collections.abc import Mapping

from interfirm.defaults import threshold
from interfirm.numerals import per_cent

_FOR = {
    "similarity": "the two know much the same and will understand each other ({x_share} of the way to identical)",
    "complementarity": "each has what the other lacks ({x:.2f} on 0 to 1, median of all {m:.2f})",
    "readiness": "it meets {x_share} of what such work asks for (median {m_share})",
    "worth_learning": "it is far enough to bring something new, near enough to be understood ({x:.2f}, median {m:.2f})",
    "same_words": "the two describe themselves alike ({x:.2f} on 0 to 1, median {m:.2f})",
    "same_fields": "the two work in the same fields ({x:.2f} on 0 to 1, median {m:.2f})",
    "cites": "the two build on each other's patents ({x_share} of their citations, median {m_share})",
    "new_reach": "{x_share} of its partners are new to the firm (median {m_share})",
    "shared_partners": "partners in common can vouch for both ({x:.2f} on 0 to 1, median {m:.2f})",
    "near": "it is close by ({x:.2f} on 0 to 1, median {m:.2f})",
    "same_kind": "it works by the same rules: kind, ownership, sector or country ({x_share} the same)",
    "same_alliances": "the two belong to the same group or meet in alliances ({x:.2f} on 0 to 1)",
    "worked_before": "the two have worked together before",
}
_AGAINST = {
    "similarity": "the two know different things; understanding will take time ({x:.2f}, median {m:.2f})",
    "complementarity": "little of what each has is what the other lacks ({x:.2f}, median {m:.2f})",
    "readiness": "it meets only {x_share} of what such work asks for (median {m_share})",
    "worth_learning": "there is little to learn at this distance in knowledge ({x:.2f}, median {m:.2f})",
    "same_fields": "the two work in different fields ({x:.2f}, median {m:.2f})",
    "new_reach": "few of its partners, if it has any, are new to the firm ({x_share}, median {m_share})",
    "shared_partners": "hardly anyone knows both ({x:.2f}, median {m:.2f})",
    "near": "it is far away ({x:.2f} on 0 to 1, median {m:.2f})",
    "same_kind": "it works by other rules: kind, ownership, sector, country ({x_share} the same)",
}
_PAIR = {
    "similarity": "they know much the same ({x:.2f} on 0 to 1, median pair {m:.2f})",
    "complementarity": "each has what the other lacks ({x:.2f} on 0 to 1, median pair {m:.2f})",
    "readiness": "both are ready: they meet {x_share} of what such work asks for (median pair {m_share})",
    "worth_learning": "far enough to learn and near enough to understand each other ({x:.2f}, median pair {m:.2f})",
    "same_words": "they describe themselves alike ({x:.2f} on 0 to 1, median pair {m:.2f})",
    "same_fields": "they work in the same fields ({x:.2f} on 0 to 1, median pair {m:.2f})",
    "cites": "they build on each other's patents ({x_share} of their citations, median pair {m_share})",
    "new_reach": "each opens new contacts: {x_share} of partners are new to the other (median pair {m_share})",
    "shared_partners": "partners in common can vouch for both ({x:.2f} on 0 to 1, median pair {m:.2f})",
    "near": "they are close to each other ({x:.2f} on 0 to 1, median pair {m:.2f})",
    "same_kind": "they work by the same rules: ownership, sector or country ({x_share} the same)",
    "same_alliances": "they belong to the same group",
}
_SHEET = {
    "similarity": "you know much the same and will understand each other",
    "complementarity": "each has what the other lacks",
    "readiness": "it is ready for such work",
    "worth_learning": "it knows things that you do not, near enough for you to understand",
    "same_words": "you describe yourselves alike",
    "same_fields": "you work in the same fields",
    "cites": "you build on each other's patents",
    "new_reach": "it works with organisations that you do not reach today",
    "shared_partners": "you have partners in common who can vouch for both",
    "near": "it is close by",
    "same_kind": "it works by the same rules as you",
    "same_alliances": "you belong to the same group or meet in alliances",
    "worked_before": "you have worked together before",
}
_MIND = {
    "shared_partners": "hardly anyone knows you both: begin with a small task and a date at which either may stop",
    "near": "it is far away: agree how often you meet, and who travels",
    "same_kind": "it works by other rules: settle contract, confidentiality and ownership first",
}
_UNKNOWN = {
    "similarity": "how alike their knowledge is", "complementarity": "what each could bring the other",
    "readiness": "whether it is ready", "new_reach": "whom it works with", "near": "where it is",
}
_SHOWN = 3
_MARGIN = 0.05


def reasons(terms: Mapping[str, float | None], middle: Mapping[str, float],
            weights: Mapping[str, float]) -> tuple[str, ...]:
    """The terms that lift a candidate most above the median candidate, in words, strongest first."""
    gains = _gains(terms, middle, weights)
    best = [name for name, gain in sorted(gains.items(), key=lambda item: -item[1]) if gain > 0 and name in _FOR]
    return tuple(_filled(_FOR[name], terms[name], middle[name]) for name in best[:_SHOWN])


def pair_reasons(terms: Mapping[str, float | None], middle: Mapping[str, float],
                 weights: Mapping[str, float]) -> tuple[str, ...]:
    """The terms that lift a pair most above the median pair, in words, strongest first."""
    gains = _gains(terms, middle, weights)
    best = [name for name, gain in sorted(gains.items(), key=lambda item: -item[1]) if gain > 0 and name in _PAIR]
    return tuple(_filled(_PAIR[name], terms[name], middle[name]) for name in best[:_SHOWN])


def sheet_words(terms: Mapping[str, float | None], middle: Mapping[str, float],
                weights: Mapping[str, float]) -> tuple[tuple[str, ...], str]:
    """What speaks for a partner, and what to settle first, without any number that is the other's own.

    Weaknesses that the other stated in a questionnaire are never said.
    """
    gains = _gains(terms, middle, weights)
    best = [name for name, gain in sorted(gains.items(), key=lambda item: -item[1]) if gain > 0 and name in _SHEET]
    worst = [name for name, gain in sorted(gains.items(), key=lambda item: item[1]) if gain < 0 and name in _MIND]
    rivals = (terms["rivalry"] or 0.0) >= threshold("partners", "rivals_from")["value"]
    mind = "you may be after the same customers: agree what stays with whom, and what remains private" if rivals \
        else _MIND[worst[0]] if worst else "agree roles, milestones and who may use the results"
    return tuple(_SHEET[name] for name in best[:_SHOWN]), mind


def _filled(text: str, x: float | None, m: float) -> str:
    """A text with the value of a term and the median of all, plain and in per cent."""
    value = float("nan") if x is None else x
    return text.format(x=value, m=m, x_share=per_cent(value), m_share=per_cent(m))


def against(terms: Mapping[str, float | None], middle: Mapping[str, float],
            weights: Mapping[str, float]) -> tuple[str, ...]:
    """Rivalry, the terms below the median candidate, and what is not known, in words."""
    gains = _gains(terms, middle, weights)
    worst = [name for name, gain in sorted(gains.items(), key=lambda item: item[1]) if gain < 0 and name in _AGAINST]
    out = [_rivalry(float(terms["rivalry"]))] if terms["rivalry"] else []
    out += [_filled(_AGAINST[name], terms[name], middle[name]) for name in worst[:2]]
    unknown = [words for name, words in _UNKNOWN.items() if terms.get(name, 0.0) is None and weights[name]]
    if unknown:
        out.append("not known: " + ", ".join(unknown))
    return tuple(out)


def _rivalry(x: float) -> str:
    if x >= 1:
        return "both are firms of the same sector or the same products: they may be after the same customers"
    return f"they may be after the same customers: {per_cent(x)} of what they sell to whom is the same"


def agree_first(terms: Mapping[str, float | None]) -> tuple[str, ...]:
    """What the two should settle before they begin, from what their terms say can go wrong."""
    def below(name: str, limit: float) -> bool:
        value = terms[name]
        return value is not None and value < limit

    out = []
    if terms["rivalry"]:
        out.append("which customers and markets stay with whom, and what remains private")
    if below("readiness", 0.8):
        out.append("who closes which gap before the work starts")
    if below("similarity", 0.4):
        out.append("time and one person on each side to learn the other's language")
    if below("shared_partners", 0.05) and not terms["worked_before"]:
        out.append("a small first task with a date at which either may stop")
    if below("near", 0.4):
        out.append("how often they meet in person, and who travels")
    if below("same_kind", 0.4):
        out.append("whose contract, confidentiality and ownership rules apply")
    return tuple(out or ["roles, milestones and who may use the results"])


def _gains(terms: Mapping[str, float | None], middle: Mapping[str, float],
           weights: Mapping[str, float]) -> dict[str, float]:
    return {name: weights[name] * (value - middle[name]) for name, value in terms.items()
            if value is not None and abs(value - middle[name]) >= _MARGIN}

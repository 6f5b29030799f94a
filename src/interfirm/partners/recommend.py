"""Who should work with whom: a list of fitting partners with reasons computed from its own terms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from interfirm.errors import UnknownName, UsageError
from interfirm.partners.advice import against, agree_first, reasons
from interfirm.partners.ground import Bools, Floats, Ground, ground
from interfirm.partners.terms import terms, weights_for

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study

_DRAWS = 200
_WHO = ("members", "all")


@dataclass(frozen=True)
class Recommendation:
    """One possible partner.

    Parameters
    ----------
    actor, name
        Who it is.
    rank, score
        Place from 1, and the weighted mean of the known terms less the price of rivalry.
    known
        Share of the weight whose terms are known; a low share means that little stands behind the score.
    stability
        Share of random weights, each between half and twice its value, under which it stays on the list.
    terms
        Every term, 0 to 1, None where not known.
    reasons, against, agree_first
        In words, computed from the terms.
    """

    actor: str
    name: str
    rank: int
    score: float
    known: float
    stability: float
    terms: dict[str, float | None]
    reasons: tuple[str, ...]
    against: tuple[str, ...]
    agree_first: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Recommendations:
    """The list for one actor, with everything needed to repeat it."""

    actor: str
    name: str
    purpose: str | None
    wave: str | None
    weights: dict[str, float]
    seed: int
    candidates: int
    partners: tuple[Recommendation, ...]

    def table(self) -> pd.DataFrame:
        """One row per possible partner, best first: score, stability, the terms, and the words."""
        import pandas as pd

        rows = [{"rank": item.rank, "actor": item.actor, "name": item.name, "score": item.score, "known": item.known,
                 "stability": item.stability, **item.terms, "reasons": "; ".join(item.reasons),
                 "against": "; ".join(item.against), "agree_first": "; ".join(item.agree_first)}
                for item in self.partners]
        lead = ["rank", "actor", "name", "score", "known", "stability", *self.weights]
        return pd.DataFrame(rows, columns=[*lead, "reasons", "against", "agree_first"])

    def __str__(self) -> str:
        aim = f" to {self.purpose}" if self.purpose else ""
        lines = [f"Partners for {self.name}{aim}, out of {self.candidates:,} it does not work with"
                 + (f" (wave {self.wave})" if self.wave else "") + ". The weights are expert priors, not estimates."]
        if not self.partners:
            lines.append("  Nobody is left to recommend.")
        for item in self.partners:
            lines.append(f"{item.rank:>3}. {item.name} ({item.actor}): score {item.score:.2f}, on the list under "
                         f"{item.stability:.0%} of other weights")
            for label, words in (("for", item.reasons), ("against", item.against), ("agree first", item.agree_first)):
                lines += [f"       {label}: {text}" for text in words]
        return "\n".join(lines)


@dataclass(frozen=True)
class WhyNot:
    """Why one actor is not on another's list: a plain answer, and the terms beside those of the last on it."""

    actor: str
    other: str
    answer: str
    rank: int | None
    score: float | None
    terms: dict[str, float | None]
    last_on_list: dict[str, float | None]

    def __str__(self) -> str:
        return self.answer


@dataclass(frozen=True, eq=False)
class _Scored:
    base: Ground
    at: int
    weights: dict[str, float]
    values: dict[str, Floats]
    open: Bools
    score: Floats
    known: Floats
    order: np.typing.NDArray[np.int64]


def recommend(study: Study, actor: str, *, purpose: str | None = None, weights: Mapping[str, float] | None = None,
              wave: str | int | None = None, top: int = 10, who: str = "members", seed: int = 1) -> Recommendations:
    """Fitting partners for one organisation, best first, with what speaks for and against each.

    score_j = Σ_t w_t x_tj / Σ_t w_t − |w_r| r_j / Σ_t w_t over the known terms t, with r_j rivalry. A term that is
    not known is left out of both sums; ``known`` says how much weight was left. Similarity and
    complementarity are two terms and stay apart. Those who work with the actor in the wave, or share an
    alliance with it, are not candidates.

    Parameters
    ----------
    study
        The study.
    actor
        Identifier or exact name.
    purpose
        What the cooperation is for (``access knowledge``, ``develop product``, …); it sets the default weights
        and what readiness is measured against.
    weights
        Own weights by term, replacing the defaults (see :func:`interfirm.partners.weights_for`).
    wave
        The wave up to which ties count and in which answers are read; the last one if None.
    top
        Length of the list.
    who
        ``"members"`` or ``"all"``, external actors included.
    seed
        Seed of the random weights behind ``stability``.

    Returns
    -------
    Recommendations
        ``.partners``, ``.table()``; at most ``top``, fewer where fewer candidates are left. Candidates of which
        no term is known are not listed.

    Raises
    ------
    UnknownName
        For an unknown actor, purpose, term or wave.
    UsageError
        If ``top`` is below 1 or the actor was not there in the wave.

    References
    ----------
    [boschma2005], [burt1992]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> found = recommend(example(seed=1), "F01", purpose="develop product", top=3)
    >>> [item.rank for item in found.partners]
    [1, 2, 3]
    """
    if top < 1:
        raise UsageError(f"The list must hold at least 1 partner; top is {top}.")
    scored = _score(study, actor, purpose, weights, wave, who)
    listed = scored.order[:top]
    stability = _stability(scored, top, seed)
    middle = {name: _median(value[scored.open]) for name, value in scored.values.items()}
    partners = tuple(_one(scored, int(j), rank, float(stability[j]), middle)
                     for rank, j in enumerate(listed, start=1))
    return Recommendations(str(scored.base.actors[scored.at]), _name(scored.base, scored.at), purpose,
                           scored.base.wave, scored.weights, seed, int(scored.open.sum()), partners)


def why_not(study: Study, actor: str, other: str, *, purpose: str | None = None,
            weights: Mapping[str, float] | None = None, wave: str | int | None = None, top: int = 10,
            who: str = "members") -> WhyNot:
    """Why an organisation is not among the first partners recommended to another.

    Parameters
    ----------
    study, actor, purpose, weights, wave, top, who
        As for :func:`recommend`.
    other
        The organisation asked about, by identifier or exact name.

    Returns
    -------
    WhyNot
        The answer in words: not a candidate at all and why, or the terms that cost it most against the last
        on the list, or that it is on the list.

    Raises
    ------
    UnknownName
        For an unknown actor, purpose, term or wave.

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> print(why_not(example(seed=1), "F01", "F01"))
    Thurloster Tooling SARL is the organisation itself.
    """
    scored = _score(study, actor, purpose, weights, wave, who)
    base, j = scored.base, scored.base.position(other)
    name, mine = _name(base, j), _as_words(scored, j)
    last = int(scored.order[min(top, len(scored.order)) - 1]) if len(scored.order) else None
    beside = _as_words(scored, last) if last is not None else {}
    ids = str(base.actors[scored.at]), str(base.actors[j])
    if not scored.open[j]:
        return WhyNot(*ids, _closed(scored, j, name, who), None, None, mine, beside)
    place = np.flatnonzero(scored.order == j)
    if not len(place) or last is None:
        text = f"Nothing is known of {name} that a recommendation could rest on."
        return WhyNot(*ids, text, None, None, mine, beside)
    rank, score = int(place[0]) + 1, float(scored.score[j])
    if rank <= top:
        return WhyNot(*ids, f"{name} is on the list, at place {rank}.", rank, score, mine, beside)
    text = (f"{name} is at place {rank} of {len(scored.order)} (score {score:.2f}; the last of the first {top} has "
            f"{scored.score[last]:.2f}). {_costs(scored, j, last)}")
    return WhyNot(*ids, text, rank, score, mine, beside)


def _score(study: Study, actor: str, purpose: str | None, own: Mapping[str, float] | None, wave: str | int | None,
           who: str) -> _Scored:
    if who not in _WHO:
        raise UnknownName("choice of actors", who, _WHO)
    base, weights = ground(study, wave), weights_for(purpose, own)
    at = base.position(actor)
    if not base.there[at]:
        raise UsageError(f"{_name(base, at)} was not there in wave {base.wave}; choose another wave.")
    values = terms(base, at, purpose)
    free = candidates(base, at, who)
    score, known = weighted(values, weights)
    order = np.lexsort((np.arange(len(score)), -np.nan_to_num(score, nan=-np.inf)))
    return _Scored(base, at, weights, values, free, score, known, order[(free & ~np.isnan(score))[order]])


def candidates(base: Ground, at: int, who: str) -> Bools:
    """Who may be recommended: there in the wave, not the actor itself, not one of its partners."""
    out = base.there & (base.row(base.current, at) == 0)
    if who == "members":
        out = out & (base.study.actors["position"] != "external").to_numpy(dtype=bool)
    out[at] = False
    return np.asarray(out, dtype=bool)


def weighted(values: Mapping[str, Floats], weights: Mapping[str, float]) -> tuple[Floats, Floats]:
    """The score of every actor and the share of the weight that is known; NaN where nothing is."""
    size = len(next(iter(values.values())))
    top, bottom, total, price = np.zeros(size), np.zeros(size), 0.0, np.zeros(size)
    for name, weight in weights.items():
        x = values[name]
        there = ~np.isnan(x)
        if weight < 0:
            price += np.where(there, -weight * np.nan_to_num(x), 0.0)
            continue
        top += np.where(there, weight * np.nan_to_num(x), 0.0)
        bottom += np.where(there, weight, 0.0)
        total += weight
    score = np.divide(top, bottom, out=np.full(size, np.nan), where=bottom > 0) - price / total
    return score, bottom / total


def _stability(scored: _Scored, top: int, seed: int) -> Floats:
    rng = np.random.default_rng(seed)
    count = np.zeros(len(scored.score))
    open_ = np.flatnonzero(scored.open)
    values = {name: value[open_] for name, value in scored.values.items()}
    for _ in range(_DRAWS if len(open_) <= 5000 else _DRAWS // 10):
        factor = 2.0 ** rng.uniform(-1, 1, len(scored.weights))
        score, _known = weighted(values, {name: weight * f for (name, weight), f
                                          in zip(scored.weights.items(), factor, strict=True)})
        best = np.argsort(-np.nan_to_num(score, nan=-np.inf), kind="stable")[:top]
        count[open_[best]] += 1
    return count / (_DRAWS if len(open_) <= 5000 else _DRAWS // 10)


def _one(scored: _Scored, j: int, rank: int, stability: float, middle: dict[str, float]) -> Recommendation:
    words, base = _as_words(scored, j), scored.base
    return Recommendation(
        str(base.actors[j]), _name(base, j), rank, float(scored.score[j]), float(scored.known[j]), stability,
        words, reasons(words, middle, scored.weights), against(words, middle, scored.weights), agree_first(words))


def _as_words(scored: _Scored, j: int) -> dict[str, float | None]:
    return {name: None if np.isnan(value[j]) else float(value[j]) for name, value in scored.values.items()}


def _median(values: Floats) -> float:
    return float(np.nanmedian(values)) if (~np.isnan(values)).any() else float("nan")


def _name(base: Ground, at: int) -> str:
    name = base.study.actors["name"].iloc[at]
    return name if isinstance(name, str) else str(base.actors[at])


def _closed(scored: _Scored, j: int, name: str, who: str) -> str:
    base = scored.base
    if j == scored.at:
        return f"{name} is the organisation itself."
    if not base.there[j]:
        return f"{name} was not there in wave {base.wave}."
    if base.row(base.current, scored.at)[j]:
        return f"{name} already works with {_name(base, scored.at)}, by a tie of wave {base.wave} or a shared alliance."
    return f"{name} is outside the cluster, and only {who} are recommended; ask for who='all'."


def _costs(scored: _Scored, j: int, last: int) -> str:
    from interfirm.partners.terms import declared

    lost = {name: weight * (float(scored.values[name][last]) - float(scored.values[name][j]))
            for name, weight in scored.weights.items()}
    worst = [name for name, value in sorted(lost.items(), key=lambda item: -item[1]) if value > 0][:3]
    if not worst:
        return "What is known of it differs: some of its terms are missing."
    parts = [f"{declared()[name].title.lower()} {scored.values[name][j]:.2f} against {scored.values[name][last]:.2f}"
             for name in worst]
    return "It loses most on: " + ", ".join(parts) + "."

"""Who should work with whom: a list of fitting partners with reasons computed from its own terms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import exp
from typing import TYPE_CHECKING

from interfirm.errors import UsageError
from interfirm.numerals import per_cent
from interfirm.partners.advice import against, agree_first, reasons
from interfirm.partners.learned_list import LearnedList, aimed, chosen_list
from interfirm.partners.scoring import Scored, name_of, scored, stability
from interfirm.partners.terms import Aim

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study

_SAME = 1e-9


@dataclass(frozen=True)
class Recommendation:
    """One possible partner.

    Parameters
    ----------
    actor, name
        Who it is.
    rank, score
        Place from 1, and the weighted mean of the terms less the price of rivalry; by the learned ranking the log
        odds of becoming the next new partner, against the median candidate.
    known
        Share of the weight whose terms are known of it; a low share means that little stands behind the score.
    stability
        Share of random weights, each between half and twice its value (of coefficients that other actors could have
        taught), under which it stays on the list.
    terms
        Every term, 0 to 1, None where not known; by the learned ranking its parts too, as log odds.
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
    ranking: str = "weights"
    evidence: str = ""

    @property
    def alike(self) -> bool:
        """Whether all candidates that are listed, and there are several, have the same score by the weights."""
        scores = [item.score for item in self.partners]
        return self.ranking != "learned" and len(scores) > 1 and max(scores) - min(scores) < _SAME and \
            all(not item.reasons for item in self.partners)

    def table(self) -> pd.DataFrame:
        """One row per possible partner, best first: score, stability, the terms, and the words."""
        import pandas as pd

        rows = [{"rank": item.rank, "actor": item.actor, "name": item.name, "score": item.score, "known": item.known,
                 "stability": item.stability, **item.terms, "reasons": "; ".join(item.reasons),
                 "against": "; ".join(item.against), "agree_first": "; ".join(item.agree_first)}
                for item in self.partners]
        every = dict.fromkeys(name for item in self.partners for name in item.terms) or self.weights
        lead = ["rank", "actor", "name", "score", "known", "stability", *every]
        return pd.DataFrame(rows, columns=[*lead, "reasons", "against", "agree_first"])

    def __str__(self) -> str:
        aim = f" to {self.purpose}" if self.purpose else ""
        lines = [f"Partners for {self.name}{aim}, out of {self.candidates:,} it does not work with"
                 + (f" (wave {self.wave})" if self.wave else "") + ".", "  " + self.evidence]
        if not self.partners:
            lines.append("  Nobody is left to recommend.")
        learned = self.ranking == "learned"
        if self.alike:
            lines.append("  Nothing that is known tells those listed apart: they have the same score, in the order of "
                         "the members. What is missing is named below.")
        for item in self.partners:
            worth = f"odds {exp(item.score):,.1f} times those of the median candidate" if learned else \
                f"score {item.score:.2f}"
            who = item.name if item.name == item.actor else f"{item.name} ({item.actor})"
            kept = f", on the list under {per_cent(item.stability)} of other {'coefficients' if learned else 'weights'}"
            lines.append(f"{item.rank:>3}. {who}: {worth}{'' if self.candidates <= len(self.partners) else kept}")
            for label, words in (("for", item.reasons), ("against", item.against), ("agree first", item.agree_first)):
                lines += [f"       {label}: {text}" for text in words]
        return "\n".join(lines)


def recommend(study: Study, actor: str, *, purpose: str | None = None, type: str | None = None,
              requirements: pd.DataFrame | None = None, vectors: pd.DataFrame | None = None,
              weights: Mapping[str, float] | None = None, wave: str | int | None = None, top: int = 10,
              who: str = "members", ranking: str = "auto", seed: int = 1) -> Recommendations:
    """Fitting partners for one organisation, best first, with what speaks for and against each.

    Where dated alliances suffice to learn who finds whom, and what was learned foresaw their last years better than
    plain rules, the list follows that (:func:`interfirm.partners.learned_ranking`); otherwise it is a weighted sum.

    score_j = Σ_t w_t x_tj / Σ_t w_t − |w_r| r_j / Σ_t w_t over the terms t, with r_j rivalry. What is not known of a
    candidate counts neither for nor against it: the median candidate stands in, and ``known`` says how much of the
    weight rests on knowledge. A term that is known of no candidate is left out. Similarity and complementarity
    are two terms and stay apart. Those who work with the actor in the wave, or share an alliance with it, are
    not candidates.

    Parameters
    ----------
    study
        The study.
    actor
        Identifier or exact name.
    purpose
        What the cooperation is for (``access knowledge``, ``develop product``, …); it sets the default weights
        and, with ``type`` (``r&d``, ``coproduction``, …), what readiness is measured against.
    requirements
        Your own requirement profiles in place of the expert prior; see :func:`interfirm.capability.readiness`.
    vectors
        One row of numbers per actor (index), from a language model of your own, for the likeness of what two
        organisations say of themselves; their own words are compared without it.
    weights
        Own weights by term, replacing the defaults (see :func:`interfirm.partners.weights_for`).
    wave
        The wave up to which ties count and in which answers are read; the last one if None.
    top
        Length of the list.
    who
        ``"members"`` or ``"all"``, external actors included.
    ranking
        ``"weights"``; ``"learned"``; or ``"auto"``: learned where the history suffices, the actor is in it, the
        ranking foresees better than plain rules, and no vectors, weights or wave are given. A purpose, type or
        requirements enter it as readiness, with an explicit weight; where nobody's readiness is known, the list goes
        by the weights.
    seed
        Seed of the random weights behind ``stability``, and of learning.

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
        If ``top`` is below 1, the actor was not there in the wave, or a learned list is asked for and cannot be made.

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
    found = scored(study, actor, Aim(purpose, type, requirements, vectors), weights, wave, who)
    learned = chosen_list(study, found, ranking, plain=vectors is None and weights is None and wave is None,
                          aimed=aimed(purpose, type, requirements), top=top, seed=seed)
    if learned is None:
        kept, evidence = stability(found, top, seed), "The weights are expert priors, not estimates."
        partners = tuple(_one(found, int(j), rank, float(kept[j])) for rank, j in enumerate(found.order[:top], start=1))
        count = int(found.open.sum())
    else:
        partners, evidence, count = tuple(_taught(found, learned)), learned.evidence, learned.candidates
    return Recommendations(str(found.base.actors[found.at]), name_of(found.base, found.at), purpose, found.base.wave,
                           found.weights, seed, count, partners, "weights" if learned is None else "learned", evidence)


def _taught(found: Scored, learned: LearnedList) -> Iterator[Recommendation]:
    for place, j in enumerate(map(int, learned.positions)):
        words = found.words(j)
        rival = against(words, found.middle, dict.fromkeys(found.weights, 0.0)) if words["rivalry"] else ()
        terms = words | {f"learned {name}": float(value[place]) for name, value in learned.parts.items()}
        yield Recommendation(str(found.base.actors[j]), name_of(found.base, j), place + 1, float(learned.score[place]),
                             1.0, float(learned.kept[place]), terms, learned.reasons(place),
                             (*rival, *learned.against(place)), agree_first(words))


def _one(found: Scored, j: int, rank: int, kept: float) -> Recommendation:
    words, base = found.words(j), found.base
    return Recommendation(
        str(base.actors[j]), name_of(base, j), rank, float(found.score[j]), float(found.known[j]), kept, words,
        reasons(words, found.middle, found.weights), against(words, found.middle, found.weights), agree_first(words))

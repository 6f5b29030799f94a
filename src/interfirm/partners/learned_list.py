"""One actor's list by the learned ranking, in the words of what was learned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from interfirm.defaults import threshold
from interfirm.errors import UnknownName, UsageError
from interfirm.numerals import per_cent
from interfirm.partners.ground import Floats, Ints
from interfirm.partners.learn import best
from interfirm.partners.learned import LearnedRanking, common_partners, learned_ranking
from interfirm.partners.scoring import DRAWS, Scored, name_of

if TYPE_CHECKING:
    from interfirm.study.study import Study

_SHOWN = 3
_MARGIN = 0.2
RANKINGS = ("auto", "weights", "learned")


@dataclass(frozen=True, eq=False)
class LearnedList:
    """The candidates of one actor, their log odds against the median candidate, and what these consist of.

    Parameters
    ----------
    positions
        The candidates, as positions in the study, best first.
    score
        Log odds of becoming the next new partner, against the median candidate.
    kept
        Share of coefficients that other actors could have taught under which a candidate is on the list.
    parts
        By group of features, its share in the log odds.
    common, partners
        Partners in common, and partners in all, of each listed candidate.
    middle
        The medians of both among all candidates.
    candidates
        How many there were.
    ready, usual
        Readiness of each listed candidate for what is planned, NaN where not known, and the median; None where nothing
        is planned or nobody's is known.
    aimed
        Whether something is planned.
    """

    positions: Ints
    score: Floats
    kept: Floats
    parts: dict[str, Floats]
    common: Ints
    partners: Ints
    middle: tuple[float, float]
    candidates: int
    ranking: LearnedRanking
    at: int
    ready: Floats | None = None
    usual: float = 0.0
    aimed: bool = False

    @property
    def evidence(self) -> str:
        """What the list rests on, in words."""
        if self.ready is None:
            blind = " Nobody's readiness is known, so what it is for changes nothing." if self.aimed else ""
            return self.ranking.evidence + blind
        return f"{self.ranking.evidence} Readiness for the purpose is added with an explicit weight, an expert prior."

    def reasons(self, place: int) -> tuple[str, ...]:
        """What lifts a candidate most, strongest first."""
        order = sorted(self.parts, key=lambda name: -self.parts[name][place])
        return tuple(self._word(name, place, up=True) for name in order if self.parts[name][place] > _MARGIN)[:_SHOWN]

    def against(self, place: int) -> tuple[str, ...]:
        """What costs a candidate most."""
        order = sorted(self.parts, key=lambda name: self.parts[name][place])
        return tuple(self._word(name, place, up=False) for name in order if self.parts[name][place] < -_MARGIN)[:2]

    def _word(self, name: str, place: int, *, up: bool) -> str:
        if name == "shared partners":
            return f"{self.common[place]} partners in common (median of the candidates {self.middle[0]:g})"
        if name == "activity":
            what = "it is active" if up else "its activity counts against it"
            return f"{what}: {self.partners[place]:,} partners so far (median {self.middle[1]:g})"
        if name == "country":
            return self._country(int(self.positions[place]))
        return self._size(int(self.positions[place])) if name == "size of alliances" else \
            self._other(name, place, up=up)

    def _other(self, name: str, place: int, *, up: bool) -> str:
        if name == "readiness" and self.ready is not None:
            return f"it meets {'' if up else 'only '}{per_cent(self.ready[place])} of what such work asks for " \
                f"(median {per_cent(self.usual)})"
        return f"it does {'much' if up else 'little'} in the same {name}"

    def _size(self, j: int) -> str:
        peers = self.ranking.walker.past.sizes.peers
        return f"organisations of its kind beside it in an alliance: {peers[j]:.1f} on average (the firm itself " \
            f"{peers[self.at]:.1f})"

    def _country(self, j: int) -> str:
        past = self.ranking.walker.past
        mine, other = int(past.country[self.at]), int(past.country[j])
        if mine < 0 or other < 0:
            return "its country, or that of the firm, is not known"
        times = float(np.exp(past.affinity[mine, other]))
        return "organisations of the two countries found each other " \
            f"{times:.1f} times as often as chance would have it" if mine != other else \
            f"it is of the same country, whose organisations found each other {times:.1f} times as often as chance"


def learned_list(found: Scored, ranking: LearnedRanking, top: int, seed: int, *,
                 aimed: bool = False) -> LearnedList | None:
    """The first ``top`` candidates of an actor; None where its history holds no alliance with another.

    ``aimed``: readiness for what is planned is added, c w (r_j − median) with r_j the readiness, w its weight for the
    purpose and c the log odds between none and full readiness; who is not known takes the median.
    """
    past = ranking.walker.past
    if not past.seen[found.at] or not len(past.partners(found.at)):
        return None
    chosen, features = ranking.walker(found.at)
    free = found.open[chosen]
    chosen, features = chosen[free], features[free]
    if not len(chosen):
        return None
    added, ready, usual = _readiness(found, chosen) if aimed else (None, None, 0.0)
    score = ranking.model.score(features) + (0.0 if added is None else added)
    order = best(score, top)
    kept = _kept(ranking.other_scores(features, DRAWS, seed), added, order, top, seed)
    common = common_partners(past, found.at)[chosen]
    partners = past.degree[chosen].astype(np.int64)
    parts = {name: value[order] for name, value in ranking.parts(features).items()}
    if added is not None:
        parts["readiness"] = added[order]
    return LearnedList(chosen[order], score[order] - np.median(score), kept, parts, common[order], partners[order],
                       (float(np.median(common)), float(np.median(partners))), len(chosen), ranking, found.at,
                       None if ready is None else ready[order], usual, aimed)


def _readiness(found: Scored, chosen: Ints) -> tuple[Floats | None, Floats | None, float]:
    """What readiness adds to the log odds of each candidate, the readiness, and its median."""
    ready = found.values["readiness"][chosen]
    if np.isnan(ready).all():
        return None, None, 0.0
    usual = float(np.nanmedian(ready))
    price = float(threshold("partners", "learned_readiness")["value"]) * found.weights["readiness"]
    return np.where(np.isnan(ready), 0.0, price * (ready - usual)), ready, usual


def _kept(other: Floats, added: Floats | None, order: Ints, top: int, seed: int) -> Floats:
    """Share of other coefficients, and of other weights of readiness (half to twice), under which each stays."""
    if added is not None:
        factor = 2.0 ** np.random.default_rng(seed + 1).uniform(-1, 1, len(other))
        other = other + factor[:, None] * added
    count = min(top, other.shape[1])
    edge = np.partition(other, -count, axis=1)[:, -count]
    return np.asarray((other[:, order] >= edge[:, None]).mean(axis=0), dtype=np.float64)


def aimed(*given: object) -> bool:
    """Whether a purpose, a type or requirements say what the cooperation is for."""
    return any(item is not None for item in given)


def chosen_list(study: Study, found: Scored, ranking: str, *, plain: bool, aimed: bool, top: int,
                seed: int) -> LearnedList | None:
    """The learned list where it is asked for, or where it is better and can answer the question; otherwise None.

    ``plain``: no weights, vectors or wave of one's own. ``aimed``: a purpose, type or requirements are given; the
    learned list takes them in by readiness, so somebody's must be known.

    Raises
    ------
    UnknownName
        For an unknown ranking.
    UsageError
        If a learned list is asked for and cannot be made.
    """
    if ranking not in RANKINGS:
        raise UnknownName("ranking", ranking, RANKINGS)
    blind = aimed and bool(np.isnan(found.shown["readiness"]).all())
    if ranking == "weights" or (ranking == "auto" and (not plain or blind)):
        return None
    try:
        taught = learned_ranking(study, seed=seed)
    except UsageError:
        if ranking == "learned":
            raise
        return None
    if ranking == "auto" and not taught.better:
        return None
    out = learned_list(found, taught, top, seed, aimed=aimed)
    if out is None and ranking == "learned":
        raise UsageError(f"{name_of(found.base, found.at)} has shared no alliance yet, so nothing was learned that "
                         "could rank its partners. Use the weights.")
    return out

"""One actor's list by the learned ranking, in the words of what was learned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from interfirm.errors import UnknownName, UsageError
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
        return f"it does {'much' if up else 'little'} in the same {name}"

    def _country(self, j: int) -> str:
        past = self.ranking.walker.past
        mine, other = int(past.country[self.at]), int(past.country[j])
        if mine < 0 or other < 0:
            return "its country, or that of the firm, is not known"
        times = float(np.exp(past.affinity[mine, other]))
        return "organisations of the two countries found each other " \
            f"{times:.1f} times as often as chance would have it" if mine != other else \
            f"it is of the same country, whose organisations found each other {times:.1f} times as often as chance"


def learned_list(found: Scored, ranking: LearnedRanking, top: int, seed: int) -> LearnedList | None:
    """The first ``top`` candidates of an actor; None where its history holds no alliance with another."""
    past = ranking.walker.past
    if not past.seen[found.at] or not len(past.partners(found.at)):
        return None
    chosen, features = ranking.walker(found.at)
    free = found.open[chosen]
    chosen, features = chosen[free], features[free]
    if not len(chosen):
        return None
    score = ranking.model.score(features)
    order = best(score, top)
    other = ranking.other_scores(features, DRAWS, seed)
    edge = np.partition(other, -min(top, len(chosen)), axis=1)[:, -min(top, len(chosen))]
    kept = (other[:, order] >= edge[:, None]).mean(axis=0)
    common = common_partners(past, found.at)[chosen]
    partners = past.degree[chosen].astype(np.int64)
    parts = {name: value[order] for name, value in ranking.parts(features).items()}
    return LearnedList(chosen[order], score[order] - np.median(score), kept, parts, common[order], partners[order],
                       (float(np.median(common)), float(np.median(partners))), len(chosen), ranking, found.at)


def chosen_list(study: Study, found: Scored, ranking: str, *, plain: bool, top: int, seed: int) -> LearnedList | None:
    """The learned list where it is asked for, or where it is better and the question is ``plain``; otherwise None.

    Raises
    ------
    UnknownName
        For an unknown ranking.
    UsageError
        If a learned list is asked for and cannot be made.
    """
    if ranking not in RANKINGS:
        raise UnknownName("ranking", ranking, RANKINGS)
    if ranking == "weights" or (ranking == "auto" and not plain):
        return None
    try:
        taught = learned_ranking(study, seed=seed)
    except UsageError:
        if ranking == "learned":
            raise
        return None
    if ranking == "auto" and not taught.better:
        return None
    out = learned_list(found, taught, top, seed)
    if out is None and ranking == "learned":
        raise UsageError(f"{name_of(found.base, found.at)} has shared no alliance yet, so nothing was learned that "
                         "could rank its partners. Use the weights.")
    return out

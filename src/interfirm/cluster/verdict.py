"""Is this a cluster, or only dense employment?"""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan
from typing import Final

from interfirm.cluster._limits import limit
from interfirm.cluster.efficiency import CollectiveEfficiency
from interfirm.cluster.regional import RegionalPosition
from interfirm.cluster.shares import Share, word
from interfirm.numerals import per_cent

UNSURE: Final = "cannot say"
ANSWERS: Final = {
    (True, True): "a cluster: the sector is concentrated here, and most firms act together",
    (True, False): "dense employment: the sector is concentrated here, but most firms do not act together",
    (False, True): "a network without concentration: most firms act together, but the sector is not concentrated here",
    (False, False): "neither: the sector is not concentrated here, and most firms do not act together",
}
READINGS: Final = {
    (True, True): "both: most firms are helped by the place without acting, and most act together",
    (True, False): "passive only: most firms are helped by the place, fewer act together",
    (False, True): "active only: most firms act together, fewer are helped by the place as such",
    (False, False): "neither: most firms are neither helped by the place nor act together",
}
_NAN: Final = float("nan")


@dataclass(frozen=True)
class Part:
    """One of the two things that make a cluster.

    Parameters
    ----------
    probability
        How sure it is that it is there; NaN where not known.
    says
        The number behind it, in a sentence.
    collect
        What to collect where it is not known.
    """

    probability: float
    says: str
    collect: str = ""

    @property
    def certainty(self) -> str:
        """The word for the surer of the two sides."""
        return UNSURE if isnan(self.probability) else word(max(self.probability, 1 - self.probability))


@dataclass(frozen=True)
class ClusterVerdict:
    """The answer, how sure, and on what it stands.

    Parameters
    ----------
    answer
        One of four sentences, or ``"cannot say"``.
    nearest
        The most probable of the four; empty where a part is not known.
    probability
        Of the nearest: the product of its two parts, which come from different sources.
    concentration, joint_action, passive
        The parts.
    gains
        Whether firms gain passively, actively or both; ``"cannot say"`` where a part is not sure.
    gains_probability
        Of that reading; NaN where a part is not known.
    """

    answer: str
    nearest: str
    probability: float
    concentration: Part
    joint_action: Part
    passive: Part
    gains: str
    gains_probability: float

    @property
    def certainty(self) -> str:
        """The word for the probability."""
        return word(self.probability)

    def __str__(self) -> str:
        if self.answer == UNSURE:
            why = (f"the nearest is {self.nearest} ({per_cent(self.probability)})" if self.nearest
                   else "; ".join(part.says for part in (self.concentration, self.joint_action)
                                  if isnan(part.probability)))
            return f"Is this a cluster or only dense employment? Cannot say: {why}."
        return f"Is this a cluster or only dense employment? {self.answer.capitalize()} [{self.certainty}]."


def cluster_verdict(position: RegionalPosition | None, efficiency: CollectiveEfficiency | None,
                    ties: Share | None = None) -> ClusterVerdict:
    """Concentration and joint action together; one alone is no cluster. (rule ours, after collective efficiency)

    A cluster needs both: a location quotient above ``cluster.concentrated`` (1.5), and joint action by more than half
    of the firms [schmitz1995]. Each has a probability; the answer is the pair with the largest product, and where that
    is below 0.6 the answer is "cannot say". Firms that did not answer count against what the others say. Joint action
    comes from the survey; where nobody was asked, from cooperative ties between members.

    Parameters
    ----------
    position
        From :func:`interfirm.cluster.regional_position`; None where there is no regional table.
    efficiency
        From :func:`interfirm.cluster.collective_efficiency`; None where nobody was asked.
    ties
        Share of firms with a cooperative tie to another member.

    Examples
    --------
    >>> cluster_verdict(None, None).answer
    'cannot say'
    """
    concentrated, joint, passive = _concentration(position), _joint(efficiency, ties), _passive(efficiency)
    nearest, probability = _pair(ANSWERS, concentrated.probability, joint.probability)
    gains, sure = _pair(READINGS, passive.probability, joint.probability)
    answer = UNSURE if word(probability) == UNSURE else nearest
    return ClusterVerdict(answer, nearest, probability, concentrated, joint, passive,
                          UNSURE if word(sure) == UNSURE else gains, sure)


def _pair(texts: dict[tuple[bool, bool], str], first: float, second: float) -> tuple[str, float]:
    if isnan(first) or isnan(second):
        return "", _NAN
    chances = {(a, b): (first if a else 1 - first) * (second if b else 1 - second) for a, b in texts}
    best = max(chances, key=lambda pair: chances[pair])
    return texts[best], chances[best]


def _concentration(position: RegionalPosition | None) -> Part:
    if position is None:
        return Part(_NAN, "how concentrated the sector is here is not known",
                    "A table of jobs by region and sector (table 'regions', or --region-data with a Eurostat table), "
                    "and the cluster's own region and sector")
    quotient, mark = position.quotient, limit("concentrated")
    probability = quotient.above(mark)
    return Part(probability, f"location quotient {quotient} of sector {position.sector} in {position.name} "
                f"({position.time}), against {mark:g}")


def _joint(found: CollectiveEfficiency | None, ties: Share | None) -> Part:
    if found is not None and found.active.of:
        return Part(_most(found.active, found.asked),
                    f"act together with at least one kind of partner: {found.active}; {found.answered} of "
                    f"{found.asked} member firms answered in {found.wave}")
    if ties is not None and ties.of:
        return Part(ties.above(limit("mostly")), f"have a cooperative tie or alliance with another member: {ties}; "
                    "firms were not asked how close it is", "The instrument 'joint_action_level'")
    return Part(_NAN, "whether firms act together is not known",
                "The instruments 'joint_action_level' and 'joint_action', or cooperative ties between members")


def _most(share: Share, asked: int) -> float:
    """How sure it is that more than half of the firms do, if those who did not answer spoil it as far as they can.

    They can make it a toss-up (0.5), but they cannot turn what the others say into its contrary.
    """
    silent = max(asked - share.of, 0)
    few, many = Share(share.yes, share.of + silent), Share(share.yes + silent, share.of + silent)
    half = limit("mostly")
    return max(few.above(half), 0.5) if share.value > half else min(many.above(half), 0.5)


def _passive(found: CollectiveEfficiency | None) -> Part:
    if found is None or not found.passive.of:
        return Part(_NAN, "whether the place helps firms is not known", "The instrument 'external_economies'")
    return Part(_most(found.passive, found.asked),
                f"the place makes at least one thing easier than elsewhere: {found.passive}")

"""What the findings suggest, lesson by lesson, with the evidence for each and who says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isnan
from typing import TYPE_CHECKING, Final

from interfirm.cluster._limits import limit
from interfirm.cluster.efficiency import CollectiveEfficiency
from interfirm.cluster.mechanisms import LearningMatrix
from interfirm.cluster.shares import Share, word
from interfirm.cluster.tables import rows

if TYPE_CHECKING:
    from interfirm.capability.technology import TechnologicalCapability

FITS: Final = "the data point this way"
AGAINST: Final = "the data do not point this way"
OPEN: Final = "not answered by the data"


@dataclass(frozen=True)
class Lesson:
    """One lesson for policy.

    Parameters
    ----------
    lesson, title, says
        Name, title, and what the lesson says.
    source
        Key of the work that says so; empty where it is ours.
    status
        ``"verified in the abstract"`` or ``"our reconstruction"``.
    here
        Whether the data of this cluster point that way.
    evidence
        The numbers of this cluster.
    certainty
        The fixed word.
    step
        Who could do what next.
    wrong
        What it costs to be wrong.
    """

    lesson: str
    title: str
    says: str
    source: str
    status: str
    here: str
    evidence: str
    certainty: str
    step: str
    wrong: str


@dataclass(frozen=True)
class _Here:
    here: str
    evidence: str
    probability: float
    step: str
    wrong: str


def policy_lessons(efficiency: CollectiveEfficiency | None, matrix: LearningMatrix | None,
                   technology: TechnologicalCapability | None) -> tuple[Lesson, ...]:
    """Six lessons: four that a review of technology-support projects draws, two of ours; each against this cluster.

    The four are those that could be verified in the abstract of the review [romijn2001]. Two of them, demand and
    incentives, cannot be judged from a survey of this kind, and are left open with what to ask.

    Examples
    --------
    >>> [lesson.here for lesson in policy_lessons(None, None, None)][:2]
    ['not answered by the data', 'not answered by the data']
    """
    judge: dict[str, Callable[[], _Here]] = {
        "capability": lambda: _capability(technology), "demand": _demand, "groups": lambda: _groups(efficiency),
        "market": _market, "wasted": lambda: _wasted(matrix), "leaks": lambda: _leaks(matrix),
    }
    out = []
    for row in rows("lessons"):
        found = judge[row["lesson"]]()
        sure = "cannot say" if found.here == OPEN else word(found.probability)
        here = OPEN if sure == "cannot say" else found.here
        out.append(Lesson(row["lesson"], row["title"], row["says"], row["source"], row["status"], here, found.evidence,
                          sure, found.step if here == FITS else "", found.wrong if here == FITS else ""))
    return tuple(out)


def _two_sided(share: Share, fits_if_more: bool = True) -> tuple[str, float]:
    """Whether the share is more than half (or less), and how sure."""
    p = share.above()
    if isnan(p):
        return OPEN, p
    fits = p if fits_if_more else 1 - p
    return (FITS, fits) if fits >= 0.5 else (AGAINST, 1 - fits)


def _capability(found: TechnologicalCapability | None) -> _Here:
    if found is None or found.profile.empty:
        return _Here(OPEN, "technological capability was not asked about (instrument 'technology')", float("nan"), "",
                     "")
    known = found.profile.dropna(how="all").mean(axis=1)
    low = Share(int((known < limit("low_capability")).sum()), len(known))
    here, p = _two_sided(low)
    weakest = found.titles[str(found.profile.mean().idxmin())]
    return _Here(here, f"below half of the matrix of technological capability: {low}; weakest function: {weakest}", p,
                 f"Offer help with {weakest} inside firms, one firm at a time, before more meetings.",
                 "time of advisers for firms that could have done it alone")


def _demand() -> _Here:
    return _Here(OPEN, "no question asks what firms want and would pay for; ask it before a service is set up",
                 float("nan"), "", "")


def _market() -> _Here:
    return _Here(OPEN, "no question asks how support is paid for; ask what firms pay now and to whom", float("nan"), "",
                 "")


def _groups(found: CollectiveEfficiency | None) -> _Here:
    if found is None or not found.level.notna().any(axis=None):
        return _Here(OPEN, "how close cooperation is was not asked (instrument 'joint_action_level')", float("nan"), "",
                     "")
    level = found.level.loc[found.firms["member"]]
    agree = limit("agree")
    pair = level[["vertical bilateral", "horizontal bilateral"]].max(axis=1).dropna() >= agree
    group = level[["vertical multilateral", "horizontal multilateral"]].max(axis=1).dropna() >= agree
    two, many = (Share(int(some.sum()), len(some)) for some in (pair, group))
    room = two.more_than(many)
    here, p = (FITS, room) if room >= 0.5 else (AGAINST, 1 - room)
    return _Here(here, f"act in pairs: {two}; in groups: {many}", p,
                 "Bring firms that already work in pairs together around one common interest, and let them run it.",
                 "some meetings that nobody comes to twice")


def _wasted(found: LearningMatrix | None) -> _Here:
    if found is None:
        return _Here(OPEN, "learning effort was not asked about (instrument 'learning')", float("nan"), "", "")
    table = found.advantages.loc[found.advantages["verdict"] == "mostly wasted"]
    if table.empty:
        known = found.advantages["probability"].dropna()
        return _Here(AGAINST if len(known) else OPEN, "no advantage is clearly wasted", 0.5, "", "")
    row = table.sort_values("probability", kind="stable").iloc[-1]
    return _Here(FITS, f"{row['title']}: {row['use']} of {row['have']} firms that have it make a linked effort "
                 f"({row['efforts']})", float(row["probability"]),
                 f"Ask the firms that have the advantage “{row['title'].lower()}” why they make no effort of this kind "
                 f"({row['efforts']}), before offering more of the advantage.", "a round of interviews")


def _leaks(found: LearningMatrix | None) -> _Here:
    if found is None:
        return _Here(OPEN, "not asked (instrument 'place')", float("nan"), "", "")
    table = found.cells.loc[(found.cells["sign"] == "-") & found.cells["filled"]]
    if table.empty:
        return _Here(OPEN, "not asked (items AD_poaching, AD_copying)", float("nan"), "", "")
    row = table.sort_values("share", kind="stable").iloc[-1]
    share = Share(round(float(row["share"]) * int(row["firms"])), int(row["firms"]))
    here, p = _two_sided(share)
    return _Here(here, f"{row['says']}: {share}", p,
                 "Try training that several firms pay for together, so that those who leave do not take it from one.",
                 "a course that would have been held anyway")

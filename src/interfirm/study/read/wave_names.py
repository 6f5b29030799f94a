"""Waves from the names of files and sheets: what is believed, and what is said about it.

A year, or a number after a word for a wave (``wave 2``, ``w2``, ``t1``, ``round-2``), is believed. A bare number at
the end (``results2``) is believed only where several sources share the rest of the name, differ by the number and
speak of the same people.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from interfirm.study.read import looks
from interfirm.study.read.grid import Sheet
from interfirm.study.read.plan import SourcePlan

_TAIL = re.compile(r"(?P<stem>.*[^\W\d_])[\W_]*(?P<number>\d{1,2})")
_SAME_PEOPLE = 0.3
_TIES = frozenset({"matrix", "edges", "roster", "recall"})


def waves(plans: Sequence[SourcePlan], sheets: Sequence[Sheet]) -> list[str | None]:
    """The wave that each name says, or None."""
    titles = [looks.title(sheet) for sheet in sheets]
    out = [looks.wave_of(title) for title in titles]
    groups: dict[str, list[int]] = {}
    for place, (plan, title) in enumerate(zip(plans, titles, strict=True)):
        found = _TAIL.fullmatch(title)
        if found and out[place] is None and plan.kind in _TIES:
            groups.setdefault(f"{plan.kind} {found['stem'].casefold()}", []).append(place)
    for places in groups.values():
        tails = [_TAIL.fullmatch(titles[place]) for place in places]
        numbers = [tail["number"] for tail in tails if tail]
        if len(set(numbers)) == len(places) > 1 and _same_people([_people(plans[i], sheets[i]) for i in places]):
            for place, number in zip(places, numbers, strict=True):
                out[place] = number
    return out


def _people(plan: SourcePlan, sheet: Sheet) -> set[str]:
    """Who stands in the rows of a source."""
    named = [plan.actor or plan.sender, plan.receiver]
    columns = [name for name in named if name in sheet.frame.columns] or [str(sheet.frame.columns[0])]
    return {cell for name in columns for cell in sheet.frame[name]} - {""} if not plan.labels else set(plan.labels)


def _same_people(groups: Sequence[set[str]]) -> bool:
    first = groups[0]
    return all(len(first & other) >= _SAME_PEOPLE * min(len(first), len(other)) for other in groups[1:])


def told(plans: Sequence[SourcePlan], sheets: Sequence[Sheet]) -> list[str]:
    """What was assumed about waves, and how to say it otherwise."""
    asked = [(plan, sheet) for plan, sheet in zip(plans, sheets, strict=True)
             if plan.kind in _TIES and plan.wave and not plan.wave_column]
    read = waves(plans, sheets)
    by_name = {id(plan): wave for plan, wave in zip(plans, read, strict=True)}
    spoken: list[tuple[str | None, str]] = []
    silent: list[tuple[str | None, str]] = []
    for plan, sheet in asked:
        (spoken if by_name[id(plan)] == plan.wave else silent).append((plan.wave, looks.title(sheet)))
    lines = []
    if spoken:
        what = ", ".join(f"{wave} in '{title}'" for wave, title in spoken)
        lines.append(f"the wave is read from the name: {what}; if it is none, write another 'wave' in import.toml")
    for wave in dict.fromkeys(wave for wave, _ in silent):
        titles = [f"'{title}'" for found, title in silent if found == wave]
        lines.append(f"no name says when {', '.join(titles)} {'was' if len(titles) == 1 else 'were'} asked: taken as "
                     f"wave {wave}; write the year as 'wave' in import.toml")
    return lines

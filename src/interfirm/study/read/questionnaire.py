"""Questionnaires with one row per respondent and one column per item, from a survey service or a workbook.

Items are known by their names (``C1_1``, also as ``C1[1]``, ``C1[SQ001]`` or ``C1_1. We regularly …``) or by their
whole wording.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from interfirm.errors import Findings
from interfirm.study.instruments import Item, instruments
from interfirm.study.instruments import items as items_of
from interfirm.study.read import words
from interfirm.study.read.raw import Raw

if TYPE_CHECKING:
    import pandas as pd

FEWEST = 3
_TITLE = re.compile(r"^questionnaire\s+(?P<wave>\S.*)$", re.IGNORECASE)
_BRACKET = re.compile(r"(?P<head>[^\[\]]*?)\s*\[(?P<inside>[^\[\]]+)\]")
_NUMBER = re.compile(r"(?:SQ)?0*(?P<number>\d{1,2})", re.IGNORECASE)
_LEADING = re.compile(r"(?P<code>[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)+(?:@\S+)?)(?:[.:)\s].*)?", re.DOTALL)
_CODE = re.compile(r"AO?0*(?P<number>\d{1,2})")
_WORDED = re.compile(r"(?P<number>-?\d+(?:[.,]\d+)?)\s*[-–—:=.)(]\s*[^\d\s].*", re.DOTALL)
_WHO = ("respondent", "person")


@lru_cache(maxsize=1)
def _known() -> tuple[dict[str, Item], dict[str, str]]:
    """Items by lower-case name, and their names by plain wording."""
    every = [item for name in instruments() for item in items_of(name)]
    return {item.item.casefold(): item for item in every}, {words.plain(item.text): item.item for item in every}


def item_of(header: str) -> str | None:
    """The item that a column asks, as it is written in the table ``answers``; None if it asks none of ours.

    Examples
    --------
    >>> item_of("C1[SQ001]"), item_of("c4_5. Little of what the partner knows"), item_of("Turnover")
    ('C1_1', 'C4_5', None)
    """
    named, worded = _known()
    text = " ".join(header.split())
    found = _BRACKET.fullmatch(text)
    if found:
        return _inside(found["head"], found["inside"].strip())
    lead = _LEADING.fullmatch(text)
    if lead:
        name, _, partner = lead["code"].partition("@")
        if name.casefold() in named:
            return named[name.casefold()].item + (f"@{partner}" if partner else "")
    return worded.get(words.plain(text))


def _inside(head: str, inside: str) -> str | None:
    """An item of an array question: ``C1[SQ001]``, ``anything[C1_1]``, ``anything[its wording]``, ``TRUST_1[F02]``."""
    named, worded = _known()
    code = _LEADING.fullmatch(inside)
    if code and code["code"].casefold() in named:
        return named[code["code"].casefold()].item
    if words.plain(inside) in worded:
        return worded[words.plain(inside)]
    number = _NUMBER.fullmatch(inside)
    if number and f"{head}_{int(number['number'])}".casefold() in named:
        return named[f"{head}_{int(number['number'])}".casefold()].item
    about = named.get(head.casefold())
    sure = about is not None and about.about != "firm" and ("_" in head or head == about.item)
    return f"{about.item}@{inside}" if about is not None and sure else None


def value_of(cell: str) -> str:
    """The number in an answer: ``A4`` and ``AO04`` are 4, ``7 (fully)`` is 7; anything else stays as it is.

    Examples
    --------
    >>> value_of("A4"), value_of("7 (fully)"), value_of("yes")
    ('4', '7', 'yes')
    """
    found = _CODE.fullmatch(cell.strip()) or _WORDED.fullmatch(cell.strip())
    return found["number"].replace(",", ".").lstrip("0") or "0" if found else cell


def is_questionnaire(raw: Raw) -> bool:
    """Whether a sheet of a workbook is one: its name says so and its first column is ``respondent``."""
    return bool(_TITLE.match(raw.title)) and raw.header[:1] == ["respondent"]


def read(raw: Raw, findings: Findings) -> pd.DataFrame:
    """The answers in a sheet "questionnaire WAVE": column ``respondent`` (the actor), perhaps ``person``, and items.

    Parameters
    ----------
    raw
        The sheet.
    findings
        Receives columns that are no item and answers without a respondent.

    Returns
    -------
    pandas.DataFrame
        Rows of the table ``answers``; a row without any answer is left out.
    """
    import pandas as pd

    match = _TITLE.match(raw.title)
    wave = match["wave"].strip() if match else ""
    asked = {name: item_of(name) for name in raw.header if name and name not in _WHO}
    for name in (name for name, item in asked.items() if item is None):
        findings.add("note", f"the column '{name}' is no item that interfirm knows; its answers are kept under "
                     "this name", "unknown-item", **raw.at(column=name),
                     remedy="Look at 'Questions (ignore)' in the template")
    rows: list[tuple[str, str, str, str]] = []
    seen: dict[str, int] = {}
    for position, row in enumerate(raw.rows):
        cells = dict(zip(raw.header, (cell.strip() for cell in row), strict=True))
        given = [(item or name, value_of(cells[name])) for name, item in asked.items() if cells[name]]
        who = cells["respondent"]
        if given and not who:
            findings.add("error", "answers without a respondent", "empty-cell", **raw.at(position, "respondent"),
                         remedy="Write who answered, or empty the row")
        elif given:
            seen[who] = seen.get(who, 0) + 1
            person = cells.get("person") or str(seen[who])
            rows += [(who, person, item, value) for item, value in given]
    return pd.DataFrame(rows, columns=["actor", "respondent", "item", "value"]).assign(wave=wave)

"""A roster survey: one row per respondent, one column per member, a mark where a partner was named.

The sheet is called "survey RELATION WAVE". Column ``respondent`` holds the actor; column ``answered``,
if there is one, says whether it answered: that is how a firm that named nobody differs from
one that did not reply. A mark is ``x``, ``yes`` or a number, which is the weight.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from interfirm.errors import Findings
from interfirm.study.read.raw import Raw

if TYPE_CHECKING:
    import pandas as pd

_TITLE = re.compile(r"^survey\s+(?P<relation>\S.*?)\s+(?P<wave>\S+)$", re.IGNORECASE)
_FIXED = ("respondent", "answered")
_YES, _NO = {"x", "yes", "y", "✓"}, {"no", "n", "-"}


def is_roster(raw: Raw) -> bool:
    """Whether a sheet is a roster survey: its name says so and its first column is ``respondent``."""
    return bool(_TITLE.match(raw.title)) and raw.header[:1] == ["respondent"]


def is_empty(raw: Raw) -> bool:
    """Whether nobody has answered yet: no mark and no word under ``answered``."""
    return not any(cell.strip() for row in raw.rows for cell in row[1:])


def read(raw: Raw, findings: Findings) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The ties that were named, and who answered.

    Parameters
    ----------
    raw
        The sheet.
    findings
        Receives marks that cannot be read, respondents without a name and the like.

    Returns
    -------
    tuple of pandas.DataFrame
        Tables ``ties`` and ``responses`` with their key columns. A member of the roster without
        an answer has ``responded`` = no.
    """
    import pandas as pd

    match = _TITLE.match(raw.title)
    relation, wave = (match["relation"], match["wave"]) if match else ("", "")
    members = [name for name in raw.header if name not in _FIXED]
    for name in sorted({name for name in raw.header if raw.header.count(name) > 1}):
        findings.add("error", f"the column '{name}' occurs more than once", "duplicate-column", **raw.at(column=name),
                     expected="each member once", remedy="Rename or remove one of them")
    ties: list[tuple[str, str, float]] = []
    answered: dict[str, bool] = {}
    for position, row in enumerate(raw.rows):
        cells = dict(zip(raw.header, (cell.strip() for cell in row), strict=True))
        named = list(_marks(raw, position, cells, members, findings))
        who = cells["respondent"]
        if not who:
            if named:
                findings.add("error", "marks without a respondent", "empty-cell", **raw.at(position, "respondent"),
                             remedy="Write who answered, or empty the row")
        elif who in answered:
            findings.add("error", f"respondent '{who}' has two rows", "duplicate-key", **raw.at(position),
                         remedy="Keep one of them")
        else:
            answered[who] = _answered(raw, position, cells, bool(named), findings)
            ties += [(who, member, weight) for member, weight in named if _other(raw, position, who, member, findings)]
    for member in members:
        answered.setdefault(member, False)
    key = {"wave": wave, "relation": relation}
    tie_table = pd.DataFrame(ties, columns=["sender", "receiver", "weight"]).assign(**key)
    return tie_table, pd.DataFrame({"actor": list(answered), "responded": list(answered.values())}).assign(**key)


def _marks(raw: Raw, position: int, cells: dict[str, str], members: list[str],
           findings: Findings) -> Iterator[tuple[str, float]]:
    for member in members:
        cell = cells[member].lower()
        if not cell or cell in _NO:
            continue
        weight = 1.0 if cell in _YES else _number(cell)
        if weight is None:
            findings.add("error", f"'{cells[member][:60]}' is not a mark", "not-a-mark", **raw.at(position, member),
                         expected="x, yes, no or a number", remedy="Correct the cell, or leave it empty")
        elif weight > 0:
            yield member, weight


def _number(cell: str) -> float | None:
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if 0 <= value < float("inf") else None


def _answered(raw: Raw, position: int, cells: dict[str, str], named: bool, findings: Findings) -> bool:
    word = cells.get("answered", "yes").lower()
    if word in {"yes", "y", "true", "1", "x"}:
        return True
    if word in {"no", "n", "false", "0"}:
        if named:
            findings.add("warning", "partners are named but 'answered' says no; the answer counts", "answered",
                         **raw.at(position, "answered"), remedy="Write yes, or take the marks away")
        return named
    if word:
        findings.add("error", f"'{word[:60]}' is neither yes nor no", "not-yes-or-no", **raw.at(position, "answered"),
                     expected="yes or no", remedy="Correct the cell, or leave it empty")
    return named


def _other(raw: Raw, position: int, who: str, member: str, findings: Findings) -> bool:
    if who == member:
        findings.add("warning", f"'{who}' names itself; this is left out", "self-tie", **raw.at(position, member),
                     remedy="Empty the cell")
    return who != member

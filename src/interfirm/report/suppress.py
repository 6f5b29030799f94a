"""Small counts that could point at single firms are taken out of a summary.

Counts of actors by category under three are left blank. Where the total of the column would give a
blank away, the next smallest cell is left blank too, until the blanks of the column could be at least
three different sets of numbers; where there is no such cell, the total is left blank.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any, Final

LEAST: Final = 3
_WIDTH: Final = 2


def suppress(summary: dict[str, Any]) -> dict[str, Any]:
    """A copy of a summary without counts of one or two actors in any table of categories.

    Tables marked ``categories`` are treated: their ``count`` columns, the ``share`` columns that follow
    them, and the rows of the figure they belong to. The tables say that cells were left blank. Doing it
    twice changes nothing.

    Parameters
    ----------
    summary
        The dictionary that :func:`interfirm.report.summary.summarize` returns.
    """
    out = copy.deepcopy(summary)
    for chapter in out["chapters"]:
        for block in chapter["blocks"]:
            if block["type"] == "table":
                _suppress_table(block)
            elif block["type"] == "figure" and _suppress_table(block["table"]):
                _suppress_rows(block)
    return out


def _suppress_table(table: dict[str, Any]) -> bool:
    """Blank the small counts of one table; whether any cell of it is blank."""
    if not table.get("categories") or not table["rows"]:
        return False
    kinds = [column["kind"] for column in table["columns"]]
    columns = [i for i, kind in enumerate(kinds) if kind == "count"]
    rows = table["rows"]
    total, fresh = str(rows[-1][0]) == "All", False
    for column in columns:
        counts = [row[column] for row in rows]
        for i in blanks(counts[:-1], counts[-1]) if total else small(counts):
            _blank(rows[i], column, kinds)
            fresh = True
    if fresh and "left blank" not in table["caption"]:
        table["caption"] = f"{table['caption']} Counts under {LEAST}, and cells that would give them away, " \
                           "are left blank.".strip()
    return any(row[i] is None for row in rows for i in columns)


def _blank(row: list[Any], column: int, kinds: list[str]) -> None:
    row[column] = None
    if column + 1 < len(kinds) and kinds[column + 1] == "share":
        row[column + 1] = None


def _suppress_rows(figure: dict[str, Any]) -> None:
    """Take the rows of a chart whose cell in the table is blank."""
    table = figure["table"]
    labels = {str(row[0]): row for row in table["rows"]}
    heads = {column["label"]: i for i, column in enumerate(table["columns"])}

    def known(row: dict[str, Any]) -> bool:
        one, two = str(row.get("group", row.get("row", row.get("label", "")))), \
            str(row.get("part", row.get("column", "")))
        for first, second in ((one, two), (two, one)):
            if first in labels and second in heads:
                return labels[first][heads[second]] is not None
        return True

    figure["rows"] = [row for row in figure["rows"] if known(row)]


def small(counts: Sequence[Any]) -> list[int]:
    """Positions of counts above zero and under three."""
    return [i for i, value in enumerate(counts) if value is not None and 0 < value < LEAST]


def blanks(counts: Sequence[Any], total: Any) -> list[int]:
    """Which cells of a column of counts to leave blank; ``len(counts)`` stands for the total.

    k blank cells that sum to S, each known to be at least 1 because zeros are published, can each be
    anything from 1 to S − k + 1. A blank is protected if k ≥ 2 and S − k ≥ 2, or if the total is blank.

    Parameters
    ----------
    counts
        The counts; None where a cell is blank already.
    total
        Their total; None where it is blank.

    Examples
    --------
    >>> blanks([40, 2, 8, 5], 55)
    [1, 3]
    """
    hidden = set(small(counts))
    if not hidden:
        return [len(counts)] if total is not None and 0 < total < LEAST else []
    if total is None or total < LEAST:
        return sorted(hidden | ({len(counts)} if total is not None else set()))
    before = sum(value is None for value in counts)
    shown = sum(value for value in counts if value is not None)
    rest = sorted((value, i) for i, value in enumerate(counts) if value is not None and value >= LEAST)
    while rest and not _protected(total - shown + sum(counts[i] for i in hidden), len(hidden) + before):
        hidden.add(rest.pop(0)[1])
    if not _protected(total - shown + sum(counts[i] for i in hidden), len(hidden) + before):
        hidden.add(len(counts))
    return sorted(hidden)


def _protected(total: float, cells: int) -> bool:
    return cells >= 2 and total - cells >= _WIDTH

"""Where the header of a table is, how many rows it has, and the names it gives."""

from __future__ import annotations

import re
from collections.abc import Sequence

_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?")
_LOOK = 30

Row = Sequence[str]


def find(rows: Sequence[Row], numbers: Sequence[int], row: int | None, depth: int | None, *,
         named: bool) -> tuple[int, int]:
    """How many rows stand before the data, and how many of them are the header.

    Parameters
    ----------
    rows, numbers
        The rows without blank ones, and their numbers as the user sees them.
    row, depth
        What ``import.toml`` says: number of the last row before the data, and how many of those are header.
    named
        Whether the first row is known to be the header.
    """
    if row is not None:
        count = sum(number <= row for number in numbers)
        return count, min(1 if depth is None else depth, count)
    return (1, 1) if named and rows else _found(rows)


def _found(rows: Sequence[Row]) -> tuple[int, int]:
    if not rows:
        return 0, 0
    width = max(len(item) for item in rows[:_LOOK])
    start = _titles(rows, width)
    if start >= len(rows):
        return 0, 0
    body = rows[start + 1: start + _LOOK]
    if not _is_header(rows[start], body):
        return start, 0
    if len(body) > 1 and _two_rows(_padded(rows[start], width), _padded(body[0], width), body[1:]):
        return start + 2, 2
    return start + 1, 1


def _titles(rows: Sequence[Row], width: int) -> int:
    """How many leading rows are titles or notes: one filled cell in a table of several columns."""
    start = 0
    for position, row in enumerate(rows[:_LOOK]):
        filled = [i for i, cell in enumerate(row) if cell]
        alone = len(filled) == 1 and (filled[0] == 0 or width > 2)
        if not (alone and width > 1 and any(sum(map(bool, later)) > 1 for later in rows[position + 1:_LOOK])):
            return start
        if filled[0] > 0 and position + 1 < len(rows) and rows[position + 1][:1] != [""]:
            below = [cell for cell in rows[position + 1] if cell]
            if any(_NUMBER.fullmatch(cell) for cell in below):
                return start
        start = position + 1
    return start


def _is_header(row: Row, body: Sequence[Row]) -> bool:
    """Whether a row names columns rather than being data."""
    filled = [cell for cell in row if cell]
    if not filled or not body:
        return bool(filled) and not all(_NUMBER.fullmatch(cell) for cell in filled)
    if all(_NUMBER.fullmatch(cell) for cell in filled):
        blank_corner = not row[0] and len(filled) == len(set(filled)) and len(filled) > 1
        return blank_corner and all(line[0] for line in body if line)
    repeated = sum(any(i < len(line) and line[i] == cell for line in body) for i, cell in enumerate(row) if cell)
    elsewhere = {cell for line in body for cell in line[:2]}
    if len(row) <= 3 and all(cell in elsewhere for cell in filled[:2]):
        return False
    return repeated < max(1, len(filled) / 2)


def _two_rows(upper: Row, lower: Row, body: Sequence[Row]) -> bool:
    """Whether the second row, too, is header: it fills the gaps that merged cells leave above it."""
    gaps = [i for i, cell in enumerate(upper) if not cell and lower[i]]
    if not [i for i in gaps if i > 0]:
        return False
    first = [line[0] for line in body if line]
    if upper[0] and not lower[0] and first and sum(map(bool, first)) > len(first) / 2:
        return True
    named = [cell for cell in lower[1:] if cell]
    text = not any(_NUMBER.fullmatch(cell) for cell in named)
    numeric = any(_NUMBER.fullmatch(cell) for line in body for cell in line[1:])
    return sum(map(bool, upper)) >= 1 and len(named) == len(lower) - 1 and text and numeric


def _padded(row: Row, width: int) -> list[str]:
    return [*row, *[""] * (width - len(row))]


def names(rows: Sequence[Row], count: int, depth: int) -> tuple[list[str], str]:
    """The column names, and a line on what was made of two header rows."""
    if depth == 0:
        return [], ""
    if depth == 1:
        return [_clean(cell) for cell in rows[count - 1]], ""
    width = max(len(row) for row in rows[count - depth:count])
    levels = [_padded(row, width) for row in rows[count - depth:count]]
    last = [_clean(cell) for cell in levels[-1]]
    rest = [cell for cell in last[1:] if cell]
    if not any(level[0] for level in levels[:-1]) and len(rest) == width - 1 and len(set(rest)) == len(rest):
        return last, "the header has two rows; the names are taken from the lower one"
    joined = [_joined(parts) for parts in zip(*[_filled(level) for level in levels[:-1]], last, strict=True)]
    return joined, f"the header has {depth} rows, which are joined"


def _filled(level: Sequence[str]) -> list[str]:
    """A row of merged cells with each name repeated over the columns that it spans."""
    out: list[str] = []
    current = ""
    for cell in level:
        current = _clean(cell) or current
        out.append(current)
    return out


def _joined(parts: Sequence[str]) -> str:
    upper = [part for part in parts[:-1] if part]
    return " ".join([*upper, parts[-1]]).strip()


def _clean(cell: str) -> str:
    return " ".join(cell.split())

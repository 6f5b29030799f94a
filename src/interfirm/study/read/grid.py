"""A table as the user sees it: cells in rows, then a header over named columns.

Every reader (:mod:`delimited`, :mod:`workbook`, :mod:`columnar`) gives a :class:`Grid`;
:func:`shape` finds the header, the title rows above it and the totals rows below the data, and gives
a :class:`Sheet`. All cells are text; the empty text is the empty cell.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from interfirm.errors import Findings
from interfirm.study.read import header, numbers, words

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


_FEW_COLUMNS = 3


@dataclass(frozen=True)
class Layout:
    """How the cells of a sheet are to be read. None means: find out.

    Parameters
    ----------
    encoding, delimiter
        Of a text file.
    decimal
        ``"."``, ``","`` or ``"mixed"`` (both occur as decimal marks).
    header_row
        Number of the last row before the data, as the user sees it; 0 if the data begin at once.
    header_rows
        How many of the rows before the data are the header; 0 if there is none.
    """

    encoding: str | None = None
    delimiter: str | None = None
    decimal: str | None = None
    header_row: int | None = None
    header_rows: int | None = None


@dataclass(frozen=True)
class Dropped:
    """Something of the user's that is not in the study, and why."""

    what: str
    reason: str
    file: str | None = None
    sheet: str | None = None
    row: int | None = None
    column: str | None = None

    def __str__(self) -> str:
        place = [self.file] if self.file else []
        if self.sheet:
            place.append(f"sheet '{self.sheet}'")
        if self.row is not None:
            place.append(f"row {self.row}")
        if self.column:
            place.append(f"column '{self.column}'")
        where = ", ".join(place)
        return f"{where}: {self.what} ({self.reason})" if where else f"{self.what} ({self.reason})"


@dataclass(frozen=True)
class Grid:
    """The cells of one table before anything is decided.

    Parameters
    ----------
    file, sheet
        Where it is from; ``sheet`` is None for files that hold one table.
    rows
        Its rows of text cells, blank rows left out.
    numbers
        For each row its number as the user's program shows it.
    layout
        What is known about the way the cells were read.
    guesses
        Printable lines on what was guessed so far.
    named
        Whether the first row is known to hold the column names (Parquet, Stata, SPSS).
    labels
        Column -> what the file says about it (the label of a variable).
    codes
        Column -> code -> label of a value.
    """

    file: str
    sheet: str | None
    rows: list[list[str]]
    numbers: list[int]
    layout: Layout = field(default_factory=Layout)
    guesses: tuple[str, ...] = ()
    named: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Sheet:
    """A table with named columns.

    Parameters
    ----------
    file, name
        The file, and the sheet in it (None where the file is one table).
    frame
        All cells as text; column names are unique. A table without a header has ``column 1`` …
    rows
        For each row of ``frame`` its number as the user sees it.
    layout
        How it was read, complete.
    guesses
        Printable lines on what was guessed.
    dropped
        Rows that were left out: titles, totals.
    labels, codes
        As in :class:`Grid`.
    """

    file: str
    name: str | None
    frame: pd.DataFrame
    rows: np.ndarray[Any, Any]
    layout: Layout
    guesses: tuple[str, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """Place in words, e.g. ``"members.xlsx, sheet 'ties'"``."""
        return f"{self.file}, sheet '{self.name}'" if self.name else self.file

    @property
    def has_header(self) -> bool:
        """Whether the columns have names of their own."""
        return self.layout.header_rows != 0

    def at(self, position: int | None = None, column: object = None) -> dict[str, Any]:
        """Keyword arguments of a finding at this place."""
        row = None if position is None else int(self.rows[position])
        return {"file": self.file, "sheet": self.name, "row": row, "column": None if column is None else str(column)}


def shape(grid: Grid, layout: Layout, findings: Findings) -> Sheet:
    """Give a grid its header and cut off what is not data.

    Parameters
    ----------
    grid
        The cells.
    layout
        What is fixed by ``import.toml``; the rest is found out.
    findings
        Receives rows that are longer than the header and names that occur twice.
    """
    import numpy as np
    import pandas as pd

    count, depth = header.find(grid.rows, grid.numbers, layout.header_row, layout.header_rows, named=grid.named)
    names, note = header.names(grid.rows, count, depth)
    dropped = [Dropped(" | ".join(filter(None, grid.rows[i]))[:200], "title above the table", grid.file, grid.sheet,
                       grid.numbers[i]) for i in range(count - depth)]
    body, places = grid.rows[count:], grid.numbers[count:]
    body, places, below = _without_notes(body, places, len(names))
    dropped += [Dropped(" | ".join(filter(None, row))[:200], "note below the table", grid.file, grid.sheet, number)
                for row, number in below]
    body, places, cut = _without_totals(body, places)
    dropped += [Dropped(" | ".join(filter(None, row))[:200], "totals row", grid.file, grid.sheet, number)
                for row, number in cut]
    _report_widths(grid, body, places, len(names), findings)
    names = _full_names(grid, names, max((len(row) for row in body), default=0), findings)
    columns = list(zip_longest(*body, fillvalue="")) if body else []
    columns += [("",) * len(body)] * (len(names) - len(columns))
    keep = [i for i, name in enumerate(names) if name or any(columns[i])]
    frame = pd.DataFrame({names[i] or f"column {i + 1}": pd.Series(columns[i], dtype="str") for i in keep},
                         index=pd.RangeIndex(len(body)))
    decimal = layout.decimal or numbers.decimal_mark([columns[i] for i in keep])
    full = replace(grid.layout, decimal=decimal, header_row=grid.numbers[count - 1] if count else 0,
                   header_rows=depth)
    said = _said(grid, full, note, layout)
    return Sheet(grid.file, grid.sheet, frame, np.asarray(places, dtype=np.int64), full,
                 (*grid.guesses, *said), tuple(dropped), grid.labels, grid.codes)


def _said(grid: Grid, full: Layout, note: str, asked: Layout) -> list[str]:
    out = [note] if note else []
    if asked.header_row is None and not grid.named:
        if full.header_rows == 0 and grid.rows:
            out.append("there is no header row")
        elif full.header_row and full.header_row > 1:
            out.append(f"the header is row {full.header_row}")
    if asked.decimal is None and full.decimal != ".":
        mark = "the decimal mark is a comma" if full.decimal == "," else "decimal commas and decimal points both occur"
        out.append(mark)
    return out


def _without_notes(body: list[list[str]], places: list[int], width: int) -> \
        tuple[list[list[str]], list[int], list[Any]]:
    """The data without notes below them: after a blank row, one filled cell each in a table of several columns."""
    end = len(body)
    while end > 1 and sum(map(bool, body[end - 1])) == 1:
        end -= 1
    blank = next((i for i in range(max(end, 1), len(body)) if places[i] > places[i - 1] + 1), None)
    if width < _FEW_COLUMNS or blank is None or end < 2:
        return body, places, []
    return body[:blank], places[:blank], list(zip(body[blank:], places[blank:], strict=True))


def _without_totals(body: list[list[str]], places: list[int]) -> tuple[list[list[str]], list[int], list[Any]]:
    """The data without totals rows at its end."""
    end = len(body)
    while end and _is_total(body[end - 1]):
        end -= 1
    return body[:end], places[:end], list(zip(body[end:], places[end:], strict=True))


def _is_total(row: Sequence[str]) -> bool:
    first = next((cell for cell in row if cell), "")
    return is_total_word(first) and sum(map(bool, row)) > 1


def is_total_word(text: str) -> bool:
    """Whether a label stands for a sum of the others, in one of many languages."""
    return re.sub(r"[\s:.=]+$", "", text.strip().casefold()) in words.cells("totals")


def _report_widths(grid: Grid, body: list[list[str]], places: list[int], width: int, findings: Findings) -> None:
    wide = [number for row, number in zip(body, places, strict=True) if len(row) > width and any(row[width:])]
    if wide and width:
        findings.add("warning", f"{len(wide)} rows have more cells than the header has names, first row {wide[0]}",
                     "too-many-cells", file=grid.file, sheet=grid.sheet, row=wide[0], expected=f"{width} cells",
                     remedy="Look for a delimiter inside a cell; the extra cells are kept in columns of their own")
    short = [number for row, number in zip(body, places, strict=True) if len(row) < width]
    if short and grid.layout.delimiter:
        findings.add("warning", f"{len(short)} rows have fewer cells than the header has names, first row {short[0]}",
                     "too-few-cells", file=grid.file, sheet=grid.sheet, row=short[0],
                     expected=f"{width} cells",
                     remedy="Check that the file is complete; the missing cells count as empty")


def _full_names(grid: Grid, names: list[str], width: int, findings: Findings) -> list[str]:
    """Unique names, and blank ones for columns beyond the header."""
    out: list[str] = []
    taken: set[str] = set()
    for name in [*names, *[""] * (width - len(names))]:
        fresh, number = name, 2
        while fresh and fresh in taken:
            fresh, number = f"{name} ({number})", number + 1
        if fresh != name:
            findings.add("warning", f"the column name '{name}' occurs more than once", "duplicate-column",
                         file=grid.file, sheet=grid.sheet, column=name, expected="each name once",
                         remedy=f"The second is called '{fresh}'; rename it in the file")
        taken.add(fresh)
        out.append(fresh)
    spare = {f"column {i + 1}" for i, name in enumerate(out) if not name}
    return [f"{name} (2)" if name in spare else name for name in out]

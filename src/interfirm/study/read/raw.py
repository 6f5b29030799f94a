"""Raw tables: the text of the cells of a CSV file or a sheet, with the places they came from."""

from __future__ import annotations

import csv
import io
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from interfirm.errors import DataError, Finding, Findings
from interfirm.study import schema
from interfirm.study.read import workbook
from interfirm.study.read.files import Blob, decode
from interfirm.study.read.grid import Dropped, Grid
from interfirm.study.read.words import plain
from interfirm.study.schema import Source
from interfirm.study.write.cells import unguard

if TYPE_CHECKING:
    import pandas as pd

IGNORE = "(ignore)"
_DELIMITERS = ",;\t|"
_LOCK = threading.Lock()
_CELL_LIMIT = 1 << 30


@dataclass
class Raw:
    """One sheet or file as text: a header, rows of equal length, and the rows' numbers in the user's program.

    ``sheet`` is None for a CSV file; ``title`` is the sheet name or the file name without its extension.
    """

    file: str
    sheet: str | None
    title: str
    header: list[str]
    rows: list[Sequence[str]]
    numbers: list[int]
    notes: Findings = field(default_factory=Findings)

    @property
    def source(self) -> Source:
        """The place of every row, for the findings."""
        import numpy as np

        return Source(self.file, self.sheet, np.asarray(self.numbers, dtype=np.int64))

    def frame(self) -> pd.DataFrame:
        """The cells as a table of text."""
        import pandas as pd

        columns = list(zip(*self.rows, strict=True)) if self.rows else [()] * len(self.header)
        series = [pd.Series(list(cells), dtype="str") for cells in columns]
        if not series:
            return pd.DataFrame()
        return pd.concat(series, axis=1).set_axis(list(self.header), axis=1)

    def at(self, position: int | None = None, column: str | None = None) -> dict[str, Any]:
        """Keyword arguments for a finding in this sheet; ``position`` counts table rows from 0."""
        row = None if position is None else self.numbers[position]
        return {"file": self.file, "sheet": self.sheet, "row": row, "column": column}


def from_csv(blob: Blob, more: frozenset[str] = frozenset()) -> Raw:
    """A CSV file; delimiter and encoding are guessed where they are not the usual ones, and said.

    ``more``: headers, besides those of a study, that give the delimiter away (letters and digits, lower case).

    Raises
    ------
    DataError
        If the file is not text, or a quote is never closed.
    """
    name = Path(blob.name).name
    decoded = decode(blob.data, name=name)
    notes = Findings()
    if not decoded.certain:
        notes.add("note", f"the text is read as {decoded.encoding}", "encoding", file=name,
                  remedy="If letters look wrong, save the file as UTF-8")
    delimiter = _delimiter(decoded.text, more)
    if delimiter != ",":
        shown = {"\t": "tab"}.get(delimiter, f"'{delimiter}'")
        notes.add("note", f"the cells are separated by {shown}", "delimiter", file=name)
    records = _records(decoded.text, delimiter, name)
    header = [unguard(cell.strip()) for cell in records[0]] if records else []
    return _tidy(name, None, blob.stem, header, records, notes, guarded=True)


def _records(text: str, delimiter: str, name: str) -> list[list[str]]:
    with _LOCK:
        before = csv.field_size_limit(_CELL_LIMIT)
        try:
            reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
            return list(reader)
        except csv.Error as problem:
            raise DataError(Finding(
                "error", f"the file cannot be cut into cells ({problem})", "broken-quotes", file=name,
                row=reader.line_num, expected="quotes around a cell, and doubled inside it",
                remedy="Correct the quotes, or save the file again from a spreadsheet")) from problem
        finally:
            csv.field_size_limit(before)


def _delimiter(text: str, more: frozenset[str] = frozenset()) -> str:
    """The separator that gives the most declared column names in the first line; a comma if none does."""
    first = next((line for line in text.split("\n") if line.strip()), "")
    names = {column for table in schema.tables().values() for column in table.columns}

    def known(delimiter: str) -> int:
        cells = [cell.strip().strip('"') for cell in first.split(delimiter)]
        return sum(cell in names or plain(cell) in more for cell in cells)

    best = max(_DELIMITERS, key=known)
    return best if known(best) > known(",") else ","


def from_workbook(blob: Blob, findings: Findings) -> list[Raw]:
    """Every sheet of a workbook that is not to be ignored; hidden sheets are left out, and said.

    Raises
    ------
    DataError
        If the file is no workbook, or is damaged, encrypted or too large.
    """
    dropped: list[Dropped] = []
    grids = workbook.read(blob, findings, dropped)
    for item in dropped:
        if item.reason == "the sheet is hidden":
            findings.add("warning", "the sheet is hidden and is not read", "hidden-sheet", file=item.file,
                         sheet=item.sheet, remedy=f"Show it, or add '{IGNORE}' to its name")
    return [_from_grid(grid) for grid in grids]


def _from_grid(grid: Grid) -> Raw:
    """The first row that is not empty is the header."""
    header = [cell.strip() for cell in grid.rows[0]]
    sheet = str(grid.sheet)
    return _tidy(grid.file, sheet, sheet, header, grid.rows, Findings(), numbers=grid.numbers, guarded=False)


def _tidy(file: str, sheet: str | None, title: str, header: list[str], records: list[list[str]], notes: Findings,
          *, guarded: bool, numbers: list[int] | None = None) -> Raw:
    """Leave out empty rows and columns; every other row must be as long as the header."""
    where: dict[str, Any] = {"file": file, "sheet": sheet}
    rows: list[Sequence[str]] = []
    kept = []
    width = len(header)
    for number, record in zip((numbers or range(1, len(records) + 1))[1:], records[1:], strict=True):
        if not any(cell.strip() for cell in record):
            continue
        if len(record) > width and any(cell.strip() for cell in record[width:]):
            notes.add("error", f"the row has {len(record)} cells, the header {width}", "long-row", row=number,
                      expected="as many cells as columns", remedy="Put text that holds a separator in quotes", **where)
        elif len(record) < width and sheet is None:
            notes.add("error", f"the row has only {len(record)} of {width} cells", "short-row", row=number,
                      expected="as many cells as columns", remedy="Complete the row; the file may be cut off", **where)
        cells = (record + [""] * (width - len(record)))[:width]
        rows.append([unguard(cell) for cell in cells] if guarded else cells)
        kept.append(number)
    raw = Raw(file, sheet, title, header, rows, kept, notes)
    _drop_nameless(raw)
    return raw


def _drop_nameless(raw: Raw) -> None:
    """Columns without a name may only be empty."""
    keep = []
    for position, name in enumerate(raw.header):
        if name:
            keep.append(position)
            continue
        filled = next((row for row, cells in enumerate(raw.rows) if cells[position].strip()), None)
        if filled is not None:
            raw.notes.add("error", f"column {position + 1} has cells but no name", "nameless-column", **raw.at(filled),
                          expected="a name in the first row", remedy="Name the column, or empty it")
    if len(keep) < len(raw.header):
        raw.header = [raw.header[position] for position in keep]
        raw.rows = [[row[position] for position in keep] for row in raw.rows]
        if not keep:
            raw.rows, raw.numbers = [], []

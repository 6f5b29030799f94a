"""Text tables: which character parts the columns, and the cells."""

from __future__ import annotations

import csv
import io
from collections import Counter

from interfirm.errors import DataError, Finding, UsageError
from interfirm.study.read import lenient
from interfirm.study.read.files import Blob
from interfirm.study.read.grid import Grid, Layout
from interfirm.study.read.limits import whole
from interfirm.study.read.text import Decoded, decode

DELIMITERS = {";": "semicolon", "\t": "tab", ",": "comma", "|": "vertical bar"}
_SAMPLE = 200
_FIELD = 1 << 24


def read(blob: Blob, layout: Layout) -> Grid:
    """The cells of a text table.

    Parameters
    ----------
    blob
        The file.
    layout
        Encoding and delimiter if they are fixed; otherwise they are guessed.

    Raises
    ------
    DataError
        If the bytes are no text, a quotation mark is never closed, or there are too many columns.
    """
    decoded = decode(blob.data, encoding=layout.encoding, name=blob.name)
    delimiter = layout.delimiter or find_delimiter(decoded.text)
    if len(delimiter) != 1 or delimiter in "\r\n\"":
        raise UsageError(f"The delimiter '{delimiter}' of {blob.name} is not one character. Correct import.toml.")
    rows, numbers, bare = _records(blob.name, decoded.text, delimiter)
    width = max((len(row) for row in rows), default=0)
    if width > whole("table_columns"):
        raise too_wide(blob.name, None, width)
    full = Layout(encoding=decoded.encoding, delimiter=delimiter)
    guesses = _guesses(decoded, delimiter, layout, width)
    if bare:
        guesses.append("quotation marks inside cells are not doubled, and are taken as text")
    return Grid(blob.name, None, rows, numbers, full, tuple(guesses))


def too_wide(file: str, sheet: str | None, width: int) -> DataError:
    """The refusal of a table with too many columns."""
    return DataError(Finding("error", f"the table has {width:,} columns", "too-many-columns", file=file, sheet=sheet,
                             expected=f"at most {whole('table_columns'):,}",
                             remedy="Give ties as a list (sender, receiver) instead of a matrix, or split the table"))


def _guesses(decoded: Decoded, delimiter: str, asked: Layout, width: int) -> list[str]:
    out = []
    if asked.delimiter is None and width > 1:
        out.append(f"columns are parted by {DELIMITERS.get(delimiter, repr(delimiter))}")
    if asked.encoding is None and (not decoded.certain or decoded.encoding not in {"utf-8", "utf-8-sig"}):
        out.append(f"the encoding is {decoded.encoding}")
    if decoded.newline in {"CR", "mixed"}:
        out.append("lines end in a bare carriage return" if decoded.newline == "CR" else "line ends are mixed")
    return out


def find_delimiter(text: str) -> str:
    """The character that parts most rows into the same number of columns.

    Quoted cells are respected. Where several do equally well, semicolon and tab come before comma,
    because a comma may be a decimal mark.
    """
    lines = text.split("\n", _SAMPLE)[:_SAMPLE]
    sample = "\n".join(lines)
    scores = [(_consistency(sample, mark), -place, mark) for place, mark in enumerate(DELIMITERS)]
    best = max(scores)
    return best[2] if best[0] > 0 else ","


def _consistency(sample: str, mark: str) -> float:
    """Share of the rows with the usual number of columns, 0 if that is one."""
    try:
        widths = [len(row) for row in csv.reader(io.StringIO(sample, newline=""), delimiter=mark) if any(row)]
    except csv.Error:
        return 0.0
    wide = [width for width in widths if width > 1]
    if not wide:
        return 0.0
    usual, count = Counter(wide).most_common(1)[0]
    share = count / len(widths)
    return round(share, 1) if usual > 1 else 0.0


def _records(name: str, text: str, delimiter: str) -> tuple[list[list[str]], list[int], bool]:
    """Rows, their numbers, and whether quotation marks inside cells had to be taken as text."""
    csv.field_size_limit(_FIELD)
    try:
        return *_parsed(text, delimiter), False
    except _BrokenQuotesError as problem:
        found = lenient.read(text, delimiter)
        if found is not None:
            return *found, True
        raise DataError(Finding("error", problem.what, "broken-quotes", file=name, row=problem.row,
                                expected="cells in double quotes, a double quote inside a cell written twice",
                                remedy="Correct the quotation marks near this row, or export it again")) from problem


class _BrokenQuotesError(Exception):
    def __init__(self, what: str, row: int) -> None:
        super().__init__(what)
        self.what, self.row = what, row


def _parsed(text: str, delimiter: str) -> tuple[list[list[str]], list[int]]:
    rows, numbers, number = [], [], 0
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            number += 1
            cells = [cell.strip() for cell in row]
            if any(cells):
                rows.append(cells)
                numbers.append(number)
    except csv.Error as problem:
        what = ("a quotation mark is opened and never closed" if "unexpected end" in str(problem)
                else f"the cells cannot be told apart ({problem})")
        raise _BrokenQuotesError(what, number + 1) from problem
    return rows, numbers

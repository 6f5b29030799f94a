"""The part of a DL file after ``DATA:``, layout by layout."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from interfirm.errors import DataError, Finding
from interfirm.study.read.escapes import unescape

MOST_CELLS = 5_000_000
MISSING = {"na", "n/a"}
_TOKEN = re.compile(r"\"([^\"\n]*)\"|'([^'\n]*)'|([^\s,;\"]+)")
_BLOCK = re.compile(r"\s*(rows?|cols?|columns?|value)\s*[:=]?\s*(.*)$", re.IGNORECASE)
_RANGE = re.compile(r"(\d+)\s*(?:to|-|:)\s*(\d+)|(\d+)", re.IGNORECASE)


@dataclass
class Header:
    """What the header of a DL file says."""

    file: str
    rows: int = 0
    columns: int = 0
    levels: int = 0
    format: str = "fullmatrix"
    diagonal: bool = True
    row_labels: list[str] = field(default_factory=list)
    column_labels: list[str] = field(default_factory=list)
    rows_embedded: bool = False
    columns_embedded: bool = False
    places: dict[tuple[bool, str], int] = field(default_factory=dict)

    @property
    def two_mode(self) -> bool:
        """Whether rows and columns are numbered apart."""
        return self.format in {"nodelist2", "edgelist2"}


@dataclass
class Matrix:
    """The cells that the file gives, by row and column from 0; None where the cell is missing."""

    cells: dict[tuple[int, int], str | None] = field(default_factory=dict)


@dataclass(frozen=True)
class _Word:
    text: str
    row: int


def refusal(file: str, problem: str, row: int | None, expected: str, remedy: str) -> DataError:
    """The error that stops the reading of a DL file."""
    return DataError(Finding("error", problem, "dl", file=file, row=row, expected=expected, remedy=remedy))


def _words(text: str, start: int) -> Iterator[_Word]:
    line, at = text.count("\n", 0, start) + 1, start
    for match in _TOKEN.finditer(text, start):
        line += text.count("\n", at, match.start())
        at = match.start()
        word = next(part for part in match.groups() if part is not None)
        if word != "\x1a":
            yield _Word(unescape(word).strip(), line)


def _lines(text: str, start: int) -> Iterator[list[_Word]]:
    first = text.count("\n", 0, start) + 1
    for number, line in enumerate(text[start:].split("\n"), start=first):
        words = [_Word(word.text, number) for word in _words(line, 0)]
        if words:
            yield words


def _number(header: Header, word: _Word) -> str | None:
    if word.text.lower() in MISSING:
        return None
    try:
        value = float(word.text)
    except ValueError:
        value = float("nan")
    if not abs(value) < float("inf") or "_" in word.text:
        raise refusal(header.file, f"'{word.text[:40]}' is not a number", word.row, "a number",
                      "Correct the cell, or the numbers of rows and columns")
    return word.text


class _Stream:
    """The words of the data one after the other, wherever the lines break."""

    def __init__(self, header: Header, text: str, start: int) -> None:
        self.header = header
        self.words = list(_words(text, start))
        self.at = 0
        self.last = text.count("\n") + 1

    def next(self) -> _Word:
        if self.at >= len(self.words):
            raise refusal(self.header.file, "the data end too early", self.last,
                          f"{self.header.levels} × {self.header.rows} × {self.header.columns} cells",
                          "Complete the data, or correct N")
        self.at += 1
        return self.words[self.at - 1]

    def finish(self) -> None:
        if self.at < len(self.words):
            word = self.words[self.at]
            raise refusal(self.header.file, f"there are {len(self.words) - self.at} words more than cells", word.row,
                          "as many cells as N says", "Correct N, NR, NC or NM, or the data")


def full(header: Header, text: str, start: int) -> list[Matrix]:
    """Fullmatrix: every cell, row by row."""
    stream = _Stream(header, text, start)
    out = []
    skip = not header.diagonal and header.rows == header.columns
    for level in range(header.levels):
        matrix = Matrix()
        _embedded_columns(header, stream, level)
        for row in range(header.rows):
            _embedded_row(header, stream, level)
            for column in range(header.columns):
                if not (skip and row == column):
                    _put(matrix, row, column, _number(header, stream.next()))
        out.append(matrix)
    stream.finish()
    _share_labels(header)
    return out


def half(header: Header, text: str, start: int) -> list[Matrix]:
    """Lowerhalf and upperhalf: each pair once."""
    stream = _Stream(header, text, start)
    out = []
    edge = 1 if header.diagonal else 0
    for level in range(header.levels):
        matrix = Matrix()
        _embedded_columns(header, stream, level)
        for row in range(header.rows):
            _embedded_row(header, stream, level)
            lower = range(row + edge)
            upper = range(row + 1 - edge, header.columns)
            for column in lower if header.format == "lowerhalf" else upper:
                _put(matrix, row, column, _number(header, stream.next()))
        out.append(matrix)
    stream.finish()
    _share_labels(header)
    return out


def _embedded_columns(header: Header, stream: _Stream, level: int) -> None:
    if not header.columns_embedded:
        return
    if level and stream.at < len(stream.words) and stream.words[stream.at].text != header.column_labels[0]:
        return
    labels = [stream.next().text for _ in range(header.columns)]
    header.column_labels = header.column_labels if level else labels


def _embedded_row(header: Header, stream: _Stream, level: int) -> None:
    if header.rows_embedded:
        label = stream.next().text
        if not level:
            header.row_labels.append(label)


def _share_labels(header: Header) -> None:
    """Square data with labels on one side only have them on both."""
    if header.rows == header.columns and header.columns_embedded != header.rows_embedded:
        if header.columns_embedded and not header.row_labels:
            header.row_labels = list(header.column_labels)
        elif header.rows_embedded and not header.column_labels:
            header.column_labels = list(header.row_labels)


def _put(matrix: Matrix, row: int, column: int, cell: str | None) -> None:
    if cell is None or float(cell) != 0:
        matrix.cells[row, column] = cell


def nodelist(header: Header, text: str, start: int) -> list[Matrix]:
    """Nodelist1 and nodelist2: a row, then the columns it is tied to."""
    out = [Matrix()]
    for words in _lines(text, start):
        if words[0].text == "!":
            out.append(Matrix())
            continue
        row = _place(header, words[0], row=True)
        for word in words[1:]:
            out[-1].cells[row, _place(header, word, row=not header.two_mode)] = "1"
    return _levels(header, out, text)


def nodelist_counted(header: Header, text: str, start: int) -> list[Matrix]:
    """Nodelist1b: one line for each row in order, its number of columns, then the columns."""
    matrix = Matrix()
    lines = list(_lines(text, start))
    if len(lines) != header.rows:
        raise refusal(header.file, f"there are {len(lines)} lines", text.count("\n") + 1, f"{header.rows} lines",
                      "Write one line for each row, 0 where it has no tie")
    for row, words in enumerate(lines):
        if words[0].text != str(len(words) - 1):
            raise refusal(header.file, f"the line announces {words[0].text[:20]} columns and has {len(words) - 1}",
                          words[0].row, "the number of columns, then the columns", "Correct the line")
        for word in words[1:]:
            matrix.cells[row, _place(header, word, row=True)] = "1"
    return _levels(header, [matrix], text)


def edgelist(header: Header, text: str, start: int) -> list[Matrix]:
    """Edgelist1 and edgelist2: a row, a column and perhaps a value; ``!`` starts the next matrix."""
    out = [Matrix()]
    for words in _lines(text, start):
        if words[0].text == "!" and len(words) == 1:
            out.append(Matrix())
            continue
        if not 2 <= len(words) <= 3:
            raise refusal(header.file, f"the line has {len(words)} words", words[0].row,
                          "a row, a column and perhaps a value", "Put labels with spaces in quotes")
        pair = (_place(header, words[0], row=True), _place(header, words[1], row=not header.two_mode))
        if pair in out[-1].cells:
            raise refusal(header.file, f"the pair '{words[0].text}' – '{words[1].text}' is there twice", words[0].row,
                          "each pair once", "Remove one of the lines, or add up their values")
        out[-1].cells[pair] = _number(header, words[2]) if len(words) == 3 else "1"
    return _levels(header, out, text)


def blocks(header: Header, text: str, start: int) -> list[Matrix]:
    """Blockmatrix: rows, columns and the value of all cells where they meet; later blocks overwrite earlier ones."""
    matrix = Matrix()
    chosen: dict[str, list[int]] = {}
    first = text.count("\n", 0, start) + 1
    for number, line in enumerate(text[start:].split("\n"), start=first):
        if not line.strip():
            continue
        match = _BLOCK.match(line)
        if not match:
            raise refusal(header.file, f"'{line.strip()[:40]}' is not a line of a block", number,
                          "ROWS …, COLS … or VALUE = …", "Correct the line")
        word, rest = match[1].lower()[0], match[2]
        if word != "v":
            chosen[word] = _range(header, rest, header.rows if word == "r" else header.columns, number)
            continue
        cell = _number(header, _Word(rest.strip(), number))
        for row in chosen.get("r", ()):
            for column in chosen.get("c", ()):
                if header.diagonal or row != column:
                    matrix.cells[row, column] = cell
    return _levels(header, [matrix], text)


def _range(header: Header, text: str, most: int, number: int) -> list[int]:
    out: list[int] = []
    for low, high, single in _RANGE.findall(text):
        ends = (int(single), int(single)) if single else (int(low), int(high))
        if not 1 <= ends[0] <= ends[1] <= most:
            raise refusal(header.file, f"'{text.strip()[:40]}' goes beyond the matrix", number,
                          f"numbers from 1 to {most}", "Correct the line")
        out.extend(range(ends[0] - 1, ends[1]))
    return out


def _place(header: Header, word: _Word, *, row: bool) -> int:
    """The position that a word stands for: a label, or a number from 1."""
    labels = header.row_labels if row else header.column_labels
    embedded = header.rows_embedded if row else header.columns_embedded
    most = header.rows if row else header.columns
    if not header.places:
        header.places |= {(False, label): at for at, label in reversed(list(enumerate(header.column_labels)))}
        header.places |= {(True, label): at for at, label in reversed(list(enumerate(header.row_labels)))}
    if (row, word.text) in header.places:
        return header.places[row, word.text]
    if embedded and len(labels) < most:
        labels.append(word.text)
        header.places[row, word.text] = len(labels) - 1
        return len(labels) - 1
    if not embedded and word.text.isascii() and word.text.isdigit() and 1 <= int(word.text) <= most:
        return int(word.text) - 1
    raise refusal(header.file, f"'{word.text[:40]}' is neither a label nor a number from 1 to {most}", word.row,
                  "a label or a number", "Correct the word, or N")


def _levels(header: Header, out: list[Matrix], text: str) -> list[Matrix]:
    if len(out) != header.levels:
        raise refusal(header.file, f"there are {len(out)} lists for {header.levels} matrices", text.count("\n") + 1,
                      f"NM={len(out)}", "Correct NM, or separate the lists with a line '!'")
    for labels, count in ((header.row_labels, header.rows), (header.column_labels, header.columns)):
        if labels and len(labels) < count:
            labels.extend(str(k) for k in range(len(labels) + 1, count + 1))
    return out

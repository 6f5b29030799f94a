"""UCINET DL: matrices, halves, node lists and edge lists, in the layouts of its data language.

Read are fullmatrix, upperhalf, lowerhalf, nodelist1, nodelist1b, nodelist2, edgelist1, edgelist2 and
blockmatrix; labels given or embedded; several matrices; square or rectangular. Ranked lists, edge
arrays and data in another file are refused by name.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from interfirm.study.read import dl_data
from interfirm.study.read.dl_data import Header, Matrix
from interfirm.study.read.escapes import unescape
from interfirm.study.read.files import Blob, decode
from interfirm.study.read.graph_tables import Edge, Graph

MOST = 1_000_000
_SPACE = re.compile(r"[\s,;]*")
_SIZE = re.compile(r"(nr|nc|nm|n)\s*=?\s*(\d+)(?![\w.])", re.IGNORECASE)
_FORMAT = re.compile(r"format\s*=?\s*(\w+)", re.IGNORECASE)
_DIAGONAL = re.compile(r"diagonal\s*=?\s*(present|absent)", re.IGNORECASE)
_EMBEDDED = re.compile(r"(?:(row|column|col)\s+)?labels?\s*:?\s*embedded\s*:?", re.IGNORECASE)
_LABELS = re.compile(r"(?:(row|column|col|level|matrix)\s+)?labels?\s*:", re.IGNORECASE)
_TITLE = re.compile(r"title\s*[:=]\s*(\"[^\"]*\"|[^\n]*)", re.IGNORECASE)
_DATA = re.compile(r"data\s*:", re.IGNORECASE)
_FILE = re.compile(r"data\s*file", re.IGNORECASE)
_LABEL = re.compile(r"\"([^\"\n]*)\"|'([^'\n]*)'|([^\s,;\"=]+)")
_LEVEL = re.compile(r"^(?P<name>.*?)(?: @ (?P<wave>.*?))?(?: \((?P<way>directed|undirected)\))?$", re.DOTALL)
_READ: dict[str, Callable[[Header, str, int], list[Matrix]]] = {
    "fullmatrix": dl_data.full, "fm": dl_data.full, "lowerhalf": dl_data.half, "lh": dl_data.half,
    "upperhalf": dl_data.half, "uh": dl_data.half, "nodelist1": dl_data.nodelist, "nl1": dl_data.nodelist,
    "nodelist": dl_data.nodelist, "nodelist1b": dl_data.nodelist_counted, "nodelist2": dl_data.nodelist,
    "edgelist1": dl_data.edgelist, "edgelist": dl_data.edgelist, "el1": dl_data.edgelist,
    "edgelist2": dl_data.edgelist, "blockmatrix": dl_data.blocks,
}
_SHORT = {"fm": "fullmatrix", "lh": "lowerhalf", "uh": "upperhalf", "nl1": "nodelist1", "nodelist": "nodelist1",
          "el1": "edgelist1", "edgelist": "edgelist1"}


@dataclass
class _Cursor:
    text: str
    at: int = 0

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        self.at = _SPACE.match(self.text, self.at).end()  # type: ignore[union-attr]
        match = pattern.match(self.text, self.at)
        if match:
            self.at = match.end()
        return match

    @property
    def row(self) -> int:
        return self.text.count("\n", 0, self.at) + 1


@dataclass
class _Levels:
    names: list[str] = field(default_factory=list)


def parse(blob: Blob) -> Graph:
    """A UCINET DL file.

    Labels become actors, levels (matrices) relations. A half matrix holds undirected ties. A full
    matrix that is symmetric is taken for undirected, and this is said; a level called
    ``name (directed)`` or ``name (undirected)`` says it itself. A rectangular matrix, or one whose rows and columns
    have different labels, becomes alliances: rows are actors, columns alliances.

    Raises
    ------
    DataError
        If the file does not start with DL, or its header cannot be read.
    """
    name = Path(blob.name).name
    decoded = decode(blob.data, name=name)
    out = Graph(name, blob.stem)
    if not decoded.certain:
        out.guess(f"the text is read as {decoded.encoding}")
    header, levels, start = _header(decoded.text, name)
    matrices = _READ[header.format](header, decoded.text, start)
    _fill(out, header, levels.names, matrices)
    return out


def is_dl(text: str) -> bool:
    """Whether a text starts with the word that every DL file starts with."""
    return bool(re.match(r"\s*dl\b", text, re.IGNORECASE))


def _header(text: str, name: str) -> tuple[Header, _Levels, int]:
    if not is_dl(text):
        first = text.strip().split("\n", 1)[0][:60]
        raise dl_data.refusal(name, f"the file does not start with the word DL, but with '{first}'", 1,
                              "DL, then N=… and FORMAT=…",
                              "Export it from UCINET with Data > Export > DL, or write the header by hand")
    cursor = _Cursor(text, len(text) - len(text.lstrip()) + 2)
    header, levels = Header(name), _Levels()
    while not cursor.take(_DATA):
        if cursor.at >= len(text):
            raise dl_data.refusal(name, "there is no line 'DATA:'", cursor.row, "DATA: before the numbers",
                                  "Add it; the file may be cut off")
        _phrase(cursor, header, levels)
    _settle(header, cursor.row)
    return header, levels, cursor.at


def _phrase(cursor: _Cursor, header: Header, levels: _Levels) -> None:
    """One phrase of the header."""
    if cursor.take(_FILE):
        raise dl_data.refusal(header.file, "the data stand in another file", cursor.row, "DATA: in the same file",
                              "Copy the data into this file")
    if match := cursor.take(_SIZE):
        _size(header, match[1].lower(), int(match[2]), cursor.row)
    elif match := cursor.take(_FORMAT):
        _format(header, match[1].lower(), cursor.row)
    elif match := cursor.take(_DIAGONAL):
        header.diagonal = match[1].lower() == "present"
    elif match := cursor.take(_EMBEDDED):
        which = (match[1] or "").lower()
        header.rows_embedded |= which in {"", "row"}
        header.columns_embedded |= which in {"", "column", "col"}
    elif match := cursor.take(_LABELS):
        _labels(cursor, header, levels, (match[1] or "").lower())
    elif not cursor.take(_TITLE):
        shown = cursor.text[cursor.at:].split("\n", 1)[0][:40]
        raise dl_data.refusal(header.file, f"'{shown}' is not known in the header", cursor.row,
                              "N=, NR=, NC=, NM=, FORMAT=, DIAGONAL=, LABELS: or DATA:", "Correct the header")


def _size(header: Header, word: str, value: int, row: int) -> None:
    if not 0 < value <= MOST:
        raise dl_data.refusal(header.file, f"{word.upper()}={value} is not possible", row,
                              f"a number from 1 to {MOST:,}", "Correct the header")
    if word == "n":
        header.rows = header.columns = value
    else:
        setattr(header, {"nr": "rows", "nc": "columns", "nm": "levels"}[word], value)


def _format(header: Header, word: str, row: int) -> None:
    if word not in _READ:
        raise dl_data.refusal(header.file, f"the format '{word}' is not read", row, ", ".join(sorted(set(_READ))),
                              "Export it from UCINET in another DL format, such as fullmatrix")
    header.format = _SHORT.get(word, word)


def _labels(cursor: _Cursor, header: Header, levels: _Levels, which: str) -> None:
    wanted = {"": header.rows, "row": header.rows, "level": header.levels, "matrix": header.levels}
    count = wanted.get(which, header.columns)
    if not count:
        raise dl_data.refusal(header.file, "labels come before the number of rows and columns", cursor.row,
                              "N=, or NR= and NC=, before the labels", "Move the labels down")
    found: list[str] = []
    while len(found) < count:
        before = cursor.at
        match = None if _at_keyword(cursor) else cursor.take(_LABEL)
        if match is None:
            cursor.at = before
            raise dl_data.refusal(header.file, f"there are {len(found)} labels, not {count}", cursor.row,
                                  f"{count} labels", "Complete the labels; put labels with spaces in quotes")
        cursor.take(re.compile("="))
        found.append(unescape(next(part for part in match.groups() if part is not None)).strip())
    if which in {"level", "matrix"}:
        levels.names = found
    if which in {"", "row"}:
        header.row_labels = found
    if which in {"column", "col"} or (which == "" and header.rows == header.columns):
        header.column_labels = found


def _at_keyword(cursor: _Cursor) -> bool:
    here = _SPACE.match(cursor.text, cursor.at).end()  # type: ignore[union-attr]
    return here >= len(cursor.text) or bool(_DATA.match(cursor.text, here) or _LABELS.match(cursor.text, here))


def _settle(header: Header, row: int) -> None:
    if not header.rows or not header.columns:
        raise dl_data.refusal(header.file, "the number of rows and columns is not given", row, "N=, or NR= and NC=",
                              "Complete the header")
    header.levels = header.levels or 1
    if header.format in {"lowerhalf", "upperhalf", "nodelist1", "edgelist1"} and header.rows != header.columns:
        raise dl_data.refusal(header.file, f"{header.format} needs as many rows as columns", row, "N=",
                              "Use fullmatrix, nodelist2 or edgelist2 for two modes")
    if header.rows * header.columns * header.levels > 10 * dl_data.MOST_CELLS and header.format == "fullmatrix":
        raise dl_data.refusal(header.file, "the matrices are too large", row,
                              f"at most {10 * dl_data.MOST_CELLS:,} cells", "Use edgelist1")


def _fill(out: Graph, header: Header, names: list[str], matrices: list[Matrix]) -> None:
    rows = _unique(header.row_labels or [str(k + 1) for k in range(header.rows)], out)
    columns = _unique(header.column_labels, out) if header.column_labels else []
    two_mode = header.format in {"nodelist2", "edgelist2"} or header.rows != header.columns
    two_mode |= bool(columns) and columns != rows
    if not columns:
        columns = [str(k + 1) for k in range(header.columns)] if two_mode else rows
    for label in rows:
        out.nodes.setdefault(label, {})
    if not header.row_labels:
        out.guess("the file has no labels; the actors are called by their numbers")
    for level, matrix in enumerate(matrices):
        name = names[level] if level < len(names) else (f"matrix {level + 1}" if len(matrices) > 1 else "")
        if two_mode:
            _memberships(out, rows, columns, matrix, name if len(matrices) > 1 else "")
        else:
            _ties(out, header, rows, matrix, name)
    if two_mode:
        out.guess("rows and columns are different things: the rows are actors, the columns alliances")


def _unique(labels: list[str], out: Graph) -> list[str]:
    seen: set[str] = set()
    result = []
    for position, label in enumerate(labels, start=1):
        name = label or str(position)
        if name in seen:
            name = f"{name} ({position})"
            out.guess(f"two labels are '{label}'; the second is called '{name}'")
        seen.add(name)
        result.append(name)
    return result


def _memberships(out: Graph, rows: list[str], columns: list[str], matrix: Matrix, level: str) -> None:
    for (row, column), cell in matrix.cells.items():
        if cell is None or float(cell) == 0:
            continue
        name = f"{level}: {columns[column]}" if level else columns[column]
        entry = {"alliance": name, "actor": rows[row]}
        out.memberships.append(entry if float(cell) == 1 else entry | {"weight": cell})


def _ties(out: Graph, header: Header, labels: list[str], matrix: Matrix, level: str) -> None:
    parts = _LEVEL.match(level)
    relation, wave, way = (unescape(parts["name"]), parts["wave"], parts["way"]) if parts else (level, None, None)
    directed = {"directed": True, "undirected": False}.get(str(way))
    if directed is None:
        directed = not _half(header) and not _symmetric(matrix)
        if not directed and not _half(header):
            out.guess(f"the matrix{f' {relation!r}' if relation else ''} is symmetric: its ties have no direction")
    for (row, column), cell in matrix.cells.items():
        if cell is not None and float(cell) == 0:
            continue
        if not directed and row > column and (column, row) in matrix.cells and (
                matrix.cells[column, row] is None or float(str(matrix.cells[column, row])) != 0):
            continue
        out.edges.append(Edge(labels[row], labels[column], cell, directed, relation or None,
                              unescape(wave) if wave else None))


def _half(header: Header) -> bool:
    return header.format in {"lowerhalf", "upperhalf"}


def _symmetric(matrix: Matrix) -> bool:
    """Whether every tie is there in both directions with the same weight, and there is at least one."""
    cells = {key: float(cell) for key, cell in matrix.cells.items() if cell is not None and float(cell) != 0}
    off = {key: value for key, value in cells.items() if key[0] != key[1]}
    return bool(off) and all(off.get((column, row)) == value for (row, column), value in off.items())


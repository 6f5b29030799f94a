"""The declared tables and columns, and the turning of raw text into typed tables.

Every column is declared once, in ``schema/*.csv``. Coercion, error texts, the template
workbook and the data-format page all read these declarations.
"""

from __future__ import annotations

import csv
import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from interfirm import vocabulary
from interfirm.errors import Findings

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

_DATE = re.compile(r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$")
_TRUE = {"yes", "true", "1", "y", "1.0"}
_FALSE = {"no", "false", "0", "n", "0.0"}
_LONG_INTEGER = re.compile(r"^[+-]?(0\d|\d{16})")
_MANY = 50
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]")


@dataclass(frozen=True)
class Column:
    """One declared column."""

    name: str
    type: str
    unit: str
    required: bool
    default: str
    allowed: str
    description: str
    source: str

    @property
    def choices(self) -> tuple[str, ...]:
        """The closed list behind the column, or an empty tuple."""
        return vocabulary.words(self.allowed) if self.allowed in vocabulary.LISTS else ()

    @property
    def bounds(self) -> tuple[float, float] | None:
        """Smallest and largest allowed number, or None."""
        if ".." not in self.allowed:
            return None
        low, high = self.allowed.split("..")
        return (float(low) if low else float("-inf"), float(high) if high else float("inf"))

    @property
    def refers_to(self) -> tuple[str, str] | None:
        """Table and column that the values must occur in, or None."""
        if not re.fullmatch(r"[a-z]+\.[a-z]+", self.allowed):
            return None
        table, column = self.allowed.split(".")
        return table, column

    @property
    def expected(self) -> str:
        """What a cell must hold, in words."""
        if self.choices:
            return "one of " + ", ".join(self.choices)
        words = {"int": "a whole number", "float": "a number", "bool": "yes or no"}
        text = words.get(self.type, "a date as YYYY, YYYY-MM or YYYY-MM-DD" if self.type == "date" else "text")
        if self.bounds:
            low, high = self.bounds
            if high == float("inf"):
                text += f" of at least {low:g}"
            else:
                text += f" between {low:g} and {high:g}"
        return text


@dataclass(frozen=True)
class Table:
    """One declared table: its key, its columns and what a row is."""

    name: str
    key: tuple[str, ...]
    description: str
    needs: tuple[str, ...]
    columns: Mapping[str, Column]


@dataclass(frozen=True)
class Source:
    """Where a raw table came from, so that findings can point at the user's own cells.

    ``rows`` holds the row number of each table row as the user's program shows it; without it
    the first table row is row 2.
    """

    file: str | None = None
    sheet: str | None = None
    rows: np.ndarray[Any, Any] | None = None

    def row(self, position: int) -> int:
        """The user's row number of the table row at ``position``."""
        return int(self.rows[position]) if self.rows is not None else position + 2

    def at(self, position: int | None = None, column: str | None = None) -> dict[str, Any]:
        """Keyword arguments for a finding at this place."""
        row = None if position is None else self.row(position)
        return {"file": self.file, "sheet": self.sheet, "row": row, "column": column}


def _declarations(name: str) -> list[dict[str, str]]:
    text = (resources.files("interfirm.study") / "schema" / f"{name}.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


@lru_cache(maxsize=1)
def tables() -> dict[str, Table]:
    """All declared tables by name, in the order in which they are written."""
    out = {}
    for row in _declarations("tables"):
        columns = {
            item["column"]: Column(
                item["column"], item["type"], item["unit"], item["required"] == "yes",
                item["default"], item["allowed"], item["description"], item["source"],
            )
            for item in _declarations(row["table"])
        }
        needs = tuple(row["needs"].split(",")) if row["needs"] else ()
        out[row["table"]] = Table(row["table"], tuple(row["key"].split(",")), row["description"], needs, columns)
    return out


def empty(name: str) -> pd.DataFrame:
    """An empty table with its declared columns and types."""
    import pandas as pd

    table = tables()[name]
    return pd.DataFrame({c.name: pd.Series([], dtype=dtype(c)) for c in table.columns.values()})


def dtype(column: Column) -> Any:
    """The pandas type that holds a column."""
    import pandas as pd

    kinds: dict[str, Any] = {"int": pd.Int64Dtype(), "float": "float64", "bool": pd.BooleanDtype()}
    return kinds.get(column.type, "str")


def coerce(name: str, raw: pd.DataFrame, source: Source, findings: Findings) -> pd.DataFrame:
    """Turn a raw table into its declared columns and types.

    Cells may be text or already typed. Declared columns come first, in declared order; columns
    that are not declared are kept as numbers if every filled cell is one, otherwise as text.

    Parameters
    ----------
    name
        Table name.
    raw
        The cells, with the user's column names; the row index is not used.
    source
        Where the cells came from.
    findings
        Receives everything that is wrong; the faulty cells become missing.

    Returns
    -------
    pandas.DataFrame
        The typed table, row order kept.
    """
    import pandas as pd

    table = tables()[name]
    raw = _unique_columns(_clean_header(raw.reset_index(drop=True)), source, findings)
    cells = {column: _printable(_text(raw[column]), source, findings) for column in raw.columns}
    done: dict[str, pd.Series] = {}
    for column in table.columns.values():
        if column.name in cells and not _unused(column, cells[column.name], source, findings):
            done[column.name] = _coerce_column(column, cells[column.name], source, findings)
        else:
            if column.required and len(raw) and column.name not in cells:
                findings.add("error", f"the column '{column.name}' is not there", "missing-column",
                             **source.at(), expected=f"{column.name}: {column.description.rstrip('.')}",
                             remedy=_nearest_header(column.name, list(cells)))
            done[column.name] = _blank(column, len(raw))
    for extra, text in cells.items():
        if extra not in done:
            done[extra] = infer(text)
    return pd.DataFrame(done, index=pd.RangeIndex(len(raw)))


def _unused(column: Column, cells: pd.Series, source: Source, findings: Findings) -> bool:
    """A column with a default that was left empty in every row counts as not there."""
    if not column.default or not len(cells) or cells.notna().any():
        return False
    findings.add("note", f"the column is empty and counts as '{column.default}' in every row", "empty-column",
                 **source.at(column=column.name))
    return True


def _clean_header(raw: pd.DataFrame) -> pd.DataFrame:
    return raw.set_axis([str(name).strip() for name in raw.columns], axis=1)


def _unique_columns(raw: pd.DataFrame, source: Source, findings: Findings) -> pd.DataFrame:
    double = raw.columns[raw.columns.duplicated()].unique()
    for name in double:
        findings.add("error", f"the column '{name}' occurs more than once", "duplicate-column",
                     **source.at(column=name), expected="each column once", remedy="Rename or remove one of them")
    return raw.loc[:, ~raw.columns.duplicated()]


def _nearest_header(name: str, there: list[str]) -> str:
    near = difflib.get_close_matches(name, there, n=1, cutoff=0.6)
    return f"Rename '{near[0]}' to '{name}'" if near else f"Add a column '{name}'"


def _text(values: pd.Series) -> pd.Series:
    """Cells as stripped text, missing where empty; whole floats lose their '.0'."""
    import pandas as pd

    if isinstance(values.dtype, pd.StringDtype):
        text = values
    elif pd.api.types.is_bool_dtype(values.dtype):
        text = values.map({True: "yes", False: "no"}, na_action="ignore").astype("str")
    elif pd.api.types.is_float_dtype(values.dtype):
        text = values.map(_number_text, na_action="ignore").astype("str")
    else:
        text = values.map(_cell_text, na_action="ignore").astype("str")
    text = text.str.strip()
    return text.where(text != "")


def _printable(text: pd.Series, source: Source, findings: Findings) -> pd.Series:
    """Text with one kind of line end and without characters that no table file can hold."""
    if not _UNPRINTABLE.search("".join(text.dropna().to_numpy(dtype=object))):
        return text
    out: pd.Series = text.str.replace("\r\n", "\n", regex=False).str.replace("\r", "\n", regex=False)
    odd = out.map(lambda cell: bool(_UNPRINTABLE.search(cell)), na_action="ignore").fillna(False).to_numpy(dtype=bool)
    for position in odd.nonzero()[0][:_MANY]:
        findings.add("warning", "a control character in the cell was left out", "control-character",
                     **source.at(int(position), str(text.name)), remedy="Check the cell, and type it again")
    if odd.sum() > _MANY:
        findings.add("warning", f"{odd.sum() - _MANY} more cells had control characters, which were left out",
                     "control-character", **source.at(column=str(text.name)))
    out = out.map(lambda cell: _UNPRINTABLE.sub("", cell).strip(), na_action="ignore").astype("str")
    return out.where(out != "")


def _number_text(value: float) -> str:
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))


def _cell_text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return _number_text(value) if isinstance(value, float) else str(value)


def _blank(column: Column, size: int) -> pd.Series:
    import pandas as pd

    value: Any = column.default or None
    if value is not None and column.type == "bool":
        value = value == "true"
    elif value is not None and column.type == "float":
        value = float(value)
    out: pd.Series = pd.Series([value] * size, dtype=dtype(column))
    return out


def infer(values: pd.Series) -> pd.Series:
    """An undeclared column: numbers if every filled cell is one, otherwise text.

    Text with leading zeros or more than fifteen digits stays text, because it is a code.
    """
    import pandas as pd

    filled = values.dropna()
    if len(filled) and not filled.str.match(_LONG_INTEGER.pattern).any():
        numbers = pd.to_numeric(filled, errors="coerce")
        if numbers.notna().all() and not numbers.isin([float("inf"), float("-inf")]).any():
            return pd.Series(pd.to_numeric(values, errors="coerce")).astype("float64")
    return values


def _coerce_column(column: Column, text: pd.Series, source: Source, findings: Findings) -> pd.Series:
    if column.required and column.type in {"id", "category"}:
        _report(column, text, text.isna(), source, findings, "is empty", "empty-cell")
    elif column.default and column.type in {"category", "id"}:
        text = text.fillna(column.default)
    by_type = {"int": _as_number, "float": _as_number, "bool": _as_bool, "category": _as_category,
               "date": _as_date, "tags": _as_tags}
    convert = by_type.get(column.type)
    return _composed(text) if convert is None else convert(column, text, source, findings)


def _composed(text: pd.Series) -> pd.Series:
    """Unicode in composed form (NFC), so that the same name is the same text."""
    plain = "".join(text.dropna().to_numpy(dtype=object)).isascii()
    out: pd.Series = text if plain else text.str.normalize("NFC")
    return out


def _as_number(column: Column, text: pd.Series, source: Source, findings: Findings) -> pd.Series:
    import pandas as pd

    numbers = pd.to_numeric(text, errors="coerce").astype("float64")
    numbers = numbers.where(~numbers.isin([float("inf"), float("-inf")]))
    wrong = text.notna() & numbers.isna()
    if column.type == "int":
        wrong |= numbers.notna() & (numbers % 1 != 0)
    _report(column, text, wrong, source, findings, "is not " + column.expected, "not-a-number")
    if column.bounds:
        low, high = column.bounds
        out = numbers.notna() & ~wrong & ((numbers < low) | (numbers > high))
        _report(column, text, out, source, findings, "is out of range", "out-of-range")
        wrong |= out
    numbers = numbers.where(~wrong)
    return numbers.astype(dtype(column))


def _as_bool(column: Column, text: pd.Series, source: Source, findings: Findings) -> pd.Series:
    lower = text.str.lower()
    known = lower.isin(_TRUE | _FALSE)
    _report(column, text, text.notna() & ~known, source, findings, "is neither yes nor no", "not-yes-or-no")
    return lower.map({**dict.fromkeys(_TRUE, True), **dict.fromkeys(_FALSE, False)}).astype(dtype(column))


def _as_category(column: Column, text: pd.Series, source: Source, findings: Findings) -> pd.Series:
    lower = text.str.lower()
    wrong = text.notna() & ~lower.isin(column.choices)
    _report(column, text, wrong, source, findings, "is not on the list", "not-on-the-list")
    return lower.where(~wrong)


def _as_date(column: Column, text: pd.Series, source: Source, findings: Findings) -> pd.Series:
    short = text.str.replace(r"[ T]00:00:00(\.0+)?$", "", regex=True)
    wrong = short.notna() & ~short.fillna("2000").str.match(_DATE.pattern)
    _report(column, text, wrong, source, findings, "is not a date", "not-a-date")
    return short.where(~wrong)


def _as_tags(column: Column, text: pd.Series, source: Source, findings: Findings) -> pd.Series:
    import pandas as pd

    tidy = text.str.replace(r"\s*\|\s*", "|", regex=True).str.strip("|")
    if column.choices:
        tidy = tidy.str.lower()
        known = set(column.choices)
        stray = [bool(set(cell.split("|")) - known - {""}) for cell in tidy.fillna("")]
        wrong = tidy.notna() & pd.Series(stray, index=tidy.index, dtype=bool)
        _report(column, text, wrong, source, findings, "has a word that is not on the list", "not-on-the-list")
        tidy = tidy.where(~wrong)
    return tidy.where(tidy != "")


def _report(column: Column, text: pd.Series, wrong: pd.Series, source: Source, findings: Findings,
            what: str, code: str) -> None:
    positions = wrong.to_numpy(dtype=bool).nonzero()[0]
    for position in positions[:_MANY]:
        cell = text.iloc[int(position)]
        shown = f"'{str(cell)[:60]}' {what}" if isinstance(cell, str) else f"a cell {what}"
        findings.add("error", shown, code, **source.at(int(position), column.name),
                     expected=column.expected, remedy=_remedy(column, cell))
    if len(positions) > _MANY:
        findings.add("error", f"{len(positions) - _MANY} more cells of column '{column.name}' have the same fault",
                     code, **source.at(column=column.name), expected=column.expected)


def _remedy(column: Column, cell: object) -> str:
    if column.choices and isinstance(cell, str):
        near = difflib.get_close_matches(cell.lower(), column.choices, n=1, cutoff=0.5)
        return f"Write '{near[0]}'" if near else "Write one of the listed words"
    if column.type in {"int", "float"} and isinstance(cell, str) and re.fullmatch(r"-?[\d.]*,\d+", cell):
        return "Use a point as the decimal mark"
    if column.required:
        return "Fill the cell, or remove the row"
    return "Correct the cell, or leave it empty"

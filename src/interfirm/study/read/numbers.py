"""Numbers typed as text: decimal points, decimal commas, thousands separators."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

DECIMALS = (".", ",", "mixed")
_PLAIN = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
_COMMA = r"[+-]?\d+,\d+"
_COMMA_GROUPS = r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?"
_POINT_GROUPS = r"[+-]?\d{1,3}(?:\.\d{3})+(?:,\d+)?"
_CODE = r"[+-]?0\d|[+-]?\d{16}"


def decimal_mark(columns: Iterable[Sequence[str]]) -> str:
    """The decimal mark of the columns of a table: ``"."``, ``","`` or ``"mixed"``.

    Only columns of numbers count. A comma is a decimal mark unless every number with a comma is
    grouped by threes and one of them shows that the comma groups (``1,234.5`` or ``1,234,567``).
    ``"mixed"`` means that points, too, are decimal marks in a table with decimal commas.
    """
    comma = points = groups = False
    pointed = []
    for column in columns:
        joined = "\0".join(column)
        if "," not in joined:
            if "." in joined:
                pointed.append(column)
            continue
        cells = _distinct(column)
        with_comma = cells[cells.str.contains(",", regex=False)]
        if _all(with_comma, _COMMA_GROUPS) and with_comma.str.contains(r",\d+[,.]", regex=True).any():
            continue
        if not _all(cells, f"(?:{_PLAIN})|(?:{_COMMA})|(?:{_POINT_GROUPS})"):
            continue
        comma = True
        with_point = cells[cells.str.contains(".", regex=False)]
        grouped = bool(len(with_point)) and _all(with_point, _POINT_GROUPS)
        points |= bool(len(with_point)) and not grouped
        groups |= grouped
    if not comma:
        return "."
    return "mixed" if points or (not groups and any(_has_points(column) for column in pointed)) else ","


def _distinct(column: Sequence[str]) -> pd.Series:
    import pandas as pd

    return _tight(pd.Series([cell for cell in dict.fromkeys(column) if cell], dtype="str"))


def _has_points(column: Sequence[str]) -> bool:
    """Whether a whole column of numbers uses decimal points."""
    cells = _distinct(column)
    return _all(cells, _PLAIN) and not _all(cells[cells.str.contains(".", regex=False)], _POINT_GROUPS)


def _all(cells: pd.Series, pattern: str) -> bool:
    return bool(cells.str.fullmatch(pattern).all())


def _tight(cells: pd.Series) -> pd.Series:
    """Without the blanks that group digits."""
    spaced = cells.str.contains("[\\s\u2019']", regex=True)
    if not spaced.any():
        return cells
    grouped = spaced & cells.str.fullmatch("[+-]?\\d{1,3}(?:[\\s\u2019']\\d{3})+(?:[.,]\\d+)?")
    return cells.where(~grouped, cells.str.replace("[\\s\u2019']", "", regex=True))


def parse(cells: pd.Series, decimal: str) -> pd.Series:
    """Text cells as numbers; NaN where a cell is empty or no number.

    Parameters
    ----------
    cells
        Text; the empty text is the empty cell.
    decimal
        ``"."``: a comma may group thousands. ``","``: a point may group thousands.
        ``"mixed"``: both are decimal marks where they stand alone.
    """
    return by_value(cells, lambda some: _parsed(some, decimal))


def _parsed(cells: pd.Series, decimal: str) -> pd.Series:
    import pandas as pd

    quick = pd.to_numeric(cells, errors="coerce").astype("float64")
    if decimal != "," and not (quick.isna() & (cells != "")).any():
        return quick.where(~quick.isin([float("inf"), float("-inf")]))
    text = _tight(cells)
    plain = text.str.fullmatch(_PLAIN)
    out = pd.to_numeric(text.where(plain), errors="coerce").astype("float64")
    if decimal == "," or (~plain & (text != "")).any():
        other = _converted(text, decimal)
        extra = pd.to_numeric(other.where(other.str.fullmatch(_PLAIN)), errors="coerce").astype("float64")
        other_mark = ~plain | (text.str.fullmatch(_POINT_GROUPS) & (decimal == ","))
        out = out.where(~(other_mark & extra.notna()), extra)
    return out.where(~out.isin([float("inf"), float("-inf")]))


def _converted(text: pd.Series, decimal: str) -> pd.Series:
    grouped = text.str.fullmatch(_COMMA_GROUPS)
    points = text.str.replace(",", "", regex=False)
    if decimal == ".":
        return text.where(~grouped, points)
    both = text.str.fullmatch(_POINT_GROUPS) & (text.str.contains(",", regex=False) | (decimal == ","))
    bare = text.where(~both, text.str.replace(".", "", regex=False))
    sole = bare.str.fullmatch(_COMMA)
    swapped = bare.where(~sole, bare.str.replace(",", ".", regex=False))
    return swapped.where(~(grouped & ~sole), points)


def coded(cells: pd.Series) -> tuple[np.ndarray[Any, Any], pd.Series]:
    """For each cell the position of its text among the different ones, and these."""
    import pandas as pd

    codes, found = pd.factorize(cells)
    return codes, pd.Series(found, dtype="str")


def different(cells: pd.Series) -> pd.Series:
    """The different cells of a column, in order of appearance."""
    return coded(cells)[1]


def by_value(cells: pd.Series, function: Callable[[pd.Series], pd.Series]) -> pd.Series:
    """Apply a function of whole columns to the different cells only, and spread its results."""
    codes, found = coded(cells)
    out = function(found)
    return out.iloc[codes].set_axis(cells.index)


def is_code(cells: pd.Series) -> bool:
    """Whether text that looks like numbers is really codes: leading zeros, or more than fifteen digits."""
    return bool(cells.str.match(_CODE).any())


def tidy(cells: pd.Series, decimal: str) -> pd.Series:
    """A column with its numbers written with a decimal point, if all of it is numbers; else unchanged."""
    return by_value(cells, lambda some: _tidied(some, decimal))


def _tidied(cells: pd.Series, decimal: str) -> pd.Series:
    filled = cells[cells != ""]
    if decimal == "." and not filled.str.contains("[,\\s\u2019']", regex=True).any():
        return cells
    if not len(filled) or is_code(filled):
        return cells
    values = parse(cells, decimal)
    if values[cells != ""].isna().any():
        return cells
    return values.map(text).where(cells != "", "").astype("str")


def text(value: float) -> str:
    """The shortest text of a number; whole numbers without a point."""
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))

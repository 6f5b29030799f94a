"""Numbers typed as text: decimal points, decimal commas, thousands separators."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

DECIMALS = (".", ",", "mixed")
_PLAIN = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
_COMMA = r"[+-]?\d+,\d+"
_COMMA_GROUPS = r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?"
_POINT_GROUPS = r"[+-]?\d{1,3}(?:\.\d{3})+(?:,\d+)?"
_CODE = r"[+-]?0\d|[+-]?\d{16}"
_SAMPLE = 20_000


def decimal_mark(frame: pd.DataFrame) -> str:
    """The decimal mark of a table of text cells: ``"."``, ``","`` or ``"mixed"``.

    Only columns of numbers count. A comma is a decimal mark unless every number with a comma is
    grouped by threes and one of them shows that the comma groups (``1,234.5`` or ``1,234,567``).
    ``"mixed"`` means that points, too, are decimal marks in a table with decimal commas.
    """
    comma = points = groups = False
    for name in frame.columns:
        cells = frame[name]
        cells = cells[cells != ""].iloc[:_SAMPLE]
        if not len(cells) or not cells.str.contains(",", regex=False).any():
            continue
        cells = _tight(cells)
        with_comma = cells[cells.str.contains(",", regex=False)]
        if _all(with_comma, _COMMA_GROUPS) and with_comma.str.contains(r",\d+[,.]", regex=True).any():
            continue
        if not _all(cells, f"(?:{_PLAIN})|(?:{_COMMA})|(?:{_POINT_GROUPS})"):
            continue
        comma = True
        with_point = cells[cells.str.contains(".", regex=False)]
        points |= bool(len(with_point)) and not _all(with_point, _POINT_GROUPS)
        groups |= bool(len(with_point)) and _all(with_point, _POINT_GROUPS)
    if not comma:
        return "."
    return "mixed" if points or (not groups and _points_elsewhere(frame)) else ","


def _points_elsewhere(frame: pd.DataFrame) -> bool:
    """Whether a whole column of numbers uses decimal points."""
    for name in frame.columns:
        cells = frame[name]
        cells = cells[cells != ""].iloc[:_SAMPLE]
        if len(cells) and cells.str.contains(".", regex=False).any() and _all(_tight(cells), _PLAIN):
            with_point = cells[cells.str.contains(".", regex=False)]
            if not _all(with_point, _POINT_GROUPS):
                return True
    return False


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
    import pandas as pd

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


def is_code(cells: pd.Series) -> bool:
    """Whether text that looks like numbers is really codes: leading zeros, or more than fifteen digits."""
    return bool(cells.str.match(_CODE).any())


def tidy(cells: pd.Series, decimal: str) -> pd.Series:
    """A column with its numbers written with a decimal point, if all of it is numbers; else unchanged."""
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

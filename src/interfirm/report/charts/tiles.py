"""A table of numbers as tiles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from interfirm.report.charts.canvas import COMPACT, FONT, Canvas, Drawing, Row, told
from interfirm.report.labels import shorten, width_of

_STEP = 38.0
_WIDEST = 90.0
_LEVELS = 7


def matrix(rows: Sequence[Row], options: Row, width: int) -> Drawing:
    """A table of numbers as tiles, the darker the larger; the number stands in its tile where it fits."""
    names = list(dict.fromkeys(str(row["row"]) for row in rows))
    columns = list(dict.fromkeys(str(row["column"]) for row in rows))
    canvas = Canvas(width, 0, bottom=8)
    canvas.in_rows([{"row": name} for name in names], "row", _STEP)
    turned = _column_room(canvas, columns)
    cell = canvas.inner / max(1, len(columns))
    canvas.x = {"scale": {"domain": [0, canvas.inner], "nice": False}, "axis": None}
    _column_labels(canvas, columns, cell, turned=turned)
    values = [float(row["value"]) for row in rows if row.get("value") is not None]
    low, high = min([0.0, *values]), max([0.0, *values])
    tiles: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        if row.get("value") is not None:
            level = min(_LEVELS, 1 + int(_LEVELS * (float(row["value"]) - low) / ((high - low) or 1)))
            spot = names.index(str(row["row"])), columns.index(str(row["column"]))
            tiles.setdefault(level, []).append(_tile(row, *spot, cell, options))
    for level, mine in sorted(tiles.items()):
        canvas.add(mine, {"type": "rect", "fill": f"var(--ramp-{level})"}, x="a", x2="b", y="y1", y2="y2",
                   description={"field": "tip", "type": "nominal"})
        fits = [tile for tile in mine if width_of(tile["says"], FONT) + 4 <= cell]
        canvas.texts(fits, x="mid", y="at", strong=False, align="center", fill=f"var(--on-ramp-{level})")
    return Drawing(canvas.spec())


def _tile(row: Row, i: int, j: int, cell: float, options: Row) -> dict[str, Any]:
    says = told(row["value"], options)
    return {"a": j * cell + 1, "b": (j + 1) * cell - 1, "y1": i * _STEP + 1, "y2": (i + 1) * _STEP - 1,
            "mid": (j + 0.5) * cell, "at": (i + 0.5) * _STEP, "says": says,
            "tip": f"{row['row']}, {row['column']}: {says}"}


def _names(canvas: Canvas, columns: Sequence[str]) -> list[str]:
    return [shorten(name, 14 if canvas.width < COMPACT else 20) for name in columns]


def _column_room(canvas: Canvas, columns: Sequence[str]) -> bool:
    """Leave room above and at the right for the names of the columns; whether they must be turned."""
    longest = max((width_of(text, FONT) for text in _names(canvas, columns)), default=0)
    count = max(1, len(columns))
    canvas.right = max(8.0, canvas.width - canvas.left - _WIDEST * count)
    turned = longest > canvas.inner / count - 4
    if turned:
        slant = longest * 0.72
        canvas.right = max(canvas.right, slant - (canvas.width - canvas.left - slant) / count / 2 + 12)
    canvas.top = 12 + (longest * 0.72 + 8 if turned else FONT + 6)
    return turned


def _column_labels(canvas: Canvas, columns: Sequence[str], cell: float, *, turned: bool) -> None:
    """Names of the columns above, turned where they do not fit."""
    look = {"angle": -45} if turned else {}
    canvas.captions([((j + 0.5) * cell, -6, "left" if turned else "center", text)
                     for j, text in enumerate(_names(canvas, columns))],
                    fontWeight="normal", fill="var(--muted)", baseline="bottom", **look)

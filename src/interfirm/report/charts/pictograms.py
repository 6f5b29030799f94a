"""Small networks beside each other: firms as dots, what joins them as lines."""

from __future__ import annotations

from collections.abc import Sequence
from math import atan2, degrees, hypot
from typing import Any, Final

from interfirm.report.charts.canvas import COMPACT, Canvas, Drawing, Row
from interfirm.report.labels import shorten

_GAP: Final = 28.0
_HEAD: Final = 30.0
_FOOT: Final = 34.0
_MARGIN: Final = 20.0
_STUB: Final = 17.0
_KEY: Final = (("nodal", "nodal firm"), ("firm", "other firm"), ("works", "work together"),
               ("decides", "decides for (arrow)"), ("outside", "knowledge from outside"))


def pictograms(rows: Sequence[Row], options: Row, width: int) -> Drawing:
    """One small network per panel, three in a row, two on a narrow screen.

    Rows name their ``panel``; a row without ``kind`` gives the panel's text (``says``) and whether it is
    spoken of. ``firm``: x, y in the unit square (y upwards), label. ``tie`` and ``rule``: x, y, x2, y2;
    a rule runs from who decides. ``outside``: x, y of a firm with a source outside.
    """
    names = list(dict.fromkeys(str(row["panel"]) for row in rows))
    columns = min(int(options.get("columns") or 3) if width >= COMPACT else 2, max(1, len(names)))
    canvas = Canvas(width, 0, left=4, right=4, top=4, bottom=4)
    size = (canvas.inner - _GAP * (columns - 1)) / columns
    size = min(size, 220.0)
    step = _HEAD + size * 0.86 + _FOOT
    canvas.height = step * -(-len(names) // columns)
    canvas.x = {"scale": {"domain": [0, canvas.inner], "nice": False}, "axis": None}
    canvas.y = {"scale": {"domain": [0, canvas.height], "reverse": True, "nice": False}, "axis": None}
    pitch = (canvas.inner + _GAP) / columns
    corners = {name: ((i % columns) * pitch, (i // columns) * step) for i, name in enumerate(names)}
    placed = [_place(row, *corners[str(row["panel"])], size) for row in rows if row.get("kind")]
    _lines(canvas, placed)
    _firms(canvas, placed, size)
    _texts(canvas, rows, corners, size, step)
    return Drawing(canvas.spec(), _KEY)


def _place(row: Row, left: float, top: float, size: float) -> dict[str, Any]:
    across, down = size - 2 * _MARGIN, size * 0.86 - 2 * _MARGIN
    out = dict(row)
    for x, y in (("x", "y"), ("x2", "y2")):
        if row.get(x) is not None and row.get(y) is not None:
            out[x] = left + _MARGIN + float(row[x]) * across
            out[y] = top + _HEAD + _MARGIN + (1 - float(row[y])) * down
    out["mid"] = (left + size / 2, top + _HEAD + size * 0.43)
    return out


def _lines(canvas: Canvas, placed: Sequence[dict[str, Any]]) -> None:
    ties = [row for row in placed if row["kind"] == "tie"]
    canvas.add([_ends(row) for row in ties], {"type": "rule", "stroke": "var(--grey)", "strokeWidth": 1.3},
               x="x", y="y", x2="x2", y2="y2")
    stubs = [_stub(row) for row in placed if row["kind"] == "outside"]
    canvas.add(stubs, {"type": "rule", "stroke": "var(--muted)", "strokeWidth": 1.3, "strokeDash": [3, 3]},
               x="x", y="y", x2="x2", y2="y2")
    rules = [row for row in placed if row["kind"] == "rule"]
    canvas.add([_ends(row) for row in rules], {"type": "rule", "stroke": "var(--accent)", "strokeWidth": 2},
               x="x", y="y", x2="x2", y2="y2")
    heads = [{"x": row["x"] + 0.62 * (row["x2"] - row["x"]), "y": row["y"] + 0.62 * (row["y2"] - row["y"]),
              "turn": degrees(atan2(row["x2"] - row["x"], row["y"] - row["y2"]))} for row in rules]
    canvas.add(heads, {"type": "point", "shape": "triangle-up", "filled": True, "size": 42, "fill": "var(--accent)",
                       "opacity": 1}, x="x", y="y", angle={"field": "turn", "type": "quantitative", "scale": None})


def _ends(row: Row) -> dict[str, Any]:
    return {key: row[key] for key in ("x", "y", "x2", "y2")}


def _stub(row: Row) -> dict[str, Any]:
    """A short line away from the middle of the panel."""
    dx, dy = row["x"] - row["mid"][0], row["y"] - row["mid"][1]
    length = hypot(dx, dy)
    dx, dy = (dx / length, dy / length) if length > 4 else (0.0, -1.0)
    reach = _STUB + 6 if length > 4 else _STUB + 12
    return {"x": row["x"], "y": row["y"], "x2": row["x"] + reach * dx, "y2": row["y"] + reach * dy}


def _firms(canvas: Canvas, placed: Sequence[dict[str, Any]], size: float) -> None:
    firms = [row | {"tip": str(row.get("label") or "")} for row in placed if row["kind"] == "firm"]
    area = 110 if size > 150 else 80
    for strong in (False, True):
        mine = [{key: row[key] for key in ("x", "y", "tip")} for row in firms if bool(row.get("highlight")) == strong]
        named = [row for row in mine if row["tip"]]
        look = {"type": "point", "filled": True, "opacity": 1, "size": area * (1.7 if strong else 1),
                "shape": "square" if strong else "circle",
                "fill": "var(--accent)" if strong else "var(--muted)", "stroke": "var(--paper)", "strokeWidth": 1.5}
        if named:
            canvas.add(named, look, x="x", y="y", description={"field": "tip", "type": "nominal"})
        canvas.add([row for row in mine if not row["tip"]], look, x="x", y="y")


def _texts(canvas: Canvas, rows: Sequence[Row], corners: dict[str, tuple[float, float]], size: float,
           step: float) -> None:
    letters = max(10, int(size / 8.4))
    for row in rows:
        if row.get("kind"):
            continue
        left, top = corners[str(row["panel"])]
        strong = bool(row.get("highlight"))
        canvas.texts([{"x": left + size / 2, "y": top + 14, "says": shorten(str(row["panel"]), letters)}],
                     x="x", y="y", strong=strong, align="center", fill="var(--ink)")
        says = shorten(str(row.get("says") or ""), letters)
        canvas.texts([{"x": left + size / 2, "y": top + step - _FOOT + 8, "says": says}], x="x", y="y",
                     strong=False, align="center")

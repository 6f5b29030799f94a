"""A curve over a number, with the band that chance gives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from interfirm.report import words
from interfirm.report.charts.canvas import COMPACT, Canvas, Drawing, Row, reference_line, span, told, x_axis, y_axis

_TIP = {"field": "tip", "type": "nominal"}


def curve(rows: Sequence[Row], options: Row, width: int) -> Drawing:
    """One value per ``x`` as a line, above the band from ``low`` to ``high``; strong where it leaves the band."""
    known = [row for row in rows if row.get("value") is not None]
    canvas = Canvas(width, 220 if width < COMPACT else 280)
    every = [float(row[key]) for row in known for key in ("value", "low", "high") if row.get(key) is not None]
    y_axis(canvas, options, *span(every or [0.0, 1.0], {"zero": True}))
    x_axis(canvas, {"x_title": options.get("x_title")}, *span([float(row["x"]) for row in known] or [0.0, 1.0], {}),
           compact=width < COMPACT)
    canvas.add([row for row in known if row.get("low") is not None], {"type": "area", "fill": "var(--band)"},
               x="x", y="low", y2="high")
    line = [{"x": row["x"], "value": row["value"]} for row in known]
    canvas.add(line, {"type": "line", "stroke": "var(--ink)", "strokeWidth": 1.5}, x="x", y="value")
    reference_line(canvas, options)
    marked = [_point(row, options) for row in known if row.get("label")]
    for strong in (False, True):
        mine = [row for row in marked if row["strong"] == strong]
        canvas.add(mine, {"type": "point", "filled": True, "opacity": 1, "size": 60,
                          "fill": "var(--accent)" if strong else "var(--grey)"}, x="x", y="value", description=_TIP)
    return Drawing(canvas.spec(), [("dot", "observed"), ("band", "range of chance")])


def _point(row: Row, options: Row) -> dict[str, Any]:
    chance = f" (chance {told(row['low'], options)} to {told(row['high'], options)})" if row.get("low") is not None \
        else ""
    return {"x": row["x"], "value": row["value"], "strong": bool(row.get("highlight")),
            "tip": f"{row['label']}: {words.number(row['value'])}{chance}"}

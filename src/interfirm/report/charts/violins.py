"""Distributions as violins, with what was observed drawn over them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from interfirm.report.charts.canvas import COMPACT, FONT, Canvas, Drawing, Row, span, told, y_axis, zero_line
from interfirm.report.labels import width_of

_HALF: Final = 0.44
_TIP: Final = {"field": "tip", "type": "nominal"}


def violins(rows: Sequence[Row], options: Row, width: int) -> Drawing:
    """One violin per label; a line joins the observed values, strong where they lie outside of the simulated range."""
    heads = [row for row in rows if row.get("observed") is not None]
    labels = [str(row["label"]) for row in heads]
    shape = [row for row in rows if row.get("value") is not None]
    canvas = Canvas(width, 240 if width < COMPACT else 300)
    keys = ("observed", "value", "low", "high")
    every = [float(row[key]) for row in rows for key in keys if row.get(key) is not None]
    y_axis(canvas, options, *span(every or [0.0, 1.0], options))
    _label_axis(canvas, labels, options)
    zero_line(canvas, options, vertical=False)
    area = [_side(row, labels) for row in shape if str(row["label"]) in labels]
    canvas.add(area, {"type": "area", "orient": "horizontal", "fill": "var(--band)"}, x="left", x2="right", y="value",
               detail={"field": "label", "type": "nominal"})
    flat = [_side({**row, "value": row["mean"], "width": 1.0}, labels) for row in heads
            if row.get("mean") is not None]
    canvas.add(flat, {"type": "rule", "stroke": "var(--muted)", "strokeWidth": 1.5}, x="left", x2="right", y="value")
    points = [_point(row, i, options) for i, row in enumerate(heads)]
    canvas.add(points, {"type": "line", "stroke": "var(--grey-line)", "strokeWidth": 1.5}, x="at", y="observed")
    for strong in (False, True):
        canvas.dots([row for row in points if row["strong"] == strong], x="at", y="observed", strong=strong, size=60)
    return Drawing(canvas.spec(), [("dot", "observed"), ("band", "simulated"), ("tick", "mean of the simulated")])


def _label_axis(canvas: Canvas, labels: Sequence[str], options: Row) -> None:
    """A horizontal axis with one named place per violin; names stand upright where they would touch."""
    size = max(1, len(labels))
    room = canvas.inner / size
    widest = max((width_of(label, FONT) for label in labels), default=0.0)
    turned = widest + 6 > room
    canvas.bottom = (14 + widest if turned else 34) + (24 if options.get("x_title") else 0)
    look = {"labelAngle": -90, "labelAlign": "right", "labelBaseline": "middle"} if turned else {}
    canvas.x = {"scale": {"domain": [0, size], "nice": False},
                "axis": {"values": [i + 0.5 for i in range(len(labels))], "grid": False, **look,
                         "labelExpr": f"{json.dumps(list(labels))}[floor(datum.value)]",
                         "title": str(options["x_title"]) if options.get("x_title") else None, "titlePadding": 8}}


def _side(row: Row, labels: Sequence[str]) -> dict[str, Any]:
    at, half = labels.index(str(row["label"])) + 0.5, _HALF * float(row.get("width") or 0.0)
    return {"label": str(row["label"]), "value": row["value"], "left": at - half, "right": at + half}


def _point(row: Row, place: int, options: Row) -> dict[str, Any]:
    low, high, seen = row.get("low"), row.get("high"), float(row["observed"])
    outside = low is not None and high is not None and not float(low) <= seen <= float(high)
    tip = f"{row['label']}: observed {told(seen, options)}"
    if low is not None and high is not None:
        tip += f", simulated {told(low, options)} to {told(high, options)}"
    return {"at": place + 0.5, "observed": seen, "strong": outside, "tip": str(row.get("tip") or tip)}

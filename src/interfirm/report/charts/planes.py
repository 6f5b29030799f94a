"""Charts over two axes: lines over waves, counts between values, pairs of numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from interfirm.report import words
from interfirm.report.charts.canvas import (
    COMPACT,
    FONT,
    Canvas,
    Drawing,
    Row,
    reference_line,
    span,
    told,
    x_axis,
    y_axis,
    zero_line,
)
from interfirm.report.labels import leaders, place, shorten, spread, width_of

_FEW = 6
_TIPS = 800  # more dots than this do not say their name under the pointer: the table does
_TIP = {"field": "tip", "type": "nominal"}


def slope(rows: Sequence[Row], options: Row, width: int) -> Drawing:
    """One line per item over the waves, named at its end: those spoken of, or all where they are few."""
    waves = list(dict.fromkeys(str(row["wave"]) for row in rows))
    items = list(dict.fromkeys(str(row["label"]) for row in rows))
    known = [row for row in rows if row.get("value") is not None]
    strong = {str(row["label"]) for row in rows if row.get("highlight")}
    named = [item for item in items if item in strong or len(items) <= _FEW]
    canvas = Canvas(width, 240 if width < COMPACT else 300, bottom=30)
    y_axis(canvas, options, *span([float(row["value"]) for row in known] or [0.0, 1.0], options))
    letters = 16 if width < COMPACT else 26
    canvas.right = 20 + max((width_of(shorten(item, letters), FONT) + 40 for item in named), default=20)
    canvas.x = {"scale": {"domain": [0, max(1, len(waves) - 1)], "nice": False}, "axis": None}
    zero_line(canvas, options, vertical=False)
    data = [{"x": waves.index(str(row["wave"])), "value": row["value"], "item": str(row["label"]),
             "tip": f"{row['label']}, {row['wave']}: {told(row['value'], options)}"} for row in known]
    for chosen in (False, True):
        _lines(canvas, [row for row in data if (row["item"] in strong) == chosen], strong=chosen)
    _wave_labels(canvas, waves)
    ends = {str(row["label"]): float(row["value"]) for row in known if waves and str(row["wave"]) == waves[-1]}
    _end_labels(canvas, {item: ends[item] for item in named if item in ends}, strong, options, letters)
    return Drawing(canvas.spec())


def _lines(canvas: Canvas, data: Sequence[Row], *, strong: bool) -> None:
    colour, wide = ("var(--accent)", 2.5) if strong else ("var(--grey-line)", 1.5)
    canvas.add(data, {"type": "line", "stroke": colour, "strokeWidth": wide}, x="x", y="value",
               detail={"field": "item", "type": "nominal"})
    canvas.add(data, {"type": "point", "filled": True, "size": 60, "fill": colour, "opacity": 1}, x="x", y="value",
               description=_TIP)


def _wave_labels(canvas: Canvas, waves: Sequence[str]) -> None:
    last = max(1, len(waves) - 1)
    sides = ["left" if i == 0 and len(waves) > 1 else "right" if i == last and last > 1 else "center"
             for i in range(len(waves))]
    canvas.captions([(i / last * canvas.inner, canvas.height + 17, side, shorten(wave, 14))
                     for i, (wave, side) in enumerate(zip(waves, sides, strict=True))],
                    fontWeight="normal", fill="var(--muted)")


def _end_labels(canvas: Canvas, ends: dict[str, float], strong: set[str], options: Row, letters: int) -> None:
    """Names at the right end, pushed apart where they would touch."""
    bottom, top = canvas.y["scale"]["domain"]
    pixels = [(top - value) / (top - bottom) * canvas.height for value in ends.values()]
    places = zip(ends.items(), spread(pixels, FONT + 3, canvas.height), strict=True)
    rows = [(item in strong, (canvas.inner + 10, at, "left", f"{shorten(item, letters)} {told(value, options)}"))
            for (item, value), at in places]
    canvas.captions([row for bold, row in rows if bold])
    canvas.captions([row for bold, row in rows if not bold], fontWeight="normal", fill="var(--muted)")


def histogram(rows: Sequence[Row], options: Row, width: int) -> Drawing:
    """How many items fall between two values."""
    canvas = Canvas(width, 200 if width < COMPACT else 240)
    ends = [float(row[key]) for row in rows for key in ("start", "end")] or [0.0, 1.0]
    most = max((float(row["count"] or 0) for row in rows), default=1)
    y_axis(canvas, {"y_title": options.get("y_title"), "format": "count"}, 0, most)
    x_axis(canvas, options, *span(ends, options), compact=width < COMPACT)
    data = [{"a": row["start"], "b": row["end"], "zero": 0, "count": row["count"] or 0,
             "highlight": bool(row.get("highlight")),
             "tip": f"{told(row['start'], options)} to {told(row['end'], options)}: {words.number(row['count'] or 0)}"}
            for row in rows]
    for strong in (False, True):
        mark = {"type": "rect", "fill": "var(--accent)" if strong else "var(--grey)", "stroke": "var(--paper)",
                "strokeWidth": 1.5}
        canvas.add([row for row in data if row["highlight"] == strong], mark, x="a", x2="b", y="zero", y2="count",
                   description=_TIP)
    canvas.add([{"v": 0}], {"type": "rule", "stroke": "var(--muted)", "strokeWidth": 1}, y="v")
    reference_line(canvas, options)
    return Drawing(canvas.spec())


def scatter(rows: Sequence[Row], options: Row, width: int) -> Drawing:
    """Two numbers per item; those of which the sentence speaks are named."""
    known = [row for row in rows if row.get("x") is not None and row.get("y") is not None]
    canvas = Canvas(width, 320 if width < COMPACT else 400)
    mine = {key: value for key, value in options.items() if key not in ("reference", "format")}
    y_axis(canvas, mine, *span([float(row["y"]) for row in known] or [0.0], mine))
    x_axis(canvas, options, *span([float(row["x"]) for row in known] or [0.0], options), compact=width < COMPACT)
    reference_line(canvas, options)
    data = [{"x": float(row["x"]), "y": float(row["y"]), "label": str(row["label"]), "size": 60.0,
             "highlight": bool(row.get("highlight")),
             "tip": f"{row['label']}: {words.number(row['x'])}; {words.number(row['y'])}"} for row in known]
    points(canvas, data, 18 if width < COMPACT else 28)
    missing = len(rows) - len(known)
    return Drawing(canvas.spec(), (), f"{missing:,} without both values are not drawn." if missing else "")


def points(canvas: Canvas, data: Sequence[dict[str, Any]], letters: int) -> None:
    """Dots, grey first, then the named ones with labels that avoid each other and the edges."""
    for strong in (False, True):
        mark = {"type": "point", "filled": True, "fill": "var(--accent)" if strong else "var(--grey)",
                "stroke": "var(--paper)", "strokeWidth": 0.8, "opacity": 1 if strong else 0.75}
        tip = {"description": _TIP} if strong or len(data) <= _TIPS else {}
        canvas.add([row for row in data if row["highlight"] == strong], mark, x="x", y="y", **tip,
                   size={"field": "size", "type": "quantitative", "scale": None})
    (x0, x1), (y0, y1) = canvas.x["scale"]["domain"], canvas.y["scale"]["domain"]
    named = [row for row in data if row["highlight"]]
    spots = [((row["x"] - x0) / (x1 - x0) * canvas.inner, (y1 - row["y"]) / (y1 - y0) * canvas.height)
             for row in named]
    texts = [shorten(row["label"], letters) for row in named]
    gaps = [5 + math.sqrt(row["size"] / math.pi) for row in named]
    found = place(spots, texts, FONT, canvas.inner, canvas.height, gaps)
    lines = [{"a": x0 + a / canvas.inner * (x1 - x0), "b": y1 - b / canvas.height * (y1 - y0),
              "c": x0 + c / canvas.inner * (x1 - x0), "d": y1 - d / canvas.height * (y1 - y0)}
             for a, b, c, d in leaders(spots, found, FONT)]
    canvas.add(lines, {"type": "rule", "stroke": "var(--edge)", "strokeWidth": 1}, x="a", y="b", x2="c", y2="d")
    texts_at = [(*spot, text) for text, spot in zip(texts, found, strict=True) if spot is not None]
    canvas.captions(texts_at, stroke="var(--paper)", strokeWidth=4, fill="var(--paper)")
    canvas.captions(texts_at)

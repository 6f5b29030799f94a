"""Each kind of chart as a Vega-Lite specification.

A chart is drawn for two widths, a wide and a narrow one, so that its letters keep their size on a
telephone. Colours are CSS variables (``var(--accent)``): the page decides them, for light, dark and
print. All places of text are computed here; nothing depends on the fonts of the machine that draws.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from interfirm.report import words
from interfirm.report.labels import dedupe, nice, place, shorten, spread, width_of

Row = Mapping[str, Any]
Spec = dict[str, Any]

WIDE, NARROW = 720, 352
FONT = 14
PARTS: Final = 8


@dataclass(frozen=True)
class Drawing:
    """A specification with what stands around it.

    ``key`` are the entries of the legend (name of the mark, text); ``note`` says what was left out.
    """

    spec: Spec
    key: Sequence[tuple[str, str]] = ()
    note: str = ""


@dataclass
class Canvas:
    """The plane of one chart in pixels: layers are added, then framed into a specification."""

    width: int
    height: float
    left: float = 8
    right: float = 16
    top: float = 10
    bottom: float = 34
    layers: list[Spec] = field(default_factory=list)
    x: Spec = field(default_factory=dict)
    y: Spec = field(default_factory=dict)

    @property
    def inner(self) -> float:
        """The width left for the data."""
        return self.width - self.left - self.right

    def add(self, rows: Sequence[Row], mark: Spec, *, x: Any = None, y: Any = None, **channels: Any) -> None:
        """Add one layer; ``x``, ``y`` and the other channels name fields, or give a whole definition."""
        encoding: Spec = {}
        for name, value in {"x": x, "y": y, **channels}.items():
            if value is not None:
                encoding[name] = {"field": value} if isinstance(value, str) else dict(value)
        for name, axis in (("x", self.x), ("y", self.y)):
            if name in encoding:
                encoding[name] = {"type": "quantitative", **axis, **encoding[name]}
        for item in encoding.values():
            if item.get("field") == "says":
                item["type"] = "nominal"
        self.layers.append({"data": {"values": [dict(row) for row in rows]}, "mark": mark, "encoding": encoding})

    def spec(self) -> Spec:
        """The specification, with every size stated."""
        return {
            "$schema": "https://vega.github.io/schema/vega-lite/v5.json", "background": None, "autosize": "none",
            "width": round(self.inner), "height": round(self.height),
            "padding": {"left": self.left, "right": self.right, "top": self.top, "bottom": self.bottom},
            "layer": self.layers, "config": _config(),
        }


def _config() -> Spec:
    text = {"labelFontSize": FONT, "titleFontSize": FONT, "titleFontWeight": "normal",
            "labelColor": "var(--muted)", "titleColor": "var(--muted)"}
    return {
        "view": {"stroke": None},
        "axis": {**text, "domain": False, "ticks": False, "gridColor": "var(--rule)", "labelOverlap": False,
                 "labelPadding": 6},
        "text": {"fontSize": FONT, "fill": "var(--ink)"},
    }


def _title(text: object) -> str:
    return str(text) if text else ""


def _axis(title: object, low: float, high: float, *, ticks: int, share: bool, grid: bool = True) -> Spec:
    """A horizontal or vertical number axis between two round ends."""
    steps = nice(low, high, ticks)
    return {
        "scale": {"domain": [steps[0], steps[-1]], "nice": False, "zero": False},
        "axis": {"values": steps, "grid": grid, "title": _title(title) or None, "titlePadding": 8,
                 "format": ".0%" if share else "", "labelExpr": None} | (
            {} if share else {"format": ",.12~g"}),
    }


def _clean(axis: Spec) -> Spec:
    axis["axis"].pop("labelExpr", None)
    return axis


def _x_axis(canvas: Canvas, options: Row, low: float, high: float, *, compact: bool) -> None:
    share = options.get("format") == "share"
    canvas.x = _clean(_axis(options.get("x_title"), low, high, ticks=4 if compact else 6, share=share))
    if options.get("x_title"):
        canvas.bottom = 56


def _y_axis(canvas: Canvas, options: Row, low: float, high: float) -> None:
    """A vertical axis whose title lies above it, to be read without turning the head."""
    share = options.get("format") == "share"
    canvas.y = _clean(_axis(options.get("y_title"), low, high, ticks=5, share=share))
    canvas.left = 14 + max(width_of(words.share(v) if share else words.number(v), FONT)
                           for v in canvas.y["axis"]["values"])
    if options.get("y_title"):
        canvas.top = 34
        canvas.y["axis"] |= {"titleAngle": 0, "titleAlign": "left", "titleAnchor": "end", "titleBaseline": "bottom",
                             "titleX": -canvas.left + 2, "titleY": -14}


def _zero(rows: Sequence[float], options: Row) -> tuple[float, float]:
    low, high = min(rows), max(rows)
    if options.get("zero"):
        low, high = min(low, 0.0), max(high, 0.0)
    reference = options.get("reference")
    if isinstance(reference, (int, float)):
        low, high = min(low, reference), max(high, reference)
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _says(value: float | None, options: Row) -> str:
    if value is None:
        return "not known"
    return words.share(value) if options.get("format") == "share" else words.number(value)


def _reference(canvas: Canvas, options: Row, *, vertical: bool = True) -> None:
    value = options.get("reference")
    if isinstance(value, (int, float)):
        mark = {"type": "rule", "stroke": "var(--ink)", "strokeDash": [3, 3], "strokeWidth": 1}
        canvas.add([{"v": value}], mark, **({"x": "v"} if vertical else {"y": "v"}))


def _zero_line(canvas: Canvas, options: Row, *, vertical: bool = True) -> None:
    if options.get("zero"):
        mark = {"type": "rule", "stroke": "var(--muted)", "strokeWidth": 1}
        canvas.add([{"v": 0}], mark, **({"x": "v"} if vertical else {"y": "v"}))


def _row_labels(canvas: Canvas, rows: Sequence[Row], step: float, field_name: str, *, compact: bool) -> None:
    """Names of the rows at the left edge, strong where the sentence speaks of them."""
    names = [shorten(str(row[field_name]), 18 if compact else 32) for row in rows]
    canvas.left = 12 + max((width_of(name, FONT) for name in names), default=0)
    for strong in (False, True):
        mine = [{"at": (i + 0.5) * step, "says": name} for i, (name, row) in enumerate(zip(names, rows, strict=True))
                if bool(row.get("highlight")) == strong]
        canvas.add(mine, {"type": "text", "align": "right", "baseline": "middle", "x": -12,
                          "fill": "var(--ink)" if strong else "var(--muted)",
                          "fontWeight": "bold" if strong else "normal"},
                   y={"field": "at", "axis": None}, text="says")


def dots(rows: Sequence[Row], options: Row, width: int) -> Drawing:
    """One dot per item with its interval, the value beside it."""
    compact, shown = width < 500, list(rows[:40])
    step = 28.0
    canvas = Canvas(width, step * len(shown))
    canvas.right = 56
    canvas.y = {"scale": {"domain": [0, canvas.height], "reverse": True, "nice": False}, "axis": None}
    _row_labels(canvas, shown, step, "label", compact=compact)
    data = [_interval(row, (i + 0.5) * step, options) for i, row in enumerate(shown)]
    known = [row for row in data if row["value"] is not None]
    ends = [row[k] for row in data for k in ("low", "high", "value") if row[k] is not None]
    low, high = _zero(ends or [0.0, 1.0], options)
    _x_axis(canvas, options, low, high, compact=compact)
    _zero_line(canvas, options)
    _reference(canvas, options)
    ranged = [row for row in known if row["low"] is not None and row["high"] is not None]
    bar = {"type": "rule", "strokeWidth": 6, "stroke": "var(--band)", "strokeCap": "round"}
    canvas.add(ranged, bar, x="low", x2="high", y="at")
    for strong in (False, True):
        mine = [row for row in known if row["highlight"] == strong]
        canvas.add(mine, {"type": "point", "filled": True, "size": 110, "opacity": 1,
                          "fill": "var(--accent)" if strong else "var(--grey)"}, x="value", y="at",
                   description={"field": "tip", "type": "nominal"})
        canvas.add(mine, {"type": "text", "align": "left", "baseline": "middle", "dx": 10,
                          "fontWeight": "bold" if strong else "normal",
                          "fill": "var(--ink)" if strong else "var(--muted)"}, x="edge", y="at", text="says")
    key = [("dot", "value"), ("band", "could be anywhere here")] if ranged else []
    return Drawing(canvas.spec(), key, _left_out(len(rows), len(shown)))


def _interval(row: Row, at: float, options: Row) -> dict[str, Any]:
    value, low, high = row.get("value"), row.get("low"), row.get("high")
    known = [v for v in (value, high) if v is not None]
    tip = f"{row['label']}: {_says(value, options)}"
    if low is not None and high is not None:
        tip += f" ({_says(low, options)} to {_says(high, options)})"
    return {"at": at, "value": value, "low": low, "high": high, "edge": max(known, default=0),
            "says": _says(value, options), "tip": tip, "highlight": bool(row.get("highlight"))}


def _left_out(total: int, shown: int) -> str:
    return f"The first {shown} of {total:,} are drawn; all of them stand in the table." if shown < total else ""


def _same_scale(rows: Sequence[Row]) -> bool:
    """Whether the rows can share one axis: every row would fill at least an eighth of it."""
    spans = [(min(_all(row)), max(_all(row))) for row in rows]
    whole = max(b for _, b in spans) - min(a for a, _ in spans)
    return all(b - a >= whole / 8 for a, b in spans)


def _all(row: Row) -> list[float]:
    return [float(row[k]) for k in ("observed", "mean", "low", "high") if row.get(k) is not None]


def null(rows: Sequence[Row], options: Row, width: int) -> Drawing:
    """What was observed against what chance would give; rows of different size get their own scale."""
    shown = [row for row in rows if _all(row)]
    if not shown:
        return Drawing(Canvas(width, 20).spec(), (), "Nothing could be compared.")
    shared, compact = _same_scale(shown), width < 500
    step = 44.0 if shared else 64.0
    canvas = Canvas(width, step * len(shown))
    canvas.y = {"scale": {"domain": [0, canvas.height], "reverse": True, "nice": False}, "axis": None}
    _row_labels(canvas, shown, step, "label", compact=compact)
    canvas.right = 60
    if shared:
        low, high = _zero([v for row in shown for v in _all(row)], options)
        _x_axis(canvas, options, low, high, compact=compact)
        scales = [(0.0, 1.0)] * len(shown)
    else:
        canvas.x = {"scale": {"domain": [0, 1], "nice": False}, "axis": None}
        scales, canvas.bottom = [_own_scale(canvas, row, (i + 0.5) * step, options) for i, row in enumerate(shown)], 8
    data = [_against(row, (i + 0.5) * step, scales[i], options) for i, row in enumerate(shown)]
    banded = [row for row in data if row["low"] is not None and row["high"] is not None]
    canvas.add(banded, {"type": "rule", "strokeWidth": 16, "stroke": "var(--band)"}, x="low", x2="high", y="at")
    meant = [row for row in data if row["mean"] is not None]
    canvas.add(meant, {"type": "tick", "orient": "vertical", "size": 20, "thickness": 2, "color": "var(--muted)"},
               x="mean", y="at")
    seen = [row for row in data if row["observed"] is not None]
    canvas.add(seen, {"type": "point", "filled": True, "size": 130, "opacity": 1, "fill": "var(--accent)"},
               x="observed", y="at", description={"field": "tip", "type": "nominal"})
    canvas.add(seen, {"type": "text", "align": "left", "baseline": "middle", "fontWeight": "bold", "dx": 11},
               x="edge", y="at", text="says")
    return Drawing(canvas.spec(), [("dot", "observed"), ("band", "range of chance"), ("tick", "average of chance")])


def _own_scale(canvas: Canvas, row: Row, at: float, options: Row) -> tuple[float, float]:
    """Draw a thin axis for one row; returns its origin and length."""
    steps = nice(*_zero(_all(row), {}), 2)
    low, high = steps[0], steps[-1]
    canvas.add([{"a": 0, "b": 1, "at": at}], {"type": "rule", "stroke": "var(--rule)", "strokeWidth": 1},
               x="a", x2="b", y="at")
    for end, align, says in ((0, "left", low), (1, "right", high)):
        canvas.add([{"v": end, "at": at + 22, "says": _says(says, options)}],
                   {"type": "text", "align": align, "baseline": "middle", "fill": "var(--muted)"},
                   x="v", y="at", text="says")
    return low, high - low


def _against(row: Row, at: float, scale: tuple[float, float], options: Row) -> dict[str, Any]:
    out: dict[str, Any] = {"at": at, "says": _says(row.get("observed"), options)}
    for name in ("observed", "mean", "low", "high"):
        value = row.get(name)
        out[name] = None if value is None else (float(value) - scale[0]) / scale[1]
    out["edge"] = max(v for k in ("observed", "high") if (v := out[k]) is not None) if (
        out["observed"] is not None or out["high"] is not None) else 0
    chance = f"; by chance {_says(row.get('mean'), options)}" if row.get("mean") is not None else ""
    if row.get("low") is not None and row.get("high") is not None:
        chance += f" ({_says(row['low'], options)} to {_says(row['high'], options)})"
    out["tip"] = f"{row['label']}: {out['says']}{chance}"
    return out


def slope(rows: Sequence[Row], options: Row, width: int) -> Drawing:
    """One line per item over the waves, named at its end."""
    compact = width < 500
    waves = list(dict.fromkeys(str(row["wave"]) for row in rows))
    items = list(dict.fromkeys(str(row["label"]) for row in rows))
    known = [row for row in rows if row.get("value") is not None]
    strong = {str(row["label"]) for row in rows if row.get("highlight")}
    named = [item for item in items if item in strong or len(items) <= 6]
    canvas = Canvas(width, 240 if compact else 300, bottom=30)
    low, high = _zero([float(row["value"]) for row in known] or [0.0, 1.0], options)
    _y_axis(canvas, options, low, high)
    canvas.right = 20 + max((width_of(shorten(item, 16 if compact else 26), FONT) + 40 for item in named), default=20)
    canvas.x = {"scale": {"domain": [0, max(1, len(waves) - 1)], "nice": False}, "axis": None}
    _zero_line(canvas, options, vertical=False)
    for item in sorted(items, key=lambda name: name in strong):
        line = [{"x": waves.index(str(row["wave"])), "value": row["value"],
                 "tip": f"{item}, {row['wave']}: {_says(row['value'], options)}"}
                for row in known if str(row["label"]) == item]
        colour, wide = ("var(--accent)", 2.5) if item in strong else ("var(--grey-line)", 1.5)
        canvas.add(line, {"type": "line", "stroke": colour, "strokeWidth": wide}, x="x", y="value")
        canvas.add(line, {"type": "point", "filled": True, "size": 60, "fill": colour, "opacity": 1}, x="x", y="value",
                   description={"field": "tip", "type": "nominal"})
    _wave_labels(canvas, waves)
    _end_labels(canvas, known, named, waves[-1] if waves else "", strong, options, compact=compact)
    return Drawing(canvas.spec())


def _wave_labels(canvas: Canvas, waves: Sequence[str]) -> None:
    last = len(waves) - 1
    for i, wave in enumerate(waves):
        align = "left" if i == 0 and last else "right" if i == last and last > 1 else "center"
        canvas.add([{"x": i, "says": shorten(wave, 14)}],
                   {"type": "text", "align": align, "baseline": "top", "y": canvas.height + 10, "fill": "var(--muted)"},
                   x="x", text="says")


def _end_labels(canvas: Canvas, known: Sequence[Row], named: Sequence[str], last: str, strong: set[str], options: Row,
                *, compact: bool) -> None:
    """Names at the right end, pushed apart where they would touch."""
    ends = {str(row["label"]): float(row["value"]) for row in known if str(row["wave"]) == last}
    mine = [item for item in named if item in ends]
    bottom, top = canvas.y["scale"]["domain"]
    pixels = [(top - ends[item]) / (top - bottom) * canvas.height for item in mine]
    for item, at in zip(mine, spread(pixels, FONT + 3, canvas.height), strict=True):
        bold = item in strong
        says = f"{shorten(item, 16 if compact else 26)} {_says(ends[item], options)}"
        canvas.add([{"y": top - at / canvas.height * (top - bottom), "says": says}],
                   {"type": "text", "align": "left", "baseline": "middle", "x": round(canvas.inner) + 10,
                    "fontWeight": "bold" if bold else "normal", "fill": "var(--ink)" if bold else "var(--muted)"},
                   y="y", text="says")


def parts(rows: Sequence[Row], options: Row, width: int) -> Drawing:
    """One bar per group, cut in named parts; at most eight colours."""
    compact = width < 500
    names = list(dict.fromkeys(str(row["part"]) for row in rows))
    kept = names if len(names) <= PARTS else names[: PARTS - 1]
    groups = list(dict.fromkeys(str(row["group"]) for row in rows))
    step = 44.0
    canvas = Canvas(width, step * len(groups))
    canvas.y = {"scale": {"domain": [0, canvas.height], "reverse": True, "nice": False}, "axis": None}
    _row_labels(canvas, [{"group": g} for g in groups], step, "group", compact=compact)
    pieces, most = [], 0.0
    for i, group in enumerate(groups):
        start = 0.0
        for name in [*kept, None]:
            value = sum(float(row["value"] or 0) for row in rows if str(row["group"]) == group and (
                str(row["part"]) == name if name is not None else str(row["part"]) not in kept))
            if value:
                label = name or "other"
                pieces.append({"a": start, "b": start + value, "y1": i * step + 8, "y2": (i + 1) * step - 8,
                               "mid": start + value / 2, "at": (i + 0.5) * step, "says": _says(value, options),
                               "part": kept.index(name) if name is not None else PARTS - 1,
                               "tip": f"{group}, {label}: {_says(value, options)}"})
                start += value
        most = max(most, start)
    canvas.right = 24
    _x_axis(canvas, options, 0, most or 1, compact=compact)
    for index in sorted({piece["part"] for piece in pieces}):
        mine = [piece for piece in pieces if piece["part"] == index]
        canvas.add(mine, {"type": "rect", "fill": f"var(--cat-{index + 1})", "stroke": "var(--paper)"},
                   x="a", x2="b", y="y1", y2="y2", description={"field": "tip", "type": "nominal"})
        scale = canvas.inner / canvas.x["scale"]["domain"][1]
        wide = [p for p in mine if (p["b"] - p["a"]) * scale > width_of(p["says"], FONT) + 8]
        canvas.add(wide, {"type": "text", "baseline": "middle", "fill": f"var(--on-cat-{index + 1})"}, x="mid", y="at",
                   text="says")
    key = [(f"cat-{i + 1}", name) for i, name in enumerate(kept)]
    if len(kept) < len(names):
        key.append((f"cat-{PARTS}", f"other ({len(names) - len(kept)} kinds)"))
    return Drawing(canvas.spec(), key)


def histogram(rows: Sequence[Row], options: Row, width: int) -> Drawing:
    """How many items fall between two values."""
    compact = width < 500
    canvas = Canvas(width, 200 if compact else 240)
    ends = [float(row[k]) for row in rows for k in ("start", "end")] or [0.0, 1.0]
    _y_axis(canvas, {"y_title": options.get("y_title")}, 0, max((float(row["count"] or 0) for row in rows), default=1))
    _x_axis(canvas, options, *_zero(ends, options), compact=compact)
    data = [{"a": row["start"], "b": row["end"], "zero": 0, "count": row["count"] or 0,
             "highlight": bool(row.get("highlight")),
             "tip": f"{_says(row['start'], options)} to {_says(row['end'], options)}: {words.number(row['count'] or 0)}"}
            for row in rows]
    for strong in (False, True):
        mine = [row for row in data if row["highlight"] == strong]
        canvas.add(mine, {"type": "rect", "fill": "var(--accent)" if strong else "var(--grey)", "stroke": "var(--paper)",
                          "strokeWidth": 1.5}, x="a", x2="b", y="zero", y2="count",
                   description={"field": "tip", "type": "nominal"})
    canvas.add([{"v": 0}], {"type": "rule", "stroke": "var(--muted)", "strokeWidth": 1}, y="v")
    _reference(canvas, options)
    return Drawing(canvas.spec())


def scatter(rows: Sequence[Row], options: Row, width: int) -> Drawing:
    """Two numbers per item; those of which the sentence speaks are named."""
    compact = width < 500
    known = [row for row in rows if row.get("x") is not None and row.get("y") is not None]
    canvas = Canvas(width, 320 if compact else 400)
    _y_axis(canvas, options, *_zero([float(row["y"]) for row in known] or [0.0], {**options, "reference": None}))
    _x_axis(canvas, options, *_zero([float(row["x"]) for row in known] or [0.0], options), compact=compact)
    _reference(canvas, options)
    _points(canvas, [{"x": float(row["x"]), "y": float(row["y"]), "label": str(row["label"]),
                      "highlight": bool(row.get("highlight")), "size": 60.0,
                      "tip": f"{row['label']}: {words.number(row['x'])}; {words.number(row['y'])}"} for row in known],
            18 if compact else 28)
    missing = len(rows) - len(known)
    return Drawing(canvas.spec(), (), f"{missing} without both values are not drawn." if missing else "")


def _points(canvas: Canvas, data: list[dict[str, Any]], letters: int) -> None:
    """Dots, grey first, then the named ones with labels that avoid each other and the edges."""
    for strong in (False, True):
        mine = [row for row in data if row["highlight"] == strong]
        canvas.add(mine, {"type": "point", "filled": True, "fill": "var(--accent)" if strong else "var(--grey)",
                          "stroke": "var(--paper)", "strokeWidth": 0.8, "opacity": 1 if strong else 0.75}, x="x", y="y",
                   size={"field": "size", "type": "quantitative", "scale": None},
                   description={"field": "tip", "type": "nominal"})
    (x0, x1), (y0, y1) = canvas.x["scale"]["domain"], canvas.y["scale"]["domain"]
    named = [row for row in data if row["highlight"]]
    spots = [((row["x"] - x0) / (x1 - x0) * canvas.inner, (y1 - row["y"]) / (y1 - y0) * canvas.height)
             for row in named]
    texts = [shorten(row["label"], letters) for row in named]
    for text, spot in zip(texts, place(spots, texts, FONT, canvas.inner, canvas.height), strict=True):
        if spot is not None:
            canvas.add([{"says": text}], {"type": "text", "align": spot[2], "baseline": "middle", "x": spot[0],
                                          "y": spot[1], "fontWeight": "bold"}, text="says")


def matrix(rows: Sequence[Row], options: Row, width: int) -> Drawing:
    """A table of numbers as tiles, the darker the larger."""
    compact = width < 500
    names = list(dict.fromkeys(str(row["row"]) for row in rows))
    columns = list(dict.fromkeys(str(row["column"]) for row in rows))
    step = 38.0
    canvas = Canvas(width, step * len(names), bottom=8)
    canvas.y = {"scale": {"domain": [0, canvas.height], "reverse": True, "nice": False}, "axis": None}
    _row_labels(canvas, [{"row": name} for name in names], step, "row", compact=compact)
    canvas.right = max(8.0, canvas.width - canvas.left - 90.0 * len(columns))
    cell = canvas.inner / max(1, len(columns))
    canvas.x = {"scale": {"domain": [0, canvas.inner], "nice": False}, "axis": None}
    _column_labels(canvas, columns, cell, compact=compact)
    values = [float(row["value"]) for row in rows if row.get("value") is not None]
    low, high = min([0.0, *values]), max([*values, 0.0]) or 1.0
    tiles: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        if row.get("value") is None:
            continue
        i, j = names.index(str(row["row"])), columns.index(str(row["column"]))
        level = min(7, 1 + int(7 * (float(row["value"]) - low) / (high - low or 1)))
        says = _says(row["value"], options)
        tiles.setdefault(level, []).append({
            "a": j * cell + 1, "b": (j + 1) * cell - 1, "y1": i * step + 1, "y2": (i + 1) * step - 1,
            "mid": (j + 0.5) * cell, "at": (i + 0.5) * step, "says": says,
            "tip": f"{row['row']}, {row['column']}: {says}"})
    for level, mine in sorted(tiles.items()):
        canvas.add(mine, {"type": "rect", "fill": f"var(--ramp-{level})"}, x="a", x2="b", y="y1", y2="y2",
                   description={"field": "tip", "type": "nominal"})
        fits = [tile for tile in mine if width_of(tile["says"], FONT) + 4 <= cell]
        canvas.add(fits, {"type": "text", "baseline": "middle", "fill": f"var(--on-ramp-{level})"}, x="mid", y="at",
                   text="says")
    return Drawing(canvas.spec())


def _column_labels(canvas: Canvas, columns: Sequence[str], cell: float, *, compact: bool) -> None:
    """Names of the columns above, turned where they do not fit."""
    texts = [shorten(name, 14 if compact else 20) for name in columns]
    longest = max((width_of(text, FONT) for text in texts), default=0)
    turned = longest > cell - 4
    canvas.top = 12 + (longest * 0.72 + 8 if turned else FONT + 6)
    for j, text in enumerate(texts):
        place_ = {"angle": -45, "align": "left", "dx": 0} if turned else {"align": "center"}
        canvas.add([{"says": text}], {"type": "text", "baseline": "bottom", "x": (j + 0.5) * cell, "y": -6,
                                      "fill": "var(--muted)", **place_}, text="says")
    if turned:
        canvas.right = max(canvas.right, longest * 0.72 - cell / 2 + 8)


def _maker(name: str) -> Callable[[Sequence[Row], Row, int], Drawing]:
    from interfirm.report import geography

    known = {"dots": dots, "null": null, "slope": slope, "parts": parts, "histogram": histogram, "scatter": scatter,
             "matrix": matrix, "geo": geography.geo}
    return known[name]


def draw(chart: str, rows: Sequence[Row], options: Row, width: int) -> Drawing:
    """One chart of a given width; items of the same name are kept apart."""
    return _maker(chart)(dedupe(rows), options, width)

"""The plane that charts are drawn on: layers, axes, names of rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from interfirm.report import words
from interfirm.report.labels import nice, shorten, width_of

Row = Mapping[str, Any]
Spec = dict[str, Any]

FONT: Final = 14
COMPACT: Final = 500


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
        look = mark if "description" in encoding else {**mark, "aria": False}
        self.layers.append({"data": {"values": [dict(row) for row in rows]}, "mark": look, "encoding": encoding})

    def in_rows(self, rows: Sequence[Row], name: str, step: float) -> None:
        """Set up one row per item, counted downwards in pixels, and write the items' names."""
        self.height = step * len(rows)
        self.y = {"scale": {"domain": [0, self.height], "reverse": True, "nice": False}, "axis": None}
        row_labels(self, rows, step, name, compact=self.width < COMPACT)

    def dots(self, rows: Sequence[Row], *, x: str, y: str, strong: bool, size: float = 110) -> None:
        """Add filled dots; the strong ones are those that the sentence speaks of."""
        mark = {"type": "point", "filled": True, "size": size, "opacity": 1,
                "fill": "var(--accent)" if strong else "var(--grey)"}
        self.add(rows, mark, x=x, y=y, description={"field": "tip", "type": "nominal"})

    def texts(self, rows: Sequence[Row], *, x: str, y: str, strong: bool, **mark: Any) -> None:
        """Write ``says`` of each row, the strong ones in ink."""
        look = {"type": "text", "align": "left", "baseline": "middle", "fontWeight": "bold" if strong else "normal",
                "fill": "var(--ink)" if strong else "var(--muted)", **mark}
        self.add(rows, look, x=x, y=y, text="says")

    def captions(self, rows: Sequence[tuple[float, float, str, str]], **mark: Any) -> None:
        """Write texts at places in pixels: x, y, alignment, text; one layer per alignment."""
        (x0, x1), (y0, y1) = self.x["scale"]["domain"], self.y["scale"]["domain"]
        if self.y["scale"].get("reverse"):
            y0, y1 = y1, y0
        look = {"type": "text", "baseline": "middle", "fontWeight": "bold", **mark}
        for align in sorted({row[2] for row in rows}):
            mine = [{"x": x0 + x / self.inner * (x1 - x0), "y": y1 - y / self.height * (y1 - y0), "says": text}
                    for x, y, side, text in rows if side == align]
            self.add(mine, {"align": align, **look}, x="x", y="y", text="says")

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
                 "labelFlush": False, "labelPadding": 6},
        "text": {"fontSize": FONT, "fill": "var(--ink)"},
    }


def _title(text: object) -> str:
    return str(text) if text else ""


def _axis(title: object, low: float, high: float, *, ticks: int, options: Row) -> Spec:
    """A horizontal or vertical number axis between two round ends."""
    steps = nice(low, high, ticks, whole=options.get("format") == "count")
    share = {"labelExpr": "format(100 * datum.value, ',.3~g') + '\u00a0%'"} if options.get("format") == "share" else {}
    return {
        "scale": {"domain": [steps[0], steps[-1]], "nice": False, "zero": False},
        "axis": {"values": steps, "grid": True, "title": _title(title) or None, "titlePadding": 8,
                 "format": ",.12~g", **share},
    }


def _ratio_axis(options: Row, low: float, high: float) -> Spec:
    """A horizontal axis of ratios: twice and half are equally far from 1."""
    steps = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0]
    first = max((value for value in steps if value <= low), default=steps[0])
    last = min((value for value in steps if value >= high), default=steps[-1])
    shown = [value for value in steps if first <= value <= last]
    return {"scale": {"type": "log", "domain": [first, last], "nice": False},
            "axis": {"values": shown, "grid": True, "title": _title(options.get("x_title")) or None,
                     "titlePadding": 8, "format": ",.12~g"}}


def x_axis(canvas: Canvas, options: Row, low: float, high: float, *, compact: bool) -> None:
    """A number axis below the data, its title under it."""
    ticks = 4 if compact else 6
    canvas.x = _ratio_axis(options, low, high) if options.get("log") else _axis(
        options.get("x_title"), low, high, ticks=ticks, options=options)
    if options.get("x_title"):
        canvas.bottom = 56


def y_axis(canvas: Canvas, options: Row, low: float, high: float) -> None:
    """A vertical axis whose title lies above it, to be read without turning the head."""
    canvas.y = _axis(options.get("y_title"), low, high, ticks=5, options=options)
    canvas.left = 14 + max(width_of(told(v, options), FONT)
                           for v in canvas.y["axis"]["values"])
    if options.get("y_title"):
        canvas.top = 34
        canvas.y["axis"] |= {"titleAngle": 0, "titleAlign": "left", "titleAnchor": "end", "titleBaseline": "bottom",
                             "titleX": -canvas.left + 2, "titleY": -14}


def span(rows: Sequence[float], options: Row) -> tuple[float, float]:
    """The least and the largest value, the zero and the reference line included where they are wanted."""
    low, high = min(rows), max(rows)
    if options.get("zero"):
        low, high = min(low, 0.0), max(high, 0.0)
    reference = options.get("reference")
    if isinstance(reference, (int, float)):
        low, high = min(low, reference), max(high, reference)
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def told(value: float | None, options: Row) -> str:
    """A value as it is written beside its mark."""
    if value is None:
        return "not known"
    return words.share(value) if options.get("format") == "share" else words.number(value)


def reference_line(canvas: Canvas, options: Row, *, vertical: bool = True) -> None:
    """A dashed line at the value that the option ``reference`` names."""
    value = options.get("reference")
    if isinstance(value, (int, float)):
        mark = {"type": "rule", "stroke": "var(--ink)", "strokeDash": [3, 3], "strokeWidth": 1}
        canvas.add([{"v": value}], mark, **({"x": "v"} if vertical else {"y": "v"}))


def zero_line(canvas: Canvas, options: Row, *, vertical: bool = True) -> None:
    """A line at zero, where the option ``zero`` asks for it."""
    if options.get("zero"):
        mark = {"type": "rule", "stroke": "var(--muted)", "strokeWidth": 1}
        canvas.add([{"v": 0}], mark, **({"x": "v"} if vertical else {"y": "v"}))


def row_labels(canvas: Canvas, rows: Sequence[Row], step: float, field_name: str, *, compact: bool) -> None:
    """Names of the rows at the left edge, strong where the sentence speaks of them."""
    names = [shorten(str(row[field_name]), 18 if compact else 32) for row in rows]
    bold = (1.1 if row.get("highlight") else 1.0 for row in rows)
    canvas.left = 12 + max((width_of(name, FONT) * wide for name, wide in zip(names, bold, strict=True)), default=0)
    for strong in (False, True):
        mine = [{"at": (i + 0.5) * step, "says": name} for i, (name, row) in enumerate(zip(names, rows, strict=True))
                if bool(row.get("highlight")) == strong]
        canvas.add(mine, {"type": "text", "align": "right", "baseline": "middle", "x": -12,
                          "fill": "var(--ink)" if strong else "var(--muted)",
                          "fontWeight": "bold" if strong else "normal"},
                   y={"field": "at", "axis": None}, text="says")


def left_out(total: int, shown: int) -> str:
    """What to say where more items exist than are drawn."""
    return f"The first {shown} of {total:,} are drawn; all of them stand in the table." if shown < total else ""

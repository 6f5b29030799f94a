"""A specification curve: the effect in every model above, the choices that made each model below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from interfirm.report.charts.canvas import COMPACT, FONT, Canvas, Drawing, Row, told
from interfirm.report.labels import nice, shorten, width_of

CHOICES: Final = {"model": "Model", "controls": "Held alike", "others": "Other partners", "weighted": "Weights"}
_UPPER: Final = 210.0
_STEP: Final = 22.0
_GAP: Final = 30.0
_WIDEST: Final = 16.0


def specification(rows: Sequence[Row], options: Row, width: int) -> Drawing:
    """One column per model in the order of its effect: a dot with its interval, and below it a mark for each choice."""
    known = sorted((row for row in rows if row.get("value") is not None), key=lambda row: float(row["value"]))
    lines = _lines(known)
    canvas = Canvas(width, _UPPER + sum(_GAP if head else _STEP for _, _, head in lines) + 6, right=16, bottom=8)
    compact = width < COMPACT
    names = [shorten(text, 16 if compact else 34) for _, text, _ in lines]
    ends = [float(row[key]) for row in known for key in ("value", "low", "high") if row.get(key) is not None]
    steps = nice(min([0.0, *ends]), max([0.0, *ends]), 5)
    canvas.left = 14 + max(width_of(text, FONT) for text in [*names, *(told(step, options) for step in steps)])
    canvas.x = {"scale": {"domain": [0, max(1, len(known))], "nice": False}, "axis": None}
    canvas.y = {"scale": {"domain": [0, canvas.height], "reverse": True, "nice": False}, "axis": None}
    _grid(canvas, steps, len(known), options)
    size = min(_WIDEST, canvas.inner / max(1, len(known)))
    _effects(canvas, known, steps, size, options)
    _marks(canvas, known, lines, names)
    return Drawing(canvas.spec(), [("dot", "the model it starts from"), ("band", "95 % interval")])


def _lines(rows: Sequence[Row]) -> list[tuple[str, str, bool]]:
    """Of each choice that was made in more than one way: its heading, then its ways; choice, text, whether heading."""
    out = []
    for name, title in CHOICES.items():
        ways = list(dict.fromkeys(str(row[name]) for row in sorted(rows, key=lambda row: not row.get("highlight"))
                                  if row.get(name) is not None))
        if len(ways) > 1:
            out += [(name, title, True), *((name, way, False) for way in ways)]
    return out


def _height(value: float, steps: Sequence[float]) -> float:
    return _UPPER - 8 - (value - steps[0]) / (steps[-1] - steps[0]) * (_UPPER - 16)


def _grid(canvas: Canvas, steps: Sequence[float], count: int, options: Row) -> None:
    for step in steps:
        line = [{"a": 0, "b": max(1, count), "at": _height(step, steps)}]
        strong = step == 0
        canvas.add(line, {"type": "rule", "stroke": "var(--muted)" if strong else "var(--rule)", "strokeWidth": 1},
                   x="a", x2="b", y="at")
        mark = {"type": "text", "align": "right", "baseline": "middle", "x": -10, "fill": "var(--muted)"}
        canvas.add([{"at": _height(step, steps), "says": told(step, options)}], mark,
                   y={"field": "at", "axis": None}, text="says")


def _effects(canvas: Canvas, rows: Sequence[Row], steps: Sequence[float], size: float, options: Row) -> None:
    data = []
    for i, row in enumerate(rows):
        tip = f"{row['label']}: {told(row['value'], options)} ({told(row.get('low'), options)} to " \
            f"{told(row.get('high'), options)})"
        data.append({"x": i + 0.5, "y": _height(float(row["value"]), steps), "tip": tip,
                     "a": _height(float(row["low"]), steps), "b": _height(float(row["high"]), steps),
                     "highlight": bool(row.get("highlight"))})
    bar = {"type": "rule", "strokeWidth": max(1.0, size * 0.45), "stroke": "var(--band)"}
    canvas.add(data, bar, x="x", y="a", y2="b")
    for strong in (False, True):
        canvas.dots([row for row in data if row["highlight"] == strong], x="x", y="y", strong=strong,
                    size=max(14.0, (size * 0.6) ** 2))


def _marks(canvas: Canvas, rows: Sequence[Row], lines: Sequence[tuple[str, str, bool]], names: Sequence[str],
           ) -> None:
    at = _UPPER
    texts: dict[bool, list[dict[str, Any]]] = {True: [], False: []}
    spots: dict[bool, list[dict[str, Any]]] = {True: [], False: []}
    for (name, way, head), text in zip(lines, names, strict=True):
        at += _GAP if head else _STEP
        texts[head].append({"at": at - _STEP / 2, "says": text})
        if not head:
            for i, row in enumerate(rows):
                if str(row.get(name)) == way:
                    spots[bool(row.get("highlight"))].append({"a": i + 0.15, "b": i + 0.85, "y1": at - _STEP + 5,
                                                              "y2": at - 5})
    for head, mine in texts.items():
        mark = {"type": "text", "align": "right", "baseline": "middle", "x": -10,
                "fill": "var(--ink)" if head else "var(--muted)", "fontWeight": "bold" if head else "normal"}
        canvas.add(mine, mark, y={"field": "at", "axis": None}, text="says")
    for strong, mine in spots.items():
        canvas.add(mine, {"type": "rect", "fill": "var(--accent)" if strong else "var(--grey)"}, x="a", x2="b",
                   y="y1", y2="y2")

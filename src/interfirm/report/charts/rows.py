"""Charts with one row per item: dots with intervals, observed against chance, bars cut in parts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from interfirm.report.charts.canvas import (
    COMPACT,
    FONT,
    Canvas,
    Drawing,
    Row,
    left_out,
    reference_line,
    span,
    told,
    x_axis,
    zero_line,
)
from interfirm.report.labels import nice, width_of

PARTS: Final = 8
DOTS: Final = 40
_STEP: Final = 28.0
_BAR: Final = 44.0
_SCALES: Final = 6  # more rows than this share one scale, so that they can be compared


def dots(rows: Sequence[Row], options: Row, width: int) -> Drawing:
    """One dot per item with its interval, the value beside it; the first forty items."""
    shown = list(rows[:DOTS])
    canvas = Canvas(width, 0, right=56)
    canvas.in_rows(shown, "label", _STEP)
    data = [_interval(row, (i + 0.5) * _STEP, options) for i, row in enumerate(shown)]
    known = [row for row in data if row["value"] is not None]
    ends = [row[key] for row in data for key in ("low", "high", "value") if row[key] is not None]
    x_axis(canvas, options, *span(ends or [0.0, 1.0], options), compact=width < COMPACT)
    zero_line(canvas, options)
    reference_line(canvas, options)
    ranged = [row for row in known if row["low"] is not None and row["high"] is not None]
    bar = {"type": "rule", "strokeWidth": 6, "stroke": "var(--band)", "strokeCap": "round"}
    canvas.add(ranged, bar, x="low", x2="high", y="at")
    for strong in (False, True):
        mine = [row for row in known if row["highlight"] == strong]
        canvas.dots(mine, x="value", y="at", strong=strong)
        canvas.texts(mine, x="edge", y="at", strong=strong, dx=10)
    key = [("dot", "value"), ("band", "could be anywhere here")] if ranged else []
    return Drawing(canvas.spec(), key, left_out(len(rows), len(shown)))


def _interval(row: Row, at: float, options: Row) -> dict[str, Any]:
    value, low, high = row.get("value"), row.get("low"), row.get("high")
    tip = f"{row['label']}: {told(value, options)}"
    if low is not None and high is not None:
        tip += f" ({told(low, options)} to {told(high, options)})"
    return {"at": at, "value": value, "low": low, "high": high, "says": told(value, options), "tip": tip,
            "edge": max((v for v in (value, high) if v is not None), default=0),
            "highlight": bool(row.get("highlight"))}


# ---- observed against chance -------------------------------------------------------------


def null(rows: Sequence[Row], options: Row, width: int) -> Drawing:
    """What was observed against what chance would give; rows of different size get their own scale."""
    shown = [row for row in rows if _all(row)]
    canvas = Canvas(width, 20, right=60)
    if not shown:
        return Drawing(canvas.spec(), (), "Nothing could be compared.")
    shared = options.get("format") == "share" or len(shown) > _SCALES or _same_scale(shown)
    step = _BAR if shared else 64.0
    canvas.in_rows(shown, "label", step)
    if shared:
        x_axis(canvas, options, *span([v for row in shown for v in _all(row)], options), compact=width < COMPACT)
        scales = [(0.0, 1.0)] * len(shown)
    else:
        canvas.x, canvas.bottom = {"scale": {"domain": [0, 1], "nice": False}, "axis": None}, 8
        scales = [_own_scale(canvas, row, (i + 0.5) * step, options) for i, row in enumerate(shown)]
    data = [_against(row, (i + 0.5) * step, scales[i], options) for i, row in enumerate(shown)]
    _marks(canvas, data)
    return Drawing(canvas.spec(), [("dot", "observed"), ("band", "range of chance"), ("tick", "average of chance")])


def _marks(canvas: Canvas, data: Sequence[Row]) -> None:
    banded = [row for row in data if row["low"] is not None and row["high"] is not None]
    canvas.add(banded, {"type": "rule", "strokeWidth": 16, "stroke": "var(--band)"}, x="low", x2="high", y="at")
    meant = [row for row in data if row["mean"] is not None]
    canvas.add(meant, {"type": "tick", "orient": "vertical", "size": 20, "thickness": 2, "color": "var(--muted)"},
               x="mean", y="at")
    seen = [row for row in data if row["observed"] is not None]
    canvas.dots(seen, x="observed", y="at", strong=True, size=130)
    canvas.texts(seen, x="edge", y="at", strong=True, dx=11)


def _all(row: Row) -> list[float]:
    return [float(row[key]) for key in ("observed", "mean", "low", "high") if row.get(key) is not None]


def _same_scale(rows: Sequence[Row]) -> bool:
    """Whether the rows can share one axis: every row would fill at least an eighth of it."""
    spans = [(min(_all(row)), max(_all(row))) for row in rows]
    whole = max(b for _, b in spans) - min(a for a, _ in spans)
    return all(b - a >= whole / 8 for a, b in spans)


def _own_scale(canvas: Canvas, row: Row, at: float, options: Row) -> tuple[float, float]:
    """Draw a thin axis for one row; returns its origin and length."""
    steps = nice(*span(_all(row), {}), 2)
    low, high = steps[0], steps[-1]
    canvas.add([{"a": 0, "b": 1, "at": at}], {"type": "rule", "stroke": "var(--rule)", "strokeWidth": 1},
               x="a", x2="b", y="at")
    for end, align, value in ((0, "left", low), (1, "right", high)):
        mine = [{"v": end, "at": at + 22, "says": told(value, options)}]
        canvas.texts(mine, x="v", y="at", strong=False, align=align)
    return low, high - low


def _against(row: Row, at: float, scale: tuple[float, float], options: Row) -> dict[str, Any]:
    out: dict[str, Any] = {"at": at, "says": told(row.get("observed"), options)}
    for name in ("observed", "mean", "low", "high"):
        value = row.get(name)
        out[name] = None if value is None else (float(value) - scale[0]) / scale[1]
    out["edge"] = max((v for key in ("observed", "high") if (v := out[key]) is not None), default=0)
    chance = f"; by chance {told(row.get('mean'), options)}" if row.get("mean") is not None else ""
    if row.get("low") is not None and row.get("high") is not None:
        chance += f" ({told(row['low'], options)} to {told(row['high'], options)})"
    out["tip"] = f"{row['label']}: {out['says']}{chance}"
    return out


# ---- parts of a whole --------------------------------------------------------------------


def parts(rows: Sequence[Row], options: Row, width: int) -> Drawing:
    """One bar per group, cut in named parts; at most eight colours, the rest together."""
    names = list(dict.fromkeys(str(row["part"]) for row in rows))
    kept = names if len(names) <= PARTS else names[: PARTS - 1]
    groups = list(dict.fromkeys(str(row["group"]) for row in rows))
    canvas = Canvas(width, 0, right=24)
    canvas.in_rows([{"group": group} for group in groups], "group", _BAR)
    pieces = [piece for i, group in enumerate(groups)
              for piece in _pieces([row for row in rows if str(row["group"]) == group], kept, i * _BAR, options)]
    x_axis(canvas, options, 0, max((piece["b"] for piece in pieces), default=1), compact=width < COMPACT)
    for index in sorted({piece["part"] for piece in pieces}):
        _bars(canvas, [piece for piece in pieces if piece["part"] == index], index + 1)
    key = [(f"cat-{i + 1}", name) for i, name in enumerate(kept)]
    if len(kept) < len(names):
        key.append((f"cat-{PARTS}", f"other ({len(names) - len(kept)} kinds)"))
    return Drawing(canvas.spec(), key)


def _pieces(rows: Sequence[Row], kept: Sequence[str], top: float, options: Row) -> list[dict[str, Any]]:
    """The parts of one bar from left to right; those without a colour of their own together at the end."""
    out: list[dict[str, Any]] = []
    start = 0.0
    for part, name in enumerate([*kept, "other"]):
        own = part < len(kept)
        value = sum(float(row["value"] or 0) for row in rows
                    if (str(row["part"]) == name if own else str(row["part"]) not in kept))
        if value > 0:
            says = told(value, options)
            out.append({"a": start, "b": start + value, "mid": start + value / 2, "y1": top + 8, "y2": top + _BAR - 8,
                        "at": top + _BAR / 2, "part": part if own else PARTS - 1, "says": says,
                        "tip": f"{rows[0]['group']}, {name}: {says}"})
            start += value
    return out


def _bars(canvas: Canvas, pieces: Sequence[Row], colour: int) -> None:
    mark = {"type": "rect", "fill": f"var(--cat-{colour})", "stroke": "var(--paper)"}
    canvas.add(pieces, mark, x="a", x2="b", y="y1", y2="y2", description={"field": "tip", "type": "nominal"})
    scale = canvas.inner / canvas.x["scale"]["domain"][1]
    wide = [piece for piece in pieces if (piece["b"] - piece["a"]) * scale > width_of(piece["says"], FONT) + 8]
    canvas.texts(wide, x="mid", y="at", strong=False, align="center", fill=f"var(--on-cat-{colour})")

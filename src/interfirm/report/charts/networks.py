"""The same firms in the same places several times: what joins them before and after."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from interfirm.report.charts.canvas import COMPACT, Canvas, Drawing, Row
from interfirm.report.labels import shorten

_GAP: Final = 20.0
_HEAD: Final = 26.0
_FOOT: Final = 24.0
_MARGIN: Final = 8.0
_KEY: Final = (("firm", "firm"), ("works", "work together"), ("decides", "more likely with the policy"))


def networks(rows: Sequence[Row], options: Row, width: int) -> Drawing:
    """One network per panel, side by side, one below the other on a narrow screen.

    Rows name their ``panel``; a row without ``kind`` gives the panel's text (``says``). ``firm``: x, y in the unit
    square. ``tie``: x, y, x2, y2; highlighted ones are those that the figure speaks of.
    """
    names = list(dict.fromkeys(str(row["panel"]) for row in rows))
    columns = max(1, min(int(options.get("columns") or 3), len(names))) if width >= COMPACT else 1
    canvas = Canvas(width, 0, left=4, right=4, top=4, bottom=4)
    size = min((canvas.inner - _GAP * (columns - 1)) / columns, 300.0)
    step = _HEAD + size + _FOOT
    canvas.height = step * -(-len(names) // columns)
    canvas.x = {"scale": {"domain": [0, canvas.inner], "nice": False}, "axis": None}
    canvas.y = {"scale": {"domain": [0, canvas.height], "reverse": True, "nice": False}, "axis": None}
    pitch = (canvas.inner + _GAP) / columns
    corners = {name: ((i % columns) * pitch, (i // columns) * step) for i, name in enumerate(names)}
    placed = [_place(row, *corners[str(row["panel"])], size) for row in rows if row.get("kind")]
    for strong in (False, True):
        ties = [_ends(row) for row in placed if row["kind"] == "tie" and bool(row.get("highlight")) == strong]
        look = {"type": "rule", "stroke": "var(--accent)" if strong else "var(--grey)",
                "strokeWidth": 1.4 if strong else 0.8, "opacity": 0.9 if strong else 0.7}
        canvas.add(ties, look, x="x", y="y", x2="x2", y2="y2")
    firms = [{"x": row["x"], "y": row["y"]} for row in placed if row["kind"] == "firm"]
    canvas.add(firms, {"type": "point", "filled": True, "opacity": 1, "size": 34, "shape": "circle",
                       "fill": "var(--muted)", "stroke": "var(--paper)", "strokeWidth": 1}, x="x", y="y")
    letters = max(14, int(size / 7.4))
    for row in rows:
        if not row.get("kind"):
            left, top = corners[str(row["panel"])]
            _text(canvas, left + size / 2, top + 14, shorten(str(row["panel"]), letters), strong=True)
            _text(canvas, left + size / 2, top + _HEAD + size + 14, shorten(str(row.get("says") or ""), letters))
    return Drawing(canvas.spec(), _KEY)


def _text(canvas: Canvas, x: float, y: float, says: str, *, strong: bool = False) -> None:
    canvas.texts([{"x": x, "y": y, "says": says}], x="x", y="y", strong=strong, align="center",
                 fill="var(--ink)" if strong else "var(--muted)")


def _place(row: Row, left: float, top: float, size: float) -> dict[str, Any]:
    across = size - 2 * _MARGIN
    out = dict(row)
    for x, y in (("x", "y"), ("x2", "y2")):
        if row.get(x) is not None and row.get(y) is not None:
            out[x] = left + _MARGIN + float(row[x]) * across
            out[y] = top + _HEAD + _MARGIN + (1 - float(row[y])) * across
    return out


def _ends(row: Row) -> dict[str, Any]:
    return {key: row[key] for key in ("x", "y", "x2", "y2")}

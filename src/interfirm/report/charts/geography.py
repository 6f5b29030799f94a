"""Where the actors are: a plane with the right proportions and a scale bar, no map service."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from interfirm.report import words
from interfirm.report.charts.canvas import COMPACT, Canvas, Drawing
from interfirm.report.charts.planes import points

_EARTH = 6371.0088
_LETTERS = (18, 28)


def kilometres(places: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Latitude and longitude as kilometres east and north of the middle (equirectangular at the middle latitude).

    Distances are right along the middle latitude; a region of 500 km is off by less than two per cent.
    """
    north = sum(lat for lat, _ in places) / len(places)
    east = sum(lon for _, lon in places) / len(places)
    across = math.cos(math.radians(north))
    return [(_EARTH * math.radians(lon - east) * across, _EARTH * math.radians(lat - north)) for lat, lon in places]


def geo(rows: Sequence[Mapping[str, Any]], options: Mapping[str, Any], width: int) -> Drawing:
    """Actors where they are, sized by a value."""
    known = [row for row in rows if row.get("latitude") is not None and row.get("longitude") is not None]
    if not known:
        return Drawing(Canvas(width, 20).spec(), (), "No coordinates are known.")
    plane = kilometres([(float(row["latitude"]), float(row["longitude"])) for row in known])
    canvas, per_km = _frame(plane, width)
    most = max((float(row["value"]) for row in known if row.get("value") is not None), default=0.0)
    data = [_point(row, spot, most) for row, spot in zip(known, plane, strict=True)]
    data.sort(key=lambda row: -float(row["size"]))
    points(canvas, data, _LETTERS[width >= COMPACT])
    _scale_bar(canvas, per_km)
    missing = len(rows) - len(known)
    note = f"{missing:,} without coordinates are not drawn." if missing else ""
    key = [("size", f"size: {options.get('size_title') or 'value'}, up to {words.number(most)}")] if most else []
    return Drawing(canvas.spec(), key, note)


def _point(row: Mapping[str, Any], spot: tuple[float, float], most: float) -> dict[str, Any]:
    value = row.get("value")
    size = 40 + 360 * max(0.0, float(value)) / most if value is not None and most > 0 else 60.0
    says = "" if value is None else f": {words.number(value)}"
    return {"x": spot[0], "y": spot[1], "label": str(row["label"]), "size": size, "tip": f"{row['label']}{says}",
            "highlight": bool(row.get("highlight"))}


def _frame(plane: Sequence[tuple[float, float]], width: int) -> tuple[Canvas, float]:
    """A canvas in the proportions of the region, between a flat and a square one; pixels per kilometre."""
    xs, ys = [x for x, _ in plane], [y for _, y in plane]
    spans = [max(max(v) - min(v), 1.0) * 1.14 for v in (xs, ys)]
    canvas = Canvas(width, 0, left=8, right=8, top=8, bottom=40)
    canvas.height = round(canvas.inner * min(0.75, max(0.45, spans[1] / spans[0])))
    per_km = min(canvas.inner / spans[0], canvas.height / spans[1])
    for name, values, pixels in (("x", xs, canvas.inner), ("y", ys, canvas.height)):
        middle, half = (max(values) + min(values)) / 2, pixels / per_km / 2
        axis = {"scale": {"domain": [middle - half, middle + half], "nice": False, "zero": False}, "axis": None}
        setattr(canvas, name, axis)
    return canvas, per_km


def _scale_bar(canvas: Canvas, per_km: float) -> None:
    """A line of a round number of kilometres, about a fifth of the width, below the plane."""
    aim = canvas.inner / 5 / per_km
    power = 10.0 ** math.floor(math.log10(aim))
    length = max(m * power for m in (1, 2, 5) if m * power <= aim)
    y = canvas.height + 24
    pixels = length * per_km
    canvas.add([{"v": 0}], {"type": "rect", "fill": "var(--muted)", "x": 0, "x2": pixels, "y": y - 1, "y2": y + 1})
    text = f"{words.number(length)} km" if length >= 1 else f"{words.number(length * 1000)} m"
    canvas.add([{"says": text}], {"type": "text", "align": "left", "baseline": "middle", "x": pixels + 8, "y": y,
                                  "fill": "var(--muted)"}, text="says")

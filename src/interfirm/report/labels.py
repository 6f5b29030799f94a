"""Where text goes in a chart: lengths, round steps, labels that do not touch."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

_NARROW = set("iIjl.,:;'|!()[]ftr ")
_BROAD = set("mwMW@%")


def width_of(text: str, size: float) -> float:
    """The width of a line in pixels, from letter classes; a little generous, the same on every machine."""
    total = 0.0
    for letter in text:
        if unicodedata.east_asian_width(letter) in "WF":
            total += 1.0
        elif unicodedata.combining(letter) or unicodedata.category(letter) == "Cf":
            continue
        elif letter in _NARROW:
            total += 0.38
        elif letter in _BROAD:
            total += 0.97
        else:
            total += 0.72 if letter.isupper() else 0.63
    return total * size


def shorten(text: str, letters: int) -> str:
    """At most so many letters, the cut shown by an ellipsis; marks that turn the writing direction go."""
    clean = "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cf", "Zl", "Zp", "Cs")).strip()
    return clean if len(clean) <= letters else clean[: letters - 1].rstrip() + "…"


def named(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The rows with a text where a name is missing."""
    return [{key: ("" if value is None and key in ("label", "group", "part", "row", "column", "wave") else value)
             for key, value in row.items()} for row in rows]


def nice(low: float, high: float, ticks: int, *, whole: bool = False) -> list[float]:
    """Round values from just below ``low`` to just above ``high``, about ``ticks`` of them.

    ``whole`` keeps them whole numbers, for counts.

    Examples
    --------
    >>> nice(0, 9.3, 5)
    [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]
    """
    span = (high - low) or abs(high) or 1.0
    raw = span / max(1, ticks - 1)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= raw * 0.999)
    step = max(1.0, math.ceil(step)) if whole else step
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [float(f"{i * step:.12g}") for i in range(first, max(last, first + 1) + 1)]


def spread(places: Sequence[float], gap: float, height: float) -> list[float]:
    """Places along a line pushed apart until none is nearer than ``gap``; the order stays."""
    order = sorted(range(len(places)), key=lambda i: places[i])
    out = [float(value) for value in places]
    for _ in range(60):
        moved = False
        for a, b in pairwise(order):
            lack = gap - (out[b] - out[a])
            if lack > 1e-6:
                out[a] -= lack / 2
                out[b] += lack / 2
                moved = True
        if not moved:
            break
    if order and (over := out[order[-1]] - height) > 0:
        out = [value - over for value in out]
    return out


Box = tuple[float, float, float, float]


def place(spots: Sequence[tuple[float, float]], texts: Sequence[str], size: float, width: float,
          height: float, away: float | Sequence[float] = 9) -> list[tuple[float, float, str] | None]:
    """A place beside each spot where its text touches neither another text, nor a spot, nor the edge.

    Parameters
    ----------
    spots
        x and y of the dots in pixels, the most important first.
    texts
        Their names.
    size
        Letter size in pixels.
    width, height
        Of the plane.
    away
        Distance of the text from the middle of its dot; one number, or one for each.

    Returns
    -------
    list
        x, y of the middle line and alignment of each text; None where there is no room.
    """
    taken: list[Box] = [(x - 5, y - 5, x + 5, y + 5) for x, y in spots]
    out: list[tuple[float, float, str] | None] = []
    gaps = [float(away)] * len(spots) if isinstance(away, (int, float)) else list(away)
    for (x, y), text, gap in zip(spots, texts, gaps, strict=True):
        long = width_of(text, size)
        tries = [(x + gap, y, "left"), (x - gap, y, "right"), (x, y - gap - size / 2, "center"),
                 (x, y + gap + size / 2, "center")]
        tries += [(x + side * gap, y + lines * size * 0.9, "left" if side > 0 else "right")
                  for lines in (-1, 1, -2, 2) for side in (1, -1)]
        found = None
        for spot in tries:
            box = _box(spot, long, size)
            inside = box[0] >= -4 and box[2] <= width + 8 and box[1] >= -6 and box[3] <= height + 6
            if inside and not any(_touch(box, other) for other in taken):
                found = spot
                taken.append(box)
                break
        out.append(found)
    return out


def leaders(spots: Sequence[tuple[float, float]], found: Sequence[tuple[float, float, str] | None],
            size: float) -> list[tuple[float, float, float, float]]:
    """Thin lines from dots to the labels that could not stand right beside them: x and y of both ends."""
    return [(x, y, at[0], at[1]) for (x, y), at in zip(spots, found, strict=True)
            if at is not None and at[2] != "center" and abs(at[1] - y) > 1.2 * size]


def _box(spot: tuple[float, float, str], long: float, size: float) -> Box:
    x, y, align = spot
    start = x if align == "left" else x - long if align == "right" else x - long / 2
    return start, y - size * 0.55, start + long, y + size * 0.55


def _touch(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]

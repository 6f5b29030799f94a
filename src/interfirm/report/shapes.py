"""Where the firms of a structure stand in its small drawing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from interfirm.report.blocks import Cell
from interfirm.structure.ideal_types import IdealType

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Row = dict[str, Cell]

_SWAPPED: Final = 20
NODAL: Final = ("nodal", "main firm", "intermediate")


def ideal(item: IdealType, says: str, *, spoken: bool) -> list[Row]:
    """The rows of the small drawing of an ideal type, external knowledge dashed."""
    own = item.example
    size = len(own.positions)
    exchange, rule = np.zeros((2, size, size), dtype=bool)
    for a, b in own.exchange:
        exchange[a, b] = exchange[b, a] = True
    for a, b in own.coordination:
        rule[a, b] = True
    return drawing(item.title, says, np.array(own.places), own.positions, exchange, rule, own.external,
                   [""] * size, spoken=spoken)


def drawing(panel: str, says: str, places: Floats, positions: Sequence[str], exchange: Any, rule: Any,
            outside: Sequence[int], labels: Sequence[str], *, spoken: bool) -> list[Row]:
    """The rows of one panel (see :func:`interfirm.report.charts.pictograms.pictograms`)."""
    rows: list[Row] = [{"panel": panel, "says": says, "highlight": spoken}]

    def line(kind: str, a: int, b: int) -> Row:
        return {"panel": panel, "kind": kind, "x": float(places[a, 0]), "y": float(places[a, 1]),
                "x2": float(places[b, 0]), "y2": float(places[b, 1])}

    rows += [line("tie", int(a), int(b)) for a, b in np.argwhere(np.triu(np.asarray(exchange) > 0, 1))]
    rows += [line("rule", int(a), int(b)) for a, b in np.argwhere(np.asarray(rule) > 0)]
    rows += [{"panel": panel, "kind": "outside", "x": float(places[i, 0]), "y": float(places[i, 1])} for i in outside]
    rows += [{"panel": panel, "kind": "firm", "x": float(x), "y": float(y),
              "label": f"{label}, {position}" if label else "", "highlight": position in NODAL}
             for (x, y), position, label in zip(places, positions, labels, strict=True)]
    return rows


def placed(kind: str, positions: Sequence[str], superiors: Ints, exchange: Any) -> Floats:
    """Places in the unit square for a network that was found to be of a kind."""
    names = np.asarray(positions)
    heads = np.isin(names, NODAL)
    tie = (np.asarray(exchange) > 0).astype(np.float64)
    if kind == "branch":
        return _levels(superiors)
    if kind == "circuit-branch":
        return _hubs(heads, superiors, tie)
    out = np.full((len(names), 2), 0.5)
    if kind == "circuit-barrier":
        for name, side in (("segment A", -1.0), ("segment B", 1.0)):
            mine = np.flatnonzero(names == name)
            out[mine] = _arc(np.linspace(-0.95, 0.95, len(mine)) if len(mine) > 1 else np.zeros(1), side)
        out[heads, 1] = np.linspace(0.7, 0.3, int(heads.sum())) if heads.sum() > 1 else 0.5
        return out
    rest = np.flatnonzero(~heads)
    out[rest[_round(tie[np.ix_(rest, rest)])]] = _ring(len(rest), 0.5)
    if heads.sum() > 1:
        out[heads] = _ring(int(heads.sum()), 0.12)
    return out


def _ring(size: int, radius: float, start: float = np.pi / 2) -> Floats:
    angle = start - 2 * np.pi * np.arange(size) / max(size, 1)
    return np.column_stack([0.5 + radius * np.cos(angle), 0.5 + radius * np.sin(angle)])


def _arc(turn: Floats, side: float) -> Floats:
    return np.column_stack([0.5 + side * (0.3 + 0.2 * np.cos(turn * np.pi / 2)), 0.5 + 0.48 * np.sin(turn * np.pi / 2)])


def _round(tie: Floats) -> Ints:
    """An order round a ring that puts partners near each other (angle in the first two slow eigenvectors)."""
    size = len(tie)
    if size < 4:
        return np.arange(size)
    laplacian = np.diag(tie.sum(axis=1)) - tie
    _, vectors = np.linalg.eigh(laplacian)
    angle = np.arctan2(np.round(vectors[:, 2], 9), np.round(vectors[:, 1], 9))
    return _swapped(np.argsort(angle, kind="stable").astype(np.int64), tie)


def _swapped(order: Ints, tie: Floats) -> Ints:
    """Exchange two places as long as that shortens the ties round the ring; small networks only."""
    size = len(order)
    steps = np.abs(np.arange(size)[:, None] - np.arange(size))
    far = np.minimum(steps, size - steps).astype(np.float64) ** 2
    best, better = float((tie[np.ix_(order, order)] * far).sum()), size <= _SWAPPED
    while better:
        better = False
        for i in range(size):
            for j in range(i + 1, size):
                trial = order.copy()
                trial[[i, j]] = order[[j, i]]
                length = float((tie[np.ix_(trial, trial)] * far).sum())
                if length < best - 1e-9:
                    order, best, better = trial, length, True
    return order


def _depth(superiors: Ints) -> Ints:
    out = np.zeros(len(superiors), dtype=np.int64)
    for i in range(len(superiors)):
        at = int(superiors[i])
        while at >= 0 and out[i] < len(superiors):
            out[i] += 1
            at = int(superiors[at])
    return out


def _levels(superiors: Ints) -> Floats:
    """A tree from the top: leaves side by side, each superior above the middle of its units."""
    depth = _depth(superiors)
    x = np.zeros(len(superiors))
    seen = 0

    def walk(i: int) -> float:
        nonlocal seen
        units = np.flatnonzero(superiors == i)
        if not len(units):
            x[i] = seen
            seen += 1
        else:
            x[i] = float(np.mean([walk(int(u)) for u in units]))
        return float(x[i])

    for root in np.flatnonzero(superiors < 0):
        walk(int(root))
    deepest, widest = max(int(depth.max()), 1), max(seen - 1, 1)
    return np.column_stack([x / widest if seen > 1 else np.full(len(x), 0.5), 1 - depth / deepest])


def _hubs(heads: npt.NDArray[np.bool_], superiors: Ints, tie: Floats) -> Floats:
    """Hubs in an inner ring, each with its units fanned out behind it."""
    out = np.full((len(heads), 2), 0.5)
    hubs = np.flatnonzero(heads)
    order = hubs[_round(tie[np.ix_(hubs, hubs)])]
    for place, hub in enumerate(order):
        angle = np.pi / 2 - 2 * np.pi * place / len(order)
        out[hub] = 0.5 + 0.22 * np.array([np.cos(angle), np.sin(angle)])
        units = np.flatnonzero(superiors == hub)
        width = 0.75 * 2 * np.pi / max(len(order), 2)
        fan = angle + np.linspace(-width / 2, width / 2, len(units)) if len(units) > 1 else np.full(len(units), angle)
        out[units] = 0.5 + 0.5 * np.column_stack([np.cos(fan), np.sin(fan)])
    return out

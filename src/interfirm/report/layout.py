"""One set of positions for every wave and relation of the map.

Members whose ties hold together lie in a disc, the largest component in its middle; external actors
lie on a ring outside it, near those they work with; small components and actors without ties stand in
tidy rows below. Everything is scaled to the unit square.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_RING = 1.22
_BELOW = 1.42
_STEP = 0.09


@dataclass(frozen=True)
class Layout:
    """Positions in the unit square and the circle that bounds the members.

    Parameters
    ----------
    positions
        n × 2 coordinates, x to the right and y downwards.
    boundary
        Centre x, centre y and radius of the circle around the tied members.
    """

    positions: Floats
    boundary: tuple[float, float, float]


def layout(ties: sp.csr_array, external: npt.NDArray[np.bool_], *, seed: int) -> Layout:
    """Positions for actors from the union of their ties.

    Parameters
    ----------
    ties
        n × n symmetric weights.
    external
        n booleans: who lies outside the boundary.
    seed
        Seed of the first positions; the same seed gives the same layout.
    """
    size = ties.shape[0]
    places = np.zeros((size, 2))
    inside = np.flatnonzero(~external)
    inner = sp.csr_array(ties[inside][:, inside])
    groups = _components(inner)
    below: list[Ints] = []
    for rank, group in enumerate(groups):
        if rank == 0 and len(group) > 2:
            places[inside[group]] = _spring(sp.csr_array(inner[group][:, group]), seed)
        else:
            below.append(inside[group])
    outside = np.flatnonzero(external)
    tied = np.asarray(ties[outside].sum(axis=1)).ravel() > 0 if len(outside) else np.zeros(0, dtype=bool)
    _ring(places, ties, outside[tied], inside)
    _rows(places, ties, below + [np.array([actor]) for actor in outside[~tied]], seed)
    return _unit(places)


def _components(inner: sp.csr_array) -> list[Ints]:
    """Positions by component, largest first; equal sizes in study order."""
    if not inner.shape[0]:
        return []
    _, label = connected_components(inner, directed=False)
    order = np.argsort(label, kind="stable")
    cuts = np.flatnonzero(np.diff(label[order])) + 1
    groups = [part.astype(np.int64) for part in np.split(order, cuts)]
    return sorted(groups, key=lambda part: (-len(part), int(part[0])))


def _spring(ties: sp.csr_array, seed: int) -> Floats:
    """A connected network in the unit disc (Fruchterman–Reingold)."""
    import igraph

    upper = sp.triu(ties, k=1).tocoo()
    size = ties.shape[0]
    graph = igraph.Graph(n=size, edges=np.column_stack([upper.row, upper.col]).tolist())
    angle = 2 * math.pi * np.arange(size) / size
    rng = np.random.default_rng(seed)
    start = np.column_stack([np.cos(angle), np.sin(angle)])[rng.permutation(size)] * math.sqrt(size)
    igraph.set_random_number_generator(random.Random(seed))
    try:
        found: Any = graph.layout_fruchterman_reingold(
            weights=np.log1p(upper.data).tolist(), seed=start.tolist(), niter=500 if size <= 1000 else 150,
            grid="nogrid" if size <= 1000 else "grid")
    finally:
        igraph.set_random_number_generator(random)
    return _disc(np.asarray(found.coords, dtype=np.float64))


def _disc(places: Floats) -> Floats:
    """Centre, turn the longest axis level, and draw outliers into the unit disc."""
    places = places - places.mean(axis=0)
    _, _, axes = np.linalg.svd(places, full_matrices=False)
    axes *= np.where(axes[np.arange(2), np.abs(axes).argmax(axis=1)] < 0, -1.0, 1.0)[:, None]
    places = places @ axes.T
    radius = np.hypot(places[:, 0], places[:, 1])
    scale = max(float(np.quantile(radius, 0.9)) / 0.8, 1e-12)
    near = radius / scale
    drawn = np.where(near > 0.8, 0.8 + 0.2 * np.tanh((near - 0.8) / 0.2 * 0.6), near)
    with np.errstate(invalid="ignore", divide="ignore"):
        factor = np.where(radius > 0, drawn / radius, 0.0)
    out: Floats = places * factor[:, None]
    return out


def _ring(places: Floats, ties: sp.csr_array, outside: Ints, inside: Ints) -> None:
    """External actors on the ring, near the middle of their partners, without overlaps."""
    if not len(outside):
        return
    weight = sp.csr_array(ties[outside][:, inside])
    pull = weight @ places[inside]
    wish = np.where(np.hypot(pull[:, 0], pull[:, 1]) > 1e-9, np.arctan2(pull[:, 1], pull[:, 0]),
                    2 * math.pi * np.arange(len(outside)) / len(outside))
    order = np.argsort(wish, kind="stable")
    angle = wish[order]
    gap = min(0.16, 2 * math.pi / len(outside))
    spread = gap * np.arange(len(outside))
    # The nearest angles with at least `gap` between neighbours: isotonic regression on wish - spread.
    angle = _isotonic(angle - spread) + spread
    if angle[-1] - angle[0] > 2 * math.pi - gap:
        angle = angle[0] + 2 * math.pi * np.arange(len(outside)) / len(outside)
    places[outside[order]] = _RING * np.column_stack([np.cos(angle), np.sin(angle)])


def _isotonic(values: Floats) -> Floats:
    """The nearest non-decreasing sequence (pool adjacent violators)."""
    blocks: list[tuple[float, int]] = []
    for value in values:
        mean, size = float(value), 1
        while blocks and blocks[-1][0] > mean:
            before, length = blocks.pop()
            mean = (before * length + mean * size) / (length + size)
            size += length
        blocks.append((mean, size))
    return np.concatenate([np.full(size, mean) for mean, size in blocks]) if blocks else values


def _rows(places: Floats, ties: sp.csr_array, groups: list[Ints], seed: int) -> None:
    """Small components and actors without ties in rows below the disc, largest first."""
    if not groups:
        return
    total = sum(_box(len(group)) ** 2 for group in groups)
    width = max(2.4, 1.6 * math.sqrt(total))
    x, y, tallest = -width / 2, _BELOW, 0.0
    for group in groups:
        box = _box(len(group))
        if x + box > width / 2 + 1e-9:
            x, y, tallest = -width / 2, y + tallest, 0.0
        middle = np.array([x + box / 2, y + box / 2])
        places[group] = middle + (box / 2 - _STEP / 2) * _small(ties, group, seed)
        x, tallest = x + box, max(tallest, box)


def _box(size: int) -> float:
    return _STEP * (1.0 if size == 1 else 1.0 + math.sqrt(size))


def _small(ties: sp.csr_array, group: Ints, seed: int) -> Floats:
    if len(group) == 1:
        return np.zeros((1, 2))
    if len(group) > 12:
        return _spring(sp.csr_array(ties[group][:, group]), seed)
    angle = 2 * math.pi * np.arange(len(group)) / len(group) + math.pi
    return np.column_stack([np.cos(angle), np.sin(angle)])


def _unit(places: Floats) -> Layout:
    """Everything, boundary included, scaled to the unit square with one scale for both axes."""
    low = np.minimum(places.min(axis=0), -1.05) if len(places) else np.array([-1.05, -1.05])
    high = np.maximum(places.max(axis=0), 1.05) if len(places) else np.array([1.05, 1.05])
    scale = float((high - low).max()) * 1.04
    middle = (high + low) / 2
    done = (places - middle) / scale + 0.5
    return Layout(np.round(done, 4), (*(float(v) for v in np.round(-middle / scale + 0.5, 4)),
                                      round(1.05 / scale, 4)))  # type: ignore[arg-type]

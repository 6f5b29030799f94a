"""Pairs of points by distance, for the observed points and for many draws, by the cheapest of two ways.

``pairs`` looks at every pair (compiled). ``grid`` puts the points into small square cells and finds the number of
pairs at every offset by a Fourier transform, in a time that does not depend on the number of points.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from interfirm.cluster.places import Places
from interfirm.errors import UnknownName

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

METHODS: Final = ("auto", "pairs", "grid")
REACH: Final = 5.0  # bandwidths beyond which a normal kernel is taken as 0 (3e-7 of its mass)
_BINS: Final = 10  # bins of distance per bandwidth
_CELLS: Final = 4  # cells per bandwidth
_MOST_CELLS: Final = 9_000_000
_PAIR_COST: Final = 2.0e-9  # seconds per pair, and per cell and logarithm; only their ratio matters
_CELL_COST: Final = 2.5e-9
_BLOCKS: Final = 64


@dataclass(frozen=True, eq=False)
class Plan:
    """How pairs are counted.

    Parameters
    ----------
    places
        All sites.
    bandwidth, farthest
        h, and the largest distance that is asked for.
    step
        Width of a bin of distance.
    bins
        Their number.
    cell
        Width of a cell; 0 where every pair is looked at.
    middles
        The distance that each bin stands for.
    spare
        Variance that the rounding adds to every distance; the kernel is made narrower by it.
    """

    places: Places
    bandwidth: float
    farthest: float
    step: float
    bins: int
    cell: float
    middles: Floats
    spare: float

    @property
    def method(self) -> str:
        """``"grid"`` or ``"pairs"``."""
        return "grid" if self.cell > 0 else "pairs"

    @property
    def narrowed(self) -> float:
        """The bandwidth that gives h once the rounding is added: √(h² − spare)."""
        return float(np.sqrt(self.bandwidth**2 - self.spare))


def plan(places: Places, chosen: int, bandwidth: float, farthest: float, method: str) -> Plan:
    """Choose the way of counting for draws of ``chosen`` points."""
    if method not in METHODS:
        raise UnknownName("method", method, METHODS)
    step = bandwidth / _BINS
    bins = int(np.ceil((farthest + REACH * bandwidth) / step)) + 1
    shape = _shape(places, bandwidth / _CELLS, farthest + REACH * bandwidth)
    cells = float(shape[0]) * float(shape[1])
    slow = chosen * (chosen - 1) / 2 * _PAIR_COST > 2 * cells * np.log2(cells) * _CELL_COST
    grid = method == "grid" or (method == "auto" and slow and cells <= _MOST_CELLS)
    cell = bandwidth / _CELLS if grid else 0.0
    middles = np.asarray((np.arange(bins) + 0.5) * step, dtype=np.float64)
    return Plan(places, bandwidth, farthest, step, bins, cell, middles, step**2 / 12 + cell**2 / 6)


def _shape(places: Places, cell: float, reach: float) -> tuple[int, int]:
    from scipy.fft import next_fast_len

    size = np.ptp(places.flat, axis=0) / cell
    return tuple(next_fast_len(int(s) + 1 + int(np.ceil(reach / cell)) + 1, real=True) for s in size)  # type: ignore[return-value]


def threads(wanted: int | None) -> int:
    """The number of threads: as wanted, otherwise as many as this process may use."""
    return max(1, wanted or len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


def counter(how: Plan) -> Callable[[Ints, Floats], Floats]:
    """A function that counts the pairs of some sites by distance: their positions, their weights."""
    return _grid_counter(how) if how.cell > 0 else _pair_counter(how)


def _pair_counter(how: Plan) -> Callable[[Ints, Floats], Floats]:
    def count(which: Ints, weights: Floats) -> Floats:
        from interfirm.kernels.kdensity import count_pairs

        out = np.zeros(how.bins)
        points = np.ascontiguousarray(how.places.xyz[which])
        count_pairs(points, weights, 0, len(points), *_kernel_limits(how), out)
        return out

    return count


def _kernel_limits(how: Plan) -> tuple[float, float, float]:
    most, radius = how.bins * how.step, how.places.radius
    chord = most if radius <= 0 else 2 * radius * float(np.sin(min(most / (2 * radius), np.pi / 2)))
    return (chord * (1 + 1e-9)) ** 2, 1.0 / how.step, radius


def count_once(how: Plan, which: Ints, weights: Floats, workers: int) -> Floats:
    """The pairs of one set of points; every pair is looked at by several threads in blocks of equal work."""
    if how.cell > 0:
        return counter(how)(which, weights)
    from interfirm.kernels.kdensity import count_pairs

    points = np.ascontiguousarray(how.places.xyz[which])
    n, limits = len(points), _kernel_limits(how)
    ends = (n * (1 - np.sqrt(1 - np.arange(_BLOCKS + 1) / _BLOCKS))).astype(np.int64)
    ends[-1] = n

    def block(k: int) -> Floats:
        out = np.zeros(how.bins)
        count_pairs(points, weights, ends[k], ends[k + 1], *limits, out)
        return out

    with ThreadPoolExecutor(workers) as pool:
        total = np.zeros(how.bins)
        for part in pool.map(block, range(_BLOCKS)):
            total += part
    return total


def _grid_counter(how: Plan) -> Callable[[Ints, Floats], Floats]:
    from scipy.fft import irfft2, rfft2

    reach = how.farthest + REACH * how.bandwidth
    shape = _shape(how.places, how.cell, reach)
    spot = ((how.places.flat - how.places.flat.min(axis=0)) / how.cell).astype(np.int64)
    flat = spot[:, 0] * shape[1] + spot[:, 1]
    rows, target, share = _offsets(how, shape, reach)

    def count(which: Ints, weights: Floats) -> Floats:
        field = np.bincount(flat[which], weights=weights, minlength=shape[0] * shape[1]).reshape(shape)
        spectrum = rfft2(field)
        both = irfft2(spectrum.real**2 + spectrum.imag**2, s=shape)[rows]
        both[0, 0] -= float(weights @ weights)
        found = np.bincount(target, weights=(both * share).ravel(), minlength=how.bins + 1)
        return np.asarray(found[:-1])

    return count


def _offsets(how: Plan, shape: tuple[int, int], reach: float) -> tuple[tuple[Ints, Ints], Ints, Floats]:
    """Offsets of half a plane, the bin of each, and how often it counts (an offset of no rows is met twice)."""
    span = int(np.ceil(reach / how.cell))
    down = np.arange(min(span, shape[0] - 1) + 1)
    across = np.arange(-min(span, shape[1] - 1), min(span, shape[1] - 1) + 1)
    across = np.roll(across, -int((across < 0).sum()))
    # The root mean square distance of two points in cells this far apart.
    length = how.cell * np.sqrt(down[:, None] ** 2 + across[None, :] ** 2 + 1 / 6)
    target = np.minimum((length / how.step).astype(np.int64), how.bins)
    share = np.where(down[:, None] == 0, 0.5, 1.0) * np.ones(len(across))
    return (down[:, None], across[None, :] % shape[1]), target.ravel(), share


def count_draws(how: Plan, draws: Iterator[tuple[Ints, Floats]], workers: int,
                step: Callable[[int], None] | None = None) -> Iterator[Floats]:
    """The pairs of every draw, in their order, by several threads; a few draws are held at a time."""
    count = counter(how)
    with ThreadPoolExecutor(workers) as pool:
        waiting: list[object] = []
        done = 0
        for which, weights in draws:
            waiting.append(pool.submit(count, which, weights))
            if len(waiting) > 2 * workers:
                done += 1
                yield waiting.pop(0).result()  # type: ignore[attr-defined]
                if step is not None:
                    step(done)
        for item in waiting:
            yield item.result()  # type: ignore[attr-defined]

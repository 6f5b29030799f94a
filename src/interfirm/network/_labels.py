"""Exact probabilities of who shares a group with whom when group labels are dealt out at random."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import factorial, prod

import numpy as np
import numpy.typing as npt

Test = Callable[[Sequence[int]], bool]


def partitions(count: int) -> Iterator[tuple[int, ...]]:
    """Every way to split ``count`` actors into groups, each as one group number per actor."""

    def grow(labels: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        if len(labels) == count:
            yield labels
            return
        for label in range(max(labels, default=-1) + 2):
            yield from grow((*labels, label))

    yield from grow(())


def falling(base: npt.NDArray[np.float64] | float, steps: int) -> npt.NDArray[np.float64]:
    """base (base - 1) … (base - steps + 1)."""
    values = np.asarray(base, dtype=np.float64)
    out = np.ones_like(values)
    for step in range(steps):
        out = out * (values - step)
    return out


def probability(sizes: npt.NDArray[np.float64], count: int, holds: Test) -> float:
    """Probability that ``holds`` is true of the groups of ``count`` different actors.

    ``sizes`` are the n_g members of each group, dealt out at random over all n = Σ n_g actors.
    ``holds`` may depend only on who shares a group with whom. Summed over the partitions of the
    actors into blocks of m_1, m_2, … members:

        P(partition) = Σ_{g_1, g_2, … all different} Π_b (n_{g_b})_{m_b} / (n)_count

    where (x)_m is the falling factorial; the restriction to different groups is resolved by Möbius
    inversion over the partitions of the blocks. 0 if there are fewer than ``count`` actors.
    """
    total = float(falling(float(sizes.sum()), count))
    if total <= 0:
        return 0.0
    found = sum(_different(sizes, np.bincount(labels)) for labels in partitions(count) if holds(labels))
    return found / total


def _different(sizes: npt.NDArray[np.float64], blocks: npt.NDArray[np.int64]) -> float:
    """Σ over different groups, one per block, of Π (n_g)_m."""
    terms = [falling(sizes, int(m)) for m in blocks]
    out = 0.0
    for labels in partitions(len(blocks)):
        members = [[i for i, label in enumerate(labels) if label == which] for which in range(max(labels) + 1)]
        sign = prod((-1) ** (len(group) - 1) * factorial(len(group) - 1) for group in members)
        out += sign * prod(float(np.prod([terms[i] for i in group], axis=0).sum()) for group in members)
    return out

"""Two steps through a network from one actor: who is reached, and how strongly, in several ways at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]


@njit(cache=True)
def two_steps(indptr: Ints, indices: Ints, values: Floats, via: Floats, source: int, sums: Floats,
              touched: Ints) -> int:
    """Add Σ_k v(source, k) w(k) v(k, j) to ``sums[j]`` for every j within two steps.

    ``values`` has one row per stored tie and ``via`` one per actor, with the same columns as ``sums``; the first
    column of both must be above 0. ``sums`` must be 0 on entry. Returns how many actors are in ``touched``.
    """
    count = 0
    width = sums.shape[1]
    for first in range(indptr[source], indptr[source + 1]):
        between = indices[first]
        for second in range(indptr[between], indptr[between + 1]):
            reached = indices[second]
            if sums[reached, 0] == 0.0:
                touched[count] = reached
                count += 1
            for way in range(width):
                sums[reached, way] += values[first, way] * via[between, way] * values[second, way]
    return count

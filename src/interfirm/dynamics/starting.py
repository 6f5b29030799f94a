"""Where an estimation starts: rates and density from the observed changes, all other effects at 0."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from interfirm.dynamics.states import States
from interfirm.kernels import saom_codes as k

LEAST_RATE, MOST_RATE = 0.1, 100.0
MOST_DENSITY = 3.0
_PAIRS = (k.PAIR_DISJUNCTIVE, k.PAIR_CONJUNCTIVE, k.PAIR_COMPENSATORY)


def first_rate(choice: int, n: int, found: States, p: int, v: int) -> float:
    """A basic rate with which about as much changes in period p as was seen."""
    if choice == k.BEHAVIOUR:
        moved = np.abs(found.end_levels[p, v].astype(int) - found.z0[p, v]).sum()
        return float(np.clip(1.2 * moved / n, LEAST_RATE, MOST_RATE))
    distance = found.distance[p, v]
    if choice in _PAIRS:
        return float(np.sqrt(max(4.0 * distance, 1.0) / (n * (n - 1))))
    return float(np.clip(n * (0.2 + 2 * distance) / (n * (n - 1) + 1), LEAST_RATE, MOST_RATE))


def first_density(found: States, v: int) -> float:
    """Half the log odds of creating against ending a tie."""
    x0, ends, seen = (array[:, v] for array in (found.x0, found.ends, found.seen))
    none, tie = (seen == 1) & (x0 == 0), (seen == 1) & (x0 == 1)
    made = (ends[none].sum() + 0.5) / (none.sum() + 1.0)
    lost = (tie.sum() - ends[tie].sum() + 0.5) / (tie.sum() + 1.0)
    return float(np.clip(0.5 * np.log(made / lost), -MOST_DENSITY, MOST_DENSITY))


def balance_mean(x: npt.NDArray[np.uint8]) -> float:
    """Mean over waves and pairs of the number of third actors on whose choice two differ, per third actor."""
    n = x.shape[1]
    total = 0.0
    for wave in x.astype(float):
        out = wave.sum(axis=1)
        differ = out[:, None] + out[None, :] - 2 * wave @ wave.T - wave - wave.T
        np.fill_diagonal(differ, 0)
        total += differ.sum()
    return float(total / (len(x) * n * (n - 1) * max(n - 2, 1)))

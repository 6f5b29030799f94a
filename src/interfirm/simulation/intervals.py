"""Intervals of means over replications, bootstrap means, and who comes first."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

LEVEL: Final = 0.95
_BOOTSTRAP: Final = 2000


def interval(values: Floats) -> tuple[float, float]:
    """95 % interval of a mean (Student's t)."""
    from scipy import stats

    number = len(values)
    if number < 2:
        return float("-inf"), float("inf")
    half = float(stats.t.ppf(0.5 + LEVEL / 2, number - 1) * values.std(ddof=1) / np.sqrt(number))
    middle = float(values.mean())
    return middle - half, middle + half


def resampled(values: Floats) -> Floats:
    """Means of bootstrap samples of the rows; the same draws for every call of the same length."""
    rng = np.random.default_rng(20260)
    picks = rng.integers(0, len(values), (_BOOTSTRAP, len(values)))
    return np.asarray(values[picks].mean(axis=1))


def shared_first(change: Floats) -> Floats:
    """Share of replications in which each column is largest; ties share."""
    top = change >= change.max(axis=1, keepdims=True) - 1e-12
    return np.asarray((top / top.sum(axis=1, keepdims=True)).mean(axis=0))

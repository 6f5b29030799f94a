"""Do neighbours resemble each other?"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations as orders
from typing import Final

import numpy as np
import numpy.typing as npt

from interfirm.errors import DataError, Finding, UsageError

Floats = npt.NDArray[np.float64]
_EXACT: Final = 7  # up to so many places every order is tried
_EDGE: Final = 1e-12


@dataclass(frozen=True)
class Moran:
    """Moran's I with its expectation and two tests.

    Parameters
    ----------
    value
        I; above ``expected`` neighbours resemble each other, below they differ.
    expected
        −1 / (n − 1).
    error
        Standard deviation of I when the values are dealt out at random to the places.
    z, p
        (I − expected) / error, and its two-sided probability under a normal distribution.
    p_permutation
        Two-sided: the share of orders at least as far from the expectation.
    permutations
        Orders tried; all of them where ``exact``.
    exact
        Whether every order was tried.
    places
        n.
    """

    value: float
    expected: float
    error: float
    z: float
    p: float
    p_permutation: float
    permutations: int
    exact: bool
    places: int

    def __str__(self) -> str:
        how = "all" if self.exact else "random"
        return (f"Moran's I {self.value:.3f} over {self.places} places (expected {self.expected:.3f}; "
                f"z = {self.z:.2f}; p = {self.p_permutation:.3f} of {self.permutations:,} {how} orders).")


def morans_i(values: npt.ArrayLike, weights: npt.ArrayLike, *, permutations: int = 999, seed: int = 1) -> Moran:
    """Moran's I: whether near places have like values.

    I = (n / S₀) Σ_ij w_ij (y_i − ȳ)(y_j − ȳ) / Σ_i (y_i − ȳ)², S₀ = Σ w_ij [moran1950]. Two tests: the normal one with
    the variance under randomisation [cliff1981], and permutation of the values over the places.

    Parameters
    ----------
    values
        n values.
    weights
        n × n, how near j is to i; the diagonal must be 0. See :func:`nearest_weights`.
    permutations
        Random orders; with seven places or fewer all orders are tried.
    seed
        Of the random orders.

    Raises
    ------
    DataError
        With fewer than four places, missing or equal values, or no neighbours at all.

    Examples
    --------
    >>> line = [[0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 1], [0, 0, 1, 0]]
    >>> result = morans_i([1, 2, 3, 4], line)
    >>> round(result.value, 4), result.permutations
    (0.3333, 24)
    """
    y, w = np.asarray(values, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    n = len(y)
    _check(y, w)
    z = y - y.mean()
    scale = n / float(w.sum()) / float(z @ z)
    value = scale * float(z @ w @ z)
    expected = -1.0 / (n - 1)
    error = float(np.sqrt(max(_variance(z, w, n), 0.0)))
    exact = n <= _EXACT
    drawn = _orders(z, w, permutations, seed, exact=exact) * scale
    far = int((np.abs(drawn - expected) >= abs(value - expected) - _EDGE).sum())
    p = far / len(drawn) if exact else (1 + far) / (1 + len(drawn))
    from scipy.stats import norm

    score = (value - expected) / error if error > 0 else float("nan")
    return Moran(value, expected, error, score, float(2 * norm.sf(abs(score))), p, len(drawn), exact, n)


def _check(y: Floats, w: Floats) -> None:
    n = len(y)
    if n < 4:
        raise DataError(Finding("error", f"{n} places with a value", "too-few-points", expected="at least four",
                                remedy="Moran's I cannot be computed for so few"))
    if w.shape != (n, n) or (w < 0).any() or np.diagonal(w).any() or not np.isfinite(w).all():
        raise UsageError(f"The weights are {n} × {n}, none below 0, with zeros on the diagonal.")
    if not np.isfinite(y).all() or np.ptp(y) == 0:
        raise DataError(Finding("error", "values are missing, or all are the same", "no-variation",
                                expected="known values that differ", remedy="Leave out places without a value"))
    if w.sum() == 0:
        raise DataError(Finding("error", "no place has a neighbour", "no-neighbours",
                                remedy="Take more neighbours, or a larger distance"))


def _variance(z: Floats, w: Floats, n: int) -> float:
    s0, s1 = float(w.sum()), float(((w + w.T) ** 2).sum() / 2)
    s2 = float(((w.sum(axis=1) + w.sum(axis=0)) ** 2).sum())
    kurtosis = n * float((z**4).sum()) / float(z @ z) ** 2
    first = n * ((n * n - 3 * n + 3) * s1 - n * s2 + 3 * s0 * s0)
    second = kurtosis * ((n * n - n) * s1 - 2 * n * s2 + 6 * s0 * s0)
    return (first - second) / ((n - 1) * (n - 2) * (n - 3) * s0 * s0) - 1 / (n - 1) ** 2


def _orders(z: Floats, w: Floats, permutations: int, seed: int, *, exact: bool) -> Floats:
    n = len(z)
    if exact:
        dealt = z[np.array(list(orders(range(n))))]
    else:
        rng = np.random.default_rng(seed)
        dealt = rng.permuted(np.tile(z, (permutations, 1)), axis=1)
    return np.asarray(np.einsum("pi,pi->p", dealt @ w, dealt))


def nearest_weights(distances: npt.ArrayLike, neighbours: int = 4) -> Floats:
    """Weights of the k nearest places: 1/k each, ties shared evenly; rows add up to 1.

    Parameters
    ----------
    distances
        n × n.
    neighbours
        k; at most n − 1.

    Examples
    --------
    >>> nearest_weights([[0, 1, 5], [1, 0, 2], [5, 2, 0]], 1).tolist()
    [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]
    """
    d = np.array(distances, dtype=np.float64)
    n = len(d)
    if d.shape != (n, n) or not 1 <= neighbours < n:
        raise UsageError(f"Give n × n distances and 1 to {n - 1} neighbours.")
    np.fill_diagonal(d, np.inf)
    edge = np.sort(d, axis=1)[:, neighbours - 1:neighbours]
    nearer, level = d < edge, d == edge
    left = neighbours - nearer.sum(axis=1, keepdims=True)
    return np.asarray((nearer + level * left / level.sum(axis=1, keepdims=True)) / neighbours)

"""Tests of inequalities: the distance of an estimate from a cone, and the mixture of χ² that it follows."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from scipy import stats

from interfirm.performance.terms import Floats


def distance(r: Floats, v: Floats) -> float:
    """min over s ≥ 0 of (r − s)ᵀ V⁻¹ (r − s).

    Parameters
    ----------
    r
        m estimates.
    v
        Their covariance, m × m.

    Returns
    -------
    float

    Examples
    --------
    >>> round(distance(np.array([1.0, -2.0]), np.eye(2)), 9)
    4.0
    """
    from scipy.optimize import nnls

    root = np.linalg.cholesky(np.linalg.inv(v)).T
    return float(nnls(root, root @ r)[1] ** 2)


def weights(v: Floats) -> Floats:
    """w_j: the probability that the projection of N(0, V) on the non-negative orthant has j positive coordinates.

    For a set S of positive coordinates it is P(N(0, V_SS|rest) > 0) · P(N(0, (V_rest)⁻¹) > 0), the first with the
    covariance given the rest; summed over all sets of one size.

    Parameters
    ----------
    v
        Covariance, m × m.

    Returns
    -------
    numpy.ndarray
        m + 1 weights that sum to 1.

    References
    ----------
    [kodde1986]

    Examples
    --------
    >>> weights(np.eye(2)).round(9).tolist()
    [0.25, 0.5, 0.25]
    """
    m = len(v)
    out = np.zeros(m + 1)
    for size in range(m + 1):
        for chosen in combinations(range(m), size):
            rest = [i for i in range(m) if i not in chosen]
            first = second = 1.0
            if rest:
                second = orthant(np.asarray(np.linalg.inv(v[np.ix_(rest, rest)]), np.float64))
            if chosen:
                inside = np.asarray(v[np.ix_(chosen, chosen)], np.float64)
                if rest:
                    across = v[np.ix_(chosen, rest)]
                    inside = np.asarray(inside - across @ np.linalg.solve(v[np.ix_(rest, rest)], across.T))
                first = orthant(inside)
            out[size] += first * second
    return np.asarray(out / out.sum())


def orthant(v: Floats) -> float:
    """P(all coordinates of N(0, V) are positive): exact up to three, by integration beyond."""
    scale = np.sqrt(np.diag(v))
    c = np.clip(v / np.outer(scale, scale), -1.0, 1.0)
    m = len(c)
    if m == 1:
        return 0.5
    if m == 2:
        return float(0.25 + np.arcsin(c[0, 1]) / (2 * np.pi))
    if m == 3:
        return float(0.125 + (np.arcsin(c[0, 1]) + np.arcsin(c[0, 2]) + np.arcsin(c[1, 2])) / (4 * np.pi))
    return float(stats.multivariate_normal(np.zeros(m), c, allow_singular=True).cdf(
        np.zeros(m), rng=np.random.default_rng(1)))


def p_of_cone(r: Floats, v: Floats) -> float:
    """p of the hypothesis that no coordinate is negative, at its least favourable point 0.

    P(D ≥ d) = Σ_j w_{m−j} P(χ²_j ≥ d), D of :func:`distance`; χ²_0 is 0.

    References
    ----------
    [kodde1986]

    Examples
    --------
    >>> p_of_cone(np.array([1.0, 2.0]), np.eye(2))
    1.0
    """
    d = distance(r, v)
    if d < 1e-12:
        return 1.0
    mixed = weights(v)
    m = len(r)
    return float(sum(mixed[m - j] * stats.chi2.sf(d, j) for j in range(1, m + 1)))


def bounds(d: float, m: int) -> tuple[float, float]:
    """Between which values the p of a distance d of m inequalities lies, whatever their covariance.

    References
    ----------
    [kodde1986]
    """
    low = 0.5 * float(stats.chi2.sf(d, 1))
    high = 0.5 * float((stats.chi2.sf(d, m - 1) if m > 1 else 0.0) + stats.chi2.sf(d, m))
    return low, high

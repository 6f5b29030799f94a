"""Correlations of what stands behind ordered answers, with the precision of each."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from interfirm.capability import binormal
from interfirm.errors import DataError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_TINY = 1e-12
_MOST = 0.999


@dataclass(frozen=True)
class Polychoric:
    """Polychoric correlations of p items.

    Parameters
    ----------
    correlation
        p × p.
    thresholds
        Per item the cuts of the standard normal, one fewer than its categories.
    covariance
        p(p−1)/2 × p(p−1)/2: n times the asymptotic covariance matrix of the correlations below the diagonal, column
        by column (pairs (0,1), (0,2), …).
    n
        Complete rows.
    """

    correlation: Floats
    thresholds: tuple[Floats, ...]
    covariance: Floats
    n: int


def polychoric(data: npt.ArrayLike) -> Polychoric:
    """Polychoric correlations: those of normal variables that were cut into ordered answers.

    Two steps [olsson1979]: the thresholds come from each item's cumulated shares, τ_k = Φ⁻¹(F_k); then, for each
    pair, the correlation r maximises Σ_ij n_ij log π_ij(r), π_ij the bivariate normal probability of the cell. The
    covariance matrix is the sandwich of casewise scores in which the thresholds are estimated too [muthen1984].

    Parameters
    ----------
    data
        Rows × items; any numbers, only their order counts. Rows with a gap are left out.

    Returns
    -------
    Polychoric
        Correlations, thresholds, n times their asymptotic covariance matrix.

    Raises
    ------
    DataError
        If an item has only one answer, or fewer than three rows are complete.

    Notes
    -----
    Where a table has an empty corner the correlation can lie at the end of its range; it is then kept within ±0.999.

    Examples
    --------
    >>> result = polychoric([[1, 1]] * 40 + [[1, 2]] * 10 + [[2, 1]] * 10 + [[2, 2]] * 40)
    >>> round(float(result.correlation[0, 1]), 3)   # median splits: sin(π/2 (2·0.8 − 1))
    0.809
    """
    codes, counts = _coded(np.asarray(data, dtype=np.float64))
    n, p = codes.shape
    thresholds = tuple(np.asarray(ndtri(np.cumsum(np.bincount(codes[:, j], minlength=counts[j]))[:-1] / n))
                       for j in range(p))
    correlation = np.eye(p)
    scores = np.zeros((n, p * (p - 1) // 2))
    cross: list[tuple[int, int, Floats, Floats]] = []
    for at, (a, b) in enumerate(combinations(range(p), 2)):
        r = _pair(codes[:, a], codes[:, b], thresholds[a], thresholds[b])
        correlation[a, b] = correlation[b, a] = r
        scores[:, at], by_a, by_b = _scores(codes[:, a], codes[:, b], thresholds[a], thresholds[b], r)
        cross.append((a, b, by_a, by_b))
    return Polychoric(correlation, thresholds, _sandwich(codes, thresholds, scores, cross), n)


def _coded(data: Floats) -> tuple[Ints, list[int]]:
    """Rows without gaps, the answers numbered from 0 in each column."""
    if data.ndim != 2 or data.shape[1] < 2:
        raise DataError("Polychoric correlations need rows × at least two items.")
    data = data[~np.isnan(data).any(axis=1)]
    if len(data) < 3:
        raise DataError("Polychoric correlations need at least three complete rows.")
    codes = np.zeros(data.shape, dtype=np.int64)
    counts = []
    for j in range(data.shape[1]):
        levels, codes[:, j] = np.unique(data[:, j], return_inverse=True)
        counts.append(len(levels))
    same = [str(j + 1) for j, count in enumerate(counts) if count < 2]
    if same:
        raise DataError(f"Everybody gave the same answer to item {', '.join(same)} (counted from 1); it has no "
                        "correlation. Leave it out.")
    return codes, counts


def _pair(a: Ints, b: Ints, cut_a: Floats, cut_b: Floats) -> float:
    """The correlation of one pair by Fisher scoring from Pearson's, halving steps that do not improve."""
    table = np.zeros((len(cut_a) + 1, len(cut_b) + 1))
    np.add.at(table, (a, b), 1.0)
    n = table.sum()

    def likelihood(r: float) -> float:
        return float((table * np.log(np.maximum(binormal.cells(cut_a, cut_b, r), _TINY))).sum())

    r = float(np.clip(np.corrcoef(a, b)[0, 1], -0.9, 0.9))
    value = likelihood(r)
    for _ in range(100):
        share = np.maximum(binormal.cells(cut_a, cut_b, r), _TINY)
        slope = binormal.cells_by_r(cut_a, cut_b, r)
        step = float((table * slope / share).sum() / (n * (slope**2 / share).sum()))
        for _ in range(30):
            trial = float(np.clip(r + step, -_MOST, _MOST))
            reached = likelihood(trial)
            if reached >= value - _TINY * abs(value):
                break
            step /= 2
        else:
            break
        moved, r, value = abs(trial - r), trial, reached
        if moved < 1e-10:
            break
    return r


def _scores(a: Ints, b: Ints, cut_a: Floats, cut_b: Floats, r: float) -> tuple[Floats, Floats, Floats]:
    """Casewise derivatives of log π by r (n), by the thresholds of a (n × |a|) and of b (n × |b|)."""
    share = np.maximum(binormal.cells(cut_a, cut_b, r), _TINY)
    by_r = binormal.cells_by_r(cut_a, cut_b, r) / share
    by_a = binormal.cells_by_threshold(cut_a, cut_b, r) / share
    by_b = binormal.cells_by_threshold(cut_b, cut_a, r) / share.T
    return by_r[a, b], by_a[:, a, b].T, by_b[:, b, a].T


def _sandwich(codes: Ints, thresholds: tuple[Floats, ...], scores: Floats,
              cross: list[tuple[int, int, Floats, Floats]]) -> Floats:
    """n times the asymptotic covariance of the correlations, thresholds estimated too."""
    n = len(codes)
    first = np.cumsum([0, *(len(cut) for cut in thresholds)])
    cuts = np.hstack([_threshold_scores(codes[:, j], cut) for j, cut in enumerate(thresholds)])
    bread = np.zeros((first[-1], first[-1]))
    for j in range(len(thresholds)):
        part = slice(first[j], first[j + 1])
        bread[part, part] = cuts[:, part].T @ cuts[:, part]
    mixed = np.zeros((scores.shape[1], first[-1]))
    for at, (a, b, by_a, by_b) in enumerate(cross):
        mixed[at, first[a]:first[a + 1]] = scores[:, at] @ by_a
        mixed[at, first[b]:first[b + 1]] = scores[:, at] @ by_b
    own = np.maximum((scores**2).sum(axis=0), _TINY)
    influence = (scores - cuts @ np.linalg.solve(bread, mixed.T)) / own
    return np.asarray(n * influence.T @ influence)


def _threshold_scores(code: Ints, cut: Floats) -> Floats:
    """Casewise derivatives of the log share of the own category by each threshold: n × cuts."""
    share = np.bincount(code, minlength=len(cut) + 1) / len(code)
    height = np.exp(-0.5 * cut**2) / np.sqrt(2 * np.pi)
    out = np.zeros((len(code), len(cut)))
    for t in range(len(cut)):
        out[:, t] = height[t] * ((code == t) / share[t] - (code == t + 1) / share[t + 1])
    return out

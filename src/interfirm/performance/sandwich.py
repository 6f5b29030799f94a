"""Errors that do not trust the model: robust, clustered, with strata, from the scores of the firms."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from interfirm.performance.terms import Floats

Ints = npt.NDArray[np.int64]


def sandwich(scores: Floats, hessian: Floats, clusters: Ints | None = None, strata: Ints | None = None) -> Floats:
    """The covariance A⁻¹ B A⁻¹ of estimates that solve Σ_i s_i = 0.

    A is minus the Hessian, B = Σ_h n_h/(n_h − 1) Σ_g (u_hg − ū_h)(u_hg − ū_h)ᵀ, u_hg the sum of the scores of cluster g
    in stratum h, and n_h the number of clusters in it. Without clusters every firm is one; without strata there is one
    and ū = 0. The scores carry the survey weights.

    Parameters
    ----------
    scores
        n × p.
    hessian
        p × p, of the weighted log likelihood.
    clusters, strata
        n codes, or None.

    Returns
    -------
    numpy.ndarray
        p × p.

    References
    ----------
    [huber1967], [white1980], [binder1983]

    Examples
    --------
    >>> x = np.ones((4, 1)); y = np.array([0.0, 0.0, 1.0, 1.0])
    >>> sandwich((y - 0.5)[:, None] * x, -x.T @ x).item()
    0.08333333333333333
    """
    inverse = np.linalg.inv(hessian)
    return np.asarray(inverse @ meat(scores, clusters, strata) @ inverse)


def meat(scores: Floats, clusters: Ints | None = None, strata: Ints | None = None) -> Floats:
    """B of :func:`sandwich`."""
    totals, of = scores, strata
    if clusters is not None:
        totals = np.zeros((int(clusters.max()) + 1, scores.shape[1]))
        np.add.at(totals, clusters, scores)
        if strata is not None:
            pair = np.unique(np.column_stack([strata, clusters]), axis=0)
            place = {(int(s), int(c)): i for i, (s, c) in enumerate(pair)}
            totals = np.zeros((len(pair), scores.shape[1]))
            np.add.at(totals, [place[int(s), int(c)] for s, c in zip(strata, clusters, strict=True)], scores)
            of = pair[:, 0]
    if of is None:
        return np.asarray(_factor(len(totals)) * totals.T @ totals)
    overall, out = totals.mean(axis=0), np.zeros((scores.shape[1],) * 2)
    for stratum in np.unique(of):
        part = totals[of == stratum]
        apart = part - (part.mean(axis=0) if len(part) > 1 else overall)
        out += _factor(len(part)) * apart.T @ apart
    return out


def _factor(units: int) -> float:
    return units / (units - 1) if units > 1 else 1.0

"""Likelihoods that need no simulation: pairs of actors one by one, and the pseudo-likelihood.

If a model has no statistic that reaches beyond a pair of actors, the likelihood is a product over pairs of
Σ exp(utility) over the states of a pair: two without direction, four with it. States that what is known of a pair
rules out are left out above the line for unknown ties, and in both sums for fixed ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from interfirm.dynamics.ergm_model import Floats, Ints, Model
from interfirm.kernels import ergm_codes as k

_STEPS, _SMALL = 60, 1e-10


@dataclass(frozen=True, eq=False)
class Exact:
    """Maximum of a likelihood: parameters, their information (K × K), log-likelihood, whether it was reached."""

    theta: Floats
    information: Floats
    likelihood: float
    reached: bool


@dataclass(frozen=True, eq=False)
class _Pairs:
    """P pairs × S states × K statistics; which states are possible, and which agree with what is known."""

    stats: Floats
    possible: Floats
    seen: Floats


def _pairs(model: Model) -> _Pairs:
    n, size = len(model.ties), len(model.fx)
    rows, cols = np.triu_indices(n, 1)
    missing, free = np.zeros((n, n), bool), np.zeros((n, n), bool)
    missing.ravel()[model.missing], free.ravel()[model.free] = True, True
    states = np.array([[0, 0], [1, 0], [0, 1], [1, 1]])[:4 if model.directed else 2]
    stats = np.zeros((len(rows), len(states), size))
    for e, row in enumerate(model.fx):
        w = model.dy[row[k.DYAD]] if row[k.DYAD] >= 0 else np.ones((n, n))
        there, back = w[rows, cols][:, None], w[cols, rows][:, None]
        if row[k.CODE] == k.TIE:
            stats[:, :, e] = there * states[:, 0] + (back * states[:, 1] if model.directed else 0.0)
        elif row[k.CODE] == k.MUTUAL:
            stats[:, :, e] = there * states.prod(axis=1)
    possible, seen = np.ones(stats.shape[:2]), np.ones(stats.shape[:2])
    for side, (a, b) in enumerate(((rows, cols), (cols, rows))[:1 + model.directed]):
        agree = states[:, side] == model.ties[a, b][:, None]
        possible *= np.where(free[a, b][:, None], True, agree)
        seen *= np.where(missing[a, b][:, None], True, agree)
    return _Pairs(stats, possible, seen * possible)


def _moments(stats: Floats, allowed: Floats, theta: Floats) -> tuple[float, Floats, Floats]:
    """Σ over pairs of log Σ exp, of the mean, and of the covariance over the allowed states."""
    utility = np.where(allowed > 0, stats @ theta, -np.inf)
    top = utility.max(axis=1, keepdims=True)
    weight = np.exp(utility - top)
    total = weight.sum(axis=1, keepdims=True)
    weight /= total
    mean = np.einsum("ps,psk->pk", weight, stats)
    second = np.einsum("ps,psk,psl->kl", weight, stats, stats, optimize=True)
    return float((top + np.log(total)).sum()), mean.sum(axis=0), second - mean.T @ mean


def by_pairs(model: Model, *, only: Ints | None = None) -> Exact:
    """The maximum of the likelihood of a model without statistics beyond pairs.

    Parameters
    ----------
    model
        The model.
    only
        Parameters to estimate; the others are held at 0 whatever they are. All free ones if left out.
    """
    pairs = _pairs(model)
    free = np.flatnonzero(~model.fixed) if only is None else only
    theta = model.start.copy() if only is None else np.zeros(len(model.fx))

    def look(at: Floats) -> tuple[float, Floats, Floats]:
        above, below = _moments(pairs.stats, pairs.seen, at), _moments(pairs.stats, pairs.possible, at)
        return above[0] - below[0], above[1] - below[1], below[2] - above[2]

    return _climb(theta, free, look)


def pair_likelihood(model: Model, theta: Floats) -> float:
    """The log-likelihood at given parameters, statistics beyond pairs being left out."""
    pairs = _pairs(model)
    return _moments(pairs.stats, pairs.seen, theta)[0] - _moments(pairs.stats, pairs.possible, theta)[0]


def pseudo(model: Model) -> Exact:
    """The maximum of the pseudo-likelihood: each known pair given all other ties [strauss1990].

    Its standard errors are too small where ties depend on one another; it is a start, not a result.
    """
    known = model.known
    table = model.look(model.ties, known)[1]
    tie = model.ties.ravel()[known].astype(float)
    rows, place = np.unique(np.column_stack([table, tie]), axis=0, return_inverse=True)
    count = np.bincount(place.ravel(), minlength=len(rows)).astype(float)
    x, y = rows[:, :-1], rows[:, -1]

    def look(at: Floats) -> tuple[float, Floats, Floats]:
        utility = x @ at
        p = 1.0 / (1.0 + np.exp(-utility))
        value = float((count * (y * utility - np.logaddexp(0.0, utility))).sum())
        return value, x.T @ (count * (y - p)), (x * (count * p * (1 - p))[:, None]).T @ x

    return _climb(model.start.copy(), np.flatnonzero(~model.fixed), look)


def _climb(theta: Floats, free: Ints, look) -> Exact:  # type: ignore[no-untyped-def]
    """Newton's method with halved steps."""
    value, slope, bend = look(theta)
    for _ in range(_STEPS):
        part = bend[np.ix_(free, free)]
        step = np.zeros(len(theta))
        step[free] = np.linalg.lstsq(part, slope[free], rcond=1e-13)[0]
        if abs(step @ slope) < _SMALL:
            theta = theta + step
            value, slope, bend = look(theta)
            break
        for _ in range(30):
            new = look(theta + step)
            if np.isfinite(new[0]) and new[0] >= value - 1e-12:
                break
            step /= 2
        theta = theta + step
        value, slope, bend = new
        if np.abs(theta).max() > 1e4:
            break
    part = bend[np.ix_(free, free)]
    step = np.linalg.lstsq(part, slope[free], rcond=1e-13)[0] if len(free) else np.zeros(0)
    whole = bool(len(free) == 0 or (np.linalg.matrix_rank(part, tol=1e-9 * max(np.abs(part).max(), 1e-300)) == len(free)
                                    and abs(step @ slope[free]) < 1e-6))
    return Exact(theta, bend, value, whole)

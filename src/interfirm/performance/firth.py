"""Logit with Firth's penalty: finite also where a regressor separates yes from no."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from interfirm.performance.maximise import Peak
from interfirm.performance.terms import Floats

Bools = npt.NDArray[np.bool_]
_OUTWARD = 6
_FALLEN = 1e6
_STEPS = 500
_TOLERANCE = 1e-10


def firth_peak(y: Floats, x: Floats) -> Peak:
    """The highest penalised likelihood ℓ(β) + ½ log|XᵀWX|.

    The score is Xᵀ(y − p + h(½ − p)), h the diagonal of W^½ X (XᵀWX)⁻¹ Xᵀ W^½.

    Parameters
    ----------
    y
        n values 0 or 1.
    x
        n × k, of full rank.

    Returns
    -------
    Peak

    References
    ----------
    [firth1993], [heinze2002]

    Examples
    --------
    >>> found = firth_peak(np.array([0.0, 0.0, 0.0, 1.0]), np.ones((4, 1)))
    >>> round(float(found.estimate[0]), 4), round(float(np.log(1.5 / 3.5)), 4)
    (-0.8473, -0.8473)
    """
    return _climb(y, x, np.zeros(x.shape[1]), np.ones(x.shape[1], dtype=bool))


def _climb(y: Floats, x: Floats, start: Floats, free: Bools) -> Peak:
    """The highest penalised likelihood over the free coefficients; the others stay where they are."""
    beta = start.copy()
    now, done = _penalised(y, x, beta), not free.any()
    for _ in range(_STEPS):
        if done:
            break
        scores, information = _pieces(y, x, beta)
        step = np.zeros(len(beta))
        step[free] = np.linalg.solve(information[np.ix_(free, free)], scores.sum(axis=0)[free])
        size = min(1.0, 5.0 / max(float(np.abs(step).max()), 1e-300))
        while _penalised(y, x, beta + size * step) < now - 1e-12 and size > 1e-8:
            size /= 2
        beta = beta + size * step
        now = _penalised(y, x, beta)
        done = float(np.abs(size * step).max()) < _TOLERANCE
    scores, information = _pieces(y, x, beta)
    return Peak(beta, now, scores, -information, done)


def profile(y: Floats, x: Floats, peak: Peak, level: float = 0.95) -> Floats:
    """Interval and p of each coefficient from the profile of the penalised likelihood ℓ*.

    The interval holds every b with 2(ℓ*(β̂) − max ℓ*(β | β_j = b)) ≤ χ²(1); p is that of b = 0. Unlike β̂ ± 1.96
    errors it need not be symmetric, which matters where firms are few or separated.

    Parameters
    ----------
    y, x
        As in :func:`firth_peak`.
    peak
        What it found.
    level
        Of the interval.

    Returns
    -------
    numpy.ndarray
        k × 3: low, high, p; infinite ends where the likelihood never falls so far.

    References
    ----------
    [heinze2002]

    Examples
    --------
    >>> y = np.array([0.0, 0.0, 0.0, 1.0]); x = np.ones((4, 1))
    >>> low, high, p = profile(y, x, firth_peak(y, x))[0]
    >>> bool(low < 0 < high)
    True
    """
    from scipy.stats import chi2

    reach = float(chi2.ppf(level, 1)) / 2
    error = np.sqrt(np.diag(np.linalg.inv(-peak.hessian)))
    out = np.empty((len(error), 3))
    for j in range(len(error)):
        drop = _drop(y, x, peak, j)
        out[j, :2] = [_end(drop, peak.estimate[j], sign * float(error[j]), reach) for sign in (-1, 1)]
        out[j, 2] = float(chi2.sf(2 * max(drop(0.0), 0.0), 1))
    return out


def _drop(y: Floats, x: Floats, peak: Peak, j: int) -> Callable[[float], float]:
    """How much lower the penalised likelihood is with coefficient j at a value and the others at their best."""
    free = np.arange(x.shape[1]) != j

    def drop(value: float) -> float:
        start = peak.estimate.copy()
        start[j] = value
        try:
            found = _climb(y, x, start, free).likelihood
        except np.linalg.LinAlgError:  # so far out that every firm is foreseen with certainty: ℓ* is −∞
            return _FALLEN
        return min(peak.likelihood - found, _FALLEN)

    return drop


def _end(drop: Callable[[float], float], middle: float, step: float, reach: float) -> float:
    """Where the drop is ``reach``, looking away from the middle in steps that grow."""
    from scipy.optimize import brentq

    near, far = 0.0, 2.0
    for _ in range(_OUTWARD):
        if drop(middle + far * step) >= reach:
            return float(brentq(lambda t: drop(middle + t * step) - reach, near, far, xtol=1e-6)) * step + middle
        near, far = far, 2 * far
    return float(np.copysign(np.inf, step))


def _pieces(y: Floats, x: Floats, beta: Floats) -> tuple[Floats, Floats]:
    p = expit(x @ beta)
    w = p * (1 - p)
    information = (x * w[:, None]).T @ x
    leverage = w * np.einsum("ij,ij->i", x @ np.linalg.inv(information), x)
    return (y - p + leverage * (0.5 - p))[:, None] * x, information


def _penalised(y: Floats, x: Floats, beta: Floats) -> float:
    index = x @ beta
    p = expit(index)
    value = float((y * index - np.logaddexp(0.0, index)).sum())
    sign, size = np.linalg.slogdet((x * (p * (1 - p))[:, None]).T @ x)
    return value + 0.5 * float(size) if sign > 0 else -np.inf

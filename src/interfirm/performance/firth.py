"""Logit with Firth's penalty: finite also where a regressor separates yes from no."""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from interfirm.performance.maximise import Peak
from interfirm.performance.terms import Floats

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
    beta = np.zeros(x.shape[1])
    now, done = _penalised(y, x, beta), False
    for _ in range(_STEPS):
        scores, information = _pieces(y, x, beta)
        step = np.linalg.solve(information, scores.sum(axis=0))
        size = min(1.0, 5.0 / max(float(np.abs(step).max()), 1e-300))
        while _penalised(y, x, beta + size * step) < now - 1e-12 and size > 1e-8:
            size /= 2
        beta = beta + size * step
        now = _penalised(y, x, beta)
        if float(np.abs(size * step).max()) < _TOLERANCE:
            done = True
            break
    scores, information = _pieces(y, x, beta)
    return Peak(beta, now, scores, -information, done)


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

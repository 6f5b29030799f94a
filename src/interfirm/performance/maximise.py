"""Maximum likelihood by Newton steps, for models that give a log likelihood, scores and a Hessian."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from interfirm.performance.terms import Floats

_STEPS = 200
_TOLERANCE = 1e-9
_SMALLEST = 1e-12


@dataclass(frozen=True, eq=False)
class Parts:
    """A likelihood at one place: log likelihood by firm, scores (n × p), weighted Hessian (p × p)."""

    likelihood: Floats
    scores: Floats
    hessian: Floats


Likelihood = Callable[[Floats], Parts]


@dataclass(frozen=True, eq=False)
class Peak:
    """Where the likelihood is highest; ``scores`` carry the weights."""

    estimate: Floats
    likelihood: float
    scores: Floats
    hessian: Floats
    converged: bool


def newton(likelihood: Likelihood, start: Floats, w: Floats) -> Peak:
    """Newton steps, made shorter while the likelihood falls, and turned uphill where it is not concave."""
    theta = np.asarray(start, np.float64).copy()
    parts = likelihood(theta)
    now, done = float(w @ parts.likelihood), False
    for _ in range(_STEPS):
        gradient = w @ parts.scores
        step = _uphill(parts.hessian, gradient)
        size, moved = 1.0, False
        while size > _SMALLEST:
            tried = likelihood(theta + size * step)
            value = float(w @ tried.likelihood)
            if np.isfinite(value) and value >= now - 1e-10 * (1 + abs(now)):
                theta, parts, now, moved = theta + size * step, tried, value, True
                break
            size /= 2
        if not moved or float(np.abs(size * step).max()) < _TOLERANCE * (1 + float(np.abs(theta).max())):
            done = bool(np.abs(w @ parts.scores).max() < 1e-4 * max(1.0, len(w) ** 0.5))
            break
    return Peak(theta, now, w[:, None] * parts.scores, parts.hessian, done)


def _uphill(hessian: Floats, gradient: Floats) -> Floats:
    """The Newton step; where the Hessian is not negative definite, its eigenvalues are turned and bounded."""
    values, vectors = np.linalg.eigh((hessian + hessian.T) / 2)
    if values.max() < -1e-13 * float(np.abs(values).max()):
        return np.asarray(-(vectors @ ((vectors.T @ gradient) / values)))
    size = np.maximum(np.abs(values), 1e-6 * max(float(np.abs(values).max()), 1e-12))
    return np.asarray(vectors @ ((vectors.T @ gradient) / size))


def curvature(score: Callable[[Floats], Floats], theta: Floats) -> Floats:
    """The Hessian from a gradient, by central differences (relative error about 1e-9)."""
    out = np.empty((len(theta), len(theta)))
    for i in range(len(theta)):
        step = 6e-6 * max(1.0, abs(theta[i]))
        up, down = theta.copy(), theta.copy()
        up[i] += step
        down[i] -= step
        out[:, i] = (score(up) - score(down)) / (2 * step)
    return (out + out.T) / 2

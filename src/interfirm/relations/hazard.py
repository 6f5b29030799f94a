"""Regression of yearly exits: the discrete-time hazard with a complementary log-log link, on arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_STEPS = 100
_TOLERANCE = 1e-10
_LARGE = 15.0


@dataclass(frozen=True, eq=False)
class Fit:
    """Maximum likelihood estimates of log(−log(1 − h)) = Xβ.

    Parameters
    ----------
    beta
        k estimates.
    covariance
        k × k, from the expected information.
    robust
        k × k, allowing rows of one cluster to hang together.
    likelihood
        Log likelihood.
    converged
        False also where an estimate runs off because a column separates exits from stays.
    """

    beta: Floats
    covariance: Floats
    robust: Floats
    likelihood: float
    converged: bool


def fit(x: Floats, y: Floats, clusters: npt.NDArray[Any]) -> Fit:
    """Fisher scoring, steps halved while the likelihood falls.

    Parameters
    ----------
    x
        n × k, first column 1.
    y
        n values 0 or 1, not all alike.
    clusters
        n labels.
    """
    beta = np.zeros(x.shape[1])
    beta[0] = np.log(-np.log1p(-y.mean()))
    now, done = likelihood(x, y, beta), False
    for _ in range(_STEPS):
        score, information = _score(x, y, beta)
        step = np.linalg.lstsq(information, score, rcond=None)[0]
        size = 1.0
        while likelihood(x, y, beta + size * step) < now - 1e-12 and size > 1e-6:
            size /= 2
        beta = beta + size * step
        now = likelihood(x, y, beta)
        if float(np.abs(size * step).max()) < _TOLERANCE:
            done = True
            break
    _, information = _score(x, y, beta)
    covariance: Floats = np.asarray(np.linalg.pinv(information), dtype=np.float64)
    ran_off = bool((np.abs(beta[1:]) > _LARGE).any() or np.linalg.matrix_rank(information) < x.shape[1])
    return Fit(beta, covariance, _sandwich(x, y, beta, covariance, clusters), now, done and not ran_off)


def hazard(x: Floats, beta: Floats) -> Floats:
    """h = 1 − exp(−exp(Xβ))."""
    return np.asarray(-np.expm1(-np.exp(np.clip(x @ beta, -30.0, 4.0))))


def likelihood(x: Floats, y: Floats, beta: Floats) -> float:
    """Log likelihood."""
    rate = np.exp(np.clip(x @ beta, -30.0, 4.0))
    return float(np.where(y == 1, np.log(-np.expm1(-rate)), -rate).sum())


def _slopes(x: Floats, y: Floats, beta: Floats) -> tuple[Floats, Floats]:
    """Per row: derivative of the log likelihood by the linear predictor, and its expected information."""
    rate = np.exp(np.clip(x @ beta, -30.0, 4.0))
    h = -np.expm1(-rate)
    slope = rate * np.exp(-rate)
    spread = np.maximum(h * np.exp(-rate), 1e-300)
    return np.asarray((y - h) * slope / spread), np.asarray(slope**2 / spread)


def _score(x: Floats, y: Floats, beta: Floats) -> tuple[Floats, Floats]:
    pull, weight = _slopes(x, y, beta)
    return x.T @ pull, (x * weight[:, None]).T @ x


def _sandwich(x: Floats, y: Floats, beta: Floats, covariance: Floats, clusters: npt.NDArray[Any]) -> Floats:
    pull, _ = _slopes(x, y, beta)
    _, code = np.unique(clusters.astype(str), return_inverse=True)
    sums = np.zeros((code.max() + 1, x.shape[1]))
    np.add.at(sums, code, x * pull[:, None])
    groups = len(sums)
    scale = groups / (groups - 1) if groups > 1 else 1.0
    return np.asarray(scale * covariance @ (sums.T @ sums) @ covariance)

"""The estimates of a model alone, quickly, for resampling; the same maximum as the model's own fit."""

from __future__ import annotations

import numpy as np
from scipy import special

from interfirm.errors import DataError
from interfirm.performance import likelihoods
from interfirm.performance.design import Design
from interfirm.performance.estimates import Fit
from interfirm.performance.maximise import newton
from interfirm.performance.models import fit
from interfirm.performance.terms import Floats

_STEPS = 60
_TOLERANCE = 1e-9
_INDEX = {"fractional": "logit", "logit": "logit", "probit": "probit", "poisson": "log", "linear": "identity"}


def estimates(found: Fit, part: Design, keep: list[int]) -> Floats:
    """The estimates of a model on other firms, or a LinAlgError where there are none.

    Parameters
    ----------
    found
        The model on all firms; its estimates are the start.
    part
        The firms.
    keep
        Which columns of the model's design are in that of the firms.

    Returns
    -------
    numpy.ndarray
    """
    k = len(found.design.columns)
    start = np.concatenate([found.estimate[keep], found.estimate[k:]])
    if found.model in _INDEX:
        return index_estimates(part.y, part.x, part.w, start, _INDEX[found.model])
    if found.model == "tobit" and "low" in found.extra:
        return _tobit(part, start, found.extra["low"], found.extra["high"])
    try:
        return fit(part, found.model).estimate
    except DataError as problem:
        raise np.linalg.LinAlgError from problem


def index_estimates(y: Floats, x: Floats, w: Floats, start: Floats, link: str) -> Floats:
    """Fisher scoring for a mean g(xβ): ``"logit"``, ``"probit"``, ``"log"`` or ``"identity"``.

    Raises
    ------
    numpy.linalg.LinAlgError
        If the columns make up one another, or the estimates run off.
    """
    beta = start.copy()
    for _ in range(_STEPS):
        mu, slope, variance = _mean(np.clip(x @ beta, -30.0, 30.0), link)
        pull = w * slope / variance
        step = np.linalg.solve((x * (pull * slope)[:, None]).T @ x, x.T @ (pull * (y - mu)))
        beta = beta + step
        if float(np.abs(step).max()) < _TOLERANCE * (1 + float(np.abs(beta).max())):
            return beta
    raise np.linalg.LinAlgError


def _mean(index: Floats, link: str) -> tuple[Floats, Floats, Floats]:
    """Mean, its slope and its variance function."""
    if link == "identity":
        return index, np.ones_like(index), np.ones_like(index)
    if link == "log":
        mu = np.exp(index)
        return mu, mu, mu
    if link == "logit":
        mu = np.clip(special.expit(index), 1e-13, 1 - 1e-13)
        return mu, mu * (1 - mu), mu * (1 - mu)
    cut = np.clip(index, -7.5, 7.5)
    mu = special.ndtr(cut)
    return mu, np.exp(likelihoods.log_phi(cut)), mu * (1 - mu)


def _tobit(part: Design, start: Floats, low: float, high: float) -> Floats:
    k = part.x.shape[1]
    sigma = float(np.exp(start[k]))
    peak = newton(likelihoods.tobit(part.y, part.x, part.w, low, high), np.append(start[:k] / sigma, -start[k]), part.w)
    if not peak.converged:
        raise np.linalg.LinAlgError
    sigma = float(np.exp(-peak.estimate[k]))
    return np.append(peak.estimate[:k] * sigma, np.log(sigma))

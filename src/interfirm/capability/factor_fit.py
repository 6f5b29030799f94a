"""Estimating a measurement model: scoring steps, tests, indices of fit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.stats import chi2 as chi2_distribution
from scipy.stats import ncx2

from interfirm.capability.factor_model import Model

Floats = npt.NDArray[np.float64]
Estimator = Literal["ML", "ULS", "DWLS"]

_STEPS = 500
_GRADIENT = 1e-9
_NAN = float("nan")


@dataclass(frozen=True)
class Fitted:
    """Estimates of one model.

    ``theta`` (parameters), ``covariance`` (of the estimates), ``converged``, ``test`` and ``baseline`` (chi-square and
    degrees of freedom of the model and of independence, both adjusted where ``scaled``), ``plain`` (the model's
    unadjusted chi-square), ``srmr``.
    """

    theta: Floats
    covariance: Floats
    converged: bool
    test: tuple[float, int]
    baseline: tuple[float, int]
    plain: float
    srmr: float
    scaled: bool


def fit_ml(model: Model, s: Floats, n: int) -> Fitted:
    """Maximum likelihood on a covariance matrix (n below).

    F = log|Σ| + tr(S Σ⁻¹) − log|S| − p; chi-square n F; standard errors from the expected information.
    """
    known = float(np.linalg.slogdet(s)[1])

    def discrepancy(theta: Floats) -> float:
        sigma = model.implied(theta)
        sign, size = np.linalg.slogdet(sigma)
        if sign <= 0 or np.linalg.eigvalsh(sigma)[0] <= 0:
            return np.inf
        return float(size + np.trace(np.linalg.solve(sigma, s)) - known - len(s))

    def weight(theta: Floats) -> Floats:
        return _normal_weight(np.asarray(np.linalg.inv(model.implied(theta)), dtype=np.float64), *model.cells)

    theta, converged = _minimise(model, s, discrepancy, weight)
    delta = model.jacobian(theta)
    information = n * delta.T @ weight(theta) @ delta
    independent = n * float(np.log(np.diag(s)).sum() - known)
    p, value = len(s), n * discrepancy(theta)
    free = p * (p + 1) // 2 - model.size
    return Fitted(theta, _inverse(information), converged, (value, free), (independent, p * (p - 1) // 2), value,
                  _srmr(s, model.implied(theta), *model.cells), scaled=False)


def fit_ls(model: Model, r: Floats, gamma: Floats, n: int, estimator: Estimator) -> Fitted:
    """Least squares on polychoric correlations, with the mean- and variance-adjusted test.

    F = (r − ρ)' W (r − ρ); W = I (ULS) or the inverse of the diagonal of Γ (DWLS); T = (n − 1) F is scaled and
    shifted so that its first two moments are those of chi-square. Standard errors are the sandwich with Γ.
    """
    cells = model.cells
    given = r[cells]
    w = np.ones(len(given)) if estimator == "ULS" else 1.0 / np.diag(gamma)

    def discrepancy(theta: Floats) -> float:
        return float((w * (given - model.implied(theta)[cells]) ** 2).sum())

    theta, converged = _minimise(model, r, discrepancy, lambda _: np.diag(w))
    delta = model.jacobian(theta)
    inner = _inverse(delta.T * w @ delta)
    half = inner @ (delta.T * w)
    residual = np.diag(w) - (w[:, None] * delta) @ half
    free = len(given) - model.size
    plain = (n - 1) * discrepancy(theta)
    independent = _adjusted((n - 1) * float((w * given**2).sum()), np.diag(w) @ gamma, len(given))
    return Fitted(theta, half @ gamma @ half.T / (n - 1), converged, (_adjusted(plain, residual @ gamma, free), free),
                  (independent, len(given)), plain, _srmr(r, model.implied(theta), *cells), scaled=True)


def _minimise(model: Model, matrix: Floats, discrepancy: Callable[[Floats], float],
              weight: Callable[[Floats], Floats]) -> tuple[Floats, bool]:
    """Scoring steps θ + (Δ'VΔ)⁻¹ Δ'V (s − σ), halved until they improve."""
    cells, theta = model.cells, model.start(matrix)
    value = discrepancy(theta)
    for _ in range(_STEPS):
        delta, v = model.jacobian(theta), weight(theta)
        slope = delta.T @ v @ (matrix - model.implied(theta))[cells]
        if np.abs(slope).max() < _GRADIENT * max(1.0, float(np.abs(np.diag(v)).max())):
            return theta, True
        step = np.linalg.lstsq(delta.T @ v @ delta, slope, rcond=None)[0]
        for _ in range(40):
            trial = theta + step
            reached = discrepancy(trial)
            if reached <= value + 1e-14 * abs(value):
                break
            step = step / 2
        else:
            return theta, False
        theta, value = trial, reached
    return theta, False


def _normal_weight(inverse: Floats, rows: npt.NDArray[np.int64], columns: npt.NDArray[np.int64]) -> Floats:
    """Half the weight of normal theory for the cells: ½ D'(Σ⁻¹⊗Σ⁻¹)D."""
    double = np.where(rows == columns, 1.0, 2.0)
    both = (inverse[np.ix_(rows, rows)] * inverse[np.ix_(columns, columns)]
            + inverse[np.ix_(rows, columns)] * inverse[np.ix_(columns, rows)])
    return np.asarray(0.25 * np.outer(double, double) * both)


def _adjusted(value: float, product: Floats, free: int) -> float:
    """a T + b with a = √(df / tr((UΓ)²)), b = df − a tr(UΓ) [asparouhov2010]."""
    if free < 1:
        return value
    a = np.sqrt(free / float(np.trace(product @ product)))
    return float(a * value + free - a * np.trace(product))


def _inverse(matrix: Floats) -> Floats:
    return np.asarray(np.linalg.pinv(matrix, hermitian=True))


def _srmr(s: Floats, sigma: Floats, rows: npt.NDArray[np.int64], columns: npt.NDArray[np.int64]) -> float:
    """Root mean square of the standardised differences, over all p(p+1)/2 cells; a diagonal that is not fitted is 0."""
    scale = np.sqrt(np.outer(np.diag(s), np.diag(s)))
    distance = float((((s - sigma) / scale)[rows, columns] ** 2).sum())
    return float(np.sqrt(distance / (len(s) * (len(s) + 1) / 2)))


def indices(fitted: Fitted, n: int) -> dict[str, float]:
    """Chi-square, its p, CFI, TLI, RMSEA with its 90 % interval, SRMR; NaN where nothing is left to test."""
    (value, free), (base, base_free) = fitted.test, fitted.baseline
    n = n - 1 if fitted.scaled else n
    out = {"chi2": value, "df": float(free), "p": _NAN, "cfi": _NAN, "tli": _NAN, "rmsea": _NAN, "rmsea_low": _NAN,
           "rmsea_high": _NAN, "srmr": fitted.srmr, "chi2_unadjusted": fitted.plain, "chi2_baseline": base,
           "df_baseline": float(base_free)}
    if free < 1:
        return out
    over, over_base = max(value - free, 0.0), max(base - base_free, value - free, 0.0)
    out["p"] = float(chi2_distribution.sf(value, free))
    out["cfi"] = 1 - over / over_base if over_base > 0 else 1.0
    if base_free > 0 and base / base_free != 1:
        out["tli"] = (base / base_free - value / free) / (base / base_free - 1)
    out["rmsea"] = float(np.sqrt(over / (free * n)))
    out["rmsea_low"], out["rmsea_high"] = (_rmsea_bound(value, free, n, level) for level in (0.95, 0.05))
    return out


def _rmsea_bound(value: float, free: int, n: int, level: float) -> float:
    """The RMSEA whose noncentral chi-square puts ``level`` of its mass below the value."""
    if chi2_distribution.cdf(value, free) <= level:
        return 0.0
    top = max(value, 1.0) * 4 + 100
    centre = brentq(lambda shift: float(ncx2.cdf(value, free, shift)) - level, 1e-9, top)
    return float(np.sqrt(centre / (free * n)))

"""Outcomes cut at one or two limits: the tobit."""

from __future__ import annotations

from typing import Any

import numpy as np

from interfirm.errors import DataError, Finding, UsageError
from interfirm.performance import likelihoods
from interfirm.performance._limits import limit
from interfirm.performance.design import Design
from interfirm.performance.estimates import Fit, make
from interfirm.performance.maximise import Peak, newton
from interfirm.performance.plain import linear
from interfirm.performance.refusals import refuse
from interfirm.performance.terms import Floats


def tobit(design: Design, errors: str, low: float | None, high: float | None) -> Fit:
    """Tobit with one or two limits; found or given."""
    y, w = design.y, design.w
    ends = tobit_limits(y, low, high)
    if np.isinf(ends[0]) and np.isinf(ends[1]):
        return _linear_as_tobit(design, errors)
    inside = (y > ends[0]) & (y < ends[1])
    k = design.x.shape[1]
    if inside.sum() <= k:
        raise refuse(design, f"lies between its limits for {int(inside.sum())} firms only", "all-at-limits",
                      f"more than {k} firms between {ends[0]:g} and {ends[1]:g}", "Use --model logit for yes or no")
    start = np.linalg.lstsq(design.x * np.sqrt(w)[:, None], y * np.sqrt(w), rcond=None)[0]
    sigma = float(np.sqrt((w * (y - design.x @ start) ** 2).sum() / w.sum()))
    peak = newton(likelihoods.tobit(y, design.x, w, *ends), np.append(start / sigma, -np.log(sigma)), w)
    if float(np.exp(-peak.estimate[k])) < 1e-8 * max(float(np.ptp(y)), 1e-300):
        raise refuse(design, "is fitted without any error between its limits", "separation", "firms that differ",
                      "Leave out regressors")
    return make(design, "tobit", _tobit_title(ends), (*design.names, "log(sigma)"), _natural(peak, k),
                _tobit_mean(ends),
                errors, extra={"low": ends[0], "high": ends[1], "at_low": float((y <= ends[0]).sum()),
                               "at_high": float((y >= ends[1]).sum()), "sigma": float(np.exp(-peak.estimate[k]))})


def tobit_limits(y: Floats, low: float | None, high: float | None) -> tuple[float, float]:
    """The limits of a tobit: given ones, or ends at which enough firms lie."""
    enough = limit("limit_share") * len(y)
    first = (float(y.min()) if (y == y.min()).sum() >= enough else -np.inf) if low is None else low
    last = (float(y.max()) if (y == y.max()).sum() >= enough else np.inf) if high is None else high
    if not first < last:
        raise UsageError(f"The lower limit {first:g} is not below the upper limit {last:g}.")
    if (low is not None and (y < low).any()) or (high is not None and (y > high).any()):
        raise DataError(Finding("error", f"{int((y < first).sum() + (y > last).sum())} values lie beyond the limits "
                                f"{first:g} and {last:g}", "out-of-range", expected="values within them",
                                remedy="Correct the limits, or the values"))
    return first, last


def _tobit_title(ends: tuple[float, float]) -> str:
    parts = [f"{end:g}" for end in ends if np.isfinite(end)]
    return f"Tobit (limit{'s' if len(parts) > 1 else ''} {' and '.join(parts)})"


def _linear_as_tobit(design: Design, errors: str) -> Fit:
    made = linear(design, errors)
    note = Finding("note", f"too few firms share the smallest or largest '{design.outcome}' for a limit, so the "
                   "tobit is a linear regression", "no-limit", file=design.source, remedy="Give the limits: --low, "
                   "--high")
    return Fit(**{**vars(made), "findings": (*made.findings, note)})


def _natural(peak: Peak, k: int) -> Peak:
    """From (δ, log τ) to (β, log σ): β = δσ, log σ = −log τ."""
    sigma = float(np.exp(-peak.estimate[k]))
    back = np.eye(k + 1)
    back[:k, :k] /= sigma
    back[:k, k] = -peak.estimate[:k]
    back[k, k] = -1.0
    natural = np.append(peak.estimate[:k] * sigma, np.log(sigma))
    return Peak(natural, peak.likelihood, peak.scores @ back, back.T @ peak.hessian @ back, peak.converged)


def _tobit_mean(ends: tuple[float, float]) -> Any:
    def mean(theta: Floats, x: Floats) -> Floats:
        k = x.shape[1]
        return likelihoods.censored_mean(x @ theta[:k], float(np.exp(theta[k])), *ends)

    return mean

"""Models with one index: linear, binary, shares and counts. The fits are those of statsmodels."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from interfirm.errors import Finding, UsageError
from interfirm.performance import likelihoods
from interfirm.performance.design import Design
from interfirm.performance.estimates import TITLES, Fit, make
from interfirm.performance.firth import firth_peak, profile
from interfirm.performance.maximise import Peak, newton
from interfirm.performance.refusals import refuse, refuse_separation
from interfirm.performance.terms import Floats


def per_cent(design: Design) -> tuple[Design, list[Finding]]:
    """The design with an outcome in per cent as a share; said.

    Raises
    ------
    DataError
        When some values are above 1 but most of those above 0 are not: shares with a mistake among them, or shares and
        per cent mixed.
    """
    if design.y.max() <= 1:
        return design, []
    above = design.y[design.y > 0]
    if np.median(above) <= 1:
        count = int(np.count_nonzero(above > 1))
        raise refuse(design, f"has {count:,} value{'' if count == 1 else 's'} above 1, up to {above.max():g}, though "
                     "most are shares of 1 or less", "mixed-scale", "shares between 0 and 1, or per cent throughout",
                     "Correct those values; if all are per cent, divide the column by 100")
    note = Finding("note", f"'{design.outcome}' runs to {design.y.max():g} and is taken as per cent", "per-cent",
                   file=design.source, column=design.outcome, expected="a share between 0 and 1")
    return replace(design, y=design.y / 100), [note]


def _glm(design: Design, family: Any, model: str, errors: str, mean: Any, findings: list[Finding] | None = None) -> Fit:
    """A generalised linear model of statsmodels, with the scores for robust errors."""
    from statsmodels.genmod.generalized_linear_model import GLM

    w = design.w
    # Columns of one size, or the steps would not settle where one is in euros and another a share.
    size = np.sqrt((design.x**2).mean(axis=0))
    engine = GLM(design.y, design.x / size, family=family, freq_weights=w)
    result = engine.fit(maxiter=200, tol=1e-13, tol_criterion="params", cov_type="nonrobust")
    beta = np.asarray(result.params, np.float64) / size
    index = design.x @ beta
    mu = family.link.inverse(index)
    slope = family.link.inverse_deriv(index) / family.variance(mu)
    scores = (w * slope * (design.y - mu))[:, None] * design.x
    hessian = -(design.x * (w * slope * family.link.inverse_deriv(index))[:, None]).T @ design.x
    value = float("nan") if model == "fractional" else float(result.llf)
    peak = Peak(beta, value, scores, hessian, bool(result.converged))
    return make(design, model, TITLES[model], design.names, peak, mean, errors, findings=tuple(findings or ()))


def _inverse_logit(beta: Floats, x: Floats) -> Floats:
    from scipy.special import expit

    return np.asarray(expit(x @ beta[:x.shape[1]]))


def _exponential(beta: Floats, x: Floats) -> Floats:
    return np.exp(np.clip(x @ beta[:x.shape[1]], -50.0, 50.0))


def _normal(beta: Floats, x: Floats) -> Floats:
    from scipy.special import ndtr

    return np.asarray(ndtr(x @ beta[:x.shape[1]]))


def _identity(beta: Floats, x: Floats) -> Floats:
    return x @ beta[:x.shape[1]]


def logit(design: Design, errors: str) -> Fit:
    """Logit."""
    from statsmodels.genmod.families import Binomial

    refuse_separation(design, 0.0, 1.0, "Use --model firth, which stays finite, or leave the variable out")
    return _glm(design, Binomial(), "logit", errors, _inverse_logit)


def probit(design: Design, errors: str) -> Fit:
    """Probit."""
    from statsmodels.genmod.families import Binomial, links

    refuse_separation(design, 0.0, 1.0, "Use --model firth, which stays finite, or leave the variable out")
    return _glm(design, Binomial(link=links.Probit()), "probit", errors, _normal)


def firth(design: Design, errors: str) -> Fit:
    """Logit with Firth's penalty."""
    if design.weights is not None or design.clusters is not None:
        raise UsageError("The penalised logit takes neither weights nor clusters: its penalty is worth half an "
                         "observation for each coefficient, and weights change what an observation is, so that the "
                         "result would depend on their scale; no theory of samples covers it. Leave them out, or use "
                         "--model logit, with categories joined where it is separated.")
    del errors
    peak = firth_peak(design.y, design.x)
    made = make(design, "firth", TITLES["firth"], design.names, peak, _inverse_logit, "classical")
    return replace(made, profile=profile(design.y, design.x, peak),
                   errors="classical, intervals of coefficients by profile likelihood")


def fractional(design: Design, errors: str) -> Fit:
    """Fractional logit: the mean of a share, by quasi-likelihood."""
    from statsmodels.genmod.families import Binomial

    if errors == "classical":
        raise UsageError("A share is not binomial, so classical errors of a fractional logit are wrong. "
                         "Use errors='robust'.")
    scaled, findings = per_cent(design)
    refuse_separation(scaled, 0.0, 1.0, "Join categories, or leave the variable out")
    return _glm(scaled, Binomial(), "fractional", errors, _inverse_logit, findings)


def poisson(design: Design, errors: str) -> Fit:
    """Poisson: the mean of a count, by quasi-likelihood where errors are robust."""
    from statsmodels.genmod.families import Poisson

    refuse_separation(design, 0.0, float("inf"), "Join categories, or leave the variable out")
    return _glm(design, Poisson(), "poisson", errors, _exponential)


def negative_binomial(design: Design, errors: str) -> Fit:
    """Negative binomial (NB2): Var y = μ + αμ²."""
    start = poisson(design, "robust")
    mu = start.fitted
    spread = float((design.w * ((design.y - mu) ** 2 - mu)).sum() / (design.w * mu**2).sum())
    peak = newton(likelihoods.negative_binomial(design.y, design.x, design.w),
                  np.append(start.estimate, np.log(max(spread, 0.05))), design.w)
    alpha = float(np.exp(peak.estimate[-1]))
    findings = []
    if alpha < 1e-4:
        findings.append(Finding("warning", "the counts do not spread more than Poisson", "no-overdispersion",
                                file=design.source, remedy="Use --model poisson"))
    return make(design, "negative-binomial", TITLES["negative-binomial"], (*design.names, "log(alpha)"), peak,
                _exponential, errors, extra={"alpha": alpha}, findings=tuple(findings))


def linear(design: Design, errors: str) -> Fit:
    """Linear regression, weighted least squares."""
    from statsmodels.regression.linear_model import WLS

    w = design.w
    result = WLS(design.y, design.x, weights=w).fit()
    residual = np.asarray(design.y - design.x @ result.params)
    n, k = design.x.shape
    scale = float(w @ residual**2) / (n - k)
    hessian = -(design.x * w[:, None]).T @ design.x
    groups = n if design.clusters is None else int(design.clusters.max()) + 1
    clustered = errors == "robust" and design.clusters is not None and design.strata is None
    scores = np.sqrt((n - 1) / (n - k) if clustered else 1.0) * (w * residual)[:, None] * design.x
    if errors == "classical":
        scores, hessian = scores / scale, hessian / scale
    peak = Peak(np.asarray(result.params), float(result.llf), scores, hessian, True)
    made = make(design, "linear", TITLES["linear"], design.names, peak, _identity, errors,
                extra={"sigma": float(np.sqrt(scale)), "r2": float(result.rsquared)})
    freedom = float(n - k) if design.clusters is None else float(groups - 1)
    return Fit(**{**vars(made), "freedom": freedom})

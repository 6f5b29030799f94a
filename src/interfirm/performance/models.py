"""Models of an outcome: which fits its scale, and its estimates. Plain fits are those of statsmodels."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any, Final

import numpy as np

from interfirm.errors import DataError, Finding, UnknownName, UsageError
from interfirm.performance import likelihoods
from interfirm.performance._limits import limit, whole
from interfirm.performance.design import Design
from interfirm.performance.estimates import ERRORS, Fit, make
from interfirm.performance.firth import firth_peak
from interfirm.performance.maximise import Peak, newton
from interfirm.performance.separation import separating
from interfirm.performance.terms import Floats

TITLES: Final = {
    "linear": "Linear regression", "logit": "Logit", "probit": "Probit", "firth": "Penalised logit (Firth)",
    "fractional": "Fractional logit", "poisson": "Poisson", "negative-binomial": "Negative binomial",
    "ordered-logit": "Ordered logit", "multinomial-logit": "Multinomial logit", "tobit": "Tobit",
}
MODELS: Final = ("auto", *TITLES)
_UNIT: Final = ("fractional",)


def fit(design: Design, model: str = "auto", *, errors: str = "robust", low: float | None = None,
        high: float | None = None) -> Fit:
    """Estimate one model of an outcome.

    ``"auto"`` looks at the outcome: yes or no gives a logit; shares between 0 and 1 a fractional logit; counts a
    Poisson or, if they spread more than that (Var y > μ), a negative binomial; other numbers a linear regression.

    Parameters
    ----------
    design
        See :func:`interfirm.performance.survey_design` and :func:`interfirm.performance.study_design`.
    model
        ``"auto"``, ``"linear"``, ``"logit"``, ``"probit"``, ``"firth"`` (logit for separated data), ``"fractional"``,
        ``"poisson"``, ``"negative-binomial"``, ``"ordered-logit"``, ``"multinomial-logit"`` or ``"tobit"``.
    errors
        ``"robust"`` (clustered and stratified if the design says so) or ``"classical"``.
    low, high
        Limits of the tobit; None: the smallest and largest value if at least ``performance.limit_share`` of the firms
        lie there, otherwise no limit.

    Returns
    -------
    Fit

    Raises
    ------
    DataError
        If the outcome does not fit the model, or regressors separate the firms at a limit.
    UsageError
        For limits or classical errors where they make no sense.

    References
    ----------
    [papke1996], [tobin1958], [cameron2013], [firth1993], [mccullagh1980], [mcfadden1974]

    Examples
    --------
    >>> import pandas as pd
    >>> from interfirm.performance import survey_design
    >>> rng = np.random.default_rng(1)
    >>> table = pd.DataFrame({"share": rng.beta(2, 8, 60), "coop": np.arange(60) % 2})
    >>> fit(survey_design(table, "share", cooperation=["coop"])).model
    'fractional'
    """
    if model not in MODELS:
        raise UnknownName("model", model, MODELS)
    if errors not in ERRORS:
        raise UnknownName("kind of errors", errors, ERRORS)
    if errors == "classical" and (design.weights is not None or design.clusters is not None):
        raise UsageError("Classical errors are wrong with weights or clusters. Use errors='robust'.")
    if model != "tobit" and (low is not None or high is not None):
        raise UsageError("Limits belong to the tobit: model='tobit'.")
    chosen = choose(design) if model == "auto" else model
    _fits_outcome(design, chosen)
    if chosen == "tobit":
        return _tobit(design, errors, low, high)
    return _FITS[chosen](design, errors)


def choose(design: Design) -> str:
    """The model that fits the scale of an outcome.

    Raises
    ------
    DataError
        Where whole numbers up to 100 could be counts or per cent.

    Examples
    --------
    >>> import pandas as pd
    >>> from interfirm.performance import survey_design
    >>> table = pd.DataFrame({"patents": [0, 0, 3, 1, 9, 0], "coop": [0, 0, 1, 0, 1, 1]})
    >>> choose(survey_design(table, "patents", cooperation=["coop"]))
    'negative-binomial'
    """
    y = design.y
    values = np.unique(y)
    if set(values) == {0.0, 1.0}:
        return "logit"
    if values.min() >= 0 and values.max() <= 1:
        return "fractional"
    whole_numbers = bool((values == np.round(values)).all())
    if whole_numbers and values.min() >= 0 and 50 < values.max() <= 100:
        raise _refuse(design, "could be per cent or a count", "which-scale", "a share between 0 and 1, or a named "
                      "model",
                      "Say --model fractional for per cent, --model negative-binomial for a count")
    if whole_numbers and values.min() >= 0:
        return "negative-binomial" if overdispersed(design) else "poisson"
    return "linear"


def overdispersed(design: Design) -> bool:
    """Whether counts spread more than Poisson allows: regression of ((y − μ)² − y)/μ on μ, one-sided at 5 %."""
    found = _FITS["poisson"](design, "robust")
    mu = found.fitted
    ratio = ((design.y - mu) ** 2 - design.y) / mu
    slope = float((mu * ratio).sum() / (mu**2).sum())
    error = float(np.sqrt(((ratio - slope * mu) ** 2 * mu**2).sum()) / (mu**2).sum())
    return slope / error > 1.645


def per_cent(design: Design) -> tuple[Design, list[Finding]]:
    """The design with an outcome in per cent as a share; said."""
    from dataclasses import replace

    if design.y.max() <= 1:
        return design, []
    note = Finding("note", f"'{design.outcome}' runs to {design.y.max():g} and is taken as per cent", "per-cent",
                   file=design.source, column=design.outcome, expected="a share between 0 and 1")
    return replace(design, y=design.y / 100), [note]


def _refuse(design: Design, problem: str, code: str, expected: str, remedy: str) -> DataError:
    return DataError(Finding("error", f"the outcome '{design.outcome}' {problem}", code, file=design.source,
                             column=design.outcome, expected=expected, remedy=remedy))


def _fits_outcome(design: Design, model: str) -> None:
    y = design.y
    low, high = float(y.min()), float(y.max())
    if low == high:
        raise _refuse(design, f"is {low:g} for every firm that is left", "constant-outcome", "different values",
                      "Look at which firms were left out, or choose another outcome")
    whole_numbers = bool((y == np.round(y)).all())
    bad = ""
    if model in ("logit", "probit", "firth") and not set(np.unique(y)) <= {0.0, 1.0}:
        bad = "yes or no, coded 1 and 0"
    elif model in _UNIT and (low < 0 or high > 100):
        bad = "a share between 0 and 1, or per cent up to 100"
    elif model in ("poisson", "negative-binomial") and (low < 0 or not whole_numbers):
        bad = "whole numbers of 0 or more"
    elif model in ("ordered-logit", "multinomial-logit") and len(np.unique(y)) > whole("categories"):
        bad = f"at most {whole('categories')} categories"
    if bad:
        outside = f"goes from {low:g} to {high:g}" + ("" if whole_numbers else ", with fractions")
        raise _refuse(design, outside, "out-of-range", bad, f"Correct it, or choose another model than {model}")


def _separation(design: Design, low: float, high: float, remedy: str) -> None:
    found = separating(design.y, design.x, low=low, high=high)
    if found:
        names = [design.names[i] for i in found if i] or ["the constant"]
        raise DataError(Finding(
            "error", f"'{design.outcome}' is separated by {', '.join(names[:8])}: for some of their values every firm "
            "is at "
            "a limit of the outcome, so the estimates run off to infinity", "separation", file=design.source,
            column=names[0], expected="firms on both sides for each value", remedy=remedy))


def _glm(design: Design, family: Any, model: str, errors: str, mean: Any, findings: list[Finding] | None = None) -> Fit:
    """A generalised linear model of statsmodels, with the scores for robust errors."""
    from statsmodels.genmod.generalized_linear_model import GLM

    w = design.w
    engine = GLM(design.y, design.x, family=family, freq_weights=w)
    result = engine.fit(maxiter=200, tol=1e-13, tol_criterion="params", cov_type="nonrobust")
    beta = np.asarray(result.params, np.float64)
    index = design.x @ beta
    mu = family.link.inverse(index)
    slope = family.link.inverse_deriv(index) / family.variance(mu)
    scores = (w * slope * (design.y - mu))[:, None] * design.x
    hessian = -(design.x * (w * slope * family.link.inverse_deriv(index))[:, None]).T @ design.x
    value = float("nan") if model in _UNIT else float(result.llf)
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


def _logit(design: Design, errors: str) -> Fit:
    from statsmodels.genmod.families import Binomial

    _separation(design, 0.0, 1.0, "Use --model firth, which stays finite, or leave the variable out")
    return _glm(design, Binomial(), "logit", errors, _inverse_logit)


def _probit(design: Design, errors: str) -> Fit:
    from statsmodels.genmod.families import Binomial, links

    _separation(design, 0.0, 1.0, "Use --model firth, which stays finite, or leave the variable out")
    return _glm(design, Binomial(link=links.Probit()), "probit", errors, _normal)


def _firth(design: Design, errors: str) -> Fit:
    if design.weights is not None or design.clusters is not None:
        raise UsageError("The penalised logit knows neither weights nor clusters. Leave them out, or use --model "
                         "logit.")
    del errors
    return make(design, "firth", TITLES["firth"], design.names, firth_peak(design.y, design.x), _inverse_logit,
                "classical")


def _fractional(design: Design, errors: str) -> Fit:
    from statsmodels.genmod.families import Binomial

    if errors == "classical":
        raise UsageError("A share is not binomial, so classical errors of a fractional logit are wrong. "
                         "Use errors='robust'.")
    scaled, findings = per_cent(design)
    _separation(scaled, 0.0, 1.0, "Join categories, or leave the variable out")
    return _glm(scaled, Binomial(), "fractional", errors, _inverse_logit, findings)


def _poisson(design: Design, errors: str) -> Fit:
    from statsmodels.genmod.families import Poisson

    _separation(design, 0.0, float("inf"), "Join categories, or leave the variable out")
    return _glm(design, Poisson(), "poisson", errors, _exponential)


def _negative_binomial(design: Design, errors: str) -> Fit:
    start = _poisson(design, "robust")
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


def _linear(design: Design, errors: str) -> Fit:
    from statsmodels.regression.linear_model import WLS

    w = design.w
    result = WLS(design.y, design.x, weights=w).fit()
    residual = np.asarray(design.y - design.x @ result.params)
    n, k = design.x.shape
    scale = float(w @ residual**2) / (n - k)
    hessian = -(design.x * w[:, None]).T @ design.x
    groups = n if design.clusters is None else int(design.clusters.max()) + 1
    factor = (n - 1) / (n - k) if errors == "robust" and design.strata is None else 1.0
    scores = np.sqrt(factor) * (w * residual)[:, None] * design.x
    if errors == "classical":
        scores, hessian = scores / scale, hessian / scale
    peak = Peak(np.asarray(result.params), float(result.llf), scores, hessian, True)
    made = make(design, "linear", TITLES["linear"], design.names, peak, _identity, errors,
                extra={"sigma": float(np.sqrt(scale)), "r2": float(result.rsquared)})
    freedom = float(n - k) if design.clusters is None else float(groups - 1)
    return Fit(**{**vars(made), "freedom": freedom})


def _categories(design: Design) -> tuple[Floats, tuple[float, ...]]:
    values, code = np.unique(design.y, return_inverse=True)
    return code.astype(np.float64), tuple(float(value) for value in values)


def _ordered(design: Design, errors: str) -> Fit:
    from scipy.special import expit, logit

    code, values = _categories(design)
    x = design.x[:, 1:]
    share = np.cumsum(np.bincount(code.astype(int), weights=design.w))[:-1] / design.w.sum()
    peak = newton(likelihoods.ordered(code, x, design.w), np.concatenate([np.zeros(x.shape[1]), logit(share)]),
                  design.w)
    if not peak.converged or np.abs(peak.estimate[:x.shape[1]] * x.std(axis=0)).max(initial=0) > limit("runs_off"):
        _separation_ordered(design)

    def mean(theta: Floats, whole_x: Floats) -> Floats:
        index = whole_x[:, 1:] @ theta[:x.shape[1]]
        below = expit(theta[x.shape[1]:][None, :] - index[:, None])
        return np.diff(np.column_stack([np.zeros(len(index)), below, np.ones(len(index))]), axis=1)

    cuts = tuple(f"cut {a:g}|{b:g}" for a, b in pairwise(values))
    return make(design, "ordered-logit", TITLES["ordered-logit"], (*design.names[1:], *cuts), peak, mean, errors,
                categories=values)


def _separation_ordered(design: Design) -> None:
    raise DataError(Finding("error", f"the estimates of '{design.outcome}' run off: a regressor orders the firms "
                            "perfectly",
                            "separation", file=design.source, remedy="Join categories, or leave the variable out"))


def _multinomial(design: Design, errors: str) -> Fit:
    from scipy.special import softmax

    code, values = _categories(design)
    k, others = design.x.shape[1], len(values) - 1
    for j in range(1, others + 1):
        pair = np.isin(code, (0, j))
        if separating((code[pair] == j).astype(float), design.x[pair]):
            _separation_ordered(design)
    peak = newton(likelihoods.multinomial(code, design.x, design.w), np.zeros(k * others), design.w)

    def mean(theta: Floats, x: Floats) -> Floats:
        return np.asarray(softmax(np.column_stack([np.zeros(len(x)), x @ theta.reshape(others, k).T]), axis=1))

    names = tuple(f"{value:g}: {name}" for value in values[1:] for name in design.names)
    return make(design, "multinomial-logit", TITLES["multinomial-logit"], names, peak, mean, errors, categories=values)


def _tobit(design: Design, errors: str, low: float | None, high: float | None) -> Fit:
    y, w = design.y, design.w
    ends = tobit_limits(y, low, high)
    if np.isinf(ends[0]) and np.isinf(ends[1]):
        return _linear_as_tobit(design, errors)
    inside = (y > ends[0]) & (y < ends[1])
    k = design.x.shape[1]
    if inside.sum() <= k:
        raise _refuse(design, f"lies between its limits for {int(inside.sum())} firms only", "all-at-limits",
                      f"more than {k} firms between {ends[0]:g} and {ends[1]:g}", "Use --model logit for yes or no")
    start = np.linalg.lstsq(design.x * np.sqrt(w)[:, None], y * np.sqrt(w), rcond=None)[0]
    sigma = float(np.sqrt((w * (y - design.x @ start) ** 2).sum() / w.sum()))
    peak = newton(likelihoods.tobit(y, design.x, w, *ends), np.append(start / sigma, -np.log(sigma)), w)
    if float(np.exp(-peak.estimate[k])) < 1e-8 * max(float(np.ptp(y)), 1e-300):
        raise _refuse(design, "is fitted without any error between its limits", "separation", "firms that differ",
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
    made = _linear(design, errors)
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


_FITS: Final[dict[str, Callable[[Design, str], Fit]]] = {
    "linear": _linear, "logit": _logit, "probit": _probit, "firth": _firth, "fractional": _fractional,
    "poisson": _poisson, "negative-binomial": _negative_binomial, "ordered-logit": _ordered,
    "multinomial-logit": _multinomial,
}

"""An outcome that only some firms have: Heckman's selection model, in two steps and by maximum likelihood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
from scipy import special

from interfirm.errors import DataError, Finding, Findings, UnknownName, UsageError
from interfirm.performance import checks
from interfirm.performance.design import Design, assemble
from interfirm.performance.estimates import Fit, make
from interfirm.performance.likelihoods import log_phi, mills
from interfirm.performance.maximise import Likelihood, Parts, curvature, newton
from interfirm.performance.plain import probit
from interfirm.performance.sandwich import meat
from interfirm.performance.terms import Expander, Floats, Source

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.read.microdata import Microdata

METHODS: Final = ("ml", "two-step")
_SHORT: Final = 1e-10
_EDGE: Final = 0.9995


def heckman(data: Microdata | pd.DataFrame | Source, outcome: str, selection: str, *, regressors: Sequence[str],
            selected_by: Sequence[str], method: str = "ml", weights: str | None = None, cluster: str | None = None,
            strata: str | None = None, focal: Sequence[str] = ()) -> Fit:
    """An outcome seen for some firms only, allowing for why they are the ones.

    Selection: s_i = 1[z_i γ + u_i > 0]; outcome y_i = x_i β + ε_i, seen where s_i = 1; u and ε normal with correlation
    ρ, Var u = 1, Var ε = σ². Two steps: a probit for γ, then least squares of y on x and φ(zγ)/Φ(zγ), with errors that
    know of the first step: those of Heckman, or, with weights, clusters or strata, A⁻¹BA⁻ᵀ of the scores of both steps
    together. Maximum likelihood estimates both at once. With ρ = 0 β is that of least squares.

    Parameters
    ----------
    data
        A survey file or a table.
    outcome
        What is explained; may be missing where the selection is 0.
    selection
        Yes or no: whether the firm has the outcome.
    regressors, selected_by
        Terms of the two equations (see :func:`interfirm.performance.survey_design`). At least one of ``selected_by``
        must not be among ``regressors``: without it only the assumed curve of the normal tells the two apart.
    method
        ``"ml"`` or ``"two-step"``.
    weights, cluster, strata
        Columns.
    focal
        Those of ``regressors`` that the question is about.

    Returns
    -------
    Fit
        Names of the selection equation begin with ``"selected: "``. ``extra`` has ``rho``, ``sigma``, ``selected``.

    Raises
    ------
    UsageError
        Without an exclusion restriction.
    DataError
        As :func:`interfirm.performance.survey_design`; if nobody or everybody is selected.

    References
    ----------
    [heckman1979], [newey1994]

    Examples
    --------
    >>> import pandas as pd
    >>> rng = np.random.default_rng(1); z, x, e = rng.normal(size=(3, 500))
    >>> table = pd.DataFrame({"z": z, "x": x, "rd": (z + e > 0) * 1.0, "spend": 1 + x + 0.5 * e + rng.normal(size=500)})
    >>> found = heckman(table, "spend", "rd", regressors=["x"], selected_by=["x", "z"])
    >>> found.names[:2], found.extra["rho"] > 0
    (('constant', 'x'), True)
    """
    whole, seen = designs(data, outcome, selection, regressors, selected_by, weights, cluster, strata, focal)
    return estimated(whole, seen, method)[0]


def estimated(whole: Design, seen: Design, method: str) -> tuple[Fit, Fit]:
    """The model of the outcome, and that of having it."""
    if method not in METHODS:
        raise UnknownName("method", method, METHODS)
    if method == "two-step":
        return two_step(whole, seen)
    found = _by_likelihood(whole, seen)
    k, m = seen.x.shape[1], whole.x.shape[1]
    who = Fit("probit", "Selection", whole, whole.names, found.estimate[k:k + m], found.covariance[k:k + m, k:k + m],
              found.errors, found.freedom, found.likelihood, found.converged, _probability)
    return found, who


def designs(data: Any, outcome: str, selection: str, regressors: Sequence[str], selected_by: Sequence[str],
            weights: str | None = None, cluster: str | None = None, strata: str | None = None,
            focal: Sequence[str] = ()) -> tuple[Design, Design]:
    """The design of the selection among all firms, and that of the outcome among those that have it."""
    if not set(selected_by) - set(regressors):
        raise UsageError("The selection needs a regressor that the outcome has not (an exclusion restriction): "
                         "something that makes firms have the outcome without changing its size. Without it nothing "
                         "is learned.")
    source = Source.of(data)
    findings = Findings()
    made = Expander(source, findings)
    chosen = made.add(selection)[0]
    s = checks.yes_or_no(source, made.bases[chosen], findings)
    y = checks.outcome(source, outcome, findings)
    findings.raise_if_failed()
    gaps = int(((s == 1) & np.isnan(y)).sum())
    pick = Expander(source, findings)
    for term in selected_by:
        pick.add(term)
    extra = Expander(source, findings)
    about = []
    for term in regressors:
        names = extra.add(term)
        about += names if term in focal else []
    there = np.ones(len(s), dtype=bool)
    for name, base in extra.bases.items():
        if name not in pick.bases:
            there &= ~np.isnan(base.values) | (s == 0)
    whole = assemble(source, selection, s, pick, findings, weights=weights, cluster=cluster,
                     strata=strata, where=there & ~((s == 1) & np.isnan(y)))
    known = np.zeros(len(s), dtype=bool)
    known[whole.rows] = s[whole.rows] == 1
    if known.sum() == 0 or known.sum() == whole.size:
        raise DataError(Finding("error", f"'{selection}' is {'0' if known.sum() == 0 else '1'} for every firm",
                                "no-selection", file=source.name, column=selection,
                                expected="firms with and without the outcome"))
    seen = assemble(source, outcome, y, extra, findings, where=known,
                    focal=[name for name in about if name in extra.bases])
    place = np.searchsorted(whole.rows, seen.rows)
    if whole.weights is not None:
        seen = replace(seen, weights=whole.weights[place] / whole.weights[place].mean(), weight=weights)
    if gaps:
        note = Finding("warning", f"{gaps} firms with '{selection}' = 1 have no '{outcome}' and are left out",
                       "left-out",
                       file=source.name, column=outcome)
        whole = replace(whole, findings=(*whole.findings, note))
    return whole, seen


def two_step(whole: Design, seen: Design, *, errors: bool = True) -> tuple[Fit, Fit]:
    """The two-step estimates, and the probit behind them."""
    plain = whole.weights is None and whole.clusters is None and whole.strata is None
    first = probit(whole, "classical" if plain else "robust")
    place = np.searchsorted(whole.rows, seen.rows)
    z = whole.x[place]
    index = z @ first.estimate
    ratio = mills(index)
    x = np.column_stack([seen.x, ratio])
    w = whole.w[place]
    beta = np.linalg.lstsq(x * np.sqrt(w)[:, None], seen.y * np.sqrt(w), rcond=None)[0]
    residual = seen.y - x @ beta
    delta = ratio * (ratio + index)
    sigma2 = float((w @ residual**2) / w.sum() + (w @ delta) / w.sum() * beta[-1] ** 2)
    rho = float(np.clip(beta[-1] / np.sqrt(sigma2), -1.0, 1.0))
    covariance, said, freedom = np.full((len(beta),) * 2, np.nan), "of both steps", float("inf")
    if errors and plain:
        covariance = _greene(x, z, delta, sigma2, rho, first.covariance)
    elif errors:
        covariance = _stacked(whole, place, first.estimate, x, residual, beta[-1] * delta)
        said, freedom = f"{first.errors}, of both steps", first.freedom
    names = (*seen.names, "inverse Mills ratio")
    found = Fit("heckman-two-step", "Heckman (two steps)", seen, names, beta, covariance, said, freedom,
                float("nan"), first.converged, _mean, extra={"rho": rho, "sigma": float(np.sqrt(sigma2)),
                                                             "firms": float(whole.size), "selected": float(seen.size)},
                findings=whole.findings)
    return found, first


def _stacked(whole: Design, place: npt.NDArray[np.int64], gamma: Floats, x: Floats, residual: Floats,
             pull: Floats) -> Floats:
    """A⁻¹BA⁻ᵀ of (γ, β): the scores of the probit and w x (y − xβ) stacked, so that step two knows of step one.

    ``pull`` is β_λ δ: y − xβ moves by it for one more of zγ, because −∂λ/∂(zγ) = δ.
    """
    q, index = 2 * whole.y - 1, whole.x @ gamma
    ratio = q * mills(q * index)
    m, k = whole.x.shape[1], x.shape[1]
    scores = np.zeros((whole.size, m + k))
    scores[:, :m] = (whole.w * ratio)[:, None] * whole.x
    w = whole.w[place]
    scores[place, m:] = (w * residual)[:, None] * x
    slope = np.zeros((m + k, m + k))
    bend = ratio * (ratio + index)
    slope[:m, :m] = (whole.x * (whole.w * bend)[:, None]).T @ whole.x
    slope[m:, m:] = (x * w[:, None]).T @ x
    slope[m:, :m] = -(x * (w * pull)[:, None]).T @ whole.x[place]
    inverse = np.linalg.inv(slope)
    return np.asarray((inverse @ meat(scores, whole.clusters, whole.strata) @ inverse.T)[m:, m:])


def _greene(x: Floats, z: Floats, delta: Floats, sigma2: float, rho: float, first: Floats) -> Floats:
    """σ²(X'X)⁻¹[X'(I − ρ²Δ)X + ρ²(X'ΔZ)V(Z'ΔX)](X'X)⁻¹, V the covariance of the probit."""
    inverse = np.linalg.inv(x.T @ x)
    cross = (x * delta[:, None]).T @ z
    middle = (x * (1 - rho**2 * delta)[:, None]).T @ x + rho**2 * cross @ first @ cross.T
    return np.asarray(sigma2 * inverse @ middle @ inverse)


def _mean(theta: Floats, x: Floats) -> Floats:
    return x @ theta[:x.shape[1]]


def _probability(theta: Floats, x: Floats) -> Floats:
    return np.asarray(special.ndtr(x @ theta[:x.shape[1]]))


def _by_likelihood(whole: Design, seen: Design) -> Fit:
    start, first = two_step(whole, seen, errors=False)
    rho = float(np.clip(start.extra["rho"], -0.9, 0.9))
    place = np.searchsorted(whole.rows, seen.rows)
    y = np.zeros(whole.size)
    y[place] = seen.y
    x = np.zeros((whole.size, seen.x.shape[1]))
    x[place] = seen.x
    chosen = np.zeros(whole.size, dtype=bool)
    chosen[place] = True
    theta = np.concatenate([start.estimate[:-1], first.estimate, [np.log(start.extra["sigma"]), np.arctanh(rho)]])
    peak = newton(likelihood(y, x, whole.x, chosen, whole.w), theta, whole.w)
    names = (*seen.names, *(f"selected: {name}" for name in whole.names), "log(sigma)", "atanh(rho)")
    found = replace(whole, outcome=seen.outcome, label=seen.label)
    made = make(found, "heckman", "Heckman (maximum likelihood)", names, peak, _mean,
                "classical" if whole.weights is None and whole.clusters is None and whole.strata is None else "robust",
                extra={"rho": float(np.tanh(peak.estimate[-1])), "sigma": float(np.exp(peak.estimate[-2])),
                       "firms": float(whole.size), "selected": float(seen.size)}, findings=whole.findings)
    made = replace(made, design=seen)
    edge = abs(made.extra["rho"]) > _EDGE
    return _at_the_edge(made, whole.source, made.extra["rho"]) if edge else made


def _inside(rho: float) -> float:
    """A correlation just short of ±1, where the likelihood has no value."""
    return float(np.clip(rho, -1 + _SHORT, 1 - _SHORT))


def _at_the_edge(made: Fit, source: str, rho: float) -> Fit:
    """A likelihood that rises towards a correlation of ±1 has no peak: the fit is marked, and said."""
    note = Finding("warning", f"the correlation of the two equations runs to {'1' if rho > 0 else '-1'}, so the "
                   "likelihood has no peak", "no-peak", file=source, expected="a correlation between -1 and 1",
                   remedy="The selection explains too little, or the outcome is far from normal: take other terms of "
                   "the selection, or --method two-step")
    return replace(made, converged=False, findings=(*made.findings, note))


def likelihood(y: Floats, x: Floats, z: Floats, chosen: npt.NDArray[np.bool_], w: Floats) -> Likelihood:
    """θ = (β, γ, log σ, atanh ρ); rows that are not chosen have no y and x."""
    k, m = x.shape[1], z.shape[1]
    n = len(y)

    def scores(theta: Floats) -> tuple[Floats, Floats]:
        index, sigma, rho = z @ theta[k:k + m], float(np.exp(theta[-2])), _inside(float(np.tanh(theta[-1])))
        r = 1 / np.sqrt(1 - rho**2)
        value, out = np.empty(n), np.zeros((n, k + m + 2))
        away = ~chosen
        value[away] = special.log_ndtr(-index[away])
        out[away, k:k + m] = -mills(-index[away])[:, None] * z[away]
        e = (y[chosen] - x[chosen] @ theta[:k]) / sigma
        a = r * (index[chosen] + rho * e)
        ratio = mills(a)
        value[chosen] = log_phi(e) - theta[-2] + special.log_ndtr(a)
        by_e = -e + ratio * rho * r
        out[chosen, :k] = (-by_e / sigma)[:, None] * x[chosen]
        out[chosen, k:k + m] = (ratio * r)[:, None] * z[chosen]
        out[chosen, -2] = -1 - e * by_e
        out[chosen, -1] = ratio * r * (e + rho * index[chosen])
        return value, out

    def parts(theta: Floats) -> Parts:
        value, out = scores(theta)
        return Parts(value, out, curvature(lambda at: w @ scores(at)[1], theta))

    return parts

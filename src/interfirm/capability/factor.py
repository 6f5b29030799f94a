"""Confirmatory factor analysis: do the items measure what they are meant to, and are the scales distinct?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast, get_args

import numpy as np
import numpy.typing as npt

from interfirm.capability._limits import whole
from interfirm.capability.answers import answers
from interfirm.capability.factor_fit import Estimator, Fitted, fit_ls, fit_ml, indices
from interfirm.capability.factor_model import Model
from interfirm.capability.ordinal import polychoric
from interfirm.errors import DataError, Finding, Findings, UnknownName, UsageError

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study

Floats = npt.NDArray[np.float64]
_STEP = 1e-5


@dataclass(frozen=True)
class FactorFit:
    """A fitted measurement model.

    Parameters
    ----------
    loadings
        One row per loading: ``factor``, ``item``, ``estimate`` and ``se`` (factor variance 1), ``z``, ``standardised``
        and its ``standardised_se``.
    correlations
        Factors × factors.
    correlation_se
        Their standard errors.
    residuals
        Standardised residual variance of each item.
    fit
        ``chi2``, ``df``, ``p``, ``cfi``, ``tli``, ``rmsea``, ``rmsea_low``, ``rmsea_high`` (90 %), ``srmr``; for
        ordinal estimators adjusted for mean and variance, with ``chi2_unadjusted`` beside.
    estimator, n, converged
        How, on how many complete rows, and whether the steps came to rest.
    findings
        Impossible estimates and small samples.
    """

    loadings: pd.DataFrame
    correlations: pd.DataFrame
    correlation_se: pd.DataFrame
    residuals: pd.Series
    fit: dict[str, float]
    estimator: Estimator
    n: int
    converged: bool
    findings: tuple[Finding, ...]

    def table(self) -> pd.DataFrame:
        """The loadings, one row each."""
        return self.loadings.copy()

    def __str__(self) -> str:
        fit, head = self.fit, "" if self.converged else "NOT CONVERGED. "
        return (f"{head}{self.estimator}, {self.n} rows: chi-square {fit['chi2']:.2f} with {fit['df']:.0f} df "
                f"(p {fit['p']:.3f}), CFI {fit['cfi']:.3f}, TLI {fit['tli']:.3f}, RMSEA {fit['rmsea']:.3f} "
                f"[{fit['rmsea_low']:.3f}, {fit['rmsea_high']:.3f}], SRMR {fit['srmr']:.3f}.")


def cfa(data: pd.DataFrame, factors: Mapping[str, Sequence[str]], *, estimator: str = "ML") -> FactorFit:
    """Confirmatory factor analysis with one or several correlated factors.

    x = Λ ξ + ε, Σ = Λ Φ Λ' + Θ; Λ the loadings, Φ the correlations of the factors (variance 1), Θ the residual
    variances (no residual correlations). ``"ML"`` fits the covariance matrix of the answers taken as numbers
    [joreskog1969]. ``"DWLS"`` and ``"ULS"`` fit the polychoric correlations of the answers taken as ordered
    categories [muthen1984], with robust standard errors [browne1984] and a test adjusted for mean and variance
    [asparouhov2010]; residual variances follow from the loadings. Indices of fit as in [hu1999].

    Parameters
    ----------
    data
        Rows × items. Rows with a gap in an item that is used are left out.
    factors
        Items by factor. An item may load on several factors.
    estimator
        ``"ML"``, ``"DWLS"`` (suits scales of up to about five answers) or ``"ULS"`` (safer in small samples).

    Returns
    -------
    FactorFit
        Also where the steps did not come to rest: ``converged`` is then False. A model without degrees of freedom
        has NaN for its test.

    Raises
    ------
    UsageError
        For a model with more parameters than there are correlations, or one that names unknown items.
    DataError
        With too few complete rows, or an item that does not vary.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(1)
    >>> x = 0.8 * rng.normal(size=(2000, 1)) + 0.6 * rng.normal(size=(2000, 4))
    >>> result = cfa(pd.DataFrame(x, columns=list("abcd")), {"f": list("abcd")})
    >>> bool((result.loadings["standardised"] - 0.8).abs().max() < 0.05)
    True
    """
    if estimator not in get_args(Estimator):
        raise UnknownName("estimator", estimator, get_args(Estimator))
    chosen = cast(Estimator, estimator)
    used = list(dict.fromkeys(item for group in factors.values() for item in group))
    for item in used:
        if item not in data.columns:
            raise UnknownName("item", item, [str(name) for name in data.columns])
    model = _model(factors, used, residuals=chosen == "ML")
    x = data[used].dropna().to_numpy(dtype=np.float64)
    _check(x, used, model)
    if chosen == "ML":
        fitted = fit_ml(model, np.cov(x, rowvar=False, ddof=0), len(x))
    else:
        known = polychoric(x)
        fitted = fit_ls(model, known.correlation, known.covariance, known.n, chosen)
    return _result(model, fitted, list(factors), used, chosen, len(x))


def measurement_model(study: Study, wave: str | int | None = None, *, instrument: str = "capability",
                      estimator: str = "ML", strict: bool = True) -> FactorFit:
    """The constructs of an instrument as correlated factors: see :func:`cfa` [joreskog1969].

    Members only; the mean of the respondents of a firm is its row (rounded to whole answers for the ordinal
    estimators). Constructs with one item are left out.

    Parameters
    ----------
    study, wave, instrument, strict
        As in :func:`interfirm.capability.profiles`.
    estimator
        As in :func:`cfa`.

    Raises
    ------
    DataError
        With too few firms: fewer than ``capability.fewest_respondents``, or no more than there are items.

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> result = measurement_model(example(), "2024")
    >>> result.fit["df"]
    269.0
    """
    given = answers(study, instrument, wave, strict=strict)
    firms = given.turned.loc[given.members.to_numpy()].groupby(level="actor", sort=False).mean()
    scales = {name: group for name, group in given.scales().items() if len(group) > 1}
    return cfa(firms if estimator == "ML" else firms.round(), scales, estimator=estimator)


def _model(factors: Mapping[str, Sequence[str]], used: Sequence[str], *, residuals: bool) -> Model:
    pairs = [(used.index(item), k) for k, group in enumerate(factors.values()) for item in group]
    if not pairs or any(len(group) == 0 for group in factors.values()):
        raise UsageError("Every factor needs items: factors={'name': ['item', 'item', 'item']}.")
    if len(set(pairs)) < len(pairs):
        raise UsageError("An item is named twice for the same factor. Name it once.")
    place, factor = (np.array(part, dtype=np.int64) for part in zip(*pairs, strict=True))
    model = Model(place, factor, len(used), len(factors), residuals)
    known = len(model.cells[0])
    if model.size > known:
        raise UsageError(f"The model has {model.size} parameters, but the items give only {known} known values. "
                         "A single factor needs at least three items; leave out a factor or add items.")
    return model


def _check(x: Floats, used: Sequence[str], model: Model) -> None:
    findings = Findings()
    fewest = max(whole("fewest_respondents"), len(used) + 1 if model.residuals else 0)
    if len(x) < fewest:
        findings.add("error", f"{len(x)} rows are complete in the {len(used)} items", "too-few-rows",
                     expected=f"at least {fewest}", remedy="Use fewer items, or ask more firms")
    if len(x):
        same = [name for name, flat in zip(used, x.max(axis=0) == x.min(axis=0), strict=True) if flat]
        if same:
            findings.add("error", f"everybody gave the same answer to {', '.join(same)}", "constant-item",
                         remedy="Leave these items out")
    findings.raise_if_failed()
    if model.residuals and np.linalg.cond(np.corrcoef(x, rowvar=False)) > 1e12:
        raise DataError("The covariance matrix of the items is singular: some items repeat others. Leave them out.")


def _standardised(model: Model, theta: Floats) -> Floats:
    loading, phi, residual = model.parts(theta)
    spread = np.sqrt(np.maximum(np.einsum("ik,kl,il->i", loading, phi, loading) + residual, 1e-300))
    return np.asarray(loading[model.item, model.factor] / spread[model.item])


def _delta_se(model: Model, fitted: Fitted) -> Floats:
    """Standard errors of the standardised loadings by the delta method, with central differences."""
    columns = []
    for at in range(model.size):
        move = np.zeros(model.size)
        move[at] = _STEP
        columns.append((_standardised(model, fitted.theta + move) - _standardised(model, fitted.theta - move))
                       / (2 * _STEP))
    slope = np.column_stack(columns)
    return np.asarray(np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", slope, fitted.covariance, slope), 0)))


def _result(model: Model, fitted: Fitted, names: list[str], used: list[str], estimator: Estimator,
            n: int) -> FactorFit:
    import pandas as pd

    m, (a, b) = len(model.item), model.pairs
    error = np.sqrt(np.maximum(np.diag(fitted.covariance), 0.0))
    _, phi, residual = model.parts(fitted.theta)
    phi_se = np.zeros_like(phi)
    phi_se[a, b] = phi_se[b, a] = error[m:m + len(a)]
    rows: dict[str, Any] = {
        "factor": [names[k] for k in model.factor], "item": [used[j] for j in model.item],
        "estimate": fitted.theta[:m], "se": error[:m],
        "z": np.divide(fitted.theta[:m], error[:m], out=np.full(m, np.nan), where=error[:m] > 0),
        "standardised": _standardised(model, fitted.theta), "standardised_se": _delta_se(model, fitted),
    }
    total = np.diag(model.implied(fitted.theta))
    residuals = pd.Series(residual / total, index=pd.Index(used, name="item"), name="residual")
    return FactorFit(pd.DataFrame(rows), pd.DataFrame(phi, names, names), pd.DataFrame(phi_se, names, names), residuals,
                     indices(fitted, n), estimator, n, fitted.converged,
                     _findings(fitted, residuals, phi, names, n, model.size))


def _findings(fitted: Fitted, residuals: pd.Series, phi: Floats, names: list[str], n: int,
              size: int) -> tuple[Finding, ...]:
    findings = Findings()
    if not fitted.converged:
        findings.add("warning", "the estimation did not come to rest; its numbers must not be used", "not-converged",
                     remedy="Use fewer factors, or more firms")
    for item in residuals.index[residuals < 0]:
        findings.add("warning", f"item {item} has a negative residual variance, which is impossible", "heywood",
                     remedy="The sample is small or the factor has too few items")
    for k, l in zip(*np.triu_indices(len(names), 1), strict=True):  # noqa: E741
        if abs(phi[k, l]) > 1:
            findings.add("warning", f"the correlation of {names[k]} and {names[l]} is outside -1 to 1", "heywood",
                         remedy="The two factors cannot be told apart; join them")
    if n < 5 * size:
        findings.add("note", f"{n} rows for {size} parameters are few; the test and the standard errors are rough",
                     "small-sample", remedy="Read the loadings, not the test")
    return tuple(findings)

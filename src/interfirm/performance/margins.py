"""What a model says in the unit of the outcome: average marginal effects, with intervals by the delta method."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from interfirm.errors import UnknownName
from interfirm.performance.design import Design
from interfirm.performance.estimates import Fit, two_sided
from interfirm.performance.terms import Floats

if TYPE_CHECKING:
    import pandas as pd

_STEP = 1e-4
_PERTURB = 1e-6
Pair = tuple[Floats, Floats, float]


@dataclass(frozen=True, eq=False)
class Margins:
    """Average marginal effects.

    Attributes
    ----------
    fit
        The model.
    rows
        See :meth:`table`.
    covariance
        Of the effects.
    """

    fit: Fit
    rows: pd.DataFrame
    covariance: Floats

    def table(self) -> pd.DataFrame:
        """One row per variable (and category of the outcome).

        ``variable``, ``category`` (of an ordered or nominal outcome), ``change`` (``"0 to 1"`` or ``"+1"``), ``effect``
        (in units of the outcome), ``error``, ``p``, ``low``, ``high`` (95 %).
        """
        return self.rows.copy()

    def __str__(self) -> str:
        return f"Average marginal effects on '{self.fit.design.outcome}', {self.fit.size:,} firms."


def marginal_effects(fit: Fit, variables: Sequence[str] | None = None) -> Margins:
    """How much the expected outcome differs, on average over the firms, with a regressor: an association, not a cause.

    A yes-or-no variable: (1/Σw) Σ_i w_i [m(x_i, 1) − m(x_i, 0)]. A number: the mean slope ∂m/∂x, squares and products
    moving along. m is the expected outcome of the model (for a tobit within its limits), w the survey weights.
    Categories are compared with their reference. The variance is J V Jᵀ, J the derivatives of the effects by the
    estimates and V their covariance; the firms themselves are taken as given.

    Parameters
    ----------
    fit
        An estimated model.
    variables
        Names of variables; None: all of the design.

    Returns
    -------
    Margins

    Raises
    ------
    UnknownName
        For a variable that is not in the model.

    References
    ----------
    [cameron2013], [papke1996]

    Examples
    --------
    >>> import pandas as pd
    >>> from interfirm.performance import fit, survey_design
    >>> table = pd.DataFrame({"new": [0, 1, 0, 1, 1, 0, 1, 0], "coop": [0, 1, 0, 1, 0, 1, 1, 0]})
    >>> found = marginal_effects(fit(survey_design(table, "new", cooperation=["coop"]), "logit"))
    >>> round(float(found.table()["effect"][0]), 6)
    0.5
    """
    import pandas as pd

    design = fit.design
    names = list(design.bases) if variables is None else list(variables)
    for name in names:
        if name not in design.bases:
            raise UnknownName("variable of the model", name, design.bases)
    pairs = [_pair(design, name) for name in names]
    effect = _effects(fit, pairs, fit.estimate)
    jacobian = np.column_stack([_slope(fit, pairs, j) for j in range(len(fit.estimate))])
    covariance = jacobian @ fit.covariance @ jacobian.T
    error = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    each = max(len(fit.categories), 1)
    statistic = np.divide(effect, error, out=np.full_like(error, np.nan), where=error > 0)
    rows = pd.DataFrame({
        "variable": np.repeat(names, each), "category": (fit.categories or (np.nan,)) * len(names),
        "change": np.repeat(["0 to 1" if design.bases[name].kind == "dummy" else "+1" for name in names], each),
        "effect": effect, "error": error, "p": two_sided(statistic, fit.freedom),
        "low": effect - fit.critical * error, "high": effect + fit.critical * error})
    return Margins(fit, rows if fit.categories else rows.drop(columns="category"), covariance)


def effects_of(fit: Fit, variables: Sequence[str]) -> Floats:
    """The effects alone, for resampling."""
    return _effects(fit, [_pair(fit.design, name) for name in variables], fit.estimate)


def _pair(design: Design, name: str) -> Pair:
    """The matrices between which the outcome is compared, and what their difference is divided by."""
    base = design.bases[name]
    if base.kind == "dummy":
        others = {other.name: 0.0 for other in design.bases.values()
                  if base.group is not None and other.group == base.group and other.name != name}
        return design.changed({**others, name: 1.0}), design.changed({**others, name: 0.0}), 1.0
    values = design.values[name]
    step = _STEP * max(float(values.std()), 1e-8)
    return design.changed({name: values + step}), design.changed({name: values - step}), 2 * step


def _effects(fit: Fit, pairs: Sequence[Pair], theta: Floats) -> Floats:
    w = fit.design.w / fit.design.w.sum()
    return np.concatenate([np.atleast_1d(w @ ((fit.mean(theta, up) - fit.mean(theta, down)) / step))
                           for up, down, step in pairs])


def _slope(fit: Fit, pairs: Sequence[Pair], j: int) -> Floats:
    step = _PERTURB * max(1.0, abs(float(fit.estimate[j])))
    up, down = fit.estimate.copy(), fit.estimate.copy()
    up[j] += step
    down[j] -= step
    return (_effects(fit, pairs, up) - _effects(fit, pairs, down)) / (2 * step)

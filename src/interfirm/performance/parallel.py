"""Whether an ordered logit may use one coefficient for every step of the outcome."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import special, stats

from interfirm.errors import UsageError
from interfirm.performance.design import Design
from interfirm.performance.refusals import refuse_separation
from interfirm.performance.terms import Floats

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class ParallelLines:
    """Test of parallel lines.

    Attributes
    ----------
    statistic, freedom, p
        Of all regressors together; a small p speaks against one coefficient for every step.
    rows
        One row per regressor: term, statistic, freedom, p.
    """

    statistic: float
    freedom: int
    p: float
    rows: pd.DataFrame

    def table(self) -> pd.DataFrame:
        """One row per regressor: term, statistic, freedom, p."""
        return self.rows.copy()

    def __str__(self) -> str:
        word = "differ between the steps" if self.p < 0.05 else "may be the same for every step"
        return f"The coefficients {word}: χ²({self.freedom}) = {self.statistic:.3g}, p = {self.p:.3g}."


def parallel_lines(design: Design) -> ParallelLines:
    """Brant's test: are the coefficients of the logits of y > j, j = 0, 1, …, the same?

    Separate logits b_j of 1[y > j] on x; with D their differences and V their joint covariance,
    (Db)ᵀ(DVDᵀ)⁻¹(Db) is χ² with k(J − 2) degrees of freedom, J the number of categories.

    Parameters
    ----------
    design
        An ordered outcome with three categories at least; no weights.

    Returns
    -------
    ParallelLines

    Raises
    ------
    UsageError
        For fewer than three categories, or with weights.
    DataError
        If a step is separated by a regressor.

    References
    ----------
    [brant1990]

    Examples
    --------
    >>> import pandas as pd
    >>> from interfirm.performance import survey_design
    >>> rng = np.random.default_rng(1); x = rng.normal(size=300)
    >>> table = pd.DataFrame({"x": x, "y": np.digitize(x + rng.logistic(size=300), [-1, 1])})
    >>> parallel_lines(survey_design(table, "y", controls=["x"])).freedom
    1
    """
    values = np.unique(design.y)
    if len(values) < 3:
        raise UsageError("The test of parallel lines needs an outcome with three categories at least.")
    if design.weights is not None:
        raise UsageError("The test of parallel lines knows no weights.")
    steps = [_logit(design, float(cut)) for cut in values[:-1]]
    k = design.x.shape[1] - 1
    b = np.concatenate([beta[1:] for beta, _ in steps])
    v = _joint(design.x, [p for _, p in steps])
    number = len(steps)
    difference = np.zeros((k * (number - 1), k * number))
    for row in range(number - 1):
        difference[row * k:(row + 1) * k, :k] = np.eye(k)
        difference[row * k:(row + 1) * k, (row + 1) * k:(row + 2) * k] = -np.eye(k)
    whole = _wald(difference, b, v)
    rows = [(name, *_wald(difference[i::k], b, v)) for i, name in enumerate(design.names[1:])]
    import pandas as pd

    return ParallelLines(*whole, pd.DataFrame(rows, columns=["term", "statistic", "freedom", "p"]))


def _logit(design: Design, cut: float) -> tuple[Floats, Floats]:
    from dataclasses import replace

    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.generalized_linear_model import GLM

    y = (design.y > cut).astype(np.float64)
    refuse_separation(replace(design, y=y, outcome=f"{design.outcome} > {cut:g}"), 0.0, 1.0, "Join categories")
    beta = np.asarray(GLM(y, design.x, family=Binomial()).fit(tol=1e-12).params)
    return beta, special.expit(design.x @ beta)


def _joint(x: Floats, p: list[Floats]) -> Floats:
    """Covariance of the slopes of all logits: (XᵀW_jX)⁻¹ XᵀW_jlX (XᵀW_lX)⁻¹, W_jl = p_l − p_j p_l for j < l."""
    inverse = [np.linalg.inv((x * (q * (1 - q))[:, None]).T @ x) for q in p]
    k = x.shape[1] - 1
    out = np.zeros((k * len(p),) * 2)
    for j in range(len(p)):
        for m in range(j, len(p)):
            middle = (x * (p[m] - p[j] * p[m])[:, None]).T @ x
            block = (inverse[j] @ middle @ inverse[m])[1:, 1:]
            out[j * k:(j + 1) * k, m * k:(m + 1) * k] = block
            out[m * k:(m + 1) * k, j * k:(j + 1) * k] = block.T
    return out


def _wald(weight: Floats, b: Floats, v: Floats) -> tuple[float, int, float]:
    r = weight @ b
    statistic = float(r @ np.linalg.solve(weight @ v @ weight.T, r))
    return statistic, len(r), float(stats.chi2.sf(statistic, len(r)))

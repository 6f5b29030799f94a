"""Do firms with more external economies or joint action report a better performance?"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from interfirm.capability.answers import answers
from interfirm.cluster._limits import whole
from interfirm.cluster.efficiency import CollectiveEfficiency
from interfirm.errors import Finding, Findings
from interfirm.study.instruments import items

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study

Floats = npt.NDArray[np.float64]
INDICES: Final = {"external_economies": "external economies", "joint_action": "joint action, level",
                  "joint_action_change": "joint action, change", "efficiency": "collective efficiency"}
_NAN: Final = float("nan")
_EXACT: Final = 8


@dataclass(frozen=True)
class RankCorrelation:
    """Spearman's rank correlation, its interval and its permutation probability."""

    value: float
    low: float
    high: float
    p: float
    firms: int


def rank_correlation(x: npt.ArrayLike, y: npt.ArrayLike, *, permutations: int = 999, seed: int = 1) -> RankCorrelation:
    """Spearman's ρ: whether firms that rank high in one thing rank high in the other. [spearman1904]

    ρ is the correlation of the ranks, ties sharing their mean rank. The interval uses the standard error
    √((1 + ρ²/2) / (n − 3)) of artanh ρ [bonett2000]; the probability is two-sided, from random orders of one of the
    two, all orders up to eight firms.

    Parameters
    ----------
    x, y
        n values each; pairs with a missing one are left out.
    permutations, seed
        Random orders and where they start.

    Returns
    -------
    RankCorrelation
        NaN with fewer than four firms, or where one of the two does not vary.

    Examples
    --------
    >>> found = rank_correlation([1, 2, 3, 4, 5], [1, 3, 2, 5, 4])
    >>> round(found.value, 4), found.firms
    (0.8, 5)
    """
    from itertools import permutations as orders

    from scipy.stats import norm, rankdata

    a, b = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    known = ~(np.isnan(a) | np.isnan(b))
    a, b = rankdata(a[known]), rankdata(b[known])
    n = len(a)
    if n < 4 or np.ptp(a) == 0 or np.ptp(b) == 0:
        return RankCorrelation(_NAN, _NAN, _NAN, _NAN, n)
    a, b = (a - a.mean()) / np.linalg.norm(a - a.mean()), (b - b.mean()) / np.linalg.norm(b - b.mean())
    value = float(np.clip(a @ b, -1, 1))
    if n <= _EXACT:
        drawn = a[np.array(list(orders(range(n))))] @ b
        p = float((np.abs(drawn) >= abs(value) - 1e-12).mean())
    else:
        drawn = np.random.default_rng(seed).permuted(np.tile(a, (permutations, 1)), axis=1) @ b
        p = float((1 + (np.abs(drawn) >= abs(value) - 1e-12).sum()) / (1 + permutations))
    step = norm.ppf(0.975) * np.sqrt((1 + value**2 / 2) / (n - 3))
    middle = np.arctanh(np.clip(value, -1 + 1e-12, 1 - 1e-12))
    return RankCorrelation(value, float(np.tanh(middle - step)), float(np.tanh(middle + step)), p, n)


@dataclass(frozen=True)
class OrderedLogit:
    """Slope of an ordered logit, per standard deviation of the regressor, with its interval; NaN where refused."""

    slope: float
    low: float
    high: float
    p: float
    firms: int
    why: str = ""


def ordered_logit(y: npt.ArrayLike, x: npt.ArrayLike) -> OrderedLogit:
    """Proportional-odds logit of an ordered outcome on one regressor (statsmodels). [mccullagh1980]

    P(y ≤ k) = 1 / (1 + exp(−(θ_k − β x))): exp(β) is the ratio of the odds of a better outcome between firms one unit
    of x apart.

    Parameters
    ----------
    y
        Ordered categories as numbers.
    x
        The regressor.

    Returns
    -------
    OrderedLogit
        Refused, with the reason, for fewer than ``cluster.fewest_for_model`` (20) firms, one category, no variation, or
        where the estimate runs away because the regressor separates the categories.

    Examples
    --------
    >>> ordered_logit([1, 2], [0, 1]).why
    '2 firms; at least 20 are needed'
    """
    from statsmodels.miscmodels.ordinal_model import OrderedModel

    a, b = np.asarray(y, dtype=np.float64), np.asarray(x, dtype=np.float64)
    known = ~(np.isnan(a) | np.isnan(b))
    a, b = a[known], b[known]
    n = len(a)
    refused = _refusal(a, b)
    if refused:
        return OrderedLogit(_NAN, _NAN, _NAN, _NAN, n, refused)
    codes = np.unique(a, return_inverse=True)[1]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = OrderedModel(codes, b[:, None], distr="logit").fit(method="bfgs", disp=0, maxiter=500, gtol=1e-8)
        low, high = fit.conf_int()[0]
        slope, p = float(fit.params[0]), float(fit.pvalues[0])
    if not np.isfinite([slope, low, high]).all() or abs(slope) * np.ptp(b) > 30:
        return OrderedLogit(_NAN, _NAN, _NAN, _NAN, n, "the regressor separates the categories")
    return OrderedLogit(slope, float(low), float(high), p, n)


def _refusal(y: Floats, x: Floats) -> str:
    least = whole("fewest_for_model")
    if len(y) < least:
        return f"{len(y)} firms; at least {least} are needed"
    if len(np.unique(y)) < 2:
        return "all firms gave one answer"
    return "the regressor does not vary" if np.ptp(x) == 0 else ""


def performance_relation(study: Study, found: CollectiveEfficiency, *, permutations: int = 999, seed: int = 1,
                         model: bool = True) -> tuple[pd.DataFrame, tuple[Finding, ...]]:
    """How external economies and joint action go with reported changes in output, exports and profit.

    Parameters
    ----------
    study
        The study; its ``answers`` hold ``PC_output``, ``PC_exports`` and ``PC_profit``.
    found
        What :func:`interfirm.cluster.collective_efficiency` gave.
    permutations, seed
        Of the probabilities.
    model
        Whether to fit ordered logits too.

    Returns
    -------
    tuple
        One row per index and outcome: ``rho`` [spearman1904] with interval, ``p``, ``p_adjusted`` (Holm, all rows),
        ``odds`` (ratio per standard deviation [mccullagh1980]) with interval, ``firms``, ``why`` where there is no
        model; and findings. Empty where nobody was asked. These are associations in one survey, not effects.
    """
    import pandas as pd

    findings = Findings()
    outcomes = _outcomes(study, found.wave)
    members = found.firms.loc[found.firms["member"]]
    out = []
    for place, (name, title) in enumerate((n, t) for n, t in INDICES.items() if members[n].notna().any()):
        for step, outcome in enumerate(outcomes.columns):
            x, y = members[name], outcomes[outcome].reindex(members.index)
            rank = rank_correlation(x, y, permutations=permutations, seed=seed + 100 * place + step)
            fit = ordered_logit(y, (x - x.mean()) / x.std()) if model and len(x.dropna()) > 1 and x.std() > 0 else None
            out.append({"index": title, "outcome": outcome, "rho": rank.value, "rho_low": rank.low,
                        "rho_high": rank.high, "p": rank.p, "firms": rank.firms,
                        "odds": np.exp(fit.slope) if fit else _NAN, "odds_low": np.exp(fit.low) if fit else _NAN,
                        "odds_high": np.exp(fit.high) if fit else _NAN, "why": fit.why if fit else ""})
    table = pd.DataFrame(out)
    if len(table):
        table.insert(6, "p_adjusted", holm(table["p"].to_numpy()))
        few = table.loc[table["firms"] < whole("fewest_for_model")]
        if len(few):
            findings.add("note", f"only {few['firms'].min()} firms answered some of the questions on performance",
                         "few-firms", file="answers", remedy="Read the correlations with care")
    return table, tuple(findings.sorted())


def _outcomes(study: Study, wave: str) -> pd.DataFrame:
    """Reported changes by firm: the mean of its respondents, rounded to a category."""
    given = answers(study, "performance_change", wave, strict=False)
    names = {item.item: item.subscale for item in items("performance_change")}
    frame = given.turned.groupby(level="actor", sort=False).mean().round()
    return frame.rename(columns=names)


def holm(p: Sequence[float] | Floats) -> Floats:
    """Probabilities adjusted for their number by Holm's rule; missing ones stay missing. [holm1979]

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03]).round(2).tolist()
    [0.03, 0.06, 0.06]
    """
    values = np.asarray(p, dtype=np.float64)
    out = np.full(len(values), np.nan)
    known = np.flatnonzero(~np.isnan(values))
    order = known[np.argsort(values[known], kind="stable")]
    steps = values[order] * (len(order) - np.arange(len(order)))
    out[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return out

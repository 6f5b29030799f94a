"""How far can a scale be trusted? Coefficients from answers, loadings and correlations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from interfirm.errors import UnknownName, UsageError

Floats = npt.NDArray[np.float64]
_NAN = float("nan")


@dataclass(frozen=True)
class Alpha:
    """Cronbach's alpha with its interval, the rows and items used."""

    value: float
    low: float
    high: float
    rows: int
    items: int

    def __str__(self) -> str:
        return (f"alpha {self.value:.3f} [{self.low:.3f}, {self.high:.3f}] of {self.items} items, "
                f"{self.rows} complete rows")


def cronbach_alpha(data: npt.ArrayLike, *, level: float = 0.95) -> Alpha:
    """Cronbach's alpha: how far the items of a scale go together.

    α = k/(k−1) · (1 − Σ s²_j / s²_total); s²_j the variance of item j, s²_total that of the sum [cronbach1951]. The
    interval is exact under parallel items and normal answers: 1 − (1 − α) F, F the quantiles of the F distribution
    with n − 1 and (n − 1)(k − 1) degrees of freedom [feldt1965].

    Parameters
    ----------
    data
        Rows × items, reverse items turned. Rows with a gap are left out.
    level
        Of the interval, between 0 and 1.

    Returns
    -------
    Alpha
        At most 1; negative if items contradict each other (is a reverse item not turned?). NaN with fewer than two
        rows or items, or where the sum does not vary.

    Examples
    --------
    >>> round(cronbach_alpha([[4, 5, 4], [3, 3, 2], [5, 5, 5], [2, 3, 2], [4, 4, 3]]).value, 4)
    0.9643
    """
    from scipy.stats import f

    if not 0 < level < 1:
        raise UsageError("The level of an interval lies between 0 and 1, e.g. level=0.95.")
    x = np.asarray(data, dtype=np.float64)
    if x.ndim != 2:
        raise UsageError("Alpha needs rows × items.")
    x = x[~np.isnan(x).any(axis=1)]
    n, k = x.shape
    total = float(x.sum(axis=1).var(ddof=1)) if n > 1 else 0.0
    if k < 2 or total <= 0:
        return Alpha(_NAN, _NAN, _NAN, n, k)
    value = float(k / (k - 1) * (1 - x.var(axis=0, ddof=1).sum() / total))
    low, high = (1 - (1 - value) * float(f.ppf(q, n - 1, (n - 1) * (k - 1)))
                 for q in ((1 + level) / 2, (1 - level) / 2))
    return Alpha(value, low, high, n, k)


def mcdonald_omega(loadings: npt.ArrayLike, residuals: npt.ArrayLike) -> float:
    """McDonald's omega: the share of the variance of the sum that the factor explains.

    ω = (Σ λ)² / [(Σ λ)² + Σ θ]; λ loadings on one factor of variance 1, θ residual variances, both unstandardised.
    Equal loadings give α. [mcdonald1999]

    Returns
    -------
    float
        0 to 1; NaN where the sum does not vary.

    Examples
    --------
    >>> round(mcdonald_omega([0.8, 0.7, 0.6], [0.36, 0.51, 0.64]), 4)
    0.7449
    """
    common = float(np.sum(np.asarray(loadings))) ** 2
    below = common + float(np.sum(np.asarray(residuals)))
    return common / below if below > 0 else _NAN


def composite_reliability(loadings: npt.ArrayLike) -> float:
    """Composite reliability: :func:`mcdonald_omega` from standardised loadings, θ = 1 − λ². [fornell1981]

    Examples
    --------
    >>> round(composite_reliability([0.8, 0.8, 0.8]), 4)
    0.8421
    """
    lam = np.asarray(loadings, dtype=np.float64)
    return mcdonald_omega(lam, 1 - lam**2)


def average_variance_extracted(loadings: npt.ArrayLike) -> float:
    """AVE = Σ λ² / (Σ λ² + Σ θ) = mean λ² of standardised loadings, θ = 1 − λ². [fornell1981]

    Below 0.5 the items carry more error than construct. NaN without items.

    Examples
    --------
    >>> average_variance_extracted([0.8, 0.6])
    0.5
    """
    lam = np.asarray(loadings, dtype=np.float64)
    return float((lam**2).mean()) if lam.size else _NAN


def alpha_of_equal_loadings(ave: float, items: int) -> float:
    """What alpha is when all standardised loadings are equal: α = k AVE / (1 + (k − 1) AVE). [fornell1981]

    A check of published pairs of values.

    Examples
    --------
    >>> round(alpha_of_equal_loadings(0.63, 3), 4), round(alpha_of_equal_loadings(0.72, 4), 4)
    (0.8363, 0.9114)
    """
    return items * ave / (1 + (items - 1) * ave)


def htmt(correlations: npt.ArrayLike, first: Sequence[int], second: Sequence[int], *,
         kind: Literal["htmt", "htmt2"] = "htmt") -> float:
    """Can two scales be told apart? Correlations across, against correlations within.

    HTMT = mean |r_across| / √(mean |r_within A| · mean |r_within B|) [henseler2015]; HTMT2 takes geometric means,
    which also fits unequal loadings [roemer2021]. Near 1 the two measure one thing.

    Parameters
    ----------
    correlations
        Items × items.
    first, second
        Positions of the items of the two scales.
    kind
        ``"htmt"`` or ``"htmt2"``.

    Returns
    -------
    float
        At least 0; NaN where a scale has one item, a correlation is missing, or none is left within.

    Examples
    --------
    >>> r = [[1, .6, .3, .2], [.6, 1, .4, .3], [.3, .4, 1, .5], [.2, .3, .5, 1]]
    >>> round(htmt(r, [0, 1], [2, 3]), 4)
    0.5477
    """
    if kind not in ("htmt", "htmt2"):
        raise UnknownName("kind", kind, ("htmt", "htmt2"))
    r = np.abs(np.asarray(correlations, dtype=np.float64))
    if len(first) < 2 or len(second) < 2:
        return _NAN

    def middle(values: Floats) -> float:
        if kind == "htmt":
            return float(values.mean())
        return float(np.exp(np.log(values).mean())) if (values > 0).all() else 0.0 if (values == 0).any() else _NAN

    within = [r[np.ix_(list(part), list(part))][np.triu_indices(len(part), 1)] for part in (first, second)]
    below = float(np.sqrt(middle(within[0]) * middle(within[1])))
    return middle(r[np.ix_(list(first), list(second))]) / below if below > 0 else _NAN


def htmt_matrix(correlations: npt.ArrayLike, scales: Mapping[str, Sequence[int]], *,
                kind: Literal["htmt", "htmt2"] = "htmt") -> dict[tuple[str, str], float]:
    """:func:`htmt` of every pair of scales. [henseler2015]"""
    names = list(scales)
    return {(a, b): htmt(correlations, scales[a], scales[b], kind=kind)
            for place, a in enumerate(names) for b in names[place + 1:]}


def one_component_share(correlations: npt.ArrayLike) -> float:
    """Share of the variance of all items on their first unrotated component (Harman's check). [podsakoff2003]

    More than half suggests that the answers reflect the way of asking; less proves nothing.

    Examples
    --------
    >>> one_component_share([[1.0, 0.5], [0.5, 1.0]])
    0.75
    """
    r = np.asarray(correlations, dtype=np.float64)
    if r.size == 0 or np.isnan(r).any():
        return _NAN
    return float(np.linalg.eigvalsh(r)[-1] / len(r))

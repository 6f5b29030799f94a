"""How unequally something is spread: Gini, Theil and its decomposition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from interfirm.errors import UsageError

Floats = npt.NDArray[np.float64]
_NAN = float("nan")


@dataclass(frozen=True)
class Theil:
    """Theil's T and its parts.

    Attributes
    ----------
    total
        T over all values, 0 to ln n.
    between
        What the differences between the group means make of it.
    within
        What the inequality inside the groups makes of it; ``between + within = total``.
    share_between
        ``between / total``; NaN where there is no inequality.
    """

    total: float
    between: float
    within: float
    share_between: float


def gini(values: npt.ArrayLike) -> float:
    """How unequally something is spread: 0 where all have the same, near 1 where one has everything.

    G = 2 Σ_r r x_(r) / (n Σ x) − (n + 1)/n, with x_(r) the r-th smallest value.

    Parameters
    ----------
    values
        n values of at least 0; missing ones are left out.

    Returns
    -------
    float
        0 to 1 − 1/n; NaN without values or where all are 0.

    Raises
    ------
    UsageError
        For a negative value.

    References
    ----------
    [suarezvilla1998] for its use here; the coefficient is Gini's.

    Examples
    --------
    >>> gini([1, 2, 3, 4])
    0.25
    """
    x = np.sort(_clean(values))
    n, total = len(x), float(x.sum())
    if n == 0 or total <= 0:
        return _NAN
    return max(0.0, float(2 * (np.arange(1, n + 1) * x).sum() / (n * total) - (n + 1) / n))


def theil(values: npt.ArrayLike, groups: Sequence[Any] | npt.NDArray[Any] | None = None) -> Theil:
    """Theil's T, split into what lies between groups and what lies within them.

    T = (1/n) Σ (x/μ) ln(x/μ). With groups g of share s_g of the values and mean μ_g:
    T = Σ_g s_g (μ_g/μ) ln(μ_g/μ) + Σ_g s_g (μ_g/μ) T_g, the first sum between, the second within.

    Parameters
    ----------
    values
        n values of at least 0; missing ones are left out. 0 contributes nothing to the sum.
    groups
        One label per value; None for one group.

    Returns
    -------
    Theil
        NaN without values or where all are 0.

    Raises
    ------
    UsageError
        For a negative value, or if there are not as many groups as values.

    References
    ----------
    [theil1967]

    Examples
    --------
    >>> round(theil([1, 2, 3, 4], ["a", "a", "b", "b"]).between, 5)
    0.08228
    """
    x = np.asarray(values, dtype=np.float64).ravel()
    labels = np.zeros(len(x), dtype=object) if groups is None else np.asarray(groups, dtype=object)
    if len(labels) != len(x):
        raise UsageError(f"There are {len(x)} values and {len(labels)} groups; give one group for each value.")
    keep = ~np.isnan(x)
    labels, x = labels[keep], _clean(x)
    if not len(x) or x.sum() <= 0:
        return Theil(_NAN, _NAN, _NAN, _NAN)
    mean, between, within = float(x.mean()), 0.0, 0.0
    for label in dict.fromkeys(labels.tolist()):
        mine = x[labels == label]
        weight = len(mine) / len(x) * float(mine.mean()) / mean
        if weight > 0:
            between += weight * float(np.log(mine.mean() / mean))
            within += weight * _theil(mine)
    total = _theil(x)
    return Theil(total, between, within, between / total if total > 1e-15 else _NAN)


def _theil(x: Floats) -> float:
    ratio = x / x.mean()
    filled = ratio[ratio > 0]
    return float((filled * np.log(filled)).sum() / len(x))


def _clean(values: npt.ArrayLike) -> Floats:
    x = np.asarray(values, dtype=np.float64).ravel()
    x = x[~np.isnan(x)]
    if (x < 0).any():
        raise UsageError("Inequality is measured of amounts: every value must be 0 or more.")
    return x

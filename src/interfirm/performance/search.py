"""Breadth and depth of the sources that a firm uses, and the diversity of its partners."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from interfirm.errors import Findings, UnknownName, UsageError
from interfirm.performance.terms import Base, Expander, Floats, Source

KINDS = ("blau", "shannon")


def breadth(used: npt.ArrayLike) -> Floats:
    """How many different sources or partner types a firm uses.

    B_i = Σ_s 1[u_is > 0], u_is whether or how much firm i uses source s. A firm with an unknown source has no breadth.

    Parameters
    ----------
    used
        Firms × sources; NaN where not known.

    Returns
    -------
    numpy.ndarray
        One number per firm, 0 to the number of sources.

    References
    ----------
    [laursen2006]

    Examples
    --------
    >>> breadth([[1, 0, 3], [0, 0, 0]]).tolist()
    [2.0, 0.0]
    """
    x = np.atleast_2d(np.asarray(used, np.float64))
    return np.where(np.isnan(x).any(axis=1), np.nan, (x > 0).sum(axis=1).astype(np.float64))


def depth(used: npt.ArrayLike, high: float) -> Floats:
    """How many sources or partner types a firm uses to a high degree.

    D_i = Σ_s 1[u_is ≥ h], h the value that counts as high. A firm with an unknown source has no depth.

    Parameters
    ----------
    used
        Firms × sources; NaN where not known.
    high
        h.

    Returns
    -------
    numpy.ndarray
        One number per firm.

    References
    ----------
    [laursen2006]

    Examples
    --------
    >>> depth([[1, 0, 3], [3, 3, 3]], high=3).tolist()
    [1.0, 3.0]
    """
    x = np.atleast_2d(np.asarray(used, np.float64))
    return np.where(np.isnan(x).any(axis=1), np.nan, (x >= high).sum(axis=1).astype(np.float64))


def diversity(counts: npt.ArrayLike, *, kind: str = "blau") -> Floats:
    """How evenly a firm's partners are spread over the types.

    With p_it the share of type t among the partners of firm i: Blau 1 − Σ_t p_it²; Shannon −Σ_t p_it ln p_it. A firm
    without partners has no diversity (NaN): it is not the same as all partners of one type, which is 0.

    Parameters
    ----------
    counts
        Firms × types, numbers of partners of each type, at least 0.
    kind
        ``"blau"`` or ``"shannon"``.

    Returns
    -------
    numpy.ndarray
        One number per firm.

    Raises
    ------
    UsageError
        For negative counts.

    References
    ----------
    [blau1977], [shannon1948]

    Examples
    --------
    >>> diversity([[2, 1, 1]]).tolist()
    [0.625]
    """
    if kind not in KINDS:
        raise UnknownName("kind of diversity", kind, KINDS)
    x = np.atleast_2d(np.asarray(counts, np.float64))
    if (x < 0).any():
        raise UsageError("Numbers of partners cannot be negative.")
    total = x.sum(axis=1, keepdims=True)
    p = np.divide(x, total, out=np.full_like(x, np.nan), where=total > 0)
    if kind == "blau":
        return np.asarray(1 - (p**2).sum(axis=1))
    inner = np.where(p > 0, p * np.log(np.where(p > 0, p, 1.0)), np.where(np.isnan(p), np.nan, 0.0))
    return np.asarray(-inner.sum(axis=1) + 0.0)


def breadth_of(source: Source, names: Sequence[str], findings: Findings) -> Base:
    """Breadth over columns of a survey; yes-or-no columns by their labels."""
    return Base("breadth", breadth(_used(source, names, findings)), "number", label=f"sources used, of {len(names)}")


def depth_of(source: Source, names: Sequence[str], findings: Findings, high: float | None) -> Base:
    """Depth over columns of a survey; without a limit, the highest value that occurs."""
    x = _used(source, names, findings)
    top = float(np.nanmax(x)) if high is None and np.isfinite(x).any() else float(high or 0)
    if high is None and top <= 1:
        findings.add("error", "depth needs answers to a degree, and these are yes or no", "no-degree",
                     file=source.name, expected="an ordered answer, such as 0 not used … 3 high", remedy="Leave depth "
                     "out")
    label = f"sources used to a high degree (from {top:g}), of {len(names)}"
    return Base("depth", depth(x, top), "number", label=label)


def _used(source: Source, names: Sequence[str], findings: Findings) -> Floats:
    columns = []
    for name in names:
        made = Expander(source, findings)
        two = name in source.frame.columns and source.column(name).dropna().nunique() <= 2
        added = made.add(name if two or name not in source.frame.columns else f"c.{name}")
        columns += [made.bases[item].values for item in added]
    return np.column_stack(columns)

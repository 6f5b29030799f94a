"""What a firm could do instead: other partners within reach, and how hard leaving would be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from interfirm.errors import UsageError
from interfirm.relations._flows import Floats, dense, kilometres
from interfirm.relations._limits import limit

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study


def alternatives_in_range(study: Study, *, relation: Any = None, wave: Any = None, fit: str | None = None,
                          km: float | None = None, kinds: tuple[str, ...] = ("firm",)) -> pd.Series[Any]:
    """How much choice of other partners a firm has within reach.

    Alt_i = Σ_k fit_ik exp(−d_ik / d₀) over k that are not yet partners of i. It counts near partners nearly in
    full and far ones hardly at all: about "how many good alternatives next door would be worth as much".

    Parameters
    ----------
    study, relation, wave
        Whose partners they are; unknown ties count as absent, so that alternatives may be overstated.
    fit
        Column of ``dyads`` with the fit of the pair, 0 to 1; None: every one fits.
    km
        d₀; None: ``relations.range_km``.
    kinds
        Kinds of actor that count as alternatives.

    Returns
    -------
    pandas.Series
        By member, 0 upwards; 0 for a firm out of everybody's reach, NaN where no distance is known.

    Raises
    ------
    UsageError
        If the range is not above 0.

    References
    ----------
    [suarezvilla1998], [greve2013]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> bool((alternatives_in_range(example(seed=1), relation="peer", wave="2024") > 0).all())
    True
    """
    reach = limit("range_km") if km is None else km
    if reach <= 0:
        raise UsageError("km, the range, must be above 0.")
    view = study.adjacency(relation, wave)
    tied = np.nan_to_num(dense(view)) > 0
    free = ~(tied | tied.T)
    np.fill_diagonal(free, False)
    free &= study.actors["kind"].isin(kinds).to_numpy(dtype=bool)[view.index][None, :]
    far = kilometres(study, view.index)
    worth = np.ones(far.shape) if fit is None else study.dyadic(fit)[np.ix_(view.index, view.index)]
    known = ~np.isnan(far) & ~np.isnan(worth)
    np.fill_diagonal(known, False)
    values = np.where(free & known, worth * np.exp(-np.nan_to_num(far) / reach), 0.0).sum(axis=1)
    values[~known.any(axis=1)] = np.nan
    out = view.series(values, "alternatives_in_range")
    out.attrs.update(km=reach, fit=fit)
    return out


def exit_difficulty(study: Study, *, relation: Any = None, coordination: Any = None, wave: Any = None,
                    alliance: str | None = None) -> pd.Series[Any]:
    """How much a member would lose by leaving its partners and could not make good through others it can reach.

    X_i = Σ_j p_ij / (1 + A_ij). p_ij is the part of i's ties that j holds, an exchange tie and a coordination tie
    counting one each. A_ij is the number of others that i still reaches in at most two steps without j, and that could
    play the part of j: anybody, or, if j decides for i, only somebody who decides for others. 1: nothing could be made
    good; near 0: everything. Ours, after the source's statement that leaving is harder in a branch.

    Parameters
    ----------
    study, wave
        See :meth:`interfirm.study.study.Study.adjacency`.
    relation
        Exchange relation or relations.
    coordination
        Coordination relation; None if there is none.
    alliance
        Look only at the members of this alliance, and at the ties between them.

    Returns
    -------
    pandas.Series
        By member, 0 to 1; NaN for members without ties. Unknown ties count as absent: fewer ways out are seen
        than there may be.

    References
    ----------
    [suarezvilla1998]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> study = example(seed=1)
    >>> layers = {"relation": ["peer", "outsourcing"], "coordination": "coordination", "wave": "2024"}
    >>> hard = exit_difficulty(study, alliance="A03", **layers)
    >>> easy = exit_difficulty(study, alliance="A01", **layers)
    >>> bool(hard.mean() > easy.mean())
    True
    """
    chosen = study
    if alliance is not None:
        members = study.alliances.loc[study.alliances["alliance"] == alliance, "actor"]
        if not len(members):
            raise UsageError(f"There is no alliance '{alliance}' in the study.")
        chosen = study.select(actors=members.tolist())
    view = chosen.adjacency(relation, wave)
    exchange = np.nan_to_num(dense(view)) > 0
    rule = np.zeros_like(exchange)
    if coordination is not None:
        rule = np.nan_to_num(dense(chosen.adjacency(coordination, wave))) > 0
    return view.series(exit_difficulty_of(exchange, rule), "exit_difficulty")


def exit_difficulty_of(exchange: npt.ArrayLike, coordination: npt.ArrayLike) -> Floats:
    """Exit difficulty from two n × n layers; see :func:`exit_difficulty`."""
    e = np.asarray(exchange, dtype=bool)
    e = e | e.T
    c = np.asarray(coordination, dtype=bool)
    near = e | c | c.T
    part = e.astype(np.float64) + (c | c.T)
    np.fill_diagonal(part, 0.0)
    np.fill_diagonal(near, False)
    decides = c.any(axis=1)
    out = np.full(len(e), np.nan)
    for i in np.flatnonzero(near.any(axis=1)):
        partners = np.flatnonzero(near[i])
        worth = [part[i, j] / (1 + _instead(near, decides, int(i), int(j), bool(c[j, i]))) for j in partners]
        out[i] = sum(worth) / part[i].sum()
    return out


def _instead(near: Any, decides: Any, i: int, j: int, superior: bool) -> int:
    """How many others i reaches in at most two steps without j, and that could play the part of j."""
    others = near[i].copy()
    others[j] = False
    reach = others | near[others].any(axis=0)
    reach[[i, j]] = False
    return int((reach & decides).sum() if superior else reach.sum())

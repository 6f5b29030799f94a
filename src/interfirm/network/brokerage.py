"""Structural holes: how far an actor's partners are tied to one another, and so limit its room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from interfirm.kernels import triangles
from interfirm.network import _arrays
from interfirm.network._arrays import Floats, Ints, Progress

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.adjacency import Adjacency
    from interfirm.study.study import Study

Relation = str | Sequence[str] | None


@dataclass(frozen=True, eq=False)
class StructuralHoles:
    """Burt's measures of every actor, from one pass over the network.

    Parameters
    ----------
    constraint, hierarchy
        By actor; with the weights of the ties if ``weighted``.
    effective_size, efficiency
        By actor; Borgatti's form, on the binary undirected network.
    weighted
        Whether constraint and hierarchy used the weights.
    settings
        Relation, layer, wave, direction, projection, share of unknown ties.
    """

    constraint: pd.Series[float]
    effective_size: pd.Series[float]
    efficiency: pd.Series[float]
    hierarchy: pd.Series[float]
    weighted: bool
    settings: dict[str, Any]

    def table(self) -> pd.DataFrame:
        """One row per actor."""
        import pandas as pd

        parts = [self.constraint, self.effective_size, self.efficiency, self.hierarchy]
        return pd.concat(parts, axis=1).reset_index()

    def __str__(self) -> str:
        least = self.constraint.dropna().sort_values(kind="stable")
        if not len(least):
            return "Structural holes: no actor has a tie, nothing to measure."
        shown = ", ".join(f"{actor} ({value:.3f})" for actor, value in least.head(3).items())
        return f"Structural holes of {len(least)} actors; least constrained: {shown}."


@dataclass(frozen=True, eq=False)
class _Sums:
    """What the kernel found, by actor number: Σ of dyadic constraint, its entropy, redundancies."""

    constraint: Floats
    hierarchy: Floats
    redundancy: Floats
    triangles: Ints
    degree: Ints


def structural_holes(study: Study, *, relation: Relation = None, wave: str | int | None = None, who: str = "members",
                     projection: str = "newman", weighted: bool = True,
                     progress: Progress | None = None) -> StructuralHoles:
    """Constraint, effective size, efficiency and hierarchy of every actor, in one pass.

    Read together they say whether an actor's partners know one another (:func:`constraint`), how
    many different partners it really has (:func:`effective_size`, :func:`efficiency`), and whether
    one partner stands behind most of the constraint (:func:`constraint_hierarchy`).

    Parameters
    ----------
    study, relation, wave, who, projection
        What to look at, as for :meth:`Study.adjacency`.
    weighted
        Whether constraint and hierarchy use the weights of the ties. Effective size and efficiency
        are Borgatti's binary ones either way.
    progress
        Called with the share done, for large networks.

    Returns
    -------
    StructuralHoles
        Four Series by actor; ``.table()`` puts them side by side.

    Raises
    ------
    UsageError
        If the relation or the wave is unknown.

    Notes
    -----
    NaN for an actor without ties and, in a directed relation, for one that did not respond. Other
    unknown ties count as absent; their share stands in ``settings``. Sources: [burt1992],
    [borgatti1997].

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> study = example(seed=1)
    >>> print(structural_holes(study, relation="advice", wave="2024"))  # doctest: +ELLIPSIS
    Structural holes of ... actors; least constrained: ...
    """
    view = study.adjacency(relation, wave, who=who, projection=projection)
    sums, order = _pass(view, progress, weighted=weighted)
    size = _borgatti(sums)
    settings = view.settings | {"weighted": weighted}

    def series(values: Floats, name: str) -> pd.Series[Any]:
        out = view.series(_arrays.hide_silent(view, order.back(values)), name)
        out.attrs["weighted"] = weighted and name in ("constraint", "hierarchy")
        return out

    return StructuralHoles(
        series(sums.constraint, "constraint"), series(size, "effective_size"),
        series(_divide(size, sums.degree), "efficiency"), series(sums.hierarchy, "hierarchy"), weighted, settings,
    )


def constraint(study: Study, *, relation: Relation = None, wave: str | int | None = None, who: str = "members",
               projection: str = "newman", weighted: bool = True,
               progress: Progress | None = None) -> pd.Series[float]:
    """Burt's constraint: how far an actor's ties all lead back to the same partners.

    A low value means that the partners are not tied to one another, so that the actor can choose
    between them and pass on what one side knows to the other. A high value means that it depends on
    one partner, or on partners who are tied to one another.

        c_i = Σ_j (p_ij + Σ_q p_iq p_qj)²,   p_ij = (a_ij + a_ji) / Σ_k (a_ik + a_ki)

    j runs over the partners of i (a tie in either direction), q over all others; a_ij is the
    weight of the tie from i to j, or 1 if not ``weighted``.

    Parameters
    ----------
    study, relation, wave, who, projection
        What to look at, as for :meth:`Study.adjacency`.
    weighted
        Use the weights of the ties (default), or only their presence.
    progress
        Called with the share done, for large networks.

    Returns
    -------
    pandas.Series
        By actor, greater than 0; it can exceed 1 (three firms all tied: 1.125).

    Notes
    -----
    NaN for an actor without ties and, in a directed relation, for one that did not respond. Other
    unknown ties count as absent. Source: [burt1992].

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> study = example(seed=1)
    >>> constraint(study, relation="advice", wave="2024").nsmallest(3)  # doctest: +ELLIPSIS
    actor
    ...
    Name: constraint, dtype: float64
    """
    return structural_holes(study, relation=relation, wave=wave, who=who, projection=projection, weighted=weighted,
                            progress=progress).constraint


def effective_size(study: Study, *, relation: Relation = None, wave: str | int | None = None, who: str = "members",
                   projection: str = "newman", weighted: bool = False,
                   progress: Progress | None = None) -> pd.Series[float]:
    """Effective size: how many different partners an actor has, once overlaps are taken off.

    Not weighted, on the binary undirected network (Borgatti):

        e_i = n - 2t / n

    n is the number of partners of i and t the number of ties among them. Weighted, Burt's general
    form, which also reads directions:

        e_i = Σ_j (1 - Σ_q p_iq m_jq),   m_jq = (a_jq + a_qj) / max_k (a_jk + a_kj)

    with p as in :func:`constraint`; j and q run over the partners of i. On a binary undirected network both
    agree.

    Parameters
    ----------
    study, relation, wave, who, projection
        What to look at, as for :meth:`Study.adjacency`.
    weighted
        Burt's general form instead of Borgatti's.
    progress
        Called with the share done, for large networks.

    Returns
    -------
    pandas.Series
        By actor, between 1 and the number of partners (Borgatti's form).

    Notes
    -----
    NaN for an actor without ties and, in a directed relation, for one that did not respond. Other
    unknown ties count as absent. Sources: [burt1992], [borgatti1997].

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> study = example(seed=1)
    >>> effective_size(study, relation="advice", wave="2024").nlargest(3)  # doctest: +ELLIPSIS
    actor
    ...
    Name: effective_size, dtype: float64
    """
    view = study.adjacency(relation, wave, who=who, projection=projection)
    sums, order = _pass(view, progress, weighted=weighted)
    size = _burt_size(sums) if weighted else _borgatti(sums)
    out = view.series(_arrays.hide_silent(view, order.back(size)), "effective_size")
    out.attrs["weighted"] = weighted
    return out


def efficiency(study: Study, *, relation: Relation = None, wave: str | int | None = None, who: str = "members",
               projection: str = "newman", weighted: bool = False,
               progress: Progress | None = None) -> pd.Series[float]:
    """Efficiency: the share of an actor's partners that bring something the others do not.

        efficiency_i = e_i / n_i

    e is the :func:`effective_size` and n the number of partners. (Krackhardt's efficiency of a whole
    network is :func:`interfirm.network.graph_efficiency`.)

    Parameters
    ----------
    study, relation, wave, who, projection
        What to look at, as for :meth:`Study.adjacency`.
    weighted
        Burt's general form of the effective size instead of Borgatti's.
    progress
        Called with the share done, for large networks.

    Returns
    -------
    pandas.Series
        By actor; 1 if no two partners are tied, 1/n if all are.

    Notes
    -----
    NaN for an actor without ties and, in a directed relation, for one that did not respond. Other
    unknown ties count as absent. Source: [burt1992].

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> study = example(seed=1)
    >>> efficiency(study, relation="advice", wave="2024").nsmallest(3)  # doctest: +ELLIPSIS
    actor
    ...
    Name: efficiency, dtype: float64
    """
    view = study.adjacency(relation, wave, who=who, projection=projection)
    sums, order = _pass(view, progress, weighted=weighted)
    share = _divide(_burt_size(sums) if weighted else _borgatti(sums), sums.degree)
    out = view.series(_arrays.hide_silent(view, order.back(share)), "efficiency")
    out.attrs["weighted"] = weighted
    return out


def constraint_hierarchy(study: Study, *, relation: Relation = None, wave: str | int | None = None,
                         who: str = "members", projection: str = "newman", weighted: bool = True,
                         progress: Progress | None = None) -> pd.Series[float]:
    """Burt's hierarchy: whether one partner stands behind most of an actor's constraint.

    The Coleman–Theil measure of inequality, over the partners' shares of the constraint:

        h_i = Σ_j r_ij ln r_ij / (N ln N),   r_ij = c_ij / (C / N)

    c_ij = (p_ij + Σ_q p_iq p_qj)² is the constraint that partner j puts on i, C their sum (the
    :func:`constraint` of i) and N the number of partners.

    Parameters
    ----------
    study, relation, wave, who, projection
        What to look at, as for :meth:`Study.adjacency`.
    weighted
        Use the weights of the ties (default), or only their presence.
    progress
        Called with the share done, for large networks.

    Returns
    -------
    pandas.Series
        By actor, 0 (all partners constrain alike) to 1 (one partner does it all; by definition 1
        for an actor with a single partner).

    Notes
    -----
    NaN for an actor without ties and, in a directed relation, for one that did not respond. Other
    unknown ties count as absent. Source: [burt1992], pp. 70-71.

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> study = example(seed=1)
    >>> constraint_hierarchy(study, relation="advice", wave="2024").nlargest(3)  # doctest: +ELLIPSIS
    actor
    ...
    Name: constraint_hierarchy, dtype: float64
    """
    holes = structural_holes(study, relation=relation, wave=wave, who=who, projection=projection, weighted=weighted,
                             progress=progress)
    return holes.hierarchy.rename("constraint_hierarchy")


def _pass(view: Adjacency, progress: Progress | None, *, weighted: bool) -> tuple[_Sums, _arrays.Ordered]:
    """Run the kernel over a + aᵀ (or a, where both are the same but for a factor) and add up by actor."""
    matrix = view.matrix if weighted else view.binary
    net = _arrays.ordered(_arrays.both_ways(matrix) if view.directed else matrix)
    low, high, position = net.pairs()
    weight = net.values
    strength = np.bincount(net.rows(), weights=weight, minlength=net.size)
    inverse = _divide(np.ones(net.size), strength)
    through, product = np.zeros(len(weight)), np.zeros(len(weight))
    shared = np.zeros(len(weight), dtype=np.int64)
    spare = _arrays.marker(net.size)
    for first, last in net.pieces(progress):
        triangles.edge_sums(net.indptr, net.split, net.indices, weight, inverse, first, last, spare, through,
                            product, shared)
    degree, ends = net.degree, np.concatenate([low, high])
    reach = np.tile(weight[position] + through[position], 2)
    dyadic = (reach * inverse[ends]) ** 2
    total = _by_end(ends, dyadic, net.size)
    widest = np.maximum.reduceat(weight, net.indptr[:-1][degree > 0]) if len(weight) else np.zeros(0)
    largest = np.ones(net.size)
    largest[degree > 0] = widest
    others = np.concatenate([high, low])
    redundancy = _by_end(ends, np.tile(product[position], 2) * inverse[ends] / largest[others], net.size)
    among = _by_end(ends, np.tile(shared[position], 2), net.size)
    sums = _Sums(np.where(degree > 0, total, np.nan), _coleman_theil(dyadic, ends, total, degree), redundancy,
                 np.rint(among / 2).astype(np.int64), degree)
    return sums, net


def _by_end(ends: Ints, values: npt.NDArray[Any], size: int) -> Floats:
    return np.bincount(ends, weights=values, minlength=size).astype(np.float64)


def _divide(above: Floats, below: Floats | Ints) -> Floats:
    """Element by element; NaN where the divisor is 0."""
    out = np.full(len(above), np.nan)
    np.divide(above, below, out=out, where=below > 0)
    return out


def _borgatti(sums: _Sums) -> Floats:
    inside = _divide(sums.triangles.astype(np.float64), sums.degree)
    return sums.degree - 2 * inside


def _burt_size(sums: _Sums) -> Floats:
    return np.where(sums.degree > 0, sums.degree - sums.redundancy, np.nan)


def _coleman_theil(dyadic: Floats, ends: Ints, total: Floats, degree: Ints) -> Floats:
    ratio = dyadic * degree[ends] / total[ends]
    out = np.where(degree == 1, 1.0, np.nan)
    several = degree > 1
    disorder = _by_end(ends, ratio * np.log(ratio), len(degree))[several]
    out[several] = np.clip(disorder / (degree[several] * np.log(degree[several])), 0.0, 1.0)
    return out

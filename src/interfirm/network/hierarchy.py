"""How far the network is a chain of command: Krackhardt's four dimensions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp
from scipy.sparse import csgraph

from interfirm.errors import UnknownName, UsageError
from interfirm.kernels import reach
from interfirm.network import _arrays
from interfirm.network._arrays import Ints, Progress
from interfirm.network._limits import whole
from interfirm.network.brokerage import Relation
from interfirm.network.reaching import Condensed, condense, reached

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study

VARIANTS = ("sna", "ucinet")
_PIECE = 2e8


@dataclass(frozen=True, eq=False)
class Krackhardt:
    """Krackhardt's four dimensions of one relation; all are 1 for an out-tree, a pure chain of command.

    Parameters
    ----------
    connectedness
        Share of the pairs joined by some chain of ties, whatever their direction.
    hierarchy
        Share of the pairs with a path in which it leads one way only.
    efficiency
        1 - the share of the possible superfluous ties that are there.
    lub
        1 - the share of the possible pairs without a closest common superior.
    variant
        ``"sna"`` or ``"ucinet"``; they define efficiency differently.
    settings
        Relation, layer, wave, direction, projection, share of unknown ties.
    """

    connectedness: float
    hierarchy: float
    efficiency: float
    lub: float
    variant: str
    settings: dict[str, Any]

    def table(self) -> pd.DataFrame:
        """One row per dimension: dimension, value, variant."""
        import pandas as pd

        names = ["connectedness", "hierarchy", "efficiency", "lub"]
        values = [getattr(self, name) for name in names]
        return pd.DataFrame({"dimension": names, "value": values, "variant": self.variant})

    def __str__(self) -> str:
        layer = f"{self.settings['relation']}, {self.settings['layer']} layer"
        return (f"Krackhardt ({self.variant}; {layer}): connectedness {self.connectedness:.3g}, "
                f"hierarchy {self.hierarchy:.3g}, efficiency {self.efficiency:.3g}, "
                f"least upper bound {self.lub:.3g}.")


def krackhardt(study: Study, *, relation: Relation = None, wave: str | int | None = None, who: str = "members",
               projection: str = "newman", variant: str = "sna", progress: Progress | None = None) -> Krackhardt:
    """Krackhardt's four dimensions: how far a relation is a pure chain of command.

    Compute them on a coordination layer (who decides for whom). On an exchange layer every mutual
    tie counts against hierarchy and efficiency, and any reciprocal network has hierarchy 0. See
    :func:`connectedness`, :func:`graph_hierarchy`, :func:`graph_efficiency` and :func:`lubness`
    for each.

    Parameters
    ----------
    study, relation, wave, who, projection
        What to look at, as for :meth:`Study.adjacency`. Weights are not used; a tie leads from
        superior to subordinate. An undirected tie counts in both directions.
    variant
        How efficiency is defined: ``"sna"`` counts arcs, ``"ucinet"`` undirected ties.
    progress
        Called with the share done, for large networks.

    Returns
    -------
    Krackhardt
        The four numbers, NaN where not defined.

    Raises
    ------
    UsageError
        If the relation, the wave or the variant is unknown, or the network is too large for the
        least upper bounds.

    Notes
    -----
    Unknown ties count as absent. Source: [krackhardt1994].

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> study = example(seed=1)
    >>> print(krackhardt(study, relation="coordination", wave="2024"))  # doctest: +ELLIPSIS
    Krackhardt (sna; coordination, coordination layer): connectedness ...
    """
    _known_variant(variant)
    view = study.adjacency(relation, wave, who=who, projection=projection)
    parts, mutual, comparable = _weak(view.matrix), *_comparable(view.matrix)
    return Krackhardt(
        _connectedness(parts), 1 - mutual / comparable if comparable else float("nan"),
        _efficiency(view.matrix, parts, variant), _lub(view.matrix, progress), variant, view.settings,
    )


def connectedness(study: Study, *, relation: Relation = None, wave: str | int | None = None, who: str = "members",
                  projection: str = "newman") -> float:
    """Connectedness: the share of the pairs of actors joined by a chain of ties in any direction.

        Σ_c N_c (N_c - 1) / (N (N - 1))

    over the weak components c of N_c actors. 1 if the network hangs together.

    Parameters
    ----------
    study, relation, wave, who, projection
        What to look at, as for :meth:`Study.adjacency`. Weights are not used.

    Returns
    -------
    float
        0 to 1; NaN with fewer than two actors.

    Notes
    -----
    Unknown ties count as absent, so the true value may be higher. Source: [krackhardt1994].

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> study = example(seed=1)
    >>> 0 <= connectedness(study, relation="coordination", wave="2024") <= 1
    True
    """
    return _connectedness(_weak(study.adjacency(relation, wave, who=who, projection=projection).matrix))


def graph_hierarchy(study: Study, *, relation: Relation = None, wave: str | int | None = None, who: str = "members",
                    projection: str = "newman") -> float:
    """Krackhardt's hierarchy: of the pairs with a path, the share in which it leads one way only.

        1 - |{i, j: each reaches the other}| / |{i, j: at least one reaches the other}|

    over unordered pairs. (Burt's hierarchy of an actor's constraint is
    :func:`interfirm.network.constraint_hierarchy`.)

    Parameters
    ----------
    study, relation, wave, who, projection
        What to look at, as for :meth:`Study.adjacency`. Weights are not used.

    Returns
    -------
    float
        0 to 1; NaN without ties. Always 0 in an undirected relation.

    Notes
    -----
    Unknown ties count as absent. Source: [krackhardt1994].

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> study = example(seed=1)
    >>> 0 <= graph_hierarchy(study, relation="coordination", wave="2024") <= 1
    True
    """
    mutual, comparable = _comparable(study.adjacency(relation, wave, who=who, projection=projection).matrix)
    return 1 - mutual / comparable if comparable else float("nan")


def graph_efficiency(study: Study, *, relation: Relation = None, wave: str | int | None = None, who: str = "members",
                     projection: str = "newman", variant: str = "sna") -> float:
    """Krackhardt's efficiency: 1 less the share of the possible superfluous ties that are there.

    ``"sna"`` counts arcs; a mutual tie has one too many:

        1 - (m - Σ_c (N_c - 1)) / Σ_c (N_c (N_c - 1) - (N_c - 1))

    ``"ucinet"`` counts undirected ties, and averages over components by their size:

        1 - Σ_c N_c f_c / Σ_c N_c,   f_c = (m_c - (N_c - 1)) / (N_c - 1)²

    m counts ties, N_c the actors of weak component c; in the second form isolates, for which f is
    0/0, are left out. Six actors all tied: 0 (``sna``), 0.6 (``ucinet``). (Burt's
    efficiency of an actor is :func:`interfirm.network.efficiency`.)

    Parameters
    ----------
    study, relation, wave, who, projection
        What to look at, as for :meth:`Study.adjacency`. Weights are not used.
    variant
        ``"sna"`` or ``"ucinet"``.

    Returns
    -------
    float
        0 to 1; NaN without ties.

    Raises
    ------
    UsageError
        If the variant is unknown.

    Notes
    -----
    Unknown ties count as absent. Source: [krackhardt1994].

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> study = example(seed=1)
    >>> 0 <= graph_efficiency(study, relation="coordination", wave="2024", variant="ucinet") <= 1
    True
    """
    _known_variant(variant)
    matrix = study.adjacency(relation, wave, who=who, projection=projection).matrix
    return _efficiency(matrix, _weak(matrix), variant)


def lubness(study: Study, *, relation: Relation = None, wave: str | int | None = None, who: str = "members",
            projection: str = "newman", progress: Progress | None = None) -> float:
    """Krackhardt's least upper boundedness: whether any two actors have one closest common superior.

        1 - |{i, j: no least upper bound}| / Σ_c (N_c - 1) (N_c - 2) / 2

    over the pairs inside the weak components c of N_c actors. An upper bound of i and j reaches
    both (or is one of them); it is the least if all their upper bounds reach it.

    Parameters
    ----------
    study, relation, wave, who, projection
        What to look at, as for :meth:`Study.adjacency`. Weights are not used.
    progress
        Called with the share done, for large networks.

    Returns
    -------
    float
        0 to 1; NaN if no component has three actors.

    Raises
    ------
    UsageError
        If the network is too large: the work grows with the cube of the actors that do not reach
        one another.

    Notes
    -----
    Unknown ties count as absent. Source: [krackhardt1994].

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> study = example(seed=1)
    >>> 0 <= lubness(study, relation="coordination", wave="2024") <= 1
    True
    """
    return _lub(study.adjacency(relation, wave, who=who, projection=projection).matrix, progress)


def _known_variant(variant: str) -> None:
    if variant not in VARIANTS:
        raise UnknownName("variant", variant, VARIANTS)


def _weak(matrix: sp.csr_array) -> tuple[Ints, Ints]:
    """The weak component of each actor, and the sizes of the components."""
    _, label = csgraph.connected_components(matrix, directed=True, connection="weak")
    return label.astype(np.int64), np.bincount(label).astype(np.int64)


def _connectedness(parts: tuple[Ints, Ints]) -> float:
    n = int(parts[1].sum())
    return float((parts[1] * (parts[1] - 1)).sum() / (n * (n - 1))) if n > 1 else float("nan")


def _efficiency(matrix: sp.csr_array, parts: tuple[Ints, Ints], variant: str) -> float:
    label, sizes = parts
    spare = sizes - 1
    if variant == "sna":
        room = int((sizes * spare - spare).sum())
        return 1 - (matrix.nnz - int(spare.sum())) / room if room else float("nan")
    pattern = _arrays.flag(matrix, 1)
    row, _ = sp.triu(pattern + pattern.T, k=1).nonzero()
    ties = np.bincount(label[row], minlength=len(sizes))
    some = spare > 0
    if not some.any():
        return float("nan")
    excess = (ties[some] - spare[some]) / spare[some] ** 2
    return float(1 - (sizes[some] * excess).sum() / sizes[some].sum())


def _comparable(matrix: sp.csr_array) -> tuple[int, int]:
    """Unordered pairs in which both reach each other, and in which at least one reaches the other."""
    parts = condense(matrix)
    size = parts.size
    mutual = int((size * (size - 1) // 2).sum())
    ordered = int((size * (reached(parts) - 1)).sum())
    return mutual, ordered - mutual


def _lub(matrix: sp.csr_array, progress: Progress | None) -> float:
    sizes = _weak(matrix)[1]
    room = int(((sizes - 1) * (sizes - 2) // 2).sum())
    if not room:
        return float("nan")
    parts = condense(matrix)
    nodes = np.bincount(parts.component)
    wide = np.flatnonzero(nodes > 2)  # two nodes always have a bound: the upper one
    effort = nodes[wide].astype(np.float64) ** 3 / 128
    work = float(effort.sum())
    if work > whole("lub_operations"):
        raise UsageError(
            f"Least upper bounds of {int(nodes.max())} actors that do not reach one another would take too long. "
            "Select a part of the study, or ask for connectedness, graph_hierarchy and graph_efficiency alone.")
    violations = 0
    by_component = np.split(np.argsort(parts.component, kind="stable"), np.cumsum(nodes)[:-1])
    for component, done in zip(wide, np.cumsum(effort), strict=True):
        violations += _without_bound(parts, by_component[component][::-1])
        if progress:
            progress(float(done) / work)
    return 1 - violations / room


def _without_bound(parts: Condensed, nodes: Ints) -> int:
    """Pairs of actors of one component without a least upper bound; ``nodes`` from last to first."""
    above = sp.csr_array(parts.matrix[nodes][:, nodes].T)
    bits = np.zeros((len(nodes), (len(nodes) + 63) // 64), dtype=np.uint64)
    reach.closure(above.indptr.astype(np.int64), above.indices.astype(np.int64), 0, bits)
    step = max(1, int(_PIECE / (len(nodes) * bits.shape[1])))
    size = parts.size[nodes]
    return sum(
        reach.without_least_bound(bits, size, first, min(first + step, len(nodes)))
        for first in range(0, len(nodes), step)
    )

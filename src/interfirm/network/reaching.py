"""How far each actor reaches along the ties, and how much one stands out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp
from scipy.sparse import csgraph

from interfirm.kernels import reach
from interfirm.network import _arrays
from interfirm.network._arrays import Floats, Ints, Progress
from interfirm.network.brokerage import Relation

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study

_WORDS = 16


@dataclass(frozen=True, eq=False)
class Condensed:
    """Actors that reach one another, put together: a network without cycles.

    ``matrix`` has its arcs lead from lower to higher numbers, ``size`` the actors per node,
    ``node`` the node of each actor, ``component`` the weak component of each node.
    """

    matrix: sp.csr_array
    size: Ints
    node: Ints
    component: Ints


def local_reaching_centrality(study: Study, *, relation: Relation = None, wave: str | int | None = None,
                              who: str = "members", projection: str = "newman",
                              progress: Progress | None = None) -> pd.Series[float]:
    """Local reaching centrality: the share of the others that an actor reaches along the ties.

        LRC_i = |{j ≠ i: i reaches j}| / (n - 1)

    1 for the head of a chain of command, 0 for one without subordinates.

    Parameters
    ----------
    study, relation, wave, who, projection
        What to look at, as for :meth:`Study.adjacency`. Weights are not used.
    progress
        Called with the share done, for large networks.

    Returns
    -------
    pandas.Series
        By actor, 0 to 1; NaN with fewer than two actors.

    Notes
    -----
    NaN for an actor of a directed relation that did not respond. Other unknown ties count as absent,
    so a true value may be higher. Source: [mones2012].

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> study = example(seed=1)
    >>> local_reaching_centrality(study, relation="coordination", wave="2024").nlargest(3)  # doctest: +ELLIPSIS
    actor
    ...
    Name: local_reaching_centrality, dtype: float64
    """
    view = study.adjacency(relation, wave, who=who, projection=projection)
    return view.series(_arrays.hide_silent(view, _shares(view.matrix, progress)), "local_reaching_centrality")


def global_reaching_centrality(study: Study, *, relation: Relation = None, wave: str | int | None = None,
                               who: str = "members", projection: str = "newman",
                               progress: Progress | None = None) -> float:
    """Global reaching centrality: how far one actor's reach stands out from everybody else's.

        GRC = Σ_i (LRC_max - LRC_i) / (n - 1)

    with LRC as in :func:`local_reaching_centrality`. 1 for a star of command, 0 if all reach alike.

    Parameters
    ----------
    study, relation, wave, who, projection
        What to look at, as for :meth:`Study.adjacency`. Weights are not used.
    progress
        Called with the share done, for large networks.

    Returns
    -------
    float
        0 to 1; NaN with fewer than two actors.

    Notes
    -----
    Unknown ties count as absent, those of actors that did not respond included. Source: [mones2012].

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> study = example(seed=1)
    >>> 0 <= global_reaching_centrality(study, relation="coordination", wave="2024") <= 1
    True
    """
    view = study.adjacency(relation, wave, who=who, projection=projection)
    shares = _shares(view.matrix, progress)
    return float((shares.max() - shares).sum() / (view.size - 1)) if view.size > 1 else float("nan")


def condense(matrix: sp.csr_array) -> Condensed:
    """Put actors that reach one another together, and number the rest so that arcs lead upwards."""
    count, label = csgraph.connected_components(matrix, directed=True, connection="strong")
    coo = matrix.tocoo()
    source, target = label[coo.row], label[coo.col]
    between = source != target
    arcs = sp.csr_array((np.ones(int(between.sum())), (source[between], target[between])), shape=(count, count))
    waiting = np.bincount(arcs.indices, minlength=count).astype(np.int64)
    order = np.zeros(count, dtype=np.int64)
    reach.topological(arcs.indptr.astype(np.int64), arcs.indices.astype(np.int64), waiting, order)
    number = np.empty(count, dtype=np.int64)
    number[order] = np.arange(count)
    node = number[label]
    arcs = sp.csr_array(arcs[order][:, order])
    component = np.zeros(count, dtype=np.int64)
    component[node] = csgraph.connected_components(matrix, directed=True, connection="weak")[1]
    return Condensed(arcs, np.bincount(node, minlength=count).astype(np.int64), node, component)


def reached(parts: Condensed, progress: Progress | None = None) -> Ints:
    """How many actors each node reaches, its own included; in blocks of targets to bound memory."""
    count = len(parts.size)
    indptr, indices = parts.matrix.indptr.astype(np.int64), parts.matrix.indices.astype(np.int64)
    total = np.zeros(count, dtype=np.int64)
    larger = np.flatnonzero(parts.size > 1)
    for offset in range(0, count, 64 * _WORDS):
        bits = np.zeros((count, _WORDS), dtype=np.uint64)
        reach.closure(indptr, indices, offset, bits)
        total += np.bitwise_count(bits).sum(axis=1, dtype=np.int64)
        for node in larger[(larger >= offset) & (larger < offset + 64 * _WORDS)]:
            word, bit = divmod(int(node) - offset, 64)
            total += (bits[:, word] >> np.uint64(bit) & np.uint64(1)).astype(np.int64) * (parts.size[node] - 1)
        if progress:
            progress(min(1.0, (offset + 64 * _WORDS) / count))
    return total


def _shares(matrix: sp.csr_array, progress: Progress | None) -> Floats:
    n = matrix.shape[0]
    if n < 2:
        return np.full(n, np.nan)
    parts = condense(matrix)
    return (reached(parts, progress)[parts.node] - 1) / (n - 1)

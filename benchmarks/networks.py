"""The networks that the benchmarks run on, for us and for the peers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import igraph
import networkx as nx
import numpy as np
import pandas as pd
import scipy.sparse as sp

from interfirm.study.adjacency import Adjacency


@dataclass(frozen=True, eq=False)
class Net:
    """A network as sender and receiver of each tie (each undirected tie once)."""

    name: str
    size: int
    sender: np.ndarray
    receiver: np.ndarray
    directed: bool

    @cached_property
    def study(self) -> Any:
        """What a measure needs of a study: the view of one relation, and groups."""
        return _OneRelation(self)

    @cached_property
    def igraph(self) -> igraph.Graph:
        """The same ties in igraph."""
        edges = np.column_stack([self.sender, self.receiver]).tolist()
        return igraph.Graph(n=self.size, edges=edges, directed=self.directed)

    @cached_property
    def networkx(self) -> nx.Graph:
        """The same ties in networkx."""
        graph = nx.empty_graph(self.size, nx.DiGraph if self.directed else nx.Graph)
        graph.add_edges_from(zip(self.sender.tolist(), self.receiver.tolist(), strict=True))
        return graph


class _OneRelation:
    def __init__(self, net: Net) -> None:
        matrix = sp.csr_array((np.ones(len(net.sender)), (net.sender, net.receiver)), shape=(net.size, net.size))
        matrix = matrix if net.directed else sp.csr_array(matrix + matrix.T)
        everyone = np.arange(net.size)
        self._view = Adjacency(matrix, everyone, everyone, "benchmark", "exchange", "1", net.directed, None,
                               np.zeros(net.size, dtype=bool), np.zeros((0, 2), dtype=np.int64))

    def adjacency(self, *_: Any, **__: Any) -> Adjacency:
        return self._view

    def covariate(self, *_: Any) -> pd.Series:
        """Nine groups, dealt out at random."""
        groups = np.random.default_rng(1).integers(0, 9, self._view.size)
        return pd.Series([f"group {k}" for k in groups])


def _named(kind: str, size: int, ties: int) -> str:
    return f"{kind} {size:,} / {ties:,}"


@lru_cache(maxsize=4)
def uniform(size: int, ties: int, *, directed: bool) -> Net:
    """Ties between random pairs (Erdős–Rényi)."""
    rng = np.random.default_rng(1)
    a, b = rng.integers(0, size, (2, int(ties * 1.2)))
    if not directed:
        a, b = np.minimum(a, b), np.maximum(a, b)
    keys = rng.permutation(np.unique((a * size + b)[a != b]))[:ties]
    return Net(_named("uniform", size, len(keys)), size, keys // size, keys % size, directed)


@lru_cache(maxsize=4)
def heavy(size: int, each: int, *, directed: bool) -> Net:
    """Growth with preferential attachment (Barabási–Albert), ``each`` ties per newcomer.

    Directed: every tie is turned at random and a fifth of them is mutual.
    """
    rng = np.random.default_rng(2)
    ends = np.empty(2 * size * each, dtype=np.int64)
    filled, rows = 0, []
    for new in range(each, size):
        known = np.arange(each) if not filled else np.unique(ends[rng.integers(0, filled, each)])
        rows.append(np.column_stack([np.full(len(known), new), known]))
        ends[filled:filled + 2 * len(known)] = rows[-1].ravel()
        filled += 2 * len(known)
    pairs = np.vstack(rows)
    if directed:
        turn = rng.random(len(pairs)) < 0.5
        pairs[turn] = pairs[turn][:, ::-1]
        pairs = np.vstack([pairs, pairs[rng.random(len(pairs)) < 0.2][:, ::-1]])
    return Net(_named("heavy-tailed", size, len(pairs)), size, pairs[:, 0], pairs[:, 1], directed)


def largest_difference(ours: Any, theirs: Any) -> float:
    """Largest absolute difference; where one is not a number the other must be too."""
    a, b = np.asarray(ours, dtype=float), np.asarray(theirs, dtype=float)
    if (np.isnan(a) != np.isnan(b)).any():
        return float("inf")
    return float(np.nanmax(np.abs(a - b)))

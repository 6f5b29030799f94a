"""Constraint with effective size (and efficiency and hierarchy, which come with it) beside igraph and networkx.

igraph has constraint only. Effective size comes by its fastest fair route, local transitivity:
n - 2t/n = n - (n - 1) × transitivity.
"""

from __future__ import annotations

from collections.abc import Iterator

import networkx as nx
import numpy as np

from benchmarks.networks import Net, heavy, largest_difference, uniform
from benchmarks.run import Row, timed, timed_cold
from interfirm.network.brokerage import StructuralHoles, structural_holes


def rows() -> Iterator[Row]:
    for net in (uniform(50_000, 1_000_000, directed=False), heavy(50_000, 20, directed=False)):
        yield from _igraph(net)
    yield _networkx(heavy(400, 5, directed=False))


def _igraph(net: Net) -> Iterator[Row]:
    ours, found = timed(lambda: structural_holes(net.study))
    theirs, constraint = timed_cold(net.igraph.constraint)
    extra, size = timed_cold(lambda: _effective_size(net))
    differ = largest_difference(found.constraint, constraint)
    yield Row("constraint … hierarchy, one pass", net.name, ours, "igraph, constraint", theirs, differ, faster=5,
              note="igraph without effective size")
    yield Row("constraint … hierarchy, one pass", net.name, ours, "igraph, both", theirs + extra,
              largest_difference(found.effective_size, size), note="effective size by local transitivity")


def _effective_size(net: Net) -> np.ndarray:
    degree = np.array(net.igraph.degree(), dtype=float)
    closed = np.array(net.igraph.transitivity_local_undirected(mode="zero"))
    size = degree - (degree - 1) * closed
    size[degree == 0] = np.nan
    return size


def _networkx(net: Net) -> Row:
    ours, found = timed(lambda: structural_holes(net.study))
    graph = net.networkx
    theirs, (constraint, size) = timed_cold(lambda: (nx.constraint(graph), nx.effective_size(graph)))
    differ = max(_differ(found, "constraint", constraint), _differ(found, "effective_size", size))
    return Row("constraint … hierarchy, one pass", net.name, ours, "networkx, both", theirs, differ)


def _differ(found: StructuralHoles, name: str, theirs: dict[int, float]) -> float:
    return largest_difference(getattr(found, name), [theirs[i] for i in range(len(theirs))])

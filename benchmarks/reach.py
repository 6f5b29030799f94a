"""Reaching centrality beside networkx, and Krackhardt's dimensions at sizes that others do not reach."""

from __future__ import annotations

from collections.abc import Iterator

import networkx as nx

from benchmarks.networks import largest_difference, uniform
from benchmarks.run import Row, timed, timed_cold
from interfirm.network.hierarchy import krackhardt
from interfirm.network.reaching import global_reaching_centrality


def rows() -> Iterator[Row]:
    small = uniform(400, 600, directed=True)
    ours, found = timed(lambda: global_reaching_centrality(small.study))
    theirs, peer = timed_cold(lambda: nx.global_reaching_centrality(small.networkx))
    yield Row("global reaching centrality", small.name, ours, "networkx", theirs, largest_difference([found], [peer]))
    large = uniform(50_000, 1_000_000, directed=True)
    ours, _ = timed(lambda: global_reaching_centrality(large.study), runs=3)
    yield Row("global reaching centrality", large.name, ours)
    middle = uniform(5_000, 7_000, directed=True)
    ours, _ = timed(lambda: krackhardt(middle.study), runs=3)
    yield Row("Krackhardt's four dimensions", middle.name, ours)

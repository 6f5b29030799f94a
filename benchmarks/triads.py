"""The triad census, with its exact U|MAN mean and variance, beside igraph and networkx."""

from __future__ import annotations

from collections.abc import Iterator

import networkx as nx

from benchmarks.networks import Net, heavy, largest_difference, uniform
from benchmarks.run import Row, timed, timed_cold
from interfirm.network.triads import TYPES, TriadCensus, triad_census


def rows() -> Iterator[Row]:
    for net in (uniform(50_000, 1_000_000, directed=True), heavy(50_000, 17, directed=True)):
        ours, found = timed(lambda net=net: triad_census(net.study))
        theirs, peer = timed_cold(net.igraph.triad_census, runs=1)
        yield Row("triad census, exact z", net.name, ours, "igraph, counts only", theirs,
                  _differ(found, {name: getattr(peer, f"t{name}") for name in TYPES}), faster=20)
    small = heavy(400, 5, directed=True)
    yield _networkx(small)


def _networkx(net: Net) -> Row:
    ours, found = timed(lambda: triad_census(net.study))
    theirs, peer = timed_cold(lambda: nx.triadic_census(net.networkx))
    return Row("triad census, exact z", net.name, ours, "networkx, counts only", theirs, _differ(found, peer))


def _differ(found: TriadCensus, peer: dict[str, float]) -> float:
    return largest_difference(found.counts, [peer[name] for name in TYPES])

"""Gould–Fernandez roles with exact z-scores.

Neither igraph nor networkx has them. The number of two-paths through each actor is checked against
sparse matrix products, which are also timed.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import scipy.sparse as sp

from benchmarks.networks import Net, heavy, largest_difference, uniform
from benchmarks.run import Row, timed, timed_cold
from interfirm.network.broker_roles import brokerage_roles


def rows() -> Iterator[Row]:
    for net in (uniform(50_000, 1_000_000, directed=True), heavy(50_000, 17, directed=True)):
        ours, found = timed(lambda net=net: brokerage_roles(net.study))
        theirs, totals = timed_cold(lambda net=net: _totals(net), runs=1)
        yield Row("roles, counts and exact z", net.name, ours, "scipy, totals only", theirs,
                  largest_difference(found.counts["total"], totals), within=2)
    small = uniform(70, 500, directed=True)
    ours, _ = timed(lambda: brokerage_roles(small.study, draws=1000, seed=1))
    yield Row("roles with 1,000 labellings", small.name, ours, within=1)


def _totals(net: Net) -> np.ndarray:
    """Arriving × leaving, less those that return, less those that are closed."""
    a = net.study.adjacency().matrix
    arriving, leaving = np.asarray(a.sum(axis=0)).ravel(), np.asarray(a.sum(axis=1)).ravel()
    back = np.asarray(a.multiply(a.T).sum(axis=1)).ravel()
    closed = np.asarray(sp.csr_array(a @ a.T).multiply(a).sum(axis=0)).ravel()
    return arriving * leaving - back - closed

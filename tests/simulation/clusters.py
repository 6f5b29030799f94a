"""Small invented clusters for tests of the cluster model."""

from __future__ import annotations

import numpy as np

from interfirm.kernels.cluster_codes import FIRM, TIE
from interfirm.simulation import prior
from interfirm.simulation.starting import ClusterStart


def cluster(size: int = 12, seed: int = 1, *, degree: float = 3.0, steps: int = 4, spread: float = prior.SPREAD,
            sectors: int = 3) -> ClusterStart:
    """Firms in three sectors and two places, with ties at random on all layers."""
    rng = np.random.default_rng(seed)
    firm = np.zeros(size, dtype=FIRM)
    firm["alive"] = 1
    firm["home"] = np.arange(size)
    firm["workers"] = np.round(np.exp(rng.normal(3.0, 0.8, size)))
    firm["market"] = firm["workers"]
    firm["capital"] = firm["workers"]
    firm["small"] = firm["workers"] < prior.SMALL
    firm["sector"] = np.arange(size) % sectors
    firm["place"] = np.arange(size) % 2
    firm["east"], firm["north"] = rng.uniform(0, 30, (2, size))
    firm["capability"], firm["absorptive"] = rng.uniform(0.2, 0.8, (2, size))
    firm["openness"] = rng.integers(0, 3, size)
    firm["institutions"] = rng.uniform(0, 0.6, size)
    pairs = [(a, b) for a in range(size) for b in range(a + 1, size) if rng.random() < degree / (size - 1)]
    tie = np.zeros(len(pairs), dtype=TIE)
    for at, (a, b) in enumerate(pairs):
        tie["a"][at], tie["b"][at], tie["live"][at] = a, b, 1
    tie["ask_ab"], tie["exchange"] = rng.integers(0, 2, (2, len(pairs)))
    tie["ask_ba"] = 1
    tie["boss"] = tie["exchange"] * rng.integers(0, 3, len(pairs))
    tie["trust_ab"], tie["trust_ba"], tie["commitment"] = rng.uniform(0.2, 0.9, (3, len(pairs)))
    tie["since"] = -rng.integers(0, 20, len(pairs))
    tacit, explicit = prior.knowledge(firm["capability"], firm["sector"])
    names = tuple(f"F{i:02d}" for i in range(size))
    return ClusterStart(names, names, firm, tie, tacit, explicit, spread, tuple("abc"[:sectors]), ("here", "there"),
                        steps, None)

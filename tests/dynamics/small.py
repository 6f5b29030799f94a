"""Small synthetic panels with known parameters."""

from __future__ import annotations

import numpy as np

from interfirm.dynamics import engine
from interfirm.dynamics.coding import code
from interfirm.dynamics.data import Panel, panel
from interfirm.dynamics.specification import Specification


def grown(seed: int = 1, *, n: int = 24, waves: int = 3, undirected: bool = False, **more) -> Panel:
    """A panel drawn by the process itself: density, reciprocity or closure, and a covariate."""
    rng = np.random.default_rng(seed)
    size = rng.integers(0, 4, n).astype(float)
    start = (rng.random((n, n)) < 0.1) * (1.0 - np.eye(n))
    if undirected:
        start = np.maximum(start, start.T)
        spec = Specification("r", ["density", "gwesp(69)", "sameX:size"], model="forcing")
        theta = np.array([4.0, -1.4, 0.5, 0.5])
    else:
        spec = Specification("r", ["density", "recip", "transTrip", "sameX:size"])
        theta = np.array([4.0, -2.0, 1.5, 0.25, 0.5])
    x = [start]
    for w in range(waves - 1):
        two = panel({"r": [x[-1], x[-1]]}, covariates={"size": size}, undirected=["r"] if undirected else [])
        x.append(engine.simulate(code(two, spec), theta, 1, seed=100 * seed + w, keep=True).ends[0, 0, 0].astype(float))
    return panel({"r": np.array(x)}, covariates={"size": size}, undirected=["r"] if undirected else [], **more)

"""The numbers of SKIN's replication card: three experiments, documented rules and those of NetLogo version 5.32.

Nothing published can be compared with; the rows say what the rules give, so that a change of a rule shows.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import numpy as np

from benchmarks.run import Row
from interfirm.simulation.published.skin import SERIES, Skin, skin

STEPS = 200
EXPERIMENTS: dict[str, dict[str, Any]] = {
    "only incremental research": {"strategy": "none", "radical": False, "networking": False, "start_ups": False,
                                  "adjust_price": False, "adjust_expertise": False},
    "all mechanisms": {},
    "all mechanisms, no big firms": {"big": 0.0},
}


def rows(replications: int = 20) -> Iterator[Row]:
    skin(Skin(firms=20, products=20), steps=2, seed=1)
    for name, change in EXPERIMENTS.items():
        for rules in ((), "nlogo-5.32"):
            start = time.process_time()
            run = skin(Skin(**change, compat=rules), steps=STEPS, replications=replications, seed=1, room=4000)
            seconds = (time.process_time() - start) / replications
            said = ", ".join(f"{output} {_interval(run.values[:, -1, SERIES.index(output)])}"
                             for output in ("firms", "networks", "trading"))
            yield Row(f"SKIN: {name}", rules or "documented rules", seconds, note=f"{said} (CPU of {STEPS} steps)")


def _interval(values: np.ndarray) -> str:
    """Mean and the half-width of its 95 % interval."""
    return f"{values.mean():.1f} ± {1.96 * values.std(ddof=1) / np.sqrt(len(values)):.1f}"

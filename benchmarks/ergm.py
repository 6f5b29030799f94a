"""Models of one wave: CPU time of whole fits, and of a million steps of the chain.

CPU seconds of one thread with compiled kernels. The networks are drawn from the model that is fitted, about five ties
for each firm. No peer runs beside it: the usual one is written in R and C and is not installed here.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

from benchmarks.run import Row
from interfirm.dynamics import Panel, Specification, ergm, panel
from interfirm.dynamics.ergm_chains import CHAINS, Chains
from interfirm.dynamics.ergm_model import model, one_wave

EFFECTS = ["density", "recip", "gwespFF(30)", "gwidegree", "altX:size", "sameX:sector"]
PLAIN = Specification("r", ["density", "recip", "altX:size", "sameX:sector"])
SPEC = Specification("r", EFFECTS)
TIES = 5.0  # of each firm
SIZES = ((50, 5.0), (100, 15.0), (400, 120.0))


def rows() -> Iterator[Row]:
    for n, wanted in SIZES:
        data = drawn(n)
        start = time.process_time()
        fit = ergm(data, SPEC, seed=1, threads=1, likelihood=False)
        seconds = time.process_time() - start
        note = f"{fit.convergence.maximum:.2f} off, worth {fit.effective:.0f} networks"
        yield Row("fit of 6 effects", f"{n} firms, {int(fit.observed[0])} ties", seconds, within=wanted, note=note,
                  short=not fit.converged)
        start = time.process_time()
        ergm(data, SPEC, seed=1, threads=1)
        yield Row("the same with its likelihood", f"{n} firms", time.process_time() - start)
        start = time.process_time()
        ergm(data, PLAIN, seed=1)
        yield Row("exact fit of 4 effects", f"{n} firms", time.process_time() - start, within=2.0)
        yield Row("a million steps", f"{n} firms, 6 effects", steps(data, fit.theta))


def steps(data: Panel, theta: np.ndarray) -> float:
    """CPU seconds of a million steps."""
    found, items = one_wave(data, SPEC, None)
    chains = Chains(model(found, SPEC, items), seed=1, threads=1)
    chains.interval = 250_000
    start = time.process_time()
    chains.draw(theta, 1, burn=1_000_000)
    return (time.process_time() - start) / CHAINS


def drawn(n: int) -> Panel:
    """A network from the model, its density set so that firms have about five ties."""
    rng = np.random.default_rng(n)
    values = {"size": rng.normal(size=n), "sector": rng.integers(0, 4, n).astype(float)}
    begin = panel({"r": np.zeros((1, n, n))}, covariates=values)
    found, items = one_wave(begin, SPEC, None)
    chains, theta = Chains(model(found, SPEC, items), seed=n, threads=1), np.array([-4.0, 1.5, 0.5, -0.5, 0.2, 0.5])
    for _ in range(40):
        chains.interval = 1
        draws = chains.draw(theta, 1, burn=100 * n, keep=True)
        theta[0] -= 0.3 * np.log(draws.mean[0] / (TIES * n))
    return panel({"r": draws.nets[0][None].astype(float)}, covariates=values)


if __name__ == "__main__":
    for row in rows():
        print(row.line())

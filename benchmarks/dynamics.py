"""Tie-formation models: CPU time of simulated panels with scores and of whole fits, beside the reference's figures.

The reference's figures were measured with RSiena 1.6.6 on one core of a 2.5 GHz Xeon and are written here as they
were; they are not measured in this run, and the ratio says how far apart two machines and two programs are. Ours are
CPU seconds of one thread, smallest of several runs, except where threads and start-up are measured. The networks have
the mean degree 2.3 of the small network that the reference was timed with, unless their name says otherwise.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.run import Row
from interfirm.dynamics import Panel, Specification, engine, estimate, panel
from interfirm.dynamics.coding import Coded, code
from interfirm.dynamics.goodness_of_fit import LONGEST, TRIADS, count

A = ("density", "recip", "transTrip")
WIDE = (*A, "egoX:v", "altX:v", "simX:v")
B = (*A, "cycle3", "altX:v", "egoX:v", "simX:v")
VALUES = {"density": -2.65, "recip": 2.4, "transTrip": 0.6, "cycle3": -0.05, "egoX:v": 0.03, "altX:v": -0.03,
          "simX:v": 0.75}
PEER, DEGREE, RATES = "RSiena, elsewhere", 2.3, (6.5, 5.3)
# Actors, effects, panels timed together, wanted and the reference's milliseconds of one panel.
SIZES = ((50, A, 500, 0.6, 6.5), (100, WIDE, 200, 2.5, 24.0), (200, WIDE, 100, 8.0, 90.0), (400, WIDE, 40, 25.0, 424.0))


def rows() -> Iterator[Row]:
    for n, effects, number, wanted, theirs in SIZES:
        coded, theta, _ = drawn(n, effects, DEGREE)
        ours = cpu(lambda c=coded, t=theta, r=number: engine.simulate(c, t, r, seed=1)) * 1000 / number
        yield Row("1,000 panels with scores", f"{n} actors, {len(effects)} effects", ours, PEER, theirs, within=wanted)
    coded, theta, _ = drawn(2000, WIDE, 6.0)
    ours = cpu(lambda: engine.simulate(coded, theta, 1, seed=1))
    yield Row("one panel with scores", "2,000 actors, mean degree 6", ours, within=0.6)
    yield good_fit()
    yield from fits()
    yield two_threads()
    yield from start_up()


def fits() -> Iterator[Row]:
    """Whole default fits of the reference's own three waves of 50 actors, where they are; median of three seeds."""
    base = Path(os.environ.get("INTERFIRM_DATA", Path(__file__).resolve().parents[2] / "shared" / "data")) / "s50"
    if not base.exists():
        return
    waves = np.array([np.loadtxt(base / f"s50{w}.csv", delimiter=",") for w in (1, 2, 3)])
    data = panel({"r": waves}, covariates={"v": np.loadtxt(base / "s50a.csv", delimiter=",").T})
    for effects, wanted, theirs in ((A, 1.2, 11.0), (B, 2.2, 22.0)):
        ours = median(cpu(lambda s=seed, e=effects: estimate(data, Specification("r", e), seed=s, threads=1), runs=2)
                      for seed in (1, 2, 3))
        yield Row("whole default fit", f"s50, {len(effects)} effects", ours, PEER, theirs, within=wanted)


def good_fit(n: int = 400, number: int = 40) -> Row:
    """Counting degrees, distances and triads beside simulating the panels in which they are counted."""
    coded, theta, _ = drawn(n, WIDE, DEGREE)
    theirs = cpu(lambda: engine.simulate(coded, theta, number, seed=1, keep=True))
    ends = engine.simulate(coded, theta, number, seed=1, keep=True).ends
    sizes = [np.zeros((number, size)) for size in (8, 8, LONGEST + 1, len(TRIADS))]
    ours = cpu(lambda: count(ends, coded.seen, 0, (n, n), sizes))
    return Row("goodness of fit, 40 panels", f"{n} actors", ours, "their simulation", theirs, faster=1.0)


def drawn(n: int, effects: tuple[str, ...], degree: float, seed: int = 1) -> tuple[Coded, Any, Panel]:
    """A panel of three waves that keeps its mean degree, its model and the parameters that it was drawn with."""
    rng = np.random.default_rng(seed)
    x = (rng.random((n, n)) < degree / n) * (1.0 - np.eye(n))
    v = rng.integers(1, 6, n).astype(float)
    spec = Specification("r", effects)
    theta = np.array([RATES[0], *(VALUES[name] for name in effects)])
    low, high, many = -12.0, 0.0, max(2, 1000 // n)
    for _ in range(9):
        theta[1] = (low + high) / 2
        long = np.array([20.0, *theta[1:]])
        ends = engine.simulate(code(pair(x, v), spec), long, many, seed=3, keep=True).ends[:, 0, 0]
        low, high = (theta[1], high) if ends.sum() / len(ends) < degree * n else (low, theta[1])
    waves = [ends[0].astype(float)]
    for w, rate in enumerate(RATES):
        two = code(pair(waves[-1], v), spec)
        made = engine.simulate(two, np.array([rate, *theta[1:]]), 1, seed=w, keep=True)
        waves.append(made.ends[0, 0, 0].astype(float))
    data = panel({"r": np.array(waves)}, covariates={"v": v})
    return code(data, spec), np.array([*RATES, *theta[1:]]), data


def pair(x: Any, v: Any) -> Panel:
    """A panel of which only the first wave and that ties come and go matter."""
    return panel({"r": [x, x.T]}, covariates={"v": v})


def cpu(function: Callable[[], Any], runs: int = 5) -> float:
    """Fewest CPU seconds of several runs, after one that compiles and warms."""
    function()
    spent = []
    for _ in range(runs):
        start = time.process_time()
        function()
        spent.append(time.process_time() - start)
    return min(spent)


def two_threads() -> Row:
    """Seconds on the clock with two threads beside one."""
    coded, theta, _ = drawn(100, WIDE, DEGREE)

    def seconds(threads: int) -> float:
        start = time.perf_counter()
        engine.simulate(coded, theta, 1000, seed=1, threads=threads)
        return time.perf_counter() - start

    one, two = (min(seconds(threads) for _ in range(5)) for threads in (1, 2))
    return Row("1,000 panels, two threads", "100 actors, 6 effects", two, "one thread", one, faster=1.7,
               note="needs two free cores")


START = """
import numpy as np
from interfirm.dynamics import Specification, engine, panel
from interfirm.dynamics.checks import check_coded
from interfirm.dynamics.coding import code
x = np.triu(np.ones((30, 30)), 25)
data, spec = panel({"r": [x, x.T]}), Specification("r", ["recip"])
check_coded(coded := code(data, spec), data, spec)
engine.targets(coded)
engine.simulate(coded, coded.start, 1, seed=1)
"""


def start_up() -> Iterator[Row]:
    """CPU seconds until the first panel is simulated: after installation, and later."""
    with tempfile.TemporaryDirectory() as folder:
        for what, wanted in (("first call, compilation included", 20.0), ("start-up of later calls", 1.5)):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run([sys.executable, "-c", START], check=True, env={**os.environ, "NUMBA_CACHE_DIR": folder})
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            yield Row(what, "", after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, within=wanted)

"""Barter of knowledge: against Mesa under the same order of activation, memory for a million firms, the whole sweep.

Mesa is compared with where it is installed. Times are processor time, as the machine may be shared. Set
``INTERFIRM_SWEEP=200`` (replications) to run the sweep of the replication card; it takes some minutes.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from benchmarks import barter_mesa
from benchmarks.run import Row
from interfirm.kernels import barter as kernel
from interfirm.simulation.published.barter import LAWS, Barter, barter, barter_sweep, small_world

PERIODS = 20
SHARES = (0.001, 0.003, 0.01, 0.03, 0.06, 0.09, 0.13, 0.2, 0.3, 0.5, 1.0)
SWEEPS = {"10 % experts, α 0.1": Barter(),
          "1 % experts per category, α 0.1": Barter(experts=0.01, experts_in="each category"),
          "10 % experts, α 0.5": Barter(absorption=0.5), "no experts, α 0.1": Barter(experts=0.0)}
MILLION = """
import resource
from interfirm.simulation.published.barter import Barter, barter
barter(Barter(firms=1_000_000), periods=20, seed=1)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6)
"""


def rows() -> Iterator[Row]:
    version = barter_mesa.available()
    if version is None:
        print("barter: Mesa is not installed, so there is no peer; ours is timed alone.")
    for firms, wanted in ((500, 100), (100_000, 40)):
        yield from _against_mesa(firms, wanted, version)
    yield _million()
    if os.environ.get("INTERFIRM_SWEEP"):
        _sweeps(int(os.environ["INTERFIRM_SWEEP"]))


def _cpu(function: Callable[[], Any], runs: int) -> tuple[float, Any]:
    """Least processor seconds of several runs, and the last result."""
    best, result = float("inf"), None
    for _ in range(runs):
        start = time.process_time()
        result = function()
        best = min(best, time.process_time() - start)
    return best, result


def _against_mesa(firms: int, wanted: int, version: str | None) -> Iterator[Row]:
    links = small_world(firms, 10, 0.1, seed=1)
    start = barter(Barter(firms=firms), periods=0, seed=1).levels
    for law in ("shuffled", "random"):
        ours, levels = _ours(links, start, law)
        rate = firms * PERIODS / ours / 1e6
        if version is None:
            yield Row(f"barter, {law}", f"{firms:,} firms", ours, note=f"{rate:.1f} million meetings a second")
            continue
        runs = 3 if firms < 1000 else 1
        theirs, mean = min((_mesa(links, start, law) for _ in range(runs)), key=lambda one: one[0])
        note = f"{rate:.1f} against {firms * PERIODS / theirs / 1e6:.3f} million meetings a second; mean knowledge " \
            f"{levels.mean():.3f} and {mean:.3f}"
        yield Row(f"barter, {law}", f"{firms:,} firms", ours, f"Mesa {version}", theirs, faster=wanted, note=note)


def _ours(links: tuple[np.ndarray, np.ndarray], start: np.ndarray, law: str) -> tuple[float, np.ndarray]:
    """Seconds for 20 periods (many times over for small networks), without building the network."""
    firms, tables = len(start), kernel.subsets(5)
    repeats = max(1, 200_000 // firms)
    traded, order = np.zeros(PERIODS, np.int64), np.empty(firms, np.int32)
    padded = kernel.rows_of(firms, 8)

    def once() -> np.ndarray:
        for replication in range(repeats):
            padded[:, :5] = start
            kernel.trade(*links, padded, 5, 0.1, LAWS[law], 1, replication, 0, PERIODS, tables, order, traded)
        return padded[:, :5]

    once()
    seconds, levels = _cpu(once, 5)
    return seconds / repeats, levels


def _mesa(links: tuple[np.ndarray, np.ndarray], start: np.ndarray, law: str) -> tuple[float, float]:
    market = barter_mesa.model(links, start, 0.1, seed=1)
    step = market.shuffled if law == "shuffled" else market.anybody
    seconds, _ = _cpu(lambda: [step() for _ in range(PERIODS)], 1)
    return seconds, market.mean()


def _million() -> Row:
    """A million firms for 20 periods, network included, in a process of its own."""
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", MILLION], capture_output=True, text=True, check=False)
    peak = float(done.stdout) if done.returncode == 0 else float("nan")
    state = "met" if peak < 1.2 else "MISSED"
    return Row("barter, random, start to end", "1,000,000 firms", time.perf_counter() - start,
               note=f"peak memory {peak:.2f} GB (wanted: below 1.2; {state})")


def _sweeps(replications: int) -> None:
    """The numbers of the replication card."""
    for name, rules in SWEEPS.items():
        start = time.process_time()
        sweep = barter_sweep(SHARES, replications, rules=rules, record=(50,), seed=2004)
        print(f"{name}: {replications} replications, {time.process_time() - start:.0f} s of processor time")
        print(sweep.table().round(4).to_string(index=False))
        for statistic, lowest in (("mean", False), ("variance", False), ("cv", True)):
            best = sweep.best(statistic, lowest=lowest)
            print(f"  {'lowest' if lowest else 'highest'} {statistic}: "
                  f"{', '.join(f'{p:g} ({share:.0%})' for p, share in best[best > 0.005].items())}", flush=True)

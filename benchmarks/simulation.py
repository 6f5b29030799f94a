"""The cluster model: many policies on a hundred firms, one run of a hundred thousand, two workers against one."""

from __future__ import annotations

import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.run import Row
from interfirm.kernels.cluster_codes import FIRM, TIE
from interfirm.simulation import Plan, Stop, prior, run, run_experiment, usual_policies
from interfirm.simulation.choice import balanced
from interfirm.simulation.model import prepare
from interfirm.simulation.plan import replicate
from interfirm.simulation.reference import replay
from interfirm.simulation.starting import ClusterStart
from interfirm.simulation.workers import Here, Processes, Workers

PERIODS = 60


def invented(size: int, *, partners: float = 6.0, seed: int = 1) -> ClusterStart:
    """Firms on a map with ties to near ones: five sectors, places of about a hundred firms."""
    rng = np.random.default_rng(seed)
    firm = np.zeros(size, dtype=FIRM)
    firm["alive"], firm["home"] = 1, np.arange(size)
    firm["workers"] = np.maximum(1, np.round(np.exp(rng.normal(3, 0.8, size))))
    firm["market"] = firm["capital"] = firm["workers"]
    firm["small"] = firm["workers"] < prior.SMALL
    firm["sector"], firm["place"] = rng.integers(0, 5, size), np.arange(size) // 100
    firm["east"], firm["north"] = 0.3 * np.arange(size), rng.uniform(0, 30, size)
    firm["capability"], firm["absorptive"] = rng.uniform(0.2, 0.8, (2, size))
    firm["openness"] = rng.integers(0, 3, size)
    a = np.repeat(np.arange(size), int(partners / 2))
    b = (a + rng.integers(1, 40, len(a))) % size
    pairs = np.unique(np.sort(np.column_stack([a, b]), axis=1), axis=0)
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    tie = np.zeros(len(pairs), dtype=TIE)
    tie["a"], tie["b"], tie["live"] = pairs[:, 0], pairs[:, 1], 1
    tie["ask_ab"], tie["ask_ba"], tie["exchange"] = rng.integers(0, 2, (3, len(pairs)))
    tie["ask_ab"] |= ~(tie["ask_ba"] | tie["exchange"]) & 1
    tie["trust_ab"], tie["trust_ba"], tie["commitment"] = prior.TRUST, prior.TRUST, prior.COMMITMENT
    tacit, explicit = prior.knowledge(firm["capability"], firm["sector"])
    names = tuple(f"F{i}" for i in range(size))
    places = tuple(map(str, range(size // 100 + 1)))
    return ClusterStart(names, names, firm, tie, tacit, explicit, prior.SPREAD, tuple("abcde"), places, 4, None)


def rows() -> Iterator[Row]:
    start = balanced(invented(100))
    run(start, seed=1, periods=4)
    yield from _against_plain(start)
    yield from _many(start)
    yield from _large()


def _against_plain(start: ClusterStart) -> Iterator[Row]:
    """The plain model and the compiled one: the same events, so the same work."""
    began = time.process_time()
    replay(prepare(start, seed=1, periods=8), 8)
    plain = time.process_time() - began
    began = time.process_time()
    for replication in range(20):
        run(start, seed=1, replication=replication, periods=8)
    fast = (time.process_time() - began) / 20
    yield Row("cluster model, 8 periods", "100 firms", fast, peer="plain Python, the same events", theirs=plain)


def _many(start: ClusterStart) -> Iterator[Row]:
    """The whole experiment, as it is run, and the same work on one worker and on two."""
    plan = Plan(start, tuple(usual_policies()), periods=PERIODS, every=PERIODS)
    replicate(plan, 0)
    began = _processor()
    wall = _wall(plan, Processes(2), 100)
    spent = _processor() - began
    yield Row("9 policies x 100 replications x 60 periods, two workers", "100 firms", spent / 2, within=60,
              note=f"processor time / 2, all processes, classification and writing included; {wall:.0f} s by the clock")
    for number in (60, 100):
        one, two = (_wall(plan, crew, number) for crew in (Here(), Processes(2)))
        yield Row(f"{number} replications on two workers", "100 firms", two, peer="one worker", theirs=one, faster=1.8,
                  note="wall-clock, start of the workers included; needs two free cores")


def _processor() -> float:
    """Processor seconds of this process and of those that it has ended."""
    return sum(one.ru_utime + one.ru_stime for one in map(resource.getrusage, (resource.RUSAGE_SELF,
                                                                               resource.RUSAGE_CHILDREN)))


def _wall(plan: Plan, crew: Workers, number: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        run_experiment(plan, Path(folder) / "results", stop=Stop(number, 0), workers=crew)
        return time.perf_counter() - began


def _large() -> Iterator[Row]:
    start = invented(100_000)
    began = time.process_time()
    made = run(start, seed=1, periods=PERIODS)
    seconds = time.process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    yield Row("one run of 60 periods", "100,000 firms", seconds, within=300,
              note=f"peak memory {peak:.2f} GB; {made.last()['ties']:,.0f} ties at the end")

"""Run the topics and print one line per comparison.

A topic is a module of this folder with a function ``rows()`` that yields :class:`Row`; its name goes into ``TOPICS``.
Times are medians of several runs with compiled kernels; the networks are built beforehand on both
sides. A missed target is marked and makes the exit code 1.
"""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module, metadata
from typing import Any

TOPICS = ("commands", "page", "holes", "brokers", "triads", "reach", "partners", "structure", "kdensity", "skin",
          "barter", "performance", "dynamics", "ergm", "simulation")


@dataclass(frozen=True)
class Row:
    """One comparison. ``agreement`` is the largest absolute difference of the values compared.

    ``faster`` is the least wanted ratio peer / ours, ``within`` the most seconds wanted; ``short`` says that a target
    other than these, named in ``note``, was not reached.
    """

    what: str
    network: str
    ours: float
    peer: str = ""
    theirs: float | None = None
    agreement: float | None = None
    faster: float | None = None
    within: float | None = None
    note: str = ""
    short: bool = False

    @property
    def ratio(self) -> float | None:
        """How many times faster we are."""
        return None if self.theirs is None else self.theirs / self.ours

    @property
    def missed(self) -> bool:
        """Whether a target was missed, or values differ by more than 1e-9."""
        slow = self.faster is not None and (self.ratio is None or self.ratio < self.faster)
        late = self.within is not None and self.ours > self.within
        wrong = self.agreement is not None and not self.agreement <= 1e-9
        return slow or late or wrong or self.short

    def line(self) -> str:
        target = f"≥ {self.faster:g}×" if self.faster else f"≤ {self.within:g} s" if self.within else ""
        ratio = f"{self.ratio:.1f}×" if self.ratio else ""
        theirs = f"{self.theirs:.3f} s" if self.theirs is not None else ""
        agree = f"{self.agreement:.1e}" if self.agreement is not None else ""
        mark = "MISSED" if self.missed else "met" if target else ""
        return (f"{self.what:<34} {self.network:<26} {self.ours:>9.3f} s {self.peer:<22} {theirs:>10} {ratio:>8} "
                f"{agree:>8} {target:>7} {mark:<6} {self.note}").rstrip()


def timed(function: Callable[[], Any], runs: int = 5) -> tuple[float, Any]:
    """Median seconds of several runs, and the last result; one run before them compiles and warms."""
    function()
    return timed_cold(function, runs)


def timed_cold(function: Callable[[], Any], runs: int = 3) -> tuple[float, Any]:
    """The same without the run before; for slow peers that compile nothing."""
    seconds, result = [], None
    for _ in range(runs):
        start = time.perf_counter()
        result = function()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds), result


def machine() -> str:
    """What it ran on, and how busy that was."""
    load = ", ".join(f"{x:.2f}" for x in os.getloadavg()) if hasattr(os, "getloadavg") else "not known"
    names = ("numpy", "scipy", "numba", "igraph", "networkx")
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in names)
    return f"Python {platform.python_version()}, {os.cpu_count()} cores, load {load}; {versions}"


def main(arguments: list[str]) -> int:
    """Run the named topics, or all."""
    unknown = [name for name in arguments if name not in TOPICS]
    if unknown:
        print(f"Unknown topic {', '.join(unknown)}. Known: {', '.join(TOPICS)}.")
        return 2
    print(machine())
    print(f"{'what':<34} {'network':<26} {'ours':>11} {'peer':<22} {'theirs':>10} {'ratio':>8} {'differ':>8} "
          f"{'target':>7}", flush=True)
    missed = 0
    for row in _rows(arguments or list(TOPICS)):
        print(row.line(), flush=True)
        missed += row.missed
    print(machine())
    print("Every target met." if not missed else f"{missed} targets missed.")
    return 1 if missed else 0


def _rows(topics: list[str]) -> Iterator[Row]:
    for name in topics:
        yield from import_module(f"benchmarks.{name}").rows()

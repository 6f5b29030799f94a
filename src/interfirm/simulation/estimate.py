"""How long an experiment will take and how much memory it needs: said before it begins, refused if there is less."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from interfirm.defaults import threshold
from interfirm.errors import UsageError
from interfirm.simulation.end_structure import classifies, replications_classified, structure_at_start
from interfirm.simulation.model import run

if TYPE_CHECKING:
    from interfirm.simulation.plan import Plan

_STARTING: Final = 3.0  # seconds until a worker process has loaded what it needs
_WRITING: Final = 0.04  # seconds to write a replication and to put the parts together
_PROCESS: Final = 200_000_000  # bytes of a worker process before it holds a run
_SHARE_OF_MEMORY: Final = 0.8


@dataclass(frozen=True)
class Estimate:
    """What an experiment will take.

    Parameters
    ----------
    processor
        Seconds of processor time in all.
    seconds
        Seconds until it ends, with the workers at hand.
    margin
        The true time may be this many times as long, or as short.
    replications
        For how many replications.
    workers
        By how many workers; 0 if a scheduler has them.
    """

    processor: float
    seconds: float
    margin: float
    replications: int
    workers: int

    def __str__(self) -> str:
        between = f"{spoken_time(self.seconds / self.margin)} to {spoken_time(self.seconds * self.margin)}"
        who = ("on the workers of the scheduler, if all were like this machine" if not self.workers else
               f"on {self.workers} worker{'' if self.workers == 1 else 's'}")
        return (f"{self.replications} replications will take at most about {spoken_time(self.seconds)} {who} "
                f"({between}; measured with a short trial run).")


def spoken_time(seconds: float) -> str:
    """'40 s', '12 min', '3.5 h', '2.5 days'."""
    for size, name in ((86400.0, "days"), (3600.0, "h"), (60.0, "min")):
        if seconds >= 1.5 * size:
            return f"{seconds / size:.2g} {name}" if seconds < 99 * size else f"{seconds / size:,.0f} {name}"
    return f"{max(1, round(seconds))} s"


def estimate(plan: Plan, replications: int, *, workers: int, scheduler: bool = False) -> Estimate:
    """What a plan will take, from a trial run on this machine.

    A run without a policy is timed over more and more periods until the trial has taken half a second or is as long
    as a whole run; the rest is in proportion. Runs get slower while ties grow, and other programs may be at work, so
    that the time may be twice as long or half.

    Parameters
    ----------
    plan
        What will be run.
    replications
        How many replications at most.
    workers
        Number of processes, or of workers of a scheduler.
    scheduler
        Whether the workers are those of a scheduler.

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> from interfirm.simulation import Plan, start, usual_policies
    >>> plan = Plan(start(example(seed=1)), tuple(usual_policies()))
    >>> str(estimate(plan, 100, workers=2))[:43]    # doctest: +SKIP
    '100 replications will take at most about 13'
    """
    each = len(plan.policies) * _seconds_of_a_run(plan)
    classified = min(replications, replications_classified()) if classifies(plan.start.size) else 0
    shapes = classified * len(plan.policies) * (_seconds_to_classify(plan) if classified else 0.0)
    processor = replications * each + shapes
    hands = max(1, min(workers, replications))
    waiting = _STARTING if hands > 1 or scheduler else 0.0
    return Estimate(processor, waiting + processor / hands + replications * _WRITING,
                    float(threshold("simulation", "pilot_margin")["value"]), replications,
                    0 if scheduler else hands)


def _seconds_of_a_run(plan: Plan) -> float:
    values = plan.drawn(0)
    _timed(plan, values, 1)  # compiles, or loads what is compiled
    least, periods = float(threshold("simulation", "pilot")["value"]), min(4, plan.periods)
    while True:
        spent = _timed(plan, values, periods)
        if periods == plan.periods or spent >= least:
            return spent * plan.periods / periods
        periods = min(plan.periods, int(periods * np.clip(2 * least / max(spent, 1e-3), 2, 16)))


def _timed(plan: Plan, values: dict[str, float], periods: int) -> float:
    began = time.perf_counter()
    run(plan.start, values, seed=plan.seed, periods=periods, off=plan.off)
    return time.perf_counter() - began


def _seconds_to_classify(plan: Plan) -> float:
    """Half way between a network that is compared with random ones and one that need not be."""
    structure_at_start(plan.start, seed=plan.seed)
    began = time.perf_counter()
    for compared in (False, True):
        structure_at_start(plan.start, seed=plan.seed, always_compare=compared)
    return (time.perf_counter() - began) / 2


def check_time(expected: Estimate, minutes: float | None) -> str | None:
    """What is to be said about the time that there is; None if it will do.

    Parameters
    ----------
    expected
        What the experiment will take.
    minutes
        The time that the user gives it; None if no limit was given.

    Raises
    ------
    UsageError
        If not even two replications would be finished in that time, or if it would take longer than the threshold
        ``simulation.longest`` and no limit was given.
    """
    longest = float(threshold("simulation", "longest")["value"])
    if minutes is None:
        if expected.seconds > 3600 * longest:
            raise UsageError(f"{expected} That is more than {longest:g} hours, so it does not begin unasked: say with "
                             "--minutes how long it may take (run the same command again to go on), or ask for fewer "
                             "--replications, fewer --years, or more workers with --scheduler.")
        return None
    if expected.seconds <= 60 * minutes:
        return None
    two = expected.seconds * 2 / expected.replications
    if two / expected.margin > 60 * minutes:
        raise UsageError(f"{expected} Two replications, the fewest that give an interval, would take about "
                         f"{spoken_time(two)}, and --minutes {minutes:g} allows {spoken_time(60 * minutes)}. Give more "
                         "minutes, or ask for fewer policies or fewer --years.")
    there = max(2, int(expected.replications * 60 * minutes / expected.seconds))
    return (f"--minutes {minutes:g} will do for about {there} of them. What is finished by then is compared; run the "
            "same command again to go on.")


def check_memory(plan: Plan, count: int) -> None:
    """Refuse a run that would not fit into memory, before it starts.

    Raises
    ------
    UsageError
        With what it would need and what there is.
    """
    need = (plan.memory() + _PROCESS) * count
    free = available_memory()
    if free is not None and need > _SHARE_OF_MEMORY * free:
        raise UsageError(f"{count} worker{'' if count == 1 else 's'} would need about {size(need)} of memory, and "
                         f"{size(free)} are free. Use fewer --workers, or a larger machine.")


def available_memory() -> int | None:
    """Bytes of memory that a program can have, what the system only keeps as a cache included; None if not known."""
    from interfirm.study.read.machine import available_memory as read

    return read()


def size(number: float) -> str:
    """'3.2 GB'."""
    for unit in ("bytes", "kB", "MB"):
        if number < 1000:
            return f"{number:.3g} {unit}"
        number /= 1000
    return f"{number:.3g} GB"

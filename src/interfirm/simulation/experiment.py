"""Run an experiment: replications until the answer is narrow enough, streamed to disk, resumable at any moment."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from interfirm.errors import UsageError
from interfirm.kernels import cluster_codes as codes
from interfirm.simulation.end_structure import classifies, structure_at_start
from interfirm.simulation.estimate import size
from interfirm.simulation.plan import Plan, Replicate, tables
from interfirm.simulation.workers import Here, Workers

if TYPE_CHECKING:
    from interfirm.simulation.comparison import Comparison

Floats = npt.NDArray[np.float64]
Progress = Callable[[str], None]

MAIN: Final = ("innovations", "capability", "knowledge", "trust")
BATCH: Final = 20


@dataclass(frozen=True)
class Stop:
    """When to stop: at a number of replications, or before if every main effect is known well enough, or at a time.

    Parameters
    ----------
    most
        Replications at most.
    precision
        Half-width of the 95 % interval of each effect on the main outputs that is narrow enough, relative to the output
        without a policy; 0 to go on to the most.
    minutes
        Time at most; the replications finished by then count. Run again to go on.

    Raises
    ------
    UsageError
        For fewer than two replications, a precision below 0, or no time at all.
    """

    most: int = 100
    precision: float = 0.01
    minutes: float | None = None

    def __post_init__(self) -> None:
        if self.most < 2:
            raise UsageError(f"{self.most} replication{'' if self.most == 1 else 's'} would give no interval; ask for "
                             "at least 2.")
        if not self.precision >= 0:
            raise UsageError(f"The precision is {self.precision:g}; it has to be 0 or more.")
        if self.minutes is not None and not self.minutes > 0:
            raise UsageError(f"The minutes are {self.minutes:g}; they have to be more than 0.")

    def checkpoints(self) -> list[int]:
        """After how many replications to look; fixed beforehand, so that the number does not hang on the workers."""
        return sorted({*range(BATCH, self.most, BATCH), self.most})


_USUAL: Final = Stop()


def run_experiment(plan: Plan, folder: Path, *, stop: Stop = _USUAL, workers: Workers | None = None,
               progress: Progress | None = None) -> Comparison:
    """Run a plan, or what is left of it, and compare its policies.

    Every finished replication is a part on disk; a crash or a kill loses the running ones only. The same plan in the
    same folder goes on where it stopped, and the results are then, byte for byte, those of a run that was never
    interrupted, on any number of workers.

    Parameters
    ----------
    plan
        What to run.
    folder
        Where results go; a new folder, or one of the same plan.
    stop
        When to stop.
    workers
        Who does it: ``Here()``, ``Processes(2)``, ``Dask("tcp://…")``.
    progress
        Is told how far it is.

    Raises
    ------
    UsageError
        If the folder holds results of something else, if memory or disk would not do, if the disk is full or workers
        are lost. Nothing that was finished is lost.

    Examples
    --------
    >>> from pathlib import Path
    >>> from interfirm.study.example import example
    >>> from interfirm.simulation import Plan, Stop, run_experiment, start
    >>> from interfirm.simulation import usual_policies
    >>> plan = Plan(start(example(seed=1)), tuple(usual_policies()))
    >>> result = run_experiment(plan, Path("results"), stop=Stop(most=40))    # doctest: +SKIP
    """
    from interfirm.simulation.comparison import compare
    from interfirm.study.read import results as stored
    from interfirm.study.write import results as store

    say = progress or _silent
    with store.locked(folder):
        _claim(plan, folder)
        store.sweep(folder)
        _check_room(plan, folder, stop)
        done = _Done(plan, folder, {name: stored.part(folder, name, "outputs") for name in stored.parts(folder)})
        _work(plan, folder, stop, workers or Here(), done, say)
        number = done.answer(stop)
        if number < 2:
            raise UsageError("Time was up before two replications were finished. Run the same command again to go on, "
                             "with more minutes.")
        say("putting the parts together")
        store.combine(folder, [part_name(r) for r in range(number)], list(_kept(plan)))
        store.write_manifest(folder, {**plan.manifest(), "replications": number, "narrow": done.narrow(number, stop),
                                      "structure_now": _structure_now(plan)})
    return compare(folder)


def left_to_do(plan: Plan, folder: Path, stop: Stop) -> int:
    """How many replications at most are still to be run in a folder; refuses a folder of something else.

    Raises
    ------
    UsageError
        If the folder holds results of another plan, or something that is no result.
    """
    from interfirm.study.read import results as stored

    if not folder.exists():
        return stop.most
    _refuse_other(plan, folder, stored.manifest(folder))
    there = {name for name in stored.parts(folder) if int(name.rsplit("-", 1)[1]) < stop.most}
    return stop.most - len(there)


def part_name(number: int) -> str:
    """Name of the part of a replication."""
    return f"replication-{number:06d}"


def _silent(_: str) -> None:
    return None


def _kept(plan: Plan) -> tuple[str, ...]:
    from interfirm.simulation.plan import BY_FIRM, BY_TIE

    size = plan.start.size
    kept = {"firms": size <= BY_FIRM, "ties": size <= BY_TIE, "structure": classifies(size)}
    return ("outputs", "parameters", *(name for name, there in kept.items() if there))


def _structure_now(plan: Plan) -> str | None:
    return structure_at_start(plan.start, seed=plan.seed).decision if classifies(plan.start.size) else None


_SAID: Final[Mapping[str, str]] = {
    "version": "another version of interfirm", "format": "another version of interfirm", "study": "another study",
    "wave": "another wave", "seed": "another seed", "periods": "another number of periods", "every": "other reporting",
    "steps": "another length of period", "policies": "other policies", "given": "other parameters",
    "vary": "another treatment of uncertain parameters", "off": "other rules", "fitted": "another fit of tie choice",
    "affinity": "another fit of tie choice",
}


def _claim(plan: Plan, folder: Path) -> None:
    """Use a folder that is new or of this plan; refuse any other."""
    from interfirm.study.read import results as stored
    from interfirm.study.write import results as store

    there = stored.manifest(folder)
    if there is None:
        store.write_manifest(folder, plan.manifest())
    _refuse_other(plan, folder, there)


def _refuse_other(plan: Plan, folder: Path, there: Mapping[str, Any] | None) -> None:
    mine = plan.manifest()
    differ = list(dict.fromkeys(_SAID[key] for key in _SAID if there is not None and there.get(key) != mine[key]))
    if differ:
        raise UsageError(f"'{folder}' holds results of {', '.join(differ)}. Results are never mixed: give another "
                         "folder with --output, or remove this one.")


def _check_room(plan: Plan, folder: Path, stop: Stop) -> None:
    from interfirm.study.write import results as store

    rows = len(plan.policies) * (plan.periods // plan.every + 1)
    firms = len(plan.policies) * plan.start.size if plan.start.size <= 2000 else 0
    need = stop.most * (40_000 + rows * len(codes.OUTPUTS) * 8 + firms * 80)
    free = store.room(folder)
    if need > free:
        raise UsageError(f"The results may take {size(need)}, and '{folder}' has {size(free)} left. Make room, or "
                         "ask for fewer replications.")


class _Done:
    """The replications that are finished: their main outputs at the end."""

    def __init__(self, plan: Plan, folder: Path, there: Mapping[str, Any]) -> None:
        self.plan, self.folder = plan, folder
        self.ends: dict[int, Floats] = {}
        places = [codes.OUTPUTS.index(name) for name in MAIN]
        self.places = places
        for name, frame in there.items():
            last = frame.loc[frame["period"] == plan.periods, list(MAIN)]
            self.ends[int(name.rsplit("-", 1)[1])] = last.to_numpy(dtype=np.float64)

    def add(self, one: Replicate) -> None:
        """One more."""
        self.ends[one.number] = one.outputs[:, -1][:, self.places]

    def in_a_row(self) -> int:
        """How many of the first replications are there without a gap."""
        number = 0
        while number in self.ends:
            number += 1
        return number

    def narrow(self, number: int, stop: Stop) -> bool:
        """Whether the first ``number`` replications make every main effect narrow enough."""
        from scipy import stats

        if stop.precision <= 0 or number < 2:
            return False
        ends = np.array([self.ends[r] for r in range(number)])
        effects = ends[:, 1:] - ends[:, :1]
        if not effects.shape[1]:
            return True
        half = stats.t.ppf(0.975, number - 1) * effects.std(axis=0, ddof=1) / np.sqrt(number)
        return bool((half <= stop.precision * np.abs(ends[:, 0].mean(axis=0))).all())

    def enough(self, stop: Stop) -> bool:
        """Whether a checkpoint that is reached is narrow enough, or the most are there."""
        return self.looked(stop) is not None

    def looked(self, stop: Stop) -> int | None:
        """The first checkpoint that is reached and narrow enough, or the last one if it is reached."""
        there = min(self.in_a_row(), stop.most)
        for number in stop.checkpoints():
            if number <= there and (number == stop.most or self.narrow(number, stop)):
                return number
        return None

    def answer(self, stop: Stop) -> int:
        """How many replications count: up to the checkpoint that settled it, or all that are there without a gap."""
        found = self.looked(stop)
        return min(self.in_a_row(), stop.most) if found is None else found


def _work(plan: Plan, folder: Path, stop: Stop, workers: Workers, done: _Done, say: Progress) -> None:
    """Run what is missing; look at every checkpoint whether it is enough."""
    from interfirm.study.write import results as store

    began, first = time.monotonic(), len(done.ends)
    if first:
        say(f"{first} replications are there already")
    if done.enough(stop):
        return
    flow = workers.run(plan, [r for r in range(stop.most) if r not in done.ends])
    try:
        for one in flow:
            store.write_part(folder, part_name(one.number), tables(plan, one))
            done.add(one)
            spent = time.monotonic() - began
            say(_how_far(len(done.ends), stop.most, spent / (len(done.ends) - first), stop))
            if done.enough(stop) or (stop.minutes is not None and spent > 60 * stop.minutes):
                return
    finally:
        flow.close()


def _how_far(there: int, most: int, each: float, stop: Stop) -> str:
    left = (most - there) * each
    when = f"at most {left / 60:.0f} min left" if left > 90 else f"at most {left:.0f} s left"
    late = stop.minutes is not None and left > 60 * stop.minutes
    return f"replication {there} of at most {most}; {when}" + (" (more than --minutes allows)" if late else "")

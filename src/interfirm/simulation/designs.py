"""Which parameter values to run: ranges, designs that fill them, and runs at every point of a design."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from interfirm.errors import UnknownName, UsageError

if TYPE_CHECKING:
    import pandas as pd

Model = Callable[[Mapping[str, float], int], Mapping[str, float]]
Progress = Callable[[str], None]
KINDS: Final = ("latin-hypercube", "sobol", "halton")


@dataclass(frozen=True)
class Range:
    """The values that a parameter may take.

    Parameters
    ----------
    name
        The parameter.
    low, high
        Its bounds, both finite, low below high.
    whole
        Only whole numbers.
    log
        Spread evenly over orders of magnitude; low must be above 0.
    """

    name: str
    low: float
    high: float
    whole: bool = False
    log: bool = False

    def __post_init__(self) -> None:
        """Refuse what is no range."""
        if not (np.isfinite(self.low) and np.isfinite(self.high) and self.low < self.high):
            raise UsageError(f"{self.name}: {self.low} to {self.high} is no range; low must be below high.")
        if self.whole and np.floor(self.high) < np.ceil(self.low):
            raise UsageError(f"{self.name}: there is no whole number from {self.low} to {self.high}.")
        if self.log and self.low <= 0:
            raise UsageError(f"{self.name}: a range over orders of magnitude must start above 0, not at {self.low}.")

    def values(self, share: NDArray[np.float64]) -> NDArray[np.float64]:
        """The values at shares from 0 to 1 of the range."""
        if self.whole:
            first, last = np.ceil(self.low), np.floor(self.high)
            return np.asarray(np.minimum(first + np.floor(np.asarray(share) * (last - first + 1)), last))
        if self.log:
            return np.asarray(self.low * (self.high / self.low) ** np.asarray(share))
        return np.asarray(self.low + np.asarray(share) * (self.high - self.low))


@dataclass(frozen=True)
class Runs:
    """Outputs at every point of a design.

    Attributes
    ----------
    points
        Points × parameters.
    outputs
        Names of the outputs.
    values
        Points × replications × outputs.
    """

    names: tuple[str, ...]
    points: NDArray[np.float64] = field(repr=False)
    outputs: tuple[str, ...]
    values: NDArray[np.float64] = field(repr=False)

    def means(self, output: str) -> NDArray[np.float64]:
        """Mean over replications at each point."""
        result: NDArray[np.float64] = self.values[:, :, self._at(output)].mean(axis=1)
        return result

    def stochastic_share(self, output: str) -> float:
        """Share of the variance of single runs that chance alone makes; NaN with one replication or no variance.

        Variance within points over the variance of all runs, in their unbiased forms.
        """
        runs = self.values[:, :, self._at(output)]
        if runs.shape[1] < 2 or runs.shape[0] < 2:
            return float("nan")
        within = runs.var(axis=1, ddof=1).mean()
        between = max(runs.mean(axis=1).var(ddof=1) - within / runs.shape[1], 0.0)
        return float(within / (within + between)) if within + between > 0 else float("nan")

    def table(self) -> pd.DataFrame:
        """One row a point and replication: parameters, then outputs."""
        import pandas as pd

        count, replications, _ = self.values.shape
        frame = pd.DataFrame(np.repeat(self.points, replications, axis=0), columns=list(self.names))
        frame.insert(0, "replication", np.tile(np.arange(replications), count))
        frame.insert(0, "point", np.repeat(np.arange(count), replications))
        return pd.concat([frame, pd.DataFrame(self.values.reshape(count * replications, -1),
                                              columns=list(self.outputs))], axis=1)

    def _at(self, output: str) -> int:
        if output not in self.outputs:
            raise UnknownName("output", output, self.outputs)
        return self.outputs.index(output)


def design(ranges: Sequence[Range], points: int, *, seed: int, kind: str = "latin-hypercube") -> NDArray[np.float64]:
    """Points that fill the ranges evenly: points × parameters.

    Parameters
    ----------
    ranges
        One :class:`Range` a parameter.
    points
        How many; a Sobol design is balanced for powers of two.
    seed
        Seed of the design.
    kind
        ``"latin-hypercube"``, ``"sobol"`` (scrambled) or ``"halton"``.

    Raises
    ------
    UnknownName
        For another kind.
    UsageError
        Without ranges, with a parameter twice, or with no point.

    Examples
    --------
    >>> design([Range("alpha", 0.0, 1.0)], 4, seed=1).shape
    (4, 1)
    """
    from scipy.stats import qmc

    check_ranges(ranges)
    if points < 1:
        raise UsageError(f"{points} points is no design; ask for at least 1.")
    if kind not in KINDS:
        raise UnknownName("kind of design", kind, KINDS)
    width, rng = len(ranges), np.random.default_rng(seed)
    if kind == "sobol":
        size = int(np.ceil(np.log2(points)))
        share = qmc.Sobol(width, rng=rng).random_base2(size)[:points]
    elif kind == "halton":
        share = qmc.Halton(width, rng=rng).random(points)
    else:
        share = qmc.LatinHypercube(width, rng=rng).random(points)
    return scale(ranges, share)


def check_ranges(ranges: Sequence[Range]) -> None:
    """Refuse an empty list and a parameter that comes twice."""
    names = [item.name for item in ranges]
    if not names:
        raise UsageError("No parameter to vary: give at least one Range.")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise UsageError(f"Given twice: {', '.join(twice)}. Give one range a parameter.")


def scale(ranges: Sequence[Range], share: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shares from 0 to 1 as values of the parameters."""
    return np.stack([item.values(share[:, k]) for k, item in enumerate(ranges)], axis=1)


def run_design(model: Model, ranges: Sequence[Range], points: NDArray[np.float64], *, seed: int,
               replications: int = 1, workers: int = 1, progress: Progress | None = None) -> Runs:
    """Run a model at every point.

    Every point is run with the same seeds (common random numbers), so that differences between points
    are due to the parameters as far as can be.

    Parameters
    ----------
    model
        ``model(parameters, seed)`` returns outputs by name, the same names at every point.
    ranges, points
        The parameters, and points × parameters as :func:`design` gives them.
    seed
        Seed from which those of the replications are drawn.
    replications
        Runs at each point.
    workers
        Threads; results do not depend on them.
    progress
        Is told now and then.

    Raises
    ------
    UsageError
        When outputs are missing, named differently, or not finite at some point; the point is named.

    Examples
    --------
    >>> runs = run_design(lambda p, seed: {"y": 2 * p["x"]}, [Range("x", 0, 1)], np.array([[0.5]]), seed=1)
    >>> runs.means("y")
    array([1.])
    """
    names = tuple(item.name for item in ranges)
    seeds = seeds_of(seed, replications)
    jobs = [(at, one) for at in range(len(points)) for one in seeds]
    done = 0

    def run(job: tuple[int, int]) -> Mapping[str, float]:
        return model(dict(zip(names, points[job[0]].tolist(), strict=True)), job[1])

    rows: list[Mapping[str, float]] = []
    with ThreadPoolExecutor(max(workers, 1)) as pool:
        for row in pool.map(run, jobs):
            rows.append(row)
            done += 1
            if progress is not None and done % max(len(jobs) // 20, 1) == 0:
                progress(f"run {done} of {len(jobs)}")
    outputs = tuple(rows[0]) if rows else ()
    return Runs(names, points, outputs, _gather(rows, outputs, names, points, replications))


def seeds_of(seed: int, count: int) -> list[int]:
    """Seeds of the replications."""
    return [int(value) for value in np.random.SeedSequence(seed).generate_state(count, np.uint64) >> np.uint64(1)]


def _gather(rows: list[Mapping[str, float]], outputs: tuple[str, ...], names: tuple[str, ...],
            points: NDArray[np.float64], replications: int) -> NDArray[np.float64]:
    values = np.empty((len(rows), len(outputs)))
    for at, row in enumerate(rows):
        where = ", ".join(f"{n} = {v:g}" for n, v in zip(names, points[at // replications], strict=True))
        if set(row) != set(outputs) or not outputs:
            raise UsageError(f"At {where} the model gave {sorted(row)}, elsewhere {sorted(outputs)}. It must give the "
                             "same outputs, at least one, at every point.")
        values[at] = [float(row[name]) for name in outputs]
        if not np.isfinite(values[at]).all():
            bad = outputs[int(np.flatnonzero(~np.isfinite(values[at]))[0])]
            raise UsageError(f"At {where} the output {bad} is not a finite number. Narrow the range, or "
                             "return a number that says what happened there.")
    return values.reshape(len(points), replications, len(outputs))


def needs(module: str) -> Any:
    """Import a package of the extra 'experiments', or say how to get it."""
    from importlib import import_module

    try:
        return import_module(module)
    except ModuleNotFoundError:
        name = module.split(".", maxsplit=1)[0]
        raise UsageError(f"This needs {name}, which is not installed: pip install 'interfirm[experiments]'.") from None

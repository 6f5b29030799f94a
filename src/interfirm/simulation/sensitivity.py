"""What the outcome hangs on: screening after Morris, shares of variance after Sobol."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from interfirm.errors import UsageError
from interfirm.numerals import per_cent
from interfirm.simulation.designs import Model, Progress, Range, Runs, check_ranges, needs, run_design, scale

if TYPE_CHECKING:
    import pandas as pd

CONFIDENCE: Final = 0.95
_INDICES: Final = {"first": "S1", "first_half_width": "S1_conf", "total": "ST", "total_half_width": "ST_conf"}


@dataclass(frozen=True)
class Sensitivity:
    """Effect of each parameter on each output.

    Attributes
    ----------
    method
        ``"morris"`` or ``"sobol"``.
    effects
        By output: a table, one row a parameter. Morris: ``mean_absolute`` (mu star) with ``half_width``,
        ``spread`` (sigma). Sobol: ``first`` and ``total`` with their half-widths.
    stochastic
        By output: the share of the variance of single runs that chance alone makes; NaN with one replication.
    runs
        All runs.
    """

    method: str
    effects: dict[str, dict[str, NDArray[np.float64]]] = field(repr=False)
    stochastic: dict[str, float]
    runs: Runs = field(repr=False)

    def table(self) -> pd.DataFrame:
        """One row an output and parameter, strongest first within an output."""
        import pandas as pd

        key = "mean_absolute" if self.method == "morris" else "total"
        parts = []
        for output, columns in self.effects.items():
            frame = pd.DataFrame({"output": output, "parameter": self.runs.names, **columns})
            parts.append(frame.sort_values(key, ascending=False, kind="stable"))
        return pd.concat(parts, ignore_index=True)

    def __str__(self) -> str:
        """The table, and what chance makes."""
        shares = [f"{name}: {per_cent(share)} of the variance of single runs is chance" for name, share in
                  self.stochastic.items() if np.isfinite(share)]
        return "\n".join([self.table().to_string(index=False, float_format=lambda v: f"{v:.3g}"), *shares])


def morris(model: Model, ranges: Sequence[Range], *, trajectories: int = 20, seed: int, replications: int = 1,
           workers: int = 1, progress: Progress | None = None) -> Sensitivity:
    """Screen which parameters matter at all, by elementary effects.

    Each trajectory moves one parameter at a time. The mean of the absolute effects says how much a parameter
    matters over its whole range, their spread how far that depends on the others [morris1991, campolongo2007].

    Parameters
    ----------
    model, ranges, seed, replications, workers, progress
        As for :func:`interfirm.simulation.designs.run_design`; the effects are those of the mean over replications.
    trajectories
        How many; runs = trajectories × (parameters + 1) × replications.

    Returns
    -------
    Sensitivity

    Raises
    ------
    UsageError
        Without SALib, with fewer than two trajectories, or when an output cannot be used.
    """
    check_ranges(ranges)
    if trajectories < 2:
        raise UsageError(f"{trajectories} trajectory gives no interval; ask for at least 2.")
    sample, analyze = needs("SALib.sample.morris"), needs("SALib.analyze.morris")
    problem = _problem(ranges)
    with _quiet():
        share = sample.sample(problem, trajectories, seed=np.random.default_rng([seed, 1]))
    runs = run_design(model, ranges, scale(ranges, share), seed=seed, replications=replications, workers=workers,
                      progress=progress)
    effects = {}
    for output in runs.outputs:
        with _quiet():
            found = analyze.analyze(problem, share, runs.means(output), conf_level=CONFIDENCE,
                                    seed=np.random.default_rng([seed, 2]))
        effects[output] = {"mean_absolute": np.asarray(found["mu_star"], float),
                           "half_width": np.asarray(found["mu_star_conf"], float),
                           "mean": np.asarray(found["mu"], float), "spread": np.asarray(found["sigma"], float)}
    return Sensitivity("morris", effects, {name: runs.stochastic_share(name) for name in runs.outputs}, runs)


def sobol(model: Model, ranges: Sequence[Range], *, points: int = 128, seed: int, replications: int = 1,
          workers: int = 1, progress: Progress | None = None) -> Sensitivity:
    """Split the variance of each output by parameter.

    First-order index of x: V(E[y | x]) / V(y), what fixing x would take away on average. Total index:
    1 - V(E[y | all but x]) / V(y), what is left when only x varies [sobol2001, saltelli2010]. The indices
    are those of the mean over replications; what chance makes of single runs is said apart.

    Parameters
    ----------
    model, ranges, seed, replications, workers, progress
        As for :func:`interfirm.simulation.designs.run_design`.
    points
        A power of two; runs = points × (parameters + 2) × replications.

    Returns
    -------
    Sensitivity
        Indices are NaN for an output that does not vary.

    Raises
    ------
    UsageError
        Without SALib, when points is no power of two, or when an output cannot be used.
    """
    check_ranges(ranges)
    if points < 2 or points & (points - 1):
        raise UsageError(f"points is {points}; a power of two is expected, e.g. 128.")
    sample, analyze = needs("SALib.sample.sobol"), needs("SALib.analyze.sobol")
    problem = _problem(ranges)
    with _quiet():
        share = sample.sample(problem, points, calc_second_order=False, seed=np.random.default_rng([seed, 1]))
    runs = run_design(model, ranges, scale(ranges, share), seed=seed, replications=replications, workers=workers,
                      progress=progress)
    effects = {}
    for output in runs.outputs:
        means = runs.means(output)
        if np.ptp(means) == 0:
            found = {name: np.full(len(ranges), np.nan) for name in _INDICES.values()}
        else:
            with _quiet():
                found = analyze.analyze(problem, means, calc_second_order=False, conf_level=CONFIDENCE,
                                        seed=np.random.default_rng([seed, 2]))
        effects[output] = {name: np.asarray(found[key], float) for name, key in _INDICES.items()}
    return Sensitivity("sobol", effects, {name: runs.stochastic_share(name) for name in runs.outputs}, runs)


def _problem(ranges: Sequence[Range]) -> dict[str, Any]:
    """The parameters as shares from 0 to 1, in the form that SALib takes."""
    return {"num_vars": len(ranges), "names": [item.name for item in ranges], "bounds": [[0.0, 1.0]] * len(ranges)}


@contextmanager
def _quiet() -> Iterator[None]:
    """The library warns about its own future; nothing that changes a number."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        warnings.simplefilter("ignore", DeprecationWarning)
        yield

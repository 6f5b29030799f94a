"""Find parameters under which a model gives what was observed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from interfirm.errors import UnknownName, UsageError
from interfirm.simulation.designs import Model, Progress, Range, check_ranges, needs, seeds_of

if TYPE_CHECKING:
    import pandas as pd

SAMPLERS: Final = ("tpe", "cma-es")
_CLOSE: Final = 2.0


@dataclass(frozen=True)
class Calibration:
    """Parameters whose simulated moments come nearest to the observed ones.

    Attributes
    ----------
    best
        The parameters of the nearest trial.
    distance
        Root mean squared difference of the moments at the best, in units of their scales.
    simulated
        The moments at the best: medians over replications.
    close
        Range of each parameter among trials whose distance is at most the best plus what chance makes of
        the distance there; not a confidence interval, but what the moments cannot tell apart.
    trials
        Every trial: parameters, then distance.
    """

    best: dict[str, float]
    distance: float
    observed: dict[str, float]
    simulated: dict[str, float]
    close: dict[str, tuple[float, float]]
    names: tuple[str, ...]
    trials: NDArray[np.float64] = field(repr=False)

    def table(self) -> pd.DataFrame:
        """One row a parameter: best value, and the range that does about as well."""
        import pandas as pd

        return pd.DataFrame([(name, self.best[name], *self.close[name]) for name in self.names],
                            columns=["parameter", "best", "close_low", "close_high"])

    def __str__(self) -> str:
        """Parameters, then moments beside the observed ones."""
        lines = [self.table().to_string(index=False, float_format=lambda v: f"{v:.4g}"), "",
                 f"distance {self.distance:.3g} over {len(self.observed)} moments, {len(self.trials)} trials"]
        return "\n".join([*lines, *(f"  {name}: observed {value:.4g}, simulated {self.simulated[name]:.4g}"
                                    for name, value in self.observed.items())])


def calibrate(model: Model, ranges: Sequence[Range], observed: Mapping[str, float], *, seed: int,
              scales: Mapping[str, float] | None = None, trials: int = 200, replications: int = 5, workers: int = 1,
              sampler: str = "tpe", storage: str | None = None, progress: Progress | None = None) -> Calibration:
    """Search parameters whose simulated moments match the observed ones.

    Distance = √(mean over moments m of ((median over replications of m - observed m) / scale m)²), searched by
    Optuna [akiba2019]. All trials use the same seeds.

    Parameters
    ----------
    model
        ``model(parameters, seed)`` returns at least the observed moments, by name.
    ranges
        Where to search.
    observed
        The moments, by name.
    seed
        Seed of the replications and of the search.
    scales
        What counts as a difference of one, by moment: best its standard error; the size of the observed
        value if left out (1 where that is 0).
    trials, replications
        Parameter sets tried, and runs of each.
    workers
        Threads for the replications of a trial; results do not depend on them.
    sampler
        ``"tpe"``, or ``"cma-es"`` where the optional package cmaes is there.
    storage
        A database address that Optuna takes, e.g. ``sqlite:///search.db``: a search that was stopped keeps its
        trials and goes on, with other draws than an uninterrupted one.
    progress
        Is told the best distance now and then.

    Raises
    ------
    UsageError
        Without Optuna, without moments, with a scale that is not above 0, or when the model does not give a moment.
    """
    units = _scales(observed, scales)
    check_ranges(ranges)
    if trials < 1 or replications < 1:
        raise UsageError("trials and replications must be at least 1.")
    optuna = needs("optuna")
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(storage=storage, study_name="interfirm", load_if_exists=storage is not None)
    study.sampler = _sampler(optuna, sampler, seed + len(study.trials))
    seeds = seeds_of(seed, replications)

    def objective(trial: Any) -> float:
        values = {item.name: _suggest(trial, item) for item in ranges}
        runs = _moments(model, values, seeds, observed, workers)
        off = (np.median(runs, axis=0) - np.array(list(observed.values()))) / units
        trial.set_user_attr("moments", np.median(runs, axis=0).tolist())
        trial.set_user_attr("noise", _noise(runs, units))
        if progress is not None and trial.number % 10 == 9:
            progress(f"trial {trial.number + 1} of {trials}")
        return float(np.sqrt((off**2).mean()))

    study.optimize(objective, n_trials=max(trials - len(study.trials), 0))
    return _result(study, ranges, observed)


def _scales(observed: Mapping[str, float], scales: Mapping[str, float] | None) -> NDArray[np.float64]:
    if not observed:
        raise UsageError("No observed moment: give at least one, by name.")
    given = scales or {}
    unknown = sorted(set(given) - set(observed))
    if unknown:
        raise UsageError(f"scales names {', '.join(unknown)}, which is not among the observed moments "
                         f"({', '.join(observed)}).")
    units = np.array([given.get(name, abs(value) or 1.0) for name, value in observed.items()], float)
    wrong = [name for name, unit in zip(observed, units, strict=True) if not (np.isfinite(unit) and unit > 0)]
    missing = [name for name, value in observed.items() if not np.isfinite(value)]
    if wrong or missing:
        raise UsageError(f"Not a finite number, or a scale not above 0: {', '.join([*missing, *wrong])}.")
    return units


def _sampler(optuna: Any, name: str, seed: int) -> Any:
    if name not in SAMPLERS:
        raise UnknownName("sampler", name, SAMPLERS)
    if name == "cma-es":
        needs("cmaes")
        return optuna.samplers.CmaEsSampler(seed=seed)
    return optuna.samplers.TPESampler(seed=seed, n_startup_trials=20)


def _suggest(trial: Any, item: Range) -> float:
    if item.whole:
        return float(trial.suggest_int(item.name, int(np.ceil(item.low)), int(np.floor(item.high)), log=item.log))
    return float(trial.suggest_float(item.name, item.low, item.high, log=item.log))


def _moments(model: Model, values: dict[str, float], seeds: list[int], observed: Mapping[str, float],
             workers: int) -> NDArray[np.float64]:
    """Replications × moments."""
    with ThreadPoolExecutor(max(workers, 1)) as pool:
        rows = list(pool.map(lambda one: model(values, one), seeds))
    lacking = sorted(set(observed) - set(rows[0]))
    if lacking:
        raise UsageError(f"The model does not give {', '.join(lacking)}; it gives {', '.join(sorted(rows[0]))}.")
    out = np.array([[float(row[name]) for name in observed] for row in rows])
    if not np.isfinite(out).all():
        where = ", ".join(f"{name} = {value:g}" for name, value in values.items())
        raise UsageError(f"At {where} a moment is not a finite number. Narrow the ranges.")
    return out


def _noise(runs: NDArray[np.float64], units: NDArray[np.float64]) -> float:
    """About what chance makes of the distance: root mean squared standard error of the moments, in units."""
    if len(runs) < 2:
        return 0.0
    return float(np.sqrt(((runs.std(axis=0, ddof=1) / units) ** 2 / len(runs)).mean()))


def _result(study: Any, ranges: Sequence[Range], observed: Mapping[str, float]) -> Calibration:
    names = tuple(item.name for item in ranges)
    done = [trial for trial in study.trials if trial.value is not None]
    table = np.array([[*(trial.params[name] for name in names), trial.value] for trial in done], float)
    best = study.best_trial
    near = table[table[:, -1] <= best.value + _CLOSE * best.user_attrs["noise"]]
    close = {name: (float(near[:, k].min()), float(near[:, k].max())) for k, name in enumerate(names)}
    return Calibration({name: float(best.params[name]) for name in names}, float(best.value), dict(observed),
                       dict(zip(observed, best.user_attrs["moments"], strict=True)), close, names, table)

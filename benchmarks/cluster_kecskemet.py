"""Does the cluster model change a real knowledge network as it changed? Kecskemét, 2012 to 2015.

Two variants start from 2012: with priors put in balance on 2012 alone, which know nothing of 2015, and with tie
choice fitted to both waves. Everything else has its usual values. What is compared are numbers that nobody fitted, but
for those of the second variant that its effects hold on average (ties, reciprocity).
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from interfirm import Study, import_files
from interfirm.simulation import run, start
from interfirm.simulation.choice import balanced, fitted
from interfirm.simulation.starting import ClusterStart

Bools = npt.NDArray[np.bool_]
PERIODS = 12  # three years of quarters


def load(folder: Path) -> Study:
    """The study, or an error that says what is missing."""
    study = import_files([folder]).study
    if study is None:
        raise FileNotFoundError(folder)
    return study


def pattern(before: Bools, after: Bools) -> dict[str, float]:
    """Turnover, reciprocity, degrees and triads of a change from one network to another."""
    out, into = after.sum(axis=1), after.sum(axis=0)
    paths = (after.astype(int) @ after.astype(int)) * ~np.eye(len(after), dtype=bool)
    return {"ties": float(after.sum()), "kept of the old": float((before & after).sum() / before.sum()),
            "Jaccard": float((before & after).sum() / (before | after).sum()),
            "reciprocity": float((after & after.T).sum() / after.sum()),
            "closed two-paths": float((paths * after).sum() / max(1, paths.sum())),
            "sd of asking": float(out.std()), "sd of being asked": float(into.std()),
            "most asked": float(into.max()), "isolates": float(((out + into) == 0).sum())}


def asked(made_tie: npt.NDArray[np.void], size: int) -> Bools:
    """Who asks whom among the first firms."""
    grid = np.zeros((size, size), dtype=bool)
    tie = made_tie[(made_tie["live"] == 1) & (made_tie["b"] < size)]
    grid[tie["a"], tie["b"]] = tie["ask_ab"] == 1
    grid[tie["b"], tie["a"]] = tie["ask_ba"] == 1
    return grid


def starts(study: Study) -> dict[str, ClusterStart]:
    """The two variants at the first wave."""
    first, last = study.wave_order
    begin, end = start(study, wave=first), start(study, wave=last)
    fit = fitted(end, study, seed=1, years=3)
    return {"balanced on 2012 alone": balanced(begin),
            "fitted to both waves": replace(begin, fitted=fit.fitted, affinity=fit.affinity)}


def compared(study: Study, runs: int = 200) -> pd.DataFrame:
    """By variant and pattern: observed, simulated mean and 95 % range, and whether the observed lies within it."""
    first, last = study.wave_order
    begin, end = start(study, wave=first), start(study, wave=last)
    before, after = asked(begin.tie, begin.size), asked(end.tie, end.size)
    observed = pattern(before, after)
    table = []
    for name, where in starts(study).items():
        off = ("firm_exit", "entrants", "spin_offs")  # the same firms in both waves
        ends = (run(where, seed=1, replication=r, periods=PERIODS, off=off).world.tie for r in range(runs))
        made = [pattern(before, asked(tie, begin.size)) for tie in ends]
        for key, value in observed.items():
            values = np.array([item[key] for item in made])
            low, high = np.quantile(values, [0.025, 0.975])
            table.append((name, key, value, values.mean(), low, high, bool(low <= value <= high)))
    return pd.DataFrame(table, columns=["variant", "pattern", "observed", "simulated", "low", "high", "within"])


if __name__ == "__main__":
    place = Path(os.environ.get("INTERFIRM_DATA", "")) / "kecskemet"
    if not place.is_dir():
        sys.exit("The data 'kecskemet' is not here (set INTERFIRM_DATA).")
    print(compared(load(place)).round(3).to_string(index=False))

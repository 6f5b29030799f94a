"""The cluster model against the change of a real knowledge network, 2012 to 2015."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from benchmarks.cluster_kecskemet import asked, compared, load

from interfirm.kernels.cluster_codes import RULES
from interfirm.simulation import run, start
from interfirm.simulation.choice import _estimate

pytestmark = [pytest.mark.data, pytest.mark.slow]


def test_search_alone_is_the_fitted_model(data_dir: Callable[[str], Path]) -> None:
    """With only the rule of search and the fitted effects, ties and mutual ties come out as observed.

    Tolerance: four standard errors of the mean of 100 runs, and 3 % for turns that are counted by quarter instead of
    running at exponential times.
    """
    study = load(data_dir("kecskemet"))
    first, last = study.wave_order
    begin, end = start(study, wave=first), start(study, wave=last)
    fit = _estimate(study.select(actors=begin.actors), "knowledge", ["density", "recip", "gwespFF(69)"], 1)
    value = dict(zip(fit.names, fit.theta, strict=True))
    given = {"density": value["density"], "recip": value["recip"], "closure": value["gwespFF(69)"], "popularity": 0.0,
             "fit": 0.0, "capable": 0.0, "same_sector": 0.0, "near": 0.0, "search": fit.theta[0] / 3}
    alone = replace(begin, fitted={k: float(v) for k, v in given.items()}, affinity=np.zeros((28, 28)))
    off = [rule for rule in RULES if rule != "search"]
    ends = [asked(run(alone, seed=1, replication=r, periods=12, off=off).world.tie, 28) for r in range(100)]
    observed = asked(end.tie, end.size)
    for measure in (lambda x: x.sum(), lambda x: (x & x.T).sum()):
        made = np.array([measure(x) for x in ends])
        assert abs(made.mean() - measure(observed)) < 4 * made.std() / 10 + 0.03 * measure(observed)


def test_patterns_of_the_whole_model(data_dir: Callable[[str], Path]) -> None:
    """What the fitted variant reproduces and what not is as the documentation says."""
    found = compared(load(data_dir("kecskemet")), runs=60).set_index(["variant", "pattern"])["within"]
    fitted = found["fitted to both waves"]
    assert fitted[["ties", "kept of the old", "Jaccard", "reciprocity", "sd of being asked", "most asked"]].all()
    assert not fitted["sd of asking"]
    assert not found["balanced on 2012 alone"]["kept of the old"]

"""Designs, sensitivity and calibration: functions whose answer is known, recovery, and what is refused."""

from __future__ import annotations

import sys
from functools import partial

import numpy as np
import pytest

from interfirm.errors import UnknownName, UsageError
from interfirm.simulation.calibration import calibrate
from interfirm.simulation.designs import Range, design, run_design
from interfirm.simulation.published import AllianceRules, alliance_growth, alliance_moments
from interfirm.simulation.sensitivity import morris, sobol

UNIT = [Range("a", 0.0, 1.0), Range("b", 0.0, 1.0)]
ANGLES = [Range(name, -np.pi, np.pi) for name in ("x1", "x2", "x3")]
ISHIGAMI_FIRST, ISHIGAMI_TOTAL = [0.3139, 0.4424, 0.0], [0.5576, 0.4424, 0.2437]
SOBOL_ERROR = 0.03  # of indices from 1,024 points: about three half-widths of the estimator's own interval


def ishigami(p, seed):
    """The usual test function; its indices are known in closed form."""
    return {"y": np.sin(p["x1"]) + 7 * np.sin(p["x2"]) ** 2 + 0.1 * p["x3"] ** 4 * np.sin(p["x1"])}


def linear(p, seed):
    return {"y": 3 * p["a"] - p["b"], "still": 1.0}


def noisy(p, seed):
    """Variance 3²/12 by the parameter, and 0.5² by chance."""
    return {"y": 3 * p["a"] + 0.5 * np.random.default_rng([seed, int(1e6 * p["a"])]).normal()}


@pytest.mark.parametrize("kind", ["latin-hypercube", "sobol", "halton"])
def test_a_design_fills_every_part_of_a_range(kind):
    points = design([Range("a", -1, 1), Range("n", 1, 4, whole=True), Range("k", 0.01, 100, log=True)], 64, seed=2,
                    kind=kind)
    assert np.histogram(points[:, 0], 8, (-1, 1))[0].min() >= 6
    assert np.histogram(np.log10(points[:, 2]), 8, (-2, 2))[0].min() >= 6
    values, counts = np.unique(points[:, 1], return_counts=True)
    assert values.tolist() == [1, 2, 3, 4]
    assert counts.min() >= 13
    assert np.array_equal(points, design([Range("a", -1, 1), Range("n", 1, 4, whole=True),
                                          Range("k", 0.01, 100, log=True)], 64, seed=2, kind=kind))


def test_a_latin_hypercube_has_one_point_a_stratum():
    points = design(UNIT, 20, seed=1)
    assert (np.sort((points * 20).astype(int), axis=0) == np.arange(20)[:, None]).all()


@pytest.mark.parametrize("workers", [1, 3])
def test_runs_stand_in_the_order_of_the_points(workers):
    points = design(UNIT, 12, seed=1)
    runs = run_design(linear, UNIT, points, seed=1, replications=2, workers=workers)
    assert runs.means("y") == pytest.approx(3 * points[:, 0] - points[:, 1])
    table = runs.table()
    assert table.shape == (24, 6)
    assert table.loc[5, ["point", "replication"]].tolist() == [2, 1]


def test_chance_is_told_from_parameters():
    """0.25 of 0.25 + 9/12; the tolerance is three standard errors of a variance from 4,000 runs."""
    runs = run_design(noisy, [Range("a", 0, 1)], design([Range("a", 0, 1)], 1000, seed=3), seed=3, replications=4)
    assert runs.stochastic_share("y") == pytest.approx(0.25, abs=0.025)
    assert np.isnan(run_design(noisy, [Range("a", 0, 1)], np.array([[0.5]]), seed=1).stochastic_share("y"))


def test_elementary_effects_of_a_linear_model_are_its_coefficients():
    found = morris(linear, UNIT, trajectories=8, seed=1)
    assert found.effects["y"]["mean_absolute"] == pytest.approx([3, 1])
    assert found.effects["y"]["mean"] == pytest.approx([3, -1])
    assert found.effects["y"]["spread"] == pytest.approx([0, 0], abs=1e-9)
    assert found.table()["parameter"].tolist()[:2] == ["a", "b"]
    assert "mean_absolute" in str(found)


def test_shares_of_variance_of_a_known_function():
    found = sobol(ishigami, ANGLES, points=1024, seed=1)
    assert found.effects["y"]["first"] == pytest.approx(ISHIGAMI_FIRST, abs=SOBOL_ERROR)
    assert found.effects["y"]["total"] == pytest.approx(ISHIGAMI_TOTAL, abs=SOBOL_ERROR)
    assert len(found.runs.points) == 1024 * 5


def test_an_output_that_does_not_vary_has_no_shares():
    found = sobol(linear, UNIT, points=32, seed=1)
    assert np.isnan(found.effects["still"]["total"]).all()
    assert np.isfinite(found.effects["y"]["total"]).all()


def test_calibration_finds_a_known_optimum():
    def model(p, seed):
        return {"m1": p["a"] + p["b"], "m2": p["a"] * p["b"]}

    found = calibrate(model, [Range("a", 0, 1), Range("b", 1, 3)], {"m1": 2.3, "m2": 0.6}, seed=1, trials=150,
                      replications=1)
    assert found.distance < 0.05
    assert found.best["a"] == pytest.approx(0.3, abs=0.1)
    assert found.best["b"] == pytest.approx(2.0, abs=0.2)
    assert found.close["a"][0] <= found.best["a"] <= found.close["a"][1]
    assert "observed 2.3" in str(found)


def grow(p, seed):
    rules = AllianceRules(same=(1 - p["newcomer"]) / 2, other=(1 - p["newcomer"]) / 2, newcomer=p["newcomer"],
                          established=p["established"])
    run = alliance_growth(rules, np.ones(400), [2, 2, 3], alliances=300, seed=seed)
    m = alliance_moments(run.ties())
    return {"degree": m.mean_degree, "path": m.mean_path, "clustering": m.clustering, "parts": len(m.components)}


@pytest.mark.slow
def test_known_parameters_of_a_network_come_back():
    """Rules that made a network are among those that the search cannot tell from the best."""
    truth = {"newcomer": 0.3, "established": 0.7}
    several = [grow(truth, 1000 + k) for k in range(20)]
    observed = {name: float(np.mean([row[name] for row in several])) for name in several[0]}
    errors = {name: float(np.std([row[name] for row in several], ddof=1)) for name in several[0]}
    found = calibrate(grow, [Range("newcomer", 0, 1), Range("established", 0, 1)], observed, scales=errors, seed=1,
                      trials=80, replications=6)
    assert found.best["newcomer"] == pytest.approx(0.3, abs=0.1)
    assert found.best["established"] == pytest.approx(0.7, abs=0.15)
    assert found.distance < 1


def test_workers_do_not_change_a_calibration():
    one, two = (calibrate(noisy, [Range("a", 0, 1)], {"y": 1.5}, seed=2, trials=25, replications=3, workers=w)
                for w in (1, 3))
    assert np.array_equal(one.trials, two.trials)


@pytest.mark.slow
def test_a_stopped_search_goes_on(tmp_path):
    where = f"sqlite:///{tmp_path / 'search.db'}"
    first = calibrate(noisy, [Range("a", 0, 1)], {"y": 1.5}, seed=2, trials=10, storage=where)
    both = calibrate(noisy, [Range("a", 0, 1)], {"y": 1.5}, seed=2, trials=25, storage=where)
    assert len(both.trials) == 25
    assert np.array_equal(both.trials[:10], first.trials)
    assert len(np.unique(both.trials[:, 0])) == 25


def wrong(p, seed):
    return {"y": 1.0, "z": 2.0} if p["a"] > 0.5 else {"y": np.inf if p["b"] > 0.9 else 1.0}


@pytest.mark.parametrize(("call", "words"), [
    (lambda: Range("a", 1, 1), "low must be below high"), (lambda: Range("a", 0, 1, log=True), "above 0"),
    (lambda: Range("n", 0.2, 0.8, whole=True), "no whole number"),
    (lambda: design([], 4, seed=1), "No parameter"), (lambda: design([*UNIT, UNIT[0]], 4, seed=1), "Given twice: a"),
    (lambda: design(UNIT, 0, seed=1), "at least 1"), (lambda: morris(linear, UNIT, trajectories=1, seed=1), "interval"),
    (lambda: sobol(linear, UNIT, points=100, seed=1), "power of two"),
    (lambda: run_design(wrong, UNIT, np.array([[0.1, 0.1], [0.9, 0.1]]), seed=1), "same outputs"),
    (lambda: run_design(wrong, UNIT, np.array([[0.1, 0.95]]), seed=1), "a = 0.1, b = 0.95"),
    (lambda: calibrate(linear, UNIT, {}, seed=1), "No observed moment"),
    (lambda: calibrate(linear, UNIT, {"x": 1.0}, seed=1, trials=1), "does not give x"),
    (lambda: calibrate(linear, UNIT, {"y": 1.0}, scales={"y": 0.0}, seed=1), "not above 0"),
    (lambda: calibrate(linear, UNIT, {"y": 1.0}, scales={"z": 1.0}, seed=1), "not among the observed"),
    (lambda: calibrate(wrong, [Range("a", 0.1, 0.2), Range("b", 0.95, 1)], {"y": 1.0}, seed=1), "not a finite"),
])
def test_what_cannot_be_run_is_refused(call, words):
    with pytest.raises(UsageError, match=words):
        call()


def test_unknown_words():
    with pytest.raises(UnknownName, match="halton"):
        design(UNIT, 4, seed=1, kind="haltom")
    with pytest.raises(UnknownName, match="tpe"):
        calibrate(linear, UNIT, {"y": 1.0}, seed=1, sampler="tpa")
    with pytest.raises(UnknownName, match="still"):
        run_design(linear, UNIT, np.array([[0.1, 0.2]]), seed=1).means("stil")


@pytest.mark.parametrize("call", [partial(morris, linear, UNIT, seed=1), partial(sobol, linear, UNIT, seed=1),
                                  partial(calibrate, linear, UNIT, {"y": 1.0}, seed=1)])
def test_without_the_optional_packages_it_says_what_to_install(call, monkeypatch):
    for name in ("SALib", "SALib.sample", "SALib.sample.morris", "SALib.sample.sobol", "optuna"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(UsageError, match=r"interfirm\[experiments\]"):
        call()

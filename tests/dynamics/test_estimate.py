"""Estimates beside RSiena 1.6.6, recovery of known parameters, and what the result says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from small import grown

from interfirm.dynamics import Specification, engine, estimate, goodness_of_fit, panel, rsiena, simulate, wald_test
from interfirm.dynamics.coding import code
from interfirm.dynamics.importance import relative_importance
from interfirm.dynamics.tests_of_fit import score_test, time_test
from interfirm.errors import UnknownName, UsageError
from reference import BEHAVIOUR_C, MODEL_A, MODEL_B, MODEL_C

BAND = 0.10  # standard errors; the reference's own mean over three seeds moves by up to 0.06
SE_BAND = 0.10
RATE_SE_BAND = 0.15  # the reference's own standard errors of rates differ by up to 19 % between seeds
# Here all three runs of the reference stop above the target of transTrip, by 0.08 to 0.15 standard deviations, which is
# within its tolerance; twenty of our seeds are 0.09 standard errors from their plain mean, 0.05 from ``solution``.
SHORT_OF_ITS_TARGETS = ("A_transTrip", True)


def runs_of(s50, name: str, conditional: bool) -> list[dict[str, Any]]:
    """The reference's runs of a model."""
    return [run for run in s50.frozen["fits"] if run["model"] == name and run["cond"] == conditional]


def gap(run: dict[str, Any]) -> np.ndarray:
    """How far a run's own simulated means are from its targets."""
    return np.array(run["mean_sim_stats"]) - run["targets"]


def solution(s50, name: str, conditional: bool) -> np.ndarray:
    """The reference's estimates, each moved by one Newton step to its own targets; mean over its seeds."""
    return np.mean([run["theta"] - np.linalg.solve(run["dfra"], gap(run)) for run in runs_of(s50, name, conditional)],
                   axis=0)


@pytest.mark.slow
@pytest.mark.parametrize("conditional", [False, True])
def test_the_reference_is_as_far_from_its_targets_here_as_there(s50, conditional):
    """Simulated at the reference's own estimates, our means miss its targets as its own last 1,000 panels do.

    So where estimates differ by what is missed there, the solution of the moment equation is the same. Within 4
    Monte-Carlo standard errors; the mean deviation of the conditional runs is 7 of them away from 0.
    """
    coded = code(s50.panel, Specification("friendship", MODEL_A, conditional=conditional))
    targets, size, theirs = engine.targets(coded).sum(axis=0), 2000, []
    for run in runs_of(s50, "A_transTrip", conditional):
        stats = engine.simulate(coded, np.array(run["theta"]), size, seed=1, threads=2).stats.sum(axis=1)
        spread = stats.std(axis=0)
        ours = (stats.mean(axis=0) - targets) / spread
        theirs.append(gap(run) / spread)
        assert np.abs(ours - theirs[-1]).max() < 4 * np.sqrt(1 / size + 1 / run["n3"])
    missed = np.mean(theirs, axis=0)[-1] / np.sqrt(1 / (len(theirs) * run["n3"]))
    assert (missed > 5) == conditional


@pytest.mark.slow
@pytest.mark.parametrize("conditional", [False, True])
@pytest.mark.parametrize(("name", "effects"), [
    ("A_transTrip", MODEL_A), ("A_gwespFF", ["density", "recip", "gwespFF"]), ("B", MODEL_B), ("C_avSim", MODEL_C)])
def test_estimates_are_those_of_the_reference(s50, name, effects, conditional):
    """Mean over five seeds. Rates of a behaviour are per period, in conditional estimation too."""
    data, behaviour = (s50.coevolution, BEHAVIOUR_C) if name == "C_avSim" else (s50.panel, {})
    spec = Specification("friendship", effects, behaviour=behaviour, conditional=conditional)
    fits = [estimate(data, spec, seed=seed, threads=2) for seed in range(1, 6)]
    frozen = s50.frozen["summary"][f"{name}|{'conditional' if conditional else 'unconditional'}"]
    assert all(fit.converged for fit in fits)
    theta, se = np.mean([f.theta for f in fits], axis=0), np.mean([f.se for f in fits], axis=0)
    rate = np.array([p.kind == "rate" for p in fits[0].parameters])
    assert np.abs((theta - solution(s50, name, conditional)) / frozen["se_mean"]).max() < BAND
    if (name, conditional) != SHORT_OF_ITS_TARGETS:
        assert np.abs((theta - frozen["theta_mean"]) / frozen["se_mean"]).max() < BAND
    assert np.abs(se / frozen["se_mean"] - 1)[~rate].max() < SE_BAND
    assert np.abs(se / frozen["se_mean"] - 1)[rate].max(initial=0) < RATE_SE_BAND
    if conditional:
        rates = np.mean([[r[0] for r in f.conditional_rates.values()] for f in fits], axis=0)
        assert np.abs((rates - frozen["rate_mean"]) / frozen["rate_se_mean"]).max() < BAND


@pytest.fixture(scope="module")
def fit():
    return estimate(grown(), Specification("r", ["density", "recip", "transTrip", "sameX:size"]), seed=1)


def test_estimates_recover_what_was_put_in(fit):
    """Within 3.5 standard errors of the parameters that the panel was drawn with."""
    assert fit.converged
    assert np.abs((fit.theta - [4.0, 4.0, -2.0, 1.5, 0.25, 0.5]) / fit.se).max() < 3.5


def test_the_result_says_what_it_is(fit):
    table = fit.table()
    assert list(table["parameter"]) == fit.names
    ratio = table.loc[table["parameter"] == "recip", "odds_ratio"].item()
    assert ratio == pytest.approx(np.exp(fit.estimate("recip")[0]))
    assert "converged" in str(fit)
    assert r"\toprule" in fit.latex()
    assert fit.means == pytest.approx(fit.targets, abs=0.3 * fit.last.spread.max())
    with pytest.raises(UnknownName, match="recip"):
        fit.estimate("recipp")


def test_same_seed_same_fit_on_any_number_of_threads(fit):
    again = estimate(grown(), fit.spec, seed=1, threads=3)
    assert (again.theta == fit.theta).all()
    assert (again.se == fit.se).all()


def test_a_fit_continues_from_another(fit):
    stages = []
    more = estimate(grown(), fit.spec, seed=2, previous=fit, progress=lambda what, panels, largest: stages.append(what))
    assert more.converged
    assert "search" not in stages
    assert np.abs((more.theta - fit.theta) / fit.se).max() < 0.5


def test_conditional_fits_speak_of_the_same_periods():
    """Rates of a behaviour, its simulation and a continued fit agree with the unconditional fit."""
    one = grown(waves=2)
    levels = np.random.default_rng(3).integers(0, 3, (2, one.size)).astype(float)
    data = panel({"r": one.networks["r"].ties}, behaviours={"z": levels})
    spec = {"relation": "r", "effects": ["recip"], "behaviour": {"z": ["linear"]}}
    free = estimate(data, Specification(**spec), seed=1)
    held = estimate(data, Specification(**spec, conditional=True), seed=1)
    assert held.pace[held.names.index("rate z period 1")] > 2  # the network's rate, by which the time was stretched
    assert set(held.values) == set(free.values)
    for name, value in held.values.items():
        assert abs(value - free.values[name]) < 0.3 * free.estimate(name)[1], name
    again = estimate(data, held.spec, seed=2, previous=held)
    assert np.abs((again.theta - held.theta) / held.se).max() < 0.3
    assert goodness_of_fit(held, ["behaviour"], seed=1, panels=100, variable="z")[0].p > 0.05


def test_six_waves_with_covariates_that_change():
    """Five periods, an actor and a dyadic covariate that take other values in each; every period has its rate."""
    data, rng = grown(3, n=16, waves=6), np.random.default_rng(1)
    moving = panel({"r": data.networks["r"].ties}, covariates={"v": rng.random((6, 16))},
                   dyads={"w": rng.random((6, 16, 16))})
    found = estimate(moving, Specification("r", ["density", "recip", "altX:v", "X:w"]), seed=1)
    assert found.converged
    assert found.names[:5] == [f"rate r period {p}" for p in range(1, 6)]
    assert abs(found.estimate("altX:v")[0] / found.estimate("altX:v")[1]) < 3.5  # drawn without either
    assert abs(found.estimate("X:w")[0] / found.estimate("X:w")[1]) < 3.5
    v, w = moving.covariates["v"], moving.dyads["w"]
    x, off = moving.networks["r"].ties, ~np.eye(16, dtype=bool)
    assert found.targets[7] == pytest.approx(sum((x[p + 1] @ (v[p] - v[:-1].mean())).sum() for p in range(5)))
    assert found.targets[8] == pytest.approx(sum((x[p + 1] * (w[p] - w[:-1][:, off].mean())).sum() for p in range(5)))


def test_a_fixed_parameter_stays(fit):
    held = estimate(grown(), Specification("r", ["density", "recip", "transTrip"], fix={"transTrip": 0.2}), seed=1)
    assert held.estimate("transTrip")[0] == 0.2
    assert np.isnan(held.estimate("transTrip")[1])
    assert "fixed" in str(held)


def test_tests_of_effects(fit):
    small = estimate(grown(), Specification("r", ["density", "recip"]), seed=1)
    missing = score_test(small, ["transTrip", "cycle3"], seed=3)
    assert missing.degrees == 2
    assert missing.p < 0.05  # the panel was drawn with closure
    assert missing.z[0] > 2
    value, error = fit.estimate("recip")[:2]
    assert wald_test(fit, ["recip"]).statistic == pytest.approx((value / error) ** 2)
    assert wald_test(fit, ["recip", "transTrip"]).p < 0.001
    same = time_test(fit)
    assert same.degrees == 4
    assert same.p > 0.001  # the panel was drawn with the same parameters in both periods
    with pytest.raises(UsageError, match="in the model already"):
        score_test(fit, ["recip"], seed=1)
    with pytest.raises(UnknownName):
        wald_test(fit, ["nothing"])


def test_goodness_of_fit_of_the_true_model(fit):
    found = goodness_of_fit(fit, seed=2, panels=300)
    assert [g.what for g in found] == ["outdegree", "indegree", "geodesic", "triads"]
    assert all(g.p > 0.01 for g in found)
    assert found[0].table()["observed"].sum() == 2 * fit.panel.size
    assert len(found[3].long()) == 300 * 16
    assert "reproduced" in str(found[0])


def test_importance_adds_up(fit):
    found = relative_importance(fit)
    assert found.expected.sum(axis=1) == pytest.approx(1)
    assert found.table()["mean"].sum() == pytest.approx(1)


def test_simulation_goes_on_from_a_wave(fit):
    values = fit.values
    found = simulate(fit.panel, fit.spec, values, periods=3, seed=1, replications=2)
    assert found.networks["r"].shape == (2, 3, 24, 24)
    assert found.warning is None
    again = simulate(fit.panel, fit.spec, values, periods=3, seed=1, replications=2, threads=1)
    assert (again.networks["r"] == found.networks["r"]).all()
    empty = simulate(fit.panel, fit.spec, values | {"density": -30.0, "rate": 50.0}, periods=1, seed=1)
    assert "degenerate" in str(empty.warning) or empty.networks["r"].sum() > 0
    with pytest.raises(UsageError, match="recip"):
        simulate(fit.panel, fit.spec, {"rate": 4, "density": -1}, periods=1, seed=1)


def test_the_script_for_the_reference_estimator_has_every_term(fit):
    files = rsiena(fit)
    assert {"model.R", "r1.csv", "r2.csv", "r3.csv", "size.csv"} == set(files)
    for word in ("recip", "transTrip", 'sameX, name = "r", type = "eval", interaction1 = "size"', "coCovar"):
        assert word in files["model.R"]
    assert len(files["r1.csv"].splitlines()) == 24


@pytest.mark.parametrize("model", ["forcing", "confirmation", "compensatory"])
def test_undirected_models_converge(model):
    spec = Specification("r", ["density", "gwesp(69)", "sameX:size"], model=model)
    found = estimate(grown(undirected=True), spec, seed=1)
    assert found.converged
    if model == "forcing":
        assert np.abs((found.theta - [4.0, 4.0, -1.4, 0.5, 0.5]) / found.se).max() < 3.5


def test_two_mode_and_two_networks_converge():
    rng = np.random.default_rng(4)
    first = (rng.random((20, 8)) < 0.2) * 1.0
    second = np.where(rng.random((20, 8)) < 0.15, 1 - first, first)
    data = panel({"alliances": [first, second]}, two_mode=["alliances"])
    assert estimate(data, Specification("alliances", ["density", "inPop"]), seed=1).converged
    one = grown(1)
    other = grown(2)
    both = panel({"trade": one.networks["r"].ties, "knowledge": other.networks["r"].ties})
    found = estimate(both, Specification("trade", ["recip", "crprod:knowledge"],
                                         also={"knowledge": ["recip", "crprod:trade"]}), seed=1)
    assert found.converged
    assert len(found.names) == 4 + 6


def test_creation_and_endowment_and_rates_converge():
    spec = Specification("r", ["density", "creation:recip", "endow:recip"], rate=["RateX:size"])
    found = estimate(grown(), spec, seed=1)
    assert found.converged
    assert np.abs(found.estimate("RateX:size")[0] / found.estimate("RateX:size")[1]) < 4

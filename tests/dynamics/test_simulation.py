"""Simulated distributions beside RSiena 1.6.6, exact enumeration and invariants."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.linalg import expm
from small import grown

from interfirm.dynamics import engine
from interfirm.dynamics.coding import code
from interfirm.dynamics.data import panel
from interfirm.dynamics.specification import Specification
from interfirm.kernels import saom_codes as k
from reference import BEHAVIOUR_C, MODEL_A, MODEL_B, MODEL_C

PANELS = 2000
MONTE_CARLO = 4.0  # standard errors of the difference of two means; the frozen side has 2,000 panels too
SPREAD = 0.075     # two standard errors of the ratio of two standard deviations from 2,000 panels each, heavy tails


@pytest.mark.parametrize(("name", "effects"), [
    ("A_transTrip", MODEL_A), ("A_gwespFF", ["density", "recip", "gwespFF(69)"]), ("B", MODEL_B), ("C_avSim", MODEL_C)])
def test_simulated_means_and_spreads_are_the_reference(s50, name, effects):
    frozen = s50.frozen["simulation_reference"][name]
    data, behaviour = (s50.coevolution, BEHAVIOUR_C) if name == "C_avSim" else (s50.panel, {})
    coded = code(data, Specification("friendship", effects, behaviour=behaviour))
    total = engine.simulate(coded, np.array(frozen["theta"]), PANELS, seed=11, threads=2).stats.sum(axis=1)
    error = np.array(frozen["sd"]) * np.sqrt(1 / PANELS + 1 / frozen["n_sims"])
    assert np.abs((total.mean(axis=0) - frozen["mean"]) / error).max() < MONTE_CARLO
    assert np.abs(total.std(axis=0, ddof=1) / frozen["sd"] - 1).max() < SPREAD


@pytest.mark.parametrize("more", [{}, {"conditional": True}, {"rate": ["outRate", "RateX:size"]}])
def test_scores_have_mean_zero(more):
    """The expected score is 0 at the parameters that the panels were drawn from; 4.5 standard errors."""
    coded = code(grown(), Specification("r", ["density", "recip", "gwespFF(69)", "outAct", "creation:inPop",
                                              "egoX:size"], **more))
    theta = coded.start.copy()
    theta[-6:] = [-1.5, 1.0, 0.4, -0.02, 0.05, 0.1]
    if "rate" in more:
        theta[2:4] = [0.05, 0.1]
    scores = engine.simulate(coded, theta, 1500, seed=5).scores.sum(axis=1)
    z = scores.mean(axis=0) / scores.std(axis=0) * np.sqrt(1500)
    assert np.abs(z[:-6] if more.get("conditional") else z).max(initial=0) < 4.5


@pytest.mark.parametrize("model", ["forcing", "confirmation", "disjunctive", "conjunctive", "compensatory"])
def test_scores_of_undirected_models_have_mean_zero(model):
    coded = code(grown(undirected=True), Specification("r", ["density", "gwesp(69)", "sameX:size"], model=model))
    theta = coded.start.copy()
    theta[2:] = [-1.0, 0.4, 0.5]
    sample = engine.simulate(coded, theta, 1500, seed=5, keep=True)
    scores = sample.scores.sum(axis=1)
    assert np.abs(scores.mean(axis=0) / scores.std(axis=0) * np.sqrt(1500)).max() < 4.5
    assert (sample.ends == sample.ends.transpose(0, 1, 2, 4, 3)).all()


def states(n: int, *, undirected: bool) -> list[np.ndarray]:
    pairs = [(i, j) for i in range(n) for j in range(n) if (i < j if undirected else i != j)]
    out = []
    for bits in itertools.product((0, 1), repeat=len(pairs)):
        x = np.zeros((n, n))
        for bit, (i, j) in zip(bits, pairs, strict=True):
            x[i, j] = bit
            if undirected:
                x[j, i] = bit
        out.append(x)
    return out


def logistic(u: float) -> float:
    return 1 / (1 + np.exp(-u))


def rates(model: str, x: np.ndarray, rho: float, theta: np.ndarray, sums, offset: float) -> dict[tuple, float]:
    """Rates of leaving state x, from the words of the model and nothing else."""
    n, out = len(x), {}

    def toggled(i, j):
        y = x.copy()
        y[i, j] = 1 - y[i, j]
        if model != "standard":
            y[j, i] = y[i, j]
        return y

    def gain(i, j):
        return theta @ (sums(toggled(i, j), i) - sums(x, i))

    for i in range(n):
        total = 1 + sum(np.exp(gain(i, j)) for j in range(n) if j != i)
        for j in range(n):
            if i == j:
                continue
            y = toggled(i, j)
            up = 1 if y[i, j] else -1
            if model in ("standard", "forcing", "confirmation"):
                rate = rho * np.exp(gain(i, j)) / total
                if model == "confirmation" and up == 1:
                    rate *= logistic(offset + gain(j, i))
            elif i < j:
                one, two = logistic(up * gain(i, j)), logistic(up * gain(j, i))
                there = {"disjunctive": 1 - (1 - one) * (1 - two), "conjunctive": one * two,
                         "compensatory": logistic(up * (gain(i, j) + gain(j, i)))}[model]
                rate = rho * rho * (there if up == 1 else 1 - there)
            else:
                continue
            key = tuple(y.ravel())
            out[key] = out.get(key, 0.0) + rate
    return out


@pytest.mark.parametrize("model", ["standard", "forcing", "confirmation", "disjunctive", "conjunctive", "compensatory"])
def test_the_process_is_the_markov_chain_that_was_meant(model):
    """Three or four actors, every network enumerated: exp(Q) gives the exact distribution after one unit of time."""
    undirected = model != "standard"
    n, theta, rho, offset = (4 if undirected else 3), np.array([-0.4, 0.6]), 1.3, 0.7
    second = "transTriads" if undirected else "recip"

    def sums(x, i):
        return np.array([x[i].sum(), (x @ x @ x)[i, i] / 2 if undirected else (x[i] * x[:, i]).sum()])

    space = states(n, undirected=undirected)
    index = {tuple(x.ravel()): q for q, x in enumerate(space)}
    q = np.zeros((len(space), len(space)))
    for at, x in enumerate(space):
        for key, rate in rates(model, x, rho, theta, sums, offset).items():
            q[at, index[key]] += rate
        q[at, at] = -q[at].sum()
    start, end = np.zeros((n, n)), np.zeros((n, n))
    start[0, 1], end[1, 2] = 1, 1
    if undirected:
        start, end = np.maximum(start, start.T), np.maximum(end, end.T)
    exact = expm(q)[index[tuple(start.ravel())]]
    data = panel({"r": [start, end]}, undirected=["r"] if undirected else [])
    spec = Specification("r", ["density", second], offset=offset, model=model)
    size = 40_000
    ends = engine.simulate(code(data, spec), np.array([rho, *theta]), size, seed=3, threads=2, keep=True).ends[:, 0, 0]
    counts = np.zeros(len(space))
    for key, number in zip(*np.unique(ends.reshape(size, -1), axis=0, return_counts=True), strict=True):
        counts[index[tuple(key.astype(float))]] = number
    expected = exact * size
    squared = ((counts - expected) ** 2 / expected)[expected > 5].sum()
    freedom = (expected > 5).sum()
    assert squared < freedom + 4.5 * np.sqrt(2 * freedom)


def test_the_same_on_any_number_of_threads():
    coded = code(grown(), Specification("r", ["density", "recip", "transTrip"]))
    one, three = (engine.simulate(coded, coded.start, 31, seed=9, threads=t) for t in (1, 3))
    assert (one.stats == three.stats).all()
    assert (one.scores == three.scores).all()
    later = engine.simulate(coded, coded.start, 11, seed=9, first=20)
    assert (later.stats == one.stats[20:]).all()


def test_listing_every_receiver_changes_nothing():
    """The short cut over receivers without local structure has the distribution of the full evaluation."""
    coded = code(grown(), Specification("r", ["density", "recip", "transTrip", "sameX:size", "outAct"]))
    theta = np.array([4.0, 4.0, -1.8, 1.2, 0.2, 0.4, -0.02])
    short = engine.simulate(coded, theta, PANELS, seed=1)
    coded.info[:, :, k.NEEDS] |= 1 << k.TYPES
    full = engine.simulate(coded, theta, PANELS, seed=2)
    for a, b in ((short.stats, full.stats), (short.scores, full.scores)):
        a, b = a.sum(axis=1), b.sum(axis=1)
        error = np.sqrt((a.var(axis=0) + b.var(axis=0)) / PANELS)
        assert np.abs((a.mean(axis=0) - b.mean(axis=0)) / error).max() < 4.5
        assert np.abs(a.std(axis=0) / b.std(axis=0) - 1).max() < 0.1


def test_relabelling_the_actors_changes_no_target():
    data = grown()
    order = np.random.default_rng(0).permutation(data.size)
    moved = panel({"r": data.networks["r"].ties[:, order][:, :, order]},
                  covariates={"size": data.covariates["size"][:, order]})
    spec = Specification("r", ["recip", "transTrip", "balance", "Jin", "simX:size", "outInAss(2)"])
    assert engine.targets(code(moved, spec)) == pytest.approx(engine.targets(code(data, spec)))


def test_conditional_periods_end_at_the_observed_distance():
    data = grown()
    coded = code(data, Specification("r", ["density", "recip"], conditional=True))
    sample = engine.simulate(coded, coded.start, 20, seed=1, keep=True)
    x = data.networks["r"].ties
    for p in range(2):
        assert (np.abs(sample.ends[:, p, 0] - x[p]).sum(axis=(1, 2)) == np.abs(x[p + 1] - x[p]).sum()).all()


@pytest.mark.parametrize("up", [True, False])
def test_one_way_periods_stay_one_way(up):
    first = np.triu(np.ones((8, 8)), 4)
    second = np.triu(np.ones((8, 8)), 2)
    waves = [first, second] if up else [second, first]
    coded = code(panel({"r": waves}), Specification("r", ["density", "recip"]))
    assert "density" not in coded.names
    ends = engine.simulate(coded, np.array([3.0, 0.5]), 30, seed=1, keep=True).ends[:, 0, 0].astype(int)
    change = ends - np.array(waves[0]).astype(int)
    assert (change >= 0).all() if up else (change <= 0).all()
    assert change.any()


def test_behaviour_stays_within_its_levels(s50):
    coded = code(s50.coevolution, Specification("friendship", ["density"], behaviour={"alcohol": ["linear", "quad"]}))
    theta = coded.start.copy()
    theta[3:5] = 20.0
    levels = engine.simulate(coded, theta, 20, seed=1, keep=True).levels[:, :, 1]
    assert levels.min() == 0
    assert levels.max() == 4

"""Effects on a behaviour beside their formulas, written here a second time: targets and what a step changes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from interfirm.dynamics import Specification, checks, engine, estimate, panel
from interfirm.dynamics.coding import Coded, code
from interfirm.dynamics.effects import catalogue
from interfirm.errors import DataError, UsageError

N, LEVELS = 10, 4
EXACT = 1e-9  # sums of a few dozen doubles


def mean(values):
    return np.mean(values) if len(values) else 0.0


def receivers(x, i):
    return np.flatnonzero(x[i])


def senders(x, i):
    return np.flatnonzero(x[:, i])


def mutual(x, i):
    return np.flatnonzero(x[i] * x[:, i])


def second(x, i, j, z):
    """Behaviour of the receivers of j other than i."""
    return [z[h] for h in receivers(x, j) if h != i]


# What actor i adds: x network, z centred behaviour of all (i's own as it would be), s similarity, v covariate.
OWN = {
    "linear": lambda x, i, z, s, v: z[i],
    "quad": lambda x, i, z, s, v: z[i] ** 2,
    "avSim": lambda x, i, z, s, v: mean(s[i, receivers(x, i)]),
    "totSim": lambda x, i, z, s, v: s[i, receivers(x, i)].sum(),
    "avInSim": lambda x, i, z, s, v: mean(s[i, senders(x, i)]),
    "avSimRecip": lambda x, i, z, s, v: mean(s[i, mutual(x, i)]),
    "totSimRecip": lambda x, i, z, s, v: s[i, mutual(x, i)].sum(),
    "avAlt": lambda x, i, z, s, v: z[i] * mean(z[receivers(x, i)]),
    "totAlt": lambda x, i, z, s, v: z[i] * z[receivers(x, i)].sum(),
    "avInAlt": lambda x, i, z, s, v: z[i] * mean(z[senders(x, i)]),
    "totInAlt": lambda x, i, z, s, v: z[i] * z[senders(x, i)].sum(),
    "avRecAlt": lambda x, i, z, s, v: z[i] * mean(z[mutual(x, i)]),
    "totRecAlt": lambda x, i, z, s, v: z[i] * z[mutual(x, i)].sum(),
    "maxAlt": lambda x, i, z, s, v: z[i] * max(z[receivers(x, i)], default=0.0),
    "minAlt": lambda x, i, z, s, v: z[i] * min(z[receivers(x, i)], default=0.0),
    "avAltDist2": lambda x, i, z, s, v: z[i] * mean([mean(second(x, i, j, z)) for j in receivers(x, i)]),
    "totAltDist2": lambda x, i, z, s, v: z[i] * sum(sum(second(x, i, j, z)) for j in receivers(x, i)),
    "indeg": lambda x, i, z, s, v: z[i] * x[:, i].sum(),
    "outdeg": lambda x, i, z, s, v: z[i] * x[i].sum(),
    "recipDeg": lambda x, i, z, s, v: z[i] * len(mutual(x, i)),
    "isolate": lambda x, i, z, s, v: z[i] * (x[:, i].sum() == 0),
    "outIsolate": lambda x, i, z, s, v: z[i] * (x[i].sum() == 0),
    "effFrom:v": lambda x, i, z, s, v: z[i] * v[i],
    "avXAlt:v": lambda x, i, z, s, v: z[i] * mean(v[receivers(x, i)]),
    "totXAlt:v": lambda x, i, z, s, v: z[i] * v[receivers(x, i)].sum(),
    "avXInAlt:v": lambda x, i, z, s, v: z[i] * mean(v[senders(x, i)]),
    "totXInAlt:v": lambda x, i, z, s, v: z[i] * v[senders(x, i)].sum(),
}


@pytest.fixture(scope="module", params=[1, 2])
def data(request):
    rng = np.random.default_rng(request.param)
    x = (rng.random((2, N, N)) < 0.3) * (1.0 - np.eye(N))
    x[:, 3] = x[:, :, 4] = 0
    z = rng.integers(1, LEVELS + 1, (2, N)).astype(float)
    z[0, :2] = 1, LEVELS
    return x, z, rng.random(N)


def coded_of(data, term) -> Coded:
    x, z, v = data
    spec = Specification("r", ["density"], behaviour={"z": list(dict.fromkeys(["linear", term]))})
    return code(panel({"r": x}, behaviours={"z": z}, covariates={"v": v}), spec)


def context(data):
    _, z, v = data
    def similar(a):
        return 1 - np.abs(a[:, None] - a) / (LEVELS - 1)
    shift = similar(z[0])[~np.eye(N, dtype=bool)].mean()  # over all waves but the last
    return z.mean(axis=1).mean(), lambda a: similar(a) - shift, v - v.mean()


def steps_and_targets(data, term, formula):
    """What a step changes, and the target: the network of the start with the levels of the end."""
    coded, (centre, similar, v), (x, z, _) = coded_of(data, term), context(data), data
    found = engine.level_statistics(coded, 0, 1)[:, :, -1]
    for i in range(N):
        for level in range(LEVELS):
            there = z[0].copy()
            there[i] = level + 1
            wanted = formula(x[0], i, there - centre, similar(there), v)
            assert found[i, level] == pytest.approx(wanted, abs=EXACT), (i, level)
    wanted = sum(formula(x[0], i, z[1] - centre, similar(z[1]), v) for i in range(N))
    assert engine.targets(coded)[0, -1] == pytest.approx(wanted, abs=EXACT)


@pytest.mark.parametrize("term", OWN)
def test_what_a_step_changes_and_what_is_aimed_at(data, term):
    steps_and_targets(data, term, OWN[term])


# ---- creation: steps up; endowment: steps down ------------------------------------------------------


@pytest.mark.parametrize("term", [term for term in OWN if term != "linear"])
def test_creation_counts_for_steps_up_and_endowment_for_steps_down(data, term):
    (centre, similar, v), (x, z, _) = context(data), data
    for role, up, down in (("creation", 1, 0), ("endow", 0, 1)):
        coded = coded_of(data, f"{role}:{term}")
        found, row = checks._steps(coded, 1)[:, -1], 0
        for i in range(N):
            for step, counts in ((1, up), (-1, down)):
                if not 1 <= z[0, i] + step <= LEVELS:
                    continue
                there = z[0].copy()
                there[i] += step
                wanted = counts * (OWN[term](x[0], i, there - centre, similar(there), v)
                                   - OWN[term](x[0], i, z[0] - centre, similar(z[0]), v))
                assert found[row] == pytest.approx(wanted, abs=EXACT), (i, step)
                row += 1
        assert row == len(found)


@pytest.mark.parametrize("term", OWN)
def test_targets_of_creation_and_endowment(data, term):
    """What those who went up gained, and those who went down lost; the others have the levels of the end."""
    if term == "linear":
        return
    (centre, similar, v), (x, z, _) = context(data), data
    step = np.zeros(N)
    for i in range(N):
        before = z[1].copy()
        before[i] = z[0, i]
        step[i] = (OWN[term](x[0], i, z[1] - centre, similar(z[1]), v)
                   - OWN[term](x[0], i, before - centre, similar(before), v))
    for role, those in (("creation", z[1] > z[0]), ("endow", z[1] < z[0])):
        coded = coded_of(data, f"{role}:{term}")
        assert engine.targets(coded)[0, -1] == pytest.approx(step[those].sum(), abs=EXACT)


def test_targets_by_hand():
    """Levels 1 2 3 3 become 3 1 3 2, centred by 2.25; 1 chooses 2 and 3 chooses 4."""
    x = np.zeros((2, 4, 4))
    x[:, 0, 1] = x[:, 2, 3] = 1
    x[1, 3, 0] = 1
    z = np.array([[1.0, 2, 3, 3], [3, 1, 3, 2]])
    terms = ["quad", "avAlt", "creation:quad", "endow:quad", "creation:outdeg", "endow:outdeg"]
    coded = code(panel({"r": x}, behaviours={"z": z}), Specification("r", ["density"], behaviour={"z": terms}))
    found = dict(zip(coded.names, engine.targets(coded)[0], strict=True))
    assert found["creation:quad"] == pytest.approx(0.75**2 - 1.25**2)                      # 1 from 1 to 3
    assert found["endow:quad"] == pytest.approx(1.25**2 - 0.25**2 + 0.25**2 - 0.75**2)     # 2 and 4
    assert found["creation:outdeg"] == 2                                                   # 1 sends one tie
    assert found["endow:outdeg"] == 0                                                      # 2 and 4 send none


def test_the_law_of_levels_is_that_of_the_process():
    """Without ties every firm moves alone: mean statistics and their derivatives from the matrix exponential."""
    from scipy.linalg import expm

    n, rate, theta = 12, 2.5, np.array([0.2, -0.3, 0.25])  # linear, creation:quad, endow:quad
    x = np.zeros((2, n, n))
    x[0, 0, 1] = x[1, 1, 0] = 1
    z = np.array([np.arange(n) % LEVELS + 1.0, (np.arange(n) * 3) % LEVELS + 1])
    terms = ["linear", "creation:quad", "endow:quad"]
    coded = code(panel({"r": x}, behaviours={"z": z}), Specification("r", ["density"], behaviour={"z": terms}))
    level = np.arange(1, LEVELS + 1) - z.mean()
    gain = np.array([[level[b] - level[a], max(b - a, 0) * (level[b]**2 - level[a]**2) / max(abs(b - a), 1),
                      max(a - b, 0) * (level[b]**2 - level[a]**2) / max(abs(b - a), 1)]
                     for a in range(LEVELS) for b in range(LEVELS)]).reshape(LEVELS, LEVELS, 3)
    near = np.abs(np.subtract.outer(range(LEVELS), range(LEVELS))) <= 1

    def law(values):
        chance = np.exp(gain @ values) * near
        return expm(rate * (chance / chance.sum(axis=1, keepdims=True) - np.eye(LEVELS)))

    def means(values):
        moved = law(values)
        start = z[0].astype(int) - 1
        ends = np.arange(LEVELS)
        rise, fall = ends > start[:, None], ends < start[:, None]
        square = level[None, :]**2 - level[start][:, None]**2
        return np.array([(moved[start] @ level).sum(), (moved[start] * rise * square).sum(),
                         (moved[start] * fall * square).sum()])

    whole = np.array([1.0, -3.0, rate, *theta])
    sample = engine.simulate(coded, whole, 10_000, seed=4)
    s, u = sample.stats[:, 0, 3:], sample.scores[:, 0, 3:]
    error = s.std(axis=0) / np.sqrt(len(s))
    assert np.abs(s.mean(axis=0) - means(theta)).max() < 4 * error.max()
    assert (np.abs(u.mean(axis=0)) < 4 * u.std(axis=0) / np.sqrt(len(u))).all()
    slope = np.array([(means(theta + d) - means(theta - d)) / 2e-4 for d in 1e-4 * np.eye(3)]).T
    products = (s - s.mean(axis=0))[:, :, None] * u[:, None, :]
    assert (np.abs(products.mean(axis=0) - slope) < 4 * products.std(axis=0) / np.sqrt(len(s))).all()


@pytest.mark.parametrize("terms", [["linear", "creation:linear"], ["linear", "endow:linear"]])
def test_the_constant_term_cannot_be_split(data, terms):
    """Steps up and down add up to the number of steps, which the rate has already."""
    x, z, _ = data
    with pytest.raises(DataError, match="add up to the number of changes"):
        estimate(panel({"r": x}, behaviours={"z": z}), Specification("r", ["density"], behaviour={"z": terms}), seed=1)
    with pytest.raises(DataError, match="add up to the number of changes"):
        estimate(panel({"r": x}), Specification("r", ["density", "creation:density"]), seed=1)


@pytest.mark.slow
def test_creation_and_endowment_are_recovered():
    """Levels drawn with a pull to the middle that is stronger upwards; within 3.5 standard errors."""
    from interfirm.dynamics.simulate import simulate

    rng = np.random.default_rng(2)
    n = 120
    start = (rng.random((n, n)) < 0.03) * (1.0 - np.eye(n))
    z = rng.integers(1, 7, n).astype(float)
    terms = ["linear", "creation:quad", "endow:quad", "effFrom:v"]
    spec, v = Specification("r", ["density", "recip"], behaviour={"z": terms}), rng.normal(size=n)
    true = {"rate r": 2.0, "density": -2.2, "recip": 1.5, "rate z": 4.0, "linear": 0.3, "creation:quad": -0.3,
            "endow:quad": 0.15, "effFrom:v": 0.4}
    begin = panel({"r": [start, start]}, behaviours={"z": [z, z]}, covariates={"v": v})
    made = simulate(begin, spec, true, periods=4, seed=3)
    # levels are centred by the mean over all waves, so that the parameters are those of another origin
    levels = made.behaviours["z"][0]
    shift = levels.mean() - z.mean()
    found = estimate(panel({"r": made.networks["r"][0].astype(float)}, behaviours={"z": levels}, covariates={"v": v}),
                     spec, seed=1)
    assert found.converged
    assert abs(shift) < 1
    for name in ("creation:quad", "endow:quad", "effFrom:v"):
        value, error = found.estimate(name)
        assert abs(value - true[name]) < 3.5 * error, name
    assert found.estimate("creation:quad")[0] < found.estimate("endow:quad")[0]


@pytest.mark.slow
@pytest.mark.data
def test_creation_and_endowment_are_the_reference(s50):
    """One run of ours beside the mean of five of RSiena's; a quarter of its standard error.

    The quadratic effects are weakly determined by 60 steps: RSiena's own runs differ, and its standard errors, means
    over runs, are up to twice ours.
    """
    frozen = json.loads((Path(__file__).parents[1] / "reference" / "rsiena_behaviour_roles.json").read_text("utf-8"))
    spec = Specification("friendship", frozen["effects"], behaviour={"alcohol": frozen["behaviour"]})
    fit = estimate(s50.coevolution, spec, seed=1, phase3=2000)
    assert fit.converged
    for name, value in frozen["theta"].items():
        assert abs(fit.estimate(name)[0] - value) < 0.25 * frozen["se"][name], name


# ---- products --------------------------------------------------------------------------------------

PRODUCTS = {
    "quad*avAlt": lambda x, i, z, s, v: z[i] ** 2 * mean(z[receivers(x, i)]),
    "avSim*effFrom:v": lambda x, i, z, s, v: mean(s[i, receivers(x, i)]) * v[i],
    "avAlt*indeg": lambda x, i, z, s, v: z[i] * mean(z[receivers(x, i)]) * x[:, i].sum(),
    "avAlt*effFrom:v*outdeg": lambda x, i, z, s, v: z[i] * mean(z[receivers(x, i)]) * v[i] * x[i].sum(),
}


@pytest.mark.parametrize("term", PRODUCTS)
def test_products_of_effects_on_a_behaviour(data, term):
    steps_and_targets(data, term, PRODUCTS[term])


@pytest.mark.parametrize(("term", "words"), [
    ("quad*avSim", "'quad' and 'avSim' cannot be multiplied"), ("linear*avAlt", "times an effect is that effect")])
def test_products_that_a_behaviour_has_not(data, term, words):
    with pytest.raises(UsageError, match=words):
        coded_of(data, term)


def test_every_effect_on_a_behaviour_is_checked():
    there = {name for name, effect in catalogue().items() if effect.nets == "B"}
    assert there == {term.split(":")[0] for term in OWN}


def test_a_behaviour_that_only_rises_has_no_linear_shape(data):
    x, z, _ = data
    up = np.array([np.minimum(z[0], 3), np.minimum(z[0], 3) + (np.arange(N) % 3 == 0)])
    coded = code(panel({"r": x}, behaviours={"z": up}), Specification("r", ["density"],
                                                                      behaviour={"z": ["linear", "quad"]}))
    assert coded.names[-1] == "quad"
    assert "linear" not in coded.names
    levels = engine.simulate(coded, coded.start, 50, seed=1, keep=True).levels[:, 0, 1]
    assert (levels >= coded.z0[0, 1]).all()
    assert (levels > coded.z0[0, 1]).any()


def test_missing_levels_are_carried_and_do_not_count():
    """Carried forward, else backward, else the most common level; unknown at either end: not in the statistics."""
    x, z = np.zeros((3, 6, 6)), np.tile([1.0, 2, 3, 3, 2, 1], (3, 1))
    x[0, 0, 1] = x[1, 1, 2] = x[2, 2, 3] = x[2, 4, 5] = 1
    z[1, 0], z[0, 1], z[:, 5] = np.nan, np.nan, np.nan
    z[1, 3], z[2, 4] = 2, 3
    coded = code(panel({"r": x}, behaviours={"z": z}), Specification("r", ["density"], behaviour={"z": ["linear"]}))
    assert (coded.z0[0, 1] + 1).tolist() == [1, 2, 3, 3, 2, 3]
    assert (coded.z0[1, 1] + 1).tolist() == [1, 2, 3, 2, 2, 3]
    assert coded.zseen[:, 1].tolist() == [[0, 0, 1, 1, 1, 0], [0, 1, 1, 1, 1, 0]]
    goal = engine.targets(coded)
    assert goal[0, coded.names.index("rate z period 1")] == 1
    assert goal[1, coded.names.index("rate z period 2")] == 2
    centre = np.mean([np.nanmean(wave) for wave in z])
    assert goal[0, -1] == pytest.approx((np.array([3, 2, 2]) - centre).sum())


def test_influence_is_recovered():
    """A behaviour drawn with influence of partners; within 3.5 standard errors of what was put in."""
    from interfirm.dynamics.simulate import simulate

    rng = np.random.default_rng(6)
    n = 60
    start = (rng.random((n, n)) < 0.05) * (1.0 - np.eye(n))
    z = rng.integers(1, 6, n).astype(float)
    spec = Specification("r", ["density", "recip"], behaviour={"z": ["linear", "quad", "avAlt"]})
    true = {"rate r": 4.0, "density": -2.0, "recip": 1.5, "rate z": 3.0, "linear": 0.1, "quad": -0.1, "avAlt": 0.4}
    begin = panel({"r": [start, start]}, behaviours={"z": [z, z]})
    made = simulate(begin, spec, true, periods=3, seed=3)
    data = panel({"r": made.networks["r"][0].astype(float)}, behaviours={"z": made.behaviours["z"][0]})
    found = estimate(data, spec, seed=1)
    assert found.converged
    # the mean that behaviour is centred by differs between the two panels, so linear is left out of the comparison
    for name in ("density", "recip", "quad", "avAlt"):
        value, error = found.estimate(name)
        assert abs(value - true[name]) < 3.5 * error, name
    assert abs(found.estimate("rate z period 1")[0] - 3.0) < 3.5 * found.estimate("rate z period 1")[1]


@pytest.mark.parametrize("term", ["avAlt:other", "recip"])
def test_effects_that_are_none_of_a_behaviour(data, term):
    with pytest.raises(UsageError):
        coded_of(data, term)

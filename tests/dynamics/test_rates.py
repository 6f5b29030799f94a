"""Effects on the rate: the waiting-time law of a small network by the matrix exponential, targets by hand."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.linalg import expm

from interfirm.dynamics import Specification, engine, estimate, panel
from interfirm.dynamics.coding import code
from interfirm.dynamics.effects import catalogue
from interfirm.errors import UsageError

N, PANELS, MONTE_CARLO = 3, 12_000, 4.0  # Monte-Carlo standard errors
CELLS = [(i, j) for i in range(N) for j in range(N) if i != j]
SPACE = list(itertools.product((0, 1), repeat=len(CELLS)))
V = np.array([-1.0, 0.0, 1.0])
START, END = (1, 1, 1, 0, 0, 0), (0, 1, 1, 1, 0, 1)  # 0->1, 0->2, 1->0, and what was seen later

# f of the network and the actor in λ_i = λ exp(α f), written here a second time
RATES = {
    "RateX:v": lambda x, i: V[i],
    "outRate": lambda x, i: x[i].sum(),
    "outRateLog": lambda x, i: np.log(x[i].sum() + 1),
    "outRateInv": lambda x, i: 1 / (x[i].sum() + 1),
    "inRate": lambda x, i: x[:, i].sum(),
    "recipRate": lambda x, i: (x[i] * x[:, i]).sum(),
}


def square(state):
    x = np.zeros((N, N))
    for value, cell in zip(state, CELLS, strict=True):
        x[cell] = value
    return x


def generator(theta, names):
    """Rates from every network to every other: a turn comes at λ_i, then one of its ties is toggled or none."""
    rate, alphas, density, recip = theta[0], theta[1:-2], theta[-2], theta[-1]
    q = np.zeros((len(SPACE), len(SPACE)))
    for a, state in enumerate(SPACE):
        x = square(state)
        for i in range(N):
            turn = rate * np.exp(sum(alpha * RATES[name](x, i) for alpha, name in zip(alphas, names, strict=True)))
            others = [j for j in range(N) if j != i]
            weight = np.exp([(1 - 2 * x[i, j]) * (density + recip * x[j, i]) for j in others])
            for j, w in zip(others, weight, strict=True):
                after = list(state)
                after[CELLS.index((i, j))] = 1 - state[CELLS.index((i, j))]
                q[a, SPACE.index(tuple(after))] += turn * w / (1 + weight.sum())
    return q - np.diag(q.sum(axis=1))


def exact_means(theta, names):
    """Mean statistics after one unit of time: changes, changes weighted by f of the start, ties, returned ties."""
    law, x0 = expm(generator(theta, names))[SPACE.index(START)], square(START)
    rows = []
    for state in SPACE:
        x = square(state)
        changed = (x != x0).sum(axis=1)
        rows.append([changed.sum(), *(sum(changed[i] * RATES[name](x0, i) for i in range(N)) for name in names),
                     x.sum(), (x * x.T).sum()])
    return law @ np.array(rows)


def coded_of(names):
    data = panel({"r": [square(START), square(END)]}, covariates={"v": V})
    return code(data, Specification("r", ["density", "recip"], rate=names))


@pytest.mark.parametrize("names", [*([name] for name in RATES), ["outRateInv", "recipRate"]], ids="+".join)
def test_the_law_of_waiting_times(names):
    """Means of all statistics, and their derivatives by the scores, beside the exact ones."""
    coded, theta = coded_of(names), np.array([1.2, *([0.5, -0.6][:len(names)]), -0.4, 0.8])
    sample = engine.simulate(coded, theta, PANELS, seed=3)
    s, u = sample.stats[:, 0], sample.scores[:, 0]
    error = s.std(axis=0, ddof=1) / np.sqrt(PANELS)
    assert (np.abs(s.mean(axis=0) - exact_means(theta, names)) < MONTE_CARLO * error).all()
    assert (np.abs(u.mean(axis=0)) < MONTE_CARLO * u.std(axis=0) / np.sqrt(PANELS)).all()
    step = 1e-4 * np.eye(len(theta))
    slope = np.array([(exact_means(theta + d, names) - exact_means(theta - d, names)) / 2e-4 for d in step]).T
    products = (s - s.mean(axis=0))[:, :, None] * u[:, None, :]
    noise = products.std(axis=0, ddof=1) / np.sqrt(PANELS)
    assert (np.abs(products.mean(axis=0) - slope) < MONTE_CARLO * noise).all()


@pytest.mark.parametrize("name", RATES)
def test_targets_by_hand(name):
    """0 ended one tie (0->1), 1 made one (1->2), 2 made one (2->1); at the start 0 sent two, 1 sent one, 2 none."""
    wanted = {"RateX:v": -1 + 0 + 1, "outRate": 2 + 1 + 0, "outRateLog": np.log(3) + np.log(2),
              "outRateInv": 1 / 3 + 1 / 2 + 1, "inRate": 1 + 1 + 1, "recipRate": 1 + 1 + 0}
    found = engine.targets(coded_of([name]))[0]
    assert found[0] == 3
    assert found[1] == pytest.approx(wanted[name])


@pytest.mark.parametrize("name", ["outRate", "outRateLog", "outRateInv", "inRate", "recipRate"])
def test_rates_of_a_behaviour(name):
    """The network hardly ever changes here, so that every firm's level is a birth-and-death process of its own."""
    levels, alpha, rate = 3, 0.7, 0.8
    x = square(START)
    other = x.copy()
    other[2, 0] = 1
    z = np.array([[1.0, 2, 3], [2, 2, 1]])
    spec = Specification("r", ["density"], behaviour={"z": ["linear", name]})
    coded = code(panel({"r": [x, other]}, behaviours={"z": z}), spec)
    theta = {"rate r period 1": 1e-12, "density": -1.0, "rate z period 1": rate, name: alpha, "linear": 0.4}
    sample = engine.simulate(coded, np.array([theta[item] for item in coded.names]), PANELS, seed=2)
    near = np.abs(np.subtract.outer(range(levels), range(levels))) <= 1
    chance = np.exp(0.4 * np.subtract.outer(range(levels), range(levels)).T) * near
    step = chance / chance.sum(axis=1, keepdims=True) - np.eye(levels)
    f = [RATES[name](x, i) for i in range(N)]
    law = [expm(rate * np.exp(alpha * f[i]) * step)[int(z[0, i]) - 1] for i in range(N)]
    moved = [law[i] @ np.abs(np.arange(1, levels + 1) - z[0, i]) for i in range(N)]
    wanted = {"rate z period 1": sum(moved), name: np.dot(moved, f),
              "linear": sum(law[i] @ (np.arange(1, levels + 1) - z.mean()) for i in range(N))}
    for item, value in wanted.items():
        found = sample.stats[:, 0, coded.names.index(item)]
        assert abs(found.mean() - value) < MONTE_CARLO * found.std() / np.sqrt(PANELS), item


@pytest.mark.slow
def test_a_rate_effect_is_recovered():
    """Networks drawn with a rate that falls as outdegree grows; within 3.5 standard errors."""
    rng = np.random.default_rng(5)
    n, true = 60, np.array([3.0, 2.0, -2.0, 1.5])  # rate, outRateInv, density, recip
    x = [(rng.random((n, n)) < 0.04) * (1.0 - np.eye(n))]
    spec = Specification("r", ["density", "recip"], rate=["outRateInv"])
    for wave in range(3):
        two = code(panel({"r": [x[-1], x[-1]]}), spec)
        x.append(engine.simulate(two, true, 1, seed=wave, keep=True).ends[0, 0, 0].astype(float))
    fit = estimate(panel({"r": x}), spec, seed=1)
    assert fit.converged
    value, error = fit.estimate("outRateInv")
    assert abs(value - 2.0) < 3.5 * error
    assert error < 2.0


def test_every_rate_effect_is_checked():
    there = {name for name, effect in catalogue().items() if "R" in effect.nets}
    assert there == {name.split(":")[0] for name in RATES}


@pytest.mark.parametrize("name", ["inRate", "recipRate"])
def test_memberships_are_not_received(name):
    x = np.zeros((2, 6, 4))
    x[0, :, 0] = x[1, :, 1] = 1
    with pytest.raises(UsageError, match="memberships are not received"):
        code(panel({"m": x}, two_mode=["m"]), Specification("m", ["density"], rate=[name]))

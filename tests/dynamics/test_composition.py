"""Who takes part, and in what: entry and exit, fixed ties, two sets of actors, rates that depend on the state."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.linalg import expm
from small import grown

from interfirm.dynamics import Specification, engine, estimate, panel
from interfirm.dynamics.coding import code
from interfirm.dynamics.simulate import simulate
from interfirm.errors import UsageError

PANELS = 40_000
MARGIN = 4.5  # standard deviations of a chi-squared statistic


def generator(space, out_rates) -> np.ndarray:
    """Matrix Q of a Markov chain from the rates of leaving each state."""
    index = {state: q for q, state in enumerate(space)}
    q = np.zeros((len(space), len(space)))
    for state in space:
        for other, rate in out_rates(state):
            q[index[state], index[other]] += rate
        q[index[state], index[state]] = -q[index[state]].sum()
    return q


def assert_distribution(found: list, space: list, exact: np.ndarray) -> None:
    counts = dict.fromkeys(space, 0)
    for state in found:
        counts[state] += 1
    expected = exact * len(found)
    kept = expected > 5
    squared = ((np.array(list(counts.values())) - expected) ** 2 / np.maximum(expected, 1e-9))[kept].sum()
    assert squared < kept.sum() + MARGIN * np.sqrt(2 * kept.sum())
    assert sum(counts.values()) == len(found)


def cells(n):
    return [(i, j) for i in range(n) for j in range(n) if i != j]


def test_an_actor_leaves_and_one_enters_within_a_period():
    """Three actors; 2 is there until 0.6, 1 from 0.3 on. Exact: a product of exp(Q t) and the ends of its ties."""
    n, rho, beta = 3, 1.5, (-0.3, 0.7)
    space = list(itertools.product((0, 1), repeat=6))

    def rates(there):
        def leaving(state):
            x = np.zeros((n, n))
            for bit, (i, j) in zip(state, cells(n), strict=True):
                x[i, j] = bit
            for i in there:
                gains = {j: (1 - 2 * x[i, j]) * (beta[0] + beta[1] * x[j, i]) for j in there if j != i}
                total = 1 + sum(np.exp(u) for u in gains.values())
                for j, u in gains.items():
                    at = cells(n).index((i, j))
                    yield (*state[:at], 1 - state[at], *state[at + 1:]), rho * np.exp(u) / total
        return leaving

    drop = np.zeros((len(space), len(space)))
    for q, state in enumerate(space):
        kept = tuple(0 if 2 in cell else bit for bit, cell in zip(state, cells(n), strict=True))
        drop[q, space.index(kept)] = 1
    start = tuple(int(cell == (0, 2)) for cell in cells(n))
    steps = (expm(0.3 * generator(space, rates([0, 2]))) @ expm(0.3 * generator(space, rates([0, 1, 2]))) @ drop
             @ expm(0.4 * generator(space, rates([0, 1]))))
    first, second = np.zeros((n, n)), np.zeros((n, n))
    first[0, 2] = first[1, 0] = second[0, 1] = 1  # 1 is not there yet: what the data say of it is not used
    coded = code(panel({"r": [first, second]}, spells={2: [(1, 1.6)], 1: [(1.3, 2)]}),
                 Specification("r", ["density", "recip"]))
    ends = engine.simulate(coded, np.array([rho, *beta]), PANELS, seed=4, keep=True).ends[:, 0, 0]
    found = [tuple(int(x[cell]) for cell in cells(n)) for x in ends]
    assert_distribution(found, space, steps[space.index(start)])


def test_those_who_enter_or_leave_in_the_statistics():
    first, second = np.zeros((5, 5)), np.zeros((5, 5))
    first[0, 1] = first[0, 4] = second[0, 3] = second[3, 0] = second[0, 4] = 1
    data = panel({"r": [first, second]}, spells={4: [(1, 1.5)], 3: [(1.2, 2)]})
    assert data.present.tolist() == [[1, 1, 1, 0, 1], [1, 1, 1, 1, 0]]
    found = dict(zip((c := code(data, Specification("r", ["density", "recip"]))).names, engine.targets(c)[0],
                     strict=True))
    assert found == {"rate r period 1": 3, "density": 2, "recip": 2}  # 0->1 ended, 0->3 and 3->0 came; 4 is gone
    scores = engine.simulate(c, np.array([3.0, -0.5, 0.5]), 3000, seed=1).scores.sum(axis=1)
    assert np.abs(scores.mean(axis=0) / scores.std(axis=0) * np.sqrt(3000)).max() < MARGIN


def test_a_fit_with_entry_and_exit_recovers_the_parameters():
    """Four of 30 firms leave in the second period, four enter in the first; within 3.5 standard errors."""
    whole = grown(5, n=30)
    x = whole.networks["r"].ties.copy()
    spells = {**{i: [(1, 2.5)] for i in range(4)}, **{i: [(1.5, 3)] for i in range(26, 30)}}
    values = {"rate": 4.0, "density": -2.0, "recip": 1.5}
    spec = Specification("r", ["density", "recip"])
    coded = code(panel({"r": x}, spells=spells), spec)
    theta = np.array([4.0, 4.0, -2.0, 1.5])
    for p in range(2):
        x[p + 1] = engine.simulate(coded, theta, 1, seed=8 + p, keep=True).ends[0, p, 0]
        coded = code(panel({"r": x}, spells=spells), spec)
    found = estimate(panel({"r": x}, spells=spells), spec, seed=1)
    assert found.converged
    assert np.abs((found.theta - [4.0, 4.0, values["density"], values["recip"]]) / found.se).max() < 3.5


@pytest.mark.parametrize(("spells", "match"), [
    ({9: [(1, 2)]}, "no actor 9"), ({1: [(2, 1)]}, "no stretch"), ({1: [(1, 1.2), (1.5, 2)]}, "comes twice")])
def test_spells_that_make_no_sense(spells, match):
    x = np.zeros((2, 5, 5))
    with pytest.raises(UsageError, match=match):
        panel({"r": x}, spells=spells)


def test_entry_and_exit_need_unconditional_estimation():
    data = panel({"r": grown().networks["r"].ties}, spells={0: [(1, 1.5)]})
    with pytest.raises(UsageError, match="without conditional"):
        code(data, Specification("r", ["density"], conditional=True))


@pytest.mark.parametrize("kind", ["network", "behaviour"])
def test_rates_that_depend_on_a_behaviour_or_a_network(kind):
    """Two actors and a behaviour of two levels, every state enumerated: who is high, or has a tie, acts more often."""
    rho, alpha, speed, gamma = 1.2, 0.9, 0.8, 0.7
    space = [(a, b, y, z) for a in (0, 1) for b in (0, 1) for y in (0, 1) for z in (0, 1)]
    centred = {0: -0.5, 1: 0.5}

    def leaving(state):
        x, z = {0: state[0], 1: state[1]}, {0: state[2], 1: state[3]}
        for i in (0, 1):
            tie = rho * (np.exp(alpha * centred[z[i]]) if kind == "network" else 1.0)
            own = speed * (np.exp(gamma * x[i]) if kind == "behaviour" else 1.0)
            chosen = np.exp((1 - 2 * x[i]) * -0.4)
            moved = np.exp((1 - 2 * z[i]) * 0.3)
            yield tuple({0: 1 - x[0], 1: x[1]}[q] if i == 0 else {0: x[0], 1: 1 - x[1]}[q] for q in (0, 1)) + state[
                2:], tie * chosen / (1 + chosen)
            yield state[:2] + tuple(1 - z[q] if q == i else z[q] for q in (0, 1)), own * moved / (1 + moved)

    exact = expm(generator(space, leaving))[space.index((1, 0, 0, 1))]
    first, second = np.array([[0.0, 1], [0, 0]]), np.array([[0.0, 0], [1, 0]])
    data = panel({"r": [first, second]}, behaviours={"z": [[0, 1], [1, 0]]})
    rate = {"rate": ["RateX:z"]} if kind == "network" else {}
    effects = ["linear"] if kind == "network" else ["outRate", "linear"]
    coded = code(data, Specification("r", ["density"], behaviour={"z": effects}, **rate))
    theta = [rho, alpha, -0.4, speed, 0.3] if kind == "network" else [rho, -0.4, speed, gamma, 0.3]
    sample = engine.simulate(coded, np.array(theta), PANELS, seed=2, keep=True)
    found = [(int(x[0, 1]), int(x[1, 0]), int(z[0]), int(z[1]))
             for x, z in zip(sample.ends[:, 0, 0], sample.levels[:, 0, 1], strict=True)]
    assert_distribution(found, space, exact)
    scores = sample.scores[:, 0]
    assert np.abs(scores.mean(axis=0) / scores.std(axis=0) * np.sqrt(PANELS)).max() < MARGIN
    named = engine.targets(coded)[0, 1 if kind == "network" else 3]
    assert named == pytest.approx(0.0 if kind == "network" else 1.0)  # both acted: -0.5 + 0.5; 0 had a tie, moved 1


# ---- two sets of actors -----------------------------------------------------------------------


def memberships(columns=6, n=9, seed=3):
    return (np.random.default_rng(seed).random((2, n, columns)) < 0.4) * 1.0


@pytest.mark.parametrize("columns", [6, 9, 12])
def test_covariates_of_columns_and_pairs_in_two_mode_networks(columns):
    """Also with as many columns as actors: the first column is not the first actor."""
    x, rng = memberships(columns), np.random.default_rng(1)
    budget, fit = rng.random(columns), rng.random((9, columns))
    data = panel({"a": x}, two_mode=["a"], receivers={"budget": budget}, dyads={"fit": fit},
                 covariates={"v": np.arange(9)})
    terms = ["density", "altX:budget", "altSqX:budget", "X:fit", "egoX:v", "outAct", "inPop"]
    coded = code(data, Specification("a", terms))
    found = engine.change_statistics(coded, coded.start, 0)[:9, :columns]
    b = budget - budget.mean()
    assert found[:, :, 1] == pytest.approx(np.tile(b, (9, 1)))
    assert found[:, :, 2] == pytest.approx(np.tile(b**2, (9, 1)))
    assert found[:, :, 3] == pytest.approx(fit - fit.mean())
    assert found[:, :, 4] == pytest.approx(np.repeat(np.arange(9.0)[:, None] - 4, columns, axis=1))
    goal = dict(zip(coded.names, engine.targets(coded)[0], strict=True))
    assert goal["density"] == x[1].sum()
    assert goal["altX:budget"] == pytest.approx((x[1] * b).sum())
    assert goal["X:fit"] == pytest.approx((x[1] * (fit - fit.mean())).sum())
    assert goal["inPop"] == (x[1].sum(axis=0) ** 2).sum()
    ends = engine.simulate(coded, np.array([30.0, *np.zeros(len(terms))]), 50, seed=1, keep=True).ends[:, 0, 0]
    assert ends[:, :9, :columns].any(axis=0).all()  # every cell can become a tie, (0, 0) too


def test_a_two_mode_network_refuses_what_is_not_defined():
    data = panel({"a": memberships()}, two_mode=["a"], covariates={"v": np.arange(9)},
                 receivers={"budget": np.arange(6)}, dyads={"w": np.random.default_rng(1).random((9, 9))})
    for terms, match in ((["altX:v"], "covariate of the columns"), (["egoX:budget"], "covariate"),
                         (["X:w"], "9 × 9"), (["recip"], "not for two-mode")):
        with pytest.raises(UsageError, match=match):
            code(data, Specification("a", terms))


def test_a_relation_and_memberships_change_together():
    """Change statistics of each network in the other, by hand; as many alliances as firms."""
    rng = np.random.default_rng(7)
    x, w = (rng.random((2, 9, 9)) < 0.3) * (1.0 - np.eye(9)), memberships(9)
    data = panel({"advice": x, "alliances": w}, two_mode=["alliances"])
    on_advice = ["density", "from:alliances", "outActIntn:alliances", "outPopIntn:alliances", "sharedTo:alliances"]
    on_alliances = ["density", "to:advice", "outActIntn:advice", "inActIntn:advice"]
    coded = code(data, Specification("advice", on_advice, also={"alliances": on_alliances}))
    found = engine.change_statistics(coded, coded.start, 0, 0)
    off = ~np.eye(9, dtype=bool)
    assert found[:, :, 1][off] == pytest.approx((w[0] @ w[0].T)[off])
    assert found[:, :, 2][off] == pytest.approx(np.repeat(w[0].sum(axis=1)[:, None], 9, axis=1)[off])
    assert found[:, :, 3][off] == pytest.approx(np.tile(w[0].sum(axis=1), (9, 1))[off])
    shared = (w[0] @ w[0].T) * (1 - np.eye(9))
    assert found[:, :, 4][off] == pytest.approx((shared @ x[0])[off])  # what those with the same alliances chose
    found = engine.change_statistics(coded, coded.start, 0, 1)
    assert found[:, :, 1] == pytest.approx(x[0] @ w[0])  # partners who are members already
    assert found[:, :, 2] == pytest.approx(np.repeat(x[0].sum(axis=1)[:, None], 9, axis=1))
    assert found[:, :, 3] == pytest.approx(np.repeat(x[0].sum(axis=0)[:, None], 9, axis=1))
    goal = engine.targets(coded)[0]
    names = list(coded.names)
    at = len(names) - 1 - names[::-1].index("to:advice")
    assert goal[at] == (w[1] * (x[0] @ w[1])).sum()  # memberships of the end, advice of the start
    assert goal[names.index("from:alliances")] == (x[1] * (w[0] @ w[0].T)).sum()
    sample = engine.simulate(coded, coded.start, 1500, seed=1)
    scores = sample.scores.sum(axis=1)
    spread = scores.std(axis=0)
    assert np.abs(scores.mean(axis=0)[spread > 0] / spread[spread > 0] * np.sqrt(1500)).max() < MARGIN


@pytest.mark.parametrize(("on", "terms"), [
    ("advice", ["crprod:alliances"]), ("advice", ["closure:alliances"]), ("advice", ["inPopIntn:alliances"]),
    ("advice", ["cl.XWX:alliances"]), ("alliances", ["crprod:advice"])])
def test_networks_that_join_different_sets(on, terms):
    x, w = np.zeros((2, 9, 9)), memberships()
    data = panel({"advice": x, "alliances": w}, two_mode=["alliances"])
    more = {"effects": terms, "also": {"alliances": ["density"]}} if on == "advice" else {
        "effects": ["density"], "also": {"alliances": terms}}
    with pytest.raises(UsageError, match="different sets"):
        code(data, Specification("advice", **more))


def test_two_mode_fits_recover_the_parameters():
    """Firms and as many projects, drawn with a preference for large budgets; within 3.5 standard errors."""
    rng = np.random.default_rng(2)
    start, budget = (rng.random((30, 30)) < 0.08) * 1.0, rng.normal(size=30)
    spec = Specification("p", ["density", "outActSqrt", "altX:budget"])
    true = {"rate": 4.0, "density": -1.5, "outActSqrt": -0.1, "altX:budget": 0.6}
    begin = panel({"p": [start, start]}, two_mode=["p"], receivers={"budget": budget})
    made = simulate(begin, spec, true, periods=3, seed=5).networks["p"][0].astype(float)
    found = estimate(panel({"p": made}, two_mode=["p"], receivers={"budget": budget}), spec, seed=1)
    assert found.converged
    assert np.abs((found.theta - [4.0, 4.0, -1.5, -0.1, 0.6]) / found.se).max() < 3.5


# ---- products ---------------------------------------------------------------------------------


@pytest.mark.parametrize("term", ["outAct*X:w", "transTies*X:w", "balance*sameX:v", "Jout*altX:v", "outInAss*X:w",
                                  "transRecTrip*X:w", "sharedPop*altX:v", "XWX:w*sameX:v", "outAct*altX:z"])
def test_a_product_that_is_no_product_of_changes_is_refused(term):
    rng = np.random.default_rng(1)
    data = panel({"r": grown().networks["r"].ties[:2]}, covariates={"v": rng.random(24)},
                 dyads={"w": rng.random((24, 24))}, behaviours={"z": rng.integers(0, 3, (2, 24))})
    with pytest.raises(UsageError, match="by egoX only"):
        code(data, Specification("r", [term], behaviour={"z": ["linear"]}))


def test_sums_of_an_actor_times_a_behaviour_count_it_in_the_statistic():
    x, z = grown().networks["r"].ties[:2], np.random.default_rng(1).integers(0, 3, (2, 24))
    data = panel({"r": x}, behaviours={"z": z})
    coded = code(data, Specification("r", ["outAct*egoX:z"], behaviour={"z": ["linear"]}))
    mean = z.mean(axis=1).mean()
    goal = dict(zip(coded.names, engine.targets(coded)[0], strict=True))
    assert goal["outAct*egoX:z"] == pytest.approx((x[1].sum(axis=1) ** 2 * (z[0] - mean)).sum())

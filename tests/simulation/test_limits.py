"""Cases of the cluster model that can be worked out by hand, and what holds in every run."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numba import njit

from interfirm.kernels import cluster_alliances, cluster_bonds, cluster_learning, cluster_outputs
from interfirm.kernels import cluster_codes as codes
from interfirm.kernels.cluster_state import distance
from interfirm.relations import entry_value, gini, stays, trust_path
from interfirm.simulation import Policy, run
from interfirm.simulation.levers import NONE
from interfirm.simulation.settings import parameters
from interfirm.simulation.starting import ClusterStart
from simulation.clusters import cluster

EXACT = 1e-12  # sums of a few doubles


def pair(**tie: float) -> ClusterStart:
    """Two firms of the same size in one place that ask each other; everything else as simple as can be."""
    start = cluster(2, degree=1.0, steps=1, spread=0.0, sectors=1)
    firm = start.firm.copy()
    firm["workers"] = firm["market"] = firm["capital"] = 10.0
    firm["east"], firm["north"], firm["openness"], firm["place"] = 0.0, 0.0, 0.0, 0
    row = np.zeros(1, dtype=codes.TIE)
    row["a"], row["b"], row["live"], row["ask_ab"], row["ask_ba"] = 0, 1, 1, 1, 1
    row["trust_ab"] = row["trust_ba"] = 1.0
    for name, value in tie.items():
        row[name] = value
    return replace(start, firm=firm, tie=row)


def only(*rules: str) -> list[str]:
    """Every rule but these."""
    return [rule for rule in codes.RULES if rule not in rules]


def knowing(start: ClusterStart, tacit: tuple[float, float], explicit: tuple[float, float]) -> ClusterStart:
    ones = np.ones((2, start.tacit.shape[1]))
    return replace(start, tacit=ones * np.array(tacit)[:, None], explicit=ones * np.array(explicit)[:, None])


# ---- trust ---------------------------------------------------------------------------------


@pytest.mark.parametrize("steps", [1, 4, 12])
def test_trust_of_equals_who_keep_promises(steps: int) -> None:
    """1 - (1 - T0)(1 - λ)^t, whatever the length of a period."""
    start = replace(pair(trust_ab=0.3, trust_ba=0.6), steps=steps)
    made = run(start, {"trust_gain": 0.2, "let_down": 0.0}, seed=1, periods=3 * steps, off=only("trust"))
    assert made.world.tie["trust_ab"][0] == pytest.approx(1 - 0.7 * 0.8**3, abs=EXACT)
    assert made.world.tie["trust_ba"][0] == pytest.approx(1 - 0.4 * 0.8**3, abs=EXACT)


def test_trust_rule_is_that_of_relations() -> None:
    ours, theirs = 0.4, trust_path(0.4, [1, 0, 1], [0, 1, 0], imbalance=[0.5, 0.2, 0.0], gain=0.2, loss=0.4,
                                   friction=0.1)
    after = njit(cluster_bonds.trust_after.py_func)
    for kept, broken, uneven in ((1.0, 0.0, 0.5), (0.0, 1.0, 0.2), (1.0, 0.0, 0.0)):
        ours = after(ours, kept, broken, uneven, 0.2, 0.4, 0.1)
    assert ours == pytest.approx(float(np.asarray(theirs)[-1]), abs=EXACT)


def test_unused_ties_keep_their_trust() -> None:
    start = pair(ask_ab=0, ask_ba=0, exchange=1, trust_ab=0.5, trust_ba=0.5)
    made = run(start, seed=1, periods=5, off=only("trust"))
    assert made.world.tie["trust_ab"][0] == 0.5


# ---- the knowledge spiral -----------------------------------------------------------------


def test_socialisation_of_two_firms() -> None:
    """τ = (0, 1), half the gap is closed, the donor loses nothing: knowledge is not used up."""
    start = knowing(pair(), (0.0, 1.0), (0.0, 0.0))
    made = run(start, {"socialisation": 0.5, "forget_tacit": 0.0}, seed=1, periods=1, off=only("socialisation"))
    np.testing.assert_allclose(made.world.tacit[:2, 0], [0.5, 1.0], atol=EXACT)


def test_each_conversion_by_hand() -> None:
    start = knowing(pair(), (0.4, 0.8), (0.2, 0.5))
    free = {"forget_tacit": 0.0, "forget_explicit": 0.0}
    made = run(start, {**free, "externalisation": 0.1}, seed=1, periods=1, off=only("externalisation"))
    np.testing.assert_allclose(made.world.explicit[:2, 0], [0.2 + 0.1 * 0.4 * 0.8, 0.5 + 0.1 * 0.8 * 0.5], atol=EXACT)
    made = run(start, {**free, "internalisation": 0.1}, seed=1, periods=1, off=only("internalisation"))
    np.testing.assert_allclose(made.world.tacit[:2, 0], [0.4 + 0.1 * 0.2 * 0.6, 0.8 + 0.1 * 0.5 * 0.2], atol=EXACT)
    made = run(start, {**free, "combination": 0.1}, seed=1, periods=1, off=only("combination"))
    both = 0.1 * np.sqrt(0.2 * 0.5)
    np.testing.assert_allclose(made.world.explicit[:2, 0], [0.2 + both * 0.8, 0.5 + both * 0.5], atol=EXACT)


def test_no_tie_and_no_conversion_changes_nothing() -> None:
    start = cluster(spread=0.0)
    made = run(start, {"forget_tacit": 0.0, "forget_explicit": 0.0}, seed=1, periods=8, off=codes.RULES)
    np.testing.assert_array_equal(made.world.tacit[:12], start.tacit)


def test_without_absorptive_capacity_no_tacit_knowledge_is_gained() -> None:
    start = knowing(pair(), (0.1, 0.9), (0.5, 0.5))
    firm = start.firm.copy()
    firm["absorptive"] = 0.0
    made = run(replace(start, firm=firm), {"forget_tacit": 0.0}, seed=1, periods=1,
               off=only("socialisation", "internalisation", "absorptive_capacity"))
    gained = made.world.tacit[:2, 0] - [0.1, 0.9]
    assert gained == pytest.approx([0, 0], abs=EXACT)
    assert made.outputs[-1][codes.O_SOCIALISED] == 0


def test_fit_is_an_inverted_u() -> None:
    """4 d (1 - d): 0 for the same, most at one half, 0 for nothing in common."""
    same, half = np.array([[1.0, 0.0], [1.0, 0.0]]), np.array([[1.0, 0.0], [0.5, np.sqrt(0.75)]])
    measure = njit(lambda tacit, explicit: distance(tacit, explicit, 0, 1))
    for tacit, expected in ((same, 0.0), (half, 0.5), (np.eye(2), 1.0), (np.zeros((2, 2)), 0.5)):
        assert measure(tacit, np.zeros((2, 2))) == pytest.approx(expected, abs=EXACT)

# ---- entry, stay, effort, inequality ---------------------------------------------------------


@pytest.mark.parametrize(("given_up", "gain", "success", "worth"), [(10, 6, 0.8, -3.171), (10, 6, 1.0, -0.244),
                                                                   (10, 7, 1.0, 2.195)])
def test_value_of_entry(given_up: float, gain: float, success: float, worth: float) -> None:
    """The numbers of the source's worked case, to its three decimals; and the library's own function exactly."""
    value = njit(cluster_alliances.entry_value.py_func)(given_up, gain, 2.0, success, 0.9, 3)
    assert value == pytest.approx(worth, abs=6e-4)
    theirs = entry_value(given_up=given_up, gain=gain, cost=2.0, periods=3, success=success, discount=0.9)
    assert value == pytest.approx(theirs.value, abs=EXACT)


def test_stay_rule_is_that_of_relations() -> None:
    rule = njit(cluster_alliances.stays.py_func)
    rng = np.random.default_rng(1)
    for gain, cost, future, relation, norm, other, leave in rng.uniform(0, 1, (50, 7)):
        theirs = stays(gain=gain, cost=cost, future=future, discount=1.0, relational=relation, convention=norm,
                       alternative=other, exit_cost=leave)
        assert rule(gain, cost, future, relation, norm, other, leave) == theirs.stays


def test_effort_by_hand_and_its_signs() -> None:
    effort = njit(cluster_learning.effort_of.py_func)
    assert effort(1.0, 0.9, 0.5, 0.2, 2.0) == pytest.approx((1.5 - 0.72) / 2, abs=EXACT)
    assert effort(0.5, 0.9, 0.0, 0.0, 1.0) == 0.0
    assert effort(1.0, 0.9, 0.3, 0.0, 1.0) > effort(1.0, 0.9, 0.3 - 0.2, 0.0, 1.0)  # poaching lowers effort


def test_a_cluster_without_effort_builds_no_capability() -> None:
    """Advantages of the place change nothing where nobody makes an effort."""
    start = cluster(spread=0.0)
    made = run(start, {"effort_benefit": 0.0, "capability_decay": 0.0}, seed=1, periods=8, off=only("effort"))
    np.testing.assert_allclose(made.world.firm["capability"][:12], start.firm["capability"], atol=EXACT)


def test_gini_is_that_of_relations() -> None:
    values = np.random.default_rng(1).lognormal(0, 1, 30)
    assert njit(cluster_outputs.gini.py_func)(values) == pytest.approx(gini(values), abs=EXACT)


# ---- what holds in every run ---------------------------------------------------------------


@pytest.mark.parametrize("seed", range(6))
def test_invariants(seed: int) -> None:
    policy = Policy("all", {name: {} for name in codes.LEVERS})
    lively = {"mortality": 0.1, "entrants": 0.15, "spin_off": 0.5, "innovation": 2.0}
    made = run(cluster(20, seed=seed), lively, seed=seed, periods=40, policy=policy, every=4)
    w, firm, tie = made.world, made.world.firm, made.world.tie
    there = firm["alive"] == 1
    for values in (w.tacit[there], w.explicit[there], firm["capability"][there], firm["absorptive"][there]):
        assert (values >= 0).all() and (values <= 1).all()
    live = tie[tie["live"] == 1]
    for name in ("trust_ab", "trust_ba", "commitment"):
        assert (live[name] >= 0).all() and (live[name] <= 1).all()
    assert (live["a"] < live["b"]).all() and there[live["a"]].all() and there[live["b"]].all()
    assert len({(a, b) for a, b in zip(live["a"], live["b"], strict=True)}) == len(live)
    assert ((live["ask_ab"] | live["ask_ba"] | live["exchange"]) == 1).all()
    assert (live["boss"][live["exchange"] == 0] == 0).all()
    degree = np.bincount(np.concatenate([live["a"], live["b"]]), minlength=len(firm))
    np.testing.assert_array_equal(degree[there], firm["degree"][there])
    assert made.last()["firms"] == there.sum() == 20 + made.last()["entries"] - made.last()["exits"]
    assert (np.diff(made.outputs[:, codes.O_INNOVATIONS]) >= 0).all()
    for at, name in enumerate(codes.LEVERS):
        assert w.spent[at] <= policy.number(name, "budget") + 1e-6


def test_same_seed_same_run_other_seed_other_run() -> None:
    start = cluster()
    one, two, three = (run(start, seed=seed, periods=8).outputs for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, two)
    assert not np.array_equal(one, three)


def test_a_lever_costs_price_by_unit_and_stops_at_its_budget() -> None:
    start = cluster()
    free = run(start, seed=1, periods=8, policy=Policy("t", {"training": {"places": 40.0, "lasts": 2.0}}))
    assert free.last()["cost"] == 80 * 3000
    short = run(start, seed=1, periods=8, policy=Policy("t", {"training": {"places": 40.0, "budget": 10_000.0}}))
    assert short.last()["cost"] == 9000
    assert free.last()["capability"] > short.last()["capability"] > run(start, seed=1, periods=8, policy=NONE).last()[
        "capability"]


def test_usual_values_lie_within_their_ranges() -> None:
    assert tuple(parameters()) == codes.PARAMETERS
    for item in parameters().values():
        assert item.low <= item.value <= item.high, item.name
        assert item.meaning and item.provenance

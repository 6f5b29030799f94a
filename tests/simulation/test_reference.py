"""The compiled model and the plain one: the same events in the same order, the same numbers."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pytest

from interfirm.kernels import cluster_codes as codes
from interfirm.simulation.levers import NONE, Policy
from interfirm.simulation.model import prepare, run
from interfirm.simulation.reference import replay
from interfirm.simulation.starting import ClusterStart
from simulation.clusters import cluster

EQUAL = 1e-12  # the two add in the same order; what is left is the rounding of a power or an exponential
PERIODS = 12
PAIRS = (("F00", "F05"), ("F01", "F07"), ("F02", "F11"))
EVERYTHING = Policy("all", {name: {} for name in codes.LEVERS}, PAIRS)


def same(start: ClusterStart, seed: int, *, policy: Policy = NONE, off: Collection[str] = (),
         parameters: Mapping[str, float] | None = None, periods: int = PERIODS) -> set[str]:
    """Run both, compare everything, and return the kinds of event that occurred."""
    plain = replay(prepare(start, parameters, seed=seed, periods=periods, policy=policy, off=off), periods)
    fast = run(start, parameters, seed=seed, periods=periods, policy=policy, off=off, events=100_000)
    assert [tuple(row) for row in fast.events.tolist()] == plain.events
    w, c = fast.world, plain.cluster
    assert [bool(x) for x in w.firm["alive"]] == [f.alive for f in c.firms]
    for f in c.firms:
        if f.alive:
            for name, value in f.values.items():
                assert w.firm[name][f.number] == pytest.approx(value, rel=EQUAL, abs=EQUAL), name
            assert w.firm["asked"][f.number] == sum(tie.asks[tie.other(f.number)] for tie in c.ties_of(f.number))
            np.testing.assert_allclose(w.tacit[f.number], f.tacit, rtol=EQUAL)
            np.testing.assert_allclose(w.explicit[f.number], f.explicit, rtol=EQUAL)
    assert set(np.flatnonzero(w.tie["live"]).tolist()) == set(c.ties)
    for e, tie in c.ties.items():
        row, (a, b) = w.tie[e], tie.firms
        assert (row["a"], row["b"], row["exchange"], row["maker"]) == (a, b, tie.exchange, tie.maker)
        assert (row["ask_ab"], row["ask_ba"]) == (tie.asks[a], tie.asks[b])
        assert row["boss"] == {None: 0, a: 1, b: 2}[tie.boss]
        for name, pair in (("trust", tie.trust), ("total", tie.total), ("flow", tie.flow)):
            assert row[f"{name}_ab"] == pytest.approx(pair[a], rel=EQUAL, abs=EQUAL)
            assert row[f"{name}_ba"] == pytest.approx(pair[b], rel=EQUAL, abs=EQUAL)
        assert row["commitment"] == pytest.approx(tie.commitment, rel=EQUAL)
    np.testing.assert_allclose(w.spent, list(c.spent.values()), rtol=EQUAL)
    assert w.tally[codes.N_ENDED] == c.tally["ended"]
    return {codes.EVENTS[kind] for _, kind, _, _ in plain.events}


LIVELY = {"mortality": 0.1, "spin_off": 0.5, "entrants": 0.2, "innovation": 2.0, "joint_innovation": 4.0}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_all_rules(seed: int) -> None:
    seen = same(cluster(seed=seed), seed, policy=EVERYTHING, parameters=LIVELY, periods=20)
    assert seen >= set(codes.EVENTS) - {"released"}, set(codes.EVENTS) - seen


@pytest.mark.parametrize("rule", codes.RULES)
def test_each_rule_off(rule: str) -> None:
    same(cluster(), 4, off=[rule], parameters=LIVELY)


@pytest.mark.parametrize("lever", codes.LEVERS)
def test_each_lever_alone(lever: str) -> None:
    same(cluster(), 5, policy=Policy(lever, {lever: {"budget": 60_000.0}} if lever != "anchor" else {lever: {}}, PAIRS))


def test_more_firms_than_one_can_know() -> None:
    same(cluster(30, degree=4), 6, parameters={"horizon": 10, "consider": 5, "search": 4.0})


def test_choice_from_a_fitted_model() -> None:
    from dataclasses import replace

    start = cluster()
    affinity = np.random.default_rng(1).normal(0, 1, (12, 12))
    same(replace(start, affinity=affinity, fitted={"density": -2.5, "search": 5.0, "fit": 0.0}), 7)

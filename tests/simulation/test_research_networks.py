"""Research networks of König and others: the enumerated table, growth by integration, stability, nested networks."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from interfirm.errors import UsageError
from interfirm.simulation.published.research import (
    efficiency_table,
    efficient_networks,
    growth_rates,
    is_nested,
    nested_graphs,
    stable_costs,
    welfare,
)

# Enumerated independently beforehand on a grid of costs of 0.005: the first cost on the grid at which each takes over.
TABLE = {
    4: [(4, (3, 2, 2, 1), 0.83), (3, (3, 1, 1, 1), 0.88), (0, (0,) * 4, 1.155)],
    5: [(7, (4, 3, 3, 3, 1), 0.765), (4, (4, 1, 1, 1, 1), 0.91), (0, (0,) * 5, 1.25)],
    6: [(11, (5, 4, 4, 4, 4, 1), 0.715), (8, (5, 3, 3, 3, 1, 1), 0.875), (5, (5,) + (1,) * 5, 0.945),
        (0, (0,) * 6, 1.342)],
    7: [(16, (6, 5, 5, 5, 5, 5, 1), 0.68), (12, (6, 4, 4, 4, 4, 1, 1), 0.815), (6, (6,) + (1,) * 6, 0.97),
        (0, (0,) * 7, 1.429)],
}


@pytest.mark.parametrize("firms", TABLE)
def test_the_enumerated_table(firms):
    first, *rest = efficient_networks(firms)
    assert first.edges == firms * (firms - 1) // 2 and first.from_cost == 0
    assert [(one.edges, one.degrees) for one in rest] == [row[:2] for row in TABLE[firms]]
    for one, (_, _, grid) in zip(rest, TABLE[firms], strict=True):
        assert 0 <= grid - one.from_cost < 0.005 or abs(grid - one.from_cost) < 0.0005


@pytest.mark.parametrize("firms", TABLE)
def test_every_best_network_is_nested_and_so_the_nested_ones_suffice(firms):
    every, nested = efficiency_table(firms), efficiency_table(firms, nested_only=True)
    assert every["nested"].all()
    assert every.drop(columns=["degrees"]).to_numpy(float) == pytest.approx(
        nested.drop(columns=["degrees"]).to_numpy(float), nan_ok=True, abs=1e-9)


@pytest.mark.parametrize("firms", [4, 7, 10, 12])
def test_the_network_without_ties_takes_over_at_its_closed_form(firms):
    last = efficient_networks(firms, nested_only=True)[-1]
    assert last.edges == 0 and last.from_cost == pytest.approx(firms / (2 * np.sqrt(firms - 1)))


def test_number_of_networks_tried():
    """11, 34, 156 and 1,044 networks of 4 to 7 firms, as counted in the literature (OEIS A000088)."""
    from interfirm.simulation.published.research import _every_graph

    assert [sum(1 for _ in _every_graph(n)) for n in (4, 5, 6, 7)] == [11, 34, 156, 1044]
    assert sum(1 for _ in nested_graphs(6)) == 32 and all(is_nested(g) for g in nested_graphs(6))


def test_growth_is_that_of_the_equations():
    """ln x by integration of dx/dt = A x over a long time against the largest eigenvalue of the component."""
    from scipy.linalg import expm

    graph = nx.disjoint_union(nx.star_graph(3), nx.path_graph(3))
    graph.add_node(7)
    tie = nx.to_numpy_array(graph)
    x1, x2 = expm(tie * 30) @ np.ones(8), expm(tie * 31) @ np.ones(8)
    assert np.log(x2 / x1) == pytest.approx(growth_rates(tie), abs=1e-10)
    assert growth_rates(tie)[:4] == pytest.approx(np.sqrt(3)) and growth_rates(tie)[7] == 0


def test_eigenvalues_are_those_of_networkx():
    for seed in range(5):
        graph = nx.gnp_random_graph(9, 0.4, seed=seed)
        if nx.is_connected(graph):
            assert growth_rates(nx.to_numpy_array(graph))[0] == pytest.approx(max(nx.adjacency_spectrum(graph).real))


def test_welfare_and_stability_by_hand():
    pair = np.array([[0, 1], [1, 0]])
    assert welfare(pair, 0.25) == 2 * (1 - 0.25) and stable_costs(pair) == (0, 1)
    empty = np.zeros((3, 3))
    assert stable_costs(empty) == (1, float("inf"))
    path = nx.to_numpy_array(nx.path_graph(3))
    # dropping a tie costs the middle √2 − 1 and the end √2; closing the triangle brings 2 − √2 to both ends
    assert all(np.isnan(stable_costs(path)))


def test_the_complete_network_is_best_and_stable_only_at_low_cost_and_less_so_in_large_industries():
    ends = [efficient_networks(n)[0] for n in TABLE]
    assert all(one.stable_from == 0 and one.stable_to < one.to_cost for one in ends)
    assert np.all(np.diff([one.stable_to for one in ends]) < 0)
    assert ends[0].stable_to == pytest.approx(3 - (1 + np.sqrt(17)) / 2)  # λ of K4 less that of K4 without a tie


def test_between_complete_and_empty_the_best_network_is_not_stable():
    for firms in TABLE:
        assert all(np.isnan(one.stable_to) for one in efficient_networks(firms)[1:-1])


def test_relabelling():
    tie = nx.to_numpy_array(nx.gnp_random_graph(8, 0.4, seed=2))
    order = np.random.default_rng(1).permutation(8)
    assert growth_rates(tie[np.ix_(order, order)]) == pytest.approx(growth_rates(tie)[order])


@pytest.mark.parametrize("call", [lambda: efficient_networks(8), lambda: efficient_networks(1),
                                  lambda: efficient_networks(15, nested_only=True),
                                  lambda: growth_rates([[0, 1], [0, 0]]), lambda: growth_rates([[1]]),
                                  lambda: growth_rates([[0, 1, 0]])])
def test_what_cannot_be_computed_is_refused(call):
    with pytest.raises(UsageError):
        call()


def test_the_card_says_what_is_computed():
    from interfirm.simulation.published.cards import cards

    text = str(cards()["efficient_networks"])
    for firms in TABLE:
        first = efficient_networks(firms)[0]
        assert f"{first.to_cost:.3f} ({firms}" in text and f"{first.stable_to:.3f} ({firms}" in text

"""Communities: recovery of planted groups, networkx for modularity, agreement of groupings by hand."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from network_studies import alliances, make, of_graph, random_graph

from interfirm.errors import UsageError
from interfirm.network.communities import adjusted_rand, communities
from interfirm.network.null import compare_with_null

EXACT = 1e-9


def planted(seed):
    return nx.planted_partition_graph(4, 12, 0.6, 0.03, seed=seed)


def test_planted_groups_are_found_by_every_run():
    found = communities(of_graph(planted(1)), seed=1)
    truth = np.arange(48) // 12
    assert adjusted_rand(found.membership.to_numpy().astype(int), truth) == pytest.approx(1.0)
    assert found.number == 4 and found.sizes.tolist() == [12] * 4
    assert found.stability == pytest.approx(1.0)
    assert "4 communities" in str(found)


@pytest.mark.parametrize("resolution", [0.5, 1.0, 2.0])
def test_modularity_equals_networkx(resolution):
    graph = random_graph(40, 100, 2)
    for number, (i, j) in enumerate(graph.edges):
        graph[i][j]["weight"] = 1.0 + number % 3
    study = make([(i, j, d["weight"]) for i, j, d in graph.edges(data=True)], 40)
    for weighted in (True, False):
        found = communities(study, resolution=resolution, weighted=weighted, runs=3)
        label = found.membership.to_dict()
        groups = {}
        for i in range(40):
            key = label[f"f{i}"]
            groups.setdefault(f"alone {i}" if np.isnan(key) else key, set()).add(i)
        expected = nx.community.modularity(graph, groups.values(), weight="weight" if weighted else None,
                                           resolution=resolution)
        assert found.modularity == pytest.approx(expected, abs=EXACT)


def test_actors_without_ties_belong_to_none():
    found = communities(make([(0, 1), (1, 2), (3, 4)], 6))
    assert found.membership.tolist()[:5] == [1, 1, 1, 2, 2] and np.isnan(found.membership.iloc[5])
    assert len(found.table()) == 5
    nothing = communities(make([], 3))
    assert nothing.number == 0 and np.isnan(nothing.modularity)


def test_direction_is_ignored_and_alliances_work():
    edges = [(0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3), (0, 3)]
    one, two = communities(make(edges, 6)), communities(make([(j, i) for i, j in edges], 6, directed=True))
    assert one.membership.tolist() == two.membership.tolist() == [1, 1, 1, 2, 2, 2]
    found = communities(alliances({"p": ["a", "b", "c"], "q": ["d", "e", "f"], "r": ["c", "d"]}), relation="alliances")
    assert found.number == 2


def test_same_seed_same_groups_whatever_was_drawn_before():
    study = of_graph(random_graph(60, 150, 4))
    one = communities(study, seed=3)
    communities(of_graph(planted(1)), seed=8)
    two = communities(study, seed=3)
    assert one.membership.equals(two.membership) and one.stability == two.stability < 1.0


def test_more_runs_never_do_worse():
    study = of_graph(random_graph(60, 150, 4))
    qualities = [communities(study, runs=runs, seed=3).modularity for runs in (1, 3, 10)]
    assert qualities == sorted(qualities)
    assert np.isnan(communities(study, runs=1).stability)


def test_modularity_of_planted_groups_beats_chance_and_of_random_ties_does_not():
    planted_row = compare_with_null(of_graph(planted(2)), measures=["modularity"], draws=40).table().iloc[0]
    assert planted_row["above"] > 0.95 and planted_row["z"] > 3
    other = of_graph(random_graph(40, 100, 9))
    random_row = compare_with_null(other, measures=["modularity"], draws=40).table().iloc[0]
    assert random_row["observed"] > 0.3  # high by itself, yet
    assert abs(random_row["z"]) < 3


def test_agreement_of_groupings_by_hand():
    assert adjusted_rand(np.array([0, 0, 1, 1]), np.array([5, 5, 2, 2])) == 1.0
    # contingency 2 1 / 1 2: together 2, first 6, second 6, of 15 pairs: (2 - 2.4) / (6 - 2.4)
    assert adjusted_rand(np.array([0, 0, 0, 1, 1, 1]), np.array([0, 0, 1, 0, 1, 1])) == pytest.approx(-0.4 / 3.6)
    rng = np.random.default_rng(1)
    by_chance = [adjusted_rand(rng.integers(3, size=60), rng.integers(3, size=60)) for _ in range(200)]
    assert abs(np.mean(by_chance)) < 0.01  # standard error about .002


def test_options_must_make_sense():
    with pytest.raises(UsageError, match="above 0"):
        communities(make([(0, 1)], 2), resolution=0)
    with pytest.raises(UsageError, match="at least 1"):
        communities(make([(0, 1)], 2), runs=0)

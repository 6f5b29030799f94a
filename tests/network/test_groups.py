"""E–I index and mixing.

Evidence: hand calculations, networkx 3.6 for assortativity, the exact mean under permutation,
recovery of a planted preference, and p-values that are uniform where groups do not matter.
"""

from __future__ import annotations

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from network_studies import make, names, random_graph

from interfirm.errors import UsageError
from interfirm.network.groups import ei_index, mixing
from interfirm.study.study import Study

EXACT = 1e-9
HALVES = {"sector": ["A"] * 3 + ["B"] * 3}


def test_ei_by_hand_on_all_three_levels():
    # inside A: 0-1, 1-2; inside B: 3-4; across: 2-3
    study = make([(0, 1), (1, 2), (3, 4), (2, 3)], 6, columns=HALVES)
    found = ei_index(study, "sector", seed=1)
    assert found.value == pytest.approx((1 - 3) / 4, abs=EXACT)
    assert found.table()[["group", "actors", "external", "internal"]].to_numpy().tolist() == [
        ["A", 3, 1, 2], ["B", 3, 1, 1]]
    assert found.table()["ei_index"].tolist() == pytest.approx([(1 - 2) / 3, 0.0], abs=EXACT)
    assert found.actors.tolist()[:5] == [-1, -1, 0, 0, -1] and np.isnan(found.actors.iloc[5])
    # same group by chance: 2 * 3*2 / (6*5) = .4
    assert found.expected == pytest.approx(1 - 2 * 0.4, abs=EXACT)
    assert "sector" in str(found)


def test_direction_and_weight_do_not_count_twice():
    one = make([(0, 1, 5.0), (1, 0, 2.0), (2, 3)], 6, directed=True, columns=HALVES)
    assert ei_index(one, "sector").value == pytest.approx(0.0, abs=EXACT)


def test_permutation_mean_is_the_exact_expectation():
    study = make(random_graph(30, 80, 1).edges, 30, columns={"sector": list("AAABBBBBCC") * 3})
    found = ei_index(study, "sector", permutations=4000, seed=2)
    assert found.low < found.expected < found.high
    middle = (found.low + found.high) / 2
    assert middle == pytest.approx(found.expected, abs=0.05)  # half the width of the 95 % range is about 0.2


def test_planted_preference_is_found_and_chance_is_not():
    rng = np.random.default_rng(4)
    sector = np.repeat([0, 1], 20)
    chance = np.where(sector[:, None] == sector, 0.25, 0.05)
    edges = [(i, j) for i in range(40) for j in range(i) if rng.random() < chance[i, j]]
    columns = {"sector": [str(s) for s in sector]}
    planted = ei_index(make(edges, 40, columns=columns), "sector")
    assert planted.p_low < 0.01 and planted.value < planted.low
    study, ps = make(random_graph(24, 50, 1).edges, 24), []
    for seed in range(120):
        groups = dict(zip(names(24), rng.permutation(list("AB") * 12), strict=True))
        ps.append(ei_index(study, groups, permutations=199, seed=seed).p_low)
    # uniform p: the share below .25 and .75 is within 4 standard errors (sqrt(.25*.75/120) = .04); ties of the
    # discrete index can only lower it
    assert np.mean(np.array(ps) <= 0.25) < 0.25 + 0.16
    assert 0.75 - 0.3 < np.mean(np.array(ps) <= 0.75) < 0.75 + 0.16


def test_same_seed_same_result_and_fewer_permutations_in_large_networks(monkeypatch):
    from interfirm.network import groups

    study = make(random_graph(30, 80, 1).edges, 30, columns={"sector": list("AB") * 15})
    assert ei_index(study, "sector", seed=3).p == ei_index(study, "sector", seed=3).p
    monkeypatch.setattr(groups, "limit", lambda name: 80 * 150)
    assert ei_index(study, "sector", permutations=1000).permutations == 150
    with pytest.raises(UsageError, match="at least 1"):
        ei_index(study, "sector", permutations=0)


def test_actors_without_a_group_are_left_out_and_counted():
    study = make([(0, 1), (1, 2), (0, 3)], 4, columns={"sector": ["A", "A", "B", None]})
    found = ei_index(study, "sector")
    assert found.left_out == 1
    assert found.value == pytest.approx(0.0, abs=EXACT)
    assert mixing(study, "sector").left_out == 1
    with pytest.raises(UsageError, match="no groups"):
        ei_index(make([(0, 1)], 2), "sector")


def test_position_brings_in_the_external_actors():
    study = Study.from_tables({
        "waves": pd.DataFrame({"wave": ["w"]}),
        "relations": pd.DataFrame({"relation": ["r"], "layer": ["exchange"], "directed": [False]}),
        "actors": pd.DataFrame({"actor": ["a", "b", "x"], "position": ["member", "member", "external"]}),
        "ties": pd.DataFrame({"wave": "w", "relation": "r", "sender": ["a", "a"], "receiver": ["b", "x"]}),
    })
    assert ei_index(study, "position").value == 0.0
    assert ei_index(study, "kind").value == -1.0
    assert ei_index(study, {"a": "1", "b": "2"}).value == 1.0
    with pytest.raises(UsageError, match="column"):
        ei_index(study, 3)


def test_no_ties_give_no_index():
    found = ei_index(make([], 6, columns=HALVES), "sector")
    assert np.isnan(found.value) and np.isnan(found.p)


def test_mixing_by_hand_with_unknown_pairs():
    # directed, 6 actors, actor 5 (B) silent: 25 known pairs, 3 ties
    study = make([(0, 1), (0, 3), (3, 4)], 6, directed=True, silent=[5], columns=HALVES)
    found = mixing(study, "sector")
    assert found.matrix("observed").to_numpy().tolist() == [[1, 1], [0, 1]]
    assert found.matrix("pairs").to_numpy().tolist() == [[6, 9], [6, 4]]
    np.testing.assert_allclose(found.matrix("expected"), 3 / 25 * np.array([[6, 9], [6, 4]]), atol=EXACT)
    np.testing.assert_allclose(found.matrix("ratio"), [[25 / 18, 25 / 27], [0, 25 / 12]], atol=EXACT)


def test_undirected_mixing_counts_each_pair_once():
    found = mixing(make([(0, 1), (0, 3), (1, 4)], 6, columns=HALVES), "sector")
    assert found.cells["observed"].tolist() == [1, 2, 0]
    assert found.cells["pairs"].tolist() == [3, 9, 3]
    assert found.matrix("observed").to_numpy().tolist() == [[1, 2], [2, 0]]
    assert found.cells["expected"].sum() == pytest.approx(3, abs=EXACT)


@pytest.mark.parametrize("directed", [False, True])
def test_assortativity_equals_networkx(directed):
    graph = random_graph(30, 90, 2, directed=directed)
    sector = list("AABBBC") * 5
    nx.set_node_attributes(graph, dict(enumerate(sector)), "sector")
    study = make(graph.edges, 30, directed=directed, columns={"sector": sector})
    assert mixing(study, "sector").assortativity == pytest.approx(
        nx.attribute_assortativity_coefficient(graph, "sector"), abs=EXACT)

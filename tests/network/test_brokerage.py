"""Constraint, effective size, efficiency, hierarchy of constraint.

Evidence: hand calculations, networkx 3.6.1 and igraph 1.0.0 on random graphs, a direct reading of the
formulas, invariants, and ties set to unknown. ``EXACT`` is the rounding of sums of at most a few
thousand terms in double precision; ``AGREE`` is the agreement asked for with other software.
"""

from __future__ import annotations

import csv
import itertools

import igraph
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from network_studies import STAR, alliances, make, names, of_graph, random_graph, values

from interfirm.errors import UnknownName
from interfirm.network.brokerage import (
    constraint,
    constraint_hierarchy,
    effective_size,
    efficiency,
    structural_holes,
)
from interfirm.study.study import Study

EXACT = 1e-12
AGREE = 1e-9
SIZE = 24


def complete(size: int) -> list[tuple[int, int]]:
    return list(itertools.combinations(range(size), 2))


def weighted_graph(seed: int, *, directed: bool) -> nx.Graph:
    graph = random_graph(SIZE, 90 if directed else 60, seed, directed=directed)
    rng = np.random.default_rng(seed)
    for _, _, data in graph.edges(data=True):
        data["weight"] = float(rng.integers(1, 6))
    return graph


def weighted_study(graph: nx.Graph) -> Study:
    edges = [(i, j, data["weight"]) for i, j, data in graph.edges(data=True)]
    return make(edges, len(graph), directed=graph.is_directed())


def by_formula(a: np.ndarray) -> dict[str, np.ndarray]:
    """The definitions read off the page, on a dense matrix."""
    z = a + a.T
    size = len(a)
    p = z / z.sum(axis=1, keepdims=True)
    m = z / z.max(axis=1, keepdims=True)
    cost, eff, hier = np.zeros(size), np.zeros(size), np.zeros(size)
    for i in range(size):
        partners = np.flatnonzero(z[i])
        c = np.array([(p[i, j] + sum(p[i, q] * p[q, j] for q in range(size) if q not in (i, j))) ** 2
                      for j in partners])
        cost[i] = c.sum()
        eff[i] = sum(1 - sum(p[i, q] * m[j, q] for q in range(size) if q not in (i, j)) for j in partners)
        ratio = c / c.mean()
        hier[i] = (ratio * np.log(ratio)).sum() / (len(c) * np.log(len(c))) if len(c) > 1 else 1.0
    return {"constraint": cost, "size": eff, "hierarchy": hier}


# ---- by hand -----------------------------------------------------------------------------


def test_star_by_hand():
    found = values(constraint(make(STAR, 5)), 5)
    assert found == pytest.approx([0.25, 1, 1, 1, 1], abs=EXACT)
    assert values(effective_size(make(STAR, 5)), 5) == pytest.approx([4, 1, 1, 1, 1], abs=EXACT)


@pytest.mark.parametrize(("size", "expected"), [(3, 1.125), (4, 25 / 27)])
def test_complete_networks_by_hand(size, expected):
    # K3: 2 (1/2 + 1/4)² = 1.125; K4: 3 (1/3 + 2/9)² = 25/27 = 0.9259
    study = make(complete(size), size)
    assert values(constraint(study), size) == pytest.approx([expected] * size, abs=EXACT)
    assert values(effective_size(study), size) == pytest.approx([1.0] * size, abs=EXACT)
    assert values(efficiency(study), size) == pytest.approx([1 / (size - 1)] * size, abs=EXACT)


def test_weights_by_hand():
    # 0 spends 3/4 on 1 and 1/4 on 2; 1 and 2 are not tied: 9/16 + 1/16
    study = make([(0, 1, 3.0), (0, 2, 1.0)], 3)
    assert constraint(study)["f0"] == pytest.approx(10 / 16, abs=EXACT)
    assert constraint(study, weighted=False)["f0"] == pytest.approx(0.5, abs=EXACT)


def test_directions_add_up():
    # a mutual tie to 1 counts twice as much as the single tie from 2
    study = make([(0, 1), (1, 0), (2, 0)], 3, directed=True)
    assert constraint(study)["f0"] == pytest.approx((2 / 3) ** 2 + (1 / 3) ** 2, abs=EXACT)


def test_hierarchy_of_constraint_by_hand():
    # 0 is tied to 1, 2 and 3, and 1 to 2: c = (1/3 + 1/6)², the same, (1/3)², i.e. in proportion 9 : 9 : 4
    share = np.array([9, 9, 4]) * 3 / 22
    expected = (share * np.log(share)).sum() / (3 * np.log(3))
    found = constraint_hierarchy(make([(0, 1), (0, 2), (0, 3), (1, 2)], 4))
    assert found["f0"] == pytest.approx(expected, abs=EXACT)
    assert found["f3"] == 1.0


def test_hierarchy_is_zero_where_partners_are_alike_and_near_one_where_one_weighs_all():
    assert values(constraint_hierarchy(make(complete(5), 5)), 5) == pytest.approx([0] * 5, abs=EXACT)
    one_weighs_all = make([(0, 1, 1e4), (0, 2, 1.0), (0, 3, 1.0)], 4)
    assert constraint_hierarchy(one_weighs_all)["f0"] > 0.999


# ---- other software and the formulas -------------------------------------------------------


@pytest.mark.parametrize("directed", [False, True])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_networkx_and_igraph_agree_on_constraint(seed, directed):
    graph = weighted_graph(seed, directed=directed)
    found = values(constraint(weighted_study(graph)), SIZE)
    peer = igraph.Graph(n=SIZE, edges=list(graph.edges), directed=directed)
    peer.es["weight"] = [data["weight"] for _, _, data in graph.edges(data=True)]
    assert found == pytest.approx(peer.constraint(weights="weight"), rel=AGREE)
    other = nx.constraint(graph, weight="weight")
    assert found == pytest.approx([other[i] for i in range(SIZE)], rel=AGREE)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_networkx_agrees_on_effective_size(seed):
    graph = weighted_graph(seed, directed=False)
    study = weighted_study(graph)
    # ``nodes`` makes networkx 3.6.1 follow its definition; its matrix form divides by the wrong maximum
    burt = nx.effective_size(graph, nodes=list(graph), weight="weight")
    borgatti = nx.effective_size(graph, nodes=list(graph))
    assert values(effective_size(study, weighted=True), SIZE) == pytest.approx(list(burt.values()), rel=AGREE)
    assert values(effective_size(study), SIZE) == pytest.approx(list(borgatti.values()), rel=AGREE)
    degree = np.array([graph.degree(i) for i in range(SIZE)])
    assert values(efficiency(study), SIZE) == pytest.approx(np.array(list(borgatti.values())) / degree, rel=AGREE)


@pytest.mark.parametrize("directed", [False, True])
def test_every_measure_follows_its_formula(directed):
    graph = weighted_graph(5, directed=directed)
    a = nx.to_numpy_array(graph, nodelist=range(SIZE))
    study, expected = weighted_study(graph), by_formula(nx.to_numpy_array(graph, nodelist=range(SIZE)))
    assert values(constraint(study), SIZE) == pytest.approx(expected["constraint"], rel=EXACT)
    assert values(effective_size(study, weighted=True), SIZE) == pytest.approx(expected["size"], rel=EXACT)
    assert values(constraint_hierarchy(study), SIZE) == pytest.approx(expected["hierarchy"], rel=1e-10)
    binary = by_formula((a > 0).astype(float))
    assert values(constraint(study, weighted=False), SIZE) == pytest.approx(binary["constraint"], rel=EXACT)


def test_borgatti_is_burt_on_a_binary_undirected_network():
    study = of_graph(random_graph(SIZE, 70, 4))
    simple, general = effective_size(study), effective_size(study, weighted=True)
    pd.testing.assert_series_equal(simple, general, rtol=EXACT)


@pytest.mark.data
def test_igraph_agrees_on_the_lawyers(data_dir):
    with (data_dir("lazega_lawyers") / "law_advice_edges.csv").open(encoding="utf-8") as lines:
        rows = list(csv.reader(lines, delimiter=","))
    head, body = rows[0], rows[1:]
    source, target = (next(i for i, name in enumerate(head) if word in name.lower()) for word in ("from", "to"))
    nodes = sorted({row[k] for row in body for k in (source, target)})
    position = {name: i for i, name in enumerate(nodes)}
    edges = sorted({(position[row[source]], position[row[target]]) for row in body})
    edges = [(i, j) for i, j in edges if i != j]
    found = values(constraint(make(edges, len(nodes), directed=True)), len(nodes))
    peer = igraph.Graph(n=len(nodes), edges=edges, directed=True).constraint()
    assert len(nodes) == 71
    assert found == pytest.approx(peer, rel=AGREE)


# ---- invariants ------------------------------------------------------------------------------


def test_order_isolates_and_separate_parts_change_nothing():
    graph = weighted_graph(7, directed=True)
    edges = [(i, j, data["weight"]) for i, j, data in graph.edges(data=True)]
    before = structural_holes(make(edges, SIZE, directed=True)).table().set_index("actor")
    order = np.random.default_rng(1).permutation(SIZE + 4)
    more = [*edges, (SIZE + 1, SIZE + 2, 1.0)]
    after = structural_holes(make(more, SIZE + 4, directed=True, order=order)).table().set_index("actor")
    pd.testing.assert_frame_equal(after.loc[names(SIZE)], before.loc[names(SIZE)], rtol=EXACT)
    assert after.loc["f24"].isna().all()
    assert after.loc["f25", "constraint"] == 1.0


def test_the_unit_of_the_weights_does_not_matter():
    graph = weighted_graph(8, directed=False)
    tenfold = nx.Graph([(i, j, {"weight": 10 * d["weight"]}) for i, j, d in graph.edges(data=True)])
    small, large = constraint(weighted_study(graph)), constraint(weighted_study(tenfold))
    pd.testing.assert_series_equal(small, large.loc[small.index], rtol=EXACT)


def test_one_pass_gives_what_the_single_measures_give():
    study = weighted_study(weighted_graph(9, directed=True))
    table = structural_holes(study).table().set_index("actor")
    for function in (constraint, effective_size, efficiency):
        pd.testing.assert_series_equal(table[function.__name__], function(study), check_names=False, rtol=EXACT)
    pd.testing.assert_series_equal(table["hierarchy"], constraint_hierarchy(study), check_names=False)


# ---- edges of the definition -----------------------------------------------------------------


@pytest.mark.parametrize("function", [constraint, effective_size, efficiency, constraint_hierarchy])
def test_no_ties_no_value(function):
    assert function(make([], 3)).isna().all()
    assert function(make([(0, 1)], 3)).isna().tolist() == [False, False, True]


def test_a_silent_actor_has_no_value_and_the_others_are_measured_on_what_is_known():
    edges = [(0, 1), (1, 0), (1, 2), (2, 3), (3, 0)]
    all_known, one_silent = make(edges, 4, directed=True), make(edges, 4, directed=True, silent=[3])
    found = constraint(one_silent)
    assert np.isnan(found["f3"])
    assert values(found, 4)[:3] == pytest.approx(values(constraint(all_known), 4)[:3], abs=EXACT)
    assert found.attrs["unknown"] == pytest.approx(2 / 12)


def test_in_an_undirected_relation_the_partners_speak_for_the_silent():
    assert constraint(make(STAR, 5, silent=[0]))["f0"] == pytest.approx(0.25, abs=EXACT)


def test_an_unknown_tie_counts_as_absent():
    with_unknown = make([(0, 1), (0, 2)], 3, unknown=[(1, 2)])
    assert constraint(with_unknown)["f0"] == pytest.approx(0.5, abs=EXACT)


def test_alliances_use_newman_weights():
    # firm c shares one alliance of three (weight 1/2 each) and one of two (weight 1) with d
    study = alliances({"x": ["a", "b", "c"], "y": ["c", "d"]})
    p = np.array([0.5, 0.5, 1.0]) / 2
    expected = 2 * (p[0] + p[0] * 0.5) ** 2 + p[2] ** 2
    assert constraint(study)["c"] == pytest.approx(expected, abs=EXACT)


def test_settings_and_words():
    study = weighted_study(weighted_graph(2, directed=True))
    holes = structural_holes(study)
    assert holes.settings["relation"] == "r"
    assert holes.constraint.attrs["weighted"] is True
    assert holes.effective_size.attrs["weighted"] is False
    assert "least constrained" in str(holes)
    assert "nothing to measure" in str(structural_holes(make([], 2)))
    with pytest.raises(UnknownName):
        constraint(study, relation="nothing")


def test_progress_reaches_the_end():
    seen: list[float] = []
    structural_holes(of_graph(random_graph(SIZE, 60, 1)), progress=seen.append)
    assert seen[-1] == pytest.approx(1.0)

"""Krackhardt's four dimensions and reaching centrality.

Evidence: hand calculations, frozen values of R's ``sna`` (connectedness, hierarchy, efficiency, lubness), a
direct reading of the definitions on random networks, networkx 3.6.1, and invariants.
``SHOWN`` is the rounding of the frozen values, ``EXACT`` that of double precision.
"""

from __future__ import annotations

import itertools

import networkx as nx
import numpy as np
import pytest
from network_studies import BARRIER, STAR, make, of_graph, random_graph, values

from interfirm.errors import UnknownName, UsageError
from interfirm.network import hierarchy, reaching
from interfirm.network.hierarchy import connectedness, graph_efficiency, graph_hierarchy, krackhardt, lubness
from interfirm.network.reaching import global_reaching_centrality, local_reaching_centrality

SHOWN = 5e-5
EXACT = 1e-12


def mutual(edges):
    return [*edges, *((j, i) for i, j in edges)]


TREE = [(0, 1), (0, 2), (1, 3), (1, 4), (2, 5), (2, 6)]
CYCLE = [(i, (i + 1) % 6) for i in range(6)]
SPOKES = [(0, i) for i in range(1, 6)]
RIM = [(1, 2), (2, 3), (3, 4), (4, 5), (5, 1)]
HUBS = [(0, 1), (1, 2), (2, 0)]
LEAVES = [(0, 3), (0, 4), (1, 5), (1, 6), (2, 7), (2, 8)]
K6 = list(itertools.permutations(range(6), 2))


def by_definition(graph: nx.DiGraph) -> tuple[float, float, float]:
    """Hierarchy, least upper boundedness, and efficiency as sna counts it; NaN where undefined."""
    reach = {i: nx.descendants(graph, i) | {i} for i in graph}
    pairs = list(itertools.combinations(graph, 2))
    both = sum(j in reach[i] and i in reach[j] for i, j in pairs)
    some = sum(j in reach[i] or i in reach[j] for i, j in pairs)
    failing = room = spare = superfluous = 0
    for part in nx.weakly_connected_components(graph):
        room += (len(part) - 1) * (len(part) - 2) // 2
        spare += (len(part) - 1) ** 2
        superfluous += graph.subgraph(part).number_of_edges() - (len(part) - 1)
        for i, j in itertools.combinations(part, 2):
            bounds = [k for k in part if i in reach[k] and j in reach[k]]
            failing += not any(all(low in reach[k] for k in bounds) for low in bounds)
    nan = float("nan")
    return (1 - both / some if some else nan, 1 - failing / room if room else nan,
            1 - superfluous / spare if spare else nan)


# ---- by hand, and R's sna -------------------------------------------------------------------


@pytest.mark.parametrize(("edges", "size", "expected"), [
    (CYCLE, 6, (1, 0, 0.96, 1)),
    (mutual(CYCLE), 6, (1, 0, 0.72, 1)),
    (mutual(SPOKES + RIM), 6, (1, 0, 0.40, 1)),
    (SPOKES + mutual(RIM), 6, (1, 0.3333, 0.60, 1)),
    (TREE, 7, (1, 1, 1, 1)),
    (mutual(BARRIER), 7, (1, 0, 0.50, 1)),
    (mutual(HUBS) + LEAVES, 9, (1, 0.8571, 0.9375, 1)),
    (K6, 6, (1, 0, 0, 1)),
], ids=["dicycle", "cycle", "nodal circuit", "one-way hub", "tree", "barrier", "circuit-branch", "complete"])
def test_profile_of_the_ideal_types(edges, size, expected):
    found = krackhardt(make(edges, size, directed=True))
    assert (found.connectedness, found.hierarchy, found.efficiency, found.lub) == pytest.approx(expected, abs=SHOWN)


def test_one_arc_back_to_the_root():
    study = make([*TREE, (3, 0)], 7, directed=True)
    assert graph_hierarchy(study) == pytest.approx(1 - 3 / 17, abs=EXACT)
    assert graph_efficiency(study) == pytest.approx(1 - 1 / 36, abs=EXACT)


def test_two_heads_have_no_common_superior():
    assert lubness(make([(0, 2), (1, 2)], 3, directed=True)) == 0.0


def test_ucinet_counts_undirected_ties():
    complete = make(K6, 6, directed=True)
    assert graph_efficiency(complete, variant="ucinet") == pytest.approx(0.6, abs=EXACT)
    # components of 3 (a triangle: 1 of 4 superfluous) and 2 (none), by size; the isolate is left out
    study = make([(0, 1), (1, 0), (1, 2), (2, 0), (3, 4)], 6, directed=True)
    assert graph_efficiency(study, variant="ucinet") == pytest.approx(1 - 3 / 5 / 4, abs=EXACT)
    assert graph_efficiency(study) == pytest.approx(1 - (5 - 3) / (4 + 1), abs=EXACT)


def test_connectedness_by_hand():
    assert connectedness(make([(0, 1), (2, 1)], 5, directed=True)) == pytest.approx(6 / 20, abs=EXACT)


@pytest.mark.parametrize(("edges", "size", "expected"), [
    ([(0, i) for i in range(1, 5)], 5, 1.0),
    ([(0, 1), (1, 2), (2, 3)], 4, 2 / 3),
    (TREE, 7, 8 / 9),
    (CYCLE, 6, 0.0),
    (LEAVES, 9, 0.1875),
], ids=["star", "path", "tree", "cycle", "three hubs"])
def test_global_reaching_centrality_by_hand(edges, size, expected):
    assert global_reaching_centrality(make(edges, size, directed=True)) == pytest.approx(expected, abs=EXACT)


def test_local_reaching_centrality_by_hand():
    found = values(local_reaching_centrality(make(TREE, 7, directed=True)), 7)
    assert found == pytest.approx([1, 2 / 6, 2 / 6, 0, 0, 0, 0], abs=EXACT)


# ---- definitions and other software ------------------------------------------------------------


@pytest.mark.parametrize("seed", range(12))
def test_random_networks_follow_the_definitions(seed):
    size = 70 if seed == 0 else 6 + seed
    graph = random_graph(size, size + seed, seed, directed=True)
    found = krackhardt(of_graph(graph))
    assert (found.hierarchy, found.lub, found.efficiency) == pytest.approx(by_definition(graph), abs=EXACT, nan_ok=True)
    parts = [len(part) for part in nx.weakly_connected_components(graph)]
    assert found.connectedness == pytest.approx(sum(k * (k - 1) for k in parts) / (size * (size - 1)), abs=EXACT)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_networkx_agrees_on_reaching_centrality(seed):
    graph = random_graph(30, 40, seed, directed=True)
    study = of_graph(graph)
    assert global_reaching_centrality(study) == pytest.approx(nx.global_reaching_centrality(graph), abs=1e-9)
    found = values(local_reaching_centrality(study), 30)
    assert found == pytest.approx([len(nx.descendants(graph, i)) / 29 for i in range(30)], abs=EXACT)


def test_reach_in_several_blocks_of_targets():
    size = 2500
    rng = np.random.default_rng(1)
    graph = nx.DiGraph([(int(rng.integers(0, i)), i) for i in range(1, size)])
    graph.add_edges_from([(5, 3), (2400, 2300)])
    expected = [len(nx.descendants(graph, i)) / (size - 1) for i in range(size)]
    assert values(local_reaching_centrality(of_graph(graph)), size) == pytest.approx(expected, abs=EXACT)


# ---- invariants ----------------------------------------------------------------------------------


def test_order_does_not_matter():
    graph = random_graph(20, 25, 4, directed=True)
    one = krackhardt(of_graph(graph))
    other = krackhardt(of_graph(graph, order=np.random.default_rng(1).permutation(20)))
    assert one.table().equals(other.table())


def test_several_components_add_up():
    both = [*TREE, *((i + 7, j + 7) for i, j in [(0, 2), (1, 2)])]
    study = make(both, 10, directed=True)
    assert lubness(study) == pytest.approx(1 - 1 / (15 + 1), abs=EXACT)
    assert graph_hierarchy(study) == 1.0


def test_an_undirected_relation_counts_both_ways():
    assert krackhardt(make(STAR, 5)).hierarchy == 0.0
    assert graph_efficiency(make(STAR, 5)) == pytest.approx(1 - 4 / 16, abs=EXACT)
    assert values(local_reaching_centrality(make(STAR, 5)), 5) == pytest.approx([1] * 5)


# ---- edges of the definitions -------------------------------------------------------------------


def test_without_ties_only_connectedness_is_defined():
    found = krackhardt(make([], 4, directed=True))
    assert found.connectedness == 0.0
    assert np.isnan([found.hierarchy, found.efficiency, found.lub]).all()
    assert np.isnan(graph_efficiency(make([], 4, directed=True), variant="ucinet"))
    assert global_reaching_centrality(make([], 4, directed=True)) == 0.0


def test_one_actor():
    study = make([], 1, directed=True)
    assert np.isnan([connectedness(study), lubness(study), global_reaching_centrality(study)]).all()
    assert np.isnan(local_reaching_centrality(study)["f0"])


def test_a_silent_actor_has_no_reach_of_its_own():
    found = local_reaching_centrality(make([(0, 1), (1, 2)], 3, directed=True, silent=[2]))
    assert values(found, 3).tolist()[:2] == [1.0, 0.5]
    assert np.isnan(found["f2"])


def test_what_would_take_too_long_is_refused(monkeypatch):
    monkeypatch.setattr(hierarchy, "whole", lambda _: 1)
    with pytest.raises(UsageError, match="7 actors that do not reach one another would take too long"):
        krackhardt(make(TREE, 7, directed=True))


def test_the_variant_is_known_and_shown():
    with pytest.raises(UnknownName, match="sna, ucinet"):
        krackhardt(make(TREE, 7, directed=True), variant="pajek")
    found = krackhardt(make(TREE, 7, directed=True), variant="ucinet")
    assert "ucinet; r, exchange layer" in str(found)
    assert found.table()["variant"].unique().tolist() == ["ucinet"]
    assert found.settings["unknown"] == 0.0


def test_progress_reaches_the_end(monkeypatch):
    monkeypatch.setattr(reaching, "_WORDS", 1)
    study, seen = of_graph(random_graph(150, 160, 4, directed=True)), []
    local_reaching_centrality(study, progress=seen.append)
    assert len(seen) > 1
    assert seen[-1] == 1.0
    bounds: list[float] = []
    lubness(study, progress=bounds.append)
    assert bounds[-1] == pytest.approx(1.0)

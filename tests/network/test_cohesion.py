"""Density, reciprocity, closure, components, distances, cut vertices.

Evidence: hand calculations, networkx 3.6 on random graphs, invariants, and ties set to unknown.
``EXACT`` is the rounding of sums of at most a few thousand terms in double precision.
"""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from network_studies import BARRIER, STAR, make, names, of_graph, random_graph, values

from interfirm.errors import UnknownName, UsageError
from interfirm.network.cohesion import cohesion, density, local_clustering, reciprocity, transitivity
from interfirm.network.cut import bridges, cut_off_with, cut_vertices
from interfirm.network.paths import components, distances

EXACT = 1e-9


# ---- density -----------------------------------------------------------------------------


def test_density_by_hand():
    assert density(make([(0, 1), (1, 2)], 4, directed=True)) == pytest.approx(2 / 12, abs=EXACT)
    assert density(make([(0, 1), (1, 2)], 4)) == pytest.approx(2 / 6, abs=EXACT)


def test_unknown_ties_leave_both_sides_of_density():
    # 12 ordered pairs; the silent actor 3 sends unknown ties to 3 others; 0 -> 2 is stated as unknown
    study = make([(0, 1), (1, 2)], 4, directed=True, silent=[3], unknown=[(0, 2)])
    assert density(study) == pytest.approx(2 / (12 - 3 - 1), abs=EXACT)


def test_density_without_pairs_is_not_a_number():
    assert np.isnan(density(make([], 1)))


# ---- reciprocity -------------------------------------------------------------------------


def test_reciprocity_constants():
    # 4 actors, 12 ordered pairs, 3 ties so that density is 1/4; with 4 ties two are mutual
    study = make([(0, 1), (1, 0), (0, 2), (2, 3)], 4, directed=True)
    assert reciprocity(study) == pytest.approx(0.5, abs=EXACT)
    assert reciprocity(study, variant="density-corrected") == pytest.approx((0.5 - 1 / 3) / (1 - 1 / 3), abs=EXACT)


def test_density_corrected_reciprocity_of_the_published_kind():
    # r = .5 and density .25 give 1/3: 5 actors, 20 ordered pairs, 5 ties cannot give .5; 8 of 32 would do.
    # 17 actors: 272 pairs, 68 ties, 34 of them mutual.
    pairs = [(i, j) for i in range(17) for j in range(i + 1, 17)]
    ties = [(i, j) for i, j in pairs[:17]] + [(j, i) for i, j in pairs[:17]] + [(i, j) for i, j in pairs[17:51]]
    study = make(ties, 17, directed=True)
    assert density(study) == pytest.approx(0.25, abs=EXACT)
    assert reciprocity(study, variant="density-corrected") == pytest.approx(1 / 3, abs=EXACT)


def test_reciprocity_of_random_graphs_equals_networkx():
    for seed in range(5):
        graph = random_graph(30, 200, seed, directed=True)
        assert reciprocity(of_graph(graph)) == pytest.approx(nx.overall_reciprocity(graph), abs=EXACT)


def test_reciprocity_ignores_ties_whose_return_is_unknown():
    # 0 <-> 1 known; 0 -> 2 cannot be checked because 2 did not answer
    study = make([(0, 1), (1, 0), (0, 2)], 3, directed=True, silent=[2])
    assert reciprocity(study) == 1.0
    # known in both directions: only the pair {0, 1}; every such pair is tied, so chance cannot be corrected for
    assert np.isnan(reciprocity(study, variant="density-corrected"))


def test_reciprocity_needs_direction():
    with pytest.raises(UsageError, match="no direction"):
        reciprocity(make(STAR, 5))
    with pytest.raises(UnknownName, match="arcs"):
        reciprocity(make(STAR, 5, directed=True), variant="arc")


# ---- closure -----------------------------------------------------------------------------


def test_closure_constants():
    triangle, star = make([(0, 1), (1, 2), (0, 2)], 3), make(STAR, 5)
    assert transitivity(triangle) == 1.0
    assert transitivity(star) == 0.0
    assert list(local_clustering(triangle)) == [1.0, 1.0, 1.0]
    assert local_clustering(star)["f0"] == 0.0
    assert np.isnan(local_clustering(star)["f1"])


def test_closure_of_random_graphs_equals_networkx():
    for seed in range(5):
        graph = random_graph(40, 150, seed)
        study = of_graph(graph)
        assert transitivity(study) == pytest.approx(nx.transitivity(graph), abs=EXACT)
        ours = np.nan_to_num(values(local_clustering(study), 40))
        np.testing.assert_allclose(ours, [nx.clustering(graph)[i] for i in range(40)], atol=EXACT)


def test_directed_transitivity_by_enumeration():
    graph = random_graph(15, 60, 3, directed=True)
    a = nx.to_numpy_array(graph)
    chains = [(i, j, k) for i in range(15) for j in range(15) for k in range(15)
              if len({i, j, k}) == 3 and a[i, j] and a[j, k]]
    expected = np.mean([a[i, k] for i, j, k in chains])
    assert transitivity(of_graph(graph), variant="directed") == pytest.approx(expected, abs=EXACT)


def test_closure_leaves_out_unknown_closing_pairs_by_enumeration():
    graph = random_graph(14, 40, 5, directed=True)
    silent, unknown = {2, 7}, [(0, 3)]
    edges = [(i, j) for i, j in graph.edges if i not in silent and (i, j) not in unknown]
    study = make(edges, 14, directed=True, silent=silent, unknown=unknown)
    tie = np.zeros((14, 14), bool)
    tie[tuple(np.array(edges).T)] = True
    lost = np.zeros((14, 14), bool)
    lost[list(silent)] = True
    lost[0, 3] = True
    both, open_ = tie | tie.T, (lost | lost.T) & ~(tie | tie.T)
    counts = np.zeros((14, 2))
    for j in range(14):
        for i in range(14):
            for k in range(i + 1, 14):
                if both[i, j] and both[j, k] and i != j != k and not open_[i, k]:
                    counts[j] += (both[i, k], 1)
    assert transitivity(study) == pytest.approx(counts[:, 0].sum() / counts[:, 1].sum(), abs=EXACT)
    expected = np.divide(counts[:, 0], counts[:, 1], out=np.full(14, np.nan), where=counts[:, 1] > 0)
    np.testing.assert_allclose(values(local_clustering(study), 14), expected, atol=EXACT)
    chains = [(i, k) for i in range(14) for j in range(14) for k in range(14)
              if len({i, j, k}) == 3 and tie[i, j] and tie[j, k] and (tie[i, k] or not lost[i, k])]
    expected_chains = np.mean([tie[pair] for pair in chains])
    assert transitivity(study, variant="directed") == pytest.approx(expected_chains, abs=EXACT)


# ---- components and distances ------------------------------------------------------------


def test_components_are_ranked_and_keep_isolates():
    found = components(make([(3, 4), (4, 5), (0, 1)], 7))
    assert found.sizes.tolist() == [3, 2, 1, 1]
    assert found.membership.tolist() == [2, 2, 3, 1, 1, 1, 4]
    assert (found.number, found.isolates) == (4, 2)
    assert found.largest_share == pytest.approx(3 / 7)
    assert found.table()["actors"].sum() == 7


def test_strong_components_follow_direction():
    study = make([(0, 1), (1, 2), (2, 0), (2, 3)], 4, directed=True)
    assert components(study).sizes.tolist() == [4]
    assert components(study, kind="strong").sizes.tolist() == [3, 1]
    with pytest.raises(UnknownName, match="weak, strong"):
        components(study, kind="medium")


@pytest.mark.parametrize("directed", [False, True])
def test_distances_equal_networkx(directed):
    graph = random_graph(35, 70, 2, directed=directed)
    found = distances(of_graph(graph))
    steps = [d for _, row in nx.all_pairs_shortest_path_length(graph) for d in row.values() if d]
    assert found.mean == pytest.approx(np.mean(steps), abs=EXACT)
    assert found.diameter == max(steps)
    assert found.efficiency == pytest.approx(np.sum(1 / np.array(steps)) / (35 * 34), abs=EXACT)
    assert found.reachable == pytest.approx(len(steps) / (35 * 34), abs=EXACT)
    assert found.histogram == {d: steps.count(d) for d in sorted(set(steps))}
    assert found.exact and found.standard_error == 0.0 and found.seed is None


def test_sampled_distances_say_so_and_are_within_their_error():
    study = of_graph(random_graph(300, 900, 4))
    exact, sampled = distances(study), distances(study, sample=60, seed=5)
    assert not sampled.exact and sampled.sources == 60 and sampled.seed == 5
    # five standard errors: a chance of about one in a million
    assert abs(sampled.mean - exact.mean) < 5 * sampled.standard_error
    assert distances(study, sample=60, seed=5) .table().equals(sampled.table())
    with pytest.raises(UsageError, match="at least 2"):
        distances(study, sample=1)


def test_standard_error_of_sampled_distances_is_honest():
    study = of_graph(random_graph(120, 300, 4))
    truth = distances(study).mean
    runs = [distances(study, sample=30, seed=seed) for seed in range(200)]
    spread = np.std([run.mean for run in runs])
    claimed = np.mean([run.standard_error for run in runs])
    # the spread of 200 runs is itself known to about 5 %; a factor of 1.25 is five times that
    assert claimed / 1.25 < spread < claimed * 1.25
    assert np.mean([run.mean for run in runs]) == pytest.approx(truth, abs=5 * claimed / np.sqrt(200))


def test_distances_without_any_path():
    found = distances(make([], 3))
    assert np.isnan(found.mean) and found.efficiency == 0.0 and found.histogram == {}


# ---- cut vertices and bridges ------------------------------------------------------------


def test_barrier_has_one_cut_vertex():
    found = cut_vertices(make(BARRIER, 7))
    assert found.actors == ["f3"]
    assert found.rows[["pieces", "cut_off", "pairs"]].to_numpy().tolist() == [[2, 3, 9]]
    assert "f3" in str(found)


def test_star_and_circle():
    assert cut_vertices(make(STAR, 5)).rows.to_numpy().tolist() == [["f0", 4, 3, 6]]
    circle = make([(0, 1), (1, 2), (2, 3), (3, 0)], 4)
    assert not len(cut_vertices(circle).table()) and not len(bridges(circle))


@pytest.mark.parametrize("seed", range(8))
def test_cut_vertices_and_bridges_against_removal(seed):
    graph = random_graph(40, 45, seed)
    study = of_graph(graph)
    found = cut_vertices(study).rows
    assert set(found["actor"]) == {f"f{i}" for i in nx.articulation_points(graph)}
    for row in found.itertuples():
        actor = int(row.actor[1:])
        rest = graph.subgraph(nx.node_connected_component(graph, actor) - {actor})
        sizes = sorted(map(len, nx.connected_components(rest)))
        assert (row.pieces, row.cut_off) == (len(sizes), sum(sizes[:-1]))
        assert row.pairs == sum(a * b for i, a in enumerate(sizes) for b in sizes[i + 1:])
    cut = bridges(study)
    assert {frozenset((int(a[1:]), int(b[1:]))) for a, b in cut[["sender", "receiver"]].to_numpy()} == {
        frozenset(edge) for edge in nx.bridges(graph)}
    for row in cut.itertuples():
        rest = graph.copy()
        rest.remove_edge(int(row.sender[1:]), int(row.receiver[1:]))
        assert len(nx.node_connected_component(rest, int(row.sender[1:]))) == row.sender_side
        assert len(nx.node_connected_component(rest, int(row.receiver[1:]))) == row.receiver_side


# ---- the bundle, and what must not matter ------------------------------------------------


def test_bundle_holds_the_single_measures():
    study = of_graph(random_graph(20, 60, 1, directed=True))
    bundle = cohesion(study)
    table = bundle.table().set_index("measure")["value"]
    assert table["density"] == density(study)
    assert table["reciprocity"] == reciprocity(study)
    assert table["transitivity"] == transitivity(study)
    assert table["clustering"] == pytest.approx(local_clustering(study).mean())
    assert table["mean_distance"] == distances(study).mean
    assert table["ties"] == 60
    assert bundle.settings["relation"] == "r"


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_order_of_actors_does_not_matter(seed):
    rng = np.random.default_rng(seed)
    graph = random_graph(12, 30, seed, directed=True)
    silent = [int(rng.integers(12))]
    edges = [edge for edge in graph.edges if edge[0] not in silent]
    one = make(edges, 12, directed=True, silent=silent)
    two = make(edges, 12, directed=True, silent=silent, order=rng.permutation(12))
    left = cohesion(one).table()["value"].to_numpy()
    np.testing.assert_allclose(cohesion(two).table()["value"].to_numpy(), left, atol=EXACT)
    np.testing.assert_allclose(values(local_clustering(two), 12), values(local_clustering(one), 12), atol=EXACT)
    first, second = cut_vertices(one).rows, cut_vertices(two).rows
    assert first.set_index("actor").sort_index().equals(second.set_index("actor").sort_index())


def test_an_isolate_changes_density_but_not_closure():
    edges = list(random_graph(12, 25, 1).edges)
    alone, more = make(edges, 12), make(edges, 13)
    assert transitivity(alone) == transitivity(more)
    assert density(more) == pytest.approx(density(alone) * (12 * 11) / (13 * 12), abs=EXACT)
    assert set(names(13)) == set(local_clustering(more).index)


def test_importing_a_room_does_not_hide_the_measure_of_the_same_name():
    from importlib import import_module

    package = import_module("interfirm.network")
    for room in ("cohesion", "two_mode", "core_periphery", "communities", "turnover"):
        import_module(f"interfirm.network.{room}")
        assert callable(getattr(package, room)), room


@pytest.mark.parametrize("seed", range(5))
def test_those_cut_off_are_as_many_as_the_cut_vertex_says(seed):
    rng = np.random.default_rng(seed)
    study = make(sorted({(a, b) for a, b in rng.integers(0, 14, (15, 2)).tolist() if a != b}), 14)
    view = study.adjacency()
    rows = cut_vertices(study).table()
    assert len(rows)
    for row in rows.itertuples():
        assert len(cut_off_with(view, row.actor)) == row.cut_off
    for actor in set(view.actors) - set(rows["actor"]):
        assert cut_off_with(view, actor) == []

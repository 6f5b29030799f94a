"""The triad census and its U|MAN distribution.

Evidence: networkx 3.6.1 and igraph 1.0.0 on random graphs, every network with given pairs on four and
five actors, simulation, invariants, and ties set to unknown. ``EXACT`` is rounding in double precision.
"""

from __future__ import annotations

import itertools
from math import comb

import igraph
import networkx as nx
import numpy as np
import pytest
from network_studies import BARRIER, STAR, make, of_graph, random_graph

from interfirm.network.triads import TYPES, UNDIRECTED, triad_census

EXACT = 1e-9


def census_of(a: np.ndarray, hidden: frozenset[tuple[int, int]] = frozenset()) -> np.ndarray:
    """Triad by triad, with networkx naming each; triads with a hidden pair are left out."""
    out = np.zeros(len(TYPES))
    for triad in itertools.combinations(range(len(a)), 3):
        if hidden & set(itertools.combinations(triad, 2)):
            continue
        small = nx.from_numpy_array(a[np.ix_(triad, triad)], create_using=nx.DiGraph)
        out[TYPES.index(nx.triad_type(small))] += 1
    return out


def every_network(size: int, mutual: int, asymmetric: int, hidden: frozenset[tuple[int, int]] = frozenset()):
    """All networks with these numbers of mutual and asymmetric pairs."""
    pairs = [pair for pair in itertools.combinations(range(size), 2) if pair not in hidden]
    for both in itertools.combinations(pairs, mutual):
        rest = [pair for pair in pairs if pair not in both]
        for one in itertools.combinations(rest, asymmetric):
            for turned in itertools.product([False, True], repeat=asymmetric):
                a = np.zeros((size, size))
                for i, j in both:
                    a[i, j] = a[j, i] = 1
                for (i, j), turn in zip(one, turned, strict=True):
                    a[(j, i) if turn else (i, j)] = 1
                yield a


# ---- counts -----------------------------------------------------------------------------------


def test_by_hand():
    # 0 → 1, 1 ↔ 2, 3 alone: one triad with an arc into the mutual pair, and each pair with 3
    found = triad_census(make([(0, 1), (1, 2), (2, 1)], 4, directed=True)).counts
    assert found[found > 0].to_dict() == {"012": 1, "102": 1, "111D": 1, "003": 1}


def test_undirected_by_hand():
    assert triad_census(make(STAR, 5)).counts.to_dict() == {"003": 4, "102": 0, "201": 6, "300": 0}
    barrier = triad_census(make(BARRIER, 7)).counts
    assert barrier["300"] == 8
    assert list(barrier.index) == list(UNDIRECTED)


@pytest.mark.parametrize("ties", [7, 31, 60, 101, 180])
def test_networkx_and_igraph_agree(ties):
    graph = random_graph(17, ties, ties, directed=True)
    found = triad_census(of_graph(graph)).counts.to_dict()
    assert found == nx.triadic_census(graph)
    peer = igraph.Graph(n=17, edges=list(graph.edges), directed=True).triad_census()
    assert found == {name: getattr(peer, f"t{name}") for name in TYPES}


@pytest.mark.parametrize("seed", [1, 2])
def test_undirected_types_are_the_mutual_ones_of_the_directed_census(seed):
    graph = random_graph(20, 70, seed)
    found = triad_census(of_graph(graph)).counts.to_dict()
    full = nx.triadic_census(graph.to_directed())
    assert found == {name: full[name] for name in UNDIRECTED}


# ---- chance ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "mutual", "asymmetric", "hidden"), [
    (4, 1, 2, []), (4, 2, 1, []), (4, 0, 3, []), (5, 1, 2, [(0, 1), (1, 2)]), (5, 2, 1, [(3, 4)]),
])
def test_mean_and_variance_are_those_of_every_network(size, mutual, asymmetric, hidden):
    veiled = frozenset(hidden)
    every = list(every_network(size, mutual, asymmetric, veiled))
    counts = np.array([census_of(a, veiled) for a in every])
    first = every[0]
    found = triad_census(make(np.argwhere(first).tolist(), size, directed=True, unknown=hidden))
    np.testing.assert_array_equal(found.counts, counts[0])
    np.testing.assert_allclose(found.expected, counts.mean(axis=0), atol=EXACT)
    np.testing.assert_allclose(found.sd, counts.std(axis=0), atol=1e-7)
    assert (found.mutual, found.asymmetric) == (mutual, asymmetric)
    assert found.unknown == comb(size, 3) - counts[0].sum()


def test_simulation_agrees_with_the_distribution():
    rng = np.random.default_rng(1)
    size, mutual, asymmetric, draws = 12, 8, 15, 400
    pairs = np.array(list(itertools.combinations(range(size), 2)))
    counts = []
    for _ in range(draws):
        chosen = rng.permutation(pairs)[: mutual + asymmetric]
        both, one = chosen[:mutual], chosen[mutual:]
        one = np.where(rng.random((asymmetric, 1)) < 0.5, one, one[:, ::-1])
        graph = nx.empty_graph(size, nx.DiGraph)
        graph.add_edges_from(np.vstack([both, both[:, ::-1], one]).tolist())
        counts.append(list(nx.triadic_census(graph).values()))
    found = triad_census(of_graph(graph))
    assert list(nx.triadic_census(graph)) == list(TYPES)
    sample = np.array(counts)
    # five standard errors of a mean; a standard deviation from 400 draws is good to about 15 %
    assert (np.abs(sample.mean(axis=0) - found.expected) <= 5 * found.sd / np.sqrt(draws) + EXACT).all()
    common = found.expected.to_numpy() > 5
    np.testing.assert_allclose(sample.std(axis=0)[common], found.sd[common], rtol=0.2)


def test_undirected_chance_is_the_uniform_network_of_so_many_ties():
    every = []
    pairs = list(itertools.combinations(range(5), 2))
    for ties in itertools.combinations(pairs, 4):
        graph = nx.Graph(ties)
        graph.add_nodes_from(range(5))
        census = nx.triadic_census(graph.to_directed())
        every.append([census[name] for name in UNDIRECTED])
    found = triad_census(make(pairs[:4], 5))
    np.testing.assert_allclose(found.expected, np.mean(every, axis=0), atol=EXACT)
    np.testing.assert_allclose(found.sd, np.std(every, axis=0), atol=1e-7)


def test_where_chance_leaves_no_room_there_is_no_z():
    complete = triad_census(of_graph(nx.complete_graph(5, nx.DiGraph)))
    assert complete.z.isna().all()
    assert "nothing to compare" in str(complete)


# ---- what is not known ---------------------------------------------------------------------------


def test_triads_with_a_silent_actor_are_counted_apart():
    graph = random_graph(12, 40, 3, directed=True)
    edges = [(i, j) for i, j in graph.edges if i not in (4, 7)]
    found = triad_census(make(edges, 12, directed=True, silent=[4, 7]))
    inside = graph.subgraph([i for i in range(12) if i not in (4, 7)])
    assert found.counts.to_dict() == nx.triadic_census(inside)
    assert found.unknown == comb(12, 3) - comb(10, 3)
    assert "100 triads with an unknown pair" in str(found)


def test_in_an_undirected_relation_only_pairs_of_silent_actors_are_unknown():
    found = triad_census(make([(0, 1), (1, 2)], 4, silent=[0, 2]))
    # pair (0, 2) is unknown: triads 012 and 023 fall out, 013 and 123 stay
    assert found.unknown == 2
    assert found.counts.to_dict() == {"003": 0, "102": 2, "201": 0, "300": 0}


@pytest.mark.parametrize("seed", range(5))
def test_unknown_pairs_are_never_null(seed):
    rng = np.random.default_rng(seed)
    graph = random_graph(11, 35, seed, directed=True)
    a = nx.to_numpy_array(graph, nodelist=range(11))
    hidden = [(i, j) for i, j in itertools.permutations(range(11), 2) if not a[i, j] and rng.random() < 0.1]
    found = triad_census(make(list(graph.edges), 11, directed=True, unknown=hidden))
    veiled = frozenset((min(p), max(p)) for p in hidden)
    np.testing.assert_array_equal(found.counts, census_of(a, veiled))
    assert found.unknown + found.counts.sum() == comb(11, 3)
    assert found.mutual + found.asymmetric + found.null == comb(11, 2) - len(veiled)


# ---- invariants ------------------------------------------------------------------------------------


def test_order_changes_nothing_and_turning_every_arc_swaps_up_and_down():
    graph = random_graph(15, 60, 8, directed=True)
    before = triad_census(of_graph(graph)).counts
    after = triad_census(of_graph(graph, order=np.random.default_rng(2).permutation(15))).counts
    assert before.to_dict() == after.to_dict()
    turned = triad_census(of_graph(graph.reverse())).counts
    for one, other in (("021D", "021U"), ("111D", "111U"), ("120D", "120U")):
        assert turned[one] == before[other]
    assert turned["030T"] == before["030T"]


@pytest.mark.parametrize(("size", "ties"), [(1, []), (2, [(0, 1)])])
def test_too_few_for_a_triad(size, ties):
    found = triad_census(make(ties, size, directed=True))
    assert found.counts.sum() == 0
    assert found.unknown == 0


def test_table_and_progress():
    seen: list[float] = []
    found = triad_census(of_graph(random_graph(15, 60, 8, directed=True)), progress=seen.append)
    assert seen[-1] == pytest.approx(1.0)
    assert list(found.table().columns) == ["type", "count", "expected", "sd", "z"]
    assert "most above chance" in str(found)

"""Degree, closeness, betweenness, eigenvector, Bonacich power, centralisation.

Evidence: published and hand-worked constants, networkx 3.6 and igraph on random graphs, invariants,
and sampled values against exact ones within their own standard error.
"""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from network_studies import BARRIER, STAR, WHEEL, make, of_graph, random_graph, values

from interfirm.errors import UnknownName, UsageError
from interfirm.network.centrality import betweenness, betweenness_of, closeness, closeness_of, degree
from interfirm.network.power import bonacich_power, centralisation, eigenvector

EXACT = 1e-9
FOUR_DIGITS = 5e-5
LINE = [(0, 1), (1, 2), (2, 3), (3, 4)]


# ---- degree ------------------------------------------------------------------------------


def test_degree_by_hand():
    study = make([(0, 1, 2.0), (1, 0, 3.0), (0, 2, 0.5)], 4, directed=True)
    assert degree(study, direction="out").tolist() == [2, 1, 0, 0]
    assert degree(study, direction="in").tolist() == [1, 1, 1, 0]
    assert degree(study).tolist() == [3, 2, 1, 0]
    assert degree(study, direction="partners").tolist() == [2, 1, 1, 0]
    assert degree(study, weighted=True).tolist() == [5.5, 5.0, 0.5, 0.0]
    assert degree(study, direction="partners", weighted=True).tolist() == [3.5, 3.0, 0.5, 0.0]
    assert degree(study).attrs["direction"] == "all"


def test_what_a_silent_actor_sends_is_missing_not_zero():
    study = make([(0, 1), (0, 2)], 3, directed=True, silent=[2])
    assert degree(study, direction="in").tolist() == [0, 1, 1]
    for direction in ("out", "all", "partners"):
        assert np.isnan(degree(study, direction=direction)["f2"])
    with pytest.raises(UnknownName, match="partners"):
        degree(study, direction="partner")


def test_undirected_degree_is_the_same_in_every_direction():
    study = make(STAR, 5)
    for direction in ("all", "in", "out", "partners"):
        assert degree(study, direction=direction).tolist() == [4, 1, 1, 1, 1]


# ---- closeness and betweenness against networkx ------------------------------------------


@pytest.mark.parametrize("directed", [False, True])
def test_closeness_equals_networkx(directed):
    graph = random_graph(30, 60, 3, directed=directed)
    study = of_graph(graph)
    harmonic = nx.harmonic_centrality(graph)  # distances towards the actor
    np.testing.assert_allclose(values(closeness(study, direction="in"), 30),
                               [harmonic[i] / 29 for i in range(30)], atol=EXACT)
    classic = nx.closeness_centrality(graph, wf_improved=False)
    ours = np.nan_to_num(values(closeness(study, direction="in", variant="classic"), 30))
    np.testing.assert_allclose(ours, [classic[i] for i in range(30)], atol=EXACT)
    backwards = nx.harmonic_centrality(graph.reverse() if directed else graph)
    np.testing.assert_allclose(values(closeness(study, direction="out"), 30),
                               [backwards[i] / 29 for i in range(30)], atol=EXACT)


def test_closeness_without_direction_is_the_default():
    graph = random_graph(20, 40, 3, directed=True)
    harmonic = nx.harmonic_centrality(graph.to_undirected())
    np.testing.assert_allclose(values(closeness(of_graph(graph)), 20), [harmonic[i] / 19 for i in range(20)],
                               atol=EXACT)


def test_classic_closeness_of_an_isolate_is_missing():
    study = make([(0, 1)], 3)
    assert closeness(study, variant="classic").isna().tolist() == [False, False, True]
    assert closeness(study).tolist() == [0.5, 0.5, 0.0]


@pytest.mark.parametrize("directed", [False, True])
def test_betweenness_equals_networkx(directed):
    for seed in range(3):
        graph = random_graph(30, 70, seed, directed=directed)
        study = of_graph(graph)
        for normalised in (True, False):
            expected = nx.betweenness_centrality(graph, normalized=normalised)
            np.testing.assert_allclose(values(betweenness(study, normalised=normalised), 30),
                                       [expected[i] for i in range(30)], atol=EXACT)


@pytest.mark.parametrize("function", [
    betweenness_of, closeness_of, lambda view, **more: closeness_of(view, variant="classic", **more),
])
def test_sampled_measures_are_as_far_off_as_their_errors_say(function):
    view = of_graph(random_graph(120, 360, 1)).adjacency()
    exact = function(view)
    assert exact.exact and not exact.standard_error.any()
    runs = [function(view, sample=60, seed=seed) for seed in range(60)]
    off = sum(((run.values - exact.values) ** 2).sum() for run in runs)
    claimed = sum((run.standard_error**2).sum() for run in runs)
    # the ratio is 1 if the errors are right; 60 runs settle it to about 10 %
    assert 0.75 < off / claimed < 1.3
    # and the estimate is not biased: the mean over the runs is within four of its own standard errors on average
    drift = np.mean([run.values - exact.values for run in runs], axis=0)
    assert float(np.nansum(drift**2) / (claimed / 60**2)) < 4.0


def test_a_sample_says_so_and_repeats():
    view = of_graph(random_graph(50, 150, 1)).adjacency()
    for function in (betweenness_of, closeness_of):
        sampled = function(view, sample=20, seed=3)
        assert (sampled.exact, sampled.pivots, sampled.seed) == (False, 20, 3)
        assert sampled.values.equals(function(view, sample=20, seed=3).values)
        assert not sampled.values.equals(function(view, sample=20, seed=4).values)
        assert "sampled" in str(sampled) and len(sampled.table()) == 50


def test_sampling_is_recorded():
    study = of_graph(random_graph(50, 100, 1))
    assert betweenness(study).attrs["exact"] is True
    marked = betweenness(study, sample=20, seed=9).attrs
    assert (marked["exact"], marked["pivots"], marked["seed"]) == (False, 20, 9)
    assert marked["largest_error"] > 0


# ---- eigenvector and power ---------------------------------------------------------------


@pytest.mark.parametrize("size", [60, 1200])
def test_eigenvector_equals_networkx(size):
    graph = nx.barabasi_albert_graph(size, 3, seed=2)
    expected = nx.eigenvector_centrality_numpy(graph)
    largest = max(expected.values())
    np.testing.assert_allclose(values(eigenvector(of_graph(graph)), size),
                               [expected[i] / largest for i in range(size)], atol=1e-8)


def test_eigenvector_is_missing_outside_the_largest_component():
    found = eigenvector(make([(0, 1), (1, 2), (3, 4)], 6))
    assert found.isna().tolist() == [False, False, False, True, True, True]
    assert found.tolist()[:3] == pytest.approx([np.sqrt(0.5), 1.0, np.sqrt(0.5)], abs=EXACT)
    assert eigenvector(make([], 3)).isna().all()


@pytest.mark.parametrize(("beta", "expected"), [
    (-0.5, [0, 1.5811, 0, 1.5811, 0]),
    (0.0, [0.5976, 1.1952, 1.1952, 1.1952, 0.5976]),
    (0.2, [0.6226, 1.1563, 1.2452, 1.1563, 0.6226]),
])
def test_power_on_the_line_equals_sna(beta, expected):
    assert bonacich_power(make(LINE, 5), beta=beta).tolist() == pytest.approx(expected, abs=FOUR_DIGITS)


def test_power_refuses_a_beta_beyond_its_range():
    for beta in (1 / np.sqrt(3), -0.6, 5.0):
        with pytest.raises(UsageError, match=r"between -0\.57735 and 0\.57735"):
            bonacich_power(make(LINE, 5), beta=beta)


def test_power_is_the_series_it_stands_for():
    graph = random_graph(20, 60, 5, directed=True)
    a = nx.to_numpy_array(graph, nodelist=range(20))
    total, term = np.zeros(20), a.sum(axis=1)
    for _ in range(400):
        total, term = total + term, 0.1 * a @ term
    total *= np.sqrt(20 / (total**2).sum())
    np.testing.assert_allclose(values(bonacich_power(of_graph(graph), beta=0.1), 20), total, atol=EXACT)


def test_power_in_a_chain_of_command_takes_any_beta():
    found = bonacich_power(make([(0, 1), (1, 2)], 3, directed=True), beta=3.0)
    assert (found / found["f1"]).tolist() == pytest.approx([4.0, 1.0, 0.0], abs=EXACT)


def test_power_of_a_large_network_solves_the_same_equations():
    graph = nx.barabasi_albert_graph(1500, 2, seed=1)
    found = values(bonacich_power(of_graph(graph), beta=0.05), 1500)
    a = nx.to_numpy_array(graph, nodelist=range(1500))
    direct = np.linalg.solve(np.eye(1500) - 0.05 * a, a.sum(axis=1))
    np.testing.assert_allclose(found, direct * np.sqrt(1500 / (direct**2).sum()), rtol=1e-8)


def test_power_without_ties_is_missing():
    assert bonacich_power(make([], 3), beta=0.5).isna().all()


# ---- centralisation ----------------------------------------------------------------------


@pytest.mark.parametrize("measure", ["degree", "betweenness", "closeness"])
def test_a_star_is_fully_centralised_and_a_circle_not(measure):
    assert centralisation(make(STAR, 5), measure=measure) == pytest.approx(1.0, abs=EXACT)
    circle = make([(i, (i + 1) % 6) for i in range(6)], 6)
    assert centralisation(circle, measure=measure) == pytest.approx(0.0, abs=EXACT)


def test_betweenness_centralisation_constants():
    assert centralisation(make(WHEEL, 6), measure="betweenness") == pytest.approx(0.20, abs=EXACT)
    assert centralisation(make(BARRIER, 7), measure="betweenness") == pytest.approx(0.60, abs=EXACT)


def test_directed_stars():
    sends = make(STAR, 5, directed=True)
    assert centralisation(sends, direction="out") == pytest.approx(1.0, abs=EXACT)
    assert centralisation(sends, direction="in") == pytest.approx(1 / 16, abs=EXACT)  # four actors with 1, one with 0
    mutual = make(STAR + [(j, i) for i, j in STAR], 5, directed=True)
    assert centralisation(mutual) == pytest.approx(1.0, abs=EXACT)


@pytest.mark.parametrize("silent", [[0], [3, 4]])
def test_received_ties_can_still_centre_on_one_when_some_are_silent(silent):
    received = make([(j, i) for i, j in STAR if j not in silent], 5, directed=True, silent=silent)
    expected = 1.0 if silent == [0] else 2 / 3  # the two silent leaves could not name the hub
    assert centralisation(received, direction="in") == pytest.approx(expected, abs=EXACT)


def test_where_centralisation_is_not_defined():
    assert np.isnan(centralisation(make([(0, 1)], 2)))
    assert np.isnan(centralisation(make([(0, 1)], 3), measure="closeness"))
    with pytest.raises(UnknownName, match="degree, betweenness, closeness"):
        centralisation(make(STAR, 5), measure="power")


# ---- what must not matter ----------------------------------------------------------------


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000))
def test_order_of_actors_does_not_matter(seed):
    graph = random_graph(12, 30, seed, directed=True)
    one = of_graph(graph)
    two = of_graph(graph, order=np.random.default_rng(seed).permutation(12))
    for function in (degree, closeness, betweenness, eigenvector):
        np.testing.assert_allclose(values(function(two), 12), values(function(one), 12), atol=1e-8)
    np.testing.assert_allclose(values(bonacich_power(two, beta=-0.05), 12),
                               values(bonacich_power(one, beta=-0.05), 12), atol=1e-8)

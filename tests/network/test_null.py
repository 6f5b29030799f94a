"""The network against random ones: exact agreement of the numbers, recovery, and honest p-values."""

from __future__ import annotations

import numpy as np
import pytest
from network_studies import make, of_graph, random_graph

from interfirm.errors import UnknownName, UsageError
from interfirm.network.cohesion import reciprocity, transitivity
from interfirm.network.draw import random_networks
from interfirm.network.null import MEASURES, against, compare_with_null


def test_observed_values_are_the_measures_own():
    study = of_graph(random_graph(25, 80, 1, directed=True))
    found = compare_with_null(study, draws=20, seed=1).table().set_index("measure")
    assert found.loc["reciprocity", "observed"] == reciprocity(study)
    assert found.loc["transitivity", "observed"] == transitivity(study)
    assert (found["draws"] == 20).all()
    assert (found["low"] <= found["mean"]).all() and (found["mean"] <= found["high"]).all()


def test_every_measure_can_be_asked_for():
    study = of_graph(random_graph(20, 60, 2, directed=True))
    found = compare_with_null(study, measures=list(MEASURES), draws=5, null="density")
    assert list(found.table()["measure"]) == list(MEASURES)
    assert found.table()["observed"].notna().all()
    assert "random networks with the same number of ties" in str(found)
    with pytest.raises(UnknownName, match="transitivity"):
        compare_with_null(study, measures=["transitivty"])
    assert list(compare_with_null(study, measures="transitivity, isolates", draws=3).table()["measure"]) == [
        "transitivity", "isolates"]


def test_what_the_null_fixes_cannot_differ():
    study = of_graph(random_graph(20, 60, 2))
    row = compare_with_null(study, measures=["degree_centralisation"], draws=10, null="degree").table().iloc[0]
    assert row["observed"] == row["low"] == row["high"]
    assert np.isnan(row["z"]) and row["p"] == 1.0 and row["above"] == row["below"] == 0.0


def test_undirected_networks_have_no_reciprocity_to_compare():
    study = of_graph(random_graph(20, 60, 2))
    assert "reciprocity" not in set(compare_with_null(study, draws=2).table()["measure"])
    with pytest.raises(UsageError, match="no direction"):
        compare_with_null(study, measures=["reciprocity"], draws=2)


def test_planted_closure_and_reciprocity_are_found():
    edges = [(3 * k + i, 3 * k + j) for k in range(8) for i in range(3) for j in range(3) if i != j]
    study = make(edges, 24, directed=True)
    found = compare_with_null(study, measures=["transitivity", "reciprocity", "modularity"], draws=99).table()
    assert (found["above"] >= 0.98).all() and (found["p"] <= 0.03).all()
    assert (found["z"] > 3).all()


@pytest.mark.parametrize("null", ["degree", "density", pytest.param("man", marks=pytest.mark.slow)])
def test_p_values_are_uniform_where_the_null_is_true(null):
    base = of_graph(random_graph(20, 60, 1, directed=True)).adjacency()
    ps = []
    for number, one in enumerate(random_networks(base, null, 100, 7)):
        drawn = np.array([MEASURES["transitivity"](other, 1) for other in random_networks(one, null, 39, number)])
        ps.append(1 - against(MEASURES["transitivity"](one, 1), drawn)["above"])
    # standard error of a share of 100 is at most .05; four of them
    for level in (0.25, 0.5, 0.75):
        assert abs(np.mean(np.array(ps) <= level) - level) < 0.2


def test_same_seed_same_table():
    study = of_graph(random_graph(20, 60, 1))
    one, two = (compare_with_null(study, draws=10, seed=4).table() for _ in range(2))
    assert one.equals(two)


def test_place_among_draws_by_hand():
    place = against(3.0, np.array([1.0, 2.0, 3.0, np.nan, 4.0]))
    assert place["mean"] == 2.5 and place["draws"] == 4
    assert place["above"] == pytest.approx(1 - 3 / 5) and place["below"] == pytest.approx(1 - 4 / 5)
    assert place["p"] == 1.0
    assert np.isnan(against(float("nan"), np.array([1.0]))["z"])


def test_order_of_actors_does_not_matter_to_the_observed_values():
    graph = random_graph(18, 50, 3, directed=True)
    names = [name for name in MEASURES if name != "modularity"]
    one = compare_with_null(of_graph(graph), measures=names, draws=2).table()["observed"]
    two = compare_with_null(of_graph(graph, order=range(17, -1, -1)), measures=names, draws=2).table()["observed"]
    np.testing.assert_allclose(one, two, atol=1e-9)

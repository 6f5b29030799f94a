from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from relation_studies import make

from interfirm.errors import UsageError
from interfirm.relations import (
    local_anchoring,
    multiplexity,
    over_embeddedness,
    relational_embeddedness,
    structural_embeddedness,
)

TRIANGLE = [(0, 1), (1, 2), (0, 2)]


def test_common_partners_in_a_triangle_and_a_star():
    triangle = structural_embeddedness(make({"peer": TRIANGLE}, 3), relation="peer")
    assert triangle["shared"].tolist() == [1, 1, 1]
    assert triangle["gwesp"].to_numpy() == pytest.approx(1.0)
    assert triangle["clustering"].tolist() == [1, 1, 1]
    star = structural_embeddedness(make({"peer": [(0, 1), (0, 2), (0, 3)]}, 5), relation="peer")
    assert star.loc["f0", ["shared", "gwesp", "clustering"]].tolist() == [0, 0, 0]
    assert np.isnan(star.loc["f4", "shared"])


def test_gwesp_counts_each_further_partner_less():
    """A pair with two partners in common: e^a (1 − (1 − e^−a)²) = 2 − e^−a."""
    study = make({"peer": [(0, 1), (0, 2), (1, 2), (0, 3), (1, 3)]}, 4)
    found = structural_embeddedness(study, relation="peer", decay=0.5)
    assert found.loc["f0", "gwesp"] == pytest.approx((2 - np.exp(-0.5) + 1 + 1) / 3)
    assert structural_embeddedness(study, relation="peer", decay=0).loc["f0", "gwesp"] == 1
    with pytest.raises(UsageError):
        structural_embeddedness(study, relation="peer", decay=-1)


def test_common_partners_are_those_of_networkx():
    graph = nx.gnm_random_graph(20, 60, seed=4)
    found = structural_embeddedness(make({"peer": graph.edges}, 20), relation="peer")
    for i in graph:
        mean = np.mean([len(list(nx.common_neighbors(graph, i, j))) for j in graph[i]])
        assert found.loc[f"f{i}", "shared"] == pytest.approx(mean)


def test_multiplexity_by_hand():
    study = make({"peer": [(0, 1), (0, 2)], "outsourcing": [(1, 0)], "advice": [(0, 1)]}, 4)
    found = multiplexity(study)
    assert found.loc["f0", "multiplexity"] == pytest.approx((3 + 1) / 2)
    assert found.loc["f1", "multiplexity"] == 3
    assert np.isnan(found.loc["f3", "multiplexity"])
    assert (multiplexity(study, relations=["peer"])["multiplexity"].dropna() == 1).all()


def test_anchoring_by_boundary_and_by_distance():
    actors = {"position": ["member", "member", "member", "external"], "latitude": [0.0, 0.1, 5.0, 0.0],
              "longitude": [0.0] * 4}
    study = make({"peer": [(0, 1, 3), (0, 2, 3), (0, 3, 3), (1, 2, 1)]}, 4, actors=actors)
    found = local_anchoring(study, relation="peer", strong=2)
    assert found["f0"] == pytest.approx(2 / 3)
    assert list(found.index) == ["f0", "f1", "f2"]
    assert local_anchoring(study, relation="peer", strong=2, km=50)["f0"] == pytest.approx(2 / 3)
    assert local_anchoring(study, relation="peer", strong=2, km=50)["f2"] == 0
    assert np.isnan(local_anchoring(study, relation="peer", strong=5)["f0"])


def test_closed_circles_are_flagged_and_gates_counted():
    actors = {"position": ["member"] * 8 + ["external"] * 2}
    edges = [*TRIANGLE, (3, 4), (4, 5), (5, 6), (6, 7), (3, 8), (4, 9)]
    found = over_embeddedness(make({"advice": edges}, 10, actors=actors), relation="advice")
    assert found["flag"].tolist() == [True] * 3 + [False] * 5
    assert found.attrs["gate_concentration"] == pytest.approx(0.5)
    one = over_embeddedness(make({"advice": [*edges[:7], (3, 8), (3, 9)]}, 10, actors=actors), relation="advice")
    assert one.attrs["gate_concentration"] == 1
    assert one.loc["f3", "ei"] == pytest.approx((2 - 1) / 3)
    none = over_embeddedness(make({"advice": edges[:7]}, 8), relation="advice")
    assert np.isnan(none.attrs["gate_concentration"])


def test_relational_embeddedness_is_the_mean_of_its_items():
    answers = [(0, f"EMB_{k}@f1", v) for k, v in enumerate((7, 5, 4, 4, 1, 3), start=1)]
    found = relational_embeddedness(make({"peer": [(0, 1)]}, 2, answers=answers)).iloc[0]
    assert (found["trust"], found["information"], found["problem_solving"], found["all"]) == (6, 4, 2, 4)

"""Alliances before and after projection.

Evidence: the projection constants of the concept dictionary, networkx 3.6 for clustering, enumeration.
"""

from __future__ import annotations

from itertools import combinations

import networkx as nx
import numpy as np
import pytest
from network_studies import alliances

from interfirm.network.centrality import degree
from interfirm.network.two_mode import (
    alliance_degree,
    alliance_overlap,
    alliance_sizes,
    two_mode,
    two_mode_clustering,
)

EXACT = 1e-9
SMALL = {"p": ["1", "2", "3"], "q": ["1", "2"]}


def drawn(seed):
    rng = np.random.default_rng(seed)
    return {f"p{a}": [f"f{i}" for i in rng.choice(15, rng.integers(1, 6), replace=False)] for a in range(12)}


def test_newman_projection_constants():
    study = alliances(SMALL)
    view = study.adjacency("alliances")
    matrix = view.matrix.toarray()
    assert matrix[0, 1] == pytest.approx(1.5, abs=EXACT)
    assert matrix[0, 2] == pytest.approx(0.5, abs=EXACT)
    assert degree(study, relation="alliances", weighted=True)["1"] == pytest.approx(2.0, abs=EXACT)
    assert study.adjacency("alliances", projection="count").matrix.toarray()[0, 1] == 2.0


def test_sizes_and_degrees_by_hand():
    study = alliances(SMALL, actors=["1", "2", "3", "4"])
    assert alliance_sizes(study).to_dict() == {"p": 3, "q": 2}
    assert alliance_degree(study).to_dict() == {"1": 2, "2": 2, "3": 1, "4": 0}
    found = two_mode(study)
    assert (found.actors, found.alliances, found.memberships) == (4, 2, 5)
    assert found.density == pytest.approx(5 / 8, abs=EXACT)
    table = found.table().set_index("measure")["value"]
    assert table["actors_without_alliance"] == 1 and table["mean_size"] == 2.5
    assert "2 alliances" in str(found)


def test_clustering_by_hand():
    # chains of three: each membership (i, a) gives (d_i - 1)(k_a - 1): p: 1 -> 1*2, 2 -> 1*2, 3 -> 0; q: 1*1, 1*1
    assert two_mode_clustering(alliances(SMALL)) == pytest.approx(4 * 1 / 6, abs=EXACT)
    assert np.isnan(two_mode_clustering(alliances({"p": ["1", "2"]})))


@pytest.mark.parametrize("seed", range(5))
def test_clustering_equals_networkx(seed):
    members = drawn(seed)
    graph = nx.Graph([(name, actor) for name, actors in members.items() for actor in actors])
    expected = nx.bipartite.robins_alexander_clustering(graph)
    assert two_mode_clustering(alliances(members)) == pytest.approx(expected, abs=EXACT)


def test_overlap_by_enumeration():
    members = drawn(3)
    found = alliance_overlap(alliances(members))
    expected = {}
    for one, two in combinations(members, 2):
        both = set(members[one]) & set(members[two])
        if both:
            expected[frozenset((one, two))] = (len(both), len(both) / len(set(members[one]) | set(members[two])))
    ours = {frozenset((row.first, row.second)): (row.shared, row.overlap) for row in found.itertuples()}
    assert ours.keys() == expected.keys()
    for pair, values in ours.items():
        assert values == pytest.approx(expected[pair], abs=EXACT)
    assert found["overlap"].is_monotonic_decreasing
    assert alliance_overlap(alliances(members), most=2).equals(found.head(2))


def test_order_of_actors_does_not_matter():
    members = drawn(1)
    everyone = [f"f{i}" for i in range(15)]
    one, two = alliances(members, everyone), alliances(members, everyone[::-1])
    assert two_mode_clustering(one) == two_mode_clustering(two)
    assert alliance_degree(one).sort_index().equals(alliance_degree(two).sort_index())

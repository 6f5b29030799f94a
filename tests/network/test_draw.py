"""Random networks: what they keep, and that all of them are equally likely."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from network_studies import make, of_graph, random_graph
from scipy import stats

from interfirm.errors import UnknownName, UsageError
from interfirm.network.draw import random_networks


def census(view):
    a = view.matrix.toarray() > 0
    mutual = int((a & a.T).sum() // 2)
    return mutual, int(a.sum()) - 2 * mutual


def equally_likely(view, null, number, draws):
    """All ``number`` possible networks occur, and a chi-square test with p > .001 sees no preference."""
    seen = Counter(one.matrix.toarray().astype(bool).tobytes() for one in random_networks(view, null, draws, 1))
    assert len(seen) == number
    assert stats.chisquare(list(seen.values())).pvalue > 0.001


def test_all_directed_networks_with_these_degrees_are_equally_likely():
    # everyone sends one and receives one among four: the 9 derangements; among three: the circle both ways round
    equally_likely(make([(0, 1), (1, 2), (2, 3), (3, 0)], 4, directed=True).adjacency(), "degree", 9, 9000)
    equally_likely(make([(0, 1), (1, 2), (2, 0)], 3, directed=True).adjacency(), "degree", 2, 2000)


def test_all_undirected_networks_with_these_degrees_are_equally_likely():
    # everyone has one partner among six: 15 pairings
    equally_likely(make([(0, 1), (2, 3), (4, 5)], 6).adjacency(), "degree", 15, 6000)


def test_all_networks_of_this_density_are_equally_likely():
    equally_likely(make([(0, 1), (1, 2)], 4).adjacency(), "density", 15, 3000)
    equally_likely(make([(0, 1), (1, 2)], 3, directed=True).adjacency(), "density", 15, 3000)


def test_all_networks_of_this_dyad_census_are_equally_likely():
    # one mutual, one one-way, one empty pair among three: 3! places, two directions
    equally_likely(make([(0, 1), (1, 0), (1, 2)], 3, directed=True).adjacency(), "man", 12, 3600)


@pytest.mark.parametrize("directed", [False, True])
def test_what_each_kind_keeps(directed):
    view = of_graph(random_graph(30, 90, 1, directed=directed)).adjacency()
    out, into = view.matrix.sum(axis=1), view.matrix.sum(axis=0)
    moved = 0
    for one in random_networks(view, "degree", 5, 2):
        assert (one.matrix.sum(axis=1) == out).all() and (one.matrix.sum(axis=0) == into).all()
        assert one.matrix.max() == 1.0 and not one.matrix.diagonal().any()
        moved += (one.matrix != view.matrix).nnz
    assert moved > 5 * 60
    for null in ("density", "man"):
        for one in random_networks(view, null, 5, 2):
            assert one.matrix.nnz == view.matrix.nnz and one.matrix.max() == 1.0
            assert not one.matrix.diagonal().any()
            if directed and null == "man":
                assert census(one) == census(view)
            if not directed:
                assert (one.matrix != one.matrix.T).nnz == 0


@pytest.mark.parametrize("null", ["degree", "density", "man"])
@pytest.mark.parametrize("directed", [False, True])
def test_the_unknown_stays_unknown(null, directed):
    graph = random_graph(20, 80, 3, directed=directed)
    silent, unknown = {4, 9}, [(0, 1), (2, 3)]
    edges = [(i, j) for i, j in graph.edges if (i, j) not in unknown and (j, i) not in unknown
             and not (i in silent if directed else {i, j} == silent)]
    stated = [(4, 9)]  # a tie stated although it could not be known
    view = make([*edges, *stated], 20, directed=directed, silent=silent, unknown=unknown).adjacency()
    for one in random_networks(view, null, 5, 1):
        a = one.matrix.toarray()
        assert a[4, 9] == 1 and a[0, 1] == a[2, 3] == 0
        assert one.matrix.nnz == view.matrix.nnz
        if directed:
            assert a[4].sum() == 1 and a[9].sum() == 0
        assert one.observed_count() == view.observed_count()


def test_large_networks_are_drawn_without_listing_all_pairs():
    view = of_graph(random_graph(2500, 4000, 1, directed=True)).adjacency()
    for null in ("degree", "density", "man"):
        one, two = random_networks(view, null, 2, 1)
        assert one.matrix.nnz == two.matrix.nnz == 4000 and one.matrix.max() == 1.0
        assert (one.matrix != two.matrix).nnz > 6000


def test_same_seed_same_networks():
    view = of_graph(random_graph(20, 50, 1)).adjacency()
    for null in ("degree", "density"):
        first, again, other = ([one.matrix.toarray() for one in random_networks(view, null, 3, seed)]
                               for seed in (5, 5, 6))
        assert np.array_equal(first, again) and not np.array_equal(first, other)


def test_asking_for_what_does_not_exist():
    view = make([(0, 1)], 3).adjacency()
    with pytest.raises(UnknownName, match="degree, density, man"):
        random_networks(view, "degrees", 1, 1)
    with pytest.raises(UsageError, match="at least 1"):
        random_networks(view, "degree", 0, 1)
    assert next(iter(random_networks(view, "degree", 1, 1))).matrix.nnz == 2
    assert next(iter(random_networks(make([], 3).adjacency(), "degree", 1, 1))).matrix.nnz == 0

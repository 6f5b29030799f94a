"""Core and periphery.

Evidence: hand calculation, exhaustive search on small networks, recovery of a planted core,
abstention on random networks, and the continuous model on a matrix of which it is the exact answer.
"""

from __future__ import annotations

from itertools import product

import networkx as nx
import numpy as np
import pytest
from network_studies import make, names, of_graph, printing_cluster, random_graph

from interfirm.errors import UnknownName, UsageError
from interfirm.network.core_periphery import core_periphery, fitted
from interfirm.network.draw import random_networks

EXACT = 1e-9


def planted(seed, size=30, core=8):
    rng = np.random.default_rng(seed)
    level = np.where(np.arange(size) < core, 1, 0)
    chance = np.array([[0.05, 0.2], [0.2, 0.85]])[level[:, None], level]
    return [(i, j) for i in range(size) for j in range(i) if rng.random() < chance[i, j]]


SPLITS = np.array(list(product([0, 1], repeat=9)), dtype=float)


def correlation(ties, cells, core):
    """The fit straight from its definition: correlation over the cells inside core or periphery."""
    same = (core[:, None] == core) & (cells > 0)
    x, y = np.outer(core, core)[same], ties[same]
    return np.corrcoef(x, y)[0, 1] if len(x) and x.std() and y.std() else -2.0


def best_of_all(ties, cells):
    """The highest fit over all 512 splits of nine actors, from the four counts of each."""
    inside, outside = SPLITS, 1 - SPLITS
    a, b, c, d = (np.einsum("bi,ij,bj->b", side, matrix, side) for side in (inside, outside)
                  for matrix in (ties, cells - ties))
    below = (a + b) * (c + d) * (a + c) * (b + d)
    return float(np.max(np.where(below > 0, (a * d - b * c) / np.sqrt(np.maximum(below, 1)), -2)))


@pytest.mark.parametrize("directed", [False, True])
def test_the_search_finds_the_best_of_all_splits(directed):
    missed = []
    for seed in range(15):
        silent = [2] if directed else []
        edges = [edge for edge in random_graph(9, 16, seed, directed=directed).edges if edge[0] not in silent]
        study = make(edges, 9, directed=directed, silent=silent)
        view = study.adjacency()
        ties, cells = view.binary.toarray(), view.observed()
        found = core_periphery(study, draws=0, seed=1)
        best = best_of_all(ties, cells.astype(float))
        assert found.fit <= best + EXACT
        missed.append(best - found.fit)
        core = found.values.to_numpy().astype(int)
        assert correlation(ties, cells, core) == pytest.approx(found.fit, abs=EXACT)
        assert "not compared" in str(found) and not found.found
    # random networks are the hardest case; at most one miss in 15, and a small one
    assert sum(gap > EXACT for gap in missed) <= 1 and max(missed) < 0.05


def test_an_ideal_core_by_hand():
    # 0, 1, 2 all tied; 3, 4, 5 each tied to one of them
    found = core_periphery(make([(0, 1), (0, 2), (1, 2), (0, 3), (1, 4), (2, 5)], 6), draws=0)
    assert found.core == ["f0", "f1", "f2"]
    assert found.fit == pytest.approx(1.0, abs=EXACT)
    assert (found.core_density, found.periphery_density) == (1.0, 0.0)
    assert found.between_density == pytest.approx(3 / 9, abs=EXACT)
    assert found.table()["core"].tolist() == [True] * 3 + [False] * 3


@pytest.mark.parametrize("method", ["discrete", "continuous"])
def test_a_planted_core_is_recovered_and_beats_chance(method):
    found = core_periphery(make(planted(1), 30), method=method, draws=60, seed=2)
    assert found.found and found.p <= 1 / 61 + EXACT
    top = set(found.values.sort_values(ascending=False).index[:8]) if method == "continuous" else set(found.core)
    assert len(top & set(names(8))) >= 7 and len(top) <= 9
    assert "fit" in str(found) and found.null_high < found.fit


def test_random_networks_are_not_given_a_core():
    base = of_graph(random_graph(24, 60, 1)).adjacency()
    claims = 0
    for number, one in enumerate(random_networks(base, "density", 40, 3)):
        fit = fitted(one, "discrete", 1)[0]
        drawn = [fitted(other, "discrete", 1)[0] for other in random_networks(one, "density", 39, number)]
        claims += (1 + sum(value >= fit for value in drawn)) / 40 <= 0.05
    assert claims <= 7  # 2 of 40 expected; 8 or more have a chance of about one in a thousand


def test_abstention_is_said():
    found = core_periphery(of_graph(random_graph(24, 60, 5)), draws=60, seed=1)
    if found.p > 0.05:
        assert not found.found and "no core that chance would not give" in str(found)
    ring = core_periphery(make([(i, (i + 1) % 12) for i in range(12)], 12), draws=60)
    assert not ring.found and "no core" in str(ring)


def test_continuous_model_recovers_its_own_ideal():
    # a complete split: 4 core actors tied to everyone, 8 others tied to the core only
    edges = [(i, j) for i in range(4) for j in range(i + 1, 12)]
    found = core_periphery(make(edges, 12), method="continuous", draws=0)
    values = found.values.to_numpy()
    assert np.ptp(values[:4]) < 1e-8 and np.ptp(values[4:]) < 1e-8
    # stationarity: each c_i is the least-squares slope of its ties on the c of the others
    a = nx.to_numpy_array(nx.Graph(edges), nodelist=range(12))
    x = np.linalg.eigh(a)[1][:, -1]
    for _ in range(5000):
        x = (x + np.array([a[i] @ x / ((x**2).sum() - x[i] ** 2) for i in range(12)])) / 2
    np.testing.assert_allclose(values, np.abs(x) / np.abs(x).max(), atol=1e-7)
    off = ~np.eye(12, dtype=bool)
    assert found.fit == pytest.approx(np.corrcoef(a[off], np.outer(values, values)[off])[0, 1], abs=1e-9)
    assert set(found.core) >= set(names(4))


def test_continuous_fit_leaves_out_unknown_pairs():
    edges = [edge for edge in random_graph(15, 70, 2, directed=True).edges if edge[0] not in (3, 6)]
    study = make(edges, 15, directed=True, silent=[3, 6])
    found = core_periphery(study, method="continuous", draws=0)
    view = study.adjacency()
    tie, known = view.binary.toarray(), view.observed()
    both = known.astype(int) + known.T
    mean = np.divide(tie + tie.T, both, out=np.zeros_like(tie), where=both > 0)
    there = both > 0
    c = found.values.to_numpy()
    assert found.fit == pytest.approx(np.corrcoef(mean[there], np.outer(c, c)[there])[0, 1], abs=1e-9)
    scale = np.sum(mean[there] * np.outer(c, c)[there]) / np.sum(np.outer(c, c)[there] ** 2)
    x = c * np.sqrt(scale)
    slope = np.array([(mean[i] * there[i]) @ x / (there[i] @ x**2) for i in range(15)])
    np.testing.assert_allclose(slope / slope.max(), x / x.max(), atol=1e-6)


def test_where_there_is_nothing_to_fit():
    for method in ("discrete", "continuous"):
        found = core_periphery(make([], 5), method=method, draws=3)
        assert np.isnan(found.fit) and np.isnan(found.p) and not found.found and found.core == []
    assert np.isnan(core_periphery(make([(0, 1)], 2), draws=0).fit)


def test_limits_are_said(monkeypatch):
    from importlib import import_module

    room = import_module("interfirm.network.core_periphery")
    monkeypatch.setattr(room, "whole", lambda name: 4)
    with pytest.raises(UsageError, match="continuous"):
        core_periphery(make([(0, 1)], 5))
    with pytest.raises(UnknownName, match="discrete, continuous"):
        core_periphery(make([(0, 1)], 3), method="soft")
    with pytest.raises(UnknownName, match="density"):
        core_periphery(make([(0, 1)], 3), null="none")


def test_same_seed_same_result_and_order_of_actors_does_not_matter():
    edges = planted(3)
    one, again = (core_periphery(make(edges, 30), draws=10, seed=4) for _ in range(2))
    assert (one.fit, one.p, one.core) == (again.fit, again.p, again.core)
    turned = core_periphery(make(edges, 30, order=np.random.default_rng(1).permutation(30)), draws=10, seed=4)
    assert turned.fit == pytest.approx(one.fit, abs=EXACT) and set(turned.core) == set(one.core)


@pytest.mark.data
def test_the_published_core_of_the_printing_cluster_is_inside_ours(data_dir):
    """The authors of the data give 8 core firms in 2012 and 7 in 2015 (file core_periphery.csv, method not stated)."""
    folder = data_dir("kecskemet")
    study = printing_cluster(folder)
    rows = [line.split(";") for line in (folder / "core_periphery.csv").read_text("utf-8-sig").split()[1:]]
    for column, wave, most in ((1, 2012, 9), (2, 2015, 10)):
        published = {row[0] for row in rows if row[column] == "1"}
        found = core_periphery(study, relation="advice", wave=wave, draws=60)
        assert published <= set(found.core) and len(found.core) <= most
        assert found.found
        # the numbers of ties of the firms alone would give as clear a core
        assert not core_periphery(study, relation="advice", wave=wave, draws=60, null="degree").found

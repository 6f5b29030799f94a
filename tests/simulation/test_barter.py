"""Barter of Cowan and Jonard: the compiled kernel against plain Python, invariants, small worlds, a quick sweep.

The whole sweep with hundreds of replications is ``python -m benchmarks barter``; its numbers stand in the card.
"""

from __future__ import annotations

from collections import Counter

import networkx as nx
import numpy as np
import pytest

from interfirm.errors import UnknownName, UsageError
from interfirm.kernels import barter as kernel
from interfirm.kernels import counter_mix as cr
from interfirm.simulation.published.barter import Barter, barter, barter_sweep, small_world
from interfirm.simulation.published.barter_networks import NETWORKS, barter_on_networks, network

TOP = (1 << 64) - 1


def bits(key: int, draw: int) -> int:
    return int(cr.bits(np.uint64(key), draw))


def reference(indptr, indices, levels, alpha, law, seed, replication, periods, kinds):
    """The rules with lists and loops, drawing the same numbers: meeting by meeting the same as the compiled kernel."""
    n, values, trades = len(indptr) - 1, [list(map(float, row)) for row in levels], []
    for period in range(periods):
        meet, choose, arrange = (int(cr.make_key(seed, replication, period, 0, purpose))
                                 for purpose in (kernel.MEET, kernel.SUBSET, kernel.ORDER))
        order = list(range(n))
        for at in range(n - 1, 0, -1):
            other = ((bits(arrange, at) >> 32) * (at + 1)) >> 32
            order[at], order[other] = order[other], order[at]
        traded = 0
        for m in range(n):
            draw = bits(meet, m)
            i = {"random": ((draw >> 32) * n) >> 32, "shuffled": order[m], "in order": m}[law]
            near = indices[indptr[i]:indptr[i + 1]]
            if not len(near):
                continue
            j = int(near[((draw & 0xFFFFFFFF) * len(near)) >> 32])
            traded += _meet(values, i, j, kinds, alpha, bits(choose, m) >> 32)
        trades.append(traded)
    return np.array(values), trades


def _meet(values, i, j, kinds, alpha, luck):
    mine = [c for c in range(kinds) if values[i][c] > values[j][c]]
    theirs = [c for c in range(kinds) if values[j][c] > values[i][c]]
    q = min(len(mine), len(theirs))
    for giver, taker, could in ((i, j, mine), (j, i, theirs)):
        for c in _chosen(could, q, luck):
            values[taker][c] += alpha * (values[giver][c] - values[taker][c])
    return int(q > 0)


def _chosen(could, q, luck):
    """The subset of size q that the number ``luck`` names, subsets in the order of their bits."""
    from itertools import combinations

    ordered = sorted(combinations(could, q), key=lambda some: sum(1 << c for c in some))
    return ordered[(luck * len(ordered)) >> 32]


@pytest.mark.parametrize("law", ["random", "shuffled", "in order"])
@pytest.mark.parametrize("kinds", [1, 3, 5])
def test_the_compiled_kernel_is_the_plain_one_event_for_event(law, kinds):
    """To a few units in the last place: the compiled sum may be fused into one rounding."""
    rules = Barter(firms=150, degree=6, categories=kinds, rewiring=0.2, activation=law)
    indptr, indices = small_world(150, 6, 0.2, seed=5, replication=2)
    run = barter(rules, periods=8, record=range(1, 8), seed=5, replication=2)
    start = barter(rules, periods=0, seed=5, replication=2).levels
    slow, trades = reference(indptr, indices, start, 0.1, law, 5, 2, 8, kinds)
    assert run.levels == pytest.approx(slow, rel=1e-12)
    assert (run.rows["traded"] * 150).round().tolist() == trades


def test_a_meeting_by_hand():
    """0 is ahead in a and b, 1 in c: one category each way; the gap closes by a tenth."""
    ring = (np.array([0, 1, 2]), np.array([1, 0]))

    class Two(Barter):
        def __post_init__(self):
            pass

    run = barter(Two(firms=2, degree=2, categories=3), periods=1, seed=1, links=ring,
                 start=[[1.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    # two meetings a period: each moves c of firm 0, and a or b of firm 1
    assert run.levels[0].tolist() == pytest.approx([1, 1, 1 - 0.9**2])
    assert run.levels[1, 2] == 1
    assert sorted(run.levels[1, :2]) in (pytest.approx([0, 0.19]), pytest.approx([0.1, 0.1]))
    assert run.rows["traded"].iloc[-1] == 1


def test_no_trade_without_something_in_return():
    start = np.tile(np.linspace(0.9, 0.1, 40)[:, None], (1, 5))  # everybody ahead of the next in everything
    run = barter(Barter(firms=40, degree=4), periods=50, seed=1, start=start)
    assert (run.levels == start).all() and run.rows["traded"].iloc[-1] == 0


def test_nobody_loses_and_the_best_stays_the_best():
    rules = Barter(firms=200, degree=10)
    start = barter(rules, periods=0, seed=3).levels
    run = barter(rules, periods=300, seed=3)
    assert (run.levels >= start - 1e-15).all()
    assert (run.levels.max(axis=0) == start.max(axis=0)).all()
    assert run.rows["mean"].iloc[-1] > start.mean()


def test_one_category_has_nothing_to_barter():
    run = barter(Barter(firms=60, degree=4, categories=1), periods=20, seed=1)
    assert run.rows["traded"].iloc[-1] == 0


def test_recording_and_stopping_change_nothing():
    rules = Barter(firms=120, degree=6)
    one = barter(rules, periods=60, seed=7)
    two = barter(rules, periods=60, record=(5, 17, 40), seed=7)
    assert (one.levels == two.levels).all() and two.rows["period"].tolist() == [5, 17, 40, 60]


def test_more_threads_give_the_same():
    call = {"rewirings": [0.0, 0.1, 1.0], "replications": 4, "rules": Barter(firms=80, degree=4), "periods": 30,
            "seed": 2}
    assert barter_sweep(**call).runs.equals(barter_sweep(**call, workers=3).runs)


def test_a_random_subset_is_even():
    """Of four categories two flow: each of the six pairs as often as the others (chi square with 5 degrees)."""
    first, count, members = kernel.subsets(4)
    assert count[15, 2] == 6 and len(members) == 81
    rng = np.random.default_rng(1)
    luck = rng.integers(0, 1 << 32, 6000, dtype=np.uint64)
    seen = Counter(int(members[first[15, 2] + ((int(x) * 6) >> 32)]) for x in luck)
    assert len(seen) == 6 and all(bin(s).count("1") == 2 for s in seen)
    assert sum((c - 1000)**2 / 1000 for c in seen.values()) < 25


def test_every_activation_meets_as_often():
    """Random activation draws firms with replacement, the other laws use each once a period."""
    key = np.uint64(cr.make_key(1, 0, 0, 0, kernel.ORDER))
    order = np.empty(500, np.int32)
    kernel.shuffle(key, order)
    assert sorted(order) == list(range(500)) and (order != np.arange(500)).mean() > 0.98


# ---- small worlds ------------------------------------------------------------------------


def as_graph(links):
    indptr, indices = links
    graph = nx.DiGraph()
    graph.add_nodes_from(range(len(indptr) - 1))
    graph.add_edges_from((i, int(j)) for i in range(len(indptr) - 1) for j in indices[indptr[i]:indptr[i + 1]])
    return graph


def test_without_rewiring_it_is_the_ring_of_networkx():
    ours = as_graph(small_world(50, 6, 0.0, seed=1))
    theirs = nx.watts_strogatz_graph(50, 6, 0.0)
    assert {frozenset(e) for e in ours.edges} == {frozenset(e) for e in theirs.edges}


@pytest.mark.parametrize("share", [0.05, 0.5, 1.0])
def test_rewired_networks_are_simple_symmetric_and_have_their_ties(share):
    graph = as_graph(small_world(300, 8, share, seed=4))
    assert graph.number_of_edges() == 2 * 300 * 4
    assert all(graph.has_edge(j, i) for i, j in graph.edges) and not any(i == j for i, j in graph.edges)
    assert min(dict(graph.degree).values()) >= 2 * 4  # each keeps the ties that it began: in and out
    kept = sum(graph.has_edge(i, (i + k) % 300) for i in range(300) for k in range(1, 5))
    spread = np.sqrt(1200 * share * (1 - share))
    assert abs(kept - 1200 * (1 - share)) < 4 * spread + 1200 * share * 8 / 300 * 2 + 1  # some come back by chance


def test_a_larger_share_rewires_the_same_ties_and_more():
    ring = {frozenset(e) for e in as_graph(small_world(200, 6, 0.0, seed=9)).edges}
    kept = [ring & {frozenset(e) for e in as_graph(small_world(200, 6, p, seed=9)).edges} for p in (0.1, 0.3)]
    assert len(kept[0]) > len(kept[1])
    assert len(kept[1] - kept[0]) <= 3  # but for ties that came back by chance


def test_clustering_and_distances_are_those_of_small_worlds():
    """Means over 5 networks of 400 firms, ours and those of networkx, within three standard errors plus 2 %."""
    for p in (0.01, 0.1):
        ours = [as_graph(small_world(400, 10, p, seed=s)).to_undirected() for s in range(5)]
        theirs = [nx.watts_strogatz_graph(400, 10, p, seed=s) for s in range(5)]
        for measure in (nx.average_clustering, nx.average_shortest_path_length):
            a, b = ([measure(g) for g in some] for some in (ours, theirs))
            noise = 3 * np.hypot(np.std(a, ddof=1), np.std(b, ddof=1)) / np.sqrt(5)
            assert abs(np.mean(a) - np.mean(b)) < noise + 0.02 * np.mean(b)


# ---- start and bad input -----------------------------------------------------------------


def test_experts_as_the_rules_ask():
    one = barter(Barter(), periods=0, seed=1).levels
    assert (one == 10).sum() == 50 and (one == 10).any(axis=1).sum() == 50
    each = barter(Barter(experts=0.01, experts_in="each category"), periods=0, seed=1).levels
    assert (each == 10).sum(axis=0).tolist() == [5] * 5
    none = barter(Barter(experts=0), periods=0, seed=1).levels
    assert none.max() < 1 and abs(none.mean() - 0.5) < 4 / np.sqrt(12 * 2500)


@pytest.mark.parametrize("wrong", [
    {"degree": 3}, {"degree": 500}, {"categories": 0}, {"categories": 13}, {"rewiring": 1.5}, {"absorption": 1.0},
    {"absorption": 0.0}, {"experts": -0.1}, {"expert_level": float("nan")}])
def test_rules_that_cannot_be(wrong):
    with pytest.raises(UsageError):
        Barter(**wrong)


def test_unknown_words_and_starts_that_do_not_fit():
    with pytest.raises(UnknownName):
        Barter(activation="all at once")
    with pytest.raises(UnknownName):
        Barter(experts_in="some")
    with pytest.raises(UsageError, match="start"):
        barter(Barter(firms=20, degree=4), periods=1, seed=1, start=np.zeros((3, 5)))
    with pytest.raises(UsageError, match="links"):
        barter(Barter(firms=20, degree=4), periods=1, seed=1, links=(np.array([0, 1]), np.array([0])))
    with pytest.raises(UsageError):
        barter(periods=-1, seed=1)
    with pytest.raises(UsageError):
        barter_sweep([0.1], 0, seed=1)


# ---- what was published, quickly -----------------------------------------------------------


def test_random_networks_are_fastest_at_first():
    """After 50 periods mean knowledge rises with the share of rewired ties [20 shared replications]."""
    sweep = barter_sweep([0.001, 0.09, 0.5], 20, periods=50, seed=11)
    for low, high in ((0.001, 0.09), (0.09, 0.5)):
        difference, error = sweep.gap("mean", high, low)
        assert difference > 3 * error


@pytest.mark.slow
def test_small_worlds_end_above_random_networks():
    """At α = 0.1 the small world ends higher and more even than the random network, by over ten standard errors."""
    sweep = barter_sweep([0.09, 1.0], 30, periods=2000, seed=12, workers=2)
    for statistic, sign in (("mean", 1), ("cv", -1)):
        difference, error = sweep.gap(statistic, 0.09, 1.0)
        assert sign * difference > 10 * error, statistic
    assert sweep.best("mean")[0.09] == 1


@pytest.mark.slow
def test_without_experts_there_is_no_small_world_optimum():
    sweep = barter_sweep([0.001, 0.09, 0.5], 10, rules=Barter(experts=0), periods=1500, seed=13, workers=2)
    assert sweep.best("mean")[0.5] > 0.95


def test_networks_have_as_many_ties_and_what_their_kind_says():
    """200 ties each, none twice, none with oneself; variance of the degree by kind: 0, small, about 4, large."""
    spread = []
    for kind in NETWORKS:
        indptr, indices = network(kind, seed=3)
        pairs = {tuple(sorted((i, int(j)))) for i in range(100) for j in indices[indptr[i]:indptr[i + 1]]}
        assert len(indices) == 400 and len(pairs) == 200 and all(a != b for a, b in pairs)
        spread.append(np.diff(indptr).var())
    assert spread[0] == 0 and spread[1] < 1 < spread[2] < 6 < spread[3]  # a random network: variance near the mean, 4
    with pytest.raises(UsageError, match="no kind of network"):
        network("star", seed=1)
    with pytest.raises(UsageError, match="at least 1"):
        barter_on_networks(0, seed=1)


def test_hubs_hold_knowledge_back():
    """The claim of the later study, with few runs: each gap is above four of its standard errors."""
    rows = barter_on_networks(30, periods=600, seed=2018)
    wide = rows.pivot(index="replication", columns="network", values="mean")
    for better, worse in (("small world", "random"), ("random", "preferential attachment")):
        gap = wide[better] - wide[worse]
        assert gap.mean() > 4 * gap.sem(), (better, worse)
    assert rows[["mean", "degree_variance"]].corr(method="spearman").iloc[0, 1] < -0.5
    again = barter_on_networks(2, periods=600, seed=2018, workers=2)
    assert again["mean"].tolist() == rows.groupby("network", sort=False).head(2)["mean"].tolist()

"""Growth of alliances: limiting cases, invariants, frequencies, moments by hand."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

import interfirm
from interfirm.errors import UsageError
from interfirm.simulation.published.tomasello import (
    AllianceRules,
    activity_of,
    alliance_growth,
    alliance_moments,
)

RULES = AllianceRules(same=0.3, other=0.3, newcomer=0.4, established=0.75)
FOUR_STANDARD_ERRORS = 4.0  # of a binomial share: one false alarm in some 15,000 shares


def components(run, n):
    graph = nx.Graph(run.ties().tolist())
    return [frozenset(part) for part in nx.connected_components(graph)]


def test_every_alliance_has_distinct_members_and_an_allowed_size():
    run = alliance_growth(RULES, np.ones(200), [2, 3, 5], alliances=150, seed=3)
    for row in run.members:
        kept = row[row >= 0]
        assert len(set(kept)) == len(kept) <= 5
    assert set((run.members >= 0).sum(axis=1)) >= {2, 3, 5}


def test_degree_is_the_number_of_different_partners():
    run = alliance_growth(RULES, np.ones(60), [2, 4], alliances=200, seed=4)
    graph = nx.Graph(run.ties().tolist())
    for i, degree in enumerate(run.degree):
        assert degree == (graph.degree(i) if i in graph else 0)


def test_the_same_prefix_whatever_comes_after():
    short, long = (alliance_growth(RULES, np.ones(80), [2, 3], alliances=n, seed=5) for n in (20, 90))
    assert (long.members[:20] == short.members).all()
    other = alliance_growth(RULES, np.ones(80), [2, 3], alliances=20, seed=5, replication=1)
    assert (other.members != short.members).any()


def test_without_bridges_circles_are_the_connected_parts():
    """Nobody looks for another circle, newcomers never for an established firm: labels equal components."""
    rules = AllianceRules(same=0.6, other=0.0, newcomer=0.4, established=0.0)
    run = alliance_growth(rules, np.ones(300), [2, 3], alliances=120, seed=6)
    # An established initiator who draws in newcomers keeps them in the circle, so both partitions agree.
    by_label = {frozenset(np.flatnonzero(run.label == k).tolist()) for k in set(run.label) - {-1}}
    assert by_label == set(components(run, 300))


def test_nobody_to_join_before_the_first_circle():
    """Newcomers who only look for established firms find nobody, so no circle ever starts."""
    rules = AllianceRules(same=1.0, other=0.0, newcomer=0.0, established=1.0)
    run = alliance_growth(rules, np.ones(50), [2], alliances=40, seed=7)
    assert run.lacking[0, 1] == run.asked[0, 1] == 40
    assert set(run.label) == {-1}
    assert len(run.ties()) == 0


@pytest.mark.parametrize("seed", [1, 2])
def test_kinds_are_asked_for_as_often_as_the_rules_say(seed):
    run = alliance_growth(RULES, np.ones(4000), [2], alliances=3000, seed=seed)
    old, new = run.asked[1], run.asked[0]
    for count, total, p in [(old[0], old.sum(), 0.3), (old[1], old.sum(), 0.3), (old[2], old.sum(), 0.4),
                            (new[1], new.sum(), 0.75), (new[2], new.sum(), 0.25)]:
        assert abs(count / total - p) < FOUR_STANDARD_ERRORS * np.sqrt(p * (1 - p) / total)


def test_activity_decides_who_starts():
    weights = np.repeat([0.0, 1.0, 3.0], 20)
    run = alliance_growth(RULES, weights, [2], alliances=4000, seed=8)
    starts = np.bincount(run.members[:, 0], minlength=60)
    assert starts[:20].sum() == 0
    share = starts[40:].sum() / 4000
    assert abs(share - 0.75) < FOUR_STANDARD_ERRORS * np.sqrt(0.75 * 0.25 / 4000)


def test_choice_by_degree_makes_hubs():
    even = AllianceRules(0.5, 0.4, 0.1, 0.9)
    steep = AllianceRules(0.5, 0.4, 0.1, 0.9, by_degree=True)
    most = [np.mean([alliance_growth(r, np.ones(400), [2], alliances=600, seed=s).degree.max() for s in range(10)])
            for r in (even, steep)]
    assert most[1] > 1.5 * most[0]


def test_moments_by_hand():
    """A triangle with a tail: degrees 2, 2, 3, 1; distances 1 x4, 2 x2; 3 closed of 5 triples."""
    m = alliance_moments([(0, 1), (1, 2), (0, 2), (2, 9)])
    assert (m.mean_degree, m.mean_path) == (2.0, 8 / 6)
    assert m.clustering == pytest.approx(3 / 5)
    assert m.degrees.tolist() == [2, 2, 3, 1]
    assert m.distances.tolist() == [4, 2]
    assert m.local_clustering.tolist() == [1.0, 1.0, pytest.approx(1 / 3)]
    assert m.components.tolist() == [4]


def test_moments_equal_networkx():
    ties = alliance_growth(RULES, np.ones(80), [2, 3], alliances=90, seed=9).ties()
    m, graph = alliance_moments(ties), nx.Graph(ties.tolist())
    assert m.clustering == pytest.approx(nx.transitivity(graph))
    lengths = [d for _, row in nx.all_pairs_shortest_path_length(graph) for d in row.values() if d]
    assert m.mean_path == pytest.approx(np.mean(lengths))
    assert m.components.tolist() == sorted(map(len, nx.connected_components(graph)), reverse=True)


def test_a_study_gives_activities_and_sizes():
    study = interfirm.example()
    activity, sizes = activity_of(study)
    members = study.alliances.groupby("alliance", observed=True)["actor"].nunique()
    assert sorted(sizes) == sorted(members[members >= 2])
    big = study.alliances[study.alliances["alliance"].isin(members[members >= 2].index)]
    assert activity.sum() == (big["role"] == "lead").sum() > 0
    assert len(activity) == big["actor"].nunique()
    run = alliance_growth(RULES, activity, sizes, alliances=len(sizes), seed=1)
    assert (run.members >= 0).sum(axis=1).max() <= sizes.max()


@pytest.mark.parametrize(("change", "words"), [
    ({"same": 1.2}, "probability"), ({"same": 0.5}, "sum to 1.2"), ({"established": -0.1}, "probability")])
def test_rules_that_are_no_probabilities(change, words):
    with pytest.raises(UsageError, match=words):
        AllianceRules(**({"same": 0.3, "other": 0.3, "newcomer": 0.4, "established": 0.75} | change))


@pytest.mark.parametrize(("activity", "sizes", "alliances", "words"), [
    ([1, -1], [2], 1, "none negative"), ([0, 0], [2], 1, "above 0"), ([1, np.nan], [2], 1, "missing"),
    ([1, 1], [1], 1, "2 or more"), ([1, 1], [], 1, "2 or more"), ([1, 1], [3], 1, "cannot be formed"),
    ([1, 1], [2], 0, "cannot be formed")])
def test_data_that_cannot_be_grown_from(activity, sizes, alliances, words):
    with pytest.raises(UsageError, match=words):
        alliance_growth(RULES, activity, sizes, alliances=alliances, seed=1)


def test_no_tie_has_no_moments():
    with pytest.raises(UsageError, match="no tie"):
        alliance_moments([])

"""Gould–Fernandez roles.

Evidence: hand calculations, a count over all triples, all ways to deal the labels out on six actors,
random labellings on a larger network, invariants, and ties set to unknown.
``EXACT`` is rounding in double precision.
"""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from network_studies import make, names, of_graph, random_graph

from interfirm.errors import DataError, UnknownName, UsageError
from interfirm.network import _labels, broker_roles
from interfirm.network.broker_roles import ROLES, BrokerageRoles, brokerage_roles
from interfirm.study.study import Study

EXACT = 1e-9
SIX = [(0, 1), (1, 2), (1, 3), (4, 1), (2, 5)]
HALVES = list("AAABBB")


def roles(study: Study, groups: list[str], **more: object) -> BrokerageRoles:
    return brokerage_roles(study, groups=dict(zip(names(len(groups)), groups, strict=True)), **more)


def over_all_triples(a: np.ndarray, groups: list[str], hidden: np.ndarray | None = None) -> np.ndarray:
    """The definition, triple by triple; a two-path whose closing tie is hidden does not count."""
    hidden = np.zeros_like(a, dtype=bool) if hidden is None else hidden
    out = np.zeros((len(a), 5))
    for x, v, y in itertools.permutations(range(len(a)), 3):
        if a[x, v] and a[v, y] and not a[x, y] and not hidden[x, y]:
            first, own, last = groups[x], groups[v], groups[y]
            if first == last:
                role = "w_I" if own == first else "w_O"
            else:
                role = "b_OI" if own == last else "b_IO" if own == first else "b_O"
            out[v, ROLES.index(role)] += 1
    return out


def random_case(seed: int, size: int, kinds: int, *, directed: bool) -> tuple[np.ndarray, list[str]]:
    rng = np.random.default_rng(seed)
    a = rng.random((size, size)) < 0.3
    a = a if directed else a | a.T
    np.fill_diagonal(a, False)
    return a, [f"g{k}" for k in rng.integers(0, kinds, size)]


def study_of(a: np.ndarray, *, directed: bool = True, **more: object) -> Study:
    rows = np.argwhere(a if directed else np.triu(a))
    return make(rows.tolist(), len(a), directed=directed, **more)


# ---- by hand -----------------------------------------------------------------------------


def test_six_firms_by_hand():
    found = roles(make(SIX, 6, directed=True), HALVES).counts
    assert found.loc["f1", ["w_I", "w_O", "b_IO", "b_OI", "b_O"]].tolist() == [1, 1, 1, 1, 0]
    assert found.loc["f2", ["w_I", "w_O", "b_IO", "b_OI", "b_O"]].tolist() == [0, 0, 1, 0, 0]
    assert found["total"].tolist() == [0, 4, 1, 0, 0, 0]


def test_a_closed_path_is_no_brokerage():
    found = roles(make([(0, 1), (1, 2), (2, 3), (0, 2)], 4, directed=True), list("AABB")).counts
    assert found["total"].tolist() == [0, 0, 2, 0]
    assert found.loc["f2", "b_OI"] == 2


def test_a_liaison_joins_two_groups_from_a_third():
    found = roles(make([(0, 1), (1, 2)], 3, directed=True), list("ABC"))
    assert found.counts.loc["f1", "b_O"] == 1
    assert "liaison 1" in str(found)


def test_an_undirected_pair_counts_in_both_directions():
    found = roles(make([(0, 1), (1, 2)], 3), list("AAB")).counts
    assert found.loc["f1", ["b_IO", "b_OI"]].tolist() == [1, 1]


# ---- the definition, and chance -------------------------------------------------------------


@pytest.mark.parametrize("directed", [True, False])
@pytest.mark.parametrize("seed", range(6))
def test_counts_follow_the_definition(seed, directed):
    a, groups = random_case(seed, 13, 3, directed=directed)
    found = roles(study_of(a, directed=directed), groups)
    np.testing.assert_array_equal(found.counts[list(ROLES)], over_all_triples(a, groups))


@pytest.mark.parametrize(("seed", "groups"), [(1, "AAABBB"), (2, "AABBCC"), (3, "ABCDEE"), (4, "AAAABB")])
def test_mean_and_variance_are_those_of_all_labellings(seed, groups):
    a, _ = random_case(seed, 6, 1, directed=True)
    every = np.array([over_all_triples(a, [groups[i] for i in order]) for order in itertools.permutations(range(6))])
    found = roles(study_of(a), list(groups))
    np.testing.assert_allclose(found.expected, every.mean(axis=0), atol=EXACT)
    np.testing.assert_allclose(found.sd, every.std(axis=0), atol=EXACT)
    with np.errstate(invalid="ignore", divide="ignore"):
        z = (over_all_triples(a, list(groups)) - every.mean(axis=0)) / every.std(axis=0)
    np.testing.assert_allclose(found.z, np.where(every.std(axis=0) > EXACT, z, np.nan), atol=1e-6)


def test_random_labellings_agree_with_the_exact_moments():
    a, groups = random_case(3, 25, 4, directed=True)
    rng = np.random.default_rng(1)
    draws = np.array([over_all_triples(a, list(rng.permutation(groups))) for _ in range(150)])
    found = roles(study_of(a), groups)
    # five standard errors of a mean of 150 draws
    slack = 5 * found.sd.to_numpy() / np.sqrt(150)
    assert (np.abs(draws.mean(axis=0) - found.expected) <= slack + EXACT).all(axis=None)


def test_probabilities_of_sharing_groups_add_up_to_one():
    sizes = np.array([4.0, 2.0, 1.0])
    assert _labels.probability(sizes, 5, lambda _: True) == pytest.approx(1.0, abs=EXACT)
    assert _labels.probability(sizes, 2, lambda x: x[0] == x[1]) == pytest.approx((12 + 2) / 42, abs=EXACT)
    assert _labels.probability(sizes, 8, lambda _: True) == 0.0
    assert [sum(1 for _ in _labels.partitions(k)) for k in range(1, 6)] == [1, 2, 5, 15, 52]


def test_with_one_group_there_is_nothing_to_compare():
    found = roles(make(SIX, 6, directed=True), ["A"] * 6)
    assert found.z.isna().all(axis=None)
    np.testing.assert_allclose(found.expected["w_I"], found.counts["total"])


# ---- draws ---------------------------------------------------------------------------------


def test_p_values_repeat_with_the_seed_and_approach_the_truth():
    a, groups = random_case(2, 6, 2, directed=True)
    study = study_of(a)
    first, second = roles(study, groups, draws=400, seed=7), roles(study, groups, draws=400, seed=7)
    pd.testing.assert_frame_equal(first.p, second.p)
    observed = over_all_triples(a, groups)
    orders = itertools.permutations(range(6))
    every = np.array([over_all_triples(a, [groups[i] for i in order]) >= observed for order in orders])
    # 400 draws: standard error at most 0.025, four of them allowed
    np.testing.assert_allclose(first.p, every.mean(axis=0), atol=0.1)
    assert "p" in first.table()
    assert "p" not in roles(study, groups).table()
    seen: list[float] = []
    roles(study, groups, draws=3, seed=1, progress=seen.append)
    assert seen == pytest.approx([1 / 3, 2 / 3, 1])


@pytest.mark.parametrize("more", [{"draws": 10}, {"draws": -1, "seed": 1}])
def test_draws_need_a_seed(more):
    with pytest.raises(UsageError, match="seed"):
        roles(make(SIX, 6, directed=True), HALVES, **more)


# ---- groups -------------------------------------------------------------------------------


def test_groups_come_from_a_column():
    study = make(SIX, 6, directed=True, columns={"sector": HALVES})
    found = brokerage_roles(study, groups="sector")
    pd.testing.assert_frame_equal(found.counts, roles(study, HALVES).counts)
    assert found.by == "sector"
    assert found.table().loc[lambda t: t["actor"] == "f4", "group"].unique().tolist() == ["B"]


def test_an_actor_without_group_is_named():
    study = make(SIX, 6, directed=True, columns={"sector": ["A", None, "A", "B", "B", "B"]})
    with pytest.raises(DataError, match=r"1 of 6 actors have no sector \(f1\)"):
        brokerage_roles(study, groups="sector")
    with pytest.raises(DataError, match="f5"):
        brokerage_roles(study, groups={f"f{i}": "A" for i in range(5)})
    with pytest.raises(UnknownName):
        brokerage_roles(study, groups="colour")


# ---- what is not known -----------------------------------------------------------------------


def test_a_silent_actor_has_no_counts_and_starts_no_two_path():
    edges = [(0, 1), (1, 2), (2, 3), (3, 0)]
    found = roles(make(edges, 4, directed=True, silent=[3]), list("AABB"))
    assert found.counts.loc["f3"].isna().all()
    assert found.counts["total"].tolist()[:3] == [0, 1, 1]
    # triples a, v, b with a and v among the three that answered: 3 * 2 * 2 of 24
    assert found.unseen == pytest.approx(0.5)
    assert "50\u00a0% of the triples" in str(found)


def test_what_a_silent_actor_is_said_to_send_starts_no_two_path():
    found = roles(make([(3, 0), (0, 1), (2, 0)], 4, directed=True, silent=[3]), list("AABB"))
    assert found.counts["total"].tolist()[:3] == [1, 0, 0]


@pytest.mark.parametrize("directed", [True, False])
@pytest.mark.parametrize("seed", range(4))
def test_a_two_path_that_may_be_closed_does_not_count(seed, directed):
    a, groups = random_case(seed, 11, 3, directed=directed)
    hidden = (np.random.default_rng(seed + 50).random(a.shape) < 0.15) & ~a
    hidden = hidden if directed else hidden & hidden.T
    np.fill_diagonal(hidden, False)
    unknown = np.argwhere(hidden if directed else np.triu(hidden)).tolist()
    found = roles(study_of(a, directed=directed, unknown=unknown), groups)
    np.testing.assert_array_equal(found.counts[list(ROLES)], over_all_triples(a, groups, hidden))
    seen = sum(not (hidden[x, v] or hidden[v, y] or hidden[x, y]) for x, v, y in itertools.permutations(range(11), 3))
    assert found.unseen == pytest.approx(1 - seen / (11 * 10 * 9))


@pytest.mark.parametrize("directed", [True, False])
def test_the_share_unseen_of_a_large_network_follows_from_who_answered(monkeypatch, directed):
    study = make([(0, 1), (1, 2)], 9, directed=directed, silent=[4, 5, 7])
    exact = roles(study, ["A"] * 9).unseen
    monkeypatch.setattr(broker_roles, "_DENSE", 0)
    assert roles(study, ["A"] * 9).unseen == pytest.approx(exact, abs=EXACT)
    assert exact > 0


def test_two_silent_partners_may_know_each_other():
    found = roles(make([(0, 1), (1, 2)], 3, silent=[0, 2]), list("AAB"))
    assert found.counts["total"].tolist() == [0, 0, 0]
    assert found.unseen == 1.0


# ---- invariants -----------------------------------------------------------------------------


def test_order_and_isolates_change_no_count():
    a, groups = random_case(5, 12, 3, directed=True)
    before = roles(study_of(a), groups).counts
    order = np.random.default_rng(1).permutation(14)
    study = make(np.argwhere(a).tolist(), 14, directed=True, order=order)
    after = roles(study, [*groups, "g0", "g1"]).counts
    pd.testing.assert_frame_equal(after.loc[names(12)], before)
    assert (after.loc[["f12", "f13"]] == 0).all(axis=None)


def test_roles_add_up_to_all_open_two_paths():
    study = of_graph(random_graph(40, 200, 3, directed=True))
    found = roles(study, [f"g{i % 4}" for i in range(40)])
    a = study.adjacency().binary.toarray()
    open_paths = ((a @ a) * (1 - a))[~np.eye(40, dtype=bool)].sum()
    assert found.counts[list(ROLES)].to_numpy().sum() == found.counts["total"].sum() == open_paths


def test_nobody_between():
    found = roles(make([(0, 1)], 3, directed=True), list("AAB"))
    assert "nobody stands between" in str(found)
    assert len(found.table()) == 15

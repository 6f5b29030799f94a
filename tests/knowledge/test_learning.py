"""Channels of learning, absorptive capacity, spillovers, focal firms, layers, collective innovation, institutions."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from knowledge_studies import make

from interfirm import example
from interfirm import knowledge as k
from interfirm.errors import DataError, UnknownName, UsageError
from interfirm.knowledge.spillovers import decayed_pool


def test_multifold_at_its_ends():
    assert k.multifold([1, 0, 0]) == (1, 0.0)
    assert k.multifold([1 / 3] * 3) == (3, 1.0)
    used, even = k.multifold([0.5, 0.5, 0])
    assert used == 2 and even == pytest.approx(np.log(2) / np.log(3))
    assert np.isnan(k.multifold([0, 0, 0])[1])
    with pytest.raises(UsageError):
        k.multifold([1, 2])


def test_channels_by_hand():
    """f0 learns 3 from its supplier f1, 1 from its peer f2, 2 from the university f3, 1 from f4, which is both, and
    1 from f5, with which it does no business."""
    study = make([(0, 1, 3), (0, 2, 1), (0, 3, 2), (0, 4, 1), (0, 5, 1), (1, 0, 1)], 6, kinds={3: "university"},
                 others=[("supplier", 0, 1), ("peer", 0, 2), ("supplier", 0, 4), ("peer", 4, 0)])
    rows = k.learning_by_channel(study).table().set_index("actor")
    assert rows.loc["f0", ["vertical", "horizontal", "institutional", "other"]].tolist() == pytest.approx(
        [3.5 / 8, 1.5 / 8, 2 / 8, 1 / 8])
    assert rows.loc["f0", "multifold"] == 3 and rows.loc["f0", "sources"] == 5 and rows.loc["f0", "main"] == "vertical"
    assert rows.loc["f1", "vertical"] == 1 and rows.loc["f1", "evenness"] == 0  # only vertical: share 1
    assert np.isnan(rows.loc["f2", "vertical"])  # learns from nobody
    assert rows.loc["f0", "learning"] == 8


def test_same_sector_is_horizontal_and_silence_is_missing():
    with pytest.raises(DataError, match="tells the channels"):
        k.learning_by_channel(make([(0, 1)], 3))
    study = make([(0, 1)], 3, sectors={0: "a", 1: "a", 2: "a"}, silent=(2,))
    rows = k.learning_by_channel(study).table()
    assert rows["horizontal"].iloc[0] == 1
    assert rows.iloc[2].drop("actor").isna().all()


def test_knowledge_of_the_source_and_absorptive_capacity_multiply():
    answers = [(0, f"AC_{i}", 4) for i in range(1, 9)]
    study = make([(0, 1, 2)], 2, answers=answers, sectors={0: "a"})
    worth = pd.Series({"f0": 1.0, "f1": 3.0})
    rows = k.learning_by_channel(study, knowledge=worth).table()
    assert rows["learning"].iloc[0] == 0.5 * 2 * 3
    assert np.isnan(rows["learning"].iloc[1])


def test_business_ties_stand_in_where_there_is_no_knowledge_layer():
    study = make([], 3, others=[("supplier", 0, 1)]).select(relations=["supplier"])
    result = k.learning_by_channel(study)
    assert result.settings["layer"] == "exchange" and result.rows["vertical"].iloc[0] == 1
    with pytest.raises(DataError, match="neither"):
        k.learning_by_channel(study.select(relations=[]))


# ---- absorptive capacity -----------------------------------------------------------------


def test_absorptive_capacity_by_hand():
    given = dict(zip([f"AC_{i}" for i in range(1, 9)], (1, 3, 7, 7, 4, 4, 2, 4), strict=True))
    rows = k.absorptive_capacity(make([(0, 1)], 2, answers=[(0, i, v) for i, v in given.items()])).table()
    first = rows.iloc[0]
    assert first[["acquisition", "assimilation", "transformation", "exploitation"]].tolist() == pytest.approx(
        [1 / 6, 1, 0.5, 2 / 6])
    assert first["potential"] == pytest.approx(7 / 12) and first["capacity"] == pytest.approx(0.5)
    assert first["without_exploitation"] == pytest.approx(10 / 18)
    assert rows.iloc[1][["capacity"]].isna().all()


def test_one_of_two_items_is_enough_and_none_is_not():
    answers = [(0, "AC_1", 7), *[(0, f"AC_{i}", 4) for i in range(3, 7)]]
    rows = k.absorptive_capacity(make([(0, 1)], 2, answers=answers)).table()
    assert rows["acquisition"].iloc[0] == 1
    assert np.isnan(rows["exploitation"].iloc[0]) and np.isnan(rows["capacity"].iloc[0])


def test_answers_off_the_scale_are_refused():
    with pytest.raises(DataError, match="not on the scale"):
        k.absorptive_capacity(make([(0, 1)], 2, answers=[(0, "AC_1", 9)]))


# ---- spillovers --------------------------------------------------------------------------


def test_pools_by_hand():
    assert decayed_pool([[1, 0.5], [0.5, 1]], [3, 10]).tolist() == [5, 1.5]
    far = decayed_pool([[1, 0.5], [0.5, 1]], [3, 10], [[0, 50], [50, 0]])
    assert far == pytest.approx([5 / np.e, 1.5 / np.e])
    assert decayed_pool([[1, np.nan], [0.5, 1]], [3, 10])[0] != decayed_pool([[1, 0.5], [0.5, 1]], [3, 10])[0]
    assert np.isnan(decayed_pool([[1, 0.5], [0.5, 1]], [3, np.nan])[0])


def test_the_pool_without_decay_is_that_of_the_partners_chapter():
    from interfirm.partners import spillover_pool

    rng = np.random.default_rng(1)
    near, effort = rng.random((6, 6)), rng.random(6)
    assert decayed_pool(near, effort) == pytest.approx(spillover_pool(near, effort))


@pytest.mark.parametrize("wrong", [([[1, 2]], [1], None, 50), ([[1.0]], [1], [[0, 1]], 50), ([[1.0]], [1], [[0]], 0)])
def test_pools_refuse_what_does_not_fit(wrong):
    with pytest.raises(UsageError):
        decayed_pool(*wrong[:3], decay_km=wrong[3])


def test_without_nearness_or_research_it_says_so():
    with pytest.raises(DataError, match="nothing is known"):
        k.spillover_pools(make([(0, 1)], 2))


# ---- focal firms -------------------------------------------------------------------------


def test_a_firm_that_leads_everything_has_score_one():
    alliances = [("A", 0, "lead", "training"), ("A", 1, "member", "training"), ("B", 0, "lead", "r&d"),
                 ("B", 2, "member", "r&d")]
    others = [("coordination", 0, j) for j in range(1, 12)] + [("supplier", 0, 1)]
    result = k.focal_firms(make([(j, 0) for j in range(1, 12)], 12, others=others, alliances=alliances))
    first = result.table().iloc[0]
    assert first["actor"] == "f0" and first["score"] == 1 and first["leads_by"] == "both"
    assert result.used == ("sponsor", "knowledge", "training", "encouragement", "coordination")
    assert result.correlation == 1 and result.p < 0.2


def test_authority_without_knowledge():
    others = [("coordination", 1, j) for j in (0, *range(2, 12))]
    rows = k.focal_firms(make([(j, 0) for j in range(2, 12)], 12, others=others)).table().set_index("actor")
    assert rows.loc["f0", "leads_by"] == "knowledge" and rows.loc["f1", "leads_by"] == "authority"
    assert rows["leads_by"].isna().sum() == 10


def test_too_little_for_focal_firms():
    with pytest.raises(DataError, match="too little"):
        k.focal_firms(make([(0, 1)], 3))


# ---- layers ------------------------------------------------------------------------------


def test_identical_layers():
    pairs = [(0, 1), (1, 2), (3, 4), (2, 5), (5, 0)]
    study = make(pairs, 7, others=[("supplier", i, j) for i, j in pairs])
    row = k.knowledge_and_business(study, permutations=200).table().iloc[0]
    assert row["jaccard"] == 1 and row["correlation"] == pytest.approx(1) and row["density_ratio"] == 1
    assert row["with_knowledge"] == 1 and row["pairs"] == 5 and row["p"] < 0.05
    kinds = k.knowledge_types(study, ["advice", "supplier"], permutations=50).iloc[0]
    assert kinds["jaccard"] == 1


def test_knowledge_along_half_of_the_business():
    study = make([(1, 0)], 4, others=[("supplier", 0, 1), ("supplier", 2, 3)])
    row = k.knowledge_and_business(study, permutations=20).table().iloc[0]
    assert row["with_knowledge"] == 0.5 and row["density_ratio"] == 0.5 and row["jaccard"] == 0


def test_no_business_and_one_kind_only():
    with pytest.raises(DataError, match="no business ties"):
        k.knowledge_and_business(make([(0, 1)], 3))
    with pytest.raises(DataError, match="only one kind"):
        k.knowledge_types(make([(0, 1)], 3))
    with pytest.raises(UnknownName):
        k.cognitive_roles(make([(0, 1)], 3), relation="hints")


# ---- collective innovation and institutions -----------------------------------------------


def test_collective_innovation_by_hand():
    rows = pd.DataFrame({"innovation": list("aaabbc"), "actor": ["F1", "F2", "U", "F1", "F2", "F3"],
                         "kind": ["firm", "firm", "university", "firm", "firm", "firm"], "applies": [1, 1, 0, 1, 0, 1]})
    found = k.collective_innovation(rows)
    assert found.share == pytest.approx(2 / 3) and found.size == 2.5
    assert found.mix == pytest.approx((2 / 3 + 0) / 2) and found.spread == pytest.approx((2 / 3 + 1 / 2) / 2)
    alone = k.collective_innovation(rows[rows["innovation"] == "c"])
    assert alone.share == 0 and np.isnan(alone.size)
    assert k.collective_innovation(rows[rows["innovation"] == "a"]).share == 1


@pytest.mark.parametrize("wrong", [{"innovation": ["a"]}, {"innovation": ["a", None], "actor": ["F", "G"]},
                                   {"innovation": ["a", "a"], "actor": ["F", "F"]}])
def test_collective_innovation_refuses_bad_lists(wrong):
    with pytest.raises(DataError):
        k.collective_innovation(pd.DataFrame(wrong))


def test_all_that_is_wrong_with_a_list_of_innovations_is_said_at_once():
    rows = pd.DataFrame({"innovation": ["a", "a", None, "b"], "actor": ["F", "F", "G", None],
                         "applies": ["1", "perhaps", 0, 2]})
    with pytest.raises(DataError) as caught:
        k.collective_innovation(rows)
    assert {(item.row, item.column) for item in caught.value.findings} == {
        (4, "innovation"), (5, "actor"), (3, "actor"), (3, "applies"), (5, "applies")}


def test_one_member_alone_has_no_advantage_from_the_alliance():
    found = k.institution_link([[0.0]], draws=300)
    assert found.alliance == found.bilateral and found.advantage == 0.5


def test_nobody_passes_on_then_an_alliance_never_gets_beyond_its_first():
    found = k.institution_link(np.ones((6, 6)), pass_on=0.0, draws=50, horizon=100)
    assert np.isinf(found.alliance) and found.advantage < 0.1


def test_the_mean_of_single_agreements_is_that_of_order_statistics():
    """Half of 2 members, each told with budget / 2 = 0.25 a period: P(time > 1) = 0.75², median 2 (0.75⁴ = 0.32)."""
    found = k.institution_link(np.zeros((2, 2)), budget=0.5, draws=2000)
    assert found.bilateral == 2


def test_the_example_has_every_answer():
    study = example()
    for name in k.MEASURES:
        if name != "knowledge_types":
            assert str(getattr(k, name)(study, wave="2024"))

"""Advantages and learning: hand counts, what cannot be filled, ties by brute force; the verdict; the lessons."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from cluster_studies import economies, level, study_of

import interfirm
from interfirm.cluster.efficiency import collective_efficiency
from interfirm.cluster.exchange import asks_members, knowledge_along, outside_through_institutions, works_with_members
from interfirm.cluster.lessons import AGAINST, FITS, OPEN, policy_lessons
from interfirm.cluster.mechanisms import TURNED, UNSURE, WASTED, learning_matrix
from interfirm.cluster.regional import regional_position
from interfirm.cluster.shares import Share
from interfirm.cluster.verdict import cluster_verdict
from interfirm.errors import DataError


def firms(*groups: tuple[int, dict[str, float]]) -> dict[str, dict[str, float]]:
    """So many firms with these answers."""
    rows = [given for count, given in groups for _ in range(count)]
    return {f"F{i:02d}": given for i, given in enumerate(rows)}


@pytest.fixture(scope="module")
def example() -> interfirm.Study:
    return interfirm.example()


# ---- the matrix --------------------------------------------------------------------------------


def test_turned_wasted_and_unsure_by_hand() -> None:
    """Ten firms with skilled workers, of which 9, 1 and 5 train; five without, of which 1 trains."""
    for train, expected in ((9, TURNED), (1, WASTED), (5, UNSURE)):
        study = study_of(firms((train, {"EE_labour": 5, "LE_training": 4}),
                               (10 - train, {"EE_labour": 4, "LE_training": 3}),
                               (1, {"EE_labour": 2, "LE_training": 5}), (4, {"EE_labour": 1, "LE_training": 1})))
        row = learning_matrix(study).advantages.set_index("advantage").loc["labour"]
        assert (row["have"], row["use"], row["firms"]) == (10, train, 15)
        assert row["share"] == train / 10 and row["without"] == pytest.approx(1 / 5)
        assert row["verdict"] == expected
        assert row["probability"] == pytest.approx(max(Share(train, 10).above(), 1 - Share(train, 10).above()))


def test_a_gap_in_an_answer_is_missing_not_no() -> None:
    study = study_of(firms((6, {"EE_labour": 5, "LE_training": 5}), (4, {"EE_labour": 5, "LE_doing": 5})))
    row = learning_matrix(study).advantages.set_index("advantage").loc["labour"]
    assert (row["have"], row["use"], row["firms"]) == (6, 6, 6)


def test_any_linked_effort_counts_and_only_linked_ones() -> None:
    """Nearness is linked to advice and solutions with customers; learning by doing is none of its efforts."""
    base = {"AD_proximity": 5.0}
    used = study_of(firms((6, base | {"LE_users": 1, "LE_advice": 5})))
    other = study_of(firms((6, base | {"LE_users": 1, "LE_advice": 1, "LE_doing": 5})))
    assert learning_matrix(used).turned == ["Nearness"]
    assert learning_matrix(other).wasted == ["Nearness"]


def test_few_firms_say_nothing() -> None:
    study = study_of(firms((4, {"EE_labour": 5, "LE_training": 5}), (8, {"EE_labour": 1, "LE_training": 5})))
    row = learning_matrix(study).advantages.set_index("advantage").loc["labour"]
    assert row["verdict"] == UNSURE and "only 4 firms" in row["why"]


def test_what_was_not_asked_is_listed_with_what_to_collect() -> None:
    found = learning_matrix(study_of(firms((6, {"EE_labour": 5, "LE_training": 5}))))
    row = found.advantages.set_index("advantage").loc["multilateral"]
    assert row["verdict"] == UNSURE and "JL_associations" in row["why"]
    gaps = found.unfilled.set_index(["advantage", "channel"])["collect"]
    assert len(found.cells) - len(gaps) == 1, "only the cell on finding skilled people is filled"
    assert "AD_poaching" in gaps["labour", "benefit"] and "knowledge layer" in gaps["spillovers", "pool"]


def test_nobody_was_asked_about_learning() -> None:
    with pytest.raises(DataError) as caught:
        learning_matrix(study_of({"A": economies(3)}))
    assert caught.value.findings[0].code == "not-asked"


def test_the_mark_stands_everywhere(example: interfirm.Study) -> None:
    from interfirm.cluster import catalogue

    assert "our reconstruction" in str(learning_matrix(example, "2024"))
    assert "our reconstruction" in catalogue.texts()["learning_matrix"]["title"]
    assert "our reconstruction" in str(learning_matrix.__doc__)


# ---- what ties say -----------------------------------------------------------------------------


def brute_ties(study: interfirm.Study, names: set[str]) -> set[tuple[str, str]]:
    rows = study.ties[(study.ties["wave"] == "2024") & study.ties["relation"].isin(names) & (study.ties["weight"] > 0)]
    return set(zip(rows["sender"], rows["receiver"], strict=True))


def answering(study: interfirm.Study) -> set[str]:
    rows = study.observations[(study.observations["wave"] == "2024") & study.observations["responded"].fillna(False)]
    kinds = study.actors.set_index("actor")["kind"]
    return {actor for actor in rows["actor"] if kinds[actor] == "firm"}


def test_knowledge_shares_by_brute_force(example: interfirm.Study) -> None:
    inside = set(example.actors.loc[example.actors["position"] == "member", "actor"])
    told = answering(example)
    advice = {(a, b) for a, b in brute_ties(example, {"advice"}) if {a, b} <= inside}
    asks = {a for a, _ in advice} & told
    assert asks_members(example, "2024") == Share(len(asks), len(told))
    both_ways = advice | {(b, a) for a, b in advice}
    for named in (("customer", "supplier", "outsourcing"), ("peer", "cooperation")):
        trade = {(a, b) for a, b in brute_ties(example, set(named)) if {a, b} <= inside}
        trade |= {(b, a) for a, b in trade}
        have = {a for a, _ in trade} & told
        learn = {a for a, b in trade & both_ways} & told
        assert knowledge_along(example, "2024", named) == Share(len(learn), len(have))


def test_links_outside_through_institutions(example: interfirm.Study) -> None:
    tables = example.tables()
    ties = tables["ties"]
    extra = ties.iloc[[0]].assign(wave="2024", relation="institutional", sender="I01", receiver="X1", weight=1.0)
    study = interfirm.Study.from_tables({**tables, "ties": pd.concat([ties, extra], ignore_index=True)})
    told = answering(study)
    works = brute_ties(study, {"institutional"})
    near = {a for a, b in works if b == "I01"} | {b for a, b in works if a == "I01"}
    assert outside_through_institutions(study, "2024") == Share(len(near & told), len(told))


def test_joint_action_from_ties(example: interfirm.Study) -> None:
    found = works_with_members(example, "2024")
    assert 0 < found.yes <= found.of == len(answering(example))
    assert works_with_members(study_of({"A": economies(3)}), "2024") == Share(0, 0)


# ---- the verdict -------------------------------------------------------------------------------


def regions(jobs: float, total: float = 10_000) -> pd.DataFrame:
    """Two regions; 'R' has these jobs in sector S, the other 1,000 of 90,000; plants of 10."""
    rows = [("R", "S", jobs), ("R", "TOTAL", total), ("Q", "S", 1000.0), ("Q", "TOTAL", 90_000.0)]
    study = study_of({"A": {}}, regions=pd.DataFrame(
        [(region, "Z", sector, "2020", value, value / 10) for region, sector, value in rows],
        columns=["region", "whole", "sector", "time", "employees", "units"]))
    return study.regions


@pytest.mark.parametrize(("jobs", "acting", "answer"), list(zip(
    (1000, 1000, 100, 100), (27, 3, 27, 3), ("a cluster", "dense employment", "a network", "neither"), strict=True)))
def test_the_four_answers(jobs: float, acting: int, answer: str) -> None:
    given = firms((acting, level(5) | economies(1)), (30 - acting, level() | economies(5)))
    found = cluster_verdict(regional_position(regions(jobs), region="R", sector="S"),
                            collective_efficiency(study_of(given)))
    assert found.answer.startswith(answer) and found.probability > 0.9 and found.certainty != "cannot say"
    assert found.gains.startswith("active only" if acting == 27 else "passive only")


def test_the_probability_is_the_product_of_its_parts() -> None:
    given = firms((18, level(5)), (12, level()))
    place = regional_position(regions(220), region="R", sector="S")
    found = cluster_verdict(place, collective_efficiency(study_of(given)))
    p, q = found.concentration.probability, found.joint_action.probability
    assert q == pytest.approx(Share(18, 30).above())
    assert found.probability == pytest.approx(max(a * b for a, b in product((p, 1 - p), (q, 1 - q))))


def test_it_abstains_where_a_part_is_unsure_or_unknown() -> None:
    half = collective_efficiency(study_of(firms((15, level(5)), (15, level()))))
    place = regional_position(regions(1000), region="R", sector="S")
    assert cluster_verdict(place, half).answer == "cannot say"
    assert cluster_verdict(place, half).nearest.startswith(("a cluster", "dense"))
    assert cluster_verdict(None, half).answer == "cannot say" and "not known" in str(cluster_verdict(None, half))
    assert "region" in cluster_verdict(None, half).concentration.collect
    assert cluster_verdict(place, None, Share(28, 30)).answer.startswith("a cluster")


def test_the_silent_count_against_what_the_others_say() -> None:
    """20 of 24 act together; 16 did not answer. Alone very sure; with them at worst 20 of 40: a toss-up."""
    given = firms((20, level(5)), (4, level()))
    place = regional_position(regions(1000), region="R", sector="S")
    alone = cluster_verdict(place, collective_efficiency(study_of(given)))
    more = cluster_verdict(place, collective_efficiency(study_of(given, silent=[f"S{i}" for i in range(16)])))
    assert alone.certainty == "very sure"
    assert more.joint_action.probability == 0.5 and more.answer == "cannot say"
    few = collective_efficiency(study_of(firms((4, level(5)), (20, level())), silent=[f"S{i}" for i in range(16)]))
    assert cluster_verdict(place, few).joint_action.probability == 0.5, "never turned into the contrary"


# ---- the lessons -------------------------------------------------------------------------------


def test_lessons_follow_the_data() -> None:
    wasted = firms((10, level(5, 5, 5) | {"EE_labour": 5, "LE_training": 1, "AD_poaching": 5, "AD_copying": 1}))
    used = firms((10, level(associations=5) | {"EE_labour": 5, "LE_training": 5, "AD_poaching": 1, "AD_copying": 1}))
    here = []
    for given in (wasted, used):
        study = study_of(given)
        found = policy_lessons(collective_efficiency(study), learning_matrix(study), None)
        here.append({item.lesson: item for item in found})
    assert here[0]["wasted"].here == FITS and "Skilled workers: 0 of 10" in here[0]["wasted"].evidence
    assert here[0]["leaks"].here == FITS and here[1]["leaks"].here == AGAINST
    assert here[0]["groups"].here == FITS and here[1]["groups"].here == AGAINST
    for lessons in here:
        assert lessons["demand"].here == lessons["market"].here == lessons["capability"].here == OPEN
        assert all(bool(item.step) == (item.here == FITS) for item in lessons.values())


def test_capability_lesson_of_the_example(example: interfirm.Study) -> None:
    from interfirm.capability import technological_capability

    tech = technological_capability(example, "2024")
    lesson = policy_lessons(None, None, tech)[0]
    low = int((tech.profile.dropna(how="all").mean(axis=1) < 0.5).sum())
    assert f"{low} of {len(tech.profile.dropna(how='all'))} firms" in lesson.evidence
    assert np.isfinite(Share(low, 46).above()) and lesson.certainty == "very sure"

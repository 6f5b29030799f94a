"""Scores by hand, missing rules, reverse items, and everything odd in the answers."""

from __future__ import annotations

import numpy as np
import pytest
from answer_studies import WAVE, of_c2, sheet, study_of

import interfirm
from interfirm.capability import informant_agreement, measurement_model, profiles, reliability
from interfirm.capability.answers import answers
from interfirm.errors import DataError, UnknownName
from interfirm.study.instruments import instruments, items


def codes(result) -> set[str]:
    return {item.code for item in result.findings}


def test_score_is_the_mean_and_reverse_items_are_turned():
    given = {"C1_1": 7, "C1_2": 6, "C1_3": 5, "C1_4": 4, "C1_5": 3, "C1_6": 2, "C1_7": 1}
    found = profiles(study_of(sheet("A", given) + sheet("B", of_c2(2, 3, 4, 5, 6, 7))))
    assert found.scores.loc["A", "C1"] == pytest.approx((7 + 6 + 5 + 4 + 3 + 2 + (8 - 1)) / 7)
    assert found.scores.loc["B", "C2"] == pytest.approx(4.5)
    assert np.isnan(found.scores.loc["B", "C1"])
    assert np.isnan(found.overall()["A"])


def test_up_to_a_fifth_of_the_items_may_be_missing():
    one = sheet("A", of_c2(2, 4, 6, None, 4, 4))
    two = sheet("B", of_c2(2, 4, 6, None, None, 4))
    full = sheet("C", of_c2(1, 1, 1, 1, 1, 2))
    found = profiles(study_of(one + two + full)).scores["C2"]
    assert found["A"] == pytest.approx(20 / 5)
    assert np.isnan(found["B"])


def test_several_respondents_are_averaged_and_their_agreement_reported():
    rows = sheet("A", of_c2(4, 4, 4, 4, 4, 4)) + sheet("A", of_c2(6, 6, 6, 6, 6, 6), "2")
    found = profiles(study_of(rows + sheet("B", of_c2(3, 3, 3, 3, 3, 2))))
    assert found.scores.loc["A", "C2"] == 5
    assert found.respondents.to_dict() == {"A": 2, "B": 1}
    assert found.agreement.loc["A", "C2"] == pytest.approx(1 - 2 / 4)  # variance 2, even answers 48/12
    assert np.isnan(found.agreement.loc["B", "C2"])


def test_identical_respondents_agree_fully():
    rows = [row for actor, value in (("A", 3), ("B", 5), ("C", 6)) for who in ("1", "2")
            for row in sheet(actor, of_c2(*[value] * 6), who)]
    found = informant_agreement(study_of(rows)).rows.loc["C2"]
    assert found["icc1"] == 1 and found["rwg"] == 1 and found["firms"] == 3 and found["low"] == 0


def test_no_second_respondent():
    found = informant_agreement(study_of(sheet("A", of_c2(1, 2, 3, 4, 5, 6))))
    assert np.isnan(found.rows.loc["C2", "icc1"])
    assert "No firm has two respondents" in str(found)


def test_all_answers_off_the_scale_are_errors_at_once():
    study = study_of(sheet("A", of_c2(0, 8, "much", 4, 4, 4)))
    with pytest.raises(DataError) as caught:
        profiles(study)
    assert len(caught.value.findings) == 3
    assert "'much' is not on the scale" in str(caught.value)
    assert "Expected: 1 (not at all) to 7 (fully)" in str(caught.value)


def test_off_scale_answers_can_count_as_left_out():
    found = profiles(study_of(sheet("A", of_c2(9, 4, 4, 4, 4, 5))), strict=False)
    assert found.scores.loc["A", "C2"] == pytest.approx(21 / 5)
    assert codes(found) >= {"off-scale"}
    assert "counts as left out" in str(found.findings[0])


def test_straight_lining_needs_a_reversed_item():
    both = sheet("A", {f"C1_{k}": 4 for k in range(1, 8)})
    assert "straight-lining" in codes(profiles(study_of(both)))
    assert "straight-lining" not in codes(profiles(study_of(sheet("A", of_c2(*[4] * 6)))))
    assert profiles(study_of(both)).scores.loc["A", "C1"] == 4


def test_items_that_a_whole_group_left_out():
    rows = [row for k in range(3) for row in sheet(f"M{k}", of_c2(1, 2, 3, 4, 5, None))]
    rows += [row for k in range(3) for row in sheet(f"P{k}", of_c2(2, 3, 4, 5, 6, 7))]
    sector = {f"{name}{k}": word for name, word in (("M", "metal"), ("P", "print")) for k in range(3)}
    found = profiles(study_of(rows, sector=sector))
    text = next(str(item) for item in found.findings if item.code == "missing-for-group")
    assert "none of the 3 respondents with sector 'metal' answered C2_6" in text


def test_a_scale_that_many_left_out_as_a_whole():
    short = [row for k in range(3) for row in sheet(f"M{k}", of_c2(1, 2, 3, 4, 5, 6))]
    long = [row for k in range(3) for row in sheet(f"P{k}", {**of_c2(2, 3, 4, 5, 6, 7), "C1_1": 3, "C1_2": 5})]
    found = profiles(study_of([*short, *long]))
    text = next(str(item) for item in found.findings if item.code == "scale-left-out")
    assert "3 of 6 respondents answered no item of scale C1" in text
    assert found.scores.loc["M0", "C2"] == 3.5
    assert "scale-left-out" not in codes(profiles(study_of(long)))


def test_items_that_nobody_was_asked_are_not_part_of_the_scale():
    found = profiles(study_of(sheet("A", {"C2_1": 3, "C2_2": 4})))
    assert found.scores.loc["A", "C2"] == 3.5
    assert "item-not-asked" in codes(found)


def test_answers_of_others_are_scored_but_do_not_count_for_the_cluster():
    rows = sheet("A", of_c2(1, 1, 1, 1, 1, 2)) + sheet("X", of_c2(7, 7, 7, 7, 7, 6))
    found = profiles(study_of(rows, actors={"A": "member", "X": "external"}))
    assert found.medians()["C2"] == found.scores.loc["A", "C2"]
    assert found.scores.loc["X", "C2"] > 6
    assert "not-a-member" in codes(found)
    assert np.isnan(found.table().set_index("actor").loc["X", "rank"])


def test_a_scale_of_one_item():
    rows = [row for k in range(12) for row in sheet(f"A{k}", {"C3_1": 1 + k % 7})]
    study = study_of(rows)
    assert "one-item-scale" in codes(profiles(study))
    found = reliability(study)
    assert found.rows.loc["C3", "items"] == 1 and np.isnan(found.rows.loc["C3", "alpha"])


def test_nine_firms_get_scores_but_no_reliability():
    rng = np.random.default_rng(1)
    rows = [row for k in range(10) for row in sheet(f"A{k}", of_c2(*rng.integers(1, 8, 6)))]
    nine = study_of(rows[:54])
    found = reliability(nine)
    assert found.rows[["alpha", "omega", "ave"]].isna().all(axis=None)
    assert "9 firms answered every item of C2" in str(found.findings[0])
    assert profiles(nine).scores["C2"].notna().all()
    assert not np.isnan(reliability(study_of(rows)).rows.loc["C2", "alpha"])


def test_low_values_are_said():
    rng = np.random.default_rng(1)
    rows = [row for k in range(40) for row in sheet(f"A{k}", of_c2(*rng.integers(1, 8, 6)))]
    found = reliability(study_of(rows))
    assert found.rows.loc["C2", "alpha"] < 0.7
    assert "low-reliability" in codes(found)


def test_constructs_that_measure_one_thing_are_not_distinct():
    rng = np.random.default_rng(2)
    rows = []
    for k in range(60):
        common = rng.normal()
        values = {name: int(np.clip(np.round(4 + common + 0.6 * rng.normal()), 1, 7))
                  for name in (*(f"C2_{j}" for j in range(1, 7)), *(f"C3_{j}" for j in range(1, 7)))}
        rows += sheet(f"A{k}", values)
    found = reliability(study_of(rows))
    assert found.distinct.loc[0, "htmt"] == pytest.approx(1, abs=0.1)
    assert codes(found) >= {"not-distinct", "one-source"}


def test_nobody_answered():
    found = profiles(study_of(sheet("A", {"other": 3})))
    assert found.scores.empty
    assert reliability(study_of(sheet("A", {"other": 3}))).rows.empty
    assert found.table().empty


def test_unknown_names():
    study = study_of(sheet("A", of_c2(1, 2, 3, 4, 5, 6)))
    with pytest.raises(UnknownName, match="capability"):
        profiles(study, instrument="capabilities")
    with pytest.raises(UnknownName, match=WAVE):
        profiles(study, "2023")


def test_relabelling_firms_moves_their_scores_along():
    rows = sheet("A", of_c2(1, 2, 3, 4, 5, 6)) + sheet("B", of_c2(7, 6, 7, 6, 7, 6))
    swapped = [("B" if actor == "A" else "A", *rest) for actor, *rest in rows]
    first, second = profiles(study_of(rows)).scores["C2"], profiles(study_of(swapped)).scores["C2"]
    assert first["A"] == second["B"] and first["B"] == second["A"]


@pytest.fixture(scope="module")
def example():
    return interfirm.example()


def test_the_example_recovers_what_it_was_made_from(example):
    """46 firms: alpha of the made scales lies between .84 and .93, sampling error about .03."""
    found = reliability(example, "2024")
    assert list(found.rows.index) == ["C1", "C2", "C3", "C4"]
    assert found.rows["alpha"].between(0.75, 0.97).all()
    assert (found.rows["alpha_low"] < found.rows["alpha"]).all()
    assert (found.distinct["htmt"] < 0.85).all()
    assert (informant_agreement(example, "2024").rows["icc1"] > 0.6).all()


def test_other_instruments_of_the_example(example):
    for name, scale in (("joint_action", "JA"), ("external_economies", "EE")):
        found = profiles(example, "2024", instrument=name)
        assert list(found.scores.columns) == [scale]
        assert found.scores.notna().any(axis=None)


def test_the_members_measurement_model_uses_firms(example):
    found = measurement_model(example, "2024", estimator="ULS")
    assert found.converged and list(found.correlations.index) == ["C1", "C2", "C3", "C4"]
    assert (found.loadings["standardised"] > 0.2).all()


def test_the_items_of_the_example_are_declared():
    from interfirm.study.example import words

    declared = {item.item: item for name in instruments() for item in items(name)}
    for row in words.read("items"):
        if row["item"][:2] in {"C1", "C2", "C3", "C4", "JA", "EE"}:
            item = declared[row["item"]]
            assert (item.low, item.high) == (float(row["low"]), float(row["high"]))
            assert item.reverse == (row["reverse"] == "yes")


def test_answers_keep_every_respondent_in_study_order(example):
    given = answers(example, "capability", "2024")
    order = list(dict.fromkeys(given.raw.index.get_level_values("actor")))
    assert order == [name for name in example.actors["actor"] if name in set(order)]

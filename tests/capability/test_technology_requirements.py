"""The technological-capability matrix, and the gap to what a collaboration asks for."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from answer_studies import sheet, study_of

import interfirm
from interfirm import vocabulary
from interfirm.capability import (
    check_requirements,
    readiness,
    readiness_index,
    requirement,
    requirement_profiles,
    skipped_depths,
    technological_capability,
    technology_score,
)
from interfirm.capability.technology import DEPTHS
from interfirm.errors import DataError, UnknownName, UsageError
from interfirm.study.instruments import items

FUNCTIONS = ["preinvestment", "execution", "process", "product", "industrial", "linkages"]


def matrix(**levels: tuple[float | None, ...]) -> dict[str, float | None]:
    """Answers to the matrix; functions left out are basic only."""
    return {f"TC_{name}_{depth}": value for name in FUNCTIONS
            for depth, value in zip(DEPTHS, levels.get(name, (1, 0, 0)), strict=True)}


def test_scores_by_hand():
    assert technology_score([[1, 0, 0]] * 6) == pytest.approx(1 / 6)
    assert technology_score([[1, 1, 1]] * 6) == 1
    assert technology_score(np.zeros((6, 3))) == 0
    # weights 1 and 3: (1·1 + 3·(1 + 2·0.5)) / (4·6)
    assert technology_score([[1, 0, 0], [1, 0.5, 0]], [1, 3]) == pytest.approx(7 / 24)
    assert np.isnan(technology_score([[1, np.nan, 0]]))


@pytest.mark.parametrize("call", [([1, 0, 0],), ([[2, 0, 0]],), ([[1, 0, 0]], [-1]), ([[1, 0, 0]], [0]),
                                  ([[1, 0, 0]], [1, 1])])
def test_wrong_calls_of_the_score(call):
    with pytest.raises(UsageError):
        technology_score(*call)


def test_a_deeper_level_without_the_one_below():
    assert skipped_depths([[1, 1, 0.5], [1, 0, 1], [0, 0.5, 0.5]]) == [(1, 2), (2, 1)]
    assert skipped_depths([[1, np.nan, 1]]) == []


def test_firms_of_a_study():
    rows = sheet("A", matrix()) + sheet("B", matrix(process=(1, 1, 1), product=(0, 1, 0)))
    rows += sheet("C", matrix(linkages=(1, None, 0)))
    found = technological_capability(study_of(rows))
    assert found.scores["A"] == pytest.approx(1 / 6)
    assert found.scores["B"] == pytest.approx((4 * 1 + 6 + 2) / 36)
    assert np.isnan(found.scores["C"])
    assert found.profile.loc["C", "process"] == pytest.approx(1 / 6)
    assert found.profile.loc["B", "process"] == 1
    skipped = [str(item) for item in found.findings if item.code == "skipped-depth"]
    assert len(skipped) == 1
    assert "actor 'B': product engineering is reached at the intermediate level" in skipped[0]
    assert "median" in str(found)


def test_weights_and_steps():
    rows = sheet("A", matrix(process=(1, 0.7, 0)))
    found = technological_capability(study_of(rows), weights=dict.fromkeys(FUNCTIONS, 0.0) | {"process": 1.0})
    assert found.scores["A"] == pytest.approx((1 + 1.4) / 6)
    assert "between-steps" in {item.code for item in found.findings}
    with pytest.raises(UsageError, match="no function 'proces'"):
        technological_capability(study_of(rows), weights={"proces": 1})


def test_two_respondents_are_averaged():
    rows = sheet("A", matrix()) + sheet("A", matrix(process=(1, 1, 0)), "2")
    assert technological_capability(study_of(rows)).scores["A"] == pytest.approx((6 + 1) / 36)


def test_nobody_was_asked():
    study = interfirm.example()
    rest = study.answers[~study.answers["item"].str.startswith("TC_")]
    with pytest.raises(DataError, match="nobody answered the items of 'technology'"):
        technological_capability(interfirm.Study.from_tables({**study.tables(), "answers": rest}), "2024")


def test_the_matrix_has_every_cell():
    assert [item.item for item in items("technology")] == [f"TC_{f}_{d}" for f in FUNCTIONS for d in DEPTHS]


def test_readiness_by_hand():
    wanted = requirement("r&d", "develop product")
    assert wanted.level == {"C1": 5.5, "C2": 5.5, "C3": 6.0, "C4": 6.0}
    assert readiness_index(wanted.level, wanted) == 1
    assert readiness_index(dict.fromkeys(wanted.level, 7.0), wanted) == 1
    assert readiness_index(dict.fromkeys(wanted.level, 0.0), wanted) == pytest.approx(0, abs=1e-12)
    # gaps 1.5 (weight 1) and 2 (weight 1.5) of 1·5.5 + 1·5.5 + 1.5·6 + 1.5·6 = 29
    assert readiness_index({"C1": 4, "C2": 7, "C3": 4, "C4": 6}, wanted) == pytest.approx(1 - 4.5 / 29)
    assert np.isnan(readiness_index({"C1": 4, "C2": 7, "C3": 4}, wanted))


def test_readiness_rises_with_every_score():
    wanted = requirement("coproduction", "cut cost")
    low = dict.fromkeys(wanted.level, 2.0)
    for name in wanted.level:
        assert readiness_index(low | {name: 3.0}, wanted) > readiness_index(low, wanted)


def test_the_shipped_profiles_are_complete_and_flagged():
    table = check_requirements(requirement_profiles())
    assert set(table["provenance"]) == {"expert prior"}
    assert set(table["purpose"]) == set(vocabulary.words("purposes"))
    assert set(vocabulary.words("activities")) | {"licensing"} == set(table["type"])
    assert (table.groupby(["type", "purpose"]).size() == 4).all()


def test_the_firms_of_the_example():
    found = readiness(interfirm.example(), "2024", type="r&d", purpose="develop product")
    one = found.rows.loc[found.rows["actor"] == found.index.index[0]]
    np.testing.assert_allclose(one["gap"], np.maximum(0, one["required"] - one["score"]))
    assert "expert prior" in str(found)
    assert "expert-prior" in {item.code for item in found.findings}


def test_own_profiles_replace_the_prior():
    own = pd.DataFrame({"type": "pilot", "purpose": "meet standard", "construct": ["C1", "C2"], "level": [1, 1],
                        "weight": [1, 1], "provenance": "12 interviews"})
    found = readiness(interfirm.example(), "2024", type="pilot", purpose="meet standard", table=own)
    assert (found.index == 1).all()
    assert not found.wanted.is_prior and "prior" not in str(found)
    with pytest.raises(UnknownName, match="'C9'"):
        readiness(interfirm.example(), "2024", type="pilot", purpose="meet standard",
                  table=own.assign(construct=["C1", "C9"]))


def test_wrong_tables_say_everything_at_once():
    own = requirement_profiles().iloc[:3].astype({"level": "object"})
    own.loc[0, "level"] = "high"
    own.loc[1, "level"] = 8
    own.loc[2, "construct"] = own.loc[1, "construct"]
    with pytest.raises(DataError) as caught:
        check_requirements(own)
    assert [item.row for item in caught.value.findings] == [2, 3, 4]
    with pytest.raises(DataError, match="'weight' is missing"):
        check_requirements(own.drop(columns="weight"))
    with pytest.raises(DataError, match="asks for nothing"):
        check_requirements(requirement_profiles().assign(weight=0))


def test_unknown_type_or_purpose():
    with pytest.raises(UnknownName, match="coproduction"):
        requirement("co-production", "cut cost")
    with pytest.raises(UnknownName, match="cut cost"):
        requirement("coproduction", "cut costs")

"""What the place adds, in the example: the answers and the table of regions, and that the rest stays as it is."""

from __future__ import annotations

import pandas as pd
import pytest

from interfirm.study.example import example, survey
from interfirm.study.instruments import items
from interfirm.study.study import Study

ADDED = [item.item for name in ("joint_action_level", "learning", "place", "performance_change", "technology")
         for item in items(name)] + ["JA_chain"]


@pytest.fixture(scope="module")
def study() -> Study:
    return example(1)


def test_every_added_item_is_answered_on_its_scale(study: Study) -> None:
    declared = {item.item: item for name in ("joint_action_level", "learning", "place", "performance_change",
                                              "technology", "joint_action") for item in items(name)}
    rows = study.answers[study.answers["item"].isin(ADDED)].dropna(subset="value")
    assert set(rows["item"]) == set(ADDED) and set(rows["wave"]) == {"2021", "2024"}
    for name, values in rows.groupby("item")["value"]:
        numbers = pd.to_numeric(values)
        assert numbers.between(declared[str(name)].low, declared[str(name)].high or 0).all(), name
        assert numbers.nunique() > 2, name


def test_the_other_answers_come_first_and_are_the_same(study: Study) -> None:
    """The survey's own stream is untouched: its items fill the head of the table, without a gap."""
    added = study.answers["item"].isin(ADDED).to_numpy()
    head = study.answers.loc[:int(added.argmax()) - 1, "item"]
    assert {"C1_1", "JA_suppliers", "EE_labour", *(f"RD_{name}" for name in survey.CLASSES)} <= set(head)
    assert not study.answers.loc[len(head):, "item"].isin(set(head)).any()


def test_the_regions_add_up_to_the_country_where_nothing_is_hidden(study: Study) -> None:
    rows = study.regions
    assert rows["region"].nunique() == 11 and set(rows["sector"]) == {"C28", "C26", "C22", "J62", "TOTAL"}
    for (sector, time), mine in rows.groupby(["sector", "time"]):
        parts, whole = mine[mine["whole"] == "XV"], mine[mine["region"] == "XV"]
        gap = float(whole["employees"].iloc[0]) - float(parts["employees"].sum())
        assert gap == pytest.approx(2150.0 if sector == "C26" else 0.0), (sector, time)
    assert rows.loc[rows["employees"].isna(), "note"].tolist() == ["confidential", "confidential"]


def test_the_regions_of_the_facts_are_in_the_table(study: Study) -> None:
    assert study.fact("region_code") in set(study.regions["region"])
    assert study.fact("sector_code") in set(study.regions["sector"])

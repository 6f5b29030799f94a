"""What the firms of the example say about their alliances: on its scales, about whom, and what is built in."""

from __future__ import annotations

import pandas as pd
import pytest

from interfirm.study.example import cast, example, holding
from interfirm.study.instruments import items, split


@pytest.fixture(scope="module")
def said() -> pd.DataFrame:
    rows = example(seed=1).answers
    parts = rows["item"].map(split)
    rows = rows.assign(name=[name for name, _ in parts], about=[about for _, about in parts])
    heads = ("COMMIT_", "GAIN", "STAY", "OPTIONS", "SUPPORT_", "SUBSTITUTES", "LABOUR_")
    rows = rows[rows["name"].str.startswith(heads)]
    return rows.assign(number=rows["value"].astype(float))


def test_every_answer_is_on_its_scale_and_about_somebody_known(said: pd.DataFrame) -> None:
    study = example(seed=1)
    declared = {item.item: item for name in ("commitment", "membership", "substitutes", "division")
                for item in items(name)}
    assert set(said["name"]) == set(declared)
    assert set(said["wave"]) == {cast.WAVES[1]}
    known = {"alliance": set(study.alliances["alliance"]), "partner": set(study.actors["actor"]), "firm": {""}}
    for name, about, value in said[["name", "about", "number"]].itertuples(index=False):
        item = declared[name]
        assert about in known[item.about]
        assert pd.isna(value) or item.low <= value <= (item.high or 50)
    memberships = set(zip(study.alliances["actor"], study.alliances["alliance"], strict=True))
    asked = said[said["name"] == "GAIN"]
    assert set(zip(asked["actor"], asked["about"], strict=True)) <= memberships
    assert 0.01 < said.loc[said["name"].str.startswith("COMMIT"), "number"].isna().mean() < 0.06


def test_the_work_of_every_firm_adds_up_to_100(said: pd.DataFrame) -> None:
    total = said[said["name"].str.startswith("LABOUR")].groupby("actor")["number"].sum()
    assert len(total) > 20 and (total == 100).all()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_units_are_held_and_members_of_the_circuit_are_bound(seed: int) -> None:
    from interfirm.relations.commitment import commitment
    from interfirm.relations.scope import specialisation_and_reciprocity

    study = example(seed=seed)
    rows = commitment(study, wave=cast.WAVES[1]).rows.groupby("alliance").mean(numeric_only=True)
    held = rows["continuance"] - rows["affective"]
    assert min(held["A03"], held["A05"]) > 0.5 > -0.5 > held["A01"]
    narrow = specialisation_and_reciprocity(study, wave=cast.WAVES[1], permutations=99)
    assert narrow.firms >= 20 and narrow.value < 0


def test_it_has_a_random_stream_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest of the example is as it is drawn without it."""
    whole = example(seed=1)
    monkeypatch.setattr(holding, "answers", lambda *_: whole.answers.iloc[:0])
    rest = example(seed=1)
    assert 0 < len(rest.answers) < len(whole.answers)
    pd.testing.assert_frame_equal(rest.answers, whole.answers.iloc[:len(rest.answers)])
    pd.testing.assert_frame_equal(rest.ties, whole.ties)
    pd.testing.assert_frame_equal(rest.observations, whole.observations)

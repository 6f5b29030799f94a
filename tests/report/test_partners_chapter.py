"""The chapter on introductions: its numbers are the plan's, nobody weak is named to the members, and it abstains."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from interfirm import Study, example
from interfirm.partners import introduction_plan, learned_ranking
from interfirm.partners.ground import ground
from interfirm.report.blocks import Advice, Figure, NotAnswered, Numbers, Table
from interfirm.report.chapters.partners import chapter
from interfirm.report.context import Context


def test_every_number_is_the_plan_s() -> None:
    study = example()
    found = chapter(Context(study, seed=1))
    plan = introduction_plan(study, 10, draws=20, seed=1)
    listed, figure, numbers, rests = found.blocks[:4]
    assert isinstance(listed, Table)
    assert isinstance(figure, Figure)
    assert isinstance(numbers, Numbers)
    assert isinstance(rests, Table)
    assert [row[0] for row in listed.rows] == [row["name"] for row in plan.rows]
    assert [row[3] for row in listed.rows] == pytest.approx([row["score"] for row in plan.rows])
    assert [row["value"] for row in figure.rows] == [row["score"] for row in plan.rows]
    assert figure.options["reference"] == plan.median
    assert numbers.items[0].value == pytest.approx(np.mean([row["score"] for row in plan.rows]))
    assert numbers.items[2].value == plan.reached_share
    claim = found.claims[0]
    surest = max(plan.rows, key=lambda row: (row["kept"], row["score"]))
    assert claim.probability == surest["kept"]
    assert str(surest["name"]) in claim.text


def test_it_says_what_rivalry_is_taken_from() -> None:
    study = example()
    assert "does not say what they sell" in chapter(Context(study, seed=1)).lead
    goods = [f"good {k % 9}" for k in range(len(study.actors))]
    told = Study.from_tables(study.tables() | {"actors": study.actors.assign(products=goods, sales_regions="north")})
    assert "by sector, products and sales regions" in chapter(Context(told, seed=1)).lead


def test_the_terms_of_tied_and_other_pairs_by_hand() -> None:
    # a-b and c-d are tied and near; everyone else is far away
    actors = pd.DataFrame({"actor": list("abcdef"), "sector": list("uvwxyz"), "latitude": [0, 0, 5, 5, 9, 9.0],
                           "longitude": 0.0})
    study = Study.from_tables({
        "waves": pd.DataFrame({"wave": ["1"]}), "actors": actors,
        "relations": pd.DataFrame({"relation": ["peer"], "layer": ["exchange"], "directed": ["false"]}),
        "ties": pd.DataFrame({"wave": "1", "relation": "peer", "sender": list("ac"), "receiver": list("bd")})})
    rests = next(block for block in chapter(Context(study)).blocks if block.id == "partners-terms")
    assert isinstance(rests, Table)
    near = next(row for row in rests.rows if row[0] == "Close by")
    known = {row[0]: row[2] for row in rests.rows}
    assert near[3] == pytest.approx(1)  # both tied pairs share a place
    assert near[4] < 1
    assert known["Has what the other lacks"] == 0
    found = chapter(Context(study))
    assert any(block.id == "partners-bring" for block in found.blocks)
    assert "Nobody answered on capabilities" in found.claims[0].text
    assert "Nobody answered" not in chapter(Context(example(), seed=1)).claims[0].text


def test_nobody_is_named_to_the_members() -> None:
    study = example()
    text = json.dumps(chapter(Context(study, audience="members")).to_dict(), default=str)
    assert not [name for name in study.actors["name"].dropna() if name in text]


@pytest.mark.parametrize("size", [0, 4, 301])
def test_too_few_or_too_many_firms_get_no_plan(size: int) -> None:
    study = Study.from_tables({"waves": pd.DataFrame({"wave": ["1"]}),
                               "actors": pd.DataFrame({"actor": ["X", *(f"F{k}" for k in range(size))],
                                                       "kind": ["university", *["firm"] * size]})})
    found = chapter(Context(study))
    assert [block.type for block in found.blocks] == ["not_answered"]
    assert not found.claims


def test_firms_of_one_sector_that_all_are_rivals() -> None:
    study = Study.from_tables({"waves": pd.DataFrame({"wave": ["1"]}),
                               "actors": pd.DataFrame({"actor": list("abcdef"), "sector": "tools"})})
    assert [block.type for block in chapter(Context(study)).blocks] == ["not_answered"]
    assert ground(study).ties.nnz == 0


@pytest.mark.slow
def test_the_learned_ranking_is_shown_with_its_test() -> None:
    rng = np.random.default_rng(2)
    rows = []
    for year in range(2010, 2018):
        for number in range(40):
            region = int(rng.integers(12))
            members = {region * 10 + int(i) for i in rng.choice(10, 3, replace=False)}
            rows += [{"alliance": f"{year}-{number}", "actor": f"f{i:03}", "start": f"{year}-05-01"} for i in members]
    frame = pd.DataFrame(rows)
    actors = sorted(set(frame["actor"]))
    study = Study.from_tables({"waves": pd.DataFrame({"wave": ["2018"]}), "alliances": frame, "actors": pd.DataFrame({
        "actor": actors, "sector": [f"s{k % 7}" for k in range(len(actors))]})})
    block = next(item for item in chapter(Context(study)).blocks if item.id == "partners-learned")
    assert isinstance(block, Numbers)
    tested = learned_ranking(study).evaluation
    assert block.items[0].value == pytest.approx(tested.values("learned", "recall", 10).mean())
    assert block.items[1].value == pytest.approx(tested.ratio("recall", 10)[1])
    shown = {item.id: item.type for item in chapter(Context(example())).blocks}
    assert shown["partners-learned"] == "not_answered"


def test_pairs_that_nothing_tells_apart_are_not_ranked() -> None:
    members = pd.DataFrame([("p", name) for name in "abcd"], columns=["alliance", "actor"])
    study = Study.from_tables({"actors": pd.DataFrame({"actor": list("abcde")}), "alliances": members})
    found = chapter(Context(study, seed=1))
    assert not found.claims
    assert isinstance(found.blocks[0], NotAnswered)
    assert "Nothing that is known tells the 4 pairs apart" in found.blocks[0].why
    assert not any(isinstance(block, Advice) for block in found.blocks)


def test_a_name_that_ends_in_a_stop_ends_a_sentence_once() -> None:
    assert Advice("a", "Ask Alfa d.o.o..", "", "").text == "Ask Alfa d.o.o."
    assert Advice("a", "Wait ...", "", "").text == "Wait ..."

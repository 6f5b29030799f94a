"""The chapter on policies: its numbers are those of the experiment; without one it says how to make it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from interfirm import Study, UsageError, example
from interfirm.report.blocks import Figure, NotAnswered, Table
from interfirm.report.chapters import simulation as chapter
from interfirm.report.context import Context
from interfirm.simulation import Plan, Policy, Stop, compare, run_experiment, start, told
from interfirm.simulation.levers import NONE

POLICIES = (NONE, Policy("broker", {"broker": {"meetings": 200.0}}), Policy("training", {"training": {}}))


@pytest.fixture(scope="module")
def study() -> Study:
    return example(seed=1)


@pytest.fixture(scope="module")
def folder(study: Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("results")
    run_experiment(Plan(start(study), POLICIES, periods=8), place, stop=Stop(12, 0))
    return place


@pytest.fixture(scope="module")
def values(study: Study, folder: Path) -> dict[str, Any]:
    return told(study, folder)


def test_without_an_experiment(study: Study) -> None:
    made = chapter.chapter(Context(study))
    assert not made.claims and isinstance(made.blocks[0], NotAnswered)
    assert "interfirm simulate" in made.blocks[0].collect


def test_numbers_are_those_of_the_experiment(study: Study, folder: Path, values: dict[str, Any]) -> None:
    made = chapter.chapter(Context(study, policies=values))
    found = compare(folder)
    effect = found.effects().set_index(["policy", "output"]).loc[("broker", "innovations")]
    percent = 100 * effect["effect"] / effect["without"]
    assert f"{percent:+.1f} %" in made.claims[0].text and "'Cluster organisation'" in made.claims[0].text
    assert made.claims[0].probability is not None and made.claims[0].probability <= 0.79
    costs = next(block for block in made.blocks if isinstance(block, Table) and block.id == "simulation-costs")
    assert costs.rows[0][1] == pytest.approx(found.cost()["cost"][0])


def test_groups_add_up(study: Study, folder: Path, values: dict[str, Any]) -> None:
    """The mean over all firms is that over small and larger ones, weighted by their numbers, where no firm closed."""
    rows = {row["group"]: row for row in values["groups"]}
    small, large, every = rows["Small (under 50 people)"], rows["Larger"], rows["All firms"]
    assert small["firms"] + large["firms"] == every["firms"] == start(study).size
    pooled = (small["firms"] * small["knowledge"] + large["firms"] * large["knowledge"]) / every["firms"]
    assert every["knowledge"] == pytest.approx(pooled, rel=0.05)  # firms that close weigh less: a few in a hundred
    assert all(row["firms"] >= 5 for row in values["groups"])


def test_the_map_shows_three_times_the_same_firms(study: Study, values: dict[str, Any]) -> None:
    made = chapter.chapter(Context(study, policies=values))
    figure = next(block for block in made.blocks if isinstance(block, Figure) and block.id == "simulation-map")
    firms = {panel: {(row["x"], row["y"]) for row in figure.rows if row.get("kind") == "firm" and row["panel"] == panel}
             for panel in {str(row["panel"]) for row in figure.rows}}
    assert len(firms) == 3 and len(set(map(frozenset, firms.values()))) == 1
    now = sum(row.get("kind") == "tie" and row["panel"] == "Now" for row in figure.rows)
    assert now == int((start(study).tie["exchange"] == 1).sum())


def test_no_names(study: Study, values: dict[str, Any]) -> None:
    text = str(chapter.chapter(Context(study, policies=values)).to_dict())
    assert not any(name in text for name in study.actors["name"].dropna())


def test_results_of_another_study(folder: Path) -> None:
    with pytest.raises(UsageError, match="another study"):
        told(example(seed=2), folder)


def test_page(study: Study, values: dict[str, Any]) -> None:
    from interfirm.report.charts import CHARTS

    made = chapter.chapter(Context(study, policies=values))
    for block in made.blocks:
        if isinstance(block, Figure):
            for width in (720, 352):
                assert CHARTS[block.chart](block.rows, block.options, width).spec["layer"]
    assert np.isfinite([row["effect"] for row in values["effects"]]).all()


def test_the_drawing_before_and_after_holds_every_firm_and_tie() -> None:
    from interfirm.report.charts import draw

    rows: list[dict[str, Any]] = [{"panel": "Now", "says": "two pairs"}]
    rows += [{"panel": "Now", "kind": "firm", "x": x, "y": y} for x, y in ((0, 0), (1, 0), (0, 1))]
    rows += [{"panel": "Now", "kind": "tie", "x": 0, "y": 0, "x2": 1, "y2": 0, "highlight": strong}
             for strong in (True, False)]
    layers = draw("networks", rows, {"columns": 3}, 720).spec["layer"]
    sizes = [(layer["mark"]["type"], len(layer["data"]["values"])) for layer in layers]
    assert sizes.count(("rule", 1)) == 2 and ("point", 3) in sizes
    firms = next(layer["data"]["values"] for layer in layers if layer["mark"]["type"] == "point")
    assert firms[0]["y"] > firms[2]["y"] and firms[1]["x"] > firms[0]["x"]  # y grows upwards


def test_the_answer_in_short_has_the_numbers_of_the_tables(values: dict[str, Any]) -> None:
    from interfirm.report.chapters.simulation_short import short

    said = short(values).text
    row = next(one for one in values["effects"] if (one["policy"], one["output"]) == (values["first"], "innovations"))
    cost = next(one for one in values["cost"] if one["policy"] == values["first"])
    assert row["low"] > 0 and f"{row['effect']:.3g} more innovations" in said
    assert f"for {round(cost['cost']):,} EUR" in said
    nothing = {**values, "effects": [{**one, "low": -1.0} for one in values["effects"]], "groups": [], "fixed": True}
    assert short(nothing).text == ("In short. For innovation the model finds no policy better than none, beyond "
                                   "chance: nothing here speaks for spending money.")


def test_which_policy_is_cheapest_is_said_with_how_sure_that_is(values: dict[str, Any]) -> None:
    from interfirm.report.chapters.simulation_short import short

    names = {item["name"]: item["title"] for item in values["policies"]}
    other = next(one["policy"] for one in values["cost"] if one["policy"] != values["first"])

    def said(first: tuple[float, float, float] | None, second: tuple[float, float, float] | None) -> str:
        given = {values["first"]: first, other: second}
        cost = [{**one, **dict(zip(("unit_cost", "low", "high"), given.get(one["policy"]) or (None,) * 3, strict=True))}
                for one in values["cost"]]
        return short({**values, "cost": cost}).text

    assert f"costs least with it too: 100 EUR against 300 EUR with '{names[other]}'." in \
        said((100, 90, 110), (300, 200, 400))
    assert f"with '{names[other]}', a difference that may be chance." in said((100, 90, 250), (300, 200, 400))
    assert f"costs least with '{names[other]}': 50 EUR against 100 EUR." in said((100, 90, 110), (50, 40, 60))
    assert "50 EUR against 100 EUR, a difference that may be chance." in said((100, 55, 110), (50, 40, 60))
    assert "No other policy brings innovations beyond chance." in said((100, 90, 110), None)


def test_what_decides_is_taken_from_the_analysis_where_there_is_one(values: dict[str, Any]) -> None:
    from interfirm.report.chapters.simulation_short import short

    row = {"parameter": "trust_gain", "meaning": "Trust won.", "effect": 9.0, "effect_half_width": 1.0,
           "direction": 2.0, "total": 0.5, "total_half_width": 0.1}
    kept = {"first": "broker", "second": "none", "output": "innovations", "lead": 3.0, "chance": 0.4, "runs": 9,
            "parameters": [row]}
    assert "may turn on what nobody knows exactly: trust won. Ask that first." in \
        short({**values, "sensitivity": kept, "fixed": False}).text
    weak = {**kept, "parameters": [{**row, "effect": 3.5}]}
    assert "does not turn on any single thing" in short({**values, "sensitivity": weak, "fixed": False}).text

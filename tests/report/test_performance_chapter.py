"""The chapter on whether cooperation pays: its numbers are those of the model, and it abstains where it must."""

from __future__ import annotations

import json
from functools import lru_cache

import pandas as pd
import pytest

from interfirm import Study, example
from interfirm.performance import fit, marginal_effects, study_design
from interfirm.report.blocks import Figure, NotAnswered
from interfirm.report.chapters.performance import chapter
from interfirm.report.context import Context


@lru_cache(maxsize=1)
def sample():
    return example(seed=1)


def changed(**columns):
    study = sample()
    return Study.from_tables({**study.tables(), "observations": study.observations.assign(**columns)})


def test_the_numbers_are_those_of_the_model():
    made = chapter(Context(sample()))
    row = marginal_effects(fit(study_design(sample()), "fractional"), ["breadth"]).table().iloc[0]
    assert made.blocks[0].rows[0][1] == pytest.approx(100 * row["effect"])
    assert f"{100 * row['effect']:.1f} percentage points more" in made.claims[0].text
    assert made.claims[0].probability == pytest.approx(1 - row["p"], abs=1e-4)
    assert "43 firms of 57" in made.blocks[0].caption


def test_the_figure_has_its_table_and_names_rare_types():
    figure = next(block for block in chapter(Context(sample())).blocks if isinstance(block, Figure))
    assert [row["value"] for row in figure.rows] == pytest.approx([row[3] for row in figure.table.rows], rel=1e-9)
    assert "Too few firms have or lack" in figure.caption
    assert all(row["low"] < row["value"] < row["high"] for row in figure.rows)


def test_the_curve_is_that_of_the_library():
    from interfirm.performance import specification_curve
    from interfirm.report.charts import draw

    block = next(item for item in chapter(Context(sample())).blocks if item.id == "performance-curve")
    known = specification_curve(study_design(sample()), "breadth", model="fractional").rows
    assert [row["value"] for row in block.rows] == pytest.approx((100 * known["effect"]).tolist())
    assert sum(row["highlight"] for row in block.rows) == 1
    assert f"in {int((known['low'] > 0).sum())} of {len(known)} models" in block.title
    assert len(block.table.rows) == len(known)
    for width in (720, 352):
        layers = draw("specification", block.rows, {}, width).spec["layer"]
        marks = [row for layer in layers if layer["mark"]["type"] == "rect" for row in layer["data"]["values"]]
        ways = sum(len({row[name] for row in block.rows}) > 1 for name in ("model", "controls", "others", "weighted"))
        assert len(marks) == ways * len(known)  # one mark per model and choice that was made in several ways


def test_no_outcome_and_too_few_firms_are_not_answered():
    study = sample()
    none = chapter(Context(changed(new_product_share=None)))
    assert isinstance(none.blocks[0], NotAnswered) and "No firm has" in none.blocks[0].why
    few = study.observations["new_product_share"].where(study.observations.index < 20)
    assert "17 firms have" in chapter(Context(changed(new_product_share=few))).blocks[0].why
    tables = {**study.tables(), "ties": study.ties.iloc[:0]}
    assert "no ties" in chapter(Context(Study.from_tables(tables))).blocks[0].why
    assert chapter(Context(Study.from_tables({"actors": pd.DataFrame({"actor": ["A"]})}))).claims == []


def test_controls_go_where_firms_are_few():
    made = chapter(Context(changed(rd_share=None)))
    assert len(made.blocks[0].rows) == 2  # breadth and size


def test_nobody_is_named_and_nothing_is_called_a_cause():
    said = json.dumps(chapter(Context(sample())).to_dict(), ensure_ascii=False)
    for name in sample().actors["name"]:
        assert name not in said
    for word in ("significant", "leads to", " causes", "because of", "impact", "effect of"):
        assert word not in said.lower()

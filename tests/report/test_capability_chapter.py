"""The chapter on capabilities: medians by hand, too few answers, none, and nobody named."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from interfirm import Study, example
from interfirm.report.chapters.capability import chapter
from interfirm.report.context import Context


def cluster(values: list[int]) -> Study:
    """One firm per value; each gives it to every item of C2, and one more to C3."""
    firms = [f"F{k}" for k in range(len(values))]
    rows = [(firm, f"{name}_{k}", str(value + more)) for firm, value in zip(firms, values, strict=True)
            for name, more in (("C2", 0), ("C3", 1)) for k in range(1, 7)]
    table = pd.DataFrame(rows, columns=["actor", "item", "value"]).assign(wave="2024")
    return Study.from_tables({"waves": pd.DataFrame({"wave": ["2024"]}), "answers": table,
                              "actors": pd.DataFrame({"actor": firms, "kind": "firm"})})


def test_medians_and_quartiles_by_hand() -> None:
    found = chapter(Context(cluster([1, 2, 3, 4, 5])))
    figure = found.blocks[0]
    assert [row["value"] for row in figure.rows] == [3, 4]
    assert 1 <= figure.rows[0]["low"] <= 2 and 4 <= figure.rows[0]["high"] <= 5
    assert list(figure.table.rows[0]) == ["Product and service support", 3, 2, 4]
    assert [row["highlight"] for row in figure.rows] == [True, False]
    assert found.claims == []


def test_what_is_always_lower_is_very_sure() -> None:
    found = chapter(Context(cluster([1, 2, 3, 4, 5, 6, 1, 2, 3, 4])))
    assert len(found.claims) == 1
    assert found.claims[0].probability == 1.0
    assert "product and service support, on average 3.1 of 7 against 4.1" in found.claims[0].text


@pytest.mark.parametrize("values", [[], [3, 4, 5, 2]])
def test_too_few_answers(values: list[int]) -> None:
    study = cluster(values) if values else Study.from_tables(
        {"actors": pd.DataFrame({"actor": ["A"], "kind": ["firm"]}), "waves": pd.DataFrame({"wave": ["2024"]})})
    found = chapter(Context(study))
    assert [block.type for block in found.blocks] == ["not_answered"]


@pytest.mark.parametrize("audience", ["board", "members", "public"])
def test_no_firm_is_named_and_everything_is_plain(audience: str) -> None:
    study = example()
    found = chapter(Context(study, audience=audience))
    text = json.dumps(found.to_dict() if hasattr(found, "to_dict") else str(found), default=str)
    assert not [name for name in study.actors["name"].dropna() if name in text]
    assert not np.isnan([row["value"] for row in found.blocks[0].rows]).any()

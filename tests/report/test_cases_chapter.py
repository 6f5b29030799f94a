"""The chapter on coded interviews: counts by hand, one case only, none, and no firm named."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from interfirm import Study, example
from interfirm.report.blocks import Figure, Numbers
from interfirm.report.chapters.cases import chapter
from interfirm.report.context import Context


def coded(rows: list[tuple[str, str, str]]) -> Study:
    frame = pd.DataFrame(rows, columns=["case", "segment", "code"]).assign(source="s", coder="1", text="words")
    return Study.from_tables({"actors": pd.DataFrame({"actor": ["F1"], "name": ["Firm One"]}),
                              "codings": frame.assign(actor="F1")})


def test_counts_by_hand() -> None:
    rows = [(f"case {k}", "1", "trust") for k in range(6)] + [("case 0", "2", "tools"), ("case 1", "2", "tools")]
    found = chapter(Context(coded(rows)))
    figure, numbers = found.blocks
    assert isinstance(figure, Figure)
    assert isinstance(numbers, Numbers)
    assert [(row["label"], row["value"]) for row in figure.rows] == [("trust", 6), ("tools", 2)]
    assert figure.title == "Trust came up most often: in 6 of 6 cases"
    assert found.claims[0].probability == 1  # tools can at best be level with it
    assert "6 of 6 cases; the median code in 4" in found.claims[0].text
    assert numbers.items[2].value == 6


def test_codes_that_are_level_are_named_together() -> None:
    rows = [(f"case {k}", part, code) for k in range(5) for part, code in (("1", "trust"), ("2", "tools"))]
    claim = chapter(Context(coded([*rows, ("case 0", "3", "rare")]))).claims[0]
    assert "'tools' and 'trust' came up in 5 of 5 cases each" in claim.text
    assert claim.probability == 1


@pytest.mark.parametrize("rows", [[("a", "1", "trust")], [("a", "1", "trust"), ("b", "1", "trust"), ("b", "2", "x")]])
def test_few_cases_make_no_claim(rows: list[tuple[str, str, str]]) -> None:
    found = chapter(Context(coded(rows)))
    assert found.claims == []
    assert [block.type for block in found.blocks] == ["figure", "numbers"]


def test_no_interviews() -> None:
    found = chapter(Context(Study.from_tables({"actors": pd.DataFrame({"actor": ["a"]})})))
    assert [block.type for block in found.blocks] == ["not_answered"]


@pytest.mark.parametrize("audience", ["board", "members"])
def test_nobody_is_named(audience: str) -> None:
    study = example()
    text = json.dumps(chapter(Context(study, audience=audience)).to_dict(), default=str)
    assert not [name for name in study.actors["name"].dropna() if name in text]

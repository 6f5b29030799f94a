"""Every public measure is explained, and its source is in the bibliography."""

from __future__ import annotations

import csv
import inspect
import re
from importlib import import_module, resources

import pytest

network = import_module("interfirm.network")
COLUMNS = ["measure", "title", "definition", "formula", "low", "high", "range", "missing", "source"]


def rows() -> list[dict[str, str]]:
    text = (resources.files("interfirm.network") / "measures.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


def keys() -> set[str]:
    text = (resources.files("interfirm") / "references.bib").read_text("utf-8")
    return set(re.findall(r"^@\w+\{([^,\s]+),", text, re.MULTILINE))


def test_the_table_has_its_columns_and_each_measure_once():
    assert list(rows()[0]) == COLUMNS
    names = [row["measure"] for row in rows()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", network.__all__)
def test_a_public_measure_is_explained(name):
    row = {row["measure"]: row for row in rows()}.get(name)
    assert row is not None, f"{name} has no row in measures.csv"
    assert None not in row, f"{name}: too many cells, is a comma not quoted?"
    empty = [column for column in COLUMNS if not row[column]]
    assert not empty, f"{name} leaves {', '.join(empty)} empty"


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["measure"])
def test_a_source_is_in_the_bibliography(row):
    for key in re.split(r"[;,\s]+", row["source"].strip()):
        assert key in keys() or key == "ours", f"{row['measure']}: '{key}' is not in references.bib"


@pytest.mark.parametrize("name", network.__all__)
def test_a_public_measure_takes_a_study_and_cites_its_source(name):
    function = getattr(network, name)
    assert callable(function)
    assert next(iter(inspect.signature(function).parameters)) == "study"
    cited = re.findall(r"\[([a-z]+\d{4}[a-z]?)\]", inspect.getdoc(function) or "")
    assert cited, f"{name}: the docstring names no source"
    assert not set(cited) - keys(), f"{name}: {set(cited) - keys()} not in references.bib"


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["measure"])
def test_no_row_without_its_measure(row):
    assert row["measure"] in network.__all__


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'centrality_of_everything'"):
        _ = network.centrality_of_everything

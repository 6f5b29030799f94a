"""Every public measure is explained, takes a study, and its source is in the bibliography."""

from __future__ import annotations

import csv
import inspect
import re
from importlib import import_module, resources

import pytest

capability = import_module("interfirm.capability")
COLUMNS = ["measure", "title", "definition", "formula", "low", "high", "range", "missing", "source"]


def rows() -> list[dict[str, str]]:
    text = (resources.files("interfirm.capability") / "measures.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


def keys() -> set[str]:
    text = (resources.files("interfirm") / "references.bib").read_text("utf-8")
    return set(re.findall(r"^@\w+\{([^,\s]+),", text, re.MULTILINE))


def test_the_table_lists_the_measures_in_order():
    assert list(rows()[0]) == COLUMNS
    assert [row["measure"] for row in rows()] == list(capability.MEASURES)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["measure"])
def test_a_measure_is_explained_and_its_source_known(row):
    assert None not in row
    assert all(row.values())
    assert set(re.split(r"[;,\s]+", row["source"])) <= keys()


@pytest.mark.parametrize("name", capability.MEASURES)
def test_a_measure_takes_a_study(name):
    assert next(iter(inspect.signature(getattr(capability, name)).parameters)) == "study"


@pytest.mark.parametrize("name", capability.__all__)
def test_what_is_public_cites_known_sources(name):
    text = inspect.getdoc(getattr(capability, name)) or ""
    cited = re.findall(r"\[([a-z]+\d{4}[a-z]?)\]", text)
    assert not set(cited) - keys()
    assert cited or name in {"requirement_profiles", "check_requirements", "requirement", "readiness_index",
                             "requirements_from_cases", "requirements_of", "check_cases"}


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'anything'"):
        _ = capability.anything

"""Every public measure of how ties hold is explained, cites a source of the bibliography, and its example runs."""

from __future__ import annotations

import doctest
import inspect
import re
from importlib import import_module, resources

import pytest

from interfirm.errors import UnknownName
from interfirm.relations import catalogue
from interfirm.study.instruments import instruments, items, split

relations = import_module("interfirm.relations")
FIELDS = ("title", "definition", "formula", "low", "high", "range", "missing", "source")
ROOMS = ["outsourcing", "scope", "embeddedness", "disparity", "dependence", "alternatives", "trust", "balance",
         "commitment", "exit", "propositions", "alliance_table", "entry", "inequality", "_answers"]


def keys():
    text = (resources.files("interfirm") / "references.bib").read_text("utf-8")
    return set(re.findall(r"^@\w+\{([^,\s]+),", text, re.MULTILINE))


@pytest.mark.parametrize("name", relations.__all__)
def test_explained_and_sourced(name):
    row = catalogue.texts()[name]
    assert not [field for field in FIELDS if not row[field]]
    assert set(re.split(r"[;\s]+", row["source"])) <= keys() | {"ours"}
    cited = re.findall(r"\[([a-z]+\d{4}[a-z]?)\]", inspect.getdoc(getattr(relations, name)) or "")
    assert cited and set(cited) <= keys()


def test_texts_belong_to_public_names():
    assert set(catalogue.texts()) == set(relations.__all__) == set(relations.MEASURES) | set(relations.CALCULATORS)


@pytest.mark.parametrize("name", relations.MEASURES)
def test_a_measure_takes_a_study(name):
    assert next(iter(inspect.signature(getattr(relations, name)).parameters)) == "study"


@pytest.mark.parametrize("room", ROOMS)
def test_examples_run(room):
    import sys

    import_module(f"interfirm.relations.{room}")
    result = doctest.testmod(sys.modules[f"interfirm.relations.{room}"])
    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize("name", ["trust", "mode", "embeddedness", "commitment", "membership", "substitutes",
                                  "division", "scope"])
def test_items_are_complete_and_in_the_bibliography(name):
    for item in items(name):
        assert item.text.endswith((".", "?", "(per cent)."))
        assert item.source in keys()
        assert item.high is None or item.low < item.high
        assert not item.reverse or item.high is not None
    assert name in instruments()


def test_item_names_are_unique_and_carry_no_mark():
    names = [item.item for name in instruments() for item in items(name)]
    assert len(names) == len(set(names))
    assert not [name for name in names if "@" in name]
    assert split("COMMIT_1@A01") == ("COMMIT_1", "A01")
    with pytest.raises(UnknownName, match="Did you mean 'trust'"):
        items("trustt")


def test_unknown_name():
    with pytest.raises(AttributeError, match="no attribute 'magic'"):
        _ = relations.magic

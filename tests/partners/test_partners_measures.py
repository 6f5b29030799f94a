"""Every measure of partners is explained, and its source is in the bibliography."""

from __future__ import annotations

import csv
import doctest
import re
from importlib import import_module, resources

import pytest

from interfirm import partners

COLUMNS = ["measure", "title", "definition", "formula", "low", "high", "range", "missing", "source"]
ROOMS = ("boschma", "capabilities", "complementarity", "evaluate", "history", "learn", "plan", "proximity", "recommend",
         "terms", "text")


def rows() -> list[dict[str, str]]:
    text = (resources.files("interfirm.partners") / "measures.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


def keys() -> set[str]:
    text = (resources.files("interfirm") / "references.bib").read_text("utf-8")
    return set(re.findall(r"^@\w+\{([^,\s]+),", text, re.MULTILINE))


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["measure"])
def test_a_measure_is_explained_and_exists(row: dict[str, str]) -> None:
    assert list(row) == COLUMNS
    assert all(row[column] for column in COLUMNS)
    assert callable(getattr(partners, row["measure"]))
    for key in row["source"].split(";"):
        assert key in keys() or key == "ours"


@pytest.mark.parametrize("room", ROOMS)
def test_sources_named_in_docstrings_exist(room: str) -> None:
    module = import_module(f"interfirm.partners.{room}")
    text = " ".join(str(getattr(module, name).__doc__) for name in dir(module))
    assert not set(re.findall(r"\[([a-z]+\d{4}[a-z]?)\]", text)) - keys()


@pytest.mark.parametrize("room", ROOMS)
def test_examples_run(room: str) -> None:
    import sys

    import_module(f"interfirm.partners.{room}")
    assert doctest.testmod(sys.modules[f"interfirm.partners.{room}"]).failed == 0


def test_the_public_face() -> None:
    assert sorted(partners.__all__) == list(partners.__all__)
    for name in partners.__all__:
        assert callable(getattr(partners, name))
    with pytest.raises(AttributeError):
        _ = partners.luck


def test_every_term_has_a_meaning_and_a_provenance() -> None:
    from interfirm.partners.terms import declared

    text = (resources.files("interfirm.partners") / "weights.csv").read_text("utf-8")
    assert all(row["provenance"] == "expert prior" for row in csv.DictReader(text.splitlines()))
    assert all(term.meaning and term.title for term in declared().values())

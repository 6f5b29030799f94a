"""Every public function of performance is explained, cites a source of the bibliography, and its example runs."""

from __future__ import annotations

import doctest
import inspect
import re
import sys
from importlib import import_module, resources

import pytest

from interfirm.performance import catalogue

performance = import_module("interfirm.performance")
FIELDS = ("title", "definition", "formula", "low", "high", "range", "missing", "source")
ROOMS = ("analysis", "bootstrap", "by_type", "complementarity", "cones", "cooperation", "curve", "design", "dictionary",
         "firth", "heckman", "inverted_u", "margins", "models", "mrqap", "network_lag", "panel", "papers", "parallel",
         "sandwich", "search", "separation", "study_table", "words", "cooperation_survey", "formula", "lags",
         "panel_analysis", "positions", "selection_analysis", "ties_analysis")


def keys():
    text = (resources.files("interfirm") / "references.bib").read_text("utf-8")
    return set(re.findall(r"^@\w+\{([^,\s]+),", text, re.MULTILINE))


@pytest.mark.parametrize("name", catalogue.names())
def test_explained_and_sourced(name):
    row = catalogue.texts()[name]
    assert not [field for field in FIELDS if not row[field]]
    assert set(re.split(r"[;\s]+", row["source"])) <= keys() | {"ours"}


def test_texts_belong_to_public_names():
    assert set(catalogue.texts()) == set(catalogue.names())


@pytest.mark.parametrize("room", [*ROOMS, "cdm", "refusals", "likelihoods"])
def test_sources_named_exist(room):
    import_module(f"interfirm.performance.{room}")
    module = sys.modules[f"interfirm.performance.{room}"]
    text = " ".join(inspect.getdoc(item) or "" for item in vars(module).values() if callable(item))
    assert not set(re.findall(r"\[([a-z]+\d{4}[a-z]?)\]", text)) - keys()


@pytest.mark.parametrize("room", ROOMS)
def test_examples_run(room):
    import_module(f"interfirm.performance.{room}")
    result = doctest.testmod(sys.modules[f"interfirm.performance.{room}"])
    assert result.attempted > 0
    assert result.failed == 0


def test_unknown_name():
    with pytest.raises(AttributeError, match="no attribute 'magic'"):
        _ = performance.magic
    assert set(performance.__all__) <= set(dir(performance))
    for name in performance.__all__:
        assert callable(getattr(performance, name))

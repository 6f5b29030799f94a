"""Every measure of the place is explained, its examples run, and its source is in the bibliography."""

from __future__ import annotations

import doctest
import re
import sys
from importlib import import_module, resources

import pytest

from interfirm import cluster
from interfirm.cluster import catalogue
from interfirm.cluster.tables import rows
from interfirm.study.instruments import instruments, items

COLUMNS = ["measure", "title", "definition", "formula", "low", "high", "range", "missing", "source"]
ROOMS = ("assess", "concentration", "counting", "density", "efficiency", "evidence", "exchange", "indicators",
         "lessons", "mechanisms", "moran", "places", "plain", "regional", "relation", "shares", "verdict")


def keys() -> set[str]:
    text = (resources.files("interfirm") / "references.bib").read_text("utf-8")
    return set(re.findall(r"^@\w+\{([^,\s]+),", text, re.MULTILINE))


@pytest.mark.parametrize("name", cluster.MEASURES)
def test_a_measure_is_explained_and_exists(name: str) -> None:
    row = catalogue.texts()[name]
    assert list(row) == COLUMNS and all(row.values())
    assert callable(getattr(cluster, name))
    for key in re.split(r"[\s;]+", row["source"]):
        assert key in keys() or key == "ours"


def test_no_row_without_a_measure() -> None:
    assert set(catalogue.texts()) == set(cluster.MEASURES)


@pytest.mark.parametrize("room", ROOMS)
def test_examples_run_and_sources_exist(room: str) -> None:
    import_module(f"interfirm.cluster.{room}")
    module = sys.modules[f"interfirm.cluster.{room}"]
    text = " ".join(str(getattr(module, name).__doc__) for name in dir(module))
    assert not set(re.findall(r"\[([a-z]+\d{4}[a-z]?)\]", text)) - keys()
    assert doctest.testmod(module).failed == 0


def test_the_public_face() -> None:
    assert sorted(cluster.__all__) == list(cluster.__all__)
    for name in cluster.__all__:
        assert callable(getattr(cluster, name))
    with pytest.raises(AttributeError):
        _ = cluster.luck


def test_the_frame_names_items_efforts_and_sources_that_exist() -> None:
    """Every item of the frame is declared in an instrument, every effort is known, every gap says what to collect."""
    declared = {item.item for name in instruments() for item in items(name)}
    efforts = {row["effort"]: row["item"] for row in rows("efforts")}
    assert set(efforts.values()) <= declared
    advantages = {row["advantage"]: row for row in rows("advantages")}
    for row in advantages.values():
        assert set(row["items"].split()) <= declared and set(row["efforts"].split()) <= set(efforts)
        assert row["kind"] in {"passive", "active"}
    from interfirm.cluster.exchange import DATA

    for row in rows("cells"):
        assert row["advantage"] in advantages and row["channel"] in {"cost", "benefit", "pool"}
        assert row["sign"] in {"+", "-"} and row["collect"]
        assert row["source"] in DATA or set(row["source"].split()) <= declared
    assert len({(row["advantage"], row["channel"]) for row in rows("cells")}) == len(rows("cells")) == 18


def test_only_what_was_verified_is_attributed() -> None:
    """Four lessons name a source and say that its abstract was seen; the others say that they are ours."""
    for row in rows("lessons"):
        assert (row["source"] in keys() and row["status"] == "verified in the abstract") or (
            not row["source"] and row["status"] == "our reconstruction")
    assert sum(bool(row["source"]) for row in rows("lessons")) == 4

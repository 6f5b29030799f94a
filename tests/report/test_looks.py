"""Positions and colours for other programs are those of the report's own map."""

from __future__ import annotations

from pathlib import Path

import networkx as nx
import pytest

from interfirm import vocabulary
from interfirm.cli import run
from interfirm.report.looks import KIND_COLOURS, looks
from interfirm.report.summary import summarize
from interfirm.study.example import example
from interfirm.study.write.folder import write_study


@pytest.mark.slow
def test_positions_are_those_of_the_map() -> None:
    study = example()
    places, colours = looks(study, seed=3)
    nodes = summarize(study, seed=3, date="2026-01-01")["map"]["nodes"]
    assert len(nodes) == len(places) == len(colours)
    for node in nodes:
        x, y = places[node["id"]]
        assert (x, 1000 - y) == pytest.approx((node["x"] * 1000, node["y"] * 1000), abs=1)  # the map rounds to 0.001
        assert colours[node["id"]] == KIND_COLOURS[node["kind"]]


def test_every_kind_has_a_colour_of_its_own() -> None:
    assert set(KIND_COLOURS) == set(vocabulary.words("actor kinds"))
    assert len(set(KIND_COLOURS.values())) == len(KIND_COLOURS)


def test_the_exported_gexf_holds_them(tmp_path: Path) -> None:
    study = example()
    write_study(study, tmp_path / "demo")
    assert run(["export", str(tmp_path / "demo"), "--to", "gexf", "-o", str(tmp_path / "demo.gexf")]) == 0
    written = nx.read_gexf(tmp_path / "demo-directed.gexf")
    places, _ = looks(study)
    for actor, (x, y) in places.items():
        position = written.nodes[actor]["viz"]["position"]
        assert (position["x"], position["y"]) == (x, y)

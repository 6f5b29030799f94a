"""The small drawings of structures: every firm and tie at its place, nodal firms in colour, outside ties dashed."""

from __future__ import annotations

import re

import numpy as np
import pytest
from test_figures import block, marks

from interfirm.report import shapes
from interfirm.report.charts import CHARTS, draw
from interfirm.report.figures import figure
from interfirm.structure import IDEAL_TYPES, generate


@pytest.mark.parametrize("kind", IDEAL_TYPES)
def test_an_ideal_type_is_drawn_whole(kind):
    item = IDEAL_TYPES[kind]
    rows = shapes.ideal(item, "nearest", spoken=True)
    counts = {name: sum(row.get("kind") == name for row in rows) for name in ("firm", "tie", "rule", "outside")}
    assert counts == {"firm": len(item.example.positions), "tie": len(item.example.exchange),
                      "rule": len(item.example.coordination), "outside": len(item.example.external)}
    svg = figure(block("pictograms", rows))["wide"]
    assert svg.count("stroke-dasharray") >= 1
    assert item.title in svg and "nearest" in svg


@pytest.mark.parametrize("kind", IDEAL_TYPES)
@pytest.mark.parametrize("n", [6, 9, 15])
def test_a_found_network_has_a_place_for_every_firm(kind, n):
    made = generate(kind, n, seed=3)
    places = shapes.placed(kind, [str(p) for p in made.positions], made.superiors, made.exchange)
    assert places.shape == (n, 2)
    assert (places > -0.01).all() and (places < 1.01).all()
    apart = np.linalg.norm(places[:, None] - places, axis=2)[np.triu_indices(n, 1)]
    assert apart.min() > 0.05


def test_segments_stand_on_either_side_and_levels_below_each_other():
    made = generate("circuit-barrier", 9, seed=1)
    places = shapes.placed("circuit-barrier", [str(p) for p in made.positions], made.superiors, made.exchange)
    assert places[made.positions == "segment A", 0].max() < 0.5 < places[made.positions == "segment B", 0].min()
    tree = generate("branch", 7, seed=1, branching=2)
    at = shapes.placed("branch", [str(p) for p in tree.positions], tree.superiors, tree.exchange)
    units = tree.superiors >= 0
    assert (at[units, 1] < at[tree.superiors[units], 1]).all()


def test_partners_stand_next_to_each_other_in_a_ring():
    tie = np.zeros((8, 8), dtype=int)
    order = [3, 0, 6, 1, 7, 4, 2, 5]
    for a, b in zip(order, [*order[1:], order[0]], strict=True):
        tie[a, b] = tie[b, a] = 1
    places = shapes.placed("circuit", ["member"] * 8, np.full(8, -1), tie)
    length = [np.linalg.norm(places[a] - places[b]) for a, b in np.argwhere(tie)]
    assert max(length) == pytest.approx(2 * 0.5 * np.sin(np.pi / 8), abs=1e-6)


def test_firms_say_their_names_and_panels_their_text():
    rows = shapes.drawing("Ours", "circuit", np.array([[0.0, 0.0], [1.0, 1.0]]), ["member", "nodal"],
                          np.array([[0, 1], [1, 0]]), np.array([[0, 0], [1, 0]]), [0], ["A", "B"], spoken=True)
    at = marks(figure(block("pictograms", rows))["wide"])
    assert {"A, member", "B, nodal"} <= set(at)
    assert at["B, nodal"][0] > at["A, member"][0] and at["B, nodal"][1] < at["A, member"][1]


def test_panels_fill_rows_of_three_and_of_two():
    rows = [{"panel": f"p{i}", "says": ""} for i in range(5)]
    wide, narrow = (draw("pictograms", rows, {}, width).spec["height"] for width in (720, 352))
    assert round(wide / 2) != round(narrow / 3)
    assert "pictograms" in CHARTS
    text = figure(block("pictograms", rows))["wide"]
    assert len(re.findall(r">p\d<", text)) == 5

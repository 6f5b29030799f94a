"""Charts: every mark where its number says, in colours of the page, the same on every run."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from fixtures import HOSTILE, example_summary

from interfirm.errors import UnknownName
from interfirm.report.charts import CHARTS, NARROW, WIDE, draw
from interfirm.report.charts.geography import kilometres
from interfirm.report.figures import figure
from interfirm.report.labels import nice, place, shorten, spread, width_of

BLOCKS = {b["chart"]: b for c in example_summary()["chapters"] for b in c["blocks"] if b["type"] == "figure"}


def block(chart: str, rows: list[dict[str, Any]], **options: Any) -> dict[str, Any]:
    return {"id": f"f-{chart}", "title": "T", "subtitle": "S", "chart": chart, "rows": rows, "options": options,
            "table": {"columns": []}}


def marks(svg: str) -> dict[str, tuple[float, float]]:
    """Where each mark with a tooltip stands: its own translation and those of the groups around it."""
    out: dict[str, tuple[float, float]] = {}

    def walk(element: ET.Element, x: float, y: float) -> None:
        for found in re.finditer(r"translate\(([-\d.]+),([-\d.]+)\)", element.get("transform", "")):
            x, y = x + float(found.group(1)), y + float(found.group(2))
        title = element.find("title")
        if title is not None and title.text:
            out[title.text] = (x, y)
        for child in element:
            walk(child, x, y)

    walk(ET.fromstring(svg), 0.0, 0.0)
    return out


@pytest.mark.parametrize("chart", CHARTS)
@pytest.mark.parametrize("name", ["wide", "narrow"])
def test_a_picture_obeys_the_page(chart: str, name: str) -> None:
    root = ET.fromstring(figure(BLOCKS[chart])[name])
    width = float(root.get("viewBox", "").split()[2])
    assert width == pytest.approx(WIDE if name == "wide" else NARROW, abs=1)  # Vega rounds to whole pixels
    assert root.get("role") == "img" and root.get("aria-labelledby") == f"fig-{chart}-title"
    assert root.find("desc") is not None and root.findtext("desc", "").startswith(BLOCKS[chart]["title"])
    for element in root.iter():
        assert not {"style", "font-family", "onclick"} & set(element.attrib)
        for key in ("fill", "stroke"):
            assert element.get(key, "none") in ("none", "transparent") or element.get(key, "").startswith("var(--")
        size = element.get("font-size")
        assert size is None or size == "14px"


@pytest.mark.parametrize("chart", CHARTS)
def test_the_same_numbers_give_the_same_picture(chart: str) -> None:
    assert figure(BLOCKS[chart]) == figure(BLOCKS[chart])


@pytest.mark.parametrize("chart", sorted(set(CHARTS) - {"pictograms", "networks"}))    # see test_shapes
def test_every_row_has_a_mark_that_says_it(chart: str) -> None:
    titles = "\n".join(ET.fromstring(figure(BLOCKS[chart])["wide"]).itertext())
    for row in BLOCKS[chart]["rows"]:
        assert str(row.get("label", row.get("part", row.get("row", row.get("count"))))) in titles


@pytest.mark.parametrize("chart", CHARTS)
def test_nothing_to_draw_is_no_error(chart: str) -> None:
    assert figure(block(chart, []))["wide"].startswith("<svg")


def test_dots_stand_at_their_values() -> None:
    rows = [{"label": name, "value": value, "highlight": False} for name, value in zip("abc", (0, 5, 10), strict=True)]
    at = marks(figure(block("dots", rows, zero=True))["wide"])
    (xa, ya), (xb, yb), (xc, yc) = (at[f"{name}: {value}"] for name, value in zip("abc", (0, 5, 10), strict=True))
    assert xb - xa == pytest.approx(xc - xb, abs=0.2)  # the SVG keeps one decimal
    assert yb - ya == yc - yb == pytest.approx(28, abs=0.2)


def test_a_missing_value_is_not_drawn_as_zero() -> None:
    rows = [{"label": "a", "value": 3.0}, {"label": "b", "value": None}]
    found = marks(figure(block("dots", rows))["wide"])
    assert list(found) == ["a: 3"]
    out = figure(block("scatter", [{"label": "a", "x": 1, "y": 2}, {"label": "b", "x": 1, "y": None}]))
    assert list(marks(out["wide"])) == ["a: 1; 2"] and out["note"] == "1 without both values are not drawn."


def test_scatter_grows_up_and_to_the_right() -> None:
    rows = [{"label": "low", "x": 1, "y": 1}, {"label": "high", "x": 3, "y": 3}, {"label": "mid", "x": 2, "y": 2}]
    at = marks(figure(block("scatter", rows))["wide"])
    low, mid, high = at["low: 1; 1"], at["mid: 2; 2"], at["high: 3; 3"]
    assert low[0] < mid[0] < high[0] and low[1] > mid[1] > high[1]
    assert mid[0] == pytest.approx((low[0] + high[0]) / 2, abs=0.2)


def test_rows_of_different_size_get_their_own_scale_unless_they_are_shares() -> None:
    rows = [{"label": "small", "observed": 0.02, "mean": 0.01, "low": 0.0, "high": 0.02},
            {"label": "large", "observed": 3.0, "mean": 2.0, "low": 1.0, "high": 4.0}]
    own = marks(figure(block("null", rows))["wide"])
    assert min(x for x, _ in own.values()) > 300
    shared = marks(figure(block("null", rows, format="share"))["wide"])
    small, large = (next(at for says, at in shared.items() if says.startswith(name)) for name in ("small", "large"))
    assert large[0] - small[0] > 300


def test_more_than_eight_parts_are_put_together_and_said() -> None:
    rows = [{"group": "g", "part": f"p{i}", "value": 1} for i in range(11)]
    out = figure(block("parts", rows))
    assert out["key"][-1] == ("cat-8", "other (4 kinds)") and len(out["key"]) == 8
    assert "g, other: 4" in "".join(ET.fromstring(out["wide"]).itertext())


def test_more_dots_than_can_be_read_are_left_out_and_said() -> None:
    out = figure(block("dots", [{"label": f"a{i}", "value": i} for i in range(55)]))
    assert len(marks(out["wide"])) == 40
    assert out["note"] == "The first 40 of 55 are drawn; all of them stand in the table."


def test_counts_have_whole_steps_and_shares_are_per_cent() -> None:
    text = "".join(ET.fromstring(figure(block("dots", [{"label": "a", "value": 2}], zero=True))["wide"]).itertext())
    assert "0.5" not in text
    shares = {"columns": [{"kind": "text"}, {"kind": "share"}]}
    out = figure({**block("dots", [{"label": "a", "value": 0.5}], zero=True), "table": shares})
    assert "50\u00a0%" in out["wide"] and "0.5<" not in out["wide"]


def test_distances_on_the_plane() -> None:
    (x0, y0), (x1, y1) = kilometres([(60.0, 10.0), (60.0, 11.0)])
    # One degree of longitude at 60° north: 6371.0088 km · π/180 · cos 60° = 55.597 km.
    assert x1 - x0 == pytest.approx(55.597, abs=0.01) and y0 == y1
    (_, y0), (_, y1) = kilometres([(0.0, 0.0), (1.0, 0.0)])
    assert y1 - y0 == pytest.approx(111.195, abs=0.001)


def test_the_scale_bar_is_true() -> None:
    rows = [{"label": "west", "latitude": 0.0, "longitude": 0.0, "value": 1},
            {"label": "east", "latitude": 0.0, "longitude": 1.0, "value": 1}]
    svg = figure(block("geo", rows))["wide"]
    at = marks(svg)
    per_km = (at["east: 1"][0] - at["west: 1"][0]) / 111.195
    said = re.search(r">(\d+) km<", svg)
    bars = list(re.finditer(r'd="M([-\d.]+),[-\d.]+h([\d.]+)v2h', svg))
    assert said is not None and len(bars) == 1
    assert float(bars[0].group(2)) == pytest.approx(int(said.group(1)) * per_km, abs=0.5)  # half a pixel


def test_hostile_names_stay_text() -> None:
    rows = [{"label": name, "value": i, "highlight": True} for i, name in enumerate(HOSTILE)]
    for name in ("wide", "narrow"):
        root = ET.fromstring(figure(block("dots", rows))[name])
        assert {element.tag for element in root.iter()} <= {"svg", "g", "path", "text", "line", "rect", "title", "desc"}
        labels = [element.text or "" for element in root.iter("text")]
        assert max(map(len, labels)) <= 33 and not any("\u202e" in text for text in labels)


def test_an_unknown_chart_lists_the_known() -> None:
    with pytest.raises(UnknownName, match="dots, null, slope"):
        draw("pie", [], {}, WIDE)


# ---- places of labels --------------------------------------------------------------------


def test_round_steps() -> None:
    assert nice(0, 9.3, 5) == [0.0, 2.5, 5.0, 7.5, 10.0]
    assert nice(0, 2, 6, whole=True) == [0.0, 1.0, 2.0]
    assert nice(-3, 4, 5) == [-4.0, -2.0, 0.0, 2.0, 4.0]
    steps = nice(2.5, 2.74, 6)
    assert steps[0] <= 2.5 and steps[-1] >= 2.74


def test_labels_are_pushed_apart_and_keep_their_order() -> None:
    out = spread([10, 11, 50, 12], 15, 200)
    ordered = sorted(out)
    assert all(b - a >= 15 - 1e-3 for a, b in pairwise(ordered))
    assert out[0] < out[1] < out[3] < out[2]


def test_placed_labels_do_not_touch() -> None:
    spots = [(100.0, 100.0), (104.0, 103.0), (300.0, 20.0)]
    names = ["Alder Tools", "Birch Tools", "Corvin"]
    found = place(spots, names, 14, 400, 200)
    assert all(found)
    boxes = []
    for spot, text in zip(found, names, strict=True):
        assert spot is not None
        left = {"left": 0.0, "right": 1.0, "center": 0.5}[spot[2]] * width_of(text, 14)
        boxes.append((spot[0] - left, spot[1] - 7, spot[0] - left + width_of(text, 14), spot[1] + 7))
    a, b = boxes[:2]
    assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


def test_names_are_cut_at_the_end() -> None:
    assert shorten("Alder Tools", 20) == "Alder Tools"
    assert shorten("Alder Precision Tools", 12) == "Alder Preci…"
    assert shorten("a\u202eb\nc", 10) == "abc"

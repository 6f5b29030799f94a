"""The page as text: complete, escaped, self-contained, the same for the same summary."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from fixtures import HOSTILE, aggregated_summary, example_summary

from interfirm.errors import UsageError
from interfirm.report import html
from interfirm.report import map as atlas

VOID = {"meta", "link", "br", "img", "input", "hr", "path", "circle", "line", "rect"}


class Reader(HTMLParser):
    """Collects elements, checks nesting and holds the text of scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.code: dict[str, list[str]] = {"script": [], "style": []}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-3:]}"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in self.code:
            kind = next(attrs for tag, attrs in reversed(self.elements) if tag == self.open[-1])
            if kind.get("type") != "application/json":
                self.code[self.open[-1]].append(data)
        else:
            self.texts.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.elements if name == tag]


@pytest.fixture(scope="module")
def summary() -> dict[str, Any]:
    return example_summary()


@pytest.fixture(scope="module")
def page(summary: dict[str, Any]) -> str:
    return html.render(summary)


@pytest.fixture(scope="module")
def read(page: str) -> Reader:
    return Reader(page)


def test_it_is_well_nested_and_its_names_are_unique(read: Reader) -> None:
    assert read.open == []
    names = [attrs["id"] for _, attrs in read.elements if "id" in attrs]
    assert len(names) == len(set(names))


def test_every_link_and_button_inside_the_page_leads_somewhere(read: Reader) -> None:
    names = {attrs["id"] for _, attrs in read.elements if "id" in attrs}
    for attrs in read.all("a"):
        assert str(attrs["href"]).startswith("#") and str(attrs["href"])[1:] in names
    for attrs in read.all("button"):
        assert attrs.get("popovertarget", next(iter(names))) in names
    for _, attrs in read.elements:
        for reference in (attrs.get("aria-labelledby") or "").split():
            assert reference in names


def test_nothing_is_asked_of_any_network(page: str, read: Reader) -> None:
    assert not {"src", "srcset", "action", "data", "poster"} & {key for _, attrs in read.elements for key in attrs}
    assert read.all("link") == [] and read.all("img") == [] and read.all("iframe") == []
    style = "".join(read.code["style"])
    assert "url(" not in style and "@import" not in style
    outside = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    assert "http://" not in outside and "https://" not in outside


def test_the_policy_names_the_very_texts(read: Reader) -> None:
    rule = next(a["content"] for a in read.all("meta") if a.get("http-equiv") == "Content-Security-Policy")
    assert rule is not None and rule.startswith("default-src 'none';") and "unsafe" not in rule
    for kind in ("script", "style"):
        assert read.code[kind]
        for text in read.code[kind]:
            digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
            assert f"'sha256-{digest}'" in rule
    assert not any("style" in attrs or any(key.startswith("on") for key in attrs) for _, attrs in read.elements)


def test_every_sentence_and_cell_of_the_summary_is_in_the_page(summary: dict[str, Any], read: Reader) -> None:
    text = re.sub(r"\s+", " ", "".join(read.texts))
    for claim in summary["findings"]:
        assert claim["text"] in text and claim["certainty"].capitalize() in text
    for chapter in summary["chapters"]:
        assert chapter["title"] in text and chapter["lead"] in text
        for block in chapter["blocks"]:
            for key in ("title", "subtitle", "caption", "text", "question", "why", "collect"):
                assert str(block.get(key, "")) in text
            table = block if block["type"] == "table" else block.get("table")
            for row in (table or {"rows": []})["rows"]:
                for value in row:
                    assert value is None or isinstance(value, (float, bool)) or str(value) in text
    for item in summary["measures"].values():
        for key in ("title", "definition", "formula", "low", "high", "missing"):
            assert item[key] in text
    assert all(reference in text for reference in summary["references"].values())


def test_hostile_names_are_text() -> None:
    page = html.render(example_summary(hostile=True))
    read = Reader(page)
    assert read.open == []
    assert len(read.all("script")) == 3 and read.all("img") == []
    assert page.count(html.static("map.js")) == 1
    text = "".join(read.texts)
    for name in HOSTILE:
        assert name in text
    data = re.search(r'<script type="application/json" id="map-data">(.*?)</script>', page, re.DOTALL)
    assert data is not None and "<" not in data.group(1) and "\u2028" not in data.group(1)
    assert [node["label"] for node in json.loads(data.group(1))["nodes"][:7]] == list(HOSTILE)


def test_the_same_summary_gives_the_same_bytes(summary: dict[str, Any], page: str) -> None:
    again = json.loads(json.dumps(summary))
    assert html.render(again) == page


def test_every_kind_of_block_alone(summary: dict[str, Any]) -> None:
    kinds = set()
    for chapter in summary["chapters"]:
        for block in chapter["blocks"]:
            kinds.add(block["type"])
            alone = {**summary, "chapters": [{**chapter, "blocks": [block], "claims": []}], "findings": []}
            assert Reader(html.render(alone)).open == []
    assert kinds == {"table", "numbers", "figure", "text", "not_answered", "map"}


def test_a_study_with_nothing_to_say(summary: dict[str, Any]) -> None:
    bare = {**summary, "findings": [], "chapters": [], "measures": {}, "references": {}, "data": {},
            "map": {"nodes": [], "edges": [], "relations": [], "waves": [], "labelled": [], "aggregated": None}}
    page = html.render(bare)
    assert "Each chapter says what to collect" in page and "map-data" not in page
    assert html.static("map.js") not in page


def test_another_format_is_refused() -> None:
    with pytest.raises(UsageError, match="interfirm-summary/1"):
        html.render({"format": "interfirm-summary/9"})


def test_long_tables_say_what_they_leave_out(summary: dict[str, Any]) -> None:
    table = {"id": "long", "title": "Long", "columns": [{"name": "n", "label": "N", "kind": "count", "unit": "",
             "measure": None}], "rows": [[i] for i in range(1234)], "caption": "", "total_rows": 5000,
             "categories": False, "type": "table"}
    chapter = {**summary["chapters"][0], "blocks": [table], "claims": []}
    text = "".join(Reader(html.render({**summary, "chapters": [chapter], "findings": []})).texts)
    assert "The first 500 of 1,234 rows." in text and "500 of 5,000 rows" in text
    assert text.count("\n") < 5000 and "1,233" not in text


@pytest.mark.parametrize(("value", "kind", "expected"), [
    (None, "number", "–"),
    (True, "text", "yes"), (False, "number", "no"), (0.123456, "number", "0.123"),
    (1234567, "count", "1,234,567"), (0.4079, "share", "41\u00a0%"),
    (0.004, "share", "0.4\u00a0%"), ("a", "actor", "a"),
    (2021, "text", "2021"), (12.0, "number", "12"), (0.00012345, "number", "0.00012")])
def test_cells(value: Any, kind: str, expected: str) -> None:
    assert html.shown(value, kind) == expected


def test_names_become_anchors() -> None:
    assert html.slug("fig-dots") == "fig-dots"
    assert html.slug("A b/c\"") == "a-b-c"
    assert html.slug("شركة") == html.slug("شركة") != html.slug("другое")


# ---- the still map -----------------------------------------------------------------------


def test_the_still_map_shows_every_actor_and_the_main_ties(summary: dict[str, Any]) -> None:
    data = summary["map"]
    drawn = atlas.picture(data)
    reader = Reader(drawn.svg)
    titles = drawn.svg.count("<title>")
    assert titles == len(data["nodes"]) == 70
    lines = "".join(str(a.get("d")) for a in reader.all("path") if "fill" not in a and "M" in str(a.get("d")))
    shown = [e for e in data["edges"] if e["relation"] == "advice" and e["wave"] == "2024"]
    assert lines.count("M") == len(shown)
    assert 8 <= len(reader.all("text")) <= 12
    dashed = [a for a in reader.all("path") if a.get("stroke-dasharray")]
    outside = {i for i, node in enumerate(data["nodes"]) if node["position"] == "external"}
    assert str(dashed[0]["d"]).count("M") == sum(e["source"] in outside or e["target"] in outside for e in shown)


def test_the_middle_is_drawn_apart_and_the_order_stays() -> None:
    nodes = [{"x": 0.5 + far, "y": 0.5} for far in (0.0, 0.1, 0.2, 0.4, 0.45)]
    out = [node["x"] - 0.5 for node in atlas.eased({"nodes": nodes, "boundary": [0.5, 0.5, 0.4]})["nodes"]]
    assert out == sorted(out)
    assert out[1] == pytest.approx(0.4 * 0.25**0.72)
    assert out[0] == 0 and out[3:] == pytest.approx([0.4, 0.45])  # the rim and what lies outside stay


def test_the_hull_by_hand() -> None:
    square = [(0.0, 0.0), (2.0, 0.0), (2.0, 2.0), (0.0, 2.0), (1.0, 1.0), (1.0, 0.0)]
    assert sorted(atlas.hull(square)) == [(0.0, 0.0), (0.0, 2.0), (2.0, 0.0), (2.0, 2.0)]


def test_shapes_stay_near_their_place() -> None:
    for style in atlas.STYLES.values():
        numbers = [float(v) for v in re.findall(r"-?\d+\.\d+", atlas.outline(style.shape, 100, 100, 10))]
        assert numbers and (style.shape in ("circle", "ring") or all(80 < v < 120 for v in numbers))


def test_what_the_interactive_map_gets(summary: dict[str, Any]) -> None:
    data = atlas.payload(summary["map"], summary["measures"])
    assert sum(len(ties["s"]) for ties in data["ties"]) == len(summary["map"]["edges"])
    assert data["start"] == {"relation": "advice", "wave": "2024"} and data["groups"] is None
    assert data["measures"] == {"degree": "Degree", "betweenness": "Betweenness", "constraint": "Constraint"}


def test_a_large_network_is_drawn_by_its_groups() -> None:
    summary = aggregated_summary()
    groups = summary["map"]["aggregated"]["nodes"]
    drawn = atlas.picture(summary["map"])
    assert drawn.svg.count("<title>") == len(groups) == 24
    assert "311 smaller groups with 940 actors are not drawn" in drawn.note
    data = atlas.payload(summary["map"], summary["measures"])
    assert [node["measures"]["2024"]["actors"] for node in data["groups"]["nodes"]] == [g["size"] for g in groups]
    assert len(data["nodes"]) == 70

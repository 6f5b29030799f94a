"""Four questions of a board: each answer repeats what a chapter says, or says that it is open."""

from __future__ import annotations

from typing import Any

from interfirm.report.glance import glance
from interfirm.report.html import render
from interfirm.report.summary import summarize
from interfirm.study.example import example


def chapter(name: str, claims: list[dict[str, Any]] | None = None, *blocks: dict[str, Any]) -> dict[str, Any]:
    return {"id": name, "claims": claims or [], "blocks": list(blocks)}


def claim(name: str, text: str, probability: float, word: str) -> dict[str, Any]:
    return {"id": name, "text": text, "probability": probability, "certainty": word, "evidence": f"{name}-figure"}


OPEN = {"id": "simulation-none", "type": "not_answered", "why": "It was not asked.",
        "collect": "Nothing new: run it. More."}


def answers(*chapters: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {item["question"]: item for item in glance(chapters)}


def test_answers_are_those_of_the_chapters() -> None:
    said = answers(
        chapter("structure", [claim("structure-whole", "A circuit.", 0.97, "very sure"),
                              claim("structure-leaving", "Ada decides.", 0.8, "fairly sure")]),
        chapter("positions", [claim("positions-few", "Three of nine.", 0.99, "very sure")]),
        chapter("partners", None, {"id": "partners-introduce", "type": "advice", "evidence": "partners-list",
                                   "text": "Introduce A to B, and let them agree a small first task."}),
        chapter("simulation", None, {"id": "simulation-innovations", "type": "figure", "title": "Most with training",
                                     "rows": [{"label": "Cooperation voucher", "value": 4.2, "low": 1.0,
                                               "high": 7.4}]}))
    assert said["What is our shape?"] | {"evidence": ""} == {
        "question": "What is our shape?", "answer": "A circuit.", "certainty": "very sure", "note": "", "evidence": ""}
    assert said["Who holds it together?"]["answer"] == "Ada decides."
    assert said["Whom should we introduce?"]["answer"] == "Introduce A to B."
    assert said["What would a voucher change?"]["answer"] == \
        "+4.2 % innovations against no policy (1 % to 7.4 %). Most with training."


def test_what_is_open_is_said_with_what_to_do() -> None:
    said = answers(chapter("structure", [claim("structure-leaving", "Ada decides.", 0.3, "cannot say")],
                           {"id": "structure-none", "type": "not_answered", "why": "Too few.", "collect": "Ask."}),
                   chapter("positions"), chapter("simulation", None, OPEN))
    assert said["What is our shape?"]["answer"] == "Not answered: too few."
    assert said["Who holds it together?"]["certainty"] == "cannot say"
    assert said["What would a voucher change?"]["answer"] == "Not answered yet: it was not asked."
    assert said["What would a voucher change?"]["note"] == "Run it."
    assert "Whom should we introduce?" not in said


def test_who_holds_a_network_without_ties_is_open() -> None:
    none = {"id": "positions-none", "type": "not_answered", "why": "The study holds no ties.", "collect": "Ask."}
    said = answers(chapter("structure"), chapter("positions", None, none))["Who holds it together?"]
    assert said["answer"] == "Not answered yet: the study holds no ties."
    assert said["evidence"] == "positions-none"
    unsure = chapter("positions", [claim("positions-few", "Three of nine.", 0.2, "cannot say")])
    assert answers(unsure)["Who holds it together?"]["answer"] == "Nobody stands out beyond chance."


def test_a_voucher_that_changes_nothing_beyond_chance() -> None:
    figure = {"id": "simulation-innovations", "type": "figure", "title": "No policy changes it",
              "rows": [{"label": "Cooperation voucher", "value": -0.5, "low": -2.0, "high": 1.0}]}
    text = answers(chapter("simulation", None, figure))["What would a voucher change?"]["answer"]
    assert text.startswith("\u22120.5 % innovations") and "no change beyond chance" in text


def test_the_report_of_the_example_opens_with_the_four_questions() -> None:
    summary = summarize(example(), date="2026-01-01")
    assert len(summary["glance"]) == 4
    page = render(summary)
    anchors = {block["id"] for part in summary["chapters"] for block in part["blocks"]} | {
        part["id"] for part in summary["chapters"]}
    assert {item["evidence"] for item in summary["glance"]} <= anchors
    assert page.index('id="glance"') < page.index('id="findings"')

"""What the report says about studies that can be worked out by hand."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from small_studies import actors, chain, frame, projects, relations, star, ties

from interfirm import Study, UnknownName
from interfirm.network.brokerage import constraint as constraint_of
from interfirm.network.cohesion import density, reciprocity, transitivity
from interfirm.report.concentration import concentration
from interfirm.report.measures import texts
from interfirm.report.summary import CHAPTERS, summarize
from interfirm.study.example import example
from interfirm.vocabulary import certainty

DATE = "2026-01-01"


def made(study: Study, **options: Any) -> dict[str, Any]:
    return summarize(study, date=DATE, **options)


@pytest.fixture(scope="module")
def of_star() -> dict[str, Any]:
    return made(star())


@pytest.fixture(scope="module")
def of_chain() -> dict[str, Any]:
    return made(chain())


@pytest.fixture(scope="module")
def of_example() -> dict[str, Any]:
    return made(example())


@pytest.fixture(scope="module")
def of_projects() -> dict[str, Any]:
    return made(projects())


@pytest.fixture(scope="module")
def public_example() -> dict[str, Any]:
    return made(example(), audience="public")


@pytest.fixture(params=["star", "chain", "projects", "example"])
def every(request: pytest.FixtureRequest) -> dict[str, Any]:
    return request.getfixturevalue(f"of_{request.param}")  # type: ignore[no-any-return]


def blocks(summary: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for chapter in summary["chapters"]:
        yield from chapter["blocks"]


def block(summary: dict[str, Any], name: str) -> dict[str, Any]:
    return next(item for item in blocks(summary) if item["id"] == name)


def claim(summary: dict[str, Any], name: str) -> dict[str, Any]:
    return next(item for chapter in summary["chapters"] for item in chapter["claims"] if item["id"] == name)


def claims(summary: dict[str, Any]) -> set[str]:
    return {item["id"] for chapter in summary["chapters"] for item in chapter["claims"]}


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


# ---- the contract ------------------------------------------------------------------------


def test_json_keeps_every_value(every: dict[str, Any]) -> None:
    assert json.loads(json.dumps(every, allow_nan=False)) == every


def test_evidence_exists_and_ids_are_unique(every: dict[str, Any]) -> None:
    names = [item["id"] for item in blocks(every)]
    tables = [item["table"]["id"] for item in blocks(every) if "table" in item]
    assert len(names + tables) == len(set(names + tables))
    for chapter in every["chapters"]:
        for item in chapter["claims"]:
            assert item["evidence"] in names, item


def test_every_measure_that_is_named_is_explained(every: dict[str, Any]) -> None:
    def named(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            if isinstance(value.get("measure"), str):
                yield value["measure"]
            for item in value.values():
                yield from named(item)
        elif isinstance(value, list):
            for item in value:
                yield from named(item)

    used = set(named(every["chapters"]))
    assert used <= set(every["measures"]) <= set(texts())
    for text in every["measures"].values():
        assert all(text[field] for field in ("title", "definition", "formula", "low", "high"))
        assert set(re.split(r"[ ;]+", text["source"])) - {"ours"} <= set(every["references"])


def test_rows_fit_their_columns(every: dict[str, Any]) -> None:
    for item in blocks(every):
        one = item if item["type"] == "table" else item.get("table")
        if one:
            assert one["columns"] and all(len(row) == len(one["columns"]) for row in one["rows"]), one["id"]
            assert one["total_rows"] is None or one["total_rows"] > len(one["rows"])


def test_the_number_chooses_the_word(every: dict[str, Any]) -> None:
    for chapter in every["chapters"]:
        for item in chapter["claims"]:
            assert item["probability"] is None or 0 <= item["probability"] <= 1
            word = "cannot say" if item["probability"] is None else certainty(item["probability"])
            assert item["certainty"] == word


def test_at_most_seven_findings_most_useful_first(every: dict[str, Any]) -> None:
    found = every["findings"]
    assert len(found) <= 7
    score = [item["usefulness"] * (0.3 if item["probability"] is None else item["probability"]) for item in found]
    assert score == sorted(score, reverse=True)
    every_claim = [item for chapter in every["chapters"] for item in chapter["claims"]]
    assert all(item in every_claim for item in found)


def test_chapters_stand_in_the_order_of_the_house(every: dict[str, Any]) -> None:
    assert tuple(chapter["id"] for chapter in every["chapters"]) == CHAPTERS


def test_no_claim_of_cause_or_significance(every: dict[str, Any]) -> None:
    said = json.dumps([every["chapters"], every["findings"]], ensure_ascii=False).lower()
    for word in ("significant", "leads to", " causes", "because of", "impact", "effect of"):
        assert word not in said


def test_the_example_has_three_to_seven_findings(of_example: dict[str, Any]) -> None:
    assert 3 <= len(of_example["findings"]) <= 7
    assert sum(item["certainty"] != "cannot say" for item in of_example["findings"]) >= 3


def test_same_seed_same_dictionary(of_chain: dict[str, Any]) -> None:
    assert made(chain()) == of_chain


def test_made_says_how(of_chain: dict[str, Any]) -> None:
    assert of_chain["made"]["date"] == DATE
    assert of_chain["made"]["seed"] == 1
    assert {"numpy", "igraph", "python"} <= set(of_chain["made"]["packages"])
    assert of_chain["study"]["main"] == {"relation": "advice", "wave": "2021"}
    assert of_chain["study"]["synthetic"] is True
    assert of_chain["study"]["waves"][0] == {"wave": "2020", "label": "Spring 2020"}


def test_unknown_audience() -> None:
    with pytest.raises(UnknownName, match="bored"):
        made(star(), audience="bored")


# ---- numbers by hand ---------------------------------------------------------------------


def test_star_a_receives_seven_of_eight(of_star: dict[str, Any]) -> None:
    """A receives 7 of 8 requests, B one; nobody else holds any, so nobody else is named among the few."""
    said = plain(claim(of_star, "positions-few")["text"])
    assert said.startswith("Two of 10 firms receive 100 % of all requests for advice (2020;")
    assert said.endswith(": Firm A and Firm B.")
    rows = {row["label"]: row["value"] for row in block(of_star, "positions-central")["rows"]}
    assert rows["Firm A"] == 7 and rows["Firm B"] == 1 and rows["Firm C"] == 0


def test_star_two_of_eight_are_returned(of_star: dict[str, Any]) -> None:
    assert "25 % are returned" in plain(claim(of_star, "cohesion-reciprocity")["text"])


def test_star_i_and_j_are_alone(of_star: dict[str, Any]) -> None:
    one = claim(of_star, "positions-alone")
    assert plain(one["text"]) == "2 of 10 firms have no tie to anyone in any relation (2020): Firm I and Firm J."
    assert one["probability"] == 1.0


def test_star_without_a_six_lose_every_chain(of_star: dict[str, Any]) -> None:
    said = plain(claim(of_star, "positions-cut")["text"])
    assert said.startswith("Without Firm A, 6 firms would lose every chain of requests for advice to the rest (2020)")
    assert "nobody else" in said
    assert claim(of_star, "positions-cut")["probability"] == 1.0


def test_star_eight_of_ten_hang_together(of_star: dict[str, Any]) -> None:
    """From A: 1 step to B. From B: 1. From C to H: 1 to A, 2 to B. Mean (1+1+6+12)/14."""
    said = plain(claim(of_star, "cohesion-whole")["text"])
    assert said.startswith(f"8 of 10 firms hang together through requests for advice, {20 / 14:.2f} steps apart")


def test_chain_three_of_seven_are_kept(of_chain: dict[str, Any]) -> None:
    """G and H did not answer in 2021: their rows are unknown; A-F asked 7 in 2020, 5 of them remain, 1 is new."""
    said = plain(claim(of_chain, "change-kept")["text"])
    assert "71 % of the 7 requests for advice of 2020" in said and "1 were new" in said
    table = block(of_chain, "change-parts")["table"]
    row = dict(zip([c["name"] for c in table["columns"]], table["rows"][0], strict=True))
    assert (row["kept"], row["new"], row["ended"], row["unknown"]) == (5, 1, 2, 0)
    assert row["jaccard"] == pytest.approx(5 / 8)


def test_chain_response_and_bounds(of_chain: dict[str, Any]) -> None:
    """2021: 6 ties; 8·7 = 56 pairs of which the 14 of G and H are unknown."""
    table = block(of_chain, "who-response")["table"]
    rates = {(row[0], row[1]): row[4] for row in table["rows"]}
    assert rates["advice", "2020"] == 1.0 and rates["advice", "2021"] == 0.75
    density = block(of_chain, "who-bounds")["items"][0]
    assert density["value"] == pytest.approx(6 / 42)
    assert (density["low"], density["high"]) == (pytest.approx(6 / 56), pytest.approx(20 / 56))
    assert plain(claim(of_chain, "who-silent")["text"]).startswith("2 firms of 8 did not answer about advice (2021)")


def test_chain_gates(of_chain: dict[str, Any]) -> None:
    """Customer ties to X and Y in 2021: E two, A two, F one."""
    said = plain(claim(of_chain, "positions-gates")["text"])
    assert said.startswith("Three of 8 firms hold 100 % of the 5 ties that lead outside (customer, 2021;")
    assert "Firm A, Firm E and Firm F" in said


def test_chain_silent_actors_are_not_called_alone(of_chain: dict[str, Any]) -> None:
    assert "positions-alone" not in claims(of_chain)
    rows = block(of_chain, "positions-weak")["rows"]
    notes = {row[0]: row[3] for row in rows}
    assert notes["Firm G"] == "did not answer; nobody named it"


def test_chain_has_too_few_ties_for_distance(of_chain: dict[str, Any]) -> None:
    assert "place-few" in not_answered(of_chain)


def on_a_line() -> Study:
    """Six firms one hundredth of a degree of latitude (1.112 km) apart, each asking the next."""
    return Study.from_tables({
        "waves": frame("wave", [("2020",)]), "relations": relations("advice"),
        "actors": actors("ABCDEF", latitude=[47 + i / 100 for i in range(6)], longitude=[16.0] * 6),
        "ties": ties([("A", "B"), ("B", "C"), ("C", "D"), ("D", "E"), ("E", "F")])})


def test_distance_on_a_line() -> None:
    """All five ties are one step long; of the 15 pairs 5, 4, 3, 2, 1 are 1 to 5 steps apart, so the median is 2."""
    summary = made(on_a_line())
    step = math.radians(0.01) * 6371.0088
    values = [item["value"] for item in block(summary, "place-numbers")["items"]]
    assert values[:2] == [pytest.approx(step), pytest.approx(2 * step)] and values[2] == 6
    assert "span 1.11 km or less, half of all pairs of firms 2.22 km or less" in plain(
        claim(summary, "place-near")["text"])


def test_projects_by_hand(of_projects: dict[str, Any]) -> None:
    """Three alliances of 5, 3 and 2 among eight firms: A is in three, B in two, C to G in one, H in none."""
    assert of_projects["study"]["main"] == {"relation": "alliances", "wave": None}
    said = plain(claim(of_projects, "alliances-few")["text"])
    assert said.startswith("Three of 8 organisations hold 60 % of all memberships") or \
        said.startswith("Three of 8 firms hold 60 % of all memberships")
    items = {item["label"]: item["value"] for item in block(of_projects, "alliances-numbers")["items"]}
    assert list(items.values())[:3] == [3, 3.0, 7]
    nodes = {node["id"]: node for node in of_projects["map"]["nodes"]}
    assert nodes["A"]["measures"]["all"]["degree"] == 6
    assert of_projects["map"]["waves"] == [{"wave": "all", "label": "all years"}]
    assert {edge["wave"] for edge in of_projects["map"]["edges"]} == {"all"}


def test_numbers_are_those_of_the_measures(of_example: dict[str, Any]) -> None:
    study = example()
    main = of_example["study"]["main"]
    options = {"relation": main["relation"], "wave": main["wave"]}
    items = {item["measure"]: item["value"] for item in block(of_example, "cohesion-numbers")["items"]}
    assert items["density"] == density(study, **options)
    assert items["reciprocity"] == reciprocity(study, **options)
    assert items["transitivity"] == transitivity(study, **options)
    last = of_example["map"]["waves"][-1]["wave"]
    values = constraint_of(study, **options)
    for node in of_example["map"]["nodes"]:
        if node["position"] == "member" and last in node["waves"]:
            value = node["measures"][last]["constraint"]
            expected = values[node["id"]]
            assert value is None if np.isnan(expected) else value == pytest.approx(expected, rel=1e-11)


def test_concentration_against_hand_calculation() -> None:
    """Four holders, one choice each by two choosers: the top three always hold everything."""
    found = concentration([2, 0, 0, 0], [1, 1], draws=50, rng=np.random.default_rng(1), few=1)
    assert found is not None and found.share == 1.0
    assert found.mean == pytest.approx(1 * 0.25 + 0.5 * 0.75, abs=0.12)  # both pick the same with probability 1/4
    one = concentration([3, 0, 0, 0, 0], [1, 1, 1], draws=50, rng=np.random.default_rng(1))
    assert one is not None and one.few == 1 and one.holders.tolist() == [0]  # the others hold nothing
    assert concentration([0, 0, 0, 0], [], draws=5, rng=np.random.default_rng(1)) is None


def test_concentration_is_as_sure_as_its_draws_allow() -> None:
    rng = np.random.default_rng(3)
    unusual = [concentration(np.bincount(rng.integers(0, 30, 60), minlength=30), np.full(60, 1), draws=99,
                             rng=np.random.default_rng(seed)) for seed in range(60)]
    sure = np.array([item.probability for item in unusual if item is not None])
    assert (sure >= 0.95).mean() < 0.2  # by chance about one in twenty


# ---- relabelling -------------------------------------------------------------------------


def test_new_identifiers_do_not_change_the_numbers(of_chain: dict[str, Any]) -> None:
    study = chain()
    names = dict(zip(study.actors["actor"], [f"z{i}" for i in range(10)], strict=True))
    tables = study.tables()
    for name, columns in (("actors", ["actor"]), ("observations", ["actor"]), ("ties", ["sender", "receiver"]),
                          ("alliances", ["actor"])):
        tables[name] = tables[name].assign(**{column: tables[name][column].map(names) for column in columns})
    one, two = of_chain, made(Study.from_tables(tables))
    assert one["chapters"] == two["chapters"]
    assert one["findings"] == two["findings"]


# ---- what cannot be answered -------------------------------------------------------------


def not_answered(summary: dict[str, Any]) -> set[str]:
    found = [item for item in blocks(summary) if item["type"] == "not_answered"]
    assert all(item["why"] and item["collect"] for item in found)
    return {item["id"] for item in found}


def test_one_wave_one_relation_no_place_no_alliances(of_star: dict[str, Any]) -> None:
    assert {"change-none", "relations-none", "place-none", "alliances-none", "positions-gates",
            "groups-mixing"} <= not_answered(of_star)


def test_nobody_knows_who_answered() -> None:
    assert "who-response" in not_answered(made(star(answered=False)))


def test_alliances_only(of_projects: dict[str, Any]) -> None:
    assert {"cohesion-null", "groups-core", "change-none", "relations-none"} <= not_answered(of_projects)
    assert "who-response" not in not_answered(of_projects)


def test_members_without_any_tie() -> None:
    summary = made(Study.from_tables({"actors": actors("ABC")}))
    assert {"map", "cohesion-none", "positions-none", "groups-none", "change-none", "relations-none", "alliances-none",
            "place-none"} <= not_answered(summary)
    assert summary["map"]["nodes"] == [] and summary["findings"] == []


def test_one_actor() -> None:
    assert made(Study.from_tables({"actors": actors("A")}))["study"]["counts"]["actors"] == 1


@pytest.mark.parametrize("size", [2, 3, 5])
def test_tiny_networks(size: int) -> None:
    names = "ABCDE"[:size]
    study = Study.from_tables({"waves": frame("wave", [("2020",)]), "relations": relations("advice"),
                               "actors": actors(names), "ties": ties([("A", "B")])})
    summary = made(study)
    json.dumps(summary, allow_nan=False)
    assert (summary["study"]["counts"]["actors"], summary["study"]["counts"]["ties"]) == (size, 1)
    spoken = [claim["text"] for part in summary["chapters"] for claim in part["claims"]]
    assert "Whether requests for advice are returned more often than chance would have it cannot be said" in spoken[0]
    few = [text for text in spoken if "of all requests" in text]
    assert few == [] if size < 4 else plain(few[0]).startswith("One of 5 firms receives 100 % of all"), few


def test_a_complete_network() -> None:
    pairs = [(a, b) for a in "ABCDEF" for b in "ABCDEF" if a != b]
    study = Study.from_tables({"waves": frame("wave", [("2020",)]), "relations": relations("advice"),
                               "actors": actors("ABCDEF"), "ties": ties(pairs)})
    summary = made(study)
    json.dumps(summary, allow_nan=False)
    assert summary["study"]["counts"]["ties"] == len(pairs)
    spoken = {claim["id"]: claim for part in summary["chapters"] for claim in part["claims"]}
    for name in ("cohesion-reciprocity", "cohesion-transitivity"):  # as in every random network of such degrees
        assert spoken[name]["probability"] == 0
        assert spoken[name]["text"].startswith("Whether")


def test_undirected_only() -> None:
    study = Study.from_tables({"waves": frame("wave", [("2020",), ("2021",)]), "relations": relations("peer"),
                               "actors": actors("ABCDEF"),
                               "ties": pd.concat([ties([("A", "B"), ("B", "C")], "2020", "peer"),
                                                  ties([("A", "B"), ("D", "C")], "2021", "peer")])})
    summary = made(study)
    assert "cohesion-reciprocity" not in claims(summary)
    assert summary["map"]["relations"] == [{"relation": "peer", "layer": "exchange", "directed": False}]


# ---- audiences ---------------------------------------------------------------------------


def test_members_do_not_read_who_is_weak() -> None:
    summary = made(star(), audience="members")
    said = json.dumps(summary, ensure_ascii=False)
    assert "Firm I" not in said and "Firm J" not in said and '"I"' not in said
    assert "2 of 10 firms have no tie" in plain(claim(summary, "positions-alone")["text"])
    medians = block(summary, "positions-all")
    assert all(row[1] >= 5 for row in medians["rows"])
    assert all(not node["facts"] for node in summary["map"]["nodes"])


def test_the_public_reads_no_name(public_example: dict[str, Any]) -> None:
    study = example()
    said = json.dumps(public_example, ensure_ascii=False)
    for name in study.actors["name"].dropna():
        assert name not in said
    for name in study.alliances["name"].dropna().unique():
        assert name not in said


def test_public_counts_are_not_small(public_example: dict[str, Any]) -> None:
    for item in blocks(public_example):
        one = item if item["type"] == "table" else item.get("table")
        if one and one["categories"]:
            kinds = [column["kind"] for column in one["columns"]]
            for row in one["rows"]:
                assert all(cell is None or cell == 0 or cell >= 3
                           for cell, kind in zip(row, kinds, strict=True) if kind == "count")


# ---- the map -----------------------------------------------------------------------------


def test_map_of_the_example(of_example: dict[str, Any]) -> None:
    drawn = of_example["map"]
    x, y, radius = drawn["boundary"]
    for node in drawn["nodes"]:
        assert 0 <= node["x"] <= 1 and 0 <= node["y"] <= 1
        away = math.hypot(node["x"] - x, node["y"] - y)
        if node["position"] == "external":
            assert away > radius or node["y"] > y + radius
        assert set(node["waves"]) <= {"2021", "2024"}
    count = len(drawn["nodes"])
    assert all(0 <= e["source"] < count and 0 <= e["target"] < count and e["source"] != e["target"]
               for e in drawn["edges"])
    assert len({(node["x"], node["y"]) for node in drawn["nodes"]}) == count
    spoken = of_example["findings"][0]["text"]
    assert any(drawn["nodes"][i]["label"] in spoken for i in drawn["labelled"])


def test_positions_do_not_depend_on_the_order_of_the_ties(of_chain: dict[str, Any]) -> None:
    tables = chain().tables()
    one, two = of_chain["map"], made(Study.from_tables({**tables, "ties": tables["ties"].iloc[::-1]}))["map"]
    assert [(n["x"], n["y"]) for n in one["nodes"]] == [(n["x"], n["y"]) for n in two["nodes"]]


# ---- advice ------------------------------------------------------------------------------


def test_advice_rests_on_evidence_and_says_its_cost(every: dict[str, Any]) -> None:
    ids = {block["id"] for chapter in every["chapters"] for block in chapter["blocks"]}
    assert len(every["advice"]) <= 3
    uses = [step["usefulness"] for step in every["advice"]]
    assert uses == sorted(uses, reverse=True)
    for step in every["advice"]:
        assert step["evidence"] in ids and step["wrong"] and step["text"].endswith(".")


def test_star_advice_names_who_is_alone_and_who_hangs_on_one(of_star: dict[str, Any]) -> None:
    steps = {step["id"]: step["text"] for step in of_star["advice"]}
    assert steps["positions-introduce"] == "Introduce Firm I and Firm J to one partner each."
    assert steps["positions-second"].startswith("Give Firm C, Firm D, Firm E and 3 more a second")
    assert steps["positions-second"].endswith("a second contact beside Firm A.")


def test_chain_advice_asks_the_silent_again(of_chain: dict[str, Any]) -> None:
    asking = next(step for step in of_chain["advice"] if step["id"] == "who-ask")
    assert asking["text"].startswith("Ask the two ") or asking["text"].startswith("Ask the 2 ")


def test_advice_to_the_members_names_no_weak_actor() -> None:
    of_members = made(star(), audience="members")
    assert all("Firm I" not in step["text"] and "Firm C" not in step["text"] for step in of_members["advice"])

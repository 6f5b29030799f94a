"""The chapter on what the place adds: its numbers are those of the measures; what it may show to whom."""

from __future__ import annotations

import json

import pytest

import interfirm
from interfirm.cluster.assess import assess_cluster
from interfirm.report.anonymise import anonymise
from interfirm.report.blocks import Chapter
from interfirm.report.chapters import cluster
from interfirm.report.context import Context
from interfirm.report.limits import limit


@pytest.fixture(scope="module")
def study() -> interfirm.Study:
    return interfirm.example()


@pytest.fixture(scope="module")
def made(study: interfirm.Study) -> Chapter:
    return cluster.chapter(Context(study))


def block(made: Chapter, name: str) -> dict[str, object]:
    return next(item for item in made.to_dict()["blocks"] if item["id"] == name)


def test_numbers_are_those_of_the_measures(study: interfirm.Study, made: Chapter) -> None:
    found = assess_cluster(study, draws=limit("cluster_draws"), permutations=Context(study).permutations, model=False,
                           seed=1)
    claim = next(item for item in made.claims if item.id == "cluster-verdict")
    assert claim.probability == round(found.verdict.probability, 4) and claim.certainty == found.verdict.certainty
    assert f"{found.efficiency.active.yes} of {found.efficiency.active.of} firms" in claim.text  # type: ignore[union-attr]
    rows = block(made, "cluster-regions")["rows"]
    own = next(row for row in rows if row["highlight"])  # type: ignore[union-attr]
    assert own["value"] == found.position.quotient.value  # type: ignore[union-attr]
    shares = {row["label"]: row["value"] for row in block(made, "cluster-learning")["rows"]}  # type: ignore[union-attr]
    table = found.matrix.advantages.set_index("short")["share"]  # type: ignore[union-attr]
    assert all(value == table[name] for name, value in shares.items())
    numbers = block(made, "cluster-evidence-numbers")["items"]
    assert numbers[0]["value"] + numbers[1]["value"] == len(found.evidence.indicators)  # type: ignore[index]


def test_every_claim_has_its_evidence_and_every_picture_its_twin(made: Chapter) -> None:
    ids = {item.id for item in made.blocks}
    assert all(claim.evidence in ids for claim in made.claims)
    for item in made.to_dict()["blocks"]:
        if item["type"] == "figure":
            assert item["table"]["rows"], item["id"]
    json.dumps(made.to_dict(), allow_nan=False)


def test_the_reconstruction_is_marked(made: Chapter) -> None:
    for name in ("cluster-learning", "cluster-cells"):
        assert "our reconstruction" in str(block(made, name)["subtitle"])
    assert all("our reconstruction" in claim.text for claim in made.claims if claim.id.startswith("cluster-learning"))


def test_the_map_has_a_table_twin_with_coordinates(made: Chapter) -> None:
    picture = block(made, "cluster-map")
    assert picture["chart"] == "geo" and len(picture["rows"]) == 10  # type: ignore[arg-type]
    assert [c["name"] for c in picture["table"]["columns"]] == ["region", "latitude", "longitude", "lq"]  # type: ignore[index]


def test_members_see_no_firm_by_name(study: interfirm.Study) -> None:
    text = json.dumps(cluster.chapter(Context(study, audience="members")).to_dict(), ensure_ascii=False)
    firms = study.actors.loc[(study.actors["kind"] == "firm") & (study.actors["position"] == "member"), "name"]
    assert not [name for name in firms if name in text]


def test_the_public_version_has_no_region_and_no_place(study: interfirm.Study) -> None:
    hidden, _ = anonymise(study, seed=1)
    assert hidden.regions.empty
    text = json.dumps(cluster.chapter(Context(hidden, audience="public")).to_dict(), ensure_ascii=False)
    assert "XV3" not in text and "Velm Valley (" not in text
    names = study.actors["name"].dropna()
    assert not [name for name in names if name in text]


def test_it_abstains_at_once_without_data(study: interfirm.Study) -> None:
    tables = study.tables()
    bare = interfirm.Study.from_tables({**tables, "answers": tables["answers"].iloc[:0],
                                        "regions": tables["regions"].iloc[:0]})
    made = cluster.chapter(Context(bare))
    assert [item.type for item in made.blocks] == ["not_answered"] and not made.claims


def test_bad_data_does_not_break_the_report(study: interfirm.Study) -> None:
    about = study.about.copy()
    about.loc[about["key"] == "region_code", "value"] = "nowhere"
    made = cluster.chapter(Context(interfirm.Study.from_tables({**study.tables(), "about": about})))
    assert [item.type for item in made.blocks] == ["not_answered"]
    answers = study.answers.copy()
    answers.loc[answers["item"] == "JL_buyers", "value"] = "99"
    cluster.chapter(Context(interfirm.Study.from_tables({**study.tables(), "answers": answers})))


def test_without_coordinates_and_regions_the_rest_stands(study: interfirm.Study) -> None:
    tables = study.tables()
    actors = tables["actors"].assign(latitude=float("nan"), longitude=float("nan"))
    made = cluster.chapter(Context(interfirm.Study.from_tables({**tables, "actors": actors,
                                                                "regions": tables["regions"].iloc[:0]})))
    kinds = {item.id for item in made.blocks}
    assert "cluster-forms" in kinds and "cluster-map" not in kinds
    assert sum(item.type == "not_answered" for item in made.blocks) >= 2

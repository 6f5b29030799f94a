"""The commands structure and entry, and the two chapters of the report, on small and on broken input."""

from __future__ import annotations

import pandas as pd
import pytest
from relation_studies import make

import interfirm
from interfirm import cli
from interfirm.report.chapters import holding, structure
from interfirm.report.context import Context
from interfirm.study.study import Study


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("study") / "example"
    assert cli.run(["example", str(path)]) == 0
    return path


def test_entry_prints_the_periods_and_the_decision(capsys):
    assert cli.run(["entry", "--given-up", "10", "--gain", "7", "--cost", "2"]) == 0
    out = capsys.readouterr().out
    assert "Enter: the value is 2.195 over 3 periods" in " ".join(out.split())
    assert cli.run(["entry", "--given-up", "10", "--gain", "7", "--cost", "2", "--success", "2"]) == 2


def test_structure_of_one_alliance_and_of_all(folder, tmp_path, capsys):
    assert cli.run(["structure", str(folder), "--alliance", "A03", "--draws", "30"]) == 0
    out = capsys.readouterr().out
    assert "Branch (" in out
    assert "main firm" in out and "start" in out
    table = tmp_path / "a.csv"
    assert cli.run(["structure", str(folder), "--alliances", "--draws", "30", "--csv", str(table)]) == 0
    rows = pd.read_csv(table).set_index("alliance")
    assert rows.loc[["A01", "A03", "A05"], "decision"].tolist() == ["circuit", "branch", "circuit-branch"]
    assert cli.run(["structure", str(folder), "--alliance", "A99"]) == 2
    assert "A99" in capsys.readouterr().err


@pytest.fixture(scope="module")
def example():
    return interfirm.example(seed=1)


def ids(chapter):
    return {block.id for block in chapter.blocks}


def test_the_structure_chapter_of_the_example(example):
    made = structure.chapter(Context(example))
    assert {"structure-five", "structure-none", "structure-alliances", "structure-each", "structure-roles",
            "structure-losses"} <= ids(made)
    panels = {row["panel"] for block in made.blocks if block.id == "structure-alliances" for row in block.rows}
    assert {"Shared Capacity Ring", "Tiered Supply Programme", "Linked Workshops"} <= panels
    assert all(claim.probability is not None for claim in made.claims)


@pytest.fixture(scope="module")
def ties_hold(example):
    return {audience: holding.chapter(Context(example, audience=audience))
            for audience in ("board", "members", "public")}


def test_the_chapter_on_ties_names_the_weak_to_the_board_only(example, ties_hold):
    board, members = ties_hold["board"], ties_hold["members"]
    assert not {"holding-dependence", "holding-watch"} & ids(ties_hold["public"])
    assert {"holding-dependence", "holding-trust", "holding-watch", "holding-hazard", "holding-commitment",
            "holding-labour"} <= ids(board)
    assert not {"holding-dependence", "holding-trust", "holding-watch", "holding-commitment"} & ids(members)
    assert "holding-not-asked" not in ids(board)
    board_text = next(claim.text for claim in board.claims if claim.id == "holding-dependence")
    members_text = next(claim.text for claim in members.claims if claim.id == "holding-dependence")
    names = [str(name) for name in example.actors["name"].dropna()]
    assert any(name in board_text for name in names)
    assert not any(name in members_text for name in names)


def test_the_same_seed_gives_the_same_chapters(example, ties_hold):
    assert holding.chapter(Context(example, audience="board")).to_dict() == ties_hold["board"].to_dict()


def test_a_whole_that_is_a_circuit_is_said_to_be_one():
    edges = [(i, (i + 1) % 12) for i in range(12)] + [(0, 5), (2, 8), (3, 10), (4, 9), (1, 6), (7, 11)]
    study = make({"peer": edges, "coordination": [(0, 1, 0)]}, 12)
    made = structure.chapter(Context(study))
    claim = next(claim for claim in made.claims if claim.id == "structure-whole")
    assert "shape of a circuit" in claim.text and claim.probability > 0.9
    figure = next(block for block in made.blocks if block.id == "structure-five")
    assert figure.title == "The cooperation is a circuit"
    assert "Ours" in {row["panel"] for row in figure.rows}


def test_nothing_to_say_is_said():
    only = Study.from_tables({"actors": pd.DataFrame({"actor": ["a", "b"]})})
    assert ids(structure.chapter(Context(only))) == {"structure-none"}
    assert ids(holding.chapter(Context(only))) == {"holding-none"}
    advice = make({"advice": [(i, (i + 1) % 8) for i in range(8)]}, 8)
    assert ids(structure.chapter(Context(advice))) == {"structure-none"}
    found = holding.chapter(Context(advice))
    assert {"holding-dependence", "holding-trust", "holding-giving"} <= ids(found)
    assert not found.claims


def test_commitment_and_labour_are_shown_as_they_were_measured(example, ties_hold):
    from interfirm.relations.commitment import commitment

    made = ties_hold["board"]
    rows = commitment(example, wave="2024").rows.dropna(subset=["affective", "continuance"])
    held = rows[rows["alliance"] == "A03"]
    figure = next(block for block in made.blocks if block.id == "holding-commitment")
    drawn = {row["label"]: row["value"] for row in figure.rows}
    assert drawn["Tiered Supply Programme"] == pytest.approx((held["continuance"] - held["affective"]).mean())
    claim = next(claim for claim in made.claims if claim.id == "holding-commitment")
    assert "Tiered Supply Programme" in claim.text and "Shared Capacity Ring" not in claim.text
    labour = next(block for block in made.blocks if block.id == "holding-labour")
    assert sum(row[1] for row in labour.rows) == pytest.approx(1)
    open_to_all = next(block for block in ties_hold["public"].blocks if block.id == "holding-labour")
    assert [len(row) for row in open_to_all.rows] == [2] * 5  # no counts of single firms


def test_what_was_not_asked_is_named():
    edges = [(i, (i + 1) % 8, 5.0) for i in range(8)]
    found = holding.chapter(Context(make({"outsourcing": edges}, 8)))
    absent = next(block for block in found.blocks if block.id == "holding-not-asked")
    assert "commitment to the alliances" in absent.why and "how members divide the work" in absent.why

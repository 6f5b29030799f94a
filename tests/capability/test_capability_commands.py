"""The commands of this chapter as a person meets them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from interfirm import read_study
from interfirm.capability import requirement_profiles
from interfirm.cli import run


@pytest.fixture
def study(tmp_path: Path) -> Path:
    assert run(["example", str(tmp_path / "demo")]) == 0
    return tmp_path / "demo"


def test_capability_shows_scores_and_reliability(study, capsys, tmp_path):
    assert run(["capability", str(study), "--csv", str(tmp_path / "o.csv")]) == 0
    out = capsys.readouterr().out
    assert "46 firms answered 'capability' in wave 2024." in out
    assert "alpha 0." in out and "Thurloster Tooling SARL" in out
    table = pd.read_csv(tmp_path / "o.csv")
    assert len(table) == 46 * 4 and set(table["construct"]) == {"C1", "C2", "C3", "C4"}


def test_one_firm_by_name_and_what_it_lacks(study, capsys):
    call = ["capability", str(study), "--firm", "Thurloster Tooling SARL", "--type", "r&d", "--purpose", "cut cost"]
    assert run(call) == 0
    out = capsys.readouterr().out
    assert "Readiness of F01: 0." in out and "expert prior" in out and "gap" in out


def test_own_requirements_take_the_place_of_the_prior(study, capsys, tmp_path):
    own = requirement_profiles().assign(level=1.0, provenance="board of 2024")
    own.to_csv(tmp_path / "own.csv", index=False)
    call = ["capability", str(study), "--type", "training", "--purpose", "cut cost"]
    assert run([*call, "--requirements", str(tmp_path / "own.csv")]) == 0
    out = capsys.readouterr().out
    assert "46 of 46 firms meet every level" in out and "prior" not in out


@pytest.mark.parametrize(("more", "code", "text"), [
    (["--firm", "Nobody"], 2, "Unknown firm"), (["--type", "r&d"], 2, "Give both"),
    (["--instrument", "skills"], 2, "Unknown instrument"), (["--instrument", "scope"], 3, "nobody answered"),
    (["--type", "merger", "--purpose", "cut cost"], 2, "Unknown type of collaboration")])
def test_wrong_calls_of_capability(study, capsys, more, code, text):
    assert run(["capability", str(study), *more]) == code
    assert text in capsys.readouterr().err


def test_cases_are_compared_exported_and_added_again(study, capsys, tmp_path):
    project = tmp_path / "cases.qdpx"
    assert run(["cases", str(study), "--export", str(project), "--csv", str(tmp_path / "m.csv")]) == 0
    out = capsys.readouterr().out
    assert "Codes by case" in out and "not saturated" in out and "Krippendorff's alpha 0.73" in out
    before = len(read_study(study).codings)
    assert run(["cases", str(study), "--add", str(project)]) == 0
    assert "Wrote" in capsys.readouterr().out
    # segments are named by their positions in the project, so the same words are there under two names
    assert len(read_study(study).codings) == 2 * before
    assert run(["cases", str(study), "--add", str(project)]) == 0
    assert len(read_study(study).codings) == 2 * before
    assert pd.read_csv(tmp_path / "m.csv").shape[1] == 7


def test_a_broken_project_changes_nothing(study, capsys, tmp_path):
    (tmp_path / "bad.qdpx").write_bytes(b"no archive")
    before = (study / "codings.csv").read_bytes()
    assert run(["cases", str(study), "--add", str(tmp_path / "bad.qdpx")]) == 3
    assert "damaged" in capsys.readouterr().err
    assert (study / "codings.csv").read_bytes() == before

"""``interfirm dynamics --cross-section``."""

from __future__ import annotations

import json

import pytest

from interfirm import cli

SMALL = "density,recip,sameX:sector,altX:log_employees"


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    path = tmp_path_factory.mktemp("one") / "cluster"
    assert cli.run(["example", str(path)]) == 0
    return str(path)


def run(*words):
    return cli.run(["dynamics", *words])


def test_a_model_of_pairs_with_words_and_files(study, tmp_path, capsys):
    files = [tmp_path / name for name in ("fit.json", "table.tex", "table.csv")]
    assert run(study, "--cross-section", "--relation", "advice", "--effects", SMALL, "--waves", "2021", "--gof", "-o",
               str(files[0]), "--latex", str(files[1]), "--csv", str(files[2])) == 0
    out = capsys.readouterr().out
    assert "Ties of 'advice' in 2021" in out
    assert "Maximum likelihood, exact" in out
    assert "The odds of a tie are" in out
    assert "cannot tell why ties form from why they last" in " ".join(out.split())
    assert "shared partners of 'advice'" in out
    values = json.loads(files[0].read_text("utf-8"))
    assert values["wave"] == "2021"
    assert len(values["goodness_of_fit"]) == 5
    assert r"\toprule" in files[1].read_text("utf-8")
    assert "sentence" in files[2].read_text("utf-8").splitlines()[0]


def test_json_is_json(study, capsys):
    assert run(study, "--cross-section", "--relation", "advice", "--effects", "density,recip", "--json") == 0
    values = json.loads(capsys.readouterr().out)
    assert values["method"] == "exact"
    assert [row["parameter"] for row in values["parameters"]] == ["density", "recip"]


def test_the_last_wave_if_none_is_named(study, capsys):
    assert run(study, "--cross-section", "--relation", "advice", "--effects", "density", "--check") == 0
    out = capsys.readouterr().out
    assert "One wave can carry this model of 'advice'" in out
    assert "Nothing was estimated" in out


def test_a_proposal_is_one_that_can_be_carried(study, capsys):
    assert run(study, "--cross-section", "--relation", "advice", "--suggest", "--check") == 0
    out = capsys.readouterr().out
    assert "gwespFF(30)" in out
    assert "gwidegree" in out
    assert "The same by hand: --cross-section --relation advice" in out


def test_the_list_of_effects(capsys):
    assert run("--list", "--cross-section") == 0
    out = capsys.readouterr().out
    assert "ttriple" in out
    assert "gwidegree" in out
    assert "RateX" not in out


@pytest.mark.parametrize(("words", "said", "code"), [
    (["--effects", "density,recip", "--time-test"], "--time-test: not with --cross-section", 2),
    (["--effects", "density,recip", "--continue", "fit.json"], "--continue", 2),
    (["--effects", "density,recip", "--behaviour", "patents=linear"], "--behaviour", 2),
    (["--effects", "density,recip", "--waves", "2021,2024"], "takes one wave, not 2", 2),
    (["--effects", "density,creation:recip"], "form from ties that last", 2),
    (["--effects", "density,gwidegre"], "gwidegree", 2),
    (["--effects", "density,altX:employes"], "employees", 2),
    (["--effects", "density", "--suggest"], "not both", 2),
    ([], "gwespFF,gwidegree", 2),
    (["--effects", "density,X:geographic_proximity,X:distance,WWX:distance,outPop,inAct"], "cannot be told apart", 3)])
def test_what_is_refused(study, capsys, words, said, code):
    assert run(study, "--cross-section", "--relation", "advice", *words) == code
    caught = capsys.readouterr()
    assert said in " ".join((caught.out + caught.err).split())


def test_one_wave_without_the_flag_is_told_of_it(study, capsys):
    assert run(study, "--relation", "advice", "--effects", "density,recip", "--waves", "2021") == 3
    caught = capsys.readouterr()
    assert "--cross-section" in caught.out + caught.err

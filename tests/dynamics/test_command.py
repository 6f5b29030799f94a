"""``interfirm dynamics``: what it prints and writes, its exit codes, and what it refuses."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from interfirm import Study, cli, example, read_study, write_study
from interfirm.report.chapters.dynamics import chapter
from interfirm.report.context import Context


@pytest.fixture(scope="module")
def study(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("dynamics") / "demo"
    write_study(example(seed=1), folder)
    return folder


def run(*arguments: object) -> int:
    return cli.run(["dynamics", *map(str, arguments)])


def test_a_fit_is_printed_and_written_in_every_form(study, tmp_path, capsys):
    files = {"-o": tmp_path / "fit.json", "--latex": tmp_path / "t.tex", "--csv": tmp_path / "t.csv",
             "--export-rsiena": tmp_path / "r"}
    assert run(study, "--relation", "advice", "--effects", "density,recip,X:geographic_proximity", "--panels", 200,
               "--gof", "--importance", "--score-test", "transTrip,sameX:sector",
               *(item for pair in files.items() for item in pair)) == 0
    out = capsys.readouterr()
    for word in ("X:geographic_proximity", "converged", "times as likely", "Score test", "How much each effect",
                 "geodesic of 'advice'", "Wrote"):
        assert word in out.out
    assert "unknown" in out.err and "Score" not in out.err
    kept = json.loads(files["-o"].read_text("utf-8"))
    assert kept["convergence"]["converged"] and len(kept["goodness_of_fit"]) == 4
    assert [row["effect"] for row in kept["importance"]] == ["density", "recip", "X:geographic_proximity"]
    with files["--csv"].open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["estimate"]) for row in rows] == pytest.approx(kept["theta"])
    assert r"\bottomrule" in files["--latex"].read_text("utf-8")
    assert "siena07" in (files["--export-rsiena"] / "model.R").read_text("utf-8")


def test_a_kept_fit_is_continued_with_its_own_model(study, tmp_path, capsys):
    kept = tmp_path / "fit.json"
    assert run(study, "--effects", "density,recip", "--panels", 200, "-o", kept) == 0
    before = json.loads(kept.read_text("utf-8"))
    assert run(study, "--continue", kept, "-o", kept, "--json") == 0
    printed = json.loads(capsys.readouterr().out.split("}.", 1)[-1].split("fit.json.\n", 1)[-1])
    after = json.loads(kept.read_text("utf-8"))
    assert after["theta"] == printed["theta"]
    assert after["names"] == before["names"] and after["theta"] != before["theta"]
    assert [p.name for p in tmp_path.iterdir()] == ["fit.json"]


# ---- co-evolution and memberships, from the command to the report ---------------------------------


def test_a_second_relation_that_changes_too(study, tmp_path, capsys):
    kept, script = tmp_path / "fit.json", tmp_path / "r"
    assert run(study, "--relation", "advice", "--effects", "recip,crprod:customer", "--also",
               "customer=recip,crprod:advice", "--panels", 200, "--importance", "--gof", "-o", kept, "--export-rsiena",
               script) == 0
    out = capsys.readouterr().out
    for word in ("'customer'", "customer: recip", "crprod:advice", "rate customer period 1",
                 "'customer': How much each effect", "outdegree of 'customer'", "also has a tie of 'customer'"):
        assert word in " ".join(out.split()), word
    values = json.loads(kept.read_text("utf-8"))
    assert values["specification"]["also"] == {"customer": ["recip", "crprod:advice"]}
    assert {row["variable"] for row in values["parameters"]} == {"advice", "customer"}
    others = [row["effect"] for row in values["importance_of_others"]["customer"]]
    assert others == ["customer: density", "customer: recip", "crprod:advice"]
    assert {item["variable"] for item in values["goodness_of_fit"]} == {"advice", "customer"}
    assert "customer <- sienaDependent" in (script / "model.R").read_text("utf-8")
    assert run(study, "--continue", kept, "--panels", 200) == 0
    assert "crprod:advice" in capsys.readouterr().out


@pytest.fixture(scope="module")
def levels(tmp_path_factory) -> Path:
    """A study of 30 firms with a level of innovation that follows that of the partners."""
    from interfirm.dynamics import Specification, panel, simulate

    rng = np.random.default_rng(8)
    n = 30
    start, z = (rng.random((n, n)) < 0.1) * (1.0 - np.eye(n)), rng.integers(1, 5, n).astype(float)
    spec = Specification("r", ["density", "recip"], behaviour={"z": ["linear", "quad", "avAlt"]})
    made = simulate(panel({"r": [start, start]}, behaviours={"z": [z, z]}), spec,
                    {"rate r": 3.0, "density": -1.8, "recip": 1.5, "rate z": 2.5, "linear": 0.1, "quad": -0.2,
                     "avAlt": 0.3}, periods=3, seed=2)
    folder = panel_of(tmp_path_factory.mktemp("levels") / "s", list(made.networks["r"][0].astype(float)))
    table = pd.read_csv(folder / "observations.csv", dtype={"wave": str})
    table["innovation"] = [int(made.behaviours["z"][0][int(w) - 2020][int(f[1:])]) for w, f in
                           zip(table["wave"], table["actor"], strict=True)]
    table.to_csv(folder / "observations.csv", index=False)
    return folder


def in_the_report(folder: Path, fit: dict) -> list[list[object]]:
    """The rows of the chapter's table in words."""
    found = chapter(Context(read_study(folder), fit=fit | {"convergence": {"converged": True, "maximum": 0.1}}))
    return next(block.rows for block in found.blocks if block.id == "dynamics-words")


@pytest.mark.slow
def test_a_behaviour_that_changes_too(levels, tmp_path, capsys):
    kept, tex = tmp_path / "fit.json", tmp_path / "t.tex"
    assert run(levels, "--effects", "recip,altX:innovation", "--behaviour",
               "innovation=linear,creation:quad,endow:quad,avAlt,outRate", "--panels", 200, "--importance", "--gof",
               "-o", kept, "--latex", tex) == 0
    out = " ".join(capsys.readouterr().out.split())
    for word in ("'innovation'", "rate innovation period 2", "Quadratic shape (steps up)", "Average alter",
                 "'innovation': How much each effect", "behaviour of 'innovation'"):
        assert word in out, word
    values = json.loads(kept.read_text("utf-8"))
    assert values["specification"]["behaviour"]["innovation"][1] == "creation:quad"
    assert r"\emph{innovation}" in tex.read_text("utf-8")
    shown = in_the_report(levels, values)
    assert ["innovation", "Average alter"] in [row[:2] for row in shown]
    assert ["innovation", "Quadratic shape (steps down)"] in [row[:2] for row in shown]


def test_levels_that_are_no_levels_and_unknown_columns(levels, capsys):
    table = pd.read_csv(levels / "observations.csv", dtype={"wave": str})
    for text, code, words in (
            ("innovations=linear", 2, "Did you mean 'innovation'"), ("innovation=linear,avAltt", 2, "'avAlt'"),
            ("innovation=linear,avAlt:s", 2, "dependent relation"), ("innovation", 2, "expected a name and what")):
        assert run(levels, "--effects", "recip", "--behaviour", text) == code, text
        assert words in " ".join(capsys.readouterr().err.split())
    many = table.assign(innovation=np.arange(len(table)))
    folder = levels.parent / "many"
    folder.mkdir()
    for file in levels.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    many.to_csv(folder / "observations.csv", index=False)
    assert run(folder, "--effects", "recip", "--behaviour", "innovation=linear") == 3
    text = " ".join(capsys.readouterr().err.split())
    assert f"has {len(table)} levels" in text and "by quartile" in text


def test_memberships_from_the_command_to_the_report(study, tmp_path, capsys):
    kept = tmp_path / "fit.json"
    assert run(study, "--relation", "alliances", "--effects", "cycle4", "--panels", 200, "--gof", "--importance",
               "-o", kept) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "Four-cycles" in out and "outdegree of 'alliances'" in out
    assert "Four-cycles" in [row[0] for row in in_the_report(study, json.loads(kept.read_text("utf-8")))]


def test_a_proposal_can_be_looked_at_without_simulating(study, capsys):
    assert run(study, "--suggest", "--check") == 0
    out = capsys.readouterr().out
    assert "reciprocity" in out and "--effects density,recip" in out and "Nothing was estimated" in out


def test_the_list_of_effects(capsys):
    assert run("--list") == 0
    out = capsys.readouterr().out
    assert "transTrip" in out and "avAlt" in out and "endow:" in out


@pytest.mark.parametrize(("arguments", "code", "words"), [
    (["--effects", "recipp,altX:employes"], 2, ["Did you mean 'recip'", "Did you mean 'employees'", "Nothing was"]),
    (["--effects", "recip", "--relation", "advise"], 2, ["Did you mean 'advice'"]),
    (["--effects", "recip", "--waves", "2021"], 3, ["one wave", "two or more waves"]),
    (["--effects", "recip", "--waves", "2021,1999"], 2, ["1999"]),
    (["--effects", "altX:sector"], 2, ["holds words"]),
    (["--effects", "recip", "--behaviour", "turnover=linear"], 3, ["levels", "2 to 10"]),
    (["--effects", "recip", "--suggest"], 2, ["not both"]),
    ([], 2, ["--suggest"]),
    (["--continue", "nothing.json"], 2, ["nothing.json"]),
    (["--effects", "recip", "--fix", "recip=x"], 2, ["expected a number"]),
    (["--effects", "recip", "-o", "no/such/folder.json"], 2, ["folder does not exist"]),
    (["--effects", "recip", "--time-test"], 2, ["three waves or more"]),
    (["--effects", "recip", "--panels", "10"], 2, ["at least 200"])])
def test_what_is_refused_and_how(study, capsys, arguments, code, words):
    assert run(study, *arguments) == code
    text = " ".join(capsys.readouterr().err.split())
    for word in words:
        assert word in text
    assert "Traceback" not in text


def test_a_file_that_is_no_fit_is_refused(study, tmp_path, capsys):
    for name, content in (("a.json", "{"), ("b.json", "[1]"), ("c.json", '{"format": "interfirm-fit/1"}')):
        (tmp_path / name).write_text(content, "utf-8")
        assert run(study, "--continue", tmp_path / name) == 3
        assert "holds no fit" in " ".join(capsys.readouterr().err.split())


# ---- data that cannot carry a model, as the command says it -------------------------------------


def panel_of(folder: Path, ties: list[np.ndarray], seen: list[range] | None = None, **columns: object) -> Path:
    """A study of firms F0, F1, … written to a folder; one network per wave."""
    waves, size = [str(2020 + w) for w in range(len(ties))], len(ties[0])
    firms = [f"F{i}" for i in range(size)]
    rows = [(w, "r", firms[i], firms[j]) for w, x in zip(waves, ties, strict=True) for i, j in np.argwhere(x > 0)]
    there = [(w, firms[i]) for w, who in zip(waves, seen or [range(size)] * len(ties), strict=True) for i in who]
    write_study(Study.from_tables({
        "actors": pd.DataFrame({"actor": firms, "kind": "firm", **columns}), "waves": pd.DataFrame({"wave": waves}),
        "ties": pd.DataFrame(rows, columns=["wave", "relation", "sender", "receiver"]),
        "observations": pd.DataFrame(there, columns=["wave", "actor"]),
        "relations": pd.DataFrame({"relation": ["r"], "layer": ["knowledge"], "directed": [True]})}), folder)
    return folder


def drawn(size: int = 12, seed: int = 1) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    return list((rng.random((2, size, size)) < 0.3) * (1 - np.eye(size)))


def parts(x: list[np.ndarray], seen: list[range]) -> list[np.ndarray]:
    """The ties among those who are there."""
    return [x[w] * np.isin(np.arange(len(x[w])), who)[:, None] * np.isin(np.arange(len(x[w])), who)
            for w, who in enumerate(seen)]


HALVES = [range(7), range(5, 12)]


@pytest.mark.parametrize(("options", "effects", "code", "words"), [
    ({"ties": drawn()[:1]}, "recip", 3, ["there is one wave (2020)", "two or more waves", "Ask the same question"]),
    ({"ties": [drawn()[0]] * 2}, "recip", 3, ["nothing changed in 'r' between '2020' and '2021'", "copies"]),
    ({"ties": parts(drawn(), HALVES), "seen": HALVES}, "recip", 3, ["only 2 actors are in both", "same identifier"]),
    ({"ties": drawn(), "founded": [2000] * 12}, "altX:founded,egoX:founded", 3, ["'altX:founded': 'founded' does not "
     "vary", "'egoX:founded': 'founded' does not vary", "2 errors"]),
    ({"ties": drawn(), "founded": range(2000, 2012)}, "altX:founded,egoX:founded,diffX:founded", 3,
     ["are not independent", "Leave one of them out"]),
    ({"ties": drawn()}, "recip,transTripp,altX:size", 2, ["Did you mean 'transTrip'", "'altX:size': Unknown column"])])
def test_data_that_cannot_carry_a_model(tmp_path, capsys, options, effects, code, words):
    folder = panel_of(tmp_path / "s", options.pop("ties"), options.pop("seen", None), **options)
    assert run(folder, "--effects", effects) == code
    text = " ".join(capsys.readouterr().err.split())
    for word in words:
        assert word in text
    assert "simulated" not in text and "Traceback" not in text


def test_everything_that_is_wrong_is_said_at_once(tmp_path, capsys):
    """A wave that is a copy, columns without variation, an unknown effect and an unknown column: one answer."""
    folder = panel_of(tmp_path / "s", [drawn()[0]] * 2, founded=[2000] * 12, employees=[5] * 12)
    assert run(folder, "--effects", "recip,transTripp,altX:founded,sameX:employees,altX:turnovr") == 3
    text = " ".join(capsys.readouterr().err.split())
    for word in ("nothing changed in 'r'", "Did you mean 'transTrip'", "'altX:founded': 'founded' does not vary",
                 "'sameX:employees': 'employees' does not vary", "'altX:turnovr': Unknown column", "5 errors"):
        assert word in text, word
    assert "simulated" not in text and "Traceback" not in text


def test_weights_are_said_to_count_as_ties(tmp_path, capsys):
    folder = panel_of(tmp_path / "s", drawn())
    ties = pd.read_csv(folder / "ties.csv", dtype={"wave": str})
    ties.assign(weight=np.arange(len(ties)) % 3 + 1).to_csv(folder / "ties.csv", index=False)
    assert run(folder, "--effects", "recip", "--check") == 0
    assert "every positive weight counts as a tie" in " ".join(capsys.readouterr().err.split())


def test_much_that_is_unknown_is_said_before_anything_is_simulated(tmp_path, capsys):
    """Four of twelve did not answer in the second wave: a third of the ties is unknown, not absent."""
    folder = panel_of(tmp_path / "s", drawn())
    seen = pd.read_csv(folder / "observations.csv", dtype={"wave": str})
    seen["responded"] = ~((seen["wave"] == "2021") & seen["actor"].isin(["F0", "F1", "F2", "F3"]))
    seen.to_csv(folder / "observations.csv", index=False)
    ties = pd.read_csv(folder / "ties.csv", dtype={"wave": str})
    gone = (ties["wave"] == "2021") & ties["sender"].isin(["F0", "F1", "F2", "F3"])
    ties[~gone].to_csv(folder / "ties.csv", index=False)
    assert run(folder, "--effects", "recip", "--check") == 0
    assert "33 % of the values of relation 'r in 2021' are unknown" in " ".join(capsys.readouterr().err.split())


def test_missing_values_are_said_and_do_not_stop_it(tmp_path, capsys):
    founded = [None] * 4 + list(range(2000, 2008))
    folder = panel_of(tmp_path / "s", drawn(), founded=founded)
    assert run(folder, "--effects", "recip,altX:founded", "--check") == 0
    shown = capsys.readouterr()
    text = " ".join((shown.out + shown.err).split())
    assert "33 % of the values of covariate 'founded' are unknown" in text
    assert "above 20 % results become doubtful" in text

"""The command line as a person meets it: words, exit codes, nothing half-written."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from interfirm import cli
from interfirm.cli import run


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli") / "demo"
    assert run(["example", str(folder)]) == 0
    return folder


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0
    text = capsys.readouterr().out
    for name in ("import", "check", "report", "export", "template", "example", "describe", "measure"):
        assert name in text


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out.startswith("interfirm ")


def test_unknown_command_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["reprot"]) == 2
    assert "No such command" in capsys.readouterr().err


def test_import_without_anything_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["import"]) == 2
    assert "Say what to import" in capsys.readouterr().err


def test_example_refuses_to_overwrite(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {path.name: path.read_bytes() for path in study.iterdir()}
    assert run(["example", str(study), "--seed", "2"]) == 2
    assert "--force" in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in study.iterdir()} == before


def test_check_of_a_sound_study(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(study)]) == 0
    assert "actors" in capsys.readouterr().out


def test_check_shows_all_errors_with_their_place(study: Path, tmp_path: Path,
                                                 capsys: pytest.CaptureFixture[str]) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    for path in study.iterdir():
        (broken / path.name).write_bytes(path.read_bytes())
    ties = (broken / "ties.csv").read_text("utf-8").splitlines()
    header = ties[0].split(",")
    first, second = ties[1].split(","), ties[2].split(",")
    first[header.index("receiver")] = "nobody"
    second[header.index("weight")] = "heavy"
    (broken / "ties.csv").write_text("\n".join([ties[0], ",".join(first), ",".join(second), *ties[3:]]) + "\n", "utf-8")
    assert run(["check", str(broken), "--json"]) == 3
    found = json.loads(capsys.readouterr().out)
    places = {(item["code"], item["row"], item["column"]) for item in found if item["level"] == "error"}
    assert {("unknown-actor", 2, "receiver"), ("not-a-number", 3, "weight")} <= places
    assert all(item["file"].endswith("ties.csv") for item in found if item["level"] == "error")
    assert run(["report", str(broken), "-o", str(tmp_path / "no.html")]) == 3
    assert not (tmp_path / "no.html").exists()


def test_strict_turns_warnings_into_failure(study: Path, tmp_path: Path) -> None:
    warned = tmp_path / "warned"
    warned.mkdir()
    for path in study.iterdir():
        (warned / path.name).write_bytes(path.read_bytes())
    relations = warned / "relations.csv"
    header = relations.read_text("utf-8").splitlines()[0].split(",")
    row = {"relation": "unused", "layer": "knowledge", "directed": "yes"}
    with relations.open("a", encoding="utf-8") as file:
        file.write(",".join(row.get(name, "") for name in header) + "\n")
    assert run(["check", str(warned)]) == 0
    assert run(["check", str(warned), "--strict"]) == 3


def test_missing_study_is_explained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(tmp_path / "nowhere")]) in {2, 3}
    text = capsys.readouterr()
    assert "nowhere" in text.err + text.out
    assert "Traceback" not in text.err


def test_measure_prints_and_saves(study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "constraint.csv"
    wave = (study / "waves.csv").read_text("utf-8").splitlines()[1].split(",")[0]
    assert run(["measure", "constraint", str(study), "--relation", "advice", "--wave", wave, "--csv", str(target)]) == 0
    assert "advice (knowledge layer" in capsys.readouterr().err
    lines = target.read_text("utf-8").splitlines()
    assert lines[0] == "actor,name,constraint"
    assert len(lines) > 50


@pytest.mark.parametrize(("arguments", "words"), [
    (["measure", "constrant", "STUDY"], "Did you mean 'constraint'"),
    (["measure", "density", "STUDY", "--relation", "advise", "--wave", "WAVE"], "Did you mean 'advice'"),
    (["measure", "density", "STUDY", "--relation", "advice", "--wave", "1900"], "Unknown wave"),
    (["measure", "density", "STUDY", "--relation", "advice", "--set", "colour=red"], "Unknown option"),
    (["measure", "density", "STUDY", "--relation", "advice", "--set", "colour"], "name=value"),
    (["measure", "density"], "Say of which study"),
])
def test_measure_explains_what_it_does_not_know(arguments: list[str], words: str, study: Path,
                                                capsys: pytest.CaptureFixture[str]) -> None:
    wave = (study / "waves.csv").read_text("utf-8").splitlines()[1].split(",")[0]
    given = [item.replace("STUDY", str(study)).replace("WAVE", wave) for item in arguments]
    assert run(given) == 2
    assert words in capsys.readouterr().err


def test_every_measure_can_be_called_from_the_command_line(study: Path) -> None:
    from interfirm.network import catalogue
    from interfirm.study.read.tables import read_study

    read = read_study(study)
    first, second = read.wave_order[0], read.wave_order[-1]
    extra = {"turnover": ["first=" + first, "second=" + second], "qap_correlation": ["first=advice", "second=peer"],
             "bonacich_power": ["beta=0.01"]}
    for name in catalogue.names():
        parameters = catalogue.parameters(name)
        options = list(extra.get(name, []))
        options += [f"draws={5}"] if "draws" in parameters else []
        options += [f"permutations={20}"] if "permutations" in parameters else []
        result = catalogue.call(name, read, options=options,
                                relation=["advice"] if "relation" in parameters else None,
                                wave=second if "wave" in parameters else None)
        assert len(catalogue.as_table(result, name)) > 0, name


def test_export_and_describe(study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export", str(study), "--to", "xlsx", "-o", str(tmp_path / "all.xlsx")]) == 0
    assert (tmp_path / "all.xlsx").stat().st_size > 1000
    assert run(["describe"]) == 0
    assert "receiver" in capsys.readouterr().out


def test_template_is_written_once(tmp_path: Path) -> None:
    target = tmp_path / "study.xlsx"
    assert run(["template", str(target)]) == 0
    before = target.read_bytes()
    assert run(["template", str(target)]) == 2
    assert target.read_bytes() == before


def test_a_bug_is_called_a_bug(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def broken(**_: object) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr(cli, "app", broken)
    assert run(["check"]) == 1
    assert "bug in interfirm" in capsys.readouterr().err


def test_interrupt_leaves_with_130(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def stopped(**_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "app", stopped)
    assert run(["check"]) == 130
    assert "unchanged" in capsys.readouterr().err


def test_module_runs_as_a_program() -> None:
    done = subprocess.run([sys.executable, "-m", "interfirm", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("interfirm ")


@pytest.mark.slow
def test_report_writes_the_page_and_the_numbers(study: Path, tmp_path: Path,
                                                capsys: pytest.CaptureFixture[str]) -> None:
    page, numbers = tmp_path / "report.html", tmp_path / "summary.json"
    assert run(["report", str(study), "-o", str(page), "--json", str(numbers)]) == 0
    summary = json.loads(numbers.read_text("utf-8"))
    out = capsys.readouterr().out
    assert 3 <= len(summary["findings"]) <= 7
    assert summary["findings"][0]["text"][:30] in out.replace("\n  ", " ")
    assert page.read_text("utf-8").startswith("<!doctype html>")


@pytest.mark.slow
def test_anonymised_report_names_nobody(study: Path, tmp_path: Path) -> None:
    page, key = tmp_path / "report.html", tmp_path / "key.csv"
    assert run(["report", str(study), "-o", str(page), "--anonymise", "--key", str(key)]) == 0
    from interfirm.study.read.tables import read_study

    text = page.read_text("utf-8")
    assert key.stat().st_mode & 0o077 == 0
    for name in read_study(study).actors["name"].dropna():
        assert name not in text
    first = key.read_text("utf-8")
    assert run(["report", str(study), "-o", str(page), "--anonymise", "--key", str(key)]) == 0
    assert key.read_text("utf-8") == first


def test_the_list_of_commands_cuts_no_sentence(capsys):
    assert cli.run(["--help"]) == 0
    shown = " ".join(capsys.readouterr().out.partition("Commands:")[2].split())
    assert "..." not in shown
    for command in cli.app.registered_commands:
        assert command.callback.__doc__.partition("\n")[0] in shown

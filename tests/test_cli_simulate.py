"""The commands simulate and levers, and the report that shows the results."""

from __future__ import annotations

from pathlib import Path

import pytest

from interfirm import cli


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("cli") / "valley"
    assert cli.run(["example", str(place)]) == 0
    return place


def test_levers_to_results(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert cli.run(["levers"]) == 0
    file = study.parent / "levers.toml"
    file.write_text(capsys.readouterr().out)
    call = ["simulate", str(study), "--levers", str(file), "--years", "1", "--replications", "3", "--workers", "1",
            "--priors", "--precision", "0", "--csv", str(study.parent / "effects.csv")]
    assert cli.run(call) == 0
    said = capsys.readouterr()
    assert "8 policies against none, 3 replications of 1 year;" in said.out
    assert "Standards" in said.out and "thought model" in said.out
    assert f"interfirm report {study} --simulation {study}-simulation" in said.out
    assert "Note: 11 firms did not answer" in said.err
    assert all(len(line) <= 100 for line in said.out.splitlines() if "interfirm report" not in line)
    assert (study.parent / "effects.csv").read_text().startswith("policy,output,without,effect")
    assert cli.run([*call, "--seed", "2"]) == 2
    assert "another seed" in capsys.readouterr().err


@pytest.mark.parametrize(("more", "said", "code"), [
    (["--years", "0.1"], "no whole number of periods", 2),
    (["--set", "trust_gian=0.3"], "Did you mean 'trust_gain'", 2),
    (["--set", "trust_gain=much"], "expected a parameter and a number", 2),
    (["--off", "spinoffs"], "Did you mean 'spin_offs'", 2),
    (["--workers", "0"], "expected 1 or more", 2),
    (["--replications", "1"], "at least 2", 2),
    (["--levers", "nowhere.toml"], "nowhere.toml", 2),
])
def test_calls_that_make_no_sense(study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], more: list[str],
                                  said: str, code: int) -> None:
    assert cli.run(["simulate", str(study), "--priors", "-o", str(tmp_path / "r"), *more]) == code
    assert said in capsys.readouterr().err
    assert not (tmp_path / "r" / "outputs.parquet").exists()


def test_levers_with_errors(study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "levers.toml").write_text("[brokr]\n[fairs]\nbudget = 5\n")
    assert cli.run(["simulate", str(study), "--priors", "--levers", str(tmp_path / "levers.toml")]) == 3
    said = " ".join(capsys.readouterr().err.split())
    assert "unknown lever 'brokr'" in said and "a budget of 5 EUR" in said


def test_report_of_a_folder_without_results(study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["report", str(study), "--simulation", str(tmp_path), "-o", str(tmp_path / "r.html")]) == 2
    assert "holds no results of a simulation" in capsys.readouterr().err


def test_interrupted(study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                     capsys: pytest.CaptureFixture[str]) -> None:
    from interfirm.simulation import workers

    def stop(_: object, __: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(workers, "replicate", stop)
    assert cli.run(["simulate", str(study), "--priors", "--workers", "1", "-o", str(tmp_path / "r")]) == 130
    assert "run the same command to go on" in " ".join(capsys.readouterr().err.split())


def test_too_little_time_or_memory(study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str],
                                   monkeypatch: pytest.MonkeyPatch) -> None:
    from interfirm.simulation import estimate

    call = ["simulate", str(study), "--priors", "--workers", "1", "-o", str(tmp_path / "r")]
    assert cli.run([*call, "--minutes", "0.00001"]) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert "Two replications, the fewest that give an interval, would take about" in said
    assert cli.run([*call, "--replications", "9000000"]) == 2
    assert "does not begin unasked" in " ".join(capsys.readouterr().err.split())
    monkeypatch.setattr(estimate, "available_memory", lambda: 10**7)
    assert cli.run(call) == 2
    assert "1 worker would need about" in capsys.readouterr().err
    assert not (tmp_path / "r" / "parts").exists()


def test_what_the_lead_hangs_on(study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str],
                                monkeypatch: pytest.MonkeyPatch) -> None:
    """From the command into the chapter of the report, with a small analysis."""
    pytest.importorskip("SALib")
    from interfirm.report.chapters import simulation as chapter
    from interfirm.report.context import Context
    from interfirm.simulation import policy_sensitivity, told
    from interfirm.study.read.tables import read_study

    small = {"trajectories": 2, "points": 2, "strongest": 2, "replications": 1}
    monkeypatch.setattr(policy_sensitivity, "threshold", lambda _, name: {"value": small[name.split("_")[1]]})
    folder = tmp_path / "r"
    call = ["simulate", str(study), "--priors", "--workers", "1", "-o", str(folder), "--years", "1", "--replications",
            "2", "--precision", "0"]
    assert cli.run([*call, "--sensitivity"]) == 0
    assert "What the lead hangs on, strongest first" in " ".join(capsys.readouterr().out.split())
    data = read_study(study)
    blocks = {block.id: block for block in chapter.chapter(Context(data, policies=told(data, folder))).blocks}
    assert "Sensitivity: with everything as usual" in blocks["simulation-hangs"].caption
    assert len(blocks["simulation-hangs"].rows) == 10
    assert "Structure at the end: without a policy" in blocks["simulation-structure"].caption

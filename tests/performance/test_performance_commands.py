"""The command ``performance``: what it prints and writes, its exit codes, and bad input without a traceback."""

from __future__ import annotations

import subprocess
import sys
import zipfile

import frozen
import pytest

from interfirm import cli


@pytest.fixture
def survey(tmp_path):
    path = tmp_path / "survey.csv"
    frozen.table().assign(a=lambda d: (d["count"] > 1) * 1, b=lambda d: (d["g"] > 12) * 1).to_csv(path, index=False)
    return path


def said(capsys):
    found = capsys.readouterr()
    return " ".join(found.out.split()), " ".join(found.err.split())


def test_a_survey_gives_dictionary_table_words_and_files(survey, tmp_path, capsys):
    files = [tmp_path / name for name in ("t.tex", "t.docx", "t.csv")]
    call = ["performance", str(survey), "--outcome", "share", "--cooperation", "z,a,b,yes", "--controls", "x", "--also",
            "tobit,linear", "--complementarity", "a,b", "--weights", "w", "--cluster", "g", "--bootstrap", "20",
            "--latex", str(files[0]), "--word", str(files[1]), "--csv", str(files[2])]
    assert cli.run(call) == 0
    out, err = said(capsys)
    assert out.index("The variables") < out.index("What goes with 'share'") < out.index("What may not be concluded")
    for text in ("Fractional logit", "Tobit (limits 0 and 1)", "turning point", "a and b:", "20 resamples (seed 1)",
                 "percentage points"):
        assert text in out
    assert "clusters are few" in err
    assert r"\begin{tabular}" in files[0].read_text("utf-8")
    assert zipfile.is_zipfile(files[1])
    assert "Firms,240,240,240,240" in files[2].read_text("utf-8")


def test_the_curve_is_told(survey, capsys):
    assert cli.run(["performance", str(survey), "--outcome", "share", "--cooperation", "z", "--controls", "x",
                    "--curve"]) == 0
    assert "'z': the effect on 'share' runs from" in said(capsys)[0]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("study") / "example"
    assert cli.run(["example", str(path)]) == 0
    return path


def test_a_study_needs_no_further_word(folder, capsys):
    assert cli.run(["performance", str(folder)]) == 0
    out, _ = said(capsys)
    assert "types of partner (breadth)" in out and "degree 2021" in out
    assert "Each type of partner by itself" in out
    assert cli.run(["performance", str(folder), "--weights", "w"]) == 2
    assert "--weights belongs to a survey" in said(capsys)[1]


@pytest.mark.parametrize(("options", "code", "words"), [
    (["--outcome", "share"], 2, "--cooperation"), (["--outcome", "shar", "--cooperation", "z"], 2, "Did you mean "
                                                   "'share'"),
    (["--outcome", "share", "--cooperation", "z", "--model", "ols"], 2, "Unknown model"),
    (["--outcome", "x", "--cooperation", "z", "--model", "fractional"], 3, "a share between 0 and 1"),
    (["--outcome", "share", "--cooperation", "z", "--controls", "1z"], 2, "Unknown variable"),
    (["--outcome", "share", "--cooperation", "z", "--wave", "2020"], 2, "--wave belongs to a study"),
    (["--outcome", "share", "--cooperation", "z", "--complementarity", "z"], 2, "two to four"),
    (["--outcome", "share", "--cooperation", "z", "--weights", "x"], 3, "weights are negative"),
    (["--outcome", "share", "--cooperation", "z,yes", "--bootstrap", "1"], 2, "two draws")])
def test_exit_codes_and_words(survey, capsys, options, code, words):
    assert cli.run(["performance", str(survey), *options]) == code
    err = said(capsys)[1]
    assert words in err
    assert "Traceback" not in err


def test_files_that_are_not_there_or_damaged(tmp_path, capsys):
    assert cli.run(["performance", str(tmp_path / "none.dta"), "--outcome", "y", "--cooperation", "z"]) == 2
    (tmp_path / "bad.dta").write_bytes(b"x" * 300)
    assert cli.run(["performance", str(tmp_path / "bad.dta"), "--outcome", "y", "--cooperation", "z"]) == 3
    assert "not a whole .dta file" in said(capsys)[1]


def test_help_does_not_load_what_is_slow():
    code = "from interfirm.cli import run; run(['performance', '--help'])\nimport sys\n" \
        "print([m for m in ('pandas', 'numpy', 'scipy', 'statsmodels') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().splitlines()[-1] == "[]"

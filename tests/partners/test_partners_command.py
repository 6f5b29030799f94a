"""``interfirm partners`` as a user types it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from interfirm import cli
from interfirm.study.example import example
from interfirm.study.write.folder import write_study

Said = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("partners") / "study"
    write_study(example(seed=1), folder)
    return folder


@pytest.fixture
def said(study: Path, capsys: pytest.CaptureFixture[str]) -> Said:
    def run(*arguments: str) -> tuple[int, str, str]:
        code = cli.run(["partners", str(study), *arguments])
        shown = capsys.readouterr()
        return code, shown.out, shown.err
    return run


def test_a_list_with_reasons_and_its_file(said: Said, tmp_path: Path) -> None:
    file = tmp_path / "partners.csv"
    code, out, _ = said("--for", "Thurloster Tooling SARL", "--purpose", "develop-product", "--top", "3",
                        "--csv", str(file))
    assert code == 0
    assert "Partners for Thurloster Tooling SARL to develop product" in out
    for label in ("for:", "against:", "agree first:", "expert priors"):
        assert label in out
    table = pd.read_csv(file)
    assert table["rank"].tolist() == [1, 2, 3]
    assert {"similarity", "complementarity", "reasons"} <= set(table.columns)


def test_why_not(said: Said) -> None:
    code, out, _ = said("--for", "F01", "--why-not", "F02")
    assert code == 0
    assert "Reuthingau Sensors GmbH is at place" in out


def test_own_weights_change_the_list(said: Said) -> None:
    others = ("similarity", "complementarity", "readiness", "same-words", "new-reach", "shared-partners", "same-kind",
              "same-alliances", "worked-before", "rivalry")
    alone = [word for name in others for word in ("--weight", f"{name}=0")]
    assert said("--for", "F01", *alone)[1] != said("--for", "F01")[1]


def test_a_plan(said: Said) -> None:
    code, out, _ = said("--plan", "4", "--capacity", "1", "--share", "0.5")
    assert code == 0
    assert out.startswith("4 introductions out of")


@pytest.mark.parametrize(("arguments", "words"), [
    ((), "--for FIRM"),
    (("--for", "F01", "--plan", "3"), "--for FIRM"),
    (("--plan", "3", "--why-not", "F02"), "on whose list"),
    (("--for", "F01", "--weight", "near"), "a term and a number"),
    (("--for", "F01", "--weight", "luck=1"), "Unknown term"),
    (("--for", "F01", "--purpose", "get-rich"), "Unknown purpose"),
    (("--for", "Nobody Ltd"), "Unknown actor"),
    (("--plan", "0"), "at least 1"),
])
def test_a_wrong_call_is_explained(said: Said, arguments: tuple[str, ...], words: str) -> None:
    code, _, err = said(*arguments)
    assert code == 2
    assert words in err
    assert "Traceback" not in err


def test_sheets_need_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_study(example(seed=1), tmp_path / "study")
    (tmp_path / "taken").write_text("mine", encoding="utf-8")
    assert cli.run(["partners", str(tmp_path / "study"), "--sheets", str(tmp_path / "taken")]) == 2
    assert "is a file" in capsys.readouterr().err
    assert (tmp_path / "taken").read_text(encoding="utf-8") == "mine"

"""Which wave a file is: believed only where a name looks like a wave, and always said."""

from __future__ import annotations

from pathlib import Path

import pytest

from interfirm.study.read import looks
from interfirm.study.read.importing import ImportResult, import_files

FIRST = ";A;B;C\nA;0;1;0\nB;0;0;1\nC;0;0;0\n"
SECOND = ";A;B;C\nA;0;1;1\nB;0;0;0\nC;0;0;0\n"
OTHERS = ";X;Y;Z\nX;0;1;1\nY;0;0;0\nZ;0;0;0\n"


def imported(folder: Path, **files: str) -> ImportResult:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    return import_files([folder])


def waves(result: ImportResult) -> tuple[str, ...]:
    assert result.study is not None, result.findings
    return result.study.wave_order


@pytest.mark.parametrize(("name", "wave"), [
    ("advice_2012", "2012"), ("survey 1998", "1998"), ("advice-w2", "2"), ("t1_trust", "1"), ("round-2 advice", "2"),
    ("Wave3", "3"), ("Runde 2", "2"), ("results2", None), ("results-copy2", None), ("advice (2)", None),
    ("sheet1", None), ("version12", None), ("B2B", None), ("1850 mills", None)])
def test_names_that_look_like_a_wave(name: str, wave: str | None) -> None:
    assert looks.wave_of(name) == wave


def test_a_bare_number_in_one_name_is_no_wave(tmp_path: Path) -> None:
    result = imported(tmp_path, results2=FIRST)
    assert waves(result) == ("1",)
    assert any("no name says when 'results2' was asked: taken as wave 1" in line for line in result.guesses)


def test_bare_numbers_tell_waves_where_names_and_people_are_the_same(tmp_path: Path) -> None:
    result = imported(tmp_path, advice1=FIRST, advice2=SECOND)
    assert waves(result) == ("1", "2")
    said = next(line for line in result.guesses if "read from the name" in line)
    assert "1 in 'advice1', 2 in 'advice2'" in said and "import.toml" in said


def test_bare_numbers_of_files_on_different_people_are_no_waves(tmp_path: Path) -> None:
    assert len(waves(imported(tmp_path, advice1="respondent;A;B;C\nA;;1;\nB;1;;\nC;;1;\n",
                              advice2="respondent;X;Y;Z\nX;;1;\nY;1;;\nZ;;1;\n"))) == 1


def test_bare_numbers_after_different_words_are_no_waves(tmp_path: Path) -> None:
    result = imported(tmp_path, advice1=FIRST, trust2=SECOND)
    assert waves(result) == ("1",)


def test_another_wave_can_be_written(tmp_path: Path) -> None:
    result = imported(tmp_path, results2=FIRST)
    result.write(tmp_path / "study")
    config = tmp_path / "study" / "import.toml"
    text = config.read_text("utf-8")
    assert text.count('wave = "1"') == 1
    config.write_text(text.replace('wave = "1"', 'wave = "2024"').replace('waves = ["1"]', 'waves = ["2024"]'), "utf-8")
    again = import_files([], config=config)
    assert waves(again) == ("2024",)
    assert not [line for line in again.guesses if "wave is read" in line or "no name says" in line]

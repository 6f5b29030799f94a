"""A file that cannot be written is refused before anything is computed."""

from __future__ import annotations

from pathlib import Path

import pytest

from interfirm.cli import run
from interfirm.commands.outputs import refuse_files
from interfirm.errors import UsageError


def test_all_files_that_cannot_be_written_are_named(tmp_path: Path) -> None:
    refuse_files(None, tmp_path / "new.csv")
    with pytest.raises(UsageError) as caught:
        refuse_files(tmp_path / "no" / "a.csv", tmp_path, tmp_path / "new.csv")
    assert "a.csv' cannot be written: its folder does not exist" in str(caught.value)
    assert f"'{tmp_path}' cannot be written: it is a folder" in str(caught.value)
    assert "new.csv" not in str(caught.value)


@pytest.mark.parametrize("command", [
    ["performance", "STUDY", "--latex", "FILE"], ["performance", "STUDY", "--specification-curve", "FILE"],
    ["simulate", "STUDY", "--csv", "FILE"], ["dynamics", "STUDY", "--suggest", "--csv", "FILE"]])
def test_commands_that_take_long_look_first(command: list[str], tmp_path: Path,
                                            capsys: pytest.CaptureFixture[str]) -> None:
    """The study is not there either: the file to write is looked at before anything is read."""
    given = {"STUDY": str(tmp_path / "study"), "FILE": str(tmp_path / "no" / "x.csv")}
    assert run([given.get(word, word) for word in command]) == 2
    assert "its folder does not exist" in capsys.readouterr().err

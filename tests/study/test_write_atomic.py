"""An interrupted write leaves what was there before, whole."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pandas as pd
import pytest

from interfirm.errors import UsageError
from interfirm.study.read.tables import read_study
from interfirm.study.study import Study
from interfirm.study.write import atomic, folder
from interfirm.study.write.folder import write_study


def study(*actors: str) -> Study:
    return Study.from_tables({"actors": pd.DataFrame({"actor": list(actors)})})


def test_a_file_is_replaced_in_one_step(tmp_path: Path) -> None:
    target = tmp_path / "x.txt"
    atomic.write_text(target, "old")
    target.chmod(0o640)
    with pytest.raises(RuntimeError), atomic.replaced_file(target) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert target.read_text() == "old" and [item.name for item in tmp_path.iterdir()] == ["x.txt"]
    atomic.write_text(target, "new é")
    assert target.read_bytes() == "new é".encode() and target.stat().st_mode & 0o777 == 0o640


def test_an_error_in_the_middle_leaves_the_old_study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "study"
    write_study(study("a", "b"), target)
    monkeypatch.setattr(folder, "write_table", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(OSError, match="No space"):
        write_study(study("c"), target)
    assert list(read_study(target).actors["actor"]) == ["a", "b"]
    assert [item.name for item in tmp_path.iterdir()] == ["study"]


@pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL")
@pytest.mark.parametrize("exchange", [True, False])
def test_a_killed_writer_leaves_a_whole_study(tmp_path: Path, exchange: bool) -> None:
    """A child process writes two studies in turn, as fast as it can, and is killed; one of the two is there."""
    target = tmp_path / "study"
    code = textwrap.dedent(f"""
        import sys
        import pandas as pd
        from interfirm.study.study import Study
        from interfirm.study.write import atomic
        from interfirm.study.write.folder import write_study
        if not {exchange}:
            atomic._exchange = lambda one, other: False
        made = [Study.from_tables({{"actors": pd.DataFrame({{"actor": [f"{{name}}{{k}}" for k in range(300)]}})}})
                for name in "ab"]
        write_study(made[0], sys.argv[1])
        print("ready", flush=True)
        while True:
            for one in made:
                write_study(one, sys.argv[1])
    """)
    for delay in (0.004, 0.017):
        child = subprocess.Popen([sys.executable, "-c", code, str(target)], stdout=subprocess.PIPE)
        assert child.stdout is not None and child.stdout.readline() == b"ready\n"
        time.sleep(delay)
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        atomic.recover(target)
        actors = list(read_study(target).actors["actor"])
        assert len(actors) == 300 and len({name[0] for name in actors}) == 1


def test_the_users_own_files_are_kept_and_said(tmp_path: Path) -> None:
    target = tmp_path / "study"
    write_study(study("a"), target, companions={"import.toml": "x = 1\n", "merges.csv": "name\n"})
    (target / "notes.txt").write_text("mine")
    (target / "raw").mkdir()
    (target / "raw" / "survey.csv").write_text("deep")
    (target / "ties.csv").write_text("wave,relation,sender,receiver\n")
    written = write_study(study("b"), target)
    assert written.kept == ["notes.txt", "raw"]
    assert written.removed == ["import.toml", "merges.csv", "ties.csv"]
    assert written.files == [target / "actors.csv"]
    assert (target / "notes.txt").read_text() == "mine" and (target / "raw" / "survey.csv").read_text() == "deep"
    assert sorted(item.name for item in target.iterdir()) == ["actors.csv", "notes.txt", "raw"]


def test_a_folder_left_beside_its_place_is_put_back(tmp_path: Path) -> None:
    target = tmp_path / "study"
    write_study(study("a"), target)
    target.rename(tmp_path / ".study.old")
    with pytest.raises(UsageError, match=r"\.study\.old"):
        read_study(target)
    assert atomic.recover(target) and not atomic.recover(target)
    assert list(read_study(target).actors["actor"]) == ["a"]


def test_places_that_cannot_be_written_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError, match="is a file"):
        write_study(study("a"), tmp_path / "file")
    with pytest.raises(UsageError, match="is a folder"):
        atomic.write_text(tmp_path, "x")
    with pytest.raises(UsageError, match="cannot be written"):
        atomic.write_text(tmp_path / "none" / "x", "x")
    with pytest.raises(UsageError, match="may accompany"):
        write_study(study("a"), tmp_path / "s", companions={"other.txt": ""})
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    with pytest.raises(UsageError, match="one folder up"):
        write_study(study("a"), ".")


def test_csv_files_are_plain(tmp_path: Path) -> None:
    made = Study.from_tables({"actors": pd.DataFrame({"actor": ["=1+1", "é"], "founded": [1990, None],
                                                      "sme": ["yes", None], "latitude": [0.1 + 0.2, None]})})
    write_study(made, tmp_path / "s")
    data = (tmp_path / "s" / "actors.csv").read_bytes()
    assert not data.startswith(b"\xef\xbb\xbf") and b"\r" not in data
    lines = data.decode().splitlines()
    assert lines[1].startswith("'=1+1,,firm,member,,1990,,,yes") and "0.30000000000000004" in lines[1]

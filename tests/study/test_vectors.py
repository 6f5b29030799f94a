"""Vectors of the user's own: two layouts, and everything that can be wrong with them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from interfirm import cli, example
from interfirm.errors import DataError, UsageError
from interfirm.partners import recommend
from interfirm.study.read.vectors import read_vectors
from interfirm.study.write.folder import write_study

ACTORS = ["a", "b", "c"]


def array(folder: Path, table: np.ndarray, names: list[str]) -> Path:
    np.save(folder / "vectors.npy", table)
    pd.DataFrame({"actor": names}).to_csv(folder / "actors.csv", index=False)
    return folder


def test_both_layouts_give_the_same(tmp_path: Path) -> None:
    table = np.array([[1.0, 0.5], [0.0, 2.0]])
    one, notes = read_vectors(array(tmp_path, table, ["a", "b"]), ACTORS)
    assert one.to_numpy().tolist() == table.tolist()
    assert [item.code for item in notes] == ["unmatched-vectors"]  # c has none
    pd.DataFrame({"actor": ["a", "b"], "0": table[:, 0], "1": table[:, 1]}).to_csv(tmp_path / "v.csv", index=False)
    two, _ = read_vectors(tmp_path / "v.csv", ACTORS)
    pd.testing.assert_frame_equal(one, two)


@pytest.mark.parametrize(("table", "names", "code"), [
    (np.ones((2, 2)), ["a"], "wrong-shape"), (np.ones(2), ["a", "b"], "wrong-shape"),
    (np.array([["x", "y"]]), ["a"], "wrong-shape"), (np.ones((2, 2)), ["a", "a"], "duplicate-key"),
    (np.array([[1.0, np.nan]]), ["a"], "not-a-number"), (np.array([[1.0, np.inf]]), ["a"], "not-a-number"),
    (np.ones((1, 2)), ["stranger"], "unknown-actor"),
])
def test_what_is_wrong_is_said(tmp_path: Path, table: np.ndarray, names: list[str], code: str) -> None:
    with pytest.raises(DataError) as caught:
        read_vectors(array(tmp_path, table, names), ACTORS)
    assert code in {item.code for item in caught.value.findings}


def test_objects_are_never_unpickled(tmp_path: Path) -> None:
    np.save(tmp_path / "vectors.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    (tmp_path / "actors.csv").write_text("actor\na\n", "utf-8")
    with pytest.raises(DataError, match="no array of numbers"):
        read_vectors(tmp_path, ACTORS)


def test_nothing_of_the_kind(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no vectors"):
        read_vectors(tmp_path, ACTORS)
    (tmp_path / "vectors.csv").write_text("name,x\na,1\n", "utf-8")
    with pytest.raises(DataError, match="'actor' is missing"):
        read_vectors(tmp_path, ACTORS)


def test_they_take_the_place_of_the_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    study = example()
    write_study(study, tmp_path / "study")
    names = study.actors["actor"].tolist()
    table = np.eye(len(names))
    table[names.index("F07")] = table[names.index("F01")]
    table[names.index("F08")] = -table[names.index("F01")]
    array(tmp_path, table, names)
    vectors, _ = read_vectors(tmp_path, names)
    found = recommend(study, "F01", vectors=vectors, top=60, ranking="weights")
    said = {item.actor: item.terms["same_words"] for item in found.partners}
    assert {name for name, value in said.items() if value} <= {"F07"}
    assert said.get("F08", 0.0) == 0  # opposite is not alike, and never below 0
    assert cli.run(["partners", str(tmp_path / "study"), "--for", "F01", "--vectors", str(tmp_path), "--top", "2"]) == 0
    assert "Partners for" in capsys.readouterr().out

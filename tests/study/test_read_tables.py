"""Read after write is the identity; everything wrong with a study on disk is found at once."""

from __future__ import annotations

import random
import shutil
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import xlsxwriter
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from study_strategies import AWKWARD, studies

from interfirm.errors import DataError, UsageError
from interfirm.study.read.tables import check_files, read_study
from interfirm.study.study import Study
from interfirm.study.write.cells import guard, unguard
from interfirm.study.write.folder import write_study
from interfirm.study.write.workbook import write_workbook

QUICK = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def assert_same(one: Study, other: Study) -> None:
    for name, frame in one.tables().items():
        pd.testing.assert_frame_equal(frame, other.tables()[name], check_exact=True, obj=name)
    assert one.equals(other)


@QUICK
@given(study=studies())
def test_a_folder_reads_back_as_it_was_written(study: Study, tmp_path: Path) -> None:
    target = tmp_path / "study"
    write_study(study, target)
    assert_same(study, read_study(target))
    shutil.rmtree(target)


@QUICK
@given(study=studies())
def test_a_workbook_reads_back_as_it_was_written(study: Study, tmp_path: Path) -> None:
    write_workbook(study, tmp_path / "study.xlsx")
    assert_same(study, read_study(tmp_path / "study.xlsx"))


@given(st.text() | st.sampled_from(AWKWARD))
@example("''''=")
def test_the_guard_is_undone_on_reading(text: str) -> None:
    assert unguard(guard(text)) == text


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-2+3", "@sum", "\tx", "=cmd|' /C calc'!A0", "-x"])
def test_no_guarded_cell_starts_a_formula(text: str) -> None:
    assert guard(text).startswith("'")


@pytest.mark.parametrize("text", ["'s-Hertogenbosch", "-5", "+1.5", "-", "plain", "1e5"])
def test_the_guard_leaves_the_harmless_alone(text: str) -> None:
    assert guard(text) == text


# ---- everything wrong is found at once, with its place ---------------------------------------------------

def folder(path: Path, **files: str) -> Path:
    path.mkdir(exist_ok=True)
    for name, text in files.items():
        (path / f"{name}.csv").write_text(text, encoding="utf-8", newline="")
    return path


def workbook(path: Path, **sheets: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name.replace("_", " "))
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


GOOD = {"actors": "actor\na\nb\nc\n", "ties": "wave,relation,sender,receiver,weight\n1,advice,a,b,1\n1,advice,b,c,\n"}


def test_all_findings_come_at_once_with_their_place(tmp_path: Path) -> None:
    place = folder(tmp_path / "s", actors="actor,kind,latitude,founded\na,frim,200,x\nb,firm,,1990\nb,firm,1,\n",
                   ties="wave,relation,sender,receiver,weight\n1,advice,a,zz,1\n1,advice,a,a,2\n1,advice,a,b,-1\n")
    study, findings = check_files(place)
    found = {(item.file, item.row, item.column, item.code) for item in findings.of("error")}
    assert study is None
    assert found >= {
        ("actors.csv", 2, "kind", "not-on-the-list"), ("actors.csv", 2, "latitude", "out-of-range"),
        ("actors.csv", 2, "founded", "not-a-number"), ("actors.csv", 4, None, "duplicate-key"),
        ("ties.csv", 2, "receiver", "unknown-actor"), ("ties.csv", 3, None, "self-tie"),
        ("ties.csv", 4, "weight", "out-of-range"),
    }
    with pytest.raises(DataError) as caught:
        read_study(place)
    assert len(caught.value.findings) == len(findings)
    assert "Write 'firm'" in str(next(item for item in findings if item.code == "not-on-the-list"))


def test_reading_what_can_stand_leaves_the_rest_out_and_counts_it(tmp_path: Path) -> None:
    place = folder(tmp_path / "s", actors="actor\na\nb\nb\n\n", ties=GOOD["ties"] + "1,advice,a,a,1\n")
    with pytest.warns(UserWarning, match="1 of actors, 2 of ties"):
        study = read_study(place, strict=False)
    assert list(study.actors["actor"]) == ["a", "b"] and len(study.ties) == 1


def test_waves_and_known_relations_are_derived_and_said(tmp_path: Path) -> None:
    rows = "wave,relation,sender,receiver\n2015,peer,a,b\n2012,advice,a,b\n"
    place = folder(tmp_path / "s", actors="actor\na\nb\n", ties=rows)
    study, findings = check_files(place)
    assert study is not None and study.wave_order == ("2015", "2012")
    assert study.relations[["relation", "layer", "directed"]].to_numpy().tolist() == [
        ["peer", "exchange", False], ["advice", "knowledge", True]]
    notes = {item.code: str(item) for item in findings.of("note")}
    assert "2015, 2012" in notes["derived-waves"] and "advice (knowledge)" in notes["derived-relations"]


def test_an_unknown_relation_says_what_to_add(tmp_path: Path) -> None:
    place = folder(tmp_path / "s", actors="actor\na\nb\n", ties="wave,relation,sender,receiver\n1,advise,a,b\n")
    _, findings = check_files(place)
    error = findings.of("error")
    assert [item.code for item in error] == ["unknown-relation"]
    assert "relation, layer, directed" in str(error[0]) and "write 'advice'" in str(error[0])


@pytest.mark.parametrize(("name", "content", "codes"), [
    ("semicolons", GOOD["actors"].encode() + b"", set()),
    ("cp1252", "actor;name\r\na;Soci\xe9t\xe9\r\n".encode("cp1252"), {"encoding", "delimiter"}),
    ("utf-16", "actor\tname\na\tb\n".encode("utf-16"), {"delimiter"}),
    ("bom and bare CR", b"\xef\xbb\xbfactor,name\ra,b\r", set()),
    ("open quote", b'actor,name\na,"b\n', {"broken-quotes"}),
    ("short row", b"actor,name,city\na,b\n", {"short-row"}),
    ("long row", b"actor,name\na,b,c\n", {"long-row"}),
    ("nameless", b"actor,,name\na,x,b\n", {"nameless-column"}),
    ("double column", b"actor,name,name\na,b,c\n", {"duplicate-column"}),
    ("no id column", b"Actor,name\na,b\n", {"missing-column"}),
    ("header only", b"actor\n", {"no-actors"}),
    ("empty", b"", {"no-actors"}),
    ("binary", b"\x00\x01\x02", {"not-text"}),
    ("a workbook called csv", b"PK\x03\x04....", {"not-text"}),
])
def test_odd_csv_files(tmp_path: Path, name: str, content: bytes, codes: set[str]) -> None:
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "actors.csv").write_bytes(content)
    study, findings = check_files(tmp_path / "s")
    assert {item.code for item in findings} >= codes
    assert (study is None) == bool(findings.of("error"))
    assert all(item.file for item in findings)


def test_na_and_null_are_text_and_only_the_empty_cell_is_missing(tmp_path: Path) -> None:
    place = folder(tmp_path / "s", actors="actor,name\nNA,null\nnan,\n 007 ,None\n")
    study = read_study(place)
    assert list(study.actors["actor"]) == ["NA", "nan", "007"]
    assert study.actors["name"].fillna("?").tolist() == ["null", "?", "None"]


def test_other_files_in_the_folder_are_named(tmp_path: Path) -> None:
    place = folder(tmp_path / "s", actors="actor\na\n", notes="x\n1\n", tie="x\n")
    (place / "import.toml").write_text("")
    study, findings = check_files(place)
    assert study is not None
    assert {(item.level, item.file) for item in findings if item.code == "unknown-file"} == {
        ("note", "notes.csv"), ("warning", "tie.csv")}


def test_a_hand_made_workbook(tmp_path: Path) -> None:
    import datetime

    path = workbook(
        tmp_path / "s.xlsx",
        Actors=[["actor", "founded", "area", "sme"], [5, 1990, 46.5, True], ["007", None, None, "no"]],
        ties=[["wave", "relation", "sender", "receiver", "since"],
              [2012, "advice", 5, "007", datetime.date(2010, 5, 1)],
              [], [2012, "advice", "007", 9, None]],
        Notes_x=[["a"], ["b"]], old_ties_=[["x"]])
    book = openpyxl.load_workbook(path)
    book["old ties "].title = "old ties (ignore)"
    hidden = book.create_sheet("hidden")
    hidden.append(["secret"])
    hidden.sheet_state = "hidden"
    book.save(path)
    study, findings = check_files(path)
    assert study is None
    found = {(item.code, item.sheet, item.row) for item in findings if item.level != "note"}
    assert found == {("unknown-actor", "ties", 4), ("unknown-sheet", "Notes x", None), ("hidden-sheet", "hidden", None)}
    book["ties"]["D4"] = 5
    book.save(path)
    study = read_study(path)
    assert list(study.actors["actor"]) == ["5", "007"] and study.ties["since"].tolist()[0] == "2010-05-01"
    assert study.actors["sme"].tolist() == [True, False]


def test_kumu_workbooks(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "k.xlsx",
        Elements=[["Label", "Type", "Tags"], ["Alpha", "Firm", "wood | steel"], ["Beta", "University", None]],
        Connections=[["From", "To", "Type", "Strength"], ["Alpha", "Beta", "Advice", 2], ["Beta", "Alpha", None, 1]])
    study, findings = check_files(path)
    assert study is not None and not findings.of("warning")
    assert study.actors[["actor", "name", "kind", "tags"]].fillna("").to_numpy().tolist() == [
        ["Alpha", "Alpha", "firm", "wood|steel"], ["Beta", "Beta", "university", ""]]
    assert study.ties[["wave", "relation", "sender", "receiver", "strength"]].to_numpy().tolist() == [
        ["1", "advice", "Alpha", "Beta", 2.0], ["1", "cooperation", "Beta", "Alpha", 1.0]]
    alone = workbook(tmp_path / "c.xlsx", Sheet1=[["From", "To"], ["x", "y"], ["z", "x"]])
    study, findings = check_files(alone)
    assert study is not None and list(study.actors["actor"]) == ["x", "y", "z"]
    assert {"kumu", "derived-actors"} <= {item.code for item in findings}
    unknown = workbook(tmp_path / "u.xlsx", Sheet1=[["From", "To", "Type"], ["x", "y", "Funding"]])
    assert [item.code for item in check_files(unknown)[1].of("error")] == ["unknown-relation"]


def test_what_is_no_study_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="There is no file"):
        check_files(tmp_path / "none")
    (tmp_path / "x.txt").write_text("x")
    with pytest.raises(UsageError, match="interfirm import"):
        check_files(tmp_path / "x.txt")
    (tmp_path / "x.xlsx").write_bytes(b"PK\x03\x04 not really")
    assert [item.code for item in check_files(tmp_path / "x.xlsx")[1]] == ["damaged-workbook"]
    (tmp_path / "empty").mkdir()
    assert [item.code for item in check_files(tmp_path / "empty")[1]] == ["no-tables"]
    other = workbook(tmp_path / "o.xlsx", Sheet1=[["x", "y"], [1, 2]])
    assert [item.code for item in check_files(other)[1]] == ["unknown-sheet", "no-tables"]
    wide = workbook(tmp_path / "w.xlsx", actors=[["actor", *range(10_000)], ["a"]])
    assert [item.code for item in check_files(wide)[1]] == ["too-many-columns"]


@pytest.mark.parametrize("seed", range(12))
def test_damaged_studies_give_findings_only(seed: int, tmp_path: Path) -> None:
    draw = random.Random(seed)
    place = folder(tmp_path / "s", **GOOD)
    write_workbook(read_study(place), tmp_path / "s.xlsx")
    for path in (place / "ties.csv", tmp_path / "s.xlsx"):
        raw = bytearray(path.read_bytes())
        for _ in range(draw.randint(1, 5)):
            raw[draw.randrange(len(raw))] = draw.randrange(256)
        path.write_bytes(raw[: draw.choice([len(raw), draw.randrange(1, len(raw))])])
    for path in (place, tmp_path / "s.xlsx"):
        study, findings = check_files(path)
        assert (study is None) == findings.failed


def test_a_formula_without_a_result_is_said_and_an_empty_result_is_a_result(tmp_path: Path) -> None:
    path = workbook(tmp_path / "f.xlsx", actors=[["actor", "name"], ["a", "=1+1"]])
    found = [(item.code, item.sheet, item.row) for item in check_files(path)[1]]
    assert found == [("formula-without-value", "actors", 2)]
    book = xlsxwriter.Workbook(str(tmp_path / "e.xlsx"))
    sheet = book.add_worksheet("actors")
    sheet.write_row(0, 0, ["actor", "name"])
    sheet.write_string(1, 0, "a")
    sheet.write_formula(1, 1, '=IF(A2="a","","x")', None, "x")
    book.close()
    with zipfile.ZipFile(tmp_path / "e.xlsx") as old, zipfile.ZipFile(tmp_path / "e2.xlsx", "w") as new:
        for name in old.namelist():  # what a spreadsheet stores for a formula whose result is the empty text
            new.writestr(name, old.read(name).replace(b"<v>x</v>", b"<v></v>"))
    study, findings = check_files(tmp_path / "e2.xlsx")
    assert study is not None and not len(findings)

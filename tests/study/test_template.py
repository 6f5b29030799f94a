"""The template is pleasant, explains itself, and what is filled in can be read."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from interfirm.errors import UnknownName
from interfirm.study import schema
from interfirm.study.describe import describe
from interfirm.study.instruments import instruments, items
from interfirm.study.read.tables import check_files, read_study
from interfirm.study.template import QUESTIONNAIRE, QUESTIONS, README, SURVEY, write_template


@pytest.fixture
def book(tmp_path: Path):
    write_template(tmp_path / "t.xlsx")
    return openpyxl.load_workbook(tmp_path / "t.xlsx")


def test_every_table_has_a_sheet_after_the_read_me(book) -> None:
    assert book.sheetnames[0] == README and book.active.title == README
    assert set(schema.tables()) | {README, SURVEY, QUESTIONS, QUESTIONNAIRE, "Lists (ignore)"} == set(book.sheetnames)
    assert book.sheetnames.index("actors") == 1


def test_headers_are_the_declared_columns_with_notes_and_no_data(book) -> None:
    for name, table in schema.tables().items():
        sheet = book[name]
        assert [cell.value for cell in sheet[1]] == list(table.columns)
        assert all(cell.comment is not None and cell.comment.text for cell in sheet[1])
        assert sheet.max_row == 1 and sheet.freeze_panes is not None
        assert all(12 <= sheet.column_dimensions[cell.column_letter].width <= 40 for cell in sheet[1])


def test_the_read_me_fits_a_page_and_its_examples_are_grey(book) -> None:
    sheet = book[README]
    assert sheet.sheet_properties.pageSetUpPr.fitToPage and sheet.max_row < 70
    texts = [cell for row in sheet.iter_rows() for cell in row if cell.value]
    assert any("interfirm check" in str(cell.value) for cell in texts)
    assert {cell.font.color.rgb for cell in texts if cell.value == "Example Print Ltd"} == {"FF767676"}
    assert all(len(str(cell.value)) < 190 for cell in texts)


def test_an_empty_template_says_only_that_there_are_no_actors(tmp_path: Path) -> None:
    write_template(tmp_path / "t.xlsx")
    study, findings = check_files(tmp_path / "t.xlsx")
    assert study is None and [item.code for item in findings] == ["no-actors"]


def test_a_filled_template_becomes_a_study(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    write_template(path)
    book = openpyxl.load_workbook(path)
    for row, (actor, kind) in enumerate((("F01", "firm"), ("F02", "firm"), ("U01", "university")), start=2):
        book["actors"].cell(row, 1, actor)
        book["actors"].cell(row, 3, kind)
    sheet = book[SURVEY]
    for number, actor in enumerate(("F01", "F02", "U01")):
        sheet.cell(2 + number, 1, actor)
        sheet.cell(1, 3 + number, actor)
    sheet["D2"], sheet["E2"], sheet["B3"] = "x", 3, "yes"
    book.save(path)
    study = read_study(path)
    assert study.ties[["wave", "relation", "sender", "receiver", "weight"]].to_numpy().tolist() == [
        ["1", "advice", "F01", "F02", 1.0], ["1", "advice", "F01", "U01", 3.0]]
    assert study.responded("advice", "1").to_dict() == {"F01": True, "F02": True, "U01": False}
    assert study.relations["layer"].tolist() == ["knowledge"]


def test_mistakes_in_the_survey_have_their_place(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    book = openpyxl.Workbook()
    book.active.title = "actors"
    book["actors"].append(["actor"])
    for actor in ("a", "b"):
        book["actors"].append([actor])
    sheet = book.create_sheet("survey advice 2024")
    for row in (["respondent", "answered", "a", "b"], ["a", "no", "x", "maybe"], ["", "", "x", ""], ["b", "perhaps", 1],
                ["b", "", "", ""]):
        sheet.append(row)
    book.save(path)
    study, findings = check_files(path)
    found = {(item.code, item.row, item.column) for item in findings if item.sheet == "survey advice 2024"}
    assert study is None
    assert found >= {("not-a-mark", 2, "b"), ("self-tie", 2, "a"), ("empty-cell", 3, "respondent"),
                     ("not-yes-or-no", 4, "answered"), ("duplicate-key", 5, None), ("answered", 2, "answered")}


def test_the_data_format_names_every_table_and_column() -> None:
    text = describe()
    for name, table in schema.tables().items():
        assert f"\n## {name}\n" in text
        assert all(f"- `{column}` (" in describe(name) for column in table.columns)
    assert max(len(line) for line in text.splitlines()) < 400 and "None" not in text
    with pytest.raises(UnknownName, match="actors"):
        describe("actor")


def test_every_question_stands_in_the_template_with_how_to_write_it_down(book) -> None:
    sheet = book[QUESTIONS]
    rows = {row[2].value: row for row in sheet.iter_rows(min_row=2)}
    declared = [item for name in instruments() for item in items(name)]
    assert list(rows) == [item.item for item in declared]
    assert rows["TRUST_1"][3].value == "TRUST_1@partner"
    assert rows["COMMIT_1"][3].value == "COMMIT_1@alliance"
    assert rows["LABOUR_rd"][3].value == "LABOUR_rd"
    assert rows["TRUST_5"][5].value == "1 (not at all) to 7 (fully)"
    assert all(row[4].value.strip() for row in rows.values())

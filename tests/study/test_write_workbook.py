"""Workbooks: text stays text, numbers keep every digit, headers explain themselves."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from interfirm.errors import DataError
from interfirm.study.read.tables import read_study
from interfirm.study.study import Study
from interfirm.study.write import workbook
from interfirm.study.write.workbook import LISTS, write_workbook


def test_cells_are_neither_formulas_nor_links(tmp_path: Path) -> None:
    names = ["=1+1", "http://example.org", "007", "<r>x & y</r>", "1e5", "TRUE"]
    numbers = [0.1 + 0.2, 1e-300, 2**40, 1 / 3, 5, 6]
    study = Study.from_tables({"actors": pd.DataFrame({"actor": names, "extra": numbers})})
    write_workbook(study, tmp_path / "s.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "s.xlsx")["actors"]
    cells = [sheet.cell(row, 1) for row in range(2, 8)]
    assert [cell.value for cell in cells] == names
    assert all(cell.data_type == "s" and cell.hyperlink is None for cell in cells)
    column = [cell.value for cell in sheet[1]].index("extra") + 1
    assert [sheet.cell(row, column).value for row in range(2, 8)] == numbers


def test_headers_have_notes_and_closed_lists_drop_downs(tmp_path: Path) -> None:
    write_workbook(Study.from_tables({"actors": pd.DataFrame({"actor": ["a"]})}), tmp_path / "s.xlsx")
    book = openpyxl.load_workbook(tmp_path / "s.xlsx")
    assert book.sheetnames == ["actors", LISTS]
    sheet = book["actors"]
    assert sheet.freeze_panes is not None and "Identifier" in sheet["A1"].comment.text
    rules = {str(rule.sqref).split(":")[0]: rule for rule in sheet.data_validations.dataValidation}
    kind = [cell.value for cell in sheet[1]].index("kind")
    rule = rules[f"{'ABCDEFG'[kind]}2"]
    listed = book[LISTS][rule.formula1.split("!")[1].replace("$", "")]
    assert [row[0].value for row in listed][:2] == ["firm", "university"] and len(listed) == 9


def test_texts_and_tables_too_large_for_a_workbook_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    long = Study.from_tables({"actors": pd.DataFrame({"actor": ["a"], "name": ["x" * 32768]})})
    with pytest.raises(DataError, match=r"sheet 'actors', row 2, column 'name': the text has 32,768"):
        write_workbook(long, tmp_path / "s.xlsx")
    assert not (tmp_path / "s.xlsx").exists() and not list(tmp_path.iterdir())
    monkeypatch.setattr(workbook, "MOST_ROWS", 1)
    with pytest.raises(DataError, match="CSV folder"):
        write_workbook(Study.from_tables({"actors": pd.DataFrame({"actor": ["a", "b"]})}), tmp_path / "s.xlsx")


def test_an_ods_workbook_is_read_too(tmp_path: Path) -> None:
    pd.DataFrame({"actor": ["a", "007"], "latitude": [1.5, 2]}).to_excel(tmp_path / "s.ods", sheet_name="actors",
                                                                         engine="odf", index=False)
    study = read_study(tmp_path / "s.ods")
    assert list(study.actors["actor"]) == ["a", "007"] and list(study.actors["latitude"]) == [1.5, 2.0]

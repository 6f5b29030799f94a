"""Cells, headers and numbers of delimited files, workbooks, Parquet, Stata and SPSS."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from interfirm.errors import DataError, Findings
from interfirm.study.read import columnar, delimited, limits, numbers, workbook
from interfirm.study.read.files import Blob
from interfirm.study.read.grid import Dropped, Grid, Layout, Sheet, shape
from interfirm.study.read.importing import import_files


def sheet(text: str, findings: Findings | None = None, **layout: object) -> Sheet:
    asked = Layout(**layout)  # type: ignore[arg-type]
    grid = delimited.read(Blob("t.csv", text.encode(), Path("t.csv")), asked)
    return shape(grid, asked, findings if findings is not None else Findings())


def book(fill: object, name: str = "b.xlsx") -> Blob:
    out, buffer = openpyxl.Workbook(), io.BytesIO()
    fill(out)  # type: ignore[operator]
    out.save(buffer)
    return Blob(name, buffer.getvalue(), Path(name))


def opened(blob: Blob) -> tuple[list[Sheet], Findings, list[Dropped]]:
    findings, dropped = Findings(), []  # type: Findings, list[Dropped]
    sheets = [shape(grid, Layout(), findings) for grid in workbook.read(blob, findings, dropped)]
    return sheets, findings, dropped


@pytest.mark.parametrize("mark", [";", ",", "\t", "|"])
def test_delimiters(mark: str) -> None:
    got = sheet(mark.join(["id", "name", "x"]) + "\n" + mark.join(["A", '"a; b, c|d\te"', "1"]) + "\n")
    assert got.layout.delimiter == mark
    assert got.frame.to_numpy().tolist() == [["A", "a; b, c|d\te", "1"]]


def test_semicolons_with_decimal_commas() -> None:
    got = sheet("id;x;y\nA;1,5;2\nB;2,25;1.234,5\nC;3;4\n")
    assert (got.layout.delimiter, got.layout.decimal) == (";", ",")
    assert numbers.parse(got.frame["y"], ",").tolist() == [2, 1234.5, 4]
    assert numbers.tidy(got.frame["x"], ",").tolist() == ["1.5", "2.25", "3"]


@pytest.mark.parametrize(("cells", "mark", "values"), [
    (["1,5", "2.5"], "mixed", [1.5, 2.5]), (["1.5", "2"], ".", [1.5, 2]), (["1,234.5", "2"], ".", [1234.5, 2]),
    (["1.234.567", "2,5"], ",", [1234567, 2.5]), (["1 234,5", "7"], ",", [1234.5, 7]), (["x, y", "1.5"], ".", None),
    (["-0,5", "3"], ",", [-0.5, 3]), (["1e5", "2"], ".", [100000, 2]),
])
def test_decimal_marks(cells: list[str], mark: str, values: list[float] | None) -> None:
    assert numbers.decimal_mark([cells]) == mark
    if values:
        assert numbers.parse(pd.Series(cells, dtype="str"), mark).tolist() == values


def test_codes_stay_text() -> None:
    assert numbers.tidy(pd.Series(["007", "1,5"], dtype="str"), ",").tolist() == ["007", "1,5"]


def test_titles_totals_and_blank_lines_keep_the_users_row_numbers() -> None:
    got = sheet("Members of the cluster\n\nid;staff\nA;5\n\nB;7\nTotal;12\n")
    assert list(got.frame.columns) == ["id", "staff"]
    assert got.rows.tolist() == [4, 6]
    assert [(item.row, item.reason) for item in got.dropped] == [(1, "title above the table"), (7, "totals row")]
    assert (got.layout.header_row, got.layout.header_rows) == (3, 1)


def test_a_firm_called_total_is_not_a_total_in_the_middle() -> None:
    assert sheet("id;staff\nTotal;5\nB;7\n").frame["id"].tolist() == ["Total", "B"]


def test_two_header_rows_are_joined() -> None:
    got = sheet("ID;Turnover;;Staff;\n;2012;2015;2012;2015\nA;1;2;3;4\nB;5;6;7;8\n")
    assert list(got.frame.columns) == ["ID", "Turnover 2012", "Turnover 2015", "Staff 2012", "Staff 2015"]
    assert got.layout.header_rows == 2


def test_a_group_header_above_a_matrix() -> None:
    got = sheet(";Group 1;;Group 2\n;A;B;C\nA;0;1;0\nB;1;0;0\nC;0;0;0\n")
    assert list(got.frame.columns)[1:] == ["A", "B", "C"]


def test_without_a_header() -> None:
    assert not sheet("1;2;3\n4;5;6\n").has_header
    assert not sheet("A;B\nB;C\nC;A\n").has_header
    assert sheet(";1;2\n1;0;1\n2;1;0\n").has_header


def test_long_short_and_double_columns_are_said() -> None:
    findings = Findings()
    got = sheet("id;x;x\nA;1;2;3\nB;1\n", findings)
    assert list(got.frame.columns) == ["id", "x", "x (2)", "column 4"]
    assert {(item.code, item.row) for item in findings} == {("too-many-cells", 2), ("too-few-cells", 3),
                                                            ("duplicate-column", None)}


def test_quotation_marks_that_are_not_doubled() -> None:
    got = sheet('"id";"name"\n"1";"The "Acme" firm"\n"2";"B; C"\n"3";"say ""hi"""\n')
    assert got.frame["name"].tolist() == ['The "Acme" firm', "B; C", 'say "hi"']
    assert any("not doubled" in line for line in got.guesses)


def test_a_quotation_mark_that_is_never_closed() -> None:
    with pytest.raises(DataError) as problem:
        sheet('id;name\nA;"x\nB;y\nC;z\n')
    assert (problem.value.findings[0].code, problem.value.findings[0].row) == ("broken-quotes", 2)


def test_too_many_columns_are_refused() -> None:
    with pytest.raises(DataError, match="columns"):
        sheet(";".join(f"c{i}" for i in range(10_000)) + "\n" + ";".join("1" for _ in range(10_000)))


def test_a_workbook_with_everything(tmp_path: Path) -> None:
    def fill(out: openpyxl.Workbook) -> None:
        first = out.active
        first.title = "members"
        first.append(["Our cluster"])
        first.append(["id", "staff", "founded", "seen", "formula"])
        first.append([5.0, "1,5", 1990.0, dt.date(2020, 1, 2), "=1+1"])
        first.append([6.0, "2", 1991.0, dt.datetime(2020, 1, 2, 3, 4), 3])
        first.append(["Összesen", "3,5", None, None, None])
        hidden = out.create_sheet("old")
        hidden.sheet_state = "hidden"
        hidden.append(["x"])
        out.create_sheet("notes (ignore)").append(["y"])
        out.create_sheet("nothing")

    sheets, findings, dropped = opened(book(fill))
    assert [one.name for one in sheets] == ["members"]
    assert sheets[0].frame.to_numpy().tolist() == [["5", "1,5", "1990", "2020-01-02", ""],
                                                   ["6", "2", "1991", "2020-01-02 03:04:00", "3"]]
    assert [(item.code, item.row, item.column) for item in findings] == [("formula-without-value", 3, "E")]
    assert {(item.sheet, item.reason) for item in dropped} == {
        ("old", "the sheet is hidden"), ("notes (ignore)", "its name says ignore"), ("nothing", "the sheet is empty")}
    assert {item.reason for item in sheets[0].dropped} == {"title above the table", "totals row"}


def test_merged_headers_in_a_workbook() -> None:
    def fill(out: openpyxl.Workbook) -> None:
        out.active.append(["ID", "Turnover", None])
        out.active.append([None, 2012, 2015])
        out.active.append(["A", 1, 2])
        out.active.append(["B", 3, 4])
        out.active.merge_cells("B1:C1")
        out.active.merge_cells("A1:A2")

    assert list(opened(book(fill))[0][0].frame.columns) == ["ID", "Turnover 2012", "Turnover 2015"]


def test_a_sheet_that_is_too_wide_or_full() -> None:
    with pytest.raises(DataError, match="columns"):
        opened(book(lambda out: out.active.append(list(range(10_000)))))

    def fill(out: openpyxl.Workbook) -> None:
        out.active.append(["id", "x"])
        out.active.append(["A", 1])
        out.active.cell(limits.whole("spreadsheet_rows"), 1, "Z")

    found = [item.code for item in opened(book(fill))[1]]
    assert found == ["row-limit"]


def test_an_open_document_sheet(tmp_path: Path) -> None:
    pd.DataFrame({"id": ["A", "B"], "x": [1.0, 2.5]}).to_excel(tmp_path / "t.ods", engine="odf", index=False)
    blob = Blob("t.ods", (tmp_path / "t.ods").read_bytes(), tmp_path / "t.ods")
    assert opened(blob)[0][0].frame.to_numpy().tolist() == [["A", "1"], ["B", "2.5"]]


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"junk" * 50])
def test_what_is_no_workbook(data: bytes) -> None:
    with pytest.raises(DataError) as problem:
        opened(Blob("x.xlsx", data, Path("x.xlsx")))
    assert problem.value.findings[0].code == "damaged-workbook"


def test_a_workbook_that_would_fill_the_memory() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("xl/worksheets/sheet1.xml", b"\0" * (2 * limits.whole("archive_ratio_from")))
    with pytest.raises(DataError) as problem:
        opened(Blob("x.xlsx", buffer.getvalue(), Path("x.xlsx")))
    assert problem.value.findings[0].code == "decompression-bomb"


def test_parquet_stata_and_spss(tmp_path: Path) -> None:
    import duckdb
    import pyreadstat

    frame = pd.DataFrame({"id": ["A", "B", "C"], "kind": [1.0, 2.0, 1.0], "scale": [1.0, 3.0, float("nan")]})
    labels = {"kind": {1.0: "firm", 2.0: "bank"}, "scale": {1.0: "low"}}
    pyreadstat.write_dta(frame, str(tmp_path / "t.dta"), variable_value_labels=labels)
    pyreadstat.write_sav(frame, str(tmp_path / "t.sav"), variable_value_labels=labels,
                         missing_ranges={"scale": [{"lo": 3.0, "hi": 3.0}]})
    with duckdb.connect() as base:
        target = str(tmp_path / "t.parquet").replace("'", "''")
        row = "'A' as id, date '2020-01-02' as d, 1.5 as x, true as ok, [1, 2] as m"
        base.execute(f"copy (select {row}) to '{target}'")
    want = {"t.dta": [["A", "firm", "1"], ["B", "bank", "3"], ["C", "firm", ""]],
            "t.sav": [["A", "firm", "low"], ["B", "bank", ""], ["C", "firm", ""]],
            "t.parquet": [["A", "2020-01-02", "1.5", "yes", "1|2"]]}
    for name, cells in want.items():
        for path in (tmp_path / name, Path("packed.gz")):
            grid: Grid = columnar.read(Blob(name, (tmp_path / name).read_bytes(), path))
            assert grid.rows[1:] == cells, name
    assert len(import_files([tmp_path / "t.dta"]).tables["actors"]) == 3


@pytest.mark.parametrize("name", ["firms.dta", "firms.sav"])
def test_labels_of_columns_and_codes_come_into_the_study(tmp_path: Path, name: str) -> None:
    import pyreadstat

    steps = {1.0: "never", 2.0: "monthly", 3.0: "weekly"}
    frame = pd.DataFrame({"firmid": ["A", "B", "C"], "size": [1.0, 2.0, 1.0], "mio": [1.0, 2.0, 3.0],
                          **{f"q{i}": [1.0, 2.0, 3.0] for i in (1, 2, 3)}})
    write = pyreadstat.write_dta if name.endswith("dta") else pyreadstat.write_sav
    write(frame, str(tmp_path / name), variable_value_labels={"size": {1.0: "micro", 2.0: "small"},
                                                              **{f"q{i}": steps for i in (1, 2, 3)}},
          column_labels=["", "Size class", "Turnover, Mio. HUF", "How often advice?", "", ""])
    result = import_files([tmp_path / name])
    assert result.study is not None
    said = result.study.about.set_index("key")["value"].to_dict()
    assert said == {"name": "firms", "actors.size": "Size class (1 = micro; 2 = small)",
                    "actors.mio": "Turnover, Mio. HUF",
                    "actors.q1": "How often advice? (1 = never; 2 = monthly; 3 = weekly)",
                    "actors.q2": "1 = never; 2 = monthly; 3 = weekly",
                    "actors.q3": "1 = never; 2 = monthly; 3 = weekly"}
    assert result.study.actors["q1"].tolist() == [1, 2, 3]
    assert result.study.actors["size"].tolist() == ["micro", "small", "micro"]
    result.write(tmp_path / "study")
    again = import_files([tmp_path / "study"]).study
    assert again is not None
    assert again.about.equals(result.study.about)


def test_a_labelled_weight_stays_a_number(tmp_path: Path) -> None:
    import pyreadstat

    frame = pd.DataFrame({"from": ["A", "B"], "to": ["B", "C"], "weight": [1.0, 3.0]})
    pyreadstat.write_dta(frame, str(tmp_path / "advice.dta"),
                         variable_value_labels={"weight": {1.0: "rarely", 2.0: "monthly", 3.0: "weekly"}})
    study = import_files([tmp_path / "advice.dta"]).study
    assert study is not None
    assert study.ties["weight"].tolist() == [1, 3]
    assert study.about.set_index("key")["value"]["ties.weight"] == "1 = rarely; 2 = monthly; 3 = weekly"


@pytest.mark.parametrize("name", ["t.dta", "t.sav", "t.parquet"])
def test_a_damaged_table(name: str) -> None:
    with pytest.raises(DataError) as problem:
        columnar.read(Blob(name, b"nonsense" * 100, Path("elsewhere")))
    assert problem.value.findings[0].code == "damaged-table"

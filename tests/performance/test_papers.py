"""Tables for a paper: what stands in the cells, and that no text breaks LaTeX, CSV or Word."""

from __future__ import annotations

import csv
import io
import zipfile

import frozen
import pytest
from defusedxml import ElementTree

from interfirm.errors import UnknownName, UsageError
from interfirm.performance import fit, marginal_effects, paper_table, survey_design
from interfirm.performance.papers import PaperTable, number
from interfirm.study.write.docx import document

WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def fits():
    table = frozen.table()
    one = fit(survey_design(table, "share", cooperation=["z"], controls=["x"]))
    return [one, fit(survey_design(table, "share", cooperation=["z"], controls=["x"], cluster="g"), "tobit")]


def test_cells_are_the_effects_and_their_errors():
    made = fits()
    table = paper_table(made)
    rows = marginal_effects(made[1]).table().set_index("variable")
    at = [row[0] for row in table.rows].index("z")
    assert table.rows[at][2] == number(rows.loc["z", "effect"])
    assert table.rows[at + 1][2] == f"({number(rows.loc['z', 'error'])})"
    assert table.foot[0] == ("Firms", "240", "240") and table.foot[1] == ("Clusters", "", "24")
    single = paper_table(made[:1])
    low, high = marginal_effects(made[0], ["z"]).table()[["low", "high"]].iloc[0]
    assert single.rows[at + 1][1] == f"[{number(low)}, {number(high)}]"


def test_coefficients_leave_cells_of_other_models_empty():
    table = paper_table(fits(), show="coefficients")
    sigma = next(row for row in table.rows if row[0] == "log(sigma)")
    assert sigma[1] == "" and sigma[2]
    assert "Coefficients" in table.note and "clustered by 'g'" in table.note


def test_the_text_is_aligned_and_fits():
    lines = paper_table(fits()).text().splitlines()
    rule = len(lines[1])
    assert all(len(line) <= rule for line in lines[1:-2])


@pytest.mark.parametrize("value, text", [(0.12345, "0.123"), (-0.00123, "-0.0012"), (0.0000123, "1.2e-05"),
                                         (1234.5, "1,234.5"),
                                         (0.0, "0.000"), (float("nan"), ".")])
def test_numbers(value, text):
    assert number(value) == text


NASTY = r"50 % & more_of {this} $x$ #1 ^2 ~ \ <b>" + "\x0b\ud800"


def nasty():
    return PaperTable(NASTY, ("", NASTY), ((NASTY, "=SUM(A1)"), ("-x", "-0.5")), (("Firms", "3"),), NASTY)


def test_latex_escapes_every_special_character():
    text = nasty().latex()
    assert r"50 \% \& more\_of \{this\} \$x\$ \#1 \textasciicircum{}2 \textasciitilde{} \textbackslash{}" in text
    body = text.replace(r"\&", "").split(r"\midrule")[1]
    assert body.count("&") == 2  # one for each of two rows of two cells
    assert text.count(r"\begin{") == text.count(r"\end{") == 2


def test_csv_keeps_numbers_and_disarms_formulas():
    rows = list(csv.reader(io.StringIO(nasty().csv().encode("utf-8", "replace").decode())))
    assert rows[1][1] == "'=SUM(A1)"
    assert rows[2] == ["'-x", "-0.5"]


def test_word_is_a_package_of_well_formed_parts():
    data = nasty().docx()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert names[0] == "[Content_Types].xml"
        parts = {name: ElementTree.fromstring(archive.read(name)) for name in names}
    for override in parts["[Content_Types].xml"].iter():
        if "PartName" in override.attrib:
            assert override.attrib["PartName"].lstrip("/") in names
    table = parts["word/document.xml"].find(f".//{WORD}tbl")
    cells = [["".join(t.text or "" for t in cell.iter(f"{WORD}t")) for cell in row.iter(f"{WORD}tc")]
             for row in table.iter(f"{WORD}tr")]
    assert [len(row) for row in cells] == [2, 2, 2, 2]
    assert cells[1][1] == "=SUM(A1)"
    assert cells[1][0].startswith("50 % & more_of {this}") and cells[1][0].endswith("<b>\ufffd\ufffd")
    widths = [int(col.attrib[f"{WORD}w"]) for col in table.iter(f"{WORD}gridCol")]
    assert len(widths) == 2 and sum(widths) <= 9638


def test_the_same_table_gives_the_same_bytes():
    assert document("T", [["", "a"], ["x", "1"]], "n") == document("T", [["", "a"], ["x", "1"]], "n")


def test_what_no_table_can_show():
    with pytest.raises(UsageError, match="at least one model"):
        paper_table([])
    with pytest.raises(UnknownName):
        paper_table(fits(), show="stars")
    grades = fit(survey_design(frozen.table(), "grade", cooperation=["z"]), "ordered-logit")
    with pytest.raises(UsageError, match="Show coefficients"):
        paper_table([grades])
    assert paper_table([grades], show="coefficients").rows

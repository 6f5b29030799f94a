"""A questionnaire from a survey service or a workbook becomes capability scores, with nothing lost on the way."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from interfirm import cli, read_study
from interfirm.capability import profiles
from interfirm.errors import DataError
from interfirm.study.instruments import instruments, items
from interfirm.study.read.importing import import_files
from interfirm.study.read.questionnaire import item_of, value_of
from interfirm.study.template import write_template

FIRMS = [f"Firm {letter}" for letter in "ABCDEFGHIJKL"]
ITEMS = [item.item for item in items("capability")]


@pytest.mark.parametrize("item", [item for name in instruments() for item in items(name)], ids=lambda item: item.item)
def test_every_item_is_known_by_its_name_and_its_wording(item) -> None:
    if "_" not in item.item:  # too short to be told from other people's headers
        assert item_of(f"{item.item}[A01]") == f"{item.item}@A01"
        assert item_of(f"{item.item.lower()}[A01]") is None
        return
    assert item_of(item.item) == item.item
    assert item_of(item.item.lower() + ". " + item.text) == item.item
    assert item_of(f"G1Q7[{item.item}]") == item.item
    assert item_of(f"How far do you agree? [{item.text}]") == item.item
    head, number = item.item.rsplit("_", 1)
    if number.isdigit():
        assert item_of(f"{head}[SQ{int(number):03}]") == item.item


@pytest.mark.parametrize("header", ["C1", "C9_1", "C1[SQ099]", "Turnover", "Q1[SQ001]", "advice[F01]", "C1_1x", "",
                                    "[]"])
def test_other_headers_are_no_items(header: str) -> None:
    assert item_of(header) is None


def test_items_about_a_partner_keep_the_partner() -> None:
    assert item_of("TRUST_1[F02]") == "TRUST_1@F02"
    assert item_of("TRUST_1@F02") == "TRUST_1@F02"


@pytest.mark.parametrize(("cell", "value"), [("4", "4"), ("A4", "4"), ("AO04", "4"), ("7 (fully)", "7"),
                                             ("1 - not at all", "1"), ("3.5", "3.5"), ("yes", "yes"), ("", ""),
                                             ("-1", "-1"), ("A0", "0"),
                                             ("2 of 3", "2 of 3"), ("12 34", "12 34")])
def test_answers_become_numbers_where_they_name_one(cell: str, value: str) -> None:
    assert value_of(cell) == value


def answered(seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(rng.integers(1, 8, (len(FIRMS), len(ITEMS))), index=FIRMS, columns=ITEMS)


def export(table: pd.DataFrame, folder: Path, header: str) -> Path:
    """A LimeSurvey export with the items named in one of its ways."""
    texts = {item.item: item.text for item in items("capability")}
    named = {"code": lambda name: name, "array": lambda name: f"{name.split('_')[0]}[SQ{int(name.split('_')[1]):03}]",
             "text": lambda name: f"{name.split('_')[0]} [{texts[name]}]"}[header]
    front = pd.DataFrame({"id": range(1, len(table) + 1), "submitdate": "2024-05-01 10:00:00", "lastpage": 3,
                          "startlanguage": "en", "firm": table.index})
    body = table.rename(columns=named).map(lambda value: f"A{value}" if header == "array" else value)
    path = folder / "results 2024.csv"
    pd.concat([front, body.reset_index(drop=True)], axis=1).to_csv(path, index=False)
    pd.DataFrame({"name": FIRMS, "kind": "firm"}).to_csv(folder / "members.csv", index=False)
    return path


@pytest.mark.parametrize("header", ["code", "array", "text"])
def test_a_limesurvey_export_end_to_end(tmp_path: Path, header: str) -> None:
    table = answered()
    export(table, tmp_path, header)
    result = import_files([tmp_path / "members.csv", tmp_path / "results 2024.csv"])
    assert result.study is not None
    assert any("25 items of interfirm's questionnaires" in line for line in result.guesses)
    scores = profiles(result.study, "2024").scores
    turned = table.copy()
    for item in items("capability"):
        if item.reverse:
            turned[item.item] = 8 - table[item.item]
    name = result.study.actors.set_index("actor")["name"]
    for actor in scores.index:
        row = turned.loc[name.get(actor, actor) if isinstance(name.get(actor), str) else actor]
        assert scores.loc[actor, "C4"] == pytest.approx(row[[n for n in ITEMS if n.startswith("C4")]].mean())
    assert len(scores) == len(FIRMS)


def test_the_command_line_end_to_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    export(answered(), tmp_path, "array")
    study = tmp_path / "study"
    assert cli.run(["import", str(tmp_path / "members.csv"), str(tmp_path / "results 2024.csv"), "-o", str(study)]) == 0
    assert cli.run(["import", "--config", str(study / "import.toml"), "-o", str(tmp_path / "again")]) == 0
    assert (study / "answers.csv").read_bytes() == (tmp_path / "again" / "answers.csv").read_bytes()
    capsys.readouterr()
    assert cli.run(["capability", str(study)]) == 0
    assert "12 firms answered 'capability' in wave 2024" in capsys.readouterr().out


def test_what_is_wrong_in_an_export_is_said(tmp_path: Path) -> None:
    table = answered().astype("object")
    table.iloc[0, 0], table.iloc[1, 1] = 9, "perhaps"
    export(table, tmp_path, "code")
    result = import_files([tmp_path / "members.csv", tmp_path / "results 2024.csv"])
    assert result.study is not None
    with pytest.raises(DataError) as caught:
        profiles(result.study, "2024")
    assert [item.code for item in caught.value.findings] == ["off-scale", "off-scale"]
    assert "perhaps" in str(caught.value.findings[1])


def test_ticks_and_items_in_one_survey(tmp_path: Path) -> None:
    table = answered()
    path = export(table, tmp_path, "array")
    frame = pd.read_csv(path)
    for firm in FIRMS:
        frame[f"advice[{firm}]"] = ["Y" if firm == FIRMS[0] and k else "" for k in range(len(FIRMS))]
    frame.to_csv(path, index=False)
    result = import_files([tmp_path / "members.csv", path])
    assert result.study is not None
    assert set(result.study.ties["relation"]) == {"advice"}
    assert len(result.study.ties) == len(FIRMS) - 1
    wave = result.study.wave_order[-1]
    assert len(profiles(result.study, wave).scores) == len(FIRMS)


def filled(tmp_path: Path, rows: list[list[object]], title: str = "questionnaire 2026") -> Path:
    """The template with its sheet of the questionnaire filled in."""
    path = write_template(tmp_path / "study.xlsx")
    book = openpyxl.load_workbook(path)
    for firm in ("F01", "F02", "F03"):
        book["actors"].append([firm])
    sheet = book["questionnaire 1"]
    sheet.title = title
    for at, row in enumerate(rows, start=2):
        for column, value in enumerate(row, start=1):
            sheet.cell(at, column, value)
    book.save(path)
    return path


def test_a_sheet_of_the_workbook(tmp_path: Path) -> None:
    path = filled(tmp_path, [["F01", *[5] * 25], ["F02", *[3] * 25], ["F01", *[7] * 25]])
    study = read_study(path)
    scores = profiles(study, "2026").scores
    assert scores.loc["F01", "C2"] == 6  # two respondents, 5 and 7
    assert scores.loc["F02", "C2"] == 3
    assert set(study.answers.loc[study.answers["actor"] == "F01", "respondent"]) == {"1", "2"}


def test_an_untouched_sheet_and_rows_without_a_respondent(tmp_path: Path) -> None:
    assert read_study(filled(tmp_path, [])).answers.empty
    with pytest.raises(DataError, match="without a respondent"):
        read_study(filled(tmp_path, [[None, 5]]))
    with pytest.raises(DataError, match="F99"):
        read_study(filled(tmp_path, [["F99", 5]]))


def test_a_questionnaire_says_nothing_about_ties_and_unfinished_answers_are_one_line(tmp_path: Path) -> None:
    export(answered(), tmp_path, "code")
    table = pd.read_csv(tmp_path / "results 2024.csv").astype({"submitdate": "object"})
    table.loc[3, "submitdate"] = None
    table.to_csv(tmp_path / "results 2024.csv", index=False)
    (tmp_path / "koop_2024.csv").write_text("Von;An\nFirm A;Firm B\nFirm D;Firm E\n", encoding="utf-8")
    result = import_files([tmp_path])
    study = result.study
    assert study is not None
    assert study.ties["relation"].unique().tolist() == ["cooperation"]
    assert study.responded("cooperation", "2024").isna().all()
    assert "Firm D" not in set(study.answers["actor"])
    lost = [item for item in result.dropped if "not sent off" in item.reason]
    assert [(item.what, item.row) for item in lost] == [(f"{len(ITEMS)} answers of 'Firm D'", 5)]

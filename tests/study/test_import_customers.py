"""Files as people really keep them: several languages, titles and notes, names that vary, comma and cp1252."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from interfirm.study.read.importing import ImportResult, import_files
from interfirm.study.read.names import legal_form
from interfirm.study.study import Study

MEMBERS = ("Mitgliederliste – Stand 03/2024;;;;;;\n;;;;;;\n"
           "Nr.;Firma;Ort;Mitarbeiter (Anzahl);Umsatz in Mio. €;Gründungsjahr;Art\n"
           "1;Müller Präzision GmbH;Esslingen;48;3,2;1968;Unternehmen\n"
           "2;Öhler Feinguss GmbH & Co. KG;Göppingen;130;18,75;1955;Unternehmen\n"
           "3;Weiß Automation GmbH;Göppingen;64;7,4;1995;KMU\n4;Hochschule Esslingen;Esslingen;;;1868;Hochschule\n"
           "5;Straßer Werkzeugbau;Plochingen;17;2,05;1989;Betrieb\n;Summe;;259;;;\n;;;;;;\nohne Gewähr;;;;;;\n")
PROJECTS = ("Projekt;Partner;Rolle;Förderung (€);Beginn\nGuss 4.0;Öhler Feinguss;Koordinator;20.333,50;01.04.2023\n"
            "Guss 4.0;Müller Präzision;Partner;1.000,00;01.04.2023\nKI;WEISS AUTOMATION;Koordinator;5,00;01.05.2024\n"
            "KI;Müller AG Präzision;Partner;5,00;01.05.2024\n")


def made(result: ImportResult) -> Study:
    assert result.study is not None, [str(item) for item in result.findings.of("error")]
    return result.study


def matrix(path: Path) -> None:
    """Who works with whom, ticked by hand; one member gave no answer, a note stands below."""
    book = openpyxl.Workbook()
    sheet = book.active
    names = ["Müller Präzision", "Öhler Feinguss GmbH & Co. KG", "Weiss Automation GmbH", "Hochschule Esslingen",
             "Straßer Werkzeugbau"]
    sheet["A1"] = "Mit wem arbeiten Sie zusammen? (bitte x)"
    sheet.merge_cells("A1:F1")
    for j, name in enumerate(names):
        sheet.cell(3, 2 + j, name)
    for i, (name, ticks) in enumerate(zip(names[:4], ["-x x ", "X- x ", "  -x ", "xx -x"], strict=True)):
        sheet.cell(4 + i, 1, name)
        for j, tick in enumerate(ticks):
            sheet.cell(4 + i, 2 + j, tick.strip() or None)
    sheet.cell(10, 1, "keine Antwort: Straßer Werkzeugbau")
    book.save(path)


def test_a_german_cluster_office(tmp_path: Path) -> None:
    (tmp_path / "Mitglieder.csv").write_bytes(MEMBERS.encode("cp1252"))
    (tmp_path / "Projekte.csv").write_bytes(PROJECTS.encode("cp1252"))
    matrix(tmp_path / "Umfrage wer mit wem.xlsx")
    result = import_files([tmp_path])
    study = made(result)
    known = study.actors.set_index("actor")
    assert known["kind"].to_dict() == {
        "Müller Präzision GmbH": "firm", "Öhler Feinguss GmbH & Co. KG": "firm", "Weiß Automation GmbH": "firm",
        "Hochschule Esslingen": "university", "Straßer Werkzeugbau": "firm", "Müller AG Präzision": "firm"}
    assert known.loc["Straßer Werkzeugbau", ["city", "founded"]].tolist() == ["Plochingen", 1989]
    seen = study.observations.set_index("actor")["employees"].dropna()
    assert seen.to_dict() == {"Müller Präzision GmbH": 48, "Öhler Feinguss GmbH & Co. KG": 130,
                              "Weiß Automation GmbH": 64, "Straßer Werkzeugbau": 17}
    assert "turnover" not in study.observations or study.observations["turnover"].isna().all()  # millions are not euros
    assert study.relations["relation"].tolist() == ["cooperation"]
    ties = set(zip(study.ties["sender"], study.ties["receiver"], strict=True))
    assert ("Weiß Automation GmbH", "Hochschule Esslingen") in ties and len(ties) == 8
    assert not study.responded("cooperation", study.wave_order[0])["Straßer Werkzeugbau"]
    roles = study.alliances.set_index(["alliance", "actor"])
    assert roles.loc[("Guss 4.0", "Öhler Feinguss GmbH & Co. KG"), "role"] == "lead"
    assert roles.loc[("Guss 4.0", "Öhler Feinguss GmbH & Co. KG"), "budget"] == 20333.5
    decisions = {line.name: line.decision for line in result.merges}
    assert decisions["WEISS AUTOMATION"] == decisions["Müller Präzision"] == "merge"
    assert decisions.get("Müller AG Präzision", "ask") == "ask"
    notes = {(item.file, item.what) for item in result.dropped if item.reason == "note below the table"}
    assert notes == {("Mitglieder.csv", "ohne Gewähr"),
                     ("Umfrage wer mit wem.xlsx", "keine Antwort: Straßer Werkzeugbau")}


@pytest.mark.parametrize(("question", "company", "stamp"), [
    ("¿Con quién coopera? {}", "Empresa", "Marca temporal"), ("Mit wem arbeiten Sie zusammen? ({})", "Firma",
                                                              "Zeitstempel"),
    ("Con chi collabora: {}", "Azienda", "Informazioni cronologiche"), ("Avec qui coopérez-vous {}", "Entreprise",
                                                                        "Horodateur")])
def test_free_recall_in_several_languages(question: str, company: str, stamp: str, tmp_path: Path) -> None:
    names = [question.format(i) for i in (1, 2, 3)]
    rows = [[stamp, company, *names], ["12/03/2024 10:22", "Alfa", "Beta S.L.", "Gamma", ""],
            ["12/03/2024 11:01", "Beta S.L.", "alfa", "", ""], ["13/03/2024 9:15", "Gamma", "", "", ""]]
    (tmp_path / "results.csv").write_text("\n".join(";".join(row) for row in rows) + "\n", "cp1252")
    study = made(import_files([tmp_path]))
    assert set(zip(study.ties["sender"], study.ties["receiver"], strict=True)) == {
        ("Alfa", "Beta S.L."), ("Alfa", "Gamma"), ("Beta S.L.", "Alfa")}


def test_two_legal_forms_are_two_companies_until_decided(tmp_path: Path) -> None:
    assert legal_form("Huber GmbH & Co. KG") and not legal_form("Huber")
    (tmp_path / "members.csv").write_text("id,name\nF1,Huber GmbH\nF2,Maier\nF3,Bauer AG\n", "utf-8")
    (tmp_path / "advice.csv").write_text("from,to\nHuber AG,Maier GmbH\nF3,F2\n", "utf-8")
    result = import_files([tmp_path])
    assert {line.name: line.decision for line in result.merges} == {"Huber AG": "ask", "Maier GmbH": "merge"}

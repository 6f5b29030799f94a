"""Nomination surveys and the merging of names: who answered, who was named, what is left to the user."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interfirm.errors import DataError, UsageError
from interfirm.study.read import merge
from interfirm.study.read.importing import ImportResult, import_files
from interfirm.study.read.names import normalised
from interfirm.study.study import Study


def put(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def made(result: ImportResult) -> Study:
    assert result.study is not None, [str(item) for item in result.findings.of("error")]
    return result.study


def pairs(study: Study) -> set[tuple[str, str]]:
    return set(zip(study.ties["sender"], study.ties["receiver"], strict=True))


def test_a_roster_with_somebody_who_did_not_answer(tmp_path: Path) -> None:
    put(tmp_path, "advice 2020.csv", "Respondent;P1;P2;P3;P4;Comment\nP1;0;x;0;2;fine\nP2;;;;;\nP4;1;na;0;0;\n")
    result = import_files([tmp_path])
    study = made(result)
    view = study.adjacency()
    assert set(study.actors["actor"]) == {"P1", "P2", "P3", "P4"}
    assert pairs(study) == {("P1", "P2"), ("P1", "P4"), ("P4", "P1"), ("P4", "P2")}
    answered = study.responded("advice", "2020")
    assert answered.to_dict() == {"P1": True, "P2": True, "P3": False, "P4": True}
    silent = dict(zip(view.actors, view.missing_rows, strict=True))
    assert silent == {"P1": False, "P2": False, "P3": True, "P4": False}
    assert len(view.missing_pairs) == 1
    assert study.answers[["actor", "item", "value"]].to_numpy().tolist() == [["P1", "Comment", "fine"]]
    assert any("gave no answer" in line for line in result.guesses)


def test_free_recall_with_names_in_many_spellings(tmp_path: Path) -> None:
    put(tmp_path, "members.csv", "id,name\nF1,Alpha Nyomda Kft.\nF2,Béta Papír Zrt.\nF3,Gamma Bt.\nF4,Silent Kft.\n")
    put(tmp_path, "cooperation.csv", "Company,Partner 1,Partner 2,Partner 3\n"
        "Alpha Nyomda Kft.,BETA PAPIR,Gama Bt,Outside GmbH\nBéta Papír Zrt.,,,\nGamma Bt.,alpha nyomda kft,,\n")
    result = import_files([tmp_path])
    study = made(result)
    assert pairs(study) == {("F1", "F2"), ("F1", "Gama Bt"), ("F1", "Outside GmbH"), ("F3", "F1")}
    decisions = {line.name: (line.actor, line.decision) for line in result.merges}
    assert decisions["BETA PAPIR"] == ("F2", "merge")
    assert decisions["alpha nyomda kft"] == ("F1", "merge")
    assert decisions["Gama Bt"] == ("F3", "ask")
    assert "Outside GmbH" not in decisions
    assert study.covariate("position")[["F4", "Outside GmbH"]].tolist() == ["member", "external"]
    answered = study.responded("cooperation", "1")
    assert answered["F2"]
    assert answered["F4"] is not True
    view = study.adjacency()
    assert dict(zip(view.actors, view.missing_rows, strict=True)) == {"F1": False, "F2": False, "F3": False, "F4": True}


def test_the_user_decides_what_is_merged(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    put(tmp_path / "in", "members.csv", "id,name\nF1,Alpha Kft.\nF2,Beta Kft.\nF3,Gamma Bt.\n")
    put(tmp_path / "in", "advice.csv", "Company,Partner 1,Partner 2\nF1,Gama Bt,alpha\nF2,beta kft,F3\nF3,F1,\n")
    result = import_files([tmp_path / "in"])
    assert ("F1", "Gama Bt") in pairs(made(result))
    assert any(item.reason == "is a tie of an actor to itself after names were merged" for item in result.dropped)
    result.write(tmp_path / "study")
    path = tmp_path / "study" / "merges.csv"
    path.write_text(path.read_text().replace(",ask,", ",merge,"), encoding="utf-8")
    again = import_files([], config=tmp_path / "study")
    assert ("F1", "F3") in pairs(made(again))
    assert "Gama Bt" not in set(made(again).actors["actor"])
    path.write_text(path.read_text().replace(",merge,", ",keep,"), encoding="utf-8")
    assert ("F1", "alpha") in pairs(made(import_files([], config=tmp_path / "study")))
    path.unlink()
    with pytest.raises(DataError, match=r"merges\.csv"):
        import_files([], config=tmp_path / "study")


def test_typed_names_without_any_list(tmp_path: Path) -> None:
    put(tmp_path, "recall.csv", "Name of your firm;Partner1;Partner2\nAcme Kft.;Beta Kft;\nBETA KFT.;acme;Delta\n")
    study = made(import_files([tmp_path]))
    assert len(study.actors) == 3
    assert len(pairs(study)) == 3
    assert set(study.actors["position"]) == {"member"}


def test_limesurvey_codes_in_the_order_of_the_members(tmp_path: Path) -> None:
    put(tmp_path, "members.csv", "id;name\nF1;Alpha\nF2;Beta\nF3;Gamma\n")
    put(tmp_path, "results.csv",
        "id;submitdate;lastpage;G1Q1. Your firm;advice[SQ001];advice[SQ002];advice[SQ003];advice[SQ002][comment];Q5\n"
        "1;2024-01-01;3;Alpha;;Y;;since 2001;big\n2;2024-01-02;3;Beta;Y;;Y;;\n3;;1;Gamma;;;;;\n")
    result = import_files([tmp_path])
    study = made(result)
    assert pairs(study) == {("F1", "F2"), ("F2", "F1"), ("F2", "F3")}
    assert study.ties.set_index("receiver")["comment"]["F2"] == "since 2001"
    assert study.responded("advice", "1").tolist() == [True, True, False]
    assert study.answers["item"].tolist() == ["Q5"]
    assert any("matched by their order alone: SQ001 is 'F1'" in line for line in result.guesses)
    assert {item.column for item in result.dropped if "survey service" in item.reason} == {"id", "lastpage"}


CODED = "id,submitdate,firm,{},{},{}\n1,2024-01-01,Alfa Kft.,0,1,0\n2,2024-01-02,Beta Zrt.,1,0,1\n3,,Gamma Bt.,,,\n"
ORDER = ("Gamma Bt.", "Beta Zrt.", "Alfa Kft.")
TRUE_TIES = {("F1", "F2"), ("F2", "F1"), ("F2", "F3")}


@pytest.mark.parametrize("heads", [
    [f'"advice[SQ00{i}]. Whom do you ask? [{name}]"' for i, name in enumerate(ORDER, 1)],
    [f'"Whom do you ask for advice? [{name}]"' for name in ORDER]])
def test_limesurvey_texts_go_before_the_order_of_the_codes(tmp_path: Path, heads: list[str]) -> None:
    put(tmp_path, "members.csv", "id,name\nF1,Alfa Kft.\nF2,Beta Zrt.\nF3,Gamma Bt.\n")
    put(tmp_path, "results.csv", CODED.format(*heads))
    result = import_files([tmp_path])
    assert pairs(made(result)) == TRUE_TIES
    assert not any("order alone" in line for line in result.guesses)
    assert any("F3 is on the roster and gave no answer" in line for line in result.guesses)
    result.write(tmp_path / "study")
    assert pairs(made(import_files([], config=tmp_path / "study"))) == TRUE_TIES


def test_limesurvey_labels_of_spss_go_before_the_order_of_the_codes(tmp_path: Path) -> None:
    import pyreadstat

    put(tmp_path, "members.csv", "id,name\nF1,Alfa Kft.\nF2,Beta Zrt.\nF3,Gamma Bt.\n")
    frame = pd.read_csv(io.StringIO(CODED.format("advice_SQ001", "advice_SQ002", "advice_SQ003")))
    frame["submitdate"] = frame["submitdate"].fillna("").astype(str)
    labels = {name: {1.0: "Yes", 0.0: "Not selected"} for name in frame.columns if "SQ" in name}
    pyreadstat.write_sav(frame, str(tmp_path / "results.sav"), variable_value_labels=labels,
                         column_labels=["", "", "", *(f"[{name}] Whom do you ask?" for name in ORDER)])
    study = made(import_files([tmp_path]))
    assert pairs(study) == TRUE_TIES
    assert study.relations["layer"].tolist() == ["knowledge"]


def test_limesurvey_codes_that_do_not_fit_the_members_are_a_warning(tmp_path: Path) -> None:
    put(tmp_path, "members.csv", "id,name\nF1,Alfa Kft.\nF2,Beta Zrt.\n")
    put(tmp_path, "results.csv", CODED.format("advice[SQ001]", "advice[SQ002]", "advice[SQ003]"))
    result = import_files([tmp_path])
    assert [item.code for item in result.findings.of("warning")] == ["codes-for-names"]
    assert any("gives 3 codes and no names for advice, and 2 members are listed" in line for line in result.guesses)


def test_limesurvey_with_names_and_two_questions(tmp_path: Path) -> None:
    put(tmp_path, "export.csv", 'Firm,"Q3. Advice? [Alpha]","Q3. Advice? [Beta]","Q4 [Alpha]","Q4 [Beta]"\n'
        "Alpha,No,Yes,0,2\nBeta,Yes,No,0,0\n")
    study = made(import_files([tmp_path]))
    assert study.ties[["relation", "sender", "receiver", "weight"]].to_numpy().tolist() == [
        ["advice", "Beta", "Alpha", 1], ["advice", "Alpha", "Beta", 1], ["Q4", "Alpha", "Beta", 2]]


def test_somebody_answers_twice_and_somebody_without_a_name(tmp_path: Path) -> None:
    put(tmp_path, "advice.csv", "respondent,A,B,C,size\nA,0,1,0,5\nA,0,0,1,6\n,1,1,1,7\nB,1,0,0,\nC,0,0,0,9\n")
    result = import_files([tmp_path])
    study = made(result)
    assert pairs(study) == {("A", "B"), ("A", "C"), ("B", "A")}
    assert study.answers[["actor", "respondent", "value"]].to_numpy().tolist() == [
        ["A", "1", "5"], ["A", "2", "6"], ["C", "1", "9"]]
    assert [item.row for item in result.dropped if item.what == "an answer without a respondent"] == [4]


@pytest.mark.parametrize(("one", "other"), [
    ("Müller & Söhne GmbH & Co. KG", "MUELLER"), ("Alfa Kft", "Beta Kft"), ("AG", "SA"), ("Total", "Totale"),
])
def test_different_names_stay_different(one: str, other: str) -> None:
    assert normalised(one) != normalised(other)


@pytest.mark.parametrize(("one", "other"), [
    ("Müller & Söhne GmbH & Co. KG", "MULLER and SOHNE"), ("Acme S.A.", "ACME SA"),
    ("Acme sp. z o.o.", "Acme Sp. z o o"), ("Oy Nokia Ab", "nokia oyj"),
    ("Petőfi Nyomda Kft.", "PETOFI NYOMDA KFT"), ("Società Alfa S.r.l.", "societa alfa srl"), ("Beta, s.r.o.", "BETA"),
    ("Ørsted A/S", "Orsted"), ("Gamma ApS", "gamma"), ("Philips N.V.", "PHILIPS"), ("Delta d.o.o.", "Delta"),
])
def test_the_same_name_in_two_spellings(one: str, other: str) -> None:
    assert normalised(one) == normalised(other)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40))
def test_normalising_is_stable(name: str) -> None:
    assert normalised(normalised(name)) == normalised(name)


def test_twins_are_asked_about_within_their_country() -> None:
    names = {"1": "Acme GmbH", "2": "ACME AG", "3": "Acme Ltd", "4": "Zeta"}
    lines = merge.twins(names, {"1": "DE", "2": "DE", "3": "UK", "4": "DE"})
    assert [(line.name, line.actor, line.score, line.decision) for line in lines] == [("2", "1", 100, "ask")]


def test_chains_and_circles_of_merges() -> None:
    def line(name: str, actor: str) -> merge.Merge:
        return merge.Merge(name, actor, 0, "merge", "")

    assert merge.targets([line("a", "b"), line("b", "c")]) == {"a": "c", "b": "c"}
    with pytest.raises(UsageError, match="into each other"):
        merge.targets([line("a", "b"), line("b", "a")])


def test_a_broken_merge_list_names_every_line() -> None:
    text = "name,actor,score,decision,reason\nx,,1,merge,\ny,F1,1,perhaps,\nz,F1,1,ask,\n"
    with pytest.raises(DataError) as problem:
        merge.parse(text)
    assert [item.row for item in problem.value.findings] == [2, 3]
    good = merge.parse(text.splitlines()[0] + "\nz,F1,88,ask,r\n")
    assert merge.parse(merge.dump(good.values())) == good

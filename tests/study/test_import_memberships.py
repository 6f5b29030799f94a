"""Projects and who takes part in them: CORDIS in its layouts, and two-mode lists."""

from __future__ import annotations

import gzip
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from interfirm.errors import UsageError
from interfirm.study.read.importing import ImportResult, import_files
from interfirm.study.study import Study

ORGANISATION = (
    '"projectID";"projectAcronym";"organisationID";"vatNumber";"name";"shortName";"SME";"activityType";"city";"country";'
    '"geolocation";"order";"role";"ecContribution";"netEcContribution";"totalCost";"endOfParticipation"\n'
    '"1";"ALPHA";"91";"";"ACME LTD";"A";"true";"PRC;PRC";"YORK";"UK";"53.8,-1";"1";"coordinator";"100,5";"1";"2";""\n'
    '"1";"ALPHA";"92";"";"UNIVERSITY";"UX";"false";"HES";"GENT";"BE";"(51.0, 4)";"2";"participant";"20";"1";"2,5";""\n'
    '"2";"BETA";"92";"";"UNIVERSITY";"UX";"false";"HES";"GENT";"BE";"nowhere";"1";"thirdParty";"10";"1";"2.5";""\n'
    '"2";"BETA";"92";"";"UNIVERSITY";"UX";"false";"HES";"GENT";"BE";"51.0,3.7";"2";"coordinator";"5";"1";"2";"true"\n'
    '"2";"BETA";"93";"";"Bernhard JÃ¶ckel GmbH";"";"";"PRC,REC";"BONN";"DE";"";"3";"associatedPartner";"";"1";"2";""\n'
    '"";"";"94";"";"NOBODY";"";"";"PUB";"";"";"";"";"";"";"";"";""\n')
PROJECT = ('id;acronym;status;title;startDate;endDate;totalCost;objective\n'
           '1;ALPHA;SIGNED;"First; of two";2015-01-01;2018-06-30;1;x\n'
           "2;BETA;CLOSED;Second;01.02.2016;2019-01-31;2,5;y\n3;GAMMA;SIGNED;Third;2016-01-01;2019-01-31;2;z\n")


def made(result: ImportResult) -> Study:
    assert result.study is not None, [str(item) for item in result.findings.of("error")]
    return result.study


def check(result: ImportResult) -> Study:
    study = made(result)
    assert study.actors["actor"].tolist() == ["91", "92", "93"]
    assert study.actors["kind"].tolist() == ["firm", "university", "firm"]
    assert study.actors["sme"].tolist()[:2] == [True, False]
    assert study.actors["latitude"].tolist()[:2] == [53.8, 51.0]
    rows = study.alliances.set_index(["alliance", "actor"])
    assert rows["role"].to_dict() == {("1", "91"): "lead", ("1", "92"): "member", ("2", "92"): "lead",
                                      ("2", "93"): "partner"}
    assert rows["budget"].tolist()[:3] == [100.5, 20, 15]
    assert not len(study.ties)
    assert study.adjacency("alliances").matrix.nnz == 4
    codes = [item.code for item in result.findings]
    assert {"double-code", "not-a-place", "mojibake", "empty-cell"} <= set(codes)
    assert [item.row for item in result.dropped if item.what == "a membership"] == [7]
    assert any(item.column == "vatNumber" or item.column == "totalCost" for item in result.dropped)
    assert any("second row of '92' in '2' as third party" in item.what for item in result.dropped)
    return study


def test_cordis_plain_with_projects(tmp_path: Path) -> None:
    (tmp_path / "organization.csv").write_text(ORGANISATION, encoding="utf-8-sig")
    (tmp_path / "project.csv").write_text(PROJECT, encoding="utf-8")
    (tmp_path / "euroSciVoc.csv").write_text('projectID;euroSciVocCode\n1;"/a"\n', encoding="utf-8")
    result = import_files([tmp_path])
    study = check(result)
    assert study.alliances["start"].tolist() == ["2015-01-01", "2015-01-01", "2016-02-01", "2016-02-01"]
    assert study.alliances["title"].tolist()[0] == "First; of two"
    assert any("alliances without members, e.g. '3'" in item.what for item in result.dropped)
    assert any("day first" in line for line in result.guesses)
    assert any("side table" in item.reason for item in result.dropped)


def test_cordis_in_a_zip_and_gz(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "cordis.zip", "w") as out:
        out.writestr("csv/organization.csv", ORGANISATION)
        out.writestr("csv/project.csv", PROJECT)
    check(import_files([tmp_path / "cordis.zip"]))
    (tmp_path / "organization.csv.gz").write_bytes(gzip.compress(ORGANISATION.replace('";"', '","').encode("utf-16")))
    check(import_files([tmp_path / "organization.csv.gz"]))


def test_fp7_names_its_columns_otherwise(tmp_path: Path) -> None:
    (tmp_path / "cordis-fp7organizations.csv").write_text(
        "projectRcn;projectReference;projectAcronym;role;id;name;shortName;activityType;endOfParticipation;ecContribution;"
        "country\n101;FP7-1;ALPHA;coordinator;91;ACME;A;PRC;false;10,5;UK\n101;FP7-1;ALPHA;participant;92;X;X;HES;false;20;BE\n",
        encoding="utf-8")
    (tmp_path / "cordis-fp7projects.csv").write_text(
        "rcn;reference;acronym;status;programme;startDate;endDate;coordinator\n101;FP7-1;ALPHA;ONG;FP7;2008-01-01;2010-12-31;ACME\n",
        encoding="utf-8")
    study = made(import_files([tmp_path]))
    assert study.alliances["alliance"].unique().tolist() == ["FP7-1"]
    assert study.alliances["start"].unique().tolist() == ["2008-01-01"]
    assert study.alliances["budget"].tolist() == [10.5, 20]


def test_a_plain_participation_list(tmp_path: Path) -> None:
    text = "project,organisation,role\nP,A,lead\nP,B,member\nQ,B,boss\nQ,C,\n"
    (tmp_path / "who.csv").write_text(text, encoding="utf-8")
    result = import_files([tmp_path])
    study = made(result)
    assert study.alliances["role"].tolist() == ["lead", "member", "member", "member"]
    assert study.alliances["role_given"].tolist()[2] == "boss"
    assert study.incidence().matrix.sum() == 4


def test_names_from_another_table_do_not_add_organisations(tmp_path: Path) -> None:
    (tmp_path / "participation.csv").write_text(
        "rcn,role,pic,type,contribution,country,start_date\n1,coordinator,91,PRC,10,UK,2015-01-01\n1,participant,92,HES,NA,BE,NA\n",
        encoding="utf-8")
    (tmp_path / "organisations.csv").write_text('"orgId";"name";"rcn"\n"91";"The "Acme" firm";\n"95";"Elsewhere";\n',
                                                encoding="utf-8")
    result = import_files([tmp_path])
    study = made(result)
    assert study.actors[["actor", "name"]].fillna("").to_numpy().tolist() == [["91", 'The "Acme" firm'], ["92", ""]]
    assert any("take part in nothing" in item.what for item in result.dropped)
    assert study.alliances["budget"].isna().tolist() == [False, True]


def test_two_modes_in_one_list_of_ties(tmp_path: Path) -> None:
    (tmp_path / "clubs_edges.csv").write_text("from,to\n3,1\n3,2\n4,2\n", encoding="utf-8")
    (tmp_path / "clubs_nodes.csv").write_text("node,type,name\n1,FALSE,Ann\n2,FALSE,Bob\n3,TRUE,Club\n4,TRUE,Den\n",
                                              encoding="utf-8")
    first = import_files([tmp_path])
    study = made(first)
    assert study.actors["name"].tolist() == ["Ann", "Bob"]
    assert study.alliances["name"].tolist() == ["Club", "Club", "Den"]
    first.write(tmp_path / "study")
    again = made(import_files([], config=tmp_path / "study"))
    assert again.equals(study)


def test_the_sample_of_cordis(data_dir: Callable[[str], Path]) -> None:
    """Counts of the data set's README: 5,153 participations, 602 projects, 3,114 organisations; 4 second rows."""
    result = import_files([data_dir("cordis_h2020_sme_sample")])
    study = made(result)
    second = [item for item in result.dropped if item.what.startswith("a second row")]
    assert len(study.alliances) + len(second) == 5153
    assert study.alliances["alliance"].nunique() == 602
    assert len(study.actors) == 3114
    assert study.actors["latitude"].notna().all()
    assert (study.alliances["role"] == "lead").sum() == 568
    assert {line.decision for line in result.merges} == {"ask"}


def test_corporate_affiliations(data_dir: Callable[[str], Path]) -> None:
    """44 nodes and 99 memberships of corporate directors in firms."""
    folder = data_dir("corporate_affiliations")
    study = made(import_files([folder / f"brunson_corporate_leadership_{part}.csv" for part in ("edges", "nodes")]))
    assert len(study.alliances) == 99
    assert len(study.actors) + study.alliances["alliance"].nunique() == 44


@pytest.mark.slow
def test_the_whole_of_h2020(data_dir: Callable[[str], Path]) -> None:
    """Counts of the data set's README."""
    folder = data_dir("cordis_h2020")
    study = made(import_files([folder / "participation_2014_2020.csv.gz", folder / "organisations_2017.csv.gz"]))
    assert len(study.alliances) == 144_726
    assert study.alliances["alliance"].nunique() == 31_451
    assert len(study.actors) == 35_871


MARKS = ("{};GreenTech;BioNet 2020;AutoMat;Total\nAlfa Kft.;1;0;1;2\nBeta Zrt.;1;1;;2\nGamma Bt.;0;0;0;0\n"
         "Total;2;1;1;4\n")
TURNED = ("{};Alfa Kft.;Beta Zrt.;Gamma Bt.\nGreenTech;x;x;\nBioNet 2020;;x;\nAutoMat;x;;\n")
MEMBERSHIPS = {("GreenTech", "Alfa Kft."), ("GreenTech", "Beta Zrt."), ("BioNet 2020", "Beta Zrt."),
               ("AutoMat", "Alfa Kft.")}


def memberships(study: Study) -> set[tuple[str, str]]:
    return set(study.alliances[["alliance", "actor"]].itertuples(index=False, name=None))


@pytest.mark.parametrize(("text", "label"), [(MARKS, "Firm"), (MARKS.replace(";1", ";x"), "Cég"), (TURNED, "Project")])
def test_a_matrix_of_firms_by_projects(tmp_path: Path, text: str, label: str) -> None:
    (tmp_path / "projects.csv").write_text(text.format(label), encoding="utf-8")
    result = import_files([tmp_path / "projects.csv"])
    study = made(result)
    assert memberships(study) == MEMBERSHIPS
    assert study.actors["actor"].tolist() == ["Alfa Kft.", "Beta Zrt.", "Gamma Bt."]
    assert any("The other way round?" in line and "(likely)" in line for line in result.guesses)


def test_marks_without_a_word_for_projects_are_a_guess(tmp_path: Path) -> None:
    (tmp_path / "sheet.csv").write_text(MARKS.format("Firm"), encoding="utf-8")
    result = import_files([tmp_path / "sheet.csv"])
    assert memberships(made(result)) == MEMBERSHIPS
    assert any("(a guess)" in line for line in result.guesses)


def test_a_members_list_knows_which_side_the_firms_are(tmp_path: Path) -> None:
    (tmp_path / "marks.csv").write_text(TURNED.format("Name"), encoding="utf-8")
    (tmp_path / "members.csv").write_text("id,name\nF1,Alfa Kft.\nF2,Beta Zrt.\nF3,Gamma Bt.\n", encoding="utf-8")
    study = made(import_files([tmp_path]))
    names = {"F1": "Alfa Kft.", "F2": "Beta Zrt."}
    assert {(alliance, names[actor]) for alliance, actor in memberships(study)} == MEMBERSHIPS


def test_one_word_turns_a_matrix_or_makes_its_columns_facts(tmp_path: Path) -> None:
    (tmp_path / "marks.csv").write_text(MARKS.format("Firm"), encoding="utf-8")
    import_files([tmp_path / "marks.csv"]).write(tmp_path / "study")
    plan = (tmp_path / "study" / "import.toml").read_text(encoding="utf-8")
    for old, new in (('actor = "Firm"', 'alliance = "Firm"'), ('kind = "two-mode"', 'kind = "actors"')):
        assert old in plan
        (tmp_path / "study" / "import.toml").write_text(plan.replace(old, new), encoding="utf-8")
        study = made(import_files([], config=tmp_path / "study"))
        if new.startswith("alliance"):
            assert memberships(study) == {(actor, alliance) for alliance, actor in MEMBERSHIPS}
        else:
            assert study.actors["GreenTech"].tolist() == [1, 1, 0]
            assert not len(study.alliances)


@pytest.mark.parametrize("text", [
    "Firm,exporter,iso 9001,family owned\nA,1,0,1\nB,0,0,1\nC,1,1,0\n",
    "Firm,hall,press,van\nA,yes,no,no\nB,no,no,yes\nC,yes,yes,no\n",
    "Firm,q1,q2,q3\nA,1,0,1\nB,0,0,1\nC,1,1,0\n"])
def test_facts_about_firms_are_no_memberships(tmp_path: Path, text: str) -> None:
    (tmp_path / "sheet.csv").write_text(text, encoding="utf-8")
    study = made(import_files([tmp_path / "sheet.csv"]))
    assert not len(study.alliances)
    assert len(study.actors) == 3


def test_members_of_whom_none_is_a_respondent_keep_their_survey(tmp_path: Path) -> None:
    (tmp_path / "advice.csv").write_text("Firm,Alfa,Beta,Gamma,Delta\nF1,0,1,0,1\nF2,1,0,0,0\n", encoding="utf-8")
    (tmp_path / "members.csv").write_text("id,name\nF1,Alfa\nF2,Beta\nF3,Gamma\nF4,Delta\n", encoding="utf-8")
    study = made(import_files([tmp_path]))
    ties = set(study.ties[["relation", "sender", "receiver"]].itertuples(index=False, name=None))
    assert ties == {("advice", "F1", "F2"), ("advice", "F1", "F4"), ("advice", "F2", "F1")}


def test_a_cell_that_is_no_mark_and_a_plan_that_names_no_side(tmp_path: Path) -> None:
    (tmp_path / "projects.csv").write_text(MARKS.format("Firm"), encoding="utf-8")
    import_files([tmp_path / "projects.csv"]).write(tmp_path / "study")
    late = MARKS.format("Firm").replace("Alfa Kft.;1", "Alfa Kft.;late")
    (tmp_path / "projects.csv").write_text(late, encoding="utf-8")
    result = import_files([], config=tmp_path / "study")
    assert memberships(made(result)) == MEMBERSHIPS - {("GreenTech", "Alfa Kft.")}
    assert [(item.code, item.row, item.column) for item in result.findings.of("warning")] == [
        ("not-a-mark", 2, "GreenTech")]
    plan = tmp_path / "study" / "import.toml"
    plan.write_text(plan.read_text(encoding="utf-8").replace('actor = "Firm"\n', ""), encoding="utf-8")
    with pytest.raises(UsageError, match="say either actor"):
        import_files([], config=tmp_path / "study")

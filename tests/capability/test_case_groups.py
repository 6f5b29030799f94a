"""Tables about cases, sets of conditions, requirement profiles and actors, each by hand; and tables of segments."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from interfirm import Study, cli, example
from interfirm.capability import (
    check_cases,
    codes_by_actor,
    grouped_themes,
    memberships,
    readiness,
    requirements_of,
    set_solution,
    truth_table,
)
from interfirm.errors import DataError, UnknownName, UsageError
from interfirm.study.read.segments import read_segments
from interfirm.study.write.folder import write_study


@pytest.fixture(scope="module")
def study() -> Study:
    rows = [("a", "1", "trust", "F1"), ("a", "2", "tools", "F1"), ("b", "1", "trust", "F2"), ("c", "1", "tools", None),
            ("d", "1", "other", None), ("a", "3", "trust", "F1")]
    frame = pd.DataFrame(rows, columns=["case", "segment", "code", "actor"]).assign(source="s", coder="1", text="x")
    twice = frame.head(1).assign(coder="2")
    return Study.from_tables({"actors": pd.DataFrame({"actor": ["F1", "F2", "F3"]}),
                              "codings": pd.concat([frame, twice])})


ABOUT = pd.DataFrame({"case": list("dcba"), "type": ["r&d", "r&d", "training", "training"],
                      "purpose": ["cut cost"] * 4, "renewed": ["0", "0", "1", "1"], "note": ["w", "x", "y", "z"]})


def test_shares_by_type(study: Study) -> None:
    about = check_cases(study, ABOUT)
    table = grouped_themes(study, about, "type")
    assert list(table.columns) == ["training (2)", "r&d (2)"]  # a and b, c and d
    assert table.loc["trust"].tolist() == [1, 0]
    assert table.loc["tools"].tolist() == [0.5, 0.5]
    with pytest.raises(UnknownName):
        grouped_themes(study, about, "colour")


def test_everything_wrong_with_a_table_about_cases_at_once(study: Study) -> None:
    wrong = pd.DataFrame({"case": ["a", "a", "zz"]})
    with pytest.raises(DataError) as caught:
        check_cases(study, wrong)
    assert {item.code for item in caught.value.findings} == {"duplicate-key", "unknown-case", "missing-case"}
    assert len(caught.value.findings) == 5  # a twice; zz unknown; b, c and d missing
    with pytest.raises(DataError, match="'case' is missing"):
        check_cases(study, pd.DataFrame({"name": ["a"]}))


def test_conditions_from_codes_and_columns(study: Study) -> None:
    about = check_cases(study, ABOUT)
    table = memberships(study, about, "renewed", ["trust", "tools"])
    assert table.loc[["a", "b", "c", "d"], "trust"].tolist() == [1, 1, 0, 0]
    assert table.loc[["a", "b", "c", "d"], "renewed"].tolist() == [1, 1, 0, 0]
    # trust is there exactly where the cooperation was renewed
    solution = set_solution(truth_table(table, "renewed"))
    assert "trust" in str(solution)
    assert "tools" not in str(solution)
    with pytest.raises(UsageError, match="no numbers"):
        memberships(study, about, "note", ["trust"])
    with pytest.raises(UnknownName):
        memberships(study, about, "renewed", ["luck"])
    with pytest.raises(UsageError, match="no condition"):
        memberships(study, about[["type"]], "trust")


def test_requirements_of_cases_feed_readiness(study: Study) -> None:
    made = requirements_of(study, check_cases(study, ABOUT), {"trust": "C1", "tools": "C3"})
    level = {(row.type, row.construct): row.level for row in made.itertuples()}
    assert level[("training", "C1")] == 7  # both cases of training speak of trust
    assert level[("training", "C3")] == 4  # one of two of tools
    found = readiness(example(), "2024", type="training", purpose="cut cost", table=made)
    assert not found.wanted.is_prior
    with pytest.raises(DataError, match="purpose of some cases"):
        requirements_of(study, check_cases(study, ABOUT.drop(columns="purpose")), {"trust": "C1"})


def test_codes_by_actor_by_hand(study: Study) -> None:
    table = codes_by_actor(study)
    assert table.index.tolist() == ["F1", "F2"]
    assert table.loc["F1", ["trust", "tools", "other"]].tolist() == [2, 1, 0]  # two coders of one segment count once
    unlinked = Study.from_tables({"actors": study.actors, "codings": study.codings.assign(actor=None)})
    assert codes_by_actor(unlinked).empty


MAXQDA = """Document group;Document name;Code;Beginning;End;Weight score;Segment;Author
Firms;Mill;Trust;1;2;0;We trust them.;Ada
Firms;Mill;Tools;3;3;0;We share a lathe.;Ada
Firms;Forge;Trust;1;1;0;They pay.;Ben
;;;;;;;
Firms;;Trust;1;1;0;lost;Ben
"""


def test_a_list_of_segments_of_maxqda(tmp_path: Path) -> None:
    path = tmp_path / "segments.csv"
    path.write_text(MAXQDA, "utf-8")
    found = read_segments(path)
    assert found.codings["case"].tolist() == ["Mill", "Mill", "Forge"]
    assert found.codings["code"].tolist() == ["Trust", "Tools", "Trust"]
    assert found.codings["segment"].tolist() == ["1-2", "3-3", "1-1"]
    assert found.codings["text"].iloc[1] == "We share a lathe."
    assert found.codings["coder"].tolist() == ["Ada", "Ada", "Ben"]
    codes = {item.code for item in found.findings}
    assert codes >= {"empty-cell", "left-out"}
    assert any("1 rows have no case or no code and are left out (rows 6)" in str(item) for item in found.findings)


def test_quotations_with_several_codes_are_shared_by_coders(tmp_path: Path) -> None:
    table = pd.DataFrame({"Document": ["Mill", "Mill"], "Quotation Content": ["We trust."] * 2,
                          "Codes": ["trust\ntools", "trust"], "Created by": ["Ada", "Ben"], "Comment": ["early", ""]})
    table.to_excel(tmp_path / "quotations.xlsx", index=False)
    found = read_segments(tmp_path / "quotations.xlsx")
    assert found.codings[["coder", "code"]].to_numpy().tolist() == [
        ["Ada", "trust"], ["Ada", "tools"], ["Ben", "trust"]]
    assert found.codings["segment"].nunique() == 1  # the same words are one segment
    assert found.codings["memo"].iloc[0] == "early"


@pytest.mark.parametrize(("name", "text", "words"), [
    ("a.csv", "colour,size\nred,1\n", "no column holds the case and the code"),
    ("a.csv", "case,code\n,\n", "no row holds a case and a code"),
    ("a.csv", "", "empty"),
])
def test_tables_that_are_none(tmp_path: Path, name: str, text: str, words: str) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(DataError, match=words):
        read_segments(tmp_path / name)


def test_other_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no table of segments"):
        read_segments(tmp_path / "a.docx")


def test_the_command_from_interviews_to_requirements(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "study"
    write_study(example(), folder)
    (tmp_path / "more.csv").write_text("case,code,text,actor\ncase 7,trust,We know them.,F01\n", "utf-8")
    assert cli.run(["cases", str(folder), "--add", str(tmp_path / "more.csv")]) == 0
    assert "1 codings with 1 codes" in capsys.readouterr().out
    cases = [f"case {k}" for k in range(1, 8)]
    pd.DataFrame({"case": cases, "type": "training", "purpose": "cut cost", "renewed": [1, 1, 0, 0, 0, 1, 1]}).to_csv(
        tmp_path / "about.csv", index=False)
    (tmp_path / "codes.csv").write_text("code,construct\ntrust,C1\n", "utf-8")
    assert cli.run(["cases", str(folder), "--about", str(tmp_path / "about.csv"), "--outcome", "renewed", "--condition",
                    "trust", "--constructs", str(tmp_path / "codes.csv"), "--requirements",
                    str(tmp_path / "made.csv")]) == 0
    out = capsys.readouterr().out
    for words in ("Share of the cases of each type", "Truth table: what goes with 'renewed'", "Complex solution",
                  "Codes by actor", "Thurloster Tooling SARL"):
        assert words in out
    made = pd.read_csv(tmp_path / "made.csv")
    assert made["provenance"].tolist() == ["7 coded cases"]
    assert cli.run(["capability", str(folder), "--type", "training", "--purpose", "cut cost", "--requirements",
                    str(tmp_path / "made.csv")]) == 0
    assert "expert prior" not in capsys.readouterr().out


def test_wrong_calls(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_study(example(), tmp_path / "study")
    assert cli.run(["cases", str(tmp_path / "study"), "--requirements", "out.csv"]) == 2
    assert "need all of" in capsys.readouterr().err
    (tmp_path / "about.csv").write_text("case\ncase 1\n", "utf-8")
    assert cli.run(["cases", str(tmp_path / "study"), "--about", str(tmp_path / "about.csv")]) == 3
    assert "nothing is said about case 'case 2'" in capsys.readouterr().err

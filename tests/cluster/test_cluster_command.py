"""The command as a person meets it, and the whole assessment behind it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pandas as pd
import pytest
from cluster_studies import level, study_of

import interfirm
from interfirm.cli import run
from interfirm.cluster.assess import assess_cluster
from interfirm.cluster.evidence import GROUPS, evidence_pack
from interfirm.errors import DataError, UsageError
from interfirm.numerals import per_cent

TSV = ("nace_r2,indic_sb,geo\\time\t2015 \t2014 \n"
       "C28,V16110,AT31\t25000 \t24000 b\nC28,V16110,AT32\t2000 \t: c\nC,V16110,AT31\t150000 \t140000 \n"
       "C,V16110,AT32\t60000 \t61000 \nC28,V11210,AT31\t410 \t400 \nC28,V11210,AT32\t50 \t50 \n")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cluster") / "demo"
    interfirm.write_study(interfirm.example(), path)
    return path


def test_the_terminal_says_the_answer_first(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["cluster", str(folder), "--draws", "99"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("Is this a cluster or only dense employment? A cluster")
    flat = " ".join(out.split())
    for text in ("Passive gains, active ones, or both?", "our reconstruction", "Romijn 2001; verified in the abstract",
                 "associations, not effects", "Cells that cannot be filled (2 of 18)", "Technological capability of"):
        assert text in flat
    assert max(len(line) for line in out.splitlines()) <= 100


def test_json_csv_and_evidence(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call = ["cluster", str(folder), "--json", "--draws", "19", "--csv", str(tmp_path / "f.csv")]
    assert run([*call, "--evidence", str(tmp_path / "e.html")]) == 0
    made = json.loads(capsys.readouterr().out)
    assert made["verdict"]["answer"].startswith("a cluster") and made["position"]["quotient"]["value"] > 3
    assert made["settings"]["seed"] == 1 and len(made["matrix"]["advantages"]) == 8
    rows = list(csv.DictReader((tmp_path / "f.csv").read_text("utf-8").splitlines()))
    assert len(rows) == 46 and {"actor", "joint_action", "tc", "tc_product"} <= set(rows[0])
    page = (tmp_path / "e.html").read_text("utf-8")
    assert all(title in page for title in GROUPS.values()) and "Gap." in page


def test_same_seed_same_answer(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    texts = []
    for _ in range(2):
        assert run(["cluster", str(folder), "--json", "--draws", "19", "--seed", "5"]) == 0
        texts.append(capsys.readouterr().out)
    assert texts[0] == texts[1]


def test_a_regional_file_takes_the_place_of_the_study_s_own(folder: Path, tmp_path: Path,
                                                           capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "sbs.tsv"
    path.write_text(TSV, "utf-8")
    call = ["cluster", str(folder), "--region-data", str(path), "--draws", "19"]
    assert run([*call, "--region", "AT31", "--sector", "C28"]) == 0
    shown = capsys.readouterr()
    assert "AT31 (AT31), sector C28, 2015" in shown.out and "Eurostat table" in shown.err
    assert run([*call, "--region", "AT33", "--sector", "C28"]) == 2
    assert "Unknown region 'AT33'. Did you mean" in capsys.readouterr().err


@pytest.mark.parametrize(("more", "code", "text"), [
    (["--evidence", "pack.docx"], 2, ".md, .csv, .html"), (["--region", "XV99"], 2, "Unknown region"),
    (["--region-data", "nothing.tsv"], 2, "no file"), (["--wave", "1999"], 2, "Unknown wave"),
    (["--draws", "5"], 2, "at least 19 draws")])
def test_wrong_calls(folder: Path, capsys: pytest.CaptureFixture[str], more: list[str], code: int, text: str) -> None:
    assert run(["cluster", str(folder), *more]) == code
    assert text in capsys.readouterr().err


def test_bad_answers_and_bad_regions_are_data_errors(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    study = interfirm.example()
    answers = study.answers.copy()
    answers.loc[answers["item"] == "JL_buyers", "value"] = "9"
    interfirm.write_study(interfirm.Study.from_tables({**study.tables(), "answers": answers}), tmp_path / "bad")
    assert run(["cluster", str(tmp_path / "bad"), "--draws", "19"]) == 3
    assert "is not on the scale" in capsys.readouterr().err
    about = study.about.copy()
    about.loc[about["key"] == "region_code", "value"] = "XV33"
    with pytest.raises(DataError, match="Did you mean 'XV3'"):
        assess_cluster(interfirm.Study.from_tables({**study.tables(), "about": about}), draws=19, model=False)


# ---- the assessment --------------------------------------------------------------------------------


def test_a_study_without_anything_has_only_gaps() -> None:
    found = assess_cluster(interfirm.Study.from_tables({"actors": pd.DataFrame({"actor": ["A", "B"]})}))
    assert found.verdict.answer == "cannot say"
    assert {gap.question for gap in found.gaps} >= {"Is the sector concentrated here?", "Do firms act together?"}
    assert all(gap.collect for gap in found.gaps)
    assert len(found.evidence.gaps) >= 20 and found.table().empty


def test_a_survey_alone_answers_what_it_can() -> None:
    study = study_of({f"F{i}": level(5) for i in range(12)})
    found = assess_cluster(study)
    assert found.efficiency is not None and found.matrix is None and found.position is None
    assert found.verdict.joint_action.probability > 0.95 and found.verdict.answer == "cannot say"
    questions = [gap.question for gap in found.gaps]
    assert "Which advantages are turned into learning?" in questions and len(questions) == len(set(questions))


def test_region_without_a_table_is_a_wrong_call() -> None:
    with pytest.raises(UsageError, match="no regional table"):
        assess_cluster(study_of({"A": level(5)}), region="AT31")
    with pytest.raises(UsageError, match="region and sector"):
        assess_cluster(study_of({"A": level(5)}), regions=interfirm.example().regions)


def test_sectors_are_tested_on_both_sides_and_together() -> None:
    found = assess_cluster(interfirm.example(), draws=99, model=False, permutations=19).localised
    assert (found["p_adjusted"] >= 2 * found["p"] - 1e-12).all() or (found["p_adjusted"] == 1).any()
    chance = found["p_adjusted"] > 0.05
    assert (found.loc[chance, "reading"] == "as chance would have it").all()
    assert found.loc[chance, "from"].isna().all()


# ---- the evidence pack -----------------------------------------------------------------------------


def test_every_group_is_there_and_every_gap_says_what_to_collect() -> None:
    pack = evidence_pack(interfirm.example())
    assert list(dict.fromkeys(item.group for item in pack.indicators)) == list(GROUPS)
    assert all(bool(item.value) != bool(item.collect) for item in pack.indicators)
    assert all(item.basis for item in pack.indicators if item.filled)


def test_values_are_those_of_the_study() -> None:
    study = interfirm.example()
    pack = {item.indicator: item for item in evidence_pack(study).indicators}
    seen = study.observations[(study.observations["wave"] == "2024")].set_index("actor")
    firms = study.actors.loc[(study.actors["kind"] == "firm") & study.actors["actor"].isin(seen.index), "actor"]
    assert pack["size"].value.startswith(f"{seen.loc[firms, 'employees'].sum():,.0f} persons")
    shares = seen.loc[firms, "new_product_share"].dropna()
    assert f"median {per_cent(shares.median())}" in pack["new_products"].value
    assert f"{len(shares)} of {len(firms)}" in pack["new_products"].basis
    allied = study.alliances["actor"].unique()
    assert pack["served"].value.startswith(f"{firms.isin(allied).sum()} of {len(firms)} firms")


def test_the_three_files_say_the_same(tmp_path: Path) -> None:
    pack = evidence_pack(interfirm.example())
    rows = list(csv.DictReader(pack.text(".csv").splitlines()))
    markdown, page = pack.text(".md"), pack.text(".html")
    assert len(rows) == len(pack.indicators)
    for item in pack.indicators:
        assert (item.value or item.collect).replace("|", "\\|") in markdown
    assert "synthetic" in markdown and "synthetic" in page and markdown.count("**Gap.**") == page.count('"gap"')
    with pytest.raises(UsageError, match="docx"):
        pack.text(".docx")


def test_hostile_names_are_escaped() -> None:
    study = interfirm.example()
    about = study.about.copy()
    about.loc[about["key"] == "name", "value"] = "<script>alert(1)</script>|x"
    page = evidence_pack(interfirm.Study.from_tables({**study.tables(), "about": about})).text(".html")
    assert "<script>" not in page and "&lt;script&gt;" in page

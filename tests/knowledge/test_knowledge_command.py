"""The command as a person meets it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from knowledge_studies import make

from interfirm import write_study
from interfirm.cli import run


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("knowledge") / "demo"
    assert run(["example", str(folder)]) == 0
    return folder


def test_every_question_is_answered(study, capsys, tmp_path):
    assert run(["knowledge", str(study), "--csv", str(tmp_path / "o.csv")]) == 0
    out = " ".join(capsys.readouterr().out.split())
    for text in ("technological gatekeeper (", "external star (", "take and never give", "of what they reach outside",
                 "along the chain (vertical)", "Absorptive capacity: median", "the bottleneck is externalisation",
                 "Focal firms: who leads.", "knowledge flows along", "Difficulty goes with"):
        assert text in out, text
    table = pd.read_csv(tmp_path / "o.csv")
    assert len(table) == 67 and table["role"].notna().sum() == 46
    assert {"name", "verdict", "stability", "sure_of_role", "vertical", "multifold", "absorptive_capacity",
            "spillover_pool"} <= set(table.columns)
    assert run(["knowledge", str(study)]) == 0
    assert " ".join(capsys.readouterr().out.split()) == out.replace(f" Wrote {tmp_path / 'o.csv'}: 67 rows.", "")


def test_one_member_and_the_model(study, capsys):
    assert run(["knowledge", str(study), "--firm", "Thurloster Tooling SARL"]) == 0
    out = capsys.readouterr().out
    assert "Thurloster Tooling SARL ('advice', 2024)" in out and "role " in out and "Giving and taking" not in out
    assert run(["knowledge", str(study), "--firm", "F02"]) == 0
    assert "cannot say" in capsys.readouterr().out  # it did not answer


def test_questions_without_data_are_said_and_the_others_go_on(tmp_path, capsys):
    write_study(make([(0, 1), (1, 2), (3, 1)], 5), tmp_path / "s")
    assert run(["knowledge", str(tmp_path / "s"), "--simulate"]) == 0
    out = capsys.readouterr().out
    assert "Not answered: nothing is known of links outside" in out
    assert "Giving and taking: 2 of 5" in out and "Not answered: nobody answered on the knowledge spiral" in out
    assert "Not answered: no list of innovations" in out and "Not answered: the study holds no research" in out
    assert "Model of the spiral" in out and "nan" not in out.lower().replace("finance", "")


@pytest.mark.parametrize(("more", "code", "text"), [
    (["--firm", "Nobody"], 2, "Unknown member"), (["--relation", "hints"], 2, "Unknown relation"),
    (["--wave", "1999"], 2, "Unknown wave"), (["--external", "guess"], 2, "Unknown source"),
    (["--firm", "X1"], 2, "not a member")])
def test_wrong_calls(study, capsys, more, code, text):
    assert run(["knowledge", str(study), *more]) == code
    assert text in capsys.readouterr().err


def test_a_study_without_a_knowledge_layer(tmp_path, capsys):
    write_study(make([], 3, others=[("supplier", 0, 1)]).select(relations=["supplier"]), tmp_path / "s")
    assert run(["knowledge", str(tmp_path / "s")]) == 3
    assert "Ask every member whom it asks" in capsys.readouterr().err.replace("\n", " ").replace("  ", " ")


def test_innovations_that_several_made(study, capsys, tmp_path):
    """Three of four with two or more contributors; one firm and one university make 2 of 3 pairs of different kinds."""
    actors = pd.read_csv(study / "actors.csv").set_index("actor")["kind"]
    firms, other = actors.index[actors == "firm"][:3], actors.index[actors == "university"][0]
    rows = [("a", firms[0], 1), ("a", firms[1], 0), ("b", firms[0], 1), ("b", firms[1], 1), ("b", other, 1),
            ("c", firms[1], 1), ("c", firms[2], 0), ("d", firms[2], 1)]
    pd.DataFrame(rows, columns=["innovation", "actor", "applies"]).to_csv(tmp_path / "made.csv", index=False)
    assert run(["knowledge", str(study), "--innovations", str(tmp_path / "made.csv")]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "75 % of 4 innovations are collective, with 2.3 contributors" in out
    assert "22 % of the pairs who made one together are of different kinds" in out  # (0 + 2/3 + 0) / 3
    assert "67 % of those who contributed bring it to market" in out  # (1/2 + 1 + 1/2) / 3
    assert "Through one tie to the alliance" in out


def test_a_list_of_innovations_with_errors(study, capsys, tmp_path):
    file = tmp_path / "made.csv"
    file.write_text("innovation,actor\na,F01\na,Nobody\n")
    assert run(["knowledge", str(study), "--innovations", str(file)]) == 3
    assert "does not know Nobody" in " ".join(capsys.readouterr().err.split())
    file.write_text("name,actor\na,F01\n")
    assert run(["knowledge", str(study), "--innovations", str(file)]) == 3
    assert "the column 'innovation' is missing" in " ".join(capsys.readouterr().err.split())
    assert run(["knowledge", str(study), "--innovations", str(tmp_path / "nowhere.csv")]) in {2, 3}
    assert "nowhere.csv" in capsys.readouterr().err

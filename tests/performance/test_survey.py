"""Reading a survey, terms, breadth and depth by hand, and everything that makes a design unusable."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from interfirm.errors import DataError, UnknownName, UsageError
from interfirm.performance import breadth, data_dictionary, depth, diversity, survey_design
from interfirm.study.read.microdata import read_microdata


def firms(n=24):
    rng = np.random.default_rng(1)
    return pd.DataFrame({"share": rng.random(n), "coop": np.arange(n) % 2, "uni": (np.arange(n) % 3 == 0) * 1,
                         "size": 1.0 + np.arange(n) % 7, "sector": ["a", "b", "c", "a"] * (n // 4),
                         "w": 1.0 + np.arange(n) % 5, "region": np.arange(n) % 6})


def codes(problem):
    return {item.code for item in problem.value.findings}


# ---- reading -----------------------------------------------------------------------------


def test_spss_labels_and_user_missing_codes_are_respected(tmp_path):
    frame = pd.DataFrame({"coop": [1.0, 2, 2, 1, 9, 1], "why": [1.0, 2, 3, 97, 98, 2], "y": [0.1, 0.2, 0, 0.4, 0.3,
                                                                                             0.1]})
    path = tmp_path / "survey.sav"
    pyreadstat.write_sav(frame, str(path), column_labels={"coop": "Cooperated?"},
                         variable_value_labels={"coop": {1: "yes", 2: "no", 9: "refused"}},
                         missing_ranges={"coop": [9], "why": [{"lo": 97, "hi": 99}]})
    data = read_microdata(path)
    assert data.questions["coop"] == "Cooperated?"
    assert data.refused == {"coop": {"9": 1}, "why": {"97": 1, "98": 1}}
    design = survey_design(data, "y", cooperation=["coop"])
    assert design.values["coop"].tolist() == [1, 0, 0, 1, 1]
    assert design.left_out == {"'coop' missing": 1}
    row = data_dictionary(data, ["coop"]).iloc[0]
    assert (row["type"], row["known"], row["empty"], row["refused"]) == ("yes or no", 5, 0, "9: 1")
    assert row["values"] == "1 yes: 3; 2 no: 2"


def test_stata_labels_and_weights(tmp_path):
    path = tmp_path / "survey.dta"
    pyreadstat.write_dta(firms(), str(path), column_labels={"coop": "Cooperated?"},
                         variable_value_labels={"coop": {0: "No", 1: "Yes, formally"}})
    design = survey_design(read_microdata(path), "share", cooperation=["coop"], weights="w", cluster="region",
                           strata="sector")
    assert design.bases["coop"].label == "Cooperated?"
    assert design.weights.mean() == pytest.approx(1)
    assert (design.clusters.max(), design.strata.max()) == (5, 2)


@pytest.mark.parametrize("write", ["csv", "xlsx", "parquet"])
def test_other_files_give_the_same_design(tmp_path, write):
    frame = firms()
    path = tmp_path / f"survey.{write}"
    if write == "parquet":
        import duckdb

        duckdb.from_df(frame).write_parquet(str(path))
    else:
        getattr(frame, {"csv": "to_csv", "xlsx": "to_excel"}[write])(path, index=False)
    made = survey_design(read_microdata(path), "share", cooperation=["coop"], controls=["log(size)", "sector"])
    assert made.names == ("constant", "coop", "log(size)", "sector=b", "sector=c")
    assert made.x == pytest.approx(survey_design(frame, "share", cooperation=["coop"],
                                                 controls=["log(size)", "sector"]).x)


def test_decimal_commas_and_empty_marks(tmp_path):
    path = tmp_path / "survey.csv"
    path.write_text("y;x;t\n0,5;1;\n0,25;NA;a\n.;3;b\n", "utf-8")
    frame = read_microdata(path).frame
    assert frame["y"].tolist()[:2] == [0.5, 0.25]
    assert frame["y"].isna().tolist() == [False, False, True]
    assert frame["x"].isna().tolist() == [False, True, False]


def test_a_codebook_adds_labels_and_missing_codes(tmp_path):
    (tmp_path / "s.csv").write_text("y,coop\n0.1,1\n0.2,2\n0.3,8\n0.4,1\n", "utf-8")
    (tmp_path / "book.csv").write_text("variable,label,codes,missing\ncoop,Cooperated?,1=ja|2=nein,8|9\nother,x,,\n",
                                       "utf-8")
    data = read_microdata(tmp_path / "s.csv", codebook=tmp_path / "book.csv")
    assert survey_design(data, "y", cooperation=["coop"]).values["coop"].tolist() == [1, 0, 1]
    assert data.refused == {"coop": {"8": 1}}
    (tmp_path / "bad.csv").write_text("a,b\n1,2\n", "utf-8")
    with pytest.raises(DataError, match="no codebook"):
        read_microdata(tmp_path / "s.csv", codebook=tmp_path / "bad.csv")


def test_cells_in_the_way_of_numbers_are_said(tmp_path):
    path = tmp_path / "s.csv"
    path.write_text("y,x\n" + "".join(f"0.{i},{i}\n" for i in range(1, 20)) + "0.3,about 5\n", "utf-8")
    assert "1 cells are no numbers (about 5)" in " ".join(map(str, read_microdata(path).findings))


@pytest.mark.parametrize(("name", "content", "error", "words"), [
    ("s.dta", b"not stata", DataError, "not a whole .dta file"), ("s.sav", b"", DataError, "not a whole .sav file"),
    ("s.csv", b"a,a\n1,2\n", DataError, "2 times"), ("s.csv", b"a,b\n", DataError, "no rows"),
    ("s.pdf", b"%PDF", UsageError, "not of a known type")])
def test_files_that_are_no_survey(tmp_path, name, content, error, words):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(error, match=words):
        read_microdata(path)
    with pytest.raises(UsageError, match="is a folder"):
        read_microdata(tmp_path)


# ---- terms -------------------------------------------------------------------------------


def test_every_kind_of_term():
    made = survey_design(firms(), "share", cooperation=["coop"],
                         controls=["sector=b", "log1p(size)", "c.region", "region^2", "coop*size"])
    assert made.names == ("constant", "coop", "sector=b", "log1p(size)", "region", "region^2", "coop*size")
    row = made.x[3]
    frame = firms()
    assert row == pytest.approx([1, 1, 0, np.log(5.0), frame["region"][3], frame["region"][3] ** 2, 4])


def test_categories_are_compared_with_the_most_frequent():
    made = survey_design(firms(), "share", cooperation=["coop"], controls=["i.sector"])
    assert made.names[2:] == ("sector=b", "sector=c")
    assert any("most frequent value, a" in str(item) for item in made.findings)


@pytest.mark.parametrize(("change", "term", "code"), [
    ({"coop": [1, 2] * 12}, "coop", "yes-or-no"), ({"size": ["small"] * 23 + ["3"]}, "c.size", "not-a-number"),
    ({"size": [0.0, 1, 2, 3] * 6}, "log(size)", "no-logarithm"), ({}, "sector=z", "no-such-code"),
    ({"sector": [f"s{i}" for i in range(24)]}, "sector", "too-many-categories"),
    ({"sector": ["a"] * 24}, "sector", "constant")])
def test_terms_that_cannot_be_read_say_what_to_write(change, term, code):
    with pytest.raises(DataError) as problem:
        survey_design(firms().assign(**change), "share", controls=[term])
    assert code in codes(problem)
    assert all(item.remedy or item.expected for item in problem.value.findings if item.level == "error")


def test_unknown_variables_name_the_nearest():
    with pytest.raises(UnknownName, match="Did you mean 'coop'"):
        survey_design(firms(), "share", cooperation=["coup"])
    with pytest.raises(UnknownName, match="Did you mean 'share'"):
        survey_design(firms(), "shar", cooperation=["coop"])
    with pytest.raises(UsageError, match="cannot explain itself"):
        survey_design(firms(), "coop", cooperation=["coop"])


# ---- breadth, depth, diversity -----------------------------------------------------------


def test_breadth_depth_and_diversity_by_hand():
    used = [[0, 1, 3], [2, np.nan, 0], [3, 3, 3]]
    assert breadth(used)[[0, 2]].tolist() == [2, 3] and np.isnan(breadth(used)[1])
    assert depth(used, 3)[[0, 2]].tolist() == [1, 3] and np.isnan(depth(used, 3)[1])
    assert breadth(np.ones((1, 16))) == 16
    assert diversity([[2, 1, 1]])[0] == pytest.approx(0.625)
    assert diversity([[2, 1, 1]], kind="shannon")[0] == pytest.approx(1.0397, abs=5e-5)
    assert diversity([[5, 0]])[0] == 0 and np.isnan(diversity([[0, 0]])[0])
    with pytest.raises(UsageError):
        diversity([[-1, 2]])


def test_breadth_and_depth_in_a_design():
    frame = firms().assign(s1=np.arange(24) % 4, s2=np.arange(24) % 3, s3=3)
    made = survey_design(frame, "share", breadth=["s1", "s2"], depth=["s1", "s2", "s3"])
    assert made.names == ("constant", "breadth", "breadth^2", "depth")
    assert made.values["depth"].tolist() == [1 + (i % 4 == 3) for i in range(24)]
    with pytest.raises(DataError, match="answers to a degree"):
        survey_design(frame, "share", depth=["coop", "uni"])


# ---- what makes a design unusable --------------------------------------------------------


@pytest.mark.parametrize(("change", "more", "code"), [
    ({"w": [-1.0] + [1] * 23}, {"weights": "w"}, "negative-weight"),
    ({"w": [np.nan] + [1] * 23}, {"weights": "w"}, "missing-weight"),
    ({"w": [0.0] * 24}, {"weights": "w"}, "zero-weights"), ({}, {"weights": "sector"}, "weights"),
    ({"region": [1] * 24}, {"cluster": "region"}, "one-cluster"),
    ({"twin": np.arange(24) % 2}, {"controls": ["twin"]}, "collinear"),
    ({"half": 1 - np.arange(24) % 2}, {"controls": ["half"]}, "collinear"),
    ({"same": 3.0}, {"controls": ["same"]}, "constant")])
def test_refused_with_what_to_do(change, more, code):
    with pytest.raises(DataError) as problem:
        survey_design(firms().assign(**change), "share", cooperation=["coop"], **more)
    assert code in codes(problem)


def test_collinear_dummies_name_their_parts():
    frame = firms().assign(a=lambda d: (d["sector"] == "a") * 1, b=lambda d: (d["sector"] == "b") * 1,
                           c=lambda d: (d["sector"] == "c") * 1)
    with pytest.raises(DataError, match="'c' is made up exactly of constant, a, b"):
        survey_design(frame, "share", controls=["a", "b", "c"])


def test_fewer_firms_than_regressors():
    with pytest.raises(DataError, match="4 complete firms are not more than the 5 coefficients"):
        survey_design(firms().iloc[:4], "share", controls=["coop", "uni", "size", "w"])


def test_firms_left_out_are_counted_and_weights_of_zero_too():
    frame = firms()
    frame.loc[[0, 1, 2], "coop"] = np.nan
    frame.loc[[2, 3], "share"] = np.nan
    made = survey_design(frame.assign(w=[0.0 if i == 9 else 1.0 for i in range(24)]), "share", cooperation=["coop"],
                         weights="w")
    assert made.left_out == {"'share' missing": 2, "'coop' missing": 2, "weight 0": 1}
    assert made.size == 19
    assert "5 of 24 firms are left out" in " ".join(map(str, made.findings))


def test_few_clusters_and_lonely_strata_are_warned_of():
    frame = firms().assign(s=[9] + [1] * 23)
    made = survey_design(frame, "share", cooperation=["coop"], cluster="region", strata="s")
    assert {"few-clusters", "lonely-stratum"} <= {item.code for item in made.findings}


def test_all_findings_at_once():
    with pytest.raises(DataError) as problem:
        survey_design(firms().assign(coop=[1, 2] * 12, size=0.0), "share", cooperation=["coop"], controls=["log(size)"])
    assert codes(problem) >= {"yes-or-no", "no-logarithm"}

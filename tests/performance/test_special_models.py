"""Models with options of their own, through the command: dictionary first, tables in all formats, words, refusals."""

from __future__ import annotations

import zipfile
from xml.etree import ElementTree as ET

import frozen
import numpy as np
import pandas as pd
import pytest
from test_systems import SYSTEM, selection_table, system_table

from interfirm import cli
from interfirm.errors import DataError, UsageError
from interfirm.performance import cdm, fixed_effects, heckman, mrqap, network_lag, study_panel, survey_design, with_lags
from interfirm.performance.formula import formula
from interfirm.performance.lags import Panel, lag_terms, lags_in
from interfirm.performance.ties_analysis import lag_analysis
from interfirm.study.example import example


def said(capsys):
    found = capsys.readouterr()
    return " ".join(found.out.split()), " ".join(found.err.split())


def run(capsys, *call):
    code = cli.run(["performance", *map(str, call)])
    return (code, *said(capsys))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("study") / "example"
    assert cli.run(["example", str(path)]) == 0
    return path


@pytest.fixture
def files(tmp_path):
    return [tmp_path / name for name in ("t.tex", "t.docx", "t.csv")]


def formats(files):
    return ["--latex", files[0], "--word", files[1], "--csv", files[2]]


def all_written(files, text):
    assert r"\end{tabular}" in files[0].read_text("utf-8")
    with zipfile.ZipFile(files[1]) as archive:
        assert text in "".join(ET.fromstring(archive.read("word/document.xml")).itertext())
    assert text in files[2].read_text("utf-8")


# ---- selection ----------------------------------------------------------------------------


@pytest.fixture
def selected(tmp_path):
    path = tmp_path / "selection.csv"
    selection_table().assign(w=2.0, g=lambda d: np.arange(len(d)) % 50).to_csv(path, index=False)
    return path


HECKMAN = ["--model", "heckman", "--outcome", "y", "--cooperation", "x", "--selection", "s ~ x + z"]


def test_selection_by_the_command(selected, files, capsys):
    code, out, _ = run(capsys, selected, *HECKMAN, *formats(files))
    assert code == 0
    assert out.index("The variables") < out.index("What goes with 'y', which 171 of 300 firms have")
    for text in ("(2) Linear regression", "Who has it: z for one more", "go together with a correlation of 0.86",
                 "'z' makes firms have 'y'"):
        assert text in out
    known = heckman(selection_table(), "y", "s", regressors=["x"], selected_by=["x", "z"])
    assert f"x,{known.estimate[1]:.3f}," in files[2].read_text("utf-8")
    all_written(files, "selected: z")


def test_selection_in_two_steps_takes_weights_and_clusters(selected, capsys):
    code, out, _ = run(capsys, selected, *HECKMAN, "--method", "two-step", "--weights", "w", "--cluster", "g")
    assert code == 0
    assert "inverse Mills ratio" in out
    assert "clustered by 'g', weighted by 'w', of both steps" in out


# ---- the recursive system ------------------------------------------------------------------


@pytest.fixture
def system(tmp_path):
    path = tmp_path / "system.csv"
    system_table(300, 9).assign(share=lambda d: 1 / (1 + np.exp(-d["innovation"]))).to_csv(path, index=False)
    return path


CDM = ["--model", "cdm", "--research", "rd ~ market", "--intensity", "intensity ~ demand", "--innovation",
       "share ~ rival", "--productivity", "sales ~ size", "--bootstrap", "19"]


def test_the_system_by_the_command(system, files, capsys):
    code, out, _ = run(capsys, system, *CDM, *formats(files))
    assert code == 0
    for text in ("innovation: share (fractional logit)", "foreseen intensity for one more: 'share' is",
                 "foreseen share for 0.1 more: 'sales' is", "19 of 19 resamples", "The order — research"):
        assert text in out
    all_written(files, "inverse Mills ratio")


def test_controls_stand_in_every_equation(system, capsys):
    _, out, _ = run(capsys, system, *CDM[:-4], "--productivity", "sales ~ rd", "--controls", "size", "--bootstrap", "2")
    assert out.count(" size ") >= 4 + 1  # once in the dictionary


def test_effects_of_the_system_are_those_of_its_coefficients():
    """Linear: the average effect is the coefficient. Fractional: β mean(μ(1 − μ)), checked by moving the intensity."""
    linear = cdm(system_table(300, 9), **SYSTEM, draws=4)
    rows = linear.table().set_index(["equation", "term"])
    assert linear.effects["estimate"].tolist() == pytest.approx(
        [rows.loc[("innovation", "foreseen intensity"), "estimate"],
         rows.loc[("productivity", "foreseen innovation"), "estimate"]])
    table = system_table(300, 9).assign(innovation=lambda d: 1 / (1 + np.exp(-d["innovation"])))
    share = cdm(table, **SYSTEM, draws=0)
    beta = share.table().set_index(["equation", "term"])["estimate"]
    foreseen = beta["intensity", "constant"] + beta["intensity", "size"] * table["size"] \
        + beta["intensity", "demand"] * table["demand"]

    def mean(shift):
        index = beta["innovation", "constant"] + beta["innovation", "rival"] * table["rival"] \
            + beta["innovation", "foreseen intensity"] * (foreseen + shift)
        return (1 / (1 + np.exp(-index))).mean()

    assert share.effects["estimate"][0] == pytest.approx((mean(1e-4) - mean(-1e-4)) / 2e-4, rel=1e-6)


# ---- fixed effects and lags ------------------------------------------------------------------


def waves(n=60, seed=2):
    rng = np.random.default_rng(seed)
    level = rng.normal(size=n)
    parts = []
    for year in (2018, 2020, 2022):
        coop = (rng.random(n) < 0.3 + 0.2 * (level > 0)) * 1.0
        parts.append(pd.DataFrame({"id": np.arange(n), "year": year, "coop": coop, "size": np.exp(rng.normal(3, 1, n)),
                                   "y": 0.5 * coop + level + 0.3 * rng.normal(size=n)}))
    return pd.concat(parts, ignore_index=True)


def test_fixed_effects_by_the_command(tmp_path, files, capsys):
    path = tmp_path / "panel.csv"
    waves().to_csv(path, index=False)
    call = [path, "--model", "fixed-effects", "--outcome", "y", "--cooperation", "coop", "--controls", "log(size)"]
    code, out, _ = run(capsys, *call, "--absorb", "id,year", *formats(files))
    assert code == 0
    assert "Linear, fixed effects of id and year" in out and "(2) Linear, without them" in out
    assert "values of 'id' that have several rows; the estimate rests on them" in out
    assert "Rows 180 180" in out
    all_written(files, "log(size)")
    assert run(capsys, *call, "--panel", "id,year")[1] == out.split(" Wrote")[0]


def test_r2_of_fixed_effects_is_that_within():
    table = waves()
    found = fixed_effects(table, "y", controls=["coop"], absorb=["id"])
    within = table[["y", "coop"]] - table.groupby("id")[["y", "coop"]].transform("mean")
    left = within["y"] - found.estimate[0] * within["coop"]
    assert found.extra["r2"] == pytest.approx(1 - (left**2).sum() / (within["y"] ** 2).sum())


def test_a_lag_is_the_wave_before_or_missing():
    table = pd.DataFrame({"id": [1, 1, 1, 2, 2, 3], "year": [2022, 2018, 2020, 2018, 2022, 2020],
                          "coop": [9.0, 1, 2, 3, 4, 5]})
    made = with_lags(table, Panel("id", "year"), ["coop"]).frame["L.coop"]
    assert made.to_numpy() == pytest.approx([2, np.nan, 1, np.nan, np.nan, np.nan], nan_ok=True)
    shuffled = table.sample(frac=1, random_state=1)
    again = with_lags(shuffled, Panel("id", "year"), ["coop"]).frame["L.coop"].sort_index()
    assert again.to_numpy() == pytest.approx(made.to_numpy(), nan_ok=True)


def test_lags_recover_what_the_wave_before_does():
    """y follows the cooperation of the wave before, not its own; 400 firms, three of its errors."""
    table = waves(400).sort_values(["id", "year"])
    before = table.groupby("id")["coop"].shift()
    table["y"] = 0.8 * before.fillna(0) + 0.3 * np.random.default_rng(1).normal(size=len(table))
    source = with_lags(table, Panel("id", "year"), ["coop"])
    found = fixed_effects(source, "y", cooperation=["L.coop", "coop"], absorb=["year"], cluster="id")
    assert found.estimate == pytest.approx([0.8, 0.0], abs=float(3 * found.error.max()))
    assert found.design.left_out == {"'L.coop' missing": 400}


def test_lags_by_the_command(tmp_path, capsys):
    path = tmp_path / "panel.csv"
    waves().to_csv(path, index=False)
    base = [path, "--outcome", "y", "--model", "linear", "--cooperation"]
    code, out, err = run(capsys, *base, "coop", "--lag", "coop", "--panel", "id,year")
    assert code == 0
    assert "coop, the wave before (L.coop)" in out and "Cooperation was asked a wave before" in out
    assert "60 of 180 rows are left out" in err and "Errors are clustered by 'id'" in err
    assert run(capsys, *base, "L.coop", "--panel", "id,year")[1] == out
    assert run(capsys, *base, "L.coop")[0] == 2
    waves().assign(year=lambda d: d["year"].replace(2020, 2018)).to_csv(path, index=False)
    code, _, err = run(capsys, *base, "L.coop", "--panel", "id,year")
    assert (code, "one row per firm and wave" in err) == (3, True)


def test_names_of_lags():
    assert lag_terms(["coop", "coop2", "coop*size", "log(size)"], ["coop", "size"]) == [
        "L.coop", "coop2", "L.coop*L.size", "log(L.size)"]
    assert lags_in(["L.coop2", "L.size*x"], ["coop", "coop2", "size"]) == ["coop2", "size"]
    with pytest.raises(UsageError, match="one wave only"):
        with_lags(waves().query("year == 2018"), Panel("id", "year"), ["coop"])


def test_a_study_in_two_waves(folder, capsys):
    made = study_panel(example(seed=1), positions=["degree"])
    both = made.frame.groupby("actor")["wave"].nunique()
    assert both.max() == 2
    assert made.frame.loc[made.frame["wave"] == "2021", "L.degree"].isna().all()
    code, out, _ = run(capsys, folder, "--model", "fixed-effects")
    assert code == 0 and "fixed effects of actor and wave" in out
    with pytest.raises(UsageError, match="one wave only"):
        study_panel(example(seed=1).select(waves=["2024"]))


# ---- ordered outcomes ------------------------------------------------------------------------


def test_an_ordered_outcome_comes_with_the_test_of_parallel_lines(tmp_path, capsys):
    path = tmp_path / "novel.csv"
    frozen.table().assign(novel=lambda d: np.digitize(d["share"], [0.15, 0.45])).to_csv(path, index=False)
    call = [path, "--outcome", "novel", "--cooperation", "z", "--controls", "x", "--model", "ordered-logit"]
    code, out, _ = run(capsys, *call)
    assert code == 0
    assert "cut 0|1" in out and "Parallel lines (Brant): The coefficients" in out
    assert "the probability of 'novel' = 2" in out
    _, out, _ = run(capsys, *call, "--weights", "w")
    assert "Parallel lines not tested: The test of parallel lines knows no weights" in out


# ---- pairs and neighbours ----------------------------------------------------------------------


def test_regression_of_ties_by_the_command(folder, files, capsys):
    terms = "distance, same:sector, peer, proximity:social"
    code, out, err = run(capsys, folder, "--mrqap", f"advice ~ {terms}", "--earlier", "2021", "--permutations", "19",
                         *formats(files))
    assert code == 0
    assert out.index("pairs of members") < out.index("Which pairs have a tie of 'advice'")
    assert "same:sector: a tie is" in out and "percentage points more frequent" in out
    assert "pairs are not known in the outcome" in err
    all_written(files, "Permutations")
    known = mrqap(example(seed=1), "advice", ["distance", "same:sector", "peer"], wave="2024", earlier="2021",
                  permutations=19)
    plain = run(capsys, folder, "--mrqap", "advice ~ distance, same:sector, peer", "--earlier", "2021",
                "--permutations", "19")[1]
    assert f"same:sector {known.rows['estimate'][2]:.3f} {known.rows['t'][2]:.3f}" in plain


def test_network_lag_by_the_command(folder, files, capsys):
    code, out, err = run(capsys, folder, "--network-lag", "advice", "--controls", "log(employees)", *formats(files))
    assert code == 0
    assert "Network lag, instruments" in out and "neighbours' breadth" in out
    assert "their ties of 'advice' in 2021 are not known" in err
    assert "the instruments are weak" in err
    all_written(files, "neighbours' outcome")
    out = run(capsys, folder, "--network-lag", "advice", "--method", "ml", "--without-context")[1]
    assert "Network lag, maximum likelihood" in out and "neighbours' breadth" not in out


def test_firms_whose_ties_are_not_known_are_not_taken_for_firms_without():
    study = example(seed=1)
    found = lag_analysis(study, "advice", method="ml", contextual=False)
    answered = study.responded("advice", "2021")
    names = study.actors["actor"].to_numpy()
    design = survey_design(study_panel(study), "new_product_share")  # any design of all firms
    assert found.paper.foot[0][1] == "34"
    assert int((answered == False).sum()) > 0 and design.size > 34  # noqa: E712
    view = study.adjacency("advice", "2021", who="all")
    silent = set(names[(answered == False).fillna(False).to_numpy(dtype=bool)])  # noqa: E712
    assert silent and not view.observed()[[list(names[view.index]).index(name) for name in silent]].all()


def test_the_network_lag_of_a_study_is_that_of_its_matrix():
    """The same by hand: firms of the table with known ties, ties of the wave before, rows that sum to one."""
    from interfirm.performance import study_table

    study = example(seed=1)
    source = study_table(study, positions=())
    view = study.adjacency("advice", "2021", who="all")
    names = list(study.actors["actor"].to_numpy()[view.index])
    known = ~study.responded("advice", "2021").eq(False).fillna(False)
    keep = source.frame["actor"].map(lambda name: name in names and bool(known[name])).to_numpy()
    made = survey_design(source, "new_product_share", cooperation=["breadth"], controls=["log(employees)", "rd_share"],
                         where=keep)
    at = [names.index(name) for name in source.frame["actor"].to_numpy()[made.rows]]
    by_hand = network_lag(made, view.binary.toarray()[np.ix_(at, at)], method="ml", contextual=False)
    table = {row[0]: row[1] for row in lag_analysis(study, "advice", method="ml", contextual=False).paper.rows}
    assert table["neighbours' outcome"] == f"{by_hand.estimate[0]:.3f}"


# ---- what is refused ----------------------------------------------------------------------------


@pytest.mark.parametrize(("options", "code", "words"), [
    (["--model", "heckman", "--outcome", "y", "--cooperation", "x"], 2, "needs --selection"),
    ([*HECKMAN[:-1], "s = x"], 2, "cannot be read. Write it as 'outcome ~ term, term'"),
    ([*HECKMAN[:-1], "s ~ x"], 2, "exclusion restriction"), ([*HECKMAN, "--method", "bayes"], 2, "Unknown method"),
    ([*HECKMAN[:-1], "s ~ q"], 2, "Unknown variable"), ([*HECKMAN[:-1], "g=999 ~ z"], 3, "never has the value 999"),
    ([*HECKMAN, "--absorb", "g"], 2, "--absorb belongs to --model fixed-effects"),
    ([*HECKMAN, "--bootstrap", "9"], 2, "--bootstrap belongs to"),
    (["--model", "cdm", "--research", "s ~ z"], 2, "needs --intensity"),
    (["--model", "fixed-effects", "--outcome", "x", "--cooperation", "z"], 2, "needs --absorb"),
    (["--model", "fixed-effects", "--outcome", "x", "--cooperation", "z", "--absorb", "s", "--strata", "g"], 2,
     "--strata belongs to"),
    (["--model", "heckmann"], 2, "Did you mean 'heckman'"), (["--mrqap", "a ~ b"], 2, "needs the ties of a study"),
    (["--outcome", "x", "--cooperation", "z", "--lag", "z"], 2, "--panel FIRM,WAVE"),
    (["--outcome", "x", "--cooperation", "z", "--lag", "z", "--panel", "g"], 2, "name two columns"),
    (["--outcome", "x", "--cooperation", "z", "--specification-curve", "c.png"], 2, ".html, .svg, .csv")])
def test_refusals_of_a_survey(selected, capsys, options, code, words):
    found, _, err = run(capsys, selected, *options)
    assert (found, words in err) == (code, True), err
    assert "Traceback" not in err


@pytest.mark.parametrize(("options", "code", "words"), [
    (["--mrqap", "advise ~ distance"], 2, "Did you mean 'advice'"), (["--mrqap", "advice ~ trust"], 2, "Unknown term"),
    (["--mrqap", "advice ~ proximity:mental"], 2, "Unknown proximity"),
    (["--mrqap", "advice ~ proximity:social"], 2, "--earlier WAVE"),
    (["--mrqap", "advice ~ distance", "--model", "logit"], 2, "a model of its own"),
    (["--network-lag", "advise"], 2, "Did you mean 'advice'"), (["--network-lag", "advice", "--method", "ols"], 2,
                                                                "Unknown method"),
    (["--model", "cdm"], 2, "takes a survey"), (["--positions", "fame"], 2, "Unknown position")])
def test_refusals_of_a_study(folder, capsys, options, code, words):
    found, _, err = run(capsys, folder, *options)
    assert (found, words in err) == (code, True), err
    assert "Traceback" not in err


def test_a_regressor_that_does_not_change_within_firms_is_refused(tmp_path, capsys):
    path = tmp_path / "panel.csv"
    waves().assign(old=lambda d: d["id"] % 2).to_csv(path, index=False)
    code, _, err = run(capsys, path, "--model", "fixed-effects", "--outcome", "y", "--cooperation", "coop,old",
                       "--absorb", "id")
    assert (code, "'old' never changes within 'id'" in err) == (3, True)


@pytest.mark.parametrize("model", ["heckman", "cdm"])
def test_a_selection_that_is_not_yes_or_no_is_refused(tmp_path, capsys, model):
    path = tmp_path / "codes.csv"
    system_table(60, 1).assign(rd=np.arange(60) % 3).to_csv(path, index=False)
    options = ["--outcome", "intensity", "--cooperation", "size", "--selection", "rd ~ market, size"] \
        if model == "heckman" else ["--research", "rd ~ market", "--intensity", "intensity ~ demand", "--innovation",
                                    "innovation ~ rival", "--productivity", "sales ~ size"]
    code, _, err = run(capsys, path, "--model", model, *options)
    assert (code, "'rd' is not yes or no: it has 3 different values" in err, "Write rd=2" in err) == (3, True, True)
    assert run(capsys, path, "--model", "heckman", "--outcome", "sales", "--cooperation", "size", "--selection",
               "rd=2 ~ market, size")[0] == 0


def test_a_network_without_paths_is_refused(folder, capsys):
    code, _, err = run(capsys, folder, "--network-lag", "ownership")
    assert (code, "nobody's neighbour has neighbours" in err) == (3, True)


def test_the_dictionary_is_shown_even_if_the_model_is_refused(tmp_path, capsys):
    path = tmp_path / "separated.csv"
    pd.DataFrame({"y": [0, 0, 0, 1, 1, 1] * 9, "coop": [0, 0, 0, 1, 1, 1] * 9}).to_csv(path, index=False)
    code, out, err = run(capsys, path, "--outcome", "y", "--cooperation", "coop")
    assert code == 3
    assert "The variables" in out and "0: 27; 1: 27" in out
    assert "is separated by coop" in err


def test_formulas():
    assert formula("y ~ a, log(b) + i.c").terms == ("a", "log(b)", "i.c")
    assert formula("y~a").with_terms(("a", "b")).terms == ("a", "b")
    for text in ("y", "y ~", "~ a", "y ~ a ~ b"):
        with pytest.raises(UsageError, match="cannot be read"):
            formula(text)


def test_missing_keys_of_a_panel():
    with pytest.raises(DataError, match="1 rows have no 'id'"):
        with_lags(waves().assign(id=lambda d: d["id"].where(d.index > 0)), Panel("id", "year"), ["coop"])

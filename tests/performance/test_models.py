"""Estimates, errors and likelihoods of every model against R, and outcomes that do not fit."""

from __future__ import annotations

import frozen
import numpy as np
import pandas as pd
import pytest

from interfirm.errors import DataError, UnknownName, UsageError
from interfirm.performance import choose, fit, survey_design

TIGHT = 1e-5  # what the values are held to; R and we stop at different residual gradients
N = 240
HC0 = np.sqrt(N / (N - 3))  # R's sandwich has no small-sample factor, ours n/(n − p)


def design(outcome, **more):
    return survey_design(frozen.table(), outcome, cooperation=["z"], controls=["x"], **more)


def ours(found, names=("constant", "x", "z")):
    """Estimates and errors in R's order."""
    rows = found.table().set_index("term")
    return rows.loc[list(names), "estimate"].to_numpy(), rows.loc[list(names), "error"].to_numpy()


@pytest.mark.parametrize(("name", "outcome", "model", "errors", "factor"), [
    ("logit", "yes", "logit", "robust", HC0), ("logit_classical", "yes", "logit", "classical", 1.0),
    ("probit", "yes", "probit", "robust", HC0), ("fractional", "share", "fractional", "robust", HC0),
    ("poisson", "count", "poisson", "robust", HC0), ("linear", "share", "linear", "robust", 1.0),
    ("linear_classical", "share", "linear", "classical", 1.0)])
def test_plain_models_equal_r(name, outcome, model, errors, factor):
    found = fit(design(outcome), model, errors=errors)
    estimate, error = ours(found)
    assert estimate == pytest.approx(frozen.estimate(name), rel=TIGHT)
    assert error == pytest.approx(factor * frozen.error(name), rel=TIGHT)
    if "likelihood" in frozen.values()[name]:
        assert found.likelihood == pytest.approx(frozen.likelihood(name), rel=TIGHT)


@pytest.mark.parametrize(("name", "outcome", "model"), [
    ("logit_clustered", "yes", "logit"), ("fractional_clustered", "share", "fractional"),
    ("linear_clustered", "share", "linear")])
def test_clustered_errors_equal_r(name, outcome, model):
    found = fit(design(outcome, cluster="g"), model)
    assert ours(found)[1] == pytest.approx(frozen.error(name), rel=TIGHT)
    assert found.freedom == 23


def test_survey_weights_equal_r():
    estimate, error = ours(fit(design("share", weights="w"), "fractional"))
    assert estimate == pytest.approx(frozen.estimate("fractional_weighted"), rel=TIGHT)
    assert error == pytest.approx(HC0 * frozen.error("fractional_weighted"), rel=TIGHT)


def test_negative_binomial_equals_mass():
    found = fit(design("count"), "negative-binomial", errors="classical")
    known = frozen.values()["negative_binomial"]
    assert ours(found)[0] == pytest.approx(known["estimate"], rel=TIGHT)
    assert found.extra["alpha"] == pytest.approx(known["alpha"][0], rel=TIGHT)
    assert found.likelihood == pytest.approx(known["likelihood"][0], rel=TIGHT)
    # the error of log α equals that of log θ, by the delta method; MASS leaves out its covariance with β,
    # which is 0 in expectation: 2 %
    assert found.error[-1] == pytest.approx(known["theta_error"][0] / known["theta"][0], rel=0.02)


def test_negative_binomial_without_extra_spread_is_poisson():
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({"coop": np.arange(400) % 2, "y": rng.binomial(6, 0.3, 400)})
    made = survey_design(frame, "y", cooperation=["coop"])
    wide, plain = fit(made, "negative-binomial"), fit(made, "poisson")
    assert wide.estimate[:2] == pytest.approx(plain.estimate, abs=1e-4)  # α is not exactly 0
    assert "no-overdispersion" in [item.code for item in wide.findings]


@pytest.mark.parametrize(("name", "low", "high"), [("tobit_low", 0, np.inf), ("tobit_both", 0, 1.6)])
def test_tobit_equals_survreg(name, low, high):
    found = fit(design("low" if name == "tobit_low" else "both"), "tobit", errors="classical", low=low, high=high)
    estimate, error = ours(found, ("constant", "x", "z", "log(sigma)"))
    assert estimate == pytest.approx(frozen.estimate(name), rel=TIGHT)
    assert error == pytest.approx(frozen.error(name), rel=TIGHT)
    assert found.likelihood == pytest.approx(frozen.likelihood(name), rel=TIGHT)


def test_robust_tobit_equals_the_sandwich_of_survreg():
    found = fit(design("low"), "tobit", low=0, high=np.inf)
    assert ours(found, ("constant", "x", "z", "log(sigma)"))[1] == pytest.approx(
        np.sqrt(N / (N - 4)) * np.asarray(frozen.values()["tobit_low_robust"]["error"]), rel=TIGHT)


def test_tobit_equals_vgam():
    found = fit(design("both"), "tobit")
    # VGAM stops by the change of its coefficients: agreement to 1e-6
    assert ours(found, ("constant", "x", "z", "log(sigma)"))[0] == pytest.approx(
        frozen.values()["tobit_both_vgam"]["estimate"], abs=1e-6)


def test_tobit_without_a_limit_in_reach_is_least_squares():
    made = design("share")
    far = fit(made, "tobit", low=-50, high=50, errors="classical")
    assert far.estimate[:3] == pytest.approx(fit(made, "linear").estimate, abs=1e-8)


def test_ordered_logit_equals_polr():
    found = fit(design("grade"), "ordered-logit", errors="classical")
    estimate, error = ours(found, ("x", "z", "cut 0|1", "cut 1|2", "cut 2|3"))
    assert estimate == pytest.approx(frozen.estimate("ordered"), rel=TIGHT)
    assert error == pytest.approx(frozen.error("ordered"), rel=1e-4)  # polr's Hessian is numerical
    assert found.likelihood == pytest.approx(frozen.likelihood("ordered"), rel=TIGHT)


def test_multinomial_logit_equals_nnet():
    found = fit(design("grade"), "multinomial-logit", errors="classical")
    names = [f"{grade}: {term}" for grade in (1, 2, 3) for term in ("constant", "x", "z")]
    estimate, error = ours(found, names)
    assert estimate == pytest.approx(frozen.estimate("multinomial"), abs=1e-4)  # multinom stops early (BFGS)
    assert error == pytest.approx(frozen.error("multinomial"), rel=1e-3)
    assert found.likelihood >= frozen.likelihood("multinomial") - 1e-7


def test_firth_equals_the_iteration_in_r_and_cells_plus_a_half():
    known = frozen.values()
    frame = pd.DataFrame(known["separated"])
    made = survey_design(frame, "y", cooperation=["a"], controls=["b"])
    found = fit(made, "firth")
    assert ours(found, ("constant", "a", "b"))[0] == pytest.approx(known["firth"]["estimate"], rel=TIGHT)
    assert ours(found, ("constant", "a", "b"))[1] == pytest.approx(known["firth"]["error"], rel=TIGHT)
    # a 2 × 2 table: the penalty adds ½ to each cell
    table = pd.DataFrame({"y": [0] * 7 + [1] * 0 + [0] * 3 + [1] * 5, "a": [0] * 7 + [1] * 8})
    odds = np.log((5.5 / 3.5) / (0.5 / 7.5))
    assert fit(survey_design(table, "y", cooperation=["a"]), "firth").estimate[1] == pytest.approx(odds, abs=1e-6)


def test_weights_of_two_equal_firms_twice():
    frame = frozen.table().assign(two=np.where(np.arange(N) < 80, 2.0, 1.0))
    twice = pd.concat([frame, frame.iloc[:80]])
    for outcome, model in (("share", "fractional"), ("both", "tobit"), ("grade", "ordered-logit"), ("share", "linear"),
                           ("grade", "multinomial-logit"), ("count", "negative-binomial")):
        one = fit(survey_design(frame, outcome, cooperation=["z"], weights="two"), model)
        other = fit(survey_design(twice, outcome, cooperation=["z"]), model)
        assert one.estimate == pytest.approx(other.estimate, abs=1e-7), model


def test_strata_of_one_equal_no_strata_and_more_strata_lower_the_error():
    frame = frozen.table().assign(all=1)
    plain = fit(survey_design(frame, "share", cooperation=["z"]), "fractional")
    one = fit(survey_design(frame, "share", cooperation=["z"], strata="all"), "fractional")
    assert one.error == pytest.approx(plain.error * np.sqrt((N - 2) / (N - 1)), rel=1e-8)  # n/(n − 1), not n/(n − p)
    split = frame.assign(s=(frame["share"] > 0.3).astype(int))
    assert fit(survey_design(split, "share", cooperation=["z"], strata="s"), "fractional").error[0] < plain.error[0]


@pytest.mark.parametrize(("values", "model"), [([0, 1, 1, 0, 1, 0], "logit"), ([0, 0.2, 1, 0.4, 0, 0.3], "fractional"),
                                               ([0, 1, 2, 1, 0, 1], "poisson"), ([0, 0, 40, 0, 3, 0],
                                                                                 "negative-binomial"),
                                               ([-1.2, 3.4, 0.2, 7, 2, 2], "linear")])
def test_auto_looks_at_the_outcome(values, model):
    made = survey_design(pd.DataFrame({"y": values, "coop": [0, 1, 0, 1, 1, 0]}), "y", cooperation=["coop"])
    assert choose(made) == model


def test_whole_numbers_up_to_100_are_asked_about():
    made = survey_design(pd.DataFrame({"y": [0, 10, 90, 20, 0, 3], "coop": [0, 1, 0, 1, 1, 0]}), "y",
                         cooperation=["coop"])
    with pytest.raises(DataError, match=r"could be per cent or a count.*--model fractional"):
        fit(made)
    found = fit(made, "fractional")
    assert [item.code for item in found.findings] == ["per-cent"]
    assert found.fitted @ np.ones(6) == pytest.approx(1.23)


def test_a_share_above_1_among_shares_is_not_taken_for_per_cent():
    made = survey_design(pd.DataFrame({"y": [0, 0.1, 1.7, 0.4, 0.2, 0.3], "coop": [0, 1, 0, 1, 1, 0]}), "y",
                         cooperation=["coop"])
    with pytest.raises(DataError, match=r"1 value above 1, up to 1.7, though most are shares"):
        fit(made, "fractional")


@pytest.mark.parametrize(("outcome", "model", "words"), [
    ("count", "logit", "yes or no, coded 1 and 0"), ("neg", "fractional", "a share between 0 and 1"),
    ("share", "poisson", "whole numbers of 0 or more"), ("x", "ordered-logit", "at most 12 categories"),
    ("one", "logit", "is 1 for every firm")])
def test_outcomes_out_of_range_are_refused(outcome, model, words):
    frame = frozen.table().assign(neg=frozen.table()["share"] - 0.5, one=1.0)
    with pytest.raises(DataError, match=words):
        fit(survey_design(frame, outcome, cooperation=["z"]), model)


@pytest.mark.parametrize(("y", "model"), [([0, 0, 0, 0, 1, 1, 1, 1], "logit"), ([0, 0, 0, 0, 1, 0, 1, 1], "probit"),
                                          ([0, 0, 0, 0, 0.2, 0.4, 0.3, 0.2], "fractional"),
                                          ([0, 0, 0, 0, 3, 1, 2, 1], "poisson"),
                                          ([0, 0, 0, 0, 3, 1, 2, 1], "negative-binomial")])
def test_separation_is_refused_with_a_way_out(y, model):
    made = survey_design(pd.DataFrame({"y": y, "coop": [0] * 4 + [1] * 4}), "y", cooperation=["coop"])
    with pytest.raises(DataError, match=r"separated by coop.*run off to infinity"):
        fit(made, model)
    if model in ("logit", "probit"):
        assert np.isfinite(fit(made, "firth").estimate).all()


def test_separation_of_categories_is_refused():
    frame = pd.DataFrame({"y": [0, 0, 0, 1, 1, 1, 2, 2, 2], "x": range(9)})
    for model in ("ordered-logit", "multinomial-logit"):
        with pytest.raises(DataError, match="run off"):
            fit(survey_design(frame, "y", cooperation=["x"]), model)


def test_calls_that_make_no_sense():
    made = design("share")
    with pytest.raises(UnknownName, match="Did you mean 'tobit'"):
        fit(made, "tobbit")
    with pytest.raises(UnknownName, match="kind of errors"):
        fit(made, errors="bad")
    with pytest.raises(UsageError, match="not binomial"):
        fit(made, "fractional", errors="classical")
    with pytest.raises(UsageError, match="wrong with weights"):
        fit(design("share", weights="w"), "linear", errors="classical")
    with pytest.raises(UsageError, match="belong to the tobit"):
        fit(made, "linear", low=0)
    with pytest.raises(UsageError, match="not below"):
        fit(made, "tobit", low=1, high=0)
    with pytest.raises(DataError, match="beyond the limits"):
        fit(made, "tobit", low=0.2)
    with pytest.raises(UsageError, match="neither weights"):
        fit(design("yes", weights="w"), "firth")


@pytest.mark.parametrize(("values", "words"), [
    (np.where(np.arange(240) < 200, np.linspace(0.01, 0.9, 240), 3.5), "40 values above 1, up to 3.5"),
    (np.linspace(0.5, 97.5, 240), "per cent or an amount"), (1.0 + np.arange(240) % 2, "has the two values 1 and 2")])
def test_auto_asks_where_the_scale_cannot_be_told(values, words):
    made = survey_design(frozen.table().assign(y=values), "y", controls=["x"])
    with pytest.raises(DataError, match=words) as problem:
        choose(made)
    assert "say" in str(problem.value).lower()


def test_auto_says_what_it_took_an_amount_for():
    made = fit(survey_design(frozen.table().assign(y=np.linspace(-3.5, 40.2, 240)), "y", controls=["x"]))
    assert made.model == "linear"
    assert "taken as an amount of -3.5 to 40.2: model linear" in str(made.findings[0])


def test_an_outcome_of_two_labelled_values_is_yes_or_no():
    from interfirm.study.read.microdata import Microdata

    table = frozen.table().assign(new=1.0 + np.arange(240) % 2, word=["ja", "nein"] * 120)
    data = Microdata("s.sav", table, codes={"new": {1: "yes", 2: "no"}})
    for name in ("new", "word", "new=1"):
        made = survey_design(data, name, controls=["x"])
        assert made.y[:2].tolist() == [1, 0]
        assert choose(made) == "logit"


def test_labelled_categories_need_a_named_model():
    from interfirm.study.read.microdata import Microdata

    data = Microdata("s.sav", frozen.table().assign(new=np.arange(240.0) % 3),
                     codes={"new": {0: "none", 1: "incremental", 2: "radical"}})
    with pytest.raises(DataError, match="made of categories"):
        fit(survey_design(data, "new", controls=["x"]))
    assert fit(survey_design(data, "new", controls=["x"]), "ordered-logit").categories == (0, 1, 2)


def test_a_regressor_in_euros_does_not_keep_a_fit_from_settling():
    table = frozen.table().assign(money=lambda d: 1e7 + 1e6 * d["x"])
    one = fit(survey_design(table, "share", controls=["money"]), "fractional")
    other = fit(survey_design(table, "share", controls=["x"]), "fractional")
    assert one.converged
    assert one.estimate[1] * 1e6 == pytest.approx(other.estimate[1], rel=1e-6)


def test_profile_of_the_penalised_likelihood_is_that_of_a_direct_search():
    """ℓ* written out again and maximised by a general method: at both ends it is χ²(1)/2 = 1.9207 below its peak."""
    from scipy.optimize import minimize

    rng = np.random.default_rng(5)
    x = np.column_stack([np.ones(30), np.arange(30) < 6, rng.normal(size=30)]).astype(float)
    y = (rng.random(30) < 0.4) * 1.0
    y[:6] = 1.0  # separated: the plain logit has no estimate
    made = fit(survey_design(pd.DataFrame({"y": y, "z": x[:, 1], "x": x[:, 2]}), "y", cooperation=["z"],
                             controls=["x"]), "firth")

    def loss(beta):
        p = 1 / (1 + np.exp(-x @ beta))
        value = y @ np.log(p) + (1 - y) @ np.log(1 - p)
        return -value - 0.5 * np.linalg.slogdet((x * (p * (1 - p))[:, None]).T @ x)[1]

    peak = minimize(loss, np.zeros(3), method="BFGS", options={"gtol": 1e-9}).fun
    row = made.table().iloc[1]
    for end in (row["low"], row["high"]):
        best = minimize(lambda other, end=end: loss(np.array([other[0], end, other[1]])), np.zeros(2), method="BFGS",
                        options={"gtol": 1e-9}).fun
        assert best - peak == pytest.approx(3.841459 / 2, abs=2e-5)
    zero = minimize(lambda other: loss(np.array([other[0], 0.0, other[1]])), np.zeros(2), method="BFGS").fun
    from scipy.stats import chi2

    assert row["p"] == pytest.approx(chi2.sf(2 * (zero - peak), 1), rel=1e-4)
    assert row["high"] - row["estimate"] > row["estimate"] - row["low"], "separated upwards: the upper end is far"


def test_why_the_penalised_logit_takes_no_weights():
    with pytest.raises(UsageError, match="its penalty is worth half an observation"):
        fit(design("yes", weights="w"), "firth")

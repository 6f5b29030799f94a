"""Effects, turning points, complements, curves, resampling and fixed effects: by hand, by limits and by recovery."""

from __future__ import annotations

import frozen
import numpy as np
import pandas as pd
import pytest

from interfirm.errors import DataError, UnknownName, UsageError
from interfirm.performance import (
    bootstrap,
    complementarity,
    fit,
    fixed_effects,
    inverted_u,
    marginal_effects,
    parallel_lines,
    specification_curve,
    survey_design,
)
from interfirm.performance.bootstrap import resample
from interfirm.performance.complementarity import contrasts
from interfirm.performance.inverted_u import fieller
from interfirm.performance.words import cautions, effects, sentence

# ---- average marginal effects ------------------------------------------------------------


@pytest.mark.parametrize("model", ["logit", "probit", "linear"])
def test_one_dummy_gives_the_difference_of_shares_and_its_error(model):
    y = [1] * 8 + [0] * 12 + [1] * 21 + [0] * 9
    frame = pd.DataFrame({"y": y, "coop": [0] * 20 + [1] * 30})
    row = marginal_effects(fit(survey_design(frame, "y", cooperation=["coop"]), model)).table().iloc[0]
    assert row["effect"] == pytest.approx(0.7 - 0.4, abs=1e-8)
    # p(1 − p)/n of both groups, with our factor n/(n − p)
    assert row["error"] == pytest.approx(np.sqrt((0.4 * 0.6 / 20 + 0.7 * 0.3 / 30) * 50 / 48), rel=1e-6)


def test_squares_and_products_move_along():
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"x": rng.normal(size=60), "z": np.arange(60) % 2})
    frame["y"] = 1 + 2 * frame["x"] + 0.5 * frame["x"] ** 2 + 3 * frame["z"] * frame["x"]
    made = fit(survey_design(frame, "y", controls=["x", "x^2", "z", "z*x"]), "linear")
    rows = marginal_effects(made).table().set_index("variable")
    assert rows.loc["x", "effect"] == pytest.approx(2 + frame["x"].mean() + 3 * 0.5, abs=1e-6)
    assert rows.loc["z", "effect"] == pytest.approx(3 * frame["x"].mean(), abs=1e-6)


def test_categories_are_moved_against_their_reference():
    frame = pd.DataFrame({"g": ["a"] * 10 + ["b"] * 6 + ["c"] * 4, "y": [0.1] * 9 + [0.2] + [0.5] * 5 + [0.4]
                          + [0.9] * 3
                          + [0.8]})
    rows = marginal_effects(fit(survey_design(frame, "y", controls=["g"]), "fractional")).table().set_index("variable")
    means = frame.groupby("g")["y"].mean()
    assert rows.loc["g=b", "effect"] == pytest.approx(means["b"] - means["a"], abs=1e-7)
    assert rows.loc["g=c", "effect"] == pytest.approx(means["c"] - means["a"], abs=1e-7)


def test_the_slope_of_a_poisson_is_the_coefficient_times_the_mean():
    made = fit(survey_design(frozen.table(), "count", controls=["x", "z"]), "poisson")
    row = marginal_effects(made, ["x"]).table().iloc[0]
    assert row["effect"] == pytest.approx(made.estimate[1] * frozen.table()["count"].mean(), rel=1e-6)


def test_effects_on_categories_sum_to_zero():
    for model in ("ordered-logit", "multinomial-logit"):
        table = marginal_effects(fit(survey_design(frozen.table(), "grade", cooperation=["z"]), model)).table()
        assert table["effect"].sum() == pytest.approx(0, abs=1e-8)
        assert table["category"].tolist() == [0, 1, 2, 3]


def test_effect_of_a_tobit_tends_to_least_squares_and_weights_count():
    made = survey_design(frozen.table(), "share", cooperation=["z"], controls=["x"], weights="w")
    far = marginal_effects(fit(made, "tobit", low=-60, high=60), ["z"]).table()
    plain = marginal_effects(fit(made, "linear"), ["z"]).table()
    assert far["effect"][0] == pytest.approx(plain["effect"][0], abs=1e-7)


def test_effects_do_not_depend_on_the_order_of_firms():
    table = frozen.table()
    one, other = (marginal_effects(fit(survey_design(frame, "share", cooperation=["z"], controls=["x"]))).table()
                  for frame in (table, table.iloc[::-1]))
    pd.testing.assert_frame_equal(one, other, rtol=1e-8)
    with pytest.raises(UnknownName, match="variable of the model"):
        marginal_effects(fit(survey_design(table, "share", cooperation=["z"])), ["q"])


# ---- words -------------------------------------------------------------------------------


def test_sentences_say_size_direction_and_doubt():
    made = fit(survey_design(frozen.table(), "share", cooperation=["z"], controls=["x"]))
    row = {"variable": "z", "change": "0 to 1", "effect": -0.034, "low": -0.063, "high": -0.005}
    assert sentence(row, made) == "z: 'share' is 3.4 percentage points lower (95 %: 0.5 to 6.3)."
    unsure = sentence({**row, "high": 0.01}, made)
    assert unsure.endswith("(95 %: -1.0 to 6.3), which may as well be no difference.")
    assert "for one more" in sentence({**row, "change": "+1"}, made)
    assert len(effects(marginal_effects(made))) == 1


def test_no_word_of_cause_without_a_not():
    text = " ".join([*cautions(tied=True, share=0.94)]).lower()
    for word in ("leads to", "because of", "impact", "significant"):
        assert word not in text
    assert "94\u00a0% of these firms say yes" in " ".join(cautions(share=0.94))
    assert len(cautions(share=0.5)) == 3


# ---- turning points ----------------------------------------------------------------------


def curve_design(b1, b2, noise, n=400, top=11):
    rng = np.random.default_rng(2)
    x = rng.integers(0, top, n).astype(float)
    return survey_design(pd.DataFrame({"x": x, "y": b1 * x + b2 * x**2 + noise * rng.normal(size=n)}), "y",
                         controls=["x", "x^2"])


def test_an_inverted_u_and_its_turning_point():
    found = inverted_u(fit(curve_design(0.3, -0.03, 0.5), "linear"), "x")
    assert found.p < 0.01 and found.low < 5 < found.high and found.inside
    assert "shows an inverted U" in str(found)


def test_a_curve_that_only_levels_off_is_no_inverted_u():
    found = inverted_u(fit(curve_design(0.3, -0.012, 0.5), "linear"), "x")
    assert found.square < 0 and found.turning > 10
    assert found.p > 0.5
    assert "shows no inverted U in the range" in str(found)


def test_a_u_is_the_mirror_of_an_inverted_u():
    up, down = (inverted_u(fit(curve_design(s * 0.3, -s * 0.03, s * 0.5), "linear"), "x", shape=shape)
                for s, shape in ((1, "inverted U"), (-1, "U")))
    assert (up.p, up.turning, up.low) == pytest.approx((down.p, down.turning, down.low), rel=1e-6)
    assert "a U" in str(down)


def test_the_constant_of_the_turning_point():
    low, high, kind = fieller(np.array([0.06, -0.003]), 1e-12 * np.eye(2), 1.96)
    assert kind == "interval" and (low + high) / 2 == pytest.approx(10, rel=1e-3)


def test_ends_of_the_fieller_interval_are_just_rejected():
    b, v, c = np.array([0.3, -0.03]), np.array([[4e-3, -3.6e-4], [-3.6e-4, 4e-5]]), 1.96
    low, high, kind = fieller(b, v, c)
    assert kind == "interval"
    for theta in (low, high):
        weight = np.array([1, 2 * theta])
        assert (weight @ b) ** 2 == pytest.approx(c**2 * weight @ v @ weight, rel=1e-9)
    wide = fieller(b, 100 * v, c)
    assert wide[2] in ("all", "outside")


def test_the_model_needs_the_square():
    with pytest.raises(UsageError, match="add the square"):
        inverted_u(fit(survey_design(frozen.table(), "share", controls=["x"])), "x")
    with pytest.raises(UnknownName):
        inverted_u(fit(curve_design(0.3, -0.03, 0.5), "linear"), "x", shape="W")


# ---- complements -------------------------------------------------------------------------


def practices(values, n=40):
    """Four states of two practices, with outcomes θ that are hit exactly on average."""
    frame = pd.DataFrame({"a": [0, 0, 1, 1] * n, "b": [0, 1, 0, 1] * n})
    base = np.array(values)[2 * frame["a"] + frame["b"]]
    return frame.assign(y=base + 0.3 * np.tile(np.repeat([1, -1], 4), n // 2))


@pytest.mark.parametrize(("theta", "contrast", "verdict"), [((0, 1, 1, 3), 1.0, "complements"),
                                                            ((0, 1, 1, 1.5), -0.5, "substitutes"),
                                                            ((0, 1, 1, 2), 0.0, "cannot say")])
def test_contrasts_by_hand(theta, contrast, verdict):
    found = complementarity(practices(theta), "y", ["a", "b"], model="linear")
    row = found.table().iloc[0]
    assert row["least"] == pytest.approx(contrast, abs=1e-9)
    assert row["verdict"] == verdict
    assert row["p_complements"] + row["p_substitutes"] == pytest.approx(1)
    assert found.states["value"].tolist() == pytest.approx(np.array(theta)[[0, 1, 2, 3]], abs=1e-9)


def test_the_two_scales_differ_in_a_logit():
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({"a": rng.integers(0, 2, 3000), "b": rng.integers(0, 2, 3000)})
    p = 1 / (1 + np.exp(3 - 1.5 * frame["a"] - 1.5 * frame["b"]))
    frame["y"] = (rng.random(3000) < p) * 1
    index, outcome = (complementarity(frame, "y", ["a", "b"], scale=scale).table().iloc[0] for scale in
                      ("index", "outcome"))
    assert abs(index["least"]) < 0.6 and index["verdict"] == "cannot say"
    assert outcome["verdict"] == "complements"
    shares = frame.groupby(["a", "b"])["y"].mean()
    assert outcome["least"] == pytest.approx(shares[1, 1] - shares[1, 0] - shares[0, 1] + shares[0, 0], abs=1e-6)


def test_three_practices_have_two_contrasts_a_pair():
    order = [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0), (1, 0, 1), (0, 1, 1), (1, 1, 1)]
    made = contrasts(order, (0, 1))
    assert made.shape == (2, 8) and made.sum() == 0
    rng = np.random.default_rng(4)
    used = rng.integers(0, 2, (3, 800))
    frame = pd.DataFrame({"a": used[0], "b": used[1], "c": used[2],
                          "y": used.sum(axis=0) + used[0] * used[1] - 1.5 * used[1] * used[2] + rng.normal(size=800)})
    rows = complementarity(frame, "y", ["a", "b", "c"], model="linear").table().set_index("pair")
    assert rows.loc["a and b", "verdict"] == "complements"
    assert rows.loc["b and c", "verdict"] == "substitutes"
    assert rows["contrasts"].tolist() == [2, 2, 2]


def test_adoption_goes_together_beyond_the_controls():
    rng = np.random.default_rng(5)
    u, x = rng.normal(size=(2, 900))
    frame = pd.DataFrame({"a": (u + rng.normal(size=900) > 0) * 1, "b": (u + rng.normal(size=900) > 0) * 1, "x": x,
                          "y": rng.normal(size=900)})
    row = complementarity(frame, "y", ["a", "b"], controls=["x"], model="linear").adoption.iloc[0]
    assert row["correlation"] > 0.2 and row["p"] < 0.001


def test_too_few_firms_in_a_combination_are_refused():
    frame = practices((0, 1, 1, 2)).assign(b=lambda d: d["b"] * (1 - d["a"]))
    with pytest.raises(DataError, match="0 firms practise a and b"):
        complementarity(frame, "y", ["a", "b"])
    with pytest.raises(UsageError, match="two to four"):
        complementarity(frame, "y", ["a"])
    with pytest.raises(DataError, match="not yes or no"):
        complementarity(frame.assign(c=range(160)), "y", ["a", "c"])


# ---- curves, resampling ------------------------------------------------------------------


def test_the_curve_holds_every_combination_and_the_main_model():
    made = survey_design(frozen.table(), "share", cooperation=["z"], controls=["x", "h"], weights="w")
    found = specification_curve(made, "z")
    rows = found.table()
    assert len(rows) == 3 * 4 * 2  # models × (all, without x, without h, none) × weights
    assert rows["main"].sum() == 1
    main = rows[rows["main"]].iloc[0]
    alone = marginal_effects(fit(made, "fractional"), ["z"]).table().iloc[0]
    assert main["effect"] == pytest.approx(alone["effect"], abs=1e-9)
    assert rows["effect"].is_monotonic_increasing
    assert "across 24 models" in str(found)


def test_a_curve_in_per_cent_is_on_one_scale():
    table = frozen.table().assign(pct=lambda d: 100 * d["share"])
    one, other = (specification_curve(survey_design(table, name, cooperation=["z"], controls=["x"]), "z",
                                      model="fractional").table()["effect"] for name in ("share", "pct"))
    assert one.tolist() == pytest.approx(other.tolist(), abs=1e-6)


def test_resamples_depend_on_seed_and_number_only():
    found = fit(survey_design(frozen.table(), "share", cooperation=["z"], controls=["x"]))
    few, more = bootstrap(found, draws=8, seed=3), bootstrap(found, draws=16, seed=3)
    assert np.array_equal(few.drawn, more.drawn[:8])
    assert not np.array_equal(few.drawn, bootstrap(found, draws=8, seed=4).drawn)


def test_resampled_errors_are_those_of_the_delta_method():
    found = fit(survey_design(frozen.table(), "share", cooperation=["z"], controls=["x"]))
    drawn = bootstrap(found, draws=300, seed=1).table()["error"][0]
    assert drawn == pytest.approx(marginal_effects(found, ["z"]).table()["error"][0],
                                  rel=0.15)  # 4 % noise of 300 draws


def test_clusters_and_strata_are_resampled_whole():
    made = survey_design(frozen.table(), "share", cooperation=["z"], cluster="g", strata="h")
    rows = resample(made, 1, 0)
    counts = np.bincount(rows, minlength=made.size)
    for cluster in range(24):
        assert len(set(counts[made.clusters == cluster])) == 1
    drawn = {s: sum(counts[(made.clusters == c) & (made.strata == s)][0] for c in np.unique(
        made.clusters[made.strata == s])) for s in range(4)}
    assert drawn == dict.fromkeys(range(4), 6)


def test_resampling_refuses_what_it_cannot_do():
    with pytest.raises(UsageError, match="two draws"):
        bootstrap(fit(survey_design(frozen.table(), "share", cooperation=["z"])), draws=1)
    with pytest.raises(UsageError, match="not resampled"):
        bootstrap(fit(survey_design(frozen.table(), "grade", cooperation=["z"]), "ordered-logit"))


# ---- fixed effects, parallel lines -------------------------------------------------------


def test_fixed_effects_equal_dummies():
    table = frozen.table().assign(firm=lambda d: "f" + d["g"].astype(int).astype(str))
    found = fixed_effects(table, "share", controls=["x", "z"], absorb=["firm"])
    dummies = fit(survey_design(table, "share", controls=["x", "z", "i.firm"], cluster="firm"), "linear")
    assert found.estimate == pytest.approx(dummies.estimate[1:3], abs=1e-9)
    assert found.freedom == 23
    # both are clustered; the factor for the absorbed levels differs between the two
    assert found.error == pytest.approx(dummies.error[1:3], rel=0.06)


def test_what_does_not_change_within_a_firm_is_refused():
    table = frozen.table().assign(fixed=lambda d: d["g"] * 2.0)
    with pytest.raises(DataError, match="'fixed' never changes within 'g'"):
        fixed_effects(table, "share", controls=["x", "fixed"], absorb=["g"])
    with pytest.raises(UsageError, match="what is absorbed"):
        fixed_effects(table, "share", controls=["x"], absorb=[])


def test_parallel_lines_hold_and_do_not():
    rng = np.random.default_rng(6)
    x = rng.normal(size=3000)
    for bend, holds in ((0.0, True), (0.6, False)):
        p = 1 / (1 + np.exp(-np.column_stack([1 + 0.5 * x, -1 + (0.5 + bend) * x])))
        y = (rng.random((3000, 1)) < np.minimum.accumulate(p, axis=1)).sum(axis=1)
        found = parallel_lines(survey_design(pd.DataFrame({"x": x, "y": y}), "y", controls=["x"]))
        assert (found.p > 0.05) is holds
        assert found.table()["statistic"][0] == pytest.approx(found.statistic)
    with pytest.raises(UsageError, match="three categories"):
        parallel_lines(survey_design(frozen.table(), "yes", controls=["x"]))

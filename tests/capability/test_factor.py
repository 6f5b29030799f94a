"""Factor models against lavaan's frozen values, by recovery and at their limits."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from recovery import ITEMS, LOADINGS, PHI, THREE, generate, latent
from scipy.stats import multivariate_normal

from interfirm.capability import (
    average_variance_extracted,
    binormal,
    cfa,
    composite_reliability,
    cronbach_alpha,
    polychoric,
)
from interfirm.errors import DataError, UnknownName, UsageError

REFERENCE = Path(__file__).resolve().parents[1] / "reference"
LAVAAN = json.loads((REFERENCE / "lavaan.json").read_text("utf-8"))
DATA = pd.read_csv(REFERENCE / "lavaan_items.csv")
NAMES = {"ML": "ML", "WLSMV": "DWLS", "ULSMV": "ULS"}
# lavaan stops its optimiser at a relative change of 1e-10 and estimates correlations to 1e-8.
CLOSE = 5e-6
PLAIN = {"chi2": "chisq", "df": "df", "p": "pvalue", "chi2_baseline": "baseline.chisq", "df_baseline": "baseline.df",
         "cfi": "cfi", "tli": "tli", "rmsea": "rmsea", "rmsea_low": "rmsea.ci.lower", "rmsea_high": "rmsea.ci.upper"}


def groups(model):
    out = {}
    for op, factor, item in zip(model["op"], model["lhs"], model["rhs"], strict=True):
        if op == "=~":
            out.setdefault(factor, []).append(item)
    return out


def test_the_committed_items_are_those_of_the_generator():
    pd.testing.assert_frame_equal(DATA, generate(), check_dtype=False)


@pytest.mark.parametrize("model", LAVAAN["models"], ids=lambda m: f"{m['estimator']}-{m['factors']}-{len(m['std'])}")
def test_models_of_lavaan(model):
    found = cfa(DATA, groups(model), estimator=NAMES[model["estimator"]])
    loading = np.array([op == "=~" for op in model["op"]])
    assert found.converged
    assert found.loadings["item"].tolist() == np.array(model["rhs"])[loading].tolist()
    for column, wanted in (("estimate", np.array(model["est"])[loading]), ("se", np.array(model["se"])[loading]),
                           ("standardised", model["std"]), ("standardised_se", model["std.se"])):
        np.testing.assert_allclose(found.loadings[column], wanted, rtol=0, atol=CLOSE)
    above = np.triu_indices(model["factors"], 1)
    np.testing.assert_allclose(found.correlations.to_numpy()[above], np.array(model["est"])[~loading], atol=CLOSE)
    np.testing.assert_allclose(found.correlation_se.to_numpy()[above], np.array(model["se"])[~loading], atol=CLOSE)


@pytest.mark.parametrize("model", LAVAAN["models"], ids=lambda m: f"{m['estimator']}-{m['factors']}-{len(m['std'])}")
def test_fit_of_lavaan(model):
    found = cfa(DATA, groups(model), estimator=NAMES[model["estimator"]]).fit
    wanted, end = model["fit"], "" if model["estimator"] == "ML" else ".scaled"
    for mine, theirs in PLAIN.items():
        assert found[mine] == pytest.approx(wanted[theirs + end], rel=CLOSE, abs=CLOSE), mine
    assert found["srmr"] == pytest.approx(wanted["srmr"], abs=CLOSE)
    assert found["chi2_unadjusted"] == pytest.approx(wanted["chisq"], rel=CLOSE)


def test_polychoric_correlations_and_their_covariance_of_lavaan():
    np.testing.assert_allclose(polychoric(DATA).correlation, np.array(LAVAAN["polychoric"]), atol=1e-7)
    np.testing.assert_allclose(polychoric(DATA.iloc[:, :4]).covariance, np.array(LAVAAN["gamma"]), atol=1e-7)


@pytest.mark.parametrize("r", [-0.99, -0.5, 0.0, 0.3, 0.9, 0.99])
def test_bivariate_normal_against_scipy(r):
    h, k = np.array([-1.7, 0.0, 0.4, 2.0]), np.array([0.3, 0.0, -1.0, 1.5])
    wanted = [multivariate_normal.cdf([a, b], cov=[[1, r], [r, 1]]) for a, b in zip(h, k, strict=True)]
    np.testing.assert_allclose(binormal.cdf(h, k, r), wanted, atol=1e-10)


def test_cells_of_a_table_sum_to_one_and_their_derivatives_are_right():
    a, b, step = np.array([-1.0, 0.2, 1.0]), np.array([-0.5, 0.5]), 1e-6
    assert binormal.cells(a, b, 0.4).sum() == pytest.approx(1, abs=1e-12)
    slope = (binormal.cells(a, b, 0.4 + step) - binormal.cells(a, b, 0.4 - step)) / (2 * step)
    np.testing.assert_allclose(binormal.cells_by_r(a, b, 0.4), slope, atol=1e-8)
    for t in range(3):
        move = step * np.eye(3)[t]
        slope = (binormal.cells(a + move, b, 0.4) - binormal.cells(a - move, b, 0.4)) / (2 * step)
        np.testing.assert_allclose(binormal.cells_by_threshold(a, b, 0.4)[t], slope, atol=1e-8)


def test_tetrachoric_correlation_of_median_splits_by_hand():
    # For median splits P(both low) = 1/4 + asin(r) / 2π, so 0.4 gives r = sin(0.3 π).
    rows = [[0, 0]] * 40 + [[0, 1]] * 10 + [[1, 0]] * 10 + [[1, 1]] * 40
    assert polychoric(rows).correlation[0, 1] == pytest.approx(np.sin(0.3 * np.pi), abs=1e-9)


def test_polychoric_sees_only_the_order_of_answers():
    first = polychoric(DATA.iloc[:, :3]).correlation
    second = polychoric(np.exp(DATA.iloc[:, :3])).correlation
    np.testing.assert_allclose(first, second, atol=1e-12)
    turned = DATA.iloc[:, :3].assign(x1=6 - DATA["x1"])
    sign = np.diag([-1, 1, 1])
    np.testing.assert_allclose(polychoric(turned).correlation, sign @ first @ sign, atol=1e-8)


def test_polychoric_refuses_what_has_no_correlation():
    with pytest.raises(DataError, match="item 2"):
        polychoric([[1, 3], [2, 3], [3, 3]])
    with pytest.raises(DataError, match="three complete rows"):
        polychoric([[1, 2], [2, np.nan]])
    with pytest.raises(DataError, match="two items"):
        polychoric([[1], [2]])


def test_items_that_always_agree_stay_inside_the_range():
    found = polychoric([[1, 1]] * 20 + [[2, 2]] * 20 + [[3, 3]] * 20)
    assert 0.99 < found.correlation[0, 1] <= 0.999


@pytest.mark.parametrize("estimator", ["ML", "DWLS", "ULS"])
def test_recovery_of_known_loadings(estimator):
    """1500 rows: standard errors of loadings are below 0.025, of correlations below 0.04; four of each are allowed."""
    x = pd.DataFrame(latent(1500, seed=3), columns=ITEMS) if estimator == "ML" else generate(1500, seed=3)
    found = cfa(x, THREE, estimator=estimator)
    sign = np.ones(12) if estimator == "ML" else np.where(np.arange(12) == 7, -1, 1)
    np.testing.assert_allclose(found.loadings["standardised"], LOADINGS * sign, atol=0.1)
    np.testing.assert_allclose(found.correlations, PHI, atol=0.16)
    assert found.fit["p"] > 0.001
    first = found.loadings["standardised"].to_numpy()[:4]
    lam = LOADINGS[:4]
    assert average_variance_extracted(first) == pytest.approx((lam**2).mean(), abs=0.06)
    assert composite_reliability(first) == pytest.approx(composite_reliability(lam), abs=0.04)


def test_an_exactly_fitting_matrix_has_no_misfit():
    lam = np.array([0.8, 0.7, 0.6, 0.5])
    sigma = np.outer(lam, lam) + np.diag(1 - lam**2)
    white = np.random.default_rng(1).normal(size=(200, 4))
    white -= white.mean(axis=0)
    white = white @ np.linalg.inv(np.linalg.cholesky(np.cov(white, rowvar=False, ddof=0))).T
    x = pd.DataFrame(white @ np.linalg.cholesky(sigma).T, columns=list("abcd"))
    found = cfa(x, {"f": list("abcd")})
    np.testing.assert_allclose(found.loadings["standardised"], lam, atol=1e-7)
    assert found.fit["chi2"] == pytest.approx(0, abs=1e-9)
    assert found.fit["rmsea"] == 0 and found.fit["cfi"] == 1
    assert cronbach_alpha(x).value == pytest.approx(4 / 3 * (1 - 4 / sigma.sum()), abs=1e-9)


def test_order_of_items_and_rows_does_not_matter():
    first = cfa(DATA, THREE).loadings.set_index("item")["estimate"]
    other = {name: group[::-1] for name, group in reversed(THREE.items())}
    second = cfa(DATA.iloc[::-1, ::-1], other).loadings.set_index("item")["estimate"]
    np.testing.assert_allclose(second.reindex(first.index), first, atol=1e-6)


def test_three_items_leave_nothing_to_test():
    found = cfa(DATA, {"f": ["x1", "x2", "x3"]})
    assert found.fit["df"] == 0
    assert np.isnan(found.fit["p"]) and np.isnan(found.fit["rmsea"])


def test_an_item_may_load_on_two_factors():
    found = cfa(DATA, {**THREE, "g": [*THREE["g"], "x1"]})
    assert found.converged
    assert found.fit["df"] == 50


def test_impossible_estimates_are_returned_and_marked():
    # r12 r13 / r23 = 0.9² / 0.5 > 1: the loading of the first item exceeds one.
    sigma = np.array([[1, .9, .9], [.9, 1, .7], [.9, .7, 1]])
    white = np.random.default_rng(2).normal(size=(100, 3))
    white -= white.mean(axis=0)
    white = white @ np.linalg.inv(np.linalg.cholesky(np.cov(white, rowvar=False, ddof=0))).T
    found = cfa(pd.DataFrame(white @ np.linalg.cholesky(sigma).T, columns=list("abc")), {"f": list("abc")})
    assert found.residuals["a"] < 0
    assert "heywood" in {item.code for item in found.findings}


@pytest.mark.parametrize(("call", "error", "text"), [
    ({"factors": {"f": ["x1", "x2"]}}, UsageError, "three items"),
    ({"factors": {"f": ["x1", "x2", "y"]}}, UnknownName, "Unknown item 'y'"),
    ({"factors": {"f": ["x1", "x2", "x3"]}, "estimator": "WLS"}, UnknownName, "DWLS"),
    ({"factors": {}}, UsageError, "needs items"),
    ({"factors": {"f": ["x1", "x1", "x2", "x3"]}}, UsageError, "twice"),
])
def test_wrong_calls(call, error, text):
    with pytest.raises(error, match=text):
        cfa(DATA, **call)


def test_bad_data():
    with pytest.raises(DataError, match="at least 13"):
        cfa(DATA.iloc[:9], THREE)
    with pytest.raises(DataError, match="same answer to x2"):
        cfa(DATA.assign(x2=3), {"f": ["x1", "x2", "x3"]})
    with pytest.raises(DataError, match="singular"):
        cfa(DATA.assign(x2=DATA["x1"]), {"f": ["x1", "x2", "x3", "x4"]})


@pytest.mark.data
def test_firm_level_scales_of_it_flexibility(data_dir):
    """ITFlex (Benitez et al. 2018): four scales of four items, 100 firms; each scale is reliable, ordinal or not."""
    x = pd.read_csv(data_dir("sem_pls") / "ITFlex.csv.gz")
    scales = {name: [column for column in x.columns if column.startswith(name)]
              for name in ("ITCOMP", "ITCONN", "MOD", "ITPSF")}
    for estimator in ("ML", "DWLS"):
        found = cfa(x, scales, estimator=estimator)
        assert found.converged and found.n == 100
        for name, group in found.loadings.groupby("factor"):
            assert composite_reliability(group["standardised"]) > 0.7, name

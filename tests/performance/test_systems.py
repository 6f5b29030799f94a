"""Selection, network lags, regression of ties and cones: against R, published examples, limiting cases and recovery."""

from __future__ import annotations

import frozen
import numpy as np
import pandas as pd
import pytest

from interfirm.errors import DataError, UnknownName, UsageError
from interfirm.performance import cdm, cones, fit, heckman, mrqap, network_lag, survey_design
from interfirm.performance.mrqap import regression
from interfirm.study.example import example

TIGHT = 1e-5  # what the values are held to


# ---- selection ---------------------------------------------------------------------------


def selection_table():
    return pd.DataFrame(frozen.systems()["selection_data"])


def test_selection_by_likelihood_equals_r():
    known = frozen.systems()["selection_ml"]
    found = heckman(selection_table(), "y", "s", regressors=["x"], selected_by=["x", "z"])
    assert found.estimate == pytest.approx(known["estimate"], rel=TIGHT)
    assert found.likelihood == pytest.approx(known["likelihood"][0], rel=TIGHT)
    assert found.converged
    assert found.error == pytest.approx(known["error"], rel=1e-4)  # R's Hessian is by finite differences of values


def test_selection_in_two_steps_equals_r():
    known = frozen.systems()["selection_two"]
    found = heckman(selection_table(), "y", "s", regressors=["x"], selected_by=["x", "z"], method="two-step")
    assert found.estimate == pytest.approx(known["estimate"], rel=TIGHT)
    assert found.error == pytest.approx(known["error"], rel=TIGHT)
    assert (found.extra["sigma"], found.extra["rho"]) == pytest.approx((known["sigma"][0], known["rho"][0]), rel=TIGHT)


def mroz():
    datasets = pytest.importorskip("linearmodels.datasets.mroz")
    frame = datasets.load()
    children = frame["kidslt6"] + frame["kidsge6"]
    return frame.assign(kids=children, any=(children > 0).astype(float))


def test_selection_equals_greenes_example():
    """Greene (2003), example 22.8, wages of married women, as printed by sampleSelection's heckit."""
    found = heckman(mroz(), "wage", "inlf", regressors=["exper", "exper^2", "educ", "city"],
                    selected_by=["age", "age^2", "faminc", "any", "educ"], method="two-step")
    assert found.estimate[:5] == pytest.approx([-0.9712003, 0.0210610, 0.0001371, 0.4170174, 0.4438379], abs=6e-8)
    assert found.error[:5] == pytest.approx([2.0593505, 0.0624646, 0.0018782, 0.1002497, 0.3158984],
                                            rel=1e-4)  # the probit's information is expected here, observed there
    assert found.estimate[5] == pytest.approx(-1.098, abs=6e-4)
    assert found.error[5] == pytest.approx(1.266, abs=6e-4)
    assert found.extra["sigma"] == pytest.approx(3.200, abs=6e-4)


WOOLDRIDGE = {"regressors": ["educ", "exper", "exper^2"],
              "selected_by": ["educ", "exper", "exper^2", "nwifeinc", "age", "kidslt6", "kidsge6"]}


def test_selection_equals_wooldridges_example():
    """Wooldridge, example 17.5, log wages of married women, as printed by Stata's heckman.

    The copy of the data at hand has log wages rounded to seven digits: 3e-6.
    """
    found = heckman(mroz(), "lwage", "inlf", **WOOLDRIDGE)
    assert found.likelihood == pytest.approx(-832.88508646, abs=2e-4)
    assert found.estimate[:7] == pytest.approx([-0.5526973, 0.1083502, 0.0428369, -0.0008374, 0.2664491, 0.1313415,
                                                0.1232818], abs=3e-6)
    assert found.error[:4] == pytest.approx([0.2603784, 0.0148607, 0.0148785, 0.0004175], abs=3e-6)
    two = heckman(mroz(), "lwage", "inlf", **WOOLDRIDGE, method="two-step")
    assert two.estimate[[1, 4]] == pytest.approx([0.1090655302, 0.0322618551], abs=3e-6)
    assert two.error[[1, 4]] == pytest.approx([0.0155229548, 0.1336246435], abs=3e-6)


def test_selection_without_correlation_is_least_squares():
    rng = np.random.default_rng(4)
    x, z, u, e = rng.normal(size=(4, 4000))
    table = pd.DataFrame({"x": x, "z": z, "s": (0.2 + z + u > 0) * 1.0, "y": 1 + 0.5 * x + e})
    found = heckman(table, "y", "s", regressors=["x"], selected_by=["z"])
    seen = fit(survey_design(table[table["s"] == 1], "y", controls=["x"]), "linear")
    assert abs(found.extra["rho"]) < 3 * found.error[-1]
    assert found.estimate[1] == pytest.approx(seen.estimate[1], abs=0.2 * seen.error[1])  # ρ is only nearly 0


@pytest.mark.parametrize("method", ["ml", "two-step"])
def test_selection_recovers_what_was_put_in(method):
    """Least squares is wrong by more than five of its errors; the selection model is not."""
    rng = np.random.default_rng(5)
    x, z, u = rng.normal(size=(3, 5000))
    e = 0.7 * u + np.sqrt(1 - 0.49) * rng.normal(size=5000)
    table = pd.DataFrame({"x": x, "z": z, "s": (0.7 * x + z + u > 0) * 1.0, "y": 1 + 0.5 * x + e})
    table.loc[table["s"] == 0, "y"] = np.nan
    found = heckman(table, "y", "s", regressors=["x"], selected_by=["x", "z"], method=method)
    assert found.estimate[:2] == pytest.approx([1.0, 0.5], abs=float(4 * found.error[:2].max()))
    assert found.extra["rho"] == pytest.approx(0.7, abs=0.1)
    naive = fit(survey_design(table, "y", controls=["x"]), "linear")
    assert abs(naive.estimate[1] - 0.5) > 5 * naive.error[1]


def test_selection_refuses_what_it_cannot_do():
    table = selection_table()
    with pytest.raises(UsageError, match="exclusion restriction"):
        heckman(table, "y", "s", regressors=["x", "z"], selected_by=["x"])
    with pytest.raises(UnknownName, match="method"):
        heckman(table, "y", "s", regressors=["x"], selected_by=["z"], method="bayes")
    with pytest.raises(DataError, match="for every firm"):
        heckman(table.assign(s=1.0), "y", "s", regressors=["x"], selected_by=["z"])


def test_a_likelihood_without_a_peak_is_marked_and_said():
    """Where the outcome is the reason to have it, the correlation runs to 1; nothing is read from such a fit."""
    rng = np.random.default_rng(6)
    x, z, u = rng.normal(size=(3, 400))
    table = pd.DataFrame({"x": x, "z": z, "s": (0.2 * z + u > 0) * 1.0, "y": 1 + 0.3 * x + u})
    found = heckman(table, "y", "s", regressors=["x"], selected_by=["x", "z"])
    assert not found.converged and "NOT CONVERGED" in str(found)
    assert "runs to 1" in " ".join(map(str, found.findings))


def weighted_selection(n=600, seed=3):
    rng = np.random.default_rng(seed)
    x, z, u = rng.normal(size=(3, n))
    y = 1 + 0.5 * x + 0.6 * u + 0.8 * rng.normal(size=n)
    return pd.DataFrame({"x": x, "z": z, "s": (0.3 + 0.5 * x + 0.8 * z + u > 0) * 1.0, "y": y, "firm": np.arange(n)})


@pytest.mark.parametrize("method", ["ml", "two-step"])
def test_a_weight_of_two_is_the_firm_twice(method):
    """With errors clustered by firm, a weight of 2 and the same firm twice give the same estimates and errors."""
    table = weighted_selection().assign(w=lambda d: 1.0 + (d["firm"] % 3 == 0))
    twice = pd.concat([table, table[table["firm"] % 3 == 0]])
    call = {"regressors": ["x"], "selected_by": ["x", "z"], "method": method, "cluster": "firm"}
    one, other = heckman(table, "y", "s", weights="w", **call), heckman(twice, "y", "s", **call)
    assert one.estimate == pytest.approx(other.estimate, abs=1e-10)
    assert one.error == pytest.approx(other.error, rel=1e-6)  # the Hessian of the likelihood is numerical


def test_errors_of_weighted_two_steps_are_the_spread_of_the_estimates():
    """Of 100 samples, whose spread is known to 7 %; a third of the firms has a tenth of the weight of the others."""
    call = {"regressors": ["x"], "selected_by": ["x", "z"], "method": "two-step", "weights": "w"}
    found = [heckman(weighted_selection(seed=i).assign(w=lambda d: np.where(d["firm"] % 3 == 0, 0.3, 3.0)), "y", "s",
                     **call) for i in range(100)]
    spread = np.std([item.estimate for item in found], axis=0)
    assert np.mean([item.error for item in found], axis=0) == pytest.approx(spread, rel=0.22)  # three of its errors


def test_firms_selected_without_an_outcome_are_said():
    table = selection_table()
    table.loc[table.index[table["s"] == 1][:3], "y"] = np.nan
    found = heckman(table, "y", "s", regressors=["x"], selected_by=["x", "z"])
    assert any("3 firms with 's' = 1 have no 'y'" in str(item) for item in found.findings)


# ---- the recursive system ----------------------------------------------------------------


def system_table(n, seed):
    """Unseen ability u is in every equation, so that observed research and innovation go with its errors."""
    rng = np.random.default_rng(seed)
    size, market, demand, rival, u, *e = rng.normal(size=(9, n))
    rd = (0.3 * size + 0.9 * market + 0.6 * u + e[0] > 0) * 1.0
    intensity = 1 + 0.2 * size + 0.8 * demand + 0.6 * u + 0.5 * e[1]
    innovation = 0.5 + 0.5 * intensity + 0.6 * rival + 0.6 * u + 0.5 * e[2]
    sales = 2 + 0.4 * innovation + 0.3 * size + 0.6 * u + 0.5 * e[3]
    return pd.DataFrame({"size": size, "market": market, "demand": demand, "rival": rival, "rd": rd,
                         "intensity": np.where(rd == 1, intensity, np.nan), "innovation": innovation, "sales": sales})


SYSTEM = {"research": "rd", "intensity": "intensity", "innovation": "innovation", "productivity": "sales",
          "selected_by": ["size", "market"], "intensity_by": ["size", "demand"], "innovation_by": ["rival"],
          "productivity_by": ["size"]}


def test_the_system_recovers_what_least_squares_does_not():
    found = cdm(system_table(3000, 7), **SYSTEM, draws=60)
    rows = found.table().set_index(["equation", "term"])
    for key, truth in ((("innovation", "foreseen intensity"), 0.5), (("productivity", "foreseen innovation"), 0.4),
                       (("intensity", "demand"), 0.8)):
        assert abs(rows.loc[key, "estimate"] - truth) < 2.5 * rows.loc[key, "error"]
        assert rows.loc[key, "low"] < truth < rows.loc[key, "high"]
    wrong = rows.loc[("productivity", "foreseen innovation")]
    assert abs(wrong["naive"] - 0.4) > 5 * wrong["error"]


def test_the_system_does_not_depend_on_more_draws_before():
    table = system_table(300, 8)
    few, more = (cdm(table, **SYSTEM, draws=draws) for draws in (6, 12))
    assert few.table()["estimate"].equals(more.table()["estimate"])
    again = cdm(table, **SYSTEM, draws=6)
    pd.testing.assert_frame_equal(few.table(), again.table())


def test_the_system_with_yes_or_no_and_with_shares():
    table = system_table(600, 9)
    share = 1 / (1 + np.exp(-table["innovation"]))
    yes = cdm(table.assign(innovation=(table["innovation"] > 1) * 1.0), **SYSTEM, draws=5)
    part = cdm(table.assign(innovation=share), **SYSTEM, draws=5)
    assert (yes.innovation, part.innovation) == ("probit", "fractional")
    assert np.isfinite(part.table().dropna(subset="naive").drop(columns=["equation", "term"]).to_numpy()).all()


@pytest.mark.parametrize(("changed", "words"), [({"selected_by": ["size"]}, "of research"),
                                                ({"innovation_by": ["size", "demand"]}, "of intensity must not"),
                                                ({"productivity_by": ["size", "demand", "rival"]}, "of innovation "
                                                 "must")])
def test_the_system_needs_its_exclusions(changed, words):
    with pytest.raises(UsageError, match=words):
        cdm(system_table(100, 1), **{**SYSTEM, **changed}, draws=0)


# ---- network lags ------------------------------------------------------------------------


def lag():
    data = frozen.systems()["lag_data"]
    made = survey_design(pd.DataFrame({"x": data["x"], "y": data["y"]}), "y", controls=["x"])
    return made, data["ties"].reshape(60, 60)


def test_network_lag_by_instruments_equals_ivreg():
    known = frozen.systems()["lag_iv"]
    found = network_lag(*lag())
    assert found.estimate == pytest.approx(known["estimate"], rel=TIGHT)
    assert found.covariance.diagonal() ** 0.5 == pytest.approx(known["error"], rel=TIGHT)
    assert (found.first_stage, found.overidentified) == pytest.approx((known["first"][0], known["sargan"][0]),
                                                                      rel=TIGHT)
    assert [item.code for item in found.findings] == ["weak-instruments"]


def test_network_lag_by_likelihood_equals_optim():
    known = frozen.systems()["lag_ml"]
    found = network_lag(*lag(), method="ml")
    assert found.estimate == pytest.approx(known["estimate"], rel=TIGHT)
    assert found.likelihood == pytest.approx(known["likelihood"][0], rel=TIGHT)
    assert found.covariance.diagonal() ** 0.5 == pytest.approx(known["error"], rel=1e-4)  # R's Hessian is numerical


@pytest.mark.parametrize("method", ["iv", "ml"])
def test_network_lag_recovers_what_was_put_in(method):
    rng = np.random.default_rng(11)
    n = 800
    a = (rng.random((n, n)) < 4 / n) * 1.0
    np.fill_diagonal(a, 0)
    w = a / np.maximum(a.sum(axis=1, keepdims=True), 1)
    x = rng.normal(size=n)
    y = np.linalg.solve(np.eye(n) - 0.4 * w, 1 + x + 0.8 * w @ x + rng.normal(size=n))
    found = network_lag(survey_design(pd.DataFrame({"x": x, "y": y}), "y", controls=["x"]), a, method=method)
    error = np.sqrt(np.diag(found.covariance))
    assert np.abs((found.estimate - [0.4, 1, 1, 0.8]) / error).max() < 3


def test_closed_groups_of_one_size_are_refused():
    block = np.kron(np.eye(10), np.ones((4, 4)) - np.eye(4))
    rng = np.random.default_rng(1)
    made = survey_design(pd.DataFrame({"x": rng.normal(size=40), "y": rng.normal(size=40)}), "y", controls=["x"])
    with pytest.raises(DataError, match="cannot be told apart"):
        network_lag(made, block)


def test_network_lag_refuses_bad_ties():
    made, ties = lag()
    with pytest.raises(UsageError, match="60 firms"):
        network_lag(made, ties[:50, :50])
    with pytest.raises(DataError, match="no firm of the design is tied"):
        network_lag(made, np.zeros((60, 60)))
    with pytest.raises(UsageError, match="unknown ties"):
        network_lag(made, np.full((60, 60), np.nan))
    with pytest.raises(UnknownName):
        network_lag(made, ties, method="ols")


# ---- regression of ties ------------------------------------------------------------------


def test_regression_of_ties_equals_sna():
    known = frozen.systems()["ties"]
    y, a, b = (known[name].reshape(20, 20) for name in ("outcome", "first", "second"))
    found = regression(y, [a, b], permutations=4000, seed=1)
    assert found["estimate"] == pytest.approx(known["estimate"], rel=TIGHT)
    assert found["t"] == pytest.approx(known["tvalue"], rel=TIGHT)
    assert found["r2"] == pytest.approx(known["r2"][0], rel=TIGHT)
    # both tests draw permutations: 4,000 and 20,000, so p may differ by four standard errors of 4,000
    reach = 4 * np.sqrt(known["p_high"][1:] * (1 - known["p_high"][1:]) / 4000)
    assert (np.abs(found["p_high"] - known["p_high"][1:]) <= reach + 2e-3).all()


def test_regression_of_ties_ignores_the_order_of_actors_and_unknown_pairs():
    known = frozen.systems()["ties"]
    y, a = (known[name].reshape(20, 20) for name in ("outcome", "first"))
    order = np.random.default_rng(2).permutation(20)
    one, other = regression(y, [a], permutations=9), regression(y[np.ix_(order, order)], [a[np.ix_(order, order)]],
                                                                permutations=9)
    assert one["estimate"] == pytest.approx(other["estimate"], abs=1e-12)
    y[3, :] = np.nan
    assert regression(y, [a], permutations=9)["pairs"] == 19 * 19


def test_symmetric_matrices_count_each_pair_once():
    rng = np.random.default_rng(3)
    a = rng.normal(size=(12, 12))
    a = a + a.T
    found = regression(0.3 * a + 1.0, [a], permutations=19)
    assert found["pairs"] == 66
    assert found["estimate"] == pytest.approx([1.0, 0.3], abs=1e-9)


def test_regression_of_ties_has_its_size_under_dependence():
    """Actors' own inclination makes pairs hang together: the usual t rejects far too often, permutation does not."""
    rng = np.random.default_rng(5)
    p, t = [], []
    for _ in range(120):
        r, s = rng.normal(size=(2, 14))
        y = r[:, None] + r[None, :] + 0.5 * rng.normal(size=(14, 14))
        x = s[:, None] + s[None, :] + 0.5 * rng.normal(size=(14, 14))
        found = regression(y, [x], permutations=99, seed=int(rng.integers(1e6)))
        p.append(found["p"][0])
        t.append(abs(found["t"][1]))
    assert np.mean(np.array(t) > 1.97) > 0.3
    assert np.mean(np.array(p) <= 0.05) <= 0.05 + 3.1 * np.sqrt(0.05 * 0.95 / 120)  # 99.9 % of a fair test


def test_regression_of_a_study():
    study = example(seed=1)
    found = mrqap(study, "advice", ["distance", "same:sector", "difference:employees", "sender:employees",
                                    "receiver:employees", "peer"], wave="2024", earlier="2021", permutations=19)
    assert len(found.table()) == 7
    assert found.table()["p"].iloc[1:].between(0, 1).all()
    with pytest.raises(UnknownName, match="term"):
        mrqap(study, "advice", ["trust"], wave="2024")
    with pytest.raises(UsageError, match="twice"):
        mrqap(study, "advice", ["distance", "distance"], wave="2024", permutations=1)
    with pytest.raises(UsageError, match="made up of the others"):
        regression(np.eye(6), [np.tri(6), 2 * np.tri(6)], permutations=1)


# ---- cones -------------------------------------------------------------------------------


def test_distance_and_weights_equal_r():
    known = frozen.systems()["cone"]
    v = known["v"].reshape(3, 3)
    assert cones.distance(known["r"], v) == pytest.approx(known["distance"][0], rel=TIGHT)
    assert cones.weights(v) == pytest.approx(known["weights"], abs=1e-5)


@pytest.mark.parametrize("m", [2, 3, 4])
def test_weights_are_those_of_projections(m):
    """By drawing: how often the projection on the cone has so many positive coordinates."""
    from scipy.optimize import nnls

    rng = np.random.default_rng(m)
    half = rng.normal(size=(m, m))
    v = half @ half.T + np.eye(m)
    root = np.linalg.cholesky(np.linalg.inv(v)).T
    draws = rng.multivariate_normal(np.zeros(m), v, size=4000)
    counts = np.bincount([int((nnls(root, root @ draw)[0] > 1e-12).sum()) for draw in draws], minlength=m + 1) / 4000
    assert cones.weights(v) == pytest.approx(counts, abs=4 * np.sqrt(0.25 / 4000))


def test_p_lies_within_the_bounds_of_kodde_and_palm():
    rng = np.random.default_rng(1)
    for m in (2, 3, 4):
        half = rng.normal(size=(m, m))
        v = half @ half.T + 0.1 * np.eye(m)
        r = -np.abs(rng.normal(size=m))
        low, high = cones.bounds(cones.distance(r, v), m)
        assert low - 1e-6 <= cones.p_of_cone(r, v) <= high + 1e-6

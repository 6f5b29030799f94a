"""Estimates against other software and against themselves; refusals; words."""

from __future__ import annotations

import json

import numpy as np
import pytest
import statsmodels.api as sm

from interfirm import dynamics as d
from interfirm.dynamics import ergm_checks, ergm_exact, ergm_words
from interfirm.dynamics.ergm_model import model, one_wave
from interfirm.errors import DataError, UnknownName, UsageError


def grown(seed=1, n=24, *, undirected=False, waves=1):
    """A network with some reciprocity and closure, and a covariate that goes with ties."""
    rng = np.random.default_rng(seed)
    size = rng.normal(size=n)
    group = rng.integers(0, 3, n).astype(float)
    odds = -2.2 + 0.5 * size[None, :] + 0.6 * (group[:, None] == group[None, :])
    x = (rng.random((n, n)) < 1 / (1 + np.exp(-odds))) * (1.0 - np.eye(n))
    back = (rng.random((n, n)) < 0.35) * x
    x = np.maximum(x, back.T)
    if undirected:
        x = np.maximum(x, x.T)
    return d.panel({"r": np.repeat(x[None], waves, 0)}, covariates={"size": size, "group": group},
                   undirected=["r"] if undirected else [])


def coded(p, names, **more):
    spec = d.Specification("r", names, **more)
    found, items = one_wave(p, spec, None)
    return model(found, spec, items)


MONKS = ["density", "recip", "gwespFF(30)", "gwidegree", "sameX:group"]


@pytest.fixture(scope="module")
def fit():
    return d.ergm(grown(), d.Specification("r", MONKS), seed=1, draws=1200)


@pytest.mark.parametrize("undirected", [False, True])
def test_models_of_single_ties_are_logistic_regression(undirected):
    """statsmodels: estimates, standard errors and log-likelihood to 1e-8."""
    p = grown(undirected=undirected)
    names = ["density", "egoPlusAltX:size" if undirected else "altX:size", "sameX:group", "absDiffX:size"]
    fit = d.ergm(p, d.Specification("r", names), seed=1)
    x, size, group = p.networks["r"].ties[0], p.covariates["size"][0], p.covariates["group"][0]
    v = size - size.mean()
    pairs = np.triu_indices(len(x), 1) if undirected else np.nonzero(~np.eye(len(x), dtype=bool))
    i, j = pairs
    table = np.column_stack([np.ones(len(i)), v[i] + v[j] if undirected else v[j], group[i] == group[j],
                             np.abs(v[i] - v[j])]).astype(float)
    peer = sm.Logit(x[pairs], table).fit(disp=0, tol=1e-12)
    np.testing.assert_allclose(fit.theta, peer.params, atol=1e-8)
    np.testing.assert_allclose(fit.se, peer.bse, atol=1e-8)
    assert fit.log_likelihood == pytest.approx(peer.llf, abs=1e-8)
    assert fit.aic == pytest.approx(peer.aic, abs=1e-7)
    assert fit.bic == pytest.approx(peer.bic, abs=1e-7)
    assert fit.method == "exact"
    np.testing.assert_array_equal(fit.monte_carlo, 0)


def test_pseudo_likelihood_is_logistic_regression_on_change_statistics():
    made = coded(grown(), MONKS)
    best = ergm_exact.pseudo(made)
    table, tie = made.look(made.ties, made.free)[1], made.ties.ravel()[made.free]
    peer = sm.Logit(tie.astype(float), table).fit(disp=0, tol=1e-12)
    np.testing.assert_allclose(best.theta, peer.params, atol=1e-8)
    assert best.likelihood == pytest.approx(peer.llf, abs=1e-8)


# Acciaiuoli, Albizzi, Barbadori, Bischeri, Castellani, Ginori, Guadagni, Lamberteschi, Medici, Pazzi, Peruzzi, Pucci,
# Ridolfi, Salviati, Strozzi, Tornabuoni
MARRIAGES = [(0, 8), (1, 5), (1, 6), (1, 8), (2, 4), (2, 8), (3, 6), (3, 10), (3, 14), (4, 10), (4, 14), (6, 7),
             (6, 15), (8, 12), (8, 13), (8, 15), (9, 13), (10, 14), (12, 14), (12, 15)]
WEALTH = [10, 36, 55, 44, 20, 32, 8, 42, 103, 48, 49, 3, 27, 10, 146, 48]


def florence():
    x = np.zeros((16, 16))
    for i, j in MARRIAGES:
        x[i, j] = x[j, i] = 1
    return d.panel({"marriage": x[None]}, covariates={"wealth": WEALTH}, undirected=["marriage"])


def test_florentine_marriages_as_printed_elsewhere():
    """statnet's tutorials print edges -1.6094 (0.2449); with wealth -2.594929 (0.536056) and 0.010546 (0.004674).

    Wealth is centred here, so their edges is density - 2 × mean wealth × wealth.
    """
    one = d.ergm(florence(), d.Specification("marriage", ["density"]), seed=1)
    assert one.estimate("density") == pytest.approx((-1.6094, 0.2449), abs=5e-5)
    two = d.ergm(florence(), d.Specification("marriage", ["density", "egoPlusAltX:wealth"]), seed=1)
    slope, se = two.estimate("egoPlusAltX:wealth")
    assert (slope, se) == pytest.approx((0.010546, 0.004674), abs=5e-7)
    turn = np.array([1.0, -2 * np.mean(WEALTH)])
    assert turn @ two.theta == pytest.approx(-2.594929, abs=5e-7)
    assert np.sqrt(turn @ two.covariance @ turn) == pytest.approx(0.536056, abs=5e-7)


def test_a_fit_says_what_it_is(fit):
    table = fit.table().set_index("parameter")
    assert list(table.index) == MONKS
    assert fit.converged
    assert fit.convergence.maximum <= 0.2
    assert (table["convergence"].abs() < 0.2).all()
    assert (fit.monte_carlo < 0.2 * fit.se).all()
    assert (fit.se > 0).all()
    assert table.at["recip", "statnet"] == "mutual"
    np.testing.assert_allclose(fit.observed, fit.model.look(fit.model.ties)[0])
    assert fit.bic > fit.aic
    assert fit.log_likelihood > ergm_exact.pair_likelihood(fit.model, np.zeros(len(MONKS)))
    assert repr(fit).startswith("<ErgmFit of 'r' in 1: 5 parameters, converged")
    with pytest.raises(UnknownName, match="recip"):
        fit.estimate("reciprocity")


def test_the_same_seed_gives_the_same_numbers_on_any_number_of_threads():
    a, b = (d.ergm(grown(n=14), d.Specification("r", ["density", "gwespFF"]), seed=4, draws=400, threads=t)
            for t in (1, 3))
    np.testing.assert_array_equal(a.theta, b.theta)
    assert a.log_likelihood == b.log_likelihood


def test_names_of_actors_do_not_matter():
    """Relabelled, the estimates move by no more than Monte Carlo error."""
    p, order = grown(n=18), np.random.default_rng(0).permutation(18)
    x = p.networks["r"].ties[0][np.ix_(order, order)]
    q = d.panel({"r": x[None]})
    spec = d.Specification("r", ["density", "recip", "gwespFF(30)"])
    a, b = (d.ergm(data, spec, seed=2, draws=2000, likelihood=False) for data in (p, q))
    assert (np.abs(a.theta - b.theta) < 4 * np.hypot(a.monte_carlo, b.monte_carlo)).all()
    assert np.isnan(a.log_likelihood)


def test_held_parameters_stay_where_they_are():
    fit = d.ergm(grown(n=16), d.Specification("r", ["density", "gwespFF"], fix={"gwespFF": 0.0}), seed=1, draws=400)
    plain = d.ergm(grown(n=16), d.Specification("r", ["density"]), seed=1)
    assert fit.theta[1] == 0.0
    assert np.isnan(fit.se[1])
    assert abs(fit.theta[0] - plain.theta[0]) < 4 * fit.monte_carlo[0]
    assert abs(fit.log_likelihood - plain.log_likelihood) < 0.05
    assert "fixed" in str(fit)
    assert "fixed" in fit.latex()


def test_drawn_networks_have_the_observed_means_and_keep_what_is_prescribed():
    p = grown(n=16)
    p.networks["r"].ties[0, 0, 1], p.networks["r"].ties[0, 1, 0] = 11, 10
    fit = d.ergm(p, d.Specification("r", ["density", "recip"]), seed=1)
    nets = d.ergm_simulate(fit, 2000, seed=3)
    assert nets.shape == (2000, 16, 16)
    assert nets[:, 0, 1].all()
    assert not nets[:, 1, 0].any()
    assert not nets[:, range(16), range(16)].any()
    stats = np.array([fit.model.look(net)[0] for net in nets])
    error = stats.std(axis=0) / np.sqrt(len(stats) / 6)
    assert (np.abs(stats.mean(axis=0) - fit.observed) < 4 * error).all()
    np.testing.assert_array_equal(nets, d.ergm_simulate(fit, 2000, seed=3, threads=2))


def test_goodness_of_fit_passes_the_true_model_and_sees_what_is_missing(fit):
    good = {item.what: item for item in d.ergm_goodness_of_fit(fit, seed=1, networks=200)}
    assert list(good) == ["outdegree", "indegree", "shared partners", "geodesic", "triads"]
    assert good["triads"].p > 0.01
    assert good["indegree"].observed.sum() == 24
    assert good["shared partners"].observed.sum() == fit.observed[0]
    assert good["geodesic"].observed.sum() == 24 * 23
    assert good["triads"].observed.sum() == 24 * 23 * 22 / 6
    rng = np.random.default_rng(3)
    near = np.abs(np.subtract.outer(np.arange(30), np.arange(30))) <= 3
    x = (near & (rng.random((30, 30)) < 0.6)) * (1.0 - np.eye(30))
    bad = d.ergm(d.panel({"r": x[None]}), d.Specification("r", ["density"]), seed=1)
    (shared,) = d.ergm_goodness_of_fit(bad, ["shared partners"], seed=1, networks=200)
    assert shared.p < 0.05
    with pytest.raises(UnknownName):
        d.ergm_goodness_of_fit(fit, ["colour"], seed=1)


def test_without_direction():
    fit = d.ergm(grown(undirected=True, n=20), d.Specification("r", ["density", "gwesp(30)", "sameX:group"]), seed=1,
                 draws=800)
    assert fit.converged
    what = [item.what for item in d.ergm_goodness_of_fit(fit, seed=1, networks=60)]
    assert what == ["outdegree", "shared partners", "geodesic"]


@pytest.mark.parametrize("seed", [1, 2])
def test_a_degenerate_model_is_refused_with_what_to_take(seed):
    """Two cliques: many triangles among few ties, which triangle counts alone explain by nearly full networks."""
    x = np.zeros((24, 24))
    x[:7, :7] = x[7:13, 7:13] = 1
    for i in range(13, 23):
        x[i, i + 1] = 1
    x = np.maximum(x, x.T) * (1 - np.eye(24))
    p = d.panel({"r": x[None]}, undirected=["r"])
    with pytest.raises(DataError, match=r"degenerate.*'gwesp' for 'transTriads'"):
        d.ergm(p, d.Specification("r", ["density", "transTriads"]), seed=seed, draws=800)


def test_two_kinds_of_networks_are_seen():
    rng = np.random.default_rng(1)
    normal = rng.normal(100, 10, 2000)
    assert ergm_checks.split(normal)[0] < 0.68
    share, low, high = ergm_checks.split(np.concatenate([normal, rng.normal(500, 10, 2000)]))
    assert share > 0.98
    assert (round(low), round(high)) == pytest.approx((100, 500), abs=2)
    assert ergm_checks.split(rng.uniform(size=2000))[0] < ergm_checks.SPLIT
    assert ergm_checks.split(rng.poisson(0.5, 2000).astype(float))[0] < ergm_checks.SPLIT


def _with(change):
    p = grown(n=12)
    change(p.networks["r"].ties[0])
    return p


def _full(x):
    x[:] = 1
    np.fill_diagonal(x, 0)


@pytest.mark.parametrize(("change", "names", "words"), [
    (lambda x: x.fill(0), ["density"], "no ties"),
    (_full, ["density"], "every possible tie"),
    (lambda x: x.__setitem__((0, 1), 3), ["density"], "other than 0 and 1"),
    (lambda x: np.copyto(x, np.triu(x)), ["density", "recip"], "'recip': no tie of 'r' is of this kind"),
    (lambda x: None, ["density", "transTrip", "gwespFF(2000)"], "cannot be told apart"),
    (lambda x: None, ["density", "outPop", "inAct"], "cannot be told apart")])
def test_data_that_cannot_carry_the_model_are_refused(change, names, words):
    with pytest.raises(DataError, match=words):
        d.ergm(_with(change), d.Specification("r", names), seed=1)


def test_an_undirected_relation_with_two_opinions_is_refused():
    p = grown(n=12, undirected=True)
    p.networks["r"].ties[0, 0, 1] = 1 - p.networks["r"].ties[0, 1, 0]
    with pytest.raises(DataError, match=r"differ in whether they have a tie \(1 such pairs\)"):
        d.ergm(p, d.Specification("r", ["density"]), seed=1)


def test_a_group_told_apart_without_an_error_is_refused():
    p = grown(n=12)
    far = p.covariates["group"][0][:, None] != p.covariates["group"][0][None, :]
    p.networks["r"].ties[0][far] = 0
    with pytest.raises(DataError, match="minus infinity"):
        d.ergm(p, d.Specification("r", ["density", "unequalX:group"]), seed=1)
    with pytest.raises(DataError, match="no finite estimates"):
        d.ergm(p, d.Specification("r", ["density", "sameX:group"]), seed=1)


def test_calls_that_make_no_sense_are_refused():
    p, spec = grown(n=12), d.Specification("r", ["density", "gwespFF"])
    with pytest.raises(UsageError, match="400 networks"):
        d.ergm(p, spec, seed=1, draws=10)
    with pytest.raises(UnknownName, match="wave"):
        d.ergm(p, spec, seed=1, wave="1999")
    with pytest.raises(UnknownName, match="relation"):
        d.ergm(p, d.Specification("q", ["density"]), seed=1)
    with pytest.raises(UnknownName, match="covariate"):
        d.ergm(p, d.Specification("r", ["altX:age"]), seed=1)
    two = d.panel({"m": np.zeros((1, 6, 3))}, two_mode=["m"])
    with pytest.raises(UsageError, match="two modes"):
        d.ergm(two, d.Specification("m", ["density"]), seed=1)
    few = d.panel({"r": np.zeros((1, 4, 4))})
    with pytest.raises(DataError, match="6 or more"):
        d.ergm(few, d.Specification("r", ["density"]), seed=1)


def test_one_wave_of_a_panel_with_those_who_were_there():
    p = grown(n=14, waves=2)
    p.networks["r"].ties[1] = p.networks["r"].ties[1].T
    p.present[1, 3] = False
    first, second = (d.ergm(p, d.Specification("r", ["density", "altX:size"]), seed=1, wave=w) for w in ("1", "2"))
    assert (first.model.panel.size, second.model.panel.size) == (14, 13)
    assert d.ergm(p, d.Specification("r", ["density", "altX:size"]), seed=1).wave == "2"
    assert first.theta[1] != pytest.approx(second.theta[1], abs=1e-3)


def test_words_have_their_numbers_and_claim_no_cause(fit):
    text = ergm_words.text(fit, words=True)
    ratio = np.exp(fit.estimate("recip")[0])
    reading = {item.parameter: item for item in d.ergm_read(fit)}
    assert reading["recip"].ratio == pytest.approx(ratio)
    assert f"{ratio:.2f}".rstrip("0")[:3] in reading["recip"].sentence
    assert "where the other side has a tie back as where it has none" in reading["recip"].sentence
    assert "given all other ties, no causes" in " ".join(text.split())
    assert "cannot tell why ties form" in " ".join(text.split())
    assert all(word not in text for word in ("leads to", "because of", "effect of"))
    assert all(len(line) <= 100 for line in text.splitlines())


def test_every_effect_that_can_be_read_is_read():
    """No braces are left in a sentence, whatever the effect."""
    p = grown(n=14)
    names = ["density", "altX:size", "sameX:group", "absDiffX:size", "egoXaltX:size"]
    for item in d.ergm_read(d.ergm(p, d.Specification("r", names), seed=1)):
        assert "{" not in item.sentence
        assert item.sentence.endswith(".")


def test_a_fit_can_be_kept_and_printed(fit):
    values = json.loads(json.dumps(ergm_words.to_dict(fit, d.ergm_goodness_of_fit(fit, ["indegree"], seed=1,
                                                                               networks=60))))
    assert values["format"] == "interfirm-ergm/1"
    assert [row["parameter"] for row in values["parameters"]] == MONKS
    assert values["goodness_of_fit"][0]["what"] == "indegree"
    latex = fit.latex()
    assert latex.count(r"\\") == len(MONKS) + 1
    assert r"\texttt{sameX:group}" in latex
    assert {"sentence", "estimate"} <= set(ergm_words.table(fit).columns)


def test_what_has_not_converged_makes_no_claim(fit):
    from dataclasses import replace

    state = d.Convergence(fit.convergence.ratios, 0.4, False)
    text = ergm_words.text(replace(fit, convergence=state), words=True)
    assert "NOT CONVERGED" in text
    assert "times as high" not in text
    assert ergm_words.to_dict(replace(fit, convergence=state))["readings"] == []

"""Against all networks of a few actors: means, spreads, likelihood and its maximum need no simulation there."""

from __future__ import annotations

import numpy as np
import pytest

from interfirm.dynamics import ergm, ergm_chains, ergm_checks, ergm_exact, ergm_likelihood, panel
from interfirm.dynamics.ergm_model import model, one_wave
from interfirm.dynamics.specification import Specification

DIRECTED = [["density", "recip", "transTrip"], ["density", "gwespFF", "gwidegree(30)"], ["density", "recip", "cycle3"],
            ["density", "outPop", "isolateNet"], ["density", "recip", "egoX:v", "gwodegree"]]
UNDIRECTED = [["density", "gwesp"], ["density", "transTriads", "gwdegree"], ["density", "gwdsp", "egoPlusAltX:v"],
              ["density", "degPlus"]]
THETA = np.array([-0.6, 0.5, 0.3, -0.4])
V = np.array([0.3, -0.8, 1.1, 0.2, -0.5])


def small(names, directed, ties=None):
    """Four actors with direction (4,096 networks), five without (1,024)."""
    n = 4 if directed else 5
    if ties is None:
        ties = np.zeros((n, n))
        ties[[0, 0, 1, 2, 1], [1, 2, 0, 3, 2]] = 1
        ties = ties if directed else np.maximum(ties, ties.T)
    p = panel({"r": ties[None]}, covariates={"v": V[:n]}, undirected=[] if directed else ["r"])
    spec = Specification("r", names)
    found, items = one_wave(p, spec, None)
    return model(found, spec, items)


def every(made):
    """Statistics of all networks that differ in free pairs only."""
    n, free = len(made.ties), made.free
    out = np.zeros((2 ** len(free), len(made.fx)))
    for number in range(2 ** len(free)):
        x = made.ties.copy()
        x.ravel()[free] = (number >> np.arange(len(free))) & 1
        if not made.directed:
            x[free % n, free // n] = x[free // n, free % n]
        out[number] = made.look(x)[0]
    return out


def moments(stats, theta):
    u = stats @ theta
    w = np.exp(u - u.max())
    w /= w.sum()
    mean = w @ stats
    return mean, ((stats - mean) * w[:, None]).T @ (stats - mean), float(np.log(np.exp(u - u.max()).sum()) + u.max())


def summit(stats, observed, given=None):
    """The maximum of the likelihood by Newton's method, and its information."""
    theta = np.zeros(len(observed))
    for _ in range(200):
        mean, spread, log = moments(stats, theta)
        above, inside, top = (observed, 0.0, observed @ theta) if given is None else moments(given, theta)
        step = np.linalg.solve(spread - inside, above - mean)
        theta = theta + step * min(1.0, 2.0 / max(np.abs(step).max(), 1e-300))
    return theta, spread - inside, top - log


CASES = [(names, True) for names in DIRECTED] + [(names, False) for names in UNDIRECTED]


@pytest.mark.parametrize(("names", "directed"), CASES)
def test_chains_have_the_means_and_spreads_of_all_networks(names, directed):
    """Within four Monte Carlo standard errors, which are those of the mean and of the mean square."""
    made = small(names, directed)
    theta = THETA[:len(names)]
    mean, spread, _ = moments(every(made), theta)
    chains = ergm_chains.Chains(made, seed=3, threads=1)
    chains.interval = 60
    draws = chains.draw(theta, 5000, burn=2000)
    error = np.sqrt(np.diag(draws.of_the_mean()))
    assert (np.abs(draws.mean - mean) < 4 * error + 1e-12).all()
    squares = (draws.stats - mean) ** 2
    error = np.sqrt(np.diag(ergm_chains.of_the_mean(squares)))
    assert (np.abs(squares.mean(axis=(0, 1)) - np.diag(spread)) < 4 * error + 1e-12).all()
    assert draws.effective() > 5000


@pytest.mark.parametrize("directed", [True, False])
def test_every_single_network_is_drawn_as_often_as_it_should(directed):
    """Three actors: 64 (8) networks; Pearson's statistic below the 99.99 % quantile, 125 (30)."""
    n = 3
    ties = np.zeros((n, n))
    p = panel({"r": ties[None]}, undirected=[] if directed else ["r"])
    spec = Specification("r", ["density", "transTrip" if directed else "transTriads"])
    found, items = one_wave(p, spec, None)
    made = model(found, spec, items)
    theta = np.array([-0.5, 0.7])
    u = every(made) @ theta
    share = np.exp(u) / np.exp(u).sum()
    chains = ergm_chains.Chains(made, seed=1, threads=1)
    chains.interval = 40
    nets = chains.draw(theta, 5000, burn=500, keep=True).nets
    codes = (nets.reshape(len(nets), -1)[:, made.free].astype(np.int64) << np.arange(len(made.free))).sum(axis=1)
    seen = np.bincount(codes, minlength=len(share))
    assert ((seen - len(nets) * share) ** 2 / (len(nets) * share)).sum() < (125 if directed else 30)


@pytest.mark.parametrize(("names", "directed"), [(DIRECTED[0], True), (DIRECTED[4], True), (UNDIRECTED[0], False),
                                                 (UNDIRECTED[2], False)])
def test_estimates_are_the_maximum_over_all_networks(names, directed, monkeypatch):
    """Within four of the Monte Carlo errors that the fit states; standard errors within 8 %; likelihood likewise."""
    monkeypatch.setattr(ergm_checks, "FEWEST_ACTORS", 3)
    monkeypatch.setattr(ergm_checks, "AT_THE_EDGE", 1.0)  # of so few actors some networks are empty
    made = small(names, directed)
    observed = made.look(made.ties)[0]
    theta, information, likelihood = summit(every(made), observed)
    fit = ergm(made.panel, made.spec, seed=1, draws=8000, threads=1)
    assert fit.converged
    assert (np.abs(fit.theta - theta) < 4 * fit.monte_carlo + 1e-9).all()
    np.testing.assert_allclose(fit.se, np.sqrt(np.diag(np.linalg.inv(information))), rtol=0.08)
    assert abs(fit.log_likelihood - likelihood) < 4 * fit.log_likelihood_error + 1e-6


@pytest.mark.parametrize("directed", [True, False])
def test_unknown_and_prescribed_ties(directed, monkeypatch):
    """The likelihood of the known part, over all networks that agree with it."""
    monkeypatch.setattr(ergm_checks, "FEWEST_ACTORS", 3)
    monkeypatch.setattr(ergm_checks, "AT_THE_EDGE", 1.0)
    names = ["density", "transTrip" if directed else "transTriads"]
    ties = small(names, directed).ties.astype(float)
    n = len(ties)
    for i, j, value in ((0, 3, np.nan), (2, 1, np.nan), (3, 1, 11), (1, 3, 10)) if directed else (
            (0, 3, np.nan), (3, 0, np.nan), (2, 4, 11), (4, 2, 11)):
        ties[i, j] = value
    made = small(names, directed, ties)
    assert len(made.missing) == 2 if directed else 1
    stats = every(made)
    keep = np.ones(len(stats), bool)
    for place, pair in enumerate(made.free):
        if pair in made.missing:
            continue
        keep &= ((np.arange(len(stats)) >> place) & 1) == made.ties[pair // n, pair % n]
    theta, information, likelihood = summit(stats, made.look(made.ties)[0], stats[keep])
    fit = ergm(made.panel, made.spec, seed=2, draws=8000, threads=1)
    assert (np.abs(fit.theta - theta) < 4 * fit.monte_carlo + 1e-9).all()
    np.testing.assert_allclose(fit.se, np.sqrt(np.diag(np.linalg.inv(information))), rtol=0.08)
    assert abs(fit.log_likelihood - likelihood) < 4 * fit.log_likelihood_error + 1e-6


def test_models_of_pairs_are_exact():
    """With unknown and prescribed ties: estimate, information and likelihood to nine digits."""
    ties = small(["density"], True).ties.astype(float)
    ties[0, 3] = np.nan
    ties[1, 3] = 10
    made = small(["density", "recip"], True, ties)
    stats = every(made)
    keep = np.ones(len(stats), bool)
    for place, pair in enumerate(made.free):
        if pair not in made.missing:
            keep &= ((np.arange(len(stats)) >> place) & 1) == made.ties[pair // 4, pair % 4]
    theta, information, likelihood = summit(stats, made.look(made.ties)[0], stats[keep])
    best = ergm_exact.by_pairs(made)
    assert best.reached
    np.testing.assert_allclose(best.theta, theta, atol=1e-9)
    np.testing.assert_allclose(best.information, information, atol=1e-8)
    assert best.likelihood == pytest.approx(likelihood, abs=1e-9)


def test_the_bridge_reaches_the_likelihood_of_all_networks():
    made = small(["density", "recip", "transTrip"], True)
    theta = np.array([-0.4, 0.6, 0.2])
    chains = ergm_chains.Chains(made, seed=5, threads=1)
    chains.interval = 60
    value, error = ergm_likelihood.bridge(made, theta, chains, None)
    exact = float(made.look(made.ties)[0] @ theta - moments(every(made), theta)[2])
    assert 0 < error < 0.05
    assert abs(value - exact) < 4 * error

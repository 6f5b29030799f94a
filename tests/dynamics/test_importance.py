"""Relative importance beside probabilities that are written here a second time."""

from __future__ import annotations

import numpy as np
import pytest
from small import grown

from interfirm.dynamics import Specification, engine, estimate, panel
from interfirm.dynamics.coding import code
from interfirm.dynamics.fit import Fit
from interfirm.dynamics.importance import relative_importance
from interfirm.dynamics.moments import moments
from interfirm.errors import UnknownName

EXACT = 1e-9


def fit_at(data, spec, theta) -> Fit:
    """A fit put together at given parameters, without estimation."""
    coded = code(data, spec)
    theta = np.array(theta)
    last = moments(coded, engine.simulate(coded, theta, 50, seed=1))
    return Fit.of(coded, data, spec, theta, last, seed=1, panels=50, findings=(), cpu_seconds=0.0)


def shares(law, beta):
    gaps = np.array([np.abs(law(beta) - law(np.where(np.arange(len(beta)) == q, 0, beta))).sum()
                     for q in range(len(beta))])
    return gaps / gaps.sum()


def logistic(u):
    return 1 / (1 + np.exp(-u))


BETA = np.array([-1.0, 0.5, 0.8])  # density, degree of alter, same size
X = np.array([[0, 1, 1, 0, 0], [1, 0, 0, 0, 1], [1, 0, 0, 0, 0], [0, 0, 0, 0, 1], [0, 1, 0, 1, 0]])
SIZE = np.array([1.0, 1, 2, 2, 1])


def statistics(i, j):
    """What the tie i - j adds for i, beyond i without it: density, inPop, sameX."""
    rest = X.copy()
    rest[i, j] = rest[j, i] = 0
    with_tie = rest.copy()
    with_tie[i, j] = with_tie[j, i] = 1
    popular = (with_tie[i] * with_tie.sum(axis=0)).sum() - (rest[i] * rest.sum(axis=0)).sum()
    return np.array([1.0, popular, SIZE[i] == SIZE[j]])


def law_of(model, i, others=range(5)):
    to = [j for j in others if j != i]

    def law(beta):
        mine = np.array([statistics(i, j) @ beta for j in to])
        theirs = np.array([statistics(j, i) @ beta for j in to])
        there = X[i, to]
        if model in ("disjunctive", "conjunctive", "compensatory"):
            one, two = logistic(mine), logistic(theirs)
            tie = {"disjunctive": 1 - (1 - one) * (1 - two), "conjunctive": one * two,
                   "compensatory": logistic(mine + theirs)}[model]
            return np.concatenate([tie, 1 - tie])
        chance = np.exp(np.append(np.where(there, -mine, mine), 0))
        chance /= chance.sum()
        if model == "confirmation":
            chance[:-1] *= np.where(there, 1, logistic(0.5 + theirs))
        return np.append(chance[:-1], 1 - chance[:-1].sum())

    return law


@pytest.mark.parametrize("model", ["forcing", "confirmation", "disjunctive", "conjunctive", "compensatory"])
def test_undirected_models_of_choice(model):
    later = X.copy()
    later[0, 3] = later[3, 0] = 1
    later[0, 1] = later[1, 0] = 0
    data = panel({"r": [X, later]}, covariates={"size": SIZE}, undirected=["r"])
    spec = Specification("r", ["density", "inPop", "sameX:size"], model=model,
                         offset=0.5 if model == "confirmation" else None)
    found = relative_importance(fit_at(data, spec, [1.0, *BETA]))
    for i in range(5):
        assert found.actors[0, i] == pytest.approx(shares(law_of(model, i), BETA), abs=EXACT), i
    assert found.expected.sum() == pytest.approx(1)


def test_only_those_who_are_there_at_the_start_choose_among_one_another():
    """Actor 3 enters later, actor 4 leaves: 3 neither chooses nor is chosen at the start, 4 does both."""
    x = X.copy()
    x[3], x[:, 3] = 0, 0
    later = np.zeros((5, 5))
    later[0, 2] = later[2, 0] = later[2, 3] = 1
    spec = Specification("r", ["density", "recip"])
    data = panel({"r": [x, later]}, spells={3: [(1.4, 2)], 4: [(1, 1.7)]})
    beta = np.array([-0.5, 1.0])
    found = relative_importance(fit_at(data, spec, [1.0, *beta])).actors[0]
    assert np.isnan(found[3]).all()
    for i in (0, 1, 2, 4):
        to = [j for j in (0, 1, 2, 4) if j != i]

        def law(b, i=i, to=to):
            u = np.append([(1 - 2 * x[i, j]) * (b[0] + b[1] * x[j, i]) for j in to], 0)
            return np.exp(u) / np.exp(u).sum()

        assert found[i] == pytest.approx(shares(law, beta), abs=EXACT)


def test_one_way_periods_leave_only_their_choices():
    later = np.minimum(X + np.roll(np.eye(5), 2, axis=1), 1)
    data = panel({"r": [X, later]})
    beta = np.array([0.7, 0.3])
    found = relative_importance(fit_at(data, Specification("r", ["recip", "outActSqrt"]), [1.0, *beta])).actors[0, 0]

    def law(b):
        u = np.append([b[0] * X[j, 0] + b[1] * (3**1.5 - 2**1.5) for j in (3, 4)], 0)
        return np.exp(u) / np.exp(u).sum()

    assert found == pytest.approx(shares(law, beta), abs=EXACT)


def test_steps_of_a_behaviour():
    z = np.array([[1.0, 2, 3, 2, 1], [2, 2, 2, 1, 1]])
    later = X.copy()
    later[0, 3], later[0, 1] = 1, 0
    terms = ["linear", "creation:quad", "outdeg"]
    spec = Specification("r", ["density"], behaviour={"z": terms})
    data = panel({"r": [X, later]}, behaviours={"z": z})
    beta = np.array([0.3, -0.5, 0.2])
    found = relative_importance(fit_at(data, spec, [1.0, -1.0, 1.0, *beta]), "z")
    assert found.names == tuple(terms)
    for i in range(5):
        def law(b, i=i):
            out, centred = [1.0], z[0, i] - z.mean()
            for step in (1, -1):
                if 1 <= z[0, i] + step <= 3:
                    square = ((centred + step) ** 2 - centred**2) * (step > 0)
                    out.append(np.exp(b[0] * step + b[1] * square + b[2] * step * X[i].sum()))
            return np.array(out) / sum(out)

        assert found.actors[0, i] == pytest.approx(shares(law, beta), abs=EXACT)


def test_a_fit_with_pairs_that_meet_and_an_unknown_variable():
    fit = estimate(grown(waves=2, undirected=True), Specification("r", ["density", "gwesp", "sameX:size"],
                                                                  model="conjunctive"), seed=1, phase3=200)
    found = relative_importance(fit)
    assert found.expected.sum(axis=1) == pytest.approx(1)
    assert "gwesp" in found.words()
    with pytest.raises(UnknownName, match="dependent variable"):
        relative_importance(fit, "trade")

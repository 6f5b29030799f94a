"""Products of two or three effects beside brute force, and the rules on which effects may be multiplied."""

from __future__ import annotations

import numpy as np
import pytest
from small import grown

from interfirm.dynamics import Specification, engine, estimate, panel, rsiena
from interfirm.dynamics.coding import code
from interfirm.dynamics.effects import catalogue, find, kind_of_factor
from interfirm.errors import UsageError

EXACT = 1e-9  # sums of a few dozen doubles
N, LEVELS = 9, 4
OFF = ~np.eye(N, dtype=bool)


def gw(m, a=0.69):
    return np.exp(a) * (1 - (1 - np.exp(-a)) ** m)


# What actor i adds: x the network, c covariates and the other network.
OWN = {
    "recip*inPop": lambda x, i, c: (x[i] * x[:, i] * x.sum(axis=0)).sum(),
    "inPop*outPop": lambda x, i, c: (x[i] * x.sum(axis=0) * x.sum(axis=1)).sum(),
    "recip*crprod:o": lambda x, i, c: (x[i] * x[:, i] * c["o"][i]).sum(),
    "recip*inPop*outPop": lambda x, i, c: (x[i] * x[:, i] * x.sum(axis=0) * x.sum(axis=1)).sum(),
    "recip*inPop*altX:v": lambda x, i, c: (x[i] * x[:, i] * x.sum(axis=0) * c["v"]).sum(),
    "recip*simRecipX:v": lambda x, i, c: (x[i] * x[:, i] * c["sim"][i]).sum(),
    "crprod:o*inPopIntn(1):o": lambda x, i, c: (x[i] * c["o"][i] * c["o"].sum(axis=0)).sum(),
    "Jin*recip": lambda x, i, c: sum(x[i, j] * x[j, i] * jaccard(x[:, i], x[:, j]) for j in range(N)),
    "inOutAss(1)*recip": lambda x, i, c: (x[i] * x[:, i] * x[:, i].sum() * x.sum(axis=1)).sum(),
    "WXX:w*recip": lambda x, i, c: sum(x[i, j] * x[j, i] * sum(c["w"][i, h] * x[h, j] for h in range(N)
                                                               if h not in (i, j)) for j in range(N)),
    # the same for every receiver times anything
    "inAct*transTrip": lambda x, i, c: x[:, i].sum() * (x[i] * (x[i] @ x)).sum(),
    "cycle3*inIsDegree": lambda x, i, c: (x[:, i].sum() == 0) * (x @ x @ x)[i, i],
    "outActSqrt*inActIntn(1):o": lambda x, i, c: c["o"][:, i].sum() * x[i].sum() ** 1.5,
    "outIso*inAct": lambda x, i, c: x[:, i].sum() * (x[i].sum() == 0),
    "outInv(1)*inAct*egoX:v": lambda x, i, c: c["v"][i] * x[:, i].sum() / (x[i].sum() + 1),
    "transTies*inAct": lambda x, i, c: x[:, i].sum() * (x[i] * ((x[i] @ x) > 0)).sum(),
    "recip*inAct*inActIntn(1):o": lambda x, i, c: x[:, i].sum() * c["o"][:, i].sum() * (x[i] * x[:, i]).sum(),
    "balance*inAct": lambda x, i, c: x[:, i].sum() * sum(
        x[i, j] * sum(c["b"] - abs(x[i, h] - x[j, h]) for h in range(N) if h not in (i, j)) for j in range(N)),
}


def jaccard(a, b):
    return (a * b).sum() / max(np.maximum(a, b).sum(), 1)


@pytest.fixture(scope="module", params=[1, 2])
def data(request):
    rng = np.random.default_rng(request.param)
    waves = (rng.random((2, N, N)) < 0.35) * (1.0 - np.eye(N))
    waves[0, 3] = waves[0, :, 4] = 0
    other = (rng.random((2, N, N)) < 0.4) * (1.0 - np.eye(N))
    return waves, other, rng.integers(1, 4, N).astype(float), rng.random((N, N)) * (1 - np.eye(N))


def coded_of(data, term, **more):
    x, o, v, w = data
    both = panel({"r": x, "o": o}, covariates={"v": v}, dyads={"w": w}, **more)
    return code(both, Specification("r", list(dict.fromkeys(["density", term])), also={"o": ["density"]}))


def context(data):
    x, o, v, w = data
    sim = 1 - np.abs(v[:, None] - v) / (v.max() - v.min())
    apart = [abs(x[0, i, h] - x[0, j, h]) for i in range(N) for j in range(N) for h in range(N)
             if len({i, j, h}) == 3]
    return {"v": v - v.mean(), "w": w, "o": o[0], "sim": sim - sim[OFF].mean(), "b": np.mean(apart)}


@pytest.mark.parametrize("term", OWN)
def test_what_a_tie_changes(data, term):
    coded, c, x = coded_of(data, term), context(data), data[0][0]
    found = change(coded)
    for i in range(N):
        for j in np.flatnonzero(np.arange(N) != i):
            there, none = x.copy(), x.copy()
            there[i, j], none[i, j] = 1, 0
            assert found[i, j] == pytest.approx(OWN[term](there, i, c) - OWN[term](none, i, c), abs=EXACT), (i, j)


@pytest.mark.parametrize("term", OWN)
def test_the_statistic_is_the_sum_over_actors(data, term):
    """The network of the end, covariates and the other network of the start; cycle3 counts a cycle once."""
    coded, c = coded_of(data, term), context(data)
    share = find(term.split("*", maxsplit=1)[0].split("(")[0].split(":")[0]).scale
    wanted = share * sum(OWN[term](data[0][1], i, c) for i in range(N))
    assert engine.targets(coded)[0, coded.names.index(term)] == pytest.approx(wanted, abs=EXACT)


@pytest.mark.parametrize(("term", "alone"), [
    ("recip*gwespFF(69)", lambda x, i, j: x[j, i] * gw((x[i] * x[:, j]).sum())),
    ("gwespBB(69)*inPop", lambda x, i, j: gw((x[:, i] * x[j]).sum()) * (x[:, j].sum() + 1 - x[i, j])),
    ("transTrip1*transTrip2", lambda x, i, j: (x[i] * x[:, j]).sum() * (x[i] * x[j]).sum())])
def test_products_of_elementary_effects_are_products_of_their_parts(data, term, alone):
    coded, x = coded_of(data, term), data[0][0]
    found = engine.change_statistics(coded, coded.start, 0)[:, :, 1]
    for i, j in np.argwhere(OFF):
        assert found[i, j] == pytest.approx(alone(x, i, j), abs=EXACT), (i, j)


def test_products_of_undirected_ties(data):
    x, o = (np.maximum(a, a.transpose(0, 2, 1)) for a in data[:2])
    both = panel({"r": x, "o": o}, undirected=["r", "o"])
    coded = code(both, Specification("r", ["density", "gwesp(69)*crprod:o"], model="forcing", also={"o": ["density"]}))
    found = engine.change_statistics(coded, coded.start, 0)[:, :, 1]
    for i, j in np.argwhere(OFF):
        assert found[i, j] == pytest.approx(gw((x[0, i] * x[0, j]).sum()) * o[0, i, j], abs=EXACT)


@pytest.mark.parametrize(("term", "words"), [
    ("recip*transTrip", "'transTrip' depends on several ties"), ("outAct*cycle3", "'outAct' and 'cycle3' depend on"),
    ("transTies*inPop", "the same for every partner"), ("inAct*transTrip*altX:v", "the same for every partner"),
    ("inPopSqrt*recip", "'inPopSqrt' depends"), ("antiInIso*inAct", "cannot be multiplied"),
    ("endow:outIso*inAct", "no creation or endow")])
def test_what_may_not_be_multiplied(data, term, words):
    with pytest.raises(UsageError, match=words):
        coded_of(data, term)


def test_undirected_ties_take_effects_of_one_kind_only(data):
    both = np.maximum(data[0], data[0].transpose(0, 2, 1))
    two = panel({"r": both, "o": both[::-1]}, undirected=["r", "o"], covariates={"v": data[2]})
    for term in ("inPop*crprod:o", "gwesp*crprod:o*egoX:v"):
        with pytest.raises(UsageError, match="only effects of the actor, or only effects of the pair"):
            code(two, Specification("r", [term], model="forcing", also={"o": ["density"]}))


def test_every_kind_of_factor_keeps_what_it_promises(data):
    """An effect marked ``ego`` is the same for every receiver; one marked ``dyadic`` is the same whatever ego's other
    ties are."""
    x, o, v, w = data
    more = {"nothing": "", "actor": ":v", "dyad": ":w", "network": ":o"}
    for name, effect in catalogue().items():
        kind = kind_of_factor(effect, "D")
        if "D" not in effect.nets or not kind:
            continue
        term = name + more[effect.needs or "nothing"]
        found = change(coded_of(data, term))
        if kind == "ego":
            assert all(np.ptp(np.delete(found[i], i)) < EXACT for i in range(N)), name
        elif not name.startswith(("gwesp", "transTrip")):  # elementary: defined for the tie alone
            emptied = x.copy()
            emptied[0, 0] = 0
            emptied[0, 0, 5] = x[0, 0, 5]
            after = change(coded_of((emptied, o, v, w), term))
            assert found[0, 5] == pytest.approx(after[0, 5], abs=EXACT), name


def change(coded):
    return engine.change_statistics(coded, coded.start, 0)[:, :, 1]


def test_a_product_is_estimated_and_exported():
    fit = estimate(grown(n=30, waves=3), Specification("r", ["recip", "inPop", "recip*inPop"]), seed=1)
    assert fit.converged
    assert fit.table()["parameter"].tolist()[-1] == "recip*inPop"
    assert 'includeInteraction(effects, recip, inPop, interaction1 = c("", "")' in rsiena(fit)["model.R"]

"""Change statistics beside the brute-force difference of an actor's own sum, written here a second time."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest

from interfirm.dynamics import engine
from interfirm.dynamics.coding import code
from interfirm.dynamics.data import panel
from interfirm.dynamics.effects import catalogue
from interfirm.dynamics.specification import Specification

EXACT = 1e-9  # sums of a few dozen doubles
N = 9
Sum = Callable[[np.ndarray, int, dict], float]


def gw(m, a=0.69):
    return np.exp(a) * (1 - (1 - np.exp(-a)) ** m)


def share(a, b):
    return (a & b).sum() / max((a | b).sum(), 1) if (a | b).any() else 0.0


def four(x, i):
    """Four-cycles through i as a sender."""
    both = x @ x.T
    return sum(both[i, h] * (both[i, h] - 1) / 2 for h in range(len(x)) if h != i)


def others(i, j):
    return [h for h in range(N) if h not in (i, j)]


OWN: dict[str, Sum] = {
    "density": lambda x, i, c: x[i].sum(),
    "recip": lambda x, i, c: (x[i] * x[:, i]).sum(),
    "transTrip": lambda x, i, c: (x[i] * (x[i] @ x)).sum(),
    "transRecTrip": lambda x, i, c: (x[i] * x[:, i] * (x[i] @ x)).sum(),
    "transRecTrip2": lambda x, i, c: (x[i] * (x[i] @ (x * x.T))).sum(),
    "transMedTrip": lambda x, i, c: sum(x[h, i] * x[h, j] * x[i, j] for h in range(N) for j in range(N)),
    "cycle3": lambda x, i, c: (x @ x @ x)[i, i],
    "transTies": lambda x, i, c: (x[i] * ((x[i] @ x) > 0)).sum(),
    "balance": lambda x, i, c: sum(x[i, j] * sum(c["b"] - abs(x[i, h] - x[j, h]) for h in others(i, j))
                                   for j in range(N)),
    "between": lambda x, i, c: sum(x[h, i] * x[i, j] * (1 - x[h, j]) for h in range(N) for j in range(N) if h != j),
    "nbrDist2": lambda x, i, c: sum(1 for j in range(N) if j != i and not x[i, j] and (x[i] @ x)[j]),
    "inPop": lambda x, i, c: (x[i] * x.sum(axis=0)).sum(),
    "inPopSqrt": lambda x, i, c: (x[i] * np.sqrt(x.sum(axis=0))).sum(),
    "outPop": lambda x, i, c: (x[i] * x.sum(axis=1)).sum(),
    "outPopSqrt": lambda x, i, c: (x[i] * np.sqrt(x.sum(axis=1))).sum(),
    "outAct": lambda x, i, c: x[i].sum() ** 2,
    "outActSqrt": lambda x, i, c: x[i].sum() ** 1.5,
    "inAct": lambda x, i, c: x[i].sum() * x[:, i].sum(),
    "inActSqrt": lambda x, i, c: x[i].sum() * np.sqrt(x[:, i].sum()),
    "outTrunc(2)": lambda x, i, c: min(x[i].sum(), 2),
    "outMore(2)": lambda x, i, c: max(x[i].sum() - 2, 0),
    "outIso": lambda x, i, c: float(x[i].sum() == 0),
    "outThreshold(2)": lambda x, i, c: float(x[i].sum() > 2),
    "outInv(1)": lambda x, i, c: 1 / (x[i].sum() + 1),
    "outSqInv(1)": lambda x, i, c: 1 / ((x[i].sum() + 1) * (x[i].sum() + 2)),
    "inIsDegree": lambda x, i, c: x[i].sum() * (x[:, i].sum() == 0),
    "isolateNet": lambda x, i, c: float(x[i].sum() + x[:, i].sum() == 0),
    "antiInIso": lambda x, i, c: (x.sum(axis=0) >= 1).sum(),
    "antiInIso2": lambda x, i, c: (x.sum(axis=0) >= 2).sum(),
    "in3Plus": lambda x, i, c: (x.sum(axis=0) >= 3).sum(),
    "outOutAss(2)": lambda x, i, c: (x[i] * np.sqrt(x[i].sum() * x.sum(axis=1))).sum(),
    "outInAss(2)": lambda x, i, c: (x[i] * np.sqrt(x[i].sum() * x.sum(axis=0))).sum(),
    "inOutAss(2)": lambda x, i, c: (x[i] * np.sqrt(x[:, i].sum() * x.sum(axis=1))).sum(),
    "inInAss(2)": lambda x, i, c: (x[i] * np.sqrt(x[:, i].sum() * x.sum(axis=0))).sum(),
    "Jin": lambda x, i, c: sum(x[i, j] * share(x[:, i] > 0, x[:, j] > 0) for j in range(N)),
    "Jout": lambda x, i, c: sum(x[i, j] * share(x[i] > 0, x[j] > 0) for j in range(N)),
    "sharedPop": lambda x, i, c: four(x, i),
    "cycle4": lambda x, i, c: four(x, i),
    "altX:v": lambda x, i, c: (x[i] * c["v"]).sum(),
    "altSqX:v": lambda x, i, c: (x[i] * c["v"] ** 2).sum(),
    "egoX:v": lambda x, i, c: x[i].sum() * c["v"][i],
    "egoSqX:v": lambda x, i, c: x[i].sum() * c["v"][i] ** 2,
    "egoPlusAltX:v": lambda x, i, c: (x[i] * (c["v"][i] + c["v"])).sum(),
    "egoPlusAltSqX:v": lambda x, i, c: (x[i] * (c["v"][i] ** 2 + c["v"] ** 2)).sum(),
    "simX:v": lambda x, i, c: (x[i] * c["sim"][i]).sum(),
    "sameX:v": lambda x, i, c: (x[i] * (c["v"] == c["v"][i])).sum(),
    "unequalX:v": lambda x, i, c: (x[i] * (c["v"] != c["v"][i])).sum(),
    "diffX:v": lambda x, i, c: (x[i] * (c["v"] - c["v"][i])).sum(),
    "absDiffX:v": lambda x, i, c: (x[i] * abs(c["v"] - c["v"][i])).sum(),
    "diffSqX:v": lambda x, i, c: (x[i] * (c["v"] - c["v"][i]) ** 2).sum(),
    "higher:v": lambda x, i, c: (x[i] * (0.5 + 0.5 * np.sign(c["v"][i] - c["v"]))).sum(),
    "altHigherEgoX:v": lambda x, i, c: (x[i] * np.sign(c["v"] - c["v"][i])).sum(),
    "egoXaltX:v": lambda x, i, c: (x[i] * c["v"] * c["v"][i]).sum(),
    "simRecipX:v": lambda x, i, c: (x[i] * x[:, i] * c["sim"][i]).sum(),
    "sameXRecip:v": lambda x, i, c: (x[i] * x[:, i] * (c["v"] == c["v"][i])).sum(),
    "egoXaltXRecip:v": lambda x, i, c: (x[i] * x[:, i] * c["v"] * c["v"][i]).sum(),
    "simXTransTrip:v": lambda x, i, c: (x[i] * (x[i] @ x) * c["sim"][i]).sum(),
    "sameXTransTrip:v": lambda x, i, c: (x[i] * (x[i] @ x) * (c["v"] == c["v"][i])).sum(),
    "diffXTransTrip:v": lambda x, i, c: (x[i] * (x[i] @ x) * (c["v"] != c["v"][i])).sum(),
    "homXTransTrip:v": lambda x, i, c: (x[i] * ((x[i] * (c["v"] == c["v"][i])) @ x) * (c["v"] == c["v"][i])).sum(),
    "jumpXTransTrip:v": lambda x, i, c: (x[i] * ((x[i] * (c["v"] == c["v"][i])) @ x) * (c["v"] != c["v"][i])).sum(),
    "transTripX:v": lambda x, i, c: (x[i] * ((x[i] * c["v"]) @ x)).sum(),
    "X:w": lambda x, i, c: (x[i] * (c["w"][i] - c["wbar"])).sum(),
    "XRecip:w": lambda x, i, c: (x[i] * x[:, i] * (c["w"][i] - c["wbar"])).sum(),
    "WWX:w": lambda x, i, c: sum(x[i, j] * c["w"][i, h] * c["w"][h, j] for j in range(N) for h in others(i, j)),
    "InWWX:w": lambda x, i, c: sum(x[i, j] * c["w"][h, i] * c["w"][h, j] for j in range(N) for h in others(i, j)),
    "OutWWX:w": lambda x, i, c: sum(x[i, j] * c["w"][i, h] * c["w"][j, h] for j in range(N) for h in others(i, j)),
    "WXX:w": lambda x, i, c: sum(x[i, j] * c["w"][i, h] * x[h, j] for j in range(N) for h in others(i, j)),
    "XWX:w": lambda x, i, c: sum(x[i, j] * x[i, h] * c["w"][h, j] for j in range(N) for h in others(i, j)),
    "XXW:w": lambda x, i, c: sum(x[i, j] * x[j, h] * c["w"][i, h] for j in range(N) for h in others(i, j)),
    "recip*egoX:v": lambda x, i, c: c["v"][i] * (x[i] * x[:, i]).sum(),
    "transTrip*egoX:v": lambda x, i, c: c["v"][i] * (x[i] * (x[i] @ x)).sum(),
    "inPop*egoX:v": lambda x, i, c: c["v"][i] * (x[i] * x.sum(axis=0)).sum(),
    "outAct*egoX:v": lambda x, i, c: c["v"][i] * x[i].sum() ** 2,
    "recip*X:w": lambda x, i, c: (x[i] * x[:, i] * (c["w"][i] - c["wbar"])).sum(),
}

# Elementary effects: by definition only the tie's own configuration counts.
ELEMENTARY: dict[str, Callable[[np.ndarray, int, int], float]] = {
    "gwespFF(69)": lambda x, i, j: gw((x[i] * x[:, j]).sum()),
    "gwespBB(69)": lambda x, i, j: gw((x[:, i] * x[j]).sum()),
    "gwespFB(69)": lambda x, i, j: gw((x[i] * x[j]).sum()),
    "gwespBF(69)": lambda x, i, j: gw((x[:, i] * x[:, j]).sum()),
    "gwespRR(69)": lambda x, i, j: gw((x[i] * x[:, i] * x[j] * x[:, j]).sum()),
    "transTrip1": lambda x, i, j: (x[i] * x[:, j]).sum(),
    "transTrip2": lambda x, i, j: (x[i] * x[j]).sum(),
}
ELEMENTARY_PAIRS: dict[str, Callable[[np.ndarray, int, int, np.ndarray], float]] = {
    "XWX1:w": lambda x, i, j, w: sum(x[i, h] * w[h, j] for h in others(i, j)),
    "XWX2:w": lambda x, i, j, w: sum(x[i, h] * w[j, h] for h in others(i, j)),
}

UNDIRECTED = {
    "density": OWN["density"], "transTies": OWN["transTies"], "balance": OWN["balance"], "between": OWN["between"],
    "nbrDist2": OWN["nbrDist2"], "inPop": OWN["inPop"], "inPopSqrt": OWN["inPopSqrt"], "outAct": OWN["outAct"],
    "transTriads": lambda x, i, c: (x @ x @ x)[i, i] / 2,
    "degPlus": lambda x, i, c: (x[i] * (x[i].sum() + x.sum(axis=1))).sum(),
    "Jout": OWN["Jout"],
    **{term: OWN[term] for term in (
        "outActSqrt", "outTrunc(2)", "outMore(2)", "outIso", "outThreshold(2)", "outInv(1)", "outSqInv(1)", "antiInIso",
        "antiInIso2", "in3Plus", "cycle4", "altX:v", "altSqX:v", "egoX:v", "egoSqX:v", "egoPlusAltX:v",
        "egoPlusAltSqX:v", "simX:v", "sameX:v", "unequalX:v", "absDiffX:v", "diffSqX:v", "higher:v", "egoXaltX:v",
        "simXTransTrip:v", "sameXTransTrip:v", "diffXTransTrip:v", "homXTransTrip:v", "jumpXTransTrip:v",
        "transTripX:v", "X:w", "WWX:w", "outAct*egoX:v")},
}


@pytest.fixture(scope="module", params=[1, 2])
def data(request):
    rng = np.random.default_rng(request.param)
    waves = (rng.random((2, N, N)) < 0.35) * (1.0 - np.eye(N))
    waves[0, 3] = waves[0, :, 4] = 0
    v, w = rng.integers(1, 4, N).astype(float), rng.random((N, N)) * (1 - np.eye(N))
    return waves, v, w


def context(waves, v, w):
    gap = np.abs(v[:, None] - v)
    off = ~np.eye(N, dtype=bool)
    sim = 1 - gap / (v.max() - v.min())
    x, total = waves[0], 0.0
    for i in range(N):
        for j in others(i, i):
            total += sum(abs(x[i, h] - x[j, h]) for h in others(i, j))
    return {"v": v - v.mean(), "sim": sim - sim[off].mean(), "w": w, "wbar": w[off].mean(),
            "b": total / (N * (N - 1) * (N - 2))}


def difference(own: Sum, x: np.ndarray, i: int, j: int, c: dict, *, both: bool = False) -> float:
    with_tie, without = x.copy(), x.copy()
    with_tie[i, j], without[i, j] = 1, 0
    if both:
        with_tie[j, i], without[j, i] = 1, 0
    return own(with_tie, i, c) - own(without, i, c)


def changes(data, term, **more):
    coded = code(data, Specification("r", list(dict.fromkeys(["density", term])), **more))
    return engine.change_statistics(coded, coded.start, 0)[:, :, -1]


@pytest.mark.parametrize("term", OWN)
def test_difference_of_the_actors_sum(data, term):
    waves, v, w = data
    found = changes(panel({"r": waves}, covariates={"v": v}, dyads={"w": w}), term)
    c = context(waves, v, w)
    for i in range(N):
        for j in others(i, i):
            assert found[i, j] == pytest.approx(difference(OWN[term], waves[0], i, j, c), abs=EXACT), (i, j)


@pytest.mark.parametrize("term", ELEMENTARY)
def test_elementary_effects_follow_their_own_definition(data, term):
    waves = data[0]
    found = changes(panel({"r": waves}), term)
    for i in range(N):
        for j in others(i, i):
            assert found[i, j] == pytest.approx(ELEMENTARY[term](waves[0], i, j), abs=EXACT), (i, j)


@pytest.mark.parametrize("term", ELEMENTARY_PAIRS)
def test_elementary_effects_of_pairs(data, term):
    waves, _, w = data
    found = changes(panel({"r": waves}, dyads={"w": w}), term)
    for i in range(N):
        for j in others(i, i):
            assert found[i, j] == pytest.approx(ELEMENTARY_PAIRS[term](waves[0], i, j, w), abs=EXACT), (i, j)


def test_shared_partners_of_undirected_ties(data):
    both = np.maximum(data[0], data[0].transpose(0, 2, 1))
    found = changes(panel({"r": both}, undirected=["r"]), "gwesp(69)", model="forcing")
    for i in range(N):
        for j in others(i, i):
            assert found[i, j] == pytest.approx(gw((both[0, i] * both[0, j]).sum()), abs=EXACT)


@pytest.mark.parametrize("term", UNDIRECTED)
def test_undirected_ties_change_both_ways(data, term):
    waves, v, w = data
    both = np.maximum(waves, waves.transpose(0, 2, 1))
    found = changes(panel({"r": both}, covariates={"v": v}, dyads={"w": w}, undirected=["r"]), term, model="forcing")
    c = context(both, v, w)
    for i in range(N):
        for j in others(i, i):
            assert found[i, j] == pytest.approx(difference(UNDIRECTED[term], both[0], i, j, c, both=True), abs=EXACT)


def test_roles_keep_only_their_choices(data):
    waves = data[0]
    whole = changes(panel({"r": waves}), "inPop")
    made, ended = changes(panel({"r": waves}), "creation:inPop"), changes(panel({"r": waves}), "endow:inPop")
    off = ~np.eye(N, dtype=bool)
    assert made[off] == pytest.approx((whole * (1 - waves[0]))[off])
    assert ended[off] == pytest.approx((whole * waves[0])[off])


ACROSS: dict[str, Callable[[np.ndarray, int, int], float]] = {
    "crprod:o": lambda o, i, j: o[i, j],
    "crprodRecip:o": lambda o, i, j: o[j, i],
    "crprodMutual:o": lambda o, i, j: o[i, j] * o[j, i],
    "closure:o": lambda o, i, j: (o[i] * o[:, j]).sum(),
    "sharedIn:o": lambda o, i, j: (o[:, i] * o[:, j]).sum(),
    "from:o": lambda o, i, j: (o[i] * o[j]).sum(),
    "inPopIntn(1):o": lambda o, i, j: o[:, j].sum(),
    "outPopIntn(1):o": lambda o, i, j: o[j].sum(),
    "inActIntn(2):o": lambda o, i, j: np.sqrt(o[:, i].sum()),
    "outActIntn(1):o": lambda o, i, j: o[i].sum(),
}
MIXED: dict[str, Callable[[np.ndarray, np.ndarray, int], float]] = {
    "to:o": lambda x, o, i: sum(x[i, j] * o[i, h] * x[h, j] for j in range(N) for h in others(i, j)),
    "sharedTo:o": lambda x, o, i: sum(x[i, j] * x[h, j] * (o[i] * o[h]).sum() for j in range(N) for h in others(i, j)),
    "cl.XWX:o": lambda x, o, i: sum(x[i, j] * x[i, h] * o[h, j] for j in range(N) for h in others(i, j)),
}


@pytest.mark.parametrize("term", [*ACROSS, *MIXED])
def test_effects_of_a_second_network(data, term):
    waves, _, _ = data
    other = waves[::-1].copy()
    found = changes(panel({"r": waves, "o": other}), term, also={"o": ["density"]})
    for i in range(N):
        for j in others(i, i):
            if term in ACROSS:
                wanted = ACROSS[term](other[0], i, j)
            else:
                wanted = difference(lambda x, i, c: MIXED[term](x, other[0], i), waves[0], i, j, {})
            assert found[i, j] == pytest.approx(wanted, abs=EXACT)


@pytest.mark.parametrize("term", ["altX", "egoX", "simX", "sameX", "higher", "simRecipX", "simXTransTrip"])
def test_a_behaviour_as_covariate_agrees_with_a_covariate(data, term):
    """At the start of the first period both see the same values; only the centring of the mean differs."""
    waves, v, _ = data
    moved = np.array([v, np.roll(v, 1)])
    plain = changes(panel({"r": waves}, covariates={"v": moved}), f"{term}:v")
    changing = panel({"r": waves}, behaviours={"v": moved})
    coded = code(changing, Specification("r", ["density", f"{term}:v"], behaviour={"v": ["linear"]}))
    assert engine.change_statistics(coded, coded.start, 0)[:, :, 1] == pytest.approx(plain, abs=EXACT)


def test_two_mode_effects(data):
    rng = np.random.default_rng(3)
    waves = (rng.random((2, N, 6)) < 0.4) * 1.0
    waves[0, 2] = waves[:, :, 5] = 0
    plain = panel({"alliances": waves}, covariates={"v": np.arange(N)}, two_mode=["alliances"])
    x = waves[0]
    own = {"density": lambda x, i: x[i].sum(), "inPop": lambda x, i: (x[i] * x.sum(axis=0)).sum(),
           "outAct": lambda x, i: x[i].sum() ** 2, "cycle4": four, "egoX:v": lambda x, i: (i - 4.0) * x[i].sum(),
           "egoSqX:v": lambda x, i: (i - 4.0) ** 2 * x[i].sum(),
           **{term: (lambda x, i, t=term: OWN[t](x, i, {})) for term in (
               "inPopSqrt", "outActSqrt", "outTrunc(2)", "outMore(2)", "outIso", "outThreshold(2)", "outInv(1)",
               "outSqInv(1)")},
           "outInAss(1)": lambda x, i: (x[i] * x[i].sum() * x.sum(axis=0)).sum()}
    for term, function in own.items():
        coded = code(plain, Specification("alliances", list(dict.fromkeys(["density", term]))))
        found = engine.change_statistics(coded, coded.start, 0)[:, :, -1]
        for i in range(N):
            for j in range(6):
                wanted = difference(lambda x, i, c, f=function: f(x, i), x, i, j, {})
                assert found[i, j] == pytest.approx(wanted, abs=EXACT), term


@pytest.mark.parametrize("term", ["crprod:o", "closure:o", "from:o", "inPopIntn(1):o", "outActIntn(1):o"])
def test_a_second_network_of_undirected_ties(data, term):
    both = np.maximum(data[0], data[0].transpose(0, 2, 1))
    other = both[::-1].copy()
    found = changes(panel({"r": both, "o": other}, undirected=["r", "o"]), term, also={"o": ["density"]})
    for i in range(N):
        for j in others(i, i):
            assert found[i, j] == pytest.approx(ACROSS[term](other[0], i, j), abs=EXACT)


def test_two_kinds_of_membership():
    rng = np.random.default_rng(5)
    a, b = (rng.random((2, N, 6)) < 0.4) * 1.0, (rng.random((2, N, 6)) < 0.4) * 1.0
    coded = code(panel({"a": a, "b": b}, two_mode=["a", "b"]),
                 Specification("a", ["density", "crprod:b", "inPopIntn(1):b"], also={"b": ["density"]}))
    found = engine.change_statistics(coded, coded.start, 0)[:N, :6]
    assert found[:, :, 1] == pytest.approx(b[0])
    assert found[:, :, 2] == pytest.approx(np.tile(b[0].sum(axis=0), (N, 1)))


def test_every_effect_on_ties_is_checked():
    """An effect that is added to the catalogue and not to these tables fails here."""
    directed = {name(term) for table in (OWN, ELEMENTARY, ELEMENTARY_PAIRS, ACROSS, MIXED) for term in table}
    undirected = {name(term) for term in UNDIRECTED} | {"gwesp", "crprod", "closure", "from", "inPopIntn", "outActIntn"}
    assert directed >= {e.name for e in catalogue().values() if "D" in e.nets}
    assert undirected >= {e.name for e in catalogue().values() if "U" in e.nets}


def name(term: str) -> str:
    return re.split(r"[(:*]", term)[0]

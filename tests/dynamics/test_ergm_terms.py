"""Statistics of exponential random graphs against their formulas, and change statistics against differences."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from interfirm.dynamics.data import panel
from interfirm.dynamics.effects import catalogue
from interfirm.dynamics.ergm_model import model, one_wave
from interfirm.dynamics.ergm_terms import ergm_terms, statistic, statistics, terms
from interfirm.dynamics.specification import Specification
from interfirm.errors import UnknownName, UsageError

N = 9


def data(seed=1, *, undirected=False, missing=False):
    rng = np.random.default_rng(seed)
    x = (rng.random((N, N)) < 0.35) * (1.0 - np.eye(N))
    other = (rng.random((N, N)) < 0.3) * (1.0 - np.eye(N))
    near = rng.random((N, N))
    if undirected:
        x, near, other = np.maximum(x, x.T), (near + near.T) / 2, np.maximum(other, other.T)
    if missing:
        x[2, 5] = np.nan
    values = {"v": rng.normal(size=N), "g": rng.integers(0, 3, N).astype(float)}
    return panel({"r": x[None]}, covariates=values, dyads={"near": near, "other": other},
                 undirected=["r"] if undirected else [])


def gw(m, a=0.69):
    return np.exp(a) * (1 - (1 - np.exp(-a)) ** m)


def off(m):
    return m * (1 - np.eye(len(m)))


def by_formula(p, undirected):
    """Every statistic of the network, by matrix formulas that share nothing with the kernel."""
    x, half = p.networks["r"].ties[0], 0.5 if undirected else 1.0
    v, g = p.covariates["v"][0], p.covariates["g"][0]
    vc, cells = v - v.mean(), ~np.eye(N, dtype=bool)
    w, near = p.dyads["other"][0], p.dyads["near"][0]
    nc = off(near - near[cells].mean())
    tp, os, is_ = x @ x, x @ x.T, x.T @ x
    r = x * x.T
    rr = r @ r
    rows, cols = x.sum(axis=1), x.sum(axis=0)
    same = 1.0 * (g[:, None] == g[None, :])
    sim = 1 - np.abs(v[:, None] - v[None, :]) / np.ptp(v)
    sim = sim - sim[cells].mean()
    ego, alter = np.repeat(vc[:, None], N, 1), np.repeat(vc[None, :], N, 0)

    def over(weight):
        return float((x * off(weight)).sum() * half)

    out = {
        "density": over(np.ones((N, N))), "transTies": over(tp >= 1), "isolateNet": float(((rows + cols) == 0).sum()),
        "inPop": float((cols * (cols - 1)).sum() / 2), "outAct": float((rows * (rows - 1)).sum() / 2),
        "inPopSqrt": float((cols**1.5).sum()), "outActSqrt": float((rows**1.5).sum()),
        "outTrunc(2)": float(np.minimum(rows, 2).sum()), "outMore(2)": float(np.maximum(rows - 2, 0).sum()),
        "outThreshold(2)": float((rows > 2).sum()), "outIso": float((rows == 0).sum()),
        "antiInIso": float((cols >= 1).sum()), "antiInIso2": float((cols >= 2).sum()),
        "in3Plus": float((cols >= 3).sum()), "egoPlusAltX:v": over(ego + alter), "simX:v": over(sim),
        "egoPlusAltSqX:v": over(ego**2 + alter**2), "sameX:g": over(same), "unequalX:g": over(1 - same),
        "absDiffX:v": over(np.abs(ego - alter)), "diffSqX:v": over((ego - alter) ** 2), "egoXaltX:v": over(ego * alter),
        "X:near": over(nc), "WWX:near": over(off(near) @ off(near)), "crprod:other": over(w),
        "closure:other": over(w @ w), "sameX:g*X:near": over(same * nc),
    }
    if undirected:
        return {**out, "transTriads": float(np.trace(x @ x @ x) / 6), "gwesp": over(gw(tp)), "gwesp(120)":
                over(gw(tp, 1.2)), "gwdsp": float(gw(tp)[cells].sum() / 2), "gwdegree": float(gw(rows).sum()),
                "degPlus": out["inPop"], "gwesp*sameX:g": over(gw(tp) * same)}
    out |= {
        "recip": float(r.sum() / 2), "transTrip": over(tp), "cycle3": float(np.trace(x @ x @ x) / 3),
        "gwespFF": over(gw(tp)), "gwespFF(30)": over(gw(tp, 0.3)), "gwespFF(0)": over(tp >= 1),
        "gwespBB": over(gw(tp.T)), "gwespFB": over(gw(os)), "gwespBF": over(gw(is_)), "gwespRR": over(gw(rr)),
        "gwdspFF": float(gw(tp)[cells].sum()), "gwidegree": float(gw(cols).sum()), "gwodegree": float(gw(rows).sum()),
        "outPop": float(off(tp).sum()), "inAct": float(off(tp).sum()), "altX:v": over(alter), "egoX:v": over(ego),
        "altSqX:v": over(alter**2), "egoSqX:v": over(ego**2), "diffX:v": over(alter - ego),
        "higher:v": over(0.5 + 0.5 * np.sign(ego - alter)), "altHigherEgoX:v": over(np.sign(alter - ego)),
        "simRecipX:v": float((r * sim).sum() / 2), "sameXRecip:g": float((r * same).sum() / 2),
        "egoXaltXRecip:v": float((r * ego * alter).sum() / 2), "simXTransTrip:v": over(tp * sim),
        "sameXTransTrip:g": over(tp * same), "diffXTransTrip:g": over(tp * (1 - same)),
        "XRecip:near": float((r * nc).sum() / 2), "InWWX:near": over(off(near).T @ off(near)),
        "OutWWX:near": over(off(near) @ off(near).T), "crprodRecip:other": over(w.T),
        "crprodMutual:other": over(w * w.T),
        "sharedIn:other": over(w.T @ w), "from:other": over(w @ w.T), "recip*sameX:g": float((r * same).sum() / 2),
        "gwespFF*sameX:g": over(gw(tp) * same), "gwespFB*X:near": over(gw(os) * nc),
        "gwespBB*X:near": over(gw(tp.T) * nc),
        "gwespBF*X:near": over(gw(is_) * nc), "gwespRR*X:near": over(gw(rr) * nc),
        "cycle3*sameX:g": over(tp.T * same) / 3,
        "recip*X:near": float((r * nc).sum() / 2),
    }
    return out


def coded(p, names):
    spec = Specification("r", names)
    found, items = one_wave(p, spec, None)
    return model(found, spec, items)


@pytest.mark.parametrize("undirected", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_statistics_are_those_of_their_formulas(seed, undirected):
    p = data(seed, undirected=undirected)
    wanted = by_formula(p, undirected)
    made = coded(p, list(wanted))
    np.testing.assert_allclose(made.look(made.ties)[0], list(wanted.values()), atol=1e-9)


@pytest.mark.parametrize("undirected", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_change_statistics_are_differences(seed, undirected):
    """Of every effect and every pair, whether it has a tie or not."""
    p = data(seed, undirected=undirected)
    made = coded(p, list(by_formula(p, undirected)))
    changes = made.look(made.ties, made.free)[1]
    for row, pair in enumerate(made.free):
        i, j = divmod(int(pair), N)
        there, away = made.ties.copy(), made.ties.copy()
        there[i, j], away[i, j] = 1, 0
        if undirected:
            there[j, i], away[j, i] = 1, 0
        np.testing.assert_allclose(changes[row], made.look(there)[0] - made.look(away)[0], atol=1e-9)


def test_every_usable_effect_is_tried():
    tried = {name.split("(")[0].split(":")[0].split("*")[0] for u in (False, True) for name in
             by_formula(data(undirected=u), u)}
    assert tried == {t.name for t in terms().values() if t.code is not None}


def test_every_effect_on_ties_is_known_or_refused_with_the_nearest():
    """No effect of the actor-oriented model on ties is met with silence, and what is offered instead exists."""
    on_ties = {e.name for e in catalogue().values() if set(e.nets) & {"D", "U"}}
    assert on_ties <= set(terms())
    for row in terms().values():
        if row.code is None:
            letter = "D" if "D" in row.nets else "U"
            with pytest.raises(UsageError, match="The nearest is"):
                statistic(row.name, directed=letter == "D")
        elif row.name in catalogue():
            assert row.needs == catalogue()[row.name].needs
            assert row.parameter == catalogue()[row.name].parameter


def test_the_table_names_sources_and_statnet():
    table = ergm_terms().set_index("effect")
    assert table.at["transTrip", "statnet"] == "ttriple"
    assert table.at["gwidegree", "nets"] == "D"
    assert (table["reference"] != "").all()
    assert (table["statistic"] != "").all()


@pytest.mark.parametrize(("text", "words"), [
    ("creation:recip", "form from ties that last"), ("endow:transTrip", "form from ties that last"),
    ("linear", "a behaviour"), ("outRate", "rate"), ("balance", "'gwespFB'"), ("sharedPop", "nearest"),
    ("gwesp", "undirected.*'gwespFF'"), ("altX", "written altX:<column>"), ("recip:v", "written recip"),
    ("recip(2)", "takes no number"), ("gwespFF(-1)", "0 or more"), ("recip*gwespFF", "a product"),
    ("gwidegree*sameX:g", "a product"), ("!", "not an effect")])
def test_what_one_wave_cannot_have_is_refused_by_name(text, words):
    with pytest.raises(UsageError, match=words):
        statistics(Specification("r", [text]), directed=True)


def test_without_direction_the_nearest_is_undirected_too():
    with pytest.raises(UsageError, match="The nearest is 'gwesp'"):
        statistic("balance", directed=False)
    with pytest.raises(UsageError, match="The nearest is 'egoPlusAltX'"):
        statistic("altX:v", directed=False)


def test_unknown_names_come_with_the_nearest():
    with pytest.raises(UnknownName, match="gwidegree"):
        statistic("gwindegree", directed=True)


def test_all_that_is_wrong_is_said_at_once():
    with pytest.raises(UsageError, match=r"'linear'.*'balance'"):
        statistics(Specification("r", ["linear", "balance"]), directed=True)


@pytest.mark.parametrize("more", [{"rate": ["outRate"]}, {"behaviour": {"v": ["linear"]}}, {"model": "forcing"},
                                  {"offset": 1.0}, {"conditional": True}, {"also": {"q": ["density"]}}])
def test_what_needs_two_waves_is_refused(more):
    with pytest.raises(UsageError, match=next(iter(more))):
        statistics(Specification("r", ["density"], **more), directed=True)


def test_density_is_added_and_doubles_are_refused():
    assert [item.text for item in statistics(Specification("r", ["recip"]), directed=True)] == ["density", "recip"]
    with pytest.raises(UsageError, match="twice"):
        statistics(Specification("r", ["recip", "recip"]), directed=True)


def test_unknown_fixed_and_free_pairs_are_kept_apart():
    p = data(missing=True)
    p.networks["r"].ties[0, 1, 3], p.networks["r"].ties[0, 3, 1] = 10, 11
    made = coded(p, ["density"])
    pairs = {divmod(int(q), N) for q in made.free}
    assert pairs == set(itertools.permutations(range(N), 2)) - {(1, 3), (3, 1)}
    assert [divmod(int(q), N) for q in made.missing] == [(2, 5)]
    assert made.ties[3, 1] == 1
    assert made.ties[1, 3] == 0

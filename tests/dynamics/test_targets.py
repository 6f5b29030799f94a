"""Observed statistics beside those of RSiena 1.6.6, and by hand."""

from __future__ import annotations

import numpy as np
import pytest

from interfirm.dynamics import engine
from interfirm.dynamics.coding import code
from interfirm.dynamics.data import panel
from interfirm.dynamics.effects import catalogue
from interfirm.dynamics.specification import Specification

ROUNDING = 1e-6  # the frozen numbers are rounded to ten digits
# The frozen value (307, 319) of outPopSqrt is that of the centred outPop.c, not a sum of square roots.
NOT_COMPARABLE = {"outPopSqrt"}
# The reference has a second name for a second value of the parameter.
ALSO = {"outTrunc2": "outTrunc", "outMore2": "outMore", "outMore3": "outMore", "outThreshold2": "outThreshold"}


def written(row: dict) -> str:
    """A frozen row as a term."""
    effect = catalogue()[ALSO.get(row["shortName"], row["shortName"])]
    text = effect.name + (f"({row['parm']})" if effect.parameter is not None else "")
    names = {"actor": [row["interaction1"]], "dyad": [row["interaction1"]],
             "actor+network": [row["interaction1"], row["interaction2"]]}.get(effect.needs, [])
    return ":".join([text, *names])


def target(data, spec: Specification, term: str) -> np.ndarray:
    coded = code(data, spec)
    return engine.targets(coded)[:, [q for q, p in enumerate(coded.parameters) if p.name == term][-1]]


@pytest.mark.parametrize("group", ["network", "dyadic", "coevolution", "symmetric"])
def test_frozen_targets(s50, group):
    data = {"coevolution": s50.coevolution, "symmetric": s50.symmetric}.get(group, s50.panel)
    more = {"behaviour": {"alcohol": ["linear"]}} if group == "coevolution" else {}
    compared = 0
    for row in s50.frozen["target_statistics"][group]:
        if ALSO.get(row["shortName"], row["shortName"]) not in catalogue() or row["shortName"] in NOT_COMPARABLE:
            continue
        term = written(row)
        if row["depvar"] == "alcohol":
            terms = list(dict.fromkeys(["linear", term]))
            spec = Specification("friendship", ["density"], behaviour={"alcohol": terms})
        else:
            spec = Specification("friendship", list(dict.fromkeys(["density", term])), **more)
        assert target(data, spec, term) == pytest.approx([row["t1"], row["t2"]], abs=ROUNDING), term
        compared += 1
    assert compared >= {"network": 95, "dyadic": 10, "coevolution": 30, "symmetric": 30}[group]


def test_frozen_rate_targets(s50):
    directed = engine.targets(code(s50.panel, Specification("friendship", ["density"])))
    assert directed[:, :2].diagonal().tolist() == [115, 106]
    both = engine.targets(code(s50.symmetric, Specification("friendship", ["density"])))
    assert both[:, :2].diagonal().tolist() == [138, 128]
    behaviour = engine.targets(code(s50.coevolution, Specification("friendship", ["density"],
                                                                   behaviour={"alcohol": ["linear"]})))
    assert [behaviour[0, 3], behaviour[1, 4]] == [27, 33]


def test_by_hand():
    """Five firms; the second wave has 0->1->2, 0->2, 2->0, 1->0."""
    first, second = np.zeros((5, 5)), np.zeros((5, 5))
    first[0, 3] = 1
    for i, j in ((0, 1), (1, 2), (0, 2), (2, 0), (1, 0)):
        second[i, j] = 1
    data = panel({"r": [first, second]}, covariates={"size": [1.0, 2, 3, 4, 5]})
    terms = ["density", "recip", "transTrip", "cycle3", "inPop", "outAct", "egoX:size", "altX:size", "creation:recip",
             "endow:inPop", "antiInIso", "isolateNet", "nbrDist2"]
    coded = code(data, Specification("r", terms))
    found = dict(zip(coded.names, engine.targets(coded)[0], strict=True))
    assert found["rate r period 1"] == 6
    assert found["density"] == 5
    assert found["recip"] == 4                      # 0<->1 and 0<->2, from both sides
    assert found["transTrip"] == 3                  # 0->1->2 with 0->2, 1->2->0 with 1->0, 1->0->2 with 1->2
    assert found["cycle3"] == 1                     # 0->1->2->0
    assert found["inPop"] == 2 * 2 + 1 * 1 + 2 * 2  # indegrees 2, 1, 2
    assert found["outAct"] == 4 + 4 + 1
    assert found["egoX:size"] == 2 * -2 + 2 * -1 + 1 * 0
    assert found["altX:size"] == -1 + 0 + 0 - 2 - 2
    assert found["creation:recip"] == 4             # every tie of the second wave is new
    assert found["endow:inPop"] == -1               # the lost tie 0->3 pointed at an indegree of 1
    assert found["antiInIso"] == 3
    assert found["isolateNet"] == 2
    assert found["nbrDist2"] == 1                   # 2 reaches 1 over 0


def test_unknown_ties_count_neither_way():
    first, second = np.zeros((4, 4)), np.zeros((4, 4))
    first[0, 1] = first[1, 2] = 1
    second[0, 1] = second[2, 3] = second[3, 0] = 1
    first[0, 2] = 1
    first[3, 0] = np.nan
    second[1, 2] = np.nan
    coded = code(panel({"r": [first, second]}), Specification("r", ["density"]))
    assert engine.targets(coded)[0].tolist() == [2, 2]  # 2->3 and 0->2 changed; 0->1 and 2->3 are there


def test_absent_actors_take_no_part():
    first, second = np.ones((4, 4)) - np.eye(4), np.zeros((4, 4))
    first[2, 0] = 0
    second[0, 1] = second[1, 0] = second[2, 0] = 1
    coded = code(panel({"r": [first, second]}, present=[[1, 1, 1, 1], [1, 1, 1, 0]]), Specification("r", ["density"]))
    assert engine.targets(coded)[0].tolist() == [4, 3]
    sample = engine.simulate(coded, np.array([50.0, 1.0]), 20, seed=1, keep=True)
    assert not sample.ends[:, 0, 0, 3].any()
    assert not sample.ends[:, 0, 0, :, 3].any()


def test_structural_values_stay():
    first, second = np.zeros((5, 5)), np.zeros((5, 5))
    first[0, 1], first[1, 0], first[2, 3] = 11, 10, 1
    second[1, 0] = second[3, 2] = 1
    coded = code(panel({"r": [first, second]}), Specification("r", ["density"]))
    sample = engine.simulate(coded, np.array([50.0, 0.0]), 50, seed=1, keep=True)
    assert (sample.ends[:, 0, 0, 0, 1] == 1).all()
    assert (sample.ends[:, 0, 0, 1, 0] == 0).all()


@pytest.mark.data
def test_the_published_cluster(data_dir):
    """Kecskemét: 28 firms, advice in 2012 and 2015; the reference's targets and number of changes."""
    folder = data_dir("kecskemet")
    waves = np.array([matrix(folder / f"KNetwork{w}.csv") for w in (1, 2)])
    columns = {name: matrix(folder / f"{name}.csv")[:, 0] for name in ("age", "emp", "ownership", "external_ties")}
    pairs = {name: matrix(folder / f"{name}_prox_matrix.csv") for name in ("geo", "cog")}
    data = panel({"advice": waves}, covariates=columns, dyads=pairs)
    spec = Specification("advice", ["density", "recip", "transTrip", "cycle3", "X:geo", "X:cog", "altX:age", "egoX:age",
                                    "sameX:ownership", "altX:external_ties", "altX:emp", "egoX:emp"])
    found = dict(zip((c := code(data, spec)).names, engine.targets(c)[0], strict=True))
    assert [found[name] for name in ("density", "recip", "transTrip", "cycle3")] == [181, 78, 590, 122]
    assert found["rate advice period 1"] == 184
    assert waves.sum(axis=(1, 2)).tolist() == [223, 181]
    off = ~np.eye(28, dtype=bool)
    assert found["X:geo"] == pytest.approx((waves[1] * (pairs["geo"] - pairs["geo"][off].mean()))[off].sum())
    assert found["altX:age"] == pytest.approx((waves[1] @ (columns["age"] - columns["age"].mean())).sum())


def matrix(path) -> np.ndarray:
    """A semicolon-separated file with names in the first row and column; bare carriage returns end lines."""
    lines = path.read_text("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n").splitlines()
    return np.array([[float(cell) for cell in line.split(";")[1:]] for line in lines[1:]])

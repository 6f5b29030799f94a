"""Where a simulation starts: what the study says, and what stands in for what it does not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from interfirm import DataError, Study, example
from interfirm.kernels import cluster_codes as codes
from interfirm.kernels.cluster_advice import drift
from interfirm.simulation import start
from interfirm.simulation.choice import balanced, fitted
from interfirm.simulation.model import prepare
from simulation.clusters import cluster


def small(ties: list[tuple[str, str, str]], layers: dict[str, str], *, directed: bool = True) -> Study:
    names = ["a", "b", "c", "d"]
    return Study.from_tables({
        "actors": pd.DataFrame({"actor": names, "kind": "firm", "position": "member"}),
        "waves": pd.DataFrame({"wave": ["2020"]}),
        "relations": pd.DataFrame({"relation": list(layers), "layer": list(layers.values()), "directed": directed}),
        "ties": pd.DataFrame(ties, columns=["sender", "receiver", "relation"]).assign(wave="2020"),
    })


def test_each_layer_by_hand() -> None:
    made = start(small([("a", "b", "advice"), ("c", "b", "trade"), ("d", "c", "command")],
                       {"advice": "knowledge", "trade": "exchange", "command": "coordination"}))
    rows = {(int(t["a"]), int(t["b"])): t for t in made.tie}
    assert set(rows) == {(0, 1), (1, 2), (2, 3)}
    assert (rows[0, 1]["ask_ab"], rows[0, 1]["ask_ba"], rows[0, 1]["exchange"]) == (1, 0, 0)
    assert (rows[1, 2]["ask_ab"], rows[1, 2]["exchange"]) == (0, 1)
    assert rows[2, 3]["boss"] == 2 and rows[2, 3]["exchange"] == 1
    assert any("distances are left out" in note for note in made.notes)


def test_without_a_knowledge_layer_it_says_so() -> None:
    made = start(small([("a", "b", "trade")], {"trade": "exchange"}))
    assert (made.tie[0]["ask_ab"], made.tie[0]["ask_ba"]) == (1, 1)
    assert any("Who asks whom is not in the study" in note for note in made.notes)


def test_undirected_advice_goes_both_ways() -> None:
    made = start(small([("a", "b", "talk")], {"talk": "knowledge"}, directed=False))
    assert (made.tie[0]["ask_ab"], made.tie[0]["ask_ba"], made.tie[0]["exchange"]) == (1, 1, 1)


def test_no_ties_and_too_few_firms() -> None:
    with pytest.raises(DataError, match="no tie between two"):
        start(small([], {"trade": "exchange"}))
    with pytest.raises(DataError, match="2 members"):
        start(small([("a", "b", "trade")], {"trade": "exchange"}).select(actors=["a", "b"]))


def test_example() -> None:
    study = example(seed=1)
    made = start(study)
    firms = study.actors.set_index("actor").loc[list(made.actors)]
    assert (firms["kind"] == "firm").all() and (firms["position"] == "member").all()
    staff = study.covariate("employees", "2024").loc[list(made.actors)]
    np.testing.assert_allclose(made.firm["workers"][staff.notna()], np.maximum(1, staff.dropna()))
    asked = study.adjacency("advice", "2024").matrix.toarray()
    where = [list(study.adjacency("advice", "2024").actors).index(name) for name in made.actors]
    assert int(made.tie["ask_ab"].sum() + made.tie["ask_ba"].sum()) == int((asked[np.ix_(where, where)] > 0).sum())
    assert (made.tie["since"] <= 0).all() and made.tie["since"].min() < -4


def test_balance_means_as_many_ties_begin_as_end() -> None:
    made = balanced(cluster(30, degree=5))
    world = prepare(replace(made, spread=0.0), seed=1, periods=4)
    assert abs(drift(world, 30, 1)) < 1e-4  # density is kept to six decimals
    world.p[codes.DENSITY] += 0.5
    assert drift(world, 30, 1) > 0.01


def test_one_wave_is_put_in_balance() -> None:
    study = example(seed=1).select(waves=["2024"])
    made = fitted(start(study), study, seed=1)
    assert set(made.fitted) == {"density"} and not made.affinity.size


@pytest.mark.slow
def test_two_waves_are_fitted() -> None:
    study = example(seed=1)
    made = fitted(start(study), study, seed=1)
    assert {"density", "recip", "closure", "search"} <= set(made.fitted) and made.fitted["recip"] > 0
    assert made.affinity.shape == (made.size, made.size) and np.isfinite(made.affinity).all()
    assert any("fitted to 'advice', 2021 to 2024" in note for note in made.notes)

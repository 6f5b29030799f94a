"""Response rates, and bounds against trying every way to fill in the unknown ties."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from network_studies import make

from interfirm.network.cohesion import density, reciprocity
from interfirm.network.response import response_bounds, response_rate
from interfirm.study.study import Study

EXACT = 1e-12


def test_rate_by_wave_and_relation():
    study = Study.from_tables({
        "waves": pd.DataFrame({"wave": ["1", "2"]}),
        "relations": pd.DataFrame({"relation": ["advice", "peer"], "layer": ["knowledge", "exchange"]}),
        "actors": pd.DataFrame({"actor": ["a", "b", "c", "x"], "position": ["member"] * 3 + ["external"]}),
        "observations": pd.DataFrame({"wave": ["1", "1", "1"], "actor": ["a", "b", "c"],
                                      "responded": [True, False, None]}),
        "responses": pd.DataFrame({"wave": ["1"], "relation": ["peer"], "actor": ["b"], "responded": [True]}),
    })
    found = response_rate(study).set_index(["wave", "relation"])
    assert found.loc[("1", "advice"), ["present", "asked", "answered"]].tolist() == [3, 2, 1]
    assert found.loc[("1", "advice"), "rate"] == 0.5
    assert found.loc[("1", "peer"), "rate"] == 1.0
    assert np.isnan(found.loc[("2", "advice"), "rate"])
    assert response_rate(study, who="all")["present"].tolist() == [4, 4, 4, 4]


def every_filling(edges, size, silent, unknown):
    open_ = [(i, j) for i in silent for j in range(size) if i != j and (i, j) not in edges]
    open_ += [pair for pair in unknown if pair not in open_]
    for choice in product([False, True], repeat=len(open_)):
        more = [pair for pair, there in zip(open_, choice, strict=True) if there]
        study = make([*edges, *more], size, directed=True)
        yield density(study), reciprocity(study)


@pytest.mark.parametrize("case", [
    ([(0, 1), (1, 0), (0, 2), (2, 3)], [3], [(0, 3)]),
    ([(0, 1), (1, 2), (2, 0)], [3], []),
    ([(0, 1), (2, 1)], [1], [(0, 2), (2, 0)]),
    ([(0, 1), (0, 2), (0, 3)], [1, 2], []),
])
def test_bounds_are_sharp(case):
    edges, silent, unknown = case
    fillings = np.array(list(every_filling(edges, 4, silent, unknown)))
    found = response_bounds(make(edges, 4, directed=True, silent=silent, unknown=unknown)).table().set_index("measure")
    for column, name in enumerate(("density", "reciprocity")):
        assert found.loc[name, "low"] == pytest.approx(np.nanmin(fillings[:, column]), abs=EXACT)
        assert found.loc[name, "high"] == pytest.approx(np.nanmax(fillings[:, column]), abs=EXACT)


def test_bounds_without_missing_ties_are_the_value():
    study = make([(0, 1), (1, 0), (1, 2)], 3, directed=True)
    found = response_bounds(study)
    assert found.unknown == 0.0
    for _, known, low, high in found.rows:
        assert known == low == high


def test_undirected_bounds_are_of_density_only():
    found = response_bounds(make([(0, 1)], 4, silent=[2, 3]))
    assert [row[0] for row in found.rows] == ["density"]
    assert found.rows[0][2:] == pytest.approx((1 / 6, 2 / 6))
    assert "density" in str(found)

from __future__ import annotations

import numpy as np
import pytest
from relation_studies import make

from interfirm.errors import UnknownName, UsageError
from interfirm.relations import alternatives_in_range, coupling, dependence, exit_difficulty
from interfirm.relations.alternatives import exit_difficulty_of
from interfirm.relations.dependence import dependence_of
from interfirm.structure import generate


def test_dependence_of_the_dictionary():
    """j sells 80 % to i: without an alternative 0.8; with four 0.8 · 0.2 (section 3.2)."""
    study = make({"customer": [(0, 1, 0.8)]}, 3, seen={"turnover": [100, 1000, 100]})
    row = dependence(study).table().iloc[0]
    assert (row["actor"], row["on"], row["dependence"]) == ("f0", "f1", 0.8)
    assert row["in_turn"] == pytest.approx(0.08)
    assert row["imbalance"] == pytest.approx(0.72)
    assert row["mutual"] == pytest.approx(0.88)
    assert bool(row["dangerous"])
    asked = make({"customer": [(0, 1, 0.8)]}, 3, seen={"turnover": [100, 1000, 100]},
                 answers=[(0, "SUBSTITUTES@f1", 4)])
    found = dependence(asked).table().set_index("actor")
    assert found.loc["f0", "dependence"] == pytest.approx(0.16)
    assert not found.loc["f0", "dangerous"]
    assert dependence_of(0.8, 4) == pytest.approx(0.16)


def test_money_is_divided_by_turnover():
    study = make({"outsourcing": [(0, 1, 60)]}, 3, seen={"turnover": [600, 100, 100]})
    found = dependence(study, relation="outsourcing").table().set_index("actor")
    assert found.loc["f1", "dependence"] == pytest.approx(0.6)
    assert found.loc["f0", "dependence"] == pytest.approx(0.1)
    assert found.loc["f1", "dangerous"] and not found.loc["f0", "dangerous"]


def test_strengths_are_shares_of_all_ties():
    study = make({"peer": [(0, 1, 3), (0, 2, 1)]}, 3)
    found = dependence(study, relation="peer").table().set_index(["actor", "on"])["dependence"]
    assert found["f0", "f1"] == pytest.approx(0.75)
    assert found["f1", "f0"] == 1


def test_a_purchase_above_the_whole_turnover_is_not_believed():
    study = make({"customer": [(0, 1, 0.5)]}, 2, seen={"turnover": [1000, 100]})
    found = dependence(study).table()
    assert found["actor"].tolist() == ["f0"]
    assert np.isnan(found["in_turn"].iloc[0])


def test_unknown_amounts_and_silent_firms_are_left_out():
    study = make({"peer": [(0, 1, 3), (0, 2, None)]}, 4, silent=[3])
    assert len(dependence(study, relation="peer").table()) == 2
    with pytest.raises(UnknownName):
        dependence(study, relation="peer", unit="tonnes")


def test_coupling_of_the_dictionary():
    """p = (.5, .3, .2) gives .38; a single partner 1 (section 3.1)."""
    study = make({"customer": [(0, 1, 0.5), (0, 2, 0.3), (0, 3, 0.2)]}, 4)
    found = coupling(study)
    assert found.loc["f0", "first_order"] == pytest.approx(0.38)
    one = coupling(make({"customer": [(0, 1, 0.4)]}, 3))
    assert one.loc["f0", "first_order"] == 1
    assert np.isnan(one.loc["f2", "first_order"])
    chain = coupling(make({"peer": [(0, 1, 1), (1, 2, 1)]}, 3), relation="peer")
    assert chain.loc["f1", "first_order"] == 0.5
    assert chain.loc["f0", "second_order"] == 0.5
    assert chain.loc["f1", "second_order"] == 1


def places(latitudes):
    return {"latitude": latitudes, "longitude": [0.0] * len(latitudes)}


def test_alternatives_fall_with_distance():
    """One degree of latitude is 111.195 km on a sphere of 6371 km radius."""
    study = make({"peer": [(0, 1)]}, 4, actors=places([0.0, 0.0, 1.0, 60.0]))
    found = alternatives_in_range(study, relation="peer", km=111.195)
    assert found["f0"] == pytest.approx(np.exp(-1), abs=1e-4)
    assert found["f3"] < 1e-20
    nobody = make({"peer": [(0, 1)]}, 3)
    assert alternatives_in_range(nobody, relation="peer").isna().all()
    with pytest.raises(UsageError, match="above 0"):
        alternatives_in_range(study, relation="peer", km=0)


def test_a_partner_is_no_alternative():
    study = make({"peer": [(0, 1), (0, 2)]}, 3, actors=places([0.0, 0.0, 0.0]))
    found = alternatives_in_range(study, relation="peer")
    assert found["f0"] == 0
    assert found["f1"] == 1


def test_exit_difficulty_by_hand():
    """Ring of four: without one neighbour, the other and the opposite are within two steps, so 1/3 each."""
    ring = np.zeros((4, 4))
    for i in range(4):
        ring[i, (i + 1) % 4] = 1
    assert exit_difficulty_of(ring, np.zeros((4, 4))) == pytest.approx([1 / 3] * 4)
    star = np.zeros((4, 4))
    star[0, 1:] = 1
    assert exit_difficulty_of(star, star)[1:] == pytest.approx([1.0] * 3)
    assert np.isnan(exit_difficulty_of(np.zeros((2, 2)), np.zeros((2, 2)))).all()


@pytest.mark.parametrize("n", [9, 13, 24])
def test_leaving_is_hardest_in_branches_and_easiest_in_circuits(n):
    """The order that the source states, on networks of known structure."""
    def mean(kind):
        return np.mean([np.nanmean(exit_difficulty_of(one.exchange, one.coordination))
                        for one in (generate(kind, n, seed=seed) for seed in range(5))])
    circuit, nodal = mean("circuit"), mean("nodal circuit")
    assert min(mean("branch"), mean("circuit-branch")) > nodal > circuit


def test_exit_difficulty_of_an_alliance_needs_the_alliance():
    with pytest.raises(UsageError, match="no alliance"):
        exit_difficulty(make({"peer": [(0, 1)]}, 2), relation="peer", alliance="A9")

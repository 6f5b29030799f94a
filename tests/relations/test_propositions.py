from __future__ import annotations

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from relation_studies import make
from scipy import stats

import interfirm
from interfirm.errors import UsageError
from interfirm.relations import alliance_table, propositions
from interfirm.relations.propositions import PROPOSITIONS, holm


def alliances(count=60, seed=4, strength=1.0):
    """Alliances in which every proposition holds."""
    rng = np.random.default_rng(seed)
    branch = np.arange(count) % 2
    nodal = branch.copy()
    disparity = 0.3 * nodal + 0.2 * rng.random(count)
    commitment, embeddedness = rng.normal(size=(2, count))
    narrow = rng.random(count)
    return pd.DataFrame({
        "structure": np.where(branch == 1, "branch", "circuit"), "disparity": disparity, "commitment": commitment,
        "embeddedness": embeddedness, "nodal": nodal.astype(float), "specialisation": narrow,
        "trust": strength * (commitment + embeddedness - 4 * disparity) + 0.2 * rng.normal(size=count),
        "exit_difficulty": branch + 0.3 * rng.normal(size=count), "two_way": -narrow + 0.1 * rng.normal(size=count),
        "innovation_support": nodal + 0.3 * rng.normal(size=count), "size_disparity": disparity,
        "reciprocity": -disparity + 0.02 * rng.normal(size=count)})


def test_all_propositions_are_supported_where_they_hold():
    table = propositions(alliances(), permutations=1999).table().set_index("proposition")
    assert (table["verdict"] == "supported").all(), table[["rho", "p_adjusted", "verdict"]]
    assert (table["alliances"] == 60).all()


def test_they_are_contradicted_where_the_opposite_holds():
    data = alliances()
    data["trust"], data["two_way"] = -data["trust"], -data["two_way"]
    table = propositions(data, permutations=1999).table().set_index("proposition")
    assert (table.loc[["P1", "P2a", "P2b", "P4"], "verdict"] == "contradicted").all()


def test_noise_says_nothing():
    """Of 20 sets of noise, with Holm's adjustment in either direction, about 2 have a verdict; 6 has p < 0.02."""
    spoken = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        data = pd.DataFrame({name: rng.random(15) for name in alliances().columns if name != "structure"})
        spoken += (propositions(data, permutations=199, seed=seed).table()["verdict"] != "cannot say").any()
    assert spoken <= 5


def test_few_alliances_and_no_spread_cannot_say():
    table = propositions(alliances(7), permutations=99).table()
    assert set(table["verdict"]) == {"cannot say"}
    assert "8 are needed" in table["why"].iloc[0]
    alike = alliances().assign(trust=1.0)
    row = propositions(alike, permutations=99).table().set_index("proposition").loc["P1"]
    assert "alike" in row["why"]
    assert propositions(alliances()[["disparity", "trust"]], permutations=99).table().set_index(
        "proposition").loc["P4", "why"] == "not known: specialisation, two_way"


def test_rank_correlation_and_p_are_those_of_scipy():
    """scipy's spearmanr; p over all 40,320 arrangements of eight alliances (0.015: three errors of 9,999 draws)."""
    data = alliances(8, strength=0.4)
    row = propositions(data, permutations=9999).table().set_index("proposition").loc["P1"]
    assert row["rho"] == pytest.approx(stats.spearmanr(data["disparity"], data["trust"]).statistic)
    x, y = (stats.rankdata(data[name]) for name in ("disparity", "trust"))
    every = np.array(list(permutations(y)))
    assert row["p"] == pytest.approx((every @ x <= x @ y + 1e-9).mean(), abs=0.015)


def test_the_partial_correlation_is_the_formula():
    data = alliances(20)
    rho = propositions(data, permutations=9).table().set_index("proposition").loc["P2a", "rho"]
    xy, xz, yz = (stats.spearmanr(data[a], data[b]).statistic for a, b in
                  (("commitment", "trust"), ("commitment", "embeddedness"), ("trust", "embeddedness")))
    assert rho == pytest.approx((xy - xz * yz) / np.sqrt((1 - xz**2) * (1 - yz**2)))


def test_holm_by_hand():
    assert holm(np.array([0.01, np.nan, 0.04, 0.03])) == pytest.approx([0.03, np.nan, 0.06, 0.06], nan_ok=True)


@settings(max_examples=10, deadline=None)
@given(st.permutations(range(60)))
def test_order_of_the_alliances_does_not_matter_to_rho(order):
    data = alliances()
    one = propositions(data, permutations=9).table()["rho"].to_numpy()
    two = propositions(data.iloc[list(order)], permutations=9).table()["rho"].to_numpy()
    assert one == pytest.approx(two)


def test_wrong_tables_are_refused():
    with pytest.raises(UsageError, match="No column"):
        propositions(pd.DataFrame({"turnover": [1]}))
    with pytest.raises(UsageError, match="must be numbers"):
        propositions(alliances().assign(trust="high"))


def test_alliance_table_of_the_example():
    table = alliance_table(interfirm.example(seed=1), wave="2024", structures={"A01": "circuit"})
    assert table.loc["A01", "structure"] == "circuit"
    assert table.loc["A01", "nodal"] == 0
    assert table.loc["A03", "nodal"] == 1
    assert table.loc["A01", "two_way"] > table.loc["A03", "two_way"]
    assert table.loc["A03", "structural_exit_difficulty"] > table.loc["A01", "structural_exit_difficulty"]
    assert table["commitment"].between(1, 7).all()
    assert table.loc["A03", "exit_difficulty"] > table.loc["A01", "exit_difficulty"] + 1  # built in: 5.4 against 2.9
    assert {name for item in PROPOSITIONS.values() for name in (item.x, item.y)} - {"in_branch"} <= set(table.columns)


def test_alliance_table_reads_the_instruments():
    members = pd.DataFrame({"alliance": "A1", "actor": ["f0", "f1", "f2"]})
    answers = [(i, f"SUPPORT_{k}@A1", 5 + i % 2) for i in range(3) for k in (1, 2, 3)]
    answers += [(0, f"COMMIT_{k}@A1", 4) for k in range(1, 10)]
    study = make({"outsourcing": [(0, 1, 10), (1, 0, 10)]}, 4, answers=answers, alliances=members)
    row = alliance_table(study).loc["A1"]
    assert row["innovation_support"] == pytest.approx(16 / 3)
    assert row["commitment"] == 4
    assert row["two_way"] == 1
    assert row["members"] == 3

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from relation_studies import firms, make

import interfirm
from interfirm.errors import UnknownName, UsageError
from interfirm.relations import exit_hazard, exit_risk, membership_periods
from interfirm.relations.hazard import fit, hazard, likelihood
from interfirm.study.study import Study

FROZEN = json.loads((Path(__file__).parents[1] / "reference" / "cloglog.json").read_text("utf-8"))


def frozen():
    x = np.column_stack([np.ones(20), FROZEN["x"], FROZEN["z"]])
    return x, np.array(FROZEN["y"], dtype=float)


def test_estimates_are_those_of_r():
    """R's glm with a cloglog link (version in the file); 1e-6 because both stop on the change of the likelihood."""
    x, y = frozen()
    found = fit(x, y, np.arange(20))
    assert found.converged
    assert found.beta == pytest.approx(FROZEN["estimate"], abs=1e-6)
    assert np.sqrt(np.diag(found.covariance)) == pytest.approx(FROZEN["error"], abs=1e-6)
    assert found.likelihood == pytest.approx(FROZEN["likelihood"][0], abs=1e-8)


def test_the_estimate_is_a_maximum():
    x, y = frozen()
    found = fit(x, y, np.arange(20))
    for k in range(3):
        for step in (-1e-3, 1e-3):
            beta = found.beta.copy()
            beta[k] += step
            assert likelihood(x, y, beta) < found.likelihood


def test_known_effects_are_recovered():
    rng = np.random.default_rng(9)
    n, truth = 20_000, np.array([-2.0, 0.5, -0.4])
    x = np.column_stack([np.ones(n), rng.normal(size=(n, 2))])
    y = (rng.random(n) < hazard(x, truth)).astype(float)
    found = fit(x, y, np.arange(n))
    error = np.sqrt(np.diag(found.covariance))
    assert (np.abs(found.beta - truth) < 3 * error).all()
    assert np.sqrt(np.diag(found.robust)) == pytest.approx(error, rel=0.1)


def test_a_column_that_separates_is_marked():
    x = np.column_stack([np.ones(40), np.repeat([0.0, 1.0], 20)])
    y = np.repeat([0.0, 1.0], 20)
    y[0] = 1.0
    assert not fit(np.column_stack([x, x[:, 1]]), y, np.arange(40)).converged
    assert not fit(x, np.repeat([0.0, 1.0], 20), np.arange(40)).converged


def test_repeated_rows_of_one_member_widen_the_robust_error_only():
    x, y = frozen()
    twice = fit(np.vstack([x, x]), np.concatenate([y, y]), np.concatenate([np.arange(20)] * 2))
    once = fit(x, y, np.arange(20))
    assert twice.beta == pytest.approx(once.beta, abs=1e-6)
    assert np.diag(twice.robust) == pytest.approx(np.diag(once.robust), rel=1e-4)
    assert np.diag(twice.covariance) == pytest.approx(np.diag(once.covariance) / 2, rel=1e-4)


ALLIANCES = pd.DataFrame({
    "alliance": ["A1", "A1", "A1", "A2", "A2"], "actor": ["f0", "f1", "f2", "f0", "f1"],
    "start": ["2019-01-01", "2019-01-01", "2020-05-01", "2018-03-01", None],
    "end": ["2021-12-31", "2020-06-30", "2021-12-31", None, None]})


def test_periods_by_hand():
    """f1 leaves A1 in 2020, before it ends; the others end with it; A2 is open, one membership undated."""
    found = membership_periods(make({"peer": [(0, 1)]}, 3, alliances=ALLIANCES))
    rows = {tuple(row) for row in found[["actor", "alliance", "period", "age", "exit"]].itertuples(index=False)}
    assert ("f1", "A1", "2020", 2, True) in rows
    assert ("f0", "A1", "2021", 3, False) in rows
    assert ("f2", "A1", "2021", 2, False) in rows
    assert ("f0", "A2", "2021", 4, False) in rows
    assert int(found["exit"].sum()) == 1
    assert len(found) == 3 + 2 + 2 + 4
    assert found.attrs["left_out"] == 1


def test_no_dates_says_what_to_collect():
    undated = ALLIANCES.assign(start=None, end=None)
    with pytest.raises(UsageError, match="Fill in 'start' and 'end'"):
        membership_periods(make({"peer": [(0, 1)]}, 3, alliances=undated))
    with pytest.raises(UsageError, match="between two waves"):
        membership_periods(make({"peer": [(0, 1)]}, 3), of="cluster")
    with pytest.raises(UnknownName):
        membership_periods(make({"peer": [(0, 1)]}, 3), of="club")


def many(seed=3, size=300):
    """Memberships of one year each or more; those with a low value of 'gain' leave more often."""
    rng = np.random.default_rng(seed)
    gain = rng.normal(size=size)
    rows = []
    for i in range(size):
        chance = hazard(np.array([[1.0, gain[i]]]), np.array([-1.6, -0.8]))[0]
        year = 2010
        while year < 2018 and rng.random() > chance:
            year += 1
        rows.append(("A1", f"f{i}", "2010-01-01", f"{year}-06-30" if year < 2018 else None))
    alliances = pd.DataFrame(rows, columns=["alliance", "actor", "start", "end"])
    study = Study.from_tables({"waves": pd.DataFrame({"wave": ["2010"]}), "actors": pd.DataFrame(
        {"actor": firms(size), "gain": gain}), "alliances": alliances})
    return study, gain


def test_the_hazard_of_a_known_process():
    study, gain = many()
    found = exit_hazard(study, effects=["gain"], last=2017)
    row = found.table().set_index("effect").loc["gain"]
    assert found.converged
    assert row["low"] < np.exp(-0.8 * gain.std()) < row["high"]
    assert row["ratio"] < 0.6
    assert found.fitted["hazard"].between(0, 1).all()
    assert found.fitted["hazard"].sum() == pytest.approx(found.exits, rel=0.02)
    given = exit_hazard(study, effects=["told"], covariates={"told": pd.Series(gain, index=firms(300))}, last=2017)
    assert given.table()["estimate"].to_numpy() == pytest.approx(found.table()["estimate"].to_numpy())


def test_too_few_exits_are_refused():
    with pytest.raises(UsageError, match="need at least"):
        exit_hazard(make({"peer": [(0, 1)]}, 3, alliances=ALLIANCES), effects=["founded"])


def test_a_column_without_spread_is_refused():
    study, _ = many()
    with pytest.raises(UsageError, match="same value"):
        exit_hazard(study, effects=["one"], covariates={"one": pd.Series(1.0, index=firms(300))})


def test_signals_by_hand():
    work = [(0, 1, 10, 2), (1, 2, 10, 6), (2, 1, 10, 6), (3, 0, 5, 6)]
    study = make({"outsourcing": work, "coordination": [(1, 0), (1, 2)]}, 4,
                 answers=[(0, "GAIN@A1", 2), (2, "GAIN@A1", 6)],
                 alliances=pd.DataFrame({"alliance": ["A1", "A1"], "actor": ["f0", "f2"]}))
    found = exit_risk(study)
    rows = found.table().set_index("actor")
    assert "trusts its partners little" in rows.loc["f0", "reasons"]
    assert "others decide for it" in rows.loc["f0", "reasons"]
    assert "costs more than it brings" in rows.loc["f0", "reasons"]
    assert "never both with the same firm" in rows.loc["f0", "reasons"]
    assert "f0" in found.watch
    assert "never both" not in rows.loc["f2", "reasons"]
    assert rows.loc["f2", "known"] >= 4
    assert {"shrinking", "falling trust", "not staying"} <= set(found.not_seen)


def test_nothing_to_look_at():
    one = {"waves": pd.DataFrame({"wave": ["w"]}), "actors": pd.DataFrame({"actor": ["a"]})}
    found = exit_risk(Study.from_tables(one))
    assert found.table()["signals"].tolist() == [0]
    assert found.looked_for == {}
    assert found.watch == []


def test_the_example_is_watched_but_not_modelled():
    study = interfirm.example(seed=1)
    assert 0 < len(exit_risk(study, wave="2024").watch) < 15
    with pytest.raises(UsageError, match="Exits seen"):
        exit_hazard(study)

"""The structure of a network at the end of a run: the one that was built in, and the shares that are told of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from interfirm.kernels.cluster_codes import TIE
from interfirm.simulation import ClusterStart, Plan, Policy, Stop, compare, run_experiment
from interfirm.simulation import end_structure as module
from interfirm.simulation.end_structure import structure_at_start, structure_of
from interfirm.simulation.levers import NONE
from interfirm.simulation.model import prepare
from interfirm.simulation.plan import replicate
from interfirm.simulation.wording import structure_sentence
from interfirm.structure import classify_network, generate
from simulation.clusters import cluster


def start_of(exchange: np.ndarray, coordination: np.ndarray) -> ClusterStart:
    """A cluster whose ties are those of two layers."""
    a, b = np.nonzero(np.triu(exchange, 1))
    tie = np.zeros(len(a), dtype=TIE)
    tie["a"], tie["b"], tie["live"], tie["exchange"] = a, b, 1, 1
    tie["boss"] = np.where(coordination[a, b] == 1, 1, np.where(coordination[b, a] == 1, 2, 0))
    return replace(cluster(len(exchange)), tie=tie)


@pytest.mark.parametrize("kind", ["circuit", "nodal circuit", "branch", "circuit-barrier"])
def test_a_structure_that_was_built_in_is_found(kind: str) -> None:
    made = generate(kind, 18, seed=3)
    found = structure_at_start(start_of(made.exchange, made.coordination), seed=1)
    assert (found.likeliest, found.probability > 0.9) == (kind, True)


def test_closed_firms_do_not_count_and_the_decision_is_that_of_the_chapter_on_structure() -> None:
    made = generate("circuit", 18, seed=3)
    world = prepare(start_of(made.exchange, made.coordination), seed=1)
    world.firm["alive"][17] = 0
    world.tie["live"][(world.tie["a"] == 17) | (world.tie["b"] == 17)] = 0
    rest = classify_network(made.exchange[:17, :17], made.coordination[:17, :17], seed=1, draws=0)
    assert structure_of(world, seed=1).decision == rest.decision == "circuit"


def test_only_the_first_replications_of_studies_that_are_not_large(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = Plan(cluster(10), (NONE, Policy("broker", {"broker": {}})), periods=2, every=2)
    assert len(replicate(plan, 19).structures) == 2 and replicate(plan, 20).structures == ()
    monkeypatch.setattr(module, "threshold", lambda *_: {"value": 9})
    assert not module.classifies(10)


def test_shares_are_those_of_the_rows(tmp_path: Path) -> None:
    plan = Plan(cluster(16), (NONE, Policy("anchor", {"anchor": {}})), periods=4, every=4)
    found = run_experiment(plan, tmp_path, stop=Stop(3, 0))
    assert found.structure is not None and len(found.structure) == 6
    table = found.structure_types().set_index("policy")
    rows = found.structure.set_index(["replication", "policy"])["decision"]
    for kind in rows.unique():
        assert table.loc["anchor", kind] == np.mean([rows[r, "anchor"] == kind for r in range(3)])
    assert table.loc["anchor", "differs"] == np.mean([rows[r, "anchor"] != rows[r, "none"] for r in range(3)])
    assert table.drop(columns=["runs", "differs"]).sum(axis=1).to_numpy() == pytest.approx(1)
    assert "Structure at the end" in str(compare(tmp_path))


def test_sentences_name_a_change_or_say_that_nobody_can() -> None:
    none = {"policy": "none", "runs": 20, "circuit": 0.8, "indeterminate": 0.2, "differs": 0.0}
    lab = {"policy": "lab", "runs": 20, "circuit": 0.3, "indeterminate": 0.7, "differs": 0.5}
    said = structure_sentence([none, lab], "circuit")
    assert "circuit in 16 of 20 runs (now: circuit)" in said
    assert "'Joint laboratory', in 10 of 20 runs; indeterminate then in 14" in said
    unclear = {**none, "circuit": 0.1, "indeterminate": 0.9}
    assert "nobody can say" in structure_sentence([unclear, {**unclear, "policy": "lab"}], None)
    assert structure_sentence([none, {**none, "policy": "lab"}], None).endswith("No policy changes it.")

"""Experiments: the same results however they were run, stopped or resumed; nothing lost, nothing mixed."""

from __future__ import annotations

import errno
import json
import os
import pickle
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from interfirm.errors import UsageError
from interfirm.kernels import cluster_codes as codes
from interfirm.simulation import Plan, Policy, Stop, compare, estimate, run_experiment
from interfirm.simulation import experiment as module
from interfirm.simulation.levers import NONE
from interfirm.simulation.plan import replicate
from interfirm.simulation.workers import Dask, Processes
from interfirm.study.read import results as stored
from interfirm.study.write import results as store
from simulation.clusters import cluster

ALL = Stop(most=12, precision=0)
FILES = ("outputs.parquet", "parameters.parquet", "firms.parquet", "ties.parquet", "structure.parquet",
         "experiment.json")


def plan(**changes: object) -> Plan:
    policies = (NONE, Policy("training", {"training": {}}), Policy("broker", {"broker": {}}))
    return replace(Plan(cluster(10), policies, seed=3, periods=8, every=4), **changes)


def contents(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in FILES}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of a run that nobody disturbed."""
    folder = tmp_path_factory.mktemp("whole")
    run_experiment(plan(), folder, stop=ALL)
    return folder


def test_policies_share_luck_and_parameters() -> None:
    idle = Policy("idle", {"training": {"starts": 50.0}})
    made = replicate(plan(policies=(NONE, idle)), 2)
    np.testing.assert_array_equal(made.outputs[0], made.outputs[1])


def test_outputs_are_those_of_single_runs(whole: Path) -> None:
    from interfirm.simulation import run

    one = plan()
    made = run(one.start, one.drawn(5), seed=3, replication=5, periods=8, policy=one.policies[2], every=4)
    table = stored.table(whole, "outputs")
    rows = table.loc[(table["replication"] == 5) & (table["policy"] == "broker"), list(codes.OUTPUTS)]
    np.testing.assert_array_equal(rows.to_numpy(), made.outputs)


def test_two_workers_give_the_same_bytes(whole: Path, tmp_path: Path) -> None:
    run_experiment(plan(), tmp_path / "two", stop=ALL, workers=Processes(2))
    assert contents(tmp_path / "two") == contents(whole)


def test_killed_and_resumed_gives_the_same_bytes(whole: Path, tmp_path: Path) -> None:
    """A real kill -9 in the middle; parts are whole, and the rest gives the results of an undisturbed run."""
    folder, given = tmp_path / "killed", tmp_path / "plan"
    given.write_bytes(pickle.dumps(plan()))
    code = ("import pickle, sys, time, pathlib; from interfirm.simulation import run_experiment, Stop; "
            "from interfirm.simulation.workers import Here\n"
            "class Slow(Here):\n"
            "    def run(self, plan, numbers):\n"
            "        for one in super().run(plan, numbers):\n"
            "            time.sleep(0.05); yield one\n"
            f"run_experiment(pickle.loads(pathlib.Path({str(given)!r}).read_bytes()), pathlib.Path({str(folder)!r}), "
            "stop=Stop(12, 0), workers=Slow())")
    process = subprocess.Popen([sys.executable, "-c", code])
    deadline = time.monotonic() + 120
    while len(stored.parts(folder)) < 3 and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    there = stored.parts(folder)
    assert 3 <= len(there) < 12
    assert all(len(stored.part(folder, name, "outputs")) == 9 for name in there)
    told: list[str] = []
    run_experiment(plan(), folder, stop=ALL, progress=told.append)
    assert told[0] == f"{len(there)} replications are there already"
    assert contents(folder) == contents(whole)


def test_more_replications_later(whole: Path, tmp_path: Path) -> None:
    run_experiment(plan(), tmp_path, stop=Stop(5, 0))
    assert compare(tmp_path).replications == 5
    run_experiment(plan(), tmp_path, stop=ALL)
    assert contents(tmp_path) == contents(whole)


def test_stops_at_the_same_checkpoint_on_any_workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BATCH", 6)
    stop = Stop(most=60, precision=0.5)
    one = run_experiment(plan(), tmp_path / "one", stop=stop)
    two = run_experiment(plan(), tmp_path / "two", stop=stop, workers=Processes(2))
    assert one.replications == two.replications < 60
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


@pytest.mark.parametrize(("change", "said"), [
    ({"seed": 4}, "another seed"),
    ({"periods": 12}, "another number of periods"),
    ({"start": cluster(10, seed=2)}, "another study"),
    ({"policies": (NONE, Policy("fairs", {"fairs": {}}))}, "other policies"),
    ({"given": {"trust_gain": 0.3}}, "other parameters"),
    ({"off": ("trust",)}, "other rules"),
])
def test_results_of_something_else_are_never_mixed(whole: Path, change: dict[str, object], said: str) -> None:
    before = contents(whole)
    with pytest.raises(UsageError, match=said):
        run_experiment(plan(**change), whole, stop=ALL)
    assert contents(whole) == before


def test_results_of_another_version(tmp_path: Path) -> None:
    manifest = {**plan().manifest(), "version": "0.0.1"}
    (tmp_path / "experiment.json").write_text(json.dumps(manifest))
    with pytest.raises(UsageError, match="another version"):
        run_experiment(plan(), tmp_path, stop=ALL)


def test_a_folder_of_something_else(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("not ours")
    with pytest.raises(UsageError, match=r"thesis\.docx"):
        run_experiment(plan(), tmp_path, stop=ALL)
    with pytest.raises(UsageError, match="holds no results"):
        compare(tmp_path / "nowhere")


def test_two_runs_in_one_folder(tmp_path: Path) -> None:
    with store.locked(tmp_path), pytest.raises(UsageError, match="Another run"):
        run_experiment(plan(), tmp_path, stop=ALL)


def test_full_disk_keeps_what_is_finished(whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, written = store._parquet, []

    def full(frame: object, path: Path) -> None:
        written.append(path)
        if len(written) > 18:  # three whole parts of five tables each, and a part of the fourth
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(frame, path)

    monkeypatch.setattr(store, "_parquet", full)
    with pytest.raises(UsageError, match="the disk is full"):
        run_experiment(plan(), tmp_path, stop=ALL)
    assert len(stored.parts(tmp_path)) == 3
    monkeypatch.undo()
    run_experiment(plan(), tmp_path, stop=ALL)
    assert contents(tmp_path) == contents(whole)


def test_too_large_for_disk_or_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "room", lambda _: 1000)
    with pytest.raises(UsageError, match="Make room"):
        run_experiment(plan(), tmp_path, stop=ALL)
    monkeypatch.setattr(estimate, "available_memory", lambda: 10**9)
    with pytest.raises(UsageError, match="8 workers would need about"):
        estimate.check_memory(plan(), 8)
    estimate.check_memory(plan(), 1)


def test_time_is_up(tmp_path: Path) -> None:
    found = run_experiment(plan(), tmp_path, stop=Stop(10_000, 0, minutes=0.02))
    assert 2 <= found.replications < 10_000


def test_no_scheduler(tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    with pytest.raises(UsageError, match=r"No scheduler with workers answers at tcp://127\.0\.0\.1:9"):
        run_experiment(plan(), tmp_path, stop=ALL, workers=Dask("tcp://127.0.0.1:9", patience=1.0))


@pytest.mark.parametrize(("wrong", "words"), [
    ({"most": 1}, "1 replication would give no interval; ask for at least 2"), ({"precision": -0.1}, "0 or more"),
    ({"precision": float("nan")}, "0 or more"), ({"minutes": 0}, "more than 0"), ({"minutes": -5}, "more than 0")])
def test_experiments_that_could_not_end_well_do_not_begin(wrong: dict[str, float], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        Stop(**wrong)  # type: ignore[arg-type]


def test_comparison(whole: Path) -> None:
    """Every number of the table again, from the raw outputs."""
    found = compare(whole)
    table = stored.table(whole, "outputs")
    ends = table.loc[table["period"] == 8].pivot(index="replication", columns="policy", values="capability")
    change = (ends["training"] - ends["none"]).to_numpy()
    row = found.effects().set_index(["policy", "output"]).loc[("training", "capability")]
    assert row["effect"] == pytest.approx(change.mean(), abs=1e-15)
    half = 2.200985160 * change.std(ddof=1) / np.sqrt(12)  # Student's t, 11 degrees of freedom
    assert row["high"] - row["effect"] == pytest.approx(half, rel=1e-8)
    best = found.best("capability")
    assert best["probability_best"].sum() == pytest.approx(1) and best["share_first"].sum() == pytest.approx(1)
    assert best.set_index("policy")["probability_best"]["training"] > 0.9
    assert "Capability training" in str(found)

"""A real Dask scheduler with two workers: the same bytes, with one worker killed on the way, and a lost scheduler."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from interfirm.errors import UsageError
from interfirm.simulation import ClusterStart, Plan, Policy, Stop, run_experiment
from interfirm.simulation.levers import NONE
from interfirm.simulation.workers import Dask
from interfirm.study.read import results as stored
from simulation.clusters import cluster

pytest.importorskip("distributed", reason="the extra 'distributed' is not installed")
pytestmark = pytest.mark.slow

FILES = ("outputs.parquet", "parameters.parquet", "firms.parquet", "ties.parquet", "structure.parquet",
         "experiment.json")
STOP = Stop(60, 0)


def plan(start: ClusterStart) -> Plan:
    return Plan(start, (NONE, Policy("broker", {"broker": {}})), seed=3, periods=200, every=100)


@dataclass
class Machines:
    """A scheduler and its workers, each a process of its own."""

    address: str
    scheduler: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _started(*words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                            env={**os.environ, "PYTHONWARNINGS": "ignore"})


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[Machines]:
    port = _free_port()
    address = f"tcp://127.0.0.1:{port}"
    made = Machines(address, _started("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", str(port),
                                      "--no-dashboard"))
    for number in range(2):
        made.workers.append(_started("distributed.cli.dask_worker", address, "--nthreads", "1", "--no-nanny",
                                     "--no-dashboard", "--local-directory", str(tmp_path / f"worker{number}")))
    try:
        yield made
    finally:
        for process in (*made.workers, made.scheduler):
            with suppress(ProcessLookupError):
                process.kill()
            process.wait()


def _when(folder: Path, parts: int, process: subprocess.Popen[bytes]) -> threading.Thread:
    """Kill a process as soon as so many parts are there."""
    def watch() -> None:
        deadline = time.monotonic() + 90
        while len(stored.parts(folder)) < parts and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)

    thread = threading.Thread(target=watch)
    thread.start()
    return thread


def test_a_worker_dies_and_nothing_changes(machines: Machines, tmp_path: Path) -> None:
    start = cluster(40, degree=6)
    run_experiment(plan(start), tmp_path / "here", stop=STOP)
    watcher = _when(tmp_path / "there", 5, machines.workers[0])
    run_experiment(plan(start), tmp_path / "there", stop=STOP, workers=Dask(machines.address, patience=60))
    watcher.join()
    assert machines.workers[0].poll() is not None and machines.workers[1].poll() is None
    for name in FILES:
        assert (tmp_path / "there" / name).read_bytes() == (tmp_path / "here" / name).read_bytes()


def test_the_scheduler_is_lost_and_the_rest_is_done_here(machines: Machines, tmp_path: Path) -> None:
    start = cluster(40, degree=6)
    watcher = _when(tmp_path / "there", 5, machines.scheduler)
    with pytest.raises(UsageError, match="was lost"):
        run_experiment(plan(start), tmp_path / "there", stop=STOP, workers=Dask(machines.address, patience=60))
    watcher.join()
    assert 5 <= len(stored.parts(tmp_path / "there")) < 60
    run_experiment(plan(start), tmp_path / "here", stop=STOP)
    run_experiment(plan(start), tmp_path / "there", stop=STOP)
    for name in FILES:
        assert (tmp_path / "there" / name).read_bytes() == (tmp_path / "here" / name).read_bytes()

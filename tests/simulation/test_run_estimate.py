"""What an experiment will take is said beforehand, and an experiment that would take too much does not begin."""

from __future__ import annotations

from pathlib import Path

import pytest

from interfirm.errors import UsageError
from interfirm.simulation import Plan, Policy, Stop, run_experiment
from interfirm.simulation import estimate as module
from interfirm.simulation.estimate import Estimate, check_time, estimate, spoken_time
from interfirm.simulation.experiment import left_to_do
from interfirm.simulation.levers import NONE
from interfirm.simulation.workers import _check_memory
from simulation.clusters import cluster


def plan(periods: int = 8, size: int = 10) -> Plan:
    return Plan(cluster(size), (NONE, Policy("broker", {"broker": {}})), periods=periods, every=periods)


def test_proportional_to_replications_policies_and_periods(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a run that takes 1 ms a period and classification left out, the sum can be done by hand."""
    monkeypatch.setattr(module, "_timed", lambda plan, values, periods: 0.001 * periods)
    monkeypatch.setattr(module, "classifies", lambda firms: False)
    found = estimate(plan(4000), 50, workers=1)
    assert found.processor == pytest.approx(50 * 2 * 4.0)
    assert found.seconds == pytest.approx(400 + 50 * module._WRITING)
    assert estimate(plan(4000), 50, workers=4).processor == pytest.approx(400)
    assert "200 s" not in str(found) and "7 min on 1 worker (3.4 min to 13 min" in str(found)


def test_the_trial_is_as_short_as_it_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def timed(_: object, __: object, periods: int) -> float:
        asked.append(periods)
        return 0.3 * periods

    monkeypatch.setattr(module, "_timed", timed)
    assert module._seconds_of_a_run(plan(4000)) == pytest.approx(1200)
    assert asked == [1, 4]


def test_a_real_trial_is_of_the_order_of_the_truth(tmp_path: Path) -> None:
    """Within a factor of ten on any machine, however busy: what a wrong unit or a forgotten factor would break."""
    import time

    made = plan(200, 40)
    expected = estimate(made, 30, workers=1)
    began = time.perf_counter()
    run_experiment(made, tmp_path, stop=Stop(30, 0))
    assert expected.seconds / 10 < time.perf_counter() - began < expected.seconds * 10


def test_time_that_does_not_suffice() -> None:
    long = Estimate(7200, 3600, 2.0, 100, 2)
    assert check_time(long, None) is None and check_time(long, 60) is None
    said = check_time(long, 15)
    assert said is not None and "will do for about 25 of them" in said
    with pytest.raises(UsageError, match="Two replications, the fewest that give an interval, would take about 72 s"):
        check_time(long, 0.5)
    with pytest.raises(UsageError, match="more than 8 hours, so it does not begin unasked"):
        check_time(Estimate(2e5, 1e5, 2.0, 100, 2), None)
    assert check_time(Estimate(2e5, 1e5, 2.0, 100, 2), 600) is not None


def test_times_in_words() -> None:
    assert [spoken_time(x) for x in (0.2, 40, 600, 9000, 200000, 2e8)] == [
        "1 s", "40 s", "10 min", "2.5 h", "2.3 days", "2,315 days"]


def test_what_is_there_is_not_counted_again(tmp_path: Path) -> None:
    assert left_to_do(plan(), tmp_path / "new", Stop(5, 0)) == 5
    run_experiment(plan(), tmp_path, stop=Stop(3, 0))
    assert left_to_do(plan(), tmp_path, Stop(5, 0)) == 2
    with pytest.raises(UsageError, match="another number of periods"):
        left_to_do(plan(12), tmp_path, Stop(5, 0))


def test_workers_of_a_scheduler_with_too_little_memory() -> None:
    roomy = {"tcp://a:1": {"memory_limit": 10**12, "nthreads": 8}, "tcp://c:1": {"memory_limit": 0, "nthreads": 8}}
    _check_memory(plan(), roomy)
    with pytest.raises(UsageError, match=r"worker at tcp://b:1 may use 1e-06 GB, and 4 runs at a time need"):
        _check_memory(plan(), {**roomy, "tcp://b:1": {"memory_limit": 1000, "nthreads": 4}})

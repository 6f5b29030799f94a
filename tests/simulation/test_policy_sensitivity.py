"""What the lead of the best policy hangs on: parameters put in must be found, others must not."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from interfirm.errors import UsageError
from interfirm.simulation import Plan, Policy, Stop, run_experiment
from interfirm.simulation import policy_sensitivity as module
from interfirm.simulation.levers import NONE
from interfirm.simulation.policy_sensitivity import check_possible, leading, policy_sensitivity, runs_needed, uncertain
from interfirm.simulation.settings import parameters
from interfirm.simulation.wording import sensitivity_lines, sensitivity_shown
from simulation.clusters import cluster

POLICIES = (NONE, Policy("training", {"training": {}}), Policy("broker", {"broker": {}}))
FREE = ("trust_gain", "trust_loss", "norm", "lock")


def plan(**changes: object) -> Plan:
    given = {name: item.value for name, item in parameters().items() if name not in FREE}
    return Plan(cluster(10), POLICIES, periods=4, every=4, given=given, **changes)


def test_only_what_nobody_knows_is_varied() -> None:
    assert {item.name for item in uncertain(plan())} == set(FREE)
    assert runs_needed(plan()) == 2 * 4 * (10 * 5 + 64 * 6)


def test_the_parameter_that_was_put_in_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a lead of 3 trust_gain - trust_loss (in shares of their ranges): effects 3 and 1, shares 0.9 and 0.1."""
    pytest.importorskip("SALib")
    share = {name: (parameters()[name].low, parameters()[name].high - parameters()[name].low) for name in FREE}

    def lead(*_: object) -> Callable[[Mapping[str, float], int], dict[str, float]]:
        def model(values: Mapping[str, float], _: int) -> dict[str, float]:
            x = {name: (values.get(name, low + width / 2) - low) / width for name, (low, width) in share.items()}
            return {"lead": 3 * x["trust_gain"] - x["trust_loss"]}
        return model

    monkeypatch.setattr(module, "_lead", lead)
    found = run_experiment(plan(), tmp_path, stop=Stop(3, 0))
    made = policy_sensitivity(plan(), found)
    table = made.table().set_index("parameter")
    assert list(table.index[:2]) == ["trust_gain", "trust_loss"]
    assert table["effect"].tolist() == pytest.approx([3, 1, 0, 0], abs=1e-9)
    assert table["direction"].tolist() == pytest.approx([3, -1, 0, 0], abs=1e-9)
    assert table["total"].tolist() == pytest.approx([0.9, 0.1, 0, 0], abs=0.02)  # of 64 base points
    record = json.loads(json.dumps(made.record()))
    said = "\n".join(sensitivity_lines(record))
    assert "It may turn on 'trust_gain'" in said and "mostly grows" in said
    assert sensitivity_shown(record)["Parameter"].tolist()[0] == "trust_gain"


def test_the_real_model_gives_the_same_on_any_number_of_threads(tmp_path: Path,
                                                                monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("SALib")
    monkeypatch.setattr(module, "threshold", lambda _, name: {"value": {
        "sensitivity_trajectories": 2, "sensitivity_points": 2, "sensitivity_strongest": 2,
        "sensitivity_replications": 2}[name]})
    found = run_experiment(plan(), tmp_path, stop=Stop(3, 0))
    one, two = (policy_sensitivity(plan(), found, workers=count).record() for count in (1, 2))
    assert one == two and (one["first"], one["second"]) == leading(found, "innovations")


def test_what_cannot_be_analysed() -> None:
    pytest.importorskip("SALib")
    with pytest.raises(UsageError, match="at least two policies"):
        check_possible(Plan(cluster(10), POLICIES[:2]))
    everything = {name: item.value for name, item in parameters().items()}
    with pytest.raises(UsageError, match="nothing to vary"):
        check_possible(Plan(cluster(10), POLICIES, given=everything))

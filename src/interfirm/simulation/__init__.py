"""What would a policy change? A model of a learning cluster, its levers, and experiments with them."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from interfirm.simulation.comparison import Comparison, compare
    from interfirm.simulation.experiment import Stop, run_experiment
    from interfirm.simulation.levers import Policy, levers_template, read_levers, usual_policies
    from interfirm.simulation.model import Run, run
    from interfirm.simulation.plan import Plan
    from interfirm.simulation.settings import Parameter, parameters
    from interfirm.simulation.starting import ClusterStart, start
    from interfirm.simulation.telling import told

_LAZY = {
    "Comparison": "comparison",
    "Parameter": "settings",
    "Plan": "plan",
    "Policy": "levers",
    "Run": "model",
    "ClusterStart": "starting",
    "Stop": "experiment",
    "compare": "comparison",
    "run_experiment": "experiment",
    "levers_template": "levers",
    "parameters": "settings",
    "read_levers": "levers",
    "run": "model",
    "start": "starting",
    "told": "telling",
    "usual_policies": "levers",
}

__all__ = [
    "ClusterStart",
    "Comparison",
    "Parameter",
    "Plan",
    "Policy",
    "Run",
    "Stop",
    "compare",
    "levers_template",
    "parameters",
    "read_levers",
    "run",
    "run_experiment",
    "start",
    "told",
    "usual_policies",
]


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(import_module(f"interfirm.simulation.{_LAZY[name]}"), name)
    raise AttributeError(f"module 'interfirm.simulation' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted(__all__)

"""What would a policy change? A model of a learning cluster, its levers, and experiments with them."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from interfirm.simulation.levers import Policy, read_levers
    from interfirm.simulation.model import Run, run
    from interfirm.simulation.settings import Parameter, parameters
    from interfirm.simulation.starting import Start, start

_LAZY = {
    "Parameter": "settings",
    "Policy": "levers",
    "Run": "model",
    "Start": "starting",
    "parameters": "settings",
    "read_levers": "levers",
    "run": "model",
    "start": "starting",
}

__all__ = ["Parameter", "Policy", "Run", "Start", "parameters", "read_levers", "run", "start"]


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(import_module(f"interfirm.simulation.{_LAZY[name]}"), name)
    raise AttributeError(f"module 'interfirm.simulation' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted(__all__)

"""Why do ties form, last and end? Tie-formation models (stochastic actor-oriented models)."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from interfirm.dynamics.data import Panel, panel
    from interfirm.dynamics.effects import overview as effects
    from interfirm.dynamics.estimate import estimate
    from interfirm.dynamics.fit import Fit
    from interfirm.dynamics.specification import Specification

_WHERE = {
    "Fit": ("fit", "Fit"),
    "Panel": ("data", "Panel"),
    "Specification": ("specification", "Specification"),
    "effects": ("effects", "overview"),
    "estimate": ("estimate", "estimate"),
    "panel": ("data", "panel"),
}

__all__ = ["Fit", "Panel", "Specification", "effects", "estimate", "panel"]


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        module, attribute = _WHERE[name]
        return getattr(import_module(f"interfirm.dynamics.{module}"), attribute)
    raise AttributeError(f"module 'interfirm.dynamics' has no attribute '{name}'")

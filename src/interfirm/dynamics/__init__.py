"""Why do ties form, last and end? Tie-formation models (stochastic actor-oriented models)."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from interfirm.dynamics.data import Panel, panel
    from interfirm.dynamics.effects import overview as effects
    from interfirm.dynamics.estimate import estimate
    from interfirm.dynamics.export import latex, rsiena
    from interfirm.dynamics.fit import Fit
    from interfirm.dynamics.goodness_of_fit import GoodnessOfFit, goodness_of_fit
    from interfirm.dynamics.importance import relative_importance
    from interfirm.dynamics.simulate import simulate
    from interfirm.dynamics.specification import Specification
    from interfirm.dynamics.suggest import suggest
    from interfirm.dynamics.tests_of_fit import score_test, time_test, wald_test

_WHERE = {
    "Fit": ("fit", "Fit"),
    "GoodnessOfFit": ("goodness_of_fit", "GoodnessOfFit"),
    "Panel": ("data", "Panel"),
    "Specification": ("specification", "Specification"),
    "goodness_of_fit": ("goodness_of_fit", "goodness_of_fit"),
    "latex": ("export", "latex"),
    "overview": ("effects", "overview"),
    "panel": ("data", "panel"),
    "relative_importance": ("importance", "relative_importance"),
    "rsiena": ("export", "rsiena"),
    "score_test": ("tests_of_fit", "score_test"),
    "time_test": ("tests_of_fit", "time_test"),
    "wald_test": ("tests_of_fit", "wald_test"),
}


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        module, attribute = _WHERE[name]
        return getattr(import_module(f"interfirm.dynamics.{module}"), attribute)
    raise AttributeError(f"module 'interfirm.dynamics' has no attribute '{name}'")

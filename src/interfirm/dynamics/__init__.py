"""Why do ties form, last and end? Tie-formation models (stochastic actor-oriented models)."""

from __future__ import annotations

from interfirm.dynamics.adding import add_effect
from interfirm.dynamics.data import Panel, panel
from interfirm.dynamics.effects import catalogue, overview
from interfirm.dynamics.ergm_estimate import ergm
from interfirm.dynamics.ergm_fit import ErgmFit
from interfirm.dynamics.ergm_simulate import ergm_goodness_of_fit, ergm_simulate
from interfirm.dynamics.ergm_suggest import ergm_suggest
from interfirm.dynamics.ergm_terms import ergm_terms
from interfirm.dynamics.ergm_words import ErgmReading, ergm_read
from interfirm.dynamics.estimate import estimate
from interfirm.dynamics.examine import examine
from interfirm.dynamics.export import latex
from interfirm.dynamics.fit import Convergence, Fit
from interfirm.dynamics.goodness_of_fit import GoodnessOfFit, goodness_of_fit
from interfirm.dynamics.importance import Importance, relative_importance
from interfirm.dynamics.notation import specification
from interfirm.dynamics.reading import Reading, read
from interfirm.dynamics.record import Start, start, to_dict
from interfirm.dynamics.rsiena import rsiena
from interfirm.dynamics.simulate import Simulation, simulate
from interfirm.dynamics.specification import Specification
from interfirm.dynamics.suggest import Suggestion, suggest
from interfirm.dynamics.tests_of_fit import HypothesisTest, score_test, time_test, wald_test

__all__ = [
    "Convergence",
    "ErgmFit",
    "ErgmReading",
    "Fit",
    "GoodnessOfFit",
    "HypothesisTest",
    "Importance",
    "Panel",
    "Reading",
    "Simulation",
    "Specification",
    "Start",
    "Suggestion",
    "add_effect",
    "catalogue",
    "ergm",
    "ergm_goodness_of_fit",
    "ergm_read",
    "ergm_simulate",
    "ergm_suggest",
    "ergm_terms",
    "estimate",
    "examine",
    "goodness_of_fit",
    "latex",
    "overview",
    "panel",
    "read",
    "relative_importance",
    "rsiena",
    "score_test",
    "simulate",
    "specification",
    "start",
    "suggest",
    "time_test",
    "to_dict",
    "wald_test",
]

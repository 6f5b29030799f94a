"""Does cooperation pay in innovation?

A design says what is explained by what; models estimate it; tests ask about turning points and complements.
Nothing here shows a cause. The rooms are imported on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

# Rooms called like one of their functions: bound here, or the name would come to mean the room.
from interfirm.performance.bootstrap import bootstrap as bootstrap
from interfirm.performance.cdm import cdm as cdm
from interfirm.performance.complementarity import complementarity as complementarity
from interfirm.performance.formula import formula as formula
from interfirm.performance.heckman import heckman as heckman
from interfirm.performance.inverted_u import inverted_u as inverted_u
from interfirm.performance.mrqap import mrqap as mrqap
from interfirm.performance.network_lag import network_lag as network_lag
from interfirm.performance.panel_analysis import panel_analysis as panel_analysis
from interfirm.performance.selection_analysis import selection_analysis as selection_analysis
from interfirm.performance.study_table import study_table as study_table
from interfirm.performance.ties_analysis import ties_analysis as ties_analysis

_ROOMS: dict[str, tuple[str, ...]] = {
    "design": ("Design", "survey_design"),
    "cooperation": ("Partners", "partner_types"),
    "cooperation_survey": ("by_partner_and_place",),
    "lags": ("Panel", "with_lags"),
    "study_table": ("study_design", "study_panel", "study_table"),
    "curve": ("Curve", "specification_curve"),
    "parallel": ("ParallelLines", "parallel_lines"),
    "panel": ("fixed_effects",),
    "by_type": ("ByType", "types_one_by_one"),
    "search": ("breadth", "depth", "diversity"),
    "models": ("choose", "fit"),
    "estimates": ("Fit",),
    "dictionary": ("data_dictionary",),
    "papers": ("PaperTable", "paper_table"),
    "inverted_u": ("Turning", "inverted_u"),
    "complementarity": ("Complementarity", "complementarity"),
    "heckman": ("heckman",),
    "cdm": ("System", "cdm"),
    "bootstrap": ("Bootstrap", "bootstrap"),
    "mrqap": ("DyadicRegression", "mrqap"),
    "network_lag": ("NetworkLag", "network_lag"),
    "answer": ("Answer",),
    "analysis": ("Analysis", "Options", "study_analysis", "survey_analysis"),
    "formula": ("Formula", "formula"),
    "selection_analysis": ("selection_analysis", "system_analysis"),
    "panel_analysis": ("panel_analysis",),
    "ties_analysis": ("lag_analysis", "ties_analysis"),
    "margins": ("Margins", "marginal_effects"),
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = [*sorted(_ROOM_OF)]  # noqa: PLE0604


def __getattr__(name: str) -> Any:
    if name not in _ROOM_OF:
        raise AttributeError(f"module 'interfirm.performance' has no attribute '{name}'")
    return getattr(import_module(f"interfirm.performance.{_ROOM_OF[name]}"), name)


def __dir__() -> list[str]:
    return [*__all__, *_ROOMS]

"""Does cooperation pay in innovation?

A design says what is explained by what; models estimate it; tests ask about turning points and complements.
Nothing here shows a cause. The rooms are imported on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_ROOMS: dict[str, tuple[str, ...]] = {
    "design": ("Design", "survey_design"),
    "search": ("breadth", "depth", "diversity"),
    "models": ("choose", "fit"),
    "estimates": ("Fit",),
    "dictionary": ("data_dictionary",),
    "papers": ("PaperTable", "paper_table"),
    "analysis": ("Analysis", "survey_analysis"),
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

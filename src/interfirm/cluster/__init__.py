"""What does the place add?

Measures take a study, a table of regions or plain numbers; ``measures.csv`` explains every one. The rooms are
imported on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_ROOMS: dict[str, tuple[str, ...]] = {
    "concentration": ("location_quotient", "ellison_glaeser", "locational_gini"),
    "regional": ("regional_position",),
    "density": ("k_density",),
    "plants": ("plant_density", "plant_sizes"),
    "moran": ("morans_i",),
    "efficiency": ("collective_efficiency",),
    "relation": ("performance_relation",),
    "mechanisms": ("learning_matrix",),
    "verdict": ("cluster_verdict",),
    "lessons": ("policy_lessons",),
    "evidence": ("evidence_pack",),
    "assess": ("assess_cluster",),
}
_CALCULATORS: dict[str, tuple[str, ...]] = {
    "concentration": ("ellison_glaeser_of_shares", "plant_error"),
    "density": ("kernel_density", "silverman"),
    "moran": ("nearest_weights",),
    "places": ("on_earth", "on_plane"),
    "plants": ("regions_of_plants",),
    "relation": ("rank_correlation", "ordered_logit", "holm"),
}
_ROOM_OF = {name: room for rooms in (_ROOMS, _CALCULATORS) for room, names in rooms.items() for name in names}
MEASURES = tuple(name for names in _ROOMS.values() for name in names)
CALCULATORS = tuple(name for names in _CALCULATORS.values() for name in names)

__all__ = [*sorted(_ROOM_OF)]  # noqa: PLE0604


def __getattr__(name: str) -> Any:
    if name not in _ROOM_OF:
        raise AttributeError(f"module 'interfirm.cluster' has no attribute '{name}'")
    return getattr(import_module(f"interfirm.cluster.{_ROOM_OF[name]}"), name)


def __dir__() -> list[str]:
    return [*__all__, *dict.fromkeys(_ROOM_OF.values())]

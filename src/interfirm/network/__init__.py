"""What does the network look like?

Every measure takes a study and says which relation, wave and direction it used. The rooms are
imported on first use; ``__all__`` lists the measures, each with a row in ``measures.csv``.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

# Rooms called like one of their measures: bound here, or the name would come to mean the room.
from interfirm.network.cohesion import cohesion as cohesion
from interfirm.network.communities import communities as communities
from interfirm.network.core_periphery import core_periphery as core_periphery
from interfirm.network.turnover import turnover as turnover
from interfirm.network.two_mode import two_mode as two_mode

_ROOMS: dict[str, tuple[str, ...]] = {
    "brokerage": (
        "constraint", "effective_size", "efficiency", "constraint_hierarchy", "structural_holes",
    ),
    "broker_roles": ("brokerage_roles",),
    "triads": ("triad_census",),
    "hierarchy": (
        "krackhardt", "connectedness", "graph_hierarchy", "graph_efficiency", "lubness",
    ),
    "reaching": ("local_reaching_centrality", "global_reaching_centrality"),
    "cohesion": ("density", "reciprocity", "transitivity", "local_clustering", "cohesion"),
    "paths": ("components", "distances"),
    "cut": ("cut_vertices", "bridges"),
    "two_mode": ("two_mode", "alliance_sizes", "alliance_degree", "two_mode_clustering", "alliance_overlap"),
    "centrality": ("degree", "closeness", "betweenness"),
    "power": ("eigenvector", "bonacich_power", "centralisation"),
    "core_periphery": ("core_periphery",),
    "communities": ("communities",),
    "groups": ("ei_index", "mixing"),
    "turnover": ("turnover",),
    "qap": ("qap_correlation",),
    "null": ("compare_with_null",),
    "response": ("response_rate", "response_bounds"),
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = [*sorted(_ROOM_OF)]  # noqa: PLE0604


def __getattr__(name: str) -> Any:
    if name not in _ROOM_OF:
        raise AttributeError(f"module 'interfirm.network' has no attribute '{name}'")
    return getattr(import_module(f"interfirm.network.{_ROOM_OF[name]}"), name)


def __dir__() -> list[str]:
    return [*__all__, *_ROOMS, "catalogue"]

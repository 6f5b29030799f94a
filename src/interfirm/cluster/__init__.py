"""What does the place add?

Measures take a study or arrays; ``measures.csv`` explains every one. The rooms are imported on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_ROOMS: dict[str, tuple[str, ...]] = {
    "concentration": ("location_quotient", "ellison_glaeser", "ellison_glaeser_of_shares", "locational_gini"),
    "density": ("k_density", "kernel_density", "silverman"),
    "moran": ("morans_i", "nearest_weights"),
    "places": ("on_earth", "on_plane"),
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = [*sorted(_ROOM_OF)]  # noqa: PLE0604


def __getattr__(name: str) -> Any:
    if name not in _ROOM_OF:
        raise AttributeError(f"module 'interfirm.cluster' has no attribute '{name}'")
    return getattr(import_module(f"interfirm.cluster.{_ROOM_OF[name]}"), name)


def __dir__() -> list[str]:
    return [*__all__, *dict.fromkeys(_ROOM_OF.values())]

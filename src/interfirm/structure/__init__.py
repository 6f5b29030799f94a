"""What shape does cooperation have, and who holds it together?"""

from __future__ import annotations

from importlib import import_module
from typing import Any

# No room may bear the name of a function: importing the room would put it in the function's place.
_ROOMS: dict[str, tuple[str, ...]] = {
    "alliances": ("AllianceStructure", "alliance_table", "classify_alliances"),
    "ideal_types": ("IDEAL_TYPES", "KINDS", "IdealType"),
    "generator": ("Generated", "generate"),
    "blockmodels": ("Blockmodel", "blockmodel"),
    "classification": ("Classification",),
    "classifying": ("classify", "classify_network"),
    "removal": ("Loss", "without"),
    "nodal_roles": ("Roles", "roles"),
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = [*sorted(_ROOM_OF)]  # noqa: PLE0604


def __getattr__(name: str) -> Any:
    if name not in _ROOM_OF:
        raise AttributeError(f"module 'interfirm.structure' has no attribute '{name}'")
    return getattr(import_module(f"interfirm.structure.{_ROOM_OF[name]}"), name)


def __dir__() -> list[str]:
    return [*__all__, *_ROOMS]

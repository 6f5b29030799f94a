"""How does knowledge flow and convert?

Measures take a study and say which relation and wave they used; calculators take numbers. The rooms are imported on
first use; ``measures.csv`` explains every measure.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

# Called like its room: bound here, or the name would come to mean the room.
from interfirm.knowledge.stickiness import stickiness as stickiness

_ROOMS: dict[str, tuple[str, ...]] = {
    "flows": ("give_and_take",),
    "roles": ("cognitive_roles",),
    "gates": ("gatekeeper_loss",),
    "learning": ("learning_by_channel",),
    "absorptive": ("absorptive_capacity",),
    "spillovers": ("spillover_pools",),
    "focal": ("focal_firms",),
    "layers": ("knowledge_and_business", "knowledge_types"),
    "seci": ("seci_state",),
    "stickiness": ("stickiness",),
    "seci_model": ("seci_simulation",),
}
_CALCULATORS: dict[str, tuple[str, ...]] = {
    "roles": ("roles_by_rule",),
    "learning": ("multifold",),
    "spillovers": ("decayed_pool",),
    "stickiness": ("sticky_rate",),
    "seci_model": ("seci_path",),
    "innovation": ("collective_innovation",),
    "institution": ("institution_link",),
}
_ROOM_OF = {name: room for rooms in (_ROOMS, _CALCULATORS) for room, names in rooms.items() for name in names}
MEASURES = tuple(name for names in _ROOMS.values() for name in names)
CALCULATORS = tuple(name for names in _CALCULATORS.values() for name in names)

__all__ = [*sorted(_ROOM_OF)]  # noqa: PLE0604


def __getattr__(name: str) -> Any:
    if name not in _ROOM_OF:
        raise AttributeError(f"module 'interfirm.knowledge' has no attribute '{name}'")
    return getattr(import_module(f"interfirm.knowledge.{_ROOM_OF[name]}"), name)


def __dir__() -> list[str]:
    return [*__all__, *dict.fromkeys(_ROOM_OF.values())]

"""How do ties hold: trust, dependence, commitment, exit?

Measures take a study and say which relation and wave they used. Calculators (entry, staying, the
path of trust) take numbers. The rooms are imported on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

# Rooms called like one of their measures: bound here, or the name would come to mean the room.
from interfirm.relations.alliance_table import alliance_table as alliance_table
from interfirm.relations.commitment import commitment as commitment
from interfirm.relations.dependence import dependence as dependence
from interfirm.relations.propositions import propositions as propositions
from interfirm.relations.trust import trust as trust

_ROOMS: dict[str, tuple[str, ...]] = {
    "outsourcing": (
        "outsourcing_intensity", "outsourcing_mode", "two_way_subcontracting", "over_externalisation",
    ),
    "scope": ("specialisation", "specialisation_and_reciprocity", "downscaling"),
    "embeddedness": (
        "coupling", "relational_embeddedness", "structural_embeddedness", "multiplexity", "local_anchoring",
        "over_embeddedness",
    ),
    "disparity": ("disparities",),
    "dependence": ("dependence",),
    "alternatives": ("alternatives_in_range", "exit_difficulty"),
    "trust": ("trust",),
    "balance": ("reciprocity_balance", "generalised_reciprocity"),
    "commitment": ("commitment", "commitment_scope"),
    "exit": ("exit_hazard", "exit_risk", "membership_periods"),
    "alliance_table": ("alliance_table",),
}
_CALCULATORS: dict[str, tuple[str, ...]] = {
    "entry": ("entry_value", "best_scope", "stays"),
    "inequality": ("gini", "theil"),
    "trust": ("trust_path",),
    "propositions": ("propositions",),
}
_ROOM_OF = {name: room for rooms in (_ROOMS, _CALCULATORS) for room, names in rooms.items() for name in names}
MEASURES = tuple(name for names in _ROOMS.values() for name in names)
CALCULATORS = tuple(name for names in _CALCULATORS.values() for name in names)

__all__ = [*sorted(_ROOM_OF)]  # noqa: PLE0604


def __getattr__(name: str) -> Any:
    if name not in _ROOM_OF:
        raise AttributeError(f"module 'interfirm.relations' has no attribute '{name}'")
    return getattr(import_module(f"interfirm.relations.{_ROOM_OF[name]}"), name)


def __dir__() -> list[str]:
    return [*__all__, *dict.fromkeys(_ROOM_OF.values()), "catalogue"]

"""Published models of cooperation and knowledge, each with a card that says what could be replicated."""

from __future__ import annotations

from interfirm.simulation.published.barter import (
    Barter,
    BarterRun,
    BarterSweep,
    barter,
    barter_sweep,
    small_world,
)
from interfirm.simulation.published.barter_networks import barter_on_networks
from interfirm.simulation.published.cards import Card, cards
from interfirm.simulation.published.research import (
    EfficientNetwork,
    efficiency_table,
    efficient_networks,
    growth_rates,
    is_nested,
    nested_graphs,
    stable_costs,
    welfare,
)
from interfirm.simulation.published.skin import DEVIATIONS, Skin, SkinRun, skin
from interfirm.simulation.published.tomasello import (
    AllianceMoments,
    AllianceRules,
    AllianceRun,
    activity_of,
    alliance_growth,
    alliance_moments,
)

__all__ = [
    "DEVIATIONS",
    "AllianceMoments",
    "AllianceRules",
    "AllianceRun",
    "Barter",
    "BarterRun",
    "BarterSweep",
    "Card",
    "EfficientNetwork",
    "Skin",
    "SkinRun",
    "activity_of",
    "alliance_growth",
    "alliance_moments",
    "barter",
    "barter_on_networks",
    "barter_sweep",
    "cards",
    "efficiency_table",
    "efficient_networks",
    "growth_rates",
    "is_nested",
    "nested_graphs",
    "skin",
    "small_world",
    "stable_costs",
    "welfare",
]

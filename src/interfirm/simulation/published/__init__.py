"""Published models of cooperation and knowledge, each with a card that says what could be replicated."""

from __future__ import annotations

from interfirm.simulation.published.cards import Card, cards
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
    "Card",
    "Skin",
    "SkinRun",
    "activity_of",
    "alliance_growth",
    "alliance_moments",
    "cards",
    "skin",
]

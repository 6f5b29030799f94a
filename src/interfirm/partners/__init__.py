"""Who should work with whom?

Similarity and complementarity are two axes and stay two. The rooms are imported on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

# Rooms called like one of their functions: bound here, or the name would come to mean the room.
from interfirm.partners.complementarity import complementarity as complementarity
from interfirm.partners.evaluate import evaluate as evaluate
from interfirm.partners.history import history as history
from interfirm.partners.learn import learn as learn
from interfirm.partners.recommend import recommend as recommend

_ROOMS: dict[str, tuple[str, ...]] = {
    "proximity": ("LearningCurve", "cognitive_distance", "cross_citation", "log_ratio_proximity", "spillover_pool",
                  "technological_proximity"),
    "text": ("profile_texts", "text_similarity"),
    "boschma": ("Proximities", "proximities"),
    "terms": ("weights_for",),
    "recommend": ("Recommendation", "Recommendations", "recommend"),
    "why": ("WhyNot", "why_not"),
    "plan": ("IntroductionPlan", "introduction_plan"),
    "history": ("History", "history"),
    "learn": ("PartnerModel", "Walker", "learn", "top_lists"),
    "learned": ("LearnedRanking", "learned_ranking"),
    "evaluate": ("PartnerEvaluation", "evaluate", "ranked"),
    "complementarity": ("complementarity", "fit", "one_way_complementarity", "rivalry"),
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = [*sorted(_ROOM_OF)]  # noqa: PLE0604


def __getattr__(name: str) -> Any:
    if name not in _ROOM_OF:
        raise AttributeError(f"module 'interfirm.partners' has no attribute '{name}'")
    return getattr(import_module(f"interfirm.partners.{_ROOM_OF[name]}"), name)


def __dir__() -> list[str]:
    return [*__all__, *_ROOMS]

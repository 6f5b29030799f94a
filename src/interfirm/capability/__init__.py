"""What can each firm bring, and what is missing?

Measures take a study and say which wave they used; calculators take numbers. The rooms are imported
on first use; ``measures.csv`` explains every measure.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_ROOMS: dict[str, tuple[str, ...]] = {
    "scores": ("profiles",),
    "informants": ("informant_agreement",),
    "scales": ("reliability",),
    "factor": ("measurement_model",),
    "technology": ("technological_capability",),
    "requirements": ("readiness",),
    "cases": ("code_matrix", "code_cooccurrence", "themes_by", "theme_support", "saturation"),
    "coders": ("coder_agreement",),
}
_CALCULATORS: dict[str, tuple[str, ...]] = {
    "coefficients": (
        "cronbach_alpha", "mcdonald_omega", "composite_reliability", "average_variance_extracted",
        "alpha_of_equal_loadings", "htmt", "htmt_matrix", "one_component_share",
    ),
    "informants": ("icc1", "rwg", "rwg_multi"),
    "ordinal": ("polychoric",),
    "factor": ("cfa",),
    "technology": ("technology_score", "skipped_depths"),
    "requirements": ("requirement_profiles", "check_requirements", "requirement", "readiness_index"),
    "cases": ("saturation_of", "requirements_from_cases"),
    "case_groups": ("check_cases", "codes_by_actor", "grouped_themes", "memberships", "requirements_of"),
    "coders": ("krippendorff_alpha", "cohen_kappa"),
    "qca": (
        "consistency", "coverage", "proportional_reduction", "calibrate", "truth_table", "term_membership",
        "set_solution",
    ),
    "boolean": ("minimise",),
}
_ROOM_OF = {name: room for rooms in (_ROOMS, _CALCULATORS) for room, names in rooms.items() for name in names}
MEASURES = tuple(name for names in _ROOMS.values() for name in names)
CALCULATORS = tuple(name for names in _CALCULATORS.values() for name in names)

__all__ = [*sorted(_ROOM_OF)]  # noqa: PLE0604


def __getattr__(name: str) -> Any:
    if name not in _ROOM_OF:
        raise AttributeError(f"module 'interfirm.capability' has no attribute '{name}'")
    return getattr(import_module(f"interfirm.capability.{_ROOM_OF[name]}"), name)


def __dir__() -> list[str]:
    return [*__all__, *dict.fromkeys(_ROOM_OF.values())]

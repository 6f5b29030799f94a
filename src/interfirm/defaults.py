"""Every threshold that interfirm uses, from ``defaults.toml``, so that none stands in code.

Each entry there has a value, a provenance and a meaning. A room asks for its own group:
``limit, whole = group("network")``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from functools import lru_cache
from importlib import resources
from typing import Any


@lru_cache(maxsize=1)
def declared() -> dict[str, dict[str, dict[str, Any]]]:
    """Every threshold: group, name, then value, provenance and meaning."""
    return tomllib.loads((resources.files("interfirm") / "defaults.toml").read_text("utf-8"))


def threshold(group: str, name: str) -> dict[str, Any]:
    """One threshold with its provenance and meaning; a KeyError if it is not declared."""
    return declared()[group][name]


def group(name: str) -> tuple[Callable[[str], float], Callable[[str], int]]:
    """Two functions that give a group's thresholds by name: as a number, and as a whole number."""

    def limit(key: str) -> float:
        return float(threshold(name, key)["value"])

    def whole(key: str) -> int:
        return int(threshold(name, key)["value"])

    return limit, whole

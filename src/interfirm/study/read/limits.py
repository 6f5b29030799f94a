"""Named limits and thresholds from ``defaults.toml``, so that none stands in code."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib import resources
from typing import Any


@lru_cache(maxsize=1)
def _defaults() -> dict[str, Any]:
    return tomllib.loads((resources.files("interfirm") / "defaults.toml").read_text("utf-8"))


def limit(name: str) -> float:
    """The value of one limit of reading and importing, by its name in ``defaults.toml``."""
    return float(_defaults()["import"][name]["value"])


def whole(name: str) -> int:
    """The same as a whole number."""
    return int(limit(name))

"""Named limits of this chapter from ``defaults.toml``."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib import resources
from typing import Any


@lru_cache(maxsize=1)
def _defaults() -> dict[str, Any]:
    text = (resources.files("interfirm") / "defaults.toml").read_text("utf-8")
    return dict(tomllib.loads(text)["capability"])


def limit(name: str) -> float:
    """The value of one limit by its name in ``defaults.toml``."""
    return float(_defaults()[name]["value"])


def whole(name: str) -> int:
    """The same as a whole number."""
    return int(limit(name))

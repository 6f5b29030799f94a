"""Named limits of the report from ``defaults.toml``."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib import resources
from typing import Any


@lru_cache(maxsize=1)
def declared() -> dict[str, dict[str, Any]]:
    """Every limit of the report: value, provenance, meaning."""
    text = (resources.files("interfirm") / "defaults.toml").read_text("utf-8")
    return dict(tomllib.loads(text)["report"])


def limit(name: str) -> int:
    """The value of one limit by its name."""
    return int(declared()[name]["value"])

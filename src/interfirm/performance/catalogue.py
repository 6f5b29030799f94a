"""What is this: the declared texts of the functions of this chapter."""

from __future__ import annotations

import csv
from functools import lru_cache
from importlib import import_module, resources


@lru_cache(maxsize=1)
def texts() -> dict[str, dict[str, str]]:
    """The declared texts, by name."""
    text = (resources.files("interfirm.performance") / "measures.csv").read_text("utf-8")
    return {row["measure"]: row for row in csv.DictReader(text.splitlines())}


def names() -> list[str]:
    """The public functions of this chapter."""
    return [name for name in import_module("interfirm.performance").__all__ if name[0].islower()]

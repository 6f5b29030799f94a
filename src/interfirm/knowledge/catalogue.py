"""What is this: the declared texts of the measures of knowledge."""

from __future__ import annotations

import csv
from functools import lru_cache
from importlib import import_module, resources


@lru_cache(maxsize=1)
def texts() -> dict[str, dict[str, str]]:
    """The declared texts of every measure and calculator, by name."""
    text = (resources.files("interfirm.knowledge") / "measures.csv").read_text("utf-8")
    return {row["measure"]: row for row in csv.DictReader(text.splitlines())}


def names() -> list[str]:
    """The measures of this chapter that take a study."""
    return list(import_module("interfirm.knowledge").MEASURES)


def public() -> list[str]:
    """The measures, and the calculators that take numbers."""
    return list(import_module("interfirm.knowledge").__all__)

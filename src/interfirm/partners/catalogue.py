"""What is this: the declared texts of the measures of partners."""

from __future__ import annotations

import csv
from functools import lru_cache
from importlib import resources


@lru_cache(maxsize=1)
def texts() -> dict[str, dict[str, str]]:
    """The declared texts of every measure, by name."""
    text = (resources.files("interfirm.partners") / "measures.csv").read_text("utf-8")
    return {row["measure"]: row for row in csv.DictReader(text.splitlines())}

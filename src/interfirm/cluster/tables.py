"""The declared tables of this room, as rows of text."""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    """The rows of one CSV file beside this module."""
    text = (resources.files("interfirm.cluster") / f"{name}.csv").read_text("utf-8")
    return tuple(csv.DictReader(text.splitlines()))

"""What is this: the texts of the measures of network and relations, and of the few that the report computes itself."""

from __future__ import annotations

import csv
from functools import lru_cache
from importlib import resources

from interfirm.capability import catalogue as capability
from interfirm.cluster import catalogue as cluster
from interfirm.knowledge import catalogue as knowledge
from interfirm.network import catalogue
from interfirm.partners import catalogue as partners
from interfirm.performance import catalogue as performance
from interfirm.relations import catalogue as relations

_FIELDS = ("title", "definition", "formula", "low", "high", "range", "missing", "source")


@lru_cache(maxsize=1)
def texts() -> dict[str, dict[str, str]]:
    """Title, definition, formula, how to read low and high, range, missing rule and source, by measure."""
    text = (resources.files("interfirm.report") / "measures.csv").read_text("utf-8")
    own = {row["measure"]: row for row in csv.DictReader(text.splitlines())}
    rooms = (cluster, performance, capability, partners, knowledge, relations, catalogue)
    every = {name: row for room in rooms for name, row in room.texts().items()} | own
    return {name: {field: row[field] for field in _FIELDS} for name, row in every.items()}

"""What is this: the declared texts of the measures of the place."""

from __future__ import annotations

from functools import lru_cache

from interfirm.cluster import MEASURES
from interfirm.cluster.tables import rows


def names() -> list[str]:
    """The public measures of this chapter."""
    return list(MEASURES)


@lru_cache(maxsize=1)
def texts() -> dict[str, dict[str, str]]:
    """The declared texts of every measure, by name."""
    return {row["measure"]: row for row in rows("measures")}

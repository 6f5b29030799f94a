"""Scores of small scales, from 0 to 1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from interfirm.capability.answers import Answers
from interfirm.knowledge._limits import limit

if TYPE_CHECKING:
    import pandas as pd

_EDGE = 1e-9


def factor(given: Answers, names: Sequence[str]) -> pd.Series:
    """The mean of some items by firm, moved from their scale to 0–1; empty where nobody was asked.

    A respondent who left out more than ``knowledge.missing_items`` of them has no score; several respondents of one
    firm are averaged.
    """
    import pandas as pd

    mine = [item for item in given.items if item.item in names]
    if not mine:
        return pd.Series(dtype="float64")
    part = given.turned[[item.item for item in mine]]
    low, high = mine[0].low, float(mine[0].high or np.nan)
    enough = part.isna().mean(axis=1) <= limit("missing_items") + _EDGE
    score = (part.mean(axis=1).where(enough) - low) / (high - low)
    out: pd.Series = score.groupby(level="actor", sort=False).mean()
    return out

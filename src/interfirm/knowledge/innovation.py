"""Collective innovation: novelties that several firms make together, each free to use them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from interfirm.errors import DataError, Finding
from interfirm.numerals import per_cent

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class CollectiveInnovation:
    """How much innovation is collective.

    Attributes
    ----------
    share
        Innovations with two or more contributors by all; NaN without any.
    size
        Mean number of contributors of the collective ones.
    mix
        Mean share of pairs of contributors of different classes (NaN without classes).
    spread
        Mean share of the contributors that bring the innovation to market (NaN where not known).
    rows
        See :meth:`table`.
    """

    share: float
    size: float
    mix: float
    spread: float
    rows: pd.DataFrame

    def table(self) -> pd.DataFrame:
        """One row per innovation: ``contributors``, ``collective``, ``mix``, ``spread``."""
        return self.rows.copy()

    def __str__(self) -> str:
        return (f"{per_cent(self.share)} of {len(self.rows)} innovations are collective, with {self.size:.1f} "
                "contributors.")


def collective_innovation(contributions: pd.DataFrame) -> CollectiveInnovation:
    """How many innovations several organisations made together, how mixed they are, and who may use them.

    Parameters
    ----------
    contributions
        One row per innovation and contributor: ``innovation``, ``actor``; if known ``kind`` (class of the contributor)
        and ``applies`` (whether it brings the innovation to market).

    Returns
    -------
    CollectiveInnovation

    Raises
    ------
    DataError
        Without the two columns, for empty cells in them, or for a contributor that stands twice.

    Notes
    -----
    Counted are innovations that are new to the cluster; who contributed must have been asked. Ours, after collective
    invention [allen1983] and [wang2012].

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"innovation": ["a", "a", "b"], "actor": ["F1", "F2", "F3"], "applies": [1, 0, 1]})
    >>> result = collective_innovation(rows)
    >>> result.share, result.spread
    (0.5, 0.5)
    """
    import pandas as pd

    _check(contributions)
    rows = []
    for name, part in contributions.groupby("innovation", sort=False):
        kinds = part["kind"].dropna() if "kind" in part else pd.Series(dtype=object)
        applies = part["applies"].dropna().astype(float) if "applies" in part else pd.Series(dtype=float)
        rows.append({"innovation": name, "contributors": len(part), "collective": len(part) > 1,
                     "mix": _mix(kinds) if len(part) > 1 else np.nan,
                     "spread": float(applies.mean()) if len(part) > 1 and len(applies) else np.nan})
    frame = pd.DataFrame(rows, columns=["innovation", "contributors", "collective", "mix", "spread"])
    joint = frame[frame["collective"].astype(bool)]
    mean = joint[["contributors", "mix", "spread"]].astype(float).mean()
    return CollectiveInnovation(float(frame["collective"].mean()) if len(frame) else float("nan"),
                                float(mean["contributors"]), float(mean["mix"]), float(mean["spread"]), frame)


def _mix(kinds: pd.Series) -> float:
    """The share of pairs of different classes."""
    n = len(kinds)
    if n < 2:
        return float("nan")
    counts = kinds.value_counts().to_numpy(dtype=float)
    return float(1 - (counts * (counts - 1)).sum() / (n * (n - 1)))


def _check(rows: pd.DataFrame) -> None:
    problem = None
    missing = [name for name in ("innovation", "actor") if name not in rows.columns]
    if missing:
        problem = f"the column {' and '.join(missing)} is missing"
    elif rows[["innovation", "actor"]].isna().any(axis=None):
        problem = "some rows lack the innovation or the actor"
    elif rows.duplicated(["innovation", "actor"]).any():
        twice = rows.loc[rows.duplicated(["innovation", "actor"])].iloc[0]
        problem = f"'{twice['actor']}' stands twice for innovation '{twice['innovation']}'"
    if problem:
        raise DataError(Finding("error", problem, "bad-contributions",
                                expected="one row per innovation and contributor, columns innovation and actor",
                                remedy="Correct the list of contributors"))

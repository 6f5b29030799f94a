"""Collective innovation: novelties that several firms make together, each free to use them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from interfirm.errors import Findings
from interfirm.numerals import per_cent

if TYPE_CHECKING:
    import pandas as pd

_EXPECTED: Final = "one row per innovation and contributor: innovation, actor and, if known, kind and applies"
_SHOWN: Final = 20


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
        Without the two columns, for empty cells in them, a contributor that stands twice, or a mark other than 1 and 0;
        with every place.

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
        applies = _marks(part).dropna() if "applies" in part else pd.Series(dtype=float)
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
    """All that is wrong at once: missing columns, or else empty cells, contributors that stand twice, and marks."""
    out = Findings()
    for name in ("innovation", "actor"):
        if name not in rows.columns:
            out.add("error", f"the column '{name}' is missing", "bad-contributions", expected=_EXPECTED,
                    remedy="Add it to the list of contributors")
    out.raise_if_failed()
    for name in ("innovation", "actor"):
        _wrong(out, rows[name].isna(), f"the {name} is missing", name, "Fill it in, or take the row out")
    twice = rows.duplicated(["innovation", "actor"]) & rows[["innovation", "actor"]].notna().all(axis=1)
    _wrong(out, twice, "the actor stands twice for one innovation", "actor", "Take one of the two rows out")
    if "applies" in rows:
        _wrong(out, rows["applies"].notna() & _marks(rows).isna(), "the mark is neither 1 nor 0", "applies",
               "Write 1 if the contributor brings the innovation to market, 0 if not, nothing if not known")
    out.raise_if_failed()


def _marks(rows: pd.DataFrame) -> pd.Series:
    """Whether a contributor applies the innovation: 1, 0, or NaN."""
    import pandas as pd

    marks = pd.to_numeric(rows["applies"], errors="coerce").astype(float)
    return marks.where(marks.isin([0.0, 1.0]))


def _wrong(out: Findings, which: pd.Series, what: str, column: str, remedy: str) -> None:
    """A finding for each of the first wrong cells, and one for the rest."""
    places = np.flatnonzero(which.to_numpy(dtype=bool))
    for at in places[:_SHOWN]:
        out.add("error", what, "bad-contributions", row=int(at) + 2, column=column, expected=_EXPECTED, remedy=remedy)
    if len(places) > _SHOWN:
        out.add("error", f"{len(places) - _SHOWN:,} more rows like these", "bad-contributions", column=column)

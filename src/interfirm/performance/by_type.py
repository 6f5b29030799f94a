"""Each partner type by itself: what goes with it among firms alike in the controls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from interfirm.errors import DataError, UsageError
from interfirm.performance._limits import whole
from interfirm.performance.cooperation import TYPES
from interfirm.performance.design import Design, survey_design
from interfirm.performance.margins import marginal_effects
from interfirm.performance.models import fit
from interfirm.performance.terms import Source

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class ByType:
    """Effects of partner types, one model each.

    Attributes
    ----------
    outcome
        What they go with.
    rows
        See :meth:`table`.
    controls
        What was held alike.
    left_out
        Types that too few firms have or lack.
    """

    outcome: str
    rows: pd.DataFrame
    controls: tuple[str, ...]
    left_out: tuple[str, ...]

    def table(self) -> pd.DataFrame:
        """One row per type: type, with_it (firms), without_it, effect, p, low, high (95 %)."""
        return self.rows.copy()

    def __str__(self) -> str:
        return f"Partner types one at a time on '{self.outcome}', alike in {', '.join(self.controls) or 'nothing'}."


def types_one_by_one(source: Source, outcome: str, *, types: Sequence[str] | None = None,
                     controls: Sequence[str] = (), model: str = "auto") -> ByType:
    """What goes with each type of partner, in a model of its own.

    With few firms the types cannot stand in one model. One at a time, each also speaks for the types that go along with
    it; of many intervals, one in twenty misses by chance.

    Parameters
    ----------
    source
        See :func:`interfirm.performance.study_table`.
    outcome
        Column.
    types
        Columns; None: the types of the harmonised survey.
    controls
        Terms.
    model
        As in :func:`interfirm.performance.fit`.

    Returns
    -------
    ByType

    Raises
    ------
    UsageError
        If no type has enough firms with and without it (``performance.firms_per_type``).

    References
    ----------
    [oslo2018], [zeng2010]

    Examples
    --------
    >>> from interfirm.performance import study_table
    >>> from interfirm.study.example import example
    >>> found = types_one_by_one(study_table(example(seed=1)), "new_product_share")
    >>> found.table()["type"].tolist()
    ['consultants', 'universities', 'public']
    """
    names = [item.name for item in TYPES] if types is None else list(types)
    rows, left = [], []
    for name in names:
        try:
            design = survey_design(source, outcome, cooperation=[name], controls=controls)
            made = _row(design, name, model)
        except DataError:
            made = None
        if made is None:
            left.append(name)
        else:
            rows.append(made)
    if not rows:
        raise UsageError("No type of partner has enough firms with it and without it.")
    import pandas as pd

    return ByType(outcome, pd.DataFrame(rows), tuple(controls), tuple(left))


def _row(design: Design, name: str, model: str) -> dict[str, Any] | None:
    """One type, or None where too few firms have it or lack it."""
    base = next((item for item in design.columns[1:] if item.name == name or item.name.startswith(f"{name}=")), None)
    if base is None:
        return None
    used = design.values[base.of[0]]
    some = int((used > 0).sum())
    if min(some, design.size - some) < whole("firms_per_type"):
        return None
    effect = marginal_effects(fit(design, model), [base.of[0]]).rows.iloc[0]
    return {"type": name, "with_it": some, "without_it": design.size - some,
            **{key: float(effect[key]) for key in ("effect", "p", "low", "high")},
            "mean": float(np.average(design.y, weights=design.w))}

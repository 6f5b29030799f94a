"""Answers to the instruments: read, checked, reverse items turned, scales averaged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from interfirm.errors import Findings
from interfirm.relations._limits import limit
from interfirm.study.instruments import MARK, Item, items

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study

_NAN = float("nan")


_answered: WeakKeyDictionary[Study, dict[tuple[str, str], pd.DataFrame]] = WeakKeyDictionary()


def answered(study: Study, instrument: str, wave: str) -> pd.DataFrame:
    """The answers to an instrument in one wave: ``actor``, ``about``, ``respondent``, ``item``, ``value``.

    Reverse items are turned, so that high always means much. Empty answers are left out.

    Raises
    ------
    DataError
        With every answer that is not a number, is off its scale, or names no known partner or alliance.
    """
    read = _answered.setdefault(study, {})
    if (instrument, wave) not in read:
        read[instrument, wave] = _read(study, instrument, wave)
    return read[instrument, wave].copy(deep=False)


def _read(study: Study, instrument: str, wave: str) -> pd.DataFrame:
    import pandas as pd

    known = {item.item: item for item in items(instrument)}
    rows = study.answers.loc[study.answers["wave"] == wave, ["actor", "respondent", "item", "value"]]
    parts = rows["item"].str.split(MARK, n=1, expand=True).reindex(columns=[0, 1])
    mine = (parts[0].isin(list(known)) & rows["value"].notna()).to_numpy(dtype=bool)
    out = rows.loc[mine].assign(item=parts.loc[mine, 0], about=parts.loc[mine, 1].astype("str").fillna(""))
    numbers = pd.to_numeric(out["value"], errors="coerce")
    _refuse(study, out, numbers, known)
    turn = out["item"].map(lambda name: _turn(known[name])).to_numpy(dtype=np.float64)
    out["value"] = np.where(np.isnan(turn), numbers, turn - numbers)
    return out.reset_index(drop=True)[["actor", "about", "respondent", "item", "value"]]


def _turn(item: Item) -> float:
    return item.low + item.high if item.reverse and item.high is not None else _NAN


def _refuse(study: Study, out: pd.DataFrame, numbers: pd.Series[Any], known: dict[str, Item]) -> None:
    actors, alliances = set(study.actors["actor"]), set(study.alliances["alliance"])
    findings = Findings()
    cells = (out[name].astype(str) for name in ("actor", "item", "about", "value"))
    for actor, name, about, value, number in zip(*cells, numbers, strict=True):
        item = known[name]
        where = f"answers, actor '{actor}', item '{name}{MARK + about if about else ''}'"
        high = float("inf") if item.high is None else item.high
        if not item.low <= number <= high:
            findings.add("error", f"{where}: '{value}' is not on the scale", "off-scale", file="answers",
                         expected=item.scale, remedy="Correct the answer, or leave it empty")
        if item.about == "partner" and about not in actors:
            findings.add("error", f"{where}: '{about}' is not an actor", "unknown-partner", file="answers",
                         expected=f"{item.item}{MARK} and the identifier of the partner",
                         remedy="Write the item as " + item.written)
        if item.about == "alliance" and about not in alliances and about:
            findings.add("error", f"{where}: '{about}' is not an alliance", "unknown-alliance", file="answers",
                         expected=f"{item.item}{MARK} and the identifier of the alliance",
                         remedy="Write the item as " + item.written)
    findings.raise_if_failed()


def scored(study: Study, instrument: str, wave: str) -> pd.DataFrame:
    """Scale scores of an instrument: one row per actor and what was asked about, one column per subscale.

    A respondent's score is the mean of the items that were answered, and missing where more than
    ``relations.missing_items`` of them were left out; several respondents of one actor are averaged.
    ``all`` is the mean over every item of the instrument by the same rule.
    """
    import pandas as pd

    rows = answered(study, instrument, wave)
    declared = items(instrument)
    wide = rows.pivot_table(index=["actor", "about", "respondent"], columns="item", values="value")
    wide = wide.reindex(columns=[item.item for item in declared])
    groups = {name: [item.item for item in declared if item.subscale == name]
              for name in dict.fromkeys(item.subscale for item in declared)}
    groups["all"] = list(wide.columns)
    scores = pd.DataFrame({name: _mean(wide[columns]) for name, columns in groups.items()}, index=wide.index)
    return scores.groupby(level=["actor", "about"], sort=False).mean().reset_index()


def _mean(cells: pd.DataFrame) -> pd.Series[Any]:
    left_out = cells.isna().mean(axis=1)
    return cells.mean(axis=1).where(left_out <= limit("missing_items") + 1e-9)


def shares(study: Study, instrument: str, wave: str) -> pd.DataFrame:
    """Answers in per cent as shares that sum to 1 by actor; items left out count as none."""
    rows = answered(study, instrument, wave)
    wide = rows.pivot_table(index="actor", columns="item", values="value", aggfunc="mean", sort=False).fillna(0.0)
    total = wide.sum(axis=1)
    return wide.loc[total > 0].div(total[total > 0], axis=0)


def alpha(cells: npt.ArrayLike) -> float:
    """Cronbach's α = k/(k−1) (1 − Σ s²_j / s²_total) of rows × k items without gaps; NaN below 2 rows or items.

    Source [cronbach1951].

    Examples
    --------
    >>> round(alpha([[4, 5, 4], [3, 3, 2], [5, 5, 5], [2, 3, 2], [4, 4, 3]]), 4)
    0.9643
    """
    x = np.asarray(cells, dtype=np.float64)
    x = x[~np.isnan(x).any(axis=1)] if x.ndim == 2 else x.reshape(0, 0)
    rows, k = x.shape
    if rows < 2 or k < 2:
        return _NAN
    total = float(x.sum(axis=1).var(ddof=1))
    return float(k / (k - 1) * (1 - x.var(axis=0, ddof=1).sum() / total)) if total > 0 else _NAN

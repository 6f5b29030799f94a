"""Memberships out of a matrix of organisations by projects."""

from __future__ import annotations

from interfirm.errors import UsageError
from interfirm.study.read import looks, values, words
from interfirm.study.read.grid import Sheet, is_total_word
from interfirm.study.read.parts import SHOWN, Parts


def add_two_mode(parts: Parts, number: int, sheet: Sheet) -> None:
    """Each mark as a membership; organisations without one stay members of the study.

    Parameters
    ----------
    parts
        Receives the rows.
    number
        The source. Its plan says the column of the labels: ``actor`` where rows are organisations, ``alliance``
        where they are projects; ``columns`` are the others.
    sheet
        The matrix.

    Raises
    ------
    UsageError
        If the plan names both or neither.
    UnknownName
        If it names a column that is not there.
    """
    import numpy as np
    import pandas as pd

    plan = parts.plans[number]
    if (plan.actor is None) == (plan.alliance is None):
        raise UsageError(f"{plan.label}: say either actor = \"…\", if the rows are organisations, or alliance = \"…\", "
                         "if they are projects.")
    label = plan.actor or plan.alliance or ""
    for key, name in ((("actor" if plan.actor else "alliance"), label), *(("columns", name) for name in plan.columns)):
        values.need_column(plan, sheet, name, key)
    names = sheet.frame[label]
    good = ((names != "") & ~names.map(is_total_word)).to_numpy()
    for position in np.flatnonzero(~good):
        parts.drop(sheet, "a row without a label or of totals", "it cannot be told whom it is about", int(position))
    marks = np.column_stack([_marks(parts, sheet, name) for name in plan.columns])
    i, j = np.nonzero(marks & good[:, None])
    rows, columns = names.to_numpy(dtype=object), np.asarray(list(plan.columns.values()), dtype=object)
    organisations, alliances = (rows[i], columns[j]) if plan.actor else (columns[j], rows[i])
    for name in rows[good] if plan.actor else columns:
        parts.roster.setdefault(str(name))
    empty = [str(name) for name in (columns if plan.actor else rows[good]) if name not in set(alliances)]
    if empty:
        parts.drop(sheet, f"{len(empty)} alliances without members, e.g. '{empty[0]}'", "nobody is known to take part")
    values.list_columns(parts, plan, sheet)
    parts.add("alliances", pd.DataFrame({"alliance": alliances, "actor": organisations}, dtype="str"), number,
              sheet.rows[i])


def _marks(parts: Parts, sheet: Sheet, name: str) -> list[bool]:
    """Where a column is marked; what is neither a mark nor a no is said and counts as none."""
    cells = sheet.frame[name]
    found = looks.tick_values(cells, sheet.layout.decimal or ".")
    odd = (found.isna() & (cells != "")) | (found < 0)
    unknown = cells.str.casefold().isin(words.cells("unknown"))
    for position in odd.to_numpy().nonzero()[0][:SHOWN]:
        text = f"'{cells.iloc[position][:40]}' " + ("says that it is not known" if unknown.iloc[position] else
                                                   "is neither a number nor a tick")
        parts.warn(sheet, f"{text}; it counts as not taking part", "not-a-mark", int(position), name,
                   expected="1, x, 0 or an empty cell", remedy="Correct the cell and import again")
    if odd.sum() > SHOWN:
        parts.warn(sheet, f"{int(odd.sum()) - SHOWN} more cells that are no marks count as not taking part",
                   "not-a-mark", None, name)
    return [bool(mark) for mark in (found > 0)]

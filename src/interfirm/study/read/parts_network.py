"""Ties and facts about pairs, out of matrices and lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from interfirm.errors import UsageError
from interfirm.study.read import looks, numbers, values, words
from interfirm.study.read.grid import Sheet, is_total_word
from interfirm.study.read.parts import SHOWN, Parts, report_some
from interfirm.study.read.plan import SourcePlan

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    Array = np.ndarray[Any, Any]


class Cells(NamedTuple):
    """A labelled matrix as numbers: labels, values (NaN where none), which cells are empty, rows of the user."""

    rows: list[str]
    columns: list[str]
    values: Array
    empty: Array
    places: Array


def add_matrix(parts: Parts, number: int, sheet: Sheet) -> None:
    """The cells of a matrix as ties: row sends, column receives."""
    import numpy as np
    import pandas as pd

    plan = parts.plans[number]
    cells = _cells(parts, plan, sheet)
    for label in (*cells.rows, *cells.columns):
        parts.roster.setdefault(label)
    filled: Array = np.asarray(~cells.empty.all(axis=1))
    unknown = np.isnan(cells.values) & ((plan.blank == "unknown") | ~cells.empty) & filled[:, None]
    _report_self_ties(parts, sheet, cells)
    keep = (cells.values > 0) | unknown
    keep[_diagonal(cells)] = False
    if plan.directed is False:
        keep &= ~_repeats(cells)
    i, j = np.nonzero(keep)
    frame = pd.DataFrame({
        "wave": plan.wave or "1", "relation": plan.relation or "cooperation",
        "sender": np.asarray(cells.rows, dtype=object)[i], "receiver": np.asarray(cells.columns, dtype=object)[j],
        "weight": cells.values[i, j]})
    parts.note_relation(plan.relation or "cooperation", plan.layer, plan.directed)
    parts.add("ties", frame, number, cells.places[i])
    _add_responses(parts, number, cells, filled)


def _add_responses(parts: Parts, number: int, cells: Cells, filled: Array) -> None:
    """Columns without a row, and rows without any entry, did not answer; said only if there are such."""
    import pandas as pd

    plan = parts.plans[number]
    rowless = [name for name in cells.columns if name not in set(cells.rows)]
    silent = [] if plan.blank != "unknown" else \
        [row for row, there in zip(cells.rows, filled, strict=True) if not there]
    if not rowless and not silent:
        return
    actors = [*cells.rows, *rowless]
    frame = pd.DataFrame({"wave": plan.wave or "1", "relation": plan.relation or "cooperation", "actor": actors,
                          "responded": ["no" if name in {*rowless, *silent} else "yes" for name in actors]})
    parts.add("responses", frame, number, [*cells.places, *[1] * len(rowless)])
    parts.guesses.append(f"{plan.label}: {', '.join([*silent, *rowless][:10])} have no row or an empty one, so they "
                         "count as not answered; their ties are not known")


def add_pairs(parts: Parts, number: int, sheet: Sheet) -> None:
    """The cells of a proximity or distance matrix as facts about pairs; the diagonal is left out."""
    import numpy as np
    import pandas as pd

    plan = parts.plans[number]
    cells = _cells(parts, plan, sheet)
    keep = ~np.isnan(cells.values)
    keep[_diagonal(cells)] = False
    i, j = np.nonzero(keep)
    frame = pd.DataFrame({"sender": np.asarray(cells.rows, dtype=object)[i],
                          "receiver": np.asarray(cells.columns, dtype=object)[j],
                          plan.variable or "pair": cells.values[i, j]})
    for label in cells.rows:
        parts.roster.setdefault(label)
    parts.add("dyads", frame, number, cells.places[i])
    parts.drop(sheet, "the diagonal", "a pair is two different actors")


def _cells(parts: Parts, plan: SourcePlan, sheet: Sheet) -> Cells:
    import numpy as np
    import pandas as pd

    frame = sheet.frame
    if plan.labels:
        if len(plan.labels) != len(frame):
            raise UsageError(f"{plan.label}: {len(plan.labels)} labels for {len(frame)} rows. Correct import.toml.")
        names, columns, body = list(plan.labels), list(plan.labels), frame
        if len(frame.columns) != len(columns):
            raise UsageError(f"{plan.label}: {len(columns)} labels for {len(frame.columns)} columns. "
                             "Correct import.toml.")
    else:
        names, columns, body = list(frame.iloc[:, 0]), [str(name) for name in frame.columns[1:]], frame.iloc[:, 1:]
    good_rows = _good_rows(parts, sheet, names)
    good_columns = _good_columns(parts, sheet, body, columns)
    grid = body.to_numpy(dtype=object)[np.ix_(good_rows, good_columns)]
    codes, different = pd.factorize(grid.ravel())
    texts = pd.Series(different, dtype="str")
    found = looks.tick_values(texts, sheet.layout.decimal or ".").to_numpy()
    value = found[codes].reshape(grid.shape) if grid.size else np.zeros(grid.shape)
    empty = grid == ""
    out = Cells([names[i] for i in good_rows], [columns[j] for j in good_columns], value, empty, sheet.rows[good_rows])
    _report_cells(parts, sheet, out, grid, good_rows)
    _report_labels(parts, sheet, out)
    out.values[(out.values < 0)] = np.nan
    return out


def _good_rows(parts: Parts, sheet: Sheet, names: list[str]) -> list[int]:
    """Rows with a label of their own; the others are listed."""
    good, seen = [], set()
    for i, name in enumerate(names):
        if not name:
            parts.drop(sheet, "a row without a label", "nobody could be named as its sender", i)
        elif is_total_word(name):
            parts.drop(sheet, f"the row '{name}'", "totals row", i)
        elif name in seen:
            parts.warn(sheet, f"the row label '{name}' stands twice", "duplicate-label", i, expected="each label once",
                       remedy="Rename or remove one of them; the first counts")
            parts.drop(sheet, f"the second row '{name}'", "the label stands twice", i)
        else:
            good.append(i)
            seen.add(name)
    return good


def _good_columns(parts: Parts, sheet: Sheet, body: pd.DataFrame, columns: list[str]) -> list[int]:
    good = []
    for j, name in enumerate(columns):
        if is_total_word(name):
            parts.drop(sheet, f"the column '{name}'", "totals column", None, name)
        elif name.startswith("column ") and not (body.iloc[:, j] != "").any():
            continue
        else:
            good.append(j)
    return good


def _report_cells(parts: Parts, sheet: Sheet, cells: Cells, grid: Array, places: list[int]) -> None:
    """Cells that are neither numbers nor ticks, and negative numbers."""
    import numpy as np

    lower = words.cells("unknown")
    odd = [(i, j) for i, j in zip(*np.nonzero(np.isnan(cells.values) & ~cells.empty), strict=True)
           if str(grid[i, j]).casefold() not in lower]
    below = list(zip(*np.nonzero(cells.values < 0), strict=True))
    for found, what, code in ((odd, "is neither a number nor a tick", "not-a-number"),
                              (below, "is negative", "out-of-range")):
        for i, j in found[:SHOWN]:
            parts.warn(sheet, f"'{str(grid[i, j])[:40]}' {what}; this one is taken as not known", code, places[i],
                       cells.columns[j], expected="a number of at least 0, x, or an empty cell",
                       remedy="Correct the cell and import again")
        if len(found) > SHOWN:
            parts.warn(sheet, f"{len(found) - SHOWN} more cells of which each {what}", code)


def _report_labels(parts: Parts, sheet: Sheet, cells: Cells) -> None:
    only_rows = [name for name in cells.rows if name not in set(cells.columns)]
    only_columns = [name for name in cells.columns if name not in set(cells.rows)]
    for names, here, there in ((only_rows, "row", "column"), (only_columns, "column", "row")):
        if names:
            parts.warn(sheet, f"{', '.join(names[:8])} {'stand' if len(names) > 1 else 'stands'} in the {here}s "
                       f"but not in the {there}s", "labels-differ", expected="the same labels on both sides",
                       remedy=f"Add the missing {there}s, or correct the labels; what is there is kept")


def _diagonal(cells: Cells) -> Any:
    """Positions where row and column are the same actor."""
    import numpy as np

    place = {name: j for j, name in enumerate(cells.columns)}
    both = [(i, place[name]) for i, name in enumerate(cells.rows) if name in place]
    return tuple(np.asarray(both, dtype=np.int64).reshape(-1, 2).T)


def _repeats(cells: Cells) -> Array:
    """Cells below the diagonal that repeat the value above it."""
    import numpy as np

    where = {name: i for i, name in enumerate(cells.rows)}
    out = np.zeros(cells.values.shape, dtype=bool)
    if cells.rows == cells.columns:
        same = (cells.values == cells.values.T) | (np.isnan(cells.values) & np.isnan(cells.values.T))
        return np.tril(same, -1)
    place = {name: j for j, name in enumerate(cells.columns)}
    for i, row in enumerate(cells.rows):
        for j, column in enumerate(cells.columns):
            above, beside = where.get(column), place.get(row)
            if above is not None and beside is not None and above < i:
                out[i, j] = cells.values[above, beside] == cells.values[i, j]
    return out


def _report_self_ties(parts: Parts, sheet: Sheet, cells: Cells) -> None:
    i, j = _diagonal(cells)
    filled = [(a, b) for a, b in zip(i, j, strict=True) if cells.values[a, b] > 0]
    for a, b in filled:
        parts.dropped.append(values.dropped_at(sheet, int(cells.places[a]), cells.columns[b],
                                               f"the tie of '{cells.rows[a]}' to itself", "self-tie on the diagonal"))
    if filled:
        parts.findings.add("note", f"{len(filled)} cells on the diagonal are filled and left out", "self-tie",
                           file=sheet.file, sheet=sheet.name)


# ---- lists of ties ---------------------------------------------------------------------------


def add_edges(parts: Parts, number: int, sheet: Sheet) -> None:
    """The rows of a list as ties."""
    import pandas as pd

    plan, frame = parts.plans[number], sheet.frame
    for key in ("sender", "receiver", "weight", "relation_column", "wave_column", "direction"):
        values.need_column(plan, sheet, getattr(plan, key), key)
    sender, receiver = frame[plan.sender or ""], frame[plan.receiver or ""]
    out = pd.DataFrame({"wave": _by_row(plan.wave_column, plan.wave or "1", frame),
                        "relation": _by_row(plan.relation_column, plan.relation or "cooperation", frame),
                        "sender": sender, "receiver": receiver, "weight": _weights(parts, plan, sheet)})
    for name, target in plan.columns.items():
        values.need_column(plan, sheet, name, "columns")
        out[target] = numbers.tidy(frame[name], sheet.layout.decimal or ".")
    good = _without_faults(parts, sheet, out, plan)
    for relation in out["relation"].unique():
        known = looks.named(str(relation)).layer if plan.relation_column else None
        parts.note_relation(str(relation), known or plan.layer, plan.directed)
    values.list_columns(parts, plan, sheet)
    parts.add("ties", out.loc[good], number, sheet.rows[good.to_numpy()])


def _by_row(column: str | None, value: str, frame: pd.DataFrame) -> pd.Series:
    import pandas as pd

    if column is None:
        return pd.Series([value] * len(frame), dtype="str")
    return frame[column].where(frame[column] != "", value)


def _weights(parts: Parts, plan: SourcePlan, sheet: Sheet) -> pd.Series:
    import pandas as pd

    if plan.weight is None:
        return pd.Series([1.0] * len(sheet.frame))
    text = sheet.frame[plan.weight]
    found = looks.tick_values(text, sheet.layout.decimal or ".")
    odd = found.isna() & (text != "") & ~text.str.casefold().isin(words.cells("unknown"))
    for position in odd.to_numpy().nonzero()[0][:SHOWN]:
        parts.warn(sheet, f"'{text.iloc[position][:40]}' is not a number; the tie is kept, its weight is not known",
                   "not-a-number", int(position), plan.weight, expected="a number of at least 0",
                   remedy="Correct the cell and import again")
    if odd.sum() > SHOWN:
        parts.warn(sheet, f"{odd.sum() - SHOWN} more weights are not numbers", "not-a-number", None, plan.weight)
    below = (found < 0).to_numpy()
    report_some(parts, sheet, below.nonzero()[0].tolist(), "the weight is negative and taken as not known",
                "out-of-range", plan.weight, expected="a number of at least 0", remedy="Correct the cell")
    return found.where(~(found < 0))


def _without_faults(parts: Parts, sheet: Sheet, out: pd.DataFrame, plan: SourcePlan) -> pd.Series:
    """Which rows are ties; the others are listed."""
    empty = (out["sender"] == "") | (out["receiver"] == "")
    own = (out["sender"] == out["receiver"]) & ~empty
    for position in empty.to_numpy().nonzero()[0]:
        parts.drop(sheet, "a tie without sender or receiver", "one end is empty", int(position))
    for position in own.to_numpy().nonzero()[0]:
        parts.drop(sheet, f"the tie of '{out['sender'].iloc[position]}' to itself", "self-tie", int(position))
    if empty.any():
        report_some(parts, sheet, empty.to_numpy().nonzero()[0].tolist(), "sender or receiver is empty", "empty-cell",
                    expected="an actor on both ends", remedy="Fill the cell, or remove the row")
    if own.any():
        parts.findings.add("note", f"{int(own.sum())} ties of an actor to itself are left out", "self-tie",
                           file=plan.file, sheet=plan.sheet)
    return ~(empty | own)

"""Organisations, memberships and projects, out of lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from interfirm.errors import UsageError
from interfirm.study import schema
from interfirm.study.read import mojibake, values
from interfirm.study.read.grid import Sheet
from interfirm.study.read.parts import Parts, report_some
from interfirm.study.read.plan import SourcePlan

if TYPE_CHECKING:
    import pandas as pd


def add_study_table(parts: Parts, number: int, sheet: Sheet) -> None:
    """A table in our own layout goes in as it is."""
    plan = parts.plans[number]
    name = plan.table or "actors"
    parts.add(name, sheet.frame.rename(columns=str), number, sheet.rows)
    if name == "actors" and "actor" in sheet.frame.columns:
        for cell in sheet.frame["actor"]:
            parts.listed.setdefault(cell)
    if name == "relations" and {"relation", "layer"} <= set(sheet.frame.columns):
        for relation in sheet.frame["relation"]:
            parts.layers.setdefault(relation, ("exchange", True))


def add_actors(parts: Parts, number: int, sheet: Sheet) -> None:
    """A list of organisations: what varies by wave goes to ``observations``, the rest to ``actors``."""
    import pandas as pd

    plan = parts.plans[number]
    values.need_column(plan, sheet, plan.actor, "actor")
    values.need_column(plan, sheet, plan.wave_column, "wave_column")
    ids = _ids(plan, sheet)
    good = _identified(parts, sheet, ids, plan.actor)
    timeless: dict[str, pd.Series] = {"actor": ids}
    dated: dict[str, dict[str, pd.Series]] = {}
    wave = plan.wave
    declared = schema.tables()["actors"].columns
    for name, target in plan.columns.items():
        values.need_column(plan, sheet, name, "columns")
        base, _, when = target.partition("@")
        for column, cells in values.convert(parts, sheet, name, base).items():
            if when or ((wave or plan.wave_column) and str(column) not in declared):
                dated.setdefault(when or wave or "", {})[str(column)] = cells
            else:
                timeless[str(column)] = cells
    if plan.position and "position" not in timeless:
        timeless["position"] = pd.Series([plan.position] * len(ids), dtype="str")
    _add_dated(parts, number, sheet, ids, dated, good)
    mojibake.report(parts, sheet, [name for name, target in plan.columns.items() if target in {"name", "short_name"}])
    values.list_columns(parts, plan, sheet)
    table = "actors" if plan.add is not False else "lookup"
    parts.add(table, pd.DataFrame(timeless).loc[good], number, sheet.rows[good.to_numpy()])
    if plan.add is not False:
        for cell in ids[good]:
            parts.listed.setdefault(cell)


def _ids(plan: SourcePlan, sheet: Sheet) -> pd.Series:
    """Whom each row is about: the identifying column, or the labels of a table without names."""
    import pandas as pd

    if plan.actor:
        return sheet.frame[plan.actor]
    if len(plan.labels) != len(sheet.frame):
        raise UsageError(f"{plan.label}: say the column that identifies the organisations (actor = \"…\"), or as many "
                         f"labels as rows; there are {len(sheet.frame)} rows and {len(plan.labels)} labels.")
    return pd.Series(list(plan.labels), dtype="str")


def _identified(parts: Parts, sheet: Sheet, ids: pd.Series, column: str | None) -> pd.Series:
    empty = (ids == "").to_numpy().nonzero()[0].tolist()
    for position in empty:
        parts.drop(sheet, "a row without an identifier", "it cannot be told whom it is about", position, column)
    report_some(parts, sheet, empty, "the identifier is empty", "empty-cell", column,
                expected="a name or a code", remedy="Fill the cell, or remove the row")
    return ids != ""


def _add_dated(parts: Parts, number: int, sheet: Sheet, ids: pd.Series, dated: dict[str, dict[str, pd.Series]],
               good: pd.Series) -> None:
    import pandas as pd

    plan = parts.plans[number]
    if plan.wave_column and not dated:
        dated = {"": {}}
    for when, columns in dated.items():
        waves = sheet.frame[plan.wave_column or ""] if not when else pd.Series([when] * len(ids), dtype="str")
        frame = pd.DataFrame({"wave": waves, "actor": ids, **columns})
        there = good & (frame["wave"] != "")
        for position in (good & ~there).to_numpy().nonzero()[0]:
            parts.drop(sheet, "what the row says of its wave", "the wave is empty", int(position), plan.wave_column)
        parts.add("observations", frame.loc[there], number, sheet.rows[there.to_numpy()])


def add_memberships(parts: Parts, number: int, sheet: Sheet) -> None:
    """Who takes part in what: memberships, and what the rows say about the organisations."""
    import pandas as pd

    plan, frame = parts.plans[number], sheet.frame
    for key in ("alliance", "actor"):
        values.need_column(plan, sheet, getattr(plan, key), key)
    out = {"alliance": frame[plan.alliance or ""], "actor": frame[plan.actor or ""]}
    for name, target in plan.alliance_columns.items():
        values.need_column(plan, sheet, name, "alliance_columns")
        out |= {str(c): v for c, v in values.convert(parts, sheet, name, target).items() if str(c) not in out}
    about = {"actor": frame[plan.actor or ""]}
    for name, target in plan.columns.items():
        values.need_column(plan, sheet, name, "columns")
        about |= {str(c): v for c, v in values.convert(parts, sheet, name, target).items()}
    good = _named_memberships(parts, sheet, out["alliance"], out["actor"])
    rows = sheet.rows[good.to_numpy()]
    parts.add("alliances", pd.DataFrame(out).loc[good], number, rows)
    parts.add("participants", pd.DataFrame(about).loc[good], number, rows)
    mojibake.report(parts, sheet, [name for name, target in plan.columns.items() if target in {"name", "short_name"}])
    values.list_columns(parts, plan, sheet)


def _named_memberships(parts: Parts, sheet: Sheet, alliance: pd.Series, actor: pd.Series) -> pd.Series:
    empty = ((alliance == "") | (actor == "")).to_numpy().nonzero()[0].tolist()
    for position in empty:
        parts.drop(sheet, "a membership", "the organisation or the alliance is not named", position)
    report_some(parts, sheet, empty, "the organisation or the alliance is not named", "empty-cell",
                expected="both identifiers", remedy="Fill the cell, or remove the row")
    return (alliance != "") & (actor != "")


def add_alliances(parts: Parts, number: int, sheet: Sheet) -> None:
    """What is known about alliances; joined to their memberships by :mod:`combine`."""
    import pandas as pd

    plan = parts.plans[number]
    values.need_column(plan, sheet, plan.alliance, "alliance")
    key = sheet.frame[plan.alliance or ""]
    out = {"alliance": key}
    for name, target in plan.alliance_columns.items():
        values.need_column(plan, sheet, name, "alliance_columns")
        out |= {str(c): v for c, v in values.convert(parts, sheet, name, target).items() if str(c) not in out}
    for position in (key == "").to_numpy().nonzero()[0]:
        parts.drop(sheet, "a row without an identifier", "it cannot be told which alliance it is about", int(position))
    values.list_columns(parts, plan, sheet)
    parts.add("projects", pd.DataFrame(out).loc[key != ""], number, sheet.rows[(key != "").to_numpy()])

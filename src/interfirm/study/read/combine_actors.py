"""One row per organisation, out of every list that speaks of it."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from interfirm.study.read.combine import REFERENCES
from interfirm.study.read.grid import Dropped
from interfirm.study.read.parts import ROW, SOURCE, Parts
from interfirm.study.read.plan import SourcePlan

if TYPE_CHECKING:
    import pandas as pd


def actors(parts: Parts) -> pd.DataFrame:
    """The actors: those of the lists first, then everybody else in order of appearance.

    Where two sources give different values for one column, the first keeps the name of the column
    and the other goes into a column named after its file; nothing is lost.
    """
    import pandas as pd

    ids = _order(parts)
    out = pd.DataFrame(index=pd.Index(list(ids), name="actor", dtype="str"))
    out[SOURCE], out[ROW] = -1, 0
    for table in ("actors", "participants", "lookup"):
        for frame in parts.tables.get(table, []):
            number = int(frame[SOURCE].iloc[0])
            _add(parts, out, _per_actor(parts, frame, parts.plans[number]), parts.plans[number], table)
    outside = _outsiders(parts, ids)
    if outside:
        given = out["position"] if "position" in out else pd.Series("", index=out.index)
        out["position"] = given.where((given != "") | ~out.index.isin(outside), "external")
    return out.fillna("").reset_index()


def _order(parts: Parts) -> dict[str, None]:
    ids: dict[str, None] = {}
    for table in ("actors", "participants"):
        for frame in parts.tables.get(table, []):
            ids |= dict.fromkeys(frame["actor"])
    ids |= dict.fromkeys(parts.roster)
    for table, columns in REFERENCES.items():
        if parts.exact(table):
            continue
        for frame in parts.tables.get(table, []):
            if "actor" in columns:
                ids |= dict.fromkeys(frame["actor"])
            elif set(columns) <= set(frame.columns):
                ids |= dict.fromkeys(frame[list(columns)].to_numpy().ravel().tolist())
    ids.pop("", None)
    return ids


def _per_actor(parts: Parts, frame: pd.DataFrame, plan: SourcePlan) -> pd.DataFrame:
    """One row per actor; the first filled cell of each column counts, and different ones are said."""
    import pandas as pd

    columns = [c for c in frame.columns if c not in {"actor", SOURCE, ROW}]
    if not frame["actor"].duplicated().any():
        return frame.set_index("actor")
    blank = frame[columns].replace("", pd.NA).assign(actor=frame["actor"])
    out = frame.drop_duplicates("actor").set_index("actor")[[SOURCE, ROW]]
    for column in columns:
        pairs = blank[["actor", column]].dropna().drop_duplicates()
        if pairs["actor"].duplicated().any():
            clash = pairs.loc[pairs["actor"].duplicated(), "actor"]
            parts.findings.add("warning" if plan.kind == "actors" else "note",
                               f"{clash.nunique()} actors have several values of '{column}', e.g. '{clash.iloc[0]}'; "
                               "the first counts", "two-values", file=plan.file, sheet=plan.sheet, column=column,
                               row=int(str(frame.loc[int(str(clash.index[0])), ROW])),
                               expected="one value per actor", remedy="Correct the file if the first is wrong")
        out[column] = pairs.drop_duplicates("actor").set_index("actor")[column].reindex(out.index).fillna("")
    if plan.kind == "actors" and not plan.wave_column:
        _list_second_rows(parts, frame, plan)
    return out


def _list_second_rows(parts: Parts, frame: pd.DataFrame, plan: SourcePlan) -> None:
    second = frame.loc[frame["actor"].duplicated()]
    for name, row in zip(second["actor"], second[ROW], strict=True):
        parts.dropped.append(Dropped(f"a second row of '{name}'", "it only fills what the first leaves empty",
                                     plan.file, plan.sheet, int(row)))
    parts.findings.add("warning", f"'{second['actor'].iloc[0]}' stands twice"
                       + (f", and {len(second) - 1} more rows repeat an actor" if len(second) > 1 else ""),
                       "duplicate-actor", file=plan.file, sheet=plan.sheet, row=int(second[ROW].iloc[0]),
                       expected="each actor once", remedy="Remove one of the rows, or give one another identifier")


def _add(parts: Parts, out: pd.DataFrame, fresh: pd.DataFrame, plan: SourcePlan, table: str) -> None:
    """Fill columns of the table of actors from one source."""
    known = fresh.loc[fresh.index.isin(out.index)]
    if table == "lookup" and len(known) < len(fresh):
        rest = fresh.loc[~fresh.index.isin(out.index)]
        what = f"{len(rest)} organisations that take part in nothing here, e.g. '{rest.index[0]}'"
        parts.dropped.append(Dropped(what, "the file is used to look up names (add = true in import.toml keeps them)",
                                     plan.file, plan.sheet, int(rest[ROW].iloc[0])))
    first = (out[SOURCE] < 0) & out.index.isin(known.index)
    for column in (SOURCE, ROW):
        out[column] = out[column].where(~first, known[column].reindex(out.index)).astype("int64")
    for column in fresh.columns:
        if column in (SOURCE, ROW):
            continue
        cells = known[column].reindex(out.index).fillna("")
        if column not in out.columns:
            out[column] = cells
            continue
        clash = (out[column] != cells) & (out[column] != "") & (cells != "")
        if clash.any():
            _keep_beside(parts, out, str(column), cells, clash, plan)
        out[column] = out[column].where(out[column] != "", cells)


def _keep_beside(parts: Parts, out: pd.DataFrame, column: str, cells: pd.Series, clash: pd.Series,
                 plan: SourcePlan) -> None:
    stem = re.sub(r"\W+", "_", plan.sheet or PurePosixPath(plan.file.removesuffix(".gz")).stem)
    other, number = f"{column}_{stem}", 2
    while other in out.columns:
        other, number = f"{column}_{stem}_{number}", number + 1
    out[other] = cells
    place = int(clash.to_numpy().nonzero()[0][0])
    before, here = str(out[column].iloc[place]), str(cells.iloc[place])
    parts.findings.add("warning", f"{int(clash.sum())} values of '{column}' differ from those of an earlier file, e.g. "
                       f"of '{out.index[place]}': '{before}' and here '{here}'", "two-values",
                       file=plan.file, sheet=plan.sheet, column=column, expected="one value per actor",
                       remedy=f"The values of this file are kept as '{other}'; leave one of them out in import.toml")


def _outsiders(parts: Parts, ids: dict[str, None]) -> set[str]:
    """Actors that lists of ties or respondents name, but no list of members: they count as external."""
    if not parts.listed:
        return set()
    inside = set(parts.listed) | set(parts.roster)
    if "participants" in parts.tables:
        return set()
    outside = [actor for actor in ids if actor not in inside]
    if outside:
        shown = ", ".join(outside[:8]) + (", …" if len(outside) > 8 else "")
        _report_outsiders(parts, outside, shown)
    return set(outside)


def _report_outsiders(parts: Parts, outside: list[str], shown: str) -> None:
    place: dict[str, object] = {}
    for frame in parts.tables.get("ties", []):
        for column in ("sender", "receiver"):
            found = frame.loc[frame[column] == outside[0]]
            if len(found) and not place:
                plan = parts.plans[int(found[SOURCE].iloc[0])]
                place = {"file": plan.file, "sheet": plan.sheet, "row": int(found[ROW].iloc[0]), "column": column}
    verb = "is" if len(outside) == 1 else "are"
    parts.findings.add("warning", f"{shown} {verb} in no list of members and kept as external to the cluster",
                       "unknown-actor", **place, expected=f"one of the {len(parts.listed)} members",
                       remedy="Correct the name, add the member to the list, or leave it if it is outside the cluster")

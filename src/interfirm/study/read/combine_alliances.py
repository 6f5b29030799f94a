"""Memberships, each once, with what is known about their alliances."""

from __future__ import annotations

from typing import TYPE_CHECKING

from interfirm.study.read import values
from interfirm.study.read.grid import Dropped
from interfirm.study.read.parts import ROW, SOURCE, Parts

if TYPE_CHECKING:
    import pandas as pd


def alliances(parts: Parts) -> pd.DataFrame:
    """Memberships, each once: a second row of an organisation in an alliance adds its budget."""
    frame = parts.get("alliances")
    if not len(frame) or parts.exact("alliances"):
        return frame
    frame = frame.fillna("")
    twice = frame.duplicated(["alliance", "actor"], keep=False)
    if twice.any():
        frame = _merged_memberships(parts, frame, twice)
    projects = parts.get("projects")
    frame = _with_projects(parts, frame, projects) if len(projects) else frame
    return _with_names(parts, frame)


def _with_names(parts: Parts, frame: pd.DataFrame) -> pd.DataFrame:
    """Names of alliances from a node list that holds both organisations and alliances."""
    for rows in parts.tables.get("lookup", []):
        if "name" not in rows or not rows["actor"].isin(frame["alliance"]).any():
            continue
        rows = rows.loc[~rows["actor"].isin(frame["actor"])]
        names = rows.drop_duplicates("actor").set_index("actor")["name"]
        found = frame["alliance"].map(names).fillna("").astype("str")
        frame = frame.assign(name=frame["name"].where(frame["name"] != "", found) if "name" in frame else found)
    return frame


def _merged_memberships(parts: Parts, frame: pd.DataFrame, twice: pd.Series) -> pd.DataFrame:
    import pandas as pd

    some = frame.loc[twice].copy()
    if "role" in some:
        some["_rank"] = some["role"].map({role: place for place, role in enumerate(values.ROLE_ORDER)}).fillna(9)
        some = some.sort_values("_rank", kind="stable").drop(columns="_rank")
    key = ["alliance", "actor"]
    if "budget" in some:
        budget = pd.to_numeric(some["budget"], errors="coerce")
        total = budget.groupby([some[k] for k in key]).transform("sum", min_count=1)
        some["budget"] = total.map(lambda v: "" if pd.isna(v) else repr(float(v))).astype("str")
    first = some.drop_duplicates(key)
    for place in some.index.difference(first.index):
        row = frame.loc[place]
        plan = parts.plans[int(row[SOURCE])]
        parts.dropped.append(Dropped(f"a second row of '{row['actor']}' in '{row['alliance']}'"
                                     + (f" as {row['role']}" if row.get("role") else ""),
                                     "the strongest role counts, its budget is added", plan.file, plan.sheet,
                                     int(row[ROW])))
    parts.guesses.append(f"{len(some) - len(first)} rows name an organisation in a project for the second time; its "
                         "strongest role counts and its budgets are added")
    keep = frame.index.difference(some.index.difference(first.index))
    return frame.loc[keep].assign(**{c: first[c].combine_first(frame[c]).loc[keep] for c in frame.columns
                                     if c not in (*key, SOURCE, ROW)}).reset_index(drop=True)


def _with_projects(parts: Parts, frame: pd.DataFrame, projects: pd.DataFrame) -> pd.DataFrame:
    """Add what is known about the alliances to each of their memberships; blanks only are filled."""
    known = projects["alliance"].isin(frame["alliance"])
    for number in projects.loc[~known, SOURCE].unique():
        plan = parts.plans[int(number)]
        rows = projects.loc[~known & (projects[SOURCE] == number)]
        example = rows["alliance"].iloc[0]
        parts.dropped.append(Dropped(f"{len(rows)} rows on alliances without members, e.g. '{example}'",
                                     "nobody is known to take part", plan.file, plan.sheet, int(rows[ROW].iloc[0])))
    facts = projects.loc[known].drop(columns=[SOURCE, ROW]).fillna("")
    for column in [c for c in facts.columns if c != "alliance"]:
        by = facts.loc[facts[column] != ""].drop_duplicates(["alliance", column])
        single = not by["alliance"].duplicated().any()
        table = by.set_index("alliance")[column] if single else by.groupby("alliance")[column].agg("|".join)
        found = frame["alliance"].map(table).fillna("").astype("str")
        frame[column] = frame[column].where(frame[column] != "", found) if column in frame else found
    return frame

"""What a graph file can say of a study: nodes with attributes, edges with attributes, and what it cannot hold."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from interfirm import vocabulary
from interfirm.errors import Finding, Findings
from interfirm.study.write import cells

if TYPE_CHECKING:
    from interfirm.study.study import Study

KEY = ("wave", "relation", "sender", "receiver")
_PLACE = ("wave", "actor")


class Exported(NamedTuple):
    """The files written, and what of the study they cannot hold."""

    paths: list[Path]
    notes: list[Finding]


@dataclass(frozen=True)
class Looks:
    """Positions and colours by actor, for the formats that draw."""

    layout: Mapping[str, tuple[float, float]]
    colours: Mapping[str, str]


def nodes(study: Study) -> pd.DataFrame:
    """One row per actor: its columns, and each column of each wave's observations as ``column wave``."""
    order = pd.Index(study.actors["actor"])
    parts = [study.actors.drop(columns="actor")]
    for wave in study.wave_order:
        seen = study.observations.loc[study.observations["wave"] == wave].drop(columns="wave").set_index("actor")
        if len(seen):
            part = seen.reindex(order).dropna(axis=1, how="all").reset_index(drop=True)
            parts.append(part.rename(columns=lambda column, wave=wave: f"{column} {wave}"))  # type: ignore[misc]
    out = pd.concat(parts, axis=1)
    return out.loc[:, ~out.columns.duplicated()]


def edges(study: Study, notes: Findings) -> pd.DataFrame:
    """One row per tie with its layer and direction, waves in order; an undirected tie stands once."""
    order = {wave: position for position, wave in enumerate(study.wave_order)}
    about = study.relations.set_index("relation")
    frame = study.ties.assign(
        layer=study.ties["relation"].map(about["layer"]),
        directed=study.ties["relation"].map(about["directed"]).fillna(True).astype(bool),
    )
    frame = frame.iloc[frame["wave"].map(order).argsort(kind="stable")].reset_index(drop=True)
    swapped = ~frame["directed"] & (frame["sender"] > frame["receiver"])
    low, high = frame["sender"].where(~swapped, frame["receiver"]), frame["receiver"].where(~swapped, frame["sender"])
    pair = pd.DataFrame({"wave": frame["wave"], "relation": frame["relation"], "low": low, "high": high})
    best = frame.assign(**pair).sort_values("weight", ascending=False, kind="stable", na_position="last")
    first = best.drop_duplicates(["wave", "relation", "low", "high"]).index
    if len(first) < len(frame):
        notes.add("note", f"{len(frame) - len(first)} undirected ties were reported from both sides; each is written "
                  "once, with the larger weight", "written-once")
    return frame.loc[sorted(first)].reset_index(drop=True)


def known_edges(frame: pd.DataFrame, notes: Findings) -> pd.DataFrame:
    """The edges of a format that cannot say that a tie is unknown or stated to be absent."""
    unknown, absent = frame["weight"].isna(), frame["weight"] == 0
    if unknown.any():
        notes.add("note", f"{int(unknown.sum())} ties of unknown weight are left out", "unknown-ties")
    if absent.any():
        notes.add("note", f"{int(absent.sum())} ties that were stated to be absent (weight 0) are left out",
                  "absent-ties")
    return frame.loc[~(unknown | absent)].reset_index(drop=True)


def by_direction(frame: pd.DataFrame, path: Path, notes: Findings) -> list[tuple[Path, bool, pd.DataFrame]]:
    """One file, or two where some relations have a direction and others have none.

    Most programs take a whole file for directed or undirected, so the two do not share one.
    """
    ways = sorted(frame["directed"].unique(), reverse=True)
    if len(ways) < 2:
        return [(path, bool(ways[0]) if ways else True, frame)]
    notes.add("note", "relations with and without a direction stand in two files", "two-files")
    names = {True: "directed", False: "undirected"}
    return [(path.with_name(f"{path.stem}-{names[way]}{path.suffix}"), way,
             frame.loc[frame["directed"] == way].reset_index(drop=True)) for way in (True, False)]


def lost_tables(study: Study, kept: set[str], notes: Findings) -> None:
    """Say which tables the format has no place for."""
    lost = [f"{name} ({len(frame)} rows)" for name, frame in study.tables().items() if len(frame) and name not in kept]
    if lost:
        notes.add("note", f"not in the file: {', '.join(lost)}", "not-held",
                  remedy="Export to xlsx or csv to keep everything")
    unused = [name for name in study.relation_names if name not in set(study.ties["relation"])]
    empty = [wave for wave in study.wave_order if wave not in set(study.ties["wave"])]
    for what, names in (("relations", unused), ("waves", empty)):
        if names:
            notes.add("note", f"{what} without ties are not in the file: {', '.join(names)}", "not-held")


def lost_columns(frame: pd.DataFrame, kept: set[str], what: str, notes: Findings) -> None:
    """Say which columns the format has no place for."""
    lost = [str(column) for column in frame.columns if column not in kept and frame[column].notna().any()]
    if lost:
        notes.add("note", f"columns of {what} that are not in the file: {', '.join(lost)}", "not-held")


def lost_layers(study: Study, notes: Findings) -> None:
    """Say which relations will come back in another layer, because the format holds none."""
    known = {item.relation: item.layer for item in vocabulary.RELATIONS}
    lost = [f"{row.relation} ({row.layer})" for row in study.relations.itertuples()
            if known.get(str(row.relation), "exchange") != row.layer]
    if lost:
        notes.add("note", f"the file does not say the layers of {', '.join(lost)}", "not-held")


def texts(frame: pd.DataFrame) -> dict[str, list[str]]:
    """The cells as text; missing ones are empty."""
    return cells.text_columns(frame)


def kind(values: pd.Series) -> str:
    """``int``, ``float``, ``bool`` or ``text``."""
    if pd.api.types.is_bool_dtype(values.dtype):
        return "bool"
    if pd.api.types.is_integer_dtype(values.dtype):
        return "int"
    return "float" if pd.api.types.is_float_dtype(values.dtype) else "text"


def rgb(colour: str | None) -> tuple[int, int, int] | None:
    """The three parts of a colour written as ``#rrggbb``; None for anything else."""
    if not colour or not re.fullmatch(r"#[0-9a-fA-F]{6}", colour):
        return None
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)

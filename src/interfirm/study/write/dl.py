"""A study as UCINET DL: one full matrix per relation and wave."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from interfirm.errors import DataError, Finding, Findings
from interfirm.study.read.escapes import escape
from interfirm.study.write import graph_rows
from interfirm.study.write.atomic import write_text
from interfirm.study.write.cells import number_text
from interfirm.study.write.graph_rows import Exported, Looks

if TYPE_CHECKING:
    from interfirm.study.study import Study

MOST_ACTORS = 2000
_CUT = 18


def write_dl(study: Study, path: str | Path, looks: Looks | None = None) -> Exported:
    """Write a full matrix for each relation in each wave; the level labels say relation, wave and direction.

    A level is called ``advice @ 2024 (directed)``. A quote or line break in a label is written as
    ``&#34;`` or ``&#10;``.

    Parameters
    ----------
    study
        The study.
    path
        The file.
    looks
        Not used: DL has no positions and colours.

    Returns
    -------
    Exported
        The file, and what it cannot hold.

    Raises
    ------
    DataError
        If there are more than 2,000 actors, or no ties.
    """
    notes = Findings()
    if len(study.actors) > MOST_ACTORS:
        raise DataError(Finding("error", f"the study has {len(study.actors):,} actors", "too-large",
                                expected=f"at most {MOST_ACTORS:,} in a DL file, which holds full matrices",
                                remedy="Export to pajek or graphml, or select fewer actors"))
    ties = graph_rows.known_edges(graph_rows.edges(study, notes), notes)
    levels = list(dict.fromkeys(zip(ties["wave"], ties["relation"], ties["directed"], strict=True)))
    if not levels:
        raise DataError(Finding("error", "there are no ties to write", "no-ties", expected="at least one tie",
                                remedy="Export to xlsx or csv"))
    _say(study, looks, notes)
    write_text(path, _document(study, ties, levels))
    return Exported([Path(path)], notes.sorted())


def _say(study: Study, looks: Looks | None, notes: Findings) -> None:
    graph_rows.lost_tables(study, {"actors", "ties", "relations", "waves"}, notes)
    graph_rows.lost_columns(study.actors, {"actor"}, "actors", notes)
    graph_rows.lost_columns(study.waves, {"wave"}, "waves", notes)
    graph_rows.lost_columns(study.relations, {"relation", "layer", "directed"}, "relations", notes)
    graph_rows.lost_columns(study.ties, {*graph_rows.KEY, "weight"}, "ties", notes)
    graph_rows.lost_layers(study, notes)
    if looks is not None:
        notes.add("note", "positions and colours are not in the file", "not-held")
    long = [actor for actor in study.actors["actor"] if len(actor) > _CUT]
    if long:
        notes.add("note", f"{len(long)} identifiers are longer than {_CUT} characters, which UCINET may cut off: "
                  + ", ".join(long[:3]), "long-label")


def _document(study: Study, ties: pd.DataFrame, levels: list[tuple[str, str, bool]]) -> str:
    actors = study.actors["actor"]
    labels = [f'"{escape(actor)}"' for actor in actors]
    names = [f'"{escape(relation, "@")} @ {escape(wave, "@")} ({"directed" if way else "undirected"})"'
             for wave, relation, way in levels]
    lines = ["DL", f"N={len(actors)} NM={len(levels)}", "FORMAT = FULLMATRIX DIAGONAL PRESENT", "LABELS:", *labels,
             "LEVEL LABELS:", *names, "DATA:"]
    order = pd.Index(actors)
    for wave, relation, way in levels:
        rows = ties.loc[(ties["wave"] == wave) & (ties["relation"] == relation)]
        matrix = np.zeros((len(actors), len(actors)))
        sender, receiver = order.get_indexer(pd.Index(rows["sender"])), order.get_indexer(pd.Index(rows["receiver"]))
        matrix[sender, receiver] = rows["weight"]
        if not way:
            matrix[receiver, sender] = rows["weight"]
        lines += [" ".join(number_text(float(cell)) for cell in row) for row in matrix]
    return "\n".join(lines) + "\n"

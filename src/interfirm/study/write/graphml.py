"""A study as GraphML."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

import pandas as pd

from interfirm.errors import Findings
from interfirm.study.write import graph_rows
from interfirm.study.write.atomic import write_text
from interfirm.study.write.graph_rows import Exported, Looks

if TYPE_CHECKING:
    from interfirm.study.study import Study

_TYPES = {"int": "long", "float": "double", "bool": "boolean", "text": "string"}
_OPEN = ('<?xml version="1.0" encoding="UTF-8"?>\n<graphml xmlns="http://graphml.graphdrawing.org/xmlns" '
         'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://graphml.graphdrawing.org/'
         'xmlns http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">\n')


def write_graphml(study: Study, path: str | Path, looks: Looks | None = None) -> Exported:
    """Write the actors with their attributes and all ties with relation, layer, wave and weight.

    Parameters
    ----------
    study
        The study.
    path
        The file. Relations with and without a direction go to two files beside it.
    looks
        Positions and colours, written as the attributes x, y and colour.

    Returns
    -------
    Exported
        The files, and what they cannot hold.
    """
    notes = Findings()
    nodes = graph_rows.nodes(study)
    if looks is not None:
        nodes = _with_looks(study, nodes, looks)
    ties = graph_rows.edges(study, notes)
    graph_rows.lost_tables(study, {"actors", "ties", "relations", "waves", "observations"}, notes)
    graph_rows.lost_columns(study.waves, {"wave"}, "waves", notes)
    graph_rows.lost_columns(study.relations, {"relation", "layer", "directed"}, "relations", notes)
    paths = []
    for target, directed, part in graph_rows.by_direction(ties, Path(path), notes):
        write_text(target, _document(study, nodes, part, directed))
        paths.append(target)
    return Exported(paths, notes.sorted())


def _with_looks(study: Study, nodes: pd.DataFrame, looks: Looks) -> pd.DataFrame:
    actors = study.actors["actor"]
    columns: dict[str, list[float | str | None]] = {
        "x": [looks.layout[actor][0] if actor in looks.layout else None for actor in actors],
        "y": [looks.layout[actor][1] if actor in looks.layout else None for actor in actors],
        "colour": [looks.colours.get(actor) for actor in actors],
    }
    given = {name: values for name, values in columns.items() if any(value is not None for value in values)}
    typed = {name: pd.Series(values, dtype="str" if name == "colour" else "float64") for name, values in given.items()}
    return nodes.assign(**typed)


def _document(study: Study, nodes: pd.DataFrame, ties: pd.DataFrame, directed: bool) -> str:
    data = ties.drop(columns=["sender", "receiver", "directed"])
    nodes, data = nodes.dropna(axis=1, how="all"), data.dropna(axis=1, how="all")
    parts = [_OPEN, _keys(nodes, "node"), _keys(data, "edge"),
             f'<graph id="interfirm" edgedefault="{"directed" if directed else "undirected"}">\n']
    bodies = _data(nodes, "n")
    parts += [f"<node id={quoteattr(actor)}>{body}</node>\n"
              for actor, body in zip(study.actors["actor"], bodies, strict=True)]
    parts += [f"<edge source={quoteattr(sender)} target={quoteattr(receiver)}>{body}</edge>\n"
              for sender, receiver, body in zip(ties["sender"], ties["receiver"], _data(data, "e"), strict=True)]
    return "".join([*parts, "</graph>\n</graphml>\n"])


def _keys(frame: pd.DataFrame, domain: str) -> str:
    return "".join(
        f'<key id="{domain[0]}{number}" for="{domain}" attr.name={quoteattr(str(column))} '
        f'attr.type="{_TYPES[graph_rows.kind(frame[column])]}"/>\n' for number, column in enumerate(frame.columns))


def _data(frame: pd.DataFrame, letter: str) -> list[str]:
    bodies = [""] * len(frame)
    for number, (column, texts) in enumerate(graph_rows.texts(frame).items()):
        words = {"yes": "true", "no": "false"} if graph_rows.kind(frame[column]) == "bool" else {}
        for row, text in enumerate(texts):
            if text:
                bodies[row] += f'<data key="{letter}{number}">{escape(words.get(text, text))}</data>'
    return bodies

"""A study as GEXF 1.3, with positions, colours and the waves as time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

import pandas as pd

from interfirm.errors import Findings
from interfirm.study.write import graph_rows
from interfirm.study.write.atomic import write_text
from interfirm.study.write.cells import number_text
from interfirm.study.write.graph_rows import Exported, Looks

if TYPE_CHECKING:
    from interfirm.study.study import Study

_TYPES = {"int": "long", "float": "double", "bool": "boolean", "text": "string"}
_OPEN = ('<?xml version="1.0" encoding="UTF-8"?>\n<gexf xmlns="http://gexf.net/1.3" '
         'xmlns:viz="http://gexf.net/1.3/viz" version="1.3">\n<meta><creator>interfirm</creator></meta>\n')


def write_gexf(study: Study, path: str | Path, looks: Looks | None = None) -> Exported:
    """Write the actors with attributes, positions and colours, and all ties; each wave is one step in time.

    Parameters
    ----------
    study
        The study.
    path
        The file. Relations with and without a direction go to two files beside it.
    looks
        Positions and colours (``#rrggbb``) by actor.

    Returns
    -------
    Exported
        The files, and what they cannot hold.
    """
    notes = Findings()
    nodes = graph_rows.nodes(study)
    ties = graph_rows.edges(study, notes)
    graph_rows.lost_tables(study, {"actors", "ties", "relations", "waves", "observations"}, notes)
    graph_rows.lost_columns(study.waves, {"wave"}, "waves", notes)
    graph_rows.lost_columns(study.relations, {"relation", "layer", "directed"}, "relations", notes)
    paths = []
    for target, directed, part in graph_rows.by_direction(ties, Path(path), notes):
        write_text(target, _document(study, nodes, part, directed, looks or Looks({}, {})))
        paths.append(target)
    return Exported(paths, notes.sorted())


def _document(study: Study, nodes: pd.DataFrame, ties: pd.DataFrame, directed: bool, looks: Looks) -> str:
    data = ties.drop(columns=["sender", "receiver", "directed", "weight"])
    if ties["weight"].isna().any():
        data["weight_is"] = ties["weight"].isna().map({True: "unknown", False: "known"}).astype("str")
    nodes, data = nodes.dropna(axis=1, how="all"), data.dropna(axis=1, how="all")
    several = len(study.wave_order) > 1
    time = ' mode="dynamic" timeformat="double"' if several else ' mode="static"'
    parts = [_OPEN, f'<graph defaultedgetype="{"directed" if directed else "undirected"}"{time}>\n',
             _declared(nodes, "node"), _declared(data, "edge"), "<nodes>\n"]
    labels = study.actors["name"].fillna(study.actors["actor"])
    for actor, label, body in zip(study.actors["actor"], labels, _values(nodes), strict=True):
        parts.append(f"<node id={quoteattr(actor)} label={quoteattr(label)}>"
                     f"{body}{_looks(actor, looks)}</node>\n")
    parts += ["</nodes>\n<edges>\n", *_edges(study, ties, data, several), "</edges>\n</graph>\n</gexf>\n"]
    return "".join(parts)


def _edges(study: Study, ties: pd.DataFrame, data: pd.DataFrame, several: bool) -> list[str]:
    step = {wave: position for position, wave in enumerate(study.wave_order, start=1)}
    lines = []
    rows = zip(ties["sender"], ties["receiver"], ties["weight"], ties["wave"], ties["relation"], _values(data),
               strict=True)
    for number, (sender, receiver, weight, wave, relation, body) in enumerate(rows):
        kind = f"{relation} {wave}" if several else relation
        time = f' start="{step[wave]}" end="{step[wave]}"' if several else ""
        size = "" if pd.isna(weight) else f' weight="{number_text(float(weight))}"'
        lines.append(f'<edge id="{number}" source={quoteattr(sender)} target={quoteattr(receiver)} '
                     f"kind={quoteattr(kind)}{size}{time}>{body}</edge>\n")
    return lines


def _declared(frame: pd.DataFrame, domain: str) -> str:
    lines = [f'<attribute id="{number}" title={quoteattr(str(column))} '
             f'type="{_TYPES[graph_rows.kind(frame[column])]}"/>\n' for number, column in enumerate(frame.columns)]
    return f'<attributes class="{domain}">\n{"".join(lines)}</attributes>\n' if lines else ""


def _values(frame: pd.DataFrame) -> list[str]:
    bodies = [""] * len(frame)
    for number, (column, texts) in enumerate(graph_rows.texts(frame).items()):
        words = {"yes": "true", "no": "false"} if graph_rows.kind(frame[column]) == "bool" else {}
        for row, text in enumerate(texts):
            if text:
                bodies[row] += f'<attvalue for="{number}" value={quoteattr(words.get(text, text))}/>'
    return [f"<attvalues>{body}</attvalues>" if body else "" for body in bodies]


def _looks(actor: str, looks: Looks) -> str:
    out = ""
    if actor in looks.layout:
        x, y = looks.layout[actor]
        out += f'<viz:position x="{number_text(float(x))}" y="{number_text(float(y))}" z="0"/>'
    colour = graph_rows.rgb(looks.colours.get(actor))
    if colour is not None:
        out += '<viz:color r="{}" g="{}" b="{}"/>'.format(*colour)
    return out

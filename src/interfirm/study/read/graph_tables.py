"""From a graph as a file holds it to the tables of a study.

A reader of a format fills a :class:`Graph`; :func:`assemble` names relations and waves, gives each
relation a layer and a direction, and says every guess. Nothing is left out without a finding.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from interfirm import vocabulary
from interfirm.errors import Findings
from interfirm.study import schema
from interfirm.study.schema import Source

_SHOWN = 50
_ERRORS = ("unknown-actor", "not-a-number")
_YEAR = re.compile(r"(?<!\d)(1[89]\d\d|20\d\d)(?!\d)")
_FIXED = {"waves": ("wave",), "relations": ("relation", "layer", "directed"), "actors": ("actor",),
          "ties": ("wave", "relation", "sender", "receiver"), "alliances": ("alliance", "actor")}


@dataclass(frozen=True)
class GraphRead:
    """What a graph file held.

    Parameters
    ----------
    tables
        Raw tables of a study by name, ready for ``Study.from_tables``.
    guesses
        One line for every decision that the file did not make itself.
    findings
        What is wrong with the file, and what of it was left out.
    """

    tables: dict[str, pd.DataFrame]
    guesses: list[str]
    findings: Findings


@dataclass
class Edge:
    """One line of a graph. ``weight`` is text as in the file; None where the file gives none."""

    sender: str
    receiver: str
    weight: str | None = None
    directed: bool | None = None
    relation: str | None = None
    wave: str | None = None
    attributes: dict[str, str] = field(default_factory=dict)
    row: int | None = None


@dataclass
class Graph:
    """A graph as a file holds it: actors with attributes in file order, edges, memberships."""

    file: str
    stem: str
    nodes: dict[str, dict[str, str]] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)
    memberships: list[dict[str, str]] = field(default_factory=list)
    layers: dict[str, str] = field(default_factory=dict)
    directed: bool = True
    own: bool = False
    guesses: list[str] = field(default_factory=list)
    findings: Findings = field(default_factory=Findings)

    def problem(self, text: str, code: str, *, row: int | None = None, expected: str | None = None,
                remedy: str | None = None) -> None:
        """Add an error at a line of the file."""
        self.findings.add("error", text, code, file=self.file, row=row, expected=expected, remedy=remedy)

    def left_out(self, text: str, code: str, *, row: int | None = None, remedy: str | None = None) -> None:
        """Say that something in the file is not in the tables."""
        self.findings.add("warning", text, code, file=self.file, row=row, remedy=remedy)

    def guess(self, text: str) -> None:
        """Say a decision that the file did not make itself."""
        self.guesses.append(text)


def assemble(graph: Graph, *, relation: str | None = None, wave: str | None = None) -> GraphRead:
    """The tables of a graph.

    Parameters
    ----------
    graph
        What the reader of the format found.
    relation, wave
        Names for ties that have none in the file, and for the only relation or wave in it.
    """
    _name_relations(graph, relation)
    _name_waves(graph, wave)
    directed = _directions(graph)
    edges = _clean(graph, directed)
    tables = {"actors": _actors(graph)}
    if edges and all(edge.weight is None for edge in edges):
        graph.guess("no tie has a weight; each counts as 1")
    if edges:
        tables["ties"] = _fitting(graph, "ties", pd.DataFrame(
            [_row(edge) for edge in edges], dtype="str"))
    waves = list(dict.fromkeys(edge.wave for edge in graph.edges if edge.wave is not None))
    if waves:
        tables["waves"] = pd.DataFrame({"wave": waves}, dtype="str")
    if directed:
        tables["relations"] = _relations(graph, directed)
    if graph.memberships:
        tables["alliances"] = _fitting(graph, "alliances", pd.DataFrame(graph.memberships, dtype="str"))
    return GraphRead(tables, graph.guesses, graph.findings)


def _row(edge: Edge) -> dict[str, str | None]:
    fixed = {"wave": edge.wave, "relation": edge.relation, "sender": edge.sender, "receiver": edge.receiver,
             "weight": edge.weight}
    return fixed | {key: value for key, value in edge.attributes.items() if key not in fixed}


def _name_relations(graph: Graph, asked: str | None) -> None:
    names = list(dict.fromkeys(edge.relation for edge in graph.edges))
    if asked is not None and len(names) == 1:
        if names[0] in graph.layers:
            graph.layers[asked] = graph.layers[str(names[0])]
        for edge in graph.edges:
            edge.relation = asked
        return
    if asked is not None and len(names) > 1:
        graph.guess(f"the file names {len(names)} relations itself; '{asked}' is used only for ties without a name")
    if None not in names:
        return
    name = asked or _known_word(graph.stem) or _slug(graph.stem)
    if asked is None:
        graph.guess(f"the relation is called '{name}', after the file name")
    for edge in graph.edges:
        edge.relation = edge.relation if edge.relation is not None else name


def _name_waves(graph: Graph, asked: str | None) -> None:
    names = list(dict.fromkeys(edge.wave for edge in graph.edges))
    if asked is not None and len(names) == 1:
        for edge in graph.edges:
            edge.wave = asked
        return
    if None not in names:
        return
    year = _YEAR.search(graph.stem)
    name = asked or (year.group(1) if year else "1")
    if asked is None:
        graph.guess(f"the wave is called '{name}'" + (", after the file name" if year else ""))
    for edge in graph.edges:
        edge.wave = edge.wave if edge.wave is not None else name


def _known_word(stem: str) -> str | None:
    words = re.split(r"[^a-z]+", stem.lower())
    return next((item.relation for item in vocabulary.RELATIONS if item.relation in words), None)


def _slug(stem: str) -> str:
    bare = _YEAR.sub("", stem)
    return re.sub(r"[^\w]+", "_", bare.lower()).strip("_") or "ties"


def _directions(graph: Graph) -> dict[str, bool]:
    """Per relation whether it is directed: it is if any of its edges is."""
    out: dict[str, bool] = {}
    plain: dict[str, int] = {}
    for edge in graph.edges:
        arrow = graph.directed if edge.directed is None else edge.directed
        edge.directed = arrow
        name = str(edge.relation)
        out[name] = out.get(name, False) or arrow
        plain[name] = plain.get(name, 0) + (not arrow)
    for name, arrow in out.items():
        if arrow and plain[name]:
            graph.guess(f"relation '{name}' has arrows and {plain[name]} lines without one: each of these "
                        "counts as two ties, one in each direction")
    return out


def _clean(graph: Graph, directed: dict[str, bool]) -> list[Edge]:
    """Edges between two known actors, each once."""
    seen: set[tuple[str | None, ...]] = set()
    out = []
    counts = {"self-tie": 0, "duplicate-tie": 0, "unknown-actor": 0, "not-a-number": 0}
    for edge in graph.edges:
        for one in _both(edge, directed[str(edge.relation)]):
            key = _key(one, directed[str(edge.relation)])
            code = _refusal(graph, one, key, seen)
            if code is None:
                seen.add(key)
                out.append(one)
                continue
            counts[code] += 1
            if counts[code] <= _SHOWN:
                _say(graph, one, code)
    for code, count in counts.items():
        if count > _SHOWN:
            level = graph.problem if code in _ERRORS else graph.left_out
            level(f"{count - _SHOWN} more edges were left out for the same reason", code)
    return out


def _both(edge: Edge, directed: bool) -> Iterable[Edge]:
    if not directed or edge.directed:
        return (edge,)
    back = Edge(edge.receiver, edge.sender, edge.weight, True, edge.relation, edge.wave, edge.attributes, edge.row)
    return (edge, back)


def _key(edge: Edge, directed: bool) -> tuple[str | None, ...]:
    ends = (edge.sender, edge.receiver)
    return (edge.wave, edge.relation, *(ends if directed else sorted(ends)))


def _refusal(graph: Graph, edge: Edge, key: tuple[str | None, ...], seen: set[tuple[str | None, ...]]) -> str | None:
    if edge.sender not in graph.nodes or edge.receiver not in graph.nodes:
        return "unknown-actor"
    if edge.sender == edge.receiver:
        return "self-tie"
    if key in seen:
        return "duplicate-tie"
    return "not-a-number" if edge.weight is not None and not _is_number(edge.weight) else None


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _say(graph: Graph, edge: Edge, code: str) -> None:
    pair = f"'{edge.sender}' – '{edge.receiver}'"
    if code == "unknown-actor":
        graph.problem(f"the edge {pair} names a node that is not in the file", code, row=edge.row,
                      expected="nodes that are listed", remedy="Add the node, or remove the edge")
    elif code == "not-a-number":
        graph.problem(f"the weight '{str(edge.weight)[:40]}' of {pair} is not a number", code, row=edge.row,
                      expected="a number", remedy="Correct the weight")
    elif code == "self-tie":
        graph.left_out(f"'{edge.sender}' is tied to itself; this is left out", code, row=edge.row)
    else:
        graph.left_out(f"the tie {pair} ({edge.relation}, {edge.wave}) is there twice; the first one is kept", code,
                       row=edge.row, remedy="Add up the weights in the file if both count")


def _actors(graph: Graph) -> pd.DataFrame:
    rows = [{"actor": node} | {key: value for key, value in attributes.items() if key != "actor"}
            for node, attributes in graph.nodes.items()]
    return _fitting(graph, "actors", pd.DataFrame(rows, columns=_columns(rows) or ["actor"], dtype="str"))


def _columns(rows: list[dict[str, str]]) -> list[str]:
    return list(dict.fromkeys(key for row in rows for key in row))


def _relations(graph: Graph, directed: dict[str, bool]) -> pd.DataFrame:
    known = {item.relation: item.layer for item in vocabulary.RELATIONS}
    layers = []
    for name in directed:
        layer = graph.layers.get(name) or known.get(name)
        if layer is None:
            layer = "exchange"
            graph.guess(f"relation '{name}' is put in the layer 'exchange'; correct it if it is another")
        layers.append(layer)
    arrows = ["yes" if arrow else "no" for arrow in directed.values()]
    return pd.DataFrame({"relation": list(directed), "layer": layers, "directed": arrows}, dtype="str")


def _fitting(graph: Graph, table: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Columns of the file that have a declared name but other values get another name."""
    declared = schema.tables()[table].columns
    names: dict[Any, str] = {}
    for name in frame.columns:
        if name in _FIXED[table] or name == "weight" or name not in declared:
            continue
        trial = Findings()
        required = {key: frame[key] for key in _FIXED[table] if key in frame}
        schema.coerce(table, pd.DataFrame(required | {name: frame[name]}), Source(), trial)
        if any(item.column == name and item.level == "error" for item in trial):
            names[name] = f"{name}_in_file"
            graph.guess(f"the column '{name}' holds other values than the column of that name in a study; "
                        f"it is kept as '{names[name]}'")
    return frame.rename(columns=names)

"""GEXF 1.1, 1.2 and 1.3: attributes, dynamics, positions and colours."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from interfirm.study.read import xml
from interfirm.study.read.files import Blob
from interfirm.study.read.graph_tables import Edge, Graph
from interfirm.study.read.graphml import OWN

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_DATE = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")
_LIST = re.compile(r"\s*[|;,]\s*")
UNKNOWN = "unknown"


@dataclass(frozen=True)
class _Attribute:
    title: str
    type: str
    default: str | None


def parse(blob: Blob) -> Graph:
    """A GEXF file.

    Node ids become actors and labels their names. An edge that is ``mutual`` counts as two ties. Times of edges become
    ``since`` and ``until`` where they are dates, otherwise columns ``start`` and ``end``. Position,
    colour and size become the columns x, y, colour and size. Edges carry relation (or kind) and wave in attributes.

    Raises
    ------
    DataError
        If the file is not XML, or not GEXF.
    """
    name = Path(blob.name).name
    root = xml.parse(blob.data, name)
    out = Graph(name, blob.stem)
    graph = xml.child(root, "graph")
    if xml.local(root) != "gexf" or graph is None:
        out.problem(f"the file is XML, but not GEXF (its first element is '{xml.local(root)}')", "not-gexf",
                    expected="an element 'gexf' that holds a 'graph'", remedy="Export the file again as GEXF")
        return out
    creator = next((item.text for item in xml.descendants(root, "creator")), None)
    out.own = creator == OWN
    out.directed = graph.get("defaultedgetype", "undirected") != "undirected"
    node_keys, edge_keys = _attributes(graph, "node"), _attributes(graph, "edge")
    _read_nodes(graph, node_keys, out, None)
    for edges in xml.children(graph, "edges"):
        for edge in xml.children(edges, "edge"):
            _read_edge(edge, edge_keys, out)
    if not out.nodes:
        out.problem("there is no node in the file", "no-actors", expected="at least one node")
    return out


def _attributes(graph: Element, domain: str) -> dict[str, _Attribute]:
    found = {}
    for group in xml.children(graph, "attributes"):
        if group.get("class") != domain:
            continue
        for element in xml.children(group, "attribute"):
            default = xml.child(element, "default")
            identifier = element.get("id", "")
            found[identifier] = _Attribute(element.get("title") or identifier, element.get("type", "string"),
                                           None if default is None else (default.text or "").strip())
    return found


def _read_nodes(holder: Element, keys: dict[str, _Attribute], out: Graph, parent: str | None) -> None:
    for nodes in xml.children(holder, "nodes"):
        for node in xml.children(nodes, "node"):
            _read_node(node, keys, out, parent)


def _read_node(node: Element, keys: dict[str, _Attribute], out: Graph, parent: str | None) -> None:
    identifier = (node.get("id") or "").strip()
    if not identifier:
        out.problem("a node has no id", "empty-cell", expected="an id for every node")
        return
    if identifier in out.nodes:
        out.problem(f"the node '{identifier}' is there twice", "duplicate-key", expected="each id once",
                    remedy="Export the file again")
    attributes = _values(node, keys, out, f"node '{identifier}'")
    label = (node.get("label") or "").strip()
    if label and (label != identifier or not out.own):
        attributes.setdefault("name", label)
    group = node.get("pid") or parent
    if group:
        attributes["group"] = group
    if not out.own:
        attributes |= _times(node)
    out.nodes[identifier] = attributes | _looks(node)
    _read_nodes(node, keys, out, identifier)


def _read_edge(edge: Element, keys: dict[str, _Attribute], out: Graph) -> None:
    source, target = (edge.get("source") or "").strip(), (edge.get("target") or "").strip()
    values = _values(edge, keys, out, f"edge '{source}' – '{target}'")
    mutual = edge.get("type") == "mutual"
    arrow = {"directed": True, "mutual": True, "undirected": False}.get(edge.get("type", ""), out.directed)
    weight: str | None = edge.get("weight", values.pop("weight", "1"))
    if values.pop("weight_is", None) == UNKNOWN:
        weight = None
    relation = values.pop("relation", None) or edge.get("kind")
    layer = values.pop("layer", None)
    if relation and layer:
        out.layers.setdefault(relation, layer)
    wave = values.pop("wave", None)
    label = edge.get("label")
    if label and not out.own:
        values.setdefault("label", label)
    if not out.own:
        times = _times(edge)
        renamed = {"start": "since", "end": "until"}
        dated = all(_DATE.fullmatch(value[:10]) for value in times.values())
        values |= {renamed[key]: value[:10] for key, value in times.items()} if dated else times
    out.edges.append(Edge(source, target, weight, arrow, relation, wave, values))
    if mutual:
        out.edges.append(Edge(target, source, weight, arrow, relation, wave, values))


def _values(element: Element, keys: dict[str, _Attribute], out: Graph, what: str) -> dict[str, str]:
    values = {key.title: key.default for key in keys.values() if key.default}
    stated: set[str] = set()
    for group in xml.children(element, "attvalues"):
        for item in xml.children(group, "attvalue"):
            identifier = item.get("for") or item.get("id") or ""
            key = keys.get(identifier, _Attribute(identifier, "string", None))
            value = (item.get("value") or "").strip()
            if key.title in stated and values.get(key.title) != value:
                out.left_out(f"{what} has several values of '{key.title}' over time; the last one is kept",
                             "changing-attribute")
            stated.add(key.title)
            if key.type.startswith("list"):
                value = _LIST.sub("|", value.strip("[]"))
            if value:
                values[key.title] = value
    return values


def _times(element: Element) -> dict[str, str]:
    """Start and end, over all spells."""
    found = [element, *(spell for group in xml.children(element, "spells", "slices")
                        for spell in xml.children(group, "spell", "slice"))]
    starts = [item.get("start") or item.get("startopen") or item.get("timestamp") for item in found]
    ends = [item.get("end") or item.get("endopen") for item in found]
    first, last = next((time for time in starts if time), None), next((time for time in ends[::-1] if time), None)
    return {key: value for key, value in (("start", first), ("end", last)) if value}


def _looks(node: Element) -> dict[str, str]:
    looks: dict[str, str] = {}
    position, colour, size = (xml.child(node, name) for name in ("position", "color", "size"))
    if position is not None:
        looks |= {axis: str(position.get(axis)) for axis in ("x", "y") if position.get(axis)}
    if colour is not None:
        looks["colour"] = colour.get("hex") or _hex(colour)
    if size is not None and size.get("value"):
        looks["size"] = str(size.get("value"))
    return {key: value for key, value in looks.items() if value}


def _hex(colour: Element) -> str:
    try:
        parts = [int(float(colour.get(part, ""))) for part in ("r", "g", "b")]
    except (ValueError, OverflowError):
        return ""
    return "#" + "".join(f"{part:02x}" for part in parts) if all(0 <= part < 256 for part in parts) else ""

"""GraphML, with the habits of yEd, Gephi, networkx and igraph."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from interfirm.study.read import xml
from interfirm.study.read.files import Blob
from interfirm.study.read.graph_tables import Edge, Graph

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

OWN = "interfirm"
_NAMES = {"label": "name", "Label": "name", "Name": "name"}
_SERIAL = re.compile(r"n?\d+")


@dataclass(frozen=True)
class _Key:
    name: str
    domain: str
    default: str | None
    yfiles: bool


def parse(blob: Blob) -> Graph:
    """A GraphML file: typed keys with defaults, edges with or without arrows, nested graphs, hyperedges.

    Node ids become actors. Where the ids are mere numbers (``n0``, ``n1`` …) and every node has a
    different name, the names are taken instead, and this is said.
    A hyperedge becomes an alliance. Edges carry relation, wave and weight in attributes of these names.

    Raises
    ------
    DataError
        If the file is not XML, or not GraphML.
    """
    name = Path(blob.name).name
    root = xml.parse(blob.data, name)
    out = Graph(name, blob.stem)
    if xml.local(root) != "graphml":
        out.problem(f"the file is XML, but not GraphML (its first element is '{xml.local(root)}')", "not-graphml",
                    expected="an element 'graphml'", remedy="Export the file again as GraphML")
        return out
    keys = _keys(root)
    graphs = list(xml.children(root, "graph"))
    out.own = any(graph.get("id") == OWN for graph in graphs)
    for graph in graphs:
        title = graph.get("id") if len(graphs) > 1 else None
        _read_graph(graph, keys, out, title, None)
    if not out.nodes:
        out.problem("there is no node in the file", "no-actors", expected="at least one node")
    if not out.own:
        _rename(out)
    return out


def _keys(root: Element) -> dict[str, _Key]:
    keys = {}
    for element in xml.children(root, "key"):
        default = xml.child(element, "default")
        identifier = element.get("id", "")
        kind = next((value for key, value in element.attrib.items() if key.endswith("yfiles.type")), "")
        keys[identifier] = _Key(element.get("attr.name") or identifier, element.get("for", "all"),
                                None if default is None else (default.text or ""), bool(kind))
    return keys


def _read_graph(graph: Element, keys: dict[str, _Key], out: Graph, title: str | None, parent: str | None) -> None:
    directed = graph.get("edgedefault", "directed") != "undirected"
    node_defaults = _defaults(keys, "node")
    edge_defaults = _defaults(keys, "edge")
    for node in xml.children(graph, "node"):
        _read_node(node, keys, out, dict(node_defaults), parent, title)
    for edge in xml.children(graph, "edge"):
        out.edges.append(_read_edge(edge, keys, out, dict(edge_defaults), directed, title))
    for hyper in xml.children(graph, "hyperedge"):
        _read_hyperedge(hyper, out)


def _defaults(keys: dict[str, _Key], domain: str) -> dict[str, str]:
    return {key.name: key.default for key in keys.values()
            if key.default is not None and key.domain in {domain, "all"} and not key.yfiles}


def _read_node(node: Element, keys: dict[str, _Key], out: Graph, attributes: dict[str, str], parent: str | None,
               title: str | None) -> None:
    identifier = (node.get("id") or "").strip()
    if not identifier:
        out.problem("a node has no id", "empty-cell", expected="an id for every node")
        return
    attributes |= _data(node, keys)
    if parent is not None:
        attributes["group"] = parent
    if identifier in out.nodes and title is None:
        out.problem(f"the node '{identifier}' is there twice", "duplicate-key", expected="each id once",
                    remedy="Export the file again")
    out.nodes.setdefault(identifier, {}).update({_NAMES.get(key, key): value for key, value in attributes.items()})
    for inner in xml.children(node, "graph"):
        _read_graph(inner, keys, out, title, identifier)


def _read_edge(edge: Element, keys: dict[str, _Key], out: Graph, attributes: dict[str, str], directed: bool,
               title: str | None) -> Edge:
    stated = _data(edge, keys)
    attributes |= stated
    arrow = {"true": True, "false": False}.get(edge.get("directed", ""), directed)
    if attributes.pop("arrows", None) == "none":
        arrow = False
    weight = attributes.pop("weight", None)
    relation = attributes.pop("relation", None) or title
    layer = attributes.pop("layer", None)
    if relation and layer:
        out.layers.setdefault(relation, layer)
    if weight is None and not out.own:
        weight = "1"
    return Edge((edge.get("source") or "").strip(), (edge.get("target") or "").strip(), weight, arrow, relation,
                attributes.pop("wave", None), attributes)


def _read_hyperedge(hyper: Element, out: Graph) -> None:
    identifier = hyper.get("id") or f"hyperedge {len(out.memberships) + 1}"
    for end in xml.children(hyper, "endpoint"):
        out.memberships.append({"alliance": identifier, "actor": (end.get("node") or "").strip()})


def _data(element: Element, keys: dict[str, _Key]) -> dict[str, str]:
    """The attributes of a node or an edge; empty ones are missing."""
    values: dict[str, str] = {}
    for data in xml.children(element, "data"):
        key = keys.get(data.get("key", ""), _Key(data.get("key", ""), "all", None, False))
        if len(data):
            values |= _drawing(data)
        elif data.text and data.text.strip():
            values[key.name] = data.text.strip()
    return values


def _drawing(data: Element) -> dict[str, str]:
    """What yEd draws: label, position, colour, whether an edge has an arrow."""
    values = {}
    label = next((item for item in data.iter() if xml.local(item) in {"NodeLabel", "EdgeLabel"}), None)
    if label is not None and label.text and label.text.strip():
        values["name" if xml.local(label) == "NodeLabel" else "label"] = label.text.strip()
    for geometry in xml.descendants(data, "Geometry"):
        values |= {axis: geometry.get(axis, "") for axis in ("x", "y") if geometry.get(axis)}
    for fill in xml.descendants(data, "Fill"):
        if fill.get("color"):
            values["colour"] = str(fill.get("color"))
    for arrows in xml.descendants(data, "Arrows"):
        if arrows.get("source") == "none" and arrows.get("target") == "none":
            values["arrows"] = "none"
    return values


def _rename(out: Graph) -> None:
    """Names instead of serial numbers, where every node has one of its own."""
    names = [attributes.get("name", "").strip() for attributes in out.nodes.values()]
    if not names or "" in names or len(set(names)) < len(names):
        return
    if not all(_SERIAL.fullmatch(node) for node in out.nodes):
        return
    new = dict(zip(out.nodes, names, strict=True))
    if all(node == name for node, name in new.items()):
        return
    out.guess("the nodes are called by their names, because their ids are only numbers")
    out.nodes = {new[node]: attributes | {"id_in_file": node} for node, attributes in out.nodes.items()}
    for edge in out.edges:
        edge.sender, edge.receiver = new.get(edge.sender, edge.sender), new.get(edge.receiver, edge.receiver)
    for row in out.memberships:
        row["actor"] = new.get(row["actor"], row["actor"])

"""The map before it is touched: a picture of the network, and the data of the interactive one."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Final, NamedTuple

from interfirm.report import words
from interfirm.report.labels import leaders, place, shorten

Data = Mapping[str, Any]

WIDTH: Final = 880
MARGIN: Final = 46
DRAWN_TIES: Final = 6000
_EASE: Final = 0.72
_NAMED: Final = 1500  # in a larger network the dots of the still picture do not say their names


class Style(NamedTuple):
    """How actors of one kind are drawn: never by colour alone."""

    shape: str
    colour: str


STYLES: Final[dict[str, Style]] = {
    "firm": Style("circle", "grey"),
    "university": Style("square", "cat-1"),
    "research institute": Style("diamond", "cat-3"),
    "agency": Style("triangle", "cat-6"),
    "association": Style("wedge", "cat-4"),
    "intermediary": Style("cross", "cat-2"),
    "financier": Style("hexagon", "cat-5"),
    "government": Style("star", "cat-7"),
    "other": Style("ring", "grey"),
    "group": Style("circle", "grey"),
}


@dataclass(frozen=True)
class Drawn:
    """The static picture, its legend and a remark on what it leaves out."""

    svg: str
    key: str
    note: str


def style_of(kind: object) -> Style:
    """The style of a kind of actor; what is not known is drawn as 'other'."""
    return STYLES.get(str(kind), STYLES["other"])


def outline(shape: str, x: float, y: float, r: float) -> str:
    """The path of a shape around a point; all shapes cover about the same area."""
    if shape in ("circle", "ring"):
        return f"M{x - r:.1f},{y:.1f}a{r:.1f},{r:.1f} 0 1,0 {2 * r:.1f},0a{r:.1f},{r:.1f} 0 1,0 {-2 * r:.1f},0Z"
    if shape == "cross":
        a, b = r * 1.1, r * 0.42
        spots = [(-b, -a), (b, -a), (b, -b), (a, -b), (a, b), (b, b), (b, a), (-b, a), (-b, b), (-a, b), (-a, -b),
                 (-b, -b)]
    else:
        corners, turn, size = {"square": (4, 45, 1.25), "diamond": (4, 0, 1.25), "triangle": (3, -90, 1.4),
                               "wedge": (3, 90, 1.4), "hexagon": (6, 0, 1.1), "star": (5, -90, 1.5)}[shape]
        steps = corners * (2 if shape == "star" else 1)
        angles = [math.radians(turn + 360 * i / steps) for i in range(steps)]
        far = [size * r * (0.45 if shape == "star" and i % 2 else 1) for i in range(steps)]
        spots = [(d * math.cos(a), d * math.sin(a)) for d, a in zip(far, angles, strict=True)]
    return "M" + "L".join(f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in spots) + "Z"


def picture(data: Data) -> Drawn:
    """The map as a still picture: the first relation in its last wave, the dozen labelled actors named.

    Parameters
    ----------
    data
        ``map`` of the summary.
    """
    if data.get("aggregated"):
        return _picture_of_groups(data)
    nodes = data["nodes"]
    relation, wave = start(data)
    spots, height = _fit([(float(node["x"]), float(node["y"])) for node in nodes], data)
    radii = _radii(nodes, wave)
    shapes = [_boundary(data, spots)] + [_hull(points) for points in _groups(nodes, spots)]
    ties, left = _ties(data, spots, relation, wave)
    named = len(nodes) <= _NAMED
    dots = [_dot(node, spot, r, wave, named=named) for node, spot, r in zip(nodes, spots, radii, strict=True)]
    order = sorted(range(len(nodes)), key=lambda i: -radii[i])
    body = "".join([*shapes, f'<g stroke="var(--tie)" stroke-width="0.8" fill="none">{ties}</g>',
                    *(dots[i] for i in order), _labels(data, spots, radii)])
    told = f"{words.count(len(nodes), 'actor')}, ties of relation {relation}, {wave}."
    svg = (f'<svg viewBox="0 0 {WIDTH} {height:.0f}" width="{WIDTH}" height="{height:.0f}" role="img" '
           f'aria-label="{escape("Map of the network: " + told, quote=True)}">{body}</svg>')
    if left:
        svg += f'<p class="caption">The picture leaves out {left:,} weaker ties.</p>'
    return Drawn(svg, _key(nodes), "")


def _picture_of_groups(data: Data) -> Drawn:
    whole = grouped(data)
    drawn = picture(whole)
    others = data["aggregated"].get("others") or {}
    note = "Each circle is a group of actors with many ties inside; the wider a line, the more ties between two groups."
    if others.get("groups"):
        note += (f" {words.count(others['groups'], 'smaller group')} with {words.count(others['actors'], 'actor')} "
                 "are not drawn.")
    return Drawn(drawn.svg, "", note)


def grouped(data: Data) -> dict[str, Any]:
    """The groups of an aggregated map as a map of their own: a node is a group, a tie holds many ties."""
    whole = data["aggregated"]
    relation, wave = str(whole["relation"]), str(whole["wave"] if whole["wave"] is not None else "all")
    label = next((item["label"] for item in data["waves"] if item["wave"] == wave), wave)
    nodes = [{"id": f"group-{node['id']}", "label": node["label"], "kind": "group", "sector": None,
              "position": "member", "community": None, "x": node["x"], "y": node["y"],
              "measures": {wave: {"actors": node["size"], "inside": node["ties"]}}, "waves": [wave],
              "facts": {"Mostly": node["kind"]}} for node in whole["nodes"]]
    edges = [{"source": edge["source"], "target": edge["target"], "relation": relation, "wave": wave,
              "weight": edge["ties"]} for edge in whole["edges"]]
    return {"nodes": nodes, "edges": edges, "relations": [{"relation": relation, "layer": "", "directed": False}],
            "waves": [{"wave": wave, "label": label}], "labelled": list(range(min(12, len(nodes)))),
            "boundary": None, "aggregated": None, "weighted": True}


def _key(nodes: Sequence[Data]) -> str:
    """The kinds that occur, each with its shape; what dashes and shades mean."""
    kinds = {str(node["kind"]) if str(node["kind"]) in STYLES else "other" for node in nodes}
    entries = []
    for kind in (kind for kind in STYLES if kind in kinds):
        style = STYLES[kind]
        paint = (f'fill="none" stroke="var(--{style.colour})" stroke-width="2"' if style.shape == "ring"
                 else f'fill="var(--{style.colour})"')
        entries.append((f'<path d="{outline(style.shape, 8, 8, 5)}" {paint}/>', 16, kind))
    if any(node["position"] == "external" for node in nodes):
        entries.append(('<path d="M1,8H29" stroke="var(--muted)" stroke-width="1.5" stroke-dasharray="4 4"/>', 30,
                        "tie to outside the cluster"))
    if any(node.get("community") is not None for node in nodes):
        entries.append(('<rect y="1" width="24" height="14" rx="7" fill="var(--hull)" stroke="var(--grey-line)"/>', 24,
                        "group with many ties inside"))
    entries.append(('<circle cx="8" cy="8" r="3" fill="var(--grey)"/><circle cx="24" cy="8" r="7" fill="var(--grey)"/>',
                    32, "few and many ties"))
    return '<ul class="key map-key">' + "".join(
        f'<li><svg width="{wide}" height="16" viewBox="0 0 {wide} 16" aria-hidden="true">{picture_}</svg>'
        f"{escape(words.sentence(text))}</li>" for picture_, wide, text in entries) + "</ul>"


def eased(data: Data) -> Data:
    """The map with its crowded middle drawn apart, for the eye: radii inside the boundary grow as r^0.72."""
    if not data.get("boundary"):
        return data
    cx, cy, r = (float(value) for value in data["boundary"])

    def moved(node: Data) -> dict[str, Any]:
        dx, dy = float(node["x"]) - cx, float(node["y"]) - cy
        share = math.hypot(dx, dy) / r if r else 0.0
        grow = share ** (_EASE - 1) if 0 < share < 1 else 1.0
        return {**node, "x": cx + dx * grow, "y": cy + dy * grow}

    return {**data, "nodes": [moved(node) for node in data["nodes"]]}


def start(data: Data) -> tuple[str, str]:
    """The relation and wave that the map opens with: the first relation, in the last wave that has it."""
    relations, waves = data["relations"], [item["wave"] for item in data["waves"]]
    relation = relations[0]["relation"] if relations else ""
    seen = {edge["wave"] for edge in data["edges"] if edge["relation"] == relation}
    there = [wave for wave in waves if wave in seen] or waves or [""]
    return relation, there[-1]


def _fit(places: Sequence[tuple[float, float]], data: Data) -> tuple[list[tuple[float, float]], float]:
    """Positions in pixels: the whole width, as high as needed."""
    xs, ys = [x for x, _ in places], [y for _, y in places]
    if boundary := data.get("boundary"):
        x, y, r = boundary
        xs, ys = [*xs, x - r, x + r], [*ys, y - r, y + r]
    wide, high = max(max(xs) - min(xs), 1e-6), max(max(ys) - min(ys), 1e-6)
    scale = min((WIDTH - 2 * MARGIN) / wide, 760 / high)
    left = (WIDTH - wide * scale) / 2 - min(xs) * scale
    return [(left + x * scale, MARGIN + (y - min(ys)) * scale) for x, y in places], high * scale + 2 * MARGIN


def _radii(nodes: Sequence[Data], wave: str) -> list[float]:
    degrees = [float(next(iter((node["measures"].get(wave) or {}).values()), 0) or 0) for node in nodes]
    most = max(degrees, default=0) or 1.0
    small = 1.0 if len(nodes) <= 300 else max(0.35, math.sqrt(300 / len(nodes)))
    return [small * (3.2 + 9 * math.sqrt(value / most)) for value in degrees]


def _boundary(data: Data, spots: Sequence[tuple[float, float]]) -> str:
    """The line between members and external actors, where there are any."""
    nodes = data["nodes"]
    if not data.get("boundary") or all(node["position"] == "member" for node in nodes) or len(nodes) < 2:
        return ""
    x, y, r = data["boundary"]
    a, b = _apart(nodes)
    scale = math.dist(spots[a], spots[b]) / max(1e-9, math.dist(_at(nodes[a]), _at(nodes[b])))
    px = spots[a][0] + (x - nodes[a]["x"]) * scale
    py = spots[a][1] + (y - nodes[a]["y"]) * scale
    return (f'<circle cx="{px:.1f}" cy="{py:.1f}" r="{r * scale:.1f}" fill="none" stroke="var(--edge)" '
            'stroke-width="1" stroke-dasharray="1 5" stroke-linecap="round"/>')


def _at(node: Data) -> tuple[float, float]:
    return float(node["x"]), float(node["y"])


def _apart(nodes: Sequence[Data]) -> tuple[int, int]:
    """Two actors at different places."""
    for j in range(1, len(nodes)):
        if _at(nodes[j]) != _at(nodes[0]):
            return 0, j
    return 0, 0


def _groups(nodes: Sequence[Data], spots: Sequence[tuple[float, float]]) -> list[list[tuple[float, float]]]:
    """The places of each group of at least three, without those that lie far off."""
    found: dict[Any, list[tuple[float, float]]] = {}
    for node, spot in zip(nodes, spots, strict=True):
        if node.get("community") is not None and node["position"] == "member":
            found.setdefault(node["community"], []).append(spot)
    out = []
    for _, points in sorted(found.items(), key=lambda item: str(item[0])):
        middle = (sorted(x for x, _ in points)[len(points) // 2], sorted(y for _, y in points)[len(points) // 2])
        far = sorted(math.dist(point, middle) for point in points)[len(points) // 2] * 2.2
        near = [point for point in points if math.dist(point, middle) <= far]
        if len(near) >= 3:
            out.append(near)
    return out


def hull(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """The convex hull, anticlockwise (monotone chain)."""
    ordered = sorted(set(points))
    if len(ordered) < 3:
        return ordered

    def half(sequence: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
        out: list[tuple[float, float]] = []
        for p in sequence:
            while len(out) > 1 and ((out[-1][0] - out[-2][0]) * (p[1] - out[-2][1])
                                    - (out[-1][1] - out[-2][1]) * (p[0] - out[-2][0])) <= 0:
                out.pop()
            out.append(p)
        return out[:-1]

    return half(ordered) + half(ordered[::-1])


def _hull(points: Sequence[tuple[float, float]]) -> str:
    """A soft outline: the hull of small circles around the places."""
    ring = [(17 * math.cos(i * math.pi / 12), 17 * math.sin(i * math.pi / 12)) for i in range(24)]
    grown = hull([(x + dx, y + dy) for x, y in hull(points) for dx, dy in ring])
    path = "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in grown) + "Z"
    return f'<path d="{path}" fill="var(--hull)" fill-opacity="0.6" stroke="var(--rule)" stroke-width="1"/>'


def _ties(data: Data, spots: Sequence[tuple[float, float]], relation: str, wave: str) -> tuple[str, int]:
    """Lines of one relation in one wave; those to external actors dashed; the strongest if there are too many."""
    mine = [edge for edge in data["edges"] if edge["relation"] == relation and edge["wave"] == wave]
    mine.sort(key=lambda edge: -edge["weight"])
    if data.get("weighted"):
        most = max((edge["weight"] for edge in mine), default=1)
        return "".join(
            f'<path d="M{spots[e["source"]][0]:.1f},{spots[e["source"]][1]:.1f}L{spots[e["target"]][0]:.1f},'
            f'{spots[e["target"]][1]:.1f}" stroke-width="{0.4 + 6 * math.sqrt(e["weight"] / most):.1f}"/>'
            for e in mine[:DRAWN_TIES]), max(0, len(mine) - DRAWN_TIES)
    outside = [node["position"] == "external" for node in data["nodes"]]
    paths = {False: "", True: ""}
    for edge in mine[:DRAWN_TIES]:
        (x1, y1), (x2, y2) = spots[edge["source"]], spots[edge["target"]]
        paths[outside[edge["source"]] or outside[edge["target"]]] += f"M{x1:.1f},{y1:.1f}L{x2:.1f},{y2:.1f}"
    out = f'<path d="{paths[False]}"/>' if paths[False] else ""
    if paths[True]:
        out += f'<path d="{paths[True]}" stroke-dasharray="4 4"/>'
    return out, max(0, len(mine) - DRAWN_TIES)


def _dot(node: Data, spot: tuple[float, float], r: float, wave: str, *, named: bool) -> str:
    style = style_of(node["kind"])
    path = outline(style.shape, *spot, r)
    title = f"<title>{escape(shorten(str(node['label']), 120))}</title>" if named else ""
    if wave and node["waves"] and wave not in node["waves"]:
        return f'<path d="{path}" fill="var(--paper)" stroke="var(--grey-line)" stroke-width="1">{title}</path>'
    paint = ('fill="var(--paper)" stroke="var(--grey)" stroke-width="1.6"' if style.shape == "ring"
             else f'fill="var(--{style.colour})" stroke="var(--paper)" stroke-width="1"')
    return f'<path d="{path}" {paint}>{title}</path>'


def _labels(data: Data, spots: Sequence[tuple[float, float]], radii: Sequence[float]) -> str:
    chosen = [i for i in data["labelled"] if i < len(spots)]
    texts = [shorten(str(data["nodes"][i]["label"]), 26) for i in chosen]
    height = max((y for _, y in spots), default=0) + MARGIN
    dots = [spots[i] for i in chosen]
    found = place(dots, texts, 14, WIDTH, height, away=[radii[i] + 5 for i in chosen])
    lines = "".join(f"M{a:.1f},{b:.1f}L{c:.1f},{d:.1f}" for a, b, c, d in leaders(dots, found, 14))
    return (f'<path d="{lines}" stroke="var(--edge)" fill="none"/>' if lines else "") + "".join(
        f'<text x="{at[0]:.1f}" y="{at[1]:.1f}" text-anchor="{_ANCHOR[at[2]]}" dominant-baseline="central" '
        f'font-size="14" font-weight="600" fill="var(--ink)" stroke="var(--paper)" stroke-width="3.5" '
        f'stroke-linejoin="round" paint-order="stroke">{escape(text)}</text>'
        for text, at in zip(texts, found, strict=True) if at is not None)


_ANCHOR: Final = {"left": "start", "right": "end", "center": "middle"}


def payload(data: Data, measures: Data) -> dict[str, Any]:
    """The data of the interactive map, as small as it goes: ties grouped by relation and wave."""
    waves = [item["wave"] for item in data["waves"]]
    sets: dict[tuple[str, str], dict[str, Any]] = {}
    for edge in data["edges"]:
        key = (edge["relation"], edge["wave"])
        ties = sets.setdefault(key, {"relation": key[0], "wave": key[1], "s": [], "t": [], "w": []})
        ties["s"].append(edge["source"])
        ties["t"].append(edge["target"])
        ties["w"].append(edge["weight"])
    relation, wave = start(data)
    used = dict.fromkeys(key for node in data["nodes"][:1] for w in waves for key in node["measures"].get(w) or {})
    whole = grouped(data) if data.get("aggregated") else None
    titles = {"actors": {"title": "Actors in the group"}, "inside": {"title": "Ties inside"}}
    return {
        "groups": payload(whole, titles) if whole else None, "weighted": bool(data.get("weighted")),
        "nodes": [_short(node) for node in data["nodes"]], "ties": list(sets.values()), "relations": data["relations"],
        "waves": data["waves"], "labelled": data["labelled"],
        "boundary": data.get("boundary"), "start": {"relation": relation, "wave": wave},
        "styles": {kind: list(style) for kind, style in STYLES.items()},
        "measures": {key: (measures.get(key) or {}).get("title", key.capitalize()) for key in used},
        "explained": [key for key in used if (measures.get(key) or {}).get("definition")],
    }


def _short(node: Data) -> dict[str, Any]:
    """A node without more digits than can be seen."""
    measures = {wave: {key: _round(value) for key, value in found.items()} for wave, found in node["measures"].items()}
    return {**node, "x": round(node["x"], 4), "y": round(node["y"], 4), "measures": measures}


def _round(value: Any) -> Any:
    return float(f"{value:.6g}") if isinstance(value, float) else value

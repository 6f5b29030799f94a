"""The five structures for the documentation: a drawing, the image of both layers, the conditions."""

from __future__ import annotations

from html import escape
from math import hypot

from interfirm.structure.ideal_types import IDEAL_TYPES, IdealType, Image

SIZE = 200.0
EDGE = 26.0
STUB = 16.0
MEANS = {"Z": "empty", "H": "any", "S": "full", "S/Z": "own superior only"}
NODAL = ("nodal", "main firm", "intermediate")
STYLE = ("<style>.five line{stroke:currentColor;opacity:.45;stroke-width:1.3}.five .rule{stroke:#0072b2;opacity:1;"
         "stroke-width:2.2}.five .outside{stroke-dasharray:3 3}.five circle{fill:currentColor}.five rect,.five polygon"
         "{fill:#0072b2}.five{display:flex;flex-wrap:wrap;gap:1rem 2rem}.five figure{margin:0;width:12.5rem}</style>")


def page() -> str:
    """One drawing beside the other, then each type with its images and conditions."""
    figures = "".join(f"<figure>{drawing(item)}<figcaption>{escape(item.title)}</figcaption></figure>"
                      for item in IDEAL_TYPES.values())
    parts = [f"```{{raw}} html\n{STYLE}<div class=\"five\">{figures}</div>\n```\n",
             "Squares are nodal firms. Grey: they work together. Blue with an arrow: the first decides for the second. "
             "Dashed: a link to knowledge outside, as in the legend of the source. The drawings are ours.\n"]
    for item in IDEAL_TYPES.values():
        parts += [f"### {item.title}\n", item.summary + "\n",
                  "\n".join(f"- *{name}*: {meaning}" for name, meaning in item.positions.items()) + "\n",
                  _images(item), "It must hold that " + "; ".join(item.conditions) + ".\n"]
    return "\n".join(parts)


def drawing(item: IdealType) -> str:
    """The drawing of one type as SVG."""
    own = item.example
    at = [(EDGE + x * (SIZE - 2 * EDGE), EDGE + (1 - y) * (SIZE - 2 * EDGE)) for x, y in own.places]
    parts = [_line(*at[a], *at[b], "tie") for a, b in own.exchange]
    parts += [_stub(*at[i]) for i in own.external]
    for a, b in own.coordination:
        parts += [_line(*at[a], *at[b], "rule"), _arrow(*at[a], *at[b])]
    parts += [_firm(x, y, nodal=position in NODAL) for (x, y), position in zip(at, own.positions, strict=True)]
    label = f"{item.title}: {len(own.positions)} firms, {len(own.exchange)} ties, {len(own.coordination)} of them led"
    return (f'<svg viewBox="0 0 {SIZE:.0f} {SIZE:.0f}" role="img" aria-label="{escape(label)}">' + "".join(parts)
            + "</svg>")


def _line(x: float, y: float, x2: float, y2: float, kind: str) -> str:
    return f'<line class="{kind}" x1="{x:.1f}" y1="{y:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _stub(x: float, y: float) -> str:
    dx, dy = x - SIZE / 2, y - SIZE / 2
    length = hypot(dx, dy)
    dx, dy = (dx / length, dy / length) if length > 1 else (0.0, -1.0)
    return _line(x, y, x + STUB * dx, y + STUB * dy, "outside")


def _arrow(x: float, y: float, x2: float, y2: float) -> str:
    length = hypot(x2 - x, y2 - y)
    ux, uy = (x2 - x) / length, (y2 - y) / length
    cx, cy = x + 0.62 * (x2 - x), y + 0.62 * (y2 - y)
    points = ((cx + 6 * ux, cy + 6 * uy), (cx - 4 * ux - 4 * uy, cy - 4 * uy + 4 * ux),
              (cx - 4 * ux + 4 * uy, cy - 4 * uy - 4 * ux))
    return '<polygon points="' + " ".join(f"{a:.1f},{b:.1f}" for a, b in points) + '"/>'


def _firm(x: float, y: float, *, nodal: bool) -> str:
    if nodal:
        return f'<rect x="{x - 5.5:.1f}" y="{y - 5.5:.1f}" width="11" height="11"/>'
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5"/>'


def _images(item: IdealType) -> str:
    names = list(item.positions)
    head = ["who works with whom", *names]
    lines = [head, ["---"] * len(head), *([name, *(_cell(item.exchange, name, other, both=True) for other in names)]
                                          for name in names)]
    second = ["who (row) decides for whom", *names]
    more = [second, ["---"] * len(second), *([name, *(_cell(item.coordination, name, other, both=False)
                                                      for other in names)] for name in names)]
    return "\n\n".join("\n".join("| " + " | ".join(row) + " |" for row in table) for table in (lines, more)) + "\n"


def _cell(image: Image, row: str, column: str, *, both: bool) -> str:
    label = image.get((row, column)) or (image.get((column, row)) if both else None)
    return MEANS[label] if label else "empty"

"""Charts as small, quiet SVG: Vega-Lite draws, this module cleans and names the parts."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from xml.etree import ElementTree as ET

from interfirm.numerals import glued
from interfirm.report.charts import NARROW, WIDE, draw
from interfirm.report.charts.canvas import Drawing

_SVG = "http://www.w3.org/2000/svg"
_DROP = {"class", "role", "aria-hidden", "aria-roledescription", "aria-label", "pointer-events", "font-family",
         "stroke-miterlimit", "version"}
_NUMBER = re.compile(r"-?\d+\.\d{2,}(?:e-?\d+)?")


@lru_cache(maxsize=512)
def _convert(spec: str) -> str:
    import vl_convert

    return str(vl_convert.vegalite_to_svg(json.loads(spec)))


def figure(block: Mapping[str, Any]) -> dict[str, Any]:
    """The pictures of one figure block.

    Parameters
    ----------
    block
        A figure of the summary, see :class:`interfirm.report.blocks.Figure`.

    Returns
    -------
    dict
        ``wide`` and ``narrow``: SVG text; ``key``: legend entries (mark, text); ``note``: what is not
        drawn, or an empty string.
    """
    out: dict[str, Any] = {}
    options = dict(block.get("options") or {})
    options.setdefault("format", _format(block))
    for name, width in (("wide", WIDE), ("narrow", NARROW)):
        drawing = draw(block["chart"], block["rows"], options, width)
        out[name] = to_svg(drawing, str(block["id"]), name, f"{block['title']}. {block['subtitle']}")
        out["key"], out["note"] = [(mark, glued(text)) for mark, text in drawing.key], glued(drawing.note)
    return out


def _format(block: Mapping[str, Any]) -> str:
    """How the drawn numbers are written: as the table twin writes them, if it has one kind only."""
    columns = (block.get("table") or {}).get("columns") or ()
    kinds = {column["kind"] for column in columns if column["kind"] in ("number", "share", "count")}
    if kinds == {"share"}:
        return "share"
    drawn = [row.get(key) for row in block["rows"] for key in ("value", "low", "high", "x", "start", "end", "observed")]
    whole = all(float(value).is_integer() for value in drawn if isinstance(value, (int, float)))
    return "count" if whole else "number"


def to_svg(drawing: Drawing, block: str, name: str, description: str) -> str:
    """Draw one specification and clean the result.

    Fixed sizes, fonts, classes and inline styles go (the page's style sheet and its policy rule);
    what each mark says becomes its tooltip; the picture itself is named by the figure's title.
    """
    root = ET.fromstring(_convert(json.dumps(drawing.spec, sort_keys=True)))
    view = root.get("viewBox", "0 0 0 0")
    _clean(root)
    _thin(root)
    root.attrib.clear()
    root.attrib.update({"viewBox": view, "class": f"chart chart-{name}", "role": "img",
                        "aria-labelledby": f"{block}-title", "width": view.split()[2], "height": view.split()[3]})
    note = ET.Element(f"{{{_SVG}}}desc")
    note.text = description
    root.insert(0, note)
    ET.register_namespace("", _SVG)
    text = ET.tostring(root, encoding="unicode")
    return text.replace(' xmlns="http://www.w3.org/2000/svg"', "", 1)


def _clean(element: ET.Element) -> None:
    """Drop what only the drawing library needs; keep what a mark says as its title."""
    says = element.get("aria-label")
    mark = element.get("role") == "graphics-symbol" and element.get("aria-roledescription") != "axis"
    for key in [k for k in element.attrib if k in _DROP or (k == "opacity" and element.get(k) == "1")]:
        del element.attrib[key]
    for key, value in element.attrib.items():
        element.set(key, _NUMBER.sub(lambda m: f"{float(m.group()):.1f}".removesuffix(".0"), value))
    _unstyle(element)
    for child in list(element):
        if child.get("display") == "none" or child.get("class") == "background":
            element.remove(child)
        else:
            _clean(child)
    if mark and says and not element.tag.endswith("text"):
        title = ET.SubElement(element, f"{{{_SVG}}}title")
        title.text = says


def _unstyle(element: ET.Element) -> None:
    """An inline style as attributes, which the page's policy allows."""
    for part in element.attrib.pop("style", "").split(";"):
        name, _, value = part.partition(":")
        if value.strip():
            element.set(name.strip(), value.strip())


def _thin(element: ET.Element) -> None:
    """Remove empty groups and unwrap groups that say nothing."""
    for child in list(element):
        _thin(child)
        if not child.tag.endswith("}g"):
            continue
        if len(child) == 0:
            element.remove(child)
        elif not child.attrib or child.attrib == {"transform": "translate(0,0)"}:
            at = list(element).index(child)
            element.remove(child)
            for offset, grandchild in enumerate(list(child)):
                element.insert(at + offset, grandchild)

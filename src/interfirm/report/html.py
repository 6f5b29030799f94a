"""From the summary to one page: a single file that opens offline and asks nothing of any network."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from interfirm.errors import UsageError
from interfirm.numerals import glued
from interfirm.report import words
from interfirm.report.figures import figure

if TYPE_CHECKING:
    from jinja2 import Environment

FORMAT = "interfirm-summary/1"
_STEPS = {"very sure": 3, "fairly sure": 2, "leaning": 1}
_CLOSING = {"measures": "What the numbers mean", "method": "How this was made", "sources": "Sources"}
_EMPTY = "–"


def render(summary: Mapping[str, Any], figure: Callable[[Mapping[str, Any]], dict[str, Any]] = figure) -> str:
    """The report as one HTML file.

    The page carries its style, its scripts, its pictures and its data; a content security policy lets
    it load nothing else. All text is escaped. The same summary gives the same bytes.

    Parameters
    ----------
    summary
        What ``interfirm.report.summary.summarize`` returns: plain values in the format
        ``interfirm-summary/1``.
    figure
        Draws a figure block; see :func:`interfirm.report.figures.figure`.

    Returns
    -------
    str
        The whole page, to be written as UTF-8.

    Raises
    ------
    UsageError
        If the dictionary is of another format.

    Examples
    --------
    >>> render({"format": "something else"})
    Traceback (most recent call last):
    ...
    interfirm.errors.UsageError: This is not a summary that this version can show: its format is 'something else'...
    """
    from markupsafe import Markup

    if summary.get("format") != FORMAT:
        raise UsageError(f"This is not a summary that this version can show: its format is "
                         f"'{summary.get('format')}', expected '{FORMAT}'. Make it again with 'interfirm report'.")
    summary = unbroken(summary)
    style, scripts, atlas = static("page.css"), ["page.js"], _atlas(summary)
    if atlas:
        scripts.append("map.js")
    code = [static(name) for name in scripts]
    page = _environment(summary).get_template("page.html.j2").render(
        **_context(summary, figure), atlas=atlas, style=Markup(style), scripts=[Markup(text) for text in code],
        policy=policy(style, code),
    )
    return page + "\n"


def unbroken(value: Any) -> Any:
    """The summary with no line break between a number and its sign for per cent."""
    if isinstance(value, str):
        return glued(value)
    if isinstance(value, Mapping):
        return {key: unbroken(item) for key, item in value.items()}
    return [unbroken(item) for item in value] if isinstance(value, (list, tuple)) else value


def policy(style: str, scripts: list[str]) -> str:
    """The content security policy: nothing but these very texts, and pictures that stand in the page."""
    def digest(text: str) -> str:
        return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode() + "'"

    return (f"default-src 'none'; script-src {' '.join(map(digest, scripts))}; style-src {digest(style)}; "
            "img-src data:; base-uri 'none'; form-action 'none'")


@lru_cache(maxsize=8)
def static(name: str) -> str:
    """A file of ``report/static`` as it goes into the page."""
    text = (resources.files("interfirm.report") / "static" / name).read_text("utf-8").replace("\r\n", "\n")
    if re.search(r"</style" if name.endswith(".css") else r"</script|<!--", text, re.IGNORECASE):
        raise UsageError(f"static/{name} cannot stand in a page: it holds an end tag. Build it again.")
    return text


def script_json(value: object) -> str:
    """JSON that cannot end the script element it stands in.

    Examples
    --------
    >>> script_json({"name": "</script>"})
    '{"name":"\\\\u003c/script\\\\u003e"}'
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return text


def slug(text: object) -> str:
    """A name that can stand as an anchor: letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", str(text).replace("ß", "ss").replace("ø", "o").replace("ł", "l"))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    out = re.sub(r"[^0-9A-Za-z_]+", "-", plain).strip("-").lower()
    return out or "x" + hashlib.sha256(str(text).encode("utf-8", "replace")).hexdigest()[:8]


def shown(value: Any, kind: str = "text") -> str:
    """A cell as it is read: shares in per cent, three significant digits, a dash for what is not known."""
    if value is None:
        return _EMPTY
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, (int, float)):
        return str(value)
    if kind in ("text", "actor", "plain"):
        return f"{value:.6g}" if isinstance(value, float) else str(value)
    return words.share(value) if kind == "share" else words.number(value)


def brief(text: object, letters: int) -> str:
    """The beginning of a text, cut at a letter limit with an ellipsis."""
    whole = str(text)
    return whole if len(whole) <= letters else whole[: letters - 1].rstrip() + "…"


def _rows(total: int, here: int) -> str:
    return words.count(here, "row") if total <= here else f"{here:,} of {total:,} rows"


def _odds(item: Mapping[str, Any]) -> str:
    """The meaning of a certainty word."""
    least = float(item["at_least"])
    return f"at least {100 * least:.0f} in 100" if least > 0 else "less than that, or no way to tell"


def _environment(summary: Mapping[str, Any]) -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup, escape

    references = summary.get("references") or {}

    def cited(keys: object) -> Markup:
        """Source keys as links to the list of sources."""
        parts = [escape(references[key]) if (key := one.strip()) in references else escape(key)
                 for one in re.split(r"[;,\s]+", str(keys)) if one.strip()]
        return Markup("; ").join(parts)

    out = Environment(loader=PackageLoader("interfirm.report", "templates"), autoescape=True,
                      undefined=StrictUndefined, trim_blocks=True)
    out.filters.update(slug=slug, shown=shown, brief=brief, rows=_rows, odds=_odds, cited=cited,
                       sentence=lambda text: words.sentence(str(text)),
                       steps=lambda claim: _STEPS.get(claim["certainty"], 0))
    return out


def _context(summary: Mapping[str, Any], figure: Callable[[Mapping[str, Any]], dict[str, Any]]) -> dict[str, Any]:
    from markupsafe import Markup

    measures = summary.get("measures") or {}
    chapters = summary["chapters"]
    pictures: dict[str, Any] = {}
    for block in _blocks(chapters, "figure"):
        drawn = figure(block)
        pictures[block["id"]] = drawn | {name: Markup(drawn[name]) for name in ("wide", "narrow")}
    return {
        "study": {"region": None, "description": None, "synthetic": False, **summary["study"]},
        "made": {"date": None, **summary["made"]}, "questions": summary.get("glance") or [],
        "findings": summary["findings"],
        "advice": summary.get("advice") or [], "chapters": chapters,
        "certainty": summary["certainty"], "measures": measures, "references": summary.get("references") or {},
        "glossary": sorted(measures.items(), key=lambda item: str(item[1]["title"]).casefold()),
        "contents": list(_contents(summary)), "glance": list(_glance(summary)), "pictures": pictures,
        "anchors": {block["id"] for block in _blocks(chapters)} | {chapter["id"] for chapter in chapters},
        "places": _places(summary), "method": _method(summary),
    }


def _blocks(chapters: list[Mapping[str, Any]], kind: str | None = None) -> Iterator[Mapping[str, Any]]:
    for chapter in chapters:
        for block in chapter["blocks"]:
            if kind is None or block["type"] == kind:
                yield block


def _contents(summary: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if summary.get("glance"):
        yield "glance", "At a glance"
    yield "findings", "What was found"
    if summary.get("advice"):
        yield "next", "What you could do next"
    for chapter in summary["chapters"]:
        yield slug(chapter["id"]), chapter["title"]
    for anchor, title in _CLOSING.items():
        if anchor == "method" or summary.get({"sources": "references"}.get(anchor, anchor)):
            yield anchor, title


def _glance(summary: Mapping[str, Any]) -> Iterator[str]:
    """The study in five facts."""
    study = summary["study"]
    counts = study.get("counts") or {}
    for name, one in (("members", "member"), ("external", "external actor"), ("ties", "tie"),
                      ("alliances", "alliance")):
        if isinstance(counts.get(name), int) and counts[name]:
            yield words.count(counts[name], one)
    waves = study.get("waves") or []
    if waves:
        names = [str(wave.get("label") or wave["wave"]) for wave in waves]
        yield f"{words.count(len(names), 'wave')}: {words.listing(names)}"
    relations = study.get("relations") or []
    if relations:
        yield f"{words.count(len(relations), 'relation')}: {words.listing([item['relation'] for item in relations])}"


def _places(summary: Mapping[str, Any]) -> dict[str, int]:
    """Position in the map by name, for the names that belong to one actor only."""
    out: dict[str, int] = {}
    twice: set[str] = set()
    for i, node in enumerate((summary.get("map") or {}).get("nodes") or []):
        if node["label"] in out:
            twice.add(node["label"])
        out[node["label"]] = i
    return {name: i for name, i in out.items() if name not in twice}


def _method(summary: Mapping[str, Any]) -> dict[str, Any]:
    made, data = dict(summary["made"]), summary.get("data") or {}
    packages = made.pop("packages", None) or {}
    settings = made.pop("settings", None) or {}
    out = {"interfirm": made.pop("version", None), **made}
    if packages:
        out["packages"] = ", ".join(f"{name} {version}" for name, version in packages.items())
    relations = [f"{item['relation']} ({item['layer']} layer, {'with' if item['directed'] else 'without'} direction)"
                 + (f": {item['question']}" if item.get("question") else "")
                 for item in summary["study"].get("relations") or []]
    return out | ({"settings": settings} if settings else {}) | ({"relations": relations} if relations else {}) | (
        dict(data) if isinstance(data, Mapping) else {"data": data})


def _atlas(summary: Mapping[str, Any]) -> dict[str, Any] | None:
    """The static picture of the map, its legend and the data of the interactive one."""
    from markupsafe import Markup

    from interfirm.report import map as atlas

    data = summary.get("map")
    if not data or not data.get("nodes") or not any(True for _ in _blocks(summary["chapters"], "map")):
        return None
    data = atlas.eased(data)
    drawn = atlas.picture(data)
    return {"svg": Markup(drawn.svg), "key": Markup(drawn.key), "note": drawn.note,
            "data": Markup(script_json(atlas.payload(data, summary.get("measures") or {})))}

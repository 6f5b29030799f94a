"""Specification curves as a picture: a block of the report, a page, a drawing, a table."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from interfirm.report import words
from interfirm.report.blocks import Cell, Figure, TableColumn
from interfirm.report.charts import WIDE, draw
from interfirm.report.context import table
from interfirm.report.figures import figure, to_svg

if TYPE_CHECKING:
    from interfirm.performance.curve import Curve

_WORDS: Final = {"all": "all controls", "none": "no controls"}
_CAUTION: Final = "All models are of the same firms: many models are not many confirmations. A finding that turns " \
    "its sign among them is none."
_NS: Final = 'xmlns="http://www.w3.org/2000/svg"'
_STYLE: Final = """body{margin:2rem auto;max-width:46rem;padding:0 1rem;background:var(--paper);color:var(--ink);
line-height:1.5;font-family:system-ui,Segoe UI,Roboto,Noto Sans,Liberation Sans,Arial,sans-serif}
h1{font-size:1.6rem;line-height:1.2}h2{font-size:1.1rem;margin:2.5rem 0 .3rem}p{margin:.4rem 0;color:var(--muted)}
.chart{display:block;width:100%;height:auto;overflow:visible}.chart-narrow{display:none}
@media(max-width:34rem){.chart-wide{display:none}.chart-narrow{display:block}}
table{border-collapse:collapse;font-size:.85rem;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:.25rem .8rem .25rem 0;border-bottom:1px solid var(--rule)}td.num,th.num{text-align:right}
.scroll{overflow-x:auto}"""


def _held(text: str, names: Mapping[str, str]) -> str:
    """Which controls a model has, in words."""
    gone = text.removeprefix("without ")
    return f"without {names.get(gone, gone)}" if gone != text else _WORDS.get(text, text)


def curve_rows(curve: Curve, scale: float = 1.0, names: Mapping[str, str] | None = None) -> list[dict[str, Cell]]:
    """A row of the chart per model, its choices in words."""
    out: list[dict[str, Cell]] = []
    for row in curve.rows.to_dict("records"):
        choices = {"model": str(row["model"]), "controls": _held(str(row["controls"]), names or {}),
                   "others": str(row["others"]), "weighted": "with weights" if row["weighted"] else "without weights"}
        numbers = {key: scale * float(row[name]) for key, name in (("value", "effect"), ("low", "low"),
                                                                   ("high", "high"))}
        out.append({"label": ", ".join(choices.values()), **numbers, **choices, "highlight": bool(row["main"])})
    return out


def curve_figure(curve: Curve, id: str, *, title: str, subtitle: str, scale: float = 1.0,
                 names: Mapping[str, str] | None = None) -> Figure:
    """A specification curve as a block of the report, with all models as its twin table."""
    rows = curve_rows(curve, scale, names)
    cells = [[row["model"], row["controls"], row["others"], row["weighted"], row["value"], row["low"], row["high"]]
             for row in rows]
    twin = table(f"{id}-table", "Every model", [
        TableColumn("model", "Model"), TableColumn("controls", "Held alike"), TableColumn("others", "Other partners"),
        TableColumn("weighted", "Weights"),
        TableColumn("effect", "Effect", "number", measure="specification_curve"),
        TableColumn("low", "95 % from", "number"), TableColumn("high", "to", "number")], cells)
    failed = f" {words.count(curve.failed, 'model', 'models')} could not be estimated." if curve.failed else ""
    return Figure(id, title, subtitle, _CAUTION + failed, "specification", rows, twin)


def finding(curve: Curve) -> str:
    """What a curve shows, as a title."""
    count, up, down = len(curve.rows), curve.positive, curve.negative
    if up and down:
        return f"'{curve.variable}': clearly more in {up}, clearly less in {down} of {count} models"
    if not up and not down:
        return f"'{curve.variable}': no clear difference in any of {count} models"
    return f"'{curve.variable}': clearly {'more' if up else 'less'} in {max(up, down)} of {count} models"


def written(curves: Sequence[Curve], suffix: str) -> str:
    """Curves as ``.csv``, ``.svg`` or ``.html``.

    Parameters
    ----------
    curves
        One or more.
    suffix
        Which of the three.

    Returns
    -------
    str

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from interfirm.performance import specification_curve, survey_design
    >>> rng = np.random.default_rng(1)
    >>> table = pd.DataFrame({"share": rng.beta(2, 8, 90), "coop": np.arange(90) % 2, "size": rng.normal(size=90)})
    >>> made = specification_curve(survey_design(table, "share", cooperation=["coop"], controls=["size"]), "coop")
    >>> written([made], ".csv").splitlines()[0]
    'variable,outcome,model,controls,others,weighted,firms,effect,low,high,main'
    """
    if suffix == ".csv":
        return _csv(curves)
    return _svg(curves) if suffix == ".svg" else _html(curves)


def _csv(curves: Sequence[Curve]) -> str:
    import pandas as pd

    frames = []
    for curve in curves:
        frame = curve.table()
        frame.insert(0, "outcome", curve.outcome)
        frame.insert(0, "variable", curve.variable)
        frames.append(frame)
    return str(pd.concat(frames).to_csv(index=False, lineterminator="\n"))


def _colours(*, dark: bool) -> str:
    """The colours of the report's style sheet."""
    text = (resources.files("interfirm.report") / "static" / "page.css").read_text("utf-8")
    found = re.findall(r":root\{([^}]*)\}", text)
    light = ";".join(part for part in found[0].split(";") if part.startswith("--"))
    out = f":root{{{light}}}"
    return out + f"@media screen and (prefers-color-scheme:dark){{:root{{{found[1]}}}}}" if dark else out


def _subtitle(curve: Curve) -> str:
    return f"Difference in '{curve.outcome}' that goes with '{curve.variable}', in units of the outcome; one column " \
        "per model, in the order of the effect; 95 % intervals"


def _svg(curves: Sequence[Curve]) -> str:
    """The curves under each other in one drawing, with its own colours on white."""
    parts, top = [], 0.0
    for i, curve in enumerate(curves):
        drawing = draw("specification", curve_rows(curve), {"format": "number"}, WIDE)
        text = to_svg(drawing, f"curve-{i}", "wide", f"{finding(curve)}. {_subtitle(curve)}")
        height = float(re.search(r'height="([\d.]+)"', text)[1])  # type: ignore[index]
        title = f'<text x="8" y="{top + 24:.0f}" font-size="16" font-weight="bold" fill="var(--ink)">' \
            f"{escape(finding(curve))}</text>" \
            f'<text x="8" y="{top + 44:.0f}" font-size="12" fill="var(--muted)">' \
            f"{escape(_subtitle(curve).partition(';')[0])}</text>"
        parts.append(title + text.replace("<svg ", f'<svg y="{top + 56:.0f}" ', 1))
        top += 56 + height + 24
    return (f'<svg {_NS} width="{WIDE}" height="{top:.0f}" viewBox="0 0 {WIDE} {top:.0f}" '
            f'font-family="Liberation Sans, Arial, sans-serif"><style>{_colours(dark=False)}</style>'
            f'<rect width="{WIDE}" height="{top:.0f}" fill="#ffffff"/>{"".join(parts)}</svg>\n')


def _html(curves: Sequence[Curve]) -> str:
    blocks = "".join(_section(curve, i) for i, curve in enumerate(curves))
    return (f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" '
            f'content="width=device-width,initial-scale=1"><title>Specification curves</title>'
            f"<style>{_colours(dark=True)}{_STYLE}</style></head><body><h1>How much rests on one's choices?</h1>"
            f"<p>{escape(_CAUTION)}</p>{blocks}</body></html>\n")


def _section(curve: Curve, number: int) -> str:
    block = curve_figure(curve, f"curve-{number}", title=finding(curve), subtitle=_subtitle(curve))
    drawn = figure({"id": block.id, "title": block.title, "subtitle": block.subtitle, "chart": block.chart,
                    "rows": block.rows, "options": {"format": "number"}, "table": {}})
    head = "".join(f'<th{_right(column.kind)}>{escape(column.label)}</th>' for column in block.table.columns)
    body = "".join("<tr>" + "".join(_cell(cell, column.kind) for cell, column in
                                    zip(row, block.table.columns, strict=True)) + "</tr>" for row in block.table.rows)
    return (f'<section><h2 id="{block.id}-title">{escape(block.title)}</h2><p>{escape(block.subtitle)}. The blue one '
            f"is the model that the curve starts from.</p>{drawn['wide']}{drawn['narrow']}<details><summary>Every model"
            f'</summary><div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
            "</details></section>")


def _right(kind: str) -> str:
    return ' class="num"' if kind == "number" else ""


def _cell(cell: Any, kind: str) -> str:
    text = words.number(cell) if kind == "number" else escape(str(cell))
    return f"<td{_right(kind)}>{text}</td>"

"""Does cooperation pay in innovation?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from interfirm.errors import DataError, InterfirmError
from interfirm.performance._limits import whole
from interfirm.performance.by_type import types_one_by_one
from interfirm.performance.curve import specification_curve
from interfirm.performance.design import survey_design
from interfirm.performance.margins import marginal_effects
from interfirm.performance.models import fit
from interfirm.performance.study_table import study_table
from interfirm.performance.words import CAUTIONS, WHERE_TIED
from interfirm.report import words
from interfirm.report.blocks import Block, Cell, Chapter, Claim, Figure, NotAnswered, Table, TableColumn, Text
from interfirm.report.context import Context, table
from interfirm.report.specification import curve_figure

if TYPE_CHECKING:
    from interfirm.performance.by_type import ByType
    from interfirm.performance.estimates import Fit
    from interfirm.performance.terms import Source

_TITLE: Final = "Does cooperation pay in innovation?"
_OUTCOME: Final = "new_product_share"
_CONTROLS: Final = ("log(employees)", "rd_share")
_NAMES: Final = {"breadth": "One type of partner more", "log(employees)": "Employees: about 2.7 times as many",
                 "rd_share": "R&D share: 0.01 more"}
_SHORT: Final = {"public": "Public bodies, research", "consultants": "Consultants, intermediaries", "group": "Own "
                 "group"}
_LEAD: Final = "Firms with more types of partner are compared with firms of the same size and R&D share that have " \
    "fewer. " \
    "The differences are associations: who innovates may also find partners more easily."


def chapter(ctx: Context) -> Chapter:
    """What goes with more types of partner, and with each; or how many firms and what data it would take."""
    known = int(ctx.study.observations[_OUTCOME].notna().groupby(ctx.study.observations["wave"]).sum().max() or 0) \
        if len(ctx.study.observations) else 0
    if known < whole("firms"):
        return _none(f"{words.count(known, 'firm has', 'firms have') if known else 'No firm has'} a sales share of new "
                     f"products in one wave; {whole('firms')} would be needed")
    ctx.step("what goes with cooperation")
    try:
        source = study_table(ctx.study, positions=())
        design, used = _design(source)
    except InterfirmError as problem:
        return _none(_why(problem))
    found = fit(design, "fractional")
    effects = marginal_effects(found).rows
    wave = source.name.rpartition(", ")[2]
    blocks: list[Block] = [_model(ctx, found, effects, wave, len(source.frame))]
    blocks += _types(ctx, source, used, wave)
    blocks.append(_curve(ctx, design, wave))
    blocks.append(Text("performance-cautions", " ".join([*CAUTIONS[:2], WHERE_TIED.split(". ", 1)[0] + "."])))
    return Chapter("performance", _TITLE, _LEAD, _claims(ctx, found, effects, wave), blocks)


def _design(source: Source) -> tuple[Any, tuple[str, ...]]:
    """The design with as many controls as there are firms for; the problem of the smallest one otherwise."""
    for number in range(len(_CONTROLS), -1, -1):
        try:
            design = survey_design(source, _OUTCOME, cooperation=["breadth"], controls=_CONTROLS[:number])
        except InterfirmError:
            if number == 0:
                raise
            continue
        if design.size >= max(whole("firms"), whole("firms_per_regressor") * (number + 2)):
            return design, _CONTROLS[:number]
    raise DataError(f"{design.size} firms have a sales share of new products and known partners; {whole('firms')} "
                    "would "
                    "be needed")


def _none(why: str) -> Chapter:
    block = NotAnswered("performance-none", _TITLE, why,
                        "In the table 'observations': the sales share of new products, employees and the R&D share of "
                        "every member firm; ties to suppliers, clients and institutions.")
    return Chapter("performance", _TITLE, "", [], [block])


def _why(problem: Exception) -> str:
    if isinstance(problem, DataError):
        return "; ".join(words.sentence(item.problem) for item in problem.findings if item.level == "error")
    return str(problem).split(". ", 1)[0].rstrip(".")


def _claims(ctx: Context, found: Fit, effects: Any, wave: str) -> list[Claim]:
    row = effects[effects["variable"] == "breadth"].iloc[0]
    size = 100 * float(row["effect"])
    word = "more" if size > 0 else "less"
    mean = float(np.average(found.design.y))
    probability = float(1 - row["p"])
    if probability < 0.6:
        return []
    text = f"Firms with one type of partner more have {abs(size):.1f} percentage points {word} of their sales from " \
        f"new products ({ctx.when(wave)}; mean {words.share(mean)}), among firms alike in size and R&D."
    ends = f"{100 * row['low']:.1f} to {100 * row['high']:.1f} points"
    why = f"{words.count(found.size, 'firm')}, 95 %: {ends}; not a cause"
    return [ctx.claim("performance-breadth", text, probability, why, "performance-model", 0.6, [])]


def _model(ctx: Context, found: Fit, effects: Any, wave: str, firms: int) -> Table:
    head = [TableColumn("what", "Goes with"), TableColumn("effect", "Difference", "number", "points",
                                                          measure="marginal_effects"),
            TableColumn("low", "95 % from", "number"), TableColumn("high", "to", "number")]
    rows = []
    for row in effects.to_dict("records"):
        name = str(row["variable"])
        scale = 1.0 if name == "rd_share" else 100.0
        rows.append([_NAMES.get(name, name), *(scale * float(row[key]) for key in ("effect", "low", "high"))])
    return table("performance-model", f"What goes with a higher share of new products ({ctx.when(wave)})", head, rows,
                 f"{words.count(found.size, 'firm')} of {firms:,}; the others lack an answer. Average marginal "
                 "effects of "
                 "a fractional logit, robust intervals, the other rows alike. Associations only.")


def _types(ctx: Context, source: Source, controls: tuple[str, ...], wave: str) -> list[Block]:
    try:
        found = types_one_by_one(source, _OUTCOME, controls=controls, model="fractional")
    except InterfirmError:
        return [NotAnswered("performance-types", "Which partners go with innovation?",
                            f"No type of partner has {whole('firms_per_type')} firms with it and as many without",
                            "Answers of more firms.")]
    return [_figure(ctx, found, wave)]


def _curve(ctx: Context, design: Any, wave: str) -> Figure:
    """How the finding on breadth moves across models and controls."""
    found = specification_curve(design, "breadth", model="fractional")
    count, clear = len(found.rows), max(found.positive, found.negative)
    word = "more" if found.rows["effect"].median() > 0 else "less"
    if found.positive and found.negative:
        title = f"It depends on the model: clearly more in {found.positive} of {count}, clearly less in " \
            f"{found.negative}"
    elif clear:
        title = f"More types of partner go with clearly {word} of new products in {clear} of {count} models"
    else:
        title = f"In none of {count} models do more types of partner go with a clear difference"
    subtitle = "Difference in the sales share of new products that goes with one type of partner more, in percentage " \
        f"points · one column per model, 95 % interval · {ctx.when(wave)}"
    return curve_figure(found, "performance-curve", title=title, subtitle=subtitle, scale=100.0,
                        names={"log(employees)": "size", "rd_share": "R&D share"})


def _figure(ctx: Context, found: ByType, wave: str) -> Figure:
    rows: list[dict[str, Cell]] = []
    cells: list[list[Any]] = []
    for row in found.rows.sort_values("effect", ascending=False).to_dict("records"):
        name = _SHORT.get(str(row["type"]), words.sentence(str(row["type"])))
        effect, low, high = (100 * float(row[key]) for key in ("effect", "low", "high"))
        rows.append({"label": name, "value": effect, "low": low, "high": high, "highlight": low > 0 or high < 0})
        cells.append([name, row["with_it"], row["without_it"], effect, low, high])
    clear = [row["label"] for row in rows if row["highlight"]]
    title = f"{words.listing([str(item) for item in clear], 3)}: a clear difference in the share of new products" \
        if clear else \
        "No single type of partner goes clearly with new products"
    twin = table("performance-types-table", "Each type of partner by itself",
                 [TableColumn("type", "Type of partner"), TableColumn("with", "Firms with it", "count"),
                  TableColumn("without", "without", "count"),
                  TableColumn("effect", "Difference", "number", "percentage points", measure="types_one_by_one"),
                  TableColumn("low", "95 % from", "number"), TableColumn("high", "to", "number")], cells)
    left = f" Too few firms have or lack: {words.listing(list(found.left_out), 7)}." if found.left_out else ""
    alike = words.listing(["size" if "employees" in name else "R&D share" for name in found.controls], 2)
    caption = f"Each type in a model of its own{', alike in ' + alike if alike else ''}. Of many intervals, one in " \
        f"twenty misses by chance.{left}"
    return Figure("performance-types", title, "Difference in the sales share of new products, in percentage points, "
                  "between "
                  f"firms with and without the partner · 95 % interval · {ctx.when(wave)}", caption, "dots", rows, twin,
                  {"x_title": "Percentage points", "zero": True})

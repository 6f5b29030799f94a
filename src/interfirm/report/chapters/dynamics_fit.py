"""Does a tie-formation model reproduce the network, and which of its parts matter most."""

from __future__ import annotations

from typing import Any, Final

from interfirm.defaults import threshold
from interfirm.report import words
from interfirm.report.blocks import Block, Cell, Figure, NotAnswered, TableColumn
from interfirm.report.context import Context, table

_NAMES: Final = {"indegree": "how many choose a firm", "outdegree": "how many a firm chooses",
                 "geodesic": "how many steps lie between firms", "triads": "how three firms are tied",
                 "behaviour": "the levels of the firms"}
_DEGREES: Final = ("indegree", "outdegree")
_LEVEL: Final = float(threshold("report", "misfit")["value"])


def misfits(fit: dict[str, Any]) -> list[str]:
    """What the model does not reproduce, in words."""
    return [_NAMES.get(item["what"], item["what"]) for item in fit.get("goodness_of_fit", ())
            if item["p"] < _LEVEL and item["variable"] == fit["specification"]["relation"]]


def without_degrees(fit: dict[str, Any]) -> dict[str, Any]:
    """The fit without the numbers of firms by degree, of which some are small."""
    kept = [item | ({"values": []} if item["what"] in _DEGREES else {}) for item in fit.get("goodness_of_fit", ())]
    return fit | ({"goodness_of_fit": kept} if kept else {})


def blocks(ctx: Context, fit: dict[str, Any]) -> list[Block]:
    """Goodness of fit, and relative importance, as far as the fit holds them."""
    out: list[Block] = []
    if ctx.audience == "public":
        fit = without_degrees(fit)
    found = [item for item in fit.get("goodness_of_fit", ()) if item["variable"] == fit["specification"]["relation"]]
    if found:
        out.append(_overview(found))
        out += [_violins(item) for item in found if item["what"] in ("indegree", "triads") and item["values"]]
    else:
        out.append(NotAnswered("dynamics-gof", "Does the model reproduce the network?",
                               "The kept fit was not compared with simulated networks.",
                               "Nothing: keep the fit once more with 'interfirm dynamics --gof --output'."))
    if fit.get("importance"):
        out.append(_importance(fit))
    return out


def _overview(found: list[dict[str, Any]]) -> Block:
    head = [TableColumn("what", "What the model was not fitted to"), TableColumn("p", "p", "number",
                                                                               measure="tie_goodness_of_fit"),
            TableColumn("word", "Reproduced")]
    rows = [[words.sentence(_NAMES.get(item["what"], item["what"])), item["p"],
             "no" if item["p"] < _LEVEL else "yes"] for item in found]
    return table("dynamics-gof", "Does the model reproduce the network?", head, rows,
                 f"p: share of {found[0]['panels']:,} simulated networks that lie farther from their mean than the "
                 f"observed one (Mahalanobis distance); below {_LEVEL:g}: not reproduced.")


def _violins(item: dict[str, Any]) -> Figure:
    scaled = item["what"] == "triads"  # counts of triads differ by orders of magnitude
    rows: list[dict[str, Cell]] = []
    for row in item["values"]:
        rows += _violin(row, scaled=scaled)
    name = _NAMES[item["what"]]
    outside = [str(row["value"]) for row in item["values"] if not row["low"] <= row["observed"] <= row["high"]]
    off = f"The model misses {words.listing(outside)} in {name}" if outside else f"The model reproduces {name}"
    head = [TableColumn("value", "Triad" if scaled else "Ties received"), TableColumn("observed", "Observed", "number"),
            TableColumn("mean", "Simulated mean", "number"), TableColumn("low", "5 %", "number"),
            TableColumn("high", "95 %", "number")]
    twin = table(f"dynamics-{item['what']}-table", words.sentence(name), head,
                 [[row[key] for key in ("value", "observed", "mean", "low", "high")] for row in item["values"]])
    unit = "Standard deviations from the mean" if scaled else "Firms"
    subtitle = f"{words.sentence(name)} · {item['variable']} · observed against {item['panels']:,} simulated networks"
    caption = f"p = {words.number(item['p'])}. Blue: outside the middle 90 % of the simulated networks." + (
        " Triads are named by their mutual, one-sided and absent pairs (Davis and Leinhardt)." if scaled else "")
    return Figure(f"dynamics-{item['what']}", off, subtitle, caption, "violins", rows, twin,
                  {"y_title": unit, "x_title": "Triad" if scaled else "Ties received", "zero": True},
                  "tie_goodness_of_fit")


def _violin(row: dict[str, Any], *, scaled: bool) -> list[dict[str, Cell]]:
    """The rows of one violin: its head and its outline."""
    centre, size = (row["mean"], row["sd"] or 1.0) if scaled else (0.0, 1.0)

    def at(value: float) -> float:
        return round((value - centre) / size, 4)

    tip = f"{row['value']}: observed {words.number(row['observed'])}, simulated {words.number(row['low'])} to " \
        f"{words.number(row['high'])}"
    head: dict[str, Cell] = {"label": str(row["value"]), "tip": tip,
                             **{key: at(row[key]) for key in ("observed", "mean", "low", "high")}}
    return [head, *({"label": str(row["value"]), "value": at(v), "width": w} for v, w in row["outline"])]


def _importance(fit: dict[str, Any]) -> Figure:
    titles = {row["parameter"]: words.sentence(row["label"]) for row in fit["readings"]}
    order = sorted(fit["importance"], key=lambda row: -row["mean"])
    others = [row for row in order if row["effect"] != "density"]
    top = others[0]["effect"] if others else ""
    rows: list[dict[str, Cell]] = [{"label": titles.get(row["effect"], row["effect"]), "value": row["mean"],
                                    "highlight": row["effect"] == top} for row in order]
    head = [TableColumn("effect", "Effect"), TableColumn("share", "Share", "share", measure="tie_importance")]
    twin = table("dynamics-importance-table", "Relative importance", head,
                 [[row["label"], row["value"]] for row in rows])
    title = f"Besides the cost of a tie, '{titles.get(top, top).lower()}' matters most for what firms choose"
    return Figure("dynamics-importance", title, "Relative importance of the effects at the start of the periods",
                  "How differently firms would choose if the effect were not there, as a share of all such "
                  "differences; mean over firms and periods.", "dots", rows, twin, {"x_title": "Share", "zero": True},
                  "tie_importance")

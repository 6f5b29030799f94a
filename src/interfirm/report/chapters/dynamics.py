"""Why do ties form, last and end: a fitted tie-formation model in plain words."""

from __future__ import annotations

import math
from typing import Any, Final

from interfirm.defaults import threshold
from interfirm.network.turnover import turnover
from interfirm.report import words
from interfirm.report.blocks import (
    Block,
    Cell,
    Chapter,
    Claim,
    Figure,
    NotAnswered,
    Number,
    Numbers,
    TableColumn,
    Text,
)
from interfirm.report.chapters import dynamics_fit
from interfirm.report.context import Context, table
from interfirm.report.limits import limit

_TITLE: Final = "Why do ties form, last and end?"
_LEAD: Final = (
    "The model takes the changes between the waves apart into single choices: now and then a firm reconsiders its "
    "ties and makes one, ends one or leaves things as they are. It says which partners are likelier to be chosen "
    "than others who are alike in everything else that the model knows. It describes these choices; it does not say "
    "what would happen if something were changed from outside.")
_DRAWN: Final = (0.1, 10.0)
_SURE: Final = 0.8
_WAVES: Final = 2


def chapter(ctx: Context) -> Chapter:
    """The fit that the report was given; otherwise what is missing for one."""
    if ctx.fit is None:
        return Chapter("dynamics", _TITLE, "", [], [_not_answered(ctx)])
    fit = ctx.fit
    if "refused" in fit:
        return Chapter("dynamics", _TITLE, "", [], [NotAnswered("dynamics-refused", _TITLE, fit["refused"],
                                                                fit["remedy"])])
    if not fit["convergence"]["converged"]:
        return Chapter("dynamics", _TITLE, "", [], [_unconverged(), _table(fit), _made(fit)])
    variables = _variables(fit)
    shown = [row for row in fit["readings"] if row["ratio"] is not None
             and variables[row["parameter"]] == fit["specification"]["relation"]]
    blocks: list[Block] = [_ratios(fit, shown)] if shown else []
    blocks += [_in_words(fit), *_over_time(fit), *dynamics_fit.blocks(ctx, fit), _table(fit), _made(fit), _limits(fit)]
    return Chapter("dynamics", _TITLE, _LEAD, _claims(ctx, fit, shown), blocks)


def _variables(fit: dict[str, Any]) -> dict[str, str]:
    """What each parameter explains: the relation, a second one, or a behaviour."""
    return {row["parameter"]: row["variable"] for row in fit["parameters"]}


# ---- no fit --------------------------------------------------------------------------------


def _not_answered(ctx: Context) -> NotAnswered:
    again = "The same question to the same members once more, in one or two years; keep the identifiers."
    if ctx.relation is None or len(ctx.waves) < _WAVES:
        why = ("The study holds no ties." if ctx.relation is None else
               f"{words.sentence(words.noun(ctx.relation))} were observed once; how ties form and end needs two waves.")
        if ctx.relation is not None:
            again += " Which ties go together in one wave is said by 'interfirm dynamics --cross-section'."
        return NotAnswered("dynamics-none", _TITLE, why, again)
    changes = _changes(ctx)
    if changes < limit("changes"):
        why = (f"Only {words.count(changes, 'tie')} of '{ctx.relation}' came or went among members present in both "
               f"waves; a model needs {limit('changes')} or more.")
        return NotAnswered("dynamics-few", _TITLE, why, again)
    why = (f"{words.count(changes, 'tie')} of '{ctx.relation}' came or went between the waves: enough for a model of "
           "how ties form. Estimating one takes up to a minute, so the report does it only on request.")
    return NotAnswered("dynamics-asked", _TITLE, why, "Nothing: make the report again with --models, or with --fit "
                       "and a model of your own that 'interfirm dynamics' has kept.")


def _unconverged() -> NotAnswered:
    why = "A model was estimated, but the estimation has not converged: its numbers are not to be read."
    return NotAnswered("dynamics-unconverged", _TITLE, why, "Nothing: go on from it with 'interfirm dynamics "
                       "--continue', or choose fewer effects, and make the report again with --fit.")


def possible(ctx: Context) -> bool:
    """Whether the main relation has waves and changes enough for a model."""
    return ctx.relation is not None and len(ctx.waves) >= _WAVES and _changes(ctx) >= limit("changes")


def _changes(ctx: Context) -> int:
    pairs = zip(ctx.waves, ctx.waves[1:], strict=False)
    found = [turnover(ctx.study, ctx.relation, first, second) for first, second in pairs]
    return sum(item.created + item.dissolved for item in found)


# ---- claims --------------------------------------------------------------------------------


def _claims(ctx: Context, fit: dict[str, Any], shown: list[dict[str, Any]]) -> list[Claim]:
    """The two clearest choices."""
    relation, bad = fit["specification"]["relation"], dynamics_fit.misfits(fit)
    clear = sorted((row for row in shown if (row["probability"] or 0) >= _SURE),
                   key=lambda row: -abs(math.log(row["ratio"])))[:2]
    out = []
    for number, row in enumerate(clear):
        probability = ctx.sure(row["probability"]) if relation == ctx.relation else row["probability"]
        cap = float(threshold("report", "misfit_certainty")["value"])
        probability = min(probability, cap) if bad or "goodness_of_fit" not in fit else probability
        text = f"{row['sentence'].split(' (95 %')[0]}, all else that the model of '{relation}' knows being equal " \
            f"(95 % interval {words.number(row['low'])} to {words.number(row['high'])})."
        out.append(ctx.claim(f"dynamics-{number + 1}", text, probability, _why(fit, bad), "dynamics-ratios",
                             0.6 - 0.1 * number))
    return out


def _why(fit: dict[str, Any], bad: list[str]) -> str:
    changed = sum(item["made"] + item["ended"] for item in fit["data"]["changes"])
    held = "not compared with networks that it was not fitted to"
    if "goodness_of_fit" in fit:
        held = f"does not reproduce {words.listing(bad)}" if bad else "reproduces what it was not fitted to"
    return f"tie-formation model of {changed:,} changes; {held}"


# ---- how many times as likely ----------------------------------------------------------------


def _ratios(fit: dict[str, Any], shown: list[dict[str, Any]]) -> Figure:
    order = sorted(shown, key=lambda row: -row["ratio"])
    strong = [row for row in order if (row["probability"] or 0) >= _SURE]
    low, high = _DRAWN
    rows: list[dict[str, Cell]] = [
        {"label": words.sentence(row["label"]), "value": min(max(row["ratio"], low), high),
         "low": _within(row["low"]), "high": _within(row["high"]), "highlight": row in strong} for row in order]
    head = [TableColumn("effect", "Partner who …"), TableColumn("ratio", "Times as likely", "number",
                                                               measure="tie_ratio"),
            TableColumn("low", "At least", "number"), TableColumn("high", "At most", "number"),
            TableColumn("certainty", "Which way")]
    twin = table("dynamics-ratios-table", "How many times as likely a partner is to be chosen", head,
                 [[row["label"], row["ratio"], row["low"], row["high"], row["certainty"]] for row in order],
                 "At least and at most: the 95 % interval.")
    best = max(strong, key=lambda row: abs(math.log(row["ratio"])), default=None)
    title = "No preference can be told from chance" if best is None else _best(best)
    waves, relation = fit["data"]["waves"], fit["specification"]["relation"]
    cut = any(row["ratio"] < low or row["ratio"] > high or (row["high"] or 0) > high or (row["low"] or 1) < low
              for row in order)
    caption = "Each row compares two partners who differ in this and in nothing else that the model knows; 1: no " \
        "difference. Bars: 95 % intervals." + (f" What lies beyond {low:g} or {high:g} is drawn there." if cut else "")
    return Figure("dynamics-ratios", title, f"Times as likely to be chosen · {relation} · {waves[0]} to {waves[-1]}",
                  caption, "dots", rows, twin, {"x_title": "Times as likely", "log": True, "reference": 1.0},
                  "tie_ratio")


def _within(value: float | None) -> float | None:
    return None if value is None else min(max(value, _DRAWN[0]), _DRAWN[1])


def _best(row: dict[str, Any]) -> str:
    """The title: the sentence of the clearest preference, without its interval."""
    return str(row["sentence"]).split(" (95 %", maxsplit=1)[0]


def _in_words(fit: dict[str, Any]) -> Block:
    head = [TableColumn("effect", "Effect"), TableColumn("words", "In plain words"), TableColumn("sure", "Which way")]
    rows = [[row["title"], str(row["sentence"]).replace(f"; which way: {row['certainty']}", "")
             .replace(f" (which way: {row['certainty']})", ""), row["certainty"]] for row in fit["readings"]]
    variables = _variables(fit)
    if len(set(variables.values())) > 1:
        head = [TableColumn("variable", "What changes"), *head]
        rows = [[variables[reading["parameter"]], *row] for reading, row in zip(fit["readings"], rows, strict=True)]
    return table("dynamics-words", "Every part of the model in words", head, rows,
                 "Which way: how sure it is that the number is on this side of 'no difference'.")


def _over_time(fit: dict[str, Any]) -> list[Block]:
    """Whether the rules were the same in all periods, if there are several."""
    found = fit.get("time_test")
    if found is None:
        return []
    level = threshold("report", "misfit")["value"]
    changed = [name for name, p in zip(found["names"], found["single_p"], strict=True) if p is not None and p < level]
    p = words.number(found["p"])
    if found["p"] >= level:
        return [Text("dynamics-time", f"Nothing says that the preferences differ between the periods (p = {p}).")]
    most = f": {words.listing(changed)}" if changed else ""
    return [Text("dynamics-time", f"The preferences were not the same in all periods (p = {p}){most}. The numbers "
                 "above are means over the periods; estimate each period by itself with --waves.")]


# ---- the whole model -----------------------------------------------------------------------


def _table(fit: dict[str, Any]) -> Block:
    titles = {row["parameter"]: row["title"] for row in fit["readings"]}
    head = [TableColumn("effect", "Effect"), TableColumn("name", "Short name"),
            TableColumn("estimate", "Estimate", "number"), TableColumn("se", "Standard error", "number"),
            TableColumn("p", "p", "number"), TableColumn("convergence", "Off target (sd)", "number",
                                                         measure="tie_convergence")]
    rows = [[titles[row["parameter"]], row["parameter"], row["estimate"], row["se"], row["p"], row["convergence"]]
            for row in fit["parameters"]]
    return table("dynamics-table", "The model as researchers report it", head, rows,
                 "Stochastic actor-oriented model, method of moments. p: two-sided. Off target: simulated mean less "
                 "observed statistic, in standard deviations; below 0.1 is good.")


def _made(fit: dict[str, Any]) -> Numbers:
    changes, state = fit["data"]["changes"], fit["convergence"]
    made, ended = (sum(item[key] for item in changes) for key in ("made", "ended"))
    word = "converged" if state["converged"] else "NOT converged: its numbers are not to be used"
    return Numbers("dynamics-made", "What it rests on", [
        Number("Actors", fit["data"]["actors"], kind="count"),
        Number("Ties made", made, kind="count", comparison="between the waves, in pairs known in both"),
        Number("Ties ended", ended, kind="count"),
        Number("Convergence ratio", round(state["maximum"], 3), "tie_convergence", comparison=f"at most 0.20 is "
               f"wanted; {word}"),
        Number("Simulated panels", fit["made"]["panels"], kind="count", comparison=f"seed {fit['made']['seed']}")])


def _limits(fit: dict[str, Any]) -> Text:
    found = " ".join(words.sentence(f"{item['problem']}.") for item in fit["findings"] if item["level"] != "note")
    return Text("dynamics-limits", (
        "What this cannot say: whether a policy would change ties; why a single firm chose as it did; whether "
        "something that the model does not know (trust, prices, old friendships) lies behind a preference. "
        "It assumes that firms choose one tie at a time, know the network around them, and follow the same rules "
        "throughout a period. "
        f"{found}").strip())

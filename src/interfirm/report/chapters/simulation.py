"""What would a policy change: an experiment with the study's own network, as advice with its limits."""

from __future__ import annotations

from typing import Any, Final

from interfirm import vocabulary
from interfirm.report import words
from interfirm.report.blocks import Advice, Block, Chapter, Claim, Figure, NotAnswered, TableColumn, Text
from interfirm.report.chapters import simulation_after, simulation_short
from interfirm.report.context import Context, table

_TITLE: Final = "What would a policy change?"
_LEAD: Final = (
    "Firms, knowledge and ties start as your data show them. A model then lets them get orders, pass on work, ask each "
    "other, learn, trust, innovate, join and leave, under each policy and under none, many times with different luck. "
    "Every comparison is made under the same luck, so that what differs is the policy. It is a thought experiment on "
    "your own network: good for weighing options, not for forecasts.")
_CAP: Final = 0.79  # certainty of claims that rest on a model alone: 'leaning' at most
_MAIN: Final = ("innovations", "capability", "knowledge", "trust")


def chapter(ctx: Context) -> Chapter:
    """The experiment that the report was given; otherwise how to make one."""
    if ctx.policies is None:
        return Chapter("simulation", _TITLE, "", [], [_not_answered(ctx)])
    told = ctx.policies
    blocks: list[Block] = [simulation_short.short(told), *(_figure(told, output) for output in _MAIN)]
    blocks += [_costs(told), *simulation_after.blocks(ctx, told), *_advice(told), *_side_effects(told)]
    blocks += [*_hangs_on(told), _assumptions(told), _settings(told)]
    return Chapter("simulation", _TITLE, _LEAD, _claims(ctx, told), blocks)


def _not_answered(ctx: Context) -> NotAnswered:
    if ctx.relation is None:
        return NotAnswered("simulation-none", _TITLE, "The study holds no ties, so there is no network to try "
                                                      "policies on.",
                           "Who asks whom, or who works with whom.")
    return NotAnswered(
        "simulation-none", _TITLE, "Trying policies on your network takes a minute or more, so the report does it "
                                   "only on "
        "request.", "Nothing new: run 'interfirm simulate STUDY', then make the report again with --simulation and the "
        "folder that it names. 'interfirm levers' writes a file with the policies and their costs, to be changed "
        "first.")


# ---- effects -------------------------------------------------------------------------------


def effect(told: dict[str, Any], policy: str, output: str) -> dict[str, Any]:
    """The row of one policy and output."""
    found: dict[str, Any] = next(row for row in told["effects"] if (row["policy"], row["output"]) == (policy, output))
    return found


def titles(told: dict[str, Any]) -> dict[str, str]:
    """Policies in words, by name."""
    return {item["name"]: item["title"] for item in told["policies"]}


def leader(told: dict[str, Any], output: str) -> tuple[str, float]:
    """The policy that is best for an output, and the probability that it is."""
    row = max(told["best"][output], key=lambda item: item["probability_best"])
    return str(row["policy"]), float(row["probability_best"])


def percent(row: dict[str, Any], key: str = "effect") -> float:
    """A change in per cent of the level without a policy."""
    return 100 * float(row[key]) / abs(float(row["without"])) if row["without"] else float("nan")


def _settled(told: dict[str, Any], output: str) -> bool:
    """Whether the best policy for an output differs from none beyond chance."""
    name, _ = leader(told, output)
    if name == "none":
        return False
    row = effect(told, name, output)
    return bool(row["low"] > 0)


def _figure(told: dict[str, Any], output: str) -> Figure:
    from interfirm.simulation.wording import chance

    about, names = told["outputs"][output], titles(told)
    best, sure = leader(told, output)
    rows = [effect(told, item["name"], output) for item in told["policies"][1:]]
    rows.sort(key=lambda row: -row["effect"])
    if _settled(told, output):
        row = effect(told, best, output)
        title = f"{about['title']}: most with {_most(told, output)}, {percent(row):+.1f} % in {told['years']:g} years"
    else:
        title = f"{about['title']}: no policy changes it beyond chance"
    marked = best if _settled(told, output) else None
    data = [{"label": names[row["policy"]], "value": round(percent(row), 1), "low": round(percent(row, "low"), 2),
             "high": round(percent(row, "high"), 2), "highlight": row["policy"] == marked} for row in rows]
    twin = table(f"simulation-{output}-table", about["title"],
                 [TableColumn("policy", "Policy"), TableColumn("effect", "Change", "number"),
                  TableColumn("low", "from", "number"), TableColumn("high", "to", "number"),
                  TableColumn("single_low", "80 % of runs from", "number"), TableColumn("single_high", "to", "number"),
                  TableColumn("share", "Better than none", "share")],
                 [[names[row["policy"]], row["effect"], row["low"], row["high"], row["single_low"], row["single_high"],
                   row["share_better"]] for row in rows],
                 caption=f"Without a policy: {words.number(rows[0]['without'])}. {about['meaning']}")
    return Figure(f"simulation-{output}", title.replace("-", "−"),
                  f"Change against no policy after {told['years']:g} years, per cent · {about['meaning'].rstrip('.')}",
                  f"{told['firms']} firms; {told['replications']} pairs of runs; bands: 95 % interval of the mean. "
                  f"Best of "
                  f"all with probability {chance(sure)} within the model.", "dots", data, twin,
                  {"x_title": "Change, %", "zero": True})


def _most(told: dict[str, Any], output: str) -> str:
    """The policy that does most, or the two between which nobody can tell."""
    rows = sorted(told["best"][output], key=lambda item: -item["probability_best"])
    names = titles(told)
    first, second = (f"'{names[row['policy']]}'" for row in rows[:2])
    return first if rows[0]["probability_best"] >= vocabulary.CERTAINTIES[1].at_least else f"{first} or {second}"


def _claims(ctx: Context, told: dict[str, Any]) -> list[Claim]:
    """The best policy for innovations and, if it is another, for capability; only where beyond chance."""
    out: list[Claim] = []
    names, seen = titles(told), set()
    for output, use in (("innovations", 0.8), ("capability", 0.6)):
        best, sure = leader(told, output)
        if not _settled(told, output) or best in seen:
            continue
        seen.add(best)
        row = effect(told, best, output)
        text = (f"Of {len(names) - 1} policies tried on a model of this cluster, '{names[best]}' does most for "
                f"{told['outputs'][output]['title'].lower()}: {percent(row):+.1f} % in {told['years']:g} years "
                f"({percent(row, 'low'):+.1f} to {percent(row, 'high'):+.1f}) against no policy.").replace("-", "−")
        why = f"{told['replications']} pairs of runs; a model, so 'leaning' at most"
        out.append(ctx.claim(f"simulation-{output}", text, min(_CAP, sure), why, f"simulation-{output}", use))
    return out


def _costs(told: dict[str, Any]) -> Block:
    names = titles(told)
    best = {row["policy"]: round(row["probability_best"], 2) for row in told["best"]["innovations"]}
    rows = [[names[row["policy"]], row["cost"], row["unit_cost"], row["low"], row["high"], best[row["policy"]]]
            for row in told["cost"]]
    return table("simulation-costs", "What each policy costs, and what one more innovation costs with it",
                 [TableColumn("policy", "Policy"), TableColumn("cost", "Cost", "number", "EUR"),
                  TableColumn("unit", "By innovation", "number", "EUR"), TableColumn("low", "from", "number", "EUR"),
                  TableColumn("high", "to", "number", "EUR"),
                  TableColumn("best", "Brings most innovations", "share")], rows,
                 caption="Empty where a policy brings no more innovations beyond chance: then nobody can say what one "
                         "costs. Costs are those of the levers file.")


# ---- advice, side effects, what it hangs on ---------------------------------------------------------


def _advice(told: dict[str, Any]) -> list[Block]:
    best, sure = leader(told, "innovations")
    if not _settled(told, "innovations") or sure < vocabulary.CERTAINTIES[2].at_least:
        return []
    cost = next(row["cost"] for row in told["cost"] if row["policy"] == best)
    return [Advice("simulation-try", f"Try '{titles(told)[best]}' on a small scale first, and ask the same questions "
                                     f"again "
                   "after a year: do more firms ask each other, and do they trust each other more? The model says that "
                   "they should.",
                   f"at most what the trial costs; in full the model books {cost:,.0f} EUR. If it is wrong, the second "
                   "survey shows it", "simulation-innovations", 0.35)]


def _side_effects(told: dict[str, Any]) -> list[Block]:
    names, outputs = titles(told), told["outputs"]
    rows = [[names[row["policy"]], outputs[row["output"]]["title"], row["without"], row["effect"], row["low"],
             row["high"]] for row in told["side_effects"]]
    for row in told["windfall"]:
        if row["gone"] is not None and row["made"] >= 1 and row["gone"] >= 0.25:
            rows.append([names[row["policy"]], "Share of the ties that it made which are gone at the end", 0.0,
                         row["gone"], None, None])
    if not rows:
        return [Text("simulation-side", "No side effect was found beyond chance: not more exits, dependence or "
                                        "inequality "
                                        "with any policy than without one.")]
    return [table("simulation-side", "Side effects: what gets worse, beyond chance",
                  [TableColumn("policy", "Policy"), TableColumn("what", "What"),
                   TableColumn("without", "Without", "number"), TableColumn("effect", "Change", "number"),
                   TableColumn("low", "from", "number"), TableColumn("high", "to", "number")], rows)]


def _hangs_on(told: dict[str, Any]) -> list[Block]:
    if told["fixed"]:
        return [Text("simulation-hangs", "All runs used the usual values of the model's parameters. How much the "
                                         "answer "
                                         "hangs on them is not known: run 'interfirm simulate' without --fixed.")]
    if told["sensitivity"]:
        return [_sensitivity(told)]
    names = titles(told)
    rows = [[row["meaning"], row["correlation"], names[row["best_if_low"]], names[row["best_if_high"]]]
            for row in told["hangs_on"]]
    if not rows:
        return []
    moved = sum(row["changes"] for row in told["hangs_on"])
    lead = (f"For {words.spelled(moved)} of these parameters another policy comes first at one end of its range."
            if moved else "The same policy comes first at both ends of the range of each of them.")
    return [table("simulation-hangs", "What the answer hangs on",
                  [TableColumn("parameter", "What nobody knows exactly"),
                   TableColumn("correlation", "Correlation with the lead", "number"),
                   TableColumn("low", "First if it is low"), TableColumn("high", "First if it is high")], rows,
                  caption=f"{lead} Each run draws these parameters from their ranges; the lead is that of the first "
                          f"policy "
                          "over the second. A first look; the thirds hold "
                          f"about {told['replications'] // 3} runs each.")]


def _sensitivity(told: dict[str, Any]) -> Block:
    """The analysis of sensitivity that was made with the experiment."""
    from interfirm.simulation.wording import sensitivity_lines

    found = told["sensitivity"]
    rows = [[row["meaning"], row["effect"], row["effect_half_width"], row["direction"], row["total"]]
            for row in found["parameters"][:10]]
    return table("simulation-hangs", "What the answer hangs on",
                 [TableColumn("parameter", "What nobody knows exactly"),
                  TableColumn("effect", "Moves the lead by", "number"), TableColumn("half", "±", "number"),
                  TableColumn("sign", "with sign", "number"), TableColumn("total", "Share of variance", "share")], rows,
                 caption=" ".join(sensitivity_lines(found)) + " Each parameter was moved over its range while all "
                         "others were moved too; the share of variance is that of the strongest ones, with the others "
                         "as usual.")


def _assumptions(told: dict[str, Any]) -> Block:
    notes = " ".join([*told["limits"], *told["notes"]])
    return Text("simulation-limits", f"What stands behind this. {notes} The rules are written out, each with its "
                                     f"source, "
                                     "in the documentation of the model; which of the propositions of the literature "
                                     "it "
                                     "reproduces and which not stands there too.")


def _settings(told: dict[str, Any]) -> Block:
    names = titles(told)
    rows = [[names[row["policy"]], row["settings"]] for row in told["settings"] if row["settings"]]
    return table("simulation-settings", "The policies as they were tried",
                 [TableColumn("policy", "Policy"), TableColumn("settings", "Settings")], rows)


__all__ = ["chapter", "effect", "leader", "percent", "titles"]

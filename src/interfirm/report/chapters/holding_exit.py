"""Part of how ties hold: who shows several reasons to leave, and what could not be estimated."""

from __future__ import annotations

from typing import Final

from interfirm.errors import UsageError
from interfirm.relations._limits import limit as bound
from interfirm.relations.exit import ExitRisk, exit_hazard, exit_risk, membership_periods
from interfirm.report import words
from interfirm.report.blocks import Advice, Block, Claim, NotAnswered, TableColumn
from interfirm.report.context import Context, table

_LISTED: Final = 15
_ASKED: Final = {"commitment": ("commitment to the alliances", "commitment"),
                 "membership": ("whether an alliance pays and whether members mean to stay", "membership"),
                 "substitutes": ("who could take a partner's place", "substitutes"),
                 "division": ("how members divide the work", "division of labour")}


def part(ctx: Context) -> tuple[list[Claim], list[Block]]:
    """The watch list for the board, the hazard where enough has happened, and the questions that were not asked."""
    wave = ctx.study.wave_order[-1]
    ctx.step("reasons to leave")
    found = exit_risk(ctx.study, wave=wave)
    blocks: list[Block] = []
    if len(found.looked_for) >= int(bound("signals")) and ctx.audience == "board":
        blocks += _watch(ctx, found, wave)
    blocks += _hazard(ctx)
    asked = set(ctx.study.answers["item"].astype("str").str.extract("^([^_@]+)")[0])
    keys = {"commitment": "COMMIT", "membership": "GAIN", "substitutes": "SUBSTITUTES", "division": "LABOUR"}
    missing = [name for name, key in keys.items() if key not in asked]
    if missing:
        what = words.listing([_ASKED[name][0] for name in missing], 6)
        blocks.append(NotAnswered("holding-not-asked", "How committed are the members, and what holds them?",
                                  f"These were not asked: {what}", "The questions stand in the template workbook, "
                                                                   "sheet "
                                  "'Questions (ignore)'; the answers go into the table 'answers'."))
    return [], blocks


def _watch(ctx: Context, found: ExitRisk, wave: str) -> list[Block]:
    rows = found.table()
    rows = rows[rows["signals"] >= 2]
    if not len(rows):
        return []
    head = [TableColumn("actor", "Actor", "actor"),
            TableColumn("signals", "Reasons seen", "count", measure="exit_risk"),
            TableColumn("known", "Looked for", "count"), TableColumn("reasons", "Which")]
    cells = [[ctx.label_of[str(row.actor)], row.signals, row.known, row.reasons] for row in rows.itertuples()]
    blocks: list[Block] = [table(
        "holding-watch", f"Members with several known reasons to leave ({ctx.when(wave)})", head, cells[:_LISTED],
        "A watch list, not a forecast: reasons that research has found to go with leaving, counted. How much each "
        "weighs here "
        "is not known.", total=len(cells))]
    if found.watch:
        names = words.listing(ctx.names(found.watch), 4)
        blocks.append(Advice("holding-visit", f"Visit {names} and ask what the cooperation brings them.",
                             "a visit each; if they are content, they will have been asked", "holding-watch", 0.4))
    return blocks


def _hazard(ctx: Context) -> list[Block]:
    """Estimates where enough members have left; otherwise how many have, and how many it would take."""
    question = "How likely is it that a member leaves, and what goes with it?"
    collect = "Start and end of every membership over several years, also of those who left: in the table 'alliances'."
    try:
        fitted = exit_hazard(ctx.study, effects=["performance", "alternatives", "embeddedness"])
    except UsageError:
        return [NotAnswered("holding-hazard", question, _too_few(ctx), collect)]
    if not fitted.converged:
        return [NotAnswered("holding-hazard", question, "The estimates did not settle", collect)]
    head = [TableColumn("effect", "Goes with leaving"),
            TableColumn("ratio", "Hazard ratio", "number", measure="exit_hazard"),
            TableColumn("low", "95 % from", "number"), TableColumn("high", "to", "number"),
            TableColumn("expected", "Expected")]
    rows = fitted.table().iloc[1:]
    cells = [[words.sentence(str(row.effect)), row.ratio, row.low, row.high, row.expected] for row in rows.itertuples()]
    return [table("holding-hazard", "What goes with leaving an alliance", head, cells,
                  f"{fitted.exits:,} exits in {fitted.periods:,} years of {fitted.members:,} members; one standard "
                  "deviation more. "
                  "An association, not a cause.")]


def _too_few(ctx: Context) -> str:
    try:
        exits = int(membership_periods(ctx.study)["exit"].sum())
    except UsageError as problem:
        return str(problem).split(". ", 1)[0]
    some = words.count(exits, "member has", "members have") if exits else "No member has"
    return f"{some} left an alliance before it ended; {int(bound('events_per_effect'))} for each possible reason " \
           "would be needed"

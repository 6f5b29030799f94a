"""Part of the groups: is there a core that works together, with a periphery around it?"""

from __future__ import annotations

import math

from interfirm.errors import UsageError
from interfirm.network.core_periphery import CorePeriphery, core_periphery, fitted
from interfirm.report import words
from interfirm.report.blocks import Block, Claim, NotAnswered, Number, Numbers, TableColumn
from interfirm.report.context import Context, table
from interfirm.report.filling import FILLED, beats_chance, can_fill
from interfirm.study.study import ALLIANCES

_QUESTION = "Is there a core?"
_DRAWS = 100


def part(ctx: Context) -> tuple[list[Claim], list[Block]]:
    """A core is claimed only where it fits better than in random networks with as many ties."""
    if ctx.relation == ALLIANCES:
        return [], [NotAnswered("groups-core", _QUESTION, "Ties through alliances cannot tell: the members of one "
                                                          "large "
                                "alliance are all tied to each other and look like a core by construction.",
                                "Ties that each member names itself: who works with whom, who asks whom.")]
    try:
        found = ctx.measure(core_periphery, draws=min(ctx.draws, _DRAWS), seed=ctx.seed)
    except UsageError as problem:
        return [], [NotAnswered("groups-core", _QUESTION, str(problem), "A report of one part of the network, for "
                                                                        "example "
                                "one country or one programme.")]
    if not found.found:
        return [], [_none(found)]
    return [_claim(ctx, found)], [_numbers(ctx, found), _members(ctx, found)]


def _none(found: CorePeriphery) -> NotAnswered:
    if math.isnan(found.p):
        why = "The ties are too few or too even for a split into core and periphery."
    else:
        why = f"A split into core and periphery fits the ties no better than it fits random networks with as many " \
            f"ties " \
            f"(fit {words.number(found.fit)}; random networks reach {words.number(found.null_mean)} on average)."
    return NotAnswered("groups-core", _QUESTION, why, "Nothing more: this network has no core that chance would "
                                                      "not give. "
                       "Strength of ties, collected as a weight, could show one.")


def _claim(ctx: Context, found: CorePeriphery) -> Claim:
    core = found.core
    what = words.noun(ctx.relation or ALLIANCES)
    text = f"{words.spelled(len(core))} of {ctx.members(len(found.values))} form a core: " \
        f"{words.share(found.core_density)} of " \
        f"the possible {what} among them exist, {words.share(found.periphery_density)} among the others " \
        f"({ctx.when(ctx.wave)}): {words.listing(ctx.names(list(core)), 5)}."
    view, sure, rest = ctx.adjacency(), ctx.sure(1 - found.p), ""
    if can_fill(view):
        sure = beats_chance(view, lambda one: fitted(one, "discrete", ctx.seed)[0], above=True, null="density",
                            draws=found.draws, seed=ctx.seed, rng=ctx.rng("core"))
        rest = FILLED
    return ctx.claim("groups-core", text, sure, f"the same search in {found.draws} random networks; "
                     f"{ctx.response()}{rest}", "groups-core", 0.6, core)


def _numbers(ctx: Context, found: CorePeriphery) -> Numbers:
    items = [
        Number(f"{words.sentence(ctx.member[1])} in the core", len(found.core), "core_periphery", "count",
               comparison=f"of {len(found.values):,}"),
        Number("Tied pairs inside the core", found.core_density, "core_periphery", "share"),
        Number("Between core and periphery", found.between_density, "core_periphery", "share"),
        Number("Inside the periphery", found.periphery_density, "core_periphery", "share"),
        Number("Fit", found.fit, "core_periphery", "number",
               comparison=f"random networks: {words.number(found.null_mean)}, 97.5 % below "
                          f"{words.number(found.null_high)}"),
    ]
    return Numbers("groups-core", "Core and periphery", items, ctx.caption(
        f"{found.draws} random networks with as many ties, searched in the same way; p = {words.number(found.p)}."))


def _members(ctx: Context, found: CorePeriphery) -> Block:
    rows = [[name] for name in ctx.names(list(found.core))]
    return table("groups-core-table", "Who is in the core", [TableColumn("actor", "Actor", "actor")], rows)

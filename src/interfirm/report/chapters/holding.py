"""How do ties hold: dependence, trust, give and take, disparities, exit."""

from __future__ import annotations

from typing import Final

import numpy as np

from interfirm.errors import UsageError
from interfirm.relations.balance import generalised_reciprocity
from interfirm.relations.disparity import disparities
from interfirm.relations.outsourcing import TwoWay, two_way_subcontracting
from interfirm.report import words
from interfirm.report.blocks import Block, Cell, Chapter, Claim, Figure, NotAnswered, TableColumn
from interfirm.report.chapters import holding_bonds, holding_exit, holding_pairs
from interfirm.report.context import Context, plain, table
from interfirm.report.limits import limit

_TITLE: Final = "How do ties hold, and who might leave?"
_LEAD: Final = ("A tie holds by trust, by what comes back, or because there is no other way. Who depends on one "
                "partner, who "
                "trusts without being trusted, and who gets nothing back, is at risk; so is the alliance around them. "
                "Nothing here says why: it says where to ask.")
_ORDER: Final = ("outsourcing", "customer", "supplier")


def chapter(ctx: Context) -> Chapter:
    """Dependence, trust, two-way work, disparities and signals of leaving, in the last wave of each."""
    if ctx.wave is None or len(ctx.study.present(ctx.wave)) > limit("holding_actors") or not len(ctx.study.ties):
        return Chapter("holding", _TITLE, "", [], [_nothing(ctx)])
    claims: list[Claim] = []
    blocks: list[Block] = []
    for part in (holding_pairs.dependences, holding_pairs.trusting, _giving, _disparity, holding_bonds.part,
                 holding_exit.part):
        said, shown = part(ctx)
        claims += said
        blocks += shown
    return Chapter("holding", _TITLE, _LEAD, claims, blocks)


def _nothing(ctx: Context) -> NotAnswered:
    if len(ctx.study.ties) and ctx.wave is not None:
        why = f"With more than {limit('holding_actors'):,} members this is left out to keep the report quick"
        return NotAnswered("holding-none", _TITLE, why, "Select a part of the members, or call interfirm.relations in "
                                                        "Python.")
    return NotAnswered("holding-none", _TITLE, "The study holds no ties between actors",
                       "Ties with amounts (who buys from whom, who gives work to whom) and, for each, trust from 1 to "
                       "7.")


# ---- give and take -----------------------------------------------------------------------


def _giving(ctx: Context) -> tuple[list[Claim], list[Block]]:
    question = "Does work given out come back?"
    absent = NotAnswered("holding-giving", question, "No relation says who gives work to whom with amounts",
                         "For each order given out between members: from whom, to whom, and how much in a year.")
    name = next((item for item in ("outsourcing", "supplier") if item in ctx.relations), None)
    if name is None:
        return [], [absent]
    wave = ctx.waves_of(name)[-1]
    view = ctx.adjacency(name, wave)
    if not view.directed or view.matrix.nnz < 10 or len(np.unique(view.matrix.data)) < 3:
        return [], [absent]
    ctx.step("give and take")
    amounts = two_way_subcontracting(ctx.study, relation=name, wave=wave, draws=ctx.draws, seed=ctx.seed)
    ties = two_way_subcontracting(ctx.study, relation=name, wave=wave, draws=ctx.draws, null="ties", seed=ctx.seed)
    if not np.isfinite(amounts.value):
        return [], [absent]
    return [_giving_claim(ctx, name, wave, ties)], [_giving_figure(ctx, name, wave, amounts, ties)]


def _giving_claim(ctx: Context, name: str, wave: str | None, found: TwoWay) -> Claim:
    more = found.value >= found.chance["mean"]
    text = f"Work given out {'comes back more than by chance' if more else 'rarely comes back'}: " \
           f"{words.share(found.value)} of the " \
        f"amounts {words.verb(2)} matched by work in the other direction, {words.share(found.chance['mean'])} if " \
        "orders went to " \
        f"random members ({name}, {ctx.when(wave)})."
    sure = ctx.sure(found.chance["above"] if more else found.chance["below"], name, wave)
    return ctx.claim("holding-giving", text, sure, f"{found.chance['draws']:.0f} random networks; "
                                                   f"{ctx.response(name, wave)}",
                     "holding-giving", 0.5)


def _giving_figure(ctx: Context, name: str, wave: str | None, amounts: TwoWay, ties: TwoWay) -> Figure:
    pairs = (("orders to random members", ties), ("amounts exchanged", amounts))
    rows: list[dict[str, Cell]] = [
        {"label": label, "observed": one.value, **{key: plain(one.chance[key]) for key in ("mean", "low", "high")}}
        for label, one in pairs]
    head = [TableColumn("against", "Against"), TableColumn("value", "Observed", "share"),
            TableColumn("mean", "By chance", "share"), TableColumn("low", "95 % from", "share"),
            TableColumn("high", "to", "share"), TableColumn("z", "z", "number")]
    cells = [[label, one.value, *(one.chance[key] for key in ("mean", "low", "high", "z"))] for label, one in pairs]
    twin = table("holding-giving-table", "Two-way subcontracting and chance", head, cells)
    circles = generalised_reciprocity(ctx.study, relation=name, wave=wave, draws=ctx.draws, seed=ctx.seed)
    detour = f" Favours by a detour (A to B to C to A): {circles.count:,}; chance {circles.chance['low']:.0f} to " \
        f"{circles.chance['high']:.0f}."
    return Figure("holding-giving", f"{words.share(ties.value)} of the amounts given out are matched by work that "
                                    "comes back",
                  ctx.subtitle("Amounts matched in the other direction, of all amounts between members", name, wave),
                  ctx.caption(f"Pairs of which one direction is unknown are left out. {ctx.draws} draws each.{detour}",
                              name, wave), "null", rows, twin,
                  {"x_title": "Share matched", "format": "share", "zero": True}, "two_way_subcontracting")


# ---- disparities -------------------------------------------------------------------------


def _disparity(ctx: Context) -> tuple[list[Claim], list[Block]]:
    try:
        found = disparities(ctx.study, wave=ctx.wave)
    except UsageError:
        return [], []
    rows = found.table()
    rows = rows[rows["gini"].notna()]
    if not len(rows):
        return [], []
    head = [TableColumn("of", "Of"), TableColumn("members", "Members known", "count"),
            TableColumn("gini", "Gini", "number", measure="gini"),
            TableColumn("between", "Between nodal and others", "share", measure="disparities"),
            TableColumn("ratio", "Nodal by others", "number")]
    cells = [[words.sentence(str(row.of)), row.members, row.gini, row.share_between, row.ratio]
             for row in rows.itertuples()]
    many = f"{words.sentence(words.spelled(len(found.nodal)))} " \
           f"{words.verb(len(found.nodal), 'member decides', 'members decide')}"
    caption = f"{many} for two or more others and {words.verb(len(found.nodal), 'counts', 'count')} as nodal. Gini " \
              "0: all alike; " \
        "near 1: one has nearly everything. Then: the part of the inequality (Theil) that lies between nodal firms " \
        "and others, "\
        "and their mean by that of the others."
    return [], [table("holding-disparity", f"How unequal the members are ({ctx.when(ctx.wave)})", head, cells, caption)]

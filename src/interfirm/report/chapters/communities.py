"""Part of the groups: communities found from the ties alone."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import scipy.sparse as sp

from interfirm.network.communities import Communities, leiden
from interfirm.network.null import compare_with_null
from interfirm.report import words
from interfirm.report.blocks import Block, Claim, TableColumn
from interfirm.report.context import Context, table
from interfirm.report.filling import FILLED, beats_chance, can_fill
from interfirm.study.study import ALLIANCES


def part(ctx: Context) -> tuple[list[Claim], list[Block]]:
    """How many communities there are, who is in them, and whether chance would give as many."""
    found = ctx.communities
    rows = _rows(ctx, found.membership.to_numpy(dtype=np.float64))
    several = [row for row in rows if row[2] > 1]
    if len(several) < 2:
        return [], []
    head = [TableColumn("group", "Community"), TableColumn("head", "Most connected", "actor"),
            TableColumn("size", words.sentence(ctx.member[1]), "count"),
            TableColumn("inside", "Ties inside", "share", measure="communities"),
            TableColumn("sector", "Most common sector"), TableColumn("members", "Members")]
    if ctx.audience == "members":
        head, several = head[:-1], [row[:-1] for row in several]
    alone = int(found.membership.isna().sum()) + len(rows) - len(several)
    rest = f" {alone:,} {words.verb(alone, 'has', 'have')} no community." if alone else ""
    block = table("groups-communities", f"{len(several):,} communities", head, several, ctx.caption(
        f"Leiden algorithm, direction and weight ignored; {found.runs} runs agree by {words.number(found.stability)} "
        f"(1: the same groups each time).{rest}"))
    return [_claim(ctx, found, several)], [block]


def _rows(ctx: Context, member: Any) -> list[list[Any]]:
    """One row per community, largest first: number, most connected, size, share of ties inside, sector, names."""
    view = ctx.adjacency()
    degree = np.diff(view.symmetric.indptr)
    upper = sp.triu(view.symmetric, k=1).tocoo()
    sectors = ctx.study.actors["sector"].iloc[view.index].to_numpy(dtype=object)
    out: list[list[Any]] = []
    for number in np.unique(member[np.isfinite(member)]):
        mine = np.flatnonzero(member == number)
        ordered = mine[np.lexsort((mine, -degree[mine]))]
        ends = (member[upper.row] == number).astype(np.int64) + (member[upper.col] == number)
        touching = int((ends > 0).sum())
        named = Counter(str(s) for s in sectors[mine] if isinstance(s, str)).most_common(1)
        names = ctx.names(view.actors[ordered[:12]])
        shown = "; ".join(names) + (f"; and {len(mine) - 12:,} more" if len(mine) > 12 else "")
        out.append([str(int(number)), ctx.label_of[str(view.actors[ordered[0]])], len(mine),
                    int((ends == 2).sum()) / touching if touching else None, named[0][0] if named else None, shown])
    return sorted(out, key=lambda row: -row[2])


def _claim(ctx: Context, found: Communities, rows: list[list[Any]]) -> Claim:
    what = words.noun(ctx.relation or ALLIANCES)
    heads = words.listing([f"one around {row[1]}" for row in rows[:3]], 3)
    names = {label: actor for actor, label in ctx.label_of.items()}
    actors = [names[row[1]] for row in rows[:3]]
    if ctx.relation == ALLIANCES or ctx.large:
        text = f"The {what} fall into {words.spelled(len(rows))} communities, {heads}; the largest holds " \
            f"{rows[0][2]:,} of {ctx.members(len(found.membership))}."
        why = "not compared with chance: each alliance is a group by construction" if ctx.relation == ALLIANCES else \
            "not compared with chance: the network is too large for it"
        return ctx.claim("groups-communities", text, None, why, "groups-communities", 0.4, actors)
    draws = min(ctx.draws, 100)
    null = ctx.measure(compare_with_null, measures=("modularity",), draws=draws, seed=ctx.seed,
                       null="degree").table().to_dict("records")[0]
    sharper = null["observed"] > null["mean"]
    text = f"The {what} fall into {words.spelled(len(rows))} communities, {heads}: " \
        f"{'clearer' if sharper else 'no clearer'} " \
        f"than chance would draw them (modularity {words.number(null['observed'])} against " \
        f"{words.number(null['mean'])}, " \
        f"{ctx.when(ctx.wave)})."
    sure = null["above"] if sharper else null["below"]
    view, rest = ctx.adjacency(), ""
    if can_fill(view):
        sure = beats_chance(view, lambda one: leiden(one, ctx.seed)[0], above=sharper, null="degree", draws=draws,
                            seed=ctx.seed, rng=ctx.rng("communities"))
        rest = FILLED
    clear = min(1.0, max(0.0, null["observed"] - null["mean"]) / 0.15)
    return ctx.claim("groups-communities", text, sure if rest else ctx.sure(sure), f"{draws} random networks; "
                     f"{ctx.response()}{rest}", "groups-communities", 0.2 + 0.3 * clear, actors)

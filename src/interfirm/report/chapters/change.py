"""What changed between the waves?"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np

from interfirm.network.turnover import Turnover, turnover
from interfirm.report import words
from interfirm.report.blocks import Block, Cell, Chapter, Claim, Figure, NotAnswered, TableColumn, Text
from interfirm.report.context import Context, table

_TITLE = "What changed between the waves?"
_LINES = 10


def chapter(ctx: Context) -> Chapter:
    """Ties kept, created and dissolved; who joined, left, rose and fell."""
    if len(ctx.waves) < 2 or ctx.relation is None:
        return Chapter("change", _TITLE, "", [], [NotAnswered("change-none", _TITLE, _why_not(ctx), _collect(ctx))])
    last = turnover(ctx.study, ctx.relation, *ctx.waves[-2:])
    claims = [*_kept_claim(ctx, last), *_movers_claim(ctx)]
    blocks: list[Block] = [_parts(ctx, last), _movers(ctx), *_came_and_went(ctx, last), _every(ctx)]
    lead = "A tie is kept if it was there in both waves, new if only in the later, ended if only in the earlier. " \
        "Ties " \
        f"that came or went because a {ctx.member[0]} joined or left are counted apart, and pairs that are unknown " \
        f"in one " \
        "of the waves are left out."
    return Chapter("change", _TITLE, lead, claims, blocks)


def _why_not(ctx: Context) -> str:
    if ctx.relation is None:
        return "The study holds no ties."
    if ctx.waves == (None,):
        return "The study has no waves, so nothing can be compared in time."
    return f"{words.sentence(words.noun(ctx.relation))} were observed once, in {ctx.when(ctx.wave)}."


def _collect(ctx: Context) -> str:
    if ctx.waves == (None,):
        return "Waves in the table 'waves' (years, or spans with start and end); memberships with dates fall into " \
            "them " \
            "by themselves."
    return "The same questions to the same members once more, in one or two years; keep the identifiers."


# ---- kept, new, ended --------------------------------------------------------------------


def _kept_claim(ctx: Context, found: Turnover) -> list[Claim]:
    before = found.kept + found.dissolved
    if not before or not found.kept + found.created:
        return []
    what = words.noun(ctx.relation or "")
    share = found.kept / before
    chance = (found.kept + found.created) / max(1, _pairs(found))
    compared = " that can be compared" if found.unknown_pairs else ""
    text = f"{words.share(share)} of the {before:,} {what} of {ctx.when(found.first)}{compared} were still there in " \
        f"{ctx.when(found.second)}, and {found.created:,} were new; if the later ones fell on random pairs, " \
        f"{words.share(chance)} would recur."
    sure = _beats_chance(found, before)
    known = _pairs(found) / max(1, _pairs(found) + found.unknown_pairs)
    return [ctx.claim("change-kept", text, sure, "exact test against random pairs; "
                      f"{words.share(known)} of the pairs are known in both waves", "change-parts", 0.8)]


def _pairs(found: Turnover) -> int:
    """Pairs of actors present in both waves that are known in both; ordered ones in a directed relation."""
    stayers = len(found.stayers)
    pairs = stayers * (stayers - 1)
    directed = bool(found.settings["directed"])
    return (pairs if directed else pairs // 2) - found.unknown_pairs


def _beats_chance(found: Turnover, before: int) -> float:
    """One minus the probability that as many ties recur by chance (hypergeometric)."""
    after = found.kept + found.created
    pairs = max(_pairs(found), before + after - found.kept)

    def ways(n: int, k: int) -> float:
        return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)

    every = ways(pairs, after)
    terms = [math.exp(ways(before, k) + ways(pairs - before, after - k) - every)
             for k in range(max(found.kept, before + after - pairs), min(before, after) + 1)]
    return max(0.0, 1.0 - math.fsum(terms))


def _parts(ctx: Context, last: Turnover) -> Figure:
    rows: list[list[Any]] = []
    bars: list[dict[str, Cell]] = []
    for first, second in pairwise(ctx.waves):
        found = last if (first, second) == ctx.waves[-2:] else turnover(ctx.study, ctx.relation, first, second)
        named = f"{ctx.when(first)} to {ctx.when(second)}"
        counts = {"kept": found.kept, "new": found.created, "ended": found.dissolved,
                  "gained by joining": found.gained_by_joining, "lost by leaving": found.lost_by_leaving}
        rows.append([named, *counts.values(), found.unknown, found.jaccard])
        bars += [{"group": named, "part": part, "value": value} for part, value in counts.items()]
    head = [TableColumn("waves", "Waves"), *(TableColumn(key.replace(" ", "_"), words.sentence(key), "count")
                                             for key in counts),
            TableColumn("unknown", "Left out, unknown", "count"),
            TableColumn("jaccard", "Jaccard", "number", measure="turnover")]
    twin = table("change-parts-table", "What became of the ties", head, rows)
    before = last.kept + last.dissolved
    title = f"{last.kept:,} of {before:,} ties were kept, {last.created:,} are new"
    return Figure("change-parts", title, ctx.subtitle(words.sentence(words.noun(ctx.relation or ""))),
                  ctx.caption(f"{len(last.stayers):,} members were there in both waves; {last.unknown:,} ties are "
                              f"left out "
                              "because their pair is unknown in one wave."),
                  "parts", bars, twin, {"x_title": "Ties"}, "turnover")


# ---- who rose and fell -------------------------------------------------------------------


def _received(ctx: Context, wave: str | None) -> dict[str, tuple[int, float]]:
    """Ties received by members in a wave: count, and share of those who could have sent one."""
    view = ctx.adjacency(ctx.relation, wave)
    counts = np.bincount(view.matrix.indices, minlength=view.size)
    senders = max(1, int((~view.missing_rows).sum()))
    return {str(actor): (int(counts[i]), counts[i] / senders) for i, actor in enumerate(view.actors)}


def _changes(ctx: Context) -> list[tuple[str, int, int, float]]:
    """Actors present in the last two waves: ties received before and after, and the change of the share."""
    before, after = (_received(ctx, wave) for wave in ctx.waves[-2:])
    both = [name for name in after if name in before]
    return [(name, before[name][0], after[name][0], after[name][1] - before[name][1]) for name in both]


def _movers_claim(ctx: Context) -> list[Claim]:
    found = sorted(_changes(ctx), key=lambda row: (-row[3], row[0]))
    if len(found) < 6:
        return []
    up, down = found[0], found[-1]
    if up[3] <= 0 or down[3] >= 0 or (not ctx.may_name_weak and ctx.label_of[down[0]].startswith("Not named")):
        return []
    spread = float(np.std([row[3] for row in found]))
    size = spread and abs(down[3]) / spread
    verb = "was asked" if ctx.relation == "advice" else "received" if ctx.adjacency().directed else "had"
    first, second = (ctx.when(wave) for wave in ctx.waves[-2:])
    what = "times" if ctx.relation == "advice" else words.noun(ctx.relation or "")
    by = "by members " if ctx.relation == "advice" else ""
    text = f"{ctx.label_of[up[0]]} rose most and {ctx.label_of[down[0]]} fell most: the first {verb} {by}{up[1]:,} " \
        f"{what} " \
        f"in {first} and {up[2]:,} in {second}, the second {down[1]:,} and {down[2]:,}; half of the {ctx.member[1]} " \
        f"changed by {words.number(float(np.median([abs(row[2] - row[1]) for row in found])))} or less."
    return [ctx.claim("change-movers", text, ctx.sure(1.0), f"counted; {ctx.response()}", "change-movers",
                      min(0.6, 0.2 + 0.1 * size), [up[0], down[0]])]


def _movers(ctx: Context) -> Figure:
    found = sorted(_changes(ctx), key=lambda row: (-abs(row[3]), row[0]))[:_LINES]
    if ctx.audience == "members":
        found = [row for row in found if not ctx.label_of[row[0]].startswith("Not named")]
    first, second = (ctx.when(wave) for wave in ctx.waves[-2:])
    ends = {min(found, key=lambda row: row[3])[0], max(found, key=lambda row: row[3])[0]} if found else set()
    lines: list[dict[str, Cell]] = [
        {"label": ctx.label_of[row[0]], "wave": when, "value": value, "highlight": row[0] in ends}
        for row in found for when, value in ((first, row[1]), (second, row[2]))]
    word = "Received" if ctx.adjacency().directed else "Ties"
    head = [TableColumn("actor", "Actor", "actor"), TableColumn("before", f"{word} {first}", "count"),
            TableColumn("after", f"{word} {second}", "count"), TableColumn("change", "Change", "number")]
    twin = table("change-movers-table", f"{word} in the last two waves", head,
                 [[ctx.label_of[row[0]], row[1], row[2], row[2] - row[1]] for row in found],
                 f"The {len(found)} largest changes, by share of those who could name them.")
    names = words.listing([ctx.label_of[name] for name in sorted(ends)])
    return Figure("change-movers", f"{names} changed most" if ends else "Nobody changed place",
                  ctx.subtitle(f"{word}, {first} and {second}"),
                  f"{ctx.response(ctx.relation, ctx.waves[-2])} in {first}; {ctx.response()} in {second}. "
                  f"The {len(found)} largest changes.", "slope", lines, twin, {"y_title": word, "zero": True}, "degree")


# ---- who came and went -------------------------------------------------------------------


def _came_and_went(ctx: Context, found: Turnover) -> list[Block]:
    rows: list[list[Any]] = []
    for status, names, ties in (("joined", found.joiners, "gained"), ("left", found.leavers, "lost")):
        by_actor = found.actors.set_index("actor")
        rows += [[ctx.label_of[str(name)], status, int(by_actor[ties][name])] for name in names]
    first, second = ctx.when(found.first), ctx.when(found.second)
    if not rows:
        return [Text("change-same", f"Nobody joined or left between {first} and {second}.")]
    text = f"{ctx.members(len(found.joiners))} joined and {len(found.leavers):,} left between {first} and {second}. " \
        f"With the leavers went {words.count(found.lost_by_leaving, 'tie')}, with the joiners came " \
        f"{words.count(found.gained_by_joining, 'tie')}."
    head = [TableColumn("actor", "Actor", "actor"), TableColumn("status", "Status"),
            TableColumn("ties", "Ties it took or brought", "count")]
    return [Text("change-people", text), table("change-people-table", "Who joined and who left", head, rows)]


def _every(ctx: Context) -> Block:
    rows: list[list[Any]] = []
    for relation in ctx.relations:
        for first, second in pairwise(ctx.waves_of(relation)):
            found = turnover(ctx.study, relation, first, second)
            rows.append([relation, f"{ctx.when(first)} to {ctx.when(second)}", found.kept, found.created,
                         found.dissolved, found.jaccard, found.unknown])
    head = [TableColumn("relation", "Relation"), TableColumn("waves", "Waves"), TableColumn("kept", "Kept", "count"),
            TableColumn("new", "New", "count"), TableColumn("ended", "Ended", "count"),
            TableColumn("jaccard", "Jaccard", "number", measure="turnover"),
            TableColumn("unknown", "Left out, unknown", "count")]
    return table("change-all", "Change in every relation", head, rows,
                 "Among members present in both waves. Jaccard: kept / (kept + new + ended).")

"""Part of the positions: who has no ties, and who hangs on a single partner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from interfirm.report import words
from interfirm.report.blocks import Advice, Block, Claim, TableColumn, Text
from interfirm.report.context import Context, table
from interfirm.report.filling import Filling, can_fill
from interfirm.study.adjacency import Adjacency
from interfirm.study.study import ALLIANCES


@dataclass(frozen=True)
class Alone:
    """Members of one wave without any tie in any relation; those who did not answer apart.

    ``probability`` is the chance that one of the known ones was really named by nobody, the unknown
    ties filled in as :mod:`interfirm.report.filling` does.
    """

    size: int
    known: list[str]
    silent: list[str]
    probability: float


def alone(ctx: Context, wave: str | None) -> Alone:
    """Who has no tie in any relation in a wave, ties to actors outside the cluster included."""
    members = ctx.study.present(wave)
    partners = np.zeros(len(ctx.study.actors), dtype=np.int64)
    silent = np.zeros(len(ctx.study.actors), dtype=bool)
    unnamed = np.ones(len(ctx.study.actors))
    for relation in ctx.relations:
        mine = ctx.waves_of(relation)
        if wave not in mine and mine != (None,):
            continue
        when = wave if wave in mine else None
        view = ctx.adjacency(relation, when, who="all")
        inner = ctx.adjacency(relation, when)
        unnamed[inner.index] *= _unnamed(inner)
        partners[view.index] += np.diff(view.symmetric.indptr)
        silent[view.index] |= view.missing_rows
    empty = members[partners[members] == 0]
    names = ctx.study.actors["actor"].to_numpy(dtype=object)
    known = empty[~silent[empty]]
    sure = float(unnamed[known].mean()) if len(known) else 1.0
    return Alone(len(members), [str(n) for n in names[known]], [str(n) for n in names[empty[silent[empty]]]], sure)


def _unnamed(view: Adjacency) -> npt.NDArray[np.float64]:
    """By member: the probability that none of the unknown ties reaches it."""
    if not view.has_missing:
        return np.ones(view.size)
    if not can_fill(view):
        return np.full(view.size, view.observed_count() / (view.size * (view.size - 1)))
    return 1 - Filling(view).reached


def part(ctx: Context) -> tuple[list[Claim], list[Block]]:
    """The claim about members without ties and the table of those with none or one partner."""
    now = alone(ctx, ctx.wave)
    blocks: list[Block] = [_weak_table(ctx, now)]
    if not now.known:
        return [], blocks
    before = ""
    if len(ctx.waves) > 1:
        earlier = alone(ctx, ctx.waves[-2])
        before = f", {len(earlier.known):,} of {earlier.size:,} in {ctx.when(ctx.waves[-2])}"
    who = f": {words.listing(ctx.names(list(now.known)), 5)}" if ctx.may_name_weak else ""
    also = f" Another {len(now.silent):,} did not answer and were named by nobody, so nothing is known of them." \
        if now.silent else ""
    what = "share no alliance with anyone" if ctx.relations == (ALLIANCES,) else \
        f"{words.verb(len(now.known), 'has', 'have')} no tie to anyone in any relation"
    text = f"{len(now.known):,} of {ctx.members(now.size)} {what} ({ctx.when(ctx.wave)}{before}){who}.{also}"
    claim = ctx.claim("positions-alone", text, now.probability,
                      f"counted; {ctx.response()}{_filled(ctx)}", "positions-weak",
                      0.55 + min(0.3, len(now.known) / now.size), now.known if ctx.may_name_weak else [])
    if ctx.may_name_weak and len(now.known) <= 20:
        some = words.listing(ctx.names(list(now.known)), 3)
        each = " each" if len(now.known) > 1 else ""
        advice = f"Introduce {some} to one partner{each}."
    else:
        advice = f"Ask at the next meeting who of the {len(now.known):,} without ties would like an introduction."
    return [claim], [*blocks, Advice("positions-introduce", advice, "an afternoon each, if they prefer to stay alone",
                                     "positions-weak", 0.6)]


def _filled(ctx: Context) -> str:
    return "; how likely the others named them" if ctx.adjacency().has_missing else ""


def _weak_table(ctx: Context, now: Alone) -> Block:
    view = ctx.adjacency()
    partners = np.diff(view.symmetric.indptr)
    single = np.flatnonzero(partners == 1)
    none = np.flatnonzero(partners == 0)
    what = words.noun(ctx.relation or ALLIANCES)
    if not ctx.may_name_weak:
        return Text("positions-weak", f"{ctx.members(len(none))} {words.verb(len(none), 'has', 'have')} no "
                    f"{what} and {ctx.members(len(single))} a single partner ({ctx.when(ctx.wave)}); "
                    f"{len(now.known):,} {words.verb(len(now.known), 'has', 'have')} no tie in any relation.")
    rows: list[list[Any]] = [[ctx.label_of[str(view.actors[i])], 0, None, _note(view.missing_rows[i], True)]
                             for i in none]
    for i in single:
        other = int(view.symmetric.indices[view.symmetric.indptr[i]])
        rows.append([ctx.label_of[str(view.actors[i])], 1, ctx.label_of[str(view.actors[other])],
                     _note(view.missing_rows[i], False)])
    head = [TableColumn("actor", "Actor", "actor"), TableColumn("partners", "Partners", "count"),
            TableColumn("partner", "Its only partner", "actor"), TableColumn("note", "Note")]
    title = f"{ctx.members(len(none))} without {what}, {len(single):,} with a single partner"
    return table("positions-weak", title, head, rows, ctx.caption("Among members, either direction."))


def _note(silent: bool, none: bool) -> str:
    if not silent:
        return ""
    return "did not answer; nobody named it" if none else "did not answer"

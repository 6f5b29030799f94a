"""Who shares alliances with whom?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from interfirm.network.two_mode import two_mode_clustering
from interfirm.report import words
from interfirm.report.blocks import Block, Chapter, Claim, Figure, NotAnswered, Number, Numbers, TableColumn
from interfirm.report.concentration import Concentration, concentration
from interfirm.report.context import Context, table

_TITLE = "Who shares alliances with whom?"
_SHOWN = 15


def chapter(ctx: Context) -> Chapter:
    """Alliances, their sizes and who holds most memberships."""
    if not len(ctx.study.alliances):
        return Chapter("alliances", _TITLE, "", [], [NotAnswered(
            "alliances-none", _TITLE, "The study holds no alliances.",
            "A row in the table 'alliances' for each membership: joint projects, consortia, shared equipment; with the "
            "role, the start and the end.")])
    view = ctx.study.incidence(None)
    sizes = np.asarray(view.matrix.sum(axis=0)).ravel().astype(np.int64)
    held = np.asarray(view.matrix.sum(axis=1)).ravel().astype(np.int64)
    blocks: list[Block] = [_numbers(ctx, sizes, held)]
    claims: list[Claim] = []
    found = concentration(held, sizes, draws=ctx.draws, rng=ctx.rng("alliances"))
    if found is not None:
        claims.append(_claim(ctx, found, view.actors))
        blocks.append(_figure(ctx, found, held, view.actors))
    blocks += [_sizes(ctx, sizes), _listed(ctx)]
    lead = "An alliance is an agreement of two or more actors with a goal of their own. It is kept whole here: a " \
        "project of ten is one alliance, not forty-five ties."
    return Chapter("alliances", _TITLE, lead, claims, blocks)


def _numbers(ctx: Context, sizes: Any, held: Any) -> Numbers:
    ours = sizes[sizes > 0]
    taking = int((held > 0).sum())
    items = [
        Number("Alliances with members of the cluster", len(ours), kind="count"),
        Number("Members per alliance, median", float(np.median(ours)), comparison=f"largest: {int(ours.max()):,}"),
        Number(f"{words.sentence(ctx.member[1])} in at least one", taking, kind="count",
               comparison=f"of {len(held):,}; {int((held > 1).sum()):,} in more than one"),
    ]
    if len(ours) > 1 and taking > 2:
        closure = two_mode_clustering(ctx.study)
        items.append(Number("Two-mode clustering", closure, "two_mode_clustering", "share"))
    return Numbers("alliances-numbers", "Alliances in numbers", items, _source(ctx))


def _source(ctx: Context) -> str:
    starts = ctx.study.alliances["start"].dropna()
    if not len(starts):
        return "The memberships carry no dates; all of them are counted."
    return f"Memberships that began {starts.min()[:4]} to {starts.max()[:4]}; all of them are counted."


def _few(found: Concentration, ctx: Context, size: int) -> str:
    few = f"one in ten, {found.few:,}" if found.few > 9 else words.spelled(found.few)
    comma = "," if found.few > 9 else ""
    return f"{few} of {ctx.members(size)}{comma} {words.verb(found.few, 'holds', 'hold')} " \
        f"{words.share(found.share)} of all memberships in alliances"


def _claim(ctx: Context, found: Concentration, actors: Any) -> Claim:
    top = actors[found.holders].tolist()
    names = words.listing(ctx.names(top), 4) if found.few <= 9 else \
        f"first {words.listing(ctx.names(top[:3]))}"
    text = f"{_few(found, ctx, len(actors))}; if members were drawn at random it would be " \
        f"{words.share(found.mean)}: {names}."
    return ctx.claim("alliances-few", text, found.probability, f"{found.draws} random draws of members, sizes of "
                     "alliances kept", "alliances-few", 0.3 + 0.5 * found.striking, top[:5])


def _figure(ctx: Context, found: Concentration, held: Any, actors: Any) -> Figure:
    top = np.lexsort((np.arange(len(held)), -held))[:_SHOWN]
    chosen = set(found.holders.tolist())
    rows = [{"label": ctx.label_of[str(actors[i])], "value": int(held[i]), "low": None, "high": None,
             "highlight": int(i) in chosen} for i in top if held[i] > 0]
    twin = table("alliances-few-table", "Alliances by actor",
                 [TableColumn("actor", "Actor", "actor"), TableColumn("alliances", "Alliances", "count")],
                 [[row["label"], row["value"]] for row in rows], f"The {len(rows)} with most.")
    caption = f"n = {len(held):,}. {_source(ctx)} Random draws: {words.share(found.low)} to " \
        f"{words.share(found.high)} in 95 % of {found.draws}."
    return Figure("alliances-few", words.sentence(_few(found, ctx, len(held))),
                  f"Alliances by {ctx.member[0]} · exchange layer · all years", caption, "dots", rows, twin,
                  {"x_title": "Alliances", "zero": True})


def _sizes(ctx: Context, sizes: Any) -> Figure:
    ours = sizes[sizes > 0]
    edges = np.unique(np.concatenate([[1, 2, 3, 4, 6, 11, 21, 51, 101], [ours.max() + 1]]))
    edges = edges[edges <= ours.max() + 1]
    counts, _ = np.histogram(ours, bins=edges)
    middle, most = float(np.median(ours)), int(ours.max())
    rows = [{"start": int(a), "end": int(b), "count": int(c), "highlight": bool(a <= middle < b)}
            for a, b, c in zip(edges[:-1], edges[1:], counts, strict=True)]
    twin = table("alliances-sizes-table", "Alliances by size",
                 [TableColumn("from", "Members from", "count"), TableColumn("to", "to", "count"),
                  TableColumn("alliances", "Alliances", "count")],
                 [[row["start"], row["end"] - 1, row["count"]] for row in rows])
    if middle > 2:
        title = f"Half of the alliances have {words.number(middle)} members or more, the largest {most:,}"
    else:
        title = f"{int((ours <= 2).sum()):,} of {len(ours):,} alliances have one or two members, the largest {most:,}"
    return Figure("alliances-sizes", title, "Alliances by number of members from the cluster · all years",
                  f"{len(ours):,} alliances. {_source(ctx)}", "histogram", rows, twin,
                  {"x_title": "Members", "y_title": "Alliances", "zero": True})


def _listed(ctx: Context) -> Block:
    rows = ctx.study.alliances
    names = rows["actor"].map(ctx.label_of)
    lead = names.where(rows["role"] == "lead")
    grouped = pd.DataFrame({"alliance": rows["alliance"], "name": rows["name"], "lead": lead, "start": rows["start"],
                            "end": rows["end"]}).groupby("alliance", sort=False)
    frame = grouped.agg(name=("name", "first"), lead=("lead", "first"), start=("start", "min"), end=("end", "max"))
    frame["size"] = grouped.size()
    frame = frame.sort_values("size", ascending=False, kind="stable")
    listed = [[row.name if isinstance(row.name, str) else str(key), row.size, row.lead, row.start, row.end]
              for key, row in zip(frame.index, frame.itertuples(index=False), strict=True)]
    head = [TableColumn("alliance", "Alliance"), TableColumn("members", "Members", "count"),
            TableColumn("lead", "Lead", "actor"), TableColumn("start", "Start"), TableColumn("end", "End")]
    return table("alliances-all", "The alliances, largest first", head, listed, "Members outside the cluster included.")

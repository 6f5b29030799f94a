"""Who are the actors, who works with whom, and who answered?"""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from interfirm.network.response import response_bounds
from interfirm.report import words
from interfirm.report.blocks import (
    Advice,
    Block,
    Cell,
    Chapter,
    Claim,
    Figure,
    Map,
    NotAnswered,
    Number,
    Numbers,
    Table,
    TableColumn,
    Text,
)
from interfirm.report.context import Context, table
from interfirm.report.limits import limit
from interfirm.study.study import ALLIANCES


def chapter(ctx: Context) -> Chapter:
    """Members, kinds, sectors, the response and what it could change, and the map."""
    claims: list[Claim] = []
    blocks: list[Block] = [_map(ctx), _numbers(ctx)]
    blocks += _kinds(ctx)
    answered, said = _response(ctx)
    claims += said
    blocks += answered
    blocks.append(_relations(ctx))
    return Chapter("who", "Who takes part, and who answered?", _lead(ctx), claims, blocks)


def _lead(ctx: Context) -> str:
    study = ctx.study
    outside = int((study.actors["position"] == "external").sum())
    text = f"The study holds {ctx.members(len(study.actors) - outside)}"
    text += f" and {words.count(outside, 'actor')} outside the cluster" if outside else ""
    waves = len(study.wave_order)
    text += f", seen in {words.spelled(waves)} {'wave' if waves == 1 else 'waves'}." if waves else "."
    if ctx.relation is None:
        return text + " It holds no ties and no alliances yet."
    meaning = _meaning(ctx)
    return text + f" The report speaks mostly of {words.noun(ctx.relation)}, the relation with most ties in the " \
        f"last wave{': ' + meaning if meaning else ''}."


def _meaning(ctx: Context) -> str:
    from interfirm import vocabulary

    if ctx.relation == ALLIANCES:
        return "two actors are tied if they share an alliance"
    known = {item.relation: item.meaning for item in vocabulary.RELATIONS}
    return known.get(ctx.relation or "", "")


def _numbers(ctx: Context) -> Numbers:
    study = ctx.study
    items = []
    first = None if len(ctx.waves) < 2 else ctx.waves[0]
    now, before = len(study.present(ctx.wave)), None if first is None else len(study.present(first))
    items.append(Number(words.sentence(ctx.member[1]), now, kind="count",
                        comparison="" if before is None else f"{before:,} in {ctx.when(first)}"))
    outside = int((study.actors["position"] == "external").sum())
    if outside:
        items.append(Number("Outside the cluster", outside, kind="count"))
    if ctx.relation is not None and ctx.relation != ALLIANCES:
        items.append(_ties(ctx, ctx.relation, first))
    if len(study.alliances):
        alliances = study.alliances["alliance"].nunique()
        items.append(Number("Alliances", alliances, kind="count",
                            comparison=f"{words.number(len(study.alliances) / alliances)} members each on average"))
    return Numbers("who-numbers", "In numbers", items, f"Counted in {ctx.when(ctx.wave)}.")


def _ties(ctx: Context, relation: str, first: str | None) -> Number:
    before = "" if first is None else f"{_size(ctx, first):,} in {ctx.when(first)}"
    return Number(words.sentence(words.noun(relation)), _size(ctx, ctx.wave), kind="count", comparison=before)


def _size(ctx: Context, wave: str | None) -> int:
    view = ctx.adjacency(ctx.relation, wave)
    return int(view.matrix.nnz) // (1 if view.directed else 2)


# ---- kinds and sectors -------------------------------------------------------------------


def _kinds(ctx: Context) -> list[Block]:
    out: list[Block] = []
    if ctx.study.actors.loc[ctx.study.present(None), "kind"].nunique() > 1:
        out.append(_categories(ctx, "kind", "Kind"))
    if ctx.study.actors["sector"].notna().any():
        out.append(_categories(ctx, "sector", "Sector"))
    return out


def _categories(ctx: Context, column: str, label: str) -> Figure:
    values = ctx.study.actors[column].fillna("not known").to_numpy(dtype=object)
    counts = [Counter(values[ctx.study.present(wave)]) for wave in ctx.waves]
    total = [sum(count.values()) for count in counts]
    order = sorted(set().union(*counts), key=lambda name: (-counts[-1][name], str(name)))
    shown = order if len(order) <= 12 else order[:11]
    rows: list[list[Any]] = [[name, *_pairs([count[name] for count in counts], total)] for name in shown]
    if len(order) > len(shown):
        rest = [sum(count[name] for name in order[11:]) for count in counts]
        rows.append([f"{len(order) - 11} others", *_pairs(rest, total)])
    rows.append(["All", *_pairs(total, total)])
    when = [ctx.when(wave) for wave in ctx.waves]
    head = [TableColumn(column, label)]
    for i, wave in enumerate(when):
        head += [TableColumn(f"count_{i}", wave, "count"), TableColumn(f"share_{i}", f"Share {wave}", "share")]
    twin = table(f"who-{column}-table", f"{words.sentence(ctx.member[1])} by {column}", head, rows,
                 f"n = {total[-1]:,}.", categories=True)
    bars = [{"group": when[i], "part": str(row[0]), "value": row[1 + 2 * i]}
            for i in range(len(when)) for row in rows[:-1]]
    known = [row for row in rows[:-1] if row[0] != "not known"] or rows[:1]
    largest = max(known, key=lambda row: int(row[-2]))
    title = f"{largest[-2]:,} of {ctx.members(total[-1])} {_are(column, largest)}"
    return Figure(f"who-{column}", title, f"{words.sentence(ctx.member[1])} by {column} and wave",
                  f"n = {total[-1]:,} in {when[-1]}.", "parts", bars, twin, {"x_title": words.sentence(ctx.member[1])})


def _are(column: str, row: list[Any]) -> str:
    if column == "kind":
        return f"{words.verb(row[-2])} {words.kind(str(row[0]), row[-2])}"
    return f"{words.verb(row[-2], 'is', 'are')} in the sector “{row[0]}”"


def _pairs(counts: list[int], totals: list[int]) -> list[Any]:
    out: list[Any] = []
    for value, total in zip(counts, totals, strict=True):
        out += [value, value / total if total else None]
    return out


# ---- the response ------------------------------------------------------------------------


def _response(ctx: Context) -> tuple[list[Block], list[Claim]]:
    rows: list[list[Any]] = []
    for relation in ctx.relations:
        for wave in ctx.waves_of(relation):
            asked, answered = ctx.asked(relation, wave)
            if asked:
                rows.append([relation, ctx.when(wave), asked, answered, answered / asked,
                             ctx.unknown(relation, wave)])
    if not rows:
        if ctx.relations == (ALLIANCES,):
            return [Text("who-records", "The alliances come from records, not from a survey: nobody was asked, so "
                                        "nobody "
                         "failed to answer. What the records leave out is not known.")], []
        return [NotAnswered(
            "who-response", "Who answered?", "The study does not say who was asked and who answered, so an actor "
            "without ties may be one that nobody heard from.",
            "A row for each member and wave in the table 'observations', with 'responded' yes or no.")], []
    columns = [TableColumn("relation", "Relation"), TableColumn("wave", "Wave"),
               TableColumn("asked", "Asked", "count"), TableColumn("answered", "Answered", "count"),
               TableColumn("rate", "Response rate", "share", measure="response_rate"),
               TableColumn("unknown", "Unknown pairs", "share")]
    twin = table("who-response-table", "Response by relation and wave", columns, rows,
                 "Unknown pairs: the share of pairs of members whose tie nobody could report.")
    low = min(rows, key=lambda row: float(row[4]))
    dots: list[dict[str, Cell]] = [
        {"label": f"{row[0]}, {row[1]}", "value": row[4], "low": None, "high": None, "highlight": row is low}
        for row in rows]
    title = "Everyone who was asked answered" if low[4] == 1 else \
        f"The response was lowest for {low[0]} in {low[1]}: {words.share(low[4])}"
    figure = Figure("who-response", title, "Answered by asked, each relation and wave",
                    f"{low[3]:,} of {low[2]:,} answered where the response was lowest.", "dots", dots, twin,
                    {"x_title": "Response rate", "format": "share", "zero": True}, "response_rate")
    bounds, claims = _bounds(ctx)
    return [figure, *bounds], claims


def _bounds(ctx: Context) -> tuple[list[Block], list[Claim]]:
    """What the unknown ties could change in the main relation."""
    if ctx.relation is None or not ctx.unknown():
        return [], []
    frame = ctx.measure(response_bounds).table()
    items = []
    for row in frame.to_dict("records"):
        items.append(Number(words.sentence(str(row["measure"])), row["known"], str(row["measure"]), "share",
                            low=row["low"], high=row["high"]))
    block = Numbers("who-bounds", "What the missing answers could change", items,
                    ctx.caption("The least and the largest value that any answer of those who did not respond would "
                                "give. The value itself rests on the pairs that are known."))
    asked, answered = ctx.asked(ctx.relation, ctx.wave)
    silent = asked - answered
    density = next(item for item in items if item.measure == "density")
    text = (f"{ctx.members(silent)} of {asked:,} did not answer about {ctx.relation} ({ctx.when(ctx.wave)}): the "
            f"share of possible ties that exist, {words.share(density.value or 0)} among the known, could be "
            f"anything from {words.share(density.low or 0)} to {words.share(density.high or 0)}")
    before = _before(ctx)
    claim = ctx.claim("who-silent", text + before + ".", 1.0, "counted; the bounds hold whatever they would have said",
                      "who-bounds", 0.5 + 0.6 * (silent / asked if asked else 0))
    advice = Advice("who-ask", f"Ask the {ctx.members(silent)} who did not answer about {ctx.relation} once more"
                    f"{_most_named(ctx)}.", "a telephone call each; not asking leaves every number about "
                    f"{ctx.relation} as uncertain as it is now", "who-bounds", 0.4 + 0.5 * silent / asked)
    return [block, advice], [claim]


def _most_named(ctx: Context) -> str:
    """The silent members that the others named most: their answers would tell most."""
    view = ctx.adjacency()
    named = np.diff(view.matrix.tocsc().indptr)
    silent = [int(i) for i in np.lexsort((np.arange(view.size), -named)) if view.missing_rows[i] and named[i] > 0][:3]
    if not silent or not ctx.may_name_weak:
        return ""
    return f", first {words.listing(ctx.names([str(view.actors[i]) for i in silent]))}, whom the others name most"


def _before(ctx: Context) -> str:
    if len(ctx.waves) < 2:
        return ""
    asked, answered = ctx.asked(ctx.relation or "", ctx.waves[-2])
    return f"; in {ctx.when(ctx.waves[-2])} {asked - answered:,} of {asked:,} did not answer" if asked else ""


# ---- the map and the relations -----------------------------------------------------------


def _map(ctx: Context) -> Block:
    if ctx.relation is None:
        return NotAnswered("map", "Who works with whom?", "The study holds no ties and no alliances.",
                           "A row for each tie in the table 'ties', or for each membership in 'alliances'.")
    view = ctx.adjacency()
    partners = np.diff(view.symmetric.indptr)
    order = np.lexsort((np.arange(view.size), -partners))
    neighbours = view.symmetric
    kinds = ctx.study.actors["kind"].to_numpy(dtype=object)[view.index]
    sectors = ctx.study.actors["sector"].to_numpy(dtype=object)[view.index]
    labels = ctx.labels[view.index]
    rows = []
    for i in order[:limit("rows")]:
        mine = neighbours.indices[neighbours.indptr[i]:neighbours.indptr[i + 1]]
        names = sorted(str(labels[j]) for j in mine)
        shown = "; ".join(names[:40]) + (f"; and {len(names) - 40:,} more" if len(names) > 40 else "")
        rows.append([labels[i], kinds[i], sectors[i], int(partners[i]), shown])
    columns = [TableColumn("actor", "Actor", "actor"), TableColumn("kind", "Kind"), TableColumn("sector", "Sector"),
               TableColumn("partners", "Partners", "count"), TableColumn("with", "Works with")]
    alone = int((partners == 0).sum())
    twin = table("map-table", "Every actor and its partners", columns, rows, ctx.caption(""), total=view.size)
    ties = _size(ctx, ctx.wave)
    title = f"{ctx.members(view.size)} and {ties:,} {words.noun(ctx.relation, ties)}" + (
        f"; {alone:,} {words.verb(alone, 'has', 'have')} none" if alone else "")
    return Map("map", title, f"All relations and waves; the table shows {ctx.relation} ({ctx.when(ctx.wave)})",
               ctx.caption("The same positions in every wave and relation."), twin)


def _relations(ctx: Context) -> Table:
    rows: list[list[Any]] = []
    questions = ctx.study.relations.set_index("relation")["question"]
    for relation in ctx.relations:
        for wave in ctx.waves_of(relation):
            view = ctx.adjacency(relation, wave)
            ties = int(view.matrix.nnz) // (1 if view.directed else 2)
            active = int((np.diff(view.symmetric.indptr) > 0).sum())
            question = questions.get(relation)
            rows.append([relation, ctx.layer(relation), ctx.when(wave), "one-way" if view.directed else "mutual", ties,
                         active, question if isinstance(question, str) else None])
    columns = [TableColumn("relation", "Relation"), TableColumn("layer", "Layer"), TableColumn("wave", "Wave"),
               TableColumn("direction", "Direction"), TableColumn("ties", "Ties", "count"),
               TableColumn("active", "With ties", "count", ctx.member[1]), TableColumn("question", "What was asked")]
    return table("who-relations", "The relations of this study", columns, rows, "Ties among members.")

"""Who is central, who brokers, who is alone, and through whom does the cluster reach outside?"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from interfirm.network.brokerage import constraint, effective_size
from interfirm.network.centrality import betweenness, degree
from interfirm.network.cut import cut_off_with, cut_vertices
from interfirm.report import words
from interfirm.report.blocks import Advice, Block, Cell, Chapter, Claim, Figure, NotAnswered, TableColumn, Text
from interfirm.report.chapters import gates, isolation
from interfirm.report.concentration import Concentration, concentration, few_of
from interfirm.report.context import Context, table
from interfirm.report.filling import holds
from interfirm.report.limits import limit
from interfirm.study.study import ALLIANCES

_SHOWN = 15


def chapter(ctx: Context) -> Chapter:
    """Concentration, brokers, cut vertices, isolates and gatekeepers."""
    title = "Who is central, who brokers, who is alone?"
    if ctx.relation is None or not ctx.adjacency().matrix.nnz:
        return Chapter("positions", title, "", [], [NotAnswered(
            "positions-none", title, "The study holds no ties among members.",
            "A row for each tie in the table 'ties', or for each membership in 'alliances'.")])
    claims: list[Claim] = []
    blocks: list[Block] = []
    for part in (_central, _brokers, isolation.part, gates.part):
        said, shown = part(ctx)
        claims += said
        blocks += shown
    blocks.append(_everyone(ctx))
    lead = "Central actors are asked by many; brokers join those who would not meet otherwise; an actor without ties " \
        "neither gives nor gets. A position is a place in the network, not a merit."
    return Chapter("positions", title, lead, claims, blocks)


# ---- who is central ----------------------------------------------------------------------


def _central(ctx: Context) -> tuple[list[Claim], list[Block]]:
    view = ctx.adjacency()
    known = np.flatnonzero(~view.missing_rows) if view.directed else np.arange(view.size)
    received = np.bincount(view.matrix[known].indices, minlength=view.size)
    found = _concentrated(ctx, received, known)
    if found is None:
        return [], []
    names = ctx.names(view.actors[found.holders[:5]])
    top = np.lexsort((np.arange(view.size), -received))[:_SHOWN]
    chosen = set(found.holders.tolist())
    rows = [{"label": str(ctx.label_of[str(view.actors[i])]), "value": int(received[i]), "low": None, "high": None,
             "highlight": int(i) in chosen} for i in top]
    word = "received" if view.directed else "held"
    what = words.noun(ctx.relation or ALLIANCES)
    twin = table("positions-central-table", f"{words.sentence(what)} {word}",
                 [TableColumn("actor", "Actor", "actor"),
                  TableColumn("received", words.sentence(word), "count", measure="degree")],
                 [[row["label"], row["value"]] for row in rows], f"The {len(rows)} with most.")
    few = f"One in ten, {found.few:,}" if found.few > 9 else words.sentence(words.spelled(found.few))
    title = f"{few} of {ctx.members(view.size)}{',' if found.few > 9 else ''} " \
        f"{'receive' if view.directed else 'hold'}{words.verb(found.few, 's', '')} {words.share(found.share)} " \
        f"of all {what}"
    method = f"Random choice of partners would give the {words.spelled(found.few)} with most " \
        f"{words.share(found.mean)} (95 % of {found.draws} draws: {words.share(found.low)} to " \
        f"{words.share(found.high)})."
    figure = Figure("positions-central", title, ctx.subtitle(f"{words.sentence(what)} {word} by each {ctx.member[0]}"),
                    ctx.caption(method), "dots", rows, twin, {"x_title": words.sentence(what), "zero": True}, "degree")
    if ctx.relation == ALLIANCES:
        return [], [figure]
    return [_few_hands(ctx, found, names, title)], [figure]


def _concentrated(ctx: Context, received: Any, known: Any) -> Concentration | None:
    """The share of the few against random choice that keeps what each sender gives."""
    view = ctx.adjacency()
    if not view.directed:
        ties = int(view.matrix.nnz) // 2
        return concentration(received, np.full(ties, 2), draws=ctx.draws, rng=ctx.rng("central"))
    sent = np.diff(view.matrix.indptr)[known]
    return concentration(received, sent, draws=ctx.draws, rng=ctx.rng("central"), choosers=known,
                         silent=np.flatnonzero(view.missing_rows))


def _few_hands(ctx: Context, found: Concentration, names: list[str], title: str) -> Claim:
    against = f"random choice would give the top {words.spelled(found.few)} {words.share(found.mean)}"
    who = words.listing(ctx.names(ctx.adjacency().actors[found.holders]), 5) if found.few <= 9 else \
        f"first {words.listing(names[:3])}"
    text = f"{title} ({ctx.when(ctx.wave)}; {against}): {who}."
    rest = ", the others choosing at random" if ctx.adjacency().has_missing else ""
    why = f"{found.draws} draws of random choice; {ctx.response()}{rest}"
    actors = ctx.adjacency().actors[found.holders].tolist()
    sure = found.probability if ctx.adjacency().directed else ctx.sure(found.probability)
    return ctx.claim("positions-few", text, sure, why, "positions-central", 0.3 + 0.6 * found.striking, actors[:9])


# ---- who brokers -------------------------------------------------------------------------


def _brokers(ctx: Context) -> tuple[list[Claim], list[Block]]:
    cut = ctx.measure(cut_vertices)
    claims = _cut_claim(ctx, cut.table())
    blocks: list[Block] = []
    if ctx.audience != "members":
        blocks.append(_scatter(ctx))
    if len(cut.actors):
        rows = [[ctx.label_of[str(row["actor"])], row["cut_off"], row["pairs"]]
                for row in cut.table().to_dict("records")]
        head = [TableColumn("actor", "Actor", "actor"),
                TableColumn("cut_off", "Would be cut off", "count", measure="cut_vertices"),
                TableColumn("pairs", "Pairs that could no longer reach each other", "count")]
        title = f"{words.count(len(rows), 'actor')} whose departure would cut others off"
        caption = ctx.caption("Direction of ties ignored; unknown ties count as absent.")
        blocks.append(table("positions-cut", title, head, rows, caption))
        blocks += _second_contact(ctx, cut.table().iloc[0], claims)
    else:
        blocks.append(Text("positions-no-cut", f"No single {ctx.member[0]} holds a part of the network alone: whoever "
                           f"left, the others would still be joined by {words.noun(ctx.relation or ALLIANCES)}."))
    return claims, blocks


def _second_contact(ctx: Context, first: Any, claims: list[Claim]) -> list[Block]:
    """Who would be cut off with the most needed broker could do with a second contact."""
    if not claims or claims[0].certainty == "cannot say":
        return []
    name = ctx.label_of[str(first["actor"])]
    lost = words.listing(ctx.names(cut_off_with(ctx.adjacency(), str(first["actor"]))), 3) \
        if ctx.may_name_weak else "those who depend on it"
    return [Advice("positions-second", f"Give {lost} a second contact beside {name}.",
                   f"one joint meeting; if {name} stays, nothing else is lost", "positions-cut",
                   0.3 + 0.3 * (claims[0].probability or 0))]


def _cut_claim(ctx: Context, rows: Any) -> list[Claim]:
    if not len(rows):
        return []
    first = rows.iloc[0]
    lost = int(first["cut_off"])
    next_one = int(rows.iloc[1]["cut_off"]) if len(rows) > 1 else 0
    name = ctx.label_of[str(first["actor"])]
    others = f"the next most needed, {ctx.label_of[str(rows.iloc[1]['actor'])]}, holds {words.spelled(next_one)}" \
        if next_one else "nobody else holds such a place"
    what = words.noun(ctx.relation or ALLIANCES)
    text = f"Without {name}, {ctx.members(lost)} would lose every chain of {what} to the rest " \
        f"({ctx.when(ctx.wave)}); {others}."
    view = ctx.adjacency()
    place = int(np.flatnonzero(view.actors == first["actor"])[0])
    sure = holds(view, lambda matrix: cut_off(matrix, place) >= lost, draws=ctx.draws, rng=ctx.rng("cut"))
    if sure < 0.6:
        text = f"By the answers so far, w{text[1:-1]}; the missing answers could undo this."
    return [ctx.claim("positions-cut", text, sure, f"counted; {ctx.response()}{_filled(ctx)}", "positions-cut",
                      min(0.85, 0.3 + 3 * lost / view.size), rows["actor"].tolist()[:2])]


def _filled(ctx: Context) -> str:
    return f", the others filled in at random {ctx.draws} times" if ctx.adjacency().has_missing else ""


def cut_off(matrix: sp.csr_array, place: int) -> int:
    """How many of the actors that hang together with one would leave the largest rest without it."""
    both = sp.csr_array(matrix.maximum(matrix.T))
    _, before = connected_components(both, directed=False)
    mine = np.flatnonzero(before == before[place])
    rest = mine[mine != place]
    if not len(rest):
        return 0
    _, after = connected_components(sp.csr_array(both[rest][:, rest]), directed=False)
    return int(len(rest) - np.bincount(after).max())


def _scatter(ctx: Context) -> Figure:
    holes = ctx.measure(constraint)
    view = ctx.adjacency()
    partners = np.diff(view.symmetric.indptr)
    there = [i for i in range(view.size) if np.isfinite(holes.iloc[i])]
    rows: list[dict[str, Cell]] = [
        {"label": ctx.label_of[str(view.actors[i])], "x": int(partners[i]), "y": float(holes.iloc[i]),
         "highlight": False} for i in there]
    order = sorted(range(len(rows)), key=lambda k: (float(holes.iloc[there[k]]), -int(partners[there[k]])))
    free = order[:few_of(len(rows))][:5]
    for i in free:
        rows[i]["highlight"] = True
    most = limit("rows")
    kept = sorted(order[:most])
    twin = table("positions-free-table", "Partners and constraint",
                 [TableColumn("actor", "Actor", "actor"), TableColumn("partners", "Partners", "count"),
                  TableColumn("constraint", "Constraint", "number", measure="constraint")],
                 [[rows[i]["label"], rows[i]["x"], rows[i]["y"]] for i in order])
    names = words.listing([str(rows[i]["label"]) for i in free[:3]])
    return Figure("positions-free", f"{names} choose most freely: their partners are least tied to each other",
                  ctx.subtitle("Constraint by number of partners"),
                  ctx.caption("Low constraint: the partners are not tied to one another. Weights and both directions "
                              "count." + (f" The {most:,} least constrained are drawn." if len(rows) > most else "")),
                  "scatter", [rows[i] for i in kept], twin,
                  {"x_title": "Partners", "y_title": "Constraint", "zero": True}, "constraint")


# ---- everyone ----------------------------------------------------------------------------


def _everyone(ctx: Context) -> Block:
    """The table of positions; for the members medians of groups instead of values by actor."""
    view = ctx.adjacency()
    columns = _columns(ctx)
    if ctx.audience == "members":
        return _medians(ctx, columns)
    kinds = ctx.study.actors["kind"].to_numpy(dtype=object)[view.index]
    order = np.lexsort((np.arange(view.size), -np.diff(view.symmetric.indptr)))
    rows = [[ctx.label_of[str(view.actors[i])], kinds[i], *(values[i] for _, values in columns)] for i in order]
    head = [TableColumn("actor", "Actor", "actor"), TableColumn("kind", "Kind"), *(column for column, _ in columns)]
    settings = ctx.measure(betweenness, seed=ctx.seed).attrs
    sampled = "" if settings["exact"] else \
        f" Betweenness is estimated from {settings['pivots']:,} randomly chosen actors."
    return table("positions-all", f"Every {ctx.member[0]}'s position", head, rows, ctx.caption(
        f"{words.sentence(words.noun(ctx.relation or ALLIANCES))} among members.{sampled}"))


def _columns(ctx: Context) -> list[tuple[TableColumn, Any]]:
    view = ctx.adjacency()
    named = ctx.main
    out: list[tuple[TableColumn, Any]] = []
    if view.directed:
        out.append((TableColumn("received", "Received", "count", measure="degree"),
                    ctx.measure(degree, direction="in", **named).to_numpy()))
        out.append((TableColumn("sent", "Sent", "count", measure="degree"),
                    ctx.measure(degree, direction="out", **named).to_numpy()))
    else:
        out.append((TableColumn("partners", "Partners", "count", measure="degree"),
                    ctx.measure(degree, direction="all", **named).to_numpy()))
    out.append((TableColumn("betweenness", "Betweenness", "number", measure="betweenness"),
                ctx.measure(betweenness, seed=ctx.seed, **named).to_numpy()))
    out.append((TableColumn("constraint", "Constraint", "number", measure="constraint"),
                ctx.measure(constraint, **named).to_numpy()))
    out.append((TableColumn("effective_size", "Effective size", "number", measure="effective_size"),
                ctx.measure(effective_size, **named).to_numpy()))
    return out


def _medians(ctx: Context, columns: list[tuple[TableColumn, Any]]) -> Block:
    view = ctx.adjacency()
    kinds = ctx.study.actors["kind"].to_numpy(dtype=object)[view.index]
    least = limit("smallest_group")
    rows: list[list[Any]] = []
    for kind in [*sorted(set(kinds)), "All"]:
        mine = np.ones(view.size, dtype=bool) if kind == "All" else kinds == kind
        if mine.sum() >= least:
            rows.append([kind, int(mine.sum()), *(_median(np.asarray(values, dtype=np.float64)[mine], least)
                                                  for _, values in columns)])
    head = [TableColumn("kind", "Kind"), TableColumn("size", words.sentence(ctx.member[1]), "count")]
    head += [TableColumn(c.name, f"{c.label}, median", "number", measure=c.measure) for c, _ in columns]
    return table("positions-all", "Positions by kind", head, rows,
                 ctx.caption(f"Medians of at least {words.spelled(least)}; smaller groups are left out."))


def _median(values: Any, least: int) -> float | None:
    there = values[np.isfinite(values)]
    return float(np.median(there)) if len(there) >= least else None

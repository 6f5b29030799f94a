"""Does distance matter?"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp

from interfirm.report import words
from interfirm.report.blocks import Block, Cell, Chapter, Claim, Figure, NotAnswered, Number, Numbers, TableColumn
from interfirm.report.context import Context, table
from interfirm.report.filling import FILLED, Filling, can_fill
from interfirm.report.nearness import Nearness, Places, nearness, places
from interfirm.study.study import ALLIANCES

_TITLE = "Does distance matter?"
_DRAWN = 1000


def chapter(ctx: Context) -> Chapter:
    """Length of ties against chance, and the actors on the ground."""
    where = places(ctx.study)
    if where is None:
        return Chapter("place", _TITLE, "", [], [NotAnswered(
            "place-none", _TITLE, "Where the actors are is not known: fewer than five have coordinates, and the table "
            f"'dyads' holds no distances.{_pointer(ctx)}",
            "Latitude and longitude of each member in the table 'actors'; the town is enough.")])
    blocks: list[Block] = []
    claims: list[Claim] = []
    found = None if ctx.relation is None else _test(ctx, where)
    if found is None:
        blocks.append(NotAnswered("place-few", "Do near neighbours work together more?", "Fewer than five ties join "
                                  "members whose place is known.", "Coordinates of the members that have ties."))
    else:
        claims.append(_claim(ctx, found))
        blocks.append(_numbers(ctx, found))
        blocks.append(_bands(ctx, where))
    if where.on_earth:
        blocks.append(_ground(ctx, where))
    lead = "Distance is measured in a straight line. That neighbours work together can come from nearness, or from " \
        "what " \
        "made them neighbours."
    return Chapter("place", _TITLE, lead, claims, blocks)


def _pointer(ctx: Context) -> str:
    if not ctx.study.dyads["geographic_proximity"].notna().any() or ctx.relation in {None, ALLIANCES}:
        return ""
    return " How ties go with nearness in space stands in the chapter “Do the relations go together?”."


def _ends(ctx: Context) -> tuple[Any, Any, Any]:
    """Members, and the two ends of each tie once, as positions in the study."""
    view = ctx.adjacency()
    coo = sp.csr_array(sp.triu(view.symmetric, k=1)).tocoo()
    return view.index, view.index[coo.row], view.index[coo.col]


def _test(ctx: Context, where: Places) -> Nearness | None:
    view = ctx.adjacency()
    fill = None
    if can_fill(view):
        filling = Filling(view)

        def fill(rng: np.random.Generator) -> tuple[Any, Any]:
            new = np.sort(filling.new(rng), axis=1)
            ends = view.index[np.unique(new, axis=0)]
            return ends[:, 0], ends[:, 1]

    return nearness(where, *_ends(ctx), permutations=ctx.permutations, rng=ctx.rng("place"), fill=fill)


def _claim(ctx: Context, found: Nearness) -> Claim:
    nearer = found.tied <= found.every
    what = words.noun(ctx.relation or ALLIANCES)
    text = f"{'Near neighbours work together more' if nearer else 'Ties reach far'}: half of the {what} span " \
        f"{words.number(found.tied)} km or less, half of all pairs of {ctx.member[1]} {words.number(found.every)} " \
        f"km or less " \
        f"({ctx.when(ctx.wave)})."
    sure = found.nearer if nearer else found.farther
    view = ctx.adjacency()
    rest = FILLED if can_fill(view) else ""
    why = f"{found.permutations} random exchanges of places; {ctx.response()}{rest}"
    return ctx.claim("place-near", text, sure if rest else ctx.sure(sure), why, "place-numbers", 0.5)


def _numbers(ctx: Context, found: Nearness) -> Numbers:
    items = [
        Number("Median length of a tie", found.tied, "tie_length", unit="km",
               comparison=f"random exchange of places: {words.number(found.low)} to {words.number(found.high)} km"),
        Number("Median distance of any two", found.every, "tie_length", unit="km"),
        Number(f"{words.sentence(ctx.member[1])} in a known place", found.actors, kind="count",
               comparison=f"of {ctx.adjacency().size:,}"),
    ]
    sample = f" A random sample of {found.ties:,} ties was tested." if found.sampled else ""
    return Numbers("place-numbers", "Ties and distance", items, ctx.caption(
        f"{found.ties:,} ties, each pair once; {found.permutations} random exchanges of places.{sample}"))


def _bands(ctx: Context, where: Places) -> Figure:
    """Share of pairs that are tied, in four bands of distance of equal size."""
    members, first, second = _ends(ctx)
    placed = members[where.known[members]]
    rng = ctx.rng("bands")
    if len(placed) ** 2 <= 4_000_000:
        i, j = np.triu_indices(len(placed), k=1)
    else:
        i, j = rng.integers(0, len(placed), (2, 2_000_000))
        i, j = i[i != j], j[i != j]
    every = where.km(placed[i], placed[j])
    every = every[~np.isnan(every)]
    tied = where.km(first, second)
    tied = tied[~np.isnan(tied)]
    edges = np.quantile(every, [0, 0.25, 0.5, 0.75, 1])
    pairs = len(placed) * (len(placed) - 1) / 2
    rows: list[list[Any]] = []
    for k in range(4):
        last = k == 3
        inside = (tied >= edges[k]) & ((tied <= edges[k + 1]) if last else (tied < edges[k + 1]))
        share = ((every >= edges[k]) & ((every <= edges[k + 1]) if last else (every < edges[k + 1]))).mean()
        ties, band = int(inside.sum()), pairs * float(share)
        low, high = (words.number(round(float(edge), 1)) for edge in edges[k:k + 2])
        rows.append([f"{low} to {high} km", round(band), ties, ties / band if band else None])
    twin = table("place-bands-table", "Ties by distance",
                 [TableColumn("band", "Distance"), TableColumn("pairs", "Pairs", "count"),
                  TableColumn("ties", "Tied pairs", "count"), TableColumn("share", "Share tied", "share")], rows)
    dots = [{"label": row[0], "value": row[3], "low": None, "high": None, "highlight": k == 0}
            for k, row in enumerate(rows)]
    title = f"Of the nearest quarter of pairs {words.share(rows[0][3] or 0)} are tied, of the farthest " \
        f"{words.share(rows[3][3] or 0)}"
    return Figure("place-bands", title, ctx.subtitle("Share of pairs that are tied, by distance"),
                  ctx.caption("Four bands with as many pairs each; direction ignored."), "dots", dots, twin,
                  {"x_title": "Share of pairs that are tied", "format": "share", "zero": True})


def _ground(ctx: Context, where: Places) -> Figure:
    members = ctx.study.present(ctx.wave)
    partners = np.zeros(len(ctx.study.actors), dtype=np.int64)
    if ctx.relation is not None:
        view = ctx.adjacency()
        partners[view.index] = np.diff(view.symmetric.indptr)
    shown = members[where.known[members]]
    if ctx.audience == "members":
        shown = shown[~ctx.weak[shown]]
    shown = shown[np.lexsort((shown, -partners[shown]))]
    found = ctx.study.actors[["latitude", "longitude"]].to_numpy(dtype=np.float64)
    rows: list[dict[str, Cell]] = [{"label": str(ctx.labels[i]), "latitude": round(float(found[i, 0]), 5),
             "longitude": round(float(found[i, 1]), 5), "value": int(partners[i]), "highlight": rank < 3}
            for rank, i in enumerate(shown[:_DRAWN].tolist())]
    twin = table("place-ground-table", f"{words.sentence(ctx.member[1])} by place",
                 [TableColumn("actor", "Actor", "actor"), TableColumn("latitude", "Latitude", "number", "°"),
                  TableColumn("longitude", "Longitude", "number", "°"), TableColumn("partners", "Partners", "count")],
                 [[row["label"], row["latitude"], row["longitude"], row["value"]] for row in rows], total=len(shown))
    cut = f" The {_DRAWN:,} with most partners are drawn." if len(shown) > _DRAWN else ""
    top = words.listing([str(row["label"]) for row in rows[:3]])
    return Figure("place-ground", f"Where the {ctx.member[1]} are; {top} have most partners",
                  ctx.subtitle("Size: partners") if ctx.relation else "Members with known coordinates",
                  f"{len(shown):,} of {ctx.members(len(members))} with coordinates, WGS 84.{cut}", "geo", rows, twin,
                  {"size_title": "Partners"})

"""Part of the groups: do ties stay inside sectors, kinds or communities, or cross them?"""

from __future__ import annotations

from typing import Any

import numpy as np

from interfirm.network.groups import EIIndex, ei_index, group_codes, mixing
from interfirm.report import words
from interfirm.report.blocks import Block, Cell, Claim, Figure, NotAnswered, TableColumn
from interfirm.report.context import Context, table
from interfirm.report.filling import FILLED, Filling, can_fill
from interfirm.study.study import ALLIANCES

_GROUPINGS = (("sector", "sector"), ("kind", "kind"), ("city", "town"), ("ownership", "form of ownership"))
_SEVERAL = {"sector": "sectors", "kind": "kinds", "town": "towns", "form of ownership": "forms of ownership"}
_MOST_GROUPS = 12


def part(ctx: Context) -> tuple[list[Claim], list[Block]]:
    """E–I index by every grouping that the study has, and who is tied to whom by the first one."""
    usable = [(column, word) for column, word in _GROUPINGS if _usable(ctx, column)]
    if not usable:
        return [], [NotAnswered(
            "groups-mixing", "Do ties stay inside sectors or cross them?", "The members have no sector, and all "
            "are of one "
            "kind.", "The sector of each member in the table 'actors', as a code or a word.")]
    found = [(word, ctx.measure(ei_index, groups=column, permutations=ctx.permutations, seed=ctx.seed, who=None))
             for column, word in usable]
    claims = [_claim(ctx, usable[0][0], *found[0])]
    return claims, [_figure(ctx, found), _matrix(ctx, *usable[0])]


def _usable(ctx: Context, column: str) -> bool:
    values = ctx.study.actors[column].iloc[ctx.adjacency().index].dropna()
    return values.nunique() > 1 and len(values) >= ctx.adjacency().size / 2 and values.value_counts().iloc[0] > 1


def _inside(value: float) -> float:
    """Share of ties inside groups from an E–I index."""
    return (1 - value) / 2


def _claim(ctx: Context, column: str, word: str, found: EIIndex) -> Claim:
    inside, chance = _inside(found.value), _inside(found.expected)
    keep = inside >= chance
    what = words.noun(ctx.relation or ALLIANCES)
    head = f"{words.sentence(what)} {'stay inside' if keep else 'cross'} {_SEVERAL[word]}"
    text = f"{head} more than chance would have it: {words.share(inside)} join two of the same {word}, " \
        f"{words.share(chance)} if partners were dealt out at random ({ctx.when(ctx.wave)})."
    sure, rest = _sure(ctx, column, found, keep)
    return ctx.claim("groups-mixing", text, sure, f"{found.permutations} random exchanges of the {word}; "
                     f"{ctx.response()}{rest}", "groups-mixing", 0.65)


def _sure(ctx: Context, column: str, found: EIIndex, keep: bool) -> tuple[float, str]:
    """How sure the direction is; with unknown ties, over random fillings of them."""
    view = ctx.adjacency()
    plain = 1 - (found.p_low if keep else found.p_high)
    if not can_fill(view):
        return ctx.sure(plain), ""
    codes, _, _ = group_codes(ctx.study, view, column)
    filling, rng, beaten = Filling(view), ctx.rng("mixing"), 0
    for _ in range(found.permutations):
        tied = filling.dense(rng)
        one, two = np.nonzero(np.triu(np.maximum(tied, tied.T), k=1))
        known = (codes[one] >= 0) & (codes[two] >= 0)
        one, two = one[known], two[known]
        dealt = codes.copy()
        dealt[codes >= 0] = rng.permutation(codes[codes >= 0])
        observed, chance = (codes[one] == codes[two]).mean(), (dealt[one] == dealt[two]).mean()
        beaten += observed > chance if keep else observed < chance
    return beaten / (1 + found.permutations), FILLED


def _figure(ctx: Context, found: list[tuple[str, EIIndex]]) -> Figure:
    rows: list[dict[str, Cell]] = [
        {"label": words.sentence(word), "observed": _inside(one.value), "mean": _inside(one.expected),
         "low": _inside(one.high), "high": _inside(one.low)} for word, one in found]
    head = [TableColumn("group", "Grouping"), TableColumn("inside", "Ties inside", "share", measure="ei_index"),
            TableColumn("chance", "By chance", "share"), TableColumn("low", "95 % from", "share"),
            TableColumn("high", "to", "share"), TableColumn("ei", "E–I index", "number", measure="ei_index"),
            TableColumn("unknown", "Group not known", "count")]
    twin = table("groups-mixing-table", "Ties inside groups", head, [
        [row["label"], row["observed"], row["mean"], row["low"], row["high"], one.value, one.left_out]
        for row, (_, one) in zip(rows, found, strict=True)])
    word, first = found[0]
    title = f"{words.share(_inside(first.value))} of the ties join two of the same {word}; chance would give " \
        f"{words.share(_inside(first.expected))}"
    return Figure("groups-mixing", title, ctx.subtitle("Share of tied pairs inside the same group"),
                  ctx.caption(f"Chance: groups dealt out anew, sizes kept, {first.permutations} times; the bar "
                              f"holds 95 % "
                              "of the draws. Direction ignored."), "null", rows, twin,
                  {"x_title": "Share of ties inside", "format": "share", "zero": True}, "ei_index")


def _matrix(ctx: Context, column: str, word: str) -> Block:
    result = ctx.measure(mixing, groups=column, who=None)
    cells = result.table()
    sizes = ctx.study.actors[column].iloc[ctx.adjacency().index].value_counts()
    largest = [str(name) for name in sizes.index[:_MOST_GROUPS]]
    shown = cells.loc[cells["sender_group"].isin(largest) & cells["receiver_group"].isin(largest)]
    rows: list[dict[str, Cell]] = []
    listed: list[list[Any]] = []
    for row in shown.to_dict("records"):
        ends = [(row["sender_group"], row["receiver_group"])]
        if not result.settings["directed"] and ends[0][0] != ends[0][1]:
            ends.append(ends[0][::-1])
        rows += [{"row": a, "column": b, "value": _finite(row["ratio"])} for a, b in ends]
        listed.append([row["sender_group"], row["receiver_group"], row["observed"], row["expected"], row["ratio"]])
    enough = [row for row in listed if row[3] >= 5 and row[4] > 1]
    busiest = max(enough, key=lambda row: float(row[4]), default=None)
    title = f"Who is tied to whom by {word}" if busiest is None else \
        f"{busiest[0]} to {busiest[1]}: {words.number(float(busiest[4]))} times as many ties as sizes alone would give"
    head = [TableColumn("from", "From"), TableColumn("to", "To"), TableColumn("observed", "Ties", "count"),
            TableColumn("expected", "By sizes alone", "number"),
            TableColumn("ratio", "Ratio", "number", measure="mixing")]
    twin = table("groups-matrix-table", f"Ties between groups by {word}", head, listed)
    cut = f" The {_MOST_GROUPS} largest groups." if len(sizes) > _MOST_GROUPS else ""
    return Figure("groups-matrix", title, ctx.subtitle(f"Ties from row to column against group sizes, by {word}"),
                  ctx.caption(f"1: as many as sizes alone would give.{cut}"), "matrix", rows, twin,
                  {"x_title": "To", "y_title": "From"}, "mixing")


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None

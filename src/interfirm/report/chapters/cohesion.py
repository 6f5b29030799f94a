"""How close-knit is the cluster, compared with chance and with the wave before?"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final, NamedTuple

import numpy as np

from interfirm.network.cohesion import Cohesion, reciprocity_of, transitivity_of
from interfirm.network.cohesion import cohesion as bundle
from interfirm.network.null import compare_with_null
from interfirm.report import words
from interfirm.report.blocks import (
    Advice,
    Block,
    Cell,
    Chapter,
    Claim,
    Figure,
    NotAnswered,
    Number,
    Numbers,
    TableColumn,
    Text,
)
from interfirm.report.context import Context, table
from interfirm.report.filling import FILLED, beats_chance, can_fill
from interfirm.study.adjacency import Adjacency
from interfirm.study.study import ALLIANCES
from interfirm.vocabulary import certainty

_TITLE = "How close-knit is the cluster?"


class _Said(NamedTuple):
    """How a measure is called and what a number above or below chance means."""

    label: str
    above: str
    below: str
    what: str
    usefulness: float


_SAID: Final = {
    "reciprocity": _Said("Reciprocity", "returned more often than chance would have it",
                         "returned less often than chance would have it", "are returned", 0.75),
    "transitivity": _Said("Transitivity", "found in closed circles more than chance would have it",
                          "found in closed circles less than chance would have it",
                          "of the pairs that share a partner are partners themselves", 0.7),
}


def chapter(ctx: Context) -> Chapter:
    """Density, components, distances; reciprocity and closure against random networks."""
    if ctx.relation is None or not ctx.adjacency().matrix.nnz:
        return Chapter("cohesion", _TITLE, "", [], [NotAnswered(
            "cohesion-none", _TITLE, "The study holds no ties among members.",
            "A row for each tie in the table 'ties', or for each membership in 'alliances'.")])
    found = {wave: ctx.measure(bundle, relation=ctx.relation, wave=wave, seed=ctx.seed) for wave in ctx.waves}
    last, before = found[ctx.wave], found[ctx.waves[-2]] if len(ctx.waves) > 1 else None
    null = {} if ctx.relation == ALLIANCES else _null(ctx)
    claims = [*(_null_claim(ctx, name, row) for name, row in null.items()), *_whole_claim(ctx, last, before)]
    blocks: list[Block] = [_numbers(ctx, last, before)]
    if null:
        blocks.append(_null_figure(ctx, null))
    else:
        blocks.append(_no_null(ctx))
    blocks += [_advice(ctx, last), _all(ctx)]
    lead = "A close-knit cluster passes news quickly and keeps promises; one that is too close-knit hears little " \
        "that is " \
        "new. Numbers are compared with random networks in which everyone has as many partners as now."
    return Chapter("cohesion", _TITLE, lead, claims, blocks)


# ---- against chance ----------------------------------------------------------------------


def _null(ctx: Context) -> dict[str, dict[str, Any]]:
    """Observed value, mean, spread and 95 % range of random networks with the same degrees, by measure."""
    names = ["transitivity"] if not ctx.adjacency().directed else ["reciprocity", "transitivity"]
    found = ctx.measure(compare_with_null, measures=tuple(names), draws=ctx.draws, seed=ctx.seed, null="degree")
    rows = {str(row["measure"]): {str(key): value for key, value in row.items()}
            for row in found.table().to_dict("records")}
    return {name: rows[name] for name in names if math.isfinite(rows[name]["observed"])}


def _null_claim(ctx: Context, name: str, row: dict[str, Any]) -> Claim:
    said = _SAID[name]
    above = row["observed"] >= row["mean"]
    sure, rest = _sure(ctx, name, row, above)
    head = f"{words.noun(ctx.relation or ALLIANCES)} are {said.above if above else said.below}"
    if certainty(sure) == "cannot say":
        head = f"whether {head} cannot be said"
    text = f"{head}: {words.share(row['observed'])} {said.what}, against " \
        f"{words.share(row['mean'])} in random networks in which everyone has as many partners ({ctx.when(ctx.wave)})."
    return ctx.claim(f"cohesion-{name}", text, sure, f"{ctx.draws} random networks; {ctx.response()}{rest}",
                     "cohesion-null", said.usefulness * (0.2 + 0.8 * _striking(row)))


def _striking(row: dict[str, Any]) -> float:
    """0 to 1: how far a share lies from chance; 1 from three tenths of it, or of what is left above it."""
    room = min(row["mean"], 1 - row["mean"]) or 1.0
    return float(min(1.0, abs(row["observed"] - row["mean"]) / (0.3 * room)))


def _sure(ctx: Context, name: str, row: dict[str, Any], above: bool) -> tuple[float, str]:
    plain = row["above"] if above else row["below"]
    view = ctx.adjacency()
    if not can_fill(view):
        return ctx.sure(plain), ""
    measure: Callable[[Adjacency], float] = reciprocity_of if name == "reciprocity" else transitivity_of
    sure = beats_chance(view, measure, above=above, null="degree", draws=ctx.draws, seed=ctx.seed, rng=ctx.rng(name))
    return sure, FILLED


def _null_figure(ctx: Context, null: dict[str, dict[str, Any]]) -> Figure:
    rows: list[dict[str, Cell]] = [
        {"label": _SAID[name].label, "observed": row["observed"], "mean": row["mean"], "low": row["low"],
         "high": row["high"]} for name, row in null.items()]
    head = [TableColumn("measure", "Measure"), TableColumn("observed", "Observed", "share"),
            TableColumn("mean", "Random networks, mean", "share"), TableColumn("low", "95 % from", "share"),
            TableColumn("high", "to", "share")]
    twin = table("cohesion-null-table", "Observed and by chance", head,
                 [[row["label"], row["observed"], row["mean"], row["low"], row["high"]] for row in rows])
    name, first = next(iter(null.items()))
    title = f"{_SAID[name].label} is {words.share(first['observed'])}; chance would give {words.share(first['mean'])}"
    return Figure("cohesion-null", title, ctx.subtitle("Observed against random networks with the same numbers of ties "
                                                       f"for every {ctx.member[0]}"),
                  ctx.caption(f"{ctx.draws} random networks; the bar holds 95 % of them."), "null", rows, twin,
                  {"x_title": "Share", "format": "share", "zero": True}, name)


def _no_null(ctx: Context) -> NotAnswered:
    why = "The members of one alliance are all tied to each other, so closed circles say nothing here." \
        if ctx.relation == ALLIANCES else "Too few ties have two ends that are both known."
    return NotAnswered("cohesion-null", "Do partners' partners work together more than chance would have it?", why,
                       "Ties that each member names itself: who works with whom, who asks whom.")


# ---- the whole ---------------------------------------------------------------------------


def _whole_claim(ctx: Context, last: Cohesion, before: Cohesion | None) -> list[Claim]:
    largest = int(last.components.sizes[0])
    size = last.actors
    earlier = "" if before is None else f"; {int(before.components.sizes[0]):,} of {before.actors:,} in " \
        f"{ctx.when(ctx.waves[-2])}"
    rest = size - largest
    head = f"{largest:,} of {ctx.members(size)} hang together" if rest else f"All {ctx.members(size)} hang together"
    unknown = ctx.adjacency().has_missing and rest
    head = f"At least {head}" if unknown else head
    mean = last.distances.mean
    steps = f", {words.number(mean)} {'step' if mean == 1 else 'steps'} apart on average" if math.isfinite(mean) else ""
    text = f"{head} through {words.through(ctx.relation or ALLIANCES)}{steps} ({ctx.when(ctx.wave)}{earlier})."
    exact = "counted" if last.distances.exact else "counted; steps from a random sample of actors"
    more = ", and unknown ties can only add" if unknown else ""
    return [ctx.claim("cohesion-whole", text, 1.0, f"{exact}; {ctx.response()}{more}", "cohesion-numbers",
                      0.35 + 0.5 * rest / size)]


def _numbers(ctx: Context, last: Cohesion, before: Cohesion | None) -> Numbers:
    def then(value: float, kind: str) -> str:
        if before is None or not math.isfinite(value):
            return ""
        return f"{words.share(value) if kind == 'share' else words.number(value)} in {ctx.when(ctx.waves[-2])}"

    def item(label: str, get: Callable[[Cohesion], float], measure: str, kind: Any = "share", unit: str = "") -> Number:
        value = get(last)
        return Number(label, value if math.isfinite(value) else None, measure, kind, unit,
                      then(get(before), kind) if before is not None else "")

    items = [
        item("Density", lambda c: c.density, "density"),
        item("Partners each, on average", lambda c: _partners(ctx, c), "degree", "number"),
        item("In the largest part", lambda c: c.components.largest_share, "components"),
        item("Steps apart, on average", lambda c: c.distances.mean, "distances", "number"),
        item("Transitivity", lambda c: c.transitivity, "transitivity"),
    ]
    if ctx.adjacency().directed:
        items.insert(4, item("Returned ties", lambda c: c.reciprocity, "reciprocity"))
    sampled = "" if last.distances.exact else f" Steps from {last.distances.sources:,} randomly chosen actors."
    return Numbers("cohesion-numbers", "The cluster in numbers", items, ctx.caption(
        f"{ctx.subtitle('Ties among members')}.{sampled}"))


def _partners(ctx: Context, found: Cohesion) -> float:
    view = ctx.adjacency(ctx.relation, found.settings["wave"])
    return float(np.diff(view.symmetric.indptr).mean()) if view.size else float("nan")


def _advice(ctx: Context, last: Cohesion) -> Block:
    parts = last.components.number - last.components.isolates
    if parts == 1:
        return Text("cohesion-advice", "One part holds all that have ties. What one hears, the others can hear; what "
                    "one gets wrong, too.")
    return Advice("cohesion-advice", f"Start one joint project between two of the {parts:,} parts that have no "
                  f"{words.noun(ctx.relation or ALLIANCES, 1)} between them.",
                  "the project; if it fails, each part is where it is now", "cohesion-numbers", 0.5)


def _all(ctx: Context) -> Block:
    rows: list[list[Any]] = []
    for relation in ctx.relations:
        for wave in ctx.waves_of(relation):
            one = ctx.measure(bundle, relation=relation, wave=wave, seed=ctx.seed)
            rows.append([relation, ctx.when(wave), one.ties, one.density, one.reciprocity, one.transitivity,
                         one.components.number - one.components.isolates, one.components.isolates,
                         one.components.largest_share, one.distances.mean])
    head = [TableColumn("relation", "Relation"), TableColumn("wave", "Wave"), TableColumn("ties", "Ties", "count"),
            TableColumn("density", "Density", "share", measure="density"),
            TableColumn("reciprocity", "Reciprocity", "share", measure="reciprocity"),
            TableColumn("transitivity", "Transitivity", "share", measure="transitivity"),
            TableColumn("parts", "Parts", "count", measure="components"),
            TableColumn("alone", "Without ties", "count"),
            TableColumn("largest", "In the largest part", "share", measure="components"),
            TableColumn("steps", "Steps apart", "number", measure="distances")]
    return table("cohesion-all", "Every relation and wave", head, rows,
                 "Ties among members. Reciprocity has no meaning where ties have no direction.")

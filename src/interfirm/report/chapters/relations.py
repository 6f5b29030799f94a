"""Do the relations go together?"""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from interfirm.errors import UsageError
from interfirm.network.qap import QAP, qap_correlation
from interfirm.report import words
from interfirm.report.blocks import Block, Cell, Chapter, Claim, Figure, NotAnswered, TableColumn
from interfirm.report.context import Context, table
from interfirm.report.filling import Filling
from interfirm.report.nearness import places
from interfirm.study.study import ALLIANCES

_TITLE = "Do the relations go together?"
_MOST = 15
_FILLED_UP_TO = 400
_PROXIMITY = {
    "distance": "distance", "geographic_proximity": "nearness in space", "cognitive_proximity": "nearness in knowledge",
}

_IN_SPACE = ("distance", "geographic_proximity")


def chapter(ctx: Context) -> Chapter:
    """Overlap of every pair of relations in the last wave that both have, and nearness of tied pairs."""
    pairs, nearness = _pairs(ctx), _nearness(ctx)
    if not pairs and not nearness:
        return Chapter("relations", _TITLE, "", [], [_nothing(ctx, _why_not(ctx))])
    try:
        overlaps = [(wave, _test(ctx, one, two, wave, "jaccard")) for one, two, wave in pairs]
        near = [_test(ctx, ctx.relation, column, ctx.wave, "pearson") for column in nearness]
    except UsageError as problem:
        return Chapter("relations", _TITLE, "", [], [_nothing(ctx, str(problem))])
    claims: list[Claim] = []
    blocks: list[Block] = []
    if any(np.isfinite(found.value) for _, found in overlaps):
        shown = [(wave, found) for wave, found in overlaps if np.isfinite(found.value)]
        claims.append(_claim(ctx, *max(shown, key=lambda item: _excess(item[1]))))
        blocks.append(_figure(ctx, shown))
    elif not pairs:
        blocks.append(_nothing(ctx, _why_not(ctx)))
    where = places(ctx.study) is not None
    for found in near:
        if np.isfinite(found.value) and not (found.second in _IN_SPACE and where):
            claims.append(_near_claim(ctx, found))
    if near:
        blocks.append(_near_table(ctx, near))
    lead = "Where two relations join the same pairs, one may carry the other: a supplier is asked for advice, or an " \
        "adviser becomes a supplier. Which came first, one wave cannot tell."
    return Chapter("relations", _TITLE, lead, claims, blocks)


def _nothing(ctx: Context, why: str) -> NotAnswered:
    if ctx.relation == ALLIANCES:
        return NotAnswered("relations-none", _TITLE, why, "Ties between the members beside the alliances: who "
                                                          "works with "
                           "whom, who asks whom.")
    return NotAnswered("relations-none", _TITLE, why, "A second question to the same members in the same wave: who "
                                                      "works "
                       "with whom, who asks whom, who decides for whom.")


def _pairs(ctx: Context) -> list[tuple[str, str, str]]:
    """Two relations and the last wave that both have; the main relation first."""
    names = [name for name in ctx.relations if name != ALLIANCES]
    names.sort(key=lambda name: name != ctx.relation)
    out = []
    for one, two in combinations(names, 2):
        common = [wave for wave in ctx.waves_of(one) if wave in ctx.waves_of(two)]
        if common and common[-1] is not None:
            out.append((one, two, common[-1]))
    return out


def _nearness(ctx: Context) -> list[str]:
    """Numeric columns of ``dyads``, if the main relation is one of ties."""
    if ctx.relation is None or ctx.relation == ALLIANCES:
        return []
    frame = ctx.study.dyads
    return [str(name) for name in frame.columns if name not in {"sender", "receiver"}
            and pd.api.types.is_numeric_dtype(frame[name]) and frame[name].nunique() > 1]


def _why_not(ctx: Context) -> str:
    if len(ctx.relations) < 2:
        return "The study holds one relation only." if ctx.relations else "The study holds no relation."
    return "No two relations of ties were observed in the same wave."


def _test(ctx: Context, one: Any, two: Any, wave: str | None, method: str) -> QAP:
    ctx.step(f"comparing {one} and {two}")
    return qap_correlation(
        ctx.study, one, two, wave=wave, method=method, permutations=ctx.permutations, seed=ctx.seed)


def _excess(found: QAP) -> float:
    return found.value - found.mean if found.p_high <= 0.2 else -1.0


def _claim(ctx: Context, wave: str, found: QAP) -> Claim:
    together = found.value >= found.mean
    text = f"{words.sentence(words.noun(found.first))} and {words.noun(found.second)} " \
        f"{'go together' if together else 'keep apart'}: of the pairs tied in either, {words.share(found.value)} " \
        f"are tied in " \
        f"both, {words.share(found.mean)} if actors were exchanged at random ({ctx.when(wave)})."
    sure = _sure(ctx, found, wave, together)
    return ctx.claim("relations-overlap", text, sure, f"{found.permutations} permutations (QAP); "
                     f"{ctx.response(found.first, wave)} about the first, {ctx.response(found.second, wave)} about the "
                     "second", "relations-overlap", 0.55)


def _sure(ctx: Context, found: QAP, wave: str | None, above: bool) -> float:
    """How sure the direction is; unknown ties are filled in at random, in what is compared as well."""
    relations = [name for name in (found.first, found.second) if name in ctx.relations]
    views = [ctx.adjacency(name, wave) for name in relations]
    plain = 1 - (found.p_high if above else found.p_low)
    if not any(view.has_missing for view in views):
        return plain
    if views[0].size > _FILLED_UP_TO:
        return plain * float(min(1 - ctx.unknown(name, wave) for name in relations))
    rng, wins = ctx.rng(f"{found.first}{found.second}"), 0
    fillings = [Filling(view) for view in views]
    given = None if len(views) == 2 else ctx.study.dyadic(found.second)[np.ix_(views[0].index, views[0].index)]
    for _ in range(ctx.permutations):
        one, *rest = (filling.dense(rng) for filling in fillings)
        two = rest[0] if given is None else given
        order = rng.permutation(len(one))
        value, chance = (_together(one, other, found.method) for other in (two, two[np.ix_(order, order)]))
        wins += value > chance if above else value < chance
    return wins / (1 + ctx.permutations)


def _together(one: Any, two: Any, method: str) -> float:
    """Jaccard overlap, or the correlation of a 0/1 matrix with a valued one over its known cells."""
    if method == "jaccard":
        either = float(np.maximum(one, two).sum())
        return float((one * two).sum()) / either if either else 0.0
    known = ~np.isnan(two)
    np.fill_diagonal(known, False)
    a, b = one[known], two[known]
    spread = a.std() * b.std()
    return float(((a - a.mean()) * (b - b.mean())).mean() / spread) if spread else 0.0


def _figure(ctx: Context, shown: list[tuple[str, QAP]]) -> Figure:
    ordered = sorted(shown, key=lambda item: item[1].mean - item[1].value)
    rows: list[dict[str, Cell]] = [
        {"label": f"{one.first} and {one.second}", "observed": one.value, "mean": one.mean, "low": one.low,
         "high": one.high} for _, one in ordered]
    head = [TableColumn("first", "Relation"), TableColumn("second", "and"), TableColumn("wave", "Wave"),
            TableColumn("value", "Tied in both", "share", measure="qap_correlation"),
            TableColumn("mean", "By chance", "share"), TableColumn("p", "p, as high", "number"),
            TableColumn("pairs", "Pairs known in both", "count")]
    twin = table("relations-overlap-table", "Overlap of relations", head, [
        [one.first, one.second, ctx.when(wave), one.value, one.mean, one.p_high, one.pairs] for wave, one in ordered])
    sure = sum(one.p_high <= 0.05 for _, one in shown)
    title = f"{sure:,} of {len(shown):,} pairs of relations overlap more than 95 % of random exchanges would"
    cut = f" The {_MOST} with the largest excess are drawn." if len(rows) > _MOST else ""
    return Figure("relations-overlap", title, "Pairs tied in both relations, of those tied in either",
                  f"{ctx.permutations} exchanges of the actors (QAP); the bar holds 95 % of them. Pairs that are "
                  f"unknown in "
                  f"either relation are left out. Direction counts.{cut}", "null", rows[:_MOST], twin,
                  {"x_title": "Share tied in both", "format": "share", "zero": True}, "qap_correlation")


# ---- nearness ----------------------------------------------------------------------------


def _named(column: str) -> str:
    return _PROXIMITY.get(column, f"“{column}”")


def _near_claim(ctx: Context, found: QAP) -> Claim:
    more = found.value >= found.mean
    text = f"{words.sentence(words.noun(found.first))} {'go with' if more else 'go against'} {_named(found.second)}: " \
        f"correlation {words.number(found.value)}, {words.number(found.low)} to {words.number(found.high)} in 95 % " \
        f"of random " \
        f"exchanges of the actors ({ctx.when(ctx.wave)})."
    sure = _sure(ctx, found, ctx.wave, more)
    return ctx.claim(f"relations-{found.second}", text, sure, f"{found.permutations} permutations (QAP); "
                     f"{ctx.response()}", "relations-near", 0.5)


def _near_table(ctx: Context, near: list[QAP]) -> Block:
    head = [TableColumn("column", "What is known about the pair"),
            TableColumn("value", "Correlation", "number", measure="qap_correlation"),
            TableColumn("low", "95 % from", "number"), TableColumn("high", "to", "number"),
            TableColumn("p", "p, two-sided", "number"), TableColumn("pairs", "Pairs", "count")]
    rows = [[words.sentence(_named(one.second)), one.value, one.low, one.high, one.p, one.pairs] for one in near]
    return table("relations-near", f"{words.sentence(words.noun(ctx.relation or ALLIANCES))} and nearness", head, rows,
                 ctx.caption(f"{ctx.permutations} exchanges of the actors (QAP)."))

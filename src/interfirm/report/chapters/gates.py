"""Part of the positions: through whom the cluster reaches outside."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from interfirm.report import words
from interfirm.report.blocks import Advice, Block, Claim, Figure, NotAnswered, TableColumn
from interfirm.report.concentration import Concentration, concentration
from interfirm.report.context import Context, table

_SHOWN = 12
_QUESTION = "Through whom does the cluster reach outside?"


def part(ctx: Context) -> tuple[list[Claim], list[Block]]:
    """How concentrated the ties to actors outside the cluster are."""
    if not (ctx.study.actors["position"] == "external").any():
        return [], [NotAnswered("positions-gates", _QUESTION, "The study holds no actors outside the cluster.",
                                "The outside partners as actors with position 'external', and the members' ties to "
                                "them; even the three most important ones of each member help.")]
    relation = max(ctx.relations, key=lambda name: int(_outside(ctx, name).sum()))
    counts = _outside(ctx, relation)
    wave = ctx.waves_of(relation)[-1]
    found = concentration(counts, np.ones(int(counts.sum()), dtype=np.int64), draws=ctx.draws, rng=ctx.rng("gates"),
                          few=3)
    if found is None or counts.sum() < 5:
        return [], [NotAnswered("positions-gates", _QUESTION, "Fewer than five ties lead out of the cluster, too "
                                                              "few to "
                                "tell whether they run through few hands.",
                                "Each member's ties to partners outside the cluster.")]
    figure = _figure(ctx, relation, wave, counts, found)
    members = ctx.adjacency(relation, wave).actors
    names = ctx.names(members[found.holders])
    text = f"{figure.title} ({relation}, {ctx.when(wave)}; random choice would give the top " \
        f"{words.spelled(found.few)} {words.share(found.mean)}): {words.listing(names)}."
    why = f"{found.draws} draws of random choice; {ctx.response(relation, wave)}"
    claim = ctx.claim("positions-gates", text, ctx.sure(found.probability, relation, wave), why, "positions-gates",
                      0.3 + 0.4 * found.striking,
                      members[found.holders].tolist())
    return [claim], [figure, *_advice(ctx, names, claim)]


def _advice(ctx: Context, names: list[str], claim: Claim) -> list[Block]:
    """Widen the way outside where few hold it, and only where that can be said."""
    if claim.certainty == "cannot say":
        return []
    return [Advice("positions-widen", f"Let {words.listing(names)} each take one other {ctx.member[0]} along to their "
                   "next meeting outside the cluster.",
                   "a seat at a meeting; if the contacts are not theirs to share, they will say so",
                   "positions-gates", 0.45)]


def _outside(ctx: Context, relation: str) -> npt.NDArray[np.int64]:
    """Ties of each member with actors outside, either direction, last wave of a relation."""
    wave = ctx.waves_of(relation)[-1]
    view = ctx.adjacency(relation, wave, who="all")
    external = (ctx.study.actors["position"] == "external").to_numpy(dtype=bool)[view.index]
    both = view.symmetric.copy()
    both.data = np.ones_like(both.data)
    return np.asarray((both @ external.astype(np.float64))[~external], dtype=np.int64)


def _figure(ctx: Context, relation: str, wave: str | None, counts: npt.NDArray[np.int64],
            found: Concentration) -> Figure:
    members = ctx.adjacency(relation, wave).actors
    order = [int(i) for i in np.lexsort((np.arange(len(counts)), -counts))[:_SHOWN] if counts[i] > 0]
    chosen = set(found.holders.tolist())
    rows = [{"label": ctx.label_of[str(members[i])], "value": int(counts[i]), "low": None, "high": None,
             "highlight": i in chosen} for i in order]
    twin = table("positions-gates-table", "Ties to actors outside the cluster",
                 [TableColumn("actor", "Actor", "actor"), TableColumn("ties", "Ties outside", "count")],
                 [[row["label"], row["value"]] for row in rows])
    title = f"{words.sentence(words.spelled(found.few))} of {ctx.members(len(counts))} " \
        f"{words.verb(found.few, 'holds', 'hold')} {words.share(found.share)} of the {int(counts.sum()):,} ties that " \
        "lead outside"
    return Figure("positions-gates", title,
                  ctx.subtitle("Ties to actors outside the cluster, either direction", relation, wave),
                  ctx.caption(f"{int((counts > 0).sum()):,} members have at least one such tie. Random choice: "
                              f"{words.share(found.low)} to {words.share(found.high)} in 95 % of {found.draws} draws.",
                              relation, wave), "dots", rows, twin, {"x_title": "Ties outside", "zero": True})

"""Part of the structure: the shape of each alliance, drawn, and the ties that contradict it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from interfirm.report import shapes, words
from interfirm.report.blocks import Block, Claim, Figure, NotAnswered, TableColumn
from interfirm.report.context import Context, table
from interfirm.report.limits import limit
from interfirm.structure.alliances import AllianceStructure, classify_alliances
from interfirm.structure.classification import Classification
from interfirm.structure.sources import study_layers

_QUESTION: Final = "Which structure does each alliance have?"
_SHOWN: Final = 9
_AGAINST: Final = 40


def part(ctx: Context, whole: Classification, wave: str | None) -> tuple[list[Claim], list[Block]]:  # noqa: ARG001
    """One row per alliance of six and more members, and a drawing of those that have a structure."""
    study = ctx.study
    if not len(study.alliances):
        return [], []
    view = study.incidence(wave if study.relations_of("exchange") else None)
    enough = int((np.diff(view.matrix.tocsc().indptr) >= 6).sum())
    if not enough:
        return [], [NotAnswered("structure-alliances", _QUESTION, "No alliance has six members or "
                                                                  "more", "With fewer than "
                                "six a shape cannot be told; look at who decides and who works with whom.")]
    if enough > limit("structure_alliances"):
        return [], [NotAnswered("structure-alliances", _QUESTION, f"{enough:,} alliances have six members or more, "
                                                                  "too many "
                                "to search while a report is made", "Run: interfirm structure STUDY --alliances.")]
    ctx.step("shape of each alliance")
    found = list(classify_alliances(study, seed=ctx.seed, wave=wave, needs_lead=False, draws=limit("structure_draws")))
    named = [item for item in found if item.classification.decided]
    if not named:
        return [], [_table(ctx, found), NotAnswered(
            "structure-alliances-none", _QUESTION, "None of them can be told from the others or from chance",
            "Who works with whom and who decides for whom inside each alliance, from every member.")]
    drawn = sorted(named, key=lambda item: -item.size)[:_SHOWN]
    blocks: list[Block] = [_figure(ctx, found, drawn, wave), _table(ctx, found)]
    pairs = [(_name(ctx, item.alliance), item.classification) for item in named]
    return [_claim(ctx, found, named)], [*blocks, *contradictions(ctx, pairs, "structure-against-alliances")]


def _claim(ctx: Context, found: list[AllianceStructure], named: list[AllianceStructure]) -> Claim:
    kinds = [item.classification.decision for item in named]
    counted = [words.count(kinds.count(kind), kind) for kind in dict.fromkeys(kinds)]
    single = [item for item in named if len(item.classification.nodal) == 1]
    heads = [f"{ctx.names(item.classification.nodal)[0]} holds {_name(ctx, item.alliance)} together" for item in single]
    held = f". {words.listing(heads, 2)}" if heads else ""
    least = min(item.classification.probability[item.classification.best] for item in named)
    text = f"{len(named):,} of {words.count(len(found), 'alliance')} with six or more members have one of the five " \
           "shapes " \
        f"({words.listing(counted, 5)}); of the others none can be told{held}."
    return ctx.claim("structure-alliances", text, least, "probability of the least sure of them; each compared with "
                     f"{limit('structure_draws')} random networks", "structure-alliances", 0.6,
                     [actor for item in named for actor in item.classification.nodal][:5])


def _name(ctx: Context, alliance: str) -> str:
    rows = ctx.study.alliances.loc[ctx.study.alliances["alliance"] == alliance, "name"].dropna()
    return str(rows.iloc[0]) if len(rows) else alliance


def _figure(ctx: Context, found: list[AllianceStructure], drawn: list[AllianceStructure], wave: str | None) -> Figure:
    rows: list[dict[str, Any]] = []
    for item in drawn:
        c = item.classification
        says = f"{c.decision}, {c.certainty}"
        rows += ours(ctx, c, wave, item.alliance, _name(ctx, item.alliance), says, spoken=bool(c.nodal))
    head = [TableColumn("alliance", "Alliance"), TableColumn("actor", "Actor", "actor"),
            TableColumn("position", "Position"), TableColumn("superior", "Own superior", "actor")]
    cells = [[_name(ctx, item.alliance), ctx.label_of[str(row.actor)], row.position,
              ctx.label_of[str(row.superior)] if isinstance(row.superior, str) else None]
             for item in drawn for row in item.classification.position_table().itertuples()]
    named = sum(item.classification.decided for item in found)
    return Figure("structure-alliances", f"{named:,} of {words.count(len(found), 'alliance')} have one of the five "
                                         "shapes",
                  f"Members of each alliance · exchange and coordination layers · {ctx.when(wave)}",
                  f"The largest {len(drawn)} are drawn. Nodal firms are squares in colour; hold the pointer over a "
                  "firm for its "
                  "name. An alliance is named a shape only if it passes the same tests as the "
                  "whole.", "pictograms", rows,
                  table("structure-alliances-table", "Positions in the alliances drawn", head, cells), {"columns": 3})


def ours(ctx: Context, found: Classification, wave: str | None, alliance: str | None, panel: str, says: str, *,
         spoken: bool) -> list[dict[str, Any]]:
    """The rows of a drawing of an observed network."""
    layers, _ = study_layers(ctx.study, None, None, wave, alliance)
    order = {str(name): i for i, name in enumerate(layers.actors)}
    mine = np.array([order[str(name)] for name in found.actors])
    cut = np.ix_(mine, mine)
    exchange, rule = layers.exchange[cut], layers.coordination[cut]
    positions = [str(item) for item in found.positions]
    places = shapes.placed(found.best, positions, found.superiors, exchange)
    outside = [i for i, name in enumerate(found.actors) if str(name) in _reaching_out(ctx, wave)]
    return shapes.drawing(panel, says, places, positions, exchange, rule, outside, ctx.names(list(found.actors)),
                          spoken=spoken)


def _reaching_out(ctx: Context, wave: str | None) -> set[str]:
    """Members with a knowledge tie to somebody outside."""
    study = ctx.study
    known = study.ties["relation"].isin(study.relations_of("knowledge")) & (study.ties["weight"] > 0)
    rows = study.ties[known & (study.ties["wave"] == wave)]
    external = set(study.actors.loc[study.actors["position"] == "external", "actor"])
    pairs = [*zip(rows["sender"], rows["receiver"], strict=True), *zip(rows["receiver"], rows["sender"], strict=True)]
    return {str(a) for a, b in pairs if b in external and a not in external}


def _table(ctx: Context, found: list[AllianceStructure]) -> Block:
    head = [TableColumn("alliance", "Alliance"), TableColumn("members", "Members", "count"),
            TableColumn("structure", "Structure"), TableColumn("probability", "Probability", "share"),
            TableColumn("distance", "Against it", "share"), TableColumn("why", "Nodal firms, or why none is named")]
    rows = []
    for item in found:
        c = item.classification
        named = c.decision if c.decided else f"{c.decision} (nearest: {c.best})" if c.best else c.decision
        rows.append([_name(ctx, item.alliance), item.size, named, c.probability.get(c.best), c.distance.get(c.best),
                     words.listing(ctx.names(c.nodal), 3) if c.decided else words.sentence("; ".join(c.reasons))])
    return table("structure-each", "The structure of each alliance", head, rows,
                 "Alliances with six or more members of the cluster; exchange and coordination among the members. "
                 "Probability, and share of the ties against it, of the structure that is nearest.")


def contradictions(ctx: Context, found: Sequence[tuple[str, Classification]], id: str) -> list[Block]:
    """Who would have to start or stop what for the structure to be pure."""
    rows = [[name, ctx.label_of[item.sender], ctx.label_of[item.receiver],
             ("start " if item.change == "start" else "stop ")
             + ("working together" if item.layer == "exchange" else "deciding for the second")]
            for name, c in found for item in c.violations]
    if not rows:
        return []
    head = [TableColumn("of", "Of"), TableColumn("first", "First firm", "actor"),
            TableColumn("second", "Second firm", "actor"), TableColumn("change", "Would have to")]
    title = "The ties that contradict the shape"
    return [table(id, title, head, rows[:_AGAINST], "A contradiction is no fault: it shows where the cooperation is "
                                                    "more, or "
                  "other, than its shape.", total=len(rows))]

"""Which shape does cooperation have, and who holds it together?"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from interfirm.errors import UsageError
from interfirm.report import shapes, words
from interfirm.report.blocks import Block, Chapter, Claim, Figure, NotAnswered, TableColumn
from interfirm.report.chapters import structure_alliances, structure_roles
from interfirm.report.context import Context, plain, table
from interfirm.report.limits import limit
from interfirm.structure.classification import Classification
from interfirm.structure.classifying import classify
from interfirm.structure.ideal_types import IDEAL_TYPES, IdealType
from interfirm.structure.limits import limit as structure_limit

_TITLE: Final = "Which shape does cooperation have, and who holds it together?"
_QUESTION: Final = "Which of the five structures is the cooperation of all members?"
_LEAD: Final = ("Five shapes of cooperation are told apart, after Suarez-Villa (1998): circuit, nodal circuit, branch, "
                "circuit-barrier and circuit-branch. They differ in who works with whom and in who decides for whom. A "
                "cluster may have no single shape, while the alliances in it have one each. The drawings are our "
                "reading "
                "of the text; its own figures could not be consulted.")
_COLLECT: Final = "Who works with whom, and who sets plans, approves or settles disputes for whom, from every member."


def chapter(ctx: Context) -> Chapter:
    """The shape of the whole and of each alliance, the ties that contradict it, the roles, and what is lost."""
    wave = _wave(ctx)
    try:
        found = _whole(ctx, wave)
    except UsageError as problem:
        absent = NotAnswered("structure-none", _QUESTION, str(problem).split(". ")[0].rstrip("."), _COLLECT)
        return Chapter("structure", _TITLE, _LEAD, [], [absent])
    claims: list[Claim] = []
    blocks: list[Block] = [_figure(ctx, found, wave)] if found.best else []
    if found.decided:
        claims.append(_claim(ctx, found))
        blocks += structure_alliances.contradictions(ctx, [("all members", found)], "structure-against")
    else:
        blocks.append(_undecided(found))
    for part in (structure_alliances.part, structure_roles.part):
        said, shown = part(ctx, found, wave)
        claims += said
        blocks += shown
    return Chapter("structure", _TITLE, _LEAD, claims, blocks)


def _wave(ctx: Context) -> str | None:
    """The last wave in which who works with whom was observed."""
    named = [name for name in ctx.relations if ctx.layer(name) == "exchange" and name != "alliances"]
    waves = [wave for name in named for wave in ctx.waves_of(name) if wave is not None]
    return max(waves, key=ctx.study.wave_order.index) if waves else None


def _whole(ctx: Context, wave: str | None) -> Classification:
    size = len(ctx.study.present(wave))
    if size > limit("structure_actors"):
        raise UsageError(f"{size:,} members are too many to search for a shape while a report is made; "
                         "'interfirm structure' takes more time for it.")
    ctx.step("shape of cooperation")
    return classify(ctx.study, wave=wave, seed=ctx.seed, draws=limit("structure_draws"), stability_draws=20)


def _type(kind: object) -> IdealType:
    return next(item for name, item in IDEAL_TYPES.items() if name == kind)


def why_not(found: Classification) -> str:
    """Why no structure is named, in one sentence."""
    return words.sentence("; ".join(found.reasons))


def _undecided(found: Classification) -> NotAnswered:
    if not found.best:
        return NotAnswered("structure-none", _QUESTION, why_not(found), _COLLECT)
    collect = f"Look at the alliances below: each may have a shape of its own. For the whole: w{_COLLECT[1:]}"
    return NotAnswered("structure-none", _QUESTION, f"{why_not(found)}. Nearest is {found.best}, and "
                       f"{words.share(found.distance[found.best])} of the ties, there or missing, contradict it",
                       collect)


def _claim(ctx: Context, found: Classification) -> Claim:
    kind = _type(found.best)
    who = f"; {words.listing(ctx.names(found.nodal))} {words.verb(len(found.nodal), 'is', 'are')} nodal" \
        if found.nodal else ""
    fit = found.deciding_z(found.best)
    chance = f", {words.number(fit)} standard deviations nearer to it than random networks" if np.isfinite(fit) else ""
    text = f"The cooperation of {ctx.members(len(found.actors))} has the shape of a {kind.title.lower()}{who}: " \
        f"{words.share(1 - found.distance[found.best])} of the ties fit it{chance}."
    return ctx.claim("structure-whole", text, found.probability[found.best], f"coordination {found.coordination}; the "
                                                                             "same "
                     f"with 5 % of the ties moved in {words.share(found.stability.get(0.05, float('nan')))} of the "
                     "draws",
                     "structure-five", 0.75, found.nodal)


def _figure(ctx: Context, found: Classification, wave: str | None) -> Figure:
    rows: list[dict[str, Any]] = []
    for kind, item in IDEAL_TYPES.items():
        says = f"{words.share(found.probability[kind])} likely" if found.probability[kind] >= 0.005 else "ruled out"
        if kind == found.best:
            says = f"nearest, {words.share(found.distance[kind])} against it"
        rows += shapes.ideal(item, says, spoken=kind == found.best)
    if found.decided and len(found.actors) <= limit("structure_drawn"):
        rows += structure_alliances.ours(ctx, found, wave, None, "Ours", found.decision, spoken=True)
    head = [TableColumn("structure", "Structure"), TableColumn("probability", "Probability", "share"),
            TableColumn("distance", "Ties against it", "share"),
            TableColumn("z", "Nearer than random networks", "number", "standard deviations"),
            TableColumn("holds", "Conditions hold")]
    cells = [[_type(row.structure).title, row.probability, row.distance, plain(row.z),
              "yes" if row.conditions_hold else "no"] for row in found.table().itertuples()]
    twin = table("structure-five-table", "The five structures and the whole cluster", head, cells,
                 f"Coordination: {found.coordination}.")
    kind = found.best
    title = f"The cooperation is a {kind}" if found.decided else "As a whole the cooperation is none of the five; " \
                                                                 f"nearest is {kind}"
    return Figure("structure-five", title, "The five ideal structures · exchange and coordination layers · "
                                           f"{ctx.when(wave)}",
                  f"n = {len(found.actors):,}. {_method(found)}", "pictograms", rows, twin, {"columns": 3})


def _method(found: Classification) -> str:
    return (f"Coordination: {found.coordination}. Each structure says which pairs should be tied; the likeliest "
            "arrangement of "
            f"the members is searched for each, and compared with {found.settings['draws']} random networks. Named "
            "only from "
            f"a probability of {structure_limit('probability'):g}, {structure_limit('z'):g} standard deviations and "
            "if its "
            "conditions hold.")

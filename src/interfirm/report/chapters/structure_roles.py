"""Part of the structure: who holds which role, which is vacant, and what is lost if a nodal firm leaves."""

from __future__ import annotations

from typing import Final

from interfirm.report import words
from interfirm.report.blocks import Advice, Block, Claim, NotAnswered, TableColumn
from interfirm.report.context import Context, table
from interfirm.structure.classification import Classification
from interfirm.structure.nodal_roles import HELD, UNKNOWN, Role, Roles, roles
from interfirm.structure.removal import Loss, without

_MOST: Final = 10
_QUESTION: Final = "Who settles disputes, decides and brings in outside knowledge?"


def part(ctx: Context, found: Classification, wave: str | None) -> tuple[list[Claim], list[Block]]:
    """Roles of the whole cluster, and the loss of each firm that decides for others."""
    ctx.step("roles of nodal firms")
    held = roles(ctx.study, wave=wave, found=found if found.best else None)
    blocks: list[Block] = [_table(ctx, held)]
    unknown = [role for role in held.roles.values() if role.state == UNKNOWN]
    if unknown:
        names = words.listing([role.name for role in unknown], 8)
        needed = words.listing(_needed(unknown), 8)
        blocks.append(NotAnswered("structure-roles-unknown", f"Who holds these roles: {names}?",
                                  "The data that would tell is not there", words.sentence(needed) + "."))
    heads = sorted(held.status, key=lambda name: -held.roles["coordinator"].values.get(name, 0.0))[:_MOST]
    if not heads:
        return [], blocks
    losses = sorted((without(ctx.study, [name], wave=wave) for name in heads), key=_cost, reverse=True)
    claim, advice = _claim(ctx, held, losses)
    return [claim], [*blocks, _losses(ctx, held, losses), *advice]


def _needed(unknown: list[Role]) -> list[str]:
    return list(dict.fromkeys(role.needed.split(": arbiter")[0] for role in unknown if role.needed))


def _table(ctx: Context, held: Roles) -> Block:
    head = [TableColumn("role", "Role"), TableColumn("meaning", "What its holder does"), TableColumn("state", "State"),
            TableColumn("holders", "Held by")]
    rows = [[words.sentence(role.name), role.meaning, role.state,
             words.listing(ctx.names(list(role.holders)), 4) if role.state == HELD else ""]
            for role in held.roles.values()]
    return table("structure-roles", "Roles of nodal firms", head, rows,
                 f"Coordination: {held.coordination}. A member holds a role from twice an equal share of it.")


def _claim(ctx: Context, held: Roles, losses: list[Loss]) -> tuple[Claim, list[Block]]:
    worst = losses[0]
    name = words.listing(ctx.names(list(worst.actors)))
    bound = [actor for actor, status in held.status.items() if status != "lasting"]
    lasting = f" {words.listing(ctx.names(bound), 3)} {words.verb(len(bound), 'does', 'do')} so for the time of a " \
              "project only." \
        if bound else ""
    harm = _harm(ctx, worst)
    some = f"{words.sentence(words.spelled(len(held.status)))} " \
           f"{words.verb(len(held.status), 'member decides', 'members decide')}"
    text = f"{some} for others. The one whose leaving would cost most is {name}: {harm}.{lasting}"
    claim = ctx.claim("structure-leaving", text, ctx.sure(1.0), "counted on the known ties; coordination "
                                                                f"{held.coordination}",
                      "structure-losses", 0.55, [*worst.actors])
    if not worst.alone:
        return claim, []
    return claim, [Advice("structure-second-head", f"Agree now who would take over from {name} for "
                          f"{words.listing(ctx.names(list(worst.alone)), 3)}.", "an hour of talk about a case that "
                                                                                "may never "
                          "come", "structure-losses", 0.4)]


def _cost(loss: Loss) -> tuple[int, int, int]:
    return len(loss.alone), loss.pairs_lost, loss.knowledge_lost or 0


def _harm(ctx: Context, loss: Loss) -> str:
    parts = []
    if loss.alone:
        parts.append(f"{words.listing(ctx.names(list(loss.alone)), 3)} would have no partner left")
    if loss.pairs_lost:
        parts.append(f"{words.share(loss.pairs_lost / loss.pairs_before)} of the other pairs would lose touch")
    if loss.knowledge_lost and loss.knowledge_before:
        parts.append(f"{words.share(loss.knowledge_lost / loss.knowledge_before)} of the ways to outside knowledge "
                     "would close")
    return "; ".join(parts) or "nobody would be cut off"


def _losses(ctx: Context, held: Roles, losses: list[Loss]) -> Block:
    head = [TableColumn("actor", "If it leaves", "actor"), TableColumn("status", "Decides"),
            TableColumn("alone", "Left without a partner", "count"), TableColumn("pairs", "Pairs that lose "
                                                                                          "touch", "share"),
            TableColumn("ways", "Ways to outside knowledge lost", "share")]
    rows = [[ctx.label_of[loss.actors[0]], held.status[loss.actors[0]], len(loss.alone),
             loss.pairs_lost / loss.pairs_before if loss.pairs_before else None,
             loss.knowledge_lost / loss.knowledge_before if loss.knowledge_lost is not None and loss.knowledge_before
             else None] for loss in losses]
    return table("structure-losses", "What would be lost without each member that decides for others", head, rows,
                 "On the ties that are known, as they are now: others may step in.")

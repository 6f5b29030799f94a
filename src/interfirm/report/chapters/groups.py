"""Which groups are there, and is there a core?"""

from __future__ import annotations

from interfirm.report.blocks import Block, Chapter, Claim, NotAnswered
from interfirm.report.chapters import communities, core, mixing
from interfirm.report.context import Context

_TITLE = "Which groups are there, and is there a core?"


def chapter(ctx: Context) -> Chapter:
    """Communities, ties inside and across groups, core and periphery."""
    if ctx.relation is None or not ctx.adjacency().matrix.nnz:
        return Chapter("groups", _TITLE, "", [], [NotAnswered(
            "groups-none", _TITLE, "The study holds no ties among members.",
            "A row for each tie in the table 'ties', or for each membership in 'alliances'.")])
    claims: list[Claim] = []
    blocks: list[Block] = []
    for part in (communities.part, mixing.part, core.part):
        said, shown = part(ctx)
        claims += said
        blocks += shown
    lead = "Groups found from the ties alone are called communities: their members work with each other more than " \
        "with " \
        "the rest. Other groups, such as sectors, are known before; the question is then whether ties cross them."
    return Chapter("groups", _TITLE, lead, claims, blocks)

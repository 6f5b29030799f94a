"""How does knowledge flow: gatekeepers, stars, isolated firms, who takes and never gives."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from interfirm import vocabulary
from interfirm.errors import DataError
from interfirm.knowledge.flows import flows, give_and_take
from interfirm.knowledge.gates import GatekeeperLoss, gatekeeper_loss
from interfirm.knowledge.roles import GATEKEEPER, ISOLATED, ROLES, STAR, CognitiveRoles, cognitive_roles
from interfirm.report import words
from interfirm.report.blocks import Advice, Block, Cell, Chapter, Claim, Figure, NotAnswered, TableColumn
from interfirm.report.chapters import knowledge_learning
from interfirm.report.context import Context, table
from interfirm.report.limits import limit

_TITLE: Final = "How does knowledge flow, and where does it stick?"
_LEAD: Final = ("Knowledge does not hang in the air of a cluster: a few firms bring it in, some pass it on, some only "
                "take. Who "
                "plays which part depends on where one draws the line; so each part stands with the share of other "
                "lines that "
                "would give the same.")
_COMPARED: Final = 60
_SORTED: Final = 200
_GATES: Final = "Who brings knowledge in from outside, and what would be lost with them?"


def chapter(ctx: Context) -> Chapter:
    """Cognitive roles, giving and taking, channels, the knowledge spiral and focal firms, last wave."""
    relation = next((name for name in ctx.study.relations_of("knowledge") if name in ctx.relations), None)
    if relation is None:
        return Chapter("knowledge", _TITLE, "", [], [NotAnswered(
            "knowledge-none", _TITLE, "No relation says who asks or learns from whom",
            "Of each member: whom did you ask for technical advice in the last twelve months?")])
    wave = ctx.waves_of(relation)[-1]
    if ctx.adjacency(relation, wave).size > limit("knowledge_actors"):
        return Chapter("knowledge", _TITLE, "", [], [NotAnswered(
            "knowledge-none", _TITLE, f"With more than {limit('knowledge_actors'):,} members this is left out to keep "
            "the report quick", "Select a part of the members, or call interfirm.knowledge in Python.")])
    claims: list[Claim] = []
    blocks: list[Block] = []
    for part in (_roles, _taking, knowledge_learning.channels, knowledge_learning.spiral,
                 knowledge_learning.transfers, knowledge_learning.focal, knowledge_learning.layers):
        said, shown = part(ctx, relation, str(wave))
        claims += said
        blocks += shown
    return Chapter("knowledge", _TITLE, _LEAD, claims, blocks)


# ---- roles and gatekeepers ---------------------------------------------------------------


def _roles(ctx: Context, relation: str, wave: str) -> tuple[list[Claim], list[Block]]:
    try:
        roles = cognitive_roles(ctx.study, relation=relation, wave=wave, draws=ctx.draws, seed=ctx.seed)
        loss = gatekeeper_loss(ctx.study, roles.of(GATEKEEPER), relation=relation, wave=wave, split=False)
    except DataError:
        return [], [NotAnswered("knowledge-gates", _GATES, "Nothing is known of links outside the cluster",
                                "Of each member: from how many sources outside the cluster do you learn?")]
    blocks: list[Block] = [_counts(ctx, roles, relation, wave)]
    if ctx.audience == "members":
        return [], blocks
    blocks = [_plane(ctx, roles, relation, wave), *blocks]
    if not len(loss.rows):
        return [], blocks
    claim = _loss_claim(ctx, roles, loss, relation, wave)
    return [claim], [*blocks, _loss_figure(ctx, roles, loss, relation, wave), *_second(ctx, loss, claim)]


def _plane(ctx: Context, roles: CognitiveRoles, relation: str, wave: str) -> Figure:
    known = roles.table().dropna(subset=["role"])
    gates = [row for row in known.to_dict("records") if row["role"] == GATEKEEPER]
    firm = [row for row in gates if row["sure"] >= vocabulary.CERTAINTIES[-2].at_least]
    rows: list[dict[str, Cell]] = [
        {"label": ctx.label_of[str(row["actor"])], "x": float(row["centrality"]), "y": float(row["external"]),
         "highlight": row in firm} for row in known.to_dict("records") if np.isfinite(row["external"])]
    ordered = known.assign(place=known["role"].map(list(ROLES).index)).sort_values(["place", "sure"],
                                                                                   ascending=[True, False])
    twin = table("knowledge-roles-table", "Roles and how far they hold",
                 [TableColumn("actor", "Actor", "actor"), TableColumn("role", "Role", measure="cognitive_roles"),
                  TableColumn("stability", "Other lines agree", "share"), TableColumn("sure", "How sure"),
                  TableColumn("else", "Otherwise"), TableColumn("links", "Links outside", "number"),
                  TableColumn("received", "Takes", "number"), TableColumn("given", "Gives", "number")],
                 [[ctx.label_of[str(r["actor"])], r["role"], r["stability"], vocabulary.certainty(r["sure"]),
                   r["otherwise"], r["external"], r["received"], r["given"]] for r in ordered.to_dict("records")])
    names = words.listing([ctx.label_of[str(row["actor"])] for row in sorted(firm, key=lambda row: -row["sure"])], 3)
    title = f"{names} {words.verb(len(firm))} open to the outside, central inside, and " \
        f"{words.verb(len(firm), 'gives no less than it takes', 'give no less than they take')}" if firm else \
        "No firm is for sure both open to the outside and central inside"
    unknown = int(roles.rows["role"].isna().sum())
    return Figure("knowledge-roles", title,
                  ctx.subtitle("Links to sources outside by what a firm gives and takes inside", relation, wave),
                  ctx.caption(f"Of {words.count(unknown, 'firm')} we cannot say. Lines are drawn at the medians; 121 "
                              "other pairs of lines, from the 25th to the 75th percentile, tell how far a role holds.",
                              relation, wave), "scatter", rows, twin,
                  {"x_title": "Gives and takes inside (mean)", "y_title": "Links outside", "zero": True},
                  "cognitive_roles")


def _counts(ctx: Context, roles: CognitiveRoles, relation: str, wave: str) -> Block:
    known = roles.rows.dropna(subset=["role"])
    meaning = {GATEKEEPER: "open to the outside, central, gives at least as much as it takes",
               ROLES[1]: "central inside",
               ROLES[2]: "some exchange inside, little outside", STAR: "links outside, little exchange inside",
               ISOLATED: "hardly any exchange"}
    rows: list[list[Any]] = []
    for role in ROLES:
        mine = known[known["role"] == role]
        sure = int((mine["sure"] >= vocabulary.CERTAINTIES[1].at_least).sum())
        rows.append([words.sentence(role), meaning[role], len(mine), sure])
    rows.append(["All with a role", "", len(known), int((known["sure"] >= vocabulary.CERTAINTIES[1].at_least).sum())])
    return table("knowledge-counts", "Firms by role",
                 [TableColumn("role", "Role", measure="cognitive_roles"), TableColumn("means", "That is"),
                  TableColumn("firms", "Firms", "count"), TableColumn("sure", "of them at least fairly sure", "count")],
                 rows, ctx.caption("", relation, wave), categories=True)


def _loss_claim(ctx: Context, roles: CognitiveRoles, loss: GatekeeperLoss, relation: str, wave: str) -> Claim:
    first = loss.rows.iloc[0]
    name = ctx.label_of[str(first["actor"])]
    others = roles.rows.dropna(subset=["external"])
    linked = [str(a) for a in others.loc[others["external"] > 0, "actor"] if a != first["actor"]]
    some = sorted(ctx.rng("knowledge-gates").permutation(linked)[:_COMPARED].tolist())
    rest = gatekeeper_loss(ctx.study, some, relation=relation, wave=wave, split=False).rows
    usual = float(rest["lost_share"].median()) if len(rest) else 0.0
    sure = float(roles.rows.set_index("actor").loc[first["actor"], "sure"])
    text = f"Without {name} the others would lose {words.share(float(first['lost_share']))} of the outside knowledge " \
        f"that they reach through at most two hands, without the median firm with links outside " \
        f"{words.share(usual)}; without all {len(loss.rows)} technological gatekeepers " \
        f"{words.share(loss.lost_with_all)} ({relation}, {ctx.when(wave)})."
    return ctx.claim("knowledge-gates", text, ctx.sure(sure, relation, wave),
                     f"its role holds under {words.share(sure)} of other lines and fillings; "
                     f"{ctx.response(relation, wave)}", "knowledge-loss",
                     min(0.75, 0.35 + float(first["lost_share"])), [first["actor"]])


def _loss_figure(ctx: Context, roles: CognitiveRoles, loss: GatekeeperLoss, relation: str, wave: str) -> Figure:
    sure = roles.rows.set_index("actor")["sure"]
    rows: list[dict[str, Cell]] = [{"label": ctx.label_of[str(r["actor"])], "value": float(r["lost_share"]),
                                    "low": None, "high": None, "highlight": place == 0}
                                   for place, r in enumerate(loss.rows.head(12).to_dict("records"))]
    twin = table("knowledge-loss-table", "What the others lose with each technological gatekeeper",
                 [TableColumn("actor", "Actor", "actor"), TableColumn("links", "Links outside", "number"),
                  TableColumn("lost", "Lost to the others", "share", measure="gatekeeper_loss"),
                  TableColumn("cut", "Left with nothing", "count"), TableColumn("sure", "Gatekeeper: how sure")],
                 [[ctx.label_of[str(r["actor"])], r["links"], r["lost_share"], r["cut_off"],
                   vocabulary.certainty(float(sure[str(r["actor"])]))] for r in loss.rows.to_dict("records")])
    caption = f"{words.share(loss.direct)} of the members who answered have links of their own, " \
        f"{words.share(loss.through)} reach outside only through others, {words.share(loss.nothing)} not at all. " \
        "Unknown ties and links count as none."
    return Figure("knowledge-loss", f"Without all technological gatekeepers the others would lose "
                  f"{words.share(loss.lost_with_all)} of what they reach outside",
                  ctx.subtitle("Outside knowledge within two hands that the others lose without each", relation, wave),
                  ctx.caption(caption, relation, wave), "dots", rows, twin,
                  {"x_title": "Share lost", "format": "share", "zero": True}, "gatekeeper_loss")


def _second(ctx: Context, loss: GatekeeperLoss, claim: Claim) -> list[Block]:
    if claim.certainty == "cannot say" or len(loss.rows) < 1:
        return []
    name = ctx.label_of[str(loss.rows.iloc[0]["actor"])]
    return [Advice("knowledge-second", f"Ask {name} to introduce two other members to its sources outside the cluster.",
                   "two introductions; if the sources are of use to this firm only, the others will find out soon",
                   "knowledge-loss", 0.3 + 0.2 * (claim.probability or 0))]


# ---- giving and taking -------------------------------------------------------------------


def _taking(ctx: Context, relation: str, wave: str) -> tuple[list[Claim], list[Block]]:
    view = ctx.adjacency(relation, wave)
    if not view.directed or view.matrix.nnz < 10:
        return [], []
    result = give_and_take(ctx.study, relation=relation, wave=wave)
    rows = result.table().set_index("actor")
    known = int(rows["verdict"].notna().sum())
    takers = result.takers
    probability, mean = _by_chance(ctx, relation, wave, len(takers))
    text = f"{len(takers)} of {ctx.members(known)} ask others and {words.verb(len(takers))} never asked; if requests " \
        f"went to random members it would be {mean:.0f} ({relation}, {ctx.when(wave)})."
    claim = ctx.claim("knowledge-takers", text, ctx.sure(probability, relation, wave),
                      f"{ctx.draws} random networks; {ctx.response(relation, wave)}", "knowledge-takers",
                      0.45, takers[:3] if ctx.may_name_weak else [])
    if not takers or not ctx.may_name_weak:
        return [claim], []
    cells = [[ctx.label_of[str(row["actor"])], row["received"], row["given"], vocabulary.certainty(row["sure"])]
             for row in rows.loc[takers].reset_index().to_dict("records")]
    shown = table("knowledge-takers", f"{words.sentence(words.count(len(takers), ctx.member[0], ctx.member[1]))} "
                  "that take and never give",
                  [TableColumn("actor", "Actor", "actor"), TableColumn("received", "Takes", "number"),
                   TableColumn("given", "Gives", "number", measure="give_and_take"), TableColumn("sure", "How sure")],
                  cells, ctx.caption("How sure: that nobody who did not answer asks it either. Who is never asked need "
                                     "not be unwilling: ask what it knows.", relation, wave))
    return [claim], [shown]


def _by_chance(ctx: Context, relation: str, wave: str, seen: int) -> tuple[float, float]:
    """How many take and never give if each request goes to a random other member: share below, and the mean."""
    read = flows(ctx.study, relation=relation, wave=wave, weighted=False)
    n, rng = len(read.actors), ctx.rng("knowledge-takers")
    asks = np.nan_to_num(read.asks).astype(np.int64)
    counts = np.empty(ctx.draws)
    for draw in range(ctx.draws):
        asked = np.zeros(n, dtype=bool)
        asked[_random_others(asks, rng)] = True
        counts[draw] = ((asks > 0) & ~asked).sum()
    more = seen >= counts.mean()
    reached = (counts >= seen).sum() if more else (counts <= seen).sum()
    return float(1 - (1 + reached) / (1 + ctx.draws)), float(counts.mean())


def _random_others(asks: npt.NDArray[np.int64], rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Whom n members would ask if each chose so many different others at random: all choices in one array."""
    n = len(asks)
    if n <= _SORTED:
        order = rng.random((n, n))
        np.fill_diagonal(order, 2.0)
        rank = order.argsort(axis=1)
        return np.asarray(rank[np.arange(n)[None, :] < asks[:, None]], dtype=np.int64)
    member = np.repeat(np.arange(n), asks)
    chosen = rng.integers(0, n - 1, len(member))
    while True:
        _, first = np.unique(member * n + chosen, return_index=True)
        again = np.ones(len(member), dtype=bool)
        again[first] = False
        if not again.any():
            return np.asarray(chosen + (chosen >= member), dtype=np.int64)
        chosen[again] = rng.integers(0, n - 1, int(again.sum()))

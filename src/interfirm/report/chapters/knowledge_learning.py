"""Part of the chapter on knowledge: channels, the knowledge spiral, sticky transfers, focal firms, business ties."""

from __future__ import annotations

from typing import Final

import numpy as np

from interfirm import vocabulary
from interfirm.errors import DataError
from interfirm.knowledge.focal import focal_firms
from interfirm.knowledge.layers import knowledge_and_business
from interfirm.knowledge.learning import CHANNELS, learning_by_channel
from interfirm.knowledge.seci import PLAIN, SeciState, seci_state
from interfirm.knowledge.stickiness import stickiness
from interfirm.report import words
from interfirm.report.blocks import Advice, Block, Cell, Claim, Figure, NotAnswered, Number, Numbers, TableColumn
from interfirm.report.context import Context, table

Part = tuple[list[Claim], list[Block]]
_DRAWS: Final = 1000
_LEVEL: Final = 0.05
_DO: Final = {
    "socialisation": "let two members lend each other one person for a week",
    "externalisation": "after each joint project have one page written of what was learnt, and read out at the next "
                       "meeting",
    "combination": "set up one shared folder of specifications and test results with three willing members",
    "internalisation": "turn one written guideline of a partner into half a day of training on the job",
}


def channels(ctx: Context, relation: str, wave: str) -> Part:
    """From whom members learn."""
    try:
        found = learning_by_channel(ctx.study, relation=relation, wave=wave)
    except DataError as problem:
        return [], [NotAnswered("knowledge-channels", "From whom do members learn?",
                                words.sentence(problem.findings[0].problem), f"{problem.findings[0].remedy}.")]
    rows = found.rows.dropna(subset=["vertical"])
    if len(rows) < 5:
        return [], []
    shares = found.overall()
    labels = {"vertical": "Along the chain", "horizontal": "From peers and the same sector",
              "institutional": "From institutions", "other": "From other firms"}
    numbers = [Number(labels[name], shares[name], "learning_by_channel", "share") for name in (*CHANNELS, "other")]
    several = int((rows["multifold"] >= 2).sum())
    caption = f"Mean share of what {ctx.members(len(rows))} that learn from anybody learn through each channel. " \
        f"{several} use two of the first three or more."
    return [], [Numbers("knowledge-channels", "From whom members learn", numbers, ctx.caption(caption, relation, wave))]


def spiral(ctx: Context, relation: str, wave: str) -> Part:
    """The four steps of the knowledge spiral and its bottleneck."""
    del relation
    question = "Which step of the knowledge spiral is the bottleneck?"
    try:
        state = seci_state(ctx.study, wave=wave, draws=_DRAWS, seed=ctx.seed)
    except DataError:
        return [], [NotAnswered("knowledge-spiral", question, "Nobody was asked how knowledge is passed on",
                                "The twelve items of the instrument 'seci' in the template, once of each firm.")]
    if state.bottleneck is None:
        return [], [NotAnswered("knowledge-spiral", question, f"Only {state.firms} members answered all four steps",
                                "Answers of at least ten members.")]
    second = sorted(state.means.values())[1]
    text = f"The bottleneck of the knowledge spiral is {state.bottleneck} ({PLAIN[state.bottleneck]}): on average " \
        f"{state.means[state.bottleneck]:.2f} on a scale of 0 to 1, the next lowest step {second:.2f}."
    claim = ctx.claim("knowledge-spiral", text, state.sure, f"{_DRAWS:,} resamples of {ctx.members(state.firms)}",
                      "knowledge-spiral", 0.6)
    advice: list[Block] = []
    if claim.certainty != "cannot say":
        advice = [Advice("knowledge-step", f"Work on {state.bottleneck}: {_DO[state.bottleneck]}.",
                         "some hours of a few members; if another step was the bottleneck, little else changes",
                         "knowledge-spiral", 0.35 + 0.2 * state.sure)]
    return [claim], [_spiral_figure(ctx, state, wave), *advice]


def _spiral_figure(ctx: Context, state: SeciState, wave: str) -> Figure:
    known = state.scores.dropna()
    rng = ctx.rng("knowledge-spiral")
    rows: list[dict[str, Cell]] = []
    for name, mean in state.means.items():
        x = known[name].to_numpy(dtype=np.float64)
        low, high = np.quantile(x[rng.integers(0, len(x), (_DRAWS, len(x)))].mean(axis=1), (0.025, 0.975))
        rows.append({"label": words.sentence(name), "value": mean, "low": float(low), "high": float(high),
                     "highlight": name == state.bottleneck})
    twin = table("knowledge-spiral-table", "The four steps",
                 [TableColumn("step", "Step"), TableColumn("means", "That is"),
                  TableColumn("mean", "Mean", "number", measure="seci_state"),
                  TableColumn("low", "95 % from", "number"), TableColumn("high", "to", "number")],
                 [[row["label"], PLAIN[name], row["value"], row["low"], row["high"]]
                  for name, row in zip(state.means, rows, strict=True)])
    bottleneck = str(state.bottleneck)
    return Figure("knowledge-spiral", f"{words.sentence(PLAIN[bottleneck])} is the least practised step",
                  f"Own judgement, 0 not at all to 1 fully · mean of members, 95 % range · {ctx.when(wave)}",
                  f"{ctx.members(state.firms)} answered. {words.share(state.spiral)} of them practise all four steps "
                  "(0.5 and more).", "dots", rows, twin, {"x_title": "Score"}, "seci_state")


def transfers(ctx: Context, relation: str, wave: str) -> Part:
    """What goes with difficulty when a practice is taken over; nothing where nobody was asked."""
    del relation
    try:
        found = stickiness(ctx.study, wave=wave, permutations=ctx.permutations, seed=ctx.seed)
    except DataError:
        return [], []
    rows = found.table().sort_values("rho", ascending=False, kind="stable")
    if rows["rho"].isna().all():
        return [], []
    first = rows.iloc[0]
    cells = [[words.sentence(str(row["barrier"])), row["mean"], row["rho"], row["p_adjusted"]]
             for row in rows.to_dict("records")]
    block = table("knowledge-sticky", "What stood in the way when a practice was taken over",
                  [TableColumn("barrier", "Barrier"), TableColumn("mean", "Mean, 1 to 5", "number"),
                   TableColumn("rho", "Goes with difficulty (rho)", "number", measure="stickiness"),
                   TableColumn("p", "p, corrected", "number")], cells,
                  f"{ctx.members(found.firms)} described one transfer each. Hardest stage: {found.hardest()}. That two "
                  "go together does not say that one makes the other.")
    if not first["p_adjusted"] < _LEVEL:
        return [], [block]
    text = f"Taking over a practice was hard above all where firms report {first['barrier']} (rho " \
        f"{float(first['rho']):.2f}; median of the nine barriers {float(rows['rho'].median()):.2f})."
    return [ctx.claim("knowledge-sticky", text, 1 - float(first["p_adjusted"]),
                      f"{ctx.members(found.firms)}; permutations, corrected for nine barriers", "knowledge-sticky",
                      0.4)], [block]


def focal(ctx: Context, relation: str, wave: str) -> Part:
    """Who leads, and by what."""
    try:
        found = focal_firms(ctx.study, relation=relation, wave=wave, permutations=ctx.permutations, seed=ctx.seed)
    except DataError:
        return [], []
    if ctx.audience == "members":
        return [], []
    top = found.top(8)
    head = [TableColumn("actor", "Actor", "actor"), TableColumn("score", "Score", "number", measure="focal_firms"),
            TableColumn("by", "Leads by"), TableColumn("knowledge", "Rank in knowledge given", "share")]
    if "coordination" in found.used:
        head.append(TableColumn("coordination", "Rank in decisions", "share"))
    cells = [[ctx.label_of[str(row["actor"])], row["score"], row["leads_by"] or "neither",
              *(row[name] for name in ("knowledge", "coordination") if name in found.used)]
             for row in top.to_dict("records")]
    block = table("knowledge-focal", "Focal firms: the highest lead-firm scores", head, cells,
                  "Mean percentile rank in: " + ", ".join(found.used) + ". 100 %: the highest of all.")
    if not np.isfinite(found.correlation):
        return [], [block]
    more = found.correlation > 0
    text = f"Members that decide for others are {'also' if more else 'not'} those that others learn from: rank " \
        f"correlation {found.correlation:.2f}, by chance 0 ({relation}, {ctx.when(wave)})."
    return [ctx.claim("knowledge-focal", text, ctx.sure(1 - found.p, relation, wave),
                      f"{ctx.permutations:,} permutations of {ctx.members(found.firms)}", "knowledge-focal", 0.35,
                      top["actor"].head(3).tolist())], [block]


def layers(ctx: Context, relation: str, wave: str) -> Part:
    """Whether knowledge flows where business is done."""
    try:
        found = knowledge_and_business(ctx.study, relation=relation, wave=wave, permutations=ctx.permutations,
                                       seed=ctx.seed)
    except DataError:
        return [], []
    cells = [[row["business"], row["pairs"], row["with_knowledge"], row["correlation"], row["low"], row["high"],
              vocabulary.certainty(1 - row["p"]) if np.isfinite(row["p"]) else "cannot say"]
             for row in found.table().to_dict("records")]
    block = table("knowledge-business", "Does knowledge flow where business is done?",
                  [TableColumn("relation", "Business"), TableColumn("pairs", "Pairs", "count"),
                   TableColumn("with", "with knowledge", "share", measure="knowledge_and_business"),
                   TableColumn("r", "Correlation", "number"), TableColumn("low", "by chance from", "number"),
                   TableColumn("high", "to", "number"), TableColumn("sure", "Not by chance")], cells,
                  ctx.caption(f"{ctx.permutations:,} exchanges of the actors. Which came first is not known.",
                              relation, wave))
    return [], [block]

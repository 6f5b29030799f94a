"""What does the place add: a cluster or only dense employment, what firms gain, what they make of it."""

from __future__ import annotations

from math import isnan
from typing import Final

from interfirm.cluster.assess import ClusterAssessment, assess_cluster
from interfirm.cluster.lessons import FITS, Lesson
from interfirm.errors import DataError
from interfirm.report import words
from interfirm.report.blocks import Advice, Block, Chapter, Claim, NotAnswered, Number, Numbers, Table, TableColumn
from interfirm.report.chapters import cluster_gains, cluster_region
from interfirm.report.context import Context, table
from interfirm.report.limits import limit
from interfirm.study.instruments import items

_TITLE: Final = "What does the place add?"
_QUESTION: Final = "Is this a cluster, or only dense employment?"
_ASKED: Final = ("external_economies", "joint_action", "joint_action_level", "learning", "technology")
_LEAD: Final = ("Jobs of one sector in one place are not yet a cluster: firms must also act together. This chapter "
                "asks for both, then what firms make of what the place offers. How advantages are linked to learning "
                "is our reconstruction of a published idea, and is marked so.")


def chapter(ctx: Context) -> Chapter:
    """The verdict, the region, collective efficiency, advantages and learning, technology, lessons, evidence pack."""
    if not _anything(ctx):
        return Chapter("cluster", _TITLE, "", [], [NotAnswered(
            "cluster-none", _QUESTION, "Nobody was asked what the place makes easier and what firms do together, and "
            "there is no table of jobs by region", "The instruments external_economies, joint_action_level and "
            "learning, and the table 'regions'.")])
    try:
        found = assess_cluster(ctx.study, draws=limit("cluster_draws"), permutations=ctx.permutations, model=False,
                               seed=ctx.seed, strict=False)
    except DataError as problem:
        return Chapter("cluster", _TITLE, "", [], [NotAnswered(
            "cluster-none", _QUESTION, problem.findings[0].problem, problem.findings[0].remedy or "Correct the data.")])
    claims, blocks = _verdict(found)
    for part in (cluster_region.region, cluster_gains.efficiency, cluster_gains.learning, cluster_gains.technology,
                 cluster_region.sectors):
        said, shown = part(ctx, found)
        claims += said
        blocks += shown
    blocks += _lessons(found)
    blocks += _evidence(ctx, found)
    blocks += [NotAnswered(f"cluster-gap-{place}", gap.question, words.sentence(gap.why), words.sentence(gap.collect))
               for place, gap in enumerate(found.gaps)]
    return Chapter("cluster", _TITLE, _LEAD, claims, blocks)


def _anything(ctx: Context) -> bool:
    names = {item.item for name in _ASKED for item in items(name)}
    return len(ctx.study.regions) > 0 or bool(ctx.study.answers["item"].isin(names).any())


def _verdict(found: ClusterAssessment) -> tuple[list[Claim], list[Block]]:
    verdict = found.verdict
    claims = []
    if verdict.answer != "cannot say":
        text = f"This is {verdict.answer}: {verdict.concentration.says}; {_short(found)}."
        claims.append(Claim("cluster-verdict", words.sentence(text), round(verdict.probability, 4),
                            "concentration and joint action come from different sources; firms that did not answer "
                            "count against what the others say", "cluster-parts", 0.6))
    cell = _number
    rows = [["The sector is concentrated here", words.sentence(verdict.concentration.says),
             cell(verdict.concentration.probability), verdict.concentration.certainty],
            ["Most firms act together", words.sentence(verdict.joint_action.says),
             cell(verdict.joint_action.probability), verdict.joint_action.certainty],
            ["The place helps most firms without their doing", words.sentence(verdict.passive.says),
             cell(verdict.passive.probability), verdict.passive.certainty]]
    gains = "Do firms gain passively, actively or both? " + (
        "That cannot be said." if verdict.gains == "cannot say" else words.sentence(verdict.gains) + ".")
    block = table("cluster-parts", "On what the answer stands", [
        TableColumn("part", "Part", measure="cluster_verdict"), TableColumn("says", "What the data say"),
        TableColumn("probability", "How sure that it is so", "share"), TableColumn("word", "Certainty")], rows, gains)
    return claims, [block]


def _short(found: ClusterAssessment) -> str:
    share = found.efficiency.active if found.efficiency is not None else None
    if share is None or not share.of:
        return found.verdict.joint_action.says
    return f"{share.yes} of {share.of} firms act together with somebody"


def _number(value: float) -> float | None:
    return None if isnan(value) else round(float(value), 4)


def _lessons(found: ClusterAssessment) -> list[Block]:
    head = [TableColumn("lesson", "Lesson", measure="policy_lessons"), TableColumn("who", "Who says so"),
            TableColumn("here", "Here"), TableColumn("evidence", "What this cluster's data say"),
            TableColumn("certainty", "Certainty")]
    rows = [[item.says, _who(item), words.sentence(item.here), words.sentence(item.evidence), item.certainty]
            for item in found.lessons]
    out: list[Block] = [table("cluster-lessons", "Lessons for policy, and the evidence for each", head, rows,
                              "Four lessons are those of a review of projects that support technology; they were "
                              "verified in its abstract only. Two are our reconstruction. None says what would "
                              "happen here.")]
    fits = [item for item in found.lessons if item.here == FITS and item.step]
    return out + [Advice(f"cluster-advice-{item.lesson}", item.step, item.wrong, "cluster-lessons",
                         0.55 if item.lesson == "wasted" else 0.4) for item in fits[:3]]


def _who(item: Lesson) -> str:
    if not item.source:
        return words.sentence(item.status)
    name = item.source.rstrip("0123456789")
    return f"{name.capitalize()} ({item.source[len(name):]}), {item.status}"


def _evidence(ctx: Context, found: ClusterAssessment) -> list[Block]:
    """How full the evidence pack is by group, and its gaps; the values are for the board."""
    pack = found.evidence
    filled = len(pack.indicators) - len(pack.gaps)
    head = [TableColumn("group", "Group"), TableColumn("indicator", "Indicator", measure="evidence_pack"),
            TableColumn("value", "What the study shows"), TableColumn("basis", "Basis")]
    frame = pack.table()
    shown = frame if ctx.audience == "board" else frame.loc[frame["status"] == "gap"]
    rows = [[row["group"], row["indicator"], row["value"] or f"Gap. To collect: {row['collect']}", row["basis"]]
            for _, row in shown.iterrows()]
    title = f"{'Evidence' if ctx.audience == 'board' else 'Gaps'} for a cluster-label interview"
    numbers = Numbers("cluster-evidence-numbers", "How much of an interview for a cluster label the study can answer", [
        Number("Indicators filled", filled, "evidence_pack", "count", comparison=f"of {len(pack.indicators)}"),
        Number("Gaps", len(pack.gaps), None, "count")], "As a file: interfirm cluster STUDY --evidence FILE.html")
    block: Table = table("cluster-evidence", title, head, rows, "The indicators are ours; so is their order within six "
                         "groups that are usual in such interviews.")
    return [numbers, block]

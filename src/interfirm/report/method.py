"""The method and data appendix: what the report rests on and how it was made."""

from __future__ import annotations

from collections import Counter
from typing import Any

from interfirm.report import words
from interfirm.report.context import Context
from interfirm.report.limits import limit
from interfirm.study import consistency
from interfirm.study.study import ALLIANCES


def settings(ctx: Context) -> dict[str, Any]:
    """The choices that the numbers depend on."""
    out: dict[str, Any] = {"main_relation": ctx.relation, "main_wave": ctx.wave, "null_draws": ctx.draws,
                           "permutations": ctx.permutations, "large_network": ctx.large}
    if ALLIANCES in ctx.relations:
        out["projection"] = "newman"
    return out


def data_facts(ctx: Context) -> dict[str, Any]:
    """Rows of each table, notes on method in plain sentences, and what the checks found."""
    study = ctx.study
    found = consistency.check(study.tables()).sorted()
    open_names = ctx.audience == "board"
    listed = [item.to_dict() for item in found] if open_names else []
    return {
        "tables": {name: len(frame) for name, frame in study.tables().items() if len(frame)},
        "notes": _notes(ctx),
        "findings": listed,
        "finding_counts": dict(sorted(Counter(item.code for item in found).items())),
    }


def _notes(ctx: Context) -> list[str]:
    notes = []
    if ctx.relation is not None:
        notes.append(f"Main relation: {ctx.relation}, {ctx.when(ctx.wave)}; it has most ties in the last wave. "
                     "Numbers are of ties among members unless another choice is named.")
    notes += [
        "A non-respondent's outgoing ties are unknown, not absent; numbers rest on the pairs that are known.",
        "Certainty is the share of random draws that the observed number beats, or 1 where something is counted and "
        "everything is known. It says how well chance is ruled out, not why something is so.",
        "Where ties are unknown they are filled in at random in every draw, in what was observed and in what it is "
        "compared with: an unknown tie to an actor is as likely as the known ones to it, (ties known to reach it + 1) "
        "/ (known pairs that end in it + 1/density). Where that cannot be done, certainty is multiplied by the share "
        "of known pairs. Both choices are ours.",
        f"Comparison with chance: {ctx.draws} random networks; tests by {ctx.permutations} permutations; "
        f"seed {ctx.seed}.",
    ]
    if ALLIANCES in ctx.relations:
        notes.append("Ties through alliances: an alliance of k members gives each of its pairs 1/(k − 1) (Newman), so "
                     "that an actor's sum is its number of alliances with others.")
    if ctx.large:
        notes.append("The network is large: fewer random networks are drawn and paths are sampled, as the captions "
                     "say. "
                     f"Tables show {limit('rows'):,} rows at most.")
    if ctx.audience == "members":
        notes.append(f"Made for the members: {ctx.member[1]} with at most one partner are not named, values by "
                     f"{ctx.member[0]} are left out, medians rest on at least "
                     f"{words.spelled(limit('smallest_group'))}.")
    if ctx.audience == "public":
        notes.append("Made for the public: pseudonyms, coarse categories, no counts under three.")
    return notes

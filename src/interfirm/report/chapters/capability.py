"""What can each firm bring, and what is missing?"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from interfirm import vocabulary
from interfirm.capability.answers import answers
from interfirm.capability.scales import Reliability, assess
from interfirm.capability.scores import Profiles, score
from interfirm.report import words
from interfirm.report.blocks import Block, Chapter, Claim, Figure, NotAnswered, TableColumn
from interfirm.report.context import Context, table
from interfirm.study.instruments import items

_TITLE: Final = "What can each firm bring, and what is missing?"
_FEWEST: Final = 5
_FOR_CLAIM: Final = 10
_DRAWS: Final = 1000


def chapter(ctx: Context) -> Chapter:
    """Medians of the types of capability among the members with their range, and how far the scales can be trusted."""
    wave = _wave(ctx)
    if wave is None:
        return Chapter("capability", _TITLE, "", [], [_not_answered("Nobody answered the questions on capabilities.")])
    given = answers(ctx.study, "capability", wave, strict=False)
    result = score(given)
    known = result.scores.loc[result.members].dropna(how="all")
    if len(known) < _FEWEST:
        return Chapter("capability", _TITLE, "", [], [
            _not_answered(f"Only {len(known)} members answered the questions on capabilities; medians need five.")])
    blocks: list[Block] = [_figure(ctx, result, known, wave), _trust(assess(given))]
    lead = "Members say themselves what they can bring to a collaboration. Compare them with one another, not with " \
        "other clusters. What a planned collaboration asks for: interfirm capability STUDY --type … --purpose …"
    return Chapter("capability", _TITLE, lead, _claims(ctx, result, known), blocks)


def _wave(ctx: Context) -> str | None:
    names = [item.item for item in items("capability")]
    there = set(ctx.study.answers.loc[ctx.study.answers["item"].isin(names), "wave"])
    return next((wave for wave in reversed(ctx.study.wave_order) if wave in there), None)


def _not_answered(why: str) -> NotAnswered:
    return NotAnswered("capability-none", _TITLE, why,
                       "The items of the instrument 'capability' in the table 'answers', asked once of each firm.")


def _lowest(known: Any, draws: int, rng: Any) -> tuple[str, float]:
    """The construct with the lowest mean, and in which share of resamples of the firms it is lowest too."""
    x = known.dropna().to_numpy(dtype=np.float64)
    place = int(x.mean(axis=0).argmin())
    drawn = rng.integers(0, len(x), (draws, len(x)))
    return str(known.columns[place]), float((x[drawn].mean(axis=1).argmin(axis=1) == place).mean())


def _claims(ctx: Context, result: Profiles, known: Any) -> list[Claim]:
    complete = known.dropna()
    if len(complete) < _FOR_CLAIM or complete.shape[1] < 2:
        return []
    name, probability = _lowest(known, _DRAWS, ctx.rng("capability"))
    if probability < vocabulary.CERTAINTIES[-2].at_least:
        return []
    mean = float(complete[name].mean())
    others = float(complete.drop(columns=name).to_numpy().mean())
    text = f"Of what members can bring to a collaboration they rate lowest: {result.titles[name]}, on average " \
        f"{mean:.1f} of {result.scale[name][1]:g} against {others:.1f} for the rest."
    return [ctx.claim("capability-lowest", text, probability, f"{_DRAWS:,} resamples of {len(complete)} firms",
                      "capability-profile", 0.5, [])]


def _bounds(known: Any, rng: Any) -> tuple[dict[str, float], dict[str, float]]:
    """Between which values 95 % of the medians of resampled firms lie, by construct."""
    out = {}
    for name in known.columns:
        x = known[name].dropna().to_numpy(dtype=np.float64)
        medians = np.median(x[rng.integers(0, len(x), (_DRAWS, len(x)))], axis=1)
        out[str(name)] = [float(value) for value in np.quantile(medians, (0.025, 0.975))]
    return {name: ends[0] for name, ends in out.items()}, {name: ends[1] for name, ends in out.items()}


def _figure(ctx: Context, result: Profiles, known: Any, wave: str) -> Figure:
    middle, lower, upper = (known.quantile(q) for q in (0.5, 0.25, 0.75))
    low, high = _bounds(known, ctx.rng("capability-medians"))
    weakest = str(middle.idxmin())
    rows = [{"label": words.sentence(result.titles[name]), "value": float(middle[name]), "low": low[name],
             "high": high[name], "highlight": name == weakest} for name in known.columns]
    twin = table("capability-profile-table", "Scores of the members",
                 [TableColumn("capability", "Capability"),
                  TableColumn("median", "Median", "number", measure="profiles"),
                  TableColumn("low", "Lower quartile", "number"), TableColumn("high", "Upper quartile", "number")],
                 [[words.sentence(result.titles[name]), float(middle[name]), float(lower[name]), float(upper[name])]
                  for name in known.columns])
    ends = result.scale[weakest]
    odd = sum(item.level == "warning" for item in result.findings)
    note = f" {odd} odd answers or gaps: see interfirm capability." if odd else ""
    subtitle = f"Own judgement on a scale of {ends[0]:g} to {ends[1]:g} · median of members, 95 % range · {wave}"
    return Figure("capability-profile", f"{words.sentence(result.titles[weakest])} has the lowest median", subtitle,
                  f"{len(known):,} {ctx.member[1]} answered.{note}", "dots", rows, twin, {"x_title": "Score"})


def _trust(found: Reliability) -> Block:
    def cell(value: float) -> float | None:
        return None if np.isnan(value) else float(value)

    head = [TableColumn("capability", "Capability"), TableColumn("items", "Items", "count"),
            TableColumn("firms", "Firms", "count"),
            TableColumn("alpha", "Alpha", "number", measure="reliability"), TableColumn("from", "from", "number"),
            TableColumn("to", "to", "number"), TableColumn("ave", "AVE", "number")]
    rows = [[words.sentence(row["title"]), int(row["items"]), int(row["rows"]), cell(row["alpha"]),
             cell(row["alpha_low"]), cell(row["alpha_high"]), cell(row["ave"])] for _, row in found.rows.iterrows()]
    return table("capability-reliability", "How far the scales can be trusted", head, rows,
                 "Firms: those that answered every item of the scale. "
                 "Alpha of 0.7 and more is usual; with fewer than ten firms it is not computed.")

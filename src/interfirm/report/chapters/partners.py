"""Who should work with whom next?"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from interfirm.errors import UsageError
from interfirm.numerals import per_cent
from interfirm.partners.ground import ground
from interfirm.partners.learned import CUT, learned_ranking
from interfirm.partners.mixes import WHAT, WHERE, mix
from interfirm.partners.pairs import Pairs, pairs
from interfirm.partners.plan import IntroductionPlan, introduction_plan
from interfirm.partners.scoring import members
from interfirm.partners.terms import Aim, declared, weights_for
from interfirm.report import words
from interfirm.report.blocks import Advice, Block, Chapter, Claim, Figure, NotAnswered, Number, Numbers, TableColumn
from interfirm.report.context import Context, table
from interfirm.report.limits import limit

_TITLE: Final = "Who should work with whom next?"
_COUNT: Final = 10
_DRAWS: Final = 20
_SAME = 1e-9
_STAYS: Final = 0.6
_FEWEST: Final = 5
_LEAD: Final = ("Pairs of firms that have never worked together, chosen so that nobody gets more than two "
                "introductions, no two rivals meet ({rivals}), and at least three in ten include "
                "a small or isolated member. The scores are weighted sums; the weights are expert priors, not "
                "estimates. A list is a start for a talk.")


def chapter(ctx: Context) -> Chapter:
    """The next introductions, how much they hang on the weights, and what they rest on."""
    firms, wave = _firms(ctx), ctx.study.wave_order[-1] if ctx.study.wave_order else None
    why = _too_few_or_many(firms)
    if why:
        return Chapter("partners", _TITLE, "", [], [why])
    try:
        plan = introduction_plan(ctx.study, _COUNT, wave=wave, draws=_DRAWS, seed=ctx.seed)
    except UsageError as problem:
        return Chapter("partners", _TITLE, "", [], [_absent(str(problem).split(". ")[0].rstrip("."))])
    if not plan.rows:
        return Chapter("partners", _TITLE, "", [], [_absent("No two firms are left that could be introduced: those "
                       "that are no rivals have all worked together, or nothing is known of them.")])
    found = pairs(ground(ctx.study, wave), Aim())
    blocks: list[Block] = [_list(plan), _figure(ctx, plan)] if ctx.may_name_weak else []
    blocks += [_numbers(plan), _rests(found)]
    bare = not np.isfinite(found.values["complementarity"]).any()
    if bare:
        blocks.append(NotAnswered("partners-bring", "What could the partners bring each other?",
                                  "Nobody answered the questions on capabilities, so the list rests on who knows whom, "
                                  "on place and on kind.", "The items of the instrument 'capability', once per firm."))
    learned = _learned(ctx)
    if _alike(plan):
        open_ = NotAnswered("partners-alike", "Whom should we introduce?",
                            f"Nothing that is known tells the {plan.pairs:,} pairs apart: the best score is that of "
                            "the median pair.",
                            "Answers on capabilities, places, sectors by code, or texts on what firms do.")
        return Chapter("partners", _TITLE, _LEAD.format(rivals=_rivals(found)), [],
                       [open_, _rests(found), *learned])
    claims = _claims(ctx, plan, bare)
    blocks += [*learned, *_advice(ctx, plan)]
    return Chapter("partners", _TITLE, _LEAD.format(rivals=_rivals(found)), claims, blocks)


def _rivals(found: Pairs) -> str:
    """What rivalry is taken from in this study."""
    held = [column for column in (WHAT, *WHERE) if mix(found.base, column) is not None]
    if not held:
        return "firms of the same sector, for the study does not say what they sell to whom"
    return f"by {words.listing(['sector', *(name.replace('_', ' ') for name in held)])}"


def _firms(ctx: Context) -> int:
    base = ground(ctx.study, None)
    return int((ctx.study.actors["kind"].iloc[members(base)] == "firm").sum())


def _absent(why: str) -> NotAnswered:
    return NotAnswered("partners-none", _TITLE, why, "Sector, place and size of each firm in 'actors', who works with "
                       "whom, and the answers to the instrument 'capability'.")


def _too_few_or_many(firms: int) -> NotAnswered | None:
    if firms < _FEWEST:
        return _absent(f"The study has {words.count(firms, 'firm')} among its members; a plan needs {_FEWEST}.")
    if firms > limit("plan_members"):
        return NotAnswered("partners-many", _TITLE, f"A plan in the report is made for at most {limit('plan_members')} "
                           f"members; there are {firms:,}.", "Nothing: ask for one firm with 'interfirm partners STUDY "
                           "--for FIRM', or select a part of the study.")
    return None


def _surest(plan: IntroductionPlan) -> dict[str, Any]:
    return max(plan.rows, key=lambda row: (row["kept"], row["score"]))


def _short(ctx: Context) -> dict[str, str]:
    """By name, its first word where no other actor's name begins with it."""
    first = [str(name).split(" ")[0] for name in ctx.labels]
    return {str(name): word if first.count(word) == 1 else str(name)
            for name, word in zip(ctx.labels, first, strict=True)}


def _list(plan: IntroductionPlan) -> Block:
    return table("partners-list", f"{words.count(len(plan.rows), 'introduction')} that could come next",
                 [TableColumn("one", "One", "actor"), TableColumn("other", "Other", "actor"),
                  TableColumn("reason", "What speaks for it most"),
                  TableColumn("score", "Score", "number", measure="introduction_plan"),
                  TableColumn("kept", "Stays", "share"), TableColumn("small", "Small or isolated")],
                 [[row["name"], row["other_name"], row["reason"], row["score"], row["kept"], _small(row)]
                  for row in plan.rows],
                 f"Stays: share of {_DRAWS} other sets of weights under which the best plan holds the pair too. Small: "
                 "the third of the members with the fewest employees, or those marked as small where no sizes are "
                 "known. Isolated: no more than one partner. All of it: interfirm partners STUDY --plan "
                 f"{len(plan.rows)}.")


def _figure(ctx: Context, plan: IntroductionPlan) -> Figure:
    surest, short = _surest(plan), _short(ctx)
    labels = [f"{short[str(row['name'])]} – {short[str(row['other_name'])]}" for row in plan.rows]
    rows = [{"label": label, "value": row["score"], "low": row["low"], "high": row["high"],
             "highlight": row is surest} for label, row in zip(labels, plan.rows, strict=True)]
    twin = table("partners-plan-table", "Scores of the plan",
                 [TableColumn("one", "One", "actor"), TableColumn("other", "Other", "actor"),
                  TableColumn("score", "Score", "number"), TableColumn("low", "from", "number"),
                  TableColumn("high", "to", "number")],
                 [[row["name"], row["other_name"], row["score"], row["low"], row["high"]] for row in plan.rows])
    title = f"Every pair of the plan scores above the median pair; {labels[plan.rows.index(surest)]} hangs least on "\
        "the weights"
    if min(row["score"] for row in plan.rows) <= plan.median:
        title = f"{labels[plan.rows.index(surest)]} hangs least on the weights"
    caption = f"{plan.pairs:,} pairs of firms could be introduced. Range: 90 % of {_DRAWS} other sets of weights, " \
        "each weight between half and twice its value. Line: median of all pairs. " + " ".join(plan.binding)
    return Figure("partners-plan", title, f"Partner score, 0 to 1 · firms that never worked together · "
                  f"{ctx.when(str(plan.settings['wave']) if plan.settings['wave'] else None)}", caption.strip(), "dots",
                  rows, twin, {"x_title": "Partner score", "reference": plan.median}, "introduction_plan")


def _small(row: dict[str, Any]) -> str:
    names = [str(row[name]) for name, key in (("name", "first"), ("other_name", "second")) if row[key]]
    return words.listing(names)


def _numbers(plan: IntroductionPlan) -> Numbers:
    score = np.array([row["score"] for row in plan.rows])
    kept = sum(row["kept"] >= _STAYS for row in plan.rows)
    items = [
        Number("Mean score of the plan", float(score.mean()), "introduction_plan",
               comparison=f"median of {plan.pairs:,} possible pairs: {words.number(plan.median)}"),
        Number("Stay under other weights", kept, kind="count",
               comparison=f"of {len(score)}, in at least {per_cent(_STAYS)} of {_DRAWS} other sets of weights"),
        Number("With a small or isolated member", plan.reached_share, kind="share",
               comparison=f"of all pairs: {words.share(plan.usual_share)}"),
    ]
    return Numbers("partners-numbers", "How good and how sure the plan is", items)


def _rests(found: Pairs) -> Block:
    """By term: its weight, how often it is known, and its mean among pairs that work together and among the others."""
    weights = {name: weight for name, weight in weights_for(None).items() if name in found.values}
    size = len(found.where)
    one, two = np.triu_indices(size, 1)
    tied = np.asarray(found.base.current[found.where][:, found.where].toarray())[one, two] > 0
    rows: list[list[Any]] = []
    for name, weight in weights.items():
        value = found.values[name]
        both = np.where(np.isnan(value[one, two]), value[two, one], value[one, two])
        known = ~np.isnan(both)
        rows.append([declared()[name].title, weight, float(known.mean()) if len(known) else None,
                     _mean(both[tied & known]), _mean(both[~tied & known])])
    head = [TableColumn("term", "Term"), TableColumn("weight", "Weight", "number"),
            TableColumn("known", "Known", "share"), TableColumn("tied", "Tied pairs", "number"),
            TableColumn("others", "Other pairs", "number")]
    return table("partners-terms", "What the scores rest on", head, rows,
                 "Known: share of pairs. Tied and other pairs: mean of the term, 0 to 1, among members that work "
                 "together and among the rest. Where it is higher for the tied, the term goes with cooperation here; "
                 "it need not be its cause. Change a weight: interfirm partners STUDY --plan 10 --weight near=2.")


def _mean(values: Any) -> float | None:
    return float(values.mean()) if len(values) else None


def _learned(ctx: Context) -> list[Block]:
    """How well a ranking learned from past alliances foresees later partners."""
    if ctx.study.alliances.empty:
        return []
    try:
        found = learned_ranking(ctx.study, seed=ctx.seed)
    except UsageError as problem:
        return [NotAnswered("partners-learned", "Does history show who finds whom?",
                            str(problem).split(". ")[0].rstrip(".") + ".",
                            "Start dates of alliances over at least three years, with their members.")]
    tested, (other, ratio, low, high) = found.evaluation, found.evaluation.ratio("recall", CUT)
    mine, theirs = (float(tested.values(name, "recall", CUT).mean()) for name in ("learned", other))
    items = [Number(f"Later partners among the first {CUT} names", mine, "evaluate", "share",
                    comparison=f"best plain rule ({other}): {words.share(theirs)}"),
             Number("Learned against the best plain rule", ratio, "evaluate", unit="times", low=low, high=high),
             Number("Organisations tested", len(tested.found), kind="count",
                    comparison=f"new partners from {int(tested.until) + 1} to {tested.after}")]
    use = "The lists of single firms follow it" if found.better else "It foresees no better than a plain rule, so " \
        "the lists of single firms keep to the weights"
    return [Numbers("partners-learned", "What history shows of who finds whom", items,
                    f"Learned from alliances to {tested.until}, tested on later ones. {use}. All of it: interfirm "
                    "partners STUDY --evaluate.")]


def _alike(plan: IntroductionPlan) -> bool:
    """Whether no introduction of the plan has a better score than the median pair."""
    return max(float(row["score"]) for row in plan.rows) - plan.median < _SAME


def _claims(ctx: Context, plan: IntroductionPlan, bare: bool) -> list[Claim]:
    best = _surest(plan)
    kept, score = best["kept"], best["score"]
    who = f"{best['name']} and {best['other_name']}" if ctx.may_name_weak else "one pair"
    text = f"Of {plan.pairs:,} pairs of firms that never worked together, {who} would stay among the first " \
        f"{len(plan.rows)} introductions under other weights too: partner score {words.number(score)} of 1, against " \
        f"{words.number(plan.median)} for the median pair."
    if bare:
        text += " Nobody answered on capabilities: what the two could bring each other is not in the score."
    why = f"so in {words.share(kept)} of {_DRAWS} other sets of weights; this is no evidence that the introduction " \
        "would pay, for the weights are expert priors"
    return [ctx.claim("partners-first", text, kept, why, "partners-list" if ctx.may_name_weak else "partners-numbers",
                      0.5, [best["actor"], best["other"]] if ctx.may_name_weak else [])]


def _advice(ctx: Context, plan: IntroductionPlan) -> list[Block]:
    if not ctx.may_name_weak:
        return []
    some = sorted(plan.rows, key=lambda row: -row["kept"])[:2]
    text = "Introduce " + " and ".join(f"{row['name']} to {row['other_name']}" for row in some) + \
        ", and let them agree a small first task with a date at which either may stop."
    return [Advice("partners-introduce", text, "two hours of the people concerned", "partners-list", 0.5)]

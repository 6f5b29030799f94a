"""Part of how ties hold: why members stay in their alliances, and how they divide the work."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from interfirm.relations._answers import scored, shares
from interfirm.relations.commitment import commitment
from interfirm.relations.scope import specialisation, specialisation_and_reciprocity
from interfirm.report import words
from interfirm.report.blocks import Block, Cell, Claim, Figure, TableColumn
from interfirm.report.context import Context, plain, table
from interfirm.report.limits import limit
from interfirm.vocabulary import CERTAINTIES

if TYPE_CHECKING:
    import pandas as pd

_FEWEST: Final = 3
_FEWEST_FIRMS: Final = 8
_LISTED: Final = 20
_SURE: Final = CERTAINTIES[1].at_least


def part(ctx: Context) -> tuple[list[Claim], list[Block]]:
    """Commitment by alliance and the division of labour, in the last wave in which each was asked."""
    asked = ctx.study.answers
    heads = asked["item"].astype("str").str.extract("^([^_@]+)")[0]
    claims: list[Claim] = []
    blocks: list[Block] = []
    for key, one in (("COMMIT", _commitment), ("LABOUR", _labour)):
        waves = set(asked.loc[heads == key, "wave"])
        last = next((wave for wave in reversed(ctx.study.wave_order) if wave in waves), None)
        if last is not None:
            said, shown = one(ctx, last)
            claims += said
            blocks += shown
    return claims, blocks


# ---- commitment --------------------------------------------------------------------------


def _commitment(ctx: Context, wave: str) -> tuple[list[Claim], list[Block]]:
    """By alliance: whether its members stay because they like to, because they must, or have invested."""
    ctx.step("commitment")
    found = commitment(ctx.study, wave=wave)
    rows = found.rows.dropna(subset=["affective", "continuance"])
    by = rows.groupby("alliance", sort=False)
    means = by[["affective", "continuance", "investment"]].mean().assign(size=by.size())
    means = means[means["size"] >= _FEWEST]
    if len(means) < 2:
        return [], []
    means["held"] = means["continuance"] - means["affective"]
    means["sure"] = [_positive(ctx, (part["continuance"] - part["affective"]).to_numpy(np.float64))
                     for part in (by.get_group(name) for name in means.index)]
    means = means.sort_values("held", ascending=False, kind="stable")
    claim = _commitment_claim(ctx, means, len(rows), wave)
    if ctx.audience != "board":
        return [claim], []
    return [claim], [_commitment_figure(ctx, means, found.reliability, len(rows), wave)]


def _positive(ctx: Context, difference: npt.NDArray[np.float64]) -> float:
    """Share of the resamples of the members in which the mean difference is above 0."""
    draws = ctx.rng("commitment").integers(0, len(difference), (ctx.permutations, len(difference)))
    mean = difference[draws].mean(axis=1)
    return float(((mean > 0).sum() + 0.5 * (mean == 0).sum() + 0.5) / (len(mean) + 1))


def _commitment_claim(ctx: Context, means: pd.DataFrame, answers: int, wave: str) -> Claim:
    held = means[means["sure"] >= _SURE]
    why = (f"{words.count(answers, 'answer')} of members about {words.count(len(means), 'alliance')}; share of the "
           f"resamples in which it is so in the least sure of them")
    if not len(held):
        sure = float((1 - means["sure"]).min())
        text = f"In none of the {len(means):,} alliances with answers do members clearly stay because they must " \
               f"rather than because they like to ({ctx.when(wave)})."
        return ctx.claim("holding-commitment", text, sure, why, "holding-commitment", 0.35)
    first = held.iloc[0]
    who = words.listing([_name(ctx, str(name)) for name in held.index], 3) if ctx.audience == "board" else \
        f"{words.spelled(len(held))} of the {words.count(len(means), 'alliance')} with answers"
    text = f"In {who} members stay because they must rather than because they like to (in the first " \
           f"{words.number(float(first['continuance']))} against {words.number(float(first['affective']))} of 7; " \
           f"{ctx.when(wave)})." if ctx.audience == "board" else \
        f"In {who} members stay because they must rather than because they like to ({ctx.when(wave)})."
    return ctx.claim("holding-commitment", text, float(held["sure"].min()), why, "holding-commitment", 0.5)


def _commitment_figure(ctx: Context, means: pd.DataFrame, alpha: dict[str, float], answers: int, wave: str) -> Figure:
    gain = _gains(ctx, wave)
    drawn: list[dict[str, Cell]] = [
        {"label": _name(ctx, str(row.Index)), "value": float(row.held), "low": None, "high": None,
         "highlight": bool(row.sure >= _SURE)} for row in _rows(means)]
    head = [TableColumn("alliance", "Alliance"), TableColumn("size", "Answers", "count"),
            TableColumn("affective", "Like to", "number", "of 7", "commitment"),
            TableColumn("continuance", "Have to", "number", "of 7"),
            TableColumn("investment", "Have invested", "number", "of 7"),
            TableColumn("gain", "Brings more than it costs", "number", "of 7"),
            TableColumn("stay", "Mean to stay", "number", "of 7")]
    cells = [[_name(ctx, str(row.Index)), int(row.size), row.affective, row.continuance, row.investment,
              *(plain(gain.loc[row.Index, name]) if row.Index in gain.index else None
                for name in ("performance", "intention"))] for row in _rows(means)]
    twin = table("holding-commitment-table", "Why members stay, by alliance", head, cells[:_LISTED], total=len(cells))
    reliable = ", ".join(f"{name} {value:.2f}" for name, value in alpha.items() if np.isfinite(value))
    many = int((means["sure"] >= _SURE).sum())
    return Figure(
        "holding-commitment", f"In {many:,} of {words.count(len(means), 'alliance')} members are held rather than "
                              "bound",
        f"Having to stay less liking to stay, mean of the members' answers from 1 to 7 · {ctx.when(wave)}",
        f"{words.count(answers, 'answer')}; alliances with fewer than {_FEWEST} are left out. In colour: clearly "
        f"more must than want to. Reliability (Cronbach's alpha): {reliable or 'not known'}. What members say, not "
        "what they would do.",
        "dots", drawn, twin, {"x_title": "Have to stay − like to stay", "format": "number", "reference": 0.0},
        "commitment")


def _rows(frame: pd.DataFrame) -> Iterator[Any]:
    return iter(frame.itertuples())


def _gains(ctx: Context, wave: str) -> pd.DataFrame:
    rows = scored(ctx.study, "membership", wave)
    return rows.groupby("about")[["performance", "intention"]].mean()


def _name(ctx: Context, alliance: str) -> str:
    rows = ctx.study.alliances.loc[ctx.study.alliances["alliance"] == alliance, "name"].dropna()
    return str(rows.iloc[0]) if len(rows) else alliance


# ---- division of labour ------------------------------------------------------------------


def _labour(ctx: Context, wave: str) -> tuple[list[Claim], list[Block]]:
    """What the work in alliances consists of, how narrow firms are, and whether the narrow take part less in turn."""
    ctx.step("division of labour")
    parts = shares(ctx.study, "division", wave)
    if len(parts) < _FEWEST_FIRMS:
        return [], []
    narrow = specialisation(ctx.study, wave=wave).dropna()
    head = [TableColumn("activity", "Activity"), TableColumn("mean", "Part of the work", "share"),
            TableColumn("most", "Firms that do mostly this", "count", measure="specialisation")]
    rows: list[list[Any]] = [[_activity(str(item)), float(parts[item].mean()), int((parts[item] > 0.5).sum())]
                             for item in parts.mean().sort_values(ascending=False).index]
    if ctx.audience != "board":  # a single firm could be recognised
        head, rows = head[:2], [row[:2] for row in rows]
    block = table("holding-labour", f"How the work in alliances is divided ({ctx.when(wave)})", head, rows,
                  f"As stated by {words.count(len(parts), 'member')}. Specialisation of the median member: "
                  f"{words.number(float(narrow.median()))} (0.2: a fifth of each of five activities; 1: one thing "
                  "only).")
    return _narrow_claim(ctx, wave), [block]


def _activity(item: str) -> str:
    from interfirm.study.instruments import items

    text = next(one.text for one in items("division") if one.item == item)
    return words.sentence(text.rsplit("per cent are ", 1)[-1].rstrip("?"))


def _narrow_claim(ctx: Context, wave: str) -> list[Claim]:
    relation: Any = next((item for item in ("outsourcing", "supplier") if item in ctx.relations
                          and wave in ctx.waves_of(item)), None)
    if relation is None or len(ctx.study.present(wave)) > limit("large_actors"):
        return []
    found = specialisation_and_reciprocity(ctx.study, relation=relation, wave=wave, permutations=ctx.permutations,
                                           seed=ctx.seed)
    if found.firms < _FEWEST_FIRMS or not np.isfinite(found.value):
        return []
    less = found.value < 0
    text = f"Members that do one thing only {'take part less' if less else 'take part no less'} in work that comes " \
           f"back (rank correlation {words.number(found.value)} over {words.count(found.firms, 'member')}, " \
           f"{relation}, {ctx.when(wave)}). An association, not a cause."
    sure = ctx.sure(1 - found.p if less else found.p, relation, wave)
    return [ctx.claim("holding-labour", text, sure, f"{found.permutations} random exchanges of the members; "
                      f"{ctx.response(relation, wave)}", "holding-labour", 0.3)]

"""Part of how ties hold: who depends on one partner, and where only one of two trusts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import pandas as pd

from interfirm.relations._limits import limit as bound
from interfirm.relations.dependence import Dependence, dependence
from interfirm.relations.trust import Trust, trust
from interfirm.report import words
from interfirm.report.blocks import Advice, Block, Cell, Claim, Figure, NotAnswered, TableColumn
from interfirm.report.context import Context, table

_SHOWN: Final = 12
_LISTED: Final = 20
_DEPENDS: Final = "Who depends dangerously on whom?"
_TRUSTS: Final = "Where is trust one-sided?"


def dependences(ctx: Context) -> tuple[list[Claim], list[Block]]:
    """Members with half or more of their business with one partner that hardly depends in turn."""
    name = next((item for item in ("customer", "outsourcing") if item in ctx.relations), None)
    if name is None:
        return [], [NotAnswered("holding-dependence", _DEPENDS, "No relation says how much of a firm's business goes "
                                                                "to whom",
                                "For each member: its most important customers and the share of turnover of each.")]
    wave = ctx.waves_of(name)[-1]
    ctx.step("dependence")
    found = dependence(ctx.study, relation=name, wave=wave)
    if found.settings["unit"] == "strength":
        return [], [NotAnswered("holding-dependence", _DEPENDS, f"The weights of '{name}' are strengths, not shares "
                                                                "or money",
                                "For each member: its most important customers and the share of turnover of each.")]
    rows = _largest(ctx, found, name)
    if len(rows) < 4:
        return [], []
    claim = _depends_claim(ctx, found, rows, name, wave)
    if ctx.audience != "board":
        return [claim], []
    return [claim], [_depends_figure(ctx, found, rows, name, wave), *_second(ctx, rows)]


def _largest(ctx: Context, found: Dependence, name: str) -> pd.DataFrame:
    """The largest dependence of each member, as a seller where the relation is sales."""
    inside = set(ctx.study.actors.loc[ctx.study.actors["position"] != "external", "actor"])
    rows = found.table()
    rows = rows[rows["actor"].isin(inside) & (rows["gives"] | (name != "customer"))]
    return rows.drop_duplicates("actor").reset_index(drop=True)


def _rows(frame: pd.DataFrame) -> Iterator[Any]:
    return iter(frame.itertuples(index=False))


def _dangerous(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["dangerous"]]


def _depends_claim(ctx: Context, found: Dependence, rows: pd.DataFrame, name: str, wave: str | None) -> Claim:
    bad = _dangerous(rows)
    does = "sell" if name == "customer" else "do"
    what = "turnover to one customer" if name == "customer" else "business with one partner"
    some = f"{words.spelled(len(bad))} {words.verb(len(bad), 'member', 'members')}"
    names = f": {words.listing([_pair(ctx, row) for row in _rows(bad)], 3)}" \
        if len(bad) and ctx.audience == "board" else ""
    text = f"At least {some} {does if len(bad) != 1 else does + ('s' if does == 'sell' else 'es')} half or more of " \
           f"their {what} that " \
        f"hardly depends on them in turn{names}. The median member: {words.share(float(rows['share'].median()))} " \
        f"({name}, {ctx.when(wave)})."
    if not len(bad):
        text = f"No member is known to depend dangerously on one partner: the largest share of the median member is " \
            f"{words.share(float(rows['share'].median()))} ({name}, {ctx.when(wave)})."
    return ctx.claim("holding-dependence", text, ctx.sure(1.0, name, wave), f"shares of {found.base}; substitutes "
                     f"{found.alternatives}; {ctx.response(name, wave)}", "holding-dependence",
                     0.6 if len(bad) else 0.35, bad["actor"].tolist()[:5] if ctx.audience == "board" else ())


def _pair(ctx: Context, row: Any) -> str:
    return f"{ctx.label_of[row.actor]} on {ctx.label_of[row.on]} ({words.share(row.share)})"


def _depends_figure(ctx: Context, found: Dependence, rows: pd.DataFrame, name: str, wave: str | None) -> Figure:
    top = rows.head(_SHOWN)
    drawn: list[dict[str, Cell]] = [
        {"label": ctx.label_of[str(row.actor)], "value": row.share, "low": None, "high": None,
         "highlight": bool(row.dangerous)} for row in _rows(top)]
    head = [TableColumn("actor", "Actor", "actor"), TableColumn("on", "Depends on", "actor"),
            TableColumn("share", "Part of its business", "share", measure="dependence"),
            TableColumn("turn", "The partner in turn", "share"), TableColumn("dangerous", "Dangerous")]
    cells = [[ctx.label_of[row.actor], ctx.label_of[row.on], row.share, row.in_turn, "yes" if row.dangerous else "no"]
             for row in _rows(rows.head(_LISTED))]
    twin = table("holding-dependence-table", "The most important partner of each member", head, cells, total=len(rows))
    bad = len(_dangerous(rows))
    title = f"{bad:,} of {words.count(len(rows), 'member')} depend on one partner that hardly depends in turn"
    return Figure("holding-dependence", title, ctx.subtitle("Part of a member's business with its most important "
                                                            "partner",
                                                            name, wave),
                  ctx.caption(f"Shares of {found.base}. In colour: half or more, while the partner's own share is "
                              "known to be "
                              f"under {words.share(bound('independence'))}, or not known. Substitutes "
                              f"{found.alternatives}.",
                              name, wave), "dots", drawn, twin,
                  {"x_title": "Part of its business", "format": "share", "zero": True, "reference": 0.5}, "dependence")


def _second(ctx: Context, rows: pd.DataFrame) -> list[Block]:
    bad = _dangerous(rows)
    if not len(bad):
        return []
    first = bad.iloc[0]
    return [Advice("holding-second", f"Ask {ctx.label_of[first['actor']]} who else could take the place of "
                   f"{ctx.label_of[first['on']]}, and introduce one.", "an introduction; if there is a substitute "
                                                                       "already, "
                   "nothing is lost", "holding-dependence", 0.45)]


# ---- trust -------------------------------------------------------------------------------


def trusting(ctx: Context) -> tuple[list[Claim], list[Block]]:
    """How far trust is mutual where both spoke, against answers dealt out at random."""
    absent = NotAnswered("holding-trust", _TRUSTS, "Trust was not asked, or hardly any pair answered for both sides",
                         "From both ends of each tie: trust in the partner from 1 to 7 (column 'trust' of the ties, "
                         "or the "
                         "five questions in the template).")
    wave = next((w for w in reversed(ctx.study.wave_order)
                 if ctx.study.ties.loc[ctx.study.ties["wave"] == w, "trust"].notna().any()), None)
    wave = wave or (ctx.study.wave_order[-1] if len(ctx.study.wave_order) else None)
    if wave is None:
        return [], [absent]
    found = trust(ctx.study, wave=wave)
    both = found.dyads.dropna(subset=["asymmetry"])
    if len(both) < 10:
        return [], [absent]
    claim = _trust_claim(ctx, found, both, wave)
    if ctx.audience != "board":
        return [claim], []
    return [claim], [_trust_table(ctx, found, both, wave)]


def _trust_claim(ctx: Context, found: Trust, both: pd.DataFrame, wave: str) -> Claim:
    given, back = both["given"].to_numpy(), both["returned"].to_numpy()
    least, rng = bound("one_sided_trust"), ctx.rng("trust")
    pool = np.concatenate([given, back])
    drawn = np.empty(ctx.permutations)
    for k in range(ctx.permutations):
        mixed = rng.permutation(pool)
        drawn[k] = (np.abs(mixed[:len(both)] - mixed[len(both):]) >= least).mean()
    seen = float(both["one_sided"].mean())
    less = seen <= drawn.mean()
    reached = int((drawn <= seen + 1e-12).sum()) if less else int((drawn >= seen - 1e-12).sum())
    text = f"Trust is {'mostly mutual' if less else 'often one-sided'}: in {words.share(seen)} of the {len(both):,} " \
           "pairs in which both " \
        f"spoke, one trusts the other by two steps of seven more; {words.share(float(drawn.mean()))} if answers " \
        "were dealt out at " \
        f"random. Mean trust {words.number(found.value)} of 7 ({wave})."
    return ctx.claim("holding-trust", text, 1 - (1 + reached) / (1 + ctx.permutations), f"{ctx.permutations} random "
                                                                                        "deals of the "
                     f"answers; trust {found.source}; {len(found.dyads) - len(both):,} pairs with one answer only are "
                     "left out",
                     "holding-trust", 0.4)


def _trust_table(ctx: Context, found: Trust, both: pd.DataFrame, wave: str) -> Block:
    rows = both[both["one_sided"]].sort_values("asymmetry", ascending=False, kind="stable")
    head = [TableColumn("more", "Trusts more", "actor"), TableColumn("less", "Trusts less", "actor"),
            TableColumn("high", "Trust given", "number", "of 7", "trust"),
            TableColumn("low", "Trust returned", "number", "of 7")]
    cells = []
    for row in _rows(rows):
        ends = (row.first, row.second) if row.given > row.returned else (row.second, row.first)
        cells.append([ctx.label_of[str(ends[0])], ctx.label_of[str(ends[1])], max(row.given, row.returned),
                      min(row.given, row.returned)])
    return table("holding-trust", f"Pairs in which trust is one-sided ({wave})", head, cells[:_LISTED],
                 f"{len(rows):,} of the {len(both):,} pairs in which both spoke; trust "
                 f"{found.source}.", total=len(cells))

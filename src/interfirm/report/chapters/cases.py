"""What do the interviews say?"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from interfirm.capability.cases import code_matrix, saturation, theme_support
from interfirm.capability.coders import coder_agreement
from interfirm.report import words
from interfirm.report.blocks import Block, Chapter, Claim, Figure, NotAnswered, Number, Numbers, TableColumn
from interfirm.report.context import Context, table

_TITLE: Final = "What do the interviews say?"
_LEAD: Final = ("Codes are what researchers marked in interviews. How many cases carry a code says that it came up, "
                "not how often it holds in the cluster: cases are chosen, not drawn.")
_SHOWN: Final = 20
_DRAWS: Final = 1000


def chapter(ctx: Context) -> Chapter:
    """Which codes came up in how many cases, whether new cases still bring new ones, and whether coders agree."""
    if ctx.study.codings.empty:
        return Chapter("cases", _TITLE, "", [], [NotAnswered(
            "cases-none", _TITLE, "The study holds no coded interviews.",
            "Interviews coded in any program, exported as REFI-QDA (.qdpx) or as a table of segments: interfirm cases "
            "STUDY --add FILE.")])
    support, presence = theme_support(ctx.study), code_matrix(ctx.study, cell="presence")
    blocks: list[Block] = [_figure(support, presence.shape[1]), _numbers(ctx, presence.shape[1])]
    return Chapter("cases", _TITLE, _LEAD, _claims(ctx, presence), blocks)


def _ordered(support: Any) -> Any:
    return support.sort_values(["cases", "segments"], ascending=False, kind="stable")


def _figure(support: Any, cases: int) -> Figure:
    rows = _ordered(support)
    first = int(rows["cases"].iloc[0])
    most = [str(name) for name in rows.index[rows["cases"] == first]]
    shown = [{"label": str(code), "value": int(row["cases"]), "low": None, "high": None, "highlight": str(code) in most}
             for code, row in rows.head(_SHOWN).iterrows()]
    twin = table("cases-codes-table", "Codes and their support",
                 [TableColumn("code", "Code"), TableColumn("cases", "Cases", "count", measure="theme_support"),
                  TableColumn("segments", "Segments", "count"), TableColumn("quotes", "Quotes", "count"),
                  TableColumn("supported", "Quoted in two cases")],
                 [[str(code), int(row["cases"]), int(row["segments"]), int(row["quotes"]), bool(row["supported"])]
                  for code, row in rows.iterrows()])
    title = f"{words.sentence(words.listing(most, 3))} came up most often: in {first:,} of {cases:,} cases"
    held = int(rows["supported"].sum())
    cut = f" The first {_SHOWN} of {len(rows):,} codes are drawn." if len(rows) > _SHOWN else ""
    return Figure("cases-codes", title, "Cases in which a code came up · coded interviews",
                  f"{cases:,} cases, {len(rows):,} codes; {held:,} of them are quoted in at least two cases.{cut}",
                  "dots", shown, twin, {"x_title": "Cases", "zero": True}, "theme_support")


def _numbers(ctx: Context, cases: int) -> Numbers:
    full, agreed = saturation(ctx.study), coder_agreement(ctx.study)
    last = full.runs["share"].iloc[-1] if len(full.runs) else None
    items = [
        Number("New codes in the last run", None if last is None or np.isnan(last) else float(last), "saturation",
               "share", comparison=str(full)),
        Number("Agreement of the coders (alpha)", None if np.isnan(agreed.alpha) else float(agreed.alpha),
               "coder_agreement", comparison="1 is full agreement, 0 what chance gives"),
        Number("Cases", cases, kind="count", comparison=_linked(ctx)),
    ]
    return Numbers("cases-numbers", "How far the coding can be trusted", items)


def _linked(ctx: Context) -> str:
    rows = ctx.study.codings
    linked = rows.dropna(subset=["actor"])["case"].nunique()
    return f"{linked:,} of them about an actor of the network"


def _claims(ctx: Context, presence: Any) -> list[Claim]:
    """The code (or codes) of most cases, and how often one of them stays ahead when the cases are drawn again."""
    if presence.shape[1] < 5 or presence.shape[0] < 2:
        return []
    x = presence.to_numpy(dtype=np.float64)
    counts = x.sum(axis=1)
    most = np.flatnonzero(counts == counts.max())
    drawn = ctx.rng("cases").integers(0, x.shape[1], (_DRAWS, x.shape[1]))
    totals = x[:, drawn].sum(axis=2)
    stays = float((totals[most].max(axis=0) >= totals.max(axis=0)).mean())
    named = words.listing([f"'{presence.index[k]}'" for k in most], 3)
    each = " each" if len(most) > 1 else ""
    text = f"In coded interviews {named} came up in {counts.max():.0f} of {x.shape[1]} cases{each}; the median code " \
        f"in {np.median(counts):g}."
    who = "one of them " if len(most) > 1 else ""
    why = f"{who}stays first in {words.share(stays)} of {_DRAWS:,} resamples of cases"
    return [ctx.claim("cases-most", text, stays, why, "cases-codes", 0.3, [])]

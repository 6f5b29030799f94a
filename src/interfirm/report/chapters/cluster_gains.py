"""What firms gain: external economies and joint action, advantages and learning, technological capability."""

from __future__ import annotations

from math import isnan
from typing import Any, Final

import numpy as np

from interfirm.cluster.assess import ClusterAssessment
from interfirm.cluster.mechanisms import CHANNELS, TURNED, WASTED
from interfirm.report import words
from interfirm.report.blocks import Block, Cell, Claim, Figure, TableColumn
from interfirm.report.context import Context, table

_OURS: Final = "our reconstruction"
_FEWEST: Final = 5
_DRAWS: Final = 1000
_SHORT: Final = {"external economies": "Economies", "joint action, level": "Level", "joint action, change": "Change",
                 "collective efficiency": "Index"}
_COLUMNS: Final = {("cost", "+"): "cheaper", ("benefit", "+"): "worth more", ("pool", "+"): "more known",
                   ("benefit", "-"): "worth less"}


def _known(value: float) -> float | None:
    return None if isnan(value) else float(value)


def efficiency(ctx: Context, found: ClusterAssessment) -> tuple[list[Claim], list[Block]]:
    """Joint action by form, how far the scales can be trusted, and what goes with reported changes."""
    part = found.efficiency
    if part is None or part.answered < _FEWEST:
        return [], []
    forms = part.forms.dropna(subset=["level"])
    blocks: list[Block] = []
    if len(forms):
        best = forms.sort_values("level").iloc[-1]
        rows: list[dict[str, Cell]] = [
            {"label": _form(row), "value": float(row["level"]),
             "low": _known(row["level_low"]), "high": _known(row["level_high"]),
             "highlight": bool(row["level"] == best["level"])} for _, row in forms.iterrows()]
        twin = table("cluster-forms-table", "Joint action today and over five years", [
            TableColumn("form", "Form"),
            TableColumn("level", "Today, 1 to 5", "number", measure="collective_efficiency"),
            TableColumn("low", "from", "number"), TableColumn("high", "to", "number"),
            TableColumn("change", "Change, −2 to 2", "number"), TableColumn("clow", "from", "number"),
            TableColumn("chigh", "to", "number")],
            [[_form(row), row["level"], _known(row["level_low"]),
              _known(row["level_high"]), _known(row["change"]), _known(row["change_low"]), _known(row["change_high"])]
             for _, row in part.forms.iterrows()])
        blocks.append(Figure(
            "cluster-forms", f"Firms act together most in {_form(best).lower()}",
            f"How close joint action is today, mean of the members, 1 to 5 · {ctx.when(part.wave)}",
            f"{part.answered} of {part.asked} member firms answered. Vertical: along the chain; horizontal: between "
            "producers; pairs: bilateral; groups: multilateral. Bar: 95 % interval.",
            "dots", rows, twin, {"x_title": "Joint action, 1 to 5"}, "collective_efficiency"))
    blocks += _trust(part) + _relation(found, ctx)
    return _rising(ctx, part), blocks


def _form(row: Any) -> str:
    return f"{row['direction']} {'pairs' if row['sides'] == 'bilateral' else 'groups'}".capitalize()


def _rising(ctx: Context, part: Any) -> list[Claim]:
    share = part.rising
    if share.of < 10:
        return []
    more = share.value > 0.5
    p = share.above() if more else 1 - share.above()
    text = f"Joint action has increased over five years in {share.yes} of {share.of} firms."
    return [ctx.claim("cluster-rising", text, p * share.of / max(part.asked, share.of),
                      f"{share.of} of {part.asked} member firms answered; that it is "
                      f"{'more' if more else 'less'} than half", "cluster-forms", 0.3)]


def _trust(part: Any) -> list[Block]:
    if not len(part.reliability):
        return []
    rows = [[words.sentence(row["title"]), int(row["items"]), int(row["rows"]), _known(row["alpha"]),
             _known(row["alpha_low"]), _known(row["alpha_high"])] for _, row in part.reliability.iterrows()]
    distinct = "" if isnan(part.distinct) else \
        " External economies and joint action today can be told apart if HTMT is below 0.85: " \
        f"{words.number(part.distinct)}."
    return [table("cluster-reliability", "How far these scales can be trusted", [
        TableColumn("scale", "Scale"), TableColumn("items", "Items", "count"), TableColumn("firms", "Firms", "count"),
        TableColumn("alpha", "Alpha", "number", measure="reliability"), TableColumn("from", "from", "number"),
        TableColumn("to", "to", "number")], rows,
        "Joint action today asks about different partners: a firm may be close to one and not to another, so a low "
        f"alpha is no fault there.{distinct}")]


def _relation(found: ClusterAssessment, ctx: Context) -> list[Block]:
    frame = found.relation
    if not len(frame):
        return []
    rows: list[dict[str, Cell]] = [
        {"label": f"{_SHORT[row['index']]} · {row['outcome']}", "value": _known(row["rho"]),
         "low": _known(row["rho_low"]), "high": _known(row["rho_high"]), "highlight": bool(row["p_adjusted"] <= 0.05)}
        for _, row in frame.iterrows()]
    clear = frame.loc[frame["p_adjusted"] <= 0.05]
    if len(clear):
        row = clear.sort_values("rho", key=abs).iloc[-1]
        title = f"{words.sentence(row['index'])}, goes with a reported change in {row['outcome']}"
    else:
        title = "Nothing here clearly goes with reported changes in performance"
    twin = table("cluster-relation-table", "Rank correlations", [
        TableColumn("index", "What"), TableColumn("outcome", "Change in"), TableColumn("firms", "Firms", "count"),
        TableColumn("rho", "Spearman", "number", measure="performance_relation"), TableColumn("low", "from", "number"),
        TableColumn("high", "to", "number"), TableColumn("p", "p, adjusted", "number")],
        [[row["index"], row["outcome"], int(row["firms"]), _known(row["rho"]), _known(row["rho_low"]),
          _known(row["rho_high"]), _known(row["p_adjusted"])] for _, row in frame.iterrows()])
    return [Figure("cluster-relation", title,
                   f"Rank correlations with changes that firms report · {ctx.when(found.settings['wave'])}",
                   "Economies: external economies; level and change: joint action; index: both. Both sides come from "
                   "the same survey, at one time: they go together or not, nothing more. "
                   f"p from {found.settings['permutations']} permutations, adjusted for {len(frame)} tests (Holm).",
                   "dots", rows, twin, {"x_title": "Spearman's rank correlation", "zero": True},
                   "performance_relation")]


def learning(ctx: Context, found: ClusterAssessment) -> tuple[list[Claim], list[Block]]:
    """Which advantages are turned into effort, which are wasted, and the cells of the frame."""
    matrix = found.matrix
    if matrix is None:
        return [], []
    frame = matrix.advantages
    shown = frame.loc[frame["have"] >= _FEWEST]
    if shown.empty:
        return [], []
    rows: list[dict[str, Cell]] = [
        {"label": row["short"], "value": float(row["share"]), "low": float(row["low"]), "high": float(row["high"]),
         "highlight": row["verdict"] in (TURNED, WASTED)} for _, row in shown.iterrows()]
    twin = table("cluster-learning-table", f"Advantages of the place and learning ({_OURS})", [
        TableColumn("advantage", "Advantage"), TableColumn("have", "Firms that have it", "count"),
        TableColumn("use", "Of these, make a linked effort", "count"),
        TableColumn("share", "Share", "share", measure="learning_matrix"), TableColumn("verdict", "So it is"),
        TableColumn("certainty", "Certainty"), TableColumn("efforts", "Linked efforts")],
        [[row["title"], int(row["have"]), int(row["use"]), _known(row["share"]), words.sentence(row["verdict"]),
          row["certainty"], row["efforts"]] for _, row in frame.iterrows()], categories=True)
    title = _learning_title(matrix)
    figure = Figure("cluster-learning", title, "Of the firms that have an advantage, the share that makes a linked "
                    f"effort to learn · {_OURS} · {ctx.when(matrix.wave)}",
                    "The last three are joint action. Has, makes: an answer of 4 or 5. Which effort belongs to which "
                    "advantage is our reconstruction. "
                    "Bar: 95 % interval. Line: half of the firms.", "dots", rows, twin,
                    {"x_title": "Share that makes a linked effort", "reference": 0.5, "zero": True, "format": "share"},
                    "learning_matrix")
    return _learning_claims(ctx, frame), [figure, *_cells(matrix)]


def _learning_title(matrix: Any) -> str:
    if matrix.turned and matrix.wasted:
        return f"{words.listing(matrix.turned, 2)}: turned into learning; {words.listing(matrix.wasted, 2)}: mostly " \
            "wasted"
    if matrix.wasted:
        return f"Mostly wasted: {words.listing(matrix.wasted, 3)}"
    return f"Turned into learning: {words.listing(matrix.turned, 3)}" if matrix.turned else \
        "Of no advantage can it be said that most firms use it, or waste it"


def _learning_claims(ctx: Context, frame: Any) -> list[Claim]:
    out = []
    for verdict, says in ((WASTED, "make nothing of it"), (TURNED, "make an effort that goes with it")):
        mine = frame.loc[frame["verdict"] == verdict]
        if mine.empty:
            continue
        row = mine.sort_values("probability").iloc[-1]
        count = int(row["have"] - row["use"]) if verdict == WASTED else int(row["use"])
        text = f"{row['title']}: {count} of the {int(row['have'])} firms that have this advantage {says} ({_OURS})."
        out.append(ctx.claim(f"cluster-learning-{'wasted' if verdict == WASTED else 'turned'}", text,
                             float(row["probability"]), f"{int(row['have'])} of {int(row['firms'])} firms have it",
                             "cluster-learning", 0.5 if verdict == WASTED else 0.35))
    return out


def _cells(matrix: Any) -> list[Block]:
    cells = matrix.cells
    known = cells.loc[cells["filled"] & (cells["firms"] >= _FEWEST)]
    if known.empty:
        return []
    share = {(row["short"], row["channel"], row["sign"]): float(row["share"]) for _, row in known.iterrows()}
    rows: list[dict[str, Cell]] = [{"row": name, "column": title, "value": share.get((name, *column))}
                                   for name in dict.fromkeys(cells["short"]) for column, title in _COLUMNS.items()]
    twin = table("cluster-cells-table", f"What the place changes in the decision to learn ({_OURS})", [
        TableColumn("advantage", "Advantage"), TableColumn("channel", "What it does"), TableColumn("says", "In words"),
        TableColumn("sign", "Direction"), TableColumn("firms", "Firms", "count"),
        TableColumn("share", "True for", "share", measure="learning_matrix"), TableColumn("collect", "To collect")],
        [[row["title"], CHANNELS[row["channel"]], words.sentence(row["says"]),
          "for" if row["sign"] == "+" else "against", int(row["firms"]) if row["filled"] else None,
          _known(row["share"]), row["collect"]] for _, row in cells.iterrows()])
    empty = int((~cells["filled"]).sum())
    full = cells.loc[cells["filled"]].sort_values("share").iloc[-1]
    gap = f" {empty} of {len(cells)} cells cannot be filled from this study; the table says what to collect." if empty \
        else ""
    return [Figure("cluster-cells", f"True for most firms: {full['says']}",
                   f"Share of the firms for which a cell of the frame is true · {_OURS} · {matrix.wave}",
                   f"A cell left blank is no part of the frame, or not known.{gap} Learning is made "
                   "cheaper, or worth more or less to the firm; or more is known that can be learned.",
                   "matrix", rows, twin, {"format": "share"}, "learning_matrix")]


def _ends_of_medians(known: Any, rng: np.random.Generator) -> dict[str, tuple[float, float]]:
    """Between which values 95 % of the medians of resampled firms lie, by function."""
    out = {}
    for name in known.columns:
        x = known[name].dropna().to_numpy(dtype=np.float64)
        medians = np.median(x[rng.integers(0, len(x), (_DRAWS, len(x)))], axis=1)
        low, high = np.quantile(medians, (0.025, 0.975))
        out[str(name)] = float(low), float(high)
    return out


def technology(ctx: Context, found: ClusterAssessment) -> tuple[list[Claim], list[Block]]:
    """Where the members stand on technological capability, by function; each firm for the board only."""
    part = found.technology
    if part is None:
        return [], []
    inside = set(ctx.study.actors["actor"].to_numpy()[ctx.study.present(part.wave)])
    profile = part.profile.loc[[actor in inside for actor in part.profile.index]]
    known = profile.dropna(how="all")
    if len(known) < _FEWEST:
        return [], []
    low, middle, high = (known.quantile(q) for q in (0.25, 0.5, 0.75))
    ends = _ends_of_medians(known, ctx.rng("cluster-technology"))
    weakest = str(known.mean().idxmin())
    rows: list[dict[str, Cell]] = [
        {"label": words.sentence(part.titles[name]), "value": float(middle[name]), "low": ends[name][0],
         "high": ends[name][1], "highlight": name == weakest} for name in known.columns]
    names = list(known.columns)
    if ctx.audience == "board":
        ordered = known.assign(all=part.scores.reindex(known.index)).sort_values("all", ascending=False,
                                                                                 na_position="last", kind="stable")
        twin = table("cluster-technology-table", "Technological capability by firm", [
            TableColumn("actor", "Firm", "actor"),
            *(TableColumn(name, words.sentence(part.titles[name]), "number") for name in names),
            TableColumn("all", "All", "number", measure="technological_capability")],
            [[ctx.label_of[str(actor)], *(_known(row[name]) for name in [*names, "all"])]
             for actor, row in ordered.iterrows()])
    else:
        twin = table("cluster-technology-table", "Technological capability of the members", [
            TableColumn("function", "Function"), TableColumn("low", "Lower quartile", "number"),
            TableColumn("median", "Median", "number", measure="technological_capability"),
            TableColumn("high", "Upper quartile", "number")],
            [[words.sentence(part.titles[name]), float(low[name]), float(middle[name]), float(high[name])]
             for name in names])
    subtitle = "Share of each function's depth that is reached, 0 to 1 · median of the members, 95 % range · " \
        f"{ctx.when(part.wave)}"
    caption = f"{len(known)} members answered; 1: basic, intermediate and advanced level are all reached."
    return [], [Figure("cluster-technology", f"Members are furthest from the whole in {part.titles[weakest]}", subtitle,
                       caption, "dots", rows, twin, {"x_title": "Share of the depth reached", "zero": True},
                       "technological_capability")]

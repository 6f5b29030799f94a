"""Part of what a policy would change: who gains, the network before and after, and its structure."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import scipy.sparse as sp

from interfirm.numerals import per_cent
from interfirm.report import words
from interfirm.report.blocks import Block, Cell, Figure, TableColumn
from interfirm.report.context import Context, table
from interfirm.report.layout import layout

Pair = tuple[int, int]

_MORE: Final = 0.1
_OFTEN: Final = 0.5


def blocks(ctx: Context, told: dict[str, Any]) -> list[Block]:
    """The table of groups and the map, for the policy that comes first; the structure with every policy."""
    out: list[Block] = []
    name = next(item["title"] for item in told["policies"] if item["name"] == told["first"])
    if told["groups"]:
        out.append(_gains(told, name))
    if told["map"] and told["first"] != "none" and told["map"]["ties"]:
        out.append(_map(ctx, told, name))
    if told["structure"]:
        out.append(_structure(told))
    return out


def _structure(told: dict[str, Any]) -> Block:
    from interfirm.simulation.wording import structure_sentence

    first = told["structure"][0]
    kinds = [key for key in first if key not in {"policy", "runs", "differs"}]
    names = {item["name"]: item["title"] for item in told["policies"]}
    rows: list[list[Cell]] = [[names[row["policy"]], *(row[kind] for kind in kinds), row["differs"]]
                              for row in told["structure"]]
    said = structure_sentence(told["structure"], told["structure_now"])
    return table("simulation-structure", "Which structure the cluster would have",
                 [TableColumn("policy", "Policy"),
                  *(TableColumn(kind.replace(" ", "-"), words.sentence(kind), "share") for kind in kinds),
                  TableColumn("differs", "Other than without", "share")], rows,
                 caption=f"{said} Share of the first {first['runs']} runs of each policy, by the same rules as in the "
                         "chapter on structure. Indeterminate: none of the five structures passes every test. "
                         "Contested: nobody leads, yet many decide for others. Last column: runs that end in another "
                         "structure than the run without a policy under the same luck.")


def _gains(told: dict[str, Any], name: str) -> Block:
    rows: list[list[Cell]] = []
    for row in told["groups"]:
        cells: list[Cell] = [row["group"], row["firms"]]
        for value in ("knowledge", "capability", "innovations", "partners"):
            half = (row[f"{value}_high"] - row[f"{value}_low"]) / 2
            cells += [f"{row[value]:+.3f} ±{half:.3f}".replace("-", "−")]
        rows.append([*cells, row["losing"]])
    return table("simulation-gains", f"Who gains with '{name}'",
                 [TableColumn("group", "Group"), TableColumn("firms", "Firms", "count"),
                  TableColumn("knowledge", "Knowledge"), TableColumn("capability", "Capability"),
                  TableColumn("innovations", "Innovations by firm"), TableColumn("partners", "Partners"),
                  TableColumn("losing", "Firms that know less", "share")], rows,
                 caption=f"Mean change of a firm against no policy after {told['years']:g} years, ± half of its 95 % "
                         f"interval "
                         "over runs; firms that closed in one of the two runs are left out. Groups as they are now; "
                         "groups of fewer than five firms are not shown. Last column: firms whose mean change of "
                         "knowledge is below 0.")


def _map(ctx: Context, told: dict[str, Any], name: str) -> Figure:
    drawn = told["map"]
    places = _places(ctx, drawn)
    now = [(a, b) for a, b, here, _, _ in drawn["ties"] if here]
    without = [(a, b) for a, b, _, share, _ in drawn["ties"] if share >= _OFTEN]
    with_it = [(a, b) for a, b, _, _, share in drawn["ties"] if share >= _OFTEN]
    new = {(a, b) for a, b, _, base, share in drawn["ties"] if share - base >= _MORE}
    panels: tuple[tuple[str, list[Pair], set[Pair], str], ...] = (
              ("Now", now, set(), f"{len(now)} pairs work together"),
              (f"In {told['years']:g} years, no policy", without, set(), f"{len(without)} pairs in most runs"),
              (f"With '{name}'", sorted(set(with_it) | new), new, f"{len(new)} pairs clearly more often"))
    rows: list[dict[str, Cell]] = []
    for panel, ties, strong, says in panels:
        rows.append({"panel": panel, "says": says})
        rows += [{"panel": panel, "kind": "tie", "x": places[a][0], "y": places[a][1], "x2": places[b][0],
                  "y2": places[b][1], "highlight": (a, b) in strong} for a, b in ties]
        rows += [{"panel": panel, "kind": "firm", "x": x, "y": y} for x, y in places]
    twin = table("simulation-map-table", "Pairs that work together, by panel",
                 [TableColumn("panel", "Panel"), TableColumn("pairs", "Pairs", "count")],
                 [[panel, len(ties)] for panel, ties, _, _ in panels])
    title = (f"With '{name}', {len(new)} pairs of firms work together clearly more often than without"
             if new else f"With '{name}', the same pairs of firms work together as without")
    return Figure("simulation-map", title,
                  f"Who works with whom: now, and after {told['years']:g} years in at least half of the runs",
                  f"Firms in the same places in all panels; {told['replications']} runs of each. Coloured: pairs "
                  f"tied in at least {per_cent(_MORE)} more of the runs with the policy. Firms that came later are "
                  "not drawn.",
                  "networks", rows, twin, {"columns": 3})


def _places(ctx: Context, drawn: dict[str, Any]) -> list[tuple[float, float]]:
    """Places in the unit square, one by firm, from all ties of all panels."""
    size = drawn["size"]
    pairs = np.array([(a, b) for a, b, *_ in drawn["ties"]], dtype=np.int64).reshape(-1, 2)
    weight = np.array([max(now, without, with_it) for *_, now, without, with_it in drawn["ties"]])
    half = sp.csr_array((weight, (pairs[:, 0], pairs[:, 1])), shape=(size, size))
    found = layout(sp.csr_array(half + half.T), np.zeros(size, dtype=bool), seed=ctx.seed)
    spots = np.asarray(found.positions, dtype=np.float64) * (1.0, -1.0)
    low, high = spots.min(axis=0), spots.max(axis=0)
    unit = (spots - low) / np.maximum(high - low, 1e-9)
    return [(round(float(x), 4), round(float(y), 4)) for x, y in unit]

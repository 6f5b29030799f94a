"""What the interactive map shows: actors with positions and measures, ties by relation and wave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from interfirm.network.brokerage import constraint
from interfirm.network.centrality import betweenness, degree
from interfirm.report.context import Context, plain
from interfirm.report.layout import layout
from interfirm.report.limits import limit
from interfirm.study.study import ALLIANCES

ALL_YEARS = "all"
_FACTS = (("founded", "Founded"), ("ownership", "Ownership"), ("city", "Place"), ("country", "Country"))
_SEEN = (("employees", "Employees"), ("turnover", "Turnover (EUR)"), ("export_share", "Export share"))

if TYPE_CHECKING:
    import pandas as pd

Ints = npt.NDArray[np.int64]


def map_data(ctx: Context, spoken: list[str]) -> dict[str, Any]:
    """The map part of a summary.

    Parameters
    ----------
    ctx
        The report's context.
    spoken
        Identifiers of the actors that the findings speak of, most useful finding first.

    Returns
    -------
    dict
        ``nodes``, ``edges`` (source and target are positions in ``nodes``), ``relations``, ``waves``,
        ``labelled``, ``boundary`` (centre and radius of the members' circle), ``left_out`` (ties that
        are not drawn) and ``aggregated``.
    """
    size = len(ctx.study.actors)
    if ctx.relation is None:
        return _empty(ctx)
    if size > limit("aggregate_above"):
        from interfirm.report.aggregate import aggregated_map

        return aggregated_map(ctx, spoken)
    chosen = np.arange(size, dtype=np.int64)
    return drawn(ctx, spoken, chosen)


def drawn(ctx: Context, spoken: list[str], chosen: Ints) -> dict[str, Any]:
    """The map of some actors, given by their positions in the study."""
    ctx.step("placing the actors on the map")
    external = (ctx.study.actors["position"] == "external").to_numpy(dtype=bool)
    placed = layout(sp.csr_array(union(ctx)[chosen][:, chosen]), external[chosen], seed=ctx.seed)
    nodes = _nodes(ctx, chosen, placed.positions)
    edges, left_out = _edges(ctx, chosen)
    return {"nodes": nodes, "edges": edges, "left_out": left_out, "relations": relations(ctx), "waves": waves(ctx),
            "labelled": _labelled(ctx, spoken, chosen), "boundary": list(placed.boundary), "aggregated": None}


def _empty(ctx: Context) -> dict[str, Any]:
    return {"nodes": [], "edges": [], "left_out": 0, "relations": [], "waves": waves(ctx), "labelled": [],
            "boundary": [0.5, 0.5, 0.5], "aggregated": None}


def relations(ctx: Context) -> list[dict[str, Any]]:
    """The relations of the map with their layer and direction; the main one first."""
    names = sorted(ctx.relations, key=lambda name: name != ctx.relation)
    return [{"relation": name, "layer": ctx.layer(name),
             "directed": ctx.adjacency(name, ctx.waves_of(name)[-1]).directed} for name in names]


def waves(ctx: Context) -> list[dict[str, str]]:
    """The waves of the map with their labels; one called ``"all"`` where nothing is dated."""
    order = ctx.study.wave_order
    if not order:
        return [{"wave": ALL_YEARS, "label": ctx.when(None)}]
    return [{"wave": wave, "label": ctx.title_of(wave)} for wave in order]


def _tagged(ctx: Context, relation: str) -> list[tuple[str, str | None]]:
    """The waves of the map in which a relation shows, each with the wave to ask the study for."""
    found = ctx.waves_of(relation)
    if found == (None,):
        return [(wave["wave"], None) for wave in waves(ctx)]
    return [(str(wave), wave) for wave in found]


def union(ctx: Context) -> sp.csr_array:
    """How often each pair of actors of the study is tied, over relations and waves."""
    size = len(ctx.study.actors)
    total = sp.csr_array((size, size))
    for relation in ctx.relations:
        for wave in ctx.waves_of(relation):
            view = ctx.adjacency(relation, wave, who="all")
            coo = view.symmetric.tocoo()
            ones = np.ones(coo.nnz)
            total = sp.csr_array(total + sp.csr_array((ones, (view.index[coo.row], view.index[coo.col])),
                                                      shape=(size, size)))
    return total


# ---- nodes -------------------------------------------------------------------------------


def _nodes(ctx: Context, chosen: Ints, places: npt.NDArray[np.float64]) -> list[dict[str, Any]]:
    actors = ctx.study.actors
    there = {wave["wave"]: set(ctx.study.present(wave["wave"] if wave["wave"] != ALL_YEARS else None,
                                                  who="all").tolist()) for wave in waves(ctx)}
    values = _values(ctx)
    groups = _groups(ctx)
    out = []
    for order, i in enumerate(chosen.tolist()):
        row = actors.iloc[i]
        hidden = ctx.audience == "members" and bool(ctx.weak[i])
        name = str(row["actor"])
        out.append({
            "id": f"hidden-{i + 1}" if hidden else name, "label": str(ctx.labels[i]), "kind": plain(row["kind"]),
            "sector": plain(row["sector"]), "position": plain(row["position"]), "community": groups.get(name),
            "x": float(places[order, 0]), "y": float(places[order, 1]),
            "measures": {wave: {key: plain(column.get(name)) for key, column in found.items()}
                         for wave, found in values.items()},
            "waves": [wave for wave, present in there.items() if i in present],
            "facts": {} if ctx.audience == "members" else _facts(ctx, i),
        })
    return out


def _values(ctx: Context) -> dict[str, dict[str, dict[str, Any]]]:
    """Measures of the main relation: by wave of the map, by measure, by actor."""
    out: dict[str, dict[str, dict[str, Any]]] = {}
    for tag, wave in _tagged(ctx, ctx.relation or ALLIANCES):
        options = {"relation": ctx.relation, "wave": wave}
        out[tag] = {
            "degree": _by_actor(ctx.measure(degree, who="all", direction="all", **options)),
            "betweenness": _by_actor(ctx.measure(betweenness, seed=ctx.seed, **options)),
            "constraint": _by_actor(ctx.measure(constraint, **options)),
        }
    return out


def _by_actor(values: pd.Series[Any]) -> dict[str, Any]:
    return {str(actor): value for actor, value in values.items()}


def _groups(ctx: Context) -> dict[str, int]:
    return {str(actor): int(value) for actor, value in ctx.communities.membership.dropna().items()}


def _facts(ctx: Context, i: int) -> dict[str, Any]:
    row = ctx.study.actors.iloc[i]
    out = {label: plain(row[column]) for column, label in _FACTS}
    seen = ctx.study.observations.loc[ctx.study.observations["actor"] == row["actor"]]
    if ctx.wave is not None and len(seen):
        seen = seen.loc[seen["wave"] == ctx.wave]
    for column, label in _SEEN:
        values = seen[column].dropna()
        out[label] = plain(values.iloc[-1]) if len(values) else None
    return {label: value for label, value in out.items() if value is not None}


def _labelled(ctx: Context, spoken: list[str], chosen: Ints) -> list[int]:
    """Positions of the actors to label: those of the findings, then the most connected."""
    names = ctx.study.actors["actor"].to_numpy(dtype=object)[chosen].tolist()
    place = {name: i for i, name in enumerate(names)}
    view = ctx.adjacency()
    degree = np.diff(view.symmetric.indptr)
    most = [str(view.actors[i]) for i in np.lexsort((np.arange(view.size), -degree)) if degree[i] > 0]
    hidden = {str(name) for name, weak in zip(ctx.study.actors["actor"], ctx.weak, strict=True)
              if weak and ctx.audience == "members"}
    ordered = [place[name] for name in dict.fromkeys([*spoken, *most]) if name in place and name not in hidden]
    return ordered[:limit("map_labels")]


# ---- edges -------------------------------------------------------------------------------


def _edges(ctx: Context, chosen: Ints) -> tuple[list[dict[str, Any]], int]:
    """The ties among the chosen actors, undirected ones once, and how many were left out."""
    place = np.full(len(ctx.study.actors), -1, dtype=np.int64)
    place[chosen] = np.arange(len(chosen))
    out: list[dict[str, Any]] = []
    for relation in ctx.relations:
        for tag, wave in _tagged(ctx, relation):
            view = ctx.adjacency(relation, wave, who="all")
            matrix = view.matrix if view.directed else sp.csr_array(sp.triu(view.matrix, k=1))
            coo = matrix.tocoo()
            source, target = place[view.index[coo.row]], place[view.index[coo.col]]
            keep = (source >= 0) & (target >= 0)
            out += [{"source": int(a), "target": int(b), "relation": relation, "wave": tag, "weight": float(f"{w:.4g}")}
                    for a, b, w in zip(source[keep], target[keep], coo.data[keep], strict=True)]
    most = limit("map_ties")
    if len(out) <= most:
        return out, 0
    order = sorted(range(len(out)), key=lambda i: (-out[i]["weight"], i))[:most]
    return [out[i] for i in sorted(order)], len(out) - most

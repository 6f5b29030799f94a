"""The map of a network too large to draw actor by actor: its groups, and the most connected actors."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from interfirm.report.context import Context
from interfirm.report.layout import layout
from interfirm.report.limits import limit
from interfirm.report.mapdata import drawn

Ints = npt.NDArray[np.int64]


def aggregated_map(ctx: Context, spoken: list[str]) -> dict[str, Any]:
    """The map of the most connected actors, with ``aggregated`` holding the groups.

    ``aggregated`` has ``nodes`` (``id``, ``label`` after the most connected member, ``size``, ``ties``
    inside, ``kind`` of most members, ``x``, ``y``), ``edges`` (``source``, ``target`` as positions in its
    nodes, number of ``ties``), ``others`` (how many smaller groups are not shown, with how many actors),
    ``relation`` and ``wave``.
    """
    view = ctx.adjacency()
    degree = np.diff(view.symmetric.indptr)
    place = {str(name): i for i, name in enumerate(ctx.study.actors["actor"])}
    named = [place[name] for name in spoken if name in place]
    most = view.index[np.lexsort((np.arange(view.size), -degree))[:limit("map_actors")]].tolist()
    chosen = np.array(sorted(set(list(dict.fromkeys([*named, *most]))[:limit("map_actors")])), dtype=np.int64)
    out = drawn(ctx, spoken, chosen)
    out["aggregated"] = groups(ctx, degree)
    return out


def groups(ctx: Context, degree: Ints) -> dict[str, Any]:
    """The largest groups of the main relation as nodes, with the number of ties between them."""
    view = ctx.adjacency()
    member = ctx.communities.membership.fillna(0).to_numpy(dtype=np.int64)
    codes, inverse = np.unique(member, return_inverse=True)
    sizes = np.bincount(inverse)
    order = np.lexsort((codes, -sizes))
    kept = order[(sizes[order] > 1) & (codes[order] > 0)][:limit("map_groups")]
    rank = np.full(len(codes), -1, dtype=np.int64)
    rank[kept] = np.arange(len(kept))
    group = rank[inverse]
    between = _between(view.symmetric, group, len(kept))
    placed = layout(_without_diagonal(between), np.zeros(len(kept), dtype=bool), seed=ctx.seed).positions
    kinds = ctx.study.actors["kind"].to_numpy(dtype=object)[view.index]
    nodes = []
    for i in range(len(kept)):
        mine = np.flatnonzero(group == i)
        head = mine[np.lexsort((mine, -degree[mine]))[0]]
        nodes.append({
            "id": int(codes[kept[i]]), "label": f"around {ctx.label_of[str(view.actors[head])]}", "size": len(mine),
            "ties": int(between[i, i] // 2), "kind": str(Counter(kinds[mine]).most_common(1)[0][0]),
            "x": float(placed[i, 0]), "y": float(placed[i, 1])})
    upper = sp.triu(between, k=1).tocoo()
    edges = [{"source": int(a), "target": int(b), "ties": int(t)}
             for a, b, t in zip(upper.row, upper.col, upper.data, strict=True)]
    return {"nodes": nodes, "edges": edges, "relation": ctx.relation, "wave": ctx.wave,
            "others": {"groups": len(codes) - len(kept), "actors": int((group < 0).sum())}}


def _between(ties: sp.csr_array, group: Ints, count: int) -> sp.csr_array:
    """Number of ties between and inside groups; those of actors in no shown group are left out."""
    inside = np.flatnonzero(group >= 0)
    belongs = sp.csr_array((np.ones(len(inside)), (inside, group[inside])), shape=(len(group), count))
    one = ties.copy()
    one.data = np.ones_like(one.data)
    return sp.csr_array(belongs.T @ one @ belongs)


def _without_diagonal(matrix: sp.csr_array) -> sp.csr_array:
    out = sp.csr_array(matrix - sp.diags_array(matrix.diagonal()))
    out.eliminate_zeros()
    return out

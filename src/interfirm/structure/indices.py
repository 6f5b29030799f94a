"""Numbers about the two layers, whatever their structure: hierarchy of decisions, reciprocity, cut vertices."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations
from math import comb

import numpy as np
import numpy.typing as npt
from scipy.sparse import csgraph, csr_array

Bools = npt.NDArray[np.bool_]
Layer = npt.NDArray[np.int8]

LUB_ACTORS = 150
SEPARATOR_TRIALS = 500


def reachable(tie: Bools) -> Bools:
    """n × n: whether the row reaches the column; every firm reaches itself."""
    distance = csgraph.shortest_path(csr_array(tie.astype(np.int8)), unweighted=True)
    out: Bools = np.isfinite(distance)
    return out


def krackhardt(tie: Bools) -> dict[str, float]:
    """Krackhardt's connectedness, hierarchy, efficiency (as in `sna`, arcs counted) and least upper bounds.

    Connectedness is the share of pairs joined by any chain; hierarchy 1 - mutually reachable pairs by pairs
    of which one reaches the other; efficiency 1 - superfluous arcs by the most there could be; least upper
    bound 1 - pairs without a closest common superior by Σ (N - 1)(N - 2) / 2 (`sna` asks for a highest one
    instead, which differs where firms have several superiors). NaN where the denominator is 0;
    the last also above 150 firms. Source [krackhardt1994]. :func:`interfirm.network.krackhardt` gives the
    same for a relation of a study.
    """
    n = len(tie)
    parts, part = csgraph.connected_components(tie, directed=True, connection="weak")
    sizes = np.bincount(part, minlength=parts).astype(float)
    reach = reachable(tie)
    off = ~np.eye(n, dtype=bool)
    either, both = int(((reach | reach.T) & off).sum()), int((reach & reach.T & off).sum())
    spare = float((sizes * (sizes - 1) - (sizes - 1)).sum())
    pairs = float(((sizes - 1) * (sizes - 2) / 2).sum())
    nan = float("nan")
    return {
        "connectedness": float((sizes * (sizes - 1)).sum() / (n * (n - 1))) if n > 1 else nan,
        "hierarchy": 1 - both / either if either else nan,
        "efficiency": 1 - float(tie.sum() - (sizes - 1).sum()) / spare if spare else nan,
        "least upper bound": 1 - _unbounded(reach, part) / pairs if pairs and n <= LUB_ACTORS else nan,
    }


def _unbounded(reach: Bools, part: npt.NDArray[np.int32]) -> int:
    """Pairs of one part without a least upper bound: a common superior that all common superiors reach."""
    out = 0
    for i, j in combinations(range(len(reach)), 2):
        if part[i] != part[j] or reach[i, j] or reach[j, i]:
            continue
        above = np.flatnonzero(reach[:, i] & reach[:, j])
        out += not (len(above) and bool(reach[np.ix_(above, above)].all(axis=0).any()))
    return out


def global_reaching_centrality(tie: Bools) -> float:
    """Mean lead of the firm that reaches most over the others, Σ (max LRC - LRC) / (n - 1) [mones2012]."""
    n = len(tie)
    if n < 2:
        return float("nan")
    local = (reachable(tie).sum(axis=1) - 1) / (n - 1)
    return float((local.max() - local).sum() / (n - 1))


def degree_centralisation(tie: Bools) -> float:
    """Freeman's centralisation of an undirected layer: 1 for a star, 0 where all have as many ties [freeman1979]."""
    n = len(tie)
    degree = tie.sum(axis=1)
    return float((degree.max() - degree).sum() / ((n - 1) * (n - 2))) if n > 2 else float("nan")


def reciprocity(tie: Bools) -> float:
    """Share of the arcs that are returned; NaN without arcs."""
    arcs = int(tie.sum())
    return float((tie & tie.T).sum() / arcs) if arcs else float("nan")


def largest_share(tie: Bools, keep: Bools | None = None) -> float:
    """Share of the kept firms in their largest connected part; 0 without firms."""
    inner = tie if keep is None else tie[np.ix_(keep, keep)]
    if not len(inner):
        return 0.0
    _, part = csgraph.connected_components(inner, directed=False)
    return float(np.bincount(part).max() / len(inner))


def blocks(tie: Bools) -> tuple[float, list[int]]:
    """Share of the firms in the largest part without cut vertices, and the cut vertices."""
    import igraph as ig

    graph = ig.Graph(n=len(tie), edges=np.argwhere(np.triu(tie, 1)).tolist())
    parts = graph.biconnected_components()
    largest = max((len(part) for part in parts), default=1)
    return largest / len(tie), sorted(int(v) for v in graph.articulation_points())


def split(tie: Bools, without: Iterable[int]) -> float:
    """Share (of all n) of the smallest part that is left when some firms go; 0 if the rest hangs together."""
    n = len(tie)
    keep = np.ones(n, dtype=bool)
    keep[list(without)] = False
    if not keep.any():
        return 0.0
    number, part = csgraph.connected_components(tie[np.ix_(keep, keep)], directed=False)
    return float(np.bincount(part).min() / n) if number > 1 else 0.0


def barrier_strength(tie: Bools) -> tuple[float, tuple[int, ...]]:
    """The largest share that a barrier of one to three firms can cut off, and those firms.

    For every set of one firm (of two, of three, while there are at most 500 such sets) the share of the
    smallest part that is left without it; the largest of these. 0 if no set separates anything. Between 0
    and ½. Ours. Example: two triangles joined by one firm give 3/7.
    """
    n = len(tie)
    best: float = 0.0
    who: tuple[int, ...] = ()
    for size in (1, 2, 3):
        if comb(n, size) > SEPARATOR_TRIALS and size > 1:
            break
        for some in combinations(range(n), size):
            value = split(tie, some)
            if value > best + 1e-12:
                best, who = value, some
    return best, who


def indices(exchange: Layer, coordination: Layer | None) -> dict[str, float]:
    """The indices that are reported with every classification, exchange first."""
    tie = exchange == 1
    n = len(tie)
    share, cuts = blocks(tie)
    strength, _ = barrier_strength(tie)
    known = int((exchange >= 0).sum()) - n
    out = {
        "firms": float(n), "exchange density": float(tie.sum()) / known if known else float("nan"),
        "exchange degree centralisation": degree_centralisation(tie), "largest part without cut vertices": share,
        "cut vertices": float(len(cuts)), "barrier strength": strength,
    }
    if coordination is not None:
        rule = coordination == 1
        out["coordination ties"] = float(rule.sum())
        out["coordination global reaching centrality"] = global_reaching_centrality(rule)
        out["coordination reciprocity"] = reciprocity(rule)
        out |= {f"coordination {name}": value for name, value in krackhardt(rule).items()}
    return out

"""Everything that lives on triangles: structural holes, brokerage and the triad census.

All kernels read one structure, an undirected network in which the actors are numbered by
increasing number of neighbours:

``indptr``   n + 1 int64, row i holds ``indices[indptr[i]:indptr[i + 1]]``
``split``    n int64, first position of row i whose neighbour has a higher number than i
``indices``  int32, neighbours, ascending, both directions stored, no diagonal

Each triangle u < v < w is met once, at its lowest member, by following only ties to higher numbers.
That costs O(m^1.5) whatever the degrees are. ``marker`` is n int32 zeros and comes back as zeros.
``first`` and ``last`` bound the rows of a call, so that long work can be cut in pieces.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Ints = npt.NDArray[np.int64]
Shorts = npt.NDArray[np.int32]
Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]

# The role of v between a and b, by 4 (a and b share a group) + 2 (a and v do) + (v and b do); and the
# same with a and b in each other's place. 0 coordinator, 1 itinerant, 2 gatekeeper, 3 representative, 4 liaison.
ROLE = np.array([4, 2, 3, 0, 1, 0, 0, 0])
TURNED = np.array([4, 3, 2, 0, 1, 0, 0, 0])


@njit(cache=True)
def edge_sums(indptr: Ints, split: Ints, indices: Shorts, weight: Floats, inverse: Floats, first: int, last: int,
              marker: Shorts, through: Floats, product: Floats, shared: Ints) -> None:
    """Add up, over the common neighbours q of each pair of neighbours (x, y), what passes through q.

    ``weight`` holds a symmetric a, ``inverse`` one number per actor. At the position of y in row x,
    x < y: ``through`` += a_xq a_qy inverse_q, ``product`` += a_xq a_qy, ``shared`` += 1.
    """
    for u in range(first, last):
        start, end = split[u], indptr[u + 1]
        for e in range(start, end):
            marker[indices[e]] = e - start + 1
        for e in range(start, end):
            v = indices[e]
            for f in range(split[v], indptr[v + 1]):
                w = indices[f]
                found = marker[w]
                if found:
                    g = start + found - 1
                    uv, uw, vw = weight[e], weight[g], weight[f]
                    through[e] += uw * vw * inverse[w]
                    through[g] += uv * vw * inverse[v]
                    through[f] += uv * uw * inverse[u]
                    product[e] += uw * vw
                    product[g] += uv * vw
                    product[f] += uv * uw
                    shared[e] += 1
                    shared[g] += 1
                    shared[f] += 1
        for e in range(start, end):
            marker[indices[e]] = 0


@njit(cache=True)
def triangle_cells(indptr: Ints, split: Ints, indices: Shorts, code: Bytes, first: int, last: int,
                   marker: Shorts, cells: Ints) -> None:
    """Count the triangles u < v < w by the codes of their three pairs.

    ``code`` (0 to 4, see the triad census) is read as the lower number sees it; ``cells`` is
    5 × 5 × 5, indexed by the codes of (u, v), (u, w) and (v, w).
    """
    for u in range(first, last):
        start, end = split[u], indptr[u + 1]
        for e in range(start, end):
            marker[indices[e]] = e - start + 1
        for e in range(start, end):
            v = indices[e]
            for f in range(split[v], indptr[v + 1]):
                found = marker[indices[f]]
                if found:
                    cells[code[e], code[start + found - 1], code[f]] += 1
        for e in range(start, end):
            marker[indices[e]] = 0


@njit(cache=True)
def _open(v: int, indptr: Ints, indices: Shorts, code: Bytes, group: Shorts, into: Ints, out: Ints,
          roles: Ints) -> None:
    """Add all two-paths through v, closed ones included, from how many partners of each group it has."""
    mine = group[v]
    same_mutual, other_mutual, arriving, leaving = 0, 0, 0, 0
    for e in range(indptr[v], indptr[v + 1]):
        c, h = code[e], group[indices[e]]
        if c & 1:
            out[h] += 1
            leaving += 1
        if c & 2:
            into[h] += 1
            arriving += 1
        if c & 3 == 3:
            if h == mine:
                same_mutual += 1
            else:
                other_mutual += 1
    arriving -= into[mine]
    leaving -= out[mine]
    same_other = 0
    for e in range(indptr[v], indptr[v + 1]):
        h = group[indices[e]]
        if h != mine:
            same_other += into[h] * out[h]
            into[h] = 0
            out[h] = 0
    roles[v, 0] += into[mine] * out[mine] - same_mutual
    roles[v, 1] += same_other - other_mutual
    roles[v, 2] += arriving * out[mine]
    roles[v, 3] += into[mine] * leaving
    roles[v, 4] += arriving * leaving - same_other
    into[mine] = 0
    out[mine] = 0


@njit(cache=True)
def brokers(indptr: Ints, split: Ints, indices: Shorts, code: Bytes, group: Shorts, first: int, last: int,
            marker: Shorts, into: Ints, out: Ints, roles: Ints, closed: Ints, mutual_closed: Ints) -> None:
    """Count the open two-paths a → v → b by the role of v, for the Gould–Fernandez roles.

    A code holds four bits as the row's actor sees the pair: 1 a tie to the neighbour, 2 a tie from
    it, 4 a tie to it is unknown, 8 a tie from it is unknown. A two-path counts unless a → b is
    there or unknown.

    ``roles`` (n × 5) receives counts in the order of ``ROLE``: all two-paths of the rows
    ``first`` to ``last``, less the closed ones found in their triangles, which may belong to higher
    numbers; so the counts are complete when all rows have been done. ``into`` and ``out`` are zeros,
    one per group, and come back as zeros. At the position of y in row x, x < y, ``closed`` (m × 4)
    counts the closed two-paths x→y→q, y→x→q, q→y→x and q→x→y. ``mutual_closed`` counts, per actor,
    the pairs of its mutual partners that are joined or may be.
    """
    for v in range(first, last):
        _open(v, indptr, indices, code, group, into, out, roles)
    for u in range(first, last):
        start, end = split[u], indptr[u + 1]
        for e in range(start, end):
            marker[indices[e]] = e - start + 1
        for e in range(start, end):
            v = indices[e]
            for f in range(split[v], indptr[v + 1]):
                w = indices[f]
                found = marker[w]
                if found:
                    _close(u, v, w, e, start + found - 1, f, code, group, roles, closed, mutual_closed)
        for e in range(start, end):
            marker[indices[e]] = 0


@njit(cache=True)
def _close(u: int, v: int, w: int, e: int, g: int, f: int, code: Bytes, group: Shorts, roles: Ints, closed: Ints,
           mutual_closed: Ints) -> None:
    """Take the closed two-paths of the triangle u < v < w out of the counts; e, g, f hold (u,v), (u,w), (v,w)."""
    ce, cg, cf = code[e], code[g], code[f]
    uv, uw, vw = group[u] == group[v], group[u] == group[w], group[v] == group[w]
    by_u, by_v, by_w = 4 * vw + 2 * uv + uw, 4 * uw + 2 * uv + vw, 4 * uv + 2 * uw + vw
    if ce & 1 and cf & 1 and cg & 5:  # u → v → w
        roles[v, ROLE[by_v]] -= 1
        closed[e, 0] += 1
        closed[f, 3] += 1
    if cf & 2 and ce & 2 and cg & 10:  # w → v → u
        roles[v, TURNED[by_v]] -= 1
        closed[f, 1] += 1
        closed[e, 2] += 1
    if ce & 2 and cg & 1 and cf & 5:  # v → u → w
        roles[u, ROLE[by_u]] -= 1
        closed[e, 1] += 1
        closed[g, 3] += 1
    if cg & 2 and ce & 1 and cf & 10:  # w → u → v
        roles[u, TURNED[by_u]] -= 1
        closed[g, 1] += 1
        closed[e, 3] += 1
    if cg & 1 and cf & 2 and ce & 5:  # u → w → v
        roles[w, ROLE[by_w]] -= 1
        closed[g, 0] += 1
        closed[f, 2] += 1
    if cf & 1 and cg & 2 and ce & 10:  # v → w → u
        roles[w, TURNED[by_w]] -= 1
        closed[f, 0] += 1
        closed[g, 2] += 1
    if ce & cg & 3 == 3:
        mutual_closed[u] += 1
    if ce & cf & 3 == 3:
        mutual_closed[v] += 1
    if cg & cf & 3 == 3:
        mutual_closed[w] += 1

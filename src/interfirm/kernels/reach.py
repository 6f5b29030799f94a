"""Who can be reached from whom, as bits, in a network without cycles.

The nodes are numbered so that every arc leads from a lower to a higher number. ``indptr`` and
``indices`` hold the arcs by source.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Ints = npt.NDArray[np.int64]
Bits = npt.NDArray[np.uint64]


@njit(cache=True)
def topological(indptr: Ints, indices: Ints, waiting: Ints, order: Ints) -> int:
    """Fill ``order`` with the nodes, sources first; ``waiting`` holds the in-degrees and is used up.

    Returns the number of nodes placed: all of them unless there is a cycle.
    """
    tail = 0
    for v in range(len(waiting)):
        if waiting[v] == 0:
            order[tail] = v
            tail += 1
    head = 0
    while head < tail:
        v = order[head]
        head += 1
        for e in range(indptr[v], indptr[v + 1]):
            w = indices[e]
            waiting[w] -= 1
            if waiting[w] == 0:
                order[tail] = w
                tail += 1
    return tail


@njit(cache=True)
def closure(indptr: Ints, indices: Ints, offset: int, bits: Bits) -> None:
    """Which of the targets ``offset`` … ``offset + 64 words - 1`` each node reaches, itself included.

    ``bits`` is n × words, zeros on entry.
    """
    nodes, words = bits.shape
    for v in range(nodes - 1, -1, -1):
        own = v - offset
        if 0 <= own < 64 * words:
            bits[v, own >> 6] |= np.uint64(1) << np.uint64(own & 63)
        for e in range(indptr[v], indptr[v + 1]):
            w = indices[e]
            for k in range(words):
                bits[v, k] |= bits[w, k]


@njit(cache=True)
def without_least_bound(bits: Bits, size: Ints, first: int, last: int) -> int:
    """Count the pairs of actors whose upper bounds have no least one; rows ``first`` to ``last``.

    Nodes are numbered so that arcs lead from a *subordinate* to its superiors, and ``bits`` is the
    full closure: row i holds everybody above i, i included. A node holds ``size`` actors. The upper
    bounds of i and j are the bits that both rows share; the lowest of them is the least bound if
    and only if its own row holds exactly these.
    """
    nodes, words = bits.shape
    count = 0
    for i in range(first, last):
        for j in range(i + 1, nodes):
            fails = True
            for k in range(j >> 6, words):
                both = bits[i, k] & bits[j, k]
                if both:
                    bound = 64 * k
                    shift = 32
                    rest = both
                    while shift:
                        if rest & ((np.uint64(1) << np.uint64(shift)) - np.uint64(1)) == 0:
                            rest >>= np.uint64(shift)
                            bound += shift
                        shift >>= 1
                    fails = False
                    for r in range(k, words):
                        if bits[i, r] & bits[j, r] != bits[bound, r]:
                            fails = True
                            break
                    break
            if fails:
                count += size[i] * size[j]
    return count

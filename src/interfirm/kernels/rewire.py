"""Random networks to compare with: same degrees, same density, or a share of the ties moved.

Layers are n × n int8: 1 tie, 0 no tie, -1 unknown. Unknown cells stay unknown and get no tie.
"""

from __future__ import annotations

from numba import njit

from interfirm.kernels.fit_score import INNER, draw


@njit(**INNER)
def swap_ties(e, ends, state):  # type: ignore[no-untyped-def]
    """Same degrees in a symmetric layer, in place: ten attempted swaps per tie. ``ends`` is scratch, m × 2 or more."""
    n = e.shape[0]
    m = 0
    for i in range(n):
        for j in range(i + 1, n):
            if e[i, j] == 1:
                ends[m, 0], ends[m, 1] = i, j
                m += 1
    if m < 2:
        return
    for _ in range(10 * m):
        x, y = int(draw(state) * m), int(draw(state) * m)
        a, b = ends[x, 0], ends[x, 1]
        if draw(state) < 0.5:
            c, d = ends[y, 0], ends[y, 1]
        else:
            d, c = ends[y, 0], ends[y, 1]
        if a in (c, d) or b in (c, d) or e[a, d] != 0 or e[c, b] != 0:
            continue
        e[a, b], e[b, a], e[c, d], e[d, c] = 0, 0, 0, 0
        e[a, d], e[d, a], e[c, b], e[b, c] = 1, 1, 1, 1
        ends[x, 1] = d
        ends[y, 0], ends[y, 1] = c, b


@njit(**INNER)
def redraw_rows(c, spots, state):  # type: ignore[no-untyped-def]
    """Same out-degrees in a directed layer, in place: new receivers for each sender. ``spots`` has n entries."""
    n = c.shape[0]
    for i in range(n):
        degree, free = 0, 0
        for j in range(n):
            if i != j and c[i, j] >= 0:
                spots[free] = j
                free += 1
                degree += c[i, j]
                c[i, j] = 0
        for at in range(degree):
            other = at + int(draw(state) * (free - at))
            spots[at], spots[other] = spots[other], spots[at]
            c[i, spots[at]] = 1


@njit(**INNER)
def redraw_cells(layer, symmetric, rate, taken, spots, state):  # type: ignore[no-untyped-def]
    """Move a share of the ties to random empty cells, in place; with rate 1 all ties are drawn anew.

    ``taken`` and ``spots`` are scratch with room for all cells (flat positions).
    """
    n = layer.shape[0]
    ties, free = 0, 0
    for i in range(n):
        for j in range(i + 1 if symmetric else 0, n):
            if i == j:
                continue
            if layer[i, j] == 1 and rate < 1.0:
                taken[ties] = i * n + j
                ties += 1
            elif layer[i, j] >= 0:
                if layer[i, j] == 1:
                    taken[ties] = i * n + j
                    ties += 1
                spots[free] = i * n + j
                free += 1
    moved = int(rate * ties + draw(state))
    moved = min(moved, ties, free)
    for at in range(moved):
        other = at + int(draw(state) * (ties - at))
        taken[at], taken[other] = taken[other], taken[at]
        i, j = taken[at] // n, taken[at] % n
        layer[i, j] = 0
        if symmetric:
            layer[j, i] = 0
    for at in range(moved):
        other = at + int(draw(state) * (free - at))
        spots[at], spots[other] = spots[other], spots[at]
        i, j = spots[at] // n, spots[at] % n
        layer[i, j] = 1
        if symmetric:
            layer[j, i] = 1

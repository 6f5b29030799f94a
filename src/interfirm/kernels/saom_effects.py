"""Change statistics of effects on ties.

Each effect fills its row of ``f`` for the listed receivers of actor i: with ``tie = 0`` the difference that
i -> j makes to i's own sum (present minus absent, whatever the tie is now); with ``tie = 1`` what a present
tie i -> j adds to the statistic that is matched.

No receiver is negative: the loops that look up one value per receiver test for it only to stay scalar, since
vector gathers were measured to be many times slower.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from interfirm.kernels import saom_codes as k
from interfirm.kernels.saom_state import lists, reach


def contributions(fx, info, tabs, dy, x, g, f, v, i, tie, lag, more):  # type: ignore[no-untyped-def]  # noqa: PLR0912
    """List receivers of actor i, fill row 3 + e - FIRST of ``f`` for every effect e of v; returns the number listed.

    The caller clears the list.

    Parameters
    ----------
    fx, info, tabs, dy, x, g, f
        See :mod:`interfirm.kernels.saom_codes`.
    v, i
        Variable and actor.
    tie
        0 for change statistics of all listed; 1 for what present ties, which are listed first, add to the statistic.
    lag
        N int32: indegrees at the start of the period, for effects that match them.
    more
        What fills the row of a rare effect.
    """
    reached = reach(x, g, v, i, info[v, k.COLS], info[v, k.NEEDS], info[v, k.SQUARE])
    size = np.int64(g[lists(v, g.shape[1]) + 2 * g.shape[1], i]) if tie else reached
    room = g.shape[0] - 1 - k.TYPES
    for first in range(info[v, k.FIRST], info[v, k.LAST]):
        e, row = first, 3 + first - info[v, k.FIRST]
        while e >= 0:
            code = fx[e, k.CODE]
            f[row, f.shape[1] - 1] = 0.0
            if code == k.CONST:
                for t in range(size):
                    f[row, t] = 1.0
            elif code == k.RECIP:
                for t in range(size):
                    j = g[room, t]
                    if j < 0:
                        break
                    f[row, t] = x[v, j, i]
            elif code == k.TRANS:
                _closure(fx, tabs, dy, g, f, v, i, e, row, tie, size, reached)
            elif code == k.COUNT:
                kind, tab = room + 1 + fx[e, k.KIND], fx[e, k.TAB]
                for t in range(size):
                    j = g[room, t]
                    if j < 0:
                        break
                    number = g[kind, j]
                    f[row, t] = number if tab < 0 else tabs[tab, number]
            elif code < k.BALANCE:
                _triadic(code, x, g, f, v, i, row, tie, size)
            elif k.ALTIN <= code <= k.ISOLATE:
                _degree(fx, tabs, g, f, v, i, e, row, tie, size, lag)
            else:
                more(fx, info, tabs, dy, x, g, f, v, i, e, row, tie, size)
            if code != k.TRANS and fx[e, k.DYAD] >= 0:
                dyad = fx[e, k.DYAD]
                for t in range(size):
                    j = g[room, t]
                    if j < 0:
                        break
                    f[row, t] *= dy[dyad, i, j]
            if code != k.TRANS and fx[e, k.ZTAB] >= 0:
                z = lists(fx[e, k.BEH], g.shape[1]) + 2 * g.shape[1] + 2
                mine = fx[e, k.ZTAB] + g[z, i]
                for t in range(size):
                    j = g[room, t]
                    if j < 0:
                        break
                    f[row, t] *= tabs[mine, g[z, j]]
            if e != first:
                product = 3 + first - info[v, k.FIRST]
                f[product, f.shape[1] - 1] = 0.0
                for t in range(size):
                    f[product, t] *= f[row, t]
            e, row = fx[e, k.TIMES], f.shape[0] - 3
    return reached


@njit(**k.LEAN_INNER)
def weight(fx, tabs, dy, g, e, i, j):  # type: ignore[no-untyped-def]
    """Dyadic factor of effect e: a covariate, a function of the levels of a behaviour of both, or both."""
    out = 1.0
    if fx[e, k.DYAD] >= 0:
        out = dy[fx[e, k.DYAD], i, j]
    if fx[e, k.ZTAB] >= 0:
        z = lists(fx[e, k.BEH], g.shape[1]) + 2 * g.shape[1] + 2
        out *= tabs[fx[e, k.ZTAB] + g[z, i], g[z, j]]
    return out


@njit(**k.LEAN_INNER)
def _closure(fx, tabs, dy, g, f, v, i, e, row, tie, size, reached):  # type: ignore[no-untyped-def]
    """Transitive triplets i -> h -> j, i -> j, weighted by D_ij E_ih, where i -> j takes either place."""
    n, room = g.shape[1], g.shape[0] - 1 - k.TYPES
    at, second = lists(v, n), fx[e, k.DYAD2]
    if fx[e, k.DYAD] < 0 and second < 0 and fx[e, k.ZTAB] < 0:
        for t in range(size):
            j = g[room, t]
            if j < 0:
                break
            f[row, t] = g[room + 1 + k.TP, j] if tie else g[room + 1 + k.TP, j] + g[room + 1 + k.OS, j]
        return
    for t in range(reached):
        f[1, g[room, t]] = f[2, g[room, t]] = 0.0
    f[1, i] = f[2, i] = 0.0
    for t in range(g[at + 2 * n, i]):
        h = g[at + i, t]
        first = 1.0 if second < 0 else dy[second, i, h]
        last = weight(fx, tabs, dy, g, e, i, h)
        for u in range(g[at + 2 * n, h]):
            f[1, g[at + h, u]] += first
        if not tie:
            for u in range(g[at + 2 * n + 1, h]):
                f[2, g[at + n + h, u]] += last
    for t in range(size):
        j = g[room, t]
        first = 1.0 if second < 0 else dy[second, i, j]
        f[row, t] = weight(fx, tabs, dy, g, e, i, j) * f[1, j] + first * f[2, j]


@njit(**k.LEAN_INNER)
def _triadic(code, x, g, f, v, i, row, tie, size):  # type: ignore[no-untyped-def]
    """Transitive ties and the two kinds of transitive reciprocated triplets."""
    n, room = g.shape[1], g.shape[0] - 1 - k.TYPES
    at = lists(v, n)
    own = g[at + 2 * n, i]
    for t in range(size):
        j = g[room, t]
        two = g[room + 1 + k.TP, j]
        if code == k.TRANSREC:
            f[row, t] = x[v, j, i] * two + (0 if tie else g[room + 1 + k.OSR, j])
        elif code == k.TRANSREC2:
            f[row, t] = g[room + 1 + k.FR, j] * (1.0 if tie else 2.0)
        else:
            f[row, t] = 1.0 if two > 0 else 0.0
            if tie or g[room + 1 + k.OS, j] == 0:
                continue
            alone = 1 if t < own else 0
            for u in range(own):
                h = g[at + i, u]
                if h != j and x[v, j, h] and g[room + 1 + k.TP, h] == alone:
                    f[row, t] += 1.0


@njit(**k.LEAN_INNER)
def _degree(fx, tabs, g, f, v, i, e, row, tie, size, lag):  # type: ignore[no-untyped-def]  # noqa: PLR0912
    """Functions of the degree of j or of i; the last column holds i's value for creating any tie."""
    n, room = g.shape[1], g.shape[0] - 1 - k.TYPES
    outdeg = lists(v, n) + 2 * n
    code, tab, own, received = fx[e, k.CODE], max(fx[e, k.TAB], 0), g[outdeg, i], g[outdeg + 1, i]
    last = f.shape[1] - 1
    if code == k.ALTIN:
        for t in range(size):
            j = g[room, t]
            if j < 0:
                break
            f[row, t] = tabs[tab, g[outdeg + 1, j] + (0 if tie or t < own else 1)]
    elif code == k.ALTOUT:
        for t in range(size):
            j = g[room, t]
            if j < 0:
                break
            f[row, t] = tabs[tab, g[outdeg, j]]
    elif code == k.EGOIN:
        f[row, last] = tabs[tab, lag[i] if tie and fx[e, k.KIND] == 1 else received]
        for t in range(size):
            f[row, t] = f[row, last]
    elif code == k.ISOLATE:
        f[row, last] = -1.0 if received == 0 and own == 0 else 0.0
        for t in range(size):
            f[row, t] = -1.0 if received == 0 and own - (1 if t < own else 0) == 0 else 0.0
    else:
        f[row, last] = tabs[tab, own + 1] - tabs[tab, own]
        for t in range(size):
            f[row, t] = tabs[tab, own] - tabs[tab, own - 1] if t < own else f[row, last]
        if tie:
            for t in range(size):
                f[row, t] = tabs[tab, own] / own

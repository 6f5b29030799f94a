"""Change statistics that look at every receiver: balance, brokerage, similarity of partners, other networks."""

from __future__ import annotations

from numba import njit

from interfirm.kernels import saom_codes as k
from interfirm.kernels.saom_state import lists


def more(fx, info, tabs, dy, x, g, f, v, i, e, row, tie, size):  # type: ignore[no-untyped-def]
    """The row of a rare effect (see ``contributions``)."""
    if fx[e, k.CODE] >= k.WXX:
        _across(fx, tabs, dy, x, g, f, v, i, e, row, tie, size)
    else:
        _rare(fx, info, tabs, x, g, f, v, i, e, row, tie, size)


@njit(**k.LEAN_INNER)
def _rare(fx, info, tabs, x, g, f, v, i, e, row, tie, size):  # type: ignore[no-untyped-def]
    """Effects of one network that need more than counts of third parties."""
    n, room = g.shape[1], g.shape[0] - 1 - k.TYPES
    outdeg, count = lists(v, n) + 2 * n, room + 1
    code, own, mutual = fx[e, k.CODE], g[outdeg, i], info[v, k.CHOICE] != k.DIRECTED
    if code == k.CYCLE4:
        _four_cycles(g, f, v, i, row, size, info[v, k.COLS])
        return
    for t in range(size):
        j = g[room, t]
        there = 1 if t < own else 0
        plus = 0 if tie else 1 - there
        if code == k.BALANCE:
            f[row, t] = ((info[v, k.ROWS] - 2) * tabs[v, k.BALANCE_MEAN] + 2.0 * g[count + k.OS, j]
                         - (own - there + g[outdeg, j] - x[v, j, i]))
            if not tie:
                f[row, t] += 2.0 * g[count + k.TP, j] - (own - there)
        elif code == k.BETWEEN:
            f[row, t] = g[outdeg + 1, i] - x[v, j, i] - g[count + k.IS, j]
            if mutual and not tie:
                f[row, t] *= 2.0
        elif code == k.DIST2:
            f[row, t] = _distance_two(x, g, v, i, j, there)
        elif code == k.INDIFF:
            f[row, t] = _plus_one(tabs, fx[e, k.TAB], g[outdeg + 1, j] - there)
            f[row, t] += _plus_one(tabs, fx[e, k.TAB], own - there) if mutual else 0.0
        elif code == k.ASSORT:
            f[row, t] = _assorted(fx, tabs, g, v, i, j, e, there, plus, tie)
        elif code == k.DEGPLUS:
            other = g[outdeg + 1, j] + plus
            f[row, t] = own + other if tie else 2.0 * (own - there) + 1.0 + other
        elif code == k.JIN:
            shared = g[count + k.IS, j]
            f[row, t] = _share(shared, g[outdeg + 1, i] + g[outdeg + 1, j] + plus - shared)
        else:
            f[row, t] = _same_receivers(x, g, v, i, j, there, tie, plus if mutual else 0)


@njit(**k.LEAN_INNER)
def _plus_one(tabs, tab, degree):  # type: ignore[no-untyped-def]
    return tabs[tab, degree + 1] - tabs[tab, degree]


@njit(**k.LEAN_INNER)
def _share(part, whole):  # type: ignore[no-untyped-def]
    return part / whole if whole > 0 else 0.0


@njit(**k.LEAN_INNER)
def _distance_two(x, g, v, i, j, there):  # type: ignore[no-untyped-def]
    """Actors that i -> j puts at distance two, less j itself if it is there now."""
    n, paths = g.shape[1], g.shape[0] - k.TYPES + k.TP
    at = lists(v, n)
    out = -1.0 if g[paths, j] > 0 else 0.0
    for t in range(g[at + 2 * n, j]):
        h = g[at + j, t]
        if h != i and not x[v, i, h] and g[paths, h] == there:
            out += 1.0
    return out


@njit(**k.LEAN_INNER)
def _assorted(fx, tabs, g, v, i, j, e, there, plus, tie):  # type: ignore[no-untyped-def]
    """f(degree of i) × g(degree of j); KIND bit 0: degree of i is the indegree, bit 1: that of j is."""
    n = g.shape[1]
    at, ego, alter = lists(v, n), fx[e, k.TAB], fx[e, k.TAB2]
    side = at + 2 * n + (fx[e, k.KIND] >> 1 & 1)
    theirs = tabs[alter, g[side, j] + (plus if fx[e, k.KIND] & 2 else 0)]
    if fx[e, k.KIND] & 1:
        return tabs[ego, g[at + 2 * n + 1, i]] * theirs
    own = g[at + 2 * n, i]
    if tie:
        return tabs[ego, own] * theirs
    rest = 0.0
    for t in range(own):
        if g[at + i, t] != j:
            rest += tabs[alter, g[side, g[at + i, t]]]
    more = tabs[ego, own - there + 1]
    return more * theirs + (more - tabs[ego, own - there]) * rest


@njit(**k.LEAN_INNER)
def _same_receivers(x, g, v, i, j, there, tie, plus):  # type: ignore[no-untyped-def]
    """Share of the receivers of i and j that both have; i -> j also changes that of i's other receivers."""
    n, both = g.shape[1], g.shape[0] - k.TYPES + k.OS
    at = lists(v, n)
    degree = g[at + 2 * n, i] - there
    out = _share(g[both, j], degree + 1 + g[at + 2 * n, j] + plus - g[both, j])
    if tie:
        return out
    for t in range(g[at + 2 * n, i]):
        h = g[at + i, t]
        if h != j:
            points = x[v, h, j]
            without, theirs = g[both, h] - (points if there else 0), g[at + 2 * n, h]
            out += (_share(without + points, degree + 1 + theirs - without - points)
                    - _share(without, degree + theirs - without))
    return out


@njit(**k.LEAN_INNER)
def _four_cycles(g, f, v, i, row, size, cols):  # type: ignore[no-untyped-def]
    """Four-cycles i -> j <- h -> l <- i, l different from j."""
    n, room = g.shape[1], g.shape[0] - 1 - k.TYPES
    at = lists(v, n)
    for j in range(cols):
        f[1, j] = 0.0
    for t in range(g[at + 2 * n, i]):
        q = g[at + i, t]
        for u in range(g[at + 2 * n + 1, q]):
            h = g[at + n + q, u]
            if h != i:
                for w in range(g[at + 2 * n, h]):
                    if g[at + h, w] != q:
                        f[1, g[at + h, w]] += 1.0
    for t in range(size):
        f[row, t] = f[1, g[room, t]]


@njit(**k.LEAN_INNER)
def _across(fx, tabs, dy, x, g, f, v, i, e, row, tie, size):  # type: ignore[no-untyped-def]
    """Effects of a second network o, or of a dyadic covariate in closure, on i -> j.

    KIND of CROSS: 0 i -> j, 1 j -> i, 2 both. KIND of XWX: 0 both places of i -> j, 1 the closing tie, 2 the first
    leg. KIND of WXX: 0 whether i has h in the other network, 1 how many receivers both have there. KIND of WDEG: 0
    indegree of j, 1 outdegree of j, 2 indegree of i, 3 outdegree of i.
    """
    n, room = g.shape[1], g.shape[0] - 1 - k.TYPES
    code, o, kind = fx[e, k.CODE], fx[e, k.OTHER], fx[e, k.KIND]
    at = lists(v, n)
    for t in range(size):
        j = g[room, t]
        total = 0.0
        if code == k.WDEG:
            degree = lists(o, n) + 2 * n + (1 if kind in (0, 2) else 0)
            total = tabs[fx[e, k.TAB], g[degree, j if kind < 2 else i]]
        elif code == k.CROSS:
            total = x[o, i, j] if kind == 0 else x[o, j, i] if kind == 1 else x[o, i, j] * x[o, j, i]
        elif code == k.WTWO:
            total = _paths(x, g, o, kind, i, j)
        elif code == k.XWX:
            for u in range(g[at + 2 * n, i]):
                h = g[at + i, u]
                if h != j:
                    if tie or kind != 2:
                        total += _w(fx, dy, x, e, o, h, j)
                    if not tie and kind != 1:
                        total += _w(fx, dy, x, e, o, j, h)
        else:
            side = 1 if code == k.WXX else 0
            for u in range(g[at + 2 * n + side, j]):
                h = g[at + side * n + j, u]
                if h != i:
                    total += _paths(x, g, o, 2, i, h) if kind == 1 else _w(fx, dy, x, e, o, i, h)
        f[row, t] = total


@njit(**k.LEAN_INNER)
def _w(fx, dy, x, e, o, i, j):  # type: ignore[no-untyped-def]
    return dy[fx[e, k.DYAD2], i, j] if o < 0 else float(x[o, i, j])


@njit(**k.LEAN_INNER)
def _paths(x, g, o, kind, i, j):  # type: ignore[no-untyped-def]
    """Third parties in network o: 0 i -> h -> j, 1 i <- h -> j, 2 i -> h <- j, 3 i <- h <- j."""
    n, side, out = g.shape[1], kind & 1, 0.0
    at = lists(o, n)
    for t in range(g[at + 2 * n + side, i]):
        h = g[at + side * n + i, t]
        out += x[o, h, j] if kind <= 1 else x[o, j, h]
    return out

"""Statistics of the method of moments at the end of a period, observed or simulated."""

from __future__ import annotations

import numpy as np
from numba import njit

from interfirm.kernels import saom_codes as k
from interfirm.kernels.saom_behaviour import behaviour_statistic
from interfirm.kernels.saom_state import append, clear, lists

_OWN_SUMS = (k.EGOOUT, k.ISOLATE, k.INDIFF, k.DIST2)


@njit(**k.LEAN_INNER)
def keep_seen(x, g, to_x, to_g, seen, v, rows, cols):  # type: ignore[no-untyped-def]
    """Copy variable v into another state, only the ties that count in statistics."""
    n = g.shape[1]
    at = lists(v, n)
    for i in range(n):
        to_g[at + 2 * n, i] = 0
        to_g[at + 2 * n + 1, i] = 0
    for i in range(rows):
        for j in range(cols):
            to_x[v, i, j] = x[v, i, j] & seen[v, i, j]
        for t in range(g[at + 2 * n, i]):
            j = g[at + i, t]
            if seen[v, i, j]:
                append(to_g, at, i, j)


def statistics(fx, ratefx, info, tabs, dy, x0, z0, seen, zseen, x, g, sx, sg, f, lag, out, fill, more, levels):  # type: ignore[no-untyped-def]  # noqa: PLR0912
    """Fill ``out`` (K) with the statistics of a period.

    Effects on variable v see v at the end of the period (x, g) and everything else at its start (sx, sg, what is
    seen of x0, z0). The start is used as room and restored.
    """
    n = g.shape[1]
    for q in range(out.size):
        out[q] = 0.0
    for v in range(info.shape[0]):
        rows, cols, at = info[v, k.ROWS], info[v, k.COLS], lists(v, n)
        if info[v, k.CHOICE] == k.BEHAVIOUR:
            levels(fx, ratefx, info, tabs, dy, z0, zseen, g, sx, sg, v, at + 2 * n + 2, out)
            continue
        for i in range(rows):
            changed = 0
            for j in range(cols):
                changed += (x[v, i, j] ^ x0[v, i, j]) & seen[v, i, j]
            if info[v, k.RATE] >= 0:
                out[info[v, k.RATE]] += changed
            for q in range(ratefx.shape[0]):
                if ratefx[q, k.R_DEP] == v and changed:
                    out[ratefx[q, k.R_PARAM]] += changed * rate_value(ratefx, tabs, dy, sx, sg, q, i)
        for j in range(n):
            lag[j] = sg[at + 2 * n + 1, j]
        roles = 0
        for e in range(info[v, k.FIRST], info[v, k.LAST]):
            roles |= 1 << fx[e, k.ROLE]
        if roles & 4:
            _add(fx, info, tabs, dy, sx, sg, f, v, lag, np.int64(1), x, out, fill, more)
        keep_seen(x, g, sx, sg, seen, v, rows, cols)
        if roles & 3:
            _add(fx, info, tabs, dy, sx, sg, f, v, lag, np.int64(0), x0, out, fill, more)
        for i in range(n):
            sg[at + 2 * n, i] = sg[at + 2 * n + 1, i] = 0
        for i in range(rows):
            for j in range(cols):
                sx[v, i, j] = x0[v, i, j] & seen[v, i, j]
                if sx[v, i, j]:
                    append(sg, at, i, j)


@njit(**k.LEAN_INNER)
def rate_value(ratefx, tabs, dy, x, g, q, i):  # type: ignore[no-untyped-def]
    """Value of rate effect q for actor i: a covariate, or a function of a degree or of the level of a behaviour."""
    code, which, o, n = ratefx[q, k.R_CODE], ratefx[q, k.R_WHICH], ratefx[q, k.R_OTHER], g.shape[1]
    at = lists(o, n)
    if code == k.R_COV:
        return dy[which, i, i]
    if code == k.R_LEVEL:
        return tabs[which, g[at + 2 * n + 2, i]]
    if code != k.R_REC:
        return tabs[which, g[at + 2 * n + (1 if code == k.R_IN else 0), i]]
    both = 0
    for t in range(g[at + 2 * n, i]):
        both += x[o, g[at + i, t], i]
    return tabs[which, both]


@njit(**k.LEAN_INNER)
def _add(fx, info, tabs, dy, x, g, f, v, lag, lost, other, out, fill, more):  # type: ignore[no-untyped-def]
    """Add up contributions of all present ties; of ties gained since ``other`` (creation); or, with ``lost``,
    take off those of ties that ``other`` does not have any more (endowment)."""
    rows, needs = info[v, k.ROWS], info[v, k.NEEDS]
    n, room = g.shape[1], g.shape[0] - 1 - k.TYPES
    for i in range(rows):
        size = np.int64(g[lists(v, n) + 2 * n, i])
        reached = fill(fx, info, tabs, dy, x, g, f, v, i, 1, lag, more)
        for e in range(info[v, k.FIRST], info[v, k.LAST]):
            role, row, total = fx[e, k.ROLE], 3 + e - info[v, k.FIRST], 0.0
            if (role == k.ENDOWMENT) != (lost == 1):
                continue
            if role == k.EVALUATION and own_sum(fx[e, k.CODE]):
                total = _own(fx, tabs, g, v, i, e, size, reached)
                if fx[e, k.DYAD] >= 0:
                    total *= dy[fx[e, k.DYAD], i, 1 if i == 0 and info[v, k.SQUARE] else 0]
                if fx[e, k.ZTAB] >= 0:
                    level = g[lists(fx[e, k.BEH], n) + 2 * n + 2, i]
                    total *= tabs[fx[e, k.ZTAB] + level, level]
                factor = fx[e, k.TIMES]
                while factor >= 0:
                    total *= _of_ego(fx, tabs, g, v, i, factor, lag)
                    factor = fx[factor, k.TIMES]
            else:
                for t in range(size):
                    if role == k.EVALUATION or not other[v, i, g[room, t]]:
                        total += f[row, t]
            out[fx[e, k.PARAM]] += -total if lost else total
        clear(g, reached, needs)


@njit(**k.LEAN_INNER)
def _of_ego(fx, tabs, g, v, i, e, lag):  # type: ignore[no-untyped-def]
    """A factor that is the same for every receiver: a function of i's indegree here, or of a degree elsewhere."""
    n, kind = g.shape[1], fx[e, k.KIND]
    if fx[e, k.CODE] == k.EGOIN:
        return tabs[fx[e, k.TAB], lag[i] if kind == 1 else g[lists(v, n) + 2 * n + 1, i]]
    return tabs[fx[e, k.TAB], g[lists(fx[e, k.OTHER], n) + 2 * n + (1 if kind == 2 else 0), i]]


@njit(**k.LEAN_INNER)
def own_sum(code):  # type: ignore[no-untyped-def]
    """Whether the statistic is not a sum over present ties."""
    return code in _OWN_SUMS


@njit(**k.LEAN_INNER)
def _own(fx, tabs, g, v, i, e, size, reached):  # type: ignore[no-untyped-def]
    n, room, code = g.shape[1], g.shape[0] - 1 - k.TYPES, fx[e, k.CODE]
    received = g[lists(v, n) + 2 * n + 1, i]
    if code == k.EGOOUT:
        return tabs[fx[e, k.TAB], size]
    if code == k.ISOLATE:
        return 1.0 if size + received == 0 else 0.0
    if code == k.INDIFF:
        return tabs[fx[e, k.TAB], received]
    total = 0.0
    for t in range(size, reached):
        if g[room + 1 + k.TP, g[room, t]] > 0:
            total += 1.0
    return total


def behaviour(fx, ratefx, info, tabs, dy, z0, zseen, g, sx, sg, v, row, out):  # type: ignore[no-untyped-def]
    """Add the statistics of a behaviour, whose levels are in row ``row`` of the lists.

    Creation sums the gains of those who went up, endowment the losses of those who went down.
    """
    n = info[v, k.ROWS]
    for i in range(n):
        moved = abs(g[row, i] - z0[v, i]) * zseen[v, i]
        if info[v, k.RATE] >= 0:
            out[info[v, k.RATE]] += moved
        for q in range(ratefx.shape[0]):
            if ratefx[q, k.R_DEP] == v and moved:
                out[ratefx[q, k.R_PARAM]] += moved * rate_value(ratefx, tabs, dy, sx, sg, q, i)
        sg[row, i] = g[row, i]
    for e in range(info[v, k.FIRST], info[v, k.LAST]):
        role = fx[e, k.ROLE]
        for i in range(n):
            step = g[row, i] - z0[v, i]
            if zseen[v, i] and (role == k.EVALUATION or (step > 0 and role == k.CREATION)
                                or (step < 0 and role == k.ENDOWMENT)):
                total = behaviour_statistic(fx, tabs, dy, sx, sg, e, v, i, np.int64(g[row, i]))
                if role != k.EVALUATION:
                    total -= behaviour_statistic(fx, tabs, dy, sx, sg, e, v, i, np.int64(z0[v, i]))
                out[fx[e, k.PARAM]] += total
    for i in range(n):
        sg[row, i] = z0[v, i]

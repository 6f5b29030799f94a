"""Effects on an ordinal behaviour: what an actor adds to their statistics at a given level."""

from __future__ import annotations

from numba import njit

from interfirm.kernels import saom_codes as k
from interfirm.kernels.saom_state import lists


@njit(**k.LEAN_INNER)
def behaviour_statistic(fx, tabs, dy, x, g, e, v, i, level):  # type: ignore[no-untyped-def]
    """What actor i adds to the statistic of effect e if its behaviour v had this level.

    Levels count from 0; the centred value is lowest level + level - mean. The change statistic of a step is
    the difference of this between two levels. A product is the first effect times what the others multiply z by.
    """
    z = tabs[v, k.LOWEST] + level - tabs[v, k.MEAN]
    out, factor = _term(fx, tabs, dy, x, g, e, v, i, level, z), fx[e, k.TIMES]
    while factor >= 0:
        out *= _term(fx, tabs, dy, x, g, factor, v, i, level, 1.0)
        factor = fx[factor, k.TIMES]
    return out


@njit(**k.LEAN_INNER)
def _term(fx, tabs, dy, x, g, e, v, i, level, z):  # type: ignore[no-untyped-def]
    """Effect e at centred value z; with z = 1 what multiplies z, for effects that are z times something."""
    code, kind = fx[e, k.CODE], fx[e, k.KIND]
    if code == k.B_SHAPE:
        return z if kind == 1 else z * z
    if code == k.B_DEG:
        return z * _degree(fx, x, g, e, i)
    if code == k.B_COV:
        return z * dy[fx[e, k.DYAD], i, i]
    return _alters(fx, tabs, dy, x, g, e, v, i, level, z)


@njit(**k.LEAN_INNER)
def _alters(fx, tabs, dy, x, g, e, v, i, level, z):  # type: ignore[no-untyped-def]
    """Over i's alters: centred similarity to them, or z times their behaviour or covariate.

    KIND: bit 0 mean instead of sum, 1 senders instead of receivers, 2 mutual ties only, 3 the largest, 4 the
    smallest, 5 the behaviour of the alters' own receivers.
    """
    o, kind, code, n = fx[e, k.OTHER], fx[e, k.KIND], fx[e, k.CODE], g.shape[1]
    side = kind >> 1 & 1
    at, own = lists(o, n), lists(v, n) + 2 * n + 2
    total, number, high, low = 0.0, 0, -1e300, 1e300
    for t in range(g[at + 2 * n + side, i]):
        j = g[at + side * n + i, t]
        if kind & 4 and not x[o, j, i]:
            continue
        if code == k.B_SIM:
            value = 1.0 - abs(level - g[own, j]) / tabs[v, k.RANGE] - tabs[v, k.SIMILARITY]
        elif code == k.B_COVALT:
            value = dy[fx[e, k.DYAD], j, j]
        elif kind & 32:
            value = _second(tabs, g, o, v, i, j, kind)
        else:
            value = tabs[v, k.LOWEST] + g[own, j] - tabs[v, k.MEAN]
        total += value
        high, low = max(high, value), min(low, value)
        number += 1
    if number == 0:
        return 0.0
    if kind & 24:
        total = high if kind & 8 else low
    elif kind & 1:
        total /= number
    return total if code == k.B_SIM else z * total


@njit(**k.LEAN_INNER)
def _second(tabs, g, o, v, i, j, kind):  # type: ignore[no-untyped-def]
    """Sum (KIND bit 0: mean) of the behaviour of j's receivers other than i."""
    n = g.shape[1]
    at, own = lists(o, n), lists(v, n) + 2 * n + 2
    total, number = 0.0, 0
    for t in range(g[at + 2 * n, j]):
        h = g[at + j, t]
        if h != i:
            total += tabs[v, k.LOWEST] + g[own, h] - tabs[v, k.MEAN]
            number += 1
    return total / number if kind & 1 and number > 0 else total


@njit(**k.LEAN_INNER)
def _degree(fx, x, g, e, i):  # type: ignore[no-untyped-def]
    """KIND 0 indegree, 1 outdegree, 2 reciprocated degree, 3 no tie received, 4 no tie sent."""
    o, kind, n = fx[e, k.OTHER], fx[e, k.KIND], g.shape[1]
    at = lists(o, n)
    sent, received = g[at + 2 * n, i], g[at + 2 * n + 1, i]
    if kind == 2:
        both = 0.0
        for t in range(sent):
            both += x[o, g[at + i, t], i]
        return both
    if kind >= 3:
        return 1.0 if (received if kind == 3 else sent) == 0 else 0.0
    return float(received if kind == 0 else sent)

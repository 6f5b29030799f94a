"""Exponential random graphs: change statistics, and a Markov chain over networks by tie-no-tie proposals.

A network is a matrix ``x``, lists of neighbours ``g`` (int32 rows of length n: n rows of receivers, n rows of senders,
outdegrees, indegrees) and matrices of third parties ``m``. Without direction only the receivers are kept.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from interfirm.kernels.ergm_codes import (
    BURN,
    CODE,
    COUNTS,
    DEGREE,
    DYAD,
    INDEGREE,
    INTERVAL,
    IS,
    KIND,
    MOST,
    MUTUAL,
    NEEDS,
    OS,
    OUTDEGREE,
    PATHS,
    RP,
    RR,
    SHARED,
    SYMMETRIC,
    TAB,
    TIE,
    TP,
    TWOPATH,
)
from interfirm.kernels.saom_codes import INNER, OUTER
from interfirm.kernels.saom_state import seeded, uniform

# ---- the state ------------------------------------------------------------------------------


@njit(**INNER)
def _append(g, row, degree, i, item):  # type: ignore[no-untyped-def]
    g[row + i, g[degree, i]] = item
    g[degree, i] += 1


@njit(**INNER)
def _drop(g, row, degree, i, item):  # type: ignore[no-untyped-def]
    last = g[degree, i] - 1
    for t in range(last + 1):
        if g[row + i, t] == item:
            g[row + i, t] = g[row + i, last]
            break
    g[degree, i] = last


@njit(**INNER)
def _recount(x, g, m, settings, i, j):  # type: ignore[no-untyped-def]  # noqa: PLR0912
    """Bring the counts of third parties up to a change of i -> j."""
    n, sym, needs = x.shape[0], settings[SYMMETRIC], settings[NEEDS]
    by = -1 if x[i, j] else 1
    senders, indegree = (0, 2 * n) if sym else (n, 2 * n + 1)
    if needs >> TP & 1:
        for t in range(g[2 * n, j]):
            b = g[j, t]
            if b != i:
                m[TP, i, b] += by
                if sym:
                    m[TP, b, i] += by
        for t in range(g[indegree, i]):
            a = g[senders + i, t]
            if a != j:
                m[TP, a, j] += by
                if sym:
                    m[TP, j, a] += by
    if needs >> OS & 1:
        for t in range(g[indegree, j]):
            b = g[senders + j, t]
            if b != i:
                m[OS, i, b] += by
                m[OS, b, i] += by
    if needs >> IS & 1:
        for t in range(g[2 * n, i]):
            b = g[i, t]
            if b != j:
                m[IS, j, b] += by
                m[IS, b, j] += by
    if needs >> RR & 1 and x[j, i]:
        for one, other in ((i, j), (j, i)):
            for t in range(g[2 * n, other]):
                b = g[other, t]
                if b != one and x[b, other]:
                    m[RR, one, b] += by
                    m[RR, b, one] += by


@njit(**INNER)
def _toggle(x, g, m, settings, i, j):  # type: ignore[no-untyped-def]
    """Make or end the tie i -> j (without direction: of the pair)."""
    n, sym = x.shape[0], settings[SYMMETRIC]
    if settings[NEEDS]:
        _recount(x, g, m, settings, i, j)
    if x[i, j]:
        x[i, j] = 0
        _drop(g, 0, 2 * n, i, j)
        if sym:
            x[j, i] = 0
            _drop(g, 0, 2 * n, j, i)
        else:
            _drop(g, n, 2 * n + 1, j, i)
    else:
        x[i, j] = 1
        _append(g, 0, 2 * n, i, j)
        if sym:
            x[j, i] = 1
            _append(g, 0, 2 * n, j, i)
        else:
            _append(g, n, 2 * n + 1, j, i)


# ---- change statistics ------------------------------------------------------------------------


@njit(**INNER)
def _weight(dy, d, i, j):  # type: ignore[no-untyped-def]
    return dy[d, i, j] if d >= 0 else 1.0


@njit(**INNER)
def _one_more(f, count, here):  # type: ignore[no-untyped-def]
    """What one third party more adds; the count holds it already if the tie is there."""
    return f[count - here + 1] - f[count - here]


@njit(**INNER)
def _shared(f, dy, d, kind, x, g, m, sym, i, j):  # type: ignore[no-untyped-def]  # noqa: PLR0912
    """What i -> j adds to Σ w f(third parties) over ties."""
    n, here, total = x.shape[0], x[i, j], 0.0
    senders, indegree = (0, 2 * n) if sym else (n, 2 * n + 1)
    if kind == TP:
        total = _weight(dy, d, i, j) * f[m[TP, i, j]]
        for t in range(g[2 * n, j]):
            b = g[j, t]
            if b != i and x[i, b]:
                total += _weight(dy, d, i, b) * _one_more(f, m[TP, i, b], here)
        for t in range(g[indegree, i]):
            a = g[senders + i, t]
            if a != j and x[a, j]:
                total += _weight(dy, d, a, j) * _one_more(f, m[TP, a, j], here)
    elif kind == RP:
        total = _weight(dy, d, i, j) * f[m[TP, j, i]]
        for t in range(g[2 * n, j]):
            b = g[j, t]
            if b != i and x[b, i]:
                total += _weight(dy, d, b, i) * _one_more(f, m[TP, i, b], here)
        for t in range(g[indegree, i]):
            a = g[senders + i, t]
            if a != j and x[j, a]:
                total += _weight(dy, d, j, a) * _one_more(f, m[TP, a, j], here)
    elif kind == OS:
        total = _weight(dy, d, i, j) * f[m[OS, i, j]]
        for t in range(g[indegree, j]):
            b = g[senders + j, t]
            if b != i:
                total += _both(f, dy, d, x, m[OS, i, b], here, i, b)
    elif kind == IS:
        total = _weight(dy, d, i, j) * f[m[IS, i, j]]
        for t in range(g[2 * n, i]):
            b = g[i, t]
            if b != j:
                total += _both(f, dy, d, x, m[IS, j, b], here, j, b)
    else:
        total = _weight(dy, d, i, j) * f[m[RR, i, j]]
        if x[j, i]:
            for one, other in ((i, j), (j, i)):
                for t in range(g[2 * n, other]):
                    b = g[other, t]
                    if b != one and x[b, other]:
                        total += _both(f, dy, d, x, m[RR, one, b], here, one, b)
    return total


@njit(**INNER)
def _both(f, dy, d, x, count, here, a, b):  # type: ignore[no-untyped-def]
    """One third party more for the ties between a and b, in either direction."""
    if not (x[a, b] or x[b, a]):
        return 0.0
    total = 0.0
    if x[a, b]:
        total += _weight(dy, d, a, b)
    if x[b, a]:
        total += _weight(dy, d, b, a)
    return total * _one_more(f, count, here)


@njit(**INNER)
def _paths(f, x, g, m, sym, i, j):  # type: ignore[no-untyped-def]
    """What i -> j adds to Σ f(third parties) over all pairs."""
    n, here, total = x.shape[0], x[i, j], 0.0
    senders, indegree = (0, 2 * n) if sym else (n, 2 * n + 1)
    for t in range(g[2 * n, j]):
        b = g[j, t]
        if b != i:
            total += _one_more(f, m[TP, i, b], here)
    for t in range(g[indegree, i]):
        a = g[senders + i, t]
        if a != j:
            total += _one_more(f, m[TP, a, j], here)
    return total


@njit(**INNER)
def _of_degrees(code, f, x, g, sym, i, j):  # type: ignore[no-untyped-def]
    """What i -> j adds to a statistic of degrees."""
    n, here = x.shape[0], int(x[i, j])
    indegree = 2 * n if sym else 2 * n + 1
    if code == INDEGREE:
        return _one_more(f, g[indegree, j], here)
    if code == OUTDEGREE:
        return _one_more(f, g[2 * n, i], here)
    if code == DEGREE:
        return _one_more(f, g[2 * n, i], here) + _one_more(f, g[2 * n, j], here)
    if code == TWOPATH:
        return float(g[2 * n, j] + g[indegree, i] - 2 * int(x[j, i]))
    first, second = g[2 * n, i] - here, g[2 * n, j]
    if sym:
        second -= here
    else:
        first += g[indegree, i]
        second += g[indegree, j] - here
    return -float(int(first == 0) + int(second == 0))


@njit(**INNER)
def _change(fx, tabs, dy, x, g, m, settings, i, j, out):  # type: ignore[no-untyped-def]
    """What i -> j adds to every statistic but those of single ties, whether the tie is there or not."""
    sym = settings[SYMMETRIC]
    for e in range(fx.shape[0]):
        code = fx[e, CODE]
        if code == TIE:
            continue
        d, f = fx[e, DYAD], tabs[fx[e, TAB]]
        if code == MUTUAL:
            out[e] = _weight(dy, d, i, j) if x[j, i] else 0.0
        elif code == SHARED:
            out[e] = _shared(f, dy, d, fx[e, KIND], x, g, m, sym, i, j)
        elif code == PATHS:
            out[e] = _paths(f, x, g, m, sym, i, j)
        else:
            out[e] = _of_degrees(code, f, x, g, sym, i, j)


@njit(**INNER)
def _single(fx, dy, i, j, out):  # type: ignore[no-untyped-def]
    """What i -> j adds to the statistics of single ties."""
    for e in range(fx.shape[0]):
        if fx[e, CODE] == TIE:
            out[e] = _weight(dy, fx[e, DYAD], i, j)


# ---- from outside ----------------------------------------------------------------------------


@njit(**INNER)
def _filled(ties, settings):  # type: ignore[no-untyped-def]
    """The state of a network."""
    n = ties.shape[0]
    x, g = np.zeros((n, n), np.uint8), np.zeros((2 * n + 2, n), np.int32)
    m = np.zeros((COUNTS, n, n), np.int32) if settings[NEEDS] else np.zeros((COUNTS, 1, 1), np.int32)
    for i in range(n):
        for j in range(n):
            if ties[i, j] and not x[i, j]:
                _toggle(x, g, m, settings, i, j)
    return x, g, m


@njit(**OUTER)
def look(fx, tabs, dy, ties, pairs, settings, stats, out):  # type: ignore[no-untyped-def]
    """Statistics of a network, and the change statistics of pairs.

    Parameters
    ----------
    fx, tabs, dy, settings
        See :mod:`interfirm.kernels.ergm_codes`.
    ties
        n × n uint8.
    pairs
        Pairs to look at, i n + j.
    stats
        K; receives the statistics, but for those of the empty network.
    out
        Pairs × K; receives the change statistics.
    """
    n = ties.shape[0]
    x, g = np.zeros((n, n), np.uint8), np.zeros((2 * n + 2, n), np.int32)
    m = np.zeros((COUNTS, n, n), np.int32) if settings[NEEDS] else np.zeros((COUNTS, 1, 1), np.int32)
    change = np.zeros(fx.shape[0])
    for i in range(n):
        for j in range(n):
            if ties[i, j] and not x[i, j]:
                _change(fx, tabs, dy, x, g, m, settings, i, j, change)
                _single(fx, dy, i, j, change)
                stats += change
                _toggle(x, g, m, settings, i, j)
    for p in range(pairs.shape[0]):
        _change(fx, tabs, dy, x, g, m, settings, pairs[p] // n, pairs[p] % n, out[p])
        _single(fx, dy, pairs[p] // n, pairs[p] % n, out[p])


@njit(**OUTER)
def sample(fx, tabs, dy, ties, free, theta, base, settings, seed, chain, call, now, stats, nets):  # type: ignore[no-untyped-def]  # noqa: PLR0912
    """Run one chain; gives the number of networks drawn.

    A step proposes, with probability one half each, to end a tie drawn from those there, or to change a pair drawn from
    all free ones.

    Parameters
    ----------
    fx, tabs, dy, settings
        See :mod:`interfirm.kernels.ergm_codes`. The chain stops when it has more than MOST free ties.
    ties
        n × n uint8: where the chain starts; receives where it ends.
    free
        Pairs that may change, i n + j (without direction i < j).
    theta, base
        K parameters; n × n: Σ parameter × weight of the statistics of single ties.
    seed, chain, call
        The random numbers depend on these only.
    now
        K: statistics of ``ties``; receives those of the last network.
    stats
        Draws × K; receives the statistics.
    nets
        Draws × n × n uint8, or empty: receives the networks.
    """
    n, size = ties.shape[0], free.shape[0]
    x, g, m = _filled(ties, settings)
    tied, at, count = np.zeros(size, np.int32), np.full(size, -1, np.int32), 0
    for p in range(size):
        if x[free[p] // n, free[p] % n]:
            tied[count], at[p] = p, count
            count += 1
    state = np.zeros(1, np.uint64)
    seeded(state, seed, chain, call)
    change = np.zeros(fx.shape[0])
    steps, drawn = settings[BURN], 0
    while drawn < stats.shape[0]:
        for _ in range(steps):
            p = int(uniform(state) * 2 * size)  # below size: any pair; from there on: one that has a tie
            if p >= size:
                p = tied[int(uniform(state) * count)] if count > 0 else p - size
            i, j = free[p] // n, free[p] % n
            _change(fx, tabs, dy, x, g, m, settings, i, j, change)
            gain = base[i, j]
            for e in range(fx.shape[0]):
                if fx[e, CODE] != TIE:
                    gain += theta[e] * change[e]
            if x[i, j]:
                back = 1.0 / size if count == 1 else 0.5 / size
                ratio = math.log(back / (0.5 / count + 0.5 / size)) - gain
            else:
                there = 1.0 / size if count == 0 else 0.5 / size
                ratio = math.log((0.5 / (count + 1) + 0.5 / size) / there) + gain
            if ratio >= 0.0 or uniform(state) < math.exp(ratio):
                _single(fx, dy, i, j, change)
                if x[i, j]:
                    last = tied[count - 1]
                    tied[at[p]], at[last] = last, at[p]
                    at[p] = -1
                    count -= 1
                    for e in range(fx.shape[0]):
                        now[e] -= change[e]
                else:
                    tied[count], at[p] = p, count
                    count += 1
                    for e in range(fx.shape[0]):
                        now[e] += change[e]
                _toggle(x, g, m, settings, i, j)
        if count > settings[MOST]:
            break
        stats[drawn] = now
        if nets.shape[0]:
            nets[drawn] = x
        drawn += 1
        steps = settings[INTERVAL]
    ties[:] = x
    return drawn

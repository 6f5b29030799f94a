"""State of a simulated network: random numbers, neighbour lists, third parties of one actor."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from interfirm.kernels.saom_codes import FR, IS, LEAN_INNER, OS, OSR, RP, RR, TYPES

_GOLD = np.uint64(0x9E3779B97F4A7C15)
_MIX1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX2 = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)


@njit(**LEAN_INNER)
def mix(value):  # type: ignore[no-untyped-def]
    """The finaliser of splitmix64: a well-mixed function of one 64-bit number."""
    z = np.uint64(value)
    z = (z ^ (z >> _S30)) * _MIX1
    z = (z ^ (z >> _S27)) * _MIX2
    return z ^ (z >> _S31)


@njit(**LEAN_INNER)
def seeded(state, seed, replication, period):  # type: ignore[no-untyped-def]
    """Start the stream of one replication and period; it depends on nothing else."""
    state[0] = mix(mix(mix(np.uint64(seed) + _GOLD) ^ np.uint64(replication)) + _GOLD * np.uint64(period + 1))


@njit(**LEAN_INNER)
def uniform(state):  # type: ignore[no-untyped-def]
    """A float in (0, 1)."""
    state[0] += _GOLD
    return (float(mix(state[0]) >> _S11) + 0.5) / 9007199254740992.0


@njit(**LEAN_INNER)
def exponential(state):  # type: ignore[no-untyped-def]
    """A waiting time with mean 1."""
    return -math.log(uniform(state))


@njit(**LEAN_INNER)
def lists(v, n):  # type: ignore[no-untyped-def]
    """First row of variable v in ``g``; its receivers. Senders, outdegrees and so on follow at fixed distances."""
    return v * (2 * n + 3)


@njit(**LEAN_INNER)
def append(g, at, i, j):  # type: ignore[no-untyped-def]
    """Enter i -> j in the lists that start at row ``at``."""
    n = g.shape[1]
    g[at + i, g[at + 2 * n, i]] = j
    g[at + 2 * n, i] += 1
    g[at + n + j, g[at + 2 * n + 1, j]] = i
    g[at + 2 * n + 1, j] += 1


@njit(**LEAN_INNER)
def fill_lists(x, g, v, rows, cols):  # type: ignore[no-untyped-def]
    """Make the neighbour lists of variable v from its matrix."""
    n = g.shape[1]
    at = lists(v, n)
    for i in range(n):
        g[at + 2 * n, i] = 0
        g[at + 2 * n + 1, i] = 0
    for i in range(rows):
        for j in range(cols):
            if x[v, i, j]:
                append(g, at, i, j)


@njit(**LEAN_INNER)
def _drop(g, row, degree, i, item):  # type: ignore[no-untyped-def]
    last = g[degree, i] - 1
    g[degree, i] = last
    for t in range(last):
        if g[row, t] == item:
            g[row, t] = g[row, last]
            return


@njit(**LEAN_INNER)
def toggle(x, g, v, i, j):  # type: ignore[no-untyped-def]
    """Create i -> j if it is not there, end it if it is."""
    n = g.shape[1]
    at = lists(v, n)
    if x[v, i, j]:
        x[v, i, j] = 0
        _drop(g, at + i, at + 2 * n, i, j)
        _drop(g, at + n + j, at + 2 * n + 1, j, i)
    else:
        x[v, i, j] = 1
        append(g, at, i, j)


@njit(**LEAN_INNER)
def copy_network(x, g, to_x, to_g, v, rows, cols):  # type: ignore[no-untyped-def]
    """Copy variable v from one state into another."""
    n = g.shape[1]
    at = lists(v, n)
    for i in range(rows):
        for j in range(cols):
            to_x[v, i, j] = x[v, i, j]
    for i in range(n):
        for side in range(2):
            size = g[at + 2 * n + side, i]
            to_g[at + 2 * n + side, i] = size
            for t in range(size):
                to_g[at + side * n + i, t] = g[at + side * n + i, t]


@njit(**LEAN_INNER)
def _walk(x, g, v, at, i, room, first, second, kind, size):  # type: ignore[no-untyped-def]
    """Count third parties of one kind: ``first``/``second`` 0 follow a tie forward, 1 backward.

    Kinds with a mutual leg leave out those h, or j, where it is not mutual.
    """
    n = g.shape[1]
    for t in range(g[at + 2 * n + first, i]):
        h = g[at + first * n + i, t]
        if kind in (RR, OSR) and not x[v, h, i]:
            continue
        row = at + second * n + h
        for u in range(g[at + 2 * n + second, h]):
            j = g[row, u]
            if kind in (RR, FR) and not x[v, j, h]:
                continue
            if not g[room, j]:
                g[room, j] = 1
                g[room + 1, size] = j
                size += 1
            g[room + 2 + kind, j] += 1
    return size


@njit(**LEAN_INNER)
def reach(x, g, v, i, cols, needs, square):  # type: ignore[no-untyped-def]
    """List the receivers that i's change statistics have to look at, and count third parties for each.

    Receivers of present ties come first. With bit TYPES of ``needs`` every receiver is listed, without
    it those who send to i or are reached over one third party. Returns the length of the list.
    """
    n = g.shape[1]
    at, room = lists(v, n), (g.shape[0] - 2 - TYPES)
    size = np.int64(g[at + 2 * n, i])
    for t in range(size):
        j = g[at + i, t]
        g[room + 1, t] = j
        g[room, j] = 1
    if square:
        g[room, i] = 1
    if needs >> TYPES & 1:
        for j in range(cols):
            if not g[room, j]:
                g[room, j] = 1
                g[room + 1, size] = j
                size += 1
    elif square:
        for t in range(g[at + 2 * n + 1, i]):
            j = g[at + n + i, t]
            if not g[room, j]:
                g[room, j] = 1
                g[room + 1, size] = j
                size += 1
    if square:
        for kind in range(TYPES):
            if needs >> kind & 1:
                first = 1 if kind in (IS, RP) else 0
                second = 1 if kind in (OS, RP, OSR) else 0
                size = _walk(x, g, v, at, i, room, first, second, kind, size)
                g[room + 2 + kind, i] = 0
        g[room, i] = 0
    return size


@njit(**LEAN_INNER)
def clear(g, size, needs):  # type: ignore[no-untyped-def]
    """Forget marks and counts of the listed receivers."""
    room = g.shape[0] - 2 - TYPES
    for t in range(size):
        g[room, g[room + 1, t]] = 0
    for kind in range(TYPES):
        if needs >> kind & 1:
            for t in range(size):
                g[room + 2 + kind, g[room + 1, t]] = 0



"""Shared by the searches for a structure: random numbers, neighbour lists, the score of a labelled cell.

Layers are n × n int8: 1 tie, 0 no tie, -1 unknown. Labels: 0 should be empty, 1 any density, 2 should be
full. Scores are negative log marginal likelihoods in nats; smaller is better.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

SMALL = np.array([math.lgamma(x + 1.0) for x in range(32)])
LOG_NINE = math.log(9.0)

# Functions called from other compiled functions only: without their Python wrappers they compile faster.
INNER = {"cache": True, "nogil": True, "error_model": "numpy", "no_cpython_wrapper": True, "no_cfunc_wrapper": True}

@njit(**INNER)
def draw(state):  # type: ignore[no-untyped-def]
    """A float in [0, 1) from a splitmix64 state (a uint64 array of length 1)."""
    state[0] += np.uint64(0x9E3779B97F4A7C15)
    z = state[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return float(z >> np.uint64(11)) / 9007199254740992.0


@njit(**INNER)
def log_factorial(x):  # type: ignore[no-untyped-def]
    """log x!: by Stirling's series from 32 on (error below 1e-11), else from a table."""
    if x < 32:
        return SMALL[x]
    return x * math.log(x) - x + 0.5 * math.log(2.0 * math.pi * x) + 1.0 / (12.0 * x) - 1.0 / (360.0 * x * x * x)


@njit(**INNER)
def misfit(label, m, k):  # type: ignore[no-untyped-def]
    """Negative log Beta-Bernoulli marginal of k ties in m cells of one label; 0 for no cells.

    The marginal is B(a + k, b + m - k) / B(a, b) with (a, b) = (1, 9) for cells that should be empty,
    (1, 1) for any density and (9, 1) for cells that should be full.
    """
    if m <= 0:
        return 0.0
    if label == 1:
        return log_factorial(m + 1) - log_factorial(k) - log_factorial(m - k)
    odd = k if label == 0 else m - k
    return log_factorial(m + 9) - log_factorial(odd) - log_factorial(m - odd + 8) - LOG_NINE


@njit(**INNER)
def total_misfit(cells):  # type: ignore[no-untyped-def]
    """Sum over layers and labels; ``cells`` holds 6 · layer + 2 · label + (0 cells, 1 ties)."""
    out = 0.0
    for at in range(6):
        out += misfit(at % 3, cells[2 * at], cells[2 * at + 1])
    return out


@njit(**INNER)
def log_choose(n, k):  # type: ignore[no-untyped-def]
    """log of n over k."""
    return log_factorial(n) - log_factorial(k) - log_factorial(n - k)


@njit(**INNER)
def copy(target, source):  # type: ignore[no-untyped-def]
    """Copy the numbers of one vector into another."""
    for i in range(source.size):
        target[i] = source[i]


@njit(**INNER)
def lists(e, c, start, items):  # type: ignore[no-untyped-def]
    """Six neighbour lists, one after the other: exchange ties, unknown exchange, ties sent in
    coordination, unknown sent, ties received, unknown received.

    ``start`` has 6 n + 1 entries; ``items`` is long enough. Returns the number of items.
    """
    n = e.shape[0]
    place = 0
    for which in range(6):
        value = 1 if which % 2 == 0 else -1
        for i in range(n):
            start[which * n + i] = place
            for j in range(n):
                if which < 2:
                    cell = e[i, j]
                elif which < 4:
                    cell = c[i, j]
                else:
                    cell = c[j, i]
                if cell == value and i != j:
                    items[place] = j
                    place += 1
    start[6 * n] = place
    return place


@njit(**INNER)
def shuffle(order, state):  # type: ignore[no-untyped-def]
    """Put ``order`` in random order, in place."""
    for i in range(order.size - 1, 0, -1):
        j = int(draw(state) * (i + 1))
        order[i], order[j] = order[j], order[i]


def plain_misfit(label: int, cells: int, ties: int) -> float:
    """:func:`misfit` outside compiled code."""
    if cells <= 0:
        return 0.0
    a, b = ((1, 9), (1, 1), (9, 1))[label]

    def log_beta(x: float, y: float) -> float:
        return math.lgamma(x) + math.lgamma(y) - math.lgamma(x + y)

    return log_beta(a, b) - log_beta(a + ties, b + cells - ties)

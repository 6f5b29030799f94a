"""Shared by the searches for a structure: random numbers, neighbour lists, the score of a labelled cell.

Layers are n × n int8: 1 tie, 0 no tie, -1 unknown. Labels: 0 should be empty, 1 any density, 2 should be
full. Scores are negative log marginal likelihoods in nats; smaller is better.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

SMALL = np.array([math.lgamma(x + 1.0) for x in range(32)])
LEVELS = 8
MOST_NOISE = 0.5
SHARED = 0.5

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
def total_misfit(cells, noise):  # type: ignore[no-untyped-def]
    """Negative log marginal likelihood of both layers.

    Cells of any density (label 1) get a Beta-Bernoulli marginal with uniform prior. Cells that should be
    empty (0) or full (2) are so up to noise η: with layer density ρ a full cell holds its tie with
    probability 1 - η (1 - ρ), an empty one has a tie with probability η ρ. The same η holds for both
    labels of a layer and is summed out over LEVELS values; with probability SHARED it is the same in both
    layers, otherwise each has its own.

    ``cells`` holds 6 · layer + 2 · label + (0 cells, 1 ties); ``noise`` holds, at
    (4 · layer + what) · LEVELS + level, the log probability of a tie and of none in an empty cell, and in
    a full cell, followed by scratch.
    """
    out = 0.0
    for layer in range(2):
        at = 6 * layer
        tie0, tie2 = cells[at + 1], cells[at + 5]
        none0, none2 = cells[at] - tie0, cells[at + 4] - tie2
        top = -np.inf
        for level in range(LEVELS):
            place = 4 * layer * LEVELS + level
            value = (tie0 * noise[place] + none0 * noise[place + LEVELS]
                     + tie2 * noise[place + 2 * LEVELS] + none2 * noise[place + 3 * LEVELS])
            noise[(8 + layer) * LEVELS + level] = value
            top = max(top, value)
        for level in range(LEVELS):
            place = (8 + layer) * LEVELS + level
            less = noise[place] - top
            noise[place] = math.exp(less) if less > -30.0 else 0.0
        out -= top
        m, k = cells[at + 2], cells[at + 3]
        if m > 0:
            out += log_factorial(m + 1) - log_factorial(k) - log_factorial(m - k)
    first, second, both = 0.0, 0.0, 0.0
    for level in range(LEVELS):
        x, y = noise[8 * LEVELS + level], noise[9 * LEVELS + level]
        first += x
        second += y
        both += x * y
    return out - math.log(SHARED * both / LEVELS + (1.0 - SHARED) * first * second / (LEVELS * LEVELS))


def noise_logs(totals: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """The argument ``noise`` of :func:`total_misfit` from cells and ties of each layer (4 numbers).

    Noise takes LEVELS equally likely values MOST_NOISE · ((g + ½) / LEVELS)², g = 0, 1, …: small noise is
    likelier than large, and a layer that is mostly noise does not pass for a structure.
    """
    level = MOST_NOISE * ((np.arange(LEVELS) + 0.5) / LEVELS) ** 2
    out = np.zeros((10, LEVELS))
    for layer, (cells, ties) in enumerate(totals.reshape(2, 2)):
        density = (ties + 0.5) / (cells + 1.0)
        full = 1 - level * (1 - density)
        empty = level * density
        out[4 * layer:4 * layer + 4] = np.log([empty, 1 - empty, full, 1 - full])
    return out.reshape(-1)


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



def circuit_misfit(totals: npt.NDArray[np.int64], noise: npt.NDArray[np.float64]) -> float:
    """As :func:`total_misfit` for a circuit: exchange of any density, coordination empty. Not compiled."""
    m, k, cells, ties = (int(value) for value in totals)
    out = math.lgamma(m + 2) - math.lgamma(k + 1) - math.lgamma(m - k + 1)
    tie, none = noise[4 * LEVELS:5 * LEVELS], noise[5 * LEVELS:6 * LEVELS]
    value = ties * tie + (cells - ties) * none
    top = float(value.max())
    return out - top - math.log(float(np.exp(value - top).mean()))


def tree_codes(n: int) -> npt.NDArray[np.float64]:
    """Code length of a tree of n firms by its number of heads (firms with units), 0 to n - 1.

    Every number of heads I from 1 to n - 1 is equally likely, and every tree with I heads: there are
    n! / (n - I)! · S(n - 1, I) of them, S the Stirling numbers of the second kind.
    """
    stirling = np.full(n + 1, -np.inf)
    stirling[0] = 0.0
    sizes = np.log(np.arange(1, n + 1))
    for _ in range(n - 1):
        stirling[1:] = np.logaddexp(stirling[:-1], sizes + stirling[1:])
        stirling[0] = -np.inf
    heads = np.arange(n)
    falling = np.concatenate([[0.0], np.cumsum(np.log(n - np.arange(n - 1)))])
    out = math.log(max(n - 1, 1)) + falling + stirling[heads]
    return np.asarray(out)

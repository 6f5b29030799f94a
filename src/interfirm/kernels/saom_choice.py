"""One step of an actor or a pair: probabilities of the choices, the choice, and its score."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from interfirm.kernels import saom_codes as k
from interfirm.kernels.saom_behaviour import behaviour_statistic
from interfirm.kernels.saom_state import clear, lists, uniform

_LARGE = 200.0


@njit(**k.LEAN_INNER)
def utilities(fx, info, theta, tabs, dy, x, g, f, v, i, lag, fill, more):  # type: ignore[no-untyped-def]
    """List receivers, fill ``f`` by role, and row 0 with the utility that i -> j is there; returns the number listed.

    The caller clears the list.
    """
    n, last = g.shape[1], f.shape[1] - 1
    own = np.int64(g[lists(v, n) + 2 * n, i])
    size = fill(fx, info, tabs, dy, x, g, f, v, i, 0, lag, more)
    for t in range(size):
        f[0, t] = 0.0
    for e in range(info[v, k.FIRST], info[v, k.LAST]):
        row, beta = 3 + e - info[v, k.FIRST], theta[fx[e, k.PARAM]]
        if fx[e, k.ROLE] == k.CREATION:
            for t in range(own):
                f[row, t] = 0.0
        elif fx[e, k.ROLE] == k.ENDOWMENT:
            for t in range(own, size):
                f[row, t] = 0.0
            f[row, last] = 0.0
        if beta != 0.0:
            for t in range(size):
                f[0, t] += beta * f[row, t]
    return size


@njit(**k.LEAN_INNER)
def choose(fx, info, theta, tabs, dy, x, g, f, free, weight, cumulated, shares, v, i, state, lag, score, fill, more):  # type: ignore[no-untyped-def]  # noqa: PLR0912, PLR0915
    """Let actor i choose a tie to toggle; returns the receiver, or -1 for no change. Adds to ``score``.

    Receivers that are not listed have only static effects and i's own: their weights are summed beforehand
    (``weight`` = exp static utility, ``cumulated`` along each row, ``shares`` = weight × change statistic summed).
    """
    size = utilities(fx, info, theta, tabs, dy, x, g, f, v, i, lag, fill, more)
    n, last, room = g.shape[1], f.shape[1] - 1, g.shape[0] - 1 - k.TYPES
    own, direction = g[lists(v, n) + 2 * n, i], info[v, k.DIRECTION]
    first, end = info[v, k.FIRST], info[v, k.LAST]
    total = 1.0
    for t in range(size):
        sign = -1.0 if t < own else 1.0
        if not free[v, i, g[room, t]] or (direction == (k.UP_ONLY if t < own else k.DOWN_ONLY)):
            f[0, t] = 0.0
        else:
            w = math.exp(min(sign * f[0, t], _LARGE))
            total += w
            f[0, t] = sign * w
    factor, rest = 0.0, 0.0
    if info[v, k.NEEDS] >> k.TYPES & 1 == 0 and direction != k.DOWN_ONLY:
        whole = cumulated[v, i, info[v, k.COLS] - 1]
        rest = whole
        for t in range(size):
            rest -= weight[v, i, g[room, t]]
        if rest < 1e-10 * whole:
            rest = 0.0
        else:
            u = 0.0
            for e in range(first, end):
                u += theta[fx[e, k.PARAM]] * f[3 + e - first, last]
            factor = math.exp(min(u, _LARGE))
            total += factor * rest
    for e in range(first, end):
        row, mean, dyad = 3 + e - first, 0.0, fx[e, k.DYAD]
        for t in range(size):
            mean += f[0, t] * f[row, t]
        if factor > 0.0:
            if fx[e, k.GROUP] == k.EGO:
                mean += factor * rest * f[row, last]
            elif fx[e, k.GROUP] == k.STATIC and fx[e, k.ROLE] != k.ENDOWMENT:
                part = rest
                if dyad >= 0:
                    part = shares[e, i]
                    for t in range(size):
                        part -= weight[v, i, g[room, t]] * dy[dyad, i, g[room, t]]
                mean += factor * part
        score[fx[e, k.PARAM]] -= mean / total
    point = uniform(state) * total - 1.0
    chosen, slot = -1, -1
    if point >= 0.0:
        for t in range(size):
            point -= abs(f[0, t])
            if point < 0.0:
                slot, chosen = t, g[room, t]
                break
        if slot < 0 and factor > 0.0:
            chosen = _draw_base(g, weight, cumulated, v, i, info[v, k.COLS], room - 1, rest, state)
    if chosen >= 0:
        for e in range(first, end):
            row, q = 3 + e - first, fx[e, k.PARAM]
            if slot >= 0:
                score[q] += -f[row, slot] if slot < own else f[row, slot]
            elif fx[e, k.GROUP] == k.EGO:
                score[q] += f[row, last]
            elif fx[e, k.GROUP] == k.STATIC and fx[e, k.ROLE] != k.ENDOWMENT:
                score[q] += 1.0 if fx[e, k.DYAD] < 0 else dy[fx[e, k.DYAD], i, chosen]
    clear(g, size, info[v, k.NEEDS])
    return chosen


@njit(**k.LEAN_INNER)
def _draw_base(g, weight, cumulated, v, i, cols, mark, rest, state):  # type: ignore[no-untyped-def]
    """Draw a receiver that is not listed, by its static weight."""
    whole = cumulated[v, i, cols - 1]
    if rest > 0.2 * whole:
        while True:
            point = uniform(state) * whole
            low, high = 0, cols - 1
            while low < high:
                middle = (low + high) >> 1
                if cumulated[v, i, middle] > point:
                    high = middle
                else:
                    low = middle + 1
            if not g[mark, low] and weight[v, i, low] > 0.0:
                return low
    point, last = uniform(state) * rest, -1
    for j in range(cols):
        if not g[mark, j] and weight[v, i, j] > 0.0:
            last = j
            point -= weight[v, i, j]
            if point < 0.0:
                return j
    return last


@njit(**k.LEAN_INNER)
def _logistic(u):  # type: ignore[no-untyped-def]
    return 1.0 / (1.0 + math.exp(-max(min(u, _LARGE), -_LARGE)))


def agree(fx, info, theta, tabs, dy, x, g, f, v, i, j, state, lag, score, fill, more):  # type: ignore[no-untyped-def]  # noqa: PLR0912
    """Whether a tie is there after both were asked (pairwise models), or after j was asked by i (confirmation)."""
    first, end, kind, room = info[v, k.FIRST], info[v, k.LAST], info[v, k.CHOICE], g.shape[0] - 1 - k.TYPES
    one, two = 0.0, 0.0
    for side in range(2):
        ego, alter, wish = (i, j, 0.0) if side == 0 else (j, i, 0.0)
        row = f.shape[0] - 2 + side
        for e in range(end - first):
            f[row, e] = 0.0
        if side == 0 and kind == k.CONFIRMATION:
            continue
        size = utilities(fx, info, theta, tabs, dy, x, g, f, v, ego, lag, fill, more)
        for t in range(size):
            if g[room, t] == alter:
                wish = f[0, t]
                for e in range(end - first):
                    f[row, e] = f[3 + e, t]
        clear(g, size, info[v, k.NEEDS])
        if side == 0:
            one = wish
        else:
            two = wish
    if kind == k.CONFIRMATION:
        two = _logistic(tabs[v, k.OFFSET] + two)
        one, chance = 1.0, two
    elif kind == k.PAIR_COMPENSATORY:
        one = two = chance = _logistic(one + two)
    else:
        one, two = _logistic(one), _logistic(two)
        chance = one * two if kind == k.PAIR_CONJUNCTIVE else 1.0 - (1.0 - one) * (1.0 - two)
    yes = uniform(state) < chance
    factor = 1.0 if yes else -chance / (1.0 - chance)
    if kind == k.PAIR_DISJUNCTIVE:
        factor = (1.0 - chance) / chance if yes else -1.0
        one, two = 1.0 - one, 1.0 - two
    for e in range(first, end):
        score[fx[e, k.PARAM]] += factor * ((1.0 - one) * f[f.shape[0] - 2, e - first]
                                           + (1.0 - two) * f[f.shape[0] - 1, e - first])
    return yes


def step_behaviour(fx, info, theta, tabs, dy, x, g, f, v, i, state, score):  # type: ignore[no-untyped-def]
    """Let actor i move its behaviour v by one level up or down, or leave it. Returns the change.

    Creation counts for steps up only, endowment for steps down only.
    """
    now, rows = np.int64(g[lists(v, g.shape[1]) + 2 * g.shape[1] + 2, i]), f.shape[0] - 2
    up = now < tabs[v, k.HIGHEST] - tabs[v, k.LOWEST] and info[v, k.DIRECTION] != k.DOWN_ONLY
    down = now > 0 and info[v, k.DIRECTION] != k.UP_ONLY
    u_up, u_down = 0.0, 0.0
    first, end = info[v, k.FIRST], info[v, k.LAST]
    for e in range(first, end):
        here = behaviour_statistic(fx, tabs, dy, x, g, e, v, i, now)
        f[rows, e - first] = f[rows + 1, e - first] = 0.0
        if up and fx[e, k.ROLE] != k.ENDOWMENT:
            f[rows, e - first] = behaviour_statistic(fx, tabs, dy, x, g, e, v, i, now + 1) - here
        if down and fx[e, k.ROLE] != k.CREATION:
            f[rows + 1, e - first] = behaviour_statistic(fx, tabs, dy, x, g, e, v, i, now - 1) - here
        u_up += theta[fx[e, k.PARAM]] * f[rows, e - first]
        u_down += theta[fx[e, k.PARAM]] * f[rows + 1, e - first]
    w_up = math.exp(min(u_up, _LARGE)) if up else 0.0
    w_down = math.exp(min(u_down, _LARGE)) if down else 0.0
    total = 1.0 + w_up + w_down
    point = uniform(state) * total
    move = 1 if point < w_up else -1 if point < w_up + w_down else 0
    for e in range(first, end):
        got = f[rows, e - first] if move > 0 else f[rows + 1, e - first] if move < 0 else 0.0
        score[fx[e, k.PARAM]] += got - (w_up * f[rows, e - first] + w_down * f[rows + 1, e - first]) / total
    return move

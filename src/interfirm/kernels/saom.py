"""Simulation of tie-formation models: the compiled entry for panels, and one for looking at its parts."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from interfirm.kernels import saom_codes as k
from interfirm.kernels.saom_behaviour import behaviour_statistic
from interfirm.kernels.saom_choice import choose, utilities
from interfirm.kernels.saom_state import (
    clear,
    copy_network,
    exponential,
    fill_lists,
    lists,
    seeded,
    toggle,
    uniform,
)
from interfirm.kernels.saom_statistics import keep_seen, rate_value


def room(variables: int, n: int, effects: int, moving: bool) -> tuple[Any, ...]:
    """Room for one thread to simulate in; the kernels themselves allocate nothing.

    Three states of V networks, as ``x`` and ``g``; ``f``; indegrees at the start of a period; random numbers; which
    ties are free where actors enter or leave; who is there; rates of actors and of variables.
    """
    rows = variables * (2 * n + 3) + 2 + k.TYPES
    return (*(np.zeros((variables, n, n), np.uint8) for _ in range(3)),
            *(np.zeros((rows, n), np.int32) for _ in range(3)),
            np.zeros((5 + effects, max(n, effects) + 1)), np.zeros(n, np.int32), np.zeros(1, np.uint64),
            np.zeros((variables, n, n) if moving else (0, 0, 0), np.uint8), np.zeros(n, np.int64),
            np.zeros((variables, n)), np.zeros(variables))


@njit(**k.LEAN_INNER)
def _listed(active, p, out):  # type: ignore[no-untyped-def]
    """Put down the positions of those who take part in a period; returns their number."""
    size = 0
    for i in range(active.shape[1]):
        if active[p, i]:
            out[size] = i
            size += 1
    return size


@njit(**k.LEAN_INNER)
def _open(info, x0, z0, seen, x, g, sx, sg):  # type: ignore[no-untyped-def]
    """The state at the start of a period, and the part of it that counts in statistics."""
    n = g.shape[1]
    for v in range(info.shape[0]):
        if info[v, k.CHOICE] == k.BEHAVIOUR:
            for i in range(n):
                g[lists(v, n) + 2 * n + 2, i] = z0[v, i]
                sg[lists(v, n) + 2 * n + 2, i] = z0[v, i]
        else:
            for i in range(n):
                for j in range(n):
                    x[v, i, j] = x0[v, i, j]
            fill_lists(x, g, v, info[v, k.ROWS], info[v, k.COLS])
            keep_seen(x, g, sx, sg, seen, v, info[v, k.ROWS], info[v, k.COLS])


@njit(**k.LEAN_INNER)
def _rates(info, ratefx, theta, tabs, dy, x, g, v, who, lam):  # type: ignore[no-untyped-def]
    """Rates of the actors of variable v in ``lam[v]``; returns their sum, or that of the pairs."""
    base = 1.0 if info[v, k.RATE] < 0 else theta[info[v, k.RATE]]
    if _pairs(info[v, k.CHOICE]):
        return base * base * who.size * (who.size - 1) / 2.0
    total = 0.0
    for t in range(who.size):
        u = 0.0
        for q in range(ratefx.shape[0]):
            if ratefx[q, k.R_DEP] == v:
                u += theta[ratefx[q, k.R_PARAM]] * rate_value(ratefx, tabs, dy, x, g, q, who[t])
        lam[v, who[t]] = base * math.exp(min(u, 50.0))
        total += lam[v, who[t]]
    return total


@njit(**k.LEAN_INNER)
def _all_rates(info, ratefx, theta, tabs, dy, x, g, who, lam, totals):  # type: ignore[no-untyped-def]
    for v in range(info.shape[0]):
        totals[v] = _rates(info, ratefx, theta, tabs, dy, x, g, v, who, lam)


@njit(**k.LEAN_INNER)
def _pairs(kind):  # type: ignore[no-untyped-def]
    return kind in (k.PAIR_DISJUNCTIVE, k.PAIR_CONJUNCTIVE, k.PAIR_COMPENSATORY)


@njit(**k.LEAN_INNER)
def _next_event(spells, p, clock):  # type: ignore[no-untyped-def]
    """When the next actor enters or leaves after ``clock``; at least 1 if nobody does."""
    out = 1.0
    for i in range(spells.shape[1]):
        for side in range(2):
            if clock < spells[p, i, side] < out:
                out = spells[p, i, side]
    return out


@njit(**k.LEAN_INNER)
def _come_and_go(info, spells, p, clock, x, g, free, now, room):  # type: ignore[no-untyped-def]
    """End the ties of those who have left, and allow those who are there to each other.

    Puts those who are there in ``room`` and returns their number.
    """
    n, size = g.shape[1], 0
    for i in range(n):
        if spells[p, i, 0] <= clock < spells[p, i, 1]:
            room[size] = i
            size += 1
    for v in range(info.shape[0]):
        if info[v, k.CHOICE] == k.BEHAVIOUR:
            continue
        square = info[v, k.SQUARE]
        for i in range(info[v, k.ROWS]):
            here = spells[p, i, 0] <= clock < spells[p, i, 1]
            for j in range(info[v, k.COLS]):
                both = here and (not square or spells[p, j, 0] <= clock < spells[p, j, 1])
                now[v, i, j] = free[v, i, j] if both else 0
                if x[v, i, j] and not both:
                    toggle(x, g, v, i, j)
    return size


@njit(**k.LEAN_INNER)
def _pick(who, lam, v, total, varying, state):  # type: ignore[no-untyped-def]
    if not varying:
        return who[min(int(uniform(state) * who.size), who.size - 1)]
    point = uniform(state) * total
    for t in range(who.size):
        point -= lam[v, who[t]]
        if point < 0.0:
            return who[t]
    return who[who.size - 1]


@njit(**k.LEAN_INNER)
def _lapse(info, ratefx, theta, tabs, dy, x, g, who, lam, totals, wait, score):  # type: ignore[no-untyped-def]
    """Take the expected number of opportunities in a stretch of time off the scores of the rates."""
    for v in range(info.shape[0]):
        if info[v, k.RATE] >= 0:
            factor = 2.0 if _pairs(info[v, k.CHOICE]) else 1.0
            score[info[v, k.RATE]] -= factor * wait * totals[v] / theta[info[v, k.RATE]]
    for q in range(ratefx.shape[0]):
        total = 0.0
        for t in range(who.size):
            total += lam[ratefx[q, k.R_DEP], who[t]] * rate_value(ratefx, tabs, dy, x, g, q, who[t])
        score[ratefx[q, k.R_PARAM]] -= wait * total


@njit(**k.LEAN)
def simulate(fx, ratefx, info, theta, tabs, dy, x0, z0, free, seen, zseen, active, weight, cumulated, shares, spells,  # type: ignore[no-untyped-def]  # noqa: PLR0912, PLR0915
             stop, seed, first, stats, scores, times, ends, levels, rooms, fill, more, agree, step, levels_of, count):
    """Simulate panels and what the method of moments needs of them. P periods, R replications.

    Parameters
    ----------
    fx, theta, tabs
        See :mod:`interfirm.kernels.saom_codes`.
    ratefx
        Q × RATE_COLUMNS int64, see :mod:`interfirm.kernels.saom_codes`.
    info, dy
        The same with periods first: P × V × INFO, P × D × N × N.
    x0, free, seen
        P × V × N × N uint8: ties at the start; whether a tie may change; whether it counts in statistics.
    z0, zseen
        P × V × N int32: levels at the start; whether they count in statistics.
    active
        P × N uint8: who takes part.
    weight, cumulated, shares
        P × V × N × N, the same, P × E × N: see ``choose``; of length 0 in N where every receiver is evaluated.
    spells
        P × N × 2 float64: from when until when an actor takes part, 0 to 1; of length 0 in P where nobody enters or
        leaves within a period.
    stop
        3 + P int64: most steps of a period; variable whose distance ends a period, or -1; unused; distances.
    seed, first
        Seed, and number of the first replication; its random numbers depend on both and nothing else.
    stats, scores
        R × P × K float64, overwritten.
    times
        R × P float64: time that the period took, -1 if it did not end.
    ends, levels
        R × P × V × N × N uint8 and R × P × V × N int32: receive networks and behaviour at the end of the periods;
        of length 0 where they are not wanted.
    rooms
        See ``room``.
    fill, more, agree, step, levels_of, count
        See :mod:`interfirm.kernels.saom_parts`.
    """
    variables, n = x0.shape[1], x0.shape[2]
    x, ox, sx, g, og, sg, f, lag, state, now, here, lam, totals = rooms
    varying = ratefx.shape[0] > 0
    for p in range(x0.shape[0]):
        who = here[:_listed(active, p, here)]
        v_info, v_dy, v_free, v_seen = info[p], dy[p], free[p], seen[p]
        v_weight, v_cumulated, v_shares = weight[p], cumulated[p], shares[p]
        _open(v_info, x0[p], z0[p], v_seen, ox, og, sx, sg)
        event = _next_event(spells, p, 0.0) if spells.shape[0] else 1.0
        moving, first_event = event < 1.0, event
        if moving:
            v_free = now
        for rep in range(stats.shape[0]):
            seeded(state, seed, first + rep, p)
            score = scores[rep, p]
            for q in range(score.size):
                score[q] = 0.0
            for v in range(variables):
                for i in range(n):
                    g[lists(v, n) + 2 * n + 2, i] = z0[p, v, i]
                if v_info[v, k.CHOICE] != k.BEHAVIOUR:
                    copy_network(ox, og, x, g, v, v_info[v, k.ROWS], v_info[v, k.COLS])
            if moving:
                event, who = first_event, here[:_come_and_go(v_info, spells, p, 0.0, x, g, free[p], now, here)]
            _all_rates(v_info, ratefx, theta, tabs, v_dy, x, g, who, lam, totals)
            clock, distance, steps, took = 0.0, 0, 0, -1.0
            while steps < stop[0]:
                whole = 0.0
                for v in range(variables):
                    whole += totals[v]
                wait = exponential(state) / whole if whole > 0.0 else 2.0
                over = stop[1] < 0 and clock + wait >= event
                wait = event - clock if over else wait
                clock = event if over else clock + wait
                _lapse(v_info, ratefx, theta, tabs, v_dy, x, g, who, lam, totals, wait, score)
                if over and event < 1.0:
                    event = _next_event(spells, p, clock)
                    who = here[:_come_and_go(v_info, spells, p, clock, x, g, free[p], now, here)]
                    _all_rates(v_info, ratefx, theta, tabs, v_dy, x, g, who, lam, totals)
                    continue
                if over or whole <= 0.0:
                    took = clock
                    break
                steps += 1
                point, v = 0.0, 0
                if variables > 1:
                    point = uniform(state) * whole
                while v < variables - 1 and point >= totals[v]:
                    point -= totals[v]
                    v += 1
                kind = v_info[v, k.CHOICE]
                i = _pick(who, lam, v, totals[v], varying and not _pairs(kind), state)
                if v_info[v, k.RATE] >= 0:
                    score[v_info[v, k.RATE]] += (2.0 if _pairs(kind) else 1.0) / theta[v_info[v, k.RATE]]
                for q in range(ratefx.shape[0]):
                    if ratefx[q, k.R_DEP] == v:
                        score[ratefx[q, k.R_PARAM]] += rate_value(ratefx, tabs, v_dy, x, g, q, i)
                if kind == k.BEHAVIOUR:
                    move = step(fx, v_info, theta, tabs, v_dy, x, g, f, v, i, state, score)
                    g[lists(v, n) + 2 * n + 2, i] += move
                    if varying and move != 0:
                        _all_rates(v_info, ratefx, theta, tabs, v_dy, x, g, who, lam, totals)
                    continue
                j = i
                if _pairs(kind):
                    while j == i:
                        j = who[min(int(uniform(state) * who.size), who.size - 1)]
                    there = x[v, i, j]
                    if not v_free[v, i, j] or v_info[v, k.DIRECTION] == (k.UP_ONLY if there else k.DOWN_ONLY):
                        continue
                    asked = True
                else:
                    j = choose(fx, v_info, theta, tabs, v_dy, x, g, f, v_free, v_weight, v_cumulated, v_shares, v, i,
                               state, lag, score, fill, more)
                    if j < 0:
                        continue
                    there = x[v, i, j]
                    asked = kind == k.CONFIRMATION and not there
                if asked and agree(fx, v_info, theta, tabs, v_dy, x, g, f, v, i, j, state, lag, score, fill,
                                   more) == there:
                    continue
                toggle(x, g, v, i, j)
                if kind != k.DIRECTED:
                    toggle(x, g, v, j, i)
                if varying:
                    _all_rates(v_info, ratefx, theta, tabs, v_dy, x, g, who, lam, totals)
                if v == stop[1] and v_seen[v, i, j]:
                    size = 1 if kind == k.DIRECTED else 2
                    distance += size if x[v, i, j] != x0[p, v, i, j] else -size
                    if distance >= stop[3 + p]:
                        took = clock
                        break
            times[rep, p] = took
            count(fx, ratefx, v_info, tabs, v_dy, x0[p], z0[p], v_seen, zseen[p], x, g, sx, sg, f, lag, stats[rep, p],
                  fill, more, levels_of)
            if ends.shape[0]:
                for v in range(variables):
                    for i in range(n):
                        levels[rep, p, v, i] = g[lists(v, n) + 2 * n + 2, i]
                        for j in range(n):
                            ends[rep, p, v, i, j] = x[v, i, j]


@njit(**k.LEAN)
def look(fx, ratefx, info, theta, tabs, dy, x0, z0, seen, zseen, ends, levels, stats, v, tie, out, rooms,  # type: ignore[no-untyped-def]
         fill, more, levels_of, count):
    """Statistics of given networks and levels at the end of one period, and change statistics at its start.

    Parameters
    ----------
    fx, ratefx, info, theta, tabs, dy, x0, z0, seen, zseen
        As in ``simulate``, for one period.
    ends, levels
        V × N × N uint8 and V × N int32: the end of the period.
    stats
        K float64, receives the statistics.
    v, tie
        Variable; 0 for change statistics, 1 for contributions of present ties.
    out
        N × N × effects of v, or of length 0: receives them for every i -> j that is listed, by role.
    rooms
        See ``room``.
    fill, more, levels_of, count
        See :mod:`interfirm.kernels.saom_parts`.
    """
    n = x0.shape[1]
    x, ox, sx, g, og, sg, f, lag = rooms[:8]
    _open(info, x0, z0, seen, ox, og, sx, sg)
    _open(info, ends, levels, seen, x, g, ox, og)
    count(fx, ratefx, info, tabs, dy, x0, z0, seen, zseen, x, g, sx, sg, f, lag, stats, fill, more, levels_of)
    if not out.shape[0]:
        return
    _open(info, x0, z0, seen, x, g, ox, og)
    at, needs = lists(v, n), info[v, k.NEEDS]
    for j in range(n):
        lag[j] = g[at + 2 * n + 1, j]
    for i in range(info[v, k.ROWS]):
        if tie:
            reached = fill(fx, info, tabs, dy, x, g, f, v, i, 1, lag, more)
            size = np.int64(g[at + 2 * n, i])
        else:
            reached = utilities(fx, info, theta, tabs, dy, x, g, f, v, i, lag, fill, more)
            size = reached
        for t in range(size):
            for e in range(info[v, k.LAST] - info[v, k.FIRST]):
                out[i, g[g.shape[0] - 1 - k.TYPES, t], e] = f[3 + e, t]
        clear(g, reached, needs)


@njit(**k.LEAN)
def look_at_levels(fx, info, tabs, dy, x0, z0, seen, v, out, rooms):  # type: ignore[no-untyped-def]
    """What every actor adds to the statistics of behaviour v at every level, at the start of a period.

    Parameters
    ----------
    fx, info, tabs, dy, x0, z0, seen
        As in ``look``.
    v
        The behaviour.
    out
        N × levels × effects of v, overwritten.
    rooms
        See ``room``.
    """
    x, sx, g, sg = rooms[0], rooms[2], rooms[3], rooms[5]
    _open(info, x0, z0, seen, x, g, sx, sg)
    for i in range(info[v, k.ROWS]):
        for level in range(out.shape[1]):
            for e in range(info[v, k.FIRST], info[v, k.LAST]):
                out[i, level, e - info[v, k.FIRST]] = behaviour_statistic(fx, tabs, dy, x, g, e, v, i, np.int64(level))

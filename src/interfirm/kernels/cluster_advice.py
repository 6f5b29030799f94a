"""Whom to ask: how firms of the learning cluster begin and stop to ask each other for advice."""

from __future__ import annotations

import math

from numba import njit

from interfirm.kernels import cluster_codes as c
from interfirm.kernels.cluster_state import (
    asks,
    between,
    drop_if_bare,
    fitness,
    kilometres,
    other,
    set_asks,
    tied,
)
from interfirm.kernels.counter_random import integer, uniform
from interfirm.kernels.options import INNER, OUTER


@njit(**INNER)
def closes(number):  # type: ignore[no-untyped-def]
    """The value of a number of two-paths to a firm: e^a (1 - (1 - e^-a)^m), a = ln 2: the effect gwespFF(69)."""
    return 2.0 * (1.0 - 0.5**number)


@njit(**INNER)
def _mark(w, i, change):  # type: ignore[no-untyped-def]
    """Mark i's ties and count the two-paths i → h → j for every j (change 1), or take both away again (change -1)."""
    for at in range(w.firm[i].degree):
        e = w.slot[i, at]
        w.tied_to[other(w.tie, e, i)] += change * (e + 1)
        if asks(w.tie, e, i):
            h = other(w.tie, e, i)
            for place in range(w.firm[h].degree):
                d = w.slot[h, place]
                if asks(w.tie, d, h):
                    w.paths[other(w.tie, d, h)] += change


@njit(**INNER)
def appeal(w, i, j):  # type: ignore[no-untyped-def]
    """What asking j is worth to i, in logits, and whether i asks j already.

    density + recip x_ji + closure of two-paths + popularity √indegree + what data say of the pair, or the priors:
    same sector, -near ln(1 + km), fit of knowledge, capability of j. Needs the marks of ``_mark``.
    """
    e = w.tied_to[j] - 1
    there, back = 0, 0
    if e >= 0:
        there, back = asks(w.tie, e, i), asks(w.tie, e, j)
    value = w.p[c.DENSITY] + w.p[c.RECIP] * back + w.p[c.CLOSURE] * closes(w.paths[j])
    if w.p[c.POPULARITY] != 0.0:
        value += w.p[c.POPULARITY] * math.sqrt(w.firm[j].asked + 1 - there)
    if i < w.affinity.shape[0] and j < w.affinity.shape[0]:
        value += w.affinity[i, j]
    else:
        value -= w.p[c.NEAR] * math.log(1.0 + kilometres(w.firm, i, j))
        if w.firm[i].sector == w.firm[j].sector:
            value += w.p[c.SAME_SECTOR]
    if w.p[c.FIT] != 0.0:
        value += w.p[c.FIT] * fitness(w, i, j)
    return value + w.p[c.CAPABLE] * w.firm[j].capability, there


@njit(**INNER)
def acquaintance(w, i, purpose, index):  # type: ignore[no-untyped-def]
    """A firm drawn from those that i may know of: near it in the list of firms, or anyone now and then."""
    seed, replication, period = w.now[c.SEED], w.now[c.REPLICATION], w.now[c.PERIOD]
    number = w.firm.shape[0]
    wide = uniform(seed, replication, period, i, purpose, 2 * index) < w.p[c.WIDE]
    if wide or w.tally[c.N_INITIAL] <= w.p[c.HORIZON]:
        return integer(number, seed, replication, period, i, purpose, 2 * index + 1)
    span = int(w.p[c.HORIZON])
    step = integer(span + 1, seed, replication, period, i, purpose, 2 * index + 1) - span // 2
    return (w.firm[i].home + step) % w.tally[c.N_INITIAL]


@njit(**INNER)
def _options(w, i, turn):  # type: ignore[no-untyped-def]
    """Fill ``option`` with the firms that i thinks of; their number, and what a drawn one stands for (log).

    All firms where there are few. Otherwise those that it asks, those whom they ask, and a sample of its acquaintances.
    """
    size = c.NO
    if w.tally[c.N_FIRMS] <= w.p[c.HORIZON] + 1:
        for j in range(w.firm.shape[0]):
            if j != i and w.firm[j].alive:
                w.option[size] = j
                size += 1
        return size, size, 0.0
    w.paths[i] += 1000000
    for at in range(w.firm[i].degree):
        e = w.slot[i, at]
        if asks(w.tie, e, i):
            size = _take(w, other(w.tie, e, i), size)
    for at in range(w.firm[i].degree):
        e = w.slot[i, at]
        if asks(w.tie, e, i):
            h = other(w.tie, e, i)
            for place in range(w.firm[h].degree):
                d = w.slot[h, place]
                if asks(w.tie, d, h):
                    size = _take(w, other(w.tie, d, h), size)
    known = size
    for draw in range(int(w.p[c.CONSIDER])):
        j = acquaintance(w, i, c.D_SAMPLE, turn * 4096 + draw)
        if w.firm[j].alive:
            size = _take(w, j, size)
    for at in range(size):
        w.paths[w.option[at]] -= 1000000
    w.paths[i] -= 1000000
    weight = math.log(max(1.0, (w.p[c.HORIZON] - known) / max(1, size - known)))
    return size, known, weight


@njit(**INNER)
def _take(w, j, size):  # type: ignore[no-untyped-def]
    """Add a firm to the options unless it is there; large marks in ``paths`` tell which are."""
    if w.paths[j] >= 1000000:
        return size
    w.paths[j] += 1000000
    w.option[size] = j
    return size + 1


@njit(**INNER)
def _choose(w, i, turn):  # type: ignore[no-untyped-def]
    """One turn of firm i: begin to ask one firm, stop asking one, or leave things as they are."""
    size, known, weight = _options(w, i, turn)
    _mark(w, i, c.YES)
    largest = 0.0
    for at in range(size):
        value, there = appeal(w, i, w.option[at])
        w.utility[at] = -value if there else value + (weight if at >= known else 0.0)
        largest = max(largest, w.utility[at])
    _mark(w, i, -c.YES)
    total = math.exp(-largest)
    for at in range(size):
        total += math.exp(w.utility[at] - largest)
    luck = uniform(w.now[c.SEED], w.now[c.REPLICATION], w.now[c.PERIOD], i, c.D_CHOICE, turn)
    left = luck * total - math.exp(-largest)
    if left < 0.0:
        return
    for at in range(size):
        left -= math.exp(w.utility[at] - largest)
        if left < 0.0:
            _toggle(w, i, w.option[at])
            return


@njit(**OUTER)
def drift(w, firms, step):  # type: ignore[no-untyped-def]
    """Expected ties of advice that begin minus those that end, over one turn of every ``step``-th firm."""
    gained = 0.0
    for i in range(0, firms, step):
        size, known_ones, weight = _options(w, i, c.NO)
        _mark(w, i, c.YES)
        total, change = 1.0, 0.0
        for at in range(size):
            value, there = appeal(w, i, w.option[at])
            odds = math.exp(-value) if there else math.exp(value + (weight if at >= known_ones else 0.0))
            total += odds
            change += -odds if there else odds
        _mark(w, i, -c.YES)
        gained += change / total
    return gained


@njit(**INNER)
def _toggle(w, i, j):  # type: ignore[no-untyped-def]
    e = between(w, i, j)
    if e >= 0 and asks(w.tie, e, i):
        set_asks(w, e, i, c.NO)
        drop_if_bare(w, e)
    else:
        e = tied(w, i, j, c.NO)
        if e >= 0:
            set_asks(w, e, i, c.YES)


@njit(**INNER)
def search(w):  # type: ignore[no-untyped-def]
    """Every firm has turns at a given rate; in each it may change one of the ties by which it asks for advice."""
    if w.on[c.R_SEARCH] == 0:
        return
    whole = int(w.p[c.SEARCH])
    rest = w.p[c.SEARCH] - whole
    for i in range(w.firm.shape[0]):
        if w.firm[i].alive == 0:
            continue
        turns = whole
        if uniform(w.now[c.SEED], w.now[c.REPLICATION], w.now[c.PERIOD], i, c.D_TIMES, 0) < rest:
            turns += 1
        for turn in range(turns):
            _choose(w, i, turn)

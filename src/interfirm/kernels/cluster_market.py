"""Rules of the learning cluster on the market: demand, outsourcing both ways, payoffs, exit of firms, new firms."""

from __future__ import annotations

import math

from numba import njit

from interfirm.kernels.cluster_codes import (
    D_COMMON,
    D_DEMAND,
    D_ENTER,
    D_ENTRANT,
    D_FAIL,
    D_ORDER,
    D_SPIN,
    DEMAND_COMMON,
    DEMAND_SPREAD,
    E_ENTERED,
    E_SPUN,
    EFFORT_PRICE,
    ENTRANT_LEVEL,
    ENTRANTS,
    F_SERVED,
    FAILURE,
    FROM_ELSEWHERE,
    INNOVATION_GROWTH,
    INNOVATION_VALUE,
    INSOLVENT,
    L_STANDARDS,
    MARGIN,
    MARKET_EROSION,
    MORTALITY,
    N_ENTRIES,
    N_FIRMS,
    N_FREE_FIRMS,
    N_INITIAL,
    N_TOP,
    NO,
    NOBODY,
    PERIOD,
    R_DEMAND,
    R_DISTANCE,
    R_ENTRANTS,
    R_FIRM_EXIT,
    R_OUTSOURCING,
    R_PAYOFFS,
    R_SPIN_OFFS,
    REPLICATION,
    SEED,
    SIZE_ADJUST,
    SPIN_OFF,
    SPIN_SHARE,
    SPUN_OFF,
    SUBCONTRACT_WAGE,
    TIE_COST,
    UPKEEP,
    V_A,
    V_B,
    V_C,
    YES,
)
from interfirm.kernels.cluster_state import distance, leave, note, other, set_asks, tied, trusts
from interfirm.kernels.counter_random import integer, normal, uniform
from interfirm.kernels.options import INNER


@njit(**INNER)
def begin(w):  # type: ignore[no-untyped-def]
    """Forget what belongs to the last period only, and count firms by sector and place."""
    w.peers[:] = 0.0
    w.pool[:] = 0.0
    kinds = w.tacit.shape[1]
    for i in range(w.firm.shape[0]):
        f = w.firm[i]
        if f.alive == 0:
            continue
        f.idle, f.excess, f.income, f.made_now, f.effort, f.effort_cost = 0.0, 0.0, 0.0, 0, 0.0, 0.0
        f.demand = f.workers
        w.peers[f.sector] += 1.0
        w.pool[f.place, kinds] += 1.0
        for k in range(kinds):
            w.pool[f.place, k] += w.explicit[i, k]
    for place in range(w.pool.shape[0]):
        if w.pool[place, kinds] > 0.0:
            for k in range(kinds):
                w.pool[place, k] /= w.pool[place, kinds]
    for e in range(w.tally[N_TOP]):
        if w.tie[e].live:
            w.tie[e].flow_ab, w.tie[e].flow_ba, w.tie[e].joint = 0.0, 0.0, 0


@njit(**INNER)
def demand(w):  # type: ignore[no-untyped-def]
    """Orders of the period: around what the firm's market is, partly good and bad times that all share."""
    seed, replication, period = w.now[SEED], w.now[REPLICATION], w.now[PERIOD]
    if w.on[R_DEMAND]:
        times = normal(seed, replication, period, 0, D_COMMON, 0)
        spread, common = w.p[DEMAND_SPREAD], w.p[DEMAND_COMMON]
        middle = 0.5 * (spread * spread + common * common)
        for i in range(w.firm.shape[0]):
            if w.firm[i].alive:
                own = normal(seed, replication, period, i, D_DEMAND, 0)
                w.firm[i].demand = w.firm[i].market * math.exp(spread * own + common * times - middle)
    standards = w.lever[L_STANDARDS]
    for i in range(w.firm.shape[0]):
        f = w.firm[i]
        if f.alive == 0:
            continue
        if standards[0] > 0.0 and standards[1] <= period <= standards[2]:
            f.demand *= 1.0 + standards[V_B] if f.capability >= standards[V_A] else 1.0 - standards[V_C]
        f.idle = max(0.0, f.workers - f.demand)
        f.excess = max(0.0, f.demand - f.workers)


@njit(**INNER)
def overlap(w, i, j):  # type: ignore[no-untyped-def]
    """Part of i's work that j could do: 1 minus their cognitive distance; all of it where distance is off."""
    if w.on[R_DISTANCE] == 0:
        return 1.0
    return 1.0 - distance(w.tacit, w.explicit, i, j)


@njit(**INNER)
def _outlet(w, i):  # type: ignore[no-untyped-def]
    """The exchange partner whom i trusts most among those with idle capacity and no work from i yet; -1 if none."""
    best, at_best = -1.0, NOBODY
    for at in range(w.firm[i].degree):
        e = w.slot[i, at]
        t = w.tie[e]
        if t.exchange == 0:
            continue
        given = t.flow_ab if t.a == i else t.flow_ba
        if given == 0.0 and w.firm[other(w.tie, e, i)].idle > 0.0 and trusts(w.tie, e, i) > best:
            best, at_best = trusts(w.tie, e, i), e
    return at_best


@njit(**INNER)
def outsourcing(w):  # type: ignore[no-untyped-def]
    """Firms with more orders than hands pass work to partners with idle hands, the most trusted ones first.

    Both sides earn: the one that passes on keeps a margin, the one that works gets its wage.
    """
    number = w.firm.shape[0]
    start = integer(number, w.now[SEED], w.now[REPLICATION], w.now[PERIOD], 0, D_ORDER, 0)
    for step in range(number):
        i = (start + step) % number
        if w.firm[i].alive == 0:
            continue
        relative = w.firm[i].excess / max(w.firm[i].workers, 1.0)
        w.firm[i].stress += 0.25 * (relative - w.firm[i].stress)
        if w.on[R_OUTSOURCING] == 0:
            continue
        for _ in range(3):
            if w.firm[i].excess <= 0.0:
                break
            e = _outlet(w, i)
            if e < 0:
                break
            j = other(w.tie, e, i)
            amount = min(w.firm[i].excess, w.firm[j].idle * overlap(w, i, j))
            if amount <= 0.0:
                break
            if w.tie[e].a == i:
                w.tie[e].flow_ab = amount
            else:
                w.tie[e].flow_ba = amount
            w.firm[i].excess -= amount
            w.firm[j].idle -= amount
            w.firm[i].income += w.p[MARGIN] * amount
            w.firm[j].income += w.p[SUBCONTRACT_WAGE] * amount


@njit(**INNER)
def payoffs(w):  # type: ignore[no-untyped-def]
    """Income minus costs goes to capital; size follows the market; markets grow with innovation and erode."""
    served, wanted = 0.0, 0.0
    for i in range(w.firm.shape[0]):
        f = w.firm[i]
        if f.alive == 0:
            continue
        served += f.demand - f.excess
        wanted += f.demand
        if w.on[R_PAYOFFS] == 0:
            continue
        own = min(f.demand, f.workers)
        exchanges = 0
        for at in range(f.degree):
            exchanges += w.tie[w.slot[i, at]].exchange
        earned = own + f.income + w.p[INNOVATION_VALUE] * f.made_now
        f.capital += earned - w.p[UPKEEP] * f.workers - w.p[TIE_COST] * exchanges - w.p[EFFORT_PRICE] * f.effort_cost
        f.market *= (1.0 + w.p[INNOVATION_GROWTH] * f.made_now) * (1.0 - w.p[MARKET_EROSION])
        if f.market < f.workers or f.capital > 0.0:
            f.workers += w.p[SIZE_ADJUST] * (f.market - f.workers)
    w.total[F_SERVED] = served / wanted if wanted > 0.0 else 1.0


@njit(**INNER)
def firm_exit(w):  # type: ignore[no-untyped-def]
    """Firms close: those without capital with a higher probability, every one with a small one."""
    if w.on[R_FIRM_EXIT] == 0:
        return
    for i in range(w.firm.shape[0]):
        f = w.firm[i]
        if f.alive == 0:
            continue
        risk = w.p[MORTALITY]
        if f.capital < -w.p[INSOLVENT] * f.workers:
            risk = 1.0 - (1.0 - risk) * (1.0 - w.p[FAILURE])
        if uniform(w.now[SEED], w.now[REPLICATION], w.now[PERIOD], i, D_FAIL, 0) < risk:
            leave(w, i)


@njit(**INNER)
def place_for_new(w):  # type: ignore[no-untyped-def]
    """The row of a new firm, or -1 if all are taken."""
    if w.tally[N_FREE_FIRMS] == 0:
        return NOBODY
    w.tally[N_FREE_FIRMS] -= 1
    w.tally[N_FIRMS] += 1
    return w.free_firms[w.tally[N_FREE_FIRMS]]


@njit(**INNER)
def new_firm(w, parent, share, origin):  # type: ignore[no-untyped-def]
    """A firm like its parent but smaller: near by, in its sector, with a share of its knowledge. Its row, or -1."""
    i = place_for_new(w)
    if i < 0:
        return NOBODY
    f, g = w.firm[i], w.firm[parent]
    f.alive, f.born, f.origin, f.degree, f.made, f.joint, f.made_now, f.lab = 1, w.now[PERIOD], origin, 0, 0, 0, 0, 0
    f.asked = 0
    f.home, f.place, f.sector, f.small = g.home, g.place, g.sector, 1
    f.east, f.north = g.east, g.north
    f.workers = max(1.0, 0.2 * g.workers)
    f.market = f.workers
    f.capital = f.workers
    f.capability, f.absorptive = share * g.capability, g.absorptive
    f.openness, f.institutions = 0.0, 0.0
    f.demand, f.idle, f.excess, f.income, f.stress, f.effort, f.effort_cost = f.workers, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for k in range(w.tacit.shape[1]):
        w.tacit[i, k] = share * w.tacit[parent, k]
        w.explicit[i, k] = share * w.explicit[parent, k]
    w.tally[N_ENTRIES] += 1
    return i


@njit(**INNER)
def spin_offs(w):  # type: ignore[no-untyped-def]
    """People leave a firm that has innovated and found their own; they stay in touch with it."""
    if w.on[R_SPIN_OFFS] == 0:
        return
    for i in range(w.firm.shape[0]):
        if w.firm[i].alive == 0 or w.firm[i].made_now == 0 or w.firm[i].born == w.now[PERIOD]:
            continue
        if uniform(w.now[SEED], w.now[REPLICATION], w.now[PERIOD], i, D_SPIN, 0) < w.p[SPIN_OFF]:
            child = new_firm(w, i, w.p[SPIN_SHARE], SPUN_OFF)
            if child < 0:
                return
            note(w, E_SPUN, i, child)
            e = tied(w, child, i, NO)
            if e >= 0:
                set_asks(w, e, child, YES)


@njit(**INNER)
def entrants(w):  # type: ignore[no-untyped-def]
    """New firms from elsewhere, at a steady rate; each is like a firm drawn at random, with less knowledge."""
    if w.on[R_ENTRANTS] == 0:
        return
    seed, replication, period = w.now[SEED], w.now[REPLICATION], w.now[PERIOD]
    mean = w.p[ENTRANTS] * w.tally[N_INITIAL]
    number = int(mean)
    if uniform(seed, replication, period, 0, D_ENTER, 0) < mean - number:
        number += 1
    for which in range(number):
        for attempt in range(20):
            like = integer(w.firm.shape[0], seed, replication, period, which, D_ENTRANT, attempt)
            if w.firm[like].alive:
                i = new_firm(w, like, w.p[ENTRANT_LEVEL], FROM_ELSEWHERE)
                if i < 0:
                    return
                note(w, E_ENTERED, i, like)
                break

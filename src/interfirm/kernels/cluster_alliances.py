"""Whom to work with, and whether to stay: entry into and exit from ties of exchange in the learning cluster."""

from __future__ import annotations

import math

from numba import njit

from interfirm.kernels import cluster_codes as c
from interfirm.kernels.cluster_advice import acquaintance
from interfirm.kernels.cluster_market import overlap
from interfirm.kernels.cluster_state import (
    between,
    drop_if_bare,
    fitness,
    known,
    note,
    other,
    tied,
    trusts,
)
from interfirm.kernels.counter_random import uniform
from interfirm.kernels.options import INNER


@njit(**INNER)
def expected_gain(w, i, j):  # type: ignore[no-untyped-def]
    """What i expects of working with j in a period: work passed on when orders exceed hands, and joint novelty."""
    passed = w.p[c.MARGIN] * w.firm[i].stress * w.firm[i].workers * overlap(w, i, j)
    taken = w.p[c.SUBCONTRACT_WAGE] * w.firm[j].stress * min(w.firm[i].workers, w.firm[j].workers) * overlap(w, j, i)
    able = math.sqrt(w.firm[i].capability * w.firm[j].capability)
    base = math.sqrt(known(w.tacit, w.explicit, i) * known(w.tacit, w.explicit, j))
    novelty = w.p[c.OPTIMISM] * w.p[c.INNOVATION_VALUE] * w.p[c.JOINT_INNOVATION] * fitness(w, i, j) * able * base
    return passed + 0.5 * taken + novelty


@njit(**INNER)
def entry_value(given_up, gain, cost, success, discount, periods):  # type: ignore[no-untyped-def]
    """NPV = -K + Σ_{t=1..T} δ^t (π g - c): what entering is worth."""
    weight, total = 1.0, 0.0
    for _ in range(int(periods)):
        weight *= discount
        total += weight
    return total * (success * gain - cost) - given_up


@njit(**INNER)
def _subsidy(w, i, j):  # type: ignore[no-untyped-def]
    """What a voucher pays to each of two firms that begin to work together; 0 without one."""
    v = w.lever[c.L_VOUCHER]
    if v[c.V_ON] == 0.0 or w.now[c.PERIOD] < v[c.V_FIRST] or w.now[c.PERIOD] > v[c.V_LAST]:
        return 0.0
    if v[c.V_C] > 0.0 and w.firm[i].small == 0 and w.firm[j].small == 0:
        return 0.0
    paid = min(v[c.V_A] * w.p[c.ENTRY_COST], v[c.V_B])
    return paid if w.spent[c.L_VOUCHER] + 2.0 * paid * v[c.V_PRICE] <= v[c.V_BUDGET] + 1e-9 else 0.0


@njit(**INNER)
def ally(w, i, j, maker, confidence):  # type: ignore[no-untyped-def]
    """Two firms begin to work together if it is worth entering for both; 1 if they do.

    ``confidence`` is the least probability of success that they assume, for example because someone
    whom both trust has brought them together.
    """
    e = between(w, i, j)
    if e >= 0 and w.tie[e].exchange:
        return 0
    paid = _subsidy(w, i, j)
    for side in range(2):
        one, two = (i, j) if side == 0 else (j, i)
        success = max(confidence, trusts(w.tie, e, one) if e >= 0 else w.p[c.TRUST_START])
        if entry_value(w.p[c.ENTRY_COST] - paid, expected_gain(w, one, two), w.p[c.TIE_COST], success, w.p[c.DISCOUNT],
                       w.p[c.LOOK_AHEAD]) < 0.0:
            return 0
    plain = 0
    if paid > 0.0:
        plain = 1
        for side in range(2):
            one, two = (i, j) if side == 0 else (j, i)
            success = max(confidence, trusts(w.tie, e, one) if e >= 0 else w.p[c.TRUST_START])
            if entry_value(w.p[c.ENTRY_COST], expected_gain(w, one, two), w.p[c.TIE_COST], success, w.p[c.DISCOUNT],
                           w.p[c.LOOK_AHEAD]) < 0.0:
                plain = 0
    e = tied(w, i, j, maker if maker > 0 else (c.L_VOUCHER + 1 if paid > 0.0 and plain == 0 else c.NO))
    if e < 0:
        return 0
    t = w.tie[e]
    t.exchange = 1
    t.net_a, t.net_b = expected_gain(w, t.a, t.b), expected_gain(w, t.b, t.a)
    w.spent[c.L_VOUCHER] += 2.0 * paid * w.lever[c.L_VOUCHER, c.V_PRICE]
    w.firm[i].capital -= w.p[c.ENTRY_COST] - paid
    w.firm[j].capital -= w.p[c.ENTRY_COST] - paid
    note(w, c.E_ALLIED, i, j)
    return 1


@njit(**INNER)
def entry(w):  # type: ignore[no-untyped-def]
    """Firms look for someone to work with, among those with whom they talk and a few acquaintances."""
    if w.on[c.R_ENTRY] == 0:
        return
    for i in range(w.firm.shape[0]):
        if w.firm[i].alive == 0:
            continue
        if uniform(w.now[c.SEED], w.now[c.REPLICATION], w.now[c.PERIOD], i, c.D_ALLIANCE, 0) >= w.p[c.ALLIANCE]:
            continue
        best, gain = c.NOBODY, 0.0
        for at in range(w.firm[i].degree):
            e = w.slot[i, at]
            if w.tie[e].exchange == 0:
                j = other(w.tie, e, i)
                value = trusts(w.tie, e, i) * expected_gain(w, i, j)
                if value > gain:
                    best, gain = j, value
        for draw in range(3):
            j = acquaintance(w, i, c.D_PARTNER, draw)
            if j != i and w.firm[j].alive and between(w, i, j) < 0:
                value = w.p[c.TRUST_START] * expected_gain(w, i, j)
                if value > gain:
                    best, gain = j, value
        if best >= 0:
            ally(w, i, best, c.NO, 0.0)


@njit(**INNER)
def stays(gain, cost, future, relational, norm, alternative, exit_cost):  # type: ignore[no-untyped-def]
    """The stay rule: g - c + δV + R + S >= A - X."""
    return gain - cost + future + relational + norm >= alternative - exit_cost


@njit(**INNER)
def _wants_to_stay(w, e, i):  # type: ignore[no-untyped-def]
    t = w.tie[e]
    net = t.net_a if t.a == i else t.net_b
    age = (w.now[c.PERIOD] - t.since) / (w.now[c.PERIOD] - t.since + 8.0)
    others = w.firm[i].degree - 1
    held = w.p[c.LOCK] if (t.boss == 2 and t.a == i) or (t.boss == 1 and t.b == i) else 0.0
    return stays(net, w.p[c.TIE_COST], w.p[c.DISCOUNT] * w.p[c.FUTURE] * t.commitment,
                 w.p[c.RELATIONAL] * trusts(w.tie, e, i) * (1.0 + age), w.p[c.NORM],
                 w.p[c.ALTERNATIVE] * others / (others + 2.0), w.p[c.EXIT_COST] + held)


@njit(**INNER)
def stay(w):  # type: ignore[no-untyped-def]
    """Partners weigh each tie of exchange and leave it, after a while, if staying is worth less than the alternative.

    What a tie has brought is smoothed over periods.
    """
    for e in range(w.tally[c.N_TOP]):
        t = w.tie[e]
        if t.live == 0 or t.exchange == 0:
            continue
        gain_a = w.p[c.MARGIN] * t.flow_ab + w.p[c.SUBCONTRACT_WAGE] * t.flow_ba + w.p[c.INNOVATION_VALUE] * t.joint
        gain_b = w.p[c.MARGIN] * t.flow_ba + w.p[c.SUBCONTRACT_WAGE] * t.flow_ab + w.p[c.INNOVATION_VALUE] * t.joint
        t.net_a += 0.125 * (gain_a - t.net_a)
        t.net_b += 0.125 * (gain_b - t.net_b)
        t.total_ab += t.flow_ab - 0.05 * t.total_ab
        t.total_ba += t.flow_ba - 0.05 * t.total_ba
        if w.on[c.R_STAY] == 0 or (_wants_to_stay(w, e, t.a) and _wants_to_stay(w, e, t.b)):
            continue
        if uniform(w.now[c.SEED], w.now[c.REPLICATION], w.now[c.PERIOD], t.a, c.D_LEAVE, t.b) < w.p[c.EXIT_RATE]:
            t.exchange, t.boss = 0, 0
            drop_if_bare(w, e)

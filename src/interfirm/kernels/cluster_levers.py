"""What policies do in a period: each lever acts while it runs and its budget lasts, and books what it costs."""

from __future__ import annotations

from numba import njit

from interfirm.kernels.cluster_alliances import ally
from interfirm.kernels.cluster_codes import (
    ANCHOR,
    D_LAB,
    D_LEVER,
    D_LEVER_FIRST,
    D_LEVER_SECOND,
    E_LEVER,
    L_ANCHOR,
    L_BROKER,
    L_FAIRS,
    L_INTRODUCTIONS,
    L_LAB,
    L_STANDARDS,
    L_TRAINING,
    N_PAIR,
    NO,
    NOBODY,
    PERIOD,
    REPLICATION,
    SEED,
    V_A,
    V_B,
    V_BUDGET,
    V_C,
    V_D,
    V_FIRST,
    V_PRICE,
    YES,
)
from interfirm.kernels.cluster_learning import running
from interfirm.kernels.cluster_market import new_firm
from interfirm.kernels.cluster_state import between, distance, note, set_asks, shared, tied
from interfirm.kernels.counter_random import integer, uniform
from interfirm.kernels.options import INNER


@njit(**INNER)
def pay(w, which, units):  # type: ignore[no-untyped-def]
    """Book the cost of some units of a lever; 0 and nothing booked if the budget does not allow it."""
    cost = w.lever[which, V_PRICE] * units
    if w.spent[which] + cost > w.lever[which, V_BUDGET] + 1e-9:
        return 0
    w.spent[which] += cost
    return 1


@njit(**INNER)
def times(w, which, rate):  # type: ignore[no-untyped-def]
    """How often something with this mean number per period happens now: the whole part, and one more by chance."""
    whole = int(rate)
    luck = uniform(w.now[SEED], w.now[REPLICATION], w.now[PERIOD], which, D_LEVER, 0)
    return whole + 1 if luck < rate - whole else whole


@njit(**INNER)
def drawn(w, which, purpose, index):  # type: ignore[no-untyped-def]
    """A living firm drawn at random, or -1 if twenty draws find none."""
    for attempt in range(20):
        i = integer(w.firm.shape[0], w.now[SEED], w.now[REPLICATION], w.now[PERIOD], which, purpose,
                    index * 32 + attempt)
        if w.firm[i].alive:
            return i
    return NOBODY


@njit(**INNER)
def invited(w, which, index, wish):  # type: ignore[no-untyped-def]
    """The firm that takes a place: of three drawn the weakest (wish -1), the strongest (1), or the first (0)."""
    best = drawn(w, which, D_LEVER_FIRST, index * 3)
    for more in (1, 2):
        i = drawn(w, which, D_LEVER_FIRST, index * 3 + more)
        if i >= 0 and (best < 0 or wish * (w.firm[i].capability - w.firm[best].capability) > 0.0):
            best = i
    return best


@njit(**INNER)
def introduce(w, i, j, which, confidence):  # type: ignore[no-untyped-def]
    """Two firms meet: they begin to ask each other, and to work together if that is worth it for both."""
    note(w, E_LEVER, i, j)
    ally(w, i, j, which + 1, confidence)
    e = tied(w, i, j, which + 1)
    if e < 0:
        return
    t = w.tie[e]
    t.trust_ab, t.trust_ba = max(t.trust_ab, confidence), max(t.trust_ba, confidence)
    if t.ask_ab == 0:
        set_asks(w, e, t.a, YES)
    if t.ask_ba == 0:
        set_asks(w, e, t.b, YES)


@njit(**INNER)
def broker(w):  # type: ignore[no-untyped-def]
    """Meetings: a firm meets the one of five others that fits best and with whom it shares fewest partners."""
    if not running(w, L_BROKER):
        return
    v = w.lever[L_BROKER]
    for index in range(times(w, L_BROKER, v[V_A])):
        i = drawn(w, L_BROKER, D_LEVER_FIRST, index)
        best, value = NOBODY, -1.0
        for other_one in range(5):
            j = drawn(w, L_BROKER, D_LEVER_SECOND, index * 5 + other_one)
            if i < 0 or j < 0 or i == j or between(w, i, j) >= 0:
                continue
            d = distance(w.tacit, w.explicit, i, j)
            worth = 4.0 * d * (1.0 - d) / (1.0 + shared(w, i, j))
            if worth > value:
                best, value = j, worth
        if best >= 0 and pay(w, L_BROKER, 1.0):
            introduce(w, i, best, L_BROKER, v[V_B])


@njit(**INNER)
def introductions(w):  # type: ignore[no-untyped-def]
    """The pairs of the plan meet one after the other."""
    if not running(w, L_INTRODUCTIONS):
        return
    v = w.lever[L_INTRODUCTIONS]
    for _ in range(times(w, L_INTRODUCTIONS, v[V_A])):
        if w.tally[N_PAIR] >= w.pairs.shape[0]:
            return
        i, j = w.pairs[w.tally[N_PAIR], 0], w.pairs[w.tally[N_PAIR], 1]
        w.tally[N_PAIR] += 1
        if w.firm[i].alive and w.firm[j].alive and pay(w, L_INTRODUCTIONS, 1.0):
            introduce(w, i, j, L_INTRODUCTIONS, v[V_B])


@njit(**INNER)
def lab(w):  # type: ignore[no-untyped-def]
    """A joint laboratory: a share of the firms joins in its first period and pays a fee; two users meet now and then.

    What its use does to the cost of effort stands in the rule of effort.
    """
    if not running(w, L_LAB):
        return
    v = w.lever[L_LAB]
    if not pay(w, L_LAB, 1.0):
        for i in range(w.firm.shape[0]):
            w.firm[i].lab = 0
        return
    if w.now[PERIOD] == v[V_FIRST]:
        for i in range(w.firm.shape[0]):
            if w.firm[i].alive and uniform(w.now[SEED], w.now[REPLICATION], w.now[PERIOD], i, D_LAB, 0) < v[V_B]:
                w.firm[i].lab = 1
    for i in range(w.firm.shape[0]):
        if w.firm[i].alive and w.firm[i].lab:
            w.firm[i].capital -= v[V_C]
    if uniform(w.now[SEED], w.now[REPLICATION], w.now[PERIOD], L_LAB, D_LEVER, 0) < v[V_D]:
        i, j = drawn(w, L_LAB, D_LEVER_FIRST, NO), drawn(w, L_LAB, D_LEVER_SECOND, NO)
        if i >= 0 and j >= 0 and i != j and w.firm[i].lab and w.firm[j].lab and between(w, i, j) < 0:
            introduce(w, i, j, L_LAB, 0.0)


@njit(**INNER)
def fairs(w):  # type: ignore[no-untyped-def]
    """Trade fairs: those who attend come back with a link to a source outside, with some probability."""
    if not running(w, L_FAIRS):
        return
    v = w.lever[L_FAIRS]
    for index in range(times(w, L_FAIRS, v[V_A])):
        i = invited(w, L_FAIRS, index, v[V_C])
        if i < 0 or not pay(w, L_FAIRS, 1.0):
            continue
        if uniform(w.now[SEED], w.now[REPLICATION], w.now[PERIOD], L_FAIRS, D_LEVER, index + 1) < v[V_B]:
            w.firm[i].openness += 1.0
            note(w, E_LEVER, i, i)


@njit(**INNER)
def training(w):  # type: ignore[no-untyped-def]
    """Training: those who attend close a part of their gap in absorptive capacity and in capability."""
    if not running(w, L_TRAINING):
        return
    v = w.lever[L_TRAINING]
    for index in range(times(w, L_TRAINING, v[V_A])):
        i = invited(w, L_TRAINING, index, v[V_C])
        if i < 0 or not pay(w, L_TRAINING, 1.0):
            continue
        f = w.firm[i]
        f.absorptive += v[V_B] * (1.0 - f.absorptive)
        f.capability += v[V_D] * (1.0 - f.capability)
        note(w, E_LEVER, i, i)


@njit(**INNER)
def anchor(w):  # type: ignore[no-untyped-def]
    """A large open firm settles: it decides for its suppliers, and passes on work that it does not do itself."""
    if not running(w, L_ANCHOR):
        return
    v = w.lever[L_ANCHOR]
    if w.now[PERIOD] == v[V_FIRST]:
        _settle(w, v)
    for i in range(w.firm.shape[0]):
        if w.firm[i].alive and w.firm[i].origin == 3:
            w.firm[i].excess += v[V_C] * w.firm[i].workers


@njit(**INNER)
def _settle(w, v):  # type: ignore[no-untyped-def]
    like = drawn(w, L_ANCHOR, D_LEVER_FIRST, NO)
    if like < 0 or not pay(w, L_ANCHOR, 1.0):
        return
    i = new_firm(w, like, 1.0, ANCHOR)
    if i < 0:
        return
    f = w.firm[i]
    f.workers, f.market, f.capital, f.small = v[V_A], v[V_A], v[V_A], 0
    f.capability, f.openness = 0.9, v[V_D]
    note(w, E_LEVER, i, like)
    for index in range(int(v[V_B])):
        j = drawn(w, L_ANCHOR, D_LEVER_SECOND, index)
        if j < 0 or j == i or between(w, i, j) >= 0:
            continue
        e = tied(w, i, j, L_ANCHOR + 1)
        if e >= 0:
            w.tie[e].exchange = 1
            w.tie[e].boss = 1 if w.tie[e].a == i else 2
            set_asks(w, e, j, YES)


@njit(**INNER)
def standards(w):  # type: ignore[no-untyped-def]
    """A standards programme costs by firm that meets the standard; demand and effort answer in their own rules."""
    if not running(w, L_STANDARDS):
        return
    meets = 0
    for i in range(w.firm.shape[0]):
        if w.firm[i].alive and w.firm[i].capability >= w.lever[L_STANDARDS, V_A]:
            meets += 1
    pay(w, L_STANDARDS, float(meets))


@njit(**INNER)
def levers(w):  # type: ignore[no-untyped-def]
    """All levers, in a fixed order. The voucher acts in the rule of entry."""
    broker(w)
    introductions(w)
    lab(w)
    fairs(w)
    training(w)
    standards(w)

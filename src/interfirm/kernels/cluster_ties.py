"""Rules of the learning cluster on ties: whom to ask, whom to work with, when to stop, who decides, how trust moves."""

from __future__ import annotations

import math

from numba import njit

from interfirm.kernels.cluster_codes import (
    ALLIANCE,
    ALTERNATIVE,
    CAPABLE,
    CLOSURE,
    COMMITMENT_RATE,
    CONSIDER,
    COORDINATION_RATE,
    COORDINATION_RATIO,
    D_ALLIANCE,
    D_CHOICE,
    D_COORDINATE,
    D_LEAVE,
    D_LET_DOWN,
    D_PARTNER,
    D_SAMPLE,
    D_TIMES,
    DENSITY,
    DISCOUNT,
    E_ALLIED,
    E_COORDINATED,
    E_LET_DOWN,
    E_RELEASED,
    ENTRY_COST,
    EXIT_COST,
    EXIT_RATE,
    FIT,
    FUTURE,
    HORIZON,
    INNER,
    INNOVATION_VALUE,
    JOINT_INNOVATION,
    L_VOUCHER,
    LET_DOWN,
    LOCK,
    LOOK_AHEAD,
    MARGIN,
    N_FIRMS,
    N_INITIAL,
    N_TOP,
    NEAR,
    NORM,
    OPTIMISM,
    OUTER,
    PERIOD,
    POPULARITY,
    R_COMMITMENT,
    R_COORDINATION,
    R_ENTRY,
    R_SEARCH,
    R_STAY,
    R_TRUST,
    RECIP,
    RELATIONAL,
    REPLICATION,
    SAME_SECTOR,
    SEARCH,
    SEED,
    SUBCONTRACT_WAGE,
    TIE_COST,
    TRUST_GAIN,
    TRUST_IMBALANCE,
    TRUST_LOSS,
    TRUST_START,
    V_A,
    V_B,
    V_BUDGET,
    V_C,
    V_FIRST,
    V_LAST,
    V_ON,
    V_PRICE,
    WIDE,
)
from interfirm.kernels.cluster_market import overlap
from interfirm.kernels.cluster_state import (
    asks,
    between,
    drop_if_bare,
    fitness,
    kilometres,
    known,
    note,
    other,
    set_asks,
    tied,
    trusts,
)
from interfirm.kernels.counter_random import integer, uniform


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
    value = w.p[DENSITY] + w.p[RECIP] * back + w.p[CLOSURE] * closes(w.paths[j])
    if w.p[POPULARITY] != 0.0:
        value += w.p[POPULARITY] * math.sqrt(w.firm[j].asked + 1 - there)
    if i < w.affinity.shape[0] and j < w.affinity.shape[0]:
        value += w.affinity[i, j]
    else:
        value -= w.p[NEAR] * math.log(1.0 + kilometres(w.firm, i, j))
        if w.firm[i].sector == w.firm[j].sector:
            value += w.p[SAME_SECTOR]
    if w.p[FIT] != 0.0:
        value += w.p[FIT] * fitness(w, i, j)
    return value + w.p[CAPABLE] * w.firm[j].capability, there


@njit(**INNER)
def acquaintance(w, i, purpose, index):  # type: ignore[no-untyped-def]
    """A firm drawn from those that i may know of: near it in the list of firms, or anyone now and then."""
    seed, replication, period = w.now[SEED], w.now[REPLICATION], w.now[PERIOD]
    number = w.firm.shape[0]
    if uniform(seed, replication, period, i, purpose, 2 * index) < w.p[WIDE] or w.tally[N_INITIAL] <= w.p[HORIZON]:
        return integer(number, seed, replication, period, i, purpose, 2 * index + 1)
    span = int(w.p[HORIZON])
    step = integer(span + 1, seed, replication, period, i, purpose, 2 * index + 1) - span // 2
    return (w.firm[i].home + step) % w.tally[N_INITIAL]


@njit(**INNER)
def _options(w, i, turn):  # type: ignore[no-untyped-def]
    """Fill ``option`` with the firms that i thinks of; their number, and what a drawn one stands for (log).

    All firms where there are few. Otherwise those that it asks, those whom they ask, and a sample of its acquaintances.
    """
    size = 0
    if w.tally[N_FIRMS] <= w.p[HORIZON] + 1:
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
    for draw in range(int(w.p[CONSIDER])):
        j = acquaintance(w, i, D_SAMPLE, turn * 4096 + draw)
        if w.firm[j].alive:
            size = _take(w, j, size)
    for at in range(size):
        w.paths[w.option[at]] -= 1000000
    w.paths[i] -= 1000000
    weight = math.log(max(1.0, (w.p[HORIZON] - known) / max(1, size - known)))
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
    _mark(w, i, 1)
    largest = 0.0
    for at in range(size):
        value, there = appeal(w, i, w.option[at])
        w.utility[at] = -value if there else value + (weight if at >= known else 0.0)
        largest = max(largest, w.utility[at])
    _mark(w, i, -1)
    total = math.exp(-largest)
    for at in range(size):
        total += math.exp(w.utility[at] - largest)
    left = uniform(w.now[SEED], w.now[REPLICATION], w.now[PERIOD], i, D_CHOICE, turn) * total - math.exp(-largest)
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
        size, known_ones, weight = _options(w, i, 0)
        _mark(w, i, 1)
        total, change = 1.0, 0.0
        for at in range(size):
            value, there = appeal(w, i, w.option[at])
            odds = math.exp(-value) if there else math.exp(value + (weight if at >= known_ones else 0.0))
            total += odds
            change += -odds if there else odds
        _mark(w, i, -1)
        gained += change / total
    return gained


@njit(**INNER)
def _toggle(w, i, j):  # type: ignore[no-untyped-def]
    e = between(w, i, j)
    if e >= 0 and asks(w.tie, e, i):
        set_asks(w, e, i, 0)
        drop_if_bare(w, e)
    else:
        e = tied(w, i, j, 0)
        if e >= 0:
            set_asks(w, e, i, 1)


@njit(**INNER)
def search(w):  # type: ignore[no-untyped-def]
    """Every firm has turns at a given rate; in each it may change one of the ties by which it asks for advice."""
    if w.on[R_SEARCH] == 0:
        return
    whole = int(w.p[SEARCH])
    rest = w.p[SEARCH] - whole
    for i in range(w.firm.shape[0]):
        if w.firm[i].alive == 0:
            continue
        turns = whole
        if uniform(w.now[SEED], w.now[REPLICATION], w.now[PERIOD], i, D_TIMES, 0) < rest:
            turns += 1
        for turn in range(turns):
            _choose(w, i, turn)


@njit(**INNER)
def expected_gain(w, i, j):  # type: ignore[no-untyped-def]
    """What i expects of working with j in a period: work passed on when orders exceed hands, and joint novelty."""
    passed = w.p[MARGIN] * w.firm[i].stress * w.firm[i].workers * overlap(w, i, j)
    taken = w.p[SUBCONTRACT_WAGE] * w.firm[j].stress * min(w.firm[i].workers, w.firm[j].workers) * overlap(w, j, i)
    able = math.sqrt(w.firm[i].capability * w.firm[j].capability)
    base = math.sqrt(known(w.tacit, w.explicit, i) * known(w.tacit, w.explicit, j))
    novelty = w.p[OPTIMISM] * w.p[INNOVATION_VALUE] * w.p[JOINT_INNOVATION] * fitness(w, i, j) * able * base
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
    v = w.lever[L_VOUCHER]
    if v[V_ON] == 0.0 or w.now[PERIOD] < v[V_FIRST] or w.now[PERIOD] > v[V_LAST]:
        return 0.0
    if v[V_C] > 0.0 and w.firm[i].small == 0 and w.firm[j].small == 0:
        return 0.0
    paid = min(v[V_A] * w.p[ENTRY_COST], v[V_B])
    return paid if w.spent[L_VOUCHER] + 2.0 * paid * v[V_PRICE] <= v[V_BUDGET] + 1e-9 else 0.0


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
        success = max(confidence, trusts(w.tie, e, one) if e >= 0 else w.p[TRUST_START])
        if entry_value(w.p[ENTRY_COST] - paid, expected_gain(w, one, two), w.p[TIE_COST], success, w.p[DISCOUNT],
                       w.p[LOOK_AHEAD]) < 0.0:
            return 0
    plain = 0
    if paid > 0.0:
        plain = 1
        for side in range(2):
            one, two = (i, j) if side == 0 else (j, i)
            success = max(confidence, trusts(w.tie, e, one) if e >= 0 else w.p[TRUST_START])
            if entry_value(w.p[ENTRY_COST], expected_gain(w, one, two), w.p[TIE_COST], success, w.p[DISCOUNT],
                           w.p[LOOK_AHEAD]) < 0.0:
                plain = 0
    e = tied(w, i, j, maker if maker > 0 else (L_VOUCHER + 1 if paid > 0.0 and plain == 0 else 0))
    if e < 0:
        return 0
    t = w.tie[e]
    t.exchange = 1
    t.net_a, t.net_b = expected_gain(w, t.a, t.b), expected_gain(w, t.b, t.a)
    w.spent[L_VOUCHER] += 2.0 * paid * w.lever[L_VOUCHER, V_PRICE]
    w.firm[i].capital -= w.p[ENTRY_COST] - paid
    w.firm[j].capital -= w.p[ENTRY_COST] - paid
    note(w, E_ALLIED, i, j)
    return 1


@njit(**INNER)
def entry(w):  # type: ignore[no-untyped-def]
    """Firms look for someone to work with, among those with whom they talk and a few acquaintances."""
    if w.on[R_ENTRY] == 0:
        return
    for i in range(w.firm.shape[0]):
        if w.firm[i].alive == 0:
            continue
        if uniform(w.now[SEED], w.now[REPLICATION], w.now[PERIOD], i, D_ALLIANCE, 0) >= w.p[ALLIANCE]:
            continue
        best, gain = -1, 0.0
        for at in range(w.firm[i].degree):
            e = w.slot[i, at]
            if w.tie[e].exchange == 0:
                j = other(w.tie, e, i)
                value = trusts(w.tie, e, i) * expected_gain(w, i, j)
                if value > gain:
                    best, gain = j, value
        for draw in range(3):
            j = acquaintance(w, i, D_PARTNER, draw)
            if j != i and w.firm[j].alive and between(w, i, j) < 0:
                value = w.p[TRUST_START] * expected_gain(w, i, j)
                if value > gain:
                    best, gain = j, value
        if best >= 0:
            ally(w, i, best, 0, 0.0)


@njit(**INNER)
def stays(gain, cost, future, relational, norm, alternative, exit_cost):  # type: ignore[no-untyped-def]
    """The stay rule: g - c + δV + R + S >= A - X."""
    return gain - cost + future + relational + norm >= alternative - exit_cost


@njit(**INNER)
def _wants_to_stay(w, e, i):  # type: ignore[no-untyped-def]
    t = w.tie[e]
    net = t.net_a if t.a == i else t.net_b
    age = (w.now[PERIOD] - t.since) / (w.now[PERIOD] - t.since + 8.0)
    others = w.firm[i].degree - 1
    held = w.p[LOCK] if (t.boss == 2 and t.a == i) or (t.boss == 1 and t.b == i) else 0.0
    return stays(net, w.p[TIE_COST], w.p[DISCOUNT] * w.p[FUTURE] * t.commitment,
                 w.p[RELATIONAL] * trusts(w.tie, e, i) * (1.0 + age), w.p[NORM],
                 w.p[ALTERNATIVE] * others / (others + 2.0), w.p[EXIT_COST] + held)


@njit(**INNER)
def stay(w):  # type: ignore[no-untyped-def]
    """Partners weigh each tie of exchange and leave it, after a while, if staying is worth less than the alternative.

    What a tie has brought is smoothed over periods.
    """
    for e in range(w.tally[N_TOP]):
        t = w.tie[e]
        if t.live == 0 or t.exchange == 0:
            continue
        gain_a = w.p[MARGIN] * t.flow_ab + w.p[SUBCONTRACT_WAGE] * t.flow_ba + w.p[INNOVATION_VALUE] * t.joint
        gain_b = w.p[MARGIN] * t.flow_ba + w.p[SUBCONTRACT_WAGE] * t.flow_ab + w.p[INNOVATION_VALUE] * t.joint
        t.net_a += 0.125 * (gain_a - t.net_a)
        t.net_b += 0.125 * (gain_b - t.net_b)
        t.total_ab += t.flow_ab - 0.05 * t.total_ab
        t.total_ba += t.flow_ba - 0.05 * t.total_ba
        if w.on[R_STAY] == 0 or (_wants_to_stay(w, e, t.a) and _wants_to_stay(w, e, t.b)):
            continue
        if uniform(w.now[SEED], w.now[REPLICATION], w.now[PERIOD], t.a, D_LEAVE, t.b) < w.p[EXIT_RATE]:
            t.exchange, t.boss = 0, 0
            drop_if_bare(w, e)


@njit(**INNER)
def one_sided(t):  # type: ignore[no-untyped-def]
    """How one-sided the work passed on in a tie has been: 0 even, 1 one way only; 0 if there was none."""
    total = t.total_ab + t.total_ba
    return abs(t.total_ab - t.total_ba) / total if total > 0.0 else 0.0


@njit(**INNER)
def coordination(w):  # type: ignore[no-untyped-def]
    """The larger partner comes to decide where work goes one way only, and no longer does where it evens out."""
    if w.on[R_COORDINATION] == 0:
        return
    for e in range(w.tally[N_TOP]):
        t = w.tie[e]
        if t.live == 0 or t.exchange == 0:
            continue
        uneven = one_sided(t)
        if t.boss > 0:
            if uneven < 0.4 and t.total_ab + t.total_ba > 0.0:
                t.boss = 0
                note(w, E_RELEASED, t.a, t.b)
            continue
        large, small = max(w.firm[t.a].workers, w.firm[t.b].workers), min(w.firm[t.a].workers, w.firm[t.b].workers)
        if uneven < 0.8 or large < w.p[COORDINATION_RATIO] * small:
            continue
        if uniform(w.now[SEED], w.now[REPLICATION], w.now[PERIOD], t.a, D_COORDINATE, t.b) < w.p[COORDINATION_RATE]:
            t.boss = 1 if w.firm[t.a].workers >= w.firm[t.b].workers else 2
            note(w, E_COORDINATED, t.a if t.boss == 1 else t.b, t.b if t.boss == 1 else t.a)


@njit(**INNER)
def trust_after(trust, kept, broken, imbalance, gain, loss, weight):  # type: ignore[no-untyped-def]
    """T' = T + λ⁺ (1 - T) kept - λ⁻ T broken - κ imbalance T, within 0 and 1."""
    after = trust + gain * (1.0 - trust) * kept - loss * trust * broken - weight * imbalance * trust
    return min(1.0, max(0.0, after))


@njit(**INNER)
def trust(w):  # type: ignore[no-untyped-def]
    """Trust grows where a tie is used and promises are kept; it falls with broken promises and with imbalance.

    Imbalance is the mean of the difference in size, |s_a - s_b| / (s_a + s_b), and of how one-sided the work is.
    Committed partners let each other down less often.
    """
    if w.on[R_TRUST] == 0:
        return
    seed, replication, period = w.now[SEED], w.now[REPLICATION], w.now[PERIOD]
    for e in range(w.tally[N_TOP]):
        t = w.tie[e]
        if t.live == 0:
            continue
        size = w.firm[t.a].workers + w.firm[t.b].workers
        gap = abs(w.firm[t.a].workers - w.firm[t.b].workers) / size if size > 0.0 else 0.0
        imbalance = 0.5 * (gap + one_sided(t))
        used = 1.0 if t.flow_ab + t.flow_ba > 0.0 or t.joint > 0 or t.ask_ab or t.ask_ba else 0.0
        risk = w.p[LET_DOWN] * (1.0 - t.commitment) * used
        broken_b = 1.0 if uniform(seed, replication, period, t.a, D_LET_DOWN, t.b) < risk else 0.0
        broken_a = 1.0 if uniform(seed, replication, period, t.b, D_LET_DOWN, t.a) < risk else 0.0
        if broken_b > 0.0:
            note(w, E_LET_DOWN, t.b, t.a)
        if broken_a > 0.0:
            note(w, E_LET_DOWN, t.a, t.b)
        t.trust_ab = trust_after(t.trust_ab, used * (1.0 - broken_b), broken_b, imbalance, w.p[TRUST_GAIN],
                                 w.p[TRUST_LOSS], w.p[TRUST_IMBALANCE])
        t.trust_ba = trust_after(t.trust_ba, used * (1.0 - broken_a), broken_a, imbalance, w.p[TRUST_GAIN],
                                 w.p[TRUST_LOSS], w.p[TRUST_IMBALANCE])


@njit(**INNER)
def commitment(w):  # type: ignore[no-untyped-def]
    """Commitment moves towards the mean of trust, of age, and of how few other partners the two have."""
    if w.on[R_COMMITMENT] == 0:
        return
    for e in range(w.tally[N_TOP]):
        t = w.tie[e]
        if t.live == 0:
            continue
        age = (w.now[PERIOD] - t.since) / (w.now[PERIOD] - t.since + 8.0)
        few = 1.0 / max(1, min(w.firm[t.a].degree, w.firm[t.b].degree))
        aim = (min(t.trust_ab, t.trust_ba) + age + few) / 3.0
        t.commitment += w.p[COMMITMENT_RATE] * (aim - t.commitment)

"""The state of a learning cluster and what every rule does with it: find, make and end ties; measure distances.

Firms are rows of ``firm``, ties rows of ``tie`` (a pair of firms with ``a`` < ``b``). ``slot`` lists
for each firm the ties that it has. A tie that ends frees its row, which is the first to be used again.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from interfirm.kernels.cluster_codes import (
    E_ASKED,
    E_ENDED,
    E_FAILED,
    E_STOPPED,
    N_ENDED,
    N_EVENTS,
    N_EXITS,
    N_FIRMS,
    N_FREE_FIRMS,
    N_FREE_TIES,
    N_INITIAL,
    N_MADE,
    N_TOP,
    NOBODY,
    PERIOD,
    R_DISTANCE,
    TRUST_START,
    TRUST_THIRD,
)
from interfirm.kernels.options import INNER

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class World(NamedTuple):
    """Arrays of one run. N places for firms, E for ties, M ties per firm at most, K kinds of knowledge."""

    firm: npt.NDArray[np.void]
    tie: npt.NDArray[np.void]
    slot: Ints  # N × M
    tacit: Floats  # N × K
    explicit: Floats  # N × K
    fresh: Floats  # 2 × N × K, what is learned in this period
    pool: Floats  # places × (K + 1), mean explicit knowledge of each place and number of firms
    peers: Floats  # sectors, number of firms
    p: Floats  # parameters
    on: npt.NDArray[np.int64]  # rules
    lever: Floats  # levers × settings
    spent: Floats  # levers
    pairs: Ints  # introductions × 2
    affinity: Floats  # initial firms × initial firms, or empty: the part of tie choice that data fix
    mechanism: Floats  # 3 × advantages × modes: saving, incentive; third: knowledge pool in column 0
    modes: Floats  # 3 × modes: benefit, cost, yield of each kind of effort
    now: Ints  # seed, replication, period
    tally: Ints
    total: Floats
    free_ties: Ints
    free_firms: Ints
    paths: Ints  # N, scratch: two-paths from the firm that chooses
    tied_to: Ints  # N, scratch: 1 + number of the tie with the firm that chooses, or 0
    utility: Floats  # N + 1, scratch
    option: Ints  # N + 1, scratch
    event: Ints  # events × 4: period, kind, first, second; empty to keep none


@njit(**INNER)
def note(w, kind, first, second):  # type: ignore[no-untyped-def]
    """Write an event down, if events are kept and there is room."""
    at = w.tally[N_EVENTS]
    if at < w.event.shape[0]:
        w.event[at, 0] = w.now[PERIOD]
        w.event[at, 1] = kind
        w.event[at, 2] = first
        w.event[at, 3] = second
    w.tally[N_EVENTS] += 1


@njit(**INNER)
def find(tie, slot, degree, i, j):  # type: ignore[no-untyped-def]
    """The tie of two firms, or -1."""
    for at in range(degree):
        e = slot[i, at]
        if tie[e].a == j or tie[e].b == j:
            return e
    return NOBODY


@njit(**INNER)
def between(w, i, j):  # type: ignore[no-untyped-def]
    """The tie of two firms, or -1; looks from the firm with fewer ties."""
    if w.firm[i].degree <= w.firm[j].degree:
        return find(w.tie, w.slot, w.firm[i].degree, i, j)
    return find(w.tie, w.slot, w.firm[j].degree, j, i)


@njit(**INNER)
def asks(tie, e, i):  # type: ignore[no-untyped-def]
    """Whether firm i of tie e asks the other for advice."""
    return tie[e].ask_ab if tie[e].a == i else tie[e].ask_ba


@njit(**INNER)
def other(tie, e, i):  # type: ignore[no-untyped-def]
    """The other firm of a tie."""
    return tie[e].b if tie[e].a == i else tie[e].a


@njit(**INNER)
def trusts(tie, e, i):  # type: ignore[no-untyped-def]
    """Trust of firm i of tie e in the other."""
    return tie[e].trust_ab if tie[e].a == i else tie[e].trust_ba


@njit(**INNER)
def shared(w, i, j):  # type: ignore[no-untyped-def]
    """Number of partners that two firms have in common."""
    number = 0
    for at in range(w.firm[i].degree):
        h = other(w.tie, w.slot[i, at], i)
        if h != j and between(w, h, j) >= 0:
            number += 1
    return number


@njit(**INNER)
def tied(w, i, j, maker):  # type: ignore[no-untyped-def]
    """The tie of two firms, made if there is none; -1 if one of them has no room for another partner.

    Trust begins at its usual level and is higher the more partners they have in common.
    """
    e = between(w, i, j)
    if e >= 0:
        return e
    most = w.slot.shape[1]
    if w.firm[i].degree >= most or w.firm[j].degree >= most:
        return NOBODY
    if w.tally[N_FREE_TIES] > 0:
        w.tally[N_FREE_TIES] -= 1
        e = w.free_ties[w.tally[N_FREE_TIES]]
    elif w.tally[N_TOP] < w.tie.shape[0]:
        e = w.tally[N_TOP]
        w.tally[N_TOP] += 1
    else:
        return NOBODY
    start = w.p[TRUST_START] + (1.0 - w.p[TRUST_START]) * (1.0 - math.exp(-w.p[TRUST_THIRD] * shared(w, i, j)))
    t = w.tie[e]
    t.a, t.b = min(i, j), max(i, j)
    t.live, t.ask_ab, t.ask_ba, t.exchange, t.boss, t.joint = 1, 0, 0, 0, 0, 0
    t.maker, t.since = maker, w.now[PERIOD]
    t.trust_ab, t.trust_ba, t.commitment = start, start, 0.0
    t.flow_ab, t.flow_ba, t.total_ab, t.total_ba, t.net_a, t.net_b = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for k in (i, j):
        w.slot[k, w.firm[k].degree] = e
        w.firm[k].degree += 1
    if maker > 0:
        w.tally[N_MADE] += 1
    return e


@njit(**INNER)
def _unlist(w, i, e):  # type: ignore[no-untyped-def]
    last = w.firm[i].degree - 1
    for at in range(last + 1):
        if w.slot[i, at] == e:
            w.slot[i, at] = w.slot[i, last]
            break
    w.firm[i].degree = last


@njit(**INNER)
def drop(w, e):  # type: ignore[no-untyped-def]
    """End a tie on every layer."""
    note(w, E_ENDED, w.tie[e].a, w.tie[e].b)
    _unlist(w, w.tie[e].a, e)
    _unlist(w, w.tie[e].b, e)
    w.firm[w.tie[e].b].asked -= w.tie[e].ask_ab
    w.firm[w.tie[e].a].asked -= w.tie[e].ask_ba
    w.tie[e].live = 0
    w.free_ties[w.tally[N_FREE_TIES]] = e
    w.tally[N_FREE_TIES] += 1
    w.tally[N_ENDED] += 1


@njit(**INNER)
def drop_if_bare(w, e):  # type: ignore[no-untyped-def]
    """End a tie that has no layer left."""
    if w.tie[e].exchange == 0 and w.tie[e].ask_ab == 0 and w.tie[e].ask_ba == 0:
        drop(w, e)


@njit(**INNER)
def set_asks(w, e, i, value):  # type: ignore[no-untyped-def]
    """Firm i of tie e begins or stops asking the other for advice."""
    note(w, E_ASKED if value else E_STOPPED, i, other(w.tie, e, i))
    w.firm[other(w.tie, e, i)].asked += value - asks(w.tie, e, i)
    if w.tie[e].a == i:
        w.tie[e].ask_ab = value
    else:
        w.tie[e].ask_ba = value


@njit(**INNER)
def leave(w, i):  # type: ignore[no-untyped-def]
    """A firm closes: its ties end; the place of a firm that came later is free again."""
    while w.firm[i].degree > 0:
        drop(w, w.slot[i, w.firm[i].degree - 1])
    note(w, E_FAILED, i, i)
    w.firm[i].alive = 0
    w.tally[N_FIRMS] -= 1
    w.tally[N_EXITS] += 1
    if i >= w.tally[N_INITIAL]:
        w.free_firms[w.tally[N_FREE_FIRMS]] = i
        w.tally[N_FREE_FIRMS] += 1


@njit(**INNER)
def distance(tacit, explicit, i, j):  # type: ignore[no-untyped-def]
    """Cognitive distance: 1 minus the cosine of what two firms know; one half if one of them knows nothing."""
    product, one, two = 0.0, 0.0, 0.0
    for k in range(tacit.shape[1]):
        u = tacit[i, k] + explicit[i, k]
        v = tacit[j, k] + explicit[j, k]
        product += u * v
        one += u * u
        two += v * v
    if one <= 0.0 or two <= 0.0:
        return 0.5
    return max(0.0, 1.0 - product / math.sqrt(one * two))


@njit(**INNER)
def fitness(w, i, j):  # type: ignore[no-untyped-def]
    """How much two firms can learn of each other, 0 to 1: the inverted U of cognitive distance; 1 if it is off."""
    if w.on[R_DISTANCE] == 0:
        return 1.0
    d = distance(w.tacit, w.explicit, i, j)
    return 4.0 * d * (1.0 - d)


@njit(**INNER)
def kilometres(firm, i, j):  # type: ignore[no-untyped-def]
    """Distance of two firms in kilometres on a flat map."""
    east = firm[i].east - firm[j].east
    north = firm[i].north - firm[j].north
    return math.sqrt(east * east + north * north)


@njit(**INNER)
def known(tacit, explicit, i):  # type: ignore[no-untyped-def]
    """Mean knowledge of a firm, tacit and explicit, 0 to 1."""
    total = 0.0
    for k in range(tacit.shape[1]):
        total += tacit[i, k] + explicit[i, k]
    return total / (2.0 * tacit.shape[1])

"""The innovation-network model SKIN: what there is, and what a firm knows.

Rules only, from the published descriptions; the switches for what one implementation does otherwise are in `Rules`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from interfirm.kernels.counter_mix import extend, uniform

HYPOTHESIS = 10
INPUTS = 6
NOTHING = -1
SETUP, ORDER, PARTNER, RESEARCH, MAKE, START, FOUND = range(7)


RULES = np.dtype([
    ("products", "i8"), ("raw", "i8"), ("first_end", "i8"), ("inputs", "i8"), ("capabilities", "i8"),
    ("longest", "i8"), ("candidates", "i8"), ("strategy", "i8"),
    ("max_price", "f8"), ("end_price", "f8"), ("raw_cost", "f8"), ("initial_capital", "f8"), ("low_capital", "f8"),
    ("capital_ratio", "f8"), ("depreciation", "f8"), ("research_cost", "f8"), ("collaboration_cost", "f8"),
    ("attractiveness", "f8"), ("success", "f8"), ("start_up", "f8"),
    ("adjust_expertise", "?"), ("adjust_price", "?"), ("incremental", "?"), ("radical", "?"), ("networking", "?"),
    ("start_ups", "?"),
    ("research_any_triple", "?"), ("keep_hypothesis", "?"), ("keep_partners", "?"), ("linear_room", "?"),
    ("expert_start_ups", "?"), ("reward_per_customer", "?"), ("no_price_floor", "?"),
], align=True)
"""Parameters; the last seven are the places where an implementation and its description differ."""

FIRM = np.dtype([
    ("network", "i8"), ("age", "i8"), ("triples", "i8"), ("length", "i8"), ("direction", "i8"), ("studied", "i8"),
    ("product", "i8"), ("n_needs", "i8"), ("sold", "i8"),
    ("capital", "f8"), ("reward", "f8"), ("price", "f8"), ("quality", "f8"), ("cost", "f8"), ("sales", "f8"),
    ("hypothesis", "i8", (HYPOTHESIS,)), ("needs", "i8", (INPUTS,)), ("supplier", "i8", (INPUTS,)),
    ("alive", "?"), ("headquarters", "?"), ("fresh", "?"), ("selling", "?"), ("trading", "?"),
], align=True)
"""One firm; a row whose firm has left is used again."""


class Firms(NamedTuple):
    """The state. ``where[i, c]`` is the position of capability c among firm i's triples, or -1."""

    firm: np.ndarray
    capability: np.ndarray
    ability: np.ndarray
    expertise: np.ndarray
    where: np.ndarray
    partner: np.ndarray
    earlier: np.ndarray
    customer: np.ndarray
    counts: np.ndarray
    key: np.ndarray


@njit(cache=True)
def begin(f, replication_key, period, actor, purpose):  # type: ignore[no-untyped-def]
    """Let the next draws be those of this period, actor and purpose."""
    f.key[0] = extend(extend(extend(replication_key, period), actor), purpose)
    f.key[1] = np.uint64(0)


@njit(cache=True)
def draw(f):  # type: ignore[no-untyped-def]
    """The next number in [0, 1)."""
    value = uniform(f.key[0], f.key[1])
    f.key[1] += np.uint64(1)
    return value


@njit(cache=True)
def pick(f, count):  # type: ignore[no-untyped-def]
    """The next whole number from 0 to ``count`` - 1."""
    return min(np.int64(draw(f) * count), count - 1)


@njit(cache=True)
def first_length(capital, ratio):  # type: ignore[no-untyped-def]
    """Triples that a firm of this capital starts with: the smallest whole number from 5 and ln(1 + capital / ratio)."""
    return np.int64(np.ceil(max(5.0, np.log(1.0 + max(capital, 0.0) / ratio))))


@njit(cache=True)
def room(f, r, i):  # type: ignore[no-untyped-def]
    """How many triples firm i can hold."""
    if r.linear_room:
        most = np.int64(max(f.firm.capital[i], 0.0) / r.capital_ratio + 1.0)
    else:
        most = first_length(f.firm.capital[i], r.capital_ratio)
    return min(most, f.capability.shape[1])


@njit(cache=True)
def append(f, i, capability, ability, expertise):  # type: ignore[no-untyped-def]
    """Add a triple at the end."""
    at = f.firm.triples[i]
    f.capability[i, at] = capability
    f.ability[i, at] = ability
    f.expertise[i, at] = expertise
    f.where[i, capability] = at
    f.firm.triples[i] = at + 1


@njit(cache=True)
def remove(f, i, at):  # type: ignore[no-untyped-def]
    """Take out the triple at a position outside the hypothesis; later ones move down."""
    f.where[i, f.capability[i, at]] = NOTHING
    for k in range(at, f.firm.triples[i] - 1):
        f.capability[i, k] = f.capability[i, k + 1]
        f.ability[i, k] = f.ability[i, k + 1]
        f.expertise[i, k] = f.expertise[i, k + 1]
        f.where[i, f.capability[i, k]] = k
    f.firm.triples[i] -= 1
    for k in range(f.firm.length[i]):
        if f.firm.hypothesis[i, k] > at:
            f.firm.hypothesis[i, k] -= 1
    if f.firm.studied[i] == at:
        f.firm.direction[i] = 0
    elif f.firm.studied[i] > at:
        f.firm.studied[i] -= 1


@njit(cache=True)
def new_capability(f, r, i):  # type: ignore[no-untyped-def]
    """A capability that firm i does not have; -1 when it has all."""
    if f.firm.triples[i] >= r.capabilities:
        return NOTHING
    found = 1 + pick(f, r.capabilities)
    while f.where[i, found] != NOTHING:
        found = 1 + pick(f, r.capabilities)
    return found


@njit(cache=True)
def draw_hypothesis(f, r, i):  # type: ignore[no-untyped-def]
    """A new innovation hypothesis: sorted distinct positions of the firm's triples."""
    count = min(f.firm.triples[i], 2 + pick(f, r.longest))
    f.firm.length[i] = count
    for got in range(count):
        upper = f.firm.triples[i] - count + got
        at = pick(f, upper + 1)
        for k in range(got):
            if f.firm.hypothesis[i, k] == at:
                at = upper
                break
        f.firm.hypothesis[i, got] = at
    f.firm.hypothesis[i, :count].sort()
    f.firm.direction[i] = 0
    f.firm.fresh[i] = True


@njit(cache=True)
def learn(f, r, i, j):  # type: ignore[no-untyped-def]
    """Firm i learns from the triples in firm j's hypothesis."""
    most = room(f, r, i)
    for k in range(f.firm.length[j]):
        theirs = f.firm.hypothesis[j, k]
        capability = f.capability[j, theirs]
        mine = f.where[i, capability]
        if mine == NOTHING:
            if f.firm.triples[i] < most:
                append(f, i, capability, f.ability[j, theirs], max(2, f.expertise[j, theirs] - 1))
        elif f.expertise[j, theirs] > f.expertise[i, mine]:
            f.ability[i, mine] = f.ability[j, theirs]
            f.expertise[i, mine] = f.expertise[j, theirs]


@njit(cache=True)
def clear(f, i):  # type: ignore[no-untyped-def]
    """Make row i a newborn firm that knows nothing."""
    for k in range(f.firm.triples[i]):
        f.where[i, f.capability[i, k]] = NOTHING
    f.firm.alive[i] = True
    f.firm.headquarters[i] = False
    f.firm.network[i] = NOTHING
    f.firm.age[i] = f.firm.triples[i] = f.firm.length[i] = f.firm.direction[i] = 0
    f.firm.reward[i] = f.firm.price[i] = f.firm.quality[i] = f.firm.cost[i] = f.firm.sales[i] = 0.0
    f.firm.sold[i] = f.firm.n_needs[i] = 0
    f.firm.product[i] = NOTHING
    f.firm.studied[i] = NOTHING
    f.firm.selling[i] = f.firm.trading[i] = False
    f.firm.supplier[i, :] = NOTHING
    for j in range(len(f.firm)):
        f.partner[i, j] = f.partner[j, i] = f.earlier[i, j] = f.earlier[j, i] = False
        f.customer[i, j] = f.customer[j, i] = False


@njit(cache=True)
def free_row(f):  # type: ignore[no-untyped-def]
    """A row that no living firm has; -1 when all are taken."""
    for i in range(len(f.firm)):
        if not f.firm.alive[i]:
            return i
    return NOTHING


@njit(cache=True)
def bear(f, r, i, capital):  # type: ignore[no-untyped-def]
    """Fill row i with a firm of random knowledge."""
    clear(f, i)
    f.firm.capital[i] = capital
    for _ in range(min(first_length(capital, r.capital_ratio), r.capabilities)):
        append(f, i, new_capability(f, r, i), 10.0 * draw(f), 1 + pick(f, 10))
    draw_hypothesis(f, r, i)

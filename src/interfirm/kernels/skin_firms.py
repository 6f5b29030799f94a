"""SKIN: what one firm does in its turn: collaborate, research, manufacture."""

from __future__ import annotations

import numpy as np
from numba import njit

from interfirm.kernels.skin_state import NOTHING, draw, draw_hypothesis, learn, new_capability, pick, remove

CONSERVATIVE, PROGRESSIVE = 1, 2


@njit(cache=True)
def product_of(f, i, first, last, base):  # type: ignore[no-untyped-def]
    """The product that positions first … last of the hypothesis stand for, from 0 to base - 1."""
    total = 0.0
    for k in range(first, last + 1):
        at = f.firm.hypothesis[i, k]
        total += f.capability[i, at] * f.ability[i, at]
    return np.int64(np.floor(total % base))


@njit(cache=True)
def draw_needs(f, r, i):  # type: ignore[no-untyped-def]
    """The inputs of firm i's product: each a slice of the hypothesis; impossible ones stop the firm for good."""
    wanted = min(f.firm.length[i], 1 + pick(f, r.inputs))
    got, tries, all_raw = 0, 0, True
    while got < wanted and tries < 10 * wanted:
        tries += 1
        first, last = pick(f, f.firm.length[i]), pick(f, f.firm.length[i])
        item = product_of(f, i, min(first, last), max(first, last), r.first_end)
        known = item == f.firm.product[i]
        for k in range(got):
            known = known or f.firm.needs[i, k] == item
        if not known:
            f.firm.needs[i, got] = item
            all_raw = all_raw and item < r.raw
            got += 1
    f.firm.n_needs[i] = got
    if got < wanted or (all_raw and f.firm.product[i] >= r.first_end):
        f.firm.n_needs[i] = 1
        f.firm.needs[i, 0] = r.products + 1


@njit(cache=True)
def practise(f, i):  # type: ignore[no-untyped-def]
    """Expertise rises in what is used and falls in what is not; what falls below 0 is forgotten."""
    used = 0
    at = 0
    while at < f.firm.triples[i]:
        if used < f.firm.length[i] and f.firm.hypothesis[i, used] == at:
            f.expertise[i, at] = min(10, f.expertise[i, at] + 1)
            used += 1
            at += 1
        elif f.expertise[i, at] > 0:
            f.expertise[i, at] -= 1
            at += 1
        else:
            remove(f, i, at)


@njit(cache=True)
def manufacture(f, r, i):  # type: ignore[no-untyped-def]
    """A new hypothesis gives a new product, price and inputs; every turn gives the quality."""
    if f.firm.fresh[i]:
        f.firm.product[i] = product_of(f, i, 0, f.firm.length[i] - 1, r.products - r.raw) + r.raw
        f.firm.price[i] = r.end_price if f.firm.product[i] >= r.first_end else 1.0 + pick(f, np.int64(r.max_price))
        draw_needs(f, r, i)
        f.firm.trading[i] = False
        f.firm.supplier[i, :] = NOTHING
        f.firm.fresh[i] = False
    total = 0.0
    for k in range(f.firm.length[i]):
        at = f.firm.hypothesis[i, k]
        total += f.ability[i, at] * (1.0 - np.exp(-f.expertise[i, at]))
    f.firm.quality[i] = total % 10.0
    if r.adjust_expertise:
        practise(f, i)


@njit(cache=True)
def attractiveness(f, r, i, j):  # type: ignore[no-untyped-def]
    """How well two adverts fit: their overlap (conservative), or what is new given some overlap (progressive)."""
    shared = 0
    for k in range(f.firm.length[i]):
        at = f.where[j, f.capability[i, f.firm.hypothesis[i, k]]]
        if at != NOTHING:
            for m in range(f.firm.length[j]):
                shared += f.firm.hypothesis[j, m] == at
    if r.strategy == CONSERVATIVE:
        return shared / min(f.firm.length[i], f.firm.length[j])
    both = f.firm.length[i] + f.firm.length[j]
    return (both - 2.0 * shared) / both if shared > 0 else 0.0


@njit(cache=True)
def gather(f, r, i, living, out):  # type: ignore[no-untyped-def]
    """Whom firm i looks at: earlier partners, suppliers, customers, else strangers; returns how many."""
    count = 0
    for j in range(len(f.firm)):
        if j == i or not f.firm.alive[j]:
            continue
        linked = f.earlier[i, j] or f.customer[i, j]
        for k in range(f.firm.n_needs[i]):
            linked = linked or f.firm.supplier[i, k] == j
        if linked:
            out[count] = j
            count += 1
    for k in range(min(count, r.candidates)):
        other = k + pick(f, count - k)
        out[k], out[other] = out[other], out[k]
    known = min(count, r.candidates)
    tries = 0
    while known < r.candidates and tries < 20 * r.candidates:
        tries += 1
        j = living[pick(f, len(living))]
        fresh = f.firm.alive[j]
        for k in range(known):
            fresh = fresh and out[k] != j
        if fresh:
            out[known] = j
            known += 1
    return known


@njit(cache=True)
def collaborate(f, r, i, living, out):  # type: ignore[no-untyped-def]
    """Find partners, learn from all of them and teach them, draw a new hypothesis, pay."""
    for k in range(gather(f, r, i, living, out)):
        j = out[k]
        own = f.firm.network[i] != NOTHING and f.firm.network[i] == f.firm.network[j]
        if j == i or f.firm.headquarters[j] or own or f.partner[i, j]:
            continue
        if attractiveness(f, r, i, j) > r.attractiveness:
            f.partner[i, j] = f.partner[j, i] = True
    count = 0
    for j in range(len(f.firm)):
        if f.partner[i, j]:
            learn(f, r, i, j)
            learn(f, r, j, i)
            count += 1
    if count:
        draw_hypothesis(f, r, i)
        f.firm.capital[i] -= r.collaboration_cost * count


@njit(cache=True)
def research(f, r, i):  # type: ignore[no-untyped-def]
    """After little success: change an ability a little, or, when money is short, take up something new."""
    if f.firm.reward[i] >= r.success:
        return
    if f.firm.capital[i] <= r.low_capital:
        if r.radical:
            _radical(f, r, i)
    elif r.incremental:
        _incremental(f, r, i)


@njit(cache=True)
def _radical(f, r, i):  # type: ignore[no-untyped-def]
    new = new_capability(f, r, i)
    if new == NOTHING:
        return
    at = pick(f, f.firm.triples[i])
    f.where[i, f.capability[i, at]] = NOTHING
    f.capability[i, at] = new
    f.where[i, new] = at
    f.firm.capital[i] -= r.research_cost
    f.counts[0] += 1
    if r.keep_hypothesis:
        f.firm.fresh[i] = True
    else:
        draw_hypothesis(f, r, i)


@njit(cache=True)
def _incremental(f, r, i):  # type: ignore[no-untyped-def]
    if f.firm.direction[i] == 0:
        at = pick(f, f.firm.length[i])
        f.firm.studied[i] = at if r.research_any_triple else f.firm.hypothesis[i, at]
        f.firm.direction[i] = 1 if draw(f) < 0.5 else -1
    at = f.firm.studied[i]
    moved = f.ability[i, at] + f.firm.direction[i] * f.ability[i, at] / f.capability[i, at]
    if moved <= 0.0 or moved >= 10.0:
        f.firm.direction[i] = 0
    f.ability[i, at] = min(max(moved, 0.0), 10.0)
    f.firm.capital[i] -= r.research_cost
    f.firm.fresh[i] = True

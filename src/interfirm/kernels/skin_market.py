"""SKIN: the market of a step: who can sell, who finds suppliers at a profit, who buys."""

from __future__ import annotations

import numpy as np
from numba import njit

from interfirm.kernels.skin_state import NOTHING


@njit(cache=True)
def _tally(f, stays, made, wanted):  # type: ignore[no-untyped-def]
    """How many of those who stay make, and need, each product."""
    made[:] = 0
    wanted[:] = 0
    for i in range(len(stays)):
        if stays[i]:
            made[f.firm.product[i]] += 1
            for k in range(f.firm.n_needs[i]):
                wanted[f.firm.needs[i, k]] += 1


@njit(cache=True)
def _can_be_made(f, r, i, made):  # type: ignore[no-untyped-def]
    for k in range(f.firm.n_needs[i]):
        item = f.firm.needs[i, k]
        if item >= r.products or (item >= r.raw and made[item] == 0):
            return False
    return True


@njit(cache=True)
def find_sellers(f, r, stays):  # type: ignore[no-untyped-def]
    """Keep those whose inputs somebody makes and whose product somebody needs, until nothing changes."""
    made = np.zeros(r.products + 2, np.int64)
    wanted = np.zeros(r.products + 2, np.int64)
    for i in range(len(stays)):
        stays[i] = f.firm.alive[i]
    _tally(f, stays, made, wanted)
    for i in range(len(stays)):
        stays[i] = stays[i] and _can_be_made(f, r, i, made)
    changed = True
    while changed:
        changed = False
        _tally(f, stays, made, wanted)
        for i in range(len(stays)):
            if stays[i] and ((wanted[f.firm.product[i]] == 0 and f.firm.product[i] < r.first_end)
                             or not _can_be_made(f, r, i, made)):
                stays[i] = False
                changed = True
    f.firm.selling[:] = stays


@njit(cache=True)
def _cheapest(f, stays, best):  # type: ignore[no-untyped-def]
    """Of each product the cheapest maker, the better quality among equally cheap ones."""
    best[:] = NOTHING
    for i in range(len(stays)):
        if stays[i]:
            now = best[f.firm.product[i]]
            if now == NOTHING or f.firm.price[i] < f.firm.price[now] or (
                    f.firm.price[i] == f.firm.price[now] and f.firm.quality[i] > f.firm.quality[now]):
                best[f.firm.product[i]] = i


@njit(cache=True)
def _choose(f, r, i, stays, best):  # type: ignore[no-untyped-def]
    """Choose a supplier for every input, keeping those of a firm that trades; the sum of their prices."""
    total = 0.0
    for k in range(f.firm.n_needs[i]):
        item = f.firm.needs[i, k]
        if item < r.raw:
            f.firm.supplier[i, k] = NOTHING
            total += r.raw_cost
            continue
        now = f.firm.supplier[i, k]
        if not (f.firm.trading[i] and now != NOTHING and stays[now] and f.firm.product[now] == item):
            f.firm.supplier[i, k] = now = best[item]
        if now == NOTHING:
            return np.inf
        total += f.firm.price[now]
    return total


@njit(cache=True)
def find_suppliers(f, r, stays):  # type: ignore[no-untyped-def]
    """Those who can sell, then those who do so at a profit, until nothing changes: they trade."""
    find_sellers(f, r, stays)
    best = np.full(r.products + 2, NOTHING, np.int64)
    out = np.zeros(len(stays), np.bool_)
    changed = True
    while changed:
        changed = False
        _cheapest(f, stays, best)
        for i in range(len(stays)):
            out[i] = False
            if stays[i]:
                f.firm.cost[i] = _choose(f, r, i, stays, best)
                out[i] = not f.firm.price[i] > f.firm.cost[i]
        for i in range(len(stays)):
            if out[i]:
                stays[i] = False
                changed = True
    f.firm.trading[:] = stays


@njit(cache=True)
def buy(f, r):  # type: ignore[no-untyped-def]
    """Every trading firm pays its suppliers once; the market takes one end product of each maker."""
    f.customer[:] = False
    f.firm.sold[:] = 0
    f.firm.sales[:] = 0.0
    for i in range(len(f.firm)):
        if not (f.firm.alive[i] and f.firm.trading[i]):
            continue
        for k in range(f.firm.n_needs[i]):
            seller = f.firm.supplier[i, k]
            if seller == NOTHING:
                f.firm.capital[i] -= r.raw_cost
                continue
            f.firm.capital[i] -= f.firm.price[seller]
            f.firm.capital[seller] += f.firm.price[seller]
            f.firm.sales[seller] += f.firm.price[seller]
            f.customer[seller, i] = True
            f.firm.sold[seller] += 1
        if f.firm.product[i] >= r.first_end:
            f.firm.capital[i] += f.firm.price[i]
            f.firm.sales[i] += f.firm.price[i]
            f.firm.sold[i] += 1


@njit(cache=True)
def settle(f, r):  # type: ignore[no-untyped-def]
    """The reward of the step, and the price of the next one."""
    for i in range(len(f.firm)):
        f.firm.reward[i] = 0.0
        if not (f.firm.alive[i] and f.firm.trading[i]):
            continue
        if r.reward_per_customer:
            f.firm.reward[i] = f.firm.sold[i] * (f.firm.price[i] - f.firm.cost[i])
        else:
            f.firm.reward[i] = f.firm.sold[i] * f.firm.price[i] - f.firm.cost[i]
        if r.adjust_price and f.firm.product[i] < r.first_end:
            if f.firm.sold[i] > 4:
                f.firm.price[i] *= 1.1
            elif f.firm.sold[i] == 0:
                f.firm.price[i] *= 0.9
            if not r.no_price_floor:
                f.firm.price[i] = max(f.firm.price[i], f.firm.cost[i])

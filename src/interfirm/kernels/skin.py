"""SKIN: start-ups, networks, exits, and the run of the steps."""

from __future__ import annotations

import numpy as np
from numba import njit

from interfirm.kernels.counter_mix import extend, mix
from interfirm.kernels.skin_firms import collaborate, manufacture, research
from interfirm.kernels.skin_market import buy, find_suppliers, settle
from interfirm.kernels.skin_state import (
    FOUND,
    MAKE,
    NOTHING,
    ORDER,
    PARTNER,
    RESEARCH,
    SETUP,
    START,
    append,
    bear,
    begin,
    clear,
    draw_hypothesis,
    free_row,
    pick,
)

FULL = -1


@njit(cache=True)
def start_up(f, r, key, period):  # type: ignore[no-untyped-def]
    """Clones of the best firm when its reward draws imitators; how many, or FULL."""
    best = NOTHING
    for i in range(len(f.firm)):
        if f.firm.alive[i] and (best == NOTHING or f.firm.reward[i] > f.firm.reward[best]):
            best = i
    if best == NOTHING or not f.firm.reward[best] > r.start_up:
        return 0
    count = np.int64(np.floor(np.log10(f.firm.reward[best])))
    for at in range(count):
        i = free_row(f)
        if i == NOTHING:
            return FULL
        begin(f, key, period, at, START)
        clear(f, i)
        f.firm.capital[i] = r.initial_capital
        most = min(f.firm.length[best], np.int64(np.log(r.initial_capital / r.capital_ratio + 1.0)) + 1)
        for k in range(most):
            source = f.firm.hypothesis[best, k]
            append(f, i, f.capability[best, source], f.ability[best, source],
                   f.expertise[best, source] if r.expert_start_ups else 1)
        draw_hypothesis(f, r, i)
        manufacture(f, r, i)
    return count


@njit(cache=True)
def _members(f, founder, queue):  # type: ignore[no-untyped-def]
    """The founder and all partners of partners that are in no network yet; returns how many."""
    taken = np.zeros(len(f.firm), np.bool_)
    queue[0] = founder
    taken[founder] = True
    at, count = 0, 1
    while at < count:
        for j in range(len(f.firm)):
            if f.partner[queue[at], j] and not taken[j] and f.firm.network[j] == NOTHING and not f.firm.headquarters[j]:
                taken[j] = True
                queue[count] = j
                count += 1
        at += 1
    return count


@njit(cache=True)
def found_networks(f, r, key, period, queue):  # type: ignore[no-untyped-def]
    """Successful firms with partners found networks with a headquarters of their own; FULL when there is no row."""
    for i in range(len(f.firm)):
        if not f.firm.alive[i] or f.firm.headquarters[i] or f.firm.network[i] != NOTHING:
            continue
        if not (f.firm.reward[i] > r.success and f.firm.capital[i] > r.initial_capital):
            continue
        count = _members(f, i, queue)
        if count < 2:
            continue
        centre = free_row(f)
        if centre == NOTHING:
            return FULL
        begin(f, key, period, i, FOUND)
        _found(f, r, centre, queue[:count])
    return 0


@njit(cache=True)
def _found(f, r, centre, members):  # type: ignore[no-untyped-def]
    clear(f, centre)
    f.firm.headquarters[centre] = True
    total = 0.0
    for j in members:
        total += max(f.firm.capital[j], 0.0)
    gift = min(r.initial_capital, total)
    f.firm.capital[centre] = gift
    for j in members:
        f.firm.network[j] = centre
        f.firm.capital[j] -= gift * max(f.firm.capital[j], 0.0) / total
        for k in range(f.firm.length[j]):
            at = f.firm.hypothesis[j, k]
            mine = f.where[centre, f.capability[j, at]]
            if mine == NOTHING:
                append(f, centre, f.capability[j, at], f.ability[j, at], f.expertise[j, at])
            elif f.expertise[j, at] > f.expertise[centre, mine]:
                f.ability[centre, mine] = f.ability[j, at]
                f.expertise[centre, mine] = f.expertise[j, at]
    f.firm.network[centre] = centre
    draw_hypothesis(f, r, centre)
    manufacture(f, r, centre)


@njit(cache=True)
def share_profits(f, r):  # type: ignore[no-untyped-def]
    """A headquarters hands out what it has above the initial capital; in debt or alone it is dissolved."""
    for centre in range(len(f.firm)):
        if not (f.firm.alive[centre] and f.firm.headquarters[centre]):
            continue
        count = 0
        for j in range(len(f.firm)):
            count += f.firm.alive[j] and j != centre and f.firm.network[j] == centre
        if count == 0 or f.firm.capital[centre] < 0.0:
            leave(f, centre)
            continue
        excess = f.firm.capital[centre] - r.initial_capital
        if excess > 0.0:
            f.firm.capital[centre] = r.initial_capital
            for j in range(len(f.firm)):
                if f.firm.alive[j] and j != centre and f.firm.network[j] == centre:
                    f.firm.capital[j] += excess / count


@njit(cache=True)
def leave(f, i):  # type: ignore[no-untyped-def]
    """Firm i is no more: those it supplied stop trading, its network loses it."""
    f.firm.alive[i] = False
    for j in range(len(f.firm)):
        for k in range(f.firm.n_needs[j]):
            if f.firm.supplier[j, k] == i:
                f.firm.supplier[j, k] = NOTHING
                f.firm.trading[j] = False
        if f.firm.headquarters[i] and f.firm.network[j] == i:
            f.firm.network[j] = NOTHING
        f.partner[i, j] = f.partner[j, i] = f.earlier[i, j] = f.earlier[j, i] = False
        f.customer[i, j] = f.customer[j, i] = False


@njit(cache=True)
def administer(f):  # type: ignore[no-untyped-def]
    """Remember partners, grow older, and leave when in debt."""
    for i in range(len(f.firm)):
        if f.firm.alive[i]:
            f.firm.age[i] += 1
            for j in range(len(f.firm)):
                if f.partner[i, j]:
                    f.earlier[i, j] = True
    for i in range(len(f.firm)):
        if f.firm.alive[i] and f.firm.capital[i] < 0.0:
            leave(f, i)


@njit(cache=True)
def turn(f, r, key, period, order, queue):  # type: ignore[no-untyped-def]
    """Every firm in random order: collaborate, research, manufacture, pay depreciation."""
    if not r.keep_partners:
        f.partner[:] = False
    begin(f, key, period, 0, ORDER)
    for k in range(len(order) - 1, 0, -1):
        other = pick(f, k + 1)
        order[k], order[other] = order[other], order[k]
    for i in order:
        if r.strategy and not f.firm.trading[i] and not f.firm.headquarters[i]:
            begin(f, key, period, i, PARTNER)
            collaborate(f, r, i, order, queue)
        begin(f, key, period, i, RESEARCH)
        research(f, r, i)
        begin(f, key, period, i, MAKE)
        manufacture(f, r, i)
        f.firm.capital[i] -= r.depreciation


@njit(cache=True)
def observe(f, r, row, started):  # type: ignore[no-untyped-def]
    """Write the published outputs of a step."""
    n = networks = partnered = member = selling = trading = success = earning = 0
    wealth = sales = profit = 0.0
    for i in range(len(f.firm)):
        if not f.firm.alive[i]:
            continue
        if f.firm.headquarters[i]:
            networks += 1
            continue
        n += 1
        wealth += np.log10(max(f.firm.capital[i], 1.0))
        partnered += f.partner[i].any()
        member += f.firm.network[i] != NOTHING
        selling += f.firm.selling[i]
        trading += f.firm.trading[i]
        success += f.firm.reward[i] > r.success
        sales += f.firm.sold[i]
        if f.firm.reward[i] > 0.0:
            earning += 1
            profit += f.firm.reward[i]
    firms = max(n, 1)
    row[0], row[1], row[2] = n, networks, wealth / firms
    row[3], row[4] = 100.0 * partnered / firms, 100.0 * member / firms
    row[5], row[6] = 100.0 * selling / firms, 100.0 * trading / firms
    row[7] = 100.0 * success / selling if selling else 0.0
    row[8] = 100.0 * started / firms
    row[9], row[10] = sales / firms, profit / earning if earning else 0.0
    row[11] = f.counts[0]


@njit(cache=True)
def step(f, r, key, period, queue, stays, row):  # type: ignore[no-untyped-def]
    """One step of the model; False when there is no row left for a new firm."""
    f.counts[0] = 0
    turn(f, r, key, period, np.flatnonzero(f.firm.alive), queue)
    find_suppliers(f, r, stays)
    buy(f, r)
    settle(f, r)
    started = start_up(f, r, key, period) if r.start_ups else 0
    crowded = r.networking and found_networks(f, r, key, period, queue) == FULL
    if started == FULL or crowded:
        return False
    share_profits(f, r)
    administer(f)
    observe(f, r, row, started)
    return True


@njit(cache=True, nogil=True)
def run(f, r, seed, replication, firms, big, big_factor, series):  # type: ignore[no-untyped-def]
    """Set up and run; the number of steps done, fewer than asked when there was no row left."""
    key = extend(mix(np.uint64(seed)), replication)
    for i in range(firms):
        begin(f, key, 0, i, SETUP)
        bear(f, r, i, r.initial_capital * (big_factor if i < big else 1.0))
        manufacture(f, r, i)
    queue = np.zeros(len(f.firm), np.int64)
    stays = np.zeros(len(f.firm), np.bool_)
    for period in range(len(series)):
        if not step(f, r, key, period + 1, queue, stays, series[period]):
            return period
    return len(series)

"""Search for the best hubs and their units (circuit-branch).

``pair`` holds, at i · n + j, 3 · (exchange of i and j + 1) + (coordination of j by i + 1).
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from interfirm.kernels.fit_score import INNER, draw, log_choose, shuffle, total_misfit
from interfirm.kernels.fit_trees import WORTH, bond

TOLERANCE = 1e-9


@njit(**INNER)
def put(cells, totals, strong, loose):  # type: ignore[no-untyped-def]
    """Cells by label from what is strong and loose: all but ``cells`` hold 2 · layer + (0 cells, 1 ties)."""
    for at in range(4):
        label = 6 * (at // 2) + at % 2
        cells[label + 4] = strong[at]
        cells[label + 2] = loose[at]
        cells[label] = totals[at] - strong[at] - loose[at]


@njit(**INNER)
def hub_code(n, hubs):  # type: ignore[no-untyped-def]
    """Code length: which firms are hubs, how many (up to half), and the hub of each unit."""
    return log_choose(n, hubs) + math.log(max(n // 2 - 1, 1)) + (n - hubs) * math.log(hubs)


@njit(**INNER)
def hub_score(n, hubs, strong, loose, totals, noise, cells):  # type: ignore[no-untyped-def]
    """Score of hubs and units from their counts."""
    put(cells, totals, strong, loose)
    return total_misfit(cells, noise) + hub_code(n, hubs)


@njit(**INNER)
def best_hub(j, without, pair, use_c, start, items, is_hub, some):  # type: ignore[no-untyped-def]
    """The hub that unit j belongs to: both layers, else coordination, else exchange, else ``some``."""
    n = is_hub.size
    found, worth = some, 0
    if use_c:
        for at in range(start[4 * n + j], start[4 * n + j + 1]):
            h = items[at]
            if is_hub[h] and h != without:
                value = 3 if pair[h * n + j] >= 6 else 2
                if value > worth:
                    found, worth = h, value
                    if value == 3:
                        return found
    if worth == 0:
        for at in range(start[j], start[j + 1]):
            h = items[at]
            if is_hub[h] and h != without:
                return h
    return found


@njit(**INNER)
def among_hubs(i, sign, use_c, start, items, is_hub, hubs, loose):  # type: ignore[no-untyped-def]
    """Add (or take away) the cells between firm i and the other hubs; ``hubs`` counts them."""
    n = is_hub.size
    m, k = hubs, 0
    for at in range(start[i], start[i + 1]):
        k += is_hub[items[at]]
    for at in range(start[n + i], start[n + i + 1]):
        m -= is_hub[items[at]]
    loose[0] += sign * m
    loose[1] += sign * k
    if use_c:
        m, k = 2 * hubs, 0
        for which in range(2, 6, 2):
            for at in range(start[which * n + i], start[which * n + i + 1]):
                k += is_hub[items[at]]
            for at in range(start[(which + 1) * n + i], start[(which + 1) * n + i + 1]):
                m -= is_hub[items[at]]
        loose[2] += sign * m
        loose[3] += sign * k


@njit(**INNER)
def to_unit(i, pair, use_c, start, items, is_hub, hubs, parent, strong, loose, state):  # type: ignore[no-untyped-def]
    """Make hub i a unit; its units go to their next best hub. ``hubs`` counts before the change."""
    n = is_hub.size
    is_hub[i] = 0
    among_hubs(i, np.int64(-1), use_c, start, items, is_hub, hubs - 1, loose)
    some = int(draw(state) * n)
    while not is_hub[some]:
        some = (some + 1) % n
    for j in range(n):
        if parent[j] == i:
            bond(pair[i * n + j], np.int64(-1), use_c, strong)
            parent[j] = best_hub(j, i, pair, use_c, start, items, is_hub, some)
            bond(pair[parent[j] * n + j], np.int64(1), use_c, strong)
    parent[i] = best_hub(i, i, pair, use_c, start, items, is_hub, some)
    bond(pair[parent[i] * n + i], np.int64(1), use_c, strong)


@njit(**INNER)
def to_hub(i, pair, use_c, start, items, is_hub, hubs, parent, strong, loose):  # type: ignore[no-untyped-def]
    """Make unit i a hub; units that are closer to it than to their hub come along."""
    n = is_hub.size
    bond(pair[parent[i] * n + i], np.int64(-1), use_c, strong)
    parent[i] = -1
    among_hubs(i, np.int64(1), use_c, start, items, is_hub, hubs, loose)
    is_hub[i] = 1
    for which in range(0, 4 if use_c else 2, 2):
        for at in range(start[which * n + i], start[which * n + i + 1]):
            j = items[at]
            p = parent[j]
            if is_hub[j] or p == i:
                continue
            if WORTH[pair[i * n + j]] > WORTH[pair[p * n + j]]:
                bond(pair[p * n + j], np.int64(-1), use_c, strong)
                bond(pair[i * n + j], np.int64(1), use_c, strong)
                parent[j] = i


@njit(**INNER)
def keep(is_hub, parent, strong, loose, kept, save):  # type: ignore[no-untyped-def]
    """Save a state to ``kept`` (2 n + 8 entries), or take it back."""
    n = parent.size
    for at in range(2 * n + 8):
        if at < n:
            row, place = is_hub, at
        elif at < 2 * n:
            row, place = parent, at - n
        elif at < 2 * n + 4:
            row, place = strong, at - 2 * n
        else:
            row, place = loose, at - 2 * n - 4
        if save:
            kept[at] = row[place]
        else:
            row[place] = kept[at]


@njit(**INNER)
def climb_hubs(pair, use_c, start, items, totals, noise, is_hub, parent, strong, loose, cells, state, order,  # type: ignore[no-untyped-def]  # noqa: PLR0912
               kept):
    """Turn units into hubs and hubs into units until nothing improves; returns the score.

    ``is_hub`` holds the start; ``kept`` has 2 n + 8 entries of scratch for taking a change back.
    """
    n = parent.size
    for at in range(4):
        strong[at], loose[at] = 0, 0
    hubs, some = np.int64(0), np.int64(-1)
    for i in range(n):
        kept[i] = is_hub[i]
        is_hub[i] = 0
    for i in range(n):
        if kept[i]:
            among_hubs(i, np.int64(1), use_c, start, items, is_hub, hubs, loose)
            is_hub[i], parent[i], some = 1, -1, np.int64(i)
            hubs += 1
    for i in range(n):
        if not is_hub[i]:
            parent[i] = best_hub(i, np.int64(-1), pair, use_c, start, items, is_hub, some)
            bond(pair[parent[i] * n + i], np.int64(1), use_c, strong)
    score = hub_score(n, hubs, strong, loose, totals, noise, cells)
    for _ in range(40):
        better = False
        shuffle(order, state)
        for i in order:
            step = -1 if is_hub[i] else 1
            if hubs + step < 2 or hubs + step > n // 2:
                continue
            keep(is_hub, parent, strong, loose, kept, np.int64(1))
            if step < 0:
                to_unit(i, pair, use_c, start, items, is_hub, hubs, parent, strong, loose, state)
            else:
                to_hub(i, pair, use_c, start, items, is_hub, hubs, parent, strong, loose)
            now = hub_score(n, hubs + step, strong, loose, totals, noise, cells)
            if now < score - TOLERANCE:
                score, hubs, better = now, hubs + step, True
            else:
                keep(is_hub, parent, strong, loose, kept, np.int64(0))
        if not better:
            break
    hub_score(n, hubs, strong, loose, totals, noise, cells)
    return score


@njit(**INNER)
def around_hubs(pair, use_c, totals, noise, is_hub, parent, strong, loose, cells, number,  # type: ignore[no-untyped-def]
                score):
    """Log weight of the choices of hub near the best one: per unit log(1 + sum over other hubs of exp(-difference))."""
    n = parent.size
    hubs = np.int64(0)
    for i in range(n):
        hubs += is_hub[i]
    out = 0.0
    for i in range(n):
        if is_hub[i]:
            continue
        for kind in range(9):
            number[kind] = 0
        old, weight = parent[i], 1.0
        for h in range(n):
            if is_hub[h] and h != old:
                number[pair[h * n + i]] += 1
        mine = pair[old * n + i]
        for kind in range(9):
            if number[kind] == 0:
                continue
            if kind == mine:
                weight += number[kind]
                continue
            bond(pair[old * n + i], np.int64(-1), use_c, strong)
            bond(np.int8(kind), np.int64(1), use_c, strong)
            now = hub_score(n, hubs, strong, loose, totals, noise, cells)
            bond(np.int8(kind), np.int64(-1), use_c, strong)
            bond(pair[old * n + i], np.int64(1), use_c, strong)
            weight += number[kind] * math.exp(min(score - now, 0.0))
        out += math.log(weight)
    return out


@njit(**INNER)
def first_hubs(rank, sent, attempt, is_hub, state):  # type: ignore[no-untyped-def]
    """A start: firms that decide for at least so many others, some changed at random; two to half of all."""
    n = is_hub.size
    least = 1 + attempt % 3
    change = 0.0 if attempt < 3 else 0.15
    hubs = np.int64(0)
    for at in range(n):
        i = rank[at]
        wanted = sent[i] >= least
        if draw(state) < change:
            wanted = not wanted
        is_hub[i] = 1 if wanted and hubs < n // 2 else 0
        hubs += is_hub[i]
    for at in range(n):
        if hubs < 2 and not is_hub[rank[at]]:
            is_hub[rank[at]] = 1
            hubs += 1

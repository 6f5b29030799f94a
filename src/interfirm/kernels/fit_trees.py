"""Search for the best superiors in one tree over all firms (branch).

``pair`` holds, at i · n + j, 3 · (exchange of i and j + 1) + (coordination of j by i + 1).
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from interfirm.kernels.fit_score import INNER, draw, shuffle, total_misfit

TOLERANCE = 1e-9

# Closeness of a unit to a superior by the entry of ``pair``: coordination counts 2, exchange 1.
WORTH = np.array([0, 0, 2, 0, 0, 2, 1, 1, 3], np.int64)


@njit(**INNER)
def bond(kind, sign, use_c, strong):  # type: ignore[no-untyped-def]
    """Add (or take away) the cells between a superior and its unit; ``kind`` is the entry of ``pair``."""
    if kind >= 3:
        strong[0] += sign
        strong[1] += sign if kind >= 6 else 0
    if use_c and kind % 3 > 0:
        strong[2] += sign
        strong[3] += sign if kind % 3 == 2 else 0


@njit(**INNER)
def tree_score(codes, heads, strong, totals, noise, cells):  # type: ignore[no-untyped-def]
    """Score of a tree from its counts; ``codes`` holds the code length by number of heads."""
    for at in range(4):
        label = 6 * (at // 2) + at % 2
        cells[label + 4] = strong[at]
        cells[label] = totals[at] - strong[at]
    return total_misfit(cells, noise) + codes[heads]


@njit(**INNER)
def below(j, i, parent):  # type: ignore[no-untyped-def]
    """Whether j is i or a firm under i."""
    while j >= 0:
        if j == i:
            return True
        j = parent[j]
    return False


@njit(**INNER)
def grow_tree(root, pair, use_c, start, items, parent, heap, state):  # type: ignore[no-untyped-def]
    """A spanning tree from a root, strongest arcs first: both layers, coordination only, exchange only.

    ``heap`` holds three stacks of (superior, unit) and is 3 × size × 2.
    """
    n = parent.size
    for i in range(n):
        parent[i] = -2
    tops = np.zeros(3, np.int64)
    parent[root] = -1
    new, left = root, n - 1
    while True:
        for which in range(0, 4, 2):
            first, last = start[which * n + new], start[which * n + new + 1]
            turn = int(draw(state) * max(last - first, 1))
            for at in range(last - first):
                j = items[first + (at + turn) % (last - first)]
                kind = pair[new * n + j]
                if parent[j] != -2 or (which == 0 and use_c and kind % 3 == 2):
                    continue
                level = 2 if which == 0 else (0 if kind >= 6 else 1)
                heap[level, tops[level], 0] = new
                heap[level, tops[level], 1] = j
                tops[level] += 1
        if left == 0:
            return
        new = -1
        for level in range(3):
            while tops[level] > 0 and new < 0:
                tops[level] -= 1
                head, unit = heap[level, tops[level], 0], heap[level, tops[level], 1]
                if parent[unit] == -2:
                    parent[unit] = head
                    new = unit
        if new < 0:
            new = int(draw(state) * n)
            while parent[new] != -2:
                new = (new + 1) % n
            parent[new] = root
        left -= 1


@njit(**INNER)
def candidates(i, without, pair, use_c, start, items, parent, children, first, number, state):  # type: ignore[no-untyped-def]
    """Possible superiors of i by class (exchange tie, coordination tie, already a head): one of each, and how many.

    Class = 2 · entry of ``pair`` + head. Firms under i and ``without`` are left out of ``first``.
    """
    n = parent.size
    for kind in range(18):
        first[kind], number[kind] = -1, 0
    for layer in range(4 if use_c else 2):
        which = layer if layer < 2 else layer + 2
        for at in range(start[which * n + i], start[which * n + i + 1]):
            j = items[at]
            kind = 2 * pair[j * n + i] + (1 if children[j] > 0 else 0)
            if which >= 4 and kind // 6 != 1:
                continue
            number[kind] += 1
            if first[kind] < 0 and j != without and not below(np.int64(j), i, parent):
                first[kind] = j
    for _ in range(3):
        j = int(draw(state) * n)
        for _ in range(n):
            if children[j] > 0:
                break
            j = (j + 1) % n
        kind = 2 * pair[j * n + i] + 1
        if first[kind] < 0 and j != without and not below(np.int64(j), i, parent):
            first[kind] = j


@njit(**INNER)
def rehang(i, j, pair, use_c, parent, children, strong):  # type: ignore[no-untyped-def]
    """Put i under j instead of its superior; returns the change in the number of heads."""
    n, p = parent.size, parent[i]
    bond(pair[p * n + i], np.int64(-1), use_c, strong)
    bond(pair[j * n + i], np.int64(1), use_c, strong)
    parent[i] = j
    children[p] -= 1
    children[j] += 1
    return (1 if children[j] == 1 else 0) - (1 if children[p] == 0 else 0)


@njit(**INNER)
def promote(i, pair, use_c, parent, children, strong):  # type: ignore[no-untyped-def]
    """Exchange i with its superior p: i takes p's place, p becomes a unit of i. Its own inverse, called on p."""
    n, p = parent.size, parent[i]
    above = parent[p]
    bond(pair[p * n + i], np.int64(-1), use_c, strong)
    bond(pair[i * n + p], np.int64(1), use_c, strong)
    if above >= 0:
        bond(pair[above * n + p], np.int64(-1), use_c, strong)
        bond(pair[above * n + i], np.int64(1), use_c, strong)
    parent[i], parent[p] = above, i
    children[p] -= 1
    children[i] += 1
    return (1 if children[i] == 1 else 0) - (1 if children[p] == 0 else 0)


@njit(**INNER)
def turn(root, j, x, pair, use_c, parent, children, strong):  # type: ignore[no-untyped-def]
    """Make x (j or above it) the root and put the old root under j; returns the change in the number of heads.

    Its own inverse, called as ``turn(x, parent of x before, root)``.
    """
    n, p = parent.size, parent[x]
    bond(pair[p * n + x], np.int64(-1), use_c, strong)
    bond(pair[j * n + root], np.int64(1), use_c, strong)
    parent[x], parent[root] = -1, j
    children[p] -= 1
    change = -1 if children[p] == 0 else 0
    children[j] += 1
    return change + (1 if children[j] == 1 else 0)


@njit(**INNER)
def climb_root(root, pair, use_c, start, items, totals, noise, codes, heads, parent,  # type: ignore[no-untyped-def]
               children, strong, cells, state, score):
    """Try every neighbour of the root, and a few others, as its superior; returns score and number of heads."""
    n = parent.size
    for which in range(0, 6, 4 if use_c else 6):
        first, last = start[which * n + root], start[which * n + root + 1]
        for at in range(first, last + 2):
            j = np.int64(items[at]) if at < last else np.int64(draw(state) * n)
            x = j
            while x != root:
                p = parent[x]
                change = turn(root, j, x, pair, use_c, parent, children, strong)
                now = tree_score(codes, heads + change, strong, totals, noise, cells)
                if now < score - TOLERANCE:
                    return now, heads + change
                turn(x, p, root, pair, use_c, parent, children, strong)
                x = p
    return score, heads


@njit(**INNER)
def dissolve(h, pair, use_c, start, items, totals, noise, codes, heads, parent,  # type: ignore[no-untyped-def]
             children, strong, cells, state, first, number, moved, score):
    """Put all units of a head under other heads if that improves; returns score and number of heads."""
    n = parent.size
    now_heads, complete = heads, True
    for i in range(n):
        moved[i] = 0
        if parent[i] == h and complete:
            candidates(i, h, pair, use_c, start, items, parent, children, first, number, state)
            target, best = np.int64(-1), -1
            for kind in range(1, 18, 2):
                if first[kind] >= 0 and WORTH[kind // 2] > best:
                    target, best = first[kind], WORTH[kind // 2]
            if target < 0:
                complete = False
            else:
                now_heads += rehang(i, target, pair, use_c, parent, children, strong)
                moved[i] = 1
    if complete:
        now = tree_score(codes, now_heads, strong, totals, noise, cells)
        if now < score - TOLERANCE:
            return now, now_heads
    for i in range(n):
        if moved[i]:
            rehang(i, h, pair, use_c, parent, children, strong)
    return score, heads


@njit(**INNER)
def shake(start, items, parent, state):  # type: ignore[no-untyped-def]
    """Change a tree at random: put a few firms under a neighbour, or in the place of their superior."""
    n = parent.size
    for _ in range(2 + n // 10):
        i = np.int64(draw(state) * n)
        p = parent[i]
        if p < 0:
            continue
        if draw(state) < 0.3:
            parent[i], parent[p] = parent[p], i
            continue
        which = 0 if draw(state) < 0.5 else 4 * n
        size = start[which + i + 1] - start[which + i]
        if size > 0:
            j = np.int64(items[start[which + i] + int(draw(state) * size)])
            if not below(j, i, parent):
                parent[i] = j


@njit(**INNER)
def climb_tree(pair, use_c, start, items, totals, noise, codes, parent,  # type: ignore[no-untyped-def]  # noqa: PLR0912
               children, strong, cells, state, order, first, number):
    """Rehang and promote firms until nothing improves; returns the score."""
    n = parent.size
    for i in range(n):
        children[i] = 0
    for at in range(4):
        strong[at] = 0
    heads = np.int64(0)
    for i in range(n):
        if parent[i] >= 0:
            heads += 1 if children[parent[i]] == 0 else 0
            children[parent[i]] += 1
            bond(pair[parent[i] * n + i], np.int64(1), use_c, strong)
    score = tree_score(codes, heads, strong, totals, noise, cells)
    moved = np.zeros(n, np.int64)
    for _ in range(40):
        better = False
        shuffle(order, state)
        for i in order:
            if parent[i] < 0:
                before = score
                score, heads = climb_root(i, pair, use_c, start, items, totals, noise, codes, heads, parent, children,
                                          strong, cells, state, score)
                better = better or score < before
                continue
            candidates(i, np.int64(-1), pair, use_c, start, items, parent, children, first, number, state)
            old, best, target = parent[i], score - TOLERANCE, np.int64(-1)
            for kind in range(18):
                j = first[kind]
                if j < 0 or j == old:
                    continue
                change = rehang(i, j, pair, use_c, parent, children, strong)
                now = tree_score(codes, heads + change, strong, totals, noise, cells)
                rehang(i, old, pair, use_c, parent, children, strong)
                if now < best:
                    best, target = now, j
            if target >= 0:
                heads += rehang(i, target, pair, use_c, parent, children, strong)
                score, better = best, True
                continue
            change = promote(i, pair, use_c, parent, children, strong)
            now = tree_score(codes, heads + change, strong, totals, noise, cells)
            if now < score - TOLERANCE:
                score, better, heads = now, True, heads + change
            else:
                promote(old, pair, use_c, parent, children, strong)
        if not better:
            before = score
            for h in range(n):
                if 0 < children[h] <= 4:
                    score, heads = dissolve(np.int64(h), pair, use_c, start, items, totals, noise, codes, heads, parent,
                                            children, strong, cells, state, first, number, moved, score)
            if score >= before:
                break
    return score


@njit(**INNER)
def around_tree(pair, use_c, start, items, totals, noise, codes, parent, children, strong, cells, state, first, number,  # type: ignore[no-untyped-def]
                score):
    """Log weight of the trees near the best one: per firm log(1 + sum over other superiors of exp(-difference))."""
    n = parent.size
    heads = np.int64(0)
    for i in range(n):
        heads += 1 if children[i] > 0 else 0
    out = 0.0
    for i in range(n):
        if parent[i] < 0:
            continue
        candidates(i, np.int64(-1), pair, use_c, start, items, parent, children, first, number, state)
        old, weight = parent[i], 1.0
        plain = 9
        number[plain] = heads
        for kind in range(1, 18, 2):
            if kind != plain:
                number[plain] -= number[kind]
        mine = 2 * pair[old * n + i] + 1
        for kind in range(18):
            j = first[kind]
            ways = number[kind] - (1 if kind == mine else 0)
            if j == old and ways > 0:
                weight += ways
            elif j >= 0 and j != old and ways > 0:
                change = rehang(i, j, pair, use_c, parent, children, strong)
                now = tree_score(codes, heads + change, strong, totals, noise, cells)
                rehang(i, old, pair, use_c, parent, children, strong)
                weight += ways * math.exp(min(score - now, 0.0))
        out += math.log(weight)
    return out

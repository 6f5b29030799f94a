"""Search for the best assignment of firms to nodal firms and segments (nodal circuit, circuit-barrier)."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from interfirm.kernels.fit_score import INNER, copy, draw, log_choose, shuffle, total_misfit

TOLERANCE = 1e-9

# Labels by position (nodal, segment A, segment B), for one segment and for two: 0 empty, 1 any density, 2 full.
IMAGE_E = np.array([[[1, 2, 2], [2, 1, 1], [2, 1, 1]], [[1, 2, 2], [2, 1, 0], [2, 0, 1]]], np.int64)
IMAGE_C = np.array([[1, 2, 2], [0, 0, 0], [0, 0, 0]], np.int64)


@njit(**INNER)
def position_code(n, heads, segments):  # type: ignore[no-untyped-def]
    """Code length of a partition: which firms are nodal, how many (1-3), and which segment the others are in."""
    out = log_choose(n, heads) + math.log(3.0)
    if segments == 2:
        out += (n - heads - 1) * math.log(2.0)
    return out


@njit(**INNER)
def recount(start, items, pos, sizes, counts):  # type: ignore[no-untyped-def]
    """Sizes of the positions, and per firm and list the number of its neighbours in each position."""
    n = pos.size
    for q in range(3):
        sizes[q] = 0
    for i in range(n):
        sizes[pos[i]] += 1
        for which in range(6):
            for q in range(3):
                counts[which, i, q] = 0
    for i in range(n):
        for which in range(6):
            for at in range(start[which * n + i], start[which * n + i + 1]):
                counts[which, i, pos[items[at]]] += 1


@njit(**INNER)
def relabel(i, a, b, use_c, segments, pos, sizes, counts, cells):  # type: ignore[no-untyped-def]
    """Change ``cells`` as if firm i moved from position a to b (its own cells only)."""
    for q in range(3):
        others = sizes[q] - (1 if pos[i] == q else 0)
        m, k = others - counts[1, i, q], counts[0, i, q]
        cells[2 * IMAGE_E[segments - 1, a, q]] -= m
        cells[2 * IMAGE_E[segments - 1, a, q] + 1] -= k
        cells[2 * IMAGE_E[segments - 1, b, q]] += m
        cells[2 * IMAGE_E[segments - 1, b, q] + 1] += k
        if use_c:
            m, k = others - counts[3, i, q], counts[2, i, q]
            cells[6 + 2 * IMAGE_C[a, q]] -= m
            cells[6 + 2 * IMAGE_C[a, q] + 1] -= k
            cells[6 + 2 * IMAGE_C[b, q]] += m
            cells[6 + 2 * IMAGE_C[b, q] + 1] += k
            m, k = others - counts[5, i, q], counts[4, i, q]
            cells[6 + 2 * IMAGE_C[q, a]] -= m
            cells[6 + 2 * IMAGE_C[q, a] + 1] -= k
            cells[6 + 2 * IMAGE_C[q, b]] += m
            cells[6 + 2 * IMAGE_C[q, b] + 1] += k


@njit(**INNER)
def move(i, b, start, items, pos, sizes, counts):  # type: ignore[no-untyped-def]
    """Move firm i to position b and update its neighbours' counts.

    A list of ties sent counts at the sender, so the counts that change are those of the mirror list.
    """
    n = pos.size
    a = pos[i]
    pos[i] = b
    sizes[a] -= 1
    sizes[b] += 1
    for which in range(6):
        mirror = which if which < 2 else (which + 2 if which < 4 else which - 2)
        for at in range(start[which * n + i], start[which * n + i + 1]):
            counts[mirror, items[at], a] -= 1
            counts[mirror, items[at], b] += 1


@njit(**INNER)
def all_cells(use_c, segments, pos, sizes, counts, cells):  # type: ignore[no-untyped-def]
    """Cells and ties per layer and label of a whole assignment."""
    for at in range(12):
        cells[at] = 0
    for i in range(pos.size):
        for q in range(3):
            others = sizes[q] - (1 if pos[i] == q else 0)
            label = IMAGE_E[segments - 1, pos[i], q]
            cells[2 * label] += others - counts[1, i, q]
            cells[2 * label + 1] += counts[0, i, q]
            if use_c:
                label = IMAGE_C[pos[i], q]
                cells[6 + 2 * label] += others - counts[3, i, q]
                cells[6 + 2 * label + 1] += counts[2, i, q]
    for at in range(6):
        cells[at] //= 2


@njit(**INNER)
def most_heads(n, segments):  # type: ignore[no-untyped-def]
    """Three nodal firms at most, and two firms left for each segment."""
    return min(3, n - 2 * segments)


@njit(**INNER)
def allowed(a, b, sizes, segments):  # type: ignore[no-untyped-def]
    """Whether a firm may move from position a to b: one to three nodal firms, segments of two or more."""
    if b == 0 and sizes[0] >= most_heads(sizes[0] + sizes[1] + sizes[2], segments):
        return False
    if a == 0:
        return sizes[0] > 1
    return sizes[a] > 2 or segments == 1


@njit(**INNER)
def climb(start, items, use_c, segments, noise, pos, sizes, counts, cells, state, order,  # type: ignore[no-untyped-def]
          trial):
    """Relocate and swap firms until nothing improves; returns the score."""
    n = pos.size
    score = total_misfit(cells, noise) + position_code(n, sizes[0], segments)
    for _ in range(40):
        better = False
        shuffle(order, state)
        for i in order:
            a, best, target = pos[i], score - TOLERANCE, np.int64(-1)
            for b in range(segments + 1):
                if b == a or not allowed(a, b, sizes, segments):
                    continue
                copy(trial, cells)
                relabel(i, a, b, use_c, segments, pos, sizes, counts, trial)
                heads = sizes[0] + (1 if b == 0 else 0) - (1 if a == 0 else 0)
                now = total_misfit(trial, noise) + position_code(n, heads, segments)
                if now < best:
                    best, target = now, np.int64(b)
            if target >= 0:
                relabel(i, a, target, use_c, segments, pos, sizes, counts, cells)
                move(i, target, start, items, pos, sizes, counts)
                score, better = best, True
        for u in range(n):
            if pos[u] == 0 and not better:
                now = swap_best(u, start, items, use_c, segments, noise, pos, sizes, counts,
                                cells, trial, score)[0]
                if now < score - TOLERANCE:
                    score, better = now, True
        if not better:
            break
    return score


@njit(**INNER)
def swap_best(u, start, items, use_c, segments, noise, pos, sizes, counts, cells, trial,  # type: ignore[no-untyped-def]
              score):
    """Exchange nodal firm u for the best other firm, if that improves; otherwise leave all as it was.

    Returns the new score, and log of 1 + the summed weight of all exchanges relative to ``score``.
    """
    n = pos.size
    best, chosen, into, weight = score - TOLERANCE, np.int64(-1), np.int64(1), 1.0
    for q in range(1, segments + 1):
        relabel(u, np.int64(0), q, use_c, segments, pos, sizes, counts, cells)
        move(u, q, start, items, pos, sizes, counts)
        code = position_code(n, sizes[0] + 1, segments)
        for v in range(n):
            if v == u or pos[v] == 0 or (segments == 2 and sizes[pos[v]] <= 2):
                continue
            copy(trial, cells)
            relabel(v, pos[v], np.int64(0), use_c, segments, pos, sizes, counts, trial)
            now = total_misfit(trial, noise) + code
            weight += math.exp(min(score - now, 50.0))
            if now < best:
                best, chosen, into = now, np.int64(v), np.int64(q)
        relabel(u, q, np.int64(0), use_c, segments, pos, sizes, counts, cells)
        move(u, np.int64(0), start, items, pos, sizes, counts)
    if chosen >= 0:
        firm, target = u, into
        for _ in range(2):
            relabel(firm, pos[firm], target, use_c, segments, pos, sizes, counts, cells)
            move(firm, target, start, items, pos, sizes, counts)
            firm, target = chosen, np.int64(0)
        return best, 0.0
    return score, math.log(weight)


@njit(**INNER)
def neighbourhood(start, items, use_c, segments, noise, pos, sizes, counts, cells, trial,  # type: ignore[no-untyped-def]
                  score):
    """Log weight of the assignments near the best one, firm by firm: sum of log(1 + sum of exp(-difference))."""
    n = pos.size
    out = 0.0
    for i in range(n):
        a, weight = pos[i], 1.0
        for b in range(segments + 1):
            if b == a or not allowed(a, b, sizes, segments):
                continue
            copy(trial, cells)
            relabel(i, a, b, use_c, segments, pos, sizes, counts, trial)
            heads = sizes[0] + (1 if b == 0 else 0) - (1 if a == 0 else 0)
            now = total_misfit(trial, noise) + position_code(n, heads, segments)
            weight += math.exp(min(score - now, 0.0))
        out += math.log(weight)
        if a == 0:
            out += swap_best(i, start, items, use_c, segments, noise, pos, sizes, counts,
                             cells, trial, score)[1]
    return out


@njit(**INNER)
def first_positions(start, items, rank, attempt, segments, pos, wave, state):  # type: ignore[no-untyped-def]  # noqa: PLR0912
    """A start: nodal firms from the top of ``rank``, segments from a random vector smoothed over the ties.

    Smoothing by the lazy walk on the exchange ties without the nodal firms draws out the slow (Fiedler)
    direction; its sign gives two segments.
    """
    n = pos.size
    for i in range(n):
        pos[i] = 1
    heads = 1 + attempt % most_heads(n, segments)
    pool = heads if attempt < 6 else min(n, max(6, 2 * heads))
    chosen = 0
    for at in range(pool):
        if draw(state) * (pool - at) < heads - chosen:
            pos[rank[at]] = 0
            chosen += 1
    if segments == 1:
        return
    for i in range(n):
        wave[0, i] = draw(state) - 0.5
    for _ in range(5 + 10 * (attempt % 4)):
        mass, weight = 0.0, 0.0
        for i in range(n):
            total, degree = 0.0, 0
            for at in range(start[i], start[i + 1]):
                j = items[at]
                if pos[j] != 0:
                    total += wave[0, j]
                    degree += 1
            wave[1, i] = 0.5 * wave[0, i] + (0.5 * total / degree if degree else 0.0)
            if pos[i] != 0:
                mass += degree * wave[1, i]
                weight += degree
        shift = mass / weight if weight > 0 else 0.0
        size = 1e-300
        for i in range(n):
            wave[0, i] = wave[1, i] - shift
            size = max(size, abs(wave[0, i]))
        for i in range(n):
            wave[0, i] /= size
    for i in range(n):
        if pos[i] != 0 and wave[0, i] > 0:
            pos[i] = 2
    repair(pos, state)


@njit(**INNER)
def repair(pos, state):  # type: ignore[no-untyped-def]
    """Give each segment at least two firms."""
    for segment in (1, 2):
        size = 0
        for i in range(pos.size):
            size += 1 if pos[i] == segment else 0
        while size < 2:
            i = int(draw(state) * pos.size)
            if pos[i] == 3 - segment:
                pos[i] = segment
                size += 1

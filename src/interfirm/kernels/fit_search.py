"""The best arrangement of each structure of cooperation in one network.

The caller allocates; every function here is called from Python and calls compiled functions only. Their
compiled code is cached by the time stamp of this file: after a change in another ``fit_`` module or in
``rewire`` touch this file too.
Structures are numbered 0 circuit, 1 nodal circuit, 2 branch, 3 circuit-barrier, 4 circuit-branch.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from interfirm.kernels.fit_hubs import around_hubs, climb_hubs, first_hubs
from interfirm.kernels.fit_positions import all_cells, climb, first_positions, neighbourhood, recount
from interfirm.kernels.fit_score import INNER, copy, draw, lists
from interfirm.kernels.fit_trees import around_tree, climb_tree, grow_tree, shake
from interfirm.kernels.rewire import redraw_cells, redraw_rows, swap_ties

MODE = 12.0
OUTER = {"cache": True, "nogil": True, "error_model": "numpy"}


@njit(**OUTER)
def rewire(e, c, how, rate, state, ends, taken, spots):  # type: ignore[no-untyped-def]
    """Make a random network of both layers, in place. ``how``: 0 same degrees, 1 same density, 2 a share
    ``rate`` of the ties moved. Scratch: ``ends`` pairs × 2, ``taken`` and ``spots`` n² entries.
    """
    if how == 0:
        swap_ties(e, ends, state)
        redraw_rows(c, spots, state)
    else:
        redraw_cells(e, np.int64(1), rate, taken, spots, state)
        redraw_cells(c, np.int64(0), rate, taken, spots, state)


@njit(**OUTER)
def prepare(e, c, use_c, start, items, pair, sent, rank, totals, state):  # type: ignore[no-untyped-def]
    """Fill the neighbour lists (see ``fit_score.lists``), ``pair`` (see ``fit_trees``), known cells and ties per
    layer, and the firms ranked by ties sent in coordination, then by exchange ties.

    ``e``, ``c`` are n × n int8: 1 tie, 0 no tie, -1 unknown. Where coordination as a whole is unknown
    (``use_c`` False), ``c`` must be 0 and ``sent`` counts exchange ties beyond the mean.
    """
    n = sent.size
    lists(e, c, start, items)
    key = np.zeros(n)
    for i in range(n):
        sent[i] = start[2 * n + i + 1] - start[2 * n + i]
        degree = start[i + 1] - start[i]
        key[i] = sent[i] * (n + 1.0) + degree + draw(state)
        totals[0] += n - 1 - (start[n + i + 1] - start[n + i])
        totals[1] += degree
        if use_c:
            totals[2] += n - 1 - (start[3 * n + i + 1] - start[3 * n + i])
            totals[3] += sent[i]
    totals[0] //= 2
    totals[1] //= 2
    for i in range(n):
        if not use_c:
            sent[i] = max(start[i + 1] - start[i] - 2 * totals[1] // n, 0)
        place = 0
        for j in range(n):
            place += 1 if key[j] > key[i] or (key[j] == key[i] and j < i) else 0
            pair[i * n + j] = 3 * e[i, j] + c[i, j] + 4
        rank[place] = i


@njit(**INNER)
def add_mode(score, weight, total):  # type: ignore[no-untyped-def]
    """Log of the summed weight exp(-score) of all modes after one more."""
    value = weight - score
    top = max(total, value)
    return top + math.log(math.exp(total - top) + math.exp(value - top)) if total > -np.inf else value


@njit(**INNER)
def is_new(score, at, scores):  # type: ignore[no-untyped-def]
    """Whether no earlier start ended with this score; remembers it."""
    scores[at] = score
    for before in range(at):  # noqa: SIM110 - compiled
        if abs(scores[before] - score) < 1e-7:
            return False
    return True


@njit(**OUTER)
def best_positions(start, items, use_c, segments, restarts, near, noise, rank,  # type: ignore[no-untyped-def]
                   order, state, pos, place, sizes, counts, wave):
    """Best assignment to nodal firms (0) and one or two segments (1, 2), in ``pos``.

    Returns its score and, if ``near``, minus the log of the summed weight exp(-score) of the different ends of
    the starts with what lies near each. ``counts`` is 6 × n × 3, ``wave`` 2 × n; all else of length n or 3.
    """
    cells, trial = np.zeros(12, np.int64), np.zeros(12, np.int64)
    scores = np.zeros(restarts)
    best, total = np.inf, -np.inf
    for attempt in range(restarts):
        first_positions(start, items, rank, attempt, segments, place, wave, state)
        recount(start, items, place, sizes, counts)
        all_cells(use_c, segments, place, sizes, counts, cells)
        score = climb(start, items, use_c, segments, noise, place, sizes, counts, cells, state, order, trial)
        if score < best:
            best = score
            copy(pos, place)
        if near and is_new(score, attempt, scores) and score < best + MODE:
            weight = neighbourhood(start, items, use_c, segments, noise, place, sizes, counts, cells, trial, score)
            total = add_mode(score, weight, total)
    return best, -total


@njit(**OUTER)
def best_tree(pair, start, items, use_c, restarts, near, totals, noise, codes,  # type: ignore[no-untyped-def]
              rank, order, state, parent, above, children, heap):
    """Best tree over all firms; superiors in ``parent``, -1 for the root. Returns as :func:`best_positions`."""
    n = parent.size
    strong, cells = np.zeros(4, np.int64), np.zeros(12, np.int64)
    first, number = np.zeros(18, np.int64), np.zeros(18, np.int64)
    scores = np.zeros(restarts)
    best, total = np.inf, -np.inf
    for attempt in range(restarts):
        if attempt < 8:
            root = rank[attempt // 2 if attempt < 6 else int(draw(state) * n)]
            grow_tree(root, pair, use_c, start, items, above, heap, state)
        else:
            copy(above, parent)
            shake(start, items, above, state)
        score = climb_tree(pair, use_c, start, items, totals, noise, codes, above, children, strong, cells, state,
                           order, first, number)
        if score < best:
            best = score
            copy(parent, above)
        if near and is_new(score, attempt, scores) and score < best + MODE:
            weight = around_tree(pair, use_c, start, items, totals, noise, codes, above, children, strong, cells,
                                 state, first, number, score)
            total = add_mode(score, weight, total)
    return best, -total


@njit(**OUTER)
def best_hubs(pair, start, items, use_c, restarts, near, totals, noise, rank,  # type: ignore[no-untyped-def]
              sent, order, state, parent, above, is_hub, kept):
    """Best hubs and units; superiors in ``parent``, -1 for hubs. Returns as :func:`best_positions`."""
    strong, loose, cells = np.zeros(4, np.int64), np.zeros(4, np.int64), np.zeros(12, np.int64)
    number = np.zeros(9, np.int64)
    scores = np.zeros(restarts)
    best, total = np.inf, -np.inf
    for attempt in range(restarts):
        first_hubs(rank, sent, attempt, is_hub, state)
        score = climb_hubs(pair, use_c, start, items, totals, noise, is_hub, above, strong, loose, cells, state,
                           order, kept)
        if score < best:
            best = score
            copy(parent, above)
        if near and is_new(score, attempt, scores) and score < best + MODE:
            weight = around_hubs(pair, use_c, totals, noise, is_hub, above, strong, loose, cells, number, score)
            total = add_mode(score, weight, total)
    return best, -total

"""Barter of knowledge on a fixed network, and the small worlds on which it is studied.

``levels`` holds one row of W values per firm, of which the first K are knowledge by category; W = 8 keeps a row of up
to eight categories within one line of the cache. All random numbers are by counter: meeting m of period t of a
replication draws the same whatever came before, so the pairs of a whole block can be looked up ahead of the trades,
which must be done one after the other.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from interfirm.kernels.counter_mix import below, bits, extend, make_key, uniform
from interfirm.kernels.options import UNCOUNTED

RANDOM, SHUFFLED, IN_ORDER = 0, 1, 2
MEET, SUBSET, ORDER, REWIRE, TARGET, START, EXPERT = 1, 2, 3, 4, 5, 6, 7
BLOCK = 64
LINE, PAGE = 64, 2 << 20
FAR = 4096
MOST_KINDS = 12
SIZES = np.array([one.bit_count() for one in range(1 << MOST_KINDS)], np.int64)
_32 = np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)
_FREE = np.uint64(0xFFFFFFFFFFFFFFFF)


def subsets(kinds: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All subsets of every set of categories, by size.

    Sets are bits of a number. ``members[first[set, size] : first[set, size] + count[set, size]]`` are the subsets of
    that size; 3^K members in all.
    """
    whole = 1 << kinds
    first, count = np.zeros((whole, kinds + 1), np.int32), np.zeros((whole, kinds + 1), np.uint32)
    members = np.zeros(3**kinds, np.int32)
    at = 0
    for one in range(whole):
        by_size: list[list[int]] = [[] for _ in range(kinds + 1)]
        part = one
        while True:
            by_size[part.bit_count()].append(part)
            if part == 0:
                break
            part = (part - 1) & one
        for size, some in enumerate(by_size):
            first[one, size], count[one, size] = at, len(some)
            members[at:at + len(some)] = sorted(some)
            at += len(some)
    return first, count, members


def rows_of(firms: int, width: int) -> np.ndarray:
    """Zeros, firms × width, each row of eight on a line of the cache, large arrays on large pages of memory."""
    size = firms * width
    step = (PAGE if size * 8 >= PAGE else LINE) // 8
    raw = np.zeros(size + step)
    skip = (-(raw.ctypes.data // 8)) % step
    return raw[skip:skip + size].reshape(firms, width)


@njit(cache=True, nogil=True, **UNCOUNTED)
def shuffle(key, order):  # type: ignore[no-untyped-def]
    """Put the numbers 0 … n - 1 into random order (Fisher and Yates)."""
    n = len(order)
    for at in range(n):
        order[at] = at
    for at in range(n - 1, 0, -1):
        other = below(key, at, at + 1)
        order[at], order[other] = order[other], order[at]


@njit(cache=True, nogil=True)
def trade(indptr, indices, levels, kinds, alpha, law, seed, replication, begin, periods, tables, order, traded):  # type: ignore[no-untyped-def]
    """Let firms meet and barter for some periods of n meetings each; ``levels`` is changed in place.

    In a meeting of i and j, q = min(categories in which i is ahead, those in which j is) categories flow each way; who
    has more to offer gives a random subset. The receiver of a category closes the share ``alpha`` of the gap.
    ``traded[t]`` counts the meetings with q > 0 of period ``begin + t``. Returns a number without meaning.
    """
    who, met = np.empty(BLOCK, np.int64), np.empty(BLOCK, np.int64)
    return _trade(indptr, indices, levels, kinds, alpha, law, seed, replication, begin, periods, tables, order, traded,
                  who, met)


@njit(cache=True, nogil=True, **UNCOUNTED)
def _trade(indptr, indices, levels, kinds, alpha, law, seed, replication, begin, periods, tables, order, traded, who,  # type: ignore[no-untyped-def]
           met):
    n = len(indptr) - 1
    touched = 0.0
    for t in range(periods):
        key = np.uint64(make_key(seed, replication, begin + t, 0, MEET))
        other = np.uint64(make_key(seed, replication, begin + t, 0, SUBSET))
        if law == SHUFFLED:
            shuffle(np.uint64(make_key(seed, replication, begin + t, 0, ORDER)), order)
        done = 0
        for start in range(0, n, BLOCK):
            size = min(BLOCK, n - start)
            _look_up(indptr, indices, law, key, order, start, size, who, met)
            if n > FAR:
                for m in range(size):
                    touched += levels[who[m], 0] + levels[max(met[m], 0), 0]
            for m in range(size):
                if met[m] >= 0:
                    done += _meeting(levels, kinds, alpha, who[m], met[m], bits(other, start + m) >> _32, tables)
        traded[t] = done
    return touched


@njit(cache=True, nogil=True, **UNCOUNTED)
def _look_up(indptr, indices, law, key, order, start, size, who, met):  # type: ignore[no-untyped-def]
    """Who meets whom in the next meetings; -1 for a firm without neighbours."""
    number = np.uint64(len(indptr) - 1)
    for m in range(size):
        draw = bits(key, start + m)
        i = start + m
        if law == RANDOM:
            i = np.int64(((draw >> _32) * number) >> _32)
        elif law == SHUFFLED:
            i = np.int64(order[start + m])
        who[m] = i
        degree = np.uint64(indptr[i + 1] - indptr[i])
        place = np.int64(((draw & _LOW) * degree) >> _32)
        met[m] = indptr[i] + place if degree > np.uint64(0) else -1
    for m in range(size):
        if met[m] >= 0:
            met[m] = indices[met[m]]


@njit(cache=True, nogil=True, inline="always")
def _meeting(levels, kinds, alpha, i, j, luck, tables):  # type: ignore[no-untyped-def]
    """One meeting, without a branch that could be guessed wrong; whether anything was traded."""
    first, count, members = tables
    ahead = behind = np.int64(0)
    for c in range(kinds):
        ahead |= np.int64(levels[i, c] > levels[j, c]) << c
        behind |= np.int64(levels[i, c] < levels[j, c]) << c
    q = min(SIZES[ahead], SIZES[behind])
    give = members[first[ahead, q] + np.int64((luck * np.uint64(count[ahead, q])) >> _32)]
    take = members[first[behind, q] + np.int64((luck * np.uint64(count[behind, q])) >> _32)]
    moves = give | take
    for c in range(kinds):
        gap = alpha * (levels[i, c] - levels[j, c]) * np.float64((moves >> c) & 1)
        levels[j, c] += max(gap, 0.0)
        levels[i, c] += max(-gap, 0.0)
    return np.int64(q > 0)


@njit(cache=True, nogil=True)
def begin(seed, replication, kinds, share, level, each, levels):  # type: ignore[no-untyped-def]
    """Fill ``levels``: uniform on 0 to 1, and a few experts at ``level``.

    ``each`` False: the share of the firms, rounded, are experts in one random category; True: that share in every
    category, drawn anew for each.
    """
    n = levels.shape[0]
    key = np.uint64(make_key(seed, replication, 0, 0, START))
    for i in range(n):
        for c in range(kinds):
            levels[i, c] = uniform(key, i * kinds + c)
    experts = np.int64(np.floor(share * n + 0.5))
    order = np.empty(n, np.int32)
    for c in range(kinds if each else 1):
        mine = np.uint64(make_key(seed, replication, 0, c, EXPERT))
        shuffle(mine, order)
        for at in range(experts):
            levels[order[at], c if each else below(mine, n + at, kinds)] = level


@njit(cache=True, nogil=True)
def rewired(n, half, share, seed, replication):  # type: ignore[no-untyped-def]
    """A ring in which each firm is tied to ``half`` neighbours on either side, and each tie rewired with a probability.

    A rewired tie keeps its first end and gets a random other one, never a firm that the first is tied to already.
    Which ties are rewired, and where to, does not depend on ``share`` otherwise than through it: a larger share rewires
    the same ties and more. Returns CSR links of both directions.
    """
    ties = n * half
    flag = np.uint64(make_key(seed, replication, 0, 0, REWIRE))
    target = np.uint64(make_key(seed, replication, 0, 0, TARGET))
    slots = 16
    while slots < 2 * ties:
        slots *= 2
    table = np.full(slots, _FREE)
    ends = np.empty(ties, np.int32)
    for e in range(ties):
        i = e // half
        if uniform(flag, e) < share:
            ends[e] = -1
        else:
            ends[e] = (i + e % half + 1) % n
            _add(table, i, ends[e], n)
    for e in range(ties):
        if ends[e] < 0:
            i = e // half
            mine = np.uint64(extend(target, e))
            for attempt in range(1000000):
                j = below(mine, attempt, n)
                if j != i and _add(table, i, j, n):
                    ends[e] = j
                    break
    return _csr(n, half, ends)


@njit(cache=True, nogil=True)
def _add(table, i, j, n):  # type: ignore[no-untyped-def]
    """Add a tie to the set; False if it is there already."""
    low, high = min(i, j), max(i, j)
    code = np.uint64(low) * np.uint64(n) + np.uint64(high)
    last = np.uint64(len(table) - 1)
    at = bits(code, 0) & last
    while table[at] != _FREE:
        if table[at] == code:
            return False
        at = (at + np.uint64(1)) & last
    table[at] = code
    return True


@njit(cache=True, nogil=True)
def _csr(n, half, ends):  # type: ignore[no-untyped-def]
    indptr = np.zeros(n + 1, np.int64)
    for e in range(len(ends)):
        if ends[e] >= 0:
            indptr[e // half + 1] += 1
            indptr[ends[e] + 1] += 1
    for i in range(n):
        indptr[i + 1] += indptr[i]
    filled = indptr[:-1].copy()
    indices = np.empty(indptr[n], np.int32)
    for e in range(len(ends)):
        i, j = e // half, ends[e]
        if j >= 0:
            indices[filled[i]] = j
            indices[filled[j]] = i
            filled[i] += 1
            filled[j] += 1
    return indptr, indices

"""Random networks with the same degrees, by exchanging receivers between ties.

Ties stand in two arrays; a hash table of their keys (sender × size + receiver, the smaller end
first without direction) says in constant time whether a tie is there. Cells are -1 when empty.
"""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True)
def _next(state):  # type: ignore[no-untyped-def]
    """The next 64 random bits (splitmix64)."""
    state[0] += np.uint64(0x9E3779B97F4A7C15)
    z = state[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@njit(cache=True)
def _home(key, mask):  # type: ignore[no-untyped-def]
    return np.int64((np.uint64(key) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(20)) & mask


@njit(cache=True)
def _find(table, key):  # type: ignore[no-untyped-def]
    """Where the key stands, or the empty cell where it belongs."""
    mask = len(table) - 1
    at = _home(key, mask)
    while table[at] != -1 and table[at] != key:
        at = (at + 1) & mask
    return at


@njit(cache=True)
def _remove(table, key):  # type: ignore[no-untyped-def]
    """Take a key out and move up those that would no longer be found."""
    mask = len(table) - 1
    hole = _find(table, key)
    at = hole
    while True:
        at = (at + 1) & mask
        if table[at] == -1:
            break
        home = _home(table[at], mask)
        if ((at - home) & mask) >= ((at - hole) & mask):
            table[hole] = table[at]
            hole = at
    table[hole] = -1


@njit(cache=True)
def swap(sender, receiver, size, directed, silent, table, attempts, state):  # type: ignore[no-untyped-def]
    """Exchange the receivers of randomly chosen ties, in place, so that every degree stays.

    Two ties a → b, c → d become a → d, c → b; with direction, every fourth attempt rotates the
    receivers of three ties, which also turns round a circle of three. An attempt that would make a
    loop, a double tie or a tie in an unknown cell changes nothing, so that all networks with these
    degrees are equally likely in the long run.

    Parameters
    ----------
    sender, receiver
        int64, the ties that may change.
    size
        Number of actors.
    directed
        Whether ties have a direction.
    silent
        bool by actor: what it sends is unknown (without direction: unknown between two such actors).
    table
        int64, a power of two in length, with the keys of all ties and of unknown cells, else -1.
    attempts
        Number of attempts.
    state
        One uint64: the state of the random numbers.
    """
    ties = np.uint64(len(sender))
    tails, heads = np.empty(3, np.int64), np.empty(3, np.int64)
    old, new, picked = np.empty(3, np.int64), np.empty(3, np.int64), np.empty(3, np.int64)
    for _ in range(attempts):
        bits = _next(state)
        parts = 3 if directed and bits & np.uint64(3) == np.uint64(0) else 2
        for k in range(parts):
            picked[k] = np.int64(_next(state) % ties)
            tails[k], heads[k] = sender[picked[k]], receiver[picked[k]]
            low, high = tails[k], heads[k]
            old[k] = low * size + high if directed or low < high else high * size + low
        if not directed and bits & np.uint64(4):
            tails[1], heads[1] = heads[1], tails[1]
        fine = picked[0] != picked[1] and (parts == 2 or (picked[0] != picked[2] and picked[1] != picked[2]))
        for k in range(parts):
            a, b = tails[k], heads[(k + 1) % parts]
            new[k] = a * size + b if directed or a < b else b * size + a
            fine = fine and a != b and not (silent[a] and (directed or silent[b]))
            fine = fine and table[_find(table, new[k])] == -1
        if not fine:
            continue
        for k in range(parts):
            _remove(table, old[k])
        for k in range(parts):
            table[_find(table, new[k])] = new[k]
            sender[picked[k]], receiver[picked[k]] = tails[k], heads[(k + 1) % parts]

"""Random networks to compare with: same degrees, same density, or same mutual and one-way pairs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

import numpy as np
import scipy.sparse as sp

from interfirm.errors import UnknownName, UsageError
from interfirm.network._graph import Bools, Ints, pairs
from interfirm.network._limits import limit
from interfirm.study.adjacency import Adjacency

NULLS: Final = ("degree", "density", "man")
_LISTED = 4_000_000

Free = Callable[[Ints, Ints], Bools]


def random_networks(view: Adjacency, null: str, draws: int, seed: int) -> Iterator[Adjacency]:
    """Random networks of the same actors that share something with the observed one.

    ``"degree"``: every actor keeps its number of ties (with direction: sent and received); all such
    networks are equally likely (edge exchanges, [rao1996]). ``"density"``: the same number of ties,
    placed anywhere. ``"man"``: the same numbers of mutual, one-way and empty pairs, placed anywhere.
    What is unknown stays unknown, and ties stated by non-respondents stay where they are. Weights
    are 1.

    Parameters
    ----------
    view
        The observed network.
    null
        ``"degree"``, ``"density"`` or ``"man"``.
    draws
        How many networks.
    seed
        Same seed, same networks.
    """
    if null not in NULLS:
        raise UnknownName("kind of random network", null, NULLS)
    if draws < 1:
        raise UsageError("draws must be at least 1.")
    if null == "degree":
        return _same_degrees(view, draws, seed)
    if null == "man" and view.directed:
        return _same_dyads(view, draws, seed)
    return _same_density(view, draws, seed)


def _with(view: Adjacency, sender: Ints, receiver: Ints) -> Adjacency:
    matrix = sp.csr_array((np.ones(len(sender)), (sender, receiver)), shape=(view.size, view.size))
    if not view.directed:
        matrix = sp.csr_array(matrix + matrix.T)
    return replace(view, matrix=matrix)


def _is_free(view: Adjacency) -> Free:
    """Whether the tie of a pair of different actors was asked about, so that it may be drawn anew."""
    stated = np.sort(view.missing_pairs[:, 0] * view.size + view.missing_pairs[:, 1])
    silent, directed = view.missing_rows, view.directed

    def free(sender: Ints, receiver: Ints) -> Bools:
        unknown = silent[sender] if directed else silent[sender] & silent[receiver]
        out: Bools = (sender != receiver) & ~unknown
        if len(stated):
            out &= ~np.isin(sender * view.size + receiver, stated)
        return out

    return free


# ---- same degrees ------------------------------------------------------------------------


def _same_degrees(view: Adjacency, draws: int, seed: int) -> Iterator[Adjacency]:
    from interfirm.kernels.swap import swap

    sender, receiver, _ = pairs(view)
    free = _is_free(view)(sender, receiver)
    fixed = sender[~free], receiver[~free]
    one, two = sender[free].copy(), receiver[free].copy()
    table = _hash_table(_keys(view, sender, receiver), _keys(view, *view.missing_pairs.T))
    state = np.random.SeedSequence(seed).generate_state(1, np.uint64)
    attempts = int(limit("swaps_per_tie") * len(one))
    for _ in range(draws):
        if len(one) > 1:
            swap(one, two, view.size, view.directed, view.missing_rows, table, attempts, state)
        yield _with(view, np.concatenate([one, fixed[0]]), np.concatenate([two, fixed[1]]))


def _keys(view: Adjacency, sender: Ints, receiver: Ints) -> Ints:
    if view.directed:
        return sender * view.size + receiver
    return np.minimum(sender, receiver) * view.size + np.maximum(sender, receiver)


def _hash_table(*keys: Ints) -> Ints:
    from interfirm.kernels.swap import _find

    every = np.unique(np.concatenate(keys)).astype(np.int64)
    table = np.full(1 << int(4 * max(len(every), 4)).bit_length(), -1, dtype=np.int64)
    for key in every:
        table[_find(table, key)] = key
    return table


# ---- same density, same dyads ------------------------------------------------------------


def _same_density(view: Adjacency, draws: int, seed: int) -> Iterator[Adjacency]:
    sender, receiver, _ = pairs(view)
    free = _is_free(view)
    moving = free(sender, receiver)
    sample = _sampler(view.size, free, view.directed)
    rng = np.random.default_rng(seed)
    for _ in range(draws):
        one, two = sample(int(moving.sum()), rng)
        yield _with(view, np.concatenate([one, sender[~moving]]), np.concatenate([two, receiver[~moving]]))


def _same_dyads(view: Adjacency, draws: int, seed: int) -> Iterator[Adjacency]:
    sender, receiver, _ = pairs(view)
    free = _is_free(view)

    def both(one: Ints, two: Ints) -> Bools:
        return free(one, two) & free(two, one)

    moving = both(sender, receiver)
    returned = np.isin(receiver * view.size + sender, sender * view.size + receiver)
    mutual, oneway = int((moving & returned).sum()) // 2, int((moving & ~returned).sum())
    sample = _sampler(view.size, both, False)
    rng = np.random.default_rng(seed)
    for _ in range(draws):
        one, two = sample(mutual + oneway, rng)
        shuffled = rng.permutation(len(one))
        one, two = one[shuffled], two[shuffled]
        turned = rng.random(oneway) < 0.5
        late_one, late_two = one[mutual:].copy(), two[mutual:].copy()
        late_one[turned], late_two[turned] = late_two[turned], late_one[turned]
        yield _with(view, np.concatenate([one[:mutual], two[:mutual], late_one, sender[~moving]]),
                    np.concatenate([two[:mutual], one[:mutual], late_two, receiver[~moving]]))


def _sampler(size: int, free: Free, ordered: bool) -> Callable[[int, np.random.Generator], tuple[Ints, Ints]]:
    """A function that draws so many different free pairs, each equally likely."""
    if size * size <= _LISTED:
        one, two = np.indices((size, size)).reshape(2, -1).astype(np.int64) if ordered else np.triu_indices(size, 1)
        keep = free(one, two)
        listed = one[keep], two[keep]

        def choose(count: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
            at = rng.choice(len(listed[0]), count, replace=False)
            return listed[0][at], listed[1][at]

        return choose

    def reject(count: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
        keys: Ints = np.zeros(0, dtype=np.int64)
        while len(keys) < count:
            one, two = rng.integers(size, size=(2, 2 * (count - len(keys)) + 16))
            keep = free(one, two) if ordered else free(one, two) & (one < two)
            fresh = one[keep] * size + two[keep]
            keys = np.concatenate([keys, fresh])
            keys = keys[np.sort(np.unique(keys, return_index=True)[1])]
        keys = keys[:count]
        return keys // size, keys % size

    return reject

"""What if those who did not answer had answered? Unknown ties filled at random.

An unknown tie to an actor is as likely as the known ones to it: (ties known to reach it + 1) / (known
pairs that end in it + 1/density), which draws actors with little known about them to the average. This
choice is ours. A claim is as sure as the share of such fillings in which it still holds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from interfirm.network.draw import random_networks
from interfirm.study.adjacency import Adjacency

FILLED_UP_TO: Final = 3000
FILLED: Final = ", the others filled in at random"


def can_fill(view: Adjacency) -> bool:
    """Whether unknown ties of a view can be filled: the table of pairs must fit in memory."""
    return view.size <= FILLED_UP_TO


def unknown_pairs(view: Adjacency) -> npt.NDArray[np.int64]:
    """m × 2 ordered pairs of positions whose tie is not known; undirected pairs once."""
    if not view.has_missing:
        return np.zeros((0, 2), dtype=np.int64)
    unknown = ~view.observed()
    np.fill_diagonal(unknown, False)
    if not view.directed:
        unknown = np.triu(unknown, k=1)
    return np.argwhere(unknown).astype(np.int64)


def rates(view: Adjacency, pairs: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """n probabilities that an unknown pair that ends in an actor is tied."""
    known = view.observed_count()
    if not known or not view.matrix.nnz:
        return np.zeros(view.size)
    ends = pairs if view.directed else np.vstack([pairs, pairs[:, ::-1]])
    unknown = np.bincount(ends[:, 1], minlength=view.size)
    received = np.bincount(view.matrix.indices, minlength=view.size)
    out: npt.NDArray[np.float64] = (received + 1) / (view.size - 1 - unknown + known / view.matrix.nnz)
    return out


def drawn(view: Adjacency, pairs: npt.NDArray[np.int64], rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Those of the unknown pairs that are tied in one random filling."""
    rate = rates(view, pairs)
    chance = rate[pairs[:, 1]] if view.directed else rate[pairs].mean(axis=1)
    return pairs[rng.random(len(pairs)) < chance]


def filled(view: Adjacency, pairs: npt.NDArray[np.int64], rng: np.random.Generator) -> sp.csr_array:
    """The binary matrix with each of the unknown pairs tied by chance."""
    new = drawn(view, pairs, rng)
    if not view.directed:
        new = np.vstack([new, new[:, ::-1]])
    extra = sp.csr_array((np.ones(len(new)), (new[:, 0], new[:, 1])), shape=view.matrix.shape)
    out = sp.csr_array(view.binary + extra)
    out.data = np.ones_like(out.data)
    return out


def holds(view: Adjacency, claim: Callable[[sp.csr_array], bool], *, draws: int, rng: np.random.Generator) -> float:
    """Share of fillings in which a claim holds; 1 where nothing is unknown.

    Parameters
    ----------
    view
        The relation as it was observed, in which the claim holds.
    claim
        Takes the binary n × n matrix and says whether the claim holds in it.
    draws, rng
        Number of fillings and their generator.

    Returns
    -------
    float
        0 to 1. Where the network is too large to fill, the share of pairs that are known.
    """
    if not view.has_missing:
        return 1.0
    if not can_fill(view):
        return view.observed_count() / (view.size * (view.size - 1))
    pairs = unknown_pairs(view)
    return float(np.mean([claim(filled(view, pairs, rng)) for _ in range(draws)]))


def answered(view: Adjacency, pairs: npt.NDArray[np.int64], rng: np.random.Generator) -> Adjacency:
    """The view as it would be had everyone answered, unknown ties filled in at random; weights are 1."""
    return replace(view, matrix=filled(view, pairs, rng), missing_rows=np.zeros(view.size, dtype=bool),
                   missing_pairs=np.zeros((0, 2), dtype=np.int64))


def beats_chance(view: Adjacency, measure: Callable[[Adjacency], float], *, above: bool, null: str, draws: int,
                 seed: int, rng: np.random.Generator) -> float:
    """How often a measure is above (or below) its value in random networks, unknown ties filled in in both.

    Parameters
    ----------
    view
        The relation as it was observed.
    measure
        Takes a view in which everything is known.
    above
        Whether the claim is that the observed value is larger.
    null
        Kind of random network, see :func:`interfirm.network.draw.random_networks`.
    draws, seed, rng
        Number and seed of the random networks, and the generator of the fillings.

    Returns
    -------
    float
        Wins / (1 + draws).
    """
    pairs, wins = unknown_pairs(view), 0
    for network in random_networks(view, null, draws, seed):
        value, chance = (measure(answered(one, pairs, rng)) for one in (view, network))
        wins += value > chance if above else value < chance
    return wins / (1 + draws)

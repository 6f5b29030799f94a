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

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def can_fill(view: Adjacency) -> bool:
    """Whether something is unknown in a view and can be filled: the table of pairs must fit in memory."""
    return view.has_missing and view.size <= FILLED_UP_TO


class Filling:
    """Random fillings of the unknown ties of a view.

    Parameters
    ----------
    view
        The relation as it was observed.

    Attributes
    ----------
    pairs
        m × 2 ordered pairs of positions whose tie is not known; undirected pairs once.
    chance
        m probabilities that they are tied.
    reached
        n probabilities that at least one of the unknown ties reaches an actor.
    """

    def __init__(self, view: Adjacency) -> None:
        self.view = view
        self.pairs = _unknown_pairs(view)
        ends = self.pairs if view.directed else np.vstack([self.pairs, self.pairs[:, ::-1]])
        unknown = np.bincount(ends[:, 1], minlength=view.size)
        rate = _rates(view, unknown)
        self.chance: Floats = rate[self.pairs[:, 1]] if view.directed else rate[self.pairs].mean(axis=1)
        self.reached: Floats = 1 - (1 - np.clip(rate, 0.0, 1.0)) ** unknown
        coo = view.matrix.tocoo()
        self._row, self._column = coo.row.astype(np.int64), coo.col.astype(np.int64)

    def new(self, rng: np.random.Generator) -> Ints:
        """The unknown pairs that are tied in one filling."""
        return self.pairs[rng.random(len(self.pairs)) < self.chance]

    def _ends(self, rng: np.random.Generator) -> tuple[Ints, Ints]:
        new = self.new(rng)
        if not self.view.directed:
            new = np.vstack([new, new[:, ::-1]])
        return np.concatenate([self._row, new[:, 0]]), np.concatenate([self._column, new[:, 1]])

    def dense(self, rng: np.random.Generator) -> Floats:
        """The n × n matrix of zeros and ones of one filling."""
        out = np.zeros((self.view.size, self.view.size))
        out[self._ends(rng)] = 1.0
        return out

    def sparse(self, rng: np.random.Generator) -> sp.csr_array:
        """The same as a sparse matrix."""
        row, column = self._ends(rng)
        return sp.csr_array((np.ones(len(row)), (row, column)), shape=self.view.matrix.shape)

    def answered(self, rng: np.random.Generator) -> Adjacency:
        """The view as it would be had everyone answered; weights are 1."""
        return replace(self.view, matrix=self.sparse(rng), missing_rows=np.zeros(self.view.size, dtype=bool),
                       missing_pairs=np.zeros((0, 2), dtype=np.int64))


def _unknown_pairs(view: Adjacency) -> Ints:
    if not view.has_missing:
        return np.zeros((0, 2), dtype=np.int64)
    unknown = ~view.observed()
    np.fill_diagonal(unknown, False)
    return np.argwhere(unknown if view.directed else np.triu(unknown, k=1)).astype(np.int64)


def _rates(view: Adjacency, unknown: Ints) -> Floats:
    """n probabilities that an unknown pair that ends in an actor is tied."""
    known = view.observed_count()
    if not known or not view.matrix.nnz:
        return np.zeros(view.size)
    received = np.bincount(view.matrix.indices, minlength=view.size)
    out: Floats = (received + 1) / (view.size - 1 - unknown + known / view.matrix.nnz)
    return out


def holds(view: Adjacency, claim: Callable[[sp.csr_array], bool], *, draws: int, rng: np.random.Generator) -> float:
    """Share of fillings in which a claim holds; 1 where nothing is unknown.

    Parameters
    ----------
    view
        The relation as it was observed, in which the claim holds.
    claim
        Takes the n × n matrix of zeros and ones and says whether the claim holds in it.
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
    filling = Filling(view)
    return float(np.mean([claim(filling.sparse(rng)) for _ in range(draws)]))


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
    observed, wins = Filling(view), 0
    for network in random_networks(view, null, draws, seed):
        value, chance = measure(observed.answered(rng)), measure(Filling(network).answered(rng))
        wins += value > chance if above else value < chance
    return wins / (1 + draws)

"""Distances between actors, from coordinates or from the table of pairs, and the test against chance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from interfirm.study.study import Study

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Fill = Callable[[np.random.Generator], tuple[Ints, Ints]]

EARTH_KM: Final = 6371.0088
_TIES_TESTED: Final = 50_000
_PAIRS_DRAWN: Final = 200_000


@dataclass(frozen=True, eq=False)
class Places:
    """Where the actors are; ``km(i, j)`` gives distances between positions in the study.

    Parameters
    ----------
    known
        n booleans: whose place is known.
    on_earth
        Whether ``where`` holds coordinates; otherwise it holds distances.
    where
        n × 2 latitude and longitude in radians, or n × n kilometres.
    """

    known: npt.NDArray[np.bool_]
    on_earth: bool
    where: Floats

    def km(self, first: Ints, second: Ints) -> Floats:
        """Distances in kilometres, along the great circle where they come from coordinates."""
        if not self.on_earth:
            return np.asarray(self.where[first, second])
        a, b = self.where[first], self.where[second]
        half = np.sin((b - a) / 2) ** 2
        inner = half[:, 0] + np.cos(a[:, 0]) * np.cos(b[:, 0]) * half[:, 1]
        out: Floats = 2 * EARTH_KM * np.arcsin(np.sqrt(np.clip(inner, 0.0, 1.0)))
        return out


def places(study: Study) -> Places | None:
    """Places from coordinates if at least five actors have them, otherwise from ``dyads.distance``."""
    found = study.actors[["latitude", "longitude"]].to_numpy(dtype=np.float64)
    known = ~np.isnan(found).any(axis=1)
    if known.sum() >= 5:
        return Places(known, True, np.radians(found))
    if study.dyads["distance"].notna().any():
        matrix = study.dyadic("distance")
        matrix = np.where(np.isnan(matrix), matrix.T, matrix)
        np.fill_diagonal(matrix, 0.0)
        return Places((~np.isnan(matrix)).sum(axis=1) > 1, False, matrix)
    return None


@dataclass(frozen=True)
class Nearness:
    """How far tied actors are from each other, against all pairs.

    Parameters
    ----------
    tied, every
        Median distance in km of the ties, and of all pairs of the same actors.
    low, high
        2.5 and 97.5 per cent points of the ties' median when places are dealt out at random.
    nearer, farther
        1 − (1 + permutations at least as near, or as far) / (1 + permutations).
    permutations, ties, actors
        Their numbers; ``ties`` is a random sample where there are more than 50,000.
    sampled
        Whether it is.
    """

    tied: float
    every: float
    low: float
    high: float
    nearer: float
    farther: float
    permutations: int
    ties: int
    actors: int
    sampled: bool


def nearness(where: Places, members: Ints, first: Ints, second: Ints, *, permutations: int, rng: np.random.Generator,
             fill: Fill | None = None) -> Nearness | None:
    """Median distance of ties against a random exchange of the members' places.

    Parameters
    ----------
    where
        The places.
    members
        Positions in the study of the actors that could be tied.
    first, second
        Ends of the ties, as positions in the study; each tie once.
    fill
        Gives, for a generator, the two ends of a random filling of the unknown ties. They are added to
        what was observed and to what is compared with it; the probabilities then allow for them.
    permutations, rng
        Number of permutations and their generator.

    Returns
    -------
    Nearness or None
        None with fewer than five members in known places or fewer than five ties among them.
    """
    placed = members[where.known[members]]
    lookup = np.full(len(where.known), -1, dtype=np.int64)
    lookup[placed] = np.arange(len(placed))
    a, b = _inside(lookup, first, second)
    if len(placed) < 5 or len(a) < 5:
        return None
    sampled = len(a) > _TIES_TESTED
    if sampled:
        chosen = rng.choice(len(a), _TIES_TESTED, replace=False)
        a, b = a[chosen], b[chosen]
    lengths = where.km(placed[a], placed[b])
    draws, near, far = np.empty(permutations), 0, 0
    for i in range(permutations):
        dealt = placed[rng.permutation(len(placed))]
        drawn = where.km(dealt[a], dealt[b])
        c, d = _inside(lookup, *fill(rng)) if fill else (a[:0], b[:0])
        extra = where.km(placed[c], placed[d])
        draws[i] = _median(drawn)
        one, two = _median(np.concatenate([lengths, extra])), _median(np.concatenate([drawn, extra]))
        near += two <= one
        far += two >= one
    low, high = np.quantile(draws, [0.025, 0.975])
    return Nearness(_median(lengths), _median(_every_pair(where, placed, rng)), float(low), float(high),
                    1 - (1 + near) / (1 + permutations), 1 - (1 + far) / (1 + permutations),
                    permutations, len(a), len(placed), sampled)


def _inside(lookup: Ints, first: Ints, second: Ints) -> tuple[Ints, Ints]:
    """The ends of the ties of which both are known, numbered by ``lookup``."""
    keep = (lookup[first] >= 0) & (lookup[second] >= 0)
    return lookup[first[keep]], lookup[second[keep]]


def _every_pair(where: Places, placed: Ints, rng: np.random.Generator) -> Floats:
    size = len(placed)
    if size * (size - 1) // 2 <= _PAIRS_DRAWN:
        i, j = np.triu_indices(size, k=1)
    else:
        i, j = rng.integers(0, size, (2, _PAIRS_DRAWN))
        i, j = i[i != j], j[i != j]
    return where.km(placed[i], placed[j])


def _median(values: Floats) -> float:
    there = values[~np.isnan(values)]
    return float(np.median(there)) if len(there) else float("nan")

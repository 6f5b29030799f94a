"""How much of something the few largest hold, and how much they would hold by chance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_EXACT_UP_TO: Final = 300


@dataclass(frozen=True)
class Concentration:
    """Share of a total held by the few largest holders, against random choice.

    Parameters
    ----------
    few
        How many holders.
    share
        Their share of the total, 0 to 1.
    mean, low, high
        Mean and 2.5 and 97.5 per cent points of that share over the draws.
    probability
        1 − (1 + draws that reach the observed share) / (1 + draws).
    draws
        Number of draws.
    holders
        Positions of the few, largest first; equal holders in study order.
    """

    few: int
    share: float
    mean: float
    low: float
    high: float
    probability: float
    draws: int
    holders: Ints


    @property
    def striking(self) -> float:
        """0 to 1: how far the share exceeds chance; 1 from half as much again."""
        return float(np.clip(2 * (self.share / self.mean - 1), 0.0, 1.0)) if self.mean else 0.0


def few_of(size: int) -> int:
    """One in ten, at least three."""
    return min(max(3, -(-size // 10)), size)


def concentration(counts: npt.ArrayLike, choices: npt.ArrayLike, *, draws: int, rng: np.random.Generator,
                  choosers: npt.ArrayLike | None = None, silent: npt.ArrayLike = (),
                  few: int | None = None) -> Concentration | None:
    """Compare the share of the ``few`` largest holders with random choice.

    In each draw every chooser keeps its number of choices and picks that many different holders at
    random. Above 300 holders a choice may pick a holder twice, which changes next to nothing.

    Parameters
    ----------
    counts
        How many choices each of the n holders received.
    choices
        How many each chooser made.
    draws, rng
        Number of draws and their generator.
    choosers
        Position of each chooser among the holders, who cannot choose itself; None where choosers are
        no holders.
    silent
        For each chooser whose choices are not known, its position. In every draw they make a random
        number of random choices, as many as one of the known choosers, both in what was observed and
        in what is compared with it; the probability then allows for them.
    few
        How many holders; one in ten, at least three, if None. Fewer where fewer hold anything.

    Returns
    -------
    Concentration or None
        None without any choice or with fewer than four holders.
    """
    held = np.asarray(counts, dtype=np.float64)
    made = np.asarray(choices, dtype=np.int64)
    total, size = float(held.sum()), len(held)
    if total <= 0 or size < 4:
        return None
    number = min(few_of(size) if few is None else few, int((held > 0).sum()))
    order = np.lexsort((np.arange(size), -held))[:number].astype(np.int64)
    observed = float(held[order].sum() / total)
    own = None if choosers is None else np.asarray(choosers, dtype=np.int64)
    missing = np.asarray(silent, dtype=np.int64)
    chance, reached = np.empty(draws), 0
    for i in range(draws):
        extra = _random_counts(rng.choice(made, len(missing)), missing, size, rng) if len(missing) else 0
        drawn = _random_counts(made, own, size, rng)
        chance[i] = _largest(drawn, number)
        reached += _largest(drawn + extra, number) >= _largest(held + extra, number) - 1e-12
    low, high = np.quantile(chance, [0.025, 0.975])
    return Concentration(number, observed, float(chance.mean()), float(low), float(high),
                         1 - (1 + reached) / (1 + draws), draws, order)


def _largest(counts: Ints | Floats, number: int) -> float:
    total = counts.sum()
    return float(np.sort(counts)[-number:].sum() / total) if total else 0.0


def _random_counts(choices: Ints, choosers: Ints | None, size: int, rng: np.random.Generator) -> Ints:
    if size > _EXACT_UP_TO:
        return rng.multinomial(int(choices.sum()), np.full(size, 1 / size)).astype(np.int64)
    keys = rng.random((len(choices), size))
    if choosers is not None:
        keys[np.arange(len(choices)), choosers] = 2.0
    rank = keys.argsort(axis=1).argsort(axis=1)
    return np.asarray((rank < choices[:, None]).sum(axis=0), dtype=np.int64)

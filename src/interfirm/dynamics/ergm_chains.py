"""Markov chains over networks: samples that go on where the last one stopped, and how much they are worth."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from interfirm.dynamics.ergm_model import Bytes, Floats, Ints, Model
from interfirm.kernels import ergm
from interfirm.kernels import ergm_codes as k

CHAINS = 4
_BATCHES = 20


class Runaway(Exception):
    """The networks of a chain became too dense to go on."""


@dataclass(frozen=True, eq=False)
class Draws:
    """Sampled networks: C chains × N draws × K statistics, and the networks where they were kept."""

    stats: Floats
    nets: Bytes

    @property
    def flat(self) -> Floats:
        """C N × K."""
        return self.stats.reshape(-1, self.stats.shape[2])

    @property
    def mean(self) -> Floats:
        """K."""
        return np.asarray(self.flat.mean(axis=0))

    @property
    def covariance(self) -> Floats:
        """K × K."""
        return np.atleast_2d(np.cov(self.flat.T))

    def of_the_mean(self) -> Floats:
        """K × K: covariance of the mean, from the means of stretches long enough to be nearly independent."""
        return of_the_mean(self.stats)

    def effective(self) -> float:
        """What the sample is worth: the number of independent draws with the same error, for the worst statistic."""
        spread, error = np.diag(self.covariance), np.diag(self.of_the_mean())
        apart = self.stats.mean(axis=1).var(axis=0, ddof=1) / CHAINS
        error = np.maximum(error, apart / 2)  # half, because a variance of four means is rough
        used = (spread > 0) & (error > 0)
        return float(min((spread[used] / error[used]).min(), self.flat.shape[0])) if used.any() else 0.0

    def mixing(self) -> float:
        """Gelman and Rubin's ratio for the worst statistic: near 1 if all chains tell the same."""
        count = self.stats.shape[1]
        within = self.stats.var(axis=1, ddof=1).mean(axis=0)
        between = self.stats.mean(axis=1).var(axis=0, ddof=1)
        used = within > 0
        if not used.any():
            return float("inf") if (between > 0).any() else 1.0
        return float(np.sqrt((count - 1) / count + between[used] / within[used]).max())


def of_the_mean(values: Floats) -> Floats:
    """Covariance of the mean of C chains × N values × K, by batch means over all chains."""
    chains, count, size = values.shape
    batches = int(np.clip(count // 50, 2, _BATCHES))
    length = count // batches
    means = values[:, :batches * length].reshape(chains * batches, length, size).mean(axis=1)
    return np.atleast_2d(np.cov(means.T)) / len(means)


class Chains:
    """Several chains of one model; what they draw depends on the seed alone, not on the number of threads."""

    def __init__(self, model: Model, *, seed: int, threads: int, free: Ints | None = None, stream: int = 0) -> None:
        self.model, self.seed, self.threads = model, seed + 1_000_003 * stream, threads
        self.free = model.free if free is None else free
        self.settings = model.settings.copy()
        self.settings[k.MOST] = len(self.free)
        self.states = np.stack([model.ties] * CHAINS)
        self.calls, self.networks = 0, 0
        ties = int(model.ties.ravel()[self.free].sum())
        self.interval = int(np.clip(2 * ties, 50, 20_000))

    def start_at(self, states: Bytes) -> None:
        """Go on from other networks, one for each chain."""
        self.states = states.copy()

    def limit(self, most: int) -> None:
        """Give up when a network has more free ties than this."""
        self.settings[k.MOST] = most

    def draw(self, theta: Floats, count: int, *, burn: int | None = None, keep: bool = False) -> Draws:
        """Draw networks.

        Parameters
        ----------
        theta
            Parameters.
        count
            Networks for each chain.
        burn
            Steps before the first; ten intervals if left out.
        keep
            Whether the networks are kept.

        Raises
        ------
        Runaway
            If a chain went over the limit.
        """
        model, settings, n = self.model, self.settings.copy(), len(self.model.ties)
        settings[k.BURN] = 10 * self.interval if burn is None else burn
        settings[k.INTERVAL] = self.interval
        stats = np.zeros((CHAINS, count, len(theta)))
        nets = np.zeros((CHAINS, count if keep else 0, n, n), np.uint8)
        theta, base, call = np.ascontiguousarray(theta, dtype=float), model.base(theta), self.calls
        self.calls += 1

        def run(chain: int) -> int:
            now = model.look(self.states[chain])[0]
            return int(ergm.sample(model.fx, model.tabs, model.dy, self.states[chain], self.free, theta, base,
                                   settings,
                                   np.uint64(self.seed), chain, call, now, stats[chain], nets[chain]))

        if self.threads > 1:
            with ThreadPoolExecutor(min(self.threads, CHAINS)) as pool:
                done = list(pool.map(run, range(CHAINS)))
        else:
            done = [run(chain) for chain in range(CHAINS)]
        self.networks += sum(done)
        if min(done) < count:
            raise Runaway
        return Draws(stats, nets.reshape(-1, n, n))

    def tune(self, draws: Draws, worth: float, *, most: int) -> None:
        """Lengthen the distance between draws, until each is worth this share of an independent one."""
        now = draws.effective() / draws.flat.shape[0]
        if now < worth:
            longer = self.interval * min(1.3 * worth / max(now, 0.01), 6)
            self.interval = max(self.interval, min(int(longer), most))


def workers(threads: int | None) -> int:
    """As asked, or one thread per processor."""
    from interfirm.dynamics.engine import workers as known

    return min(known(threads), CHAINS, os.cpu_count() or 1)

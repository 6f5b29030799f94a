"""The log-likelihood of a model that was estimated by simulation, along a bridge from one that is known exactly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from interfirm.dynamics.ergm_chains import Chains, Draws, Runaway, of_the_mean
from interfirm.dynamics.ergm_exact import by_pairs, pair_likelihood
from interfirm.dynamics.ergm_model import Floats, Model
from interfirm.kernels import ergm_codes as k

NODES: Final = 16
_COUNT = 100


def bridge(model: Model, theta: Floats, chains: Chains, given: Chains | None, *,
           progress: Callable[[str, int, float], None] | None = None) -> tuple[float, float]:
    """Log-likelihood and its Monte Carlo standard error.

    ℓ(θ) = ℓ(θ₀) + ∫₀¹ (θ - θ₀)'(s - E_t s) dt along θ_t = θ₀ + t (θ - θ₀) [hunter2006]. θ₀ has no effects beyond
    pairs, so that ℓ(θ₀) is exact; with unknown ties s is the mean given the known ones. The integral is taken by
    Gauss and Legendre's rule with 16 nodes.

    Parameters
    ----------
    model, theta
        The model and its parameters.
    chains, given
        Chains of the model; of its unknown ties, if there are any.
    progress
        Is told how far it is.
    """
    pair = np.isin(model.fx[:, k.CODE], (k.TIE, k.MUTUAL))
    origin = by_pairs(model, only=np.flatnonzero(pair)).theta
    way, observed = theta - origin, model.look(model.ties)[0]
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    total, error = pair_likelihood(model, origin), 0.0
    for each in (chains, given):
        if each is not None:
            each.interval = each.interval // 3 + 1
    for place, (node, weight) in enumerate(zip(nodes, weights / 2, strict=True)):
        at = origin + (node + 1) / 2 * way
        try:
            series = [chains.draw(at, _COUNT)] + ([] if given is None else [given.draw(at, _COUNT)])
        except Runaway:
            return float("nan"), float("nan")
        above = observed @ way if given is None else series[1].mean @ way
        total += weight * float(above - series[0].mean @ way)
        error += weight**2 * sum(_of_the_way(draws, way) for draws in series)
        if progress is not None:
            progress(f"log-likelihood, step {place + 1} of {NODES}", chains.networks, 0.0)
    return total, float(np.sqrt(error))


def _of_the_way(draws: Draws, way: Floats) -> float:
    """Variance of the mean of the statistics along the way."""
    return float(of_the_mean((draws.stats @ way)[:, :, None])[0, 0])

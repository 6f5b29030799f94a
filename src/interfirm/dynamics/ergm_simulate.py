"""Networks drawn from a model of one wave, and whether they look like the observed one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from interfirm.dynamics import goodness_of_fit as g
from interfirm.dynamics.ergm_chains import CHAINS, Chains, workers
from interfirm.dynamics.ergm_fit import ErgmFit
from interfirm.dynamics.ergm_model import Bytes, Floats, Ints, Model
from interfirm.errors import UnknownName, UsageError

_AT_ONCE: Final = 2e8  # bytes
_PILOT, _MOST = 100, 200_000


def ergm_simulate(fit: ErgmFit, networks: int, *, seed: int, threads: int | None = None) -> Bytes:
    """Draw networks from a fitted model of one wave.

    Unknown ties are drawn like the others; prescribed and impossible ones stay.

    Parameters
    ----------
    fit
        A fit.
    networks
        How many.
    seed, threads
        The same seed gives the same networks on any number of threads.

    Returns
    -------
    array
        Networks × n × n of 0 and 1, in the order of ``fit.model.panel.actors``.
    """
    if networks < 1:
        raise UsageError(f"At least one network has to be drawn, not {networks}.")
    chains = _ready(fit, seed, threads)
    return chains.draw(fit.theta, -(-networks // CHAINS), keep=True).nets[:networks]


def _ready(fit: ErgmFit, seed: int, threads: int | None) -> Chains:
    """Chains that have left their start behind and whose draws are nearly independent."""
    chains = Chains(fit.model, seed=seed, threads=workers(threads), stream=7)
    chains.interval = max(chains.interval, fit.interval)
    for _ in range(2):
        chains.tune(chains.draw(fit.theta, _PILOT, burn=30 * chains.interval), 0.2, most=_MOST)
    return chains


def ergm_goodness_of_fit(fit: ErgmFit, what: Sequence[str] | None = None, *, seed: int, networks: int = 500,
                         threads: int | None = None) -> list[g.GoodnessOfFit]:
    """Compare the observed network with drawn ones in what is not fitted directly.

    As :func:`interfirm.dynamics.goodness_of_fit`: the Mahalanobis distance of each distribution from the mean of the
    drawn ones, and the share of drawn networks that lie as far. Unknown ties are left out of both. Geodesic distances
    and shared partners are counted on what is left.

    Parameters
    ----------
    fit
        A fit.
    what
        Any of ``outdegree``, ``indegree``, ``shared partners``, ``geodesic``, ``triads``; all that apply if left out.
    seed, networks, threads
        For the simulation.

    References
    ----------
    [lospinoso2019] [hunter2008]
    """
    known = _known(fit.model)
    chosen = list(what) if what is not None else list(known)
    for item in chosen:
        if item not in known:
            raise UnknownName("distribution", item, known)
    if networks < 50:
        raise UsageError(f"At least 50 networks are needed, not {networks}.")
    mask = _mask(fit.model)
    chains = _ready(fit, seed, threads)
    step = max(1, int(_AT_ONCE // (CHAINS * mask.size)))
    counts: dict[str, list[Floats]] = {item: [] for item in chosen}
    left = -(-networks // CHAINS)
    while left > 0:
        for net in chains.draw(fit.theta, min(step, left), burn=chains.interval, keep=True).nets:
            for item in chosen:
                counts[item].append(known[item](net * mask))
        left -= step
    observed = fit.model.ties * mask
    return [g._compare(item, fit.spec.relation, known[item](observed), np.array(counts[item])) for item in chosen]


def _mask(model: Model) -> Bytes:
    """1 for pairs that are known."""
    out = np.ones(model.ties.shape, np.uint8)
    out.ravel()[model.missing] = 0
    return out if model.directed else np.minimum(out, out.T)


def _known(model: Model) -> dict[str, Callable[[Bytes], Floats]]:
    """Distributions that apply to a network."""
    most_out, most_in = (int(max(4, np.quantile(model.ties.sum(axis=axis), 0.95) + 1)) for axis in (1, 0))
    most_shared = int(max(3, np.quantile(_shared(model.ties), 0.95) + 1)) if model.ties.any() else 3
    half = 1.0 if model.directed else 0.5
    out: dict[str, Callable[[Bytes], Floats]] = {"outdegree": lambda x: g.degrees(x, 1, most_out)}
    if model.directed:
        out["indegree"] = lambda x: g.degrees(x, 0, most_in)
    out["shared partners"] = lambda x: np.bincount(
        np.minimum(_shared(x), most_shared), minlength=most_shared + 1).astype(float) * half
    out["geodesic"] = lambda x: g.distances(x) * half
    if model.directed:
        out["triads"] = g.triads
    return out


def _shared(x: Bytes) -> Ints:
    """For each tie i → j the number of h with i → h → j."""
    step = x.astype(np.float32)
    return np.asarray(np.rint((step @ step)[x > 0]), np.int64)

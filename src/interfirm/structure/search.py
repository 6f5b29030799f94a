"""From two layers to the best arrangement of each structure and its evidence; also for random networks."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from interfirm.kernels import fit_score, fit_search

Layer = npt.NDArray[np.int8]
Floats = npt.NDArray[np.float64]
Null = Literal["degree", "density", "share"]

_HOW = {"degree": 0, "density": 1, "share": 2}


@dataclass(frozen=True, eq=False)
class Arrangement:
    """The best arrangement of each of the five structures, in the order of ``KINDS``.

    Parameters
    ----------
    misfit
        5: negative log marginal likelihood of the best arrangement plus its code length, in nats.
    evidence
        5: minus the log of the summed probability of all arrangements that the starts ended in and of those
        near them; smaller is better. Without ``near`` the misfit.
    positions
        5 × n: 0 nodal (or main firm), 1 and 2 segments (1 for members and units).
    superiors
        5 × n: position of the own superior, -1 for none (branch and circuit-branch only).
    """

    misfit: Floats
    evidence: Floats
    positions: npt.NDArray[np.int64]
    superiors: npt.NDArray[np.int64]


def arrange(exchange: Layer, coordination: Layer, known: bool, *, restarts: int, near: bool,
            seed: int) -> Arrangement:
    """Search the best arrangement of each structure.

    Parameters
    ----------
    exchange, coordination
        n × n int8: 1 tie, 0 no tie, -1 unknown; exchange symmetric.
    known
        Whether there is a coordination layer; if not, ``coordination`` is all 0 and does not count.
    restarts
        Starts per structure.
    near
        Whether to add up what lies near the best arrangement (``evidence``).
    seed
        A whole number below 2⁶⁴.
    """
    n = len(exchange)
    state = np.array([seed], np.uint64)
    links = int(np.count_nonzero(exchange)) + 2 * int(np.count_nonzero(coordination))
    start, items = np.zeros(6 * n + 1, np.int64), np.zeros(links + 1, np.int32)
    pair = np.zeros(n * n, np.int8)
    sent, rank, order, spare = (np.zeros(n, np.int64) for _ in range(4))
    order[:] = np.arange(n)
    totals = np.zeros(4, np.int64)
    fit_search.prepare(exchange, coordination, known, start, items, pair, sent, rank, totals, state)
    positions, superiors = np.ones((5, n), np.int64), np.full((5, n), -1, np.int64)
    misfit, evidence = np.zeros(5), np.zeros(5)
    noise = fit_score.noise_logs(totals)
    misfit[0] = fit_score.circuit_misfit(totals, noise)
    for kind, segments in ((1, 1), (3, 2)):
        misfit[kind], evidence[kind] = fit_search.best_positions(
            start, items, known, segments, restarts, near, noise, rank, order, state, positions[kind], spare,
            np.zeros(3, np.int64), np.zeros((6, n, 3), np.int64), np.zeros((2, n)))
    misfit[2], evidence[2] = fit_search.best_tree(
        pair, start, items, known, restarts, near, totals, noise, _tree_codes(n), rank,
        order, state, superiors[2], spare,
        np.zeros(n, np.int64), np.zeros((3, links + 1, 2), np.int32))
    misfit[4], evidence[4] = fit_search.best_hubs(
        pair, start, items, known, restarts, near, totals, noise, rank, sent, order, state, superiors[4], spare,
        np.zeros(n, np.int64), np.zeros(2 * n + 8, np.int64))
    for kind in (2, 4):
        positions[kind] = superiors[kind] >= 0
    evidence[0] = misfit[0]
    return Arrangement(misfit, evidence if near else misfit, positions, superiors)


@lru_cache(maxsize=64)
def _tree_codes(n: int) -> Floats:
    return fit_score.tree_codes(n)


def arrange_random(exchange: Layer, coordination: Layer, known: bool, *, null: Null, share: float = 0.0, draws: int,
                   restarts: int, near: bool, seed: np.random.SeedSequence,
                   progress: Callable[[int], Any] | None = None, workers: int = 2) -> tuple[Floats, Floats]:
    """Misfit and evidence (draws × 5 each) of random networks made from one, searched like it.

    ``null`` is ``"degree"`` (same degrees in exchange, same out-degrees in coordination),
    ``"density"`` (same number of ties in each layer) or ``"share"`` (a share of the ties of each
    layer moved to random places). The result does not depend on the number of workers: every draw
    has its own seed.
    """
    seeds = seed.generate_state(2 * draws, np.uint64).reshape(draws, 2)
    misfit, evidence = np.zeros((draws, 5)), np.zeros((draws, 5))
    n = len(exchange)

    def one(at: int) -> None:
        e, c = exchange.copy(), coordination.copy()
        ends = np.zeros((n * (n - 1) // 2 if null == "degree" else 1, 2), np.int32)
        room = n if null == "degree" else n * n
        fit_search.rewire(e, c, _HOW[null], share if null == "share" else 1.0, seeds[at, :1].copy(), ends,
                          np.zeros(room, np.int64), np.zeros(room, np.int64))
        found = arrange(e, c, known, restarts=restarts, near=near, seed=int(seeds[at, 1]))
        misfit[at], evidence[at] = found.misfit, found.evidence

    if workers < 2:
        for at in range(draws):
            one(at)
            if progress is not None:
                progress(at + 1)
        return misfit, evidence
    with ThreadPoolExecutor(workers) as pool:
        for done, _ in enumerate(pool.map(one, range(draws)), start=1):
            if progress is not None:
                progress(done)
    return misfit, evidence

"""Fill the arrays of a run: initial ties into lists, and what a study leaves unknown by chance."""

from __future__ import annotations

from numba import njit

from interfirm.kernels import cluster_codes as c
from interfirm.kernels.counter_random import normal
from interfirm.kernels.options import INNER, OUTER


@njit(**OUTER)
def list_ties(w):  # type: ignore[no-untyped-def]
    """Enter the ties that are there into the lists of their firms."""
    w.firm["degree"][:] = 0
    w.firm["asked"][:] = 0
    for e in range(w.tally[c.N_TOP]):
        for i in (w.tie[e].a, w.tie[e].b):
            w.slot[i, w.firm[i].degree] = e
            w.firm[i].degree += 1
        w.firm[w.tie[e].b].asked += w.tie[e].ask_ab
        w.firm[w.tie[e].a].asked += w.tie[e].ask_ba


@njit(**OUTER)
def draw_unknown(w, firms, spread):  # type: ignore[no-untyped-def]
    """Move capability and knowledge of each firm by normal draws of this spread, within 0.02 and 0.98."""
    seed, replication = w.now[c.SEED], w.now[c.REPLICATION]
    kinds = w.tacit.shape[1]
    for i in range(firms):
        f = w.firm[i]
        f.capability = _within(f.capability + spread * normal(seed, replication, 0, i, c.D_START, 0))
        f.absorptive = _within(f.absorptive + spread * normal(seed, replication, 0, i, c.D_START, 1))
        for k in range(kinds):
            move = spread * normal(seed, replication, 0, i, c.D_START, 2 + 2 * k)
            w.tacit[i, k] = _within(w.tacit[i, k] + move)
            move = spread * normal(seed, replication, 0, i, c.D_START, 3 + 2 * k)
            w.explicit[i, k] = _within(w.explicit[i, k] + move)


@njit(**INNER)
def _within(value):  # type: ignore[no-untyped-def]
    return min(0.98, max(0.02, value))

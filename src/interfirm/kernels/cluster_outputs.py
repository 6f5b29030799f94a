"""What is measured of a learning cluster at the end of a period."""

from __future__ import annotations

import numpy as np
from numba import njit

from interfirm.kernels import cluster_codes as c
from interfirm.kernels.cluster_state import asks, between, other
from interfirm.kernels.options import ALLOCATING, INNER


@njit(**ALLOCATING)
def gini(values):  # type: ignore[no-untyped-def]
    """The Gini coefficient of some numbers of at least 0; 0 if their sum is 0."""
    ordered = np.sort(values)
    total, weighted = 0.0, 0.0
    for rank in range(len(ordered)):
        total += ordered[rank]
        weighted += (rank + 1) * ordered[rank]
    number = len(ordered)
    return 2.0 * weighted / (number * total) - (number + 1.0) / number if total > 0.0 else 0.0


@njit(**ALLOCATING)
def measure(w, out):  # type: ignore[no-untyped-def]
    """Fill one row of outputs; ``outputs.csv`` says what each means."""
    out[:] = 0.0
    _of_firms(w, out)
    _of_ties(w, out)
    out[c.O_INNOVATIONS] = w.tally[c.N_INNOVATIONS] + w.tally[c.N_JOINT]
    out[c.O_JOINT] = w.tally[c.N_JOINT]
    out[c.O_EXITS] = w.tally[c.N_EXITS]
    out[c.O_ENTRIES] = w.tally[c.N_ENTRIES]
    out[c.O_ENDED] = w.tally[c.N_ENDED]
    out[c.O_MADE] = w.tally[c.N_MADE]
    out[c.O_COST] = w.spent.sum()
    out[c.O_SERVED] = w.total[c.F_SERVED]
    firms = max(1.0, out[c.O_FIRMS])
    out[c.O_SOCIALISED] = w.total[c.F_SOCIALISED] / firms
    out[c.O_EXTERNALISED] = w.total[c.F_EXTERNALISED] / firms
    out[c.O_COMBINED] = w.total[c.F_COMBINED] / firms
    out[c.O_INTERNALISED] = w.total[c.F_INTERNALISED] / firms
    out[c.O_EFFORT] = w.total[c.F_EFFORT]


@njit(**ALLOCATING)
def _of_firms(w, out):  # type: ignore[no-untyped-def]
    kinds = w.tacit.shape[1]
    living = w.tally[c.N_FIRMS]
    workers, degree = np.zeros(living), np.zeros(living)
    at, small, squares = 0, 0, 0.0
    for i in range(w.firm.shape[0]):
        f = w.firm[i]
        if f.alive == 0:
            continue
        workers[at], degree[at] = f.workers, float(f.degree)
        at += 1
        out[c.O_CAPABILITY] += f.capability
        out[c.O_CAPITAL] += f.capital / f.workers
        out[c.O_OPENNESS] += f.openness
        squares += f.openness * f.openness
        out[c.O_CONNECTED] += 1.0 if f.degree > 0 else 0.0
        if f.small:
            small += 1
            out[c.O_SMALL] += f.capability
        for k in range(kinds):
            out[c.O_TACIT] += w.tacit[i, k] / kinds
            out[c.O_EXPLICIT] += w.explicit[i, k] / kinds
    if out[c.O_OPENNESS] > 0.0:
        out[c.O_CONCENTRATION] = squares / (out[c.O_OPENNESS] * out[c.O_OPENNESS])
    number = max(1, living)
    for place in (c.O_CAPABILITY, c.O_CAPITAL, c.O_OPENNESS, c.O_CONNECTED, c.O_TACIT, c.O_EXPLICIT):
        out[place] /= number
    out[c.O_KNOWLEDGE] = 0.5 * (out[c.O_TACIT] + out[c.O_EXPLICIT])
    out[c.O_SMALL] = out[c.O_SMALL] / small if small else 0.0
    out[c.O_FIRMS] = living
    if living > 0:
        out[c.O_DISPARITY] = gini(workers)
        out[c.O_DEGREE] = gini(degree)


@njit(**INNER)
def _of_ties(w, out):  # type: ignore[no-untyped-def]
    both, flows, even, closed, paths = 0.0, 0.0, 0.0, 0.0, 0.0
    for e in range(w.tally[c.N_TOP]):
        t = w.tie[e]
        if t.live == 0:
            continue
        out[c.O_TIES] += 1.0
        out[c.O_EXCHANGE] += t.exchange
        out[c.O_KNOWLEDGE_TIES] += t.ask_ab + t.ask_ba
        both += 2.0 * t.ask_ab * t.ask_ba
        out[c.O_COORDINATION] += 1.0 if t.boss > 0 else 0.0
        out[c.O_TRUST] += 0.5 * (t.trust_ab + t.trust_ba)
        out[c.O_COMMITMENT] += t.commitment
        out[c.O_MADE_ALIVE] += 1.0 if t.maker > 0 else 0.0
        flows += t.total_ab + t.total_ba
        even += 2.0 * min(t.total_ab, t.total_ba)
        for side in range(2):
            i, j = (t.a, t.b) if side == 0 else (t.b, t.a)
            if asks(w.tie, e, i):
                for at in range(w.firm[j].degree):
                    d = w.slot[j, at]
                    h = other(w.tie, d, j)
                    if h != i and asks(w.tie, d, j):
                        paths += 1.0
                        third = between(w, i, h)
                        if third >= 0 and asks(w.tie, third, i):
                            closed += 1.0
    if out[c.O_TIES] > 0.0:
        out[c.O_TRUST] /= out[c.O_TIES]
        out[c.O_COMMITMENT] /= out[c.O_TIES]
    out[c.O_TWO_WAY] = even / flows if flows > 0.0 else 0.0
    out[c.O_RECIPROCITY] = both / out[c.O_KNOWLEDGE_TIES] if out[c.O_KNOWLEDGE_TIES] > 0.0 else 0.0
    out[c.O_CLOSURE] = closed / paths if paths > 0.0 else 0.0

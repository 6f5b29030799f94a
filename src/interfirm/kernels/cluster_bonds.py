"""How ties of the learning cluster change: who decides, how trust moves, how commitment grows."""

from __future__ import annotations

from numba import njit

from interfirm.kernels import cluster_codes as c
from interfirm.kernels.cluster_state import (
    note,
)
from interfirm.kernels.counter_random import uniform
from interfirm.kernels.options import INNER


@njit(**INNER)
def one_sided(t):  # type: ignore[no-untyped-def]
    """How one-sided the work passed on in a tie has been: 0 even, 1 one way only; 0 if there was none."""
    total = t.total_ab + t.total_ba
    return abs(t.total_ab - t.total_ba) / total if total > 0.0 else 0.0


@njit(**INNER)
def coordination(w):  # type: ignore[no-untyped-def]
    """The larger partner comes to decide where work goes one way only, and no longer does where it evens out."""
    if w.on[c.R_COORDINATION] == 0:
        return
    for e in range(w.tally[c.N_TOP]):
        t = w.tie[e]
        if t.live == 0 or t.exchange == 0:
            continue
        uneven = one_sided(t)
        if t.boss > 0:
            if uneven < 0.4 and t.total_ab + t.total_ba > 0.0:
                t.boss = 0
                note(w, c.E_RELEASED, t.a, t.b)
            continue
        large, small = max(w.firm[t.a].workers, w.firm[t.b].workers), min(w.firm[t.a].workers, w.firm[t.b].workers)
        if uneven < 0.8 or large < w.p[c.COORDINATION_RATIO] * small:
            continue
        luck = uniform(w.now[c.SEED], w.now[c.REPLICATION], w.now[c.PERIOD], t.a, c.D_COORDINATE, t.b)
        if luck < w.p[c.COORDINATION_RATE]:
            t.boss = 1 if w.firm[t.a].workers >= w.firm[t.b].workers else 2
            note(w, c.E_COORDINATED, t.a if t.boss == 1 else t.b, t.b if t.boss == 1 else t.a)


@njit(**INNER)
def trust_after(trust, kept, broken, imbalance, gain, loss, weight):  # type: ignore[no-untyped-def]
    """T' = T + λ⁺ (1 - T) kept - λ⁻ T broken - κ imbalance T, within 0 and 1."""
    after = trust + gain * (1.0 - trust) * kept - loss * trust * broken - weight * imbalance * trust
    return min(1.0, max(0.0, after))


@njit(**INNER)
def trust(w):  # type: ignore[no-untyped-def]
    """Trust grows where a tie is used and promises are kept; it falls with broken promises and with imbalance.

    Imbalance is the mean of the difference in size, |s_a - s_b| / (s_a + s_b), and of how one-sided the work is.
    Committed partners let each other down less often.
    """
    if w.on[c.R_TRUST] == 0:
        return
    seed, replication, period = w.now[c.SEED], w.now[c.REPLICATION], w.now[c.PERIOD]
    for e in range(w.tally[c.N_TOP]):
        t = w.tie[e]
        if t.live == 0:
            continue
        size = w.firm[t.a].workers + w.firm[t.b].workers
        gap = abs(w.firm[t.a].workers - w.firm[t.b].workers) / size if size > 0.0 else 0.0
        imbalance = 0.5 * (gap + one_sided(t))
        used = 1.0 if t.flow_ab + t.flow_ba > 0.0 or t.joint > 0 or t.ask_ab or t.ask_ba else 0.0
        risk = w.p[c.LET_DOWN] * (1.0 - t.commitment) * used
        broken_b = 1.0 if uniform(seed, replication, period, t.a, c.D_LET_DOWN, t.b) < risk else 0.0
        broken_a = 1.0 if uniform(seed, replication, period, t.b, c.D_LET_DOWN, t.a) < risk else 0.0
        if broken_b > 0.0:
            note(w, c.E_LET_DOWN, t.b, t.a)
        if broken_a > 0.0:
            note(w, c.E_LET_DOWN, t.a, t.b)
        t.trust_ab = trust_after(t.trust_ab, used * (1.0 - broken_b), broken_b, imbalance, w.p[c.TRUST_GAIN],
                                 w.p[c.TRUST_LOSS], w.p[c.TRUST_IMBALANCE])
        t.trust_ba = trust_after(t.trust_ba, used * (1.0 - broken_a), broken_a, imbalance, w.p[c.TRUST_GAIN],
                                 w.p[c.TRUST_LOSS], w.p[c.TRUST_IMBALANCE])


@njit(**INNER)
def commitment(w):  # type: ignore[no-untyped-def]
    """Commitment moves towards the mean of trust, of age, and of how few other partners the two have."""
    if w.on[c.R_COMMITMENT] == 0:
        return
    for e in range(w.tally[c.N_TOP]):
        t = w.tie[e]
        if t.live == 0:
            continue
        age = (w.now[c.PERIOD] - t.since) / (w.now[c.PERIOD] - t.since + 8.0)
        few = 1.0 / max(1, min(w.firm[t.a].degree, w.firm[t.b].degree))
        aim = (min(t.trust_ab, t.trust_ba) + age + few) / 3.0
        t.commitment += w.p[c.COMMITMENT_RATE] * (aim - t.commitment)

"""Rules of the learning cluster on knowledge: effort, the knowledge spiral, outside sources, innovation."""

from __future__ import annotations

import math

from numba import njit

from interfirm.kernels.cluster_codes import (
    ADVANTAGES,
    CAPABILITY_DECAY,
    COMBINATION,
    D_EXTERNAL,
    D_JOINT,
    D_SINGLE,
    E_EXTERNAL,
    E_INNOVATED,
    E_JOINT,
    EFFORT_BENEFIT,
    EFFORT_COST,
    EFFORT_POWER,
    EFFORT_SCALE,
    EFFORT_YIELD,
    EXTERNAL_DECAY,
    EXTERNAL_LEARNING,
    EXTERNAL_RATE,
    EXTERNALISATION,
    F_COMBINED,
    F_EFFORT,
    F_EXTERNALISED,
    F_INTERNALISED,
    F_SOCIALISED,
    FORGET_EXPLICIT,
    FORGET_TACIT,
    INCENTIVE,
    INNOVATION,
    INNOVATION_STEP,
    INTERNALISATION,
    JOINT_INNOVATION,
    JOINT_TRUST,
    L_LAB,
    L_STANDARDS,
    MODES,
    N_INNOVATIONS,
    N_JOINT,
    N_TOP,
    PERIOD,
    POOLING,
    R_ABSORPTIVE,
    R_COMBINATION,
    R_EFFORT,
    R_EXTERNAL,
    R_EXTERNALISATION,
    R_INNOVATION,
    R_INTERNALISATION,
    R_JOINT,
    R_SOCIALISATION,
    R_SPILLOVERS,
    REACH,
    REPLICATION,
    SAVING,
    SEED,
    SOCIALISATION,
    SPILLOVER,
    V_A,
    V_D,
    V_FIRST,
    V_LAST,
    V_ON,
    Z_HORIZONTAL,
    Z_LABOUR,
    Z_MARKET,
    Z_MULTILATERAL,
    Z_NEAR,
    Z_SPILLOVER,
    Z_SUPPLIERS,
    Z_VERTICAL,
)
from interfirm.kernels.cluster_state import asks, fitness, kilometres, known, note, other, trusts
from interfirm.kernels.counter_random import uniform
from interfirm.kernels.options import INNER


@njit(**INNER)
def running(w, which):  # type: ignore[no-untyped-def]
    """Whether a lever is at work in this period."""
    v = w.lever[which]
    return v[V_ON] > 0.0 and v[V_FIRST] <= w.now[PERIOD] <= v[V_LAST]


@njit(**INNER)
def advantages(w, i, z):  # type: ignore[no-untyped-def]
    """What the cluster offers firm i, each 0 to 1, into ``z``: eight advantages of the place and of joint action."""
    f = w.firm[i]
    exchange, vertical, horizontal, near, demanding, partners = 0, 0, 0, 0.0, 0.0, 0
    for at in range(f.degree):
        e = w.slot[i, at]
        j = other(w.tie, e, i)
        partners += 1
        near += math.exp(-kilometres(w.firm, i, j) / w.p[REACH])
        demanding += w.firm[j].capability
        same = w.firm[j].sector == f.sector
        if w.tie[e].exchange:
            exchange += 1
            if not same and trusts(w.tie, e, i) >= w.p[JOINT_TRUST]:
                vertical += 1
        if same and trusts(w.tie, e, i) >= w.p[JOINT_TRUST]:
            horizontal += 1
    peers = w.peers[f.sector] - 1.0
    local = 0.0
    for k in range(w.tacit.shape[1]):
        local += w.pool[f.place, k]
    z[Z_SUPPLIERS] = 1.0 - math.exp(-exchange / 3.0)
    z[Z_LABOUR] = peers / (peers + 10.0)
    z[Z_NEAR] = near / partners if partners else 0.0
    z[Z_MARKET] = demanding / partners if partners else 0.0
    z[Z_SPILLOVER] = local / w.tacit.shape[1]
    z[Z_VERTICAL] = 1.0 - math.exp(-vertical / 2.0)
    z[Z_HORIZONTAL] = 1.0 - math.exp(-horizontal / 2.0)
    many = f.institutions
    if running(w, L_LAB) and f.lab:
        many = 1.0 - (1.0 - many) * (1.0 - w.lever[L_LAB, V_A])
    if running(w, L_STANDARDS):
        many = 1.0 - (1.0 - many) * (1.0 - w.lever[L_STANDARDS, V_D])
    z[Z_MULTILATERAL] = many


@njit(**INNER)
def effort_of(benefit, cost, more, less, scale):  # type: ignore[no-untyped-def]
    """The effort at which one more unit gains as much as it costs: max(0, (b (1 + ΣB z) - c (1 - ΣC z)) / κ)."""
    return max(0.0, (benefit * (1.0 + more) - cost * max(0.0, 1.0 - less)) / scale)


@njit(**INNER)
def effort(w, z):  # type: ignore[no-untyped-def]
    """Firms make learning efforts of seven kinds; capability grows with effort, and more so with a pool to draw on.

    TC' = (1 - δ) TC + (1 - TC) Σ_m φ_m e_m^ψ (1 + AC ΣK z); firms without capital make no effort.
    """
    total, firms = 0.0, 0
    for i in range(w.firm.shape[0]):
        f = w.firm[i]
        if f.alive == 0:
            continue
        firms += 1
        if w.on[R_EFFORT] == 0:
            continue
        advantages(w, i, z)
        pool = 0.0
        for a in range(ADVANTAGES):
            pool += w.mechanism[2, a, 0] * z[a]
        capacity = f.absorptive if w.on[R_ABSORPTIVE] else 1.0
        learned = 0.0
        if f.capital > 0.0:
            for m in range(MODES):
                more, less = 0.0, 0.0
                for a in range(ADVANTAGES):
                    less += w.mechanism[0, a, m] * z[a]
                    more += w.mechanism[1, a, m] * z[a]
                cost = w.modes[1, m] * w.p[EFFORT_COST]
                made = effort_of(w.modes[0, m] * w.p[EFFORT_BENEFIT], cost, w.p[INCENTIVE] * more,
                                 w.p[SAVING] * less, w.p[EFFORT_SCALE])
                learned += w.modes[2, m] * made ** w.p[EFFORT_POWER]
                f.effort += made
                f.effort_cost += cost * max(0.0, 1.0 - w.p[SAVING] * less) * made
        total += f.effort
        grown = w.p[EFFORT_YIELD] * learned * (1.0 + capacity * w.p[POOLING] * pool)
        f.capability = min(1.0, (1.0 - w.p[CAPABILITY_DECAY]) * f.capability + (1.0 - f.capability) * grown)
    w.total[F_EFFORT] = total / firms if firms else 0.0


@njit(**INNER)
def learning(w):  # type: ignore[no-untyped-def]
    """One turn of the knowledge spiral, all firms at once: from what they know at the beginning of the period.

    Socialisation     Δτ_i = s str AC_i prox L max(0, τ_j - τ_i), for each j that i asks; str = j's trust in i
    Externalisation   Δξ_i = e τ_i (1 - ξ_i)
    Combination       Δξ_i = c √(ξ_i ξ_j) (1 - ξ_i) L, for each j that i asks
    Internalisation   Δτ_i = n AC_i ξ_i (1 - τ_i)
    Spillovers        Δξ_i = p AC_i max(0, mean ξ of the place - ξ_i)
    Outside sources   Δξ_i = x AC_i (1 - e^-openness) (1 - ξ_i)
    """
    kinds = w.tacit.shape[1]
    w.fresh[:] = 0.0
    moved = w.total
    moved[F_SOCIALISED], moved[F_EXTERNALISED], moved[F_COMBINED], moved[F_INTERNALISED] = 0.0, 0.0, 0.0, 0.0
    for i in range(w.firm.shape[0]):
        f = w.firm[i]
        if f.alive == 0:
            continue
        capacity = f.absorptive if w.on[R_ABSORPTIVE] else 1.0
        if w.on[R_SOCIALISATION] or w.on[R_COMBINATION]:
            _from_partners(w, i, capacity)
        outside = w.p[EXTERNAL_LEARNING] * capacity * (1.0 - math.exp(-f.openness)) if w.on[R_EXTERNAL] else 0.0
        for k in range(kinds):
            t, x = w.tacit[i, k], w.explicit[i, k]
            if w.on[R_EXTERNALISATION]:
                gain = w.p[EXTERNALISATION] * t * (1.0 - x)
                w.fresh[1, i, k] += gain
                moved[F_EXTERNALISED] += gain
            if w.on[R_INTERNALISATION]:
                gain = w.p[INTERNALISATION] * capacity * x * (1.0 - t)
                w.fresh[0, i, k] += gain
                moved[F_INTERNALISED] += gain
            if w.on[R_SPILLOVERS]:
                w.fresh[1, i, k] += w.p[SPILLOVER] * capacity * max(0.0, w.pool[f.place, k] - x)
            w.fresh[1, i, k] += outside * (1.0 - x)
    for i in range(w.firm.shape[0]):
        if w.firm[i].alive:
            for k in range(kinds):
                w.tacit[i, k] = min(1.0, (1.0 - w.p[FORGET_TACIT]) * w.tacit[i, k] + w.fresh[0, i, k])
                w.explicit[i, k] = min(1.0, (1.0 - w.p[FORGET_EXPLICIT]) * w.explicit[i, k] + w.fresh[1, i, k])


@njit(**INNER)
def _from_partners(w, i, capacity):  # type: ignore[no-untyped-def]
    for at in range(w.firm[i].degree):
        e = w.slot[i, at]
        if not asks(w.tie, e, i):
            continue
        j = other(w.tie, e, i)
        match = fitness(w, i, j)
        near = math.exp(-kilometres(w.firm, i, j) / w.p[REACH])
        told = w.p[SOCIALISATION] * trusts(w.tie, e, j) * capacity * near * match
        for k in range(w.tacit.shape[1]):
            if w.on[R_SOCIALISATION]:
                gain = told * max(0.0, w.tacit[j, k] - w.tacit[i, k])
                w.fresh[0, i, k] += gain
                w.total[F_SOCIALISED] += gain
            if w.on[R_COMBINATION]:
                mine, theirs = w.explicit[i, k], w.explicit[j, k]
                gain = w.p[COMBINATION] * math.sqrt(mine * theirs) * (1.0 - mine) * match
                w.fresh[1, i, k] += gain
                w.total[F_COMBINED] += gain


@njit(**INNER)
def external_links(w):  # type: ignore[no-untyped-def]
    """Links to sources outside fade; able firms find new ones."""
    if w.on[R_EXTERNAL] == 0:
        return
    for i in range(w.firm.shape[0]):
        f = w.firm[i]
        if f.alive == 0:
            continue
        f.openness *= 1.0 - w.p[EXTERNAL_DECAY]
        chance = w.p[EXTERNAL_RATE] * f.capability
        if uniform(w.now[SEED], w.now[REPLICATION], w.now[PERIOD], i, D_EXTERNAL, 0) < chance:
            f.openness += 1.0
            note(w, E_EXTERNAL, i, i)


@njit(**INNER)
def _profit(w, i, step):  # type: ignore[no-untyped-def]
    """An innovation leaves a firm knowing more, in writing, of what it knows best by experience."""
    best = 0
    for k in range(w.tacit.shape[1]):
        if w.tacit[i, k] > w.tacit[i, best]:
            best = k
    w.explicit[i, best] += step * (1.0 - w.explicit[i, best])
    w.firm[i].made += 1
    w.firm[i].made_now += 1


@njit(**INNER)
def innovation(w):  # type: ignore[no-untyped-def]
    """A firm alone: with probability 1 - exp(-ν effort capability knowledge)."""
    if w.on[R_INNOVATION] == 0:
        return
    for i in range(w.firm.shape[0]):
        f = w.firm[i]
        if f.alive == 0:
            continue
        rate = w.p[INNOVATION] * f.effort * f.capability * known(w.tacit, w.explicit, i)
        if uniform(w.now[SEED], w.now[REPLICATION], w.now[PERIOD], i, D_SINGLE, 0) < 1.0 - math.exp(-rate):
            _profit(w, i, w.p[INNOVATION_STEP])
            w.tally[N_INNOVATIONS] += 1
            note(w, E_INNOVATED, i, i)


@njit(**INNER)
def joint_innovation(w):  # type: ignore[no-untyped-def]
    """Two partners who trust each other: with probability 1 - exp(-ν_j T L √(capabilities) √(knowledge))."""
    if w.on[R_JOINT] == 0:
        return
    for e in range(w.tally[N_TOP]):
        t = w.tie[e]
        if t.live == 0 or t.exchange == 0:
            continue
        mutual = min(t.trust_ab, t.trust_ba)
        if mutual < w.p[JOINT_TRUST]:
            continue
        able = math.sqrt(w.firm[t.a].capability * w.firm[t.b].capability)
        base = math.sqrt(known(w.tacit, w.explicit, t.a) * known(w.tacit, w.explicit, t.b))
        rate = w.p[JOINT_INNOVATION] * mutual * fitness(w, t.a, t.b) * able * base
        if uniform(w.now[SEED], w.now[REPLICATION], w.now[PERIOD], t.a, D_JOINT, t.b) < 1.0 - math.exp(-rate):
            t.joint = 1
            for i in (t.a, t.b):
                _profit(w, i, w.p[INNOVATION_STEP])
                w.firm[i].joint += 1
            w.tally[N_JOINT] += 1
            note(w, E_JOINT, t.a, t.b)

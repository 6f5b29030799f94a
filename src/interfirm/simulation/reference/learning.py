"""The rules on knowledge, in plain Python; see ``kernels/cluster_learning.py`` for what they mean."""

from __future__ import annotations

import math

from interfirm.kernels import cluster_codes as codes
from interfirm.simulation.reference.state import Cluster, Firm


def advantages(c: Cluster, f: Firm) -> list[float]:
    """What the cluster offers a firm."""
    i, floor = f.number, c.p["joint_trust"]
    exchange, vertical, horizontal, near, demanding = 0, 0, 0, 0.0, 0.0
    ties = c.ties_of(i)
    for tie in ties:
        g = c.firms[tie.other(i)]
        near += math.exp(-c.kilometres(i, g.number) / c.p["reach"])
        demanding += g.capability
        trusted, same = tie.trust[i] >= floor, g.sector == f.sector
        exchange += tie.exchange
        vertical += tie.exchange and trusted and not same
        horizontal += trusted and same
    peers = c.peers[f.sector] - 1.0
    kinds, local = len(f.tacit), 0.0
    for k in range(kinds):
        local += c.pool[f.place][k]
    many = f.institutions
    if c.running("lab") and f.lab:
        many = 1.0 - (1.0 - many) * (1.0 - c.levers["lab"][codes.V_A])
    if c.running("standards"):
        many = 1.0 - (1.0 - many) * (1.0 - c.levers["standards"][codes.V_D])
    return [1.0 - math.exp(-exchange / 3.0), peers / (peers + 10.0), near / len(ties) if ties else 0.0,
            demanding / len(ties) if ties else 0.0, local / kinds, 1.0 - math.exp(-vertical / 2.0),
            1.0 - math.exp(-horizontal / 2.0), many]


def effort(c: Cluster) -> None:
    """Learning efforts, and what they do to capability."""
    p, total, firms = c.p, 0.0, 0
    saves, rewards, pools = c.mechanism
    for f in c.living():
        firms += 1
        if not c.on["effort"]:
            continue
        z = advantages(c, f)
        pool = 0.0
        for a, value in enumerate(z):
            pool += pools[a][0] * value
        learned = 0.0
        for m in range(len(c.modes[0]) if f.capital > 0.0 else 0):
            more, less = 0.0, 0.0
            for a, value in enumerate(z):
                less += saves[a][m] * value
                more += rewards[a][m] * value
            cost = c.modes[1][m] * p["effort_cost"]
            left = max(0.0, 1.0 - p["saving"] * less)
            gain = c.modes[0][m] * p["effort_benefit"] * (1.0 + p["incentive"] * more)
            made = max(0.0, (gain - cost * left) / p["effort_scale"])
            learned += c.modes[2][m] * made ** p["effort_power"]
            f.set(effort=f.effort + made, effort_cost=f.effort_cost + cost * left * made)
        total += f.effort
        grown = p["effort_yield"] * learned * (1.0 + c.capacity(f.number) * p["pooling"] * pool)
        f.set(capability=min(1.0, (1.0 - p["capability_decay"]) * f.capability + (1.0 - f.capability) * grown))
    c.moved["effort"] = total / firms if firms else 0.0


def learning(c: Cluster) -> None:
    """One turn of the knowledge spiral."""
    for name in ("socialised", "externalised", "combined", "internalised"):
        c.moved[name] = 0.0
    fresh = {f.number: _learned(c, f) for f in c.living()}
    for number, (tacit, explicit) in fresh.items():
        f = c.firms[number]
        f.tacit = [min(1.0, (1.0 - c.p["forget_tacit"]) * old + new)
                   for old, new in zip(f.tacit, tacit, strict=True)]
        f.explicit = [min(1.0, (1.0 - c.p["forget_explicit"]) * old + new)
                      for old, new in zip(f.explicit, explicit, strict=True)]


def _learned(c: Cluster, f: Firm) -> tuple[list[float], list[float]]:
    p, i, capacity = c.p, f.number, c.capacity(f.number)
    kinds = range(len(f.tacit))
    tacit, explicit = [0.0] * len(f.tacit), [0.0] * len(f.tacit)
    for tie in c.ties_of(i):
        if not tie.asks[i]:
            continue
        g = c.firms[tie.other(i)]
        match = c.fitness(i, g.number)
        near = math.exp(-c.kilometres(i, g.number) / p["reach"])
        told = p["socialisation"] * tie.trust[g.number] * capacity * near * match
        for k in kinds:
            if c.on["socialisation"]:
                gain = told * max(0.0, g.tacit[k] - f.tacit[k])
                tacit[k] += gain
                c.moved["socialised"] += gain
            if c.on["combination"]:
                gain = p["combination"] * math.sqrt(f.explicit[k] * g.explicit[k]) * (1.0 - f.explicit[k]) * match
                explicit[k] += gain
                c.moved["combined"] += gain
    outside = p["external_learning"] * capacity * (1.0 - math.exp(-f.openness)) if c.on["external_links"] else 0.0
    for k in kinds:
        if c.on["externalisation"]:
            gain = p["externalisation"] * f.tacit[k] * (1.0 - f.explicit[k])
            explicit[k] += gain
            c.moved["externalised"] += gain
        if c.on["internalisation"]:
            gain = p["internalisation"] * capacity * f.explicit[k] * (1.0 - f.tacit[k])
            tacit[k] += gain
            c.moved["internalised"] += gain
        if c.on["spillovers"]:
            above = max(0.0, c.pool[f.place][k] - f.explicit[k])
            explicit[k] += p["spillover"] * capacity * above
        explicit[k] += outside * (1.0 - f.explicit[k])
    return tacit, explicit


def external_links(c: Cluster) -> None:
    """Links to the outside fade and are found."""
    for f in c.living() if c.on["external_links"] else ():
        f.set(openness=f.openness * (1.0 - c.p["external_decay"]))
        if c.uniform(f.number, codes.D_EXTERNAL) < c.p["external_rate"] * f.capability:
            f.set(openness=f.openness + 1.0)
            c.note("external_link", f.number, f.number)


def _profit(c: Cluster, i: int) -> None:
    f = c.firms[i]
    best = max(range(len(f.tacit)), key=lambda k: f.tacit[k])
    f.explicit[best] += c.p["innovation_step"] * (1.0 - f.explicit[best])
    f.set(made=f.made + 1, made_now=f.made_now + 1)


def innovation(c: Cluster) -> None:
    """A firm innovates alone."""
    for f in c.living() if c.on["innovation"] else ():
        rate = c.p["innovation"] * f.effort * f.capability * c.known(f.number)
        if c.uniform(f.number, codes.D_SINGLE) < 1.0 - math.exp(-rate):
            _profit(c, f.number)
            c.tally["innovations"] += 1
            c.note("innovated", f.number, f.number)


def joint_innovation(c: Cluster) -> None:
    """Two partners innovate together."""
    for tie in c.live_ties() if c.on["joint_innovation"] else ():
        a, b = tie.firms
        mutual = min(tie.trust.values())
        if not tie.exchange or mutual < c.p["joint_trust"]:
            continue
        able = math.sqrt(c.firms[a].capability * c.firms[b].capability)
        base = math.sqrt(c.known(a) * c.known(b))
        rate = c.p["joint_innovation"] * mutual * c.fitness(a, b) * able * base
        if c.uniform(a, codes.D_JOINT, b) < 1.0 - math.exp(-rate):
            tie.joint = True
            for i in (a, b):
                _profit(c, i)
                c.firms[i].set(joint=c.firms[i].joint + 1)
            c.tally["joint"] += 1
            c.note("innovated_jointly", a, b)

"""The levers, in plain Python; see ``kernels/cluster_levers.py`` for what they mean."""

from __future__ import annotations

import math

from interfirm.kernels import cluster_codes as codes
from interfirm.simulation.reference.market import new_firm
from interfirm.simulation.reference.state import Cluster, Firm
from interfirm.simulation.reference.ties import ally


def pay(c: Cluster, lever: str, units: float = 1.0) -> bool:
    """Book a cost if the budget allows it."""
    cost = c.levers[lever][codes.V_PRICE] * units
    if c.spent[lever] + cost > c.levers[lever][codes.V_BUDGET] + 1e-9:
        return False
    c.spent[lever] += cost
    return True


def times(c: Cluster, lever: str) -> int:
    """How often something happens now."""
    rate = c.levers[lever][codes.V_A]
    luck = c.uniform(codes.LEVERS.index(lever), codes.D_LEVER)
    return int(math.floor(rate) + (luck < rate - math.floor(rate)))


def drawn(c: Cluster, lever: str, purpose: int, index: int) -> Firm | None:
    """A living firm drawn at random."""
    which = codes.LEVERS.index(lever)
    draws = (c.integer(len(c.firms), which, purpose, index * 32 + attempt) for attempt in range(20))
    return next((c.firms[i] for i in draws if c.firms[i].alive), None)


def invited(c: Cluster, lever: str, index: int) -> Firm | None:
    """The firm that takes a place."""
    wish = c.levers[lever][codes.V_C]
    three = [drawn(c, lever, codes.D_LEVER_FIRST, index * 3 + at) for at in range(3)]
    best = three[0]
    for f in three[1:]:
        if f is not None and (best is None or wish * (f.capability - best.capability) > 0.0):
            best = f
    return best


def introduce(c: Cluster, i: int, j: int, lever: str, confidence: float) -> None:
    """Two firms meet."""
    c.note("lever", i, j)
    maker = codes.LEVERS.index(lever) + 1
    ally(c, i, j, maker, confidence)
    tie = c.tied(i, j, maker)
    if tie is None:
        return
    for k in tie.firms:
        tie.trust[k] = max(tie.trust[k], confidence)
    for k in tie.firms:
        if not tie.asks[k]:
            c.set_asks(tie, k, True)


def broker(c: Cluster) -> None:
    """Meetings."""
    for index in range(times(c, "broker") if c.running("broker") else 0):
        f = drawn(c, "broker", codes.D_LEVER_FIRST, index)
        best, value = None, -1.0
        for at in range(5):
            g = drawn(c, "broker", codes.D_LEVER_SECOND, index * 5 + at)
            if f is None or g is None or f is g or c.between(f.number, g.number) is not None:
                continue
            d = c.distance(f.number, g.number)
            common = sum(c.between(tie.other(f.number), g.number) is not None for tie in c.ties_of(f.number))
            worth = 4.0 * d * (1.0 - d) / (1.0 + common)
            if worth > value:
                best, value = g, worth
        if f is not None and best is not None and pay(c, "broker"):
            introduce(c, f.number, best.number, "broker", c.levers["broker"][codes.V_B])


def introductions(c: Cluster) -> None:
    """The pairs of the plan."""
    for _ in range(times(c, "introductions") if c.running("introductions") else 0):
        if c.tally["pair"] >= len(c.pairs):
            return
        i, j = c.pairs[c.tally["pair"]]
        c.tally["pair"] += 1
        if c.firms[i].alive and c.firms[j].alive and pay(c, "introductions"):
            introduce(c, i, j, "introductions", c.levers["introductions"][codes.V_B])


def lab(c: Cluster) -> None:
    """A joint laboratory."""
    if not c.running("lab"):
        return
    v = c.levers["lab"]
    if not pay(c, "lab"):
        for f in c.firms:
            f.set(lab=0)
        return
    if c.now == v[codes.V_FIRST]:
        for f in c.living():
            if c.uniform(f.number, codes.D_LAB) < v[codes.V_B]:
                f.set(lab=1)
    for f in c.living():
        if f.lab:
            f.set(capital=f.capital - v[codes.V_C])
    if c.uniform(codes.L_LAB, codes.D_LEVER) < v[codes.V_D]:
        one, two = (drawn(c, "lab", purpose, 0) for purpose in (codes.D_LEVER_FIRST, codes.D_LEVER_SECOND))
        if one and two and one is not two and one.lab and two.lab and c.between(one.number, two.number) is None:
            introduce(c, one.number, two.number, "lab", 0.0)


def fairs(c: Cluster) -> None:
    """Trade fairs."""
    for index in range(times(c, "fairs") if c.running("fairs") else 0):
        f = invited(c, "fairs", index)
        if f is None or not pay(c, "fairs"):
            continue
        if c.uniform(codes.L_FAIRS, codes.D_LEVER, index + 1) < c.levers["fairs"][codes.V_B]:
            f.set(openness=f.openness + 1.0)
            c.note("lever", f.number, f.number)


def training(c: Cluster) -> None:
    """Training."""
    v = c.levers["training"]
    for index in range(times(c, "training") if c.running("training") else 0):
        f = invited(c, "training", index)
        if f is None or not pay(c, "training"):
            continue
        f.set(absorptive=f.absorptive + v[codes.V_B] * (1.0 - f.absorptive),
              capability=f.capability + v[codes.V_D] * (1.0 - f.capability))
        c.note("lever", f.number, f.number)


def standards(c: Cluster) -> None:
    """A standards programme."""
    if c.running("standards"):
        pay(c, "standards", float(sum(f.capability >= c.levers["standards"][codes.V_A] for f in c.living())))


def anchor(c: Cluster) -> None:
    """A large firm settles."""
    if not c.running("anchor"):
        return
    v = c.levers["anchor"]
    if c.now == v[codes.V_FIRST]:
        _settle(c, v)
    for f in c.living():
        if f.origin == 3:
            f.set(excess=f.excess + v[codes.V_C] * f.workers)


def _settle(c: Cluster, v: list[float]) -> None:
    like = drawn(c, "anchor", codes.D_LEVER_FIRST, 0)
    if like is None or not pay(c, "anchor"):
        return
    f = new_firm(c, like.number, 1.0, 3)
    if f is None:
        return
    f.set(workers=v[codes.V_A], market=v[codes.V_A], capital=v[codes.V_A], small=0, capability=0.9,
          openness=v[codes.V_D])
    c.note("lever", f.number, like.number)
    for index in range(int(v[codes.V_B])):
        g = drawn(c, "anchor", codes.D_LEVER_SECOND, index)
        if g is None or g is f or c.between(f.number, g.number) is not None:
            continue
        tie = c.tied(f.number, g.number, codes.L_ANCHOR + 1)
        if tie is not None:
            tie.exchange, tie.boss = True, f.number
            c.set_asks(tie, g.number, True)

"""The rules on the market, in plain Python; see ``kernels/cluster_market.py`` for what they mean."""

from __future__ import annotations

import math

from interfirm.kernels import cluster_codes as codes
from interfirm.simulation.reference.state import Cluster, Firm, Tie


def begin(c: Cluster) -> None:
    """Forget the last period."""
    kinds = len(c.firms[0].tacit)
    c.peers = {}
    c.pool = [[0.0] * (kinds + 1) for _ in range(c.places)]
    for f in c.living():
        f.set(idle=0.0, excess=0.0, income=0.0, made_now=0, effort=0.0, effort_cost=0.0, demand=f.workers)
        c.peers[f.sector] = c.peers.get(f.sector, 0.0) + 1.0
        row = c.pool[f.place]
        row[kinds] += 1.0
        for k in range(kinds):
            row[k] += f.explicit[k]
    for row in c.pool:
        if row[kinds] > 0.0:
            for k in range(kinds):
                row[k] /= row[kinds]
    for tie in c.ties.values():
        tie.flow = dict.fromkeys(tie.firms, 0.0)
        tie.joint = False


def demand(c: Cluster) -> None:
    """Orders of the period."""
    if c.on["demand"]:
        times = c.normal(0, codes.D_COMMON)
        spread, common = c.p["demand_spread"], c.p["demand_common"]
        middle = 0.5 * (spread * spread + common * common)
        for f in c.living():
            f.set(demand=f.market * math.exp(spread * c.normal(f.number, codes.D_DEMAND) + common * times - middle))
    standards = c.levers["standards"]
    for f in c.living():
        if c.running("standards"):
            f.set(demand=f.demand * (1.0 + standards[codes.V_B] if f.capability >= standards[codes.V_A]
                                     else 1.0 - standards[codes.V_C]))
        f.set(idle=max(0.0, f.workers - f.demand), excess=max(0.0, f.demand - f.workers))


def outsourcing(c: Cluster) -> None:
    """Work is passed on to trusted partners with idle hands."""
    number = len(c.firms)
    start = c.integer(number, 0, codes.D_ORDER)
    for step in range(number):
        f = c.firms[(start + step) % number]
        if not f.alive:
            continue
        relative = f.excess / max(f.workers, 1.0)
        f.set(stress=f.stress + 0.25 * (relative - f.stress))
        for _ in range(3 if c.on["outsourcing"] else 0):
            tie = _outlet(c, f) if f.excess > 0.0 else None
            if tie is None:
                break
            g = c.firms[tie.other(f.number)]
            amount = min(f.excess, g.idle * c.overlap(f.number, g.number))
            if amount <= 0.0:
                break
            tie.flow[f.number] = amount
            f.set(excess=f.excess - amount, income=f.income + c.p["margin"] * amount)
            g.set(idle=g.idle - amount, income=g.income + c.p["subcontract_wage"] * amount)


def _outlet(c: Cluster, f: Firm) -> Tie | None:
    best: Tie | None = None
    for tie in c.ties_of(f.number):
        free = tie.exchange and tie.flow[f.number] == 0.0 and c.firms[tie.other(f.number)].idle > 0.0
        if free and (best is None or tie.trust[f.number] > best.trust[f.number]):
            best = tie
    return best


def payoffs(c: Cluster) -> None:
    """Money in, money out, size follows the market."""
    served, wanted = 0.0, 0.0
    for f in c.living():
        served += f.demand - f.excess
        wanted += f.demand
        if not c.on["payoffs"]:
            continue
        exchanges = sum(tie.exchange for tie in c.ties_of(f.number))
        earned = min(f.demand, f.workers) + f.income + c.p["innovation_value"] * f.made_now
        cost = (c.p["upkeep"] * f.workers, c.p["tie_cost"] * exchanges, c.p["effort_price"] * f.effort_cost)
        f.set(capital=f.capital + (earned - cost[0] - cost[1] - cost[2]))
        f.set(market=f.market * ((1.0 + c.p["innovation_growth"] * f.made_now) * (1.0 - c.p["market_erosion"])))
        if f.market < f.workers or f.capital > 0.0:
            f.set(workers=f.workers + c.p["size_adjust"] * (f.market - f.workers))
    c.moved["served"] = served / wanted if wanted > 0.0 else 1.0


def firm_exit(c: Cluster) -> None:
    """Firms close."""
    for f in c.living():
        risk = c.p["mortality"]
        if f.capital < -c.p["insolvent"] * f.workers:
            risk = 1.0 - (1.0 - risk) * (1.0 - c.p["failure"])
        if c.on["firm_exit"] and c.uniform(f.number, codes.D_FAIL) < risk:
            for tie in reversed(c.ties_of(f.number)):
                c.drop(tie)
            c.note("failed", f.number, f.number)
            f.alive = False
            c.tally["exits"] += 1
            if f.number >= c.initial:
                c.free_firms.append(f.number)


def new_firm(c: Cluster, parent: int, share: float, origin: int) -> Firm | None:
    """A smaller firm like its parent."""
    if not c.free_firms:
        return None
    f, g = c.firms[c.free_firms.pop()], c.firms[parent]
    workers = max(1.0, 0.2 * g.workers)
    f.alive, f.ties = True, []
    f.values = dict.fromkeys(f.values, 0.0)
    f.set(born=c.now, origin=origin, made=0, joint=0, made_now=0, lab=0, small=1, home=g.home, place=g.place,
          sector=g.sector, east=g.east, north=g.north, workers=workers, market=workers, capital=workers,
          capability=share * g.capability, absorptive=g.absorptive, demand=workers)
    f.tacit = [share * value for value in g.tacit]
    f.explicit = [share * value for value in g.explicit]
    c.tally["entries"] += 1
    return f


def spin_offs(c: Cluster) -> None:
    """People leave innovators and found firms."""
    for f in c.living() if c.on["spin_offs"] else ():
        if f.made_now == 0 or f.born == c.now:
            continue
        if c.uniform(f.number, codes.D_SPIN) < c.p["spin_off"]:
            child = new_firm(c, f.number, c.p["spin_share"], 2)
            if child is None:
                return
            c.note("spun_off", f.number, child.number)
            tie = c.tied(child.number, f.number, 0)
            if tie is not None:
                c.set_asks(tie, child.number, True)


def entrants(c: Cluster) -> None:
    """New firms from elsewhere."""
    if not c.on["entrants"]:
        return
    mean = c.p["entrants"] * c.initial
    number = math.floor(mean) + (c.uniform(0, codes.D_ENTER) < mean - math.floor(mean))
    for which in range(number):
        draws = (c.integer(len(c.firms), which, codes.D_ENTRANT, attempt) for attempt in range(20))
        like = next((i for i in draws if c.firms[i].alive), None)
        if like is None:
            continue
        made = new_firm(c, like, c.p["entrant_level"], 1)
        if made is None:
            return
        c.note("entered", made.number, like)

"""The rules on ties, in plain Python; ``kernels/cluster_advice``, ``_alliances`` and ``_bonds`` say what they mean."""

from __future__ import annotations

import math

from interfirm.kernels import cluster_codes as codes
from interfirm.simulation.reference.state import Cluster, Tie


def closes(number: int) -> float:
    """The value of a number of two-paths."""
    return 2.0 * (1.0 - 0.5**number)


def asked_by(c: Cluster, i: int) -> list[int]:
    """Whom i asks, in the order of its ties."""
    return [tie.other(i) for tie in c.ties_of(i) if tie.asks[i]]


def appeal(c: Cluster, i: int, j: int, paths: dict[int, int]) -> tuple[float, bool]:
    """What asking j is worth to i, and whether it does."""
    p, tie = c.p, c.between(i, j)
    there = tie is not None and tie.asks[i]
    back = tie is not None and tie.asks[j]
    value = p["density"] + p["recip"] * back + p["closure"] * closes(paths.get(j, 0))
    if p["popularity"] != 0.0:
        popular = sum(other.asks[other.other(j)] for other in c.ties_of(j))
        value += p["popularity"] * math.sqrt(popular + 1 - there)
    if i < len(c.affinity) and j < len(c.affinity):
        value += c.affinity[i][j]
    else:
        value -= p["near"] * math.log(1.0 + c.kilometres(i, j))
        if c.firms[i].sector == c.firms[j].sector:
            value += p["same_sector"]
    if p["fit"] != 0.0:
        value += p["fit"] * c.fitness(i, j)
    return value + p["capable"] * c.firms[j].capability, there


def acquaintance(c: Cluster, i: int, purpose: int, index: int) -> int:
    """A firm that i may know of."""
    if c.uniform(i, purpose, 2 * index) < c.p["wide"] or c.initial <= c.p["horizon"]:
        return c.integer(len(c.firms), i, purpose, 2 * index + 1)
    span = int(c.p["horizon"])
    step = c.integer(span + 1, i, purpose, 2 * index + 1) - span // 2
    return int((c.firms[i].home + step) % c.initial)


def _options(c: Cluster, i: int, turn: int) -> tuple[list[int], int, float]:
    if sum(f.alive for f in c.firms) <= c.p["horizon"] + 1:
        every = [f.number for f in c.living() if f.number != i]
        return every, len(every), 0.0
    found: dict[int, None] = {}
    first = asked_by(c, i)
    for j in [*first, *(k for h in first for k in asked_by(c, h))]:
        if j != i:
            found.setdefault(j)
    known = len(found)
    for draw in range(int(c.p["consider"])):
        j = acquaintance(c, i, codes.D_SAMPLE, turn * 4096 + draw)
        if c.firms[j].alive and j != i:
            found.setdefault(j)
    weight = math.log(max(1.0, (c.p["horizon"] - known) / max(1, len(found) - known)))
    return list(found), known, weight


def _choose(c: Cluster, i: int, turn: int) -> None:
    options, known, weight = _options(c, i, turn)
    paths: dict[int, int] = {}
    for h in asked_by(c, i):
        for j in asked_by(c, h):
            paths[j] = paths.get(j, 0) + 1
    utility = []
    for at, j in enumerate(options):
        value, there = appeal(c, i, j, paths)
        utility.append(-value if there else value + (weight if at >= known else 0.0))
    largest = max([0.0, *utility])
    total = math.exp(-largest)
    for value in utility:
        total += math.exp(value - largest)
    left = c.uniform(i, codes.D_CHOICE, turn) * total - math.exp(-largest)
    if left < 0.0:
        return
    for j, value in zip(options, utility, strict=True):
        left -= math.exp(value - largest)
        if left < 0.0:
            _toggle(c, i, j)
            return


def _toggle(c: Cluster, i: int, j: int) -> None:
    tie = c.between(i, j)
    if tie is not None and tie.asks[i]:
        c.set_asks(tie, i, False)
        c.drop_if_bare(tie)
        return
    tie = c.tied(i, j, 0)
    if tie is not None:
        c.set_asks(tie, i, True)


def search(c: Cluster) -> None:
    """Turns in which a firm may change one tie."""
    rate = c.p["search"]
    for f in c.living() if c.on["search"] else ():
        turns = math.floor(rate) + (c.uniform(f.number, codes.D_TIMES) < rate - math.floor(rate))
        for turn in range(turns):
            _choose(c, f.number, turn)


def expected_gain(c: Cluster, i: int, j: int) -> float:
    """What i expects of working with j."""
    f, g = c.firms[i], c.firms[j]
    passed = c.p["margin"] * f.stress * f.workers * c.overlap(i, j)
    taken = c.p["subcontract_wage"] * g.stress * min(f.workers, g.workers) * c.overlap(j, i)
    able = math.sqrt(f.capability * g.capability)
    base = math.sqrt(c.known(i) * c.known(j))
    novelty = c.p["optimism"] * c.p["innovation_value"] * c.p["joint_innovation"] * c.fitness(i, j) * able * base
    return float(passed + 0.5 * taken + novelty)


def entry_value(c: Cluster, given_up: float, gain: float, success: float) -> float:
    """NPV of entering."""
    total = 0.0
    weight = 1.0
    for _ in range(int(c.p["look_ahead"])):
        weight *= c.p["discount"]
        total += weight
    return float(total * (success * gain - c.p["tie_cost"]) - given_up)


def _subsidy(c: Cluster, i: int, j: int) -> float:
    v = c.levers["voucher"]
    if not c.running("voucher") or (v[codes.V_C] > 0 and not c.firms[i].small and not c.firms[j].small):
        return 0.0
    paid = min(v[codes.V_A] * c.p["entry_cost"], v[codes.V_B])
    return paid if c.spent["voucher"] + 2.0 * paid * v[codes.V_PRICE] <= v[codes.V_BUDGET] + 1e-9 else 0.0


def ally(c: Cluster, i: int, j: int, maker: int, confidence: float) -> bool:
    """Two firms begin to work together if it is worth it for both."""
    there = c.between(i, j)
    if there is not None and there.exchange:
        return False
    paid, cost = _subsidy(c, i, j), c.p["entry_cost"]

    def worth(given_up: float) -> bool:
        for one, two in ((i, j), (j, i)):
            success = max(confidence, there.trust[one] if there is not None else c.p["trust_start"])
            if entry_value(c, given_up, expected_gain(c, one, two), success) < 0.0:
                return False
        return True

    if not worth(cost - paid):
        return False
    windfall = paid > 0.0 and worth(cost)
    if maker == 0 and paid > 0.0 and not windfall:
        maker = codes.L_VOUCHER + 1
    tie = c.tied(i, j, maker)
    if tie is None:
        return False
    tie.exchange = True
    tie.net = {one: expected_gain(c, one, tie.other(one)) for one in tie.firms}
    c.spent["voucher"] += 2.0 * paid * c.levers["voucher"][codes.V_PRICE]
    for one in (i, j):
        c.firms[one].set(capital=c.firms[one].capital - (cost - paid))
    c.note("allied", i, j)
    return True


def entry(c: Cluster) -> None:
    """Firms look for somebody to work with."""
    for f in c.living() if c.on["entry"] else ():
        i = f.number
        if c.uniform(i, codes.D_ALLIANCE) >= c.p["alliance"]:
            continue
        offers = [(tie.trust[i] * expected_gain(c, i, tie.other(i)), tie.other(i))
                  for tie in c.ties_of(i) if not tie.exchange]
        for draw in range(3):
            j = acquaintance(c, i, codes.D_PARTNER, draw)
            if j != i and c.firms[j].alive and c.between(i, j) is None:
                offers.append((c.p["trust_start"] * expected_gain(c, i, j), j))
        best, gain = None, 0.0
        for value, j in offers:
            if value > gain:
                best, gain = j, value
        if best is not None:
            ally(c, i, best, 0, 0.0)


def _age(c: Cluster, tie: Tie) -> float:
    return (c.now - tie.since) / (c.now - tie.since + 8.0)


def _wants_to_stay(c: Cluster, tie: Tie, i: int) -> bool:
    p = c.p
    others = len(c.firms[i].ties) - 1
    held = p["lock"] if tie.boss is not None and tie.boss != i else 0.0
    value = (tie.net[i] - p["tie_cost"] + p["discount"] * p["future"] * tie.commitment
             + p["relational"] * tie.trust[i] * (1.0 + _age(c, tie)) + p["norm"])
    return bool(value >= p["alternative"] * others / (others + 2.0) - (p["exit_cost"] + held))


def stay(c: Cluster) -> None:
    """Partners weigh staying."""
    for tie in c.live_ties():
        if not tie.exchange:
            continue
        a, b = tie.firms
        for one, two in ((a, b), (b, a)):
            gain = (c.p["margin"] * tie.flow[one] + c.p["subcontract_wage"] * tie.flow[two]
                    + c.p["innovation_value"] * tie.joint)
            tie.net[one] += 0.125 * (gain - tie.net[one])
            tie.total[one] += tie.flow[one] - 0.05 * tie.total[one]
        if not c.on["stay"] or (_wants_to_stay(c, tie, a) and _wants_to_stay(c, tie, b)):
            continue
        if c.uniform(a, codes.D_LEAVE, b) < c.p["exit_rate"]:
            tie.exchange, tie.boss = False, None
            c.drop_if_bare(tie)


def one_sided(tie: Tie) -> float:
    """How one-sided the work has been."""
    a, b = tie.firms
    total = tie.total[a] + tie.total[b]
    return abs(tie.total[a] - tie.total[b]) / total if total > 0.0 else 0.0


def coordination(c: Cluster) -> None:
    """The larger partner comes to decide where work goes one way."""
    for tie in c.live_ties() if c.on["coordination"] else ():
        if not tie.exchange:
            continue
        uneven = one_sided(tie)
        if tie.boss is not None:
            if uneven < 0.4 and sum(tie.total.values()) > 0.0:
                tie.boss = None
                c.note("released", *tie.firms)
            continue
        large, small = sorted(tie.firms, key=lambda i: (-c.firms[i].workers, i))
        if uneven < 0.8 or c.firms[large].workers < c.p["coordination_ratio"] * c.firms[small].workers:
            continue
        if c.uniform(tie.firms[0], codes.D_COORDINATE, tie.firms[1]) < c.p["coordination_rate"]:
            tie.boss = large
            c.note("coordinated", large, small)


def trust(c: Cluster) -> None:
    """Trust grows with kept promises and falls with broken ones and with imbalance."""
    p = c.p
    for tie in c.live_ties() if c.on["trust"] else ():
        a, b = tie.firms
        size = c.firms[a].workers + c.firms[b].workers
        gap = abs(c.firms[a].workers - c.firms[b].workers) / size if size > 0.0 else 0.0
        imbalance = 0.5 * (gap + one_sided(tie))
        used = float(sum(tie.flow.values()) > 0.0 or tie.joint or any(tie.asks.values()))
        risk = p["let_down"] * (1.0 - tie.commitment) * used
        broken = {two: float(c.uniform(one, codes.D_LET_DOWN, two) < risk) for one, two in ((a, b), (b, a))}
        for who in (b, a):
            if broken[who]:
                c.note("let_down", who, tie.other(who))
        for i in (a, b):
            bad = broken[tie.other(i)]
            after = (tie.trust[i] + p["trust_gain"] * (1.0 - tie.trust[i]) * (used * (1.0 - bad))
                     - p["trust_loss"] * tie.trust[i] * bad - p["trust_imbalance"] * imbalance * tie.trust[i])
            tie.trust[i] = min(1.0, max(0.0, after))


def commitment(c: Cluster) -> None:
    """Commitment moves towards its reasons."""
    for tie in c.live_ties() if c.on["commitment"] else ():
        few = 1.0 / max(1, min(len(c.firms[i].ties) for i in tie.firms))
        aim = (min(tie.trust.values()) + _age(c, tie) + few) / 3.0
        tie.commitment += c.p["commitment_rate"] * (aim - tie.commitment)

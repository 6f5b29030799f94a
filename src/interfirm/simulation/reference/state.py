"""Firms and ties as plain objects, and what every rule needs of them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from interfirm.kernels import cluster_codes as codes
from interfirm.kernels import counter_plain as luck
from interfirm.kernels.cluster_state import World


@dataclass
class Firm:
    """One firm; ``ties`` are the numbers of its ties, in the order in which the kernels list them."""

    number: int
    alive: bool
    values: dict[str, Any]
    tacit: list[float]
    explicit: list[float]
    ties: list[int] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["values"][name]
        except KeyError:
            raise AttributeError(name) from None

    def set(self, **values: Any) -> None:
        """Change some of its values."""
        self.values.update(values)


@dataclass
class Tie:
    """A tie of two firms; what each side has is kept by the number of the firm."""

    number: int
    firms: tuple[int, int]
    asks: dict[int, bool]
    trust: dict[int, float]
    exchange: bool = False
    boss: int | None = None
    maker: int = 0
    since: int = 0
    joint: bool = False
    commitment: float = 0.0
    flow: dict[int, float] = field(default_factory=dict)
    total: dict[int, float] = field(default_factory=dict)
    net: dict[int, float] = field(default_factory=dict)

    def other(self, i: int) -> int:
        """The other firm."""
        return self.firms[1] if self.firms[0] == i else self.firms[0]


class Cluster:
    """The whole state of a run, made from the arrays that the kernels start from."""

    def __init__(self, w: World) -> None:
        self.seed, self.replication, self.now = (int(x) for x in w.now)
        self.p = dict(zip(codes.PARAMETERS, w.p.tolist(), strict=True))
        self.on = {rule: bool(value) for rule, value in zip(codes.RULES, w.on, strict=True)}
        self.levers = {name: w.lever[at].tolist() for at, name in enumerate(codes.LEVERS)}
        self.spent = dict.fromkeys(codes.LEVERS, 0.0)
        self.pairs = [(int(a), int(b)) for a, b in w.pairs]
        self.affinity, self.mechanism, self.modes = w.affinity.tolist(), w.mechanism.tolist(), w.modes.tolist()
        self.initial = int(w.tally[codes.N_INITIAL])
        self.most_ties, self.most_rows = w.slot.shape[1], len(w.tie)
        self.places = len(w.pool)
        self.firms = [_firm(w, i) for i in range(len(w.firm))]
        self.ties: dict[int, Tie] = {e: _tie(w.tie[e], e) for e in range(int(w.tally[codes.N_TOP]))}
        for tie in self.ties.values():
            for i in tie.firms:
                self.firms[i].ties.append(tie.number)
        self.top = len(self.ties)
        self.free_ties: list[int] = []
        self.free_firms = [int(i) for i in w.free_firms[:int(w.tally[codes.N_FREE_FIRMS])]]
        self.tally = dict.fromkeys(("innovations", "joint", "exits", "entries", "ended", "made", "pair"), 0)
        self.moved = dict.fromkeys(("served", "socialised", "externalised", "combined", "internalised", "effort"), 0.0)
        self.events: list[tuple[int, int, int, int]] = []
        self.peers: dict[int, float] = {}
        self.pool: list[list[float]] = []

    # ---- chance, and what happened -------------------------------------------------------------------------------

    def uniform(self, actor: int, purpose: int, index: int = 0) -> float:
        """A number in [0, 1) for this period."""
        return luck.uniform(self.seed, self.replication, self.now, int(actor), int(purpose), index)

    def normal(self, actor: int, purpose: int, index: int = 0) -> float:
        """A standard normal number for this period."""
        return luck.normal(self.seed, self.replication, self.now, int(actor), int(purpose), index)

    def integer(self, below: int, actor: int, purpose: int, index: int = 0) -> int:
        """A whole number below ``below`` for this period."""
        return luck.integer(below, self.seed, self.replication, self.now, int(actor), int(purpose), index)

    def note(self, kind: str, first: int, second: int) -> None:
        """Write an event down."""
        self.events.append((self.now, codes.EVENTS.index(kind), first, second))

    # ---- who is there --------------------------------------------------------------------------------------------

    def living(self) -> Iterator[Firm]:
        """The firms that are there, in order of their numbers; one that closes meanwhile is passed over."""
        for firm in self.firms:
            if firm.alive:
                yield firm

    def live_ties(self) -> list[Tie]:
        """The ties that are there, in order of their numbers."""
        return [self.ties[e] for e in sorted(self.ties)]

    def ties_of(self, i: int) -> list[Tie]:
        """The ties of a firm, as listed."""
        return [self.ties[e] for e in self.firms[i].ties]

    def between(self, i: int, j: int) -> Tie | None:
        """The tie of two firms."""
        return next((tie for tie in self.ties_of(i) if tie.other(i) == j), None)

    # ---- ties begin and end --------------------------------------------------------------------------------------

    def tied(self, i: int, j: int, maker: int) -> Tie | None:
        """The tie of two firms, made if need be; None where one of them has no room."""
        there = self.between(i, j)
        if there is not None:
            return there
        if max(len(self.firms[i].ties), len(self.firms[j].ties)) >= self.most_ties:
            return None
        if self.free_ties:
            number = self.free_ties.pop()
        elif self.top < self.most_rows:
            number = self.top
            self.top += 1
        else:
            return None
        common = sum(self.between(tie.other(i), j) is not None for tie in self.ties_of(i) if tie.other(i) != j)
        start = self.p["trust_start"]
        trust = start + (1.0 - start) * (1.0 - math.exp(-self.p["trust_third"] * common))
        zero = {i: 0.0, j: 0.0}
        tie = Tie(number, (min(i, j), max(i, j)), {i: False, j: False}, {i: trust, j: trust}, maker=maker,
                  since=self.now, flow=dict(zero), total=dict(zero), net=dict(zero))
        self.ties[number] = tie
        for k in (i, j):
            self.firms[k].ties.append(number)
        if maker > 0:
            self.tally["made"] += 1
        return tie

    def drop(self, tie: Tie) -> None:
        """End a tie; the last tie in a firm's list takes its place there."""
        self.note("ended", *tie.firms)
        for i in tie.firms:
            mine = self.firms[i].ties
            at = mine.index(tie.number)
            mine[at] = mine[-1]
            mine.pop()
        del self.ties[tie.number]
        self.free_ties.append(tie.number)
        self.tally["ended"] += 1

    def drop_if_bare(self, tie: Tie) -> None:
        """End a tie that has no layer left."""
        if not tie.exchange and not any(tie.asks.values()):
            self.drop(tie)

    def set_asks(self, tie: Tie, i: int, value: bool) -> None:
        """Firm i begins or stops asking the other."""
        self.note("asked" if value else "stopped_asking", i, tie.other(i))
        tie.asks[i] = value

    # ---- distances -----------------------------------------------------------------------------------------------

    def distance(self, i: int, j: int) -> float:
        """Cognitive distance."""
        u = [t + x for t, x in zip(self.firms[i].tacit, self.firms[i].explicit, strict=True)]
        v = [t + x for t, x in zip(self.firms[j].tacit, self.firms[j].explicit, strict=True)]
        product, one, two = 0.0, 0.0, 0.0
        for a, b in zip(u, v, strict=True):
            product += a * b
            one += a * a
            two += b * b
        return 0.5 if one <= 0 or two <= 0 else max(0.0, 1.0 - product / math.sqrt(one * two))

    def fitness(self, i: int, j: int) -> float:
        """The inverted U of cognitive distance."""
        if not self.on["cognitive_distance"]:
            return 1.0
        d = self.distance(i, j)
        return 4.0 * d * (1.0 - d)

    def overlap(self, i: int, j: int) -> float:
        """Part of i's work that j could do."""
        return 1.0 - self.distance(i, j) if self.on["cognitive_distance"] else 1.0

    def kilometres(self, i: int, j: int) -> float:
        """Distance on the map."""
        east = self.firms[i].east - self.firms[j].east
        north = self.firms[i].north - self.firms[j].north
        return math.sqrt(east * east + north * north)

    def known(self, i: int) -> float:
        """Mean knowledge."""
        total = 0.0
        for t, x in zip(self.firms[i].tacit, self.firms[i].explicit, strict=True):
            total += t + x
        return total / (2.0 * len(self.firms[i].tacit))

    def capacity(self, i: int) -> float:
        """Absorptive capacity."""
        return float(self.firms[i].absorptive) if self.on["absorptive_capacity"] else 1.0

    def running(self, lever: str) -> bool:
        """Whether a lever is at work."""
        on, first, last = self.levers[lever][:3]
        return bool(on > 0 and first <= self.now <= last)


def _firm(w: World, i: int) -> Firm:
    own = (name for name in codes.FIRM.names or () if name not in {"alive", "degree", "asked"})
    values = {name: w.firm[name][i].item() for name in own}
    return Firm(i, bool(w.firm["alive"][i]), values, w.tacit[i].tolist(), w.explicit[i].tolist())


def _tie(row: Any, number: int) -> Tie:
    a, b = int(row["a"]), int(row["b"])
    boss = {0: None, 1: a, 2: b}[int(row["boss"])]

    def sides(name: str, first: str = "ab", second: str = "ba") -> dict[int, Any]:
        return {a: row[f"{name}_{first}"].item(), b: row[f"{name}_{second}"].item()}

    asks = {i: bool(value) for i, value in sides("ask").items()}
    return Tie(number, (a, b), asks, sides("trust"), bool(row["exchange"]), boss, int(row["maker"]), int(row["since"]),
               bool(row["joint"]), float(row["commitment"]), sides("flow"), sides("total"), sides("net", "a", "b"))

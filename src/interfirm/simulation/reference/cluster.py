"""A run of the plain model."""

from __future__ import annotations

from dataclasses import dataclass

from interfirm.kernels.cluster_state import World
from interfirm.simulation.reference import learning, levers, market, ties
from interfirm.simulation.reference.state import Cluster


@dataclass(frozen=True)
class Replay:
    """What a run of the plain model gave: every event, and the state at the end."""

    events: list[tuple[int, int, int, int]]
    cluster: Cluster


def replay(world: World, periods: int) -> Replay:
    """Run the plain model from the arrays that :func:`interfirm.simulation.model.prepare` makes.

    The arrays are not changed.
    """
    c = Cluster(world)
    for step in range(periods):
        c.now = step + 1
        period(c)
    return Replay(c.events, c)


def period(c: Cluster) -> None:
    """One period, in the order of ``kernels.cluster.period``."""
    market.begin(c)
    levers.broker(c)
    levers.introductions(c)
    levers.lab(c)
    levers.fairs(c)
    levers.training(c)
    levers.standards(c)
    market.demand(c)
    levers.anchor(c)
    market.outsourcing(c)
    ties.search(c)
    ties.entry(c)
    learning.effort(c)
    learning.learning(c)
    learning.external_links(c)
    learning.innovation(c)
    learning.joint_innovation(c)
    market.payoffs(c)
    ties.trust(c)
    ties.commitment(c)
    ties.stay(c)
    ties.coordination(c)
    market.firm_exit(c)
    market.spin_offs(c)
    market.entrants(c)

"""A run of the learning cluster: the order of the rules within a period, and the loop over periods."""

from __future__ import annotations

import numpy as np
from numba import njit

from interfirm.kernels import cluster_codes as c
from interfirm.kernels.cluster_advice import search
from interfirm.kernels.cluster_alliances import entry, stay
from interfirm.kernels.cluster_bonds import commitment, coordination, trust
from interfirm.kernels.cluster_learning import effort, external_links, innovation, joint_innovation, learning
from interfirm.kernels.cluster_levers import anchor, levers
from interfirm.kernels.cluster_market import begin, demand, entrants, firm_exit, outsourcing, payoffs, spin_offs
from interfirm.kernels.cluster_outputs import measure
from interfirm.kernels.options import INNER, OUTER


@njit(inline="always", **INNER)
def period(w, z):  # type: ignore[no-untyped-def]
    """One period: levers, market, ties, knowledge, money, trust, staying, firms coming and going."""
    begin(w)
    levers(w)
    demand(w)
    anchor(w)
    outsourcing(w)
    search(w)
    entry(w)
    effort(w, z)
    learning(w)
    external_links(w)
    innovation(w)
    joint_innovation(w)
    payoffs(w)
    trust(w)
    commitment(w)
    stay(w)
    coordination(w)
    firm_exit(w)
    spin_offs(w)
    entrants(w)


@njit(**OUTER)
def run(w, periods, every, out):  # type: ignore[no-untyped-def]
    """Run ``periods`` periods; row 0 of ``out`` is the start, then one row after every ``every`` periods."""
    z = np.zeros(c.ADVANTAGES)
    measure(w, out[0])
    for step in range(periods):
        w.now[c.PERIOD] = step + 1
        period(w, z)
        if (step + 1) % every == 0:
            measure(w, out[(step + 1) // every])

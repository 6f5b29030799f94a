"""Runs the kernels: static utilities, threads over replications, observed and change statistics."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from interfirm.dynamics.coding import Coded
from interfirm.errors import UsageError
from interfirm.kernels import saom
from interfirm.kernels import saom_codes as k
from interfirm.kernels.saom_parts import parts

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Sample:
    """Simulated panels. R replications, P periods, K parameters.

    Attributes
    ----------
    stats, scores
        R × P × K: statistics (scaled) and scores.
    times
        R × P: time that a period took.
    ends, levels
        R × P × V × N × N and R × P × V × N, or empty.
    """

    stats: Floats
    scores: Floats
    times: Floats
    ends: npt.NDArray[np.uint8]
    levels: npt.NDArray[np.int32]


def workers(threads: int | None) -> int:
    """Number of threads: as asked, or one per processor up to 8."""
    if threads is not None and threads < 1:
        raise UsageError(f"threads has to be at least 1, not {threads}.")
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return threads or min(available, 8)


def static(coded: Coded, theta: Floats) -> tuple[Floats, Floats, Floats]:
    """exp of the static utility of each tie, its sums along rows, and the sums of weight × change statistic."""
    periods, variables, n = coded.x0.shape[:3]
    every = (coded.info[:, :, k.NEEDS] >> k.TYPES & 1 == 1) | (coded.info[:, :, k.CHOICE] == k.BEHAVIOUR)
    if every.all():
        return np.zeros((periods, variables, 0, 0)), np.zeros((periods, variables, 0, 0)), np.zeros((periods, 0, 0))
    weight = np.zeros((periods, variables, n, n))
    shares = np.zeros((periods, len(coded.fx), n))
    for p in range(periods):
        for v in range(variables):
            if every[p, v]:
                continue
            rows = [e for e in range(coded.info[p, v, k.FIRST], coded.info[p, v, k.LAST])
                    if coded.fx[e, k.GROUP] == k.STATIC and coded.fx[e, k.ROLE] != k.ENDOWMENT]
            u = np.zeros((n, n))
            for e in rows:
                u += theta[coded.fx[e, k.PARAM]] * _dyad(coded, p, e)
            weight[p, v] = np.exp(np.clip(u, -200, 200)) * coded.free[p, v]
            for e in rows:
                shares[p, e] = (weight[p, v] * _dyad(coded, p, e)).sum(axis=1)
    return weight, np.cumsum(weight, axis=3), shares


def _dyad(coded: Coded, p: int, e: int) -> Floats | float:
    which = coded.fx[e, k.DYAD]
    return coded.dy[p, which] if which >= 0 else 1.0


def simulate(coded: Coded, theta: Floats, replications: int, *, seed: int, first: int = 0, threads: int = 1,
             keep: bool = False) -> Sample:
    """Simulate panels; the result does not depend on ``threads``.

    Parameters
    ----------
    coded, theta
        The model and its parameters.
    replications, seed, first
        Replication r gets the random numbers of (seed, first + r).
    keep
        Whether networks and levels at the end of the periods are kept.
    """
    periods, variables, n = coded.x0.shape[:3]
    size = len(coded.parameters)
    stats, scores = np.zeros((replications, periods, size)), np.zeros((replications, periods, size))
    times = np.zeros((replications, periods))
    kept = replications if keep else 0
    ends = np.zeros((kept, periods, variables, n, n), np.uint8)
    levels = np.zeros((kept, periods, variables, n), np.int32)
    base, called = static(coded, theta), _parts(coded)
    theta = np.ascontiguousarray(theta, dtype=float)

    def run(part: slice) -> None:
        saom.simulate(coded.fx, coded.ratefx, coded.info, theta, coded.tabs, coded.dy, coded.x0, coded.z0, coded.free,
                      coded.seen, coded.zseen, coded.active, *base, coded.spells, coded.stop, np.uint64(seed),
                      first + part.start, stats[part], scores[part], times[part], ends[part], levels[part],
                      _room(coded), *called)

    spread(run, replications, threads)
    return Sample(stats * coded.scale, scores, times, ends, levels)


def _room(coded: Coded) -> tuple[Any, ...]:
    """Room for one thread to work in."""
    _, variables, n = coded.x0.shape[:3]
    return saom.room(variables, n, len(coded.fx), len(coded.spells) > 0)


def _parts(coded: Coded) -> tuple[Any, ...]:
    """The compiled parts that the model needs."""
    behaviours = coded.info[0, :, k.CHOICE] == k.BEHAVIOUR
    codes = {int(row[k.CODE]) for row in coded.fx if not behaviours[row[k.DEP]]}
    return parts(codes, set(coded.info[0, :, k.CHOICE].tolist()))


def spread(run: Callable[[slice], None], size: int, threads: int) -> None:
    """Call ``run`` for parts of 0 … size - 1, one to a thread."""
    chunks = min(threads, size)
    if chunks <= 1:
        run(slice(0, size))
        return
    cuts = np.linspace(0, size, chunks + 1).astype(int)
    with ThreadPoolExecutor(chunks) as pool:
        for done in [pool.submit(run, slice(int(a), int(b))) for a, b in pairwise(cuts)]:
            done.result()


def targets(coded: Coded) -> Floats:
    """P × K: the observed statistics."""
    out = np.zeros((len(coded.x0), len(coded.parameters)))
    for p in range(len(coded.x0)):
        _look(coded, p, out[p], 0, 0, np.zeros((0, 0, 0)))
    return out * coded.scale


def change_statistics(coded: Coded, theta: Floats, period: int, variable: int = 0, *, tie: bool = False) -> Floats:
    """N × N × effects of a variable: change statistics of every tie at the start of a period.

    With ``tie`` the contributions of present ties to the statistic.
    """
    every = coded.info.copy()
    every[:, variable, k.NEEDS] |= 1 << k.TYPES
    effects = int(every[period, variable, k.LAST] - every[period, variable, k.FIRST])
    out = np.zeros((coded.x0.shape[2], coded.x0.shape[2], effects))
    _look(coded, period, np.zeros(len(coded.parameters)), variable, int(tie), out, every, theta)
    return out


def level_statistics(coded: Coded, period: int, variable: int) -> Floats:
    """N × levels × effects of a behaviour: what actors add to the statistics at every level, at a period's start."""
    first, last = (int(coded.info[period, variable, column]) for column in (k.FIRST, k.LAST))
    levels = int(coded.tabs[variable, k.HIGHEST] - coded.tabs[variable, k.LOWEST]) + 1
    out = np.zeros((coded.x0.shape[2], levels, last - first))
    saom.look_at_levels(coded.fx, coded.info[period], coded.tabs, coded.dy[period], coded.x0[period], coded.z0[period],
                        coded.seen[period], variable, out, _room(coded))
    return out


def _look(coded: Coded, p: int, stats: Floats, variable: int, tie: int, out: Floats,
          info: npt.NDArray[np.int64] | None = None, theta: Floats | None = None) -> None:
    info = coded.info if info is None else info
    theta = coded.start if theta is None else theta
    fill, more, _, _, levels, count = _parts(coded)
    saom.look(coded.fx, coded.ratefx, info[p], theta, coded.tabs, coded.dy[p], coded.x0[p], coded.z0[p], coded.seen[p],
              coded.zseen[p], coded.ends[p], coded.end_levels[p], stats, variable, tie, out, _room(coded),
              fill, more, levels, count)

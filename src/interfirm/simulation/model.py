"""The model of a learning cluster: one run of it, for one policy and one replication.

``run(start, parameters, seed=1)`` is all that sensitivity analysis and calibration need: parameters
by name and by year in, outputs by name out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from interfirm.errors import UnknownName, UsageError
from interfirm.kernels import cluster_codes as codes
from interfirm.kernels.cluster_state import World
from interfirm.simulation.levers import NONE, Policy
from interfirm.simulation.settings import complete, efforts, mechanisms, packed
from interfirm.simulation.starting import ClusterStart

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]

_ROOM = 10
_FEWEST_SLOTS = 16


@dataclass(frozen=True, eq=False)
class Run:
    """What one run gave.

    Parameters
    ----------
    periods
        The periods at which outputs were taken, 0 first.
    outputs
        periods × outputs, in the order of ``kernels.cluster_codes.OUTPUTS``; ``outputs.csv`` says what each means.
    world
        The state at the end: firms, ties, knowledge. The first rows of ``world.firm`` are the firms of the study.
    events
        Rows of period, kind, first firm, second firm, if they were asked for.
    """

    periods: tuple[int, ...]
    outputs: Floats
    world: World
    events: npt.NDArray[np.int64]

    def last(self) -> dict[str, float]:
        """Outputs at the end, by name."""
        return dict(zip(codes.OUTPUTS, self.outputs[-1].tolist(), strict=True))

    def table(self) -> pd.DataFrame:
        """One row per time, one column per output."""
        import pandas as pd

        return pd.DataFrame(self.outputs, columns=list(codes.OUTPUTS)).assign(period=list(self.periods))


def run(start: ClusterStart, parameters: Mapping[str, float] | None = None, *, seed: int, replication: int = 0,
        periods: int = 20, policy: Policy = NONE, off: Collection[str] = (), every: int | None = None,
        events: int = 0) -> Run:
    """Simulate a learning cluster once.

    Parameters
    ----------
    start
        Where it starts: :func:`interfirm.simulation.start`.
    parameters
        Values by name and by year that replace the usual ones; ``parameters()`` lists them with their ranges.
    seed, replication
        The same two give the same run. Every random number is keyed on seed, replication, period, firm and purpose, so
        two policies with the same two differ only by what the policy does.
    periods
        Number of periods.
    policy
        Levers to pull.
    off
        Rules to switch off; ``rules()`` lists them.
    every
        Take outputs after so many periods; only at the start and the end if left out.
    events
        Keep up to so many events.

    Returns
    -------
    Run

    Raises
    ------
    UnknownName
        For an unknown parameter or rule.
    UsageError
        For a value that makes no sense.

    Examples
    --------
    To feed a sensitivity analysis or a calibration, wrap it:

    >>> from interfirm.study.example import example
    >>> from interfirm.simulation import run, start
    >>> begin = start(example(seed=1))
    >>> def outputs(parameters, seed):
    ...     return run(begin, parameters, seed=seed, periods=4).last()
    >>> 0 < outputs({"trust_gain": 0.3}, seed=1)["trust"] < 1    # doctest: +SKIP
    True
    """
    from interfirm.kernels.cluster import run as simulate

    step = every or periods
    if periods < 1 or periods % step:
        raise UsageError(f"{periods} periods cannot be cut into steps of {step}. Give a multiple.")
    world = prepare(start, parameters, seed=seed, replication=replication, periods=periods, policy=policy, off=off,
                    events=events)
    out = np.zeros((periods // step + 1, len(codes.OUTPUTS)))
    simulate(world, periods, step, out)
    kept = world.event[:min(int(world.tally[codes.N_EVENTS]), len(world.event))]
    return Run(tuple(range(0, periods + 1, step)), out, world, kept)


def prepare(start: ClusterStart, parameters: Mapping[str, float] | None = None, *, seed: int, replication: int = 0,
            periods: int = 20, policy: Policy = NONE, off: Collection[str] = (), events: int = 0) -> World:
    """The arrays of a run before its first period."""
    from interfirm.kernels.cluster_start import draw_unknown, list_ties

    world = allocate(start, parameters, seed=seed, replication=replication, periods=periods, policy=policy, off=off,
                     events=events)
    list_ties(world)
    if start.spread > 0:
        draw_unknown(world, start.size, start.spread)
    return world


def allocate(start: ClusterStart, parameters: Mapping[str, float] | None, *, seed: int, replication: int, periods: int,
             policy: Policy, off: Collection[str], events: int) -> World:
    """The arrays of a run, with ties not yet listed by firm and nothing drawn."""
    check_rules(off)
    values = complete({**start.fitted, **(parameters or {})})
    n, kinds = start.tacit.shape
    room = n + new_places(n, values["entrants"], periods, start.steps)
    slots = ties_at_most(start)
    rows = room * slots // 2 + 1
    return World(
        firm=_padded(start.firm, room), tie=_padded(start.tie, rows), slot=np.zeros((room, slots), dtype=np.int64),
        tacit=_padded(start.tacit, room), explicit=_padded(start.explicit, room), fresh=np.zeros((2, room, kinds)),
        pool=np.zeros((max(1, len(start.places)), kinds + 1)), peers=np.zeros(max(1, len(start.sectors))),
        p=packed(values, start.steps), on=np.array([rule not in off for rule in codes.RULES], dtype=np.int64),
        lever=policy.settings(start.steps, periods), spent=np.zeros(len(codes.LEVERS)), pairs=policy.pairs_of(start),
        affinity=start.affinity, mechanism=mechanisms(), modes=efforts(),
        now=np.array([seed, replication, 0], dtype=np.int64), tally=_counts(start, room), total=np.zeros(8),
        free_ties=np.zeros(rows, dtype=np.int64), free_firms=np.arange(n, room, dtype=np.int64)[::-1].copy(),
        paths=np.zeros(room, dtype=np.int64), tied_to=np.zeros(room, dtype=np.int64),
        utility=np.zeros(room + 1), option=np.zeros(room + 1, dtype=np.int64),
        event=np.zeros((events, 4), dtype=np.int64))


def _counts(start: ClusterStart, room: int) -> npt.NDArray[np.int64]:
    out = np.zeros(16, dtype=np.int64)
    out[codes.N_FIRMS] = out[codes.N_INITIAL] = start.size
    out[codes.N_TOP] = len(start.tie)
    out[codes.N_FREE_FIRMS] = room - start.size
    return out


def new_places(firms: int, entrants: float, periods: int, steps: int) -> int:
    """Rows kept free for new firms: twice what is expected to enter, and a few for spin-offs and an anchor firm."""
    return _ROOM + firms // 5 + int(2 * entrants * firms * periods / steps)


def ties_at_most(start: ClusterStart) -> int:
    """Most partners that a firm can have: half as many again as the busiest firm has, and 16 at least."""
    degree = np.bincount(np.concatenate([start.tie["a"], start.tie["b"]]), minlength=start.size)
    return max(_FEWEST_SLOTS, int(1.5 * degree.max(initial=0)) + 4)


def _padded(values: npt.NDArray[Any], rows: int) -> npt.NDArray[Any]:
    out = np.zeros((rows, *values.shape[1:]), dtype=values.dtype)
    out[:len(values)] = values
    return out


def check_rules(off: Collection[str]) -> None:
    """Refuse names that are not rules."""
    for name in off:
        if name not in codes.RULES:
            raise UnknownName("rule", name, codes.RULES)

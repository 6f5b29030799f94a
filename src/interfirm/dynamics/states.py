"""Who was there and what was seen at the start and the end of every period, as the arrays of the kernels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from interfirm.dynamics.data import STRUCTURAL_ONE, STRUCTURAL_ZERO, Panel
from interfirm.dynamics.specification import Specification
from interfirm.kernels import saom_codes as k

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]
Levels = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class States:
    """Observed networks and levels. P periods, V variables, N actors (or columns, where there are more).

    Attributes
    ----------
    there
        Per period who is there at its start, at some time, and at its end.
    x0, free, seen, ends
        P × V × N × N: ties at the start; whether a tie may change; whether it counts in statistics; ties at the end.
    z0, zseen, end_levels
        P × V × N: levels of behaviour at the start, counted from the lowest; whether they count; at the end.
    """

    there: list[tuple[Bools, Bools, Bools]]
    x0: Bytes
    free: Bytes
    seen: Bytes
    ends: Bytes
    z0: Levels
    zseen: Levels
    end_levels: Levels

    @property
    def distance(self) -> Ints:
        """P × V: number of changed ties that count."""
        return np.asarray(((self.x0 != self.ends) & (self.seen == 1)).sum(axis=(2, 3)))


def states(panel: Panel, spec: Specification, n: int, reference: Panel) -> States:
    """The states of a panel; ``n`` is the larger of the numbers of actors and columns."""
    there = _there(panel)
    return States(there, *_networks(panel, spec, n, there), *_levels(panel, spec, n, there, reference))


def _networks(panel: Panel, spec: Specification, n: int,
              there: list[tuple[Bools, Bools, Bools]]) -> tuple[Bytes, Bytes, Bytes, Bytes]:
    """Start, free, seen and end of every network and period."""
    shape = (panel.periods, len(spec.networks) + len(spec.behaviour), n, n)
    x0, free, seen, ends = (np.zeros(shape, np.uint8) for _ in range(4))
    for v, name in enumerate(spec.networks):
        net = panel.networks[name]
        filled, known, fixed = imputed(net.ties)
        rows, cols = net.ties.shape[1:]
        for p in range(panel.periods):
            first, some, last = (_pairs(who, cols, net.two_mode) for who in there[p])
            part = (p, v, slice(rows), slice(cols))
            x0[part] = filled[p] * first
            free[part] = some & ~(fixed[p] & first)
            seen[part] = last & (known[p] | ~first) & known[p + 1]
            ends[part] = np.where(fixed[p] & first, filled[p], filled[p + 1]) * last
    return x0, free, seen, ends


def _levels(panel: Panel, spec: Specification, n: int, there: list[tuple[Bools, Bools, Bools]],
            reference: Panel) -> tuple[Levels, Levels, Levels]:
    """Start, seen and end levels of every behaviour and period, counted from its lowest."""
    shape = (panel.periods, len(spec.networks) + len(spec.behaviour), n)
    z0, seen, ends = (np.zeros(shape, np.int32) for _ in range(3))
    for v, name in enumerate(spec.behaviour, len(spec.networks)):
        values = panel.behaviours[name]
        lowest, filled = np.nanmin(reference.behaviours[name]), _carried(values)
        for p in range(panel.periods):
            both = there[p][0] & there[p][2]
            z0[p, v, :panel.size] = filled[p] - lowest
            ends[p, v, :panel.size] = filled[p + 1] - lowest
            seen[p, v, :panel.size] = both & ~np.isnan(values[p]) & ~np.isnan(values[p + 1])
    return z0, seen, ends


def directions(panel: Panel, found: States, name: str, v: int) -> Ints:
    """Per period whether a variable changed both ways, only up or only down.

    Ties of those who enter can only come; they alone do not make a period one-way.
    """
    out = np.zeros(panel.periods, np.int64)
    for p in range(panel.periods):
        if name not in panel.networks:
            step = stayed = found.end_levels[p, v].astype(int) - found.z0[p, v]
        else:
            step = (found.ends[p, v].astype(int) - found.x0[p, v]) * found.seen[p, v]
            net, there = panel.networks[name], found.there[p][0]
            stayed = step[:there.size, :net.ties.shape[2]] * _pairs(there, net.ties.shape[2], net.two_mode)
        if (step > 0).any() != (step < 0).any() and stayed.any():
            out[p] = k.UP_ONLY if (step > 0).any() else k.DOWN_ONLY
    return out


def _there(panel: Panel) -> list[tuple[Bools, Bools, Bools]]:
    """Per period who is there at its start, at some time, and at its end."""
    if panel.spells is None:
        both = panel.present[:-1] & panel.present[1:]
        return [(row, row, row) for row in both]
    return [((part[:, 0] == 0) & (part[:, 1] > 0), part[:, 1] > part[:, 0], part[:, 1] == 1) for part in panel.spells]


def _pairs(who: Bools, cols: int, two_mode: bool) -> Bools:
    """Which ties are possible between those who are there."""
    out = np.repeat(who[:, None], cols, axis=1)
    if not two_mode:
        out &= who
        np.fill_diagonal(out, False)
    return out


def imputed(ties: Floats) -> tuple[Bytes, Bools, Bools]:
    """Ties with unknown ones carried forward (else 0); which are known; which are structurally fixed."""
    fixed = (ties == STRUCTURAL_ZERO) | (ties == STRUCTURAL_ONE)
    known = ~np.isnan(ties)
    plain = np.where(ties == STRUCTURAL_ZERO, 0.0, np.where(ties == STRUCTURAL_ONE, 1.0, ties))
    for w in range(1, len(plain)):
        plain[w] = np.where(np.isnan(plain[w]), plain[w - 1], plain[w])
    return np.nan_to_num(plain).astype(np.uint8), known, fixed


def _carried(values: Floats) -> Floats:
    """Levels with missing ones carried forward, else backward, else the most common level."""
    out = values.copy()
    for w in range(1, len(out)):
        out[w] = np.where(np.isnan(out[w]), out[w - 1], out[w])
    for w in range(len(out) - 2, -1, -1):
        out[w] = np.where(np.isnan(out[w]), out[w + 1], out[w])
    seen, counts = np.unique(values[~np.isnan(values)], return_counts=True)
    return np.where(np.isnan(out), seen[counts.argmax()], out)

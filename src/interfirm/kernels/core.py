"""Search for a core: the split of the actors that fits the ideal of a full core and an empty periphery best."""

from __future__ import annotations

import numpy as np
from numba import njit

_GAIN = 1e-12


@njit(cache=True)
def _fit(core_ties, core_cells, rest_ties, rest_cells):  # type: ignore[no-untyped-def]
    """Correlation between the ties and the ideal over the cells inside core and periphery; -2 if not defined."""
    ties, cells = core_ties + rest_ties, core_cells + rest_cells
    if core_cells == 0 or rest_cells == 0 or ties == 0 or ties == cells:  # noqa: PLR1714
        return -2.0
    top = core_ties * (rest_cells - rest_ties) - (core_cells - core_ties) * rest_ties
    return top / np.sqrt(core_cells * rest_cells * ties * (cells - ties))


@njit(cache=True)
def climb(ties, cells, core, fits):  # type: ignore[no-untyped-def]  # noqa: PLR0912
    """From each start, move the actor whose move helps most until none does.

    Parameters
    ----------
    ties, cells
        n × n uint8, symmetric, diagonal 0: ties and known cells between two actors (0, 1 or 2).
    core
        starts × n bool: who is in the core; overwritten with the split that is reached.
    fits
        One float64 per start; receives the fit.
    """
    starts, n = core.shape
    to_core, known_core = np.empty(n), np.empty(n)
    to_all, known_all = np.zeros(n), np.zeros(n)
    for i in range(n):
        for j in range(n):
            to_all[i] += ties[i, j]
            known_all[i] += cells[i, j]
    for start in range(starts):
        inside = core[start]
        core_ties = core_cells = rest_ties = rest_cells = 0.0
        for i in range(n):
            to_core[i] = known_core[i] = 0.0
            for j in range(n):
                if inside[j]:
                    to_core[i] += ties[i, j]
                    known_core[i] += cells[i, j]
            if inside[i]:
                core_ties += to_core[i] / 2
                core_cells += known_core[i] / 2
            else:
                rest_ties += (to_all[i] - to_core[i]) / 2
                rest_cells += (known_all[i] - known_core[i]) / 2
        best = _fit(core_ties, core_cells, rest_ties, rest_cells)
        while True:
            mover, top = -1, best + _GAIN
            for i in range(n):
                sign = -1.0 if inside[i] else 1.0
                value = _fit(core_ties + sign * to_core[i], core_cells + sign * known_core[i],
                             rest_ties - sign * (to_all[i] - to_core[i]),
                             rest_cells - sign * (known_all[i] - known_core[i]))
                if value > top:
                    mover, top = i, value
            if mover < 0:
                break
            sign = -1.0 if inside[mover] else 1.0
            core_ties += sign * to_core[mover]
            core_cells += sign * known_core[mover]
            rest_ties -= sign * (to_all[mover] - to_core[mover])
            rest_cells -= sign * (known_all[mover] - known_core[mover])
            inside[mover] = not inside[mover]
            best = top
            for j in range(n):
                to_core[j] += sign * ties[mover, j]
                known_core[j] += sign * cells[mover, j]
        fits[start] = best

"""Which of the five structures of cooperation the network of a run has at its end, by the rules for real networks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from interfirm.defaults import threshold

if TYPE_CHECKING:
    import numpy.typing as npt

    from interfirm.kernels.cluster_state import World
    from interfirm.simulation.starting import ClusterStart

COLUMNS: Final = ("decision", "likeliest", "probability")


@dataclass(frozen=True)
class EndStructure:
    """What the classification says of one network.

    Parameters
    ----------
    decision
        One of the five structures, or ``"indeterminate"``, ``"contested"`` or ``"not classified"``.
    likeliest
        The likeliest of the five, whatever the decision; empty if not classified.
    probability
        Its probability.
    """

    decision: str
    likeliest: str
    probability: float


def replications_classified() -> int:
    """In how many replications of an experiment the networks are classified; the first ones."""
    return int(threshold("simulation", "structure_replications")["value"])


def classifies(firms: int) -> bool:
    """Whether networks of so many firms are classified at all."""
    return firms <= int(threshold("simulation", "structure_firms")["value"])


def structure_of(world: World, *, seed: int) -> EndStructure:
    """The structure of the living firms of a run: who works with whom, and who decides for whom.

    The decision is that of :func:`interfirm.structure.classify_network`, with fewer random networks to compare with,
    and only where the comparison can still change it.
    """
    alive = np.flatnonzero(world.firm["alive"] == 1)
    return _classified(world.tie[world.tie["live"] == 1], alive, len(world.firm), seed)


def structure_at_start(start: ClusterStart, *, seed: int, always_compare: bool = False) -> EndStructure:
    """The structure of the network with which an experiment begins; ``always_compare`` takes the longest it can."""
    return _classified(start.tie, np.arange(start.size), start.size, seed, lazy=not always_compare)


def _classified(ties: npt.NDArray[np.void], alive: npt.NDArray[np.intp], room: int, seed: int, *,
                lazy: bool = True) -> EndStructure:
    from interfirm.structure.classifying import QUICK_RESTARTS, Effort, run
    from interfirm.structure.layers import read_layers

    place = np.full(room, -1)
    place[alive] = np.arange(len(alive))
    a, b = place[ties["a"]], place[ties["b"]]
    exchange, coordination = np.zeros((2, len(alive), len(alive)))
    worked = ties["exchange"] == 1
    exchange[a[worked], b[worked]] = exchange[b[worked], a[worked]] = 1
    coordination[a[ties["boss"] == 1], b[ties["boss"] == 1]] = 1
    coordination[b[ties["boss"] == 2], a[ties["boss"] == 2]] = 1
    draws = int(threshold("simulation", "structure_draws")["value"])
    effort = Effort(draws, 0, QUICK_RESTARTS, indices=False, progress=None, lazy=lazy, workers=1)
    found = run(read_layers(exchange, coordination, None, None, "simulated"), seed, effort, proxy=False)
    return EndStructure(found.decision, found.best, found.probability.get(found.best, float("nan")))

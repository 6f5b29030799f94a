"""The same barter in Mesa, as its users write it: an agent per firm, its knowledge a list, one step per meeting."""

from __future__ import annotations

from typing import Any

import numpy as np


def available() -> str | None:
    """Mesa's version, or None where it is not installed."""
    try:
        import mesa
    except ImportError:
        return None
    return str(mesa.__version__)


def model(links: tuple[np.ndarray, np.ndarray], start: np.ndarray, alpha: float, seed: int) -> Any:
    """A Mesa model on the given network from the given start."""
    import mesa

    class Firm(mesa.Agent):
        """A firm."""

        def __init__(self, owner: Any, levels: list[float]) -> None:
            super().__init__(owner)
            self.levels = levels
            self.near: list[Firm] = []

        def step(self) -> None:
            """Meet one neighbour."""
            if not self.near:
                return
            choice = self.model.random
            other = choice.choice(self.near)
            mine, theirs = self.levels, other.levels
            give = [c for c, x in enumerate(mine) if x > theirs[c]]
            take = [c for c, x in enumerate(mine) if x < theirs[c]]
            q = min(len(give), len(take))
            if not q:
                return
            if len(give) > q:
                give = choice.sample(give, q)
            elif len(take) > q:
                take = choice.sample(take, q)
            for c in give:
                theirs[c] += alpha * (mine[c] - theirs[c])
            for c in take:
                mine[c] += alpha * (theirs[c] - mine[c])

    class Market(mesa.Model):
        """All firms."""

        def __init__(self) -> None:
            super().__init__(seed=seed)
            firms = [Firm(self, row) for row in start.tolist()]
            indptr, indices = links
            for i, firm in enumerate(firms):
                firm.near = [firms[j] for j in indices[indptr[i]:indptr[i + 1]]]
            self.firms = firms

        def shuffled(self) -> None:
            """Each firm once, in random order."""
            self.agents.shuffle_do("step")

        def anybody(self) -> None:
            """As many meetings as there are firms, each begun by a firm drawn at random."""
            for _ in range(len(self.firms)):
                self.random.choice(self.firms).step()

        def mean(self) -> float:
            """Mean knowledge."""
            return float(np.mean([firm.levels for firm in self.firms]))

    return Market()

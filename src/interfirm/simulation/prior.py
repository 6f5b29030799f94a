"""What stands in for what a study does not hold; each of these is ours, and the report says where one was used."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

WORKERS: Final = 20.0
SMALL: Final = 50.0
CAPITAL: Final = 1.0
ABILITY: Final = 0.45
TRUST: Final = 0.45
COMMITMENT: Final = 0.3
SPREAD: Final = 0.08
LARGEST_ALLIANCE: Final = 8
KINDS: Final = 6


def knowledge(capability: Floats, sector: npt.NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Levels of tacit and explicit knowledge: most in the kind that belongs to the sector, and more with capability.

    n × 6 each. A firm knows 0.25 + 0.5 capability of its own kind, half of that of the next kind, a fifth of the
    others; 0.6 of it is written down.
    """
    n = len(capability)
    main = np.asarray(sector, dtype=np.int64) % KINDS
    level = 0.25 + 0.5 * capability
    tacit = np.repeat(0.2 * level[:, None], KINDS, axis=1)
    rows = np.arange(n)
    tacit[rows, (main + 1) % KINDS] = 0.5 * level
    tacit[rows, main] = level
    return tacit, 0.6 * tacit

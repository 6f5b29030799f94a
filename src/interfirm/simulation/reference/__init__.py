"""The cluster model once more in plain Python: slow, written to be read, and to hold the compiled kernels to.

``replay(world, periods)`` runs it from the same arrays. Under the same seed it gives the same events in
the same order, and the same numbers; the tests demand it, with all rules on and with each one off.
"""

from __future__ import annotations

from interfirm.simulation.reference.cluster import Replay, replay

__all__ = ["Replay", "replay"]

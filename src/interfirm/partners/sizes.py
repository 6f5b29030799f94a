"""How large the alliances of an organisation are: large consortia and small projects have different members."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from interfirm.partners.ground import Floats, Ints

if TYPE_CHECKING:
    from interfirm.study.study import Study

SIZE = ("usual size", "largest", "sizes together", "sizes apart")


@dataclass(frozen=True, eq=False)
class Sizes:
    """By actor, the other members of its own kind in its alliances with others.

    Parameters
    ----------
    peers
        Mean number of them; 0 without such an alliance.
    largest
        The largest number.
    """

    peers: Floats
    largest: Floats

    def columns(self, at: int, chosen: Ints) -> list[Floats]:
        """The features of some candidates of one actor, by the names in :data:`SIZE`.

        u_j = ln(1 + peers_j), ln(1 + largest_j), u_i u_j, |u_i − u_j|.
        """
        mine, theirs = np.log1p(self.peers[at]), np.log1p(self.peers[chosen])
        return [theirs, np.log1p(self.largest[chosen]), theirs * mine, np.abs(theirs - mine)]


def sizes(study: Study, at: Ints, code: Ints, size: Floats) -> Sizes:
    """Collect them from memberships.

    Parameters
    ----------
    study
        The study.
    at, code
        Of each membership, the positions of the actor and of the alliance.
    size
        Members of each alliance.
    """
    import pandas as pd

    n, joint = len(study.actors), (size > 1)[code].astype(np.float64)
    kind = pd.factorize(study.actors["kind"])[0][at]
    same = pd.factorize(pd.MultiIndex.from_arrays([code, kind]))[0]
    peers = joint * (np.bincount(same)[same] - 1.0)
    largest = np.zeros(n)
    np.maximum.at(largest, at, peers)
    together = np.bincount(at, joint, minlength=n)
    return Sizes(np.bincount(at, peers, minlength=n) / np.maximum(together, 1.0), largest)

"""Who holds the network together alone: cut vertices and bridges."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse.csgraph import connected_components

from interfirm.network._graph import graph

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.adjacency import Adjacency
    from interfirm.study.study import Study


@dataclass(frozen=True, eq=False)
class CutVertices:
    """Actors without whom a part of the network would be cut off.

    Attributes
    ----------
    rows
        One row per cut vertex, most cut off first: ``actor``; ``pieces`` its component would fall
        into; ``cut_off`` actors outside the largest piece; ``pairs`` of others that could no longer
        reach each other.
    settings
        Relation, layer, wave and so on.
    """

    rows: pd.DataFrame
    settings: dict[str, Any]

    @property
    def actors(self) -> list[str]:
        """The cut vertices, most cut off first."""
        return [str(item) for item in self.rows["actor"]]

    def table(self) -> pd.DataFrame:
        """One row per cut vertex: actor, pieces, cut_off, pairs."""
        return self.rows.copy()

    def __str__(self) -> str:
        if not len(self.rows):
            return "no cut vertex: no single actor holds a part of the network alone"
        first = self.rows.iloc[0]
        return (f"{len(self.rows)} cut vertices among {self.settings['actors']} actors; without "
                f"{first['actor']}, {first['cut_off']} would be cut off")


@dataclass(frozen=True, eq=False)
class _BlockTree:
    """Blocks (2-connected parts) and cut vertices as a tree, with sizes of every branch."""

    blocks: list[list[int]]
    of: dict[int, list[int]]
    below: dict[tuple[int, int], int]
    total: dict[int, int]


def cut_vertices(study: Study, *, relation: Any = None, wave: Any = None, who: str = "members",
                 projection: str = "newman") -> CutVertices:
    """Actors whose departure would cut others off from each other.

    A cut vertex (articulation point) is an actor whose removal breaks its component, direction
    ignored. With S other actors in the component and pieces of s_1 ≥ s_2 ≥ … left:
    cut_off = S − s_1, pairs = (S² − Σ s²)/2. Unknown ties count as absent, so a cut vertex may
    turn out not to be one once they are known.

    Parameters
    ----------
    study, relation, wave, who, projection
        See :meth:`interfirm.study.study.Study.adjacency`.

    Returns
    -------
    CutVertices
        Empty where there is none.

    References
    ----------
    [wasserman1994]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> study = example(seed=1)
    >>> list(cut_vertices(study, relation="advice", wave="2024").table().columns)
    ['actor', 'pieces', 'cut_off', 'pairs']
    """
    import pandas as pd

    view = study.adjacency(relation, wave, who=who, projection=projection)
    tree = _block_tree(view)
    found = []
    for actor, blocks in tree.of.items():
        if len(blocks) < 2:
            continue
        pieces = [tree.below[actor, block] for block in blocks]
        others = tree.total[actor]
        pairs = (others**2 - sum(size**2 for size in pieces)) // 2
        found.append((actor, len(pieces), others - max(pieces), pairs))
    found.sort(key=lambda row: (-row[3], -row[2], row[0]))
    rows = pd.DataFrame(found, columns=["actor", "pieces", "cut_off", "pairs"])
    rows["actor"] = view.actors[rows["actor"].to_numpy(dtype="int64")]
    return CutVertices(rows, view.settings)


def cut_off_with(view: Adjacency, actor: str) -> list[str]:
    """The actors that an actor's departure would part from the larger rest of its component.

    Direction is ignored; empty if the actor is no cut vertex. Of equally large pieces the one with
    the first actor in study order counts as the rest.
    """
    place = int(np.flatnonzero(view.actors == actor)[0])
    _, together = connected_components(view.symmetric, directed=False)
    others = np.flatnonzero((together == together[place]) & (np.arange(view.size) != place))
    _, pieces = connected_components(view.symmetric[others][:, others], directed=False)
    rest = np.bincount(pieces).argmax() if len(others) else 0
    return [str(name) for name in view.actors[others[pieces != rest]]]


def bridges(study: Study, *, relation: Any = None, wave: Any = None, who: str = "members",
            projection: str = "newman") -> pd.DataFrame:
    """Ties whose end would cut others off from each other.

    A bridge is a tie whose removal breaks its component, direction ignored.

    Parameters
    ----------
    study, relation, wave, who, projection
        See :meth:`interfirm.study.study.Study.adjacency`.

    Returns
    -------
    pandas.DataFrame
        ``sender``, ``receiver`` and the number of actors that would be left on each side
        (``sender_side``, ``receiver_side``); the most even cut first.

    References
    ----------
    [wasserman1994]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> study = example(seed=1)
    >>> list(bridges(study, relation="advice", wave="2024").columns)
    ['sender', 'receiver', 'sender_side', 'receiver_side']
    """
    import pandas as pd

    view = study.adjacency(relation, wave, who=who, projection=projection)
    tree = _block_tree(view)
    found = []
    for number, block in enumerate(tree.blocks):
        if len(block) != 2:
            continue
        one, two = sorted(block)
        far = tree.below[one, number]
        found.append((one, two, tree.total[one] + 1 - far, far))
    found.sort(key=lambda row: (-min(row[2], row[3]), row[0], row[1]))
    out = pd.DataFrame(found, columns=["sender", "receiver", "sender_side", "receiver_side"])
    for column in ("sender", "receiver"):
        out[column] = view.actors[out[column].to_numpy(dtype="int64")]
    out.attrs.update(view.settings)
    return out


def _block_tree(view: Adjacency) -> _BlockTree:
    """Size of each branch: ``below[v, b]`` counts the actors beyond block b as seen from actor v."""
    blocks = [list(block) for block in graph(view, directed=False).biconnected_components()]
    of: dict[int, list[int]] = defaultdict(list)
    for number, block in enumerate(blocks):
        for actor in block:
            of[actor].append(number)
    below: dict[tuple[int, int], int] = {}
    total: dict[int, int] = {}
    done = [False] * len(blocks)
    for root in range(len(blocks)):
        if not done[root]:
            _branches(root, blocks, of, below, total, done)
    return _BlockTree(blocks, dict(of), below, total)


def _branches(root: int, blocks: list[list[int]], of: dict[int, list[int]], below: dict[tuple[int, int], int],
              total: dict[int, int], done: list[bool]) -> None:
    """Walk one tree from a block: sizes downwards in reverse order, then upwards from the total."""
    order: list[tuple[int, int]] = [(root, -1)]
    done[root] = True
    for number, entry in order:
        for actor in blocks[number]:
            for other in of[actor]:
                if actor != entry and not done[other]:
                    done[other] = True
                    order.append((other, actor))
    weight = [0] * len(order)
    beyond: dict[int, int] = defaultdict(int)
    for position in range(len(order) - 1, -1, -1):
        number, entry = order[position]
        weight[position] = sum(1 + beyond[actor] for actor in blocks[number] if actor != entry)
        if entry >= 0:
            beyond[entry] += weight[position]
            below[entry, number] = weight[position]
    size = weight[0]
    for number, entry in order:
        for actor in blocks[number]:
            total[actor] = size - 1
            if actor != entry:
                below[actor, number] = size - 1 - beyond[actor]

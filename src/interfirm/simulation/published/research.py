"""Research networks whose knowledge grows along the ties: the model of König and others (2012), by enumeration."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csgraph

from interfirm.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

Ties = NDArray[np.bool_]
ALL_UP_TO: Final = 7
NESTED_UP_TO: Final = 14
_EDGE: Final = 1e-9


@dataclass(frozen=True, eq=False)
class EfficientNetwork:
    """A network that is best for all firms together over a range of costs.

    Attributes
    ----------
    ties
        n × n.
    from_cost, to_cost
        Cost of a tie to either end, between which it is best.
    stable_from, stable_to
        The part of that range in which it is pairwise stable too; NaN if in none.
    """

    ties: Ties = field(repr=False)
    from_cost: float
    to_cost: float
    stable_from: float
    stable_to: float

    @property
    def edges(self) -> int:
        """Number of ties."""
        return int(self.ties.sum()) // 2

    @property
    def degrees(self) -> tuple[int, ...]:
        """Ties of each firm, most first."""
        return tuple(sorted((int(d) for d in self.ties.sum(axis=1)), reverse=True))

    @property
    def nested(self) -> bool:
        """Whether the network is a nested split graph."""
        return is_nested(self.ties)


def growth_rates(ties: ArrayLike) -> NDArray[np.float64]:
    """The rate at which each firm's knowledge grows in the long run: the largest eigenvalue of its component.

    Knowledge follows dx_i/dt = Σ_j a_ij x_j, with a_ij = 1 if i and j do research together; from any start above 0,
    ln x_i grows with λ₁ of the part of the network that i belongs to [konig2012].

    Parameters
    ----------
    ties
        n × n, symmetric.

    Returns
    -------
    numpy.ndarray
        n rates; 0 for a firm without tie.

    Raises
    ------
    UsageError
        For a matrix that is not square and symmetric.

    Examples
    --------
    >>> growth_rates([[0, 1, 0], [1, 0, 0], [0, 0, 0]]).tolist()
    [1.0, 1.0, 0.0]
    """
    tie = _ties(ties)
    _, part = csgraph.connected_components(tie, directed=False)
    out = np.zeros(len(tie))
    for one in np.unique(part):
        mine = np.flatnonzero(part == one)
        if len(mine) > 1:
            out[mine] = np.linalg.eigvalsh(tie[np.ix_(mine, mine)].astype(float))[-1]
    return out


def welfare(ties: ArrayLike, cost: float) -> float:
    """What all firms earn together: Σ_i (λ₁ of i's component − cost · ties of i) [konig2012].

    Examples
    --------
    >>> welfare([[0, 1], [1, 0]], 0.25)
    1.5
    """
    tie = _ties(ties)
    return float(growth_rates(tie).sum() - cost * tie.sum())


def _ties(ties: ArrayLike) -> Ties:
    tie: Ties = np.asarray(ties) != 0
    if tie.ndim != 2 or tie.shape[0] != tie.shape[1] or (tie != tie.T).any() or tie.diagonal().any():
        raise UsageError("ties is a square, symmetric matrix without a diagonal.")
    return tie


def is_nested(ties: ArrayLike) -> bool:
    """Whether the network is a nested split graph: of any two firms, one knows all that the other does.

    Examples
    --------
    >>> is_nested([[0, 1, 1], [1, 0, 0], [1, 0, 0]])
    True
    """
    tie = _ties(ties)
    order = np.argsort(-tie.sum(axis=1), kind="stable")
    for place, i in enumerate(order):
        for j in order[place + 1:]:
            extra = tie[j] & ~tie[i]
            extra[i] = False
            if extra.any():
                return False
    return True


def stable_costs(ties: ArrayLike) -> tuple[float, float]:
    """The costs at which no firm wants to drop a tie and no two want a new one: lowest and highest.

    A firm drops a tie if what it loses of λ₁ is less than the cost; a new tie needs the consent of both, one of whom
    gains and the other does not lose (pairwise stability). NaN, NaN if there is no such cost.

    Examples
    --------
    >>> stable_costs([[0, 1], [1, 0]])
    (0.0, 1.0)
    """
    tie = _ties(ties)
    now, low, high = growth_rates(tie), 0.0, float("inf")
    for i in range(len(tie)):
        for j in range(i):
            other = tie.copy()
            other[i, j] = other[j, i] = not tie[i, j]
            change = np.abs(growth_rates(other) - now)[[i, j]].min()
            low, high = (low, min(high, change)) if tie[i, j] else (max(low, change), high)
    return (low, high) if low <= high + _EDGE else (float("nan"), float("nan"))


def efficient_networks(firms: int, *, nested_only: bool = False) -> tuple[EfficientNetwork, ...]:
    """Which research network is best for all firms together, as the cost of a tie rises from 0.

    Every network of so many firms is tried (up to 7), or every nested split graph (up to 14). The best one's welfare
    falls in the cost along a straight line, so the costs at which another takes over are exact.

    Parameters
    ----------
    firms
        n, from 2.
    nested_only
        Whether to try nested split graphs only. That the best network is one of them is a result of the paper, and
        holds in every case up to 7.

    Returns
    -------
    tuple of EfficientNetwork
        From the cheapest ties to the dearest; the last one is the network without ties.

    Raises
    ------
    UsageError
        For too many firms.

    References
    ----------
    [konig2012]

    Examples
    --------
    >>> [(one.edges, round(one.from_cost, 3)) for one in efficient_networks(4)]
    [(6, 0.0), (4, 0.83), (3, 0.876), (0, 1.155)]
    """
    most = NESTED_UP_TO if nested_only else ALL_UP_TO
    if not 2 <= firms <= most:
        raise UsageError(f"{firms} firms: 2 to {most} can be enumerated" +
                         ("." if nested_only else f"; nested_only=True goes up to {NESTED_UP_TO}."))
    return _efficient(firms, nested_only)


@lru_cache(maxsize=16)
def _efficient(firms: int, nested_only: bool) -> tuple[EfficientNetwork, ...]:
    best: dict[int, tuple[float, Ties]] = {}
    for tie in nested_graphs(firms) if nested_only else _every_graph(firms):
        edges, gain = int(tie.sum()) // 2, float(growth_rates(tie).sum())
        if gain > best.get(edges, (-1.0, tie))[0] + _EDGE:
            best[edges] = (gain, tie)
    return tuple(_envelope(best))


def _envelope(best: dict[int, tuple[float, Ties]]) -> Iterator[EfficientNetwork]:
    """The upper envelope of the lines gain − 2 · cost · edges over cost ≥ 0."""
    edges = max(best, key=lambda m: (best[m][0], -m))
    cost = 0.0
    while True:
        gain, tie = best[edges]
        after = [((gain - best[m][0]) / (2 * (edges - m)), m) for m in best if m < edges]
        until, nxt = min(after, key=lambda one: (one[0], one[1])) if after else (float("inf"), edges)
        low, high = stable_costs(tie)
        inside = max(low, cost), min(high, until)
        ok = inside[0] <= inside[1] + _EDGE
        yield EfficientNetwork(tie, cost, until, *(inside if ok else (float("nan"), float("nan"))))
        if not after:
            return
        cost, edges = until, nxt


def _every_graph(firms: int) -> Iterator[Ties]:
    """All networks of so many firms, each once up to the names of the firms (the atlas of igraph)."""
    import igraph

    index = 0
    while True:
        try:
            graph = igraph.Graph.Atlas(index)
        except igraph.InternalError:
            return
        if graph.vcount() > firms:
            return
        if graph.vcount() == firms:
            yield np.array(graph.get_adjacency().data, dtype=bool).reshape(firms, firms)
        index += 1


def nested_graphs(firms: int) -> Iterator[Ties]:
    """All nested split graphs: firms join one after the other, tied to all before them or to none."""
    for code in range(1 << (firms - 1)):
        tie = np.zeros((firms, firms), dtype=bool)
        for at in range(1, firms):
            if code >> (at - 1) & 1:
                tie[at, :at] = tie[:at, at] = True
        yield tie


def efficiency_table(firms: int, *, nested_only: bool = False) -> pd.DataFrame:
    """The best networks as a table: ``from_cost``, ``to_cost``, ``edges``, ``degrees``, ``nested``, ``stable_from``,
    ``stable_to``.

    Examples
    --------
    >>> bool(efficiency_table(5)["nested"].all())
    True
    """
    import pandas as pd

    return pd.DataFrame([{"from_cost": one.from_cost, "to_cost": one.to_cost, "edges": one.edges,
                          "degrees": ", ".join(str(d) for d in one.degrees), "nested": one.nested,
                          "stable_from": one.stable_from, "stable_to": one.stable_to}
                         for one in efficient_networks(firms, nested_only=nested_only)])

"""What is lost if firms leave: who is cut off, and which outside knowledge can no longer be reached."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from math import factorial
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.sparse import csgraph

from interfirm.errors import UnknownName, UsageError
from interfirm.structure.indices import reachable
from interfirm.structure.limits import limit
from interfirm.structure.sources import ALLIANCES, Relation, exchange_relations

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Value = Callable[[frozenset[int]], float]

EXACT = 10
ORDERS = 2000


@dataclass(frozen=True, eq=False)
class Loss:
    """What a network loses without some of its members.

    Parameters
    ----------
    actors
        Who leaves.
    pairs_before, pairs_lost
        Pairs of the others that were joined by some chain of exchange ties, and how many no longer are.
    parts
        The parts that the others fall into, largest first.
    alone
        Others that had a tie and have none left.
    knowledge_before, knowledge_lost
        (member, outside source) pairs that were joined by a chain of knowledge ties among members, and how
        many no longer are; None if there is no knowledge relation with outside sources.
    unreachable
        Outside sources that nobody who stays can reach any more.
    losing
        Per outside source: the members that can no longer reach it.
    pair_share, knowledge_share
        The losses split among those who leave (Shapley value): they add up to the losses.
    exact
        Whether the split is exact (up to 10 firms) or from 2,000 random orders.
    settings
        Relations, wave, seed.
    """

    actors: tuple[str, ...]
    pairs_before: int
    pairs_lost: int
    parts: tuple[tuple[str, ...], ...]
    alone: tuple[str, ...]
    knowledge_before: int | None
    knowledge_lost: int | None
    unreachable: tuple[str, ...]
    losing: Mapping[str, tuple[str, ...]]
    pair_share: Mapping[str, float]
    knowledge_share: Mapping[str, float]
    exact: bool
    settings: Mapping[str, Any]

    def table(self) -> pd.DataFrame:
        """One row per firm that leaves: its share of both losses."""
        import pandas as pd

        return pd.DataFrame({"actor": self.actors, "pairs_lost": [self.pair_share[a] for a in self.actors],
                             "knowledge_lost": [self.knowledge_share.get(a, float("nan")) for a in self.actors]})

    def __str__(self) -> str:
        text = (f"Without {', '.join(self.actors)}: {self.pairs_lost} of {self.pairs_before} pairs of the others lose "
                f"touch, {len(self.parts)} parts remain")
        if self.alone:
            text += f", {', '.join(self.alone[:5])}{', …' if len(self.alone) > 5 else ''} left alone"
        if self.knowledge_lost is not None:
            text += f"; {self.knowledge_lost} of {self.knowledge_before} ways to outside knowledge are lost"
        return text + "."


def without(study: Study, actors: str | Sequence[str], *, exchange: Relation = None, knowledge: Relation = None,
            wave: str | int | None = None, seed: int | None = None) -> Loss:
    """What is lost if these members leave.

    Two losses: pairs of the members who stay that are no longer joined by exchange ties; and pairs of a
    staying member and an outside source that are no longer joined by knowledge ties (the sender asks, the
    last one asked is outside). If several leave, each loss is split by the Shapley value: the mean, over all
    orders in which they could leave, of what is lost when one's turn comes.

    Parameters
    ----------
    study
        The study.
    actors
        One member or several.
    exchange, knowledge
        Relations; None takes all of the exchange layer and all of the knowledge layer.
    wave
        The wave; None if there is only one.
    seed
        Needed for more than 10 leaving firms: the split is then the mean over 2,000 random orders.

    Returns
    -------
    Loss

    Raises
    ------
    UnknownName
        For an actor that is not a member in this wave.
    UsageError
        For no actor, or more than 10 without a seed.

    Notes
    -----
    Unknown ties count as absent, so losses can be too large where many did not answer. Ours, after the
    removal of cut vertices; the split after [shapley1953].
    """
    leaving = [actors] if isinstance(actors, str) else list(dict.fromkeys(actors))
    if not leaving:
        raise UsageError("Name at least one member that leaves.")
    if len(leaving) > EXACT and seed is None:
        raise UsageError(f"For more than {EXACT} firms the split is drawn at random: give a seed.")
    relations = exchange_relations(study, exchange)
    view = study.adjacency(relations, None if relations == ALLIANCES and wave is None else study.wave(wave))
    names = [str(name) for name in view.actors]
    for name in leaving:
        if name not in names:
            raise UnknownName("member in this wave", name, names)
    gone = [names.index(name) for name in leaving]
    orders = None if len(leaving) <= EXACT else _orders(len(leaving), np.random.default_rng(seed))
    tie = sp.csr_array(view.symmetric > 0)
    stay = np.setdiff1d(np.arange(len(names)), gone)
    pairs = joined_pairs(tie, stay, [])

    def pair_value(some: frozenset[int]) -> float:
        return float(pairs - joined_pairs(tie, stay, [gone[i] for i in some]))

    known = _knowledge_loss(study, knowledge, wave, leaving, orders)
    parts = [tuple(names[i] for i in part) for part in _parts(tie, stay)]
    return Loss(
        actors=tuple(leaving), pairs_before=pairs, pairs_lost=int(pair_value(frozenset(range(len(gone))))),
        parts=tuple(parts), alone=tuple(names[i] for i in _alone(tie, stay)),
        knowledge_before=known.before, knowledge_lost=known.lost, unreachable=known.unreachable, losing=known.losing,
        pair_share=dict(zip(leaving, shapley(pair_value, len(leaving), orders), strict=True)),
        knowledge_share=known.share, exact=orders is None,
        settings={"exchange": view.relation, "knowledge": knowledge, "wave": view.wave, "seed": seed})


def shapley(value: Value, n: int, orders: Ints | None = None) -> list[float]:
    """The Shapley value of n players: their mean contribution over all orders, or over the given ones.

    ``value`` of a set of players; the parts add up to the value of all less that of none.
    """
    known: dict[frozenset[int], float] = {}

    def v(some: frozenset[int]) -> float:
        if some not in known:
            known[some] = value(some)
        return known[some]

    out = [0.0] * n
    if orders is not None:
        for order in orders:
            some: frozenset[int] = frozenset()
            for player in order.tolist():
                out[player] += (v(some | {player}) - v(some)) / len(orders)
                some |= {player}
        return out
    for player in range(n):
        others = [other for other in range(n) if other != player]
        for size in range(n):
            weight = factorial(size) * factorial(n - size - 1) / factorial(n)
            for chosen in combinations(others, size):
                some = frozenset(chosen)
                out[player] += weight * (v(some | {player}) - v(some))
    return out


def _orders(n: int, rng: np.random.Generator) -> Ints:
    return np.array([rng.permutation(n) for _ in range(ORDERS)])


def joined_pairs(tie: sp.csr_array, stay: Ints, gone: Sequence[int]) -> int:
    """Pairs of those who stay that some chain of ties joins when some others are gone."""
    keep = np.setdiff1d(np.arange(tie.shape[0]), np.asarray(gone, dtype=np.int64))
    _, part = csgraph.connected_components(tie[keep][:, keep], directed=False)
    sizes = np.bincount(part[np.isin(keep, stay)])
    return int((sizes * (sizes - 1) // 2).sum())


def _alone(tie: sp.csr_array, stay: Ints) -> list[int]:
    """Those who stay that had a tie and have none with another who stays."""
    before, after = tie[stay].sum(axis=1), tie[stay][:, stay].sum(axis=1)
    return [int(i) for i in stay[(before > 0) & (after == 0)]]


def _parts(tie: sp.csr_array, stay: Ints) -> list[Ints]:
    """The parts that those who stay fall into, largest first."""
    number, part = csgraph.connected_components(tie[stay][:, stay], directed=False)
    return sorted((stay[part == at] for at in range(number)), key=len, reverse=True)


@dataclass(frozen=True)
class _Knowledge:
    """What is lost of the ways to outside knowledge; empty where no such knowledge is recorded."""

    before: int | None = None
    lost: int | None = None
    unreachable: tuple[str, ...] = ()
    losing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    share: Mapping[str, float] = field(default_factory=dict)


def _knowledge_loss(study: Study, knowledge: Relation, wave: str | int | None, leaving: list[str],
                    orders: Ints | None) -> _Knowledge:
    relations = knowledge if knowledge is not None else list(study.relations_of("knowledge"))
    if not relations:
        return _Knowledge()
    view = study.adjacency(relations, study.wave(wave), who="all")
    if view.size > limit("most_actors"):
        raise UsageError(f"{view.size:,} actors are too many for the ways to outside knowledge; at most "
                         f"{limit('most_actors'):,.0f}. Take a selection.")
    external = (study.actors["position"] == "external").to_numpy(dtype=bool)[view.index]
    ask = view.matrix.toarray() > 0
    if not ask[:, external].any():
        return _Knowledge()
    names = np.array([str(name) for name in view.actors], dtype=object)
    rows = np.flatnonzero(~external & ~np.isin(names, leaving))
    sources = np.flatnonzero(external & ask.any(axis=0))

    def reached(gone: Sequence[str]) -> Bools:
        now = ask.copy()
        now[external] = False
        now[np.isin(names, gone)] = False
        return reachable(now)[np.ix_(rows, sources)]

    before, after = reached([]), reached(leaving)
    lost = before & ~after
    total = float(before.sum())
    share = shapley(lambda some: total - float(reached([leaving[i] for i in some]).sum()), len(leaving), orders)
    losing = {str(names[s]): tuple(names[rows[lost[:, at]]].tolist()) for at, s in enumerate(sources)
              if lost[:, at].any()}
    return _Knowledge(int(before.sum()), int(lost.sum()),
                      tuple(name for at, s in enumerate(sources)
                            if (name := str(names[s])) in losing and not after[:, at].any()),
                      losing, dict(zip(leaving, share, strict=True)))

"""What the measures share: graphs for igraph, seeded draws, and which ties are known."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

import igraph
import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from interfirm.errors import UsageError
from interfirm.network._limits import limit, whole
from interfirm.study.adjacency import Adjacency

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_graphs: WeakKeyDictionary[Adjacency, dict[bool, Any]] = WeakKeyDictionary()


def pairs(view: Adjacency, *, directed: bool | None = None) -> tuple[Ints, Ints, Floats]:
    """Senders, receivers and weights of the ties, each undirected tie once.

    ``directed=False`` gives the underlying undirected network of a directed one, weight = the
    larger of the two directions.
    """
    keep = view.directed if directed is None else directed
    if keep and not view.directed:
        raise UsageError(f"'{view.relation}' has no direction.")
    matrix = view.matrix if keep else sp.csr_array(sp.triu(view.symmetric, k=1))
    coo = matrix.tocoo()
    return coo.row.astype(np.int64), coo.col.astype(np.int64), coo.data.astype(np.float64)


def graph(view: Adjacency, *, directed: bool | None = None) -> Any:
    """The ties without weights as an igraph graph; built once per view."""
    keep = view.directed if directed is None else directed
    made = _graphs.setdefault(view, {})
    if keep not in made:
        made[keep] = igraph.Graph(n=view.size, edges=_ends(view, keep).tolist(), directed=keep)
    return made[keep]


def _ends(view: Adjacency, directed: bool) -> Ints:
    """As :func:`pairs`, in the same order, but without weights and quick also for many small networks."""
    if directed:
        return np.column_stack(pairs(view, directed=True)[:2])
    size = view.size
    sender = np.repeat(np.arange(size), np.diff(view.matrix.indptr))
    receiver = view.matrix.indices.astype(np.int64)
    keys = np.unique(np.minimum(sender, receiver) * size + np.maximum(sender, receiver))
    ends = np.column_stack([keys // max(size, 1), keys % max(size, 1)])
    out: Ints = ends[ends[:, 0] != ends[:, 1]]
    return out


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Let igraph draw from a generator of its own, so that a result depends on ``seed`` alone."""
    igraph.set_random_number_generator(random.Random(seed))
    try:
        yield
    finally:
        igraph.set_random_number_generator(random)


def seeds(seed: int, count: int) -> list[int]:
    """``count`` independent seeds derived from one."""
    return [int(item.generate_state(1)[0]) for item in np.random.SeedSequence(seed).spawn(count)]


def is_known(view: Adjacency, sender: Ints, receiver: Ints) -> Bools:
    """Whether each ordered pair is known to be tied or not tied.

    A pair is unknown if its sender did not respond (undirected: if neither did) and no tie was
    stated, or if the data says that it is unknown.
    """
    out = ~view.missing_rows[sender]
    if not view.directed:
        out |= ~view.missing_rows[receiver]
    if not out.all():
        lost = np.flatnonzero(~out)
        out[lost] = is_tied(view, sender[lost], receiver[lost])
    if len(view.missing_pairs):
        stated = view.missing_pairs[:, 0] * view.size + view.missing_pairs[:, 1]
        out &= ~np.isin(sender * view.size + receiver, stated)
    return out


def is_tied(view: Adjacency, sender: Ints, receiver: Ints) -> Bools:
    """Whether each ordered pair has a tie."""
    if not len(sender):
        return np.zeros(0, dtype=bool)
    return np.asarray(view.matrix[sender, receiver]).ravel() > 0


def unknown_matrix(view: Adjacency) -> sp.csr_array:
    """n × n, 1 where the ordered pair is unknown; rows of non-respondents are nearly full."""
    size = view.size
    rows = np.flatnonzero(view.missing_rows)
    columns = rows if not view.directed else np.arange(size, dtype=np.int64)
    sender, receiver = np.repeat(rows, len(columns)), np.tile(columns, len(rows))
    sender = np.concatenate([sender, view.missing_pairs[:, 0]])
    receiver = np.concatenate([receiver, view.missing_pairs[:, 1]])
    keep = sender != receiver
    sender, receiver = sender[keep], receiver[keep]
    keep = ~is_known(view, sender, receiver)
    out = sp.csr_array((np.ones(int(keep.sum())), (sender[keep], receiver[keep])), shape=(size, size))
    out.data[:] = 1.0
    return out


def many(view: Adjacency) -> bool:
    """Whether exact shortest-path measures would take long (see ``network.exact_work``)."""
    return view.size * max(view.matrix.nnz // (1 if view.directed else 2), 1) > limit("exact_work")


def pivots(view: Adjacency, sample: int | None, seed: int) -> Ints:
    """The actors from which shortest paths start: all of them, or a random sample.

    ``sample=None`` takes all where that is quick and ``network.pivots`` otherwise.
    """
    if sample is not None and sample < 2:
        raise UsageError("sample must be at least 2 actors, or none for the usual choice.")
    wanted = sample if sample is not None else (whole("pivots") if many(view) else view.size)
    if wanted >= view.size:
        return np.arange(view.size, dtype=np.int64)
    return np.sort(np.random.default_rng(seed).choice(view.size, wanted, replace=False)).astype(np.int64)

"""From a view of the study to the arrays that the kernels read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from interfirm.study.adjacency import Adjacency

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Progress = Callable[[float], None]

_PIECE = 5e7


@dataclass(frozen=True, eq=False)
class Ordered:
    """An undirected network whose actors are numbered by increasing number of neighbours.

    Parameters
    ----------
    indptr, split, indices
        As :mod:`interfirm.kernels.triangles` describes them.
    values
        One value per stored pair, as the actor of the row sees it.
    order
        ``order[i]`` is the position in the view of the actor numbered i.
    """

    indptr: Ints
    split: Ints
    indices: npt.NDArray[np.int32]
    values: npt.NDArray[Any]
    order: Ints

    @property
    def size(self) -> int:
        """Number of actors."""
        return len(self.order)

    @property
    def degree(self) -> Ints:
        """Number of neighbours, by number."""
        return np.diff(self.indptr)

    def rows(self) -> Ints:
        """The row of every stored pair."""
        return np.repeat(np.arange(self.size), self.degree)

    def pairs(self) -> tuple[Ints, Ints, Ints]:
        """Lower number, higher number and position of each pair, once."""
        rows = self.rows()
        position = np.flatnonzero(self.indices > rows)
        return rows[position], self.indices[position].astype(np.int64), position

    def back(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Values by number, put in the order of the view."""
        out = np.empty_like(values)
        out[self.order] = values
        return out

    def pieces(self, progress: Progress | None = None) -> Iterator[tuple[int, int]]:
        """Row ranges of about the same work, so that long work can be interrupted and watched."""
        higher = self.indptr[1:] - self.split
        low, high, _ = self.pairs()
        work = np.cumsum(np.bincount(low, weights=higher[high] + 1.0, minlength=self.size))
        total = float(work[-1]) if self.size else 0.0
        count = max(1, int(np.ceil(total / _PIECE)), 20 if progress and total > _PIECE / 10 else 1)
        ends = np.searchsorted(work, total * np.arange(1, count) / count)
        bounds = np.unique([0, *ends, self.size])
        for first, last in pairwise(bounds):
            yield int(first), int(last)
            if progress:
                progress(float(work[last - 1]) / total if total else 1.0)


def ordered(matrix: sp.csr_array) -> Ordered:
    """Renumber a matrix of symmetric pattern by increasing number of neighbours."""
    size = matrix.shape[0]
    order = np.argsort(np.diff(matrix.indptr), kind="stable").astype(np.int64)
    mine = sp.csr_array(matrix[order])
    number = np.empty(size, dtype=mine.indices.dtype)
    number[order] = np.arange(size)
    mine.indices = number[mine.indices]
    mine.has_sorted_indices = False
    mine.sort_indices()
    indptr = mine.indptr.astype(np.int64)
    rows = np.repeat(np.arange(size), np.diff(indptr))
    higher = np.bincount(rows[mine.indices > rows], minlength=size)
    return Ordered(indptr, indptr[1:] - higher, mine.indices.astype(np.int32), mine.data, order)


def both_ways(matrix: sp.csr_array) -> sp.csr_array:
    """a_ij + a_ji."""
    return sp.csr_array(matrix + matrix.T)


def flag(matrix: sp.csr_array, value: int) -> sp.csr_array:
    """A small whole number wherever something is stored."""
    data = np.full(matrix.nnz, value, dtype=np.int16)
    return sp.csr_array((data, matrix.indices, matrix.indptr), shape=matrix.shape)


def unknown_pairs(view: Adjacency, *, silent: bool) -> sp.csr_array:
    """Where a tie may be, as a pattern.

    Single unknown ties always; with ``silent`` also, in an undirected relation, the pairs of actors
    of whom neither responded. (A silent row of a directed relation is left out by the callers.)
    """
    pairs = view.missing_pairs
    if silent and not view.directed and view.missing_rows.any():
        quiet = np.flatnonzero(view.missing_rows)
        a, b = np.meshgrid(quiet, quiet, indexing="ij")
        grid = np.column_stack([a.ravel(), b.ravel()])
        pairs = np.vstack([pairs, grid[grid[:, 0] != grid[:, 1]]])
    shape = view.matrix.shape
    out = sp.csr_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=shape)
    if view.directed:
        return out
    if len(pairs):
        out = both_ways(out)
        out = sp.csr_array(out - out.multiply(view.binary))
        out.eliminate_zeros()
    return out


def answered_only(view: Adjacency) -> sp.csr_array:
    """The binary ties; in a directed relation without those reported by actors that did not respond."""
    if not view.directed or not view.missing_rows.any():
        return view.binary
    keep = sp.diags_array((~view.missing_rows).astype(np.float64))
    out = sp.csr_array(keep @ view.binary)
    out.eliminate_zeros()
    return out


def hide_silent(view: Adjacency, values: Floats) -> Floats:
    """NaN for the actors of a directed relation whose own ties are unknown."""
    if view.directed and view.missing_rows.any():
        values = np.where(view.missing_rows, np.nan, values)
    return values


def marker(size: int) -> npt.NDArray[np.int32]:
    """The workspace of the triangle kernels."""
    return np.zeros(size, dtype=np.int32)

"""The triangle kernels, against a count over all triples, whole and in pieces."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import scipy.sparse as sp

from interfirm.kernels import triangles
from interfirm.network import _arrays

EXACT = 1e-12


def network(seed: int, size: int = 20) -> np.ndarray:
    rng = np.random.default_rng(seed)
    a = np.triu((rng.random((size, size)) < 0.3) * rng.integers(1, 5, (size, size)), 1).astype(float)
    return a + a.T


def every_triangle(a: np.ndarray) -> list[tuple[int, int, int]]:
    triples = itertools.combinations(range(len(a)), 3)
    return [t for t in triples if all(a[i, j] for i, j in itertools.combinations(t, 2))]


def by_pair(net: _arrays.Ordered, values: np.ndarray) -> np.ndarray:
    out = np.zeros((net.size, net.size))
    low, high, position = net.pairs()
    out[net.order[low], net.order[high]] = values[position]
    return out + out.T


@pytest.mark.parametrize("piece", [5e7, 3.0])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_edge_sums(monkeypatch, seed, piece):
    monkeypatch.setattr(_arrays, "_PIECE", piece)
    a = network(seed)
    net = _arrays.ordered(sp.csr_array(a))
    through, product, shared = np.zeros(len(net.values)), np.zeros(len(net.values)), np.zeros(len(net.values), np.int64)
    spare, inverse = _arrays.marker(net.size), 1.0 / np.arange(1, net.size + 1)
    pieces = list(net.pieces())
    assert (len(pieces) > 1) == (piece < 10)
    for first, last in pieces:
        triangles.edge_sums(net.indptr, net.split, net.indices, net.values, inverse, first, last, spare, through,
                            product, shared)
    assert not spare.any()
    tied = a > 0
    weight_of_q = np.empty(net.size)
    weight_of_q[net.order] = inverse
    np.testing.assert_allclose(by_pair(net, through), (a @ np.diag(weight_of_q) @ a) * tied, rtol=EXACT)
    np.testing.assert_allclose(by_pair(net, product), (a @ a) * tied, rtol=EXACT)
    np.testing.assert_array_equal(by_pair(net, shared), (tied.astype(int) @ tied) * tied)


def test_triangle_cells_count_every_triangle_once():
    a = np.minimum(network(4), 4)
    net = _arrays.ordered(sp.csr_array(a))
    cells = np.zeros((5, 5, 5), dtype=np.int64)
    for first, last in net.pieces():
        triangles.triangle_cells(net.indptr, net.split, net.indices, net.values.astype(np.uint8), first, last,
                                 _arrays.marker(net.size), cells)
    kinds = [tuple(sorted(int(a[i, j]) for i, j in itertools.combinations(t, 2))) for t in every_triangle(a)]
    found = {}
    for cell in itertools.product(range(5), repeat=3):
        key = tuple(sorted(cell))
        found[key] = found.get(key, 0) + int(cells[cell])
    assert {key: count for key, count in found.items() if count} == {key: kinds.count(key) for key in set(kinds)}


def test_numbering_follows_the_number_of_neighbours_and_keeps_every_pair():
    a = network(5)
    net = _arrays.ordered(sp.csr_array(a))
    assert (np.diff(net.degree) >= 0).all()
    low, high, position = net.pairs()
    assert (low < high).all()
    rebuilt = np.zeros_like(a)
    rebuilt[net.order[low], net.order[high]] = net.values[position]
    np.testing.assert_array_equal(rebuilt + rebuilt.T, a)
    rows = net.rows()
    assert all((np.diff(net.indices[rows == i]) > 0).all() for i in range(net.size))
    np.testing.assert_array_equal(net.back(net.degree), (a > 0).sum(axis=0))


def test_pieces_cover_every_row_once_and_report_progress(monkeypatch):
    monkeypatch.setattr(_arrays, "_PIECE", 5.0)
    net, seen = _arrays.ordered(sp.csr_array(network(6))), []
    pieces = list(net.pieces(seen.append))
    assert [i for first, last in pieces for i in range(first, last)] == list(range(net.size))
    assert len(seen) == len(pieces) > 3
    assert seen == sorted(seen)
    assert seen[-1] == pytest.approx(1.0)

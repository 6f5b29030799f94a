"""The reachability kernels, against matrix powers."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from interfirm.kernels import reach


def arcs(seed: int, size: int) -> np.ndarray:
    """A random network without cycles, arcs from lower to higher numbers."""
    return np.triu(np.random.default_rng(seed).random((size, size)) < 3 / size, 1)


def as_csr(a: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    matrix = sp.csr_array(a)
    return matrix.indptr.astype(np.int64), matrix.indices.astype(np.int64)


@pytest.mark.parametrize("offset", [0, 64, 130])
@pytest.mark.parametrize("size", [5, 64, 65, 200])
def test_closure_in_any_window_of_targets(size, offset):
    a = arcs(size, size)
    expected = np.linalg.matrix_power(a.astype(float) + np.eye(size), size) > 0
    bits = np.zeros((size, 2), dtype=np.uint64)
    reach.closure(*as_csr(a), offset, bits)
    flat = np.unpackbits(bits.view(np.uint8), axis=1, bitorder="little")
    targets = np.arange(offset, offset + 128)
    there = targets < size
    np.testing.assert_array_equal(flat[:, there], expected[:, targets[there]])
    assert not flat[:, ~there].any()


def test_topological_order_puts_sources_first_and_stops_at_a_cycle():
    a = arcs(3, 40)
    shuffle = np.random.default_rng(1).permutation(40)
    mixed = a[np.ix_(shuffle, shuffle)]
    order = np.zeros(40, dtype=np.int64)
    assert reach.topological(*as_csr(mixed), mixed.sum(axis=0).astype(np.int64), order) == 40
    place = np.argsort(order)
    source, target = np.nonzero(mixed)
    assert (place[source] < place[target]).all()
    ring = np.roll(np.eye(4, dtype=bool), 1, axis=1)
    assert reach.topological(*as_csr(ring), ring.sum(axis=0).astype(np.int64), np.zeros(4, dtype=np.int64)) == 0


@pytest.mark.parametrize("size", [6, 63, 64, 129])
def test_pairs_without_a_least_bound(size):
    above = arcs(size + 7, size)
    full = np.linalg.matrix_power(above.astype(float) + np.eye(size), size) > 0
    weight = np.random.default_rng(size).integers(1, 4, size)
    expected = 0
    for i in range(size):
        for j in range(i + 1, size):
            bounds = np.flatnonzero(full[i] & full[j])
            least = any(full[low][bounds].all() for low in bounds)
            expected += 0 if least else int(weight[i] * weight[j])
    bits = np.zeros((size, (size + 63) // 64), dtype=np.uint64)
    reach.closure(*as_csr(above), 0, bits)
    halves = [reach.without_least_bound(bits, weight, first, last) for first, last in ((0, 3), (3, size))]
    assert sum(halves) == expected > 0

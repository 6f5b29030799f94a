"""Moran's I: hand calculation, enumeration of all orders, brute force, behaviour under chance."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from interfirm.cluster.moran import morans_i, nearest_weights
from interfirm.errors import DataError, UsageError

LINE = np.array([[0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 1], [0, 0, 1, 0]], dtype=float)


def test_by_hand_on_a_line() -> None:
    """1, 2, 3, 4 in a row: z = −1.5, −0.5, 0.5, 1.5; Σ w z z = 2 (0.75 − 0.25 + 0.75) = 2.5; I = 4/6 · 2.5/5."""
    assert morans_i([1, 2, 3, 4], LINE).value == pytest.approx(1 / 3)


def brute(y: np.ndarray, w: np.ndarray) -> float:
    mean, n = y.mean(), len(y)
    top = sum(w[i, j] * (y[i] - mean) * (y[j] - mean) for i in range(n) for j in range(n))
    return n / w.sum() * top / sum((v - mean) ** 2 for v in y)


def test_mean_and_variance_are_those_of_all_orders() -> None:
    """All 720 orders of six values over unequal weights give −1/(n−1) and the variance under randomisation, exactly."""
    rng = np.random.default_rng(1)
    y, w = rng.gamma(1, 1, 6), rng.random((6, 6))
    np.fill_diagonal(w, 0)
    found = morans_i(y, w)
    every = np.array([brute(y[list(order)], w) for order in permutations(range(6))])
    assert found.value == pytest.approx(brute(y, w), rel=1e-12)
    assert every.mean() == pytest.approx(found.expected, rel=1e-9) == pytest.approx(-0.2)
    assert every.std() == pytest.approx(found.error, rel=1e-9)
    far = np.abs(every + 0.2) >= abs(found.value + 0.2) - 1e-12
    assert found.exact and found.permutations == 720
    assert found.p_permutation == pytest.approx(far.mean())


def test_permutation_and_normal_test_agree_for_many_places() -> None:
    rng = np.random.default_rng(2)
    xy = rng.random((60, 2))
    w = nearest_weights(np.hypot(*(xy[:, None] - xy).transpose(2, 0, 1)), 5)
    smooth = xy[:, 0] + 0.7 * rng.normal(size=60)
    found = morans_i(smooth, w, permutations=1999, seed=3)
    assert found.value > found.expected and not found.exact
    assert found.p_permutation == pytest.approx(found.p, abs=0.02)
    assert morans_i(smooth, w, permutations=1999, seed=3) == found


def test_chance_gives_a_small_p_as_often_as_it_says() -> None:
    """400 sets of noise: the share with p ≤ 0.1 is 0.1 within three standard errors (0.045)."""
    rng = np.random.default_rng(4)
    xy = rng.random((25, 2))
    w = nearest_weights(np.hypot(*(xy[:, None] - xy).transpose(2, 0, 1)), 4)
    p = [morans_i(rng.normal(size=25), w, permutations=99, seed=i).p_permutation for i in range(400)]
    assert np.mean(np.array(p) <= 0.1) == pytest.approx(0.1, abs=0.045)


def test_nearest_weights_share_ties() -> None:
    w = nearest_weights([[0, 1, 1, 2], [1, 0, 2, 1], [1, 2, 0, 1], [2, 1, 1, 0]], 1)
    assert np.allclose(w.sum(axis=1), 1)
    assert w[0].tolist() == [0, 0.5, 0.5, 0]


def test_refusals() -> None:
    with pytest.raises(DataError, match="four"):
        morans_i([1, 2, 3], np.ones((3, 3)) - np.eye(3))
    with pytest.raises(DataError, match="same"):
        morans_i([1, 1, 1, 1], LINE)
    with pytest.raises(DataError, match="missing"):
        morans_i([1, np.nan, 1, 1], LINE)
    with pytest.raises(DataError, match="neighbour"):
        morans_i([1, 2, 3, 4], np.zeros((4, 4)))
    with pytest.raises(UsageError):
        morans_i([1, 2, 3, 4], np.ones((4, 4)))
    with pytest.raises(UsageError):
        nearest_weights([[0, 1], [1, 0]], 2)

"""Random numbers by counter: the published answers, the plain twin, the distributions."""

from __future__ import annotations

import statistics

import numpy as np
import pytest
from numba import njit
from scipy import stats
from scipy.special import ndtri

from interfirm.kernels import counter_plain, counter_random

# Known answers of Philox4x32-10: counter, key, words (the file kat_vectors of the authors' library Random123).
KNOWN = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    ((0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344), (0xA4093822, 0x299F31D0),
     (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1)),
]
PLACES = [(1, 0, 0, 0, 0, 0), (7, 3, 59, 99, 12, 5), (2**63 - 1, 999, 10**6, 99_999, 255, 2**24 - 1),
          (2**40 + 3, 0, 1, 2, 3, 4)]
ROUNDING = 2e-15  # two roundings of a number near 1 in double precision


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN)
def test_published_answers(counter: tuple[int, ...], key: tuple[int, ...], answer: tuple[int, ...]) -> None:
    assert counter_plain.philox(counter, key) == answer
    assert tuple(int(word) for word in counter_random.philox(*(np.uint64(word) for word in counter + key))) == answer


@pytest.mark.parametrize("place", PLACES)
def test_plain_twin_gives_the_same_numbers(place: tuple[int, ...]) -> None:
    assert tuple(int(word) for word in counter_random.words(*place)) == counter_plain.words(*place)
    assert counter_random.uniform(*place) == counter_plain.uniform(*place)
    assert counter_random.integer(10, *place) == counter_plain.integer(10, *place)
    assert counter_random.normal(*place) == counter_plain.normal(*place)


@njit
def many(count: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    flat, whole, bell = np.empty(count), np.empty(count, np.int64), np.empty(count)
    for i in range(count):
        flat[i] = counter_random.uniform(seed, 1, 2, i, 3, 0)
        whole[i] = counter_random.integer(7, seed, 1, 2, i, 4, 0)
        bell[i] = counter_random.normal(seed, 1, 2, i, 5, 0)
    return flat, whole, bell


def test_distributions() -> None:
    """A right generator fails one of these three tests at this fixed seed with probability 3e-4."""
    flat, whole, bell = many(40_000, 11)
    assert stats.kstest(flat, "uniform").pvalue > 1e-4
    assert stats.chisquare(np.bincount(whole, minlength=7)).pvalue > 1e-4
    assert stats.kstest(bell, "norm").pvalue > 1e-4
    assert whole.min() == 0 and whole.max() == 6


def test_each_part_of_the_place_counts() -> None:
    base = (5, 1, 2, 3, 4, 6)
    others = [tuple(value + (place == at) for at, value in enumerate(base)) for place in range(6)]
    assert len({counter_plain.words(*place) for place in [base, *others]}) == 7


def test_quantile_against_other_software() -> None:
    for share in (1e-300, 1e-12, 0.01, 0.075, 0.3, 0.5, 0.8, 0.925, 0.999, 1 - 1e-12):
        ours = counter_random.quantile(share)
        assert ours == counter_plain.quantile(share)
        assert ours == pytest.approx(float(ndtri(share)), rel=ROUNDING * 4, abs=1e-300)
        assert ours == pytest.approx(statistics.NormalDist().inv_cdf(share), rel=ROUNDING, abs=1e-300)

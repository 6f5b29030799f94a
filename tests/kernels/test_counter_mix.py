"""Counter-based random numbers: known answers, independence of order, even spread."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from interfirm.kernels import counter_mix as cr


def key_of(*parts):
    return np.uint64(cr.make_key(*parts))


# SplitMix64 started at 1234567, as listed by several independent implementations (Vigna's splitmix64.c among them).
KNOWN = (6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821)


def test_draws_are_those_of_splitmix64():
    assert [int(cr.bits(np.uint64(1234567), k)) for k in range(5)] == list(KNOWN)


def test_keys_as_arithmetic_on_whole_numbers_would_give_them():
    """The same written with Python's unbounded integers."""
    top, golden = (1 << 64) - 1, 0x9E3779B97F4A7C15

    def mix(x):
        x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & top
        x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & top
        return x ^ (x >> 31)

    parts = (3, 1, 4, 1, 5)
    key = mix(parts[0])
    for part in parts[1:]:
        key = mix(mix((key + golden) & top) ^ ((part * golden + 1) & top))
    assert int(cr.make_key(*parts)) == key
    assert cr.uniform(np.uint64(key), 2) == (mix((key + 3 * golden) & top) >> 11) * 2.0**-53


def test_keys_differ_in_every_part_and_do_not_commute():
    keys = {int(cr.make_key(*parts)) for parts in np.ndindex(6, 6, 6, 6, 6)}
    assert len(keys) == 6**5


def test_neighbouring_keys_give_unrelated_draws():
    """10,000 first draws of keys that differ in one part: uniform, and no rank correlation with their neighbours."""
    for part in range(5):
        parts = np.zeros((10_000, 5), dtype=np.int64)
        parts[:, part] = np.arange(10_000)
        x = np.array([cr.uniform(key_of(*row), 0) for row in parts])
        assert stats.kstest(x, "uniform").pvalue > 1e-4
        assert abs(stats.spearmanr(x[:-1], x[1:]).statistic) < 4 / 100  # four standard errors of 1/sqrt(10,000)


def test_whole_numbers_are_even():
    key = key_of(1, 2, 3, 4, 5)
    counts = np.bincount([cr.below(key, k, 7) for k in range(14_000)], minlength=7)
    assert len(counts) == 7 and stats.chisquare(counts).pvalue > 1e-4


@pytest.mark.parametrize("count", [1, 2, 1000])
def test_below_keeps_below(count):
    values = [cr.below(key_of(0, 0, 0, k, 0), 0, count) for k in range(200)]
    assert min(values) >= 0 and max(values) < count

"""Random numbers by counter for the fastest loops: each is a function of where it is used, never of what came before.

Three multiplications give 64 bits; ``counter_random`` (Philox, some ten times the work) is the choice wherever a draw
is not the main cost.

A *key* stands for (seed, replication, period, actor, purpose); ``uniform(key, 0)``, ``uniform(key, 1)``, … are its
draws. Results do therefore not depend on the order of events, the number of workers, or where a run was resumed, and
two policies share the numbers of everything that they have in common.

Draw k of a key is the k-th output of SplitMix64 [steele2014] started at the key: a 64-bit counter that goes up by an
odd constant, scrambled. Keys are made by the same scrambling, one number after the other, so that keys with any part
different are unrelated. Called from plain Python, keys come back as ``int`` and must be given as ``numpy.uint64``.
"""

from __future__ import annotations

import numpy as np
from numba import njit

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_30, _27, _31, _11, _32 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11), np.uint64(32)
_ONE = np.uint64(1)
_STEP = 2.0**-53


@njit(cache=True, inline="always")
def mix(x):  # type: ignore[no-untyped-def]
    """Scramble 64 bits: the finaliser of SplitMix64, one to one."""
    x = (x ^ (x >> _30)) * _FIRST
    x = (x ^ (x >> _27)) * _SECOND
    return x ^ (x >> _31)


@njit(cache=True, inline="always")
def extend(key, part):  # type: ignore[no-untyped-def]
    """The key of a part of what ``key`` stands for: one period of a replication, one actor of a period."""
    return mix(mix(key + GOLDEN) ^ (np.uint64(part) * GOLDEN + _ONE))


@njit(cache=True, inline="always")
def make_key(seed, replication, period, actor, purpose):  # type: ignore[no-untyped-def]
    """The key of (seed, replication, period, actor, purpose), each a whole number from 0."""
    key = extend(mix(np.uint64(seed)), replication)
    return extend(extend(extend(key, period), actor), purpose)


@njit(cache=True, inline="always")
def bits(key, draw):  # type: ignore[no-untyped-def]
    """64 random bits: draw number ``draw`` (from 0) of a key."""
    return mix(key + (np.uint64(draw) + _ONE) * GOLDEN)


@njit(cache=True, inline="always")
def uniform(key, draw):  # type: ignore[no-untyped-def]
    """A number from 0 up to, not including, 1, on a grid of 2^-53."""
    return np.float64(bits(key, draw) >> _11) * _STEP


@njit(cache=True, inline="always")
def below(key, draw, count):  # type: ignore[no-untyped-def]
    """A whole number 0 … count - 1, each equally likely up to count / 2^32; count below 2^31."""
    return np.int64(((bits(key, draw) >> _32) * np.uint64(count)) >> _32)

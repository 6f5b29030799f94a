"""Random numbers by counter: each is a function of where in the simulation it is needed, and of nothing else.

A number is keyed on (seed, replication, period, actor, purpose, index). So it does not matter who
asks first or on which worker: a policy that changes one firm's luck leaves the luck of the others
as it was, which makes comparisons of policies sharp (common random numbers), and a resumed run is
the run. The generator is Philox4x32 with ten rounds [salmon2011].

Purposes are numbers from 0 to 255 that a model gives to its kinds of draw; ``index`` (up to
16,777,215) tells several draws of one purpose apart, for example the other firm of a pair. The plain
twin of every function stands in ``counter_plain``. Each function has one compiled form, whatever the caller gives.
"""

from __future__ import annotations

import math

import numba
import numpy as np

from interfirm.kernels.counter_plain import _CENTRE, _FAR, _NEAR

_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_FIRST = np.uint64(0xD2511F53)
_SECOND = np.uint64(0xCD9E8D57)
_STEP_FIRST = np.uint64(0x9E3779B9)
_STEP_SECOND = np.uint64(0xBB67AE85)
_INDEX_BITS = np.uint64(24)
_INDEX = np.uint64((1 << 24) - 1)
_FIVE = np.uint64(5)
_SIX = np.uint64(6)
_TABLES = np.array([_CENTRE, _NEAR, _FAR])


@numba.njit("UniTuple(u8, 4)(u8, u8, u8, u8, u8, u8)", cache=True)
def philox(a, b, c, d, first, second):  # type: ignore[no-untyped-def]
    """Ten rounds: four words of counter and two of key (each below 2**32, as uint64) to four random words."""
    for _ in range(10):
        left = _FIRST * a
        right = _SECOND * c
        a, b, c, d = ((right >> _HALF) ^ b ^ first, right & _LOW, (left >> _HALF) ^ d ^ second, left & _LOW)
        first = (first + _STEP_FIRST) & _LOW
        second = (second + _STEP_SECOND) & _LOW
    return a, b, c, d


@numba.njit("UniTuple(u8, 4)(i8, i8, i8, i8, i8, i8)", cache=True)
def words(seed, replication, period, actor, purpose, index):  # type: ignore[no-untyped-def]
    """Four random words for one place of the simulation.

    The counter is (actor, period, replication, purpose and index), the key is the seed, of which
    64 bits count. All arguments are whole numbers.
    """
    key = np.uint64(seed)
    last = ((np.uint64(purpose) << _INDEX_BITS) | (np.uint64(index) & _INDEX)) & _LOW
    return philox(np.uint64(actor) & _LOW, np.uint64(period) & _LOW, np.uint64(replication) & _LOW, last,
                  key & _LOW, key >> _HALF)


@numba.njit("f8(i8, i8, i8, i8, i8, i8)", cache=True)
def uniform(seed, replication, period, actor, purpose, index):  # type: ignore[no-untyped-def]
    """A number in [0, 1) with 53 random bits."""
    a, b, _, _ = words(seed, replication, period, actor, purpose, index)
    return (np.float64(a >> _FIVE) * 67108864.0 + np.float64(b >> _SIX)) / 9007199254740992.0


@numba.njit("i8(i8, i8, i8, i8, i8, i8, i8)", cache=True)
def integer(below, seed, replication, period, actor, purpose, index):  # type: ignore[no-untyped-def]
    """A whole number from 0 to ``below`` - 1; each as likely as the others up to one part in 2**53 / ``below``."""
    return np.int64(uniform(seed, replication, period, actor, purpose, index) * below)


@numba.njit("f8(f8, i8)", cache=True)
def _ratio(x, table):  # type: ignore[no-untyped-def]
    top = 0.0
    bottom = 0.0
    for place in range(8):
        top = top * x + _TABLES[table, 0, place]
        bottom = bottom * x + _TABLES[table, 1, place]
    return top / bottom


@numba.njit("f8(f8)", cache=True)
def quantile(share):  # type: ignore[no-untyped-def]
    """The standard normal quantile by algorithm AS 241 [wichura1988]; about 16 digits."""
    middle = share - 0.5
    if abs(middle) <= 0.425:
        return middle * _ratio(0.180625 - middle * middle, 0)
    tail = math.sqrt(-math.log(share if middle < 0.0 else 1.0 - share))
    size = _ratio(tail - 1.6, 1) if tail <= 5.0 else _ratio(tail - 5.0, 2)
    return -size if middle < 0.0 else size


@numba.njit("f8(i8, i8, i8, i8, i8, i8)", cache=True)
def normal(seed, replication, period, actor, purpose, index):  # type: ignore[no-untyped-def]
    """A standard normal number: the quantile of a uniform one, so that it needs one draw and grows with it."""
    a, b, _, _ = words(seed, replication, period, actor, purpose, index)
    return quantile((np.float64(a >> _FIVE) * 67108864.0 + np.float64(b >> _SIX) + 0.5) / 9007199254740992.0)

"""The random numbers of ``counter_random`` in plain Python: slow, and easy to read.

Reference kernels use it. Every function gives exactly the number that its compiled twin gives.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

_MASK = 0xFFFFFFFF
_MULTIPLY = (0xD2511F53, 0xCD9E8D57)
_WEYL = (0x9E3779B9, 0xBB67AE85)
_INDEX_BITS = 24


def philox(counter: Sequence[int], key: Sequence[int]) -> tuple[int, int, int, int]:
    """Philox4x32 with ten rounds [salmon2011]: four words of counter and two of key to four random words."""
    a, b, c, d = counter
    first, second = key
    for _ in range(10):
        left, right = _MULTIPLY[0] * a, _MULTIPLY[1] * c
        a, b, c, d = (right >> 32) ^ b ^ first, right & _MASK, (left >> 32) ^ d ^ second, left & _MASK
        first, second = (first + _WEYL[0]) & _MASK, (second + _WEYL[1]) & _MASK
    return a, b, c, d


def words(seed: int, replication: int, period: int, actor: int, purpose: int,
          index: int = 0) -> tuple[int, int, int, int]:
    """Four random words for one place of the simulation; see ``counter_random.words``."""
    counter = (actor & _MASK, period & _MASK, replication & _MASK,
               ((purpose << _INDEX_BITS) | (index & (1 << _INDEX_BITS) - 1)) & _MASK)
    return philox(counter, (seed & _MASK, (seed >> 32) & _MASK))


def uniform(seed: int, replication: int, period: int, actor: int, purpose: int, index: int = 0) -> float:
    """A number in [0, 1) with 53 random bits."""
    a, b, _, _ = words(seed, replication, period, actor, purpose, index)
    return ((a >> 5) * 67108864 + (b >> 6)) / 9007199254740992.0


def integer(below: int, seed: int, replication: int, period: int, actor: int, purpose: int, index: int = 0) -> int:
    """A whole number from 0 to ``below`` - 1."""
    return int(uniform(seed, replication, period, actor, purpose, index) * below)


def normal(seed: int, replication: int, period: int, actor: int, purpose: int, index: int = 0) -> float:
    """A standard normal number: the quantile of a uniform one."""
    a, b, _, _ = words(seed, replication, period, actor, purpose, index)
    return quantile(((a >> 5) * 67108864 + (b >> 6) + 0.5) / 9007199254740992.0)


def quantile(share: float) -> float:
    """The standard normal quantile by the rational approximations of algorithm AS 241 [wichura1988]."""
    middle = share - 0.5
    if abs(middle) <= 0.425:
        square = 0.180625 - middle * middle
        return middle * _ratio(square, _CENTRE)
    tail = math.sqrt(-math.log(share if middle < 0 else 1.0 - share))
    size = _ratio(tail - 1.6, _NEAR) if tail <= 5.0 else _ratio(tail - 5.0, _FAR)
    return -size if middle < 0 else size


def _ratio(x: float, coefficients: tuple[tuple[float, ...], tuple[float, ...]]) -> float:
    top, bottom = 0.0, 0.0
    for above, below in zip(*coefficients, strict=True):
        top, bottom = top * x + above, bottom * x + below
    return top / bottom


_CENTRE = (
    (2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4, 4.5921953931549871457e4,
     1.3731693765509461125e4, 1.9715909503065514427e3, 1.3314166789178437745e2, 3.3871328727963666080e0),
    (5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4, 2.1213794301586595867e4,
     5.3941960214247511077e3, 6.8718700749205790830e2, 4.2313330701600911252e1, 1.0),
)
_NEAR = (
    (7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1, 1.27045825245236838258e0,
     3.64784832476320460504e0, 5.76949722146069140550e0, 4.63033784615654529590e0, 1.42343711074968357734e0),
    (1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2, 1.48103976427480074590e-1,
     6.89767334985100004550e-1, 1.67638483018380384940e0, 2.05319162663775882187e0, 1.0),
)
_FAR = (
    (2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3, 2.65321895265761230930e-2,
     2.96560571828504891230e-1, 1.78482653991729133580e0, 5.46378491116411436990e0, 6.65790464350110377720e0),
    (2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5, 7.86869131145613259100e-4,
     1.48753612908506148525e-2, 1.36929880922735805310e-1, 5.99832206555887937690e-1, 1.0),
)

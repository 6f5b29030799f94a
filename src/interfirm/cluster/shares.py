"""Shares of firms, with how sure it is that they are more than half."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from interfirm import vocabulary
from interfirm.numerals import per_cent

_NAN: Final = float("nan")
_PRIOR: Final = 0.5


@dataclass(frozen=True)
class Share:
    """A share of firms.

    Parameters
    ----------
    yes, of
        How many of how many.
    """

    yes: int
    of: int

    @property
    def value(self) -> float:
        """yes / of; NaN for none."""
        return self.yes / self.of if self.of else _NAN

    def bounds(self, level: float = 0.95) -> tuple[float, float]:
        """Interval of the share in firms like these, by the beta distribution with half a firm on either side."""
        from scipy.stats import beta

        if not self.of:
            return _NAN, _NAN
        a, b = self.yes + _PRIOR, self.of - self.yes + _PRIOR
        low, high = (float(beta.ppf(q, a, b)) for q in ((1 - level) / 2, (1 + level) / 2))
        return (0.0 if self.yes == 0 else low), (1.0 if self.yes == self.of else high)

    def above(self, threshold: float = 0.5) -> float:
        """How sure it is that the share exceeds a threshold, 0 to 1; NaN for none."""
        from scipy.stats import beta

        return float(beta.sf(threshold, self.yes + _PRIOR, self.of - self.yes + _PRIOR)) if self.of else _NAN

    def more_than(self, other: Share) -> float:
        """How sure it is that this share exceeds another; NaN where one of them is of none."""
        import numpy as np
        from scipy.stats import beta

        if not self.of or not other.of:
            return _NAN
        x = (np.arange(2000) + 0.5) / 2000
        mine = beta.ppf(x, self.yes + _PRIOR, self.of - self.yes + _PRIOR)
        return float(beta.cdf(mine, other.yes + _PRIOR, other.of - other.yes + _PRIOR).mean())

    def __str__(self) -> str:
        if not self.of:
            return "not known"
        low, high = self.bounds()
        return f"{self.yes} of {self.of} firms ({per_cent(self.value)}; {per_cent(low)} to {per_cent(high)})"


def share_of(values: Iterable[object]) -> Share:
    """The share of those that are true."""
    known = [bool(value) for value in values]
    return Share(sum(known), len(known))


def word(probability: float) -> str:
    """The fixed word of certainty for a probability; what is not known cannot be said."""
    return "cannot say" if math.isnan(probability) else vocabulary.certainty(probability)

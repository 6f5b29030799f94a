"""Whether to enter an alliance, how far to go, and whether to stay: calculators with stated numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from interfirm.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

Series = float | Sequence[float]


@dataclass(frozen=True)
class Entry:
    """What entering an alliance is worth.

    Attributes
    ----------
    value
        Net present value, in the unit of the inputs.
    enter
        Whether it is 0 or more.
    given_up
        What is given up at the start.
    flows
        Expected net gain of each period, not discounted.
    discounted
        The same, discounted to today.
    needed_gain
        Gain per period, the same in every one, at which the value would be 0; NaN at success 0.
    needed_success
        Probability of success at which it would be 0; None if no probability would do.
    """

    value: float
    enter: bool
    given_up: float
    flows: tuple[float, ...]
    discounted: tuple[float, ...]
    needed_gain: float
    needed_success: float | None

    def table(self) -> pd.DataFrame:
        """One row per period: period, net gain, discounted, value so far."""
        import pandas as pd

        so_far = np.cumsum(self.discounted) - self.given_up
        return pd.DataFrame({"period": range(1, len(self.flows) + 1), "net_gain": self.flows,
                             "discounted": self.discounted, "value_so_far": so_far})

    def __str__(self) -> str:
        word = "Enter" if self.enter else "Do not enter"
        if self.needed_success is None:
            chance = "no probability of success would do"
        else:
            chance = f"a probability of success of {self.needed_success:.3g} or more would do"
        return (f"{word}: the value is {self.value:.4g} over {len(self.flows)} periods. At these costs a gain of "
                f"{self.needed_gain:.4g} a period or more would do; at these gains {chance}.")


@dataclass(frozen=True)
class Stay:
    """Whether a member stays: both sides of the rule, and what tips it.

    Attributes
    ----------
    stays
        Whether what speaks for staying is at least what speaks for leaving.
    staying, leaving
        The two sides.
    margin
        ``staying − leaving``.
    despite_loss
        Whether it stays although gain less cost alone is below the best alternative.
    """

    stays: bool
    staying: float
    leaving: float
    margin: float
    despite_loss: bool


def entry_value(*, given_up: float, gain: Series, cost: Series, periods: int | None = None, success: Series = 1.0,
                discount: float = 0.9) -> Entry:
    """What entering or extending an alliance is worth: enter if what is gained is at least what is given up.

    NPV = −K + Σ_t δ^t (π_t g_t − c_t), t = 1, 2, …; K what is given up at the start (knowledge, facilities,
    capital), g_t the gain of period t if the alliance succeeds, π_t the probability that it does, c_t the
    running cost, δ the worth today of one unit a period later. Enter if NPV ≥ 0. The source warns that much
    of it can be stated only roughly: look at what would have to be true rather than at the last digit.

    Parameters
    ----------
    given_up
        K, at least 0.
    gain, cost, success
        One number for all periods, or one per period. ``success`` between 0 and 1.
    periods
        Number of periods; needed only if no series is given.
    discount
        δ, above 0 and up to 1.

    Returns
    -------
    Entry

    Raises
    ------
    UsageError
        For numbers out of range, or series of different lengths.

    References
    ----------
    [suarezvilla1998], [coase1937]

    Examples
    --------
    >>> round(entry_value(given_up=10, gain=6, cost=2, success=0.8, discount=0.9, periods=3).value, 3)
    -3.171
    """
    count = _periods(periods, gain, cost, success)
    g, c, p = (_series(name, value, count) for name, value in (("gain", gain), ("cost", cost), ("success", success)))
    _check(given_up, p, discount)
    factor = discount ** np.arange(1, count + 1)
    flows = p * g - c
    value = float(-given_up + (factor * flows).sum())
    spent = given_up + float((factor * c).sum())
    sure, won = float((factor * p).sum()), float((factor * g).sum())
    needed = spent / won if won > 0 else (0.0 if spent <= 0 else None)
    return Entry(value, value >= 0, float(given_up), tuple(float(x) for x in flows),
                 tuple(float(x) for x in factor * flows), spent / sure if sure > 0 else float("nan"),
                 needed if needed is not None and needed <= 1 else None)


def best_scope(gains: npt.ArrayLike, costs: npt.ArrayLike) -> int:
    """How far to go in an alliance: as long as one more step gains at least what it costs.

    With steps (activities, assets, areas) in the order in which they would be added, the largest s such
    that every step up to s has a marginal gain of at least its marginal cost.

    Parameters
    ----------
    gains, costs
        Marginal expected gain and marginal perceived cost of each step.

    Returns
    -------
    int
        Number of steps to take; 0 means not to enter.

    Raises
    ------
    UsageError
        If the two do not have the same length.

    References
    ----------
    [suarezvilla1998], [coase1937]

    Examples
    --------
    >>> best_scope(gains=[9, 6, 4, 1], costs=[2, 3, 4, 5])
    3
    """
    g, c = np.asarray(gains, dtype=np.float64).ravel(), np.asarray(costs, dtype=np.float64).ravel()
    if len(g) != len(c):
        raise UsageError(f"There are {len(g)} gains and {len(c)} costs; give one of each for each step.")
    loss = np.flatnonzero(g < c)
    return int(loss[0]) if len(loss) else len(g)


def stays(*, gain: float, cost: float, future: float = 0.0, discount: float = 1.0, relational: float = 0.0,
          convention: float = 0.0, alternative: float = 0.0, exit_cost: float = 0.0) -> Stay:
    """Whether a member stays, and whether it does so despite a loss.

    Stay if g − c + δV + R + S ≥ A − X: gain less cost now, expected later value V discounted by δ, the worth
    R of the relation itself and S of what the community expects, against the best alternative A less
    the cost X of leaving. With R = S = X = 0 this is the rule of entry.

    Parameters
    ----------
    gain, cost, future, relational, convention, alternative, exit_cost
        In one unit, as the rule names them.
    discount
        δ, above 0 and up to 1.

    Returns
    -------
    Stay

    Raises
    ------
    UsageError
        If the discount is out of range.

    References
    ----------
    [suarezvilla1998], [coase1937]

    Examples
    --------
    >>> stays(gain=2, cost=3, relational=1.5).despite_loss
    True
    """
    _check(0.0, np.ones(1), discount)
    staying = gain - cost + discount * future + relational + convention
    leaving = alternative - exit_cost
    kept = staying >= leaving
    return Stay(kept, staying, leaving, staying - leaving, kept and gain - cost < alternative)


def _periods(periods: int | None, *values: Series) -> int:
    lengths = {len(value) for value in values if isinstance(value, Sequence)}
    if periods is not None:
        lengths.add(periods)
    if len(lengths) != 1:
        raise UsageError("Say for how many periods: periods=…, or series of one length for gain, cost, success.")
    count = lengths.pop()
    if count < 1:
        raise UsageError("There must be at least one period.")
    return count


def _series(name: str, value: Series, count: int) -> npt.NDArray[np.float64]:
    out = np.full(count, value, dtype=np.float64) if not isinstance(value, Sequence) else np.asarray(value, np.float64)
    if not np.isfinite(out).all():
        raise UsageError(f"{name} must be numbers.")
    return out


def _check(given_up: float, success: npt.NDArray[np.float64], discount: float) -> None:
    if not np.isfinite(given_up) or given_up < 0:
        raise UsageError("What is given up must be a number of at least 0.")
    if ((success < 0) | (success > 1)).any():
        raise UsageError("The probability of success must lie between 0 and 1.")
    if not 0 < discount <= 1:
        raise UsageError("The discount factor must lie above 0 and be at most 1: 0.9 means that 1 next year is worth "
                         "0.9 today.")

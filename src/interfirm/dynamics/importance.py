"""How much each effect matters for what actors choose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from interfirm.dynamics import engine
from interfirm.dynamics.fit import Fit
from interfirm.errors import UsageError
from interfirm.kernels import saom_codes as k
from interfirm.numerals import per_cent

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Importance:
    """Relative importance of effects. P periods, E effects.

    Attributes
    ----------
    names
        E effects of the main relation.
    expected
        P × E: mean over actors, at the start of each period; rows sum to 1.
    actors
        P × n × E: per actor; NaN for those who take no part.
    """

    names: tuple[str, ...]
    expected: Floats
    actors: Floats

    def table(self) -> pd.DataFrame:
        """One row per effect, one column per period and their mean."""
        import pandas as pd

        columns = {f"period {p + 1}": row for p, row in enumerate(self.expected)}
        return pd.DataFrame({"effect": self.names, **columns, "mean": self.expected.mean(axis=0)})

    def words(self) -> str:
        """The shares, largest first, with what they are shares of."""
        mean = self.expected.mean(axis=0)
        head = ("How much each effect matters: if it were not there, how differently would actors choose at the start "
                "of\nthe periods? As shares of all such differences:")
        return "\n".join([head, *(f"  {per_cent(mean[q]):>5}  {self.names[q]}"
                                  for q in np.argsort(-mean, kind="stable"))])

    def __str__(self) -> str:
        return self.words()


def relative_importance(fit: Fit) -> Importance:
    """Share of each effect in what actors would choose at the start of the periods.

    For actor i, π is the distribution over its choices, π⁽⁻ᵏ⁾ the one with β_k set to 0;
    I_k(i) = |π - π⁽⁻ᵏ⁾|₁ / Σ_l |π - π⁽⁻ˡ⁾|₁, then the mean over actors.

    Returns
    -------
    Importance
        For the main relation.

    References
    ----------
    [indlekofer2013]
    """
    coded = fit.coded
    if coded.info[0, 0, k.CHOICE] >= k.PAIR_DISJUNCTIVE:
        raise UsageError("Relative importance is defined for models in which one actor chooses among all partners.")
    first, last = int(coded.info[0, 0, k.FIRST]), int(coded.info[0, 0, k.LAST])
    params = coded.fx[first:last, k.PARAM]
    n = fit.panel.size
    actors = np.full((len(coded.x0), n, last - first), np.nan)
    for p in range(len(coded.x0)):
        sign = 1.0 - 2.0 * coded.x0[p, 0].astype(float)
        table = engine.change_statistics(coded, fit.simulated_theta, p) * sign[:, :, None]
        allowed = coded.free[p, 0] == 1
        for i in np.flatnonzero(coded.active[p, :n]):
            actors[p, i] = _shares(table[i][allowed[i]], fit.theta[params])
    return Importance(tuple(coded.parameters[q].name for q in params), np.nanmean(actors, axis=1), actors)


def _shares(table: Floats, beta: Floats) -> Floats:
    """Shares of the effects in the distribution over the rows of a table of change statistics, and no change."""
    full = _choice(table @ beta)
    gaps = np.array([np.abs(full - _choice(table @ np.where(np.arange(len(beta)) == q, 0.0, beta))).sum()
                     for q in range(len(beta))])
    return gaps / gaps.sum() if gaps.sum() > 0 else np.full(len(beta), 1.0 / len(beta))


def _choice(utility: Floats) -> Floats:
    u = np.append(utility, 0.0)
    weight = np.exp(u - u.max())
    return np.asarray(weight / weight.sum())

"""How much each effect matters for what actors choose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from interfirm.dynamics import engine
from interfirm.dynamics.coding import Coded
from interfirm.dynamics.fit import Fit
from interfirm.errors import UnknownName
from interfirm.kernels import saom_codes as k
from interfirm.numerals import per_cent

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Law = Callable[[Floats], Floats]  # from the weights of the effects to the probabilities of the outcomes


@dataclass(frozen=True, eq=False)
class Importance:
    """Relative importance of effects. P periods, E effects.

    Attributes
    ----------
    names
        E effects of one variable.
    expected
        P × E: mean over actors, at the start of each period; rows sum to 1.
    actors
        P × n × E: per actor; NaN for those who take no part or have nothing to choose.
    variable
        The relation or behaviour.
    """

    names: tuple[str, ...]
    expected: Floats
    actors: Floats
    variable: str = ""

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
        order = np.argsort(-mean, kind="stable")
        return "\n".join([head, *(f"  {per_cent(mean[q]):>5}  {self.names[q]}" for q in order)])

    def __str__(self) -> str:
        return self.words()


def relative_importance(fit: Fit, variable: str | None = None) -> Importance:
    """Share of each effect in what actors would choose at the start of the periods.

    For actor i, π is the distribution over the outcomes of its turn, π⁽⁻ᵏ⁾ the one with β_k set to 0;
    I_k(i) = |π - π⁽⁻ᵏ⁾|₁ / Σ_l |π - π⁽⁻ˡ⁾|₁, then the mean over actors. The outcomes are: one tie toggled, or none;
    where the other side has to agree, a tie refused counts as none. Where pairs meet (``disjunctive``,
    ``conjunctive``, ``compensatory``) they are a tie or none for each of i's pairs, summed over the pairs. Of a
    behaviour they are a step down, none, or a step up. Only choices that the period allows count: those of actors who
    are there at its start, and one-way where the period is.

    Parameters
    ----------
    fit
        A fit.
    variable
        The relation or behaviour; the main relation if left out.

    References
    ----------
    [indlekofer2013] for one actor who chooses among partners; the other models of choice in the same way

    Examples
    --------
    >>> relative_importance(fit).table()                        # doctest: +SKIP
    """
    coded, name = fit.coded, variable or fit.spec.relation
    if name not in coded.variables:
        raise UnknownName("dependent variable", name, coded.variables)
    v = coded.variables.index(name)
    first, last = int(coded.info[0, v, k.FIRST]), int(coded.info[0, v, k.LAST])
    params = coded.fx[first:last, k.PARAM]
    actors = np.full((len(coded.x0), fit.panel.size, last - first), np.nan)
    for p in range(len(coded.x0)):
        laws = _levels(coded, p, v) if coded.info[p, v, k.CHOICE] == k.BEHAVIOUR else _ties(fit, p, v)
        for i, law in laws.items():
            if i < fit.panel.size:
                actors[p, i] = _shares(law, fit.theta[params])
    names = tuple(coded.parameters[q].name for q in params)
    return Importance(names, np.nanmean(actors, axis=1), actors, name)


def _shares(law: Law, beta: Floats) -> Floats:
    """Shares of the effects in the distribution over the outcomes."""
    full = law(beta)
    gaps = np.array([np.abs(full - law(np.where(np.arange(len(beta)) == q, 0.0, beta))).sum()
                     for q in range(len(beta))])
    return gaps / gaps.sum() if gaps.sum() > 0 else np.full(len(beta), 1.0 / len(beta))


def _there(coded: Coded, p: int) -> Bools:
    """Who is there at the start of a period."""
    here = coded.active[p] == 1
    if len(coded.spells):
        here &= (coded.spells[p, :, 0] <= 0) & (coded.spells[p, :, 1] > 0)
    return np.asarray(here)


def _ties(fit: Fit, p: int, v: int) -> dict[int, Law]:
    """For every actor the law of the outcomes of its turn, or of its pairs."""
    coded, kind = fit.coded, int(fit.coded.info[p, v, k.CHOICE])
    x = coded.x0[p, v] == 1
    table = engine.change_statistics(coded, fit.simulated_theta, p, v)
    here, direction = _there(coded, p), coded.info[p, v, k.DIRECTION]
    allowed = (coded.free[p, v] == 1) & here[:, None]
    if coded.info[p, v, k.SQUARE]:
        allowed &= here
    allowed &= (direction == k.BOTH) | (x == (direction == k.DOWN_ONLY))
    out: dict[int, Law] = {}
    for i in np.flatnonzero(allowed.any(axis=1)):
        to = np.flatnonzero(allowed[i])
        own, theirs, there = table[i, to], table[to, i] if kind != k.DIRECTED else table[i, to], x[i, to]
        if kind >= k.PAIR_DISJUNCTIVE:
            out[int(i)] = _meeting(kind, own, theirs)
        else:
            asked = ~there & (kind == k.CONFIRMATION)
            out[int(i)] = _turn(own, theirs, there, asked, float(coded.tabs[v, k.OFFSET]))
    return out


def _turn(own: Floats, theirs: Floats, there: Bools, asked: Bools, offset: float) -> Law:
    """One actor chooses among partners and no change; those who are asked have to agree."""
    sign = np.where(there, -1.0, 1.0)

    def law(beta: Floats) -> Floats:
        u = np.append(sign * (own @ beta), 0.0)
        chance = np.exp(u - u.max())
        chance /= chance.sum()
        done = chance[:-1] * np.where(asked, _logistic(offset + theirs @ beta), 1.0)
        return np.append(done, 1.0 - done.sum())

    return law


def _meeting(kind: int, own: Floats, theirs: Floats) -> Law:
    """Each pair meets and has a tie afterwards, or none."""
    def law(beta: Floats) -> Floats:
        if kind == k.PAIR_COMPENSATORY:
            tie = _logistic((own + theirs) @ beta)
        else:
            one, two = _logistic(own @ beta), _logistic(theirs @ beta)
            tie = one * two if kind == k.PAIR_CONJUNCTIVE else 1.0 - (1.0 - one) * (1.0 - two)
        return np.concatenate([tie, 1.0 - tie])

    return law


def _logistic(u: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(u, -200, 200))))


def _levels(coded: Coded, p: int, v: int) -> dict[int, Law]:
    """For every actor the law of a step of its behaviour."""
    levels = engine.level_statistics(coded, p, v)
    roles = coded.fx[coded.info[p, v, k.FIRST]:coded.info[p, v, k.LAST], k.ROLE]
    direction = coded.info[p, v, k.DIRECTION]
    out: dict[int, Law] = {}
    for i in np.flatnonzero(_there(coded, p)[:len(levels)]):
        now, rows = int(coded.z0[p, v, i]), []
        if now + 1 < levels.shape[1] and direction != k.DOWN_ONLY:
            rows.append((levels[i, now + 1] - levels[i, now]) * (roles != k.ENDOWMENT))
        if now > 0 and direction != k.UP_ONLY:
            rows.append((levels[i, now - 1] - levels[i, now]) * (roles != k.CREATION))
        if rows:
            none = np.zeros(len(rows), bool)
            out[int(i)] = _turn(np.array(rows), np.array(rows), none, none, 0.0)
    return out

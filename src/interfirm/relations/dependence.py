"""Who depends on whom, how far it is mutual, and where it is dangerous."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from interfirm.relations._answers import scored
from interfirm.relations._flows import Floats, flows
from interfirm.relations._limits import limit

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study


@dataclass(frozen=True, eq=False)
class Dependence:
    """How far each actor depends on each partner.

    Attributes
    ----------
    rows
        See :meth:`table`.
    base
        What the shares are shares of.
    alternatives
        Where the number of alternatives comes from.
    settings
        Relation, layer, wave and so on.
    """

    rows: pd.DataFrame
    base: str
    alternatives: str
    settings: dict[str, Any]

    def table(self) -> pd.DataFrame:
        """One row per ordered pair that is tied, the most dependent first.

        ``actor``, ``on``, ``gives`` (whether the actor is the sender of a tie: sells, gives out work), ``share``
        (the part of its business), ``substitutes`` (NaN where not asked),
        ``dependence``, ``in_turn`` (dependence of the partner), ``imbalance`` |dep_ij − dep_ji|, ``mutual``
        dep_ij + dep_ji, ``dangerous``.
        """
        return self.rows.copy()

    @property
    def dangerous(self) -> pd.DataFrame:
        """The rows in which an actor depends much on a partner that hardly depends in turn."""
        return self.rows[self.rows["dangerous"]].reset_index(drop=True)

    def __str__(self) -> str:
        return (f"{len(self.dangerous)} of {len(self.rows)} one-way dependences are dangerous; shares of {self.base}; "
                f"substitutes {self.alternatives}")


def dependence_of(share: npt.ArrayLike, substitutes: npt.ArrayLike = 0.0) -> Floats:
    """Dependence = share of the business × (1 − A/(A + 1)), with A acceptable alternatives.

    Examples
    --------
    >>> float(dependence_of(0.8)), round(float(dependence_of(0.8, 4)), 2)
    (0.8, 0.16)
    """
    return np.asarray(np.asarray(share, np.float64) / (np.asarray(substitutes, np.float64) + 1.0))


def dependence(study: Study, *, relation: Any = "customer", wave: Any = None, who: str = "all",
               unit: str | None = None) -> Dependence:
    """Who depends on whom: an important partner without a substitute has power.

    dep_ij = p_ij × (1 − A_ij/(A_ij + 1)), with p_ij the part of i's business that goes on with j and A_ij the number
    of others who could take the place of j (instrument ``substitutes``; where it was not asked, none, so that
    dependence is the share and an upper bound). j's power over i is dep_ij. The pair's imbalance is
    |dep_ij − dep_ji|, its mutual dependence dep_ij + dep_ji; the two work in opposite ways. Dangerous: dep_ij ≥ 0.5
    while dep_ji < 0.25.

    Parameters
    ----------
    study, relation, wave, who
        An exchange relation. Outsiders count as partners by default.
    unit
        ``"share"``: weights are shares of the sender's turnover; ``"money"``; ``"strength"``: anything else, taken as
        a share of all strengths in the relation, which leaves out the actor's other business. None chooses by relation.

    Returns
    -------
    Dependence
        Pairs whose amount is unknown are left out; without a partner's turnover its own dependence is NaN and
        the pair counts as dangerous only if the known side does and the other is not known to depend.

    Raises
    ------
    UnknownName
        For an unknown unit.

    References
    ----------
    [emerson1962], [casciaro2005], [suarezvilla1998]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> bool((dependence(example(seed=1), wave="2024").table()["dependence"] <= 1).all())
    True
    """
    import pandas as pd

    found = flows(study, relation, wave, who, unit)
    share = found.share
    substitutes = _substitutes(study, found.view)
    dep = dependence_of(share, np.nan_to_num(substitutes))
    one, two = np.nonzero(np.nan_to_num(share) > 0)
    mine, back = dep[one, two], dep[two, one]
    rows = pd.DataFrame({
        "actor": found.view.actors[one], "on": found.view.actors[two],
        "gives": np.asarray(found.view.matrix[one, two]).ravel() > 0, "share": share[one, two],
        "substitutes": substitutes[one, two], "dependence": mine, "in_turn": back,
        "imbalance": np.abs(mine - back), "mutual": mine + back,
        "dangerous": (mine >= limit("dangerous_dependence")) & ~(back >= limit("independence")),
    })
    rows = rows.sort_values("dependence", ascending=False, kind="stable", ignore_index=True)
    asked = int((~np.isnan(substitutes[one, two])).sum())
    source = "not asked, counted as none" if not asked else f"asked for {asked} of {len(rows)} pairs, otherwise none"
    return Dependence(rows, found.base, source, found.view.settings | {"unit": found.unit})


def _substitutes(study: Study, view: Any) -> Floats:
    import pandas as pd

    out = np.full((view.size, view.size), np.nan)
    asked = scored(study, "substitutes", str(view.wave))
    order = pd.Index(view.actors)
    one, two = order.get_indexer(pd.Index(asked["actor"])), order.get_indexer(pd.Index(asked["about"]))
    keep = (one >= 0) & (two >= 0)
    out[one[keep], two[keep]] = asked["all"].to_numpy(np.float64)[keep]
    return out

"""Give and take over time, and favours that come back by a detour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp

from interfirm.errors import UsageError
from interfirm.network.draw import random_networks
from interfirm.network.null import against
from interfirm.relations.outsourcing import known_both_ways

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study


def reciprocity_balance(study: Study, *, relation: Any = "outsourcing",
                        waves: Sequence[Any] | None = None) -> pd.DataFrame:
    """Whether what two firms gave each other evens out over time.

    B_ij = 1 − |Σ_t (f_ij,t − f_ji,t)| / Σ_t (f_ij,t + f_ji,t), over the waves in which both directions are known. A
    favour that is returned a year later counts in full.

    Parameters
    ----------
    study, relation
        A directed relation whose weights are amounts.
    waves
        The waves to sum over; None for all.

    Returns
    -------
    pandas.DataFrame
        One row per pair with a flow: ``first``, ``second``, ``gave``, ``took``, ``waves`` (in which both
        directions are known), ``balance`` 0 (one-sided) to 1 (even).

    Raises
    ------
    UsageError
        If the relation has no direction.

    References
    ----------
    [suarezvilla1998]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> bool(reciprocity_balance(example(seed=1))["balance"].between(0, 1).all())
    True
    """
    import pandas as pd

    frames = []
    for wave in (study.wave_order if waves is None else [study.wave(item) for item in waves]):
        view = study.adjacency(relation, wave)
        if not view.directed:
            raise UsageError(f"'{view.relation}' has no direction, so giving and taking cannot be told apart.")
        amounts = known_both_ways(view, view.matrix)
        upper = sp.triu(sp.csr_array(amounts + amounts.T), k=1).tocoo()
        one, two = upper.row.astype(np.int64), upper.col.astype(np.int64)
        if len(one):
            frames.append(pd.DataFrame({"first": view.actors[one], "second": view.actors[two],
                                        "gave": np.asarray(amounts[one, two]).ravel(),
                                        "took": np.asarray(amounts[two, one]).ravel()}))
    if not frames:
        return pd.DataFrame(columns=["first", "second", "gave", "took", "waves", "balance"])
    grouped = pd.concat(frames).groupby(["first", "second"], sort=False)
    out = grouped.sum()
    out["waves"] = grouped.size()
    out["balance"] = 1 - (out["gave"] - out["took"]).abs() / (out["gave"] + out["took"])
    return out.reset_index()


@dataclass(frozen=True, eq=False)
class Circles:
    """Directed circles of three against chance: ``count``, ``chance`` (as in ``compare_with_null``), ``settings``."""

    count: int
    chance: dict[str, float]
    settings: dict[str, Any]

    def table(self) -> pd.DataFrame:
        """One row: count, mean, sd, low, high, z, above, below, p."""
        import pandas as pd

        return pd.DataFrame([{"count": self.count, **self.chance}])

    def __str__(self) -> str:
        return (f"{self.count} circles of three; chance {self.chance['low']:.3g} to {self.chance['high']:.3g} "
                f"(z {self.chance['z']:.3g})")


def generalised_reciprocity(study: Study, *, relation: Any = "outsourcing", wave: Any = None, who: str = "members",
                            draws: int = 200, seed: int = 1) -> Circles:
    """Whether favours come back by a detour: i gives to j, j to k, and k to i.

    Number of directed circles of three, trace(A³)/3, against random networks with the same numbers of mutual, one-way
    and empty pairs (so that direct reciprocity does not count as indirect); z = (observed − mean) / sd.

    Parameters
    ----------
    study, relation, wave, who
        A directed relation; unknown ties count as absent, in the random networks too.
    draws, seed
        Number of random networks and their seed.

    Returns
    -------
    Circles

    Raises
    ------
    UsageError
        If the relation has no direction.

    References
    ----------
    [suarezvilla1998], [holland1976]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> generalised_reciprocity(example(seed=1), wave="2024", draws=20).count >= 0
    True
    """
    view = study.adjacency(relation, wave, who=who)
    if not view.directed:
        raise UsageError(f"'{view.relation}' has no direction, so there are no directed circles.")
    observed = circles_of(view.binary)
    drawn = np.array([circles_of(one.binary) for one in random_networks(view, "man", draws, seed)], dtype=np.float64)
    return Circles(observed, against(float(observed), drawn), view.settings)


def circles_of(tie: sp.csr_array) -> int:
    """Directed circles of three in a binary matrix without a diagonal."""
    return round(float((tie @ tie).multiply(tie.T).sum()) / 3)

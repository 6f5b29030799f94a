"""The network against random networks that share something with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from interfirm.errors import UnknownName
from interfirm.network._graph import Floats, graph
from interfirm.network.cohesion import local_clustering_of, mean_of, reciprocity_of, transitivity_of
from interfirm.network.communities import leiden
from interfirm.network.draw import random_networks
from interfirm.network.paths import components_of, distances_of
from interfirm.network.power import centralisation_of

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.adjacency import Adjacency
    from interfirm.study.study import Study

MEASURES: Final[dict[str, Callable[[Adjacency, int], float]]] = {
    "reciprocity": lambda view, _: reciprocity_of(view),
    "transitivity": lambda view, _: transitivity_of(view),
    "clustering": lambda view, _: mean_of(local_clustering_of(view)),
    "mean_distance": lambda view, seed: distances_of(view, seed=seed).mean,
    "efficiency": lambda view, seed: distances_of(view, seed=seed).efficiency,
    "components": lambda view, _: float(components_of(view).number),
    "largest_component": lambda view, _: components_of(view).largest_share,
    "isolates": lambda view, _: float(components_of(view).isolates),
    "cut_vertices": lambda view, _: float(len(graph(view, directed=False).articulation_points())),
    "degree_centralisation": lambda view, _: centralisation_of(view, "degree"),
    "indegree_centralisation": lambda view, _: centralisation_of(view, "degree", "in"),
    "outdegree_centralisation": lambda view, _: centralisation_of(view, "degree", "out"),
    "betweenness_centralisation": lambda view, _: centralisation_of(view, "betweenness"),
    "modularity": lambda view, seed: leiden(view, seed)[0],
}
USUAL: Final = ("reciprocity", "transitivity", "clustering", "mean_distance", "largest_component",
                "betweenness_centralisation", "modularity")
_ROUNDING = 1e-12


@dataclass(frozen=True, eq=False)
class NullComparison:
    """Measures of a network beside those of random networks.

    Attributes
    ----------
    rows
        One row per measure; see :meth:`table`.
    null
        What the random networks share with the observed one: ``"degree"``, ``"density"``, ``"man"``.
    draws, seed
        Number of random networks and their seed.
    settings
        Relation, layer, wave and so on.
    """

    rows: pd.DataFrame
    null: str
    draws: int
    seed: int
    settings: dict[str, Any]

    def table(self) -> pd.DataFrame:
        """One row per measure.

        ``measure``, ``observed``; ``mean``, ``sd``, ``low``, ``high`` (2.5 and 97.5 %) of the random
        networks in which it is defined, ``draws`` of them; ``z`` = (observed − mean) / sd (NaN where
        all are alike); ``above`` and ``below``: probability that the observed value is more, or
        less, than chance would give, one less the share of networks (the observed one counted) at
        least as extreme; ``p`` two-sided.
        """
        return self.rows.copy()

    def __str__(self) -> str:
        shared = {"degree": "the same numbers of ties of every actor", "density": "the same number of ties",
                  "man": "the same numbers of mutual and one-way pairs"}[self.null]
        parts = [f"{row.measure} {row.observed:.3g} (chance {row.low:.3g} to {row.high:.3g})"
                 for row in self.rows.itertuples()]
        return f"against {self.draws} random networks with {shared}: " + "; ".join(parts)


def compare_with_null(study: Study, *, relation: Any = None, wave: Any = None, who: str = "members",
                      projection: str = "newman", measures: Sequence[str] | str | None = None, draws: int = 200,
                      seed: int = 1, null: str = "degree") -> NullComparison:
    """Whether a measure says more than chance would.

    The measures are computed again on random networks that share something with the observed one:
    ``"degree"``: the number of ties sent and received by every actor; ``"density"``: the number of
    ties; ``"man"``: the numbers of mutual, one-way and empty pairs. What is unknown in the observed
    network is unknown in them too. Weights are ignored. A measure that the random networks hold
    fixed cannot differ: its ``z`` is NaN and its ``p`` is 1.

    Parameters
    ----------
    study, relation, wave, who, projection
        See :meth:`interfirm.study.study.Study.adjacency`.
    measures
        Names from ``interfirm.network.null.MEASURES``; None for the usual ones.
    draws
        Number of random networks. Each costs about as much as the measures themselves: take fewer,
        and say so, above some ten thousand ties.
    seed
        Of the random networks and of random searches within a measure.
    null
        ``"degree"`` (default), ``"density"`` or ``"man"``.

    Returns
    -------
    NullComparison

    Raises
    ------
    UnknownName
        For an unknown measure or kind of random network.

    References
    ----------
    [rao1996], [milo2003], [holland1976], [phipson2010]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> study = example(seed=1)
    >>> print(compare_with_null(study, relation="advice", wave="2024", draws=20))  # doctest: +ELLIPSIS
    against 20 random networks with the same numbers of ties of every actor: ...
    """
    view = study.adjacency(relation, wave, who=who, projection=projection)
    names = _names(measures, view)
    observed = np.array([MEASURES[name](view, seed) for name in names])
    drawn = np.empty((draws, len(names))) if draws > 0 else np.empty((0, len(names)))
    for row, one in enumerate(random_networks(view, null, draws, seed)):
        drawn[row] = [MEASURES[name](one, seed) for name in names]
    return NullComparison(_table(names, observed, drawn), null, draws, seed, view.settings)


def _names(measures: Sequence[str] | str | None, view: Adjacency) -> list[str]:
    if measures is None:
        return [name for name in USUAL if view.directed or name != "reciprocity"]
    names = [item.strip() for item in measures.split(",")] if isinstance(measures, str) else list(measures)
    for name in names:
        if name not in MEASURES:
            raise UnknownName("measure", name, MEASURES)
    return names


def _table(names: Sequence[str], observed: Floats, drawn: Floats) -> pd.DataFrame:
    import pandas as pd

    rows = []
    for column, name in enumerate(names):
        values = drawn[:, column]
        rows.append({"measure": name, "observed": observed[column], **against(observed[column], values)})
    return pd.DataFrame(rows)


def against(observed: float, drawn: Floats) -> dict[str, float]:
    """Place of an observed value among drawn ones; NaN draws are left out."""
    values = drawn[~np.isnan(drawn)]
    if np.isnan(observed) or not len(values):
        return dict.fromkeys(("mean", "sd", "low", "high", "z", "above", "below", "p"), float("nan")) | {
            "draws": len(values)}
    mean, sd = float(values.mean()), float(values.std(ddof=1)) if len(values) > 1 else 0.0
    low, high = (float(item) for item in np.quantile(values, [0.025, 0.975]))
    slack = _ROUNDING * max(1.0, abs(observed))
    at_least = float((1 + (values >= observed - slack).sum()) / (1 + len(values)))
    at_most = float((1 + (values <= observed + slack).sum()) / (1 + len(values)))
    return {"mean": mean, "sd": sd, "low": low, "high": high,
            "z": (observed - mean) / sd if sd > slack else float("nan"), "above": 1 - at_least, "below": 1 - at_most,
            "p": min(1.0, 2 * min(at_least, at_most)), "draws": len(values)}

"""Which actors form groups with many ties inside and few between."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from interfirm.errors import UsageError
from interfirm.network._graph import Ints, graph, pairs, seeded, seeds
from interfirm.network._limits import whole
from interfirm.network.paths import rank_by_size

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.adjacency import Adjacency
    from interfirm.study.study import Study


@dataclass(frozen=True, eq=False)
class Communities:
    """Groups of actors found by the Leiden algorithm.

    Attributes
    ----------
    membership
        Number of the community by actor, 1 the largest; actors without ties are missing.
    sizes
        Actors per community, largest first.
    modularity
        Of the best run.
    stability
        Mean agreement (adjusted Rand index) of the other runs with the best one: 1 if every run
        finds the same groups, about 0 if they agree no more than by chance. NaN with one run.
    resolution, weighted, runs, seed
        Of the search.
    settings
        Relation, layer, wave and so on.
    """

    membership: pd.Series[Any]
    sizes: Ints
    modularity: float
    stability: float
    resolution: float
    weighted: bool
    runs: int
    seed: int
    settings: dict[str, Any]

    @property
    def number(self) -> int:
        """How many communities there are."""
        return len(self.sizes)

    def table(self) -> pd.DataFrame:
        """One row per actor with a tie: actor, community."""
        return self.membership.dropna().astype("int64").reset_index()

    def __str__(self) -> str:
        return (f"{self.number} communities, modularity {self.modularity:.3g}, agreement between "
                f"{self.runs} runs {self.stability:.2f}")


def communities(study: Study, *, relation: Any = None, wave: Any = None, who: str = "members",
                projection: str = "newman", resolution: float = 1.0, weighted: bool = True, runs: int = 10,
                seed: int = 1) -> Communities:
    """Groups of actors with more ties inside than their numbers of ties would lead one to expect.

    The Leiden algorithm looks for the split with the highest modularity
    Q = (1/2m) Σ_ij (w_ij − γ k_i k_j / 2m) [same group], with k the sums of weights, 2m their total and
    γ the resolution (higher: smaller groups). Direction is ignored (the larger weight of a pair
    counts). The search is random, so it is run several times and the best run is kept; how far the
    runs agree is part of the result. A high modularity alone proves nothing: random networks have
    one too, see :func:`interfirm.network.null.compare_with_null`.

    Parameters
    ----------
    study, relation, wave, who, projection
        See :meth:`interfirm.study.study.Study.adjacency`.
    resolution
        γ, above 0.
    weighted
        Whether weights count (default).
    runs, seed
        Number of runs (at most 3 in networks above ``network.community_thorough_ties`` ties) and
        the seed from which theirs are derived.

    Returns
    -------
    Communities
        Unknown ties count as absent.

    References
    ----------
    [traag2019], [newman2004], [hubert1985]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> study = example(seed=1)
    >>> communities(study, relation="advice", wave="2024").number > 1
    True
    """
    if not resolution > 0:
        raise UsageError("resolution must be above 0.")
    if runs < 1:
        raise UsageError("runs must be at least 1.")
    view = study.adjacency(relation, wave, who=who, projection=projection)
    runs = min(runs, 3) if _large(view) else runs
    found = [leiden(view, one, resolution, weighted=weighted) for one in seeds(seed, runs)]
    best = max(range(runs), key=lambda run: (found[run][0], -run))
    quality, label = found[best]
    tied = np.diff(view.symmetric.indptr) > 0
    others = [adjusted_rand(label[tied], found[run][1][tied]) for run in range(runs) if run != best]
    shown, sizes = np.full(view.size, np.nan), np.zeros(0, dtype=np.int64)
    if tied.any():
        rank = rank_by_size(label[tied])
        shown[tied], sizes = rank + 1, np.bincount(rank).astype(np.int64)
    return Communities(view.series(shown, "community"), sizes, quality, float(np.mean(others)) if others else
                       float("nan"), resolution, weighted, runs, seed, view.settings)


def _large(view: Adjacency) -> bool:
    return view.matrix.nnz / (1 if view.directed else 2) > whole("community_thorough_ties")


def leiden(view: Adjacency, seed: int, resolution: float = 1.0, *, weighted: bool = False) -> tuple[float, Ints]:
    """Modularity and membership of one run of the Leiden algorithm; NaN without ties."""
    network = graph(view, directed=False)
    weights = pairs(view, directed=False)[2].tolist() if weighted else None
    if not network.ecount():
        return float("nan"), np.arange(view.size, dtype=np.int64)
    with seeded(seed):
        found = network.community_leiden(objective_function="modularity", weights=weights, resolution=resolution,
                                         n_iterations=2 if _large(view) else -1)
    quality = network.modularity(found.membership, weights=weights, resolution=resolution)
    return float(quality), np.asarray(found.membership, dtype=np.int64)


def adjusted_rand(one: Ints, two: Ints) -> float:
    """Agreement of two groupings, corrected for chance (Hubert & Arabie); 1 if both are trivial."""
    if not len(one):
        return float("nan")
    joint = np.unique(np.column_stack([one, two]), axis=0, return_counts=True)[1]
    together, first, second = (float((c * (c - 1)).sum()) / 2 for c in (
        joint, np.unique(one, return_counts=True)[1], np.unique(two, return_counts=True)[1]))
    every = len(one) * (len(one) - 1) / 2
    expected = first * second / every if every else 0.0
    largest = (first + second) / 2
    return (together - expected) / (largest - expected) if largest != expected else 1.0

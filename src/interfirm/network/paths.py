"""How far apart actors are: connected parts and distances."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from interfirm.errors import UnknownName
from interfirm.network._graph import Floats, Ints, graph, pivots
from interfirm.numerals import per_cent

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.adjacency import Adjacency
    from interfirm.study.study import Study

KINDS = ("weak", "strong")
_CHUNK = 50


@dataclass(frozen=True, eq=False)
class Components:
    """The parts of a network that hang together.

    Attributes
    ----------
    kind
        ``"weak"`` (direction ignored) or ``"strong"`` (each reaches the other along the ties).
    membership
        Number of the component by actor; 1 is the largest.
    sizes
        Actors per component, largest first.
    """

    kind: str
    membership: pd.Series[Any]
    sizes: Ints

    @property
    def number(self) -> int:
        """How many components there are, isolated actors included."""
        return len(self.sizes)

    @property
    def isolates(self) -> int:
        """How many actors are a component of their own."""
        return int((self.sizes == 1).sum())

    @property
    def largest_share(self) -> float:
        """Share of the actors in the largest component; NaN without actors."""
        return float(self.sizes[0] / self.sizes.sum()) if len(self.sizes) else float("nan")

    def table(self) -> pd.DataFrame:
        """One row per component: number, size, share of all actors."""
        import pandas as pd

        share = self.sizes / max(int(self.sizes.sum()), 1)
        return pd.DataFrame({"component": np.arange(1, self.number + 1), "actors": self.sizes, "share": share})

    def __str__(self) -> str:
        return (f"{self.number} {self.kind} components; the largest holds {per_cent(self.largest_share)} of "
                f"{int(self.sizes.sum())} actors; {self.isolates} actors stand alone")


@dataclass(frozen=True, eq=False)
class Distances:
    """How many steps lie between actors.

    Attributes
    ----------
    mean
        Mean number of steps over the ordered pairs that reach each other; NaN if none do.
    diameter
        Largest number of steps found; with sampling a lower bound.
    efficiency
        Mean of 1/steps over all ordered pairs, 0 where there is no path.
    reachable
        Share of the ordered pairs with a path.
    histogram
        Number of ordered pairs by number of steps, from the sampled actors only where sampled.
    exact
        Whether every actor was a starting point.
    sources
        Number of starting points.
    standard_error
        Standard error of ``mean`` from the sampling; 0 when exact.
    seed
        Seed of the sample; None when exact.
    """

    mean: float
    diameter: int
    efficiency: float
    reachable: float
    histogram: dict[int, int]
    exact: bool
    sources: int
    standard_error: float
    seed: int | None

    def table(self) -> pd.DataFrame:
        """One row per distance: steps, ordered pairs, share of the reachable pairs."""
        import pandas as pd

        counts = np.array(list(self.histogram.values()), dtype=np.int64)
        share = counts / max(int(counts.sum()), 1)
        return pd.DataFrame({"steps": list(self.histogram), "pairs": counts, "share": share})

    def __str__(self) -> str:
        how = "exact" if self.exact else f"from {self.sources} sampled actors, s.e. {self.standard_error:.3g}"
        return (f"mean distance {self.mean:.3g} steps ({how}), at most {self.diameter}; "
                f"{per_cent(self.reachable)} of the pairs reach each other")


def components(study: Study, *, relation: Any = None, wave: Any = None, who: str = "members",
               projection: str = "newman", kind: str = "weak") -> Components:
    """Parts of the network that hang together.

    Two actors are in one weak component if a chain of ties joins them, whatever the direction; in
    one strong component if each reaches the other along the direction of the ties. Unknown ties
    count as absent, so the parts may hang together more than shown.

    Parameters
    ----------
    study, relation, wave, who, projection
        See :meth:`interfirm.study.study.Study.adjacency`.
    kind
        ``"weak"`` (default) or ``"strong"``.

    Returns
    -------
    Components
        Membership by actor and sizes, largest first; equal sizes in the order of their first actor.

    References
    ----------
    [wasserman1994]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> study = example(seed=1)
    >>> components(study, relation="advice", wave="2024").largest_share > 0.5
    True
    """
    return components_of(study.adjacency(relation, wave, who=who, projection=projection), kind)


def components_of(view: Adjacency, kind: str = "weak") -> Components:
    """Components of a view; see :func:`components`."""
    from scipy.sparse.csgraph import connected_components

    if kind not in KINDS:
        raise UnknownName("kind of component", kind, KINDS)
    connection: Any = kind
    _, raw = connected_components(view.matrix, directed=view.directed, connection=connection)
    label: Ints = rank_by_size(np.asarray(raw).astype(np.int64))
    sizes: Ints = np.bincount(label).astype(np.int64) if len(label) else label
    return Components(kind, view.series(label + 1, "component"), sizes)


def rank_by_size(label: Ints) -> Ints:
    """Renumber groups from 0, largest first, equal sizes in the order of their first member."""
    if not len(label):
        return label
    _, first, inverse, size = np.unique(label, return_index=True, return_inverse=True, return_counts=True)
    rank = np.empty(len(size), dtype=np.int64)
    rank[np.lexsort((first, -size))] = np.arange(len(size))
    return rank[inverse]


def distances(study: Study, *, relation: Any = None, wave: Any = None, who: str = "members",
              projection: str = "newman", sample: int | None = None, seed: int = 1) -> Distances:
    """Numbers of steps between actors along the shortest chains of ties.

    d_ij is the smallest number of ties that lead from i to j. Mean distance = Σ d_ij / number of
    ordered pairs with a path; efficiency = Σ 1/d_ij / (n(n−1)) with 1/∞ = 0. In a directed
    relation chains follow the direction. Unknown ties count as absent: true distances can only be
    shorter.

    Parameters
    ----------
    study, relation, wave, who, projection
        See :meth:`interfirm.study.study.Study.adjacency`.
    sample
        Number of starting actors; None means all of them up to ``network.exact_work`` (actors × ties)
        and ``network.pivots`` random ones above it.
    seed
        Seed of the sample.

    Returns
    -------
    Distances
        ``mean`` is NaN where no pair reaches another.

    References
    ----------
    [latora2001]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> study = example(seed=1)
    >>> print(distances(study, relation="advice", wave="2024"))  # doctest: +ELLIPSIS
    mean distance ... steps (exact), at most ... of the pairs reach each other
    """
    return distances_of(study.adjacency(relation, wave, who=who, projection=projection), sample, seed)


def distances_of(view: Adjacency, sample: int | None = None, seed: int = 1) -> Distances:
    """Distances in a view; see :func:`distances`."""
    size = view.size
    sources = pivots(view, sample, seed)
    counts = np.zeros((len(sources), 1), dtype=np.int64)
    for start in range(0, len(sources), _CHUNK):
        steps = steps_from(view, sources[start:start + _CHUNK], "out")
        counts = _add_counts(counts, start, steps)
    return _summary(counts, size, len(sources) == size, seed)


def steps_from(view: Adjacency, sources: Ints, direction: str) -> Floats:
    """Steps from each source (rows) to each actor (columns); infinite where there is no path."""
    found = graph(view).distances(source=sources.tolist(), mode=direction)
    return np.asarray(found, dtype=np.float64).reshape(len(sources), view.size)


def _add_counts(counts: Ints, start: int, steps: Floats) -> Ints:
    finite = np.where(np.isfinite(steps), steps, 0).astype(np.int64)
    longest = int(finite.max(initial=0))
    if longest >= counts.shape[1]:
        counts = np.pad(counts, ((0, 0), (0, longest + 1 - counts.shape[1])))
    for row, one in enumerate(finite):
        counts[start + row] += np.bincount(one, minlength=counts.shape[1])
    return counts


def _summary(counts: Ints, size: int, exact: bool, seed: int) -> Distances:
    length = np.arange(1, counts.shape[1])
    by_source = counts[:, 1:]
    total = by_source.sum(axis=0)
    reached = int(total.sum())
    possible = len(counts) * (size - 1)
    if not possible or not reached:
        nothing = float("nan") if not possible else 0.0
        return Distances(float("nan"), 0, nothing, nothing, {}, exact, len(counts), 0.0, None if exact else seed)
    mean = float((total * length).sum() / reached)
    error = 0.0 if exact else _ratio_error(by_source @ length, by_source.sum(axis=1), mean, size)
    histogram = {int(d): int(c) for d, c in zip(length, total, strict=True) if c}
    return Distances(mean, int(max(histogram)), float((total / length).sum() / possible), reached / possible,
                     histogram, exact, len(counts), error, None if exact else seed)


def _ratio_error(sums: Ints, reached: Ints, mean: float, size: int) -> float:
    """Standard error of a ratio of sums from a simple random sample without replacement."""
    k = len(sums)
    residual = sums - mean * reached
    correction = 1.0 - k / size
    return float(np.sqrt(correction * residual.var(ddof=1) / k) / reached.mean())

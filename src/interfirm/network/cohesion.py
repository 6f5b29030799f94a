"""How close-knit the network is: density, reciprocity, closure, and the bundle of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp

from interfirm.errors import UnknownName, UsageError
from interfirm.network._graph import Floats, graph, is_known, is_tied, unknown_matrix
from interfirm.network.paths import Components, Distances, components_of, distances_of

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.adjacency import Adjacency
    from interfirm.study.study import Study

RECIPROCITY = ("arcs", "density-corrected")
TRANSITIVITY = ("undirected", "directed")
_NAN = float("nan")


@dataclass(frozen=True, eq=False)
class Cohesion:
    """The usual measures of cohesion of one relation in one wave; ``settings`` says which."""

    actors: int
    ties: int
    density: float
    reciprocity: float
    transitivity: float
    clustering: float
    components: Components
    distances: Distances
    settings: dict[str, Any]

    def table(self) -> pd.DataFrame:
        """One row per measure: measure, value."""
        import pandas as pd

        rows = [
            ("actors", self.actors), ("ties", self.ties), ("density", self.density),
            ("reciprocity", self.reciprocity), ("transitivity", self.transitivity),
            ("clustering", self.clustering), ("components", self.components.number),
            ("largest_component", self.components.largest_share), ("isolates", self.components.isolates),
            ("mean_distance", self.distances.mean), ("diameter", self.distances.diameter),
            ("efficiency", self.distances.efficiency), ("reachable", self.distances.reachable),
        ]
        return pd.DataFrame(rows, columns=["measure", "value"]).astype({"value": "float64"})

    def __str__(self) -> str:
        return (f"{self.actors} actors, {self.ties} ties, density {self.density:.3g}; "
                f"{self.components.number} components; {self.distances}")


def density(study: Study, *, relation: Any = None, wave: Any = None, who: str = "members",
            projection: str = "newman") -> float:
    """Share of the possible ties that exist.

    Density = ties / pairs, counting ordered pairs in a directed relation. Only pairs whose tie is
    known to be there or not are counted, above and below the line.

    Parameters
    ----------
    study, relation, wave, who, projection
        See :meth:`interfirm.study.study.Study.adjacency`.

    Returns
    -------
    float
        0 to 1; NaN if no pair is known.

    References
    ----------
    [wasserman1994]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> study = example(seed=1)
    >>> 0 < density(study, relation="advice", wave="2024") < 1
    True
    """
    return density_of(study.adjacency(relation, wave, who=who, projection=projection))


def density_of(view: Adjacency) -> float:
    """Density of a view; see :func:`density`."""
    pairs = view.observed_count()
    return float(view.matrix.nnz / pairs) if pairs else _NAN


def reciprocity(study: Study, *, relation: Any = None, wave: Any = None, who: str = "members",
                projection: str = "newman", variant: str = "arcs") -> float:
    """How often a tie is returned.

    ``"arcs"``: r = L↔ / L, the share of ties i → j with a tie j → i. ``"density-corrected"``:
    ρ = (r − ā) / (1 − ā), with ā the density: 0 if ties are returned as often as chance would have
    it, negative if less often. Only pairs known in both directions count.

    Parameters
    ----------
    study, relation, wave, who, projection
        See :meth:`interfirm.study.study.Study.adjacency`.
    variant
        ``"arcs"`` (default) or ``"density-corrected"``.

    Returns
    -------
    float
        r in 0 to 1, ρ in −ā/(1−ā) to 1; NaN without ties, and for ρ where every pair is tied.

    Raises
    ------
    UsageError
        If the relation has no direction: then every tie is mutual by definition.

    References
    ----------
    [wasserman1994], [garlaschelli2004]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> study = example(seed=1)
    >>> 0 < reciprocity(study, relation="advice", wave="2024") < 1
    True
    """
    return reciprocity_of(study.adjacency(relation, wave, who=who, projection=projection), variant)


def reciprocity_of(view: Adjacency, variant: str = "arcs") -> float:
    """Reciprocity of a view; see :func:`reciprocity`."""
    if variant not in RECIPROCITY:
        raise UnknownName("variant of reciprocity", variant, RECIPROCITY)
    if not view.directed:
        raise UsageError(f"'{view.relation}' has no direction, so every tie is mutual; reciprocity says nothing.")
    coo = view.matrix.tocoo()
    sender, receiver = coo.row.astype(np.int64), coo.col.astype(np.int64)
    known = is_known(view, receiver, sender)
    ties = int(known.sum())
    if not ties:
        return _NAN
    share = float(is_tied(view, receiver[known], sender[known]).sum() / ties)
    if variant == "arcs":
        return share
    average = ties / _pairs_known_both_ways(view)
    return (share - average) / (1.0 - average) if average < 1.0 else _NAN


def _pairs_known_both_ways(view: Adjacency) -> int:
    total = view.size * (view.size - 1)
    if not view.has_missing:
        return total
    unknown = unknown_matrix(view)
    return total - int(sp.csr_array(unknown + unknown.T).nnz)


def transitivity(study: Study, *, relation: Any = None, wave: Any = None, who: str = "members",
                 projection: str = "newman", variant: str = "undirected") -> float:
    """How often two partners of an actor are partners of each other.

    ``"undirected"``: 3 × triangles / connected triples, in the network without direction.
    ``"directed"``: the share of chains i → j → k (three different actors) with a tie i → k. Triples
    whose closing pair is unknown are left out.

    Parameters
    ----------
    study, relation, wave, who, projection
        See :meth:`interfirm.study.study.Study.adjacency`.
    variant
        ``"undirected"`` (default) or ``"directed"``.

    Returns
    -------
    float
        0 to 1; NaN where no actor has two partners.

    References
    ----------
    [wasserman1994]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> study = example(seed=1)
    >>> 0 < transitivity(study, relation="advice", wave="2024") < 1
    True
    """
    return transitivity_of(study.adjacency(relation, wave, who=who, projection=projection), variant)


def transitivity_of(view: Adjacency, variant: str = "undirected") -> float:
    """Transitivity of a view; see :func:`transitivity`."""
    if variant not in TRANSITIVITY:
        raise UnknownName("variant of transitivity", variant, TRANSITIVITY)
    if variant == "directed" and view.directed:
        return _directed_transitivity(view)
    if not view.has_missing:
        return float(graph(view, directed=False).transitivity_undirected())
    closed, triples = _closure(view)
    total = float(triples.sum())
    return float(closed.sum() / total) if total else _NAN


def _directed_transitivity(view: Adjacency) -> float:
    one = view.binary
    chains = sp.csr_array(one @ one)
    total = float(chains.sum() - chains.diagonal().sum())
    if view.has_missing:
        total -= float(chains.multiply(unknown_matrix(view)).sum())
    return float(chains.multiply(one).sum() / total) if total else _NAN


def local_clustering(study: Study, *, relation: Any = None, wave: Any = None, who: str = "members",
                     projection: str = "newman") -> pd.Series[Any]:
    """How far the partners of an actor are partners of each other.

    C_i = tied pairs of partners of i / pairs of partners of i, in the network without direction.
    High: a close circle. Low: the partners meet only in i. Pairs of partners whose tie is unknown
    are left out.

    Parameters
    ----------
    study, relation, wave, who, projection
        See :meth:`interfirm.study.study.Study.adjacency`.

    Returns
    -------
    pandas.Series
        By actor, 0 to 1; NaN for actors without a known pair of partners.

    References
    ----------
    [watts1998]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> study = example(seed=1)
    >>> local_clustering(study, relation="advice", wave="2024").nlargest(3)  # doctest: +ELLIPSIS
    actor
    ...
    Name: local_clustering, dtype: float64
    """
    view = study.adjacency(relation, wave, who=who, projection=projection)
    return view.series(local_clustering_of(view), "local_clustering")


def local_clustering_of(view: Adjacency) -> Floats:
    """Local clustering by actor of a view; see :func:`local_clustering`."""
    closed, triples = _closure(view)
    out: Floats = np.divide(closed, triples, out=np.full(view.size, _NAN), where=triples > 0)
    return out


def _closure(view: Adjacency) -> tuple[Floats, Floats]:
    """Per actor: tied pairs of partners, and pairs of partners whose tie is known."""
    one = graph(view, directed=False)
    degree = np.asarray(one.degree(), dtype=np.float64)
    triples = degree * (degree - 1) / 2
    share = np.asarray(one.transitivity_local_undirected(mode="zero"), dtype=np.float64)
    closed = np.rint(share * triples)
    if view.has_missing and view.size:
        triples = triples - _unknown_between_partners(view)
    return closed, triples


def _unknown_between_partners(view: Adjacency) -> Floats:
    """Per actor: pairs of partners without a known tie of which at least one direction is unknown."""
    partners = view.symmetric.copy()
    partners.data[:] = 1.0
    unknown = unknown_matrix(view)
    either = sp.csr_array(unknown.maximum(unknown.T))
    open_pairs = sp.csr_array(either - either.multiply(partners))
    return np.asarray((partners @ open_pairs).multiply(partners).sum(axis=1)).ravel() / 2


def cohesion(study: Study, *, relation: Any = None, wave: Any = None, who: str = "members",
             projection: str = "newman", sample: int | None = None, seed: int = 1) -> Cohesion:
    """The measures of cohesion of one relation in one wave together.

    Holds density, reciprocity (NaN without direction), transitivity, mean local clustering,
    components and distances; each is documented with its own function.

    Parameters
    ----------
    study, relation, wave, who, projection
        See :meth:`interfirm.study.study.Study.adjacency`.
    sample, seed
        See :func:`interfirm.network.paths.distances`.

    Returns
    -------
    Cohesion
        With ``.table()``, one row per measure.

    References
    ----------
    [wasserman1994]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> study = example(seed=1)
    >>> cohesion(study, relation="advice", wave="2024").table().shape
    (13, 2)
    """
    view = study.adjacency(relation, wave, who=who, projection=projection)
    local = local_clustering_of(view)
    ties = view.matrix.nnz if view.directed else view.matrix.nnz // 2
    return Cohesion(
        view.size, int(ties), density_of(view), reciprocity_of(view) if view.directed else _NAN,
        transitivity_of(view), mean_of(local), components_of(view), distances_of(view, sample, seed), view.settings,
    )


def mean_of(values: Floats) -> float:
    """Mean of the values that are not missing; NaN if none is left."""
    there = values[~np.isnan(values)]
    return float(there.mean()) if len(there) else _NAN

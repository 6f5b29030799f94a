"""Who is central: number of ties, nearness to the others, and lying between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from interfirm.errors import UnknownName
from interfirm.network._graph import Floats, Ints, graph, pivots
from interfirm.network.paths import steps_from

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.adjacency import Adjacency
    from interfirm.study.study import Study

DEGREES = ("all", "in", "out", "partners")
DIRECTIONS = ("all", "in", "out")
CLOSENESS = ("harmonic", "classic")
_CHUNK = 50
_BATCHES = 25


@dataclass(frozen=True, eq=False)
class Estimate:
    """A centrality by actor, exact or from a sample of starting actors.

    Attributes
    ----------
    values
        By actor.
    standard_error
        Of each value, from the sampling alone; 0 when exact.
    exact
        Whether every actor was a starting point.
    pivots
        Number of starting points.
    seed
        Seed of the sample; None when exact.
    """

    values: pd.Series[Any]
    standard_error: pd.Series[Any]
    exact: bool
    pivots: int
    seed: int | None

    def table(self) -> pd.DataFrame:
        """One row per actor: value and standard error."""
        import pandas as pd

        return pd.DataFrame({str(self.values.name): self.values, "standard_error": self.standard_error}).reset_index()

    def __str__(self) -> str:
        how = "exact" if self.exact else f"estimated from {self.pivots} sampled actors (seed {self.seed})"
        return f"{self.values.name} of {len(self.values)} actors, {how}"


def degree(study: Study, *, relation: Any = None, wave: Any = None, who: str = "members",
           projection: str = "newman", direction: str = "all", weighted: bool = False) -> pd.Series[Any]:
    """How many ties an actor has.

    ``"out"``: ties sent (row sum). ``"in"``: ties received (column sum). ``"all"``: their sum, so
    that a mutual tie counts twice. ``"partners"``: different actors tied in either direction. In a
    relation without direction all four are the same. With ``weighted=True`` the weights are added
    instead (``"partners"``: the larger of the two directions of each pair).

    Parameters
    ----------
    study, relation, wave, who, projection
        See :meth:`interfirm.study.study.Study.adjacency`.
    direction
        ``"all"`` (default), ``"in"``, ``"out"`` or ``"partners"``.
    weighted
        Whether to add weights instead of counting.

    Returns
    -------
    pandas.Series
        By actor. In a directed relation the non-respondents are NaN except for ``"in"``, because
        what they send is not known; received ties and undirected ties are those that are known.

    References
    ----------
    [freeman1979]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> study = example(seed=1)
    >>> degree(study, relation="advice", wave="2024", direction="in").nlargest(3)  # doctest: +ELLIPSIS
    actor
    ...
    Name: degree, dtype: float64
    """
    view = study.adjacency(relation, wave, who=who, projection=projection)
    out = view.series(degree_of(view, direction, weighted=weighted), "degree")
    out.attrs.update(direction=direction, weighted=weighted)
    return out


def degree_of(view: Adjacency, direction: str = "all", *, weighted: bool = False) -> Floats:
    """Degree by actor of a view; see :func:`degree`."""
    if direction not in DEGREES:
        raise UnknownName("direction", direction, DEGREES)
    matrix = view.matrix if weighted else view.binary
    sent = np.asarray(matrix.sum(axis=1), dtype=np.float64).ravel()
    if not view.directed:
        return sent
    if direction == "partners":
        both = view.symmetric
        sent = np.asarray(both.sum(axis=1) if weighted else np.diff(both.indptr), dtype=np.float64).ravel()
    received = np.asarray(matrix.sum(axis=0), dtype=np.float64).ravel()
    if direction == "in":
        return received
    out = sent + received if direction == "all" else sent.copy()
    out[view.missing_rows] = np.nan
    return out


def closeness(study: Study, *, relation: Any = None, wave: Any = None, who: str = "members",
              projection: str = "newman", direction: str = "all", variant: str = "harmonic",
              sample: int | None = None, seed: int = 1) -> pd.Series[Any]:
    """How near an actor is to the others.

    ``"harmonic"``: Σ_j (1/d_ij) / (n−1), an actor out of reach counting 0. ``"classic"``: actors
    reached / Σ of their distances, so 1 / the mean distance; it compares only actors of the same
    component. Unknown ties count as absent.

    Parameters
    ----------
    study, relation, wave, who, projection
        See :meth:`interfirm.study.study.Study.adjacency`.
    direction
        ``"all"`` (default: direction ignored), ``"out"`` (steps from the actor along the ties) or
        ``"in"`` (steps to the actor).
    variant
        ``"harmonic"`` (default) or ``"classic"``.
    sample, seed
        Number of other actors towards which distances are measured, and its seed; None means all of
        them where that is quick (``network.exact_work``), otherwise ``network.pivots``.

    Returns
    -------
    pandas.Series
        By actor, 0 to 1; ``attrs`` says whether it is exact. ``"classic"`` is NaN for an actor that
        reaches nobody.

    References
    ----------
    [freeman1979], [rochat2009], [eppstein2004]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> study = example(seed=1)
    >>> closeness(study, relation="advice", wave="2024").nlargest(3)  # doctest: +ELLIPSIS
    actor
    ...
    Name: closeness, dtype: float64
    """
    view = study.adjacency(relation, wave, who=who, projection=projection)
    return _marked(closeness_of(view, direction, variant, sample, seed))


def closeness_of(view: Adjacency, direction: str = "all", variant: str = "harmonic", sample: int | None = None,
                 seed: int = 1) -> Estimate:
    """Closeness of a view with standard errors; see :func:`closeness`."""
    if direction not in DIRECTIONS:
        raise UnknownName("direction", direction, DIRECTIONS)
    if variant not in CLOSENESS:
        raise UnknownName("variant of closeness", variant, CLOSENESS)
    chosen = pivots(view, sample, seed)
    backwards = {"out": "in", "in": "out", "all": "all"}[direction]
    sums = np.zeros((3, view.size))
    for start in range(0, len(chosen), _CHUNK):
        steps = steps_from(view, chosen[start:start + _CHUNK], backwards)
        sums += _step_sums(steps, variant == "harmonic")
    number = np.full(view.size, float(len(chosen)))
    number[chosen] -= 1
    values, error = (_harmonic if variant == "harmonic" else _classic)(sums, number, view.size)
    return _estimate(view, values, error, "closeness", chosen, seed)


def _step_sums(steps: Floats, harmonic: bool) -> Floats:
    """Per actor: how many starting points reach it, sum and sum of squares of 1/steps or steps."""
    reached = np.isfinite(steps) & (steps > 0)
    value = np.zeros_like(steps)
    np.divide(1.0, steps, out=value, where=reached) if harmonic else np.copyto(value, steps, where=reached)
    return np.vstack([reached.sum(axis=0), value.sum(axis=0), (value**2).sum(axis=0)])


def _harmonic(sums: Floats, number: Floats, size: int) -> tuple[Floats, Floats]:
    mean = np.divide(sums[1], number, out=np.zeros(size), where=number > 0)
    return mean, _error_of_mean(sums[1], sums[2], number, number / max(size - 1, 1))


def _classic(sums: Floats, number: Floats, size: int) -> tuple[Floats, Floats]:
    values = np.divide(sums[0], sums[1], out=np.full(size, np.nan), where=sums[1] > 0)
    return values, _error_of_mean(sums[1], sums[2], sums[0], number / max(size - 1, 1)) * values**2


def _error_of_mean(total: Floats, squares: Floats, number: Floats, fraction: Floats) -> Floats:
    """Standard error of a mean of ``number`` values, a ``fraction`` of all, drawn without replacement."""
    safe = np.maximum(number, 2.0)
    variance = np.maximum(squares - total**2 / safe, 0.0) / (safe - 1.0)
    return np.asarray(np.sqrt(variance / safe * np.maximum(1.0 - fraction, 0.0)), dtype=np.float64)


def betweenness(study: Study, *, relation: Any = None, wave: Any = None, who: str = "members",
                projection: str = "newman", normalised: bool = True, sample: int | None = None,
                seed: int = 1) -> pd.Series[Any]:
    """How often an actor lies on the shortest chains between others.

    B_i = Σ_{s≠i≠t} σ_st(i) / σ_st, with σ_st the number of shortest chains from s to t and σ_st(i)
    those through i; normalised by the number of pairs of others, (n−1)(n−2), halved in a relation
    without direction. Ties count alike whatever their weight. Unknown ties count as absent.

    Parameters
    ----------
    study, relation, wave, who, projection
        See :meth:`interfirm.study.study.Study.adjacency`.
    normalised
        Whether to divide by the number of pairs (default).
    sample, seed
        Number of random starting actors s and its seed; None means all of them where that is quick
        (``network.exact_work``), otherwise ``network.pivots``. The sampled sum is scaled by n / k.

    Returns
    -------
    pandas.Series
        By actor; ``attrs`` holds ``exact``, ``pivots``, ``seed`` and ``largest_error``, the largest
        standard error. :func:`betweenness_of` gives the error of each actor.

    References
    ----------
    [freeman1977], [brandes2001], [brandes2007]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> study = example(seed=1)
    >>> betweenness(study, relation="advice", wave="2024").attrs["exact"]
    True
    """
    view = study.adjacency(relation, wave, who=who, projection=projection)
    out = _marked(betweenness_of(view, normalised=normalised, sample=sample, seed=seed))
    out.attrs["normalised"] = normalised
    return out


def betweenness_of(view: Adjacency, *, normalised: bool = True, sample: int | None = None, seed: int = 1) -> Estimate:
    """Betweenness of a view with standard errors; see :func:`betweenness`."""
    size = view.size
    chosen = pivots(view, sample, seed)
    network = graph(view)
    if len(chosen) == size:
        values, error = np.asarray(network.betweenness(), dtype=np.float64).reshape(size), np.zeros(size)
    else:
        values, error = _sampled_betweenness(network, chosen, size, seed)
    if normalised:
        pairs = (size - 1) * (size - 2) / (1 if view.directed else 2)
        values, error = (values / pairs, error / pairs) if pairs > 0 else (np.zeros(size), np.zeros(size))
    return _estimate(view, values, error, "betweenness", chosen, seed)


def _sampled_betweenness(network: Any, chosen: Ints, size: int, seed: int) -> tuple[Floats, Floats]:
    """n times the mean dependency on an actor over the pivots, and its error from batches of pivots.

    The pivots are taken in random batches because each call of igraph first lists all ties.
    """
    k = len(chosen)
    batches = np.array_split(np.random.default_rng([seed, k]).permutation(chosen), min(k, _BATCHES))
    share = np.array([len(batch) / k for batch in batches])
    means = np.empty((len(batches), size))
    for row, batch in enumerate(batches):
        means[row] = np.asarray(network.betweenness(sources=batch.tolist()), dtype=np.float64) / len(batch)
    mean = share @ means
    variance = (share**2) @ (means - mean) ** 2 * len(batches) / (len(batches) - 1)
    return size * mean, size * np.sqrt(variance * (1.0 - k / size))


def _estimate(view: Adjacency, values: Floats, error: Floats, name: str, chosen: Ints, seed: int) -> Estimate:
    exact = len(chosen) == view.size
    return Estimate(view.series(values, name), view.series(error, "standard_error"), exact, len(chosen),
                    None if exact else seed)


def _marked(estimate: Estimate) -> pd.Series[Any]:
    """The values, with how they were found in ``attrs``."""
    error = estimate.standard_error.to_numpy()
    largest = float(np.nanmax(error)) if len(error) else 0.0
    estimate.values.attrs.update(exact=estimate.exact, pivots=estimate.pivots, seed=estimate.seed,
                                 largest_error=largest)
    return estimate.values

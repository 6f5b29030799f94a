"""Being tied to the well tied, being tied to the dependent, and how unequal positions are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp
import scipy.sparse.linalg as sla

from interfirm.errors import UnknownName, UsageError
from interfirm.network._graph import Floats
from interfirm.network.centrality import DIRECTIONS, betweenness_of, closeness_of, degree_of
from interfirm.network.paths import components_of

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.adjacency import Adjacency
    from interfirm.study.study import Study

MEASURES = ("degree", "betweenness", "closeness")
_DENSE = 1000
_NEAR = 1e-10


def eigenvector(study: Study, *, relation: Any = None, wave: Any = None, who: str = "members",
                projection: str = "newman", weighted: bool = False) -> pd.Series[Any]:
    """How well an actor is tied to those who are themselves well tied.

    x_i = (1/λ) Σ_j a_ij x_j with λ the largest eigenvalue of the network without direction, scaled
    so that the largest x is 1. The equation has one solution only inside a connected network, so
    it is solved in the largest component. Unknown ties count as absent.

    Parameters
    ----------
    study, relation, wave, who, projection
        See :meth:`interfirm.study.study.Study.adjacency`.
    weighted
        Whether a_ij is the weight (default: 1 for every tie).

    Returns
    -------
    pandas.Series
        By actor, 0 to 1; NaN outside the largest component and where there is no tie.

    References
    ----------
    [bonacich1972]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> study = example(seed=1)
    >>> float(eigenvector(study, relation="advice", wave="2024").max())
    1.0
    """
    view = study.adjacency(relation, wave, who=who, projection=projection)
    inside = np.flatnonzero(components_of(view).membership.to_numpy() == 1)
    values = np.full(view.size, np.nan)
    if len(inside) > 1:
        matrix = view.symmetric[inside][:, inside].astype(np.float64)
        if not weighted:
            matrix.data[:] = 1.0
        vector = np.abs(_leading(sp.csr_array(matrix))[1])
        values[inside] = vector / vector.max()
    out = view.series(values, "eigenvector")
    out.attrs["weighted"] = weighted
    return out


def _leading(matrix: sp.csr_array) -> tuple[float, Floats]:
    """Largest eigenvalue and its vector of a symmetric matrix with no negative cell."""
    size = matrix.shape[0]
    if size <= _DENSE:
        value, vector = np.linalg.eigh(matrix.toarray())
        return float(value[-1]), np.asarray(vector[:, -1], dtype=np.float64)
    value, vector = sla.eigsh(matrix, k=1, which="LA", v0=np.ones(size))
    return float(value[0]), np.asarray(vector[:, 0], dtype=np.float64)


def _spectral_radius(matrix: sp.csr_array, directed: bool) -> float:
    if not matrix.nnz:
        return 0.0
    if not directed:
        return _leading(matrix)[0]
    parts = int(sp.csgraph.connected_components(matrix, directed=True, connection="strong")[0])
    if parts == matrix.shape[0]:
        return 0.0
    if matrix.shape[0] <= _DENSE:
        return float(np.abs(np.linalg.eigvals(matrix.toarray())).max())
    return float(np.abs(sla.eigs(matrix, k=1, which="LM", v0=np.ones(matrix.shape[0]), return_eigenvectors=False)[0]))


def bonacich_power(study: Study, *, beta: float, relation: Any = None, wave: Any = None, who: str = "members",
                   projection: str = "newman", weighted: bool = False) -> pd.Series[Any]:
    """Power from being tied to the strong (β > 0) or to those who depend on one (β < 0).

    c(β) = α (I − βR)⁻¹ R 1, with R the ties (row = sender), 1 a vector of ones and α such that
    Σ c² = n. β > 0 suits knowledge and status, where it helps to know the well connected; β < 0
    suits bargaining, where it helps to deal with those who have few others. β = 0 is degree.

    Parameters
    ----------
    study, relation, wave, who, projection
        See :meth:`interfirm.study.study.Study.adjacency`.
    beta
        Between −1/λ and 1/λ, with λ the largest eigenvalue of R in size.
    weighted
        Whether R holds the weights (default: 1 for every tie).

    Returns
    -------
    pandas.Series
        By actor; negative values can occur. NaN without ties and, in a directed relation, for
        non-respondents; their unknown ties count as absent for the others.

    Raises
    ------
    UsageError
        If β is out of range; the message gives the range.

    References
    ----------
    [bonacich1987]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> study = example(seed=1)
    >>> bonacich_power(study, relation="advice", wave="2024", beta=-0.05).nlargest(3)  # doctest: +ELLIPSIS
    actor
    ...
    Name: bonacich_power, dtype: float64
    """
    view = study.adjacency(relation, wave, who=who, projection=projection)
    matrix = view.matrix if weighted else view.binary
    radius = _spectral_radius(matrix, view.directed)
    if abs(beta) * radius >= 1.0 - _NEAR:
        raise UsageError(f"beta = {beta:g} is out of range: it must lie between {-1 / radius:.6g} and "
                         f"{1 / radius:.6g}, one by the largest eigenvalue of '{view.relation}'.")
    values = _power(matrix, beta, view.directed)
    length = float(np.sqrt((values**2).sum()))
    values = values * np.sqrt(view.size) / length if length > 0 else np.full(view.size, np.nan)
    if view.directed:
        values[view.missing_rows] = np.nan
    out = view.series(values, "bonacich_power")
    out.attrs.update(beta=beta, weighted=weighted)
    return out


def _power(matrix: sp.csr_array, beta: float, directed: bool) -> Floats:
    size = matrix.shape[0]
    right = np.asarray(matrix.sum(axis=1), dtype=np.float64).ravel()
    if size <= _DENSE:
        return np.asarray(np.linalg.solve(np.eye(size) - beta * matrix.toarray(), right), dtype=np.float64)
    left = sp.csr_array(sp.eye_array(size) - beta * matrix)
    found, trouble = (sla.gmres if directed else sla.cg)(left, right, rtol=1e-12, atol=0.0, maxiter=2000)
    if trouble:
        raise UsageError(f"The equations for beta = {beta:g} could not be solved: it is too near its limit. "
                         "Choose a beta nearer to 0.")
    return np.asarray(found, dtype=np.float64)


def centralisation(study: Study, *, relation: Any = None, wave: Any = None, who: str = "members",
                   projection: str = "newman", measure: str = "degree", direction: str = "all") -> float:
    """How far the network turns around one actor.

    C = Σ_i (max c − c_i) / the largest such sum that n actors can have, which is reached by a star:
    1 for a star, 0 where all are equal. Each measure follows Freeman; closeness is defined only for
    a connected network and is taken without direction.

    Parameters
    ----------
    study, relation, wave, who, projection
        See :meth:`interfirm.study.study.Study.adjacency`.
    measure
        ``"degree"`` (default), ``"betweenness"`` or ``"closeness"``; the last two are estimated from a
        sample of actors where the network is large (``network.exact_work``).
    direction
        For degree in a directed relation: ``"all"`` (sent and received), ``"in"`` or ``"out"``.

    Returns
    -------
    float
        0 to 1; NaN below three actors, and for closeness if the network is not connected. Where some
        did not respond, sent ties are compared among the respondents only, and received ties
        against the number of respondents.

    References
    ----------
    [freeman1979]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> study = example(seed=1)
    >>> 0 < centralisation(study, relation="advice", wave="2024", direction="in") < 1
    True
    """
    return centralisation_of(study.adjacency(relation, wave, who=who, projection=projection), measure, direction)


def centralisation_of(view: Adjacency, measure: str = "degree", direction: str = "all") -> float:
    """Centralisation of a view; see :func:`centralisation`."""
    if measure not in MEASURES:
        raise UnknownName("measure of centralisation", measure, MEASURES)
    if direction not in DIRECTIONS:
        raise UnknownName("direction", direction, DIRECTIONS)
    n = view.size
    if n < 3:
        return float("nan")
    if measure == "degree":
        values, largest = degree_of(view, direction), _largest_degree_sum(view, direction)
    elif measure == "betweenness":
        values = betweenness_of(view).values.to_numpy(dtype=np.float64)
        largest = float(n - 1)
    else:
        values, largest = _freeman_closeness(view), (n - 2) * (n - 1) / (2 * n - 3)
    values = values[~np.isnan(values)]
    if not len(values) or largest <= 0:
        return float("nan")
    return float((values.max() - values).sum() / largest)


def _largest_degree_sum(view: Adjacency, direction: str) -> float:
    n = view.size
    if not view.directed:
        return float((n - 1) * (n - 2))
    answered = int((~view.missing_rows).sum())
    if direction == "in":
        return float((n - 1) * min(answered, n - 1))
    if direction == "out":
        return float((answered - 1) * (n - 1))
    return float((answered - 1) * (answered + n - 4))


def _freeman_closeness(view: Adjacency) -> Floats:
    if components_of(view).number > 1:
        return np.full(view.size, np.nan)
    return closeness_of(view, "all", "classic").values.to_numpy(dtype=np.float64)

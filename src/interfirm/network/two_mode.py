"""Alliances as they are: who is in which, before any projection to pairs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp

from interfirm.network._graph import Floats, Ints

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.adjacency import Incidence
    from interfirm.study.study import Study

_NAN = float("nan")


@dataclass(frozen=True, eq=False)
class TwoMode:
    """The alliances of a study in one wave or over all time.

    Attributes
    ----------
    wave
        The wave; None for all time.
    actors, alliances, memberships
        Counts; only alliances with at least one of the actors are counted.
    density
        Memberships / (actors × alliances).
    clustering
        Two-mode clustering; see :func:`two_mode_clustering`.
    sizes
        Number of members by alliance.
    degrees
        Number of alliances by actor.
    """

    wave: str | None
    actors: int
    alliances: int
    memberships: int
    density: float
    clustering: float
    sizes: pd.Series[Any]
    degrees: pd.Series[Any]

    def table(self) -> pd.DataFrame:
        """One row per measure: measure, value."""
        import pandas as pd

        sizes, degrees = self.sizes.to_numpy(dtype=np.float64), self.degrees.to_numpy(dtype=np.float64)
        rows = [
            ("actors", self.actors), ("alliances", self.alliances), ("memberships", self.memberships),
            ("density", self.density), ("clustering", self.clustering),
            ("mean_size", sizes.mean() if len(sizes) else _NAN),
            ("largest_size", sizes.max() if len(sizes) else _NAN),
            ("mean_alliances_per_actor", degrees.mean() if len(degrees) else _NAN),
            ("most_alliances_of_an_actor", degrees.max() if len(degrees) else _NAN),
            ("actors_without_alliance", int((degrees == 0).sum())),
        ]
        return pd.DataFrame(rows, columns=["measure", "value"]).astype({"value": "float64"})

    def __str__(self) -> str:
        mean = self.memberships / self.alliances if self.alliances else _NAN
        return (f"{self.alliances} alliances of {mean:.3g} members on average among {self.actors} actors; "
                f"two-mode clustering {self.clustering:.3g}")


def two_mode(study: Study, *, wave: Any = None, who: str = "members") -> TwoMode:
    """What the alliances look like: how many, how large, how much they overlap.

    Parameters
    ----------
    study
        A study with alliances.
    wave
        The wave in which the memberships must have been alive; None (default) for all time.
    who
        ``"members"`` (default) or ``"all"``, external actors included.

    Returns
    -------
    TwoMode

    References
    ----------
    [robins2004]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> study = example(seed=1)
    >>> two_mode(study).table().shape
    (10, 2)
    """
    view = study.incidence(wave, who=who)
    sizes, degrees = _sizes(view), _degrees(view)
    n, m = view.matrix.shape[0], len(sizes)
    return TwoMode(view.wave, n, m, view.matrix.nnz, float(view.matrix.nnz / (n * m)) if n * m else _NAN,
                   clustering_of(view), sizes, degrees)


def alliance_sizes(study: Study, *, wave: Any = None, who: str = "members") -> pd.Series[Any]:
    """How many actors are in each alliance.

    Parameters
    ----------
    study, wave, who
        See :func:`two_mode`.

    Returns
    -------
    pandas.Series
        By alliance; alliances without any of the actors are left out.

    References
    ----------
    [robins2004]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> study = example(seed=1)
    >>> int(alliance_sizes(study).min()) >= 2
    True
    """
    return _sizes(study.incidence(wave, who=who))


def alliance_degree(study: Study, *, wave: Any = None, who: str = "members") -> pd.Series[Any]:
    """In how many alliances each actor is.

    Parameters
    ----------
    study, wave, who
        See :func:`two_mode`.

    Returns
    -------
    pandas.Series
        By actor; 0 for actors in none.

    References
    ----------
    [robins2004]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> study = example(seed=1)
    >>> alliance_degree(study).nlargest(3)  # doctest: +ELLIPSIS
    actor
    ...
    Name: alliance_degree, dtype: int64
    """
    return _degrees(study.incidence(wave, who=who))


def _sizes(view: Incidence) -> pd.Series[Any]:
    import pandas as pd

    size = np.asarray(view.matrix.sum(axis=0)).ravel().astype(np.int64)
    index = pd.Index(view.alliances[size > 0], name="alliance")
    out = pd.Series(size[size > 0], index=index, name="alliance_sizes")
    out.attrs["wave"] = view.wave
    return out


def _degrees(view: Incidence) -> pd.Series[Any]:
    import pandas as pd

    degree = np.asarray(view.matrix.sum(axis=1)).ravel().astype(np.int64)
    out = pd.Series(degree, index=pd.Index(view.actors, name="actor"), name="alliance_degree")
    out.attrs["wave"] = view.wave
    return out


def two_mode_clustering(study: Study, *, wave: Any = None, who: str = "members") -> float:
    """How often two actors who share one alliance share a second one.

    Robins and Alexander's coefficient, 4 × C₄ / L₃: L₃ counts chains of three memberships (actor –
    alliance – actor – alliance), C₄ the closed ones (two actors who share two alliances). Unlike
    the clustering of a projection it is not inflated by large alliances.

    Parameters
    ----------
    study, wave, who
        See :func:`two_mode`.

    Returns
    -------
    float
        0 to 1; NaN where no chain of three exists.

    References
    ----------
    [robins2004]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> study = example(seed=1)
    >>> 0 <= two_mode_clustering(study) <= 1
    True
    """
    return clustering_of(study.incidence(wave, who=who))


def clustering_of(view: Incidence) -> float:
    """Two-mode clustering of a view; see :func:`two_mode_clustering`."""
    matrix = view.matrix
    degree, size = np.asarray(matrix.sum(axis=1)).ravel(), np.asarray(matrix.sum(axis=0)).ravel()
    coo = matrix.tocoo()
    chains = float(((degree[coo.row] - 1) * (size[coo.col] - 1)).sum())
    if not chains:
        return _NAN
    shared = _shared(matrix)[2]
    return float(4.0 * (shared * (shared - 1) / 2).sum() / chains)


def _shared(matrix: sp.csr_array) -> tuple[Ints, Ints, Floats]:
    """Pairs of rows that share a column, with how many they share."""
    both = sp.csr_array(sp.triu(matrix @ matrix.T, k=1)).tocoo()
    return both.row.astype(np.int64), both.col.astype(np.int64), np.asarray(both.data, dtype=np.float64)


def alliance_overlap(study: Study, *, wave: Any = None, who: str = "members", most: int | None = None) -> pd.DataFrame:
    """Which alliances share members.

    Overlap (Jaccard) = members in both / members in either.

    Parameters
    ----------
    study, wave, who
        See :func:`two_mode`.
    most
        Keep only so many pairs, the most overlapping first; None keeps all.

    Returns
    -------
    pandas.DataFrame
        One row per pair with a shared member: ``first``, ``second``, ``shared``, ``overlap``.

    References
    ----------
    [jaccard1912]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> study = example(seed=1)
    >>> list(alliance_overlap(study, most=5).columns)
    ['first', 'second', 'shared', 'overlap']
    """
    import pandas as pd

    view = study.incidence(wave, who=who)
    first, second, shared = _shared(sp.csr_array(view.matrix.T))
    size = np.asarray(view.matrix.sum(axis=0)).ravel()
    overlap = shared / (size[first] + size[second] - shared)
    order = np.lexsort((second, first, -shared, -overlap))[:most]
    return pd.DataFrame({
        "first": view.alliances[first[order]], "second": view.alliances[second[order]],
        "shared": shared[order].astype(np.int64), "overlap": overlap[order],
    })

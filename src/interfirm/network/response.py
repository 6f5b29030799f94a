"""Who answered, and what the unknown ties could change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from interfirm.network._graph import unknown_matrix
from interfirm.numerals import per_cent

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.adjacency import Adjacency
    from interfirm.study.study import Study

_NAN = float("nan")


@dataclass(frozen=True)
class Bounds:
    """The lowest and highest value that the unknown ties allow.

    Attributes
    ----------
    rows
        Measure, value from what is known, lowest, highest.
    unknown
        Share of the ordered pairs whose tie is unknown.
    """

    rows: tuple[tuple[str, float, float, float], ...]
    unknown: float

    def table(self) -> pd.DataFrame:
        """One row per measure: measure, known, low, high."""
        import pandas as pd

        return pd.DataFrame(self.rows, columns=["measure", "known", "low", "high"])

    def __str__(self) -> str:
        parts = [f"{name} {low:.3g} to {high:.3g}" for name, _, low, high in self.rows]
        return f"{per_cent(self.unknown)} of the pairs unknown: " + ", ".join(parts)


def response_rate(study: Study, *, who: str = "members") -> pd.DataFrame:
    """How many answered, by wave and relation.

    Rate = answered / asked, among the actors present in the wave.

    Parameters
    ----------
    study
        A study.
    who
        ``"members"`` (default) or ``"all"``, external actors included.

    Returns
    -------
    pandas.DataFrame
        One row per wave and relation: ``wave``, ``relation``, ``present``, ``asked``, ``answered``,
        ``rate`` (NaN where nobody was asked, as in registers).

    References
    ----------
    [kossinets2006]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> study = example(seed=1)
    >>> list(response_rate(study).columns)
    ['wave', 'relation', 'present', 'asked', 'answered', 'rate']
    """
    import pandas as pd

    rows = []
    for wave in study.wave_order:
        there = study.present(wave, who=who)
        for relation in study.relation_names:
            answered = study.responded(relation, wave).iloc[there]
            asked, yes = int(answered.notna().sum()), int(answered.fillna(False).sum())
            rows.append((wave, relation, len(there), asked, yes, yes / asked if asked else _NAN))
    return pd.DataFrame(rows, columns=["wave", "relation", "present", "asked", "answered", "rate"])


def response_bounds(study: Study, *, relation: Any = None, wave: Any = None, who: str = "members",
                    projection: str = "newman") -> Bounds:
    """How low or high density and reciprocity would be if the unknown ties were known.

    Every unknown tie is set to absent or present in the way that moves the measure furthest. With L
    ties of which M are returned, and pairs of actors with a tie one way and unknown the other (a),
    no tie one way and unknown the other (b), unknown both ways (u): reciprocity lies between
    M / (L + b + u) and (M + 2a + 2u) / (L + a + 2u). Density lies between ties / pairs and
    (ties + unknown) / pairs, over all pairs.

    Parameters
    ----------
    study, relation, wave, who, projection
        See :meth:`interfirm.study.study.Study.adjacency`.

    Returns
    -------
    Bounds
        Density, and reciprocity in a directed relation. Sharp: both ends can occur.

    References
    ----------
    [manski2003]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> study = example(seed=1)
    >>> list(response_bounds(study, relation="advice", wave="2024").table()["measure"])
    ['density', 'reciprocity']
    """
    view = study.adjacency(relation, wave, who=who, projection=projection)
    pairs = view.size * (view.size - 1)
    unknown = pairs - view.observed_count()
    share = unknown / pairs if pairs else 0.0
    rows = [("density", *_density_bounds(view, pairs, unknown))]
    if view.directed:
        rows.append(("reciprocity", *_reciprocity_bounds(view)))
    return Bounds(tuple(rows), share)


def _density_bounds(view: Adjacency, pairs: int, unknown: int) -> tuple[float, float, float]:
    if not pairs:
        return _NAN, _NAN, _NAN
    ties = view.matrix.nnz
    known = ties / (pairs - unknown) if pairs > unknown else _NAN
    return known, ties / pairs, (ties + unknown) / pairs


def _reciprocity_bounds(view: Adjacency) -> tuple[float, float, float]:
    from interfirm.network.cohesion import reciprocity_of

    tie, open_ = view.binary, unknown_matrix(view)
    ties = float(tie.nnz)
    mutual = float(tie.multiply(tie.T).sum())
    half = float(open_.multiply(tie.T).sum())
    both = float(open_.multiply(open_.T).sum()) / 2
    absent = float(open_.nnz) - half - 2 * both
    fewest, most = ties + absent + both, ties + half + 2 * both
    low = mutual / fewest if fewest else _NAN
    high = (mutual + 2 * half + 2 * both) / most if most else _NAN
    return reciprocity_of(view), low, high



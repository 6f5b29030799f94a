"""Whether two relations go together, tested by exchanging the actors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from interfirm.errors import UnknownName, UsageError
from interfirm.network._graph import Bools, Floats, Ints
from interfirm.network._limits import whole
from interfirm.study.study import ALLIANCES

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study

METHODS = ("pearson", "jaccard")
_ROUNDING = 1e-12
_BATCH = 4_000_000


@dataclass(frozen=True)
class QAP:
    """Association of two relations and what exchanging the actors gives.

    Attributes
    ----------
    first, second
        The two matrices.
    method
        ``"pearson"`` or ``"jaccard"``.
    value
        The association over the pairs known in both; NaN if one of them does not vary.
    pairs
        Number of ordered pairs known in both (unordered if neither has a direction).
    actors
        Number of actors present in both.
    mean, sd, low, high
        Mean, standard deviation and middle 95 % under permutation.
    p_high, p_low, p
        Share of the permutations, the observed order counted, with a value as high or higher, as
        low or lower; twice the smaller, at most 1.
    permutations, seed
        Of the test; permutations without a defined value are left out.
    """

    first: str
    second: str
    method: str
    value: float
    pairs: int
    actors: int
    mean: float
    sd: float
    low: float
    high: float
    p_high: float
    p_low: float
    p: float
    permutations: int
    seed: int

    def table(self) -> pd.DataFrame:
        """One row with every attribute."""
        import pandas as pd

        return pd.DataFrame([vars(self)])

    def __str__(self) -> str:
        return (f"{self.first} and {self.second}: {self.method} {self.value:.3f} over {self.pairs} pairs "
                f"(by exchanging actors {self.low:.3f} to {self.high:.3f}; p = {self.p:.3g})")


@dataclass(frozen=True, eq=False)
class _Matrix:
    """Values and known cells among the same actors; unknown values are 0."""

    name: str
    values: Floats
    known: Bools
    symmetric: bool


def qap_correlation(study: Study, first: Any, second: Any, *, wave: Any = None, who: str = "members",
                    projection: str = "newman", method: str = "pearson", weighted: bool = False,
                    permutations: int = 5000, seed: int = 1) -> QAP:
    """Whether pairs tied in one relation tend to be tied in another, or to be near.

    ``"pearson"``: correlation of the two matrices over the pairs of different actors.
    ``"jaccard"``: pairs tied in both / pairs tied in either. The test exchanges the actors of one
    matrix, rows and columns together, which keeps its shape and breaks its link with the other
    (quadratic assignment procedure). A pair unknown in either matrix is left out, in each
    permutation anew, because the unknown cells move with their actors.

    Parameters
    ----------
    study
        A study.
    first, second
        Each a relation, ``"alliances"``, a column of ``dyads``, or ``(relation, wave)`` to compare
        across waves.
    wave
        Wave of the relations given without one.
    who, projection
        See :meth:`interfirm.study.study.Study.adjacency`.
    method
        ``"pearson"`` (default) or ``"jaccard"``.
    weighted
        Whether weights count (Pearson only); columns of ``dyads`` always count as they are.
    permutations, seed
        Of the test.

    Returns
    -------
    QAP

    Raises
    ------
    UsageError
        If there are more actors than ``network.qap_actors``, or fewer than three in both.

    References
    ----------
    [krackhardt1988qap], [hubert1976], [phipson2010]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> study = example(seed=1)
    >>> print(qap_correlation(study, "advice", "distance", wave="2024", permutations=200))  # doctest: +ELLIPSIS
    advice and distance: pearson -... over ... pairs (by exchanging actors ...
    """
    if method not in METHODS:
        raise UnknownName("method", method, METHODS)
    if permutations < 1:
        raise UsageError("permutations must be at least 1.")
    common = np.intersect1d(_present(study, first, wave, who), _present(study, second, wave, who))
    if len(common) > whole("qap_actors"):
        raise UsageError(f"Two relations are compared among at most {whole('qap_actors'):,} actors, not "
                         f"{len(common):,}. Select a part of the study.")
    if len(common) < 3:
        raise UsageError("Comparing two relations needs at least three actors present in both.")
    one, two = (_matrix(study, item, wave, who, projection, weighted and method == "pearson", common)
                for item in (first, second))
    if method == "jaccard":
        one, two = _binary(one), _binary(two)
    observed, drawn, count = _associations(one, two, method, permutations, seed)
    return _result(one.name, two.name, method, observed, count, len(common), drawn, seed)


def _parts(item: Any, wave: Any) -> tuple[Any, Any]:
    if isinstance(item, tuple) and len(item) == 2:
        return item[0], item[1]
    return item, wave


def _is_dyadic(study: Study, name: Any) -> bool:
    tied = name in study.relation_names or name == ALLIANCES
    return isinstance(name, str) and not tied and name in study.dyads.columns and name not in ("sender", "receiver")


def _present(study: Study, item: Any, wave: Any, who: str) -> Ints:
    name, when = _parts(item, wave)
    if _is_dyadic(study, name):
        return study.present(None if when is None else study.wave(when), who=who)
    return study.adjacency(_known_name(study, name), when, who=who).index


def _known_name(study: Study, name: Any) -> Any:
    known = [*study.relation_names, *([ALLIANCES] if len(study.alliances) else []),
             *(c for c in study.dyads.columns if c not in ("sender", "receiver"))]
    for one in [name] if isinstance(name, str) else name:
        if one not in known:
            raise UnknownName("relation or column of dyads", one, known)
    return name


def _matrix(study: Study, item: Any, wave: Any, who: str, projection: str, weighted: bool, common: Ints) -> _Matrix:
    name, when = _parts(item, wave)
    if _is_dyadic(study, name):
        values = study.dyadic(name)[np.ix_(common, common)]
        np.fill_diagonal(values, np.nan)
        known = ~np.isnan(values)
        centre = float(values[known].mean()) if known.any() else 0.0
        return _Matrix(name, np.where(known, values - centre, 0.0), known,
                       bool(np.array_equal(values, values.T, equal_nan=True)))
    view = study.adjacency(name, when, who=who, projection=projection)
    at = np.searchsorted(view.index, common)
    matrix = (view.matrix if weighted else view.binary)[at][:, at].toarray()
    known = view.observed()[np.ix_(at, at)]
    label = view.relation if not isinstance(item, tuple) else f"{view.relation} ({view.wave})"
    return _Matrix(label, np.where(known, matrix, 0.0), known, not view.directed)


def _binary(item: _Matrix) -> _Matrix:
    values = item.values
    if not np.isin(values, (0.0, 1.0)).all():
        raise UsageError(f"'{item.name}' is not a yes-or-no relation; use method='pearson'.")
    return item


def _associations(one: _Matrix, two: _Matrix, method: str, permutations: int, seed: int) -> tuple[float, Floats, int]:
    """The observed association, those under permutation, and the number of pairs compared."""
    if np.count_nonzero(two.values) < np.count_nonzero(one.values):
        one, two = two, one
    half = one.symmetric and two.symmetric
    n = len(one.values)
    sums = _CrossSums(one, two, half)
    observed = sums.of(np.arange(n)[None, :])
    rng = np.random.default_rng(seed)
    drawn = [sums.of(rng.permuted(np.tile(np.arange(n), (size, 1)), axis=1))
             for size in _batches(permutations, sums.cells)]
    statistic = _pearson if method == "pearson" else _jaccard
    return float(statistic(observed)[0]), statistic(np.concatenate(drawn)), int(observed[0, 0])


def _batches(permutations: int, cells: int) -> list[int]:
    size = max(1, _BATCH // max(cells, 1))
    return [min(size, permutations - start) for start in range(0, permutations, size)]


class _CrossSums:
    """N, Σx, Σy, Σx², Σy², Σxy over the cells known in x and in the permuted y.

    Only the cells of x that are not 0, and the unknown cells, are visited.
    """

    def __init__(self, one: _Matrix, two: _Matrix, half: bool) -> None:
        n = len(one.values)
        area = np.triu(np.ones((n, n), dtype=bool), 1) if half else ~np.eye(n, dtype=bool)
        self.at = np.nonzero(area & (one.values != 0))
        self.x = one.values[self.at]
        self.lost = np.nonzero(area & ~one.known)
        self.y, self.known = two.values, two.known
        self.all_known = bool(two.known[~np.eye(n, dtype=bool)].all())
        self.totals = np.array([float(two.known[area].sum()), two.values[area].sum(), (two.values[area] ** 2).sum()])
        self.cells = len(self.x) + 3 * len(self.lost[0])

    def of(self, order: Ints) -> Floats:
        """One row of sums per permutation (rows of ``order``)."""
        y = self.y[order[:, self.at[0]], order[:, self.at[1]]]
        out = np.empty((len(order), 6))
        out[:, [0, 2, 4]] = self.totals
        if len(self.lost[0]):
            there = order[:, self.lost[0]], order[:, self.lost[1]]
            away = self.y[there]
            out[:, 0] -= self.known[there].sum(axis=1)
            out[:, 2] -= away.sum(axis=1)
            out[:, 4] -= (away**2).sum(axis=1)
        if self.all_known:
            out[:, 1], out[:, 3] = self.x.sum(), (self.x**2).sum()
        else:
            seen = self.known[order[:, self.at[0]], order[:, self.at[1]]]
            out[:, 1], out[:, 3] = seen @ self.x, seen @ self.x**2
        out[:, 5] = y @ self.x
        return out


def _pearson(sums: Floats) -> Floats:
    n, x, y, xx, yy, xy = sums.T
    spread = (n * xx - x**2) * (n * yy - y**2)
    out: Floats = np.divide(n * xy - x * y, np.sqrt(np.maximum(spread, 0.0)), out=np.full(len(n), np.nan),
                            where=spread > _ROUNDING)
    return out


def _jaccard(sums: Floats) -> Floats:
    _, x, y, _, _, xy = sums.T
    either = x + y - xy
    out: Floats = np.divide(xy, either, out=np.full(len(xy), np.nan), where=either > 0)
    return out


def _result(first: str, second: str, method: str, observed: float, pairs: int, actors: int, drawn: Floats,
            seed: int) -> QAP:
    from interfirm.network.null import against

    place = against(observed, drawn)
    return QAP(first, second, method, observed, pairs, actors, place["mean"], place["sd"], place["low"],
               place["high"], 1 - place["above"], 1 - place["below"], place["p"], int(place["draws"]), seed)

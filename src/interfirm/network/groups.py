"""Whether ties stay inside groups or cross them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from interfirm.errors import UsageError
from interfirm.network._graph import Floats, Ints, pairs, unknown_matrix
from interfirm.network._limits import limit

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.adjacency import Adjacency
    from interfirm.study.study import Study

_NAN = float("nan")
_FEWEST = 99
_ROUNDING = 1e-12


@dataclass(frozen=True, eq=False)
class EIIndex:
    """The E–I index of a network, of each group and of each actor, with a permutation test.

    Attributes
    ----------
    value
        (E − I) / (E + I) over the pairs of tied actors.
    expected
        Its exact mean if the groups had nothing to do with the ties.
    low, high
        Bounds of the middle 95 % of the permutations.
    p_low, p_high, p
        Probability under permutation of a value as low or lower, as high or higher, and the
        two-sided one (twice the smaller, at most 1).
    groups
        By group: actors, external and internal ties, index.
    actors
        By actor; NaN without partners.
    left_out
        Actors whose group is not known; their ties are not counted.
    permutations, seed
        Of the test.
    settings
        Relation, layer, wave, the grouping and so on.
    """

    value: float
    expected: float
    low: float
    high: float
    p_low: float
    p_high: float
    p: float
    groups: pd.DataFrame
    actors: pd.Series[Any]
    left_out: int
    permutations: int
    seed: int
    settings: dict[str, Any]

    def table(self) -> pd.DataFrame:
        """One row per group: group, actors, external, internal, ei_index."""
        return self.groups.copy()

    def __str__(self) -> str:
        return (f"E–I index {self.value:.3g} by {self.settings['groups']} (chance: {self.expected:.3g}, "
                f"95 % {self.low:.3g} to {self.high:.3g}; p = {self.p:.3g})")


@dataclass(frozen=True, eq=False)
class Mixing:
    """Ties between groups against what the group sizes alone would give.

    Attributes
    ----------
    cells
        One row per ordered pair of groups (unordered where the relation has no direction):
        ``sender_group``, ``receiver_group``, ``observed`` ties, ``pairs`` that are known,
        ``expected`` ties, ``ratio`` observed / expected.
    assortativity
        Newman's coefficient: 1 if all ties stay inside groups, 0 if groups do not matter.
    left_out
        Actors whose group is not known.
    settings
        Relation, layer, wave, the grouping and so on.
    """

    cells: pd.DataFrame
    assortativity: float
    left_out: int
    settings: dict[str, Any]

    def table(self) -> pd.DataFrame:
        """One row per pair of groups."""
        return self.cells.copy()

    def matrix(self, column: str = "observed") -> pd.DataFrame:
        """One column of the table as a square, rows = sender's group."""
        wide = self.cells.pivot(index="sender_group", columns="receiver_group", values=column)
        if not self.settings["directed"]:
            wide = wide.combine_first(wide.T)
        return wide

    def __str__(self) -> str:
        return f"mixing by {self.settings['groups']}: assortativity {self.assortativity:.3g}"


def group_codes(study: Study, view: Adjacency, groups: Any) -> tuple[Ints, npt.NDArray[Any], str]:
    """Group number by actor of the view (−1 if not known), names of the groups, name of the grouping."""
    import pandas as pd

    if isinstance(groups, str):
        column, name = study.covariate(groups, view.wave), groups
    elif isinstance(groups, (Mapping, pd.Series)):
        given = groups if isinstance(groups, pd.Series) else pd.Series(dict(groups))
        column, name = given.reindex(study.actors["actor"]), str(given.name or "groups")
    else:
        raise UsageError("groups must be a column of actors or observations, or a mapping from actor to group.")
    codes, names = pd.factorize(column.iloc[view.index], sort=True)
    if not len(names):
        raise UsageError(f"No actor has a value in '{name}', so there are no groups.")
    return codes.astype(np.int64), np.asarray([str(item) for item in names], dtype=object), name


def _who(groups: Any, who: str | None) -> str:
    if who is not None:
        return who
    return "all" if isinstance(groups, str) and groups == "position" else "members"


def ei_index(study: Study, groups: Any = "kind", *, relation: Any = None, wave: Any = None, who: str | None = None,
             projection: str = "newman", permutations: int = 1000, seed: int = 1) -> EIIndex:
    """Whether partners are found outside or inside one's own group.

    E–I = (E − I) / (E + I), with E pairs of partners of different groups and I of the same group:
    −1 all inside, +1 all outside. Direction and weight are ignored. Chance is judged by giving the
    groups to the actors anew, sizes kept; the value expected by chance is exact.

    Parameters
    ----------
    study, relation, wave, projection
        See :meth:`interfirm.study.study.Study.adjacency`.
    groups
        A column of ``actors`` or ``observations``, or a mapping from actor to group.
    who
        ``"members"`` or ``"all"``; None means all for ``groups="position"``, otherwise members.
    permutations, seed
        Of the test. In large networks fewer permutations are drawn (``network.ei_work``); the
        result says how many.

    Returns
    -------
    EIIndex
        ``value`` is NaN without ties among actors with a known group. Unknown ties are not counted.

    References
    ----------
    [krackhardt1988]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> study = example(seed=1)
    >>> print(ei_index(study, "kind", relation="advice", wave="2024"))  # doctest: +ELLIPSIS
    E–I index ... by kind (chance: ..., 95 % ... to ...; p = ...)
    """
    view = study.adjacency(relation, wave, who=_who(groups, who), projection=projection)
    codes, names, name = group_codes(study, view, groups)
    one, two, _ = pairs(view, directed=False)
    inside = (codes[one] >= 0) & (codes[two] >= 0)
    one, two = one[inside], two[inside]
    same = codes[one] == codes[two]
    by_actor = _by_unit(one, two, same, np.arange(view.size), view.size)
    value = float(1 - 2 * same.mean()) if len(one) else _NAN
    drawn = _permuted(one, two, codes, _fewer(permutations, len(one)), seed)
    p_low, p_high = _tail(drawn <= value + _ROUNDING), _tail(drawn >= value - _ROUNDING)
    if not len(one):
        p_low = p_high = _NAN
    low, high = (float(item) for item in np.quantile(drawn, [0.025, 0.975]))
    return EIIndex(
        value, _expected(codes), low, high, p_low, p_high, min(1.0, 2 * min(p_low, p_high)) if len(one) else _NAN,
        _group_table(one, two, same, codes, names), view.series(_index(*by_actor), "ei_index"),
        int((codes < 0).sum()), len(drawn), seed, view.settings | {"groups": name},
    )


def _by_unit(one: Ints, two: Ints, same: npt.NDArray[np.bool_], unit: Ints, size: int) -> tuple[Floats, Floats]:
    """External and internal ties of each unit, a tie counted once for each end."""
    ends, inside = np.concatenate([unit[one], unit[two]]), np.concatenate([same, same])
    total = np.bincount(ends, minlength=size).astype(np.float64)
    internal = np.bincount(ends[inside], minlength=size).astype(np.float64)
    return total - internal, internal


def _index(external: Floats, internal: Floats) -> Floats:
    total = external + internal
    out: Floats = np.divide(external - internal, total, out=np.full(len(total), np.nan), where=total > 0)
    return out


def _group_table(one: Ints, two: Ints, same: npt.NDArray[np.bool_], codes: Ints,
                 names: npt.NDArray[Any]) -> pd.DataFrame:
    import pandas as pd

    external, internal = _by_unit(one, two, same, codes, len(names))
    internal = internal / 2
    return pd.DataFrame({
        "group": names, "actors": np.bincount(codes[codes >= 0], minlength=len(names)),
        "external": external.astype(np.int64), "internal": internal.astype(np.int64),
        "ei_index": _index(external, internal),
    })


def _expected(codes: Ints) -> float:
    """Mean of the index over all ways to give the groups to the actors."""
    size = np.bincount(codes[codes >= 0]).astype(np.float64)
    total = size.sum()
    return float(1 - 2 * (size * (size - 1)).sum() / (total * (total - 1))) if total > 1 else _NAN


def _fewer(permutations: int, ties: int) -> int:
    if permutations < 1:
        raise UsageError("permutations must be at least 1.")
    affordable = max(int(limit("ei_work") / max(ties, 1)), _FEWEST)
    return min(permutations, affordable)


def _permuted(one: Ints, two: Ints, codes: Ints, permutations: int, seed: int) -> Floats:
    """The index under random exchange of the known groups."""
    rng, known = np.random.default_rng(seed), np.flatnonzero(codes >= 0)
    out = np.full(permutations, np.nan)
    shuffled = codes.copy()
    for draw in range(permutations if len(one) else 0):
        shuffled[known] = rng.permutation(codes[known])
        out[draw] = 1 - 2 * float((shuffled[one] == shuffled[two]).mean())
    return out


def _tail(hits: npt.NDArray[np.bool_]) -> float:
    """Share of draws at least as extreme, the observed network counted as one of them."""
    return float((1 + hits.sum()) / (1 + len(hits)))


def mixing(study: Study, groups: Any = "kind", *, relation: Any = None, wave: Any = None, who: str | None = None,
           projection: str = "newman") -> Mixing:
    """Which groups are tied to which, against what their sizes alone would give.

    expected = density × known pairs between the two groups; ratio = observed / expected. The
    assortativity is r = (Σ_g e_gg − Σ_g a_g b_g) / (1 − Σ_g a_g b_g), with e the shares of ties
    between groups and a, b their row and column sums.

    Parameters
    ----------
    study, groups, relation, wave, who, projection
        See :func:`ei_index`.

    Returns
    -------
    Mixing
        Pairs whose tie is unknown are left out of ``pairs`` and so of ``expected``; ``ratio`` is NaN
        where nothing is expected.

    References
    ----------
    [newman2003]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> study = example(seed=1)
    >>> print(mixing(study, "kind", relation="advice", wave="2024"))  # doctest: +ELLIPSIS
    mixing by kind: assortativity ...
    """
    view = study.adjacency(relation, wave, who=_who(groups, who), projection=projection)
    codes, names, name = group_codes(study, view, groups)
    observed, known = _cells(view, codes, len(names))
    settings = view.settings | {"groups": name}
    return Mixing(_cell_table(observed, known, names, view.directed), _assortativity(observed),
                  int((codes < 0).sum()), settings)


def _cells(view: Adjacency, codes: Ints, number: int) -> tuple[Floats, Floats]:
    """Ordered ties and known ordered pairs between groups; in an undirected relation each tie twice."""
    ties = _count(*view.matrix.nonzero(), codes, number)
    size = np.bincount(codes[codes >= 0], minlength=number).astype(np.float64)
    possible = np.outer(size, size) - np.diag(size)
    return ties, possible - _count(*unknown_matrix(view).nonzero(), codes, number)


def _count(row: npt.NDArray[Any], column: npt.NDArray[Any], codes: Ints, number: int) -> Floats:
    one, two = codes[row], codes[column]
    inside = (one >= 0) & (two >= 0)
    flat = np.bincount(one[inside] * number + two[inside], minlength=number * number)
    return flat.reshape(number, number).astype(np.float64)


def _cell_table(observed: Floats, known: Floats, names: npt.NDArray[Any], directed: bool) -> pd.DataFrame:
    import pandas as pd

    density = observed.sum() / known.sum() if known.sum() else _NAN
    if directed:
        row, column = np.indices(observed.shape).reshape(2, -1)
        seen, pairs_known = observed.ravel(), known.ravel()
    else:
        row, column = np.triu_indices(len(names))
        half = np.where(row == column, 2.0, 1.0)
        seen, pairs_known = observed[row, column] / half, known[row, column] / half
    expected = density * pairs_known
    ratio = np.divide(seen, expected, out=np.full(len(seen), np.nan), where=expected > 0)
    return pd.DataFrame({
        "sender_group": names[row], "receiver_group": names[column], "observed": seen.astype(np.int64),
        "pairs": pairs_known.astype(np.int64), "expected": expected, "ratio": ratio,
    })


def _assortativity(observed: Floats) -> float:
    total = observed.sum()
    if not total:
        return _NAN
    share = observed / total
    chance = float(share.sum(axis=1) @ share.sum(axis=0))
    return float((np.trace(share) - chance) / (1 - chance)) if chance < 1 - _ROUNDING else _NAN

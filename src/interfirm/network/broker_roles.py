"""Who stands between whom: the Gould–Fernandez brokerage roles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from interfirm.errors import DataError, Finding, UsageError
from interfirm.kernels import triangles
from interfirm.network import _arrays, _labels
from interfirm.network._arrays import Floats, Ints, Ordered, Progress
from interfirm.network.brokerage import Relation
from interfirm.numerals import per_cent
from interfirm.study.adjacency import Adjacency

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study

ROLES = ("w_I", "w_O", "b_OI", "b_IO", "b_O")
TITLES = {
    "w_I": "coordinator", "w_O": "itinerant broker", "b_OI": "gatekeeper",
    "b_IO": "representative", "b_O": "liaison", "total": "all",
}
_COLUMNS = (*ROLES, "total")
_DENSE = 2000


@dataclass(frozen=True, eq=False)
class BrokerageRoles:
    """How often each actor stands between two others, by role.

    Parameters
    ----------
    counts
        Actors × roles (``w_I`` coordinator, ``w_O`` itinerant broker, ``b_OI`` gatekeeper, ``b_IO``
        representative, ``b_O`` liaison, ``total``).
    expected, sd, z
        Actors × the five roles: exact mean and standard deviation over all ways to deal the group
        labels out, and (count - expected) / sd; NaN where sd is 0.
    p
        Actors × the five roles, or None without draws: share of the random labellings, the observed one
        included, with a count at least as high.
    groups
        The group of each actor.
    by
        What the groups are: a column, or ``"given"``.
    unseen
        Share of the ordered triples of actors in which a tie is unknown, so that a two-path could
        not be seen or not be known to be open.
    draws, seed
        Random labellings behind ``p``.
    settings
        Relation, layer, wave, direction, projection, share of unknown ties.
    """

    counts: pd.DataFrame
    expected: pd.DataFrame
    sd: pd.DataFrame
    z: pd.DataFrame
    p: pd.DataFrame | None
    groups: pd.Series[Any]
    by: str
    unseen: float
    draws: int
    seed: int | None
    settings: dict[str, Any]

    def table(self) -> pd.DataFrame:
        """One row per actor and role: count, expected, sd, z and, with draws, p."""
        import pandas as pd

        parts = {"count": self.counts[list(ROLES)], "expected": self.expected, "sd": self.sd, "z": self.z}
        if self.p is not None:
            parts["p"] = self.p
        size = len(self.counts)
        names = {"actor": np.repeat(self.counts.index, 5), "group": np.repeat(self.groups.to_numpy(), 5),
                 "role": np.tile(ROLES, size)}
        return pd.DataFrame(names | {name: frame.to_numpy().ravel() for name, frame in parts.items()})

    def __str__(self) -> str:
        total = self.counts["total"]
        if not (total > 0).any():
            return f"Brokerage by {self.by}: no open two-path, nobody stands between two others."
        top = int(np.nanargmax(total.to_numpy()))
        shares = ", ".join(f"{TITLES[role]} {int(self.counts[role].sum())}" for role in ROLES)
        hidden = f" {per_cent(self.unseen)} of the triples could not be seen." if self.unseen else ""
        return (f"Brokerage by {self.by}: {int(total.sum())} open two-paths ({shares}); "
                f"most through {total.index[top]} ({int(total.iloc[top])}).{hidden}")


class _Counts(NamedTuple):
    """Per actor: the five roles, and what the two-paths through it have in common."""

    roles: Ints
    paths: Floats
    reversed: Floats
    first: Floats
    second: Floats
    crossed: Floats


def brokerage_roles(study: Study, *, relation: Relation = None, wave: str | int | None = None, who: str = "members",
                    projection: str = "newman", groups: str | Mapping[str, Any] = "kind", draws: int = 0,
                    seed: int | None = None, progress: Progress | None = None) -> BrokerageRoles:
    """Gould–Fernandez roles: between whom each actor stands, seen from its own group.

    A firm v brokers between a and b when a → v and v → b, but not a → b. With groups (firms and
    universities, members of different sectors) there are five roles:

    =========  ==================  ===========================================
    ``w_I``    coordinator         a, v and b are of one group
    ``w_O``    itinerant broker    a and b of one group, v of another
    ``b_OI``   gatekeeper          b and v of one group, a of another
    ``b_IO``   representative      a and v of one group, b of another
    ``b_O``    liaison             three different groups
    =========  ==================  ===========================================

    The z-score compares each count with all ways to deal the same group labels out over the actors
    while the network stays as it is; it asks whether the actor's role has to do with the groups. Mean
    and variance are exact: with T open two-paths through v, E = T P(role), and E[count²] sums, over all
    ordered pairs of these two-paths, the probability that both have the role, which depends only on
    the ends that the two share.

    Parameters
    ----------
    study, relation, wave, who, projection
        What to look at, as for :meth:`Study.adjacency`. Weights are not used. In an undirected
        relation each open pair counts in both directions.
    groups
        A column of ``actors`` or ``observations``, or a mapping from actor to group.
    draws
        Random labellings for one-sided p-values; 0 for none. Counts are small and skewed where z is
        a poor guide; p is not.
    seed
        Needed with ``draws``.
    progress
        Called with the share done, for large networks.

    Returns
    -------
    BrokerageRoles
        Counts, expected counts, sd and z by actor and role.

    Raises
    ------
    UsageError
        If the relation, the wave or the column is unknown, or ``draws`` comes without ``seed``.
    DataError
        If an actor has no group.

    Notes
    -----
    Missing ties: in a directed relation, an actor that did not respond has NaN counts, and two-paths
    that start from it are not counted, since its ties are unknown. A two-path whose closing tie is
    unknown is not counted as open. ``unseen`` says how many triples this concerns; above 2,000
    actors it reckons with non-response only, not with single unknown ties.

    Source: [gould1989].

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> study = example(seed=1)
    >>> roles = brokerage_roles(study, relation="advice", wave="2024", groups="kind")
    >>> roles.z["b_OI"].nlargest(3)  # doctest: +ELLIPSIS
    actor
    ...
    Name: b_OI, dtype: float64
    >>> print(roles)  # doctest: +ELLIPSIS
    Brokerage by kind: ... open two-paths (coordinator ...
    """
    if draws < 0 or (draws and seed is None):
        raise UsageError("Random labellings need draws ≥ 0 and, with draws, a seed: draws=1000, seed=1.")
    view = study.adjacency(relation, wave, who=who, projection=projection)
    labels = _groups(study, view, groups)
    net = _coded(view)
    codes, sizes = _numbered(labels.to_numpy(), net)
    found = _count(net, codes, len(sizes), None if draws else progress)
    expected, sd = _moments(found, sizes.astype(np.float64))
    p = _exceed(net, codes, found.roles, draws, seed, len(sizes), progress) if draws else None
    return _result(view, net, found, expected, sd, p, labels,
                   by=groups if isinstance(groups, str) else "given", draws=draws, seed=seed)


def _result(view: Adjacency, net: Ordered, found: _Counts, expected: Floats, sd: Floats, p: Floats | None,
            labels: pd.Series[Any], *, by: str, draws: int, seed: int | None) -> BrokerageRoles:
    import pandas as pd

    index = pd.Index(view.actors, name="actor")

    def frame(values: Floats, columns: tuple[str, ...] = ROLES) -> pd.DataFrame:
        shown = net.back(values)
        if view.directed:
            shown[view.missing_rows] = np.nan
        return pd.DataFrame(shown, index=index, columns=pd.Index(columns, name="role"))

    roles = found.roles.astype(np.float64)
    z = np.full(sd.shape, np.nan)
    np.divide(roles - expected, sd, out=z, where=sd > 0)
    counts = frame(np.column_stack([roles, roles.sum(axis=1)]), _COLUMNS)
    return BrokerageRoles(counts, frame(expected), frame(sd), frame(z), None if p is None else frame(p), labels, by,
                          _unseen(view), draws, seed, view.settings)


def _groups(study: Study, view: Adjacency, groups: str | Mapping[str, Any]) -> pd.Series[Any]:
    import pandas as pd

    index = pd.Index(view.actors, name="actor")
    if isinstance(groups, str):
        out = study.covariate(groups, view.wave).iloc[view.index].set_axis(index)
        name = groups
    else:
        out, name = pd.Series([groups.get(actor) for actor in view.actors], index=index, dtype="object"), "group"
    without = index[out.isna().to_numpy()]
    if len(without):
        shown = ", ".join(map(str, without[:8])) + (", …" if len(without) > 8 else "")
        raise DataError(Finding(
            "error", f"{len(without)} of {len(index)} actors have no {name} ({shown})", "no-group",
            expected="a group for every actor", remedy="Fill it in, or give groups as a mapping, e.g. with 'not known'",
        ))
    return out.rename(name)


def _numbered(labels: npt.NDArray[Any], net: Ordered) -> tuple[npt.NDArray[np.int32], Ints]:
    """A group number per actor number, and the sizes of the groups."""
    _, codes, sizes = np.unique(labels.astype(str), return_inverse=True, return_counts=True)
    return codes.astype(np.int32)[net.order], sizes.astype(np.int64)


def _coded(view: Adjacency) -> Ordered:
    """Ties and unknown ties as the four bits that the kernel reads."""
    ties = _arrays.answered_only(view)
    unknown = _arrays.unknown_pairs(view, silent=True)
    if view.directed and view.missing_rows.any():
        keep = sp.diags_array((~view.missing_rows).astype(np.float64))
        unknown = sp.csr_array(keep @ unknown)
        unknown.eliminate_zeros()
    code = _arrays.flag(ties, 1) + _arrays.flag(sp.csr_array(ties.T), 2)
    if unknown.nnz:
        code = code + _arrays.flag(unknown, 4) + _arrays.flag(sp.csr_array(unknown.T), 8)
    return _arrays.ordered(sp.csr_array(code))


def _count(net: Ordered, codes: npt.NDArray[np.int32], groups: int, progress: Progress | None = None) -> _Counts:
    roles = np.zeros((net.size, 5), dtype=np.int64)
    code = net.values.astype(np.uint8)
    closed = np.zeros((len(code), 4), dtype=np.int64)
    mutual_closed = np.zeros(net.size, dtype=np.int64)
    _run(net, code, codes, groups, roles, closed, mutual_closed, progress)
    return _shared_ends(net, code, roles, closed, mutual_closed)


def _run(net: Ordered, code: npt.NDArray[np.uint8], codes: npt.NDArray[np.int32], groups: int, roles: Ints,
         closed: Ints, mutual_closed: Ints, progress: Progress | None) -> None:
    into, out = np.zeros(groups, dtype=np.int64), np.zeros(groups, dtype=np.int64)
    spare = _arrays.marker(net.size)
    for first, last in net.pieces(progress):
        triangles.brokers(net.indptr, net.split, net.indices, code, codes, first, last, spare, into, out, roles,
                          closed, mutual_closed)


def _shared_ends(net: Ordered, code: npt.NDArray[np.uint8], roles: Ints, closed: Ints, mutual_closed: Ints) -> _Counts:
    """How many open two-paths through each actor start, or end, at each of its partners; summed up."""
    low, high, position = net.pairs()
    pair = code[position]
    up, down = (pair & 1).astype(np.int64), (pair >> 1 & 1).astype(np.int64)
    size = net.size

    def by(ends: Ints, values: npt.NDArray[Any]) -> Floats:
        return np.bincount(ends, weights=values, minlength=size).astype(np.float64)

    leaving = (by(low, up) + by(high, down)).astype(np.int64)
    arriving = (by(low, down) + by(high, up)).astype(np.int64)
    mutual = by(low, up * down) + by(high, up * down)
    part = closed[position]
    # Broker ``high``: two-paths that start, and that end, at ``low``; then the same for broker ``low``.
    start_high = np.where(up == 1, leaving[high] - down - part[:, 0], 0)
    end_high = np.where(down == 1, arriving[high] - up - part[:, 2], 0)
    start_low = np.where(down == 1, leaving[low] - up - part[:, 1], 0)
    end_low = np.where(up == 1, arriving[low] - down - part[:, 3], 0)
    return _Counts(
        roles, by(high, start_high) + by(low, start_low), mutual * (mutual - 1) - 2.0 * mutual_closed,
        by(high, start_high**2) + by(low, start_low**2), by(high, end_high**2) + by(low, end_low**2),
        by(high, start_high * end_high) + by(low, start_low * end_low),
    )


_ROLE_OF: dict[tuple[bool, bool, bool], int] = {
    (True, True, True): 0, (True, False, False): 1, (False, False, True): 2, (False, True, False): 3,
    (False, False, False): 4,
}


def _is(role: int, a: int, v: int, b: int) -> bool:
    return _ROLE_OF[(a == b, a == v, v == b)] == role


def _moments(found: _Counts, sizes: Floats) -> tuple[Floats, Floats]:
    """Exact mean and standard deviation of each count over all ways to deal the labels out."""
    paths = found.paths
    back, first = found.reversed, found.first - paths
    second, crossed = found.second - paths, found.crossed - found.reversed
    apart = paths * (paths - 1) - back - first - second - 2 * crossed
    mean, variance = np.empty((len(paths), 5)), np.empty((len(paths), 5))
    for role in range(5):
        one = _labels.probability(sizes, 3, lambda x, k=role: _is(k, x[1], x[0], x[2]))  # type: ignore[misc]

        def both(count: int, a: int, b: int, c: int, d: int, k: int = role) -> float:
            return _labels.probability(
                sizes, count, lambda x: _is(k, x[a], x[0], x[b]) and _is(k, x[c], x[0], x[d]))

        pairs = [(paths, one), (back, both(3, 1, 2, 2, 1)), (first, both(4, 1, 2, 1, 3)),
                 (second, both(4, 1, 2, 3, 2)), (2 * crossed, both(4, 1, 2, 2, 3)), (apart, both(5, 1, 2, 3, 4))]
        mean[:, role] = paths * one
        variance[:, role] = sum(number * (joint - one**2) for number, joint in pairs)
    rounding = 1e-12 * np.maximum(1.0, paths**2)[:, None]
    return mean, np.sqrt(np.where(variance > rounding, variance, 0.0))


def _exceed(net: Ordered, codes: npt.NDArray[np.int32], observed: Ints, draws: int, seed: int | None,
            groups: int, progress: Progress | None) -> Floats:
    """(1 + number of random labellings with at least the observed count) / (1 + draws)."""
    rng = np.random.default_rng(seed)
    code = net.values.astype(np.uint8)
    closed, mutual = np.zeros((len(code), 4), dtype=np.int64), np.zeros(net.size, dtype=np.int64)
    at_least = np.ones(observed.shape)
    for draw in range(draws):
        roles = np.zeros_like(observed)
        _run(net, code, rng.permutation(codes), groups, roles, closed, mutual, None)
        at_least += roles >= observed
        if progress:
            progress((draw + 1) / draws)
    return at_least / (draws + 1)


def _unseen(view: Adjacency) -> float:
    """Share of ordered triples (a, v, b) in which a → v, v → b or a → b is unknown."""
    n, quiet = view.size, int(view.missing_rows.sum())
    if n < 3 or not view.has_missing:
        return 0.0
    if n <= _DENSE:
        known = view.observed().astype(np.float64)
        if view.directed:
            known[view.missing_rows] = 0.0
        return 1.0 - float(((known @ known) * known).sum()) / (n * (n - 1) * (n - 2))
    answered = n - quiet
    if view.directed:
        return 1.0 - answered * (answered - 1) / (n * (n - 1))
    return 1.0 - answered * (answered - 1) * (answered - 2 + 3 * quiet) / (n * (n - 1) * (n - 2))

"""The triad census: what threesomes the network is made of, and what chance would give."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import permutations, product
from math import comb
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp

from interfirm.kernels import triangles
from interfirm.network import _arrays
from interfirm.network._arrays import Floats, Ordered, Progress
from interfirm.network.brokerage import Relation
from interfirm.study.adjacency import Adjacency

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study

TYPES = ("003", "012", "102", "021D", "021U", "021C", "111D", "111U", "030T", "030C",
         "201", "120D", "120U", "120C", "210", "300")
UNDIRECTED = ("003", "102", "201", "300")
_UNKNOWN = 4
_BACK = (0, 2, 1, 3, 4)
_MUTUAL, _ASYMMETRIC = 3, (1, 2)

# One triad of each type on the actors 0, 1, 2, as the arcs that it has. 111D: an arc into the
# mutual pair ("down"); 111U: an arc out of it, after Holland and Leinhardt's drawings.
_EXAMPLES: dict[str, tuple[str, ...]] = {
    "003": (), "012": ("01",), "102": ("01", "10"), "021D": ("10", "12"), "021U": ("01", "21"),
    "021C": ("01", "12"), "111D": ("01", "10", "21"), "111U": ("01", "10", "12"),
    "030T": ("01", "21", "02"), "030C": ("10", "21", "02"), "201": ("01", "10", "02", "20"),
    "120D": ("10", "12", "02", "20"), "120U": ("01", "21", "02", "20"), "120C": ("01", "12", "02", "20"),
    "210": ("01", "12", "21", "02", "20"), "300": ("01", "10", "12", "21", "02", "20"),
}


@dataclass(frozen=True, eq=False)
class TriadCensus:
    """How many triads there are of each type, and how many chance would give.

    Parameters
    ----------
    counts, expected, sd, z
        By type. Expected counts and standard deviations are exact under the U|MAN distribution:
        all networks with the same numbers of mutual, asymmetric and null pairs are equally likely.
        z = (count - expected) / sd, NaN where sd is 0.
    unknown
        Triads with at least one unknown pair; they are in none of the counts.
    mutual, asymmetric, null
        The known pairs.
    settings
        Relation, layer, wave, direction, projection, share of unknown ties.
    """

    counts: pd.Series[int]
    expected: pd.Series[float]
    sd: pd.Series[float]
    z: pd.Series[float]
    unknown: int
    mutual: int
    asymmetric: int
    null: int
    settings: dict[str, Any]

    def table(self) -> pd.DataFrame:
        """One row per type: count, expected, sd, z."""
        import pandas as pd

        return pd.concat([self.counts, self.expected, self.sd, self.z], axis=1).reset_index()

    def __str__(self) -> str:
        hidden = f"; {self.unknown} triads with an unknown pair left out" if self.unknown else ""
        known = self.z.dropna()
        if not len(known):
            return f"Triad census: {int(self.counts.sum())} triads, nothing to compare with chance{hidden}."
        most, least = str(known.idxmax()), str(known.idxmin())
        return (f"Triad census: {int(self.counts.sum())} triads; most above chance {most} (z = {known[most]:.1f}), "
                f"most below {least} (z = {known[least]:.1f}){hidden}.")


def triad_census(study: Study, *, relation: Relation = None, wave: str | int | None = None, who: str = "members",
                 projection: str = "newman", progress: Progress | None = None) -> TriadCensus:
    """Count all threesomes of actors by the ties among them, and compare with chance.

    More transitive triads (030T, 120D, 120U, 300) than chance gives mean that partners of partners
    become partners; more 021D, 021U and 201 mean that actors in between keep others apart. Each of the 16 types
    is named by its mutual, asymmetric and null pairs (MAN) and a letter for its direction (Down, Up,
    Cyclic, Transitive). An undirected relation has four: 003, 102, 201 and 300 (none, one, two or
    three ties).

    Chance keeps the numbers M, A and N of mutual, asymmetric and null pairs and deals them out at
    random (U|MAN). With Q the probability that given pairs have given states, drawn without
    replacement,

        E T_u = K P_u,   Var T_u = K P_u + S P_u,u(sharing a pair) + R P_u,u(apart) - (K P_u)²

    K counts the triads, S the ordered pairs of triads with one pair in common, R the others.

    Parameters
    ----------
    study, relation, wave, who, projection
        What to look at, as for :meth:`Study.adjacency`. Weights are not used.
    progress
        Called with the share done, for large networks.

    Returns
    -------
    TriadCensus
        Counts, exact expectation, sd and z by type.

    Raises
    ------
    UsageError
        If the relation or the wave is unknown.

    Notes
    -----
    A triad with an unknown pair is counted apart, never as null. In a directed relation a pair is
    unknown if either of its actors did not respond; in an undirected one if neither did. Fewer than
    three actors: all counts 0.

    Sources: [holland1976] for the types and the distribution; [batagelj2001] for counting without
    visiting every triad.

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> study = example(seed=1)
    >>> print(triad_census(study, relation="advice", wave="2024"))  # doctest: +ELLIPSIS
    Triad census: ... triads; most above chance ...
    """
    import pandas as pd

    view = study.adjacency(relation, wave, who=who, projection=projection)
    net = _coded(view)
    counts, pairs = _census(net, progress)
    known = sum(counts.values())
    mean, sd = _chance(net, pairs, known)
    types = TYPES if view.directed else UNDIRECTED
    rows = [TYPES.index(name) for name in types]
    index = pd.Index(types, name="type")
    count = pd.Series([counts[name] for name in types], index=index, name="count")
    z = np.full(len(TYPES), np.nan)
    np.divide(np.array([counts[name] for name in TYPES]) - mean, sd, out=z, where=sd > 0)
    mutual, asymmetric, null = pairs
    return TriadCensus(
        count, pd.Series(mean[rows], index=index, name="expected"), pd.Series(sd[rows], index=index, name="sd"),
        pd.Series(z[rows], index=index, name="z"), comb(view.size, 3) - known, mutual, asymmetric, null,
        view.settings,
    )


def _coded(view: Adjacency) -> Ordered:
    """Pairs as the row's actor sees them: 1 it sends, 2 it receives, 3 both, 4 unknown; none is null.

    In a directed relation the actors that did not respond are left out.
    """
    ties, unknown = view.binary, _arrays.unknown_pairs(view, silent=True)
    if view.directed and view.missing_rows.any():
        answered = np.flatnonzero(~view.missing_rows)
        ties = sp.csr_array(ties[answered][:, answered])
        unknown = sp.csr_array(unknown[answered][:, answered])
    code = _arrays.flag(ties, 1) + _arrays.flag(sp.csr_array(ties.T), 2)
    if unknown.nnz:
        code = code + _arrays.flag(unknown, 4) + _arrays.flag(sp.csr_array(unknown.T), 4)
    net = _arrays.ordered(sp.csr_array(code))
    np.minimum(net.values, _UNKNOWN, out=net.values)
    return net


def _census(net: Ordered, progress: Progress | None) -> tuple[dict[str, int], tuple[int, int, int]]:
    """Counts by type of the triads without an unknown pair; mutual, asymmetric and null known pairs.

    Triangles are counted one by one. Triads with two joined pairs follow from how many partners of
    each sort an actor has, less those in triangles; triads with one, from the number of pairs.
    """
    cells = np.zeros((5, 5, 5), dtype=np.int64)
    code, spare = net.values.astype(np.uint8), _arrays.marker(net.size)
    for first, last in net.pieces(progress):
        triangles.triangle_cells(net.indptr, net.split, net.indices, code, first, last, spare, cells)
    forks = _forks(net)
    full: dict[tuple[int, int, int], int] = {}
    for uv, uw, vw in product(range(1, 5), repeat=3):
        count = int(cells[uv, uw, vw])
        if count:
            full[uv, uw, vw] = count
            for x, y in ((uv, uw), (_BACK[uv], vw), (_BACK[uw], _BACK[vw])):
                forks[min(x, y), max(x, y)] -= count
    return _by_type(net, full, forks)


def _forks(net: Ordered) -> dict[tuple[int, int], int]:
    """Pairs of partners of one actor by how it sees the two, summed over actors."""
    rows = net.rows()
    seen = [np.bincount(rows[net.values == state], minlength=net.size).astype(np.int64) for state in range(5)]
    return {
        (x, y): int((seen[x] * seen[y]).sum()) if x < y else int((seen[x] * (seen[x] - 1) // 2).sum())
        for x in range(1, 5) for y in range(x, 5)
    }


def _by_type(net: Ordered, full: dict[tuple[int, int, int], int],
             forks: dict[tuple[int, int], int]) -> tuple[dict[str, int], tuple[int, int, int]]:
    """Add triangles and forks up by type; then the triads with one pair or none are what remains."""
    stored = np.bincount(net.values.astype(np.int64), minlength=5)
    asymmetric, mutual, veiled = int(stored[1]), int(stored[_MUTUAL]) // 2, int(stored[_UNKNOWN]) // 2
    joined = [((uv, uw, vw), count) for (uv, uw, vw), count in full.items()]
    joined += [((x, y, 0), count) for (x, y), count in forks.items()]
    counts = dict.fromkeys(TYPES, 0)
    hidden, used = 0, [0, 0, 0, 0, 0]
    for states, count in joined:
        for state in states:
            used[state] += count
        if _UNKNOWN in states:
            hidden += count
        else:
            counts[_type_of()[states]] += count
    others = max(net.size - 2, 0)
    counts["012"] = asymmetric * others - used[1] - used[2]
    counts["102"] = mutual * others - used[_MUTUAL]
    hidden += veiled * others - used[_UNKNOWN]
    counts["003"] = comb(net.size, 3) - hidden - sum(counts.values())
    null = comb(net.size, 2) - asymmetric - mutual - veiled
    return counts, (mutual, asymmetric, null)


@lru_cache(maxsize=1)
def _type_of() -> dict[tuple[int, int, int], str]:
    """The type of three actors u, v, w by the states of (u, v), (u, w) and (v, w)."""
    out: dict[tuple[int, int, int], str] = {}
    for name, arcs in _EXAMPLES.items():
        for u, v, w in permutations(range(3)):
            a, b, c = ((f"{x}{y}" in arcs) + 2 * (f"{y}{x}" in arcs) for x, y in ((u, v), (u, w), (v, w)))
            out[a, b, c] = name
    return out


def _chance(net: Ordered, pairs: tuple[int, int, int], known: int) -> tuple[Floats, Floats]:
    """Mean and standard deviation of each type under U|MAN, in the order of ``TYPES``.

    In whole-number fractions: in a large network the variance is a small difference of huge terms.
    """
    mean, sd = np.zeros(len(TYPES)), np.zeros(len(TYPES))
    sharing = _sharing(net)
    apart = known * known - known - sharing
    for i, name in enumerate(TYPES):
        shapes = [states for states, other in _type_of().items() if other == name]
        one = len(shapes) * _dealt(pairs, shapes[0])
        both = sum(
            (len([s for s in shapes if s[0] == state]) ** 2 * _dealt(pairs, shapes[0], shapes[0], less=state)
             for state in {s[0] for s in shapes}), Fraction(0),
        )
        two = len(shapes) ** 2 * _dealt(pairs, shapes[0], shapes[0])
        mean[i] = float(known * one)
        sd[i] = np.sqrt(float(known * one + sharing * both + apart * two - (known * one) ** 2))
    return mean, sd


def _dealt(pairs: tuple[int, int, int], *triads: tuple[int, int, int], less: int | None = None) -> Fraction:
    """Probability that given pairs of actors have given states, drawn without replacement.

    ``less`` is the state of the one pair that two triads share, which is drawn only once.
    """
    states = [1 if state in _ASYMMETRIC else state for triad in triads for state in triad]
    if less is not None:
        states.remove(1 if less in _ASYMMETRIC else less)
    left = {_MUTUAL: pairs[0], 1: pairs[1], 0: pairs[2]}
    total, out = sum(pairs), Fraction(1)
    for kind in states:
        if left[kind] <= 0:
            return Fraction(0)
        out *= Fraction(left[kind], total) * (Fraction(1, 2) if kind == 1 else 1)
        left[kind] -= 1
        total -= 1
    return out


def _sharing(net: Ordered) -> int:
    """Ordered pairs of different known triads that have one pair of actors in common.

    A known pair (x, y) lies in k = n - 2 - u_x - u_y + c_xy known triads, u_x the unknown pairs of x
    and c_xy the third actors unknown to both; the sum of k (k - 1) over the known pairs.
    """
    n = net.size
    if n < 3:
        return 0
    pattern = (net.values == _UNKNOWN).astype(np.int64)
    hidden = sp.csr_array((pattern, net.indices, net.indptr), shape=(n, n))
    hidden.eliminate_zeros()
    u = np.asarray(hidden.sum(axis=1)).ravel()
    once, twice, a = int(u.sum()), int((u**2).sum()), n - 2
    plain = n * (n - 1) * a - 2 * (n - 1) * once
    squares = n * (n - 1) * a * a - 4 * a * (n - 1) * once + 2 * (n - 1) * twice + 2 * (once * once - twice)
    common = sp.csr_array(hidden @ hidden)
    common.setdiag(0)
    common.eliminate_zeros()
    row, column = common.nonzero()
    rest, c = a - u[row] - u[column], common[row, column]
    extra = int((2 * rest * c + c * c - c).sum())
    row, column = hidden.nonzero()
    k = a - u[row] - u[column] + common[row, column]
    return (squares - plain + extra - int((k * (k - 1)).sum())) // 2

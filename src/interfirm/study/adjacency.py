"""One relation in one wave as arrays, and the alliances as an incidence matrix.

These are derived views: computed from the tables, cached by the study, never written back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from interfirm.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

PROJECTIONS = ("newman", "count", "binary")


@dataclass(frozen=True, eq=False)
class Adjacency:
    """One relation (or a union of relations) among the actors present in one wave.

    Parameters
    ----------
    matrix
        n × n sparse weights, row = sender, column = receiver. No diagonal, no stored zeros; an
        unknown tie is not stored. Symmetric where ``directed`` is False.
    actors
        The n actor identifiers, in the order of ``study.actors``.
    index
        Their n positions in ``study.actors``.
    relation, layer, wave
        What was asked for; ``layer`` is ``"several"`` for a union over layers. ``wave`` is None for
        alliances over all time.
    directed
        Whether i → j differs from j → i.
    projection
        ``"newman"``, ``"count"`` or ``"binary"`` for projected alliances, otherwise None.
    missing_rows
        n booleans: actors whose outgoing ties are unknown because they did not respond.
    missing_pairs
        m × 2 positions (sender, receiver) of single ties that are unknown.
    """

    matrix: sp.csr_array
    actors: npt.NDArray[Any]
    index: Ints
    relation: str
    layer: str
    wave: str | None
    directed: bool
    projection: str | None
    missing_rows: Bools
    missing_pairs: Ints

    @property
    def size(self) -> int:
        """Number of actors n."""
        return int(self.matrix.shape[0])

    @property
    def binary(self) -> sp.csr_array:
        """The matrix with every stored weight set to 1."""
        out = self.matrix.copy()
        out.data = np.ones_like(out.data)
        return out

    @property
    def symmetric(self) -> sp.csr_array:
        """The underlying undirected network, weight = the larger of the two directions."""
        if not self.directed:
            return self.matrix
        return sp.csr_array(self.matrix.maximum(self.matrix.T))

    @property
    def has_missing(self) -> bool:
        """Whether any tie is unknown."""
        return bool(self.missing_rows.any() or len(self.missing_pairs))

    def observed(self) -> Bools:
        """n × n booleans: which ordered pairs are known. The diagonal is False.

        In an undirected relation a pair is known if at least one of the two responded.
        Memory grows with n²; use :meth:`observed_count` for large networks.
        """
        known = np.repeat(~self.missing_rows[:, None], self.size, axis=1)
        if not self.directed:
            known |= known.T
        stored = self.matrix.tocoo()
        known[stored.row, stored.col] = True
        known[self.missing_pairs[:, 0], self.missing_pairs[:, 1]] = False
        np.fill_diagonal(known, False)
        return known

    def observed_count(self) -> int:
        """Number of ordered pairs whose tie is known to be there or not."""
        if not self.has_missing:
            return self.size * (self.size - 1)
        silent = int(self.missing_rows.sum())
        pairs = self.size * (self.size - 1)
        coo = self.matrix.tocoo()
        if self.directed:
            unknown = silent * (self.size - 1)
            inside = self.missing_rows[coo.row]
            stated = self.missing_pairs[~self.missing_rows[self.missing_pairs[:, 0]]]
        else:
            unknown = silent * (silent - 1)
            inside = self.missing_rows[coo.row] & self.missing_rows[coo.col]
            ends = self.missing_rows[self.missing_pairs]
            stated = self.missing_pairs[~ends.all(axis=1)] if len(ends) else self.missing_pairs
        return int(pairs - unknown + int(inside.sum()) - len(stated))

    def series(self, values: npt.ArrayLike, name: str) -> pd.Series[Any]:
        """Values in actor order as a Series indexed by actor, with its settings in ``attrs``."""
        import pandas as pd

        out = pd.Series(np.asarray(values), index=pd.Index(self.actors, name="actor"), name=name)
        out.attrs.update(self.settings)
        return out

    @property
    def settings(self) -> dict[str, Any]:
        """Relation, layer, wave, direction, projection and share of unknown ties."""
        pairs = self.size * (self.size - 1)
        return {
            "relation": self.relation, "layer": self.layer, "wave": self.wave, "directed": self.directed,
            "projection": self.projection, "actors": self.size,
            "unknown": 1 - self.observed_count() / pairs if pairs else 0.0,
        }


@dataclass(frozen=True, eq=False)
class Incidence:
    """Who is in which alliance.

    Parameters
    ----------
    matrix
        n actors × m alliances, 1 where the actor is a member.
    actors, alliances
        Their identifiers.
    index
        Positions of the actors in ``study.actors``.
    wave
        The wave, or None for all time.
    """

    matrix: sp.csr_array
    actors: npt.NDArray[Any]
    alliances: npt.NDArray[Any]
    index: Ints
    wave: str | None


def build(study: Study, relations: Sequence[str], wave: str, who: str) -> Adjacency:
    """Assemble the view of one or several relations in one wave (see ``Study.adjacency``)."""
    table = study.relations.set_index("relation")
    index = study.present(wave, who=who)
    lookup = np.full(len(study.actors), -1, dtype=np.int64)
    lookup[index] = np.arange(len(index))
    directed = bool(table.loc[list(relations), "directed"].fillna(True).astype(bool).any())
    total = sp.csr_array((len(index), len(index)), dtype=np.float64)
    pairs: list[Ints] = []
    for name in relations:
        one, unknown = _one_relation(study, name, wave, lookup, len(index))
        if not bool(table.loc[name, "directed"]):
            one = sp.csr_array(one.maximum(one.T))
            unknown = np.unique(np.vstack([unknown, unknown[:, ::-1]]), axis=0)
        total = sp.csr_array(total + one)
        pairs.append(unknown)
    stacked = np.unique(np.vstack(pairs), axis=0)
    stored = np.asarray(total[stacked[:, 0], stacked[:, 1]]).ravel() > 0 if len(stacked) else np.zeros(0, bool)
    layers = set(table.loc[list(relations), "layer"])
    missing = np.zeros(len(index), dtype=bool)
    for name in relations:
        missing |= silent(study, name, wave)[index]
    total.sort_indices()
    return Adjacency(
        total, study.actors["actor"].to_numpy()[index], index, " + ".join(relations),
        str(layers.pop()) if len(layers) == 1 else "several", wave, directed, None, missing, stacked[~stored],
    )


def _one_relation(study: Study, name: str, wave: str, lookup: Ints, size: int) -> tuple[sp.csr_array, Ints]:
    ties = study.ties
    mine = ((ties["relation"] == name) & (ties["wave"] == wave)).to_numpy(dtype=bool)
    codes = study.tie_positions
    sender, receiver = lookup[codes[mine, 0]], lookup[codes[mine, 1]]
    weight = ties["weight"].to_numpy(dtype=np.float64)[mine]
    inside = (sender >= 0) & (receiver >= 0) & (sender != receiver)
    sender, receiver, weight = sender[inside], receiver[inside], weight[inside]
    unknown = np.isnan(weight)
    positive = ~unknown & (weight > 0)
    matrix = sp.csr_array(
        (weight[positive], (sender[positive], receiver[positive])), shape=(size, size), dtype=np.float64
    )
    return matrix, np.column_stack([sender[unknown], receiver[unknown]]).astype(np.int64)


def silent(study: Study, relation: str, wave: str) -> Bools:
    """One boolean per actor of the study: whether its outgoing ties are unknown.

    Unknown are the ties of those who were asked and did not answer and, in a wave in which a
    survey was held, of those who were not asked. Without any survey nothing is unknown.
    """
    answered = study.responded(relation, wave)
    if answered.isna().all():
        return np.zeros(len(answered), dtype=bool)
    return ~answered.fillna(False).to_numpy(dtype=bool)


def incidence(study: Study, wave: str | None, who: str) -> Incidence:
    """Assemble the incidence matrix (see ``Study.incidence``)."""
    import pandas as pd

    rows = study.alliances
    if wave is not None:
        rows = rows.loc[_active(study, wave)]
    index = study.present(wave, who=who)
    lookup = np.full(len(study.actors), -1, dtype=np.int64)
    lookup[index] = np.arange(len(index))
    position = pd.Index(study.actors["actor"]).get_indexer(pd.Index(rows["actor"]))
    actor = lookup[position]
    code, alliances = pd.factorize(rows["alliance"])
    inside = actor >= 0
    matrix = sp.csr_array(
        (np.ones(int(inside.sum())), (actor[inside], code[inside])), shape=(len(index), len(alliances))
    )
    matrix.data[:] = 1.0
    return Incidence(matrix, study.actors["actor"].to_numpy()[index], np.asarray(alliances), index, wave)


def _active(study: Study, wave: str) -> Bools:
    """Which memberships overlap the wave; an open end lasts, an undated membership always counts."""
    row = study.waves.loc[study.waves["wave"] == wave].iloc[0]
    start, end = row["start"], row["end"]
    if not isinstance(start, str) and len(wave) == 4 and wave.isdigit():
        start = end = wave
    if not isinstance(start, str):
        return np.ones(len(study.alliances), dtype=bool)
    last = (end if isinstance(end, str) else start) + "-99-99"
    began = study.alliances["start"].fillna("0000") <= last
    lasts = study.alliances["end"].fillna("9999") + "-99-99" >= start
    return (began & lasts).to_numpy(dtype=bool)


def project(view: Incidence, rule: str) -> Adjacency:
    """One-mode projection of alliances onto actors.

    ``newman``: each alliance of k members gives each of its pairs 1/(k−1), so that an actor's
    strength is its number of alliances with at least one other member. ``count``: the number of
    shared alliances. ``binary``: 1 where there is at least one.
    """
    if rule not in PROJECTIONS:
        raise UsageError(f"Unknown projection '{rule}'. Known: {', '.join(PROJECTIONS)}.")
    incidence_matrix = view.matrix
    members = np.asarray(incidence_matrix.sum(axis=0)).ravel()
    share = np.zeros_like(members)
    shared = members > 1
    share[shared] = 1.0 / (members[shared] - 1.0) if rule == "newman" else 1.0
    weighted = sp.csr_array(incidence_matrix @ sp.diags_array(share) @ incidence_matrix.T)
    weighted.setdiag(0)
    weighted.eliminate_zeros()
    if rule == "binary":
        weighted.data = np.ones_like(weighted.data)
    weighted.sort_indices()
    return Adjacency(
        weighted, view.actors, view.index, "alliances", "exchange", view.wave, False, rule,
        np.zeros(len(view.actors), dtype=bool), np.zeros((0, 2), dtype=np.int64),
    )

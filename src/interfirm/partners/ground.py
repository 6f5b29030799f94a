"""What is known by a wave about who has worked with whom: one sparse picture for every question about partners."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from interfirm.errors import UnknownName, UsageError
from interfirm.study.adjacency import silent

if TYPE_CHECKING:
    from interfirm.study.study import Study

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Ground:
    """Who has worked with whom up to a wave.

    Parameters
    ----------
    study, wave
        What it was made from; ``wave`` is None for a study without waves.
    actors
        The n identifiers of the study, members and others, in study order.
    there
        n booleans: present in the wave.
    ties
        n × n sparse, symmetric, 1 where the two have or had a tie of any relation but ownership, or shared
        an alliance, up to the wave.
    current
        The same for the wave itself only.
    memberships
        n × m sparse: member of an alliance that began by the end of the wave.
    silent
        n booleans: asked and did not answer for every relation, so that its ties are not known.
    """

    study: Study
    wave: str | None
    actors: npt.NDArray[Any]
    there: Bools
    ties: sp.csr_array
    current: sp.csr_array
    memberships: sp.csr_array
    silent: Bools

    def position(self, actor: object) -> int:
        """Where an actor, given by identifier or by its exact name, stands.

        Raises
        ------
        UnknownName
            If there is no such actor.
        UsageError
            If several actors bear the name.
        """
        found = np.flatnonzero(self.actors == str(actor))
        if not len(found):
            names = self.study.actors["name"].fillna("").str.casefold().to_numpy()
            found = np.flatnonzero(names == str(actor).strip().casefold()) if str(actor).strip() else found
        if len(found) > 1:
            raise UsageError(f"{len(found)} actors are called '{actor}'; give the identifier, e.g. "
                             f"'{self.actors[found[0]]}'.")
        if not len(found):
            named = self.study.actors["name"].dropna().tolist()
            raise UnknownName("actor", actor, [*self.actors.tolist()[:2000], *named[:2000]])
        return int(found[0])

    def row(self, matrix: sp.csr_array, at: int) -> Floats:
        """One row of a sparse matrix as an array."""
        out = np.zeros(matrix.shape[1])
        part = slice(matrix.indptr[at], matrix.indptr[at + 1])
        out[matrix.indices[part]] = matrix.data[part]
        return out


def ground(study: Study, wave: str | int | None = None) -> Ground:
    """Collect the ties and memberships known by a wave; the last wave if None."""
    when = study.wave(wave) if wave is not None else (study.wave_order[-1] if study.wave_order else None)
    key = ("partners ground", when)
    if key not in study._cache:
        study._cache[key] = _build(study, when)
    return study._cache[key]  # type: ignore[no-any-return]


def _build(study: Study, when: str | None) -> Ground:
    n = len(study.actors)
    there = np.zeros(n, dtype=bool)
    there[study.present(when, who="all")] = True
    past, now, mute = _surveyed(study, when, n)
    memberships = _memberships(study, when, n)
    shared = _binary(memberships @ memberships.T)
    return Ground(study, when, study.actors["actor"].to_numpy(), there, _binary(past + shared), _binary(now + shared),
                  memberships, mute)


def _surveyed(study: Study, when: str | None, n: int) -> tuple[sp.csr_array, sp.csr_array, Bools]:
    """Ties of all waves up to one, ties of that wave, and whose ties are not known."""
    empty = sp.csr_array((n, n), dtype=np.float64)
    if when is None or not len(study.ties):
        return empty, empty, np.zeros(n, dtype=bool)
    owned = set(study.relations_of("ownership"))
    wanted = [name for name in study.relation_names if name not in owned]
    upto = set(study.wave_order[:study.wave_order.index(when) + 1])
    ties = study.ties
    weight = ties["weight"].to_numpy(dtype=np.float64)
    counts = (weight > 0) & ties["relation"].isin(wanted).to_numpy(dtype=bool)
    past = counts & ties["wave"].isin(upto).to_numpy(dtype=bool)
    now = counts & (ties["wave"] == when).to_numpy(dtype=bool)
    held = [name for name in wanted if ((ties["relation"] == name) & (ties["wave"] == when)).any()]
    mute = np.all([silent(study, name, when) for name in held], axis=0) if held else np.zeros(n, dtype=bool)
    ends = study.tie_positions
    return _pairs(ends[past], n), _pairs(ends[now], n), np.asarray(mute, dtype=bool)


def _pairs(ends: Ints, n: int) -> sp.csr_array:
    one = sp.csr_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(n, n))
    return sp.csr_array(one + one.T)


def _memberships(study: Study, when: str | None, n: int) -> sp.csr_array:
    incidence = study.incidence(who="all")
    full = sp.csr_array((n, incidence.matrix.shape[1]), dtype=np.float64)
    if not incidence.matrix.nnz:
        return full
    coo = incidence.matrix.tocoo()
    matrix = sp.csr_array((coo.data, (incidence.index[coo.row], coo.col)), shape=full.shape)
    last = _last_day(study, when)
    if last is None:
        return matrix
    began = study.alliances.groupby("alliance", sort=False)["start"].min().reindex(incidence.alliances)
    keep = (began.fillna("0000") <= last).to_numpy(dtype=np.float64)
    out = sp.csr_array(matrix @ sp.diags_array(keep))
    out.eliminate_zeros()
    return out


def _last_day(study: Study, when: str | None) -> str | None:
    if when is None:
        return None
    row = study.waves.loc[study.waves["wave"] == when].iloc[0]
    day = next((item for item in (row["end"], row["start"]) if isinstance(item, str)), None)
    if day is None:
        day = when if len(when) == 4 and when.isdigit() else None
    return None if day is None else day + "-99-99"


def _binary(matrix: sp.csr_array) -> sp.csr_array:
    out = sp.csr_array(matrix)
    out.setdiag(0)
    out.eliminate_zeros()
    out.data = np.ones_like(out.data)
    out.sort_indices()
    return out

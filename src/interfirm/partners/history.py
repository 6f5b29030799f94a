"""What the alliances up to a date say about two organisations that have not yet worked together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from interfirm.errors import UnknownName, UsageError
from interfirm.partners.ground import Bools, Floats
from interfirm.partners.sizes import Sizes, sizes

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study

Ints = npt.NDArray[np.int64]
_FADE = 0.7


@dataclass(frozen=True, eq=False)
class Theme:
    """What the alliances are about, by one of their columns (programme, topic, purpose …).

    ``profile``: n × g, each actor's alliances by theme, weighted by rarity, length 1. ``share``: n × g, the same
    as shares, recent alliances counting more. ``volume``: n × g, as weighted counts.
    """

    column: str
    profile: sp.csr_array
    share: sp.csr_array
    volume: sp.csr_array


@dataclass(frozen=True, eq=False)
class History:
    """The network of shared alliances up to a date, ready for questions about pairs.

    Parameters
    ----------
    until
        The last day or year that counts.
    seen
        n booleans: member of an alliance by then.
    ties
        n × n sparse: number of shared alliances.
    values
        One row per stored tie: 1; whether an alliance is still running; Newman weight, fading by 0.7 a year.
    via
        One row per actor: weight of a path through it for each column of ``values``: 1/ln d (Adamic–Adar), the
        same among running alliances, 1/strength.
    degree, running, recent
        By actor: partners; alliances with others that are still running; alliances with others, fading.
    strength
        By actor: sum of its Newman weights.
    country
        By actor, a code; −1 where not known.
    affinity
        Country × country: log of observed by expected weight of ties.
    themes
        See :class:`Theme`.
    sizes
        See :class:`interfirm.partners.sizes.Sizes`.
    """

    until: str
    seen: Bools
    ties: sp.csr_array
    values: Floats
    via: Floats
    degree: Floats
    running: Floats
    recent: Floats
    strength: Floats
    country: Ints
    affinity: Floats
    themes: tuple[Theme, ...]
    sizes: Sizes

    def partners(self, at: int) -> npt.NDArray[np.int32]:
        """Positions of the actors that shared an alliance with one."""
        return np.asarray(self.ties.indices[self.ties.indptr[at]:self.ties.indptr[at + 1]])


def history(study: Study, until: str, *, themes: Sequence[str] = ()) -> History:
    """Collect what the alliances that began by a date say.

    Parameters
    ----------
    study
        A study with dated alliances; undated ones are left out.
    until
        A year, month or day, included.
    themes
        Columns of ``alliances`` that say what an alliance is about.

    Raises
    ------
    UnknownName
        For a column that is not there.
    UsageError
        If no alliance began by then.
    """
    for name in themes:
        if name not in study.alliances.columns:
            raise UnknownName("column of alliances", name, study.alliances.columns)
    rows = study.alliances.loc[began(study) <= until + "-99-99"]
    if not len(rows):
        raise UsageError(f"No alliance began by {until}; choose a later date.")
    return _collect(study, rows, until, themes)


def began(study: Study) -> pd.Series[Any]:
    """The start of each membership's alliance: its first date; "9999" where there is none."""
    first = study.alliances.groupby("alliance", sort=False)["start"].transform("min")
    return first.fillna("9999")


def _collect(study: Study, rows: pd.DataFrame, until: str, themes: Sequence[str]) -> History:
    import pandas as pd

    n = len(study.actors)
    at = pd.Index(study.actors["actor"]).get_indexer(pd.Index(rows["actor"]))
    code, names = pd.factorize(rows["alliance"])
    member = sp.csr_array((np.ones(len(at)), (at, code)), shape=(n, len(names)))
    size = np.asarray(member.sum(axis=0), dtype=np.float64).ravel()
    per = rows.groupby("alliance", sort=False)[["start", "end"]].agg({"start": "min", "end": "max"}).reindex(names)
    age = np.maximum(float(until[:4]) - per["start"].str[:4].astype(float).to_numpy(), 0.0)
    lasting = (per["end"].fillna("9999") > until + "-99-99").to_numpy(dtype=np.float64)
    joint = (size > 1).astype(np.float64)
    fading = _FADE**age * joint
    counts, running, newman = (_project(member, weight) for weight in
                               (joint, lasting * joint, fading / np.maximum(size - 1, 1)))
    values = np.column_stack([np.ones(counts.nnz), _aligned(counts, running) > 0, _aligned(counts, newman)])
    degree, active = (np.diff(m.indptr).astype(np.float64) for m in (counts, running))
    strength = _sums(newman)
    via = np.column_stack([1 / np.log(np.maximum(degree, 2)), 1 / np.log(np.maximum(active, 2)),
                           1 / np.maximum(strength, 1e-9)])
    country = pd.factorize(study.actors["country"])[0].astype(np.int64)
    about = tuple(_theme(member, rows.groupby("alliance", sort=False)[name].first().reindex(names), fading, joint, name)
                  for name in themes)
    return History(until, _sums(member) > 0, counts, values.astype(np.float64), via, degree,
                   np.asarray(member @ (lasting * joint)), np.asarray(member @ fading), strength, country,
                   _affinity(newman, country), about, sizes(study, at, code, size))


def _project(member: sp.csr_array, weight: Floats) -> sp.csr_array:
    out = sp.csr_array(member @ sp.diags_array(weight) @ member.T)
    out.setdiag(0)
    out.eliminate_zeros()
    out.sort_indices()
    return out


def _aligned(frame: sp.csr_array, part: sp.csr_array) -> Floats:
    """The values of ``part`` at the stored places of ``frame``, which hold all of its own."""
    row = np.repeat(np.arange(frame.shape[0]), np.diff(frame.indptr)).astype(np.int64) * frame.shape[0]
    mine = np.repeat(np.arange(part.shape[0]), np.diff(part.indptr)).astype(np.int64) * part.shape[0]
    out = np.zeros(frame.nnz)
    out[np.searchsorted(row + frame.indices, mine + part.indices)] = part.data
    return out


def _affinity(weight: sp.csr_array, country: Ints) -> Floats:
    groups = int(country.max()) + 1 if len(country) else 0
    known = country >= 0
    to = sp.csr_array((np.ones(int(known.sum())), (np.flatnonzero(known), country[known])),
                      shape=(len(country), max(groups, 1)))
    seen = np.asarray((to.T @ weight @ to).toarray())
    margin = seen.sum(axis=1)
    return np.asarray(np.log((seen + 1) / (np.outer(margin, margin) / max(seen.sum(), 1e-9) + 1)), dtype=np.float64)


def _theme(member: sp.csr_array, words: pd.Series[Any], fading: Floats, joint: Floats, column: str) -> Theme:
    import pandas as pd

    cells = words.str.split("|").explode() if words.dtype == "str" else words
    place = pd.Index(words.index).get_indexer(pd.Index(cells.index))
    code = pd.factorize(cells)[0]
    known = code >= 0
    about = sp.csr_array((np.ones(int(known.sum())), (place[known], code[known])),
                         shape=(len(words), max(int(code.max(initial=-1)) + 1, 1)))
    volume = sp.csr_array(member @ sp.diags_array(fading) @ about)
    count = sp.csr_array(member @ sp.diags_array(np.maximum(joint, 0.5)) @ about)
    holders = np.bincount(count.indices, minlength=count.shape[1])
    rare = sp.csr_array(count @ sp.diags_array(np.log(member.shape[0] / np.maximum(holders, 1))))
    return Theme(column, _scaled(rare, np.sqrt(_sums(rare.multiply(rare)))),
                 _scaled(count, _sums(count)), volume)


def _sums(table: sp.csr_array) -> Floats:
    return np.asarray(table.sum(axis=1), dtype=np.float64).ravel()


def _scaled(table: sp.csr_array, by: Floats) -> sp.csr_array:
    return sp.csr_array(sp.diags_array(np.divide(1.0, by, out=np.zeros(len(by)), where=by > 0)) @ table)

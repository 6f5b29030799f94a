"""What organisations offer, to whom, and in which fields they work: shares read from columns of a study."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp

from interfirm.errors import DataError, Finding
from interfirm.partners.ground import Bools, Floats, Ground
from interfirm.partners.proximity import log_ratio_proximity, technological_proximity

if TYPE_CHECKING:
    import pandas as pd

WHAT = "products"
WHERE = ("markets", "sales_regions")
FIELDS = "fields"


@dataclass(frozen=True, eq=False)
class Mix:
    """Shares of each organisation by word.

    ``table``: n × k, rows summing to 1, empty where not known. ``known``: n booleans. ``words``: the k words.
    """

    table: sp.csc_array
    known: Bools
    words: tuple[str, ...]

    def row(self, at: int) -> Floats:
        """The shares of one organisation by word."""
        return np.asarray(self.table[[at]].toarray(), dtype=np.float64).ravel()

    def overlap(self, at: int) -> Floats:
        """Σ_k min(m_ik, m_jk) of one organisation with all; NaN where one of the two is not known."""
        out = np.full(len(self.known), np.nan)
        if not self.known[at]:
            return out
        out[self.known] = 0.0
        mine = self.row(at)
        for k in np.flatnonzero(mine):
            part = slice(self.table.indptr[k], self.table.indptr[k + 1])
            out[self.table.indices[part]] += np.minimum(mine[k], self.table.data[part])
        return np.asarray(np.clip(out, 0.0, 1.0), dtype=np.float64)

    def nearness(self, at: int, *, ratios: bool) -> Floats:
        """Proximity of the mix of one organisation to all; NaN where one of the two is not known.

        ``ratios``: by :func:`interfirm.partners.log_ratio_proximity`; otherwise by
        :func:`interfirm.partners.technological_proximity`.
        """
        out = np.full(len(self.known), np.nan)
        if self.known[at]:
            rest = np.asarray(self.table.tocsr()[np.flatnonzero(self.known)].toarray(), dtype=np.float64)
            how = log_ratio_proximity if ratios else technological_proximity
            out[self.known] = how(self.row(at), rest)[0]
        return out


def mix(base: Ground, column: str) -> Mix | None:
    """A column of ``actors`` as shares; None where it is not there or says nothing.

    A cell lists words separated by ``|``, of equal share or with numbers: ``drives|pumps``, ``G06F=12|H04L=3``.

    Raises
    ------
    DataError
        If a number is not one or is below 0; all of them are named.
    """
    key = ("partners mix", column)
    if key not in base.study._cache:
        base.study._cache[key] = _read(base.study.actors, column)
    return base.study._cache[key]  # type: ignore[no-any-return]


def rivals(base: Ground, at: int) -> Floats:
    """How far each actor is after the customers of one: the same offer × the same customers, 0 to 1.

    The offer: overlap of ``products``; where these are not known of both, 1 for the same sector and 0 otherwise. The
    customers: overlap of ``markets`` times overlap of ``sales_regions``, each where it is known of both. Two firms
    only; 0 for any other pair; NaN where neither products nor sectors of the two are known.
    """
    frame = base.study.actors
    firm = (frame["kind"] == "firm").to_numpy(dtype=bool)
    if not firm[at]:
        return np.zeros(len(firm))
    sector = frame["sector"].fillna("").astype(str).to_numpy()
    out = np.asarray(sector == sector[at], dtype=np.float64)
    out[(sector == "") | (sector[at] == "")] = np.nan
    offer = mix(base, WHAT)
    if offer is not None:
        out = _first(offer.overlap(at), out)
    for column in WHERE:
        served = mix(base, column)
        if served is not None:
            out = out * _first(served.overlap(at), np.ones(len(out)))
    return np.where(firm, out, 0.0)


def _first(known: Floats, otherwise: Floats) -> Floats:
    return np.where(np.isnan(known), otherwise, known)


def _read(actors: pd.DataFrame, column: str) -> Mix | None:
    if column not in actors.columns or not actors[column].notna().any():
        return None
    place: dict[str, int] = {}
    rows: list[tuple[int, int, float]] = []
    wrong: list[Finding] = []
    for at, cell in enumerate(actors[column].astype("object").where(actors[column].notna(), "")):
        shares = _shares(cell, wrong, at, column)
        total = sum(shares.values())
        rows += [(at, place.setdefault(word, len(place)), value / total) for word, value in shares.items() if total > 0]
    if wrong:
        raise DataError(wrong)
    if not rows:
        return None
    row, word, value = (np.array(part) for part in zip(*rows, strict=True))
    table = sp.csc_array((value.astype(np.float64), (row, word)), shape=(len(actors), len(place)))
    return Mix(table, np.bincount(row, minlength=len(actors)) > 0, tuple(place))


def _shares(cell: Any, wrong: list[Finding], at: int, column: str) -> dict[str, float]:
    out: dict[str, float] = {}
    for part in str(cell).split("|"):
        word, mark, number = part.rpartition("=") if "=" in part else (part, "", "1")
        try:
            value = float(number)
        except ValueError:
            value = -1.0
        if not value >= 0 or value == np.inf or (mark and not word.strip()):
            wrong.append(Finding("error", f"'{part.strip()}' is not a word with a number", "bad-share", file="actors",
                                 row=at + 2, column=column, expected="words separated by |, each alone or with a "
                                 "number from 0, e.g. drives=3|pumps=1", remedy="Correct the cell"))
        elif word.strip():
            name = word.strip().casefold()
            out[name] = out.get(name, 0.0) + value
    return out


def has_citations(base: Ground) -> bool:
    """Whether the column ``citations`` of ``dyads`` holds a number above 0."""
    return _kept(base) is not None


def citations(base: Ground, at: int) -> Floats:
    """Half of the cross-citation overlap of one actor with all, 0 to 1.

    ½ (C_ij/C_i + C_ji/C_j): C_ij the column ``citations`` of ``dyads`` (a pair that is not there cites nothing), C_i
    the column ``citations`` of ``observations`` in the wave, all citations of i; where it is not known, those to
    other actors. NaN where one of the two cites nothing, or the study holds no citations.
    """
    kept = _kept(base)
    if kept is None:
        return np.full(len(base.actors), np.nan)
    share, cites = kept
    out = np.asarray((share[[at]].toarray() + share[:, [at]].toarray().T) / 2).ravel()
    out[~cites | ~cites[at]] = np.nan
    return np.asarray(np.clip(out, 0.0, 1.0), dtype=np.float64)


def _kept(base: Ground) -> tuple[sp.csr_array, Bools] | None:
    key = ("partners citations", base.wave)
    if key not in base.study._cache:
        base.study._cache[key] = _cited(base)
    return base.study._cache[key]  # type: ignore[no-any-return]


def _cited(base: Ground) -> tuple[sp.csr_array, Bools] | None:
    """C_ij / C_i, n × n, and who cites anything."""
    import pandas as pd

    dyads, n = base.study.dyads, len(base.actors)
    if "citations" not in dyads.columns or not pd.to_numeric(dyads["citations"], errors="coerce").gt(0).any():
        return None
    order, number = pd.Index(base.actors), pd.to_numeric(dyads["citations"], errors="coerce").fillna(0.0)
    ends = [order.get_indexer(pd.Index(dyads[name])) for name in ("sender", "receiver")]
    counts = sp.csr_array((number.to_numpy(dtype=np.float64), (ends[0], ends[1])), shape=(n, n))
    counts.setdiag(0)
    inside = np.asarray(counts.sum(axis=1)).ravel()
    total = np.maximum(_made(base), inside)
    each = np.divide(1.0, total, out=np.zeros(n), where=total > 0)
    return sp.csr_array(sp.diags_array(each) @ counts), np.asarray(total > 0)


def _made(base: Ground) -> Floats:
    """All citations that each actor made, in the wave; 0 where not known."""
    import pandas as pd

    seen = base.study.observations
    if "citations" not in seen.columns or base.wave is None:
        return np.zeros(len(base.actors))
    here = seen.loc[seen["wave"] == base.wave].set_index("actor")["citations"].reindex(base.actors)
    return np.asarray(pd.to_numeric(here, errors="coerce").fillna(0.0), dtype=np.float64)

"""With which types of partner firms cooperate, and where: the block of the harmonised innovation survey."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from interfirm.errors import DataError, Finding, UsageError
from interfirm.numerals import per_cent
from interfirm.performance.search import diversity

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study

Bools = npt.NDArray[np.bool_]
PLACES: Final = ("cluster", "country", "abroad")


@dataclass(frozen=True)
class PartnerType:
    """A type of partner of the innovation survey.

    Attributes
    ----------
    name, meaning
        Short name, and what it is.
    layer
        ``"firms"`` or ``"institutions"``.
    """

    name: str
    meaning: str
    layer: str


TYPES: Final = (
    PartnerType("group", "other enterprises of the own group", "firms"),
    PartnerType("suppliers", "suppliers of equipment, materials, components or work", "firms"),
    PartnerType("clients", "clients or customers", "firms"),
    PartnerType("peers", "competitors and other enterprises of the same stage", "firms"),
    PartnerType("consultants", "consultants, private laboratories, intermediaries and associations", "institutions"),
    PartnerType("universities", "universities and other higher education", "institutions"),
    PartnerType("public", "government and public or private research institutes", "institutions"),
)
_OF_KIND: Final = {"university": "universities", "research institute": "public", "agency": "public",
                   "government": "public", "intermediary": "consultants", "association": "consultants",
                   "financier": "consultants"}
_SENT: Final = {"supplier": "suppliers", "outsourcing": "suppliers", "customer": "clients"}
_RECEIVED: Final = {"supplier": "clients", "outsourcing": "clients", "customer": "suppliers"}


@dataclass(frozen=True, eq=False)
class Partners:
    """Partner types by firm.

    Attributes
    ----------
    used
        Firms × types: 1, 0, or NaN where the firm was asked and did not answer.
    counts
        Firms × types: numbers of different partners; NaN likewise.
    places
        Firms × (type, place), 1, 0 or NaN.
    wave
        Of the ties.
    relations
        Relations that were looked at.
    """

    used: pd.DataFrame
    counts: pd.DataFrame
    places: pd.DataFrame
    wave: str
    relations: tuple[str, ...]

    def table(self) -> pd.DataFrame:
        """One row per firm: a column per type, breadth (number of types), Blau and Shannon diversity of partners."""
        out = self.used.copy()
        out["breadth"] = self.used.sum(axis=1).where(self.used.notna().all(axis=1))
        counts = self.counts.to_numpy(np.float64)
        out["blau"], out["shannon"] = diversity(counts, kind="blau"), diversity(counts, kind="shannon")
        return out.reset_index()

    def __str__(self) -> str:
        known = self.used.notna().all(axis=1)
        share = ", ".join(f"{name} {per_cent(self.used.loc[known, name].mean())}" for name in self.used.columns)
        return f"{int(known.sum())} of {len(self.used)} firms known in {self.wave}: {share}."


def partner_types(study: Study, *, wave: Any = None, places: Mapping[str, str] | None = None) -> Partners:
    """Which types of partner each member firm has, and where: inside the cluster, elsewhere in its country, abroad.

    Ties of the exchange and ownership layers are sorted by what the relation says (a firm that buys has suppliers, one
    that is bought from has clients) and by the kind of the partner (a university is a university in any relation);
    peers are firms of the same stage; the relation ``cooperation`` says nothing about the kind of firm, so a firm
    there counts as a peer. Both ends of a tie count. A firm that did not answer has no values.

    Parameters
    ----------
    study
        A study.
    wave
        The wave; None: the last one.
    places
        Country → place, such as ``{"DE": "Europe", "US": "United States"}``, any number of them; None: abroad is one
        place. The cluster and the firm's own country stay places of their own. A partner whose country, or the firm's,
        is not known counts as of the own country.

    Returns
    -------
    Partners

    Raises
    ------
    UsageError
        If there is no tie of these layers in the wave.
    DataError
        If partners are in countries that ``places`` does not name.

    References
    ----------
    [oslo2018], [zeng2010]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> partner_types(example(seed=1), wave="2024").used.shape
    (57, 7)
    """
    import pandas as pd

    when = study.wave(wave) if wave is not None else study.wave_order[-1]
    layers = dict(zip(study.relations["relation"], study.relations["layer"], strict=True))
    there = set(study.ties.loc[study.ties["wave"] == when, "relation"])
    names = tuple(name for name in study.relation_names if name in there and layers[name] in ("exchange", "ownership"))
    if not names:
        raise UsageError(f"There are no ties of exchange or ownership in {when}, so partner types are not known.")
    firms = study.present(when)
    firms = firms[(study.actors["kind"].to_numpy(dtype=object)[firms] == "firm")]
    pairs = _pairs(study, names, when, firms)
    index = pd.Index(study.actors["actor"].to_numpy(dtype=object)[firms], name="actor")
    silent = _silent(study, names, when)[firms]
    order = [item.name for item in TYPES]
    counts = pairs.groupby(["ego", "type"])["alter"].nunique().unstack(fill_value=0) if len(pairs) else pd.DataFrame()
    counts = counts.reindex(index=index, columns=order, fill_value=0).astype("float64")
    counts.loc[silent] = np.nan
    counts.columns.name = None
    used = counts.gt(0).astype("float64").where(counts.notna())
    return Partners(used, counts, _places(study, pairs, index, silent, order, places), when, names)


def _pairs(study: Study, names: tuple[str, ...], wave: str, firms: npt.NDArray[np.int64]) -> pd.DataFrame:
    """One row per firm, partner and type."""
    import pandas as pd

    kinds = dict(zip(study.actors["actor"], study.actors["kind"], strict=True))
    mine = set(study.actors["actor"].to_numpy(dtype=object)[firms])
    ties = study.ties[(study.ties["wave"] == wave) & study.ties["relation"].isin(names)]
    layers = dict(zip(study.relations["relation"], study.relations["layer"], strict=True))
    rows = []
    for relation, sender, receiver in zip(ties["relation"], ties["sender"], ties["receiver"], strict=True):
        for ego, alter, sent in ((sender, receiver, True), (receiver, sender, False)):
            if ego in mine and ego != alter:
                rows.append((ego, alter, _type(str(relation), layers[relation], str(kinds[alter]), sent)))
    return pd.DataFrame(rows, columns=["ego", "alter", "type"]).drop_duplicates()


def _type(relation: str, layer: str, kind: str, sent: bool) -> str:
    if layer == "ownership":
        return "group"
    if kind in _OF_KIND:
        return _OF_KIND[kind]
    return (_SENT if sent else _RECEIVED).get(relation, "peers")


def _silent(study: Study, names: tuple[str, ...], wave: str) -> Bools:
    """Who was asked and did not answer, for at least one of the relations of exchange."""
    out = np.zeros(len(study.actors), dtype=bool)
    layers = dict(zip(study.relations["relation"], study.relations["layer"], strict=True))
    for name in names:
        if layers[name] == "exchange":
            out |= (study.responded(name, wave) == False).fillna(False).to_numpy(dtype=bool)  # noqa: E712
    return out


def _places(study: Study, pairs: pd.DataFrame, index: pd.Index[Any], silent: Bools, order: list[str],
            places: Mapping[str, str] | None) -> pd.DataFrame:
    import pandas as pd

    inside = dict(zip(study.actors["actor"], study.actors["position"] == "member", strict=True))
    country = dict(zip(study.actors["actor"], study.actors["country"], strict=True))
    names = PLACES if places is None else (*PLACES[:2], *dict.fromkeys(places.values()))

    def place(ego: str, alter: str) -> str:
        if inside[alter]:
            return "cluster"
        one, other = country[ego], country[alter]
        if pd.isna(one) or pd.isna(other) or one == other:
            return "country"
        return "abroad" if places is None else places.get(str(other), "")

    rows = [(ego, kind, place(ego, alter), alter) for ego, alter, kind in pairs.itertuples(index=False, name=None)]
    lost = sorted({str(country[alter]) for _, _, where, alter in rows if not where})
    if lost:
        raise DataError(Finding("error", f"partners are in {', '.join(lost)}, for which no place is named",
                                "no-place", expected="a place for every country of a partner",
                                remedy="Add a row for each; 'elsewhere' will do"))
    keys = pd.MultiIndex.from_product([order, names], names=["type", "place"])
    out = pd.DataFrame(0.0, index=index, columns=keys)
    for ego, kind, where, _ in rows:
        out.loc[ego, (kind, where)] = 1.0
    out.loc[silent] = np.nan
    return out

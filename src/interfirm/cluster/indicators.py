"""How each indicator of the evidence pack is filled: a value in words and what it rests on, or None."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from interfirm.cluster.efficiency import CELLS, CollectiveEfficiency
from interfirm.cluster.places import on_earth
from interfirm.cluster.regional import RegionalPosition
from interfirm.cluster.shares import Share, share_of
from interfirm.numerals import per_cent

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study

Filled = tuple[str, str] | None
_ORGANISERS: Final = ("intermediary", "association")
_MOST_PAIRS: Final = 2000


@dataclass(frozen=True, eq=False)
class Source:
    """The study as the indicators see it: its members in one wave."""

    study: Study
    wave: str | None
    position: RegionalPosition | None
    efficiency: CollectiveEfficiency | None

    @cached_property
    def members(self) -> pd.DataFrame:
        """The actors of the cluster that were there."""
        return self.study.actors.iloc[self.study.present(self.wave)]

    @cached_property
    def firms(self) -> pd.DataFrame:
        """The firms among them."""
        return self.members.loc[self.members["kind"] == "firm"]

    @property
    def when(self) -> str:
        """The wave in words."""
        return self.wave or "no wave"

    def observed(self, column: str, wave: str | None = None) -> pd.Series:
        """Known values of a column of ``observations`` of the member firms, by actor."""
        rows = self.study.observations
        rows = rows.loc[(rows["wave"] == (wave or self.wave)) & rows["actor"].isin(self.firms["actor"])]
        out: pd.Series = rows.set_index("actor")[column].dropna()
        return out

    def relations(self, *layers: str) -> list[str]:
        """Relations of some layers that have ties in the wave."""
        there = set(self.study.ties.loc[self.study.ties["wave"] == self.wave, "relation"])
        return [name for layer in layers for name in self.study.relations_of(layer) if name in there]


def _of(known: int, firms: int, when: str) -> str:
    return f"{known} of {firms} member firms, {when}"


def _members(s: Source) -> Filled:
    counts = Counter(s.members["kind"])
    return (", ".join(f"{number} {_plural(kind, number)}" for kind, number in counts.most_common()),
            f"table actors, {s.when}") if counts else None


def _plural(kind: str, number: int) -> str:
    if number == 1 or kind == "other":
        return kind
    return kind[:-1] + "ies" if kind.endswith("y") else kind + "s"


def _size(s: Source) -> Filled:
    found = s.observed("employees")
    return (f"{found.sum():,.0f} persons, median {found.median():,.0f} per firm",
            _of(len(found), len(s.firms), s.when)) if len(found) else None


def _small(s: Source) -> Filled:
    known = s.firms["sme"].dropna()
    return (str(share_of(known)), "actors.sme") if len(known) else None


def _sectors(s: Source) -> Filled:
    known = s.firms["sector"].dropna()
    top = Counter(known).most_common(5)
    return (", ".join(f"{name} {number}" for name, number in top)
            + (f" and {known.nunique() - 5} more sectors" if known.nunique() > 5 else ""),
            f"{len(known)} of {len(s.firms)} member firms") if len(known) else None


def _distance(s: Source) -> Filled:
    known = s.members.dropna(subset=["latitude", "longitude"])
    if len(known) < 3:
        return None
    known = known.head(_MOST_PAIRS)
    away = on_earth(known["latitude"], known["longitude"], known["actor"]).every()
    pairs = away[np.triu_indices(len(known), k=1)]
    return f"{np.median(pairs):.0f} km, nine tenths of all pairs within {np.quantile(pairs, 0.9):.0f} km", \
        f"{len(known)} of {len(s.members)} members with coordinates"


def _concentration(s: Source) -> Filled:
    if s.position is None:
        return None
    found = s.position
    return (f"{found.quotient} for sector {found.sector}, number {found.rank} of "
            f"{int(found.regions['quotient'].notna().sum())} regions", f"{found.name}, {found.time}; {found.basis}")


def _organisers(s: Source) -> pd.DataFrame:
    return s.members.loc[s.members["kind"].isin(_ORGANISERS)]


def _organisation(s: Source) -> Filled:
    found = _organisers(s)
    if found.empty:
        return None
    names = [str(name if isinstance(name, str) else actor)
             + (f" (since {int(year)})" if year == year else "")  # noqa: PLR0124
             for name, actor, year in zip(found["name"], found["actor"],
                                          found["founded"].astype("float64"), strict=True)]
    return "; ".join(names[:5]), "members of the kinds intermediary and association"


def _matrix(s: Source, relations: list[str],
            who: str = "members") -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.int64]]:
    view = s.study.adjacency(relations if len(relations) > 1 else relations[0], s.wave, who=who)
    dense = (view.matrix + view.matrix.T).toarray() != 0
    return np.asarray(dense), view.index


def _reached(s: Source) -> Filled:
    relations = [name for name in s.relations("exchange") if name == "institutional"]
    office = _organisers(s)
    if not relations or office.empty:
        return None
    tied, index = _matrix(s, relations)
    actors = s.study.actors["actor"].to_numpy()[index]
    kinds = s.study.actors["kind"].to_numpy()[index]
    reach: npt.NDArray[np.bool_] = np.asarray(tied[:, np.isin(actors, office["actor"].to_numpy())].any(axis=1))
    told = s.study.responded("institutional", str(s.wave)).iloc[index].fillna(True).to_numpy(dtype=bool)
    return str(share_of(reach[(kinds == "firm") & (told | reach)])), \
        f"relation institutional, {s.when}; firms that did not answer are left out"


def _coordination(s: Source) -> Filled:
    relations = s.relations("coordination")
    if not relations:
        return None
    view = s.study.adjacency(relations[0], s.wave)
    out = (view.matrix.toarray() != 0).sum(axis=1)
    heads = int((out > 0).sum())
    top = out.max() / max(out.sum(), 1)
    return f"{heads} of {view.size} members decide for others; one of them holds {per_cent(top)} of these ties", \
        f"relation {relations[0]}, {s.when}"


def _budget(s: Source) -> Filled:
    rows = s.study.alliances
    mine = rows.loc[rows["actor"].isin(s.members["actor"])]
    known = mine["budget"].dropna()
    return (f"{known.sum():,.0f} {s.study.fact('currency') or 'EUR'} in {mine['alliance'].nunique()} alliances",
            f"{len(known)} of {len(mine)} memberships with a budget") if len(known) else None


def _financier(s: Source) -> Filled:
    found = s.members.loc[s.members["kind"] == "financier"]
    return ("; ".join(str(name) for name in found["name"].fillna(found["actor"])[:5]),
            "members of the kind financier") if len(found) else None


def _activities(s: Source) -> Filled:
    rows = s.study.alliances.dropna(subset=["activities"]).drop_duplicates("alliance")
    counts = Counter(word for cell in rows["activities"] for word in str(cell).split("|"))
    return (", ".join(f"{name} {number}" for name, number in counts.most_common()),
            f"{len(rows)} alliances with a stated activity") if counts else None


def _served(s: Source) -> Filled:
    if not len(s.study.alliances):
        return None
    return str(share_of(s.firms["actor"].isin(s.study.alliances["actor"]))), "table alliances"


def _centres(s: Source) -> Filled:
    if s.efficiency is None:
        return None
    from interfirm.cluster._limits import limit

    level = s.efficiency.level.loc[s.efficiency.firms["member"], "horizontal multilateral"].dropna()
    share = share_of(level >= limit("agree"))
    return (str(share), f"survey {s.efficiency.wave}") if share.of else None


def _response(s: Source) -> Filled:
    rows = s.study.observations
    told = rows.loc[(rows["wave"] == s.wave) & rows["actor"].isin(s.members["actor"]), "responded"].dropna()
    share = share_of(told)
    return (f"{share.yes} of {share.of} members ({per_cent(share.value)})", f"survey {s.when}") if share.of else None


def _ties(s: Source) -> Filled:
    relations = s.relations("exchange", "knowledge")
    if not relations:
        return None
    tied, _ = _matrix(s, relations)
    partners = tied.sum(axis=1)
    return f"median {np.median(partners):.0f}, from {partners.min()} to {partners.max()}", \
        f"relations {', '.join(relations)}, {s.when}; ties of members who did not answer may be missing"


def _alone(s: Source) -> Filled:
    relations = s.relations("exchange", "knowledge", "coordination")
    if not relations and not len(s.study.alliances):
        return None
    alone = ~s.members["actor"].isin(s.study.alliances["actor"]).to_numpy()
    if relations:
        alone &= ~_matrix(s, relations)[0].any(axis=1)
    return f"{int(alone.sum())} of {len(alone)} members", \
        f"ties and alliances, {s.when}; some who did not answer may have ties"


def _outside(s: Source) -> Filled:
    relations = s.relations("exchange", "knowledge")
    if not relations or not (s.study.actors["position"] == "external").any():
        return None
    tied, index = _matrix(s, relations, who="all")
    out = (s.study.actors["position"] == "external").to_numpy()[index]
    has: npt.NDArray[np.bool_] = np.asarray(tied[:, out].any(axis=1))[~out]
    return f"at least {int(has.sum())} of {len(has)} members", \
        f"ties to organisations outside, {s.when}; some who did not answer may have such ties"


def _forms(s: Source) -> Filled:
    if s.efficiency is None:
        return None
    table = s.efficiency.forms.dropna(subset=["level"])
    words = [f"{d} {m} {row['level']:.1f}" for d, m in CELLS
             for _, row in table.loc[(table["direction"] == d) & (table["sides"] == m)].iterrows()]
    return (f"mean on 1 to 5: {', '.join(words)}",
            f"{s.efficiency.answered} of {s.efficiency.asked} member firms, {s.efficiency.wave}") if words else None


def _change(s: Source) -> Filled:
    if s.efficiency is None or not s.efficiency.rising.of:
        return None
    return str(s.efficiency.rising), f"over five years, survey {s.efficiency.wave}"


def _percent(column: str) -> Callable[[Source], Filled]:
    def fill(s: Source) -> Filled:
        found = s.observed(column)
        return (f"median {per_cent(found.median())}, middle half {per_cent(found.quantile(0.25))} to "
                f"{per_cent(found.quantile(0.75))}",
                _of(len(found), len(s.firms), s.when)) if len(found) else None

    return fill


def _patents(s: Source) -> Filled:
    found = s.observed("patents")
    return (f"{found.sum():,.0f}, held by {int((found > 0).sum())} firms",
            _of(len(found), len(s.firms), s.when)) if len(found) else None


def _growth(s: Source) -> Filled:
    order = s.study.wave_order
    if len(order) < 2 or s.wave is None:
        return None
    first, last = s.observed("employees", order[0]), s.observed("employees", s.wave)
    both = first.index.intersection(last.index)
    before = float(first.loc[both].sum())
    if s.wave == order[0] or not before > 0:
        return None
    growth = per_cent(float(last.loc[both].sum()) / before - 1, 1, signed=True)
    return f"{growth} in the firms that were there in both", \
        f"{len(both)} firms, {order[0]} to {s.wave}"


def _performance(s: Source) -> Filled:
    from interfirm.capability.answers import answers

    if s.wave is None:
        return None
    given = answers(s.study, "performance_change", s.efficiency.wave if s.efficiency else s.wave, strict=False)
    if "PC_output" not in given.turned:
        return None
    told = given.turned.loc[given.members.to_numpy(), "PC_output"].groupby(level="actor").mean().dropna()
    share: Share = share_of(told > 0)
    return (str(share), f"own judgement over five years, survey {given.wave}") if share.of else None


def _capability(s: Source) -> Filled:
    from interfirm.capability.technology import technological_capability
    from interfirm.errors import DataError

    if s.wave is None:
        return None
    try:
        found = technological_capability(s.study, s.efficiency.wave if s.efficiency else s.wave, strict=False)
    except DataError:
        return None
    known = found.scores.loc[found.scores.index.isin(s.firms["actor"])].dropna()
    return (f"median {known.median():.2f} of 1, middle half {known.quantile(0.25):.2f} to {known.quantile(0.75):.2f}",
            _of(len(known), len(s.firms), found.wave)) if len(known) else None


FILL: Final[dict[str, Callable[[Source], Filled]]] = {
    "members": _members, "size": _size, "small": _small, "sectors": _sectors, "distance": _distance,
    "concentration": _concentration, "organisation": _organisation, "reached": _reached,
    "coordination": _coordination, "budget": _budget, "financier": _financier, "activities": _activities,
    "served": _served, "centres": _centres, "response": _response, "ties": _ties, "alone": _alone, "outside": _outside,
    "forms": _forms, "change": _change, "new_products": _percent("new_product_share"),
    "exports": _percent("export_share"), "patents": _patents, "growth": _growth, "performance": _performance,
    "capability": _capability,
}

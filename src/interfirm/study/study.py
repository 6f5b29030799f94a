"""The one central object: tidy tables, the order of the waves, and views of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from interfirm.errors import Findings, UnknownName, UsageError
from interfirm.study import adjacency as views
from interfirm.study import consistency, schema
from interfirm.study.adjacency import Adjacency, Incidence
from interfirm.study.schema import Source

ALLIANCES = "alliances"
WHO = ("members", "all")


@dataclass(frozen=True, eq=False, repr=False)
class Study:
    """Who the actors are, and who works with whom, when.

    A study is frozen: :meth:`select` returns a new one. It holds tables and views of them; no
    measure is a method. Build one with :meth:`from_tables`, ``interfirm.read_study`` or
    ``interfirm.example``.

    Attributes
    ----------
    about, waves, relations, actors, observations, responses, ties, alliances, dyads, answers, codings, regions
        The tables, as ``interfirm describe`` documents them. The order of ``actors`` is the order
        of every array; the order of ``waves`` is the order in time.
    """

    about: pd.DataFrame
    waves: pd.DataFrame
    relations: pd.DataFrame
    actors: pd.DataFrame
    observations: pd.DataFrame
    responses: pd.DataFrame
    ties: pd.DataFrame
    alliances: pd.DataFrame
    dyads: pd.DataFrame
    answers: pd.DataFrame
    codings: pd.DataFrame
    regions: pd.DataFrame
    _cache: dict[Any, Any] = field(default_factory=dict, init=False)

    @classmethod
    def from_tables(cls, tables: Mapping[str, pd.DataFrame], sources: Mapping[str, Source] | None = None) -> Study:
        """Coerce and check tables, and make a study of them.

        Parameters
        ----------
        tables
            Tables by name; those left out are empty. Waves and relations that occur in the other
            tables but are not declared are errors: see :func:`declare`.
        sources
            Where each table came from, for the findings.

        Raises
        ------
        DataError
            With every finding, if one is an error.
        """
        findings = Findings()
        typed = coerce_tables(tables, sources, findings)
        findings.extend(consistency.check(typed, sources))
        findings.raise_if_failed()
        return cls(**typed)

    # ---- what there is -------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The study's name, from the table ``about``; 'study' if it has none."""
        return self.fact("name") or "study"

    def fact(self, key: str) -> str | None:
        """The value of one property in the table ``about``, or None."""
        found = self.about.loc[self.about["key"] == key, "value"].dropna()
        return str(found.iloc[0]) if len(found) else None

    @property
    def wave_order(self) -> tuple[str, ...]:
        """The waves in time order."""
        return tuple(self.waves["wave"])

    @property
    def relation_names(self) -> tuple[str, ...]:
        """The declared relations, without the alliances."""
        return tuple(self.relations["relation"])

    def relations_of(self, layer: str) -> tuple[str, ...]:
        """The declared relations of one layer."""
        return tuple(self.relations.loc[self.relations["layer"] == layer, "relation"])

    def tables(self) -> dict[str, pd.DataFrame]:
        """All tables by name, in the order in which they are written."""
        return {name: getattr(self, name) for name in schema.tables()}

    def equals(self, other: Study) -> bool:
        """Whether two studies hold the same tables, types and row order included."""
        return all(mine.equals(other.tables()[name]) for name, mine in self.tables().items())

    def __repr__(self) -> str:
        counts = f"{len(self.actors)} actors, {len(self.waves)} waves, {len(self.ties)} ties"
        alliances = self.alliances["alliance"].nunique()
        return f"<Study '{self.name}': {counts}, {alliances} alliances>"

    # ---- who is there, who answered ------------------------------------------------------

    @cached_property
    def tie_positions(self) -> npt.NDArray[np.int64]:
        """Two columns: positions of sender and receiver of each tie in ``actors``."""
        order = pd.Index(self.actors["actor"])
        return np.column_stack(
            [order.get_indexer(pd.Index(self.ties[c])) for c in ("sender", "receiver")]
        ).astype(np.int64)

    def present(self, wave: str | None, *, who: str = "members") -> npt.NDArray[np.int64]:
        """Positions of the actors that were there in a wave.

        Where a wave has observations, the members without one were not there; external actors
        always are. ``who="members"`` leaves the external actors out, ``"all"`` keeps them.
        """
        if who not in WHO:
            raise UnknownName("choice of actors", who, WHO)
        external = (self.actors["position"] == "external").to_numpy(dtype=bool)
        there = np.ones(len(self.actors), dtype=bool)
        if wave is not None:
            seen = self.observations.loc[self.observations["wave"] == wave, "actor"]
            if len(seen):
                there = self.actors["actor"].isin(seen).to_numpy(dtype=bool) | external
        if who == "members":
            there &= ~external
        return np.flatnonzero(there).astype(np.int64)

    def responded(self, relation: str, wave: str) -> pd.Series[Any]:
        """Per actor of the study: answered (True), did not (False), was not asked or not there (missing)."""
        key = ("responded", relation, wave)
        if key not in self._cache:
            self._cache[key] = self._find_responded(relation, wave)
        return self._cache[key].copy()  # type: ignore[no-any-return]

    def _find_responded(self, relation: str, wave: str) -> pd.Series[Any]:
        order = pd.Index(self.actors["actor"], name="actor")
        rows = self.observations.loc[self.observations["wave"] == wave].drop_duplicates("actor")
        out = rows.set_index("actor")["responded"].reindex(order)
        mine = (self.responses["wave"] == wave) & (self.responses["relation"] == relation)
        special = self.responses.loc[mine].set_index("actor")["responded"].reindex(order)
        return special.fillna(out)

    # ---- views ---------------------------------------------------------------------------

    def adjacency(self, relation: str | Sequence[str] | None = None, wave: str | int | None = None, *,
                  who: str = "members", projection: str = "newman") -> Adjacency:
        """One relation in one wave as a sparse matrix.

        Parameters
        ----------
        relation
            A declared relation; several (their union, weights added); ``"alliances"`` for the
            projection of the alliances; None if the study has only one.
        wave
            The wave; None if there is only one. For ``"alliances"`` None means all time.
        who
            ``"members"`` (default) or ``"all"``, external actors included.
        projection
            Rule for alliances: ``"newman"`` (default), ``"count"`` or ``"binary"``.

        Raises
        ------
        UsageError
            If the relation or wave is unknown, or left out where there are several.
        """
        names = self._relations(relation)
        if names == (ALLIANCES,):
            when = None if wave is None else self.wave(wave)
            key: tuple[Any, ...] = (names, when, who, projection)
            if key not in self._cache:
                self._cache[key] = views.project(self.incidence(when, who=who), projection)
        else:
            when = self.wave(wave)
            key = (names, when, who)
            if key not in self._cache:
                self._cache[key] = views.build(self, names, when, who)
        return self._cache[key]  # type: ignore[no-any-return]

    def incidence(self, wave: str | int | None = None, *, who: str = "members") -> Incidence:
        """Actors × alliances; of one wave, or of all time (None)."""
        when = None if wave is None else self.wave(wave)
        key = ("incidence", when, who)
        if key not in self._cache:
            self._cache[key] = views.incidence(self, when, who)
        return self._cache[key]  # type: ignore[no-any-return]

    def wave(self, wave: str | int | None) -> str:
        """The name of a wave; the only one if None."""
        order = self.wave_order
        if wave is None:
            if len(order) == 1:
                return order[0]
            raise UsageError(f"The study has {len(order)} waves ({', '.join(order)}); say which: wave=…")
        if str(wave) not in order:
            raise UnknownName("wave", wave, order)
        return str(wave)

    def _relations(self, relation: str | Sequence[str] | None) -> tuple[str, ...]:
        known = self.relation_names + ((ALLIANCES,) if len(self.alliances) else ())
        if relation is None:
            if len(known) == 1:
                return known
            raise UsageError(f"The study has {len(known)} relations ({', '.join(known)}); say which: relation=…")
        names = (relation,) if isinstance(relation, str) else tuple(relation)
        for name in names:
            if name not in known:
                raise UnknownName("relation", name, known)
        if ALLIANCES in names and len(names) > 1:
            raise UsageError("Alliances are projected, not reported: they cannot be pooled with other relations.")
        return names

    def covariate(self, column: str, wave: str | int | None = None) -> pd.Series[Any]:
        """A column of ``actors``, or of ``observations`` in one wave, indexed by actor in study order."""
        order = pd.Index(self.actors["actor"], name="actor")
        if column in self.actors.columns:
            return pd.Series(self.actors[column].array, index=order, name=column)
        if column in self.observations.columns:
            rows = self.observations.loc[self.observations["wave"] == self.wave(wave)]
            return rows.set_index("actor")[column].reindex(order)
        known = [*self.actors.columns, *self.observations.columns]
        raise UnknownName("column of actors or observations", column, known)

    def dyadic(self, column: str) -> npt.NDArray[np.float64]:
        """A column of ``dyads`` as an n × n array in study order; NaN where a pair has no row."""
        if column not in self.dyads.columns:
            raise UnknownName("column of dyads", column, self.dyads.columns)
        order = pd.Index(self.actors["actor"])
        out = np.full((len(order), len(order)), np.nan)
        rows = order.get_indexer(pd.Index(self.dyads["sender"]))
        columns = order.get_indexer(pd.Index(self.dyads["receiver"]))
        out[rows, columns] = self.dyads[column].to_numpy(dtype=np.float64, na_value=np.nan)
        return out

    # ---- a part of it --------------------------------------------------------------------

    def select(self, *, waves: Iterable[str | int] | None = None, relations: Iterable[str] | None = None,
               actors: Iterable[str] | None = None, kinds: Iterable[str] | None = None,
               alliances: Iterable[str] | None = None) -> Study:
        """A new study with only these waves, relations, actors, kinds of actor and alliances.

        Whatever is left out of the call is kept whole. Rows that name something that was not
        selected go with it.

        Raises
        ------
        UnknownName
            If something selected does not exist.
        """
        out = self.tables()
        if waves is not None:
            out = _keep(out, "waves", "wave", [self.wave(item) for item in waves])
        if relations is not None:
            out = _keep(out, "relations", "relation", _known("relation", relations, self.relations["relation"]))
        if alliances is not None:
            chosen = _known("alliance", alliances, self.alliances["alliance"])
            out["alliances"] = _rows(out["alliances"], out["alliances"]["alliance"].isin(chosen))
        if kinds is not None:
            of_kind = self.actors["kind"].isin(_known("kind of actor", kinds, self.actors["kind"]))
            out = _keep(out, "actors", "actor", self.actors.loc[of_kind, "actor"].tolist())
        if actors is not None:
            out = _keep(out, "actors", "actor", _known("actor", actors, self.actors["actor"]))
        return Study(**out)


def _known(kind: str, asked: Iterable[str], there: pd.Series[Any]) -> list[str]:
    known, names = set(there), list(asked)
    for name in names:
        if name not in known:
            raise UnknownName(kind, name, there.drop_duplicates())
    return names


def _rows(frame: pd.DataFrame, mask: pd.Series[Any]) -> pd.DataFrame:
    return frame.loc[mask.to_numpy(dtype=bool)].reset_index(drop=True)


def _keep(tables: dict[str, pd.DataFrame], target: str, column: str, chosen: Sequence[str]) -> dict[str, pd.DataFrame]:
    """Filter a table and every table that refers to it."""
    out = dict(tables)
    out[target] = _rows(out[target], out[target][column].isin(chosen))
    for name, table in schema.tables().items():
        for item in table.columns.values():
            if item.refers_to == (target, column):
                out[name] = _rows(out[name], out[name][item.name].isin(chosen))
    return out


def coerce_tables(tables: Mapping[str, pd.DataFrame], sources: Mapping[str, Source] | None,
                  findings: Findings) -> dict[str, pd.DataFrame]:
    """Give every table its declared columns and types; tables left out become empty.

    Raises
    ------
    UnknownName
        If a table name is not declared.
    """
    for name in tables:
        if name not in schema.tables():
            raise UnknownName("table", name, schema.tables())
    places = dict(sources or {})
    return {
        name: schema.coerce(name, tables[name], places.get(name, Source(file=name)), findings)
        if name in tables else schema.empty(name)
        for name in schema.tables()
    }

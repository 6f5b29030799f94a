"""The data of a tie-formation model as arrays: networks over waves, covariates, behaviour, who was there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from interfirm.dynamics.specification import Specification
from interfirm.errors import UnknownName, UsageError

if TYPE_CHECKING:
    from interfirm.study.study import Study

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

STRUCTURAL_ZERO, STRUCTURAL_ONE = 10, 11


@dataclass(frozen=True, eq=False)
class Network:
    """One relation over W waves.

    Attributes
    ----------
    ties
        W × n × m: 1 tie, 0 none, NaN unknown, 10 impossible, 11 prescribed.
    directed
        Whether i → j differs from j → i.
    two_mode
        Whether receivers are not actors (columns are, for example, alliances).
    weighted
        Whether weights other than 0 and 1 were seen (and count as ties).
    """

    ties: Floats
    directed: bool = True
    two_mode: bool = False
    weighted: bool = False


@dataclass(frozen=True, eq=False)
class Panel:
    """What a tie-formation model sees of a study.

    Attributes
    ----------
    actors, waves
        Their names.
    networks
        The dependent relations.
    present
        W × n booleans.
    covariates
        Name to 1 × n (constant) or W × n (changing) numbers; NaN missing.
    texts
        Covariates that are words: only whether they are the same counts.
    dyads
        Name to 1 × n × n or W × n × n; NaN missing, diagonal unused.
    behaviours
        Name to W × n; NaN missing.
    receivers
        Covariates of the columns of a two-mode network: name to 1 × m or W × m.
    spells
        Periods × n × 2: from when until when an actor takes part, as shares of the period; None where all who are in
        both waves take part all the time, and the others not at all.
    """

    actors: tuple[str, ...]
    waves: tuple[str, ...]
    networks: Mapping[str, Network]
    present: Bools
    covariates: Mapping[str, Floats] = field(default_factory=dict)
    texts: frozenset[str] = frozenset()
    dyads: Mapping[str, Floats] = field(default_factory=dict)
    behaviours: Mapping[str, Floats] = field(default_factory=dict)
    receivers: Mapping[str, Floats] = field(default_factory=dict)
    spells: Floats | None = None

    @property
    def size(self) -> int:
        """Number of actors n."""
        return len(self.actors)

    @property
    def periods(self) -> int:
        """Number of periods between waves."""
        return len(self.waves) - 1


def panel(networks: Mapping[str, npt.ArrayLike], *, covariates: Mapping[str, npt.ArrayLike] | None = None,
          dyads: Mapping[str, npt.ArrayLike] | None = None, behaviours: Mapping[str, npt.ArrayLike] | None = None,
          present: npt.ArrayLike | None = None, undirected: Sequence[str] = (), two_mode: Sequence[str] = (),
          receivers: Mapping[str, npt.ArrayLike] | None = None,
          spells: Mapping[int, Sequence[tuple[float, float]]] | None = None) -> Panel:
    """A panel from arrays, for those who have no study.

    Parameters
    ----------
    networks
        Name to W × n × n (two-mode: W × n × m); NaN unknown, 10 and 11 fixed at 0 and 1.
    covariates, behaviours
        Name to n (constant) or W × n numbers.
    dyads
        Name to n × n or W × n × n numbers; n × m for a two-mode network.
    present
        W × n booleans; everybody if left out.
    undirected, two_mode
        Names of such networks.
    receivers
        Covariates of the columns of a two-mode network: name to m or W × m numbers.
    spells
        Actors (counted from 0) who enter or leave between waves, with their stretches of time; the first wave is 1,
        the second 2. ``{7: [(1, 2.4)]}``: actor 7 leaves after 40 % of the second period. Then ``present`` is not
        needed.

    Examples
    --------
    >>> import numpy as np
    >>> panel({"advice": np.zeros((2, 4, 4))}).size
    4
    """
    nets = {name: Network(np.asarray(x, float), name not in undirected, name in two_mode)
            for name, x in networks.items()}
    if not nets:
        raise UsageError("A panel needs at least one network.")
    waves, n = next(iter(nets.values())).ties.shape[:2]
    for name, net in nets.items():
        if net.ties.shape[:2] != (waves, n) or (not net.two_mode and net.ties.shape[2] != n):
            raise UsageError(f"Network '{name}' has the shape {net.ties.shape}, expected {waves} × {n} × {n}.")
    values = {name: np.atleast_2d(np.asarray(v, float)) for name, v in (covariates or {}).items()}
    levels = {name: np.atleast_2d(np.asarray(v, float)) for name, v in (behaviours or {}).items()}
    for name, value in {**values, **levels}.items():
        if value.shape[1] != n or value.shape[0] not in (1, waves):
            raise UsageError(f"'{name}' has the shape {value.shape}, expected {n} or {waves} × {n}.")
    pairs, shapes = {}, {net.ties.shape[1:] for net in nets.values()} | {(n, n)}
    for name, w in (dyads or {}).items():
        array = np.asarray(w, float)
        pairs[name] = array[None] if array.ndim == 2 else array
        if pairs[name].shape[1:] not in shapes or pairs[name].shape[0] not in (1, waves):
            raise UsageError(f"'{name}' has the shape {array.shape}, expected {n} × {n} or {waves} × {n} × {n}.")
    there = np.ones((waves, n), bool) if present is None else np.asarray(present, bool)
    parts = None
    if spells:
        there, parts = shares(there, {int(i): s for i, s in spells.items()})
    columns = {name: np.atleast_2d(np.asarray(v, float)) for name, v in (receivers or {}).items()}
    return Panel(tuple(str(i + 1) for i in range(n)), tuple(str(w + 1) for w in range(waves)), nets, there, values,
                 frozenset(), pairs, levels, columns, parts)


def shares(present: Bools, spells: Mapping[int, Sequence[tuple[float, float]]]) -> tuple[Bools, Floats]:
    """Who is there at each wave, and from when until when in each period, if some enter or leave between waves.

    Raises
    ------
    UsageError
        If an actor is not there, or comes twice within one period.
    """
    waves, n = present.shape
    there, out = present.copy(), np.zeros((waves - 1, n, 2))
    out[:, :, 1] = present[:-1] & present[1:]
    for i, stretches in spells.items():
        if not 0 <= i < n:
            raise UsageError(f"spells: there is no actor {i}; actors are counted from 0 to {n - 1}.")
        there[:, i], out[:, i] = False, 0.0
        for start, end in stretches:
            if not end > start:
                raise UsageError(f"spells of actor {i}: {start:g} to {end:g} is no stretch of time.")
            there[:, i] |= (np.arange(1, waves + 1) >= start) & (np.arange(1, waves + 1) <= end)
            for p in range(waves - 1):
                part = np.clip([start - p - 1, end - p - 1], 0.0, 1.0)
                if part[1] > part[0]:
                    if out[p, i, 1] > 0:
                        raise UsageError(f"spells of actor {i}: it comes twice in period {p + 1}; one is possible.")
                    out[p, i] = part
    return there, out


def from_study(study: Study, spec: Specification, waves: Sequence[str] | None = None,
               spells: Mapping[str, Sequence[tuple[float, float]]] | None = None) -> Panel:
    """Take from a study what a specification needs.

    Actors are the members present in at least one of the waves. Ties of non-respondents are unknown. A positive
    weight is a tie. ``spells`` names actors who entered or left between waves, as in :func:`panel`.

    Raises
    ------
    UnknownName, UsageError
        If a relation, wave or column does not exist.
    """
    order = tuple(study.wave(w) for w in waves) if waves else study.wave_order
    there = np.zeros((len(order), len(study.actors)), bool)
    for w, wave in enumerate(order):
        there[w, study.present(wave)] = True
    keep = np.flatnonzero(there.any(axis=0))
    nets = {name: _network(study, name, order, keep) for name in spec.networks}
    columns, pairs, of_columns = _wanted(spec)
    covariates, texts = {}, set()
    for name in sorted(columns):
        covariates[name], text = _covariate(study, name, order, keep)
        texts |= {name} if text else set()
    behaviours = {name: _levels(study, name, order, keep) for name in spec.behaviour}
    dyads = {name: _dyad(study, name, order, keep) for name in sorted(pairs)}
    names = tuple(str(a) for a in study.actors["actor"].to_numpy()[keep])
    present, parts = there[:, keep], None
    if spells:
        for actor in spells:
            if actor not in names:
                raise UnknownName("actor", actor, names)
        present, parts = shares(present, {names.index(actor): s for actor, s in spells.items()})
    receivers = {name: _of_alliances(study, name, order) for name in sorted(of_columns)}
    return Panel(names, order, nets, present, covariates, frozenset(texts), dyads, behaviours, receivers, parts)


def _wanted(spec: Specification) -> tuple[set[str], set[str], set[str]]:
    """Names of the covariates of actors, of pairs, and of alliances in a specification."""
    actors: set[str] = set()
    pairs: set[str] = set()
    columns: set[str] = set()
    for term in spec.terms():
        for factor in term.factors:
            if factor.covariate is None or factor.covariate in spec.behaviour:
                continue
            if term.variable == "alliances" and factor.effect.dyad in ("alter", "alter2"):
                columns.add(factor.covariate)
            else:
                (pairs if factor.effect.needs == "dyad" else actors).add(factor.covariate)
    return actors, pairs, columns


def _of_alliances(study: Study, name: str, order: Sequence[str]) -> Floats:
    """A numeric column of the memberships, summed over the members of each alliance; NaN where nothing is given."""
    import pandas as pd

    table = study.alliances
    numbers = [c for c in table.columns if pd.api.types.is_numeric_dtype(table[c].dtype)]
    if name not in numbers:
        raise UnknownName("numeric column of alliances", name, numbers)
    sums = table.groupby("alliance")[name].sum(min_count=1)
    views = [study.incidence(wave) for wave in order]
    names = sorted({str(a) for view in views for a in view.alliances})
    return sums.rename(index=str).reindex(names).to_numpy(dtype=float, na_value=np.nan)[None]


def _network(study: Study, name: str, order: Sequence[str], keep: npt.NDArray[np.int64]) -> Network:
    if name == "alliances":
        return _memberships(study, order, keep)
    size = len(study.actors)
    ties = np.full((len(order), size, size), np.nan)
    directed, weighted = True, False
    for w, wave in enumerate(order):
        view = study.adjacency(name, wave)
        dense = (view.matrix > 0).toarray().astype(float)
        dense[~view.observed()] = np.nan
        ties[w][np.ix_(view.index, view.index)] = dense
        directed = view.directed
        weighted |= bool(len(view.matrix.data) and (view.matrix.data != 1).any())
    ties = ties[:, keep][:, :, keep]
    diagonal = np.arange(len(keep))
    ties[:, diagonal, diagonal] = 0
    return Network(ties, directed, False, weighted)


def _memberships(study: Study, order: Sequence[str], keep: npt.NDArray[np.int64]) -> Network:
    views = [study.incidence(wave) for wave in order]
    names = sorted({str(a) for view in views for a in view.alliances})
    ties = np.zeros((len(order), len(study.actors), len(names)))
    for w, view in enumerate(views):
        columns = np.array([names.index(str(a)) for a in view.alliances], np.int64)
        ties[w][np.ix_(view.index, columns)] = view.matrix.toarray()
    ties = ties[:, keep]
    for w in range(len(order) - 1):  # an alliance without members at both ends of a period cannot be joined in it
        ties[w][:, ~ties[w:w + 2].any(axis=(0, 1))] = STRUCTURAL_ZERO
    return Network(ties, True, True)


def _covariate(study: Study, name: str, order: Sequence[str], keep: npt.NDArray[np.int64]) -> tuple[Floats, bool]:
    import pandas as pd

    column, _, at = name.partition("@")
    if column.startswith("log_") and column not in (*study.actors.columns, *study.observations.columns):
        return _logarithm(name, *_covariate(study, name.removeprefix("log_"), order, keep)), False
    if at or column in study.actors.columns:
        series = [study.covariate(column, at or None if column not in study.actors.columns else None)]
    else:
        series = [study.covariate(column, wave) for wave in order]
    if all(pd.api.types.is_numeric_dtype(s.dtype) for s in series):
        values = np.array([s.to_numpy(dtype=float, na_value=np.nan) for s in series])
        return values[:, keep], False
    words = pd.factorize(pd.concat(series))[0].reshape(len(series), -1).astype(float)
    words[words < 0] = np.nan
    return words[:, keep], True


def _logarithm(name: str, values: Floats, text: bool) -> Floats:
    if text or np.nanmin(values) <= 0:
        raise UsageError(f"'{name}': a logarithm needs numbers above 0. Use the column itself, or add 1 to it first.")
    return np.asarray(np.log(values))


def _levels(study: Study, name: str, order: Sequence[str], keep: npt.NDArray[np.int64]) -> Floats:
    if name not in study.observations.columns:
        raise UnknownName("column of observations", name, study.observations.columns)
    return np.array([study.covariate(name, w).to_numpy(dtype=float, na_value=np.nan)[keep] for w in order])


def _dyad(study: Study, name: str, order: Sequence[str], keep: npt.NDArray[np.int64]) -> Floats:
    if name in study.relation_names:
        net = _network(study, name, order, keep)
        return net.ties
    return study.dyadic(name)[None][:, keep][:, :, keep]

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
    """

    actors: tuple[str, ...]
    waves: tuple[str, ...]
    networks: Mapping[str, Network]
    present: Bools
    covariates: Mapping[str, Floats] = field(default_factory=dict)
    texts: frozenset[str] = frozenset()
    dyads: Mapping[str, Floats] = field(default_factory=dict)
    behaviours: Mapping[str, Floats] = field(default_factory=dict)

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
          present: npt.ArrayLike | None = None, undirected: Sequence[str] = (),
          two_mode: Sequence[str] = ()) -> Panel:
    """A panel from arrays, for those who have no study.

    Parameters
    ----------
    networks
        Name to W × n × n (two-mode: W × n × m); NaN unknown, 10 and 11 fixed at 0 and 1.
    covariates, behaviours
        Name to n (constant) or W × n numbers.
    dyads
        Name to n × n or W × n × n numbers.
    present
        W × n booleans; everybody if left out.
    undirected, two_mode
        Names of such networks.

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
    pairs = {}
    for name, w in (dyads or {}).items():
        array = np.asarray(w, float)
        pairs[name] = array[None] if array.ndim == 2 else array
    there = np.ones((waves, n), bool) if present is None else np.asarray(present, bool)
    return Panel(tuple(str(i + 1) for i in range(n)), tuple(str(w + 1) for w in range(waves)), nets, there, values,
                 frozenset(), pairs, levels)


def from_study(study: Study, spec: Specification, waves: Sequence[str] | None = None) -> Panel:
    """Take from a study what a specification needs.

    Actors are the members present in at least one of the waves. Ties of non-respondents are unknown. A positive
    weight is a tie.

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
    columns, pairs = _wanted(spec)
    covariates, texts = {}, set()
    for name in sorted(columns):
        covariates[name], text = _covariate(study, name, order, keep)
        texts |= {name} if text else set()
    behaviours = {name: _levels(study, name, order, keep) for name in spec.behaviour}
    dyads = {name: _dyad(study, name, order, keep) for name in sorted(pairs)}
    names = tuple(str(a) for a in study.actors["actor"].to_numpy()[keep])
    return Panel(names, order, nets, there[:, keep], covariates, frozenset(texts), dyads, behaviours)


def _wanted(spec: Specification) -> tuple[set[str], set[str]]:
    """Names of the actor covariates and of the dyadic covariates in a specification."""
    actors: set[str] = set()
    pairs: set[str] = set()
    for term in spec.terms():
        for factor in term.factors:
            if factor.covariate is None or factor.covariate in spec.behaviour:
                continue
            (pairs if factor.effect.needs == "dyad" else actors).add(factor.covariate)
    return actors, pairs


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
    return Network(ties[:, keep], True, True)


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

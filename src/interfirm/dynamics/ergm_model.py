"""One wave and the statistics of an exponential random graph model, as arrays for the kernels."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from interfirm.dynamics.covariates import Covariates
from interfirm.dynamics.data import STRUCTURAL_ONE, STRUCTURAL_ZERO, Network, Panel, from_study
from interfirm.dynamics.effects import TABLES, find
from interfirm.dynamics.ergm_terms import Statistic, statistics, wanted
from interfirm.dynamics.specification import Specification
from interfirm.errors import UnknownName, UsageError
from interfirm.kernels import ergm
from interfirm.kernels import ergm_codes as k

if TYPE_CHECKING:
    from interfirm.study.study import Study

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]

_COUNTED = {k.TP: k.TP, k.RP: k.TP, k.OS: k.OS, k.IS: k.IS, k.RR: k.RR}


@dataclass(frozen=True, eq=False)
class Model:
    """What the kernels see. n actors, K statistics.

    Attributes
    ----------
    items, directed
        The statistics, and whether ties have a direction.
    fx, tabs, dy, settings
        See :mod:`interfirm.kernels.ergm_codes`.
    ties
        n × n: 1 tie, 0 none or unknown.
    free, missing
        Pairs that a network may differ in, and those of them that are unknown, as i n + j.
    empty
        K: statistics of the empty network.
    fixed
        K: parameters that are held, and ``start`` their values (0 elsewhere).
    panel, spec
        The data (one wave) and the specification.
    """

    items: tuple[Statistic, ...]
    directed: bool
    fx: Ints
    tabs: Floats
    dy: Floats
    settings: Ints
    ties: Bytes
    free: Ints
    missing: Ints
    empty: Floats
    fixed: npt.NDArray[np.bool_]
    start: Floats
    panel: Panel
    spec: Specification

    @property
    def names(self) -> list[str]:
        """The statistics as they were written."""
        return [item.text for item in self.items]

    @property
    def known(self) -> Ints:
        """Free pairs that are known."""
        return np.setdiff1d(self.free, self.missing)

    @property
    def independent(self) -> bool:
        """Whether every pair of actors can be looked at by itself."""
        return bool(np.isin(self.fx[:, k.CODE], (k.TIE, k.MUTUAL)).all())

    def base(self, theta: Floats) -> Floats:
        """n × n: what single ties add to the utility, by their own statistics."""
        n = len(self.ties)
        out = np.zeros((n, n))
        for value, row in zip(theta, self.fx, strict=True):
            if row[k.CODE] == k.TIE:
                out += value * self.dy[row[k.DYAD]] if row[k.DYAD] >= 0 else value
        return out

    def look(self, ties: Bytes, pairs: Ints | None = None) -> tuple[Floats, Floats]:
        """Statistics of a network, and the change statistics of pairs (none if left out)."""
        pairs = np.zeros(0, np.int64) if pairs is None else pairs
        stats, out = self.empty.copy(), np.zeros((len(pairs), len(self.fx)))
        ergm.look(self.fx, self.tabs, self.dy, ties, pairs, self.settings, stats, out)
        return stats, out


def one_wave(data: Study | Panel, spec: Specification, wave: str | int | None) -> tuple[Panel, list[Statistic]]:
    """The data of one wave and the statistics asked for.

    Raises
    ------
    UnknownName, UsageError
        If something does not exist, or is not for a single wave.
    """
    panel = data if isinstance(data, Panel) else None
    if panel is None:
        assert not isinstance(data, Panel)
        name = data.wave(data.wave_order[-1] if wave is None and data.wave_order else wave)
        if spec.relation == "alliances":
            raise UsageError("Memberships of alliances are not modelled from a single wave. Take a relation among "
                             "firms, or use two waves.")
        directed = data.adjacency(spec.relation, name).directed
        items = statistics(spec, directed=directed)
        return from_study(data, wanted(spec, items), [name]), items
    if spec.relation not in panel.networks:
        raise UnknownName("relation", spec.relation, panel.networks)
    net = panel.networks[spec.relation]
    if net.two_mode:
        raise UsageError(f"'{spec.relation}' has two modes. A single wave is modelled for relations among actors only.")
    return _cut(panel, spec.relation, wave), statistics(spec, directed=net.directed)


def _cut(panel: Panel, relation: str, wave: str | int | None) -> Panel:
    """One wave of a panel, with those who were there."""
    name = panel.waves[-1] if wave is None else str(wave)
    if name not in panel.waves:
        raise UnknownName("wave", name, panel.waves)
    w = panel.waves.index(name)
    keep = np.flatnonzero(panel.present[w])

    def row(values: Floats) -> Floats:
        return np.asarray(values[min(w, len(values) - 1)][None])

    square = np.ix_(np.zeros(1, np.int64), keep, keep)
    nets = {relation: replace(panel.networks[relation], ties=row(panel.networks[relation].ties)[square])}
    pairs = {key: row(value)[square] for key, value in panel.dyads.items()
             if value.shape[1:] == (panel.size, panel.size)}
    for key, other in panel.networks.items():
        if key != relation and not other.two_mode:
            pairs.setdefault(key, row(other.ties)[square] % 10)
    return Panel(tuple(panel.actors[i] for i in keep), (name,), nets, np.ones((1, len(keep)), bool),
                 {key: row(value)[:, keep] for key, value in panel.covariates.items()}, panel.texts, pairs)


def model(panel: Panel, spec: Specification, items: list[Statistic]) -> Model:
    """Code a model.

    Raises
    ------
    UnknownName, UsageError
        If a covariate does not exist or cannot be used.
    """
    net, n = panel.networks[spec.relation], panel.size
    doubled = replace(panel, waves=(panel.waves[0],) * 2)  # the conventions of covariates are those of a period
    covariates, tables, rows = Covariates(doubled, n, doubled), [np.zeros(n + 2)], []
    for item in items:
        rows.append(_row(item, covariates, tables, n, net.directed))
    fx = np.array(rows, np.int64)
    dy = _mutual_means(fx, covariates.array()[0]) if (fx[:, k.DYAD] >= 0).any() else np.zeros((1, 1, 1))
    needs = sum({1 << _COUNTED[int(row[k.KIND])] for row in fx if row[k.CODE] in (k.SHARED, k.PATHS)})
    settings = np.zeros(k.SETTINGS, np.int64)
    settings[k.SYMMETRIC], settings[k.NEEDS] = not net.directed, needs
    ties, free, missing = _pairs(net)
    settings[k.MOST] = len(free)
    fixed = np.array([item.text in spec.fix for item in items])
    start = np.array([float(spec.fix.get(item.text, 0.0)) for item in items])
    return Model(tuple(items), net.directed, fx, np.array(tables), np.ascontiguousarray(dy), settings, ties, free,
                 missing, _empty(fx, np.array(tables), n), fixed, start, panel, spec)


def _row(item: Statistic, covariates: Covariates, tables: list[Floats], n: int, directed: bool) -> list[int]:
    term, row = item.factors[0].term, [0] * k.COLUMNS
    assert term.code is not None
    degrees = term.code in (k.INDEGREE, k.OUTDEGREE)
    row[k.CODE], row[k.KIND], row[k.DYAD] = k.DEGREE if degrees and not directed else term.code, term.kind, -1
    if term.table:
        row[k.TAB] = len(tables)
        tables.append(_table(term.table, np.arange(n + 2.0), item.factors[0].parameter) * term.scale)
    factors = []
    for factor in item.factors:
        if factor.column is None:
            continue
        effect = find("X" if factor.term.needs == "network" else factor.term.name)
        covariates.check(effect, factor.column, item.text)
        factors.append(("dyad" if factor.term.needs != "actor" else "actor", factor.term.dyad, factor.column))
    if factors:
        row[k.DYAD] = covariates.index(factors, symmetric=not directed)
    return row


def _mutual_means(fx: Ints, dy: Floats) -> Floats:
    """Give weights of mutual ties, the mean of both directions, matrices of their own."""
    more = [dy]
    for row in fx:
        if row[k.CODE] == k.MUTUAL and row[k.DYAD] >= 0:
            w = dy[row[k.DYAD]]
            row[k.DYAD] = len(dy) + len(more) - 1
            more.append(((w + w.T) / 2)[None])
    return np.concatenate(more)


def _table(name: str, d: Floats, parameter: float) -> Floats:
    return np.asarray(d * (d - 1) / 2 if name == "stars" else TABLES[name](d, parameter), float)


def _empty(fx: Ints, tabs: Floats, n: int) -> Floats:
    """Statistics of the empty network."""
    out = np.zeros(len(fx))
    for e, row in enumerate(fx):
        if row[k.CODE] in (k.INDEGREE, k.OUTDEGREE, k.DEGREE):
            out[e] = n * tabs[row[k.TAB], 0]
        elif row[k.CODE] == k.ISOLATE:
            out[e] = n
    return out


def _pairs(net: Network) -> tuple[Bytes, Ints, Ints]:
    """Ties (unknown ones absent), free pairs, unknown pairs."""
    x = net.ties[0].copy()
    np.fill_diagonal(x, STRUCTURAL_ZERO)
    if not net.directed:
        x = np.where(np.isnan(x), x.T, x)
    held = (x == STRUCTURAL_ZERO) | (x == STRUCTURAL_ONE)
    unknown = np.isnan(x)
    free = ~held if net.directed else np.triu(~held, 1)
    return ((np.nan_to_num(x) % 10).astype(np.uint8), np.flatnonzero(free.ravel()),
            np.flatnonzero((free & unknown).ravel()))

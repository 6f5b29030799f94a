"""From words to arrays: a panel and a specification as the integer-coded model of the kernels."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from interfirm.dynamics.covariates import Covariates
from interfirm.dynamics.data import STRUCTURAL_ONE, STRUCTURAL_ZERO, Panel
from interfirm.dynamics.effects import TABLES
from interfirm.dynamics.specification import MODELS, Specification, Term
from interfirm.errors import UnknownName, UsageError
from interfirm.kernels import saom_codes as k

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]

_LOCAL = {k.RECIP, k.TRANS, k.COUNT, k.TRANSTIES, k.TRANSREC, k.TRANSREC2}
_EGO = {k.EGOOUT, k.EGOIN, k.ISOLATE}
_NEEDS = {k.TRANS: (k.TP, k.OS), k.TRANSTIES: (k.TP, k.OS), k.TRANSREC: (k.TP, k.OSR), k.TRANSREC2: (k.FR,),
          k.BALANCE: (k.TP, k.OS), k.BETWEEN: (k.IS,), k.DIST2: (k.TP,), k.JIN: (k.IS,), k.JOUT: (k.OS,)}
_NO_ROLE = {k.ISOLATE, k.INDIFF, k.DIST2}
# A tie changes what these add for ego's other ties too: a factor that differs between alters would not multiply
# the change statistic.
_SPREADING = {k.TRANSREC, k.TRANSREC2, k.TRANSTIES, k.BALANCE, k.BETWEEN, k.DIST2, k.EGOOUT, k.ISOLATE, k.ASSORT,
              k.DEGPLUS, k.JOUT, k.CYCLE4, k.XWX}


@dataclass(frozen=True)
class Parameter:
    """One parameter: its name, variable, kind (``rate``, ``rate effect``, ``effect``), period of a basic rate.

    Names are the terms as written; where a second variable has a term of the same name, the variable stands before it:
    ``"trade: recip"``.
    """

    name: str
    variable: str
    kind: str
    period: int | None = None
    term: Term | None = None

    @property
    def text(self) -> str:
        """The term as it was written."""
        return self.name if self.term is None else self.term.text


@dataclass(frozen=True, eq=False)
class Coded:
    """The integer-coded model; see :func:`interfirm.kernels.saom.simulate` for the arrays.

    Attributes
    ----------
    parameters
        In the order of every array over K.
    scale
        K: factor between the sum over actors and the statistic.
    targets
        P × K: observed statistics.
    fixed
        K booleans.
    start
        K: starting values.
    variables
        Names of the dependent variables.
    ends, end_levels
        Observed networks and levels at the end of the periods.
    """

    parameters: tuple[Parameter, ...]
    variables: tuple[str, ...]
    fx: Ints
    ratefx: Ints
    info: Ints
    tabs: Floats
    dy: Floats
    x0: Bytes
    z0: npt.NDArray[np.int32]
    free: Bytes
    seen: Bytes
    zseen: npt.NDArray[np.int32]
    active: Bytes
    spells: Floats
    stop: Ints
    scale: Floats
    ends: Bytes
    end_levels: npt.NDArray[np.int32]
    start: Floats
    fixed: npt.NDArray[np.bool_]

    @property
    def names(self) -> list[str]:
        """Names of the parameters."""
        return [p.name for p in self.parameters]


def code(panel: Panel, spec: Specification, *, reference: Panel | None = None) -> Coded:
    """Make the arrays of a model.

    Parameters
    ----------
    panel, spec
        Data and model.
    reference
        The panel by which covariates are centred and levels counted; ``panel`` itself if left out.

    Raises
    ------
    UsageError
        If an effect does not fit the kind of network.
    """
    return _Coder(panel, spec, reference or panel).coded()


class _Coder:
    """Collects rows while it goes through the terms."""

    def __init__(self, panel: Panel, spec: Specification, reference: Panel) -> None:
        self.panel, self.spec, self.reference = panel, spec, reference
        self.variables = (*spec.networks, *spec.behaviour)
        self.terms = spec.terms()
        self.periods = panel.periods
        widths = [panel.networks[v].ties.shape[2] for v in spec.networks]
        self.n = max(panel.size, *widths)
        self.covariates = Covariates(panel, self.n, reference)
        self.there = _there(panel)
        self.tables: list[Floats] = []
        self.rows: list[list[int]] = []
        self.rate_rows: list[list[int]] = []
        self.parameters: list[Parameter] = []
        self.scale: list[float] = []

    # ---- dependent variables --------------------------------------------------------------

    def choice(self, name: str) -> int:
        """The model of choice of a variable."""
        if name in self.spec.behaviour:
            return k.BEHAVIOUR
        if self.panel.networks[name].directed:
            if name == self.spec.relation and self.spec.model not in (None, "standard"):
                raise UsageError(f"The model '{self.spec.model}' is for undirected relations; '{name}' is directed.")
            return k.DIRECTED
        wanted = self.spec.model if name == self.spec.relation and self.spec.model else "confirmation"
        if MODELS[wanted] == k.DIRECTED:
            raise UsageError(f"'{name}' is undirected: choose one of {', '.join(list(MODELS)[1:])} as the model.")
        return MODELS[wanted]

    def letter(self, name: str) -> str:
        """D, U, T or B."""
        if name in self.spec.behaviour:
            return "B"
        net = self.panel.networks[name]
        return "T" if net.two_mode else "D" if net.directed else "U"

    def network_arrays(self) -> tuple[Bytes, Bytes, Bytes, Bytes]:
        """Start, free, seen and end of every network and period."""
        shape = (self.periods, len(self.variables), self.n, self.n)
        x0, free, seen, ends = (np.zeros(shape, np.uint8) for _ in range(4))
        for v, name in enumerate(self.spec.networks):
            net = self.panel.networks[name]
            filled, known, fixed = _imputed(net.ties)
            rows, cols = net.ties.shape[1:]
            for p in range(self.periods):
                first, some, last = (_pairs(who, cols, net.two_mode) for who in self.there[p])
                part = (p, v, slice(rows), slice(cols))
                x0[part] = filled[p] * first
                free[part] = some & ~(fixed[p] & first)
                seen[part] = last & (known[p] | ~first) & known[p + 1]
                ends[part] = np.where(fixed[p] & first, filled[p], filled[p + 1]) * last
        return x0, free, seen, ends

    def level_arrays(self) -> tuple[Any, Any, Any]:
        """Start, seen and end levels of every behaviour and period, counted from its lowest."""
        shape = (self.periods, len(self.variables), self.n)
        z0, seen, ends = (np.zeros(shape, np.int32) for _ in range(3))
        for v, name in enumerate(self.spec.behaviour, len(self.spec.networks)):
            values = self.panel.behaviours[name]
            lowest, filled = np.nanmin(self.reference.behaviours[name]), _carried(values)
            for p in range(self.periods):
                both = self.there[p][0] & self.there[p][2]
                z0[p, v, :self.panel.size] = filled[p] - lowest
                ends[p, v, :self.panel.size] = filled[p + 1] - lowest
                seen[p, v, :self.panel.size] = both & ~np.isnan(values[p]) & ~np.isnan(values[p + 1])
        return z0, seen, ends

    # ---- effects --------------------------------------------------------------------------

    def table(self, name: str, parameter: float) -> int:
        """Row of a function of a degree, or -1 for none."""
        if not name:
            return -1
        degrees = np.arange(self.n + 2, dtype=float)
        with np.errstate(divide="ignore"):
            self.tables.append(np.asarray(TABLES[name](degrees, parameter), float))
        return len(self.variables) + len(self.tables) - 1

    def row(self, term: Term, param: int) -> list[int]:
        """The coded row of a term."""
        out = [-1] * k.COLUMNS
        main, v = term.factors[0], self.variables.index(term.variable)
        effect = main.effect
        letter = self.letter(term.variable)
        for factor in term.factors:
            if letter not in factor.effect.nets:
                raise UsageError(f"'{factor.effect.name}' is not for {_KINDS[letter]} such as '{term.variable}'.")
        out[k.DEP], out[k.CODE], out[k.ROLE], out[k.PARAM], out[k.KIND] = v, effect.code, term.role, param, effect.kind
        if term.role != k.EVALUATION and (effect.code in _NO_ROLE or letter == "B" or
                                          (effect.code == k.EGOOUT and effect.table not in ("square", "power3half"))):
            raise UsageError(f"'{effect.name}' has no creation or endowment version.")
        out[k.TAB], out[k.TAB2] = self.table(effect.table, main.parameter), self.table(effect.table2, main.parameter)
        if "network" in effect.needs:
            out[k.OTHER] = self._network(term, main.network or self.spec.relation)
            self._fits(term, out, letter)
        self._factors(term, out, letter)
        out[k.GROUP] = self._group(out, letter)
        return out

    def _network(self, term: Term, name: str) -> int:
        if name not in self.spec.networks:
            raise UnknownName("dependent relation", name, self.spec.networks)
        if name == term.variable and not term.rate:
            raise UsageError(f"'{term.text}': the other network has to be another one than '{name}' itself.")
        return self.spec.networks.index(name)

    def _one_mode(self, v: int) -> bool:
        return not self.panel.networks[self.variables[v]].two_mode

    def _fits(self, term: Term, row: list[int], letter: str) -> None:
        """Refuse a second network with the wrong sets of actors."""
        code, kind, other, one = row[k.CODE], row[k.KIND], row[k.OTHER], self._one_mode(row[k.OTHER])
        if letter == "B":
            fits = one or (code == k.B_DEG and kind in (1, 4))
        elif code == k.CROSS or (code == k.WDEG and kind == 0):
            shapes = [self.panel.networks[self.variables[v]].ties.shape for v in (row[k.DEP], other)]
            fits = one == (letter != "T") and shapes[0] == shapes[1] and (one or kind == 0)
        else:
            fits = one or (code, kind) in {(k.WTWO, 2), (k.WDEG, 1), (k.WDEG, 3)}
        if not fits:
            raise UsageError(f"'{term.text}': '{self.variables[other]}' and '{term.variable}' join different sets, so "
                             f"that '{term.factors[0].effect.name}' is not defined.")

    def _factors(self, term: Term, out: list[int], letter: str) -> None:
        names = []
        for factor in term.factors:
            effect, cov = factor.effect, factor.covariate
            if cov is None:
                continue
            spreading = out[k.CODE] in _SPREADING and not (out[k.CODE] == k.BETWEEN and letter != "U")
            if factor is not term.factors[0] and effect.dyad not in ("ego", "ego2") and spreading:
                raise UsageError(f"'{term.text}': '{term.factors[0].effect.name}' depends on all ties of the actor and "
                                 "can be multiplied by egoX only.")
            if cov in self.spec.behaviour:
                if effect.dyad2 or out[k.ZTAB] >= 0 or letter == "B":
                    raise UsageError(f"'{term.text}': this effect is not available for a behaviour that changes.")
                out[k.BEH] = self.variables.index(cov)
                self.tables += self.covariates.level_table(effect.dyad, cov)
                out[k.ZTAB] = len(self.variables) + len(self.tables) - self.covariates.levels(cov)
                continue
            cols = self.panel.networks[term.variable].ties.shape[2] if letter == "T" else None
            self.covariates.check(effect, cov, term.text, cols=cols)
            if effect.dyad:
                names.append(("cells" if cols and effect.needs == "dyad" else effect.needs, effect.dyad, cov))
            if effect.dyad2:
                out[k.DYAD2] = self.covariates.index([(effect.needs, effect.dyad2, cov)], symmetric=False)
        if names:
            out[k.DYAD] = self.covariates.index(names, symmetric=False)
            if out[k.CODE] == k.INDIFF:
                raise UsageError(f"'{term.text}': this effect cannot be multiplied.")

    def _group(self, row: list[int], letter: str) -> int:
        plain = row[k.DYAD] < 0 and row[k.ZTAB] < 0
        if letter == "B":
            return k.DENSE
        if row[k.CODE] == k.CONST and row[k.ZTAB] < 0:
            return k.STATIC
        if row[k.CODE] in _EGO and plain:
            return k.EGO
        return k.LOCAL if row[k.CODE] in _LOCAL else k.DENSE

    def needs(self, rows: list[list[int]], choice: int) -> int:
        """Bits of the counts that a variable's effects use."""
        out = 1 << k.TYPES if choice >= k.CONFIRMATION else 0
        for row in rows:
            for kind in (row[k.KIND],) if row[k.CODE] == k.COUNT else _NEEDS.get(row[k.CODE], ()):
                out |= 1 << kind
            if row[k.GROUP] == k.DENSE or (row[k.CODE] == k.CONST and row[k.ZTAB] >= 0):
                out |= 1 << k.TYPES
        return out

    # ---- all of it ------------------------------------------------------------------------

    def coded(self) -> Coded:
        """Everything together."""
        x0, free, seen, ends = self.network_arrays()
        z0, zseen, end_levels = self.level_arrays()
        info = np.zeros((self.periods, len(self.variables), k.INFO), np.int64)
        for v, name in enumerate(self.variables):
            self._variable(v, name, info, _directions(name, self, x0, ends, seen, z0, end_levels, v))
        fx = np.array(self.rows, np.int64).reshape(-1, k.COLUMNS)
        active = np.zeros((self.periods, self.n), np.uint8)
        active[:, :self.panel.size] = [some for _, some, _ in self.there]
        spells = np.zeros((self.periods if self.panel.spells is not None else 0, self.n, 2))
        if self.panel.spells is not None:
            if self.spec.conditional:
                raise UsageError("Actors enter or leave between waves: estimate without conditional=True.")
            spells[:, :self.panel.size] = self.panel.spells
            within = (self.panel.spells > 0) & (self.panel.spells < 1)
            info[within.any(axis=(1, 2)), :len(self.spec.networks), k.NEEDS] |= 1 << k.TYPES
        distance = ((x0 != ends) & (seen == 1)).sum(axis=(2, 3))
        most = 4000 * self.n + 100_000
        stop = np.array([most, 0 if self.spec.conditional else -1, 0, *distance[:, 0]], np.int64)
        theta, fixed = self._start(x0, ends, seen, z0, end_levels, distance)
        ratefx = np.array(self.rate_rows, np.int64).reshape(-1, k.RATE_COLUMNS)
        return Coded(tuple(self.parameters), self.variables, fx, ratefx, info, self._tabs(), self.covariates.array(),
                     x0, z0, free, seen, zseen, active, spells, stop, np.array(self.scale), ends, end_levels, theta,
                     fixed)

    def _variable(self, v: int, name: str, info: Ints, direction: Ints) -> None:
        choice, letter = self.choice(name), self.letter(name)
        if self.spec.conditional and v == 0:
            info[:, v, k.RATE] = -1
        else:
            for p in range(self.periods):
                info[p, v, k.RATE] = len(self.parameters)
                self._add(Parameter(f"rate {name} period {p + 1}", name, "rate", p), 1.0)
        first = len(self.rows)
        for term in self.terms:
            if term.variable != name:
                continue
            effect, param = term.factors[0].effect, len(self.parameters)
            if term.rate:
                self._rate(v, term, param, choice)
                continue
            constant = len(term.factors) == 1 and effect.name in ("density", "linear")
            if constant and term.role == k.EVALUATION and direction[0] != k.BOTH and (direction == direction[0]).all():
                continue
            self.rows.append(self.row(term, param))
            self._add(Parameter(term.text, name, "effect", None, term),
                      effect.undirected_scale if letter == "U" else effect.scale)
        net = self.panel.networks.get(name)
        info[:, v, k.CHOICE], info[:, v, k.ROWS] = choice, self.panel.size
        info[:, v, k.COLS] = net.ties.shape[2] if net else self.panel.size
        info[:, v, k.SQUARE] = net is not None and not net.two_mode
        info[:, v, k.NEEDS] = self.needs(self.rows[first:], choice)
        info[:, v, k.FIRST], info[:, v, k.LAST] = first, len(self.rows)
        info[:, v, k.DIRECTION] = direction

    def _rate(self, v: int, term: Term, param: int, choice: int) -> None:
        effect = term.factors[0].effect
        code = effect.code
        if choice in (k.PAIR_DISJUNCTIVE, k.PAIR_CONJUNCTIVE, k.PAIR_COMPENSATORY):
            raise UsageError("Models in which pairs meet have constant rates only. Remove the effects on the rate.")
        main, other = term.factors[0], v
        if effect.code == k.R_COV:
            cov = str(main.covariate)
            if cov in self.spec.behaviour:
                other, code = self.variables.index(cov), k.R_LEVEL
                low, _, mean = self.covariates.constants(cov)[:3]
                self.tables.append(low + np.arange(self.covariates.levels(cov)) - mean)
                which = len(self.variables) + len(self.tables) - 1
            else:
                self.covariates.check(effect, cov, term.text)
                which = self.covariates.index([(effect.needs, "ego", cov)], symmetric=False)
        else:
            if choice == k.BEHAVIOUR or main.network is not None:
                other = self._network(term, main.network or self.spec.relation)
            which = self.table(effect.table, main.parameter)
            if not self._one_mode(other) and effect.code != k.R_OUT:
                raise UsageError(f"'{term.text}' is for relations among actors; memberships are not received.")
        self.rate_rows.append([v, code, param, which, other])
        self._add(Parameter(term.text, term.variable, "rate effect", None, term), 1.0)

    def _add(self, parameter: Parameter, scale: float) -> None:
        if any(other.name == parameter.name for other in self.parameters):
            parameter = replace(parameter, name=f"{parameter.variable}: {parameter.name}")
        self.parameters.append(parameter)
        self.scale.append(scale)

    def _tabs(self) -> Floats:
        width = max([self.n + 2, k.CONSTANTS, *(len(t) for t in self.tables)])
        out = np.zeros((len(self.variables) + len(self.tables), width))
        for v, name in enumerate(self.variables):
            if name in self.spec.behaviour:
                out[v, k.LOWEST:k.SIMILARITY + 1] = self.covariates.constants(name)
            else:
                net = self.reference.networks[name]
                size = self.panel.size
                out[v, k.BALANCE_MEAN] = 0.0 if net.two_mode else _balance_mean(_imputed(net.ties)[0][:-1])
                out[v, k.OFFSET] = np.log(size) if self.spec.offset is None else self.spec.offset
        for t, table in enumerate(self.tables):
            out[len(self.variables) + t, :len(table)] = table
        return out

    def _start(self, x0: Bytes, ends: Bytes, seen: Bytes, z0: Any, end_levels: Any,
               distance: Ints) -> tuple[Floats, npt.NDArray[np.bool_]]:
        theta = np.zeros(len(self.parameters))
        fixed = np.zeros(len(self.parameters), bool)
        for q, item in enumerate(self.parameters):
            v = self.variables.index(item.variable)
            if item.kind == "rate" and item.period is not None:
                theta[q] = _first_rate(self.choice(item.variable), self.panel.size, item.period, v, distance, z0,
                                       end_levels)
            elif item.text == "density":
                theta[q] = _first_density(x0[:, v], ends[:, v], seen[:, v])
            if item.term is not None and item.text in self.spec.fix:
                theta[q], fixed[q] = self.spec.fix[item.text], True
        return theta, fixed


def _there(panel: Panel) -> list[tuple[Any, Any, Any]]:
    """Per period who is there at its start, at some time, and at its end."""
    if panel.spells is None:
        both = panel.present[:-1] & panel.present[1:]
        return [(row, row, row) for row in both]
    return [((part[:, 0] == 0) & (part[:, 1] > 0), part[:, 1] > part[:, 0], part[:, 1] == 1) for part in panel.spells]


def _pairs(who: npt.NDArray[np.bool_], cols: int, two_mode: bool) -> npt.NDArray[np.bool_]:
    """Which ties are possible between those who are there."""
    out = np.repeat(who[:, None], cols, axis=1)
    if not two_mode:
        out &= who
        np.fill_diagonal(out, False)
    return out


_KINDS = {"D": "directed relations", "U": "undirected relations", "T": "two-mode relations", "B": "a behaviour"}


def _imputed(ties: Floats) -> tuple[Bytes, npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Ties with unknown ones carried forward (else 0); which are known; which are structurally fixed."""
    fixed = (ties == STRUCTURAL_ZERO) | (ties == STRUCTURAL_ONE)
    known = ~np.isnan(ties)
    plain = np.where(ties == STRUCTURAL_ZERO, 0.0, np.where(ties == STRUCTURAL_ONE, 1.0, ties))
    for w in range(1, len(plain)):
        plain[w] = np.where(np.isnan(plain[w]), plain[w - 1], plain[w])
    return np.nan_to_num(plain).astype(np.uint8), known, fixed


def _carried(values: Floats) -> Floats:
    """Levels with missing ones carried forward, else backward, else the most common level."""
    out = values.copy()
    for w in range(1, len(out)):
        out[w] = np.where(np.isnan(out[w]), out[w - 1], out[w])
    for w in range(len(out) - 2, -1, -1):
        out[w] = np.where(np.isnan(out[w]), out[w + 1], out[w])
    seen, counts = np.unique(values[~np.isnan(values)], return_counts=True)
    return np.where(np.isnan(out), seen[counts.argmax()], out)


def _directions(name: str, coder: _Coder, x0: Bytes, ends: Bytes, seen: Bytes, z0: Any, end_levels: Any,
                v: int) -> Ints:
    """Per period whether there were changes both ways, only up or only down.

    Ties of those who enter can only come; they alone do not make a period one-way.
    """
    out = np.zeros(coder.periods, np.int64)
    for p in range(coder.periods):
        if name in coder.spec.behaviour:
            step = stayed = end_levels[p, v].astype(int) - z0[p, v]
        else:
            step = (ends[p, v].astype(int) - x0[p, v]) * seen[p, v]
            net, there = coder.panel.networks[name], coder.there[p][0]
            stayed = step[:there.size, :net.ties.shape[2]] * _pairs(there, net.ties.shape[2], net.two_mode)
        if (step > 0).any() != (step < 0).any() and stayed.any():
            out[p] = k.UP_ONLY if (step > 0).any() else k.DOWN_ONLY
    return out


def _balance_mean(x: Bytes) -> float:
    """Mean over waves and pairs of the number of third actors on whose choice two differ, per third actor."""
    n = x.shape[1]
    total = 0.0
    for wave in x.astype(float):
        out = wave.sum(axis=1)
        differ = out[:, None] + out[None, :] - 2 * wave @ wave.T - wave - wave.T
        np.fill_diagonal(differ, 0)
        total += differ.sum()
    return float(total / (len(x) * n * (n - 1) * max(n - 2, 1)))


def _first_rate(choice: int, n: int, p: int, v: int, distance: Ints, z0: Any, end_levels: Any) -> float:
    if choice == k.BEHAVIOUR:
        moved = np.abs(end_levels[p, v].astype(int) - z0[p, v]).sum()
        return float(np.clip(1.2 * moved / n, 0.1, 100))
    if choice in (k.PAIR_DISJUNCTIVE, k.PAIR_CONJUNCTIVE, k.PAIR_COMPENSATORY):
        return float(np.sqrt(max(4.0 * distance[p, v], 1.0) / (n * (n - 1))))
    return float(np.clip(n * (0.2 + 2 * distance[p, v]) / (n * (n - 1) + 1), 0.1, 100))


def _first_density(x0: Bytes, ends: Bytes, seen: Bytes) -> float:
    """Half the log odds of creating against ending a tie."""
    ok = seen == 1
    none, tie = ok & (x0 == 0), ok & (x0 == 1)
    made = (ends[none].sum() + 0.5) / (none.sum() + 1.0)
    lost = (tie.sum() - ends[tie].sum() + 0.5) / (tie.sum() + 1.0)
    return float(np.clip(0.5 * np.log(made / lost), -3.0, 3.0))

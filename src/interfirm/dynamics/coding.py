"""From words to arrays: a panel and a specification as the integer-coded model of the kernels."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from interfirm.dynamics.covariates import Covariates
from interfirm.dynamics.data import Panel
from interfirm.dynamics.rows import Rows
from interfirm.dynamics.specification import Specification, Term
from interfirm.dynamics.starting import balance_mean, first_density, first_rate
from interfirm.dynamics.states import directions, imputed, states
from interfirm.errors import UsageError
from interfirm.kernels import saom_codes as k

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]

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
    """Collects parameters and rows while it goes through the terms."""

    def __init__(self, panel: Panel, spec: Specification, reference: Panel) -> None:
        self.panel, self.spec, self.reference = panel, spec, reference
        self.n = max(panel.size, *(panel.networks[v].ties.shape[2] for v in spec.networks))
        self.covariates = Covariates(panel, self.n, reference)
        self.make = Rows(panel, spec, self.covariates)
        self.variables = self.make.variables
        self.terms = spec.terms()
        self.found = states(panel, spec, self.n, reference)
        self.rows: list[list[int]] = []
        self.rate_rows: list[list[int]] = []
        self.parameters: list[Parameter] = []
        self.scale: list[float] = []

    def coded(self) -> Coded:
        """Everything together."""
        panel, found, periods = self.panel, self.found, self.panel.periods
        info = np.zeros((periods, len(self.variables), k.INFO), np.int64)
        for v, name in enumerate(self.variables):
            self._variable(v, name, info, directions(panel, found, name, v))
        fx = np.array([*self.rows, *self.make.further], np.int64).reshape(-1, k.COLUMNS)
        fx[fx[:, k.TIMES] >= 0, k.TIMES] += len(self.rows)
        active = np.zeros((periods, self.n), np.uint8)
        active[:, :panel.size] = [some for _, some, _ in found.there]
        spells = self._spells(info)
        stop = np.array([4000 * self.n + 100_000, 0 if self.spec.conditional else -1, 0, *found.distance[:, 0]],
                        np.int64)
        theta, fixed = self._start()
        ratefx = np.array(self.rate_rows, np.int64).reshape(-1, k.RATE_COLUMNS)
        return Coded(tuple(self.parameters), self.variables, fx, ratefx, info, self._tabs(), self.covariates.array(),
                     found.x0, found.z0, found.free, found.seen, found.zseen, active, spells, stop,
                     np.array(self.scale), found.ends, found.end_levels, theta, fixed)

    def _spells(self, info: Ints) -> Floats:
        """From when until when actors take part; periods in which some come or go look at every receiver."""
        panel = self.panel
        if panel.spells is None:
            return np.zeros((0, self.n, 2))
        if self.spec.conditional:
            raise UsageError("Actors enter or leave between waves: estimate without conditional=True.")
        out = np.zeros((panel.periods, self.n, 2))
        out[:, :panel.size] = panel.spells
        within = (panel.spells > 0) & (panel.spells < 1)
        info[within.any(axis=(1, 2)), :len(self.spec.networks), k.NEEDS] |= 1 << k.TYPES
        return out

    def _variable(self, v: int, name: str, info: Ints, direction: Ints) -> None:
        """The parameters and rows of one dependent variable."""
        choice = self.make.choice(name)
        if self.spec.conditional and v == 0:
            info[:, v, k.RATE] = -1
        else:
            for p in range(self.panel.periods):
                info[p, v, k.RATE] = len(self.parameters)
                self._add(Parameter(f"rate {name} period {p + 1}", name, "rate", p), 1.0)
        first, further = len(self.rows), len(self.make.further)
        for term in self.terms:
            if term.variable == name:
                self._term(v, term, choice, direction)
        net = self.panel.networks.get(name)
        info[:, v, k.CHOICE], info[:, v, k.ROWS] = choice, self.panel.size
        info[:, v, k.COLS] = net.ties.shape[2] if net else self.panel.size
        info[:, v, k.SQUARE] = net is not None and not net.two_mode
        info[:, v, k.NEEDS] = self.make.needs([*self.rows[first:], *self.make.further[further:]], choice)
        info[:, v, k.FIRST], info[:, v, k.LAST] = first, len(self.rows)
        info[:, v, k.DIRECTION] = direction

    def _term(self, v: int, term: Term, choice: int, direction: Ints) -> None:
        effect, param = term.factors[0].effect, len(self.parameters)
        if term.rate:
            self.rate_rows.append(self.make.rate_row(v, term, param, choice))
            self._add(Parameter(term.text, term.variable, "rate effect", None, term), 1.0)
            return
        constant = len(term.factors) == 1 and effect.name in ("density", "linear")
        if constant and term.role == k.EVALUATION and direction[0] != k.BOTH and (direction == direction[0]).all():
            return
        self.rows.append(self.make.row(term, param))
        undirected = self.make.letter(term.variable) == "U"
        self._add(Parameter(term.text, term.variable, "effect", None, term),
                  effect.undirected_scale if undirected else effect.scale)

    def _add(self, parameter: Parameter, scale: float) -> None:
        if any(other.name == parameter.name for other in self.parameters):
            parameter = replace(parameter, name=f"{parameter.variable}: {parameter.name}")
        self.parameters.append(parameter)
        self.scale.append(scale)

    def _tabs(self) -> Floats:
        """Constants of the variables, then functions of degrees and levels."""
        tables = self.make.tables
        width = max([self.n + 2, k.CONSTANTS, *(len(t) for t in tables)])
        out = np.zeros((len(self.variables) + len(tables), width))
        for v, name in enumerate(self.variables):
            if name in self.spec.behaviour:
                out[v, k.LOWEST:k.SIMILARITY + 1] = self.covariates.constants(name)
            else:
                net = self.reference.networks[name]
                out[v, k.BALANCE_MEAN] = 0.0 if net.two_mode else balance_mean(imputed(net.ties)[0][:-1])
                out[v, k.OFFSET] = np.log(self.panel.size) if self.spec.offset is None else self.spec.offset
        for t, table in enumerate(tables):
            out[len(self.variables) + t, :len(table)] = table
        return out

    def _start(self) -> tuple[Floats, npt.NDArray[np.bool_]]:
        """Starting values, and which parameters are held."""
        theta = np.zeros(len(self.parameters))
        fixed = np.zeros(len(self.parameters), bool)
        for q, item in enumerate(self.parameters):
            v = self.variables.index(item.variable)
            if item.kind == "rate" and item.period is not None:
                theta[q] = first_rate(self.make.choice(item.variable), self.panel.size, self.found, item.period, v)
            elif item.text == "density":
                theta[q] = first_density(self.found, v)
            if item.term is not None and item.text in self.spec.fix:
                theta[q], fixed[q] = self.spec.fix[item.text], True
        return theta, fixed

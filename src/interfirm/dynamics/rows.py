"""From terms to the integer-coded rows of the kernels: which effect on which variable, with which covariate."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from interfirm.dynamics.covariates import Covariates
from interfirm.dynamics.data import Panel
from interfirm.dynamics.effects import TABLES
from interfirm.dynamics.products import main_first
from interfirm.dynamics.specification import MODELS, Factor, Specification, Term
from interfirm.errors import UnknownName, UsageError
from interfirm.kernels import saom_codes as k

Floats = npt.NDArray[np.float64]

_LOCAL = {k.RECIP, k.TRANS, k.COUNT, k.TRANSTIES, k.TRANSREC, k.TRANSREC2}
_EGO = {k.EGOOUT, k.EGOIN, k.ISOLATE}
_NEEDS = {k.TRANS: (k.TP, k.OS), k.TRANSTIES: (k.TP, k.OS), k.TRANSREC: (k.TP, k.OSR), k.TRANSREC2: (k.FR,),
          k.BALANCE: (k.TP, k.OS), k.BETWEEN: (k.IS,), k.DIST2: (k.TP,), k.JIN: (k.IS,), k.JOUT: (k.OS,)}
_NO_ROLE = {k.ISOLATE, k.INDIFF, k.DIST2}
# A tie changes what these add for ego's other ties too: a factor that differs between alters would not multiply
# the change statistic.
_SPREADING = {k.TRANSREC, k.TRANSREC2, k.TRANSTIES, k.BALANCE, k.BETWEEN, k.DIST2, k.EGOOUT, k.ISOLATE, k.ASSORT,
              k.DEGPLUS, k.JOUT, k.CYCLE4, k.XWX}
_KINDS = {"D": "directed relations", "U": "undirected relations", "T": "two-mode relations", "B": "a behaviour"}


class Rows:
    """Makes the rows of one model, and collects the tables and covariates that they point at."""

    def __init__(self, panel: Panel, spec: Specification, covariates: Covariates) -> None:
        self.panel, self.spec, self.covariates = panel, spec, covariates
        self.variables = (*spec.networks, *spec.behaviour)
        self.tables: list[Floats] = []
        self.further: list[list[int]] = []

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

    def needs(self, rows: list[list[int]], choice: int) -> int:
        """Bits of the counts that a variable's effects use."""
        out = 1 << k.TYPES if choice >= k.CONFIRMATION else 0
        for row in rows:
            for kind in (row[k.KIND],) if row[k.CODE] == k.COUNT else _NEEDS.get(row[k.CODE], ()):
                out |= 1 << kind
            if row[k.GROUP] == k.DENSE or (row[k.CODE] == k.CONST and row[k.ZTAB] >= 0):
                out |= 1 << k.TYPES
        return out

    # ---- effects on ties and behaviour ----------------------------------------------------

    def table(self, name: str, parameter: float) -> int:
        """Row of a function of a degree, or -1 for none."""
        if not name:
            return -1
        degrees = np.arange(self.covariates.width + 2, dtype=float)
        with np.errstate(divide="ignore"):
            self.tables.append(np.asarray(TABLES[name](degrees, parameter), float))
        return len(self.variables) + len(self.tables) - 1

    def row(self, term: Term, param: int) -> list[int]:
        """The coded row of a term; the rows of the further factors of a product are added to ``further``."""
        letter = self.letter(term.variable)
        for factor in term.factors:
            if letter not in factor.effect.nets:
                raise UsageError(f"'{factor.effect.name}' is not for {_KINDS[letter]} such as '{term.variable}'.")
        ties = main_first(term, letter)
        covariates = [factor for factor in term.factors if not factor.structural and factor is not ties[0]]
        out = self._one_factor(term, ties[0], covariates, letter, param)
        if (term.role != k.EVALUATION and out[k.CODE] in _NO_ROLE) or _without_role(ties[0], term.role):
            raise UsageError(f"'{ties[0].effect.name}' has no creation or endowment version.")
        last = out
        for factor in ties[1:]:
            last[k.TIMES] = len(self.further)
            last = self._one_factor(term, factor, [], letter, param)
            self.further.append(last)
        rows = [out, *self.further[len(self.further) - len(ties) + 1:]]
        out[k.GROUP] = _group(out, letter) if len(rows) == 1 or letter == "B" else \
            k.LOCAL if any(row[k.CODE] in _LOCAL for row in rows) else k.DENSE
        return out

    def _one_factor(self, term: Term, main: Factor, covariates: list[Factor], letter: str, param: int) -> list[int]:
        """The row of one factor that depends on other ties, with the factors that are covariates only."""
        out, effect = [-1] * k.COLUMNS, main.effect
        out[k.DEP], out[k.CODE], out[k.ROLE] = self.variables.index(term.variable), effect.code, term.role
        out[k.PARAM], out[k.KIND], out[k.GROUP] = param, effect.kind, k.DENSE
        out[k.TAB], out[k.TAB2] = self.table(effect.table, main.parameter), self.table(effect.table2, main.parameter)
        if "network" in effect.needs:
            out[k.OTHER] = self._network(term, main.network or self.spec.relation)
            self._fits(term, main, out, letter)
        self._covariates(term, [main, *covariates], out, letter)
        return out

    def _network(self, term: Term, name: str) -> int:
        if name not in self.spec.networks:
            raise UnknownName("dependent relation", name, self.spec.networks)
        if name == term.variable and not term.rate:
            raise UsageError(f"'{term.text}': the other network has to be another one than '{name}' itself.")
        return self.spec.networks.index(name)

    def _one_mode(self, v: int) -> bool:
        return not self.panel.networks[self.variables[v]].two_mode

    def _fits(self, term: Term, main: Factor, row: list[int], letter: str) -> None:
        """Refuse a second network with the wrong sets of actors."""
        code, kind, other, one = row[k.CODE], row[k.KIND], row[k.OTHER], self._one_mode(row[k.OTHER])
        if letter == "B":
            fits = one or (code == k.B_DEG and kind in (1, 4))
        elif code == k.CROSS or (code == k.WDEG and kind == 0):
            shapes = [self.panel.networks[self.variables[v]].ties.shape for v in (row[k.DEP], other)]
            fits = one == (letter != "T") and shapes[0] == shapes[1] and (one or kind == 0)
        else:
            fits = one or (code, kind) in {(k.WTWO, 2), (k.WDEG, 1), (k.WDEG, 3), (k.WXX, 1)}
        if not fits:
            raise UsageError(f"'{term.text}': '{self.variables[other]}' and '{term.variable}' join different sets, so "
                             f"that '{main.effect.name}' is not defined.")

    def _covariates(self, term: Term, factors: list[Factor], out: list[int], letter: str) -> None:
        names, main = [], factors[0]
        for factor in factors:
            effect, cov = factor.effect, factor.covariate
            if cov is None:
                continue
            spreading = out[k.CODE] in _SPREADING and not (out[k.CODE] == k.BETWEEN and letter != "U")
            if factor is not main and effect.dyad not in ("ego", "ego2") and spreading:
                raise UsageError(f"'{term.text}': '{main.effect.name}' depends on all ties of the actor and "
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

    # ---- effects on rates -----------------------------------------------------------------

    def rate_row(self, v: int, term: Term, param: int, choice: int) -> list[int]:
        """The coded row of an effect on the rate of variable v."""
        main, other = term.factors[0], v
        effect, code = main.effect, main.effect.code
        if choice in (k.PAIR_DISJUNCTIVE, k.PAIR_CONJUNCTIVE, k.PAIR_COMPENSATORY):
            raise UsageError("Models in which pairs meet have constant rates only. Remove the effects on the rate.")
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
        return [v, code, param, which, other]


def _without_role(main: Factor, role: int) -> bool:
    """Functions of the outdegree count for creation and endowment only where they are sums over ties."""
    return role != k.EVALUATION and main.effect.code == k.EGOOUT and "B" not in main.effect.nets and \
        main.effect.table not in ("square", "power3half")


def _group(row: list[int], letter: str) -> int:
    """How far a change statistic reaches."""
    plain = row[k.DYAD] < 0 and row[k.ZTAB] < 0
    if letter == "B":
        return k.DENSE
    if row[k.CODE] == k.CONST and row[k.ZTAB] < 0:
        return k.STATIC
    if row[k.CODE] in _EGO and plain:
        return k.EGO
    return k.LOCAL if row[k.CODE] in _LOCAL else k.DENSE

"""The statistics of exponential random graph models, read from ``ergm_terms.csv``, and how a specification names them.

The short names are those of the effects of actor-oriented models wherever the two have the same statistic; a row
without a code is an effect that has none, with the nearest one that has.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING

from interfirm.dynamics.effects import catalogue as effects
from interfirm.dynamics.specification import ROLES, Specification
from interfirm.errors import InterfirmError, UnknownName, UsageError
from interfirm.kernels import ergm_codes as k

if TYPE_CHECKING:
    import pandas as pd

_PART = re.compile(r"^(?P<name>[A-Za-z][\w.]*?)(?:\((?P<parameter>-?[\d.]+)\))?(?::(?P<column>.+))?$")
_WRITTEN = {"actor": "column", "dyad": "column of dyads", "network": "relation"}


@dataclass(frozen=True)
class Term:
    """One row of ``ergm_terms.csv``.

    Attributes
    ----------
    name
        Short name.
    nets
        D directed, U undirected.
    needs
        What follows the colon: nothing, ``actor``, ``dyad`` or ``network``.
    parameter
        Default of the number in parentheses, or None.
    code, kind, table, dyad, scale
        For the kernel: see :mod:`interfirm.kernels.ergm_codes`; a function of a degree or count, weights of pairs.
    statnet
        The name of the term elsewhere.
    title, statistic, contrast, where, instead, reference
        For people. ``instead`` is the nearest effect where this one cannot be used.
    """

    name: str
    nets: str
    needs: str
    parameter: float | None
    code: int | None
    kind: int
    table: str
    dyad: str
    scale: float
    statnet: str
    title: str
    statistic: str
    contrast: str
    where: str
    instead: str
    reference: str


@dataclass(frozen=True)
class Factor:
    """One effect of a statistic, with the number in its parentheses and what follows its colon."""

    term: Term
    parameter: float
    column: str | None


@dataclass(frozen=True)
class Statistic:
    """One parameter of the model: an effect, or a product of one with effects of covariates."""

    text: str
    factors: tuple[Factor, ...]

    @property
    def title(self) -> str:
        """Its name for people."""
        parts = [f.term.title + (f": {f.column.replace('_', ' ')}" if f.column else "") for f in self.factors]
        return " × ".join(parts)


@lru_cache(maxsize=1)
def terms() -> dict[str, Term]:
    """All rows by short name."""
    text = (resources.files("interfirm.dynamics") / "ergm_terms.csv").read_text("utf-8")
    out = {}
    for row in csv.DictReader(text.splitlines()):
        out[row["effect"]] = Term(
            row["effect"], row["nets"], row["needs"], float(row["parameter"]) if row["parameter"] else None,
            int(getattr(k, row["code"])) if row["code"] else None, int(getattr(k, row["kind"])) if row["kind"] else 0,
            row["table"], row["dyad"], float(Fraction(row["scale"])), row["term"], row["title"], row["statistic"],
            row["contrast"], row["where"], row["instead"], row["reference"])
    return out


def ergm_terms() -> pd.DataFrame:
    """The effects that a model of a single wave knows: short name, where, statnet's name, title, statistic, source.

    Examples
    --------
    >>> ergm_terms().set_index("effect").at["recip", "statnet"]
    'mutual'
    """
    import pandas as pd

    rows = [(t.name, t.nets, t.needs, t.parameter, t.statnet, t.title, t.statistic, t.reference)
            for t in terms().values() if t.code is not None]
    return pd.DataFrame(rows, columns=["effect", "nets", "needs", "parameter", "statnet", "title", "statistic",
                                       "reference"])


def statistics(spec: Specification, *, directed: bool) -> list[Statistic]:
    """The statistics that a specification asks for, ``density`` first if it was left out.

    Raises
    ------
    UnknownName, UsageError
        All that cannot be understood, in one message where there are several.
    """
    refuse_what_needs_waves(spec)
    texts = [text.strip() for text in spec.effects]
    if "density" not in texts:
        texts = ["density", *texts]
    out, problems = [], []
    for text in texts:
        try:
            out.append(statistic(text, directed=directed))
        except InterfirmError as problem:
            problems.append(problem)
    if len(problems) == 1:
        raise problems[0]
    if problems:
        raise UsageError(" ".join(str(problem) for problem in problems))
    seen: set[str] = set()
    for item in out:
        if item.text in seen:
            raise UsageError(f"'{item.text}' is asked for twice. Remove one of the two.")
        seen.add(item.text)
    for name in spec.fix:
        if name not in seen:
            raise UnknownName("term to fix", name, [item.text for item in out])
    return out


def refuse_what_needs_waves(spec: Specification) -> None:
    """Refuse the parts of a specification that say how things change."""
    asked = {"rate": spec.rate, "behaviour": spec.behaviour, "also": spec.also, "model": spec.model,
             "offset": spec.offset is not None, "conditional": spec.conditional}
    wrong = [name for name, value in asked.items() if value]
    if wrong:
        raise UsageError(f"A single wave shows no change: leave out {', '.join(wrong)}. They belong to the model of "
                         "two or more waves.")


def statistic(text: str, *, directed: bool) -> Statistic:
    """One statistic from its written form.

    Raises
    ------
    UnknownName, UsageError
        If it cannot be understood, or has no counterpart in a single wave.
    """
    if text.partition(":")[0] in ROLES:
        raise UsageError(f"'{text}': a single wave cannot tell ties that form from ties that last. Write "
                         f"'{text.partition(':')[2]}', or use two waves.")
    factors = [_factor(part.strip(), directed) for part in text.split("*")]
    factors.sort(key=lambda f: f.term.code == k.TIE)
    others = sum(f.term.code != k.TIE for f in factors)
    weighted = all(f.term.dyad for f in factors[1:]) and factors[0].term.code in (k.TIE, k.MUTUAL, k.SHARED)
    if others > 1 or (len(factors) > 1 and not weighted):
        raise UsageError(f"'{text}': a product takes one of recip, transTrip, cycle3 or the gwesp family, times "
                         "effects of covariates such as egoX, sameX or X.")
    return Statistic(text, tuple(factors))


def _factor(part: str, directed: bool) -> Factor:
    found = _PART.match(part)
    if not found:
        raise UsageError(f"'{part}' is not an effect. Write name, name:column or name(parameter):column.")
    name = found["name"]
    known = terms()
    if name not in known:
        _not_here(name)
    term, letter = known[name], "D" if directed else "U"
    if term.code is None:
        near = nearest(term.instead, letter)
        raise UsageError(f"'{part}': '{name}' has no counterpart in a model of a single wave." +
                         (f" The nearest is '{near}'." if near else ""))
    if letter not in term.nets:
        kind = "undirected" if directed else "directed"
        raise UsageError(f"'{part}': '{name}' is for {kind} relations." +
                         (f" The nearest is '{term.instead}'." if term.instead else ""))
    column = found["column"]
    if bool(column) != bool(term.needs):
        after = f":<{_WRITTEN[term.needs]}>" if term.needs else ""
        raise UsageError(f"'{part}': '{name}' is written {name}{after}.")
    given = found["parameter"]
    if given and term.parameter is None:
        raise UsageError(f"'{part}': '{name}' takes no number in parentheses.")
    value = float(given) if given else term.parameter or 0.0
    if term.table == "gw" and value < 0:
        raise UsageError(f"'{part}': the number of a geometrically weighted effect is 100 times its decay, 0 or more.")
    return Factor(term, value, column)


def nearest(name: str, letter: str) -> str:
    """The nearest effect that the kind of relation can have."""
    for _ in range(3):
        if not name or letter in terms()[name].nets:
            return name
        name = terms()[name].instead
    return ""


def _not_here(name: str) -> None:
    """Refuse a name: an effect on behaviour or rates, or one that nobody knows."""
    if name in effects():
        kind = "the rate of change" if "R" in effects()[name].nets else \
            "a behaviour" if "B" in effects()[name].nets else "memberships"
        raise UsageError(f"'{name}' is an effect on {kind}; a single wave has none.")
    usable = [term.name for term in terms().values() if term.code is not None]
    raise UnknownName("effect of a single wave", name, usable)


_LOADS = {"actor": "sameX", "dyad": "X", "network": "X"}


def wanted(spec: Specification, items: list[Statistic]) -> Specification:
    """A specification of the covariates that statistics need, for :func:`interfirm.dynamics.data.from_study`."""
    names = dict.fromkeys(f"{_LOADS[f.term.needs]}:{f.column}" for item in items for f in item.factors if f.column)
    return replace(spec, effects=["density", *names], fix={})

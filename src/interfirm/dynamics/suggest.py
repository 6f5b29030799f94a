"""Proposes a specification from the concepts that the data can carry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING

import numpy as np

from interfirm.defaults import group
from interfirm.dynamics import checks, engine
from interfirm.dynamics.coding import Coded, code
from interfirm.dynamics.data import Panel, from_study
from interfirm.dynamics.specification import Specification
from interfirm.errors import Findings, InterfirmError
from interfirm.kernels import saom_codes as k
from interfirm.numerals import per_cent

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study

LIMIT, WHOLE = group("dynamics")

Candidate = tuple[list[str], str, str]  # terms that come together, concept, why

_PROXIMITIES = ("geographic_proximity", "cognitive_proximity", "organisational_proximity", "institutional_proximity",
                "social_proximity", "technological_proximity")
_ACTOR_COLUMNS = ("employees", "rd_share", "founded", "external_links", "patents", "turnover")
_SAME_COLUMNS = ("sector", "city", "ownership", "kind", "parent")
_NO_COVARIATES = {"actor", "wave", "name", "responded", "latitude", "longitude", "position", "tags", "country", "sme",
                  *_ACTOR_COLUMNS, *_SAME_COLUMNS}


@dataclass(frozen=True)
class Suggestion:
    """A specification, with reasons.

    Attributes
    ----------
    spec
        Ready to be estimated.
    reasons
        (term, concept, why it is in).
    left_out
        (term, why it is not).
    """

    spec: Specification
    reasons: tuple[tuple[str, str, str], ...]
    left_out: tuple[tuple[str, str], ...]

    def table(self) -> pd.DataFrame:
        """One row per term considered: term, concept, included, reason."""
        import pandas as pd

        rows = [(term, concept, True, why) for term, concept, why in self.reasons]
        rows += [(term, "", False, why) for term, why in self.left_out]
        return pd.DataFrame(rows, columns=["term", "concept", "included", "reason"])

    def left_out_lines(self) -> list[str]:
        """One line per reason: the terms, and why they are not in."""
        reasons: dict[str, list[str]] = {}
        for term, why in self.left_out:
            reasons.setdefault(why, []).append(term)
        return [f"{', '.join(terms)}: {why}" for why, terms in reasons.items()]

    def __str__(self) -> str:
        lines = [f"{term}: {why}" for term, _, why in self.reasons]
        return "\n".join([*lines, *(f"left out: {line}" for line in self.left_out_lines())])


def suggest(study: Study, relation: str, *, waves: Sequence[str] | None = None) -> Suggestion:
    """A tie-formation model for a relation that the data can carry.

    First one term of each concept: reciprocity, closure, status, proximity, similarity, capability, activity; then
    further proximities, similarities and capabilities, the study's own columns last, as long as there are about twelve
    changed ties per effect. A
    term is left out, with the reason, if it does not vary, is mostly unknown, or says nearly the same as one before
    it (its change statistics correlate above 0.8).

    Parameters
    ----------
    study
        A study with at least two waves.
    relation
        A relation, or ``"alliances"``.
    waves
        Waves to use, in order; all if left out.

    Raises
    ------
    DataError
        If the relation cannot be modelled at all.

    Examples
    --------
    >>> from interfirm import example
    >>> suggest(example(seed=1), "advice").spec.effects[:2]  # doctest: +SKIP
    ['density', 'recip']
    """
    check_size(study).raise_if_failed()
    base = Specification(relation, ["density"])
    panel = from_study(study, base, waves)
    found = checks.check(panel, base)
    found.raise_if_failed()
    room = int(np.clip(_changes(panel, relation) // WHOLE("changes_per_effect"), 2, WHOLE("effects")))
    chosen, reasons = ["density"], [("density", "cost of a tie", "every model needs it")]
    out: list[tuple[str, str]] = []
    for terms, concept, why in _candidates(study, panel, relation):
        if len(chosen) + len(terms) > room:
            problem = f"the data have about {_changes(panel, relation)} changes, enough for {room} effects"
        else:
            problem = _problem(study, relation, waves, [*chosen, *terms], len(terms))
        if problem:
            out += [(term, problem) for term in terms]
        else:
            chosen += terms
            reasons += [(term, concept, why) for term in terms]
    return Suggestion(Specification(relation, chosen), tuple(reasons), tuple(out))


def check_size(study: Study) -> Findings:
    """Refuse a study whose arrays of actors by actors would not fit."""
    out, size, most = Findings(), len(study.actors), WHOLE("actors")
    if size > most:
        out.add("error", f"there are {size:,} actors", "too-large", expected=f"at most {most:,}",
                remedy="Model one part of the cluster: study.select(actors=...)")
    return out


def _changes(panel: Panel, relation: str) -> int:
    coded = code(panel, Specification(relation, ["density"]))
    changed = int(((coded.x0[:, 0] != coded.ends[:, 0]) & (coded.seen[:, 0] == 1)).sum())
    return changed if panel.networks[relation].directed else changed // 2


def _candidates(study: Study, panel: Panel, relation: str) -> Iterator[Candidate]:
    net = panel.networks[relation]
    if net.two_mode:
        yield ["cycle4"], "closure", "partners may meet again"
        yield ["inPopSqrt"], "status", "large alliances may attract"
        for column in _scaled(study):
            yield [f"egoX:{column}"], "capability", f"'{column}' may make a firm join"
        yield ["outActSqrt"], "activity", "those in many alliances may join more"
        return
    if net.directed:
        yield ["recip"], "reciprocity", "who is chosen may choose back"
    yield ["gwespFF" if net.directed else "gwesp"], "closure", "partners of partners may become partners"
    yield ["inPopSqrt"], "status", "those whom many choose may be chosen more"
    near = [([f"X:{c}"], "fit: proximity", f"'{c}' is known for pairs") for c in _pairs(study)]
    alike = [([f"sameX:{c}"], "fit: similarity", f"firms with the same '{c}' may find one another")
             for c in _columns(study, (*_SAME_COLUMNS, *_others(study, few=True)))]
    able = [_capability(c, directed=net.directed) for c in _scaled(study)]
    active = [(["outActSqrt"], "activity", "firms differ in how many they choose")] if net.directed else []
    for number, row in enumerate(zip_longest(near, alike, able)):
        yield from (item for item in row if item is not None)
        if number == 0:
            yield from active


def _capability(column: str, *, directed: bool) -> Candidate:
    plain = column.removeprefix("log_")
    if not directed:
        return [f"egoPlusAltX:{column}"], "status and capability", f"'{plain}' may make a firm worth having as partner"
    return [f"altX:{column}", f"egoX:{column}"], "status and capability", \
        f"'{plain}' may make a firm worth choosing, or choose more"


def _pairs(study: Study) -> list[str]:
    """Numeric columns of pairs, proximities first."""
    known = [c for c in study.dyads.columns if study.dyads[c].dtype.kind in "fiu" and study.dyads[c].notna().any()]
    return sorted(known, key=lambda c: _PROXIMITIES.index(c) if c in _PROXIMITIES else len(_PROXIMITIES))


def _columns(study: Study, names: tuple[str, ...]) -> list[str]:
    """Columns that vary and are mostly known."""
    tables = (study.actors, study.observations)
    series = [(name, table[name]) for name in names for table in tables if name in table.columns]
    known = 1 - LIMIT("unknown")
    return list(dict.fromkeys(name for name, s in series if s.notna().mean() >= known and s.nunique() > 1))


def _others(study: Study, *, few: bool) -> tuple[str, ...]:
    """Columns of the study's own: with ``few`` words and yes or no, otherwise numbers with three values or more."""
    out = []
    for table in (study.actors, study.observations):
        for name in (c for c in table.columns if c not in _NO_COVARIATES):
            values = table[name].dropna()
            words = values.dtype.kind not in "iuf" or values.nunique() == 2
            if words == few and (not words or values.nunique() <= len(values) / 2):
                out.append(str(name))
    return tuple(out)


def _scaled(study: Study) -> list[str]:
    """Columns of what firms have; those spread over more than a factor of ten, all above 0, by their logarithm."""
    out = []
    for name in _columns(study, (*_ACTOR_COLUMNS, *_others(study, few=False))):
        table = study.actors if name in study.actors.columns else study.observations
        values = table[name].dropna().to_numpy(dtype=float)
        out.append(f"log_{name}" if values.min() > 0 and values.max() > 10 * values.min() else name)
    return out


def _problem(study: Study, relation: str, waves: Sequence[str] | None, terms: list[str], fresh: int) -> str:
    """Why the last ``fresh`` terms cannot stand with those before them; empty if they can."""
    spec = Specification(relation, terms)
    try:
        panel = from_study(study, spec, waves)
        coded = code(panel, spec)
        found = checks.check_coded(coded, panel, spec)
    except InterfirmError as problem:
        return str(problem).rstrip(".")
    for name, array in panel.dyads.items():
        unknown = float(np.isnan(array[:, ~np.eye(array.shape[1], dtype=bool)]).mean())
        if unknown > LIMIT("unknown") and f"X:{name}" in terms[-fresh:]:
            return f"{per_cent(unknown)} of the pairs are unknown"
    errors = found.of("error")
    return errors[0].problem if errors else _overlap(coded, fresh)


def _overlap(coded: Coded, fresh: int) -> str:
    """Which earlier term the last ones repeat."""
    rows = []
    for p in range(len(coded.x0)):
        sign = 1.0 - 2.0 * coded.x0[p, 0].astype(float)
        table = engine.change_statistics(coded, coded.start, p) * sign[:, :, None]
        rows.append(table[(coded.free[p, 0] == 1) & (coded.x0[p, 0] == 0)])
    table = np.concatenate(rows)
    names = [coded.parameters[q].name for q in coded.fx[:, k.PARAM]]
    vary = [q for q in range(len(names)) if table[:, q].std() > 1e-9]
    found = np.corrcoef(table[:, vary].T) if len(vary) > 1 else np.eye(len(vary))
    for a, q in enumerate(vary):
        for b in range(a):
            if q >= len(names) - fresh and vary[b] < len(names) - fresh and abs(found[a, b]) > LIMIT("overlap"):
                return f"says nearly the same as '{names[vary[b]]}' (correlation {found[a, b]:.2f})"
    return ""

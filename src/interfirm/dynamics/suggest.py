"""Proposes a specification from the concepts that the data can carry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from interfirm.dynamics import checks
from interfirm.dynamics.coding import code
from interfirm.dynamics.data import Panel, from_study
from interfirm.dynamics.specification import Specification
from interfirm.errors import InterfirmError

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study

CHANGES_PER_EFFECT = 12
MOST_EFFECTS = 12
MOST_MISSING = 0.2

_ACTOR_COLUMNS = ("employees", "rd_share", "founded", "external_links", "patents", "turnover")
_SAME_COLUMNS = ("sector", "city", "ownership", "kind", "parent")


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

    def __str__(self) -> str:
        lines = [f"{term}: {why}" for term, _, why in self.reasons]
        lines += [f"left out: {term}: {why}" for term, why in self.left_out]
        return "\n".join(lines)


def suggest(study: Study, relation: str) -> Suggestion:
    """A tie-formation model for a relation that the data can carry.

    Terms are taken in the order reciprocity, closure, status, proximity, similarity, capability, as long as there are
    about twelve changed ties per effect; a term that does not vary, is mostly unknown or repeats another is left out
    with the reason.

    Parameters
    ----------
    study
        A study with at least two waves.
    relation
        A relation, or ``"alliances"``.

    Raises
    ------
    DataError
        If the relation cannot be modelled at all.
    """
    base = Specification(relation, ["density"])
    panel = from_study(study, base)
    found = checks.check(panel, base)
    found.raise_if_failed()
    room = int(np.clip(_changes(panel, relation) // CHANGES_PER_EFFECT, 2, MOST_EFFECTS))
    chosen, reasons, out = ["density"], [("density", "cost of a tie", "every model needs it")], []
    for term, concept, why in _candidates(study, panel, relation):
        if len(chosen) >= room:
            out.append((term, f"the data have about {room * CHANGES_PER_EFFECT} changes, enough for {room} effects"))
            continue
        problem = _problem(study, relation, [*chosen, term])
        if problem:
            out.append((term, problem))
        else:
            chosen.append(term)
            reasons.append((term, concept, why))
    return Suggestion(Specification(relation, chosen), tuple(reasons), tuple(out))


def _changes(panel: Panel, relation: str) -> int:
    coded = code(panel, Specification(relation, ["density"]))
    changed = int(((coded.x0[:, 0] != coded.ends[:, 0]) & (coded.seen[:, 0] == 1)).sum())
    return changed if panel.networks[relation].directed else changed // 2


def _candidates(study: Study, panel: Panel, relation: str) -> Iterator[tuple[str, str, str]]:
    net = panel.networks[relation]
    if net.two_mode:
        yield "inPopSqrt", "status", "large alliances may attract"
        yield "outActSqrt", "activity", "those in many alliances may join more"
        yield "cycle4", "closure", "partners may meet again"
        yield from ((f"egoX:{c}", "capability", f"'{c}' may make a firm join") for c in _columns(study, _ACTOR_COLUMNS))
        return
    if net.directed:
        yield "recip", "reciprocity", "who is asked may ask back"
    yield "gwespFF" if net.directed else "gwesp", "closure", "partners of partners may become partners"
    yield "inPopSqrt", "status", "those whom many ask may be asked more"
    if net.directed:
        yield "outActSqrt", "activity", "firms differ in how many they ask"
    for column in study.dyads.columns:
        values = study.dyads[column]
        if values.dtype == float and values.notna().any():
            yield f"X:{column}", "proximity", f"'{column}' is known for pairs"
    for column in _columns(study, _SAME_COLUMNS):
        yield f"sameX:{column}", "fit: similarity", f"firms with the same '{column}' may find one another"
    for column in _columns(study, _ACTOR_COLUMNS):
        yield f"altX:{column}", "status and capability", f"'{column}' may make a firm worth asking"
        yield f"egoX:{column}", "activity", f"control for altX:{column}"


def _columns(study: Study, names: tuple[str, ...]) -> list[str]:
    out = []
    for name in names:
        for table in (study.actors, study.observations):
            if name in table.columns and table[name].notna().mean() >= 1 - MOST_MISSING and table[name].nunique() > 1:
                out.append(name)
    return list(dict.fromkeys(out))


def _problem(study: Study, relation: str, terms: list[str]) -> str:
    """Why the terms cannot stand together; empty if they can."""
    spec = Specification(relation, terms)
    try:
        panel = from_study(study, spec)
        found = checks.check_coded(code(panel, spec), panel, spec)
    except InterfirmError as problem:
        return str(problem)
    errors = found.of("error")
    return errors[0].problem if errors else ""

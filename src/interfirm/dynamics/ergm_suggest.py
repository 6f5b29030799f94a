"""Proposes a model of one wave from the concepts that it can carry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from interfirm.dynamics import suggest as s
from interfirm.dynamics.ergm_checks import check_data, check_model
from interfirm.dynamics.ergm_model import model, one_wave
from interfirm.dynamics.specification import Specification
from interfirm.errors import Findings, InterfirmError
from interfirm.numerals import per_cent

if TYPE_CHECKING:
    from interfirm.study.study import Study

# effects of change whose place in one wave is taken by another
_INSTEAD: Final = {"inPopSqrt": "gwidegree", "outActSqrt": "gwodegree", "gwespFF": "gwespFF(30)"}
_INSTEAD_BOTH: Final = {"inPopSqrt": "gwdegree", "gwesp": "gwesp(30)"}


def ergm_suggest(study: Study, relation: str, *, wave: str | int | None = None) -> s.Suggestion:
    """A model of one wave that the data can carry.

    As :func:`interfirm.dynamics.suggest`, with one effect for about twelve ties and at most eight. The spread of
    degrees is taken by the geometrically weighted effects, and shared partners weigh less the more there are
    (``gwespFF(30)``), because the others easily make a model of one wave degenerate.

    Parameters
    ----------
    study, relation, wave
        As for :func:`interfirm.dynamics.ergm`.

    Raises
    ------
    DataError
        If the relation cannot be modelled at all.
    """
    base = Specification(relation, ["density"])
    panel, items = one_wave(study, base, wave)
    found = check_data(panel, relation, study)
    if not found.failed:
        check_model(model(panel, base, items), found)
    found.raise_if_failed()
    made = model(panel, base, items)
    ties = int(made.ties.ravel()[made.free].sum())
    room = int(np.clip(ties // s.WHOLE("changes_per_effect"), 2, s.WHOLE("one_wave_effects")))
    chosen, reasons = ["density"], [("density", "cost of a tie", "every model needs it")]
    out: list[tuple[str, str]] = []
    for names, concept, why in s._candidates(study, panel, relation):
        terms = [(_INSTEAD if made.directed else _INSTEAD_BOTH).get(name, name) for name in names]
        if len(chosen) + len(terms) > room:
            problem = f"the data have {ties} ties; a proposal for one wave holds {room} effects"
        else:
            problem = _problem(study, Specification(relation, [*chosen, *terms]), wave, len(terms))
        if problem:
            out += [(term, problem) for term in terms]
        else:
            chosen += terms
            reasons += [(term, concept, why) for term in terms]
    return s.Suggestion(Specification(relation, chosen), tuple(reasons), tuple(out))


def _problem(study: Study, spec: Specification, wave: str | int | None, fresh: int) -> str:
    """Why the last ``fresh`` terms cannot stand with those before them; empty if they can."""
    try:
        panel, items = one_wave(study, spec, wave)
        made, found = model(panel, spec, items), Findings()
        check_model(made, found)
    except InterfirmError as problem:
        return str(problem).rstrip(".")
    for item in items[-fresh:]:
        for factor in item.factors:
            values = panel.dyads.get(factor.column or "", np.zeros((1, 2, 2)))
            unknown = float(np.isnan(values[:, ~np.eye(values.shape[1], dtype=bool)]).mean())
            if unknown > s.LIMIT("unknown"):
                return f"{per_cent(unknown)} of the pairs are unknown"
    errors = found.of("error")
    if errors:
        return errors[0].problem
    table = made.look(made.ties, made.known)[1]
    vary = [q for q in range(len(items)) if table[:, q].std() > 1e-9]
    close = np.atleast_2d(np.corrcoef(table[:, vary].T))
    for a, q in enumerate(vary):
        for b in range(a):
            if q >= len(items) - fresh > vary[b] and abs(close[a, b]) > s.LIMIT("overlap"):
                return f"says nearly the same as '{items[vary[b]].text}' (correlation {close[a, b]:.2f})"
    return ""

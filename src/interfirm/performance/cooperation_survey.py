"""A cooperation block of a survey — partner types by places — as one column per type and one per place."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from interfirm.errors import DataError, Finding, Findings
from interfirm.performance.terms import Expander, Floats, Source

if TYPE_CHECKING:
    from interfirm.study.read.microdata import Microdata


def by_partner_and_place(data: Microdata) -> Microdata:
    """The survey with a column per type of partner, a column ``in <place>`` per place, and ``places``, their number.

    A firm cooperates with a type if it says yes for any place, and at a place if it says yes for any type. A firm that
    says no where it answered and left out the rest is missing: it may have meant yes. Any number of types and places.

    Parameters
    ----------
    data
        With ``partners`` and ``places`` from its codebook; without them it comes back as it is.

    Returns
    -------
    Microdata

    Raises
    ------
    DataError
        If a new column has the name of one that is there, or answers are no yes or no.

    References
    ----------
    [oslo2018]

    Examples
    --------
    >>> import pandas as pd
    >>> from interfirm.study.read.microdata import Microdata
    >>> table = pd.DataFrame({"co1": [1, 0, 0], "co2": [0, 0, None]})
    >>> made = by_partner_and_place(Microdata("s", table, partners={"co1": "clients", "co2": "clients"},
    ...                                       places={"co1": "home", "co2": "abroad"}))
    >>> made.frame["clients"].tolist(), made.frame["in abroad"].tolist()
    ([1.0, 0.0, nan], [0.0, 0.0, nan])
    """
    groups = _groups(data)
    if not groups:
        return data
    findings, frame, questions = Findings(), data.frame.copy(), dict(data.questions)
    taken = [name for name in groups if name in frame.columns]
    if taken:
        raise DataError([Finding("error", f"the codebook makes a column '{name}', and the survey has one",
                                 "taken-name", file=data.name, column=name, remedy="Give the partner or the place "
                                 "another name in the codebook") for name in taken])
    expander = Expander(Source.of(data), findings)
    yes = {name: expander.bases[expander.add(name)[0]].values
           for name in dict.fromkeys(item for members in groups.values() for item in members)}
    findings.raise_if_failed()
    for name, members in groups.items():
        frame[name] = _any([yes[item] for item in members])
        questions[name] = f"any of {len(members)} answers: {', '.join(members[:6])}{' …' if len(members) > 6 else ''}"
    where = [name for name in groups if name.startswith("in ")]
    if len(where) > 1:
        frame["places"] = np.sum([frame[name].to_numpy() for name in where], axis=0)
        questions["places"] = f"places with a partner, of {len(where)}"
    note = Finding("note", f"from {len(yes)} answers of the cooperation block: {', '.join(groups)}", "block",
                   file=data.name)
    return replace(data, frame=frame, questions=questions, findings=(*data.findings, note))


def _groups(data: Microdata) -> dict[str, list[str]]:
    out: dict[str, list[str]] = {}
    for column, partner in data.partners.items():
        out.setdefault(partner, []).append(column)
    for column, place in data.places.items():
        out.setdefault(f"in {place}", []).append(column)
    return out


def _any(answers: list[Floats]) -> Floats:
    """1 if any is yes, 0 if all are no, NaN if no yes is known and some are missing."""
    table = np.column_stack(answers)
    yes = (table == 1).any(axis=1)
    return np.where(yes, 1.0, np.where(np.isnan(table).any(axis=1), np.nan, 0.0))

"""Outcomes and data that a model cannot take, said with the way out."""

from __future__ import annotations

from interfirm.errors import DataError, Finding
from interfirm.performance.design import Design
from interfirm.performance.separation import separating


def refuse(design: Design, problem: str, code: str, expected: str, remedy: str) -> DataError:
    """The error about an outcome."""
    return DataError(Finding("error", f"the outcome '{design.outcome}' {problem}", code, file=design.source,
                             column=design.outcome, expected=expected, remedy=remedy))


def refuse_separation(design: Design, low: float, high: float, remedy: str) -> None:
    """Raise if regressors separate the firms at a limit."""
    found = separating(design.y, design.x, low=low, high=high)
    if found:
        names = [design.names[i] for i in found if i] or ["the constant"]
        raise DataError(Finding(
            "error", f"'{design.outcome}' is separated by {', '.join(names[:8])}: for some of their values every firm "
            "is at "
            "a limit of the outcome, so the estimates run off to infinity", "separation", file=design.source,
            column=names[0], expected="firms on both sides for each value", remedy=remedy))


def runs_off(design: Design) -> DataError:
    """The error about estimates that do not exist."""
    return DataError(Finding("error", f"the estimates of '{design.outcome}' run off: a regressor orders the firms "
                            "perfectly",
                            "separation", file=design.source, remedy="Join categories, or leave the variable out"))

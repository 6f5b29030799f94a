"""Rows on their way into the tables of a study, each knowing the cell of the user's that it came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from interfirm.errors import Findings
from interfirm.study.read.grid import Dropped, Sheet
from interfirm.study.read.plan import SourcePlan
from interfirm.study.schema import Source

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

SOURCE, ROW = "\0source", "\0row"
SHOWN = 20


@dataclass
class Parts:
    """Everything gathered so far: rows by table, what was found, guessed and left out.

    Parameters
    ----------
    plans
        The sources, by number.
    tables
        Frames of text by table; the columns :data:`SOURCE` and :data:`ROW` say where each row is from.
    typed
        Names as respondents typed them, in order of appearance.
    listed
        Actors that a list of members names; empty if there is no such list.
    away
        Wave -> actors that ``import.toml`` says were not there.
    labels
        ``table.column`` -> what the user's file says about it.
    asked
        Wave -> everybody on the roster of a survey, with or without an answer.
    """

    plans: Sequence[SourcePlan]
    findings: Findings
    dropped: list[Dropped]
    guesses: list[str]
    tables: dict[str, list[pd.DataFrame]] = field(default_factory=dict)
    typed: dict[str, None] = field(default_factory=dict)
    listed: dict[str, None] = field(default_factory=dict)
    roster: dict[str, None] = field(default_factory=dict)
    away: dict[str, set[str]] = field(default_factory=dict)
    layers: dict[str, tuple[str, bool]] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    asked: dict[str, dict[str, None]] = field(default_factory=dict)

    def exact(self, table: str) -> bool:
        """Whether all rows of a table come from tables in our own layout, which are taken as they are."""
        kinds = {self.plans[int(frame[SOURCE].iloc[0])].kind for frame in self.tables.get(table, [])}
        return kinds == {"study"}

    def add(self, table: str, frame: pd.DataFrame, source: int, rows: Any) -> None:
        """Append rows to a table; ``rows`` are the user's row numbers."""
        if len(frame):
            self.tables.setdefault(table, []).append(frame.assign(**{SOURCE: source, ROW: rows}))

    def get(self, table: str) -> pd.DataFrame:
        """All rows of a table so far, as text with empty cells where a source has no such column."""
        import pandas as pd

        parts = self.tables.get(table, [])
        if not parts:
            return pd.DataFrame({SOURCE: pd.Series([], dtype="int64"), ROW: pd.Series([], dtype="int64")})
        out = parts[0] if len(parts) == 1 else pd.concat(parts, ignore_index=True)
        return out.reset_index(drop=True)

    def drop(self, sheet: Sheet, what: str, reason: str, position: int | None = None, column: object = None) -> None:
        """List something that is left out."""
        self.dropped.append(Dropped(what, reason, **sheet.at(position, column)))

    def warn(self, sheet: Sheet, problem: str, code: str, position: int | None = None, column: object = None,
             **more: Any) -> None:
        """A warning at a cell of a sheet."""
        self.findings.add("warning", problem, code, **sheet.at(position, column), **more)

    def note_relation(self, relation: str, layer: str | None, directed: bool | None) -> None:
        """Remember layer and direction of a relation; the first word counts, but direction once said stays."""
        known = self.layers.get(relation)
        if known is None:
            self.layers[relation] = (layer or "exchange", directed is not False)
        elif directed and not known[1]:
            self.layers[relation] = (known[0], True)


@dataclass(frozen=True)
class Origin(Source):
    """Where the rows of an assembled table are from: each its own file, sheet and row."""

    plans: Sequence[SourcePlan] = ()
    sources: np.ndarray[Any, Any] | None = None

    def at(self, position: int | None = None, column: str | None = None) -> dict[str, Any]:
        """Keyword arguments for a finding at this place."""
        if position is None or self.sources is None or position >= len(self.sources):
            return {"file": self.file, "sheet": self.sheet, "row": None, "column": column}
        number = int(self.sources[position])
        if number < 0:
            return {"file": self.file, "sheet": self.sheet, "row": None, "column": column}
        plan = self.plans[number]
        return {"file": plan.file, "sheet": plan.sheet, "row": self.row(position), "column": column}


def report_some(parts: Parts, sheet: Sheet, positions: Sequence[int], problem: str, code: str, column: object = None,
                **more: Any) -> None:
    """One warning per row for the first rows, and one that counts the rest."""
    for position in positions[:SHOWN]:
        parts.warn(sheet, problem, code, int(position), column, **more)
    if len(positions) > SHOWN:
        parts.warn(sheet, f"{len(positions) - SHOWN} more rows: {problem}", code, None, column, **more)

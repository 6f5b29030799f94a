"""The parts a report is made of: plain values, no markup, ready for JSON.

A chapter is a list of blocks. ``summary`` collects chapters into one dictionary; ``html`` turns the
dictionary into a page. Numbers never meet HTML before that.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from interfirm import vocabulary

Cell = str | float | int | bool | None
Kind = Literal["text", "actor", "number", "share", "count"]
Chart = Literal["dots", "null", "slope", "parts", "histogram", "scatter", "geo", "matrix", "pictograms", "violins",
                "networks", "curve", "specification"]


def one_stop(text: str) -> str:
    """The text with one full stop where a name ends in one and the sentence too: ``"Ask Alfa d.o.o.."``."""
    return re.sub(r"(?<=\w)\.\.(?!\.)", ".", text)


@dataclass(frozen=True)
class Claim:
    """One sentence of the first screen.

    Parameters
    ----------
    id
        Stable name, unique in the report.
    text
        The sentence, with its number and its comparison, names of firms included.
    probability
        How sure it is, 0 to 1, or None where no probability can be given.
    why
        What the certainty rests on, in a few words ("all members answered", "200 random networks").
    evidence
        ``id`` of the block that shows it.
    usefulness
        How much a cluster manager can do with it, 0 to 1; orders the first screen.
    """

    id: str
    text: str
    probability: float | None
    why: str
    evidence: str
    usefulness: float = 0.5

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", one_stop(self.text))

    @property
    def certainty(self) -> str:
        """The fixed word for the probability."""
        return "cannot say" if self.probability is None else vocabulary.certainty(self.probability)


@dataclass(frozen=True)
class TableColumn:
    """A column of a table: ``kind`` decides alignment and format, ``measure`` links to "what is this"."""

    name: str
    label: str
    kind: Kind = "text"
    unit: str = ""
    measure: str | None = None


@dataclass(frozen=True)
class Table:
    """A table; also the twin that every picture has.

    ``total_rows`` is the length of the complete table where this one is cut. ``categories`` marks a
    table of counts of actors by category: its ``count`` columns are subject to suppression of small
    cells, its ``share`` columns go with the count column before them, and a last row that starts with
    "All" holds the totals.
    """

    id: str
    title: str
    columns: Sequence[TableColumn]
    rows: Sequence[Sequence[Cell]]
    caption: str = ""
    total_rows: int | None = None
    categories: bool = False
    type: Literal["table"] = "table"


@dataclass(frozen=True)
class Number:
    """One number with its comparison; ``low`` and ``high`` bound what is compatible with the data."""

    label: str
    value: float | int | None
    measure: str | None = None
    kind: Kind = "number"
    unit: str = ""
    comparison: str = ""
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Numbers:
    """A row of numbers."""

    id: str
    title: str
    items: Sequence[Number]
    caption: str = ""
    type: Literal["numbers"] = "numbers"


@dataclass(frozen=True)
class Figure:
    """A picture: its title is its finding, its subtitle says what is measured, its caption how.

    ``rows`` are the data of the chart, by kind of chart:

    ``dots``       label, value, low?, high?, highlight — one dot per item, with its interval
    ``null``       label, observed, mean, low, high — observed against what chance would give
    ``slope``      label, wave, value, highlight — one line per item over the waves
    ``parts``      group, part, value — one bar per group, cut in named parts
    ``histogram``  start, end, count, highlight
    ``scatter``    label, x, y, highlight
    ``geo``        label, latitude, longitude, value, highlight
    ``matrix``     row, column, value
    ``curve``      x, value, low, high, label? (says its value), highlight — a curve with the band of chance
    ``pictograms`` panel, kind (firm, tie, rule, outside), x, y, x2, y2, label, highlight, says

    ``violins``    label, observed, mean, low, high, tip — and for its outline label, value, width

    ``specification`` label, value, low, high, model, controls, others, weighted, highlight — one column per model

    ``networks``   panel, kind (firm, tie), x, y, x2, y2, highlight, says — the same firms several times

    ``options`` holds ``x_title``, ``y_title``, ``zero`` (show the zero line), ``reference`` (a line), ``log`` (a
    horizontal axis of ratios, for dots).
    """

    id: str
    title: str
    subtitle: str
    caption: str
    chart: Chart
    rows: Sequence[Mapping[str, Cell]]
    table: Table
    options: Mapping[str, Cell] = field(default_factory=dict)
    measure: str | None = None
    type: Literal["figure"] = "figure"


@dataclass(frozen=True)
class Text:
    """A paragraph."""

    id: str
    text: str
    type: Literal["text"] = "text"

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", one_stop(self.text))


@dataclass(frozen=True)
class Advice:
    """What someone could do next, and what it would cost to be wrong.

    Parameters
    ----------
    id
        Stable name, unique in the report.
    text
        Who could do what, with names where they may be named.
    wrong
        What it costs if the finding behind it is wrong.
    evidence
        ``id`` of the block that it rests on.
    usefulness
        0 to 1: the most useful ones also stand on the first screen.
    """

    id: str
    text: str
    wrong: str
    evidence: str
    usefulness: float = 0.5
    type: Literal["advice"] = "advice"

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", one_stop(self.text))


@dataclass(frozen=True)
class NotAnswered:
    """A question that the data cannot answer: why, and what to collect to answer it."""

    id: str
    question: str
    why: str
    collect: str
    type: Literal["not_answered"] = "not_answered"


@dataclass(frozen=True)
class Map:
    """The place of the interactive map; its data stands in the summary under ``map``."""

    id: str
    title: str
    subtitle: str
    caption: str
    table: Table
    type: Literal["map"] = "map"


Block = Table | Numbers | Figure | Text | Advice | NotAnswered | Map


@dataclass(frozen=True)
class Chapter:
    """One chapter: the question it answers, a lead in plain words, its claims and its blocks."""

    id: str
    title: str
    lead: str
    claims: Sequence[Claim]
    blocks: Sequence[Block]

    def to_dict(self) -> dict[str, Any]:
        """The chapter as plain values; each claim also says its certainty word."""
        out = asdict(self)
        out["claims"] = [asdict(claim) | {"certainty": claim.certainty} for claim in self.claims]
        return out

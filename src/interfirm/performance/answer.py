"""What an analysis hands over: dictionary, table, words, tests, cautions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from interfirm.errors import Finding
from interfirm.performance.papers import PaperTable

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False, kw_only=True)
class Answer:
    """What an analysis found.

    Attributes
    ----------
    dictionary
        See :func:`interfirm.performance.data_dictionary`.
    paper
        The estimates, as a table fit for a paper.
    sentences
        The same in words.
    cautions
        What may not be concluded.
    findings
        What was noticed in the data.
    tests
        Further tests, a sentence each.
    tables
        Further tables, each with its title.
    models
        How many models the table holds.
    heading
        What stands above the sentences.
    """

    dictionary: pd.DataFrame
    paper: PaperTable
    sentences: tuple[str, ...]
    cautions: tuple[str, ...]
    findings: tuple[Finding, ...] = ()
    tests: tuple[str, ...] = ()
    tables: tuple[tuple[str, pd.DataFrame], ...] = ()
    models: int = 1
    heading: str = "In words: what goes with cooperation, other things of the model alike"


def shown(dictionary: pd.DataFrame) -> pd.DataFrame:
    """A dictionary with the columns that fit a terminal."""
    rows = cast("list[dict[str, Any]]", dictionary.to_dict("records"))
    frame = dictionary.assign(holds=[_holds(row) for row in rows])
    return frame[["variable", "type", "known", "empty", "mean", "holds"]]


def _holds(row: dict[str, Any]) -> str:
    parts = [row["question"], row["values"], f"no answer by code: {row['refused']}" if row["refused"] else ""]
    return " · ".join(part for part in parts if part)

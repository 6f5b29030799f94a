"""A whole analysis of a survey or a study: dictionary, models, words, tests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from interfirm.errors import Finding
from interfirm.performance import words
from interfirm.performance.design import survey_design
from interfirm.performance.dictionary import data_dictionary
from interfirm.performance.estimates import Fit
from interfirm.performance.margins import Margins, marginal_effects
from interfirm.performance.models import fit
from interfirm.performance.papers import PaperTable, paper_table

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.read.microdata import Microdata


@dataclass(frozen=True, eq=False)
class Analysis:
    """What an analysis found.

    Attributes
    ----------
    dictionary
        See :func:`interfirm.performance.data_dictionary`.
    fits
        The models, the main one first.
    margins
        Effects of the main model.
    paper
        The models side by side.
    sentences, cautions
        Effects in words, and what may not be concluded.
    findings
        What was noticed in the data.
    """

    dictionary: pd.DataFrame
    fits: tuple[Fit, ...]
    margins: Margins
    paper: PaperTable
    sentences: tuple[str, ...]
    cautions: tuple[str, ...]
    findings: tuple[Finding, ...] = ()
    more: dict[str, Any] = field(default_factory=dict)

    def dictionary_shown(self) -> pd.DataFrame:
        """The dictionary with the columns that fit a terminal."""
        frame = self.dictionary
        frame = frame.assign(holds=[_holds(row) for row in cast("list[dict[str, Any]]", frame.to_dict("records"))])
        return frame[["variable", "type", "known", "empty", "mean", "holds"]]


def _holds(row: dict[str, Any]) -> str:
    parts = [row["question"], row["values"], f"no answer by code: {row['refused']}" if row["refused"] else ""]
    return " · ".join(part for part in parts if part)


def survey_analysis(data: Microdata | pd.DataFrame, outcome: str, *, cooperation: Sequence[str],
                    controls: Sequence[str] = (), model: str = "auto", weights: str | None = None,
                    cluster: str | None = None, strata: str | None = None,
                    progress: Callable[[str], None] | None = None) -> Analysis:
    """Which cooperation goes with an outcome, from a survey.

    Parameters
    ----------
    data, outcome, cooperation, controls, weights, cluster, strata
        As in :func:`interfirm.performance.survey_design`.
    model
        As in :func:`interfirm.performance.fit`.
    progress
        Is told each step.

    Returns
    -------
    Analysis

    References
    ----------
    [papke1996], [oslo2018]

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"share": [0.1, 0.2, 0.1, 0.4, 0.3], "coop": [0, 1, 0, 1, 1]})
    >>> survey_analysis(table, "share", cooperation=["coop"]).fits[0].model
    'fractional'
    """
    step = progress or (lambda _: None)
    design = survey_design(data, outcome, cooperation=cooperation, controls=controls, weights=weights, cluster=cluster,
                           strata=strata)
    step("main model")
    main = fit(design, model)
    found = marginal_effects(main)
    named = [*dict.fromkeys([outcome, *_columns(data, [*cooperation, *controls]),
                             *(name for name in (weights, cluster, strata) if name)])]
    return Analysis(data_dictionary(data, named), (main,), found, paper_table([main]), tuple(words.effects(found)),
                    tuple(words.cautions()), (*design.findings, *main.findings))


def _columns(data: Any, terms: Sequence[str]) -> list[str]:
    """The columns behind terms."""
    import re

    there = set(getattr(data, "frame", data).columns)
    out = []
    for term in terms:
        if term in there:
            out.append(term)
            continue
        parts = re.split(r"[*()^=]", term)
        out += [name for part in parts for name in (part.strip(), part.strip()[2:]) if name in there]
    return out

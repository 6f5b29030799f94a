"""A whole analysis with fixed effects: what changes together within firms, or goes together within groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from interfirm.performance import words
from interfirm.performance.answer import Answer
from interfirm.performance.design import survey_design
from interfirm.performance.dictionary import data_dictionary
from interfirm.performance.estimates import Fit
from interfirm.performance.further import Progress, Shown, categories_of, columns_of, distinct, lagged, said_first
from interfirm.performance.margins import marginal_effects
from interfirm.performance.models import fit
from interfirm.performance.panel import fixed_effects
from interfirm.performance.papers import paper_table
from interfirm.performance.terms import Source

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.read.microdata import Microdata

_CAUTIONS: Final = (
    "What stays the same within {group} has dropped out; what changes along with cooperation has not. A firm may begin "
    "to cooperate because things go well.",
    "The estimate rests on those that changed. They may be unlike the others.",
)


def panel_analysis(data: Microdata | pd.DataFrame | Source, outcome: str, *, cooperation: Sequence[str],
                   controls: Sequence[str] = (), absorb: Sequence[str], weights: str | None = None,
                   cluster: str | None = None, tied: bool = False, progress: Progress | None = None,
                   first: Shown | None = None) -> Answer:
    """What changes together within firms (or goes together within sectors, years …).

    Parameters
    ----------
    data, outcome, cooperation, controls, absorb, weights, cluster
        As in :func:`interfirm.performance.fixed_effects`.
    tied
        Whether the firms are tied to each other.
    progress
        Is told each step.
    first
        Is given the data dictionary before anything is estimated.

    Returns
    -------
    Answer
        Beside the model stands the linear regression of the same rows without fixed effects.

    Raises
    ------
    DataError, UsageError, UnknownName
        As :func:`interfirm.performance.fixed_effects`.

    References
    ----------
    [cameron2015]

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"firm": [1, 1, 2, 2, 3, 3], "x": [0.0, 1, 0, 2, 1, 1], "y": [1.0, 2, 5, 7, 3, 3]})
    >>> panel_analysis(table, "y", cooperation=["x"], absorb=["firm"]).tests
    ("'x' differs within 2 of the 3 values of 'firm' that have several rows; the estimate rests on them.",)
    """
    step = progress or (lambda _: None)
    source = replace(Source.of(data), unit="rows")
    terms = [*cooperation, *controls]
    named = [outcome, *columns_of(source, terms), *absorb, *(name for name in (weights, cluster) if name)]
    dictionary = said_first(first, data_dictionary(source, list(dict.fromkeys(named)), categories=categories_of(terms)))
    step("model with fixed effects")
    found = fixed_effects(source, outcome, cooperation=cooperation, controls=controls, absorb=absorb, weights=weights,
                          cluster=cluster)
    where = np.zeros(len(source.frame), dtype=bool)
    where[found.design.rows] = True
    pooled = fit(survey_design(source, outcome, cooperation=cooperation, controls=controls, weights=weights,
                               cluster=cluster or absorb[0], where=where), "linear")
    group = " and ".join(f"'{name}'" for name in absorb)
    return Answer(
        dictionary=dictionary, models=2, findings=distinct((*found.findings, *pooled.findings)),
        paper=paper_table([found, pooled], show="coefficients", title=f"What goes with '{outcome}' within {group}",
                          names=[f"(1) {found.title}", "(2) Linear, without them"]),
        sentences=tuple(words.effects(marginal_effects(found))), tests=tuple(_changed(source, found, absorb[0])),
        cautions=(*(text.format(group=group) for text in _CAUTIONS), *words.cautions(
            tied=tied, before=lagged(cooperation))[1:]),
        heading=f"In words: what goes together within {group}, other things of the model alike")


def _changed(source: Source, found: Fit, group: str) -> list[str]:
    """In how many groups each variable of the question differs at all."""
    import pandas as pd

    code = pd.factorize(source.column(group).iloc[found.design.rows])[0]
    several = np.bincount(code) > 1
    out = []
    for name in found.design.focal:
        if name not in found.design.values:
            continue
        spread = pd.Series(found.design.values[name]).groupby(code).agg(np.ptp).to_numpy()
        out.append(f"'{name}' differs within {int((spread[several] > 0).sum()):,} of the {int(several.sum()):,} values "
                   f"of '{group}' that have several rows; the estimate rests on them.")
    return out

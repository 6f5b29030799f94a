"""Whole analyses of outcomes that only some firms have, and of research, innovation and productivity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np

from interfirm.errors import UsageError
from interfirm.performance import words
from interfirm.performance.answer import Answer
from interfirm.performance.cdm import System, cdm
from interfirm.performance.dictionary import data_dictionary
from interfirm.performance.estimates import Fit
from interfirm.performance.formula import Formula
from interfirm.performance.further import (
    Progress,
    Shown,
    categories_of,
    columns_of,
    distinct,
    outcome_name,
    said_first,
)
from interfirm.performance.heckman import designs, estimated
from interfirm.performance.margins import marginal_effects
from interfirm.performance.models import fit
from interfirm.performance.papers import PaperTable, number, paper_table

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.performance.terms import Source
    from interfirm.study.read.microdata import Microdata

EQUATIONS: Final = ("research", "intensity", "innovation", "productivity")
_SELECTION: Final = (
    "That '{excluded}' makes firms have '{outcome}' and does not itself change its size is assumed; no test of these "
    "data shows it.",
    "The correction rests on normal errors. Where it changes much, or the correlation is near 1, trust neither column.",
)
_SYSTEM: Final = (
    "The order — research, then innovation, then productivity — is assumed; these data do not test it.",
    "The regressors that stand in one equation and not in the next are assumed to work through it alone.",
    "Foreseen values are averages for firms like this one. They say nothing of what a single firm would gain.",
)


def selection_analysis(data: Microdata | pd.DataFrame | Source, outcome: str, selection: Formula, *,
                       cooperation: Sequence[str], controls: Sequence[str] = (), method: str = "ml",
                       weights: str | None = None, cluster: str | None = None, strata: str | None = None,
                       progress: Progress | None = None, first: Shown | None = None) -> Answer:
    """What goes with an outcome that only some firms have, allowing for why they are the ones.

    Parameters
    ----------
    data, outcome, weights, cluster, strata, method
        As in :func:`interfirm.performance.heckman`.
    selection
        Yes or no: whether the firm has the outcome; and by what.
    cooperation, controls
        Terms of the outcome; the question is about the cooperation.
    progress
        Is told each step.
    first
        Is given the data dictionary before anything is estimated.

    Returns
    -------
    Answer
        Beside the model stands least squares of the firms that have the outcome.

    Raises
    ------
    DataError, UsageError, UnknownName
        As :func:`interfirm.performance.heckman`.

    References
    ----------
    [heckman1979]

    Examples
    --------
    >>> import pandas as pd
    >>> from interfirm.performance.formula import formula
    >>> rng = np.random.default_rng(1); z, x, e = rng.normal(size=(3, 500))
    >>> table = pd.DataFrame({"z": z, "x": x, "rd": (z + e > 0) * 1.0, "spend": 1 + x + 0.5 * e + rng.normal(size=500)})
    >>> found = selection_analysis(table, "spend", formula("rd ~ x, z"), cooperation=["x"])
    >>> found.paper.header[1:]
    ('(1) Heckman (maximum likelihood)', '(2) Linear regression')
    """
    step = progress or (lambda _: None)
    terms = [*cooperation, *controls]
    named = [outcome, outcome_name(data, selection.outcome), *columns_of(data, [*terms, *selection.terms]),
             *(name for name in (weights, cluster, strata) if name)]
    dictionary = said_first(first, data_dictionary(data, list(dict.fromkeys(named)), categories=categories_of(
        [*terms, *selection.terms])))
    step("selection")
    whole, seen = designs(data, outcome, selection.outcome, terms, selection.terms, weights, cluster, strata,
                          cooperation)
    found, who = estimated(whole, seen, method)
    plain = fit(seen, "linear")
    excluded = [name for name in whole.names[1:] if name not in seen.names]
    findings = distinct((*whole.findings, *seen.findings, *found.findings, *plain.findings))
    return Answer(
        dictionary=dictionary, models=2, findings=findings,
        paper=paper_table([found, plain], show="coefficients", title=f"What goes with '{outcome}', which "
                          f"{seen.size:,} of {whole.size:,} firms have"),
        sentences=(*words.effects(marginal_effects(found, [*seen.bases])),
                   *(_who(who, selection.outcome) if found.converged else ())),
        tests=(_correlation(found, outcome),) if found.converged else (),
        cautions=(*words.CAUTIONS[:1], *(text.format(excluded=", ".join(excluded), outcome=outcome)
                                         for text in _SELECTION), words.CAUTIONS[2]),
        heading=f"In words: what goes with '{outcome}' among all firms alike, those without it too")


def _who(who: Fit, selection: str) -> list[str]:
    """The selection equation, in points of the probability."""
    rows = cast("list[dict[str, Any]]", marginal_effects(who).rows.to_dict("records"))
    return [f"Who has it: {words.sentence(row, who)}".replace(f"'{who.design.outcome}'", f"'{selection}'")
            for row in rows]


def _correlation(found: Fit, outcome: str) -> str:
    """The correlation of the two errors, with its interval, and what it means for least squares."""
    at = found.names.index("atanh(rho)") if "atanh(rho)" in found.names else None
    rows = found.table()
    if at is None:
        row = rows[rows["term"] == "inverse Mills ratio"].iloc[0]
        apart = not row["low"] <= 0 <= row["high"]
        ends = f"95 %: {number(row['low'])} to {number(row['high'])}; p = {row['p']:.3g}"
        said = f"The inverse Mills ratio has the coefficient {number(row['estimate'])} ({ends})"
    else:
        row = rows.iloc[at]
        apart = not row["low"] <= 0 <= row["high"]
        said = f"Unseen reasons to have '{outcome}' and its size go together with a correlation of " \
            f"{found.extra['rho']:.2f} (95 %: {np.tanh(row['low']):.2f} to {np.tanh(row['high']):.2f}; " \
            f"p = {row['p']:.3g})"
    return said + (": the firms that have it differ, and column (2) is off." if apart else
                   ": which may as well be none. Then column (2) does, and is more precise.")


def system_analysis(data: Microdata | pd.DataFrame | Source, equations: Mapping[str, Formula], *,
                    controls: Sequence[str] = (), cluster: str | None = None, draws: int = 999, seed: int = 1,
                    progress: Progress | None = None, first: Shown | None = None) -> Answer:
    """Research, what innovation goes with it, what productivity with that: four equations, resampled together.

    Parameters
    ----------
    data, cluster, draws, seed
        As in :func:`interfirm.performance.cdm`.
    equations
        ``"research"``, ``"intensity"``, ``"innovation"``, ``"productivity"``, each with its outcome and terms.
    controls
        Terms of all four.
    progress, first
        As in :func:`selection_analysis`.

    Returns
    -------
    Answer
        The system beside its equations taken by themselves.

    Raises
    ------
    UsageError
        If an equation is missing, or as :func:`interfirm.performance.cdm`.
    DataError
        As :func:`interfirm.performance.cdm`.

    References
    ----------
    [crepon1998]

    Examples
    --------
    >>> system_analysis({}, {})
    Traceback (most recent call last):
    interfirm.errors.UsageError: A recursive system has four equations; missing: research, intensity, innovation, \
productivity.
    """
    gone = [name for name in EQUATIONS if name not in equations]
    if gone:
        raise UsageError(f"A recursive system has four equations; missing: {', '.join(gone)}.")
    every = {name: equations[name].with_terms(tuple(controls)) for name in EQUATIONS}
    terms = [term for item in every.values() for term in item.terms]
    named = [*(outcome_name(data, item.outcome) for item in every.values()), *columns_of(data, terms),
             *([cluster] if cluster else [])]
    dictionary = said_first(first, data_dictionary(data, list(dict.fromkeys(named)), categories=categories_of(terms)))
    found = cdm(data, **{name: item.outcome for name, item in every.items()},
                selected_by=every["research"].terms, intensity_by=every["intensity"].terms,
                innovation_by=every["innovation"].terms, productivity_by=every["productivity"].terms,
                cluster=cluster, draws=draws, seed=seed, progress=progress)
    return Answer(dictionary=dictionary, paper=_system_table(found, every), models=2,
                  sentences=tuple(_system_words(found, every)), findings=distinct(found.findings), tests=(str(found),),
                  cautions=(*_SYSTEM, words.CAUTIONS[0], words.CAUTIONS[2]),
                  heading="In words: along the chain, other things of the model alike")


_MODELS: Final = {"probit": "probit", "fractional": "fractional logit", "linear": "linear"}


def _system_table(found: System, every: Mapping[str, Formula]) -> PaperTable:
    """The four equations under each other; the system in one column, each equation by itself in the other."""
    rows: list[tuple[str, ...]] = []
    table = found.table()
    kinds = {"research": "probit", "intensity": "linear, with selection", "innovation": _MODELS[found.innovation],
             "productivity": "linear"}
    for name in EQUATIONS:
        rows.append((f"{name}: {every[name].outcome} ({kinds[name]})", "", ""))
        for row in cast("list[dict[str, Any]]", table[table["equation"] == name].to_dict("records")):
            rows.append((f"  {row['term']}", number(row["estimate"]),
                         number(row["naive"]) if np.isfinite(row["naive"]) else ""))
            rows.append(("", f"[{number(row['low'])}, {number(row['high'])}]" if np.isfinite(row["low"]) else "", ""))
    foot = (("Firms", f"{found.size:,}", f"{found.size:,}"),
            ("With research", f"{found.researching:,}", f"{found.researching:,}"),
            ("Resamples", f"{found.draws - found.failed:,}", ""))
    note = "Coefficients; 95 % intervals in square brackets: percentiles of resamples of all equations together. " \
        "The second column takes observed research and innovation in place of foreseen ones, and no selection. " \
        "Associations in an assumed order, not causes."
    return PaperTable("Research, innovation and productivity", ("", "(1) System", "(2) Each by itself"), tuple(rows),
                      foot, note)


def _system_words(found: System, every: Mapping[str, Formula]) -> list[str]:
    points = found.innovation != "linear"
    out = []
    for row in cast("list[dict[str, Any]]", found.effects.to_dict("records")):
        scale = 100.0 if points and row["equation"] == "innovation" else 1.0
        what = every[str(row["equation"])].outcome
        name = f"the probability of '{what}'" if found.innovation == "probit" and scale > 1 else f"'{what}'"
        out.append(words.one_more(str(row["term"]), name, scale * row["estimate"], scale * row["low"],
                                  scale * row["high"], " percentage points" if scale > 1 else "",
                                  step=str(row["step"])))
    return out

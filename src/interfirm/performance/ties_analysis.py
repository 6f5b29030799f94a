"""Whole analyses of a study that rest on its ties: who is tied to whom, and whether results of partners go together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np

from interfirm.errors import DataError, Finding, Findings
from interfirm.numerals import per_cent
from interfirm.performance import words
from interfirm.performance._limits import limit
from interfirm.performance.answer import Answer
from interfirm.performance.design import survey_design
from interfirm.performance.dictionary import COLUMNS, data_dictionary
from interfirm.performance.formula import Formula
from interfirm.performance.further import Progress, Shown, columns_of, distinct, said_first
from interfirm.performance.models import fit
from interfirm.performance.mrqap import DyadicRegression, dyads, regress
from interfirm.performance.network_lag import NetworkLag, network_lag
from interfirm.performance.papers import PaperTable, number
from interfirm.performance.study_table import study_table, waves_of
from interfirm.performance.terms import Floats

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.performance.estimates import Fit
    from interfirm.study.study import Study

_PAIRS: Final = (
    "Firms choose their partners. That tied pairs are alike says neither that being alike ties nor that ties make "
    "alike.",
    "Ties close on ties: partners of partners meet. A regression of pairs does not model that; 'interfirm dynamics' "
    "does, from two waves.",
    "A large p does not say that there is no difference; it says that these pairs cannot tell.",
)
_LAG: Final = (
    "Whoever chooses partners like oneself makes results of partners go together without any influence. Neither method "
    "repairs that.",
    "A common shock — a buyer, a region, a year — does the same.",
    "Firms outside the table, and ties to them, are not in the model.",
)


def ties_analysis(study: Study, equation: Formula, *, wave: Any = None, earlier: Any = None,
                  more: Mapping[str, Floats] | None = None, permutations: int = 2000, seed: int = 1,
                  progress: Progress | None = None, first: Shown | None = None) -> Answer:
    """Which pairs of members are tied: a regression over pairs with permuted actors (MRQAP).

    Parameters
    ----------
    study, wave, earlier, more, permutations, seed
        As in :func:`interfirm.performance.mrqap`.
    equation
        A relation, and its terms.
    progress
        Is told each step.
    first
        Is given the dictionary of the pairs before anything is estimated.

    Returns
    -------
    Answer

    Raises
    ------
    UnknownName, UsageError
        As :func:`interfirm.performance.mrqap`.

    References
    ----------
    [dekker2007]

    Examples
    --------
    >>> from interfirm.performance.formula import formula
    >>> from interfirm.study.example import example
    >>> found = ties_analysis(example(seed=1), formula("advice ~ distance"), wave="2024", permutations=19)
    >>> found.paper.header
    ('', 'Estimate', 't', 'p')
    """
    step = progress or (lambda _: None)
    when = study.wave_order[-1] if wave is None else study.wave(wave)
    y, x = dyads(study, equation.outcome, equation.terms, wave=when, earlier=earlier, more=more)
    dictionary = said_first(first, _pairs_dictionary({equation.outcome: y, **x}))
    step(f"{permutations:,} permutations")
    found = regress(equation.outcome, y, x, permutations, seed)
    return Answer(dictionary=dictionary, paper=_pairs_table(found), sentences=tuple(_pairs_words(found, x)),
                  cautions=_PAIRS, findings=tuple(_unknown_pairs(study.name, y, x)), tests=(str(found),),
                  heading=f"In words: which pairs have a tie of '{equation.outcome}', {when}, other things alike")


def _pairs_dictionary(matrices: Mapping[str, Floats]) -> pd.DataFrame:
    """One row per matrix, over the ordered pairs."""
    import pandas as pd

    rows = []
    for name, matrix in matrices.items():
        values = matrix[~np.eye(len(matrix), dtype=bool)]
        known = values[~np.isnan(values)]
        kind = "yes or no" if set(np.unique(known)) <= {0.0, 1.0} else "number"
        ends = (float(known.min()), float(known.mean()), float(known.max())) if len(known) else (None,) * 3
        shown = f"1: {int(known.sum()):,}; 0: {int((known == 0).sum()):,}" if kind == "yes or no" else ""
        rows.append((name, "pairs of members", kind if len(known) else "no answer", len(known),
                     int(np.isnan(values).sum()), "", *ends, shown))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _unknown_pairs(source: str, y: Floats, x: Mapping[str, Floats]) -> list[Finding]:
    away = ~np.eye(len(y), dtype=bool)
    out = Findings()
    for name, matrix in (("the outcome", y), *((repr(term), values) for term, values in x.items())):
        gone = float(np.isnan(matrix[away]).mean())
        if gone > 0:
            level: Any = "warning" if gone > limit("left_out") else "note"
            out.add(level, f"{per_cent(gone)} of the pairs are not known in {name} and are left out", "left-out",
                    file=source, remedy="Ask those who did not answer" if name == "the outcome" else None)
    return list(out)


def _pairs_table(found: DyadicRegression) -> PaperTable:
    rows = tuple((str(row["term"]), number(row["estimate"]), number(row["t"]),
                  "" if np.isnan(row["p"]) else f"{row['p']:.4f}")
                 for row in cast("list[dict[str, Any]]", found.rows.to_dict("records")))
    foot = (("Pairs", f"{found.pairs:,}", "", ""), ("Actors", f"{found.actors:,}", "", ""),
            ("R²", number(found.r2), "", ""), ("Permutations", f"{found.permutations:,}", "", ""))
    return PaperTable(f"Which pairs have a tie of '{found.outcome}'", ("", "Estimate", "t", "p"), rows, foot,
                      "Linear regression over pairs; p two-sided, by double semi-partialing, with the observed value "
                      "counted in. Associations, not causes.")


def _pairs_words(found: DyadicRegression, x: Mapping[str, Floats]) -> list[str]:
    """Clear terms first; of numbers, what goes with one standard deviation more."""
    out = []
    rows = [row for row in cast("list[dict[str, Any]]", found.rows.to_dict("records")) if not np.isnan(row["p"])]
    for row in sorted(rows, key=lambda row: row["p"]):
        values = x[str(row["term"])]
        known = values[~np.isnan(values) & ~np.eye(len(values), dtype=bool)]
        yes = set(np.unique(known)) <= {0.0, 1.0}
        size = 100 * float(row["estimate"]) * (1.0 if yes else float(known.std()))
        word = "more" if size > 0 else "less"
        step = "" if yes else f" ({float(known.std()):.3g} more, one standard deviation)"
        tail = "" if row["p"] < 0.05 else ", which may as well be no difference"
        p = f"p = {row['p']:.4f}" if row["p"] < 0.1 else f"p = {row['p']:.2f}"
        out.append(f"{row['term']}{step}: a tie is {abs(size):.1f} percentage points {word} frequent ({p}){tail}.")
    return out


def lag_analysis(study: Study, relation: str, *, outcome: str = "new_product_share",
                 cooperation: Sequence[str] = ("breadth",), controls: Sequence[str] = ("log(employees)", "rd_share"),
                 positions: Sequence[str] = (), wave: Any = None, earlier: Any = None, method: str = "iv",
                 contextual: bool = True, progress: Progress | None = None, first: Shown | None = None) -> Answer:
    """Whether a firm's result goes with the results of those it is tied to.

    Ties are those of the wave before (``earlier``) where there is one. Members whose ties are not known, because they
    did not answer, are left out and counted.

    Parameters
    ----------
    study, outcome, positions, wave, earlier
        As in :func:`interfirm.performance.study_table`.
    relation
        Of the ties; a firm's neighbours are those it names.
    cooperation, controls
        Terms over its columns.
    method, contextual
        As in :func:`interfirm.performance.network_lag`.
    progress
        Is told each step.
    first
        Is given the data dictionary before anything is estimated.

    Returns
    -------
    Answer
        Beside the model stands the linear regression of the same firms without neighbours.

    Raises
    ------
    DataError, UsageError, UnknownName
        As :func:`interfirm.performance.network_lag`.

    References
    ----------
    [bramoulle2009], [kelejian1998]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> found = lag_analysis(example(seed=1), "advice", method="ml", controls=["log(employees)"], contextual=False)
    >>> found.paper.header[1:]
    ('(1) Network lag, maximum likelihood', '(2) Without neighbours')
    """
    step = progress or (lambda _: None)
    when, before = waves_of(study, outcome, wave, earlier)
    source = study_table(study, wave=when, outcome=outcome, positions=positions, relation=relation, earlier=before)
    placed = [f"{name} {before}" for name in positions]
    focal = [*cooperation, *placed]
    named = [outcome, *columns_of(source, [*focal, *controls])]
    dictionary = said_first(first, data_dictionary(source, list(dict.fromkeys(named))))
    whole_design = survey_design(source, outcome, cooperation=focal, controls=controls)
    ties, keep, note = _ties(study, relation, before, source.frame["actor"].to_numpy()[whole_design.rows])
    where = np.zeros(len(source.frame), dtype=bool)
    where[whole_design.rows[keep]] = True
    design = survey_design(source, outcome, cooperation=focal, controls=controls, where=where)
    step("network lag")
    found = network_lag(design, ties, method=method, contextual=contextual)
    plain = fit(design, "linear")
    return Answer(dictionary=dictionary, paper=_lag_table(found, plain, outcome, relation, before), models=2,
                  sentences=tuple(_lag_words(found, outcome, relation)), cautions=(*_LAG, words.CAUTIONS[2]),
                  findings=distinct((*note, *design.findings, *found.findings)), tests=tuple(_lag_tests(found)),
                  heading=f"In words: does '{outcome}' go with that of partners ('{relation}', {before})?")


def _ties(study: Study, relation: str, wave: str, actors: Any) -> tuple[Floats, Any, list[Finding]]:
    """The ties among the firms, and which of them are kept so that no tie among them is unknown."""
    view = study.adjacency(relation, wave, who="all")
    place = {actor: i for i, actor in enumerate(study.actors["actor"].to_numpy(dtype=object)[view.index])}
    there = np.array([place.get(actor, -1) for actor in actors])
    keep = np.flatnonzero(there >= 0)
    at = there[keep]
    unknown = ~view.observed()[np.ix_(at, at)]
    np.fill_diagonal(unknown, False)
    left = np.ones(len(keep), dtype=bool)
    while (both := unknown & left & left[:, None]).any():
        left[int((both.sum(axis=0) + both.sum(axis=1)).argmax())] = False
    gone = len(actors) - int(left.sum())
    out = Findings()
    if gone:
        level: Any = "warning" if gone > limit("left_out") * len(actors) else "note"
        out.add(level, f"{gone} of {len(actors)} firms are left out: their ties of '{relation}' in {wave} are not "
                "known", "left-out", file=study.name, expected="answers of all", remedy="Read the result as one of "
                "those who answered")
    if not left.any():
        raise DataError(Finding("error", f"the ties of '{relation}' in {wave} are known for none of these firms",
                                "no-ties", file=study.name, remedy="Take another relation or wave"))
    at = at[left]
    return view.binary.toarray().astype(np.float64)[np.ix_(at, at)], keep[left], list(out)


def _lag_table(found: NetworkLag, plain: Fit, outcome: str, relation: str, wave: str) -> PaperTable:
    beside = dict(zip(plain.names, zip(plain.estimate, plain.error, strict=True), strict=True))
    errors = np.sqrt(np.maximum(np.diag(found.covariance), 0.0))
    rows: list[tuple[str, ...]] = []
    for term, estimate, error in zip(found.names, found.estimate, errors, strict=True):
        other = beside.get(term)
        rows.append((term, number(float(estimate)), "" if other is None else number(float(other[0]))))
        rows.append(("", f"({number(float(error))})", "" if other is None else f"({number(float(other[1]))})"))
    how = "instruments" if found.method == "iv" else "maximum likelihood"
    foot = [("Firms", f"{found.size:,}", f"{plain.size:,}"), ("Without neighbours", f"{found.alone:,}", "")]
    if np.isfinite(found.first_stage):
        foot.append(("First-stage F", f"{found.first_stage:.1f}", ""))
    if np.isfinite(found.likelihood):
        foot.append(("Log likelihood", f"{found.likelihood:,.1f}", f"{plain.likelihood:,.1f}"))
    return PaperTable(f"'{outcome}' and that of partners ('{relation}', {wave})",
                      ("", f"(1) Network lag, {how}", "(2) Without neighbours"), tuple(rows), tuple(foot),
                      "Coefficients; standard errors in brackets. Linear, also for shares. Associations, not causes.")


def _lag_words(found: NetworkLag, outcome: str, relation: str) -> list[str]:
    rows = cast("list[dict[str, Any]]", found.table().to_dict("records"))
    lag = rows[0]
    holds = lag["low"] <= 0 <= lag["high"]
    ends = f"95 %: {number(lag['low'])} to {number(lag['high'])}"
    out = [f"Where '{outcome}' of a firm's partners ('{relation}') is one unit higher on average, its own is "
           f"{number(abs(lag['estimate']))} {'higher' if lag['estimate'] > 0 else 'lower'} ({ends})"
           + (", which may as well be no difference." if holds else ".")]
    out += [words.one_more(str(row["term"]), f"'{outcome}'", row["estimate"], row["low"], row["high"], step="one more")
            for row in rows[1:] if row["term"] != "constant"]
    return out


def _lag_tests(found: NetworkLag) -> list[str]:
    out = [str(found)]
    if np.isfinite(found.overidentified):
        verdict = "do not contradict each other" if found.overidentified >= 0.05 else \
            "contradict each other: at least one of them is none"
        out.append(f"The instruments {verdict} (Sargan, p = {found.overidentified:.3g}).")
    return out

"""Coded cases: what is said where, how well it is supported, and whether new cases still say new things."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from interfirm.capability._limits import limit, whole
from interfirm.errors import DataError, UnknownName, UsageError
from interfirm.numerals import per_cent

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study

_CELLS = ("count", "presence", "salience")


def _codings(study: Study) -> pd.DataFrame:
    """Coded segments, each code of a segment once whichever coder gave it."""
    if study.codings.empty:
        raise DataError("The study has no codings. Import coded interviews, or fill the table 'codings'.")
    return study.codings.drop_duplicates(["case", "source", "segment", "code"])


def code_matrix(study: Study, *, cell: str = "count") -> pd.DataFrame:
    """Codes × cases: how often, whether, or how prominently each code occurs in each case.

    ``"count"``: coded segments; a segment counts once for a code, however many coders gave it. ``"presence"``: 1 or 0.
    ``"salience"``: count over all counts of the case. How themes are compared across cases is not fixed by one
    source; the idea of saturation over such counts is that of [guest2020].

    Parameters
    ----------
    study
        A study with codings.
    cell
        ``"count"``, ``"presence"`` or ``"salience"``.

    Returns
    -------
    DataFrame
        Index ``code`` (most frequent first), one column per case.

    Raises
    ------
    UnknownName
        For an unknown cell.
    DataError
        If the study has no codings.

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> int(code_matrix(example()).to_numpy().sum()) > 0
    True
    """
    if cell not in _CELLS:
        raise UnknownName("cell", cell, _CELLS)
    rows = _codings(study)
    table = rows.groupby(["code", "case"], observed=True).size().unstack(fill_value=0)
    table = table.reindex(columns=list(dict.fromkeys(rows["case"])))
    table = table.loc[table.sum(axis=1).sort_values(ascending=False, kind="stable").index]
    if cell == "presence":
        return (table > 0).astype("int64")
    return table / table.sum(axis=0) if cell == "salience" else table


def code_cooccurrence(study: Study) -> pd.DataFrame:
    """Codes × codes: of the segments with either code, the share with both (Jaccard [jaccard1912]).

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> table = code_cooccurrence(example())
    >>> bool((table.to_numpy().diagonal() == 1).all())
    True
    """
    import pandas as pd

    rows = _codings(study)
    mark = (rows.groupby(["case", "source", "segment", "code"], observed=True).size().unstack(fill_value=0) > 0)
    x = mark.to_numpy(dtype=np.float64)
    both = x.T @ x
    either = np.diag(both)[:, None] + np.diag(both)[None, :] - both
    return pd.DataFrame(both / either, index=mark.columns, columns=mark.columns)


def themes_by(study: Study, groups: Mapping[str, str]) -> pd.DataFrame:
    """Codes × groups of cases: the share of the group's cases in which a code occurs.

    With groups by type of collaboration or by purpose this shows which capabilities go with which. The support behind
    each share is in :func:`theme_support`; see [guest2020] for when to stop adding cases.

    Parameters
    ----------
    study
        A study with codings.
    groups
        The group of each case, e.g. ``{"case 1": "coproduction"}``.

    Raises
    ------
    UnknownName
        For a case that has no codings.
    UsageError
        If a case has no group.

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> study = example()
    >>> list(themes_by(study, {case: "all" for case in study.codings["case"].unique()}).columns)
    ['all']
    """
    presence = code_matrix(study, cell="presence")
    known = [str(name) for name in presence.columns]
    for case in groups:
        if case not in known:
            raise UnknownName("case", case, known)
    without = [case for case in known if case not in groups]
    if without:
        raise UsageError(f"Say the group of {', '.join(without)} too, or leave these cases out of the study.")
    return presence.T.groupby([groups[case] for case in known], sort=False).mean().T


def theme_support(study: Study) -> pd.DataFrame:
    """Can every theme be traced to what was said? Segments, sources, cases and quotes by code.

    A code is supported if it has a quote (a segment with its words) in at least ``capability.theme_cases`` cases. The
    rule is ours; see [guest2020] for saturation.

    Returns
    -------
    DataFrame
        Index ``code``: ``segments``, ``sources``, ``cases``, ``quotes``, ``cases_with_quote``, ``actors``,
        ``supported``.

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> theme_support(example())["supported"].dtype
    dtype('bool')
    """
    rows = _codings(study)
    quoted = rows["text"].fillna("").str.strip() != ""
    by = rows.assign(quote=quoted, quoted_case=rows["case"].where(quoted)).groupby("code", observed=True)
    out = by.agg(segments=("segment", "size"), sources=("source", "nunique"), cases=("case", "nunique"),
                 quotes=("quote", "sum"), cases_with_quote=("quoted_case", "nunique"), actors=("actor", "nunique"))
    out["supported"] = out["cases_with_quote"] >= whole("theme_cases")
    return out.sort_values("segments", ascending=False, kind="stable")


@dataclass(frozen=True)
class Saturation:
    """Whether new interviews still say new things.

    Parameters
    ----------
    runs
        One row per run: ``first``, ``last`` (interviews, from 1), ``new`` codes, ``share`` of the base.
    base_codes
        Codes of the base.
    reached
        The last interview of the first run at or below the threshold; None if there is none.
    new
        New codes of each interview, in order.
    settings
        ``base``, ``run``, ``threshold``.
    """

    runs: pd.DataFrame
    base_codes: int
    reached: int | None
    new: tuple[int, ...]
    settings: dict[str, float]

    def table(self) -> pd.DataFrame:
        """One row per run."""
        return self.runs.copy()

    def __str__(self) -> str:
        base, run, threshold = (self.settings[name] for name in ("base", "run", "threshold"))
        head = f"Base of {base:.0f} interviews with {self.base_codes} codes, runs of {run:.0f}"
        if self.runs.empty:
            return f"{head}: too few interviews to say whether coding is saturated."
        if self.reached is None:
            last = per_cent(self.runs["share"].iloc[-1])
            return f"{head}: not saturated; the last run still brought {last} new codes."
        return f"{head}: new information falls to {per_cent(threshold)} or less with interview {self.reached}."


def saturation_of(new: Sequence[int], *, base: int | None = None, run: int | None = None,
                  threshold: float | None = None) -> Saturation:
    """Saturation from the number of new codes of each interview, in order.

    New-information share of a run = new codes in the run / codes found in the base. Runs overlap: interviews b+1 to
    b+r, b+2 to b+r+1, and so on. [guest2020]

    Parameters
    ----------
    new
        New codes of each interview.
    base, run, threshold
        Interviews in the base (4), in a run (2), and the share at or below which coding is saturated (5 %).

    Raises
    ------
    UsageError
        For a base or a run below 1, a threshold outside 0 to 1, or a base without codes.

    Examples
    --------
    >>> saturation_of([10, 6, 4, 2, 1, 1, 0, 0]).reached
    7
    """
    import pandas as pd

    base, run = whole("base_size") if base is None else base, whole("run_length") if run is None else run
    threshold = limit("information_threshold") if threshold is None else threshold
    if base < 1 or run < 1 or not 0 <= threshold <= 1:
        raise UsageError("Base and run are at least 1 interview, the threshold lies between 0 and 1.")
    found = [int(value) for value in new]
    known = sum(found[:base])
    rows: list[dict[str, Any]] = []
    for start in range(base, len(found) - run + 1):
        fresh = sum(found[start:start + run])
        if known == 0:
            raise UsageError("The interviews of the base have no codes; take a larger base.")
        rows.append({"first": start + 1, "last": start + run, "new": fresh, "share": fresh / known})
    frame = pd.DataFrame(rows, columns=["first", "last", "new", "share"])
    below = frame.loc[frame["share"] <= threshold, "last"]
    return Saturation(frame, known, int(below.iloc[0]) if len(below) else None, tuple(found),
                      {"base": base, "run": run, "threshold": threshold})


def saturation(study: Study, *, order: Sequence[str] | None = None, base: int | None = None, run: int | None = None,
               threshold: float | None = None) -> Saturation:
    """Do further interviews still bring new codes? [guest2020]

    Parameters
    ----------
    study
        A study with codings; every source is an interview.
    order
        The sources in the order in which they were held; as they come in the table if None.
    base, run, threshold
        As in :func:`saturation_of`.

    Raises
    ------
    UsageError
        If ``order`` does not name every source once.

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> saturation(example()).base_codes > 0
    True
    """
    rows = _codings(study)
    sources = list(dict.fromkeys(rows["source"].astype(str)))
    if order is not None and sorted(order) != sorted(sources):
        raise UsageError(f"The order must name every source once: {', '.join(sources)}.")
    seen: set[str] = set()
    new = []
    for source in order or sources:
        codes = set(rows.loc[rows["source"] == source, "code"].astype(str)) - seen
        seen |= codes
        new.append(len(codes))
    return saturation_of(new, base=base, run=run, threshold=threshold)


def requirements_from_cases(presence: pd.DataFrame, types: Mapping[str, str], purposes: Mapping[str, str],
                            constructs: Mapping[str, str], *, low: float = 1.0, high: float = 7.0) -> pd.DataFrame:
    """Requirement profiles from coded cases, to replace the expert prior.

    R = low + (high − low) · share of the cases of a type and purpose in which a code of the construct occurs. The rule
    is ours; it turns how often a capability was needed into a level, which is an assumption.

    Parameters
    ----------
    presence
        Codes × cases of 0 and 1, as from :func:`code_matrix` with ``cell="presence"``.
    types, purposes
        Of each case.
    constructs
        The construct (``C1`` to ``C4``) of each code that speaks of a needed capability; other codes are not used.
    low, high
        Ends of the scale.

    Returns
    -------
    DataFrame
        For :func:`interfirm.capability.readiness`; ``provenance`` says how many cases.

    Raises
    ------
    UnknownName
        For a code that does not occur.
    UsageError
        If a case has no type or purpose.

    Examples
    --------
    >>> import pandas as pd
    >>> presence = pd.DataFrame({"a": [1, 0], "b": [1, 1]}, index=["trust", "tools"])
    >>> types, purposes = dict.fromkeys("ab", "r&d"), dict.fromkeys("ab", "cut cost")
    >>> requirements_from_cases(presence, types, purposes, {"trust": "C1", "tools": "C3"})["level"].tolist()
    [7.0, 4.0]
    """
    import pandas as pd

    for code in constructs:
        if code not in presence.index:
            raise UnknownName("code", code, [str(name) for name in presence.index])
    cases = [str(name) for name in presence.columns]
    without = [case for case in cases if case not in types or case not in purposes]
    if without:
        raise UsageError(f"Say type and purpose of {', '.join(without)} too, or leave these cases out.")
    used = presence.loc[list(constructs)].groupby([constructs[code] for code in constructs], sort=False).max()
    groups: dict[tuple[str, str], list[str]] = {}
    for case in cases:
        groups.setdefault((types[case], purposes[case]), []).append(case)
    rows = [(kind, purpose, name, low + (high - low) * float(used.loc[name, members].mean()), 1.0,
             f"{len(members)} coded cases")
            for (kind, purpose), members in groups.items() for name in used.index]
    return pd.DataFrame(rows, columns=["type", "purpose", "construct", "level", "weight", "provenance"])

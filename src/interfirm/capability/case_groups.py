"""What is known about cases beside their codes: type, purpose, set memberships, and the firms they are about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from interfirm.capability.cases import code_matrix, requirements_from_cases, themes_by
from interfirm.errors import DataError, Findings, UnknownName, UsageError

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study

GROUPS = ("type", "purpose")


def check_cases(study: Study, table: pd.DataFrame) -> pd.DataFrame:
    """A table about the coded cases, one row each, in the order of the codings.

    Parameters
    ----------
    study
        A study with codings.
    table
        ``case`` and anything else: ``type``, ``purpose``, and columns of numbers from 0 to 1 for set comparisons.

    Raises
    ------
    DataError
        With every case that is twice, has no codings, or is missing.
    """
    known, findings = [str(name) for name in code_matrix(study).columns], Findings()
    if "case" not in table.columns:
        findings.add("error", "the column 'case' is missing", "missing-column", file="cases",
                     expected="case, and e.g. type, purpose", remedy="Add it")
        findings.raise_if_failed()
    given = table["case"].astype(str).str.strip()
    for name in given[given.duplicated()].unique():
        findings.add("error", f"case '{name}' has two rows", "duplicate-key", file="cases", remedy="Keep one of them")
    for name in dict.fromkeys(given[~given.isin(known)]):
        findings.add("error", f"case '{name}' has no codings", "unknown-case", file="cases",
                     expected=", ".join(known[:8]), remedy="Correct the name, or remove the row")
    for name in (name for name in known if name not in set(given)):
        findings.add("error", f"nothing is said about case '{name}'", "missing-case", file="cases",
                     remedy="Add a row for it, or leave the case out of the study")
    findings.raise_if_failed()
    return table.assign(case=given).set_index("case").reindex(known)


def grouped_themes(study: Study, about: pd.DataFrame, by: str) -> pd.DataFrame:
    """Codes × groups: the share of the cases of each type or purpose in which a code occurs, and how many cases.

    Shares of few cases say little; see [guest2020] for when to stop adding cases.

    Parameters
    ----------
    study
        A study with codings.
    about
        From :func:`check_cases`.
    by
        A column, e.g. ``type``.
    """
    if by not in about.columns:
        raise UnknownName("column about cases", by, about.columns)
    groups = {str(case): str(value) for case, value in about[by].items()}
    sizes = about[by].astype(str).value_counts()
    out = themes_by(study, groups)
    return out.rename(columns={name: f"{name} ({sizes[name]})" for name in out.columns})


def memberships(study: Study, about: pd.DataFrame, outcome: str, conditions: Sequence[str] = ()) -> pd.DataFrame:
    """Cases × conditions and outcome for :func:`interfirm.capability.truth_table` [ragin2008].

    A name is a column of ``about`` (0 to 1) or else a code: 1 where the case has it, 0 where not.

    Parameters
    ----------
    study
        A study with codings.
    about
        From :func:`check_cases`.
    outcome
        The outcome.
    conditions
        The conditions; every column of numbers of ``about`` but the outcome if empty.

    Raises
    ------
    UnknownName
        For a name that is neither a column nor a code.
    UsageError
        If there is no condition, or a column holds no numbers.
    """
    import pandas as pd

    presence = code_matrix(study, cell="presence")
    numbers = about.apply(pd.to_numeric, errors="coerce")
    usable = [str(name) for name in about.columns if numbers[name].notna().any()]
    chosen = list(conditions) or [name for name in usable if name != outcome]
    if not chosen:
        raise UsageError("There is no condition to compare: name codes or columns of the table about cases.")
    out = {}
    for name in [*chosen, outcome]:
        if name in about.columns:
            if name not in usable:
                raise UsageError(f"The column '{name}' of the table about cases holds no numbers from 0 to 1.")
            out[name] = numbers[name]
        elif name in presence.index:
            out[name] = presence.loc[name].astype("float64")
        else:
            raise UnknownName("column or code", name, [*about.columns, *presence.index])
    return pd.DataFrame(out)


def requirements_of(study: Study, about: pd.DataFrame, constructs: Mapping[str, str]) -> pd.DataFrame:
    """Requirement profiles from coded cases whose type and purpose are known: :func:`requirements_from_cases`.

    Raises
    ------
    DataError
        If ``about`` lacks types or purposes.
    """
    findings = Findings()
    for name in GROUPS:
        if name not in about.columns or about[name].isna().any() or (about[name].astype(str).str.strip() == "").any():
            findings.add("error", f"the {name} of some cases is not known", "missing-column", file="cases",
                         remedy=f"Fill the column '{name}' for every case")
    if findings.failed:
        raise DataError(findings.sorted())
    each = [{str(case): str(value) for case, value in about[name].items()} for name in GROUPS]
    return requirements_from_cases(code_matrix(study, cell="presence"), each[0], each[1], constructs)


def codes_by_actor(study: Study) -> pd.DataFrame:
    """Actors × codes: how many segments of the cases about an actor carry each code; the link to the network.

    Returns
    -------
    pandas.DataFrame
        Index ``actor``, in study order, only those that a case is about; a segment counts once for each code however
        many coders gave it [guest2020].

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> bool((codes_by_actor(example()) >= 0).all(axis=None))
    True
    """
    import pandas as pd

    rows = study.codings.dropna(subset=["actor"]).drop_duplicates(["case", "source", "segment", "code"])
    order = [actor for actor in study.actors["actor"] if actor in set(rows["actor"])]
    codes = sorted(set(study.codings["code"].astype(str)))
    if not order:
        return pd.DataFrame(columns=codes, index=pd.Index([], name="actor"), dtype=np.int64)
    return pd.crosstab(rows["actor"], rows["code"]).reindex(index=order, columns=codes, fill_value=0) \
        .rename_axis(index="actor", columns=None)

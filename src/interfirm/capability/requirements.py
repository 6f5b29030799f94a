"""What a planned collaboration asks for, and what a firm lacks for it."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from interfirm.capability.scores import profiles
from interfirm.errors import Finding, Findings, UnknownName, UsageError

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study

COLUMNS: Final = ("type", "purpose", "construct", "level", "weight", "provenance")
PRIOR: Final = "expert prior"
_LOWEST, _HIGHEST = 0.0, 7.0
_NAN = float("nan")


@dataclass(frozen=True)
class Requirement:
    """What one type of collaboration for one purpose asks for.

    Parameters
    ----------
    type, purpose
        Of the collaboration.
    level
        R of each construct, 0 to 7.
    weight
        v of each construct.
    provenance
        ``"expert prior"`` for the values that interfirm ships, which are ours and not measured.
    """

    type: str
    purpose: str
    level: dict[str, float]
    weight: dict[str, float]
    provenance: str

    @property
    def is_prior(self) -> bool:
        """Whether the levels are a prior that nobody has measured."""
        return self.provenance == PRIOR


@lru_cache(maxsize=1)
def _shipped() -> tuple[dict[str, str], ...]:
    text = (resources.files("interfirm.capability") / "requirements.csv").read_text("utf-8")
    return tuple(csv.DictReader(text.splitlines()))


def requirement_profiles() -> pd.DataFrame:
    """The requirement profiles that interfirm ships: an expert prior, ours, to be replaced by your own.

    That the required set depends on type and purpose is a finding of case studies of small firms; the numbers are
    not. Write the table to a file, change it, and give it to :func:`readiness`.

    Returns
    -------
    DataFrame
        ``type``, ``purpose``, ``construct``, ``level`` (0 to 7), ``weight``, ``provenance``, ``reason``.

    Examples
    --------
    >>> requirement_profiles()["provenance"].unique().tolist()
    ['expert prior']
    """
    import pandas as pd

    return pd.DataFrame(list(_shipped())).astype({"level": "float64", "weight": "float64"})


def check_requirements(table: pd.DataFrame) -> pd.DataFrame:
    """A table of requirement profiles, checked: numbers in range, no row twice, no profile without weight.

    Raises
    ------
    DataError
        With everything that is wrong.
    """
    import pandas as pd

    findings = Findings()
    for column in (name for name in COLUMNS if name not in table.columns):
        findings.add("error", f"the column '{column}' is missing", "missing-column", file="requirements",
                     expected=", ".join(COLUMNS), remedy="Add it")
    findings.raise_if_failed()
    out = table.reset_index(drop=True).copy()
    for column, high in (("level", _HIGHEST), ("weight", np.inf)):
        numbers = pd.to_numeric(out[column], errors="coerce")
        for row in np.flatnonzero(~((numbers >= _LOWEST) & (numbers <= high) & np.isfinite(numbers)).to_numpy()):
            findings.add("error", f"'{table[column].iloc[row]}' is no {column}", "off-scale", file="requirements",
                         row=int(row) + 2, column=column, remedy="Correct the number",
                         expected=f"a number from 0 to {high:g}" if np.isfinite(high) else "a number of at least 0")
        out[column] = numbers.astype("float64")
    for row in np.flatnonzero(out.duplicated(["type", "purpose", "construct"]).to_numpy()):
        findings.add("error", "the same type, purpose and construct is there twice", "duplicate", file="requirements",
                     row=int(row) + 2, remedy="Keep one of the rows")
    findings.raise_if_failed()
    total = (out["level"] * out["weight"]).groupby([out["type"], out["purpose"]]).sum()
    for kind, purpose in total.index[total <= 0]:
        findings.add("error", f"'{kind}' for '{purpose}' asks for nothing", "empty-profile", file="requirements",
                     remedy="Give at least one construct a level and a weight above 0")
    findings.raise_if_failed()
    return out


def requirement(type: str, purpose: str, *, table: pd.DataFrame | None = None) -> Requirement:
    """The profile of one type of collaboration for one purpose.

    Parameters
    ----------
    type, purpose
        As in the table, e.g. ``"r&d"``, ``"develop product"``.
    table
        Your own profiles with the columns of :func:`requirement_profiles`; the shipped expert prior if None.

    Raises
    ------
    UnknownName
        With the known types or purposes and the nearest.
    DataError
        If the table is wrong.

    Examples
    --------
    >>> requirement("r&d", "develop product").level["C3"]
    6.0
    """
    rows = check_requirements(requirement_profiles() if table is None else table)
    for kind, name in (("type", type), ("purpose", purpose)):
        known = list(dict.fromkeys(rows[kind].astype(str)))
        if name not in known:
            raise UnknownName(f"{kind} of collaboration" if kind == "type" else "purpose", name, known)
    mine = rows.loc[(rows["type"] == type) & (rows["purpose"] == purpose)]
    if mine.empty:
        raise UsageError(f"The table has no profile of '{type}' for '{purpose}'. Add its rows.")
    provenance = ", ".join(dict.fromkeys(mine["provenance"].astype(str)))
    names = mine["construct"].astype(str)
    return Requirement(type, purpose, dict(zip(names, mine["level"], strict=True)),
                       dict(zip(names, mine["weight"], strict=True)), provenance)


def readiness_index(scores: Mapping[str, float], wanted: Requirement) -> float:
    """Readiness = 1 − Σ_c v_c g_c / Σ_c v_c R_c, with the gap g_c = max(0, R_c − score_c).

    R_c is the required level, v_c the weight of construct c. More than required does not make up for a gap elsewhere.

    Returns
    -------
    float
        1 if nothing is missing, 0 if every score is 0; NaN where a score that is asked for is missing.

    Examples
    --------
    >>> wanted = requirement("training", "access knowledge")
    >>> readiness_index(wanted.level, wanted)
    1.0
    """
    gaps = {name: _gap(level, scores.get(name, _NAN)) for name, level in wanted.level.items()
            if wanted.weight[name] > 0 and level > 0}
    asked = sum(wanted.weight[name] * wanted.level[name] for name in gaps)
    return 1 - sum(wanted.weight[name] * gap for name, gap in gaps.items()) / asked


def _gap(level: float, score: float) -> float:
    """What is missing to the level; missing if the score is."""
    return float(np.maximum(0.0, level - score))


@dataclass(frozen=True)
class Readiness:
    """How ready each firm is for a planned collaboration.

    Parameters
    ----------
    rows
        One row per firm and construct: ``actor``, ``construct``, ``title``, ``score``, ``required``, ``gap``.
    index
        Per firm readiness, 0 to 1; missing where a score is.
    wanted
        The profile that was asked for.
    wave
        The wave.
    findings
        Among them that the profile is an expert prior.
    """

    rows: pd.DataFrame
    index: pd.Series
    wanted: Requirement
    wave: str
    findings: tuple[Finding, ...]

    def table(self) -> pd.DataFrame:
        """One row per firm and construct, with the firm's readiness."""
        return self.rows.assign(readiness=self.rows["actor"].map(self.index))

    def __str__(self) -> str:
        known = self.index.dropna()
        flag = " The required levels are an expert prior: nobody has measured them." if self.wanted.is_prior else ""
        if known.empty:
            return f"No firm has all the scores that '{self.wanted.type}' to {self.wanted.purpose} asks for.{flag}"
        widest = self.rows.groupby("construct")["gap"].mean().idxmax()
        title = self.rows.loc[self.rows["construct"] == widest, "title"].iloc[0]
        met = int((known >= 1).sum())
        return (f"Ready for '{self.wanted.type}' to {self.wanted.purpose}: {met} of {len(known)} firms "
                f"meet every level, median readiness {known.median():.2f}; the widest gap is in {title}.{flag}")


def readiness(study: Study, wave: str | int | None = None, *, type: str, purpose: str,
              table: pd.DataFrame | None = None, strict: bool = True) -> Readiness:
    """What each firm lacks for a planned type of collaboration and purpose.

    Gaps and readiness as in :func:`readiness_index`, from the scores of :func:`interfirm.capability.profiles`. That the
    required capabilities depend on type and purpose follows case studies of small firms' technological collaborations;
    the shipped levels are ours, an expert prior, and results say so. Networking capability after [mitrega2012],
    alliance management after [schilke2010].

    Parameters
    ----------
    study, wave, strict
        As in :func:`interfirm.capability.profiles`.
    type
        Type of collaboration, e.g. ``"coproduction"``.
    purpose
        Its purpose, e.g. ``"enter market"``.
    table
        Your own requirement profiles; see :func:`requirement_profiles`.

    Returns
    -------
    Readiness
        A firm with a missing score that is asked for has gaps but no readiness.

    Raises
    ------
    UnknownName
        For an unknown type, purpose or construct.
    DataError
        If the table or the answers are wrong.

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> result = readiness(example(), "2024", type="r&d", purpose="develop product")
    >>> bool(result.index.between(0, 1).all())
    True
    """
    import pandas as pd

    wanted = requirement(type, purpose, table=table)
    result = profiles(study, wave, strict=strict)
    unknown = [name for name in wanted.level if name not in result.titles]
    if unknown and len(result.scores):
        raise UnknownName("construct", unknown[0], result.titles)
    scores = result.scores
    rows: list[dict[str, Any]] = [
        {"actor": actor, "construct": name, "title": result.titles[name], "score": score, "required": level,
         "gap": _gap(level, score)}
        for actor in scores.index for name, level in wanted.level.items() for score in [float(scores.loc[actor, name])]]
    index = pd.Series([readiness_index(scores.loc[actor].to_dict(), wanted) for actor in scores.index],
                      index=scores.index, name="readiness", dtype="float64")
    findings = list(result.findings)
    if wanted.is_prior:
        findings.append(Finding("note", f"the levels for '{type}' to {purpose} are an expert prior", "expert-prior",
                                remedy="Replace them by your own: give a table of requirement profiles"))
    frame = pd.DataFrame(rows, columns=["actor", "construct", "title", "score", "required", "gap"])
    return Readiness(frame, index, wanted, result.settings["wave"], tuple(findings))

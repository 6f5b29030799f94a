"""Technological capability: what a firm can do with technology, by function and depth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from interfirm.capability.answers import answers
from interfirm.errors import DataError, Finding, Findings, UsageError
from interfirm.study.instruments import items

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study

Floats = npt.NDArray[np.float64]

DEPTHS: Final = ("basic", "intermediate", "advanced")
_STEPS: Final = (0.0, 0.5, 1.0)
_NAN = float("nan")


@dataclass(frozen=True)
class TechnologicalCapability:
    """The matrix of functions and depths of every firm.

    Parameters
    ----------
    cells
        Index ``actor``, ``function``; columns ``basic``, ``intermediate``, ``advanced``: 0, 0.5 or 1, or missing.
    scores
        Per firm TC, 0 to 1; missing where a cell is.
    profile
        Firms × functions: the share of each function's depth that is reached.
    titles
        The functions in words.
    findings
        Firms that claim a deeper level without the one below, and what else was odd.
    wave
        The wave.
    """

    cells: pd.DataFrame
    scores: pd.Series
    profile: pd.DataFrame
    titles: dict[str, str]
    findings: tuple[Finding, ...]
    wave: str

    def table(self) -> pd.DataFrame:
        """One row per firm: TC and the share reached in each function."""
        return self.profile.assign(tc=self.scores).reset_index()

    def __str__(self) -> str:
        known = self.scores.dropna()
        if known.empty:
            return "No firm has answered every cell of the technological-capability matrix."
        odd = sum(item.code == "skipped-depth" for item in self.findings)
        return (f"Technological capability of {len(known)} firms in {self.wave}: median {known.median():.2f} of 1, "
                f"from {known.min():.2f} to {known.max():.2f}. {odd} deeper levels are claimed without the one below.")


def technology_score(cells: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> float:
    """TC = Σ_f w_f Σ_d d·s_fd / Σ_f w_f Σ_d d, d = 1, 2, 3; s_fd 0, ½ or 1. [lall1992]

    Parameters
    ----------
    cells
        Functions × depths (basic first).
    weights
        w_f of each function; equal if None.

    Returns
    -------
    float
        0 (nothing) to 1 (everything); NaN where a cell is missing.

    Raises
    ------
    UsageError
        For cells outside 0 to 1, negative weights or none above 0.

    Examples
    --------
    >>> round(technology_score([[1, 0, 0]] * 6), 4)
    0.1667
    """
    s = np.asarray(cells, dtype=np.float64)
    if s.ndim != 2 or s.size == 0:
        raise UsageError("The cells are functions × depths.")
    w = np.ones(len(s)) if weights is None else np.asarray(weights, dtype=np.float64)
    if w.shape != (len(s),) or not (w >= 0).all() or w.sum() <= 0:
        raise UsageError(f"Give {len(s)} weights, none below 0 and not all 0.")
    if ((s < 0) | (s > 1)).any():
        raise UsageError("A cell is 0, 0.5 or 1.")
    depth = np.arange(1, s.shape[1] + 1)
    return float(w @ (s @ depth) / (w.sum() * depth.sum()))


def skipped_depths(cells: npt.ArrayLike) -> list[tuple[int, int]]:
    """Where a deeper level is reached further than the one below it: (function, deeper depth), from 0. [guttman1944]

    In a cumulative scale whoever can do the harder can do the easier. Pairs with a missing cell are left out.

    Examples
    --------
    >>> skipped_depths([[1, 0.5, 0], [0, 1, 0]])
    [(1, 1)]
    """
    s = np.asarray(cells, dtype=np.float64)
    return [(int(f), int(d) + 1) for f, d in np.argwhere(s[:, 1:] > s[:, :-1])]


def technological_capability(study: Study, wave: str | int | None = None, *,
                             weights: Mapping[str, float] | None = None,
                             strict: bool = True) -> TechnologicalCapability:
    """What each firm can do with technology: functions × depths, a score, and never only the score.

    Six functions (two of investment, three of production, linkages [lall1992]) at three depths; a cell is 0 (no),
    0.5 (partly) or 1 (yes). TC as in :func:`technology_score`. Where a deeper level is reached further than the one
    below, a finding says so [guttman1944]: an answer may be wrong, or the step may be bought from outside.

    Parameters
    ----------
    study, wave, strict
        As in :func:`interfirm.capability.profiles`.
    weights
        Weights of the functions by name; 1 for those left out.

    Returns
    -------
    TechnologicalCapability
        Several respondents of one firm are averaged. A firm with a missing cell has a profile but no score.

    Raises
    ------
    DataError
        Where nobody answered the instrument, or answers are off the scale.
    UsageError
        For a function that does not exist.

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> result = technological_capability(example(), "2024")
    >>> list(result.profile.columns)
    ['preinvestment', 'execution', 'process', 'product', 'industrial', 'linkages']
    """
    given = answers(study, "technology", wave, strict=strict)
    if given.raw.empty:
        raise DataError(Finding("error", f"nobody answered the items of 'technology' in {given.wave}", "not-asked",
                                file="answers", remedy="Ask them, e.g. TC_process_basic"))
    titles = _functions()
    unknown = [name for name in weights or {} if name not in titles]
    if unknown:
        raise UsageError(f"There is no function '{unknown[0]}'. Known: {', '.join(titles)}.")
    cells = _cells(given.turned, list(titles))
    findings = Findings(list(given.findings))
    _between_steps(given.raw, findings)
    w = [float((weights or {}).get(name, 1.0)) for name in titles]
    scores, shares = _score(cells, w, titles, findings)
    return TechnologicalCapability(cells, scores, shares, titles, tuple(findings.sorted()), given.wave)


def _functions() -> dict[str, str]:
    return {item.item.split("_")[1]: item.subscale for item in items("technology")}


def _cells(turned: pd.DataFrame, functions: list[str]) -> pd.DataFrame:
    import pandas as pd

    firms = turned.groupby(level="actor", sort=False).mean()
    parts = {name: pd.DataFrame({depth: firms.get(f"TC_{name}_{depth}", _NAN) for depth in DEPTHS}, index=firms.index)
             for name in functions}
    out = pd.concat(parts, names=["function", "actor"]).swaplevel()
    return out.reindex(pd.MultiIndex.from_product([firms.index, functions], names=["actor", "function"]))


def _between_steps(raw: pd.DataFrame, findings: Findings) -> None:
    odd = (raw.notna() & ~raw.isin(_STEPS)).to_numpy(dtype=bool)
    firms = raw.index.get_level_values("actor")
    for row, column in np.argwhere(odd):
        findings.add("note", f"actor '{firms[row]}', item '{raw.columns[column]}': the answer lies between the steps "
                     "0, 0.5 and 1", "between-steps", file="answers")


def _score(cells: pd.DataFrame, weights: list[float], titles: dict[str, str],
           findings: Findings) -> tuple[pd.Series, pd.DataFrame]:
    import pandas as pd

    names, depth, scores, rows = list(titles), np.arange(1, 4), {}, {}
    for actor, block in cells.groupby(level="actor", sort=False):
        s = block.to_numpy(dtype=np.float64)
        scores[actor] = technology_score(s, weights)
        rows[actor] = s @ depth / depth.sum()
        for f, d in skipped_depths(s):
            findings.add("warning", f"actor '{actor}': {titles[names[f]]} is reached at the {DEPTHS[d]} level further "
                         f"than at the {DEPTHS[d - 1]} level", "skipped-depth", file="answers",
                         remedy="Ask again; if it is true, the easier step is probably bought from outside")
    index = pd.Index(list(scores), name="actor")
    return (pd.Series(list(scores.values()), index=index, name="tc", dtype="float64"),
            pd.DataFrame(list(rows.values()), index=index, columns=names, dtype="float64"))

"""A survey of several waves: what a firm answered the wave before, as a column."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from interfirm.errors import DataError, Finding, Findings, UsageError
from interfirm.performance.terms import Source

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.read.microdata import Microdata

_SHOWN: Final = 5


@dataclass(frozen=True)
class Panel:
    """Which columns say who and when.

    Attributes
    ----------
    firm, wave
        Names of columns.
    """

    firm: str
    wave: str


def lag_terms(terms: Sequence[str], lagged: Sequence[str]) -> list[str]:
    """Terms in which the variables of ``lagged`` are those of the wave before.

    Examples
    --------
    >>> lag_terms(["coop", "log(size)", "coop*size"], ["coop", "size"])
    ['L.coop', 'log(L.size)', 'L.coop*L.size']
    """
    out = list(terms)
    for name in lagged:
        whole = re.compile(rf"(?<![\w.]){re.escape(name)}(?!\w)")
        out = [whole.sub(f"L.{name}", term) for term in out]
    return out


def lags_in(terms: Sequence[str], columns: Sequence[str]) -> list[str]:
    """The variables whose lag stands in some terms.

    Examples
    --------
    >>> lags_in(["L.coop", "log(L.size)", "coop"], ["coop", "size"])
    ['coop', 'size']
    """
    known = set(columns)
    return [name for name in columns if f"L.{name}" not in known
            and any(re.search(rf"(?<![\w])L\.{re.escape(name)}(?!\w)", term) for term in terms)]


def with_lags(data: Microdata | pd.DataFrame | Source, panel: Panel, names: Sequence[str]) -> Source:
    """The survey with the values of the wave before in columns called ``L.name``.

    The wave before is the one before in the survey, whatever the years between. A firm that was not there then has
    none: it is missing, not 0.

    Parameters
    ----------
    data
        A survey file or a table, one row per firm and wave.
    panel
        The columns of firm and wave.
    names
        Variables.

    Returns
    -------
    Source

    Raises
    ------
    DataError
        If a firm has two rows in one wave, or firm or wave is missing.
    UsageError
        If there is one wave only, or no firm in two that follow each other.

    References
    ----------
    [cameron2015]

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"id": [1, 1, 2], "year": [2018, 2020, 2020], "coop": [1.0, 0.0, 1.0]})
    >>> with_lags(table, Panel("id", "year"), ["coop"]).frame["L.coop"].tolist()
    [nan, 1.0, nan]
    """
    import pandas as pd

    source = Source.of(data)
    firm, wave = source.column(panel.firm), source.column(panel.wave)
    _check(source, panel, firm, wave)
    order = sorted(wave.unique(), key=lambda value: (isinstance(value, str), value))
    if len(order) < 2:
        raise UsageError(f"'{panel.wave}' has one wave only, so nothing comes before. Give a survey of several waves.")
    at = wave.map({value: place for place, value in enumerate(order)})
    keys = pd.MultiIndex.from_arrays([firm, at])
    before = pd.Series(np.arange(len(firm)), index=keys).reindex(pd.MultiIndex.from_arrays([firm, at - 1]))
    place = before.to_numpy()
    known = ~np.isnan(place)
    if not known.any():
        raise UsageError(f"No '{panel.firm}' is there in two waves that follow each other, so no lag is known.")
    frame, questions, codes = source.frame.copy(), dict(source.questions), dict(source.codes)
    for name in names:
        values = source.column(name).to_numpy()
        made = np.full(len(values), np.nan, dtype=object if values.dtype == object else np.float64)
        made[known] = values[place[known].astype(np.int64)]
        frame[f"L.{name}"] = made
        questions[f"L.{name}"] = f"{source.questions.get(name, name)}, the wave before"
        if name in source.codes:
            codes[f"L.{name}"] = source.codes[name]
    return Source(source.name, frame, questions, codes, "rows")


def _check(source: Source, panel: Panel, firm: pd.Series[Any], wave: pd.Series[Any]) -> None:
    findings = Findings()
    for name, column in ((panel.firm, firm), (panel.wave, wave)):
        gone = int(column.isna().sum())
        if gone:
            findings.add("error", f"{gone} rows have no '{name}'", "no-panel-key", file=source.name, column=name,
                         expected="a firm and a wave in every row", remedy="Complete them, or delete these rows")
    findings.raise_if_failed()
    double = source.frame.duplicated([panel.firm, panel.wave], keep=False)
    if double.any():
        shown = source.frame.loc[double, [panel.firm, panel.wave]].drop_duplicates().head(_SHOWN)
        named = "; ".join(f"{a} in {b}" for a, b in shown.itertuples(index=False, name=None))
        raise DataError(Finding("error", f"{int(double.sum())} rows are of a firm and wave that other rows have too "
                                f"({named})", "duplicate-key", file=source.name, column=panel.firm,
                                expected="one row per firm and wave", remedy="Keep one of them, or name the right "
                                "columns: --panel FIRM,WAVE"))

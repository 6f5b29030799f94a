"""Commitment to an alliance: its three parts, and how broad and lasting it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from interfirm.errors import UsageError
from interfirm.relations._answers import alpha, answered, scored
from interfirm.relations._limits import limit
from interfirm.study.instruments import items

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study

_YEAR = 365.25


@dataclass(frozen=True, eq=False)
class Commitment:
    """Commitment by member and alliance.

    Attributes
    ----------
    rows
        ``actor``, ``alliance``, ``affective``, ``continuance``, ``investment``, ``all``, 1 to 7.
    reliability
        Cronbach's α of each part over the answers without gaps; NaN with fewer than two.
    """

    rows: pd.DataFrame
    reliability: dict[str, float]

    def table(self) -> pd.DataFrame:
        """The rows."""
        return self.rows.copy()

    def __str__(self) -> str:
        if not len(self.rows):
            return "commitment was not asked"
        parts = ", ".join(f"{name} {self.rows[name].mean():.3g} (α {value:.2f})"
                          for name, value in self.reliability.items())
        return f"{len(self.rows)} members answered; means: {parts}"


def commitment(study: Study, *, wave: Any = None) -> Commitment:
    """Whether members intend to stay and invest: because they like to, because they must, because they have invested.

    Means of three items each of the instrument ``commitment``: affective, continuance (few alternatives, costly to
    leave) and investment (assets without another use). High continuance with low affective commitment is
    being held rather than being bound.

    Parameters
    ----------
    study, wave
        A study with answers to the instrument.

    Returns
    -------
    Commitment
        Empty if it was not asked; a part is missing where more than a fifth of its items were left out.

    References
    ----------
    [anderson1992], [morgan1994], [cronbach1951]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> study = example(seed=1)
    >>> print(commitment(study, wave="2021"))    # asked in 2024 only
    commitment was not asked
    >>> rows = commitment(study, wave="2024").rows.groupby("alliance").mean(numeric_only=True)
    >>> bool(rows.loc["A03", "continuance"] > rows.loc["A03", "affective"])    # a branch: held rather than bound
    True
    """
    when = study.wave(wave)
    rows = scored(study, "commitment", when).rename(columns={"about": "alliance"})
    cells = answered(study, "commitment", when).pivot_table(
        index=["actor", "about", "respondent"], columns="item", values="value")
    parts: dict[str, list[str]] = {}
    for item in items("commitment"):
        parts.setdefault(item.subscale, []).append(item.item)
    reliability = {name: alpha(cells.reindex(columns=names).to_numpy(np.float64)) for name, names in parts.items()}
    return Commitment(rows, reliability)


def commitment_scope(study: Study, *, on: str) -> pd.DataFrame:
    """Whether a membership is broad and lasting or narrow and for one project.

    Scope = number of kinds of activity of the alliance × years that the membership still lasts on a day. An open
    end counts as ``relations.horizon_years``.

    Parameters
    ----------
    study
        A study with alliances.
    on
        The day, YYYY-MM-DD (or YYYY-MM, YYYY: its first day).

    Returns
    -------
    pandas.DataFrame
        One row per membership that runs on that day: ``actor``, ``alliance``, ``activities``, ``years``, ``open_end``,
        ``scope``. Activities that were not stated make the scope missing.

    Raises
    ------
    UsageError
        If the day cannot be read.

    References
    ----------
    [suarezvilla1998]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> bool((commitment_scope(example(seed=1), on="2024-01-01")["scope"].dropna() > 0).all())
    True
    """
    import pandas as pd

    day = ordinal(on, last=False)
    rows = study.alliances
    start = days(rows["start"], last=False, missing=-np.inf)
    end = days(rows["end"], last=True, missing=np.inf)
    runs = (start <= day) & (end >= day)
    endless = np.isinf(end[runs])
    years = np.where(endless, limit("horizon_years"), (end[runs] - day) / _YEAR)
    count = rows.loc[runs, "activities"].map(lambda text: len(str(text).split("|")), na_action="ignore")
    activities = count.to_numpy(np.float64, na_value=np.nan)
    return pd.DataFrame({"actor": rows.loc[runs, "actor"].to_numpy(), "alliance": rows.loc[runs, "alliance"].to_numpy(),
                         "activities": activities, "years": years, "open_end": endless, "scope": activities * years})


def days(dates: pd.Series[Any], *, last: bool, missing: float) -> npt.NDArray[np.float64]:
    """Day numbers of dates; see :func:`ordinal`."""
    numbers = dates.map(lambda text: ordinal(text, last=last), na_action="ignore")
    return numbers.to_numpy(np.float64, na_value=missing)


def ordinal(text: str, *, last: bool) -> int:
    """The day number of a date; of a year or month its first, or with ``last`` its last day."""
    parts = [int(part) for part in str(text).split("-")] if str(text).replace("-", "").isdigit() else []
    try:
        if len(parts) == 3:
            return date(*parts).toordinal()
        if len(parts) == 2:
            date(parts[0], parts[1], 1)
            years, month = divmod(parts[1] - 1 + last, 12)
            return date(parts[0] + years, month + 1, 1).toordinal() - last
        if len(parts) == 1:
            return date(parts[0] + last, 1, 1).toordinal() - last
    except ValueError:
        pass
    raise UsageError(f"'{text}' is not a day. Write it as YYYY-MM-DD, YYYY-MM or YYYY.")

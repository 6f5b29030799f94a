"""Who leaves, and what goes with it: a yearly hazard where enough has happened, signals where it has not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from interfirm.errors import UnknownName, UsageError
from interfirm.relations import hazard
from interfirm.relations._limits import limit
from interfirm.relations.commitment import ordinal
from interfirm.relations.signals import SIGNALS, signals

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study

OF: Final = ("alliances", "cluster")
EXPECTED: Final = {"performance": "-", "alternatives": "+", "embeddedness": "-", "performance:alternatives": "+",
                   "performance:embeddedness": "+"}
_DAYS: Final = 31


def membership_periods(study: Study, *, of: str = "alliances", last: int | None = None) -> pd.DataFrame:
    """Memberships cut into periods at risk, with the exits among them.

    ``"alliances"``: one row per calendar year of a membership, from its start to its end; an exit is a membership
    that ends more than a month before the alliance does, while others stay. A membership that ends with its
    alliance, or is still open, is censored, not ended. ``"cluster"``: one row per member and wave but the last;
    an exit is a member without an observation in the next wave.

    Parameters
    ----------
    study
        A study with dated memberships, or with observations in two waves.
    of
        What is left: ``"alliances"`` or the ``"cluster"``.
    last
        Last year that was looked at; None: the latest year that occurs in a start or end of the study.

    Returns
    -------
    pandas.DataFrame
        ``actor``, ``alliance`` (not for the cluster), ``period`` (year or wave), ``age`` (1 in the first period),
        ``exit``.
        ``attrs["left_out"]`` counts memberships without a start.

    Raises
    ------
    UsageError
        If there are no dates or waves to look at; it says what to collect.

    References
    ----------
    [olk1997], [prentice1978]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> int(membership_periods(example(seed=1), of="cluster")["exit"].sum())
    3
    """
    if of not in OF:
        raise UnknownName("kind of membership", of, OF)
    return _of_alliances(study, last) if of == "alliances" else _of_cluster(study)


def _of_alliances(study: Study, last: int | None) -> pd.DataFrame:
    import pandas as pd

    rows = study.alliances
    dated = rows[rows["start"].notna()]
    if not len(dated):
        raise UsageError("No membership has a start. Fill in 'start' and 'end' in the table 'alliances', one row for "
                         "each member, with the day on which it left where it left before the others.")
    seen = [int(str(text)[:4]) for text in [*dated["start"], *dated["end"].dropna()]]
    final = max(seen) if last is None else last
    end = dated["end"].map(lambda text: ordinal(text, last=True), na_action="ignore").to_numpy(np.float64,
                                                                                              na_value=np.inf)
    closing = pd.Series(end).groupby(dated["alliance"].to_numpy()).transform("max").to_numpy()
    left = end < closing - _DAYS
    out = []
    for row, ends, gone in zip(dated.itertuples(index=False), end, left, strict=True):
        first = int(str(row.start)[:4])
        until = min(final, int(str(row.end)[:4]) if np.isfinite(ends) else final)
        for year in range(first, until + 1):
            out.append((row.actor, row.alliance, str(year), year - first + 1,
                        bool(gone) and year == int(str(row.end)[:4])))
    frame = pd.DataFrame(out, columns=["actor", "alliance", "period", "age", "exit"])
    frame.attrs["left_out"] = len(rows) - len(dated)
    return frame


def _of_cluster(study: Study) -> pd.DataFrame:
    import pandas as pd

    observed = [wave for wave in study.wave_order if (study.observations["wave"] == wave).any()]
    if len(observed) < 2:
        raise UsageError("Leaving the cluster shows only between two waves. Add a row in 'observations' for every "
                         "member that was there, in each wave.")
    actors = study.actors["actor"].to_numpy()
    age: dict[str, int] = {}
    out = []
    for now, then in pairwise(observed):
        later = set(actors[study.present(then)])
        for actor in actors[study.present(now)]:
            age[actor] = age.get(actor, 0) + 1
            out.append((actor, now, age[actor], actor not in later))
    frame = pd.DataFrame(out, columns=["actor", "period", "age", "exit"])
    frame.attrs["left_out"] = 0
    return frame


@dataclass(frozen=True, eq=False)
class ExitHazard:
    """Estimates of what goes with leaving.

    Attributes
    ----------
    rows
        See :meth:`table`.
    periods, exits, members
        Periods at risk, exits among them, different actors.
    likelihood
        Log likelihood.
    converged
        Whether the estimates can be used.
    fitted
        The periods with their estimated ``hazard``.
    """

    rows: pd.DataFrame
    periods: int
    exits: int
    members: int
    likelihood: float
    converged: bool
    fitted: pd.DataFrame

    def table(self) -> pd.DataFrame:
        """One row per effect.

        ``effect``, ``estimate`` (of one standard deviation, on the log(−log(1 − h)) scale), ``ratio`` exp(estimate): by
        how much the hazard rate is multiplied, ``low`` and ``high`` (95 %), ``error`` (rows of one member may hang
        together), ``error_plain``, ``expected`` sign from the literature.
        """
        return self.rows.copy()

    def __str__(self) -> str:
        note = "" if self.converged else " NOT CONVERGED: do not use the estimates."
        return f"{self.exits} exits in {self.periods} periods of {self.members} members.{note}"


def exit_hazard(study: Study, *, effects: Sequence[str] = ("performance", "alternatives", "embeddedness"),
                of: str = "alliances", covariates: Mapping[str, pd.Series[Any]] | None = None,
                relation: Any = None, last: int | None = None) -> ExitHazard:
    """What goes with leaving, from memberships over time: an association, not a cause.

    cloglog h_it = α + α₁ ln(age) + Σ_k β_k x_k, h_it the probability that member i leaves in period t if it has not
    left before. Columns are standardised; ``"a:b"`` is the product of two. From the literature one expects β < 0 for
    performance and embeddedness, β > 0 for alternatives, and both to weaken the effect of performance.

    Parameters
    ----------
    study, of, last
        As in :func:`membership_periods`.
    effects
        Names in ``covariates``; ``"performance"`` (new-product share), ``"alternatives"``
        (:func:`interfirm.relations.alternatives_in_range`), ``"embeddedness"`` (gwesp of
        :func:`interfirm.relations.structural_embeddedness`); numeric columns of ``observations`` or ``actors``;
        products ``"a:b"``.
    covariates
        Series by actor, or by (actor, period).
    relation
        Relation for alternatives and embeddedness; None: all exchange relations.

    Returns
    -------
    ExitHazard
        Periods with a missing value are left out. Values that change are taken from the wave of the period, or
        the last wave before it, or the first.

    Raises
    ------
    UsageError
        With fewer than ten exits per effect (the age included); it says how many there are.

    References
    ----------
    [olk1997], [greve2013], [prentice1978]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> exit_hazard(example(seed=1), of="cluster")
    Traceback (most recent call last):
    ...
    interfirm.errors.UsageError: Exits seen: 3; 3 effects need at least 30. Follow more alliances for longer, \
or give fewer effects.
    """
    frame = membership_periods(study, of=of, last=last)
    aged = ["log age"] if frame["age"].nunique() > 1 and of == "alliances" else []
    named = [part for effect in effects for part in effect.split(":")]
    _enough(int(frame["exit"].sum()), len(effects) + len(aged))
    columns = {name: _column(study, name, frame, covariates or {}, relation) for name in dict.fromkeys(named)}
    if aged:
        columns["log age"] = np.log(frame["age"].to_numpy(np.float64))
    keep = ~np.isnan(np.column_stack(list(columns.values()))).any(axis=1)
    _enough(int(frame.loc[keep, "exit"].sum()), len(effects) + len(aged))
    scaled = {name: _standard(name, values[keep]) for name, values in columns.items()}
    terms = [*aged, *effects]
    products = [np.prod([scaled[part] for part in term.split(":")], axis=0) for term in terms]
    x = np.column_stack([np.ones(int(keep.sum())), *products])
    kept = frame.loc[keep].reset_index(drop=True)
    found = hazard.fit(x, kept["exit"].to_numpy(np.float64), kept["actor"].to_numpy())
    kept["hazard"] = hazard.hazard(x, found.beta)
    return ExitHazard(_rows(["constant", *terms], found), len(kept), int(kept["exit"].sum()), kept["actor"].nunique(),
                      found.likelihood, found.converged, kept)


def _enough(exits: int, effects: int) -> None:
    needed = int(limit("events_per_effect")) * effects
    if exits < needed:
        raise UsageError(f"Exits seen: {exits}; {effects} effects need at least {needed}. Follow more alliances "
                         "for longer, or give fewer effects.")


def _rows(names: list[str], found: hazard.Fit) -> pd.DataFrame:
    import pandas as pd

    error = np.sqrt(np.diag(found.robust))
    return pd.DataFrame({
        "effect": names, "estimate": found.beta, "ratio": np.exp(found.beta),
        "low": np.exp(found.beta - 1.959964 * error), "high": np.exp(found.beta + 1.959964 * error), "error": error,
        "error_plain": np.sqrt(np.diag(found.covariance)), "expected": [EXPECTED.get(name, "") for name in names],
    })


def _standard(name: str, values: Any) -> Any:
    spread = values.std()
    if not spread > 0:
        raise UsageError(f"'{name}' has the same value in every period; leave it out.")
    return (values - values.mean()) / spread


def _column(study: Study, name: str, frame: pd.DataFrame, given: Mapping[str, pd.Series[Any]], relation: Any) -> Any:
    import pandas as pd

    if name in given:
        series = given[name]
        if isinstance(series.index, pd.MultiIndex):
            keys = pd.MultiIndex.from_arrays([frame["actor"], frame["period"].astype(str)])
            return series.reindex(keys).to_numpy(np.float64, na_value=np.nan)
        return series.reindex(frame["actor"]).to_numpy(np.float64, na_value=np.nan)
    waves = frame["period"].map(lambda period: _wave(study, str(period)))
    out = np.full(len(frame), np.nan)
    for wave in waves.dropna().unique():
        mine = (waves == wave).to_numpy()
        out[mine] = _known(study, name, wave, relation).reindex(frame.loc[mine, "actor"]).to_numpy(np.float64,
                                                                                                 na_value=np.nan)
    return out


def _wave(study: Study, period: str) -> str | None:
    """The wave of a period; of a year the last wave that began by then, or the first."""
    if period in study.wave_order:
        return period
    starts = {wave: str(start if isinstance(start, str) else wave)[:4]
              for wave, start in zip(study.waves["wave"], study.waves["start"], strict=True)}
    before = [wave for wave in study.wave_order if starts[wave].isdigit() and starts[wave] <= period]
    return before[-1] if before else (study.wave_order[0] if study.wave_order else None)


def _known(study: Study, name: str, wave: str, relation: Any) -> pd.Series[Any]:
    from interfirm.relations.alternatives import alternatives_in_range
    from interfirm.relations.embeddedness import structural_embeddedness

    if name == "performance":
        return study.covariate("new_product_share", wave)
    if name in {"alternatives", "embeddedness"}:
        there = set(study.ties.loc[study.ties["wave"] == wave, "relation"])
        which = relation or [item for item in study.relations_of("exchange") if item in there]
        if not which:
            raise UsageError(f"'{name}' needs an exchange relation in wave '{wave}'.")
        if name == "alternatives":
            return alternatives_in_range(study, relation=which, wave=wave)
        return structural_embeddedness(study, relation=which, wave=wave)["gwesp"]
    return study.covariate(name, wave)


@dataclass(frozen=True, eq=False)
class ExitRisk:
    """Reasons to leave that can be seen, member by member. A watch list, not a forecast.

    Attributes
    ----------
    rows
        See :meth:`table`.
    looked_for
        The signals that the data could show, with their meaning.
    not_seen
        Those that it could not, with what to collect.
    settings
        Wave.
    """

    rows: pd.DataFrame
    looked_for: dict[str, str]
    not_seen: dict[str, str]
    settings: dict[str, Any]

    def table(self) -> pd.DataFrame:
        """One row per member, most signals first: ``actor``, ``signals``, ``known``, ``reasons``, ``watch``."""
        return self.rows.copy()

    @property
    def watch(self) -> list[str]:
        """Members with at least ``relations.signals`` of the signals."""
        return [str(actor) for actor in self.rows.loc[self.rows["watch"], "actor"]]

    def __str__(self) -> str:
        return (f"{len(self.watch)} of {len(self.rows)} members show {int(limit('signals'))} or more of the "
                f"{len(self.looked_for)} signals that could be looked for")


def exit_risk(study: Study, *, wave: Any = None) -> ExitRisk:
    """Which members show several of the known reasons to leave, and which reasons.

    Signals: many alternatives near by (upper quarter), partners that hardly know each other (lower quarter),
    little trust in partners (below 4 of 7), trust that has fallen by a step, others decide while it decides for nobody,
    exchange that is all one-sided, turnover that fell by a twentieth, answers that the alliance costs more than it
    brings or that one will not stay. Members with at least three are listed to be talked to. How likely they are to
    leave is not said: for that see :func:`exit_hazard`.

    Parameters
    ----------
    study, wave
        The wave to look at.

    Returns
    -------
    ExitRisk
        A signal that is not known for a member does not count, in either direction.

    References
    ----------
    [olk1997], [suarezvilla1998], [greve2013]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> bool(exit_risk(example(seed=1), wave="2024").table()["signals"].max() >= 1)
    True
    """
    import pandas as pd

    when = study.wave(wave)
    actors = study.actors["actor"].to_numpy()[study.present(when)]
    found = signals(study, when, actors)
    seen = {name: values for name, values in found.items() if not values.isna().all()}
    frame = pd.DataFrame(seen, index=pd.Index(actors, name="actor"))
    reasons = [[SIGNALS[name].words for name in frame.columns if row[name] == 1] for _, row in frame.iterrows()]
    rows = pd.DataFrame({"actor": actors, "signals": [len(item) for item in reasons],
                         "known": frame.notna().sum(axis=1).to_numpy(), "reasons": ["; ".join(r) for r in reasons]})
    rows["watch"] = rows["signals"] >= limit("signals")
    rows = rows.sort_values("signals", ascending=False, kind="stable", ignore_index=True)
    return ExitRisk(rows, {name: SIGNALS[name].words for name in seen},
                    {name: SIGNALS[name].collect for name in SIGNALS if name not in seen}, {"wave": when})

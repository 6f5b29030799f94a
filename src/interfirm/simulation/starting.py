"""Where a simulation starts: firms, knowledge and ties as the last wave of a study shows them.

What a study does not hold is taken from stated priors, and said in ``notes``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from interfirm.errors import DataError, Finding
from interfirm.kernels.cluster_codes import FIRM
from interfirm.simulation import prior
from interfirm.simulation.starting_ties import rows_of, tie_table

if TYPE_CHECKING:
    from interfirm.study.study import Study

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class ClusterStart:
    """The state before the first period; n firms, K kinds of knowledge.

    Parameters
    ----------
    actors, names
        Identifiers and names of the n firms.
    firm, tie
        Their records, and those of the ties between them (``kernels.cluster_codes.FIRM``, ``TIE``).
    tacit, explicit
        n × K levels of knowledge around which each replication draws its own, 0 to 1.
    spread
        Standard deviation of these draws: what a study leaves unknown.
    sectors, places
        Their words, in the order of the numbers.
    steps
        Periods in a year.
    wave
        The wave that it shows.
    notes
        What was not in the study and what stands in for it.
    fitted
        Parameters of tie choice from a fitted model; empty without one.
    affinity
        n × n: the part of tie choice (in logits) that the fitted model takes from data; 0 × 0 without one.
    """

    actors: tuple[str, ...]
    names: tuple[str, ...]
    firm: npt.NDArray[np.void]
    tie: npt.NDArray[np.void]
    tacit: Floats
    explicit: Floats
    spread: float
    sectors: tuple[str, ...]
    places: tuple[str, ...]
    steps: int
    wave: str | None
    notes: tuple[str, ...] = ()
    fitted: dict[str, float] = field(default_factory=dict)
    affinity: Floats = field(default_factory=lambda: np.zeros((0, 0)))

    @property
    def size(self) -> int:
        """Number of firms."""
        return len(self.firm)


def start(study: Study, *, wave: str | None = None, steps: int = 4) -> ClusterStart:
    """The state that a study shows in one wave.

    Firms are the members of kind firm; other members (an association, a university) count as the institutions that
    a firm can turn to, actors outside as its links to the outside. Sizes, places, capabilities, knowledge and ties come
    from the study; what it does not hold from priors. Ties of firms that did not answer are known only as far as others
    reported them.

    Parameters
    ----------
    study
        The study.
    wave
        The wave; the last one if left out.
    steps
        Periods in a year: 4 for quarters, 12 for months.

    Raises
    ------
    DataError
        With fewer than three firms, or without any tie between them.

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> start(example(seed=1)).size
    60
    """
    when = study.wave(wave) if wave is not None else (study.wave_order[-1] if study.wave_order else None)
    who = _firms(study, when)
    notes: list[str] = []
    firm, sectors, places = _firm_table(study, when, who, notes)
    tie = tie_table(study, when, who, steps, notes)
    if not len(tie):
        raise DataError(Finding("error", "the study has no tie between two of its firms", "no-ties",
                                expected="ties of at least one relation: who asks whom, or who works with whom",
                                remedy="Add the ties, e.g. relation 'advice', and run again"))
    tacit, explicit = prior.knowledge(firm["capability"], firm["sector"])
    named = study.actors["name"].fillna(study.actors["actor"]).astype(str).to_numpy()[who]
    actors = tuple(study.actors["actor"].astype(str).to_numpy()[who])
    return ClusterStart(actors, tuple(named), firm, tie, tacit, explicit, prior.SPREAD, sectors, places, steps, when,
                        tuple(notes))


def _firms(study: Study, when: str | None) -> Ints:
    there = study.present(when)
    kinds = study.actors["kind"].to_numpy()[there]
    firms = there[kinds == "firm"]
    chosen = firms if len(firms) >= 3 else there
    if len(chosen) < 3:
        raise DataError(Finding("error", f"the study has {len(chosen)} members in this wave", "too-few-firms",
                                expected="at least three firms", remedy="Add the members"))
    return np.asarray(chosen, dtype=np.int64)


def _numbers(study: Study, column: str, when: str | None, who: Ints) -> Floats:
    if when is None and column in study.observations.columns:
        return np.full(len(who), np.nan)
    values = study.covariate(column, when)
    return np.asarray(values.to_numpy(dtype=np.float64, na_value=np.nan)[who], dtype=np.float64)


def _firm_table(study: Study, when: str | None, who: Ints,
                notes: list[str]) -> tuple[npt.NDArray[np.void], tuple[str, ...], tuple[str, ...]]:
    firm = np.zeros(len(who), dtype=FIRM)
    firm["alive"] = 1
    firm["home"] = np.arange(len(who))
    workers = _filled(_numbers(study, "employees", when, who), prior.WORKERS, "number of employees", notes)
    firm["workers"] = np.maximum(1.0, workers)
    firm["market"] = firm["workers"]
    firm["capital"] = prior.CAPITAL * firm["workers"]
    firm["small"] = firm["workers"] < prior.SMALL
    firm["sector"], sectors = _coded(study.actors["sector"].to_numpy()[who])
    firm["place"], places = _coded(study.actors["city"].to_numpy()[who])
    firm["east"], firm["north"] = _map(study, who, notes)
    capability, absorptive = _abilities(study, when, who, notes)
    firm["capability"], firm["absorptive"] = capability, absorptive
    firm["openness"], firm["institutions"] = _around(study, when, who)
    return firm, sectors, places


def _filled(values: Floats, usual: float, what: str, notes: list[str]) -> Floats:
    missing = np.isnan(values)
    if missing.all():
        notes.append(f"The {what} is not known of any firm: {usual:g} for all.")
        return np.full(len(values), usual)
    if missing.any():
        middle = float(np.nanmedian(values))
        notes.append(f"The {what} of {int(missing.sum())} firms is not known: the others' median, {middle:.3g}.")
        return np.where(missing, middle, values)
    return values


def _coded(words: npt.NDArray[Any]) -> tuple[Ints, tuple[str, ...]]:
    import pandas as pd

    codes, known = pd.factorize(pd.Series(words, dtype="string").fillna("not known"), sort=True)
    return np.asarray(codes, dtype=np.int64), tuple(map(str, known))


def _map(study: Study, who: Ints, notes: list[str]) -> tuple[Floats, Floats]:
    north, east = (_numbers(study, column, None, who) for column in ("latitude", "longitude"))
    known = ~np.isnan(north + east)
    if not known.any():
        notes.append("Where the firms are is not known: distances are left out.")
        return np.zeros(len(who)), np.zeros(len(who))
    middle, across = float(np.nanmean(north)), float(np.nanmean(east))
    if not known.all():
        notes.append(f"Where {int((~known).sum())} firms are is not known: in the middle of the others.")
    return (np.where(known, (east - across) * 111.32 * np.cos(np.radians(middle)), 0.0),
            np.where(known, (north - middle) * 111.32, 0.0))


def _abilities(study: Study, when: str | None, who: Ints, notes: list[str]) -> tuple[Floats, Floats]:
    from interfirm.partners.capabilities import capabilities

    scores, labels = capabilities(study, when)
    if not labels:
        notes.append(f"Capabilities were not asked: {prior.ABILITY:g} for all, with a spread of {prior.SPREAD:g}.")
        return np.full(len(who), prior.ABILITY), np.full(len(who), prior.ABILITY)
    own = [at for at, name in enumerate(labels) if name == "C2"] or list(range(len(labels)))
    rest = [at for at in range(len(labels)) if at not in own] or own
    with np.errstate(invalid="ignore"):
        ability = _mean(scores[who][:, own])
        absorb = _mean(scores[who][:, rest])
    ability = _filled(ability, prior.ABILITY, "capability", notes)
    return np.clip(ability, 0.05, 0.95), np.clip(_filled(absorb, prior.ABILITY, "absorptive capacity", []), 0.05, 0.95)


def _mean(values: Floats) -> Floats:
    known = ~np.isnan(values)
    count = known.sum(axis=1)
    total = np.where(known, values, 0.0).sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _around(study: Study, when: str | None, who: Ints) -> tuple[Floats, Floats]:
    """Links to the outside, and how far a firm uses the institutions of the cluster (1 - e^(-number / 2))."""
    ties = rows_of(study, when)
    place = np.full(len(study.actors), -1, dtype=np.int64)
    place[who] = np.arange(len(who))
    external = (study.actors["position"] == "external").to_numpy(dtype=bool)
    links, institutions = np.zeros(len(who)), np.zeros(len(who))
    for one, two in {(min(a, b), max(a, b)) for a, b in zip(ties["ego"], ties["alter"], strict=True)}:
        for mine, theirs in ((one, two), (two, one)):
            if place[mine] >= 0 and place[theirs] < 0:
                (links if external[theirs] else institutions)[place[mine]] += 1
    stated = _numbers(study, "external_links", when, who) if when is not None else np.full(len(who), np.nan)
    return np.where(np.isnan(stated), links, np.maximum(links, stated)), 1 - np.exp(-institutions / 2)

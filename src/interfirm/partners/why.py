"""Why an organisation is not among the first partners recommended to another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from interfirm.partners.learned_list import LearnedList, aimed, chosen_list
from interfirm.partners.scoring import Scored, name_of, scored
from interfirm.partners.terms import Aim, declared

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study


@dataclass(frozen=True)
class WhyNot:
    """Why one actor is not on another's list: a plain answer, and the terms beside those of the last on it."""

    actor: str
    other: str
    answer: str
    rank: int | None
    score: float | None
    terms: dict[str, float | None]
    last_on_list: dict[str, float | None]

    def __str__(self) -> str:
        return self.answer


def why_not(study: Study, actor: str, other: str, *, purpose: str | None = None, type: str | None = None,
            requirements: pd.DataFrame | None = None, vectors: pd.DataFrame | None = None,
            weights: Mapping[str, float] | None = None, wave: str | int | None = None, top: int = 10,
            who: str = "members", ranking: str = "auto", seed: int = 1) -> WhyNot:
    """Why an organisation is not among the first partners recommended to another.

    Parameters
    ----------
    study, actor, purpose, type, requirements, vectors, weights, wave, top, who, ranking, seed
        As for :func:`recommend`.
    other
        The organisation asked about, by identifier or exact name.

    Returns
    -------
    WhyNot
        The answer in words: not a candidate at all and why, or the terms that cost it most against the last
        on the list, or that it is on the list.

    Raises
    ------
    UnknownName
        For an unknown actor, purpose, term or wave.

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> print(why_not(example(seed=1), "F01", "F01"))
    Thurloster Tooling SARL is the organisation itself.
    """
    found = scored(study, actor, Aim(purpose, type, requirements, vectors), weights, wave, who)
    base, j = found.base, found.base.position(other)
    name, mine = name_of(base, j), found.words(j)
    last = int(found.order[min(top, len(found.order)) - 1]) if len(found.order) else None
    beside = found.words(last) if last is not None else {}
    ids = str(base.actors[found.at]), str(base.actors[j])
    if not found.open[j]:
        return WhyNot(*ids, _closed(found, j, name, who), None, None, mine, beside)
    learned = chosen_list(study, found, ranking, plain=vectors is None and weights is None and wave is None,
                          aimed=aimed(purpose, type, requirements), top=len(base.actors), seed=seed)
    if learned is not None:
        return _by_learned(learned, ids, name, j, top, mine, beside)
    place = np.flatnonzero(found.order == j)
    if not len(place) or last is None:
        text = f"Nothing is known of {name} that a recommendation could rest on."
        return WhyNot(*ids, text, None, None, mine, beside)
    rank, score = int(place[0]) + 1, float(found.score[j])
    if rank <= top:
        return WhyNot(*ids, f"{name} is on the list, at place {rank}.", rank, score, mine, beside)
    text = (f"{name} is at place {rank} of {len(found.order)} (score {score:.2f}; the last of the first {top} has "
            f"{found.score[last]:.2f}). {_costs(found, j, last)}")
    return WhyNot(*ids, text, rank, score, mine, beside)


def _by_learned(learned: LearnedList, ids: tuple[str, str], name: str, j: int, top: int,
                mine: dict[str, float | None], beside: dict[str, float | None]) -> WhyNot:
    place = np.flatnonzero(learned.positions == j)
    if not len(place):
        text = f"{name} is no candidate of the learned ranking: the two share no partner, and others are more active."
        return WhyNot(*ids, text, None, None, mine, beside)
    at, last = int(place[0]), min(top, len(learned.positions)) - 1
    score = float(learned.score[at])
    if at <= last:
        return WhyNot(*ids, f"{name} is on the list, at place {at + 1}.", at + 1, score, mine, beside)
    lost = {part: float(value[last] - value[at]) for part, value in learned.parts.items()}
    worst = [part for part, value in sorted(lost.items(), key=lambda item: -item[1]) if value > 0][:3]
    odds = [f"{np.exp(learned.score[k]):,.1f}" for k in (at, last)]
    text = (f"{name} is at place {at + 1} of {len(learned.positions):,} by the learned ranking (odds {odds[0]} times "
            f"those of the median candidate; the last of the first {top} has {odds[1]}). It loses most on: "
            f"{', '.join(worst)}.")
    return WhyNot(*ids, text, at + 1, score, mine, beside)


def _closed(found: Scored, j: int, name: str, who: str) -> str:
    base = found.base
    if j == found.at:
        return f"{name} is the organisation itself."
    if not base.there[j]:
        return f"{name} was not there in wave {base.wave}."
    if base.row(base.current, found.at)[j]:
        mine = name_of(base, found.at)
        return f"{name} already works with {mine}, by a tie of wave {base.wave} or a shared alliance."
    return f"{name} is outside the cluster, and only {who} are recommended; ask for who='all'."


def _costs(found: Scored, j: int, last: int) -> str:
    lost = {name: weight * (float(found.values[name][last]) - float(found.values[name][j]))
            for name, weight in found.weights.items()}
    worst = [name for name, value in sorted(lost.items(), key=lambda item: -item[1]) if value > 0][:3]
    if not worst:
        return "What is known of it differs: some of its terms are missing."
    parts = [f"{declared()[name].title.lower()} {found.values[name][j]:.2f} against {found.values[name][last]:.2f}"
             for name in worst]
    return "It loses most on: " + ", ".join(parts) + "."

"""Who may be recommended, what each candidate is worth, and how much that hangs on the weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from interfirm.errors import UnknownName, UsageError
from interfirm.partners.ground import Bools, Floats, Ground, Ints, ground
from interfirm.partners.learn import best
from interfirm.partners.terms import Aim, held_weights, terms
from interfirm.study.study import Study

DRAWS = 200
_MANY = 5000
_WHO = ("members", "all")


@dataclass(frozen=True, eq=False)
class Scored:
    """Every actor as a possible partner of one: its terms, score, and place among those who may be recommended."""

    base: Ground
    at: int
    weights: dict[str, float]
    values: dict[str, Floats]
    open: Bools
    middle: dict[str, float]
    score: Floats
    known: Floats
    order: Ints

    def words(self, j: int) -> dict[str, float | None]:
        """The terms of one candidate, None where not known."""
        return {name: None if np.isnan(value[j]) else float(value[j]) for name, value in self.values.items()}

    @property
    def shown(self) -> dict[str, Floats]:
        """The terms of those who may be recommended."""
        return {name: value[self.open] for name, value in self.values.items()}


def scored(study: Study, actor: str, aim: Aim, own: Mapping[str, float] | None, wave: str | int | None,
           who: str) -> Scored:
    """Score every actor of the study as a partner of one."""
    if who not in _WHO:
        raise UnknownName("choice of actors", who, _WHO)
    base = ground(study, wave)
    weights = held_weights(base, aim.purpose, own)
    at = base.position(actor)
    if not base.there[at]:
        raise UsageError(f"{name_of(base, at)} was not there in wave {base.wave}; choose another wave.")
    values, free = terms(base, at, aim), candidates(base, at, who)
    middle = medians(values, free)
    score, known = weighted(values, weights, middle)
    return Scored(base, at, weights, values, free, middle, score, known, ordered(score, free))


def ordered(score: Floats, free: Bools) -> Ints:
    """Positions of those who may be recommended and have a score, best first; equal ones in study order."""
    order = np.lexsort((np.arange(len(score)), -np.nan_to_num(score, nan=-np.inf)))
    return np.asarray(order[(free & ~np.isnan(score))[order]], dtype=np.int64)


def candidates(base: Ground, at: int, who: str) -> Bools:
    """Who may be recommended: there in the wave, not the actor itself, not one of its partners."""
    out = base.there & (base.row(base.current, at) == 0)
    if who == "members":
        out = out & (base.study.actors["position"] != "external").to_numpy(dtype=bool)
    out[at] = False
    return np.asarray(out, dtype=bool)


def medians(values: Mapping[str, Floats], inside: Bools) -> dict[str, float]:
    """The median of each term among some actors; NaN where it is known of none."""
    found = {name: value[inside] for name, value in values.items()}
    return {name: float(np.nanmedian(value)) if (~np.isnan(value)).any() else float("nan")
            for name, value in found.items()}


def weighted(values: Mapping[str, Floats], weights: Mapping[str, float],
             middle: Mapping[str, float]) -> tuple[Floats, Floats]:
    """The score of every actor and the share of the weight that rests on knowledge; NaN where nothing is known.

    A term that is not known takes ``middle``; one whose middle is NaN is left out.
    """
    size = len(next(iter(values.values())))
    total = sum(weight for name, weight in weights.items() if weight > 0)
    top, bottom, known, price = np.zeros(size), 0.0, np.zeros(size), np.zeros(size)
    for name, weight in weights.items():
        there = ~np.isnan(values[name])
        x = np.where(there, values[name], middle[name])
        if np.isnan(middle[name]):
            continue
        if weight < 0:
            price -= weight * x
            continue
        top += weight * x
        bottom += weight
        known += np.where(there, weight, 0.0)
    score = (top / bottom if bottom else np.zeros(size)) - price / total
    return np.where(known > 0, score, np.nan), known / total


def other_weights(weights: Mapping[str, float], draws: int, seed: int) -> Iterator[dict[str, float]]:
    """Random weights: each between half and twice its value, evenly in its logarithm."""
    rng = np.random.default_rng(seed)
    for _ in range(draws):
        factor = 2.0 ** rng.uniform(-1, 1, len(weights))
        yield {name: weight * f for (name, weight), f in zip(weights.items(), factor, strict=True)}


def stability(found: Scored, top: int, seed: int) -> Floats:
    """By actor, the share of random weights under which it is among the first ``top``."""
    places = np.flatnonzero(found.open)
    draws = DRAWS if len(places) <= _MANY else DRAWS // 10
    values, count = found.shown, np.zeros(len(found.score))
    for weights in other_weights(found.weights, draws, seed):
        score, _ = weighted(values, weights, found.middle)
        count[places[best(np.nan_to_num(score, nan=-np.inf), top)]] += 1
    return count / draws


def name_of(base: Ground, at: int) -> str:
    """What an actor is called."""
    name = base.study.actors["name"].iloc[at]
    return name if isinstance(name, str) else str(base.actors[at])


def members(base: Ground) -> npt.NDArray[np.int64]:
    """Positions of the members that were there."""
    inside = base.there & (base.study.actors["position"] != "external").to_numpy(dtype=bool)
    return np.flatnonzero(inside).astype(np.int64)

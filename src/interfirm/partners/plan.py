"""The next introductions of a cluster manager: which pairs, under what everyone can take on and what is fair."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from interfirm.errors import UsageError
from interfirm.partners.advice import reasons
from interfirm.partners.ground import Bools, Floats, Ground, ground
from interfirm.partners.recommend import candidates, weighted
from interfirm.partners.terms import terms, weights_for

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study

Ints = npt.NDArray[np.int64]
_MOST = 800


@dataclass(frozen=True, eq=False)
class IntroductionPlan:
    """Pairs to introduce, best first.

    Parameters
    ----------
    rows
        Per introduction: ``actor``, ``other``, their names, ``score``, ``first`` and ``second`` (whether each
        is small or isolated), ``reason``.
    asked, made
        How many introductions were asked for and how many the conditions allow.
    share, reached_share
        The least share of introductions with a small or isolated member, as asked, and as reached.
    binding
        The conditions that kept the plan from being better or longer, in words.
    pairs
        How many pairs were possible at all.
    optimal
        Whether the solver proved that no other plan has a higher sum of scores.
    settings
        Purpose, wave, weights, capacity.
    """

    rows: tuple[dict[str, object], ...]
    asked: int
    made: int
    share: float
    reached_share: float
    binding: tuple[str, ...]
    pairs: int
    optimal: bool
    settings: dict[str, object]

    def table(self) -> pd.DataFrame:
        """One row per introduction."""
        import pandas as pd

        columns = ["actor", "name", "other", "other_name", "score", "first", "second", "reason"]
        return pd.DataFrame(list(self.rows), columns=columns)

    def __str__(self) -> str:
        lines = [f"{self.made} introductions out of {self.pairs:,} possible pairs"
                 + ("" if self.made == self.asked else f" ({self.asked} were asked for)")
                 + f"; {self.reached_share:.0%} with a small or isolated member."]
        lines += [f"{rank:>3}. {row['name']} and {row['other_name']} ({row['score']:.2f}): {row['reason']}"
                  for rank, row in enumerate(self.rows, start=1)]
        return "\n".join([*lines, *(f"  {text}" for text in self.binding)])


def introduction_plan(study: Study, count: int = 20, *, purpose: str | None = None,
                      weights: Mapping[str, float] | None = None, wave: str | int | None = None,
                      capacity: int | Mapping[str, int] = 2, exclude: Iterable[tuple[str, str]] = (),
                      rivals: bool = False, farthest: float = 0.0, share: float = 0.3) -> IntroductionPlan:
    """The best introductions that respect everyone's time, rivalry, distance and fairness.

    Only pairs with at least one firm that have never worked together are introduced.

    Maximises Σ s_ij z_ij over pairs, z_ij ∈ {0, 1}, with s_ij the mean of both directions' scores, subject to
    Σ z = count (or as many as can be made), Σ_j z_ij ≤ capacity_i, and at least ``share`` of the pairs with a
    small or isolated member. Solved exactly as a mixed-integer programme.

    Parameters
    ----------
    study
        The study; the plan is over its members, at most 800.
    count
        How many introductions.
    purpose, weights, wave
        As for :func:`interfirm.partners.recommend`.
    capacity
        Most introductions per member, for all or by actor (2 for those not named).
    exclude
        Pairs that must not be introduced.
    rivals
        Whether firms of the same sector may be introduced.
    farthest
        Least geographical proximity of a pair, 0 to 1; pairs whose distance is not known are kept.
    share
        Least share of introductions with a small (``sme``) or isolated (no more than one partner) member.

    Returns
    -------
    IntroductionPlan
        Fewer pairs than asked for where the conditions allow no more; ``binding`` says why. If the share cannot
        be reached with that many pairs, it is taken as far as it can be, and ``binding`` says so.

    Raises
    ------
    UsageError
        If a number is out of range, or there are more than 800 members.
    UnknownName
        For an unknown actor, purpose, term or wave.

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> plan = introduction_plan(example(seed=1), 5)
    >>> plan.made
    5
    """
    if count < 1 or not 0 <= share <= 1 or not 0 <= farthest <= 1:
        raise UsageError(f"A plan needs at least 1 introduction and shares from 0 to 1; they are {count}, {share}, "
                         f"{farthest}.")
    base, weight = ground(study, wave), weights_for(purpose, weights)
    room = _capacities(base, capacity)
    said = _terms(base, purpose)
    first, second, score = _pairs(base, said, weight, exclude, rivals, farthest)
    special = _small(base) | _isolated(base)
    helped = special[first] | special[second]
    chosen, optimal, binding = _solve(first, second, score, helped, room, count, share)
    chosen = chosen[np.argsort(-score[chosen], kind="stable")]
    rows = tuple(_row(base, int(first[k]), int(second[k]), float(score[k]), special, said, weight) for k in chosen)
    return IntroductionPlan(
        rows, count, len(rows), share, float(helped[chosen].mean()) if len(chosen) else 0.0, binding, len(score),
        optimal, {"purpose": purpose, "wave": base.wave, "weights": weight, "rivals": rivals, "farthest": farthest})


def _capacities(base: Ground, capacity: int | Mapping[str, int]) -> Ints:
    named = {"": capacity} if isinstance(capacity, int) else dict(capacity)
    if min(named.values(), default=0) < 0:
        raise UsageError("A capacity is below 0.")
    room = np.full(len(base.actors), capacity if isinstance(capacity, int) else 2, dtype=np.int64)
    for actor, number in (named.items() if not isinstance(capacity, int) else ()):
        room[base.position(actor)] = number
    return room


def _terms(base: Ground, purpose: str | None) -> dict[int, dict[str, Floats]]:
    """The terms of every member, by position."""
    inside = np.flatnonzero(base.there & (base.study.actors["position"] != "external").to_numpy(dtype=bool))
    if len(inside) > _MOST:
        raise UsageError(f"The study has {len(inside):,} members; a plan is made for at most {_MOST}. "
                         "Select a part of the study first.")
    return {int(at): terms(base, int(at), purpose) for at in inside}


def _pairs(base: Ground, said: Mapping[int, Mapping[str, Floats]], weights: Mapping[str, float],
           exclude: Iterable[tuple[str, str]], rivals: bool, farthest: float) -> tuple[Ints, Ints, Floats]:
    """Pairs that may be introduced, with the mean score of both directions."""
    n = len(base.actors)
    score, free = np.full((n, n), np.nan), np.zeros((n, n), dtype=bool)
    for at, values in said.items():
        score[at] = weighted(values, weights)[0]
        free[at] = candidates(base, at, "members") & (base.row(base.ties, at) == 0) \
            & (rivals | (np.nan_to_num(values["rivalry"]) < 1)) & ~(values["near"] < farthest)
    for one, other in exclude:
        i, j = base.position(one), base.position(other)
        free[i, j] = free[j, i] = False
    firm = (base.study.actors["kind"] == "firm").to_numpy(dtype=bool)
    free &= firm[:, None] | firm[None, :]
    both = (score + score.T) / 2
    first, second = np.nonzero(np.triu(free & free.T & ~np.isnan(both), 1))
    return first.astype(np.int64), second.astype(np.int64), both[first, second]


def _small(base: Ground) -> Bools:
    return np.asarray(base.study.actors["sme"].fillna(False), dtype=bool)


def _isolated(base: Ground) -> Bools:
    return np.asarray((np.diff(base.current.indptr) <= 1) & ~base.silent, dtype=bool)


def _solve(first: Ints, second: Ints, score: Floats, helped: Bools, room: Ints, count: int,
           share: float) -> tuple[Ints, bool, tuple[str, ...]]:
    """The chosen pairs, whether proven best, and which conditions bound."""
    most = _best(first, second, np.ones(len(score)), helped, room, 0, 0)[0].size if len(score) else 0
    number = min(count, most)
    notes = [] if number == count else [f"No more than {number} introductions fit the capacities and exclusions."]
    if not number:
        return np.zeros(0, dtype=np.int64), True, tuple(notes)
    least = int(np.ceil(share * number - 1e-9))
    chosen, optimal = _best(first, second, score, helped, room, number, least)
    if not chosen.size:
        fair, _ = _best(first, second, helped.astype(np.float64), helped, room, number, 0)
        least = int(helped[fair].sum())
        notes.append(f"Only {least} of the {number} introductions can include a small or isolated member.")
        chosen, optimal = _best(first, second, score, helped, room, number, least)
    load = np.bincount(np.concatenate([first[chosen], second[chosen]]), minlength=len(room))
    full = int(((load >= room) & (load > 0)).sum())
    if full:
        notes.append(f"{full} members are at their capacity.")
    if least and int(helped[chosen].sum()) == least:
        notes.append("The share of small and isolated members is just reached.")
    return chosen, optimal, tuple(notes)


def _best(first: Ints, second: Ints, score: Floats, helped: Bools, room: Ints, number: int,
          least: int) -> tuple[Ints, bool]:
    """Pairs with the largest sum of scores; ``number`` 0 for as many as can be; none if it cannot be done."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    pairs = len(score)
    ends = sp.csr_array((np.ones(2 * pairs), (np.concatenate([first, second]), np.tile(np.arange(pairs), 2))),
                        shape=(len(room), pairs))
    limits = [LinearConstraint(ends, -np.inf, room)]
    if number:
        limits.append(LinearConstraint(np.ones((1, pairs)), number, number))
    if least:
        limits.append(LinearConstraint(helped[None, :].astype(np.float64), least, np.inf))
    found = milp(-score, constraints=limits, bounds=Bounds(0, 1), integrality=np.ones(pairs, dtype=np.int64),
                 options={"time_limit": 30.0})
    if found.x is None:
        return np.zeros(0, dtype=np.int64), False
    return np.flatnonzero(found.x > 0.5).astype(np.int64), bool(found.status == 0)


def _row(base: Ground, i: int, j: int, score: float, special: Bools, said: dict[int, dict[str, Floats]],
         weights: Mapping[str, float]) -> dict[str, object]:
    names = base.study.actors["name"].fillna(base.study.actors["actor"])
    values = said[i]
    words = {name: None if np.isnan(value[j]) else float(value[j]) for name, value in values.items()}
    inside = candidates(base, i, "members")
    middle = {name: float(np.nanmedian(value[inside])) if (~np.isnan(value[inside])).any() else float("nan")
              for name, value in values.items()}
    told = reasons(words, middle, weights) or ("nothing stands out; it is the best that the conditions leave",)
    return {"actor": str(base.actors[i]), "name": str(names.iloc[i]), "other": str(base.actors[j]),
            "other_name": str(names.iloc[j]), "score": score, "first": bool(special[i]), "second": bool(special[j]),
            "reason": told[0]}

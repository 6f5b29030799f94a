"""The next introductions of a cluster manager: which pairs, under what everyone can take on and what is fair."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from interfirm.errors import UsageError
from interfirm.numerals import per_cent
from interfirm.partners.advice import pair_reasons
from interfirm.partners.ground import Bools, Floats, Ground, ground
from interfirm.partners.pairs import Pairs, pairs
from interfirm.partners.scoring import members, name_of, other_weights
from interfirm.partners.terms import Aim, held_weights

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class IntroductionPlan:
    """Pairs to introduce, best first.

    Parameters
    ----------
    rows
        Per introduction: ``actor``, ``other``, their names, ``score``, ``kept`` (the share of other weights under
        which the best plan holds the pair), ``low`` and ``high`` (between which 90 % of its scores under other weights
        lie; all three None without draws), ``first`` and ``second`` (whether each is small or isolated), ``reason``.
    asked, made
        How many introductions were asked for and how many the conditions allow.
    share, reached_share
        The least share of introductions with a small or isolated member, as asked, and as reached.
    usual_share, median
        Among all pairs that may be introduced: the share with such a member, and the median score.
    binding
        The conditions that kept the plan from being better or longer, in words.
    pairs
        How many pairs were possible at all.
    optimal
        Whether the solver proved that no other plan has a higher sum of scores.
    settings
        Purpose, wave, weights, capacity.
    """

    rows: tuple[dict[str, Any], ...]
    asked: int
    made: int
    share: float
    reached_share: float
    usual_share: float
    median: float
    binding: tuple[str, ...]
    pairs: int
    optimal: bool
    settings: dict[str, object]

    def table(self) -> pd.DataFrame:
        """One row per introduction."""
        import pandas as pd

        columns = ["actor", "name", "other", "other_name", "score", "kept", "low", "high", "first", "second", "reason"]
        return pd.DataFrame(list(self.rows), columns=columns)

    def __str__(self) -> str:
        lines = [f"{self.made} introductions out of {self.pairs:,} possible pairs"
                 + ("" if self.made == self.asked else f" ({self.asked} were asked for)")
                 + f"; {per_cent(self.reached_share)} with a small or isolated member (of all pairs "
                 f"{per_cent(self.usual_share)})."]
        if self.rows:
            lines.append(f"Scores from 0 to 1; the median of all pairs is {self.median:.2f}. The weights are expert "
                         "priors, not estimates.")
        for rank, row in enumerate(self.rows, start=1):
            lines.append(f"{rank:>3}. {row['name']} and {row['other_name']}")
            stays = "" if row["kept"] is None else f", in the plan under {per_cent(row['kept'])} of other weights"
            lines.append(f"       score {row['score']:.2f}{stays}: {row['reason']}")
        return "\n".join([*lines, *(f"  {text}" for text in self.binding)])


def introduction_plan(study: Study, count: int = 20, *, purpose: str | None = None,
                      weights: Mapping[str, float] | None = None, wave: str | int | None = None,
                      capacity: int | Mapping[str, int] = 2, exclude: Iterable[tuple[str, str]] = (),
                      rivals: bool = False, farthest: float = 0.0, share: float = 0.3, between: str = "firms",
                      type: str | None = None, requirements: pd.DataFrame | None = None,
                      vectors: pd.DataFrame | None = None, draws: int = 0, seed: int = 1) -> IntroductionPlan:
    """The best introductions that respect everyone's time, rivalry, distance and fairness.

    Only pairs that have never worked together are introduced.

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
        Whether firms that are after the same customers (half or more of what they sell to whom) may be introduced.
    farthest
        Least geographical proximity of a pair, 0 to 1; pairs whose distance is not known are kept.
    share
        Least share of introductions with a small or isolated member. Small: the third of the members with the
        fewest employees; where no employees are known, those marked ``sme``. Isolated: no more than one partner.
    between
        ``"firms"``, or ``"firms and others"`` for pairs of a firm and another organisation too.
    type, requirements, vectors
        As for :func:`interfirm.partners.recommend`.
    draws, seed
        How many random weights (each between half and twice its value) the plan is made again with, for ``kept``.

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
    base = ground(study, wave)
    weight = held_weights(base, purpose, weights)
    room = _capacities(base, capacity)
    found = pairs(base, Aim(purpose, type, requirements, vectors), exclude=exclude, rivals=rivals, farthest=farthest,
                  between=between)
    special = _small(base) | _isolated(base)
    first, second = found.where[found.first], found.where[found.second]
    helped, score = special[first] | special[second], found.scores(weight)

    number, least, notes = _conditions(first, second, helped, room, count, share)

    def solve(values: Floats) -> tuple[Ints, bool]:
        return _best(first, second, values, helped, room, number, least) if number else (first[:0], True)

    chosen, optimal = solve(score)
    chosen = chosen[np.argsort(-score[chosen], kind="stable")]
    binding = (*notes, *_full(first[chosen], second[chosen], helped[chosen], room, least))
    other = _others(found, weight, chosen, lambda values: solve(values)[0], draws, seed)
    rows = tuple(_rows(found, chosen, score, other, special, weight))
    return IntroductionPlan(
        rows, count, len(rows), share, float(helped[chosen].mean()) if len(chosen) else 0.0,
        float(helped.mean()) if len(helped) else 0.0, float(np.median(score)) if len(score) else float("nan"), binding,
        len(score), optimal, {"purpose": purpose, "type": type, "wave": base.wave, "weights": weight, "rivals": rivals,
                              "farthest": farthest, "between": between, "draws": draws, "seed": seed})


def _capacities(base: Ground, capacity: int | Mapping[str, int]) -> Ints:
    named = {"": capacity} if isinstance(capacity, int) else dict(capacity)
    if min(named.values(), default=0) < 0:
        raise UsageError("A capacity is below 0.")
    room = np.full(len(base.actors), capacity if isinstance(capacity, int) else 2, dtype=np.int64)
    for actor, number in (named.items() if not isinstance(capacity, int) else ()):
        room[base.position(actor)] = number
    return room


def _small(base: Ground) -> Bools:
    """The smallest third of the members by employees; where nobody's are known, those marked as small or medium."""
    seen = base.study.observations
    here = seen.loc[seen["wave"] == base.wave] if base.wave is not None else seen.iloc[:0]
    staff = here.set_index("actor")["employees"].reindex(base.actors).to_numpy(dtype=np.float64, na_value=np.nan)
    inside = staff[members(base)]
    if np.isnan(inside).all():
        return np.asarray(base.study.actors["sme"].fillna(False), dtype=bool)
    return np.asarray(staff <= np.nanquantile(inside, 1 / 3), dtype=bool)


def _isolated(base: Ground) -> Bools:
    return np.asarray((np.diff(base.current.indptr) <= 1) & ~base.silent, dtype=bool)


def _conditions(first: Ints, second: Ints, helped: Bools, room: Ints, count: int,
                share: float) -> tuple[int, int, tuple[str, ...]]:
    """How many pairs can be made, how many of them must help a small or isolated member, and what bound that."""
    most = _best(first, second, np.ones(len(first)), helped, room, 0, 0)[0].size if len(first) else 0
    number, notes = min(count, most), []
    if number < count:
        notes.append(f"No more than {number} introductions fit the capacities and exclusions.")
    least = int(np.ceil(share * number - 1e-9))
    if least:
        fair, _ = _best(first, second, helped.astype(np.float64), helped, room, number, 0)
        reached = int(helped[fair].sum())
        if reached < least:
            notes.append(f"Only {reached} of the {number} introductions can include a small or isolated member.")
        least = min(least, reached)
    return number, least, tuple(notes)


def _full(first: Ints, second: Ints, helped: Bools, room: Ints, least: int) -> list[str]:
    """Which conditions the chosen pairs touch, in words."""
    load = np.bincount(np.concatenate([first, second]), minlength=len(room))
    full = int(((load >= room) & (load > 0)).sum())
    out = [f"{full} members are at their capacity."] if full else []
    if least and int(helped.sum()) == least:
        out.append("The share of small and isolated members is just reached.")
    return out


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


@dataclass(frozen=True)
class _Other:
    """What other weights would give, by chosen pair."""

    kept: Floats
    low: Floats
    high: Floats


def _others(found: Pairs, weights: Mapping[str, float], chosen: Ints, solve: Callable[[Floats], Ints], draws: int,
            seed: int) -> _Other | None:
    """How often the best plan under random weights holds each chosen pair too, and between which scores it lies."""
    if not draws or not len(chosen):
        return None
    count, seen = np.zeros(len(found.first)), []
    for other in other_weights(weights, draws, seed):
        score = found.scores(other)
        count[solve(score)] += 1
        seen.append(score[chosen])
    low, high = np.quantile(np.array(seen), (0.05, 0.95), axis=0)
    return _Other(count[chosen] / draws, low, high)


def _rows(found: Pairs, chosen: Ints, score: Floats, other: _Other | None, special: Bools,
          weights: Mapping[str, float]) -> Iterator[dict[str, Any]]:
    base, middle = found.base, {}
    each = {name: found.of_pairs(name) for name in found.values}
    for name, value in each.items():
        middle[name] = float(np.nanmedian(value)) if (~np.isnan(value)).any() else float("nan")
    for place, k in enumerate(chosen):
        i, j = int(found.where[found.first[k]]), int(found.where[found.second[k]])
        words = {name: None if np.isnan(value[k]) else float(value[k]) for name, value in each.items()}
        told = pair_reasons(words, middle, weights)
        yield {"actor": str(base.actors[i]), "name": name_of(base, i), "other": str(base.actors[j]),
               "other_name": name_of(base, j), "score": float(score[k]),
               **({"kept": None, "low": None, "high": None} if other is None else
                  {"kept": float(other.kept[place]), "low": float(other.low[place]), "high": float(other.high[place])}),
               "first": bool(special[i]), "second": bool(special[j]), "reason": told[0] if told else
               "nothing stands out; it is the best that the conditions leave"}

"""Every pair of members at once: their terms in both directions, and which of them may be introduced."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from interfirm.defaults import threshold
from interfirm.errors import UsageError
from interfirm.partners.ground import Bools, Floats, Ground, Ints
from interfirm.partners.scoring import candidates, medians, members
from interfirm.partners.terms import Aim, terms

MOST = 800


@dataclass(frozen=True, eq=False)
class Pairs:
    """The members of a wave as possible partners of one another.

    Parameters
    ----------
    base
        Who has worked with whom.
    where
        The m members, as positions in the study.
    values
        By term, m × m: row actor, column partner; NaN where not known.
    middle
        By term, m medians among those who may be recommended to each row.
    first, second
        The pairs that may be introduced, as places in ``where``, first below second.
    """

    base: Ground
    where: Ints
    values: dict[str, Floats]
    middle: dict[str, Floats]
    first: Ints
    second: Ints

    @cached_property
    def _filled(self) -> dict[str, Floats]:
        return {name: np.where(np.isnan(value), self.middle[name][:, None], value)
                for name, value in self.values.items()}

    def scores(self, weights: Mapping[str, float]) -> Floats:
        """The score of each pair: the mean of both directions, as in :func:`interfirm.partners.recommend`."""
        size = len(self.where)
        top, bottom, price = np.zeros((size, size)), np.zeros(size), np.zeros((size, size))
        for name, weight in weights.items():
            there = ~np.isnan(self.middle[name])
            x = np.where(there[:, None], self._filled[name], 0.0)
            if weight < 0:
                price -= weight * x
            else:
                top += weight * x
                bottom += weight * there
        total = sum(weight for weight in weights.values() if weight > 0)
        one = np.divide(top, bottom[:, None], out=np.zeros((size, size)), where=bottom[:, None] > 0) - price / total
        return np.asarray((one + one.T)[self.first, self.second] / 2, dtype=np.float64)

    def known(self, weights: Mapping[str, float]) -> Floats:
        """Per pair, the share of the weight that rests on knowledge in both directions."""
        total = sum(weight for weight in weights.values() if weight > 0)
        out = np.zeros(len(self.first))
        for name, weight in weights.items():
            both = ~np.isnan(self.values[name]) & ~np.isnan(self.values[name].T)
            out += max(weight, 0.0) * both[self.first, self.second]
        return out / total

    def of_pairs(self, name: str) -> Floats:
        """One term of each pair: the mean of both directions, of the known one where one is not."""
        value = self.values[name]
        one, two = value[self.first, self.second], value[self.second, self.first]
        return np.where(np.isnan(one), two, np.where(np.isnan(two), one, (one + two) / 2))


def pairs(base: Ground, aim: Aim, *, exclude: Iterable[tuple[str, str]] = (), rivals: bool = False,
          farthest: float = 0.0, between: str = "firms") -> Pairs:
    """Collect the pairs of members that may be introduced; see :func:`interfirm.partners.introduction_plan`."""
    exclude = list(exclude)
    plain = aim.any and not exclude and not rivals and farthest == 0 and between == "firms"
    key = ("partners pairs", base.wave)
    if plain and key in base.study._cache:
        return base.study._cache[key]  # type: ignore[no-any-return]
    made = _collect(base, aim, exclude, rivals, farthest, between)
    if plain:
        base.study._cache[key] = made
    return made


def _collect(base: Ground, aim: Aim, exclude: Iterable[tuple[str, str]], rivals: bool, farthest: float,
             between: str) -> Pairs:
    where = members(base)
    if len(where) > MOST:
        raise UsageError(f"The study has {len(where):,} members; a plan is made for at most {MOST}. "
                         "Select a part of the study first.")
    size, place = len(where), np.full(len(base.actors), -1)
    place[where] = np.arange(size)
    rows = [terms(base, int(at), aim) for at in where]
    open_ = np.array([candidates(base, int(at), "members")[where] for at in where]).reshape(size, size)
    values = {name: np.array([row[name][where] for row in rows]) for name in (rows[0] if rows else ())}
    middle = {name: np.array([medians({name: value[i]}, open_[i])[name] for i in range(size)])
              for name, value in values.items()}
    free = open_ & _never(base, where) if size else open_
    if size:
        free &= rivals | ~(values["rivalry"] >= threshold("partners", "rivals_from")["value"])
        free &= ~(values["near"] < farthest)
        free &= _kinds(base, where, between)
    for one, other in exclude:
        i, j = place[base.position(one)], place[base.position(other)]
        if i >= 0 and j >= 0:
            free[i, j] = free[j, i] = False
    first, second = np.nonzero(np.triu(free & free.T & _something(values, size), 1))
    return Pairs(base, where, values, middle, first.astype(np.int64), second.astype(np.int64))


def _never(base: Ground, where: Ints) -> Bools:
    return np.array([base.row(base.ties, int(at))[where] == 0 for at in where])


def _kinds(base: Ground, where: Ints, between: str) -> Bools:
    firm = (base.study.actors["kind"] == "firm").to_numpy(dtype=bool)[where]
    both = firm[:, None] & firm[None, :]
    if between == "firms":
        return np.asarray(both)
    if between == "firms and others":
        return np.asarray(firm[:, None] | firm[None, :])
    raise UsageError(f"A plan is between 'firms' or 'firms and others', not '{between}'.")


def _something(values: Mapping[str, Floats], size: int) -> Bools:
    """Whether any term is known in both directions."""
    out = np.zeros((size, size), dtype=bool)
    for name, value in values.items():
        if name != "rivalry":
            out |= ~np.isnan(value) & ~np.isnan(value.T)
    return out

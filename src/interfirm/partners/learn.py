"""A ranking of possible partners learned from who found whom before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.optimize import minimize

from interfirm.errors import UsageError
from interfirm.kernels.partners import two_steps
from interfirm.partners.ground import Bools, Floats
from interfirm.partners.history import History
from interfirm.partners.sizes import SIZE

Ints = npt.NDArray[np.int64]
_RIDGE = 3.0
_CHOSEN = 300
_CHOICES = 1500
_WELL_KNOWN = 50
_POOL = 2000
_NEAREST = 2000


class Walker:
    """The features of one actor with every actor that it might be introduced to.

    Candidates are the actors within two steps (the 2,000 nearest by common partners and the 2,000 nearest by
    walks where there are more) and the 50 most active ones in the same themes. Holds its working arrays, so
    that asking again costs no memory.

    Parameters
    ----------
    past
        What is known.
    eligible
        n booleans: who may be a candidate.
    """

    def __init__(self, past: History, eligible: Bools) -> None:
        n = len(past.seen)
        self.past, self.eligible = past, eligible & past.seen
        self._sums = np.zeros((n, past.values.shape[1]))
        self._touched = np.zeros(n, dtype=np.int32)
        self._indptr = past.ties.indptr.astype(np.int32)
        self._indices = past.ties.indices.astype(np.int32)
        self._near = np.zeros(n, dtype=bool)
        popular = np.where(self.eligible, np.log1p(past.degree) + np.log1p(past.running), -np.inf)
        self._pool = np.argsort(-popular, kind="stable")[:min(_POOL, int(self.eligible.sum()))]
        self._popular = popular[self._pool]
        self._columns = [(sp.csc_array(theme.profile), sp.csc_array(theme.volume)) for theme in past.themes]
        self.names = ("common", "running", "walk", "close", "reached", "degree", "activity", "recent", "affinity",
                      "same country", *SIZE, *(f"{kind} {theme.column}" for theme in past.themes
                                        for kind in ("likeness of", "volume in")))

    def __call__(self, at: int) -> tuple[Ints, Floats]:
        """Positions of the candidates of one actor, ascending, and their features (rows)."""
        past = self.past
        count = two_steps(self._indptr, self._indices, past.values, past.via, at, self._sums, self._touched)
        reached = self._touched[:count].astype(np.int64)
        themes = [(_along(profiles, theme.profile, at), _along(volumes, theme.share, at))
                  for theme, (profiles, volumes) in zip(past.themes, self._columns, strict=True)]
        chosen = self._candidates(at, reached, themes)
        sums = self._sums[chosen]
        self._sums[reached] = 0.0
        same, lift = self._countries(at, chosen)
        degree = past.degree[chosen]
        columns = [np.log1p(sums[:, 0]), np.log1p(sums[:, 1]),
                   np.log1p(1e4 * sums[:, 2] / max(past.strength[at], 1e-9)),
                   np.log1p(10 * sums[:, 0] / np.sqrt(degree + 1)), (sums[:, 0] > 0).astype(np.float64),
                   np.log1p(degree), np.log1p(past.running[chosen]), np.log1p(past.recent[chosen]), lift, same,
                   *past.sizes.columns(at, chosen)]
        for like, volume in themes:
            columns += [like[chosen], np.log1p(10 * volume[chosen])]
        return chosen, np.column_stack(columns)

    def _candidates(self, at: int, reached: Ints, themes: list[tuple[Floats, Floats]]) -> Ints:
        near = self._near
        near[:] = False
        open_ = reached[self.eligible[reached]]
        for way in (0, 2):
            near[_largest(self._sums[open_, way], open_, _NEAREST)] = True
        pull = self._popular + sum(np.log1p(10 * volume[self._pool]) for _, volume in themes)
        near[_largest(pull, self._pool, _WELL_KNOWN)] = True
        near &= self.eligible
        near[self.past.partners(at)] = False
        near[at] = False
        return np.flatnonzero(near).astype(np.int64)

    def _countries(self, at: int, chosen: Ints) -> tuple[Floats, Floats]:
        mine, theirs = int(self.past.country[at]), self.past.country[chosen]
        if mine < 0:
            return np.zeros(len(chosen)), np.zeros(len(chosen))
        return (theirs == mine).astype(np.float64), np.where(theirs >= 0, self.past.affinity[mine, theirs], 0.0)


def _along(columns: sp.csc_array, rows: sp.csr_array, at: int) -> Floats:
    """columns @ rows[at], by the few columns in which that row has something."""
    out = np.zeros(columns.shape[0])
    for place in range(rows.indptr[at], rows.indptr[at + 1]):
        theme = rows.indices[place]
        part = slice(columns.indptr[theme], columns.indptr[theme + 1])
        out[columns.indices[part]] += rows.data[place] * columns.data[part]
    return out


def _largest(values: Floats, positions: Ints, count: int) -> Ints:
    """The positions of the largest values, in no order; of equal values at the edge any."""
    if len(values) <= count:
        return positions
    return np.asarray(positions[np.argpartition(-values, count)[:count]])


@dataclass(frozen=True, eq=False)
class PartnerModel:
    """What made two organisations find each other: one coefficient per feature.

    Parameters
    ----------
    names
        The features.
    coefficients
        Effect of one unit of each feature on the log odds of being chosen among all candidates.
    spread
        Standard deviation of each feature in the data that it was learned from.
    actors, chosen
        How many actors found new partners, and how many of those were candidates.
    converged
        Whether the fit reached its optimum.
    covariance
        Of the coefficients, actors taken as independent (sandwich): what other actors could have taught.
    """

    names: tuple[str, ...]
    coefficients: Floats
    spread: Floats
    actors: int
    chosen: int
    converged: bool
    covariance: Floats

    def score(self, features: Floats) -> Floats:
        """The log odds of each candidate, up to a constant of the actor."""
        return np.asarray(features @ self.coefficients, dtype=np.float64)

    def __str__(self) -> str:
        effect = self.coefficients * self.spread
        order = np.argsort(-np.abs(effect))
        state = "" if self.converged else " The fit did NOT converge."
        error = np.sqrt(np.diag(self.covariance)) * self.spread
        lines = [f"Learned from {self.chosen:,} new pairs of {self.actors:,} actors.{state} Effects per standard "
                 "deviation (standard error):"]
        return "\n".join(lines + [f"  {self.names[i]}: {effect[i]:+.2f} ({error[i]:.2f})" for i in order])


def learn(walker: Walker, found: dict[int, set[int]], *, seed: int) -> PartnerModel:
    """Fit a conditional logit: which of all candidates became the actor's new partners.

    P(j | i) = exp(b·x_ij) / Σ_k exp(b·x_ik), maximum likelihood with a ridge of 3 on standardised features, every
    actor counting the same. Of the candidates not chosen at most 300 are drawn, weighted back.

    Parameters
    ----------
    walker
        The features, from what was known before.
    found
        Per actor, the new partners found afterwards.
    seed
        Of the draw of actors (at most 1,500) and candidates.

    Raises
    ------
    UsageError
        If fewer than 20 actors found a new partner among their candidates.

    References
    ----------
    [mcfadden1974]
    """
    tables = list(_choices(walker, found, np.random.default_rng(seed)))
    if len(tables) < 20:
        raise UsageError(f"Only {len(tables)} actors found a new partner in the time to learn from; 20 are needed. "
                         "Use explicit weights.")
    x = np.concatenate([table[0] for table in tables])
    y = np.concatenate([table[1] for table in tables])
    offset = np.concatenate([table[2] for table in tables])
    start = np.cumsum([0, *(len(table[1]) for table in tables)])[:-1]
    spread = x.std(axis=0)
    spread[spread == 0] = 1.0
    best, converged = fit_choices(x / spread, y, offset, start)
    covariance = choice_covariance(x / spread, y, offset, start, best) / np.outer(spread, spread)
    return PartnerModel(walker.names, best / spread, spread, len(tables), int(y.sum()), converged, covariance)


def _choices(walker: Walker, found: dict[int, set[int]],
             rng: np.random.Generator) -> Iterator[tuple[Floats, Floats, Floats]]:
    actors = np.array(sorted(found), dtype=np.int64)
    if len(actors) > _CHOICES:
        actors = np.sort(rng.choice(actors, _CHOICES, replace=False))
    for at in actors:
        chosen, features = walker(int(at))
        hit = np.isin(chosen, np.fromiter(found[int(at)], dtype=np.int64))
        rest = np.flatnonzero(~hit)
        if not hit.any() or not len(rest):
            continue
        drawn = np.sort(rng.choice(rest, min(_CHOSEN, len(rest)), replace=False))
        keep = np.concatenate([np.flatnonzero(hit), drawn])
        offset = np.where(np.arange(len(keep)) < hit.sum(), 0.0, np.log(len(rest) / len(drawn)))
        yield features[keep], hit[keep].astype(np.float64), offset


def fit_choices(x: Floats, y: Floats, offset: Floats, start: Ints) -> tuple[Floats, bool]:
    """Coefficients of a conditional logit with ridge; groups are runs of rows beginning at ``start``."""
    group = np.repeat(np.arange(len(start)), np.diff([*start, len(y)]))
    weight = y / np.add.reduceat(y, start)[group]

    def loss(b: Floats) -> tuple[float, Floats]:
        u = x @ b + offset
        u = u - np.maximum.reduceat(u, start)[group]
        e = np.exp(u)
        total = np.add.reduceat(e, start)[group]
        value = float((weight * (u - np.log(total))).sum())
        gradient = x.T @ (weight - e / total)
        return _RIDGE / 2 * float(b @ b) - value, _RIDGE * b - gradient

    found = minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 300})
    return np.asarray(found.x, dtype=np.float64), bool(found.success)


def choice_covariance(x: Floats, y: Floats, offset: Floats, start: Ints, b: Floats) -> Floats:
    """H⁻¹ (Σ_i g_i g_iᵀ) H⁻¹ at the optimum of :func:`fit_choices`.

    H: second derivative of the penalised loss; g_i = Σ_j (y_ij/Σy_i − p_ij) x_ij the score of actor i.
    """
    group = np.repeat(np.arange(len(start)), np.diff([*start, len(y)]))
    u = x @ b + offset
    e = np.exp(u - np.maximum.reduceat(u, start)[group])
    p = e / np.add.reduceat(e, start)[group]
    mean = np.add.reduceat(x * p[:, None], start, axis=0)
    bread = np.linalg.inv((x * p[:, None]).T @ x - mean.T @ mean + _RIDGE * np.eye(x.shape[1]))
    score = np.add.reduceat(x * (y / np.add.reduceat(y, start)[group] - p)[:, None], start, axis=0)
    return np.asarray(bread @ (score.T @ score) @ bread, dtype=np.float64)


def top_lists(model: PartnerModel, walker: Walker, actors: Iterable[int], top: int = 10) -> dict[int, Ints]:
    """The first partners by a learned ranking for many actors: positions, best first, by actor's position.

    An actor without any alliance by the date gets those most active in general, which is all that is known.
    """
    out = {}
    for at in actors:
        chosen, features = walker(int(at))
        out[int(at)] = chosen[best(model.score(features), top)]
    return out


def best(score: Floats, count: int) -> Ints:
    """Positions of the largest scores, largest first, equal ones in order of position; −inf is left out."""
    if len(score) > count:
        edge = np.partition(score, len(score) - count)[len(score) - count]
        some = np.flatnonzero(score >= edge)
    else:
        some = np.arange(len(score))
    out = some[np.argsort(-score[some], kind="stable")][:count]
    return np.asarray(out[score[out] > -np.inf], dtype=np.int64)

"""Does the ranking find the partners that organisations really took later? Trained before a date, tested after it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from interfirm.errors import UnknownName, UsageError
from interfirm.partners.ground import Bools, Floats
from interfirm.partners.history import History, began, history
from interfirm.partners.learn import PartnerModel, Walker, best, learn

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study

Ints = npt.NDArray[np.int64]
Ranker = Callable[[int], Ints]
METHODS = ("learned", "degree", "common neighbours", "Adamic-Adar", "same country", "same theme", "random")
GROUPS = ("all", "newcomers", "others", "small and medium firms")
MEASURES = ("precision", "recall", "reciprocal_rank", "ndcg")
_DEPTH = 100


@dataclass(frozen=True, eq=False)
class PartnerEvaluation:
    """How well each method found the partners of later years.

    Parameters
    ----------
    lists
        By method, actors × 100: whether the candidate at each rank became a new partner.
    found
        By actor, how many new partners it found among those known before.
    actors
        Identifiers of the actors (rows).
    groups
        By group, which actors belong to it. Newcomers had one alliance before the date at most.
    unseen
        New pairs with an organisation that was not known before: nothing could predict them.
    model
        What was learned, and from when.
    until, after, learned_until, resamples, seed
        The split and the draws.
    """

    lists: dict[str, Bools]
    found: Ints
    actors: tuple[str, ...]
    groups: dict[str, Bools]
    unseen: int
    model: PartnerModel
    until: str
    after: str
    learned_until: str
    resamples: int
    seed: int

    def values(self, method: str, measure: str, cut: int) -> Floats:
        """One measure at one cut-off, by actor."""
        if method not in self.lists:
            raise UnknownName("method", method, self.lists)
        return ranked(self.lists[method], self.found, measure, cut)

    def pooled(self, method: str, cut: int) -> tuple[float, float, float]:
        """Share of all pairs found that stand among the first ``cut``, whosever they are, with its 95 % interval.

        Σ_i hits_i / Σ_i m_i: actors with many new partners weigh more than in the mean of :meth:`values`.
        """
        hits = self.values(method, "recall", cut) * self.found
        draws = _draws(len(self.found), self.resamples, self.seed)
        low, high = np.quantile((draws @ hits) / (draws @ self.found), [0.025, 0.975])
        return float(hits.sum() / self.found.sum()), float(low), float(high)

    def table(self, cuts: Sequence[int] = (5, 10, 20, 50)) -> pd.DataFrame:
        """Mean of each measure by group, method and cut-off with its 95 % bootstrap interval over actors."""
        import pandas as pd

        rows = []
        for group, inside in self.groups.items():
            draws = _draws(int(inside.sum()), self.resamples, self.seed)
            lead = {"group": group, "actors": int(inside.sum())}
            rows += [lead | {"method": method, "cut": cut} | self._means(method, cut, inside, draws)
                     for method in self.lists for cut in cuts]
        return pd.DataFrame(rows)

    def _means(self, method: str, cut: int, inside: Bools, draws: Floats) -> dict[str, float]:
        out: dict[str, float] = {}
        for measure in MEASURES:
            one = self.values(method, measure, cut)[inside]
            low, high = np.quantile(draws @ one, [0.025, 0.975])
            out |= {measure: float(one.mean()), f"{measure}_low": float(low), f"{measure}_high": float(high)}
        return out

    def ratio(self, measure: str = "recall", cut: int = 20) -> tuple[str, float, float, float]:
        """The best baseline, and learned / best with its interval from actors drawn for both at once."""
        means = {name: float(self.values(name, measure, cut).mean()) for name in self.lists if name != "learned"}
        other = max(means, key=lambda name: means[name])
        draws = _draws(len(self.found), self.resamples, self.seed)
        top, bottom = (draws @ self.values(name, measure, cut) for name in ("learned", other))
        spread = top / np.where(bottom > 0, bottom, np.nan)
        low, high = np.nanquantile(spread, [0.025, 0.975]) if (bottom > 0).any() else (np.nan, np.nan)
        mine = float(self.values("learned", measure, cut).mean())
        return other, mine / means[other] if means[other] else float("nan"), float(low), float(high)

    def __str__(self) -> str:
        other, ratio, low, high = self.ratio()
        lines = [f"{len(self.found):,} actors found {int(self.found.sum()) // 2:,} new pairs after {self.until} up to "
                 f"{self.after}; {self.unseen:,} more pairs are with organisations not known before."]
        lines += [f"  {name:<18} recall at 20: {self.values(name, 'recall', 20).mean():.4f}, of all pairs together "
                  f"{self.pooled(name, 20)[0]:.4f}" for name in self.lists]
        lines.append(f"Learned against the best baseline ({other}): {ratio:.2f} times, 95 % interval {low:.2f} to "
                     f"{high:.2f}.")
        return "\n".join(lines)


def ranked(hits: Bools, found: Ints, measure: str, cut: int) -> Floats:
    """A measure of ranked lists, by list.

    With h_r = 1 where the candidate at rank r was found, m the number to find, k the cut-off:
    precision Σ_{r≤k} h_r / k; recall Σ_{r≤k} h_r / m; reciprocal rank 1/r of the first hit up to k (0 without);
    NDCG Σ_{r≤k} h_r/log₂(r+1) over its largest possible value.

    Parameters
    ----------
    hits
        Lists × ranks.
    found
        m by list, above 0.
    measure
        One of ``precision``, ``recall``, ``reciprocal_rank``, ``ndcg``.
    cut
        k, from 1 to the length of the lists.

    References
    ----------
    [jarvelin2002]

    Examples
    --------
    >>> ranked(np.array([[False, True, True]]), np.array([4]), "recall", 3).tolist()
    [0.5]
    """
    if measure not in MEASURES:
        raise UnknownName("measure", measure, MEASURES)
    if not 1 <= cut <= hits.shape[1]:
        raise UsageError(f"The cut-off is {cut}; it must lie between 1 and {hits.shape[1]}.")
    top = hits[:, :cut]
    if measure == "precision":
        return np.asarray(top.sum(axis=1) / cut, dtype=np.float64)
    if measure == "recall":
        return np.asarray(top.sum(axis=1) / found, dtype=np.float64)
    if measure == "reciprocal_rank":
        return np.where(top.any(axis=1), 1 / (1 + top.argmax(axis=1)), 0.0)
    gain = 1 / np.log2(np.arange(cut) + 2)
    largest = np.cumsum(gain)[np.minimum(found, cut) - 1]
    return np.asarray(top @ gain / largest, dtype=np.float64)


def evaluate(study: Study, *, until: str, after: str, learn_until: str | None = None, kind: str | None = "firm",
             themes: Sequence[str] = (), most: int | None = None, resamples: int = 1000,
             seed: int = 1) -> PartnerEvaluation:
    """Train on the alliances that began by a date, test on the new pairs formed after it.

    The ranking is learned from an earlier split of the training years alone; nothing after ``until`` is seen.
    Candidates and actors are those of one kind that were known by ``until``; only new pairs count, not
    repeated ones. The ties through actors of every kind are used, by the baselines too, whose equal scores
    are ordered by degree.

    Parameters
    ----------
    study
        A study with dated alliances.
    until, after
        Last year (or day) of training and of test.
    learn_until
        Last year of the earlier split: new pairs from then to ``until`` teach the weights. The year before
        ``until`` if None.
    kind
        Kind of actor; every kind if None.
    themes
        Columns of ``alliances`` that say what an alliance is about.
    most
        Most actors to test with, drawn at random; all if None.
    resamples, seed
        Of the bootstrap over actors.

    Returns
    -------
    PartnerEvaluation

    Raises
    ------
    UsageError
        If there is too little to learn from or nobody found a new partner after the date.

    Notes
    -----
    Intervals draw actors, not pairs; a pair appears once for each of its two actors, so that intervals are a
    little too narrow. Sources: [libennowell2007], [adamic2003], [mcfadden1974].
    """
    before = learn_until or str(int(until[:4]) - 1)
    if not before < until < after:
        raise UsageError(f"The dates must follow one another: {before}, {until}, {after}.")
    eligible = of_kind(study, kind)
    earlier, past = (history(study, day, themes=themes) for day in (before, until))
    model = learn(Walker(earlier, eligible), new_pairs(study, earlier, eligible, until)[0], seed=seed)
    found, unseen = new_pairs(study, past, eligible, after)
    if not found:
        raise UsageError(f"Nobody known by {until} found a new partner up to {after}.")
    actors = _some(sorted(found), most, seed)
    rankers = {"learned": _learned(model, Walker(past, eligible))} | _baselines(past, eligible, seed)
    lists = {name: np.array([_hits(rank(at), found[at]) for at in actors]) for name, rank in rankers.items()}
    size = np.array([len(found[at]) for at in actors], dtype=np.int64)
    return PartnerEvaluation(lists, size, tuple(map(str, study.actors["actor"].to_numpy()[actors])),
                             _groups(study, actors, until), unseen, model, until, after, before, resamples, seed)


def of_kind(study: Study, kind: str | None) -> Bools:
    """Which actors are of a kind; all if None."""
    return np.ones(len(study.actors), dtype=bool) if kind is None else \
        (study.actors["kind"] == kind).to_numpy(dtype=bool)


def _some(actors: list[int], most: int | None, seed: int) -> list[int]:
    if most is None or len(actors) <= most:
        return actors
    return sorted(int(i) for i in np.random.default_rng(seed).choice(actors, most, replace=False))


def new_pairs(study: Study, past: History, eligible: Bools, after: str) -> tuple[dict[int, set[int]], int]:
    """Partners first met between ``past.until`` and ``after``, by actor; and how many pairs involve someone unseen."""
    import pandas as pd

    start = began(study)
    rows = study.alliances.loc[(start > past.until + "-99-99") & (start <= after + "-99-99")]
    at = pd.Index(study.actors["actor"]).get_indexer(pd.Index(rows["actor"]))
    out: dict[int, set[int]] = {}
    unseen: set[tuple[int, int]] = set()
    known: dict[int, set[int]] = {}
    for members in pd.Series(at).groupby(pd.factorize(rows["alliance"])[0]).unique():
        firms = [int(i) for i in members if eligible[i]]
        old = [i for i in firms if past.seen[i]]
        for i in old:
            if i not in known:
                known[i] = {int(j) for j in past.partners(i)} | {i}
            fresh = set(old) - known[i]
            if fresh:
                out.setdefault(i, set()).update(fresh)
        unseen |= {(min(i, j), max(i, j)) for i in firms if not past.seen[i] for j in firms if i != j}
    return out, len(unseen)


def _learned(model: PartnerModel, walker: Walker) -> Ranker:
    def rank(at: int) -> Ints:
        chosen, features = walker(at)
        return chosen[best(model.score(features), _DEPTH)]
    return rank


def _baselines(past: History, eligible: Bools, seed: int) -> dict[str, Ranker]:
    rng = np.random.default_rng(seed)
    open_, size = eligible & past.seen, len(past.seen)
    by_degree = past.degree / (1 + past.degree.max()) * 1e-6
    binary = past.ties.copy()
    binary.data = np.ones_like(binary.data)

    def row(at: int) -> Floats:
        out = np.zeros(size)
        out[past.partners(at)] = 1.0
        return out

    shared = [_present(theme.share) for theme in past.themes]

    def themes(at: int) -> Floats:
        return sum((table @ table[[at]].toarray().ravel() for table in shared), start=np.zeros(size))

    scores: dict[str, Callable[[int], Floats]] = {
        "degree": lambda _: np.zeros(size),
        "common neighbours": lambda at: binary @ row(at),
        "Adamic-Adar": lambda at: binary @ (row(at) * past.via[:, 0]),
        "same country": lambda at: ((past.country == past.country[at]) & (past.country >= 0)).astype(np.float64),
        "same theme": themes,
        "random": lambda _: rng.random(size),
    }
    if not past.themes:
        del scores["same theme"]

    def ranker(score: Callable[[int], Floats]) -> Ranker:
        def rank(at: int) -> Ints:
            free = open_.copy()
            free[past.partners(at)] = False
            free[at] = False
            return best(np.where(free, score(at) + by_degree, -np.inf), _DEPTH)
        return rank
    return {name: ranker(score) for name, score in scores.items()}


def _present(table: sp.csr_array) -> sp.csr_array:
    out = table.copy()
    out.data = (out.data > 0).astype(np.float64)
    return out


def _hits(order: Ints, found: set[int]) -> Bools:
    out = np.zeros(_DEPTH, dtype=bool)
    out[:len(order)] = [int(j) in found for j in order]
    return out


def _groups(study: Study, actors: Sequence[int], until: str) -> dict[str, Bools]:
    import pandas as pd

    rows = study.alliances.loc[began(study) <= until + "-99-99"]
    count = rows["actor"].value_counts().reindex(pd.Index(study.actors["actor"])).fillna(0).to_numpy()[actors]
    small = study.actors["sme"].fillna(False).to_numpy(dtype=bool)[actors]
    out = {"all": np.ones(len(actors), dtype=bool), "newcomers": count <= 1, "others": count > 1,
           "small and medium firms": small}
    return {name: inside for name, inside in out.items() if inside.any()}


def _draws(size: int, resamples: int, seed: int) -> Floats:
    """Resamples × size: the weight of each actor in each bootstrap draw."""
    rng = np.random.default_rng(seed)
    return rng.multinomial(size, np.full(size, 1 / size), size=resamples) / size

"""The learned ranking of a study: from its own dated alliances, kept only where it foresees better than plain rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from interfirm.errors import UsageError
from interfirm.numerals import per_cent
from interfirm.partners.evaluate import PartnerEvaluation, evaluate, new_pairs, of_kind
from interfirm.partners.ground import Floats, Ints
from interfirm.partners.history import History, began, history
from interfirm.partners.learn import PartnerModel, Walker, learn
from interfirm.partners.sizes import SIZE

if TYPE_CHECKING:
    from interfirm.study.study import Study

CUT = 10
_THEMES = ("programme", "topic", "theme", "purpose", "type")
_TEST = 0.2
_FEWEST = 20
_MOST = 1500
_GROUPS = {"shared partners": ("common", "running", "walk", "close", "reached"),
           "activity": ("degree", "activity", "recent"), "country": ("affinity", "same country"),
           "size of alliances": SIZE}


@dataclass(frozen=True, eq=False)
class LearnedRanking:
    """What a study's own history says about who finds whom.

    Parameters
    ----------
    model
        Learned from all of the history.
    walker
        Candidates and features at its end.
    evaluation
        How a ranking learned from the earlier years foresaw the last ones.
    until
        Last year of the history.
    """

    model: PartnerModel
    walker: Walker
    evaluation: PartnerEvaluation
    until: str

    @property
    def better(self) -> bool:
        """Whether the learned ranking foresaw the last years at least as well as the best plain rule (recall at 10)."""
        return self.evaluation.ratio("recall", CUT)[1] >= 1

    @property
    def evidence(self) -> str:
        """How well it foresees, in a sentence."""
        tested, (other, ratio, low, high) = self.evaluation, self.evaluation.ratio("recall", CUT)
        mine, theirs = (float(tested.values(name, "recall", CUT).mean()) for name in ("learned", other))
        return (f"Learned from who found whom up to {self.until}. Tested: learned to {tested.until}, its first {CUT} "
                f"names held {per_cent(mine)} of the partners met afterwards, the best plain rule ({other}) "
                f"{per_cent(theirs)} ({ratio:.2f} times, 95 % interval {low:.2f} to {high:.2f}; "
                f"{len(tested.found):,} organisations).")

    def groups(self) -> dict[str, Ints]:
        """The features by what they are about: shared partners, activity, country, and each theme."""
        names = self.model.names
        out = {group: [names.index(name) for name in inside] for group, inside in _GROUPS.items()}
        for theme in self.walker.past.themes:
            out[theme.column] = [i for i, name in enumerate(names) if name.endswith(f" {theme.column}")]
        return {name: np.array(inside, dtype=np.int64) for name, inside in out.items()}

    def parts(self, features: Floats) -> dict[str, Floats]:
        """What each group adds to the log odds of each candidate, against the median candidate."""
        out = {}
        for name, inside in self.groups().items():
            value = features[:, inside] @ self.model.coefficients[inside]
            out[name] = value - np.median(value)
        return out

    def other_scores(self, features: Floats, draws: int, seed: int) -> Floats:
        """Scores under coefficients that other actors could have taught: draws × candidates."""
        rng = np.random.default_rng(seed)
        values, vectors = np.linalg.eigh(self.model.covariance)
        root = vectors * np.sqrt(np.clip(values, 0, None))
        drawn = self.model.coefficients + rng.normal(size=(draws, len(values))) @ root.T
        return np.asarray(drawn @ features.T, dtype=np.float64)


def learned_ranking(study: Study, *, themes: Sequence[str] | None = None, kind: str | None = None,
                    seed: int = 1) -> LearnedRanking:
    """Learn who finds whom from the dated alliances of a study, and test it on their last years.

    The last years that hold at least a fifth of the alliances are the test; the ranking that is tested was learned
    before them, from a span as long. The ranking that is returned was learned from the test years too.

    Parameters
    ----------
    study
        A study whose alliances have dates in at least three years.
    themes
        Columns of ``alliances`` that say what an alliance is about; ``programme``, ``topic``, ``theme``, ``purpose``
        and ``type``, those of them that are known, if None.
    kind
        Learn from and recommend one kind of actor only; every kind if None.
    seed
        Of the draws of actors and candidates.

    Raises
    ------
    UsageError
        If the history is too short or too small to learn from and to test.

    References
    ----------
    [mcfadden1974], [libennowell2007]
    """
    about = tuple(themes) if themes is not None else tuple(
        name for name in _THEMES if name in study.alliances.columns and study.alliances[name].notna().any())
    key = ("learned partners", about, kind, seed)
    if key not in study._cache:
        study._cache[key] = _learn(study, about, kind, seed)
    found: LearnedRanking | str = study._cache[key]
    if isinstance(found, str):
        raise UsageError(found)
    return found


def _learn(study: Study, about: tuple[str, ...], kind: str | None, seed: int) -> LearnedRanking | str:
    try:
        before, until, after = split(study)
        tested = evaluate(study, until=until, after=after, learn_until=before, kind=kind, themes=about, most=_MOST,
                          resamples=500, seed=seed)
        if len(tested.found) < _FEWEST:
            return f"Only {len(tested.found)} organisations met a new partner in the years to test with; {_FEWEST} " \
                "are needed. Use explicit weights."
        eligible, past = of_kind(study, kind), history(study, until, themes=about)
        model = learn(Walker(past, eligible), new_pairs(study, past, eligible, after)[0], seed=seed)
        return LearnedRanking(model, Walker(history(study, after, themes=about), eligible), tested, after)
    except UsageError as problem:
        return str(problem)


def split(study: Study) -> tuple[str, str, str]:
    """Years that divide a history: learn from the first to the second, test from the second to the third."""
    years = np.sort(began(study).loc[lambda start: start != "9999"].str[:4].to_numpy(dtype=np.int64)) \
        if len(study.alliances) else np.zeros(0, dtype=np.int64)
    known = np.unique(years)
    if len(known) < 3:
        raise UsageError(f"The alliances began in {len(known)} year{'' if len(known) == 1 else 's'}; 3 are needed to "
                         "learn a ranking. Use "
                         "explicit weights.")
    late = [int(year) for year in known[1:-1] if (years > year).mean() >= _TEST]
    until = max(late, default=int(known[-2]))
    before = max(int(known[0]), until - (int(known[-1]) - until))
    return str(min(before, until - 1)), str(until), str(int(known[-1]))


def common_partners(past: History, at: int) -> Ints:
    """How many partners each actor has in common with one."""
    mine = np.zeros(len(past.seen))
    mine[past.partners(at)] = 1.0
    ties = sp.csr_array((past.values[:, 0], past.ties.indices, past.ties.indptr), shape=past.ties.shape)
    return np.asarray(ties @ mine, dtype=np.int64)

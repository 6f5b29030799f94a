"""Barter of knowledge on small worlds: the model of Cowan and Jonard (2004), from its rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from interfirm.errors import UnknownName, UsageError
from interfirm.kernels import barter as kernel

if TYPE_CHECKING:
    import pandas as pd

LAWS: Final = {"random": kernel.RANDOM, "shuffled": kernel.SHUFFLED, "in order": kernel.IN_ORDER}
EXPERTS: Final = ("one category", "each category")
STATISTICS: Final = ("mean", "variance", "cv")
Links = tuple[NDArray[np.int64], NDArray[np.int32]]
_WIDTH: Final = 8


@dataclass(frozen=True)
class Barter:
    """The rules and the start of a model of barter.

    Parameters
    ----------
    firms, degree
        N firms on a ring, each tied to ``degree`` / 2 neighbours on either side (an even number).
    rewiring
        Probability p with which a tie is rewired to a random firm: 0 a ring, 1 a random network.
    categories
        K categories of knowledge, up to 12.
    absorption
        α: the share of a gap that the receiver closes in a trade, above 0, below 1.
    experts, expert_level, experts_in
        Share of the firms that start as experts, their level, and whether each is one in *one category* drawn at
        random, or the share is drawn anew in *each category*. All other levels start uniform on 0 to 1.
    activation
        ``"random"``: each meeting begins with a firm drawn at random; ``"shuffled"``: each firm begins one meeting per
        period, in random order; ``"in order"``: the same in the order of the ring.
    """

    firms: int = 500
    degree: int = 10
    rewiring: float = 0.1
    categories: int = 5
    absorption: float = 0.1
    experts: float = 0.1
    expert_level: float = 10.0
    experts_in: str = "one category"
    activation: str = "random"

    def __post_init__(self) -> None:
        """Refuse what cannot be run."""
        if self.activation not in LAWS:
            raise UnknownName("order of activation", self.activation, LAWS)
        if self.experts_in not in EXPERTS:
            raise UnknownName("place of the experts", self.experts_in, EXPERTS)
        if self.degree < 2 or self.degree % 2 or not self.degree < self.firms - 1 or self.firms >= 2**31:
            raise UsageError(f"degree is {self.degree} and firms {self.firms}; degree must be even, at least 2 and "
                             "below firms - 1.")
        if not 1 <= self.categories <= kernel.MOST_KINDS:
            raise UsageError(f"categories is {self.categories}; 1 to {kernel.MOST_KINDS} are expected.")
        if not (0 <= self.rewiring <= 1 and 0 < self.absorption < 1 and 0 <= self.experts <= 1):
            raise UsageError("rewiring and experts lie between 0 and 1, absorption above 0 and below 1.")
        if not (np.isfinite(self.expert_level) and self.expert_level >= 0):
            raise UsageError("expert_level is a level of knowledge of at least 0.")


@dataclass(frozen=True, eq=False)
class BarterRun:
    """What came out of :func:`barter`.

    Attributes
    ----------
    levels
        N × K: knowledge at the end.
    rows
        See :meth:`table`.
    settings
        The rules, seed and replication.
    """

    levels: NDArray[np.float64] = field(repr=False)
    rows: pd.DataFrame = field(repr=False)
    settings: Mapping[str, Any]

    def table(self) -> pd.DataFrame:
        """One row per recorded period.

        ``period`` (N meetings each), ``mean`` of the firms' knowledge (a firm's is the mean over its categories),
        ``variance`` and ``cv`` across firms, and ``traded``, the share of the meetings since the last row in which
        something was traded.
        """
        return self.rows.copy()

    def __str__(self) -> str:
        last = self.rows.iloc[-1]
        return f"After {last['period']:.0f} periods: mean {last['mean']:.4g}, CV {last['cv']:.3f}."


def small_world(firms: int, degree: int, rewiring: float, *, seed: int, replication: int = 0) -> Links:
    """A ring of firms with some ties rewired [watts1998], as CSR links of both directions.

    Ties that are not rewired are laid first; each rewired tie keeps its first end and then gets a random other one to
    which there is no tie yet. With the same seed a larger share rewires the same ties and more.

    Parameters
    ----------
    firms, degree, rewiring
        As in :class:`Barter`.
    seed, replication
        Of the draws.

    Returns
    -------
    tuple
        ``indptr`` (N + 1) and ``indices``.

    Raises
    ------
    UsageError
        For a degree that is odd or too large, or a share outside 0 to 1.

    Examples
    --------
    >>> indptr, indices = small_world(6, 2, 0.0, seed=1)
    >>> indices[indptr[0]:indptr[1]].tolist()
    [1, 5]
    """
    Barter(firms, degree, rewiring)
    indptr, indices = kernel.rewired(firms, degree // 2, float(rewiring), seed, replication)
    return indptr, indices


def barter(rules: Barter | None = None, *, periods: int = 5000, record: Sequence[int] = (), seed: int,
           replication: int = 0, links: Links | None = None, start: ArrayLike | None = None) -> BarterRun:
    """Let firms barter knowledge with their neighbours, and see where that leads.

    In each meeting a firm and one of its neighbours look in how many categories either is ahead. If both are somewhere,
    they trade as many categories as the smaller of the two numbers, each way; who could give more gives a random part.
    The receiver closes the share α of the gap: v_jc ← v_jc + α (v_ic − v_jc). Nothing is traded without something in
    return, and nobody loses what it gives [cowan2004].

    Parameters
    ----------
    rules
        :class:`Barter`.
    periods
        Of N meetings each.
    record
        Periods after which the state is described; the last always is.
    seed, replication
        Every draw depends on these, the period, the number of the meeting and its purpose only.
    links
        Another network, as CSR links of both directions; a small world by the rules if left out.
    start
        N × K levels to start with; drawn by the rules if left out.

    Returns
    -------
    BarterRun

    Raises
    ------
    UsageError
        For numbers that cannot be, or a network or start that does not fit the rules.

    Notes
    -----
    A pair's own trades never reverse their order, so trade dies out only in the limit; 5,000 periods are enough that
    20,000 change the mean by less than one in a thousand.

    Examples
    --------
    >>> run = barter(Barter(firms=100, degree=4), periods=200, seed=1)
    >>> bool(run.levels.mean() > 0.5)
    True
    """
    rules = rules or Barter()
    if periods < 0 or any(one < 0 for one in record):
        raise UsageError("periods and record are numbers of at least 0.")
    indptr, indices = _links(rules, links, seed, replication)
    levels = _start(rules, start, seed, replication)
    stops = sorted({*(one for one in record if one < periods), periods})
    order, at, rows = np.empty(rules.firms, np.int32), 0, []
    tables = kernel.subsets(rules.categories)
    for stop in stops:
        traded = np.zeros(stop - at, np.int64)
        kernel.trade(indptr, indices, levels, rules.categories, rules.absorption, LAWS[rules.activation], seed,
                     replication, at, stop - at, tables, order, traded)
        rows.append(_described(levels[:, :rules.categories], stop, traded))
        at = stop
    return BarterRun(levels[:, :rules.categories].copy(), _frame(rows),
                     {"rules": rules, "seed": seed, "replication": replication})


def _links(rules: Barter, links: Links | None, seed: int, replication: int) -> Links:
    if links is None:
        return small_world(rules.firms, rules.degree, rules.rewiring, seed=seed, replication=replication)
    indptr, indices = np.asarray(links[0], np.int64), np.asarray(links[1], np.int32)
    fits = len(indptr) == rules.firms + 1 and indptr[0] == 0 and indptr[-1] == len(indices) and \
        (np.diff(indptr) >= 0).all()
    if not fits or (len(indices) and (indices.min() < 0 or indices.max() >= rules.firms)):
        raise UsageError(f"links must be CSR links among {rules.firms} firms.")
    return indptr, indices


def _start(rules: Barter, start: ArrayLike | None, seed: int, replication: int) -> NDArray[np.float64]:
    levels = kernel.rows_of(rules.firms, max(_WIDTH, rules.categories))
    if start is None:
        kernel.begin(seed, replication, rules.categories, rules.experts, rules.expert_level,
                     rules.experts_in == EXPERTS[1], levels)
        return levels
    given = np.asarray(start, np.float64)
    if given.shape != (rules.firms, rules.categories) or not np.isfinite(given).all():
        raise UsageError(f"start must be {rules.firms} × {rules.categories} known levels.")
    levels[:, :rules.categories] = given
    return levels


def _described(levels: NDArray[np.float64], period: int, traded: NDArray[np.int64]) -> tuple[float, ...]:
    own = levels.mean(axis=1)
    mean, variance = float(own.mean()), float(own.var())
    meetings = len(traded) * len(levels)
    return (period, mean, variance, variance**0.5 / mean if mean else float("nan"),
            float(traded.sum() / meetings) if meetings else float("nan"))


def _frame(rows: list[tuple[float, ...]]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(rows, columns=["period", *STATISTICS, "traded"]).astype({"period": "int64"})


@dataclass(frozen=True, eq=False)
class BarterSweep:
    """Barter on networks from the ring to the random network.

    Attributes
    ----------
    runs
        One row per rewiring probability, replication and recorded period, with ``mean``, ``variance`` and ``cv``.
    settings
        Rules, periods, seed.
    """

    runs: pd.DataFrame
    settings: Mapping[str, Any]

    def table(self, period: int | None = None) -> pd.DataFrame:
        """By rewiring probability: each statistic with its standard error over the replications."""
        import pandas as pd

        rows = self._at(period)
        groups = rows.groupby("rewiring")[list(STATISTICS)]
        mean, error = groups.mean(), groups.sem()
        return pd.concat([part for name in STATISTICS for part in (mean[name], error[name].rename(f"{name}_se"))],
                         axis=1).reset_index()

    def best(self, statistic: str, *, lowest: bool = False, period: int | None = None, draws: int = 2000,
             seed: int = 1) -> pd.Series:
        """How often each rewiring probability has the highest (or lowest) mean over resampled replications.

        The replications of all probabilities share their random numbers, so they are drawn together.
        """
        wide = self._at(period).pivot_table(index="replication", columns="rewiring", values=statistic)
        x = wide.to_numpy() * (-1 if lowest else 1)
        rng = np.random.default_rng(seed)
        winners = np.array([x[rng.integers(0, len(x), len(x))].mean(axis=0).argmax() for _ in range(draws)])
        import pandas as pd

        return pd.Series(np.bincount(winners, minlength=x.shape[1]) / draws, index=wide.columns, name=statistic)

    def gap(self, statistic: str, first: float, second: float, *, period: int | None = None) -> tuple[float, float]:
        """Mean difference of a statistic between two rewiring probabilities, and its standard error (paired)."""
        wide = self._at(period).pivot_table(index="replication", columns="rewiring", values=statistic)
        difference = wide[first] - wide[second]
        return float(difference.mean()), float(difference.std() / len(difference) ** 0.5)

    def _at(self, period: int | None) -> pd.DataFrame:
        last = self.runs["period"].max() if period is None else period
        return self.runs[self.runs["period"] == last]


def barter_sweep(rewirings: Sequence[float], replications: int, *, rules: Barter | None = None, periods: int = 5000,
                 record: Sequence[int] = (), seed: int, workers: int = 1) -> BarterSweep:
    """Repeat :func:`barter` on networks with different shares of rewired ties.

    Parameters
    ----------
    rewirings
        Probabilities of rewiring.
    replications
        Runs for each; replication r has the same start and the same draws for all probabilities.
    rules
        The other rules.
    periods, record
        As in :func:`barter`.
    seed
        Of all draws.
    workers
        Threads; the result does not depend on it.

    Returns
    -------
    BarterSweep

    Raises
    ------
    UsageError
        For fewer than one replication or worker.

    References
    ----------
    [cowan2004]

    Examples
    --------
    >>> sweep = barter_sweep([0.0, 1.0], 2, rules=Barter(firms=60, degree=4), periods=50, seed=1)
    >>> sweep.table().shape
    (2, 7)
    """
    import pandas as pd

    if replications < 1 or workers < 1:
        raise UsageError("replications and workers are at least 1.")
    from dataclasses import replace

    base = rules or Barter()
    jobs = [(replace(base, rewiring=float(p)), r) for p in dict.fromkeys(rewirings) for r in range(replications)]

    def one(job: tuple[Barter, int]) -> pd.DataFrame:
        run = barter(job[0], periods=periods, record=record, seed=seed, replication=job[1])
        return run.rows.assign(rewiring=job[0].rewiring, replication=job[1])

    with ThreadPoolExecutor(workers) as pool:
        parts = list(pool.map(one, jobs))
    runs = pd.concat(parts, ignore_index=True)
    return BarterSweep(runs[["rewiring", "replication", "period", *STATISTICS, "traded"]],
                       {"rules": base, "periods": periods, "seed": seed, "replications": replications})

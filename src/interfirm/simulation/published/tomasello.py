"""Alliances between established firms and newcomers: the model of Tomasello and others (2014), from its rules."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from interfirm.errors import UsageError
from interfirm.kernels import alliance_growth as kernel

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study

KINDS: Final = ("same", "other", "newcomer")
_SUM: Final = 1e-9


@dataclass(frozen=True)
class AllianceRules:
    """With what probability an initiator looks for what kind of partner.

    Parameters
    ----------
    same, other, newcomer
        Of an established firm (it carries a label, its circle of influence): somebody of the same
        label, of another label, without label. They sum to 1.
    established
        Of a newcomer: somebody with a label; otherwise another newcomer.
    by_degree
        Whether established partners are chosen in proportion to their number of partners, or evenly.
        The stored descriptions leave this open; even choice is the default.
    """

    same: float
    other: float
    newcomer: float
    established: float
    by_degree: bool = False

    def __post_init__(self) -> None:
        """Refuse what is no probability."""
        for name in (*KINDS, "established"):
            if not 0.0 <= getattr(self, name) <= 1.0:
                raise UsageError(f"{name} is {getattr(self, name)}; a probability from 0 to 1 is expected.")
        if abs(self.same + self.other + self.newcomer - 1.0) > _SUM:
            raise UsageError(f"same, other and newcomer sum to {self.same + self.other + self.newcomer:g}; "
                             "they must sum to 1.")


@dataclass(frozen=True)
class AllianceRun:
    """What came out of :func:`alliance_growth`.

    Attributes
    ----------
    members
        Alliances × largest size: firms by number, -1 where the alliance is smaller. The initiator is first.
    label
        Circle of influence by firm; -1 for firms in no alliance.
    degree
        Number of different partners by firm.
    asked, lacking
        ``[initiator is established, kind]``: how often a kind of partner was looked for, and how often
        there was nobody of that kind left.
    """

    members: NDArray[np.int64] = field(repr=False)
    label: NDArray[np.int64] = field(repr=False)
    degree: NDArray[np.int64] = field(repr=False)
    asked: NDArray[np.int64]
    lacking: NDArray[np.int64]

    def table(self) -> pd.DataFrame:
        """One row a membership: alliance, actor, lead."""
        import pandas as pd

        alliance, place = np.nonzero(self.members >= 0)
        return pd.DataFrame({"alliance": alliance, "actor": self.members[alliance, place], "lead": place == 0})

    def ties(self) -> NDArray[np.int64]:
        """Pairs of firms that share an alliance, each once: pairs × 2, smaller number first."""
        width = self.members.shape[1]
        left, right = np.triu_indices(width, 1)
        pairs = np.stack([self.members[:, left].ravel(), self.members[:, right].ravel()], axis=1)
        pairs = np.sort(pairs[(pairs >= 0).all(axis=1)], axis=1)
        result: NDArray[np.int64] = np.unique(pairs, axis=0)
        return result


def alliance_growth(rules: AllianceRules, activity: ArrayLike, sizes: ArrayLike, *, alliances: int, seed: int,
                    replication: int = 0) -> AllianceRun:
    """Grow a network of alliances.

    At each event a firm starts an alliance, firm i with probability proportional to its activity. The
    size is drawn from the given sizes. Each partner is a firm of the initiator's circle, of another
    circle, or a newcomer, with the probabilities of the rules. All members are tied to each other;
    newcomers take the initiator's label, a newcomer who started it that of the first established
    partner, or a new one [tomasello2014].

    Parameters
    ----------
    rules
        :class:`AllianceRules`.
    activity
        Propensity of each firm to start an alliance, not negative; its length is the number of firms.
    sizes
        Sizes of observed alliances (2 or more), one of which is drawn for each new alliance.
    alliances
        How many to form.
    seed, replication
        Every draw depends on these, the number of the event and its purpose only.

    Returns
    -------
    AllianceRun

    Raises
    ------
    UsageError
        For activities that are negative, missing or all zero; sizes below 2; fewer firms than the
        largest alliance.

    Examples
    --------
    >>> rules = AllianceRules(same=0.3, other=0.3, newcomer=0.4, established=0.75)
    >>> alliance_growth(rules, [1.0] * 30, [2, 2, 3], alliances=20, seed=1).members.shape
    (20, 3)
    """
    weights, drawn = np.asarray(activity, float), np.asarray(sizes, np.int64)
    if weights.ndim != 1 or not np.isfinite(weights).all() or (weights < 0).any() or weights.sum() <= 0:
        raise UsageError("activity: expected one number per firm, none negative or missing, at least one above 0.")
    if drawn.ndim != 1 or not len(drawn) or drawn.min() < 2:
        raise UsageError("sizes: expected the sizes of observed alliances, each 2 or more.")
    if alliances < 1 or drawn.max() > len(weights):
        raise UsageError(f"{alliances} alliances of up to {drawn.max()} among {len(weights)} firms cannot be formed.")
    values, counts = np.unique(drawn, return_counts=True)
    members = np.full((alliances, int(drawn.max())), -1, np.int64)
    label, degree = np.full(len(weights), -1, np.int64), np.zeros(len(weights), np.int64)
    asked, lacking = np.zeros((2, 3), np.int64), np.zeros((2, 3), np.int64)
    kernel.grow(np.cumsum(weights), values, np.cumsum(counts).astype(float), rules.same, rules.other,
                rules.established, rules.by_degree, seed, replication, members, label, degree, asked, lacking)
    return AllianceRun(members, label, degree, asked, lacking)


def activity_of(study: Study) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Activities and sizes of a study's alliances, as :func:`alliance_growth` takes them.

    Activity is the number of alliances that a firm leads where leads are known, otherwise of those that
    it is a member of; sizes are those of two or more members.

    Raises
    ------
    UsageError
        For a study without alliances of two or more.
    """
    table = study.alliances
    count = table.groupby("alliance", observed=True)["actor"].nunique()
    sizes = count[count >= 2]
    if not len(sizes):
        raise UsageError("The study has no alliance of two or more members. Add memberships to the table 'alliances'.")
    kept = table[table["alliance"].isin(sizes.index)]
    leads = kept[kept["role"] == "lead"]
    started = (leads if len(leads) else kept).groupby("actor", observed=True).size()
    actors = kept["actor"].unique()
    activity: NDArray[np.float64] = np.asarray(started.reindex(actors, fill_value=0), float)
    return activity, np.asarray(sizes, np.int64)


@dataclass(frozen=True)
class AllianceMoments:
    """Three moments for fitting and four distributions for checking.

    Attributes
    ----------
    mean_degree, mean_path, clustering
        Mean number of partners of firms with any; mean distance of the pairs that are connected; share
        of connected triples that are closed. NaN where there is no tie, or no connected triple.
    degrees, distances, local_clustering, components
        The distributions: partners per firm; pairs by distance from 1; clustering of firms with two or
        more partners; sizes of connected parts.
    """

    mean_degree: float
    mean_path: float
    clustering: float
    degrees: NDArray[np.int64] = field(repr=False)
    distances: NDArray[np.int64] = field(repr=False)
    local_clustering: NDArray[np.float64] = field(repr=False)
    components: NDArray[np.int64] = field(repr=False)


def alliance_moments(ties: ArrayLike) -> AllianceMoments:
    """The moments of a network given as pairs of firms (pairs × 2); firms without tie are left out.

    Raises
    ------
    UsageError
        Without a tie.

    Examples
    --------
    >>> alliance_moments([(0, 1), (1, 2), (0, 2), (2, 3)]).mean_degree
    2.0
    """
    import igraph

    pairs = np.asarray(ties, np.int64).reshape(-1, 2)
    if not len(pairs):
        raise UsageError("There is no tie to describe.")
    _, renumbered = np.unique(pairs, return_inverse=True)
    graph = igraph.Graph(edges=renumbered.reshape(-1, 2).tolist()).simplify()
    histogram = graph.path_length_hist(directed=False)
    distances = np.array([count for _, _, count in histogram.bins()], np.int64)
    degrees = np.array(graph.degree(), np.int64)
    local = np.array(graph.transitivity_local_undirected(mode="nan"))
    return AllianceMoments(
        float(degrees.mean()), float((distances * np.arange(1, len(distances) + 1)).sum() / distances.sum()),
        float(graph.transitivity_undirected(mode="nan")), degrees, distances, local[degrees >= 2],
        np.sort(np.array(graph.connected_components().sizes(), np.int64))[::-1])

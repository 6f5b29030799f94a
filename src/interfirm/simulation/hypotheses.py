"""The propositions of the literature as hypotheses about the cluster model: what it reproduces, and what not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from interfirm.kernels import cluster_codes as codes
from interfirm.simulation import prior
from interfirm.simulation.choice import balanced
from interfirm.simulation.intervals import interval
from interfirm.simulation.model import Run, run
from interfirm.simulation.starting import ClusterStart

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]

FIRMS: Final = 24
PERIODS: Final = 20
_NONE: Final[Mapping[str, float]] = {}


@dataclass(frozen=True)
class Hypothesis:
    """One proposition as an experiment with two kinds of cluster.

    Parameters
    ----------
    name
        P1 to P6.
    says
        The proposition.
    contrast
        What is compared, first minus second.
    first, second
        Make the start of a cluster from a seed.
    output
        What is read off the end of a run.
    expected
        1 if it should be larger in the first, -1 if smaller.
    assumed
        Which rule says so directly; empty where it follows from others.
    parameters
        Parameters that differ from the usual ones.
    """

    name: str
    says: str
    contrast: str
    first: Callable[[int], ClusterStart]
    second: Callable[[int], ClusterStart]
    output: Callable[[Run], float]
    expected: int
    assumed: str = ""
    parameters: Mapping[str, float] = field(default_factory=dict)


def cluster(seed: int, *, spread: float = 0.5, focus: float = 0.5, shape: str = "circuit") -> ClusterStart:
    """An invented cluster: a circuit, a nodal circuit with a gatekeeper, or a branch below one large firm.

    Parameters
    ----------
    seed
        Of sizes, places, capabilities and ties.
    spread
        Standard deviation of the logarithm of size.
    focus
        How specialised firms are: 0 all know the same, 1 each knows one kind only.
    shape
        ``"circuit"``, ``"nodal circuit"`` or ``"branch"``; all with the same number of ties.
    """
    rng = np.random.default_rng(seed)
    firm = np.zeros(FIRMS, dtype=codes.FIRM)
    firm["alive"], firm["home"] = 1, np.arange(FIRMS)
    size = np.exp(rng.normal(0, 1, FIRMS) * spread)
    firm["workers"] = np.maximum(1.0, 25 * size / size.mean())
    firm["sector"], firm["small"] = np.arange(FIRMS) % 3, firm["workers"] < prior.SMALL
    firm["east"], firm["north"] = rng.uniform(0, 20, (2, FIRMS))
    firm["capability"], firm["absorptive"] = rng.uniform(0.35, 0.65, (2, FIRMS))
    if shape == "branch":
        firm["workers"][0] = 8 * firm["workers"].mean()
        firm["small"][0] = 0
    if shape == "nodal circuit":
        firm["openness"][0] = 5.0
    firm["market"] = firm["capital"] = firm["workers"]
    tacit = _knowledge(firm, focus)
    names = tuple(f"F{i + 1}" for i in range(FIRMS))
    return balanced(ClusterStart(names, names, firm, _ties(rng, shape), tacit, 0.6 * tacit, 0.03, tuple("abc"),
                                 ("here",), 4, None))


def _knowledge(firm: npt.NDArray[np.void], focus: float) -> Floats:
    level = 0.25 + 0.5 * firm["capability"]
    own = np.zeros((FIRMS, prior.KINDS))
    own[np.arange(FIRMS), np.arange(FIRMS) % prior.KINDS] = 1.0
    return np.asarray(level[:, None] * (focus * own + (1 - focus) * 0.5))


def _ties(rng: np.random.Generator, shape: str) -> npt.NDArray[np.void]:
    """48 ties: twice round a ring, or with as many of them as possible through the first firm."""
    ring = [(i, (i + 1) % FIRMS) for i in range(FIRMS)]
    star = [(0, i) for i in range(1, FIRMS)] if shape != "circuit" else []
    rest = [(a, b) for a in range(FIRMS) for b in range(a + 1, FIRMS)]
    rng.shuffle(rest)
    chosen: dict[tuple[int, int], None] = {}
    for a, b in [*star, *([] if shape == "branch" else ring), *map(tuple, rest)]:
        if len(chosen) < 2 * FIRMS and (shape != "branch" or 0 in (a, b) or (a + b) % 3 == 0):
            chosen.setdefault((min(a, b), max(a, b)))
    pairs = np.array(sorted(chosen))
    tie = np.zeros(len(pairs), dtype=codes.TIE)
    tie["a"], tie["b"] = pairs.T
    tie["live"] = tie["ask_ab"] = tie["ask_ba"] = tie["exchange"] = 1
    tie["trust_ab"] = tie["trust_ba"] = prior.TRUST
    tie["commitment"], tie["since"] = prior.COMMITMENT, -8
    if shape != "circuit":
        tie["boss"] = tie["a"] == 0
    return tie


def _last(name: str) -> Callable[[Run], float]:
    return lambda made: made.last()[name]


def kept(made: Run) -> float:
    """Share of the ties that were there at the start whose two firms still work together."""
    tie = made.world.tie
    old = (tie["live"] == 1) & (tie["exchange"] == 1) & (tie["since"] < 0)
    return float(old.sum()) / (2 * FIRMS)


def _together(column: str) -> Callable[[Run], float]:
    """Rank correlation over ties at the end between trust and commitment, or partners in common."""
    def value(made: Run) -> float:
        from scipy import stats

        tie = made.world.tie[made.world.tie["live"] == 1]
        trust = np.minimum(tie["trust_ab"], tie["trust_ba"])
        size = len(made.world.firm)
        if column == "commitment":
            other = tie["commitment"]
        else:
            grid = np.zeros((size, size))
            grid[tie["a"], tie["b"]] = grid[tie["b"], tie["a"]] = 1
            other = (grid @ grid)[tie["a"], tie["b"]]
        return float(stats.spearmanr(trust, other).statistic) if np.ptp(other) > 0 else 0.0
    return value


def _shape(shape: str) -> Callable[[int], ClusterStart]:
    return lambda seed: cluster(seed, shape=shape)


def _spread(spread: float) -> Callable[[int], ClusterStart]:
    return lambda seed: cluster(seed, spread=spread)


def _focus(focus: float) -> Callable[[int], ClusterStart]:
    return lambda seed: cluster(seed, focus=focus)


def hypotheses() -> tuple[Hypothesis, ...]:
    """The propositions of [suarezvilla1998], each as one or two experiments."""
    unequal = "firms of unequal size against firms of nearly the same size"
    return (
        Hypothesis("P1", "Disparities lower trust", f"trust, {unequal}", _spread(1.0), _spread(0.1), _last("trust"), -1,
                   "trust"),
        Hypothesis("P1", "Disparities lower trust", f"the same with κ = 0, without the rule that says so: {unequal}",
                   _spread(1.0), _spread(0.1), _last("trust"), -1, "", {"trust_imbalance": 0.0}),
        Hypothesis("P2", "Trust goes with commitment", "rank correlation over ties, against 0", _spread(0.5),
                   _spread(0.5), _together("commitment"), 1, "commitment"),
        Hypothesis("P2", "Trust goes with embeddedness", "rank correlation with partners in common, against 0",
                   _spread(0.5), _spread(0.5), _together("partners"), 1),
        Hypothesis("P3", "Leaving is harder in a branch", "share of old partnerships kept, branch against circuit",
                   _shape("branch"), _shape("circuit"), kept, 1, "stay"),
        Hypothesis("P3", "Leaving is harder in a branch", "the same with no extra cost of leaving who decides",
                   _shape("branch"), _shape("circuit"), kept, 1, "", {"lock": 0.0}),
        Hypothesis("P4", "Specialisation lowers two-way subcontracting", "specialised firms against generalists",
                   _focus(0.9), _focus(0.2), _last("two_way"), -1),
        Hypothesis("P5", "A nodal firm supports innovation", "innovations, nodal circuit against circuit",
                   _shape("nodal circuit"), _shape("circuit"), _last("innovations"), 1),
        Hypothesis("P5", "A nodal firm raises disparities of size", "Gini of size, nodal circuit against circuit",
                   _shape("nodal circuit"), _shape("circuit"), _last("disparity"), 1),
        Hypothesis("P5", "A nodal firm raises disparities of access", "Gini of partners, nodal circuit against circuit",
                   _shape("nodal circuit"), _shape("circuit"), _last("degree_inequality"), 1),
        Hypothesis("P6", "Partners of similar size preserve reciprocity",
                   "two-way subcontracting, nearly equal against unequal sizes", _spread(0.1), _spread(1.0),
                   _last("two_way"), 1),
    )


def check(*, replications: int = 100, seed: int = 1) -> pd.DataFrame:
    """Run every hypothesis and say whether the model agrees with it.

    The two clusters of a hypothesis are made from the same seed and run with the same luck.

    Parameters
    ----------
    replications
        Pairs of runs.
    seed
        Seed of everything random.

    Returns
    -------
    pandas.DataFrame
        ``name``, ``says``, ``contrast``, ``first``, ``second`` (means), ``difference`` with ``low`` and ``high`` (95 %
        interval of the mean), ``verdict`` (as expected, contradicted, cannot say), ``assumed``.
    """
    import pandas as pd

    return pd.DataFrame([_checked(item, replications, seed) for item in hypotheses()])


def _checked(item: Hypothesis, replications: int, seed: int) -> dict[str, object]:
    first = np.array([_value(item, item.first, seed + r, r) for r in range(replications)])
    against_zero = item.contrast.endswith("against 0")
    second = np.zeros(replications) if against_zero else np.array(
        [_value(item, item.second, seed + r, r) for r in range(replications)])
    low, high = interval(first - second)
    middle = float((first - second).mean())
    clear = low > 0 or high < 0
    verdict = "cannot say" if not clear else "as expected" if middle * item.expected > 0 else "contradicted"
    return {"name": item.name, "says": item.says, "contrast": item.contrast, "first": first.mean(),
            "second": second.mean(), "difference": middle, "low": low, "high": high, "verdict": verdict,
            "assumed": item.assumed}


def _value(item: Hypothesis, make: Callable[[int], ClusterStart], seed: int, replication: int) -> float:
    made = run(make(seed), item.parameters or _NONE, seed=seed, replication=replication, periods=PERIODS)
    return item.output(made)


__all__ = ["Hypothesis", "check", "cluster", "hypotheses", "kept"]

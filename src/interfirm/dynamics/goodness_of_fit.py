"""Does the model reproduce what it was not fitted to: degrees, distances, triads, behaviour."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from interfirm.dynamics import engine
from interfirm.dynamics.fit import Fit
from interfirm.errors import UnknownName, UsageError
from interfirm.kernels import saom_codes as k
from interfirm.kernels import saom_shapes

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]

TRIADS = ("003", "012", "102", "021D", "021U", "021C", "111D", "111U", "030T", "030C", "201", "120D", "120U", "120C",
          "210", "300")
LONGEST = 5  # distances above are counted with the pairs that are not connected

_BITS = ((0, 1), (1, 0), (0, 2), (2, 0), (1, 2), (2, 1))
# One triad of each type. 111D: an arc into the mutual pair; 111U: an arc out of it.
_EXAMPLES = {
    "003": "", "012": "01", "102": "01 10", "021D": "10 12", "021U": "01 21", "021C": "01 12", "111D": "01 10 21",
    "111U": "01 10 12", "030T": "01 21 02", "030C": "10 21 02", "201": "01 10 02 20", "120D": "10 12 02 20",
    "120U": "01 21 02 20", "120C": "01 12 02 20", "210": "01 12 21 02 20", "300": "01 10 12 21 02 20"}


@dataclass(frozen=True, eq=False)
class GoodnessOfFit:
    """One auxiliary distribution, observed and simulated.

    Attributes
    ----------
    what
        ``indegree``, ``outdegree``, ``geodesic``, ``triads`` or ``behaviour``.
    variable
        The dependent variable.
    labels
        The values of the distribution.
    observed
        Counts, summed over periods.
    simulated
        R × number of labels.
    distance
        Mahalanobis distance of the observed from the mean of the simulated.
    p
        Share of simulated panels that lie farther; below 0.05 the model does not reproduce it.
    """

    what: str
    variable: str
    labels: tuple[str, ...]
    observed: Floats
    simulated: Floats
    distance: float
    p: float

    def table(self) -> pd.DataFrame:
        """One row per value: observed, simulated mean, 5 %, 50 % and 95 % quantile; for violin plots see ``long``."""
        import pandas as pd

        low, middle, high = np.quantile(self.simulated, [0.05, 0.5, 0.95], axis=0)
        return pd.DataFrame({"value": self.labels, "observed": self.observed, "mean": self.simulated.mean(axis=0),
                             "low": low, "median": middle, "high": high})

    def long(self) -> pd.DataFrame:
        """One row per panel and value (columns panel, value, count): what a violin plot needs."""
        import pandas as pd

        size, values = self.simulated.shape
        return pd.DataFrame({"panel": np.repeat(np.arange(size), values), "value": np.tile(self.labels, size),
                             "count": self.simulated.ravel()})

    def __str__(self) -> str:
        word = "reproduced" if self.p >= 0.05 else "NOT reproduced"
        return f"{self.what} of '{self.variable}': {word} (p = {self.p:.3f}, Mahalanobis distance {self.distance:.2f})"


def goodness_of_fit(fit: Fit, what: Sequence[str] | None = None, *, seed: int, panels: int = 500,
                    variable: str | None = None, threads: int | None = None) -> list[GoodnessOfFit]:
    """Compare observed networks with simulated ones on distributions that are not fitted directly.

    For each distribution g: distance = √((g - ḡ)' S⁺ (g - ḡ)), with mean ḡ and covariance S of the simulated panels;
    p = share of simulated panels at least as far from ḡ. Ties that do not count (unknown, absent actors) are left
    out of both.

    Parameters
    ----------
    fit
        A fit.
    what
        Any of ``indegree``, ``outdegree``, ``geodesic``, ``triads``; ``behaviour`` for a behaviour. All that apply if
        left out.
    seed, panels, threads
        For the simulation.
    variable
        The dependent variable; the main relation if left out.

    References
    ----------
    [lospinoso2019]
    """
    name = variable or fit.spec.relation
    if name not in fit.coded.variables:
        raise UnknownName("dependent variable", name, fit.coded.variables)
    v = fit.coded.variables.index(name)
    known = _known(fit, name)
    chosen = list(what) if what is not None else list(known)
    for item in chosen:
        if item not in known:
            raise UnknownName("distribution", item, known)
    if panels < 50:
        raise UsageError(f"At least 50 panels are needed, not {panels}.")
    find = _levels if name in fit.panel.behaviours else _shapes
    observed, simulated = find(fit, v, chosen, seed, panels, engine.workers(threads))
    return [_compare(item, name, observed[item], simulated[item]) for item in chosen]


def _samples(fit: Fit, seed: int, panels: int, threads: int) -> Iterator[tuple[int, engine.Sample]]:
    """Simulated panels in batches that fit into memory, each with the number of its first one."""
    size = max(1, int(2e8 // max(fit.coded.x0.size, 1)))
    for first in range(0, panels, size):
        yield first, engine.simulate(fit.coded, fit.simulated_theta, min(size, panels - first), seed=seed, first=first,
                                     threads=threads, keep=True)


def _levels(fit: Fit, v: int, chosen: Sequence[str], seed: int, panels: int,
            threads: int) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Numbers of actors by their level of a behaviour."""
    coded, values = fit.coded, fit.panel.behaviours[fit.coded.variables[v]]
    top, rows = int(np.nanmax(values) - np.nanmin(values)) + 1, int(coded.info[0, v, k.ROWS])
    counted = coded.zseen[:, v, :rows] == 1

    def count(levels: npt.NDArray[np.int32]) -> Floats:
        return np.array([np.bincount(one[:, v, :rows][counted], minlength=top) for one in levels], dtype=float)

    found = [count(sample.levels) for _, sample in _samples(fit, seed, panels, threads)]
    return dict.fromkeys(chosen, count(coded.end_levels[None])[0]), dict.fromkeys(chosen, np.concatenate(found))


def _shapes(fit: Fit, v: int, chosen: Sequence[str], seed: int, panels: int,
            threads: int) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Degrees, distances and triads of a network."""
    coded, name = fit.coded, fit.coded.variables[v]
    sizes = {"outdegree": _highest(fit, name, 1) + 1, "indegree": _highest(fit, name, 0) + 1,
             "geodesic": LONGEST + 1 if "geodesic" in chosen else 0, "triads": len(TRIADS) if "triads" in chosen else 0}
    rows, cols = int(coded.info[0, v, k.ROWS]), int(coded.info[0, v, k.COLS])

    def counts(ends: npt.NDArray[np.uint8]) -> dict[str, Floats]:
        out = {item: np.zeros((len(ends), size)) for item, size in sizes.items()}
        engine.spread(lambda part: count(ends[part], coded.seen, v, (rows, cols), [a[part] for a in out.values()]),
                      len(ends), threads)
        return out

    found = [counts(sample.ends) for _, sample in _samples(fit, seed, panels, threads)]
    observed = counts(coded.ends[None])
    return ({item: observed[item][0] for item in chosen},
            {item: np.concatenate([part[item] for part in found]) for item in chosen})


def count(ends: npt.NDArray[np.uint8], seen: npt.NDArray[np.uint8], v: int, size: tuple[int, int],
          out: Sequence[Floats]) -> None:
    """Count the distributions of a network in panels; see :func:`interfirm.kernels.saom_shapes.shapes`."""
    n = ends.shape[-1]
    saom_shapes.shapes(ends, seen, v, *size, _kinds(), np.zeros((n, n), np.int64), np.zeros((3, n), np.int64), *out)


def _compare(what: str, variable: str, observed: Floats, simulated: Floats) -> GoodnessOfFit:
    labels = _labels(what, len(observed))
    used = (simulated.std(axis=0) > 0) | (observed != simulated.mean(axis=0))
    centre = simulated.mean(axis=0)
    inverse = np.linalg.pinv(np.atleast_2d(np.cov(simulated[:, used].T)), rcond=1e-8, hermitian=True)

    def squared(g: Floats) -> Floats:
        gap = (g - centre)[..., used]
        return np.asarray(np.einsum("...i,ij,...j->...", gap, inverse, gap))

    mine, theirs = float(squared(observed)), squared(simulated)
    return GoodnessOfFit(what, variable, labels, observed, simulated, float(np.sqrt(max(mine, 0.0))),
                         float((theirs >= mine - 1e-9).mean()))


def _labels(what: str, size: int) -> tuple[str, ...]:
    if what == "triads":
        return TRIADS
    if what == "geodesic":
        return (*(str(d) for d in range(1, size)), "none")
    return (*(str(d) for d in range(size - 1)), f"{size - 1}+" if what != "behaviour" else str(size - 1))


def _known(fit: Fit, name: str) -> tuple[str, ...]:
    """Distributions that apply to a variable."""
    if name in fit.panel.behaviours:
        return ("behaviour",)
    net = fit.panel.networks[name]
    if net.two_mode:
        return ("outdegree", "indegree")
    return ("outdegree", "indegree", "geodesic", "triads") if net.directed else ("outdegree", "geodesic")


def _highest(fit: Fit, name: str, axis: int) -> int:
    """Degree above which all are counted together: 90 % of the actors lie below, at least 4."""
    v = fit.coded.variables.index(name)
    seen = fit.coded.ends[:, v].sum(axis=axis + 1)
    return int(max(4, np.quantile(seen, 0.95) + 1))


@cache
def _kinds() -> npt.NDArray[np.int64]:
    """Type of a triad by its six possible ties, see :func:`interfirm.kernels.saom_shapes.shapes`."""
    out = np.zeros(64, np.int64)
    for name, arcs in _EXAMPLES.items():
        for place in permutations(range(3)):
            ends = [(place[int(arc[0])], place[int(arc[1])]) for arc in arcs.split()]
            out[sum(2 ** _BITS.index(pair) for pair in ends)] = TRIADS.index(name)
    return out


def degrees(x: npt.NDArray[np.uint8], axis: int, top: int) -> Floats:
    """Number of actors with 0, 1, … and at least ``top`` ties sent (axis 1) or received (axis 0)."""
    return np.bincount(np.minimum(x.sum(axis=axis, dtype=np.int64), top), minlength=top + 1).astype(float)


def distances(x: npt.NDArray[np.uint8]) -> Floats:
    """Number of ordered pairs at distance 1 to ``LONGEST``, and farther or not connected."""
    return _of_one(x, LONGEST + 1, 0)[2]


def triads(x: npt.NDArray[np.uint8]) -> Floats:
    """Number of triads of the 16 types."""
    return _of_one(x, 0, len(TRIADS))[3]


def _of_one(x: npt.NDArray[np.uint8], lengths: int, types: int) -> list[Floats]:
    out = [np.zeros((1, size)) for size in (1, 1, lengths, types)]
    ties = np.ascontiguousarray(x, np.uint8)[None, None, None]
    count(ties, np.ones_like(ties[0]), 0, x.shape, out)
    return [found[0] for found in out]

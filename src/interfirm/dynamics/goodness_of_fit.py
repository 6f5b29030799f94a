"""Does the model reproduce what it was not fitted to: degrees, distances, triads, behaviour."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from interfirm.dynamics import engine
from interfirm.dynamics.fit import Fit
from interfirm.errors import UnknownName, UsageError
from interfirm.kernels import saom_codes as k

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]

TRIADS = ("003", "012", "102", "021D", "021U", "021C", "111D", "111U", "030T", "030C", "201", "120D", "120U", "120C",
          "210", "300")


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
    observed, simulated = _counts(fit, v, {item: known[item] for item in chosen}, seed, panels, engine.workers(threads))
    return [_compare(item, name, observed[item], simulated[item]) for item in chosen]


def _counts(fit: Fit, v: int, functions: dict[str, Callable[[npt.NDArray[np.uint8]], Floats]], seed: int, panels: int,
            threads: int) -> tuple[dict[str, Floats], dict[str, Floats]]:
    coded, chunk = fit.coded, max(1, int(2e8 // max(fit.coded.x0.size, 1)))
    behaviour = coded.info[0, v, k.CHOICE] == k.BEHAVIOUR
    rows, cols = int(coded.info[0, v, k.ROWS]), int(coded.info[0, v, k.COLS])
    mask = coded.zseen[:, v, :rows] if behaviour else coded.seen[:, v, :rows, :cols]
    data = coded.end_levels[:, v, :rows] if behaviour else coded.ends[:, v, :rows, :cols]

    def count(ends: npt.NDArray[Any]) -> dict[str, Floats]:
        parts = [np.where(mask[p] == 1, ends[p], 255 if behaviour else 0).astype(np.uint8) for p in range(len(mask))]
        return {item: np.sum([f(part) for part in parts], axis=0) for item, f in functions.items()}

    found: dict[str, list[Floats]] = {item: [] for item in functions}
    for first in range(0, panels, chunk):
        size = min(chunk, panels - first)
        sample = engine.simulate(coded, fit.simulated_theta, size, seed=seed, first=first, threads=threads, keep=True)
        ends = sample.levels[:, :, v, :rows] if behaviour else sample.ends[:, :, v, :rows, :cols]
        for panel in ends:
            for item, value in count(panel).items():
                found[item].append(value)
    return count(data), {item: np.array(values) for item, values in found.items()}


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


def _known(fit: Fit, name: str) -> dict[str, Callable[[npt.NDArray[np.uint8]], Floats]]:
    """Distributions that apply to a variable."""
    if name in fit.panel.behaviours:
        top = int(np.nanmax(fit.panel.behaviours[name]) - np.nanmin(fit.panel.behaviours[name])) + 1
        return {"behaviour": lambda z: np.bincount(z[z < 255], minlength=top)[:top].astype(float)}
    net = fit.panel.networks[name]
    most_out, most_in = _highest(fit, name, 1), _highest(fit, name, 0)
    out: dict[str, Callable[[npt.NDArray[np.uint8]], Floats]] = {
        "outdegree": lambda x: degrees(x, 1, most_out), "indegree": lambda x: degrees(x, 0, most_in)}
    if net.two_mode:
        return out
    if net.directed:
        return {**out, "geodesic": distances, "triads": triads}
    return {"outdegree": out["outdegree"], "geodesic": distances}


def _highest(fit: Fit, name: str, axis: int) -> int:
    """Degree above which all are counted together: 90 % of the actors lie below, at least 4."""
    v = fit.coded.variables.index(name)
    seen = fit.coded.ends[:, v].sum(axis=axis + 1)
    return int(max(4, np.quantile(seen, 0.95) + 1))


def degrees(x: npt.NDArray[np.uint8], axis: int, top: int) -> Floats:
    """Number of actors with 0, 1, … and at least ``top`` ties sent (axis 1) or received (axis 0)."""
    return np.bincount(np.minimum(x.sum(axis=axis, dtype=np.int64), top), minlength=top + 1).astype(float)


def distances(x: npt.NDArray[np.uint8], longest: int = 5) -> Floats:
    """Number of ordered pairs at distance 1 to ``longest``, and farther or not connected."""
    n, step = len(x), x.astype(np.float32)
    done, front, out = np.eye(n, dtype=bool), np.eye(n, dtype=np.float32), np.zeros(longest + 1)
    for d in range(longest):
        front = ((front @ step) > 0).astype(np.float32)
        front[done] = 0
        done |= front > 0
        out[d] = float(front.sum())
    out[longest] = n * (n - 1) - out[:longest].sum()
    return out


def triads(x: npt.NDArray[np.uint8]) -> Floats:
    """Number of triads of the 16 types, by matrix products of mutual, asymmetric and null pairs."""
    a = x.astype(float)
    n = len(a)
    mutual = a * a.T
    one = a - mutual
    null = 1.0 - np.maximum(a, a.T)
    np.fill_diagonal(null, 0.0)

    def total(first: Floats, second: Floats, third: Floats) -> float:
        """Σ_ijk first_ij second_jk third_ik."""
        return float(((first @ second) * third).sum())

    back = one.T
    either = one + back
    counts = [0.0, total(either, null, null) / 2, total(mutual, null, null) / 2, total(back, one, null) / 2,
              total(one, back, null) / 2, total(one, one, null), total(mutual, back, null), total(mutual, one, null),
              total(one, one, one), total(one, one, back) / 3, total(mutual, mutual, null) / 2,
              total(back, one, mutual) / 2, total(one, back, mutual) / 2, total(one, one, mutual),
              total(mutual, mutual, either) / 2, total(mutual, mutual, mutual) / 6]
    counts[0] = n * (n - 1) * (n - 2) / 6 - sum(counts)
    return np.array(counts)

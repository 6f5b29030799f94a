"""Do the plants of a sector lie closer together than plants in general?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from interfirm.cluster import counting
from interfirm.cluster._limits import whole
from interfirm.cluster.places import Places
from interfirm.errors import DataError, Finding, UsageError

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
_ALL_PAIRS: Final = 3000  # up to so many points every distance is used for the bandwidth
_SAMPLE: Final = 1_000_000
_ROOT: Final = float(np.sqrt(2 * np.pi))


@dataclass(frozen=True, eq=False)
class KDensity:
    """The density of distances between the plants of a sector, against relocations.

    Parameters
    ----------
    at
        Distances d.
    value
        K(d).
    local_low, local_high
        Between which 90 % of the relocations lie at a single distance.
    global_low, global_high
        The 95 % of the relocations that are least extreme upwards (downwards) lie below (above) it everywhere.
    bandwidth
        h.
    p_localised, p_dispersed
        Share of the relocations, the observed curve counted in, that are as extreme upwards (downwards): by their
        best rank at any distance, equal ones by the number of distances [myllymaki2017].
    points, sites, draws
        Plants of the sector, sites they could be at, relocations.
    method
        ``"pairs"`` or ``"grid"``.
    rounding
        Bound on |K(d) − exact K(d)| if every distance were rounded the same way, as a share of the largest K: far above
        the error that is made, which the tests find below 1 %.
    """

    at: Floats
    value: Floats
    local_low: Floats
    local_high: Floats
    global_low: Floats
    global_high: Floats
    bandwidth: float
    p_localised: float
    p_dispersed: float
    points: int
    sites: int
    draws: int
    method: str
    rounding: float

    @property
    def localisation(self) -> Floats:
        """Γ(d) = max(K(d) − upper global band, 0)."""
        return np.maximum(self.value - self.global_high, 0.0)

    @property
    def dispersion(self) -> Floats:
        """Ψ(d) = max(lower global band − K(d), 0), and 0 everywhere for a sector that is localised."""
        if self.localisation.any():
            return np.zeros_like(self.value)
        return np.maximum(self.global_low - self.value, 0.0)

    @property
    def verdict(self) -> str:
        """``"localised"``, ``"dispersed"`` or ``"neither"``, from the global bands."""
        if self.localisation.any():
            return "localised"
        return "dispersed" if self.dispersion.any() else "neither"

    def where(self) -> tuple[float, float] | None:
        """The first and the last distance outside the global band; None if there is none."""
        outside = self.at[(self.localisation + self.dispersion) > 0]
        return (float(outside[0]), float(outside[-1])) if len(outside) else None

    def table(self) -> pd.DataFrame:
        """One row per distance."""
        import pandas as pd

        return pd.DataFrame({"distance": self.at, "density": self.value, "local_low": self.local_low,
                             "local_high": self.local_high, "global_low": self.global_low,
                             "global_high": self.global_high, "localisation": self.localisation,
                             "dispersion": self.dispersion})

    def __str__(self) -> str:
        found = self.where()
        span = f" between {found[0]:.3g} and {found[1]:.3g} km" if found else ""
        p = self.p_dispersed if self.verdict == "dispersed" else self.p_localised
        return (f"{self.points:,} plants among {self.sites:,} sites: {self.verdict}{span} (global p = {p:.3f}, "
                f"{self.draws:,} relocations, bandwidth {self.bandwidth:.3g} km).")


def silverman(distances: npt.ArrayLike) -> float:
    """Bandwidth h = 0.9 min(sd, interquartile range / 1.34) n^(−1/5). [silverman1986]

    Parameters
    ----------
    distances
        n distances.

    Returns
    -------
    float
        Where the interquartile range is 0 the standard deviation is used.

    Examples
    --------
    >>> round(silverman([1, 3, 6, 2, 5, 3]), 4)
    1.0561
    """
    d = np.asarray(distances, dtype=np.float64)
    return _silverman(d, len(d))


def _silverman(d: Floats, n: int) -> float:
    if len(d) < 2:
        return float("nan")
    spread = float(d.std(ddof=1))
    quartiles = np.quantile(d, (0.25, 0.75))
    middle = float(quartiles[1] - quartiles[0]) / 1.34
    return float(0.9 * (min(spread, middle) if middle > 0 else spread) * n ** (-0.2))


def kernel_density(places: Places, at: npt.ArrayLike, *, bandwidth: float | None = None,
                   weights: npt.ArrayLike | None = None, reflect: bool = True) -> Floats:
    """Exact K-density: how densely the distances between points lie around d. [duranton2005]

    K(d) = Σ_{i<j} w_i w_j f((d − d_ij) / h) / (h Σ_{i<j} w_i w_j), f the normal density. There are no distances
    below 0: with ``reflect`` the part of a kernel that lies there is folded back, so that K integrates to 1.

    Parameters
    ----------
    places
        n points.
    at
        Distances d.
    bandwidth
        h; :func:`silverman` of all distances if None.
    weights
        n weights, e.g. employees; equal if None.
    reflect
        Whether to fold back at 0.

    Examples
    --------
    >>> from interfirm.cluster.places import on_plane
    >>> line = on_plane([0, 1, 3, 6], [0, 0, 0, 0])
    >>> round(float(kernel_density(line, [3], bandwidth=1, reflect=False)[0]), 5)
    0.19204
    >>> round(float(kernel_density(line, [0], bandwidth=1)[0]), 5)
    0.10161
    """
    from interfirm.kernels.kdensity import kernel_sums

    w = _weights(weights, len(places))
    h = bandwidth or _silverman(*_distances(places))
    _check(places, len(places), h, least=2)
    d = np.asarray(at, dtype=np.float64)
    sums = kernel_sums(places.xyz, w, d, h, places.radius, reflect)
    return np.asarray(sums / (h * _pairs(w)))


def k_density(places: Places, chosen: npt.ArrayLike, *, weights: npt.ArrayLike | None = None,
              at: npt.ArrayLike | None = None, bandwidth: float | None = None, draws: int = 1000, seed: int = 1,
              method: str = "auto", workers: int | None = None,
              progress: Callable[[int], None] | None = None) -> KDensity:
    """Are the plants of a sector localised or dispersed, at which distances, and is that more than chance?

    K(d) of the sector (:func:`kernel_density`) against the same number of plants put on sites drawn without
    replacement from all sites where there is a plant of any sector [duranton2005]. Distances run to the median
    distance of two sites. Local bands hold at one distance. Global bands hold at all: only 5 % of the relocations
    rise above the upper one anywhere, and 5 % fall below the lower one; which 5 % is decided by the best rank of a
    curve at any distance and how often it is reached [myllymaki2017].

    Parameters
    ----------
    places
        All sites.
    chosen
        Positions of the sector's plants among the sites.
    weights
        One per site, e.g. employees: pairs count w_i w_j, and plants are relocated with their own weight.
    at, bandwidth
        Distances and h; chosen from the data if None.
    draws, seed
        Number of relocations, and where they start.
    method
        ``"pairs"`` looks at every pair; ``"grid"`` puts points into cells of h / 4 and transforms; ``"auto"`` takes the
        quicker one. Both round distances to bins of h / 10 and take what rounding adds off the bandwidth.
    workers
        Threads; the result does not depend on them.
    progress
        Is told how many relocations are done.

    Returns
    -------
    KDensity

    Raises
    ------
    DataError
        With fewer than ``cluster.kdensity_points`` (10) plants, sites that are no more than the plants, or all at one
        place.

    Examples
    --------
    >>> from interfirm.cluster.places import on_plane
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> xy = rng.uniform(0, 100, (200, 2))
    >>> near = np.argsort(((xy - 50) ** 2).sum(axis=1))[:30]
    >>> k_density(on_plane(*xy.T), near, draws=99).verdict
    'localised'
    """
    which = np.unique(np.asarray(chosen, dtype=np.int64))
    _check_draws(places, which, draws)
    w = _weights(weights, len(places))
    mine = places.take(which)
    h = bandwidth or _silverman(*_distances(mine))
    _check(mine, len(which), h, least=whole("kdensity_points"))
    distances = _grid(places, h) if at is None else np.asarray(at, dtype=np.float64)
    how = counting.plan(places, len(which), h, float(distances.max()), method)
    smooth = _smoother(how, distances)
    threads = counting.threads(workers)
    own = w[which]
    scale = _pairs(own)
    observed = counting.count_once(how, which, own, threads) @ smooth / scale
    drawn = np.empty((draws, len(distances)))
    for k, counts in enumerate(counting.count_draws(how, _relocations(len(places), own, draws, seed), threads,
                                                    progress)):
        drawn[k] = counts @ smooth / scale
    return _result(distances, observed, drawn, h, how, len(which), len(places))


def _relocations(sites: int, own: Floats, draws: int, seed: int) -> Iterator[tuple[Ints, Floats]]:
    for k in range(draws):
        yield np.random.default_rng([seed, k]).permutation(sites)[:len(own)], own


def _weights(weights: npt.ArrayLike | None, n: int) -> Floats:
    w = np.ones(n) if weights is None else np.asarray(weights, dtype=np.float64)
    if w.shape != (n,) or not np.isfinite(w).all() or (w < 0).any():
        raise DataError(Finding("error", "weights are missing or negative", "negative-employment",
                                expected=f"{n} numbers of at least 0", remedy="Leave out plants without a weight"))
    return w


def _pairs(w: Floats) -> float:
    return float((w.sum() ** 2 - (w**2).sum()) / 2)


def _distances(places: Places) -> tuple[Floats, int]:
    """All distances, or a million drawn ones, and the number of pairs."""
    n = len(places)
    if n <= _ALL_PAIRS:
        i, j = np.triu_indices(n, k=1)
    else:
        i, j = np.random.default_rng(0).integers(0, n, (2, _SAMPLE))
        i, j = i[i != j], j[i != j]
    return places.between(i, j), n * (n - 1) // 2


def _check_draws(places: Places, which: Ints, draws: int) -> None:
    if draws < 19:
        raise UsageError("Bands of 5 % need at least 19 draws; 1000 are usual.")
    if len(which) and (which[0] < 0 or which[-1] >= len(places)):
        raise UsageError(f"Positions of plants go from 0 to {len(places) - 1}.")
    if len(which) >= len(places):
        raise DataError(Finding("error", f"the sector is at all of the {len(places)} sites", "no-comparison",
                                expected="more sites than plants of the sector",
                                remedy="Give the sites of all sectors, so that there is something to compare with"))


def _check(places: Places, n: int, h: float, *, least: int) -> None:
    if n < least:
        raise DataError(Finding("error", f"{n} points", "too-few-points", expected=f"at least {least}",
                                remedy="Take a wider sector, or more places: so few distances say nothing"))
    if not (np.isfinite(h) and h > 0):
        what = "all points lie at one place" if np.ptp(places.xyz, axis=0).max() == 0 else f"the bandwidth is {h:g}"
        raise DataError(Finding("error", what, "no-variation", expected="distances that differ, a bandwidth above 0",
                                remedy="Give coordinates finer than the town, or a bandwidth"))


def _grid(places: Places, h: float) -> Floats:
    """Distances from 0 to the median of all sites, in steps of at most half a bandwidth where 512 suffice."""
    farthest = float(np.median(_distances(places)[0]))
    if farthest <= 0:
        raise DataError(Finding("error", "half of all sites lie at one place", "no-variation",
                                remedy="Give coordinates finer than the town"))
    return np.linspace(0.0, farthest, int(np.clip(np.ceil(2 * farthest / h), 100, 512)) + 1)


def _smoother(how: counting.Plan, at: Floats) -> Floats:
    """Bins × distances: what a pair in a bin adds to K(d), folded back at 0."""
    h, r = how.narrowed, how.middles[:, None]
    both = np.exp(-0.5 * ((at - r) / h) ** 2) + np.exp(-0.5 * ((at + r) / h) ** 2)
    return np.asarray(both / (h * _ROOT))


def _result(at: Floats, observed: Floats, drawn: Floats, h: float, how: counting.Plan, points: int,
            sites: int) -> KDensity:
    draws = len(drawn)
    low, high = np.quantile(drawn, (0.05, 0.95), axis=0)
    # A shift of a distance by e changes K(d) by at most e times the steepest slope of the kernel and its reflection;
    # the narrower kernel differs from the right one most at its top.
    shift = how.step / 2 + how.cell * (np.sqrt(2.0) + np.sqrt(1 / 6))
    bound = 2 * (shift * np.exp(-0.5) / how.narrowed**2 + 1 / how.narrowed - 1 / h) / _ROOT
    bands = -_global_band(-observed, -drawn), _global_band(observed, drawn)
    return KDensity(at, observed, low, high, *bands, h, _rarity(observed, drawn), _rarity(-observed, -drawn), points,
                    sites, draws, how.method, float(bound / observed.max()))


def _ranks(curves: Floats) -> Ints:
    """Rank of every curve at every distance, 1 the highest; equal values share the better rank."""
    from scipy.stats import rankdata

    return np.asarray(rankdata(-curves, method="min", axis=0), dtype=np.int64)


def _global_band(observed: Floats, drawn: Floats, level: float = 0.05) -> Floats:
    """The highest, at each distance, of all curves (the observed one too) but the share ``level`` of most extreme.

    So the observed curve rises above the band somewhere just where its :func:`_rarity` is at most ``level``.
    """
    curves = np.vstack([observed, drawn])
    ranks = np.sort(_ranks(curves), axis=1)
    most_extreme_first = np.lexsort(ranks.T[::-1])
    return np.asarray(curves[most_extreme_first[int(level * len(curves)):]].max(axis=0))


def _rarity(observed: Floats, drawn: Floats) -> float:
    """Share of all curves that are at least as extreme: by their best rank, ties by how often it is reached."""
    ranks = np.sort(_ranks(np.vstack([observed, drawn])), axis=1)
    differs = ranks != ranks[0]
    first = differs.argmax(axis=1)
    rows = np.arange(len(ranks))
    as_far = ~differs.any(axis=1) | (ranks[rows, first] < ranks[0, first])
    return float(as_far.mean())

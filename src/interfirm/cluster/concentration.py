"""Is an industry more concentrated in some regions than everything else is?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from interfirm.errors import DataError, Findings, UsageError

Floats = npt.NDArray[np.float64]
_NAN: Final = float("nan")
_UPPER_OF_NONE: Final = 3.6889  # upper 97.5 per cent bound of the mean of a Poisson count that came out 0


@dataclass(frozen=True)
class LocationQuotient:
    """How many times its share of all jobs a region has of the jobs of a sector, with an interval.

    Parameters
    ----------
    value, low, high
        The quotient and its interval.
    error
        Standard error of the natural logarithm; NaN where the region has no job in the sector.
    bundle
        Jobs that are counted as one independent unit.
    """

    value: float
    low: float
    high: float
    error: float
    bundle: float

    def above(self, threshold: float) -> float:
        """How sure it is that the quotient exceeds a threshold, 0 to 1 (normal on the log scale)."""
        from scipy.stats import norm

        if not self.value > 0 or not self.error > 0:
            return 0.0 if self.value == 0 else _NAN
        return float(norm.cdf(np.log(self.value / threshold) / self.error))

    def __str__(self) -> str:
        return f"{self.value:.2f} [{self.low:.2f}, {self.high:.2f}]"


def location_quotient(jobs: float, region_total: float, sector_total: float, total: float, *, bundle: float = 1.0,
                      error: float | None = None, level: float = 0.95) -> LocationQuotient:
    """Location quotient: the sector's share in the region over its share in the whole.

    LQ = (e_ir / e_r) / (e_i / e); e_ir jobs of sector i in region r, e_r all jobs of the region, e_i all jobs of the
    sector, e all jobs. The interval comes from the delta method on the logarithm of the four-way table
    [beyene2005]: var ln LQ = φ (1/e_ir − 1/e_r − 1/e_i + (2 LQ − 1)/e). Jobs come in plants, not one by one: φ,
    ``bundle``, is the number of jobs that count as one independent unit: Σz²/Σz over the sizes z of the plants, or
    their mean size where the sizes are not known (too small, because large plants weigh more).

    Parameters
    ----------
    jobs, region_total, sector_total, total
        e_ir, e_r, e_i, e. The whole includes the region.
    bundle
        φ, at least 1. With 1 the interval is too narrow unless every job is a plant of its own.
    error
        Standard error of ln LQ where all plants are known (see :func:`plant_error`); None: from the bundle.
    level
        Of the interval.

    Returns
    -------
    LocationQuotient
        Where the region has no job in the sector the quotient is 0, and the upper end is that of a count of 0.
        Where all jobs of the sector are in the region, the error is that of the region alone.

    Raises
    ------
    DataError
        For negative numbers, zero totals, or a part larger than its whole.

    Examples
    --------
    >>> str(location_quotient(30, 100, 200, 2000))
    '3.00 [2.26, 3.98]'
    """
    from scipy.stats import norm

    _check_table(jobs, region_total, sector_total, total)
    if bundle < 1 or not 0 < level < 1:
        raise UsageError("A bundle is at least one job, and the level of an interval lies between 0 and 1.")
    expected = region_total * sector_total / total
    value = jobs / expected
    if jobs == 0:
        return LocationQuotient(0.0, 0.0, _UPPER_OF_NONE * bundle / expected, _NAN, bundle)
    if error is None:
        variance = bundle * (1 / jobs - 1 / region_total - 1 / sector_total + (2 * value - 1) / total)
        error = float(np.sqrt(max(variance, 0.0)))
    step = float(np.exp(norm.ppf((1 + level) / 2) * error))
    return LocationQuotient(float(value), float(value / step), float(value * step), error, bundle)


def plant_error(sizes: npt.ArrayLike, sector: npt.ArrayLike, region: npt.ArrayLike) -> float:
    """Standard error of ln LQ where every plant is known, of all sectors and regions.

    var ln LQ = Σ_k z_k² (a_k b_k/e_ir − b_k/e_r − a_k/e_i + 1/e)²; z_k the size of plant k, a_k whether it is of the
    sector, b_k whether it is in the region: plants come and go, each with its size. With plants of one job this is the
    variance of :func:`location_quotient` with a bundle of 1. [beyene2005]

    Parameters
    ----------
    sizes
        Jobs of every plant.
    sector, region
        Of every plant, whether it is of the sector, in the region.

    Returns
    -------
    float
        NaN where the region has no job of the sector.

    Examples
    --------
    >>> sector, region = np.arange(200) < 20, np.arange(200) % 4 == 0
    >>> bool(np.isclose(plant_error(np.ones(200), sector, region), location_quotient(5, 50, 20, 200).error))
    True
    """
    z = np.asarray(sizes, dtype=np.float64)
    a, b = np.asarray(sector, dtype=np.float64), np.asarray(region, dtype=np.float64)
    jobs, region_total, sector_total, total = (float(z @ part) for part in (a * b, b, a, np.ones_like(z)))
    if jobs <= 0:
        return _NAN
    pull = a * b / jobs - b / region_total - a / sector_total + 1 / total
    return float(np.sqrt(((z * pull) ** 2).sum()))


def _check_table(jobs: float, region_total: float, sector_total: float, total: float) -> None:
    findings = Findings()
    names = {"jobs of the sector in the region": jobs, "jobs of the region": region_total,
             "jobs of the sector": sector_total, "all jobs": total}
    for name, number in names.items():
        if not np.isfinite(number) or number < 0:
            findings.add("error", f"{name}: {number:g} is no number of jobs", "negative-employment",
                         expected="a number of at least 0", remedy="Correct the number, or leave the cell empty")
        elif number == 0 and name != "jobs of the sector in the region":
            findings.add("error", f"{name}: the total is 0, so no share can be computed", "zero-total",
                         expected="a total above 0", remedy="Check that the total row is the right one")
    findings.raise_if_failed()
    if jobs > min(region_total, sector_total) or max(region_total, sector_total) > total:
        findings.add("error", f"a part is larger than its whole: {jobs:g} jobs of {region_total:g} in the region, "
                     f"{sector_total:g} in the sector, {total:g} in all", "part-over-whole",
                     remedy="Check that all four numbers are of the same year, unit and coverage")
    findings.raise_if_failed()


@dataclass(frozen=True)
class EllisonGlaeser:
    """Concentration beyond what the lumpiness of plants gives.

    Parameters
    ----------
    gamma
        The index; 0 if plants were thrown at the map like darts.
    g
        G = Σ (s_r − x_r)².
    herfindahl
        H, Σ of squared shares of the plants; expected G is H (1 − Σ x²).
    z
        (G − expected G) / its standard deviation under the dartboard.
    plants, regions
        Their numbers; plants is 0 where only H was given.
    """

    gamma: float
    g: float
    herfindahl: float
    z: float
    plants: int
    regions: int

    def __str__(self) -> str:
        of = f"{self.plants:,} plants" if self.plants else f"plants with Herfindahl {self.herfindahl:.4f}"
        return (f"Ellison–Glaeser index {self.gamma:.4f} of {of} in {self.regions} regions (0: as darts on a map; "
                f"z = {self.z:.1f}).")


def ellison_glaeser(plants: npt.ArrayLike, regions: npt.ArrayLike, totals: npt.ArrayLike) -> EllisonGlaeser:
    """Ellison–Glaeser index: are the plants of a sector closer together than darts thrown at the map?

    γ = [G − (1 − Σ x²) H] / [(1 − Σ x²)(1 − H)], G = Σ_r (s_r − x_r)²; s_r the share of region r in the jobs of the
    sector, x_r its share in all jobs, H = Σ z_k² over the shares z_k of the plants [ellison1997]. Under the dartboard
    (each plant falls into region r with probability x_r) γ has mean 0, whatever the sizes of the plants.

    Parameters
    ----------
    plants
        Jobs of each plant of the sector.
    regions
        Of each plant, the position of its region in ``totals``, from 0.
    totals
        All jobs of each region.

    Returns
    -------
    EllisonGlaeser

    Raises
    ------
    DataError
        For a single plant (H = 1: nothing can be said), one region, negative jobs or zero totals.

    Examples
    --------
    >>> sizes = [200, 650, 12000, 100, 50, 16000, 13000, 1500, 1500, 25000]
    >>> where = [0, 0, 0, 0, 0, 1, 1, 1, 1, 2]
    >>> round(ellison_glaeser(sizes, where, [500_000, 400_000, 100_000]).gamma, 8)
    0.05990628
    """
    z = np.asarray(plants, dtype=np.float64)
    at = np.asarray(regions, dtype=np.int64)
    x = np.asarray(totals, dtype=np.float64)
    _check_plants(z, at, x)
    z, x = z / z.sum(), x / x.sum()
    s = np.asarray(np.bincount(at, weights=z, minlength=len(x)), dtype=np.float64)
    return _gamma(s, x, float((z**2).sum()), float((z**4).sum()), int((z > 0).sum()))


def ellison_glaeser_of_shares(jobs: npt.ArrayLike, totals: npt.ArrayLike, herfindahl: float, *,
                              fourth: float | None = None) -> EllisonGlaeser:
    """The same index from jobs by region, where H is known and the plants are not. [ellison1997]

    Where only the number N of plants is known, H is at least 1/N: γ with H = 1/N is an upper bound.

    Parameters
    ----------
    jobs, totals
        Jobs of the sector, and all jobs, by region.
    herfindahl
        H, above 0 and below 1.
    fourth
        Σ z⁴ over the shares of the plants, for z; None: that of plants of one size.

    Examples
    --------
    >>> round(ellison_glaeser_of_shares([13000, 32000, 25000], [5, 4, 1], 0.244689).gamma, 6)
    0.059906
    """
    s, x = np.asarray(jobs, dtype=np.float64), np.asarray(totals, dtype=np.float64)
    findings = Findings()
    _check_totals(s, findings, "jobs of the sector")
    _check_totals(x, findings, "jobs of all sectors")
    if not 0 < herfindahl < 1:
        findings.add("error", f"the Herfindahl index is {herfindahl:g}", "single-plant-sector",
                     expected="above 0 and below 1; 1 means a single plant",
                     remedy="A sector of one plant has no concentration of its own: choose a wider sector")
    if len(s) != len(x) or len(x) < 2:
        findings.add("error", f"{len(s)} and {len(x)} regions", "one-region", expected="the same, at least two",
                     remedy="Give every region of the country, also those without the sector")
    findings.raise_if_failed()
    # Plants of one size: Σ z⁴ = H³.
    return _gamma(s / s.sum(), x / x.sum(), herfindahl, herfindahl**3 if fourth is None else fourth, 0)


def _gamma(s: Floats, x: Floats, h: float, fourth: float, plants: int) -> EllisonGlaeser:
    two, three = float((x**2).sum()), float((x**3).sum())
    g = float(((s - x) ** 2).sum())
    gamma = (g - (1 - two) * h) / ((1 - two) * (1 - h))
    variance = 2 * (h**2 * (two - 2 * three + two**2) - fourth * (two - 4 * three + 3 * two**2))
    z = (g - (1 - two) * h) / float(np.sqrt(variance)) if variance > 0 else _NAN
    return EllisonGlaeser(gamma, g, h, z, plants, len(x))


def _check_totals(values: Floats, findings: Findings, what: str) -> None:
    bad = ~np.isfinite(values) | (values < 0)
    if bad.any():
        where = ", ".join(str(i + 1) for i in np.flatnonzero(bad)[:8])
        findings.add("error", f"{what}: place {where} is negative or missing", "negative-employment",
                     expected="numbers of at least 0", remedy="Correct them, or leave these regions out")
    elif values.sum() == 0:
        findings.add("error", f"{what}: the total is 0", "zero-total", expected="a total above 0",
                     remedy="Check the sector and the year")


def _check_plants(z: Floats, at: npt.NDArray[np.int64], x: Floats) -> None:
    findings = Findings()
    _check_totals(z, findings, "jobs of the plants")
    _check_totals(x, findings, "jobs of the regions")
    if len(at) != len(z) or (len(at) and (at.min() < 0 or at.max() >= len(x))):
        findings.add("error", f"{len(z)} plants, {len(at)} places, {len(x)} regions do not go together",
                     "unknown-region", expected="of every plant the position of its region",
                     remedy="Match the names of the regions first")
    if (z > 0).sum() < 2:
        findings.add("error", f"the sector has {int((z > 0).sum())} plant", "single-plant-sector",
                     expected="at least two plants",
                     remedy="A sector of one plant has no concentration of its own: choose a wider sector")
    if len(x) < 2:
        findings.add("error", f"{len(x)} region", "one-region", expected="at least two regions",
                     remedy="Give every region of the country, also those without the sector")
    findings.raise_if_failed()


def locational_gini(jobs: npt.ArrayLike, totals: npt.ArrayLike) -> float:
    """Locational Gini: how unequally a sector is spread over regions, given how everything is spread. [krugman1991]

    Regions in the order of their location quotients; S_k cumulated shares in the sector, x_k shares in all jobs:
    G = 1 − Σ_k (S_k + S_{k−1}) x_k. It does not allow for few large plants: see :func:`ellison_glaeser`.

    Parameters
    ----------
    jobs, totals
        Jobs of the sector, and all jobs, by region. Regions without any job are left out.

    Returns
    -------
    float
        0 (spread like everything) to below 1 (all in the smallest region).

    Raises
    ------
    DataError
        For negative jobs, zero totals, fewer than two regions, or jobs of the sector in a region without jobs.

    Examples
    --------
    >>> round(locational_gini([0, 10], [50, 50]), 4)
    0.5
    """
    s, x = np.asarray(jobs, dtype=np.float64), np.asarray(totals, dtype=np.float64)
    findings = Findings()
    _check_totals(s, findings, "jobs of the sector")
    _check_totals(x, findings, "jobs of all sectors")
    findings.raise_if_failed()
    keep = x > 0
    if len(s) != len(x) or keep.sum() < 2:
        raise DataError("a Gini index needs at least two regions with jobs, and both numbers of each")
    if (s[~keep] > 0).any():
        raise DataError("a region has jobs in the sector and none in total. Check the total row")
    s, x = s[keep] / s.sum(), x[keep] / x.sum()
    order = np.argsort(s / x, kind="stable")
    cumulated = np.cumsum(s[order])
    before = np.concatenate([[0.0], cumulated[:-1]])
    return float(1 - ((cumulated + before) * x[order]).sum())

"""What a list of single plants adds: their sizes, and a sector's plants among all plants."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from interfirm.cluster._limits import limit, whole
from interfirm.cluster.concentration import plant_error
from interfirm.cluster.density import KDensity, k_density
from interfirm.cluster.places import on_earth
from interfirm.errors import DataError, Finding, Findings, UnknownName

if TYPE_CHECKING:
    import pandas as pd

TIME: Final = "list of plants"
_SHOWN: Final = 8


@dataclass(frozen=True, eq=False)
class PlantSizes:
    """Sizes of the plants of a sector.

    Parameters
    ----------
    sector
        Code.
    plants, herfindahl, fourth
        Their number, Σ z² and Σ z⁴ over their shares z in the jobs of the sector.
    bundle
        Region → Σ size² / Σ size; ``""`` for all regions together.
    error
        Region → standard error of ln LQ from all plants; empty where the list holds this sector only.
    """

    sector: str
    plants: int
    herfindahl: float
    fourth: float
    bundle: Mapping[str, float]
    error: Mapping[str, float] = field(default_factory=dict)

    def __str__(self) -> str:
        return (f"{self.plants:,} plants of sector {self.sector}, Herfindahl index {self.herfindahl:.4f} "
                f"(1 over their number: {1 / self.plants:.4f}).")


def of_sector(plants: pd.DataFrame, sector: str) -> Any:
    """Which plants are of a sector or of a part of it: ``C28`` takes ``C281`` and ``28.1``.

    Raises
    ------
    UnknownName
        If none is, with the nearest code of the list.
    """
    codes = [str(code) for code in plants["sector"].dropna().unique()]
    mine = [code for code in codes if _within(code, sector)]
    if not mine:
        raise UnknownName("sector of the list of plants", sector, codes)
    return plants["sector"].isin(mine).to_numpy()


def _within(code: str, wanted: str) -> bool:
    if len(wanted) == 1 and wanted.isalpha():
        return code.upper().startswith(wanted.upper())
    one, other = _digits(code), _digits(wanted)
    return one == other or (other.isdigit() and len(other) >= 2 and one.startswith(other))


def _digits(code: str) -> str:
    """``C28.1`` and ``281`` are the same."""
    text = code.replace(".", "").upper()
    return text[1:] if text[:1].isalpha() and text[1:].isdigit() else text


def known(plants: pd.DataFrame) -> pd.DataFrame:
    """Plants with a sector and with employees."""
    return plants.loc[plants["sector"].notna() & (plants["employees"] > 0)]


def plant_sizes(plants: pd.DataFrame, sector: str) -> PlantSizes:
    """The sizes of a sector's plants, and how unsure they make a location quotient.

    Parameters
    ----------
    plants
        ``sector``, ``employees``, ``region``, as :func:`interfirm.study.read.plants.read_plants` reads them.
    sector
        Code; a wider one takes the narrower ones.

    Returns
    -------
    PlantSizes

    Raises
    ------
    UnknownName
        If no plant is of the sector.

    References
    ----------
    [ellison1997]

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"sector": ["C28", "C28", "C29"], "employees": [30.0, 10, 60], "region": ["A", "B", "A"]})
    >>> found = plant_sizes(table, "C28")
    >>> found.herfindahl, found.bundle["A"], found.bundle[""]
    (0.625, 30.0, 25.0)
    """
    table = known(plants)
    mine = of_sector(table, sector)
    z = table["employees"].to_numpy(np.float64)
    share = z[mine] / z[mine].sum()
    where = table["region"].to_numpy(dtype=object)
    bundle = {"": float((z[mine] ** 2).sum() / z[mine].sum())}
    error = {}
    for region in dict.fromkeys(str(code) for code in where if isinstance(code, str)):
        here = where == region
        if (both := z[mine & here]).size:
            bundle[region] = float((both**2).sum() / both.sum())
        if not mine.all():
            error[region] = plant_error(z, mine, here)
    return PlantSizes(sector, int(mine.sum()), float((share**2).sum()), float((share**4).sum()), bundle, error)


def regions_of_plants(plants: pd.DataFrame, sector: str) -> pd.DataFrame:
    """The table ``regions`` that a list of plants adds up to: jobs and plants of the sector, and of all, by region.

    Raises
    ------
    DataError
        If the list holds no regions, or this sector only, so that there is nothing to compare with.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"sector": ["C28", "C28", "C29"], "employees": [30.0, 10, 60], "region": ["A", "B", "A"]})
    >>> regions_of_plants(table, "C28")[["region", "sector", "employees"]].values.tolist()[:2]
    [['A', 'C28', 30.0], ['B', 'C28', 10.0]]
    """
    import pandas as pd

    table = known(plants).dropna(subset=["region"])
    if not len(table):
        raise DataError(Finding("error", "no plant of the list has a region", "not-asked", expected="a column 'region'",
                                remedy="Add the region of each plant, or a table of jobs by region"))
    mine = of_sector(table, sector)
    if mine.all():
        raise DataError(Finding("error", f"the list holds plants of sector '{sector}' only", "not-asked",
                                expected="the plants of all sectors, or a table of jobs by region",
                                remedy="A share needs something to compare with: add them, or give --region-data"))
    parts = []
    for code, rows in ((sector, table[mine]), ("TOTAL", table)):
        grouped = rows.groupby("region")["employees"].agg(["sum", "size"])
        full = grouped.reindex(sorted(table["region"].unique()), fill_value=0)
        parts.append(pd.DataFrame({"region": full.index, "sector": code, "employees": full["sum"].to_numpy(np.float64),
                                   "units": full["size"].to_numpy(np.float64)}))
    out = pd.concat(parts, ignore_index=True)
    placed = table.dropna(subset=["latitude", "longitude"]) if "latitude" in table else table.iloc[:0]
    middle = placed.groupby("region")[["latitude", "longitude"]].mean() if len(placed) else None
    for name in ("latitude", "longitude"):
        out[name] = np.nan if middle is None else out["region"].map(middle[name])
    return out.assign(time=TIME, name=None, whole=None, gdp_head=np.nan, note=None)


def compared(plants: pd.DataFrame, regions: pd.DataFrame, sector: str) -> list[Finding]:
    """Where a list of plants and a table of regions do not speak of the same: regions, and jobs of the sector.

    Raises
    ------
    DataError
        If no region of the sector's plants is in the table.
    """
    table = known(plants).dropna(subset=["region"])
    mine = table[of_sector(table, sector)]
    there = [str(code) for code in regions["region"].unique()]
    gone = sorted({str(code) for code in mine["region"]} - set(there))
    out = Findings()
    if gone:
        shown = []
        for code in gone[:_SHOWN]:
            near = difflib.get_close_matches(code, there, n=1, cutoff=0.6)
            shown.append(f"'{code}'" + (f" (nearest: '{near[0]}')" if near else ""))
        rest = f" and {len(gone) - _SHOWN} more" if len(gone) > _SHOWN else ""
        lost = len(gone) == mine["region"].nunique()
        out.add("error" if lost else "warning", f"{'none' if lost else len(gone)} of the "
                f"{mine['region'].nunique()} regions of the sector's plants {'is' if lost else 'are not'} in the table "
                f"of regions{'' if lost else ', '}{'' if lost else ', '.join(shown) + rest}"
                + (f" ({', '.join(shown)}{rest})" if lost else ""), "unmatched-regions", file="plants",
                expected="the same codes in both", remedy="Take both from one revision of NUTS")
    out.raise_if_failed()
    rows = regions.loc[(regions["sector"] == sector) & regions["employees"].notna()]
    rows = rows.loc[(rows["time"] == rows["time"].max()) & rows["region"].isin(set(mine["region"]))]
    listed, published = float(mine["employees"].sum()), float(rows["employees"].sum())
    if published > 0 and abs(listed / published - 1) > limit("plants_differ"):
        out.add("warning", f"the list holds {listed:,.0f} jobs of sector '{sector}', the table of regions "
                f"{published:,.0f} in the same regions", "plants-differ", file="plants",
                expected="about the same number", remedy="If plants are missing from the list, index and interval are "
                "those of the plants that it holds")
    return list(out)


def plant_density(plants: pd.DataFrame, sector: str, *, draws: int | None = None, seed: int = 1,
                  progress: Callable[[int], None] | None = None) -> KDensity:
    """The K-density of a sector's plants among all plants with coordinates.

    Parameters
    ----------
    plants
        ``sector``, ``latitude``, ``longitude``.
    sector
        Code.
    draws, seed
        Relocations (``cluster.kdensity_draws`` if None), and where they start.
    progress
        Is told how many relocations are done.

    Returns
    -------
    KDensity

    Raises
    ------
    UnknownName, DataError
        As :func:`interfirm.cluster.k_density`; if no plant has coordinates.

    References
    ----------
    [duranton2005]

    Examples
    --------
    >>> import pandas as pd
    >>> rng = np.random.default_rng(1)
    >>> table = pd.DataFrame({"sector": ["C28"] * 20 + ["C29"] * 180, "latitude": rng.uniform(46, 48, 200),
    ...                       "longitude": rng.uniform(14, 16, 200)})
    >>> plant_density(table, "C28", draws=19).sites
    200
    """
    placed = plants.dropna(subset=["sector", "latitude", "longitude"])
    if not len(placed):
        raise DataError(Finding("error", "no plant of the list has coordinates", "not-asked",
                                expected="latitude and longitude of each plant", remedy="Add them"))
    names = placed["plant"] if "plant" in placed and placed["plant"].notna().all() else None
    where = on_earth(placed["latitude"], placed["longitude"], names)
    return k_density(where, of_sector(placed, sector).nonzero()[0], draws=draws or whole("kdensity_draws"), seed=seed,
                     progress=progress)


def density_or_finding(plants: pd.DataFrame, sector: str, draws: int, seed: int,
                       findings: Findings) -> KDensity | None:
    """The same; what it lacks becomes a note."""
    try:
        return plant_density(plants, sector, draws=draws, seed=seed)
    except DataError as problem:
        findings.extend(Finding("note", f"no K-density of the plants: {item.problem}", item.code, file="plants",
                                expected=item.expected, remedy=item.remedy) for item in problem.findings)
        return None

"""The region against the whole: is the sector more at home here than elsewhere?"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from interfirm.cluster.concentration import (
    EllisonGlaeser,
    LocationQuotient,
    ellison_glaeser_of_shares,
    location_quotient,
    locational_gini,
)
from interfirm.cluster.moran import Moran, morans_i, nearest_weights
from interfirm.cluster.places import on_earth
from interfirm.errors import DataError, Finding, Findings, UnknownName
from interfirm.numerals import per_cent

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.cluster.plants import PlantSizes

TOTAL: Final = "TOTAL"
_SECTION: Final = r"[A-Z]|S95"
_NEIGHBOURS: Final = 3
_FOR_MORAN: Final = 6
_NAN: Final = float("nan")


@dataclass(frozen=True)
class RegionalPosition:
    """How a region stands in a sector, among the regions of its whole.

    Parameters
    ----------
    region, name, sector, time, whole
        What was compared.
    quotient
        The region's location quotient with its interval.
    regions
        One row per region of the same level: ``region``, ``name``, ``employees``, ``units``, ``share`` (of the sector's
        jobs), ``quotient``, ``low``, ``high``, ``latitude``, ``longitude``, ``note``; largest quotient first.
    rank
        Place of the region among those with a quotient.
    gini
        Locational Gini over the regions.
    dartboard
        Ellison–Glaeser index with the smallest possible Herfindahl index, 1 over the number of plants: an upper bound
        of γ; exact where the sizes of the plants are given. None where the number of plants is not known.
    neighbours
        Moran's I of the quotients over the nearest regions; None without coordinates of enough regions.
    gdp_head, gdp_whole, gdp_time
        Product per inhabitant of the region and of the whole; NaN where not known.
    basis
        What "all jobs" is.
    findings
        What was odd or missing.
    """

    region: str
    name: str
    sector: str
    time: str
    whole: str
    quotient: LocationQuotient
    regions: pd.DataFrame
    rank: int
    gini: float
    dartboard: EllisonGlaeser | None
    neighbours: Moran | None
    gdp_head: float
    gdp_whole: float
    gdp_time: str
    basis: str
    findings: tuple[Finding, ...]

    def table(self) -> pd.DataFrame:
        """One row per region, largest quotient first."""
        return self.regions

    def __str__(self) -> str:
        known = int(self.regions["quotient"].notna().sum())
        lines = [f"{self.name} ({self.region}), sector {self.sector}, {self.time}: location quotient {self.quotient}, "
                 f"number {self.rank} of {known} regions of {self.whole}; {self.basis}.",
                 f"Spread of the sector over the regions: locational Gini {self.gini:.2f}."]
        if self.dartboard is not None:
            lines.append(str(self.dartboard) if self.dartboard.plants else
                         f"Ellison–Glaeser index at most {self.dartboard.gamma:.4f} (0: as darts on a map).")
        if not np.isnan(self.gdp_head) and self.gdp_whole > 0:
            lines.append(f"Product per inhabitant {self.gdp_head:,.0f} EUR in {self.gdp_time}, "
                         f"{per_cent(self.gdp_head / self.gdp_whole)} of that of the whole (or of its middle region).")
        return "\n".join(lines)


def regional_position(regions: pd.DataFrame, *, region: str, sector: str, time: str | int | None = None,
                      sizes: PlantSizes | None = None) -> RegionalPosition:
    """Location quotient of a region in a sector, its interval, and the same of every region beside it.

    Everything is taken from one year. "All jobs" is the sector ``TOTAL`` where it is given; otherwise the sum of the
    sections (one-letter codes) that are published for both the region and the whole, so that a confidential section
    does not make the quotient too large. The whole is its own row where there is one, otherwise the sum of the regions.
    The interval counts the mean plant of the sector as one independent unit; where the number of plants is not known,
    one job, and a finding says that it is too narrow. With the sizes of the plants the interval counts each with its
    size, and the Ellison–Glaeser index is exact.

    Parameters
    ----------
    regions
        The table ``regions`` of a study, or ``read_regions(...).frame``.
    region, sector
        Codes.
    time
        The year; the last with a number for the region if None.
    sizes
        Of the sector's plants, see :func:`interfirm.cluster.plant_sizes`.

    Returns
    -------
    RegionalPosition

    Raises
    ------
    UnknownName
        For a region, sector or year that is not in the table, with the nearest.
    DataError
        Where the number is not published, only one region is given, or a total is 0.

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> found = regional_position(example().regions, region="XV3", sector="C28")
    >>> found.quotient.value > 2, found.rank
    (True, 1)
    """
    findings = Findings()
    rows, when = _rows(regions, region, sector, time)
    whole, peers = _peers(rows, region)
    numbers = {code: _sized(_numbers(rows, code, whole, peers, sector), code, sizes) for code in peers}
    mine = numbers[region]
    if len(peers) < 2 and whole not in set(rows["region"]):
        raise DataError(Finding("error", f"region '{region}' is the only one in {when}", "one-region", file="regions",
                                expected="the other regions of the country, or its own row",
                                remedy="Add them: a share needs something to compare with"))
    if mine.missing:
        findings.add("note", f"all jobs are those of the sections known for both; left out: {', '.join(mine.missing)}",
                     "sections-left-out", file="regions")
    table = _table(rows, peers, numbers, sector, findings)
    quotient = _quotient(mine, findings, sector, region)
    known = table["quotient"].dropna()
    rank = int((known > quotient.value).sum()) + 1
    gini, dartboard = _spread(table, numbers, rows, whole, sector, findings, sizes)
    gdp = _product(regions, region, whole, peers, when)
    _said(table, region, findings)
    name = table.loc[table["region"] == region, "name"].iloc[0]
    return RegionalPosition(region, name if isinstance(name, str) else region, sector, when, whole or "all regions",
                            quotient, table, rank, gini, dartboard, _neighbours(table), *gdp, mine.basis,
                            tuple(findings.sorted()))


@dataclass(frozen=True)
class _Numbers:
    jobs: float
    region_total: float
    sector_total: float
    total: float
    bundle: float
    basis: str
    missing: tuple[str, ...]
    error: float | None = None


def _sized(numbers: _Numbers, region: str, sizes: PlantSizes | None) -> _Numbers:
    """The same with the sizes of the plants in the place of their mean."""
    if sizes is None:
        return numbers
    error = sizes.error.get(region, _NAN)
    return replace(numbers, bundle=max(1.0, sizes.bundle.get(region, sizes.bundle.get("", 1.0))),
                   error=None if np.isnan(error) else error)


def _rows(regions: pd.DataFrame, region: str, sector: str, time: str | int | None) -> tuple[pd.DataFrame, str]:
    """The rows of one year."""
    if region not in set(regions["region"]):
        raise UnknownName("region", region, dict.fromkeys(regions["region"]))
    if sector not in set(regions["sector"]):
        raise UnknownName("sector", sector, dict.fromkeys(regions["sector"]))
    mine = regions.loc[(regions["region"] == region) & (regions["sector"] == sector)]
    if time is not None and str(time) not in set(mine["time"]):
        raise UnknownName("year", time, sorted(set(mine["time"])))
    there = mine.loc[mine["employees"].notna(), "time"]
    if time is not None:
        there = there[there == str(time)]
    if there.empty:
        notes = ", ".join(dict.fromkeys(mine["note"].dropna())) or "empty"
        raise DataError(Finding("error", f"region '{region}', sector '{sector}': no number of jobs is published "
                                f"({notes})", "not-published", file="regions", expected="persons employed",
                                remedy="Take a wider sector, another year, or the level above"))
    when = str(there.max())
    return regions.loc[regions["time"] == when], when


def _peers(rows: pd.DataFrame, region: str) -> tuple[str, list[str]]:
    """The whole, and the regions of the same level in it."""
    part_of = rows.drop_duplicates("region").set_index("region")["whole"]
    own = part_of[region]
    whole = own if isinstance(own, str) else ""
    same = part_of[part_of == whole] if whole else part_of[part_of.isna()]
    nuts = bool(whole) and all(str(code).startswith(whole) for code in same.index)
    peers = [str(code) for code in same.index
             if code != whole and (not nuts or not re.fullmatch(r"[A-Z]{2}[A-Z0-9]{1,3}", region)
                                   or len(str(code)) == len(region))]
    return whole, peers


def _numbers(rows: pd.DataFrame, region: str, whole: str, peers: list[str], sector: str) -> _Numbers:
    jobs = rows.pivot(index="region", columns="sector", values="employees")
    plants = rows.pivot(index="region", columns="sector", values="units")
    mine = jobs.loc[region]
    every: Any = jobs.loc[whole] if whole in jobs.index else jobs.loc[peers].sum(min_count=1)
    sum_of_peers = whole not in jobs.index
    sections = [str(code) for code in jobs.columns if re.fullmatch(_SECTION, str(code))]
    if TOTAL in jobs.columns and not np.isnan(mine.get(TOTAL, _NAN)) and not np.isnan(every.get(TOTAL, _NAN)):
        used, missing, basis = [TOTAL], [], "all jobs as given"
    else:
        used = [code for code in sections or jobs.columns if code != TOTAL]
        missing = [str(code) for code in used if np.isnan(mine[code]) or np.isnan(every[code])]
        used = [code for code in used if code not in missing]
        basis = f"all jobs are the sum of {len(used)} " + ("sections" if sections else "sectors")
    if sum_of_peers:
        both = jobs.loc[peers, [sector, *used]].notna().all(axis=1)
        every = jobs.loc[peers].loc[both].sum()
        basis += f", of the {int(both.sum())} regions with numbers"
    sector_total = float(dict(every.items()).get(sector, _NAN))
    n, base = _at(plants, region, sector), _at(jobs, region, sector)
    if not n > 0:
        n, base = _at(plants, whole, sector), sector_total
    bundle = max(1.0, base / n) if n > 0 and base > 0 else 1.0
    own = float(np.nansum(mine[used].to_numpy(dtype=np.float64)))
    return _Numbers(_at(jobs, region, sector), own, sector_total, float(every[used].sum()), bundle, basis,
                    tuple(missing))


def _at(frame: pd.DataFrame, row: str, column: str) -> float:
    """One cell as a number; NaN where there is none."""
    cells: dict[Any, Any] = frame[column].to_dict() if column in frame else {}
    return float(cells.get(row, _NAN))


def _quotient(n: _Numbers, findings: Findings, sector: str, region: str) -> LocationQuotient:
    if n.bundle == 1.0 and n.error is None:
        findings.add("warning", "the number of plants is not known, so the interval counts every job by itself and is "
                     "too narrow", "no-plants", file="regions", remedy="Add the local units of the sector")
    elif n.jobs > 0 and n.jobs <= n.bundle:
        findings.add("warning", f"sector '{sector}' in region '{region}' is a single plant: its quotient says "
                     "something of one firm, not of a place", "single-plant-sector", file="regions",
                     remedy="Take a wider sector")
    return location_quotient(n.jobs, n.region_total, n.sector_total, n.total, bundle=n.bundle, error=n.error)


def _table(rows: pd.DataFrame, peers: list[str], numbers: dict[str, _Numbers], sector: str,
           findings: Findings) -> pd.DataFrame:
    import pandas as pd

    own = rows.loc[rows["sector"] == sector].set_index("region")
    place = rows.dropna(subset=["latitude", "longitude"]).drop_duplicates("region").set_index("region")
    names = rows.dropna(subset=["name"]).drop_duplicates("region").set_index("region")["name"]
    said = own["note"].dropna().to_dict()
    out, odd = [], []
    for code in peers:
        n = numbers[code]
        quotient = None
        if np.isfinite([n.jobs, n.region_total, n.sector_total, n.total]).all():
            try:
                quotient = location_quotient(n.jobs, n.region_total, n.sector_total, n.total, bundle=n.bundle,
                                             error=n.error)
            except DataError:
                odd.append(code)
        out.append({
            "region": code, "name": names.get(code), "employees": n.jobs,
            "units": _at(own, code, "units"),
            "share": n.jobs / n.sector_total if n.sector_total > 0 else _NAN,
            "quotient": _NAN if quotient is None else quotient.value, "low": _NAN if quotient is None else quotient.low,
            "high": _NAN if quotient is None else quotient.high,
            "latitude": _at(place, code, "latitude"), "longitude": _at(place, code, "longitude"),
            "note": said.get(code)})
    frame = pd.DataFrame(out)
    empty = frame.loc[frame["quotient"].isna(), "region"].tolist()
    if empty:
        findings.add("note", f"{len(empty)} of {len(frame)} regions have no quotient: {', '.join(empty[:8])}"
                     + (" …" if len(empty) > 8 else ""), "regions-without", file="regions",
                     remedy="Their numbers are not published, or do not add up" if odd else None)
    return frame.sort_values("quotient", ascending=False, kind="stable", na_position="last").reset_index(drop=True)


def _spread(table: pd.DataFrame, numbers: dict[str, _Numbers], rows: pd.DataFrame, whole: str, sector: str,
            findings: Findings, sizes: PlantSizes | None) -> tuple[float, EllisonGlaeser | None]:
    known = table.dropna(subset=["quotient"])
    if len(known) < 2 or known["employees"].sum() == 0:
        return _NAN, None
    totals = np.array([numbers[code].region_total for code in known["region"]])
    jobs = known["employees"].to_numpy(dtype=np.float64)
    gini = locational_gini(jobs, totals)
    if sizes is not None and sizes.plants > 1:
        found = ellison_glaeser_of_shares(jobs, totals, sizes.herfindahl, fourth=sizes.fourth)
        return gini, replace(found, plants=sizes.plants)
    plants = _at(rows.loc[rows["sector"] == sector].set_index("region"), whole, "units")
    plants = plants if plants > 0 else float(known["units"].sum())
    if not plants >= 2:
        return gini, None
    findings.add("note", f"the sizes of the {plants:,.0f} plants are not known; with plants of one size the "
                 "Ellison–Glaeser index is an upper bound, and the interval of the quotient is too narrow where plants "
                 "differ in size", "upper-bound", file="regions", remedy="A list of plants makes both exact: --plants "
                 "FILE")
    return gini, ellison_glaeser_of_shares(jobs, totals, 1 / plants)


def _neighbours(table: pd.DataFrame) -> Moran | None:
    known = table.dropna(subset=["quotient", "latitude", "longitude"])
    if len(known) < _FOR_MORAN or known["quotient"].nunique() < 2:
        return None
    away = on_earth(known["latitude"], known["longitude"], known["region"]).every()
    return morans_i(known["quotient"], nearest_weights(away, _NEIGHBOURS))


def _product(regions: pd.DataFrame, region: str, whole: str, peers: list[str], when: str) -> tuple[float, float, str]:
    """Product per inhabitant of region and whole in the nearest year that has the region's."""
    rows = regions.loc[(regions["sector"] == TOTAL) & regions["gdp_head"].notna()]
    mine = rows.loc[rows["region"] == region]
    if mine.empty:
        return _NAN, _NAN, ""
    year = min(mine["time"], key=lambda text: (abs(_year(text) - _year(when)), text))
    now = rows.loc[rows["time"] == year].set_index("region")["gdp_head"]
    others = float(now.reindex(peers).median())
    return float(now[region]), float(now.get(whole, others)), str(year)


def _year(text: object) -> int:
    found = re.search(r"\d{4}", str(text))
    return int(found[0]) if found else 0


def _said(table: pd.DataFrame, region: str, findings: Findings) -> None:
    note = table.loc[table["region"] == region, "note"].iloc[0]
    if isinstance(note, str):
        findings.add("warning", f"the source says of the jobs of region '{region}': {note}", "flagged", file="regions",
                     remedy="Read the number with that in mind")

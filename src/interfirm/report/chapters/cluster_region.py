"""The region among the others: location quotients, a map of regions, which sectors sit together."""

from __future__ import annotations

from math import isnan
from typing import Any, Final

from interfirm.cluster.assess import ClusterAssessment
from interfirm.cluster.density import KDensity
from interfirm.report import words
from interfirm.report.blocks import Block, Cell, Claim, Figure, Number, Numbers, TableColumn
from interfirm.report.context import Context, table

_DRAWN: Final = 25
_MARKS: Final = 12


def _known(value: float) -> float | None:
    return None if isnan(value) else float(value)


def region(ctx: Context, found: ClusterAssessment) -> tuple[list[Claim], list[Block]]:
    """The region's quotient beside that of the others, and where the regions are."""
    del ctx
    place = found.position
    if place is None:
        return [], []
    frame = place.regions.dropna(subset=["quotient"])
    names = [name if isinstance(name, str) else code for name, code in zip(frame["name"], frame["region"], strict=True)]
    own = (frame["region"] == place.region).tolist()
    rows: list[dict[str, Cell]] = [
        {"label": name, "value": float(q), "low": _known(low), "high": _known(high), "highlight": mine}
        for name, q, low, high, mine in zip(names, frame["quotient"], frame["low"], frame["high"], own, strict=True)]
    twin = table("cluster-regions-table", f"Sector {place.sector} by region", [
        TableColumn("region", "Region"), TableColumn("jobs", "Jobs", "count"), TableColumn("plants", "Plants", "count"),
        TableColumn("lq", "Location quotient", "number", measure="location_quotient"),
        TableColumn("low", "from", "number"), TableColumn("high", "to", "number"), TableColumn("note", "Note")],
        [[name, jobs, units, q, low, high, note] for name, jobs, units, q, low, high, note in zip(
            names, frame["employees"], frame["units"], frame["quotient"], frame["low"], frame["high"], frame["note"],
            strict=True)])
    title = f"{place.name} has {words.number(place.quotient.value)} times its share of jobs in sector {place.sector}"
    figure = Figure("cluster-regions", title, f"Location quotient by region · sector {place.sector} · {place.time}",
                    f"{len(frame)} regions of {place.whole}; {place.basis}. Bar: 95 % interval, counting plants of one "
                    "size, not jobs; with plants of very different size it is wider. Line: as everywhere.",
                    "dots", _shown(rows), twin, {"x_title": "Location quotient", "reference": 1.0, "zero": True})
    return [], [figure, *_map(place, names), _numbers(place)]


def _shown(rows: list[dict[str, Cell]]) -> list[dict[str, Cell]]:
    """The regions with the largest quotients, and the cluster's own in any case."""
    kept = rows[:_DRAWN]
    return kept + [row for row in rows[_DRAWN:] if row["highlight"]]


def _map(place: Any, names: list[str]) -> list[Block]:
    frame = place.regions.dropna(subset=["quotient"]).assign(label=names)
    frame = frame.dropna(subset=["latitude", "longitude"])
    if len(frame) < 3:
        return []
    top = frame["region"].isin([place.region, *frame["region"].head(2)])
    rows: list[dict[str, Cell]] = [
        {"label": str(row["label"]), "latitude": float(row["latitude"]), "longitude": float(row["longitude"]),
         "value": round(float(row["quotient"]), 4), "highlight": bool(strong)}
        for (_, row), strong in zip(frame.iterrows(), top, strict=True)]
    twin = table("cluster-map-table", "Regions by place", [
        TableColumn("region", "Region"), TableColumn("latitude", "Latitude", "number", "°"),
        TableColumn("longitude", "Longitude", "number", "°"), TableColumn("lq", "Location quotient", "number")],
        [[row["label"], row["latitude"], row["longitude"], row["value"]] for row in rows])
    near = ""
    if place.neighbours is not None:
        alike = "are alike" if place.neighbours.p_permutation <= 0.05 else "are not clearly alike"
        near = f" Neighbouring regions {alike}" \
            f" (Moran's I {words.number(place.neighbours.value)}, p = {words.number(place.neighbours.p_permutation)})."
    return [Figure("cluster-map", f"Where sector {place.sector} is more at home than elsewhere",
                   f"Size: location quotient · sector {place.sector} · {place.time}",
                   f"{len(frame)} regions at their middles, WGS 84; a plane with right proportions, no map service."
                   f"{near}",
                   "geo", rows, twin, {"size_title": "Location quotient"})]


def _numbers(place: Any) -> Numbers:
    items = [Number("Place among the regions", place.rank, "regional_position", "count",
                    comparison=f"of {int(place.regions['quotient'].notna().sum())} by location quotient"),
             Number("Locational Gini of the sector", _known(place.gini), "locational_gini",
                    comparison="0: spread as all jobs are")]
    if place.dartboard is not None:
        items.append(Number("Ellison–Glaeser index, at most", place.dartboard.gamma, "ellison_glaeser",
                            comparison="0: as darts on a map"))
    if not isnan(place.gdp_head) and place.gdp_whole > 0:
        share = words.share(place.gdp_head / place.gdp_whole)
        items.append(Number("Product per inhabitant", place.gdp_head, None, "count", "EUR",
                            comparison=f"{share} of the whole, {place.gdp_time}"))
    return Numbers("cluster-region-numbers", "The sector over the regions", items,
                   "The sizes of single plants are not in such tables; with plants of one size the Ellison–Glaeser "
                   "index is an upper bound." if place.dartboard is not None else "")


def sectors(ctx: Context, found: ClusterAssessment) -> tuple[list[Claim], list[Block]]:
    """Which sectors of the members sit closer together than members do in general."""
    if not found.densities:
        return [], []
    frame = found.localised
    order = frame.sort_values("p_adjusted", kind="stable")
    name = str(order["sector"].iloc[0])
    first = found.densities[name]
    row = order.iloc[0]
    beyond = row["reading"] in ("localised", "dispersed")
    where = f" between {words.number(row['from'])} and {words.number(row['to'])} km" if beyond else ""
    title = f"Firms of {name} are {row['reading']} among the members{where}" if beyond else \
        "No sector sits closer together, or farther apart, than the members do"
    caption = f"{first.points} firms of {first.sites} with coordinates; {first.draws:,} draws of as many from all; " \
        f"bandwidth {words.number(first.bandwidth)} km. Band: 95 % of the draws lie in it at every distance; for " \
        f"{len(frame)} sectors p = {words.number(float(row['p_adjusted']))}."
    if not beyond and first.verdict != "neither":
        caption += " By itself the curve leaves the band somewhere; with so many sectors, and both sides looked at, " \
            "that is no surprise."
    twin = table("cluster-sectors-table", "Sectors of the members by distance", [
        TableColumn("sector", "Sector"), TableColumn("firms", "Firms", "count"), TableColumn("reading", "They are"),
        TableColumn("p", "p, all sectors", "number", measure="k_density"), TableColumn("from", "from", "number", "km"),
        TableColumn("to", "to", "number", "km")],
        [[item["sector"], int(item["plants"]), words.sentence(item["reading"]), item["p_adjusted"], item["from"],
          item["to"]] for _, item in frame.iterrows()], categories=True)
    figure = Figure("cluster-sectors", title, f"Density of the distances between firms of {name}", caption, "curve",
                    _curve(first, marked=beyond), twin,
                    {"x_title": "Distance, km", "y_title": "Density", "format": "number"}, "k_density")
    claims = []
    if beyond:
        claims.append(ctx.claim("cluster-sectors", title + ".", 1 - float(row["p_adjusted"]),
                                f"{first.draws:,} draws for each of {len(frame)} sectors", "cluster-sectors", 0.35))
    return claims, [figure]


def _curve(found: KDensity, *, marked: bool) -> list[dict[str, Cell]]:
    """The curve at every distance; about a dozen points say their value."""
    outside = (found.localisation > 0) | (found.dispersion > 0)
    every = max(1, len(found.at) // _MARKS)
    return [{"x": round(float(d), 4), "value": float(f"{k:.5g}"), "low": float(f"{low:.5g}"),
             "high": float(f"{high:.5g}"), "highlight": bool(out) and marked,
             "label": f"{words.number(round(float(d), 1))} km" if i % every == 0 else None}
            for i, (d, k, low, high, out) in enumerate(zip(found.at, found.value, found.global_low, found.global_high,
                                                           outside, strict=True))]

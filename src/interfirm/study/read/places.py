"""Which countries make up which place: a small table for partners by place."""

from __future__ import annotations

from pathlib import Path

from interfirm.errors import DataError, Finding, Findings
from interfirm.study.read.files import load
from interfirm.study.read.raw import from_csv


def read_places(path: str | Path) -> dict[str, str]:
    """Read a CSV with the columns ``country`` and ``place``.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    dict
        Country → place; any number of places.

    Raises
    ------
    DataError
        Without these columns, or where a country has two places or none.

    Examples
    --------
    >>> read_places("places.csv")  # doctest: +SKIP
    {'DE': 'Europe', 'US': 'United States', 'CN': 'China or India'}
    """
    blobs = load(path)
    raw = from_csv(blobs[0]) if len(blobs) == 1 else None
    if raw is None or not {"country", "place"} <= set(raw.header):
        raise DataError(Finding("error", "this is no table of places", "places", file=Path(path).name,
                                expected="a CSV with the columns 'country' and 'place', such as DE,Europe"))
    findings, out = Findings(), dict[str, str]()
    for number, row in enumerate(raw.frame().to_dict("records")):
        country, place = str(row["country"] or "").strip(), str(row["place"] or "").strip()
        if not country or not place:
            findings.add("error", "country or place is empty", "places", **raw.at(number),
                         remedy="Complete the row, or delete it")
        elif out.setdefault(country, place) != place:
            findings.add("error", f"'{country}' has two places, {out[country]} and {place}", "places",
                         **raw.at(number), remedy="Keep one of them")
    findings.raise_if_failed()
    return out

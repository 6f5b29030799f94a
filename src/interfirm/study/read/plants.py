"""A list of single plants: sector, employees, and where each is."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from interfirm.errors import DataError, Finding, Findings, UsageError
from interfirm.study.read import numbers
from interfirm.study.read.files import Blob, load
from interfirm.study.read.raw import Raw, from_csv, from_workbook

if TYPE_CHECKING:
    import pandas as pd

COLUMNS: Final = ("plant", "sector", "employees", "region", "latitude", "longitude")
_NUMBERS: Final = {"employees": (0.0, float("inf")), "latitude": (-90.0, 90.0), "longitude": (-180.0, 180.0)}
_NAMES: Final = {
    "plant": ("plant", "id", "name", "establishment", "local unit", "firm"),
    "sector": ("sector", "nace", "nace_r2", "industry", "branch"),
    "employees": ("employees", "persons employed", "employment", "jobs", "size"),
    "region": ("region", "geo", "nuts"), "latitude": ("latitude", "lat"),
    "longitude": ("longitude", "lon", "lng", "long"),
}
_HEADS: Final = frozenset("".join(filter(str.isalnum, word)) for words in _NAMES.values() for word in words)
_EMPTY: Final = ("", "NA", "N/A", "NaN", "nan", ".", ":")
_SHOWN: Final = 8


@dataclass(frozen=True, eq=False)
class PlantList:
    """Plants, and what was odd about their list.

    Parameters
    ----------
    frame
        One row per plant: ``plant``, ``sector``, ``employees``, ``region``, ``latitude``, ``longitude``.
    name
        File name.
    findings
        Warnings and notes.
    """

    frame: pd.DataFrame
    name: str
    findings: tuple[Finding, ...] = ()


def read_plants(path: str | Path) -> PlantList:
    """Read a list of plants (CSV, or the first sheet of a workbook), one row each.

    Columns, found by their usual names: ``sector`` and ``employees``, and ``region`` or ``latitude`` and ``longitude``,
    or both; ``plant`` names the plant in messages.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    PlantList
        Missing employees or places stay missing.

    Raises
    ------
    DataError
        With everything that is wrong, all at once: columns that are not there, cells that are no numbers, negative
        employees, impossible coordinates, plants that are there twice.
    UsageError
        If there is no such file, or it is of another type.

    Examples
    --------
    >>> read_plants("plants.csv").frame.columns.tolist()  # doctest: +SKIP
    ['plant', 'sector', 'employees', 'region', 'latitude', 'longitude']
    """
    if not Path(path).is_file():
        raise UsageError(f"There is no file '{path}'. Check the spelling and the folder you are in.")
    blobs = load(path)
    if len(blobs) != 1:
        raise UsageError(f"'{path}' holds {len(blobs)} files; give one.")
    findings = Findings()
    raw = _raw(blobs[0], findings)
    findings.extend(raw.notes)
    found = _columns(raw, findings)
    findings.raise_if_failed()
    frame = _typed(raw, found, findings)
    _twice(raw, frame, findings)
    findings.raise_if_failed()
    _gaps(raw, frame, findings)
    return PlantList(frame, Path(blobs[0].name).name, tuple(findings.sorted()))


def _raw(blob: Blob, findings: Findings) -> Raw:
    if blob.suffix in {".xlsx", ".xlsm", ".xls", ".ods"}:
        sheets = from_workbook(blob, findings)
        if not sheets:
            raise DataError(Finding("error", "the workbook has no sheet with data", "empty", file=blob.name))
        if len(sheets) > 1:
            findings.add("note", f"only the first sheet, '{sheets[0].sheet}', is read", "first-sheet", file=blob.name)
        return sheets[0]
    if blob.suffix not in {".csv", ".tsv", ".txt"}:
        raise UsageError(f"'{blob.name}' is not of a known type. A list of plants is .csv or .xlsx.")
    return from_csv(blob, _HEADS)


def _columns(raw: Raw, findings: Findings) -> dict[str, int]:
    """Our names → place in the header."""
    heads = [str(name).strip().lower() for name in raw.header]
    out = {}
    for name, usual in _NAMES.items():
        at = next((heads.index(word) for word in usual if word in heads), None)
        if at is not None:
            out[name] = at
    missing = [name for name in ("sector", "employees") if name not in out]
    if not ({"region"} <= set(out) or {"latitude", "longitude"} <= set(out)):
        missing.append("region, or latitude and longitude")
    if missing:
        near = [f"'{close[0]}'" for name in missing
                if (close := difflib.get_close_matches(name.split(",")[0], heads, n=1, cutoff=0.6))]
        findings.add("error", f"{'; '.join(missing)}: not among the columns", "missing-column", file=raw.file,
                     expected=", ".join(COLUMNS),
                     remedy=f"Rename {', '.join(near)}" if near else "Name the columns like that")
    return out


def _typed(raw: Raw, found: dict[str, int], findings: Findings) -> pd.DataFrame:
    import pandas as pd

    cells = raw.frame().apply(lambda column: column.astype("str").str.strip())
    cells = cells.where(~cells.isin(_EMPTY), "")
    mark = numbers.decimal_mark([list(cells.iloc[:, at]) for name, at in found.items() if name in _NUMBERS])
    out: dict[str, pd.Series[Any]] = {}
    for name in COLUMNS:
        if name not in found:
            out[name] = pd.Series([float("nan") if name in _NUMBERS else None] * len(cells),
                                  dtype="float64" if name in _NUMBERS else "object")
            continue
        text = cells.iloc[:, found[name]]
        if name not in _NUMBERS:
            out[name] = text.where(text != "").astype("object")
            continue
        parsed = numbers.parse(text, mark).astype("float64")
        low, high = _NUMBERS[name]
        _report(raw, text, (text != "") & parsed.isna(), name, "a number", "not-a-number", findings)
        _report(raw, text, parsed.notna() & ((parsed < low) | (parsed > high)), name,
                f"{low:g} or more" if high == float("inf") else f"degrees from {low:g} to {high:g}",
                "negative-employment" if name == "employees" else "impossible-coordinates", findings)
        out[name] = parsed
    return pd.DataFrame(out).reset_index(drop=True)


def _report(raw: Raw, text: pd.Series[Any], wrong: pd.Series[Any], name: str, expected: str, code: str,
            findings: Findings) -> None:
    places, said = wrong.to_numpy().nonzero()[0], "number of employees" if name == "employees" else name
    remedy = "Correct it, or leave the cell empty"
    if code == "impossible-coordinates":
        remedy += "; latitude and longitude are sometimes exchanged"
    for at in places[:_SHOWN]:
        findings.add("error", f"the {said} is '{text.iloc[at]}'", code, **raw.at(int(at), name),
                     expected=expected, remedy=remedy)
    if len(places) > _SHOWN:
        findings.add("error", f"{len(places) - _SHOWN:,} more cells of {name} are wrong", code, file=raw.file,
                     column=name)


def _twice(raw: Raw, frame: pd.DataFrame, findings: Findings) -> None:
    double = frame["plant"].notna() & frame.duplicated(["plant"])
    for at in double.to_numpy().nonzero()[0][:_SHOWN]:
        findings.add("error", f"plant '{frame['plant'].iloc[at]}' stands in an earlier row too", "duplicate-key",
                     **raw.at(int(at)), expected="each plant once",
                     remedy="Remove one of the rows, or leave out the column of names")


def _gaps(raw: Raw, frame: pd.DataFrame, findings: Findings) -> None:
    for name in ("sector", "employees"):
        gone = int(frame[name].isna().sum())
        if gone:
            findings.add("warning", f"{gone:,} of {len(frame):,} plants have no {name} and are left out", "left-out",
                         file=raw.file, column=name, remedy="Complete them; a list with gaps makes shares wrong")
    zero = int((frame["employees"] == 0).sum())
    if zero:
        findings.add("note", f"{zero:,} plants have 0 employees", "no-employees", file=raw.file)
    if frame["latitude"].notna().any():
        gone = int((frame["latitude"].isna() | frame["longitude"].isna()).sum())
        if gone:
            findings.add("warning", f"{gone:,} of {len(frame):,} plants have no coordinates and are not in the "
                         "K-density", "left-out", file=raw.file, remedy="Complete them")
    if frame["region"].notna().any():
        gone = int(frame["region"].isna().sum())
        if gone:
            findings.add("warning", f"{gone:,} of {len(frame):,} plants have no region and are not in the shares of "
                         "regions", "left-out", file=raw.file, remedy="Complete them")

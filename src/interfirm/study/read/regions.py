"""Regional employment and product from files: Eurostat TSV, its comma version, SDMX-CSV, and plain tables.

Every file becomes rows of the table ``regions``. Numbers that are not published stay missing, and what the source
says about a number stands in ``note``.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from interfirm.errors import DataError, Finding, Findings, UsageError
from interfirm.study import schema
from interfirm.study.read.files import Blob, decode, load
from interfirm.study.schema import Source

if TYPE_CHECKING:
    import pandas as pd

FLAGS: Final = {
    "b": "break in series", "c": "confidential", "d": "definition differs", "e": "estimated", "f": "forecast",
    "i": "see the metadata of the source", "n": "not significant", "p": "provisional", "r": "revised",
    "s": "estimated by the statistical office", "u": "low reliability", "z": "not applicable",
}
TOTALS: Final = ("TOTAL", "T", "_T")
# Structural business statistics by region: V… up to 2020 (sbs_r_nuts06_r2), …_LOC_NR since 2021 (sbs_r_nuts2021).
_INDICATORS: Final = {"V16110": "employees", "V11210": "units", "EMP_LOC_NR": "employees", "LOC_NR": "units"}
_UNITS: Final = {"EUR_HAB": ("gdp_head", 1.0), "THS": ("employees", 1000.0), "THS_PER": ("employees", 1000.0),
                 "PER": ("employees", 1.0)}
_IGNORED: Final = {"freq", "dataflow", "last update", "structure", "structure_id", "action", "conf_status"}
_KNOWN: Final = {"nace_r2", "indic_sb", "indic_sbs", "unit", "currency", "geo"}
# What stands for all employed persons in national accounts: by status (nama_10r_3empers), by item (nama_10_a64_e).
_ALL_OF: Final = {"wstatus": ("EMP",), "na_item": ("EMP_DC",)}
_CELL: Final = r"^\s*(?:(:|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)\s*([bcdefinprsuz]{0,4}))?\s*$"
_SHOWN: Final = 8
KEY: Final = ["region", "sector", "time"]
_VALUES: Final = ("employees", "units", "gdp_head")


@dataclass(frozen=True)
class RegionData:
    """Rows of the table ``regions``, what each file was, and what was odd.

    Parameters
    ----------
    frame
        As declared in the table ``regions``.
    guesses
        Per file: what it was taken for.
    findings
        Warnings and notes.
    """

    frame: pd.DataFrame
    guesses: tuple[str, ...]
    findings: tuple[Finding, ...]


def read_regions(paths: Sequence[str | Path], *, sectors: Sequence[str] | None = None) -> RegionData:
    """Read regional tables of employment, plants and product, and join them.

    Recognised are the downloads of Eurostat in TSV (first column ``…,geo\\time``), their version with commas
    everywhere, SDMX-CSV (columns ``TIME_PERIOD``, ``OBS_VALUE``, ``OBS_FLAG``), and plain CSV files with the columns of
    the table ``regions``. ``.gz`` and ``.zip`` are opened. Used are persons employed (``EMP_LOC_NR``, up to 2020
    ``V16110``; or unit ``THS`` or ``THS_PER``, thousands, of all employed: ``wstatus`` ``EMP``, ``na_item``
    ``EMP_DC``), local units (``LOC_NR``, up to 2020 ``V11210``) and product per inhabitant (unit ``EUR_HAB``). A colon
    is a number that is not published: it stays missing, and its flag (``c`` confidential, ``b`` break in series …)
    becomes the note.

    Parameters
    ----------
    paths
        Files.
    sectors
        Codes to keep; all if None. Totals (and the sections that a total is made of) are kept anyway.

    Returns
    -------
    RegionData

    Raises
    ------
    DataError
        With everything that is wrong, all at once.
    UsageError
        If a file is not there.

    Examples
    --------
    >>> read_regions(["sbs_r_nuts06_r2.tsv.gz"], sectors=["C28"])      # doctest: +SKIP
    """
    findings, guesses, frames = Findings(), [], []
    for path in paths:
        if not Path(path).is_file():
            raise UsageError(f"There is no file '{path}'. Check the spelling and the folder you are in.")
        for blob in load(path):
            try:
                kind, frame = _one(blob, findings, sectors)
            except DataError as problem:
                findings.extend(problem.findings)
                continue
            guesses.append(f"{blob.name}: {kind}, {frame['region'].nunique():,} regions, {_years(frame)}")
            frames.append((Path(blob.name).name, frame))
    findings.raise_if_failed()
    _compare(frames, findings)
    joined = _join([frame for _, frame in frames])
    typed = schema.coerce("regions", joined, Source("regions"), findings)
    findings.raise_if_failed()
    return RegionData(typed, tuple(guesses), tuple(findings.sorted()))


def _years(frame: pd.DataFrame) -> str:
    times = sorted(set(frame["time"].dropna()))
    return "no year" if not times else times[0] if len(times) == 1 else f"{times[0]} to {times[-1]}"


def _one(blob: Blob, findings: Findings, sectors: Sequence[str] | None) -> tuple[str, pd.DataFrame]:
    """Recognise one file by its first line, and read it."""
    name = Path(blob.name).name
    text = decode(blob.data, name=name).text
    head = text.split("\n", 1)[0].strip()
    if re.search(r"geo\\time(_period)?\b", head, flags=re.IGNORECASE):
        wide = _wide(text, head, name)
        if sectors is not None and "nace_r2" in wide:
            wide = wide.loc[_kept(wide["nace_r2"], sectors)].copy()
        return f"Eurostat table ({_dimensions(wide)})", _rows(_long(wide, name, findings), name, findings, sectors)
    columns = {cell.strip().strip('"').upper() for cell in re.split(r"[,;\t]", head)}
    if {"TIME_PERIOD", "OBS_VALUE", "GEO"} <= columns:
        return "SDMX-CSV", _rows(_sdmx(text, head, name, findings), name, findings, sectors)
    return "plain table", _plain(blob, findings)


# ---- the wide layout: keys in the first column, one column per year -----------------------


def _table(text: str, delimiter: str, name: str) -> pd.DataFrame:
    import io

    import pandas as pd

    try:
        return pd.read_csv(io.StringIO(text), sep=delimiter, dtype=str, keep_default_na=False)
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as problem:
        raise DataError(Finding("error", f"the file cannot be cut into cells ({str(problem).strip()})", "broken-table",
                                file=name, remedy="Download it again; it may be cut off")) from problem


def _wide(text: str, head: str, name: str) -> pd.DataFrame:
    """Keys as columns of their own, in both layouts (tabs between the years, or commas everywhere)."""
    tabs = "\t" in head
    frame = _table(text, "\t" if tabs else ",", name)
    frame.columns = [str(column).strip() for column in frame.columns]
    if not tabs:
        at = next(i for i, column in enumerate(frame.columns) if "\\" in column)
        keys = [*frame.columns[:at], frame.columns[at].split("\\")[0]]
        return frame.set_axis([*(key.lower() for key in keys), *frame.columns[at + 1:]], axis=1)
    keys = frame.columns[0].split("\\")[0].split(",")
    parts = frame.iloc[:, 0].str.split(",", expand=True)
    if parts.shape[1] != len(keys):
        raise DataError(Finding("error", f"the first column has {parts.shape[1]} parts, its header {len(keys)}",
                                "broken-table", file=name, column=frame.columns[0],
                                expected=f"'{','.join(keys)}' in every row", remedy="Download it again"))
    out = frame.iloc[:, 1:]
    for place, key in enumerate(keys):
        out.insert(place, key.strip().lower(), parts[place].str.strip())
    return out


def _dimensions(wide: pd.DataFrame) -> str:
    return ", ".join(column for column in wide.columns if not re.fullmatch(r"\d{4}.*", column))


def _long(wide: pd.DataFrame, name: str, findings: Findings) -> pd.DataFrame:
    """One row per cell: keys, time, value, note; the user's row number in ``row``."""
    import pandas as pd

    keys = [column for column in wide.columns if not re.fullmatch(r"\d{4}.*", column)]
    if "geo" not in keys or len(keys) == len(wide.columns):
        raise DataError(Finding("error", "there is no column of a year, or none of regions", "broken-table", file=name,
                                expected="columns '…,geo\\time', 2014, 2015 …", remedy="Download it again"))
    for column in keys:
        wide[column] = wide[column].astype("category")
    long = wide.assign(row=wide.index + 2).melt(id_vars=[*keys, "row"], var_name="time", value_name="cell")
    parts = long["cell"].str.extract(_CELL)
    _unreadable(long, parts, name, findings)
    value = pd.to_numeric(parts[0].where(parts[0] != ":"), errors="coerce")
    out = long.drop(columns="cell").assign(value=value, note=_notes(parts[1].fillna("")))
    return out.loc[out["value"].notna() | out["note"].notna()].assign(time=lambda frame: frame["time"].str.strip())


def _unreadable(long: pd.DataFrame, parts: pd.DataFrame, name: str, findings: Findings) -> None:
    wrong = long.loc[parts[1].isna().to_numpy() & (long["cell"].str.strip() != "").to_numpy()]
    for row, time, cell in wrong.head(_SHOWN)[["row", "time", "cell"]].to_numpy(dtype=object):
        findings.add("error", f"'{cell}' is not a number", "not-a-number", file=name, row=int(row),
                     column=str(time), expected="a number, or ':' where there is none, and letters as flags",
                     remedy="Correct the cell, or download the file again")
    if len(wrong) > _SHOWN:
        findings.add("error", f"{len(wrong) - _SHOWN:,} more cells are not numbers", "not-a-number", file=name)


def _notes(flags: pd.Series) -> pd.Series:
    known = {text: "; ".join(FLAGS.get(letter, f"flag {letter}") for letter in text) for text in flags.unique()}
    return flags.map(lambda text: known[text] or None)


# ---- the long layout -----------------------------------------------------------------------


def _sdmx(text: str, head: str, name: str, findings: Findings) -> pd.DataFrame:
    import pandas as pd

    delimiter = max(",;\t", key=head.count)
    frame = _table(text, delimiter, name)
    frame.columns = [str(column).strip().lower() for column in frame.columns]
    frame = frame.apply(lambda cells: cells.str.strip().str.replace(r"^([A-Za-z0-9_+-]+): .*$", r"\1", regex=True))
    text_value = frame["obs_value"].where(~frame["obs_value"].isin(["", ":"]))
    value = pd.to_numeric(text_value, errors="coerce")
    for position in (text_value.notna() & value.isna()).to_numpy().nonzero()[0][:_SHOWN]:
        findings.add("error", f"'{text_value.iloc[position]}' is not a number", "not-a-number", file=name,
                     row=int(position) + 2, column="OBS_VALUE", expected="a number, or nothing",
                     remedy="Correct the cell, or download the file again")
    flags = frame["obs_flag"] if "obs_flag" in frame else pd.Series("", index=frame.index)
    if "conf_status" in frame:
        flags = flags + frame["conf_status"].str.lower().where(frame["conf_status"].str.lower() == "c", "")
    notes = _notes(flags.str.lower().str.replace(r"[^a-z]", "", regex=True))
    out = frame.drop(columns=["obs_value", "obs_flag"], errors="ignore").rename(columns={"time_period": "time"})
    out = out.assign(value=value, note=notes, row=range(2, len(frame) + 2))
    filled: pd.DataFrame = out.loc[out["value"].notna() | out["note"].notna()]
    return filled


# ---- from keys to the columns of the table --------------------------------------------------


def _rows(long: pd.DataFrame, name: str, findings: Findings, sectors: Sequence[str] | None) -> pd.DataFrame:
    """Choose the numbers that are used, and give them their columns."""
    long = _narrow(long, name, findings)
    sector = long["nace_r2"].astype(str) if "nace_r2" in long else long.assign(s="TOTAL")["s"]
    long = long.assign(sector=sector.where(~sector.isin(TOTALS), "TOTAL"))
    if sectors is not None:
        long = long.loc[_kept(long["sector"], sectors)]
    column, factor = _meaning(long)
    long = long.assign(column=column, value=long["value"] * factor, region=long["geo"].astype(str))
    unused = long.loc[long["column"].isna()]
    if len(unused):
        findings.add("note", f"{len(unused):,} cells are no persons employed, local units or product per head, and are "
                     "not used", "unused-indicator", file=name)
    long = long.loc[long["column"].notna()]
    if long.empty:
        raise DataError(Finding("error", "the file holds nothing that is used here", "nothing-used", file=name,
                                expected="persons employed (EMP_LOC_NR, V16110, or unit THS), local units (LOC_NR, "
                                "V11210) or product per head (unit EUR_HAB)",
                                remedy="Download one of these, or use a plain table"))
    _negative(long, name, findings)
    return _pivot(long, name, findings)


def _kept(sector: pd.Series, sectors: Sequence[str]) -> pd.Series:
    """The sectors asked for, totals, and the sections that a total is made of."""
    return sector.isin([*sectors, *TOTALS]) | sector.str.fullmatch(r"[A-Z]|S95")


def _narrow(long: pd.DataFrame, name: str, findings: Findings) -> pd.DataFrame:
    """Of every further key (sex, age, status …) keep the total; without one the file must be narrowed."""
    for key in [c for c in long.columns if c not in _KNOWN | _IGNORED | {"time", "value", "note", "row"}]:
        there = [str(value) for value in long[key].dropna().unique()]
        if len(there) < 2:
            if key in _ALL_OF and there and there[0] not in _ALL_OF[key] and there[0][:2] in ("SA", "SE"):
                findings.add("warning", f"the table holds only '{there[0]}' of '{key}', not all employed persons",
                             "part-of-employed", file=name, column=key, expected=f"'{_ALL_OF[key][0]}'",
                             remedy="Download it again for all employed persons, or read it as what it is")
            continue
        total = next((value for value in (*_ALL_OF.get(key, ()), *TOTALS, "Y_GE15", "Y15-64") if value in there), None)
        if total is None:
            findings.add("error", f"the key '{key}' has several values ({', '.join(there[:_SHOWN])}) and no total",
                         "several-values", file=name, column=key, expected="one value, or a total",
                         remedy=f"Download the table for one value of '{key}'")
            continue
        findings.add("note", f"of '{key}' the total '{total}' is used", "total-used", file=name, column=key)
        long = long.loc[long[key] == total]
    return long


def _meaning(long: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """By the indicator where there is one, otherwise by the unit; the factor that turns thousands into persons."""
    import pandas as pd

    indicator = next((long[key].astype(str) for key in ("indic_sb", "indic_sbs") if key in long), None)
    unit = long["unit"].astype(str) if "unit" in long else pd.Series("", index=long.index)
    by_unit = unit.map({name: column for name, (column, _) in _UNITS.items()})
    factor = unit.map({name: size for name, (_, size) in _UNITS.items()}).fillna(1.0).astype("float64")
    if indicator is None:
        return by_unit.astype("object"), factor
    return indicator.map(_INDICATORS).astype("object"), factor


def _negative(long: pd.DataFrame, name: str, findings: Findings) -> None:
    wrong = long.loc[long["value"] < 0, ["region", "sector", "time", "value", "row"]]
    for region, sector, time, value, row in wrong.head(_SHOWN).to_numpy(dtype=object):
        findings.add("error", f"region '{region}', sector '{sector}', {time}: {value:g} cannot be",
                     "negative-employment", file=name, row=int(row), expected="a number of at least 0",
                     remedy="Correct the cell, or leave it empty")


def _pivot(long: pd.DataFrame, name: str, findings: Findings) -> pd.DataFrame:
    double = long.duplicated([*KEY, "column"], keep=False)
    if double.any():
        row = long.loc[double].iloc[0]
        findings.add("error", f"region '{row['region']}', sector '{row['sector']}', {row['time']} has "
                     f"{row['column']} more than once ({int(double.sum()):,} cells in all)", "duplicate-key", file=name,
                     row=int(row["row"]), expected="each once",
                     remedy="Download the table with one value of every further key")
        long = long.drop_duplicates([*KEY, "column"])
    out = long.pivot_table(index=KEY, columns="column", values="value", aggfunc="first", dropna=False, observed=True)
    said = long.loc[long["note"].notna() & long["column"].isin(["employees", "gdp_head"])]
    notes = said.groupby(KEY, sort=False, observed=True)["note"].agg(lambda some: "; ".join(dict.fromkeys(some)))
    out = out.join(notes, how="left").reset_index()
    out = out.loc[out.drop(columns=KEY).notna().any(axis=1)]
    nuts = out["region"].str.fullmatch(r"[A-Z]{2}[A-Z0-9]{1,3}")
    return out.assign(whole=out["region"].str[:2].where(nuts))


def _plain(blob: Blob, findings: Findings) -> pd.DataFrame:
    from interfirm.study.read.raw import from_csv

    raw = from_csv(blob)
    findings.extend(raw.notes)
    declared = schema.tables()["regions"].columns
    missing = [name for name in KEY if name not in raw.header]
    if missing:
        near = [f"'{close[0]}' to '{name}'" for name in missing
                if (close := difflib.get_close_matches(name, raw.header, n=1, cutoff=0.6))]
        raise DataError(Finding(
            "error", f"the file is no regional table: {', '.join(missing)} is not among its columns", "unknown-table",
            file=raw.file, expected=f"a Eurostat table, SDMX-CSV, or the columns {', '.join(declared)}",
            remedy=f"Rename {', '.join(near)}" if near else "Give it these columns"))
    mine = Findings()
    typed = schema.coerce("regions", raw.frame(), raw.source, mine)
    findings.extend(mine)
    double = typed.duplicated(KEY)
    for position in double.to_numpy().nonzero()[0][:_SHOWN]:
        findings.add("error", "the region, sector and year stand in an earlier row too", "duplicate-key",
                     **raw.at(int(position)), expected="each once", remedy="Remove one of the two rows")
    return typed[list(declared)]


# ---- several files ----------------------------------------------------------------------------


def _join(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Rows of all files by region, sector and year; the first file that knows a cell gives it."""
    import pandas as pd

    if not frames:
        return schema.empty("regions")
    out = frames[0].astype(dict.fromkeys(KEY, "object")).set_index(KEY)
    for frame in frames[1:]:
        out = out.combine_first(frame.astype(dict.fromkeys(KEY, "object")).set_index(KEY))
    out = out.reset_index()
    declared = list(schema.tables()["regions"].columns)
    return out.reindex(columns=declared) if isinstance(out, pd.DataFrame) else out


def _compare(frames: Sequence[tuple[str, pd.DataFrame]], findings: Findings) -> None:
    """Regions of one table that another does not have, with the nearest that it has; level by level."""
    for i, (first, one) in enumerate(frames):
        for second, other in frames[i + 1:]:
            for a, b, mine, theirs in ((first, second, one, other), (second, first, other, one)):
                _unmatched(a, b, set(mine["region"].dropna()), set(theirs["region"].dropna()), findings)


def _unmatched(a: str, b: str, mine: set[str], theirs: set[str], findings: Findings) -> None:
    levels = {len(code) for code in theirs if len(code) > 2}
    countries = {code[:2] for code in theirs}
    alone = sorted(code for code in mine - theirs if len(code) in levels and code[:2] in countries)
    if not alone:
        return
    shown = []
    for code in alone[:_SHOWN]:
        like = [other for other in sorted(theirs) if len(other) == len(code) and other[:2] == code[:2]]
        near = difflib.get_close_matches(code, like, n=1, cutoff=0.6)
        shown.append(f"'{code}'" + (f" (nearest there: '{near[0]}')" if near else ""))
    rest = f" and {len(alone) - _SHOWN} more" if len(alone) > _SHOWN else ""
    findings.add("warning", f"{len(alone)} regions are not in {b}: {', '.join(shown)}{rest}", "unmatched-regions",
                 file=a, expected="the same regions in both",
                 remedy="Codes of regions change with each revision of NUTS: take both tables from one revision")



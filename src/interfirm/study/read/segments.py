"""Coded interviews as a table of segments: one row per segment, as MAXQDA, ATLAS.ti, Taguette and others list them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from interfirm.errors import DataError, Finding, Findings, UsageError
from interfirm.study.read import words
from interfirm.study.read.files import load
from interfirm.study.read.qdpx import COLUMNS, CodedProject
from interfirm.study.read.raw import Raw, from_csv, from_workbook

if TYPE_CHECKING:
    pass

SUFFIXES: Final = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".ods")
_NAMES: Final = {
    "case": ("case", "documentname", "document", "interview", "file", "filename", "transcript", "mediatitle", "source"),
    "source": ("source", "documentname", "document", "file", "filename"),
    "code": ("code", "codename", "tag", "theme", "codes", "tags", "codesapplied"),
    "text": ("text", "quotationcontent", "content", "excerpt", "excerptcopy", "quote", "quotation", "selectedtext",
             "seltext", "segment"),
    "segment": ("segment", "id", "quotationid", "segmentid"),
    "coder": ("coder", "codedby", "author", "createdby", "creator", "owner", "user", "modifiedby"),
    "start": ("start", "startposition", "pos0", "beginning", "begin"),
    "end": ("end", "endposition", "pos1"),
    "memo": ("memo", "comment", "note"),
    "actor": ("actor", "firm", "organisation", "organization"),
}
_WORDS: Final = frozenset(word for known in _NAMES.values() for word in known)
_SEVERAL: Final = re.compile(r"\s*[\n;|]\s*")
_SHOWN: Final = 10


def read_segments(path: str | Path) -> CodedProject:
    """Read a table of coded segments: a CSV file, or the first sheet of a workbook.

    Columns are known by their usual names; a case and a code are needed. Several codes in a cell are parted by ``;``,
    ``|`` or a line break. Rows with the same words, or the same positions, in a case are one segment, so that coders
    who marked the same are seen to have done so.

    Raises
    ------
    UsageError
        If there is no such file, or it is of another kind.
    DataError
        If no column holds the cases or the codes, or no row holds both.

    Examples
    --------
    >>> read_segments("segments.xlsx").codings.head()      # doctest: +SKIP
    """
    place = Path(path)
    if place.suffix.lower() not in SUFFIXES:
        raise UsageError(f"'{place.name}' is no table of segments ({', '.join(SUFFIXES)}) and no .qdpx project.")
    findings = Findings()
    raws = [raw for blob in load(place) for raw in
            ([from_csv(blob, _WORDS)] if blob.suffix in {".csv", ".tsv", ".txt"} else from_workbook(blob, findings))]
    raw = next((raw for raw in raws if raw.header), None)
    if raw is None:
        raise DataError(Finding("error", "the table is empty", "empty-file", file=place.name))
    return _read(raw, findings)


def _columns(raw: Raw) -> dict[str, int]:
    """The place of each of our columns; a header serves twice only as case and source."""
    plain = [words.plain(name) for name in raw.header]
    out: dict[str, int] = {}
    for name, known in _NAMES.items():
        free = [word for word in known if word in plain and
                (plain.index(word) not in out.values() or (name == "source" and out.get("case") == plain.index(word)))]
        if free:
            out[name] = plain.index(free[0])
    missing = [name for name in ("case", "code") if name not in out]
    if missing:
        shown = ", ".join(filter(None, raw.header[:_SHOWN])) or "no headers"
        raise DataError(Finding("error", f"no column holds the {' and the '.join(missing)} of the segments",
                                "missing-column", file=raw.file, sheet=raw.sheet,
                                expected=" or ".join(_NAMES[missing[0]][:4]), remedy=f"Rename one of: {shown}"))
    return out


def _read(raw: Raw, findings: Findings) -> CodedProject:
    import pandas as pd

    at = _columns(raw)
    findings.extend(raw.notes)
    left = [name for place, name in enumerate(raw.header) if place not in at.values() and name]
    if left:
        findings.add("note", f"the columns {', '.join(left[:_SHOWN])} are not part of a coding and are left out",
                     "left-out", **raw.at())
    rows: list[dict[str, object]] = []
    known: dict[tuple[str, str], str] = {}
    gaps: list[int] = []
    for position, cells in enumerate(raw.rows):
        row = {name: cells[place].strip() for name, place in at.items()}
        codes = [code for code in _SEVERAL.split(row["code"]) if code]
        if not codes or not row["case"]:
            gaps += [raw.numbers[position]] if any(cell.strip() for cell in cells) else []
            continue
        rows += [_coding(row, code, known) for code in codes]
    if gaps:
        shown = ", ".join(map(str, gaps[:_SHOWN])) + (" …" if len(gaps) > _SHOWN else "")
        findings.add("warning", f"{len(gaps)} rows have no case or no code and are left out (rows {shown})",
                     "empty-cell", **raw.at(), remedy="Fill the cells, or remove the rows")
    if not rows:
        raise DataError([*findings.sorted(), Finding("error", "no row holds a case and a code", "no-codings",
                                                     file=raw.file, sheet=raw.sheet)])
    frame = pd.DataFrame(rows, columns=list(COLUMNS)).astype({"start": "Int64", "end": "Int64"})
    names = pd.DataFrame({"code": list(dict.fromkeys(frame["code"])), "parent": None, "codable": True,
                          "description": None})
    key = ["case", "source", "segment", "coder", "code"]
    return CodedProject(raw.title, "a table of segments", frame.drop_duplicates(key, ignore_index=True), names,
                        tuple(findings.sorted()))


def _coding(row: dict[str, str], code: str, known: dict[tuple[str, str], str]) -> dict[str, object]:
    start, end = (int(row[name]) if row.get(name, "").isdigit() else None for name in ("start", "end"))
    sound = start is not None and end is not None and start <= end
    mark = f"{start}-{end}" if sound else row.get("segment") or row.get("text") or str(len(known) + 1)
    segment = mark if sound or row.get("segment") else known.setdefault((row["case"], mark), str(len(known) + 1))
    return {"case": row["case"], "source": row.get("source") or row["case"], "segment": segment,
            "coder": row.get("coder") or "1", "code": " ".join(code.split()), "start": start if sound else None,
            "end": end if sound else None, "text": row.get("text") or None, "memo": row.get("memo") or None,
            "actor": row.get("actor") or None}

"""Coded cases of a study as a REFI-QDA project, for the programs of qualitative research."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid5
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from interfirm._version import __version__
from interfirm.errors import DataError, Finding, Findings, UsageError
from interfirm.study.write.atomic import write_bytes

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study

NAMESPACE: Final = "urn:QDA-XML:project:1.0"
_ROOT: Final = UUID("6f3b6c0e-0d3a-5d0c-9a1e-2b7f4c8d9e10")
_UNKNOWN: Final = "…"
_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_FARTHEST: Final = 20_000_000
_DATE: Final = (1980, 1, 1, 0, 0, 0)
_ONLY: Final = "Only the coded segments are known; an ellipsis stands for what lies between them."


def write_qdpx(study: Study, path: str | Path) -> None:
    """Write the codings of a study as a ``.qdpx`` project that follows the REFI-QDA schema. [refiqda2019]

    Users are the coders, cases are the cases with their actor as a variable, sources hold the words of the coded
    segments at their positions. The text between them is not part of a study; an ellipsis stands for it. Segments
    without positions, or with more words than their positions hold, follow at the end. The same study gives
    the same file.

    Raises
    ------
    UsageError
        If the file cannot be written.
    DataError
        If the study has no codings, or segments overlap with different words.

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> write_qdpx(example(), "cases.qdpx")      # doctest: +SKIP
    """
    if Path(path).suffix.lower() != ".qdpx":
        raise UsageError(f"Name the file with the ending .qdpx, not '{Path(path).name}'.")
    write_bytes(path, qdpx_bytes(study))


def qdpx_bytes(study: Study) -> bytes:
    """The archive as bytes: see :func:`write_qdpx`."""
    rows = study.codings
    if rows.empty:
        raise DataError("The study has no codings. There is nothing to write.")
    texts, places = _texts(rows)
    root = Element("Project", {"xmlns": NAMESPACE, "name": _clean(study.name), "origin": f"interfirm {__version__}"})
    _users(root, rows)
    _codebook(root, rows)
    linked = rows.dropna(subset=["actor"]).drop_duplicates("case")
    actors = dict(zip(linked["case"].astype(str), linked["actor"].astype(str), strict=True))
    if actors:
        SubElement(SubElement(root, "Variables"), "Variable",
                   {"guid": _guid("variable", "actor"), "name": "actor", "typeOfVariable": "Text"})
    notes: dict[str, str] = {}
    _cases(root, rows, actors, places)
    _sources(root, rows, texts, places, notes)
    if notes:
        holder = SubElement(root, "Notes")
        for guid, text in notes.items():
            SubElement(SubElement(holder, "Note", {"guid": guid, "name": "memo"}), "PlainTextContent").text = text
    indent(root)
    project = tostring(root, encoding="utf-8", xml_declaration=True)
    broken = check_project(project)
    if broken:
        raise DataError(broken)
    return _zipped(project, texts)


Places = dict[tuple[str, str, str], tuple[int, int]]


def _texts(rows: pd.DataFrame) -> tuple[dict[str, str], Places]:
    """The text of each source as far as it is known, and where each segment (case, source, segment) stands in it."""
    texts: dict[str, str] = {}
    places: Places = {}
    findings = Findings()
    for source, block in rows.groupby("source", sort=False):
        cells: list[str] = []
        for row in _records(block.drop_duplicates(["case", "segment"])):
            words = "" if _missing(row.text) else _clean(str(row.text))
            key = (str(row.case), str(source), str(row.segment))
            if _missing(row.start) or _missing(row.end):
                continue
            start, end = int(row.start), int(row.end)
            if end < start + len(words) or end > _FARTHEST:
                continue
            cells.extend([_UNKNOWN] * (end - len(cells)))
            for at, sign in enumerate(words, start):
                if cells[at] not in (_UNKNOWN, sign):
                    findings.add("error", f"source '{source}', segment '{row.segment}': its words differ from those of "
                                 "another segment at the same place", "overlap", file="codings",
                                 remedy="Correct start, end or text")
                    break
                cells[at] = sign
            places[key] = (start, end)
        body = "".join(cells)
        for row in _records(block.drop_duplicates(["case", "segment"])):
            key = (str(row.case), str(source), str(row.segment))
            if key not in places:
                words = _clean(str(row.segment if _missing(row.text) else row.text))
                body += "\n" if body else ""
                places[key] = (len(body), len(body) + len(words))
                body += words
        texts[str(source)] = body
    findings.raise_if_failed()
    return texts, places


def _users(root: Element, rows: pd.DataFrame) -> None:
    holder = SubElement(root, "Users")
    for coder in dict.fromkeys(rows["coder"].astype(str)):
        SubElement(holder, "User", {"guid": _guid("user", coder), "name": _clean(coder)})


def _codebook(root: Element, rows: pd.DataFrame) -> None:
    holder = SubElement(SubElement(root, "CodeBook"), "Codes")
    for code in sorted(set(rows["code"].astype(str))):
        SubElement(holder, "Code", {"guid": _guid("code", code), "name": _clean(code), "isCodable": "true"})


def _cases(root: Element, rows: pd.DataFrame, actors: dict[str, str], places: Places) -> None:
    holder = SubElement(root, "Cases")
    shared = rows.groupby("source")["case"].nunique()
    for case, block in rows.groupby("case", sort=False):
        item = SubElement(holder, "Case", {"guid": _guid("case", str(case)), "name": _clean(str(case))})
        if str(case) in actors:
            value = SubElement(item, "VariableValue")
            SubElement(value, "VariableRef", {"targetGUID": _guid("variable", "actor")})
            SubElement(value, "TextValue").text = _clean(actors[str(case)])
        sources = list(dict.fromkeys(block["source"].astype(str)))
        for source in (name for name in sources if shared[name] == 1):
            SubElement(item, "SourceRef", {"targetGUID": _guid("source", source)})
        for source in (name for name in sources if shared[name] > 1):
            for key in (key for key in places if key[:2] == (str(case), source)):
                SubElement(item, "SelectionRef", {"targetGUID": _guid("selection", *key)})


def _sources(root: Element, rows: pd.DataFrame, texts: dict[str, str], places: Places, notes: dict[str, str]) -> None:
    holder = SubElement(root, "Sources")
    for source, block in rows.groupby("source", sort=False):
        guid = _guid("source", str(source))
        item = SubElement(holder, "TextSource", {"guid": guid, "name": _clean(str(source)),
                                                 "plainTextPath": f"internal://{guid}.txt"})
        if _UNKNOWN in texts[str(source)]:
            SubElement(item, "Description").text = _ONLY
        for (case, segment), part in block.groupby(["case", "segment"], sort=False):
            start, end = places[str(case), str(source), str(segment)]
            selection = SubElement(item, "PlainTextSelection", {
                "guid": _guid("selection", str(case), str(source), str(segment)), "name": _clean(str(segment)),
                "startPosition": str(start), "endPosition": str(end)})
            for row in _records(part):
                _coding(selection, row, notes)


def _coding(selection: Element, row: Any, notes: dict[str, str]) -> None:
    key = (str(row.case), str(row.source), str(row.segment), str(row.coder), str(row.code))
    coding = SubElement(selection, "Coding", {"guid": _guid("coding", *key),
                                              "creatingUser": _guid("user", str(row.coder))})
    SubElement(coding, "CodeRef", {"targetGUID": _guid("code", str(row.code))})
    if not _missing(row.memo):
        guid = _guid("note", *key)
        notes[guid] = _clean(str(row.memo))
        SubElement(coding, "NoteRef", {"targetGUID": guid})


def _zipped(project: bytes, texts: dict[str, str]) -> bytes:
    out = io.BytesIO()
    members = {"project.qde": project,
               **{f"sources/{_guid('source', name)}.txt": text.encode("utf-8") for name, text in texts.items()}}
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(zipfile.ZipInfo(name, _DATE), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _guid(kind: str, *names: str) -> str:
    return str(uuid5(_ROOT, "\x1f".join((kind, *names))))


def _clean(text: str) -> str:
    """Text without the characters that XML cannot hold; one sign each, so that positions stay."""
    return _FORBIDDEN.sub("\ufffd", text)


def _records(frame: pd.DataFrame) -> list[Any]:
    return list(frame.itertuples(index=False))


def _missing(value: object) -> bool:
    import pandas as pd

    return bool(pd.isna(value))  # type: ignore[call-overload]


def check_project(data: bytes, name: str = "project.qde") -> list[Finding]:
    """What breaks the rules of the exchange format: doubled or unknown identifiers, positions that run backwards.

    Order and attributes of elements follow from how the project is written; references are checked here.
    """
    from interfirm.study.read.xml import parse

    root, findings = parse(data, name), Findings()
    known: set[str] = set()
    for item in root.iter():
        guid = item.get("guid")
        if guid is not None and guid in known:
            findings.add("error", f"the identifier {guid} is used twice", "guid-twice", file=name)
        known.update([guid] if guid else [])
    for item in root.iter():
        for attribute in ("targetGUID", "creatingUser"):
            target = item.get(attribute)
            if target is not None and target not in known:
                findings.add("error", f"{attribute} {target} does not exist", "guid-unknown", file=name)
        start, end = item.get("startPosition"), item.get("endPosition")
        if start is not None and end is not None and int(start) > int(end):
            findings.add("error", f"the selection {item.get('guid')} runs backwards", "bad-position", file=name)
    return list(findings)

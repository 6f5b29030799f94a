"""Coded interviews from the programs of qualitative research, in their exchange format REFI-QDA.

Every program writes the format a little differently, so reading is lenient: names inside the archive in any case,
sources that are not there, codes that are not declared. What is odd is reported, and no coding is lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from interfirm.errors import DataError, Finding, Findings
from interfirm.study.read.files import Blob, archive, decode, load
from interfirm.study.read.xml import child, children, descendants, local, parse

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    import pandas as pd

COLUMNS: Final = ("case", "source", "segment", "coder", "code", "start", "end", "text", "memo", "actor")
_NEEDED = frozenset({".qde", ".txt"})
_SOURCES = ("TextSource", "PDFSource", "PictureSource", "AudioSource", "VideoSource")
_LISTED = 8


@dataclass(frozen=True)
class CodedProject:
    """What a project of coded interviews holds.

    Parameters
    ----------
    name, origin
        The project's name, and the program that wrote it.
    codings
        The table ``codings`` of a study: one row per coded segment, coder and code.
    codes
        ``code``, ``parent`` (missing at the top), ``codable``, ``description``: all codes, used or not.
    findings
        What was odd.
    """

    name: str
    origin: str
    codings: pd.DataFrame
    codes: pd.DataFrame
    findings: tuple[Finding, ...]


@dataclass
class _Book:
    """What the parts of a project refer to, by identifier."""

    file: str
    codes: dict[str, str]
    users: dict[str, str]
    notes: dict[str, str]
    texts: dict[str, str]
    cases: dict[str, list[str]]
    actors: dict[str, str]
    findings: Findings = field(default_factory=Findings)
    lost: dict[str, list[str]] = field(default_factory=dict)


def read_qdpx(path: str | Path) -> CodedProject:
    """Read a ``.qdpx`` project, or a bare ``.qde`` file, as NVivo, ATLAS.ti, MAXQDA, QualCoder and others write it.

    Positions count Unicode code points from 0; the end is the position after the last character. A segment of text is
    named by its positions, so that coders who marked the same words are seen to have done so; other segments (areas of
    a page, stretches of a recording) keep their identifier. A source that belongs to no case is a case of its own. A
    case with a variable named ``actor`` is linked to that actor. [refiqda2019]

    Raises
    ------
    UsageError
        If there is no such file.
    DataError
        If it is no archive, holds no project or several, breaks a limit on archives, or is no XML.

    Examples
    --------
    >>> project = read_qdpx("interviews.qdpx")      # doctest: +SKIP
    >>> project.codings.head()                      # doctest: +SKIP
    """
    place = Path(path)
    blobs = load(place) if place.suffix.lower() == ".qde" else archive(place, _NEEDED)
    return _read(place.name, blobs)


def _read(file: str, blobs: list[Blob]) -> CodedProject:
    import pandas as pd

    projects = [blob for blob in blobs if blob.suffix == ".qde"]
    if len(projects) != 1:
        raise DataError(Finding("error", f"{'no' if not projects else len(projects)} project files are in it",
                                "no-project", file=file, expected="one file project.qde",
                                remedy="Export the project again as REFI-QDA (.qdpx)"))
    root = parse(projects[0].data, projects[0].name)
    if local(root) != "Project":
        raise DataError(Finding("error", f"it is a '{local(root)}', not a project", "no-project", file=file,
                                expected="<Project>", remedy="Export the whole project, not the codebook alone"))
    codes = list(_codes(child(child(root, "CodeBook"), "Codes"), None))
    names = _unique_names(codes)
    book = _book(file, root, codes, names, blobs)
    sources = list(children(child(root, "Sources"), *_SOURCES))
    rows = [row for source, name in zip(sources, _source_names(sources), strict=True)
            for row in _source(source, name, book)]
    frame = pd.DataFrame(rows, columns=list(COLUMNS)).astype({"start": "Int64", "end": "Int64"})
    key = ["case", "source", "segment", "coder", "code"]
    twice = int(frame.duplicated(key).sum())
    if twice:
        book.findings.add("note", f"{twice} codings of the same words with the same code by the same coder are there "
                          "twice; they count once", "coded-twice", file=file)
    _say_lost(book)
    listed = pd.DataFrame([(names[code.guid], names.get(code.parent or ""), code.codable, code.description)
                           for code in codes], columns=["code", "parent", "codable", "description"])
    return CodedProject(root.get("name", ""), root.get("origin", ""), frame.drop_duplicates(key, ignore_index=True),
                        listed, tuple(book.findings.sorted()))


@dataclass(frozen=True)
class _Code:
    guid: str
    name: str
    parent: str | None
    codable: bool
    description: str | None


def _codes(parent: Element | None, above: str | None) -> Iterator[_Code]:
    for item in children(parent, "Code"):
        guid = _guid(item, "guid") or f"code {item.get('name', '')}"
        about = child(item, "Description")
        yield _Code(guid, " ".join(item.get("name", "").split()) or guid, above,
                    item.get("isCodable", "true").lower() in {"true", "1"}, None if about is None else about.text)
        yield from _codes(item, guid)


def _unique_names(codes: list[_Code]) -> dict[str, str]:
    """Names by identifier; codes that share a name are told apart by their parents'."""
    by = {code.guid: code for code in codes}
    count: dict[str, int] = {}
    for code in codes:
        count[code.name] = count.get(code.name, 0) + 1

    def path(code: _Code) -> str:
        parts, seen, at = [code.name], {code.guid}, by.get(code.parent or "")
        while at is not None and at.guid not in seen:
            parts.insert(0, at.name)
            seen.add(at.guid)
            at = by.get(at.parent or "")
        return " / ".join(parts)

    out: dict[str, str] = {}
    for guid, code in by.items():
        name = code.name if count[code.name] == 1 else path(code)
        out[guid] = f"{name} ({guid[:8]})" if name in out.values() else name
    return out


def _book(file: str, root: Element, codes: list[_Code], names: dict[str, str], blobs: list[Blob]) -> _Book:
    users = {_guid(user, "guid"): user.get("name") or user.get("id") or _guid(user, "guid")
             for user in children(child(root, "Users"), "User")}
    texts: dict[str, str] = {}
    book = _Book(file, names, users, {}, texts, {}, {})
    for blob in blobs:
        if blob.suffix == ".txt":
            try:
                texts[PurePosixPath(blob.name).name.lower()] = _text(blob)
            except DataError as problem:
                book.findings.extend(Finding("warning", item.problem, item.code, file=item.file, remedy=item.remedy)
                                     for item in problem.findings)
    for note in children(child(root, "Notes"), "Note"):
        book.notes[_guid(note, "guid")] = (_content(note, book) or "").strip()
    if not codes:
        book.findings.add("warning", "the project has no codes", "no-codes", file=file)
    _read_cases(root, book)
    return book


def _text(blob: Blob) -> str:
    """The text with its line ends as they are, for positions count them."""
    if not blob.data.strip():
        return ""
    return blob.data.decode(decode(blob.data, name=blob.name).encoding)


def _read_cases(root: Element, book: _Book) -> None:
    variables = {_guid(item, "guid"): item.get("name", "").strip().lower()
                 for item in children(child(root, "Variables"), "Variable")}
    for case in children(child(root, "Cases"), "Case"):
        name = " ".join((case.get("name") or _guid(case, "guid")).split())
        for part in children(case, "SourceRef", "SelectionRef"):
            book.cases.setdefault(_guid(part, "targetGUID"), []).append(name)
        for value in children(case, "VariableValue"):
            which, text = child(value, "VariableRef"), child(value, "TextValue")
            if which is not None and text is not None and variables.get(_guid(which, "targetGUID")) == "actor":
                book.actors[name] = (text.text or "").strip()


def _source_names(sources: list[Element]) -> list[str]:
    """What each source is called; those that share a name are told apart by their identifiers."""
    plain = [" ".join((item.get("name") or item.get("plainTextPath") or _guid(item, "guid")).split())
             for item in sources]
    return [name if plain.count(name) == 1 else f"{name} ({_guid(item, 'guid')[:8]})"
            for item, name in zip(sources, plain, strict=True)]


def _source(source: Element, name: str, book: _Book) -> Iterator[dict[str, Any]]:
    """Every coding of a source: of its text, of its areas and stretches, of the whole."""
    guid = _guid(source, "guid")
    texts = {id(part): _content(part, book) for part in source.iter() if local(part) in
             ("TextSource", "Representation", "TextDescription", "Transcript")}
    holders = _holders(source)
    coded = [part for part in source.iter() if any(True for _ in children(part, "Coding"))]
    if coded and local(source) == "TextSource" and texts[id(source)] is None:
        book.lost.setdefault("dangling-source", []).append(name)
    for part in coded:
        text = texts.get(id(holders[id(part)]))
        segment, start, end, words = _segment(part, text, guid, name, book)
        cases = book.cases.get(_guid(part, "guid")) or book.cases.get(guid) or [name]
        for coding in children(part, "Coding"):
            for case in dict.fromkeys(cases):
                yield {"case": case, "source": name, "segment": segment, "coder": _coder(coding, part, book),
                       "code": _code(coding, book), "start": start, "end": end, "text": words,
                       "memo": _memo(coding, part, book), "actor": book.actors.get(case) or None}


def _holders(source: Element) -> dict[int, Element]:
    """For every element below a source the nearest element around it that can hold text."""
    out = {id(source): source}

    def walk(element: Element, holder: Element) -> None:
        for item in element:
            inner = item if local(item) in ("Representation", "TextDescription", "Transcript") else holder
            out[id(item)] = inner
            walk(item, inner)

    walk(source, source)
    return out


def _segment(part: Element, text: str | None, guid: str, name: str,
             book: _Book) -> tuple[str, int | None, int | None, str | None]:
    own = _guid(part, "guid")
    if own == guid:
        return "whole source", None, None, None
    if local(part) == "PlainTextSelection":
        start, end = _whole(part.get("startPosition")), _whole(part.get("endPosition"))
        if start is None or end is None or not 0 <= start <= end:
            book.lost.setdefault("bad-position", []).append(f"{name}, segment {own}")
            return own, None, None, part.get("name")
        if text is not None and end > len(text):
            book.lost.setdefault("position-outside", []).append(f"{name}, {start} to {end}")
        words = text[start:end] if text is not None and start < len(text) else part.get("name")
        return f"{start}-{end}", start, end, words or None
    inner = next((item.text for item in descendants(part, "PlainTextContent") if item.text), None)
    return own, None, None, inner or part.get("name")


def _content(part: Element, book: _Book) -> str | None:
    """The text of a source: written inside it, or in a file of the archive; None if it is not there."""
    inside = child(part, "PlainTextContent")
    if inside is not None:
        return inside.text or ""
    return book.texts.get(PurePosixPath((part.get("plainTextPath") or "").replace("\\", "/")).name.lower())


def _coder(coding: Element, part: Element, book: _Book) -> str:
    guid = _guid(coding, "creatingUser") or _guid(part, "creatingUser")
    return book.users.get(guid, guid) or "1"


def _code(coding: Element, book: _Book) -> str:
    reference = child(coding, "CodeRef")
    guid = "" if reference is None else _guid(reference, "targetGUID")
    if guid not in book.codes:
        book.lost.setdefault("unknown-code", []).append(guid or "a coding without a code")
    return book.codes.get(guid, f"unknown code {guid}".strip())


def _memo(coding: Element, part: Element, book: _Book) -> str | None:
    notes = [book.notes.get(_guid(item, "targetGUID"), "") for holder in (part, coding)
             for item in children(holder, "NoteRef")]
    about = child(part, "Description")
    parts = [*([about.text] if about is not None and about.text and "Selection" in local(part) else []), *notes]
    return "\n".join(dict.fromkeys(item.strip() for item in parts if item.strip())) or None


_LOST: Final = {
    "dangling-source": ("the text of {} coded sources is not in the archive ({}); what the project itself says about "
                        "their segments is kept", "Export with the sources included"),
    "bad-position": ("{} segments have no sound position ({}); they are kept without", "Look at them in the program"),
    "position-outside": ("{} segments end behind the end of their text ({})", "The text may have been changed after "
                         "coding; export again"),
    "unknown-code": ("{} codings name a code that the codebook does not have ({}); they are kept as 'unknown code'",
                     "Export with the codebook included"),
}


def _say_lost(book: _Book) -> None:
    for code, found in book.lost.items():
        problem, remedy = _LOST[code]
        names = list(dict.fromkeys(found))
        listed = ", ".join(names[:_LISTED]) + (f" and {len(names) - _LISTED} more" if len(names) > _LISTED else "")
        count = len(names) if code == "dangling-source" else len(found)
        book.findings.add("warning", problem.format(count, listed), code, file=book.file, remedy=remedy)


def _whole(text: str | None) -> int | None:
    try:
        return int(text or "")
    except ValueError:
        return None


def _guid(element: Element, name: str) -> str:
    """An identifier in one spelling: lower case, without braces."""
    return (element.get(name) or "").strip().strip("{}").lower()

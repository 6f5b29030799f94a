"""Bytes from disk, and text from bytes: the two doors through which every file comes in.

``load`` opens plain files, ``.gz`` and ``.zip`` (with limits, so that no archive can fill the
memory or name a place outside itself); ``decode`` (from ``text.py``) finds the encoding and the
line ends.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from interfirm.errors import DataError, Finding, UsageError
from interfirm.study.read.limits import limit, whole
from interfirm.study.read.text import Decoded, decode

__all__ = ["Blob", "Decoded", "archive", "decode", "expand", "load"]

_CHUNK = 1 << 20
_ARCHIVES = {".zip", ".gz", ".bz2", ".xz", ".7z", ".rar", ".tar", ".tgz"}
_OTHER_ARCHIVES = _ARCHIVES - {".zip", ".gz"}


@dataclass(frozen=True)
class Blob:
    """One file as bytes.

    Parameters
    ----------
    name
        What the user sees: the file name, with ``archive.zip/member`` for a member of an archive;
        the ``.gz`` of a compressed file is kept.
    data
        Its bytes, unpacked.
    path
        The file on disk that it came from.
    """

    name: str
    data: bytes
    path: Path

    @property
    def suffix(self) -> str:
        """The extension that says what the bytes are: lower case, without ``.gz``."""
        plain = self.name[:-3] if self.name.lower().endswith(".gz") else self.name
        return PurePosixPath(plain).suffix.lower()

    @property
    def stem(self) -> str:
        """The bare name, without folder and extensions."""
        plain = self.name[:-3] if self.name.lower().endswith(".gz") else self.name
        return PurePosixPath(plain).stem


def expand(path: str | Path) -> list[Path]:
    """The files behind a path: itself, or the visible files of a folder, sorted by name.

    Raises
    ------
    UsageError
        If there is nothing at that path.
    """
    place = Path(path)
    if place.is_file():
        return [place]
    if not place.is_dir():
        raise UsageError(f"There is no file or folder '{path}'. Check the spelling and the folder you are in.")
    hidden = (".", "~$")
    return sorted((item for item in place.iterdir() if item.is_file() and not item.name.startswith(hidden)),
                  key=lambda item: item.name)


def load(path: str | Path) -> list[Blob]:
    """Every file behind a path, unpacked.

    A folder gives its files sorted by name (hidden ones and subfolders are left out), a ``.zip``
    its members, a ``.gz`` its content.

    Parameters
    ----------
    path
        A file or a folder.

    Raises
    ------
    UsageError
        If there is nothing at that path.
    DataError
        With one finding per file that cannot be opened: truncated or encrypted archives, archives
        in archives, members that point outside, sizes beyond the limits in ``defaults.toml``.
    """
    blobs: list[Blob] = []
    findings: list[Finding] = []
    for place in expand(path):
        try:
            blobs.extend(_open(place))
        except DataError as problem:
            findings.extend(problem.findings)
    if findings:
        raise DataError(findings)
    return blobs


def archive(path: str | Path, suffixes: frozenset[str]) -> list[Blob]:
    """The members with one of some extensions, of a zip archive under whatever name.

    All members are held to the limits of :func:`load`; the others are not unpacked.

    Raises
    ------
    UsageError
        If there is no file at that path.
    DataError
        If it is no zip archive, is damaged, or breaks a limit.
    """
    place = Path(path)
    if not place.is_file():
        raise UsageError(f"There is no file '{path}'. Check the spelling and the folder you are in.")
    return list(_members(place, _bytes(place), suffixes))


def _open(path: Path) -> list[Blob]:
    suffix = path.suffix.lower()
    if suffix in _OTHER_ARCHIVES:
        raise _refusal(path.name, f"archives of the type {suffix} cannot be opened", "archive-type",
                       "Unpack it, and give the files")
    data = _bytes(path)
    if suffix == ".zip":
        return list(_members(path, data))
    if suffix == ".gz":
        return [Blob(path.name, _gunzip(path.name, data), path)]
    return [Blob(path.name, data, path)]


def _bytes(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > limit("file_bytes"):
            raise _refusal(path.name, f"the file has {size:,} bytes", "too-large", "Split it, or leave parts out",
                           f"at most {whole('file_bytes'):,} bytes")
        return path.read_bytes()
    except OSError as problem:
        raise _refusal(path.name, f"the file cannot be read ({problem.strerror})", "not-readable",
                       "Check that it exists and that you may read it") from problem


def _gunzip(name: str, data: bytes) -> bytes:
    """All members of a gzip file; nothing may be missing at the end."""
    out = bytearray()
    rest = data
    try:
        while rest:
            engine = zlib.decompressobj(wbits=31)
            part = engine.decompress(rest, _CHUNK)
            while part or engine.unconsumed_tail:
                out += part
                _check_size(name, len(out), len(data))
                part = engine.decompress(engine.unconsumed_tail, _CHUNK)
            out += engine.flush()
            if not engine.eof:
                raise _damaged(name, "it ends too early")
            rest = engine.unused_data.lstrip(b"\0")
    except zlib.error as problem:
        raise _damaged(name, str(problem)) from problem
    if not data:
        raise _damaged(name, "it is empty")
    return bytes(out)


def _members(path: Path, data: bytes, suffixes: frozenset[str] | None = None) -> Iterator[Blob]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as opened:
            infos = [info for info in opened.infolist() if not _ignored(info)]
            _check_members(path.name, infos)
            total = 0
            for info in infos:
                if suffixes is not None and PurePosixPath(info.filename).suffix.lower() not in suffixes:
                    continue
                with opened.open(info) as stream:
                    content = _bounded(path.name, stream, total, len(data))
                total += len(content)
                yield Blob(f"{path.name}/{info.filename}", content, path)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError,
            UnicodeDecodeError, ValueError, OverflowError) as problem:
        raise _damaged(path.name, str(problem) or "it ends too early") from problem


def _ignored(info: zipfile.ZipInfo) -> bool:
    name = PurePosixPath(info.filename)
    if _points_outside(info):
        return False
    return info.is_dir() or name.name.startswith((".", "~$")) or "__MACOSX" in name.parts


def _check_members(name: str, infos: list[zipfile.ZipInfo]) -> None:
    findings = []
    if len(infos) > whole("archive_members"):
        findings.append(_finding(name, f"the archive has {len(infos)} files", "too-many-files", "Take out what is not "
                                 "needed", f"at most {whole('archive_members')}"))
    seen: set[str] = set()
    for info in infos:
        member = info.filename
        if _points_outside(info):
            findings.append(_finding(name, f"the member '{member}' points outside the archive", "path-traversal",
                                     "Do not trust this archive", "plain file names"))
        if info.flag_bits & 1:
            findings.append(_finding(name, f"the member '{member}' is encrypted", "encrypted",
                                     "Unpack it with its password, and give the files"))
        if PurePosixPath(member).suffix.lower() in _ARCHIVES:
            findings.append(_finding(name, f"the member '{member}' is itself an archive", "nested-archive",
                                     "Unpack the outer archive, and give what is in it"))
        if member in seen:
            findings.append(_finding(name, f"the member '{member}' is there twice", "duplicate-member",
                                     "Make the archive again"))
        seen.add(member)
    if findings:
        raise DataError(findings)


def _points_outside(info: zipfile.ZipInfo) -> bool:
    name = (info.orig_filename or info.filename).replace("\\", "/")
    is_link = (info.external_attr >> 16) & 0o170000 == 0o120000
    return is_link or name.startswith("/") or ".." in name.split("/") or bool(re.match(r"[A-Za-z]:", name))


def _bounded(name: str, stream: IO[bytes], before: int, packed: int) -> bytes:
    out = bytearray()
    while part := stream.read(_CHUNK):
        out += part
        _check_size(name, before + len(out), packed)
    return bytes(out)


def _check_size(name: str, size: int, packed: int) -> None:
    ratio = size > limit("archive_ratio_from") and size > limit("archive_ratio") * max(packed, 1)
    if ratio or size > limit("file_bytes"):
        raise _refusal(name, f"unpacked it has more than {size:,} bytes, from {packed:,}", "decompression-bomb",
                       "Unpack it by hand if you trust it",
                       f"at most {whole('file_bytes'):,} bytes, and {whole('archive_ratio')} for one packed byte")


def _damaged(name: str, why: str) -> DataError:
    return _refusal(name, f"the archive is damaged ({why})", "damaged-archive", "Download or copy it again")


def _refusal(name: str, problem: str, code: str, remedy: str, expected: str | None = None) -> DataError:
    return DataError(_finding(name, problem, code, remedy, expected))


def _finding(name: str, problem: str, code: str, remedy: str, expected: str | None = None) -> Finding:
    return Finding("error", problem, code, file=name, expected=expected, remedy=remedy)

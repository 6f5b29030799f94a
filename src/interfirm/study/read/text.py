"""Text from bytes: the encoding, the line ends, and whether it is text at all."""

from __future__ import annotations

import re
from dataclasses import dataclass

from interfirm.errors import DataError, Finding


@dataclass(frozen=True)
class Decoded:
    """Text with what was guessed about it.

    Parameters
    ----------
    text
        The text; line ends are ``\\n``.
    encoding
        The encoding, under its Python name.
    newline
        ``LF``, ``CRLF``, ``CR``, ``mixed`` or ``none``, as it was in the file.
    certain
        Whether the encoding is beyond doubt (a byte order mark, or valid UTF-8).
    """

    text: str
    encoding: str
    newline: str
    certain: bool


_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe\0\0", "utf-32"), (b"\0\0\xfe\xff", "utf-32"),
          (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_MAGIC = ((b"PK\x03\x04", "a zip archive or an Office workbook"), (b"\xd0\xcf\x11\xe0", "an old Office file"),
          (b"%PDF", "a PDF"), (b"\x89PNG", "a picture"), (b"\xff\xd8\xff", "a picture"), (b"GIF8", "a picture"),
          (b"\x1f\x8b", "a gzip archive"), (b"PAR1", "a Parquet table"), (b"SQLite format 3", "a database"),
          (b"7z\xbc\xaf", "an archive"), (b"Rar!", "an archive"), (b"\x7fELF", "a program"), (b"MZ\x90\0", "a program"))
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f]")


def decode(data: bytes, *, encoding: str | None = None, name: str | None = None) -> Decoded:
    """Text from bytes: UTF-8 and UTF-16 with or without a mark, otherwise cp1252 (or cp1250).

    Parameters
    ----------
    data
        The bytes of a text file.
    encoding
        The encoding, if it is known; otherwise it is guessed.
    name
        The name for the findings.

    Returns
    -------
    Decoded
        The text with ``\\n`` line ends, and what was guessed.

    Raises
    ------
    DataError
        If the bytes are no text, or not in the encoding asked for.

    Examples
    --------
    >>> decode("Société;1\\r".encode("cp1252"))
    Decoded(text='Société;1\\n', encoding='cp1252', newline='CR', certain=False)
    """
    _check_magic(data, name)
    chosen, certain = (encoding, True) if encoding else _encoding(data)
    text = _strict(data, chosen, name)
    if chosen == "cp1252" and not certain and text is None:
        chosen = "cp1250"
        text = _strict(data, chosen, name)
    if text is None and not encoding and b"\0" in data:
        raise _binary(name, "binary data")
    if text is None:
        raise DataError(Finding("error", f"the text is not in the encoding {chosen}, or it is cut off",
                                "wrong-encoding", file=name,
                                remedy="Save the file as UTF-8, or write its encoding into import.toml"))
    text = text.removeprefix("\ufeff").rstrip("\x1a")
    odd = len(_CONTROL.findall(text))
    if "\0" in text or odd > len(text) / 100:
        raise _binary(name, "binary data")
    newline = _newline(text)
    if newline not in {"LF", "none"}:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return Decoded(text, chosen, newline, certain)


def _check_magic(data: bytes, name: str | None) -> None:
    for magic, what in _MAGIC:
        if data.startswith(magic):
            raise _binary(name, what)


def _binary(name: str | None, what: str) -> DataError:
    return DataError(Finding("error", f"this is {what}, not text", "not-text", file=name, expected="a text file",
                             remedy="Give it its right extension, or export it as CSV"))


def _encoding(data: bytes) -> tuple[str, bool]:
    for mark, found in _MARKS:
        if data.startswith(mark):
            return found, True
    head = data[: 1 << 16]
    half = max(len(head) // 2, 1)
    if head[1::2].count(0) > 0.4 * half and head[::2].count(0) < 0.05 * half:
        return "utf-16-le", False
    if head[::2].count(0) > 0.4 * half and head[1::2].count(0) < 0.05 * half:
        return "utf-16-be", False
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as problem:
        cut = problem.reason == "unexpected end of data" and not data[: problem.start].isascii()
        return ("utf-8", True) if cut else ("cp1252", False)
    return "utf-8", True


def _strict(data: bytes, encoding: str, name: str | None) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None
    except (LookupError, ValueError) as problem:
        raise DataError(Finding("error", f"there is no encoding '{encoding}'", "unknown-encoding", file=name,
                                expected="utf-8, utf-16, cp1252, cp1250, iso-8859-2 or the like",
                                remedy="Correct 'encoding' in import.toml")) from problem


def _newline(text: str) -> str:
    both = text.count("\r\n")
    found = {"CRLF": both, "CR": text.count("\r") - both, "LF": text.count("\n") - both}
    there = [kind for kind, count in found.items() if count]
    return there[0] if len(there) == 1 else ("mixed" if there else "none")

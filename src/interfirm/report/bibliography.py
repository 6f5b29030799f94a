"""The literature keys of the package as readable references."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import resources

from interfirm.errors import UnknownName

_ENTRY = re.compile(r"@(\w+)\s*\{\s*([^,\s]+)\s*,", re.MULTILINE)
_FIELD = re.compile(r"(\w+)\s*=\s*(?=[{\"\d])")
_ACCENTS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", '"': "\u0308", "c": "\u0327", "v": "\u030c",
    "H": "\u030b", "r": "\u030a", "=": "\u0304", ".": "\u0307", "u": "\u0306", "k": "\u0328",
}
_LETTERS = {r"\o": "ø", r"\O": "Ø", r"\ss": "ß", r"\ae": "æ", r"\aa": "å", r"\l": "ł", r"\i": "i", r"\&": "&",
            r"\%": "%"}


def parse(text: str) -> dict[str, dict[str, str]]:
    """The entries of a BibTeX file: fields by key, the kind of entry under ``"type"``.

    Parameters
    ----------
    text
        A BibTeX file without ``@string`` abbreviations.

    Examples
    --------
    >>> parse("@book{a1, title = {{T}he title}, year = 1999}")["a1"]["title"]
    'The title'
    """
    out: dict[str, dict[str, str]] = {}
    for found in _ENTRY.finditer(text):
        fields = {"type": found.group(1).lower()}
        position = found.end()
        while (field := _FIELD.search(text, position)) and "@" not in text[position : field.start()]:
            value, position = _value(text, field.end())
            fields[field.group(1).lower()] = _plain(value)
            if re.match(r"\s*,?\s*\}", text[position:]):
                break
        out[found.group(2)] = fields
    return out


def _value(text: str, start: int) -> tuple[str, int]:
    """The raw value that begins at ``start`` and the position after it."""
    if text[start].isdigit():
        end = start
        while text[end].isdigit():
            end += 1
        return text[start:end], end
    if text[start] == '"':
        end = text.index('"', start + 1)
        return text[start + 1 : end], end + 1
    depth, end = 1, start + 1
    while depth:
        depth += {"{": 1, "}": -1}.get(text[end], 0)
        end += 1
    return text[start + 1 : end - 1], end


def _plain(value: str) -> str:
    import unicodedata

    def accent(found: re.Match[str]) -> str:
        return unicodedata.normalize("NFC", found.group(2) + _ACCENTS[found.group(1)])

    value = re.sub(r"\\([`'^~=.\"]|[cvHruk](?=\s*\{|\s+[A-Za-z]))\s*\{?\\?([A-Za-z])\}?", accent, value)
    for code, letter in _LETTERS.items():
        value = re.sub(re.escape(code) + (r"(?![A-Za-z])\s?" if code[-1].isalpha() else ""), letter, value)
    value = value.replace("{", "").replace("}", "").replace("---", "—").replace("--", "–").replace("~", " ")
    return re.sub(r"\s+", " ", value).strip()


@lru_cache(maxsize=1)
def entries() -> dict[str, dict[str, str]]:
    """Every entry of the package's ``references.bib``."""
    return parse((resources.files("interfirm") / "references.bib").read_text("utf-8"))


def reference(key: str) -> str:
    """One reference as a line of text: authors (year). Title. Where.

    Raises
    ------
    UnknownName
        If ``references.bib`` has no such key.
    """
    if key not in entries():
        raise UnknownName("reference", key, entries())
    entry = entries()[key]
    title = entry.get("title", "")
    parts = [f"{_authors(entry)} ({entry.get('year', 'no year')})", title.rstrip(".")]
    place = _place(entry)
    text = ". ".join([*parts, *([place] if place else [])]) + "."
    return text + (f" doi:{entry['doi']}" if "doi" in entry else "")


def _authors(entry: dict[str, str]) -> str:
    people = re.split(r"\s+and\s+", entry.get("author") or entry.get("editor") or entry.get("organization", ""))
    names = [_short(person) for person in people if person]
    if len(names) > 6:
        return f"{names[0]} et al."
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1] if names else "Anonymous"


def _short(person: str) -> str:
    """``Burt, Ronald S.`` as ``Burt, R. S.``; a name without a comma stays as it is."""
    if "," not in person:
        return person
    family, given = (part.strip() for part in person.split(",", 1))
    initials = " ".join("-".join(bit[0] + "." for bit in word.split("-") if bit) for word in given.split())
    return f"{family}, {initials}"


def _place(entry: dict[str, str]) -> str:
    where = entry.get("journal") or entry.get("booktitle") or entry.get("publisher") or entry.get("howpublished", "")
    if "journal" in entry and "volume" in entry:
        where += f" {entry['volume']}"
        where += f"({entry['number']})" if "number" in entry else ""
    if "booktitle" in entry:
        where = "In: " + where + (f". {entry['publisher']}" if "publisher" in entry else "")
    if "pages" in entry:
        where += f", {entry['pages']}"
    return where

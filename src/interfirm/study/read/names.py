"""Names of organisations without what varies: case, accents, punctuation, legal form."""

from __future__ import annotations

import csv
import re
import unicodedata
from functools import lru_cache
from importlib import resources

_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "Ø": "o", "đ": "d", "Đ": "d", "ł": "l", "Ł": "l", "æ": "ae", "Æ": "ae",
                          "œ": "oe", "Œ": "oe", "ı": "i", "þ": "th", "ð": "d", "&": " and ", "+": " and "})
_IN_FRONT = {"ab", "oy", "as", "sa", "sia", "uab", "ou"}


@lru_cache(maxsize=1)
def legal_forms() -> frozenset[tuple[str, ...]]:
    """The legal forms of many countries as sequences of bare words, longest first in use."""
    text = (resources.files("interfirm.study.read") / "legal_forms.csv").read_text("utf-8")
    rows = csv.DictReader(text.splitlines())
    forms = {tuple(_bare(form).split()) for row in rows for form in row["forms"].split("|")}
    return frozenset(form for form in forms if form)


@lru_cache(maxsize=1)
def _longest() -> int:
    return max(len(form) for form in legal_forms())


def _bare(text: str) -> str:
    """Lower case without accents; dots vanish and single letters join (S.A. and S A are SA)."""
    text = text.casefold()
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).casefold()
    text = text.translate(_LETTERS)
    text = re.sub(r"[.'’`´]", "", text)
    text = " ".join(re.sub(r"[\W_]+", " ", text).split())
    return re.sub(r"\b\w( \w\b)+", lambda run: run[0].replace(" ", ""), text)


def legal_form(name: str) -> str:
    """The words that :func:`normalised` takes away, in order; empty where a name says no legal form.

    Examples
    --------
    >>> legal_form("Müller Präzision GmbH"), legal_form("Müller Präzision")
    ('gmbh', '')
    """
    kept = normalised(name).split()
    return " ".join(word for word in _bare(name).split() if word not in kept)


def normalised(name: str) -> str:
    """A name in the form in which two spellings of it are equal.

    Case, accents, punctuation and "&" against "and" do not count; a legal form at the end or the
    beginning is taken away, unless nothing else would be left.

    Parameters
    ----------
    name
        A name as typed.

    Examples
    --------
    >>> normalised("Müller & Söhne GmbH & Co. KG")
    'muller and sohne'
    >>> normalised("PETŐFI NYOMDA Kft.")
    'petofi nyomda'
    """
    words = _bare(name).split()
    done = False
    while not done:
        done = True
        for length in range(min(_longest(), len(words) - 1), 0, -1):
            if tuple(words[-length:]) in legal_forms():
                words, done = words[:-length], False
                break
            if (length > 1 or words[0] in _IN_FRONT) and tuple(words[:length]) in legal_forms():
                words, done = words[length:], False
                break
    return " ".join(words) or name.casefold().strip()

"""Lists of words by which headers, ticks and totals are known, in several languages."""

from __future__ import annotations

import csv
import re
from functools import lru_cache
from importlib import resources
from typing import NamedTuple


class RelationWord(NamedTuple):
    """A word in a file name or header that tells the relation and its layer."""

    word: str
    relation: str
    layer: str


def _file(name: str) -> list[dict[str, str]]:
    text = (resources.files("interfirm.study.read") / name).read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


@lru_cache(maxsize=1)
def _lists() -> dict[str, tuple[str, ...]]:
    return {row["list"]: tuple(row["words"].split("|")) for row in _file("words.csv")}


@lru_cache(maxsize=1)
def relation_words() -> dict[str, RelationWord]:
    """Words for relations, by word."""
    return {row["word"]: RelationWord(row["word"], row["relation"], row["layer"]) for row in _file("relations.csv")}


@lru_cache(maxsize=64)
def listed(name: str) -> tuple[str, ...]:
    """The words of one list in their order."""
    return _lists()[name]


@lru_cache(maxsize=64)
def headers(name: str) -> dict[str, int]:
    """The words of one list as :func:`plain` header text, each with its rank (0 is best)."""
    out: dict[str, int] = {}
    for rank, word in enumerate(_lists()[name]):
        out.setdefault(plain(word), rank)
    return out


@lru_cache(maxsize=64)
def cells(name: str) -> frozenset[str]:
    """The words of one list, lower case, as they may stand in a cell."""
    return frozenset(word.casefold() for word in _lists()[name])


def plain(text: str) -> str:
    """A header reduced to its letters and digits, lower case."""
    return re.sub(r"[\W_]+", "", text.casefold())


def best(columns: list[str], name: str, *, leave: frozenset[str] = frozenset()) -> str | None:
    """The column whose header stands highest on a list, or None."""
    ranks = headers(name)
    found = [(ranks[plain(column)], position, column) for position, column in enumerate(columns)
             if plain(column) in ranks and column not in leave]
    return min(found)[2] if found else None


def tokens(text: str) -> list[str]:
    """The words and numbers of a file or sheet name: ``"KNetwork2"`` gives ``["k", "network", "2"]``."""
    spaced = re.sub(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ])|(?<=[A-ZÀ-Þ])(?=[A-ZÀ-Þ][a-zà-ÿ])", " ", text)
    return [part.casefold() for part in re.findall(r"\d+|[^\W\d_]+", spaced)]

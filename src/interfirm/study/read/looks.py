"""What the cells and names of a sheet look like: ticks, labels, waves, relations."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from interfirm import vocabulary
from interfirm.study.read import numbers, words
from interfirm.study.read.grid import Sheet, is_total_word

if TYPE_CHECKING:
    import pandas as pd

_YEAR = re.compile(r"(?<!\d)(19[5-9]\d|20[0-4]\d)(?!\d)")
_WAVE = re.compile(r"(?:^|[\W_])(?:w|t|wave|round|time|period|welle|runde|ola|ronda|vague|hullám)[\W_]*(\d{1,2})"
                   r"(?:$|[\W_])", re.IGNORECASE)


class Named(NamedTuple):
    """What a file or sheet name says: relation, layer, wave, each None if nothing."""

    relation: str | None
    layer: str | None
    wave: str | None
    known: bool


def title(sheet: Sheet) -> str:
    """The bare name of the sheet, or of its file."""
    if sheet.name and not re.fullmatch(r"(sheet|tabelle|munka|feuil|hoja|foglio|arkusz|blad|list)\s*\d*", sheet.name,
                                       re.IGNORECASE):
        return sheet.name
    name = sheet.file[:-3] if sheet.file.lower().endswith(".gz") else sheet.file
    return PurePosixPath(name).stem


def wave_of(text: str) -> str | None:
    """A year, or the number in ``w2``, ``t2``, ``wave 2``, ``round-2``; a bare number at the end says nothing."""
    for pattern in (_YEAR, _WAVE):
        found = pattern.findall(text)
        if found:
            return str(found[-1])
    return None


def named(text: str) -> Named:
    """Relation, layer and wave from a name such as ``advice_2012`` or ``trust_w2``."""
    wave = wave_of(text)
    noise = words.cells("noise")
    parts = [part for part in words.tokens(text) if not part.isdigit()]
    known = words.relation_words()
    declared = {item.relation: item for item in vocabulary.RELATIONS}
    for part in parts:
        if part in declared:
            return Named(part, declared[part].layer, wave, True)
    for part in parts:
        if part in known:
            return Named(known[part].relation, known[part].layer, wave, True)
    rest = [part for part in parts if part not in noise]
    return Named("_".join(rest) or None, None, wave, False)


def is_dyadic_name(text: str) -> bool:
    """Whether a name speaks of proximity or distance."""
    parts = set(words.tokens(text))
    return bool(parts & words.cells("dyadic"))


def tick_values(cells: pd.Series, decimal: str) -> pd.Series:
    """Cells of a matrix or roster as numbers: ticks are 1, "no" and the like 0, unknown and empty NaN."""
    return numbers.by_value(cells, lambda some: _ticked(some, decimal))


def _ticked(cells: pd.Series, decimal: str) -> pd.Series:
    values = numbers.parse(cells, decimal)
    lower = cells.str.casefold()
    values = values.mask(values.isna() & lower.isin(words.cells("tick")), 1.0)
    return values.mask(values.isna() & lower.isin(words.cells("no tick")), 0.0)


def tick_share(cells: pd.Series, decimal: str) -> float:
    """Share of the filled cells that are ticks, numbers or words for "no" and "not known"."""
    filled = cells[cells != ""]
    if not len(filled):
        return 1.0
    good = tick_values(filled, decimal).notna() | filled.str.casefold().isin(words.cells("unknown"))
    return float(good.mean())


def labels(cells: pd.Series) -> list[str]:
    """Row labels without totals."""
    return [cell for cell in cells if cell and not is_total_word(cell)]


def overlap(some: list[str], others: list[str]) -> float:
    """Share of the smaller list that is in the other one."""
    small, large = sorted((set(some), set(others)), key=len)
    return len(small & large) / len(small) if small else 0.0


def filled(cells: pd.Series) -> float:
    """Share of filled cells."""
    return float((cells != "").mean()) if len(cells) else 0.0


def unique(cells: pd.Series) -> float:
    """Share of different cells among the filled ones."""
    there = cells[cells != ""]
    return there.nunique() / len(there) if len(there) else 0.0


def is_numeric(cells: pd.Series, decimal: str) -> bool:
    """Whether every filled cell is a number."""
    there = numbers.different(cells)
    there = there[there != ""]
    return bool(len(there)) and bool(numbers.parse(there, decimal).notna().all())

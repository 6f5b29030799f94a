"""A matrix of organisations by projects: 0 and 1 under names that are not those of the rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from interfirm.study.read import looks, recognise_lists, words
from interfirm.study.read.grid import Sheet, is_total_word
from interfirm.study.read.plan import SourcePlan

_FEWEST = 3
_SHARED = 0.2
_KNOWN = 0.5
_STRONG = 12
_COUNTER = {"nr", "no", "#", "sno", "lfdnr", "lfd", "ssz", "sorszám", "n", "num"}
_FACTS = {"export", "exporter", "exporting", "innovative", "innovator", "innovation", "iso", "iso9001", "family",
          "foreign", "female", "website", "rd", "startup", "spinoff", "active", "responded", "answered", "member"}
_QUESTION = re.compile(r"(?:q|v|var|item|frage|question|pregunta|kérdés|x)[\W_]*\d+[a-z]?", re.IGNORECASE)
_NUMBERED = re.compile(r"([^\d]*?)[\W_]*\d+")
Plans = list[SourcePlan]


def two_mode(sheet: Sheet) -> SourcePlan | None:
    """One row per organisation, one column per project or event, and a mark where it takes part."""
    found = _parts(sheet)
    if found is None:
        return None
    label, columns = found
    rows = looks.labels(sheet.frame[label])
    if looks.unique(sheet.frame[label]) < 1 or not rows or looks.overlap(rows, columns) > _SHARED:
        return None
    said = _speaks(sheet, label, columns)
    if not said and (_facts(columns) or _wordy(sheet, columns) or
                     recognise_lists.LISTING & set(words.tokens(looks.title(sheet)))):
        return None
    turned = words.plain(label) in words.headers("alliance")
    plan = SourcePlan(sheet.file, "two-mode", sheet.name, columns={name: name for name in columns},
                      alliance=label if turned else None, actor=None if turned else label)
    return replace(plan, why=_why(plan, sheet, "likely" if said else "a guess"))


def _parts(sheet: Sheet) -> tuple[str, list[str]] | None:
    """The one column of labels, and the columns of marks; None if there is anything else."""
    if not sheet.has_header or len(sheet.frame) < 2:
        return None
    columns = [str(name) for name in sheet.frame.columns if not is_total_word(str(name))]
    marked = [name for name in columns if _is_marked(sheet, name)]
    rest = [name for name in columns if name not in marked and words.plain(name) not in _COUNTER]
    filled = [name for name in marked if (sheet.frame[name] != "").any()]
    if len(rest) != 1 or len(marked) < _FEWEST or len(filled) < 2 or columns.index(rest[0]) > columns.index(marked[0]):
        return None
    first = words.plain(rest[0])
    asked = words.headers("respondent").get(first, 99) < _STRONG or any("[" in name for name in marked)
    return None if asked or any(_QUESTION.fullmatch(name) for name in marked) else (rest[0], marked)


def _is_marked(sheet: Sheet, name: str) -> bool:
    """Whether a column holds nothing but ticks, 0, 1 and words for "not known"; it may be empty."""
    cells = sheet.frame[name]
    mark = sheet.layout.decimal or "."
    if looks.tick_share(cells, mark) < 1:
        return False
    return set(looks.tick_values(cells, mark).dropna()) <= {0.0, 1.0}


def _speaks(sheet: Sheet, label: str, columns: list[str]) -> bool:
    """Whether the names speak of projects or events, or are numbered under one stem."""
    ranks = words.headers("alliance")
    titles = {*words.tokens(looks.title(sheet)), words.plain(label)}
    spoken = {word for name in columns for word in words.tokens(name)}
    plural = {word[:-1] for word in titles | spoken if word.endswith("s")}
    if ({*titles, *spoken, *plural} & set(ranks)) - _FACTS:
        return True
    stems = [found[1] if (found := _NUMBERED.fullmatch(name)) else None for name in columns]
    return None not in stems and len(set(stems)) == 1


def _facts(columns: list[str]) -> bool:
    """Whether a column is known to say something about a firm."""
    known = {*recognise_lists.ACTOR_COLUMNS, *recognise_lists.MEASURE_COLUMNS}
    return any(words.plain(name) in known or set(words.tokens(name)) & _FACTS for name in columns)


def _wordy(sheet: Sheet, columns: list[str]) -> bool:
    """Whether the marks are words for yes and no, as facts about firms are mostly given."""
    cells = {cell.casefold() for name in columns for cell in sheet.frame[name]}
    return bool(cells & (words.cells("no tick") - {"-", "–"}))


def _why(plan: SourcePlan, sheet: Sheet, how: str) -> str:
    rows, columns = ("alliances", "organisations") if plan.alliance else ("organisations", "alliances")
    old, new = ("alliance", "actor") if plan.alliance else ("actor", "alliance")
    label = plan.actor or plan.alliance
    return (f"{len(sheet.frame)} rows and {len(plan.columns)} columns with marks under other names: the rows are taken "
            f"as {rows}, the columns as {columns} ({how}). The other way round? Write {new} = \"{label}\" in place of "
            f"{old}. Facts about firms? Write kind = \"actors\"")


def turn(plans: Plans, sheets: Sequence[Sheet]) -> Plans:
    """The other sheets know whether rows or columns are organisations; where both are, it is a survey."""
    known = {cell for plan, sheet in zip(plans, sheets, strict=True) if plan.kind in {"actors", "edges"}
             for name in sheet.frame.columns if not looks.is_numeric(sheet.frame[name], ".")
             for cell in sheet.frame[name]} - {""}
    out = []
    for plan, sheet in zip(plans, sheets, strict=True):
        if plan.kind == "two-mode" and known:
            plan = _turned(plan, sheet, known)
        out.append(plan)
    return out


def _turned(plan: SourcePlan, sheet: Sheet, known: set[str]) -> SourcePlan:
    label = plan.actor or plan.alliance or ""
    rows = looks.labels(sheet.frame[label])
    down, along = (sum(name in known for name in names) / len(names) for names in (rows, list(plan.columns)))
    if down >= _KNOWN and along >= _KNOWN:
        return replace(plan, kind="roster", actor=label, alliance=None, partner_columns=tuple(plan.columns), columns={},
                       why=f"{len(rows)} respondents in '{label}', {len(plan.columns)} columns with partners (likely)")
    if along >= _KNOWN or down >= _KNOWN:
        turned = along > down
        plan = replace(plan, alliance=label if turned else None, actor=None if turned else label)
        return replace(plan, why=_why(plan, sheet, "sure, the other files name the organisations"))
    return plan

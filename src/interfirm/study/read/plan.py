"""``import.toml``: every decision of an import, so that it can be repeated and corrected by hand."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from interfirm.errors import DataError, Finding, Findings, UnknownName
from interfirm.study.read.grid import Layout
from interfirm.study.read.numbers import DECIMALS

KINDS = {
    "study": "a table in interfirm's own layout",
    "actors": "a list of organisations with what is known about them",
    "matrix": "a matrix of ties",
    "pairs": "a matrix of something known about pairs (distance, proximity)",
    "edges": "a list of ties",
    "memberships": "a list of who takes part in which project or alliance",
    "two-mode": "a matrix of who takes part in which project or alliance",
    "alliances": "a list of projects or alliances",
    "roster": "a survey, one row per respondent and one column per possible partner",
    "recall": "a survey, one row per respondent and the names of partners in columns",
    "questionnaire": "a questionnaire, one row per respondent and one column per item",
    "graph": "a network file",
    "skip": "left out",
}
BLANK = ("zero", "unknown")
DUPLICATES = ("first", "sum")
_CHOICES = {"kind": tuple(KINDS), "blank": BLANK, "duplicates": DUPLICATES, "decimal": DECIMALS,
            "position": ("member", "external")}


@dataclass(frozen=True)
class SourcePlan:
    """What is done with one file or sheet.

    Parameters
    ----------
    file, sheet
        The file as ``interfirm import`` names it; the sheet of a workbook.
    kind
        One of :data:`KINDS`.
    why
        The reason for the kind, for people; nothing depends on it.
    encoding, delimiter, decimal, header_row, header_rows
        How the cells are read (see :class:`~interfirm.study.read.grid.Layout`).
    table
        For ``study``: the table.
    actor
        Column that identifies the organisation (``actors``, ``memberships``), or the respondent (surveys).
    add
        For ``actors``: whether organisations that occur nowhere else become actors.
    position
        For ``actors``: ``member`` or ``external`` where the table does not say it.
    sender, receiver, weight, direction
        Columns of ``edges``; ``direction`` holds "directed" or "undirected".
    relation, layer, directed, wave
        What the ties are; ``wave`` also dates the attributes of ``actors``.
    relation_column, wave_column
        Columns that say it row by row.
    blank
        For ``matrix``: whether an empty cell is no tie (``zero``) or not known (``unknown``).
    labels
        For matrices without a header: whose rows and columns these are, in order.
    variable
        For ``pairs``: the column of ``dyads``.
    alliance
        Column that identifies the alliance. In ``two-mode``: the column of the row labels, if the rows are alliances
        (``actor`` if they are organisations); ``columns`` are the others.
    partners
        For surveys: column (or code of a LimeSurvey subquestion) -> organisation. Empty: the column's own name.
    questions
        For surveys: question -> relation, where one sheet asks about several.
    partner_columns, responded_column
        For surveys: the columns with ties or partner names, and the one that says who answered.
    columns
        Columns that are kept -> their names in the study; ``name@wave`` goes to that wave.
    alliance_columns
        The same for what belongs to the membership or the alliance.
    absent
        Actors that were not there in the wave of this source.
    duplicates
        What happens with a tie that is there twice: ``first`` counts, or their ``sum``.
    """

    file: str
    kind: str
    sheet: str | None = None
    why: str = ""
    encoding: str | None = None
    delimiter: str | None = None
    decimal: str | None = None
    header_row: int | None = None
    header_rows: int | None = None
    table: str | None = None
    actor: str | None = None
    add: bool | None = None
    position: str | None = None
    sender: str | None = None
    receiver: str | None = None
    weight: str | None = None
    direction: str | None = None
    relation: str | None = None
    layer: str | None = None
    directed: bool | None = None
    wave: str | None = None
    relation_column: str | None = None
    wave_column: str | None = None
    blank: str | None = None
    variable: str | None = None
    alliance: str | None = None
    responded_column: str | None = None
    duplicates: str | None = None
    labels: tuple[str, ...] = ()
    partner_columns: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    partners: Mapping[str, str] = field(default_factory=dict)
    questions: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    alliance_columns: Mapping[str, str] = field(default_factory=dict)

    @property
    def layout(self) -> Layout:
        """How the cells are read."""
        return Layout(self.encoding, self.delimiter, self.decimal, self.header_row, self.header_rows)

    @property
    def label(self) -> str:
        """File and sheet in words."""
        return f"{self.file}, sheet '{self.sheet}'" if self.sheet else self.file


@dataclass(frozen=True)
class Plan:
    """Every decision of an import.

    Parameters
    ----------
    sources
        What is done with each file or sheet.
    paths
        What was imported, relative to the folder of ``import.toml`` where possible.
    name
        Name of the study.
    waves
        The waves in time order.
    merges
        File with the reviewed merge list, relative to ``import.toml``.
    """

    sources: tuple[SourcePlan, ...]
    paths: tuple[str, ...] = ()
    name: str | None = None
    waves: tuple[str, ...] = ()
    merges: str | None = None


_TOP = ("paths", "name", "waves", "merges", "source")
_FIELDS = {item.name: str(item.type) for item in fields(SourcePlan)}
_HEAD = """# How this study was made from the files of its users.
# Correct what is wrong and run:  interfirm import --config import.toml
# Kinds: {kinds}
"""


def dump(plan: Plan) -> str:
    """The plan as the text of ``import.toml``."""
    out = [_HEAD.format(kinds=", ".join(KINDS))]
    for key in ("name", "merges"):
        if getattr(plan, key) is not None:
            out.append(f"{key} = {_value(getattr(plan, key))}")
    for key in ("paths", "waves"):
        if getattr(plan, key):
            out.append(f"{key} = {_value(getattr(plan, key))}")
    for source in plan.sources:
        out += ["", "[[source]]", *_source_lines(source)]
    return "\n".join(out) + "\n"


def _source_lines(source: SourcePlan) -> list[str]:
    lines, tables = [], []
    for key in _FIELDS:
        value = getattr(source, key)
        if value in (None, "") or (isinstance(value, (tuple, Mapping)) and not value):
            continue
        if isinstance(value, Mapping):
            tables += [f"[source.{key}]", *(f"{_key(k)} = {_value(v)}" for k, v in value.items())]
        else:
            lines.append(f"{key} = {_value(value)}")
    return lines + tables


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, tuple):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    return _quoted(str(value))


def _quoted(text: str) -> str:
    """A TOML basic string; JSON escapes are TOML escapes, except for characters beyond the first plane."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(text: str) -> str:
    return text if text and text.isascii() and text.replace("_", "").replace("-", "").isalnum() else _quoted(text)


def parse(text: str, *, file: str = "import.toml") -> Plan:
    """Read the text of ``import.toml``.

    Parameters
    ----------
    text
        The text.
    file
        Its name, for the findings.

    Raises
    ------
    UnknownName
        For a key or a word that is not known, with the nearest.
    DataError
        If it is not TOML, or values are of the wrong type; all of them at once.
    """
    try:
        raw = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as problem:
        raise DataError(Finding("error", f"this is not TOML ({problem})", "not-toml", file=file,
                                remedy="Correct the place named, or import again without --config")) from problem
    for key in raw:
        if key not in _TOP:
            raise UnknownName(f"key in {file}", key, _TOP)
    findings = Findings()
    listed = raw.get("source", [])
    if not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed):
        raise DataError(Finding("error", "sources are not written as [[source]]", "not-a-source", file=file))
    sources = [_source(item, place, file, findings) for place, item in enumerate(listed, start=1)]
    top = {key: _checked(key, raw.get(key), kind, None, file, findings)
           for key, kind in (("name", "str"), ("merges", "str"), ("paths", "tuple"), ("waves", "tuple"))}
    findings.raise_if_failed()
    return Plan(tuple(item for item in sources if item), top["paths"] or (), top["name"], top["waves"] or (),
                top["merges"])


def _source(raw: dict[str, Any], place: int, file: str, findings: Findings) -> SourcePlan | None:
    values: dict[str, Any] = {}
    for key, value in raw.items():
        if key not in _FIELDS:
            raise UnknownName(f"key of source {place} in {file}", key, _FIELDS)
        values[key] = _checked(key, value, _FIELDS[key], place, file, findings)
        if key in _CHOICES and isinstance(value, str) and value not in _CHOICES[key]:
            raise UnknownName(f"{key} of source {place} in {file}", value, _CHOICES[key])
    missing = [key for key in ("file", "kind") if not values.get(key)]
    for key in missing:
        findings.add("error", f"source {place} has no '{key}'", "missing-key", file=file, expected=f"{key} = \"…\"",
                     remedy="Add it, or remove the source")
    return None if missing else SourcePlan(**{key: value for key, value in values.items() if value is not None})


def _checked(key: str, value: Any, kind: str, place: int | None, file: str, findings: Findings) -> Any:
    """The value in its declared type; anything else is a finding."""
    words = {"str": "text in quotes", "int": "a whole number", "bool": "true or false", "tuple": "a list of texts",
             "Mapping": "a table of texts"}
    want = re.split(r"[\[ ]", kind, maxsplit=1)[0]
    if value is None:
        return None
    if want == "str" and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    fits = {"str": isinstance(value, str), "bool": isinstance(value, bool),
            "int": isinstance(value, int) and not isinstance(value, bool),
            "tuple": isinstance(value, list) and all(isinstance(v, (str, int)) for v in value),
            "Mapping": isinstance(value, dict) and all(isinstance(v, (str, int)) for v in value.values())}[want]
    if not fits:
        where = f"'{key}'" if place is None else f"'{key}' of source {place}"
        findings.add("error", f"{where} is not {words[want]}", "wrong-type", file=file, expected=words[want],
                     remedy="Correct the value")
        return None
    if want == "tuple":
        return tuple(str(v) for v in value)
    return {k: str(v) for k, v in value.items()} if want == "Mapping" else value

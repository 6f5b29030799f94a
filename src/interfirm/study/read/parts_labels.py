"""What SPSS and Stata files say about their columns and codes, under the names the columns have in the study."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from interfirm.study.read import questionnaire
from interfirm.study.read.grid import Sheet
from interfirm.study.read.parts import SOURCE, Parts
from interfirm.study.read.plan import SourcePlan

_TABLE = {"participants": "actors", "lookup": "actors", "projects": "alliances"}


def add(parts: Parts, number: int, sheet: Sheet) -> None:
    """Remember the labels of the columns of one source that came into the study, for the table ``about``.

    Parameters
    ----------
    parts
        The gathered rows; those of this source are in already.
    number
        The source.
    sheet
        Its table.
    """
    for column in map(str, sheet.frame.columns):
        text = _text(sheet.labels.get(column, ""), sheet.codes.get(column, {}))
        if not text:
            continue
        for key in _keys(parts, number, column):
            said = parts.labels.setdefault(key, text)
            if text not in said.split(" | "):
                parts.labels[key] = f"{said} | {text}"


def _text(label: str, codes: Mapping[str, str]) -> str:
    """``"Size of the firm (1 = micro; 2 = small)"``."""
    steps = "; ".join(f"{code} = {meaning}" for code, meaning in codes.items())
    return f"{label} ({steps})" if label and steps else label or steps


def _keys(parts: Parts, number: int, column: str) -> Iterator[str]:
    """Where a column of the user's is in the study: ``table.column``, or ``answers.item``."""
    target = _targets(parts.plans[number]).get(column)
    for table, frames in parts.tables.items():
        for frame in frames:
            if int(frame[SOURCE].iloc[0]) != number:
                continue
            if table == "answers" and (item := questionnaire.item_of(column) or column) in set(frame["item"]):
                yield f"answers.{item}"
            elif target in frame.columns:
                yield f"{_TABLE.get(table, table)}.{target}"


def _targets(plan: SourcePlan) -> dict[str, str]:
    """Column of the user's -> column of the study."""
    named = {plan.weight: "weight", plan.wave_column: "wave", plan.relation_column: "relation"}
    kept = {**plan.alliance_columns, **plan.columns}
    return {old: new for old, new in named.items() if old} | {old: new.partition("@")[0] for old, new in kept.items()}

"""Headings of survey services that name a question and a subquestion: by code, by text, or by both."""

from __future__ import annotations

import re
from typing import NamedTuple

from interfirm.study.read.grid import Sheet

_BRACKETS = re.compile(r"(?P<question>[^\[\]]+?)\s*\[(?P<item>[^\[\]]*)\](?:\s*\[(?P<extra>comment|other|Comment)\])?")
_BOTH = re.compile(r"(?P<question>[^\[\]]+?)\s*\[(?P<code>[A-Za-z]{0,6}\d+)\]\s*[.:–-]\s*[^\[\]]+\[(?P<item>[^\[\]]+)\]"
                   r"(?:\s*\[(?P<extra>comment|other|Comment)\])?")
_VARIABLE = re.compile(r"(?P<question>.*[^\W_])_(?P<code>[A-Za-z]{0,6}\d+)")
_LABEL = re.compile(r"[^\[\]]*\[(?P<item>[^\[\]]+)\][^\[\]]*")
CODE = re.compile(r"[A-Za-z]{0,4}0*\d+")


class Subquestion(NamedTuple):
    """What a heading says: the question, the subquestion in its own words if the export has them, and a remark."""

    question: str
    item: str
    extra: str | None


def subquestion(name: str, label: str = "") -> Subquestion | None:
    """Question and subquestion of a column; None if the heading names none.

    Parameters
    ----------
    name
        The heading: ``advice[SQ001]``, ``Whom do you ask? [Alfa]``, ``advice[SQ001]. Whom do you ask? [Alfa]``; or the
        name of a variable of SPSS or Stata, ``advice_SQ001``.
    label
        The label of that variable: ``[Alfa] Whom do you ask?``.
    """
    found = _BOTH.fullmatch(name) or _BRACKETS.fullmatch(name)
    if found:
        return Subquestion(found["question"].strip(), found["item"].strip(), found["extra"])
    coded, text = _VARIABLE.fullmatch(name), _LABEL.fullmatch(label)
    return Subquestion(coded["question"], text["item"].strip(), None) if coded and text else None


def of(sheet: Sheet, name: str) -> Subquestion | None:
    """The same for a column of a sheet."""
    return subquestion(name, sheet.labels.get(name, ""))

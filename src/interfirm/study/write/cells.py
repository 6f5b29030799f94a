"""Typed columns as the text of cells, and the guard against formulas in CSV files.

A spreadsheet that opens a CSV file takes a cell that starts with ``= + - @``, a tab or a line
break for a formula. Such a cell is written with an apostrophe before it, and :func:`unguard` takes it away
again on reading, so nothing is lost: ``=1+1`` is written ``'=1+1``, ``'=1+1`` is written ``''=1+1``, and
``'s-Hertogenbosch`` stays as it is. Numbers and a lone sign are no danger and stay as they are.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

_RISKY = re.compile(r"'*(?![+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\Z|[-+@=]\Z)[=+\-@\t\r\n]")


def guard(text: str) -> str:
    """The text of a CSV cell, with an apostrophe before anything that could be a formula."""
    match = _RISKY.match(text)
    return "'" + text if match else text


def unguard(text: str) -> str:
    """The text before :func:`guard`: one apostrophe less where one was added."""
    return text[1:] if text.startswith("'") and _RISKY.match(text) else text


def text_columns(frame: pd.DataFrame) -> dict[str, list[str]]:
    """Each column of a typed table as the text of its cells; a missing value is the empty text.

    Numbers are written with the fewest digits that give the same number back, yes and no as words.
    """
    return {str(name): _texts(frame[name]) for name in frame.columns}


def number_text(value: float) -> str:
    """The shortest text that reads back as exactly this number; whole numbers without a point."""
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def _texts(values: pd.Series) -> list[str]:
    import pandas as pd

    missing = values.isna().to_numpy()
    if pd.api.types.is_bool_dtype(values.dtype):
        cells = ["yes" if cell else "no" for cell in values.fillna(False)]
    elif pd.api.types.is_integer_dtype(values.dtype):
        cells = [str(int(cell)) for cell in values.fillna(0)]
    elif pd.api.types.is_float_dtype(values.dtype):
        cells = [number_text(float(cell)) for cell in values.fillna(0.0)]
    else:
        cells = [str(cell) for cell in values]
    return ["" if gone else cell for cell, gone in zip(cells, missing, strict=True)]


def is_text(values: pd.Series) -> bool:
    """Whether a column holds text, so that its cells need the guard."""
    import pandas as pd

    return not (pd.api.types.is_numeric_dtype(values.dtype) or pd.api.types.is_bool_dtype(values.dtype))

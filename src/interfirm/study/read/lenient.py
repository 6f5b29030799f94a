"""Text tables whose writer forgot to double the quotation marks inside quoted cells.

A quotation mark then closes a cell only where a delimiter or the end of the line follows. The
reading is accepted only if it gives every row the same number of cells.
"""

from __future__ import annotations

import re
from functools import lru_cache


@lru_cache(maxsize=8)
def _field(delimiter: str) -> re.Pattern[str]:
    mark = re.escape(delimiter)
    return re.compile(rf'"((?:[^"]|"(?!{mark}|\n|\Z))*)"(?={mark}|\n|\Z)|([^{mark}\n]*)')


def read(text: str, delimiter: str) -> tuple[list[list[str]], list[int]] | None:
    """Rows and their numbers, or None if the rows differ in length or a cell is never closed.

    Parameters
    ----------
    text
        The text, with ``\\n`` line ends.
    delimiter
        The character between cells.
    """
    field = _field(delimiter)
    rows, numbers, row = [], [], []
    number, place, end = 1, 0, len(text)
    while place <= end:
        match = field.match(text, place)
        if match is None or (match[1] is None and text.startswith('"', place)):
            return None
        row.append((match[2] if match[1] is None else match[1].replace('""', '"')).strip())
        place = match.end()
        if place >= end or text[place] == "\n":
            if any(row):
                rows.append(row)
                numbers.append(number)
            row, number = [], number + 1
        place += 1
    widths = {len(item) for item in rows}
    return (rows, numbers) if len(widths) == 1 and widths != {1} else None

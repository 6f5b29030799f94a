"""How numbers are said, everywhere the same: in sentences, tables, the terminal and the report.

Three significant digits, thousands separated, a true minus sign, and a space that does not break before
the sign for per cent.
"""

from __future__ import annotations

import math
import re
from typing import SupportsFloat

SPACE = "\u00a0"
MINUS = "\u2212"


def per_cent(value: SupportsFloat, digits: int | None = None, *, signed: bool = False) -> str:
    """A share, said in per cent: whole, and with more digits near 0 and 1.

    Parameters
    ----------
    value
        The share; 1 is 100 per cent.
    digits
        Digits behind the point; left out, as many as tell the share from 0 and from 1.
    signed
        Whether a plus sign is written too, for changes.

    Examples
    --------
    >>> per_cent(0.408).replace("\\u00a0", " ")
    '41 %'
    >>> per_cent(0.0004).replace("\\u00a0", " "), per_cent(0.99996).replace("\\u00a0", " ")
    ('0.04 %', 'over 99.99 %')
    >>> per_cent(0.0312, 1, signed=True).replace("\\u00a0", " ")
    '+3.1 %'
    """
    share = float(value)
    if not math.isfinite(share):
        return "unknown"
    sign = MINUS if share < 0 else "+" if signed and share > 0 else ""
    size = 100 * abs(share)
    if digits is not None:
        return f"{sign}{size:.{digits}f}{SPACE}%"
    if 0 < size < 0.01:
        return f"under {sign}0.01{SPACE}%"
    if 99.99 < size < 100:
        return f"over {sign}99.99{SPACE}%"
    near_all = f"{size:.1f}" if size < 99.95 else f"{size:.2f}"
    text = f"{size:.1g}" if 0 < size < 1 else near_all if 99 < size < 100 else f"{size:.0f}"
    return f"{sign}{text}{SPACE}%"


def glued(text: str) -> str:
    """The text with the space before each sign for per cent made one that does not break.

    Examples
    --------
    >>> glued("the 95 % interval") == "the 95\\u00a0% interval"
    True
    """
    return re.sub(r"(?<=\d) %", f"{SPACE}%", text)


def number(value: float) -> str:
    """A number with three significant digits, thousands separated; whole numbers stay whole.

    Examples
    --------
    >>> number(1234.5), number(0.41666), number(7.0)
    ('1,234', '0.417', '7')
    """
    if not math.isfinite(value):
        return "unknown"
    if value < 0:
        return f"{MINUS}{number(-value)}"
    if float(value).is_integer():
        return f"{int(value):,}"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    if abs(value) < 0.001:
        return f"{value:.2g}"
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    text = f"{value:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text

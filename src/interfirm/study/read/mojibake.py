"""Names that were decoded wrongly before they came to us: found and said, never repaired silently."""

from __future__ import annotations

from interfirm.study.read.grid import Sheet
from interfirm.study.read.parts import Parts

_WRONG = ("cp1252", "latin-1", "mac_roman")


def repaired(text: str) -> str | None:
    """What the text was before it was decoded wrongly, or None if it looks sound.

    UTF-8 that was read as another encoding encodes back into valid UTF-8; ordinary text hardly ever does.
    """
    if text.isascii():
        return None
    for encoding in _WRONG:
        try:
            back = text.encode(encoding).decode("utf-8")
        except (UnicodeEncodeError, UnicodeDecodeError):
            continue
        if back != text:
            return back
    return None


def report(parts: Parts, sheet: Sheet, columns: list[str]) -> None:
    """One warning per column that holds such names, with an example."""
    for name in columns:
        cells = sheet.frame[name]
        wrong = {cell: back for cell in cells.unique() if (back := repaired(cell)) is not None}
        if wrong:
            cell, back = next(iter(wrong.items()))
            rows = cells.isin(wrong).to_numpy().nonzero()[0]
            parts.warn(sheet, f"{len(rows)} names were decoded wrongly before: '{cell[:60]}' was probably "
                       f"'{back[:60]}'; they are kept as they are", "mojibake", int(rows[0]), name,
                       expected="readable names", remedy="Get the file in UTF-8 from its source")

"""The questionnaire items of interfirm, in its own words, as data: one file per instrument.

An item about a partner or an alliance is answered once for each of them: in the table ``answers`` its
name is followed by ``@`` and the identifier, as in ``TRUST_1@F02`` or ``COMMIT_1@A01``.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Final, Literal

from interfirm.errors import UnknownName

About = Literal["firm", "partner", "alliance"]
MARK: Final = "@"


@dataclass(frozen=True)
class Item:
    """One question.

    Parameters
    ----------
    item
        Its name in the table ``answers``, without what it is asked about.
    instrument, subscale
        Where it belongs.
    about
        ``"firm"`` (asked once), ``"partner"`` or ``"alliance"`` (asked once for each).
    low, high
        Ends of the scale; ``high`` is None where there is none.
    reverse
        Whether a high answer means little of what is measured.
    text
        The wording.
    source
        Key of the work that the construct comes from. The wording is ours.
    """

    item: str
    instrument: str
    subscale: str
    about: About
    low: float
    high: float | None
    reverse: bool
    text: str
    source: str

    @property
    def scale(self) -> str:
        """What can be answered, in words."""
        if self.high is None:
            return f"a number of at least {self.low:g}"
        if (self.low, self.high) == (0, 100):
            return "per cent, 0 to 100"
        if self.low < 0:
            return f"{self.low:g} (much less) to {self.high:g} (much more)"
        return f"{self.low:g} (not at all) to {self.high:g} (fully)"

    @property
    def written(self) -> str:
        """How the item is written in the table ``answers``."""
        return self.item if self.about == "firm" else f"{self.item}{MARK}{self.about}"


@dataclass(frozen=True)
class Instrument:
    """A set of items that are asked together: its name, title, how often it is asked, what it is for."""

    instrument: str
    title: str
    asked: str
    purpose: str


def _rows(name: str) -> list[dict[str, str]]:
    text = (resources.files("interfirm.study.instruments") / f"{name}.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


@lru_cache(maxsize=1)
def instruments() -> dict[str, Instrument]:
    """All instruments by name, in the order in which they are shown."""
    return {row["instrument"]: Instrument(**row) for row in _rows("instruments")}


@cache
def items(instrument: str) -> tuple[Item, ...]:
    """The items of an instrument, in order.

    Raises
    ------
    UnknownName
        With the known instruments and the nearest.
    """
    if instrument not in instruments():
        raise UnknownName("instrument", instrument, instruments())
    return tuple(_item(instrument, row) for row in _rows(instrument))


def _item(instrument: str, row: dict[str, str]) -> Item:
    about: dict[str, About] = {"firm": "firm", "partner": "partner", "alliance": "alliance"}
    return Item(row["item"], instrument, row["subscale"], about[row["about"]], float(row["low"]),
                float(row["high"]) if row["high"] else None, row["reverse"] == "yes", row["text"], row["source"])


def split(name: str) -> tuple[str, str]:
    """An item as it stands in ``answers``, and what it is about (empty for items asked once).

    Examples
    --------
    >>> split("TRUST_1@F02")
    ('TRUST_1', 'F02')
    """
    item, _, about = name.partition(MARK)
    return item, about

"""How numbers and names become sentences: short forms, lists of names, nouns of relations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from interfirm.numerals import number
from interfirm.numerals import per_cent as share

_ONES: Final = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")

NOUNS: Final[dict[str, tuple[str, str]]] = {
    "customer": ("sale between them", "sales between them"),
    "supplier": ("purchase between them", "purchases between them"),
    "outsourcing": ("outsourcing tie", "outsourcing ties"),
    "peer": ("peer tie", "peer ties"),
    "institutional": ("institutional tie", "institutional ties"),
    "cooperation": ("cooperation tie", "cooperation ties"),
    "coordination": ("coordination tie", "coordination ties"),
    "advice": ("request for advice", "requests for advice"),
    "knowledge": ("knowledge tie", "knowledge ties"),
    "ownership": ("ownership tie", "ownership ties"),
    "alliances": ("tie through alliances", "ties through alliances"),
}


def count(value: int, one: str, many: str | None = None) -> str:
    """A count with its noun: ``1 member``, ``1,204 members``."""
    return f"{int(value):,} {one if int(value) == 1 else many or one + 's'}"


def spelled(value: int) -> str:
    """Small whole numbers as words, for the middle of a sentence."""
    return _ONES[value] if 0 <= value < len(_ONES) else f"{value:,}"


def listing(names: Sequence[str], most: int = 4) -> str:
    """Names as a readable list: ``A, B and C``; beyond ``most`` the rest is counted."""
    shown = [str(name) for name in names[:most]]
    rest = len(names) - len(shown)
    if rest:
        return ", ".join(shown) + f" and {rest:,} more"
    if len(shown) < 2:
        return "".join(shown)
    return ", ".join(shown[:-1]) + " and " + shown[-1]


def noun(relation: str, size: int = 2) -> str:
    """What a tie of a relation is called: ``request for advice``, ``requests for advice``."""
    one, many = NOUNS.get(relation, (f"tie of '{relation}'", f"ties of '{relation}'"))
    return one if size == 1 else many


def kind(name: str, size: int = 2) -> str:
    """A kind of actor in the singular or plural: ``a university``, ``universities``."""
    special = {"other": "of another kind", "government": "public authorities"}
    if name in special:
        return special[name]
    if size == 1:
        return f"an {name}" if name[0] in "aei" else f"a {name}"
    return name[:-1] + "ies" if name.endswith("y") else name + "s"


def through(relation: str) -> str:
    """What joins actors in a relation: ``requests for advice``, or plainly ``alliances``."""
    return "alliances" if relation == "alliances" else noun(relation)


def sentence(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]


def verb(size: int, one: str = "is", many: str = "are") -> str:
    """The form of a verb that fits a number."""
    return one if size == 1 else many


__all__ = ["NOUNS", "count", "kind", "listing", "noun", "number", "sentence", "share", "spelled", "through", "verb"]

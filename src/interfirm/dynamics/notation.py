"""The written form of a model: lists of short names, as they are typed on a command line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from interfirm.dynamics.effects import catalogue
from interfirm.dynamics.specification import ROLES, Specification
from interfirm.errors import UsageError


def names(texts: str | Iterable[str]) -> list[str]:
    """Short names, from one text with commas or from several.

    Examples
    --------
    >>> names(["density,recip", "altX:age"])
    ['density', 'recip', 'altX:age']
    """
    parts = [texts] if isinstance(texts, str) else list(texts)
    return [item.strip() for part in parts for item in part.split(",") if item.strip()]


def on_the_rate(text: str) -> bool:
    """Whether a term is an effect on how often actors act (``outRate``, ``RateX:employees``)."""
    head = text.replace("(", ":").replace("*", ":").split(":")[0].strip()
    known = catalogue().get(head)
    return head not in ROLES and known is not None and "R" in known.nets


def specification(relation: str, effects: str | Iterable[str], *, behaviour: Sequence[str] = (),
                  also: Sequence[str] = (), fix: Sequence[str] = (), **options: Any) -> Specification:
    """A specification from written lists; effects on the rate are told apart by their names.

    Parameters
    ----------
    relation, effects
        The relation that changes, and its effects.
    behaviour, also
        ``column=effects`` for each ordinal column that changes too, ``relation=effects`` for each further relation.
    fix
        ``term=value`` for each term that is held.
    options
        Further fields of :class:`~interfirm.dynamics.Specification`.

    Raises
    ------
    UsageError
        If a text has no equals sign, or a value is no number.

    Examples
    --------
    >>> specification("advice", "density,recip,outRate", fix=["recip=1"]).rate
    ('outRate',)
    """
    every = names(effects)
    rate = tuple(item for item in every if on_the_rate(item))
    fixed = {}
    for name, value in (_pair(item, "--fix transTrip=0") for item in fix):
        try:
            fixed[name] = float(value)
        except ValueError:
            raise UsageError(f"'{name}={value}': expected a number, e.g. --fix transTrip=0.") from None
    return Specification(
        relation, [item for item in every if item not in rate], rate,
        behaviour={name: names(rest) for name, rest in (_pair(b, "--behaviour patents=linear,quad,avAlt")
                                                        for b in behaviour)},
        also={name: names(rest) for name, rest in (_pair(a, "--also trade=density,recip") for a in also)},
        fix=fixed, **options)


def _pair(text: str, example: str) -> tuple[str, str]:
    name, mark, rest = text.partition("=")
    if not mark or not name.strip() or not rest.strip():
        raise UsageError(f"'{text}': expected a name and what follows it, e.g. {example}.")
    return name.strip(), rest.strip()

"""An equation as it is typed: ``outcome ~ term, term``."""

from __future__ import annotations

from dataclasses import dataclass

from interfirm.errors import UsageError


@dataclass(frozen=True)
class Formula:
    """What is explained, and by what.

    Attributes
    ----------
    outcome
        Left of the ``~``.
    terms
        Right of it, in their order.
    """

    outcome: str
    terms: tuple[str, ...]

    def with_terms(self, more: tuple[str, ...]) -> Formula:
        """The same with further terms at the end; none twice."""
        return Formula(self.outcome, tuple(dict.fromkeys([*self.terms, *more])))


def formula(text: str, option: str = "the equation") -> Formula:
    """Read ``outcome ~ term, term``; a plus sign does as well as a comma.

    Parameters
    ----------
    text
        As typed.
    option
        What it belongs to, for messages.

    Returns
    -------
    Formula

    Raises
    ------
    UsageError
        Without exactly one ``~``, without an outcome or without a term.

    Examples
    --------
    >>> formula("rd ~ log(size) + i.sector, market").terms
    ('log(size)', 'i.sector', 'market')
    """
    left, mark, right = text.partition("~")
    terms = listed(right.replace("+", ","))
    if not mark or "~" in right or not left.strip() or not terms:
        raise UsageError(f"{option} '{text}' cannot be read. Write it as 'outcome ~ term, term', for instance "
                         "'rd ~ log(size), market'.")
    return Formula(left.strip(), tuple(dict.fromkeys(terms)))


def listed(text: str | None) -> list[str]:
    """The parts between commas, without empty ones."""
    return [part.strip() for part in (text or "").split(",") if part.strip()]

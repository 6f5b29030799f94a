"""Which effects may be multiplied by one another, after the rules of the reference estimator.

The change statistic of a product is the product of the change statistics. That is the change of some statistic only
where the factors do not disturb each other: effects that are the same for every receiver (``ego``) go with any effect,
effects that do not depend on ego's other ties (``dyadic``) with one another. For undirected ties only effects of one of
the two kinds go together. On a behaviour all factors, or all but one, are z times something that does not depend on
ego's own level.
"""

from __future__ import annotations

from interfirm.dynamics.effects import kind_of_factor
from interfirm.dynamics.specification import Factor, Term
from interfirm.errors import UsageError
from interfirm.kernels import saom_codes as k


def main_first(term: Term, letter: str) -> list[Factor]:
    """The factors that depend on other ties, or on the level of a behaviour, the least regular one first.

    Parameters
    ----------
    term
        A term; a single covariate stands for itself.
    letter
        D, U, T or B: the kind of dependent variable.

    Raises
    ------
    UsageError
        If they cannot be multiplied.
    """
    ties = [factor for factor in term.factors if factor.structural] or list(term.factors[:1])
    if len(ties) == 1:
        return ties
    ties.sort(key=lambda factor: bool(_kind(factor, letter)))
    (_behaviour if letter == "B" else _ties)(term, ties, letter)
    return ties


def _kind(factor: Factor, letter: str) -> str:
    return kind_of_factor(factor.effect, letter)


def _behaviour(term: Term, ties: list[Factor], letter: str) -> None:
    names = [factor.effect.name for factor in ties]
    if "linear" in names:
        raise UsageError(f"'{term.text}': 'linear' times an effect is that effect. Write it without 'linear'.")
    others = [factor.effect.name for factor in ties if not _kind(factor, letter)]
    if len(others) > 1:
        raise UsageError(f"'{term.text}': {_list(others)} cannot be multiplied: at most one factor may be 'quad' or a "
                         "similarity; the others are the level times something, e.g. avAlt, indeg or effFrom.")


def _ties(term: Term, ties: list[Factor], letter: str) -> None:
    covariates = [factor for factor in term.factors if not factor.structural]
    kinds = [_kind(factor, letter) for factor in [*ties, *covariates]]
    free = [factor.effect.name for factor in ties if not _kind(factor, letter)]
    if any(factor.effect.code == k.INDIFF for factor in ties):
        raise UsageError(f"'{term.text}': this effect cannot be multiplied.")
    if letter == "U" and (free or len(set(kinds)) > 1):
        raise UsageError(f"'{term.text}': of undirected ties only effects of the actor, or only effects of the pair "
                         "(gwesp, crprod, from, closure, simX, X), can be multiplied by one another.")
    if free and (len(free) > 1 or set(kinds) - {"", "ego"}):
        raise UsageError(f"'{term.text}': {_list(free)} depend{'s' if len(free) == 1 else ''} on several ties of the "
                         "actor and can be multiplied only by effects that are the same for every partner: egoX, "
                         "egoSqX, inAct, inActSqrt, inIsDegree, inActIntn.")


def _list(names: list[str]) -> str:
    return " and ".join(f"'{name}'" for name in names)

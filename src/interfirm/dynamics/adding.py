"""An effect of one's own, made of the parts of a known one, in one place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from interfirm.dynamics.effects import DYADS, TABLES, Effect, catalogue, find
from interfirm.errors import UsageError

Floats = npt.NDArray[np.float64]


def add_effect(name: str, *, like: str, title: str, table: Callable[[Floats, float], Any] | None = None,
               dyad: Callable[[Any, Any], Any] | None = None, parameter: float | None = None, statistic: str = "",
               concept: str = "", reference: str = "ours") -> Effect:
    """Add an effect for this session; afterwards its name is used like any other.

    Effects are sums of building blocks: a configuration (a tie, a mutual tie, a number of third parties, a degree), a
    function of a number, and a function of the covariate of ego and alter. The new effect takes the configuration of
    ``like`` and one of the two functions from you.

    Parameters
    ----------
    name
        Letters, digits and underscores; not the name of a known effect.
    like
        The known effect whose configuration it takes, e.g. ``"inPop"`` (indegree of alter), ``"gwespFF"`` (number of
        third parties i → h → j), ``"altX"`` (covariates of ego and alter).
    title
        Its name for people.
    table
        f(d, p) of an array of numbers d = 0, 1, 2, … (a degree, or a number of third parties) and the parameter p.
    dyad
        f(a, b) of two arrays, the covariate of ego and of alter, both centred.
    parameter
        Default of the number in parentheses.
    statistic, concept, reference
        Its formula, the concept that it stands for, and a key of the bibliography.

    Raises
    ------
    UsageError
        If the name is taken, or ``like`` has no such function to replace.

    Examples
    --------
    >>> effect = add_effect("inPopLog", like="inPop", title="Popularity (log)", table=lambda d, p: np.log(d + 1))
    >>> from interfirm.dynamics import Specification
    >>> Specification("advice", ["recip", "inPopLog"]).terms()[2].factors[0].effect.title
    'Popularity (log)'
    """
    base = find(like)
    if not (name.isascii() and name.isidentifier() and name[0].isalpha()):
        raise UsageError(f"'{name}' cannot be the name of an effect: use letters, digits and underscores.")
    known = catalogue().get(name)
    if known is not None and f"own {name}" not in (known.table, known.dyad):
        raise UsageError(f"There is an effect '{name}' already.")
    if (table is None) == (dyad is None):
        raise UsageError("Give one function: of a number (table), or of two covariates (dyad).")
    key = f"own {name}"
    if table is not None:
        if not base.table or base.table2:
            raise UsageError(f"'{like}' has no function of one number to replace.")
        TABLES[key] = table
        made = replace(base, table=key)
    else:
        if not base.dyad or base.needs != "actor":
            raise UsageError(f"'{like}' has no function of the covariates of ego and alter to replace.")
        given = dyad
        DYADS[key] = lambda a, b, _width, _mean: given(a, b) + 0 * a + 0 * b if given is not None else a
        made = replace(base, dyad=key)
    made = replace(made, name=name, title=title, parameter=parameter if parameter is not None else base.parameter,
                   statistic=statistic, concept=concept or base.concept, reference=reference)
    catalogue()[name] = made
    return made

"""Parts of the simulation that are compiled once each, and only when a model has what they are for.

A compiled function contains all that it calls, so that the code of the effects would be compiled again with each of
its callers and theirs. It is called through a pointer instead. A part that a model does not need is not compiled.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import cfunc, types

from interfirm.kernels import saom_codes as k


def _array(item: Any, dimensions: int) -> Any:
    return types.Array(item, dimensions, "C")


_NUMBER, _YES_OR_NO = types.int64, types.boolean
_VALUES, _TABLE, _DYADS = (_array(types.float64, d) for d in (1, 2, 3))
_CODES, _TIES, _BITS = _array(types.int64, 2), _array(types.uint8, 3), _array(types.uint64, 1)
_LISTS, _LAG = _array(types.int32, 2), _array(types.int32, 1)
_STATE = (_TABLE, _DYADS, _TIES, _LISTS)  # tabs, dy, x, g

_MORE = types.void(_CODES, _CODES, *_STATE, _TABLE, *[_NUMBER] * 6)
_FILL = _NUMBER(_CODES, _CODES, *_STATE, _TABLE, *[_NUMBER] * 3, _LAG, types.FunctionType(_MORE))
_EFFECTS = (types.FunctionType(_FILL), types.FunctionType(_MORE))
_AGREE = _YES_OR_NO(_CODES, _CODES, _VALUES, *_STATE, _TABLE, *[_NUMBER] * 3, _BITS, _LAG, _VALUES, *_EFFECTS)
_STEP = _NUMBER(_CODES, _CODES, _VALUES, *_STATE, _TABLE, *[_NUMBER] * 2, _BITS, _VALUES)
_LEVELS = types.void(_CODES, _CODES, _CODES, _TABLE, _DYADS, _LISTS, _LISTS, _LISTS, _TIES, _LISTS, *[_NUMBER] * 2,
                     _VALUES)
_COUNT = types.void(_CODES, _CODES, _CODES, _TABLE, _DYADS, _TIES, _LISTS, _TIES, _LISTS, _TIES, _LISTS, _TIES, _LISTS,
                    _TABLE, _LAG, _VALUES, *_EFFECTS, types.FunctionType(_LEVELS))


_made: dict[Callable[..., Any], Any] = {}


def _compiled(function: Callable[..., Any], signature: Any) -> Any:
    if function not in _made:
        _made[function] = cfunc(signature, **k.LEAN)(function)
    return _made[function]


def parts(codes: set[int], choices: set[int]) -> tuple[Any, ...]:
    """The compiled parts of a model with these codes of effects and kinds of choice.

    Returns
    -------
    fill, more, agree, step, levels, count
        Receivers and change statistics of common effects; those of rare effects; the choice of a partner or pair; a
        step of a behaviour; statistics of a behaviour; all statistics.
    """
    from interfirm.kernels import saom_choice, saom_effects, saom_rare, saom_statistics

    rare = any(k.BALANCE <= code < k.ALTIN or code > k.ISOLATE for code in codes)
    both = any(k.CONFIRMATION <= choice < k.BEHAVIOUR for choice in choices)
    levels = k.BEHAVIOUR in choices
    return (_compiled(saom_effects.contributions, _FILL),
            _compiled(saom_rare.more if rare else _no_more, _MORE),
            _compiled(saom_choice.agree if both else _no_agree, _AGREE),
            _compiled(saom_choice.step_behaviour if levels else _no_step, _STEP),
            _compiled(saom_statistics.behaviour if levels else _no_levels, _LEVELS),
            _compiled(saom_statistics.statistics, _COUNT))


# What stands for a part that a model never calls.

def _no_more(fx, info, tabs, dy, x, g, f, v, i, e, row, tie, size):  # type: ignore[no-untyped-def]
    pass


def _no_agree(fx, info, theta, tabs, dy, x, g, f, v, i, j, state, lag, score, fill, more):  # type: ignore[no-untyped-def]  # noqa: ARG001
    return False


def _no_step(fx, info, theta, tabs, dy, x, g, f, v, i, state, score):  # type: ignore[no-untyped-def]  # noqa: ARG001
    return 0


def _no_levels(fx, ratefx, info, tabs, dy, z0, zseen, g, sx, sg, v, row, out):  # type: ignore[no-untyped-def]
    pass

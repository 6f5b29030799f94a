"""Whether regressors separate the firms at a limit of the outcome from the others, so that no estimate exists."""

from __future__ import annotations

import numpy as np

from interfirm.performance.terms import Floats

_FAR = 1e-7


def separating(y: Floats, x: Floats, *, low: float = 0.0, high: float = 1.0) -> list[int]:
    """Columns that separate completely or in part, found by linear programming.

    The estimates of a logit, probit, fractional or count model run off to infinity if there is a direction d with
    x_i d ≤ 0 where y_i is at the lower limit, x_i d ≥ 0 where it is at the upper one, x_i d = 0 between, not all 0.

    Parameters
    ----------
    y
        n values.
    x
        n × k, of full rank.
    low, high
        Limits of the outcome; infinite where there is none.

    Returns
    -------
    list of int
        Positions of the columns with d ≠ 0; empty if all is well.

    References
    ----------
    [albert1984], [konis2007]

    Examples
    --------
    >>> separating(np.array([0.0, 0.0, 1.0, 1.0]), np.column_stack([np.ones(4), [1, 2, 3, 4]]))
    [0, 1]
    """
    from scipy.optimize import linprog

    scaled = x / np.maximum(np.abs(x).max(axis=0), 1e-300)
    inside = (y > low) & (y < high)
    if np.linalg.matrix_rank(scaled[inside]) == x.shape[1]:
        return []
    sign = np.where(y >= high, 1.0, -1.0)
    signed = (scaled * sign[:, None])[~inside]
    signed = np.unique(signed, axis=0)
    equal = np.unique(scaled[inside], axis=0)
    found = linprog(-signed.sum(axis=0), A_ub=-signed, b_ub=np.zeros(len(signed)),
                    A_eq=equal if len(equal) else None, b_eq=np.zeros(len(equal)) if len(equal) else None,
                    bounds=(-1, 1), method="highs")
    if found.status != 0 or found.fun is None or found.x is None or -found.fun < _FAR:
        return []
    return [int(i) for i in np.flatnonzero(np.abs(found.x) > _FAR)]

"""Whether more is better only up to a point: the test of both ends, and the turning point with its interval."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from interfirm.errors import UnknownName, UsageError
from interfirm.numerals import per_cent
from interfirm.performance.estimates import Fit

if TYPE_CHECKING:
    import pandas as pd

SHAPES: Final = ("inverted U", "U")


@dataclass(frozen=True)
class Turning:
    """A test of an inverted U (or a U).

    Attributes
    ----------
    variable, shape
        What was tested for what.
    least, most
        The range of the data (or the one given).
    slope_least, slope_most
        Slopes of the index at its ends.
    p_least, p_most, p
        One-sided p of the sign that the shape asks for at each end; p is the larger of the two.
    turning
        −b₁/2b₂.
    low, high
        Fieller interval of the turning point at ``level``; infinite, or open in the middle, where ``kind`` says so.
    kind
        ``"interval"``, ``"all"`` (any value will do), or ``"outside"`` (all values but those between low and high).
    level
        Of the interval.
    linear, square, b1_error, b2_error
        Estimates of b₁ and b₂ and their errors.
    """

    variable: str
    shape: str
    least: float
    most: float
    slope_least: float
    slope_most: float
    p_least: float
    p_most: float
    p: float
    turning: float
    low: float
    high: float
    kind: str
    level: float
    linear: float
    square: float
    b1_error: float
    b2_error: float

    @property
    def inside(self) -> bool:
        """Whether the turning point lies in the range of the data."""
        return self.least < self.turning < self.most

    def table(self) -> pd.DataFrame:
        """One row with every attribute."""
        import pandas as pd

        return pd.DataFrame([vars(self)])

    def __str__(self) -> str:
        where = f"turning point {self.turning:.3g}" + _interval(self)
        if not self.inside:
            return (f"'{self.variable}' shows no {self.shape} in the range of the data ({self.least:g} to "
                    f"{self.most:g}): "
                    f"the {where} lies outside.")
        word = "shows" if self.p < 0.05 else "does not clearly show"
        article = "an" if self.shape[0] == "i" else "a"
        return f"'{self.variable}' {word} {article} {self.shape} (p = {self.p:.3g}); {where}."


def _interval(item: Turning) -> str:
    share = per_cent(item.level)
    if item.kind == "interval":
        return f" ({share}: {item.low:.3g} to {item.high:.3g})"
    if item.kind == "all":
        return f" ({share}: any value)"
    return f" ({share}: not between {item.low:.3g} and {item.high:.3g})"


def inverted_u(fit: Fit, variable: str, *, shape: str = "inverted U", level: float = 0.95, least: float | None = None,
               most: float | None = None) -> Turning:
    """Whether the outcome first rises and then falls with a variable, within the range of the data.

    With index b₁x + b₂x² + …, an inverted U needs b₁ + 2b₂x_min > 0 and b₁ + 2b₂x_max < 0; each is tested one-sided and
    p is the larger of the two (an intersection–union test). A negative b₂ alone is not enough: the curve may only level
    off. The turning point is −b₁/2b₂; its Fieller interval holds every θ with
    (b₁ + 2θb₂)² ≤ c²(v₁₁ + 4θv₁₂ + 4θ²v₂₂), v the covariances and c the quantile.

    Parameters
    ----------
    fit
        A model with the variable and its square.
    variable
        Name of the variable.
    shape
        ``"inverted U"`` or ``"U"``.
    level
        Of the interval.
    least, most
        Range; None: that of the data.

    Returns
    -------
    Turning

    Raises
    ------
    UsageError
        If the model lacks the square.

    References
    ----------
    [lind2010], [fieller1954], [laursen2006], [nooteboom2007]

    Examples
    --------
    >>> import pandas as pd
    >>> from interfirm.performance import fit, survey_design
    >>> x = np.arange(17.0); table = pd.DataFrame({"x": x, "y": 0.06 * x - 0.003 * x**2 + 0.001 * (-1) ** x})
    >>> round(inverted_u(fit(survey_design(table, "y", controls=["x", "x^2"]), "linear"), "x").turning, 1)
    10.0
    """
    if shape not in SHAPES:
        raise UnknownName("shape", shape, SHAPES)
    names = list(fit.names)
    if variable not in names or f"{variable}^2" not in names:
        raise UsageError(f"The model has not both '{variable}' and '{variable}^2'; add the square.")
    at = [names.index(variable), names.index(f"{variable}^2")]
    b = fit.estimate[at]
    v = fit.covariance[np.ix_(at, at)]
    values = fit.design.values[variable]
    ends = (float(values.min()) if least is None else least, float(values.max()) if most is None else most)
    sign = 1.0 if shape == "inverted U" else -1.0
    tests = [_one_sided(fit, sign * side, b, v, end) for side, end in zip((1.0, -1.0), ends, strict=True)]
    low, high, kind = fieller(b, v, _quantile(fit, level))
    turning = float(-b[0] / (2 * b[1])) if b[1] != 0 else math.nan
    return Turning(variable, shape, ends[0], ends[1], tests[0][0], tests[1][0], tests[0][1], tests[1][1],
                   max(tests[0][1], tests[1][1]), turning, low, high, kind, level, float(b[0]), float(b[1]),
                   float(np.sqrt(v[0, 0])), float(np.sqrt(v[1, 1])))


def _one_sided(fit: Fit, sign: float, b: np.ndarray, v: np.ndarray, end: float) -> tuple[float, float]:
    """The slope at an end, and the p of its being 0 or of the other sign."""
    from scipy import stats

    weight = np.array([1.0, 2 * end])
    slope, error = float(weight @ b), float(np.sqrt(weight @ v @ weight))
    statistic = sign * slope / error
    p = stats.t.sf(statistic, fit.freedom) if np.isfinite(fit.freedom) else stats.norm.sf(statistic)
    return slope, float(p)


def _quantile(fit: Fit, level: float) -> float:
    from scipy import stats

    tail = 1 - (1 - level) / 2
    return float(stats.t.ppf(tail, fit.freedom) if np.isfinite(fit.freedom) else stats.norm.ppf(tail))


def fieller(b: np.ndarray, v: np.ndarray, quantile: float) -> tuple[float, float, str]:
    """The set of turning points θ that the data do not reject: its ends, and which kind of set it is.

    Parameters
    ----------
    b, v
        Estimates of b₁ and b₂ and their covariance.
    quantile
        c.

    Returns
    -------
    tuple
        Lower and upper end, and ``"interval"``, ``"outside"`` or ``"all"``.
    """
    square = quantile**2
    a2 = 4 * (b[1] ** 2 - square * v[1, 1])
    a1 = 4 * (b[0] * b[1] - square * v[0, 1])
    a0 = b[0] ** 2 - square * v[0, 0]
    inner = a1**2 - 4 * a2 * a0
    if a2 > 0:
        root = math.sqrt(max(inner, 0.0))
        return (-a1 - root) / (2 * a2), (-a1 + root) / (2 * a2), "interval"
    if inner <= 0 or a2 == 0:
        return -math.inf, math.inf, "all"
    ends = sorted([(-a1 - math.sqrt(inner)) / (2 * a2), (-a1 + math.sqrt(inner)) / (2 * a2)])
    return ends[0], ends[1], "outside"

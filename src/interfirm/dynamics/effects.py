"""The effects: why an actor would want a tie. Read from ``effects.csv``, one row each.

To add an effect that is built from the existing parts, add a row: a code of
:mod:`interfirm.kernels.saom_codes`, a function of a degree or count (``TABLES``), and dyadic factors of a covariate
(``DYADS``, ``MATRICES``). Everything else, the documentation included, reads the row.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from interfirm.errors import UnknownName
from interfirm.kernels import saom_codes

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Effect:
    """One row of ``effects.csv``.

    Attributes
    ----------
    name
        Established short name.
    nets
        Where it can be used: D directed, U undirected, T two-mode network, B behaviour, R rate.
    needs
        What follows the colon: nothing, ``actor``, ``dyad``, ``network`` or ``actor+network``.
    parameter
        Default of the number in parentheses, or None.
    code, kind
        Integer codes for the kernel.
    table, table2
        Functions of a degree or count.
    dyad, dyad2
        Dyadic factors made of a covariate.
    scale, undirected_scale
        The statistic is the sum over actors times this.
    interaction
        What it may be multiplied by, after the reference estimator: ``ego`` (the same for every receiver), ``dyadic``
        (does not depend on ego's other ties), ``factor`` (on a behaviour: z times something); empty for the others.
    title, statistic, concept, reference
        For people.
    """

    name: str
    nets: str
    needs: str
    parameter: float | None
    code: int
    kind: int
    table: str
    table2: str
    dyad: str
    dyad2: str
    scale: float
    undirected_scale: float
    interaction: str
    title: str
    statistic: str
    concept: str
    reference: str


def _code(text: str) -> int:
    return int(text) if text.isdigit() else int(getattr(saom_codes, text)) if text else 0


@lru_cache(maxsize=1)
def catalogue() -> dict[str, Effect]:
    """All effects by short name."""
    text = (resources.files("interfirm.dynamics") / "effects.csv").read_text("utf-8")
    out = {}
    for row in csv.DictReader(text.splitlines()):
        out[row["effect"]] = Effect(
            row["effect"], row["nets"], row["needs"], float(row["parameter"]) if row["parameter"] else None,
            _code(row["code"]), _code(row["kind"]), row["table"], row["table2"], row["dyad"], row["dyad2"],
            float(Fraction(row["scale"])), float(Fraction(row["undirected_scale"])), row["interaction"],
            row["title"], row["statistic"], row["concept"], row["reference"])
    return out


def kind_of_factor(effect: Effect, letter: str) -> str:
    """``ego``, ``dyadic``, ``factor`` or nothing, on a kind of variable (D, U, T or B)."""
    kind, _, only = effect.interaction.partition(":")
    return kind if not only or letter in only else ""


def find(name: str) -> Effect:
    """The effect of a short name.

    Raises
    ------
    UnknownName
        With the nearest known name.
    """
    if name not in catalogue():
        raise UnknownName("effect", name, catalogue())
    return catalogue()[name]


def overview() -> pd.DataFrame:
    """One row per effect: name, where it can be used, what it needs, title, statistic, concept, source."""
    import pandas as pd

    rows = [(e.name, e.nets, e.needs, e.parameter, e.title, e.statistic, e.concept, e.reference)
            for e in catalogue().values()]
    columns = ["effect", "nets", "needs", "parameter", "title", "statistic", "concept", "reference"]
    return pd.DataFrame(rows, columns=columns)


# ---- functions of a degree or count d with parameter p --------------------------------------

TABLES: dict[str, Callable[[Floats, float], npt.NDArray[np.floating[Any]]]] = {
    "identity": lambda d, _p: d,
    "sqrt": lambda d, _p: np.sqrt(d),
    "square": lambda d, _p: d**2,
    "power3half": lambda d, _p: d**1.5,
    "root": lambda d, p: d ** (1.0 / p),
    "log1": lambda d, _p: np.log(d + 1.0),
    "gw": lambda d, p: np.exp(p / 100) * (1.0 - (1.0 - np.exp(-p / 100)) ** d),
    "least": np.minimum,
    "above": lambda d, p: np.maximum(d - p, 0.0),
    "over": lambda d, p: 1.0 * (d > p),
    "none": lambda d, _p: 1.0 * (d == 0),
    "inverse": lambda d, p: 1.0 / (d + (p or 1.0)),
    "inverse2": lambda d, p: 1.0 / ((d + p) * (d + p + 1.0)),
    "atleast1": lambda d, _p: 1.0 * (d >= 1),
    "atleast2": lambda d, _p: 1.0 * (d >= 2),
    "atleast3": lambda d, _p: 1.0 * (d >= 3),
}

# ---- dyadic factors of an actor covariate: a of ego, b of alter, both centred -----------------

DYADS: dict[str, Callable[[Any, Any, float, float], Any]] = {
    "ego": lambda a, b, _width, _mean: a + 0 * b,
    "alter": lambda a, b, _width, _mean: b + 0 * a,
    "ego2": lambda a, b, _width, _mean: a**2 + 0 * b,
    "alter2": lambda a, b, _width, _mean: b**2 + 0 * a,
    "sum": lambda a, b, _width, _mean: a + b,
    "sum2": lambda a, b, _width, _mean: a**2 + b**2,
    "product": lambda a, b, _width, _mean: a * b,
    "similarity": lambda a, b, width, mean: 1.0 - np.abs(a - b) / width - mean,
    "same": lambda a, b, _width, _mean: 1.0 * (np.abs(a - b) < 1e-9),
    "unequal": lambda a, b, _width, _mean: 1.0 * (np.abs(a - b) >= 1e-9),
    "difference": lambda a, b, _width, _mean: b - a,
    "distance": lambda a, b, _width, _mean: np.abs(b - a),
    "distance2": lambda a, b, _width, _mean: (b - a) ** 2,
    "higher": lambda a, b, _width, _mean: 0.5 + 0.5 * _sign(a - b),
    "sign": lambda a, b, _width, _mean: _sign(b - a),
}


def _sign(value: Any) -> Any:
    return np.sign(np.where(np.abs(value) < 1e-9, 0.0, value))


# ---- dyadic factors of a dyadic covariate w (not centred, zero diagonal) with its mean --------

MATRICES: dict[str, Callable[[Floats, float], Floats]] = {
    "value": lambda w, mean: w - mean,
    "raw": lambda w, _mean: w,
    "turned": lambda w, _mean: w.T,
    "mutual": lambda w, _mean: w * w.T,
    "paths": lambda w, _mean: w @ w,
    "inpaths": lambda w, _mean: w.T @ w,
    "outpaths": lambda w, _mean: w @ w.T,
}

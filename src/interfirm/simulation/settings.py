"""The parameters of the cluster model: their values, ranges and origin, and what they are in one period."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Final

import numpy as np
import numpy.typing as npt

from interfirm.errors import UnknownName, UsageError
from interfirm.kernels import cluster_codes as codes

Floats = npt.NDArray[np.float64]

STEPS: Final = {"quarter": 4, "month": 12}
_COUNTS = ("horizon", "consider")


@dataclass(frozen=True)
class Parameter:
    """One parameter: its usual value, the range to try, and how it depends on the length of a period.

    ``per`` is ``year-rate`` (divided by the periods of a year), ``year-probability`` (1 - (1 - p)^(1/s)),
    ``year-factor`` (v^(1/s)), ``years`` and ``stock`` (times s), or empty (the same for any length).
    """

    name: str
    value: float
    low: float
    high: float
    per: str
    meaning: str
    provenance: str

    def in_period(self, value: float, steps: int) -> float:
        """A value by year, as the kernels want it: by period, of which a year has ``steps``."""
        if self.per == "year-rate":
            return value / steps
        if self.per == "year-probability":
            return float(1.0 - (1.0 - value) ** (1.0 / steps))
        if self.per == "year-factor":
            return float(value ** (1.0 / steps))
        if self.per in {"years", "stock"}:
            return value * steps
        return value


def rows(name: str) -> list[dict[str, str]]:
    """The rows of one of this folder's tables."""
    text = (resources.files("interfirm.simulation") / f"{name}.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


@lru_cache(maxsize=1)
def parameters() -> dict[str, Parameter]:
    """All parameters by name, in the order of the kernels.

    Examples
    --------
    >>> parameters()["trust_gain"].value
    0.2
    """
    made = [Parameter(row["name"], float(row["value"]), float(row["low"]), float(row["high"]), row["per"],
                      row["meaning"], row["provenance"]) for row in rows("parameters")]
    return {item.name: item for item in made}


def complete(given: Mapping[str, float] | None = None) -> dict[str, float]:
    """The usual values with some of them replaced, by year.

    Raises
    ------
    UnknownName
        For a name that is not a parameter.
    UsageError
        For a value that is not a number, negative where it may not be, or a probability above 1.

    Examples
    --------
    >>> complete({"trust_gain": 0.3})["trust_gain"]
    0.3
    """
    out = {name: item.value for name, item in parameters().items()}
    for name, value in (given or {}).items():
        if name not in out:
            raise UnknownName("parameter", name, out)
        _check(parameters()[name], value)
        out[name] = float(value)
    return out


def _check(item: Parameter, value: float) -> None:
    if not np.isfinite(value):
        raise UsageError(f"Parameter '{item.name}': {value} is not a number.")
    if item.per == "year-probability" and not 0 <= value <= 1:
        raise UsageError(f"Parameter '{item.name}': {value} is not a probability; expected 0 to 1.")
    if item.per in {"year-rate", "years", "stock"} and value < 0:
        raise UsageError(f"Parameter '{item.name}': {value} is negative; expected 0 or more.")
    if item.name in {*_COUNTS, "reach", "effort_scale"} and value <= 0:
        raise UsageError(f"Parameter '{item.name}': {value} is not positive.")


def packed(values: Mapping[str, float], steps: int) -> Floats:
    """All parameters by period, in the order of the kernels."""
    known = parameters()
    return np.array([known[name].in_period(values[name], steps) for name in codes.PARAMETERS])


@lru_cache(maxsize=1)
def efforts() -> Floats:
    """3 × 7: benefit, cost and yield of each kind of learning effort."""
    table = rows("efforts")
    return np.array([[float(row[column]) for row in table] for column in ("benefit", "cost", "yield")])


@lru_cache(maxsize=1)
def mechanisms() -> Floats:
    """3 × 8 × 7: how far each advantage saves on each kind of effort, rewards it, and feeds the pool (column 0)."""
    kinds = [row["effort"] for row in rows("efforts")]
    table = rows("mechanisms")
    advantages = list(dict.fromkeys(row["advantage"] for row in table))
    out = np.zeros((3, len(advantages), len(kinds)))
    for row in table:
        a = advantages.index(row["advantage"])
        out[0 if row["does"] == "saves" else 1, a] = [float(row[kind]) for kind in kinds]
        if row["pool"]:
            out[2, a, 0] = float(row["pool"])
    return out

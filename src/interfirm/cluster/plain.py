"""Results as plain values, ready for JSON."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from math import isfinite
from typing import Any

from interfirm.cluster.assess import ClusterAssessment


def as_plain(value: Any) -> Any:  # noqa: PLR0911
    """Dataclasses as dictionaries, tables as lists of rows, what is not a finite number as None."""
    import numpy as np
    import pandas as pd

    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: as_plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, pd.DataFrame):
        flat = value if isinstance(value.index, pd.RangeIndex) else value.reset_index()
        return [as_plain(row) for row in flat.to_dict(orient="records")]
    if isinstance(value, pd.Series):
        return as_plain(value.to_dict())
    if isinstance(value, dict):
        return {str(key): as_plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [as_plain(item) for item in value]
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        return float(f"{float(value):.10g}") if isfinite(value) else None
    return None if value is None or value is pd.NA else str(value)


def assessment_to_dict(found: ClusterAssessment) -> dict[str, Any]:
    """Everything that an assessment says, as one dictionary; the words of certainty stand beside the numbers."""
    verdict = found.verdict
    out: dict[str, Any] = as_plain(found)
    out["verdict"] |= {"certainty": verdict.certainty}
    for name in ("concentration", "joint_action", "passive"):
        out["verdict"][name]["certainty"] = getattr(verdict, name).certainty
    for name, density in found.densities.items():
        out["densities"][name]["verdict"] = density.verdict
    return out

"""The data and values frozen in ``tests/reference/performance.json``."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd


@lru_cache(maxsize=1)
def values() -> dict[str, Any]:
    return json.loads((Path(__file__).parents[1] / "reference" / "performance.json").read_text("utf-8"))


def table() -> pd.DataFrame:
    return pd.DataFrame({name: np.asarray(column, float) for name, column in values()["data"].items()})


def estimate(name: str) -> np.ndarray:
    return np.asarray(values()[name]["estimate"])


def error(name: str) -> np.ndarray:
    return np.asarray(values()[name]["error"])


def likelihood(name: str) -> float:
    return float(values()[name]["likelihood"][0])


@lru_cache(maxsize=1)
def systems() -> dict[str, Any]:
    text = (Path(__file__).parents[1] / "reference" / "performance_systems.json").read_text("utf-8")
    return {name: {key: np.asarray(value, float) for key, value in part.items()} if isinstance(part, dict) else part
            for name, part in json.loads(text).items()}

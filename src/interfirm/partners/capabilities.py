"""What each organisation can do and what a purpose asks for, on one scale from 0 to 1."""

from __future__ import annotations

import csv
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np

from interfirm.partners.ground import Floats

if TYPE_CHECKING:
    from interfirm.study.study import Study

_TOP = 7.0

def capabilities(study: Study, wave: str | None) -> tuple[Floats, tuple[str, ...]]:
    """Capability scores of all actors in study order, 0 to 1, NaN where not answered, and the constructs.

    The scores of :func:`interfirm.capability.profiles`, (score − lowest) / (highest − lowest answer). Without
    answers in the wave the table has no columns.
    """
    key = ("partners capabilities", wave)
    if key not in study._cache:
        study._cache[key] = _scaled_profiles(study, wave)
    return study._cache[key]  # type: ignore[no-any-return]


def _scaled_profiles(study: Study, wave: str | None) -> tuple[Floats, tuple[str, ...]]:
    import pandas as pd

    from interfirm.capability.scores import profiles

    n = len(study.actors)
    if wave is None or not (study.answers["wave"] == wave).any():
        return np.zeros((n, 0)), ()
    found = profiles(study, wave)
    if not len(found.scores.columns) or found.scores.isna().all(axis=None):
        return np.zeros((n, 0)), ()
    wide = found.scores.reindex(pd.Index(study.actors["actor"]))
    low, high = (np.array([found.scale[name][side] for name in wide.columns]) for side in (0, 1))
    return (wide.to_numpy(dtype=np.float64) - low) / (high - low), tuple(map(str, wide.columns))


def readiness(scores: Floats, required: Floats) -> Floats:
    """How far each organisation meets what is asked: 1 − Σ_c max(0, R_c − s_c) / Σ_c R_c.

    1 meets everything, 0 has nothing of what is asked; NaN where a score is missing or nothing is asked.
    """
    total = float(required.sum())
    if not total or not scores.shape[1]:
        return np.full(len(scores), np.nan)
    return np.asarray(1 - np.maximum(required - scores, 0.0).sum(axis=1) / total, dtype=np.float64)


def required(labels: tuple[str, ...], purpose: str | None) -> Floats:
    """What a purpose asks of each construct, 0 to 1: the mean over the types of collaboration.

    From the requirement profiles of :mod:`interfirm.capability`, which are expert priors; without a purpose
    every construct is asked for in full.
    """
    if purpose is None or not labels:
        return np.ones(len(labels))
    text = (resources.files("interfirm.capability") / "requirements.csv").read_text("utf-8")
    rows = [row for row in csv.DictReader(text.splitlines()) if row["purpose"] == purpose]
    levels = {name: [float(row["level"]) for row in rows if row["construct"] == name] for name in labels}
    return np.array([np.mean(levels[name]) / _TOP if levels[name] else 0.0 for name in labels])

"""What each organisation can do and what a purpose asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from interfirm.errors import UnknownName, UsageError
from interfirm.partners.ground import Floats

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study

HIGHEST = 7.0


def scores_of(study: Study, wave: str | None) -> tuple[Floats, tuple[str, ...]]:
    """Capability scores of all actors in study order as they were answered, NaN where not, and the constructs."""
    return _profiles(study, wave)[0], _profiles(study, wave)[2]


def capabilities(study: Study, wave: str | None) -> tuple[Floats, tuple[str, ...]]:
    """The same on 0 to 1: (score − lowest) / (highest − lowest answer). Without answers there are no columns."""
    return _profiles(study, wave)[1], _profiles(study, wave)[2]


def _profiles(study: Study, wave: str | None) -> tuple[Floats, Floats, tuple[str, ...]]:
    key = ("partners capabilities", wave)
    if key not in study._cache:
        study._cache[key] = _read(study, wave)
    return study._cache[key]  # type: ignore[no-any-return]


def _read(study: Study, wave: str | None) -> tuple[Floats, Floats, tuple[str, ...]]:
    import pandas as pd

    from interfirm.capability.scores import profiles

    n = len(study.actors)
    if wave is None or not (study.answers["wave"] == wave).any():
        return np.zeros((n, 0)), np.zeros((n, 0)), ()
    found = profiles(study, wave)
    if not len(found.scores.columns) or found.scores.isna().all(axis=None):
        return np.zeros((n, 0)), np.zeros((n, 0)), ()
    wide = found.scores.reindex(pd.Index(study.actors["actor"]))
    low, high = (np.array([found.scale[name][side] for name in wide.columns]) for side in (0, 1))
    raw = wide.to_numpy(dtype=np.float64)
    return raw, (raw - low) / (high - low), tuple(map(str, wide.columns))


@dataclass(frozen=True)
class Asked:
    """What a planned collaboration asks of each construct: ``level`` 0 to 7 and ``weight``, one value per construct."""

    level: Floats
    weight: Floats

    @property
    def need(self) -> Floats:
        """Weight times level on 0 to 1: how much each construct is needed."""
        return np.asarray(self.weight * self.level / HIGHEST, dtype=np.float64)


def asked(labels: tuple[str, ...], purpose: str | None, type: str | None = None,
          table: pd.DataFrame | None = None) -> Asked:
    """What a purpose and a type of collaboration ask of each construct.

    From :func:`interfirm.capability.requirement_profiles`, which are expert priors, or from a table of one's own.
    Without a type (or a purpose) the mean over all types (or purposes) of the table.

    Raises
    ------
    UnknownName
        For a purpose or type that the table does not have.
    DataError
        If the table is wrong.
    """
    import pandas as pd

    from interfirm.capability.requirements import check_requirements, requirement_profiles

    rows = check_requirements(requirement_profiles() if table is None else table)
    for column, name in (("type", type), ("purpose", purpose)):
        known = list(dict.fromkeys(rows[column].astype(str)))
        if name is not None and name not in known:
            raise UnknownName("type of collaboration" if column == "type" else column, name, known)
        rows = rows if name is None else rows.loc[rows[column] == name]
    if rows.empty:
        raise UsageError(f"The table has no profile of '{type}' for '{purpose}'. Add its rows.")
    mean = rows.groupby("construct")[["level", "weight"]].mean().reindex(pd.Index(labels)).fillna(0.0)
    return Asked(mean["level"].to_numpy(dtype=np.float64), mean["weight"].to_numpy(dtype=np.float64))


def readiness(study: Study, wave: str | None, wanted: Asked) -> Floats:
    """How far each organisation of the study meets what is asked, in study order.

    :func:`interfirm.capability.readiness_index` of its scores: 1 − Σ_c v_c max(0, R_c − s_c) / Σ_c v_c R_c. NaN where a
    score that is asked for is missing, or nothing is asked.
    """
    from interfirm.capability.requirements import Requirement, readiness_index

    raw, labels = scores_of(study, wave)
    level, weight = (dict(zip(labels, map(float, part), strict=True)) for part in (wanted.level, wanted.weight))
    if not any(level[name] * weight[name] for name in labels):
        return np.full(len(raw), np.nan)
    profile = Requirement("", "", level, weight, "")
    return np.array([readiness_index(dict(zip(labels, row, strict=True)), profile) for row in raw])

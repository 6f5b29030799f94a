"""The pool of research of others that spills over to a firm, by nearness in knowledge and in space."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from interfirm.errors import DataError, Finding, UsageError
from interfirm.knowledge._limits import limit
from interfirm.knowledge.flows import Floats, Ints

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study


@dataclass(frozen=True, eq=False)
class SpilloverPools:
    """The pool of each member.

    Attributes
    ----------
    rows
        See :meth:`table`.
    settings
        Wave, nearness, decay, how many efforts are known.
    """

    rows: pd.DataFrame
    settings: Mapping[str, Any]

    def table(self) -> pd.DataFrame:
        """One row per member: ``research`` (own), ``pool``, ``pool_without_decay``, ``known`` (others that counted)."""
        return self.rows.copy()

    def __str__(self) -> str:
        pool = self.rows["pool"].dropna()
        low, middle, high = (pool.quantile(q) for q in (0, 0.5, 1))
        return f"Median pool {middle:,.0f}, from {low:,.0f} to {high:,.0f} ({self.settings['unit']})."


def decayed_pool(proximity: npt.ArrayLike, research: npt.ArrayLike, distance: npt.ArrayLike | None = None, *,
                 decay_km: float = 50.0) -> Floats:
    """The pool S_i = Σ_{j≠i} P_ij exp(−d_ij / d₀) RD_j.

    Parameters
    ----------
    proximity
        P, n × n, nearness in knowledge from 0 to 1.
    research
        RD, n efforts, e.g. EUR.
    distance
        d, n × n kilometres; no decay if left out.
    decay_km
        d₀: the distance at which research counts 1/e of what it counts next door.

    Returns
    -------
    numpy.ndarray
        n values in the unit of ``research``. Pairs of which a part is not known are left out of the sum; NaN where
        no pair is known.

    Raises
    ------
    UsageError
        For arrays that do not fit, or ``decay_km`` not above 0.

    References
    ----------
    [jaffe1986]; the decay is ours.

    Examples
    --------
    >>> decayed_pool([[1, 0.5], [0.5, 1]], [3, 10]).tolist()
    [5.0, 1.5]
    """
    near, effort = np.array(proximity, dtype=np.float64), np.asarray(research, dtype=np.float64)
    if effort.ndim != 1 or near.shape != (len(effort), len(effort)):
        raise UsageError(f"Proximity must be n × n and research n long; they are {near.shape} and {effort.shape}.")
    if decay_km <= 0:
        raise UsageError("decay_km is a distance above 0.")
    if distance is not None:
        km = np.asarray(distance, dtype=np.float64)
        if km.shape != near.shape:
            raise UsageError(f"Distance must be as large as proximity; it is {km.shape}.")
        near = near * np.exp(-km / decay_km)
    np.fill_diagonal(near, np.nan)
    parts = near * effort[None, :]
    known = ~np.isnan(parts)
    return np.where(known.any(axis=1), np.where(known, parts, 0.0).sum(axis=1), np.nan)


def spillover_pools(study: Study, *, wave: str | int | None = None, decay_km: float | None = None,
                    who: str = "members") -> SpilloverPools:
    """How much research of others is within reach of each member, weighted by nearness in knowledge and in space.

    S_i = Σ_{j≠i} P_ij exp(−d_ij / d₀) RD_j with RD_j = R&D share × turnover (EUR a year), P the column
    ``cognitive_proximity`` of ``dyads`` and d its column ``distance``.

    Parameters
    ----------
    study
        The study.
    wave
        The wave; None if there is only one.
    decay_km
        d₀; ``knowledge.decay_km`` by default.
    who
        ``"members"``, or ``"all"`` for external actors too.

    Returns
    -------
    SpilloverPools
        Where distances are not known, ``pool`` is missing and ``pool_without_decay`` is not.

    Raises
    ------
    DataError
        If nearness in knowledge or every research effort is missing.

    Notes
    -----
    A pool is what could spill over, not what did. Members whose research is not known are left out of the sum, so a
    pool is a lower bound; ``known`` says how many counted.

    References
    ----------
    [jaffe1986]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> pools = spillover_pools(example(), wave="2024").table()
    >>> bool((pools["pool"] <= pools["pool_without_decay"]).all())
    True
    """
    import pandas as pd

    when = study.wave(wave)
    index = study.present(when, who=who)
    near = _pairs(study, "cognitive_proximity", index)
    effort = _research(study, when, index)
    if near is None or np.isnan(near).all() or np.isnan(effort).all():
        what = "nearness in knowledge" if near is None or np.isnan(near).all() else "research spending"
        raise DataError(Finding("error", f"nothing is known of {what}", "no-spillovers",
                                expected="dyads.cognitive_proximity, and observations.rd_share and turnover",
                                remedy="Compute nearness with interfirm.partners.technological_proximity, and ask for "
                                       "R&D spending"))
    km = _pairs(study, "distance", index)
    scale = limit("decay_km") if decay_km is None else decay_km
    plain = decayed_pool(near, effort)
    pool = np.full(len(index), np.nan) if km is None else decayed_pool(near, effort, km, decay_km=scale)
    known = (~np.isnan(near * effort[None, :]) & ~np.eye(len(index), dtype=bool)).sum(axis=1)
    rows = pd.DataFrame({"actor": study.actors["actor"].to_numpy()[index], "research": effort, "pool": pool,
                         "pool_without_decay": plain, "known": known})
    return SpilloverPools(rows, {"wave": when, "decay_km": scale, "unit": "EUR a year", "actors": len(index)})


def _pairs(study: Study, column: str, index: Ints) -> Floats | None:
    if column not in study.dyads.columns or not len(study.dyads):
        return None
    return study.dyadic(column)[np.ix_(index, index)]


def _research(study: Study, wave: str, index: Ints) -> Floats:
    share, turnover = (study.covariate(name, wave).to_numpy(dtype=np.float64, na_value=np.nan)
                       for name in ("rd_share", "turnover"))
    return np.asarray((share * turnover)[index], dtype=np.float64)

"""How firms choose whom to ask: from a tie-formation model fitted to the study's waves, or priors put in balance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from interfirm.errors import InterfirmError
from interfirm.simulation.starting import ClusterStart

if TYPE_CHECKING:
    from interfirm.dynamics.fit import Fit
    from interfirm.study.study import Study

Floats = npt.NDArray[np.float64]
Progress = Callable[[str], None]

_NAMES: Final = {"density": "density", "recip": "recip", "gwespFF(69)": "closure", "inPopSqrt": "popularity",
                 "sameX:sector": "same_sector"}
_DYADS: Final = ("geographic_proximity", "cognitive_proximity")
_SAMPLE: Final = 500
_LARGEST: Final = 400


def fitted(start: ClusterStart, study: Study, *, seed: int, years: float | None = None,
           progress: Progress | None = None) -> ClusterStart:
    """The start with tie choice from a model fitted to the waves of the study, where it has two or more of them.

    The model has density, reciprocity, closure of two-paths, popularity, same sector and, where the study holds
    them, geographic and cognitive proximity. Without waves, or where the estimation does not converge, the priors are
    used and said: see :func:`balanced`.

    Parameters
    ----------
    start
        Made from the same study.
    study
        The study.
    seed
        Seed of the estimation.
    years
        Years between the last two waves; from the waves' dates if left out, and 1 (said) where they have none.
    progress
        Is told what is done.
    """
    relation = _relation(study, start)
    if relation is None or start.size > _LARGEST:
        return balanced(start)
    if progress is not None:
        progress(f"fitting tie choice to the waves of '{relation}'")
    mine = study.select(actors=start.actors)
    basic, more, why = ["density", "recip", "gwespFF(69)", "inPopSqrt"], _more(mine), ""
    for effects in dict.fromkeys(tuple(basic + more[:keep]) for keep in range(len(more), -1, -1)):
        try:
            fit = _estimate(mine, relation, list(effects), seed)
        except InterfirmError as problem:
            why = " (" + str(problem).splitlines()[-1].strip().rstrip(".") + ")"
            continue
        if fit.convergence.converged:
            return _with_fit(start, mine, fit, relation, years)
        why = " (it did not converge)"
    return balanced(_noted(start, f"A model of tie choice could not be fitted{why}: stated priors instead."))


def _relation(study: Study, start: ClusterStart) -> str | None:
    """The relation of advice with most ties that was asked in two waves."""
    counts = {}
    for name in study.relations_of("knowledge"):
        rows = study.ties.loc[study.ties["relation"] == name]
        directed = bool(study.relations.set_index("relation")["directed"].fillna(True)[name])
        if directed and rows["wave"].nunique() >= 2 and (start.wave is None or start.wave == study.wave_order[-1]):
            counts[name] = len(rows)
    return max(counts, key=lambda name: counts[name]) if counts else None


def _more(study: Study) -> list[str]:
    words = study.actors["sector"].dropna()
    out = ["sameX:sector"] if words.nunique() > 1 else []
    for name in _DYADS:
        if name in study.dyads.columns and study.dyads[name].notna().any():
            out.append(f"X:{name}")
    return out


def _estimate(study: Study, relation: str, effects: list[str], seed: int) -> Fit:
    from interfirm.dynamics import Specification, estimate

    return estimate(study, Specification(relation, effects), seed=seed, threads=1, phase3=500)


def _with_fit(start: ClusterStart, study: Study, fit: Fit, relation: str, years: float | None) -> ClusterStart:
    theta = dict(zip(fit.names, fit.theta.tolist(), strict=True))
    affinity = np.zeros((start.size, start.size))
    values: dict[str, float] = {"same_sector": 0.0, "popularity": 0.0, "fit": 0.0, "capable": 0.0}
    for name, value in theta.items():
        short = name.split(" ")[-1] if " " in name else name
        if short in _NAMES:
            values[_NAMES[short]] = value
        elif short.startswith("X:"):
            affinity += value * _centred(study.dyadic(short[2:]))
    same = np.equal.outer(start.firm["sector"], start.firm["sector"])
    affinity += values["same_sector"] * same
    np.fill_diagonal(affinity, 0.0)
    rates = [value for name, value in theta.items() if name.startswith("rate")]
    apart = years if years is not None else _years(study)
    values["search"] = rates[-1] / (apart or 1.0)
    rounded = {name: round(value, 6) for name, value in values.items()}
    note = f"Whom firms ask follows a model fitted to '{relation}', {study.wave_order[-2]} to {study.wave_order[-1]}."
    if apart is None:
        note += " The waves have no dates: they are taken to lie one year apart."
    return _noted(replace(start, fitted=rounded, affinity=np.round(affinity, 6)), note)


def _centred(matrix: Floats) -> Floats:
    off = ~np.eye(len(matrix), dtype=bool)
    mean = float(np.nanmean(matrix[off]))
    return np.where(np.isnan(matrix), 0.0, matrix - mean)


def _years(study: Study) -> float | None:
    """Years between the last two waves; None where the study does not say."""
    from interfirm.simulation.starting_ties import year_of

    last, before = (year_of(study, study.wave_order[at]) for at in (-1, -2))
    return float(max(1, last - before)) if last is not None and before is not None else None


def _noted(start: ClusterStart, text: str) -> ClusterStart:
    return replace(start, notes=(*start.notes, text))


def balanced(start: ClusterStart) -> ClusterStart:
    """The start with the basic tendency to ask set so that ties of advice begin and end at the same rate at first.

    With the other priors as they are, ``density`` is the value at which the expected number of ties that begin in a
    turn equals that of ties that end. So a study without waves neither fills nor empties by assumption.

    Parameters
    ----------
    start
        The start.
    """
    from interfirm.kernels import cluster_codes as codes
    from interfirm.kernels.cluster_advice import drift
    from interfirm.simulation.model import prepare

    world = prepare(replace(start, spread=0.0), seed=1, periods=start.steps)
    step = max(1, start.size // _SAMPLE)
    low, high = -9.0, 1.0
    for _ in range(40):
        middle = 0.5 * (low + high)
        world.p[codes.DENSITY] = middle
        low, high = (middle, high) if drift(world, start.size, step) < 0 else (low, middle)
    return replace(start, fitted={**start.fitted, "density": round(0.5 * (low + high), 6)})


"""Trust between partners: how high, how one-sided, and how it builds and breaks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from interfirm.errors import UsageError
from interfirm.relations._answers import scored
from interfirm.relations._limits import limit

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study

_NAN = float("nan")


@dataclass(frozen=True, eq=False)
class Trust:
    """Trust between partners in one wave.

    Attributes
    ----------
    value
        Mean trust over all statements, each weighted by its tie, 1 to 7; NaN if none was stated.
    dyads
        One row per pair with at least one statement: ``first``, ``second``, ``given`` (first in second), ``returned``,
        ``dyad`` (the lower of the two; NaN with one statement), ``asymmetry``, ``one_sided``.
    source
        Where the statements come from.
    settings
        Wave and relations.
    """

    value: float
    dyads: pd.DataFrame
    source: str
    settings: dict[str, Any]

    def table(self) -> pd.DataFrame:
        """The dyads, the most one-sided first."""
        return self.dyads.sort_values("asymmetry", ascending=False, kind="stable", ignore_index=True)

    def by_actor(self) -> pd.DataFrame:
        """By actor: mean ``given`` and ``received``, number of statements of each."""
        import pandas as pd

        a = self.dyads.rename(columns={"first": "actor", "given": "given", "returned": "received"})
        b = self.dyads.rename(columns={"second": "actor", "returned": "given", "given": "received"})
        both = pd.concat([a[["actor", "given", "received"]], b[["actor", "given", "received"]]])
        grouped = both.groupby("actor", sort=False)
        out = grouped.mean()
        out[["times_given", "times_received"]] = grouped.count()
        return out

    def __str__(self) -> str:
        known = self.dyads["asymmetry"].notna()
        return (f"mean trust {self.value:.3g} of 7 over {len(self.dyads)} pairs; {int(self.dyads['one_sided'].sum())} "
                f"of the {int(known.sum())} pairs that both spoke are one-sided")


def trust(study: Study, *, relation: Any = None, wave: Any = None) -> Trust:
    """How far partners trust each other, and where only one of the two does.

    T_ij, 1 to 7: the mean of the five items of the instrument ``trust`` about j, otherwise the column ``ties.trust``
    (mean over the relations that tie the pair). Dyad: the lower of T_ij and T_ji. Asymmetry: |T_ij − T_ji|; one-sided
    from 2. Network: mean over all statements, weighted by the strength of their ties scaled to a mean of 1 in each
    relation.

    Parameters
    ----------
    study, wave
        A study with statements of trust.
    relation
        One relation or several; None for all.

    Returns
    -------
    Trust
        A pair of which only one spoke has no asymmetry: silence is not distrust.

    References
    ----------
    [zaheer1998], [suarezvilla1998]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> 1 <= trust(example(seed=1), wave="2024").value <= 7
    True
    """
    when = study.wave(wave)
    names = study.relation_names if relation is None else (relation,) if isinstance(relation, str) else tuple(relation)
    for name in names:
        study.adjacency(name, when)
    rows = study.ties[(study.ties["wave"] == when) & study.ties["relation"].isin(names) & (study.ties["weight"] > 0)]
    asked = scored(study, "trust", when)[["actor", "about", "all"]].dropna()
    mean = rows.groupby("relation")["weight"].transform("mean")
    told = rows.assign(weight=rows["weight"] / mean).dropna(subset=["trust"])
    told = told.groupby(["sender", "receiver"], sort=False).agg(trust=("trust", "mean"), weight=("weight", "mean"))
    stated = {(str(a), str(b)): (float(t), float(w)) for (a, b), t, w in
              zip(told.index, told["trust"], told["weight"], strict=True)}
    for actor, about, score in zip(asked["actor"], asked["about"], asked["all"], strict=True):
        stated[str(actor), str(about)] = (float(score), stated.get((str(actor), str(about)), (0.0, 1.0))[1])
    weights = np.array([item[1] for item in stated.values()])
    values = np.array([item[0] for item in stated.values()])
    value = float((values * weights).sum() / weights.sum()) if len(values) and weights.sum() > 0 else _NAN
    source = "items" if len(asked) and not len(told) else "stated on the ties" if not len(asked) else "items and ties"
    return Trust(value, _dyads(study, {pair: item[0] for pair, item in stated.items()}), source,
                 {"wave": when, "relations": names})


def _dyads(study: Study, stated: dict[tuple[str, str], float]) -> pd.DataFrame:
    import pandas as pd

    order = {actor: i for i, actor in enumerate(study.actors["actor"])}
    pairs = dict.fromkeys((a, b) if order[a] < order[b] else (b, a) for a, b in stated)
    rows = [(a, b, stated.get((a, b), _NAN), stated.get((b, a), _NAN)) for a, b in pairs]
    out = pd.DataFrame(rows, columns=["first", "second", "given", "returned"]).astype(
        {"given": "float64", "returned": "float64"})
    out["dyad"] = np.minimum(out["given"], out["returned"])
    out["asymmetry"] = (out["given"] - out["returned"]).abs()
    out["one_sided"] = out["asymmetry"] >= limit("one_sided_trust")
    return out


def trust_path(start: float, cooperation: Sequence[float], defection: Sequence[float] | float = 0.0,
               imbalance: Sequence[float] | float = 0.0, *, gain: float = 0.1, loss: float = 0.3,
               friction: float = 0.05) -> npt.NDArray[np.float64]:
    """How trust grows with kept promises and falls with broken ones and with disparity: a thought model of ours.

    T_{t+1} = T_t + λ⁺ (1 − T_t) coop_t − λ⁻ T_t defect_t − κ imbalance_t T_t, kept within 0 and 1. With cooperation
    only, T_t = 1 − (1 − T_0)(1 − λ⁺)^t.

    Parameters
    ----------
    start
        T_0, 0 to 1.
    cooperation, defection, imbalance
        One value from 0 to 1 per step.
    gain, loss, friction
        λ⁺, λ⁻ (larger than λ⁺: trust is lost faster than won) and κ, each 0 to 1.

    Returns
    -------
    numpy.ndarray
        T_0 … T_n for n steps.

    Raises
    ------
    UsageError
        For values out of range, or if λ⁻ is not larger than λ⁺.

    References
    ----------
    [suarezvilla1998] for the idea; the equation is ours.

    Examples
    --------
    >>> trust_path(0.2, [1, 1, 1], gain=0.1).round(4).tolist()
    [0.2, 0.28, 0.352, 0.4168]
    """
    steps = len(cooperation)
    given = [np.broadcast_to(np.asarray(x, np.float64), (steps,)) for x in (cooperation, defection, imbalance)]
    if any(((x < 0) | (x > 1)).any() for x in given) or not all(0 <= x <= 1 for x in (start, gain, loss, friction)):
        raise UsageError("Trust, steps and rates are shares: give numbers from 0 to 1.")
    if loss <= gain:
        raise UsageError("loss must be larger than gain: trust is lost faster than it is won.")
    out = [float(start)]
    for kept, broken, uneven in zip(*given, strict=True):
        t = out[-1]
        out.append(float(np.clip(t + gain * (1 - t) * kept - loss * t * broken - friction * uneven * t, 0.0, 1.0)))
    return np.array(out)

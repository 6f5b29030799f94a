"""What passes between firms as dense arrays, in what unit it is, and what it is a share of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from interfirm.errors import UnknownName, UsageError
from interfirm.relations._limits import whole

if TYPE_CHECKING:
    from interfirm.study.adjacency import Adjacency
    from interfirm.study.study import Study

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

UNITS: Final = ("share", "money", "strength")
_MEANT: Final = {"customer": "share", "supplier": "share", "outsourcing": "money"}
_ROUNDING: Final = 1e-6
EARTH_KM: Final = 6371.0088


def dense(view: Adjacency) -> Floats:
    """The weights as an n × n array; NaN where the tie is not known, 0 on the diagonal."""
    most = whole("most_actors")
    if view.size > most:
        raise UsageError(f"'{view.relation}' has {view.size:,} actors; this measure holds a table of all pairs and "
                         f"takes at most {most:,}. Select a part of the study first.")
    out = view.matrix.toarray()
    if view.has_missing:
        out[~view.observed()] = np.nan
    np.fill_diagonal(out, 0.0)
    return out


@dataclass(frozen=True, eq=False)
class Flows:
    """What passes between n actors.

    Parameters
    ----------
    share
        n × n: the part of i's business that goes on with j, in either direction; NaN where not known.
    unit
        ``"share"``, ``"money"`` or ``"strength"``: how the weights were read.
    base
        What the shares are shares of, in words.
    view
        The relation that they come from.
    """

    share: Floats
    unit: str
    base: str
    view: Adjacency


def unit_of(view: Adjacency, relation: Any, unit: str | None) -> str:
    """How the weights of a relation are to be read.

    None chooses: what the relation's name means (customer and supplier: share of turnover;
    outsourcing: money), but ``"strength"`` where the weights contradict it: shares that sum to more
    than 1, or money that is nothing but whole numbers up to 10.
    """
    if unit is not None:
        if unit not in UNITS:
            raise UnknownName("unit", unit, UNITS)
        return unit
    meant = _MEANT.get(str(relation), "strength")
    weights = view.matrix.data
    if meant == "share" and (np.asarray(view.matrix.sum(axis=1)) > 1 + _ROUNDING).any():
        return "strength"
    if meant == "money" and len(weights) and weights.max() <= 10 and bool((weights % 1 == 0).all()):
        return "strength"
    return meant


def flows(study: Study, relation: Any, wave: Any, who: str, unit: str | None) -> Flows:
    """Shares of each actor's business by partner.

    Money, and shares of the sender's turnover turned into money, are divided by the actor's turnover
    where it is known; a share stated by the sender is used as it stands, and what the receiver buys is left
    out where it would exceed the receiver's whole turnover. What has no known base is
    divided by the actor's total in the relation, which leaves out its other business.
    """
    view = study.adjacency(relation, wave, who=who)
    weight = dense(view)
    read = unit_of(view, relation, unit)
    turnover = study.covariate("turnover", view.wave).to_numpy(dtype=np.float64, na_value=np.nan)[view.index]
    turnover = np.where(turnover > 0, turnover, np.nan)
    if read == "strength":
        return Flows(_of_total(_both(weight)), read, "the strength of all its ties in this relation", view)
    money = weight * turnover[:, None] if read == "share" else weight
    with np.errstate(invalid="ignore"):
        out = _both(money) / turnover[:, None]
    if read == "share":
        out, base = _stated(weight, turnover), "turnover, as stated by the seller"
    elif np.isnan(turnover).all():
        return Flows(_of_total(_both(money)), read, "what it gives and takes in this relation", view)
    else:
        base = "turnover"
    np.fill_diagonal(out, 0.0)
    return Flows(np.minimum(out, 1.0), read, base, view)


def _stated(sold: Floats, turnover: Floats) -> Floats:
    """The larger of what is sold to a partner and bought from it, as shares of turnover; NaN where not known."""
    bought = np.where(sold.T == 0, 0.0, sold.T * turnover[None, :] / turnover[:, None])
    bought[bought > 1] = np.nan
    return np.asarray(np.where(np.isnan(bought) & ~(sold > 0), np.nan, np.fmax(sold, bought)))


def _both(amount: Floats) -> Floats:
    """What passes between two in either direction; NaN where neither direction is known."""
    back = amount.T
    lost = np.isnan(amount) & np.isnan(back)
    return np.asarray(np.where(lost, np.nan, np.nan_to_num(amount) + np.nan_to_num(back)))


def _of_total(amount: Floats) -> Floats:
    total = np.nansum(amount, axis=1, keepdims=True)
    return np.asarray(np.divide(amount, total, out=np.full_like(amount, np.nan), where=total > 0))


def kilometres(study: Study, index: npt.NDArray[np.int64]) -> Floats:
    """n × n distances in km from ``dyads.distance``, otherwise from coordinates; NaN where not known."""
    given = study.dyadic("distance")[np.ix_(index, index)]
    given = np.where(np.isnan(given), given.T, given)
    place = np.radians(study.actors[["latitude", "longitude"]].to_numpy(dtype=np.float64)[index])
    half = np.sin((place[:, None, :] - place[None, :, :]) / 2) ** 2
    cosine = np.cos(place[:, 0])
    inner = half[..., 0] + cosine[:, None] * cosine[None, :] * half[..., 1]
    far = 2 * EARTH_KM * np.arcsin(np.sqrt(np.clip(inner, 0.0, 1.0)))
    out = np.where(np.isnan(given), far, given)
    np.fill_diagonal(out, 0.0)
    return np.asarray(out)

"""Reasons to leave that can be seen in a study: each a value of 1, 0 or missing by member."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from interfirm.relations._answers import answered
from interfirm.relations.alternatives import alternatives_in_range
from interfirm.relations.embeddedness import structural_embeddedness
from interfirm.relations.outsourcing import two_way_subcontracting
from interfirm.relations.trust import trust

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study

_MIDDLE: Final = 4.0
_STEP: Final = 1.0
_SHRINK: Final = 0.95
_NAN: Final = float("nan")


class Signal(NamedTuple):
    """A reason to leave: in words, how it is found, and what to collect where it is not known."""

    words: str
    find: Callable[[Study, str], pd.Series[Any]]
    collect: str


def signals(study: Study, wave: str, actors: npt.NDArray[Any]) -> dict[str, pd.Series[Any]]:
    """Every signal by member: 1 seen, 0 not, NaN not known."""
    return {name: item.find(study, wave).reindex(actors).astype("float64") for name, item in SIGNALS.items()}


def _none() -> pd.Series[Any]:
    import pandas as pd

    return pd.Series(dtype="float64")


def _flag(values: pd.Series[Any], hit: pd.Series[Any]) -> pd.Series[Any]:
    return hit.astype("float64").where(values.notna())


def _exchange(study: Study, wave: str) -> list[str]:
    there = set(study.ties.loc[study.ties["wave"] == wave, "relation"])
    return [name for name in study.relations_of("exchange") if name in there]


def _before(study: Study, wave: str) -> str | None:
    place = study.wave_order.index(wave)
    return study.wave_order[place - 1] if place else None


def _alternatives(study: Study, wave: str) -> pd.Series[Any]:
    names = _exchange(study, wave)
    if not names:
        return _none()
    values = alternatives_in_range(study, relation=names, wave=wave)
    return _flag(values, values > values.quantile(0.75))


def _loose(study: Study, wave: str) -> pd.Series[Any]:
    names = _exchange(study, wave)
    if not names:
        return _none()
    found = structural_embeddedness(study, relation=names, wave=wave)["gwesp"].fillna(0.0)
    silent = study.adjacency(names, wave).missing_rows
    return _flag(found.where(~silent), found <= found.quantile(0.25))


def _little_trust(study: Study, wave: str) -> pd.Series[Any]:
    given = _given(study, wave)
    return _flag(given, given < _MIDDLE)


def _given(study: Study, wave: str) -> pd.Series[Any]:
    found = trust(study, wave=wave)
    return found.by_actor()["given"] if len(found.dyads) else _none()


def _falling_trust(study: Study, wave: str) -> pd.Series[Any]:
    earlier = _before(study, wave)
    if earlier is None:
        return _none()
    change = _given(study, wave) - _given(study, earlier)
    return _flag(change, change <= -_STEP)


def _decided_for(study: Study, wave: str) -> pd.Series[Any]:
    there = set(study.ties.loc[study.ties["wave"] == wave, "relation"])
    names = [name for name in study.relations_of("coordination") if name in there]
    if not names:
        return _none()
    view = study.adjacency(names, wave)
    sent, received = np.diff(view.matrix.indptr), np.diff(view.matrix.tocsc().indptr)
    decided = ((received > 0) & (sent == 0)).astype(float)
    return view.series(np.where(view.missing_rows, np.nan, decided), "decided")


def _one_sided(study: Study, wave: str) -> pd.Series[Any]:
    there = set(study.ties.loc[study.ties["wave"] == wave, "relation"])
    if "outsourcing" not in there:
        return _none()
    found = two_way_subcontracting(study, wave=wave, draws=0)
    partners = found.dyads[["first", "second"]].stack().value_counts()
    several = partners.reindex(found.firms.index).fillna(0) >= 2
    return _flag(found.firms.where(several), found.firms == 0)


def _shrinks(study: Study, wave: str) -> pd.Series[Any]:
    earlier = _before(study, wave)
    if earlier is None:
        return _none()
    change = study.covariate("turnover", wave) / study.covariate("turnover", earlier)
    return _flag(change, change < _SHRINK)


def _answer(item: str) -> Callable[[Study, str], pd.Series[Any]]:
    def low(study: Study, wave: str) -> pd.Series[Any]:
        rows = answered(study, "membership", wave)
        least = rows[rows["item"] == item].groupby("actor")["value"].min()
        return _flag(least, least < _MIDDLE) if len(least) else _none()

    return low


SIGNALS: Final[dict[str, Signal]] = {
    "alternatives": Signal("many other partners near by", _alternatives,
                           "Exchange ties, and places or distances of the members."),
    "loose": Signal("its partners hardly work with each other", _loose, "Exchange ties between the members."),
    "little trust": Signal("trusts its partners little", _little_trust,
                           "Trust on the ties, or the instrument 'trust'."),
    "falling trust": Signal("its trust has fallen", _falling_trust, "Trust in two waves."),
    "decided for": Signal("others decide for it, and it decides for nobody", _decided_for,
                          "A coordination relation: who decides for whom."),
    "one-sided": Signal("gives or takes work, never both with the same firm", _one_sided,
                        "Outsourcing between the members with amounts."),
    "shrinking": Signal("its turnover fell by more than a twentieth", _shrinks, "Turnover in two waves."),
    "no gain": Signal("says that an alliance costs more than it brings", _answer("GAIN"),
                      "The item GAIN of the instrument 'membership'."),
    "not staying": Signal("does not expect to stay in an alliance", _answer("STAY"),
                          "The item STAY of the instrument 'membership'."),
}

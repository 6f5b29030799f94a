"""What the ties of a study say about joint action and about the knowledge that can be reached."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from interfirm.cluster.shares import Share, share_of

if TYPE_CHECKING:
    from interfirm.study.study import Study

Bools = npt.NDArray[np.bool_]
_VERTICAL: Final = ("customer", "supplier", "outsourcing")
_HORIZONTAL: Final = ("peer", "cooperation")


def _there(study: Study, wave: str, relations: tuple[str, ...]) -> tuple[str, ...]:
    """Those relations that were observed in the wave."""
    seen = set(study.ties.loc[study.ties["wave"] == wave, "relation"])
    return tuple(name for name in relations if name in seen)


def _ties(study: Study, wave: str, relations: tuple[str, ...], who: str = "members") -> Any:
    """Sparse 0/1 matrix, in both directions, of the actors there; and their positions."""
    view = study.adjacency(list(relations) if len(relations) > 1 else relations[0], wave, who=who)
    return view.matrix, view.index


def _answering_firms(study: Study, wave: str, relation: str, index: npt.NDArray[np.int64]) -> Bools:
    kinds = study.actors["kind"].to_numpy()[index] == "firm"
    told = study.responded(relation, wave).iloc[index].fillna(True).to_numpy(dtype=bool)
    return np.asarray(kinds & told)


def asks_members(study: Study, wave: str) -> Share:
    """Firms that answered and ask at least one other member for advice."""
    relations = _there(study, wave, study.relations_of("knowledge"))
    if not relations:
        return Share(0, 0)
    matrix, index = _ties(study, wave, relations)
    firms = _answering_firms(study, wave, relations[0], index)
    return share_of(np.asarray((matrix != 0).sum(axis=1)).ravel()[firms] > 0)


def knowledge_along(study: Study, wave: str, named: tuple[str, ...]) -> Share:
    """Of the firms with a tie of some relations to a member: those with a knowledge tie to one of these members."""
    traded, known = _there(study, wave, named), _there(study, wave, study.relations_of("knowledge"))
    if not traded or not known:
        return Share(0, 0)
    (trade, index), (advice, other) = _ties(study, wave, traded), _ties(study, wave, known)
    if not np.array_equal(index, other):
        return Share(0, 0)
    trade, advice = (m + m.T for m in (trade != 0, advice != 0))
    firms = _answering_firms(study, wave, known[0], index)
    has = np.asarray(trade.sum(axis=1)).ravel() > 0
    both = np.asarray(trade.multiply(advice).sum(axis=1)).ravel() > 0
    return share_of(both[firms & has])


def outside_through_institutions(study: Study, wave: str) -> Share:
    """Firms that work with an institution of the cluster which itself has a tie to somebody outside."""
    if not _there(study, wave, ("institutional",)):
        return Share(0, 0)
    every = _there(study, wave, tuple(study.relation_names))
    matrix, index = _ties(study, wave, every, who="all")
    position = study.actors["position"].to_numpy()[index]
    kinds = study.actors["kind"].to_numpy()[index]
    outside = position == "external"
    both = matrix + matrix.T
    open_ = np.asarray(both[:, np.flatnonzero(outside)].sum(axis=1)).ravel() > 0
    open_ &= (kinds != "firm") & ~outside
    works, mine = _ties(study, wave, ("institutional",))
    place = {actor: at for at, actor in enumerate(index.tolist())}
    reach = np.array([open_[place[actor]] for actor in mine.tolist()])
    if not reach.any():
        return Share(0, 0)
    firms = _answering_firms(study, wave, "institutional", mine)
    return share_of(np.asarray((works + works.T)[:, np.flatnonzero(reach)].sum(axis=1)).ravel()[firms] > 0)


def works_with_members(study: Study, wave: str | None) -> Share:
    """Firms with a cooperative tie, or a common alliance, with another member: joint action as far as ties show it."""
    named = (*_HORIZONTAL, "institutional")
    relations = _there(study, wave, named) if wave is not None else ()
    alliances = len(study.alliances) > 0
    if not relations and not alliances:
        return Share(0, 0)
    index = study.present(wave)
    firms = study.actors["kind"].to_numpy()[index] == "firm"
    acts = np.zeros(len(index), dtype=bool)
    if relations and wave is not None:
        matrix, _ = _ties(study, wave, relations)
        acts |= np.asarray((matrix + matrix.T).sum(axis=1)).ravel() > 0
        firms = firms & _answering_firms(study, wave, relations[0], index)
    if alliances:
        shared = study.alliances.groupby("alliance")["actor"].transform("nunique") > 1
        acts |= np.isin(study.actors["actor"].to_numpy()[index], study.alliances.loc[shared, "actor"].to_numpy())
    return share_of(acts[firms])


DATA: Final[dict[str, Callable[[Study, str], Share]]] = {
    "advice": asks_members,
    "advice_vertical": lambda study, wave: knowledge_along(study, wave, _VERTICAL),
    "advice_horizontal": lambda study, wave: knowledge_along(study, wave, _HORIZONTAL),
    "outside": outside_through_institutions,
}

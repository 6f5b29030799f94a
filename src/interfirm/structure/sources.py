"""The two layers of a study: which relations they come from, and a stand-in where coordination was not asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from interfirm.errors import UnknownName, UsageError
from interfirm.structure.layers import Layers, read_layers, too_large
from interfirm.structure.limits import limit

if TYPE_CHECKING:
    from interfirm.study.adjacency import Adjacency
    from interfirm.study.study import Study

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Relation = str | Sequence[str] | None

ALLIANCES = "alliances"
OWNERSHIP = "ownership"
MIXED_FROM = 100.0


@dataclass(frozen=True, eq=False)
class Coordination:
    """A coordination matrix, which of its cells are known, where it comes from, and whether it was inferred.

    ``mixed`` names the relations that could not be read for it because their weights have no one unit.
    """

    matrix: Floats | None
    observed: npt.NDArray[np.bool_] | None
    source: str
    proxy: bool
    mixed: tuple[str, ...] = ()


def study_layers(study: Study, exchange: Relation = None, coordination: Relation = None,
                 wave: str | int | None = None, alliance: str | None = None) -> tuple[Layers, bool]:
    """Exchange and coordination of a study, or of one alliance of it; and whether coordination was inferred.

    Raises
    ------
    UsageError
        If the study has no exchange relation and none is named, or a name is unknown.
    """
    relations = exchange_relations(study, exchange)
    first = study.adjacency(relations, _when(study, relations, wave))
    keep = np.arange(first.size)
    if alliance is not None:
        mine, running = members(study, alliance, first.wave)
        keep = np.flatnonzero(np.isin(first.actors, mine))
    if first.size > limit("most_actors"):
        if alliance is None:
            return too_large(first.size), False
        chosen = [str(name) for name in first.actors[keep]]
        part = study.select(actors=chosen)
        return study_layers(part, exchange, coordination, wave, alliance)
    second = find_coordination(study, coordination, wave, first)
    cut = np.ix_(keep, keep)
    weights = first.matrix.toarray()[cut]
    matrix = None if second.matrix is None else second.matrix[cut]
    seen = None if second.observed is None else second.observed[cut]
    where = "".join([f", wave {first.wave}" if first.wave is not None else "",
                     f", alliance {alliance}" if alliance is not None else ""])
    layers = read_layers(weights, matrix, (first.observed()[cut], seen), [str(a) for a in first.actors[keep]],
                         second.source, (f"exchange ({first.relation}){where}", f"coordination{where}"))
    if alliance is not None and not running:
        layers.findings.add("warning", f"alliance '{alliance}' does not run in this wave; the ties are those of its "
                            "members of other times", "not-running", file=layers.places[0],
                            expected="a wave between its start and its end", remedy="Name another wave")
    _say_pooled(study, relations, layers)
    for name in second.mixed:
        layers.findings.add("warning", f"the weights of '{name}' mix fractions below 1 with larger numbers; nobody is "
                            "taken to decide for another because of them", "mixed-units",
                            file=f"ties, relation '{name}'",
                            expected="one unit: all shares from 0 to 1, or all per cent, or all amounts of money",
                            remedy="Bring them to one unit in the column 'weight'")
    _say_outsiders(study, relations, wave, layers, first.size if alliance is None else None)
    return (replace(layers, one_way=None) if not first.directed else layers), second.proxy


def exchange_relations(study: Study, asked: Relation) -> str | list[str]:
    """The relations to read exchange from: those asked for, else all of the exchange layer, else alliances."""
    if asked is not None:
        return asked if isinstance(asked, str) else list(asked)
    found = [name for name in study.relations_of("exchange") if bool((study.ties["relation"] == name).any())]
    if found:
        return found if len(found) > 1 else found[0]
    if len(study.alliances):
        return ALLIANCES
    others = ", ".join(study.relation_names) or "none"
    raise UsageError(f"The study has no relation of the exchange layer. Name the one that says who works with whom: "
                     f"exchange=… (relations: {others}).")


def members(study: Study, alliance: str, wave: str | None = None) -> tuple[list[str], bool]:
    """The members of one alliance in a wave, and whether it runs then; if not, or without a wave, those of all time.

    Raises
    ------
    UnknownName
        If there is no such alliance.
    """
    mine = study.alliances["alliance"] == alliance
    if not bool(mine.any()):
        raise UnknownName("alliance", alliance, study.alliances["alliance"].drop_duplicates())
    view = study.incidence(wave)
    at = np.flatnonzero(np.asarray(view.alliances, dtype=str) == alliance)
    if len(at):
        rows = np.flatnonzero(np.asarray(view.matrix[:, [int(at[0])]].todense()).ravel() > 0)
        return [str(item) for item in view.actors[rows]], True
    return [str(item) for item in study.alliances.loc[mine, "actor"].drop_duplicates()], False


def _when(study: Study, relations: str | list[str], wave: str | int | None) -> str | None:
    return None if relations == ALLIANCES and wave is None else study.wave(wave)


def find_coordination(study: Study, asked: Relation, wave: str | int | None, first: Adjacency) -> Coordination:
    """Coordination as it was asked; else inferred from ownership and dependence; else none.

    Inferred: i is taken to decide for j if i owns more than half of j, is named as its parent, or if at
    least half of j's valued flows are with i and less than a quarter of i's are with j. Ours, after the
    asymmetry of dependence of exchange theory [cook1978].
    """
    relations = asked if asked is not None else [
        name for name in study.relations_of("coordination") if bool((study.ties["relation"] == name).any())]
    if relations:
        view = study.adjacency(relations, first.wave if first.wave is not None else wave)
        return Coordination(_onto(view, first), _onto(view, first, observed=True).astype(bool),
                            f"asked ({view.relation})", False)
    matrix = np.zeros((first.size, first.size))
    mixed: list[str] = []
    sources = (_parents(study, first, matrix) + _owners(study, first, matrix, mixed)
               + _dependents(study, first, matrix, mixed))
    unread = tuple(dict.fromkeys(mixed))
    if not sources:
        return Coordination(None, None, "not known: exchange alone", False, unread)
    np.fill_diagonal(matrix, 0.0)
    return Coordination(matrix, None, "inferred from " + " and ".join(sources), True, unread)


def _onto(view: Adjacency, first: Adjacency, *, observed: bool = False) -> Floats:
    """A view's matrix in the order of another's actors."""
    values = view.observed().astype(np.float64) if observed else view.matrix.toarray()
    if np.array_equal(view.index, first.index):
        return np.asarray(values)
    out = np.zeros((first.size, first.size))
    mine, yours = np.intersect1d(first.index, view.index, return_indices=True)[1:]
    out[np.ix_(mine, mine)] = values[np.ix_(yours, yours)]
    return out


def _parents(study: Study, first: Adjacency, matrix: Floats) -> list[str]:
    """Parents named in the table of actors."""
    place = {str(name): at for at, name in enumerate(first.actors)}
    parent = study.covariate("parent").iloc[first.index]
    found = [(place[str(p)], at) for at, p in enumerate(parent) if isinstance(p, str) and str(p) in place]
    for above, unit in found:
        matrix[above, unit] = 1.0
    return ["parent firms"] if found else []


def mixed_units(weights: Floats) -> bool:
    """Whether weights look like shares and amounts in one column: fractions below 1 beside numbers of 100 and more."""
    tied = weights[weights > 0]
    return bool(((tied < 1) & (tied % 1 > 0)).any() and (tied >= MIXED_FROM).any())


def _owners(study: Study, first: Adjacency, matrix: Floats, mixed: list[str]) -> list[str]:
    """Ownership above one half; shares above 1 are read as per cent. Fractions beside per cent are not read."""
    found = False
    for name in study.relations_of(OWNERSHIP):
        for wave in [first.wave] if first.wave is not None else list(study.wave_order):
            share = _onto(study.adjacency(name, wave), first)
            if ((share > 0) & (share < 1)).any() and (share > 1).any():
                mixed.append(name)
                continue
            share = share / 100 if share.size and share.max() > 1 else share
            found |= bool((share > limit("ownership")).any())
            matrix[share > limit("ownership")] = 1.0
    return ["ownership"] if found else []


def _dependents(study: Study, first: Adjacency, matrix: Floats, mixed: list[str]) -> list[str]:
    """One-sided dependence in valued exchange relations, each in its own unit."""
    used = []
    for name in study.relations_of("exchange"):
        if first.wave is None:
            continue
        flow = _onto(study.adjacency(name, first.wave), first)
        if len(np.unique(flow[flow > 0])) < 2:
            continue
        if mixed_units(flow):
            mixed.append(name)
            continue
        both = flow + flow.T
        total = both.sum(axis=1)
        share = np.divide(both, total[:, None], out=np.zeros_like(both), where=total[:, None] > 0)
        one_sided = (limit("dependence") <= share.T) & (share < limit("independence"))
        matrix[one_sided] = 1.0
        used.append(name)
    return [f"dependence in {', '.join(used)}"] if used else []


def _say_pooled(study: Study, relations: str | list[str], layers: Layers) -> None:
    """Pooled relations are read as tie or no tie; their weights may have different units."""
    if isinstance(relations, str) or len(relations) < 2:
        return
    valued = [name for name in relations
              if study.ties.loc[study.ties["relation"] == name, "weight"].dropna().nunique() > 1]
    if len(valued) > 1:
        layers.findings.add("note", f"the weights of {', '.join(valued)} may have different units; only whether there "
                            "is a tie counts", "mixed-units", file=layers.places[0],
                            expected="weights of one unit, where amounts are to matter",
                            remedy="Nothing to do for the shape; dependence and give and take are read from one "
                            "relation at a time")


def _say_outsiders(study: Study, relations: str | list[str], wave: str | int | None, layers: Layers,
                   size: int | None) -> None:
    if size is None or relations == ALLIANCES or not bool((study.actors["position"] == "external").any()):
        return
    everyone = study.adjacency(relations, study.wave(wave), who="all")
    outside = (study.actors["position"] == "external").to_numpy(dtype=bool)[everyone.index]
    coo = everyone.symmetric.tocoo()
    ties = int((outside[coo.row] != outside[coo.col]).sum()) // 2
    if ties:
        layers.findings.add("note", f"{ties} ties to actors outside the cluster are left out", "outsiders",
                            file=layers.places[0], expected="ties among members",
                            remedy="They count in the roles of the firms; if one of these actors is a member, say so "
                            "in the column 'position' of the actors")


"""The structure of every alliance: a cluster may hold several of different type."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from interfirm.structure.classification import Classification
from interfirm.structure.classifying import QUICK_RESTARTS, Effort, run
from interfirm.structure.layers import Layers, read_layers
from interfirm.structure.limits import limit
from interfirm.structure.sources import Relation, study_layers

if TYPE_CHECKING:
    import pandas as pd
    import scipy.sparse as sp

    from interfirm.study.study import Study

LEAD_SOURCE = "inferred from the lead of the alliance; exchange from the other alliances that members share"


@dataclass(frozen=True, eq=False)
class AllianceStructure:
    """One alliance with its classification.

    Parameters
    ----------
    alliance
        Its identifier.
    size
        Number of members.
    classification
        The result.
    """

    alliance: str
    size: int
    classification: Classification


@dataclass(frozen=True, eq=False)
class _Members:
    """Members and leads of every alliance as positions in the incidence matrix."""

    matrix: sp.csr_array
    actors: npt.NDArray[Any]
    members: dict[str, npt.NDArray[np.int64]]
    leads: dict[str, npt.NDArray[np.int64]]


def classify_alliances(study: Study, *, seed: int, exchange: Relation = None, coordination: Relation = None,
                       wave: str | int | None = None, fewest: int | None = None, needs_lead: bool = True,
                       draws: int = 40, done: Collection[str] = (), progress: Callable[[int, int], Any] | None = None,
                       workers: int = 2) -> Iterator[AllianceStructure]:
    """Classify every alliance with enough members, one after the other.

    If the study has exchange relations, they are read among the members of each alliance, as in
    :func:`interfirm.structure.classify`. If it has only alliances (as from a project register), two members
    work together if they share another alliance, and the lead works with and decides for every member; the
    result says so and is weighed as an inferred layer. Ours.

    Results come one by one, so that the caller can store each and stop at any time. Given the stored
    identifiers in ``done``, a later call goes on where the first stopped, with the same results: every
    alliance has its own seed, from ``seed`` and its identifier.

    Parameters
    ----------
    study
        The study.
    seed
        Seed.
    exchange, coordination, wave
        As in :func:`interfirm.structure.classify`. With a wave only the alliances that run in it, and the members
        that they have then; with only alliances in the study, those of all time.
    fewest
        Fewest members; at least and by default 6.
    needs_lead
        Whether to leave out alliances without a lead among their members.
    draws
        Random networks, drawn only where they can change the decision; five times as many where it is close.
    done
        Alliances to leave out.
    progress
        Called with how many are done, of how many.
    workers
        Threads; the results do not depend on them.

    Yields
    ------
    AllianceStructure
        In the order of the study.

    Raises
    ------
    UsageError
        If a relation or wave is unknown.
    """
    named = exchange is not None or bool(study.relations_of("exchange"))
    found = _members(study, wave if named else None)
    least = max(int(limit("fewest_actors")), fewest or 0)
    chosen = [name for name, rows in found.members.items()
              if len(rows) >= least and name not in done and (len(found.leads[name]) or not needs_lead)]

    def one(name: str) -> AllianceStructure:
        if named:
            layers, proxy = study_layers(study, exchange, coordination, wave, name)
        else:
            layers, proxy = _register_layers(found, name), True
        own = int(np.random.SeedSequence([seed, zlib.crc32(name.encode())]).generate_state(1)[0])
        effort = Effort(draws, 0, QUICK_RESTARTS, indices=False, progress=None, lazy=True, workers=1,
                        refine=5 * draws)
        return AllianceStructure(name, len(found.members[name]), run(layers, own, effort, proxy=proxy))

    pool = ThreadPoolExecutor(max(workers, 1))
    try:
        for at, item in enumerate(pool.map(one, chosen), start=1):
            if progress is not None:
                progress(at, len(chosen))
            yield item
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def alliance_table(results: Iterable[AllianceStructure]) -> pd.DataFrame:
    """One row per alliance: members, decision, nearest structure, probability, second, nodal firms, distance, reasons.

    ``reasons`` says why no structure is named; it is empty if one is.
    """
    return table_of([alliance_row(item) for item in results])


def alliance_row(item: AllianceStructure) -> dict[str, Any]:
    """The row of one alliance, with None for a number that is not known: fit for JSON."""
    c = item.classification
    return {"alliance": item.alliance, "members": item.size, "decision": c.decision, "nearest": c.best,
            "probability": c.probability.get(c.best), "second": c.second, "nodal": ", ".join(c.nodal),
            "distance": c.distance.get(c.best), "reasons": "; ".join(c.reasons)}


def table_of(rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """The table of rows from :func:`alliance_row`."""
    import pandas as pd

    columns = ["alliance", "members", "decision", "nearest", "probability", "second", "nodal", "distance", "reasons"]
    return pd.DataFrame(rows, columns=columns).astype({"probability": "float64", "distance": "float64"})


def _members(study: Study, wave: str | int | None) -> _Members:
    """Members and leads by alliance, in the order of the study; None for those of all time."""
    import pandas as pd

    view = study.incidence(wave)
    column = view.matrix.tocsc()
    names = [str(name) for name in view.alliances]
    members = {name: column.indices[column.indptr[at]:column.indptr[at + 1]].astype(np.int64)
               for at, name in enumerate(names)}
    rows = study.alliances.loc[study.alliances["role"] == "lead"]
    place = pd.Index(view.actors).get_indexer(pd.Index(rows["actor"]))
    leads: dict[str, list[int]] = {name: [] for name in names}
    for name, at in zip(rows["alliance"], place, strict=True):
        if at >= 0 and str(name) in leads:
            leads[str(name)].append(int(at))
    return _Members(view.matrix, view.actors, {name: np.sort(some) for name, some in members.items()},
                    {name: np.unique(np.array(some, dtype=np.int64)) for name, some in leads.items()})


def _register_layers(found: _Members, name: str) -> Layers:
    """Layers of one alliance from memberships alone."""
    rows = found.members[name]
    part = found.matrix[rows]
    shared = (part @ part.T).toarray() - 1
    lead = np.isin(rows, found.leads[name])
    weights = (shared > 0).astype(np.float64)
    weights[lead, :] = weights[:, lead] = 1.0
    rule = np.zeros_like(weights)
    rule[np.ix_(lead, ~lead)] = 1.0
    return read_layers(weights, rule, None, [str(a) for a in found.actors[rows]], LEAD_SOURCE)

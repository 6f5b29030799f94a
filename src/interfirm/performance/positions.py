"""Where a firm stands in a network: regressors that always bear their wave."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from interfirm.errors import UnknownName, UsageError

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study

Values = "pd.Series[Any]"


@dataclass(frozen=True)
class Position:
    """A position: what computes it, in which relation, and what it is.

    Attributes
    ----------
    meaning
        In the reader's words.
    compute
        From study, relation and wave.
    relation
        A relation that it always speaks of; ``"any"`` where one is chosen; empty where it speaks of none.
    """

    meaning: str
    compute: Callable[[Study, str, str], Any]
    relation: str = "any"


def _network(name: str, **options: Any) -> Callable[[Study, str, str], Any]:
    def compute(study: Study, relation: str, wave: str) -> Any:
        found = getattr(import_module("interfirm.network"), name)(study, relation=relation, wave=wave, **options)
        return found[name] if hasattr(found, "columns") else found

    return compute


def _column(chapter: str, name: str, column: str, *, takes_relation: bool) -> Callable[[Study, str, str], Any]:
    def compute(study: Study, relation: str, wave: str) -> Any:
        options = {"relation": relation} if takes_relation else {}
        found = getattr(import_module(f"interfirm.{chapter}"), name)(study, wave=wave, **options)
        rows = found if hasattr(found, "columns") else found.table()
        return (rows.set_index("actor") if "actor" in rows else rows)[column]

    return compute


def _pool(study: Study, relation: str, wave: str) -> Any:
    del relation
    return import_module("interfirm.knowledge").spillover_pools(study, wave=wave).table().set_index("actor")[
        "pool"] / 1e6


POSITIONS: Final[dict[str, Position]] = {
    "degree": Position("partners", _network("degree", direction="partners")),
    "indegree": Position("named by so many", _network("degree", direction="in")),
    "outdegree": Position("names so many", _network("degree", direction="out")),
    "betweenness": Position("betweenness", _network("betweenness")),
    "closeness": Position("closeness", _network("closeness")),
    "eigenvector": Position("eigenvector centrality", _network("eigenvector")),
    "constraint": Position("constraint", _network("constraint")),
    "effective_size": Position("effective size", _network("effective_size")),
    "local_clustering": Position("local clustering", _network("local_clustering")),
    "embeddedness": Position("partners in common with a partner, on average",
                             _column("relations", "structural_embeddedness", "shared", takes_relation=True)),
    "coupling": Position("how far sales rest on few customers (first-order coupling)",
                         _column("relations", "coupling", "first_order", takes_relation=True), "customer"),
    "multiplexity": Position("ways of being tied to a partner, on average",
                             _column("relations", "multiplexity", "multiplexity", takes_relation=False), ""),
    "absorptive": Position("absorptive capacity, 0 to 1",
                           _column("knowledge", "absorptive_capacity", "capacity", takes_relation=False), ""),
    "spillover_pool": Position("research of others within reach (million EUR a year)", _pool, ""),
}


def positions_in(study: Study, names: Sequence[str], relation: Any, wave: str,
                 ) -> tuple[dict[str, pd.Series[Any]], dict[str, str]]:
    """Positions in a wave, and what each is.

    Parameters
    ----------
    study
        A study.
    names
        Of :data:`POSITIONS`.
    relation
        For those that speak of any; None: the one with most ties in the wave.
    wave
        The wave.

    Returns
    -------
    tuple
        Values by actor, and a text, by name.

    Raises
    ------
    UnknownName
        For a position that does not exist.
    UsageError
        If there is no tie in the wave.
    DataError
        If the study lacks what a position rests on.

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> values, texts = positions_in(example(seed=1), ["degree"], "advice", "2021")
    >>> texts
    {'degree': "partners, in the relation 'advice', 2021"}
    """
    out, texts = {}, {}
    for name in names:
        if name not in POSITIONS:
            raise UnknownName("position", name, POSITIONS)
        position = POSITIONS[name]
        asked = (relation if relation is not None else _main(study, wave)) if position.relation == "any" \
            else position.relation
        values = position.compute(study, asked, wave)
        out[name] = _number(values)
        where = f", in the relation '{asked}'" if asked else ""
        texts[name] = f"{position.meaning}{where}, {wave}"
    return out, texts


def _number(values: pd.Series[Any]) -> pd.Series[Any]:
    import pandas as pd

    return pd.Series(values.to_numpy(np.float64, na_value=np.nan), index=values.index)


def _main(study: Study, wave: str) -> str:
    """The relation with most ties in a wave."""
    counts = study.ties.loc[study.ties["wave"] == wave, "relation"].value_counts()
    if not len(counts):
        raise UsageError(f"There are no ties in {wave}, so positions are not known. Leave out the positions.")
    return str(counts.index[0])

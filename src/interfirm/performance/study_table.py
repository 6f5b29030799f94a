"""A study as a table of firms: outcome, partner types, positions in an earlier wave, controls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from interfirm.errors import UnknownName, UsageError
from interfirm.performance.cooperation import TYPES, partner_types
from interfirm.performance.design import Design, survey_design
from interfirm.performance.terms import Source

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study

POSITIONS: Final = {
    "degree": ("degree", {"direction": "partners"}), "indegree": ("degree", {"direction": "in"}),
    "outdegree": ("degree", {"direction": "out"}), "betweenness": ("betweenness", {}), "closeness": ("closeness", {}),
    "eigenvector": ("eigenvector", {}), "constraint": ("constraint", {}), "effective_size": ("effective_size", {}),
    "local_clustering": ("local_clustering", {}),
}
_FROM_ACTORS: Final = ("sector", "founded", "ownership", "sme")


def study_table(study: Study, *, wave: Any = None, outcome: str = "new_product_share",
                positions: Sequence[str] = ("degree",), relation: Any = None, earlier: Any = None) -> Source:
    """Member firms in rows, variables in columns, each named with its wave where that is not the wave of the outcome.

    Parameters
    ----------
    study
        A study.
    wave
        Of the outcome; None: the last one in which any firm has it.
    outcome
        A numeric column of ``observations``.
    positions
        Positions in the network: ``"degree"`` (partners), ``"indegree"``, ``"outdegree"``, ``"betweenness"``,
        ``"closeness"``, ``"eigenvector"``, ``"constraint"``, ``"effective_size"``, ``"local_clustering"``.
    relation
        Of the positions; None: the relation with most ties in that wave.
    earlier
        Wave of the positions and of the lagged outcome; None: the wave before that of the outcome. With only one wave
        they are of the same wave, and that is in their names.

    Returns
    -------
    Source
        Index: actor. Columns of ``observations`` in the wave, ``sector``, ``founded``, ``ownership``, ``age`` (years),
        the partner types with ``breadth``, ``blau``, ``shannon`` and ``<type> abroad`` / ``<type> outside``; positions
        such as ``"degree 2021"``; the outcome before, such as ``"new_product_share 2021"``.

    Raises
    ------
    UsageError
        If no firm has the outcome.
    UnknownName
        For an outcome or a position that does not exist.

    References
    ----------
    [oslo2018], [burt1992]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> table = study_table(example(seed=1))
    >>> [name for name in table.frame.columns if name.endswith("2021")]
    ['degree 2021', 'new_product_share 2021']
    """
    when, before = _waves(study, outcome, wave, earlier)
    made = partner_types(study, wave=when)
    frame = _own(study, when, made.used.index)
    questions = {item.name: f"cooperates with {item.meaning}" for item in TYPES}
    for name, values in made.table().set_index("actor").items():
        frame[str(name)] = values
    for kind in made.used.columns:
        away = np.maximum(made.places[(kind, "country")].to_numpy(), made.places[(kind, "abroad")].to_numpy())
        if len(np.unique(away[~np.isnan(away)])) > 1:
            frame[f"{kind} outside"] = away
            questions[f"{kind} outside"] = f"{questions[kind]} outside the cluster"
    questions |= {"breadth": "types of partner", "blau": "diversity of partners (Blau)",
                  "shannon": "diversity of partners (Shannon)"}
    names, texts = _positions(study, positions, relation, before)
    for name, values in names.items():
        frame[name] = values.reindex(frame.index)
    questions |= texts
    if before != when and outcome in study.observations.columns:
        frame[f"{outcome} {before}"] = _number(study.covariate(outcome, before)).reindex(frame.index)
        questions[f"{outcome} {before}"] = f"{outcome} in {before}"
    return Source(f"{study.name}, {when}", frame.reset_index(), questions)


def study_design(study: Study, *, outcome: str = "new_product_share", cooperation: Sequence[str] = ("breadth",),
                 controls: Sequence[str] = ("log(employees)", "rd_share"), wave: Any = None,
                 positions: Sequence[str] = (), relation: Any = None, earlier: Any = None) -> Design:
    """The design of a model from a study: outcome of a wave, partner types from ties, positions of an earlier wave.

    Parameters
    ----------
    study, outcome, wave, positions, relation, earlier
        As in :func:`interfirm.performance.study_table`. Positions become regressors of the question.
    cooperation, controls
        Terms over its columns (see :func:`interfirm.performance.survey_design`).

    Returns
    -------
    Design

    Raises
    ------
    DataError, UsageError, UnknownName
        As :func:`interfirm.performance.survey_design`.

    References
    ----------
    [oslo2018], [zeng2010]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> study_design(example(seed=1), positions=["degree"]).names
    ('constant', 'breadth', 'degree 2021', 'log(employees)', 'rd_share')
    """
    source = study_table(study, wave=wave, outcome=outcome, positions=positions, relation=relation, earlier=earlier)
    before = _waves(study, outcome, wave, earlier)[1]
    focal = [*cooperation, *(f"{name} {before}" for name in positions)]
    return survey_design(source, outcome, cooperation=focal, controls=controls)


def _waves(study: Study, outcome: str, wave: Any, earlier: Any) -> tuple[str, str]:
    """The wave of the outcome, and that of the positions."""
    if outcome not in study.observations.columns:
        raise UnknownName("column of observations", outcome, study.observations.columns)
    with_outcome = set(study.observations.loc[study.observations[outcome].notna(), "wave"])
    if not with_outcome:
        raise UsageError(f"No firm has '{outcome}'. Add it to the table 'observations'.")
    when = next(item for item in reversed(study.wave_order)
                if item in with_outcome) if wave is None else study.wave(wave)
    if earlier is not None:
        return when, study.wave(earlier)
    place = study.wave_order.index(when)
    return when, study.wave_order[max(place - 1, 0)]


def _own(study: Study, wave: str, index: pd.Index[Any]) -> pd.DataFrame:
    import pandas as pd

    rows = study.observations[study.observations["wave"] == wave].set_index("actor").drop(columns=["wave", "responded"])
    frame = pd.DataFrame({name: _number(rows[name]) for name in rows.columns
                          if pd.api.types.is_numeric_dtype(rows[name].dtype)}).reindex(index)
    actors = study.actors.set_index("actor")
    for name in _FROM_ACTORS:
        if actors[name].notna().any():
            numeric = pd.api.types.is_numeric_dtype(actors[name].dtype)
            values = _number(actors[name]) if numeric else actors[name].astype("object")
            frame[name] = values.reindex(index)
    if "founded" in frame and wave[:4].isdigit():
        frame["age"] = int(wave[:4]) - frame["founded"]
    return frame.loc[:, frame.notna().any()]


def _number(values: pd.Series[Any]) -> pd.Series[Any]:
    import pandas as pd

    return pd.Series(values.to_numpy(np.float64, na_value=np.nan), index=values.index)


def _positions(study: Study, positions: Sequence[str], relation: Any, wave: str,
               ) -> tuple[dict[str, pd.Series[Any]], dict[str, str]]:
    """Positions in a relation, named with their wave."""
    from importlib import import_module

    network = import_module("interfirm.network")
    out, texts = {}, {}
    for name in positions:
        if name not in POSITIONS:
            raise UnknownName("position", name, POSITIONS)
        asked = relation if relation is not None else _main(study, wave)
        measure, options = POSITIONS[name]
        values = getattr(network, measure)(study, relation=asked, wave=wave, **options)
        out[f"{name} {wave}"] = _number(values if not hasattr(values, "columns") else values[measure])
        texts[f"{name} {wave}"] = f"{name} in the relation '{asked}', {wave}"
    return out, texts


def _main(study: Study, wave: str) -> str:
    """The relation with most ties in a wave."""
    counts = study.ties.loc[study.ties["wave"] == wave, "relation"].value_counts()
    if not len(counts):
        raise UsageError(f"There are no ties in {wave}, so positions are not known. Leave out the positions.")
    return str(counts.index[0])

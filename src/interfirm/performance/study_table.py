"""A study as a table of firms: outcome, partner types, positions in an earlier wave, controls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from interfirm.errors import UnknownName, UsageError
from interfirm.performance.cooperation import PLACES, TYPES, Partners, partner_types
from interfirm.performance.design import Design, survey_design
from interfirm.performance.positions import positions_in
from interfirm.performance.terms import Source

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study

_IN: Final = {"outside": "outside the cluster", "cluster": "in the cluster", "abroad": "abroad",
              "country": "in the own country, outside the cluster"}
_FROM_ACTORS: Final = ("sector", "founded", "ownership", "sme")


def study_table(study: Study, *, wave: Any = None, outcome: str = "new_product_share",
                positions: Sequence[str] = ("degree",), relation: Any = None, earlier: Any = None,
                places: Mapping[str, str] | None = None) -> Source:
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
        ``"closeness"``, ``"eigenvector"``, ``"constraint"``, ``"effective_size"``, ``"local_clustering"``,
        ``"embeddedness"``, ``"coupling"``, ``"multiplexity"``, ``"absorptive"``, ``"spillover_pool"``.
    relation
        Of the positions; None: the relation with most ties in that wave.
    earlier
        Wave of the positions and of the lagged outcome; None: the wave before that of the outcome. With only one wave
        they are of the same wave, and that is in their names.
    places
        Country → place, as in :func:`interfirm.performance.partner_types`.

    Returns
    -------
    Source
        Index: actor. Columns of ``observations`` in the wave, ``sector``, ``founded``, ``ownership``, ``age`` (years),
        the partner types with ``breadth``, ``blau``, ``shannon``; ``<type> outside`` (the cluster), ``in cluster``,
        ``in country``, ``in abroad`` (any partner there), ``places`` (how many of them); with ``places`` also
        ``<type> <place>`` and ``in <place>``; positions
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
    when, before = waves_of(study, outcome, wave, earlier)
    made = partner_types(study, wave=when, places=places)
    frame = _own(study, when, made.used.index)
    questions = {item.name: f"cooperates with {item.meaning}" for item in TYPES}
    for name, values in made.table().set_index("actor").items():
        frame[str(name)] = values
    _where(made, frame, questions)
    questions |= {"breadth": "types of partner", "blau": "diversity of partners (Blau)",
                  "shannon": "diversity of partners (Shannon)"}
    found, texts = positions_in(study, positions, relation, before)
    for name, values in found.items():
        frame[f"{name} {before}"] = values.reindex(frame.index)
        questions[f"{name} {before}"] = texts[name]
    if before != when and outcome in study.observations.columns:
        frame[f"{outcome} {before}"] = _number(study.covariate(outcome, before)).reindex(frame.index)
        questions[f"{outcome} {before}"] = f"{outcome} in {before}"
    return Source(f"{study.name}, {when}", frame.reset_index(), questions)


def _where(made: Partners, frame: pd.DataFrame, questions: dict[str, str]) -> None:
    """Each type of partner outside the cluster and at each place; any partner at each place; how many places."""
    names = list(dict.fromkeys(made.places.columns.get_level_values("place")))
    for kind in made.used.columns:
        there = {name: made.places[(kind, name)].to_numpy() for name in names}
        there["outside"] = np.max([there[name] for name in names if name != "cluster"], axis=0)
        for name, values in there.items():
            if len(np.unique(values[~np.isnan(values)])) > 1 and (name == "outside" or name not in PLACES):
                frame[f"{kind} {name}"] = values
                questions[f"{kind} {name}"] = f"{questions[kind]} {_IN.get(name, f'in {name}')}"
    anywhere = np.column_stack([np.max([made.places[(kind, name)].to_numpy() for kind in made.used.columns], axis=0)
                                for name in names])
    for at, name in enumerate(names):
        values = anywhere[:, at]
        if len(np.unique(values[~np.isnan(values)])) > 1:
            frame[f"in {name}"] = values
            questions[f"in {name}"] = f"cooperates with any partner {_IN.get(name, f'in {name}')}"
    frame["places"] = anywhere.sum(axis=1)
    questions["places"] = f"places with a partner, of {len(names)}"


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
    before = waves_of(study, outcome, wave, earlier)[1]
    focal = [*cooperation, *(f"{name} {before}" for name in positions)]
    return survey_design(source, outcome, cooperation=focal, controls=controls)


def study_panel(study: Study, *, outcome: str = "new_product_share", positions: Sequence[str] = (),
                relation: Any = None) -> Source:
    """Member firms in every wave that has the outcome, one row per firm and wave, for models with fixed effects.

    Parameters
    ----------
    study, outcome, positions, relation
        As in :func:`study_table`.

    Returns
    -------
    Source
        Columns ``actor`` and ``wave``, then those of :func:`study_table`; positions and the outcome of the wave before
        are called ``L.degree``, ``L.new_product_share``, and are missing in the first wave.

    Raises
    ------
    UsageError
        If fewer than two waves have the outcome.

    References
    ----------
    [oslo2018]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> sorted(set(study_panel(example(seed=1)).frame["wave"]))
    ['2021', '2024']
    """
    import pandas as pd

    waves_of(study, outcome, None, None)
    there = set(study.observations.loc[study.observations[outcome].notna(), "wave"])
    waves = [item for item in study.wave_order if item in there]
    if len(waves) < 2:
        raise UsageError(f"'{outcome}' is known in one wave only ({waves[0]}). Fixed effects of firms need two.")
    parts, questions = [], dict[str, str]()
    for when in waves:
        at = study.wave_order.index(when)
        before = study.wave_order[at - 1] if at else None
        # Positions of the wave itself would not come before the outcome.
        table = study_table(study, wave=when, outcome=outcome, positions=positions if before else (),
                            relation=relation, earlier=before or when)
        frame = table.frame.rename(columns={f"{name} {before}": f"L.{name}" for name in (*positions, outcome)})
        parts.append(frame.assign(wave=when))
        for name, text in table.questions.items():
            short = name.removesuffix(f" {before}") if before else name
            questions[name if short == name else f"L.{short}"] = \
                text if short == name else text.replace(f"in {before}", "of the wave before").replace(
                    f", {before}", ", of the wave before")
    return Source(f"{study.name}, {waves[0]} to {waves[-1]}", pd.concat(parts, ignore_index=True), questions,
                  unit="rows")


def waves_of(study: Study, outcome: str, wave: Any, earlier: Any) -> tuple[str, str]:
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

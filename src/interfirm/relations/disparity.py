"""How unequal the members are in size, access and decision power, and how much of it the nodal firms make."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from interfirm.errors import UnknownName
from interfirm.network.centrality import closeness_of
from interfirm.network.reaching import global_reaching_centrality
from interfirm.relations._flows import Floats
from interfirm.relations.inequality import gini, theil

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study


@dataclass(frozen=True, eq=False)
class Disparities:
    """Inequality among the members in several respects.

    Attributes
    ----------
    rows
        See :meth:`table`.
    nodal
        The nodal firms, and how they were found.
    nodal_source
        ``"given"`` or ``"decide for two or more others"``.
    reaching
        Global reaching centrality of the coordination layer; NaN without one.
    """

    rows: pd.DataFrame
    nodal: tuple[str, ...]
    nodal_source: str
    reaching: float

    def table(self) -> pd.DataFrame:
        """One row per respect.

        ``of``, ``members`` (with a value), ``gini``, ``theil``, ``between`` and ``within`` nodal and other
        firms, ``share_between``, ``ratio`` (mean of the nodal firms by mean of the others).
        """
        return self.rows.copy()

    def __str__(self) -> str:
        parts = [f"{row.of} {row.gini:.3g}" for row in self.rows.dropna(subset=["gini"]).itertuples()]
        return f"Gini: {', '.join(parts) or 'nothing to compare'}; {len(self.nodal)} nodal firms ({self.nodal_source})"


def disparities(study: Study, *, wave: Any = None, nodal: Iterable[str] | None = None,
                size: str = "employees") -> Disparities:
    """How unequal the members are, and how much of it lies between nodal firms and the others.

    Gini and Theil's T of: size; access to knowledge Σ_j 1/d_ij on the knowledge layer; openness (weight of
    ties to outside sources); budget in alliances; decision power (for how many a member decides). T is
    split between and within nodal and other firms.

    Parameters
    ----------
    study, wave
        See :meth:`interfirm.study.study.Study.adjacency`.
    nodal
        The nodal firms; None: members that decide for two or more others in the coordination layer.
    size
        Column of ``observations`` or ``actors`` that holds the size.

    Returns
    -------
    Disparities
        NaN where a layer or column is not there. Non-respondents have no value in what only they could
        report.

    Raises
    ------
    UnknownName
        If a nodal firm is not an actor.

    References
    ----------
    [suarezvilla1998], [theil1967], [mones2012]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> print(disparities(example(seed=1), wave="2024"))    # doctest: +ELLIPSIS
    Gini: ...
    """
    import pandas as pd

    when = study.wave(wave)
    index = study.present(when)
    actors = study.actors["actor"].to_numpy()[index]
    power = _power(study, when)
    if nodal is None:
        chosen, source = [str(a) for a, v in zip(actors, power, strict=True) if v >= 2], "decide for two or more others"
    else:
        chosen, source = [str(a) for a in nodal], "given"
        for name in chosen:
            if name not in set(study.actors["actor"]):
                raise UnknownName("actor", name, study.actors["actor"])
    groups = np.isin(actors, chosen)
    columns: dict[str, Floats] = {
        "size": study.covariate(size, when).to_numpy(np.float64, na_value=np.nan)[index],
        "access to knowledge": _layer(study, when, "knowledge", _access),
        "openness": _openness(study, when), "budget": _budget(study, index, when), "decision power": power,
    }
    rows = [{"of": name, **_measures(values, groups)} for name, values in columns.items()]
    rule = _observed(study, "coordination", when)
    top = global_reaching_centrality(study, relation=rule, wave=when) if rule else float("nan")
    return Disparities(pd.DataFrame(rows), tuple(chosen), source, top)


def _measures(values: Floats, nodal: Any) -> dict[str, float]:
    parts = theil(values, nodal)
    known = ~np.isnan(values)
    heads, rest = values[known & nodal], values[known & ~nodal]
    ratio = float(heads.mean() / rest.mean()) if len(heads) and len(rest) and rest.mean() > 0 else float("nan")
    return {"members": int(known.sum()), "gini": gini(values), "theil": parts.total, "between": parts.between,
            "within": parts.within, "share_between": parts.share_between, "ratio": ratio}


def _observed(study: Study, layer: str, wave: str) -> list[str]:
    there = set(study.ties.loc[study.ties["wave"] == wave, "relation"])
    return [name for name in study.relations_of(layer) if name in there]


def _layer(study: Study, wave: str, layer: str, value: Callable[[Any], Floats]) -> Floats:
    names = _observed(study, layer, wave)
    if not names:
        return np.full(len(study.present(wave)), np.nan)
    return np.asarray(value(study.adjacency(names, wave)), dtype=np.float64)


def _power(study: Study, wave: str) -> Floats:
    return _layer(study, wave, "coordination", _sent)


def _sent(view: Any) -> Floats:
    sent = np.diff(view.matrix.indptr).astype(np.float64)
    return np.asarray(np.where(view.missing_rows, np.nan, sent))


def _access(view: Any) -> Floats:
    return np.asarray(closeness_of(view, "all", "harmonic").values, dtype=np.float64)


def _openness(study: Study, wave: str) -> Floats:
    """Weight of ties to outside actors over the exchange and knowledge layers; NaN where there are no outsiders."""
    index = study.present(wave)
    outside = (study.actors["position"] == "external").to_numpy(dtype=bool)
    total = np.zeros(len(index))
    if not outside.any():
        return np.full(len(index), np.nan)
    for name in (*_observed(study, "exchange", wave), *_observed(study, "knowledge", wave)):
        view = study.adjacency(name, wave, who="all")
        mine = ~outside[view.index]
        tied = view.binary.maximum(view.binary.T).tocsr()
        part = np.asarray(tied[:, ~mine].sum(axis=1)).ravel()[mine]
        total = total + np.where(view.missing_rows[mine] & (part == 0), np.nan, part)
    return np.asarray(total)


def _budget(study: Study, index: Any, wave: str) -> Floats:
    view = study.incidence(wave)
    if study.alliances["budget"].isna().all():
        return np.full(len(index), np.nan)
    rows = study.alliances[study.alliances["alliance"].isin(view.alliances)]
    money = rows.groupby("actor")["budget"].sum()
    return np.asarray(money.reindex(study.actors["actor"].to_numpy()[index]).fillna(0.0), dtype=np.float64)

"""One row per alliance: what the propositions compare."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from interfirm.errors import UsageError
from interfirm.network.cohesion import reciprocity
from interfirm.relations._answers import scored
from interfirm.relations.alternatives import exit_difficulty
from interfirm.relations.embeddedness import structural_embeddedness
from interfirm.relations.exit import membership_periods
from interfirm.relations.inequality import gini
from interfirm.relations.outsourcing import two_way_subcontracting
from interfirm.relations.scope import specialisation
from interfirm.relations.trust import trust

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study

COLUMNS: Final = ("structure", "disparity", "size_disparity", "trust", "commitment", "embeddedness", "exit_difficulty",
                  "specialisation", "two_way", "nodal", "innovation_support", "reciprocity")
_NAN: Final = float("nan")
_FEWEST: Final = 3


def alliance_table(study: Study, *, wave: Any = None, structures: Mapping[str, str] | None = None,
                   progress: Callable[[float], None] | None = None) -> pd.DataFrame:
    """What is known of each alliance of three and more members, in the columns that the propositions compare.

    Every value is taken among the members of the alliance only. ``disparity``: Gini of decision power, otherwise of
    size; ``size_disparity``: Gini of employees; ``trust``: mean over their ties; ``embeddedness``: mean gwesp of their
    exchange; ``specialisation``: mean HHI; ``two_way``: two-way subcontracting; ``nodal``: 1 if somebody decides for
    two or more others; ``reciprocity``: of outsourcing, otherwise of advice. From the instruments: ``commitment`` (all
    items), ``exit_difficulty`` (its continuance part), ``innovation_support``. ``structural_exit_difficulty`` and
    ``exit_rate`` (exits per year of membership) are added for reading; no proposition is tested on the first, because
    it is computed from the ties that also make the structure.

    Parameters
    ----------
    study, wave
        See :meth:`interfirm.study.study.Study.adjacency`.
    structures
        Structure by alliance, e.g. from the classification of alliances.
    progress
        Is told the share that is done.

    Returns
    -------
    pandas.DataFrame
        By ``alliance``: ``members`` and the columns; NaN where not known.

    References
    ----------
    [suarezvilla1998]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> len(alliance_table(example(seed=1), wave="2024"))
    12
    """
    import pandas as pd

    when = study.wave(wave)
    there = set(study.actors["actor"].to_numpy()[study.present(when)])
    view = study.incidence(when)
    running = study.alliances[study.alliances["alliance"].isin(view.alliances)
                              & study.alliances["actor"].isin(there)]
    answers = {name: scored(study, name, when) for name in ("commitment", "membership")}
    rate = _exit_rates(study)
    rows, groups = [], list(running.groupby("alliance", sort=False))
    for done, (name, part) in enumerate(groups):
        members = [actor for actor in part["actor"] if actor in set(view.actors)]
        if len(members) >= _FEWEST:
            row = {"alliance": name, "members": len(members), "structure": (structures or {}).get(str(name))}
            rows.append(row | _values(study.select(actors=members), when) | _asked(answers, str(name))
                        | {"exit_rate": rate.get(str(name), _NAN)})
        if progress:
            progress((done + 1) / len(groups))
    columns = ["alliance", "members", *COLUMNS, "structural_exit_difficulty", "exit_rate"]
    return pd.DataFrame(rows, columns=columns).set_index("alliance")


def _exit_rates(study: Study) -> dict[str, float]:
    try:
        periods = membership_periods(study)
    except UsageError:
        return {}
    return {str(name): float(part.mean()) for name, part in periods.groupby("alliance")["exit"]}


def _values(part: Study, wave: str) -> dict[str, float]:
    there = set(part.ties.loc[part.ties["wave"] == wave, "relation"])
    exchange = [name for name in part.relations_of("exchange") if name in there]
    rule = [name for name in part.relations_of("coordination") if name in part.relation_names
            and (part.responded(name, wave).notna().any() or name in there)]
    size = gini(part.covariate("employees", wave).to_numpy(np.float64, na_value=np.nan))
    sent = np.diff(part.adjacency(rule, wave).matrix.indptr) if rule else None
    out = {"size_disparity": size, "disparity": size, "nodal": _NAN, "embeddedness": _NAN, "trust": _NAN}
    if sent is not None:
        out |= {"nodal": float((sent >= 2).any()), "disparity": gini(sent) if sent.any() else 0.0}
    if len(part.ties):
        out["trust"] = trust(part, wave=wave).value
    out["specialisation"] = float(specialisation(part, wave=wave).mean())
    if exchange:
        out["embeddedness"] = _mean(structural_embeddedness(part, relation=exchange, wave=wave)["gwesp"])
        hard = exit_difficulty(part, relation=exchange, coordination=rule or None, wave=wave)
        out["structural_exit_difficulty"] = _mean(hard)
    with suppress(UsageError):
        out["two_way"] = two_way_subcontracting(part, wave=wave, draws=0).value
        out["reciprocity"] = reciprocity(part, relation="outsourcing", wave=wave)
    if np.isnan(out.get("reciprocity", _NAN)) and "advice" in there:
        out["reciprocity"] = reciprocity(part, relation="advice", wave=wave)
    return out


def _mean(values: pd.Series[Any]) -> float:
    return float(values.mean()) if values.notna().any() else _NAN


def _asked(answers: Mapping[str, pd.DataFrame], name: str) -> dict[str, float]:
    def mean(instrument: str, column: str) -> float:
        rows = answers[instrument]
        return _mean(rows.loc[rows["about"] == name, column])

    return {"commitment": mean("commitment", "all"), "exit_difficulty": mean("commitment", "continuance"),
            "innovation_support": mean("membership", "innovation support")}

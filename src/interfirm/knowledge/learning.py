"""Through which channels a firm learns: along the chain, from its peers, from institutions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from interfirm.errors import DataError, Finding, UsageError
from interfirm.knowledge.absorptive import absorptive_capacity
from interfirm.knowledge.flows import Bools, Floats, Ints, knowledge_relation
from interfirm.numerals import per_cent
from interfirm.study.adjacency import silent

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study

CHANNELS: Final = ("vertical", "horizontal", "institutional")
VERTICAL: Final = ("customer", "supplier", "outsourcing")
HORIZONTAL: Final = ("peer",)
_NAN: Final = float("nan")


@dataclass(frozen=True, eq=False)
class Learning:
    """How each member learns.

    Attributes
    ----------
    rows
        See :meth:`table`.
    settings
        What the ties were, the wave, and whether absorptive capacity counted.
    """

    rows: pd.DataFrame
    settings: Mapping[str, Any]

    def overall(self) -> dict[str, float]:
        """The mean share of each channel over the members that learn from anybody."""
        known = self.rows.dropna(subset=["vertical"])
        return {name: float(known[name].mean()) if len(known) else _NAN for name in (*CHANNELS, "other")}

    def table(self) -> pd.DataFrame:
        """One row per member.

        Shares ``vertical``, ``horizontal``, ``institutional`` and ``other`` of what it learns; ``multifold``, the
        number of the three that it uses; ``evenness``; ``sources``, from how many it learns; ``main``; ``learning``,
        the amount.
        """
        return self.rows.copy()

    def __str__(self) -> str:
        known = self.rows["vertical"].notna()
        parts = ", ".join(f"{name} {per_cent(share)}" for name, share in self.overall().items())
        several = int((self.rows.loc[known, "multifold"] >= 2).sum())
        return (f"{int(known.sum())} members learn from somebody; on average {parts}. "
                f"{several} use two channels or more ({self.settings['ties']}, {self.settings['wave']}).")


def multifold(shares: npt.ArrayLike, *, least: float = 0.0) -> tuple[int, float]:
    """How many of three channels are used, and how evenly: MF and H = −Σ_c s_c ln s_c / ln 3.

    Parameters
    ----------
    shares
        Amounts or shares of the three channels; they are divided by their sum.
    least
        A channel counts as used with an amount above it.

    Returns
    -------
    tuple
        MF, 0 to 3; H, 0 (one channel) to 1 (all alike), NaN if all are 0.

    Raises
    ------
    UsageError
        Unless there are three numbers of at least 0.

    Notes
    -----
    Ours, after the multifold dimension of interactive learning [wang2012].

    Examples
    --------
    >>> multifold([1, 0, 0])
    (1, 0.0)
    >>> multifold([1, 1, 1])
    (3, 1.0)
    """
    x = np.asarray(shares, dtype=np.float64)
    if x.shape != (3,) or not (x >= 0).all():
        raise UsageError("multifold takes three amounts of at least 0: vertical, horizontal, institutional.")
    used, total = int((x > least).sum()), float(x.sum())
    if total == 0:
        return used, _NAN
    s = x[x > 0] / total
    return used, round(float(abs(-(s * np.log(s)).sum() / np.log(3))), 12)


def learning_by_channel(study: Study, *, relation: str | None = None, wave: str | int | None = None,
                        knowledge: pd.Series | None = None, least: float = 0.0) -> Learning:
    """How does each member learn: vertically, horizontally, from institutions, or in several ways?

    IL_i^c = AC_i Σ_{j∈c} w_ij K_j over the sources j that member i asks or learns from. A source belongs to
    *institutional* if it is no firm; to *vertical* if it is a customer, supplier or subcontractor of i (or i of it); to
    *horizontal* if the two work together as peers or are of the same sector; half to each if both hold; else to
    *other*.

    Parameters
    ----------
    study
        The study.
    relation
        A relation of the knowledge layer; the only one if left out. Without a knowledge layer the ties of the exchange
        layer stand in, and ``settings`` says so.
    wave
        The wave; None if there is only one.
    knowledge
        K_j by actor; every source counts alike if left out.
    least
        A channel counts for ``multifold`` with a weight above it.

    Returns
    -------
    Learning
        Sources outside the cluster count too. A member that did not answer has no shares; nor has one without any
        source. AC_i is the score of :func:`absorptive_capacity`; the amount is missing for a member without one, the
        shares are not; where nobody was asked, AC_i is 1 for all.

    Raises
    ------
    DataError
        If there are neither knowledge nor exchange ties, or nothing tells the channels apart.

    Notes
    -----
    Channels after [wang2012]; that a source can count half in two of them is ours.

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> result = learning_by_channel(example(), wave="2024")
    >>> round(sum(result.overall().values()), 6)
    1.0
    """
    when = study.wave(wave)
    names = _relations(study, relation)
    view = study.adjacency(names, when, who="all")
    matrix = view.matrix.toarray()
    members = (study.actors["position"] != "external").to_numpy(dtype=bool)[view.index]
    gone = np.zeros(len(study.actors), dtype=bool)
    for name in names:
        gone |= silent(study, name, when)
    _can_tell(study, view.index)
    parts = _channels(study, view.index, when)
    ability, counted = _ability(study, when)
    worth = np.ones(len(view.index)) if knowledge is None else \
        knowledge.reindex(view.actors).to_numpy(dtype=np.float64, na_value=0.0)
    rows = _rows(view.actors, matrix, worth, parts, least)
    rows["learning"] = rows["amount"] * (ability.reindex(rows["actor"]).to_numpy(dtype=np.float64) if counted else 1.0)
    unknown = gone[view.index]
    rows.loc[unknown, [name for name in rows.columns if name != "actor"]] = None
    rows = rows.loc[members].drop(columns="amount").reset_index(drop=True)
    return Learning(rows, {"ties": view.relation, "wave": when, "layer": view.layer,
                           "absorptive": "survey" if counted else "not asked"})


def _can_tell(study: Study, index: Ints) -> None:
    """Refuse where every source would be 'other' because nothing is known of business, sectors or institutions."""
    mine = study.actors.iloc[index]
    known = set(VERTICAL + HORIZONTAL) & set(study.relation_names)
    if not known and mine["sector"].isna().all() and (mine["kind"] == "firm").all():
        raise DataError(Finding("error", "nothing tells the channels of learning apart", "no-channels",
                                expected="who buys from or supplies whom, sectors, or institutions among the actors",
                                remedy="Add the sector of each member, and ask who buys from or supplies whom"))


def _relations(study: Study, relation: str | None) -> list[str]:
    if relation is not None or study.relations_of("knowledge"):
        return [knowledge_relation(study, relation)]
    names = [name for name in study.relations_of("exchange") if name in set(study.ties["relation"])]
    if not names:
        raise DataError(Finding("error", "the study has neither knowledge nor exchange ties", "no-ties", file="ties",
                                expected="who asks, supplies or works with whom",
                                remedy="Ask every member whom it asks for technical advice"))
    return names


def _channels(study: Study, index: Ints, wave: str) -> dict[str, Floats]:
    """n × n parts of each channel, that add up to 1 for every ordered pair."""
    firm = (study.actors["kind"] == "firm").to_numpy(dtype=bool)[index]
    sector = study.actors["sector"].fillna("").to_numpy(dtype=object)[index]
    same = (sector[:, None] == sector[None, :]) & (sector != "")[None, :]
    chain, level = _tied(study, index, VERTICAL, wave), _tied(study, index, HORIZONTAL, wave) | same
    between = firm[None, :]
    both = (chain & level & between).astype(np.float64) / 2
    out = {"vertical": (chain & ~level & between) + both, "horizontal": (level & ~chain & between) + both,
           "institutional": np.broadcast_to(~firm[None, :], chain.shape).astype(np.float64)}
    out["other"] = 1.0 - out["vertical"] - out["horizontal"] - out["institutional"]
    return out


def _tied(study: Study, index: Ints, relations: tuple[str, ...], wave: str) -> Bools:
    out = np.zeros((len(index), len(index)), dtype=bool)
    for name in relations:
        if name in study.relation_names:
            out |= study.adjacency(name, wave, who="all").symmetric.toarray() > 0
    return out


def _ability(study: Study, wave: str) -> tuple[Any, bool]:
    asked = study.answers.loc[(study.answers["wave"] == wave), "item"].str.startswith("AC_").any()
    if not asked:
        return None, False
    rows = absorptive_capacity(study, wave=wave).table()
    return rows.set_index("actor")["capacity"], True


def _rows(actors: npt.NDArray[Any], matrix: Floats, worth: Floats, parts: dict[str, Floats], least: float
          ) -> pd.DataFrame:
    import pandas as pd

    flow = matrix * worth[None, :]
    amounts = pd.DataFrame({name: (flow * part).sum(axis=1) for name, part in parts.items()})
    total = amounts.sum(axis=1)
    out = amounts.div(total.where(total > 0), axis=0)
    out.insert(0, "actor", actors)
    ways = [multifold(row, least=least) for row in amounts[list(CHANNELS)].to_numpy()]
    out["multifold"] = pd.array([used for used, _ in ways], dtype="Int64")
    out["evenness"] = [even for _, even in ways]
    out["sources"] = pd.array((matrix > 0).sum(axis=1), dtype="Int64")
    names = np.array([*CHANNELS, "other"], dtype=object)
    best = amounts.to_numpy().argmax(axis=1)
    out["main"] = [names[at] if much > 0 else None for at, much in zip(best, total, strict=True)]
    out["amount"] = total
    return out

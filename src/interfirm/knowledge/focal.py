"""Focal firms: who leads, and whether by knowledge or by authority."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from interfirm.errors import DataError, Finding
from interfirm.knowledge._limits import limit, whole
from interfirm.knowledge.flows import Bools, Floats, Flows, flows

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study

PARTS: Final = ("sponsor", "knowledge", "training", "encouragement", "coordination")
_NAN: Final = float("nan")


@dataclass(frozen=True, eq=False)
class FocalFirms:
    """The lead-firm score of each member and how authority and knowledge go together.

    Attributes
    ----------
    rows
        See :meth:`table`.
    used
        The parts of the score for which there is data.
    correlation
        Spearman correlation of coordination with knowledge given, over the members; NaN where one of them is not there.
    p
        Share of permutations with a correlation as far from 0 or farther (two-sided, the observed one counted).
    firms
        Members that it rests on.
    settings
        Relations, wave, permutations, seed.
    """

    rows: pd.DataFrame
    used: tuple[str, ...]
    correlation: float
    p: float
    firms: int
    settings: Mapping[str, Any]

    def top(self, count: int = 5) -> pd.DataFrame:
        """The members with the highest scores."""
        return self.rows.nlargest(count, "score", keep="all").head(count)

    def table(self) -> pd.DataFrame:
        """One row per member: ``score``, the percentile rank in each part, and ``leads_by``."""
        return self.rows.copy()

    def __str__(self) -> str:
        first = ", ".join(f"{row.actor} ({row.leads_by})" for row in self.top(3).itertuples())
        return (f"Highest lead-firm scores: {first}. Authority and knowledge go together at rho "
                f"{self.correlation:.2f} (p = {self.p:.2g}).")


def focal_firms(study: Study, *, relation: str | None = None, wave: str | int | None = None,
                coordination: str | None = None, permutations: int = 2000, seed: int = 1) -> FocalFirms:
    """Which firms act as a strategic centre, and do they lead by knowledge or by authority?

    The lead-firm score is the mean of the percentile ranks (0 to 1) of five parts, those with data: *sponsor*: share of
    its alliances that it leads, times how many it leads; *knowledge*: given to others in the knowledge relation;
    *training*: alliances with the activity training that it leads; *encouragement*: its suppliers and subcontractors
    that learn from it; *coordination*: for how many it decides. A firm *leads by knowledge* if its rank in knowledge is
    at least ``knowledge.leads`` (0.8) and that in coordination is not, *by authority* the other way round, *by both* if
    both are.

    Parameters
    ----------
    study
        The study.
    relation, wave
        As for :func:`interfirm.knowledge.cognitive_roles`.
    coordination
        The relation of authority; the first of the coordination layer if left out.
    permutations, seed
        Of the test of the correlation.

    Returns
    -------
    FocalFirms

    Raises
    ------
    DataError
        If fewer than two parts have data.

    Notes
    -----
    A part in which all are alike, or of which nothing is known, is left out and not counted as 0. The dimensions follow
    the strategic centre of [lorenzoni1995]; the measures are ours. That a firm leads a network does not say that the
    network does well because of it.

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> focal = focal_firms(example(), wave="2024")
    >>> bool(focal.table()["score"].between(0, 1).all())
    True
    """
    import pandas as pd

    read = flows(study, relation=relation, wave=wave)
    parts = _parts(study, read, coordination)
    used = tuple(name for name in PARTS if name in parts and len(np.unique(parts[name])) > 1)
    if len(used) < 2:
        raise DataError(Finding("error", "too little is known to tell focal firms", "no-focal-firms",
                                expected="at least two of: alliances with a lead, knowledge ties, coordination ties",
                                remedy="Record who leads each alliance and who decides for whom"))
    ranks: dict[str, Floats] = {name: _percentile(parts[name]) for name in used}
    rows = pd.DataFrame({"actor": read.actors, "score": np.mean([ranks[name] for name in used], axis=0)} | ranks)
    rows["leads_by"] = _leads(ranks, parts)
    rows = rows.sort_values("score", ascending=False, kind="stable").reset_index(drop=True)
    rho, p, firms = _together(parts, permutations, seed)
    settings = {**read.settings, "permutations": permutations, "seed": seed}
    return FocalFirms(rows, used, rho, p, firms, settings)


def _parts(study: Study, read: Flows, coordination: str | None) -> dict[str, Floats]:
    parts = {"knowledge": read.given}
    if len(study.alliances):
        leads, trains, share = _alliances(study, read)
        parts |= {"sponsor": leads * share, "training": trains}
    name = coordination or next(iter(study.relations_of("coordination")), None)
    if name is not None:
        decides = study.adjacency(name, read.wave).binary.sum(axis=1)
        parts["coordination"] = np.asarray(decides, dtype=np.float64).ravel()
    supply = [kind for kind in ("supplier", "outsourcing") if kind in study.relation_names]
    if supply:
        buys = sum((study.adjacency(kind, read.wave).binary.toarray() for kind in supply),
                   np.zeros((len(read.actors), len(read.actors)))) > 0
        learns: Bools = read.matrix.T.toarray() > 0
        parts["encouragement"] = (buys & learns).sum(axis=1).astype(np.float64)
    return parts


def _alliances(study: Study, read: Flows) -> tuple[Floats, Floats, Floats]:
    """Alliances led, those of them with training, and the share of a member's alliances that it leads."""
    rows = study.alliances
    lead = (rows["role"] == "lead").to_numpy(dtype=bool)
    trains = rows["activities"].fillna("").str.split("|").map(lambda some: "training" in some).to_numpy(dtype=bool)
    count = {str(key): float(size) for key, size in rows["actor"].value_counts().items()}

    def by_actor(mask: Bools) -> Floats:
        sizes = rows.loc[mask, "actor"].value_counts()
        return np.array([float(sizes.get(actor, 0)) for actor in read.actors])

    led = by_actor(lead)
    share = np.array([led[i] / count[str(a)] if str(a) in count else 0.0 for i, a in enumerate(read.actors)])
    return led, by_actor(lead & trains), share


def _percentile(values: Floats) -> Floats:
    """0 for the lowest, 1 for the highest, ties at their mean rank."""
    from scipy.stats import rankdata

    rank = rankdata(values) - 1
    rank = rank - rank.min()
    return np.asarray(rank / rank.max() if rank.max() > 0 else rank, dtype=np.float64)


def _leads(ranks: dict[str, Floats], parts: dict[str, Floats]) -> list[str | None]:
    none = np.zeros(len(next(iter(ranks.values()))), dtype=bool)
    knows, decides = ((ranks[name] >= limit("leads")) & (parts[name] > 0) if name in ranks else none
                      for name in ("knowledge", "coordination"))
    words = {(True, True): "both", (True, False): "knowledge", (False, True): "authority"}
    return [words.get((bool(a), bool(b))) for a, b in zip(knows, decides, strict=True)]


def _together(parts: dict[str, Floats], permutations: int, seed: int) -> tuple[float, float, int]:
    if "coordination" not in parts or len(parts["knowledge"]) < whole("fewest_firms"):
        return _NAN, _NAN, 0
    a, b = _percentile(parts["knowledge"]), _percentile(parts["coordination"])
    if a.std() == 0 or b.std() == 0:
        return _NAN, _NAN, len(a)
    observed = float(np.corrcoef(a, b)[0, 1])
    rng = np.random.default_rng(seed)
    drawn = np.array([np.corrcoef(a, rng.permutation(b))[0, 1] for _ in range(permutations)])
    return observed, float((1 + (np.abs(drawn) >= abs(observed) - 1e-12).sum()) / (1 + permutations)), len(a)

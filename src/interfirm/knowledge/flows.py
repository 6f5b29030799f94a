"""Who gives knowledge to whom, who takes, and what is not known because somebody did not answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from interfirm.errors import DataError, Finding, UnknownName, UsageError
from interfirm.knowledge._limits import whole

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

SOURCES: Final = ("auto", "links", "ties")
TAKES: Final = "takes and never gives"
GIVES: Final = "gives and never takes"
BOTH: Final = "gives and takes"
NEITHER: Final = "neither gives nor takes"
_NAN = float("nan")


@dataclass(frozen=True, eq=False)
class Flows:
    """Knowledge received and given by each member, from a relation in which the sender asks or learns.

    Parameters
    ----------
    actors, index
        The n members, and their positions in the study.
    matrix
        n × n sparse: the weight with which the row learns from the column.
    received, given
        Sums of the rows and of the columns. ``received`` is NaN for those who did not answer; ``given`` counts what
        those who answered said, so it can only be too small.
    asks, asked
        The same as numbers of ties.
    silent
        Whose outgoing ties are not known.
    external
        Knowledge links to sources outside the cluster; NaN where not known.
    external_from
        ``"links"`` (``observations.external_links``), ``"ties"`` (ties to external actors) or ``""`` (nothing known).
    relation, wave
        Which.
    """

    actors: npt.NDArray[Any]
    index: Ints
    matrix: sp.csr_array
    received: Floats
    given: Floats
    asks: Floats
    asked: Ints
    silent: Bools
    external: Floats
    external_from: str
    relation: str
    wave: str

    @property
    def settings(self) -> dict[str, Any]:
        """What was used, for the results."""
        return {"relation": self.relation, "wave": self.wave, "members": len(self.actors),
                "silent": int(self.silent.sum()), "external": self.external_from or "not known"}

    def also_asked(self, draws: int, rng: np.random.Generator) -> Floats:
        """draws × n: what those who did not answer might add to ``given``.

        Each of them asks member j with a probability drawn from what the others did: Beta(a + ½, r - a + ½) if a of r
        who answered ask j; an added tie weighs as much as the mean tie.
        """
        answered = int((~self.silent).sum())
        others = answered - (~self.silent).astype(np.int64)
        rate = rng.beta(self.asked + 0.5, np.maximum(others - self.asked, 0) + 0.5, (draws, len(self.actors)))
        missing = int(self.silent.sum()) - self.silent.astype(np.int64)
        weight = float(self.matrix.data.mean()) if self.matrix.nnz else 1.0
        return np.asarray(rng.binomial(missing, rate) * weight, dtype=np.float64)


def knowledge_relation(study: Study, relation: str | None) -> str:
    """The relation to use: the one given, or the only one of the knowledge layer.

    Raises
    ------
    DataError
        If there is none.
    UsageError
        If there are several: kinds of knowledge are not pooled unasked.
    """
    if relation is not None:
        if relation not in study.relation_names:
            raise UnknownName("relation", relation, study.relation_names)
        return relation
    known = study.relations_of("knowledge")
    if not known:
        raise DataError(Finding("error", "the study has no relation of the knowledge layer", "no-knowledge-layer",
                                file="relations", expected="a relation such as 'advice' (who asks whom)",
                                remedy="Ask every member whom it asks for technical advice, and import the answers"))
    if len(known) > 1:
        raise UsageError(f"The study has {len(known)} knowledge relations ({', '.join(known)}); say which: relation=…")
    return known[0]


def flows(study: Study, *, relation: str | None = None, wave: str | int | None = None, external: str = "auto",
          weighted: bool = True) -> Flows:
    """Read who learns from whom, and whose links lead outside.

    ``external="auto"`` takes ``observations.external_links`` where any member has a value in the wave, otherwise the
    ties of the relation to actors outside.
    """
    if external not in SOURCES:
        raise UnknownName("source of external links", external, SOURCES)
    name, when = knowledge_relation(study, relation), study.wave(wave)
    view = study.adjacency(name, when)
    if view.size > whole("most_actors"):
        raise UsageError(f"{view.size:,} members are too many for the measures of knowledge; at most "
                         f"{whole('most_actors'):,}. Take a selection.")
    matrix = view.matrix if weighted else view.binary
    silent = view.missing_rows
    binary = view.binary
    received = np.asarray(matrix.sum(axis=1), dtype=np.float64).ravel()
    asks = np.asarray(binary.sum(axis=1), dtype=np.float64).ravel()
    if view.directed:
        received[silent] = asks[silent] = _NAN
    links, source = _external(study, name, when, view.index, silent, external, weighted)
    return Flows(view.actors, view.index, matrix, received, np.asarray(matrix.sum(axis=0), dtype=np.float64).ravel(),
                 asks, np.asarray(binary.sum(axis=0)).ravel().astype(np.int64), silent, links, source, name, when)


def _external(study: Study, relation: str, wave: str, index: Ints, silent: Bools, how: str,
              weighted: bool) -> tuple[Floats, str]:
    if how in ("auto", "links"):
        column = study.covariate("external_links", wave) if "external_links" in study.observations else None
        if column is not None:
            links = column.to_numpy(dtype=np.float64, na_value=np.nan)[index]
            if np.isfinite(links).any():
                return links, "links"
    if how in ("auto", "ties"):
        view = study.adjacency(relation, wave, who="all")
        outside = (study.actors["position"] == "external").to_numpy(dtype=bool)[view.index]
        if outside.any():
            matrix = view.matrix if weighted else view.binary
            links = np.asarray(matrix @ outside.astype(np.float64))[~outside]
            links[silent] = _NAN
            return links, "ties"
    return np.full(len(index), _NAN), ""


@dataclass(frozen=True, eq=False)
class GiveAndTake:
    """What each member gives and takes.

    Attributes
    ----------
    rows
        See :meth:`table`.
    expected_takers
        How many members would take and never give if every request went to a random other member.
    settings
        Relation, wave, how many members were silent.
    """

    rows: pd.DataFrame
    expected_takers: float
    settings: Mapping[str, Any]

    @property
    def takers(self) -> list[str]:
        """Members that take and never give, as far as is known, those who take most first."""
        mine = self.rows[self.rows["verdict"] == TAKES].sort_values("received", ascending=False, kind="stable")
        return [str(actor) for actor in mine["actor"]]

    def table(self) -> pd.DataFrame:
        """By member: ``received``, ``given``, ``net`` (given − received), ``balance``, ``verdict``, ``sure``."""
        return self.rows.copy()

    def __str__(self) -> str:
        known = int(self.rows["verdict"].notna().sum())
        return (f"{len(self.takers)} of {known} members take and never give ({self.settings['relation']}, "
                f"{self.settings['wave']}); {self.expected_takers:.1f} would by chance.")


def give_and_take(study: Study, *, relation: str | None = None, wave: str | int | None = None,
                  weighted: bool = True) -> GiveAndTake:
    """Who takes knowledge and never gives, and who gives and never takes.

    In a relation of the knowledge layer the sender asks or learns, so knowledge flows from receiver to sender.
    received_i = Σ_j w_ij; given_i = Σ_j w_ji; net_i = given_i − received_i; balance_i = 1 − |net_i| / (given_i +
    received_i), 1 where as much comes as goes and 0 where all goes one way.

    Parameters
    ----------
    study
        The study.
    relation
        A relation of the knowledge layer; None if there is only one.
    wave
        The wave; None if there is only one.
    weighted
        Whether weights count, or only ties.

    Returns
    -------
    GiveAndTake

    Notes
    -----
    A member that did not answer has no verdict: what it takes is not known. "Never gives" could be undone by a member
    that did not answer. ``sure`` is the probability that none of the k who did not answer asks it, if none of the r who
    did asks it: ∏_{m<k} (r + ½ + m) / (r + 1 + m), from a Beta(½, ½) prior. Ours; after the net flows of
    [giuliani2005].

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> print(give_and_take(example(), wave="2024"))  # doctest: +ELLIPSIS
    ... members take and never give (advice, 2024); ... would by chance.
    """
    import pandas as pd

    read = flows(study, relation=relation, wave=wave, weighted=weighted)
    net = read.given - read.received
    total = read.given + read.received
    with np.errstate(invalid="ignore", divide="ignore"):
        balance = np.where(total > 0, 1 - np.abs(net) / total, _NAN)
    verdict = np.full(len(read.actors), None, dtype=object)
    known = ~np.isnan(read.received)
    takes, gives = read.received > 0, read.given > 0
    for word, mine in ((BOTH, takes & gives), (TAKES, takes & ~gives), (GIVES, ~takes & gives),
                       (NEITHER, ~takes & ~gives)):
        verdict[known & mine] = word
    sure = np.where(gives, 1.0, _never_asked(read))
    rows = pd.DataFrame({"actor": read.actors, "received": read.received, "given": read.given, "net": net,
                         "balance": balance, "verdict": verdict, "sure": np.where(known, sure, _NAN)})
    return GiveAndTake(rows, _expected_takers(read), read.settings)


def _never_asked(read: Flows) -> Floats:
    """The probability that none of those who did not answer asks a member whom nobody else asks."""
    out = np.ones(len(read.actors))
    for i in range(len(out)):
        missing = int(read.silent.sum()) - int(read.silent[i])
        others = int((~read.silent).sum()) - int(not read.silent[i])
        steps = np.arange(missing)
        out[i] = float(np.prod((others + 0.5 + steps) / (others + 1 + steps)))
    return out


def _expected_takers(read: Flows) -> float:
    """Σ_j [j asks] ∏_{i≠j} (1 − asks_i / (n − 1)), over the members who answered."""
    n = len(read.actors)
    if n < 2:
        return 0.0
    asks = np.nan_to_num(read.asks)
    miss = np.clip(1 - asks / (n - 1), 0.0, 1.0)
    total = 0.0
    for j in np.flatnonzero(asks > 0):
        total += float(np.prod(np.delete(miss, j)))
    return total

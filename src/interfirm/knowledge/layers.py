"""Whether knowledge flows where business is done, and whether kinds of knowledge flow through the same ties."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from interfirm.errors import DataError, Finding
from interfirm.knowledge.flows import knowledge_relation
from interfirm.network.cohesion import density_of
from interfirm.network.qap import QAP, qap_correlation
from interfirm.numerals import per_cent

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study


@dataclass(frozen=True, eq=False)
class TwoLayers:
    """The knowledge network beside each business network.

    Attributes
    ----------
    rows
        See :meth:`table`.
    tests
        The QAP test by business relation.
    settings
        Relation, wave, permutations, seed.
    """

    rows: pd.DataFrame
    tests: Mapping[str, QAP]
    settings: Mapping[str, Any]

    def table(self) -> pd.DataFrame:
        """One row per business relation.

        ``density_knowledge``, ``density_business``, ``density_ratio`` (knowledge by business), ``jaccard``,
        ``correlation`` with ``low`` and ``high`` under exchange of the actors and ``p``, and ``with_knowledge``: the
        share of business pairs along which knowledge flows either way.
        """
        return self.rows.copy()

    def __str__(self) -> str:
        return "\n".join(
            f"{row['business']}: knowledge flows along {per_cent(row['with_knowledge'])} of the pairs; density ratio "
            f"{row['density_ratio']:.2f}; correlation {row['correlation']:.2f} (p = {row['p']:.2g})"
            for row in self.rows.to_dict("records"))


def knowledge_and_business(study: Study, *, relation: str | None = None, business: Sequence[str] | None = None,
                           wave: str | int | None = None, permutations: int = 2000, seed: int = 1) -> TwoLayers:
    """Does knowledge flow where business is done?

    For each business relation the correlation of the two matrices tested by exchanging the actors
    (:func:`interfirm.network.qap_correlation`), the Jaccard index, the ratio of the densities, and the share of pairs
    that do business along which knowledge flows.

    Parameters
    ----------
    study
        The study.
    relation
        The knowledge relation; the only one of its layer if left out.
    business
        Business relations; all of the exchange layer with ties in the wave if left out.
    wave
        The wave; None if there is only one.
    permutations, seed
        Of the tests.

    Returns
    -------
    TwoLayers
        Pairs unknown in either network are left out.

    Raises
    ------
    DataError
        Without a knowledge relation, or without business ties.

    Notes
    -----
    That knowledge is selective although business is pervasive is the finding of [giuliani2007] in three wine clusters.
    Ties in both do not say which came first.

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> both = knowledge_and_business(example(), wave="2024", permutations=100)
    >>> "outsourcing" in both.tests
    True
    """
    import pandas as pd

    when, first = study.wave(wave), knowledge_relation(study, relation)
    there = set(study.ties.loc[study.ties["wave"] == when, "relation"])
    names = [name for name in (business or study.relations_of("exchange")) if name in there]
    if not names:
        raise DataError(Finding("error", f"there are no business ties in wave '{when}'", "no-business-ties",
                                file="ties", expected="ties of a relation of the exchange layer",
                                remedy="Ask who buys from, supplies or works with whom"))
    tests = {name: qap_correlation(study, first, name, wave=when, permutations=permutations, seed=seed)
             for name in names}
    rows = pd.DataFrame([_row(study, first, name, when, tests[name]) for name in names])
    return TwoLayers(rows, tests, {"relation": first, "wave": when, "permutations": permutations, "seed": seed})


def _row(study: Study, first: str, name: str, wave: str, test: QAP) -> dict[str, Any]:
    know, trade = study.adjacency(first, wave), study.adjacency(name, wave)
    dense, other = density_of(know), density_of(trade)
    seen = know.observed() & trade.observed()
    a, b = know.matrix.toarray() > 0, trade.matrix.toarray() > 0
    either = (a & b & seen).sum(), ((a | b) & seen).sum()
    pairs = np.triu((b | b.T) & ((know.observed() & know.observed().T) | a | a.T), 1)
    flows = pairs & (a | a.T)
    return {"business": name, "density_knowledge": dense, "density_business": other,
            "density_ratio": dense / other if other else float("nan"),
            "jaccard": float(either[0] / either[1]) if either[1] else float("nan"),
            "correlation": test.value, "low": test.low, "high": test.high, "p": test.p,
            "with_knowledge": float(flows.sum() / pairs.sum()) if pairs.any() else float("nan"),
            "pairs": int(pairs.sum())}


def knowledge_types(study: Study, relations: Sequence[str] | None = None, *, wave: str | int | None = None,
                    permutations: int = 2000, seed: int = 1) -> pd.DataFrame:
    """Do technological, market and managerial knowledge flow through the same ties?

    Kinds of knowledge are kept as relations of their own and never pooled. For each two of them: Jaccard index (ties in
    both by ties in either) and the correlation, tested by exchanging the actors.

    Parameters
    ----------
    study
        The study, with one relation of the knowledge layer per kind.
    relations
        Two or more of them; all of the layer if left out.
    wave
        The wave; None if there is only one.
    permutations, seed
        Of the tests.

    Returns
    -------
    pandas.DataFrame
        ``first``, ``second``, ``jaccard``, ``correlation``, ``low``, ``high``, ``p``; pairs unknown in either are left
        out.

    Raises
    ------
    DataError
        With fewer than two knowledge relations.

    References
    ----------
    [sammarra2008]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> knowledge_types(example(), ["advice", "peer"], wave="2024", permutations=50).shape
    (1, 7)
    """
    import pandas as pd

    when = study.wave(wave)
    names = list(dict.fromkeys(relations or study.relations_of("knowledge")))
    if len(names) < 2:
        raise DataError(Finding("error", "there is only one kind of knowledge in the study", "one-knowledge-type",
                                file="relations", expected="one relation of the knowledge layer per kind",
                                remedy="Ask apart for technical, market and managerial advice"))
    rows = []
    for first, second in combinations(names, 2):
        test = qap_correlation(study, first, second, wave=when, permutations=permutations, seed=seed)
        same = qap_correlation(study, first, second, wave=when, method="jaccard", permutations=1, seed=seed)
        rows.append({"first": first, "second": second, "jaccard": same.value, "correlation": test.value,
                     "low": test.low, "high": test.high, "p": test.p})
    return pd.DataFrame(rows)

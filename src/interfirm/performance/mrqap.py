"""What goes with ties between pairs of actors: regression whose errors know that pairs share actors (MRQAP)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from interfirm.errors import UnknownName, UsageError
from interfirm.performance._limits import whole
from interfirm.performance.terms import Floats

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study

Bools = npt.NDArray[np.bool_]
_FROM_ACTORS: Final = ("same", "difference", "sender", "receiver")
_RANK: Final = 1e-10


@dataclass(frozen=True, eq=False)
class DyadicRegression:
    """Regression of a dyadic outcome.

    Attributes
    ----------
    outcome
        The relation that is explained.
    rows
        See :meth:`table`.
    pairs, actors
        Ordered pairs known in every matrix (each once where nothing has a direction), and actors.
    r2
        Share of the variance.
    permutations, seed
        Of the test.
    """

    outcome: str
    rows: pd.DataFrame
    pairs: int
    actors: int
    r2: float
    permutations: int
    seed: int

    def table(self) -> pd.DataFrame:
        """One row per term: term, estimate, t, p_high, p_low, p (two-sided); p of the constant is not defined."""
        return self.rows.copy()

    def __str__(self) -> str:
        return (f"'{self.outcome}' between {self.actors} actors, {self.pairs:,} pairs; R² {self.r2:.3f}; "
                f"{self.permutations:,} permutations (seed {self.seed}).")


def mrqap(study: Study, outcome: str, terms: Sequence[str], *, wave: Any = None, earlier: Any = None,
          who: str = "members", more: Mapping[str, Floats] | None = None, permutations: int = 2000,
          seed: int = 1) -> DyadicRegression:
    """Which pairs are tied: a linear regression over pairs, tested by exchanging the actors.

    y_ij = β₀ + Σ_k β_k x_kij + e_ij. Pairs that share an actor have errors that hang together, so the usual errors are
    wrong. Double semi-partialing: x_k is freed of the other x, its rest is permuted (rows and columns together), and
    the t of each permutation is compared with the observed one. Unknown pairs are left out, in each permutation anew.

    Parameters
    ----------
    study
        A study.
    outcome
        A relation.
    terms
        Each a relation, a column of ``dyads``, ``"same:sector"``, ``"difference:employees"`` (absolute),
        ``"sender:rd_share"`` or ``"receiver:rd_share"`` (columns of actors or observations).
    wave
        Of the outcome.
    earlier
        Wave of the relations and observations among the terms; None: that of the outcome.
    who
        ``"members"`` or ``"all"``.
    more
        Further matrices by name, n × n over all actors of the study, NaN where not known; ``terms`` may name them.
    permutations, seed
        Of the test.

    Returns
    -------
    DyadicRegression

    Raises
    ------
    UnknownName
        For a term that is not there.
    UsageError
        For too few or too many actors, or terms that make up one another.

    References
    ----------
    [dekker2007], [krackhardt1988qap], [phipson2010]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> found = mrqap(example(seed=1), "advice", ["distance", "same:sector"], wave="2024", permutations=50)
    >>> found.table()["term"].tolist()
    ['constant', 'distance', 'same:sector']
    """
    if permutations < 1:
        raise UsageError("permutations must be at least 1.")
    y, x = dyads(study, outcome, terms, wave=wave, earlier=earlier, who=who, more=more)
    return regress(outcome, y, x, permutations, seed)


def dyads(study: Study, outcome: str, terms: Sequence[str], *, wave: Any = None, earlier: Any = None,
          who: str = "members", more: Mapping[str, Floats] | None = None) -> tuple[Floats, dict[str, Floats]]:
    """The outcome and each term as a matrix among the actors of the outcome; NaN where not known.

    Parameters
    ----------
    study, outcome, terms, wave, earlier, who, more
        As in :func:`mrqap`.

    Returns
    -------
    tuple
        n × n, and the same by term.
    """
    if len(set(terms)) < len(terms):
        raise UsageError("A term is there twice. Leave one out.")
    if outcome not in study.relation_names:
        raise UnknownName("relation", outcome, study.relation_names)
    view = study.adjacency(outcome, wave, who=who)
    at = view.index
    if not 5 <= len(at) <= whole("mrqap_actors"):
        raise UsageError(f"A regression of ties takes 5 to {whole('mrqap_actors'):,} actors, not {len(at):,}.")
    y = np.where(view.observed(), view.binary.toarray().astype(np.float64), np.nan)
    when = wave if earlier is None else earlier
    given = dict(more or {})
    return y, {term: given[term][np.ix_(at, at)] if term in given else _matrix(study, term, when, at, who)
               for term in terms}


def regress(outcome: str, y: Floats, x: Mapping[str, Floats], permutations: int, seed: int) -> DyadicRegression:
    """The regression of :func:`mrqap` on named matrices."""
    found = regression(y, list(x.values()), permutations=permutations, seed=seed)
    import pandas as pd

    names = ["constant", *x]
    rows = pd.DataFrame({"term": names, "estimate": found["estimate"], "t": found["t"],
                         "p_high": [np.nan, *found["p_high"]], "p_low": [np.nan, *found["p_low"]],
                         "p": [np.nan, *found["p"]]})
    return DyadicRegression(outcome, rows, found["pairs"], len(y), found["r2"], permutations, seed)


def regression(y: Floats, x: Sequence[Floats], *, permutations: int = 2000, seed: int = 1) -> dict[str, Any]:
    """The same on arrays.

    Parameters
    ----------
    y
        n × n; NaN where not known. The diagonal is not looked at.
    x
        Matrices of the same shape.
    permutations, seed
        Of the test.

    Returns
    -------
    dict
        ``estimate`` and ``t`` (constant first), ``p_high``, ``p_low``, ``p`` (of the terms), ``pairs``, ``r2``.
    """
    n = len(y)
    half = all(np.array_equal(item, item.T, equal_nan=True) for item in (y, *x))
    area = np.triu(np.ones((n, n), dtype=bool), 1) if half else ~np.eye(n, dtype=bool)
    known = area & ~np.isnan(y)
    for item in x:
        known &= ~np.isnan(item)
    estimate, t, r2 = _least_squares(y[known], np.column_stack([item[known] for item in x]))
    rng = np.random.default_rng(seed)
    orders = [rng.permutation(n) for _ in range(permutations)]
    drawn = np.array([_permuted(y, x, k, known, area, orders) for k in range(len(x))])
    high = (1 + (drawn >= t[1:, None] - 1e-12).sum(axis=1)) / (1 + permutations)
    low = (1 + (drawn <= t[1:, None] + 1e-12).sum(axis=1)) / (1 + permutations)
    return {"estimate": estimate, "t": t, "p_high": high, "p_low": low, "p": np.minimum(1.0, 2 * np.minimum(high, low)),
            "pairs": int(known.sum()), "r2": r2}


def _permuted(y: Floats, x: Sequence[Floats], k: int, known: Bools, area: Bools, orders: Sequence[Any]) -> Floats:
    """t of term k in each permutation of what the other terms leave of it."""
    others = [item for i, item in enumerate(x) if i != k]
    base = np.column_stack([np.ones(int(known.sum())), *(item[known] for item in others)])
    weight = np.linalg.lstsq(base, x[k][known], rcond=None)[0]
    rest = x[k] - weight[0] - sum((w * item for w, item in zip(weight[1:], others, strict=True)), np.zeros_like(y))
    rest[~(known | (known.T & ~area))] = np.nan
    out = np.empty(len(orders))
    for i, order in enumerate(orders):
        moved = rest[np.ix_(order, order)]
        use = known & ~np.isnan(moved)
        out[i] = _least_squares(y[use], np.column_stack([moved[use], *(item[use] for item in others)]))[1][1]
    return out


def _least_squares(y: Floats, x: Floats) -> tuple[Floats, Floats, float]:
    """Estimates and t values, constant first, and R²."""
    full = np.column_stack([np.ones(len(y)), x])
    cross = full.T @ full
    scale = np.sqrt(np.diag(cross))
    if (scale == 0).any() or np.linalg.eigvalsh(cross / np.outer(scale, scale))[0] < _RANK:
        raise UsageError("A term does not vary, or is made up of the others. Leave it out.")
    inverse = np.linalg.inv(cross)
    beta = inverse @ (full.T @ y)
    residual = y - full @ beta
    left = float(residual @ residual)
    error = np.sqrt(left / max(len(y) - full.shape[1], 1) * np.diag(inverse))
    spread = float(((y - y.mean()) ** 2).sum())
    return beta, beta / np.maximum(error, 1e-300), 1 - left / spread if spread > 0 else float("nan")


def _matrix(study: Study, term: str, wave: Any, at: npt.NDArray[np.int64], who: str) -> Floats:
    """A term as a matrix among the actors of the outcome."""
    if term in study.relation_names:
        view = study.adjacency(term, wave, who=who)
        whole_matrix = np.full((len(study.actors),) * 2, np.nan)
        whole_matrix[np.ix_(view.index, view.index)] = np.where(view.observed(), view.binary.toarray(), np.nan)
        return whole_matrix[np.ix_(at, at)]
    if term in study.dyads.columns and term not in ("sender", "receiver"):
        return study.dyadic(term)[np.ix_(at, at)]
    kind, mark, column = term.partition(":")
    if not mark or kind not in _FROM_ACTORS:
        raise UnknownName("term", term, [*study.relation_names, *study.dyads.columns[2:],
                                         *(f"{kind}:…" for kind in _FROM_ACTORS)])
    values = study.covariate(column, wave).iloc[at]
    if kind == "same":
        text = values.astype("object").to_numpy()
        gone = values.isna().to_numpy(dtype=bool)
        same = (text[:, None] == text[None, :]).astype(np.float64)
        same[gone, :] = same[:, gone] = np.nan
        return np.asarray(same)
    number = values.to_numpy(np.float64, na_value=np.nan)
    if kind == "difference":
        return np.asarray(np.abs(number[:, None] - number[None, :]))
    rows = np.repeat(number[:, None], len(at), axis=1)
    return rows if kind == "sender" else rows.T

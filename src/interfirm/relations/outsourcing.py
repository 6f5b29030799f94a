"""Work given out: how much, in which mode, and whether it also comes back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import scipy.sparse as sp

from interfirm.errors import UnknownName, UsageError
from interfirm.network._graph import is_known
from interfirm.network.draw import random_networks
from interfirm.network.null import against
from interfirm.relations._answers import scored
from interfirm.relations._flows import Floats
from interfirm.relations._limits import limit

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.adjacency import Adjacency
    from interfirm.study.study import Study

NULLS: Final = ("weights", "ties")
_NAN = float("nan")
_ROUNDING: Final = 1e-9
_MODES: Final = {"competitive": 0.0, "mixed": 0.5, "cooperative": 1.0}


def outsourcing_intensity(study: Study, *, relation: Any = "outsourcing", wave: Any = None,
                          cost: str | None = None) -> pd.Series[Any]:
    """How much of a firm's production is bought from others.

    OI_i = Σ_j s_ij / cost_i, with s_ij the money that i pays to j for work and cost_i its production
    cost. Where the study has no column ``production_cost``, turnover stands in for it and the
    intensity is understated, because turnover is larger.

    Parameters
    ----------
    study
        A study; outsiders that work is given to count too.
    relation, wave
        A relation whose weights are money, sender paying receiver.
    cost
        Column of ``observations`` to divide by; None: ``production_cost``, otherwise ``turnover``.

    Returns
    -------
    pandas.Series
        By member, 0 upwards (1: everything is bought); NaN for non-respondents and without a known cost.
        ``attrs["cost"]`` says which column was used.

    References
    ----------
    [suarezvilla1998]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> bool(outsourcing_intensity(example(seed=1), wave="2024").max() < 1)
    True
    """
    view = study.adjacency(relation, wave, who="all")
    column = cost or ("production_cost" if "production_cost" in study.observations.columns else "turnover")
    base = study.covariate(column, view.wave).to_numpy(dtype=np.float64, na_value=np.nan)[view.index]
    spent = np.asarray(view.matrix.sum(axis=1), dtype=np.float64).ravel()
    spent[view.missing_rows] = np.nan
    values = np.divide(spent, base, out=np.full_like(spent, np.nan), where=base > 0)
    out = view.series(values, "outsourcing_intensity")
    inside = set(study.actors["actor"].to_numpy()[study.present(view.wave)])
    out = out[[actor in inside for actor in out.index]]
    out.attrs.update(view.settings | {"cost": column})
    return out


def outsourcing_mode(study: Study, *, relation: Any = "outsourcing", wave: Any = None) -> pd.DataFrame:
    """Whether work is given out competitively (price, preset terms) or cooperatively (trust, adjustment).

    COI_ij = mean of the six items of the instrument ``mode`` about partner j, each rescaled to 0–1.
    Competitive up to ⅓, cooperative from ⅔. Where the items were not asked, the column ``ties.mode``
    counts as 0, ½ or 1.

    Parameters
    ----------
    study, relation, wave
        A relation of giving out work, sender to receiver.

    Returns
    -------
    pandas.DataFrame
        One row per tie: ``sender``, ``receiver``, ``index``, ``mode``, ``known_from`` (``"items"``,
        ``"stated"`` or missing).

    References
    ----------
    [suarezvilla1998]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> set(outsourcing_mode(example(seed=1), wave="2024")["mode"].dropna()) <= {"competitive", "mixed", "cooperative"}
    True
    """
    import pandas as pd

    view = study.adjacency(relation, wave, who="all")
    rows = study.ties[(study.ties["relation"] == view.relation) & (study.ties["wave"] == view.wave)]
    rows = rows[rows["weight"] > 0]
    asked = scored(study, "mode", str(view.wave)).set_index(["actor", "about"])["all"]
    pairs = pd.MultiIndex.from_frame(rows[["sender", "receiver"]])
    items = ((asked.reindex(pairs) - 1.0) / 6.0).to_numpy(dtype=np.float64)
    stated = rows["mode"].map(_MODES).to_numpy(dtype=np.float64)
    index = np.where(np.isnan(items), stated, items)
    source = np.select([~np.isnan(items), ~np.isnan(stated)], ["items", "stated"], "")
    out = pd.DataFrame({"sender": rows["sender"].to_numpy(), "receiver": rows["receiver"].to_numpy(), "index": index})
    out["mode"] = [mode_word(value) for value in index]
    out["known_from"] = [text or None for text in source]
    out.attrs.update(view.settings)
    return out


def mode_word(index: float) -> str | None:
    """The word for a cooperative-outsourcing index; None where it is not known."""
    if np.isnan(index):
        return None
    if index <= limit("competitive_mode") + _ROUNDING:
        return "competitive"
    return "cooperative" if index >= limit("cooperative_mode") - _ROUNDING else "mixed"


@dataclass(frozen=True, eq=False)
class TwoWay:
    """Two-way subcontracting of a network, its dyads and firms, and what chance would give.

    Attributes
    ----------
    value
        TWS of the network, 0 to 1.
    chance
        ``mean``, ``sd``, ``low``, ``high``, ``z``, ``above``, ``below``, ``p``, ``draws`` of the null model.
    null
        ``"weights"`` or ``"ties"``.
    dyads, firms
        Value by pair, and by firm.
    settings
        Relation, layer, wave and so on.
    """

    value: float
    chance: dict[str, float]
    null: str
    dyads: pd.DataFrame
    firms: pd.Series[Any]
    settings: dict[str, Any]

    def table(self) -> pd.DataFrame:
        """One row per firm: actor, value."""
        return self.firms.rename("two_way").rename_axis("actor").reset_index()

    def __str__(self) -> str:
        shuffled = "the same ties with their amounts exchanged" if self.null == "weights" else \
            "random ties with the same numbers given and taken by every firm, amounts exchanged"
        return (f"two-way subcontracting {self.value:.3g}; {shuffled}: {self.chance['low']:.3g} to "
                f"{self.chance['high']:.3g} in 95 % of {self.chance['draws']:.0f} draws (z {self.chance['z']:.3g})")


def two_way_subcontracting(study: Study, *, relation: Any = "outsourcing", wave: Any = None, who: str = "members",
                           draws: int = 200, null: str = "weights", seed: int = 1) -> TwoWay:
    """How far firms that give work to each other do so in both directions: the mark of a circuit.

    With s_ij the amount that i gives to j: dyad 2 min(s_ij, s_ji) / (s_ij + s_ji); network
    Σ_{i<j} 2 min / Σ_{i<j} (s_ij + s_ji); firm Σ_j 2 min / Σ_j (s_ij + s_ji). Similar amounts say little by
    themselves, so the network's value is compared with networks in which the amounts are dealt out
    anew over the same ties (``"weights"``: are returned amounts more alike than chance?) or over random
    ties with the same numbers by firm (``"ties"``: is work returned more than by chance?). Pairs of which
    one direction is unknown are left out.

    Parameters
    ----------
    study, relation, wave, who
        A directed relation whose weights are amounts.
    draws, null, seed
        Number of random networks, their kind, and their seed.

    Returns
    -------
    TwoWay
        NaN without any known pair that is tied.

    Raises
    ------
    UsageError
        If the relation has no direction.

    References
    ----------
    [suarezvilla1998], [squartini2013]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> 0 < two_way_subcontracting(example(seed=1), wave="2024", draws=20).value < 1
    True
    """
    if null not in NULLS:
        raise UnknownName("null model", null, NULLS)
    view = study.adjacency(relation, wave, who=who)
    if not view.directed:
        raise UsageError(f"'{view.relation}' has no direction, so giving and taking cannot be told apart.")
    matrix = known_both_ways(view, view.matrix)
    value, rng = two_way_of(matrix), np.random.default_rng(seed)
    drawn = np.array([two_way_of(one) for one in _random(view, matrix, null, draws, seed, rng)])
    firms = view.series(_by_firm(matrix), "two_way_subcontracting")
    return TwoWay(value, against(value, drawn), null, _dyads(view, matrix), firms, view.settings)


def known_both_ways(view: Adjacency, matrix: sp.csr_array) -> sp.csr_array:
    """The amounts of pairs of which both directions are known."""
    coo = matrix.tocoo()
    sender, receiver = coo.row.astype(np.int64), coo.col.astype(np.int64)
    keep = is_known(view, receiver, sender)
    return sp.csr_array((coo.data[keep], (sender[keep], receiver[keep])), shape=matrix.shape)


def two_way_of(amounts: sp.csr_array) -> float:
    """Two-way subcontracting of a matrix of amounts; see :func:`two_way_subcontracting`."""
    total = float(amounts.sum())
    return float(amounts.minimum(amounts.T).sum() / total) if total > 0 else _NAN


def _by_firm(amounts: sp.csr_array) -> Floats:
    both = np.asarray((amounts + amounts.T).sum(axis=1)).ravel()
    low = 2 * np.asarray(amounts.minimum(amounts.T).sum(axis=1)).ravel()
    return np.asarray(np.divide(low, both, out=np.full(len(both), np.nan), where=both > 0))


def _dyads(view: Adjacency, amounts: sp.csr_array) -> pd.DataFrame:
    import pandas as pd

    upper = sp.triu(sp.csr_array(amounts + amounts.T), k=1).tocoo()
    one, two = upper.row.astype(np.int64), upper.col.astype(np.int64)
    given = np.asarray(amounts[one, two]).ravel() if len(one) else np.zeros(0)
    taken = np.asarray(amounts[two, one]).ravel() if len(one) else np.zeros(0)
    value = np.divide(2 * np.minimum(given, taken), given + taken, out=np.zeros_like(given), where=given + taken > 0)
    return pd.DataFrame({"first": view.actors[one], "second": view.actors[two], "gives": given, "takes": taken,
                         "two_way": value})


def _random(view: Adjacency, amounts: sp.csr_array, null: str, draws: int, seed: int,
            rng: np.random.Generator) -> list[sp.csr_array]:
    if draws < 1 or not amounts.nnz:
        return []
    if null == "weights":
        return [sp.csr_array((rng.permutation(amounts.data), amounts.indices, amounts.indptr), shape=amounts.shape)
                for _ in range(draws)]
    out = []
    for one in random_networks(view, "degree", draws, seed):
        dealt = one.matrix.copy().astype(np.float64)
        dealt.data = rng.permutation(view.matrix.data)
        out.append(known_both_ways(one, dealt))
    return out


def over_externalisation(study: Study, *, relation: Any = "outsourcing", wave: Any = None,
                         given: Sequence[str] = ("employees", "export_share"),
                         cost: str | None = None) -> pd.Series[Any]:
    """Who gives out more work than firms like it: perhaps to build relations rather than to save cost.

    OX_i = OI_i − E[OI_i | x_i]: the residual of a linear regression of outsourcing intensity on cost, capacity
    and specialisation, as far as columns for them are given. Amounts above 0 enter as logarithms. A
    residual is not a motive: it holds everything that the columns do not.

    Parameters
    ----------
    study, relation, wave, cost
        As in :func:`outsourcing_intensity`.
    given
        Columns of ``actors`` or ``observations`` that a firm's outsourcing is expected to follow.

    Returns
    -------
    pandas.Series
        By member, mean 0; NaN where something is missing. ``attrs["share_explained"]`` is R².

    Raises
    ------
    UsageError
        With fewer than ten firms per column.

    References
    ----------
    [suarezvilla1998]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> bool(abs(over_externalisation(example(seed=1), wave="2024", given=["employees"]).mean()) < 1e-9)
    True
    """
    intensity = outsourcing_intensity(study, relation=relation, wave=wave, cost=cost)
    wave = intensity.attrs["wave"]
    columns = [_regressor(study.covariate(name, wave).reindex(intensity.index).to_numpy(np.float64, na_value=np.nan))
               for name in given]
    known = ~np.isnan(np.column_stack([intensity.to_numpy(), *columns])).any(axis=1)
    if known.sum() < 10 * max(1, len(columns)):
        raise UsageError(f"{int(known.sum())} firms have every value; {10 * max(1, len(columns))} are needed "
                         f"for {', '.join(given) or 'the mean'}. Give fewer columns, or collect more.")
    x = np.column_stack([np.ones(int(known.sum())), *(column[known] for column in columns)])
    y = intensity.to_numpy()[known]
    rest = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
    values = np.full(len(intensity), np.nan)
    values[known] = rest
    out = intensity.copy().rename("over_externalisation")
    out[:] = values
    spread = float(((y - y.mean()) ** 2).sum())
    out.attrs.update(intensity.attrs | {"given": tuple(given),
                                        "share_explained": 1 - float((rest**2).sum()) / spread if spread else _NAN})
    return out


def _regressor(values: Floats) -> Floats:
    known = values[~np.isnan(values)]
    if len(known) and (known > 0).all() and known.max() > 1:
        return np.asarray(np.log(values))
    return values

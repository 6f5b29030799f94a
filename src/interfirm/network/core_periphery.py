"""Whether there is a close-knit core with a loose periphery around it, and who is in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp

from interfirm.errors import UnknownName, UsageError
from interfirm.network._graph import Bools, Floats, unknown_matrix
from interfirm.network._limits import limit, whole
from interfirm.network.draw import NULLS, random_networks

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.adjacency import Adjacency
    from interfirm.study.study import Study

METHODS = ("discrete", "continuous")
_STARTS = (5, 30)
_WORK = 5000
_ROUNDS = 2000
_SETTLED = 1e-10
_ROUNDING = 1e-12


@dataclass(frozen=True, eq=False)
class CorePeriphery:
    """A core and a periphery, and whether random networks show one as clearly.

    Attributes
    ----------
    method
        ``"discrete"`` or ``"continuous"``.
    fit
        Correlation between the ties and the ideal, −1 to 1; NaN where it is not defined.
    values
        By actor: in the core or not (discrete), or coreness from 0 to 1 (continuous).
    core_density, periphery_density, between_density
        Share of known pairs that are tied, inside and between the two (discrete; otherwise NaN).
    null
        Kind of random network compared with; see :func:`interfirm.network.draw.random_networks`.
    null_mean, null_high
        Mean and 97.5 % bound of the fit found in the random networks by the same search.
    p
        Share of networks, the observed one among them, that fit at least as well; NaN without draws.
    draws, seed
        Of the comparison.
    settings
        Relation, layer, wave and so on.
    """

    method: str
    fit: float
    values: pd.Series[Any]
    core_density: float
    periphery_density: float
    between_density: float
    null: str
    null_mean: float
    null_high: float
    p: float
    draws: int
    seed: int
    settings: dict[str, Any]

    @property
    def found(self) -> bool:
        """Whether a core may be claimed: few enough random networks fit as well (``network.core_null_p``)."""
        return bool(self.p <= limit("core_null_p"))

    @property
    def core(self) -> list[str]:
        """The actors in the core (discrete), or with a coreness of at least half the largest (continuous)."""
        values = self.values.to_numpy(dtype=np.float64)
        inside = values >= 0.5 * np.nanmax(values) if len(values) and np.nanmax(values) > 0 else np.zeros(len(values))
        return [str(item) for item in self.values.index[inside.astype(bool)]]

    def table(self) -> pd.DataFrame:
        """One row per actor: actor, core or coreness."""
        return self.values.rename("core" if self.method == "discrete" else "coreness").reset_index()

    def __str__(self) -> str:
        test = f"{self.draws} random networks reach {self.null_mean:.2f} on average (p = {self.p:.3g})"
        if not self.draws:
            return f"{self.method} core of {len(self.core)} actors, fit {self.fit:.2f}, not compared with chance"
        if not self.found:
            return f"no core that chance would not give: fit {self.fit:.2f}, {test}"
        return f"{self.method} core of {len(self.core)} actors, fit {self.fit:.2f}; {test}"


def core_periphery(study: Study, *, relation: Any = None, wave: Any = None, who: str = "members",
                   projection: str = "newman", method: str = "discrete", null: str = "density", draws: int = 200,
                   seed: int = 1) -> CorePeriphery:
    """Who is in the core, and whether there is one.

    ``"discrete"``: the split into core and periphery with the highest correlation between the ties
    and the ideal in which all pairs inside the core are tied and none inside the periphery; pairs
    between the two do not count. It is searched from several starts by moving single actors.
    ``"continuous"``: a coreness c_i ≥ 0 such that c_i c_j comes as near as possible to the ties in
    least squares off the diagonal (MINRES); the fit is the correlation of c_i c_j with the ties.

    Any network has a best split, so the same search is run on random networks. With
    ``null="density"`` (default) they have only the number of ties in common with the observed one:
    is there a core at all? With ``null="degree"`` every actor keeps its number of ties: is there
    more of a core than the differences in activity bring about? The second is the harder test.

    Parameters
    ----------
    study, relation, wave, who, projection
        See :meth:`interfirm.study.study.Study.adjacency`.
    method
        ``"discrete"`` (default, up to ``network.core_actors`` actors) or ``"continuous"``.
    null
        ``"density"``, ``"degree"`` or ``"man"``.
    draws
        Number of random networks; 0 leaves the comparison out.
    seed
        Of the starts and the random networks.

    Returns
    -------
    CorePeriphery
        ``found`` is False where chance fits as well: then no core should be claimed. Unknown pairs
        are left out of the fit. Direction is used by counting a pair's two ties; weights are not.

    Raises
    ------
    UsageError
        If the network is too large for the discrete search.

    References
    ----------
    [borgatti2000], [boyd2010]

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> study = example(seed=1)
    >>> print(core_periphery(study, relation="advice", wave="2024", draws=50))  # doctest: +ELLIPSIS
    discrete core of ... actors, fit ...; 50 random networks reach ... on average (p = ...)
    """
    if method not in METHODS:
        raise UnknownName("method", method, METHODS)
    if null not in NULLS:
        raise UnknownName("kind of random network", null, NULLS)
    view = study.adjacency(relation, wave, who=who, projection=projection)
    if method == "discrete" and view.size > whole("core_actors"):
        raise UsageError(f"A discrete core is searched among at most {whole('core_actors'):,} actors, not "
                         f"{view.size:,}. Use method='continuous'.")
    fit, values = fitted(view, method, seed)
    drawn = np.array([fitted(one, method, seed)[0] for one in random_networks(view, null, draws, seed)]
                     if draws else [])
    return _result(view, method, fit, values, null, drawn[~np.isnan(drawn)], seed)


def _result(view: Adjacency, method: str, fit: float, values: Floats, null: str, drawn: Floats,
            seed: int) -> CorePeriphery:
    if np.isnan(fit) or not len(drawn):
        mean = high = p = float("nan")
    else:
        mean, high = float(drawn.mean()), float(np.quantile(drawn, 0.975))
        p = float((1 + (drawn >= fit - _ROUNDING).sum()) / (1 + len(drawn)))
    discrete = method == "discrete"
    shown = values > 0.5 if discrete else values
    densities = _densities(view, values > 0.5) if discrete else (float("nan"),) * 3
    return CorePeriphery(method, fit, view.series(shown, "core" if discrete else "coreness"), *densities, null, mean,
                         high, p, len(drawn), seed, view.settings)


def fitted(view: Adjacency, method: str, seed: int) -> tuple[float, Floats]:
    """Fit and membership (1 or 0) or coreness by actor; fit NaN where it is not defined."""
    return _discrete(view, seed) if method == "discrete" else _continuous(view)


# ---- discrete ----------------------------------------------------------------------------


def _layers(view: Adjacency) -> tuple[np.ndarray[Any, np.dtype[np.uint8]], np.ndarray[Any, np.dtype[np.uint8]]]:
    """Ties and known cells between two actors: 0, 1, or 2 where both directions count."""
    ties = view.binary.toarray().astype(np.uint8)
    if not view.has_missing:
        cells = np.ones_like(ties)
        np.fill_diagonal(cells, 0)
    else:
        cells = view.observed().astype(np.uint8)
    return (ties + ties.T, cells + cells.T) if view.directed else (ties, cells)


def _discrete(view: Adjacency, seed: int) -> tuple[float, Floats]:
    from interfirm.kernels.core import climb

    n = view.size
    if n < 3:
        return float("nan"), np.zeros(n)
    ties, cells = _layers(view)
    starts = _starts(ties, seed)
    fits = np.empty(len(starts))
    climb(ties, cells, starts, fits)
    best = int(np.argmax(fits))
    if fits[best] <= -2.0:
        return float("nan"), np.zeros(n)
    return float(fits[best]), starts[best].astype(np.float64)


def _starts(ties: np.ndarray[Any, np.dtype[np.uint8]], seed: int) -> Bools:
    """Where the search begins: the best connected, each of them with its partners, and random splits."""
    n = len(ties)
    order = np.argsort(-ties.sum(axis=1, dtype=np.int64), kind="stable")
    count = int(np.clip(_WORK // n, *_STARTS))
    few = min(n, count)
    best = np.zeros((few - 1, n), dtype=np.bool_)
    for row, size in enumerate(np.linspace(2, n - 1, few - 1).round().astype(int)):
        best[row, order[:size]] = True
    circles = (ties[order[:few]] > 0) | (np.arange(n) == order[:few, None])
    rng = np.random.default_rng(seed)
    drawn = rng.random((count, n)) < rng.uniform(0.1, 0.6, (count, 1))
    return np.vstack([best, circles, drawn])


def _densities(view: Adjacency, core: Bools) -> tuple[float, float, float]:
    """Density inside the core, inside the periphery and between them."""
    ties, cells = _layers(view)
    blocks = ((core, core), (~core, ~core), (core, ~core))
    found = []
    for rows, columns in blocks:
        known = float(cells[np.ix_(rows, columns)].sum())
        found.append(float(ties[np.ix_(rows, columns)].sum()) / known if known else float("nan"))
    return found[0], found[1], found[2]


# ---- continuous --------------------------------------------------------------------------


def _continuous(view: Adjacency) -> tuple[float, Floats]:
    """MINRES: each c_i in turn is the least-squares slope given the others; all at once, damped by half."""
    one = view.binary
    ties = sp.csr_array((one + one.T) / 2)
    if not ties.nnz:
        return float("nan"), np.zeros(view.size)
    unknown = unknown_matrix(view)
    lost = sp.csr_array(unknown.multiply(unknown.T)) if view.has_missing else sp.csr_array(ties.shape)
    if view.has_missing and view.directed:
        ties = _over_known(one, unknown)
    c = np.sqrt(np.asarray(ties.sum(axis=1), dtype=np.float64).ravel() / np.sqrt(ties.sum()))
    for _ in range(_ROUNDS):
        squares = c**2
        below = squares.sum() - squares - np.asarray(lost @ squares).ravel()
        new = np.divide(ties @ c, below, out=np.zeros_like(c), where=below > 0)
        step = np.abs(new - c).max()
        c = (c + new) / 2
        if step < _SETTLED * max(float(c.max()), 1.0):
            break
    largest = float(c.max())
    return _fit_of(ties, lost, c), c / largest if largest > 0 else c


def _over_known(one: sp.csr_array, unknown: sp.csr_array) -> sp.csr_array:
    """The mean of the two directions of a pair, over those that are known."""
    summed = sp.csr_array(one + one.T).tocoo()
    known = 2.0 - np.asarray((unknown + unknown.T)[summed.row, summed.col]).ravel()
    return sp.csr_array((summed.data / np.maximum(known, 1.0), (summed.row, summed.col)), shape=one.shape)


def _fit_of(ties: sp.csr_array, lost: sp.csr_array, c: Floats) -> float:
    """Correlation of c_i c_j with the ties over the known pairs, without listing them."""
    n = len(c)
    squares = c**2
    cells = n * (n - 1) - lost.nnz
    tied = float(ties.sum())
    tied_squares = float((ties.data**2).sum())
    ideal = c.sum() ** 2 - squares.sum() - float(c @ (lost @ c))
    ideal_squares = squares.sum() ** 2 - (squares**2).sum() - float(squares @ (lost @ squares))
    both = float(c @ (ties @ c))
    spread = (tied_squares - tied**2 / cells) * (ideal_squares - ideal**2 / cells)
    return float((both - tied * ideal / cells) / np.sqrt(spread)) if spread > _ROUNDING else float("nan")

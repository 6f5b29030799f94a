"""Cognitive roles: technological gatekeepers, mutual exchangers, external stars, isolated firms; their stability."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from interfirm.errors import DataError, Finding, UsageError
from interfirm.knowledge._limits import limit, whole
from interfirm.knowledge.flows import Bools, Floats, Flows, flows
from interfirm.numerals import per_cent

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study

GATEKEEPER: Final = "technological gatekeeper"
ACTIVE: Final = "active mutual exchanger"
WEAK: Final = "weak mutual exchanger"
STAR: Final = "external star"
ISOLATED: Final = "isolated"
ROLES: Final = (GATEKEEPER, ACTIVE, WEAK, STAR, ISOLATED)
_UNKNOWN: Final = -1


@dataclass(frozen=True, eq=False)
class CognitiveRoles:
    """The role of each firm and how far it hangs on the cut-offs and on missing answers.

    Attributes
    ----------
    rows
        See :meth:`table`.
    openness_cut, centrality_cut
        The cut-offs at the medians.
    settings
        Relation, wave, source of the external links, sweep, draws, seed.
    """

    rows: pd.DataFrame
    openness_cut: float
    centrality_cut: float
    settings: Mapping[str, Any]

    def of(self, role: str) -> list[str]:
        """The firms with a role, most stable first."""
        mine = self.rows[self.rows["role"] == role].sort_values(["sure", "given"], ascending=False, kind="stable")
        return [str(actor) for actor in mine["actor"]]

    def table(self) -> pd.DataFrame:
        """One row per firm.

        ``role`` (missing: cannot say), ``stability`` (share of the cut-offs that give the same role), ``sure`` (the
        same with missing answers filled in at random), ``otherwise`` (the most frequent other role), ``received``,
        ``given``, ``external``, ``centrality``, ``central``, ``open``.
        """
        return self.rows.copy()

    def __str__(self) -> str:
        counts = self.rows["role"].value_counts()
        said = [f"{int(counts.get(role, 0))} {role}{'' if counts.get(role, 0) == 1 or role == ISOLATED else 's'}"
                for role in ROLES]
        unknown = int(self.rows["role"].isna().sum())
        return f"{', '.join(said)}; of {unknown} we cannot say ({self.settings['relation']}, {self.settings['wave']})."


def roles_by_rule(received: npt.ArrayLike, given: npt.ArrayLike, external: npt.ArrayLike, *,
                  ties: npt.ArrayLike | None = None, central_at: float = 0.5, open_at: float = 0.5
                  ) -> npt.NDArray[Any]:
    """The cognitive role of each firm from what it receives, gives, and its links outside.

    Centrality c = (received + given) / 2; *central*: c at or above the quantile ``central_at`` of the c above 0;
    *open*: external at or above the quantile ``open_at`` of the external values above 0. In this order:

    1. technological gatekeeper: open, central, received ≤ given;
    2. active mutual exchanger: central;
    3. weak mutual exchanger: more than one tie, not open;
    4. external star: open;
    5. isolated: at most one tie, not open.

    Parameters
    ----------
    received, given, external
        n values each; NaN where not known.
    ties
        Number of ties, in and out; received + given if left out.
    central_at, open_at
        Quantiles of the two cut-offs, 0 to 1.

    Returns
    -------
    numpy.ndarray
        n roles; None where they cannot be told.

    Raises
    ------
    UsageError
        For arrays of different lengths or quantiles outside 0 to 1.

    Notes
    -----
    The names and the two axes are those of [giuliani2005]; the cut-offs are ours, as published work uses different
    ones.

    Examples
    --------
    >>> roles_by_rule([2, 4, 1, 1, 0], [5, 4, 1, 0, 0], [9, 1, 0, 8, 0]).tolist()  # doctest: +NORMALIZE_WHITESPACE
    ['technological gatekeeper', 'active mutual exchanger', 'weak mutual exchanger', 'external star', 'isolated']
    """
    into, out, outside = (np.asarray(values, dtype=np.float64) for values in (received, given, external))
    number = into + out if ties is None else np.asarray(ties, dtype=np.float64)
    if len({x.shape for x in (into, out, outside, number)}) > 1 or into.ndim != 1:
        raise UsageError("received, given, external and ties must be equally long lists of numbers.")
    if not (0 <= central_at <= 1 and 0 <= open_at <= 1):
        raise UsageError("central_at and open_at are quantiles between 0 and 1.")
    codes = _codes((into, out, outside, number), central_at, open_at)
    return np.array([ROLES[code] if code != _UNKNOWN else None for code in codes], dtype=object)


def _cut(values: Floats, level: float) -> float:
    positive = values[np.isfinite(values) & (values > 0)]
    return float(np.quantile(positive, level)) if len(positive) else float("inf")


def _codes(known: Sequence[Floats], central_at: float, open_at: float) -> npt.NDArray[np.int8]:
    """The roles as positions in ``ROLES`` from received, given, external and ties."""
    into, out, outside, ties = known
    centrality = (into + out) / 2
    central = (centrality >= _cut(centrality, central_at)) & (centrality > 0)
    is_open = (outside >= _cut(outside, open_at)) & (outside > 0)
    if_open, if_not = (_rule(central, np.full(len(into), value), into, out, ties) for value in (True, False))
    codes = np.where(is_open, if_open, if_not)
    codes[np.isnan(outside) & (if_open != if_not)] = _UNKNOWN
    codes[np.isnan(into) | np.isnan(out)] = _UNKNOWN
    return codes.astype(np.int8)


def _rule(central: Bools, is_open: Bools, into: Floats, out: Floats, ties: Floats) -> npt.NDArray[np.int64]:
    with np.errstate(invalid="ignore"):
        return np.select([is_open & central & (into <= out), central, (ties > 1) & ~is_open, is_open], [0, 1, 2, 3], 4)


def cognitive_roles(study: Study, *, relation: str | None = None, wave: str | int | None = None,
                    external: str = "auto", weighted: bool = True, kinds: Sequence[str] | None = None,
                    draws: int = 500, seed: int = 1) -> CognitiveRoles:
    """Which firms bring knowledge in from outside and pass it on, which exchange it, which stand apart.

    See :func:`roles_by_rule` for the rules. ``stability`` is the share of a grid of both cut-offs, from the 25th to the
    75th percentile in steps of 5, that gives the same role. ``sure`` also fills in, ``draws`` times, what those who did
    not answer might have asked.

    Parameters
    ----------
    study
        The study.
    relation
        A relation of the knowledge layer (the sender asks or learns); None if there is only one.
    wave
        The wave; None if there is only one.
    external
        ``"links"``: ``observations.external_links``; ``"ties"``: ties to external actors; ``"auto"``: links where
        known, otherwise ties.
    weighted
        Whether weights count.
    kinds
        Kinds of member that get a role; firms if left out, or all where there is no firm. The cut-offs are taken among
        them; their ties with all members count.
    draws, seed
        Of filling in.

    Returns
    -------
    CognitiveRoles
        A firm that did not answer has no role.

    Raises
    ------
    DataError
        Without a knowledge relation, or where no link outside is known.

    Notes
    -----
    Names and axes [giuliani2005]; cut-offs and their sweep are ours.

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> roles = cognitive_roles(example(), wave="2024")
    >>> bool(roles.table()["stability"].dropna().between(0, 1).all())
    True
    """
    read = flows(study, relation=relation, wave=wave, external=external, weighted=weighted)
    there = study.actors["kind"].to_numpy(dtype=object)[read.index]
    chosen = np.isin(there, list(kinds or ["firm"]))
    if not read.external_from:
        raise DataError(Finding("error", "nothing is known of links outside the cluster", "no-external-links",
                                file="observations", expected="external_links, or ties to actors outside",
                                remedy="Ask each member how many sources outside it learns from"))
    if not chosen.any() and kinds is None:
        chosen = np.ones(len(there), dtype=bool)
    if not chosen.any():
        raise UsageError(f"There is no member of kind {', '.join(kinds or ())} in wave {read.wave}.")
    return _made(read, chosen, draws, seed)


def _made(read: Flows, chosen: Bools, draws: int, seed: int) -> CognitiveRoles:
    import pandas as pd

    ties = read.asks + read.asked
    parts = [values[chosen] for values in (read.received, read.given, read.external, ties)]
    codes = _codes(parts, 0.5, 0.5)
    grid = sweep(parts)
    stability = (grid == codes).mean(axis=0)
    filled = _filled(read, chosen, parts, draws, seed) if read.silent.any() and draws else grid
    sure = (filled == codes).mean(axis=0)
    unknown = codes == _UNKNOWN
    centrality = (parts[0] + parts[1]) / 2
    rows = pd.DataFrame({
        "actor": read.actors[chosen], "role": [None if code == _UNKNOWN else ROLES[code] for code in codes],
        "stability": np.where(unknown, np.nan, stability), "sure": np.where(unknown, np.nan, sure),
        "otherwise": [_other(filled[:, i], int(codes[i])) for i in range(len(codes))],
        "received": parts[0], "given": parts[1], "external": parts[2], "centrality": centrality,
        "central": _flag(centrality, _cut(centrality, 0.5)), "open": _flag(parts[2], _cut(parts[2], 0.5))})
    span = f"{per_cent(limit('sweep_low'))} to {per_cent(limit('sweep_high'))}"
    settings = {**read.settings, "sweep": span, "draws": draws, "seed": seed}
    return CognitiveRoles(rows, _cut(parts[2], 0.5), _cut(centrality, 0.5), settings)


def _flag(values: Floats, cut: float) -> list[bool | None]:
    return [None if np.isnan(value) else bool(value >= cut and value > 0) for value in values]


def levels() -> Floats:
    """The quantiles of the sweep."""
    return np.linspace(limit("sweep_low"), limit("sweep_high"), whole("sweep_steps"))


def sweep(parts: list[Floats]) -> npt.NDArray[np.int8]:
    """The roles at every pair of cut-offs: pairs × firms."""
    return np.array([_codes(parts, c, o) for c in levels() for o in levels()])


def _filled(read: Flows, chosen: Bools, parts: list[Floats], draws: int, seed: int) -> npt.NDArray[np.int8]:
    """The roles with missing answers filled in, each time at other cut-offs: draws × firms."""
    rng = np.random.default_rng(seed)
    added = read.also_asked(draws, rng)[:, chosen]
    weight = float(read.matrix.data.mean()) if read.matrix.nnz else 1.0
    at = rng.choice(levels(), (draws, 2))
    return np.array([_codes((parts[0], parts[1] + more, parts[2], parts[3] + more / weight), c, o)
                     for more, (c, o) in zip(added, at, strict=True)])


def _other(codes: npt.NDArray[np.int8], mine: int) -> str | None:
    rest = codes[(codes != mine) & (codes != _UNKNOWN)]
    return ROLES[int(np.bincount(rest).argmax())] if len(rest) and mine != _UNKNOWN else None

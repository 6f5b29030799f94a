"""How near two organisations are in knowledge: shares, log-ratios, citations, distance with its optimum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from interfirm.errors import UsageError

Floats = npt.NDArray[np.float64]


def technological_proximity(profiles: npt.ArrayLike, others: npt.ArrayLike | None = None) -> Floats:
    """How far two organisations do their research in the same fields.

    P_ij = f_i · f_j / (‖f_i‖ ‖f_j‖), with f_i the shares (or counts) of organisation i by field. 1 is the same
    mix, 0 is no field in common. The cosine of shares overstates nearness where one large field is common
    to all; :func:`log_ratio_proximity` is the variant for compositions.

    Parameters
    ----------
    profiles
        n × k shares or counts, not negative.
    others
        m × k; the rows of ``profiles`` themselves if None.

    Returns
    -------
    numpy.ndarray
        n × m, 0 to 1; NaN where a profile is empty or has a gap: nothing is known, which is not "far".

    Raises
    ------
    UsageError
        If a share is negative or the tables have different fields.

    References
    ----------
    [jaffe1986]

    Examples
    --------
    >>> float(technological_proximity([[0.5, 0.5, 0]], [[0, 0.5, 0.5]])[0, 0].round(4))
    0.5
    """
    left, right = _pair_of_tables(profiles, others)
    return _cosine(left, right)


def log_ratio_proximity(profiles: npt.ArrayLike, others: npt.ArrayLike | None = None, *,
                        replacement: float = 0.01) -> Floats:
    """Nearness of two mixes of fields by the ratios of the shares, not by the shares themselves.

    exp(−d_ij/√k), with d_ij = ‖clr(f_i) − clr(f_j)‖ the Aitchison distance, clr(f)_k = ln f_k − mean_k ln f_k,
    k the number of fields. A share of 0 has no logarithm: it is replaced by ``replacement`` and the row is
    scaled to 1 again, which is the one free choice and therefore an argument.

    Parameters
    ----------
    profiles, others
        As for :func:`technological_proximity`.
    replacement
        What a share of 0 is replaced by, above 0 and below 1.

    Returns
    -------
    numpy.ndarray
        n × m, above 0 to 1; NaN where a profile is empty or has a gap.

    Raises
    ------
    UsageError
        If a share is negative, the fields differ, or the replacement is out of range.

    References
    ----------
    [aitchison1986]

    Examples
    --------
    >>> log_ratio_proximity([[0.5, 0.5]], [[5, 5]]).tolist()
    [[1.0]]
    """
    if not 0 < replacement < 1:
        raise UsageError(f"The replacement of a zero share is {replacement}; it must lie between 0 and 1.")
    left, right = _pair_of_tables(profiles, others)
    a, b = _clr(left, replacement), _clr(right, replacement)
    square = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1)[None, :] - 2 * a @ b.T
    return np.asarray(np.exp(-np.sqrt(np.maximum(square, 0.0) / a.shape[1])), dtype=np.float64)


def spillover_pool(proximity: npt.ArrayLike, research: npt.ArrayLike) -> Floats:
    """The research of others that a firm can draw on, weighted by nearness.

    S_i = Σ_{j≠i} P_ij RD_j, in the unit of ``research``.

    Parameters
    ----------
    proximity
        n × n.
    research
        n values of research effort, e.g. EUR.

    Returns
    -------
    numpy.ndarray
        n values; pairs or efforts that are not known are left out of the sum; NaN where none is known.

    References
    ----------
    [jaffe1986]

    Examples
    --------
    >>> spillover_pool([[1, 0.5], [0.5, 1]], [3, 10]).tolist()
    [5.0, 1.5]
    """
    near, effort = np.array(proximity, dtype=np.float64), np.asarray(research, dtype=np.float64)
    if near.ndim != 2 or near.shape[0] != near.shape[1] or near.shape[0] != len(effort):
        raise UsageError(f"Proximity must be n × n and research n long; they are {near.shape} and {effort.shape}.")
    np.fill_diagonal(near, np.nan)
    parts = near * effort[None, :]
    known = ~np.isnan(parts)
    return np.where(known.any(axis=1), np.where(known, parts, 0.0).sum(axis=1), np.nan)


def cross_citation(citations: npt.ArrayLike) -> Floats:
    """How much two organisations build on each other's patents: C_ij/C_i + C_ji/C_j.

    C_ij = citations of i to patents of j, C_i = all citations of i, those to third parties included.

    Parameters
    ----------
    citations
        n × (n + m): citations of each organisation to each of the n organisations and to m others.

    Returns
    -------
    numpy.ndarray
        n × n, symmetric, 0 to 2; NaN where one of the two cites nothing at all, and on the diagonal.

    References
    ----------
    [mowery1996]

    Examples
    --------
    >>> float(cross_citation([[0, 10, 90], [5, 0, 45]])[0, 1].round(4))
    0.2
    """
    counts = np.asarray(citations, dtype=np.float64)
    n = counts.shape[0]
    if counts.ndim != 2 or counts.shape[1] < n or (counts < 0).any():
        raise UsageError("Citations must be a table of counts with one row per organisation and at least as many "
                         "columns.")
    total = counts.sum(axis=1)
    share = np.divide(counts[:, :n], total[:, None], out=np.full((n, n), np.nan), where=total[:, None] > 0)
    out = share + share.T
    np.fill_diagonal(out, np.nan)
    return np.asarray(out, dtype=np.float64)


def cognitive_distance(proximity: npt.ArrayLike) -> Floats:
    """CD = 1 − P: 0 where two firms know the same, 1 where they share nothing. NaN stays NaN."""
    return np.asarray(1.0 - np.asarray(proximity, dtype=np.float64), dtype=np.float64)


@dataclass(frozen=True)
class LearningCurve:
    """What two firms learn from each other by their cognitive distance: L = novelty × absorption.

    L(CD) = a CD (c − d CD): the further away a partner, the more is new; the further away, the less is
    understood. Both together are an inverted U.

    Parameters
    ----------
    novelty
        a, above 0.
    absorb
        c, what is understood of a partner at distance 0.
    fade
        d, how fast understanding falls with distance; own research makes it smaller.

    References
    ----------
    [nooteboom2007]

    Examples
    --------
    >>> LearningCurve().optimum
    0.5
    """

    novelty: float = 1.0
    absorb: float = 1.0
    fade: float = 1.0

    def __post_init__(self) -> None:
        if self.novelty <= 0 or self.absorb <= 0 or self.fade <= 0:
            raise UsageError("Novelty, absorption and its fading must all be above 0.")

    @property
    def optimum(self) -> float:
        """CD* = c / 2d, cut at 1: the distance from which most is learned."""
        return min(1.0, self.absorb / (2 * self.fade))

    def learning(self, distance: npt.ArrayLike) -> Floats:
        """L at each distance as a share of the most that can be learned; 0 where nothing is understood any more."""
        far = np.asarray(distance, dtype=np.float64)
        raw = np.maximum(self.novelty * far * (self.absorb - self.fade * far), 0.0)
        best = self.novelty * self.optimum * (self.absorb - self.fade * self.optimum)
        return np.asarray(np.where(np.isnan(far), np.nan, raw / best), dtype=np.float64)


def _pair_of_tables(profiles: npt.ArrayLike, others: npt.ArrayLike | None) -> tuple[Floats, Floats]:
    left = np.atleast_2d(np.asarray(profiles, dtype=np.float64))
    right = left if others is None else np.atleast_2d(np.asarray(others, dtype=np.float64))
    if left.shape[1] != right.shape[1]:
        raise UsageError(f"The profiles have {left.shape[1]} and {right.shape[1]} fields; they must be the same.")
    if (left < 0).any() or (right < 0).any():
        raise UsageError("A share or count of a field is negative.")
    return left, right


def _cosine(left: Floats, right: Floats) -> Floats:
    a, b = (np.linalg.norm(table, axis=1) for table in (left, right))
    size = np.outer(a, b)
    out = np.divide(left @ right.T, size, out=np.full(size.shape, np.nan), where=size > 0)
    return np.asarray(np.clip(out, 0.0, 1.0), dtype=np.float64)


def _clr(table: Floats, replacement: float) -> Floats:
    total = table.sum(axis=1, keepdims=True)
    share = np.divide(table, total, out=np.full(table.shape, np.nan), where=total > 0)
    share = np.where(share == 0, replacement, share)
    logs = np.log(share / share.sum(axis=1, keepdims=True))
    return np.asarray(logs - logs.mean(axis=1, keepdims=True), dtype=np.float64)

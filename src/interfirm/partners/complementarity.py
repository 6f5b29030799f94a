"""What each of two organisations has that the other needs, and the price of rivalry.

Similarity and complementarity are two axes. Nothing here merges them, except :func:`fit`, which says with
which weight it does and is meant to be tried with several.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from interfirm.errors import UsageError

Floats = npt.NDArray[np.float64]


def one_way_complementarity(need: npt.ArrayLike, capability: npt.ArrayLike,
                            others: npt.ArrayLike | None = None) -> Floats:
    """What a partner has that an organisation needs and lacks.

    Comp_ij = Σ_k need_ik cap_jk (1 − cap_ik) / Σ_k need_ik, over the capabilities k known for both.

    Parameters
    ----------
    need
        n × k, how much each capability is needed, not negative.
    capability
        n × k, 0 (has none) to 1 (has all of it); NaN where not known.
    others
        m × k capabilities of the possible partners; ``capability`` itself if None.

    Returns
    -------
    numpy.ndarray
        n × m, 0 to 1; NaN where no needed capability is known of both.

    Raises
    ------
    UsageError
        If a need is negative, a capability off 0 to 1, or the shapes differ.

    Notes
    -----
    Own definition, after the two sides of "same or complementary capabilities".

    Examples
    --------
    >>> one_way_complementarity([[1, 1]], [[1, 0]], [[0, 1]]).tolist()
    [[0.5]]
    """
    want, have = (np.atleast_2d(np.asarray(table, dtype=np.float64)) for table in (need, capability))
    partner = have if others is None else np.atleast_2d(np.asarray(others, dtype=np.float64))
    _check(want, have, partner)
    known_want, known_have = ~(np.isnan(want) | np.isnan(have)), ~np.isnan(partner)
    weight = np.where(known_want, want, 0.0)
    gap = np.where(known_want, weight * (1.0 - np.nan_to_num(have)), 0.0)
    top = gap @ np.nan_to_num(partner).T
    bottom = weight @ known_have.T.astype(np.float64)
    out = np.divide(top, bottom, out=np.full(top.shape, np.nan), where=bottom > 0)
    return np.asarray(np.clip(out, 0.0, 1.0), dtype=np.float64)


def complementarity(need: npt.ArrayLike, capability: npt.ArrayLike) -> Floats:
    """How far two organisations each have what the other needs: the geometric mean of both directions.

    √(Comp_ij Comp_ji): 0 as soon as one of the two gains nothing. Needs of different organisations may differ.

    Parameters
    ----------
    need, capability
        As for :func:`one_way_complementarity`.

    Returns
    -------
    numpy.ndarray
        n × n, symmetric, 0 to 1; NaN where one direction is not known.

    Examples
    --------
    >>> complementarity([[0, 1], [1, 0]], [[1, 0], [0, 1]])[0, 1].item()
    1.0
    """
    one = one_way_complementarity(need, capability)
    return np.asarray(np.sqrt(one * one.T), dtype=np.float64)


def fit(similarity: npt.ArrayLike, complement: npt.ArrayLike, rivalry: npt.ArrayLike = 0.0, *,
        alpha: float = 0.5, gamma: float = 0.0) -> Floats:
    """One number out of the two axes: α Sim + (1 − α) Comp − γ rivalry.

    Parameters
    ----------
    similarity, complement
        The two axes, 0 to 1, of the same shape.
    rivalry
        0 to 1.
    alpha
        Weight of similarity, 0 to 1; look at the result for several values before using one.
    gamma
        Price of rivalry, not negative.

    Returns
    -------
    numpy.ndarray
        −γ to 1; NaN where one of the parts is not known.

    Examples
    --------
    >>> float(fit(0.8, 0.4, 1.0, alpha=0.25, gamma=0.1).round(4))
    0.4
    """
    if not 0 <= alpha <= 1 or gamma < 0:
        raise UsageError(f"alpha must lie between 0 and 1 and gamma must not be negative; they are {alpha}, {gamma}.")
    same, other = np.asarray(similarity, dtype=np.float64), np.asarray(complement, dtype=np.float64)
    return np.asarray(alpha * same + (1 - alpha) * other - gamma * np.asarray(rivalry, dtype=np.float64))


def rivalry(sectors: npt.ArrayLike, markets: npt.ArrayLike | None = None) -> Floats:
    """How far two firms are after the same customers.

    1 if both have the same sector, 0 if not; where the markets are known, the overlap of their shares
    Σ_k min(m_ik, m_jk) times that.

    Parameters
    ----------
    sectors
        n words; empty (None, NaN or "") where not known.
    markets
        n × k shares of sales by market, rows summing to 1; NaN where not known.

    Returns
    -------
    numpy.ndarray
        n × n, 0 to 1; NaN where a sector (or, if given, a market) is not known; the diagonal is 0.

    Examples
    --------
    >>> rivalry(["tools", "tools", "optics"])[0].tolist()
    [0.0, 1.0, 0.0]
    """
    words = np.array([item if isinstance(item, str) else "" for item in np.asarray(sectors, dtype=object)])
    out: Floats = np.equal.outer(words, words).astype(np.float64)
    if markets is not None:
        sales = np.asarray(markets, dtype=np.float64)
        out *= np.array([np.minimum(row[None, :], sales).sum(axis=1) for row in sales])
    out[(words == "")[:, None] | (words == "")[None, :]] = np.nan
    np.fill_diagonal(out, 0.0)
    return out


def _check(want: Floats, have: Floats, partner: Floats) -> None:
    if want.shape != have.shape or partner.shape[1] != have.shape[1]:
        raise UsageError(f"Needs and capabilities must have the same shape; they have {want.shape}, {have.shape} "
                         f"and {partner.shape}.")
    if (want < 0).any():
        raise UsageError("A need is negative.")
    for table in (have, partner):
        if (table < 0).any() or (table > 1).any():
            raise UsageError("A capability lies outside 0 to 1.")

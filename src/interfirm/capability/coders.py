"""Do coders agree? Krippendorff's alpha and Cohen's kappa."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from interfirm.errors import DataError, UnknownName, UsageError

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study

Floats = npt.NDArray[np.float64]
_NAN = float("nan")


def _ordinal(_: Floats, totals: Floats) -> Floats:
    """The sum of n_g from c to k less half of both ends is the distance of the middles of their ranks."""
    middle = np.cumsum(totals) - totals / 2
    return np.asarray((middle[:, None] - middle[None, :]) ** 2)


def _ratio(values: Floats, _: Floats) -> Floats:
    total = values[:, None] + values[None, :]
    share = np.divide(values[:, None] - values[None, :], total, out=np.zeros_like(total), where=total != 0)
    return np.asarray(share**2)


_METRICS: Final[dict[str, Callable[[Floats, Floats], Floats]]] = {
    "nominal": lambda values, _: np.asarray((values[:, None] != values[None, :]).astype(np.float64)),
    "ordinal": _ordinal,
    "interval": lambda values, _: np.asarray((values[:, None] - values[None, :]) ** 2),
    "ratio": _ratio,
}


def krippendorff_alpha(ratings: npt.ArrayLike, *, metric: str = "nominal") -> float:
    """Krippendorff's alpha: agreement of any number of coders, missing values allowed.

    α = 1 − D_o / D_e = 1 − (n − 1) Σ_ck o_ck δ²_ck / Σ_ck n_c n_k δ²_ck; o_ck the coincidences of the values c and k
    within units (each pair of a unit with m values counts 1/(m − 1)), n_c their totals, n all of them. δ² is 1 for
    different values (nominal), (Σ_{g=c..k} n_g − (n_c + n_k)/2)² (ordinal), (c − k)² (interval) or
    ((c − k)/(c + k))² (ratio). [krippendorff2004]

    Parameters
    ----------
    ratings
        Coders × units, missing as NaN. For nominal data any numbers.
    metric
        ``"nominal"``, ``"ordinal"``, ``"interval"`` or ``"ratio"`` (no negative values).

    Returns
    -------
    float
        1 for full agreement, 0 for chance, negative below. NaN where no unit has two values, or all values are the
        same (there is then nothing to disagree about).

    Raises
    ------
    UnknownName
        For an unknown metric.
    UsageError
        If the ratings are not a table, or negative with ``"ratio"``.

    Examples
    --------
    >>> nan = float("nan")
    >>> round(krippendorff_alpha([[1, 2, 3, 3], [1, 2, 3, 4], [nan, 2, 3, 3]], metric="interval"), 3)
    0.896
    """
    if metric not in _METRICS:
        raise UnknownName("metric", metric, _METRICS)
    x = np.asarray(ratings, dtype=np.float64)
    if x.ndim != 2:
        raise UsageError("Ratings are coders × units.")
    x = x[:, (~np.isnan(x)).sum(axis=0) > 1]
    if metric == "ratio" and (x < 0).any():
        raise UsageError("Ratio data has no negative values; use metric='interval'.")
    values, place = np.unique(x[~np.isnan(x)], return_inverse=True)
    if len(values) < 2:
        return _NAN
    unit = np.nonzero(~np.isnan(x))[1]
    counts = np.zeros((x.shape[1], len(values)))
    np.add.at(counts, (unit, place), 1.0)
    share = counts / (counts.sum(axis=1, keepdims=True) - 1)
    coincidence = share.T @ counts - np.diag(share.sum(axis=0))
    totals = coincidence.sum(axis=1)
    distance = _METRICS[metric](values, totals)
    expected = float((np.outer(totals, totals) * distance).sum())
    return float(1 - (totals.sum() - 1) * (coincidence * distance).sum() / expected) if expected > 0 else _NAN


def cohen_kappa(first: npt.ArrayLike, second: npt.ArrayLike, *, weights: str = "none") -> float:
    """Cohen's kappa: agreement of two coders beyond chance.

    κ = 1 − Σ w_ij p_ij / Σ w_ij p_i. p_.j; w_ij = 1 for i ≠ j (``"none"``), |i − j| (``"linear"``) or (i − j)²
    (``"quadratic"``), i and j the positions of the ordered values. [cohen1960]

    Parameters
    ----------
    first, second
        One value per unit, missing as NaN; units that either left out are not used.
    weights
        ``"none"``, ``"linear"`` or ``"quadratic"``.

    Returns
    -------
    float
        NaN where both coders always gave the same single value.

    Examples
    --------
    >>> cohen_kappa([1, 1, 2, 2], [1, 1, 2, 1])
    0.5
    """
    forms: dict[str, Callable[[Floats], Floats]] = {"none": lambda gap: (gap > 0).astype(np.float64),
                                                    "linear": lambda gap: gap, "quadratic": lambda gap: gap**2}
    if weights not in forms:
        raise UnknownName("weights", weights, forms)
    a, b = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if a.shape != b.shape or a.ndim != 1:
        raise UsageError("Kappa needs two lists of the same length.")
    both = ~(np.isnan(a) | np.isnan(b))
    values, place = np.unique(np.concatenate([a[both], b[both]]), return_inverse=True)
    if len(values) < 2:
        return _NAN
    n, k = int(both.sum()), len(values)
    table = np.zeros((k, k))
    np.add.at(table, (place[:n], place[n:]), 1.0 / n)
    w = forms[weights](np.abs(np.arange(k)[:, None] - np.arange(k)[None, :]).astype(np.float64))
    expected = float((w * np.outer(table.sum(axis=1), table.sum(axis=0))).sum())
    return float(1 - (w * table).sum() / expected) if expected > 0 else _NAN


@dataclass(frozen=True)
class CoderAgreement:
    """Agreement of the coders on each code.

    Parameters
    ----------
    rows
        One row per code: ``segments`` (seen by at least two coders), ``coded`` (by at least one), ``alpha``, and
        ``kappa`` where there are exactly two coders.
    alpha
        Nominal alpha over segments to which each coder gave one code; NaN where several codes per segment are usual.
    coders
        Their names.
    """

    rows: pd.DataFrame
    alpha: float
    coders: tuple[str, ...]

    def table(self) -> pd.DataFrame:
        """One row per code."""
        return self.rows.reset_index()

    def __str__(self) -> str:
        if len(self.coders) < 2:
            return "One coder only; agreement cannot be computed."
        whole = "" if np.isnan(self.alpha) else f"Krippendorff's alpha {self.alpha:.2f} over all segments. "
        known = self.rows["alpha"].dropna()
        return f"{len(self.coders)} coders. {whole}By code from {known.min():.2f} to {known.max():.2f}."


def coder_agreement(study: Study) -> CoderAgreement:
    """Do the coders of the cases agree on where each code belongs?

    For each code, Krippendorff's alpha [krippendorff2004] of present or absent over the segments, and Cohen's kappa
    [cohen1960] for two coders. A coder who coded anything in a source has seen all its segments: a code not given there
    is absent; segments of sources that a coder never worked on are missing for that coder.

    Parameters
    ----------
    study
        A study with codings. Segments must have the same name for all coders.

    Returns
    -------
    CoderAgreement
        NaN with one coder, and for codes that all coders gave everywhere.

    Raises
    ------
    DataError
        If the study has no codings.

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> coder_agreement(example()).coders
    ('A', 'B')
    """
    import pandas as pd

    rows = study.codings
    if rows.empty:
        raise DataError("The study has no codings. Import coded interviews, or fill the table 'codings'.")
    unit = pd.MultiIndex.from_frame(rows[["case", "source", "segment"]])
    units, place = unit.unique(), unit.unique().get_indexer(unit)
    coders = tuple(str(name) for name in rows["coder"].unique())
    worked = set(zip(rows["coder"].astype(str), rows["case"], rows["source"], strict=True))
    seen = np.array([[(coder, case, source) in worked for case, source, _ in units] for coder in coders])
    out = {}
    who = np.array([coders.index(str(name)) for name in rows["coder"]])
    for code in sorted(rows["code"].unique()):
        mark = np.where(seen, 0.0, np.nan)
        mine = (rows["code"] == code).to_numpy(dtype=bool)
        mark[who[mine], place[mine]] = 1.0
        out[code] = {"segments": int((seen.sum(axis=0) > 1).sum()), "coded": int((mark == 1).any(axis=0).sum()),
                     "alpha": krippendorff_alpha(mark),
                     "kappa": cohen_kappa(mark[0], mark[1]) if len(coders) == 2 else _NAN}
    frame = pd.DataFrame.from_dict(out, orient="index", columns=["segments", "coded", "alpha", "kappa"])
    return CoderAgreement(frame.rename_axis("code"), _single_codes(rows, who, place, len(units), len(coders)), coders)


def _single_codes(rows: pd.DataFrame, who: npt.NDArray[np.int64], place: npt.NDArray[np.intp], units: int,
                  coders: int) -> float:
    """Nominal alpha where no coder gave a segment two codes."""
    if rows.duplicated(["case", "source", "segment", "coder"]).any():
        return _NAN
    mark = np.full((coders, units), np.nan)
    mark[who, place] = rows["code"].astype("category").cat.codes.to_numpy()
    return krippendorff_alpha(mark)

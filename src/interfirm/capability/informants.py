"""Do several respondents of one firm see the same? ICC(1) and within-group agreement."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from interfirm.capability._limits import limit
from interfirm.capability.answers import answers
from interfirm.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study

_NAN = float("nan")


def icc1(values: npt.ArrayLike, groups: npt.ArrayLike) -> float:
    """Intraclass correlation ICC(1): how much of what one respondent says is about the firm.

    ICC(1) = (MSB − MSW) / (MSB + (k − 1) MSW) from a one-way analysis of variance; MSB and MSW are the mean
    squares between and within firms, k the number of respondents, for unequal numbers
    k = (N − Σ n_g² / N) / (G − 1). [shrout1979]

    Parameters
    ----------
    values
        One score per respondent.
    groups
        The firm of each.

    Returns
    -------
    float
        At most 1 (respondents of one firm say the same); 0 if the firm does not matter; negative if respondents of
        one firm differ more than strangers do. NaN with fewer than two firms that have two respondents, or
        where all answers are the same. Firms with one respondent are left out.

    Examples
    --------
    >>> icc1([1, 1, 4, 4, 6, 6], ["a", "a", "b", "b", "c", "c"])
    1.0
    """
    y, label = np.asarray(values, dtype=np.float64), np.asarray(groups)
    if y.shape != label.shape or y.ndim != 1:
        raise UsageError("icc1 needs one group for each value: two lists of the same length.")
    y, label = y[~np.isnan(y)], label[~np.isnan(y)]
    _, place, size = np.unique(label, return_inverse=True, return_counts=True)
    y, place = y[size[place] > 1], place[size[place] > 1]
    if len(y) == 0:
        return _NAN
    _, place, size = np.unique(place, return_inverse=True, return_counts=True)
    groups_count, n = len(size), len(y)
    if groups_count < 2:
        return _NAN
    mean = np.bincount(place, y) / size
    within = float(((y - mean[place]) ** 2).sum()) / (n - groups_count)
    between = float((size * (mean - y.mean()) ** 2).sum()) / (groups_count - 1)
    k = (n - float((size**2).sum()) / n) / (groups_count - 1)
    below = between + (k - 1) * within
    return (between - within) / below if below > 0 else _NAN


def rwg(ratings: npt.ArrayLike, categories: int) -> float:
    """Agreement within a group on one item: r_wg = 1 − s² / σ², σ² = (A² − 1) / 12.

    s² is the variance of the ratings (n − 1 below), σ² that of answers drawn evenly from A categories.
    Negative values (respondents differ more than by chance) are returned as they are. [james1984]

    Parameters
    ----------
    ratings
        The ratings of one group; missing ones are left out.
    categories
        A, the number of answers to choose from.

    Returns
    -------
    float
        1 for identical ratings; NaN for fewer than two.

    Examples
    --------
    >>> rwg([5, 5, 5], 7)
    1.0
    """
    return rwg_multi(np.asarray(ratings, dtype=np.float64)[:, None], categories)


def rwg_multi(ratings: npt.ArrayLike, categories: int) -> float:
    """Agreement over the items of a scale: r*_wg(J) = 1 − mean(s²_j) / σ².

    The form that averages the variance over items and does not grow with their number; with one item it is
    :func:`rwg`. Items that fewer than two respondents answered are left out. [james1984]

    Parameters
    ----------
    ratings
        Respondents × items.
    categories
        A, the number of answers to choose from, at least 2.
    """
    if categories < 2:
        raise UsageError("Agreement needs at least two categories to choose from.")
    x = np.asarray(ratings, dtype=np.float64)
    usable = (~np.isnan(x)).sum(axis=0) > 1
    if not usable.any():
        return _NAN
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        spread = np.nanvar(x[:, usable], axis=0, ddof=1)
    return float(1 - spread.mean() / ((categories**2 - 1) / 12))


@dataclass(frozen=True)
class InformantAgreement:
    """Agreement of respondents of one firm, by construct.

    ``rows`` has ``firms`` (with two or more respondents), ``icc1``, ``rwg`` (median over firms) and ``low`` (firms
    whose agreement is below the convention).
    """

    rows: pd.DataFrame
    wave: str

    def table(self) -> pd.DataFrame:
        """One row per construct."""
        return self.rows.reset_index()

    def __str__(self) -> str:
        if not self.rows["firms"].max() > 0:
            return "No firm has two respondents; agreement cannot be computed."
        return "\n".join(f"{name}: ICC(1) {row['icc1']:.2f}, median agreement {row['rwg']:.2f} in {row['firms']:.0f} "
                         f"firms with several respondents; low in {row['low']:.0f}."
                         for name, row in self.rows.iterrows())


def informant_agreement(study: Study, wave: str | int | None = None, *, instrument: str = "capability",
                        strict: bool = True) -> InformantAgreement:
    """Do several respondents of one firm see the same?

    For every construct the intraclass correlation ICC(1) [shrout1979] of the respondents' scores, and the median
    over firms of the within-group agreement r*_wg(J) [james1984] of the items.

    Parameters
    ----------
    study, wave, instrument, strict
        As in :func:`interfirm.capability.profiles`.

    Returns
    -------
    InformantAgreement
        NaN where fewer than two firms have two respondents with a score.

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> result = informant_agreement(example(), "2024")
    >>> bool((result.rows["icc1"] > 0.5).all())
    True
    """
    import pandas as pd

    from interfirm.capability.scores import person_scores, score

    given = answers(study, instrument, wave, strict=strict)
    people, agreement = person_scores(given), score(given).agreement
    who = people.index.get_level_values("actor").to_numpy()
    rows = {name: {"firms": int(agreement[name].notna().sum()), "icc1": icc1(people[name].to_numpy(), who),
                   "rwg": float(agreement[name].median()), "low": int((agreement[name] < limit("low_agreement")).sum())}
            for name in people.columns}
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=["firms", "icc1", "rwg", "low"])
    return InformantAgreement(frame.rename_axis("construct"), given.wave)

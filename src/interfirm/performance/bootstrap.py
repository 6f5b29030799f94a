"""Resampling of firms, or of clusters within strata; a draw depends only on the seed and its number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from interfirm.errors import DataError, Finding, UsageError
from interfirm.performance.design import Design
from interfirm.performance.estimates import Fit
from interfirm.performance.margins import effects_of
from interfirm.performance.quick import estimates
from interfirm.performance.terms import Floats

if TYPE_CHECKING:
    import pandas as pd

Ints = npt.NDArray[np.int64]
_FEWEST: Final = 0.9


@dataclass(frozen=True, eq=False)
class Bootstrap:
    """Effects in resamples.

    Attributes
    ----------
    rows
        See :meth:`table`.
    drawn
        Effects of each resample, draws × variables.
    draws, failed, seed
        Resamples asked for, those that could not be estimated, seed.
    """

    rows: pd.DataFrame
    drawn: Floats
    draws: int
    failed: int
    seed: int

    def table(self) -> pd.DataFrame:
        """One row per variable: variable, effect, error, low, high (95 %, percentiles of the resamples)."""
        return self.rows.copy()

    def __str__(self) -> str:
        note = f"; {self.failed} could not be estimated" if self.failed else ""
        return f"Average marginal effects in {self.draws - self.failed:,} resamples (seed {self.seed}){note}."


def resample(design: Design, seed: int, draw: int) -> Ints:
    """Positions of the firms of one resample: firms, or whole clusters, within each stratum.

    Parameters
    ----------
    design
        n firms.
    seed, draw
        Of the random numbers.

    Returns
    -------
    numpy.ndarray
        Positions, of n firms (with clusters of different size, about n).
    """
    rng = np.random.default_rng([seed, draw])
    strata = np.zeros(design.size, dtype=np.int64) if design.strata is None else design.strata
    out = []
    for stratum in np.unique(strata):
        here = np.flatnonzero(strata == stratum)
        if design.clusters is None:
            out.append(here[rng.integers(0, len(here), len(here))])
            continue
        order = np.argsort(design.clusters[here], kind="stable")
        sorted_here = here[order]
        edges = np.flatnonzero(np.diff(design.clusters[sorted_here])) + 1
        groups = np.split(sorted_here, edges)
        out.append(np.concatenate([groups[i] for i in rng.integers(0, len(groups), len(groups))]))
    return np.concatenate(out)


def _varying(part: Design, names: Sequence[str]) -> tuple[Design, list[int]]:
    """A resample without the columns that it happens to lack; an error if the question is about one of them."""
    keep = [i for i in range(len(part.columns)) if i == 0 or np.ptp(part.x[:, i]) > 0]
    if len(keep) == len(part.columns):
        return part, keep
    gone = [column for i, column in enumerate(part.columns) if i not in keep]
    if any(name in column.of for column in gone for name in names):
        raise np.linalg.LinAlgError
    return part.only([part.columns[i].name for i in keep]), keep


def bootstrap(found: Fit, variables: Sequence[str] | None = None, *, draws: int = 999, seed: int = 1,
              progress: Callable[[str], None] | None = None) -> Bootstrap:
    """Average marginal effects in resamples of the firms: intervals that trust neither curve nor delta method.

    Where a resample holds no firm of some category of a control, that column is left out of it.

    Parameters
    ----------
    found
        A model of :func:`interfirm.performance.fit`.
    variables
        Names of variables; None: those that the question is about.
    draws, seed
        Resamples and their seed. The same seed gives the same result.
    progress
        Is told how far it is.

    Returns
    -------
    Bootstrap

    Raises
    ------
    UsageError
        For fewer than two draws, or a model of another function.
    DataError
        If more than a tenth of the resamples cannot be estimated.

    References
    ----------
    [cameron2015]

    Examples
    --------
    >>> import pandas as pd
    >>> from interfirm.performance import fit, survey_design
    >>> rng = np.random.default_rng(1)
    >>> table = pd.DataFrame({"share": rng.beta(2, 8, 80), "coop": np.arange(80) % 2})
    >>> made = bootstrap(fit(survey_design(table, "share", cooperation=["coop"])), draws=50)
    >>> made.table()["variable"].tolist(), made.drawn.shape
    (['coop'], (50, 1))
    """
    import pandas as pd

    if draws < 2:
        raise UsageError("A bootstrap needs two draws at least.")
    if found.categories or found.model.startswith("heckman"):
        raise UsageError("Effects of outcomes in categories and of selection models are not resampled here.")
    design = found.design
    names = list(design.focal or design.bases) if variables is None else list(variables)
    names = [name for name in names if name in design.bases]
    kept, failed = [], 0
    for draw in range(draws):
        if progress is not None and draw % 20 == 0:
            progress(f"resample {draw} of {draws}")
        try:
            part, columns = _varying(design.take(resample(design, seed, draw)), names)
            made = replace(found, design=part, estimate=estimates(found, part, columns))
            kept.append(effects_of(made, names))
        except np.linalg.LinAlgError:
            failed += 1
    if failed > (1 - _FEWEST) * draws:
        raise DataError(Finding("error", f"{failed} of {draws} resamples could not be estimated", "unstable",
                                file=design.source, remedy="Leave out regressors that few firms have"))
    drawn = np.array(kept)
    low, high = np.quantile(drawn, (0.025, 0.975), axis=0, method="weibull")
    rows = pd.DataFrame({"variable": names, "effect": effects_of(found, names), "error": drawn.std(axis=0, ddof=1),
                         "low": low, "high": high})
    return Bootstrap(rows, drawn, draws, failed, seed)

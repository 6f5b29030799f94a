"""Linear models with fixed effects: what stays the same within firms, sectors or years drops out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from interfirm.errors import DataError, Finding, UsageError
from interfirm.performance.design import Design, survey_design
from interfirm.performance.estimates import Fit
from interfirm.performance.terms import Floats, Source

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.read.microdata import Microdata


def fixed_effects(data: Microdata | pd.DataFrame | Source, outcome: str, *, cooperation: Sequence[str] = (),
                  controls: Sequence[str] = (), absorb: Sequence[str], weights: str | None = None,
                  cluster: str | None = None) -> Fit:
    """A linear model in which every firm, sector or year has a level of its own.

    y_it = x_it β + α_i + τ_t + ε_it. Only differences within the absorbed groups count; a regressor that does not
    change within them is refused. Estimated by linearmodels (AbsorbingLS).

    Parameters
    ----------
    data, outcome, cooperation, controls, weights, cluster
        As in :func:`interfirm.performance.survey_design`. Errors are clustered by ``cluster``; None: by the first of
        ``absorb``.
    absorb
        Columns whose values each get a level: ``["actor", "wave"]``, ``["sector"]``.

    Returns
    -------
    Fit
        Without a constant; ``extra`` has ``r2`` (within) and ``groups``.

    Raises
    ------
    DataError
        If a regressor does not change within the groups, or as :func:`interfirm.performance.survey_design`.
    UsageError
        If nothing is absorbed.

    References
    ----------
    [cameron2015]

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"firm": [1, 1, 2, 2, 3, 3], "x": [0.0, 1, 0, 2, 1, 1], "y": [1.0, 2, 5, 7, 3, 3]})
    >>> float(fixed_effects(table, "y", controls=["x"], absorb=["firm"]).estimate.round(6)[0])
    1.0
    """
    from linearmodels.iv.absorbing import AbsorbingLS

    if not absorb:
        raise UsageError("Say what is absorbed, such as absorb=['actor', 'wave'].")
    source = Source.of(data)
    where = ~np.any([source.column(name).isna().to_numpy(dtype=bool) for name in absorb], axis=0)
    design = survey_design(source, outcome, cooperation=cooperation, controls=controls, weights=weights,
                           cluster=cluster or absorb[0], where=where)
    groups = _groups(source, absorb, design)
    _vary(design, groups)
    engine = AbsorbingLS(_frame(design.y[:, None], [outcome]), _frame(design.x[:, 1:], list(design.names[1:])),
                         absorb=groups.astype("category"),
                         weights=None if design.weights is None else design.weights[:, None])
    codes = design.clusters
    result = engine.fit(cov_type="clustered", clusters=_frame(np.asarray(codes)[:, None], ["cluster"]), debiased=True)
    names = design.names[1:]
    bare = replace(design, columns=design.columns[1:], x=design.x[:, 1:])
    return Fit("fixed-effects", f"Linear, fixed effects of {' and '.join(absorb)}", bare, names,
               np.asarray(result.params, np.float64), np.asarray(result.cov, np.float64),
               f"clustered by '{cluster or absorb[0]}'", float(int(np.asarray(codes).max())), float("nan"), True, _mean,
               extra={"r2": float(result.absorbed_rsquared),
                      "groups": float(sum(groups[name].nunique() for name in groups))},
               findings=design.findings)


def _mean(theta: Floats, x: Floats) -> Floats:
    return x @ theta[:x.shape[1]]


def _frame(values: Any, names: list[str]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(values, columns=names)


def _groups(source: Source, absorb: Sequence[str], design: Design) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame({name: pd.factorize(source.column(name).iloc[design.rows])[0] for name in absorb})


def _vary(design: Design, groups: pd.DataFrame) -> None:
    """Refuse regressors that do not change within the groups of one of the absorbed columns."""
    findings = []
    for at, name in enumerate(design.names[1:], 1):
        for group in groups.columns:
            spread = _frame(design.x[:, [at]], ["x"]).groupby(groups[group])["x"].agg(np.ptp)
            if float(spread.max()) == 0:
                findings.append(Finding("error", f"'{name}' never changes within '{group}', whose levels are absorbed",
                                        "absorbed", file=design.source, column=name, remedy="Leave one of the two out"))
    if findings:
        raise DataError(findings)

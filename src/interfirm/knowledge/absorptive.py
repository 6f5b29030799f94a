"""Absorptive capacity: what firms say of themselves, and what their figures suggest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from interfirm.capability.answers import answers
from interfirm.errors import Finding
from interfirm.knowledge._factors import factor as factor_of
from interfirm.knowledge._limits import limit, whole
from interfirm.knowledge.flows import Floats

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study

FACTORS: Final = ("acquisition", "assimilation", "transformation", "exploitation")
PROXIES: Final = ("rd_share", "patents")


@dataclass(frozen=True, eq=False)
class AbsorptiveCapacity:
    """Absorptive capacity by member.

    Attributes
    ----------
    rows
        See :meth:`table`.
    agreement
        Spearman correlation of the survey score with the proxy; NaN below ``knowledge.fewest_firms`` firms with both.
    firms
        Number of firms with both.
    findings
        What was odd in the answers.
    settings
        Wave and rule for missing items.
    """

    rows: pd.DataFrame
    agreement: float
    firms: int
    findings: tuple[Finding, ...]
    settings: Mapping[str, Any]

    def table(self) -> pd.DataFrame:
        """One row per member.

        The four factors, ``potential``, ``realised``, ``capacity`` and ``without_exploitation`` (all 0 to 1), the
        figures ``rd_share`` and ``patents``, and ``proxy``, the mean of their percentile ranks.
        """
        return self.rows.copy()

    def __str__(self) -> str:
        known = int(self.rows["capacity"].notna().sum())
        text = f"{known} of {len(self.rows)} members have a score of absorptive capacity ({self.settings['wave']})"
        return text + (f"; it goes with research spending and patents at rho {self.agreement:.2f}."
                       if np.isfinite(self.agreement) else ".")


def absorptive_capacity(study: Study, *, wave: str | int | None = None) -> AbsorptiveCapacity:
    """How well a firm can find, take in, transform and use knowledge from outside.

    From the instrument ``absorptive``: each factor is the mean of its items, moved to 0–1; potential is the mean of
    acquisition and assimilation, realised of transformation and exploitation, and capacity of all four
    [flatten2011]. Beside it stands a proxy from figures: the mean percentile rank of R&D by turnover and patents.

    Parameters
    ----------
    study
        The study.
    wave
        The wave; None if there is only one.

    Returns
    -------
    AbsorptiveCapacity
        A member that did not answer, or left out more than ``knowledge.missing_items`` of a factor, has no score.

    Raises
    ------
    DataError
        With all answers off their scale.

    Notes
    -----
    The factor exploitation has failed in replications, so ``without_exploitation`` is given too. Small firms often
    spend nothing on R&D on paper: where survey and proxy disagree, ask.

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> result = absorptive_capacity(example(), wave="2024")
    >>> list(result.table().columns[:3])
    ['actor', 'acquisition', 'assimilation']
    """
    import pandas as pd

    when = study.wave(wave)
    given = answers(study, "absorptive", when)
    there = study.present(when)
    actors = study.actors["actor"].to_numpy()[there]
    rows = pd.DataFrame({"actor": actors})
    for factor in FACTORS:
        mine = [item.item for item in given.items if item.subscale == factor]
        rows[factor] = factor_of(given, mine).reindex(actors).to_numpy(dtype=np.float64)
    rows["potential"] = rows[list(FACTORS[:2])].mean(axis=1, skipna=False)
    rows["realised"] = rows[list(FACTORS[2:])].mean(axis=1, skipna=False)
    rows["capacity"] = rows[list(FACTORS)].mean(axis=1, skipna=False)
    rows["without_exploitation"] = rows[list(FACTORS[:3])].mean(axis=1, skipna=False)
    rows["proxy"] = _proxy(study, when, rows, there)
    rho, firms = _agreement(rows)
    findings = tuple(item for item in given.findings if item.code != "one-item-scale")
    return AbsorptiveCapacity(rows, rho, firms, findings, {"wave": when, "missing_items": limit("missing_items")})


def _proxy(study: Study, wave: str, rows: pd.DataFrame, there: Any) -> Floats:
    """Fill in the figures, and give the mean of their percentile ranks among the members."""
    for name in PROXIES:
        known = name in study.observations.columns
        rows[name] = study.covariate(name, wave).to_numpy(dtype=np.float64, na_value=np.nan)[there] if known else np.nan
    ranked = rows[list(PROXIES)].rank(pct=True)
    return np.asarray(ranked.mean(axis=1, skipna=True), dtype=np.float64)


def _agreement(rows: pd.DataFrame) -> tuple[float, int]:
    from scipy.stats import spearmanr

    both = rows[["capacity", "proxy"]].dropna()
    if len(both) < whole("fewest_firms") or (both.nunique() < 2).any():
        return float("nan"), len(both)
    return float(spearmanr(both["capacity"], both["proxy"]).statistic), len(both)

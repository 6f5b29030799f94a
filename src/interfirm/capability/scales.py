"""Reliability and distinctness of the scales of an instrument in a study."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from interfirm.capability._limits import limit, whole
from interfirm.capability.answers import Answers, answers, titles
from interfirm.capability.coefficients import (
    average_variance_extracted,
    composite_reliability,
    cronbach_alpha,
    htmt_matrix,
    mcdonald_omega,
    one_component_share,
)
from interfirm.capability.factor import FactorFit, cfa
from interfirm.errors import DataError, Finding, Findings
from interfirm.numerals import per_cent

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study

_NAN = float("nan")
_COLUMNS = ("title", "items", "rows", "mean", "sd", "alpha", "alpha_low", "alpha_high", "omega", "cr", "ave")
_FOR_FACTOR = 3


@dataclass(frozen=True)
class Reliability:
    """Reliability of each scale.

    Parameters
    ----------
    rows
        One row per construct: ``title``, ``items``, ``rows`` (firms with complete answers), ``mean``, ``sd``, ``alpha``
        with its 95 % interval, ``omega``, ``cr``, ``ave``. NaN where it was refused.
    distinct
        One row per pair of constructs: ``htmt``, ``htmt2``.
    one_component
        Share of the variance of all items on one component.
    findings
        What was refused and what is low.
    wave
        The wave.
    """

    rows: pd.DataFrame
    distinct: pd.DataFrame
    one_component: float
    findings: tuple[Finding, ...]
    wave: str

    def table(self) -> pd.DataFrame:
        """One row per construct."""
        return self.rows.reset_index()

    def __str__(self) -> str:
        lines = []
        for name, row in self.rows.iterrows():
            known = not np.isnan(row["alpha"])
            lines.append(f"{row['title']} ({name}), {row['items']} "
                         f"{'item' if row['items'] == 1 else 'items'}, {row['rows']} firms: " + (
                f"alpha {row['alpha']:.2f} [{row['alpha_low']:.2f}, {row['alpha_high']:.2f}]" + (
                    "; omega and AVE not computed." if np.isnan(row["omega"]) else
                    f", omega {row['omega']:.2f}, AVE {row['ave']:.2f}.") if known else "reliability not computed."))
        return "\n".join(lines)


def reliability(study: Study, wave: str | int | None = None, *, instrument: str = "capability",
                strict: bool = True) -> Reliability:
    """How far can the scales be trusted, and can they be told apart?

    Cronbach's alpha [cronbach1951] with its interval [feldt1965]; omega [mcdonald1999], composite reliability and
    average variance extracted [fornell1981] from a one-factor model of each scale; HTMT [henseler2015] and HTMT2
    [roemer2021] of each pair; the share of one component [podsakoff2003]. One row per firm: the mean of its
    respondents. Firms that are not members are left out.

    Parameters
    ----------
    study, wave, instrument, strict
        As in :func:`interfirm.capability.profiles`.

    Returns
    -------
    Reliability
        With fewer than ``capability.fewest_respondents`` (10) firms with complete answers to a scale, its reliability
        is NaN and a finding says so. Omega, CR and AVE need three items.

    Examples
    --------
    >>> from interfirm.study.example import example
    >>> result = reliability(example(), "2024")
    >>> bool((result.rows["alpha"] > 0.7).all())
    True
    """
    return assess(answers(study, instrument, wave, strict=strict))


def assess(given: Answers) -> Reliability:
    """Reliability of answers that were already read: see :func:`reliability`."""
    import pandas as pd

    firms = given.turned.loc[given.members.to_numpy()].groupby(level="actor", sort=False).mean()
    findings, called = Findings(), titles(given.instrument)
    rows = {name: _scale(firms[group], called[name], name, findings) for name, group in given.scales().items()}
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=list(_COLUMNS)).rename_axis("construct")
    complete = firms.dropna()
    enough = len(complete) >= whole("fewest_respondents") and bool((complete.nunique() > 1).all())
    matrix = np.corrcoef(complete.to_numpy(), rowvar=False) if enough and complete.shape[1] > 1 else None
    distinct = _distinct(matrix, given, complete, findings)
    share = _NAN if matrix is None else one_component_share(matrix)
    if share > limit("one_source_share"):
        findings.add("note", f"one component carries {per_cent(share)} of the variance of all items", "one-source",
                     remedy="Ask a second respondent, or take part of the answers from another source")
    return Reliability(frame, distinct, share, tuple(findings.sorted()), given.wave)


def _scale(cells: pd.DataFrame, title: str, name: str, findings: Findings) -> dict[str, Any]:
    complete = cells.dropna()
    mean = complete.mean(axis=1)
    out: dict[str, Any] = dict.fromkeys(_COLUMNS, _NAN) | {
        "title": title, "items": cells.shape[1], "rows": len(complete),
        "mean": float(mean.mean()) if len(mean) else _NAN, "sd": float(mean.std()) if len(mean) > 1 else _NAN}
    if cells.shape[1] < 2:
        return out
    if len(complete) < whole("fewest_respondents"):
        findings.add("warning", f"{len(complete)} firms answered every item of {name}; its reliability is not computed",
                     "too-few-firms", expected=f"at least {whole('fewest_respondents')}",
                     remedy="Use the scores with care, and ask more firms")
        return out
    alpha = cronbach_alpha(complete.to_numpy())
    out |= {"alpha": alpha.value, "alpha_low": alpha.low, "alpha_high": alpha.high}
    fit = _one_factor(complete, name, findings)
    if fit is not None:
        standard = fit.loadings["standardised"].to_numpy()
        residual = fit.residuals.to_numpy() * complete.var(ddof=0).to_numpy()
        out |= {"omega": mcdonald_omega(fit.loadings["estimate"].to_numpy(), residual),
                "cr": composite_reliability(standard), "ave": average_variance_extracted(standard)}
    _judge(out, name, findings)
    return out


def _one_factor(complete: pd.DataFrame, name: str, findings: Findings) -> FactorFit | None:
    if complete.shape[1] < _FOR_FACTOR:
        return None
    try:
        fit = cfa(complete, {name: list(complete.columns)})
    except DataError as problem:
        findings.add("warning", f"no factor model of {name}: {problem.findings[0].problem}", "no-factor-model",
                     remedy="Omega, composite reliability and AVE are missing for this scale")
        return None
    if not fit.converged or (fit.residuals < 0).any():
        findings.add("warning", f"the one-factor model of {name} has no sound solution; omega, composite reliability "
                     "and AVE are missing", "no-factor-model", remedy="Look at the items, or ask more firms")
        return None
    return fit


def _judge(out: dict[str, Any], name: str, findings: Findings) -> None:
    if out["alpha"] < limit("low_reliability"):
        findings.add("warning", f"alpha of {name} is {out['alpha']:.2f}", "low-reliability",
                     expected=f"at least {limit('low_reliability'):.2f} by convention",
                     remedy="Read the scores of this scale with care; check its items")
    if out["ave"] < limit("low_variance_extracted"):
        findings.add("note", f"the average variance extracted of {name} is {out['ave']:.2f}", "low-ave",
                     expected=f"at least {limit('low_variance_extracted'):.2f} by convention")


def _distinct(matrix: Any, given: Answers, complete: pd.DataFrame, findings: Findings) -> pd.DataFrame:
    import pandas as pd

    columns = list(complete.columns)
    groups = {name: [columns.index(item) for item in group] for name, group in given.scales().items()}
    if matrix is None:
        return pd.DataFrame(columns=["first", "second", "htmt", "htmt2"])
    plain, second = htmt_matrix(matrix, groups), htmt_matrix(matrix, groups, kind="htmt2")
    for (a, b), value in plain.items():
        if value > limit("high_htmt"):
            findings.add("warning", f"{a} and {b} can hardly be told apart (HTMT {value:.2f})", "not-distinct",
                         expected=f"at most {limit('high_htmt'):.2f} by convention",
                         remedy="Do not read their difference as a strength or a weakness")
    return pd.DataFrame([(a, b, value, second[a, b]) for (a, b), value in plain.items()],
                        columns=["first", "second", "htmt", "htmt2"])

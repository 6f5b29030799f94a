"""Research, innovation and productivity, one after the other: the recursive system of Crépon, Duguet and Mairesse."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
from scipy import special

from interfirm.errors import DataError, Finding, Findings, UsageError
from interfirm.performance import checks
from interfirm.performance.bootstrap import resample
from interfirm.performance.design import Design, assemble
from interfirm.performance.likelihoods import mills
from interfirm.performance.terms import Base, Expander, Floats, Source

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.read.microdata import Microdata

Bools = npt.NDArray[np.bool_]
_STEPS: Final = 50
_TOLERANCE: Final = 1e-9
_FEWEST: Final = 0.9


@dataclass(frozen=True, eq=False)
class System:
    """Estimates of the four equations.

    Attributes
    ----------
    rows
        See :meth:`table`.
    size, researching
        Firms, and those with research.
    draws, failed
        Resamples, and those that could not be estimated.
    innovation
        ``"probit"``, ``"fractional"`` or ``"linear"``: the third equation.
    effects
        Two rows, in units of the outcomes: equation, term, step, estimate, low, high. Of innovation the average
        marginal effect of the foreseen intensity, of productivity what goes with one more of the foreseen innovation
        (0.1 more, where it is a share or a probability).
    findings
        What was noticed.
    """

    rows: pd.DataFrame
    effects: pd.DataFrame
    size: int
    researching: int
    draws: int
    failed: int
    innovation: str
    findings: tuple[Finding, ...] = ()

    def table(self) -> pd.DataFrame:
        """One row per coefficient.

        ``equation`` (research, intensity, innovation, productivity), ``term``, ``estimate``, ``error``, ``low`` and
        ``high`` (95 %, percentiles of the resamples of all four equations together), ``naive`` (the same equation by
        itself, with the variable as observed instead of foreseen).
        """
        return self.rows.copy()

    def __str__(self) -> str:
        return (f"Research, innovation, productivity: {self.size:,} firms, {self.researching:,} with research; "
                f"{self.draws - self.failed:,} of {self.draws:,} resamples.")


@dataclass(frozen=True, eq=False)
class _Data:
    """The arrays of the four equations; rows of all firms."""

    z: Floats
    chosen: Bools
    x: Floats
    intensity: Floats
    innovation: Floats
    controls: Floats
    productivity: Floats
    own: Floats
    kind: str

    def take(self, rows: npt.NDArray[np.int64]) -> _Data:
        return _Data(self.z[rows], self.chosen[rows], self.x[rows], self.intensity[rows], self.innovation[rows],
                     self.controls[rows], self.productivity[rows], self.own[rows], self.kind)


def cdm(data: Microdata | pd.DataFrame | Source, *, research: str, intensity: str, innovation: str, productivity: str,
        selected_by: Sequence[str], intensity_by: Sequence[str], innovation_by: Sequence[str] = (),
        productivity_by: Sequence[str] = (), cluster: str | None = None, draws: int = 999, seed: int = 1,
        progress: Callable[[str], None] | None = None) -> System:
    """The recursive system: who does research, how much, what innovation goes with it, what productivity with that.

    1. research_i = 1[z_i γ + u_i > 0] (probit); 2. r*_i = x_i β + ε_i, seen with research, corrected for selection (two
    steps); 3. innovation_i = g(α r̂_i + c_i δ), r̂ = xβ̂ foreseen for every firm, g probit for yes or no, fractional
    logit for shares, else linear; 4. productivity_i = π î_i + d_i κ + ν_i, î the innovation foreseen by equation 3.
    Foreseen values stand for observed ones because these go with the errors of the next equation. All four equations
    are estimated again in each resample of the firms, so the intervals know of every step before.

    Parameters
    ----------
    data
        A survey file or a table.
    research
        Yes or no.
    intensity, productivity
        Usually logarithms: research spending per head, sales per head.
    innovation
        Yes or no, a share between 0 and 1, or a number.
    selected_by, intensity_by, innovation_by, productivity_by
        Terms of the four equations. At least one of ``selected_by`` must not be in ``intensity_by``, and one of
        ``intensity_by`` not in ``innovation_by`` nor ``productivity_by``; of ``innovation_by`` one not in
        ``productivity_by``, or of ``intensity_by``.
    cluster
        Firms of one value are resampled together.
    draws, seed
        Of the bootstrap; a draw depends only on the seed and its number.
    progress
        Is told how far it is.

    Returns
    -------
    System
        Associations in an order that the model assumes; the order itself is not tested.

    Raises
    ------
    UsageError
        Without the exclusions.
    DataError
        As :func:`interfirm.performance.survey_design`.

    References
    ----------
    [crepon1998], [heckman1979]

    Examples
    --------
    >>> system = cdm(table, research="rd", intensity="log_rd", innovation="share", productivity="log_sales",
    ...              selected_by=["size", "market"], intensity_by=["size", "demand"])  # doctest: +SKIP
    """
    _exclusions(selected_by, intensity_by, innovation_by, productivity_by)
    arrays, names, design, findings = _arrays(data, research, intensity, innovation, productivity,
                                              [selected_by, intensity_by, innovation_by, productivity_by], cluster)
    whole = _estimate(arrays)
    naive = _naive(arrays)
    kept, failed = [], 0
    for draw in range(draws):
        if progress is not None and draw % 20 == 0:
            progress(f"resample {draw} of {draws}")
        try:
            made = _estimate(arrays.take(resample(design, seed, draw)))
        except (np.linalg.LinAlgError, FloatingPointError):
            failed += 1
            continue
        if np.isfinite(made).all():
            kept.append(made)
        else:
            failed += 1
    if draws and len(kept) < _FEWEST * draws:
        raise DataError(Finding("error", f"{failed} of {draws} resamples could not be estimated", "unstable",
                                file=design.source, remedy="Leave out regressors that few firms have"))
    rows = _rows(names, whole, naive, np.array(kept).reshape(len(kept), len(whole)))
    return System(rows.iloc[:-1], _effects(rows, arrays.kind), design.size, int(arrays.chosen.sum()), draws, failed,
                  arrays.kind, tuple(findings))


def _exclusions(selected: Sequence[str], intensity: Sequence[str], innovation: Sequence[str],
                productivity: Sequence[str]) -> None:
    if not set(selected) - set(intensity):
        raise UsageError("One of the regressors of research must not be one of its intensity (an exclusion "
                         "restriction).")
    if not set(intensity) - set(innovation):
        raise UsageError("One of the regressors of intensity must not be one of innovation: otherwise foreseen "
                         "research is "
                         "made up of the other regressors.")
    if not (set(intensity) | set(innovation)) - set(productivity):
        raise UsageError("One of the regressors of innovation must not be one of productivity.")


def _arrays(data: Any, research: str, intensity: str, innovation: str, productivity: str,
            terms: Sequence[Sequence[str]], cluster: str | None) -> tuple[_Data, list[tuple[str, str]], Design,
                                                                          Findings]:
    source, findings = Source.of(data), Findings()
    every = Expander(source, findings)
    chosen_name = Expander(source, findings).add(research)[0] if research in source.frame.columns else research
    first = Expander(source, findings)
    s = checks.yes_or_no(source, first.bases[first.add(research)[0]], findings)
    r = checks.outcome(source, intensity, findings)
    outcomes = {name: checks.outcome(source, name, findings) for name in (innovation, productivity)}
    findings.raise_if_failed()
    columns = [[name for term in part for name in every.add(term)] for part in terms]
    for name, values in outcomes.items():
        every.bases[f"outcome {name}"] = Base(f"outcome {name}", values, "number")
    frame_known = ~((s == 1) & np.isnan(r))
    for values in outcomes.values():
        frame_known &= ~np.isnan(values)
    design = assemble(source, research, s, _only(every, set().union(*map(set, columns))), findings, cluster=cluster,
                      where=frame_known)
    rows = design.rows
    at = {name: i for i, name in enumerate(design.names)}

    def matrix(part: Sequence[str]) -> Floats:
        return design.x[:, [0, *(at[name] for name in part)]]

    y = outcomes[innovation][rows]
    arrays = _Data(matrix(columns[0]), design.y == 1, matrix(columns[1]), np.where(design.y == 1, r[rows], 0.0), y,
                   matrix(columns[2]), outcomes[productivity][rows], matrix(columns[3]), _kind(y))
    if not 0 < arrays.chosen.sum() < design.size:
        raise DataError(Finding("error", f"'{chosen_name}' is the same for every firm", "no-selection",
                                file=source.name,
                                expected="firms with and without research"))
    names = [("research", name) for name in ("constant", *columns[0])]
    names += [("intensity", name) for name in ("constant", *columns[1], "inverse Mills ratio")]
    names += [("innovation", name) for name in ("constant", *columns[2], f"foreseen {intensity}")]
    names += [("productivity", name) for name in ("constant", *columns[3], f"foreseen {innovation}")]
    # The average marginal effect of the foreseen intensity comes last and is no coefficient.
    names.append(("effect", f"foreseen {intensity}"))
    return arrays, names, design, findings


def _only(every: Expander, names: set[str]) -> Expander:
    out = Expander(every.source, every.findings)
    out.bases = {name: base for name, base in every.bases.items() if not name.startswith("outcome ")}
    out.columns = {name: column for name, column in every.columns.items() if name in names}
    return out


def _kind(y: Floats) -> str:
    if set(np.unique(y)) <= {0.0, 1.0}:
        return "probit"
    return "fractional" if y.min() >= 0 and y.max() <= 1 else "linear"


def _estimate(data: _Data) -> Floats:
    """The coefficients of the four equations, one after the other."""
    gamma = index_fit(data.chosen.astype(np.float64), data.z, "probit")
    ratio = mills(data.z[data.chosen] @ gamma)
    beta = _least_squares(np.column_stack([data.x[data.chosen], ratio]), data.intensity[data.chosen])
    foreseen = data.x @ beta[:-1]
    third = np.column_stack([data.controls, foreseen])
    alpha = index_fit(data.innovation, third, data.kind)
    index = third @ alpha
    fourth = np.column_stack([data.own, _mean(index, data.kind)])
    effect = float(alpha[-1] * _slope(index, data.kind).mean())
    return np.concatenate([gamma, beta, alpha, _least_squares(fourth, data.productivity), [effect]])


def _naive(data: _Data) -> Floats:
    """Each equation by itself, with observed values (no research counts as 0)."""
    gamma = index_fit(data.chosen.astype(np.float64), data.z, "probit")
    beta = np.append(_least_squares(data.x[data.chosen], data.intensity[data.chosen]), np.nan)
    alpha = index_fit(data.innovation, np.column_stack([data.controls, data.intensity]), data.kind)
    return np.concatenate([gamma, beta, alpha,
                           _least_squares(np.column_stack([data.own, data.innovation]), data.productivity), [np.nan]])


def _least_squares(x: Floats, y: Floats) -> Floats:
    return np.asarray(np.linalg.lstsq(x, y, rcond=None)[0])


def _mean(index: Floats, kind: str) -> Floats:
    if kind == "linear":
        return index
    return np.asarray(special.ndtr(index) if kind == "probit" else special.expit(index))


def _slope(index: Floats, kind: str) -> Floats:
    """The derivative of the mean by the index."""
    if kind == "linear":
        return np.ones_like(index)
    if kind == "probit":
        return np.asarray(np.exp(-0.5 * index**2) / np.sqrt(2 * np.pi))
    mean = _mean(index, kind)
    return mean * (1 - mean)


def index_fit(y: Floats, x: Floats, kind: str) -> Floats:
    """Probit, fractional logit or least squares, by scoring: the estimates alone, quickly."""
    if kind == "linear":
        return _least_squares(x, y)
    beta = np.zeros(x.shape[1])
    for _ in range(_STEPS):
        index = np.clip(x @ beta, -8.0, 8.0) if kind == "probit" else x @ beta
        mu = np.clip(_mean(index, kind), 1e-12, 1 - 1e-12)
        slope = np.exp(-0.5 * index**2) / np.sqrt(2 * np.pi) if kind == "probit" else mu * (1 - mu)
        weight = slope**2 / (mu * (1 - mu))
        step = np.linalg.solve((x * weight[:, None]).T @ x, x.T @ (slope / (mu * (1 - mu)) * (y - mu)))
        beta = beta + step
        if float(np.abs(step).max()) < _TOLERANCE * (1 + float(np.abs(beta).max())):
            return beta
    return np.full(x.shape[1], np.nan)


def _effects(rows: pd.DataFrame, kind: str) -> pd.DataFrame:
    """What goes with the foreseen intensity and the foreseen innovation, in units of the outcomes."""
    import pandas as pd

    scale, step = (1.0, "one more") if kind == "linear" else (0.1, "0.1 more")
    first, second = rows.iloc[-1], rows.iloc[-2]
    return pd.DataFrame([
        {"equation": "innovation", "term": first["term"], "step": "one more",
         **{key: float(first[key]) for key in ("estimate", "low", "high")}},
        {"equation": "productivity", "term": second["term"], "step": step,
         **{key: scale * float(second[key]) for key in ("estimate", "low", "high")}}])


def _rows(names: list[tuple[str, str]], estimate: Floats, naive: Floats, kept: Floats) -> pd.DataFrame:
    import pandas as pd

    frame = pd.DataFrame(names, columns=["equation", "term"])
    frame["estimate"] = estimate
    if len(kept) > 1:
        frame["error"] = kept.std(axis=0, ddof=1)
        frame["low"], frame["high"] = np.quantile(kept, (0.025, 0.975), axis=0, method="weibull")
    else:
        frame["error"] = frame["low"] = frame["high"] = np.nan
    frame["naive"] = naive
    return frame

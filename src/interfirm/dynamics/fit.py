"""A fitted tie-formation model: estimates, standard errors, convergence, and how to read them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from interfirm.dynamics.coding import Coded, Parameter
from interfirm.dynamics.data import Panel
from interfirm.dynamics.engine import targets
from interfirm.dynamics.moments import Moments
from interfirm.dynamics.specification import Specification
from interfirm.errors import Finding

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]

CONVERGED_MAX = 0.20


@dataclass(frozen=True, eq=False)
class Convergence:
    """How near the simulated means are to the observed statistics.

    Attributes
    ----------
    ratios
        Deviation of each statistic in standard deviations; below 0.1 in absolute value is good.
    maximum
        The largest such ratio of any linear combination of statistics.
    converged
        Whether ``maximum`` is at most 0.20.
    """

    ratios: dict[str, float]
    maximum: float
    converged: bool

    def __str__(self) -> str:
        word = "converged" if self.converged else "NOT CONVERGED"
        return f"{word}: overall maximum convergence ratio {self.maximum:.2f} (at most {CONVERGED_MAX:.2f} is wanted)"


@dataclass(frozen=True, eq=False)
class Fit:
    """Result of :func:`interfirm.dynamics.estimate`. K parameters, P periods.

    Attributes
    ----------
    names
        K names of the parameters.
    theta, se
        Estimates and standard errors (NaN for fixed parameters). Rates are opportunities of an actor per period.
    covariance
        K × K covariance of the estimates (fixed ones 0).
    pace
        K: what ``theta`` was divided by in the simulation. 1, but for the basic rates of the other variables in
        conditional estimation: there the conditioning relation has the rate 1, a period takes as long as it takes,
        and ``pace`` is its mean duration.
    targets, means
        Observed statistics, and simulated means at the estimate.
    derivative, variance
        K × K: D and Σ of the method of moments.
    convergence
        See :class:`Convergence`.
    conditional_rates
        Name to (estimate, standard error) of basic rates that are not among the parameters (conditional estimation).
    seed, panels, cpu_seconds
        How it was done; CPU seconds of all threads.
    findings
        Warnings and notes about the data.
    spec, panel, coded, last
        The model, the data, their arrays, and the last batch.
    """

    names: list[str]
    theta: Floats
    se: Floats
    covariance: Floats
    pace: Floats
    targets: Floats
    means: Floats
    derivative: Floats
    variance: Floats
    convergence: Convergence
    conditional_rates: dict[str, tuple[float, float]]
    seed: int
    panels: int
    cpu_seconds: float
    findings: tuple[Finding, ...]
    spec: Specification
    panel: Panel
    coded: Coded
    last: Moments

    @classmethod
    def of(cls, coded: Coded, panel: Panel, spec: Specification, theta: Floats, last: Moments, *, seed: int,
           panels: int, findings: tuple[Finding, ...], cpu_seconds: float) -> Fit:
        """Put together from the parameters and the last batch simulated at them."""
        free = ~coded.fixed
        covariance = np.zeros((len(theta), len(theta)))
        inverse = np.linalg.pinv(last.derivative[np.ix_(free, free)])
        covariance[np.ix_(free, free)] = inverse @ last.covariance[np.ix_(free, free)] @ inverse.T
        se = np.where(free, np.sqrt(np.maximum(np.diag(covariance), 0.0)), np.nan)
        pace = _pace(coded, spec, last.sample.times)
        observed = targets(coded).sum(axis=0)
        ratios = dict(zip(coded.names, last.ratios.tolist(), strict=True))
        state = Convergence(ratios, last.maximum, bool(last.maximum <= CONVERGED_MAX))
        rates: dict[str, tuple[float, float]] = {}
        if spec.conditional:
            for p in range(panel.periods):
                took = last.sample.times[:, p]
                rates[f"rate {spec.relation} period {p + 1}"] = (float(took.mean()), float(took.std(ddof=1)))
        return cls(coded.names, theta * pace, se * pace, covariance * np.outer(pace, pace), pace, observed,
                   observed + last.raw, last.derivative, last.covariance, state, rates, seed, panels, cpu_seconds,
                   findings, spec, panel, coded, last)

    @property
    def converged(self) -> bool:
        """Whether the overall maximum convergence ratio is at most 0.20."""
        return self.convergence.converged

    @property
    def simulated_theta(self) -> Floats:
        """The parameters as the simulation takes them: ``theta`` by ``pace``."""
        return self.theta / self.pace

    @property
    def values(self) -> dict[str, float]:
        """Every parameter by name, basic rates included, as :func:`interfirm.dynamics.simulate` takes them."""
        return {**{name: value for name, (value, _) in self.conditional_rates.items()},
                **dict(zip(self.names, self.theta.tolist(), strict=True))}

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """What each parameter belongs to."""
        return self.coded.parameters

    @cached_property
    def periods(self) -> tuple[str, ...]:
        """Names of the periods, e.g. ``"2012 to 2015"``."""
        waves = self.panel.waves
        return tuple(f"{a} to {b}" for a, b in pairwise(waves))

    def estimate(self, name: str) -> tuple[float, float]:
        """Estimate and standard error of one parameter.

        Raises
        ------
        UnknownName
            If there is no such parameter.
        """
        from interfirm.errors import UnknownName

        if name in self.conditional_rates:
            return self.conditional_rates[name]
        if name not in self.names:
            raise UnknownName("parameter", name, self.names)
        q = self.names.index(name)
        return float(self.theta[q]), float(self.se[q])

    def table(self) -> pd.DataFrame:
        """One row per parameter.

        Columns: parameter, variable, kind, estimate, se, t (estimate / se), p (two-sided, normal), odds ratio
        exp(estimate) for effects, target, simulated mean, convergence ratio, fixed.
        """
        import pandas as pd

        rows: list[dict[str, Any]] = []
        for name, (value, se) in self.conditional_rates.items():
            rows.append({"parameter": name, "variable": self.spec.relation, "kind": "rate", "estimate": value, "se": se,
                         "fixed": False})
        for q, item in enumerate(self.parameters):
            t = self.theta[q] / self.se[q] if self.se[q] > 0 else np.nan
            effect = item.kind != "rate"
            rows.append({
                "parameter": item.name, "variable": item.variable, "kind": item.kind, "estimate": self.theta[q],
                "se": self.se[q], "t": t if effect else np.nan, "p": two_sided(t) if effect else np.nan,
                "odds_ratio": np.exp(self.theta[q]) if item.kind == "effect" else np.nan, "target": self.targets[q],
                "mean": self.means[q], "convergence": self.last.ratios[q], "fixed": bool(self.coded.fixed[q])})
        columns = ["parameter", "variable", "kind", "estimate", "se", "t", "p", "odds_ratio", "target", "mean",
                   "convergence", "fixed"]
        return pd.DataFrame(rows).reindex(columns=columns)

    def latex(self) -> str:
        """The table for a paper, in LaTeX."""
        from interfirm.dynamics.export import latex

        return latex(self)

    def __str__(self) -> str:
        from interfirm.dynamics.export import text

        return text(self)

    def __repr__(self) -> str:
        return f"<Fit of '{self.spec.relation}': {len(self.names)} parameters, {self.convergence}>"


def _pace(coded: Coded, spec: Specification, times: Floats) -> Floats:
    """Factor from the time of a simulation to that of a period, for each parameter."""
    out = np.ones(len(coded.parameters))
    if spec.conditional:
        for q, item in enumerate(coded.parameters):
            if item.kind == "rate" and item.period is not None:
                out[q] = times[:, item.period].mean()
    return out


def two_sided(z: float) -> float:
    """Two-sided p value of a standard normal."""
    import math

    return math.erfc(abs(z) / math.sqrt(2.0)) if np.isfinite(z) else float("nan")

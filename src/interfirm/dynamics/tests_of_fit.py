"""Tests of a fit: effects left out, several parameters together, the same parameters in all periods."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from interfirm.dynamics import engine
from interfirm.dynamics.coding import code
from interfirm.dynamics.data import Panel
from interfirm.dynamics.fit import Fit, two_sided
from interfirm.dynamics.moments import moments
from interfirm.dynamics.specification import Specification
from interfirm.errors import UnknownName, UsageError

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class HypothesisTest:
    """A chi-squared test of several parameters, and one of each.

    Attributes
    ----------
    what
        What is tested.
    statistic, degrees, p
        The joint test.
    names
        The single parameters or effects.
    z, single_p
        One-sided standard normal statistic of each, and its two-sided p value.
    step
        One-step estimate of each: where its parameter would go.
    """

    what: str
    statistic: float
    degrees: int
    p: float
    names: tuple[str, ...]
    z: Floats
    single_p: Floats
    step: Floats

    def table(self) -> pd.DataFrame:
        """One row per parameter: name, one-step estimate, z, p."""
        import pandas as pd

        return pd.DataFrame({"parameter": self.names, "one_step": self.step, "z": self.z, "p": self.single_p})

    def __str__(self) -> str:
        lines = [f"{self.what}: chi-squared {self.statistic:.2f} on {self.degrees} df, p = {self.p:.3f}"]
        lines += [f"  {name}: z = {z:.2f}, p = {p:.3f}"
                  for name, z, p in zip(self.names, self.z, self.single_p, strict=True)]
        return "\n".join(lines)


def chi_squared(value: float, degrees: int) -> float:
    """Upper tail probability of a chi-squared distribution."""
    from scipy.stats import chi2

    return float(chi2.sf(value, degrees)) if degrees else math.nan


def score_test(fit: Fit, effects: Sequence[str], *, seed: int, panels: int = 1000,
               threads: int | None = None) -> HypothesisTest:
    """Would the model fit better with these effects? Without estimating it anew.

    Panels are simulated at the fit with the effects held at 0. With statistics split into those of the fit (1) and
    of the effects (2), the deviation of 2 is freed from that of 1, g = d₂ - D₂₁ D₁₁⁻¹ d₁, and compared with its
    covariance.

    Parameters
    ----------
    fit
        A fit.
    effects
        Terms that are not in it, as in a :class:`~interfirm.dynamics.Specification`.
    seed, panels, threads
        For the simulation.

    Returns
    -------
    HypothesisTest
        Joint and single tests, with one-step estimates.

    References
    ----------
    [schweinberger2012]
    """
    wanted = [name.strip() for name in effects]
    if not wanted:
        raise UsageError("Name at least one effect to test.")
    for name in wanted:
        if name in fit.names:
            raise UsageError(f"'{name}' is in the model already; use wald_test.")
    spec = replace(fit.spec, effects=[*fit.spec.effects, *wanted], fix={**fit.spec.fix, **dict.fromkeys(wanted, 0.0)})
    coded = code(_panel_with(fit, spec), spec)
    theta = np.array([fit.simulated_theta[fit.names.index(n)] if n in fit.names else 0.0 for n in coded.names])
    sample = engine.simulate(coded, theta, panels, seed=seed, threads=engine.workers(threads))
    found = moments(coded, sample)
    tested = np.array([n in wanted for n in coded.names])
    free = ~coded.fixed
    return _orthogonal(f"Score test of {', '.join(wanted)}", [n for n in coded.names if n in wanted], -found.raw,
                       found.derivative, found.covariance, free, tested)


def _panel_with(fit: Fit, spec: Specification) -> Panel:
    """The panel of a fit; an effect of a covariate that it does not hold is refused."""
    known = {*fit.panel.covariates, *fit.panel.dyads, *fit.panel.behaviours, *fit.panel.receivers}
    for term in spec.terms():
        for factor in term.factors:
            if factor.covariate is not None and factor.covariate not in known:
                raise UnknownName("covariate of the fitted panel", factor.covariate, known)
    return fit.panel


def _orthogonal(what: str, names: list[str], deviation: Floats, derivative: Floats, covariance: Floats,
                free: npt.NDArray[np.bool_], tested: npt.NDArray[np.bool_]) -> HypothesisTest:
    one, two = np.flatnonzero(free & ~tested), np.flatnonzero(tested)
    gamma = derivative[np.ix_(two, one)] @ np.linalg.pinv(derivative[np.ix_(one, one)])
    g = deviation[two] - gamma @ deviation[one]
    cross = covariance[np.ix_(one, two)]
    spread = (covariance[np.ix_(two, two)] - gamma @ cross - cross.T @ gamma.T
              + gamma @ covariance[np.ix_(one, one)] @ gamma.T)
    slope = derivative[np.ix_(two, two)] - gamma @ derivative[np.ix_(one, two)]
    joint = float(g @ np.linalg.pinv(spread, hermitian=True) @ g)
    z = g / np.sqrt(np.maximum(np.diag(spread), 1e-300))
    return HypothesisTest(what, joint, len(two), chi_squared(joint, len(two)), tuple(names), z,
                np.array([two_sided(float(v)) for v in z]), np.linalg.pinv(slope) @ g)


def wald_test(fit: Fit, parameters: Sequence[str], *, values: Sequence[float] | None = None) -> HypothesisTest:
    """Are these parameters together different from 0, or from given values?

    W = (β - β₀)' Cov⁻¹ (β - β₀), chi-squared with as many degrees of freedom as there are parameters.

    Raises
    ------
    UnknownName
        If a parameter is not in the fit.
    """
    index = []
    for name in parameters:
        if name not in fit.names:
            raise UnknownName("parameter", name, fit.names)
        if fit.coded.fixed[fit.names.index(name)]:
            raise UsageError(f"'{name}' is held fixed; use score_test.")
        index.append(fit.names.index(name))
    if not index:
        raise UsageError("Name at least one parameter to test.")
    gap = fit.theta[index] - np.zeros(len(index)) if values is None else fit.theta[index] - np.asarray(values, float)
    part = fit.covariance[np.ix_(index, index)]
    joint = float(gap @ np.linalg.solve(part, gap))
    z = gap / np.sqrt(np.diag(part))
    return HypothesisTest(f"Wald test of {', '.join(parameters)}", joint, len(index), chi_squared(joint, len(index)),
                tuple(parameters), z, np.array([two_sided(float(v)) for v in z]), gap)


def time_test(fit: Fit, effects: Sequence[str] | None = None) -> HypothesisTest:
    """Are the parameters the same in all periods?

    Score test of dummies for every period but the first; their statistics and scores are those of the periods, so
    that nothing has to be simulated again.

    Parameters
    ----------
    fit
        A fit of at least two periods.
    effects
        Parameters to test; all effects if left out.

    References
    ----------
    [lospinoso2011]
    """
    sample, coded = fit.last.sample, fit.coded
    periods = sample.stats.shape[1]
    if periods < 2:
        raise UsageError("There is only one period: parameters cannot differ between periods.")
    chosen = [q for q, item in enumerate(coded.parameters) if item.kind == "effect" and not coded.fixed[q]
              and (effects is None or item.name in effects)]
    for name in effects or ():
        if name not in fit.names:
            raise UnknownName("parameter", name, fit.names)
    dummies = [(q, p) for p in range(1, periods) for q in chosen]
    stats = np.concatenate([sample.stats, np.zeros((*sample.stats.shape[:2], len(dummies)))], axis=2)
    scores = np.concatenate([sample.scores, np.zeros((*sample.scores.shape[:2], len(dummies)))], axis=2)
    goal = np.concatenate([engine.targets(coded), np.zeros((periods, len(dummies)))], axis=1)
    size = len(coded.parameters)
    for d, (q, p) in enumerate(dummies):
        stats[:, p, size + d], scores[:, p, size + d] = sample.stats[:, p, q], sample.scores[:, p, q]
        goal[p, size + d] = goal[p, q]
    derivative = covariance = np.zeros((size + len(dummies),) * 2)
    for p in range(periods):
        s, u = stats[:, p] - stats[:, p].mean(axis=0), scores[:, p] - scores[:, p].mean(axis=0)
        derivative = derivative + s.T @ u / (len(s) - 1)
        covariance = covariance + s.T @ s / (len(s) - 1)
    deviation = (goal - stats.mean(axis=0)).sum(axis=0)
    free = np.concatenate([~coded.fixed, np.zeros(len(dummies), bool)])
    tested = np.concatenate([np.zeros(size, bool), np.ones(len(dummies), bool)])
    names = [f"{coded.names[q]} in {fit.periods[p]}" for q, p in dummies]
    return _orthogonal("Test of time heterogeneity", names, deviation, derivative, covariance, free, tested)

"""A fitted exponential random graph model: estimates, standard errors, convergence, likelihood."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from interfirm.dynamics.ergm_exact import Exact
from interfirm.dynamics.ergm_model import Floats, Model
from interfirm.dynamics.fit import CONVERGED_MAX, Convergence, two_sided
from interfirm.errors import Finding, UnknownName

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.dynamics.ergm_stage import Stage
    from interfirm.dynamics.specification import Specification

MIXED: Final = 1.1


@dataclass(frozen=True, eq=False)
class ErgmFit:
    """Result of :func:`interfirm.dynamics.ergm`. K parameters.

    Attributes
    ----------
    names
        K effects as they were written.
    theta, se
        Estimates and standard errors (NaN where held): from the information, and the Monte Carlo error.
    monte_carlo
        K: the part of the standard error that comes from simulation; 0 where the estimate is exact.
    covariance
        K × K covariance of the estimates, Monte Carlo error included (held ones 0).
    observed, means
        Statistics of the network (of its known part and what it implies for the rest), and of networks drawn before
        the last small step of the estimates.
    pseudo
        K: the maximum of the pseudo-likelihood, where the search began.
    convergence
        Deviation of the means in standard deviations; see :class:`interfirm.dynamics.Convergence`.
    mixing
        Whether all chains tell the same: near 1; above 1.1 the fit is not converged.
    effective
        What the last sample is worth in independent networks.
    log_likelihood, log_likelihood_error
        And its Monte Carlo standard error; NaN if it was not asked for.
    method
        ``"exact"`` for models of pairs, else ``"monte carlo"``.
    seed, networks, interval, cpu_seconds
        How it was done: networks drawn, steps between them.
    findings
        Warnings and notes about the data.
    model
        The arrays, the data and the specification.
    """

    names: list[str]
    theta: Floats
    se: Floats
    monte_carlo: Floats
    covariance: Floats
    observed: Floats
    means: Floats
    pseudo: Floats
    convergence: Convergence
    mixing: float
    effective: float
    log_likelihood: float
    log_likelihood_error: float
    method: str
    seed: int
    networks: int
    interval: int
    cpu_seconds: float
    findings: tuple[Finding, ...]
    model: Model

    @classmethod
    def exact(cls, model: Model, best: Exact, *, seed: int, findings: tuple[Finding, ...]) -> ErgmFit:
        """Put together from an exact maximum."""
        size, free = len(model.items), ~model.fixed
        covariance = np.zeros((size, size))
        covariance[np.ix_(free, free)] = np.linalg.inv(best.information[np.ix_(free, free)])
        se = np.where(free, np.sqrt(np.diag(covariance)), np.nan)
        observed = model.look(model.ties)[0]
        state = Convergence(dict.fromkeys(model.names, 0.0), 0.0, True)
        return cls(model.names, best.theta, se, np.zeros(size), covariance, observed, observed, best.theta, state, 1.0,
                   np.inf, best.likelihood, 0.0, "exact", seed, 0, 0, 0.0, findings, model)

    @classmethod
    def sampled(cls, model: Model, theta: Floats, last: Stage, likelihood: tuple[float, float], guess: Exact, *,
                seed: int, findings: tuple[Finding, ...], networks: int, interval: int) -> ErgmFit:
        """Put together from the last sample."""
        size, free = len(model.items), ~model.fixed
        inside = np.ix_(free, free)
        inverse = np.linalg.inv(last.information[inside])
        covariance, noise = np.zeros((size, size)), np.zeros((size, size))
        noise[inside] = inverse @ last.error[inside] @ inverse
        covariance[inside] = inverse + noise[inside]
        spread = np.sqrt(np.diag(last.draws.covariance))
        ratios = -last.deviation / np.where(spread > 0, spread, 1.0)
        mixing, far = last.draws.mixing(), last.distance(free)
        state = Convergence(dict(zip(model.names, ratios.tolist(), strict=True)), far,
                            bool(far <= CONVERGED_MAX and mixing <= MIXED))
        return cls(model.names, theta, np.where(free, np.sqrt(np.maximum(np.diag(covariance), 0)), np.nan),
                   np.sqrt(np.maximum(np.diag(noise), 0)), covariance, last.draws.mean + last.deviation,
                   last.draws.mean, guess.theta, state, mixing, last.draws.effective(), *likelihood, "monte carlo",
                   seed, networks, interval, 0.0, findings, model)

    def took(self, seconds: float) -> ErgmFit:
        """The same with the CPU time that it took."""
        return replace(self, cpu_seconds=seconds)

    @property
    def spec(self) -> Specification:
        """The specification."""
        return self.model.spec

    @property
    def wave(self) -> str:
        """The wave."""
        return self.model.panel.waves[0]

    @property
    def converged(self) -> bool:
        """Whether simulated means are as observed and all chains tell the same."""
        return self.convergence.converged

    @property
    def pairs(self) -> int:
        """Number of known pairs that may or may not have a tie."""
        return len(self.model.known)

    @property
    def aic(self) -> float:
        """-2 ℓ + 2 K, K the number of estimated parameters."""
        return float(-2 * self.log_likelihood + 2 * (~self.model.fixed).sum())

    @property
    def bic(self) -> float:
        """-2 ℓ + K log(number of known pairs)."""
        return float(-2 * self.log_likelihood + np.log(self.pairs) * (~self.model.fixed).sum())

    def estimate(self, name: str) -> tuple[float, float]:
        """Estimate and standard error of one parameter.

        Raises
        ------
        UnknownName
            If there is no such parameter.
        """
        if name not in self.names:
            raise UnknownName("parameter", name, self.names)
        q = self.names.index(name)
        return float(self.theta[q]), float(self.se[q])

    def table(self) -> pd.DataFrame:
        """One row per parameter.

        Columns: parameter, estimate, se, t (estimate / se), p (two-sided, normal), odds_ratio exp(estimate), observed,
        mean, convergence ratio, monte_carlo (its share in the standard error, as a standard error), statnet, fixed.
        """
        import pandas as pd

        rows: list[dict[str, Any]] = []
        for q, item in enumerate(self.model.items):
            t = self.theta[q] / self.se[q] if self.se[q] > 0 else np.nan
            rows.append({
                "parameter": item.text, "estimate": self.theta[q], "se": self.se[q], "t": t, "p": two_sided(t),
                "odds_ratio": np.exp(self.theta[q]), "observed": self.observed[q], "mean": self.means[q],
                "convergence": self.convergence.ratios[item.text], "monte_carlo": self.monte_carlo[q],
                "statnet": " × ".join(f.term.statnet for f in item.factors), "fixed": bool(self.model.fixed[q])})
        return pd.DataFrame(rows)

    def latex(self) -> str:
        """The table for a paper, in LaTeX."""
        from interfirm.dynamics.ergm_words import latex

        return latex(self)

    def __str__(self) -> str:
        from interfirm.dynamics.ergm_words import text

        return text(self)

    def __repr__(self) -> str:
        return f"<ErgmFit of '{self.spec.relation}' in {self.wave}: {len(self.names)} parameters, {self.convergence}>"

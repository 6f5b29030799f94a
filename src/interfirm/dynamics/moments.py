"""What a batch of simulated panels says: deviations from the targets, their derivative and covariance."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from interfirm.dynamics.coding import Coded
from interfirm.dynamics.engine import Sample, targets

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Moments:
    """Summary of a batch. K parameters.

    Attributes
    ----------
    raw
        K: mean simulated statistic minus target.
    deviation
        The same less what the scores, whose mean is known to be 0, account for.
    derivative
        K × K: d mean statistic / d parameter.
    covariance
        K × K: covariance of the statistics of a panel.
    spread
        K: their standard deviations.
    unit
        K: one over the standard deviation of the change statistic in a step; a natural unit of the parameter.
    size
        Number of panels.
    free
        K booleans: estimated, not held fixed.
    sample
        The panels.
    """

    raw: Floats
    deviation: Floats
    derivative: Floats
    covariance: Floats
    spread: Floats
    unit: Floats
    size: int
    free: npt.NDArray[np.bool_]
    sample: Sample

    @property
    def ratios(self) -> Floats:
        """K: convergence t ratios; infinite for a statistic that is always the same and not its target."""
        still = np.where(np.abs(self.raw) > 1e-9, np.copysign(np.inf, self.raw), 0.0)
        return np.where(self.spread > 0, self.raw / np.where(self.spread > 0, self.spread, 1.0), still)

    @property
    def largest(self) -> float:
        """Largest absolute t ratio of the estimated parameters."""
        return float(np.abs(self.ratios[self.free]).max(initial=0.0))

    @property
    def maximum(self) -> float:
        """Overall maximum convergence ratio: the largest t ratio of any linear combination."""
        if not np.isfinite(self.largest):
            return math.inf
        keep = self.free & (self.spread > 0)
        part = self.covariance[np.ix_(keep, keep)]
        squared = float(self.raw[keep] @ np.linalg.pinv(part, hermitian=True) @ self.raw[keep])
        return math.sqrt(max(squared, 0.0))

    def pooled(self, before: Moments, moved: Floats) -> Moments:
        """These moments with derivative and deviation averaged with those of an earlier batch, weighted by size.

        ``moved`` (K): these parameters less those of the earlier batch. The earlier deviation is carried along the
        derivative.
        """
        share = self.size / (self.size + before.size)
        derivative = share * self.derivative + (1 - share) * before.derivative
        deviation = share * self.deviation + (1 - share) * (before.deviation + derivative @ moved)
        return replace(self, derivative=derivative, deviation=deviation, size=self.size + before.size)


def moments(coded: Coded, sample: Sample) -> Moments:
    """Deviation, derivative and covariance, period by period.

    D = Σ_p cov(s_p, u_p): a period's statistics depend on that period's steps only, so that products across periods
    are noise and are left out; likewise Σ = Σ_p cov(s_p).
    """
    observed, n = targets(coded), len(sample.stats)
    size = sample.stats.shape[2]
    derivative, covariance = np.zeros((size, size)), np.zeros((size, size))
    deviation, variance = np.zeros(size), np.zeros(size)
    for p in range(sample.stats.shape[1]):
        s, u = sample.stats[:, p], sample.scores[:, p]
        s0, u0 = s - s.mean(axis=0), u - u.mean(axis=0)
        cross, own = s0.T @ u0 / (n - 1), u0.T @ u0 / (n - 1)
        derivative += cross
        covariance += s0.T @ s0 / (n - 1)
        variance += np.diag(own)
        deviation += s.mean(axis=0) - cross @ np.linalg.pinv(own, hermitian=True) @ u.mean(axis=0)
    raw = sample.stats.sum(axis=1).mean(axis=0) - observed.sum(axis=0)
    steps = np.array([_steps(coded, item.variable) for item in coded.parameters])
    unit: Floats = np.sqrt(steps / np.maximum(variance, 1e-12))
    return Moments(raw, deviation - observed.sum(axis=0), derivative, covariance, np.sqrt(np.diag(covariance)), unit, n,
                   ~coded.fixed, sample)


def _steps(coded: Coded, variable: str) -> float:
    """A rough number of steps that a variable makes in a panel."""
    v = coded.variables.index(variable)
    changed = ((coded.ends[:, v] != coded.x0[:, v]) & (coded.seen[:, v] == 1)).sum()
    moved = np.abs(coded.end_levels[:, v].astype(int) - coded.z0[:, v]).sum()
    return float(max(2 * (changed + moved), 10))

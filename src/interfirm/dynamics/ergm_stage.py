"""Networks at some parameters, and the steps that they show towards the maximum of the likelihood."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from interfirm.dynamics.ergm_chains import Draws
from interfirm.dynamics.ergm_model import Floats

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Stage:
    """Networks at some parameters, and what is known of the observed one: its statistics, or draws that agree."""

    theta: Floats
    draws: Draws
    given: Draws | None
    observed: Floats

    @property
    def deviation(self) -> Floats:
        """K: observed minus simulated."""
        return (self.observed if self.given is None else self.given.mean) - self.draws.mean

    @property
    def information(self) -> Floats:
        """K × K."""
        return self.draws.covariance - (0.0 if self.given is None else self.given.covariance)

    @property
    def error(self) -> Floats:
        """K × K: covariance of the deviation as far as it comes from sampling."""
        return self.draws.of_the_mean() + (0.0 if self.given is None else self.given.of_the_mean())

    def distance(self, free: Bools) -> float:
        """Length of the deviation in standard deviations of the simulated networks."""
        gap = self.deviation[free]
        return _length(gap, np.asarray(np.linalg.pinv(self.draws.covariance[np.ix_(free, free)], hermitian=True)))


def newton(stage: Stage, free: Bools, *, most: float) -> Floats:
    """A Newton step on the likelihood, shortened where it would lead far."""
    step = np.zeros(len(free))
    gap = stage.deviation[free]
    spread = stage.draws.covariance[np.ix_(free, free)]
    bend = stage.information[np.ix_(free, free)]
    if np.linalg.eigvalsh(bend / np.sqrt(np.outer(np.diag(spread), np.diag(spread))))[0] < 1e-4:
        bend = spread
    step[free] = np.linalg.lstsq(bend, gap, rcond=1e-10)[0]
    return step * min(1.0, most / max(_length(step[free], spread), 1e-12))


def reweighted(stage: Stage, free: Bools) -> Floats:
    """The step to the maximum of the likelihood that a sample stands for [geyer1992]; Newton's where weights fail."""
    first = newton(stage, free, most=0.5)
    step, nothing = np.zeros(len(free)), np.zeros((len(free), len(free)))
    for _ in range(20):
        above = (stage.observed, nothing) if stage.given is None else _weighted(stage.given.flat, step)
        mean, spread = _weighted(stage.draws.flat, step)
        gap, bend = (above[0] - mean)[free], (spread - above[1])[np.ix_(free, free)]
        if not np.isfinite(gap).all() or np.linalg.eigvalsh(bend)[0] <= 0:
            return first
        move = np.linalg.solve(bend, gap)
        step[free] += move
        if _length(step[free], stage.draws.covariance[np.ix_(free, free)]) > 1.0:
            return first
        if np.abs(move @ gap) < 1e-12:
            break
    return step


def _weighted(stats: Floats, step: Floats) -> tuple[Floats, Floats]:
    """Mean and covariance of statistics under other parameters."""
    utility = stats @ step
    weight = np.exp(utility - utility.max())
    weight /= weight.sum()
    mean = weight @ stats
    centred = stats - mean
    return mean, (centred * weight[:, None]).T @ centred


def _length(step: Floats, spread: Floats) -> float:
    return math.sqrt(max(float(step @ spread @ step), 0.0))

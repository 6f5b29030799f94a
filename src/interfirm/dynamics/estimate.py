"""Estimation by the method of moments: Newton steps on batches of simulated panels, then a large last batch."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from interfirm.dynamics import checks, engine
from interfirm.dynamics.coding import Coded, code
from interfirm.dynamics.data import Panel, from_study
from interfirm.dynamics.fit import Fit
from interfirm.dynamics.moments import Moments, moments
from interfirm.dynamics.specification import Specification
from interfirm.errors import DataError, Finding, Findings, UsageError
from interfirm.numerals import per_cent

if TYPE_CHECKING:
    from interfirm.study.study import Study

Floats = npt.NDArray[np.float64]
Progress = Callable[[str, int, float], None]

CONVERGED_MAX = 0.20
CONVERGED_EACH = 0.10
_BY_CHANCE = 0.15  # a ratio that few panels give at the solution itself
_SEARCH, _DEFAULT = 50, 1000
_POLISH = (0.1, 0.2, 0.3)  # parts of the last batch, of the default one at least
_MOST_SEARCH, _MOST_REPEATS, _MOST_RATE = 60, 4, 200.0
_MOST_DEGENERATE = 12  # batches in a row with empty or full networks
_NEAR, _FAR = 0.7, 2.0  # deviations in standard deviations


class Earlier(Protocol):
    """A fit, or what was kept of one: where an estimation can start."""

    @property
    def names(self) -> Sequence[str]:
        """Names of the parameters."""

    @property
    def simulated_theta(self) -> Sequence[float] | Floats:
        """Their values, as the simulation takes them."""


@dataclass
class _Run:
    """One estimation: where it is, and how to simulate."""

    coded: Coded
    seed: int
    threads: int
    progress: Progress | None
    theta: Floats
    targets: Floats
    used: int = 0

    def batch(self, size: int, what: str) -> Moments:
        """Simulate at the current parameters; every batch has its own random numbers."""
        sample = engine.simulate(self.coded, self.theta, size, seed=self.seed, first=self.used, threads=self.threads)
        self.used += size
        _check_ended(sample)
        out = moments(self.coded, sample)
        if self.progress is not None:
            self.progress(what, self.used, out.largest)
        return out


def estimate(study: Study | Panel, spec: Specification, *, seed: int, waves: Sequence[str] | None = None,
             phase3: int = _DEFAULT, previous: Earlier | None = None, threads: int | None = None,
             progress: Progress | None = None,
             spells: Mapping[str, Sequence[tuple[float, float]]] | None = None) -> Fit:
    r"""Estimate a tie-formation model (stochastic actor-oriented model) by the method of moments.

    Actors take turns in changing one tie at a time. At rate λ an actor chooses among all partners, and "no change",
    with probability proportional to exp(Σ_k β_k Δs_k): Δs_k is what the change does to the actor's own sum of effect k.
    The estimate is where the simulated means of the statistics equal the observed ones.

    The search takes Newton steps on batches of panels with derivatives from score functions,
    D = Σ_periods cov(s, score), with the scores as control variates. A last batch of ``phase3`` panels gives
    convergence and the covariance D⁻¹ Σ D⁻ᵀ, Σ = covariance of the statistics.

    Parameters
    ----------
    study
        A study with at least two waves, or a :class:`~interfirm.dynamics.data.Panel`.
    spec
        The model.
    seed
        The same seed gives the same fit on any number of threads.
    waves
        Waves to use, in order; all if left out.
    phase3
        Panels of the last batch, at least 200. Six tenths of it, and at least 600, find the estimates before.
    previous
        An earlier fit to start from; parameters are matched by name.
    threads
        Threads for simulation; one per processor, at most 8, if left out.
    progress
        Called with what is done, the number of panels so far, and the largest deviation in standard deviations.
    spells
        Actors who entered or left between waves, with their stretches of time: the first wave is 1, the second 2.
        ``{"P7": [(1, 2.4)]}``: P7 left after 40 % of the second period. Others take part in the periods at both ends
        of which they were there. Not with conditional estimation.

    Returns
    -------
    Fit
        Marked as not converged if the overall maximum convergence ratio is above 0.20.

    Raises
    ------
    DataError
        If the data cannot carry the model; holds every reason.
    UsageError
        If the specification does not fit the study.

    References
    ----------
    [snijders2001], [snijders2010], [schweinberger2007]

    Examples
    --------
    >>> from interfirm import example
    >>> from interfirm.dynamics import Specification, estimate
    >>> fit = estimate(example(seed=1), Specification("advice", ["density", "recip"]), seed=1)  # doctest: +SKIP
    """
    if phase3 < 200:
        raise UsageError(f"phase3 has to be at least 200, not {phase3}.")
    began = time.process_time()
    panel = study if isinstance(study, Panel) else from_study(study, spec, waves, spells)
    found = checks.check(panel, spec)
    found.raise_if_failed()
    coded = code(panel, spec)
    found.extend(checks.check_coded(coded, panel, spec))
    found.raise_if_failed()
    run = _Run(coded, seed, engine.workers(threads), progress, _start(coded, previous),
               engine.targets(coded).sum(axis=0))
    if previous is None or list(previous.names) != coded.names:
        _search(run)
    last = _finish(run, phase3, *_polish(run, max(phase3, _DEFAULT)))
    _judge(coded, last, found)
    return Fit.of(coded, panel, spec, run.theta, last, seed=seed, panels=run.used, findings=tuple(found),
                  cpu_seconds=time.process_time() - began)


def _judge(coded: Coded, last: Moments, found: Findings) -> None:
    """Say so if the model is degenerate or has not converged."""
    if problem := degenerate(coded, last.sample.stats.sum(axis=1).mean(axis=0)):
        found.add("warning", problem.rstrip("."), "degenerate")
    if last.maximum > CONVERGED_MAX:
        worst = max((abs(r), n) for r, n, free in zip(last.ratios, coded.names, last.free, strict=True) if free)[1]
        remedy = "Go on from this fit (--continue, or previous=...), take another seed, or a smaller model"
        panels, free = len(last.sample.stats), int(last.free.sum())
        if (chance := (free / panels) ** 0.5) > _BY_CHANCE:
            remedy = f"Simulate more panels: with {panels:,} for {free} parameters a ratio of {chance:.2f} comes by " \
                     "chance alone"
        found.add("warning", f"the estimation has not converged; '{worst}' is farthest off its target", "not-converged",
                  remedy=remedy)


def _start(coded: Coded, previous: Earlier | None) -> Floats:
    theta = coded.start.copy()
    if previous is not None:
        known = dict(zip(previous.names, previous.simulated_theta, strict=True))
        for q, name in enumerate(coded.names):
            if not coded.fixed[q]:
                theta[q] = known.get(name, theta[q])
    return theta


def _search(run: _Run) -> None:
    """Damped Newton steps on small batches until the deviations are small.

    Derivatives are averaged over the steps. A step after which the deviations are much larger is taken back, and the
    next one is shorter.
    """
    empty_or_full = 0
    quiet, gain, best, kept, at = 0, 1.0, np.inf, run.theta.copy(), run.theta.copy()
    derivative: Floats | None = None
    last = np.inf
    for step in range(_MOST_SEARCH):
        found = run.batch(_SEARCH, "search")
        problem = degenerate(run.coded, found.raw + run.targets)
        empty_or_full = empty_or_full + 1 if problem else 0
        if problem and empty_or_full >= _MOST_DEGENERATE:
            raise DataError(Finding(
                "error", problem.split(": ")[0], "degenerate", expected="simulated networks like the observed ones",
                remedy="Replace transTrip by gwespFF, add outTrunc or outActSqrt, or start from a smaller model's fit"))
        if found.largest < best:
            best, kept = found.largest, run.theta.copy()
        if found.largest > max(2.5 * last, _FAR):
            gain, run.theta = max(gain / 2, 0.1), at.copy()
            last = last * 1.2
            continue
        derivative = found.derivative if derivative is None else 0.6 * derivative + 0.4 * found.derivative
        quiet = quiet + 1 if found.largest < _NEAR else 0
        last, at = found.largest, run.theta.copy()
        gain = min(1.0, 1.3 * gain)
        _step(run, replace(found, derivative=derivative), mix=0.3 if step < 4 else 0.1, cap=1.5, gain=gain)
        if quiet >= 2:
            return
    run.theta = kept


def _polish(run: _Run, last: int) -> tuple[Moments, Floats]:
    """Newton steps on growing batches, each with all batches so far; and where the last of them was simulated."""
    sizes = [round(part * last) for part in _POLISH]
    pooled, at = run.batch(sizes[0], "polish"), run.theta.copy()
    for size in sizes[1:]:
        _step(run, pooled, mix=0.0, cap=3.0)
        pooled, at = run.batch(size, "polish").pooled(pooled, run.theta - at), run.theta.copy()
    _step(run, pooled, mix=0.0, cap=3.0)
    return pooled, at


def _finish(run: _Run, size: int, before: Moments, at: Floats) -> Moments:
    """The last batch; repeated after a correcting step while it has not converged.

    Its derivative is pooled with those of the batches before: their parameters differ by a small part of a standard
    error, and the noise of the derivative is what standard errors suffer from most.
    """
    found = run.batch(size, "last batch").pooled(before, run.theta - at)
    for _ in range(_MOST_REPEATS):
        if found.maximum <= CONVERGED_MAX and found.largest <= CONVERGED_EACH:
            break
        kept, at = found, run.theta.copy()
        _step(run, found, mix=0.0, cap=3.0)
        found = run.batch(size, "last batch").pooled(kept, run.theta - at)
        if found.maximum > kept.maximum and kept.maximum <= CONVERGED_MAX:
            run.theta = at
            return kept
    return found


def _step(run: _Run, found: Moments, *, mix: float, cap: float, gain: float = 1.0) -> None:
    """theta - D⁻¹ deviation, with D mixed with its diagonal and the step bounded."""
    free = ~run.coded.fixed
    d = found.derivative[np.ix_(free, free)]
    d = (1 - mix) * d + mix * np.diag(np.diag(d))
    deviation = found.deviation[free]
    size = np.abs(deviation) / np.maximum(found.spread[free], 1e-12)
    deviation = deviation * min(1.0, 4.0 / max(size.max(), 1e-12))
    step = np.zeros(len(run.theta))
    try:
        step[free] = -np.linalg.solve(d, deviation)
    except np.linalg.LinAlgError:
        step[free] = -np.linalg.lstsq(d, deviation, rcond=1e-8)[0]
    unit = np.maximum(found.unit, 1e-12)
    rates = np.array([p.kind == "rate" for p in run.coded.parameters])
    most = np.where(rates, 0.5 * run.theta, cap * unit)
    excess = np.max(np.abs(step) / np.maximum(most, 1e-12), initial=0.0)
    step *= gain / max(1.0, excess)
    run.theta = np.where(free, run.theta + step, run.theta)
    run.theta[rates] = np.clip(run.theta[rates], 0.02, _MOST_RATE)


def _check_ended(sample: engine.Sample) -> None:
    """Refuse parameters at which periods do not end or every tie comes into being."""
    if (sample.times < 0).any():
        raise DataError(Finding(
            "error", "the model runs away: a simulated period did not end within the allowed number of steps",
            "runaway-model", expected="rates of change that stay bounded",
            remedy="Remove effects that the data hardly carry, or start from a simpler model's fit"))


def degenerate(coded: Coded, means: Floats) -> str | None:
    """A sentence if the simulated networks are nearly empty or nearly full, else None."""
    for q, item in enumerate(coded.parameters):
        if item.text == "density" and item.term is not None:
            v = coded.variables.index(item.variable)
            possible = float(coded.free[:, v].sum()) * coded.scale[q]
            share = float(means[q]) / possible if possible else 0.0
            if share > 0.9 or share < 1e-4:
                return (f"The simulated networks of '{item.variable}' have {per_cent(share)} of the possible ties: "
                        "the model "
                        "is degenerate. Replace transTrip by gwespFF, or add outTrunc or outActSqrt.")
    return None



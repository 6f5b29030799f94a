"""Estimation of exponential random graph models: exact where it can be, else by Monte Carlo maximum likelihood.

From the maximum of the pseudo-likelihood, Newton steps on batches of sampled networks go towards the parameters at
which the mean statistics are the observed ones, shortened while the two are far apart. A large last sample then gives
the maximum of its own likelihood, the information and the Monte Carlo error.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from interfirm.dynamics import ergm_checks as c
from interfirm.dynamics.data import Panel
from interfirm.dynamics.ergm_chains import CHAINS, Chains, Runaway, workers
from interfirm.dynamics.ergm_exact import by_pairs, pseudo
from interfirm.dynamics.ergm_fit import ErgmFit
from interfirm.dynamics.ergm_likelihood import bridge
from interfirm.dynamics.ergm_model import Bytes, Floats, Model, model, one_wave
from interfirm.dynamics.ergm_stage import Stage, newton, reweighted
from interfirm.dynamics.fit import CONVERGED_MAX
from interfirm.dynamics.specification import Specification
from interfirm.errors import DataError, Finding, Findings, UsageError
from interfirm.kernels import ergm_codes as k

if TYPE_CHECKING:
    from interfirm.study.study import Study

Progress = Callable[[str, int, float], None]

_SEARCH, _MOST_SEARCH, _MOST_LOST, _POLISH, _TURNS = 100, 40, 3, 4, 60
_NEAR, _FAR, _LOST = 0.15, 1.5, 3.0  # deviation from the observed in standard deviations of the sampled networks
_TOO_FAR: Final = 1e3
_LONGEST: Final = 5_000_000  # steps of a chain for one sample


def ergm(data: Study | Panel, spec: Specification, *, wave: str | int | None = None, seed: int, draws: int = 2000,
         likelihood: bool = True, threads: int | None = None, progress: Progress | None = None) -> ErgmFit:
    """Say which ties are there in one wave: an exponential random graph model.

    P(x) = exp(Σ_k θ_k s_k(x)) / κ(θ): the probability of a network x by its statistics s_k, e.g. the number of ties,
    of mutual ties, of triangles. θ_k is the change of the log odds of a tie, all other ties being given, when the tie
    would add 1 to s_k. A single wave cannot tell why ties form from why they last; two waves can
    (:func:`interfirm.dynamics.estimate`).

    Unknown ties are missing at random: the likelihood is that of the known part [handcock2010]. Prescribed and
    impossible ties (11 and 10 in a panel) stay as they are.

    Parameters
    ----------
    data
        A study, or a panel from :func:`interfirm.dynamics.panel`.
    spec
        The relation and the effects, under the same short names; :func:`interfirm.dynamics.ergm_terms` lists them.
        ``fix`` holds parameters at a value.
    wave
        The wave; the last one if left out.
    seed
        The same seed gives the same result on any number of threads.
    draws
        Networks of the last sample.
    likelihood
        Whether the log-likelihood is estimated, which costs about as much time again.
    threads
        One per processor if left out.
    progress
        Is told what is done, networks drawn, and how far the statistics are off.

    Returns
    -------
    ErgmFit

    Raises
    ------
    UnknownName, UsageError
        If an effect or column does not exist, or is none of a single wave.
    DataError
        If the data cannot carry the model, or the model is degenerate: it would draw nearly empty and nearly full
        networks, and none like the observed one.

    References
    ----------
    [frank1986] [hunter2006] [snijders2002] [handcock2003]

    Examples
    --------
    >>> from interfirm import example
    >>> from interfirm.dynamics import Specification
    >>> fit = ergm(example(seed=1), Specification("advice", ["density", "recip"]), seed=1)
    >>> fit.method
    'exact'
    """
    began, threads = time.process_time(), workers(threads)
    if draws < 400:
        raise UsageError(f"At least 400 networks are needed for the last sample, not {draws}.")
    panel, items = one_wave(data, spec, wave)
    found = c.check_data(panel, spec.relation, None if isinstance(data, Panel) else data)
    found.raise_if_failed()
    made = model(panel, spec, items)
    c.check_model(made, found)
    found.raise_if_failed()
    if made.independent:
        fit = _exact(made, seed, tuple(found.sorted()))
    else:
        fit = _sampled(made, found, seed, draws, likelihood, threads, progress or (lambda *_: None))
    return fit.took(time.process_time() - began)


def _exact(made: Model, seed: int, found: tuple[Finding, ...]) -> ErgmFit:
    best = by_pairs(made)
    if not best.reached or np.abs(best.theta).max() > _TOO_FAR:
        raise _separated(made, best.theta, best.information)
    return ErgmFit.exact(made, best, seed=seed, findings=found)


def _separated(made: Model, theta: Floats, information: Floats) -> DataError:
    """A likelihood without a maximum: some effects together tell ties from others without an error."""
    out = Findings()
    spread = np.sqrt(np.maximum(np.diag(information), 0.0))
    worst = made.names[int(np.argmax(np.where(made.fixed, -1.0, np.abs(theta) / (1.0 + spread))))]
    out.add("error", f"no finite estimates exist for '{made.spec.relation}': some ties are told from the other pairs "
            f"without an error, most of all by '{worst}'", "separation",
            remedy=f"Leave out '{worst}', or put small groups together")
    return DataError(out.sorted())


# ---- by simulation ----------------------------------------------------------------------------


@dataclass
class _Run:
    """One estimation: the chains of the model, those of the unknown ties, and the parameters."""

    made: Model
    chains: Chains
    given: Chains | None
    observed: Floats
    progress: Progress

    def stage(self, theta: Floats, count: int, *, burn: int | None = None) -> Stage:
        draws = self.chains.draw(theta, count, burn=burn)
        given = None if self.given is None else self.given.draw(theta, count, burn=burn)
        return Stage(theta, draws, given, self.observed)

    def restart(self) -> None:
        for chains in (self.chains, self.given):
            if chains is not None:
                chains.start_at(np.stack([self.made.ties] * CHAINS))

    def tune(self, stage: Stage, worth: float, most: int) -> None:
        """Lengthen the distance between draws where they are too much alike."""
        self.chains.tune(stage.draws, worth, most=most)
        if self.given is not None and stage.given is not None:
            self.given.tune(stage.given, worth, most=most)

    def tell(self, what: str, far: float) -> None:
        self.progress(what, self.chains.networks, far)


def _sampled(made: Model, found: Findings, seed: int, draws: int, likelihood: bool, threads: int,
             progress: Progress) -> ErgmFit:
    guess = pseudo(made)
    begin = guess.theta
    if not guess.reached or np.abs(begin).max() > _TOO_FAR:  # the likelihood may have a maximum all the same
        begin = _without_dependence(made)
    if np.abs(begin).max() > _TOO_FAR:
        raise _separated(made, begin, guess.information)
    given = Chains(made, seed=seed, threads=threads, free=made.missing, stream=1) if len(made.missing) else None
    run = _Run(made, Chains(made, seed=seed, threads=threads), given, made.look(made.ties)[0], progress)
    ties = int(made.ties.ravel()[made.free].sum())
    if 10 * ties < len(made.free):
        run.chains.limit(10 * ties)
    theta = _search(run, begin, guess.information)
    if np.abs(theta).max() > _TOO_FAR:
        raise _separated(made, theta, guess.information)
    last, theta = _polish(run, theta, draws)
    if why := c.degenerate(made, last.draws):
        raise c.refuse(made, why)
    interval = run.chains.interval
    value = bridge(made, theta, run.chains, run.given, progress=progress) if likelihood else (np.nan, np.nan)
    return ErgmFit.sampled(made, theta, last, value, guess, seed=seed, findings=tuple(found.sorted()),
                           networks=run.chains.networks, interval=interval)


def _search(run: _Run, theta: Floats, scale: Floats) -> Floats:
    """Newton steps from the first guess until the simulated means are near what was observed."""
    free, lost, near = ~run.made.fixed, 0, 0
    for _ in range(_MOST_SEARCH):
        try:
            stage = run.stage(theta, _SEARCH)
            far = stage.distance(free) if (np.diag(stage.draws.covariance)[free] > 0).all() else math.inf
        except Runaway:
            far = math.inf
        if far > _LOST:
            if lost == _MOST_LOST:
                raise c.refuse(run.made, "at the parameters that fit best it draws networks far from the observed one")
            theta = _approach(run, theta if lost == 0 else _without_dependence(run.made), scale, 0.2 / 2**lost)
            lost += 1
            continue
        run.tell("estimating", far)
        worth = min(draws.effective() for draws in (stage.draws, stage.given) if draws is not None)
        run.tune(stage, 0.15, _LONGEST // _SEARCH)
        near = near + 1 if far < _NEAR + 1.5 * math.sqrt(free.sum() / max(worth, 1.0)) else 0
        if near >= 2:
            break
        theta = theta + newton(stage, free, most=_FAR)
    return theta


def _approach(run: _Run, theta: Floats, scale: Floats, gain: float) -> Floats:
    """Stochastic approximation from the observed network [snijders2002], after Robbins and Monro.

    The parameters change after every few steps of the chains against the deviation of the statistics, so that these
    never leave the observed ones far behind; the gain is halved three times, and parameters are averaged.
    """
    free = np.flatnonzero(~run.made.fixed)
    inverse = np.linalg.pinv(scale[np.ix_(free, free)], hermitian=True)
    run.restart()
    steps = max(run.chains.interval // 2, 50)
    for part in range(4):
        sums, count = np.zeros(len(free)), 0
        for turn in range(_TURNS * 2**part):
            try:
                stage = run.stage(theta, 1, burn=steps)
            except Runaway:
                run.restart()
                continue
            theta = theta.copy()
            theta[free] += gain * (inverse @ stage.deviation[free])
            if turn >= _TURNS * 2**part // 3:
                sums, count = sums + theta[free], count + 1
        if count:
            theta[free] = sums / count
        gain /= 2
        run.tell("approaching", 0.0)
    return theta


def _without_dependence(made: Model) -> Floats:
    """The estimates with every effect beyond pairs at 0."""
    pair = np.isin(made.fx[:, k.CODE], (k.TIE, k.MUTUAL))
    theta = by_pairs(made, only=np.flatnonzero(pair & ~made.fixed)).theta
    return np.where(made.fixed, made.start, theta)


def _polish(run: _Run, theta: Floats, draws: int) -> tuple[Stage, Floats]:
    """Larger samples, the last one from starts that lie apart; the maximum of its likelihood."""
    free, count = ~run.made.fixed, max(draws // CHAINS, 100)
    for turn in range(_POLISH):
        if turn == 0:
            run.chains.start_at(_apart(run))
        try:
            stage = run.stage(theta, count, burn=(30 if turn == 0 else 10) * run.chains.interval)
        except Runaway:
            raise c.refuse(run.made, "some of the networks that it draws fill up with ties") from None
        far = stage.distance(free)
        run.tell("last sample", far)
        fine = far < 0.9 * CONVERGED_MAX and stage.draws.effective() > draws / 6
        if fine or turn == _POLISH - 1:
            break
        run.tune(stage, 0.2, 2 * _LONGEST // count)
        theta = theta + newton(stage, free, most=_FAR)
    return stage, theta + reweighted(stage, free)


def _apart(run: _Run) -> Bytes:
    """Where the chains go on: two from where they are, one without ties, one with twice as many."""
    made, states = run.made, run.chains.states.copy()
    rng, n = np.random.default_rng(run.chains.seed), len(run.made.ties)
    now = states[3].ravel()[made.free]
    states[2].ravel()[made.free] = 0
    more = rng.random(len(made.free)) < now.mean()
    states[3].ravel()[made.free] = np.maximum(now, more)
    if not made.directed:
        for state in states[2:]:
            rows, cols = made.free // n, made.free % n
            state[cols, rows] = state[rows, cols]
    return states

"""Outcomes in categories: ordered and multinomial logit."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from interfirm.performance import likelihoods
from interfirm.performance._limits import limit
from interfirm.performance.design import Design
from interfirm.performance.estimates import TITLES, Fit, make
from interfirm.performance.maximise import newton
from interfirm.performance.refusals import runs_off
from interfirm.performance.separation import separating
from interfirm.performance.terms import Floats


def _categories(design: Design) -> tuple[Floats, tuple[float, ...]]:
    values, code = np.unique(design.y, return_inverse=True)
    return code.astype(np.float64), tuple(float(value) for value in values)


def ordered_logit(design: Design, errors: str) -> Fit:
    """Ordered logit: P(y ≤ j) = Λ(c_j − xβ)."""
    from scipy.special import expit, logit

    code, values = _categories(design)
    x = design.x[:, 1:]
    share = np.cumsum(np.bincount(code.astype(int), weights=design.w))[:-1] / design.w.sum()
    peak = newton(likelihoods.ordered(code, x, design.w), np.concatenate([np.zeros(x.shape[1]), logit(share)]),
                  design.w)
    if not peak.converged or np.abs(peak.estimate[:x.shape[1]] * x.std(axis=0)).max(initial=0) > limit("runs_off"):
        raise runs_off(design)

    def mean(theta: Floats, whole_x: Floats) -> Floats:
        index = whole_x[:, 1:] @ theta[:x.shape[1]]
        below = expit(theta[x.shape[1]:][None, :] - index[:, None])
        return np.diff(np.column_stack([np.zeros(len(index)), below, np.ones(len(index))]), axis=1)

    cuts = tuple(f"cut {a:g}|{b:g}" for a, b in pairwise(values))
    return make(design, "ordered-logit", TITLES["ordered-logit"], (*design.names[1:], *cuts), peak, mean, errors,
                categories=values)


def multinomial_logit(design: Design, errors: str) -> Fit:
    """Multinomial logit against the lowest category."""
    from scipy.special import softmax

    code, values = _categories(design)
    k, others = design.x.shape[1], len(values) - 1
    for j in range(1, others + 1):
        pair = np.isin(code, (0, j))
        if separating((code[pair] == j).astype(float), design.x[pair]):
            raise runs_off(design)
    peak = newton(likelihoods.multinomial(code, design.x, design.w), np.zeros(k * others), design.w)

    def mean(theta: Floats, x: Floats) -> Floats:
        return np.asarray(softmax(np.column_stack([np.zeros(len(x)), x @ theta.reshape(others, k).T]), axis=1))

    names = tuple(f"{value:g}: {name}" for value in values[1:] for name in design.names)
    return make(design, "multinomial-logit", TITLES["multinomial-logit"], names, peak, mean, errors, categories=values)

"""Whether the estimators of this project recover what was put in, and whether their 95 % intervals hold it.

``python -m benchmarks.performance_coverage`` prints one line per estimator and parameter (``--draws 100`` for a quick
look). Coverage of 500 draws has a standard error of 1.0 points. Size is the share of rejections at 5 % where there is
nothing to find, power where there is.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.run import machine
from interfirm.performance import (
    cdm,
    complementarity,
    fit,
    heckman,
    inverted_u,
    marginal_effects,
    network_lag,
    parallel_lines,
    survey_design,
)

Found = tuple[str, float, float, float, float]  # what, truth, estimate, low, high
Trial = Callable[[np.random.Generator], Iterator[Found]]


def interval(made: Any, term: str, truth: float) -> Found:
    row = made.table().set_index("term").loc[term]
    return term, truth, row["estimate"], row["low"], row["high"]


def fractional(n: int) -> Trial:
    def trial(rng: np.random.Generator) -> Iterator[Found]:
        x, z = rng.normal(size=n), (rng.random(n) < 0.4) * 1.0
        mean = 1 / (1 + np.exp(1.2 - 0.5 * x - 0.6 * z))
        y = rng.beta(3 * mean, 3 * (1 - mean))
        y[rng.random(n) < 0.1] = 0.0
        table = pd.DataFrame({"x": x, "z": z, "y": y})
        made = fit(survey_design(table, "y", cooperation=["z"], controls=["x"]), "fractional")
        big = EFFECT.setdefault("fractional", _effect())
        row = marginal_effects(made, ["z"]).rows.iloc[0]
        yield "effect of z", big, row["effect"], row["low"], row["high"]
    return trial


EFFECT: dict[str, float] = {}


def _effect() -> float:
    """The true average effect, by integration over x; one firm in ten reports 0 whatever its mean."""
    x = np.random.default_rng(0).normal(size=2_000_000)
    up, down = (1 / (1 + np.exp(1.2 - 0.5 * x - 0.6 * z)) for z in (1.0, 0.0))
    return float(0.9 * (up - down).mean())


def tobit(n: int, high: float) -> Trial:
    def trial(rng: np.random.Generator) -> Iterator[Found]:
        x, z = rng.normal(size=n), (rng.random(n) < 0.4) * 1.0
        y = np.clip(0.2 + 0.6 * x + 0.4 * z + rng.normal(size=n), 0.0, high)
        made = fit(survey_design(pd.DataFrame({"x": x, "z": z, "y": y}), "y", cooperation=["z"], controls=["x"]),
                   "tobit",
                   low=0.0, high=high)
        yield interval(made, "z", 0.4)
        yield interval(made, "log(sigma)", 0.0)
    return trial


def negative_binomial(n: int) -> Trial:
    def trial(rng: np.random.Generator) -> Iterator[Found]:
        x, z = rng.normal(size=n), (rng.random(n) < 0.4) * 1.0
        y = rng.poisson(np.exp(0.3 + 0.4 * x + 0.5 * z) * rng.gamma(1 / 0.8, 0.8, n))
        made = fit(survey_design(pd.DataFrame({"x": x, "z": z, "y": y}), "y", cooperation=["z"], controls=["x"]),
                   "negative-binomial")
        yield interval(made, "z", 0.5)
        yield interval(made, "log(alpha)", float(np.log(0.8)))
    return trial


def selection(n: int, method: str) -> Trial:
    def trial(rng: np.random.Generator) -> Iterator[Found]:
        x, z, u = rng.normal(size=(3, n))
        y = 1 + 0.5 * x + 0.6 * u + 0.8 * rng.normal(size=n)
        table = pd.DataFrame({"x": x, "z": z, "s": (0.3 + 0.5 * x + 0.8 * z + u > 0) * 1.0, "y": y})
        made = heckman(table, "y", "s", regressors=["x"], selected_by=["x", "z"], method=method)
        yield interval(made, "x", 0.5)
        if method == "ml":
            yield interval(made, "atanh(rho)", float(np.arctanh(0.6)))
    return trial


def weighted_selection(n: int) -> Trial:
    """A third of the firms with a tenth of the weight of the others."""
    def trial(rng: np.random.Generator) -> Iterator[Found]:
        x, z, u = rng.normal(size=(3, n))
        y = 1 + 0.5 * x + 0.6 * u + 0.8 * rng.normal(size=n)
        table = pd.DataFrame({"x": x, "z": z, "s": (0.3 + 0.5 * x + 0.8 * z + u > 0) * 1.0, "y": y,
                              "w": np.where(np.arange(n) % 3 == 0, 0.3, 3.0)})
        made = heckman(table, "y", "s", regressors=["x"], selected_by=["x", "z"], method="two-step", weights="w")
        yield interval(made, "x", 0.5)
        yield interval(made, "inverse Mills ratio", 0.6)
    return trial


def firth(n: int) -> Trial:
    def trial(rng: np.random.Generator) -> Iterator[Found]:
        x, z = rng.normal(size=n), (np.arange(n) < n / 5) * 1.0
        y = (rng.random(n) < 1 / (1 + np.exp(0.5 - 0.5 * x - 1.0 * z))) * 1.0
        if 0 < y.sum() < n:
            made = fit(survey_design(pd.DataFrame({"x": x, "z": z, "y": y}), "y", cooperation=["z"], controls=["x"]),
                       "firth")
            yield interval(made, "z", 1.0)
    return trial


def turning(n: int, square: float) -> Trial:
    def trial(rng: np.random.Generator) -> Iterator[Found]:
        x = rng.integers(0, 11, n).astype(float)
        y = 0.3 * x + square * x**2 + rng.normal(size=n)
        made = fit(survey_design(pd.DataFrame({"x": x, "y": y}), "y", controls=["x", "x^2"]), "linear")
        found = inverted_u(made, "x")
        truth = -0.3 / (2 * square) if square else np.inf
        inside = found.kind == "all" or (found.low <= truth <= found.high) == (found.kind == "interval")
        if square:
            yield "turning point (Fieller)", truth, found.turning, *((-np.inf, np.inf) if inside else (np.inf, np.inf))
        yield "Lind–Mehlum rejects", 0.0, float(found.p < 0.05), -np.inf, np.inf
    return trial


def together(n: int, extra: float, practices: int) -> Trial:
    def trial(rng: np.random.Generator) -> Iterator[Found]:
        used = (rng.random((practices, n)) < 0.5) * 1.0
        y = used.sum(axis=0) + extra * used[0] * used[1] + rng.normal(size=n)
        table = pd.DataFrame({**{f"p{i}": values for i, values in enumerate(used)}, "y": y})
        names = [f"p{i}" for i in range(practices)]
        row = complementarity(table, "y", names, model="linear").rows.iloc[0]
        yield f"rejects no complements, {practices} practices", 0.0, float(row["p_substitutes"] < 0.05), -np.inf, np.inf
    return trial


def lag(n: int, method: str) -> Trial:
    def trial(rng: np.random.Generator) -> Iterator[Found]:
        a = (rng.random((n, n)) < 4 / n) * 1.0
        np.fill_diagonal(a, 0)
        w = a / np.maximum(a.sum(axis=1, keepdims=True), 1)
        x = rng.normal(size=n)
        y = np.linalg.solve(np.eye(n) - 0.4 * w, 1 + x + 0.8 * w @ x + rng.normal(size=n))
        made = network_lag(survey_design(pd.DataFrame({"x": x, "y": y}), "y", controls=["x"]), a, method=method)
        yield interval(made, "neighbours' outcome", 0.4)
    return trial


def system(n: int) -> Trial:
    def trial(rng: np.random.Generator) -> Iterator[Found]:
        size, market, demand, rival, u, *e = rng.normal(size=(9, n))
        rd = (0.3 * size + 0.9 * market + 0.6 * u + e[0] > 0) * 1.0
        intensity = 1 + 0.2 * size + 0.8 * demand + 0.6 * u + 0.5 * e[1]
        innovation = 0.5 + 0.5 * intensity + 0.6 * rival + 0.6 * u + 0.5 * e[2]
        sales = 2 + 0.4 * innovation + 0.3 * size + 0.6 * u + 0.5 * e[3]
        table = pd.DataFrame({"size": size, "market": market, "demand": demand, "rival": rival, "rd": rd,
                              "intensity": intensity, "innovation": innovation, "sales": sales})
        rows = cdm(table, research="rd", intensity="intensity", innovation="innovation", productivity="sales",
                   selected_by=["size", "market"], intensity_by=["size", "demand"], innovation_by=["rival"],
                   productivity_by=["size"], draws=199, seed=int(rng.integers(1e9))).table().set_index(["equation",
                                                                                                       "term"])
        for key, truth in ((("innovation", "foreseen intensity"), 0.5), (("productivity", "foreseen innovation"), 0.4)):
            yield key[1], truth, rows.loc[key, "estimate"], rows.loc[key, "low"], rows.loc[key, "high"]
    return trial


def brant(n: int, bend: float) -> Trial:
    def trial(rng: np.random.Generator) -> Iterator[Found]:
        x = rng.normal(size=n)
        p = 1 / (1 + np.exp(-np.column_stack([1 + 0.5 * x, -1 + (0.5 + bend) * x])))
        y = (rng.random((n, 1)) < np.minimum.accumulate(p, axis=1)).sum(axis=1).astype(float)
        made = parallel_lines(survey_design(pd.DataFrame({"x": x, "y": y}), "y", controls=["x"]))
        yield "test of parallel lines rejects", 0.0, float(made.p < 0.05), -np.inf, np.inf
    return trial


TRIALS: tuple[tuple[str, Trial, float], ...] = (
    ("fractional logit, 40 firms", fractional(40), 1), ("fractional logit, 400 firms", fractional(400), 1),
    ("tobit, one limit, 200", tobit(200, np.inf), 1), ("tobit, two limits, 200", tobit(200, 1.2), 1),
    ("negative binomial, 300", negative_binomial(300), 1),
    ("selection, ML, 600", selection(600, "ml"), 0.6), ("selection, two steps, 600", selection(600, "two-step"), 1),
    ("penalised logit, profile, 40", firth(40), 1.2),
    ("inverted U, 300 (turns at 5)", turning(300, -0.03), 1),
    ("inverted U, 300 (turns at the end)", turning(300, -0.015), 1),
    ("no inverted U, 300", turning(300, 0.0), 1),
    ("complements 0, 200", together(200, 0.0, 2), 1), ("complements 1, 200", together(200, 1.0, 2), 1),
    ("complements 0, 400", together(400, 0.0, 3), 1), ("complements 1, 400", together(400, 1.0, 3), 1),
    ("network lag, IV, 300", lag(300, "iv"), 0.4), ("network lag, ML, 300", lag(300, "ml"), 0.2),
    ("selection, two steps, weights, 600", weighted_selection(600), 0.4),
    ("recursive system, 600, 199 resamples", system(600), 3),
    ("parallel lines hold, 500", brant(500, 0.0), 1), ("parallel lines do not, 500", brant(500, 0.6), 1),
)


def run(name: str, trial: Trial, draws: int) -> None:
    """One estimator: print a line per parameter."""
    found: dict[str, list[tuple[float, ...]]] = {}
    for draw in range(draws):
        for what, *numbers in trial(np.random.default_rng([20260103, draw])):
            found.setdefault(what, []).append(tuple(numbers))
    for what, numbers in found.items():
        truth, estimate, low, high = np.array(numbers).T
        if "rejects" in what:
            print(f"{name:<38} {what:<42} rejected in {100 * estimate.mean():5.1f} % of {len(estimate)}", flush=True)
            continue
        covered = float(((low <= truth) & (truth <= high)).mean())
        print(f"{name:<38} {what:<42} truth {truth[0]:7.3f}  median {np.median(estimate):7.3f}  sd "
              f"{estimate.std():6.3f}  "
              f"coverage {100 * covered:5.1f} % of {len(estimate)}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=500)
    draws = parser.parse_args().draws
    print(machine())
    for name, trial, part in TRIALS:
        run(name, trial, max(2, round(part * draws)))


if __name__ == "__main__":
    main()

"""The distributions that goodness of fit compares: compiled counts beside plain ones."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from small import grown

from interfirm.dynamics import Specification, estimate, goodness_of_fit, panel
from interfirm.dynamics.goodness_of_fit import LONGEST, TRIADS


def degrees(x: np.ndarray, axis: int, values: int) -> list[int]:
    """Actors with 0, 1, … ties, the last value for all above."""
    return np.bincount(np.minimum(x.sum(axis=axis), values - 1), minlength=values).tolist()


def distances(x: np.ndarray) -> list[int]:
    """Pairs by the first power of the matrix that joins them."""
    n, out, power = len(x), [0] * (LONGEST + 1), np.eye(len(x), dtype=int)
    near = power > 0
    for d in range(LONGEST):
        power = np.minimum(power @ x, 1)
        out[d] = int((power.astype(bool) & ~near).sum())
        near |= power > 0
    out[-1] = n * n - int(near.sum())
    return out


def triads(x: np.ndarray) -> list[int]:
    """Every triad by its numbers of mutual, asymmetric and null pairs, and by where the ties of its actors lead."""
    out = dict.fromkeys(TRIADS, 0)
    for three in combinations(range(len(x)), 3):
        part = x[np.ix_(three, three)]
        mutual = int((part * part.T).sum()) // 2
        ties = int(part.sum()) - 2 * mutual
        sent, received = sorted(part.sum(axis=1)), sorted(part.sum(axis=0))
        letter = ""
        if (mutual, ties) == (0, 2):
            letter = "D" if 2 in sent else "U" if 2 in received else "C"
        elif (mutual, ties) == (0, 3):
            letter = "T" if 2 in sent else "C"
        elif (mutual, ties) == (1, 1):
            letter = "U" if 2 in sent else "D"  # out of the mutual pair: its actor sends two
        elif (mutual, ties) == (1, 2):
            letter = "C" if max(sent) == max(received) == 2 and min(sent) == min(received) == 1 else (
                "D" if min(received) == 0 else "U")
        out[f"{mutual}{ties}{3 - mutual - ties}{letter}"] += 1
    return list(out.values())


@pytest.fixture(scope="module")
def fit():
    """A fit of a network with unknown ties, which count in neither."""
    data = grown()
    ties = np.array(data.networks["r"].ties)
    ties[1, 3] = np.nan
    ties[1, 3, 3] = 0
    return estimate(panel({"r": ties}), Specification("r", ["density", "recip"]), seed=1, phase3=200)


def test_distributions_equal_plain_counts(fit):
    """Observed networks of both periods, without the ties that are not known at both ends."""
    found = {g.what: g for g in goodness_of_fit(fit, seed=3, panels=50)}
    coded = fit.coded
    waves = [(coded.ends[p, 0] * coded.seen[p, 0]).astype(int) for p in range(2)]
    assert (coded.seen[:, 0].sum(axis=(1, 2)) < 24 * 23).all()
    for what, axis in (("outdegree", 1), ("indegree", 0)):
        values = len(found[what].labels)
        assert found[what].observed.tolist() == np.sum([degrees(x, axis, values) for x in waves], axis=0).tolist()
    assert found["geodesic"].observed.tolist() == np.sum([distances(x) for x in waves], axis=0).tolist()
    assert found["triads"].observed.tolist() == np.sum([triads(x) for x in waves], axis=0).tolist()
    assert (found["triads"].observed > 0).sum() >= 12  # the network has most of the types
    assert found["triads"].simulated.sum(axis=1) == pytest.approx(2 * 24 * 23 * 22 / 6)
    assert found["geodesic"].simulated.sum(axis=1) == pytest.approx(2 * 24 * 23)


def test_the_same_panels_on_any_number_of_threads(fit):
    one, three = (goodness_of_fit(fit, seed=3, panels=50, threads=t) for t in (1, 3))
    for a, b in zip(one, three, strict=True):
        assert (a.simulated == b.simulated).all()
        assert a.p == b.p


def test_two_mode_networks_have_degrees_of_both_sides():
    rng = np.random.default_rng(4)
    first = (rng.random((12, 30)) < 0.2) * 1.0
    second = np.where(rng.random((12, 30)) < 0.15, 1 - first, first)
    data = panel({"m": [first, second]}, two_mode=["m"])
    fit = estimate(data, Specification("m", ["density"]), seed=1, phase3=200)
    found = {g.what: g for g in goodness_of_fit(fit, seed=1, panels=50)}
    assert set(found) == {"outdegree", "indegree"}
    assert found["outdegree"].observed.tolist() == degrees(second.astype(int), 1, len(found["outdegree"].labels))
    assert found["indegree"].observed.tolist() == degrees(second.astype(int), 0, len(found["indegree"].labels))

"""Location quotient, Ellison–Glaeser, locational Gini: hand calculations, brute force, enumeration, coverage."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from interfirm.cluster.concentration import (
    ellison_glaeser,
    ellison_glaeser_of_shares,
    location_quotient,
    locational_gini,
)
from interfirm.errors import DataError, UsageError

SIZES = [200, 650, 12000, 100, 50, 16000, 13000, 1500, 1500, 25000]
WHERE = [0, 0, 0, 0, 0, 1, 1, 1, 1, 2]
TOTALS = [500_000, 400_000, 100_000]


def test_location_quotient_by_hand() -> None:
    found = location_quotient(30, 100, 200, 2000)
    assert found.value == pytest.approx(3.0, rel=1e-12)
    assert found.error**2 == pytest.approx(1 / 30 - 1 / 100 - 1 / 200 + 5 / 2000, rel=1e-12)
    assert found.low < 3 < found.high
    assert np.sqrt(found.low * found.high) == pytest.approx(3.0, rel=1e-12), "symmetric on the log scale"
    assert found.above(1.0) > 0.999 and found.above(3.0) == pytest.approx(0.5)


def test_interval_of_the_quotient_covers_in_95_of_100_samples() -> None:
    """Multinomial draws of single jobs; 2,000 of them put the coverage within 0.015 of 0.95 (three standard errors)."""
    rng = np.random.default_rng(1)
    cells = np.array([0.015, 0.035, 0.085, 0.865])
    true = cells[0] / ((cells[0] + cells[1]) * (cells[0] + cells[2]))
    inside = 0
    for a, b, c, d in rng.multinomial(4000, cells, size=2000):
        found = location_quotient(a, a + b, a + c, a + b + c + d)
        inside += found.low <= true <= found.high
    assert inside / 2000 == pytest.approx(0.95, abs=0.015)


def test_interval_with_jobs_in_plants_needs_the_bundle() -> None:
    """Plants of 20 jobs: with the bundle coverage is right, without it the interval is far too narrow."""
    rng = np.random.default_rng(2)
    cells = np.array([0.05, 0.10, 0.15, 0.70])
    true = cells[0] / ((cells[0] + cells[1]) * (cells[0] + cells[2]))
    inside = {1.0: 0, 20.0: 0}
    for a, b, c, d in 20 * rng.multinomial(800, cells, size=1000):
        for bundle in inside:
            found = location_quotient(a, a + b, a + c, a + b + c + d, bundle=bundle)
            inside[bundle] += found.low <= true <= found.high
    assert inside[20.0] / 1000 == pytest.approx(0.95, abs=0.021)
    assert inside[1.0] / 1000 < 0.5


def test_no_job_in_the_region() -> None:
    found = location_quotient(0, 100, 200, 2000)
    assert found.value == 0 and found.low == 0 and found.above(1.0) == 0
    assert found.high == pytest.approx(0.36889, rel=1e-4), "expected 10 jobs; a count of 0 is compatible with 3.69"


@pytest.mark.parametrize(("numbers", "code"), [
    ((-1, 100, 200, 2000), "negative-employment"), ((1, 0, 200, 2000), "zero-total"),
    ((1, 100, 200, 0), "zero-total"), ((150, 100, 200, 2000), "part-over-whole"),
    ((float("nan"), 100, 200, 2000), "negative-employment"),
])
def test_impossible_quotients_are_refused(numbers: tuple[float, ...], code: str) -> None:
    with pytest.raises(DataError) as caught:
        location_quotient(*numbers)
    assert code in {item.code for item in caught.value.findings}


def test_all_errors_of_a_quotient_at_once() -> None:
    with pytest.raises(DataError) as caught:
        location_quotient(-5, 0, 200, 2000)
    assert len(caught.value.findings) == 2


def test_a_bundle_is_at_least_a_job() -> None:
    with pytest.raises(UsageError, match="bundle"):
        location_quotient(30, 100, 200, 2000, bundle=0.5)


def test_ellison_glaeser_of_the_worked_example() -> None:
    """Example of the R package REAT (function ellison.a); its value to eight digits, shares and G as printed there."""
    found = ellison_glaeser(SIZES, WHERE, TOTALS)
    assert found.gamma == pytest.approx(0.05990628, abs=5e-9)
    assert found.g == pytest.approx(0.168163, abs=5e-7)
    assert found.herfindahl == pytest.approx(0.244689, abs=5e-7)


def test_ellison_glaeser_from_shares_is_the_same() -> None:
    whole = ellison_glaeser(SIZES, WHERE, TOTALS)
    found = ellison_glaeser_of_shares([13000, 32000, 25000], TOTALS, whole.herfindahl)
    assert found.gamma == pytest.approx(whole.gamma, rel=1e-12)


def test_mean_and_variance_under_the_dartboard_by_enumeration() -> None:
    """Every way to throw three plants at three regions: γ has mean 0 and G the stated variance, exactly."""
    sizes, x = np.array([5.0, 3.0, 2.0]), np.array([0.5, 0.3, 0.2])
    gammas, gs, chances, zs = [], [], [], []
    for where in product(range(3), repeat=3):
        found = ellison_glaeser(sizes, where, x)
        gammas.append(found.gamma)
        gs.append(found.g)
        zs.append(found.z)
        chances.append(np.prod(x[list(where)]))
    p = np.array(chances)
    assert p.sum() == pytest.approx(1.0)
    assert p @ np.array(gammas) == pytest.approx(0.0, abs=1e-12)
    assert p @ np.array(zs) == pytest.approx(0.0, abs=1e-12)
    assert p @ np.array(zs) ** 2 == pytest.approx(1.0, rel=1e-12), "z is standardised by the exact variance of G"


def test_ellison_glaeser_does_not_depend_on_order_or_empty_plants() -> None:
    order = np.random.default_rng(3).permutation(len(SIZES))
    base = ellison_glaeser(SIZES, WHERE, TOTALS)
    mixed = ellison_glaeser(np.array(SIZES)[order], np.array(WHERE)[order], TOTALS)
    empty = ellison_glaeser([*SIZES, 0], [*WHERE, 2], TOTALS)
    assert mixed.gamma == pytest.approx(base.gamma, rel=1e-12)
    assert empty.gamma == pytest.approx(base.gamma, rel=1e-12) and empty.plants == 10


@pytest.mark.parametrize(("plants", "where", "totals", "code"), [
    ([10], [0], [1, 1], "single-plant-sector"), ([10, 0], [0, 1], [1, 1], "single-plant-sector"),
    ([10, 5], [0, 0], [1], "one-region"), ([10, -5], [0, 1], [1, 1], "negative-employment"),
    ([0, 0], [0, 1], [1, 1], "zero-total"), ([1, 1], [0, 2], [1, 1], "unknown-region"),
])
def test_plants_that_say_nothing_are_refused(plants: list[float], where: list[int], totals: list[float],
                                             code: str) -> None:
    with pytest.raises(DataError) as caught:
        ellison_glaeser(plants, where, totals)
    assert code in {item.code for item in caught.value.findings}


def test_locational_gini_by_hand() -> None:
    assert locational_gini([1, 2, 3], [10, 20, 30]) == pytest.approx(0.0, abs=1e-12)
    assert locational_gini([0, 10], [50, 50]) == pytest.approx(0.5)
    assert locational_gini([0, 0, 10], [45, 45, 10]) == pytest.approx(0.9)


def test_locational_gini_is_the_mean_difference_of_quotients() -> None:
    """G = Σ_rq x_r x_q |LQ_r − LQ_q| / 2, by brute force over all pairs of regions."""
    rng = np.random.default_rng(4)
    s, x = rng.gamma(0.7, 1, 12), rng.gamma(2, 1, 12)
    a, b = s / s.sum(), x / x.sum()
    lq = a / b
    brute = float((b[:, None] * b * np.abs(lq[:, None] - lq)).sum() / 2)
    assert locational_gini(s, x) == pytest.approx(brute, rel=1e-12)


@pytest.mark.parametrize(("jobs", "totals"), [([0, 0], [1, 1]), ([1, -1], [1, 1]), ([1], [1]), ([1, 1], [1, 0])])
def test_gini_of_impossible_tables_is_refused(jobs: list[float], totals: list[float]) -> None:
    with pytest.raises(DataError):
        locational_gini(jobs, totals)

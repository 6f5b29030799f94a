"""K-density: reference constants, brute force, both ways of counting, bands, threads."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import pdist

from interfirm.cluster import counting
from interfirm.cluster.density import KDensity, _global_band, _rarity, k_density, kernel_density, silverman
from interfirm.cluster.places import Places, on_earth, on_plane
from interfirm.errors import DataError, UnknownName, UsageError

LINE = on_plane([0, 1, 3, 6], [0, 0, 0, 0])


def scattered(n: int = 800, size: float = 100.0, seed: int = 1) -> Places:
    return on_plane(*np.random.default_rng(seed).uniform(0, size, (2, n)))


def test_reference_constants() -> None:
    """Points at 0, 1, 3, 6 and h = 1: values to five digits, worked out by hand from the six distances."""
    assert float(kernel_density(LINE, [3], bandwidth=1, reflect=False)[0]) == pytest.approx(0.19204, abs=6e-6)
    assert float(kernel_density(LINE, [0], bandwidth=1)[0]) == pytest.approx(0.10161, abs=6e-6)


def test_reflected_density_integrates_to_one() -> None:
    d = np.linspace(0, 20, 4001)
    assert np.trapezoid(kernel_density(LINE, d, bandwidth=1), d) == pytest.approx(1.0, abs=1e-6)


def test_silverman_by_hand() -> None:
    d = np.array([1, 2, 3, 3, 5, 6.0])
    spread = min(d.std(ddof=1), (np.quantile(d, 0.75) - np.quantile(d, 0.25)) / 1.34)
    assert silverman(d) == pytest.approx(0.9 * spread * 6**-0.2)
    assert silverman([1, 1, 1, 1, 9]) == pytest.approx(0.9 * np.std([1, 1, 1, 1, 9], ddof=1) * 5**-0.2)


def test_weights_are_pairs_counted_more_than_once() -> None:
    """A point of weight 2 and 3: as if the distance to each other point were there twice or three times."""
    d = np.array([0.5, 2.0])
    w = np.array([2.0, 1.0, 3.0, 1.0])
    x, total, expected = np.array([0, 1, 3, 6.0]), 0.0, np.zeros(2)
    for i in range(4):
        for j in range(i + 1, 4):
            gap = abs(x[i] - x[j])
            total += w[i] * w[j]
            for sign in (-1, 1):
                expected += w[i] * w[j] * np.exp(-0.5 * (d + sign * gap) ** 2) / np.sqrt(2 * np.pi)
    assert np.allclose(kernel_density(LINE, d, bandwidth=1, weights=w), expected / total, rtol=1e-12)


@pytest.mark.parametrize(("method", "tolerance"), [("pairs", 0.002), ("grid", 0.01)])
def test_rounding_stays_within_its_bound(method: str, tolerance: float) -> None:
    """Against the exact sum: below the stated bound, and below 0.2 % (bins of h/10), 1 % (cells of h/4) of the largest.

    The bound is for the worst case, all roundings in one direction; what is left after narrowing the kernel is small.
    """
    places, chosen = scattered(), np.arange(0, 800, 4)
    found = k_density(places, chosen, draws=19, method=method)
    exact = kernel_density(places.take(chosen), found.at, bandwidth=found.bandwidth)
    error = float(np.abs(found.value - exact).max() / exact.max())
    assert found.method == method
    assert error < tolerance
    assert error < found.rounding


def test_both_ways_agree_on_the_earth() -> None:
    rng = np.random.default_rng(5)
    places = on_earth(48 + 2 * rng.random(900), 10 + 3 * rng.random(900))
    chosen = np.arange(0, 900, 3)
    a, b = (k_density(places, chosen, draws=19, method=method, bandwidth=6.0) for method in ("pairs", "grid"))
    assert np.abs(a.value - b.value).max() < 0.01 * a.value.max()
    assert np.abs(a.global_high - b.global_high).max() < 0.01 * a.value.max()


def test_pairs_are_counted_as_scipy_counts_them() -> None:
    places = scattered(300)
    how = counting.plan(places, 300, 5.0, 60.0, "pairs")
    found = counting.count_once(how, np.arange(300), np.ones(300), 2)
    gaps = pdist(places.flat)
    expected = np.bincount((gaps / how.step).astype(int), minlength=how.bins)[:how.bins]
    assert np.array_equal(found, expected)


def test_grid_counts_every_pair_once() -> None:
    places = scattered(300, size=40)
    how = counting.plan(places, 300, 5.0, 80.0, "grid")
    found = counting.counter(how)(np.arange(300), np.ones(300))
    assert found.sum() == pytest.approx(300 * 299 / 2, rel=1e-9)


def test_threads_do_not_change_the_result() -> None:
    places, chosen = scattered(300), np.arange(60)
    for method in ("pairs", "grid"):
        one, three = (k_density(places, chosen, draws=39, method=method, workers=k, seed=7) for k in (1, 3))
        assert all(np.array_equal(getattr(one, name), getattr(three, name)) for name in KDensity.__dataclass_fields__)


def test_order_of_the_sites_does_not_change_the_curve() -> None:
    places, chosen = scattered(200), np.arange(50)
    order = np.random.default_rng(1).permutation(200)
    back = np.argsort(order)
    a = k_density(places, chosen, draws=19, bandwidth=4.0)
    b = k_density(places.take(order), back[chosen], draws=19, bandwidth=4.0)
    assert np.allclose(a.value, b.value, rtol=1e-12)


def test_a_huddle_is_localised_and_a_lattice_dispersed() -> None:
    places = scattered(400)
    near = np.argsort((places.flat - 50).__pow__(2).sum(axis=1))[:40]
    found = k_density(places, near, draws=199)
    assert found.verdict == "localised" and found.p_localised == pytest.approx(1 / 200)
    assert found.where() is not None and found.where()[0] == 0.0  # type: ignore[index]
    x, y = (v.ravel() * 20.0 + 10 for v in np.meshgrid(range(5), range(5)))
    rest = scattered(375)
    wide = k_density(on_plane([*x, *rest.flat[:, 0]], [*y, *rest.flat[:, 1]]), np.arange(25), draws=199,
                     at=np.linspace(0, 12, 25), bandwidth=2.0)
    assert wide.verdict == "dispersed" and wide.p_dispersed <= 0.05
    assert not wide.localisation.any() and wide.dispersion.any()


@pytest.mark.slow
def test_chance_is_called_localised_in_one_case_of_twenty() -> None:
    """300 random sectors: the share above the global band is 5 % within three standard errors (3.8 %)."""
    places, rng = scattered(300), np.random.default_rng(9)
    found = [k_density(places, rng.choice(300, 30, replace=False), draws=99, seed=i) for i in range(300)]
    assert np.mean([item.verdict == "localised" for item in found]) == pytest.approx(0.05, abs=0.038)
    assert np.mean([item.p_localised <= 0.05 for item in found]) == pytest.approx(0.05, abs=0.038)


def test_global_band_by_counting() -> None:
    """5 of 100 curves rise above the band somewhere, none of the other 95 does, and each point of it is one of them."""
    curves = np.random.default_rng(2).normal(size=(100, 40)).cumsum(axis=1)
    band = _global_band(curves[0], curves[1:])
    assert (curves > band).any(axis=1).sum() == 5
    assert (curves == band).any(axis=0).all()


def test_band_and_probability_say_the_same() -> None:
    """The observed curve leaves the band just where its probability is at most 0.05, in 200 sets of noise."""
    rng, outside = np.random.default_rng(3), 0
    for _ in range(200):
        curves = rng.normal(size=(100, 30)).cumsum(axis=1)
        above = bool((curves[0] > _global_band(curves[0], curves[1:])).any())
        assert above == (_rarity(curves[0], curves[1:]) <= 0.05)
        outside += above
    assert 0 < outside < 25


def test_rarity_breaks_ties_by_how_often() -> None:
    flat = np.tile(np.arange(9.0)[:, None], (1, 5))
    top_once = flat.copy()
    top_once[3, 2] = 50.0
    assert _rarity(np.full(5, 20.0), top_once) == pytest.approx(0.1)
    assert _rarity(np.full(5, -1.0), top_once) == 1.0


def test_impossible_coordinates_are_named_all_at_once() -> None:
    with pytest.raises(DataError) as caught:
        on_earth([95, 48, np.nan], [10, 200, 11], ["F01", "F02", "F03"])
    texts = [str(item) for item in caught.value.findings]
    assert len(texts) == 3
    assert "F01: the latitude is 95" in texts[0] and "-90 to 90" in texts[0]
    assert "F03: the latitude is missing" in texts[1]
    assert "F02: the longitude is 200" in texts[2]


def test_distances_on_the_earth() -> None:
    """A quarter of the equator, and the poles half a great circle apart."""
    places = on_earth([0, 0, 90, -90], [0, 90, 0, 0])
    half = np.pi * 6371.0088
    assert places.between(0, 1) == pytest.approx(half / 2)
    assert places.between(2, 3) == pytest.approx(half)


def test_refusals() -> None:
    places = scattered(50)
    with pytest.raises(DataError, match="at least 10"):
        k_density(places, range(9))
    with pytest.raises(DataError, match="all of the 50 sites"):
        k_density(places, range(50))
    with pytest.raises(DataError, match="one place"):
        k_density(on_plane(np.ones(40), np.ones(40)), range(20))
    with pytest.raises(DataError, match="negative"):
        k_density(places, range(20), weights=-np.ones(50))
    with pytest.raises(UsageError, match="19"):
        k_density(places, range(20), draws=5)
    with pytest.raises(UnknownName, match="pairs"):
        k_density(places, range(20), method="pair")

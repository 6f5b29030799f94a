"""Coefficients of reliability against hand calculations, published pairs and invariants."""

from __future__ import annotations

import doctest
from importlib import import_module

import numpy as np
import pytest
from recovery import LOADINGS, latent

from interfirm.capability import (
    alpha_of_equal_loadings,
    average_variance_extracted,
    composite_reliability,
    cronbach_alpha,
    htmt,
    htmt_matrix,
    icc1,
    mcdonald_omega,
    one_component_share,
    rwg,
    rwg_multi,
)
from interfirm.errors import UnknownName, UsageError

ROWS = [(4, 5, 4), (3, 3, 2), (5, 5, 5), (2, 3, 2), (4, 4, 3)]
R = np.array([[1, .6, .3, .2], [.6, 1, .4, .3], [.3, .4, 1, .5], [.2, .3, .5, 1]])
HAND = 1e-12  # hand calculations are exact up to rounding of floats


def test_alpha_by_hand():
    # variances 1.3, 1.0, 1.7; of the sum 11.2; 3/2 (1 - 4/11.2)
    found = cronbach_alpha(ROWS)
    assert found.value == pytest.approx(1.5 * (1 - 4.0 / 11.2), abs=HAND)
    assert (found.rows, found.items) == (5, 3)


def test_interval_of_alpha_by_the_tables_of_f():
    # F(.975; 4, 8) = 5.053, F(.025; 4, 8) = 1/F(.975; 8, 4) = 1/8.980, to the three decimals of the tables
    found = cronbach_alpha(ROWS)
    assert found.low == pytest.approx(1 - (1 - found.value) * 5.053, abs=1e-4)
    assert found.high == pytest.approx(1 - (1 - found.value) / 8.980, abs=1e-4)


def test_alpha_leaves_out_rows_with_gaps_and_is_undefined_where_nothing_varies():
    assert cronbach_alpha([*ROWS, (1, float("nan"), 7)]).value == cronbach_alpha(ROWS).value
    assert np.isnan(cronbach_alpha([[3, 3], [3, 3]]).value)
    assert np.isnan(cronbach_alpha([[1], [2]]).value)
    assert np.isnan(cronbach_alpha(np.empty((0, 3))).value)


def test_alpha_does_not_depend_on_the_order_of_rows_items_or_a_shift():
    x = np.array(ROWS, dtype=float)
    assert cronbach_alpha(x[::-1, ::-1] + 10).value == pytest.approx(cronbach_alpha(x).value, abs=HAND)


def test_wrong_calls_of_alpha():
    with pytest.raises(UsageError):
        cronbach_alpha([1, 2, 3])
    with pytest.raises(UsageError):
        cronbach_alpha(ROWS, level=95)


@pytest.mark.parametrize(("ave", "items", "alpha", "published"), [(0.63, 3, 0.8363, 0.83), (0.72, 4, 0.9114, 0.91)])
def test_published_alpha_follows_from_published_ave(ave, items, alpha, published):
    """Schilke and Goerzen 2010: alpha .83 with AVE .63, alpha .91 with AVE .72."""
    found = alpha_of_equal_loadings(ave, items)
    assert found == pytest.approx(alpha, abs=5e-5)
    assert found == pytest.approx(published, abs=0.01)
    equal = np.full(items, np.sqrt(ave))
    assert composite_reliability(equal) == pytest.approx(found, abs=HAND)
    assert average_variance_extracted(equal) == pytest.approx(ave, abs=HAND)


def test_omega_equals_alpha_for_equal_loadings_and_exceeds_it_otherwise():
    for lam in (np.array([.7, .7, .7]), np.array([.9, .7, .4])):
        sigma = np.outer(lam, lam) + np.diag(1 - lam**2)
        k, alpha = len(lam), len(lam) / (len(lam) - 1) * (1 - np.trace(sigma) / sigma.sum())
        assert k == 3
        if np.ptp(lam) == 0:
            assert mcdonald_omega(lam, 1 - lam**2) == pytest.approx(alpha, abs=HAND)
        else:
            assert mcdonald_omega(lam, 1 - lam**2) > alpha + 0.01
    assert np.isnan(mcdonald_omega([0.0], [0.0]))
    assert np.isnan(average_variance_extracted([]))


def test_htmt_by_hand():
    assert htmt(R, [0, 1], [2, 3]) == pytest.approx(0.3 / np.sqrt(0.3), abs=HAND)
    assert round(htmt(R, [0, 1], [2, 3]), 4) == 0.5477
    assert htmt(R, [0, 1], [2, 3], kind="htmt2") == pytest.approx((.3 * .2 * .4 * .3) ** .25 / np.sqrt(.3), abs=HAND)


def test_htmt_takes_absolute_correlations():
    sign = np.diag([1, -1, 1, 1])
    assert htmt(sign @ R @ sign, [0, 1], [2, 3]) == pytest.approx(htmt(R, [0, 1], [2, 3]), abs=HAND)


def test_htmt2_gives_the_factor_correlation_of_congeneric_items_exactly():
    lam, phi = np.array([.9, .7, .5, .8, .6, .4]), 0.6
    across = np.where(np.arange(6)[:, None] // 3 == np.arange(6) // 3, 1.0, phi)
    r = np.outer(lam, lam) * across
    np.fill_diagonal(r, 1)
    assert htmt(r, [0, 1, 2], [3, 4, 5], kind="htmt2") == pytest.approx(phi, abs=HAND)


def test_htmt_edges():
    assert np.isnan(htmt(R, [0], [1, 2]))
    assert htmt_matrix(R, {"a": [0, 1], "b": [2, 3]}) == {("a", "b"): htmt(R, [0, 1], [2, 3])}
    with pytest.raises(UnknownName, match="htmt2"):
        htmt(R, [0, 1], [2, 3], kind="htmt3")


def test_one_component_by_hand():
    assert one_component_share(np.full((4, 4), 0.6) + 0.4 * np.eye(4)) == pytest.approx((1 + 3 * 0.6) / 4, abs=HAND)
    assert np.isnan(one_component_share(np.full((2, 2), np.nan)))


def test_icc1_by_hand():
    # firms (1, 3), (4, 6): MSB = 9, MSW = 2, k = 2 -> 7/11
    assert icc1([1, 3, 4, 6], ["a", "a", "b", "b"]) == pytest.approx(7 / 11, abs=HAND)
    assert icc1([2, 2, 5, 5, 6, 6], list("aabbcc")) == 1.0


def test_icc1_with_unequal_groups_and_single_respondents():
    # a: 1 3 2, b: 5 7, c alone: left out. Means 2, 6, grand 3.6; MSB = 3*2.56+2*5.76 = 19.2; MSW = (2+2)/3; k = 5-13/5
    msb, msw, k = 19.2, 4 / 3, 2.4
    assert icc1([1, 3, 2, 5, 7, 9], list("aaabbc")) == pytest.approx((msb - msw) / (msb + (k - 1) * msw), abs=HAND)


def test_icc1_is_undefined_without_two_groups_or_variation():
    assert np.isnan(icc1([1, 2], ["a", "b"]))
    assert np.isnan(icc1([1, 2], ["a", "a"]))
    assert np.isnan(icc1([3, 3, 3, 3], list("aabb")))
    with pytest.raises(UsageError):
        icc1([1, 2], ["a"])


def test_agreement_by_hand():
    # variance of (4, 6) is 2; of even answers on 7 categories 48/12 = 4
    assert rwg([4, 6], 7) == pytest.approx(0.5, abs=HAND)
    assert rwg([5, 5, 5], 7) == 1.0
    assert rwg([1, 7], 7) == pytest.approx(1 - 18 / 4, abs=HAND)
    assert rwg_multi([[4, 5], [6, 5]], 7) == pytest.approx(0.75, abs=HAND)
    assert np.isnan(rwg([5], 7))
    with pytest.raises(UsageError):
        rwg([1, 1], 1)


def test_recovery_from_generated_answers():
    """20 000 rows: sampling error of alpha and AVE is below 0.004, so 0.012 is three of it."""
    x = latent(20_000, seed=5)[:, :4]
    lam = LOADINGS[:4]
    sigma = np.outer(lam, lam) + np.diag(1 - lam**2)
    assert cronbach_alpha(x).value == pytest.approx(4 / 3 * (1 - 4 / sigma.sum()), abs=0.012)


ROOMS = ["coefficients", "informants", "ordinal", "factor", "scores", "scales", "technology", "requirements",
         "cases", "coders", "qca", "boolean"]


@pytest.mark.parametrize("room", ROOMS)
def test_examples_run(room):
    result = doctest.testmod(import_module(f"interfirm.capability.{room}"))
    assert result.attempted > 0
    assert result.failed == 0

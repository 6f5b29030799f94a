"""Nearness in knowledge and what partners can bring each other, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from interfirm.errors import UsageError
from interfirm.partners.complementarity import complementarity, fit, one_way_complementarity, rivalry
from interfirm.partners.proximity import (
    LearningCurve,
    cognitive_distance,
    cross_citation,
    log_ratio_proximity,
    spillover_pool,
    technological_proximity,
)


def test_jaffe_by_hand() -> None:
    # f·g = .25, norms √.5 each -> .5;  (.5,.5,0)·(.8,.2,0) = .5 over √.5·√.68 -> .8575
    found = technological_proximity([[0.5, 0.5, 0]], [[0, 0.5, 0.5], [0.8, 0.2, 0]])
    assert found.round(4).tolist() == [[0.5, 0.8575]]


def test_jaffe_knows_nothing_of_an_empty_profile() -> None:
    found = technological_proximity([[1, 0], [0, 0], [np.nan, 1]])
    assert found[0, 0] == 1
    assert np.isnan(found[1]).all()
    assert np.isnan(found[:, 2]).all()


def test_jaffe_does_not_see_the_size_of_a_firm() -> None:
    rng = np.random.default_rng(1)
    table = rng.random((6, 4))
    scaled = technological_proximity(table * rng.uniform(1, 9, (6, 1)))
    assert np.allclose(scaled, technological_proximity(table), atol=1e-12)  # rounding


def test_log_ratio_by_hand() -> None:
    # clr(.8,.2) = ±ln 2; clr(.5,.5) = 0; distance √2 ln 2, over √2 -> e^(−ln 2) = 1/2
    assert log_ratio_proximity([[0.8, 0.2]], [[0.5, 0.5]])[0, 0] == pytest.approx(0.5, abs=1e-12)
    assert np.isnan(log_ratio_proximity([[0.0, 0.0]], [[0.5, 0.5]])[0, 0])


def test_log_ratio_replaces_zero_as_asked() -> None:
    few, more = (log_ratio_proximity([[1, 0]], [[0.5, 0.5]], replacement=r)[0, 0] for r in (0.001, 0.1))
    assert few < more


def test_spillover_pool_by_hand() -> None:
    assert spillover_pool([[1, 0.5], [0.5, 1]], [3, 10])[0] == 5
    gaps = spillover_pool([[1, 0.5, np.nan], [0.5, 1, np.nan], [np.nan, np.nan, 1]], [3, 10, 7])
    assert gaps[0] == 5
    assert np.isnan(gaps[2])


def test_cross_citation_by_hand() -> None:
    found = cross_citation([[0, 10, 90], [5, 0, 45]])
    assert found[0, 1] == pytest.approx(0.2)
    assert found[1, 0] == found[0, 1]
    assert np.isnan(cross_citation([[0, 0], [5, 0]])[0, 1])


def test_learning_is_highest_at_the_optimum() -> None:
    curve = LearningCurve()
    assert curve.optimum == 0.5
    assert curve.learning([0, 0.5, 1]).tolist() == [0, 1, 0]
    assert LearningCurve(fade=0.5).optimum == 1  # own research moves the optimum out, at most to 1
    steps = np.linspace(0, 1, 101)
    assert steps[curve.learning(steps).argmax()] == pytest.approx(curve.optimum)
    assert cognitive_distance([0.25, np.nan])[0] == 0.75


def test_complementarity_by_hand() -> None:
    full = [[1, 1], [1, 1]]
    assert complementarity(full, full)[0, 1] == 0  # identical full firms
    assert complementarity([[0, 1], [1, 0]], [[1, 0], [0, 1]])[0, 1] == 1  # disjoint, full need
    # i needs both, has .5 and 0; j has 1 and .4: (1·.5 + .4·1)/2 = .45
    assert one_way_complementarity([[1, 1]], [[0.5, 0]], [[1, 0.4]])[0, 0] == pytest.approx(0.45)


def test_complementarity_leaves_out_what_is_not_known() -> None:
    # only the first capability is known of both: 1·1·(1−.5)/1
    assert one_way_complementarity([[1, 1]], [[0.5, np.nan]], [[1, 1]])[0, 0] == 0.5
    assert np.isnan(one_way_complementarity([[1, 1]], [[0.5, np.nan]], [[np.nan, 1]])[0, 0])


def test_fit_and_rivalry() -> None:
    assert fit(0.8, 0.4, 1.0, alpha=0.25, gamma=0.1) == pytest.approx(0.4)
    assert rivalry(["a", "a", None]).tolist()[0][:2] == [0, 1]
    assert np.isnan(rivalry(["a", "a", None])[0, 2])
    assert rivalry(["a", "a"], [[0.7, 0.3], [0.2, 0.8]])[0, 1] == pytest.approx(0.5)


@pytest.mark.parametrize("call", [
    lambda: technological_proximity([[-1, 2]]),
    lambda: technological_proximity([[1, 2]], [[1, 2, 3]]),
    lambda: log_ratio_proximity([[1, 2]], replacement=0),
    lambda: spillover_pool([[1, 2]], [1]),
    lambda: cross_citation([[1], [2]]),
    lambda: LearningCurve(novelty=0),
    lambda: one_way_complementarity([[1, 1]], [[2, 0]]),
    lambda: one_way_complementarity([[-1, 1]], [[1, 0]]),
    lambda: one_way_complementarity([[1]], [[1, 0]]),
    lambda: fit(1, 1, alpha=2),
])
def test_wrong_input_is_said(call) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(UsageError):
        call()

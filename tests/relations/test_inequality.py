from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from relation_studies import make

from interfirm.errors import UnknownName, UsageError
from interfirm.relations import disparities, gini, theil

AMOUNTS = st.lists(st.floats(0.01, 1000), min_size=2, max_size=20)


def test_gini_of_the_dictionary():
    assert gini([1, 2, 3, 4]) == pytest.approx(0.25, abs=1e-12)
    assert gini([0, 0, 0, 1]) == pytest.approx(0.75, abs=1e-12)


def test_theil_of_the_dictionary():
    """Values computed in the concept dictionary, section 3.2, to five digits."""
    found = theil([1, 2, 3, 4], ["a", "a", "b", "b"])
    assert found.total == pytest.approx(0.10644, abs=5e-6)
    assert found.between == pytest.approx(0.08228, abs=5e-6)
    assert found.within == pytest.approx(0.02416, abs=5e-6)
    assert theil([0, 0, 0, 1]).total == pytest.approx(np.log(4), abs=1e-12)


@given(AMOUNTS, st.randoms(use_true_random=False))
def test_the_parts_sum_and_order_and_unit_do_not_matter(values, luck):
    groups = [luck.choice("abc") for _ in values]
    found = theil(values, groups)
    assert found.between + found.within == pytest.approx(found.total, abs=1e-9)
    order = list(range(len(values)))
    luck.shuffle(order)
    again = theil([values[i] * 7 for i in order], [groups[i] for i in order])
    assert again.between == pytest.approx(found.between, abs=1e-9)
    assert 0 <= gini(values) <= 1 - 1 / len(values) + 1e-12


@given(AMOUNTS)
def test_gini_is_half_the_relative_mean_difference(values):
    x = np.array(values)
    assert gini(values) == pytest.approx(np.abs(x[:, None] - x).mean() / (2 * x.mean()), abs=1e-9)


def test_ill_defined():
    assert np.isnan(gini([]))
    assert np.isnan(gini([0, 0]))
    assert np.isnan(theil([np.nan]).total)
    assert gini([1, np.nan, 1]) == 0
    with pytest.raises(UsageError, match="0 or more"):
        gini([1, -1])
    with pytest.raises(UsageError, match="2 values and 1 groups"):
        theil([1, 2], ["a"])


def test_disparities_of_a_star_and_of_a_ring():
    star = make({"coordination": [(0, j) for j in range(1, 5)], "advice": [(0, j) for j in range(1, 5)]}, 5,
                seen={"employees": [100, 10, 10, 10, 10]})
    found = disparities(star)
    table = found.table().set_index("of")
    assert found.nodal == ("f0",)
    assert found.reaching == 1.0
    assert table.loc["decision power", "gini"] == pytest.approx(0.8)
    assert table.loc["size", "share_between"] == pytest.approx(1.0)
    assert table.loc["size", "ratio"] == pytest.approx(10)
    ring = make({"coordination": [(0, 1, 0)], "advice": [(j, (j + 1) % 5) for j in range(5)]}, 5,
                seen={"employees": [10] * 5})
    even = disparities(ring).table().set_index("of")
    assert even.loc["access to knowledge", "gini"] == pytest.approx(0, abs=1e-12)
    assert table.loc["access to knowledge", "gini"] == pytest.approx(2 * 11.25 / 17.5 - 1.2)
    assert even.loc["size", "gini"] == 0
    assert np.isnan(even.loc["budget", "gini"])


def test_given_nodal_firms_must_exist():
    study = make({"coordination": [(0, 1)]}, 3)
    assert disparities(study, nodal=["f0"]).nodal_source == "given"
    with pytest.raises(UnknownName):
        disparities(study, nodal=["nobody"])

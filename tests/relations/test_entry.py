from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interfirm.errors import UsageError
from interfirm.relations import best_scope, entry_value, stays


@pytest.mark.parametrize(("gain", "success", "value"), [(6, 0.8, -3.1708), (6, 1.0, -0.244), (7, 1.0, 2.195)])
def test_the_worked_cases(gain, success, value):
    """By hand: sum of 0.9^t over three periods is 2.439; the concept dictionary, section 3.4."""
    found = entry_value(given_up=10, gain=gain, cost=2, success=success, discount=0.9, periods=3)
    assert found.value == pytest.approx(value, abs=1e-9)
    assert found.enter is (value >= 0)


def test_the_period_values_add_up():
    found = entry_value(given_up=10, gain=6, cost=2, success=0.8, discount=0.9, periods=3)
    assert found.flows == pytest.approx((2.8, 2.8, 2.8))
    assert sum(found.discounted) == pytest.approx(6.8292)
    assert found.table()["value_so_far"].iloc[-1] == pytest.approx(found.value)


def test_what_would_be_needed_gives_zero():
    found = entry_value(given_up=10, gain=6, cost=2, success=0.8, discount=0.9, periods=3)
    again = entry_value(given_up=10, gain=found.needed_gain, cost=2, success=0.8, discount=0.9, periods=3)
    assert again.value == pytest.approx(0, abs=1e-12)
    assert found.needed_success is None
    rich = entry_value(given_up=10, gain=8, cost=2, success=0.5, discount=0.9, periods=3)
    assert entry_value(given_up=10, gain=8, cost=2, success=rich.needed_success, discount=0.9,
                       periods=3).value == pytest.approx(0, abs=1e-12)


def test_series_and_text():
    found = entry_value(given_up=1, gain=[1, 2], cost=[0, 1], discount=0.5)
    assert found.value == pytest.approx(-1 + 0.5 * 1 + 0.25 * 1)
    assert str(found).startswith("Do not enter: the value is -0.25 over 2 periods.")


@given(st.floats(0, 100), st.floats(0, 10), st.floats(0, 10), st.floats(0, 1), st.floats(0.1, 1), st.integers(1, 8))
def test_more_gain_is_never_worse(given_up, gain, cost, success, discount, periods):
    base = {"given_up": given_up, "cost": cost, "success": success, "discount": discount, "periods": periods}
    assert entry_value(gain=gain + 1, **base).value >= entry_value(gain=gain, **base).value


def test_scope_goes_on_while_the_step_pays():
    assert best_scope([9, 6, 4, 1], [2, 3, 4, 5]) == 3
    assert best_scope([1], [2]) == 0
    assert best_scope([3, 3], [1, 1]) == 2


def test_without_relation_convention_and_exit_cost_staying_is_the_rule_of_entry():
    for gain, cost, alternative in [(5, 3, 1), (5, 3, 2), (5, 3, 3)]:
        assert stays(gain=gain, cost=cost, alternative=alternative).stays is (gain - cost >= alternative)


def test_staying_despite_a_loss():
    found = stays(gain=2, cost=3, relational=1.5, future=1, discount=0.5, alternative=1, exit_cost=0.2)
    assert found.staying == pytest.approx(1.0)
    assert found.leaving == pytest.approx(0.8)
    assert found.stays and found.despite_loss
    assert not stays(gain=3, cost=2).despite_loss


@pytest.mark.parametrize("wrong", [{"success": 1.2}, {"discount": 0}, {"discount": 1.1}, {"given_up": -1},
                                   {"gain": float("nan")}, {"periods": 0}, {"gain": [1, 2, 3]}])
def test_numbers_out_of_range_are_refused(wrong):
    with pytest.raises(UsageError):
        entry_value(**({"given_up": 1, "gain": 1, "cost": 0, "periods": 2} | wrong))


def test_steps_must_match():
    with pytest.raises(UsageError, match="1 gains and 2 costs"):
        best_scope([1], np.array([1, 2]))

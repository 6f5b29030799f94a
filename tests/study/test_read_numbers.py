"""Decimal points, decimal commas and thousands: what a cell is worth under each mark."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from interfirm.study.read import numbers

NAN = math.nan
CELLS = ["54,2754", "-3,1", "1.234", "1.234,5", "1,234,567", "", "word", "12"]


@pytest.mark.parametrize(("decimal", "expected"), [
    (".", [NAN, NAN, 1.234, NAN, 1234567, NAN, NAN, 12]),
    (",", [54.2754, -3.1, 1234, 1234.5, 1234567, NAN, NAN, 12]),
    ("mixed", [54.2754, -3.1, 1.234, 1234.5, 1234567, NAN, NAN, 12]),
])
def test_parse(decimal: str, expected: list[float]) -> None:
    assert numbers.parse(pd.Series(CELLS, dtype="str"), decimal).tolist() == pytest.approx(expected, nan_ok=True)


def test_tidy_writes_a_decimal_point() -> None:
    cells = pd.Series(["54,2754", "-3,1", "", "7"], dtype="str")
    assert numbers.tidy(cells, ",").tolist() == ["54.2754", "-3.1", "", "7"]

"""The examples in the docstrings run."""

from __future__ import annotations

import doctest
from importlib import import_module

import pytest


@pytest.mark.parametrize("room", ["brokerage", "broker_roles", "triads", "hierarchy", "reaching"])
def test_examples_run(room):
    result = doctest.testmod(import_module(f"interfirm.network.{room}"))
    assert result.attempted > 0
    assert result.failed == 0

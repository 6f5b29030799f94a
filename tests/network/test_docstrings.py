"""The examples in the docstrings run."""

from __future__ import annotations

import doctest
from importlib import import_module

import pytest

ROOMS = ["brokerage", "broker_roles", "triads", "hierarchy", "reaching", "cohesion", "paths", "cut", "two_mode",
         "centrality", "power", "core_periphery", "communities", "groups", "turnover", "qap", "null", "response"]


@pytest.mark.parametrize("room", ROOMS)
def test_examples_run(room):
    result = doctest.testmod(import_module(f"interfirm.network.{room}"))
    assert result.attempted > 0
    assert result.failed == 0

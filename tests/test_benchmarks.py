"""The benchmarks run on small networks, agree with the peers there, and mark what misses its target."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(ROOT)
    return import_module("benchmarks.run")


@pytest.mark.parametrize(("topic", "function"), [("holes", "_networkx"), ("triads", "_networkx")])
def test_small_networks_agree(bench, topic, function):
    networks = import_module("benchmarks.networks")
    row = getattr(import_module(f"benchmarks.{topic}"), function)(networks.heavy(60, 3, directed=topic == "triads"))
    assert row.agreement <= 1e-9
    assert not row.missed


def test_a_missed_target_is_marked(bench):
    slow = bench.Row("a", "b", ours=1.0, peer="c", theirs=2.0, faster=5)
    assert slow.missed
    assert "MISSED" in slow.line()
    assert "2.0×" in slow.line()
    assert bench.Row("a", "b", ours=3.0, within=2).missed
    assert bench.Row("a", "b", ours=1.0, note="too few found", short=True).missed
    assert bench.Row("a", "b", ours=1.0, agreement=float("nan")).missed
    assert not bench.Row("a", "b", ours=1.0, theirs=9.0, agreement=0.0, faster=5, within=2).missed


def test_every_topic_has_rows_and_an_unknown_one_is_named(bench, capsys):
    for topic in bench.TOPICS:
        assert callable(import_module(f"benchmarks.{topic}").rows)
    assert bench.main(["cooking"]) == 2
    assert "Known: " in capsys.readouterr().out

"""The search is compiled in a second process, and nothing is left for the first to compile."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from interfirm.structure import classify_network, ready

SRC = Path(ready.__file__).resolve().parents[2]
MEANWHILE = """
from interfirm.kernels import fit_search
from interfirm.structure import classify_network, generate, ready
made = generate("nodal circuit", 8, seed=1)
assert not ready.compiled()
with ready.compiling():
    assert ready._running
    found = classify_network(made.exchange, made.coordination, seed=1, draws=3, stability_draws=2)
assert not ready._running and ready.compiled()
for name in ready._PARTS:
    stats = getattr(fit_search, name).stats
    assert stats.cache_hits and not stats.cache_misses, (name, stats)
print(found.probability)
"""


@pytest.mark.slow
def test_the_second_process_compiles_all_that_a_classification_needs(tmp_path: Path) -> None:
    env = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path), "PYTHONPATH": str(SRC)}
    done = subprocess.run([sys.executable, "-W", "error", "-c", MEANWHILE], env=env, capture_output=True, text=True,
                          check=False)
    assert done.returncode == 0, done.stderr
    from interfirm.structure import generate

    made = generate("nodal circuit", 8, seed=1)
    found = classify_network(made.exchange, made.coordination, seed=1, draws=3, stability_draws=2)
    assert done.stdout.strip() == str(found.probability)


def test_a_process_that_cannot_start_or_fails_leaves_the_compiling_to_us(monkeypatch: pytest.MonkeyPatch) -> None:
    exchange = np.ones((6, 6), np.int8) - np.eye(6, dtype=np.int8)
    alone = classify_network(exchange, seed=1, draws=3, stability_draws=0).probability
    monkeypatch.setattr(ready, "compiled", lambda: False)
    for program in ("/there/is/no/such/python", "/bin/false"):
        monkeypatch.setattr(sys, "executable", program)
        with ready.compiling():
            assert classify_network(exchange, seed=1, draws=3, stability_draws=0).probability == alone
        assert not ready._running


def test_nothing_is_started_where_the_search_is_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ready, "compiled", lambda: True)
    monkeypatch.setattr(subprocess, "Popen", None)
    with ready.compiling():
        assert not ready._running

"""Compiled code goes when any source is newer, and stays otherwise."""

from __future__ import annotations

import os

import pytest

from interfirm.kernels.freshness import drop_stale


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "__pycache__").mkdir()
    for name, when in (("caller.py", 100), ("callee.py", 100), ("__pycache__/caller.f-1.py311.nbi", 200),
                       ("__pycache__/caller.f-1.py311.1.nbc", 210), ("__pycache__/caller.cpython-311.pyc", 50)):
        (tmp_path / name).write_bytes(b"")
        os.utime(tmp_path / name, (when, when))
    return tmp_path


def test_fresh_code_stays(folder):
    assert drop_stale(folder) == 0
    assert len([*(folder / "__pycache__").iterdir()]) == 3


def test_a_newer_callee_drops_its_callers_code(folder):
    os.utime(folder / "callee.py", (205, 205))
    assert drop_stale(folder) == 2
    assert [path.suffix for path in (folder / "__pycache__").iterdir()] == [".pyc"]
    assert drop_stale(folder) == 0


def test_nothing_kept_is_nothing_dropped(tmp_path):
    assert drop_stale(tmp_path) == 0

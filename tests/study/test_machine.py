"""What the machine has left: the cache of files counts as available; where nothing is said, nothing is known."""

from __future__ import annotations

from interfirm.study.read.machine import available_memory


def test_available_is_not_free(tmp_path):
    told = tmp_path / "meminfo"
    told.write_text("MemTotal:       24684244 kB\nMemFree:          102400 kB\nMemAvailable:    8192000 kB\n")
    assert available_memory(told) == 8_192_000 * 1024


def test_nothing_said_is_nothing_known(tmp_path):
    assert available_memory(tmp_path / "absent") is None
    (tmp_path / "old").write_text("MemTotal: 1 kB\nMemFree: 1 kB\n")
    assert available_memory(tmp_path / "old") is None

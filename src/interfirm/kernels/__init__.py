"""Compiled kernels: arrays in, arrays out. They import numpy and numba only."""

from __future__ import annotations

from pathlib import Path

from interfirm.kernels.freshness import drop_stale

drop_stale(Path(__file__).parent)

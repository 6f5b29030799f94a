"""What every test can use."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def data_dir() -> Callable[[str], Path]:
    """``data_dir("kecskemet")`` is the folder of a real data set; the test is skipped where it is absent."""
    base = Path(os.environ.get("INTERFIRM_DATA", ROOT.parent / "shared" / "data"))

    def find(name: str) -> Path:
        path = base / name
        if not path.exists():
            pytest.skip(f"real data '{name}' is not here (set INTERFIRM_DATA to the folder that holds it)")
        return path

    return find

"""What every test can use."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from interfirm.study import example as home
from interfirm.study.study import Study

ROOT = Path(__file__).resolve().parents[1]


def kept(draw: Callable[..., Study]) -> Callable[..., Study]:
    """The example drawn once per seed and size: each caller gets tables of its own, which copy on write."""
    drawn: dict[Any, Study] = {}

    @functools.wraps(draw)
    def example(*args: Any, **options: Any) -> Study:
        key = (args, *sorted(options.items()))
        if key not in drawn:
            drawn[key] = draw(*args, **options)
        return Study(**{name: table.copy(deep=False) for name, table in drawn[key].tables().items()})

    example.drawn = drawn  # type: ignore[attr-defined]
    return example


home.example = kept(home.example)


@pytest.fixture(autouse=True)
def example_anew(request: pytest.FixtureRequest) -> None:
    """Tests of the example itself draw it anew, every time."""
    if "tests/study/test_example" in request.node.nodeid:
        request.getfixturevalue("monkeypatch").setattr(request.module, "example", home.example.__wrapped__)


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

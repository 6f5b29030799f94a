"""The public face: what can be imported, how quickly, and what a call costs."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

import interfirm


def test_every_public_name_exists() -> None:
    for name in interfirm.__all__:
        assert getattr(interfirm, name) is not None


def test_unknown_attribute_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        interfirm.nothing  # noqa: B018


@pytest.mark.parametrize("statement", ["import interfirm", "import interfirm.cli",
                                       "from interfirm.cli import run; run(['--help'])"])
def test_help_does_not_load_the_heavy_libraries(statement: str) -> None:
    code = f"{statement}\nimport sys\nprint([m for m in ('pandas', 'numpy', 'numba', 'igraph') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().splitlines()[-1] == "[]"


def test_every_test_file_has_a_name_of_its_own() -> None:
    names = Counter(path.name for path in Path(__file__).parent.rglob("test_*.py"))
    assert [name for name, times in names.items() if times > 1] == [], "two files of one name cannot be collected"

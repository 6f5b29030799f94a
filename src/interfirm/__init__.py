"""Small-firm clusters and the cooperation between firms.

The public face. Everything is imported on first use, so that ``import interfirm`` is quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from interfirm._version import __version__
from interfirm.errors import DataError, Finding, Findings, InterfirmError, UnknownName, UsageError

if TYPE_CHECKING:
    from interfirm.study.study import Study

_LAZY = {
    "Study": "interfirm.study.study",
}
_CHAPTERS = ("network",)

__all__ = [
    "DataError",
    "Finding",
    "Findings",
    "InterfirmError",
    "Study",
    "UnknownName",
    "UsageError",
    "__version__",
]


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    if name in _CHAPTERS:
        return import_module(f"interfirm.{name}")
    raise AttributeError(f"module 'interfirm' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted({*__all__, *_LAZY, *_CHAPTERS})

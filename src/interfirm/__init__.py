"""Small-firm clusters and the cooperation between firms.

The public face. Everything is imported on first use, so that ``import interfirm`` is quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from interfirm._version import __version__
from interfirm.errors import DataError, Finding, Findings, InterfirmError, UnknownName, UsageError

if TYPE_CHECKING:
    from interfirm.study.example import example
    from interfirm.study.read.importing import import_files
    from interfirm.study.read.tables import read_study
    from interfirm.study.study import Study
    from interfirm.study.write.folder import write_study

_LAZY = {
    "Study": ("interfirm.study.study", "Study"),
    "example": ("interfirm.study.example", "example"),
    "import_files": ("interfirm.study.read.importing", "import_files"),
    "read_study": ("interfirm.study.read.tables", "read_study"),
    "write_study": ("interfirm.study.write.folder", "write_study"),
}
_CHAPTERS = ("network", "structure", "relations", "capability", "partners", "knowledge", "cluster", "performance",
             "dynamics", "simulation")

__all__ = [
    "DataError",
    "Finding",
    "Findings",
    "InterfirmError",
    "Study",
    "UnknownName",
    "UsageError",
    "__version__",
    "example",
    "import_files",
    "read_study",
    "write_study",
]


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        module, attribute = _LAZY[name]
        return getattr(import_module(module), attribute)
    if name in _CHAPTERS:
        return import_module(f"interfirm.{name}")
    raise AttributeError(f"module 'interfirm' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted({*__all__, *_LAZY, *_CHAPTERS})

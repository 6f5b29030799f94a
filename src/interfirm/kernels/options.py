"""Options of compiled kernels that more than one of them share."""

from __future__ import annotations

from typing import Any

from numba.core.options import DefaultOptions

# A kernel that makes no array need not count who holds which: several times as fast, and less to compile. The compiler
# refuses the option for a kernel that does make one. Where a version lacks it, results are the same.
UNCOUNTED: dict[str, Any] = {"_nrt": False} if hasattr(DefaultOptions, "_nrt") else {}

OUTER: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy"}

# Kernels that only other kernels call have no code for calls from Python, which takes long to make.
ALLOCATING: dict[str, Any] = {**OUTER, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
INNER: dict[str, Any] = {**ALLOCATING, **UNCOUNTED}

"""Compile the search for a structure in a second process while the first one reads and computes other things.

The compiled code is kept on disk. Only the first call after an installation, or after a change of the kernels, has
to compile; the search takes longest of all.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import numpy as np

import interfirm

_PARTS: Final = ("prepare", "rewire", "best_positions", "best_tree", "best_hubs")
_MOST_SECONDS: Final = 120.0
_running: list[subprocess.Popen[bytes]] = []


def compiled() -> bool:
    """Whether the compiled search is on disk already; also true where it cannot be kept."""
    from interfirm.kernels import fit_search

    kept = getattr(getattr(fit_search.best_hubs, "stats", None), "cache_path", None)
    return kept is None or all(any(Path(kept).glob(f"fit_search.{part}-*.nbc")) for part in _PARTS)


@contextmanager
def compiling() -> Iterator[None]:
    """Compile the search in a second process meanwhile, if it is not compiled yet.

    Who searches waits for that process (:func:`wait`). If it cannot start or fails, the search is compiled where it
    is needed, as ever: the result is the same.
    """
    if compiled() or _running or not sys.executable:
        yield
        return
    path = os.pathsep.join(filter(None, [str(Path(interfirm.__file__).parents[1]), os.environ.get("PYTHONPATH")]))
    try:
        child = subprocess.Popen([sys.executable, "-m", __name__], env=os.environ | {"PYTHONPATH": path},
                                 stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except OSError:
        yield
        return
    _running.append(child)
    try:
        yield
    finally:
        _running.clear()
        child.kill()
        child.wait()


def wait() -> None:
    """Wait until the second process, if there is one, has compiled the search."""
    while _running:
        try:
            _running[-1].wait(_MOST_SECONDS)
        except subprocess.TimeoutExpired:
            return
        _running.pop()


def search_once() -> None:
    """Search a tiny network, as the library does: what is not compiled yet is compiled and kept."""
    from interfirm.structure.search import arrange, arrange_random

    exchange = np.ones((6, 6), np.int8) - np.eye(6, dtype=np.int8)
    coordination = np.triu(exchange)
    arrange(exchange, coordination, True, restarts=1, near=True, seed=1)
    arrange_random(exchange, coordination, True, null="degree", draws=1, restarts=1, near=False,
                   seed=np.random.SeedSequence(1), workers=1)


if __name__ == "__main__":
    search_once()

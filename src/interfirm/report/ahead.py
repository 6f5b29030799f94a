"""Draw the figures in a second process while the chapters are computed.

Drawing takes about a third of the time of a report, and does not let other threads of its process work.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any

from interfirm.report.figures import figure


class Pencil:
    """Draws figures, ahead of time if told of them early.

    Parameters
    ----------
    pool
        Where to draw ahead; None draws when asked.
    """

    def __init__(self, pool: Executor | None = None) -> None:
        self._pool = pool
        self._begun: dict[str, Future[dict[str, Any]]] = {}

    def begin(self, chapter: Mapping[str, Any]) -> None:
        """Begin to draw the figures of a chapter, given as plain values."""
        for block in chapter["blocks"]:
            if self._pool is None or block["type"] != "figure":
                continue
            try:
                self._begun[_key(block)] = self._pool.submit(figure, block)
            except (BrokenProcessPool, RuntimeError):
                self._pool = None

    def figure(self, block: Mapping[str, Any]) -> dict[str, Any]:
        """As :func:`interfirm.report.figures.figure`; drawn here if it was not begun, or if that failed."""
        begun = self._begun.get(_key(block)) if self._begun else None
        if begun is not None:
            try:
                return begun.result()
            except BrokenProcessPool:
                self._begun.clear()
        return figure(block)


@contextmanager
def ahead(wanted: bool) -> Iterator[Pencil]:
    """A :class:`Pencil` with a process of its own, if wanted and if there is more than one processor."""
    if not wanted or (os.cpu_count() or 1) < 2:
        yield Pencil()
        return
    pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"))
    try:
        yield Pencil(pool)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _key(block: Mapping[str, Any]) -> str:
    return json.dumps(block, sort_keys=True)

"""Results of long runs on disk: one part by replication, written in one step, so that a crash loses no whole part."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from interfirm.errors import UsageError
from interfirm.study.write.atomic import write_text

if TYPE_CHECKING:
    import pandas as pd

PARTS = "parts"
MANIFEST = "experiment.json"
_LOCK = ".lock"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Nobody else writes to this folder meanwhile; the lock goes with the process, however it ends.

    Raises
    ------
    UsageError
        If another process holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder / _LOCK, os.O_CREAT | os.O_RDWR, 0o644)
    try:
        _take(handle, folder)
        yield
    finally:
        os.close(handle)


def _take(handle: int, folder: Path) -> None:
    try:
        import fcntl
    except ImportError:  # Windows: two runs in one folder are not told apart
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as problem:
        raise UsageError(f"Another run writes to '{folder}'. Wait for it, or give another folder.") from problem


def write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write what the results belong to."""
    write_text(folder / MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True) + "\n")


def write_record(folder: Path, name: str, record: Mapping[str, Any]) -> None:
    """Write plain values that belong to the results, such as an analysis made of them."""
    with _said(folder):
        write_text(folder / f"{name}.json", json.dumps(record, ensure_ascii=False, indent=1, sort_keys=True) + "\n")


def write_part(folder: Path, name: str, tables: Mapping[str, pd.DataFrame]) -> None:
    """Write the tables of one part as Parquet; the part counts when all of them are there.

    Raises
    ------
    UsageError
        If the disk is full or cannot be written to; the parts written before are whole.
    """
    parts = folder / PARTS
    with _said(folder):
        parts.mkdir(parents=True, exist_ok=True)
        fresh = parts / f".{name}.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir()
        try:
            for table, frame in tables.items():
                _parquet(frame, fresh / f"{table}.parquet")
            fresh.rename(parts / name)
        except BaseException:
            shutil.rmtree(fresh, ignore_errors=True)
            raise


def sweep(folder: Path) -> None:
    """Remove what an interrupted write has left."""
    for left in (folder / PARTS).glob(".*.new"):
        shutil.rmtree(left, ignore_errors=True)


def combine(folder: Path, names: Sequence[str], tables: Sequence[str]) -> None:
    """Write each table of all parts that have it as one file, in the order of ``names``."""
    import duckdb

    from interfirm.study.write.atomic import replaced_file

    with _said(folder):
        for table in tables:
            places = [folder / PARTS / name / f"{table}.parquet" for name in names]
            files = [str(place) for place in places if place.exists()]
            if not files:
                continue
            with replaced_file(folder / f"{table}.parquet") as temporary, duckdb.connect() as link:
                link.execute("SET threads = 1")
                listed = ", ".join(_quoted(file) for file in files)
                link.execute(f"COPY (SELECT * FROM read_parquet([{listed}])) TO {_quoted(str(temporary))} "
                             "(FORMAT parquet)")


def room(folder: Path) -> int:
    """Free bytes where the folder is or will be."""
    place = folder.resolve()
    while not place.exists():
        place = place.parent
    return shutil.disk_usage(place).free


def _parquet(frame: pd.DataFrame, path: Path) -> None:
    import duckdb

    with duckdb.connect() as link:
        link.execute("SET threads = 1")
        link.register("given", frame)
        link.execute(f"COPY given TO {_quoted(str(path))} (FORMAT parquet)")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@contextmanager
def _said(folder: Path) -> Iterator[None]:
    """Failures of the disk in the user's words, the database's own included."""
    import duckdb

    try:
        yield
    except (OSError, duckdb.IOException) as problem:
        full = getattr(problem, "errno", None) == errno.ENOSPC or "space" in str(problem).lower()
        why = "the disk is full" if full else " ".join(str(problem).split())[:200]
        raise UsageError(f"'{folder}' cannot be written: {why}. What was finished before is kept and whole: make room "
                         "and run the same command again.") from problem

"""Read the results of long runs: what they belong to, which parts are there, and their tables."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from interfirm.errors import UsageError
from interfirm.study.write.results import MANIFEST, PARTS

if TYPE_CHECKING:
    import pandas as pd


def manifest(folder: Path) -> dict[str, Any] | None:
    """What the results in a folder belong to; None if there are none.

    Raises
    ------
    UsageError
        If the folder holds something else, or its manifest is damaged.
    """
    path = folder / MANIFEST
    if not path.exists():
        strangers = [item.name for item in folder.iterdir() if not item.name.startswith(".")] if folder.is_dir() else []
        if strangers:
            raise UsageError(f"'{folder}' is not empty and holds no results of a simulation ({strangers[0]}, …). "
                             "Give another folder.")
        return None
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as problem:
        raise UsageError(f"'{path}' is damaged: {problem}. Give another folder.") from problem
    if not isinstance(found, dict):
        raise UsageError(f"'{path}' is damaged: expected an object. Give another folder.")
    return found


def parts(folder: Path) -> list[str]:
    """Names of the parts that are whole, in order."""
    place = folder / PARTS
    return sorted(item.name for item in place.iterdir() if not item.name.startswith(".")) if place.is_dir() else []


def table(folder: Path, name: str) -> pd.DataFrame:
    """One combined table of a folder of results.

    Raises
    ------
    UsageError
        If it is not there.
    """
    import duckdb

    path = folder / f"{name}.parquet"
    if not path.exists():
        raise UsageError(f"'{folder}' holds no finished results ({path.name} is missing). "
                         "Run 'interfirm simulate' until it says that it has finished.")
    with duckdb.connect() as link:
        return link.execute("SELECT * FROM read_parquet(?)", [str(path)]).df()


def has(folder: Path, name: str) -> bool:
    """Whether a folder of results holds this combined table."""
    return (folder / f"{name}.parquet").exists()


def record(folder: Path, name: str) -> dict[str, Any] | None:
    """Plain values that were kept with the results; None if there are none or they are damaged."""
    try:
        found = json.loads((folder / f"{name}.json").read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def part(folder: Path, which: str, name: str) -> pd.DataFrame:
    """One table of one part."""
    import duckdb

    with duckdb.connect() as link:
        return link.execute("SELECT * FROM read_parquet(?)", [str(folder / PARTS / which / f"{name}.parquet")]).df()


def tie_counts(folder: Path, policy: str) -> list[tuple[str, str, int]]:
    """Pairs of firms and in how many replications they work together at the end, under one policy."""
    import duckdb

    path = folder / "ties.parquet"
    if not path.exists():
        return []
    with duckdb.connect() as link:
        rows = link.execute("SELECT first, second, count(*) FROM read_parquet(?) WHERE policy = ? AND exchange = 1 "
                            "GROUP BY ALL ORDER BY ALL", [str(path), policy]).fetchall()
    return [(str(one), str(two), int(number)) for one, two, number in rows]

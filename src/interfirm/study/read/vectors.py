"""Vectors of organisations from a language model of the user's own, read from a folder or a table."""

from __future__ import annotations

import io
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Final

from interfirm.errors import DataError, Finding, Findings, UsageError
from interfirm.study.read.files import load
from interfirm.study.read.raw import from_csv

if TYPE_CHECKING:
    import pandas as pd

_FILE, _NAMES = "vectors.npy", "actors.csv"
_TABLE: Final = "vectors.csv"
_SHOWN: Final = 8


def read_vectors(path: str | Path, actors: Collection[str]) -> tuple[pd.DataFrame, Findings]:
    """One vector per actor.

    Parameters
    ----------
    path
        A folder with ``vectors.npy`` (rows of numbers) and ``actors.csv`` (column ``actor``, in the same order); or a
        folder with ``vectors.csv``, or that file: column ``actor`` and one column per number.
    actors
        The actors of the study.

    Returns
    -------
    tuple
        The vectors (index ``actor``), and what is odd: vectors of strangers, actors without one.

    Raises
    ------
    UsageError
        If there is nothing of the kind.
    DataError
        If rows and actors differ in number, an actor is there twice, or a number is missing or infinite.
    """
    place = Path(path)
    if place.is_dir() and (place / _FILE).exists() and (place / _NAMES).exists():
        frame = _from_array(place)
    elif place.is_dir() and (place / _TABLE).exists():
        frame = _from_table(place / _TABLE)
    elif place.is_file() and place.suffix.lower() == ".csv":
        frame = _from_table(place)
    else:
        raise UsageError(f"'{path}' holds no vectors: expected a folder with {_FILE} and {_NAMES}, or with {_TABLE}.")
    return _checked(frame, place, actors)


def _from_array(folder: Path) -> pd.DataFrame:
    import numpy as np
    import pandas as pd

    try:
        table = np.load(io.BytesIO((folder / _FILE).read_bytes()), allow_pickle=False)
    except (ValueError, EOFError, OSError) as problem:
        raise DataError(Finding("error", "it is no array of numbers", "not-an-array", file=_FILE,
                                expected="what numpy.save writes, without objects",
                                remedy="Save it again with numpy.save")) from problem
    names = _names(from_csv(load(folder / _NAMES)[0]).frame())
    if table.ndim != 2 or len(table) != len(names) or table.dtype.kind not in "fiu":
        shape = f"it has the shape {table.shape} ({table.dtype}), and {_NAMES} {len(names)} rows"
        raise DataError(Finding("error", shape, "wrong-shape", file=_FILE, expected="one row of numbers per actor"))
    return pd.DataFrame(table.astype("float64"), index=pd.Index(names, name="actor"))


def _from_table(path: Path) -> pd.DataFrame:
    import pandas as pd

    raw = from_csv(load(path)[0]).frame()
    names = _names(raw)
    numbers = raw.drop(columns="actor").apply(pd.to_numeric, errors="coerce")
    if not numbers.shape[1]:
        raise DataError(Finding("error", "it has no numbers", "wrong-shape", file=path.name,
                                expected="one column per number beside 'actor'"))
    return pd.DataFrame(numbers.to_numpy(dtype="float64"), index=pd.Index(names, name="actor"))


def _names(frame: pd.DataFrame) -> list[str]:
    if "actor" not in frame.columns:
        raise DataError(Finding("error", "the column 'actor' is missing", "missing-column", file=_NAMES,
                                expected="actor", remedy="Name the column with the identifiers 'actor'"))
    return [str(name).strip() for name in frame["actor"]]


def _checked(frame: pd.DataFrame, place: Path, actors: Collection[str]) -> tuple[pd.DataFrame, Findings]:
    import numpy as np

    findings = Findings()
    for name in frame.index[frame.index.duplicated()].unique():
        findings.add("error", f"actor '{name}' has two vectors", "duplicate-key", file=place.name,
                     remedy="Keep one of them")
    for name in frame.index[~np.isfinite(frame.to_numpy()).all(axis=1)][:_SHOWN]:
        findings.add("error", f"the vector of '{name}' has a gap", "not-a-number", file=place.name,
                     expected="finite numbers", remedy="Fill it, or leave the actor out")
    findings.raise_if_failed()
    known = set(actors)
    strangers = [str(name) for name in frame.index if name not in known]
    if len(strangers) == len(frame):
        findings.add("error", "none of its actors is in the study", "unknown-actor", file=place.name,
                     expected=f"identifiers such as {next(iter(actors), 'F01')}")
        findings.raise_if_failed()
    for what, names in (("vectors are of organisations that the study does not have", strangers),
                        ("actors have no vector; their likeness is not known",
                         [name for name in actors if name not in set(frame.index)])):
        if names:
            shown = ", ".join(names[:_SHOWN]) + (" …" if len(names) > _SHOWN else "")
            findings.add("warning", f"{len(names)} {what} ({shown})", "unmatched-vectors", file=place.name)
    return frame, findings

"""Parquet, Stata (.dta) and SPSS (.sav) tables as grids of text cells."""

from __future__ import annotations

import math
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from interfirm.errors import DataError, Finding
from interfirm.study.read import numbers, words
from interfirm.study.read.delimited import too_wide
from interfirm.study.read.files import Blob
from interfirm.study.read.grid import Grid
from interfirm.study.read.limits import whole

if TYPE_CHECKING:
    import pandas as pd

SUFFIXES = {".parquet", ".pq", ".dta", ".sav", ".zsav"}
_BLOCK, _SCALE = 3, 3


class _Table(NamedTuple):
    """A table as the parser gives it, with what was guessed and what the file says about columns and codes."""

    frame: pd.DataFrame
    guesses: list[str]
    labels: Mapping[str, str]
    codes: Mapping[str, Mapping[str, str]]


def read(blob: Blob) -> Grid:
    """The cells of a Parquet, Stata or SPSS table.

    Values with a label become the label where every value of the column has one; otherwise they stay
    numbers. Weights, and scales that three or more columns share, stay numbers too: their labels are kept beside
    them. User-missing values are empty cells. Lists are joined by ``|``, times are ISO.

    Raises
    ------
    DataError
        If the file is damaged or not of its type, or has too many columns.
    """
    reader: Callable[[Path], _Table]
    reader = _parquet if blob.suffix in {".parquet", ".pq"} else _stata if blob.suffix == ".dta" else _spss
    with _on_disk(blob) as path:
        try:
            frame, guesses, labels, codes = reader(path)
        except (KeyboardInterrupt, SystemExit, MemoryError):
            raise
        except BaseException as problem:  # the parsers raise errors of their own, some outside Exception
            raise DataError(Finding("error", f"this is not a whole {blob.suffix} file ({_short(problem)})",
                                    "damaged-table", file=blob.name,
                                    remedy="Export it again, or as CSV")) from problem
    if len(frame.columns) > whole("table_columns"):
        raise too_wide(blob.name, None, len(frame.columns))
    columns = [_texts(frame.iloc[:, i]) for i in range(len(frame.columns))]
    rows = [[str(name).strip() for name in frame.columns], *map(list, zip(*columns, strict=True))]
    keep = [i for i, row in enumerate(rows) if any(row)]
    return Grid(blob.name, None, [rows[i] for i in keep], [i + 1 for i in keep], guesses=tuple(guesses), named=True,
                labels=labels, codes=codes)


def _short(problem: BaseException) -> str:
    return " ".join(str(problem).split())[:120] or type(problem).__name__


@contextmanager
def _on_disk(blob: Blob) -> Iterator[Path]:
    """A path for parsers that want one: the file itself, or a copy if it was packed."""
    if blob.path.suffix.lower() == blob.suffix and blob.path.is_file():
        yield blob.path
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"table{blob.suffix}"
        path.write_bytes(blob.data)
        yield path


def _parquet(path: Path) -> _Table:
    import duckdb

    with duckdb.connect(":memory:") as base:
        frame: pd.DataFrame = base.read_parquet(str(path)).df()
    return _Table(frame, [], {}, {})


def _stata(path: Path) -> _Table:
    import pyreadstat

    frame, meta = pyreadstat.read_dta(str(path), apply_value_formats=False, user_missing=False)
    return _labelled(frame, meta)


def _spss(path: Path) -> _Table:
    import pyreadstat

    frame, meta = pyreadstat.read_sav(str(path), apply_value_formats=False, user_missing=False)
    return _labelled(frame, meta)


def _labelled(frame: pd.DataFrame, meta: Any) -> _Table:
    guesses, shown = [], []
    scales = _scales(meta.variable_value_labels)
    for name, labels in meta.variable_value_labels.items():
        values = frame[name]
        used = set(values.dropna().unique())
        if name in scales:
            continue
        if used and used <= set(labels):
            frame[name] = values.map(labels)
            shown.append(str(name))
        elif used and labels:
            guesses.append(f"column '{name}': some values have no label, so all stay as they are")
    if shown:
        guesses.append(f"values are shown by their labels in: {_some(shown)}")
    if scales:
        guesses.append(f"values stay numbers, because they count or are a scale, in: {_some(scales)}")
    missing = getattr(meta, "missing_ranges", None) or getattr(meta, "missing_user_values", None)
    if missing:
        guesses.append(f"user-missing values count as empty in: {', '.join(list(missing)[:20])}")
    said = {str(name).strip(): " ".join(str(label).split()) for name, label in meta.column_names_to_labels.items()
            if label and str(label).strip()}
    codes = {str(name).strip(): {_text(code): " ".join(str(label).split()) for code, label in labels.items()}
             for name, labels in meta.variable_value_labels.items() if labels}
    return _Table(frame, guesses, said, codes)


def _some(names: list[str]) -> str:
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")


def _scales(labels: Mapping[str, Mapping[Any, str]]) -> list[str]:
    """Columns whose numbers count: weights, and blocks of columns that share a scale of three or more steps."""
    steps = {name: tuple(sorted(codes.items())) for name, codes in labels.items()
             if len(codes) >= _SCALE and all(isinstance(code, (int, float)) for code in codes)}
    often = Counter(steps.values())
    return [name for name, codes in steps.items()
            if often[codes] >= _BLOCK or words.plain(str(name)) in words.headers("weight")]


def _texts(values: pd.Series) -> list[str]:
    import pandas as pd

    if isinstance(values.dtype, pd.StringDtype):
        return [cell.strip() for cell in values.fillna("")]
    return [_text(cell) for cell in values]


def _text(cell: Any) -> str:  # noqa: PLR0911
    import numpy as np
    import pandas as pd

    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, (list, tuple, np.ndarray)):
        return "|".join(_text(item) for item in cell)
    if cell is None or cell is pd.NaT or cell is pd.NA:
        return ""
    if isinstance(cell, (bool, np.bool_)):
        return "yes" if cell else "no"
    if isinstance(cell, (float, np.floating)):
        return numbers.text(float(cell)) if math.isfinite(cell) else ""
    if isinstance(cell, (pd.Timestamp, np.datetime64)):
        return str(pd.Timestamp(cell)).removesuffix(" 00:00:00")
    if isinstance(cell, (bytes, bytearray)):
        return bytes(cell).decode("utf-8", "replace").strip()
    return str(cell).strip()

"""The key file of pseudonyms, kept apart from everything it can undo."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from interfirm.errors import DataError, Finding
from interfirm.study.write.atomic import write_text


def read_key(path: Path) -> pd.DataFrame:
    """The key table of an earlier report, so that the same actor keeps its pseudonym.

    Raises
    ------
    DataError
        If the file is not a key table.
    """
    try:
        table = pd.read_csv(path, dtype="str", keep_default_na=False, encoding="utf-8")
    except (ValueError, UnicodeDecodeError) as problem:
        raise DataError(Finding("error", f"this is not a key table ({problem})", "not-a-key", file=str(path),
                                expected="the key file that an earlier report wrote",
                                remedy="Name the right file with --key, or a new one")) from problem
    missing = {"actor", "pseudonym"} - set(table.columns)
    if missing:
        raise DataError(Finding("error", f"the column '{min(missing)}' is not there", "not-a-key", file=str(path),
                                expected="the key file that an earlier report wrote",
                                remedy="Name the right file with --key, or a new one"))
    return table


def write_key(table: pd.DataFrame, path: Path) -> None:
    """Write the key table; only the owner may read it."""
    write_text(path, table.to_csv(index=False))
    path.chmod(0o600)

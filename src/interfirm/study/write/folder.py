"""A study as a folder of CSV files."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from interfirm.errors import UsageError
from interfirm.study import schema
from interfirm.study.write import cells
from interfirm.study.write.atomic import replaced_folder

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study

COMPANIONS = ("import.toml", "merges.csv", "dropped.csv")


class Written(NamedTuple):
    """What a writer did: the files it wrote, those of the user it kept, those of a former study it removed."""

    files: list[Path]
    kept: list[str]
    removed: list[str]


def is_ours(name: str) -> bool:
    """Whether a file of this name in a study folder belongs to interfirm."""
    return name in COMPANIONS or (name.endswith(".csv") and name[:-4] in schema.tables())


def write_study(study: Study, path: str | Path, *, companions: Mapping[str, str] | None = None) -> Written:
    """Write a study as a folder: one ``<table>.csv`` for each table that has rows, and always ``actors.csv``.

    Reading the folder with ``read_study`` gives the same study: UTF-8, line ends LF, numbers with
    as many digits as they need, empty cells for what is missing, and an apostrophe before a
    text that a spreadsheet would take for a formula (see :mod:`interfirm.study.write.cells`; it is
    taken away again on reading). Columns that are not declared are typed by what they hold, so a
    text column that holds only numbers is read as numbers.

    Parameters
    ----------
    study
        The study.
    path
        The folder. If it exists, its tables, ``import.toml``, ``merges.csv`` and ``dropped.csv`` are replaced;
        any other file and folder in it is kept. An interrupted write leaves the old folder whole.
    companions
        Texts of ``import.toml``, ``merges.csv`` and ``dropped.csv``, by file name.

    Returns
    -------
    Written
        The files written, the user's own files that were kept, and files of the former study that
        were removed because the new one has nothing to put in them.

    Raises
    ------
    UsageError
        If the folder cannot be written.

    Examples
    --------
    >>> write_study(study, "my-study").files      # doctest: +SKIP
    """
    target = Path(path)
    extra = dict(companions or {})
    if set(extra) - set(COMPANIONS):
        raise UsageError(f"Only {' and '.join(COMPANIONS)} may accompany a study, not {', '.join(sorted(extra))}.")
    before = sorted(item.name for item in target.iterdir()) if target.is_dir() else []
    tables = {name: frame for name, frame in study.tables().items() if len(frame) or name == "actors"}
    with replaced_folder(target, is_ours) as fresh:
        for name, frame in tables.items():
            write_table(frame, fresh / f"{name}.csv")
        for name, text in extra.items():
            (fresh / name).write_text(text, encoding="utf-8", newline="\n")
    files = [f"{name}.csv" for name in tables] + list(extra)
    return Written([target / name for name in files], [name for name in before if not is_ours(name)],
                   [name for name in before if is_ours(name) and name not in files])


def write_table(frame: pd.DataFrame, path: Path) -> None:
    """One table as a CSV file (comma, UTF-8, LF), text guarded against formulas."""
    texts = cells.text_columns(frame)
    for name in texts:
        if cells.is_text(frame[name]):
            texts[name] = [cells.guard(cell) for cell in texts[name]]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([cells.guard(name) for name in texts])
        writer.writerows(zip(*texts.values(), strict=True))

"""Answers of a firm survey, one row a firm: Stata, SPSS, Parquet, CSV or a workbook, with its labels and missing codes.

Unlike an import, nothing is renamed and no value becomes its label: codes stay codes, and labels stand beside them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from interfirm.errors import DataError, Finding, Findings, UnknownName, UsageError
from interfirm.study.read import columnar, delimited, numbers
from interfirm.study.read.files import Blob, load
from interfirm.study.read.grid import Layout
from interfirm.study.read.raw import Raw, from_csv, from_workbook

if TYPE_CHECKING:
    import pandas as pd

_EMPTY: Final = ("", "NA", "N/A", "NaN", "nan", ".", "NULL")
_BOOKS: Final = {".xlsx", ".xlsm", ".xls", ".ods", ".xlsb"}
_TEXTS: Final = {".csv", ".tsv", ".txt", ".tab"}
_MOSTLY: Final = 0.9


@dataclass(frozen=True, eq=False)
class Microdata:
    """A survey file as it is: values, and what the file says about them.

    Attributes
    ----------
    name
        File name.
    frame
        One row per firm; numbers, or text. Empty cells and user-missing codes are missing.
    questions
        Column → label of the variable.
    codes
        Column → code → label of the value.
    refused
        Column → user-missing code (as text) → how many firms gave it.
    partners, places
        Column → type of partner, and where the partner is, for the columns of a cooperation block.
    findings
        What was noticed while reading.
    """

    name: str
    frame: pd.DataFrame
    questions: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, Mapping[Any, str]] = field(default_factory=dict)
    refused: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    partners: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    def column(self, name: str) -> pd.Series[Any]:
        """One column.

        Raises
        ------
        UnknownName
            With the nearest name.
        """
        if name not in self.frame.columns:
            raise UnknownName("variable", name, self.frame.columns)
        return self.frame[name]


def read_microdata(path: str | Path, *, codebook: str | Path | None = None) -> Microdata:
    """Read one survey file.

    Parameters
    ----------
    path
        ``.dta``, ``.sav``, ``.zsav``, ``.parquet``, ``.csv`` (also ``.gz``), or a workbook (its first sheet).
    codebook
        For files without labels: a CSV with the columns ``variable``, ``label`` and, if wanted, ``codes``
        (``1=yes|0=no``) and ``missing`` (``98|99``). Columns of a cooperation block may say with whom and where:
        ``partner`` (``clients``) and ``place`` (``Europe``); any words, any number of them.

    Returns
    -------
    Microdata

    Raises
    ------
    UsageError
        If the path is a folder or the type is not known.
    DataError
        If the file is damaged, empty, or has a column name twice.

    Examples
    --------
    >>> read_microdata("survey.dta").questions["coop"]  # doctest: +SKIP
    'Cooperated on innovation, 2020-2022'
    """
    place = Path(path)
    if place.is_dir():
        raise UsageError(f"'{path}' is a folder. Give the file of the survey, or a study.")
    blobs = load(place)
    if len(blobs) != 1:
        raise UsageError(f"'{path}' holds {len(blobs)} files; give one.")
    data = _read(blobs[0])
    _check(data)
    return data if codebook is None else _with_codebook(data, codebook)


def _read(blob: Blob) -> Microdata:
    if blob.suffix in {".dta", ".sav", ".zsav"}:
        return _labelled(blob)
    if blob.suffix in {".parquet", ".pq"}:
        grid = columnar.read(blob)
        raw = Raw(blob.name, None, blob.stem, grid.rows[0], list(grid.rows[1:]), list(grid.numbers[1:]))
        return _typed(raw, blob.name)
    if blob.suffix in _BOOKS:
        findings = Findings()
        sheets = from_workbook(blob, findings)
        if not sheets:
            raise DataError(Finding("error", "the workbook has no sheet with data", "empty", file=blob.name))
        if len(sheets) > 1:
            findings.add("note", f"only the first sheet, '{sheets[0].sheet}', is read", "first-sheet", file=blob.name)
        return _typed(sheets[0], blob.name, findings)
    if blob.suffix in _TEXTS:
        return _typed(_text(blob), blob.name)
    raise UsageError(f"'{blob.name}' is not of a known type. Known: .dta, .sav, .zsav, .parquet, .csv, .xlsx.")


def _text(blob: Blob) -> Raw:
    """A text table whose first row holds the names; delimiter and encoding are found."""
    grid = delimited.read(blob, Layout())
    if not grid.rows:
        raise DataError(Finding("error", "the file has no rows", "empty", file=blob.name, expected="one row per firm"))
    header = [cell.strip() for cell in grid.rows[0]]
    width, notes = len(header), Findings()
    for guess in grid.guesses:
        notes.add("note", guess, "guess", file=blob.name)
    for number, row in zip(grid.numbers[1:], grid.rows[1:], strict=True):
        if any(cell.strip() for cell in row[width:]):
            notes.add("error", f"the row has {len(row)} cells, the header {width}", "long-row", file=blob.name,
                      row=number,
                      expected="as many cells as columns", remedy="Put text that holds a separator in quotes")
    for at, name in enumerate(header):
        if not name:
            notes.add("error", f"column {at + 1} has no name", "nameless-column", file=blob.name,
                      expected="a name in the first row", remedy="Name the column, or delete it")
    rows: list[Sequence[str]] = [(list(row) + [""] * width)[:width] for row in grid.rows[1:]]
    return Raw(blob.name, None, blob.stem, header, rows, list(grid.numbers[1:]), notes)


def _typed(raw: Raw, name: str, findings: Findings | None = None) -> Microdata:
    """Numbers where a whole column is one; otherwise text, and said where only a few cells are in the way."""
    import pandas as pd

    noted = findings or Findings()
    noted.extend(raw.notes)
    noted.raise_if_failed()
    table = raw.frame()
    cells = table.apply(lambda column: column.str.strip())
    cells = cells.where(~cells.isin(_EMPTY), "")
    mark = numbers.decimal_mark([list(cells.iloc[:, i]) for i in range(cells.shape[1])])
    made = {}
    for at, column in enumerate(raw.header):
        text = cells.iloc[:, at]
        there = text != ""
        parsed = numbers.parse(text, mark)
        known = parsed.notna()
        if not there.any() or (known == there).all():
            made[at] = parsed.astype("float64")
            continue
        made[at] = text.where(there).astype("object")
        if known.sum() >= _MOSTLY * there.sum():
            odd = text[there & ~known].unique()[:3]
            noted.add("warning", f"{int((there & ~known).sum())} cells are no numbers ({', '.join(odd)}), so the "
                      "column is read as text", "mixed-column", file=name, column=column,
                      remedy="Correct them, or declare them missing in a codebook")
    frame = pd.concat(made, axis=1).set_axis(raw.header, axis=1) if made else pd.DataFrame()
    return Microdata(name, frame, findings=tuple(noted))


def _labelled(blob: Blob) -> Microdata:
    """A Stata or SPSS file twice: with its user-missing codes as missing, and with them as they are, to count them."""
    import pyreadstat

    reader = pyreadstat.read_dta if blob.suffix == ".dta" else pyreadstat.read_sav
    with columnar._on_disk(blob) as path:
        try:
            frame, meta = reader(str(path), apply_value_formats=False, user_missing=False)
            asked, _ = reader(str(path), apply_value_formats=False, user_missing=True)
        except (KeyboardInterrupt, SystemExit, MemoryError):
            raise
        except BaseException as problem:  # the parser raises errors of its own, some outside Exception
            raise DataError(Finding("error", f"this is not a whole {blob.suffix} file ({columnar._short(problem)})",
                                    "damaged-table", file=blob.name,
                                    remedy="Export it again, or as CSV")) from problem
    questions = {str(name): str(label) for name, label in meta.column_names_to_labels.items() if label}
    codes = {str(name): dict(labels) for name, labels in meta.variable_value_labels.items() if labels}
    refused = {}
    for name in frame.columns:
        gone = frame[name].isna() & asked[name].notna()
        if gone.any():
            counts = asked.loc[gone, name].map(_code).value_counts()
            refused[str(name)] = {str(code): int(number) for code, number in counts.items()}
    return Microdata(blob.name, _plain(frame), questions, codes, refused)


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Numbers as floats; empty text is missing."""
    import pandas as pd

    out = {}
    for at in range(frame.shape[1]):
        column = frame.iloc[:, at]
        if pd.api.types.is_numeric_dtype(column.dtype):
            out[at] = column.astype("float64")
        else:
            text = column.astype("object")
            out[at] = text.where(~text.isin(["", None]))
    return pd.concat(out, axis=1).set_axis([str(name) for name in frame.columns], axis=1) if out else frame


def _code(value: Any) -> str:
    return f"{value:g}" if isinstance(value, (int, float)) else f".{value}" if len(str(value)) == 1 else str(value)


def _check(data: Microdata) -> None:
    names = list(data.frame.columns)
    findings = [Finding("error", f"the column '{name}' is there {names.count(name)} times", "duplicate-column",
                        file=data.name, remedy="Rename one") for name in dict.fromkeys(names) if names.count(name) > 1]
    if not names or not len(data.frame):
        findings.append(Finding("error", "the file has no rows", "empty", file=data.name, expected="one row per firm"))
    if findings:
        raise DataError(findings)


def _with_codebook(data: Microdata, path: str | Path) -> Microdata:
    blobs = load(path)
    book = from_csv(blobs[0]).frame() if len(blobs) == 1 else None
    if book is None or not {"variable", "label"} <= set(book.columns):
        raise DataError(Finding("error", "this is no codebook", "codebook", file=Path(path).name,
                                expected="a CSV with the columns 'variable' and 'label', and perhaps 'codes' "
                                "(1=yes|0=no) and 'missing' (98|99)"))
    questions, codes, refused = dict(data.questions), dict(data.codes), dict(data.refused)
    blocks: dict[str, dict[str, str]] = {"partner": dict(data.partners), "place": dict(data.places)}
    frame, findings, absent = data.frame.copy(), list(data.findings), []
    for row in book.to_dict("records"):
        name = str(row["variable"]).strip()
        if name not in frame.columns:
            absent.append(name)
            continue
        for key, block in blocks.items():
            if str(row.get(key) or "").strip():
                block[name] = str(row[key]).strip()
        if str(row["label"]).strip():
            questions[name] = str(row["label"]).strip()
        if str(row.get("codes") or "").strip():
            codes[name] = _pairs(str(row["codes"]), name, Path(path).name)
        gone = _numbers(str(row.get("missing") or ""))
        if gone:
            frame[name], refused[name] = _without(frame[name], gone)
    if absent:
        findings.append(Finding("note", f"the codebook explains {len(absent)} variables that the survey does not have: "
                                f"{', '.join(absent[:8])}{' …' if len(absent) > 8 else ''}", "codebook",
                                file=Path(path).name))
    return Microdata(data.name, frame, questions, codes, refused, blocks["partner"], blocks["place"], tuple(findings))


def _pairs(text: str, name: str, file: str) -> dict[Any, str]:
    out: dict[Any, str] = {}
    for part in text.split("|"):
        code, mark, label = part.partition("=")
        if not mark:
            raise DataError(Finding("error", f"the codes of '{name}' cannot be read: {part!r}", "codebook", file=file,
                                    column="codes", expected="code=label, separated by |, such as 1=yes|0=no"))
        key = code.strip()
        out[float(key) if re.fullmatch(r"-?\d+(\.\d+)?", key) else key] = label.strip()
    return out


def _numbers(text: str) -> list[Any]:
    parts = [part.strip() for part in text.split("|") if part.strip()]
    return [float(part) if re.fullmatch(r"-?\d+(\.\d+)?", part) else part for part in parts]


def _without(column: pd.Series[Any], gone: list[Any]) -> tuple[pd.Series[Any], dict[str, int]]:
    import pandas as pd

    mask = column.isin(gone)
    counts = {_code(value): int((column == value).sum()) for value in gone if (column == value).any()}
    kept = column.where(~mask)
    if kept.dtype == object:
        parsed = pd.to_numeric(kept, errors="coerce")
        if (parsed.notna() == kept.notna()).all():
            kept = parsed.astype("float64")
    return kept, counts

"""Workbooks (.xlsx, .xls, .ods): every visible sheet as a grid of text cells."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from interfirm.errors import DataError, Finding, Findings
from interfirm.study.read import numbers
from interfirm.study.read.delimited import too_wide
from interfirm.study.read.files import Blob
from interfirm.study.read.grid import Dropped, Grid
from interfirm.study.read.limits import limit, whole

SUFFIXES = {".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"}
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_CELL = re.compile(rb"<c\b([^>]*)>(.*?)</c>", re.DOTALL)
_PLACE = re.compile(rb'\br="([A-Z]+)(\d+)"')
_ERROR = re.compile(rb'\bt="e"')
_VALUE = re.compile(rb"<(?:v|is)\b[^>/]*>[^<]")
_EMPTY_TEXT = re.compile(rb'\bt="str"')
_SHOWN = 20


def read(blob: Blob, findings: Findings, dropped: list[Dropped]) -> list[Grid]:
    """The visible sheets of a workbook.

    Hidden sheets and sheets with "(ignore)" in their name are left out and listed. Dates become
    YYYY-MM-DD, whole numbers lose their ".0", and a formula without a stored value is a finding.

    Raises
    ------
    DataError
        If the file is not a workbook, is encrypted or damaged, or a sheet is too large.
    """
    _check_size(blob)
    book = _guarded(blob, lambda: _open(blob))
    holes = _formulas(blob)
    grids = []
    for meta in book.sheets_metadata:
        hidden, ignored = not str(meta.visible).endswith(".Visible"), "(ignore)" in meta.name.casefold()
        if hidden or ignored or not str(meta.typ).endswith(".WorkSheet"):
            reason = "the sheet is hidden" if hidden else "its name says ignore" if ignored else "it is no table"
            dropped.append(Dropped("the whole sheet", reason, blob.name, meta.name))
            continue
        grid = _guarded(blob, lambda name=meta.name: _grid(blob, book, name, findings))
        _report_holes(blob, meta.name, holes.get(meta.name, []), findings)
        if grid.rows:
            grids.append(grid)
        else:
            dropped.append(Dropped("the whole sheet", "the sheet is empty", blob.name, meta.name))
    return grids


def _open(blob: Blob) -> Any:
    from python_calamine import CalamineWorkbook

    return CalamineWorkbook.from_filelike(io.BytesIO(blob.data))


def _guarded(blob: Blob, action: Any) -> Any:
    """Run the parser; whatever it raises on a damaged file becomes a finding."""
    try:
        return action()
    except (DataError, KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as problem:  # a panic of the parser is not an Exception
        locked = "assword" in type(problem).__name__ + str(problem)
        what = "the workbook is encrypted" if locked else f"this is not a whole workbook ({str(problem)[:120]})"
        raise DataError(Finding("error", what, "encrypted" if locked else "damaged-workbook", file=blob.name,
                                expected="an .xlsx, .xls or .ods file",
                                remedy="Open it in the spreadsheet program and save it again")) from problem


def _check_size(blob: Blob) -> None:
    if not blob.data.startswith(b"PK"):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(blob.data)) as archive:
            size = sum(info.file_size for info in archive.infolist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, UnicodeDecodeError):
        return
    bomb = size > limit("archive_ratio_from") and size > limit("archive_ratio") * len(blob.data)
    if bomb or size > limit("file_bytes"):
        raise DataError(Finding("error", f"unpacked the workbook has {size:,} bytes", "decompression-bomb",
                                file=blob.name, expected=f"at most {whole('file_bytes'):,} bytes",
                                remedy="Save it again without empty formatted cells, or export it as CSV"))


def _grid(blob: Blob, book: Any, name: str, findings: Findings) -> Grid:
    sheet = book.get_sheet_by_name(name)
    if sheet.start is None or sheet.end is None:
        return Grid(blob.name, name, [], [])
    height, width = sheet.end[0] + 1, sheet.end[1] + 1
    if width > whole("table_columns"):
        raise too_wide(blob.name, name, width)
    if height * width > whole("table_cells"):
        raise DataError(Finding("error", f"the sheet spans {height:,} rows and {width:,} columns", "too-many-cells",
                                file=blob.name, sheet=name, expected=f"at most {whole('table_cells'):,} cells",
                                remedy="Delete empty formatted rows and columns, or export it as CSV"))
    old = blob.suffix == ".xls"
    most = whole("spreadsheet_rows_old" if old else "spreadsheet_rows")
    if height >= most:
        findings.add("warning", f"the sheet has exactly {most:,} rows, the most that fit", "row-limit", file=blob.name,
                     sheet=name, row=most, remedy="Check that nothing was cut off; export larger tables as CSV")
    rows, numbers = [], []
    for number, row in enumerate(sheet.to_python(skip_empty_area=False), start=1):
        cells = [_text(cell) for cell in row]
        if any(cells):
            rows.append(cells)
            numbers.append(number)
    return Grid(blob.name, name, rows, numbers)


def _text(cell: Any) -> str:
    """A cell as text: ISO dates, numbers without a needless ``.0``, yes and no."""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return numbers.text(cell) if cell == cell and abs(cell) != float("inf") else ""  # noqa: PLR0124
    if isinstance(cell, dt.datetime):
        midnight = cell.time() == dt.time(0)
        return cell.date().isoformat() if midnight else cell.isoformat(sep=" ")
    return "" if cell is None else str(cell)


# ---- formulas without a stored value (only .xlsx says so) -----------------------------------


def _formulas(blob: Blob) -> dict[str, list[tuple[int, str, str]]]:
    """By sheet: row, column letter and kind of each cell without a usable value."""
    if blob.suffix not in {".xlsx", ".xlsm"}:
        return {}
    out = {}
    try:
        with zipfile.ZipFile(io.BytesIO(blob.data)) as archive:
            for name, part in _parts(archive):
                if part in archive.namelist():
                    out[name] = list(_empty_formulas(archive.read(part)))
    except (zipfile.BadZipFile, zlib.error, KeyError, ParseError, ValueError, OSError, RuntimeError, EOFError,
            NotImplementedError, LookupError):
        return {}
    return out


def _parts(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    links = {item.get("Id", ""): item.get("Target", "") for item in _xml(archive, "xl/_rels/workbook.xml.rels")}
    for sheet in _xml(archive, "xl/workbook.xml").iter(f"{_MAIN}sheet"):
        target = links.get(sheet.get(f"{_REL}id", ""), "")
        yield sheet.get("name", ""), target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _xml(archive: zipfile.ZipFile, part: str) -> Element:
    from defusedxml import ElementTree

    root: Element = ElementTree.fromstring(archive.read(part))
    return root


def _empty_formulas(xml: bytes) -> Iterator[tuple[int, str, str]]:
    if b"<f" not in xml and b't="e"' not in xml:
        return
    for attributes, content in _CELL.findall(re.sub(rb"<c\b[^>]*/>", b"", xml)):
        place = _PLACE.search(attributes)
        if not place:
            continue
        if _ERROR.search(attributes):
            yield int(place[2]), place[1].decode(), "error"
        elif b"<f" in content and not _VALUE.search(content) and not _EMPTY_TEXT.search(attributes):
            yield int(place[2]), place[1].decode(), "formula"


def _report_holes(blob: Blob, sheet: str, holes: list[tuple[int, str, str]], findings: Findings) -> None:
    kinds = {"error": ("the cell holds an error of the spreadsheet program", "error-cell", "Correct the formula"),
             "formula": ("the cell holds a formula without a stored result", "formula-without-value",
                         "Open the file in the spreadsheet program, let it calculate, and save it")}
    for kind, (problem, code, remedy) in kinds.items():
        mine = [(row, column) for row, column, what in holes if what == kind]
        for row, column in mine[:_SHOWN]:
            findings.add("warning", f"{problem}; it counts as empty", code, file=blob.name, sheet=sheet, row=row,
                         column=column, expected="a value", remedy=remedy)
        if len(mine) > _SHOWN:
            findings.add("warning", f"{len(mine) - _SHOWN} more cells are of this kind", code, file=blob.name,
                         sheet=sheet, remedy=remedy)

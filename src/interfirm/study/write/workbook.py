"""A study as a workbook: one sheet per table, with notes and drop-downs from the schema."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from interfirm import vocabulary
from interfirm.errors import DataError, Finding
from interfirm.study import schema
from interfirm.study.schema import Column, Table
from interfirm.study.write import cells
from interfirm.study.write.atomic import replaced_file

if TYPE_CHECKING:
    import pandas as pd

    from interfirm.study.study import Study

LISTS = "Lists (ignore)"
MOST_ROWS = 1_048_575
MOST_TEXT = 32_767
_SPARE_ROWS = 2000
_OPTIONS = {
    "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "default_date_format": None,
}
_INK, _GREY, _LINE, _HEAD, _NEEDED = "#222222", "#767676", "#D0D0D0", "#F0F0F0", "#DDE8F0"


class ExactSheet(Worksheet):  # type: ignore[misc]
    """A sheet that keeps every digit of a number, not only sixteen of them."""

    def _xml_number_element(self, number: float, attributes: Iterable[tuple[str, Any]] = ()) -> None:
        attr = "".join(f' {key}="{value}"' for key, value in attributes)
        self.fh.write(f"<c{attr}><v>{cells.number_text(float(number))}</v></c>")


class StudyBook:
    """A workbook under construction: its formats, its list of words, its sheets."""

    def __init__(self, path: Path) -> None:
        self.book = Workbook(str(path), dict(_OPTIONS))
        base = {"font_name": "Calibri", "font_size": 11, "font_color": _INK, "valign": "top"}
        self.formats = {
            "cell": self.book.add_format(base),
            "text": self.book.add_format(base | {"num_format": "@"}),
            "head": self.book.add_format(base | {"bold": True, "bg_color": _HEAD, "bottom": 1, "bottom_color": _LINE}),
            "need": self.book.add_format(base | {"bold": True, "bg_color": _NEEDED, "bottom": 1,
                                                 "bottom_color": _LINE}),
            "wrap": self.book.add_format(base | {"text_wrap": True}),
            "title": self.book.add_format(base | {"bold": True, "font_size": 16}),
            "section": self.book.add_format(base | {"bold": True, "font_size": 12}),
            "grey": self.book.add_format(base | {"font_color": _GREY, "italic": True}),
            "grey head": self.book.add_format(base | {"font_color": _GREY, "bold": True, "bottom": 1,
                                                      "bottom_color": _LINE}),
        }

    def add_sheet(self, name: str) -> Any:
        """A new sheet that keeps numbers exactly."""
        return self.book.add_worksheet(name, ExactSheet)

    def add_table(self, name: str, frame: pd.DataFrame | None = None) -> Any:
        """A sheet for a declared table: header with notes, drop-downs, and the rows of ``frame``, if any."""
        table = schema.tables()[name]
        sheet = self.add_sheet(name)
        names = list(table.columns) if frame is None else [str(column) for column in frame.columns]
        rows = 0 if frame is None else len(frame)
        for position, column in enumerate(names):
            self._head(sheet, table, position, column)
            if frame is not None:
                self._fill(sheet, position, frame[column], name)
        sheet.freeze_panes(1, len(table.key) if len(table.key) < 3 else 1)
        sheet.autofilter(0, 0, max(rows, 1), len(names) - 1)
        sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{min(rows + _SPARE_ROWS, MOST_ROWS)}"})
        self._drop_downs(sheet, table, names, rows)
        return sheet

    def add_lists(self) -> None:
        """The closed lists of words that the drop-downs point to."""
        sheet = self.add_sheet(LISTS)
        for position, (name, entries) in enumerate(vocabulary.LISTS.items()):
            sheet.write_string(0, 2 * position, name, self.formats["head"])
            sheet.write_string(0, 2 * position + 1, "meaning", self.formats["head"])
            for row, word in enumerate(entries, start=1):
                sheet.write_string(row, 2 * position, word.word, self.formats["cell"])
                sheet.write_string(row, 2 * position + 1, word.meaning, self.formats["grey"])
            sheet.set_column(2 * position, 2 * position, 20)
            sheet.set_column(2 * position + 1, 2 * position + 1, 44)
        sheet.freeze_panes(1, 0)

    def close(self) -> None:
        """Write the file."""
        self.book.close()

    def _head(self, sheet: Any, table: Table, position: int, name: str) -> None:
        column = table.columns.get(name)
        needed = column is not None and column.required
        sheet.write_string(0, position, name, self.formats["need" if needed else "head"])
        if column is None:
            sheet.set_column(position, position, max(12, min(len(name) + 4, 40)))
            return
        note = column_note(column)
        sheet.write_comment(0, position, note, {"x_scale": 2.0, "y_scale": 0.5 + 0.3 * (len(note) // 34),
                                                "font_size": 10, "color": "#FFFFFF"})
        wide = {"text": 24, "tags": 24, "id": 16, "category": 18}.get(column.type, 12)
        free = self.formats["text" if column.type in {"id", "text", "tags", "date", "category"} else "cell"]
        sheet.set_column(position, position, max(wide, len(name) + 4), free)

    def _fill(self, sheet: Any, position: int, values: pd.Series, table: str) -> None:
        import pandas as pd

        missing = values.isna().to_numpy()
        number = pd.api.types.is_numeric_dtype(values.dtype) and not pd.api.types.is_bool_dtype(values.dtype)
        texts = [] if number else cells.text_columns(values.to_frame())[str(values.name)]
        for row, value in enumerate(values if number else texts, start=1):
            if missing[row - 1]:
                continue
            if number:
                sheet.write_number(row, position, float(value), self.formats["cell"])
            elif len(value) > MOST_TEXT:
                raise _too_long(table, row, str(values.name), len(value))
            elif value.startswith("<r>"):
                plain = self.formats["cell"]
                sheet.write_rich_string(row, position, value[:1], plain, value[1:], self.formats["text"])
            else:
                sheet.write_string(row, position, value, self.formats["text"])

    def _drop_downs(self, sheet: Any, table: Table, names: list[str], rows: int) -> None:
        last = min(rows + _SPARE_ROWS, MOST_ROWS)
        for position, name in enumerate(names):
            column = table.columns.get(name)
            rule = _rule(column) if column is not None else None
            if column is not None and rule is not None:
                say = {"input_title": name[:32], "error_title": "Not expected here",
                       "error_message": f"Expected: {column.expected}"[:255]}
                sheet.data_validation(1, position, last, position, rule | say)


def _rule(column: Column) -> dict[str, Any] | None:
    """The drop-down or the check of a column; None where anything may stand."""
    if column.type == "category" and column.choices:
        where = list(vocabulary.LISTS).index(column.allowed)
        letter = chr(ord("A") + 2 * where)
        return {"validate": "list", "source": f"='{LISTS}'!${letter}$2:${letter}${len(column.choices) + 1}"}
    if column.type == "bool":
        return {"validate": "list", "source": ["yes", "no"]}
    if column.refers_to:
        table, _ = column.refers_to
        return {"validate": "list", "source": f"={table}!$A$2:$A${_SPARE_ROWS}", "error_type": "warning"}
    if column.type in {"int", "float"} and column.bounds:
        low, high = column.bounds
        kind = "integer" if column.type == "int" else "decimal"
        if high == float("inf"):
            return {"validate": kind, "criteria": ">=", "value": low}
        return {"validate": kind, "criteria": "between", "minimum": low, "maximum": high}
    return None


def column_note(column: Column) -> str:
    """What a column holds, for the note on its header."""
    parts = [column.description]
    if column.required:
        parts.append("Must be filled.")
    elif column.default:
        parts.append(f"Left out, it counts as {_default(column)}.")
    if column.unit:
        parts.append(f"Unit: {column.unit}.")
    if column.choices:
        several = "One or more of" if column.type == "tags" else "One of"
        parts.append(f"{several}: {', '.join(column.choices)}.")
    elif column.type in {"bool", "date"} or column.bounds:
        parts.append(f"Expected: {column.expected}.")
    return "\n".join(parts)


def _default(column: Column) -> str:
    return {"true": "yes", "false": "no"}.get(column.default, column.default)


def _too_long(table: str, row: int, column: str, length: int) -> DataError:
    return DataError(Finding("error", f"the text has {length:,} characters", "text-too-long", sheet=table,
                             row=row + 1, column=column, expected=f"at most {MOST_TEXT:,} in a workbook",
                             remedy="Write the study as a CSV folder instead"))


def write_workbook(study: Study, path: str | Path) -> Path:
    """Write a study as a workbook (.xlsx): one sheet for each table that has rows, and always ``actors``.

    Reading the workbook with ``read_study`` gives the same study. Text is never a formula or a
    link, and numbers keep every digit. Headers carry notes, columns with closed lists drop-downs;
    the words stand on the sheet "Lists (ignore)".

    Parameters
    ----------
    study
        The study.
    path
        The file to write; an interrupted write leaves the old one whole.

    Raises
    ------
    DataError
        If a table has more rows, or a cell more characters, than a workbook can hold.
    UsageError
        If the file cannot be written.

    Examples
    --------
    >>> write_workbook(study, "study.xlsx")      # doctest: +SKIP
    """
    full = {name: frame for name, frame in study.tables().items() if len(frame) or name == "actors"}
    for name, frame in full.items():
        if len(frame) > MOST_ROWS:
            raise DataError(Finding("error", f"the table has {len(frame):,} rows", "too-many-rows", sheet=name,
                                    expected=f"at most {MOST_ROWS:,} in a workbook",
                                    remedy="Write the study as a CSV folder instead"))
    with replaced_file(path) as temporary:
        book = StudyBook(temporary)
        for name, frame in full.items():
            book.add_table(name, frame)
        book.add_lists()
        book.book.set_properties({"title": re.sub(r"[\r\n]+", " ", study.name), "comments": "Written by interfirm."})
        book.close()
    return Path(path)
